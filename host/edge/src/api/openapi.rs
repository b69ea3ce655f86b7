//! The OpenAPI 3.1 document of deployed functions: each export that is spoken to in JSON is an
//! operation, with the schemas of its types.
//!
//! What goes in is what a deployment knows ([`of`] takes it from the functions of a host): the
//! names, the compiled [`json::Function`]s, and the contract, which has the names of the types and,
//! where the WIT was given, what it says of them. It reads no component and serves nothing.

mod responses;
mod served;
mod type_docs;

use std::collections::BTreeSet;

use amphi::json::schema::Schemas;
use amphi::json::{self, Form};
use amphi_core::contract::Contract;
use serde_json::{Map, Value, json};

use crate::api::request::asks_for;
use crate::api::route;
use responses::ResponseContent;
use type_docs::{Origins, WitOrigin};

pub(crate) use served::Kept;
pub use served::of;

/// A deployed function of the host, and what of it is spoken to in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Deployed<'a> {
    /// The name it is deployed under.
    pub name: &'a str,
    /// The functions that its component exports.
    pub endpoints: &'a [Endpoint<'a>],
    /// The statuses, besides 422, that errors of its functions are answered with.
    pub statuses: &'a [u16],
    /// The form that its values are written in where a request does not ask for another.
    pub form: Form,
    /// What its component imports and exports, where it could be decoded.
    pub contract: Option<&'a Contract>,
}

/// An exported function that is spoken to in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// The exported interface that it is in, with its version; none for a function of the world
    /// itself.
    pub interface: Option<&'a str>,
    /// Its name.
    pub function: &'a str,
    /// Its types.
    pub json: &'a json::Function,
}

impl Endpoint<'_> {
    /// Where it is called: `/v1/fn/shop/demo:shop/cart@1.0.0/total`.
    #[must_use]
    pub fn path(&self, deployed: &str) -> String {
        route::call(deployed, self.interface, self.function)
    }
}

/// The document of all functions, with `title` and `version` of the whole.
#[must_use]
pub fn document(title: &str, version: &str, deployed: &[Deployed<'_>]) -> Value {
    let mut schemas = Schemas::new("#/components/schemas/");
    let mut paths = Map::new();
    let mut tags = BTreeSet::new();
    for one in deployed {
        let origins = one.contract.map(Origins::new);
        for endpoint in one.endpoints {
            let operation = operation(one, endpoint, origins.as_ref(), &mut schemas);
            paths.insert(endpoint.path(one.name), json!({ "post": operation }));
            tags.insert(one.name);
        }
    }
    schemas
        .definitions
        .insert("Problem".to_owned(), responses::problem());
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": json::schema::DIALECT,
        "info": { "title": title, "version": version },
        "tags": tags.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "responses": responses::shared(),
        },
    })
}

fn operation(
    deployed: &Deployed<'_>,
    endpoint: &Endpoint<'_>,
    origins: Option<&Origins<'_>>,
    schemas: &mut Schemas,
) -> Value {
    let wit = origins.and_then(|origins| origins.function(endpoint.interface, endpoint.function));
    let params: Vec<WitOrigin<'_>> = wit.as_ref().map_or(Vec::new(), |wit| wit.params.clone());
    let body = schemas.arguments(endpoint.json, &params);
    let result = wit.as_ref().map_or(WitOrigin::unknown(), |wit| wit.result);
    let answers = answers(deployed.form, endpoint.json, &result, schemas);
    let has_required = body.pointer("/anyOf/0/required").is_some();
    let mut operation = json!({
        "operationId": operation_id(deployed.name, endpoint),
        "tags": [deployed.name],
        "requestBody": { "required": has_required, "content": { "application/json": { "schema": body } } },
        "responses": responses::of(&answers, deployed.statuses),
    });
    if let Some(docs) = wit.and_then(|wit| wit.docs) {
        let summary = docs.lines().next().unwrap_or_default();
        operation["summary"] = summary.into();
        operation["description"] = docs.into();
    }
    operation
}

/// What a function answers in its form, then in those others that a request can ask for and that
/// differ.
fn answers(
    own: Form,
    function: &json::Function,
    result: &WitOrigin<'_>,
    schemas: &mut Schemas,
) -> Vec<ResponseContent> {
    let others = Form::ALL.into_iter().filter(|form| *form != own);
    let mut answers: Vec<ResponseContent> = Vec::new();
    for form in std::iter::once(own).chain(others) {
        schemas.form = form;
        let answer = ResponseContent {
            media_type: asks_for(form, own),
            success: schemas.success(function, result),
            failure: schemas.failure(function, result),
        };
        if !answers.iter().any(|other| other.is_like(&answer)) {
            answers.push(answer);
        }
    }
    schemas.form = Form::default();
    answers
}

/// A name for the operation, of letters that programs' names may have too.
fn operation_id(name: &str, endpoint: &Endpoint<'_>) -> String {
    let words = [
        name,
        endpoint.interface.unwrap_or_default(),
        endpoint.function,
    ];
    let words = words
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()));
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}
