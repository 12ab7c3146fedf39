//! From a set of groups to a wave: which orders are picked.
//!
//! The greedy packing of [`super::fill`], the folded orders of each item by the subset that fills what is left, and where that is more than
//! a wave may have, orders are left out: always the largest that does not leave too few, then the smallest.

use super::fill::Fill;
use super::index::{Index, reached};
use super::instance::{Instance, Wave};

/// The wave of the set in `fill`: units at most the instance's most.
pub(super) fn wave(instance: &Instance, index: &Index, fill: &mut Fill) -> Wave {
    let mut packed = Vec::new();
    fill.pack(&mut |order| packed.push(index.order_of[order as usize]));
    finish(
        instance,
        index,
        packed,
        &|item| fill.left(item),
        fill.groups(),
    )
}

/// Adds the folded orders to the `packed` ones (numbers of the instance).
pub(super) fn finish(
    instance: &Instance,
    index: &Index,
    packed: Vec<u32>,
    left: &dyn Fn(usize) -> u32,
    groups: &[u32],
) -> Wave {
    let mut orders = packed;
    for item in 0..index.items() {
        let gains = index.gains.of(item);
        let sum = gains[(left(item) as usize).min(gains.len() - 1)] as usize;
        subset(index.folded.of(item), sum, &mut orders);
    }
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    let mut wave = Wave {
        orders,
        groups,
        units: 0,
    };
    cut(instance, &mut wave);
    wave.orders.sort_unstable();
    wave
}

/// The orders that together have this sum, which some have.
fn subset(orders: &[(u32, u32)], mut sum: usize, into: &mut Vec<u32>) {
    if sum == 0 {
        return;
    }
    let by = reached(orders, sum);
    while sum > 0 {
        let (n, order) = orders[by[sum] as usize];
        into.push(order);
        sum -= n as usize;
    }
}

/// Leaves out orders until the units are not too many.
fn cut(instance: &Instance, wave: &mut Wave) {
    let units = |&order: &u32| instance.orders.units(order as usize);
    wave.units = wave.orders.iter().map(units).sum();
    if wave.units <= instance.most {
        return;
    }
    let mut excess = wave.units - instance.most;
    wave.orders
        .sort_by_key(|order| (std::cmp::Reverse(units(order)), *order));
    wave.orders.retain(|order| {
        let drop = units(order) <= excess;
        excess -= if drop { units(order) } else { 0 };
        !drop
    });
    if excess > 0 {
        wave.orders.pop();
    }
    wave.units = wave.orders.iter().map(units).sum();
}
