//! The table of a component's types: what they are made of, and where their parts are in memory.

use crate::json;
use amphi_core::javascript::Case;
use amphi_translate::Result;
use amphi_translate::plan::{ComponentTypes, Plan, Step};
use std::collections::HashMap;
use wasmtime_environ::component::{
    InterfaceType, ResourceIndex, RuntimeComponentInstanceIndex, TypeResourceTableIndex,
    VariantInfo,
};
use wasmtime_environ::error::bail;

/// The types that were asked for, each once.
pub struct Types<'a> {
    types: &'a ComponentTypes,
    /// Which component instance defines a resource.
    owners: HashMap<ResourceIndex, RuntimeComponentInstanceIndex>,
    indices: HashMap<InterfaceType, usize>,
    written: Vec<String>,
}

impl<'a> Types<'a> {
    /// A table with nothing in it.
    pub fn new(plan: &'a Plan) -> Types<'a> {
        let owners = plan.steps.iter().filter_map(|step| match step {
            Step::Resource {
                index, instance, ..
            } => Some((*index, *instance)),
            _ => None,
        });
        Types {
            types: &plan.types,
            owners: owners.collect(),
            indices: HashMap::new(),
            written: Vec::new(),
        }
    }

    /// The table, as JSON.
    pub fn finish(self) -> String {
        json::list(self.written)
    }

    /// The number of a resource type.
    pub fn resource(&self, table: TypeResourceTableIndex) -> u32 {
        self.types[table].unwrap_concrete_ty().as_u32()
    }

    /// The place of a type in the table.
    pub fn index(&mut self, ty: InterfaceType) -> Result<usize> {
        if let Some(index) = self.indices.get(&ty) {
            return Ok(*index);
        }
        let parts = self.parts(ty)?;
        let abi = self.types.canonical_abi(&ty);
        let (size, align) = (abi.size32, abi.align32);
        let index = self.written.len();
        self.written
            .push(format!("{{{parts},\"size\":{size},\"align\":{align}}}"));
        self.indices.insert(ty, index);
        Ok(index)
    }

    /// What a type is made of, whose parts come before it in the table.
    fn parts(&mut self, ty: InterfaceType) -> Result<String> {
        let types = self.types;
        Ok(match ty {
            InterfaceType::Bool => kind("bool"),
            InterfaceType::S8 => kind("s8"),
            InterfaceType::U8 => kind("u8"),
            InterfaceType::S16 => kind("s16"),
            InterfaceType::U16 => kind("u16"),
            InterfaceType::S32 => kind("s32"),
            InterfaceType::U32 => kind("u32"),
            InterfaceType::S64 => kind("s64"),
            InterfaceType::U64 => kind("u64"),
            InterfaceType::Float32 => kind("f32"),
            InterfaceType::Float64 => kind("f64"),
            InterfaceType::Char => kind("char"),
            InterfaceType::String => kind("string"),
            InterfaceType::List(list) => self.of("list", types[list].element)?,
            InterfaceType::Record(record) => {
                let fields = || types[record].fields.iter();
                let names = fields().map(|field| field.name.as_str());
                let names = Case::Camel.spell_all(names, &[]);
                let parts = fields().map(|field| field.ty);
                self.fields("record", names.iter().map(String::as_str).zip(parts))?
            }
            InterfaceType::Tuple(tuple) => {
                let items = types[tuple].types.iter();
                self.fields("tuple", items.map(|ty| ("", *ty)))?
            }
            InterfaceType::Variant(variant) => {
                let cases = types[variant].cases.iter();
                let cases = cases.map(|(name, ty)| (name.as_str(), *ty));
                self.cases("variant", cases, &types[variant].info)?
            }
            InterfaceType::Option(option) => {
                let cases = [("none", None), ("some", Some(types[option].ty))];
                self.cases("option", cases.into_iter(), &types[option].info)?
            }
            InterfaceType::Result(result) => {
                let cases = [("ok", types[result].ok), ("err", types[result].err)];
                self.cases("result", cases.into_iter(), &types[result].info)?
            }
            InterfaceType::Enum(names) => {
                names_of("enum", types[names].names.iter().map(String::as_str))
            }
            InterfaceType::Flags(names) => {
                let names = types[names].names.iter().map(String::as_str);
                let names = Case::Camel.spell_all(names, &[]);
                names_of("flags", names.iter().map(String::as_str))
            }
            InterfaceType::Own(table) => self.handle("own", table),
            InterfaceType::Borrow(table) => self.handle("borrow", table),
            InterfaceType::Map(_) => bail!("`map`: not supported yet from JavaScript"),
            InterfaceType::FixedLengthList(_) => {
                bail!("fixed-length lists: not supported yet from JavaScript")
            }
            InterfaceType::Future(_) => bail!("`future`: not supported yet"),
            InterfaceType::Stream(_) => bail!("`stream`: not supported yet"),
            InterfaceType::ErrorContext(_) => bail!("`error-context`: not supported yet"),
        })
    }

    fn of(&mut self, name: &str, element: InterfaceType) -> Result<String> {
        Ok(format!("{},\"of\":{}", kind(name), self.index(element)?))
    }

    /// Fields with their names, types and places.
    fn fields<'n>(
        &mut self,
        name: &str,
        fields: impl Iterator<Item = (&'n str, InterfaceType)>,
    ) -> Result<String> {
        let mut written = Vec::new();
        let mut offset = 0;
        for (name, ty) in fields {
            let place = self.types.canonical_abi(&ty).next_field32_size(&mut offset);
            let index = self.index(ty)?;
            written.push(format!("[{},{index},{place}]", json::string(name)));
        }
        Ok(format!("{},\"fields\":{}", kind(name), json::list(written)))
    }

    /// Cases with their names and payloads, the size of what tells them apart, and where payloads
    /// are.
    fn cases<'n>(
        &mut self,
        name: &str,
        cases: impl Iterator<Item = (&'n str, Option<InterfaceType>)>,
        info: &VariantInfo,
    ) -> Result<String> {
        let mut written = Vec::new();
        for (name, ty) in cases {
            let index = match ty {
                Some(ty) => Some(self.index(ty)?),
                None => None,
            };
            written.push(format!("[{},{}]", json::string(name), json::number(index)));
        }
        Ok(format!(
            "{},\"cases\":{},\"tag\":{},\"payload\":{}",
            kind(name),
            json::list(written),
            info.size.byte_size(),
            info.payload_offset32
        ))
    }

    /// A handle: its table, its resource, and whether the callee defines that and so gets the
    /// representation of what it borrows.
    fn handle(&self, name: &str, table: TypeResourceTableIndex) -> String {
        let resource = &self.types[table];
        let owner = self.owners.get(&resource.unwrap_concrete_ty());
        format!(
            "{},\"table\":{},\"resource\":{},\"defined\":{}",
            kind(name),
            table.as_u32(),
            resource.unwrap_concrete_ty().as_u32(),
            owner == Some(&resource.unwrap_concrete_instance())
        )
    }
}

fn kind(name: &str) -> String {
    format!("\"kind\":\"{name}\"")
}

fn names_of<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names = json::list(names.map(json::string));
    format!("{},\"names\":{names}", kind(name))
}
