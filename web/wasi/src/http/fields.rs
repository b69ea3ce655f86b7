//! The fields of a message: its headers or trailers, with a limit on what a guest may put in.

use super::WasiHttpHooks;
use super::p2::HeaderError;
use super::p2::bindings::http::types;
use http::header::{CONTENT_LENGTH, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::ops::Deref;

/// The fields of a message.
#[derive(Debug, Clone, Default)]
pub struct FieldMap {
    map: HeaderMap,
    /// What they count for: their bytes, and something for each, so that empty ones are not free.
    size: usize,
    /// How large they may become; none if they cannot be changed.
    limit: Option<usize>,
}

impl FieldMap {
    /// Fields that cannot be changed, without those that guests may not see.
    pub fn new_immutable(hooks: &mut dyn WasiHttpHooks, map: HeaderMap) -> Self {
        let forbidden: Vec<_> = map
            .keys()
            .filter(|name| hooks.is_forbidden_header(name))
            .cloned()
            .collect();
        let mut map = map;
        for name in forbidden {
            map.remove(name);
        }
        let names: usize = map.keys().map(size_of_name).sum();
        let values: usize = map.values().map(size_of_value).sum();
        Self {
            map,
            size: names + values,
            limit: None,
        }
    }

    /// No fields yet, which may take `limit` bytes.
    pub fn new_mutable(limit: usize) -> Self {
        Self {
            limit: Some(limit),
            ..Self::default()
        }
    }

    /// Replaces the values of a name, which keeps its place among the others; none removes it.
    ///
    /// # Errors
    ///
    /// The name or a value cannot be, or the fields cannot be changed or would be too large.
    pub fn set(
        &mut self,
        hooks: &mut dyn WasiHttpHooks,
        name: String,
        values: Vec<Vec<u8>>,
    ) -> Result<(), FieldMapError> {
        let name = permitted(hooks, &name)?;
        let limit = self.limit()?;
        if name == CONTENT_LENGTH && values.len() > 1 {
            return Err(FieldMapError::InvalidHeaderValue);
        }
        let values = values.into_iter().map(|value| parse(&name, value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let new: usize = values.iter().map(size_of_value).sum();
        let mut values = values.into_iter();
        let mut entry = match (self.map.try_entry(name)?, values.next()) {
            (Entry::Vacant(_), None) => return Ok(()),
            (Entry::Vacant(entry), Some(value)) => {
                let size = self.size + size_of_name(entry.key()) + new;
                self.size = within(limit, size)?;
                entry.try_insert_entry(value)?
            }
            (Entry::Occupied(mut entry), value) => {
                let old: usize = entry.iter().map(size_of_value).sum();
                let Some(value) = value else {
                    self.size -= size_of_name(entry.key()) + old;
                    entry.remove_entry_mult();
                    return Ok(());
                };
                self.size = within(limit, self.size - old + new)?;
                entry.insert(value);
                entry
            }
        };
        for value in values {
            entry.append(value);
        }
        Ok(())
    }

    /// Adds a value to those of a name, and says whether there was one.
    ///
    /// # Errors
    ///
    /// The name or the value cannot be, or the fields cannot be changed or would be too large.
    pub fn append(
        &mut self,
        hooks: &mut dyn WasiHttpHooks,
        name: String,
        value: Vec<u8>,
    ) -> Result<bool, FieldMapError> {
        let name = permitted(hooks, &name)?;
        let value = parse(&name, value)?;
        if name == CONTENT_LENGTH && self.map.contains_key(&name) {
            return Err(FieldMapError::InvalidHeaderValue);
        }
        self.append_raw(name, value)
    }

    /// As [`append`](Self::append), of a name that no hooks are asked about.
    ///
    /// # Errors
    ///
    /// The fields cannot be changed or would be too large.
    pub fn append_raw(
        &mut self,
        name: HeaderName,
        value: HeaderValue,
    ) -> Result<bool, FieldMapError> {
        let limit = self.limit()?;
        let size_of_name = match self.map.contains_key(&name) {
            true => 0,
            false => size_of_name(&name),
        };
        let size = within(limit, self.size + size_of_name + size_of_value(&value))?;
        let there = self.map.try_append(name, value)?;
        self.size = size;
        Ok(there)
    }

    /// Removes a name with all its values, which are returned.
    ///
    /// # Errors
    ///
    /// The name cannot be, or the fields cannot be changed.
    pub fn remove_all(
        &mut self,
        hooks: &mut dyn WasiHttpHooks,
        name: String,
    ) -> Result<Vec<HeaderValue>, FieldMapError> {
        let name = permitted(hooks, &name)?;
        self.limit()?;
        let Entry::Occupied(entry) = self.map.try_entry(name)? else {
            return Ok(Vec::new());
        };
        let (name, values) = entry.remove_entry_mult();
        let values: Vec<_> = values.collect();
        self.size -= size_of_name(&name) + values.iter().map(size_of_value).sum::<usize>();
        Ok(values)
    }

    /// Lets the fields be changed, up to `limit` bytes.
    pub fn set_mutable(&mut self, limit: usize) {
        self.limit = Some(limit);
    }

    /// Lets the fields be changed no more.
    pub fn set_immutable(&mut self) {
        self.limit = None;
    }

    /// How large the fields may become, if they may be changed.
    fn limit(&self) -> Result<usize, FieldMapError> {
        self.limit.ok_or(FieldMapError::Immutable)
    }
}

/// The name of a field that guests may set.
fn permitted(hooks: &mut dyn WasiHttpHooks, name: &str) -> Result<HeaderName, FieldMapError> {
    let name = name.parse()?;
    match hooks.is_forbidden_header(&name) {
        true => Err(FieldMapError::Forbidden),
        false => Ok(name),
    }
}

fn within(limit: usize, size: usize) -> Result<usize, FieldMapError> {
    match size > limit {
        true => Err(FieldMapError::TotalSizeTooBig),
        false => Ok(size),
    }
}

fn size_of_name(name: &HeaderName) -> usize {
    name.as_str().len() + size_of::<HeaderName>()
}

fn size_of_value(value: &HeaderValue) -> usize {
    value.len() + size_of::<HeaderValue>()
}

/// A length is digits and nothing else, or the two sides of a connection may not agree on it.
fn parse(name: &HeaderName, value: Vec<u8>) -> Result<HeaderValue, FieldMapError> {
    let invalid = FieldMapError::InvalidHeaderValue;
    if *name != CONTENT_LENGTH {
        return Ok(HeaderValue::try_from(value)?);
    }
    let digits = std::str::from_utf8(&value).map_err(|_| invalid)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid);
    }
    let length: u64 = digits.parse().map_err(|_| invalid)?;
    Ok(length.into())
}

impl Deref for FieldMap {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.map
    }
}

