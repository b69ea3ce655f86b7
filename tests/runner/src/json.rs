//! Calls whose arguments and results are JSON.

use amphi::component::{Component, Instance};
use amphi::json::{Bounds, Function, Outcome};
use amphi::{AsContextMut, Result, invoke};

/// How long a result may get.
const MOST: usize = 1 << 20;

/// Calls the function `name` with the arguments in `body`, and gives the text of its result.
pub fn call(
    store: impl AsContextMut,
    component: &Component,
    instance: &Instance,
    name: &str,
    body: &str,
) -> Result<Option<String>> {
    let target = invoke::resolve(component, &invoke::parse(&format!("{name}()"))?)?;
    let function = Function::new(&target.func)?;
    let arguments = function.arguments(body.as_bytes(), &Bounds::default())?;
    let results = invoke::call_values(store, instance, &target, &arguments)?;
    Ok(Some(match function.results(&results, MOST)? {
        Outcome::Ok(text) => text,
        Outcome::Err(text) => format!("{{\"err\":{text}}}"),
    }))
}
