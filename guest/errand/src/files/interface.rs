//! Files by the functions of `wasi:filesystem` that the standard library does not use, or hides the
//! answers of.

use crate::Outcome;
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
    filesystem_error_code,
};
use crate::bindings::wasi::io::streams::StreamError;
use std::fmt::Debug;

const NONE: PathFlags = PathFlags::empty();
const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
const READ: DescriptorFlags = DescriptorFlags::READ;
const WRITE: DescriptorFlags = DescriptorFlags::WRITE;

fn show<T: Debug>(what: &str, result: Result<T, ErrorCode>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(code) => println!("{what}: {}", code.name()),
    }
}

/// Calls the interface itself.
pub fn run() -> Outcome {
    let granted = get_directories();
    let names: Vec<&str> = granted.iter().map(|(_, name)| name.as_str()).collect();
    println!("granted: {names:?}");
    let data = named(&granted, "/data")?;
    let fixed = named(&granted, "/fixed")?;
    show("flags of data", data.get_flags());
    show("flags of fixed", fixed.get_flags());
    opening(data);
    files(data)?;
    streams(data)?;
    times(data, fixed)?;
    across(data, fixed)
}

fn named<'a>(granted: &'a [(Descriptor, String)], name: &str) -> Result<&'a Descriptor, String> {
    let found = granted.iter().find(|(_, given)| given == name);
    found
        .map(|(descriptor, _)| descriptor)
        .ok_or_else(|| format!("expected `{name}` to be granted"))
}

fn opening(data: &Descriptor) {
    let create = OpenFlags::CREATE;
    let cases = [
        ("a directory", NONE, "a", OpenFlags::DIRECTORY, READ),
        ("a directory to write", NONE, "a", OpenFlags::empty(), WRITE),
        (
            "a file as a directory",
            NONE,
            "two",
            OpenFlags::DIRECTORY,
            READ,
        ),
        (
            "a directory to make",
            NONE,
            "d",
            OpenFlags::DIRECTORY | create,
            READ,
        ),
        ("with a slash", NONE, "two/", OpenFlags::empty(), READ),
        ("to make with a slash", NONE, "new/", create, WRITE),
        ("a link", NONE, "b", OpenFlags::empty(), READ),
        ("a link, followed", FOLLOW, "b", OpenFlags::empty(), READ),
        (
            "exclusive, a dangling link",
            FOLLOW,
            "dangling",
            create | OpenFlags::EXCLUSIVE,
            WRITE,
        ),
        ("a dangling link", FOLLOW, "dangling", create, WRITE),
        (
            "synchronous",
            NONE,
            "two",
            OpenFlags::empty(),
            READ | DescriptorFlags::FILE_INTEGRITY_SYNC,
        ),
        ("the directory itself", NONE, ".", OpenFlags::empty(), READ),
        ("above", NONE, "..", OpenFlags::empty(), READ),
        ("absolute", NONE, "/two", OpenFlags::empty(), READ),
        ("nothing", NONE, "", OpenFlags::empty(), READ),
        (
            "no flags",
            NONE,
            "two",
            OpenFlags::empty(),
            DescriptorFlags::empty(),
        ),
    ];
    for (what, path_flags, path, open, flags) in cases {
        let opened = data.open_at(path_flags, path, open, flags);
        show(what, opened.and_then(|opened| opened.get_flags()));
    }
    show("made by that", data.unlink_file_at("nothing"));
    show("remove itself", data.remove_directory_at("."));
    show("remove with a slash", data.remove_directory_at("slash/"));
    show("remove without", data.remove_directory_at("slash"));
    show("unlink with a slash", data.unlink_file_at("two/"));
    show("unlink a directory", data.unlink_file_at("a"));
    show("make itself", data.create_directory_at("."));
    show("make above", data.create_directory_at(".."));
    show("link to itself", data.symlink_at("x", "."));
    show("empty link", data.symlink_at("", "empty"));
    show("read link of itself", data.readlink_at("."));
}

fn files(data: &Descriptor) -> Outcome {
    let file = data.open_at(NONE, "raw.txt", OpenFlags::CREATE, READ | WRITE)?;
    show("type", file.get_type());
    show("write", file.write(b"0123456789", 0));
    show("write later", file.write(b"ab", 12));
    show("write nothing", file.write(b"", 100));
    show("read", file.read(4, 2));
    show("read all", file.read(100, 0));
    show("read at the end", file.read(100, 14));
    show("read nothing", file.read(0, 0));
    show("read far", file.read(1, u64::from(u32::MAX) * 4));
    show("advise", file.advise(0, 10, Advice::WillNeed));
    show("size", file.stat().map(|stat| stat.size));
    show("too large", file.set_size(u64::MAX));
    show("sync", file.sync().and_then(|()| file.sync_data()));
    show("list a file", file.read_directory().map(drop));
    show(
        "open in a file",
        file.open_at(NONE, "x", OpenFlags::empty(), READ).map(drop),
    );
    show("read a directory", data.read(1, 0));
    show("stream of a directory", data.read_via_stream(0).map(drop));
    show("write to a directory", data.write_via_stream(0).map(drop));
    show("size of a directory", data.set_size(0));
    show(
        "sync a directory",
        data.sync().and_then(|()| data.sync_data()),
    );
    let same = data.open_at(NONE, "a/../raw.txt", OpenFlags::empty(), READ)?;
    let other = data.open_at(NONE, "two", OpenFlags::empty(), READ)?;
    println!(
        "the same object: {} {}",
        file.is_same_object(&same),
        file.is_same_object(&other)
    );
    let hash = |descriptor: &Descriptor| {
        descriptor
            .metadata_hash()
            .map(|hash| (hash.lower, hash.upper))
    };
    let at = data
        .metadata_hash_at(NONE, "raw.txt")
        .map(|hash| (hash.lower, hash.upper))?;
    println!(
        "the same hash: {} {}",
        hash(&file)? == at,
        hash(&other)? == at
    );
    data.link_at(NONE, "raw.txt", data, "raw-link")?;
    show("links", file.stat().map(|stat| stat.link_count));
    show(
        "link, followed",
        data.link_at(FOLLOW, "raw.txt", data, "raw-again"),
    );
    data.unlink_file_at("raw.txt")?;
    data.unlink_file_at("raw-link")?;
    show("no links", file.stat().map(|stat| stat.link_count));
    show("read on", file.read(2, 12));
    let entries = data
        .open_at(NONE, "full", OpenFlags::DIRECTORY, READ)?
        .read_directory()?;
    while let Some(entry) = entries.read_directory_entry()? {
        println!("entry: {:?} {}", entry.type_, entry.name);
    }
    Ok(())
}

