//! The audit of a schedule, from inputs and output alone: moments and shift windows, no shift time, no simulation.
//!
//! In `bookings`: what becomes of shipments that miss their pick-up.
//! Here: who works when, and that every step waits for the one before. In `queues`: who is served first, and that nobody is forgotten.

mod bookings;
mod queues;

use std::collections::BTreeMap;

use super::Input;
use crate::model::ids::{BatchIdx, FacilityIdx, Idx, PackageIdx, ShipmentIdx};
use crate::model::plan::{CycleTime, Scheduled};
use crate::model::units::{Seconds, Timestamp};
use crate::stage::{Ctx, Violation};

/// Somebody's work: what, from when to when.
type Work = (Timestamp, Timestamp, u32);

pub fn check(input: Input<'_>, out: &Scheduled, ctx: &Ctx) -> Vec<Violation> {
    let mut found = Vec::new();
    let shipments = input.routed.shipments.len();
    if out.times.len() != shipments {
        let message = format!("{} rows for {shipments} shipments", out.times.len());
        return vec![Violation::new("times_rows", "cycle_times", message)];
    }
    let back = picking(input, out, &mut found);
    let ready = ready(input, &back);
    let packed = packing(input, out, &ready, &mut found);
    found.extend(queues::check(input, out, &ready));
    found.extend(bookings::check(input, out, ctx.params));
    for i in 0..shipments {
        let shipment = ShipmentIdx::from_usize(i);
        let place = place(input, shipment);
        let time = out.times.get(i);
        found.extend(
            moments(input, shipment, &time, &ready, &packed)
                .map(|m| Violation::new("moments", &*place, m)),
        );
        found.extend(
            transport(input, out, shipment, &time, ctx)
                .map(|m| Violation::new("transport", &*place, m)),
        );
    }
    found
}

fn place(input: Input<'_>, shipment: ShipmentIdx) -> String {
    let order = input.routed.shipments.order[shipment.index()];
    let facility = input.routed.shipments.facility[shipment.index()];
    format!(
        "cycle_times: shipment {}/{}",
        &input.batch.orders.id[order], input.batch.facilities[facility].id
    )
}

/// Audits the pickers; returns when each batch is back.
fn picking(
    input: Input<'_>,
    out: &Scheduled,
    found: &mut Vec<Violation>,
) -> BTreeMap<BatchIdx, Timestamp> {
    let mut back = BTreeMap::new();
    let mut people: BTreeMap<(FacilityIdx, u32), Vec<Work>> = BTreeMap::new();
    for row in out.picking.rows() {
        let wave = input.waved.batches.wave[row.batch.index()].index();
        let facility = input.waved.waves.facility[wave];
        let place = format!("pick times: batch {}", row.batch.0);
        if back.insert(row.batch, row.end).is_some() {
            found.push(Violation::new(
                "picked_twice",
                &*place,
                "the batch is picked twice",
            ));
        }
        if row.start < input.waved.waves.release[wave] {
            found.push(Violation::new(
                "before_release",
                &*place,
                "picked before its wave is released",
            ));
        }
        let labour = input.waved.batches.labour[row.batch.index()];
        found.extend(
            in_shifts(input, facility, row.start, row.end, labour)
                .map(|m| Violation::new("shift", &*place, m)),
        );
        people
            .entry((facility, row.picker))
            .or_default()
            .push((row.start, row.end, row.batch.0));
    }
    for ((facility, picker), work) in people {
        let site = &input.batch.facilities[facility];
        found.extend(one_at_a_time(
            "picker",
            &site.id,
            picker,
            site.pickers,
            work,
        ));
    }
    back
}

