//! Work that takes long, on threads that serve no calls.

/// Work was stopped before its end: the process ends, or it has panicked.
pub(crate) struct Stopped(pub(crate) String);

impl From<Stopped> for std::io::Error {
    fn from(Stopped(why): Stopped) -> Self {
        Self::other(why)
    }
}

/// Does `work` on a thread that serves no calls.
pub(crate) async fn aside<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Stopped> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Stopped(error.to_string()).into()))
}
