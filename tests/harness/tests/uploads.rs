//! A guest's upload under TLS: over HTTP/2 it is sent while the guest writes it, in browsers that
//! can; over HTTP/1.1 when it is whole.
//!
//! Like `javascript`, it needs a folder that is assembled (`cargo xtask web javascript`), and runs
//! when asked for by name.

use amphi_harness::{Browser, Session, assembled, selected, site};
use amphi_support::answers::{Secure, answers};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How long one upload may take.
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn an_upload_is_streamed_where_browser_and_server_can() {
    for browser in selected().expect("the browsers are known") {
        let session = Session::start(browser, DEADLINE).unwrap_or_else(|error| panic!("{error:?}"));
        for protocol in ["h2", "http/1.1"] {
            for page in ["upload.html", "upload.html?worker"] {
                check(browser, &session, protocol, page);
            }
        }
    }
}

fn check(browser: &Browser, session: &Session, protocol: &str, page: &str) {
    // Over HTTP/1.1 nothing comes, however long the server waits.
    let patience = Duration::from_secs(if protocol == "h2" { 10 } else { 1 });
    let site = site(&folder(), &[], answers(patience)).expect("there is a folder");
    let server = Secure::start(site, protocol).expect("a free port");
    let found = session
        .open(&server.url(page))
        .and_then(|()| session.outcome())
        .unwrap_or_else(|error| panic!("`{page}` over {protocol}: {error:?}"));
    if found["suspends"] == Value::Bool(false) {
        return;
    }
    let place = format!("`{page}` over {protocol} in {}: {found}", browser.name);
    assert_eq!(found["protocol"], protocol, "{place}");
    // The page has asked the browser in another way than the package does.
    let streams = protocol == "h2" && found["streams"] == Value::Bool(true);
    let meanwhile = if streams { "first half, " } else { "" };
    let expected = format!(
        "meanwhile {meanwhile:?}, trailers false\nuploaded \"first half, second half\", trailers false\nbegun: true\nbroken off: true\n"
    );
    assert_eq!(found["said"], expected, "{place}");
}

fn folder() -> PathBuf {
    assembled("javascript").unwrap_or_else(|error| panic!("{error}"))
}
