//! Which shipments are released together, in which cart, in which walking order?

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::plan::{Cartonized, Routed, Shipped};

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
    pub cartonized: &'a Cartonized,
    pub shipped: &'a Shipped,
}
