//! The fields of a message: its headers or trailers, with a limit on what a guest may put in.

use super::WasiHttpHooks;
use super::p2::HeaderError;
use super::p2::bindings::http::types;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::ops::Deref;

/// The fields of a message.
#[derive(Debug, Clone, Default)]
pub struct FieldMap {
    map: HeaderMap,
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
        Self { map, limit: None }
    }

    /// No fields yet, which may take `limit` bytes.
    pub fn new_mutable(limit: usize) -> Self {
        let (map, limit) = (HeaderMap::new(), Some(limit));
        Self { map, limit }
    }

    /// Replaces the values of a name; none removes it.
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
        let name = self.changeable(hooks, &name)?;
        if name == CONTENT_LENGTH && values.len() > 1 {
            return Err(FieldMapError::InvalidHeaderValue);
        }
        let values = values.into_iter().map(|value| parse(&name, value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let mut changed = self.map.clone();
        changed.remove(&name);
        for value in values {
            changed.try_append(&name, value)?;
        }
        self.replace(changed)
    }

    /// Adds a value to those of a name.
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
        let name = self.changeable(hooks, &name)?;
        let value = parse(&name, value)?;
        let there = self.map.contains_key(&name);
        if name == CONTENT_LENGTH && there {
            return Err(FieldMapError::InvalidHeaderValue);
        }
        let mut changed = self.map.clone();
        changed.try_append(name, value)?;
        self.replace(changed)?;
        Ok(there)
    }

    /// Removes a name with all its values.
    ///
    /// # Errors
    ///
    /// The name cannot be, or the fields cannot be changed.
    pub fn remove_all(
        &mut self,
        hooks: &mut dyn WasiHttpHooks,
        name: String,
    ) -> Result<(), FieldMapError> {
        let name = self.changeable(hooks, &name)?;
        self.map.remove(name);
        Ok(())
    }

    /// Lets the fields be changed, up to `limit` bytes.
    pub fn set_mutable(&mut self, limit: usize) {
        self.limit = Some(limit);
    }

    /// Lets the fields be changed no more.
    pub fn set_immutable(&mut self) {
        self.limit = None;
    }

    fn changeable(
        &self,
        hooks: &mut dyn WasiHttpHooks,
        name: &str,
    ) -> Result<HeaderName, FieldMapError> {
        let name = name.parse().map_err(|_| FieldMapError::InvalidHeaderName)?;
        if hooks.is_forbidden_header(&name) {
            return Err(FieldMapError::Forbidden);
        }
        match self.limit {
            Some(_) => Ok(name),
            None => Err(FieldMapError::Immutable),
        }
    }

    fn replace(&mut self, map: HeaderMap) -> Result<(), FieldMapError> {
        if self.limit.is_some_and(|limit| size(&map) > limit) {
            return Err(FieldMapError::TotalSizeTooBig);
        }
        self.map = map;
        Ok(())
    }
}

/// What fields count for: their bytes, and something for each, so that empty ones are not free.
fn size(map: &HeaderMap) -> usize {
    let names = map.keys().map(|name| name.as_str().len());
    let values = map.values().map(|value| value.len());
    names
        .map(|len| len + size_of::<HeaderName>())
        .sum::<usize>()
        + values
            .map(|len| len + size_of::<HeaderValue>())
            .sum::<usize>()
}

/// A length is digits and nothing else, or the two sides of a connection may not agree on it.
fn parse(name: &HeaderName, value: Vec<u8>) -> Result<HeaderValue, FieldMapError> {
    let invalid = FieldMapError::InvalidHeaderValue;
    if *name != CONTENT_LENGTH {
        return HeaderValue::try_from(value).map_err(|_| invalid);
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