impl From<FieldMap> for HeaderMap {
    fn from(fields: FieldMap) -> Self {
        fields.map
    }
}

/// Why fields cannot be changed.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum FieldMapError {
    /// They cannot be changed any more.
    Immutable,
    /// There are too many.
    TooManyFields,
    /// They would take more than they may.
    TotalSizeTooBig,
    /// The name cannot be one.
    InvalidHeaderName,
    /// The value cannot be one.
    InvalidHeaderValue,
    /// The name is the host's business.
    Forbidden,
}

impl fmt::Display for FieldMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Immutable => "fields that cannot be changed any more",
            Self::TooManyFields => "too many fields",
            Self::TotalSizeTooBig => "fields larger than the limit",
            Self::InvalidHeaderName => "invalid name of a field",
            Self::InvalidHeaderValue => "invalid value of a field",
            Self::Forbidden => "a field that guests may not set",
        })
    }
}

impl std::error::Error for FieldMapError {}

impl From<http::header::MaxSizeReached> for FieldMapError {
    fn from(_: http::header::MaxSizeReached) -> Self {
        Self::TooManyFields
    }
}

impl From<http::header::InvalidHeaderName> for FieldMapError {
    fn from(_: http::header::InvalidHeaderName) -> Self {
        Self::InvalidHeaderName
    }
}

impl From<http::header::InvalidHeaderValue> for FieldMapError {
    fn from(_: http::header::InvalidHeaderValue) -> Self {
        Self::InvalidHeaderValue
    }
}

impl From<FieldMapError> for HeaderError {
    fn from(error: FieldMapError) -> Self {
        match error {
            FieldMapError::Immutable => types::HeaderError::Immutable.into(),
            FieldMapError::Forbidden => types::HeaderError::Forbidden.into(),
            FieldMapError::InvalidHeaderName | FieldMapError::InvalidHeaderValue => {
                types::HeaderError::InvalidSyntax.into()
            }
            FieldMapError::TooManyFields | FieldMapError::TotalSizeTooBig => Self::trap(error),
        }
    }
}

#[cfg(test)]
mod tests;
