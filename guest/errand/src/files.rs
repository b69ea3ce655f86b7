//! Files by Rust's standard library, in a directory that is granted as `/data`, and one that is
//! granted for reading as `/fixed`.

mod interface;
pub mod odd;

use crate::Outcome;
use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Does everything that can be done with files.
pub fn run() -> Outcome {
    reading()?;
    writing()?;
    directories()?;
    moving()?;
    links()?;
    leaving();
    refused();
    metadata()?;
    interface::run()
}

/// Prints what came of an operation, with the kind of its error.
pub(crate) fn show<T: Debug>(what: &str, result: io::Result<T>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: {}", error.kind()),
    }
}

fn reading() -> Outcome {
    show("greeting", fs::read_to_string("/data/greeting.txt"));
    show("nested", fs::read_to_string("/data/a/b/deep.txt"));
    show("absent", fs::read("/data/absent.txt"));
    show("a directory as a file", fs::read("/data/a"));
    show("through a file", fs::read("/data/greeting.txt/x"));
    let mut file = File::open("/data/greeting.txt")?;
    file.seek(SeekFrom::Start(7))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    println!("from 7: {rest:?}");
    file.seek(SeekFrom::End(-6))?;
    let mut three = [0; 3];
    file.read_exact(&mut three)?;
    println!(
        "three from the end: {three:?}, now at {}",
        file.stream_position()?
    );
    file.seek(SeekFrom::Start(1000))?;
    println!("beyond the end: {}", file.read(&mut three)?);
    show("before the start", file.seek(SeekFrom::Current(-2000)));
    show("written though read only", file.write(b"x"));
    Ok(())
}

fn writing() -> Outcome {
    let path = "/data/written.txt";
    fs::write(path, "first")?;
    show("written", fs::read_to_string(path));
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(b" second")?;
    file.write_all(b" third")?;
    show("appended", fs::read_to_string(path));
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.seek(SeekFrom::Start(6))?;
    file.write_all(b"SECOND")?;
    file.sync_all()?;
    file.sync_data()?;
    show("in the middle", fs::read_to_string(path));
    file.set_len(5)?;
    show("cut off", fs::read_to_string(path));
    file.set_len(8)?;
    show("filled up", fs::read_to_string(path));
    file.seek(SeekFrom::Start(10))?;
    file.write_all(b"!")?;
    show("a gap", fs::read(path));
    show("new, but there", File::create_new(path).map(drop));
    show("new", File::create_new("/data/new.txt").map(drop));
    File::create(path)?;
    show("truncated", fs::read(path));
    let mut write_only = OpenOptions::new().write(true).open(path)?;
    show("read though write only", write_only.read(&mut [0; 4]));
    let large: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    fs::write("/data/large.bin", &large)?;
    println!("a large file: {}", fs::read("/data/large.bin")? == large);
    show("copied", fs::copy("/data/large.bin", "/data/copy.bin"));
    Ok(())
}

fn directories() -> Outcome {
    show("make", fs::create_dir("/data/made"));
    show("make again", fs::create_dir("/data/made"));
    show("make with a slash", fs::create_dir("/data/slash/"));
    show("make below nothing", fs::create_dir("/data/no/thing"));
    fs::create_dir_all("/data/made/x/y/z")?;
    fs::write("/data/made/x/file", "")?;
    println!("listed: {:?}", listed("/data/made/x")?);
    println!("all: {:?}", listed("/data")?);
    show("remove what is not empty", fs::remove_dir("/data/made"));
    show(
        "remove a file as a directory",
        fs::remove_dir("/data/made/x/file"),
    );
    show(
        "remove a directory as a file",
        fs::remove_file("/data/made/x"),
    );
    show("remove", fs::remove_dir("/data/made/x/y/z"));
    show("remove again", fs::remove_dir("/data/made/x/y/z"));
    show("remove all", fs::remove_dir_all("/data/made"));
    println!("gone: {}", !Path::new("/data/made").exists());
    show("list a file", fs::read_dir("/data/greeting.txt").map(drop));
    show("list nothing", fs::read_dir("/data/none").map(drop));
    Ok(())
}

fn listed(path: &str) -> io::Result<Vec<(String, char)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = match entry.file_type()? {
            kind if kind.is_dir() => 'd',
            kind if kind.is_symlink() => 'l',
            _ => 'f',
        };
        names.push((entry.file_name().to_string_lossy().into_owned(), kind));
    }
    names.sort();
    Ok(names)
}

