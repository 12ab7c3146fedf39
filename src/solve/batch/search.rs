//! Ruin and recreate on the batches of a pool, with exact tours.
//!
//! After Christiaens and Vanden Berghe (2020, doi 10.1287/trsc.2019.0914), carts in the place of vehicles:
//!
//! - *ruin*: from a random job through its neighbours, cart by cart, some jobs are taken off each, the neighbour among them;
//! - *recreate*: one by one, in one of four orders, each goes where the tour grows least, or on a cart of its own; once in
//!   [`BLINK`] a place is overlooked;
//! - *accept*: if it costs less than now `- T ln U`, `U` uniform in (0, 1); `T` falls geometrically (Kirkpatrick, Gelatt and Vecchi
//!   1983, doi 10.1126/science.220.4598.671).
//!
//! What a round touches is copied first and put back where the result is rejected. Every new best is kept; after the hottest part every accepted
//! cart goes to the columns, from which [`super::partition`] composes better sets. A round takes about (jobs taken off × carts with room) evaluations.
//! All integers but the temperature, no clock: a function of the input and the random stream.

use rand::Rng;

use super::cart::{Cart, Tours};
use super::columns::Columns;
use super::leg::Leg;
use super::pool::Pool;

/// Jobs after which no further cart is touched, and most jobs taken off one.
const MOST_REMOVED: usize = 10;
const MOST_OF_CART: usize = 20;

/// A place is overlooked once in so many.
const BLINK: usize = 100;

/// First and last temperature, as a share of the mean cost of a cart.
const FIRST_TEMPERATURE: f64 = 0.05;
const LAST_TEMPERATURE: f64 = 0.01;

/// Share of a leg from which on accepted carts become columns: those before are rarely part of a good set.
const KEEP_FROM: f64 = 0.3;

/// What reckoned lengths may be off by, as a share of the carts touched.
const SLACK: f64 = 1.0 / 30.0;

/// Carts beyond which a job is offered to those of its neighbours only.
const ALL_CARTS: usize = 48;

