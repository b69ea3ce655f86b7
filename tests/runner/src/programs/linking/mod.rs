//! What hosts do without generated bindings: linkers, instances, stores, types, values and tables,
//! a topic to a file.

mod copied;
mod dynamic_values;
mod host_resources;
mod missing_imports;
mod modules;
mod poison;
mod reentry;
mod reflection;
mod resource_tables;
mod semver;
mod settings;
mod shadowing;
mod stores;
mod unknown_imports;
mod values_in_guests;

use amphi::component::Component;
use amphi::{Engine, Result};

use super::GuestProgram;

/// The programs, each with its guests.
pub const PROGRAMS: [(&str, &[&str], GuestProgram); 15] = [
    ("shadowing", &[GREETER], shadowing::run),
    ("missing imports", &[GREETER, SCRIBE], missing_imports::run),
    ("unknown imports", &[GREETER, SMITH], unknown_imports::run),
    ("semver", &[], semver::run),
    ("dynamic values", &[SCRIBE], dynamic_values::run),
    (
        "host resources",
        &[SMITH, WORKS, "bindings/builder.wat"],
        host_resources::run,
    ),
    ("stores", &[WORKS, GREETER], stores::run),
    ("modules", &[], modules::run),
    ("what a call may take", &[], copied::run),
    ("re-entry", &[], reentry::run),
    ("poison", &[], poison::run),
    ("reflection", &[SCRIBE, SMITH], reflection::run),
    (
        "values in guests",
        &[GREETER, SCRIBE],
        values_in_guests::run,
    ),
    ("resource tables", &[], resource_tables::run),
    ("settings", &[], settings::run),
];

const GREETER: &str = "bindings/greeter.wat";
const SCRIBE: &str = "bindings/scribe.wat";
const SMITH: &str = "bindings/smith.wat";
const WORKS: &str = "bindings/works.wat";

/// The component whose text is `wat`.
fn component(engine: &Engine, wat: &str) -> Result<Component> {
    Component::new(engine, wat::parse_str(wat)?)
}
