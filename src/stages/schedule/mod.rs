//! When is each order released, picked, packed, handed over, delivered?
//!
//! A simulation, event by event, of the planned waves in every facility (facilities are independent and run in parallel):
//!
//! - pickers take pick batches in the order of waves, each one whole tour; none starts before its wave is released;
//! - when the last batch of a shipment is back, its packages queue for the pack stations: the earliest carrier pick-up first,
//!   then the earliest arrival;
//! - a shipment packed in time goes with the first pick-up of its service, or with the planned one where pick-ups have a daily
//!   capacity; one that misses its planned pick-up is rebooked (`rebook`): on the cheapest service that still keeps the promise from
//!   the moment it is really packed, or the least costly late one. It is delivered after the transit days of its lane.
//!
//! People work in shifts; work that a shift's end cuts is finished in the next shift. Time is reckoned in shift time
//! (`model::clock`), in whole seconds. Ties go to the lower index. What does not end within the horizon gets [`Timestamp::MAX`] from
//! there on. For n batches and p packages of a facility: O((n + p) log (n + p)) time, O(n + p) memory.

mod check;
mod rebook;
mod simulate;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::error::Result;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::ids::{FacilityIdx, Idx, OrderIdx, ShipmentIdx};
use crate::model::plan::{Cartonized, CycleTime, Routed, Scheduled, Shipped, Waved};
use crate::model::units::Timestamp;
use crate::stage::{Ctx, Stage, Violation};
use simulate::{Day, simulate};

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
    pub cartonized: &'a Cartonized,
    pub shipped: &'a Shipped,
    pub waved: &'a Waved,
}

impl Input<'_> {
    fn facility(&self, shipment: ShipmentIdx) -> FacilityIdx {
        self.routed.shipments.facility[shipment.index()]
    }
    fn order(&self, shipment: ShipmentIdx) -> OrderIdx {
        self.routed.shipments.order[shipment.index()]
    }
}

/// The stage.
pub struct Scheduling;

impl Stage for Scheduling {
    const NAME: &'static str = "schedule";
    type In<'a> = Input<'a>;
    type Out = Scheduled;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<Scheduled> {
        let facilities: Vec<FacilityIdx> = input.batch.facilities.indices().collect();
        let days: Vec<Day> = facilities
            .par_iter()
            .map(|&facility| simulate(input, facility))
            .collect();
        ctx.interrupted()?;
        let mut scheduled = Scheduled::default();
        let shipments = input.routed.shipments.len();
        let mut packed = vec![None; shipments];
        let mut picked = vec![None; shipments];
        for day in days {
            for (shipment, moment) in day.picked {
                picked[shipment.index()] = Some(moment);
            }
            for (shipment, moment) in day.packed {
                packed[shipment.index()] = Some(moment);
            }
            scheduled.picking.append(day.picking);
            scheduled.packing.append(day.packing);
            scheduled.utilization.push(day.utilization);
        }
        let unknown_transit = ctx.params.carrier.unknown_transit_days as u16;
        let booked = rebook::rebook(input, &packed, ctx)?;
        let times: Vec<CycleTime> = (0..shipments)
            .into_par_iter()
            .map(|i| {
                let shipment = ShipmentIdx::from_usize(i);
                let moments = [picked[i], packed[i]];
                let trip = match booked.get(&shipment) {
                    Some(&freight) => freight.map(|f| (f.pickup, f.delivery)),
                    None => as_planned(input, shipment, packed[i], unknown_transit),
                };
                times(input, shipment, moments, trip)
            })
            .collect();
        scheduled.rebooked = rebook::rows(booked);
        scheduled.times = times.into_iter().collect();
        Ok(scheduled)
    }

    fn check(input: Input<'_>, out: &Scheduled, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, ctx)
    }

    fn rows(input: Input<'_>) -> u64 {
        input.routed.shipments.len() as u64
    }
}

/// Hand-over and delivery of a shipment that is packed in time, or not at all.
fn as_planned(
    input: Input<'_>,
    shipment: ShipmentIdx,
    packed: Option<Timestamp>,
    unknown_transit: u16,
) -> Option<(Timestamp, Timestamp)> {
    let ready = packed?;
    let row = input.shipped.shipments.get(shipment.index());
    let facility = input.facility(shipment);
    let terms = input.batch.rates.services[row.service].terms(facility)?;
    let pickup = if terms.daily_capacity.is_some() {
        row.ship_by
    } else {
        input.calendar.next_pickup(facility, row.service, ready)?
    };
    Some((pickup, delivery(input, shipment, pickup, unknown_transit)?))
}

/// The times of a shipment from when it was picked and packed, and from its hand-over and delivery.
fn times(
    input: Input<'_>,
    shipment: ShipmentIdx,
    [picked, packed]: [Option<Timestamp>; 2],
    trip: Option<(Timestamp, Timestamp)>,
) -> CycleTime {
    let row = input.shipped.shipments.get(shipment.index());
    let order = input.order(shipment);
    let wave = input.waved.wave_of[shipment];
    let (handed_over, delivered) = (trip.map(|trip| trip.0), trip.map(|trip| trip.1));
    let reached = |moment: Option<Timestamp>| moment.unwrap_or(Timestamp::MAX);
    CycleTime {
        placed: input.batch.orders.placed_at[order],
        released: reached(wave.map(|wave| input.waved.waves.release[wave.index()])),
        picked: reached(picked),
        packed: reached(packed),
        handed_over: reached(handed_over),
        delivered: reached(delivered),
        promised: row.promised,
        on_time: delivered.is_some_and(|moment| moment <= row.promised),
        missed_cutoff: reached(handed_over) > row.ship_by,
    }
}

/// `None` only for a service without terms or lane, which carrier selection never chooses.
fn delivery(
    input: Input<'_>,
    shipment: ShipmentIdx,
    pickup: Timestamp,
    unknown_transit: u16,
) -> Option<Timestamp> {
    let facility = input.facility(shipment);
    let service = &input.batch.rates.services[input.shipped.shipments.service[shipment.index()]];
    let terms = service.terms(facility)?;
    let dest = input.batch.orders.dest[input.order(shipment)];
    let lane = input
        .batch
        .rates
        .lanes
        .get(service.carrier, facility, dest)?;
    let transit = terms
        .transit_days
        .or(lane.transit_days)
        .unwrap_or(unknown_transit);
    Some(
        input
            .calendar
            .delivery(facility, pickup, transit, terms.delivery_days),
    )
}
