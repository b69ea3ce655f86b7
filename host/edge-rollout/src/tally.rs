//! The calls of one version, counted by whose they are, in sums of fixed size: what several
//! processes have counted is added up.

use super::choice::Side;
use super::secret::{STRATA, Stratum};
use super::tail::Sample;
use super::window::{CallResult, Counts};
use std::time::Duration;

/// A call that has ended, as a trial counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which version it had.
    pub side: Side,
    /// Whether chance alone has chosen that version, so that its client could not.
    pub drawn: bool,
    /// Where its client is counted.
    pub stratum: Stratum,
    /// How often the weight had changed when it was shared out:
    /// [`Split::turn`](super::choice::Split::turn).
    pub turn: u32,
    /// How it ended.
    pub result: CallResult,
    /// How long the guest took, without what it waited for its client.
    pub latency: Duration,
}

/// Beyond what times a call of the stable version is slow: what half of its calls take at most,
/// nine of ten, and 99 of 100. A canary may take [`slower`](super::trial::TrialRules::slower) times
/// as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks(pub [Duration; MARKS]);

/// How many marks there are.
pub const MARKS: usize = 3;

/// Of so many calls one is beyond each of the marks.
const ONE_IN: [u64; MARKS] = [2, 10, 100];

/// What of a call may be bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// It trapped.
    Traps,
    /// It failed, in whatever way.
    Errors,
    /// It took longer than the mark with this number.
    Slow(usize),
}

impl Question {
    /// All of them.
    pub const ALL: [Question; 2 + MARKS] = [
        Question::Traps,
        Question::Errors,
        Question::Slow(0),
        Question::Slow(1),
        Question::Slow(2),
    ];
}

/// Sums of some calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Calls.
    pub calls: u64,
    /// Those of them that failed, in whatever way.
    pub failed: u64,
    /// Those of them that trapped, or had no instance.
    pub trapped: u64,
    /// Those of them that ended while there were marks.
    pub timed: u64,
    /// Those of these that were beyond each mark. What was not answered is.
    pub slow: [u64; MARKS],
}

/// The calls of one version.
#[derive(Clone, Debug)]
pub struct Tally {
    strata: Box<[Sums; STRATA]>,
    /// Calls whose version chance has chosen, all that were begun.
    drawn: Sums,
    counts: Counts,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            strata: Box::new([Sums::default(); STRATA]),
            drawn: Sums::default(),
            counts: Counts::default(),
        }
    }
}

impl Tally {
    /// Counts a call, which is slow beyond these marks. One that was given up says nothing of its
    /// version; only that it was drawn is counted, since a client that gives up what it sees is
    /// good would choose what is counted.
    pub fn count(&mut self, call: &Call, marks: Option<&Marks>) {
        let mut sums = Sums::of(call, marks);
        if call.drawn {
            self.drawn.add(&sums);
        }
        if call.result == CallResult::GivenUp {
            sums = Sums::default();
        }
        self.strata[call.stratum.number()].add(&sums);
        self.counts.count(call.result, call.latency);
    }

    /// What is in figures of it.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Calls that say something.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.counts.calls
    }

    /// One stratum.
    #[must_use]
    pub fn stratum(&self, number: usize) -> &Sums {
        &self.strata[number]
    }

    /// Calls whose version chance has chosen.
    #[must_use]
    pub fn drawn(&self) -> &Sums {
        &self.drawn
    }

    /// In how many strata there are calls.
    #[must_use]
    pub fn clients(&self) -> u64 {
        let there = self.strata.iter().filter(|sums| sums.calls > 0);
        there.count() as u64
    }

    /// Forgets which calls were slow: the marks are others from now on.
    pub fn forget_slow(&mut self) {
        for sums in self.strata.iter_mut().chain([&mut self.drawn]) {
            (sums.timed, sums.slow) = (0, [0; MARKS]);
        }
    }
}

impl Sums {
    fn of(call: &Call, marks: Option<&Marks>) -> Sums {
        let trapped = matches!(call.result, CallResult::Trap | CallResult::NotInstantiated);
        let failed = trapped || call.result == CallResult::Error;
        let given_up = call.result == CallResult::GivenUp;
        let beyond = |mark: Duration| trapped || !given_up && call.latency > mark;
        Sums {
            calls: 1,
            failed: failed.into(),
            trapped: trapped.into(),
            timed: marks.is_some().into(),
            slow: marks.map_or([0; MARKS], |Marks(marks)| {
                marks.map(|mark| beyond(mark).into())
            }),
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Sums) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.trapped += other.trapped;
        self.timed += other.timed;
        for (slow, more) in self.slow.iter_mut().zip(other.slow) {
            *slow += more;
        }
    }

    /// Without some that are part of these.
    #[must_use]
    pub fn without(&self, part: &Sums) -> Sums {
        let mut slow = self.slow;
        for (slow, less) in slow.iter_mut().zip(part.slow) {
            *slow -= less;
        }
        Sums {
            calls: self.calls - part.calls,
            failed: self.failed - part.failed,
            trapped: self.trapped - part.trapped,
            timed: self.timed - part.timed,
            slow,
        }
    }

    /// How many of which calls are bad.
    pub(super) fn sample(&self, question: Question) -> Sample {
        let (hits, of) = match question {
            Question::Traps => (self.trapped, self.calls),
            Question::Errors => (self.failed, self.calls),
            Question::Slow(mark) => (self.slow[mark], self.timed),
        };
        Sample { hits, of }
    }
}

impl Marks {
    /// The one beyond which the fewest calls are.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.0[MARKS - 1]
    }

    /// The marks of calls of the stable version. What was not answered took longer than all else.
    #[must_use]
    pub fn of(counts: &Counts) -> Marks {
        Marks(ONE_IN.map(|one_in| {
            let beyond = (counts.calls / one_in).checked_sub(counts.trapped);
            let mark = beyond.and_then(|beyond| counts.latency(beyond));
            mark.unwrap_or(Duration::MAX)
        }))
    }

    /// What a version may take that may take so many times as long.
    #[must_use]
    pub fn times(&self, times: f64) -> Marks {
        Marks(self.0.map(|mark| {
            let mark = mark.as_secs_f64() * times;
            Duration::try_from_secs_f64(mark).unwrap_or(Duration::MAX)
        }))
    }
}
