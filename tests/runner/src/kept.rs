//! A guest in a directory that the browser keeps.

use amphi::component::Linker;
use amphi::wasi::p2::bindings::sync::Command;
use amphi::wasi::{FsPerms, MemoryDir, StoredDir, WasiCtxBuilder};
use amphi::{Result, Store, ensure};

use crate::host::State;
use crate::stage::{Form, Stage};

/// Lets the guest find what is there and leave something, writes it, and returns what the guest
/// said and what is there now.
///
/// # Errors
///
/// The component is missing, the guest fails, or the browser does not keep files.
pub async fn run(load: impl AsyncFn(&str) -> Result<Vec<u8>>, path: &str) -> Result<String> {
    let mut stage = Stage::new(Form::default())?;
    let component = stage.component(&load, "errand").await?;
    full()?;
    let directory = StoredDir::open(path).await?;
    let mut linker = Linker::<State>::new(&stage.engine);
    amphi::wasi::p2::add_to_linker_sync(&mut linker)?;
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(&["errand", "keep"])
        .preopened_dir(&directory, "/data", FsPerms::ReadWrite)?;
    let mut store = Store::new(&stage.engine, State::granted(&mut builder));
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let ended = command.wasi_cli_run().call_run(&mut store)?;
    let (out, err) = store.data_mut().written();
    ensure!(ended.is_ok(), "the guest failed: {err}");
    directory.sync().await?;
    // Nothing is left to write, and what was written is there for whoever opens it now.
    directory.sync().await?;
    let again = StoredDir::open(path).await?;
    ensure!(
        again.files() == directory.files(),
        "expected {:?}, found {:?}",
        directory.files(),
        again.files()
    );
    for file in directory.files() {
        ensure!(
            again.read(&file)? == directory.read(&file)?,
            "`{file}`: expected what was written"
        );
    }
    Ok(format!("{out}files: {:?}\n", again.files()))
}

/// A directory takes so much and no more, and what is removed makes room.
fn full() -> Result<()> {
    let small = MemoryDir::with_capacity(2_000);
    small.write("first", vec![1; 1_000])?;
    let refused = small.write("second", vec![2; 1_000]);
    let error = refused.err().map(|error| format!("{error:#}"));
    ensure!(
        error
            .as_ref()
            .is_some_and(|text| text.contains("insufficient-space")),
        "expected `insufficient-space`, found {error:?}"
    );
    small.write("first", vec![1; 10])?;
    small.write("second", vec![2; 1_000])
}
