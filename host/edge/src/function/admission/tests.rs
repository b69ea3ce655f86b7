//! Callers that run, wait and go away.

use super::*;
use crate::woken::Woken;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use tokio::task::{JoinSet, coop, yield_now};

const FOREVER: Duration = Duration::from_secs(3600);
const ANY: Client = Client::UNKNOWN;

fn admission(concurrency: u32, queue: usize, wait: Duration) -> Arc<Admission> {
    Arc::new(Admission::new(AdmissionLimits {
        concurrency: NonZeroU32::new(concurrency).expect("more than none"),
        queue,
        wait,
    }))
}

fn client(nth: u32) -> Client {
    Client::at(Ipv4Addr::from_bits(nth).into())
}

/// A caller of `client` that enters at once and then waits.
fn entering(admission: &Arc<Admission>, client: Client) -> Woken<AdmissionDecision> {
    let admission = admission.clone();
    let mut entering = Woken::new(async move { admission.enter(client).await });
    assert!(entering.is_waiting());
    entering
}

fn permit(entry: AdmissionDecision) -> Permit {
    match entry {
        AdmissionDecision::Admitted { permit, .. } => permit,
        refused => panic!("expected to be let in, found {refused:?}"),
    }
}

async fn admitted(admission: &Arc<Admission>, client: Client) -> Permit {
    permit(admission.enter(client).await)
}

