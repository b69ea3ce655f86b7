//! An application for the page that has no translator: its components were precompiled. One is part
//! of it, others it fetches.

#[cfg(target_arch = "wasm32")]
mod page {
    use amphi::component::{Component, Linker};
    use amphi::wasi::p2::bindings::sync::Command;
    use amphi::wasi::p2::pipe::MemoryOutputPipe;
    use amphi::wasi::{WasiCtxBuilder, WasiState, p2};
    use amphi::{Engine, Result, Store, ensure, format_err};
    use js_sys::{ArrayBuffer, Uint8Array};
    use wasm_bindgen::prelude::*;

    /// The component, and the tail for browsers that allow one memory.
    const COMPOSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/composed.page"));

    /// How much a command may write.
    const MOST: usize = 1 << 16;

    #[wasm_bindgen]
    extern "C" {
        type Response;
        #[wasm_bindgen(catch)]
        async fn fetch(address: &str) -> Result<Response, JsValue>;
        #[wasm_bindgen(method, getter)]
        fn status(this: &Response) -> u16;
        #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
        async fn array_buffer(this: &Response) -> Result<ArrayBuffer, JsValue>;
    }

    /// The sum of all numbers below `times`, by the component that is part of the application.
    #[wasm_bindgen]
    pub async fn embedded(times: u32) -> Result<i32, JsError> {
        let sum = async {
            let engine = Engine::default();
            sum(&component(&engine, COMPOSED).await?, times)
        };
        sum.await.map_err(shown)
    }

    /// The same by a component that is fetched, with its tail where the browser needs that.
    #[wasm_bindgen]
    pub async fn fetched(address: String, times: u32) -> Result<i32, JsError> {
        let sum = async {
            let engine = Engine::default();
            sum(&fetched_component(&engine, &address).await?, times)
        };
        sum.await.map_err(shown)
    }

    /// What the error is if nobody fetches the tail; no text where the browser needs none.
    #[wasm_bindgen]
    pub async fn without_tail(address: String) -> Result<String, JsError> {
        let error = async {
            let bytes = bytes(&address).await?;
            let error = component(&Engine::default(), &bytes).await.err();
            Ok(error.map(|error| format!("{error:#}")).unwrap_or_default())
        };
        error.await.map_err(shown)
    }

    /// What a command writes that greets `name`: a component with WASI.
    #[wasm_bindgen]
    pub async fn greeted(address: String, name: String) -> Result<String, JsError> {
        let run = async {
            let engine = Engine::default();
            let component = fetched_component(&engine, &address).await?;
            let mut linker = Linker::new(&engine);
            p2::add_to_linker_sync(&mut linker)?;
            let out = MemoryOutputPipe::new(MOST);
            let wasi = WasiCtxBuilder::new()
                .args(&["hello", &name])
                .stdout(out.clone())
                .build();
            let mut store = Store::new(&engine, WasiState::new(wasi));
            let command = Command::instantiate(&mut store, &component, &linker)?;
            let ended = command.wasi_cli_run().call_run(&mut store)?;
            ensure!(ended.is_ok(), "the command failed");
            Ok(String::from_utf8_lossy(&out.contents()).into_owned())
        };
        run.await.map_err(shown)
    }

    /// Compiles a component that was precompiled.
    #[expect(unsafe_code, reason = "it is unsafe natively")]
    async fn component(engine: &Engine, bytes: &[u8]) -> Result<Component> {
        // SAFETY: a page checks the bytes.
        unsafe { amphi::deserialize(engine, bytes) }.await
    }

    async fn fetched_component(engine: &Engine, address: &str) -> Result<Component> {
        let mut file = bytes(address).await?;
        if amphi::needs_single_memory(&file) {
            file.extend(bytes(&format!("{address}.single-memory")).await?);
        }
        component(engine, &file).await
    }

    /// The sum of all numbers below `times`, each added by another component.
    fn sum(component: &Component, times: u32) -> Result<i32> {
        let linker = Linker::new(component.engine());
        let mut store = Store::new(component.engine(), ());
        let instance = linker.instantiate(&mut store, component)?;
        let sum = instance.get_typed_func::<(u32,), (i32,)>(&mut store, "sum")?;
        Ok(sum.call(&mut store, (times,))?.0)
    }

    async fn bytes(address: &str) -> Result<Vec<u8>> {
        let failed = |error| format_err!("cannot fetch `{address}`: {error:?}");
        let response = fetch(address).await.map_err(failed)?;
        let status = response.status();
        ensure!(status == 200, "cannot fetch `{address}`: status {status}");
        let buffer = response.array_buffer().await.map_err(failed)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }

    fn shown(error: amphi::Error) -> JsError {
        JsError::new(&format!("{error:#}"))
    }
}
