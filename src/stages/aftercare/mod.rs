//! What follows: stock after, invoices, status changes, customer notifications, returns and claims.

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::plan::{FraudOut, Routed, Scheduled, Shipped, Validated};

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub validated: &'a Validated,
    pub fraud: &'a FraudOut,
    pub routed: &'a Routed,
    pub shipped: &'a Shipped,
    pub scheduled: &'a Scheduled,
}
