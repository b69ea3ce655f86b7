//! Compiling, in the one spelling that both hosts have.

use crate::component::Component;
use crate::engine::compile_component;
use crate::{Engine, Result};

/// Compiles the bytes of a component: natively at once, in a page off the main thread.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> amphi::Result<()> {
/// let engine = amphi::Engine::default();
/// let bytes = wat::parse_str("(component)")?;
/// let component = amphi::compile(&engine, &bytes).await?;
/// assert_eq!(component.component_type().exports(&engine).count(), 0);
///
/// let error = amphi::compile(&engine, b"text").await.unwrap_err();
/// assert!(error.to_string().starts_with("expected WebAssembly"));
/// # Ok(())
/// # }
/// ```
///
/// It is safe for untrusted bytes: on both hosts, a component that would exhaust the stack or
/// multiply itself beyond measure is refused before anything parses it. Natively `Component::new`,
/// which is Wasmtime's own, does not check that. Otherwise compile time is limited by the size of
/// the code.
///
/// # Errors
///
/// The bytes are not a whole component (the error says what they are instead, and what helps), are
/// not valid, are nested too deep or multiply themselves, or need a feature that the engine does
/// not have.
pub async fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component> {
    amphi_core::binary::anatomy(bytes)?;
    compile_component(engine, bytes).await
}
