//! A canary from its begin to its end, and what is due until it is written.

use super::steps::Step;
use super::traffic::{BAD, GOOD, Traffic};
use super::*;
use std::time::Duration;

fn percent(percent: u16) -> Weight {
    Weight::of_percent(percent).expect("at most all")
}

fn steps(percents: &[u16]) -> Plan {
    let step = |weight: &u16| Step {
        weight: percent(*weight),
        hold: Duration::from_secs(10),
        calls: 20,
    };
    let steps = percents.iter().map(step).collect();
    Plan::Steps(Schedule::new(steps).expect("weights grow"))
}

#[test]
fn a_good_canary_is_promoted_step_by_step() {
    for (seed, percents) in [
        (1, &[5, 25, 50][..]),
        (2, &[50]),
        (3, &[1, 10]),
        (4, &[20, 100]),
        (5, &[90]),
    ] {
        let mut traffic = Traffic::new(seed, steps(percents), GOOD, GOOD);
        let begin = traffic.now;
        assert_eq!(traffic.rollout.split().weight(), percent(percents[0]));
        traffic.until(6_000);
        let weights = percents[1..].iter();
        let mut expected: Vec<Change> = weights
            .map(|weight| Change::Weight(percent(*weight)))
            .collect();
        expected.push(Change::Promote);
        assert_eq!(traffic.done, expected, "{percents:?}: {:?}", traffic.last());
        let held = Duration::from_secs(10) * percents.len() as u32;
        assert!(traffic.now - begin >= held);
        assert!(traffic.calls >= TrialRules::default().promotion);
        assert!(traffic.rollout.over());
    }
}

#[test]
fn a_canary_that_goes_bad_goes_back_whatever_the_schedule_says() {
    let mut traffic = Traffic::new(9, steps(&[10, 50]), GOOD, GOOD);
    while traffic.done.is_empty() {
        traffic.call();
    }
    traffic.canary.failing = 0.5;
    traffic.until(500);
    let Some(Change::Rollback(decision)) = traffic.done.last() else {
        panic!("expected a rollback, found {:?}", traffic.done);
    };
    assert_eq!(traffic.last(), Some(&**decision));
    let later = traffic.now + Duration::from_secs(1000);
    assert_eq!(traffic.rollout.tick(later), None);
}

#[test]
fn a_weight_set_by_hand_stays() {
    let mut traffic = Traffic::new(9, steps(&[10, 50]), GOOD, GOOD);
    let now = traffic.now;
    traffic.rollout.set_weight(percent(30), now);
    traffic.until(2_000);
    assert_eq!(traffic.done, []);
    assert_eq!(traffic.rollout.split().weight(), percent(30));
    assert_eq!(traffic.rollout.step(), None);
    assert!(traffic.rollout.figures().1.calls >= 1_500);
}

/// Who sends nothing, or what is refused or given up, keeps no trial waiting for ever.
#[test]
fn a_canary_without_calls_ends_and_is_not_promoted() {
    let timeout = TrialRules::default().timeout;
    for plan in [steps(&[10]), Plan::Fixed(percent(5))] {
        let mut traffic = Traffic::new(1, plan, GOOD, GOOD);
        traffic.wait(timeout - Duration::from_secs(1));
        assert_eq!(traffic.done, [], "there is time");
        let (side, given_up) = (choice::Side::Canary, window::CallResult::GivenUp);
        traffic.send(1, side, true, given_up, Duration::ZERO);
        traffic.wait(Duration::from_secs(1));
        assert_eq!(traffic.cause(), Some(Cause::NoCalls));
        assert!(traffic.rollout.over());
    }
    // One that gets none by intention waits until it is to.
    let mut traffic = Traffic::new(1, Plan::Fixed(Weight::NONE), GOOD, GOOD);
    traffic.wait(timeout * 2);
    assert_eq!(traffic.done, []);
    let now = traffic.now;
    traffic.rollout.set_weight(percent(1), now);
    traffic.wait(timeout - Duration::from_secs(1));
    assert_eq!(traffic.done, []);
    traffic.wait(Duration::from_secs(1));
    assert_eq!(traffic.cause(), Some(Cause::NoCalls));
}

#[test]
fn a_step_that_cannot_be_ended_ends_the_trial() {
    let timeout = TrialRules::default().timeout;
    // One client alone, all calls without a comparison, and doubt.
    for (clients, keyed, plan) in [
        (1, 0.0, steps(&[50])),
        (1, 1.0, steps(&[50, 90])),
        (20, 0.2, steps(&[100])),
    ] {
        let mut traffic = Traffic::new(3, plan, GOOD, GOOD);
        (traffic.clients, traffic.keyed) = (clients, keyed);
        let begin = traffic.now;
        traffic.until(2_000);
        assert_eq!(traffic.done, []);
        traffic.wait(timeout / 2);
        traffic.until(100);
        let end = begin + timeout + Duration::from_secs(10);
        traffic.wait(end - traffic.now - Duration::from_secs(1));
        assert_eq!(traffic.done, []);
        traffic.wait(Duration::from_secs(1));
        assert_eq!(traffic.cause(), Some(Cause::Undecided));
    }
}

