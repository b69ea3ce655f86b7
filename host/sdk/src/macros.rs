//! `bindgen!` and `flags!` with this crate's path filled in.

/// Wasmtime's `bindgen!`, resolved through this crate, so that the generated bindings compile for
/// both hosts.
///
/// Takes every form and option of `wasmtime::component::bindgen!` except `wasmtime_crate`, which it
/// fills in.
///
/// ```
/// mod bindings {
///     amphi::component::bindgen!({
///         inline: "package a:b; world w { export double: func(x: u32) -> u32; }",
///     });
/// }
/// ```
#[macro_export]
macro_rules! bindgen {
    () => { $crate::__bindgen! { { wasmtime_crate: ::amphi } } };
    ({ $($options:tt)* }) => { $crate::__bindgen! { { wasmtime_crate: ::amphi, $($options)* } } };
    (in $path:literal) => { $crate::__bindgen! { { wasmtime_crate: ::amphi, path: $path } } };
    ($world:literal) => { $crate::__bindgen! { { wasmtime_crate: ::amphi, world: $world } } };
    ($world:literal in $path:literal) => {
        $crate::__bindgen! { { wasmtime_crate: ::amphi, world: $world, path: $path } }
    };
}

/// Declares a Rust type for a WIT `flags` type, as `wasmtime::component::flags!` does.
#[macro_export]
macro_rules! flags {
    ($($tokens:tt)*) => { $crate::__flags! { ($crate) $($tokens)* } };
}
