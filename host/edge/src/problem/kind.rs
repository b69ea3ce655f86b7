//! Everything that can go wrong with a request: its status, its word, and whose doing it is, in one
//! table.
//!
//! Problem documents, the log, the labels of metrics, the OpenAPI document and the table in
//! `docs/edge.md` have their statuses and words from here.

use std::sync::LazyLock;

use http::StatusCode;
use wasmtime::Trap;

use amphi_edge_rollout::window::CallResult;

/// Whose doing a problem is, which is what a trial and a breaker go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The client's: its request is wrong, or it does not take its answer. This says nothing of the
    /// function.
    Client,
    /// The host's, which has no room or is not set up for it. This says nothing of the function
    /// either.
    Host,
    /// The guest's: it said that it failed, or answered what is no answer.
    Guest,
    /// The guest's: it trapped, or met one of its limits.
    Trap,
    /// The component's: it cannot be instantiated.
    Component,
}

/// Which requests a problem can come of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Any at the server's address.
    Server,
    /// Calls by JSON, and requests to components that speak HTTP.
    Call,
    /// Calls by JSON.
    Typed,
    /// Requests to components that speak HTTP.
    Handler,
    /// Requests to the admin API.
    Admin,
}

macro_rules! kinds {
    ($($name:ident = $status:ident, $word:literal, $fault:ident, $scope:ident, $about:literal;)*) => {
        /// What went wrong with a request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = $about] $name,)*
            /// The guest trapped: the trap, or none if the host ended it for a reason without a
            /// name of its own.
            Trap(Option<Trap>),
        }

        impl Kind {
            /// Every kind that is no trap.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            const fn row(self) -> (StatusCode, &'static str, Fault, Scope, &'static str) {
                match self {
                    $(Self::$name => (StatusCode::$status, $word, Fault::$fault, Scope::$scope, $about),)*
                    Self::Trap(_) => TRAP,
                }
            }
        }
    };
}

const TRAP: (StatusCode, &str, Fault, Scope, &str) = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "host-error",
    Fault::Trap,
    Scope::Call,
    "The guest trapped; the word is the trap's name in Wasmtime.",
);

