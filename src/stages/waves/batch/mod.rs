//! Which jobs share a cart: order batching in a parallel-aisle warehouse. Numbers only, so that public instances of the joint order
//! batching and picker routing problem are solved by the very same code.
//!
//! ```text
//! given   jobs j (stops S_j in the warehouse, load q_j in four dimensions), cart limit Q, cost f of one more cart
//! find    a partition of the jobs into batches b with  sum_{j in b} q_j <= Q
//! min     sum_b ( f + L(b) ),   L(b) = shortest tour through the stops of b        (NP-hard: Gademann and van de Velde 2005,
//!                                                                                  doi 10.1080/07408170590516917)
//! ```
//!
//! 1. Pools of at most [`POOL`] jobs, neighbours in the warehouse: first aisle, last aisle, first bay.
//! 2. In each pool batches are filled one by one (`greedy`): a far seed, then always the job that saves most, by an estimate of
//!    the tour that a new stop updates in O(1) (`sketch`).
//! 3. Ruin and recreate on neighbouring batches (`search`), accepted by exact tour length.
//!
//! A job over the limit by itself gets a batch of its own. Where there is no layout, batches are filled in the given order.
//!
//! Time O(n × pool) estimates for 2 and O(n × rounds) tours for 3, with n jobs; pools are worked in parallel and each draws
//! from its own random stream, so the result does not depend on the number of threads. Memory O(n + stops).
//!
//! Measured on Henn and Wäscher's public instances (`benches/waves/jobprp.rs`, 93 instances of 30 to 100 orders, one block), mean
//! gap to the best known: MEASURED

mod greedy;
mod search;
pub(super) mod sketch;

use rayon::prelude::*;

use crate::solve::rng;
use crate::solve::tour::{Bay, Layout};
use sketch::Visit;

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
    /// Stretches of aisle that a job visits; empty without a layout.
    visits: Vec<Visit>,
    first_visit: Vec<u32>,
    /// Tour of the job alone, estimated.
    alone: Vec<i64>,
}

/// The rules of a cart.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// `None`: nothing is known of the walk.
    pub floor: Option<&'a Layout>,
    pub limit: Load,
    /// What one more cart costs, millimetres of walking.
    pub cart_mm: i64,
}

/// How hard to search, and the random stream to search with.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Ruin-and-recreate rounds per job.
    pub rounds_per_job: u32,
    pub seed: u64,
    pub stage: &'static str,
    pub shard: u64,
}

impl Jobs {
    pub fn len(&self) -> usize {
        self.load.len()
    }
    pub fn is_empty(&self) -> bool {
        self.load.is_empty()
    }
    pub fn bays(&self, job: u32) -> &[Bay] {
        &self.bays[self.first_bay[job as usize] as usize..self.bays_end(job)]
    }
    pub fn load(&self, job: u32) -> &Load {
        &self.load[job as usize]
    }

    /// Appends a job; `bays` in any order, with repetition.
    pub fn push(&mut self, bays: &[Bay], load: Load, floor: Option<&Layout>) -> u32 {
        let job = self.load.len() as u32;
        self.first_bay.push(self.bays.len() as u32);
        self.first_visit.push(self.visits.len() as u32);
        self.load.push(load);
        let mut mine = bays.to_vec();
        mine.sort_unstable_by_key(|bay| (bay.aisle, bay.block, bay.bay));
        mine.dedup();
        if let Some(floor) = floor {
            sketch::visits(floor, &mine, &mut self.visits);
        }
        self.bays.extend(mine);
        let alone = floor.map_or(0, |floor| sketch::alone(floor, self.visits(job)));
        self.alone.push(alone);
        job
    }

    fn bays_end(&self, job: u32) -> usize {
        let next = self.first_bay.get(job as usize + 1);
        next.map_or(self.bays.len(), |&end| end as usize)
    }
    fn visits(&self, job: u32) -> &[Visit] {
        let next = self.first_visit.get(job as usize + 1);
        let end = next.map_or(self.visits.len(), |&end| end as usize);
        &self.visits[self.first_visit[job as usize] as usize..end]
    }
    fn alone(&self, job: u32) -> i64 {
        self.alone[job as usize]
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

/// Partitions `chosen` into batches, each sorted; the batches in order of their place.
pub fn form(jobs: &Jobs, chosen: &[u32], rules: &Rules<'_>, effort: &Effort) -> Vec<Vec<u32>> {
    let Some(floor) = rules.floor else {
        return greedy::in_order(jobs, chosen, rules);
    };
    let mut sorted = chosen.to_vec();
    sorted.sort_by_key(|&job| (jobs.place(job), job));
    let pools = sorted.len().div_ceil(POOL).max(1);
    let size = sorted.len().div_ceil(pools).max(1);
    let formed: Vec<Vec<Vec<u32>>> = sorted
        .par_chunks(size)
        .enumerate()
        .map(|(index, pool)| {
            let start = greedy::fill(jobs, pool, rules, floor);
            let mut rng = rng::stream(effort.seed, effort.stage, effort.shard << 16 | index as u64);
            search::improve(jobs, start, rules, floor, effort.rounds_per_job, &mut rng)
        })
        .collect();
    let mut batches: Vec<Vec<u32>> = formed.into_iter().flatten().collect();
    for batch in &mut batches {
        batch.sort_unstable();
    }
    batches.sort_by_key(|batch| {
        let first = batch.iter().map(|&job| (jobs.place(job), job)).min();
        (first, batch.len())
    });
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
