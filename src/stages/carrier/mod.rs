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
//! them out facility by facility, in order of regret.
//!
//! O(packages × services × log price rows), in parallel.

mod check;
mod places;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::ids::{FacilityIdx, Idx, PackageIdx, ServiceIdx, ShipmentIdx};
use crate::model::plan::{Cartonized, Charge, Routed, Shipment, Shipped};
use crate::stage::{Ctx, Stage, Violation};
use crate::stages::shipping::{Choice, Freight, Parcel, RateClass, Shipping};
use places::Applicant;

/// Shipments that one thread rates before it says so.
const CHUNK: usize = 1_024;

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
        let mut chosen = desk.best_alone(ctx)?;
        desk.respect_capacities(&mut chosen, ctx)?;
        let choices: Vec<Choice> = desk
            .shipments()
            .into_par_iter()
            .map(|shipment| desk.detail(shipment, &chosen[shipment.index()]))
            .collect::<Result<_>>()?;
        Ok(columns(input.cartonized, choices))
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

    /// What each shipment would take if it were alone.
    fn best_alone(&self, ctx: &Ctx) -> Result<Vec<Freight>> {
        let chunks: Vec<Vec<Freight>> = self
            .shipments()
            .par_chunks(CHUNK)
            .map(|chunk| {
                ctx.interrupted()?;
                ctx.reporter.advance(chunk.len() as u64);
                let best = chunk.iter().map(|&shipment| self.best(shipment));
                best.collect()
            })
            .collect::<Result<_>>()?;
        Ok(chunks.into_iter().flatten().collect())
    }

    fn best(&self, shipment: ShipmentIdx) -> Result<Freight> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .freight(&class, facility, self.parcels_of(shipment))
            .ok_or_else(|| self.no_service(shipment, "no service takes its packages"))
    }

    fn no_service(&self, shipment: ShipmentIdx, what: &str) -> Error {
        let order = self.input.routed.shipments.order[shipment.index()];
        Error::infeasible(format!(
            "order {} from facility {}: {what}",
            &self.input.batch.orders.id[order],
            self.input.batch.facilities[self.facility(shipment)].id
        ))
        .hint("raise daily_capacity of a service, add a service, or plan fewer orders")
    }

    fn capacity(&self, facility: FacilityIdx, service: ServiceIdx) -> Option<u32> {
        let service = &self.input.batch.rates.services[service];
        service.terms(facility)?.daily_capacity
    }

    /// Changes `chosen` where more packages ask for a pick-up than it takes.
    fn respect_capacities(&self, chosen: &mut [Freight], ctx: &Ctx) -> Result<()> {
        let mut of_facility: Vec<Vec<ShipmentIdx>> =
            vec![Vec::new(); self.input.batch.facilities.len()];
        for shipment in self.shipments() {
            of_facility[self.facility(shipment).index()].push(shipment);
        }
        let shared: Vec<Vec<Freight>> = of_facility
            .par_iter()
            .enumerate()
            .map(|(facility, shipments)| {
                ctx.interrupted()?;
                self.share(FacilityIdx::from_usize(facility), shipments, chosen)
            })
            .collect::<Result<_>>()?;
        for (shipments, freights) in of_facility.iter().zip(shared) {
            for (shipment, freight) in shipments.iter().zip(freights) {
                chosen[shipment.index()] = freight;
            }
        }
        Ok(())
    }

    /// Shares the places of one facility; empty: everybody may have what they chose.
    fn share(
        &self,
        facility: FacilityIdx,
        shipments: &[ShipmentIdx],
        chosen: &[Freight],
    ) -> Result<Vec<Freight>> {
        let places = |service| self.capacity(facility, service);
        let wishes = shipments
            .iter()
            .map(|s| (chosen[s.index()], self.parcels_of(*s).len() as u32));
        if places::enough(wishes, places) {
            return Ok(Vec::new());
        }
        let applicants: Vec<Applicant> = shipments
            .iter()
            .map(|&shipment| {
                let parcels = self.parcels_of(shipment);
                let options = self
                    .shipping
                    .options(&self.class(shipment), facility, parcels);
                Applicant::new(parcels.len() as u32, options)
            })
            .collect();
        let later = |i: usize, freight: &Freight| {
            let shipment = shipments[i];
            let class = self.class(shipment);
            self.shipping
                .later(&class, facility, self.parcels_of(shipment), freight)
        };
        places::share(applicants, places, later).map_err(|i| {
            self.no_service(
                shipments[i],
                "no service has a place for its packages on any day of the horizon",
            )
        })
    }

    fn detail(&self, shipment: ShipmentIdx, freight: &Freight) -> Result<Choice> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .detail(&class, facility, self.parcels_of(shipment), freight)
            .ok_or_else(|| Error::internal("a chosen service refused its packages"))
    }
}

/// One struct of columns from all shipments, in their order.
fn columns(cartonized: &Cartonized, choices: Vec<Choice>) -> Shipped {
    let mut out = Shipped::default();
    for (i, choice) in choices.into_iter().enumerate() {
        let shipment = ShipmentIdx::from_usize(i);
        let packages = cartonized.packages_of(shipment);
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
                package: PackageIdx::from_usize(packages.start + parcel as usize),
                kind,
                amount,
            });
        }
    }
    out
}
