//! One table of handles, as each component instance has one, and the host.

#[cfg(test)]
mod tests;

use super::HOST_TAG;
use wasmtime_environ::error::{Result, bail, format_err};

/// The most handles a table may have (spec: `Table.MAX_LENGTH`).
const MAX_HANDLES: usize = 1 << 28;

/// How many handles there are in all the tables of a store, and how many there may be.
///
/// Guests make handles without the host's doing, so that memory of the host's must have a bound. A
/// lend counts as a handle, and so does a call.
#[derive(Debug)]
pub struct LiveHandles {
    live: usize,
    /// How many calls of guests are under way, when a handle is made.
    calls: usize,
    /// The most that there may be.
    pub limit: usize,
}

impl Default for LiveHandles {
    fn default() -> LiveHandles {
        LiveHandles {
            live: 0,
            calls: 0,
            // Wasmtime's own.
            limit: 100_000,
        }
    }
}

impl LiveHandles {
    fn one_more(&mut self, doing: &str) -> Result<()> {
        if self.are_full(self.calls) {
            bail!("cannot {doing}: store handle limit exceeded");
        }
        self.live += 1;
        Ok(())
    }

    fn one_less(&mut self) {
        self.live = self.live.saturating_sub(1);
    }

    /// Whether there are as many as there may be, with those of `calls` under way.
    #[inline]
    pub fn are_full(&self, calls: usize) -> bool {
        self.live + calls >= self.limit
    }

    /// A call has failed, and its handle stays.
    pub fn one_for_good(&mut self) {
        self.live += 1;
    }

    /// The same, in a store with so many calls under way.
    pub fn during(&mut self, calls: usize) -> &mut LiveHandles {
        self.calls = calls;
        self
    }
}

/// Handles by number; 0 is never one.
#[derive(Debug, Default)]
pub struct HandleTable {
    entries: Vec<HandleEntry>,
    /// The first free entry, a list through [`HandleEntry::Free`]; the length of `entries` ends it.
    free: usize,
}

#[derive(Clone, Copy, Debug)]
enum HandleEntry {
    Free { next: usize },
    Own { rep: u32, tag: u32, lends: u32 },
    Borrow { rep: u32, tag: u32, scope: usize },
}

/// What a removed handle was.
#[derive(Clone, Copy, Debug)]
pub enum Removed {
    /// Owned: its destructor is to be run unless it moves elsewhere.
    Own {
        /// The representation.
        rep: u32,
    },
    /// Borrowed in the call with this scope.
    Borrow {
        /// The scope.
        scope: usize,
    },
}

impl HandleTable {
    /// Adds an owned handle of the resource type `tag`.
    pub fn insert_own(&mut self, live: &mut LiveHandles, rep: u32, tag: u32) -> Result<u32> {
        self.insert(live, HandleEntry::Own { rep, tag, lends: 0 })
    }

    /// Adds a handle borrowed in the call `scope`.
    pub fn insert_borrow(
        &mut self,
        live: &mut LiveHandles,
        rep: u32,
        tag: u32,
        scope: usize,
    ) -> Result<u32> {
        self.insert(live, HandleEntry::Borrow { rep, tag, scope })
    }

    fn insert(&mut self, live: &mut LiveHandles, entry: HandleEntry) -> Result<u32> {
        let index = self.free;
        if index + 1 >= MAX_HANDLES {
            bail!("cannot allocate another handle: index overflow");
        }
        live.one_more("allocate another handle")?;
        match self.entries.get_mut(index) {
            Some(slot) => {
                if let HandleEntry::Free { next } = *slot {
                    self.free = next;
                }
                *slot = entry;
            }
            None => {
                self.entries.push(entry);
                self.free = self.entries.len();
            }
        }
        Ok(index as u32 + 1)
    }

    fn entry(&mut self, handle: u32) -> Result<&mut HandleEntry> {
        (handle as usize)
            .checked_sub(1)
            .and_then(|index| self.entries.get_mut(index))
            .filter(|entry| !matches!(entry, HandleEntry::Free { .. }))
            .ok_or_else(|| format_err!("unknown handle index {handle}"))
    }

    /// The representation behind a handle of the resource type `tag`.
    pub fn rep(&mut self, handle: u32, tag: u32) -> Result<u32> {
        match *self.entry(handle)? {
            HandleEntry::Own {
                rep, tag: found, ..
            }
            | HandleEntry::Borrow {
                rep, tag: found, ..
            } => {
                check_tag(handle, tag, found)?;
                Ok(rep)
            }
            HandleEntry::Free { .. } => Err(format_err!("unknown handle index {handle}")),
        }
    }

    /// Lends a handle for the length of a call: its representation, and whether it is owned and so
    /// counts the lend.
    pub fn lend(&mut self, live: &mut LiveHandles, handle: u32, tag: u32) -> Result<(u32, bool)> {
        let rep = self.rep(handle, tag)?;
        match self.entry(handle)? {
            HandleEntry::Own { lends, .. } => {
                let more = lends
                    .checked_add(1)
                    .ok_or_else(|| format_err!("cannot lend resource: too many active lends"))?;
                live.one_more("lend resource")?;
                *lends = more;
                Ok((rep, true))
            }
            HandleEntry::Borrow { .. } | HandleEntry::Free { .. } => Ok((rep, false)),
        }
    }

    /// A lend has ended.
    pub fn unlend(&mut self, live: &mut LiveHandles, handle: u32) -> Result<()> {
        if let HandleEntry::Own { lends, .. } = self.entry(handle)? {
            *lends = lends.saturating_sub(1);
            live.one_less();
        }
        Ok(())
    }

    /// Removes a handle of the resource type `tag`.
    pub fn remove(&mut self, live: &mut LiveHandles, handle: u32, tag: u32) -> Result<Removed> {
        let removed = match *self.entry(handle)? {
            HandleEntry::Own { lends, .. } if lends > 0 => {
                bail!("cannot remove owned resource while borrowed")
            }
            HandleEntry::Own {
                rep, tag: found, ..
            } => {
                check_tag(handle, tag, found)?;
                Removed::Own { rep }
            }
            HandleEntry::Borrow {
                tag: found, scope, ..
            } => {
                check_tag(handle, tag, found)?;
                Removed::Borrow { scope }
            }
            HandleEntry::Free { .. } => bail!("unknown handle index {handle}"),
        };
        let next = std::mem::replace(&mut self.free, handle as usize - 1);
        *self.entry(handle)? = HandleEntry::Free { next };
        live.one_less();
        Ok(removed)
    }
}

fn check_tag(handle: u32, expected: u32, found: u32) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let name = |tag| match tag {
        HOST_TAG => "host resource",
        _ => "guest-defined resource",
    };
    bail!(
        "handle index {handle} used with the wrong type, expected {} but found a different {}",
        name(expected),
        name(found)
    )
}
