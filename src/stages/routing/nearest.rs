//! The rule in use: the nearest facility that has the line, line by line.
//!
//! Orders come in the same sequence and on a supply of their own. Each line goes whole to the nearest facility that has all of
//! it and capacity for it; if there is none, the facilities give what they have, nearest first. What exceeds `max_shipments`, and
//! orders that must ship complete and cannot, are backordered. Nothing is compared by cost. As the rule keeps all rules of the
//! model, its cost is that of a feasible plan.
//!
//! Distances are great circles; to destinations without a position, the least transit days of any carrier. O(lines × facilities
//! × log facilities).

use crate::model::Batch;
use crate::model::ids::{CarrierIdx, FacilityIdx, Idx, OrderIdx};
use crate::model::network::great_circle_km;

use super::instance::{Content, Demand, Instance, Supply, Want};
use super::order::{Part, Pattern};

/// Serves the order on what the rule left so far.
pub(super) fn assign(instance: &Instance, demand: &Demand, supply: &mut Supply) -> Pattern {
    let mut parts: Vec<(FacilityIdx, Content)> = Vec::new();
    let mut left = demand.units;
    for want in demand.wants {
        left -= assign_line(instance, demand.order, want, supply, &mut parts);
    }
    if demand.complete && left > 0 {
        for (facility, content) in parts.drain(..) {
            supply.give_part(instance.batch, facility, &content);
        }
    }
    parts.sort_unstable_by_key(|part| part.0);
    let parts = parts.into_iter().map(|(facility, content)| Part {
        facility,
        content,
        cost: None,
    });
    Pattern {
        parts: parts.collect(),
        refused: Vec::new(),
    }
}

/// Adds the line to the parts; returns the units that found a place.
fn assign_line(
    instance: &Instance,
    order: OrderIdx,
    want: &Want,
    supply: &mut Supply,
    parts: &mut Vec<(FacilityIdx, Content)>,
) -> u64 {
    let batch = instance.batch;
    let mut near: Vec<(i64, FacilityIdx, u64)> = supply
        .holders(batch, want.item)
        .filter(|&(facility, _)| instance.may_ship(order, facility, want.item))
        .map(|(facility, free)| {
            let room = match parts.iter().any(|part| part.0 == facility) {
                true => supply.capacity(facility),
                false => supply.room(facility),
            };
            let units = u64::from(free).min(room);
            (distance(batch, order, facility), facility, units)
        })
        .collect();
    near.sort_unstable();
    let used = |facility| parts.iter().any(|part| part.0 == facility);
    let mut further = instance.rules.max_shipments - parts.len();
    let enough = |units: u64| units >= u64::from(want.quantity);
    let whole = near
        .iter()
        .copied()
        .find(|&(_, facility, units)| enough(units) && (further > 0 || used(facility)));
    if let Some(whole) = whole {
        near = vec![whole];
    }
    let mut left = want.quantity;
    for (_, facility, units) in near {
        let at = parts.iter().position(|part| part.0 == facility);
        let units = u32::try_from(units).unwrap_or(u32::MAX).min(left);
        if units == 0 || (at.is_none() && further == 0) {
            continue;
        }
        if at.is_none() {
            supply.open(facility);
        }
        supply.take_line(batch, facility, want.line, units);
        left -= units;
        match at {
            Some(at) => parts[at].1.push((want.line, units)),
            None => {
                parts.push((facility, vec![(want.line, units)]));
                further -= 1;
            }
        }
    }
    u64::from(want.quantity - left)
}

/// Metres, or transit days where the destination has no position.
fn distance(batch: &Batch, order: OrderIdx, facility: FacilityIdx) -> i64 {
    let dest = batch.orders.dest[order];
    let site = &batch.facilities[facility];
    match batch.destinations.position[dest] {
        Some((lat, lon)) => {
            let to = (f64::from(lat), f64::from(lon));
            (great_circle_km((site.lat, site.lon), to) * 1_000.0) as i64
        }
        None => (0..batch.rates.carriers.len())
            .map(CarrierIdx::from_usize)
            .filter_map(|carrier| batch.rates.lanes.get(carrier, facility, dest)?.transit_days)
            .min()
            .map_or(i64::MAX, i64::from),
    }
}
