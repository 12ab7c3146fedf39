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
//! A balance that charges `under` or `over` per unit off its mark `m` is `max over marks of u (uses - m)`, `-under <= u <= over`: its price `u` is one
//! more toll on its resource, within these limits, and takes `u m` off the bound.
//!
//! *Ascent.* From tolls that an auction finds ([`super::auction`]; where it proves more than nothing does). A step per resource, as scarcities
//! differ by orders of magnitude: the relative overdraft is averaged over rounds and divided by its own root mean square (Kingma and Ba 2015,
//! arXiv 1412.6980, without the correction for the first rounds). The step falls geometrically from [`FIRST_STEP`] to [`LAST_STEP`] over the
//! rounds; where [`WATCH`] rounds together gain less than [`GAIN`] of the bound, [`SKIP`] of the way is skipped. Plain subgradient steps
//! stay several per cent below where capacity binds: its price must rise far on small overdrafts.
//!
//! O(rounds × sum over classes of the subproblem), classes in parallel; usage is summed in integers, so the tolls do not depend on the
//! number of threads. 24 bytes per resource.

use std::sync::atomic::{AtomicI64, Ordering};

use rayon::prelude::*;

use super::auction;
use super::best::{Best, MILLI, Parts};
use super::problem::Problem;

/// Classes per task.
const CHUNK: usize = 512;

/// First and last step, as a share of what an order costs on average; of more than a thousand rounds the last one is smaller by as much.
const FIRST_STEP: f64 = 0.035;
const LAST_STEP: f64 = 0.0007;
/// Share of the average overdraft that is kept each round, and of its square.
const MEMORY: f32 = 0.97;
const SQUARE_MEMORY: f32 = 0.98;
/// Rounds after which progress is judged, the gain that is enough, and the share of the way that is skipped otherwise.
const WATCH: usize = 10;
const GAIN: f64 = 1e-6;
const SKIP: f64 = 0.05;

/// Prices and the bound they prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dual {
    /// Thousandths of a cent per unit of each resource, those of its balances included; without these not negative.
    pub tolls: Vec<i64>,
    /// Of each balance.
    pub marks: Vec<i64>,
    /// Thousandths of a cent; no plan costs less.
    pub bound: i128,
}

impl Dual {
    /// What the balances charge for a unit of each resource.
    pub fn marks(&self, problem: &Problem) -> Vec<i64> {
        let mut tolls = vec![0; problem.supply.len()];
        for (balance, &mark) in problem.balances.iter().zip(&self.marks) {
            tolls[balance.resource as usize] += mark;
        }
        tolls
    }
}

/// The best tolls of at most `rounds` rounds of ascent. `go_on` hears the rounds done, and may end it.
pub fn ascend(problem: &Problem, rounds: usize, go_on: &mut dyn FnMut(usize) -> bool) -> Dual {
    let relaxation = Relaxation::new(problem);
    let mut marks = vec![0; problem.balances.len()];
    let mut best = relaxation.at(vec![0; problem.supply.len()], &marks);
    let orders = problem.orders().max(1) as f64;
    let average = |bound: i128| bound.max(1) as f64 / orders;
    let start = relaxation.at(auction::tolls(problem, average(best.bound) as i64), &marks);
    if start.bound > best.bound {
        best = start;
    }
    let mut tolls = best.tolls.clone();
    let mut all = tolls.clone();
    let mut slopes = vec![(0f32, 0f32); tolls.len()];
    let mut leans = vec![(0f32, 0f32); marks.len()];
    let last_step = LAST_STEP.min(1.0 / rounds.max(1) as f64);
    let (mut way, mut mark) = (0.0f64, best.bound);
    for round in 1..=rounds {
        // Of what is known by now: where most of the cost is what scarcity makes of it, prices grow faster and faster.
        let step = average(best.bound) * FIRST_STEP * (last_step / FIRST_STEP).powf(way);
        relaxation.climb(&mut tolls, &mut slopes, step);
        relaxation.lean(&mut marks, &mut leans, step);
        let bound = relaxation.value(&tolls, &marks, &mut all);
        if bound > best.bound {
            best.bound = bound;
            best.tolls.copy_from_slice(&all);
            best.marks.copy_from_slice(&marks);
        }
        way += 1.0 / rounds as f64;
        if round % WATCH == 0 {
            let gain = (best.bound - mark) as f64;
            mark = best.bound;
            let share = gain / best.bound.unsigned_abs().max(1) as f64;
            if share < GAIN {
                way += SKIP;
            }
            if way > 1.0 || !go_on(round) {
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

    /// What these prices prove.
    fn at(&self, tolls: Vec<i64>, marks: &[i64]) -> Dual {
        let mut all = tolls.clone();
        let bound = self.value(&tolls, marks, &mut all);
        Dual {
            tolls: all,
            marks: marks.to_vec(),
            bound,
        }
    }

    /// `L(tolls, marks)`; `all` becomes what a unit of each resource costs.
    fn value(&self, tolls: &[i64], marks: &[i64], all: &mut [i64]) -> i128 {
        let problem = self.problem;
        all.copy_from_slice(tolls);
        let mut stock = 0;
        for (balance, &mark) in problem.balances.iter().zip(marks) {
            all[balance.resource as usize] += mark;
            stock += i128::from(balance.mark) * i128::from(mark);
        }
        let own = problem.supply.par_iter().zip(tolls);
        stock += own
            .map(|(&n, &toll)| i128::from(n) * i128::from(toll))
            .sum::<i128>();
        let all = &*all;
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
                        .map(|class| self.minimum(class, all, best, parts))
                        .sum::<i128>()
                },
            )
            .sum();
        orders - stock
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
                let length = stride(mean, square, taken, supply);
                *toll = (*toll + (length * step) as i64).max(0);
            });
    }

    /// The same for the balances: what they charge lies between what a unit below the mark and one above it cost.
    fn lean(&self, marks: &mut [i64], leans: &mut [(f32, f32)], step: f64) {
        let balances = self.problem.balances.iter();
        for ((mark, (mean, square)), balance) in marks.iter_mut().zip(leans).zip(balances) {
            let taken = self.taken[balance.resource as usize].load(Ordering::Relaxed);
            let length = stride(mean, square, taken, balance.mark);
            let most = balance.over.saturating_mul(MILLI);
            let least = -balance.under.saturating_mul(MILLI);
            *mark = (*mark + (length * step) as i64).clamp(least, most);
        }
    }
}

/// Averages the relative overdraft and its square; the step is this long.
fn stride(mean: &mut f32, square: &mut f32, taken: i64, supply: i64) -> f64 {
    let over = ((taken - supply) as f64 / taken.max(supply).max(1) as f64) as f32;
    *mean = MEMORY * *mean + (1.0 - MEMORY) * over;
    *square = SQUARE_MEMORY * *square + (1.0 - SQUARE_MEMORY) * over * over;
    f64::from(*mean) / f64::from(square.max(1e-9)).sqrt()
}
