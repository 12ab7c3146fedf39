//! The flow, top to bottom; one call per stage.
//!
//! Every stage is run, checked by code that shares nothing with it, timed, and saved as a checkpoint; a resumed run takes the
//! checkpoints of finished stages instead of deciding again, and checks them again.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::dispatch::dispatched;
use crate::model::plan::{Plan, Rejects};
use crate::model::units::Timestamp;
use crate::params::Params;
use crate::stage::{Ctx, Stage, Violation};
use crate::stages::aftercare::{self, Aftercare};
use crate::stages::carrier::{self, CarrierSelection};
use crate::stages::cartonize::{self, Cartonize};
use crate::stages::fraud::{self, Fraud};
use crate::stages::routing::{self, Routing};
use crate::stages::schedule::{self, Scheduling};
use crate::stages::validate::{self, Validate};
use crate::stages::waves::{self, WavePlanning};

/// Name of ingest in records; it is no [`Stage`], it has no columns to read.
pub const INGEST: &str = "ingest";

/// Decides everything about a batch.
pub fn plan(batch: &Batch, rejects: Rejects, flow: &mut Flow) -> Result<Plan> {
    let params = flow.ctx.params;
    let calendar = calendar(batch, params)?;
    let calendar = &calendar;

    let validated = flow.stage::<Validate>(validate::Input { batch })?;
    let fraud = flow.stage::<Fraud>(fraud::Input {
        batch,
        validated: &validated,
    })?;
    let routed = flow.stage::<Routing>(routing::Input {
        batch,
        calendar,
        verdict: &fraud.verdict,
        line_fault: &validated.line_fault,
    })?;
    let cartonized = flow.stage::<Cartonize>(cartonize::Input {
        batch,
        calendar,
        routed: &routed,
    })?;
    let shipped = flow.stage::<CarrierSelection>(carrier::Input {
        batch,
        calendar,
        routed: &routed,
        cartonized: &cartonized,
    })?;
    // From here on only what a carrier takes; the rest waits.
    let (routed, cartonized) = dispatched(batch, routed, cartonized, &shipped.unplaced);
    let waved = flow.stage::<WavePlanning>(waves::Input {
        batch,
        calendar,
        routed: &routed,
        cartonized: &cartonized,
        shipped: &shipped,
    })?;
    let scheduled = flow.stage::<Scheduling>(schedule::Input {
        batch,
        calendar,
        routed: &routed,
        cartonized: &cartonized,
        shipped: &shipped,
        waved: &waved,
    })?;
    let aftercare = flow.stage::<Aftercare>(aftercare::Input {
        batch,
        calendar,
        validated: &validated,
        fraud: &fraud,
        routed: &routed,
        shipped: &shipped,
        scheduled: &scheduled,
    })?;
    Ok(Plan {
        rejects,
        validated,
        fraud,
        routed,
        cartonized,
        shipped,
        waved,
        scheduled,
        aftercare,
    })
}

/// The working calendar of a run: it starts when the last order is in, unless `run.start` says otherwise.
pub fn calendar(batch: &Batch, params: &Params) -> Result<Calendar> {
    let start = match params.run.start {
        0 => batch
            .orders
            .placed_at
            .iter()
            .copied()
            .max()
            .unwrap_or_default(),
        start => Timestamp(start),
    };
    let (horizon, hour) = (
        params.run.horizon_days as u16,
        params.carrier.delivery_hour as i8,
    );
    Calendar::build(&batch.facilities, &batch.rates, start, horizon, hour)
}

/// Where finished stages are kept, so that a killed run can go on.
pub trait Checkpoints {
    /// The saved bytes of a stage, if it finished in an earlier attempt at the same run.
    fn load(&self, stage: &str) -> Result<Option<Vec<u8>>>;
    fn save(&self, stage: &str, bytes: &[u8]) -> Result<()>;
}

/// What happened in a stage.
#[derive(Clone, Debug, Serialize)]
pub struct StageRecord {
    pub stage: &'static str,
    /// Wall-clock time of `run`.
    #[serde(serialize_with = "as_seconds")]
    pub run: Duration,
    /// Wall-clock time of `check`.
    #[serde(serialize_with = "as_seconds")]
    pub check: Duration,
    pub rows: u64,
    /// Taken from a checkpoint instead of decided now.
    pub resumed: bool,
    /// What `check` found; empty: the decision holds.
    pub violations: Vec<Violation>,
}

fn as_seconds<S: serde::Serializer>(
    duration: &Duration,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// Runs stages one after the other and keeps the record.
pub struct Flow<'a> {
    pub ctx: Ctx<'a>,
    /// `None`: nothing is kept.
    pub checkpoints: Option<&'a dyn Checkpoints>,
    pub records: Vec<StageRecord>,
}

impl<'a> Flow<'a> {
    pub fn new(ctx: Ctx<'a>, checkpoints: Option<&'a dyn Checkpoints>) -> Self {
        Flow {
            ctx,
            checkpoints,
            records: Vec::new(),
        }
    }

    /// Ingest takes its share of the time.
    pub fn record_ingest(&mut self, run: Duration, rows: u64) {
        let check = Duration::ZERO;
        self.records.push(StageRecord {
            stage: INGEST,
            run,
            check,
            rows,
            resumed: false,
            violations: Vec::new(),
        });
    }

    fn stage<S: Stage>(&mut self, input: S::In<'_>) -> Result<S::Out> {
        self.ctx.interrupted()?;
        let rows = S::rows(input);
        self.ctx.reporter.start(S::NAME, rows);
        let begun = Instant::now();
        let saved = self.saved::<S>()?;
        let resumed = saved.is_some();
        let out = match saved {
            Some(out) => out,
            None => S::run(input, &self.ctx)?,
        };
        let run = begun.elapsed();
        let begun = Instant::now();
        let violations = S::check(input, &out, &self.ctx);
        let check = begun.elapsed();
        if !resumed && violations.is_empty() {
            self.save::<S>(&out)?;
        }
        self.ctx.reporter.finish();
        tracing::info!(
            stage = S::NAME,
            rows,
            resumed,
            seconds = run.as_secs_f64(),
            violations = violations.len(),
            "stage done"
        );
        self.records.push(StageRecord {
            stage: S::NAME,
            run,
            check,
            rows,
            resumed,
            violations,
        });
        Ok(out)
    }

    /// The output of an earlier attempt; one that cannot be read is decided anew.
    fn saved<S: Stage>(&self) -> Result<Option<S::Out>> {
        let Some(bytes) = self
            .checkpoints
            .map_or(Ok(None), |kept| kept.load(S::NAME))?
        else {
            return Ok(None);
        };
        let decoded = rmp_serde::from_slice(&bytes);
        if let Err(error) = &decoded {
            tracing::warn!(stage = S::NAME, %error, "the checkpoint cannot be read; the stage runs again");
        }
        Ok(decoded.ok())
    }

    fn save<S: Stage>(&self, out: &S::Out) -> Result<()> {
        let Some(checkpoints) = self.checkpoints else {
            return Ok(());
        };
        let bytes = rmp_serde::to_vec(out).map_err(|e| {
            Error::internal(format!("cannot encode the checkpoint of {}: {e}", S::NAME))
        })?;
        checkpoints.save(S::NAME, &bytes)
    }
}
