//! Trials with calls drawn at random.

use super::*;

/// How a version behaves: what share of its calls fail, what share of those trap, and what its slowest hundredth costs.
#[derive(Clone, Copy)]
struct Kind {
    failing: f64,
    trapping: f64,
    /// Milliseconds of a usual call at most, and of one in fifty.
    usual: u64,
    slow: u64,
}

const GOOD: Kind = Kind {
    failing: 0.01,
    trapping: 0.1,
    usual: 20,
    slow: 200,
};

const BAD: Kind = Kind {
    failing: 1.0,
    ..GOOD
};

impl Kind {
    fn call(self, random: &mut fastrand::Rng) -> (CallResult, Duration) {
        let result = match random.f64() < self.failing {
            true if random.f64() < self.trapping => CallResult::Trap,
            true => CallResult::Error,
            false => CallResult::Good,
        };
        let most = [self.usual, self.slow][usize::from(random.u8(0..50) == 0)];
        (result, Duration::from_micros(random.u64(0..1000 * most)))
    }
}

/// A trial with random calls.
struct Run {
    trial: Trial,
    random: fastrand::Rng,
    now: Instant,
    /// The share of the calls that the canary gets.
    share: f64,
    stable: Kind,
    canary: Kind,
}

impl Run {
    fn new(seed: u64, share: f64, stable: Kind, canary: Kind) -> Run {
        let now = Instant::now();
        Run {
            trial: Trial::new(TrialRules::default(), now),
            random: fastrand::Rng::with_seed(seed),
            now,
            share,
            stable,
            canary,
        }
    }

    /// Makes calls until the canary goes back or has had so many; returns how many it had, and the last decision.
    fn calls(&mut self, most: u64) -> (u64, Option<Decision>) {
        let (mut canary, mut last) = (0, None);
        while canary < most {
            self.now += Duration::from_micros(self.random.u64(0..20_000));
            let (side, kind) = match self.random.f64() < self.share {
                true => (Side::Canary, self.canary),
                false => (Side::Stable, self.stable),
            };
            canary += u64::from(side == Side::Canary);
            let (result, latency) = kind.call(&mut self.random);
            if let Some(decision) = self.trial.count(side, result, latency, self.now) {
                let back = decision.rollback.is_some();
                last = Some(decision);
                if back {
                    break;
                }
            }
        }
        (canary, last)
    }
}

fn cause(decision: Option<&Decision>) -> Option<Cause> {
    decision.and_then(|decision| decision.rollback)
}

/// Whether it goes back because it fails: every tenth failure is a trap.
fn failing(decision: Option<&Decision>) -> bool {
    matches!(cause(decision), Some(Cause::Errors | Cause::Traps))
}

/// By calculation, a thousand runs roll one back with a probability of at most 1/1,000; whatever the share and however good both are.
#[test]
fn of_a_thousand_healthy_canaries_none_goes_back() {
    let mut looks = 0;
    for seed in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed ^ 0xabcd);
        let kind = Kind {
            failing: random
                .choice([0.0, 0.001, 0.01, 0.1, 0.5, 1.0])
                .expect("some"),
            trapping: random.choice([0.0, 0.1, 1.0]).expect("some"),
            usual: random.u64(1..100),
            slow: random.u64(1..5000),
        };
        let share = random.choice([0.2, 0.5, 0.8]).expect("some");
        let (calls, last) = Run::new(seed, share, kind, kind).calls(1000);
        let last = last.expect("there was a look");
        assert_eq!(
            last.rollback, None,
            "seed {seed}, after {calls} calls: {last:?}"
        );
        looks += last.look;
    }
    assert!(looks > 15_000, "{looks}");
}

/// All that can be spent, in as many looks as there may be.
#[test]
fn all_looks_together_spend_no_more_than_alpha() {
    let level = |look: f64| 1.0 / (look * (look + 1.0));
    let spent: f64 = (1..1_000_000).map(|look| level(f64::from(look))).sum();
    assert!(spent < 1.0 && spent > 0.99999, "{spent}");
    let mut run = Run::new(1, 0.2, GOOD, GOOD);
    for look in 1..=20 {
        let (_, decision) = run.calls(50);
        let decision = decision.expect("a look for every fifty calls");
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
        let share = [0.1, 0.3, 0.5][seed as usize / 3 % 3];
        let mut run = Run::new(seed, share, stable, BAD);
        let (bad, decision) = run.calls(100);
        assert!(bad < 100, "seed {seed}: {bad}");
        assert!(failing(decision.as_ref()), "seed {seed}: {decision:?}");

        // As soon, when it was well for long.
        let mut run = Run::new(seed, share, stable, stable);
        let (well, last) = run.calls(5_000 + seed);
        assert_eq!((well, cause(last.as_ref())), (5_000 + seed, None));
        run.canary = BAD;
        let (bad, decision) = run.calls(100);
        assert!(bad < 100, "seed {seed}: {bad}");
        assert!(failing(decision.as_ref()), "seed {seed}: {decision:?}");
        assert_eq!(run.calls(200).1, None, "there is nothing more to decide");
    }
}

