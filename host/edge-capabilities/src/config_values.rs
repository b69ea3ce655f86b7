//! `wasi:config` 0.2.0-rc.1: values that the configuration gives to a function, read by key.

use super::draft;
use amphi::component::{HasData, Linker};
use std::collections::BTreeMap;
use std::sync::Arc;

mod generated {
    amphi::component::bindgen!({
        path: "wit/config",
        world: "wasi:config/imports",
    });
}

use generated::wasi::config::store;

/// The values that a function is granted, by key. Cloning it clones a reference.
#[derive(Clone, Debug, Default)]
pub struct ConfigValues(Arc<BTreeMap<String, String>>);

impl ConfigValues {
    /// These values and no others.
    #[must_use]
    pub fn new(values: BTreeMap<String, String>) -> ConfigValues {
        ConfigValues(Arc::new(values))
    }
}

/// What the interface needs of the state of a call.
pub struct ConfigValuesView<'a> {
    /// What the function is granted.
    pub values: &'a ConfigValues,
}

impl store::Host for ConfigValuesView<'_> {
    fn get(&mut self, key: String) -> Result<Option<String>, store::Error> {
        Ok(self.values.0.get(&key).cloned())
    }

    fn get_all(&mut self) -> Result<Vec<(String, String)>, store::Error> {
        let pair = |(key, value): (&String, &String)| (key.clone(), value.clone());
        Ok(self.values.0.iter().map(pair).collect())
    }
}

struct HasConfigValues;

impl HasData for HasConfigValues {
    type Data<'a> = ConfigValuesView<'a>;
}

/// Adds `store` to a linker, by its version and without one.
///
/// # Errors
///
/// When the linker has it already.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> ConfigValuesView<'_>,
) -> amphi::Result<()> {
    for name in draft("wasi:config/store", "0.2.0-rc.1") {
        store::add_to_linker_instance::<T, HasConfigValues>(&mut linker.instance(&name)?, get)?;
    }
    Ok(())
}