fn moving() -> Outcome {
    for (path, text) in [("one", "1"), ("two", "2"), ("three", "3")] {
        fs::write(format!("/data/{path}"), text)?;
    }
    show("rename", fs::rename("/data/one", "/data/uno"));
    show("onto another", fs::rename("/data/uno", "/data/two"));
    show("what is there", fs::read_to_string("/data/two"));
    show("rename nothing", fs::rename("/data/one", "/data/eins"));
    fs::create_dir_all("/data/from/inner")?;
    fs::create_dir_all("/data/to")?;
    show(
        "a file onto a directory",
        fs::rename("/data/two", "/data/to"),
    );
    show(
        "a directory onto a file",
        fs::rename("/data/from", "/data/two"),
    );
    show(
        "into itself",
        fs::rename("/data/from", "/data/from/inner/x"),
    );
    show("onto an empty one", fs::rename("/data/from", "/data/to"));
    println!("moved: {:?}", listed("/data/to")?);
    fs::create_dir("/data/full")?;
    fs::write("/data/full/file", "")?;
    show("onto a full one", fs::rename("/data/to", "/data/full"));
    show("to itself", fs::rename("/data/full", "/data/full"));
    show(
        "into a directory",
        fs::rename("/data/three", "/data/full/three"),
    );
    println!("there: {:?}", listed("/data/full")?);
    let mut open = File::open("/data/full/three")?;
    fs::remove_file("/data/full/three")?;
    let mut text = String::new();
    open.read_to_string(&mut text)?;
    println!("removed while open: {text:?}");
    Ok(())
}

fn links() -> Outcome {
    #[expect(
        deprecated,
        reason = "the one function for symbolic links that is stable on this target"
    )]
    let link = |target: &str, path: &str| fs::soft_link(target, path);
    show("link", link("greeting.txt", "/data/link"));
    show("its target", fs::read_link("/data/link"));
    show("through it", fs::read_to_string("/data/link"));
    show("link again", link("two", "/data/link"));
    show("not a link", fs::read_link("/data/greeting.txt"));
    show("to a directory", link("a/b", "/data/b"));
    show("through that", fs::read_to_string("/data/b/deep.txt"));
    show(
        "back through it",
        fs::read_to_string("/data/b/../../greeting.txt"),
    );
    show("to nothing", link("nothing", "/data/dangling"));
    show("through nothing", fs::read("/data/dangling"));
    show("is it there", fs::exists("/data/dangling"));
    println!(
        "kinds: {} {}",
        fs::symlink_metadata("/data/link")?.is_symlink(),
        fs::metadata("/data/link")?.is_file()
    );
    show("in a circle", link("circle", "/data/circle"));
    show("round it", fs::read("/data/circle"));
    show("absolute", link("/data/greeting.txt", "/data/absolute"));
    show("out", link("../../etc", "/data/out"));
    show("through out", fs::read_dir("/data/out").map(drop));
    show(
        "hard link",
        fs::hard_link("/data/greeting.txt", "/data/hard"),
    );
    fs::write("/data/hard", "through the other name\n")?;
    show("the same", fs::read_to_string("/data/greeting.txt"));
    show("hard link again", fs::hard_link("/data/two", "/data/hard"));
    show("of a directory", fs::hard_link("/data/a", "/data/hard-a"));
    show("remove a link", fs::remove_file("/data/link"));
    show("what it led to", fs::read_to_string("/data/greeting.txt"));
    Ok(())
}

fn leaving() {
    show("above", fs::read("/data/../secret"));
    show("far above", fs::read("/data/a/../../../etc/passwd"));
    show("elsewhere", fs::read("/etc/passwd"));
    show("relative", fs::read("greeting.txt"));
    show("within", fs::read_to_string("/data/a/../a/./b//deep.txt"));
    show(
        "a long name",
        fs::read(format!("/data/{}", "x".repeat(300))),
    );
    show("a name with nothing", fs::read("/data/\0"));
    show("an empty path", fs::read(""));
}

fn refused() {
    show("fixed", fs::read_to_string("/fixed/stone.txt"));
    show("write", fs::write("/fixed/stone.txt", ""));
    show("create", fs::write("/fixed/new.txt", ""));
    show("make", fs::create_dir("/fixed/made"));
    show("remove", fs::remove_file("/fixed/stone.txt"));
    show("rename", fs::rename("/fixed/stone.txt", "/fixed/moved.txt"));
    show(
        "out of it",
        fs::rename("/fixed/stone.txt", "/data/stone.txt"),
    );
    show(
        "append",
        OpenOptions::new()
            .append(true)
            .open("/fixed/stone.txt")
            .map(drop),
    );
    show("still there", fs::read_to_string("/fixed/stone.txt"));
}

fn metadata() -> Outcome {
    let path = "/data/measured.txt";
    fs::write(path, "12345")?;
    let found = fs::metadata(path)?;
    println!(
        "a file of {}: {} {}",
        found.len(),
        found.is_file(),
        fs::metadata("/data/a")?.is_dir()
    );
    let recent = |time: SystemTime| {
        time.elapsed()
            .is_ok_and(|age| age < Duration::from_secs(3600))
    };
    println!("modified just now: {}", recent(found.modified()?));
    println!("accessed just now: {}", recent(found.accessed()?));
    let then = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_000);
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_times(fs::FileTimes::new().set_modified(then).set_accessed(then))?;
    println!("modified then: {}", fs::metadata(path)?.modified()? == then);
    println!("accessed then: {}", file.metadata()?.accessed()? == then);
    fs::write(path, "more")?;
    println!("and now: {}", recent(fs::metadata(path)?.modified()?));
    show("of nothing", fs::metadata("/data/none").map(drop));
    Ok(())
}
