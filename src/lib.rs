//! # wavecrest
//!
//! Plans a whole night of e-commerce orders as optimization problems.
//!
//! ```text
//! ingest -> validate -> fraud -> routing -> cartonize -> carrier -> waves -> schedule -> aftercare -> report
//! ```
//!
//! Layers: [`model`] (columns and lookups) <- [`stages`] (one folder per question) -> [`solve`] (numbers only); [`ingest`] reads,
//! [`report`] writes, [`pipeline`] is the flow, [`mod@explain`] tells of one order of a finished run, [`mod@bench`] measures kernels on public instances, [`cli`] is on top. As a library, start at [`api`]. `scripts/layers` fails the build when a `use` breaks this.

pub mod api;
pub mod audit;
pub mod bench;
pub mod cli;
pub mod error;
pub mod explain;
pub mod generate;
pub mod ingest;
pub mod model;
pub mod params;
pub mod pipeline;
pub mod report;
pub mod run_folder;
pub mod solve;
pub mod stage;
pub mod stages;
#[cfg(test)]
pub(crate) mod testing;
