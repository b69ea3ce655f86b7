//! A canary from its begin to its end.

use super::steps::Step;
use super::*;

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

struct Traffic {
    rollout: Rollout,
    random: fastrand::Rng,
    now: Instant,
}

impl Traffic {
    fn new(plan: Plan) -> Traffic {
        let now = Instant::now();
        Traffic {
            rollout: Rollout::new("calc", plan, TrialRules::default(), now),
            random: fastrand::Rng::with_seed(9),
            now,
        }
    }

    /// Calls, a hundred in a second, until something is to be done, at most so many; of the canary's, a share fails.
    fn calls(&mut self, most: u32, failing: f64) -> Option<Change> {
        for _ in 0..most {
            self.now += Duration::from_millis(10);
            let wish = choice::Wish::default();
            let (side, _) = self.rollout.split().choose(&wish, self.random.u64(..));
            let failed = side == Side::Canary && self.random.f64() < failing;
            let result = [CallResult::Good, CallResult::Error][usize::from(failed)];
            let latency = Duration::from_micros(self.random.u64(100..10_000));
            if let Some(change) = self.rollout.count(side, result, latency, self.now) {
                return Some(change);
            }
        }
        None
    }
}

#[test]
fn a_good_canary_is_promoted_step_by_step() {
    let mut traffic = Traffic::new(steps(&[5, 25, 50]));
    let begin = traffic.now;
    assert_eq!(traffic.rollout.split().weight(), percent(5));
    assert_eq!(traffic.calls(5_000, 0.0), Some(Change::Weight(percent(25))));
    assert_eq!(traffic.rollout.split().weight(), percent(25));
    assert_eq!(traffic.calls(5_000, 0.0), Some(Change::Weight(percent(50))));
    assert_eq!(traffic.rollout.step(), Some(2));
    assert_eq!(traffic.calls(5_000, 0.0), Some(Change::Promote));
    assert!(traffic.now - begin >= Duration::from_secs(30));
    assert!(traffic.rollout.over());
    assert_eq!(traffic.calls(5_000, 1.0), None);
}

#[test]
fn a_canary_that_goes_bad_goes_back_whatever_the_schedule_says() {
    let mut traffic = Traffic::new(steps(&[10, 50]));
    assert_eq!(traffic.calls(5_000, 0.0), Some(Change::Weight(percent(50))));
    let Some(Change::Rollback(decision)) = traffic.calls(5_000, 0.5) else {
        panic!("expected a rollback, found {:?}", traffic.rollout);
    };
    assert_eq!(traffic.rollout.last_decision(), Some(&*decision));
    assert!(traffic.rollout.over());
    let later = traffic.now + Duration::from_secs(1000);
    assert_eq!(traffic.rollout.tick(later), None);
}

#[test]
fn a_weight_set_by_hand_stays() {
    let mut traffic = Traffic::new(steps(&[10, 50]));
    traffic.rollout.set_weight(percent(30));
    assert_eq!(traffic.calls(5_000, 0.0), None);
    assert_eq!(traffic.rollout.split().weight(), percent(30));
    assert_eq!(traffic.rollout.step(), None);
    let (stable, canary) = traffic.rollout.figures(traffic.now);
    assert_eq!(stable.calls + canary.calls, 5_000);
}

#[test]
fn time_alone_does_not_promote() {
    let mut traffic = Traffic::new(steps(&[10]));
    let later = traffic.now + Duration::from_secs(1000);
    assert_eq!(traffic.rollout.tick(later), None, "nobody called it");
}
