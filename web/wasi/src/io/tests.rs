//! Streams and pollables, by the functions of the interface: as they are here, and as Wasmtime has
//! them; and when those who wait are woken.

mod waiting;

use crate::tests::compare;

/// A guest with pipes, over `$wasi`.
macro_rules! guest {
    ($name:ident, $($wasi:ident)::+, $($error:ident)::+) => {
        mod $name {
            use std::collections::BTreeMap;
            use $($error)::+::HostError;
            use $($wasi)::+::p2::bindings::sync::io::poll::{self, HostPollable};
            use $($wasi)::+::p2::bindings::sync::io::streams::{
                self, HostInputStream, HostOutputStream,
            };
            use $($wasi)::+::p2::pipe::{
                ClosedInputStream, ClosedOutputStream, MemoryInputPipe, MemoryOutputPipe,
                SinkOutputStream,
            };
            use $($wasi)::+::p2::{
                DynInputStream, DynOutputStream, DynPollable, InputStream, OutputStream, StreamError,
            };
            use wasmtime::component::{Resource, ResourceTable};

            #[derive(Default)]
            pub struct Guest {
                table: ResourceTable,
                /// What it holds, by its name.
                held: BTreeMap<String, u32>,
                /// What was written, by its name.
                written: BTreeMap<String, MemoryOutputPipe>,
            }

            impl Guest {
                fn at<T: 'static>(&self, name: &str) -> Resource<T> {
                    let rep = self.held.get(name);
                    Resource::new_borrow(*rep.unwrap_or_else(|| panic!("nothing is `{name}`")))
                }

                fn input(&mut self, name: &str, stream: impl InputStream) -> String {
                    let stream: DynInputStream = Box::new(stream);
                    let rep = self.table.push(stream).unwrap().rep();
                    self.held.insert(name.to_owned(), rep);
                    "ok".to_owned()
                }

                fn output(&mut self, name: &str, stream: impl OutputStream) -> String {
                    let stream: DynOutputStream = Box::new(stream);
                    let rep = self.table.push(stream).unwrap().rep();
                    self.held.insert(name.to_owned(), rep);
                    "ok".to_owned()
                }

                pub fn run(&mut self, line: &str) -> String {
                    let words: Vec<&str> = line.split(' ').collect();
                    let said = self.make(&words).or_else(|| self.poll(&words));
                    if let Some(said) = said {
                        return said;
                    }
                    let said = self.read(&words).or_else(|| self.write(&words));
                    let said = said.unwrap_or_else(|| panic!("`{line}` says nothing"));
                    said.unwrap_or_else(|error| {
                        match streams::Host::convert_stream_error(&mut self.table, error) {
                            Ok(streams::StreamError::Closed) => "closed".to_owned(),
                            Ok(streams::StreamError::LastOperationFailed(error)) => {
                                self.table.to_debug_string(error).unwrap()
                            }
                            Err(trap) => format!("trap: {trap}"),
                        }
                    })
                }

                fn make(&mut self, words: &[&str]) -> Option<String> {
                    Some(match *words {
                        ["memory-in", name] => self.input(name, MemoryInputPipe::new("")),
                        ["memory-in", name, text] => {
                            self.input(name, MemoryInputPipe::new(text.to_owned()))
                        }
                        ["memory-out", name, capacity] => {
                            let pipe = MemoryOutputPipe::new(capacity.parse().expect("a number"));
                            self.written.insert(name.to_owned(), pipe.clone());
                            self.output(name, pipe)
                        }
                        ["closed-in", name] => self.input(name, ClosedInputStream),
                        ["closed-out", name] => self.output(name, ClosedOutputStream),
                        ["sink", name] => self.output(name, SinkOutputStream),
                        ["written", name] => {
                            let bytes = self.written[name].contents();
                            format!("`{}`", String::from_utf8_lossy(&bytes).replace('\0', "."))
                        }
                        ["drop-in", name] => {
                            let rep = self.held.remove(name).expect("it is held");
                            let stream = Resource::new_own(rep);
                            match HostInputStream::drop(&mut self.table, stream) {
                                Ok(()) => "ok".to_owned(),
                                Err(trap) => format!("trap: {trap}"),
                            }
                        }
                        _ => return None,
                    })
                }

                fn poll(&mut self, words: &[&str]) -> Option<String> {
                    Some(match *words {
                        ["subscribe-in", name, "as", pollable] => {
                            let stream = self.at::<DynInputStream>(name);
                            let made = HostInputStream::subscribe(&mut self.table, stream).unwrap();
                            self.held.insert(pollable.to_owned(), made.rep());
                            "ok".to_owned()
                        }
                        ["subscribe-out", name, "as", pollable] => {
                            let stream = self.at::<DynOutputStream>(name);
                            let made = HostOutputStream::subscribe(&mut self.table, stream).unwrap();
                            self.held.insert(pollable.to_owned(), made.rep());
                            "ok".to_owned()
                        }
                        ["ready", pollable] => {
                            let pollable = self.at::<DynPollable>(pollable);
                            HostPollable::ready(&mut self.table, pollable).unwrap().to_string()
                        }
                        ["block", pollable] => {
                            let pollable = self.at::<DynPollable>(pollable);
                            HostPollable::block(&mut self.table, pollable).unwrap();
                            "ok".to_owned()
                        }
                        ["unsubscribe", pollable] => {
                            let rep = self.held.remove(pollable).expect("it is held");
                            let pollable = Resource::new_own(rep);
                            HostPollable::drop(&mut self.table, pollable).unwrap();
                            "ok".to_owned()
                        }
                        ["poll", ref pollables @ ..] => {
                            let pollables = pollables.iter().map(|name| self.at(name)).collect();
                            match poll::Host::poll(&mut self.table, pollables) {
                                Ok(ready) => format!("{ready:?}"),
                                Err(_) => "trap".to_owned(),
                            }
                        }
                        _ => return None,
                    })
                }

                fn read(&mut self, words: &[&str]) -> Option<Result<String, StreamError>> {
                    let [does, name, len] = *words else { return None };
                    let len = len.parse().ok()?;
                    let shown = |bytes: Vec<u8>| format!("`{}`", String::from_utf8_lossy(&bytes));
                    let stream = self.at::<DynInputStream>(name);
                    let table = &mut self.table;
                    Some(match does {
                        "read" => HostInputStream::read(table, stream, len).map(shown),
                        "blocking-read" => {
                            HostInputStream::blocking_read(table, stream, len).map(shown)
                        }
                        "skip" => {
                            let skipped = HostInputStream::skip(table, stream, len);
                            skipped.map(|len| len.to_string())
                        }
                        "blocking-skip" => {
                            let skipped = HostInputStream::blocking_skip(table, stream, len);
                            skipped.map(|len| len.to_string())
                        }
                        _ => return None,
                    })
                }

                fn write(&mut self, words: &[&str]) -> Option<Result<String, StreamError>> {
                    let stream = self.at::<DynOutputStream>(words[1]);
                    let table = &mut self.table;
                    let number = |word: &str| word.parse::<u64>().expect("a number");
                    let done = match (words[0], &words[2..]) {
                        ("check-write", []) => {
                            return Some(table.check_write(stream).map(|len| len.to_string()));
                        }
                        ("write", [text]) => {
                            HostOutputStream::write(table, stream, text.as_bytes().to_vec())
                        }
                        ("blocking-write", [text]) => {
                            table.blocking_write_and_flush(stream, text.as_bytes().to_vec())
                        }
                        ("blocking-write-bytes", [len]) => {
                            let bytes = vec![b'x'; len.parse().expect("a number")];
                            table.blocking_write_and_flush(stream, bytes)
                        }
                        ("flush", []) => HostOutputStream::flush(table, stream),
                        ("blocking-flush", []) => table.blocking_flush(stream),
                        ("zeroes", [len]) => table.write_zeroes(stream, number(len)),
                        ("blocking-zeroes", [len]) => {
                            table.blocking_write_zeroes_and_flush(stream, number(len))
                        }
                        (splice @ ("splice" | "blocking-splice"), [source, len]) => {
                            let rep = self.held.get(*source);
                            let source = Resource::new_borrow(*rep.expect("it is held"));
                            let spliced = match splice {
                                "splice" => table.splice(stream, source, number(len)),
                                _ => table.blocking_splice(stream, source, number(len)),
                            };
                            return Some(spliced.map(|len| len.to_string()));
                        }
                        _ => return None,
                    };
                    Some(done.map(|()| "ok".to_owned()))
                }
            }
        }
    };
}

