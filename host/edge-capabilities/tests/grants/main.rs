//! What a guest can do with what it is granted, and without: `vault` tries it and says what came of
//! it.

mod keyvalue;
mod outgoing;
mod wasi;
