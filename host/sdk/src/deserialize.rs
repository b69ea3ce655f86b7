//! Components that were precompiled, in the one spelling that both hosts have.
#![expect(unsafe_code, reason = "compiled code is trusted natively")]

use crate::component::Component;
use crate::engine::deserialize_component;
use crate::{Engine, Result};

/// Makes a component of what `Component::serialize` or `Engine::precompile_component` of the same
/// host has written: natively at once, in a page off the main thread, with no code that translates.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> amphi::Result<()> {
/// let engine = amphi::Engine::default();
/// let bytes = engine.precompile_component(&wat::parse_str("(component)")?)?;
/// // SAFETY: this engine has just written the bytes.
/// let component = unsafe { amphi::deserialize(&engine, &bytes) }.await?;
/// assert_eq!(component.component_type().exports(&engine).count(), 0);
/// # Ok(())
/// # }
/// ```
///
/// # Safety
///
/// Natively the bytes are machine code, which Wasmtime runs as it is: whoever can write them can do
/// everything. In a page they are trusted no more than those of a component.
///
/// # Errors
///
/// The bytes are not what was written, are of another version or for another host, or were written
/// for another `Config`.
pub async unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Component> {
    // SAFETY: the caller's promise.
    unsafe { deserialize_component(engine, bytes) }.await
}
