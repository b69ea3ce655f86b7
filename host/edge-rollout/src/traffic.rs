//! Calls drawn at random, for tests: of many clients, by chance and by keys, and of one that
//! steers.

use super::choice::{Side, Wish};
use super::decision::{Cause, Decision};
use super::secret::{Secret, Stratum};
use super::tally::Call;
use super::window::CallResult;
use super::{Change, Plan, Rollout, TrialRules};
use std::time::{Duration, Instant};

/// How a version behaves: what share of its calls fail, what share of those trap, and what its
/// slowest hundredth costs.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub failing: f64,
    pub trapping: f64,
    /// Milliseconds of a usual call at most, and of one in fifty.
    pub usual: u64,
    pub slow: u64,
}

pub const GOOD: Kind = Kind {
    failing: 0.01,
    trapping: 0.1,
    usual: 20,
    slow: 200,
};

pub const BAD: Kind = Kind {
    failing: 1.0,
    ..GOOD
};

pub const FIFTH: Kind = Kind {
    failing: 0.2,
    ..GOOD
};

pub const TWICE_AS_SLOW: Kind = Kind {
    usual: 40,
    slow: 400,
    ..GOOD
};

impl Kind {
    pub fn call(self, random: &mut fastrand::Rng) -> (CallResult, Duration) {
        let result = match random.f64() < self.failing {
            true if random.f64() < self.trapping => CallResult::Trap,
            true => CallResult::Error,
            false => CallResult::Good,
        };
        let most = [self.usual, self.slow][usize::from(random.u8(0..50) == 0)];
        (result, Duration::from_micros(random.u64(0..1000 * most)))
    }
}

/// The stratum of the client that steers, if there is one.
pub const STEERS: usize = 63;

/// A rollout that is called.
pub struct Traffic {
    pub rollout: Rollout,
    pub random: fastrand::Rng,
    pub now: Instant,
    /// How many clients there are, each in its own stratum from 0 on.
    pub clients: usize,
    /// What share of the calls has a key.
    pub keyed: f64,
    /// What share of the stable version's calls there are at all.
    pub stable_share: f64,
    pub stable: Kind,
    pub canary: Kind,
    /// The canary's calls, and those of them that failed.
    pub calls: u64,
    pub failed: u64,
    /// What was done, in order; all that is due is done at once.
    pub done: Vec<Change>,
}

impl Traffic {
    pub fn new(seed: u64, plan: Plan, stable: Kind, canary: Kind) -> Traffic {
        let now = Instant::now();
        let secret = Secret::new([seed as u8; 32]);
        Traffic {
            rollout: Rollout::new(secret, plan, TrialRules::default(), now),
            random: fastrand::Rng::with_seed(seed),
            now,
            clients: 20,
            keyed: 0.2,
            stable_share: 1.0,
            stable,
            canary,
            calls: 0,
            failed: 0,
            done: Vec::new(),
        }
    }

    /// A call of some client, ten milliseconds after the one before on average.
    pub fn call(&mut self) {
        self.now += Duration::from_micros(self.random.u64(0..20_000));
        let client = self.random.usize(0..self.clients);
        // A user of the client.
        let key = (self.random.f64() < self.keyed).then(|| self.random.u16(..).to_le_bytes());
        let wish = Wish {
            side: None,
            key: key.as_ref().map(|key| &key[..]),
        };
        let split = self.rollout.split();
        let (side, _) = split.choose(&wish, self.random.u64(..));
        if side == Side::Stable && self.random.f64() >= self.stable_share {
            return;
        }
        let kind = match side {
            Side::Stable => self.stable,
            Side::Canary => self.canary,
        };
        let (result, latency) = kind.call(&mut self.random);
        self.send(client, side, key.is_none(), result, latency);
    }

    /// A call that ends now.
    pub fn send(
        &mut self,
        client: usize,
        side: Side,
        drawn: bool,
        result: CallResult,
        latency: Duration,
    ) {
        if side == Side::Canary {
            self.calls += 1;
            self.failed += u64::from(result != CallResult::Good);
        }
        let call = Call {
            side,
            drawn,
            stratum: Stratum::of(client),
            turn: self.rollout.split().turn(),
            result,
            latency,
        };
        let due = self.rollout.count(&call, self.now);
        self.settle(due);
    }

    /// Calls until the canary has had so many more or the trial is over.
    pub fn until(&mut self, calls: u64) {
        let end = self.calls + calls;
        let mut all = 0;
        while self.calls < end && !self.rollout.over() && all < 200 * calls {
            self.call();
            all += 1;
        }
    }

    /// Time goes by without calls.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
        let due = self.rollout.tick(self.now);
        self.settle(due);
    }

    pub fn last(&self) -> Option<&Decision> {
        self.rollout.last_decision()
    }

    /// Why it went back, if it did.
    pub fn cause(&self) -> Option<Cause> {
        match self.done.last() {
            Some(Change::Rollback(decision)) => decision.rollback,
            _ => None,
        }
    }

    pub fn is_promoted(&self) -> bool {
        self.done.contains(&Change::Promote)
    }

    fn settle(&mut self, due: Option<Change>) {
        if let Some(change) = due {
            assert!(self.rollout.settle(&change, true, self.now));
            self.done.push(change);
        }
    }
}
