//! What no plan of a facility's night undercuts: walking, and late shipments.
//!
//! **Walking.** A tour is at least as long as the way to its farthest stop and home. A cart holds at most `Q`; if pick `i` takes the share
//! `q_i / Q` of it, the picks of a cart have shares of at most 1 in total, so with `r_i` the way to the nearest slot of the item and home
//!
//! ```text
//! walking >= sum over picks  r_i q_i / Q          (Haimovich and Rinnooy Kan 1985, doi 10.1287/moor.10.4.527)
//! ```
//!
//! in each of the four limits of a cart (totes, lines, volume, weight): the largest of the four counts. Items of which the slots hold too little
//! count nothing, as what is missing is not walked for.
//!
//! **Late shipments.** Forget carts and waves. A cart with a shipment that is in time is back by the pick-up, so all its labour is done before; by the
//! same shares a shipment takes of it at least
//!
//! ```text
//! p_j = time at the slots + sum over its picks  (setup + r_i / speed) q_i / Q        seconds of picking
//! ```
//!
//! and `k_j` seconds of packing after that. The most shipments in time of one machine that works as fast as all pickers (or all stations)
//! together is found by Moore (1968, doi 10.1287/mnsc.15.1.102); the worst of the five machines (a picker for each limit, packing) counts. O(n log n).

use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::instance::Site;
use super::walk::bay_of;
use crate::model::ids::{Idx, ItemIdx};
use crate::solve::tour::{Layout, Place};

/// Room for the rounding of sums.
const ROUNDING: f64 = 1e-9;

/// Of a second.
const THOUSANDTHS: i64 = 1000;

/// Millimetres that must be walked for these shipments.
pub fn walking(site: &Site<'_>, chosen: &[u32]) -> i64 {
    let Some(floor) = &site.floor else {
        return 0;
    };
    let reach = reach(site, floor, chosen);
    let mut totals = [0.0; 4];
    for &demand in chosen {
        let shares = shares(site, demand, |item| reach[&item] as f64);
        for (total, share) in totals.iter_mut().zip(shares) {
            *total += share;
        }
    }
    let most = totals.into_iter().fold(0.0, f64::max);
    (most * (1.0 - ROUNDING)).floor() as i64
}

/// What a shipment bears, by each limit of a cart, of tours that cost `cost(item)` if the item's pick were all that is on the cart.
fn shares(site: &Site<'_>, demand: u32, cost: impl Fn(ItemIdx) -> f64) -> [f64; 4] {
    let share = |load: i64, most: i64| f64::min(1.0, load as f64 / most.max(1) as f64);
    let mut borne = [0.0; 4];
    for need in site.needs(demand) {
        let cost = cost(need.item);
        let [volume, weight] = site.unit_load(need.item);
        let units = f64::from(need.quantity);
        // One tote: its dearest pick.
        borne[0] = f64::max(borne[0], cost * share(1, site.cart[0]));
        borne[1] += cost * share(1, site.cart[1]);
        borne[2] += cost * units * share(volume, site.cart[2]);
        borne[3] += cost * units * share(weight, site.cart[3]);
    }
    borne
}

/// Way from the depot to the nearest slot of each item and home, mm; 0 where the slots do not hold all that is asked for.
fn reach(site: &Site<'_>, floor: &Layout, chosen: &[u32]) -> FxHashMap<ItemIdx, i64> {
    let mut asked: FxHashMap<ItemIdx, u64> = FxHashMap::default();
    for need in chosen.iter().flat_map(|&demand| site.needs(demand)) {
        *asked.entry(need.item).or_default() += u64::from(need.quantity);
    }
    let way = |(item, asked): (ItemIdx, u64)| {
        let slots = site.warehouse.slots_of(item).iter().map(|&(_, slot)| slot);
        let (mut held, mut nearest) = (0u64, i64::MAX);
        for slot in slots {
            let quantity = site.warehouse.quantity.as_slice()[slot.index()];
            held += u64::from(quantity);
            if quantity > 0 {
                let bay = Place::Bay(bay_of(site.warehouse, slot));
                let out = floor.distance(&Place::Depot, &bay);
                nearest = nearest.min(out + floor.distance(&bay, &Place::Depot));
            }
        }
        (item, if held < asked { 0 } else { nearest })
    };
    asked.into_iter().map(way).collect()
}

