//! Reloads of a configuration: what is good takes the old one's place without a lost call. What is
//! refused has a file of its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use amphi_edge::config::OnCacheFailure;
use amphi_edge::reload::{ReloadOutcome, Trigger};
use amphi_edge::{
    Applied, Cache, Config, ConfigSource, Digest, Host, ReloadError, Reloader, Settings, config,
};
use amphi_support::fixture::{call, host, with_causes};
use http::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub const CONFIG: &str = "functions:\n  f:\n    component: f.wasm\n";

/// A folder with a configuration, and a host that serves it.
pub struct Site {
    folder: TempDir,
    pub host: Arc<Host>,
    pub reloader: Arc<Reloader>,
}

impl Site {
    pub async fn new() -> Self {
        Self::of(host()).await
    }

    pub async fn of(host: Host) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("f.wasm"), returning(1)).expect("a component");
        let file = folder.path().join("amphi.yaml");
        fs::write(&file, CONFIG).expect("a configuration");
        let host = Arc::new(host);
        let config = read(&file);
        if let Err(error) = host.apply(&config).await {
            panic!("{}", with_causes(&error));
        }
        let reloader = Reloader::new(Arc::clone(&host), ConfigSource::File(file));
        Self {
            folder,
            host,
            reloader,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a file");
    }

    /// Puts a file in the place of another at once.
    pub fn rename_over(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.write("next", bytes);
        fs::rename(self.path("next"), self.path(name)).expect("in its place");
    }

    /// Reloads; what was written to the log meanwhile.
    pub async fn reload(&self) -> (String, Result<Applied, ReloadError>) {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .finish();
        // The reload is a task of this thread.
        let logged = tracing::subscriber::set_default(subscriber);
        let result = self.reloader.reload(Trigger::Hand).await;
        drop(logged);
        (written.text(), result)
    }

    pub fn generation(&self) -> u64 {
        self.reloader.state().generation
    }

    pub async fn answer(&self) -> serde_json::Value {
        let (status, number) = call(&self.host, "f/run", "").await;
        assert_eq!(status, StatusCode::OK, "{number}");
        number
    }

    /// Waits until the function answers with `number`.
    async fn answers(&self, number: u32) {
        wait(|| async { self.answer().await == json!(number) }).await;
    }

    /// Waits until a reload has failed.
    async fn failed(&self) -> String {
        wait(|| async { problems(&self.reloader).is_some() }).await;
        problems(&self.reloader).expect("it was there")
    }
}

fn read(file: &Path) -> Config {
    config::read(file).unwrap_or_else(|error| panic!("{error}"))
}

/// A component whose `run` returns a number.
pub fn returning(number: u32) -> Vec<u8> {
    component(&format!(
        r#"(core module $m (func (export "run") (result i32) i32.const {number}))
        (core instance $i (instantiate $m))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#
    ))
}

pub fn component(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).expect("a component")
}

async fn wait<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let begin = Instant::now();
    while !condition().await {
        assert!(begin.elapsed() < Duration::from_secs(60), "it never was");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// All that was in the way of the last reload, if anything was.
pub fn problems(reloader: &Reloader) -> Option<String> {
    let ReloadOutcome::Failed { problems } = reloader.state().last?.outcome else {
        return None;
    };
    let lines = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.message));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Calls that go on until they are told to end: how many there were, and the answers that were not
/// good.
pub struct Load {
    end: Arc<AtomicBool>,
    task: JoinHandle<(u64, Vec<String>)>,
}

impl Load {
    pub fn begin(host: &Arc<Host>) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let (ended, host) = (Arc::clone(&end), Arc::clone(host));
        let task = tokio::spawn(async move {
            let (mut calls, mut bad) = (0, Vec::new());
            while !ended.load(Ordering::Relaxed) {
                let (status, answer) = call(&host, "f/run", "").await;
                calls += 1;
                if status != StatusCode::OK {
                    bad.push(answer.to_string());
                }
                tokio::task::yield_now().await;
            }
            (calls, bad)
        });
        Self { end, task }
    }

    pub async fn end(self) {
        self.end.store(true, Ordering::Relaxed);
        let (calls, bad) = self.task.await.expect("it ended");
        assert!(calls > 0);
        assert!(bad.is_empty(), "{} of {calls}: {bad:?}", bad.len());
    }
}

