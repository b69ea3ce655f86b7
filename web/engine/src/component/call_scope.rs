//! Scopes of calls: which handles are lent for the length of a call, and which borrows must be given back by its end.
//!
//! Component-model spec, canonical ABI: `lift_borrow`, `lower_borrow` and the task's `num_borrows`.

use super::resource::HandleIndex;
use wasmtime_environ::error::{Result, bail, format_err};

/// The scopes of the calls that are under way, innermost last.
#[derive(Debug, Default)]
pub struct CallScopes(Vec<CallScope>);

/// One call.
#[derive(Debug, Default)]
struct CallScope {
    /// Owned handles lent to the callee.
    lenders: Vec<HandleIndex>,
    /// Borrowed handles that the callee still holds.
    borrows: u32,
}

impl CallScopes {
    /// A call begins.
    #[inline]
    pub fn enter(&mut self) {
        self.0.push(CallScope::default());
    }

    /// How many calls are under way.
    #[inline]
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Forgets every scope inside the outermost `depth`.
    pub fn unwind(&mut self, depth: usize) {
        self.0.truncate(depth);
    }

    /// An owned handle is lent for the length of the current call.
    pub fn lend(&mut self, handle: HandleIndex) -> Result<()> {
        self.current()?.1.lenders.push(handle);
        Ok(())
    }

    /// A borrowed handle is given to the current call; returns the scope that it belongs to.
    pub fn borrow(&mut self) -> Result<usize> {
        let (index, scope) = self.current()?;
        scope.borrows += 1;
        Ok(index)
    }

    /// A borrowed handle of scope `index` is dropped.
    pub fn give_back(&mut self, index: usize) {
        if let Some(scope) = self.0.get_mut(index) {
            scope.borrows = scope.borrows.saturating_sub(1);
        }
    }

    /// The current call ends: no borrow may be left. Returns the handles that were lent, to be unlent.
    #[inline]
    pub fn finish(&mut self) -> Result<Vec<HandleIndex>> {
        let (_, scope) = self.current()?;
        if scope.borrows > 0 {
            bail!("borrow handles still remain at the end of the call");
        }
        Ok(std::mem::take(&mut scope.lenders))
    }

    #[inline]
    fn current(&mut self) -> Result<(usize, &mut CallScope)> {
        let index = self.0.len().wrapping_sub(1);
        match self.0.last_mut() {
            Some(scope) => Ok((index, scope)),
            None => Err(format_err!("a borrowed handle is used outside of a call")),
        }
    }
}
