//! Which jobs share a cart: order batching in a parallel-aisle warehouse with exact tours (the joint order batching and picker routing
//! problem). Numbers only, so that public instances are solved by the code that plans a night.
//!
//! ```text
//! given   jobs j (stops S_j in the warehouse, load q_j in four dimensions), cart limit Q, cost f of one more cart
//! find    a partition of the jobs into batches b with  sum_{j in b} q_j <= Q
//! min     sum_b ( f + L(b) ),   L(b) = shortest tour through the stops of b        (NP-hard: Gademann and van de Velde 2005,
//!                                                                                  doi 10.1080/07408170590516917)
//! ```
//!
//! | module | decides |
//! |---|---|
//! | `aisles`, `cart` | the length of a tour, thousands of times a millisecond |
//! | `fill` | a first set of batches |
//! | `search`, `leg` | better ones, by ruin and recreate, within rounds or time; accepted batches become columns |
//! | `crossings` | a bound on any set of batches, at once and for any number of jobs |
//! | `master` | the linear relaxation of set partitioning over the columns, and what each job is worth in it |
//! | `pricing` | batches worth more than they cost, or the proof that there are none |
//! | `bound` | the two in turn (column generation): a better bound, and more columns |
//! | `partition` | the best set of batches made of the columns |
//! | `improve` | the order of these steps for one pool |
//!
//! [`form`] plans a night: pools of at most [`POOL`] neighbouring jobs, each by itself, in parallel; each draws from its own random stream, so the
//! result does not depend on the number of threads. [`solve`] treats one pool and proves how good it is.

mod aisles;
mod bound;
mod cart;
mod columns;
mod crossings;
mod fill;
mod improve;
mod leg;
mod master;
mod partition;
mod pool;
mod pricing;
mod search;

use rayon::prelude::*;

use crate::solve::budget::Limit;
use crate::solve::outcome::{Outcome, Status};
use crate::solve::rng;
use crate::solve::tour::{Bay, Layout};
use cart::Tours;
use improve::Improved;
use pool::Pool;

/// Most jobs batched together: n / POOL pools keep the work linear in n.
pub const POOL: usize = 1_024;

/// Totes, lines, cubic millimetres, grams.
pub type Load = [i64; 4];

/// Jobs: what travels on one cart together. Append only; a job is its number.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    load: Vec<Load>,
    bays: Vec<Bay>,
    first_bay: Vec<u32>,
}

impl Jobs {
    pub fn len(&self) -> usize {
        self.load.len()
    }
    pub fn is_empty(&self) -> bool {
        self.load.is_empty()
    }
    /// Where a job stops, by aisle, block and bay, each once.
    pub fn bays(&self, job: u32) -> &[Bay] {
        let next = self.first_bay.get(job as usize + 1);
        let end = next.map_or(self.bays.len(), |&end| end as usize);
        &self.bays[self.first_bay[job as usize] as usize..end]
    }
    pub fn load(&self, job: u32) -> &Load {
        &self.load[job as usize]
    }

    /// Appends a job; `bays` in any order, with repetition. Loads are not negative.
    pub fn push(&mut self, bays: &[Bay], load: Load) -> u32 {
        let job = self.load.len() as u32;
        self.first_bay.push(self.bays.len() as u32);
        self.load.push(load);
        let mut mine = bays.to_vec();
        mine.sort_unstable_by_key(|bay| (bay.aisle, bay.block, bay.bay));
        mine.dedup();
        self.bays.extend(mine);
        job
    }

    /// Where in the warehouse a job mostly is: neighbours sort together.
    fn place(&self, job: u32) -> (u32, u32, u32, u32) {
        let bays = self.bays(job);
        match (bays.first(), bays.last()) {
            (Some(first), Some(last)) => (first.aisle, last.aisle, first.block, first.bay),
            _ => (u32::MAX, u32::MAX, 0, 0),
        }
    }
}

/// The rules of a cart.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// `None`: nothing is known of the walk.
    pub floor: Option<&'a Layout>,
    /// A job beyond it by itself gets a cart of its own.
    pub limit: Load,
    /// What one more cart costs, millimetres of walking; not negative.
    pub cart_mm: i64,
}

/// How hard to search, and the random stream to search with.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Ruin-and-recreate rounds per job.
    pub rounds_per_job: u32,
    /// Tours that the bound may evaluate; 0: no bound, no set partitioning.
    pub proof: u64,
    pub seed: u64,
    pub stage: &'static str,
    pub shard: u64,
}

/// Rounds per job of [`Effort::night`]: 100,000 jobs take about seven seconds on two threads.
const NIGHT: u32 = 50;

