//! A first set of batches: carts are filled one by one.
//!
//! The seed is the job with the longest tour of its own; then always the job that saves most joins: the largest
//!
//! ```text
//! saving(job) = w alone(job) - detour(job)         lengths estimated (`tour::Sketch`)
//! ```
//!
//! The savings of Clarke and Wright (1964, doi 10.1287/opre.12.4.568) in their sequential form, which fills carts; the parallel form, which
//! joins always the two carts that save most, left a third more of them and twice the walk on made nights. All weights w of
//! [`WEIGHTS`] are tried; what costs least by exact tours is kept, the first at a tie. O(n²) estimates for a pool of n jobs.

use super::Batches;
use super::Load;
use super::add;
use super::cart::Tours;
use super::pool::Pool;
use crate::solve::tour::Sketch;

/// Weights of a job's own tour, in sixteenths.
const WEIGHTS: [i64; 4] = [4, 8, 12, 16];

/// Batches of all jobs of the pool, by the best weight.
pub fn fill(tours: &mut Tours<'_>) -> Batches {
    let by_weight = WEIGHTS.map(|weight| {
        let batches = by_weight(tours.pool, weight);
        let walked: i64 = batches.iter().map(|jobs| tours.of(jobs)).sum();
        let cost = walked + tours.pool.cart_mm * batches.len() as i64;
        (cost, batches)
    });
    let cheapest = by_weight.into_iter().min_by_key(|(cost, _)| *cost);
    cheapest.map(|(_, batches)| batches).unwrap_or_default()
}

fn by_weight(pool: &Pool<'_>, weight: i64) -> Batches {
    // Longest tour last, so that the seed is popped.
    let mut left: Vec<u32> = (0..pool.len() as u32).collect();
    left.sort_by_key(|&job| (pool.sketched(job), job));
    let mut sketch = Sketch::new(pool.layout);
    let mut batches = Batches::new();
    while let Some(seed) = left.pop() {
        sketch.clear();
        sketch.join(pool.visits(seed));
        let mut load = *pool.load(seed);
        let mut jobs = vec![seed];
        while let Some(at) = saves_most(pool, &left, &sketch, &load, weight) {
            let job = left.remove(at);
            sketch.join(pool.visits(job));
            add(&mut load, pool.load(job));
            jobs.push(job);
        }
        batches.push(jobs);
    }
    batches
}

/// Position of the job that saves most, among those that fit.
fn saves_most(
    pool: &Pool<'_>,
    left: &[u32],
    sketch: &Sketch,
    load: &Load,
    weight: i64,
) -> Option<usize> {
    let fitting = (0..left.len()).filter(|&at| pool.fits(load, left[at]));
    fitting.min_by_key(|&at| {
        let job = left[at];
        16 * sketch.detour(pool.visits(job)) - weight * pool.sketched(job)
    })
}
