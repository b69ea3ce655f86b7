//! An error type of the host's own in place of one of the contract: what it becomes, an answer or a
//! trap, is decided in one place.

use amphi::component::{Component, HasSelf, Linker, ResourceTableError};
use amphi::{Engine, Result, Store};

use crate::host::Refusal;
use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/scribe.wit",
    imports: { "demo:journal/journal.write": trappable },
    trappable_error_type: { "demo:journal/journal.failure" => Trouble },
});

use demo::journal::journal;

/// What can go wrong when an entry is written.
pub enum Trouble {
    Unwanted(Level),
    Broken(&'static str),
    Table(ResourceTableError),
}

impl From<ResourceTableError> for Trouble {
    fn from(error: ResourceTableError) -> Trouble {
        Trouble::Table(error)
    }
}

#[derive(Default)]
struct State;

impl journal::Host for State {
    fn write(&mut self, entry: Entry) -> Result<u32, Trouble> {
        match (entry.level, entry.text.as_str()) {
            (_, "break") => Err(Trouble::Broken("the pen")),
            (_, "table") => Err(ResourceTableError::Full)?,
            (Level::Debug, _) => Err(Trouble::Unwanted(entry.level)),
            (Level::Info | Level::Warn | Level::Error, text) => {
                Ok(u32::try_from(text.len()).unwrap_or(u32::MAX))
            }
        }
    }

    fn last(&mut self) -> Option<Entry> {
        None
    }

    fn convert_failure(&mut self, trouble: Trouble) -> Result<Failure> {
        match trouble {
            Trouble::Unwanted(level) => Ok(Failure::Refused(format!("{level:?} is unwanted"))),
            Trouble::Table(ResourceTableError::Full) => Ok(Failure::Full),
            Trouble::Table(other) => Err(other.into()),
            Trouble::Broken(what) => Err(Refusal(format!("{what} is broken")).into()),
        }
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Scribe::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State);
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    t.saw("note", scribe.call_note(&mut store, Level::Info, "four")?);
    t.saw("unwanted", scribe.call_note(&mut store, Level::Debug, "")?);
    t.saw("table", scribe.call_note(&mut store, Level::Warn, "table")?);
    let broken = scribe.call_note(&mut store, Level::Warn, "break");
    t.fails("broken", broken, "the pen is broken");
    let after = scribe.call_read(&mut store);
    t.fails("afterwards", after, "cannot enter component instance");
    Ok(())
}
