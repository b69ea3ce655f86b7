//! What is run on each input natively: what the commands `inspect`, `types`, `check`,
//! `componentize` and `run` do with the bytes of a file before a guest runs, and what the server
//! does with a candidate.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use amphi::component::Component;
use amphi::json::schema::Schemas;
use amphi::{Engine, Error, invoke, json};
use amphi_core::contract::{self, Contract, ContractError, Packages};
use amphi_core::typescript::{self, Calls};
use amphi_core::{abi, componentize};
use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::ManglingAndAbi;

use crate::target::words;

/// The largest input that is compiled: how long that takes, its size says.
const COMPILED: usize = 1 << 16;

/// Runs the input, and says in a few words what came of it.
pub fn run(bytes: &[u8]) -> String {
    let made = componentize::componentize(bytes, None);
    let made = made.map(|component| {
        read(&component);
        "made".to_owned()
    });
    let examined = amphi_edge::examine(bytes).map(|()| "a candidate".to_owned());
    let compiled = match bytes.len() > COMPILED {
        true => Ok("too large".to_owned()),
        false => compile(bytes),
    };
    let told = [read(bytes), told(made), told(examined), told(compiled)];
    told.join("; ")
}

fn told<E: std::fmt::Display>(outcome: Result<String, E>) -> String {
    outcome.unwrap_or_else(|error| words(&format!("{error:#}")))
}

/// `inspect`, `types` and `check`.
fn read(bytes: &[u8]) -> String {
    let contract = match contract::decode(bytes) {
        Ok(contract) => contract,
        Err(ContractError::Package { .. }) => {
            return told(contract::package(bytes).map(|(resolve, package)| {
                let worlds = resolve.packages[package].worlds.values();
                let encoded = worlds.filter(|world| contract::encode(&resolve, **world).is_ok());
                format!("a package, {} worlds", size(encoded.count()))
            }));
        }
        Err(error) => return words(&error.to_string()),
    };
    let text = told(contract.wit(Packages::All).map(|text| size(text.len())));
    let json = size(contract.json().to_string().len());
    let encoded = contract::encode(&contract.resolve, contract.world);
    let encoded = told(encoded.map(|bytes| size(bytes.len())));
    let declared =
        typescript::declarations(&contract.resolve, contract.world, "input", Calls::Direct);
    let declared = declared.map(|files| size(files.iter().map(|file| file.text.len()).sum()));
    let changes = FIRST.as_ref().map_or(0, |first| {
        let (there, back) = (
            abi::compare(first.into(), (&contract).into()),
            abi::compare((&contract).into(), first.into()),
        );
        let same = abi::compare((&contract).into(), (&contract).into());
        assert!(
            same.changes.is_empty(),
            "a component differs from itself: {same:?}"
        );
        there.changes.len() + back.changes.len()
    });
    format!(
        "text {text}, json {json}, encoded {encoded}, declared {}, {} changes",
        told(declared),
        size(changes)
    )
}

/// What inputs are compared with.
static FIRST: LazyLock<Option<Contract>> = LazyLock::new(|| {
    let text = r#"(component
        (import "a" (func (param "x" (list u8))))
        (import "wasi:io/poll@0.2.0" (instance (export "pollable" (type (sub resource))))))"#;
    contract::decode(&wat::parse_str(text).ok()?).ok()
});

static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| {
    let mut config = amphi::shared_config();
    config
        .wasm_component_model_async(true)
        .parallel_compilation(false);
    Engine::new(&config).ok()
});

/// `run`, up to the call; and what the server makes of what can be called.
fn compile(bytes: &[u8]) -> Result<String, Error> {
    let engine = ENGINE
        .as_ref()
        .ok_or_else(|| Error::msg("expected an engine, found none"))?;
    let compiling = pin!(amphi::compile(engine, bytes));
    // Natively it is ready at once.
    let component: Component = match compiling.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(component) => component?,
        Poll::Pending => return Err(Error::msg("expected a component, found none yet")),
    };
    let targets = invoke::targets(&component);
    let mut length = 0;
    for target in &targets {
        if let Ok(function) = json::Function::new(&target.func) {
            let mut schemas = Schemas::new("#/$defs/");
            length += schemas.arguments::<()>(&function, &[]).to_string().len();
        }
    }
    Ok(format!("compiled {} {}", size(targets.len()), size(length)))
}

/// A number by its power of two: what differs little is alike.
fn size(number: usize) -> String {
    (usize::BITS - number.leading_zeros()).to_string()
}

/// Core modules that carry the worlds of components: what `componentize` takes.
pub fn modules(components: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let carrying = components.iter().filter_map(|bytes| {
        let Contract { resolve, world, .. } = contract::decode(bytes).ok()?;
        contract::asserted(|| {
            let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
            embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).ok()?;
            Some(module)
        })
        .ok()?
    });
    carrying.collect()
}
