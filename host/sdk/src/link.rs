//! Linking, with an error that lists every unsatisfied import.

use crate::Result;
use crate::component::{Component, InstancePre, Linker};
use crate::engine::instantiate_pre;

/// Binds what `component` imports to what `linker` defines, as [`Linker::instantiate_pre`] does.
///
/// If several imports cannot be satisfied, the error lists all of them, one per line, with the
/// reasons; Wasmtime's own reports the first.
///
/// ```
/// use amphi::component::{Component, Linker};
///
/// # fn main() -> amphi::Result<()> {
/// let engine = amphi::Engine::default();
/// let component = Component::new(&engine, wat::parse_str(r#"(component
///     (import "now" (func (result u64)))
///     (import "log" (func (param "line" string))))"#)?)?;
/// let mut linker = Linker::<()>::new(&engine);
/// let error = amphi::link(&linker, &component).err().expect("two imports are missing");
/// assert!(error.to_string().contains("`now`") && error.to_string().contains("`log`"));
///
/// linker.root().func_wrap("now", |_, ()| Ok((0_u64,)))?;
/// linker.root().func_wrap("log", |_, (_line,): (String,)| Ok(()))?;
/// let mut store = amphi::Store::new(&engine, ());
/// amphi::link(&linker, &component)?.instantiate(&mut store)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An import is missing or has another type than the component expects.
pub fn link<T: 'static>(linker: &Linker<T>, component: &Component) -> Result<InstancePre<T>> {
    instantiate_pre(linker, component)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use amphi_core::version::serving;

    use super::link;
    use crate::component::{Component, Linker};
    use crate::{Engine, Store};

    const VERSIONS: &[&str] = &[
        "",
        "@1.0.0",
        "@1.2.3",
        "@1.10.0",
        "@2.0.0",
        "@0.2.0",
        "@0.2.12",
        "@0.3.0",
        "@0.0.1",
        "@0.0.2",
        "@1.0.0-rc.1",
        "@1.0.0-rc.2",
        "@1.0.0+a",
        "@0.0.1+a",
        "@0.2.0-draft",
    ];

    /// Which of `defined` a component gets that imports `wanted`.
    fn linked(engine: &Engine, defined: &[&str], wanted: &str) -> Option<u32> {
        let mut linker = Linker::<()>::new(engine);
        for (number, version) in (0_u32..).zip(defined) {
            let mut clock = linker.instance(&format!("demo:clock/clock{version}"));
            let clock = clock.as_mut().expect("nothing is defined twice");
            clock
                .func_wrap("now", move |_, ()| Ok((number,)))
                .expect("nothing is defined twice");
        }
        let text = format!(
            r#"(component
                (import "demo:clock/clock{wanted}" (instance $clock (export "now" (func (result u32)))))
                (core func $now (canon lower (func $clock "now")))
                (core module $m
                    (import "" "now" (func $now (result i32)))
                    (func (export "f") (result i32) (call $now)))
                (core instance $i (instantiate $m (with "" (instance (export "now" (func $now))))))
                (func (export "now") (result u32) (canon lift (core func $i "f"))))"#
        );
        let bytes = wat::parse_str(text).expect("the text is well formed");
        let component = Component::new(engine, bytes).expect("the component is valid");
        let pre = link(&linker, &component).ok()?;
        let mut store = Store::new(engine, ());
        let instance = pre.instantiate(&mut store).expect("it starts");
        let now = instance.get_typed_func::<(), (u32,)>(&mut store, "now");
        let now = now.expect("it is exported");
        Some(now.call(&mut store, ()).expect("it is called").0)
    }

    /// `amphi_core::version` is the rule by which Wasmtime links, on both hosts.
    #[test]
    fn versions_serve_each_other_as_they_are_linked() {
        let engine = Engine::default();
        let name = |version: &str| format!("demo:clock/clock{version}");
        let check = |defined: &[&str], wanted: &str| {
            let names: Vec<String> = defined.iter().map(|version| name(version)).collect();
            let expected = serving(&name(wanted), names.iter().map(String::as_str));
            let expected = expected.and_then(|found| names.iter().position(|name| name == found));
            let found = linked(&engine, defined, wanted);
            assert_eq!(
                found.map(|found| found as usize),
                expected,
                "`{wanted}` of {defined:?}"
            );
        };
        for wanted in VERSIONS {
            for defined in VERSIONS {
                check(&[defined], wanted);
            }
            check(
                &["@1.0.5", "@1.10.0", "@1.9.9", "@2.1.0", "@1.11.0-rc.1"],
                wanted,
            );
            check(&["@0.2.3", "@0.2.10", "@0.3.1", "@0.2.9"], wanted);
        }
    }
}
