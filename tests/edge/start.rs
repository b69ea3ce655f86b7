//! Starts that are refused, and checks that say the same before: each configuration is checked and
//! started, and both come to one end.

mod admin;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use amphi_edge::config::{self, Config};
use amphi_edge::{Checked, Server, with_causes};
use tempfile::TempDir;

/// Answers 1.
const RUN: &str = r#"(component
    (core module $m (func (export "run") (result i32) (i32.const 1)))
    (core instance $i (instantiate $m))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;

/// The same, but imports what nobody has.
const NEEDY: &str = r#"(component
    (import "demo:sensor/clock@1.0.0" (instance (export "now" (func (result u64)))))
    (core module $m (func (export "run") (result i32) (i32.const 1)))
    (core instance $i (instantiate $m))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;

/// A folder with a component `run.wasm`, and a cache of its own.
fn site() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let bytes = wat::parse_str(text).expect("a component");
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    };
    put("run.wasm", RUN);
    put("needy.wasm", NEEDY);
    fs::write(
        folder.path().join("garbage.wasm"),
        "\0asm\x0d\0\x01\0garbage",
    )
    .expect("a file");
    folder
}

/// The configuration of a text, or what is wrong with it.
fn read(folder: &Path, text: &str) -> Result<Config, String> {
    let file = folder.join("amphi.yaml");
    fs::write(&file, text).expect("it can be written");
    let mut config = config::read(&file).map_err(|error| error.to_string())?;
    config.server.listen = ([127, 0, 0, 1], 0).into();
    let cache = config.server.cache.take();
    config.server.cache = Some(cache.unwrap_or_else(|| folder.join("cache")));
    Ok(config)
}

async fn check(folder: &Path, text: &str) -> Result<Checked, String> {
    let config = read(folder, text)?;
    let checked = Server::check(config, Some(folder.join("amphi.yaml")), None, |_| ()).await;
    checked.map_err(|error| with_causes(&error))
}

async fn start(folder: &Path, text: &str) -> Result<Server, String> {
    let config = read(folder, text)?;
    let started = Server::start(config, Some(folder.join("amphi.yaml")), None).await;
    started.map_err(|error| with_causes(&error))
}

