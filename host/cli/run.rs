//! `amphi run`: calls a function of a component, or runs it as a command.

use std::collections::BTreeMap;
use std::path::PathBuf;

use amphi::component::{Component, InstancePre, Type, Val};
use amphi::error::Context;
use amphi::invoke::{self, InvokeError, Target};
use amphi::wasi::p2::bindings::CommandPre;
use amphi::wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder};
use amphi::{Engine, Error, Result, Store, ThrownException, Trap};
use amphi_edge_capabilities::keyvalue::{
    Access, KeyValueGrant, KeyValueStores, StoreBounds, StorePlace,
};
use amphi_edge_capabilities::{Grants, Prepared};
use clap::Args;
use tokio::runtime::Builder;

use crate::link::{self, State};
use crate::load;
use crate::outcome::{Failure, Outcome, print_and};
use crate::runnable;
use crate::stream::Stream;

/// The interface that a command exports.
const RUN: &str = "wasi:cli/run@";

/// The key-value store that there is in any case.
const STORE: &str = "default";

/// Call a function of a component, or run it as a command.
///
/// Without --invoke the component has to export `wasi:cli/run`, and gets ARGS as its arguments. The
/// guest has clocks, random numbers and the standard streams; directories, environment variables
/// and values of `wasi:config` have to be granted by options, and the network is not available.
/// Key-value stores are in memory and last as long as the guest. Messages of `wasi:logging` go to
/// standard error.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: PathBuf,

    /// Call this function, with arguments in WAVE, and print its result; the guest's own output
    /// goes to standard error
    #[arg(long, value_name = "CALL", conflicts_with = "args")]
    invoke: Option<String>,

    /// Accept a file of `amphi compile --target native`. Its machine code runs as it is, unchecked:
    /// only give this for files that you have made
    #[arg(long)]
    allow_precompiled: bool,

    /// Grant an environment variable with this value; the last one counts if a name is repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    env: Vec<(String, String)>,

    /// Grant a directory for reading and writing, as GUEST (default: HOST) in the guest
    #[arg(long, value_name = "HOST[::GUEST]", value_parser = parse_directory)]
    dir: Vec<Directory>,

    /// Grant a value of `wasi:config`; the last one counts if a name is repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    config: Vec<(String, String)>,

    /// Grant a store of `wasi:keyvalue` with this identifier, in addition to `default`
    #[arg(long, value_name = "IDENTIFIER")]
    keyvalue: Vec<String>,

    /// The arguments of the command
    #[arg(
        value_name = "ARGS",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    args: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  amphi run calc.wasm --invoke 'demo:calc/ops@1.0.0#add(1, 2)'
  amphi run calc.wasm --invoke 'add(1, 2)'
  amphi run hello.wasm Ada Grace
  amphi run --env GREETING=Ahoy --dir ./data::/data hello.wasm --read /data/notes.txt";

/// A directory of the host and its name in the guest.
#[derive(Clone)]
struct Directory {
    host: PathBuf,
    guest: String,
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("expected `NAME=VALUE`, found `{text}`")),
    }
}

fn parse_directory(text: &str) -> Result<Directory, String> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err(format!("expected `HOST` or `HOST::GUEST`, found `{text}`"));
    }
    Ok(Directory {
        host: host.into(),
        guest: guest.to_owned(),
    })
}

/// Runs the command.
pub fn run(options: Options) -> Outcome {
    let engine = runnable::engine()?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the asynchronous runtime")?;
    let outcome = runtime.block_on(async {
        let component =
            load::component(&engine, &options.component, options.allow_precompiled).await?;
        match &options.invoke {
            Some(text) => invoke(&engine, &component, &options, text).await,
            None => command(&engine, &component, &options).await,
        }
    });
    // A file that does not come back is not waited for.
    runtime.shutdown_background();
    outcome
}

async fn invoke(engine: &Engine, component: &Component, options: &Options, text: &str) -> Outcome {
    let (target, arguments) = resolve(component, text).map_err(Error::new)?;
    let pre = link(engine, component, options)?;
    let mut wasi = grants(options)?;
    wasi.stdout(Stream::Error);
    let mut store = Store::new(engine, link::state(wasi.build(), drafts(options)?));
    let instance = pre
        .instantiate_async(&mut store)
        .await
        .map_err(|error| blame(error, options))?;
    let result = invoke::call_resolved_async(&mut store, &instance, &target, &arguments)
        .await
        .map_err(|error| ended(error, &format!("`{target}`")))?;
    let Some(text) = result else { return Ok(()) };
    let outcome = match is_error(&target, &text) {
        true => Err(Failure::Written),
        false => Ok(()),
    };
    print_and(&text, outcome)
}

