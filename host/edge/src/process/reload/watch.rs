//! Waiting for files to change.
//!
//! Folders are watched and not files: editors and deployments put another file in the place of the
//! old one, or turn a link. What happens in a folder is only a reason to look; whether the files
//! are others than at the last look, their stamps say.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::inputs;
use super::{Reloader, Trigger};
use crate::blocking::WATCHING;
use amphi_edge_blocking::Stopped;

/// For how long nothing must have happened before files are looked at: who writes them may be in
/// the middle.
const QUIET: Duration = Duration::from_millis(200);
/// For how long at most that is waited for, since other files of the folder may change all the
/// time.
const LONGEST: Duration = Duration::from_secs(2);

/// Why files are not watched.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchError {
    /// A folder cannot be watched.
    Folder {
        /// The folder, if it is about one.
        folder: Option<PathBuf>,
        /// Why.
        source: notify::Error,
    },
    /// SIGHUP cannot be handled.
    Hangup(io::Error),
    /// The files were not looked at to the end, since their disk hangs for instance.
    Stopped(String),
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder {
                folder: Some(folder),
                ..
            } => write!(f, "the folder `{}` cannot be watched", folder.display()),
            Self::Folder { folder: None, .. } => f.write_str("no folder can be watched"),
            Self::Hangup(_) => f.write_str("SIGHUP cannot be handled"),
            Self::Stopped(why) => write!(f, "the files could not be checked: {why}"),
        }
    }
}

impl Error for WatchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Folder { source, .. } => Some(source),
            Self::Hangup(source) => Some(source),
            Self::Stopped(_) => None,
        }
    }
}

impl From<Stopped> for WatchError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Stopped(why)
    }
}

/// Files are watched for as long as this is kept.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct Watching(
    #[expect(dead_code, reason = "the task ends when it is dropped")] AbortOnDropHandle<()>,
);

impl Reloader {
    /// Reloads whenever the configuration or a component has become another file, or has other
    /// contents, and on SIGHUP, which does not end the process any more.
    ///
    /// # Errors
    ///
    /// If the system does not let folders be watched, or the signal be handled.
    pub fn watch(self: &Arc<Self>) -> Result<Watching, WatchError> {
        let hangup = signal(SignalKind::hangup()).map_err(WatchError::Hangup)?;
        let happened = Arc::default();
        let folders = inputs::folders(self.seen().keys());
        let look = Look {
            reloader: Arc::clone(self),
            watched: Watched::begin(folders, &happened)?,
            happened,
        };
        // What has changed since it was read, before it was watched, is seen by looking once.
        look.happened.notify_one();
        let task = tokio::spawn(look.run(hangup));
        Ok(Watching(AbortOnDropHandle::new(task)))
    }
}

/// What is watched.
struct Look {
    reloader: Arc<Reloader>,
    happened: Arc<Notify>,
    watched: Watched,
}

/// Folders that are watched, each with its device and its number.
struct Watched {
    folders: BTreeMap<PathBuf, (u64, u64)>,
    #[expect(dead_code, reason = "the watch ends when it is dropped")]
    watcher: RecommendedWatcher,
}

impl Look {
    async fn run(mut self, mut hangup: Signal) {
        loop {
            let trigger = tokio::select! {
                () = self.happened.notified() => Trigger::Files,
                Some(()) = hangup.recv() => Trigger::Hangup,
            };
            if trigger == Trigger::Files {
                self.quiet().await;
            }
            self.look(trigger).await;
        }
    }

    /// Waits until nothing happens for a while.
    async fn quiet(&self) {
        let end = Instant::now() + LONGEST;
        while Instant::now() < end {
            let quiet = Instant::now() + QUIET;
            if timeout_at(quiet.min(end), self.happened.notified())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn look(&mut self, trigger: Trigger) {
        let differs = self.rearmed().await;
        if trigger == Trigger::Files && !differs {
            return;
        }
        // How it ended is told by the reload.
        let _ = self.reloader.reload(trigger).await;
        if self.rearmed().await {
            // Something was changed while it was read.
            self.happened.notify_one();
        }
    }

    /// Watches the folders of the files as they are now, the old ones until the new ones are;
    /// whether the files are others than those that were read last. A disk that hangs keeps nobody
    /// waiting for longer than a look may take.
    async fn rearmed(&mut self) -> bool {
        let (seen, folders) = (self.reloader.seen(), self.watched.folders.clone());
        let happened = Arc::clone(&self.happened);
        let looked = WATCHING.run(move || {
            let now = inputs::folders(seen.keys());
            let anew = (now != folders).then(|| Watched::begin(now, &happened));
            Ok::<_, Stopped>((anew.transpose(), inputs::differ(&seen)))
        });
        let (anew, differs) = match looked.await {
            Ok((anew, differs)) => (anew, differs),
            Err(stopped) => (Err(stopped.into()), false),
        };
        match anew {
            Ok(None) => {}
            Ok(Some(watched)) => self.watched = watched,
            Err(error) => {
                let error: &dyn Error = &error;
                tracing::error!(error, "changes of some files are not detected");
            }
        }
        differs
    }
}

impl Watched {
    /// Watches folders, and says when something happens there. Blocks.
    fn begin(
        folders: BTreeMap<PathBuf, (u64, u64)>,
        happened: &Arc<Notify>,
    ) -> Result<Self, WatchError> {
        let happens = Arc::clone(happened);
        let handler = move |event: notify::Result<notify::Event>| {
            // Reading is no change; an error may hide one.
            if !matches!(&event, Ok(event) if matches!(event.kind, EventKind::Access(_))) {
                happens.notify_one();
            }
        };
        let refused = |folder| move |source| WatchError::Folder { folder, source };
        let mut watcher = notify::recommended_watcher(handler).map_err(refused(None))?;
        for folder in folders.keys() {
            let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
            watched.map_err(refused(Some(folder.clone())))?;
        }
        // What happened between the look and the watch is seen by looking again.
        happened.notify_one();
        Ok(Self { folders, watcher })
    }
}
