//! Streams of files that nobody waits for, odd paths, offsets and flags, and more random bytes than
//! there are at once. Each by its name, since some end the guest.

use crate::Outcome;
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
    filesystem_error_code,
};
use crate::bindings::wasi::io::streams::StreamError;
use crate::bindings::wasi::random::random::get_random_bytes;
use std::fmt::Debug;

const NONE: PathFlags = PathFlags::empty();
const READ: DescriptorFlags = DescriptorFlags::READ;
const BOTH: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);
const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;

/// Runs the errand of a kind.
pub fn run(kind: &str) -> Outcome {
    match kind {
        "two-writes" => two_writes()?,
        "permit" => permit()?,
        "beyond" => beyond()?,
        "zeroes" => zeroes()?,
        "unasked" => unasked()?,
        "grown" => grown()?,
        "read-only" => read_only()?,
        "write-only" => write_only()?,
        "offsets" => offsets()?,
        "long" => long(),
        "flags" => flags(),
        "trailing" => trailing(),
        "kinds" => kinds()?,
        "removed" => removed()?,
        "random" => println!("{}", get_random_bytes((64 << 20) + 1).len()),
        _ => return Err(format!("expected a kind of odd errand, found `{kind}`").into()),
    }
    Ok(())
}

fn data() -> Descriptor {
    let found = get_directories()
        .into_iter()
        .find(|(_, name)| name == "/data");
    found.expect("it is granted").0
}

fn open(path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    data().open_at(NONE, path, open, flags)
}

/// What a function of a stream said, with the code if it failed.
fn said<T: Debug>(result: Result<T, StreamError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StreamError::Closed) => "closed".to_owned(),
        Err(StreamError::LastOperationFailed(error)) => match filesystem_error_code(&error) {
            Some(code) => format!("failed: {}", code.name()),
            None => "failed".to_owned(),
        },
    }
}

fn shown<T: Debug>(result: Result<T, ErrorCode>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(code) => code.name().to_owned(),
    }
}

/// A second write that is not permitted.
fn two_writes() -> Result<(), ErrorCode> {
    let file = open("new-a", OpenFlags::CREATE, BOTH)?;
    let out = file.write_via_stream(0)?;
    println!("may write {}", said(out.check_write()));
    println!("one {}", said(out.write(b"one")));
    println!("two {}", said(out.write(b"two")));
    Ok(())
}

/// How much may be written before a write, after it, and after it was waited for.
fn permit() -> Result<(), ErrorCode> {
    let file = open("new-b", OpenFlags::CREATE, BOTH)?;
    let out = file.write_via_stream(0)?;
    println!("before {}", said(out.check_write()));
    println!("written {}", said(out.write(b"one")));
    println!("after {}", said(out.check_write()));
    println!("flushed {}", said(out.flush()));
    println!("then {}", said(out.check_write()));
    out.subscribe().block();
    println!("waited for {}", said(out.check_write()));
    println!("again {}", said(out.write(b"two")));
    println!("flushed {}", said(out.blocking_flush()));
    println!("at once {}", said(out.blocking_write_and_flush(b"three")));
    println!("may write {}", said(out.check_write()));
    println!("there {}", shown(file.read(20, 0)));
    let end = file.append_via_stream()?;
    println!("appended {}", said(end.write(b"four")));
    println!("flushed {}", said(end.blocking_flush()));
    println!("there {}", shown(file.read(20, 0)));
    Ok(())
}

/// More than may be written at once.
fn beyond() -> Result<(), ErrorCode> {
    let file = open("new-c", OpenFlags::CREATE, BOTH)?;
    let out = file.write_via_stream(0)?;
    println!("may write {}", said(out.check_write()));
    println!("more {}", said(out.write(&vec![7; 100_000])));
    println!("flushed {}", said(out.blocking_flush()));
    println!("there {}", shown(file.stat().map(|stat| stat.size)));
    Ok(())
}

fn zeroes() -> Result<(), ErrorCode> {
    let file = open("new-z", OpenFlags::CREATE, BOTH)?;
    let out = file.write_via_stream(2)?;
    println!("many {}", said(out.write_zeroes(60_000)));
    println!("may write {}", said(out.check_write()));
    println!("flushed {}", said(out.blocking_flush()));
    println!("few {}", said(out.blocking_write_zeroes_and_flush(8)));
    let input = file.read_via_stream(0)?;
    println!("spliced {}", said(out.splice(&input, 10)));
    println!("spliced, waiting {}", said(out.blocking_splice(&input, 10)));
    println!("there {}", shown(file.stat().map(|stat| stat.size)));
    println!("too many {}", said(out.write_zeroes(100_000)));
    Ok(())
}

