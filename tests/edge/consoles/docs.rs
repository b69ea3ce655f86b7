//! `/docs/`: functions are listed, one is read about, and called by its form.

use std::net::SocketAddr;
use std::sync::Arc;

use amphi_edge::{Spec, config, listen};
use amphi_support::fixture::{deploy, guest, host};
use amphi_support::pantry::Pantry;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::tab::{Tab, in_each};

#[test]
fn functions_are_listed_read_about_and_called() {
    let runtime = Runtime::new().expect("threads");
    let address = runtime.block_on(serve());
    in_each(|browser| {
        let tab = Tab::open(browser, &format!("http://{address}/docs/"));
        tab.until("all('nav li a').length > 10");
        let listed = tab.run(
            "return all('nav h4').map((head) => head.textContent)",
            json!(null),
        );
        let listed: Vec<&str> = listed
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|head| head.as_str())
            .collect();
        for group in [
            "calc · demo:calc/ops@1.0.0",
            "kitchen · demo:kitchen/echo@1.0.0",
            "kitchen · demo:kitchen/traps@1.0.0",
        ] {
            assert!(listed.contains(&group), "{group}: {listed:?}");
        }

        // A type with a name is opened.
        tab.press("nav li a", "echo-point");
        tab.until("text('main h2') === 'echo-point'");
        let fields = "$('main details').open = true;
            return new Promise((done) => setTimeout(() => done(text('main details table')), 100))";
        let fields = tab.run(fields, json!(null));
        let fields = fields.as_str().expect("a text");
        for field in ["label", "visible", "boolean", "signed integer of 64 bits"] {
            assert!(fields.contains(field), "{field}: {fields}");
        }

        tab.run("fill('#filter', 'calc/')", json!(null));
        tab.until("all('nav li a').length === 1");
        tab.press("nav li a", "add");
        tab.until("text('main h2') === 'add'");
        let sample = tab.run("return JSON.parse($('textarea').value)", json!(null));
        assert_eq!(sample, json!({ "a": 0, "b": 0 }), "it begins with a call");
        tab.run("fill('textarea', given)", json!(r#"{"a": 20, "b": 22}"#));
        tab.press("main button", "Call");
        tab.until("text('main .row .good').startsWith('200') && text('main pre') === '42'");

        tab.run("fill('textarea', given)", json!(r#"{"a": "<b>20</b>"}"#));
        tab.press("main button", "Call");
        tab.until("text('main .row .bad').startsWith('400') && text('main pre').includes('\"kind\": \"arguments\"')");
        let made = tab.run("return $('main pre').childElementCount", json!(null));
        assert_eq!(made, 0, "what is answered is text");
        let expected = ["400 (Bad Request)"];
        assert_eq!(tab.complaints(&expected), [""; 0]);
    });
}

/// The kitchen and the calculator, on a free port for as long as the runtime is there.
async fn serve() -> SocketAddr {
    let host = Arc::new(host());
    let pantry = host.add_plugin(Arc::new(Pantry)).await;
    pantry.expect("nobody has it");
    let mut kitchen = Spec::new("kitchen", guest("kitchen"));
    kitchen.config.plugins = vec!["pantry".to_owned()];
    deploy(&host, kitchen).await;
    deploy(&host, Spec::new("calc", guest("calc-1-0"))).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let settings = listen::settings(&config::Server::default(), Arc::default());
    tokio::spawn(listen::serve(
        listener,
        host,
        settings,
        std::future::pending(),
    ));
    address
}
