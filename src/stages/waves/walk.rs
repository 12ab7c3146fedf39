//! The tour of a cart: in which order its picks are walked, how far that is, and how long it takes.
//!
//! ```text
//! labour = setup + ceil(distance / speed) + sum over picks ( line time + (units - 1) unit time + level level time )
//! ```
//!
//! Tours are `solve::tour`'s: proven shortest up to five blocks, with a bound beyond. With `waves.tour` the picks are in the order of a rule that pickers know
//! instead, and the picker takes the shortest way from one to the next; the bound is that of the shortest tour all the same. Picks without a slot come last, and picks at
//! one bay from the floor up. Without a floor the distance is 0 and picks are sorted block by block, aisle by aisle, up one and
//! down the next.

use super::instance::Site;
use super::slots::Pick;
use crate::model::ids::SlotIdx;
use crate::model::units::{Millimetres, Seconds};
use crate::model::warehouse::Warehouse;
use crate::params::TourRule;
use crate::solve::tour::{Bay, Layout, Scratch, Tour, policies, shortest_tour, tour_length};

/// A cart with its picks in walking order.
#[derive(Clone, Debug)]
pub struct Cart {
    pub picks: Vec<Pick>,
    pub distance: Millimetres,
    pub bound: Millimetres,
    pub labour: Seconds,
}

pub fn bay_of(warehouse: &Warehouse, slot: SlotIdx) -> Bay {
    let place = warehouse.place[slot];
    Bay {
        block: u32::from(place.block),
        aisle: u32::from(place.aisle),
        bay: u32::from(place.bay),
    }
}

fn stops(site: &Site<'_>, picks: &[Pick]) -> Vec<Bay> {
    let slots = picks.iter().filter_map(|pick| pick.slot);
    let mut stops: Vec<Bay> = slots.map(|slot| bay_of(site.warehouse, slot)).collect();
    stops.sort_unstable();
    stops.dedup();
    stops
}

/// Length of the shortest tour past all picks.
pub fn length_of(site: &Site<'_>, floor: &Layout, picks: &[Pick], scratch: &mut Scratch) -> i64 {
    tour_length(floor, &stops(site, picks), scratch)
}

/// Puts the picks of a cart in walking order.
pub fn walk(site: &Site<'_>, mut picks: Vec<Pick>, scratch: &mut Scratch) -> Cart {
    let stops = stops(site, &picks);
    let (distance, bound, turn) = match &site.floor {
        Some(floor) => {
            let tour = tour(site.params.waves.tour, floor, &stops, scratch);
            let mut turn = vec![0u32; stops.len()];
            for (at, &stop) in tour.sequence.iter().enumerate() {
                turn[stop as usize] = at as u32;
            }
            (tour.length_mm, tour.bound_mm, turn)
        }
        None => (0, 0, up_and_down(&stops)),
    };
    picks.sort_by_cached_key(|pick| {
        let place = pick.slot.map(|slot| {
            let bay = bay_of(site.warehouse, slot);
            let at = stops.partition_point(|stop| *stop < bay);
            (turn[at], site.warehouse.place[slot].level, slot)
        });
        (place.is_none(), place, pick.demand, pick.need)
    });
    let labour = labour(site, &picks, distance);
    Cart {
        picks,
        distance: Millimetres(distance),
        bound: Millimetres(bound),
        labour,
    }
}

fn tour(rule: TourRule, floor: &Layout, stops: &[Bay], scratch: &mut Scratch) -> Tour {
    let by_rule = match rule {
        TourRule::Shortest => return shortest_tour(floor, stops, scratch),
        TourRule::SShape => policies::s_shape(floor, stops),
        TourRule::LargestGap => policies::largest_gap(floor, stops),
        TourRule::Return => policies::return_policy(floor, stops),
    };
    Tour {
        length_mm: floor.walk_length(stops, &by_rule.sequence),
        bound_mm: shortest_tour(floor, stops, scratch).bound_mm,
        ..by_rule
    }
}

/// Turns of sorted stops: every second aisle backwards.
fn up_and_down(stops: &[Bay]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..stops.len()).collect();
    order.sort_by_key(|&i| {
        let Bay { block, aisle, bay } = stops[i];
        let along = i64::from(bay) * if aisle % 2 == 0 { 1 } else { -1 };
        (block, aisle, along)
    });
    let mut turn = vec![0; stops.len()];
    for (at, &stop) in order.iter().enumerate() {
        turn[stop] = at as u32;
    }
    turn
}

fn labour(site: &Site<'_>, picks: &[Pick], distance: i64) -> Seconds {
    let speed = i64::from(site.facility.walk_mm_per_second.max(1));
    let walking = (distance + speed - 1) / speed;
    let picking: i64 = picks.iter().map(|pick| site.pick_seconds(pick)).sum();
    Seconds(site.params.schedule.batch_setup_seconds + walking + picking)
}
