//! The admin API: what it tells, what it does, and whom it answers.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use amphi_edge::admin::{Admin, Token};
use amphi_edge::listen::{Peer, RequestContext};
use amphi_edge::page::{ADMIN, POLICY};
use amphi_edge::{ConfigSource, Host, Reloader, Settings, Spec, config};
use amphi_support::fixture::{
    audit, call, deploy, guest, host, read, serving, settings, with_causes,
};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::described;
use crate::trials::share;

const HERE: ([u8; 4], u16) = ([127, 0, 0, 1], 9090);

fn admin(host: &Arc<Host>) -> Admin {
    let admin = Admin::new(Arc::clone(host), None, None, SocketAddr::from(HERE));
    admin.expect("it is an address of this machine")
}

async fn ask(admin: &Admin, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path);
    let request = request.body(Full::new(Bytes::from(body.to_owned())));
    answered(admin, request.expect("a request")).await
}

/// What the API answers, which is what its document says.
async fn answered(admin: &Admin, request: Request<Full<Bytes>>) -> (StatusCode, Value) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        let text = include_str!("../../host/edge/src/process/admin/openapi.json");
        serde_json::from_str(text).expect("it is JSON")
    });
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (status, answer) = read(admin.answer(request).await).await;
    // The page is no part of it.
    if path != "/admin/" {
        described::check(&DOCUMENT, &method, &path, status, &answer);
    }
    (status, answer)
}

/// 1.0 serves, 1.1 is on trial with 10 %, 2.0 is side_by_side.
fn three() -> Spec {
    let mut spec = Spec::new("calc", guest("calc-1-0"));
    spec.canary = Some(guest("calc-1-1"));
    spec.config.canary = Some(share(10));
    spec.side_by_side = vec![guest("calc-2-0")];
    spec
}

#[tokio::test]
async fn functions_have_their_versions() {
    let host = Arc::new(serving(three()).await);
    for _ in 0..20 {
        call(&host, "calc/add", "[1, 2]").await;
    }
    let (status, document) = ask(&admin(&host), "GET", "/admin/functions", "").await;
    assert_eq!(status, StatusCode::OK);
    let function = &document["functions"][0];
    assert_eq!(function["name"], "calc");
    assert_eq!(
        function["breaker"],
        json!({ "state": "closed", "opened": 0, "refused_clients": 0 })
    );
    assert_eq!(
        (&function["running"], &function["queued"]),
        (&json!(0), &json!(0))
    );
    let versions = function["versions"].as_array().expect("versions");
    let versions: Vec<_> = versions
        .iter()
        .map(|version| (&version["role"], &version["version"], &version["weight"]))
        .collect();
    let expected = [
        (&json!("stable"), &json!("1.0.0"), &json!(90.0)),
        (&json!("canary"), &json!("1.1.0"), &json!(10.0)),
        (&json!("side-by-side"), &json!("2.0.0"), &json!(0.0)),
    ];
    assert_eq!(versions, expected);
    let trial = &function["trial"];
    let calls = |side: &str| trial[side]["calls"].as_u64().expect("a number");
    assert_eq!(calls("stable") + calls("canary"), 20, "{trial}");
}

