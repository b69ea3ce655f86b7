//! A thousand healthy canaries beside a client that steers, and a thousand bad ones beside every
//! kind of stable side and schedule.

use super::choice::{Side, Weight};
use super::decision::Cause;
use super::steps::{Schedule, Step};
use super::traffic::{BAD, FIFTH, GOOD, Kind, STEERS, TWICE_AS_SLOW, Traffic};
use super::window::CallResult;
use super::{Change, Plan, TrialRules};
use std::time::Duration;

fn percent(percent: u16) -> Weight {
    Weight::of_percent(percent).expect("at most all")
}

/// Fixed weights, steps, and steps that end with all calls, some of which would be over with a call
/// each.
fn plan(random: &mut fastrand::Rng) -> Plan {
    if random.bool() {
        let weight = random.choice([1, 50, 90, 100]).expect("some");
        return Plan::Fixed(percent(weight));
    }
    let percents: &[u16] = random
        .choice([
            &[1, 10][..],
            &[1, 10, 50, 100],
            &[50, 100],
            &[90],
            &[5, 25, 50],
            &[99, 100],
            &[100],
        ])
        .expect("some");
    let step = |percent_of: &u16| Step {
        weight: percent(*percent_of),
        hold: Duration::from_secs(random.u64(0..30)),
        calls: random.u64(0..300),
    };
    let steps = percents.iter().map(step).collect();
    Plan::Steps(Schedule::new(steps).expect("weights grow"))
}

/// What a client does that has found keys on both versions.
#[derive(Clone, Copy, Debug)]
struct Steering {
    /// To which version it sends how many calls of its own for each of the others', at most.
    side: Side,
    calls: u64,
    result: CallResult,
    latency: Duration,
}

impl Steering {
    fn any(random: &mut fastrand::Rng) -> Steering {
        let sides = [Side::Canary, Side::Canary, Side::Stable];
        let results = [CallResult::Trap, CallResult::Error, CallResult::Good];
        Steering {
            side: random.choice(sides).expect("some"),
            calls: random.choice([1, 5, 30]).expect("some"),
            result: random.choice(results).expect("some"),
            // Cheap, or slow on purpose.
            latency: Duration::from_millis(random.choice([0, 5_000]).expect("some")),
        }
    }

    fn steer(&self, traffic: &mut Traffic) {
        for _ in 0..traffic.random.u64(0..=self.calls) {
            let (result, latency) = (self.result, self.latency);
            traffic.send(STEERS, self.side, false, result, latency);
        }
    }
}

#[test]
fn of_a_thousand_healthy_canaries_with_a_client_that_steers_none_goes_back() {
    for seed in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x57ee);
        let kind = Kind {
            failing: random.choice([0.0, 0.01, 0.1]).expect("some"),
            ..GOOD
        };
        let mut traffic = Traffic::new(seed, plan(&mut random), kind, kind);
        traffic.clients = random.choice([2, 5, 20]).expect("some");
        let steering = [Steering::any(&mut random), Steering::any(&mut random)];
        for call in 0..400 {
            traffic.call();
            // Others were there before: whom nobody else calls may go back whoever calls it.
            if call >= 20 && traffic.calls > 3 {
                steering[usize::from(call >= 200)].steer(&mut traffic);
            }
        }
        let back = traffic.cause();
        assert_eq!(back, None, "seed {seed}: {steering:?} {:?}", traffic.last());
    }
}

#[test]
fn of_a_thousand_bad_canaries_none_is_promoted() {
    // How it is, after a thousand calls of which it was good, or at once.
    let all = [
        (BAD, 0),
        (FIFTH, 0),
        (TWICE_AS_SLOW, 0),
        (BAD, 1_000),
        (FIFTH, 1_000),
    ];
    for seed in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed ^ 0xbad);
        let (bad, good) = all[seed as usize % all.len()];
        let plan = plan(&mut random);
        let mut traffic = Traffic::new(seed, plan.clone(), GOOD, GOOD);
        traffic.clients = random.choice([1, 2, 5, 20]).expect("some");
        // Busy, quiet, or absent.
        traffic.stable_share = random.choice([1.0, 0.02, 0.0]).expect("some");
        until(&mut traffic, good);
        (traffic.failed, traffic.canary) = (0, bad);
        if traffic.rollout.over() {
            assert!(!traffic.is_promoted(), "seed {seed}, before it was bad");
            continue;
        }
        until(&mut traffic, 2_500);
        let context = (seed, bad, good, plan, traffic.stable_share, traffic.clients);
        assert!(!traffic.is_promoted(), "{context:?}: {:?}", traffic.last());
        if bad.failing == 1.0 && (good == 0 || traffic.clients != 2) {
            assert!(traffic.failed < 100, "{context:?}: {}", traffic.failed);
        }
        if bad.failing == 1.0 && good == 0 && traffic.calls >= 50 {
            assert_eq!(traffic.cause(), Some(Cause::NoneSucceeded), "{context:?}");
        }
        // What goes in steps and is not promoted ends in time.
        let timeout = TrialRules::default().timeout + Duration::from_secs(30);
        traffic.wait(timeout);
        let over = traffic.rollout.over();
        assert!(over, "{context:?}: {:?}", traffic.last());
    }
}

