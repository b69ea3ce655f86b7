//! Both kinds of store against one model, and what only one of them can show.

use super::bounds::{StoreBounds, Tally};
use super::changes::{Changes, Page};
use super::problem::StoreProblem;
use super::store::{Store, StorePlace};
use std::collections::BTreeMap;
use tempfile::TempDir;

fn bounds() -> StoreBounds {
    StoreBounds {
        key: 8,
        value: 40,
        keys: 12,
        bytes: 200,
        batch: 5,
        read: 100,
    }
}

fn stores(folder: &TempDir) -> [Store; 2] {
    let disk = StorePlace::Disk(folder.path().join("a.redb"));
    [StorePlace::Memory, disk].map(|place| Store::open(&place, bounds()).expect("it opens"))
}

fn one(key: &str, value: Option<&[u8]>) -> Changes {
    Changes::from([(key.to_owned(), value.map(<[u8]>::to_vec))])
}

async fn value(store: &Store, key: &str) -> Option<Vec<u8>> {
    let values = store.get(vec![key.to_owned()]).await.expect("it is read");
    values.into_iter().next().expect("one for one")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// What a store should hold after some changes; none if they break a bound.
fn changed(
    model: &BTreeMap<String, Vec<u8>>,
    changes: &Changes,
) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut after = model.clone();
    for (key, value) in changes {
        match value {
            Some(value) => after.insert(key.clone(), value.clone()),
            None => after.remove(key),
        };
    }
    let bounds = bounds();
    let tally = tally(&after);
    let values = || changes.values().flatten();
    let kept = changes.keys().all(|key| key.len() <= bounds.key)
        && values().all(|value| value.len() <= bounds.value)
        && changes.len() <= bounds.batch
        && tally.keys <= bounds.keys
        && tally.bytes <= bounds.bytes;
    kept.then_some(after)
}

fn tally(model: &BTreeMap<String, Vec<u8>>) -> Tally {
    let bytes = model.iter().map(|(key, value)| key.len() + value.len());
    Tally {
        keys: model.len() as u64,
        bytes: bytes.sum::<usize>() as u64,
    }
}

#[tokio::test]
async fn a_store_does_what_a_map_with_bounds_would() {
    let folder = folder();
    for store in stores(&folder) {
        let mut random = fastrand::Rng::with_seed(7);
        let mut model = BTreeMap::new();
        let (mut made, mut refused) = (0, 0);
        for _ in 0..300 {
            let change = |random: &mut fastrand::Rng| {
                let key = "k".repeat(random.usize(0..3)) + &random.u8(0..20).to_string();
                let key = key.repeat(1 + random.usize(0..10) / 9 * 8);
                let value = (random.u8(0..3) > 0).then(|| vec![b'1'; random.usize(0..42)]);
                (key, value)
            };
            let count = random.usize(0..7);
            let changes: Changes = (0..count).map(|_| change(&mut random)).collect();
            let expected = changed(&model, &changes);
            let result = store.change(changes).await;
            assert_eq!(result.is_ok(), expected.is_some(), "{result:?}");
            *(if result.is_ok() {
                &mut made
            } else {
                &mut refused
            }) += 1;
            model = expected.unwrap_or(model);
            assert_eq!(store.tally().await.expect("it is counted"), tally(&model));
        }
        assert!(made > 50 && refused > 50, "{made} made, {refused} refused");
        for (key, expected) in &model {
            assert_eq!(value(&store, key).await.as_ref(), Some(expected));
            assert!(store.exists(key.clone()).await.expect("it is looked up"));
        }
        assert_eq!(value(&store, "nothing").await, None);
        assert!(
            !store
                .exists("nothing".to_owned())
                .await
                .expect("it is looked up")
        );
    }
}

