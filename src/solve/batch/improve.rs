//! One pool, from nothing to batches and a bound on any: the steps, and what each gets of the rounds or of the time.
//!
//! ```text
//! fill      ->  anneal, shortly  ->  column generation  ->  anneal  ->  set partitioning over the columns
//! ```
//!
//! The bound comes early, so that a pool whose first batches are proven best costs no more than that. Annealing once for long beats
//! several times for less; the columns of its colder part and those of pricing are what set partitioning composes.

use rand_chacha::ChaCha8Rng;

use super::cart::Tours;
use super::columns::Columns;
use super::leg::{Left, Leg};
use super::pool::Pool;
use super::search::Search;
use super::{Batches, Effort, bound, crossings, fill, partition};

/// Exact tours take 6, 24, 112, 568, 3,032 states for 1 to 5 blocks; effort is cut accordingly, and more beyond.
const CUT: [u64; 6] = [1, 1, 2, 6, 30, 150];
const CUT_BEYOND: u64 = 1_000;

/// The first annealing gets one round in so many.
const FIRST_LEG: u64 = 8;

/// Share of the seconds that is left after the first annealing, the bound, the second annealing and set partitioning.
const LEFT: [f64; 4] = [0.93, 0.80, 0.15, 0.03];

/// Batches by the numbers of the pool, what they cost, and what any cost at least.
pub struct Improved {
    pub batches: Batches,
    pub cost: i64,
    pub bound: i64,
    /// Rounds of ruin and recreate.
    pub rounds: u64,
    /// Whether a clock has ended it.
    pub is_stopped: bool,
}

/// Runs the steps; without a proof in `effort`, `fill` and one annealing.
pub fn improve(
    tours: &mut Tours<'_>,
    effort: &Effort,
    rng: &mut ChaCha8Rng,
    left: &Left<'_>,
) -> Improved {
    let pool = tours.pool;
    let seconds = left();
    let rounds = rounds(pool, effort);
    let mut state = Improved {
        batches: fill::fill(tours),
        cost: i64::MAX,
        bound: crossings::bound(pool),
        rounds: 0,
        is_stopped: seconds.is_finite(),
    };
    if effort.proof == 0 {
        state.anneal(tours, Leg::new(rounds, left, 0.0), None, rng);
        return state;
    }
    let until = LEFT.map(|share| {
        if seconds.is_finite() {
            share * seconds
        } else {
            0.0
        }
    });
    let mut columns = Columns::default();
    let first = rounds.div_ceil(FIRST_LEG);
    state.anneal(
        tours,
        Leg::new(first, left, until[0]),
        Some(&mut columns),
        rng,
    );
    state.prove(tours, &mut columns, effort.proof / cut(pool), &|| {
        left() > until[1]
    });
    if state.bound < state.cost {
        let leg = Leg::new(rounds - first, left, until[2]);
        state.anneal(tours, leg, Some(&mut columns), rng);
        state.compose(tours, &mut columns, left, until[3]);
    }
    state
}

impl Improved {
    fn anneal(
        &mut self,
        tours: &mut Tours<'_>,
        mut leg: Leg<'_>,
        columns: Option<&mut Columns>,
        rng: &mut ChaCha8Rng,
    ) {
        let mut search = Search::new(tours, &self.batches);
        search.run(&mut leg, columns, rng);
        self.rounds += leg.done();
        (self.cost, self.batches) = search.best();
    }

    fn prove(
        &mut self,
        tours: &mut Tours<'_>,
        columns: &mut Columns,
        most_tours: u64,
        go_on: &dyn Fn() -> bool,
    ) {
        let start = self.known(tours, columns);
        let proof = bound::prove(tours, columns, &start, self.cost, most_tours, go_on);
        self.bound = self.bound.max(proof).min(self.cost);
    }

    fn compose(&mut self, tours: &mut Tours<'_>, columns: &mut Columns, left: &Left<'_>, end: f64) {
        let start = self.known(tours, columns);
        let composed = partition::compose(tours, columns, &start, self.cost, &|| left() - end);
        let cost = composed
            .as_ref()
            .map_or(i64::MAX, |batches| cost(tours, batches));
        if let Some(batches) = composed.filter(|_| cost < self.cost) {
            (self.cost, self.batches) = (cost, batches);
        }
    }

    /// The columns of the batches.
    fn known(&self, tours: &mut Tours<'_>, columns: &mut Columns) -> Vec<u32> {
        let kept = self.batches.iter().filter_map(|jobs| {
            let length = tours.of(jobs);
            columns.add(jobs, length)
        });
        kept.collect()
    }
}

fn cut(pool: &Pool<'_>) -> u64 {
    let cut = CUT.get(pool.layout.blocks as usize).copied();
    cut.unwrap_or(CUT_BEYOND)
}

/// Rounds of ruin and recreate without a clock.
fn rounds(pool: &Pool<'_>, effort: &Effort) -> u64 {
    pool.len() as u64 * u64::from(effort.rounds_per_job) / cut(pool)
}

fn cost(tours: &mut Tours<'_>, batches: &Batches) -> i64 {
    let cart_mm = tours.pool.cart_mm;
    batches.iter().map(|jobs| tours.of(jobs) + cart_mm).sum()
}
