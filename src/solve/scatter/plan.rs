//! From the stretches walked to picks and a tour; and a first plan without any search.

use super::actions::Actions;
use super::network::Network;
use super::{Instance, Pick, Plan};
use crate::solve::tour::{Bay, Place, Scratch, shortest_tour};

/// The slots that a path passes.
pub(super) fn passed(
    instance: &Instance,
    network: &Network,
    actions: &Actions,
    path: &[u32],
) -> Vec<u32> {
    let first = network.aisles().start;
    let mut of_stretch = vec![None; actions.stretches()];
    for &action in path {
        of_stretch[actions.stretch_of(action as usize)] = Some(actions.action(action as usize));
    }
    let is_passed = |&slot: &u32| {
        let from = &instance.slots[slot as usize];
        let bay = &from.bay;
        if from.stock == 0 || instance.demands[from.item as usize] == 0 {
            return false;
        }
        let stretch = (bay.aisle - first) as usize * network.blocks() + bay.block as usize;
        let y = instance.layout.bay_y(bay) - instance.layout.cross_y(bay.block);
        of_stretch[stretch].is_some_and(|action| action.passes(y))
    };
    (0..instance.slots.len() as u32).filter(is_passed).collect()
}

/// No plan is shorter: some slot as far as this must be visited for each item, as the nearer ones hold too little.
pub(super) fn distance_bound(instance: &Instance) -> i64 {
    let order = slots_by(instance, |slot| distance(instance, slot));
    let mut left = instance.demands.clone();
    let mut bound = 0;
    for s in order {
        let slot = &instance.slots[s as usize];
        let left = &mut left[slot.item as usize];
        if *left > 0 && slot.stock > 0 {
            *left -= slot.stock.min(*left);
            if *left == 0 {
                bound = bound.max(2 * distance(instance, s));
            }
        }
    }
    bound
}

fn distance(instance: &Instance, slot: u32) -> i64 {
    let bay = Place::Bay(instance.slots[slot as usize].bay);
    instance.layout.distance(&Place::Depot, &bay)
}

fn slots_by(instance: &Instance, key: impl Fn(u32) -> i64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..instance.slots.len() as u32).collect();
    order.sort_by_key(|&slot| key(slot));
    order
}

/// The plan on some slots that together serve the demand: large stocks first, so that few stops remain.
pub(super) fn of_slots(instance: &Instance, mut slots: Vec<u32>, scratch: &mut Scratch) -> Plan {
    slots.sort_by_key(|&s| std::cmp::Reverse(instance.slots[s as usize].stock));
    let mut left = instance.demands.clone();
    let mut picks = Vec::new();
    for slot in slots {
        let from = &instance.slots[slot as usize];
        let left = &mut left[from.item as usize];
        let quantity = from.stock.min(*left);
        if quantity > 0 {
            *left -= quantity;
            picks.push(Pick { slot, quantity });
        }
    }
    debug_assert!(left.iter().all(|&n| n == 0), "the slots serve the demand");
    let stops: Vec<Bay> = (picks.iter())
        .map(|pick| instance.slots[pick.slot as usize].bay)
        .collect();
    let tour = shortest_tour(&instance.layout, &stops, scratch);
    let order = tour.sequence.iter().map(|&k| picks[k as usize]);
    Plan {
        picks: order.collect(),
        length_mm: tour.length_mm,
    }
}

/// The aisles between the outermost usable slots and the depot.
pub(super) fn aisles(instance: &Instance) -> std::ops::Range<u32> {
    let depot = instance.layout.depot_aisle;
    let usable = (instance.slots.iter())
        .filter(|slot| slot.stock > 0 && instance.demands[slot.item as usize] > 0)
        .map(|slot| slot.bay.aisle);
    let (first, last) = usable.fold((depot, depot), |(first, last), aisle| {
        (first.min(aisle), last.max(aisle))
    });
    first..last + 1
}

/// What every walk's length is a multiple of, mm: twice the common measure of all distances, as a closed walk goes as far forth as back.
pub(super) fn grain(instance: &Instance) -> i64 {
    let layout = &instance.layout;
    let start = common(layout.aisle_spacing_mm, layout.pitch_mm());
    let distances = instance.slots.iter().map(|slot| layout.bay_y(&slot.bay));
    (2 * distances.fold(start, common)).max(1)
}

fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { common(b, a % b) }
}
