//! Which boxes, and what goes in each?

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::plan::Routed;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
}
