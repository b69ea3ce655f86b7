//! Holds that fit, wait, grow and go.

use super::*;
use crate::woken::Woken;
use futures_util::FutureExt as _;
use std::task::Poll;
use tokio::task::{JoinSet, coop, yield_now};
use tokio::time::Instant;

const FOREVER: Duration = Duration::from_secs(3600);
const NOW: Duration = Duration::ZERO;

fn budget(limit: u64) -> Arc<Budget> {
    Arc::new(Budget::new(limit))
}

fn account(budget: &Arc<Budget>) -> Account {
    Account::new([("all", budget.clone())])
}

fn full(level: &'static str, limit: u64) -> Option<Full> {
    Some(Full { level, limit })
}

fn holding(account: &Account, bytes: u64) -> Woken<Result<Held, Full>> {
    let account = account.clone();
    Woken::new(async move { account.hold(bytes, FOREVER).await })
}

#[tokio::test]
async fn what_fits_is_held_until_it_is_dropped_and_what_does_not_is_refused() {
    let all = budget(100);
    let account = account(&all);
    let first = account.hold(60, NOW).await.expect("it fits");
    let second = account.hold(40, NOW).await.expect("it fits exactly");
    assert_eq!((all.held(), second.bytes()), (100, 40));
    let error = account.hold(1, NOW).await.err();
    assert_eq!(error, full("all", 100));
    assert_eq!(
        error.expect("an error").to_string(),
        "all: expected at most 100 bytes to be buffered"
    );
    let nothing = account.hold(0, NOW).await.expect("nothing always fits");
    drop((first, nothing));
    assert_eq!(all.held(), 40);
    drop(second);
    assert_eq!(all.held(), 0);
}

#[tokio::test]
async fn a_hold_larger_than_a_level_fits_alone() {
    let all = budget(10);
    let account = account(&all);
    let mut large = account.hold(25, NOW).await.expect("nothing is held");
    assert_eq!(all.held(), 25);
    assert!(account.hold(1, NOW).await.is_err());
    large.grow(5, NOW).await.expect("it is alone already");
    assert_eq!((all.held(), large.bytes()), (30, 30));
    large.shrink(21);
    assert_eq!(all.held(), 9);
    let small = account.hold(1, NOW).await.expect("there is a byte left");
    assert_eq!(large.grow(1, NOW).await.err(), full("all", 10));
    drop(small);
    large.grow(100, NOW).await.expect("it is alone again");
    large.shrink(u64::MAX);
    assert_eq!((all.held(), large.bytes()), (0, 0));
    // Without a limit there would be no host: nobody fits beside another.
    let none = Account::new([("none", budget(0))]);
    let _one = none.hold(7, NOW).await.expect("one call always fits");
    assert_eq!(none.hold(7, NOW).await.err(), full("none", 1));
}

#[tokio::test]
async fn the_first_level_that_is_full_is_named_and_none_holds_a_part() {
    let [connection, client, all] = [budget(10), budget(20), budget(30)];
    let here = Account::new([("connection", connection.clone()), ("client", client)]);
    let here = here.and("all", all.clone());
    let there = account(&all);
    let _mine = here.hold(8, NOW).await.expect("it fits");
    let theirs = there.hold(22, NOW).await.expect("it fits");
    assert_eq!(here.hold(3, NOW).await.err(), full("connection", 10));
    assert_eq!(here.hold(2, NOW).await.err(), full("all", 30));

    // Full further out: who waits holds nothing at the levels where there is room.
    let mut waiting = holding(&here, 2);
    assert!(waiting.is_waiting());
    assert_eq!((connection.held(), all.held()), (8, 30));
    drop(theirs);
    let _held = waiting.has_ended().expect("it fits now");
    assert_eq!((connection.held(), all.held()), (10, 10));
}