kinds! {
    NoRoute = NOT_FOUND, "no-route", Client, Server, "No function is routed at the path.";
    NoSuchFunction = NOT_FOUND, "no-such-function", Client, Typed, "The function does not exist.";
    NotCallable = NOT_FOUND, "not-callable", Client, Typed, "The function has a type that JSON cannot carry.";
    NoSuchVersion = NOT_FOUND, "no-such-version", Client, Call, "The requested version is not served.";
    Method = METHOD_NOT_ALLOWED, "method", Client, Server, "The method is not allowed; `allow` lists those that are.";
    Authority = BAD_REQUEST, "authority", Client, Server, "The request does not name its host, or names two.";
    NoRequest = BAD_REQUEST, "no-request", Client, Server, "The bytes are not valid HTTP, or the header section is larger than the server accepts (431); the response has no body.";
    Target = BAD_REQUEST, "target", Client, Server, "The request target is not valid for this server.";
    TransferEncoding = BAD_REQUEST, "transfer-encoding", Client, Server, "`transfer-encoding` names `chunked` more than once.";
    TransferCoding = NOT_IMPLEMENTED, "transfer-coding", Client, Server, "`transfer-encoding` names a coding other than `chunked`.";
    Connect = NOT_IMPLEMENTED, "connect", Client, Server, "CONNECT is not supported.";
    Expectation = EXPECTATION_FAILED, "expectation", Client, Server, "`expect` is something other than `100-continue`.";
    TooManyConnections = SERVICE_UNAVAILABLE, "too-many-connections", Host, Server, "There are too many connections; this one serves only health probes.";
    CrossSite = FORBIDDEN, "cross-site", Client, Typed, "A browser sent the request for a page of another site, which `cors` does not allow.";
    HeadersTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", Client, Call, "The header fields are larger than the function accepts.";
    NotAcceptable = NOT_ACCEPTABLE, "not-acceptable", Client, Typed, "`accept` asks for a JSON format that does not exist.";
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", Client, Call, "The body is larger than the function accepts.";
    BodyLate = REQUEST_TIMEOUT, "body-late", Client, Call, "The next part of the body did not arrive in time.";
    BodyIncomplete = BAD_REQUEST, "body-incomplete", Client, Call, "The body ended early.";
    Arguments = BAD_REQUEST, "arguments", Client, Typed, "The body is not valid JSON, or its arguments do not match: the problem names the argument, what was expected and what was found.";
    ArgumentsTooLarge = PAYLOAD_TOO_LARGE, "arguments-too-large", Client, Typed, "The arguments hold more values than the limit.";
    AnswerUnread = SERVICE_UNAVAILABLE, "answer-unread", Client, Typed, "The client has left too many bytes of earlier responses unread to buffer this one.";
    GivenUp = REQUEST_TIMEOUT, "given-up", Client, Call, "The client disconnected, or stopped reading its response.";
    CircuitOpen = SERVICE_UNAVAILABLE, "circuit-open", Host, Call, "The circuit breaker is open after repeated traps.";
    QueueFull = TOO_MANY_REQUESTS, "queue-full", Host, Call, "The function is at capacity: its running calls and its queue are at their limits.";
    QueueWait = SERVICE_UNAVAILABLE, "queue-wait", Host, Call, "The call was queued for longer than `queue-wait`.";
    NoPlace = SERVICE_UNAVAILABLE, "no-place", Host, Call, "The instance pool had no free slot in time.";
    BuffersFull = SERVICE_UNAVAILABLE, "buffers-full", Host, Typed, "The host's buffers for requests and responses are full.";
    HostFailed = INTERNAL_SERVER_ERROR, "host-failed", Host, Server, "The host failed.";
    Instantiation = INTERNAL_SERVER_ERROR, "instantiation", Component, Call, "The component could not be instantiated.";
    CpuLimit = GATEWAY_TIMEOUT, "cpu-limit", Trap, Call, "The guest exceeded its limit of processor time.";
    Deadline = GATEWAY_TIMEOUT, "deadline", Trap, Call, "The guest exceeded its limit of wall-clock time.";
    MemoryLimit = INTERNAL_SERVER_ERROR, "memory-limit", Trap, Call, "The guest's memories together exceeded the limit.";
    TableLimit = INTERNAL_SERVER_ERROR, "table-limit", Trap, Call, "The guest's tables together exceeded the limit.";
    HostcallLimit = INTERNAL_SERVER_ERROR, "hostcall-limit", Trap, Call, "The guest passed more bytes to the host in one call than the limit.";
    ResourceLimit = INTERNAL_SERVER_ERROR, "resource-limit", Trap, Call, "The guest held more resource handles than the limit.";
    FieldsLimit = INTERNAL_SERVER_ERROR, "fields-limit", Trap, Call, "The guest's header fields together exceeded the limit.";
    ResponseLimit = INTERNAL_SERVER_ERROR, "response-limit", Trap, Call, "The response exceeded the limit; one that has begun is cut off.";
    Exit = BAD_GATEWAY, "exit", Guest, Call, "The guest exited instead of responding.";
    ErrorCode = BAD_GATEWAY, "error-code", Guest, Handler, "The guest returned an error code instead of a response.";
    BadStatus = BAD_GATEWAY, "bad-status", Guest, Handler, "The guest's status is not a final one, from 200 to 599.";
    NoResponse = BAD_GATEWAY, "no-response", Trap, Handler, "The guest returned without a response.";
    AnswerBroken = BAD_GATEWAY, "answer-broken", Guest, Handler, "The response was not as long as announced, or the guest left it unfinished.";
    NoToken = UNAUTHORIZED, "no-token", Client, Admin, "The request has no valid token.";
    CrossOrigin = FORBIDDEN, "cross-origin", Client, Admin, "Without a token, pages of other origins are not answered.";
    NotEncrypted = FORBIDDEN, "not-encrypted", Client, Admin, "A token is not accepted over an unencrypted connection.";
    NoCanary = CONFLICT, "no-canary", Client, Admin, "The function has no canary.";
    Unwritten = SERVICE_UNAVAILABLE, "unwritten", Host, Admin, "The decision cannot be written to the audit log, so it was not taken.";
    NoConfiguration = NOT_FOUND, "no-configuration", Client, Admin, "The server was started without a configuration file.";
    NoAuditLog = NOT_FOUND, "no-audit-log", Client, Admin, "No audit log is kept.";
    BadWeight = BAD_REQUEST, "bad-weight", Client, Admin, "The body is not a valid weight.";
    ReloadFailed = UNPROCESSABLE_ENTITY, "reload-failed", Client, Admin, "The new configuration cannot be served; `problems` lists all reasons.";
}

