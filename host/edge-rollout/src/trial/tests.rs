//! Trials with calls drawn at random.

use super::*;
use crate::choice::Weight;
use crate::secret::Stratum;
use crate::traffic::{BAD, FIFTH, GOOD, Kind, TWICE_AS_SLOW, Traffic};
use crate::{Change, Plan};

fn fixed(percent: u16) -> Plan {
    Plan::Fixed(Weight::of_percent(percent).expect("at most all"))
}

fn back(cause: Option<Cause>) -> bool {
    matches!(
        cause,
        Some(Cause::Errors | Cause::Traps | Cause::NoneSucceeded)
    )
}

/// By calculation, a thousand runs roll one back with a probability of at most 1/1,000; whatever
/// the share and however good both are.
#[test]
fn of_a_thousand_healthy_canaries_none_goes_back() {
    let mut looks = 0;
    for seed in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed ^ 0xabcd);
        let kind = Kind {
            failing: random.choice([0.0, 0.001, 0.01, 0.1, 0.5]).expect("some"),
            trapping: random.choice([0.0, 0.1, 1.0]).expect("some"),
            usual: random.u64(1..100),
            slow: random.u64(1..5000),
        };
        let percent = random.choice([20, 50, 80]).expect("some");
        let mut traffic = Traffic::new(seed, fixed(percent), kind, kind);
        traffic.clients = random.choice([1, 2, 3, 20]).expect("some");
        traffic.until(400);
        let last = traffic.last().expect("there was a look");
        assert_eq!(last.rollback, None, "seed {seed}: {last:?}");
        looks += last.look;
    }
    assert!(looks > 6_000, "{looks}");
}

/// All that can be spent, in as many looks as there may be.
#[test]
fn all_looks_together_spend_no_more_than_alpha() {
    let level = |look: f64| 1.0 / (look * (look + 1.0));
    let spent: f64 = (1..1_000_000).map(|look| level(f64::from(look))).sum();
    assert!(spent < 1.0 && spent > 0.99999, "{spent}");
    let mut traffic = Traffic::new(1, fixed(20), GOOD, GOOD);
    for look in 1..=20 {
        traffic.until(50);
        let decision = traffic.last().expect("a look for every fifty calls");
        assert_eq!(decision.look, look);
        let whole = TESTS * decision.level / TrialRules::default().alpha;
        assert!((whole - level(f64::from(look))).abs() < 1e-12);
    }
}

#[test]
fn a_canary_that_always_fails_is_back_before_a_hundred_bad_calls() {
    for seed in 0..200 {
        let stable = Kind {
            failing: [0.0, 0.01, 0.1][seed as usize % 3],
            ..GOOD
        };
        let percent = [1, 10, 30, 50, 90, 100][seed as usize / 3 % 6];
        let clients = [1, 3, 5, 20][seed as usize % 4];
        let mut traffic = Traffic::new(seed, fixed(percent), stable, BAD);
        traffic.clients = clients;
        traffic.until(100);
        assert_eq!(traffic.cause(), Some(Cause::NoneSucceeded), "seed {seed}");
        assert_eq!(traffic.failed, 50, "seed {seed}");

        // As soon, when it was well for long, and whether the other version has any calls or not.
        let mut traffic = Traffic::new(seed, fixed(percent.max(10)), stable, stable);
        traffic.clients = clients;
        traffic.stable_share = [0.0, 0.1, 1.0][seed as usize % 3];
        traffic.until(1_000 + seed);
        assert_eq!(traffic.cause(), None, "seed {seed}");
        (traffic.canary, traffic.failed) = (BAD, 0);
        traffic.until(100);
        assert!(traffic.failed < 100, "seed {seed}: {}", traffic.failed);
        assert!(back(traffic.cause()), "seed {seed}: {:?}", traffic.last());
        let looks = traffic.last().map(|last| last.look);
        (0..200).for_each(|_| traffic.call());
        let later = traffic.last().map(|last| last.look);
        assert_eq!(later, looks, "there is nothing more to decide");
    }
}

#[test]
fn a_canary_that_fails_every_fifth_call_is_back_within_four_hundred() {
    for seed in 0..200 {
        let mut traffic = Traffic::new(seed, fixed([10, 20, 50][seed as usize % 3]), GOOD, FIFTH);
        traffic.clients = [2, 5, 20][seed as usize / 3 % 3];
        traffic.until(400);
        assert!(back(traffic.cause()), "seed {seed}: {:?}", traffic.last());
    }
}

