//! The transformer of `demo:transform`: renames, picks and redacts the fields of a JSON document.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/transform" });
    use super::Transformer;
    export!(Transformer);
}

use bindings::exports::demo::transform::json::{
    Guest, Rule, RuleError, SyntaxError, TransformError,
};
use serde_json::{Map, Value};

struct Transformer;

impl Guest for Transformer {
    fn apply(document: String, rules: Vec<Rule>) -> Result<String, TransformError> {
        for (index, rule) in rules.iter().enumerate() {
            check(rule).map_err(|message| {
                TransformError::Rule(RuleError {
                    index: index as u32,
                    message,
                })
            })?;
        }
        let mut value = serde_json::from_str(&document).map_err(syntax_error)?;
        for rule in &rules {
            follow(rule, &mut value);
        }
        Ok(value.to_string())
    }
}

/// The error with its position, which serde_json appends to its message, in fields of its own.
fn syntax_error(error: serde_json::Error) -> TransformError {
    let (line, column) = (error.line() as u32, error.column() as u32);
    let text = error.to_string();
    let message = text
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&text)
        .to_owned();
    TransformError::Syntax(SyntaxError {
        line,
        column,
        message,
    })
}

/// Whether a rule can be followed.
fn check(rule: &Rule) -> Result<(), String> {
    let paths = match rule {
        Rule::Rename(rename) if rename.name.is_empty() || rename.name.contains('.') => {
            return Err(format!(
                "new name `{}`: expected a name without dots",
                rename.name
            ));
        }
        Rule::Rename(rename) => std::slice::from_ref(&rename.path),
        Rule::Pick(paths) => paths,
        Rule::Redact(path) => std::slice::from_ref(path),
    };
    match paths.iter().find(|path| path.split('.').any(str::is_empty)) {
        Some(path) => Err(format!("path `{path}`: expected names joined by dots")),
        None => Ok(()),
    }
}

fn follow(rule: &Rule, value: &mut Value) {
    match rule {
        Rule::Rename(rename) => at(value, &rename.path, &|object, name| {
            if let Some(field) = object.remove(name) {
                object.insert(rename.name.clone(), field);
            }
        }),
        Rule::Pick(paths) => {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            pick(value, &paths);
        }
        Rule::Redact(path) => at(value, path, &|object, name| {
            if let Some(field) = object.get_mut(name) {
                *field = Value::from("[redacted]");
            }
        }),
    }
}

/// Calls `change` with every object that `path` leads to, and the last name of the path.
fn at(value: &mut Value, path: &str, change: &dyn Fn(&mut Map<String, Value>, &str)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| at(item, path, change)),
        Value::Object(object) => match path.split_once('.') {
            None => change(object, path),
            Some((name, rest)) => {
                if let Some(field) = object.get_mut(name) {
                    at(field, rest, change);
                }
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Keeps what one of `paths` leads to. Returns whether `value` can have something at the end of a
/// path at all.
fn pick(value: &mut Value, paths: &[&str]) -> bool {
    match value {
        Value::Array(items) => {
            items.retain_mut(|item| pick(item, paths));
            true
        }
        Value::Object(object) => {
            object.retain(|name, field| {
                let below = |path: &&str| {
                    path.strip_prefix(name)?
                        .strip_prefix('.')
                        .map(str::to_owned)
                };
                let rest: Vec<String> = paths.iter().filter_map(below).collect();
                let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
                paths.contains(&name.as_str()) || (!rest.is_empty() && pick(field, &rest))
            });
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