/// Reads that nobody has waited for.
fn unasked() -> Result<(), ErrorCode> {
    let file = open("greeting.txt", OpenFlags::empty(), READ)?;
    let input = file.read_via_stream(0)?;
    println!("nothing asked {}", said(input.read(0)));
    println!("first {}", said(input.read(5)));
    println!("first again {}", said(input.read(5)));
    input.subscribe().block();
    println!("waited for {}", said(input.read(3)));
    println!("the rest of it {}", said(input.read(100)));
    println!("then {}", said(input.read(100)));
    println!("waiting {}", said(input.blocking_read(100)));
    let input = file.read_via_stream(0)?;
    println!("skipped {}", said(input.skip(2)));
    println!("skipped, waiting {}", said(input.blocking_skip(2)));
    input.subscribe().block();
    println!("after that {}", said(input.read(2)));
    let input = file.read_via_stream(0)?;
    println!("nothing, waiting {}", said(input.blocking_read(0)));
    println!("something {}", said(input.blocking_read(5)));
    let input = file.read_via_stream(1000)?;
    println!("beyond the end {}", said(input.blocking_read(5)));
    let input = file.read_via_stream(u64::MAX)?;
    println!("beyond all {}", said(input.blocking_read(5)));
    println!("and then {}", said(input.blocking_read(5)));
    Ok(())
}

/// A stream that has seen the end of a file which grows.
fn grown() -> Result<(), ErrorCode> {
    let file = open("new-d", OpenFlags::CREATE, BOTH)?;
    file.write(b"abc", 0)?;
    let input = file.read_via_stream(0)?;
    println!("all {}", said(input.blocking_read(10)));
    println!("its end {}", said(input.blocking_read(10)));
    file.write(b"defg", 3)?;
    println!("more {}", said(input.blocking_read(10)));
    input.subscribe().block();
    println!("waited for {}", said(input.read(10)));
    Ok(())
}

/// Writes to a file that was opened for reading.
fn read_only() -> Result<(), ErrorCode> {
    let file = open("greeting.txt", OpenFlags::empty(), READ)?;
    let out = file.write_via_stream(0)?;
    println!("written {}", said(out.write(b"x")));
    println!("flushed {}", said(out.flush()));
    out.subscribe().block();
    println!("waited for {}", said(out.flush()));
    println!("then {}", said(out.flush()));
    println!("may write {}", said(out.check_write()));
    println!("written {}", said(out.write(b"x")));
    let out = file.write_via_stream(0)?;
    println!("at once {}", said(out.blocking_write_and_flush(b"x")));
    println!("again {}", said(out.blocking_write_and_flush(b"x")));
    let end = file.append_via_stream()?;
    println!("appended {}", said(end.blocking_write_and_flush(b"x")));
    println!("by itself {}", shown(file.write(b"x", 0)));
    println!("nothing {}", shown(file.write(b"", 0)));
    println!("cut off {}", shown(file.set_size(1)));
    Ok(())
}

/// Reads of a file that was opened for writing.
fn write_only() -> Result<(), ErrorCode> {
    let file = open("new-w", OpenFlags::CREATE, DescriptorFlags::WRITE)?;
    println!("flags {}", shown(file.get_flags()));
    let input = file.read_via_stream(0)?;
    println!("read {}", said(input.read(5)));
    input.subscribe().block();
    println!("waited for {}", said(input.read(5)));
    println!("then {}", said(input.read(5)));
    println!("by itself {}", shown(file.read(5, 0)));
    println!("nothing {}", shown(file.read(0, 0)));
    Ok(())
}

fn offsets() -> Result<(), ErrorCode> {
    let file = open("new-e", OpenFlags::CREATE, BOTH)?;
    for offset in [u64::MAX, 1 << 63] {
        println!("written {}", shown(file.write(b"x", offset)));
        println!("nothing written {}", shown(file.write(b"", offset)));
        println!("read {}", shown(file.read(5, offset)));
        println!("nothing read {}", shown(file.read(0, offset)));
        println!("as long {}", shown(file.set_size(offset)));
        let out = file.write_via_stream(offset)?;
        println!("streamed {}", said(out.blocking_write_and_flush(b"x")));
    }
    let last = (1 << 63) - 1;
    println!("read {}", shown(file.read(5, last)));
    println!("nothing read {}", shown(file.read(0, last)));
    println!("written {}", shown(file.write(b"x", last)));
    println!("nothing written {}", shown(file.write(b"", last)));
    let input = file.read_via_stream(last)?;
    println!("read on {}", said(input.blocking_read(5)));
    println!("size {}", shown(file.stat().map(|stat| stat.size)));
    Ok(())
}

