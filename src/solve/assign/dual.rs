//! Prices for what is scarce, and the bound that they prove.
//!
//! For tolls `t >= 0` on the resources let
//!
//! ```text
//! L(t) = sum over orders o of min over patterns p of ( cost_o(p) + t · uses(p) )  -  t · supply
//! ```
//!
//! Every plan costs at least `L(t)` (Lagrangian duality; Geoffrion 1974, doi 10.1007/BFb0120690), and `uses - supply`, summed over the
//! minimizers, is a supergradient. `L` is as strong as the linear relaxation over all patterns, and integers make it exact.
//!
//! *Ascent.* A step per resource, as scarcities differ by orders of magnitude: the relative overdraft is averaged over rounds and divided by
//! its own root mean square (Kingma and Ba 2015, arXiv 1412.6980, without the correction for the first rounds). The step shrinks when
//! [`WATCH`] rounds together gained less than [`GAIN`] of the bound, and the ascent ends when it is small. Plain subgradient steps
//! stay several per cent below where capacity binds: its price must rise far on small overdrafts.
//!
//! O(rounds × sum over classes of the subproblem), classes in parallel; usage is summed in integers, so the tolls do not depend on the
//! number of threads. 24 bytes per resource.

use std::sync::atomic::{AtomicI64, Ordering};

use rayon::prelude::*;

use super::best::{Best, Parts};
use super::problem::Problem;

/// Classes per task.
const CHUNK: usize = 512;

/// First and least step, as a share of what an order costs on average.
const FIRST_STEP: f64 = 0.1;
const LEAST_STEP: f64 = 0.002;
/// Share of the average overdraft that is kept each round, and of its square.
const MEMORY: f32 = 0.97;
const SQUARE_MEMORY: f32 = 0.98;
/// Rounds after which progress is judged, the gain that is enough to keep the step, and what it shrinks to otherwise.
const WATCH: usize = 10;
const GAIN: f64 = 1e-4;
const SHRINK: f64 = 0.8;

/// Prices and the bound they prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dual {
    /// Thousandths of a cent per unit of each resource, not negative.
    pub tolls: Vec<i64>,
    /// Thousandths of a cent; no plan costs less.
    pub bound: i128,
}

/// The best tolls of at most `rounds` rounds of ascent from `start`. `go_on` hears the rounds done, and may end it.
pub fn ascend(
    problem: &Problem,
    start: Vec<i64>,
    rounds: usize,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Dual {
    let relaxation = Relaxation::new(problem);
    let mut tolls = start;
    let mut best = Dual {
        bound: relaxation.value(&tolls),
        tolls: tolls.clone(),
    };
    let scale = best.bound.max(1) as f64 / problem.orders().max(1) as f64;
    let mut step = FIRST_STEP * scale;
    let mut slopes = vec![(0f32, 0f32); tolls.len()];
    let mut mark = best.bound;
    for round in 1..=rounds {
        relaxation.climb(&mut tolls, &mut slopes, step);
        let bound = relaxation.value(&tolls);
        if bound > best.bound {
            best.bound = bound;
            best.tolls.copy_from_slice(&tolls);
        }
        if round % WATCH == 0 {
            let gain = (best.bound - mark) as f64;
            mark = best.bound;
            if gain < GAIN * best.bound.unsigned_abs() as f64 {
                step *= SHRINK;
            }
            if step < LEAST_STEP * scale || !go_on(round) {
                break;
            }
        }
    }
    best
}

/// The orders, each on its own.
struct Relaxation<'a> {
    problem: &'a Problem,
    copies: Vec<u32>,
    /// What the minimizers of the last value take of each resource.
    taken: Vec<AtomicI64>,
}

impl<'a> Relaxation<'a> {
    fn new(problem: &'a Problem) -> Relaxation<'a> {
        Relaxation {
            problem,
            copies: problem.multiplicities(),
            taken: problem.supply.iter().map(|_| AtomicI64::new(0)).collect(),
        }
    }

    /// `L(tolls)`.
    fn value(&self, tolls: &[i64]) -> i128 {
        let problem = self.problem;
        self.taken
            .par_iter()
            .for_each(|taken| taken.store(0, Ordering::Relaxed));
        let orders: i128 = (0..problem.classes().div_ceil(CHUNK))
            .into_par_iter()
            .map_init(
                || (Best::default(), Parts::new()),
                |(best, parts), chunk| {
                    let classes = chunk * CHUNK..((chunk + 1) * CHUNK).min(problem.classes());
                    classes
                        .map(|class| self.minimum(class, tolls, best, parts))
                        .sum::<i128>()
                },
            )
            .sum();
        let stock = problem.supply.par_iter().zip(tolls);
        orders
            - stock
                .map(|(&n, &toll)| i128::from(n) * i128::from(toll))
                .sum::<i128>()
    }

    fn minimum(&self, class: usize, tolls: &[i64], best: &mut Best, parts: &mut Parts) -> i128 {
        let copies = i64::from(self.copies[class]);
        let class = self.problem.class(class);
        let value = best.relaxed(
            class,
            tolls,
            &mut |resource, n| {
                self.taken[resource as usize].fetch_add(n * copies, Ordering::Relaxed);
            },
            parts,
        );
        i128::from(value) * i128::from(copies)
    }

    /// Moves the tolls along the averaged overdrafts.
    fn climb(&self, tolls: &mut [i64], slopes: &mut [(f32, f32)], step: f64) {
        tolls
            .par_iter_mut()
            .zip(slopes)
            .zip(&self.taken)
            .zip(&self.problem.supply)
            .with_min_len(4_096)
            .for_each(|(((toll, (mean, square)), taken), &supply)| {
                let taken = taken.load(Ordering::Relaxed);
                if *toll == 0 && taken <= supply {
                    *mean = 0.0;
                    *square *= SQUARE_MEMORY;
                    return;
                }
                let over = ((taken - supply) as f64 / taken.max(supply).max(1) as f64) as f32;
                *mean = MEMORY * *mean + (1.0 - MEMORY) * over;
                *square = SQUARE_MEMORY * *square + (1.0 - SQUARE_MEMORY) * over * over;
                let length = f64::from(*mean) / f64::from(square.max(1e-9)).sqrt();
                *toll = (*toll + (length * step) as i64).max(0);
            });
    }
}
