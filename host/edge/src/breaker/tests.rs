//! What a breaker lets pass, told against its rules.

use super::*;
use std::sync::Arc;
use std::sync::Barrier;

const WINDOW: Duration = Duration::from_secs(10);
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

fn trap(breaker: &Arc<Breaker>, now: Instant) {
    breaker
        .enter(now)
        .expect("it is closed")
        .end(Ending::Trapped, now);
}

#[test]
fn traps_within_the_window_open_it_and_a_good_try_closes_it() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(limits(3)));
    trap(&breaker, start);
    trap(&breaker, start + seconds(5));
    assert_eq!(breaker.state(), BreakerState::Closed);
    trap(&breaker, start + seconds(10));
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_eq!(
        breaker.enter(start + seconds(15)).err(),
        Some(seconds(25)),
        "opened at 10, it is open until 40"
    );

    let pass = breaker.enter(start + seconds(40)).expect("one may try");
    assert!(pass.tries());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert_eq!(
        breaker.enter(start + seconds(40)).err(),
        Some(Duration::ZERO)
    );
    pass.end(Ending::Returned, start + seconds(41));
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(breaker.opened(), 1);

    // What was before it opened is forgotten.
    trap(&breaker, start + seconds(42));
    trap(&breaker, start + seconds(43));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn traps_that_are_far_apart_leave_it_closed() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(limits(2)));
    for at in (0..100).map(|nth| start + seconds(11 * nth)) {
        trap(&breaker, at);
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    trap(&breaker, start + seconds(11 * 99 + 10));
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[test]
fn a_try_that_traps_opens_it_again_and_one_that_is_dropped_lets_the_next_try() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(limits(1)));
    trap(&breaker, start);
    let pass = breaker.enter(start + seconds(30)).expect("one may try");
    pass.end(Ending::Trapped, start + seconds(31));
    assert_eq!(breaker.opened(), 2);
    assert_eq!(breaker.enter(start + seconds(60)).err(), Some(seconds(1)));

    drop(breaker.enter(start + seconds(61)).expect("one may try"));
    let pass = breaker.enter(start + seconds(61)).expect("the next may");
    pass.end(Ending::GivenUp, start + seconds(61));
    let pass = breaker.enter(start + seconds(61)).expect("and the next");
    pass.end(Ending::Returned, start + seconds(61));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn however_long_it_is_to_be_open_it_opens() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(BreakerLimits {
        open: Duration::MAX,
        ..limits(1)
    }));
    trap(&breaker, start);
    assert!(breaker.enter(start + seconds(1_000_000)).is_err());
}

#[test]
fn calls_that_began_before_it_opened_change_nothing_when_they_end() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(limits(1)));
    let calls: Vec<Pass> = (0..3)
        .map(|_| breaker.enter(start).expect("it is closed"))
        .collect();
    trap(&breaker, start);
    let endings = [Ending::Returned, Ending::Trapped, Ending::GivenUp];
    for (call, ending) in calls.into_iter().zip(endings) {
        call.end(ending, start + seconds(20));
    }
    assert_eq!(breaker.opened(), 1);
    assert_eq!(breaker.enter(start + seconds(29)).err(), Some(seconds(1)));
}

/// Random calls against what the rules say, told anew from the whole history at every step.
#[test]
fn it_is_open_exactly_when_its_history_says_so() {
    let start = Instant::now();
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let most = random.u32(1..6);
        let mut circuit = Circuit::new(limits(most));
        // The model: traps since it closed, the time it opened at, whether a call tries.
        let mut history: Vec<Instant> = Vec::new();
        let mut opened: Option<Instant> = None;
        let mut now = start;
        for _ in 0..500 {
            now += Duration::from_millis(random.u64(0..8_000));
            let expected = match opened {
                None => Answer::Pass,
                Some(at) if now < at + OPEN => Answer::Refuse(at + OPEN - now),
                Some(_) => Answer::Try,
            };
            assert_eq!(circuit.ask(now), expected, "seed {seed}");
            let trapped = random.u8(0..3) == 0;
            let ending = match trapped {
                true => Ending::Trapped,
                false => Ending::Returned,
            };
            match expected {
                Answer::Refuse(_) => {}
                Answer::Try => {
                    circuit.tried(ending, now);
                    opened = trapped.then_some(now);
                }
                Answer::Pass => {
                    circuit.passed(ending, now);
                    history.extend(trapped.then_some(now));
                    let recent = |trap: &&Instant| now - **trap <= WINDOW;
                    let recent = history.iter().filter(recent).count();
                    if trapped && recent >= most as usize {
                        opened = Some(now);
                        history.clear();
                    }
                }
            }
            let open = circuit.state() != BreakerState::Closed;
            assert_eq!(open, opened.is_some(), "seed {seed}");
            assert!(circuit.traps.len() < most as usize, "seed {seed}");
        }
    }
}

#[test]
fn of_many_threads_one_tries() {
    let start = Instant::now();
    let breaker = Arc::new(Breaker::new(limits(8)));
    let together = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let pass = breaker.enter(start).expect("it is closed");
                together.wait();
                pass.end(Ending::Trapped, start);
            });
        }
    });
    assert_eq!(breaker.opened(), 1);
    let tries = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| breaker.enter(start + OPEN).ok()))
            .collect();
        let passes: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"))
            .collect();
        passes.iter().flatten().count()
    });
    assert_eq!(tries, 1);
}