/// Rounds per job and tours of the bound of [`Effort::proving`]: seconds for 100 jobs.
const PROVING: u32 = 1_000;
const PROOF: u64 = 1_000_000;

impl Effort {
    /// For [`form`].
    pub fn night(seed: u64, stage: &'static str, shard: u64) -> Effort {
        Effort {
            rounds_per_job: NIGHT,
            proof: 0,
            seed,
            stage,
            shard,
        }
    }

    /// For [`solve`]: searches longer, and proves.
    pub fn proving(seed: u64, stage: &'static str, shard: u64) -> Effort {
        Effort {
            rounds_per_job: PROVING,
            proof: PROOF,
            ..Effort::night(seed, stage, shard)
        }
    }
}

/// Batches of jobs by their number in the pool.
type Batches = Vec<Vec<u32>>;

/// Partitions `chosen` into batches and proves how good they are: value and bound in millimetres, each batch sorted. `None` without a layout, or
/// without jobs. For one pool's worth of jobs: time and memory are O(jobs²).
///
/// `left` tells the seconds that are left; infinite: the rounds of `effort` decide, and the answer depends on nothing else. Finite: the time
/// is used up unless the batches are proven best, and the answer depends on the machine.
///
/// # Panics
/// If the layout is invalid or a bay lies outside of it.
pub fn solve(
    jobs: &Jobs,
    chosen: &[u32],
    rules: &Rules<'_>,
    effort: &Effort,
    left: &dyn Fn() -> f64,
) -> Option<Outcome<Batches>> {
    if chosen.is_empty() {
        return None;
    }
    let pool = Pool::new(jobs, chosen, rules, rules.floor?);
    let mut rng = rng::stream(effort.seed, effort.stage, effort.shard);
    let improved = improve::improve(&mut Tours::new(&pool), effort, &mut rng, left);
    let status = match improved {
        Improved { cost, bound, .. } if bound >= cost => Status::Optimal,
        Improved {
            is_stopped: true, ..
        } => Status::Stopped(Limit::Clock),
        _ => Status::Converged,
    };
    Some(Outcome {
        value: improved.cost,
        bound: improved.bound.min(improved.cost),
        status,
        iterations: improved.rounds,
        solution: named(&pool, improved.batches),
    })
}

/// Partitions any number of jobs into batches, each sorted; the batches in order of their place.
///
/// # Panics
/// As [`solve`].
pub fn form(jobs: &Jobs, chosen: &[u32], rules: &Rules<'_>, effort: &Effort) -> Batches {
    let Some(floor) = rules.floor else {
        return in_order(jobs, chosen, rules);
    };
    let mut sorted = chosen.to_vec();
    sorted.sort_by_key(|&job| (jobs.place(job), job));
    let pools = sorted.len().div_ceil(POOL).max(1);
    let size = sorted.len().div_ceil(pools).max(1);
    let formed: Vec<Batches> = sorted
        .par_chunks(size)
        .enumerate()
        .map(|(index, chosen)| {
            let pool = Pool::new(jobs, chosen, rules, floor);
            let shard = effort.shard << 16 | index as u64;
            let mut rng = rng::stream(effort.seed, effort.stage, shard);
            let improved =
                improve::improve(&mut Tours::new(&pool), effort, &mut rng, &|| f64::INFINITY);
            named(&pool, improved.batches)
        })
        .collect();
    let mut batches: Batches = formed.into_iter().flatten().collect();
    batches.sort_by_key(|batch| batch.iter().map(|&job| (jobs.place(job), job)).min());
    batches
}

/// The batches by the numbers of all jobs.
fn named(pool: &Pool<'_>, mut batches: Batches) -> Batches {
    for batch in &mut batches {
        batch.iter_mut().for_each(|job| *job = pool.number(*job));
        batch.sort_unstable();
    }
    batches
}

/// Batches in the given order, each filled as far as it goes. O(n).
fn in_order(jobs: &Jobs, chosen: &[u32], rules: &Rules<'_>) -> Batches {
    let mut batches = Batches::new();
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
    batches.iter_mut().for_each(|batch| batch.sort_unstable());
    batches
}

fn add(total: &mut Load, load: &Load) {
    for (sum, part) in total.iter_mut().zip(load) {
        *sum = sum.saturating_add(*part);
    }
}

fn fits(total: &Load, load: &Load, limit: &Load) -> bool {
    (0..total.len()).all(|d| total[d].saturating_add(load[d]) <= limit[d])
}

#[cfg(test)]
mod tests;
