//! What annealing leaves, where orders have several lines: better packings of good sets, and exact choice around the best wave.
//!
//! *Repacking.* Sets whose bound exceeds the best wave are packed by the integer programme of [`super::exact`]; the greedy packing is
//! up to a few units below.
//!
//! *Neighbourhoods.* Two programmes a round in which groups are free: all groups that are in a set of the pool, and around
//! the best wave, a random part of its groups with groups from outside; both grow from round to round
//! (Fischetti and Lodi 2003, doi 10.1007/s10107-003-0395-5, for the idea).

use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::exact::{self, Choice};
use super::fill::Fill;
use super::index::Index;
use super::instance::{Instance, Wave};
use super::pool::Pool;
use super::realize;
use crate::solve::rng;

/// Branch-and-bound nodes of a repacking.
const REPACK_NODES: i32 = 1;
/// Groups of the wave that are free in the first round, and groups from outside.
const FREE: usize = 8;
const OUTSIDE: usize = 40;
/// Rounds after which programmes no longer grow.
const GROWING: u32 = 6;
/// Programmes are given this share of the time that is left, and none of less than so many seconds.
const SHARE: f64 = 0.25;
const LEAST_SECONDS: f64 = 0.2;

/// Polishing in one round.
pub(super) struct Polish<'a> {
    pub(super) instance: &'a Instance,
    pub(super) index: &'a Index,
    pub(super) seed: u64,
    /// Branch-and-bound nodes of a neighbourhood in the first round.
    pub(super) nodes: i32,
    pub(super) round: u32,
    /// Seconds left; infinite without a clock.
    pub(super) left: &'a (dyn Fn() -> f64 + Sync),
}

impl Polish<'_> {
    /// Exact packings of the sets that could beat `best`.
    pub(super) fn repack(&self, pool: &Pool, best: &Wave) -> Vec<Wave> {
        let sets = pool.sets().par_iter();
        sets.filter_map(|set| {
            let mut fill = Fill::new(self.index);
            fill.set(&set.groups);
            if fill.bound() as f64 <= best.ratio() * set.groups.len() as f64 {
                return None;
            }
            let known = realize::wave(self.instance, self.index, &mut fill);
            self.solve(&set.groups, &[], REPACK_NODES, &known)
        })
        .collect()
    }

    /// Exact choice in two neighbourhoods of `best`.
    pub(super) fn improve(&self, pool: &Pool, best: &Wave) -> Vec<Wave> {
        let mut rng = rng::stream(self.seed, "select-polish", u64::from(self.round));
        let seen = seen(pool, best);
        let around = self.around(&seen, best, &mut rng);
        let nodes = self.nodes.saturating_mul(1 << self.round.min(GROWING));
        let solve = |(fixed, free): (Vec<u32>, Vec<u32>)| self.solve(&fixed, &free, nodes, best);
        let found: Vec<_> = [(Vec::new(), seen), around]
            .into_par_iter()
            .map(solve)
            .collect();
        found.into_iter().flatten().collect()
    }

    fn solve(&self, fixed: &[u32], free: &[u32], nodes: i32, known: &Wave) -> Option<Wave> {
        let left = (self.left)();
        if left < LEAST_SECONDS {
            return None;
        }
        let choice = Choice {
            fixed,
            free,
            lambda: known.ratio(),
            nodes,
            seconds: left.is_finite().then_some(SHARE * left),
        };
        exact::best(self.index, &choice, known)
    }

    /// (fixed, free): a part of the wave's groups is free, with those of `seen` and others from outside.
    fn around(&self, seen: &[u32], wave: &Wave, rng: &mut impl Rng) -> (Vec<u32>, Vec<u32>) {
        let growth = self.round.min(GROWING);
        let mut free = wave.groups.clone();
        free.shuffle(rng);
        let fixed = free.split_off((FREE << growth).min(free.len()));
        let is_new = |group: &&u32| wave.groups.binary_search(group).is_err();
        free.extend(seen.iter().filter(is_new));
        let is_unseen = |group: &&u32| seen.binary_search(group).is_err();
        let mut others: Vec<u32> = self
            .index
            .stocked
            .iter()
            .filter(is_unseen)
            .copied()
            .collect();
        others.shuffle(rng);
        free.extend(others.iter().take(OUTSIDE << growth));
        (fixed, free)
    }
}

/// Groups of the wave or of a set of the pool, ascending.
fn seen(pool: &Pool, wave: &Wave) -> Vec<u32> {
    let sets = pool.sets().iter().flat_map(|set| &set.groups);
    let mut seen: Vec<u32> = sets.chain(&wave.groups).copied().collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}
