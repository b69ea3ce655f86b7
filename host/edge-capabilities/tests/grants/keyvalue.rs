//! Key-value stores, from a guest.

use amphi_edge_capabilities::Grants;
use amphi_edge_capabilities::keyvalue::{
    Access, KeyValueGrant, KeyValueStores, StoreBounds, StorePlace,
};
use amphi_support::vault::Host;
use std::collections::BTreeMap;
use std::path::Path;

fn stores(folder: &Path, before: &KeyValueStores) -> KeyValueStores {
    let bounds = StoreBounds {
        value: 1000,
        keys: 4,
        ..StoreBounds::default()
    };
    let disk = StorePlace::Disk(folder.join("counts.redb"));
    let wanted = BTreeMap::from([
        ("counts".to_owned(), (disk, bounds)),
        ("scratch".to_owned(), (StorePlace::Memory, bounds)),
        ("others".to_owned(), (StorePlace::Memory, bounds)),
    ]);
    KeyValueStores::open(&wanted, before).expect("they open")
}

fn host(stores: &KeyValueStores) -> Host {
    let grant = |name: &str, store: &str, access| {
        let store = store.to_owned();
        (name.to_owned(), KeyValueGrant { store, access })
    };
    let keyvalue = BTreeMap::from([
        grant("default", "counts", Access::Write),
        grant("scratch", "scratch", Access::Write),
        grant("readable", "counts", Access::Read),
    ]);
    let grants = Grants {
        keyvalue,
        ..Grants::default()
    };
    Host::new(grants, stores)
}

#[tokio::test]
async fn every_function_does_what_the_interface_says_in_memory_and_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(&stores(folder.path(), &KeyValueStores::default()));
    for open in ["open:default", "open:scratch"] {
        host.check(&[
            (open, "done"),
            ("get:a", "None"),
            ("keys", "[] None"),
            ("set:a=1", "done"),
            ("get:a", "Some(\"1\")"),
            ("exists:a", "true"),
            ("exists:b", "false"),
            ("increment:a=41", "42"),
            ("increment:n=7", "7"),
            ("set-many:b=2,c=3", "done"),
            ("get-many:a,b,none,c", "a=42 b=2 - c=3"),
            ("keys", "[\"a\", \"b\", \"c\", \"n\"] None"),
            ("keys:2", "[\"c\", \"n\"] None"),
            ("set:d=4", "!the store is full: expected at most 4 keys"),
            ("delete:a", "done"),
            ("delete:a", "done"),
            ("fill:a=1000", "done"),
            (
                "fill:a=1001",
                "!value: expected at most 1000 bytes, found 1001",
            ),
            ("delete-many:a,b,none", "done"),
            ("keys", "[\"c\", \"n\"] None"),
            ("set:c=three", "done"),
            (
                "increment:c=1",
                "!`c`: expected a decimal number below 2^64 to increment",
            ),
        ])
        .await;
    }
}

#[tokio::test]
async fn what_is_not_granted_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(&stores(folder.path(), &KeyValueStores::default()));
    host.check(&[
        ("open:others", "!access-denied"),
        ("open:counts", "!access-denied"),
        ("open:elsewhere", "!no-such-store"),
        ("open:default", "done"),
        ("set:a=1", "done"),
        ("open:readable", "done"),
        ("get:a", "Some(\"1\")"),
        ("set:a=2", "!access-denied"),
        ("delete:a", "!access-denied"),
        ("increment:a=1", "!access-denied"),
        ("set-many:a=1", "!access-denied"),
        ("delete-many:a", "!access-denied"),
        ("get:a", "Some(\"1\")"),
    ])
    .await;
    let nothing = Host::new(Grants::default(), &KeyValueStores::default());
    nothing.check(&[("open:default", "!no-such-store")]).await;
}

#[tokio::test]
async fn instances_share_a_store_and_a_file_outlives_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = stores(folder.path(), &KeyValueStores::default());
    let one = host(&first);
    one.check(&[("open:default", "done"), ("set:a=here", "done")])
        .await;
    one.check(&[("open:scratch", "done"), ("set:a=there", "done")])
        .await;

    // A changed configuration: the stores are the same ones.
    let second = stores(folder.path(), &first);
    drop((one, first));
    let two = host(&second);
    two.check(&[("open:default", "done"), ("get:a", "Some(\"here\")")])
        .await;
    two.check(&[("open:scratch", "done"), ("get:a", "Some(\"there\")")])
        .await;

    // Another host.
    drop((two, second));
    let three = host(&stores(folder.path(), &KeyValueStores::default()));
    three
        .check(&[("open:default", "done"), ("get:a", "Some(\"here\")")])
        .await;
    three
        .check(&[("open:scratch", "done"), ("get:a", "None")])
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_instances_count_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(&stores(folder.path(), &KeyValueStores::default()));
    for open in ["open:default", "open:scratch"] {
        let tries = [open, "increment:n=1", "increment:n=1", "increment:n=1"];
        let calls = (0..20).map(|_| host.call(&tries));
        futures_util::future::try_join_all(calls)
            .await
            .expect("none traps");
        host.check(&[(open, "done"), ("increment:n=0", "60")]).await;
    }
}
