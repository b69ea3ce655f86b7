//! What `bindgen!` generates, a topic to a file: each declares bindings in a form of its own and
//! drives a real guest with them.
//!
//! The guests are `tests/corpus/bindings/*.wat`. They import nothing of WASI, so each program has a
//! store of its own kind.

mod borrowed_types;
mod derives;
mod exported_resource;
mod features;
mod flags;
mod handed_over;
mod imported_interface;
mod imported_resource;
mod inline_interfaces;
mod named_imports;
mod newer_types;
mod options;
mod preloaded;
mod projections;
mod remapped;
mod several_versions;
mod traced;
mod trappable_errors;
mod world_functions;

use super::GuestProgram;

/// The programs, each with its guests.
pub const PROGRAMS: [(&str, &[&str], GuestProgram); 19] = [
    ("world functions", &[GREETER], world_functions::run),
    ("inline interfaces", &[GREETER], inline_interfaces::run),
    ("function flags", &[GREETER], flags::run),
    ("imported interface", &[SCRIBE], imported_interface::run),
    ("trappable errors", &[SCRIBE], trappable_errors::run),
    ("additional derives", &[SCRIBE], derives::run),
    ("borrowed types", &[SCRIBE], borrowed_types::run),
    ("remapped interfaces", &[SCRIBE], remapped::run),
    (
        "imported resource",
        &["bindings/smith.wat"],
        imported_resource::run,
    ),
    ("exported resource", &[WORKS], exported_resource::run),
    (
        "handed over",
        &[WORKS, "bindings/builder.wat"],
        handed_over::run,
    ),
    (
        "several versions",
        &["bindings/versions.wat"],
        several_versions::run,
    ),
    ("projections", &[SCRIBE], projections::run),
    ("preloaded", &[WORKS, GREETER], preloaded::run),
    ("options", &[GREETER], options::run),
    ("features", &[GREETER], features::run),
    ("named imports", &[], named_imports::run),
    ("newer types", &[], newer_types::run),
    ("traced", &[GREETER], traced::run),
];

const GREETER: &str = "bindings/greeter.wat";
const SCRIBE: &str = "bindings/scribe.wat";
const WORKS: &str = "bindings/works.wat";