/// Chance cannot be steered, so calls without a key decide also when one client alone has sent all
/// of them, and where clients have no addresses.
#[test]
fn calls_that_chance_has_shared_out_need_no_second_client() {
    for seed in 0..50 {
        let mut traffic = Traffic::new(seed, fixed(20), GOOD, FIFTH);
        (traffic.clients, traffic.keyed) = (1, 0.0);
        traffic.until(400);
        assert!(back(traffic.cause()), "seed {seed}: {:?}", traffic.last());
        // With a key, its client decides which version it gets.
        let mut traffic = Traffic::new(seed, fixed(20), GOOD, FIFTH);
        (traffic.clients, traffic.keyed) = (1, 1.0);
        traffic.until(1_000);
        assert_eq!(traffic.cause(), None, "seed {seed}: {:?}", traffic.last());
        assert!(traffic.last().expect("there was a look").doubt.is_some());
    }
}

/// Whoever gives up what it sees is good would have the bad ones alone counted.
#[test]
fn calls_that_were_given_up_were_drawn_all_the_same() {
    let half = Kind {
        failing: 0.5,
        ..GOOD
    };
    for seed in 0..20 {
        let mut traffic = Traffic::new(seed, fixed(50), half, half);
        (traffic.clients, traffic.keyed) = (1, 0.0);
        for _ in 0..2_000 {
            let side = traffic.random.choice([Side::Canary, Side::Stable]);
            let side = side.expect("there are two");
            let (mut result, latency) = half.call(&mut traffic.random);
            if side == Side::Canary && result == CallResult::Good && traffic.calls.is_multiple_of(2)
            {
                result = CallResult::GivenUp;
            }
            traffic.send(0, side, true, result, latency);
        }
        assert_eq!(traffic.cause(), None, "seed {seed}: {:?}", traffic.last());
    }
}

/// Its clients do not wait for as long as it may take, so no call of it ends by itself.
#[test]
fn a_canary_that_hangs_goes_back_though_its_clients_give_up() {
    for (one_in, most) in [(1, 100), (4, 400)] {
        for seed in 0..20 {
            let mut traffic = Traffic::new(seed, fixed(50), GOOD, GOOD);
            traffic.wait(Duration::from_secs(20));
            let mut canary = 0;
            for number in 0..2_000_u64 {
                let client = traffic.random.usize(0..20);
                let (result, latency) = GOOD.call(&mut traffic.random);
                traffic.send(client, Side::Stable, true, result, latency);
                if number < 300 || traffic.cause().is_some() {
                    continue;
                }
                canary += 1;
                let hangs = (CallResult::GivenUp, Duration::from_secs(1));
                let (result, latency) = match traffic.random.u32(0..one_in) {
                    0 => hangs,
                    _ => GOOD.call(&mut traffic.random),
                };
                traffic.send(client, Side::Canary, true, result, latency);
            }
            assert!(back(traffic.cause()), "seed {seed}: {:?}", traffic.last());
            assert!(canary < most, "seed {seed}: {canary}");
        }
    }
}

#[test]
fn a_canary_that_traps_goes_back_for_that() {
    for seed in 0..50 {
        let canary = Kind {
            trapping: 1.0,
            failing: 0.3,
            ..GOOD
        };
        let mut traffic = Traffic::new(seed, fixed(20), GOOD, canary);
        traffic.until(400);
        assert_eq!(traffic.cause(), Some(Cause::Traps), "seed {seed}");
    }
}

#[test]
fn a_slow_canary_goes_back_when_it_should_be_warm() {
    for seed in 0..50 {
        let canary = match seed % 2 {
            0 => Kind { usual: 400, ..GOOD },
            _ => TWICE_AS_SLOW,
        };
        let mut traffic = Traffic::new(seed, fixed(20), GOOD, canary);
        let begin = traffic.now;
        traffic.until(3_000);
        assert_eq!(traffic.cause(), Some(Cause::Latency), "seed {seed}");
        assert!(traffic.now - begin >= TrialRules::default().hold_off);
    }
}

#[test]
fn differences_that_do_not_matter_are_none() {
    for seed in 0..20 {
        let canary = Kind {
            failing: 0.012,
            usual: 24,
            slow: 240,
            ..GOOD
        };
        let mut traffic = Traffic::new(seed, fixed(50), GOOD, canary);
        traffic.until(5_000);
        assert_eq!(traffic.cause(), None, "seed {seed}: {:?}", traffic.last());
    }
}

