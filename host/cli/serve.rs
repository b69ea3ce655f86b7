//! `amphi serve`: components as functions, over HTTP.

use std::env;
use std::fmt::Write;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use amphi::Error;
use amphi::error::Context;
use amphi_core::binary::MAGIC;
use amphi_edge::config::{self, Config, ConfigError, Format, Page, PagePlace, paths};
use amphi_edge::listen::{self, Drained};
use amphi_edge::{Checked, GRACE, Server, file, log};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::outcome::{Failure, Outcome, print};

/// Serve components over HTTP.
///
/// Exported functions are called with JSON by POST; a component that exports `wasi:http` (0.2 or
/// 0.3) handles requests itself. Every call has limits, and components get only the capabilities
/// that the configuration grants.
///
/// Changes of the configuration or a component, and SIGHUP, cause a reload; if it fails, the reason
/// is logged and the previous state stays in force. SIGTERM and SIGINT start a graceful shutdown; a
/// second signal ends the process at once.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A component (served as one function with all defaults), or a configuration in YAML or TOML
    #[arg(
        value_name = "COMPONENT|CONFIG",
        required_unless_present = "print_schema"
    )]
    what: Option<PathBuf>,

    /// Listen at this address instead of the configured one; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// Only check: do everything a start does except listening, without disturbing a running server
    ///
    /// Compiles, links and instantiates components, makes smoke calls, and reads certificates, keys
    /// and the token. Writes nothing, does not lock the audit log and opens no key-value store: the
    /// output names what was not checked for that reason. Whether the addresses are free is not
    /// checked either.
    #[arg(long, conflicts_with = "listen")]
    check: bool,

    /// Print the JSON Schema of configurations
    #[arg(long, conflicts_with_all = ["what", "listen", "check"])]
    print_schema: bool,

    /// Print what is served as JSON
    #[arg(long)]
    json: bool,
}

/// How often the time that a check takes is shown anew.
const TICK: Duration = Duration::from_millis(200);

const EXAMPLES: &str = "\
Exit codes:
  0  graceful shutdown with nothing lost; or the configuration is valid
  1  shutdown that had to cut off requests, or a second signal
  2  invalid configuration, or nothing could be served

Examples:
  amphi serve calc.wasm
  curl -d '[1, 2]' http://127.0.0.1:8080/v1/fn/calc/add
  amphi serve --listen 0.0.0.0:80 amphi.yaml
  amphi serve --check amphi.yaml
  amphi serve --print-schema > config.schema.json";

/// Runs the command.
pub fn serve(options: &Options) -> Outcome {
    let Some(what) = &options.what else {
        return print(&format!("{:#}", config::schema()));
    };
    let file = Format::of(what).map(|_| what.clone());
    let mut config = match &file {
        Some(file) => config::read(file).map_err(Error::new)?,
        None => of_component(what)?,
    };
    if options.check {
        return check(config, file, options.json);
    }
    if let Some(address) = options.listen {
        config.server.listen = address;
    }
    let _last = log::start(&config.server.log).map_err(Error::new)?;
    let serving = runtime()?;
    // Signals and the end are seen to on this thread, whatever the others do.
    let this = Builder::new_current_thread().enable_all().build();
    let this = this.context("cannot wait for signals")?;
    let drained = this.block_on(run(serving.handle(), config, file, options.json));
    // A thread that waits for a file or a name without end is not waited for.
    serving.shutdown_background();
    match drained?.lost {
        0 => Ok(()),
        _ => Err(Failure::Written),
    }
}

fn of_component(component: &Path) -> Result<Config, Failure> {
    let mut begin = [0; MAGIC.len()];
    let read = file::open(component).and_then(|mut file| file.read_exact(&mut begin));
    // A file that is too short, and one that is not there, say so below.
    if read.is_ok() && begin != *MAGIC {
        return Err(Failure::Ours(amphi::format_err!(
            "cannot identify `{}`: expected a component, or a configuration whose name ends in `.yaml`, `.yml` or `.toml`",
            component.display()
        )));
    }
    let config = Config::of_component(component);
    match config::check(&config) {
        issues if issues.is_empty() => Ok(config),
        issues => Err(Failure::Ours(Error::new(ConfigError::Wrong {
            file: component.to_owned(),
            issues,
        }))),
    }
}

/// Says whether a configuration can be served; `serve` has the same errors.
fn check(config: Config, file: Option<PathBuf>, json: bool) -> Outcome {
    let names: Vec<String> = config.functions.keys().cloned().collect();
    log::check(&config.server.log).map_err(Error::new)?;
    let program = env::current_exe().context("cannot find this program")?;
    let bar = progress(names.len(), json)?;
    let told = |name: &str| {
        bar.set_message(name.to_owned());
        bar.inc(1);
    };
    let checked = runtime()?.block_on(Server::check(config, file, Some(program), told));
    bar.finish_and_clear();
    let Checked {
        warnings,
        unchecked,
    } = checked.map_err(Error::new)?;
    if json {
        let document = json!({ "functions": names, "warnings": warnings, "unchecked": unchecked });
        return print(&document.to_string());
    }
    let mut text = match names.len() {
        1 => "the configuration is valid: 1 function\n".to_owned(),
        count => format!("the configuration is valid: {count} functions\n"),
    };
    for (what, lines) in [("warning", warnings), ("not checked", unchecked)] {
        for line in lines {
            writeln!(text, "{what}: {line}").expect("a string takes it");
        }
    }
    print(&text)
}

