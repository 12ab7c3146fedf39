//! From which facility does each line ship?

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::codes::Code;
use crate::model::ids::{IdxVec, LineIdx, OrderIdx};
use crate::model::plan::Verdict;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    /// After fraud: only accepted orders are routed.
    pub verdict: &'a IdxVec<OrderIdx, Verdict>,
    /// After validate: lines with a fault are not routed.
    pub line_fault: &'a IdxVec<LineIdx, Option<Code>>,
}
