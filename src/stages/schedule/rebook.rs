//! Another pick-up for shipments that miss the planned one.
//!
//! ```text
//! given   shipments m that are packed, at p_m, after their planned pick-up; the places that pick-ups have left
//! choose  for each m, in order of (p_m, shipment), a service at its first pick-up from p_m on that has a place for all packages:
//!         of those that deliver by the promise the cheapest, or else the least price + late penalty x days late
//! ```
//!
//! The parcels lie packed on the dock, so nothing else of the plan moves: no wave, no tour, no carton. Who is packed first books
//! first, as it would on the floor. Places of the pick-ups that were missed are not given away again: they are in the past.
//! Shipments that are not packed within the horizon are not rebooked. O(missed x services x packages), facilities in parallel.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Input;
use crate::error::Result;
use crate::model::ids::{FacilityIdx, Idx, ServiceIdx, ShipmentIdx};
use crate::model::plan::{Rebooking, Rebookings};
use crate::model::units::Timestamp;
use crate::stage::Ctx;
use crate::stages::shipping::{Freight, Parcel, Shipping};

/// What each shipment that missed its pick-up goes with; `None`: nothing within the horizon.
pub(super) type Booked = BTreeMap<ShipmentIdx, Option<Freight>>;

/// Packages by pick-up of one facility.
type Load = FxHashMap<(ServiceIdx, Timestamp), u64>;

pub(super) fn rebook(input: Input<'_>, packed: &[Option<Timestamp>], ctx: &Ctx) -> Result<Booked> {
    let ship_by = &input.shipped.shipments.ship_by;
    let mut missed: Vec<(FacilityIdx, Timestamp, ShipmentIdx)> = Vec::new();
    let mut load: BTreeMap<FacilityIdx, Load> = BTreeMap::new();
    for (i, moment) in packed.iter().enumerate() {
        let (shipment, Some(moment)) = (ShipmentIdx::from_usize(i), *moment) else {
            continue;
        };
        let facility = input.facility(shipment);
        if moment > ship_by[i] {
            missed.push((facility, moment, shipment));
        } else {
            let cell = (input.shipped.shipments.service[i], ship_by[i]);
            let packages = input.cartonized.packages_of(shipment).len() as u64;
            *load.entry(facility).or_default().entry(cell).or_default() += packages;
        }
    }
    if missed.is_empty() {
        return Ok(Booked::new());
    }
    missed.sort_unstable();
    let shipping = Shipping::new(input.batch, input.calendar, ctx.params)?;
    let queues: Vec<_> = missed.chunk_by(|a, b| a.0 == b.0).collect();
    let booked: Vec<Vec<(ShipmentIdx, Option<Freight>)>> = queues
        .into_par_iter()
        .map(|queue| {
            ctx.interrupted()?;
            let load = load.get(&queue[0].0).cloned().unwrap_or_default();
            Ok(one_facility(input, &shipping, queue, load))
        })
        .collect::<Result<_>>()?;
    Ok(booked.into_iter().flatten().collect())
}

fn one_facility(
    input: Input<'_>,
    shipping: &Shipping,
    queue: &[(FacilityIdx, Timestamp, ShipmentIdx)],
    mut load: Load,
) -> Vec<(ShipmentIdx, Option<Freight>)> {
    let mut booked = Vec::with_capacity(queue.len());
    for &(facility, ready, shipment) in queue {
        let parcels = parcels(input, shipment);
        let packages = parcels.len() as u64;
        let room = |service: ServiceIdx, pickup| {
            let terms = input.batch.rates.services[service].terms(facility);
            let taken = load.get(&(service, pickup)).copied().unwrap_or(0);
            terms
                .and_then(|terms| terms.daily_capacity)
                .is_none_or(|most| taken + packages <= u64::from(most))
        };
        let class = shipping.rate_class(input.order(shipment));
        let promised = input.shipped.shipments.promised[shipment.index()];
        let found = shipping.rebook(&class, facility, &parcels, (ready, promised), room);
        if let Some(freight) = &found {
            *load.entry((freight.service, freight.pickup)).or_default() += packages;
        }
        booked.push((shipment, found));
    }
    booked
}

fn parcels(input: Input<'_>, shipment: ShipmentIdx) -> Vec<Parcel> {
    let packages = &input.cartonized.packages;
    let rows = input.cartonized.packages_of(shipment);
    rows.map(|i| Parcel {
        size: packages.size[i],
        weight: packages.weight[i],
        fragile: packages.fragile[i],
        hazmat: packages.hazmat[i],
    })
    .collect()
}

pub(super) fn rows(booked: Booked) -> Rebookings {
    let found = booked
        .into_iter()
        .filter_map(|(shipment, freight)| Some((shipment, freight?)));
    found
        .map(|(shipment, freight)| Rebooking {
            shipment,
            service: freight.service,
            zone: freight.zone,
            billable_weight: freight.billable_weight,
            price: freight.price,
        })
        .collect()
}
