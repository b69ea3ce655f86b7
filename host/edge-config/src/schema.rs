//! The JSON Schema of a configuration, for editors and for other programs that write one.

use serde_json::Value;

use super::Config;

/// The schema, of draft 2020-12, for YAML and TOML alike.
#[must_use]
pub fn schema() -> Value {
    schemars::schema_for!(Config).to_value()
}
