//! The threads on which the files of a function's guests are opened, read and written.
//!
//! WASI does that on the threads for blocking work of whichever tokio runtime it is polled in, and
//! a file may hang: one on a disk that is gone, or a named pipe that nobody else opens. So each
//! version that is granted a folder has a small runtime of its own, which is entered while its
//! calls are polled: what hangs there is in no other function's way, nor in the host's.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// How many files of a version are worked on at a time. Calls that find no thread wait within their
/// time.
pub(crate) const AT_A_TIME: usize = 16;

/// The threads of a version.
#[derive(Debug)]
pub(crate) struct Files(Option<Runtime>);

impl Files {
    /// Threads that are begun when they are needed, and one that keeps time.
    ///
    /// # Errors
    ///
    /// That one cannot be begun.
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(AT_A_TIME)
            .thread_name("amphi-files")
            .enable_all()
            .build();
        runtime.map(|runtime| Self(Some(runtime)))
    }

    /// What is to be entered.
    pub(crate) fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Runtime::handle)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // A thread that hangs is not waited for.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
