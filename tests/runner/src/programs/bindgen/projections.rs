//! A host that implements its imports on parts of the store's data: `HasData` with a view of them.

use amphi::component::{Component, HasData, Linker};
use amphi::{AsContextMut, Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/scribe.wit",
    skip_mut_forwarding_impls: true,
});

use demo::journal::journal;

/// The store's data.
struct App {
    entries: Vec<Entry>,
    limit: usize,
    unrelated: u32,
}

/// What the interface needs of it.
struct View<'a> {
    entries: &'a mut Vec<Entry>,
    limit: usize,
}

/// Leads from the one to the other.
struct Journal;

impl HasData for Journal {
    type Data<'a> = View<'a>;
}

impl journal::Host for View<'_> {
    fn write(&mut self, entry: Entry) -> Result<u32, Failure> {
        if self.entries.len() == self.limit {
            return Err(Failure::Full);
        }
        self.entries.push(entry);
        Ok(u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
    }

    fn last(&mut self) -> Option<Entry> {
        self.entries.last().cloned()
    }
}

fn view(app: &mut App) -> View<'_> {
    View {
        entries: &mut app.entries,
        limit: app.limit,
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Scribe::add_to_linker::<_, Journal>(&mut linker, view)?;
    let app = App {
        entries: Vec::new(),
        limit: 1,
        unrelated: 0,
    };
    let mut store = Store::new(engine, app);
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    t.saw("note", scribe.call_note(&mut store, Level::Info, "one")?);
    t.saw("full", scribe.call_note(&mut store, Level::Info, "two")?);
    let mut context = store.as_context_mut();
    context.data_mut().limit += 1;
    context.data_mut().unrelated += 1;
    t.saw("note", scribe.call_note(&mut context, Level::Info, "two")?);
    let app = store.into_data();
    t.same(
        "the data",
        (app.entries.len(), app.limit, app.unrelated),
        (2, 2, 1),
    );
    Ok(())
}
