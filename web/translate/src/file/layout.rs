//! The entries of type tables that say how values are laid out: that is not in a file, but computed
//! again as the translator does it.

use super::coded::Coded;
use super::reader::ByteReader;
use crate::component_types::ComponentTypes;
use wasmtime_environ::component::{
    CanonicalAbiInfo, InterfaceType, TypeEnum, TypeFixedLengthList, TypeFlags, TypeList, TypeMap,
    TypeOption, TypeRecord, TypeResult, TypeTuple, TypeVariant, VariantInfo,
};
use wasmtime_environ::error::{Result, ensure};
use wasmtime_environ::prelude::{IndexMap, IndexSet};

/// The most bytes that a value has in memory. No component comes near it, and sums of a few of them
/// are numbers.
const MOST_SIZE: u64 = 1 << 28;

/// The most flags of one type, as the validator has it.
const MOST_FLAGS: usize = 32;

impl ComponentTypes {
    /// How a record of these fields is laid out.
    fn record_abi(&self, fields: &[InterfaceType]) -> Result<CanonicalAbiInfo> {
        let abis = || fields.iter().map(|ty| self.canonical_abi(ty));
        // With what alignment adds, in memories of 64 bits.
        let most = |abi: &CanonicalAbiInfo| u64::from(abi.size64.max(abi.size32)) + 8;
        check_size(abis().map(most).fold(8, u64::saturating_add))?;
        Ok(CanonicalAbiInfo::record(abis()))
    }

    /// How a variant of these cases is laid out.
    fn variant_abi(
        &self,
        cases: &[Option<InterfaceType>],
    ) -> Result<(VariantInfo, CanonicalAbiInfo)> {
        ensure!(!cases.is_empty(), "a type has no cases");
        let payloads = cases.iter().map(Option::as_ref);
        let abis = payloads.map(|ty| ty.map(|ty| self.canonical_abi(ty)));
        let (info, abi) = VariantInfo::new(abis.collect::<Vec<_>>());
        check_size(u64::from(abi.size64.max(abi.size32)))?;
        Ok((info, abi))
    }

    /// Fails for a type whose values have no bytes, of which there could be any number.
    fn check_element(&self, ty: &InterfaceType) -> Result<()> {
        ensure!(
            self.canonical_abi(ty).size32 > 0,
            "the elements of a list have no bytes"
        );
        Ok(())
    }
}

fn check_size(size: u64) -> Result<()> {
    ensure!(size <= MOST_SIZE, "a value has {size} bytes");
    Ok(())
}

impl Coded for TypeList {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.element.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeList> {
        let element = Coded::read(from)?;
        from.types.check_element(&element)?;
        Ok(TypeList { element })
    }
}

impl Coded for TypeMap {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.key.write(to);
        self.value.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeMap> {
        let (key, value) = Coded::read(from)?;
        let types = &from.types;
        types.check_element(&key)?;
        let entry_abi = types.record_abi(&[key, value])?;
        let (key_abi, value_abi) = (types.canonical_abi(&key), types.canonical_abi(&value));
        let (mut offset32, mut offset64) = (key_abi.size32, key_abi.size64);
        Ok(TypeMap {
            key,
            value,
            entry_abi,
            value_offset32: value_abi.next_field32(&mut offset32),
            value_offset64: value_abi.next_field64(&mut offset64),
        })
    }
}

impl Coded for TypeFixedLengthList {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.element.write(to);
        self.size.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeFixedLengthList> {
        let (element, size) = Coded::read(from)?;
        from.types.check_element(&element)?;
        ensure!(size > 0, "a list of fixed length has no elements");
        let abi = from.types.canonical_abi(&element);
        check_size(u64::from(abi.size64.max(abi.size32)).saturating_mul(u64::from(size)))?;
        let abi = CanonicalAbiInfo::fixed_length_list_static(abi, size as usize);
        Ok(TypeFixedLengthList { element, size, abi })
    }
}

impl Coded for TypeRecord {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.fields.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeRecord> {
        let fields = <Box<[wasmtime_environ::component::RecordField]>>::read(from)?;
        let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
        let abi = from.types.record_abi(&types)?;
        Ok(TypeRecord { fields, abi })
    }
}

impl Coded for TypeTuple {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.types.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeTuple> {
        let types = <Box<[InterfaceType]>>::read(from)?;
        let abi = from.types.record_abi(&types)?;
        Ok(TypeTuple { types, abi })
    }
}

impl Coded for TypeVariant {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.cases.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeVariant> {
        let cases = IndexMap::<String, Option<InterfaceType>>::read(from)?;
        let payloads: Vec<_> = cases.values().copied().collect();
        let (info, abi) = from.types.variant_abi(&payloads)?;
        Ok(TypeVariant { cases, abi, info })
    }
}

impl Coded for TypeEnum {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.names.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeEnum> {
        let names = IndexSet::<String>::read(from)?;
        let (info, abi) = from.types.variant_abi(&vec![None; names.len()])?;
        Ok(TypeEnum { names, abi, info })
    }
}

impl Coded for TypeFlags {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.names.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeFlags> {
        let names = IndexSet::<String>::read(from)?;
        let count = names.len();
        ensure!((1..=MOST_FLAGS).contains(&count), "{count} flags");
        let abi = CanonicalAbiInfo::flags(count);
        Ok(TypeFlags { names, abi })
    }
}

impl Coded for TypeOption {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.ty.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeOption> {
        let ty = Coded::read(from)?;
        let (info, abi) = from.types.variant_abi(&[None, Some(ty)])?;
        Ok(TypeOption { ty, abi, info })
    }
}

impl Coded for TypeResult {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.ok.write(to);
        self.err.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeResult> {
        let (ok, err) = Coded::read(from)?;
        let (info, abi) = from.types.variant_abi(&[ok, err])?;
        Ok(TypeResult { ok, err, abi, info })
    }
}
