//! What a breaker lets pass, told against its rules.

use super::*;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Barrier;

mod model;

/// A tick is a second.
const WINDOW: Duration = Duration::from_secs(64);
const OPEN: Duration = Duration::from_secs(30);

fn limits(traps: u32) -> BreakerLimits {
    BreakerLimits {
        traps: NonZeroU32::new(traps).expect("more than none"),
        window: WINDOW,
        open: OPEN,
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn client(nth: u32) -> Client {
    match nth {
        0 => Client::UNKNOWN,
        nth => Client::at(Ipv4Addr::from_bits(nth).into()),
    }
}

/// A breaker in whose sample the first ten clients are all.
fn breaker(limits: BreakerLimits, start: Instant) -> Arc<Breaker> {
    let apart = |heard: &Heard| {
        let slots: BTreeSet<_> = (0..10).map(|nth| heard.slot(client(nth))).collect();
        slots.len() == 10
    };
    let secret = (0..).find(|&secret| apart(&Heard::new(secret)));
    let secret = secret.expect("there are many");
    Arc::new(Breaker::with(limits, start, secret))
}

fn call(breaker: &Arc<Breaker>, nth: u32, ending: Ending, now: Instant) {
    breaker
        .enter(client(nth), now)
        .unwrap_or_else(|refused| panic!("client {nth}: {refused:?}"))
        .end(ending, now);
}

fn trap(breaker: &Arc<Breaker>, nth: u32, now: Instant) {
    call(breaker, nth, Ending::Trapped, now);
}

fn good(breaker: &Arc<Breaker>, nth: u32, now: Instant) {
    call(breaker, nth, Ending::Returned, now);
}

fn refused(scope: BreakerScope, wait: Duration) -> Option<Refused> {
    Some(Refused { wait, scope })
}

/// Three traps of three clients at once.
fn break_it(breaker: &Arc<Breaker>, now: Instant) {
    for nth in 1..=3 {
        trap(breaker, nth, now);
    }
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[test]
fn a_client_whose_calls_trap_is_refused_alone_and_a_good_try_lets_it_in() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    trap(&breaker, 1, start);
    trap(&breaker, 1, start + seconds(5));
    assert_eq!(breaker.refused(start + seconds(5)), 0);
    trap(&breaker, 1, start + seconds(64));
    assert_eq!(breaker.refused(start + seconds(64)), 1);
    assert_eq!(
        breaker.enter(client(1), start + seconds(70)).err(),
        refused(BreakerScope::Client, seconds(24)),
        "opened at 64, it is open until 94"
    );
    // Nobody else is.
    assert_eq!(breaker.state(), BreakerState::Closed);
    good(&breaker, 2, start + seconds(70));

    let now = start + seconds(94);
    let pass = breaker.enter(client(1), now).expect("one may try");
    assert!(pass.tries());
    let error = breaker.enter(client(1), now).err();
    assert_eq!(error, refused(BreakerScope::Client, Duration::ZERO));
    pass.end(Ending::Returned, now);
    assert_eq!((breaker.refused(now), breaker.opened()), (0, 0));

    // What was before is forgotten.
    trap(&breaker, 1, now);
    trap(&breaker, 1, now);
    assert!(!breaker.enter(client(1), now).expect("it is closed").tries());
}

#[test]
fn a_try_of_a_client_that_traps_refuses_it_again_and_one_that_is_dropped_is_free_again() {
    let start = Instant::now();
    let breaker = breaker(limits(1), start);
    trap(&breaker, 1, start);
    let try_at = |now| breaker.enter(client(1), now);
    let pass = try_at(start + seconds(30)).expect("one may try");
    pass.end(Ending::Trapped, start + seconds(31));
    let error = try_at(start + seconds(60)).err();
    assert_eq!(error, refused(BreakerScope::Client, seconds(1)));

    let now = start + seconds(61);
    drop(try_at(now).expect("one may try"));
    let pass = try_at(now).expect("the next may");
    pass.end(Ending::GivenUp, now);
    let pass = try_at(now).expect("and the next");
    pass.end(Ending::Returned, now);
    assert_eq!(breaker.refused(now), 0);
}

#[test]
fn who_stays_away_for_a_window_after_it_could_try_is_forgotten() {
    let start = Instant::now();
    let breaker = breaker(limits(1), start);
    trap(&breaker, 1, start);
    let now = start + OPEN + WINDOW;
    assert_eq!(breaker.refused(now), 1);
    let pass = breaker.enter(client(1), now).expect("it may try");
    assert!(pass.tries());
    drop(pass);
    let now = now + OPEN + WINDOW + seconds(1);
    assert_eq!(breaker.refused(now), 0);
    let pass = breaker.enter(client(1), now).expect("it may");
    assert!(!pass.tries());
    // As on its first day.
    pass.end(Ending::Trapped, now);
    assert_eq!(breaker.refused(now), 1);
}

#[test]
fn traps_that_are_far_apart_refuse_nobody() {
    let start = Instant::now();
    let breaker = breaker(limits(2), start);
    for nth in 0..100 {
        trap(&breaker, (nth % 2) as u32, start + seconds(65 * nth));
    }
    assert_eq!(breaker.refused(start + seconds(65 * 99)), 0);
    assert_eq!(breaker.state(), BreakerState::Closed);
    trap(&breaker, 0, start + seconds(65 * 99 + 64));
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[test]
fn a_function_that_traps_for_many_is_closed_to_all_and_a_good_try_opens_the_way() {
    let start = Instant::now();
    let breaker = breaker(limits(5), start);
    // Of the traps of one client, two count.
    for nth in [1, 1, 1, 1, 2, 2] {
        trap(&breaker, nth, start);
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
    trap(&breaker, 3, start);
    assert_eq!((breaker.state(), breaker.opened()), (BreakerState::Open, 1));
    for nth in [1, 3, 4] {
        assert_eq!(
            breaker.enter(client(nth), start + seconds(10)).err(),
            refused(BreakerScope::Function, seconds(20))
        );
    }
    let now = start + OPEN;
    let pass = breaker.enter(client(4), now).expect("it may try");
    assert!(pass.tries());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    pass.end(Ending::Returned, now);
    assert_eq!(breaker.state(), BreakerState::Closed);
    // What was before is forgotten.
    for nth in [1, 1, 2, 2] {
        trap(&breaker, nth, now);
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn it_stays_closed_where_more_clients_get_answers_than_traps() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    // They were heard before anything trapped, and are silent now.
    for nth in 4..8 {
        good(&breaker, nth, start);
    }
    let now = start + seconds(64);
    for _ in 0..2 {
        for nth in 1..=3 {
            trap(&breaker, nth, now);
        }
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    // One of them traps: four of seven have.
    trap(&breaker, 4, now);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[test]
fn answers_that_are_older_than_the_window_say_nothing() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    for nth in 4..10 {
        good(&breaker, nth, start);
    }
    break_it(&breaker, start + seconds(65));
}

#[test]
fn three_clients_try_once_each_in_a_round() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    break_it(&breaker, start);
    let now = start + OPEN;
    let enter = |nth, now| breaker.enter(client(nth), now);
    let first = enter(1, now).expect("it may try");
    // Who tries already does not try twice.
    assert_eq!(
        enter(1, now).err(),
        refused(BreakerScope::Function, Duration::ZERO)
    );
    let second = enter(2, now).expect("it may try");
    let third = enter(3, now).expect("it may try");
    assert_eq!(
        enter(4, now).err(),
        refused(BreakerScope::Function, Duration::ZERO)
    );
    first.end(Ending::Trapped, now);
    // Its try is over, and the place is taken.
    assert!(enter(1, now).is_err() && enter(4, now).is_err());
    // One that is given up is free again.
    second.end(Ending::GivenUp, now);
    let second = enter(2, now).expect("it may try again");
    third.end(Ending::Trapped, now);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    second.end(Ending::Trapped, now + seconds(1));
    assert_eq!(breaker.opened(), 2);
    assert_eq!(
        enter(4, now + seconds(1)).err(),
        refused(BreakerScope::Function, OPEN)
    );
}

#[test]
fn a_single_client_has_a_try_in_each_round() {
    let start = Instant::now();
    let breaker = breaker(limits(8), start);
    for nth in 0..8 {
        trap(&breaker, nth % 4, start);
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    for round in 1..5 {
        let now = start + OPEN * round;
        trap(&breaker, 5, now);
        assert_eq!(
            breaker.enter(client(5), now + seconds(10)).err(),
            refused(BreakerScope::Function, seconds(20)),
            "no other tries, and its own is over"
        );
    }
    good(&breaker, 5, start + OPEN * 5);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(breaker.opened(), 1);
}

#[test]
fn a_try_that_outlasts_its_round_counts_when_it_returns_but_not_after_it_was_closed() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    break_it(&breaker, start);
    let enter = |nth, now| breaker.enter(client(nth), now).expect("it may try");
    let slow = enter(1, start + OPEN);
    let slower = enter(2, start + OPEN);
    let trapping = enter(3, start + OPEN);
    // In the next round, others may.
    let now = start + OPEN * 2;
    let other = enter(4, now);
    trapping.end(Ending::Trapped, now);
    let another = enter(5, now);
    slow.end(Ending::Returned, now);
    assert_eq!(breaker.state(), BreakerState::Closed);

    let now = now + seconds(1);
    break_it(&breaker, now);
    slower.end(Ending::Returned, now);
    other.end(Ending::Returned, now);
    another.end(Ending::Trapped, now);
    assert_eq!((breaker.state(), breaker.opened()), (BreakerState::Open, 2));
}

#[test]
fn who_wins_every_try_does_not_keep_it_open() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    break_it(&breaker, start);
    // The function is well again, and one client traps on purpose, always first.
    let now = start + OPEN;
    trap(&breaker, 1, now);
    assert!(breaker.enter(client(1), now).is_err());
    good(&breaker, 2, now);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(breaker.opened(), 1);
}

#[test]
fn one_client_closes_it_to_nobody_else_whatever_it_sends() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut now = Instant::now();
        let breaker = breaker(limits(random.u32(1..10)), now);
        let mut passes = Vec::new();
        for _ in 0..500 {
            now += Duration::from_millis(random.u64(0..20_000));
            // Others have called, or there are none.
            if random.u8(0..4) == 0 {
                good(&breaker, random.u32(2..5), now);
            }
            passes.extend(breaker.enter(client(1), now));
            if random.bool() {
                for pass in passes.drain(..) {
                    let endings = [Ending::Trapped, Ending::Trapped, Ending::GivenUp];
                    pass.end(endings[random.usize(0..3)], now);
                }
            }
            assert_eq!(breaker.state(), BreakerState::Closed, "seed {seed}");
        }
        assert_eq!(breaker.opened(), 0);
        good(&breaker, 2, now);
    }
}

#[test]
fn who_traps_on_purpose_does_not_have_others_at_its_address_refused() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    for second in 0..200 {
        let now = start + seconds(second);
        good(&breaker, 1, now);
        for _ in 0..5 {
            trap(&breaker, 1, now);
        }
    }
    // Once nobody there gets an answer any more, nobody there is let in.
    let later = start + seconds(199 + 65);
    for _ in 0..3 {
        trap(&breaker, 1, later);
    }
    assert_eq!(breaker.refused(later), 1);
}

#[test]
fn however_long_it_is_to_be_open_it_opens() {
    let start = Instant::now();
    let limits = BreakerLimits {
        open: Duration::MAX,
        window: Duration::MAX,
        ..limits(1)
    };
    let breaker = breaker(limits, start);
    trap(&breaker, 1, start);
    trap(&breaker, 2, start);
    let later = start + seconds(1_000_000);
    assert!(breaker.enter(client(1), later).is_err());
    assert!(breaker.enter(client(3), later).is_err());
}

#[test]
fn calls_that_began_before_it_opened_change_nothing_when_they_end() {
    let start = Instant::now();
    let breaker = breaker(limits(3), start);
    let calls: Vec<Pass> = (1..4)
        .map(|nth| breaker.enter(client(nth), start).expect("it is closed"))
        .collect();
    break_it(&breaker, start);
    let endings = [Ending::Returned, Ending::Trapped, Ending::GivenUp];
    for (call, ending) in calls.into_iter().zip(endings) {
        call.end(ending, start + seconds(20));
    }
    assert_eq!(breaker.opened(), 1);
    assert_eq!(
        breaker.enter(client(4), start + seconds(29)).err(),
        refused(BreakerScope::Function, seconds(1))
    );
}

#[test]
fn many_clients_are_remembered_in_a_memory_of_fixed_size() {
    let start = Instant::now();
    let breaker = breaker(limits(u32::MAX), start);
    for nth in 0..80_000 {
        trap(&breaker, nth, start + Duration::from_millis(nth.into()));
    }
    let state = breaker.lock();
    assert_eq!(state.clients.len(), client_circuits::REMEMBERED);
    assert!(state.clients.ticks() <= 66 * (client_circuits::REMEMBERED + 1));
    // Each trap of the last window counts, whoever is forgotten.
    let tick = breaker.ticks.at(start + seconds(79));
    assert_eq!(state.clients.counted(tick), 65_000);
}

#[test]
fn a_function_that_breaks_with_a_thousand_clients_is_closed_before_half_of_them_have_met_it() {
    let start = Instant::now();
    let breaker = breaker(limits(5), start);
    for nth in 1..=1_000 {
        good(&breaker, nth, start);
    }
    let met = (1..=1_000).find(|&nth| {
        trap(&breaker, nth, start + seconds(1));
        breaker.state() == BreakerState::Open
    });
    let met = met.expect("it opens");
    assert!((100..500).contains(&met), "{met}");
}

#[test]
fn of_many_threads_three_try() {
    let start = Instant::now();
    let breaker = breaker(limits(8), start);
    let together = Barrier::new(8);
    std::thread::scope(|scope| {
        for nth in 0..8 {
            let (breaker, together) = (&breaker, &together);
            scope.spawn(move || {
                let pass = breaker.enter(client(nth), start).expect("it is closed");
                together.wait();
                pass.end(Ending::Trapped, start);
            });
        }
    });
    assert_eq!(breaker.opened(), 1);
    let tries = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|nth| {
                let breaker = &breaker;
                scope.spawn(move || breaker.enter(client(nth), start + OPEN).ok())
            })
            .collect();
        let passes: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"))
            .collect();
        passes.iter().flatten().count()
    });
    assert_eq!(tries, 3);
}
