//! The order of the work: index, greedy start, bound, then rounds of annealing and polishing, each twice as long as the one before.

use rand::RngExt;
use rayon::prelude::*;

use super::anneal::Run;
use super::bound::bound;
use super::fill::Fill;
use super::greedy::greedy;
use super::index::Index;
use super::instance::{Instance, Wave};
use super::polish::Polish;
use super::pool::{Pool, Set};
use super::realize;
use crate::solve::budget::Limit;
use crate::solve::outcome::{Outcome, Status};
use crate::solve::rng;

/// Sets that are kept for starts, repacking and neighbourhoods.
const POOL: usize = 48;
/// By the number of a run: share of the full heat to begin with, and the price of a unit below the least.
const RUNS: [(f64, f64); 4] = [(1.0, 2.0), (0.3, 2.0), (1.0, 0.7), (0.3, 0.7)];
/// A ratio this close to the bound is optimal.
const ROUNDING: f64 = 1e-9;

/// How much is tried. The same effort gives the same wave on any number of threads, as long as no clock ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rounds; each has twice the moves of the one before. At most 32.
    pub rounds: u32,
    /// Moves of a run of the first round.
    pub moves: u64,
    /// Runs of a round, independent of each other.
    pub runs: u32,
    /// Steps towards the bound; without any it is what groups could serve if nobody competed.
    pub bound_steps: u32,
    /// Branch-and-bound nodes of the first round's neighbourhoods, where orders have several lines; doubled each round up to the
    /// seventh. 0: no neighbourhoods. A node may take seconds where orders are thousands: without a clock these decide the time.
    pub nodes: i32,
    pub seed: u64,
}

impl Default for Effort {
    /// Some seconds for thousands of orders.
    fn default() -> Self {
        Effort {
            rounds: 5,
            moves: 20_000,
            runs: 4,
            bound_steps: 300,
            nodes: 50,
            seed: 0,
        }
    }
}

/// The best wave found, the units per group of it, and a bound on that of any wave; `None` where no wave with enough units was found.
/// `iterations` counts rounds.
///
/// `left` is asked for the seconds left; `&|| f64::INFINITY` without a clock. `improved` hears each better wave.
///
/// # Panics
/// If an item of a bag is not below [`Instance::items`], or the orders that could be served ask for 2^32 units or more.
pub fn select(
    instance: &Instance,
    effort: &Effort,
    left: &(dyn Fn() -> f64 + Sync),
    improved: &mut dyn FnMut(&Wave),
) -> Option<Outcome<Wave, f64>> {
    let index = Index::new(instance);
    let mut search = Search {
        instance,
        index: &index,
        effort,
        left,
        pool: Pool::new(POOL),
        best: None,
        improved,
    };
    greedy(&index, &mut search.pool, &|| left() > 0.0);
    search.realize();
    let start = search.ratio();
    let bound = bound(&index, start, effort.bound_steps, &|| left() > 0.0);
    let mut rounds = 0;
    while rounds < effort.rounds && left() > 0.0 && search.ratio() < bound - ROUNDING {
        search.round(rounds);
        rounds += 1;
    }
    let wave = search.best?;
    let value = wave.ratio();
    let status = match value >= bound - ROUNDING {
        true => Status::Optimal,
        false if rounds == effort.rounds => Status::Stopped(Limit::Iterations),
        false => Status::Stopped(Limit::Clock),
    };
    Some(Outcome {
        solution: wave,
        value,
        bound,
        status,
        iterations: u64::from(rounds),
    })
}

struct Search<'a> {
    instance: &'a Instance,
    index: &'a Index,
    effort: &'a Effort,
    left: &'a (dyn Fn() -> f64 + Sync),
    pool: Pool,
    best: Option<Wave>,
    improved: &'a mut dyn FnMut(&Wave),
}

impl Search<'_> {
    fn ratio(&self) -> f64 {
        self.best.as_ref().map_or(0.0, Wave::ratio)
    }

    fn round(&mut self, round: u32) {
        let annealing = Annealing {
            index: self.index,
            effort: self.effort,
            left: self.left,
            sets: self.pool.sets(),
            lambda: self.ratio(),
            round,
        };
        let runs = (0..self.effort.runs).into_par_iter();
        let found: Vec<Pool> = runs.map(|run| annealing.run(run)).collect();
        found.into_iter().for_each(|pool| self.pool.merge(pool));
        self.realize();
        // The greedy packing of single-line orders is exact, and annealing moves through their sets freely: nothing to polish.
        if !self.index.units.is_empty() {
            self.polish(round);
        }
    }

    fn polish(&mut self, round: u32) {
        let polish = Polish {
            instance: self.instance,
            index: self.index,
            seed: self.effort.seed,
            nodes: self.effort.nodes,
            round,
            left: self.left,
        };
        let Some(best) = self.best.clone() else {
            return;
        };
        let waves = polish.repack(&self.pool, &best);
        waves.into_iter().for_each(|wave| self.keep(wave));
        let Some(best) = self.best.clone().filter(|_| self.effort.nodes > 0) else {
            return;
        };
        for wave in polish.improve(&self.pool, &best) {
            let mut fill = Fill::new(self.index);
            fill.set(&wave.groups);
            let units = fill.units();
            if units >= self.instance.least {
                self.pool.offer(Set {
                    groups: wave.groups.clone(),
                    units,
                });
            }
            self.keep(wave);
        }
    }

    /// Makes waves of the sets that promise more than the best.
    fn realize(&mut self) {
        let mut fill = Fill::new(self.index);
        for set in self.pool.sets().to_vec() {
            if set.ratio() <= self.ratio() {
                return;
            }
            fill.set(&set.groups);
            self.keep(realize::wave(self.instance, self.index, &mut fill));
        }
    }

    /// Keeps the wave if it is one, and better.
    fn keep(&mut self, wave: Wave) {
        if wave.ratio() > self.ratio() && self.instance.check(&wave).is_ok() {
            (self.improved)(&wave);
            self.best = Some(wave);
        }
    }
}

/// The annealing of one round.
struct Annealing<'a> {
    index: &'a Index,
    effort: &'a Effort,
    left: &'a (dyn Fn() -> f64 + Sync),
    /// Sets to start from, best first.
    sets: &'a [Set],
    lambda: f64,
    round: u32,
}

impl Annealing<'_> {
    /// One run: the first from the best set, others from any of the pool.
    fn run(&self, run: u32) -> Pool {
        let shard = u64::from(self.round) << 32 | u64::from(run);
        let mut rng = rng::stream(self.effort.seed, "select", shard);
        let mut fill = Fill::new(self.index);
        if !self.sets.is_empty() {
            let any = rng.random_range(0..self.sets.len());
            fill.set(&self.sets[if run == 0 { 0 } else { any }].groups);
        }
        let (heat, unmet) = RUNS[run as usize % RUNS.len()];
        let mut anneal = Run {
            index: self.index,
            lambda: self.lambda,
            moves: self.effort.moves << self.round.min(32),
            heat,
            unmet,
        };
        let mut pool = Pool::new(POOL);
        anneal.anneal(&mut fill, &mut rng, &mut pool, &|| (self.left)() > 0.0);
        pool
    }
}
