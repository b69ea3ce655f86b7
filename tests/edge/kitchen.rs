//! Every type that WIT has, through the host: the cases that the corpus has for JSON.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use amphi::component::{Linker, Resource, ResourceType};
use amphi_edge::{CallState, Plugin, Spec};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::fixture::{call, deploy, guest, host};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    call: String,
    json: String,
    result: Option<String>,
    error: Option<String>,
    trap: Option<String>,
}

/// What the kitchen asks of its host.
struct Pantry;

struct Counter(u32);

impl Plugin for Pantry {
    fn name(&self) -> &str {
        "pantry"
    }

    fn link(&self, linker: &mut Linker<CallState>) -> amphi::Result<()> {
        let mut host = linker.instance("demo:kitchen/host@1.0.0")?;
        host.resource(
            "counter",
            ResourceType::host::<Counter>(),
            |mut call, rep| {
                call.data_mut()
                    .table()
                    .delete(Resource::<Counter>::new_own(rep))?;
                Ok(())
            },
        )?;
        host.func_wrap("[constructor]counter", |mut call, (start,): (u32,)| {
            Ok((call.data_mut().table().push(Counter(start))?,))
        })?;
        host.func_wrap(
            "[method]counter.increment",
            |mut call, (counter, by): (Resource<Counter>, u32)| {
                let counter = call.data_mut().table().get_mut(&counter)?;
                counter.0 = counter.0.wrapping_add(by);
                Ok((counter.0,))
            },
        )?;
        host.func_wrap(
            "[method]counter.value",
            |mut call, (counter,): (Resource<Counter>,)| {
                Ok((call.data_mut().table().get(&counter)?.0,))
            },
        )?;
        host.func_wrap(
            "[static]counter.merge",
            |mut call, (a, b): (Resource<Counter>, Resource<Counter>)| {
                let table = call.data_mut().table();
                let sum = table.delete(a)?.0.wrapping_add(table.get(&b)?.0);
                Ok((table.push(Counter(sum))?,))
            },
        )?;
        host.func_wrap("add-one", |_, (x,): (u32,)| Ok((x.wrapping_add(1),)))?;
        host.func_wrap("ask", |_, (question,): (String,)| {
            Ok((Ok::<String, String>(question),))
        })?;
        host.func_wrap("fail", |_, (reason,): (String,)| {
            Err::<(), _>(amphi::format_err!("{reason}"))
        })
    }
}

#[tokio::test]
async fn every_type_goes_through_the_host() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/json.toml");
    let text = fs::read_to_string(path).expect("the corpus");
    let cases: Cases = toml::from_str(&text).expect("cases");
    assert!(cases.case.len() > 100, "{}", cases.case.len());
    let host = host();
    host.add_plugin(Arc::new(Pantry))
        .await
        .expect("nobody has it");
    let mut spec = Spec::new("kitchen", guest("kitchen"));
    spec.config.plugins = vec!["pantry".to_owned()];
    // Traps are asked for here.
    spec.config.breaker.traps = 1_000;
    deploy(&host, spec).await;
    for case in cases.case {
        let path = format!("kitchen/{}", case.call.replace('#', "/"));
        let (status, document) = call(&host, &path, &case.json).await;
        let told = format!("{} {}: {status} {document}", case.call, case.json);
        if let Some(result) = case.result {
            let expected: Value = serde_json::from_str(&result).expect("JSON");
            let good = [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(good.contains(&status), "{told}");
            assert_eq!(document, expected, "{told}");
        }
        if let Some(error) = case.error {
            assert!(status.is_client_error(), "{told}");
            let detail = document["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(&error), "{told}: expected {error}");
        }
        if case.trap.is_some() {
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{told}");
        }
    }
}
