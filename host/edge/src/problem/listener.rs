//! What the listener answers by itself, as problems.

use amphi_edge_listen::{ListenError, ListenErrorKind, RequestBodyError};

use super::{Kind, Problem};

/// What kind of problem it is that a request's body ended before its end.
pub(crate) fn kind_of(error: &RequestBodyError) -> Kind {
    match error {
        RequestBodyError::Late => Kind::BodyLate,
        _ => Kind::BodyIncomplete,
    }
}

impl From<ListenErrorKind> for Kind {
    fn from(kind: ListenErrorKind) -> Self {
        match kind {
            ListenErrorKind::Authority => Self::Authority,
            ListenErrorKind::Target => Self::Target,
            ListenErrorKind::TransferEncoding => Self::TransferEncoding,
            ListenErrorKind::TransferCoding => Self::TransferCoding,
            ListenErrorKind::Connect => Self::Connect,
            ListenErrorKind::Expectation => Self::Expectation,
            ListenErrorKind::TooManyConnections => Self::TooManyConnections,
            ListenErrorKind::BodyLate => Self::BodyLate,
            _ => Self::HostFailed,
        }
    }
}

impl From<&ListenError> for Problem {
    fn from(error: &ListenError) -> Self {
        let problem = Self::new(error.kind().into(), error);
        match error.retry_after() {
            Some(time) => problem.retry_after(time),
            None => problem,
        }
    }
}

impl From<ListenError> for Problem {
    fn from(error: ListenError) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The listener has its statuses itself, since it knows no problems; they are those of the
    /// problems that it is answered with.
    #[test]
    fn what_the_listener_answers_is_a_problem_of_the_same_status() {
        let mut kinds = Vec::new();
        for &error in ListenErrorKind::ALL {
            let kind = Kind::from(error);
            assert_eq!(kind.status(), error.status(), "{error:?}");
            assert!(!kinds.contains(&kind), "{error:?}");
            assert!(kind != Kind::HostFailed || error == ListenErrorKind::HandlerFailed);
            kinds.push(kind);
        }
    }
}
