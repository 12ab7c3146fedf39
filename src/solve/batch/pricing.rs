//! Batches worth more than they cost, by branch and bound over sets of jobs.
//!
//! ```text
//! given   prices p_j >= 0, threshold t
//! find    batches b with   profit(b) = sum_{j in b} p_j - f - L(b)  >  t,     or the proof that there is none
//! ```
//!
//! Depth first; a set `S` grows by jobs of higher rank in price per size. Because a tour never shrinks by a stop (`L(S + T) >= L(S + j)`, j in T), all
//! sets that contain `S` and `j` earn at most
//!
//! ```text
//! bound(S, j) = p(S) + p_j - f - L(S + j) + K(candidates - j, room left)
//! ```
//!
//! where `K` is the fractional knapsack (Dantzig 1957, doi 10.1287/opre.5.2.266). Candidates below the threshold are dropped for the whole subtree.
//! The pricing problem of order batching with exact tours, solved there by labels: Wahlen and Gschwind (2023, doi 10.1287/trsc.2023.1198).
//!
//! Prices and profits are integers, [`PRICE`] to the millimetre, so what is proven is not a matter of rounding. Exponential in the jobs
//! per cart; ends after a given number of tours.

use super::cart::{Cart, Tours};
use super::pool::FULL;

/// Units of price per millimetre.
pub const PRICE: i64 = 1_000;

/// A batch with its profit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub profit: i64,
    pub length: i64,
    pub jobs: Vec<u32>,
}

/// What one pass of pricing looks for.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// What each job is worth, [`PRICE`] to the millimetre; not negative.
    pub prices: &'w [i64],
    /// Batches of at most this profit are of no interest.
    pub threshold: i64,
    /// Tours that may be evaluated.
    pub tours: u64,
    /// Batches kept; the pass ends when so many are found.
    pub most: usize,
    /// Whether to go on, asked now and then.
    pub go_on: &'w dyn Fn() -> bool,
}

/// What it found.
#[derive(Debug)]
pub struct Priced {
    pub found: Vec<Found>,
    /// Whether every batch above the threshold was found.
    pub is_complete: bool,
}

/// A job that may join, and the tour it would make.
#[derive(Clone, Copy)]
struct Candidate {
    job: u32,
    length: i64,
}

struct Pass<'w, 't, 'a> {
    tours: &'t mut Tours<'a>,
    wanted: Wanted<'w>,
    last_tour: u64,
    found: Vec<Found>,
    is_complete: bool,
}

/// One pass.
pub fn price(tours: &mut Tours<'_>, wanted: Wanted<'_>) -> Priced {
    let pool = tours.pool;
    let mut jobs: Vec<u32> = (0..pool.len() as u32)
        .filter(|&job| wanted.prices[job as usize] > 0)
        .collect();
    let density = |job: u32| wanted.prices[job as usize] as f64 / pool.size(job).max(1) as f64;
    jobs.sort_by(|&a, &b| density(b).total_cmp(&density(a)).then(a.cmp(&b)));
    let candidates: Vec<Candidate> = jobs
        .iter()
        .map(|&job| Candidate { job, length: 0 })
        .collect();
    let mut pass = Pass {
        last_tour: tours.evaluated + wanted.tours,
        tours,
        wanted,
        found: Vec::new(),
        is_complete: true,
    };
    let empty = pass.tours.cart(&[]);
    let fixed = -PRICE * pool.cart_mm;
    pass.grow(&empty, fixed, FULL, &candidates);
    Priced {
        found: pass.found,
        is_complete: pass.is_complete,
    }
}

impl Pass<'_, '_, '_> {
    /// All sets that contain `cart` and some of the candidates. `earned` is the price of the cart's jobs less the cart, `room` what is left of it.
    fn grow(&mut self, cart: &Cart, earned: i64, room: i64, candidates: &[Candidate]) {
        let kept = self.keep(cart, earned, room, candidates);
        let mut next = Cart::default();
        for (at, candidate) in kept.iter().enumerate() {
            if !self.is_complete {
                return;
            }
            let Candidate { job, length } = *candidate;
            let (earned, room) = (earned + self.value(job), room - self.tours.pool.size(job));
            let later = &kept[at + 1..];
            if later.is_empty()
                || earned - PRICE * length + self.knapsack(later, room, u32::MAX)
                    <= self.wanted.threshold
            {
                continue;
            }
            next.copy_from(cart);
            self.tours.join(&mut next, job, length);
            self.grow(&next, earned, room, later);
        }
    }

    /// The candidates that some set above the threshold may have; sets with one of them are noted.
    fn keep(
        &mut self,
        cart: &Cart,
        earned: i64,
        room: i64,
        candidates: &[Candidate],
    ) -> Vec<Candidate> {
        let mut kept = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let job = candidate.job;
            let alone = cart.jobs.is_empty();
            if !alone && !self.tours.pool.fits(&cart.load, job) {
                continue;
            }
            let earned = earned + self.value(job);
            let room = room - self.tours.pool.size(job);
            let most = self.knapsack(candidates, room, job);
            // The tour is at least what it was for the parent.
            if earned + most - PRICE * cart.length.max(candidate.length) <= self.wanted.threshold {
                continue;
            }
            let length = self.tours.with(cart, job);
            let profit = earned - PRICE * length;
            if profit > self.wanted.threshold {
                self.note(cart, job, length, profit);
            }
            if profit + most > self.wanted.threshold {
                kept.push(Candidate { job, length });
            }
        }
        self.is_complete &= self.tours.evaluated < self.last_tour && (self.wanted.go_on)();
        kept
    }

    fn note(&mut self, cart: &Cart, job: u32, length: i64, profit: i64) {
        if self.found.len() >= self.wanted.most {
            self.is_complete = false;
            return;
        }
        let jobs = cart.jobs.iter().copied().chain([job]).collect();
        self.found.push(Found {
            profit,
            length,
            jobs,
        });
    }

    fn value(&self, job: u32) -> i64 {
        self.wanted.prices[job as usize]
    }

    /// The most that candidates other than `without` earn in the room, the last one in part (rounded up).
    fn knapsack(&self, candidates: &[Candidate], mut room: i64, without: u32) -> i64 {
        let pool = self.tours.pool;
        let mut worth = 0;
        for candidate in candidates {
            if candidate.job == without {
                continue;
            }
            let (size, value) = (pool.size(candidate.job), self.value(candidate.job));
            if size > room {
                // Prices are below 2^43 (8,000 km), sizes at most 2^20.
                return worth + value * room.max(0) / size + 1;
            }
            room -= size;
            worth += value;
        }
        worth
    }
}
