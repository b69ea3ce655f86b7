//! Functions over dynamic values, imported and exported, with types read at run time.

use amphi::component::{Component, Linker, Val};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

fn entry(level: &str, text: &str) -> Val {
    Val::Record(vec![
        ("level".to_owned(), Val::Enum(level.to_owned())),
        ("text".to_owned(), Val::String(text.to_owned())),
    ])
}

/// A journal that answers by what it is told, with whatever value.
fn linker(engine: &Engine) -> Result<Linker<Vec<String>>> {
    let mut linker: Linker<Vec<String>> = Linker::new(engine);
    let mut journal = linker.instance("demo:journal/journal@1.0.0")?;
    journal.func_new("write", |mut store, ty, params, results| {
        let names: Vec<_> = ty
            .params()
            .map(|(name, ty)| format!("{name}: {ty:?}"))
            .collect();
        store.data_mut().push(format!("{} {params:?}", names.len()));
        let Some(Val::Record(fields)) = params.first() else {
            amphi::bail!("expected a record, found {params:?}");
        };
        let some = |value| Some(Box::new(value));
        results[0] = match &fields[1].1 {
            Val::String(text) if text == "full" => {
                Val::Result(Err(some(Val::Variant("full".to_owned(), None))))
            }
            Val::String(text) if text == "wrong" => Val::Result(Ok(some(Val::U8(1)))),
            Val::String(text) if text == "unknown" => {
                Val::Result(Err(some(Val::Variant("empty".to_owned(), None))))
            }
            Val::String(text) if text == "refused" => {
                let why = some(Val::String("why".to_owned()));
                Val::Result(Err(some(Val::Variant("refused".to_owned(), why))))
            }
            _ => Val::Result(Ok(some(Val::U32(5)))),
        };
        Ok(())
    })?;
    journal.func_new("last", |_, _, _, results| {
        results[0] = Val::Option(Some(Box::new(entry("error", "lást"))));
        Ok(())
    })?;
    Ok(linker)
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let pre = linker(engine)?.instantiate_pre(&guests[0])?;
    let mut store = Store::new(engine, Vec::new());
    let instance = pre.instantiate(&mut store)?;
    let note = instance.get_func(&mut store, "note");
    let note = note.ok_or_else(|| amphi::format_err!("there is no `note`"))?;
    let level = || Val::Enum("info".to_owned());
    let mut results = [Val::Bool(false)];
    for text in ["fine", "full", "refused"] {
        let params = [level(), Val::String(text.to_owned())];
        note.call(&mut store, &params, &mut results)?;
        t.saw(text, &results);
    }
    t.saw("calls", store.data());

    let read = instance.get_func(&mut store, "read");
    let read = read.ok_or_else(|| amphi::format_err!("there is no `read`"))?;
    read.call(&mut store, &[], &mut results)?;
    t.saw("read", &results);
    let pass = instance.get_func(&mut store, "pass");
    let pass = pass.ok_or_else(|| amphi::format_err!("there is no `pass`"))?;
    let entries = Val::List(vec![entry("debug", ""), entry("warn", "two")]);
    pass.call(&mut store, std::slice::from_ref(&entries), &mut results)?;
    t.same("pass", results[0] == entries, true);

    let wrong: [(&str, &[Val], usize, &str); 4] = [
        ("too few", &[level()], 1, "expected 2 argument(s), got 1"),
        (
            "no place",
            &[level(), level()],
            0,
            "expected 1 result(s), got 0",
        ),
        ("wrong type", &[level(), Val::U8(1)], 1, "type mismatch"),
        (
            "wrong case",
            &[Val::Enum("loud".to_owned()), Val::String(String::new())],
            1,
            "enum variant name `loud` is not valid",
        ),
    ];
    for (step, params, places, part) in wrong {
        let mut store = Store::new(engine, Vec::new());
        let instance = pre.instantiate(&mut store)?;
        let note = instance.get_func(&mut store, "note");
        let note = note.ok_or_else(|| amphi::format_err!("there is no `note`"))?;
        let result = note.call(&mut store, params, &mut vec![Val::Bool(false); places]);
        t.fails(step, result, part);
    }
    for text in ["wrong", "unknown"] {
        let mut store = Store::new(engine, Vec::new());
        let instance = pre.instantiate(&mut store)?;
        let note = instance.get_func(&mut store, "note");
        let note = note.ok_or_else(|| amphi::format_err!("there is no `note`"))?;
        let params = [level(), Val::String(text.to_owned())];
        let result = note.call(&mut store, &params, &mut results);
        t.fails(&format!("the host answers with {text}"), result, "");
    }
    Ok(())
}
