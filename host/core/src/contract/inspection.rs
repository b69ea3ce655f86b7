//! A contract as `amphi inspect` prints it, wherever that is.

use super::{Contract, ContractError, Packages};

impl Contract {
    /// The world as WIT, preceded by comments with what WIT has no words for; `refused` says why no
    /// host runs the component, if none does.
    ///
    /// # Errors
    ///
    /// As [`Contract::wit`].
    pub fn inspected(
        &self,
        packages: Packages,
        refused: Option<String>,
    ) -> Result<String, ContractError> {
        let wit = self.wit(packages)?;
        let versions = match self.wasi_versions().as_slice() {
            [] => "none".to_owned(),
            versions => versions.join(", "),
        };
        let facts = [
            ("size", format!("{} bytes", self.anatomy.size)),
            ("core modules", self.anatomy.core_modules.to_string()),
            ("WASI", versions),
        ];
        let refused = refused.map(|why| ("refused", why));
        let facts = facts.into_iter().chain(refused);
        let facts = facts.map(|(what, value)| format!("// {what}: {value}\n"));
        Ok(facts.collect::<String>() + "\n" + &wit)
    }

    /// As [`Contract::json`], with `refused`.
    pub fn inspected_json(&self, refused: Option<String>) -> serde_json::Value {
        let mut json = self.json();
        json["refused"] = refused.into();
        json
    }
}
