//! Derives that are added to every generated type.

use std::collections::HashSet;

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/scribe.wit",
    additional_derives: [PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize],
});

use demo::journal::journal;

/// Keeps each entry once.
#[derive(Default)]
struct State(HashSet<Entry>);

impl journal::Host for State {
    fn write(&mut self, entry: Entry) -> Result<u32, Failure> {
        match self.0.insert(entry) {
            true => Ok(u32::try_from(self.0.len()).unwrap_or(u32::MAX)),
            false => Err(Failure::Refused("known already".to_owned())),
        }
    }

    fn last(&mut self) -> Option<Entry> {
        self.0.iter().next().cloned()
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Scribe::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State::default());
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    let noted = scribe.call_note(&mut store, Level::Warn, "once")?;
    t.same("note", noted == Ok(1), true);
    let again = scribe.call_note(&mut store, Level::Warn, "once")?;
    t.same(
        "again",
        again == Err(Failure::Refused("known already".to_owned())),
        true,
    );
    let read = scribe.call_read(&mut store)?;
    let json = serde_json::to_string(&read)?;
    t.same("as JSON", &json, r#"{"level":"Warn","text":"once"}"#);
    let back: Option<Entry> = serde_json::from_str(&json)?;
    t.same("and back", back == read, true);
    Ok(())
}
