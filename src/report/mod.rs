//! What a person, or another program, looks at after a run.
//!
//! ```text
//! Batch + Plan + RunFacts -> Metrics -> metrics.json (json), the summary in the terminal (terminal)
//! Batch + Plan            -> one Arrow table per decision (tables) -> Parquet, Arrow IPC or CSV files (writer)
//! Batch + Plan + Metrics  -> report.html (html)
//! ```
//!
//! Numbers are reckoned once, in [`metrics`]; the exporters only lay them out. Memory: two bytes per order and twelve per line for
//! their states, and one chunk of one table at a time.

pub mod facts;
pub mod format;
pub mod html;
pub mod json;
pub mod metrics;
#[cfg(test)]
mod sample;
pub mod states;
pub mod tables;
pub mod terminal;
pub mod writer;

pub use facts::{CheckVerdict, RunFacts, StageTiming};
pub use html::html;
pub use metrics::Metrics;
pub use tables::{OutputTable, output_docs, output_tables};
pub use writer::{Format, WrittenTable, write_table};
