//! What no adapter between the components of a composition takes, both hosts refuse when they read
//! it: natively by Wasmtime's translator, in a page by the one that it is planned with.

use amphi_core::adapters::MOST;
use amphi_runner::wide::{KINDS, of};
use amphi_translate::plan::Plan;

type Host = fn(&[u8]) -> Result<(), String>;

const HOSTS: [(&str, Host); 2] = [
    ("natively", |bytes| {
        amphi::check_bytes(bytes).map_err(|error| error.to_string())
    }),
    ("in a page", |bytes| {
        Plan::new(bytes)
            .map(drop)
            .map_err(|error| error.to_string())
    }),
];

const MOST_PARTS: u32 = MOST as u32;

#[test]
fn a_type_that_no_adapter_takes_is_named() {
    for wide in &KINDS {
        let (kind, _, named) = wide;
        let most = of(wide, MOST_PARTS).expect("the text is a component");
        let more = of(wide, MOST_PARTS + 1).expect("the text is a component");
        for (place, host) in HOSTS {
            assert_eq!(host(&most), Ok(()), "{kind} {place}");
            let error = host(&more).expect_err("an adapter cannot take it");
            assert!(error.contains(named), "{kind} {place}: {error}");
            assert!(error.contains("used by"), "{kind} {place}: {error}");
        }
    }
}

#[test]
fn where_no_adapter_is_any_type_may_be() {
    let names: Vec<_> = (0..=MOST).map(|part| format!("\"n{part}\"")).collect();
    let text = format!(
        r#"(component
            (component)
            (type $t' (enum {}))
            (export $t "t" (type $t'))
            (core module $m (func (export "take") (param i32)))
            (core instance $i (instantiate $m))
            (func (export "take") (param "x" $t) (canon lift (core func $i "take"))))"#,
        names.join(" ")
    );
    let bytes = wat::parse_str(text).expect("the text is a component");
    for (place, host) in HOSTS {
        assert_eq!(host(&bytes), Ok(()), "{place}");
    }
}