/// Audits the pack stations; returns when the last package of each shipment is packed and how many are.
fn packing(
    input: Input<'_>,
    out: &Scheduled,
    ready: &BTreeMap<ShipmentIdx, Timestamp>,
    found: &mut Vec<Violation>,
) -> BTreeMap<ShipmentIdx, (Timestamp, usize)> {
    let mut packed: BTreeMap<ShipmentIdx, (Timestamp, usize)> = BTreeMap::new();
    let mut seen: BTreeMap<PackageIdx, ()> = BTreeMap::new();
    let mut stations: BTreeMap<(FacilityIdx, u32), Vec<Work>> = BTreeMap::new();
    for row in out.packing.rows() {
        let shipment = input.cartonized.packages.shipment[row.package.index()];
        let facility = input.routed.shipments.facility[shipment.index()];
        let site = &input.batch.facilities[facility];
        let place = format!("pack times: package {}", row.package.0);
        if seen.insert(row.package, ()).is_some() {
            found.push(Violation::new(
                "packed_twice",
                &*place,
                "the package is packed twice",
            ));
        }
        if ready.get(&shipment).is_none_or(|&ready| row.start < ready) {
            found.push(Violation::new(
                "packed_before_picked",
                &*place,
                "packed before its shipment is picked",
            ));
        }
        let time = site.pack_time_per_package;
        found.extend(
            in_shifts(input, facility, row.start, row.end, time)
                .map(|m| Violation::new("shift", &*place, m)),
        );
        stations.entry((facility, row.station)).or_default().push((
            row.start,
            row.end,
            row.package.0,
        ));
        let last = packed.entry(shipment).or_insert((row.end, 0));
        *last = (last.0.max(row.end), last.1 + 1);
    }
    for ((facility, station), work) in stations {
        let site = &input.batch.facilities[facility];
        found.extend(one_at_a_time(
            "pack station",
            &site.id,
            station,
            site.pack_stations,
            work,
        ));
    }
    packed
}

/// When the last batch with tasks of each shipment is back; only shipments all of whose batches are.
fn ready(
    input: Input<'_>,
    back: &BTreeMap<BatchIdx, Timestamp>,
) -> BTreeMap<ShipmentIdx, Timestamp> {
    let mut last: BTreeMap<ShipmentIdx, Option<Timestamp>> = BTreeMap::new();
    for (shipment, batch) in input
        .waved
        .tasks
        .shipment
        .iter()
        .zip(&input.waved.tasks.batch)
    {
        let end = back.get(batch).copied();
        let so_far = last.entry(*shipment).or_insert(end);
        *so_far = so_far.zip(end).map(|(a, b)| a.max(b));
    }
    last.into_iter()
        .filter_map(|(shipment, end)| Some((shipment, end?)))
        .collect()
}

/// Work must take exactly its labour within shifts, and begin and end in one.
fn in_shifts(
    input: Input<'_>,
    facility: FacilityIdx,
    from: Timestamp,
    to: Timestamp,
    labour: Seconds,
) -> Option<String> {
    let shifts = input.calendar.shifts(facility);
    let overlap = |start: Timestamp, end: Timestamp| (end.min(to) - start.max(from)).0.max(0);
    // Shifts of one facility may touch or overlap by a daylight saving change; no second counts twice.
    let mut worked = 0;
    let mut covered = Timestamp(i64::MIN);
    for shift in shifts {
        worked += overlap(shift.from.max(covered), shift.to.max(covered));
        covered = covered.max(shift.to);
    }
    if worked != labour.0 {
        return Some(format!(
            "{worked} s of shifts between {} and {}, the work takes {} s",
            from.0, to.0, labour.0
        ));
    }
    let begins = shifts
        .iter()
        .any(|shift| shift.from <= from && from < shift.to);
    let ends = shifts
        .iter()
        .any(|shift| shift.from <= to && to <= shift.to);
    (!begins || !ends).then(|| {
        format!(
            "work from {} to {} begins or ends outside all shifts",
            from.0, to.0
        )
    })
}

fn one_at_a_time(
    who: &str,
    facility: &str,
    number: u32,
    there_are: u32,
    mut work: Vec<Work>,
) -> Vec<Violation> {
    let place = format!("{who} {number} of {facility}");
    let mut found = Vec::new();
    if number >= there_are {
        found.push(Violation::new(
            "nobody",
            &*place,
            format!("there are {there_are}, counted from 0"),
        ));
    }
    work.sort_unstable();
    for pair in work.windows(2).filter(|pair| pair[1].0 < pair[0].1) {
        found.push(Violation::new(
            "two_at_once",
            &*place,
            format!("works on {} and {} at once", pair[0].2, pair[1].2),
        ));
    }
    found
}

