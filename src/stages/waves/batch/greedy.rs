//! Filling carts one by one.
//!
//! The seed is the job with the longest tour of its own; then always the job that saves most joins: the largest
//! `w alone(j) - delta(j)`, where `delta` is what the estimated tour grows by. (The savings criterion of Clarke and Wright 1964, doi
//! 10.1287/opre.12.4.568, in its sequential form, which fills carts; the parallel form leaves many half-empty.) All weights
//! of [`WEIGHTS`] are tried; the cheapest result is kept, the first at a tie. O(n²) estimates for a pool of n jobs.

use super::sketch::Sketch;
use super::{Jobs, Load, Rules, add, fits};
use crate::solve::tour::Layout;

/// Weights of the saving, in sixteenths.
const WEIGHTS: [i64; 2] = [8, 12];

/// Batches in the given order, each filled as far as it goes. O(n).
pub fn in_order(jobs: &Jobs, chosen: &[u32], rules: &Rules<'_>) -> Vec<Vec<u32>> {
    let mut batches: Vec<Vec<u32>> = Vec::new();
    let mut load: Load = [0; 4];
    for &job in chosen {
        if batches.is_empty() || !fits(&load, jobs.load(job), &rules.limit) {
            batches.push(Vec::new());
            load = [0; 4];
        }
        add(&mut load, jobs.load(job));
        if let Some(last) = batches.last_mut() {
            last.push(job);
        }
    }
    batches
}

/// Batches of a pool, by the cheapest of all weights.
pub fn fill(jobs: &Jobs, pool: &[u32], rules: &Rules<'_>, floor: &Layout) -> Vec<Vec<u32>> {
    let mut sketch = Sketch::new(floor);
    WEIGHTS
        .iter()
        .map(|&weight| by_weight(jobs, pool, rules, &mut sketch, weight))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, batches)| batches)
        .unwrap_or_default()
}

fn by_weight(
    jobs: &Jobs,
    pool: &[u32],
    rules: &Rules<'_>,
    sketch: &mut Sketch<'_>,
    weight: i64,
) -> (i64, Vec<Vec<u32>>) {
    // Longest tour last, so that the seed is popped.
    let mut left = pool.to_vec();
    left.sort_by_key(|&job| (jobs.alone(job), job));
    let mut batches = Vec::new();
    let mut cost = 0;
    while let Some(seed) = left.pop() {
        sketch.clear();
        sketch.add(jobs, seed);
        while let Some(at) = best_joining(jobs, &left, rules, sketch, weight) {
            sketch.add(jobs, left.remove(at));
        }
        cost += rules.cart_mm + sketch.estimate();
        batches.push(sketch.jobs.clone());
    }
    (cost, batches)
}

/// Position of the job that saves most, among those that fit.
fn best_joining(
    jobs: &Jobs,
    left: &[u32],
    rules: &Rules<'_>,
    sketch: &Sketch<'_>,
    weight: i64,
) -> Option<usize> {
    let mut best: Option<(i64, usize)> = None;
    for (at, &job) in left.iter().enumerate() {
        if !fits(&sketch.load, jobs.load(job), &rules.limit) {
            continue;
        }
        let score = 16 * sketch.delta(jobs.visits(job)) - weight * jobs.alone(job);
        if best.is_none_or(|(least, _)| score < least) {
            best = Some((score, at));
        }
    }
    best.map(|(_, at)| at)
}
