//! A cart being filled, and the exact length of its tour.
//!
//! One block: [`super::aisles`], from what each aisle of the cart costs; O(aisles) per evaluation. More blocks: [`tour_length`] over all stops, remembered
//! by the set of jobs (a random 64-bit word per job, joined by exclusive or: Zobrist 1970; of ten million sets, two share a
//! word with probability 3e-6, and final tours are never taken from memory).

use rustc_hash::FxHashMap;

use super::aisles::{Aisle, EMPTY, length};
use super::pool::Pool;
use super::{Load, add};
use crate::solve::tour::{Bay, OneWay, Scratch, Sketch, tour_length};

/// Most tours remembered: 16 bytes each. Then all is forgotten.
const MEMORY: usize = 1 << 20;

/// A set of jobs with its tour.
#[derive(Clone, Debug, Default)]
pub struct Cart {
    pub jobs: Vec<u32>,
    pub load: Load,
    /// Of the tour, millimetres; reckoned between [`Tours::keep`] and [`Tours::measure`].
    pub length: i64,
    key: u64,
    /// All stops as bits, stretch by stretch (one block only, as the next).
    marks: Vec<u64>,
    aisles: Vec<Aisle>,
    first: u32,
    last: u32,
    /// More than one block only.
    sketch: Sketch,
}

impl Cart {
    /// Becomes a copy, without new memory where it has enough.
    pub fn copy_from(&mut self, other: &Cart) {
        self.jobs.clone_from(&other.jobs);
        self.marks.clone_from(&other.marks);
        self.aisles.clone_from(&other.aisles);
        (self.load, self.length, self.key) = (other.load, other.length, other.key);
        (self.first, self.last) = (other.first, other.last);
        self.sketch.copy_from(&other.sketch);
    }
}

/// Lengths of tours. One per thread.
pub struct Tours<'a> {
    pub pool: &'a Pool<'a>,
    /// Tours evaluated.
    pub evaluated: u64,
    one_block: bool,
    joined: Vec<u64>,
    costs: Vec<Aisle>,
    stops: Vec<Bay>,
    scratch: Scratch,
    known: FxHashMap<u64, i64>,
}

impl<'a> Tours<'a> {
    pub fn new(pool: &'a Pool<'a>) -> Self {
        Tours {
            pool,
            evaluated: 0,
            one_block: pool.layout.blocks == 1 && pool.layout.one_way == OneWay::No,
            joined: vec![0; pool.words],
            costs: Vec::new(),
            stops: Vec::new(),
            scratch: Scratch::default(),
            known: FxHashMap::default(),
        }
    }

    /// Empties a cart.
    pub fn clear(&self, cart: &mut Cart) {
        let pool = self.pool;
        cart.jobs.clear();
        cart.load = [0; 4];
        cart.length = 0;
        cart.key = 0;
        if self.one_block {
            cart.marks.clear();
            cart.marks.resize(pool.all_words(), 0);
            cart.aisles.clear();
            cart.aisles.resize(pool.layout.aisles as usize, EMPTY);
            cart.first = pool.layout.depot_aisle;
            cart.last = pool.layout.depot_aisle;
        } else if !cart.sketch.has_layout() {
            cart.sketch = Sketch::new(pool.layout);
        } else {
            cart.sketch.clear();
        }
    }

    /// A cart with these jobs.
    pub fn cart(&mut self, jobs: &[u32]) -> Cart {
        let mut cart = Cart::default();
        self.fill(&mut cart, jobs);
        cart
    }

    /// Refills a cart.
    pub fn fill(&mut self, cart: &mut Cart, jobs: &[u32]) {
        self.clear(cart);
        for &job in jobs {
            self.put(cart, job);
        }
        cart.length = self.length(cart);
    }

    /// The tour of a set of jobs.
    pub fn of(&mut self, jobs: &[u32]) -> i64 {
        self.cart(jobs).length
    }

    /// Takes jobs off: all but those that stay. The length is reckoned, see [`Tours::growth`].
    pub fn keep(&mut self, cart: &mut Cart, stays: impl Fn(u32) -> bool) {
        let (length, estimate) = (cart.length, cart.sketch.estimate());
        let mut jobs = std::mem::take(&mut cart.jobs);
        jobs.retain(|&job| stays(job));
        self.clear(cart);
        for &job in &jobs {
            self.put(cart, job);
        }
        cart.jobs = jobs;
        cart.length = if self.one_block {
            self.length(cart)
        } else {
            length - estimate + cart.sketch.estimate()
        };
    }