guest!(here, crate, crate::p2::bindings::sync::io::error);
guest!(
    wasmtime,
    wasmtime_wasi,
    wasmtime_wasi::p2::bindings::sync::io::error
);

/// Has a guest do each line, which says what is expected after an arrow or else that all is well.
fn check(script: &str) {
    let mut here = here::Guest::default();
    let mut native = wasmtime::Guest::default();
    compare(script, |does| {
        [("here", here.run(does)), ("Wasmtime", native.run(does))]
    });
}

#[test]
fn memory_is_read_to_its_end() {
    check(
        "memory-in in abcdef
         read in 0 => ``
         read in 2 => `ab`
         blocking-read in 0 => ``
         skip in 1 => 1
         blocking-skip in 1 => 1
         blocking-read in 99 => `ef`
         read in 0 => closed
         read in 1 => closed
         blocking-read in 1 => closed
         skip in 1 => closed
         memory-in empty
         read empty 0 => closed
         blocking-skip empty 1 => closed
         closed-in closed
         read closed 0 => closed
         blocking-read closed 1 => closed",
    );
}

#[test]
fn memory_takes_what_it_has_room_for() {
    check(
        "memory-out out 6
         check-write out => 6
         write out abc
         check-write out => 3
         write out abcd => trap: write beyond capacity of MemoryOutputPipe
         write out _
         blocking-flush out
         blocking-write out x
         written out => `abc_x`
         check-write out => 1
         blocking-write out yz => closed
         written out => `abc_xy`
         check-write out => closed
         flush out
         blocking-flush out => closed
         write out z => trap: write beyond capacity of MemoryOutputPipe
         blocking-write out z => closed
         memory-out none 0
         check-write none => closed
         memory-out whole 3
         blocking-write whole abc
         written whole => `abc`",
    );
}

