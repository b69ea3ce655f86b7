//! The way through JavaScript: the same core functions, each value carried by `js_sys`.
//!
//! This is what calling a guest from Rust takes without generated code: a `Function` for each
//! export, arguments as `JsValue`s, guest memory through typed arrays and a `DataView`. It is here
//! so that the gain stays visible; nothing else uses it.

use crate::bindings::shapes::exports::demo::shapes::calls::Entry;
use crate::shapes::check;
use crate::values::{self, BYTES, ENTRIES, SHORT, sum_below};
use amphi::{Result, bail, format_err};
use js_sys::{Array, ArrayBuffer, DataView, Function, Object, Reflect, Uint8Array, WebAssembly};
use std::hint::black_box;
use wasm_bindgen::prelude::*;

/// Where the exports of the interface that is called are.
const CALLS: &str = "demo:shapes/calls@1.0.0";
/// Bytes of an `entry`, and where its fields are.
const ENTRY: u32 = 32;
const WEIGHT: u32 = 8;
const NOTE: u32 = 16;

/// The core instance of `demo:shapes`, through JavaScript.
#[wasm_bindgen]
pub struct Naive {
    exports: Object,
    memory: WebAssembly::Memory,
    realloc: Function,
    texts: [String; 3],
    list: Vec<u8>,
    numbers: Vec<u32>,
    entries: Vec<Entry>,
}

#[wasm_bindgen]
impl Naive {
    /// Takes the exports of a core instance.
    ///
    /// # Errors
    ///
    /// It does not export its memory and its allocator.
    #[wasm_bindgen(constructor)]
    pub fn new(exports: Object) -> Result<Naive, JsError> {
        let get = |name: &str| {
            Reflect::get(&exports, &name.into()).map_err(|_| JsError::new("expected an object"))
        };
        let unexpected = |_| JsError::new("expected a memory and `cabi_realloc`");
        Ok(Naive {
            memory: get("memory")?.dyn_into().map_err(unexpected)?,
            realloc: get("cabi_realloc")?.dyn_into().map_err(unexpected)?,
            exports,
            texts: [SHORT, 256, 2048].map(values::text),
            list: values::bytes(),
            numbers: values::numbers(),
            entries: values::entries(),
        })
    }

    /// The host function `add-one`, as a guest may import it.
    #[wasm_bindgen(js_name = addOne)]
    pub fn add_one() -> JsValue {
        let add_one: Box<dyn Fn(u32) -> u32> = Box::new(|x| x.wrapping_add(1));
        Closure::wrap(add_one).into_js_value()
    }

