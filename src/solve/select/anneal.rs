//! The set of groups: simulated annealing.
//!
//! ```text
//! maximize   units(S) - lambda |S| - unmet max(0, LB - units(S))
//! ```
//!
//! with `lambda` the best ratio so far: a set of positive value with enough units is a better wave, and the best wave's value is 0 once
//! `lambda` is its ratio (Dinkelbach 1967, doi 10.1287/mnsc.13.7.492). Annealing the ratio itself would prefer few good groups to
//! enough of them. Annealing: Kirkpatrick, Gelatt and Vecchi 1983, doi 10.1126/science.220.4598.671.
//!
//! The number that decides about acceptance is drawn before a move is evaluated, so that a move whose bound does not reach it is refused
//! without packing: the same answer, sooner. One move: O(lines of the groups that change), and a packing where the bound admits it.

use rand::{Rng, RngExt};

use super::fill::Fill;
use super::index::Index;
use super::moves::Move;
use super::pool::{Pool, Set};

/// First and last temperature, as a share of the ratio: what a group is worth.
const HOT: f64 = 0.15;
const COLD: f64 = 0.004;
/// The same, as a share of the units of an order of several lines, where that is more: groups that serve few orders each.
const HOT_ORDER: f64 = 1.0;
const COLD_ORDER: f64 = 0.03;
/// Moves between two questions whether to go on.
const STRIDE: u64 = 1 << 8;

/// One annealing run.
pub(super) struct Run<'a> {
    pub(super) index: &'a Index,
    /// Ratio that is to be beaten; rises when it is.
    pub(super) lambda: f64,
    pub(super) moves: u64,
    /// Share of the first temperature to begin with.
    pub(super) heat: f64,
    /// What a unit below the least units of a wave costs, in units.
    pub(super) unmet: f64,
}

impl Run<'_> {
    /// Anneals from the set in `fill`; the best sets with enough units go to `pool`.
    pub(super) fn anneal(
        &mut self,
        fill: &mut Fill,
        rng: &mut impl Rng,
        pool: &mut Pool,
        go_on: &dyn Fn() -> bool,
    ) {
        let (hot, cold) = self.temperatures();
        let mut temperature = hot;
        let mut units = fill.units();
        let mut change = Move::default();
        for count in 0..self.moves {
            if count % STRIDE == 0 {
                if !go_on() {
                    return;
                }
                let way = count as f64 / self.moves as f64;
                temperature = hot * (cold / hot).powf(way);
            }
            let luck = rng.random::<f64>().max(f64::MIN_POSITIVE).ln();
            let floor = self.value(units, fill) + temperature * luck;
            if !change.draw(self.index, fill, rng) {
                continue;
            }
            change.make(fill);
            let moved = (self.value(fill.bound(), fill) >= floor).then(|| fill.units());
            match moved.filter(|&units| self.value(units, fill) >= floor) {
                None => change.undo(fill),
                Some(now) => {
                    units = now;
                    self.keep(fill, units, pool);
                }
            }
        }
    }

    fn temperatures(&self) -> (f64, f64) {
        let orders = &self.index.units;
        let total: f64 = orders.iter().map(|&units| f64::from(units)).sum();
        let order = total / orders.len().max(1) as f64;
        let hot = self.heat * f64::max(HOT * self.lambda, HOT_ORDER * order);
        (hot, f64::max(COLD * self.lambda, COLD_ORDER * order))
    }

    fn value(&self, units: u64, fill: &Fill) -> f64 {
        let unmet = self.index.least.saturating_sub(units);
        units as f64 - self.lambda * fill.groups().len() as f64 - self.unmet * unmet as f64
    }

    fn keep(&mut self, fill: &Fill, units: u64, pool: &mut Pool) {
        let ratio = units as f64 / fill.groups().len() as f64;
        if units < self.index.least || !pool.admits(ratio) {
            return;
        }
        self.lambda = self.lambda.max(ratio);
        pool.offer(Set {
            groups: fill.groups().to_vec(),
            units,
        });
    }
}