#[tokio::test]
async fn versions_have_their_calls() {
    let host = Arc::new(serving(three()).await);
    let admin = admin(&host);
    let (_, document) = ask(&admin, "GET", "/admin/functions", "").await;
    let nothing =
        json!({ "seconds": 10, "calls": 0, "failed": 0, "p50_micros": null, "p99_micros": null });
    for version in document["functions"][0]["versions"]
        .as_array()
        .expect("versions")
    {
        assert_eq!(version["outcomes"], json!({ "ok": 0 }));
        assert_eq!(version["recent"], nothing);
    }
    // A call that is asked for by version is no part of the trial, but of that version's calls.
    let asked = async |path: &str, version: &str| {
        let request = Request::post(path).header("amphi-version", version);
        let request = request.body(Full::new(Bytes::from("[1, 2]")));
        read(host.handle(request.expect("a request")).await).await
    };
    for (version, times) in [("2.0.0", 7), ("1.0.0", 3)] {
        for _ in 0..times {
            let (status, answer) = asked("/v1/fn/calc/add", version).await;
            assert_eq!(status, StatusCode::OK, "{version}: {answer}");
        }
    }
    // What does not ask for a version gets one by chance, so this asks for one too.
    let (status, _) = asked("/v1/fn/calc/subtract", "1.0.0").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, document) = ask(&admin, "GET", "/admin/functions", "").await;
    let versions = &document["functions"][0]["versions"];
    let (stable, side_by_side) = (&versions[0], &versions[2]);
    assert_eq!(side_by_side["outcomes"], json!({ "ok": 7 }));
    assert_eq!(
        stable["outcomes"],
        json!({ "no-such-function": 1, "ok": 3 })
    );
    for (version, calls) in [(side_by_side, 7), (stable, 3)] {
        let recent = &version["recent"];
        assert_eq!(recent["calls"], calls, "who was refused says nothing");
        assert_eq!(recent["failed"], 0);
        let micros = |which: &str| recent[which].as_u64().expect("a time");
        assert!(micros("p50_micros") <= micros("p99_micros"), "{recent}");
        assert!(micros("p50_micros") > 0, "{recent}");
    }
    assert!(document["at"].as_u64().is_some(), "{document}");
}

#[tokio::test]
async fn calls_that_fail_are_told_of_their_version() {
    let mut spec = Spec::new("calc", guest("calc-1-0"));
    spec.config.limits.fuel = Some(1);
    let host = Arc::new(serving(spec).await);
    let (status, problem) = call(&host, "calc/add", "[1, 2]").await;
    assert_eq!(problem["kind"], "out-of-fuel", "{status}: {problem}");
    let (_, document) = ask(&admin(&host), "GET", "/admin/functions", "").await;
    let version = &document["functions"][0]["versions"][0];
    assert_eq!(version["outcomes"]["out-of-fuel"], 1, "{version}");
    let recent = &version["recent"];
    assert_eq!(
        (&recent["calls"], &recent["failed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(recent["p99_micros"], Value::Null, "it was not answered");
}

/// Whoever asks gets them, token or not, from wherever; what they ask for is for who has the token.
#[tokio::test]
async fn the_files_of_the_page_are_for_everybody() {
    let host = Arc::new(serving(three()).await);
    let token = Some(Token::new(b"correct horse"));
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 9090));
    let guarded = Admin::new(Arc::clone(&host), None, token, everywhere);
    for admin in [admin(&host), guarded.expect("it has a token")] {
        let get = async |path: &str| {
            let request = Request::get(path)
                .header("host", "edge.example")
                .header("sec-fetch-site", "cross-site");
            let request = request.body(Full::<Bytes>::default());
            admin.answer(request.expect("a request")).await
        };
        for file in ADMIN.files {
            let response = get(&format!("/admin/{}", file.name)).await;
            assert_eq!(response.status(), StatusCode::OK, "{}", file.name);
            let headers = response.headers();
            assert_eq!(headers["content-type"], file.media_type);
            assert_eq!(headers["content-security-policy"], POLICY);
        }
        let (status, html) = read(get("/admin/").await).await;
        assert_eq!((status, html), (StatusCode::OK, ADMIN.files[0].text.into()));
        let response = get("/admin").await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()["location"], "/admin/");
        for path in ["/admin/functions", "/admin/docs.js", "/admin/page"] {
            let status = get(path).await.status();
            assert!(status.is_client_error(), "{path}: {status}");
        }
    }
}

