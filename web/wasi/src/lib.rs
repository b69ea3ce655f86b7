//! WASI 0.2 for components in the page.
