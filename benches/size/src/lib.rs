//! The code of a page that has the engine and nothing else, to be weighed by `cargo xtask size`.
//!
//! It does what an application does with the engine, once each: it compiles a component, or makes
//! it of what was precompiled where it is built without `compiler`, gives it a host function with
//! static types and one over dynamic values, and calls it both ways. No WASI, no facade.

#[cfg(target_arch = "wasm32")]
mod page {
    use amphi_web::component::{Component, Linker, Val};
    use amphi_web::{Engine, Result, Store, format_err};
    use wasm_bindgen::prelude::*;

    /// Instantiates a component and calls its function `run`, with static types and with dynamic
    /// values: the two answers.
    ///
    /// # Errors
    ///
    /// The bytes are not such a component, or it traps.
    #[wasm_bindgen]
    pub async fn run(component: Vec<u8>, text: String) -> Result<Vec<JsValue>, JsError> {
        let (typed, dynamic) = answers(&component, &text)
            .await
            .map_err(|error| JsError::new(&format!("{error:?}")))?;
        Ok(vec![typed.into(), dynamic.into()])
    }

    #[cfg_attr(
        not(feature = "compiler"),
        expect(unsafe_code, reason = "it is unsafe natively")
    )]
    async fn answers(component: &[u8], text: &str) -> Result<(String, String)> {
        let engine = Engine::default();
        #[cfg(feature = "compiler")]
        let component = Component::new_async(&engine, component).await?;
        #[cfg(not(feature = "compiler"))]
        // SAFETY: a page checks the bytes.
        let component = unsafe { Component::deserialize_async(&engine, component) }.await?;
        let mut linker = Linker::new(&engine);
        let mut root = linker.root();
        root.func_wrap("length", |_, (text,): (String,)| Ok((text.len() as u32,)))?;
        root.func_new("tell", |_, _, params, results| {
            results.clone_from_slice(params);
            Ok(())
        })?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let run = instance
            .get_func(&mut store, "run")
            .ok_or_else(|| format_err!("expected an export `run`, found none"))?;
        let (typed,) = run
            .typed::<(&str,), (String,)>(&store)?
            .call(&mut store, (text,))?;
        let mut results = [Val::Bool(false)];
        run.call(&mut store, &[Val::String(text.to_owned())], &mut results)?;
        Ok((typed, format!("{:?}", results[0])))
    }
}
