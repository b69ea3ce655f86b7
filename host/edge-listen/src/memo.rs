//! What was found last, where the same is mostly looked for again.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A cache of one entry: what was found last, of a connection for example, over which most requests
/// ask for the same.
pub struct Memo<T>(Mutex<Option<T>>);

impl<T: Clone> Memo<T> {
    /// What was made last, if it `fits`, or else what is made now.
    pub fn or_make(&self, fits: impl FnOnce(&T) -> bool, make: impl FnOnce() -> T) -> T {
        let made: Result<T, Infallible> = self.or_find(fits, || Ok(make()));
        made.unwrap_or_else(|never| match never {})
    }

    /// What was found last, if it `fits`, or else what is found now.
    ///
    /// # Errors
    ///
    /// Those of `find`. What was found last stays.
    pub fn or_find<E>(
        &self,
        fits: impl FnOnce(&T) -> bool,
        find: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && fits(last)
        {
            return Ok(last.clone());
        }
        let found = find()?;
        *last = Some(found.clone());
        Ok(found)
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_looked_for_again() {
        let last = Memo::default();
        let look = |wanted: u8, found| last.or_find(|last: &(u8, u8)| last.0 == wanted, || found);
        assert_eq!(look(1, Err(())), Err(()));
        assert_eq!(look(1, Ok((1, 7))), Ok((1, 7)));
        assert_eq!(look(1, Ok((1, 8))), Ok((1, 7)), "it was found");
        assert_eq!(look(2, Err(())), Err(()));
        assert_eq!(look(1, Ok((1, 8))), Ok((1, 7)), "it stays");
        assert_eq!(look(2, Ok((2, 9))), Ok((2, 9)));
        assert_eq!(look(1, Ok((1, 8))), Ok((1, 8)), "there is one");
    }
}
