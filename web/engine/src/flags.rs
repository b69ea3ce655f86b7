//! The `flags!` macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __flags { ($($t:tt)*) => {}; }
