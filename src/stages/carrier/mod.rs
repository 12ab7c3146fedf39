//! Which carrier and service, at what price, by when?
//!
//! ```text
//! given   shipments s with n_s packages; their options o in O_s: a service and a pick-up, with price, delivery and days late;
//!         places C_c of every (facility, service, pick-up day) c that has a daily capacity
//! choose  one option per shipment, in time if any is, so that
//!           sum of n_s over the shipments in c <= C_c
//! minimize  sum of price + late penalty x days late
//! ```
//!
//! Without capacities every shipment takes its best option ([`Shipping::freight`]). Where places are scarce, `places` shares
//! them out facility by facility, in order of regret. A shipment that no service takes, or that finds no place on any day of the
//! horizon, does not ship (`select`): it is named in `unplaced`, and its units wait as backorders (`model::dispatch`).
//!
//! O(packages × services × log price rows), in parallel.

mod check;
mod places;
#[cfg(test)]
mod random;
mod select;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::ids::{FacilityIdx, Idx, PackageIdx, ShipmentIdx};
use crate::model::plan::{Cartonized, Charge, Routed, Shipment, Shipped, Unplaced};
use crate::stage::{Ctx, Stage, Violation};
use crate::stages::shipping::{Choice, Freight, Parcel, RateClass, Shipping};

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
    pub cartonized: &'a Cartonized,
}

/// Chooses a carrier service for every shipment.
pub struct CarrierSelection;

impl Stage for CarrierSelection {
    const NAME: &'static str = "carrier";
    type In<'a> = Input<'a>;
    type Out = Shipped;

    fn run(input: Input, ctx: &Ctx) -> Result<Shipped> {
        let shipping = Shipping::new(input.batch, input.calendar, ctx.params)?;
        let parcels = parcels(input.cartonized);
        let desk = Desk {
            input,
            shipping: &shipping,
            parcels: &parcels,
        };
        let selection = desk.select(ctx)?;
        let choices: Vec<Option<Choice>> = desk
            .shipments()
            .into_par_iter()
            .map(|shipment| {
                let freight = selection.chosen[shipment.index()].as_ref();
                freight.map(|f| desk.detail(shipment, f)).transpose()
            })
            .collect::<Result<_>>()?;
        Ok(columns(input.cartonized, selection.unplaced, choices))
    }

    fn check(input: Input, out: &Shipped, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, ctx.params)
    }

    fn rows(input: Input) -> u64 {
        input.cartonized.packages.len() as u64
    }
}

fn parcels(cartonized: &Cartonized) -> Vec<Parcel> {
    let packages = &cartonized.packages;
    (0..packages.len())
        .map(|i| Parcel {
            size: packages.size[i],
            weight: packages.weight[i],
            fragile: packages.fragile[i],
            hazmat: packages.hazmat[i],
        })
        .collect()
}

/// The shipments of the batch with what rates them.
#[derive(Clone, Copy)]
struct Desk<'a> {
    input: Input<'a>,
    shipping: &'a Shipping<'a>,
    parcels: &'a [Parcel],
}

impl<'a> Desk<'a> {
    fn shipments(&self) -> Vec<ShipmentIdx> {
        (0..self.input.routed.shipments.len())
            .map(ShipmentIdx::from_usize)
            .collect()
    }

    fn facility(&self, shipment: ShipmentIdx) -> FacilityIdx {
        self.input.routed.shipments.facility[shipment.index()]
    }

    fn class(&self, shipment: ShipmentIdx) -> RateClass {
        let order = self.input.routed.shipments.order[shipment.index()];
        self.shipping.rate_class(order)
    }

    fn parcels_of(&self, shipment: ShipmentIdx) -> &'a [Parcel] {
        &self.parcels[self.input.cartonized.packages_of(shipment)]
    }

    fn detail(&self, shipment: ShipmentIdx, freight: &Freight) -> Result<Choice> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .detail(&class, facility, self.parcels_of(shipment), freight)
            .ok_or_else(|| Error::internal("a chosen service refused its packages"))
    }
}

/// One struct of columns from all shipments that go, in their order; numbered without those that do not.
fn columns(cartonized: &Cartonized, unplaced: Unplaced, choices: Vec<Option<Choice>>) -> Shipped {
    let mut out = Shipped {
        unplaced,
        ..Shipped::default()
    };
    let mut first = 0;
    for (i, choice) in choices.into_iter().enumerate() {
        let Some(choice) = choice else { continue };
        let shipment = ShipmentIdx::from_usize(out.shipments.len());
        let packages = cartonized.packages_of(ShipmentIdx::from_usize(i));
        out.shipments.push(Shipment {
            service: choice.service,
            zone: choice.zone,
            packages: packages.len() as u32,
            billable_weight: choice.billable_weight,
            price: choice.price,
            ship_by: choice.pickup,
            expected_delivery: choice.delivery,
            promised: choice.promised,
            late: choice.days_late > 0,
        });
        for (parcel, kind, amount) in choice.charges {
            out.charges.push(Charge {
                shipment,
                package: PackageIdx::from_usize(first + parcel as usize),
                kind,
                amount,
            });
        }
        first += packages.len();
    }
    out
}