fn long() {
    let data = data();
    for (what, path) in [
        ("dots", "./".repeat(3000) + "greeting.txt"),
        ("dots that fit", "./".repeat(2000) + "greeting.txt"),
        ("up and down", "a/../".repeat(500) + "greeting.txt"),
        ("a long name", "n".repeat(256)),
        ("one that fits", "n".repeat(255)),
        ("a long path of what is not there", "n/".repeat(3000)),
        (
            "dots behind",
            "greeting.txt".to_owned() + &"/.".repeat(3000),
        ),
        ("dots between", "./".repeat(3000) + "a/b"),
    ] {
        let opened = data.open_at(NONE, &path, OpenFlags::empty(), READ);
        println!("{what}: opened {}", shown(opened.map(drop)));
        let stat = data.stat_at(NONE, &path).map(|stat| stat.size);
        println!("{what}: {}", shown(stat));
        println!("{what}: made {}", shown(data.create_directory_at(&path)));
        println!("{what}: removed {}", shown(data.remove_directory_at(&path)));
        println!(
            "{what}: unlinked {}",
            shown(data.unlink_file_at(&path).and_then(|()| {
                let made = data.open_at(NONE, "greeting.txt", OpenFlags::CREATE, BOTH)?;
                made.write(b"Hello, world!\n", 0).map(drop)
            }))
        );
        println!("{what}: target {}", shown(data.symlink_at(&path, "target")));
        let target = data.readlink_at("target").map(|target| target.len());
        println!("{what}: it says {}", shown(target));
        println!("{what}: gone {}", shown(data.unlink_file_at("target")));
    }
}

/// Opens what there is, and what there is not, with flags of all kinds.
fn flags() {
    let dir = data();
    let opens = [
        OpenFlags::empty(),
        OpenFlags::CREATE,
        OpenFlags::EXCLUSIVE,
        OpenFlags::TRUNCATE,
        OpenFlags::DIRECTORY,
        OpenFlags::CREATE | OpenFlags::EXCLUSIVE,
        OpenFlags::CREATE | OpenFlags::TRUNCATE,
        OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE,
    ];
    let flags = [
        DescriptorFlags::empty(),
        READ,
        DescriptorFlags::WRITE,
        BOTH,
        MUTATE,
        READ | MUTATE,
        BOTH | MUTATE,
    ];
    for open in opens {
        for flags in flags {
            for path in ["large", "a", "none", "a/", "large/", "none/", "."] {
                let made = dir.open_at(NONE, "large", OpenFlags::CREATE, BOTH);
                let made = made.and_then(|file| file.write(b"12345", 0));
                let opened = dir.open_at(NONE, path, open, flags);
                let seen = opened.map(|it| (it.get_type(), it.get_flags()));
                println!(
                    "{open:?} {flags:?} {path} {}: {}",
                    made.is_ok(),
                    shown(seen)
                );
                let _ = dir.unlink_file_at("none");
            }
        }
    }
}

/// Everything that takes a path, with odd ones.
fn trailing() {
    let dir = data();
    let paths = [
        "greeting.txt/",
        "greeting.txt/.",
        "greeting.txt/..",
        "a/.",
        "a/..",
        "a/b/../",
        "a/b/..",
        "",
        ".",
        "..",
        "./",
        "//",
        "a//b",
        "a/./b",
        "none/",
        "none/.",
        "none/..",
        "/",
        "/a",
        "a/../..",
        "a/../../data",
        "./a/",
        "./greeting.txt/",
        "a/./",
        "to-a",
        "to-a/",
        "to-a/.",
        "nowhere/",
    ];
    println!("links {}", shown(dir.symlink_at("a", "to-a")));
    println!("links {}", shown(dir.symlink_at("none", "nowhere")));
    for path in paths {
        let kind = dir
            .stat_at(PathFlags::SYMLINK_FOLLOW, path)
            .map(|stat| stat.type_);
        println!("{path:?} stat {}", shown(kind));
        let kind = dir.stat_at(NONE, path).map(|stat| stat.type_);
        println!("{path:?} itself {}", shown(kind));
        println!("{path:?} mkdir {}", shown(dir.create_directory_at(path)));
        println!("{path:?} rmdir {}", shown(dir.remove_directory_at(path)));
        let unlinked = dir.unlink_file_at(path);
        let opened = dir.open_at(NONE, path, OpenFlags::CREATE, BOTH).map(drop);
        println!(
            "{path:?} unlink {} create {}",
            shown(unlinked),
            shown(opened)
        );
        println!("{path:?} readlink {}", shown(dir.readlink_at(path)));
        let renamed = dir.rename_at(path, &dir, "moved");
        let back = dir.rename_at("moved", &dir, path);
        println!("{path:?} rename {} back {}", shown(renamed), shown(back));
        println!("{path:?} symlink {}", shown(dir.symlink_at("x", path)));
        let linked = dir.link_at(NONE, path, &dir, "linked");
        println!(
            "{path:?} link {}",
            shown(linked.and_then(|()| dir.unlink_file_at("linked")))
        );
        println!(
            "{path:?} linked to {}",
            shown(dir.link_at(NONE, "greeting.txt", &dir, path))
        );
        let (still, stays) = (NewTimestamp::NoChange, NewTimestamp::NoChange);
        println!(
            "{path:?} times {}",
            shown(dir.set_times_at(NONE, path, still, stays))
        );
        println!(
            "{path:?} hash {}",
            shown(dir.metadata_hash_at(NONE, path).map(drop))
        );
    }
}