#[tokio::test]
async fn a_level_that_is_named_twice_counts_once() {
    let all = budget(10);
    let twice = Account::new([("first", all.clone()), ("second", all.clone())]);
    let _held = twice.hold(6, NOW).await.expect("it fits");
    assert_eq!(all.held(), 6);
    assert_eq!(twice.hold(5, NOW).await.err(), full("first", 10));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_after_its_time_and_not_before() {
    let all = budget(10);
    let account = account(&all);
    let mut held = account.hold(9, NOW).await.expect("it fits");
    let since = Instant::now();
    let wait = Duration::from_secs(3);
    assert_eq!(account.hold(2, wait).await.err(), full("all", 10));
    assert_eq!(since.elapsed().as_secs(), 3);
    let _last = account.hold(1, wait).await.expect("it fits");
    assert_eq!(held.grow(1, wait).await.err(), full("all", 10));
    assert_eq!((since.elapsed().as_secs(), held.bytes()), (6, 9));
    assert!(all.state().waiting.is_empty());
    // However long that is.
    let mut waiting = Woken::new(async move { account.hold(9, Duration::MAX).await });
    assert!(waiting.is_waiting());
    drop(held);
    assert!(waiting.has_ended().is_ok());
}

#[tokio::test]
async fn who_asks_for_least_is_next_and_then_who_came_first() {
    let all = budget(100);
    let account = account(&all);
    let mut held = account.hold(100, NOW).await.expect("it fits");
    let mut large = holding(&account, 80);
    let mut early = holding(&account, 10);
    let mut late = holding(&account, 10);
    assert!(large.is_waiting() && early.is_waiting() && late.is_waiting());
    held.shrink(10);
    assert!(large.is_waiting() && late.is_waiting());
    let early = early.has_ended().expect("it was next");
    // Much is asked for in vain while it does not fit, and delays nobody.
    held.shrink(40);
    let late = late.has_ended().expect("it fits");
    assert!(large.is_waiting());
    let beside = account.hold(20, NOW).await.expect("it fits");
    drop((early, late, beside));
    assert!(large.is_waiting());
    drop(held);
    assert_eq!(large.has_ended().expect("it fits").bytes(), 80);
}

#[tokio::test]
async fn who_goes_away_with_its_turn_hands_it_on() {
    let all = budget(10);
    let account = account(&all);
    let held = account.hold(10, NOW).await.expect("it fits");
    let mut leaves = holding(&account, 4);
    let mut stays = holding(&account, 10);
    assert!(leaves.is_waiting() && stays.is_waiting());
    drop(held);
    drop(leaves);
    let held = stays.has_ended().expect("it was woken");
    drop(held);
    assert_eq!(all.held(), 0);
    assert!(all.state().waiting.is_empty());
}

#[tokio::test]
async fn who_is_called_but_finds_another_level_full_waits_there_and_hands_its_turn_on() {
    let [one, other, all] = [budget(10), budget(10), budget(10)];
    let on_one = Account::new([("one", one.clone()), ("all", all.clone())]);
    let on_other = Account::new([("other", other.clone()), ("all", all.clone())]);
    let held = on_one.hold(10, NOW).await.expect("it fits");
    let mut first = holding(&on_other, 2);
    let mut second = holding(&on_one, 3);
    assert!(first.is_waiting() && second.is_waiting());
    // While it waits for `all`, its own level gets full.
    let filling = account(&other).hold(9, NOW).await.expect("it fits");
    drop(held);
    assert!(first.is_waiting());
    let second = second.has_ended().expect("nobody else can have it");
    assert_eq!(other.state().waiting.len(), 1);
    drop(filling);
    assert!(first.has_ended().is_ok());
    drop(second);
}

#[tokio::test]
async fn waiting_costs_a_poll_at_the_beginning_and_one_at_the_end() {
    let all = budget(1_000);
    let account = account(&all);
    let mut held = account.hold(1_000, NOW).await.expect("it fits");
    let mut waiting: Vec<_> = (0..100).map(|_| holding(&account, 500)).collect();
    for waiting in &mut waiting {
        assert!(waiting.is_waiting());
    }
    // Room that is too little for anybody wakes nobody, and room for one wakes one.
    for _ in 0..499 {
        held.shrink(1);
        assert!(waiting.iter_mut().all(Woken::is_waiting));
    }
    assert!(waiting.iter().all(|waiting| waiting.polls == 1));
    held.shrink(1);
    let first = waiting.remove(0).has_ended().expect("it fits");
    assert!(waiting.iter_mut().all(Woken::is_waiting));
    assert!(waiting.iter().all(|waiting| waiting.polls == 1));
    drop(first);
    assert!(waiting.remove(0).has_ended().is_ok());
}

/// One who holds, or waits with what it holds for more.
struct Actor {
    account: usize,
    bytes: u64,
    state: Doing,
}

enum Doing {
    Holds(Held),
    Waits(u64, Woken<(Held, Result<(), Full>)>),
}

/// Levels and, by number, the accounts that have them.
struct World {
    levels: Vec<Arc<Budget>>,
    accounts: Vec<(Account, Vec<usize>)>,
    actors: Vec<Actor>,
}

impl World {
    fn new(random: &mut fastrand::Rng) -> Self {
        let levels: Vec<_> = (0..4).map(|_| budget(random.u64(1..60))).collect();
        let account = |_| {
            let mut of: Vec<usize> = (0..4).collect();
            random.shuffle(&mut of);
            of.truncate(random.usize(1..=4));
            let named = of.iter().map(|&nth| ("level", levels[nth].clone()));
            (Account::new(named), of)
        };
        Self {
            accounts: (0..5).map(account).collect(),
            levels,
            actors: Vec::new(),
        }
    }

    fn step(&mut self, random: &mut fastrand::Rng) {
        let more = random.u64(0..40);
        let choice = random.u8(0..10);
        if choice < 4 && self.actors.len() < 12 {
            let account = random.usize(0..self.accounts.len());
            let held = Held {
                account: self.accounts[account].0.clone(),
                bytes: 0,
            };
            self.actors.push(Actor {
                account,
                bytes: 0,
                state: grow(held, more),
            });
        } else if !self.actors.is_empty() {
            let nth = random.usize(0..self.actors.len());
            let Actor {
                account,
                mut bytes,
                state,
            } = self.actors.swap_remove(nth);
            let state = match state {
                Doing::Holds(held) if choice < 7 => grow(held, more),
                Doing::Holds(mut held) if choice < 9 => {
                    held.shrink(more);
                    bytes = held.bytes();
                    Doing::Holds(held)
                }
                // It is dropped, also while it waits.
                _ => return,
            };
            self.actors.push(Actor {
                account,
                bytes,
                state,
            });
        }
    }

    /// Lets everybody run who was woken, until nobody is any more.
    fn settle(&mut self) {
        let mut polls = 0;
        while polls < 1_000 {
            let mut idle = true;
            for actor in &mut self.actors {
                let Doing::Waits(more, waiting) = &mut actor.state else {
                    continue;
                };
                let before = waiting.polls;
                if let Poll::Ready((held, grown)) = waiting.poll() {
                    grown.expect("nobody's time is over");
                    actor.bytes += *more;
                    actor.state = Doing::Holds(held);
                    idle = false;
                } else if waiting.polls > before {
                    idle = false;
                }
                polls += 1;
            }
            if idle {
                return;
            }
        }
        panic!("they wake each other without end");
    }

    /// What is held, told anew from who holds what.
    fn check(&self, seed: u64) {
        let at = |level: usize| {
            let actors = self.actors.iter();
            actors.filter(move |actor| self.accounts[actor.account].1.contains(&level))
        };
        let counted = |level: usize, bytes: u64| bytes.min(self.levels[level].limit());
        for (nth, level) in self.levels.iter().enumerate() {
            let held: u64 = at(nth).map(|actor| actor.bytes).sum();
            assert_eq!(level.held(), held, "seed {seed}");
            let holders = at(nth).filter(|actor| actor.bytes > 0).count();
            assert!(held <= level.limit() || holders == 1, "seed {seed}");
        }
        for actor in &self.actors {
            let Doing::Waits(more, _) = &actor.state else {
                continue;
            };
            let fits = |&level: &usize| {
                let all: u64 = at(level).map(|other| counted(level, other.bytes)).sum();
                let others = all - counted(level, actor.bytes);
                others + counted(level, actor.bytes + more) <= self.levels[level].limit()
            };
            let levels = &self.accounts[actor.account].1;
            assert!(!levels.iter().all(fits), "it waits in vain: seed {seed}");
        }
        let queued: usize = self
            .levels
            .iter()
            .map(|level| level.state().waiting.len())
            .sum();
        let waits = |actor: &&Actor| matches!(actor.state, Doing::Waits(..));
        assert_eq!(queued, self.actors.iter().filter(waits).count());
    }
}

fn grow(mut held: Held, more: u64) -> Doing {
    let growing = async move {
        let grown = held.grow(more, FOREVER).await;
        (held, grown)
    };
    Doing::Waits(more, Woken::new(growing))
}

/// Random holds, grows and drops against what the rules say, told anew at every step: nobody waits
/// for what fits, and nothing is held twice or forgotten.
#[tokio::test(start_paused = true)]
async fn what_waits_does_not_fit_and_what_is_held_may_be() {
    coop::unconstrained(async {
        for seed in 0..300 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut world = World::new(&mut random);
            for _ in 0..200 {
                world.step(&mut random);
                world.settle();
                world.check(seed);
            }
            world.actors.clear();
            world.check(seed);
        }
    })
    .await;
}