#[tokio::test]
async fn trials_are_changed_by_hand_and_decisions_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::new(Settings {
        audit: Some(audit(folder.path())),
        ..settings()
    });
    let host = Arc::new(host.expect("an audit log"));
    deploy(&host, three()).await;
    let admin = admin(&host);
    let change = async |verb: &str, body: &str| {
        ask(
            &admin,
            "POST",
            &format!("/admin/functions/calc/{verb}"),
            body,
        )
        .await
    };
    // JSON has one kind of number.
    let (status, function) = change("weight", r#"{"percent": 50.0}"#).await;
    assert_eq!(status, StatusCode::OK, "{function}");
    assert_eq!(function["versions"][1]["weight"], 50.0);
    let (status, function) = change("promote", "").await;
    assert_eq!(status, StatusCode::OK, "{function}");
    assert_eq!(function["versions"][0]["version"], "1.1.0");
    assert_eq!(function["trial"], Value::Null);
    for (verb, body) in [
        ("promote", ""),
        ("rollback", ""),
        ("weight", r#"{"percent": 5}"#),
    ] {
        let (status, problem) = change(verb, body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{verb}");
        assert_eq!(problem["kind"], "no-canary", "{verb}");
    }
    let (status, document) = ask(&admin, "GET", "/admin/decisions", "").await;
    assert_eq!(status, StatusCode::OK, "{document}");
    let decisions = document["decisions"].as_array().expect("decisions");
    let decisions: Vec<_> = decisions
        .iter()
        .map(|decision| (&decision["event"], &decision["by"]))
        .collect();
    let (hand, by_configuration) = (json!("hand"), json!("configuration"));
    let expected = [
        (&json!("began"), &by_configuration),
        (&json!("weight"), &hand),
        (&json!("promoted"), &hand),
    ];
    assert_eq!(decisions, expected);
}

#[tokio::test]
async fn a_trial_is_taken_away_by_hand() {
    let host = Arc::new(serving(three()).await);
    let (status, function) = ask(&admin(&host), "POST", "/admin/functions/calc/rollback", "").await;
    assert_eq!(status, StatusCode::OK, "{function}");
    let versions = function["versions"].as_array().expect("versions");
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["version"], "1.0.0");
}

#[tokio::test]
async fn what_cannot_be_done_is_a_problem() {
    let host = Arc::new(serving(three()).await);
    let admin = admin(&host);
    for (method, path, body, status, kind) in [
        ("GET", "/admin/nothing", "", 404, "no-route"),
        ("DELETE", "/admin/functions", "", 405, "method"),
        (
            "POST",
            "/admin/functions/shop/promote",
            "",
            404,
            "no-such-function",
        ),
        (
            "POST",
            "/admin/functions/shop/weight",
            "",
            404,
            "no-such-function",
        ),
        (
            "POST",
            "/admin/functions/calc/weight",
            "",
            400,
            "bad-weight",
        ),
        (
            "POST",
            "/admin/functions/calc/weight",
            r#"{"percent": 101}"#,
            400,
            "bad-weight",
        ),
        (
            "POST",
            "/admin/functions/calc/weight",
            r#"{"percent": -1}"#,
            400,
            "bad-weight",
        ),
        (
            "POST",
            "/admin/functions/calc/weight",
            r#"{"weight": 1}"#,
            400,
            "bad-weight",
        ),
        ("GET", "/admin/decisions", "", 404, "no-audit-log"),
        ("POST", "/admin/reload", "", 404, "no-configuration"),
    ] {
        let (found, problem) = ask(&admin, method, path, body).await;
        assert_eq!(found.as_u16(), status, "{method} {path} {body}: {problem}");
        assert_eq!(problem["kind"], kind, "{method} {path} {body}");
    }
    let much = format!(r#"{{"percent": {}1}}"#, " ".repeat(10_000));
    let (status, _) = ask(&admin, "POST", "/admin/functions/calc/weight", &much).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

async fn reloading(host: Host, folder: &Path) -> (Arc<Host>, Admin) {
    let file = folder.join("amphi.yaml");
    std::fs::write(folder.join("calc.wasm"), guest("calc-1-0")).expect("a component");
    let text = "functions: { calc: { component: calc.wasm } }\n";
    std::fs::write(&file, text).expect("a configuration");
    let host = Arc::new(host);
    let config = config::read(&file).expect("it is good");
    if let Err(error) = host.apply(&config).await {
        panic!("{}", with_causes(&error));
    }
    let reloader = Reloader::new(Arc::clone(&host), ConfigSource::File(file));
    let admin = Admin::new(
        Arc::clone(&host),
        Some(reloader),
        None,
        SocketAddr::from(HERE),
    );
    (host, admin.expect("it is an address of this machine"))
}

#[tokio::test]
async fn reloads_are_asked_for_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (host, admin) = reloading(host(), folder.path()).await;
    let (_, state) = ask(&admin, "GET", "/admin/reload", "").await;
    assert_eq!(state, json!({ "generation": 1, "last": null }));
    let replace = |name: &str| std::fs::write(folder.path().join("calc.wasm"), guest(name));
    replace("calc-1-1").expect("a component");
    let (status, state) = ask(&admin, "POST", "/admin/reload", "").await;
    assert_eq!(status, StatusCode::OK, "{state}");
    assert_eq!(state["generation"], 2);
    assert_eq!(state["last"]["result"], "changed");
    assert_eq!(state["last"]["deployed"], json!(["calc"]));
    replace("calc-2-0").expect("a component");
    let (status, problem) = ask(&admin, "POST", "/admin/reload", "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let told = &problem["problems"][0];
    assert_eq!(told["path"], "functions.calc");
    let changes = told["changes"].as_array().expect("changes");
    assert_eq!(changes[0]["class"], "removed-interface", "{changes:?}");
    let (_, state) = ask(&admin, "GET", "/admin/reload", "").await;
    assert_eq!(state["generation"], 2);
    assert_eq!(state["last"]["result"], "failed");
    assert_eq!(state["last"]["problems"], problem["problems"]);
    assert_eq!(call(&host, "calc/add", "[1, 2]").await.1, json!(3));
}

#[tokio::test]
async fn only_who_has_the_token_is_answered() {
    let host = Arc::new(serving(three()).await);
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 9090));
    let refused = Admin::new(Arc::clone(&host), None, None, everywhere);
    let refused = refused.err().expect("everybody could ask");
    assert!(refused.to_string().contains("0.0.0.0:9090"), "{refused}");
    let token = Some(Token::new(b"correct horse"));
    let admin = Admin::new(host, None, token, everywhere).expect("it has a token");
    for (shown, expected) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some("Bearer wrong"), StatusCode::UNAUTHORIZED),
        (Some("Bearer correct horse"), StatusCode::OK),
    ] {
        for path in ["/admin/functions", "/admin/openapi.json", "/metrics"] {
            let mut request = Request::get(path).header("host", "edge.example");
            if let Some(shown) = shown {
                request = request.header("authorization", shown);
            }
            let request = request.body(Full::<Bytes>::default());
            let response = admin.answer(request.expect("a request")).await;
            assert_eq!(response.status(), expected, "{shown:?} {path}");
            let asks = response.headers().contains_key("www-authenticate");
            assert_eq!(asks, expected == StatusCode::UNAUTHORIZED);
        }
    }
}

