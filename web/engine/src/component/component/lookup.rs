//! Finding exports by name or by an index found before.

use super::{Component, ComponentExportIndex};
use wasmtime_environ::collections::TryString;
use wasmtime_environ::component::{ComponentExternData, ExportIndex, NameMap, NameMapNoIntern};

/// What an export can be looked up by, as `wasmtime::component::ExportLookup`: a name, or an index.
pub trait ExportLookup {
    #[doc(hidden)]
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ExportIndex>;
}

impl<L: ExportLookup + ?Sized> ExportLookup for &L {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ExportIndex> {
        L::lookup(self, component, instance)
    }
}

impl ExportLookup for str {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ExportIndex> {
        component.lookup(instance, self)
    }
}

impl ExportLookup for String {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ExportIndex> {
        component.lookup(instance, self)
    }
}

impl ExportLookup for ComponentExportIndex {
    fn lookup(
        &self,
        component: &Component,
        _instance: Option<&ComponentExportIndex>,
    ) -> Option<ExportIndex> {
        (self.component == component.id()).then_some(self.index)
    }
}

/// An export by its name or by a semver-compatible one.
pub(super) fn find_export(
    names: &NameMap<TryString, (ExportIndex, ComponentExternData)>,
    name: &str,
) -> Option<ExportIndex> {
    names.get(name, &NameMapNoIntern).map(|(index, _)| *index)
}
