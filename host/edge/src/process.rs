//! A process that serves: sockets, reloads of the configuration, the admin API.

pub mod admin;
pub mod listen;
pub mod reload;
pub(crate) mod server;