/// A token that others could read is not taken, and the page that would ask for one is not there.
#[tokio::test]
async fn a_token_is_not_taken_where_others_can_read_it() {
    let host = Arc::new(serving(three()).await);
    let token = Some(Token::new(b"correct horse"));
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 9090));
    let admin = Admin::new(host, None, token, everywhere).expect("it has a token");
    let ask = async |address: &str, encrypted: bool, path: &str| {
        let address = SocketAddr::new(address.parse().expect("an address"), 40_000);
        let peer = Peer {
            address,
            client: address.ip(),
            encrypted,
        };
        let request = Request::get(path)
            .header("authorization", "Bearer correct horse")
            .extension(RequestContext::new(peer, &HeaderMap::new()));
        let request = request.body(Full::<Bytes>::default());
        answered(&admin, request.expect("a request")).await
    };
    for path in ["/admin/functions", "/metrics", "/admin/"] {
        for (address, encrypted, status) in [
            ("192.0.2.1", false, StatusCode::FORBIDDEN),
            ("2001:db8::1", false, StatusCode::FORBIDDEN),
            ("::ffff:192.0.2.1", false, StatusCode::FORBIDDEN),
            ("192.0.2.1", true, StatusCode::OK),
            ("127.0.0.1", false, StatusCode::OK),
            ("::ffff:127.0.0.1", false, StatusCode::OK),
            ("::1", false, StatusCode::OK),
        ] {
            let (found, answer) = ask(address, encrypted, path).await;
            assert_eq!(found, status, "{address} {encrypted} {path}: {answer}");
            if status == StatusCode::FORBIDDEN {
                assert_eq!(answer["kind"], "not-encrypted", "{address} {path}");
            }
        }
    }
}

