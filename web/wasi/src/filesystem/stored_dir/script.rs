//! The origin's private file system, as JavaScript has it.

use amphi_web::{Result, format_err};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// A folder.
    #[derive(Clone)]
    pub type Folder;

    #[wasm_bindgen(method, catch, js_name = getDirectoryHandle)]
    fn get_directory_handle(
        this: &Folder,
        name: &str,
        options: &Object,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getFileHandle)]
    fn get_file_handle(this: &Folder, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEntry)]
    fn remove_entry(this: &Folder, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn values(this: &Folder) -> Result<Iterator, JsValue>;

    type Iterator;

    #[wasm_bindgen(method, catch)]
    fn next(this: &Iterator) -> Result<Promise, JsValue>;

    type Next;

    #[wasm_bindgen(method, getter)]
    fn done(this: &Next) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Next) -> JsValue;

    /// A file.
    pub type File;

    #[wasm_bindgen(method, getter)]
    fn kind(this: &File) -> String;

    #[wasm_bindgen(method, getter)]
    fn name(this: &File) -> String;

    #[wasm_bindgen(method, catch, js_name = getFile)]
    fn get_file(this: &File) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createWritable)]
    fn create_writable(this: &File) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createSyncAccessHandle)]
    fn create_sync_access_handle(this: &File) -> Result<Promise, JsValue>;

    type Blob;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    fn array_buffer(this: &Blob) -> Result<Promise, JsValue>;

    type Writable;

    #[wasm_bindgen(method, catch, js_name = write)]
    fn write(this: &Writable, bytes: &Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Writable) -> Result<Promise, JsValue>;

    /// A file that is written at once, in a Worker.
    type Access;

    #[wasm_bindgen(method, catch, js_name = truncate)]
    fn truncate(this: &Access, size: u32) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = write)]
    fn write(this: &Access, bytes: &Uint8Array) -> Result<f64, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn flush(this: &Access) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn close(this: &Access);
}

/// What is in a folder.
pub enum Entry {
    Folder(Folder),
    File(File),
}

/// The origin's own folder.
pub async fn root() -> Result<Folder> {
    let global = js_sys::global();
    let field = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name));
    let storage = field(&global, "navigator").and_then(|navigator| field(&navigator, "storage"));
    let storage = storage.unwrap_or(JsValue::UNDEFINED);
    let get = match storage.is_undefined() {
        true => JsValue::UNDEFINED,
        false => field(&storage, "getDirectory").unwrap_or(JsValue::UNDEFINED),
    };
    let Some(get) = get.dyn_ref::<js_sys::Function>() else {
        return Err(format_err!(
            "this page has no private file system (`navigator.storage.getDirectory`): the browser lacks it, or the origin is not secure"
        ));
    };
    let promise = get.call0(&storage).map(JsCast::unchecked_into);
    Ok(settled("the private file system", promise)
        .await?
        .unchecked_into())
}

impl Folder {
    /// The folder `name` in this one, which is made if it is not there.
    pub async fn folder(&self, name: &str) -> Result<Folder> {
        let promise = self.get_directory_handle(name, &option("create"));
        Ok(settled(name, promise).await?.unchecked_into())
    }

    /// What is in the folder.
    pub async fn entries(&self) -> Result<Vec<(String, Entry)>> {
        let entries = self
            .values()
            .map_err(|thrown| failed("a folder", &thrown))?;
        let mut found = Vec::new();
        loop {
            let next: Next = settled("a folder", entries.next()).await?.unchecked_into();
            if next.done() {
                return Ok(found);
            }
            let file: File = next.value().unchecked_into();
            let name = file.name();
            let entry = match file.kind() == "directory" {
                true => Entry::Folder(JsValue::from(file).unchecked_into()),
                false => Entry::File(file),
            };
            found.push((name, entry));
        }
    }

    /// Removes what has a name; what is not there any more is no error.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let promise = self.remove_entry(name, &option("recursive"));
        let promise = promise.map_err(|thrown| failed(name, &thrown))?;
        match JsFuture::from(promise).await {
            Ok(_) => Ok(()),
            Err(thrown) if text_of(&thrown, "name") == "NotFoundError" => Ok(()),
            Err(thrown) => Err(failed(name, &thrown)),
        }
    }

    /// Writes a file anew.
    pub async fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let promise = self.get_file_handle(name, &option("create"));
        let file: File = settled(name, promise).await?.unchecked_into();
        let bytes = Uint8Array::from(bytes);
        let has = |function: &str| Reflect::has(&file, &JsValue::from_str(function));
        if has("createSyncAccessHandle").unwrap_or(false) && in_worker() {
            return write_at_once(&file, &bytes).await;
        }
        if !has("createWritable").unwrap_or(false) {
            return Err(format_err!(
                "this browser writes files in Workers alone (it has no `FileSystemFileHandle.createWritable`)"
            ));
        }
        let stream = settled(name, file.create_writable()).await?;
        let stream: Writable = stream.unchecked_into();
        settled(name, stream.write(&bytes)).await?;
        settled(name, stream.close()).await?;
        Ok(())
    }
}

impl File {
    /// The bytes of the file.
    pub async fn read(&self) -> Result<Vec<u8>> {
        let name = self.name();
        let blob: Blob = settled(&name, self.get_file()).await?.unchecked_into();
        let buffer = settled(&name, blob.array_buffer()).await?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

async fn write_at_once(file: &File, bytes: &Uint8Array) -> Result<()> {
    let name = file.name();
    let access = settled(&name, file.create_sync_access_handle()).await?;
    let access: Access = access.unchecked_into();
    let written = access
        .truncate(0)
        .and_then(|()| access.write(bytes))
        .and_then(|written| access.flush().map(|()| written));
    access.close();
    match written {
        Ok(written) if written == f64::from(bytes.length()) => Ok(()),
        Ok(_) => Err(format_err!("`{name}`: the file was not written whole")),
        Err(thrown) => Err(failed(&name, &thrown)),
    }
}

/// Whether this is a Worker: a page has a document.
fn in_worker() -> bool {
    let document = Reflect::has(&js_sys::global(), &JsValue::from_str("document"));
    !document.unwrap_or(true)
}

fn option(name: &str) -> Object {
    let entry = Array::of2(&JsValue::from_str(name), &JsValue::TRUE);
    Object::from_entries(&Array::of1(&entry)).unwrap_or_else(|_| Object::new())
}

async fn settled(what: &str, promise: Result<Promise, JsValue>) -> Result<JsValue> {
    let promise = promise.map_err(|thrown| failed(what, &thrown))?;
    JsFuture::from(promise)
        .await
        .map_err(|thrown| failed(what, &thrown))
}

fn failed(what: &str, thrown: &JsValue) -> amphi_web::Error {
    let (name, message) = (text_of(thrown, "name"), text_of(thrown, "message"));
    format_err!("`{what}`: {name}: {message}")
}

fn text_of(thrown: &JsValue, field: &str) -> String {
    let value = Reflect::get(thrown, &JsValue::from_str(field)).ok();
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
