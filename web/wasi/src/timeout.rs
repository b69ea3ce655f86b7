//! Waiting for time to pass: a timeout of the page, as a future.

use crate::page;
use amphi_web::Local;
use js_sys::{Function, Promise};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, millis: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timeout: &JsValue);
}

/// Waits until the page's clock has reached `end`, as [`page::uptime`] counts.
pub async fn wait_until(end: Duration) {
    loop {
        // A browser may be early by a fraction of a millisecond, and counts no further than its longest timeout.
        let left = end.saturating_sub(page::uptime());
        if left.is_zero() {
            return;
        }
        Timeout::of(left).await;
    }
}

/// A timeout that was set, and is cleared when this is dropped.
///
/// A future of a promise that is never settled is never freed, so what is cleared is settled, too.
struct Timeout {
    timeout: Local<JsValue>,
    settle: Local<Function>,
    fired: Local<JsFuture>,
}

impl Timeout {
    fn of(duration: Duration) -> Timeout {
        let millis = duration.as_nanos().div_ceil(1_000_000);
        let millis = i32::try_from(millis).unwrap_or(i32::MAX);
        let mut set = None;
        let promise = Promise::new(&mut |resolve, _| {
            set = Some((set_timeout(&resolve, millis), resolve));
        });
        let (timeout, settle) = set.expect("a promise calls its function at once");
        Timeout {
            timeout: Local::new(timeout),
            settle: Local::new(settle),
            fired: Local::new(JsFuture::from(promise)),
        }
    }
}

impl Future for Timeout {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(cx).map(drop)
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        clear_timeout(&self.timeout);
        let _ = self.settle.call0(&JsValue::UNDEFINED);
    }
}
