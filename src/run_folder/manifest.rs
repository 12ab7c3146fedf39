//! `manifest.json`: what was read, decided and written, with fingerprints, so that a run can be trusted and repeated.

use serde::Serialize;

use crate::params::Params;
use crate::pipeline::StageRecord;

/// A file that was read.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct InputRecord {
    pub table: String,
    /// Below `inputs/` of the run folder.
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub blake3: String,
}

/// A table that was written.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct OutputRecord {
    pub table: String,
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub blake3: String,
}

/// Another file that was written.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct FileRecord {
    pub file: String,
    pub bytes: u64,
    pub blake3: String,
}

/// The manifest of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest<'a> {
    pub wavecrest: &'static str,
    pub batch: String,
    pub seed: u64,
    pub threads: usize,
    /// Epoch seconds at which the plan starts.
    pub plan_start: i64,
    pub currency: &'a str,
    pub params: &'a Params,
    pub inputs: Vec<InputRecord>,
    pub outputs: Vec<OutputRecord>,
    /// metrics.json and report.html.
    pub files: Vec<FileRecord>,
    pub stages: &'a [StageRecord],
    /// Lower bounds, as in the table `routing_bounds`.
    pub routing_bound_cents: Option<i64>,
    pub routing_cost_cents: i64,
    /// Every check held.
    pub checks_passed: bool,
    /// What the batch lacked and what that switched off.
    pub notes: &'a [String],
}