    /// Does a shape so many times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub fn run(&self, shape: &str, times: u32) -> Result<(), JsError> {
        let done = match shape {
            "add-typed" => self.add(times),
            "echo-16" => self.echo_text(&self.texts[0], times),
            "echo-256" => self.echo_text(&self.texts[1], times),
            "echo-2k" => self.echo_text(&self.texts[2], times),
            "echo-bytes" => self.echo_bytes(times),
            "sum-numbers" => self.sum_numbers(times),
            "count-notes" => self.count_notes(times),
            "import-scalar" => self.import_scalar(times),
            _ => Err(format_err!("there is no naive variant of `{shape}`")),
        };
        done.map_err(|error| JsError::new(&format!("{error:#}")))
    }

    fn add(&self, times: u32) -> Result<()> {
        let add = self.function("add")?;
        let mut sum = 0;
        for number in 0..times {
            let arguments = [sum.into(), black_box(number as i32).into()];
            sum = self.call(&add, &arguments)? as i32;
        }
        check(&sum, &sum_below(times))
    }

    fn echo_text(&self, text: &str, times: u32) -> Result<()> {
        let echo = self.function("echo-text")?;
        let post_return = self.post_return("echo-text")?;
        let mut length = 0;
        for _ in 0..times {
            let bytes = self.echo(&echo, &post_return, black_box(text.as_bytes()))?;
            length += String::from_utf8(bytes)?.len() as u64;
        }
        check(&length, &(u64::from(times) * text.len() as u64))
    }

    fn echo_bytes(&self, times: u32) -> Result<()> {
        let echo = self.function("echo-bytes")?;
        let post_return = self.post_return("echo-bytes")?;
        let mut length = 0;
        for _ in 0..times {
            length += self.echo(&echo, &post_return, black_box(&self.list))?.len() as u64;
        }
        check(&length, &(u64::from(times) * BYTES as u64))
    }

    fn sum_numbers(&self, times: u32) -> Result<()> {
        let sum = self.function("sum")?;
        let mut total = 0;
        for _ in 0..times {
            let pointer = self.allocate(4, self.numbers.len() as u32 * 4)?;
            let memory = self.view();
            for (index, number) in black_box(&self.numbers).iter().enumerate() {
                memory.set_uint32_endian(pointer as usize + index * 4, *number, true);
            }
            let arguments = [pointer.into(), (self.numbers.len() as u32).into()];
            total += u64::from(self.call(&sum, &arguments)? as u32);
        }
        let each: u32 = self.numbers.iter().sum();
        check(&total, &(u64::from(times) * u64::from(each)))
    }

    fn count_notes(&self, times: u32) -> Result<()> {
        let count = self.function("count-notes")?;
        let mut notes = 0;
        for _ in 0..times {
            let pointer = self.allocate(8, ENTRIES * ENTRY)?;
            for (index, entry) in (0..).zip(black_box(&self.entries)) {
                self.store(pointer + index * ENTRY, entry)?;
            }
            let arguments = [pointer.into(), ENTRIES.into()];
            notes += u64::from(self.call(&count, &arguments)? as u32);
        }
        check(&notes, &(u64::from(times) * u64::from(ENTRIES / 2)))
    }

    fn store(&self, at: u32, entry: &Entry) -> Result<()> {
        let note = match &entry.note {
            Some(note) => Some((self.place(note.as_bytes())?, note.len() as u32)),
            None => None,
        };
        let memory = self.view();
        memory.set_uint32_endian(at as usize, entry.id, true);
        memory.set_float64_endian((at + WEIGHT) as usize, entry.weight, true);
        memory.set_uint8((at + NOTE) as usize, u8::from(note.is_some()));
        if let Some((pointer, length)) = note {
            memory.set_uint32_endian((at + NOTE + 4) as usize, pointer, true);
            memory.set_uint32_endian((at + NOTE + 8) as usize, length, true);
        }
        Ok(())
    }

    fn import_scalar(&self, times: u32) -> Result<()> {
        let add = self.function("add-by-host")?;
        let found = self.call(&add, &[0.into(), times.into()])? as u32;
        check(&found, &times)
    }

    /// Bytes into the guest, through a function, and back.
    fn echo(&self, function: &Function, post_return: &Function, bytes: &[u8]) -> Result<Vec<u8>> {
        let pointer = self.place(bytes)?;
        let arguments = [pointer.into(), (bytes.len() as u32).into()];
        let result = self.call(function, &arguments)? as u32;
        let memory = self.view();
        let start = memory.get_uint32_endian(result as usize, true);
        let length = memory.get_uint32_endian(result as usize + 4, true);
        let back =
            Uint8Array::new_with_byte_offset_and_length(&self.memory.buffer(), start, length)
                .to_vec();
        self.call(post_return, &[result.into()])?;
        Ok(back)
    }

    fn place(&self, bytes: &[u8]) -> Result<u32> {
        let length = bytes.len() as u32;
        let pointer = self.allocate(1, length)?;
        Uint8Array::new_with_byte_offset_and_length(&self.memory.buffer(), pointer, length)
            .copy_from(bytes);
        Ok(pointer)
    }

    fn allocate(&self, align: u32, size: u32) -> Result<u32> {
        let arguments = [0.into(), 0.into(), align.into(), size.into()];
        Ok(self.call(&self.realloc, &arguments)? as u32)
    }

    fn view(&self) -> DataView {
        let buffer: ArrayBuffer = self.memory.buffer().unchecked_into();
        DataView::new(&buffer, 0, buffer.byte_length() as usize)
    }

    fn call(&self, function: &Function, arguments: &[JsValue]) -> Result<f64> {
        let arguments: Array = arguments.iter().collect();
        match function.apply(&JsValue::UNDEFINED, &arguments) {
            Ok(value) => Ok(value.as_f64().unwrap_or_default()),
            Err(_) => bail!("the guest trapped"),
        }
    }

    fn function(&self, name: &str) -> Result<Function> {
        self.export(&format!("{CALLS}#{name}"))
    }

    fn post_return(&self, name: &str) -> Result<Function> {
        self.export(&format!("cabi_post_{CALLS}#{name}"))
    }

    fn export(&self, name: &str) -> Result<Function> {
        Reflect::get(&self.exports, &name.into())
            .ok()
            .and_then(|value| value.dyn_into().ok())
            .ok_or_else(|| format_err!("expected a core export `{name}`, found none"))
    }
}