#[test]
fn a_canary_that_fails_every_fifth_call_is_back_within_four_hundred() {
    for seed in 0..200 {
        let canary = Kind {
            failing: 0.2,
            ..GOOD
        };
        let (calls, decision) = Run::new(seed, 0.2, GOOD, canary).calls(400);
        assert!(
            cause(decision.as_ref()).is_some(),
            "seed {seed}: {calls} {decision:?}"
        );
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
        let (_, decision) = Run::new(seed, 0.2, GOOD, canary).calls(400);
        assert_eq!(cause(decision.as_ref()), Some(Cause::Traps), "seed {seed}");
    }
}

#[test]
fn a_slow_canary_goes_back_when_it_should_be_warm() {
    for seed in 0..50 {
        let canary = Kind { usual: 400, ..GOOD };
        let mut run = Run::new(seed, 0.2, GOOD, canary);
        let begin = run.now;
        let (_, decision) = run.calls(2_000);
        assert_eq!(
            cause(decision.as_ref()),
            Some(Cause::Latency),
            "seed {seed}"
        );
        assert!(run.now - begin >= TrialRules::default().hold_off);
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
        let (_, decision) = Run::new(seed, 0.5, GOOD, canary).calls(20_000);
        assert_eq!(cause(decision.as_ref()), None, "seed {seed}: {decision:?}");
    }
}

#[test]
fn a_better_canary_stays() {
    let stable = Kind {
        failing: 0.5,
        usual: 400,
        ..GOOD
    };
    let (_, decision) = Run::new(1, 0.5, stable, GOOD).calls(5_000);
    let decision = decision.expect("there was a look");
    assert_eq!(decision.rollback, None);
    assert_eq!(decision.of_window.errors, 1.0);
}

#[test]
fn what_cannot_be_instantiated_goes_back_at_once() {
    let now = Instant::now();
    let mut trial = Trial::new(TrialRules::default(), now);
    let mut fail = |side| trial.count(side, CallResult::NotInstantiated, Duration::ZERO, now);
    for _ in 0..10 {
        assert_eq!(fail(Side::Stable), None);
    }
    assert_eq!(fail(Side::Canary), None);
    assert_eq!(fail(Side::Canary), None);
    let decision = fail(Side::Canary).expect("the third is too many");
    assert_eq!(decision.rollback, Some(Cause::NotInstantiated));
    assert_eq!(
        (decision.canary.not_instantiated, decision.stable.calls),
        (3, 10)
    );
    assert_eq!(fail(Side::Canary), None);
}

#[test]
fn without_calls_of_the_stable_version_there_is_no_look() {
    let mut run = Run::new(1, 1.0, GOOD, BAD);
    assert_eq!(run.calls(500).1, None);
    run.share = 0.0;
    let mut last = None;
    for _ in 0..50 {
        let (result, latency) = GOOD.call(&mut run.random);
        last = run.trial.count(Side::Stable, result, latency, run.now);
    }
    assert!(
        failing(last.as_ref()),
        "as soon as there are enough: {last:?}"
    );
}

#[test]
fn a_changed_weight_begins_the_counts_anew() {
    let mut run = Run::new(1, 0.2, GOOD, GOOD);
    run.calls(60);
    run.trial.weight_changed();
    let (stable, canary) = run.trial.figures(run.now);
    assert_eq!((stable.calls, canary.calls), (0, 0));
    assert_eq!(run.trial.canary_calls(), 60);
    let (_, decision) = run.calls(50);
    assert_eq!(
        decision.expect("fifty more").look,
        2,
        "what is spent stays spent"
    );
}

#[test]
fn a_decision_is_read_back_as_it_was_written() {
    let (_, decision) = Run::new(1, 0.5, GOOD, BAD).calls(100);
    let decision = decision.expect("there was a look");
    let text = serde_json::to_string(&decision).expect("it is written");
    let read: Decision = serde_json::from_str(&text).expect("it is read");
    assert_eq!(read.rollback, decision.rollback);
    assert_eq!(read.batch, decision.batch);
}
