//! The exact cost of a shipment: pack it, rate every package, choose the service.
//!
//! Shared by routing, cartonization and carrier selection, so that the cost that routing decides by is the cost that the carrier
//! later charges for the same shipment.
//!
//! How to ask:
//!
//! - once in a while: [`Shipping::cost`] packs, rates and chooses;
//! - millions of times: [`Shipping::bundle`] once per (content, [`Shipping::pack_group`] of class and facility), then
//!   [`Shipping::cost_of`] for every ([`RateClass`], facility). Orders of one class and content cost the same.
//!
//! Packing looks at the destination, as far as this: what no service takes there is not packed (see `reach`).

mod appraise;
mod choose;
mod floor;
mod measure;
mod offers;
mod pack;
mod quote;
mod reach;
#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod shipment_tests;
mod tariff;
#[cfg(test)]
mod tests;

pub use floor::{Corner, Reach};
pub use measure::Measured;
pub use quote::Quote;

use crate::error::Result;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::codes::Code;
use crate::model::ids::{
    CartonIdx, DestIdx, FacilityIdx, Idx, IdxVec, LineIdx, OrderIdx, ServiceIdx, ZoneIdx,
};
use crate::model::network::FacilityKind;
use crate::model::orders::ServiceLevel;
use crate::model::plan::ChargeKind;
use crate::model::units::{Cents, Grams, Timestamp};
use crate::params::Params;
use offers::Desk;
use pack::Packer;
use rustc_hash::FxHashMap;
use tariff::Tariff;

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

/// What the price of parcels depends on, beside the parcels and the facility: orders of one class pay the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RateClass {
    /// The first destination of the batch with the same zones from everywhere.
    dest: DestIdx,
    /// Destinations with the same surcharges.
    area: u32,
    residential: bool,
    service: ServiceLevel,
    deliver_by: Option<Timestamp>,
    /// Where promises count from the order.
    placed_at: Option<Timestamp>,
}

/// A decision for all parcels of a shipment: service, price, dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freight {
    pub service: ServiceIdx,
    pub zone: ZoneIdx,
    /// Everything the carrier charges.
    pub price: Cents,
    /// Sum over the parcels.
    pub billable_weight: Grams,
    pub pickup: Timestamp,
    pub delivery: Timestamp,
    pub promised: Timestamp,
    /// Whole days after the promise, rounded up; 0: in time.
    pub days_late: i64,
    /// Late penalty, in money.
    pub lateness: Cents,
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

/// A packed shipment, as far as its cost goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub parcels: Vec<Measured>,
    pub cartons: Cents,
    /// Of handling.
    pub units: u64,
}

/// What a shipment costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShipmentCost {
    pub freight: Cents,
    pub cartons: Cents,
    pub handling: Cents,
    pub lateness: Cents,
    /// Penalty for leaving from a store.
    pub store: Cents,
}

impl ShipmentCost {
    pub fn total(self) -> Cents {
        self.freight + self.cartons + self.handling + self.lateness + self.store
    }
}

/// Packs and rates shipments of one batch. Cheap to share between threads; all methods are pure.
pub struct Shipping<'a> {
    batch: &'a Batch,
    calendar: &'a Calendar,
    params: &'a Params,
    tariff: Tariff,
    desks: IdxVec<FacilityIdx, Desk>,
    packer: Packer,
    /// The first destination with the same zones from everywhere.
    representative: IdxVec<DestIdx, DestIdx>,
    /// Transit days where neither zone nor service says.
    unknown_transit: u16,
}

impl<'a> Shipping<'a> {
    /// Lays out prices, surcharges, pick-ups and cartons.
    ///
    /// Errors: prices or percentages beyond reason ([`crate::error::Fault::Input`]).
    pub fn new(batch: &'a Batch, calendar: &'a Calendar, params: &'a Params) -> Result<Self> {
        let mut shipping = Shipping {
            batch,
            calendar,
            params,
            tariff: Tariff::new(batch)?,
            desks: offers::desks(batch, calendar, params),
            packer: Packer::new(batch, params),
            representative: representatives(batch),
            unknown_transit: u16::try_from(params.carrier.unknown_transit_days).unwrap_or(u16::MAX),
        };
        shipping.appraise();
        shipping.narrow();
        Ok(shipping)
    }

