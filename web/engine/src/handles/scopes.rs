//! Scopes of calls: which handles are lent for the length of a call, and which borrows must be
//! given back by its end.
//!
//! Component-model spec, canonical ABI: `lift_borrow`, `lower_borrow` and the task's `num_borrows`.

use super::HandleIndex;
use wasmtime_environ::error::{Result, bail, format_err};

/// The scopes of the calls that are under way.
///
/// Most calls lend nothing, so a call is a number, and a scope is kept only for a call that has
/// lent or borrowed something.
#[derive(Debug, Default)]
#[repr(C)]
pub struct CallScopes {
    /// How many guests are being called. Adapters count here by themselves, so it stays where it
    /// is.
    guests: u32,
    depth: usize,
    /// Scopes with something in them, innermost last.
    used: Vec<CallScope>,
    /// Owned handles lent to a callee, each with the depth of the call; those of the innermost call
    /// last. One list for all calls, so that a call which lends allocates nothing.
    lenders: Vec<(usize, HandleIndex)>,
}

/// What to go back to when a call of a guest ends, well or not.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// How deep the scopes were.
    pub depth: usize,
    guests: u32,
}

/// One call.
#[derive(Debug)]
struct CallScope {
    depth: usize,
    /// Borrowed handles that the callee still holds.
    borrows: u32,
}

impl CallScopes {
    /// A call begins; returns the depth to unwind to at its end.
    #[inline]
    pub fn enter(&mut self) -> usize {
        self.depth += 1;
        self.depth - 1
    }

    /// A call of a guest begins.
    #[inline]
    pub fn enter_guest(&mut self) -> Mark {
        let guests = self.guests;
        self.guests += 1;
        let depth = self.enter();
        Mark { depth, guests }
    }

    /// A call of a guest has ended, and so have all inside of it.
    #[inline]
    pub fn leave_guest(&mut self, mark: Mark) {
        self.guests = mark.guests;
        self.unwind(mark.depth);
    }

    /// How many guests are being called.
    #[inline]
    pub fn calls(&self) -> usize {
        self.guests as usize
    }

    /// Where they are counted.
    pub fn count_address(&self) -> *const u32 {
        &raw const self.guests
    }

    /// Ends the current call, which is one of a guest.
    pub fn leave(&mut self) {
        self.guests = self.guests.saturating_sub(1);
        self.unwind(self.depth.saturating_sub(1));
    }

    /// Ends every call inside the outermost `depth`.
    #[inline]
    pub fn unwind(&mut self, depth: usize) {
        self.depth = depth;
        if !self.is_idle() {
            self.forget_inner();
        }
    }

    /// Forgets the scopes of calls that have ended. Out of the way of calls, most of which lend
    /// nothing.
    #[cold]
    fn forget_inner(&mut self) {
        let depth = self.depth;
        self.used.retain(|scope| scope.depth <= depth);
        self.lenders.retain(|(lent, _)| *lent <= depth);
    }

    /// Whether no call has lent or borrowed anything.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.used.is_empty() && self.lenders.is_empty()
    }

    /// An owned handle is lent for the length of the current call.
    pub(super) fn lend(&mut self, handle: HandleIndex) -> Result<()> {
        self.check_depth()?;
        self.lenders.push((self.depth, handle));
        Ok(())
    }

    /// A borrowed handle is given to the current call; returns the scope that it belongs to.
    pub fn borrow(&mut self) -> Result<usize> {
        self.current()?.borrows += 1;
        Ok(self.depth)
    }

    /// A borrowed handle of scope `depth` is dropped.
    pub fn give_back(&mut self, depth: usize) {
        if let Some(scope) = self.used.iter_mut().find(|scope| scope.depth == depth) {
            scope.borrows = scope.borrows.saturating_sub(1);
        }
    }

    /// The current call ends: no borrow may be left.
    pub fn finish(&self) -> Result<()> {
        match self.used.last() {
            Some(scope) if scope.depth == self.depth && scope.borrows > 0 => {
                bail!("borrow handles still remain at the end of the call")
            }
            _ => Ok(()),
        }
    }

    /// A handle that was lent to the current call, to be unlent; none when all are.
    pub(super) fn take_lender(&mut self) -> Option<HandleIndex> {
        let depth = self.depth;
        let lender = self.lenders.pop_if(|(lent, _)| *lent == depth)?;
        Some(lender.1)
    }

    fn check_depth(&self) -> Result<()> {
        if self.depth == 0 {
            bail!("a borrowed handle is used outside of a call");
        }
        Ok(())
    }

    fn current(&mut self) -> Result<&mut CallScope> {
        self.check_depth()?;
        let depth = self.depth;
        if self.used.last().is_none_or(|scope| scope.depth < depth) {
            self.used.push(CallScope { depth, borrows: 0 });
        }
        self.used
            .last_mut()
            .ok_or_else(|| format_err!("the current call has no scope"))
    }
}
