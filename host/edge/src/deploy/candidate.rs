//! A component that may become a version: its bytes are valid and its contract is known, but
//! nothing was compiled.

use std::sync::Arc;

use amphi_core::abi;
use amphi_core::contract::{self, Contract};
use wasmparser::{Parser, Validator, WasmFeatures};

use super::DeployError;
use crate::blocking::DEPLOYING;
use crate::digest::Digest;
use crate::version::title;

/// A component that may become a version.
pub(crate) struct Candidate {
    pub(crate) bytes: Arc<[u8]>,
    /// Of the bytes.
    pub(crate) digest: Digest,
    /// The digest's first digits, by which metrics and logs name the version.
    pub(crate) name: String,
    pub(crate) contract: Contract,
    /// The version that its exported interfaces have, if it is one.
    pub(crate) interface: Option<semver::Version>,
    /// Whether it uses asynchronous functions, streams or futures.
    pub(crate) concurrent: bool,
}

impl Candidate {
    /// Validates a component and decodes its contract.
    pub(crate) async fn read(bytes: impl Into<Arc<[u8]>>) -> Result<Self, DeployError> {
        let bytes = bytes.into();
        DEPLOYING.run(move || Self::of(bytes)).await
    }

    fn of(bytes: Arc<[u8]>) -> Result<Self, DeployError> {
        let contract =
            contract::decode(&bytes).map_err(|error| DeployError::Invalid(error.to_string()))?;
        let digest = Digest::of(&bytes);
        Ok(Self {
            digest,
            name: digest.short(),
            interface: abi::exported_version((&contract).into()).cloned(),
            concurrent: is_concurrent(&bytes)?,
            contract,
            bytes,
        })
    }

    /// By what it is told of, as a version is.
    pub(crate) fn title(&self) -> String {
        title(self.interface.as_ref(), &self.name)
    }

    /// Whether it exports the interface that it must, if there is one.
    pub(crate) fn exports(&self, interface: Option<&str>) -> Result<(), DeployError> {
        let Some(expected) = interface else {
            return Ok(());
        };
        let Contract { resolve, world, .. } = &self.contract;
        let exports = resolve.worlds[*world].exports.keys();
        let found: Vec<String> = exports.map(|key| resolve.name_world_key(key)).collect();
        if found.iter().any(|name| name == expected) {
            return Ok(());
        }
        Err(DeployError::Interface {
            expected: expected.to_owned(),
            found,
        })
    }
}

/// Looks at a component as a deployment does before anything is compiled.
///
/// # Errors
///
/// No host would serve it: it is no component, a broken one, or one that nobody should read.
pub fn examine(bytes: &[u8]) -> Result<(), DeployError> {
    Candidate::of(bytes.into()).map(drop)
}

/// Whether a component uses asynchronous functions, streams or futures; an error if it is not valid
/// even so. The bodies of its functions say nothing of that: whoever compiles them validates them,
/// within limits.
fn is_concurrent(bytes: &[u8]) -> Result<bool, DeployError> {
    let all = WasmFeatures::default() | WasmFeatures::CM_ASYNC;
    let without = all.difference(WasmFeatures::CM_ASYNC);
    if validate(bytes, without).is_ok() {
        return Ok(false);
    }
    validate(bytes, all)
        .map(|()| true)
        .map_err(|error| DeployError::Invalid(error.to_string()))
}

fn validate(bytes: &[u8], features: WasmFeatures) -> wasmparser::Result<()> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(bytes) {
        validator.payload(&payload?)?;
    }
    Ok(())
}
