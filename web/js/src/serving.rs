//! Components that answer requests.

use crate::compiled::{Compiled, engine};
use crate::linking::Linking;
use crate::refusal;
use crate::wasi::Grants;
use amphi_wasi_web::http::p2::bindings::ProxyPre;
use amphi_wasi_web::http::serve;
use amphi_web::{Result, Store};
use wasm_bindgen::prelude::*;

/// Has the component's `wasi:http/incoming-handler` answer a `Request`, in an instance of its own:
/// a `Response`.
///
/// # Errors
///
/// The component has no such export or imports more than WASI, or it does not answer.
#[wasm_bindgen]
pub async fn answer(
    compiled: &Compiled,
    linking: &Linking,
    grants: &mut Grants,
    request: JsValue,
) -> Result<JsValue, JsError> {
    let answered = async {
        let pre = linking.linker.instantiate_pre(&compiled.component)?;
        let mut store = Store::new(&engine(), grants.take());
        let proxy = ProxyPre::new(pre)?.instantiate_async(&mut store).await?;
        serve(store, proxy, &request).await
    };
    answered.await.map_err(refusal)
}