/// Reloads are in the audit log with who asked for them, and are no decisions.
#[tokio::test]
async fn reloads_are_in_the_audit_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    let host = Host::new(Settings {
        audit: Some(audit(folder.path())),
        ..settings()
    });
    let (_host, admin) = reloading(host.expect("an audit log"), folder.path()).await;
    let put = |name: &str| std::fs::write(folder.path().join("calc.wasm"), guest(name));
    let reload = async || {
        let address = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let peer = Peer {
            address,
            client: address.ip(),
            encrypted: false,
        };
        let request =
            Request::post("/admin/reload").extension(RequestContext::new(peer, &HeaderMap::new()));
        let request = request.body(Full::<Bytes>::default());
        answered(&admin, request.expect("a request")).await
    };
    reload().await;
    put("calc-1-1").expect("a component");
    reload().await;
    put("calc-2-0").expect("a component");
    reload().await;
    let canary = "functions: { calc: { component: calc.wasm, canary: { component: next.wasm } } }\nserver: { connections: 5, log: { level: debug } }\n";
    std::fs::write(folder.path().join("next.wasm"), guest("calc-1-1")).expect("a component");
    put("calc-1-1").expect("a component");
    std::fs::write(folder.path().join("amphi.yaml"), canary).expect("a configuration");
    let (status, state) = reload().await;
    assert_eq!(status, StatusCode::OK, "{state}");
    let restart = json!(["server.connections", "server.log.level"]);
    assert_eq!(state["last"]["restart"], restart, "{state}");
    let entries = amphi_edge::audit::entries::<Value>(&path).expect("entries");
    let reloads: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["event"] == "reload")
        .collect();
    let told: Vec<_> = reloads
        .iter()
        .map(|entry| (&entry["result"], &entry["generation"], &entry["deployed"]))
        .collect();
    let (calc, none) = (json!(["calc"]), Value::Null);
    let expected = [
        (&json!("unchanged"), &json!(1), &none),
        (&json!("changed"), &json!(2), &calc),
        (&json!("failed"), &json!(2), &none),
        (&json!("changed"), &json!(3), &calc),
    ];
    assert_eq!(told, expected);
    for entry in &reloads {
        assert_eq!(
            (&entry["trigger"], &entry["by"]),
            (&json!("hand"), &json!("127.0.0.1"))
        );
        assert!(entry["at"].as_u64().is_some_and(|at| at > 0), "{entry}");
    }
    assert_eq!(reloads[2]["problems"][0]["path"], "functions.calc");
    assert_eq!(reloads[3]["restart"], restart);
    let (_, document) = ask(&admin, "GET", "/admin/decisions", "").await;
    let decisions = document["decisions"].as_array().expect("decisions");
    let events: Vec<_> = decisions.iter().map(|entry| &entry["event"]).collect();
    assert_eq!(events, [&json!("began")], "{document}");
}

#[tokio::test]
async fn without_a_token_pages_of_other_origins_are_not_answered() {
    let host = Arc::new(serving(three()).await);
    let admin = admin(&host);
    let request = Request::post("/admin/functions/calc/promote")
        .header("host", "127.0.0.1:9090")
        .header("origin", "https://evil.example")
        .body(Full::<Bytes>::default());
    let (status, problem) = answered(&admin, request.expect("a request")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(problem["kind"], "cross-origin");
    let function = host.function("calc").expect("it is served");
    assert!(function.lanes().canary.is_some());
}