/// Released, picked and packed are what waves, pick times and pack times say.
fn moments(
    input: Input<'_>,
    shipment: ShipmentIdx,
    time: &CycleTime,
    ready: &BTreeMap<ShipmentIdx, Timestamp>,
    packed: &BTreeMap<ShipmentIdx, (Timestamp, usize)>,
) -> impl Iterator<Item = String> + use<> {
    let released =
        input.waved.wave_of[shipment].map(|wave| input.waved.waves.release[wave.index()]);
    let packages = input.cartonized.packages_of(shipment).len();
    let all_packed = packed
        .get(&shipment)
        .filter(|(_, count)| *count == packages)
        .map(|&(end, _)| end);
    let placed = input.batch.orders.placed_at[input.routed.shipments.order[shipment.index()]];
    let order = [time.picked, time.packed, time.handed_over, time.delivered];
    let backwards = order.windows(2).any(|pair| pair[0] > pair[1]) || time.released > time.picked;
    let picked = ready.get(&shipment).copied().unwrap_or(Timestamp::MAX);
    [
        (time.released != released.unwrap_or(Timestamp::MAX))
            .then(|| "released is not its wave's release".to_owned()),
        (time.packed != all_packed.unwrap_or(Timestamp::MAX))
            .then(|| "packed is not the end of its last package".to_owned()),
        (time.placed > time.released).then(|| "released before it is placed".to_owned()),
        (time.placed != placed).then(|| "placed is not the order's".to_owned()),
        backwards.then(|| "a step lies before the step it needs".to_owned()),
        (time.picked != picked).then(|| "picked is not the end of its last batch".to_owned()),
    ]
    .into_iter()
    .flatten()
}

/// The hand-over of a shipment packed in time is the first pick-up after packing, or the planned one where places are counted (that of
/// one that is not is audited in `bookings`); the delivery follows from it, the flags from both.
fn transport(
    input: Input<'_>,
    out: &Scheduled,
    shipment: ShipmentIdx,
    time: &CycleTime,
    ctx: &Ctx,
) -> impl Iterator<Item = String> + use<> {
    let row = input.shipped.shipments.get(shipment.index());
    let facility = input.routed.shipments.facility[shipment.index()];
    let at = out.rebooked.shipment.partition_point(|&s| s < shipment);
    let booked = (out.rebooked.shipment.get(at) == Some(&shipment)).then(|| out.rebooked.get(at));
    let counted = input.batch.rates.services[row.service]
        .terms(facility)
        .is_some_and(|terms| terms.daily_capacity.is_some());
    let late = time.packed > row.ship_by;
    let handed_over = if late {
        booked.as_ref().map_or(Timestamp::MAX, |_| time.handed_over)
    } else if counted {
        row.ship_by
    } else {
        let pickups = input.calendar.pickups(facility, row.service);
        let first = pickups.iter().copied().filter(|&p| p >= time.packed);
        first.min().unwrap_or(Timestamp::MAX)
    };
    let order = input.routed.shipments.order[shipment.index()];
    let with = booked.map_or(row.service, |booked| booked.service);
    let service = &input.batch.rates.services[with];
    let lane =
        input
            .batch
            .rates
            .lanes
            .get(service.carrier, facility, input.batch.orders.dest[order]);
    let delivered = service.terms(facility).zip(lane).map(|(terms, lane)| {
        let unknown = ctx.params.carrier.unknown_transit_days as u16;
        let days = terms
            .transit_days
            .unwrap_or(lane.transit_days.unwrap_or(unknown));
        if handed_over == Timestamp::MAX {
            Timestamp::MAX
        } else {
            input
                .calendar
                .delivery(facility, handed_over, days, terms.delivery_days)
        }
    });
    let on_time = time.delivered != Timestamp::MAX && time.delivered <= time.promised;
    [
        (time.handed_over != handed_over)
            .then(|| "handed over at another moment than the next pick-up".to_owned()),
        (Some(time.delivered) != delivered)
            .then(|| "delivered is not hand-over and transit".to_owned()),
        (time.promised != row.promised).then(|| "promised is not the shipment's".to_owned()),
        (time.on_time != on_time).then(|| "the flag on_time is wrong".to_owned()),
        (time.missed_cutoff != (time.handed_over > row.ship_by))
            .then(|| "the flag missed_cutoff is wrong".to_owned()),
    ]
    .into_iter()
    .flatten()
}