fn resolve(component: &Component, text: &str) -> Result<(Target, Vec<Val>), InvokeError> {
    let call = invoke::parse(text)?;
    let target = invoke::resolve(component, &call)?;
    let arguments = invoke::arguments(&target, &call)?;
    Ok((target, arguments))
}

/// Whether the text of a result is that of a `result` that is an error.
fn is_error(target: &Target, text: &str) -> bool {
    matches!(target.func.results().next(), Some(Type::Result(_))) && text.starts_with("err")
}

async fn command(engine: &Engine, component: &Component, options: &Options) -> Outcome {
    expect_command(engine, component, options)?;
    let pre = CommandPre::new(link(engine, component, options)?)?;
    let mut wasi = grants(options)?;
    wasi.stdout(Stream::Output);
    wasi.arg(options.component.to_string_lossy());
    wasi.args(&options.args);
    let mut store = Store::new(engine, link::state(wasi.build(), drafts(options)?));
    let guest = pre
        .instantiate_async(&mut store)
        .await
        .map_err(|error| blame(error, options))?;
    match guest.wasi_cli_run().call_run(&mut store).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(())) => Err(Failure::Exit(1)),
        Err(error) => Err(ended(error, &format!("`{}`", options.component.display()))),
    }
}

/// Refuses a component that is not a command, with what it does export.
fn expect_command(engine: &Engine, component: &Component, options: &Options) -> Result<()> {
    let ty = component.component_type();
    if ty.exports(engine).any(|(name, _)| name.starts_with(RUN)) {
        return Ok(());
    }
    let path = options.component.display();
    Err(Error::msg(match invoke::targets(component).first() {
        Some(function) => format!(
            "cannot run `{path}`: expected an export `wasi:cli/run`, or `--invoke` with a function such as `{function}`"
        ),
        None => {
            format!("cannot run `{path}`: expected an export `wasi:cli/run`, found no functions")
        }
    }))
}

fn link(engine: &Engine, component: &Component, options: &Options) -> Result<InstancePre<State>> {
    link::link(engine, component)
        .with_context(|| format!("cannot link `{}`", options.component.display()))
}

/// What the guest may use: the standard streams (but output goes where the caller says) and what
/// the options grant.
fn grants(options: &Options) -> Result<WasiCtxBuilder> {
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdin().stderr(Stream::Error);
    for (name, value) in BTreeMap::from_iter(options.env.iter().cloned()) {
        wasi.env(name, value);
    }
    for Directory { host, guest } in &options.dir {
        wasi.preopened_dir(host, guest, FsPerms::ReadWrite)
            .with_context(|| format!("cannot grant the directory `{}`", host.display()))?;
    }
    Ok(wasi)
}

/// What the guest may use of the drafts of WASI.
fn drafts(options: &Options) -> Result<Prepared> {
    let names = || std::iter::once(STORE).chain(options.keyvalue.iter().map(String::as_str));
    let in_memory = (StorePlace::Memory, StoreBounds::default());
    let wanted = names().map(|name| (name.to_owned(), in_memory.clone()));
    let stores = KeyValueStores::open(&wanted.collect(), &KeyValueStores::default());
    let stores = stores.map_err(|(name, problem)| {
        Error::new(problem).context(format!("cannot create the key-value store `{name}`"))
    })?;
    let granted = names().map(|name| {
        let store = name.to_owned();
        let access = Access::Write;
        (name.to_owned(), KeyValueGrant { store, access })
    });
    let grants = Grants {
        config: options.config.iter().cloned().collect(),
        keyvalue: granted.collect(),
        ..Grants::default()
    };
    Prepared::new(grants, &stores).map_err(Error::new)
}

/// How a call of `what` ended that gave no result. A guest that ends itself says by its exit code
/// how, also by that for success.
fn ended(error: Error, what: &str) -> Failure {
    if error.downcast_ref::<InvokeError>().is_some() {
        return Failure::Ours(error);
    }
    match error.downcast_ref() {
        Some(I32Exit(code)) => Failure::Exit(*code),
        None => Failure::Trap {
            what: what.to_owned(),
            error,
        },
    }
}

/// Who is to blame for a failed instantiation: the guest if it trapped, threw or ended itself.
fn blame(error: Error, options: &Options) -> Failure {
    let path = options.component.display();
    let guest = error.is::<Trap>() || error.is::<ThrownException>() || error.is::<I32Exit>();
    match guest {
        true => ended(error, &format!("the instantiation of `{path}`")),
        false => Failure::Ours(error.context(format!("cannot instantiate `{path}`"))),
    }
}
