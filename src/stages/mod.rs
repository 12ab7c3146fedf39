//! One folder per question of the flow. A stage turns columns into an instance, calls `solve`, and turns the answer back.
//!
//! `shipping` is not a stage: it is the exact cost of a shipment (pack it, rate it), which routing, cartonization and carrier
//! selection share, so that the cost that routing decides by is the cost that the carrier charges.

pub mod aftercare;
pub mod carrier;
pub mod cartonize;
pub mod fraud;
mod rating;
pub mod routing;
pub mod schedule;
pub mod shipping;
pub mod validate;
pub mod waves;