fn streams(data: &Descriptor) -> Outcome {
    let file = data.open_at(NONE, "streamed", OpenFlags::CREATE, READ | WRITE)?;
    let output = file.write_via_stream(0)?;
    output.blocking_write_and_flush(b"streamed ")?;
    output.blocking_write_and_flush(b"text")?;
    let appended = file.append_via_stream()?;
    appended.blocking_write_and_flush(b", appended")?;
    let input = file.read_via_stream(9)?;
    println!(
        "blocking read: {:?}",
        String::from_utf8(input.blocking_read(4)?)?
    );
    println!("blocking skip: {}", input.blocking_skip(2)?);
    println!(
        "the rest: {:?}",
        String::from_utf8(input.blocking_read(100)?)?
    );
    println!(
        "the end: {}",
        matches!(input.blocking_read(100), Err(StreamError::Closed))
    );
    let copy = data.open_at(NONE, "spliced", OpenFlags::CREATE, READ | WRITE)?;
    let spliced = copy
        .write_via_stream(0)?
        .blocking_splice(&file.read_via_stream(0)?, 13)?;
    println!(
        "spliced: {spliced} {:?}",
        String::from_utf8(copy.read(100, 0)?.0)?
    );
    let write_only = data.open_at(NONE, "spliced", OpenFlags::empty(), WRITE)?;
    let read = write_only.read_via_stream(0)?.blocking_read(1);
    println!("of a file to write: {}", code(read.err()));
    let read_only = data.open_at(NONE, "spliced", OpenFlags::empty(), READ)?;
    let written = read_only
        .write_via_stream(0)?
        .blocking_write_and_flush(b"x");
    println!("to a file to read: {}", code(written.err()));
    Ok(())
}

fn code(error: Option<StreamError>) -> String {
    match error {
        Some(StreamError::LastOperationFailed(error)) => match filesystem_error_code(&error) {
            Some(code) => code.name().to_owned(),
            None => "no code".to_owned(),
        },
        Some(StreamError::Closed) => "closed".to_owned(),
        None => "done".to_owned(),
    }
}

fn times(data: &Descriptor, fixed: &Descriptor) -> Outcome {
    use crate::bindings::wasi::clocks::wall_clock::Datetime;
    let then = Datetime {
        seconds: 1_234_567_890,
        nanoseconds: 5_000,
    };
    data.set_times_at(
        NONE,
        "two",
        NewTimestamp::NoChange,
        NewTimestamp::Timestamp(then),
    )?;
    let stat = data.stat_at(NONE, "two")?;
    println!("set: {:?}", stat.data_modification_timestamp);
    let file = data.open_at(NONE, "two", OpenFlags::empty(), READ | WRITE)?;
    file.set_times(NewTimestamp::Timestamp(then), NewTimestamp::Now)?;
    let stat = file.stat()?;
    println!("accessed: {:?}", stat.data_access_timestamp);
    println!(
        "modified later: {}",
        stat.data_modification_timestamp
            .is_some_and(|time| time.seconds > then.seconds)
    );
    show(
        "fixed",
        fixed.set_times_at(NONE, "stone.txt", NewTimestamp::Now, NewTimestamp::Now),
    );
    show(
        "fixed itself",
        fixed.set_times(NewTimestamp::Now, NewTimestamp::Now),
    );
    Ok(())
}

fn across(data: &Descriptor, fixed: &Descriptor) -> Outcome {
    show("rename into the fixed", data.rename_at("two", fixed, "two"));
    show(
        "link into the fixed",
        data.link_at(NONE, "two", fixed, "two"),
    );
    let fixed_file = fixed.open_at(NONE, "stone.txt", OpenFlags::empty(), READ)?;
    show("flags of a fixed file", fixed_file.get_flags());
    show("write to it", fixed_file.write(b"x", 0));
    show("stream to it", fixed_file.append_via_stream().map(drop));
    show("size of it", fixed_file.set_size(0));
    show(
        "open it to write",
        fixed
            .open_at(NONE, "stone.txt", OpenFlags::empty(), WRITE)
            .map(drop),
    );
    let inner = data.open_at(NONE, "a/b", OpenFlags::DIRECTORY, READ)?;
    show(
        "above an inner one",
        inner.stat_at(NONE, "../b").map(|stat| stat.type_),
    );
    show(
        "in an inner one",
        inner.stat_at(NONE, "deep.txt").map(|stat| stat.size),
    );
    Ok(())
}
