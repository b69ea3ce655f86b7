//! What a guest sees of a directory, by the functions of the interface: in memory, and of a folder
//! by Wasmtime's own WASI.

mod files;
mod paths;
mod streams;
mod trees;

use crate::FsPerms;
use crate::tests::compare;
use wasmtime_wasi::WasiCtx;

/// A guest that is granted a directory, over `$interface` as `$wasi` implements it.
macro_rules! guest {
    ($name:ident, $($wasi:ident)::+, $($interface:ident)::+) => {
        mod $name {
            use std::collections::BTreeMap;
            use $($wasi)::+::filesystem::{Descriptor, WasiFilesystemCtx, WasiFilesystemCtxView};
            use $($wasi)::+::p2::{DynInputStream, DynOutputStream, FsError};
            use $($interface)::+::filesystem::{preopens, types};
            use $($interface)::+::io::streams::{self, HostInputStream, HostOutputStream};
            use types::{
                DescriptorFlags, DescriptorType, HostDescriptor, HostDirectoryEntryStream,
                OpenFlags, PathFlags,
            };
            use wasmtime::component::{Resource, ResourceTable};

            pub struct Guest {
                ctx: WasiFilesystemCtx,
                table: ResourceTable,
                /// What is open, by its name; the granted directory by none.
                open: BTreeMap<String, u32>,
            }

            /// What a function says, or the name of its error.
            type Said = Result<String, FsError>;

            impl Guest {
                pub fn new(ctx: WasiFilesystemCtx) -> Guest {
                    let table = ResourceTable::new();
                    let mut guest = Guest { ctx, table, open: BTreeMap::new() };
                    let granted = preopens::Host::get_directories(&mut guest.view());
                    let (directory, _) = granted.expect("one is granted").remove(0);
                    guest.open.insert(String::new(), directory.rep());
                    guest
                }

                fn view(&mut self) -> WasiFilesystemCtxView<'_> {
                    WasiFilesystemCtxView { ctx: &mut self.ctx, table: &mut self.table }
                }

                fn at<T: 'static>(&self, name: &str) -> Resource<T> {
                    let rep = self.open.get(name);
                    Resource::new_borrow(*rep.unwrap_or_else(|| panic!("nothing is `{name}`")))
                }

                /// Does what `line` says, relative to what is open as the word before a colon.
                pub fn run(&mut self, line: &str) -> String {
                    let (base, line) = line.split_once(": ").unwrap_or(("", line));
                    let words: Vec<String> = line.split(' ').map(super::word).collect();
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    if let Some(said) = self.stream(&words) {
                        return said.unwrap_or_else(|error| match error {
                            streams::StreamError::Closed => "closed".to_owned(),
                            streams::StreamError::LastOperationFailed(error) => {
                                let code = types::Host::filesystem_error_code(&mut self.view(), error);
                                code.unwrap().map_or("failed".into(), |code| code.name().into())
                            }
                        });
                    }
                    let said = self.file(&words).or_else(|| self.path(base, &words));
                    let said = said.unwrap_or_else(|| panic!("`{line}` says nothing"));
                    said.unwrap_or_else(|error| match error.downcast() {
                        Ok(code) => code.name().to_owned(),
                        Err(trap) => format!("trap: {trap}"),
                    })
                }

                fn path(&mut self, base: &str, words: &[&str]) -> Option<Said> {
                    let dir = self.at::<Descriptor>(base);
                    let mut view = self.view();
                    let follow = PathFlags::SYMLINK_FOLLOW;
                    let done = match *words {
                        ["mkdir", path] => view.create_directory_at(dir, path.into()),
                        ["rmdir", path] => view.remove_directory_at(dir, path.into()),
                        ["unlink", path] => view.unlink_file_at(dir, path.into()),
                        ["symlink", target, path] => {
                            view.symlink_at(dir, target.into(), path.into())
                        }
                        ["link", path, to] => {
                            let other = Resource::new_borrow(dir.rep());
                            view.link_at(dir, PathFlags::empty(), path.into(), other, to.into())
                        }
                        ["rename", path, to] => {
                            let other = Resource::new_borrow(dir.rep());
                            view.rename_at(dir, path.into(), other, to.into())
                        }
                        ["rename", path, "into", other, to] => {
                            let other = self.at(other);
                            self.view().rename_at(dir, path.into(), other, to.into())
                        }
                        ["readlink", path] => return Some(view.readlink_at(dir, path.into())),
                        ["stat", path] => return Some(stat(view.stat_at(dir, follow, path.into()))),
                        ["lstat", path] => {
                            return Some(stat(view.stat_at(dir, PathFlags::empty(), path.into())));
                        }
                        ["open", path, how] => return Some(self.open(dir, "last", path, how)),
                        ["open", path, how, "as", name] => {
                            return Some(self.open(dir, name, path, how));
                        }
                        ["put", path, text] => return Some(self.put(dir, path, text)),
                        ["cat", path] => return Some(self.cat(dir, path)),
                        ["list"] => return Some(self.list(dir)),
                        _ => return None,
                    };
                    Some(done.map(|()| "ok".to_owned()))
                }

                fn file(&mut self, words: &[&str]) -> Option<Said> {
                    let number = |word: &str| word.parse::<u64>().expect("a number");
                    let done = match *words {
                        ["read", name, offset, len] => {
                            let file = self.at(name);
                            let read = self.view().read(file, number(len), number(offset));
                            return Some(read.map(|(bytes, end)| shown(&bytes, end)));
                        }
                        ["write", name, offset, text] => {
                            let file = self.at(name);
                            let written =
                                self.view().write(file, text.into(), number(offset));
                            written.map(drop)
                        }
                        ["size", name, size] => {
                            let file = self.at(name);
                            self.view().set_size(file, number(size))
                        }
                        ["fstat", name] => {
                            let file = self.at(name);
                            return Some(stat(self.view().stat(file)));
                        }
                        ["same", name, other] => {
                            let (one, other) = (self.at(name), self.at(other));
                            let same = self.view().is_same_object(one, other);
                            return Some(Ok(same.unwrap().to_string()));
                        }
                        ["close", name] => {
                            let rep = self.open.remove(name).expect("it is open");
                            HostDescriptor::drop(&mut self.view(), Resource::new_own(rep)).unwrap();
                            Ok(())
                        }
                        _ => return None,
                    };
                    Some(done.map(|()| "ok".to_owned()))
                }

                fn stream(&mut self, words: &[&str]) -> Option<Result<String, streams::StreamError>> {
                    let number = |word: &str| word.parse::<u64>().expect("a number");
                    let said = match *words {
                        ["input", file, offset, "as", name] => {
                            let file = self.at(file);
                            let made = self.view().read_via_stream(file, number(offset));
                            return Some(Ok(self.made(made, name)));
                        }
                        ["output", file, offset, "as", name] => {
                            let file = self.at(file);
                            let made = self.view().write_via_stream(file, number(offset));
                            return Some(Ok(self.made(made, name)));
                        }
                        ["append", file, "as", name] => {
                            let file = self.at(file);
                            let made = self.view().append_via_stream(file);
                            return Some(Ok(self.made(made, name)));
                        }
                        ["blocking-read", name, len] => {
                            let stream = self.at::<DynInputStream>(name);
                            let read = HostInputStream::blocking_read(&mut self.table, stream, number(len));
                            read.map(|bytes| shown(&bytes, false))
                        }
                        ["blocking-skip", name, len] => {
                            let stream = self.at::<DynInputStream>(name);
                            let skipped = HostInputStream::blocking_skip(&mut self.table, stream, number(len));
                            skipped.map(|len| len.to_string())
                        }
                        ["blocking-write", name, text] => {
                            let stream = self.at::<DynOutputStream>(name);
                            let table = &mut self.table;
                            let written = table.blocking_write_and_flush(stream, text.into());
                            written.map(|()| "ok".to_owned())
                        }
                        ["check-write", name] => {
                            let stream = self.at::<DynOutputStream>(name);
                            self.table.check_write(stream).map(|permit| permit.to_string())
                        }
                        _ => return None,
                    };
                    Some(said.map_err(|error| {
                        streams::Host::convert_stream_error(&mut self.table, error).unwrap()
                    }))
                }

                fn made<T: 'static>(&mut self, made: Result<Resource<T>, FsError>, name: &str) -> String {
                    match made.map_err(FsError::downcast) {
                        Ok(stream) => {
                            self.open.insert(name.to_owned(), stream.rep());
                            "ok".to_owned()
                        }
                        Err(code) => code.expect("no trap").name().to_owned(),
                    }
                }

                fn opened(
                    &mut self,
                    dir: Resource<Descriptor>,
                    path: &str,
                    how: &str,
                ) -> Result<Resource<Descriptor>, FsError> {
                    let mut open = OpenFlags::empty();
                    let mut flags = DescriptorFlags::empty();
                    let mut follow = PathFlags::empty();
                    for letter in how.chars() {
                        match letter {
                            'c' => open |= OpenFlags::CREATE,
                            'd' => open |= OpenFlags::DIRECTORY,
                            't' => open |= OpenFlags::TRUNCATE,
                            'x' => open |= OpenFlags::EXCLUSIVE,
                            'f' => follow |= PathFlags::SYMLINK_FOLLOW,
                            'r' => flags |= DescriptorFlags::READ,
                            'w' => flags |= DescriptorFlags::WRITE,
                            's' => flags |= DescriptorFlags::FILE_INTEGRITY_SYNC,
                            other => panic!("`{other}` is no way to open"),
                        }
                    }
                    self.view().open_at(dir, follow, path.into(), open, flags)
                }

                fn open(&mut self, dir: Resource<Descriptor>, name: &str, path: &str, how: &str) -> Said {
                    let opened = self.opened(dir, path, how)?;
                    let mut said = kind(self.view().get_type(Resource::new_borrow(opened.rep()))?).to_owned();
                    let flags = self.view().get_flags(Resource::new_borrow(opened.rep()))?;
                    for (flag, says) in [
                        (DescriptorFlags::READ, " read"),
                        (DescriptorFlags::WRITE, " write"),
                        (DescriptorFlags::MUTATE_DIRECTORY, " mutate"),
                    ] {
                        if flags.contains(flag) {
                            said.push_str(says);
                        }
                    }
                    self.open.insert(name.to_owned(), opened.rep());
                    Ok(said)
                }

                fn put(&mut self, dir: Resource<Descriptor>, path: &str, text: &str) -> Said {
                    let file = self.opened(dir, path, "ctfw")?;
                    let rep = file.rep();
                    self.view().write(file, text.into(), 0)?;
                    HostDescriptor::drop(&mut self.view(), Resource::new_own(rep)).unwrap();
                    Ok("ok".to_owned())
                }

                fn cat(&mut self, dir: Resource<Descriptor>, path: &str) -> Said {
                    let file = self.opened(dir, path, "fr")?;
                    let rep = file.rep();
                    let read = self.view().read(file, 100, 0);
                    HostDescriptor::drop(&mut self.view(), Resource::new_own(rep)).unwrap();
                    read.map(|(bytes, _)| shown(&bytes, false))
                }

                fn list(&mut self, dir: Resource<Descriptor>) -> Said {
                    let entries = self.view().read_directory(dir)?.rep();
                    let mut names = Vec::new();
                    while let Some(entry) =
                        self.view().read_directory_entry(Resource::new_borrow(entries))?
                    {
                        names.push(format!("{} {}", kind(entry.type_), entry.name));
                    }
                    HostDirectoryEntryStream::drop(&mut self.view(), Resource::new_own(entries)).unwrap();
                    names.sort();
                    Ok(names.join(", "))
                }
            }

            fn kind(kind: DescriptorType) -> &'static str {
                match kind {
                    DescriptorType::RegularFile => "file",
                    DescriptorType::Directory => "directory",
                    DescriptorType::SymbolicLink => "link",
                    _ => "other",
                }
            }

            /// A directory's size and links are the file system's own affair.
            fn stat(stat: Result<types::DescriptorStat, FsError>) -> Said {
                let stat = stat?;
                Ok(match stat.type_ {
                    DescriptorType::Directory => kind(stat.type_).to_owned(),
                    other => format!("{} {} linked {}", kind(other), stat.size, stat.link_count),
                })
            }

            fn shown(bytes: &[u8], end: bool) -> String {
                let text = String::from_utf8_lossy(bytes).replace('\0', ".");
                format!("`{text}`{}", if end { " end" } else { "" })
            }
        }
    };
}