#[test]
fn one_client_may_be_trusted() {
    let mut traffic = Traffic::new(3, steps(&[10, 50]), GOOD, GOOD);
    let rules = TrialRules {
        one_client: true,
        ..TrialRules::default()
    };
    let secret = Secret::new([3; 32]);
    traffic.rollout = Rollout::new(secret, steps(&[10, 50]), rules, traffic.now);
    traffic.clients = 1;
    traffic.until(6_000);
    assert!(traffic.is_promoted(), "{:?}", traffic.last());
}

/// Something that is due but not written.
struct Due {
    traffic: Traffic,
    change: Change,
}

impl Due {
    /// Calls until something is due.
    fn of(mut traffic: Traffic) -> Due {
        let mut change = None;
        for _ in 0..100_000 {
            change = call(&mut traffic);
            if change.is_some() {
                break;
            }
        }
        let change = change.expect("something is due in the end");
        Due { traffic, change }
    }

    fn settle(&mut self, written: bool) -> bool {
        let now = self.traffic.now;
        self.traffic.rollout.settle(&self.change, written, now)
    }

    fn tick(&mut self, seconds: u64) -> Option<Change> {
        self.traffic.now += Duration::from_secs(seconds);
        self.traffic.rollout.tick(self.traffic.now)
    }
}

/// A call, and what is due by it, which is not settled.
fn call(traffic: &mut Traffic) -> Option<Change> {
    let mut rollout = traffic.rollout.clone();
    std::mem::swap(&mut rollout, &mut traffic.rollout);
    let (side, _) = rollout
        .split()
        .choose(&choice::Wish::default(), traffic.random.u64(..));
    let kind = match side {
        choice::Side::Stable => traffic.stable,
        choice::Side::Canary => traffic.canary,
    };
    let (result, latency) = kind.call(&mut traffic.random);
    traffic.now += Duration::from_millis(10);
    let call = Call {
        side,
        drawn: true,
        stratum: secret::Stratum::of(traffic.random.usize(0..20)),
        turn: rollout.split().turn(),
        result,
        latency,
    };
    let due = rollout.count(&call, traffic.now);
    traffic.rollout = rollout;
    due
}

#[test]
fn what_is_due_is_not_in_force_and_not_decided_twice() {
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, GOOD));
    assert_eq!(due.change, Change::Weight(percent(50)));
    for _ in 0..500 {
        assert_eq!(call(&mut due.traffic), None, "the disk is late");
    }
    assert_eq!(due.traffic.rollout.split().weight(), percent(10));
    assert_eq!(due.tick(100), None);
    assert!(due.settle(true));
    assert_eq!(due.traffic.rollout.split().weight(), percent(50));
    assert_eq!(due.traffic.rollout.due(), None);
}

#[test]
fn a_rollback_that_could_not_be_written_stays_due() {
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, BAD));
    assert!(matches!(due.change, Change::Rollback(_)));
    for _ in 0..3 {
        assert!(!due.settle(false));
        assert!(!due.traffic.rollout.over());
        for _ in 0..100 {
            assert_eq!(call(&mut due.traffic), None, "it is too soon");
        }
        assert_eq!(due.tick(5).as_ref(), Some(&due.change), "it is not lost");
        assert_eq!(due.tick(5), None, "it is being written");
    }
    assert!(due.settle(true));
    assert!(due.traffic.rollout.over());
}

#[test]
fn what_goes_forward_is_decided_anew_when_it_could_not_be_written() {
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, GOOD));
    assert!(!due.settle(false));
    assert_eq!(due.traffic.rollout.due(), None);
    assert_eq!(due.tick(4), None);
    assert_eq!(due.tick(1).as_ref(), Some(&due.change));
    // It has gone bad in the meantime.
    assert!(!due.settle(false));
    due.traffic.canary = BAD;
    let mut back = None;
    while back.is_none() {
        back = call(&mut due.traffic);
    }
    assert!(matches!(back, Some(Change::Rollback(_))), "{back:?}");
}

#[test]
fn a_rollback_overtakes_a_promotion_that_is_being_written() {
    let mut due = Due::of(Traffic::new(1, steps(&[50]), GOOD, GOOD));
    assert_eq!(due.change, Change::Promote);
    due.traffic.canary = BAD;
    for _ in 0..300 {
        assert_eq!(call(&mut due.traffic), None);
    }
    assert!(!due.settle(true), "a canary that is known to be bad");
    assert!(!due.traffic.rollout.over());
    let back = due.tick(0).expect("it was not lost");
    assert!(matches!(back, Change::Rollback(_)), "{back:?}");
    due.change = back;
    assert!(due.settle(true));
    assert!(due.traffic.rollout.over());
}

#[test]
fn a_trial_that_goes_on_elsewhere_takes_what_is_due_with_it() {
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, BAD));
    let now = due.traffic.now;
    due.traffic.rollout.begin_again(now);
    assert_eq!(due.tick(0).as_ref(), Some(&due.change));
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, GOOD));
    let now = due.traffic.now;
    due.traffic.rollout.begin_again(now);
    assert_eq!(due.tick(0).as_ref(), Some(&due.change), "decided anew");
}

#[test]
fn a_hand_is_before_what_is_due() {
    let mut due = Due::of(Traffic::new(1, steps(&[10, 50]), GOOD, GOOD));
    let now = due.traffic.now;
    due.traffic.rollout.set_weight(percent(30), now);
    assert_eq!(due.traffic.rollout.due(), None);
    assert_eq!(due.traffic.rollout.split().weight(), percent(30));
}
