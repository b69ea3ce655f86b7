//! Calls that fail without a trap: what they leave behind of their instance, called at once and
//! awaited.

use amphi::component::{Component, Instance, Linker, Val};
use amphi::{Engine, Result, Store, Trap, format_err};

use super::Transcript;

/// Takes a number, and gives a character that is none.
const FAULTY: &str = r#"
    (component
      (core module $m
        (func (export "take") (param i32))
        (func (export "give") (result i32) i32.const 0x110000))
      (core instance $m (instantiate $m))
      (func (export "take") (param "number" u32) (canon lift (core func $m "take")))
      (func (export "give") (result char) (canon lift (core func $m "give"))))
"#;

/// What is called: a name, the arguments, the number of results.
type Call<'a> = (&'a str, &'a [Val], usize);

const FINE: Call<'static> = ("take", &[Val::U32(1)], 0);
const FAILING: [(&str, Call<'static>); 2] = [
    ("an argument of another type", ("take", &[Val::U8(1)], 0)),
    ("a character that is none", ("give", &[], 1)),
];

/// Calls at once, or awaits the call.
async fn call(
    store: &mut Store<()>,
    it: &Instance,
    awaited: bool,
    (name, params, places): Call<'_>,
) -> Result<()> {
    let func = it.get_func(&mut *store, name);
    let func = func.ok_or_else(|| format_err!("there is no `{name}`"))?;
    let mut results = vec![Val::Bool(false); places];
    match awaited {
        true => func.call_async(store, params, &mut results).await,
        false => func.call(store, params, &mut results),
    }
}

fn words(result: Result<()>) -> String {
    match result {
        Ok(()) => "no error".to_owned(),
        Err(error) => match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => "an error".to_owned(),
        },
    }
}

pub async fn run(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let text = wat::parse_str(FAULTY)?;
    let pre = Linker::new(engine).instantiate_pre(&Component::new(engine, text)?)?;
    let ways = [("called", false), ("awaited", true)];
    for (what, failing) in FAILING {
        for (first, awaited) in ways {
            for (then, awaited_then) in ways {
                let mut store = Store::new(engine, ());
                let it = pre.instantiate(&mut store)?;
                let neighbour = pre.instantiate(&mut store)?;
                let mut seen = Vec::new();
                seen.push(words(call(&mut store, &it, awaited, failing).await));
                for instance in [&neighbour, &it, &it] {
                    seen.push(words(call(&mut store, instance, awaited_then, FINE).await));
                }
                t.saw(&format!("{what}, {first}, then {then}"), seen);
            }
        }
    }
    Ok(())
}
