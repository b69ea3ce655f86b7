//! Everything that is asked of the page itself: its console, its clocks, its randomness.
//!
//! The rest of the crate knows no JavaScript. All of this exists in windows and in workers alike.

use amphi_web::{Result, format_err};
use js_sys::Uint8Array;
use std::time::Duration;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn console_log(line: &str);
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(line: &str);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(array: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// Browsers round their clocks against timing attacks, at the coarsest to one millisecond.
pub const CLOCK_RESOLUTION: Duration = Duration::from_millis(1);

/// The most that `getRandomValues` gives at once.
const RANDOM_QUOTA: usize = 65_536;

/// Prints a line with `console.log`.
pub fn log(line: &str) {
    console_log(line);
}

/// Prints a line with `console.error`.
pub fn error(line: &str) {
    console_error(line);
}

/// The time since 1970, by the page's wall clock.
pub fn unix_time() -> Duration {
    from_millis(js_sys::Date::now())
}

/// The time since the page (or worker) started; never goes back.
pub fn uptime() -> Duration {
    from_millis(performance_now())
}

/// Fills `bytes` from the browser's cryptographic generator.
///
/// # Errors
///
/// The page has no `crypto.getRandomValues`, or it failed.
pub fn fill_random(bytes: &mut [u8]) -> Result<()> {
    for chunk in bytes.chunks_mut(RANDOM_QUOTA) {
        let length = u32::try_from(chunk.len()).expect("a chunk is at most the quota");
        let array = Uint8Array::new_with_length(length);
        get_random_values(&array)
            .map_err(|error| format_err!("`crypto.getRandomValues` failed: {error:?}"))?;
        array.copy_to(chunk);
    }
    Ok(())
}

/// A clock before 1970 or out of `Duration`'s range reads as zero rather than panicking.
fn from_millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default()
}
