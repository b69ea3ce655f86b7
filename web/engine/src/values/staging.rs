//! Writes to guest memory, kept in order until the guest runs again.

#[cfg(test)]
mod tests;

use std::mem::ManuallyDrop;
use wasmtime_environ::error::{Result, bail};

/// The memory that writes are copied to.
pub trait Memory {
    /// Copies what is at `from` to `to`; false if it is not all inside the memory.
    #[must_use]
    fn read(&self, from: usize, to: &mut [u8]) -> bool;

    /// Copies `bytes` to `to`; false, and nothing copied, if they do not all fit inside the memory.
    #[must_use]
    fn write(&self, to: usize, bytes: &[u8]) -> bool;
}

/// The writes of one lowering since the guest ran.
///
/// What nobody writes stays as the guest has it, also where it changes that between two writes; of
/// writes to the same place the last counts, whichever block they were meant for.
#[derive(Default)]
pub struct Staging {
    /// Dropped out of the way of calls, most of which stage nothing.
    log: ManuallyDrop<Log>,
}

#[derive(Default)]
struct Log {
    /// What is written, in order.
    bytes: Vec<u8>,
    /// Where.
    runs: Vec<Run>,
    /// How many bytes are about to be written.
    expected: usize,
}

/// Writes that follow each other, in the guest as in the log.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    len: usize,
}

impl Drop for Staging {
    #[inline]
    fn drop(&mut self) {
        if self.log.runs.capacity() > 0 {
            self.free();
        }
    }
}

impl Staging {
    #[cold]
    fn free(&mut self) {
        // SAFETY: called once, when this is dropped.
        unsafe { ManuallyDrop::drop(&mut self.log) };
    }

    /// That `len` bytes are about to be written.
    pub fn expect(&mut self, len: usize) {
        self.log.expected = len;
    }

    /// Whether nothing waits to be copied.
    #[inline]
    pub fn is_clean(&self) -> bool {
        self.log.runs.is_empty()
    }

    /// `N` bytes that are written at `offset`.
    #[inline]
    pub fn get<const N: usize>(&mut self, offset: usize) -> &mut [u8; N] {
        let log = &mut *self.log;
        match log.runs.last_mut() {
            Some(run) if run.start + run.len == offset => run.len += N,
            _ => log.runs.push(Run {
                start: offset,
                len: N,
            }),
        }
        if log.bytes.capacity() - log.bytes.len() < N {
            log.grow(N);
        }
        let at = log.bytes.len();
        log.bytes.extend_from_slice(&[0; N]);
        log.bytes[at..]
            .first_chunk_mut()
            .expect("so many were added just now")
    }

    /// Copies what was written to the guest.
    pub fn flush(&mut self, memory: &impl Memory) -> Result<()> {
        let log = &mut *self.log;
        let (mut bytes, mut runs) = (log.bytes.as_slice(), log.runs.as_slice());
        while let Some(span) = Span::first(runs) {
            let (now, later) = runs.split_at(span.runs);
            let (written, rest) = bytes.split_at(span.written);
            if !span.write(now, written, memory) {
                bail!("pointer out of bounds of memory");
            }
            (bytes, runs) = (rest, later);
        }
        log.bytes.clear();
        log.runs.clear();
        Ok(())
    }
}

impl Log {
    #[cold]
    fn grow(&mut self, least: usize) {
        let expected = std::mem::take(&mut self.expected);
        self.bytes.reserve(expected.max(least));
    }
}

/// Runs that are near each other, and so are copied at once.
struct Span {
    start: usize,
    end: usize,
    /// How many runs.
    runs: usize,
    /// How many bytes of the log.
    written: usize,
}

impl Span {
    /// How many bytes may lie around one that is written.
    const SPARSE: usize = 4;

    /// As many runs from the first as are near each other.
    fn first(runs: &[Run]) -> Option<Span> {
        let first = runs.first()?;
        let mut span = Span {
            start: first.start,
            end: first.start + first.len,
            runs: 1,
            written: first.len,
        };
        for run in &runs[1..] {
            let start = span.start.min(run.start);
            let end = span.end.max(run.start + run.len);
            let written = span.written + run.len;
            if end - start > Self::SPARSE * written {
                break;
            }
            span = Span {
                start,
                end,
                runs: span.runs + 1,
                written,
            };
        }
        Some(span)
    }

    /// Copies `runs`, which this is of, to the guest; false if they are outside of its memory.
    fn write(&self, runs: &[Run], mut bytes: &[u8], memory: &impl Memory) -> bool {
        if runs.len() == 1 {
            return memory.write(self.start, bytes);
        }
        let mut all = vec![0; self.end - self.start];
        if !memory.read(self.start, &mut all) {
            return false;
        }
        for run in runs {
            let (now, rest) = bytes.split_at(run.len);
            all[run.start - self.start..][..run.len].copy_from_slice(now);
            bytes = rest;
        }
        memory.write(self.start, &all)
    }
}
