//! Changes of a set of groups that annealing tries.
//!
//! A swap, an addition or a removal of groups drawn at random; where orders have several lines, also the pull of an order: all groups that it
//! lacks join together, and up to as many leave. Without pulls a set would have to pass through others that hold half an order's stock and
//! serve nothing with it.

use rand::{Rng, RngExt};

use super::fill::Fill;
use super::index::Index;

/// Share of pulls, where orders have several lines; and most groups one adds.
const PULLS: f64 = 0.4;
const MOST_PULLED: usize = 5;
/// Share of swaps among the other changes; of the rest half are additions, half removals.
const SWAPS: f64 = 0.8;

/// A change of the set, reused from draw to draw.
#[derive(Debug, Default)]
pub(super) struct Move {
    /// Groups that leave.
    out: Vec<u32>,
    /// Groups that join.
    into: Vec<u32>,
}

impl Move {
    /// Draws a change that leaves at least one group; false where the draw has no partner.
    pub(super) fn draw(&mut self, index: &Index, fill: &Fill, rng: &mut impl Rng) -> bool {
        self.out.clear();
        self.into.clear();
        let of = fill.groups();
        if !index.units.is_empty() && rng.random::<f64>() < PULLS {
            return self.pull(index, fill, rng);
        }
        let kind = rng.random::<f64>();
        if kind < (1.0 + SWAPS) / 2.0 {
            self.leave(of, rng);
        }
        if !(SWAPS..(1.0 + SWAPS) / 2.0).contains(&kind) && of.len() < index.stocked.len() {
            self.join(&index.stocked, fill, rng);
        }
        of.len() + self.into.len() > self.out.len()
    }

    /// A group of the set leaves it, if there is one that does not yet.
    fn leave(&mut self, of: &[u32], rng: &mut impl Rng) {
        if !of.is_empty() {
            let group = of[rng.random_range(0..of.len())];
            if !self.out.contains(&group) {
                self.out.push(group);
            }
        }
    }

    /// A group that is not of the set joins it; there is one.
    fn join(&mut self, groups: &[u32], fill: &Fill, rng: &mut impl Rng) {
        loop {
            let group = groups[rng.random_range(0..groups.len())];
            if !fill.contains(group) {
                self.into.push(group);
                return;
            }
        }
    }

    /// All groups that one order lacks join, up to as many leave.
    fn pull(&mut self, index: &Index, fill: &Fill, rng: &mut impl Rng) -> bool {
        let order = rng.random_range(0..index.orders.len());
        if fill.covers(order) {
            return false;
        }
        for &(item, n) in index.orders.of(order) {
            if !self.supply(index, fill, item, n, rng) {
                return false;
            }
        }
        for _ in 0..rng.random_range(0..=self.into.len()) {
            self.leave(fill.groups(), rng);
        }
        fill.groups().len() + self.into.len() > self.out.len()
    }

    /// Adds groups until there are `n` units of the item; false where that takes more than [`MOST_PULLED`].
    fn supply(
        &mut self,
        index: &Index,
        fill: &Fill,
        item: u32,
        n: u32,
        rng: &mut impl Rng,
    ) -> bool {
        let holders = index.holders.of(item as usize);
        let has = |group: u32| {
            let lines = index.groups.of(group as usize);
            lines
                .binary_search_by_key(&item, |line| line.0)
                .map_or(0, |at| lines[at].1)
        };
        let mut stock = fill.stock(item) + self.into.iter().map(|&group| has(group)).sum::<u32>();
        let first = rng.random_range(0..holders.len());
        for at in 0..holders.len() {
            let group = holders[(first + at) % holders.len()];
            if stock >= n {
                break;
            }
            if fill.contains(group) || self.into.contains(&group) {
                continue;
            }
            if self.into.len() == MOST_PULLED {
                return false;
            }
            self.into.push(group);
            stock += has(group);
        }
        stock >= n
    }

    pub(super) fn make(&self, fill: &mut Fill) {
        self.out.iter().for_each(|&group| fill.remove(group));
        self.into.iter().for_each(|&group| fill.add(group));
    }

    pub(super) fn undo(&self, fill: &mut Fill) {
        self.into.iter().for_each(|&group| fill.remove(group));
        self.out.iter().for_each(|&group| fill.add(group));
    }
}
