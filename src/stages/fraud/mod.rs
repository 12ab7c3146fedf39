//! Which orders are too risky?

use crate::model::Batch;
use crate::model::plan::Validated;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub validated: &'a Validated,
}
