//! What a configuration grants is what a guest has.

use amphi_edge::grant::keyvalue::KeyValueStores;
use amphi_edge::{config, grants_of_function, stores_of};
use amphi_support::guest;
use amphi_support::vault::Host;

/// What a file grants is what a guest has.
#[tokio::test]
async fn a_configuration_is_granted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("edge.yaml");
    let vault = guest::file("vault.wasm");
    std::fs::copy(vault, folder.path().join("vault.wasm")).expect("it can be copied");
    std::fs::create_dir(folder.path().join("data")).expect("it is made");
    let text = "
        functions:
          one:
            component: vault.wasm
            grants:
              env: { HOME: /nowhere }
              config: { colour: blue }
              directories: [{ host: data, guest: /data, write: true }]
              http: { hosts: ['*:*'], allow-private: true, block: [10.0.0.0/8] }
              keyvalue: { kept: { file: kept.redb }, scratch: memory }
              random: false
          two:
            component: vault.wasm
            grants:
              keyvalue: { shared: { file: kept.redb }, scratch: memory }
    ";
    std::fs::write(&file, text).expect("it is written");
    let config = config::read(&file).expect("it is a configuration");
    let wanted = stores_of(&config);
    let stores = KeyValueStores::open(&wanted, &KeyValueStores::default()).expect("they open");
    let host = |name: &str| {
        let granted = &config.functions[name].grants;
        Host::new(
            grants_of_function(name, granted).expect("it can be"),
            &stores,
        )
    };
    let (one, two) = (host("one"), host("two"));
    let ten = "http://10.0.0.1/";
    one.check(&[
        ("env", "[(\"HOME\", \"/nowhere\")]"),
        ("config", "Ok([(\"colour\", \"blue\")])"),
        ("write:/data/new=yes", "done"),
        (
            &format!("fetch:{ten}"),
            "!ErrorCode::DestinationIpProhibited",
        ),
        ("open:kept", "done"),
        ("set:a=here", "done"),
        ("open:scratch", "done"),
        ("set:a=there", "done"),
        ("clock", "true"),
    ])
    .await;
    assert!(one.call(&["random"]).await.is_err());
    two.check(&[
        ("env", "[]"),
        (&format!("fetch:{ten}"), "!ErrorCode::HttpRequestDenied"),
        ("open:shared", "done"),
        ("get:a", "Some(\"here\")"),
        ("open:scratch", "done"),
        ("get:a", "None"),
        ("open:kept", "!no-such-store"),
        ("random", "true"),
    ])
    .await;
}
