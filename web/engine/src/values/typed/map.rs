//! Maps, which are lists of pairs in memory.

use super::pointer::Pair;
use super::{ComponentType, Lift, Lower, NativeLayout, bad_type_info};
use crate::raw::ValRaw;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{AlignedBytes, LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::collections::HashMap;
use std::hash::Hash;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType, TypeMap};
use wasmtime_environ::error::{Result, bail, format_err};

// SAFETY: a map is a pointer and a length.
unsafe impl<K: ComponentType, V: ComponentType> ComponentType for HashMap<K, V> {
    type Lower = [ValRaw; 2];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let InterfaceType::Map(index) = ty else {
            bail!("expected `map` found `{}`", desc(ty));
        };
        let map = &types.types[*index];
        K::typecheck(&map.key, types)?;
        V::typecheck(&map.value, types)
    }
}

fn map_type(types: &ComponentTypes, ty: InterfaceType) -> &TypeMap {
    match ty {
        InterfaceType::Map(index) => &types[index],
        _ => bad_type_info(),
    }
}

// SAFETY: as above.
unsafe impl<K: Lower, V: Lower> Lower for HashMap<K, V> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; 2]>,
    ) -> Result<()> {
        lower_entries(cx, ty, self)?.to_flat(dst);
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        *cx.get(offset) = lower_entries(cx, ty, self)?.to_bytes();
        Ok(())
    }
}

fn lower_entries<T, K: Lower, V: Lower>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    entries: &HashMap<K, V>,
) -> Result<Pair> {
    let map = map_type(cx.types, ty);
    let entry = map.entry_abi.size32 as usize;
    let size = entries
        .len()
        .checked_mul(entry)
        .ok_or_else(|| format_err!("size overflow copying a map"))?;
    let ptr = cx.realloc(0, 0, map.entry_abi.align32, size)?;
    for (index, (key, value)) in entries.iter().enumerate() {
        let offset = ptr + index * entry;
        key.linear_lower_to_memory(cx, map.key, offset)?;
        value.linear_lower_to_memory(cx, map.value, offset + map.value_offset32 as usize)?;
    }
    Pair::new(ptr, entries.len())
}

// SAFETY: as above.
unsafe impl<K: Lift + Eq + Hash, V: Lift> Lift for HashMap<K, V> {
    const NATIVE: NativeLayout = NativeLayout::words(6);

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &[ValRaw; 2],
    ) -> Result<Self> {
        lift_entries(cx, ty, Pair::from_flat(src))
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        lift_entries(cx, ty, Pair::from_bytes(bytes)?)
    }
}

/// Of entries with equal keys the last counts.
fn lift_entries<K: Lift + Eq + Hash, V: Lift>(
    cx: &mut LiftContext<'_>,
    ty: InterfaceType,
    pair: Pair,
) -> Result<HashMap<K, V>> {
    let types = Arc::clone(cx.types);
    let map = map_type(&types, ty);
    let (ptr, len) = (pair.ptr as usize, pair.len as usize);
    let mut space = AlignedBytes::new();
    let entry_size = NativeLayout::fields(&[K::NATIVE, V::NATIVE]).size;
    let bytes = cx.read_elements(&mut space, "map", (ptr, len), &map.entry_abi, entry_size)?;
    let mut entries = HashMap::new();
    entries.try_reserve(len)?;
    for index in 0..len {
        let entry = &bytes[index * map.entry_abi.size32 as usize..];
        let key = K::linear_lift_from_memory(cx, map.key, &entry[..K::SIZE32])?;
        let value = &entry[map.value_offset32 as usize..][..V::SIZE32];
        entries.insert(key, V::linear_lift_from_memory(cx, map.value, value)?);
    }
    Ok(entries)
}