/// What is written to the log.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("whole")).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An entry of a cache that one engine has filled.
fn entry(cache: &Path, component: &[u8], ending: &str) -> PathBuf {
    let folders = fs::read_dir(cache).expect("the cache");
    let mut folders = folders.map(|folder| folder.expect("a folder").path());
    let folder = folders.next().expect("a component was compiled");
    folder.join(format!("{}.{ending}", Digest::of(component)))
}

/// Has whatever is written for a component in a cache meet a full disk, the next time.
pub fn fill(cache: &Path, component: &[u8]) {
    let part = format!("{}.part", std::process::id());
    symlink("/dev/full", entry(cache, component, &part)).expect("a link");
}

/// A site with a cache of its own.
pub async fn with_cache(cache: &Path, on_cache_failure: OnCacheFailure) -> Site {
    let host = Host::new(Settings {
        cache: Some(Cache::open(cache).expect("a folder of this user")),
        on_cache_failure,
        ..Settings::default()
    });
    Site::of(host.expect("it has no audit log")).await
}

/// Where time matters more than the next start, a full disk refuses no version.
#[tokio::test]
async fn a_version_whose_code_finds_no_space_on_the_disk_may_serve_and_it_is_said() {
    let cache = tempfile::tempdir().expect("a folder");
    let site = with_cache(cache.path(), OnCacheFailure::Serve).await;
    let load = Load::begin(&site.host);
    let next = returning(2);
    fill(cache.path(), &next);
    site.rename_over("f.wasm", &next);
    let (written, applied) = site.reload().await;
    assert_eq!(applied.expect("it serves").deployed, ["f"]);
    assert_eq!(site.answer().await, json!(2));
    load.end().await;
    let reason = "No space left on device";
    assert!(written.contains(reason), "{written}");
    let state = serde_json::to_value(site.reloader.state()).expect("it is JSON");
    let warning = &state["last"]["warnings"][0];
    assert_eq!(warning["path"], "functions.f", "{state}");
    assert!(warning["message"].to_string().contains(reason), "{state}");
    let metrics = site.host.metrics().text();
    assert!(
        metrics.contains("amphi_cache_failures_total 1"),
        "{metrics}"
    );
    assert!(!entry(cache.path(), &next, "code").exists());
    // What comes when there is space again is kept.
    site.rename_over("f.wasm", returning(3));
    let (_, applied) = site.reload().await;
    assert_eq!(applied.expect("it serves").warnings, []);
    assert!(entry(cache.path(), &returning(3), "code").exists());
}

/// A full disk that ended everything would be an outage.
#[tokio::test]
async fn the_first_functions_are_served_with_a_full_disk() {
    let cache = tempfile::tempdir().expect("a folder");
    drop(with_cache(cache.path(), OnCacheFailure::Refuse).await);
    let kept = entry(cache.path(), &returning(1), "code");
    fs::remove_file(&kept).expect("it was kept");
    fill(cache.path(), &returning(1));
    let site = with_cache(cache.path(), OnCacheFailure::Refuse).await;
    assert_eq!(site.answer().await, json!(1));
    assert!(!kept.exists());
}

#[tokio::test]
async fn a_file_that_is_only_touched_changes_nothing() {
    let site = Site::new().await;
    let watching = site.reloader.watch().expect("folders are watched");
    let before = site.host.function("f").expect("it is served");
    site.write("f.wasm", returning(1));
    wait(|| async { site.reloader.state().last.is_some() }).await;
    let last = site.reloader.state().last.expect("there was one");
    assert_eq!(last.outcome, ReloadOutcome::Unchanged);
    assert_eq!(last.trigger, Trigger::Files);
    assert_eq!(site.generation(), 1);
    let after = site.host.function("f").expect("it is served");
    assert!(Arc::ptr_eq(&before, &after));
    drop(watching);
}

