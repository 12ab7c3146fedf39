//! The seam between the pipeline and the stages.
//!
//! A stage is a pure function of columns, parameters and a seed: no globals, no files, no clocks. Its [`Stage::check`] recomputes
//! feasibility and cost from inputs and output alone and shares no code with [`Stage::run`]; `pipeline.rs` calls both.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};
use crate::params::Params;

/// One question of the flow, answered for the whole batch.
pub trait Stage {
    /// Name in logs, metrics, the manifest and checkpoints.
    const NAME: &'static str;
    /// What it reads; cheap to copy, because `run` and `check` get the same.
    type In<'a>: Copy;
    /// What it decides, as columns; saved as the stage's checkpoint.
    type Out: Serialize + DeserializeOwned;

    /// Decides.
    fn run(input: Self::In<'_>, ctx: &Ctx) -> Result<Self::Out>;

    /// Audits a decision; an empty list means that it holds.
    fn check(input: Self::In<'_>, out: &Self::Out, ctx: &Ctx) -> Vec<Violation>;

    /// Rows that the stage works through, for rows per second in the summary.
    fn rows(input: Self::In<'_>) -> u64;
}

/// A broken invariant, found by a stage's `check` or by `wavecrest verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Violation {
    /// Stable name of the invariant, such as `stock_oversold`.
    pub rule: String,
    /// Which row of which table breaks it.
    pub place: String,
    /// What was found and what should have been.
    pub message: String,
}

impl Violation {
    pub fn new(rule: &str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Violation {
            rule: rule.to_owned(),
            place: place.into(),
            message: message.into(),
        }
    }
}

/// Where long work says how far it is. Libraries speak to this; only the binary knows the progress-bar crate.
pub trait Reporter: Sync {
    /// A stage starts; `total` units of work are expected (0: unknown).
    fn start(&self, stage: &str, total: u64);
    /// `done` more units of the running stage are finished.
    fn advance(&self, done: u64);
    /// The stage is finished.
    fn finish(&self);
}

/// A reporter that says nothing.
pub struct Silent;

impl Reporter for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// What every stage gets beside its input.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub params: &'a Params,
    /// Seed of the run; stages derive one stream per (stage, shard) by `solve::rng::stream`.
    pub seed: u64,
    pub reporter: &'a dyn Reporter,
    /// Set by Ctrl-C; long loops ask [`Ctx::interrupted`].
    pub cancel: &'a AtomicBool,
    /// Time since the run began. Stages have no clocks; this one is only asked for logs, and where a parameter limits the time.
    pub elapsed: &'a (dyn Fn() -> Duration + Sync),
}

impl Ctx<'_> {
    /// An error if the user asked to stop.
    pub fn interrupted(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Error::resource("interrupted")
                .hint("nothing half-written is left; run the same command with --resume to go on from the last finished stage"));
        }
        Ok(())
    }
}
