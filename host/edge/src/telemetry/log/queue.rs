//! Lines on their way to somebody who may be slow to read them.
//!
//! Lines come in whole, from any thread; one thread writes them out. Who logs never waits: a line
//! that finds no room is dropped and counted, and that is told when there is room again.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::telemetry::metrics::DROPPED_LINES;

/// The most bytes that wait to be written.
const ROOM: usize = 4 << 20;

/// Lines that wait to be written.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    /// There is something to write.
    begun: Condvar,
    /// Everything is written.
    ended: Condvar,
}

#[derive(Default)]
struct QueueState {
    lines: Vec<u8>,
    /// How many were dropped and not told of yet.
    dropped: u64,
    /// Whether the thread that writes has something to do.
    busy: bool,
}

impl Queue {
    /// A queue whose lines a thread writes to `out`. What was dropped is told to `tell`, which may
    /// add lines.
    pub(super) fn start(
        out: impl Write + Send + 'static,
        tell: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Arc<Self>> {
        let queue = Arc::<Self>::default();
        let thread = thread::Builder::new().name("amphi-log".to_owned());
        let lines = Arc::clone(&queue);
        thread.spawn(move || lines.write_to(out, &tell))?;
        Ok(queue)
    }

    /// Waits until everything is written, for `limit` at most; whether it is.
    pub(super) fn flush(&self, limit: Duration) -> bool {
        let waited = self
            .ended
            .wait_timeout_while(self.lock(), limit, |state| state.busy);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.busy
    }

    fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.lines.len() + line.len() > ROOM {
            state.dropped += 1;
            drop(state);
            DROPPED_LINES.inc();
            return;
        }
        state.lines.extend_from_slice(line);
        // Whoever is busy looks again by itself.
        if !mem::replace(&mut state.busy, true) {
            self.begun.notify_one();
        }
    }

    fn write_to(&self, mut out: impl Write, tell: &impl Fn(u64)) {
        let mut lines = Vec::new();
        loop {
            let dropped = self.take(&mut lines);
            if dropped > 0 {
                tell(dropped);
            }
            if out.write_all(&lines).and_then(|()| out.flush()).is_err() {
                DROPPED_LINES.inc_by(lines.iter().filter(|byte| **byte == b'\n').count() as u64);
            }
            lines.clear();
        }
    }

    /// Waits for lines and puts them into `lines`, which is empty; how many were dropped meanwhile.
    fn take(&self, lines: &mut Vec<u8>) -> u64 {
        let mut state = self.lock();
        while state.lines.is_empty() && state.dropped == 0 {
            state.busy = false;
            self.ended.notify_all();
            let woken = self.begun.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut state.lines, lines);
        mem::take(&mut state.dropped)
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes lines: each write is one or more of them, whole.
impl Write for &Queue {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Hands over what is written, but nothing while `stuck` has a sender.
    struct Reader {
        stuck: Receiver<()>,
        read: Sender<Vec<u8>>,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.stuck.recv();
            let read = self.read.send(bytes.to_vec());
            read.map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn who_logs_does_not_wait_and_what_is_dropped_is_told() {
        let (sticks, stuck) = channel();
        let (read, lines) = channel();
        let (said, told) = channel();
        let tell = move |dropped| said.send(dropped).expect("it is listened to");
        let queue = Queue::start(Reader { stuck, read }, tell).expect("a thread");
        let line = [&[b'x'; 1023][..], b"\n"].concat();
        let count = 3 * ROOM / line.len();
        for _ in 0..count {
            (&*queue).write_all(&line).expect("it is taken or dropped");
        }
        assert!(!queue.flush(Duration::ZERO), "nothing is written yet");
        assert!(queue.lock().lines.len() <= ROOM, "there is a limit");
        drop(sticks);
        assert!(queue.flush(LONG), "everything is written");
        let written: usize = lines.try_iter().map(|lines| lines.len()).sum();
        let dropped: u64 = told.try_iter().sum();
        assert!(written >= ROOM && dropped > 0);
        assert_eq!((written / line.len()) as u64 + dropped, count as u64);
        (&*queue).write_all(b"on\n").expect("there is room again");
        assert!(queue.flush(LONG), "it goes on");
        assert_eq!(lines.try_iter().next(), Some(b"on\n".to_vec()));
    }

    #[test]
    fn a_reader_that_has_gone_is_no_reason_to_stop() {
        let (_, stuck) = channel();
        let (read, _) = channel();
        let queue = Queue::start(Reader { stuck, read }, |_| {}).expect("a thread");
        for _ in 0..3 {
            (&*queue).write_all(b"a line\n").expect("it is taken");
            assert!(queue.flush(LONG), "it is given up");
        }
        assert!(DROPPED_LINES.get() >= 3);
    }
}
