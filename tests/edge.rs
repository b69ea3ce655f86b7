//! The edge function host with real components.

#[path = "edge/admin.rs"]
mod admin;
#[path = "edge/bombs.rs"]
mod bombs;
#[path = "edge/client.rs"]
mod client;
#[path = "edge/compiling.rs"]
mod compiling;
#[path = "edge/described.rs"]
mod described;
#[path = "edge/document.rs"]
mod document;
#[path = "edge/fixture.rs"]
mod fixture;
#[path = "edge/handler.rs"]
mod handler;
#[path = "edge/instances.rs"]
mod instances;
#[path = "edge/kitchen.rs"]
mod kitchen;
#[path = "edge/limits.rs"]
mod limits;
#[path = "edge/malformed.rs"]
mod malformed;
#[path = "edge/openapi.rs"]
mod openapi;
#[path = "edge/outcomes.rs"]
mod outcomes;
#[path = "edge/pantry.rs"]
mod pantry;
#[path = "edge/plugins.rs"]
mod plugins;
#[path = "edge/refusals.rs"]
mod refusals;
#[path = "edge/reload.rs"]
mod reload;
#[path = "edge/site.rs"]
mod site;
#[path = "edge/slow.rs"]
mod slow;
#[path = "edge/trials.rs"]
mod trials;
#[path = "edge/typed.rs"]
mod typed;
#[path = "edge/versions.rs"]
mod versions;
#[path = "edge/waits.rs"]
mod waits;
#[path = "edge/wit.rs"]
mod wit;
