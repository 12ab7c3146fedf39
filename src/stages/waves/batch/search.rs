//! Ruin and recreate on neighbouring batches.
//!
//! A round takes a random job, its batch and one to three batches that pass near it, takes some or all of their jobs off, and puts
//! them back one by one, each where the tour grows least (now and then a choice is skipped: the blinks of Christiaens and
//! Vanden Berghe 2020, doi 10.1287/trsc.2019.0914). The result is accepted when the exact tours and carts cost no more than
//! before plus a threshold that falls to zero (Dueck and Scheuer 1990, doi 10.1016/0021-9991(90)90201-B).
//!
//! The tours are looked at only where their estimates are not clearly worse. (Judging every insertion by exact tours instead takes three
//! times as long per round and ends no better at the same time.) All integers, no clock: the result is a function of the
//! input and the random stream. A round takes about (jobs taken off × batches) estimates and at most as many tours as batches.

use rand::Rng;

use super::sketch::Sketch;
use super::{Jobs, Rules, fits};
use crate::solve::tour::{Bay, Layout, Scratch, tour_length};

/// First threshold, as a share of the mean cost of a batch: one in so many.
const THRESHOLD_SHARE: i64 = 30;

/// Estimates must not be worse than before by more than one in so many, or the exact tours are not even looked at.
const SLACK_SHARE: i64 = 30;

/// A choice is skipped once in so many.
const BLINK: usize = 100;

/// Most batches taken in a round.
const MOST_BATCHES: usize = 4;

/// Shares of jobs taken off, in sixteenths; the smaller half more often.
const SHARES: [usize; 5] = [12, 8, 4, 4, 2];

/// Exact tours take 6, 24, 112, 568, 3,032 states for 1 to 5 blocks; rounds are cut accordingly.
const ROUNDS_CUT: [u32; 6] = [1, 1, 2, 6, 30, 150];

/// Improves the batches of a pool.
pub fn improve(
    jobs: &Jobs,
    start: Vec<Vec<u32>>,
    rules: &Rules<'_>,
    floor: &Layout,
    rounds_per_job: u32,
    rng: &mut impl Rng,
) -> Vec<Vec<u32>> {
    let count: usize = start.iter().map(Vec::len).sum();
    let cut = ROUNDS_CUT
        .get(floor.blocks as usize)
        .copied()
        .unwrap_or(u32::MAX);
    let rounds = (count as u64 * u64::from(rounds_per_job)) / u64::from(cut);
    if rounds == 0 || start.len() < 2 {
        return start;
    }
    let mut search = Search::new(jobs, start.clone(), rules, floor);
    let begun = search.cost();
    let first = begun / search.batches.len() as i64 / THRESHOLD_SHARE;
    for round in 0..rounds {
        let threshold =
            (i128::from(first) * i128::from(rounds - round) / i128::from(rounds)) as i64;
        search.round(threshold, rng);
    }
    if search.cost() > begun {
        return start;
    }
    search.batches.retain(|batch| !batch.is_empty());
    search.batches
}

struct Search<'a> {
    jobs: &'a Jobs,
    rules: &'a Rules<'a>,
    floor: &'a Layout,
    /// Some may be empty.
    batches: Vec<Vec<u32>>,
    /// Exact tour length of each.
    length: Vec<i64>,
    /// Estimated tour length of each.
    estimate: Vec<i64>,
    members: Vec<u32>,
    /// By job.
    batch_of: Vec<u32>,
    /// Members that visit a stretch.
    near: Vec<Vec<u32>>,
    carts: Carts<'a>,
    /// Jobs taken off, with what they are sorted by.
    removed: Vec<(i64, u32)>,
}

/// Carts being filled in a round.
struct Carts<'a> {
    open: Vec<Sketch<'a>>,
    /// Tour length of each, known at the end of a round.
    length: Vec<i64>,
    used: usize,
    stops: Vec<Bay>,
    scratch: Scratch,
}

