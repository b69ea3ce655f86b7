//! An imported interface with types of its own, which the world's exports use too.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({ path: "../corpus/bindings/scribe.wit" });

use demo::journal::journal;

/// Takes two entries, none of them a warning.
#[derive(Default)]
struct State {
    entries: Vec<Entry>,
}

impl journal::Host for State {
    fn write(&mut self, entry: Entry) -> Result<u32, Failure> {
        match entry.level {
            Level::Warn => Err(Failure::Refused(format!("no warnings: {}", entry.text))),
            _ if self.entries.len() == 2 => Err(Failure::Full),
            Level::Debug | Level::Info | Level::Error => {
                self.entries.push(entry);
                Ok(u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
            }
        }
    }

    fn last(&mut self) -> Option<Entry> {
        self.entries.last().cloned()
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Scribe::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State::default());
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    t.saw("nothing yet", scribe.call_read(&mut store)?);
    t.saw("note", scribe.call_note(&mut store, Level::Info, "first")?);
    t.saw(
        "note",
        scribe.call_note(&mut store, Level::Error, "sécond 🦀")?,
    );
    t.saw("refused", scribe.call_note(&mut store, Level::Warn, "hm")?);
    t.saw("full", scribe.call_note(&mut store, Level::Debug, "third")?);
    t.saw("read", scribe.call_read(&mut store)?);
    let entries = [
        Entry {
            level: Level::Debug,
            text: String::new(),
        },
        Entry {
            level: Level::Error,
            text: "x".repeat(300),
        },
    ];
    let passed = scribe.call_pass(&mut store, &entries)?;
    t.same("pass", &passed, &entries);
    Ok(())
}
