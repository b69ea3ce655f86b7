//! The child process that compiles.
//!
//! The program of the host is started once more with [`CHILD`] set. It takes the component on its
//! standard input, sets limits on itself, and writes the machine code to its standard output; a
//! reason why there is none goes to standard error, with exit code 1.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitCode, ExitStatus, Stdio};

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{CompileError, Compiling, plain, precompile};
use crate::runtime::engine::EngineKind;

/// The environment variable that makes a program a child that compiles: `concurrent fuel seconds
/// bytes`.
pub const CHILD: &str = "AMPHI_EDGE_COMPILE";

/// The signal of a process that has had more processor time than it may have.
const SIGXCPU: i32 = 24;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;

/// Compiles, if this process was started to do that, and says with what to exit.
///
/// A program that has components compiled in a child process calls it before anything else:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     if let Some(code) = amphi_edge::run_if_child() {
///         return code;
///     }
///     // …
///     std::process::ExitCode::SUCCESS
/// }
/// ```
#[must_use]
pub fn run_if_child() -> Option<ExitCode> {
    let order = std::env::var(CHILD).ok()?;
    Some(match obey(&order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprint!("{why}");
            ExitCode::FAILURE
        }
    })
}

fn obey(order: &str) -> Result<(), String> {
    let words: Vec<u64> = order
        .split(' ')
        .map(|word| {
            word.parse()
                .map_err(|_| format!("expected numbers in {CHILD}, found `{order}`"))
        })
        .collect::<Result<_, _>>()?;
    let [concurrent, fuel, seconds, bytes] = words[..] else {
        return Err(format!("expected four numbers in {CHILD}, found `{order}`"));
    };
    let kind = EngineKind {
        concurrent: concurrent != 0,
        fuel: fuel != 0,
    };
    let limit = |resource, most| {
        let most = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, most).map_err(|error| format!("the limits could not be set: {error}"))
    };
    limit(Resource::Cpu, seconds)?;
    limit(Resource::As, bytes)?;
    limit(Resource::Core, 0)?;
    // Calls come first, but a machine that is busy with them still compiles: Linux gives this a
    // tenth of the time of another process. It does not matter if that cannot be asked for.
    let _ = rustix::process::nice(10);
    let mut component = Vec::new();
    io::stdin()
        .read_to_end(&mut component)
        .map_err(|error| format!("the component could not be read: {error}"))?;
    let engine = plain(kind).map_err(|error| format!("{error:#}"))?;
    let code = precompile(&engine, &component)?;
    io::stdout()
        .write_all(&code)
        .map_err(|error| format!("the code could not be written: {error}"))
}

/// How many times its processor time a child may take by the clock: one that does not compute ends,
/// and one that computes on a busy machine does not.
const BY_THE_CLOCK: u32 = 10;

/// Has `program` compile `bytes`. The child dies with the future.
pub(super) async fn compile(
    program: &Path,
    kind: EngineKind,
    bytes: &[u8],
    compiling: &Compiling,
) -> Result<Vec<u8>, CompileError> {
    let broken = |error| CompileError::Child {
        program: program.to_owned(),
        error,
    };
    // The system counts processor time in whole seconds.
    let part = u64::from(compiling.time.subsec_nanos() > 0);
    let seconds = (compiling.time.as_secs() + part).max(1);
    let order = format!(
        "{} {} {seconds} {}",
        u8::from(kind.concurrent),
        u8::from(kind.fuel),
        compiling.memory
    );
    let mut child = Command::new(program)
        .env_clear()
        .env(CHILD, order)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(broken)?;
    let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(broken(io::ErrorKind::BrokenPipe.into()));
    };
    let (mut code, mut why) = (Vec::new(), Vec::new());
    let talk = async {
        // A child that ends early closes its input: its exit code says why.
        let give = async {
            let _ = stdin.write_all(bytes).await;
            drop(stdin);
        };
        let ((), read, told) = tokio::join!(
            give,
            stdout.read_to_end(&mut code),
            stderr.read_to_end(&mut why)
        );
        read?;
        told?;
        child.wait().await
    };
    let wall = compiling.time.saturating_mul(BY_THE_CLOCK);
    match tokio::time::timeout(wall, talk).await {
        Err(_) => Err(CompileError::Limits {
            limit: "time",
            allowed: format!("{wall:?}"),
        }),
        Ok(Err(error)) => Err(broken(error)),
        Ok(Ok(status)) if status.success() => Ok(code),
        Ok(Ok(status)) => Err(verdict(status, &String::from_utf8_lossy(&why), compiling)),
    }
}

/// What the end of a child says.
fn verdict(status: ExitStatus, why: &str, compiling: &Compiling) -> CompileError {
    // As the allocator, the system and the standard library say it.
    let says = [
        "memory allocation of",
        "Cannot allocate memory",
        "out of memory",
    ];
    let out_of_memory = says.iter().any(|said| why.contains(said));
    match status.signal() {
        Some(SIGXCPU | SIGKILL) => CompileError::Limits {
            limit: "processor time",
            allowed: format!("{:?}", compiling.time),
        },
        Some(SIGABRT | SIGSEGV) if out_of_memory => memory(compiling),
        Some(signal) => {
            CompileError::Invalid(format!("the compiler was killed by signal {signal}: {why}"))
        }
        None if out_of_memory => memory(compiling),
        None => CompileError::Invalid(why.to_owned()),
    }
}

fn memory(compiling: &Compiling) -> CompileError {
    CompileError::Limits {
        limit: "memory",
        allowed: format!("{} bytes", compiling.memory),
    }
}