guest!(memory, crate, crate::p2::bindings::sync);
guest!(folder, wasmtime_wasi, wasmtime_wasi::p2::bindings::sync);

/// A word of a line: `_` is an empty one, `{n}` is a name of as many bytes.
fn word(word: &str) -> String {
    match word
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        Some((before, (size, after))) => {
            let size = size.parse().expect("a number of bytes");
            format!("{before}{}{after}", "n".repeat(size))
        }
        None if word == "_" => String::new(),
        None => word.to_owned(),
    }
}

/// Has a guest do each line, which says what is expected after an arrow or else that all is well,
/// in memory and by Wasmtime. The guest may do what `perms` says from the line `---` on.
fn check_with(perms: FsPerms, script: &str) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let directory = crate::MemoryDir::new();
    let guests = |perms: FsPerms| {
        let native = match perms {
            FsPerms::ReadOnly => wasmtime_wasi::FsPerms::ReadOnly,
            FsPerms::ReadWrite => wasmtime_wasi::FsPerms::ReadWrite,
        };
        let mut builder = WasiCtx::builder();
        builder
            .preopened_dir(folder.path(), "/", native)
            .expect("it is there");
        let mut memory = super::WasiFilesystemCtx::default();
        memory
            .preopens
            .push((directory.clone(), "/".to_owned(), perms));
        let folder = folder::Guest::new(builder.build().filesystem().clone());
        (memory::Guest::new(memory), folder)
    };
    let (mut memory, mut folder) = guests(FsPerms::ReadWrite);
    compare(script, |does| {
        if does == "---" {
            (memory, folder) = guests(perms);
            return ["memory", "Wasmtime"].map(|host| (host, "ok".to_owned()));
        }
        [("memory", memory.run(does)), ("Wasmtime", folder.run(does))]
    });
}

fn check(script: &str) {
    check_with(FsPerms::ReadWrite, script);
}