    /// Puts one more job on the cart, whose tour is then of that length.
    pub fn join(&mut self, cart: &mut Cart, job: u32, length: i64) {
        self.put(cart, job);
        cart.length = length;
    }

    fn put(&mut self, cart: &mut Cart, job: u32) {
        cart.jobs.push(job);
        add(&mut cart.load, self.pool.load(job));
        cart.key ^= word(job);
        if !self.one_block {
            cart.sketch.join(self.pool.visits(job));
            return;
        }
        let words = self.pool.words;
        for same in stretches(self.pool, job) {
            for mark in same {
                cart.marks[mark.word as usize] |= mark.bits;
            }
            let aisle = same[0].word as usize / words;
            let marks = &cart.marks[aisle * words..][..words];
            cart.aisles[aisle] = Aisle::of(self.pool.layout, marks);
            cart.first = cart.first.min(aisle as u32);
            cart.last = cart.last.max(aisle as u32);
        }
    }

    fn length(&mut self, cart: &Cart) -> i64 {
        if cart.jobs.is_empty() {
            return 0;
        }
        self.evaluated += 1;
        if self.one_block {
            let aisle = |aisle: u32| cart.aisles[aisle as usize];
            return length(self.pool.layout, cart.first, cart.last, aisle);
        }
        self.remembered(cart.key, &cart.jobs, None)
    }

    /// What a tour grows by if `job` joins it: exact in one block, by the estimate in more, where an exact length takes ten times as long and
    /// ends no better in the same time.
    pub fn growth(&mut self, cart: &Cart, job: u32) -> i64 {
        if self.one_block {
            self.with(cart, job) - cart.length
        } else {
            cart.sketch.detour(self.pool.visits(job))
        }
    }

    /// Whether lengths are reckoned until they are measured.
    pub fn is_reckoned(&self) -> bool {
        !self.one_block
    }

    /// Makes the length exact again.
    pub fn measure(&mut self, cart: &mut Cart) {
        if !self.one_block {
            cart.length = self.length(cart);
        }
    }

    /// Length of the tour of a cart if `job` joins it.
    pub fn with(&mut self, cart: &Cart, job: u32) -> i64 {
        self.evaluated += 1;
        if !self.one_block {
            return self.remembered(cart.key ^ word(job), &cart.jobs, Some(job));
        }
        let pool = self.pool;
        let costs = &mut self.costs;
        costs.clone_from(&cart.aisles);
        let (mut first, mut last) = (cart.first, cart.last);
        for same in stretches(pool, job) {
            let aisle = same[0].word as usize / pool.words;
            let begin = aisle * pool.words;
            self.joined
                .copy_from_slice(&cart.marks[begin..begin + pool.words]);
            let mut is_new = false;
            for mark in same {
                let joined = &mut self.joined[mark.word as usize - begin];
                is_new |= mark.bits & !*joined != 0;
                *joined |= mark.bits;
            }
            if is_new {
                costs[aisle] = Aisle::of(pool.layout, &self.joined);
            }
            first = first.min(aisle as u32);
            last = last.max(aisle as u32);
        }
        length(pool.layout, first, last, |aisle| costs[aisle as usize])
    }

    fn remembered(&mut self, key: u64, jobs: &[u32], more: Option<u32>) -> i64 {
        if let Some(&length) = self.known.get(&key) {
            return length;
        }
        self.stops.clear();
        for job in jobs.iter().copied().chain(more) {
            self.stops.extend_from_slice(self.pool.bays(job));
        }
        let length = tour_length(self.pool.layout, &self.stops, &mut self.scratch);
        if self.known.len() >= MEMORY {
            self.known.clear();
        }
        self.known.insert(key, length);
        length
    }
}

/// The marks of a job, aisle by aisle (one block).
fn stretches<'p>(pool: &'p Pool<'_>, job: u32) -> impl Iterator<Item = &'p [super::pool::Mark]> {
    let words = pool.words as u32;
    pool.marks(job)
        .chunk_by(move |a, b| a.word / words == b.word / words)
}

/// The random word of a job: the finalizer of SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195).
pub fn word(job: u32) -> u64 {
    let mut z = (u64::from(job) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