/// A uniform number below `n`.
fn below(rng: &mut impl Rng, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

impl<'a> Carts<'a> {
    /// Takes one more empty cart.
    fn take(&mut self, floor: &'a Layout) -> usize {
        if self.used == self.open.len() {
            self.open.push(Sketch::new(floor));
            self.length.push(0);
        }
        self.open[self.used].clear();
        self.length[self.used] = 0;
        self.used += 1;
        self.used - 1
    }

    /// Exact tour of a cart.
    fn tour(&mut self, jobs: &Jobs, floor: &Layout, cart: usize) -> i64 {
        self.stops.clear();
        for &job in &self.open[cart].jobs {
            self.stops.extend_from_slice(jobs.bays(job));
        }
        tour_length(floor, &self.stops, &mut self.scratch)
    }
}

impl<'a> Search<'a> {
    fn new(
        jobs: &'a Jobs,
        batches: Vec<Vec<u32>>,
        rules: &'a Rules<'a>,
        floor: &'a Layout,
    ) -> Self {
        let mut search = Search {
            jobs,
            rules,
            floor,
            length: Vec::with_capacity(batches.len()),
            estimate: Vec::with_capacity(batches.len()),
            members: Vec::new(),
            batch_of: vec![u32::MAX; jobs.len()],
            near: vec![Vec::new(); floor.aisles as usize * floor.blocks as usize],
            batches,
            carts: Carts {
                open: Vec::new(),
                length: Vec::new(),
                used: 0,
                stops: Vec::new(),
                scratch: Scratch::default(),
            },
            removed: Vec::new(),
        };
        for index in 0..search.batches.len() {
            let cart = search.carts.take(floor);
            for &job in &search.batches[index] {
                search.carts.open[cart].add(jobs, job);
                search.batch_of[job as usize] = index as u32;
                search.members.push(job);
            }
            let length = search.carts.tour(jobs, floor, cart);
            search.length.push(length);
            search.estimate.push(search.carts.open[cart].estimate());
            search.carts.used = 0;
        }
        search.members.sort_unstable();
        for &job in &search.members {
            for visit in jobs.visits(job) {
                search.near[visit.stretch as usize].push(job);
            }
        }
        search
    }

    fn cost(&self) -> i64 {
        let carts = self.batches.iter().filter(|batch| !batch.is_empty());
        self.rules.cart_mm * carts.count() as i64 + self.length.iter().sum::<i64>()
    }

    /// One ruin, one recreation, one decision.
    fn round(&mut self, threshold: i64, rng: &mut impl Rng) {
        let seed = self.members[below(rng, self.members.len())];
        let picked = self.neighbours(seed, rng);
        if picked.len() < 2 {
            return;
        }
        self.take_off(seed, &picked, rng);
        self.sort_removed(rng);
        for at in 0..self.removed.len() {
            self.put_back(self.removed[at].1, rng);
        }
        self.decide(&picked, threshold);
    }

    /// The batch of `seed` and a few more that pass near it.
    fn neighbours(&self, seed: u32, rng: &mut impl Rng) -> Vec<u32> {
        let mut picked = vec![self.batch_of[seed as usize]];
        let wanted = 2 + below(rng, MOST_BATCHES - 1);
        let visits = self.jobs.visits(seed);
        if visits.is_empty() {
            return picked;
        }
        for _ in 0..3 * MOST_BATCHES {
            let stretch = visits[below(rng, visits.len())].stretch as usize;
            // This stretch, or the same block of the aisle on either side.
            let blocks = self.floor.blocks as usize;
            let shifted = stretch + below(rng, 3) * blocks;
            let Some(near) = shifted.checked_sub(blocks).and_then(|at| self.near.get(at)) else {
                continue;
            };
            if near.is_empty() {
                continue;
            }
            let batch = self.batch_of[near[below(rng, near.len())] as usize];
            if !picked.contains(&batch) {
                picked.push(batch);
            }
            if picked.len() == wanted {
                break;
            }
        }
        picked
    }

    /// Opens a cart per picked batch without a random share of its jobs.
    fn take_off(&mut self, seed: u32, picked: &[u32], rng: &mut impl Rng) {
        self.removed.clear();
        self.carts.used = 0;
        let share = SHARES[below(rng, SHARES.len())];
        for &batch in picked {
            let cart = self.carts.take(self.floor);
            for &job in &self.batches[batch as usize] {
                if job == seed || below(rng, 16) < share {
                    self.removed.push((0, job));
                } else {
                    self.carts.open[cart].add(self.jobs, job);
                }
            }
        }
    }

    /// Longest tour of its own first, most lines first, or any order.
    fn sort_removed(&mut self, rng: &mut impl Rng) {
        let jobs = self.jobs;
        let by = below(rng, 4);
        for (key, job) in &mut self.removed {
            *key = match by {
                0 | 1 => -jobs.alone(*job),
                2 => -jobs.load(*job)[1] << 32 | i64::from(rng.next_u32()),
                _ => i64::from(rng.next_u32()),
            };
        }
        self.removed.sort_unstable();
    }

    /// Puts a job where the tour grows least.
    fn put_back(&mut self, job: u32, rng: &mut impl Rng) {
        let mut best: Option<(i64, usize)> = None;
        let mut empty = None;
        for cart in 0..self.carts.used {
            if self.carts.open[cart].jobs.is_empty() {
                if empty.is_some() {
                    continue;
                }
                empty = Some(cart);
            } else if !fits(
                &self.carts.open[cart].load,
                self.jobs.load(job),
                &self.rules.limit,
            ) || below(rng, BLINK) == 0
            {
                continue;
            }
            let growth = self.growth(cart, job);
            if best.is_none_or(|(least, _)| growth < least) {
                best = Some((growth, cart));
            }
        }
        let cart = match best {
            Some((_, cart)) => cart,
            None => self.carts.take(self.floor),
        };
        self.carts.open[cart].add(self.jobs, job);
    }

    /// What it costs to put `job` on `cart`; the first job also pays the cart.
    fn growth(&self, cart: usize, job: u32) -> i64 {
        let sketch = &self.carts.open[cart];
        let cart_mm = if sketch.jobs.is_empty() {
            self.rules.cart_mm
        } else {
            0
        };
        cart_mm + sketch.delta(self.jobs.visits(job))
    }

    /// Whether the estimates already say no.
    fn looks_worse(&self, picked: &[u32], threshold: i64) -> bool {
        let before: i64 = picked
            .iter()
            .map(|&batch| self.estimate[batch as usize] + self.rules.cart_mm)
            .sum();
        let open = self.carts.open[..self.carts.used].iter();
        let after: i64 = open
            .filter(|cart| !cart.jobs.is_empty())
            .map(|cart| cart.estimate() + self.rules.cart_mm)
            .sum();
        after > before + before / SLACK_SHARE + threshold
    }

    /// Keeps the new carts if they cost little enough.
    fn decide(&mut self, picked: &[u32], threshold: i64) {
        if self.looks_worse(picked, threshold) {
            return;
        }
        let before: i64 = picked
            .iter()
            .map(|&batch| self.length[batch as usize] + self.rules.cart_mm)
            .sum();
        let mut after = 0;
        for cart in 0..self.carts.used {
            if self.carts.open[cart].jobs.is_empty() {
                continue;
            }
            self.carts.length[cart] = self.carts.tour(self.jobs, self.floor, cart);
            after += self.carts.length[cart] + self.rules.cart_mm;
        }
        if after > before + threshold {
            return;
        }
        for cart in 0..self.carts.used {
            let index = match picked.get(cart) {
                Some(&batch) => batch as usize,
                None => {
                    self.batches.push(Vec::new());
                    self.length.push(0);
                    self.estimate.push(0);
                    self.batches.len() - 1
                }
            };
            let filled = &self.carts.open[cart].jobs;
            for &job in filled {
                self.batch_of[job as usize] = index as u32;
            }
            self.batches[index].clear();
            self.batches[index].extend_from_slice(filled);
            self.estimate[index] = self.carts.open[cart].estimate();
            self.length[index] = if filled.is_empty() {
                0
            } else {
                self.carts.length[cart]
            };
        }
    }
}
