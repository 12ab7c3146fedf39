//! What only the caller knows about a run: where the batch lies, how long each stage took, what its check said.

use serde::{Deserialize, Serialize};

use crate::params::Params;
use crate::stage::Violation;

/// Facts about a run that are not in the batch or the plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Path or name of the batch.
    pub batch: String,
    /// Version of wavecrest.
    pub version: String,
    pub seed: u64,
    pub threads: usize,
    pub params: Params,
    /// In the order of the flow.
    pub stages: Vec<StageTiming>,
    /// `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// What the reader should know, such as optional tables that are missing and what that switched off.
    pub notes: Vec<String>,
    /// In the order of the flow; empty where checks were not asked for.
    pub checks: Vec<CheckVerdict>,
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTiming {
    pub stage: String,
    /// Wall clock.
    pub seconds: f64,
    /// Rows it worked through.
    pub rows: u64,
}

/// What a stage's check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckVerdict {
    pub stage: String,
    /// Broken invariants; 0: the check holds.
    pub violations: u64,
    /// The first of them.
    pub examples: Vec<Violation>,
}

impl CheckVerdict {
    /// Examples kept of a failed check.
    pub const EXAMPLES: usize = 5;

    pub fn new(stage: &str, mut violations: Vec<Violation>) -> Self {
        let count = violations.len() as u64;
        violations.truncate(Self::EXAMPLES);
        CheckVerdict {
            stage: stage.to_owned(),
            violations: count,
            examples: violations,
        }
    }
    pub fn holds(&self) -> bool {
        self.violations == 0
    }
}