/// Else what a reload by hand has changed would be hidden by one that has changed nothing.
#[tokio::test]
async fn files_that_were_read_since_they_changed_are_not_read_again() {
    let site = Site::new().await;
    site.rename_over("f.wasm", returning(2));
    site.reload().await.1.expect("it serves");
    let before = serde_json::to_value(site.reloader.state()).expect("it is JSON");
    let again = site.reloader.reload(Trigger::Files).await;
    assert!(again.expect("nothing is wrong").deployed.is_empty());
    let after = serde_json::to_value(site.reloader.state()).expect("it is JSON");
    assert_eq!(after, before);
}

#[tokio::test]
async fn files_that_are_replaced_are_served() {
    let site = Site::new().await;
    let watching = site.reloader.watch().expect("folders are watched");
    let load = Load::begin(&site.host);
    site.rename_over("f.wasm", returning(2));
    site.answers(2).await;
    // A component in another folder, which is watched from then on.
    fs::create_dir(site.path("new")).expect("a folder");
    site.write("new/f.wasm", returning(3));
    site.rename_over("amphi.yaml", CONFIG.replace("f.wasm", "new/f.wasm"));
    site.answers(3).await;
    site.rename_over("new/f.wasm", returning(4));
    site.answers(4).await;
    load.end().await;
    drop(watching);
}

#[tokio::test]
async fn links_that_are_turned_are_served() {
    let site = Site::new().await;
    for number in [1, 2, 3] {
        let folder = site.path(&number.to_string());
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("f.wasm"), returning(number)).expect("a component");
    }
    let turn = |to: &str| {
        symlink(to, site.path("next")).expect("a link");
        fs::rename(site.path("next"), site.path("now")).expect("in its place");
    };
    turn("1");
    site.write("amphi.yaml", CONFIG.replace("f.wasm", "now/f.wasm"));
    let watching = site.reloader.watch().expect("folders are watched");
    site.reloader
        .reload(Trigger::Hand)
        .await
        .expect("it is good");
    for number in [2, 3, 1] {
        turn(&number.to_string());
        site.answers(number).await;
    }
    drop(watching);
}

#[tokio::test]
async fn a_half_written_file_is_refused_until_it_is_whole() {
    let site = Site::new().await;
    let watching = site.reloader.watch().expect("folders are watched");
    let whole = returning(2);
    let (half, rest) = whole.split_at(whole.len() / 2);
    let mut file = fs::File::create(site.path("f.wasm")).expect("a file");
    file.write_all(half).expect("half of it");
    let problems = site.failed().await;
    assert!(
        problems.contains("expected a complete binary"),
        "{problems}"
    );
    assert_eq!(site.answer().await, json!(1));
    file.write_all(rest).expect("all of it");
    site.answers(2).await;
    drop(watching);
}

#[tokio::test]
async fn a_folder_that_comes_later_is_seen() {
    let site = Site::new().await;
    let watching = site.reloader.watch().expect("folders are watched");
    site.rename_over("amphi.yaml", CONFIG.replace("f.wasm", "later/f.wasm"));
    site.failed().await;
    fs::create_dir(site.path("later")).expect("a folder");
    site.write("later/f.wasm", returning(2));
    site.answers(2).await;
    drop(watching);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_reloads_under_calls_lose_none() {
    let site = Site::new().await;
    let loads: Vec<_> = (0..4).map(|_| Load::begin(&site.host)).collect();
    for number in 0..50 {
        site.rename_over("f.wasm", returning(number % 2 + 2));
        let applied = site.reloader.reload(Trigger::Hand).await;
        assert_eq!(applied.expect("it is good").deployed, ["f"]);
        assert_eq!(site.answer().await, json!(number % 2 + 2));
    }
    assert_eq!(site.generation(), 51);
    for load in loads {
        load.end().await;
    }
}
