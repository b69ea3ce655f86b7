//! Whether calls pass, try or are refused: the positions of a circuit, whoever's it is. When it
//! opens, its owner knows.

use std::time::{Duration, Instant};

use super::{BreakerState, Ending};
use amphi_edge_listen::Client;

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// An answer to the question whether a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CircuitDecision {
    /// It may.
    Pass,
    /// It may, and decides whether others may.
    Try,
    /// It may not. A next one may in this time; zero while calls try.
    Refuse(Duration),
}

/// A circuit: closed, open for a time, or half open, when some clients have one try each.
#[derive(Debug)]
pub(super) struct Circuit {
    /// How long it is open, and how long a round of tries is.
    time: Duration,
    /// How many clients may try in a round.
    most: usize,
    position: Position,
    /// When it last opened after it had been closed.
    since: Option<Instant>,
    opened: u64,
}

#[derive(Debug)]
enum Position {
    Closed,
    Open { until: Instant },
    HalfOpen { until: Instant, tries: Vec<Try> },
}

#[derive(Debug)]
struct Try {
    client: Client,
    began: Instant,
    trapped: bool,
}

impl Circuit {
    /// A closed circuit. It is to be open for `time`, and then `most` clients may try in a round.
    pub(super) fn new(time: Duration, most: usize) -> Self {
        Self {
            time,
            most,
            position: Position::Closed,
            since: None,
            opened: 0,
        }
    }

    /// Whether a call of `client` may begin at `now`.
    pub(super) fn ask(&self, client: Client, now: Instant) -> CircuitDecision {
        match &self.position {
            Position::Closed => CircuitDecision::Pass,
            Position::Open { until } if now < *until => CircuitDecision::Refuse(*until - now),
            Position::HalfOpen { until, tries } if now < *until => {
                let tried = tries.iter().any(|other| other.client == client);
                if !tried && tries.len() < self.most {
                    return CircuitDecision::Try;
                }
                let trying = tries.iter().any(|other| !other.trapped);
                CircuitDecision::Refuse(if trying { Duration::ZERO } else { *until - now })
            }
            Position::Open { .. } | Position::HalfOpen { .. } => CircuitDecision::Try,
        }
    }

    /// Takes in that a call of `client` begins which was told to try.
    pub(super) fn begin_try(&mut self, client: Client, now: Instant) {
        let this = Try {
            client,
            began: now,
            trapped: false,
        };
        match &mut self.position {
            Position::HalfOpen { until, tries } if now < *until => tries.push(this),
            _ => {
                self.position = Position::HalfOpen {
                    until: after(now, self.time),
                    tries: vec![this],
                };
            }
        }
    }

    /// Takes in that the try has ended which `client` began then. The first that returns closes the
    /// circuit; when all that there may be have trapped, it is open again.
    pub(super) fn end_try(
        &mut self,
        (client, began): (Client, Instant),
        ending: Ending,
        now: Instant,
    ) {
        if ending == Ending::Returned {
            // A call may last longer than a round. But one from before the circuit opened says
            // nothing of what has happened since.
            if self.since.is_some_and(|since| began > since) {
                self.close();
            }
            return;
        }
        let Position::HalfOpen { tries, .. } = &mut self.position else {
            return;
        };
        let this = |other: &Try| other.client == client && other.began == began;
        let Some(nth) = tries.iter().position(this) else {
            return;
        };
        if ending == Ending::GivenUp {
            tries.remove(nth);
            return;
        }
        tries[nth].trapped = true;
        if tries.len() == self.most && tries.iter().all(|other| other.trapped) {
            self.open(now);
        }
    }

    /// Lets all calls pass.
    pub(super) fn close(&mut self) {
        self.position = Position::Closed;
    }

    /// Refuses calls from `now` on.
    pub(super) fn open(&mut self, now: Instant) {
        if self.is_closed() {
            self.since = Some(now);
        }
        self.opened += 1;
        self.position = Position::Open {
            until: after(now, self.time),
        };
    }

    /// Whether all calls pass.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.position, Position::Closed)
    }

    /// Whether nobody has come to try for as long as `time` after somebody could.
    pub(super) fn is_left_alone(&self, time: Duration, now: Instant) -> bool {
        match &self.position {
            Position::Closed => true,
            Position::Open { until } | Position::HalfOpen { until, .. } => {
                now > after(*until, time)
            }
        }
    }

    /// What it did with the calls that came last.
    pub(super) fn state(&self) -> BreakerState {
        match self.position {
            Position::Closed => BreakerState::Closed,
            Position::Open { .. } => BreakerState::Open,
            Position::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// How often it has opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened
    }
}

/// A time that no clock reaches is as good as a year.
fn after(time: Instant, later: Duration) -> Instant {
    time.checked_add(later).unwrap_or(time + YEAR)
}
