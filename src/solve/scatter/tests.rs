//! Against all choices of slots with exact tours, on small halls.

use proptest::prelude::*;
use rand::RngExt;

use super::*;
use crate::solve::outcome::{Outcome, Status};
use crate::solve::rng::stream;
use crate::solve::tour::oracle::{random_layout, random_stops};
use crate::solve::tour::{Scratch, tour_length};

/// A small hall; the demand is within the stock.
fn random_instance(seed: u64, blocks: u32) -> Instance {
    let layout = random_layout(seed, blocks);
    let mut rng = stream(seed, "test slots", 0);
    let items = rng.random_range(1..4);
    let bays = random_stops(&layout, seed, rng.random_range(items..9));
    let mut demands = vec![0; items];
    let slots = bays.into_iter().enumerate().map(|(k, bay)| {
        let item = if k < items {
            k
        } else {
            rng.random_range(0..items)
        };
        let stock = rng.random_range(0..4);
        demands[item] += stock;
        let item = item as u32;
        Slot { bay, item, stock }
    });
    let slots = slots.collect();
    for demand in &mut demands {
        *demand = rng.random_range(0..=*demand);
    }
    Instance {
        layout,
        slots,
        demands,
    }
}

fn serves(instance: &Instance, chosen: impl Fn(usize) -> bool) -> bool {
    let mut left: Vec<i64> = instance.demands.iter().map(|&n| i64::from(n)).collect();
    for (index, slot) in instance.slots.iter().enumerate() {
        left[slot.item as usize] -= i64::from(slot.stock) * i64::from(chosen(index));
    }
    left.iter().all(|&n| n <= 0)
}

/// The shortest tour over all sets of slots that serve the demand.
fn optimum(instance: &Instance) -> i64 {
    let mut scratch = Scratch::default();
    let sets =
        (0u32..1 << instance.slots.len()).filter(|set| serves(instance, |k| set >> k & 1 == 1));
    let lengths = sets.map(|set| {
        let chosen = instance
            .slots
            .iter()
            .enumerate()
            .filter(|&(k, _)| set >> k & 1 == 1);
        let stops: Vec<Bay> = chosen.map(|(_, slot)| slot.bay).collect();
        tour_length(&instance.layout, &stops, &mut scratch)
    });
    lengths.min().expect("all slots serve the demand")
}

/// The plan takes the demand, no more than there is, and is as long as it says.
fn check(instance: &Instance, outcome: &Outcome<Plan>) {
    let mut taken = vec![0; instance.slots.len()];
    let mut left = instance.demands.clone();
    let mut stops = Vec::new();
    for pick in &outcome.solution.picks {
        let slot = &instance.slots[pick.slot as usize];
        taken[pick.slot as usize] += pick.quantity;
        left[slot.item as usize] -= pick.quantity;
        stops.push(slot.bay);
    }
    assert!(left.iter().all(|&n| n == 0));
    assert!(
        taken
            .iter()
            .zip(&instance.slots)
            .all(|(&n, slot)| n <= slot.stock)
    );
    let order: Vec<u32> = (0..stops.len() as u32).collect();
    assert_eq!(instance.layout.walk_length(&stops, &order), outcome.value);
    assert_eq!(outcome.solution.length_mm, outcome.value);
}

fn endless() -> f64 {
    f64::INFINITY
}

proptest! {
    #[test]
    fn plan_and_bound_enclose_the_optimum(seed in 0u64..100_000, blocks in 1u32..3) {
        let instance = random_instance(seed, blocks);
        let optimum = optimum(&instance);
        let night = solve(&instance, &Effort::night(), &endless).unwrap();
        check(&instance, &night);
        prop_assert!(night.bound <= optimum && optimum <= night.value);
        let hasty = Effort { rounds: 0, ascents: 3, width: 2, repricing: 1, ..Effort::night() };
        let hasty = solve(&instance, &hasty, &endless).unwrap();
        check(&instance, &hasty);
        prop_assert!(hasty.bound <= optimum && optimum <= hasty.value);
        let proven = solve(&instance, &Effort::proving(), &endless).unwrap();
        check(&instance, &proven);
        prop_assert_eq!((proven.value, proven.bound), (optimum, optimum));
        prop_assert_eq!(proven.status, Status::Optimal);
        prop_assert_eq!(solve(&instance, &Effort::night(), &endless).unwrap(), night);
    }
}

#[test]
fn no_time_still_gives_a_plan() {
    let instance = random_instance(7, 2);
    let outcome = solve(&instance, &Effort::proving(), &|| 0.0).unwrap();
    check(&instance, &outcome);
    assert!(outcome.bound <= optimum(&instance));
}

#[test]
fn demand_beyond_stock_is_named() {
    let mut instance = random_instance(3, 1);
    assert_eq!(instance.shortage(), None);
    let last = instance.demands.len() - 1;
    let stock: u32 = (instance.slots.iter())
        .filter(|slot| slot.item as usize == last)
        .map(|slot| slot.stock)
        .sum();
    instance.demands[last] = stock + 2;
    assert_eq!(instance.shortage(), Some((last as u32, 2)));
    assert_eq!(solve(&instance, &Effort::night(), &endless), None);
}

#[test]
fn no_demand_no_walk() {
    let mut instance = random_instance(5, 2);
    instance.demands.fill(0);
    let outcome = solve(&instance, &Effort::night(), &endless).unwrap();
    assert_eq!((outcome.value, outcome.bound), (0, 0));
    assert!(outcome.solution.picks.is_empty());
}
