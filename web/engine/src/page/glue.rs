//! JavaScript that the page needs: the guard, and reading what was thrown.

use js_sys::{Array, Function, Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasmtime_environ::error::{Result, format_err};

/// How often a browser that has no room for a module is asked again.
const RETRIES: usize = 8;

#[wasm_bindgen(module = "/src/guard.js")]
extern "C" {
    /// See `guard.js`.
    #[wasm_bindgen(js_name = makeGuard)]
    pub fn make_guard(enter: &Function) -> Function;
    #[wasm_bindgen(js_name = takeCaught)]
    pub fn take_caught() -> JsValue;
    #[wasm_bindgen(js_name = makeAccessor)]
    pub fn make_accessor(guest: &WebAssembly::Memory, app: &JsValue) -> Object;
    fn describe(error: &JsValue) -> Array;
    #[wasm_bindgen(js_name = canSuspend)]
    pub fn can_suspend() -> bool;
    #[wasm_bindgen(js_name = makeSuspend)]
    pub fn make_suspend() -> JsValue;
    #[wasm_bindgen(js_name = makeThrow)]
    pub fn make_throw() -> JsValue;
    #[wasm_bindgen(js_name = throwNext)]
    pub fn throw_next(exception: &JsValue);
    pub fn wake(frame: u32);
    pub fn turn() -> js_sys::Promise;
    pub fn promising(enter: &Function) -> Function;
    #[wasm_bindgen(js_name = compile)]
    fn compile_or_nothing(bytes: &Uint8Array) -> JsValue;
    #[wasm_bindgen(js_name = instantiate)]
    fn instantiate_or_nothing(module: &WebAssembly::Module, imports: &Object) -> JsValue;
}

// What js-sys makes of the two constructors leaks a reference with each exception that it catches,
// since it forgets the nothing that was returned instead.

/// Compiles a module; or what the browser threw.
fn make_module(bytes: &[u8]) -> Result<WebAssembly::Module, JsValue> {
    let made = compile_or_nothing(&Uint8Array::from(bytes));
    match made.is_undefined() {
        true => Err(take_caught()),
        false => Ok(made.unchecked_into()),
    }
}

/// Instantiates a module; or what the browser, or the module's start function, threw.
pub fn make_instance(
    module: &WebAssembly::Module,
    imports: &Object,
) -> Result<WebAssembly::Instance, JsValue> {
    let made = instantiate_or_nothing(module, imports);
    match made.is_undefined() {
        true => Err(take_caught()),
        false => Ok(made.unchecked_into()),
    }
}

/// Instantiates a module without a start function off the main thread; or what the browser threw.
///
/// Where there is no room for its memory it is tried again in later turns: what the page has used
/// in this one is not collected before that is over, nor what belongs to that before the turn after
/// it.
pub async fn instance_of(
    module: &WebAssembly::Module,
    imports: &Object,
) -> Result<WebAssembly::Instance, JsValue> {
    let made = || JsFuture::from(WebAssembly::instantiate_module(module, imports));
    let mut result = made().await;
    for _ in 0..RETRIES {
        match &result {
            Err(thrown) if thrown.is_instance_of::<js_sys::RangeError>() => {
                let _ = JsFuture::from(turn()).await;
                result = made().await;
            }
            Ok(_) | Err(_) => break,
        }
    }
    result.map(JsCast::unchecked_into)
}

/// The message of something thrown.
pub fn caught_message(thrown: &JsValue) -> String {
    describe(thrown).get(1).as_string().unwrap_or_default()
}

/// The stack of something thrown; empty if it has none.
pub fn caught_stack(thrown: &JsValue) -> String {
    describe(thrown).get(2).as_string().unwrap_or_default()
}

/// Compiles a generated module. Small enough for every browser's main thread.
pub fn compile(bytes: &[u8]) -> Result<WebAssembly::Module> {
    make_module(bytes).map_err(|error| refused("compile", &error))
}

/// Compiles a generated module that uses a feature which a browser may lack; `None` if it does.
pub fn compile_if_valid(bytes: &[u8]) -> Result<Option<WebAssembly::Module>> {
    let array = Uint8Array::from(bytes);
    match WebAssembly::validate(&array) {
        Ok(true) => compile(bytes).map(Some),
        Ok(false) | Err(_) => Ok(None),
    }
}

/// Instantiates a module and returns its exports.
pub fn instance_exports(module: &WebAssembly::Module, imports: &Object) -> Result<Object> {
    make_instance(module, imports)
        .map(|instance| instance.exports())
        .map_err(|error| refused("instantiate", &error))
}

/// A component instance's flags: a mutable `i32` global, 1 while the instance may leave.
pub fn may_leave_flag() -> Result<WebAssembly::Global> {
    let descriptor = Object::new();
    set(
        &descriptor,
        &JsValue::from_str("value"),
        &JsValue::from_str("i32"),
    )?;
    set(&descriptor, &JsValue::from_str("mutable"), &JsValue::TRUE)?;
    WebAssembly::Global::new(&descriptor, &JsValue::from(1))
        .map_err(|error| refused("make a global for", &error))
}

/// An export that a generated module is known to have.
pub fn export<T: JsCast>(exports: &Object, name: &str) -> Result<T> {
    Reflect::get(exports, &JsValue::from_str(name))
        .ok()
        .and_then(|value| value.dyn_into::<T>().ok())
        .ok_or_else(|| format_err!("core instance has no export `{name}` of the expected kind"))
}

/// `{ [module]: { [field]: value } }`, the shape of an import object.
pub fn import_object<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a str, JsValue)>,
) -> Result<Object> {
    let object = bare_object();
    for (module, field, value) in entries {
        let module = JsValue::from_str(module);
        let mut fields = Reflect::get(&object, &module).unwrap_or(JsValue::UNDEFINED);
        if fields.is_undefined() {
            fields = bare_object().into();
            set(&object, &module, &fields)?;
        }
        set(&fields, &JsValue::from_str(field), &value)?;
    }
    Ok(object)
}

