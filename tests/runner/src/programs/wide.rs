//! Types with as many parts as pass from one component to another inside a composition, and with
//! one more.

use amphi::component::Linker;
use amphi::{Engine, Result, Store};

use super::Transcript;
use crate::wide::{KINDS, of};

pub async fn run(t: &mut Transcript, engine: &Engine) -> Result<()> {
    for wide in &KINDS {
        let (kind, _, named) = wide;
        let component = amphi::compile(engine, &of(wide, 1000)?).await?;
        let mut store = Store::new(engine, ());
        let it = Linker::new(engine).instantiate(&mut store, &component)?;
        let run = it.get_typed_func::<(), ()>(&mut store, "run")?;
        t.same(&format!("a {kind} of 1000"), run.call(&mut store, ())?, ());
        let more = amphi::compile(engine, &of(wide, 1001)?).await;
        t.fails(&format!("a {kind} of 1001"), more.map(drop), named);
    }
    Ok(())
}