/// Calls until the canary has had so many more, those of the other version left out where there are
/// too many of them: what is weighed is weighed sooner then.
fn until(traffic: &mut Traffic, calls: u64) {
    let end = traffic.calls + calls;
    let mut all = 0;
    while traffic.calls < end && !traffic.rollout.over() && all < 6_000 {
        traffic.call();
        all += 1;
    }
}

/// One client's calls are all good, and there are sixty of them for each of another one's, which
/// all trap: that is seen, and nothing is promoted.
#[test]
fn a_busy_client_does_not_hide_what_another_sees() {
    for seed in 0..20 {
        let step = |weight| Step {
            weight: percent(weight),
            hold: Duration::from_secs(3),
            calls: 20,
        };
        let schedule = Schedule::new(vec![step(1), step(10)]).expect("weights grow");
        let mut traffic = Traffic::new(seed, Plan::Steps(schedule), GOOD, GOOD);
        traffic.clients = [1, 5, 20][seed as usize % 3];
        for call in 0..6_000 {
            traffic.call();
            let good = (CallResult::Good, Duration::ZERO);
            traffic.send(STEERS, Side::Canary, false, good.0, good.1);
            if call % 60 == 59 {
                let (result, latency) = (CallResult::Trap, Duration::ZERO);
                traffic.send(40, Side::Canary, false, result, latency);
            }
        }
        assert!(!traffic.is_promoted(), "seed {seed}: {:?}", traffic.done);
        let weights = |change: &Change| matches!(change, Change::Weight(_));
        assert!(!traffic.done.iter().any(weights), "seed {seed}");
        let last = traffic.last().expect("there were looks");
        assert_eq!(last.doubt, Some(Cause::Traps), "seed {seed}: {last:?}");
    }
}

/// What all but one client see is found beside that one's good calls of the canary, and beside bad
/// ones of the other version.
#[test]
fn a_busy_client_does_not_save_a_bad_canary() {
    for seed in 0..60 {
        let mut traffic = Traffic::new(seed, Plan::Fixed(percent(20)), GOOD, FIFTH);
        // Calls that chance has shared out would tell by themselves.
        traffic.keyed = 1.0;
        let (side, result) = match seed % 3 {
            0 => (Side::Canary, CallResult::Good),
            1 => (Side::Stable, CallResult::Trap),
            _ => (Side::Stable, CallResult::Error),
        };
        for _ in 0..2_000 {
            traffic.call();
            if traffic.rollout.over() {
                break;
            }
            (0..10).for_each(|_| traffic.send(STEERS, side, false, result, Duration::ZERO));
        }
        let back = matches!(traffic.cause(), Some(Cause::Errors | Cause::Traps));
        assert!(back, "seed {seed}: {:?}", traffic.last());
    }
}

/// Without calls of the other version at the same time, chance has shared out nothing.
#[test]
fn a_client_without_a_key_takes_nothing_back_where_all_calls_are_the_canarys() {
    for seed in 0..20 {
        let mut traffic = Traffic::new(seed, Plan::Fixed(percent(50)), GOOD, GOOD);
        traffic.until(500);
        traffic.rollout.set_weight(Weight::ALL, traffic.now);
        for _ in 0..1_000 {
            traffic.call();
            traffic.send(STEERS, Side::Canary, true, CallResult::Trap, Duration::ZERO);
        }
        assert_eq!(traffic.cause(), None, "seed {seed}: {:?}", traffic.last());
    }
}

/// One client's calls of the stable version are nothing to compare with, however many.
#[test]
fn nothing_is_promoted_beside_one_clients_calls() {
    for one_more in [false, true] {
        let step = Step {
            weight: percent(50),
            hold: Duration::ZERO,
            calls: 0,
        };
        let plan = Plan::Steps(Schedule::new(vec![step]).expect("one step"));
        let mut traffic = Traffic::new(1, plan, GOOD, GOOD);
        for call in 0..5_000 {
            let (result, latency) = GOOD.call(&mut traffic.random);
            traffic.send(call % 20, Side::Canary, true, result, latency);
            let (result, latency) = GOOD.call(&mut traffic.random);
            let client = 7 + usize::from(one_more && call % 2 == 0);
            traffic.send(client, Side::Stable, true, result, latency);
            traffic.now += Duration::from_millis(10);
        }
        assert_eq!(traffic.is_promoted(), one_more, "{:?}", traffic.last());
    }
}
