//! What no set of batches can undercut, by column generation.
//!
//! For any prices `p >= 0` and any `t` at least the greatest profit of a batch ([`super::pricing`]), a set of at most `K` batches costs at least
//!
//! ```text
//! sum_j p_j  -  K max(t, 0)          (Lagrangian bound of the covering programme; Lübbecke and Desrosiers 2005, doi 10.1287/opre.1050.0234)
//! ```
//!
//! Prices come from [`super::master`] over the columns of the search and of pricing in turn. Pricing begins with a high threshold, at which it
//! is fast, and halves it as soon as nothing is above it; each complete pass proves a bound. At threshold zero the relaxation is solved.
//!
//! `K`: two batches that fit on one cart are better there (`L` is subadditive), so of a best set any two exceed the limit in some dimension, and
//! `K < 2 sum_d (load of all jobs / limit)_d`.
//!
//! Every tour crosses each line between aisles and between bays an even number of times: lengths are multiples of [`grain`], and
//! bounds are rounded up to one.

use super::cart::Tours;
use super::columns::Columns;
use super::master::{BATCH, Master};
use super::pool::Pool;
use super::pricing::{PRICE, Wanted, price};

/// First threshold, as a share of the mean cost of a cart.
const FIRST_THRESHOLD: i64 = 16;
/// The threshold falls to one in so many.
const FALL: i64 = 4;
/// Columns a pass of pricing may find.
const MOST_FOUND: usize = 20_000;

/// Greatest common divisor of all tour lengths that a layout allows, and of the cost of a cart.
pub fn grain(pool: &Pool<'_>) -> i64 {
    let layout = pool.layout;
    let offset = (layout.cross_aisle_mm + layout.bay_mm) / 2;
    let lengths = [
        layout.aisle_spacing_mm,
        layout.bay_mm,
        offset,
        layout.pitch_mm(),
    ];
    let tours = 2 * lengths.into_iter().fold(0, divisor);
    divisor(tours, pool.cart_mm).max(1)
}

fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Most batches of a best set.
pub fn most_batches(pool: &Pool<'_>) -> i64 {
    let mut twice = 0.0;
    for d in 0..pool.limit.len() {
        let total: f64 = (0..pool.len() as u32)
            .map(|job| pool.load(job)[d] as f64)
            .sum();
        twice += 2.0 * total / pool.limit[d].max(1) as f64;
    }
    // Rounded up with room for the rounding of floating point.
    (twice * (1.0 + 1e-9))
        .ceil()
        .min(pool.len() as f64)
        .max(1.0) as i64
}

/// The bound, millimetres: column generation until it meets `cost`, or `most_tours` are evaluated; 0 if no pass was complete. Found columns are added to `columns`.
pub fn prove(
    tours: &mut Tours<'_>,
    columns: &mut Columns,
    start: &[u32],
    cost: i64,
    most_tours: u64,
    go_on: &dyn Fn() -> bool,
) -> i64 {
    let pool = tours.pool;
    let mut master = Master::new(pool.len(), pool.cart_mm);
    for &column in start {
        master.take(columns, column);
    }
    let last = tours.evaluated + most_tours;
    let mut best = 0;
    let mut threshold = PRICE * cost / start.len().max(1) as i64 / FIRST_THRESHOLD;
    while tours.evaluated < last && go_on() {
        let Some(relaxed) = master.relax(columns, go_on) else {
            break;
        };
        let prices: Vec<i64> = relaxed
            .prices
            .iter()
            .map(|&p| ((p * PRICE as f64).floor() as i64).max(0))
            .collect();
        let wanted = Wanted {
            prices: &prices,
            threshold,
            tours: last - tours.evaluated,
            most: MOST_FOUND,
            go_on,
        };
        let priced = price(tours, wanted);
        let mut found = priced.found;
        found.sort_by_key(|found| -found.profit);
        let slack = found
            .first()
            .map_or(threshold, |found| found.profit.max(threshold));
        if priced.is_complete {
            best = best.max(proven(pool, &prices, slack));
        }
        let is_new = take_found(&mut master, columns, pool, &found);
        if best >= cost || (threshold == 0 && !is_new) {
            break;
        }
        if !is_new {
            threshold /= FALL;
        }
    }
    best
}

/// What prices prove, millimetres, where no batch earns more than `slack`.
fn proven(pool: &Pool<'_>, prices: &[i64], slack: i64) -> i64 {
    let exact = prices.iter().sum::<i64>() - most_batches(pool) * slack;
    let grain = grain(pool);
    let mm = (exact.max(0) + PRICE - 1) / PRICE;
    (mm + grain - 1) / grain * grain
}

/// Adds what pricing found; each job in a few of them only, as most would be idle. Whether any is new to the programme.
fn take_found(
    master: &mut Master,
    columns: &mut Columns,
    pool: &Pool<'_>,
    found: &[super::pricing::Found],
) -> bool {
    let mut times = vec![0u32; pool.len()];
    let (mut is_new, mut taken) = (false, 0);
    for found in found {
        if found.jobs.iter().all(|&job| times[job as usize] >= 6) {
            continue;
        }
        let Some(column) = columns.add(&found.jobs, found.length) else {
            continue;
        };
        is_new |= master.take(columns, column);
        taken += 1;
        found.jobs.iter().for_each(|&job| times[job as usize] += 1);
        if taken == BATCH {
            break;
        }
    }
    is_new
}
