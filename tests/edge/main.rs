//! The edge function host with real components, in this process. The process `amphi serve` is in
//! `serve/`, and the pages in browsers in `consoles/`: suites of their own.

mod admin;
mod audit;
mod bombs;
mod client;
mod compiling;
mod described;
mod document;
mod granted;
mod handler;
mod instances;
mod kitchen;
mod limits;
mod malformed;
mod openapi;
mod outcomes;
mod plugins;
mod refusals;
mod reload;
mod site;
mod start;
mod trials;
mod typed;
mod versions;
mod waits;
