//! Wasmtime's generated bindings of the components that are measured.

/// The bindings of `demo:calc`.
pub mod calc {
    amphi::component::bindgen!({ path: "../../wit/calc-1.0.0", world: "calc" });
}

/// The bindings of `demo:kitchen`.
pub mod kitchen {
    amphi::component::bindgen!({
        path: "../../wit/kitchen",
        world: "kitchen",
        imports: { default: trappable },
    });
}

/// The bindings of `demo:sensor`.
pub mod sensor {
    amphi::component::bindgen!({ path: "../../wit/sensor", world: "sensor" });
}
