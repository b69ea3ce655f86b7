//! Types that borrow: parameters of exports are references all the way down, and one contract type
//! may become two Rust types.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/scribe.wit",
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// One Rust type each, since no type is both a parameter of an export and a result.
mod once {
    amphi::component::bindgen!({
        inline: "
            package demo:journal@1.0.0;

            interface journal {
                enum level { debug, info, warn, error }
                record entry { level: level, text: string }
                variant failure { full, refused(string) }
                write: func(entry: entry) -> result<u32, failure>;
                last: func() -> option<entry>;
            }

            world scribe {
                use journal.{level, failure};
                import journal;
                export note: func(level: level, text: string) -> result<u32, failure>;
            }
        ",
        ownership: Borrowing { duplicate_if_necessary: false },
    });
}

use demo::journal::journal;

#[derive(Default)]
struct State {
    entries: Vec<(Level, String)>,
}

impl journal::Host for State {
    fn write(&mut self, entry: journal::EntryResult) -> Result<u32, Failure> {
        self.entries.push((entry.level, entry.text));
        Ok(u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
    }

    fn last(&mut self) -> Option<journal::EntryResult> {
        let (level, text) = self.entries.last()?.clone();
        Some(journal::EntryResult { level, text })
    }
}

impl once::demo::journal::journal::Host for State {
    fn write(
        &mut self,
        entry: once::demo::journal::journal::Entry,
    ) -> Result<u32, once::demo::journal::journal::Failure> {
        Ok(u32::try_from(entry.text.len()).unwrap_or(u32::MAX))
    }

    fn last(&mut self) -> Option<once::demo::journal::journal::Entry> {
        None
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Scribe::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State::default());
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    let texts = ["a", "bé", ""].map(str::to_owned);
    let entries: Vec<_> = texts
        .iter()
        .map(|text| journal::EntryParam {
            level: Level::Warn,
            text,
        })
        .collect();
    let passed = scribe.call_pass(&mut store, &entries)?;
    t.same(
        "pass",
        passed.iter().map(|entry| &entry.text).collect::<Vec<_>>(),
        &texts,
    );
    t.saw("note", scribe.call_note(&mut store, Level::Info, "five")?);
    t.same(
        "read",
        scribe.call_read(&mut store)?.map(|entry| entry.text),
        Some("five"),
    );

    let mut linker = Linker::new(engine);
    once::Scribe::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let scribe = once::Scribe::instantiate(&mut store, &guests[0], &linker)?;
    let level = once::demo::journal::journal::Level::Info;
    t.saw("note", scribe.call_note(&mut store, level, "five")?);
    Ok(())
}
