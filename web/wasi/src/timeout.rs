//! Waiting for time to pass, or for the page's event loop: promises of the page, as futures.

use crate::page;
use amphi_web::Local;
use js_sys::{Function, Promise};
use std::future::poll_fn;
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

    type MessageChannel;
    #[wasm_bindgen(constructor)]
    fn new() -> MessageChannel;
    #[wasm_bindgen(method, getter)]
    fn port1(this: &MessageChannel) -> MessagePort;
    #[wasm_bindgen(method, getter)]
    fn port2(this: &MessageChannel) -> MessagePort;
    type MessagePort;
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    fn set_onmessage(this: &MessagePort, handler: &Function);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &MessagePort, message: &JsValue);
    #[wasm_bindgen(method)]
    fn close(this: &MessagePort);
}

/// Lets the page's event loop run once. Who is asked a second time, whoever asks, has given way:
/// where nothing can wait, that is all there is.
pub async fn give_way() {
    let mut turn = Turn::new();
    let mut asked = false;
    poll_fn(|cx| {
        let over = Pin::new(&mut turn).poll(cx).is_ready() || asked;
        asked = true;
        match over {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

/// Waits until the page's clock has reached `end`, as [`page::uptime`] counts.
pub async fn wait_until(end: Duration) {
    loop {
        // A browser may be early by a fraction of a millisecond, and counts no further than its
        // longest timeout.
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

/// The next turn of the event loop, told by a message to itself: timeouts of a page that sets many
/// are held back by milliseconds.
struct Turn {
    port: Local<MessagePort>,
    settle: Local<Function>,
    come: Local<JsFuture>,
}

impl Turn {
    fn new() -> Turn {
        let channel = MessageChannel::new();
        let port = channel.port1();
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, _| {
            port.set_onmessage(&resolve);
            settle = Some(resolve);
        });
        channel.port2().post_message(&JsValue::UNDEFINED);
        Turn {
            port: Local::new(port),
            settle: Local::new(settle.expect("a promise calls its function at once")),
            come: Local::new(JsFuture::from(promise)),
        }
    }
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.come).poll(cx).map(drop)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.port.close();
        let _ = self.settle.call0(&JsValue::UNDEFINED);
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        clear_timeout(&self.timeout);
        let _ = self.settle.call0(&JsValue::UNDEFINED);
    }
}
