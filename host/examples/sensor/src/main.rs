//! The `sensor-demo` command: serves the demo page, or prints the native answer alone.

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use sensor_demo::json;
use sensor_demo::native::{Limits, NativeHost, RunError};
use sensor_demo::server::{self, Config};
use std::fs;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The sensor filter in a page and natively, from one host source.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  sensor-demo serve --page target/page/demo
  sensor-demo serve --port 0
  sensor-demo answer target/guests/sensor.wasm web/demo/data/readings.json";

#[derive(Subcommand)]
enum Command {
    /// Serve the page on 127.0.0.1, with the native host's answers.
    Serve {
        /// The folder with the page, as `cargo xtask web` makes it.
        #[arg(long, default_value = "target/page/demo")]
        page: PathBuf,
        /// The port; 0 takes a free one.
        #[arg(long, default_value_t = 7380)]
        port: u16,
        /// How many seconds requests in flight may take after a signal [default: 8]
        #[arg(long, value_name = "SECONDS")]
        grace: Option<u32>,
    },
    /// Print the native host's answer as JSON.
    Answer {
        /// A component of the world `demo:sensor/sensor`.
        component: PathBuf,
        /// Its readings, a JSON list.
        readings: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { page, port, grace } => {
            let mut config = Config::new(page);
            if let Some(seconds) = grace {
                config.grace = Duration::from_secs(seconds.into());
            }
            serve(config, port)
        }
        Command::Answer {
            component,
            readings,
        } => answer(&component, &readings),
    };
    let Err(error) = done else {
        return ExitCode::SUCCESS;
    };
    // Without a standard error there is nobody to tell.
    writeln!(io::stderr(), "error: {error:#}").ok();
    // As the `amphi` command has it: 1 where the component failed, 2 where we did.
    match error.downcast_ref() {
        Some(RunError::Guest(_) | RunError::Deadline(_)) => ExitCode::from(1),
        _ => ExitCode::from(2),
    }
}

fn serve(config: Config, port: u16) -> Result<()> {
    let runtime = Runtime::new().context("cannot start the server's threads")?;
    let served = runtime.block_on(serve_until_told(config, port));
    // A run that nobody waits for any longer ends with the process.
    runtime.shutdown_background();
    served
}

/// Serves until a signal, then finishes what is in flight; a second signal ends that too.
async fn serve_until_told(config: Config, port: u16) -> Result<()> {
    let index = config.page.join("index.html");
    fs::metadata(&index).with_context(|| {
        format!(
            "no page at `{}`: `cargo xtask web` makes it",
            index.display()
        )
    })?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("cannot listen on 127.0.0.1:{port}: choose another `--port`"))?;
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    // Who reads the address may send a signal at once.
    print(&format!("http://{}/", listener.local_addr()?))?;
    let mut told = async || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        stopped.await.ok();
    };
    let twice = async {
        told().await;
        stop.send(()).ok();
        told().await;
    };
    tokio::select! {
        served = server::serve(listener, config, stopped) => served,
        () = twice => bail!("ended by a second signal, before all that was in flight had finished"),
    }
}

fn answer(component: &Path, readings: &Path) -> Result<()> {
    let read =
        |path: &Path| fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    let text = String::from_utf8(read(readings)?)
        .with_context(|| format!("`{}` is not UTF-8", readings.display()))?;
    let readings = json::readings(&text).with_context(|| format!("`{}`", readings.display()))?;
    let run = NativeHost::new(Limits::default())?.run(&read(component)?, &readings, 0)?;
    print(&run.answer)
}

/// Writes a line to standard output; who closed it has seen enough.
fn print(line: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
