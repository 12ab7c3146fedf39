//! Which carrier and service, at what price, by when?

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::plan::{Cartonized, Routed};

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
    pub cartonized: &'a Cartonized,
}
