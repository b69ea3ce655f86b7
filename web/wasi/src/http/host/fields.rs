//! The resource `fields`.

use crate::http::p2::HeaderResult;
use crate::http::p2::bindings::http::types;
use crate::http::{FieldMap, WasiHttpCtxView};
use amphi_web::Result;
use amphi_web::component::Resource;
use http::HeaderName;

impl types::HostFields for WasiHttpCtxView<'_> {
    fn new(&mut self) -> Result<Resource<FieldMap>> {
        let fields = FieldMap::new_mutable(self.ctx.field_size_limit);
        Ok(self.table.push(fields)?)
    }

    fn from_list(&mut self, entries: Vec<(String, Vec<u8>)>) -> HeaderResult<Resource<FieldMap>> {
        let mut fields = FieldMap::new_mutable(self.ctx.field_size_limit);
        for (name, value) in entries {
            fields.append(self.hooks, name, value)?;
        }
        Ok(self.table.push(fields)?)
    }

    fn get(&mut self, this: Resource<FieldMap>, name: String) -> Result<Vec<Vec<u8>>> {
        let fields = self.table.get(&this)?;
        let Ok(name) = name.parse::<HeaderName>() else {
            return Ok(Vec::new());
        };
        let values = fields.get_all(name).into_iter();
        Ok(values.map(|value| value.as_bytes().to_vec()).collect())
    }

    fn has(&mut self, this: Resource<FieldMap>, name: String) -> Result<bool> {
        let fields = self.table.get(&this)?;
        let name = name.parse::<HeaderName>();
        Ok(name.is_ok_and(|name| fields.contains_key(name)))
    }

    fn set(
        &mut self,
        this: Resource<FieldMap>,
        name: String,
        values: Vec<Vec<u8>>,
    ) -> HeaderResult<()> {
        let fields = self.table.get_mut(&this)?;
        Ok(fields.set(self.hooks, name, values)?)
    }

    fn delete(&mut self, this: Resource<FieldMap>, name: String) -> HeaderResult<()> {
        let fields = self.table.get_mut(&this)?;
        fields.remove_all(self.hooks, name)?;
        Ok(())
    }

    fn append(
        &mut self,
        this: Resource<FieldMap>,
        name: String,
        value: Vec<u8>,
    ) -> HeaderResult<()> {
        let fields = self.table.get_mut(&this)?;
        fields.append(self.hooks, name, value)?;
        Ok(())
    }

    fn entries(&mut self, this: Resource<FieldMap>) -> Result<Vec<(String, Vec<u8>)>> {
        let fields = self.table.get(&this)?.iter();
        let entries =
            fields.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
        Ok(entries.collect())
    }

    fn clone(&mut self, this: Resource<FieldMap>) -> Result<Resource<FieldMap>> {
        let mut fields = self.table.get(&this)?.clone();
        fields.set_mutable(self.ctx.field_size_limit);
        Ok(self.table.push(fields)?)
    }

    fn drop(&mut self, this: Resource<FieldMap>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}
