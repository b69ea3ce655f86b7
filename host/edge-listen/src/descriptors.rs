//! How many files the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process needs besides connections: its own files, its event queue, requests of guests.
const OTHERS: u64 = 256;

/// Lets the process open as many files as it may, since the system's default is hardly as many as
/// connections. Says in the log if that is too few for `connections`.
pub fn raise(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files could not be raised");
    }
    let needed = (connections as u64).saturating_add(OTHERS);
    if let Some(files) = getrlimit(Resource::Nofile)
        .current
        .filter(|files| *files < needed)
    {
        tracing::warn!(
            files,
            needed,
            "the system lets the process open fewer files than its connections may need"
        );
    }
}
