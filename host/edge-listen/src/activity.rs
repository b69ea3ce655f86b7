//! What a connection does at the moment, and until when it may.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::Timeouts;
use super::flight::Taking;

/// How long an idle connection stays open after it was decided that it should not: a request may be
/// on its way.
const LAST_CALL: Duration = Duration::from_millis(500);

/// How long a connection has to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a connection does. Its own task, and those of its requests, write it down.
#[derive(Debug)]
pub struct Activity {
    state: Mutex<State>,
    /// What the client of a connection of HTTP/1 has yet to take.
    pub taking: Arc<Taking>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    requests: usize,
    /// Since when the client takes nothing of what is written.
    blocked: Option<Instant>,
    /// Whether one connection has many requests at once, and what comes in may be about none of
    /// them.
    multiplexed: bool,
    leaving: Option<Instant>,
    /// When it ends, whatever it does.
    until: Option<Instant>,
}

/// Where a connection is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No request yet.
    New,
    /// The headers of a request come in.
    Head,
    /// At least one request is being answered.
    Busy,
    /// Between requests.
    Idle,
    /// It was asked to end.
    Closing,
}

impl Activity {
    /// That of a connection that begins now, and ends at `until` at the latest.
    pub fn new(until: Option<Instant>) -> Self {
        let state = State {
            phase: Phase::New,
            since: Instant::now(),
            requests: 0,
            blocked: None,
            multiplexed: false,
            leaving: None,
            until,
        };
        Self {
            state: Mutex::new(state),
            taking: Arc::new(Taking::new()),
        }
    }

    /// A request has come in.
    pub fn begin(&self, multiplexed: bool) {
        let mut state = self.state();
        state.requests += 1;
        state.multiplexed = multiplexed;
        state.enter(Phase::Busy);
    }

    /// A request was answered to the end, or given up.
    pub fn end(&self) {
        let mut state = self.state();
        state.requests -= 1;
        if state.requests == 0 {
            state.enter(Phase::Idle);
        }
    }

    /// The server ends.
    pub fn leave(&self) {
        self.state().leaving.get_or_insert_with(Instant::now);
    }

    /// The connection was asked to end.
    pub fn close(&self) {
        self.state().enter(Phase::Closing);
    }

    /// Since when its client has asked for nothing.
    pub fn idle(&self) -> Option<Instant> {
        let state = self.state();
        state.is_idle().then_some(state.since)
    }

    /// It is to end now if its client asks for nothing. Whether that is so.
    pub fn give_up(&self) -> bool {
        let mut state = self.state();
        let idle = state.is_idle();
        if idle {
            state.enter(Phase::Closing);
        }
        idle
    }

    pub fn is_multiplexed(&self) -> bool {
        self.state().multiplexed
    }

    /// What the connection may do until when, and whether it is stuck.
    pub fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, Phase)> {
        let state = self.state();
        let soon = |otherwise: Instant| {
            let left = state.leaving.map(|left| left.max(state.since) + LAST_CALL);
            left.map_or(otherwise, |left| left.min(otherwise))
        };
        let deadline = match state.phase {
            Phase::New => Some(soon(state.since + timeouts.header)),
            Phase::Head => Some(state.since + timeouts.header),
            Phase::Busy => None,
            Phase::Idle => Some(soon(state.since + timeouts.idle)),
            Phase::Closing => Some(state.since + GOODBYE),
        };
        let deadline = deadline.map(|deadline| (deadline, state.phase));
        let stuck = [state.blocked, self.taking.since()];
        let stuck = stuck.into_iter().flatten().min();
        let stuck = stuck.map(|since| (since + timeouts.body, Phase::Busy));
        let until = state.until.map(|until| (until, Phase::Busy));
        let all = [deadline, stuck, until].into_iter().flatten();
        all.min_by_key(|(deadline, _)| *deadline)
    }

    fn read(&self) {
        let mut state = self.state();
        if state.phase == Phase::Idle && !state.multiplexed {
            state.enter(Phase::Head);
        }
    }

    fn write<T>(&self, poll: &Poll<io::Result<T>>) {
        let mut state = self.state();
        match poll {
            Poll::Pending => {
                state.blocked.get_or_insert_with(Instant::now);
            }
            Poll::Ready(_) => state.blocked = None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::New | Phase::Idle)
    }

    fn enter(&mut self, phase: Phase) {
        // Who says goodbye is not asked what happens besides.
        if self.phase != Phase::Closing {
            (self.phase, self.since) = (phase, Instant::now());
        }
    }
}

/// A stream of bytes whose progress is written down.
#[derive(Debug)]
pub struct Watched<S> {
    pub stream: S,
    pub activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.activity.write(&poll);
        poll
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.activity.write(&poll);
        poll
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.activity.write(&poll);
        poll
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
