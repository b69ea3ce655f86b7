//! A slow link, as arithmetic: when what is sent arrives. The clock is an argument.
//!
//! All connections share the way to the browser, which sends one piece after the other, at so many
//! bits in a second; what is sent then takes half of a round trip. The way from the browser has no
//! rate, for requests are short. A connection is open one round trip after it was begun, and
//! nothing of the browser's leaves before. So the first answer over a new connection begins to
//! arrive after two round trips, and over one that is open after one, as it is with TCP.
//!
//! It knows no loss, no slow start, no names to look up, no TLS, and no headers below HTTP.

use std::time::Duration;

/// How fast a link is.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// How many bits the browser gets in a second.
    pub bits: u32,
    /// How long there and back again takes.
    pub round_trip: Duration,
}

/// The link that all connections share. Times are since any one moment.
#[derive(Debug)]
pub struct Link {
    /// None: everything arrives when it is sent.
    speed: Option<Speed>,
    /// When it has sent what it was given so far.
    free: Duration,
}

/// The way of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When its last bit has left.
    pub leaves: Duration,
    /// When that is at the other end.
    pub arrives: Duration,
}

impl Link {
    /// A link on which nothing is yet.
    pub fn new(speed: Option<Speed>) -> Self {
        Self {
            speed,
            free: Duration::ZERO,
        }
    }

    /// When a connection that is begun `now` is open.
    pub fn opened(&self, now: Duration) -> Duration {
        now + self.speed.map_or(Duration::ZERO, |speed| speed.round_trip)
    }

    /// The way from the browser of what it sends `now` on a connection that was open at `opened`.
    pub fn up(&self, now: Duration, opened: Duration) -> Passage {
        let leaves = now.max(opened);
        Passage {
            leaves,
            arrives: leaves + self.half(),
        }
    }

    /// The way to the browser of so many bytes that are sent `now`.
    pub fn down(&mut self, now: Duration, bytes: usize) -> Passage {
        let begins = now.max(self.free);
        let takes = self.speed.map_or(Duration::ZERO, |speed| {
            Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(speed.bits))
        });
        self.free = begins + takes;
        Passage {
            leaves: self.free,
            arrives: self.free + self.half(),
        }
    }

    fn half(&self) -> Duration {
        self.speed
            .map_or(Duration::ZERO, |speed| speed.round_trip / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::{Link, Passage, Speed};
    use std::time::Duration;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// A byte in a millisecond, and 60 there and back.
    fn link() -> Link {
        Link::new(Some(Speed {
            bits: 8000,
            round_trip: ms(60),
        }))
    }

    fn passage(leaves: u64, arrives: u64) -> Passage {
        Passage {
            leaves: ms(leaves),
            arrives: ms(arrives),
        }
    }

    #[test]
    fn a_new_connection_takes_two_round_trips_and_one_that_is_open_takes_one() {
        let mut link = link();
        let opened = link.opened(ms(100));
        assert_eq!(opened, ms(160));
        // The browser sends at once, for its system says that the connection is there.
        let request = link.up(ms(101), opened);
        assert_eq!(request, passage(160, 190));
        let answer = link.down(request.arrives, 10);
        assert_eq!(answer, passage(200, 230));
        let next = link.up(answer.arrives, opened);
        assert_eq!(next, passage(230, 260));
        assert_eq!(link.down(next.arrives, 10), passage(270, 300));
    }

    #[test]
    fn connections_share_the_rate() {
        let mut link = link();
        // Two that send at once get half of it each, piece by piece.
        assert_eq!(link.down(ms(0), 100), passage(100, 130));
        assert_eq!(link.down(ms(0), 100), passage(200, 230));
        assert_eq!(link.down(ms(50), 100), passage(300, 330));
        // After a pause nothing is left to wait for, and nothing was saved up.
        assert_eq!(link.down(ms(1000), 100), passage(1100, 1130));
    }

    #[test]
    fn a_megabyte_takes_what_its_bits_take() {
        let mut link = Link::new(Some(Speed {
            bits: 9_000_000,
            round_trip: ms(60),
        }));
        let pieces = (0..1000).map(|_| link.down(ms(0), 1125)).last();
        assert_eq!(pieces, Some(passage(1000, 1030)));
    }

    #[test]
    fn without_a_speed_everything_arrives_when_it_is_sent() {
        let mut link = Link::new(None);
        let opened = link.opened(ms(5));
        assert_eq!(link.up(ms(5), opened), passage(5, 5));
        assert_eq!(link.down(ms(6), 1_000_000), passage(6, 6));
        assert_eq!(link.down(ms(6), 1_000_000), passage(6, 6));
    }
}