/// On several threads: what is held is never more than may be, all who wait for what is given back
/// get it, and nothing is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_threads_hold_no_more_than_may_be_and_nobody_is_forgotten() {
    let all = budget(1_000);
    let functions = [budget(700), budget(700)];
    let clients = Arc::new(ClientBudgets::new(400));
    let mut callers = JoinSet::new();
    for seed in 0..64 {
        let (all, clients) = (all.clone(), clients.clone());
        let function = functions[seed as usize % 2].clone();
        callers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            let client = random.u8(0..8);
            let client = crate::Client::at(std::net::Ipv4Addr::from([192, 0, 2, client]).into());
            let account = Account::new([("client", clients.of(client)), ("all", all.clone())]);
            let account = account.and("function", function);
            for _ in 0..300 {
                // Some leave early; those that stay hold nothing while they wait, so each gets its
                // turn.
                let asking = account.hold(random.u64(0..300), FOREVER);
                let held = match random.u8(0..4) {
                    0 => asking.now_or_never(),
                    _ => Some(asking.await),
                };
                let Some(held) = held else {
                    continue;
                };
                let mut held = held.expect("its turn comes");
                assert!(all.held() <= 1_000);
                yield_now().await;
                // To grow is to wait with something, so all might: it is given up at once.
                let before = held.bytes();
                let grown = held.grow(random.u64(0..200), NOW).await;
                assert!(grown.is_ok() || held.bytes() == before);
                held.shrink(random.u64(0..100));
                assert!(all.held() <= 1_000);
            }
        });
    }
    callers.join_all().await;
    for level in functions.iter().chain([&all]) {
        let state = level.state();
        assert_eq!((state.held, state.counted), (0, 0));
        assert!(state.waiting.is_empty());
    }
    assert_eq!(clients.count(), 0);
}
