//! Wasmtime's generated bindings of the components that are measured.

/// The bindings of `demo:shapes`.
pub mod shapes {
    amphi::component::bindgen!({ path: "../../wit/shapes", world: "shapes" });
}

/// The bindings of `demo:sensor`.
pub mod sensor {
    amphi::component::bindgen!({ path: "../../wit/sensor", world: "sensor" });
}