#[test]
fn a_better_canary_stays() {
    let stable = Kind {
        failing: 0.5,
        usual: 400,
        ..GOOD
    };
    let mut traffic = Traffic::new(1, fixed(50), stable, GOOD);
    traffic.until(3_000);
    let decision = traffic.last().expect("there was a look");
    assert_eq!((decision.rollback, decision.doubt), (None, None));
    assert_eq!(decision.of_window.errors, 1.0);
}

#[test]
fn what_cannot_be_instantiated_goes_back_at_once() {
    let mut traffic = Traffic::new(1, fixed(50), GOOD, GOOD);
    let mut fail = |side| {
        let result = CallResult::NotInstantiated;
        traffic.send(0, side, true, result, Duration::ZERO);
        traffic.cause()
    };
    for _ in 0..10 {
        assert_eq!(fail(Side::Stable), None);
    }
    assert_eq!(fail(Side::Canary), None);
    assert_eq!(fail(Side::Canary), None);
    assert_eq!(fail(Side::Canary), Some(Cause::NotInstantiated));
    let decision = traffic.last().expect("it was decided");
    assert_eq!(decision.canary.not_instantiated, 3);
}

#[test]
fn a_stable_version_without_calls_is_represented_by_its_last_window() {
    for seed in 0..20 {
        let mut traffic = Traffic::new(seed, fixed(50), GOOD, GOOD);
        traffic.until(500);
        let all = Weight::ALL;
        traffic.rollout.set_weight(all, traffic.now);
        let (stable, canary) = traffic.rollout.figures();
        assert!(stable.calls > 300, "{stable:?}");
        assert_eq!(canary.calls, 0);
        traffic.until(500);
        assert_eq!(traffic.cause(), None, "seed {seed}: {:?}", traffic.last());
        assert_eq!(traffic.rollout.figures().0, stable);
        let worse = [FIFTH, TWICE_AS_SLOW][seed as usize % 2];
        traffic.canary = worse;
        traffic.until(2_000);
        assert!(
            traffic.cause().is_some(),
            "seed {seed}: {:?}",
            traffic.last()
        );
    }
}

#[test]
fn a_changed_weight_begins_the_counts_anew() {
    let mut traffic = Traffic::new(1, fixed(20), GOOD, GOOD);
    traffic.until(75);
    let stable = traffic.rollout.figures().0.calls;
    let before = traffic.rollout.split().turn();
    let half = Weight::of_percent(50).expect("at most all");
    traffic.rollout.set_weight(half, traffic.now);
    let (kept, canary) = traffic.rollout.figures();
    assert_eq!((kept.calls, canary.calls), (stable, 0));
    // What was under way then had the other share.
    let call = Call {
        side: Side::Canary,
        drawn: true,
        stratum: Stratum::of(1),
        turn: before,
        result: CallResult::Good,
        latency: Duration::ZERO,
    };
    assert_eq!(traffic.rollout.count(&call, traffic.now), None);
    assert_eq!(traffic.rollout.figures().1.calls, 0);
    traffic.until(50);
    let last = traffic.last().expect("fifty more");
    assert_eq!(last.look, 2, "what is spent stays spent");
}

#[test]
fn a_window_that_was_long_enough_begins_anew() {
    let mut traffic = Traffic::new(1, fixed(50), GOOD, GOOD);
    traffic.until(1_500);
    traffic.wait(Duration::from_secs(300));
    assert!(traffic.rollout.figures().1.calls >= 1_500);
    traffic.until(60);
    let (stable, canary) = traffic.rollout.figures();
    assert!(canary.calls < 60, "{canary:?}");
    // Until there are enough, what it was compared with before.
    assert!(stable.calls >= 50, "{stable:?}");
    traffic.until(1_000);
    let (stable, canary) = traffic.rollout.figures();
    assert!((900..1_200).contains(&stable.calls), "{stable:?}");
    assert!((900..1_200).contains(&canary.calls), "{canary:?}");
}

#[test]
fn a_decision_is_read_back_as_it_was_written() {
    let mut traffic = Traffic::new(1, fixed(50), GOOD, FIFTH);
    traffic.until(400);
    let Some(Change::Rollback(decision)) = traffic.done.last() else {
        panic!("{:?}", traffic.done);
    };
    let text = serde_json::to_string(&decision).expect("it is written");
    let read: Decision = serde_json::from_str(&text).expect("it is read");
    assert_eq!(read.rollback, decision.rollback);
    assert_eq!(read.batch, decision.batch);
}