/// Functions of directories on a file, and of files on a directory.
fn kinds() -> Result<(), ErrorCode> {
    let file = open("greeting.txt", OpenFlags::empty(), READ)?;
    let opened = file.open_at(NONE, "x", OpenFlags::empty(), READ);
    println!("open {}", shown(opened.map(drop)));
    println!("entries {}", shown(file.read_directory().map(drop)));
    println!("stat {}", shown(file.stat_at(NONE, "x").map(drop)));
    println!("mkdir {}", shown(file.create_directory_at("x")));
    println!("readlink {}", shown(file.readlink_at("x")));
    println!("unlink {}", shown(file.unlink_file_at("x")));
    println!("rename {}", shown(file.rename_at("x", &data(), "y")));
    println!(
        "rename to {}",
        shown(data().rename_at("greeting.txt", &file, "y"))
    );
    println!("flags {}", shown(file.get_flags()));
    println!("sync {} {}", shown(file.sync()), shown(file.sync_data()));
    let dir = data();
    println!("read {}", shown(dir.read(1, 0).map(drop)));
    println!("write {}", shown(dir.write(b"x", 0)));
    println!("cut off {}", shown(dir.set_size(0)));
    println!("sync {} {}", shown(dir.sync()), shown(dir.sync_data()));
    println!("written {}", shown(dir.write_via_stream(0).map(drop)));
    println!("appended {}", shown(dir.append_via_stream().map(drop)));
    println!("streamed {}", shown(dir.read_via_stream(0).map(drop)));
    println!(
        "kind {}",
        shown(dir.stat().map(|stat| (stat.type_, stat.link_count > 0)))
    );
    println!("same {}", dir.is_same_object(&data()));
    println!("hash {}", shown(dir.metadata_hash().map(drop)));
    println!("flags {}", shown(dir.get_flags()));
    Ok(())
}

/// A directory that is gone and still open.
fn removed() -> Result<(), ErrorCode> {
    let dir = data();
    dir.create_directory_at("gone")?;
    let gone = dir.open_at(NONE, "gone", OpenFlags::DIRECTORY, READ | MUTATE)?;
    dir.remove_directory_at("gone")?;
    println!(
        "create {}",
        shown(gone.open_at(NONE, "x", OpenFlags::CREATE, BOTH).map(drop))
    );
    println!("mkdir {}", shown(gone.create_directory_at("x")));
    println!(
        "stat {}",
        shown(gone.stat().map(|stat| (stat.type_, stat.link_count)))
    );
    println!(
        "stat of itself {}",
        shown(gone.stat_at(NONE, ".").map(|stat| stat.type_))
    );
    println!("symlink {}", shown(gone.symlink_at("x", "y")));
    let entries = gone.read_directory();
    println!(
        "entries {}",
        shown(entries.and_then(|entries| entries.read_directory_entry().map(|it| it.is_some())))
    );
    let file = dir.open_at(NONE, "new-f", OpenFlags::CREATE, BOTH)?;
    dir.unlink_file_at("new-f")?;
    println!("written {}", shown(file.write(b"still", 0)));
    println!("read {}", shown(file.read(10, 0)));
    println!("links {}", shown(file.stat().map(|stat| stat.link_count)));
    Ok(())
}
