//! Components of WIT, without code.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldId};

/// The component that imports and exports what a world does; each of its functions traps.
pub fn component(resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let mut module = dummy_module(resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .expect("the world can be embedded");
    let encoder = ComponentEncoder::default()
        .module(&module)
        .expect("the module is of the world");
    encoder
        .validate(false)
        .encode()
        .expect("a component can be made of it")
}
