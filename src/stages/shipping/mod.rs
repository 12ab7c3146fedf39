//! The exact cost of a shipment: pack it, rate every package, choose the service.
//!
//! Shared by routing, cartonization and carrier selection, so that the cost that routing decides by is the cost that the carrier
//! later charges for the same shipment.

use crate::error::Result;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::codes::Code;
use crate::model::ids::{CartonIdx, FacilityIdx, LineIdx, OrderIdx, ServiceIdx, ZoneIdx};
use crate::model::plan::ChargeKind;
use crate::model::units::{Cents, Grams, Timestamp};
use crate::params::Params;

/// A packed carton as carriers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Outer length, width, height as packed, millimetres.
    pub size: [i32; 3],
    /// Gross.
    pub weight: Grams,
    pub fragile: bool,
    pub hazmat: bool,
}

/// A packed carton and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedCarton {
    /// `None`: the item ships in its own container.
    pub carton: Option<CartonIdx>,
    pub carton_cost: Cents,
    pub parcel: Parcel,
    /// (line, lowest corner, size after rotation), one per unit.
    pub units: Vec<(LineIdx, [i32; 3], [i32; 3])>,
}

/// A service for all parcels of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub service: ServiceIdx,
    pub zone: ZoneIdx,
    pub price: Cents,
    pub billable_weight: Grams,
    pub pickup: Timestamp,
    pub delivery: Timestamp,
    pub promised: Timestamp,
    /// Whole days after the promise, rounded up; 0: in time.
    pub days_late: i64,
    /// (parcel, kind, amount); sums to `price`.
    pub charges: Vec<(u32, ChargeKind, Cents)>,
}

/// What a shipment costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShipmentCost {
    pub freight: Cents,
    pub cartons: Cents,
    pub handling: Cents,
    pub lateness: Cents,
}

impl ShipmentCost {
    pub fn total(self) -> Cents {
        self.freight + self.cartons + self.handling + self.lateness
    }
}

/// Packs and rates shipments of one batch. Cheap to share between threads; all methods are pure.
pub struct Shipping<'a> {
    batch: &'a Batch,
    calendar: &'a Calendar,
    params: &'a Params,
}
