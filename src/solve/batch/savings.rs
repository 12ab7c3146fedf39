//! A first set of batches: carts are joined, always the two that save most.
//!
//! ```text
//! saving(a, b) = f + L(a) + L(b) - L(a + b)        f = what a cart costs, L = length of the shortest tour
//! ```
//!
//! The savings of Clarke and Wright (1964, doi 10.1287/opre.12.4.568) in their parallel form, as for batching by Elsayed and Unal (1989,
//! doi 10.1080/00207548908942610), reckoned again for a cart that has grown. Pairs that do not fit are never looked at; each cart is
//! tried with the carts of its jobs' neighbours only, so a pool of n jobs takes O(n × neighbours) tours.

use std::collections::BinaryHeap;

use super::cart::{Cart, Tours};

/// Neighbours of a job whose carts it is tried with.
const TRIED: usize = 48;

/// Joins all jobs of the pool.
pub fn join(tours: &mut Tours<'_>) -> Vec<Vec<u32>> {
    let n = tours.pool.len() as u32;
    let mut joining = Joining {
        carts: (0..n).map(|job| tours.cart(&[job])).collect(),
        cart_of: (0..n).collect(),
        version: vec![0; n as usize],
        heap: BinaryHeap::new(),
        tours,
    };
    for cart in 0..n {
        joining.look(cart, true);
    }
    while let Some((_, std::cmp::Reverse((a, b, versions)))) = joining.heap.pop() {
        if versions == (joining.version[a as usize], joining.version[b as usize]) {
            joining.merge(a, b);
        }
    }
    let filled = joining
        .carts
        .into_iter()
        .filter(|cart| !cart.jobs.is_empty());
    filled.map(|cart| cart.jobs).collect()
}

/// Two carts, and how often each had grown when their saving was reckoned.
type Pair = (u32, u32, (u32, u32));

struct Joining<'t, 'a> {
    tours: &'t mut Tours<'a>,
    carts: Vec<Cart>,
    cart_of: Vec<u32>,
    version: Vec<u32>,
    heap: BinaryHeap<(i64, std::cmp::Reverse<Pair>)>,
}

impl Joining<'_, '_> {
    /// Reckons what a cart saves with those near it; `later`: with those of a higher number only.
    fn look(&mut self, cart: u32, later: bool) {
        let pool = self.tours.pool;
        let mut tried = vec![cart];
        for at in 0..self.carts[cart as usize].jobs.len() {
            for &near in pool
                .near(self.carts[cart as usize].jobs[at])
                .iter()
                .take(TRIED)
            {
                let other = self.cart_of[near as usize];
                if tried.contains(&other) {
                    continue;
                }
                tried.push(other);
                // A neighbour need not be mutual: the lower number looks at it, or the one that has it.
                let mutual = || {
                    pool.near(near)
                        .iter()
                        .take(TRIED)
                        .any(|&back| self.cart_of[back as usize] == cart)
                };
                if !(later && other < cart && mutual()) {
                    self.weigh(cart, other);
                }
            }
        }
    }

    fn weigh(&mut self, cart: u32, other: u32) {
        let (a, b) = (&self.carts[cart as usize], &self.carts[other as usize]);
        let mut load = a.load;
        super::add(&mut load, &b.load);
        if !super::fits(&load, &[0; 4], &self.tours.pool.limit) {
            return;
        }
        let (a_jobs, b_jobs) = (&a.jobs, &b.jobs);
        let both: Vec<u32> = a_jobs.iter().chain(b_jobs).copied().collect();
        let saving = self.tours.pool.cart_mm + a.length + b.length - self.tours.of(&both);
        if saving > 0 {
            let (low, high) = (cart.min(other), cart.max(other));
            let versions = (self.version[low as usize], self.version[high as usize]);
            self.heap
                .push((saving, std::cmp::Reverse((low, high, versions))));
        }
    }

    fn merge(&mut self, a: u32, b: u32) {
        let gone = std::mem::take(&mut self.carts[b as usize].jobs);
        let mut jobs = std::mem::take(&mut self.carts[a as usize].jobs);
        for &job in &gone {
            self.cart_of[job as usize] = a;
        }
        jobs.extend(gone);
        self.tours.fill(&mut self.carts[a as usize], &jobs);
        self.version[a as usize] += 1;
        self.version[b as usize] = u32::MAX;
        self.look(a, false);
    }
}