/// Shipments that cannot all be packed by their planned pick-ups.
pub fn late(site: &Site<'_>, chosen: &[u32]) -> u32 {
    let due = |demand: u32| site.clock.at(site.demands[demand as usize].cutoff).0;
    let in_time = |demand: &&u32| site.demands[**demand as usize].ready.0 < due(**demand);
    let open: Vec<u32> = chosen.iter().filter(in_time).copied().collect();
    let too_late = (chosen.len() - open.len()) as u32;
    let (pickers, stations) = (site.facility.pickers, site.facility.pack_stations);
    let pack_time = site.facility.pack_time_per_package.0;
    let packages = |demand: u32| i64::from(site.demands[demand as usize].packages);
    let packing = open.iter().map(|&demand| {
        let work = packages(demand).saturating_mul(pack_time);
        (i64::from(stations).saturating_mul(due(demand)), work)
    });
    let mut worst = fewest_late(packing.collect());
    let picking = least_picking(site, &open);
    for limit in 0..4 {
        let jobs = open.iter().zip(&picking).map(|(&demand, work)| {
            let packed = pack_time * packages(demand).min(1);
            let available = (due(demand) - packed).saturating_mul(THOUSANDTHS);
            (i64::from(pickers).saturating_mul(available), work[limit])
        });
        worst = worst.max(fewest_late(jobs.collect()));
    }
    too_late + worst
}

/// Thousandths of a second of picking that each shipment takes at least, by each limit of a cart.
fn least_picking(site: &Site<'_>, open: &[u32]) -> Vec<[i64; 4]> {
    let (facility, schedule) = (site.facility, &site.params.schedule);
    let reach = site.floor.as_ref().map(|floor| reach(site, floor, open));
    let speed = f64::from(facility.walk_mm_per_second.max(1));
    let tour = |item: ItemIdx| {
        let way = reach.as_ref().map_or(0, |reach| reach[&item]);
        schedule.batch_setup_seconds as f64 + way as f64 / speed
    };
    let work = |&demand: &u32| {
        let seconds = site.needs(demand).iter().map(|need| {
            let more = i64::from(need.quantity.saturating_sub(1));
            facility.pick_time_per_line.0 + more * schedule.pick_seconds_per_unit
        });
        let at_slots: i64 = seconds.sum::<i64>() * THOUSANDTHS;
        shares(site, demand, tour)
            .map(|share| at_slots + (share * THOUSANDTHS as f64 * (1.0 - ROUNDING)).floor() as i64)
    };
    open.iter().map(work).collect()
}

/// Fewest late jobs of one machine; jobs as (due, work). Whenever the jobs so far do not fit, the longest of them is late.
fn fewest_late(mut jobs: Vec<(i64, i64)>) -> u32 {
    jobs.sort_unstable();
    let mut kept = BinaryHeap::new();
    let (mut total, mut late) = (0i64, 0);
    for (due, work) in jobs {
        kept.push(work);
        total += work;
        if total > due {
            total -= kept.pop().unwrap_or(0);
            late += 1;
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fewest late jobs of all subsets: a subset is in time if, in order of due date, nobody in it is late.
    fn brute_force(jobs: &[(i64, i64)]) -> u32 {
        let mut sorted = jobs.to_vec();
        sorted.sort_unstable();
        let in_time = |set: &u32| {
            let mut total = 0;
            (0..sorted.len()).filter(|at| set >> at & 1 == 1).all(|at| {
                total += sorted[at].1;
                total <= sorted[at].0
            })
        };
        let sets = (0..1u32 << jobs.len()).filter(in_time);
        jobs.len() as u32 - sets.map(u32::count_ones).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn as_few_are_late_as_can_be(jobs in prop::collection::vec((0i64..30, 1i64..9), 0..10)) {
            prop_assert_eq!(fewest_late(jobs.clone()), brute_force(&jobs));
        }
    }
}
