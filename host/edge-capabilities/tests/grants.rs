//! What a guest can do with what it is granted, and without: `vault` tries it and says what came of
//! it.

#[path = "grants/keyvalue.rs"]
mod keyvalue;
#[path = "grants/outgoing.rs"]
mod outgoing;
#[path = "grants/vault.rs"]
mod vault;
#[path = "grants/wasi.rs"]
mod wasi;