#[tokio::test]
async fn who_finds_room_does_not_wait_and_who_finds_none_does() {
    let admission = admission(2, 1, FOREVER);
    let first = admitted(&admission, ANY).await;
    let AdmissionDecision::Admitted { queued, .. } = admission.enter(ANY).await else {
        panic!("there is room for two");
    };
    assert_eq!(queued, Duration::ZERO);

    let second = admitted(&admission, ANY).await;
    assert_eq!((admission.running(), admission.queued()), (2, 0));
    let mut waiting = entering(&admission, ANY);
    assert_eq!(admission.queued(), 1);
    assert!(matches!(
        admission.enter(ANY).await,
        AdmissionDecision::QueueFull
    ));
    drop(first);
    let third = waiting.has_ended();
    assert!(matches!(third, AdmissionDecision::Admitted { queued, .. } if queued > Duration::ZERO));
    assert_eq!((admission.running(), admission.queued()), (2, 0));
    drop((second, third));
    assert_eq!(admission.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_waits_as_long_as_one_may_and_then_takes_no_place() {
    let wait = Duration::from_secs(3);
    let admission = admission(1, 4, wait);
    let only = admitted(&admission, ANY).await;
    let since = Instant::now();
    let mut early = entering(&admission, client(1));
    tokio::time::sleep(Duration::from_secs(2)).await;
    // One that comes later waits as long, whoever is before it.
    let late = admission.enter(client(1)).await;
    assert!(matches!(late, AdmissionDecision::WaitedTooLong), "{late:?}");
    assert_eq!(since.elapsed().as_secs(), 5);
    assert!(matches!(
        early.has_ended(),
        AdmissionDecision::WaitedTooLong
    ));
    assert_eq!((admission.running(), admission.queued()), (1, 0));

    let mut waiting = entering(&admission, client(1));
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(only);
    let entry = waiting.has_ended();
    let AdmissionDecision::Admitted { permit, queued } = entry else {
        panic!("expected to be let in, found {entry:?}");
    };
    assert_eq!(queued.as_secs(), 1);
    drop(permit);
    drop(admitted(&admission, ANY).await);
}

#[tokio::test]
async fn without_a_queue_a_busy_function_refuses_at_once() {
    let admission = admission(1, 0, FOREVER);
    let _only = admitted(&admission, ANY).await;
    for client in [ANY, client(1)] {
        assert!(matches!(
            admission.enter(client).await,
            AdmissionDecision::QueueFull
        ));
    }
}

#[tokio::test]
async fn who_goes_away_leaves_the_queue_and_the_next_is_let_in() {
    let admission = admission(1, 2, FOREVER);
    let only = admitted(&admission, ANY).await;
    let left = entering(&admission, ANY);
    let mut stays = entering(&admission, ANY);
    assert_eq!(admission.queued(), 2);

    // Also when its place was given to it already.
    drop(only);
    assert_eq!((admission.running(), admission.queued()), (1, 1));
    drop(left);
    assert_eq!((admission.running(), admission.queued()), (1, 0));
    drop(permit(stays.has_ended()));
    assert_eq!((admission.running(), admission.queued()), (0, 0));
}

#[tokio::test]
async fn who_came_first_is_let_in_first() {
    let admission = admission(1, 100, FOREVER);
    let only = admitted(&admission, ANY).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut callers = JoinSet::new();
    for nth in 0..100 {
        let order = order.clone();
        let caller = admission.clone();
        callers.spawn(async move {
            let _permit = admitted(&caller, client(1)).await;
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

#[tokio::test]
async fn a_client_that_fills_the_queue_delays_others_by_one_call_a_turn() {
    let admission = admission(1, 128, FOREVER);
    let running = admitted(&admission, client(1)).await;
    let mut greedy: Vec<_> = (0..126).map(|_| entering(&admission, client(1))).collect();
    let mut others = [2, 3].map(|nth| entering(&admission, client(nth)));
    drop(running);
    let first = permit(greedy.remove(0).has_ended());
    assert!(others.iter_mut().all(Woken::is_waiting));
    drop(first);
    let [second, third] = &mut others;
    let permit_of_second = permit(second.has_ended());
    assert!(third.is_waiting() && greedy.iter_mut().all(Woken::is_waiting));
    drop(permit_of_second);
    drop(permit(third.has_ended()));
    assert!(matches!(
        greedy.remove(0).has_ended(),
        AdmissionDecision::Admitted { .. }
    ));
}

#[tokio::test]
async fn room_in_a_full_queue_is_made_by_who_has_most_there() {
    let admission = admission(1, 4, FOREVER);
    let _running = admitted(&admission, client(9)).await;
    let mut greedy: Vec<_> = (0..4).map(|_| entering(&admission, client(1))).collect();
    // Its own client gains nothing.
    assert!(matches!(
        admission.enter(client(1)).await,
        AdmissionDecision::QueueFull
    ));
    let mut second = entering(&admission, client(2));
    let mut newest = greedy.pop().expect("the newest");
    assert!(matches!(newest.has_ended(), AdmissionDecision::QueueFull));
    assert!(greedy.iter_mut().all(Woken::is_waiting));

    // Two and two: neither pushes the other out, and a third has its place of whose call is newest.
    let mut third = entering(&admission, client(2));
    let mut newest = greedy.pop().expect("the newest");
    assert!(matches!(newest.has_ended(), AdmissionDecision::QueueFull));
    for nth in [1, 2] {
        let entry = admission.enter(client(nth)).await;
        assert!(
            matches!(entry, AdmissionDecision::QueueFull),
            "{nth}: {entry:?}"
        );
    }
    let mut fourth = entering(&admission, client(3));
    assert!(matches!(third.has_ended(), AdmissionDecision::QueueFull));
    assert!(second.is_waiting() && fourth.is_waiting());
    assert!(greedy.iter_mut().all(Woken::is_waiting));
    assert_eq!(admission.queued(), 4);
}

#[tokio::test]
async fn where_each_has_one_in_the_queue_nobody_is_pushed_out() {
    let admission = admission(1, 3, FOREVER);
    let _running = admitted(&admission, client(9)).await;
    let mut waiting = [1, 2, 3].map(|nth| entering(&admission, client(nth)));
    for nth in 1..5 {
        let entry = admission.enter(client(nth)).await;
        assert!(
            matches!(entry, AdmissionDecision::QueueFull),
            "{nth}: {entry:?}"
        );
    }
    assert!(waiting.iter_mut().all(Woken::is_waiting));
}

#[tokio::test]
async fn the_last_quarter_is_for_clients_that_hold_few() {
    let admission = admission(9, 20, FOREVER);
    let mut greedy = Vec::new();
    for _ in 0..7 {
        greedy.push(admitted(&admission, client(1)).await);
    }
    let mut waiting = entering(&admission, client(1));
    assert_eq!((admission.running(), admission.queued()), (7, 1));
    // Another comes in, though somebody waits, and as often as it may.
    let second = admitted(&admission, client(2)).await;
    let another = admitted(&admission, client(2)).await;
    assert!(waiting.is_waiting());
    // A place of the reserve is no place for who waits; one more is.
    drop(another);
    assert!(waiting.is_waiting());
    drop(greedy.pop());
    assert!(waiting.is_waiting(), "eight run, of which seven may be any");
    drop(second);
    greedy.push(permit(waiting.has_ended()));
    assert_eq!((admission.running(), admission.queued()), (7, 0));

    // Who has no address is the program itself, and may have all.
    let _all = [
        admitted(&admission, ANY).await,
        admitted(&admission, ANY).await,
    ];
    assert_eq!(admission.running(), 9);
    drop(greedy);
    for _ in 0..7 {
        std::mem::forget(admitted(&admission, ANY).await);
    }
    assert_eq!(admission.running(), 9);
}

#[tokio::test]
async fn of_three_places_a_client_may_have_all() {
    let admission = admission(3, 0, FOREVER);
    let _all = [
        admitted(&admission, client(1)).await,
        admitted(&admission, client(1)).await,
        admitted(&admission, client(1)).await,
    ];
    assert_eq!(admission.running(), 3);
}

#[tokio::test]
async fn one_that_ends_may_let_two_in() {
    // Two of eight places are reserved, and who holds two holds no longer few.
    let admission = admission(8, 20, FOREVER);
    let mut many = Vec::new();
    for nth in [1, 1, 2, 2, 3, 3] {
        many.push(admitted(&admission, client(nth)).await);
    }
    let mut first = entering(&admission, client(2));
    let mut second = entering(&admission, client(1));
    assert_eq!((admission.running(), admission.queued()), (6, 2));
    drop(many.remove(0));
    let _permits = [permit(first.has_ended()), permit(second.has_ended())];
    assert_eq!((admission.running(), admission.queued()), (7, 0));
}

/// Callers of some clients, against what the rules say.
struct World {
    admission: Arc<Admission>,
    clients: u32,
    running: Vec<(Client, Permit)>,
    waiting: Vec<(Client, Woken<AdmissionDecision>)>,
}

impl World {
    fn new(random: &mut fastrand::Rng) -> Self {
        Self {
            admission: admission(random.u32(1..14), random.usize(0..12), FOREVER),
            clients: random.u32(1..6),
            running: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn step(&mut self, random: &mut fastrand::Rng) {
        match random.u8(0..8) {
            0..4 => {
                let nth = random.u32(0..=self.clients);
                let client = if nth == 0 { ANY } else { client(nth) };
                let admission = self.admission.clone();
                let mut entering = Woken::new(async move { admission.enter(client).await });
                match entering.poll() {
                    Poll::Pending => self.waiting.push((client, entering)),
                    Poll::Ready(AdmissionDecision::Admitted { permit, queued }) => {
                        assert_eq!(queued, Duration::ZERO);
                        self.running.push((client, permit));
                    }
                    Poll::Ready(AdmissionDecision::QueueFull) => self.check_refused(client),
                    Poll::Ready(AdmissionDecision::WaitedTooLong) => panic!("no time has passed"),
                }
            }
            4..6 if !self.running.is_empty() => {
                let nth = random.usize(0..self.running.len());
                drop(self.running.swap_remove(nth));
            }
            6 if !self.waiting.is_empty() => {
                let nth = random.usize(0..self.waiting.len());
                drop(self.waiting.remove(nth));
            }
            // Somebody goes away who may have a place already that it never saw.
            7 if !self.waiting.is_empty() && !self.running.is_empty() => {
                self.running.pop();
                drop(self.waiting.remove(0));
            }
            _ => {}
        }
    }

    /// Who is refused finds the queue full of those that have no more in it.
    fn check_refused(&self, client: Client) {
        assert_eq!(self.admission.queued(), self.admission.limits().queue);
        let mut waiting: BTreeMap<Client, usize> = BTreeMap::new();
        for (client, _) in &self.waiting {
            *waiting.entry(*client).or_default() += 1;
        }
        let own = waiting.get(&client).copied().unwrap_or(0);
        assert!(waiting.values().all(|&others| others <= own + 1));
    }

    /// Lets those run that were woken. Within a client, they are in order, and who is pushed out is
    /// the newest.
    fn settle(&mut self) {
        let mut before: Vec<Client> = Vec::new();
        let mut full: Vec<Client> = Vec::new();
        let running = &mut self.running;
        self.waiting
            .retain_mut(|(client, entering)| match entering.poll() {
                Poll::Pending => {
                    assert!(!full.contains(client), "the newest had to leave");
                    before.push(*client);
                    true
                }
                Poll::Ready(AdmissionDecision::Admitted { permit, .. }) => {
                    assert!(!before.contains(client), "first come, first served");
                    running.push((*client, permit));
                    false
                }
                Poll::Ready(AdmissionDecision::QueueFull) => {
                    full.push(*client);
                    false
                }
                Poll::Ready(AdmissionDecision::WaitedTooLong) => panic!("no time has passed"),
            });
    }

    fn check(&self, seed: u64) {
        let limits = self.admission.limits();
        let all = limits.concurrency.get() as usize;
        let holds = |client: Client| {
            let holders = self.running.iter();
            holders.filter(|(holder, _)| *holder == client).count()
        };
        let (running, waiting) = (self.running.len(), self.waiting.len());
        assert_eq!(self.admission.running(), running, "seed {seed}");
        assert_eq!(self.admission.queued(), waiting, "seed {seed}");
        assert!(running <= all && waiting <= limits.queue, "seed {seed}");
        for nth in 1..=self.clients {
            assert!(holds(client(nth)) <= all - all / 4, "seed {seed}");
        }
        let free = all - running;
        for (client, _) in &self.waiting {
            let few = *client == ANY || holds(*client) < (all / 4).max(1);
            let may = free > all / 4 || few && free > 0;
            assert!(!may, "{client:?} waits in vain: seed {seed}");
        }
        let clients = &self.admission.places().clients;
        let here = |client: &Client| {
            holds(*client) > 0 || self.waiting.iter().any(|(other, _)| other == client)
        };
        assert!(clients.keys().all(here), "seed {seed}");
    }
}

/// Random calls of random clients against what the rules say at every step.
#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_place_that_it_may_have_and_no_more_run_than_may() {
    coop::unconstrained(async {
        for seed in 0..300 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut world = World::new(&mut random);
            for _ in 0..300 {
                world.step(&mut random);
                world.settle();
                world.check(seed);
            }
            // Whoever waits has its turn, if only the others end.
            while let Some((_, permit)) = world.running.pop() {
                drop(permit);
                world.settle();
                world.check(seed);
            }
            assert!(world.waiting.is_empty(), "seed {seed}");
        }
    })
    .await;
}

/// Many callers that run, wait, and go away at random: never more than may, and at the end nobody
/// is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_are_never_more_than_may_run() {
    let admission = admission(7, 50, Duration::from_millis(2));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    for seed in 0..5000 {
        let (admission, running, most) = (admission.clone(), running.clone(), most.clone());
        callers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            let client = client(random.u32(0..10));
            let patience = Duration::from_micros(random.u64(1..3000));
            let Ok(entry) = timeout(patience, admission.enter(client)).await else {
                return [0, 0, 0, 1];
            };
            match entry {
                AdmissionDecision::Admitted { permit, .. } => {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    for _ in 0..random.u8(0..20) {
                        yield_now().await;
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                    drop(permit);
                    [1, 0, 0, 0]
                }
                AdmissionDecision::QueueFull => [0, 1, 0, 0],
                AdmissionDecision::WaitedTooLong => [0, 0, 1, 0],
            }
        });
    }
    let ended = callers.join_all().await;
    let admitted: usize = ended.iter().map(|ending| ending[0]).sum();
    assert_eq!(ended.iter().flatten().sum::<usize>(), 5000);
    assert!(admitted > 0);
    assert!(most.load(Ordering::SeqCst) <= 7);
    assert_eq!((admission.running(), admission.queued()), (0, 0));
    assert!(admission.places().clients.is_empty());
}
