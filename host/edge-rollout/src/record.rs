//! The entries of the audit log.

use super::decision::Decision;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// What happened to a function's versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in milliseconds since 1970 began.
    pub at: u64,
    /// The function.
    pub function: String,
    /// The digest of the version that served.
    pub stable: String,
    /// The digest of the version on trial, or of the one that came.
    pub canary: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A version took the other's place at once.
    Replaced {
        /// Why.
        by: Author,
    },
    /// A trial began.
    Began {
        /// How many of 10,000 calls it got.
        weight: u16,
        /// Who began it.
        by: Author,
    },
    /// The share of the version on trial was changed.
    Weight {
        /// How many of 10,000 calls it gets now.
        weight: u16,
        /// Who changed it.
        by: Author,
    },
    /// The version on trial took the other's place.
    Promoted {
        /// Who promoted it.
        by: Author,
    },
    /// The version on trial went back.
    RolledBack {
        /// Who decided it.
        by: Author,
        /// What it was decided by, if by figures.
        decision: Option<Box<Decision>>,
    },
}

/// Who decided something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// Somebody, through the admin API.
    Hand,
    /// The configuration, because it changed.
    Configuration,
    /// The schedule of the rollout.
    Schedule,
    /// The trial.
    Trial,
}

/// Milliseconds since 1970 began; zero before.
#[must_use]
pub fn millis(now: SystemTime) -> u64 {
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or(Duration::ZERO).as_millis();
    u64::try_from(since).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_object() {
        let record = Record {
            at: millis(SystemTime::UNIX_EPOCH + Duration::from_millis(1_500)),
            function: "calc".to_owned(),
            stable: "aa".to_owned(),
            canary: "bb".to_owned(),
            event: Event::RolledBack {
                by: Author::Hand,
                decision: None,
            },
        };
        let text = serde_json::to_string(&record).expect("it is written");
        let expected = r#"{"at":1500,"function":"calc","stable":"aa","canary":"bb","event":"rolled-back","by":"hand","decision":null}"#;
        assert_eq!(text, expected);
        let read: Record = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, record);
    }

    /// A log goes on with another version of this program.
    #[test]
    fn a_record_of_an_earlier_version_is_read() {
        let figures = r#"{"calls":9,"failed":9,"trapped":0,"not_instantiated":0,"p99_micros":1}"#;
        let likely = r#"{"errors":1.0,"traps":1.0,"latency":1.0}"#;
        let text = format!(
            r#"{{"at":1,"function":"calc","stable":"aa","canary":"bb","event":"rolled-back","by":"trial","decision":{{"rollback":"traps","look":1,"level":0.1,"stable":{figures},"canary":{figures},"batch":{figures},"of_window":{likely},"of_batch":{likely}}}}}"#
        );
        let read: Record = serde_json::from_str(&text).expect("it is read");
        let Event::RolledBack {
            decision: Some(decision),
            ..
        } = read.event
        else {
            panic!("{read:?}");
        };
        assert_eq!((decision.doubt, decision.canary.clients), (None, 0));
    }
}