/// A uniform number below `n`.
fn below(rng: &mut impl Rng, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// A uniform number in (0, 1).
fn share(rng: &mut impl Rng) -> f64 {
    (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0
}

/// The batches of a pool, being improved.
pub struct Search<'t, 'p> {
    pool: &'p Pool<'p>,
    tours: &'t mut Tours<'p>,
    /// Some may be empty.
    carts: Vec<Cart>,
    cart_of: Vec<u32>,
    cost: i64,
    best: Vec<Vec<u32>>,
    best_cost: i64,
    /// Carts touched in this round, and as they were.
    touched: Vec<u32>,
    saved: Vec<Cart>,
    /// Jobs taken off, with what they are sorted by.
    removed: Vec<(i64, u32)>,
    is_removed: Vec<bool>,
    offered: Vec<u32>,
}

impl<'t, 'p> Search<'t, 'p> {
    pub fn new(tours: &'t mut Tours<'p>, batches: &[Vec<u32>]) -> Self {
        let pool = tours.pool;
        let mut search = Search {
            pool,
            carts: batches.iter().map(|jobs| tours.cart(jobs)).collect(),
            tours,
            cart_of: vec![0; pool.len()],
            cost: 0,
            best: batches.to_vec(),
            best_cost: 0,
            touched: Vec::new(),
            saved: Vec::new(),
            removed: Vec::new(),
            is_removed: vec![false; pool.len()],
            offered: Vec::new(),
        };
        for index in 0..search.carts.len() {
            search.cost += search.cost_of(index);
            search.settle(index as u32);
        }
        search.best_cost = search.cost;
        search
    }

    /// The best batches found, and what they cost.
    pub fn best(self) -> (i64, Vec<Vec<u32>>) {
        (self.best_cost, self.best)
    }

    /// One leg, from the first temperature to the last. Columns are kept from [`KEEP_FROM`] of it on.
    pub fn run(
        &mut self,
        leg: &mut Leg<'_>,
        mut columns: Option<&mut Columns>,
        rng: &mut impl Rng,
    ) {
        let mean = self.cost as f64 / self.carts.len().max(1) as f64;
        let fall = (LAST_TEMPERATURE / FIRST_TEMPERATURE).ln();
        while let Some(share) = leg.next() {
            let temperature = FIRST_TEMPERATURE * mean * (fall * share).exp();
            let is_kept = self.round(temperature, rng);
            if let Some(columns) = columns
                .as_deref_mut()
                .filter(|_| is_kept && share >= KEEP_FROM)
            {
                self.keep_columns(columns);
            }
        }
    }

    /// Whether what it made is kept.
    fn round(&mut self, temperature: f64, rng: &mut impl Rng) -> bool {
        let before = self.cost;
        self.touched.clear();
        self.ruin(rng);
        self.sort_removed(rng);
        for at in 0..self.removed.len() {
            self.put_back(self.removed[at].1, rng);
        }
        let allowed = before as f64 - temperature * share(rng).ln();
        if !self.is_promising(allowed) || !self.is_accepted(allowed) {
            self.undo(before);
            return false;
        }
        for at in 0..self.touched.len() {
            self.settle(self.touched[at]);
        }
        if self.cost < self.best_cost {
            self.keep_best();
        }
        true
    }

    /// Whether it may be accepted, as far as reckoned lengths can tell.
    fn is_promising(&self, allowed: f64) -> bool {
        if !self.tours.is_reckoned() {
            return true;
        }
        let saved = self.saved[..self.touched.len()].iter();
        let length: i64 = saved.map(|cart| cart.length).sum();
        (self.cost as f64) < allowed + length as f64 * SLACK
    }

    /// Whether exact lengths cost less than allowed.
    fn is_accepted(&mut self, allowed: f64) -> bool {
        for &index in &self.touched {
            let cart = &mut self.carts[index as usize];
            self.cost -= cart.length;
            if !cart.jobs.is_empty() {
                self.tours.measure(cart);
            }
            self.cost += cart.length;
        }
        (self.cost as f64) < allowed
    }

    fn keep_columns(&self, columns: &mut Columns) {
        for &index in &self.touched {
            let cart = &self.carts[index as usize];
            columns.add(&cart.jobs, cart.length);
        }
    }

    fn keep_best(&mut self) {
        self.best_cost = self.cost;
        let filled = self.carts.iter().filter(|cart| !cart.jobs.is_empty());
        self.best = filled.map(|cart| cart.jobs.clone()).collect();
    }

    /// What a cart costs.
    fn cost_of(&self, index: usize) -> i64 {
        let cart = &self.carts[index];
        if cart.jobs.is_empty() {
            0
        } else {
            cart.length + self.pool.cart_mm
        }
    }

    /// Notes where the jobs of a cart are.
    fn settle(&mut self, index: u32) {
        for &job in &self.carts[index as usize].jobs {
            self.cart_of[job as usize] = index;
        }
    }

    /// Keeps a copy of a cart before it changes.
    fn touch(&mut self, index: u32) {
        if self.touched.contains(&index) {
            return;
        }
        let at = self.touched.len();
        if at == self.saved.len() {
            self.saved.push(Cart::default());
        }
        self.saved[at].copy_from(&self.carts[index as usize]);
        self.touched.push(index);
    }

    fn undo(&mut self, before: i64) {
        for (&index, saved) in self.touched.iter().zip(&mut self.saved) {
            std::mem::swap(&mut self.carts[index as usize], saved);
        }
        for at in 0..self.touched.len() {
            self.settle(self.touched[at]);
        }
        self.cost = before;
    }

    /// Takes jobs off the carts of a random job and its neighbours.
    fn ruin(&mut self, rng: &mut impl Rng) {
        self.removed.clear();
        let pool = self.pool;
        let seed = below(rng, pool.len()) as u32;
        let wanted = 2 + below(rng, MOST_REMOVED - 1);
        let of_cart = 1 + below(rng, MOST_OF_CART);
        let skip = below(rng, 4);
        self.ruin_cart(seed, of_cart, rng);
        for &job in pool.near(seed) {
            if self.removed.len() >= wanted {
                break;
            }
            let ruined = self.touched.contains(&self.cart_of[job as usize]);
            if !ruined && below(rng, 4) >= skip {
                self.ruin_cart(job, of_cart, rng);
            }
        }
    }

    /// Takes `job` and others off its cart.
    fn ruin_cart(&mut self, job: u32, most: usize, rng: &mut impl Rng) {
        let index = self.cart_of[job as usize];
        self.touch(index);
        self.cost -= self.cost_of(index as usize);
        let cart = &mut self.carts[index as usize];
        let leave = 1 + below(rng, most.min(cart.jobs.len()));
        self.removed.push((0, job));
        self.is_removed[job as usize] = true;
        for _ in 1..leave {
            let other = cart.jobs[below(rng, cart.jobs.len())];
            if !self.is_removed[other as usize] {
                self.removed.push((0, other));
                self.is_removed[other as usize] = true;
            }
        }
        let is_removed = &self.is_removed;
        self.tours.keep(cart, |job| !is_removed[job as usize]);
        self.cost += self.cost_of(index as usize);
    }

    /// Largest first, longest tour of its own first, or any order.
    fn sort_removed(&mut self, rng: &mut impl Rng) {
        let pool = self.pool;
        let by = below(rng, 4);
        for (key, job) in &mut self.removed {
            self.is_removed[*job as usize] = false;
            let chance = i64::from(rng.next_u32());
            *key = match by {
                0 => -(pool.size(*job) << 32) + chance,
                1 => -(pool.alone(*job) << 16) + (chance >> 16),
                2 => pool.alone(*job),
                _ => chance,
            };
        }
        self.removed.sort_unstable();
    }

    /// Puts a job where the tour grows least.
    fn put_back(&mut self, job: u32, rng: &mut impl Rng) {
        let alone = self.pool.alone(job);
        let mut best = (alone + self.pool.cart_mm, u32::MAX, alone);
        self.offer(job);
        for at in 0..self.offered.len() {
            let index = self.offered[at];
            let cart = &self.carts[index as usize];
            if cart.jobs.is_empty() || !self.pool.fits(&cart.load, job) || below(rng, BLINK) == 0 {
                continue;
            }
            let growth = self.tours.growth(cart, job);
            if growth < best.0 {
                best = (growth, index, cart.length + growth);
            }
        }
        let (growth, index, length) = best;
        let index = if index == u32::MAX {
            self.empty_cart()
        } else {
            index
        };
        self.touch(index);
        let cart = &mut self.carts[index as usize];
        self.tours.join(cart, job, length);
        self.cost += growth;
    }

    /// The carts a job may go on.
    fn offer(&mut self, job: u32) {
        self.offered.clear();
        if self.carts.len() <= ALL_CARTS {
            self.offered.extend(0..self.carts.len() as u32);
            return;
        }
        self.offered.extend_from_slice(&self.touched);
        for &near in self.pool.near(job) {
            let index = self.cart_of[near as usize];
            if !self.offered.contains(&index) {
                self.offered.push(index);
            }
        }
    }

    fn empty_cart(&mut self) -> u32 {
        let empty = self.carts.iter().position(|cart| cart.jobs.is_empty());
        let index = empty.unwrap_or_else(|| {
            self.carts.push(Cart::default());
            self.carts.len() - 1
        });
        self.tours.clear(&mut self.carts[index]);
        index as u32
    }
}
