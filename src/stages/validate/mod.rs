//! Which orders may be fulfilled?

use crate::model::Batch;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
}
