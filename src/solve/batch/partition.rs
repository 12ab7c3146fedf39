//! The best set of batches that the known columns compose.
//!
//! ```text
//! min  sum_b (f + L(b)) x_b     s.t.  sum_{b contains j} x_b >= 1   every job j,     x in {0, 1}
//! ```
//!
//! Only columns whose reduced cost is below the gap between the best set and the bound can be part of a better one (Nemhauser and Wolsey 1988,
//! section II.1.4); of these the [`MOST`] cheapest. HiGHS, one thread, from the best set known, with a limit on nodes. Jobs that are covered twice are taken off all but
//! one cart, which makes no tour longer.

use good_lp::{Expression, Solution, constraint, variable};

use super::Batches;
use super::cart::Tours;
use super::columns::Columns;
use super::leg::Left;
use super::master::Master;
use super::pool::Pool;
use super::pricing::PRICE;
use crate::solve::lp::{Options, Programme, Status};

/// Most columns of the programme.
const MOST: usize = 3_000;

/// Nodes of the programme; the root alone takes up to a second.
const NODES: i32 = 200;

/// Composes the columns; `incumbent` are those of the best set known, `cost` what it costs, `left` the seconds left. `None` where
/// nothing came of it.
pub fn compose(
    tours: &mut Tours<'_>,
    columns: &Columns,
    incumbent: &[u32],
    cost: i64,
    left: &Left<'_>,
) -> Option<Batches> {
    let chosen = within(tours.pool, columns, incumbent, cost, left)?;
    let picked = solve(tours.pool, columns, &chosen, incumbent, left())?;
    let picked = picked.iter().map(|&column| columns.jobs(column).to_vec());
    let mut batches = picked.collect();
    uncover(tours, &mut batches);
    Some(batches)
}

/// Columns that can be part of a better set, the lowest reduced cost first, and the incumbent's.
fn within(
    pool: &Pool<'_>,
    columns: &Columns,
    incumbent: &[u32],
    cost: i64,
    left: &Left<'_>,
) -> Option<Vec<u32>> {
    let mut master = Master::new(pool.len(), pool.cart_mm);
    for &column in incumbent {
        master.take(columns, column);
    }
    let relaxed = master.relax(columns, &|| left() > 0.0)?;
    let gap = cost as f64 - relaxed.value();
    let reduced = (0..columns.len() as u32)
        .map(|column| (relaxed.reduced_cost(columns, column, pool.cart_mm), column));
    let mut chosen: Vec<(i64, u32)> = reduced
        .filter(|&(reduced, _)| reduced < gap)
        .map(|(reduced, column)| ((reduced * PRICE as f64) as i64, column))
        .collect();
    chosen.sort_unstable();
    let mut chosen: Vec<u32> = chosen.into_iter().map(|(_, column)| column).collect();
    chosen.retain(|column| !incumbent.contains(column));
    chosen.truncate(MOST);
    chosen.extend_from_slice(incumbent);
    Some(chosen)
}

/// The columns of the best set.
fn solve(
    pool: &Pool<'_>,
    columns: &Columns,
    chosen: &[u32],
    incumbent: &[u32],
    seconds: f64,
) -> Option<Vec<u32>> {
    let mut programme = Programme::minimize();
    let mut rows = vec![Expression::default(); pool.len()];
    let mut used = Vec::with_capacity(chosen.len());
    for &column in chosen {
        let cost = (columns.length(column) + pool.cart_mm) as f64;
        let x = programme.add(variable().binary(), cost);
        for &job in columns.jobs(column) {
            rows[job as usize].add_mul(1.0, x);
        }
        used.push(x);
    }
    for row in rows {
        programme.subject_to(constraint!(row >= 1));
    }
    let is_in = |column| f64::from(u8::from(incumbent.contains(column)));
    programme.start_from(chosen.iter().map(is_in).collect());
    let answer = programme.solve(&Options {
        nodes: Some(NODES),
        seconds: seconds.is_finite().then_some(seconds.max(0.0)),
        absolute_gap: 0.5,
        ..Options::default()
    });
    if !matches!(answer.status, Status::Optimal | Status::Feasible(_)) {
        return None;
    }
    let picked = chosen.iter().zip(&used);
    let picked = picked.filter(|&(_, &x)| answer.value(x) > 0.5);
    Some(picked.map(|(&column, _)| column).collect())
}

/// Leaves each job on one cart: off the one whose tour shrinks most.
fn uncover(tours: &mut Tours<'_>, batches: &mut Vec<Vec<u32>>) {
    for job in 0..tours.pool.len() as u32 {
        loop {
            let on: Vec<usize> = (0..batches.len())
                .filter(|&at| batches[at].contains(&job))
                .collect();
            if on.len() < 2 {
                break;
            }
            let saved = |tours: &mut Tours<'_>, at: usize| {
                let without: Vec<u32> = batches[at]
                    .iter()
                    .copied()
                    .filter(|&other| other != job)
                    .collect();
                tours.of(&batches[at]) - tours.of(&without)
            };
            let off = on
                .into_iter()
                .max_by_key(|&at| (saved(tours, at), at))
                .unwrap_or(0);
            batches[off].retain(|&other| other != job);
        }
    }
    batches.retain(|batch| !batch.is_empty());
}