impl Kind {
    /// The status of a problem document of this kind.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().0
    }

    /// Its word in problem documents, in the log and in metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Trap(Some(trap)) => trap_word(trap),
            other => other.row().1,
        }
    }

    /// Whose doing it is.
    #[must_use]
    pub const fn fault(self) -> Fault {
        self.row().2
    }

    /// Which requests it can come of.
    #[must_use]
    pub const fn scope(self) -> Scope {
        self.row().3
    }

    /// What it is, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.row().4
    }

    /// What a call that ended so says of the version that it had, if anything.
    pub(crate) const fn result(self) -> Option<CallResult> {
        if matches!(self, Self::GivenUp) {
            return Some(CallResult::GivenUp);
        }
        match self.fault() {
            Fault::Client | Fault::Host => None,
            Fault::Guest => Some(CallResult::Error),
            Fault::Trap => Some(CallResult::Trap),
            Fault::Component => Some(CallResult::NotInstantiated),
        }
    }
}

/// A trap's name in Wasmtime, in kebab case: `unreachable-code-reached`.
fn trap_word(trap: Trap) -> &'static str {
    static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let traps = (0..=u8::MAX).map_while(Trap::from_u8);
        traps.map(|trap| kebab(&format!("{trap:?}"))).collect()
    });
    WORDS.get(trap as usize).map_or(TRAP.1, String::as_str)
}

/// `InternalError` as `internal-error`.
pub(crate) fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_unique() {
        let traps = (0..=u8::MAX).map_while(Trap::from_u8).map(Some);
        let traps = traps.chain([None]).map(Kind::Trap);
        let kinds: Vec<Kind> = Kind::ALL.iter().copied().chain(traps).collect();
        let words: BTreeSet<&str> = kinds.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), kinds.len());
        assert!(
            !words.contains("ok") && !words.contains("error"),
            "{words:?}"
        );
    }

    #[test]
    fn traps_have_their_names() {
        let word = |trap| Kind::Trap(Some(trap)).word();
        assert_eq!(
            word(Trap::UnreachableCodeReached),
            "unreachable-code-reached"
        );
        assert_eq!(word(Trap::OutOfFuel), "out-of-fuel");
        assert_eq!(Kind::Trap(None).word(), "host-error");
    }

    /// The table of the documentation is this one; `BLESS=1` writes it anew.
    #[test]
    fn the_documentation_has_every_kind() {
        const BEGIN: &str = "<!-- every kind of problem -->\n";
        const END: &str = "<!-- until here -->\n";
        let mut table = String::from("| `kind` | status | what it is |\n|---|---|---|\n");
        let kinds = Kind::ALL.iter().copied();
        for kind in kinds.filter(|kind| kind.scope() != Scope::Admin) {
            let (status, about) = (kind.status().as_u16(), kind.about());
            table += &format!("| `{}` | {status} | {about} |\n", kind.word());
        }
        let (status, about) = (TRAP.0.as_u16(), TRAP.4);
        table += &format!("| `unreachable-code-reached`, … | {status} | {about} |\n");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/edge.md");
        let text = std::fs::read_to_string(path).expect("the documentation");
        let (before, rest) = text.split_once(BEGIN).expect("it has the table");
        let (found, after) = rest.split_once(END).expect("the table has an end");
        if std::env::var_os("BLESS").is_some() {
            let text = [before, BEGIN, &table, END, after].concat();
            std::fs::write(path, text).expect("it can be written");
        } else {
            assert_eq!(found, table, "BLESS=1 writes it anew");
        }
    }
}