/// How many of the functions were looked at, for who looks at standard error in a terminal.
fn progress(functions: usize, json: bool) -> Result<ProgressBar, Failure> {
    if json {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} functions {elapsed} {msg}");
    let style = style.map_err(|error| Failure::Ours(Error::new(error)))?;
    // It is drawn on standard error, and nowhere if that is no terminal.
    let bar = ProgressBar::new(functions as u64).with_style(style);
    bar.enable_steady_tick(TICK);
    Ok(bar)
}

fn runtime() -> Result<Runtime, Error> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start threads")
}

/// Serves on the threads of `serving` until a signal comes.
async fn run(
    serving: &Handle,
    config: Config,
    file: Option<PathBuf>,
    json: bool,
) -> Result<Drained, Failure> {
    // From here on a signal ends what is begun, and not the process.
    let mut signals = listen::terminate().map_err(|error| Failure::Ours(error.into()))?;
    // Components are compiled by this program as a child; see `main`.
    let program = env::current_exe().context("cannot find this program")?;
    let timeouts = &config.server.timeouts;
    let longest = timeouts.drain_delay + timeouts.drain + GRACE;
    let server = serving.spawn(Server::start(config, file, Some(program)));
    let server = tokio::select! {
        server = server => server.context("the start has panicked")?.map_err(Error::new)?,
        _ = signals.next() => return Err(Failure::Ours(amphi::format_err!("told to stop before anything was served"))),
    };
    match json {
        true => print(&to_json(&server).to_string())?,
        false => print(&to_text(&server))?,
    }
    let (told, shutdown) = oneshot::channel::<()>();
    let mut served = serving.spawn(server.serve(async {
        // Whoever tells it drops the other end.
        let _ = shutdown.await;
    }));
    let panicked = "what serves has panicked";
    tokio::select! {
        drained = &mut served => return Ok(drained.context(panicked)?),
        _ = signals.next() => drop(told),
    }
    tokio::select! {
        drained = served => Ok(drained.context(panicked)?),
        signal = signals.next() => {
            tracing::error!(signal, "told to stop again: cutting off calls in flight");
            Err(Failure::Written)
        }
        () = sleep(longest) => {
            tracing::error!(?longest, "the shutdown timed out: cutting off what hangs");
            Err(Failure::Written)
        }
    }
}

/// What is served and where, for people.
fn to_text(server: &Server) -> String {
    let base = base(server);
    let mut text = String::new();
    for function in server.served() {
        writeln!(text, "{}", function.name).expect("a string takes it");
        if let Some(route) = &function.route {
            writeln!(text, "  any   {base}{route}").expect("a string takes it");
        }
        for call in &function.calls {
            writeln!(text, "  POST  {base}{call}").expect("a string takes it");
        }
    }
    for (what, place) in places(server) {
        writeln!(text, "{what:<7} {place}").expect("a string takes it");
    }
    if let Some(base) = admin_base(server) {
        writeln!(text, "admin   {base}/admin/").expect("a string takes it");
    }
    text
}

/// The same for programs.
fn to_json(server: &Server) -> Value {
    let functions: Vec<Value> = server
        .served()
        .into_iter()
        .map(|function| {
            json!({
                "name": function.name,
                "digest": function.digest,
                "route": function.route,
                "calls": function.calls,
            })
        })
        .collect();
    let mut document = json!({
        "address": base(server),
        "admin": admin_base(server),
        "functions": functions,
    });
    for (what, place) in places(server) {
        document[what] = place.into();
    }
    document
}

fn base(server: &Server) -> String {
    url(server.is_encrypted(), server.address())
}

fn admin_base(server: &Server) -> Option<String> {
    let address = server.admin_address()?;
    Some(url(server.admin_is_encrypted(), address))
}

fn url(encrypted: bool, address: SocketAddr) -> String {
    let scheme = if encrypted { "https" } else { "http" };
    format!("{scheme}://{address}")
}

/// What the host answers itself, and where.
fn places(server: &Server) -> Vec<(&'static str, String)> {
    let pages = [
        (Page::Docs, "docs", paths::DOCS),
        (Page::Openapi, "openapi", paths::DOCUMENT),
        (Page::Metrics, "metrics", paths::METRICS),
    ];
    let place = |(page, what, path): (Page, _, &str)| {
        let base = match server.page(page)? {
            PagePlace::Here => Some(base(server)),
            PagePlace::Admin => admin_base(server),
            PagePlace::Nowhere => None,
        };
        Some((what, format!("{}{path}", base?)))
    };
    pages.into_iter().filter_map(place).collect()
}
