//! Every browser that the tests know: one for each engine.

use crate::browser::Browser;
use serde_json::{Value, json};
use std::path::Path;

/// Every browser that the tests know; the first is the one that the demo and the benchmarks use.
pub static BROWSERS: &[Browser] = &[
    Browser {
        name: "chromium",
        programs: &["chromium", "chromium-browser", "google-chrome"],
        folders: &[],
        drivers: &["chromedriver"],
        driver_arguments: &[],
        display: None,
        packages: &["chromium", "chromium-driver"],
        driver_crate: None,
        capabilities: chromium,
        console: true,
    },
    Browser {
        name: "firefox",
        programs: &["firefox-esr", "firefox"],
        folders: &[],
        drivers: &["geckodriver"],
        // Any free port, rather than one that another Firefox may have.
        driver_arguments: &["--websocket-port=0"],
        display: None,
        packages: &["firefox-esr"],
        driver_crate: Some(("geckodriver", "0.37.1")),
        capabilities: firefox,
        console: false,
    },
    Browser {
        name: "webkit",
        programs: &["MiniBrowser"],
        folders: &[
            "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1",
            "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1",
            "/usr/lib/webkit2gtk-4.1",
            "/usr/libexec/webkit2gtk-4.1",
        ],
        drivers: &["WebKitWebDriver"],
        driver_arguments: &[],
        display: Some("Xvfb"),
        packages: &["webkit2gtk-driver", "xvfb"],
        driver_crate: None,
        capabilities: webkit,
        console: false,
    },
];

fn chromium(program: &Path, profile: &Path) -> Value {
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A test may ask for what is forgotten to be collected.
        "--js-flags=--expose-gc",
        "--window-size=1280,1400",
    ];
    let mut args: Vec<String> = args.map(String::from).to_vec();
    args.push(format!("--user-data-dir={}", profile.display()));
    json!({
        "browserName": "chrome",
        "acceptInsecureCerts": true,
        "goog:chromeOptions": { "binary": program, "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

/// The driver makes the profile, in the folder for temporary files.
fn firefox(program: &Path, _: &Path) -> Value {
    json!({
        "browserName": "firefox",
        "acceptInsecureCerts": true,
        "moz:firefoxOptions": {
            "binary": program,
            "args": ["-headless"],
            "prefs": {
                // A page may compute for as long as its test allows.
                "dom.max_script_run_time": 0,
                // The console is seen in what the driver prints.
                "devtools.console.stdout.content": true,
            },
        },
    })
}

/// An automated window has no profile: it keeps nothing.
fn webkit(program: &Path, _: &Path) -> Value {
    json!({
        "acceptInsecureCerts": true,
        "webkitgtk:browserOptions": {
            "binary": program,
            "args": ["--automation", "--geometry=1280x1400"],
        },
    })
}
