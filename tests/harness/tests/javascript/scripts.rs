//! Component scripts as what a page can run: the components, whole and precompiled, and in
//! `all.json` the calls of them in order.
//!
//! What a script says of a call is left out: both entries of the package have to agree, and the
//! conformance tests say with whom.

use crate::precompiled::write_precompiled;
use amphi_core::javascript::{Case, exported};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use wast::component::WastVal;
use wast::core::WastArgCore;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke};

/// Writes what is in the scripts of a folder into `to`.
pub fn write(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    let mut all = Map::new();
    for entry in fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        let text = fs::read_to_string(&path).expect("it is text");
        let name = path.file_stem().expect("it has a name").display();
        let mut script = Script {
            name: name.to_string(),
            folder: to,
            components: 0,
            definitions: HashMap::new(),
        };
        let mut lexer = Lexer::new(&text);
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("it can be read");
        let wast = parser::parse::<Wast<'_>>(&buffer).expect("it is a script");
        let steps = wast.directives.into_iter().filter_map(|directive| {
            let line = directive.span().linecol_in(&text).0 + 1;
            let mut step = script.step(directive)?;
            step["line"] = json!(line);
            Some(step)
        });
        let steps: Vec<Value> = steps.collect();
        all.insert(name.to_string(), json!(steps));
    }
    fs::write(to.join("all.json"), Value::Object(all).to_string()).expect("it can be written");
}

struct Script<'a> {
    name: String,
    folder: &'a Path,
    components: usize,
    /// The files of components that are defined, by name.
    definitions: HashMap<Option<String>, Option<String>>,
}

impl Script<'_> {
    /// A step for a page: an instance that is made, or a call.
    fn step(&mut self, directive: WastDirective<'_>) -> Option<Value> {
        match directive {
            WastDirective::Module(mut wat) => {
                let id = wat.name().map(|id| id.name().to_owned());
                let file = self.component(&mut wat)?;
                Some(json!({ "make": file, "id": id }))
            }
            WastDirective::ModuleDefinition(mut wat) => {
                let id = wat.name().map(|id| id.name().to_owned());
                let file = self.component(&mut wat);
                self.definitions.insert(id, file.clone());
                self.definitions.insert(None, file);
                None
            }
            WastDirective::ModuleInstance {
                instance, module, ..
            } => {
                let file = self.definitions.get(&module.map(|id| id.name().to_owned()));
                let file = file?.as_ref()?;
                Some(json!({ "make": file, "id": instance.map(|id| id.name()) }))
            }
            WastDirective::Invoke(invoke)
            | WastDirective::AssertExhaustion { call: invoke, .. } => call(&invoke),
            WastDirective::AssertReturn { exec, .. } | WastDirective::AssertTrap { exec, .. } => {
                match exec {
                    WastExecute::Invoke(invoke) => call(&invoke),
                    WastExecute::Wat(wat) => {
                        let file = self.component(&mut QuoteWat::Wat(wat))?;
                        Some(json!({ "make": file, "id": null }))
                    }
                    WastExecute::Get { .. } => None,
                }
            }
            _ => None,
        }
    }

    /// Writes a component both ways; none that a page does not run.
    fn component(&mut self, wat: &mut QuoteWat<'_>) -> Option<String> {
        let bytes = wat.encode().ok()?;
        self.components += 1;
        let name = format!("{}-{}", self.name, self.components);
        let whole = self.folder.join(format!("{name}.component"));
        fs::write(whole, &bytes).expect("it can be written");
        write_precompiled(&bytes, &self.folder.join(format!("{name}.page"))).then_some(name)
    }
}

fn call(invoke: &WastInvoke<'_>) -> Option<Value> {
    let args = invoke.args.iter().map(argument);
    let args = args.collect::<Option<Vec<Value>>>()?;
    let on = invoke.module.map(|id| id.name());
    let name = exported(Case::Camel.spell(invoke.name));
    Some(json!({ "call": { "on": on, "name": name, "args": args } }))
}

/// A value that JSON has no form for is an object with one key that begins with a dollar.
fn argument(arg: &WastArg<'_>) -> Option<Value> {
    Some(match arg {
        WastArg::Component(value) => component_value(value),
        WastArg::Core(WastArgCore::F32(value)) => json!({ "$f32": value.bits }),
        WastArg::Core(WastArgCore::F64(value)) => json!({ "$f64": value.bits.to_string() }),
        _ => return None,
    })
}

fn component_value(value: &WastVal<'_>) -> Value {
    let payload = |value: &Option<Box<WastVal<'_>>>| value.as_deref().map(component_value);
    match value {
        WastVal::Bool(value) => json!(value),
        WastVal::U8(value) => json!(value),
        WastVal::S8(value) => json!(value),
        WastVal::U16(value) => json!(value),
        WastVal::S16(value) => json!(value),
        WastVal::U32(value) => json!(value),
        WastVal::S32(value) => json!(value),
        WastVal::U64(value) => json!({ "$big": value.to_string() }),
        WastVal::S64(value) => json!({ "$big": value.to_string() }),
        WastVal::F32(value) => json!({ "$f32": value.bits }),
        WastVal::F64(value) => json!({ "$f64": value.bits.to_string() }),
        WastVal::Char(value) => json!(value),
        WastVal::String(value) => json!(value),
        WastVal::List(items) | WastVal::Tuple(items) => items.iter().map(component_value).collect(),
        WastVal::Record(fields) => {
            let fields = fields.iter();
            let fields =
                fields.map(|(name, value)| (Case::Camel.spell(name), component_value(value)));
            Value::Object(fields.collect())
        }
        WastVal::Variant(name, value) => json!({ "tag": name, "val": payload(value) }),
        WastVal::Enum(name) => json!(name),
        WastVal::Option(Some(value)) => json!({ "$some": component_value(value) }),
        WastVal::Option(None) => json!({ "$none": true }),
        WastVal::Result(Ok(value)) => json!({ "tag": "ok", "val": payload(value) }),
        WastVal::Result(Err(value)) => json!({ "tag": "err", "val": payload(value) }),
        WastVal::Flags(names) => {
            let set = names
                .iter()
                .map(|name| (Case::Camel.spell(name), json!(true)));
            Value::Object(set.collect())
        }
    }
}