/// What an import object has under a name: the length of a table, or the value of a global that
/// holds a 32-bit number.
pub fn size_or_value(imports: &Object, module: &str, field: &str) -> Option<u64> {
    let fields = Reflect::get(imports, &JsValue::from_str(module)).ok()?;
    let value = Reflect::get(&fields, &JsValue::from_str(field)).ok()?;
    if let Some(table) = value.dyn_ref::<WebAssembly::Table>() {
        return Some(u64::from(table.length()));
    }
    let number = value.dyn_ref::<WebAssembly::Global>()?.value().as_f64()?;
    // An `i32` comes as a signed number, and is an unsigned offset.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an `i32` is exact in `f64`"
    )]
    let offset = (number as i32).cast_unsigned();
    Some(u64::from(offset))
}

/// Adds a module's worth of imports to an import object.
pub fn add_module(object: &Object, module: &str, fields: &Object) -> Result<()> {
    set(object, &JsValue::from_str(module), fields)
}

/// An object that inherits nothing: a guest chooses the names that are looked up and set in it.
fn bare_object() -> Object {
    Object::create(JsValue::NULL.unchecked_ref())
}

fn set(object: &JsValue, key: &JsValue, value: &JsValue) -> Result<()> {
    match Reflect::set(object, key, value) {
        Ok(true) => Ok(()),
        _ => Err(format_err!("cannot set a property of an import object")),
    }
}

fn refused(verb: &str, error: &JsValue) -> wasmtime_environ::error::Error {
    format_err!(
        "the browser cannot {verb} a core module: {}",
        caught_message(error)
    )
}

/// The accessor of a guest memory through JavaScript views, each function re-exported by a small
/// module so that a table can hold it.
pub fn view_accessor(guest: &WebAssembly::Memory, app: &JsValue) -> Result<Object> {
    let functions = make_accessor(guest, app);
    let module = compile(&amphi_translate::codegen::reexport_accessor())?;
    let field = |name| export::<Function>(&functions, name).map(JsValue::from);
    let imports = import_object([
        ("a", "read", field("read")?),
        ("a", "write", field("write")?),
        ("a", "pages", field("pages")?),
    ])?;
    instance_exports(&module, &imports)
}
