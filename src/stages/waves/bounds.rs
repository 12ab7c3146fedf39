//! What no plan of a facility's night undercuts: walking, and late shipments.
//!
//! **Walking.** A tour is at least twice as long as the way to its farthest stop. A cart holds at most `Q`; if pick `i` takes the share
//! `q_i / Q` of it, the picks of a cart have shares of at most 1 in total, so with `d_i` the way to the nearest slot of the item
//!
//! ```text
//! walking >= sum over picks  2 d_i q_i / Q          (Haimovich and Rinnooy Kan 1985, doi 10.1287/moor.10.4.527)
//! ```
//!
//! in each of the four limits of a cart (totes, lines, volume, weight): the largest of the four counts. Items of which the slots hold too little
//! count nothing, as what is missing is not walked for.
//!
//! **Late shipments.** Forget walking, carts and waves: shipment `j` takes at least `p_j` seconds of picking and `k_j` of packing, and what is packed by
//! a pick-up is worked in the shift time before it. The most shipments in time of one machine that works as fast as all pickers (or all stations)
//! together is found by Moore (1968, doi 10.1287/mnsc.15.1.102); the worse of the two machines counts. O(n log n).

use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::instance::Site;
use super::walk::bay_of;
use crate::model::ids::{Idx, ItemIdx};
use crate::solve::tour::{Layout, Place};

/// Room for the rounding of sums.
const ROUNDING: f64 = 1e-9;

/// Millimetres that must be walked for these shipments.
pub fn walking(site: &Site<'_>, chosen: &[u32]) -> i64 {
    let Some(floor) = &site.floor else {
        return 0;
    };
    let reach = reach(site, floor, chosen);
    let mut totals = [0.0; 4];
    for &demand in chosen {
        let mut farthest = 0;
        for need in site.needs(demand) {
            let way = reach[&need.item];
            let [volume, weight] = site.unit_load(need.item);
            let share = |unit: i64, most: i64| f64::min(1.0, unit as f64 / most.max(1) as f64);
            let units = f64::from(need.quantity);
            totals[1] += way as f64 / site.cart[1].max(1) as f64;
            totals[2] += way as f64 * units * share(volume, site.cart[2]);
            totals[3] += way as f64 * units * share(weight, site.cart[3]);
            farthest = farthest.max(way);
        }
        if site.fits_cart(demand) {
            totals[0] += farthest as f64 / site.cart[0].max(1) as f64;
        }
    }
    let most = totals.into_iter().fold(0.0, f64::max);
    (2.0 * most * (1.0 - ROUNDING)).floor() as i64
}

/// Way from the depot to the nearest slot of each item, mm; 0 where the slots do not hold all that is asked for.
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
                nearest = nearest.min(floor.distance(&Place::Depot, &bay));
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
    let (facility, schedule) = (site.facility, &site.params.schedule);
    let picking = |demand: u32| {
        let seconds = site.needs(demand).iter().map(|need| {
            let more = i64::from(need.quantity.saturating_sub(1));
            facility.pick_time_per_line.0 + more * schedule.pick_seconds_per_unit
        });
        seconds.sum()
    };
    let packing = |demand: u32| {
        i64::from(site.demands[demand as usize].packages) * facility.pack_time_per_package.0
    };
    let machine = |workers: u32, work: &dyn Fn(u32) -> i64| {
        let jobs = open.iter();
        fewest_late(
            jobs.map(|&demand| (i64::from(workers) * due(demand), work(demand)))
                .collect(),
        )
    };
    let picked = machine(facility.pickers, &picking);
    too_late + picked.max(machine(facility.pack_stations, &packing))
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
