//! Values that are too big for any buffer that somebody might have thought big enough.

use amphi::{Result, Store};

use super::Transcript;
use crate::bindings::kitchen::Kitchen;
use crate::host::State;

/// Sends and receives megabytes, more than once, so that memory has to grow under way.
pub fn run(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let echo = kitchen.demo_kitchen_echo();
    let bytes: Vec<u8> = (0..1 << 20)
        .map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let sum = bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    for size in [0, 1, 65_535, 65_536, 65_537, bytes.len()] {
        let back = echo.call_echo_bytes(&mut *store, &bytes[..size])?;
        t.same("echo of bytes", (size, back == bytes[..size]), (size, true));
    }
    t.same(
        "checksum of 1 MiB",
        echo.call_checksum(&mut *store, &bytes)?,
        sum,
    );
    let filled = echo.call_fill(&mut *store, 3 << 20)?;
    let right = filled
        .iter()
        .enumerate()
        .all(|(index, byte)| *byte == index as u8);
    t.same("fill of 3 MiB", (filled.len(), right), (3 << 20, true));

    let text = "aé日🦀".repeat(25_000);
    let back = echo.call_echo_string(&mut *store, &text)?;
    t.same(
        "echo of 100,000 characters",
        (back.len(), back == text),
        (250_000, true),
    );
    t.same(
        "repeat",
        echo.call_repeat(&mut *store, "aé日🦀", 25_000)? == text,
        true,
    );

    let words: Vec<String> = (0..20_000).map(|index| format!("word {index}")).collect();
    t.same(
        "echo of 20,000 strings",
        echo.call_echo_list_string(&mut *store, &words)? == words,
        true,
    );
    let numbers: Vec<f64> = (0..100_000).map(|index| f64::from(index) / 7.0).collect();
    let back = echo.call_echo_list_f64(&mut *store, &numbers)?;
    let equal = back
        .iter()
        .map(|x| x.to_bits())
        .eq(numbers.iter().map(|x| x.to_bits()));
    t.same("echo of 100,000 numbers", equal, true);
    Ok(())
}
