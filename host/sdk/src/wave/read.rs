//! A syntax tree of `wasm-wave` to a value, guided by the type that is wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use wasm_wave::ast::{Node, NodeType};
use wasm_wave::parser::{ParserError, ParserErrorKind};

use super::WaveError;
use crate::component::{Type, Val, types};
use crate::notation::{quoted, type_text};

/// Reads `node`, a part of `source`, as a value of type `ty`.
pub(crate) fn read(ty: &Type, node: &Node, source: &str) -> Result<Val, WaveError> {
    WaveReader {
        source,
        path: String::new(),
    }
    .value(ty, node)
}

struct WaveReader<'a> {
    source: &'a str,
    /// Where in the value this is, for the error.
    path: String,
}

impl WaveReader<'_> {
    fn value(&mut self, ty: &Type, node: &Node) -> Result<Val, WaveError> {
        match ty {
            Type::Bool => self.fit(ty, node, node.as_bool()).map(Val::Bool),
            Type::S8 => self.number(ty, node).map(Val::S8),
            Type::U8 => self.number(ty, node).map(Val::U8),
            Type::S16 => self.number(ty, node).map(Val::S16),
            Type::U16 => self.number(ty, node).map(Val::U16),
            Type::S32 => self.number(ty, node).map(Val::S32),
            Type::U32 => self.number(ty, node).map(Val::U32),
            Type::S64 => self.number(ty, node).map(Val::S64),
            Type::U64 => self.number(ty, node).map(Val::U64),
            Type::Float32 => self.number(ty, node).map(Val::Float32),
            Type::Float64 => self.number(ty, node).map(Val::Float64),
            Type::Char => self.fit(ty, node, node.as_char(self.source)).map(Val::Char),
            Type::String => {
                let text = node.as_str(self.source).map(Cow::into_owned);
                self.fit(ty, node, text).map(Val::String)
            }
            Type::List(list) => self.items(ty, &list.ty(), node).map(Val::List),
            Type::FixedLengthList(list) => self.fixed_items(ty, list, node),
            Type::Record(record) => self.record(ty, record, node),
            Type::Tuple(tuple) => self.tuple(ty, tuple, node),
            Type::Variant(variant) => self.variant(ty, variant, node),
            Type::Enum(names) => {
                let name = self.fit(ty, node, node.as_enum(self.source))?;
                match names.names().any(|known| known == name) {
                    true => Ok(Val::Enum(name.to_owned())),
                    false => Err(self.mismatch(ty, node)),
                }
            }
            Type::Option(option) => self.option(ty, &option.ty(), node),
            Type::Result(result) => self.result(ty, result, node),
            Type::Flags(flags) => self.flags(ty, flags, node),
            Type::Map(_)
            | Type::Own(_)
            | Type::Borrow(_)
            | Type::Future(_)
            | Type::Stream(_)
            | Type::ErrorContext => Err(WaveError::NoText {
                path: self.path.clone(),
                ty: type_text(ty),
            }),
        }
    }

    fn number<T: FromStr>(&self, ty: &Type, node: &Node) -> Result<T, WaveError> {
        self.fit(ty, node, node.as_number(self.source))
    }

    fn items(&mut self, ty: &Type, element: &Type, node: &Node) -> Result<Vec<Val>, WaveError> {
        self.fit(ty, node, node.as_list())?
            .enumerate()
            .map(|(index, item)| self.at(&format!("[{index}]"), element, item))
            .collect()
    }

    fn fixed_items(
        &mut self,
        ty: &Type,
        list: &types::FixedLengthList,
        node: &Node,
    ) -> Result<Val, WaveError> {
        let items = self.items(ty, &list.ty(), node)?;
        if items.len() as u64 != u64::from(list.len()) {
            return Err(self.wrong(format!("{} elements", list.len()), items.len().to_string()));
        }
        Ok(Val::FixedLengthList(items))
    }

    fn tuple(&mut self, ty: &Type, tuple: &types::Tuple, node: &Node) -> Result<Val, WaveError> {
        let items = self.fit(ty, node, node.as_tuple())?;
        let wanted = tuple.types();
        if wanted.len() != items.len() {
            let expected = format!("`{}` with {} elements", type_text(ty), wanted.len());
            return Err(self.wrong(expected, items.len().to_string()));
        }
        let values = wanted
            .zip(items)
            .enumerate()
            .map(|(index, (ty, item))| self.at(&format!(".{index}"), &ty, item))
            .collect::<Result<_, _>>()?;
        Ok(Val::Tuple(values))
    }

    /// The fields in the order of the type, whatever their order in the text; one of an option type
    /// may be left out.
    fn record(&mut self, ty: &Type, record: &types::Record, node: &Node) -> Result<Val, WaveError> {
        let fields = self.fit(ty, node, node.as_record(self.source))?;
        let mut given: BTreeMap<&str, &Node> = fields.collect();
        // One that is missing may be what an unknown one was meant to be, so the unknown one is
        // told.
        let is_known = |name: &str| record.fields().any(|field| field.name == name);
        if let Some(name) = given.keys().find(|name| !is_known(name)) {
            return Err(self.wrong(code(&type_text(ty)), format!("a field {}", quoted(name))));
        }
        let mut values = Vec::with_capacity(record.fields().len());
        for field in record.fields() {
            let place = format!(".{}", field.name);
            let value = match (given.remove(field.name), &field.ty) {
                (Some(node), _) => self.at(&place, &field.ty, node)?,
                (None, Type::Option(_)) => Val::Option(None),
                (None, _) => {
                    self.path.push_str(&place);
                    return Err(self.wrong(code(&type_text(&field.ty)), "nothing".to_owned()));
                }
            };
            values.push((field.name.to_owned(), value));
        }
        Ok(Val::Record(values))
    }

    fn variant(
        &mut self,
        ty: &Type,
        variant: &types::Variant,
        node: &Node,
    ) -> Result<Val, WaveError> {
        let (name, payload) = self.fit(ty, node, node.as_variant(self.source))?;
        let Some(case) = variant.cases().find(|case| case.name == name) else {
            return Err(self.mismatch(ty, node));
        };
        let value = self.payload(&format!(".{name}"), case.ty, ty, payload, node)?;
        Ok(Val::Variant(name.to_owned(), value))
    }

    /// `some(value)`, `none`, or the bare value where that cannot be mistaken.
    fn option(&mut self, ty: &Type, inner: &Type, node: &Node) -> Result<Val, WaveError> {
        match self.fit(ty, node, bare_or(node, inner, node.as_option()))? {
            Given::Bare => Ok(Val::Option(Some(Box::new(self.value(inner, node)?)))),
            Given::Tagged(None) => Ok(Val::Option(None)),
            Given::Tagged(Some(node)) => Ok(Val::Option(Some(Box::new(self.value(inner, node)?)))),
        }
    }

    /// `ok(value)`, `err(value)`, or the bare value of `ok` where that cannot be mistaken.
    fn result(
        &mut self,
        ty: &Type,
        result: &types::ResultType,
        node: &Node,
    ) -> Result<Val, WaveError> {
        let given = match result.ok() {
            Some(ok) => bare_or(node, &ok, node.as_result()),
            None => node.as_result().map(Given::Tagged),
        };
        let value = match self.fit(ty, node, given)? {
            Given::Bare => Ok(self.payload(".ok", result.ok(), ty, Some(node), node)?),
            Given::Tagged(Ok(value)) => Ok(self.payload(".ok", result.ok(), ty, value, node)?),
            Given::Tagged(Err(value)) => {
                Err(self.payload(".err", result.err(), ty, value, node)?)
            }
        };
        Ok(Val::Result(value))
    }

    /// The names in the order of the type, whatever their order in the text.
    fn flags(&mut self, ty: &Type, flags: &types::Flags, node: &Node) -> Result<Val, WaveError> {
        let given: Vec<&str> = self
            .fit(ty, node, node.as_flags(self.source))?
            .map(|name| name.strip_prefix('%').unwrap_or(name))
            .collect();
        if let Some(name) = given
            .iter()
            .find(|name| !flags.names().any(|known| known == **name))
        {
            return Err(self.wrong(code(&type_text(ty)), format!("a flag {}", quoted(name))));
        }
        let set = flags.names().filter(|name| given.contains(name));
        Ok(Val::Flags(set.map(str::to_owned).collect()))
    }

    /// What a case of `ty` carries, if it carries something: both must agree on that.
    fn payload(
        &mut self,
        place: &str,
        wanted: Option<Type>,
        ty: &Type,
        given: Option<&Node>,
        node: &Node,
    ) -> Result<Option<Box<Val>>, WaveError> {
        match (wanted, given) {
            (None, None) => Ok(None),
            (Some(ty), Some(node)) => Ok(Some(Box::new(self.at(place, &ty, node)?))),
            (None, Some(_)) | (Some(_), None) => Err(self.mismatch(ty, node)),
        }
    }

    fn at(&mut self, place: &str, ty: &Type, node: &Node) -> Result<Val, WaveError> {
        let length = self.path.len();
        self.path.push_str(place);
        let value = self.value(ty, node)?;
        self.path.truncate(length);
        Ok(value)
    }

    /// What `node` gave, or the error of this place. An escape that is none stays an error of
    /// syntax.
    fn fit<T>(
        &self,
        ty: &Type,
        node: &Node,
        given: Result<T, ParserError>,
    ) -> Result<T, WaveError> {
        given.map_err(|error| match error.kind() {
            ParserErrorKind::InvalidType | ParserErrorKind::InvalidValue => self.mismatch(ty, node),
            _ => WaveError::syntax(&error, self.source),
        })
    }

    fn mismatch(&self, ty: &Type, node: &Node) -> WaveError {
        self.wrong(code(&type_text(ty)), quoted(&self.source[node.span()]))
    }

    fn wrong(&self, expected: String, found: String) -> WaveError {
        WaveError::Mismatch {
            path: self.path.clone(),
            expected,
            found,
        }
    }
}

/// An option or a result in the text: with its tag, or as the bare value.
enum Given<T> {
    Tagged(T),
    Bare,
}

/// A value without a tag stands for `some` or `ok`, unless the value itself is one that has a tag.
fn bare_or<T>(
    node: &Node,
    inner: &Type,
    tagged: Result<T, ParserError>,
) -> Result<Given<T>, ParserError> {
    let is_tag = matches!(
        node.ty(),
        NodeType::OptionSome | NodeType::OptionNone | NodeType::ResultOk | NodeType::ResultErr
    );
    match inner {
        Type::Option(_) | Type::Result(_) => tagged.map(Given::Tagged),
        _ if is_tag => tagged.map(Given::Tagged),
        _ => Ok(Given::Bare),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
