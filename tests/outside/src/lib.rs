//! An application outside of the project's workspace: it depends on the facade and asks the linker
//! for nothing. Components are its plugins, in a page by `answer` and natively by the program.

use amphi::component::Linker;
use amphi::wasi::{WasiCtx, WasiState, p2};
use amphi::{Engine, Result, Store};

amphi::component::bindgen!({
    inline: "
        package demo:calc@1.1.0;

        interface ops {
            add: func(a: s32, b: s32) -> s32;
            mul: func(a: s32, b: s32) -> s32;
        }

        world calc {
            export ops;
        }
    ",
});

/// `a * b + a`, which the component of `bytes` works out.
pub async fn work_out(bytes: &[u8], a: i32, b: i32) -> Result<i32> {
    let engine = Engine::default();
    let component = amphi::compile(&engine, bytes).await?;
    let mut linker = Linker::new(&engine);
    p2::add_to_linker_sync(&mut linker)?;
    let state = WasiState::new(WasiCtx::builder().build());
    let mut store = Store::new(&engine, state);
    let calc = CalcPre::new(amphi::link(&linker, &component)?)?;
    let calc = calc.instantiate_async(&mut store).await?;
    let ops = calc.demo_calc_ops();
    let product = ops.call_mul(&mut store, a, b)?;
    ops.call_add(&mut store, product, a)
}

#[cfg(target_arch = "wasm32")]
mod page {
    use wasm_bindgen::prelude::*;

    /// As [`work_out`](super::work_out), for the page.
    #[wasm_bindgen]
    pub async fn answer(bytes: Vec<u8>, a: i32, b: i32) -> Result<i32, JsError> {
        let answer = super::work_out(&bytes, a, b).await;
        answer.map_err(|error| JsError::new(&format!("{error:#}")))
    }
}
