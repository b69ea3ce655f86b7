//! Configurations that are refused, and how: each file in `config/` beside what is said of it.
//! `BLESS=1` writes that anew.

use std::fs;
use std::path::{Path, PathBuf};

use amphi_edge_config::{self as config, Config, Format, Function, Store};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

#[test]
fn broken_configurations_are_refused_with_what_is_wrong_and_where() {
    let files = fs::read_dir(folder()).expect("the folder is there");
    let files = files.map(|entry| entry.expect("it can be listed").path());
    let mut files: Vec<_> = files.filter(|file| Format::of(file).is_some()).collect();
    files.sort();
    assert!(files.len() >= 10, "the files were found: {files:?}");
    for file in files {
        let error = config::read(&file).expect_err(&file.display().to_string());
        let found = format!("{error}\n").replace(&format!("{}/", folder().display()), "");
        let golden = file.with_added_extension("error");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &found).expect("it can be written");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, expected, "{}", golden.display());
    }
}

#[test]
fn files_that_are_none_are_refused() {
    let error = config::read(&folder().join("calc.wasm")).expect_err("no format");
    assert!(
        error.to_string().contains("`.yaml`, `.yml` or `.toml`"),
        "{error}"
    );
    let error = config::read(&folder().join("nothing.yaml")).expect_err("no file");
    assert!(error.to_string().starts_with("cannot read `"), "{error}");
}

const YAML: &str = "
server:
  listen: '[::1]:0'
  timeouts: { drain-delay: 2s }
  cache: /tmp/amphi
functions:
  calc:
    component: calc.wasm
    route: /
    reuse:
    limits: { memory: 32MiB, wall: 1m30s, fuel: 1000000, request: 10 }
    status: { not-found: 404 }
    grants:
      env: { PORT: '8080' }
      directories: [{ host: ../../src, guest: /data, write: true }]
      http: { hosts: ['*.example.com', '*'], block: [10.0.0.0/8] }
      keyvalue: { default: memory, kept: { file: kept.redb }, also: { memory: true } }
    smoke: { func: add, args: { a: 1, b: [2.5, x] }, expect: [3] }
    canary: { component: calc.wasm, steps: [{ weight: 1, hold: 1s }, { weight: 100, hold: 1s }] }
    side-by-side: [calc.wasm]
    plugins: [logger]
plugins:
  logger: { component: calc.wasm }
";

const TOML: &str = "
[server]
listen = '[::1]:0'
cache = '/tmp/amphi'
timeouts = { drain-delay = '2s' }
[functions.calc]
component = 'calc.wasm'
route = '/'
limits = { memory = '32MiB', wall = '1m30s', fuel = 1_000_000, request = 10 }
status = { not-found = 404 }
smoke = { func = 'add', args = { a = 1, b = [2.5, 'x'] }, expect = [3] }
canary = { component = 'calc.wasm', steps = [{ weight = 1, hold = '1s' }, { weight = 100, hold = '1s' }] }
side-by-side = ['calc.wasm']
plugins = ['logger']
[functions.calc.grants]
env = { PORT = '8080' }
directories = [{ host = '../../src', guest = '/data', write = true }]
http = { hosts = ['*.example.com', '*'], block = ['10.0.0.0/8'] }
keyvalue = { default = 'memory', kept = { file = 'kept.redb' }, also = { memory = true } }
[plugins.logger]
component = 'calc.wasm'
";

fn parse(text: &str, format: Format) -> Config {
    let config = config::parse(text, format, &folder());
    config.unwrap_or_else(|issues| panic!("{issues:#?}"))
}

#[test]
fn both_formats_say_the_same() {
    let config = parse(YAML, Format::Yaml);
    assert_eq!(config, parse(TOML, Format::Toml));
    let calc = &config.functions["calc"];
    assert_eq!(calc.component, folder().join("calc.wasm"));
    assert_eq!(calc.limits.wall.as_secs(), 90);
    assert_eq!(calc.limits.memory, 32 << 20);
    assert_eq!(calc.limits.request, 10);
    assert_eq!(calc.reuse, None);
    assert_eq!(calc.grants.keyvalue["also"], Store::Memory);
    assert_eq!(
        calc.grants.keyvalue["kept"],
        Store::File(folder().join("kept.redb"))
    );
    assert_eq!(config.server.timeouts.idle.as_secs(), 60);
}

#[test]
fn anchors_are_followed_and_an_empty_file_is_all_defaults() {
    let text = "
functions:
  one: { component: calc.wasm, limits: &small { memory: 1MiB, wall: 1s } }
  two: { component: calc.wasm, limits: *small }
";
    let config = parse(text, Format::Yaml);
    assert_eq!(
        config.functions["one"].limits,
        config.functions["two"].limits
    );
    assert_eq!(config.functions["two"].limits.memory, 1 << 20);
    for text in ["functions: {}", "server:\nfunctions: {}\nplugins:\n"] {
        assert_eq!(parse(text, Format::Yaml), Config::default(), "{text:?}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let config = parse(YAML, Format::Yaml);
    let text = serde_json::to_string(&config).expect("it is JSON");
    assert_eq!(parse(&text, Format::Yaml), config, "JSON is YAML");
}

#[test]
fn a_component_alone_is_a_function_named_after_it() {
    for (file, name) in [
        ("target/guests/calc-1-1.wasm", "calc-1-1"),
        ("my fn.v2.wasm", "my-fn-v2"),
        ("é.wasm", "function"),
    ] {
        let config = Config::of_component(Path::new(file));
        assert_eq!(config.functions[name], Function::new(file));
        assert_eq!(config.functions[name].route(name), format!("/fn/{name}"));
    }
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/edge/config.schema.json");
    let schema = format!("{:#}\n", config::schema());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &schema).expect("it can be written");
    }
    let published = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        schema == published,
        "`{}` is of before: BLESS=1 writes it anew",
        file.display()
    );
}
