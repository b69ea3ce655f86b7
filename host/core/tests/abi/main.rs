//! The gate: what it lists for a matrix of changes, and that it judges as the tools of others do.

mod generated;
mod matrix;
mod opinion;