#[test]
fn what_is_closed_takes_nothing_and_a_sink_anything() {
    check(
        "closed-out out
         check-write out => closed
         write out a => closed
         flush out => closed
         blocking-flush out => closed
         blocking-write out a => closed
         zeroes out 1 => closed
         sink sink
         check-write sink => 65536
         write sink abc
         blocking-write sink abc
         blocking-flush sink
         zeroes sink 65536
         zeroes sink 65537 => trap: cannot write more zeroes than `check_write` allows",
    );
}

#[test]
fn zeroes_and_what_is_written_at_once_have_a_most() {
    check(
        "memory-out out 5000
         zeroes out 3
         blocking-zeroes out 2
         written out => `.....`
         zeroes out 4996 => trap: cannot write more zeroes than `check_write` allows
         blocking-zeroes out 4097 => trap: Buffer too large for blocking-write-zeroes-and-flush (expected at most 4096)
         blocking-write-bytes out 4097 => trap: Buffer too large for blocking-write-and-flush (expected at most 4096)
         blocking-write-bytes out 4096
         check-write out => 899",
    );
}

#[test]
fn a_splice_takes_what_both_sides_allow() {
    check(
        "memory-in in abcdefghij
         memory-out out 7
         splice out in 0 => 0
         splice out in 3 => 3
         blocking-splice out in 2 => 2
         splice out in 99 => 2
         written out => `abcdefg`
         splice out in 1 => closed
         blocking-splice out in 1 => closed
         read in 9 => `hij`
         sink sink
         splice sink in 0 => 0
         splice sink in 1 => closed
         blocking-splice sink in 1 => closed
         closed-in gone
         splice sink gone 1 => closed
         splice sink gone 0 => 0
         closed-out full
         memory-in more klm
         splice full more 1 => closed
         read more 9 => `klm`",
    );
}

#[test]
fn who_polls_is_told_of_all_that_are_ready_in_the_order_of_the_table() {
    check(
        "memory-in in abc
         memory-out out 3
         closed-in gone
         poll => trap
         subscribe-in gone as p
         subscribe-out out as q
         subscribe-in in as r
         poll r => [0]
         poll r q p => [0, 1, 2]
         poll p q r => [2, 1, 0]
         poll q => [0]
         poll r p r q => [0, 2, 3, 1]
         ready p => true
         block q
         drop-in in => trap: resource has children
         unsubscribe r
         poll p q => [1, 0]",
    );
}
