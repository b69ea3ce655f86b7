//! Callers that run, wait and go away.

use super::*;
use futures_util::FutureExt as _;
use std::sync::Mutex;
use tokio::task::{JoinSet, yield_now};

const FOREVER: Duration = Duration::from_secs(3600);

fn admission(concurrency: u32, queue: usize, wait: Duration) -> Arc<Admission> {
    Arc::new(Admission::new(AdmissionLimits {
        concurrency: NonZeroU32::new(concurrency).expect("more than none"),
        queue,
        wait,
    }))
}

async fn admitted(admission: &Admission) -> Permit {
    match admission.enter().await {
        Entry::Admitted { permit, .. } => permit,
        refused => panic!("expected to be let in, found {refused:?}"),
    }
}

#[tokio::test]
async fn who_finds_room_does_not_wait_and_who_finds_none_does() {
    let admission = admission(2, 1, FOREVER);
    let first = admitted(&admission).await;
    let Entry::Admitted { queued, .. } = admission.enter().await else {
        panic!("there is room for two");
    };
    assert_eq!(queued, Duration::ZERO);

    let second = admitted(&admission).await;
    assert_eq!((admission.running(), admission.queued()), (2, 0));
    let waiting = tokio::spawn({
        let admission = admission.clone();
        async move { admission.enter().await }
    });
    while admission.queued() == 0 {
        yield_now().await;
    }
    assert!(matches!(admission.enter().await, Entry::QueueFull));
    drop(first);
    let third = waiting.await.expect("it does not panic");
    assert!(matches!(third, Entry::Admitted { queued, .. } if queued > Duration::ZERO));
    assert_eq!((admission.running(), admission.queued()), (2, 0));
    drop((second, third));
    assert_eq!(admission.running(), 0);
}

#[tokio::test]
async fn who_waits_too_long_leaves_the_queue_and_takes_no_place() {
    let admission = admission(1, 4, Duration::from_millis(10));
    let only = admitted(&admission).await;
    assert!(matches!(admission.enter().await, Entry::WaitedTooLong));
    assert_eq!((admission.running(), admission.queued()), (1, 0));
    drop(only);
    admitted(&admission).await;
}

#[tokio::test]
async fn without_a_queue_a_busy_function_refuses_at_once() {
    let admission = admission(1, 0, FOREVER);
    let _only = admitted(&admission).await;
    assert!(matches!(admission.enter().await, Entry::QueueFull));
}

#[tokio::test]
async fn who_goes_away_leaves_the_queue_and_the_next_is_let_in() {
    let admission = admission(1, 2, FOREVER);
    let only = admitted(&admission).await;
    let mut left = Box::pin(admission.enter());
    assert!(left.as_mut().now_or_never().is_none());
    let mut stays = Box::pin(admission.enter());
    assert!(stays.as_mut().now_or_never().is_none());
    assert_eq!(admission.queued(), 2);

    // Also when its place was given to it already.
    drop(only);
    drop(left);
    assert_eq!(admission.queued(), 1);
    assert!(matches!(stays.await, Entry::Admitted { .. }));
    assert_eq!((admission.running(), admission.queued()), (0, 0));
}

#[tokio::test]
async fn who_came_first_is_let_in_first() {
    let admission = admission(1, 100, FOREVER);
    let only = admitted(&admission).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut callers = JoinSet::new();
    for nth in 0..100 {
        let order = order.clone();
        let caller = admission.clone();
        callers.spawn(async move {
            let _permit = admitted(&caller).await;
            order.lock().expect("nobody panics").push(nth);
        });
        while admission.queued() == nth {
            yield_now().await;
        }
    }
    drop(only);
    callers.join_all().await;
    let order = order.lock().expect("nobody panics").clone();
    assert_eq!(order, (0..100).collect::<Vec<_>>());
}

/// Many callers that run, wait, and go away at random: never more than may, and at the end nobody is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_are_never_more_than_may_run() {
    let admission = admission(7, 50, Duration::from_millis(2));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    for seed in 0..5000 {
        let (admission, running, most) = (admission.clone(), running.clone(), most.clone());
        callers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            let patience = Duration::from_micros(random.u64(1..3000));
            let Ok(entry) = timeout(patience, admission.enter()).await else {
                return [0, 0, 0, 1];
            };
            match entry {
                Entry::Admitted { permit, .. } => {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    for _ in 0..random.u8(0..20) {
                        yield_now().await;
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                    drop(permit);
                    [1, 0, 0, 0]
                }
                Entry::QueueFull => [0, 1, 0, 0],
                Entry::WaitedTooLong => [0, 0, 1, 0],
            }
        });
    }
    let ended = callers.join_all().await;
    let admitted: usize = ended.iter().map(|ending| ending[0]).sum();
    assert_eq!(ended.iter().flatten().sum::<usize>(), 5000);
    assert!(admitted > 0);
    assert!(most.load(Ordering::SeqCst) <= 7);
    assert_eq!((admission.running(), admission.queued()), (0, 0));
}
