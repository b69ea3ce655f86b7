//! The component of `demo:kitchen`: a function for each type of WIT, one file per interface.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/kitchen" });
    use super::Kitchen;
    export!(Kitchen);
}
mod calls;
mod echo;
mod store;
mod traps;

struct Kitchen;
