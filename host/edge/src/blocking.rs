//! Which work of the host is done on threads that serve no calls, and on how many: each use has its
//! own ([`Threads`]).
//!
//! With those of `amphi-edge-capabilities` they are fewer than the 512 threads that tokio has.

use std::sync::LazyLock;
use std::time::Duration;

use amphi_edge_blocking::Threads;

/// What makes and reloads functions: files, components that are looked at, machine code that is
/// loaded.
pub(crate) static DEPLOYING: LazyLock<Threads> =
    LazyLock::new(|| Threads::new(16).within(Duration::from_secs(60)));

/// What looks whether the files of a configuration have changed.
pub(crate) static WATCHING: LazyLock<Threads> =
    LazyLock::new(|| Threads::new(2).within(Duration::from_secs(60)));

/// What compiles in this process, without a limit besides that of who waits for it.
pub(crate) static COMPILING: LazyLock<Threads> = LazyLock::new(|| Threads::new(16));

/// What looks at certificates.
pub(crate) static CERTIFICATES: LazyLock<Threads> =
    LazyLock::new(|| Threads::new(2).within(Duration::from_secs(10)));

/// What the admin API reads and writes.
pub(crate) static ADMIN: LazyLock<Threads> =
    LazyLock::new(|| Threads::new(16).within(Duration::from_secs(60)));

/// What writes the audit log, which says itself what is late. One at a time has it.
pub(crate) static RECORDING: LazyLock<Threads> = LazyLock::new(|| Threads::new(4));