    /// Facilities and classes of one group have the same cartons up to the same weights, and pack alike.
    pub fn pack_group(&self, class: &RateClass, facility: FacilityIdx) -> u32 {
        let lanes = self.batch.rates.lanes.class(class.dest);
        self.packer.group(facility, lanes)
    }

    /// Packs what a facility sends for an order, the one that all lines belong to; (line, units), each line once.
    /// `Err`: the facility may not ship it.
    pub fn pack(
        &self,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> std::result::Result<Vec<PackedCarton>, Code> {
        let items = &self.batch.items;
        let hazmat = |&(line, _): &(LineIdx, u32)| items.hazmat[self.batch.lines.item[line]];
        if !self.batch.facilities[facility].hazmat && content.iter().any(hazmat) {
            return Err(Code::NoService);
        }
        Ok(self.packer.pack(self.batch, facility, content))
    }

    /// A lower bound on the packages that the content needs, by volume, weight and size.
    pub fn fewest_packages(&self, facility: FacilityIdx, content: &[(LineIdx, u32)]) -> u64 {
        self.packer.fewest(self.batch, facility, content)
    }

    /// Units of handling of a content.
    pub fn handled(&self, content: &[(LineIdx, u32)]) -> u64 {
        let each = |&(line, n): &(LineIdx, u32)| {
            let item = self.batch.lines.item[line];
            u64::from(n) * u64::from(self.batch.items.handling_units[item])
        };
        content.iter().map(each).sum()
    }

    /// Handling of one shipment: per order and per unit of handling.
    pub fn handling(&self, facility: FacilityIdx, units: u64) -> Cents {
        let facility = &self.batch.facilities[facility];
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        facility.handling_per_order + Cents(facility.handling_per_unit.0.saturating_mul(units))
    }

    /// Penalty for a shipment that leaves from a store.
    pub fn store_penalty(&self, facility: FacilityIdx) -> Cents {
        match self.batch.facilities[facility].kind {
            FacilityKind::Store => Cents(self.params.routing.store_penalty_cents),
            FacilityKind::Warehouse => Cents::ZERO,
        }
    }

    /// [`Shipping::pack`], without saying where each unit lies. Facilities of one [`Shipping::pack_group`] for the
    /// order's class that may all ship hazardous goods, or none, get the same bundle.
    pub fn bundle(
        &self,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> std::result::Result<Bundle, Code> {
        let packed = self.pack(facility, content)?;
        Ok(Bundle {
            parcels: packed.iter().map(|p| (&p.parcel).into()).collect(),
            cartons: packed.iter().map(|p| p.carton_cost).sum(),
            units: self.handled(content),
        })
    }

    /// What it costs to send a bundle from a facility. O(services × parcels × log price rows), without allocation.
    pub fn cost_of(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        bundle: &Bundle,
    ) -> std::result::Result<ShipmentCost, Code> {
        let freight = self
            .freight_of(class, facility, &bundle.parcels)
            .ok_or(Code::NoService)?;
        Ok(ShipmentCost {
            freight: freight.price,
            cartons: bundle.cartons,
            handling: self.handling(facility, bundle.units),
            lateness: freight.lateness,
            store: self.store_penalty(facility),
        })
    }

    /// What a facility's shipment for an order costs. `Err`: the code of why it cannot ship this way.
    pub fn cost(
        &self,
        order: OrderIdx,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> std::result::Result<ShipmentCost, Code> {
        let bundle = self.bundle(facility, content)?;
        self.cost_of(&self.rate_class(order), facility, &bundle)
    }
}

fn representatives(batch: &Batch) -> IdxVec<DestIdx, DestIdx> {
    let mut first: FxHashMap<u32, DestIdx> = FxHashMap::default();
    (0..batch.destinations.len())
        .map(DestIdx::from_usize)
        .map(|dest| match batch.rates.lanes.class(dest) {
            Some(class) => *first.entry(class).or_insert(dest),
            None => dest,
        })
        .collect()
}
