//! A first set: from no group on, always with the group that adds most.
//!
//! Of groups that add the same number of units the one with the higher bound, then with more stock, joins: where orders have many lines,
//! the first groups serve none. O(groups) evaluations per group that joins; what the bound of a set rules out is not packed. In parallel.

use rayon::prelude::*;

use super::fill::Fill;
use super::index::Index;
use super::pool::{Pool, Set};

/// Fall of the ratio after which no better set is to be expected.
const FALLEN: f64 = 0.1;
/// Groups that one thread tries at a time.
const CHUNK: usize = 32;

/// All sets on the way that have enough units go to `pool`.
pub(super) fn greedy(index: &Index, pool: &mut Pool, go_on: &dyn Fn() -> bool) {
    let mut fill = Fill::new(index);
    let mut best = 0.0;
    while let Some(group) = most_added(index, &fill) {
        fill.add(group);
        let units = fill.units();
        if units < index.least {
            continue;
        }
        let set = Set {
            groups: fill.groups().to_vec(),
            units,
        };
        let ratio = set.ratio();
        best = f64::max(best, ratio);
        pool.offer(set);
        if ratio < (1.0 - FALLEN) * best || units == index.most || !go_on() {
            break;
        }
    }
}

/// The group to join.
fn most_added(index: &Index, fill: &Fill) -> Option<u32> {
    let groups = index.stocked.par_chunks(CHUNK);
    let found = groups.filter_map(|groups| best_of(index, fill.clone(), groups));
    let best = found.max_by_key(|&(worth, group)| (worth, std::cmp::Reverse(group)));
    best.map(|(_, group)| group)
}

/// Units, bound and stock of a set.
type Worth = (u64, u64, u64);

/// The best of these groups; of equal ones the first.
fn best_of(index: &Index, mut fill: Fill, groups: &[u32]) -> Option<(Worth, u32)> {
    let mut best: Option<(Worth, u32)> = None;
    for &group in groups {
        if fill.contains(group) {
            continue;
        }
        fill.add(group);
        let bound = fill.bound();
        if best.is_none_or(|((units, ..), _)| bound >= units) {
            let lines = index.groups.of(group as usize);
            let stock = lines.iter().map(|&(_, n)| u64::from(n)).sum();
            let worth = (fill.units(), bound, stock);
            if best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, group));
            }
        }
        fill.remove(group);
    }
    best
}