/// What both say of a configuration that cannot be served.
async fn refused(folder: &Path, text: &str) -> String {
    let checked = check(folder, text).await.map(drop).expect_err(text);
    let started = start(folder, text).await.map(drop).expect_err(text);
    assert_eq!(checked, started, "{text}");
    checked
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[tokio::test]
async fn a_check_finds_what_a_start_does() {
    let site = site();
    let at = |name: &str| site.path().join(name);
    fs::write(at("empty"), " \n").expect("a file");
    fs::write(at("token"), "secret").expect("a file");
    for name in ["one", "two"] {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
        fs::write(at(&format!("{name}.cert")), made.cert.pem()).expect("a file");
        let key = made.signing_key.serialize_pem();
        fs::write(at(&format!("{name}.key")), key).expect("a file");
    }
    fs::create_dir(at("folder")).expect("a folder");
    fs::write(at("lines"), "no entry\nnor this\n").expect("a file");
    let run = "functions: { f: { component: run.wasm } }";
    let granted = |directory: &str| {
        format!(
            "functions: {{ f: {{ component: run.wasm, grants: {{ directories: [{directory}] }} }} }}"
        )
    };
    let server = |keys: &str| format!("server: {{ {keys} }}\n{run}");
    for (text, reason) in [
        ("functions: { f: { component: needy.wasm } }".to_owned(), "demo:sensor/clock"),
        ("functions: { f: { component: garbage.wasm } }".to_owned(), "`functions.f`"),
        ("functions: { f: { component: run.wasm, smoke: { func: run, expect: 2 } } }".to_owned(), "smoke"),
        ("functions: { f: { component: run.wasm, side-by-side: [needy.wasm] } }".to_owned(), "demo:sensor/clock"),
        ("functions: { f: { component: run.wasm, plugins: [p] } }\nplugins: { p: { component: needy.wasm } }".to_owned(), "demo:sensor/clock"),
        (server("pool: { instances: 100000 }"), "`functions.f`"),
        (server("tls: { certificate: one.cert, key: two.key }"), "the certificate cannot be used"),
        (server("tls: { certificate: one.key, key: one.key }"), "the certificate cannot be used"),
        (server("admin: { listen: '127.0.0.1:0', token-file: empty }"), "contains no token"),
        (server("admin: { listen: '127.0.0.1:0', tls: { certificate: one.cert, key: two.key } }"), "the certificate cannot be used"),
        (server("admin: { listen: '0.0.0.0:0', token-file: token }"), "expected `tls`"),
        (server("admin: { listen: '0.0.0.0:0' }"), "expected a `token-file`"),
        (server("connections: 18446744073709551615"), "`server.connections`: expected a number from 1 to"),
        (server("connections: 0"), "`server.connections`: expected a number from 1 to"),
        (server("audit: folder"), "`server.audit`"),
        (server("audit: lines"), "expected an entry"),
        (server("cache: garbage.wasm"), "`server.cache`"),
        (granted("{ host: /, guest: /, write: true }"), "change the configuration"),
        (granted("{ host: ., guest: /, write: true }"), "change the configuration"),
        (granted("{ host: /, guest: / }"), "read the memory of processes"),
    ] {
        let said = refused(site.path(), &text).await;
        assert!(said.contains(reason), "{text}\n{said}");
    }
    let good = check(site.path(), run).await.expect("it is good");
    assert_eq!(good, Checked::default());
}

#[tokio::test]
async fn what_others_could_change_is_not_relied_on() {
    let site = site();
    let at = |name: &str| site.path().join(name);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
    fs::write(at("cert"), made.cert.pem()).expect("a file");
    fs::create_dir(at("keys")).expect("a folder");
    fs::write(at("keys/key"), made.signing_key.serialize_pem()).expect("a file");
    fs::write(at("keys/token"), "secret").expect("a file");
    fs::create_dir(at("open")).expect("a folder");
    let text = "server: { tls: { certificate: cert, key: keys/key }, admin: { listen: '127.0.0.1:0', token-file: keys/token }, cache: open/cache, audit: audit }\n\
                functions: { f: { component: run.wasm, grants: { keyvalue: { kept: { file: open/kept.redb } } } } }";
    for secret in ["keys/key", "keys/token"] {
        chmod(&at(secret), 0o600);
    }
    let unchecked = |checked: &Checked| checked.unchecked.len();
    let good = check(site.path(), text).await.expect("it is good");
    assert_eq!((good.warnings.len(), unchecked(&good)), (0, 1), "{good:?}");
    chmod(site.path(), 0o755);
    for (place, mode, reason) in [
        ("open", 0o777, "mode 777"),
        ("keys", 0o757, "mode 757"),
        ("keys/key", 0o666, "the key of a certificate"),
        ("keys/token", 0o602, "the token of the admin API"),
        ("", 0o777, "mode 777"),
    ] {
        let place = at(place);
        let before = fs::metadata(&place).expect("it is there").permissions();
        chmod(&place, mode);
        let said = refused(site.path(), text).await;
        assert!(said.contains(reason), "{said}");
        fs::set_permissions(&place, before).expect("it is ours");
    }
    // Others may read it: in a container there are none.
    chmod(&at("keys/token"), 0o644);
    let read = check(site.path(), text).await.expect("it is good");
    assert_eq!(read.warnings.len(), 1, "{read:?}");
    assert!(
        read.warnings[0].contains("others can read the token"),
        "{read:?}"
    );
    chmod(&at("amphi.yaml"), 0o666);
    fs::write(at("audit"), "").expect("a file");
    chmod(&at("audit"), 0o666);
    let written = check(site.path(), text).await.expect("it is good");
    let warnings = written.warnings.join("\n");
    assert!(
        warnings.contains("others can change the configuration"),
        "{warnings}"
    );
    assert!(
        warnings.contains("others can change the audit log"),
        "{warnings}"
    );
}

#[tokio::test]
async fn a_check_disturbs_no_server() {
    let site = site();
    let at = |name: &str| site.path().join(name);
    let text = "server: { audit: audit.jsonl }\n\
                functions: { f: { component: run.wasm, smoke: { func: run, expect: 1 }, grants: { keyvalue: { kept: { file: kept.redb } } } } }";
    let looked = check(site.path(), text).await.expect("it is good");
    let [store, smoke] = &looked.unchecked[..] else {
        panic!("{looked:?}");
    };
    assert!(
        store.contains("the key-value store `kept` of `f`"),
        "{store}"
    );
    assert!(smoke.contains("the smoke call of `f`"), "{smoke}");
    for name in ["cache", "audit.jsonl", "kept.redb"] {
        assert!(!at(name).exists(), "`{name}` was made");
    }
    let server = start(site.path(), text).await.expect("it is good");
    let contents = |name: &str| fs::read(at(name)).expect("it is there");
    let before = ["audit.jsonl", "kept.redb"].map(contents);
    assert_eq!(check(site.path(), text).await.expect("beside it"), looked);
    assert_eq!(["audit.jsonl", "kept.redb"].map(contents), before);
    // A second one that serves would be in its way.
    let second = start(site.path(), text)
        .await
        .map(drop)
        .expect_err("it is locked");
    assert!(second.contains("locked by another process"), "{second}");
    drop(server);
    fs::write(at("kept.redb"), "something else").expect("it can be written");
    let broken = check(site.path(), text).await.expect_err("it is no store");
    assert!(
        broken.contains("functions.f.grants.keyvalue.kept"),
        "{broken}"
    );
}