#[tokio::test]
async fn keys_come_page_by_page_in_their_order() {
    let folder = folder();
    for store in stores(&folder) {
        assert_eq!(
            store.keys(0).await.expect("a page"),
            Page {
                keys: Vec::new(),
                next: None
            }
        );
        for key in ["7", "1", "5", "3", "9", "2", "8", "4", "6", "0"] {
            store
                .change(one(key, Some(b"x")))
                .await
                .expect("it is written");
        }
        let first = store.keys(0).await.expect("a page");
        assert_eq!(first.keys, ["0", "1", "2", "3", "4"]);
        let second = store
            .keys(first.next.expect("there are more"))
            .await
            .expect("a page");
        assert_eq!(second.keys, ["5", "6", "7", "8", "9"]);
        assert_eq!(second.next, None);
        let beyond = store.keys(u64::MAX).await.expect("a page");
        assert_eq!(
            beyond,
            Page {
                keys: Vec::new(),
                next: None
            }
        );
    }
}

#[tokio::test]
async fn numbers_are_incremented_each_once_by_many_at_a_time() {
    let folder = folder();
    for store in stores(&folder) {
        let adding = (0..40).map(|_| store.increment("n".to_owned(), 3));
        let mut sums = futures_util::future::try_join_all(adding)
            .await
            .expect("each");
        sums.sort_unstable();
        assert_eq!(sums, (1..=40).map(|nth| 3 * nth).collect::<Vec<u64>>());
        assert_eq!(value(&store, "n").await.as_deref(), Some(&b"120"[..]));

        let most = store.increment("n".to_owned(), u64::MAX).await;
        assert!(
            matches!(most, Err(StoreProblem::TooLargeANumber { .. })),
            "{most:?}"
        );
        store
            .change(one("n", Some(b"-1")))
            .await
            .expect("it is written");
        let text = store.increment("n".to_owned(), 1).await;
        assert!(
            matches!(text, Err(StoreProblem::NotANumber { .. })),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn one_call_reads_so_much_and_no_more() {
    let folder = folder();
    for store in stores(&folder) {
        for key in ["a", "b", "c"] {
            store
                .change(one(key, Some(&[0; 40])))
                .await
                .expect("it is written");
        }
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        assert!(store.get(keys(&["a", "b", "none"])).await.is_ok());
        let large = store.get(keys(&["a", "b", "c"])).await;
        assert!(
            matches!(large, Err(StoreProblem::ReadTooMuch { most: 100 })),
            "{large:?}"
        );
        let many = store.get(keys(&["a"; 6])).await;
        assert!(
            matches!(many, Err(StoreProblem::BatchTooLong { found: 6, most: 5 })),
            "{many:?}"
        );
    }
}

#[tokio::test]
async fn lower_bounds_let_a_store_shrink() {
    let folder = folder();
    for store in stores(&folder) {
        for key in ["a", "b", "c"] {
            store
                .change(one(key, Some(b"12345")))
                .await
                .expect("it is written");
        }
        let store = store.bounded(StoreBounds {
            keys: 1,
            bytes: 10,
            ..bounds()
        });
        store
            .change(one("a", Some(b"1234")))
            .await
            .expect("it is smaller");
        let problem = store.change(one("a", Some(b"12345"))).await;
        assert!(
            matches!(problem, Err(StoreProblem::Full { most: 10 })),
            "{problem:?}"
        );
        let problem = store.change(one("d", Some(b""))).await;
        assert!(
            matches!(problem, Err(StoreProblem::TooManyKeys { most: 1 })),
            "{problem:?}"
        );
        store.change(one("a", None)).await.expect("it is smaller");
    }
}

#[tokio::test]
async fn a_file_keeps_what_it_holds_and_is_open_once() {
    let folder = folder();
    let place = StorePlace::Disk(folder.path().join("kept.redb"));
    let store = Store::open(&place, bounds()).expect("it opens");
    store
        .change(one("kept", Some(b"here")))
        .await
        .expect("it is written");
    let again = Store::open(&place, bounds());
    assert!(
        matches!(again, Err(StoreProblem::Disk(_))),
        "it is open already"
    );
    drop(store);
    let store = Store::open(&place, bounds()).expect("it opens again");
    assert_eq!(value(&store, "kept").await.as_deref(), Some(&b"here"[..]));
    assert_eq!(
        store.tally().await.expect("it is counted"),
        Tally { keys: 1, bytes: 8 }
    );
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "dear reader").expect("it is written");
    let problem = Store::open(&StorePlace::Disk(path.clone()), bounds());
    assert!(matches!(problem, Err(StoreProblem::Disk(_))));
    assert_eq!(std::fs::read(path).expect("it is read"), b"dear reader");
}
