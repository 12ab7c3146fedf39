//! Jobs that are batched together, by their number in the pool: loads, stops as bits, neighbours.

use crate::solve::tour::{Bay, Layout, Scratch, Sketch, Visit, tour_length};

use super::{Jobs, Load, Rules};

/// Most neighbours kept of a job.
const NEIGHBOURS: usize = 48;

/// The stops of a job in up to 64 bays of a stretch (one aisle in one block).
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// `(aisle * blocks + block) * words per stretch + word`.
    pub word: u32,
    pub bits: u64,
}

/// A pool of jobs. Memory O(stops + jobs × [`NEIGHBOURS`]).
pub struct Pool<'a> {
    pub layout: &'a Layout,
    pub limit: Load,
    pub cart_mm: i64,
    /// Words per stretch.
    pub words: usize,
    jobs: &'a Jobs,
    chosen: &'a [u32],
    marks: Vec<Mark>,
    first_mark: Vec<u32>,
    /// Stretches visited, for estimates.
    visits: Vec<Visit>,
    first_visit: Vec<u32>,
    near: Vec<u32>,
    first_near: Vec<u32>,
    /// Tour of each job alone, millimetres.
    alone: Vec<i64>,
    /// The same, estimated.
    sketched: Vec<i64>,
    /// How much of a cart each job takes, see [`Pool::size`].
    size: Vec<i64>,
}

/// [`Pool::size`] of what fills a cart.
pub const FULL: i64 = 1 << 20;

impl<'a> Pool<'a> {
    pub fn new(jobs: &'a Jobs, chosen: &'a [u32], rules: &Rules<'a>, layout: &'a Layout) -> Self {
        let mut pool = Pool {
            layout,
            limit: rules.limit,
            cart_mm: rules.cart_mm,
            words: layout.bays_per_block.div_ceil(64) as usize,
            jobs,
            chosen,
            marks: Vec::new(),
            first_mark: vec![0],
            visits: Vec::new(),
            first_visit: vec![0],
            near: Vec::new(),
            first_near: vec![0],
            alone: Vec::new(),
            sketched: Vec::new(),
            size: Vec::new(),
        };
        let mut scratch = Scratch::default();
        let scarce = scarcest(jobs, chosen, &rules.limit);
        for &job in chosen {
            pool.mark(jobs.bays(job));
            pool.visits.extend(Visit::all(layout, jobs.bays(job)));
            pool.first_visit.push(pool.visits.len() as u32);
            let alone = tour_length(layout, jobs.bays(job), &mut scratch);
            pool.alone.push(alone);
            let limit = i128::from(rules.limit[scarce].max(1));
            let size = i128::from(jobs.load(job)[scarce]) * i128::from(FULL) / limit;
            pool.size.push(size.min(i128::from(FULL)) as i64);
        }
        let mut sketch = Sketch::new(layout);
        for job in 0..pool.len() as u32 {
            sketch.clear();
            let alone = sketch.detour(pool.visits(job));
            pool.sketched.push(alone);
        }
        pool.find_neighbours(sketch);
        pool
    }

    /// Jobs in the pool.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }
    pub fn load(&self, job: u32) -> &Load {
        self.jobs.load(self.chosen[job as usize])
    }
    pub fn bays(&self, job: u32) -> &[Bay] {
        self.jobs.bays(self.chosen[job as usize])
    }
    /// The number of a job of the pool among all jobs.
    pub fn number(&self, job: u32) -> u32 {
        self.chosen[job as usize]
    }
    pub fn marks(&self, job: u32) -> &[Mark] {
        let job = job as usize;
        &self.marks[self.first_mark[job] as usize..self.first_mark[job + 1] as usize]
    }
    /// Tour of the job by itself, millimetres.
    pub fn alone(&self, job: u32) -> i64 {
        self.alone[job as usize]
    }
    /// The same, estimated as [`Sketch`] does.
    pub fn sketched(&self, job: u32) -> i64 {
        self.sketched[job as usize]
    }
    /// Stretches of aisle that the job visits.
    pub fn visits(&self, job: u32) -> &[Visit] {
        let job = job as usize;
        &self.visits[self.first_visit[job] as usize..self.first_visit[job + 1] as usize]
    }
    /// Share of the cart that the job takes in the scarcest dimension, [`FULL`] being all of it; rounded down, so that the jobs
    /// of a cart never exceed it together.
    pub fn size(&self, job: u32) -> i64 {
        self.size[job as usize]
    }
    /// Those that save most by sharing a cart with `job`, best first.
    pub fn near(&self, job: u32) -> &[u32] {
        let job = job as usize;
        &self.near[self.first_near[job] as usize..self.first_near[job + 1] as usize]
    }
    /// Whether a job fits beside a load.
    pub fn fits(&self, load: &Load, job: u32) -> bool {
        super::fits(load, self.load(job), &self.limit)
    }
    /// Words of a cart's marks.
    pub fn all_words(&self) -> usize {
        self.layout.aisles as usize * self.layout.blocks as usize * self.words
    }

    /// Appends the marks of the next job; its bays are sorted by aisle, block and bay.
    fn mark(&mut self, bays: &[Bay]) {
        let begin = self.marks.len();
        for bay in bays {
            let stretch = (bay.aisle * self.layout.blocks + bay.block) as usize;
            let word = (stretch * self.words + bay.bay as usize / 64) as u32;
            let bit = 1 << (bay.bay % 64);
            match self.marks[begin..].last_mut() {
                Some(last) if last.word == word => last.bits |= bit,
                _ => self.marks.push(Mark { word, bits: bit }),
            }
        }
        self.first_mark.push(self.marks.len() as u32);
    }

    /// Pairs are ranked by what the estimates save on one tour instead of two.
    fn find_neighbours(&mut self, mut sketch: Sketch) {
        let mut others = Vec::new();
        for job in 0..self.len() as u32 {
            sketch.clear();
            sketch.join(self.visits(job));
            others.clear();
            for other in (0..self.len() as u32).filter(|&other| other != job) {
                if self.fits(self.load(job), other) {
                    let saving = self.sketched(other) - sketch.detour(self.visits(other));
                    others.push((-saving, other));
                }
            }
            if others.len() > NEIGHBOURS {
                others.select_nth_unstable(NEIGHBOURS);
                others.truncate(NEIGHBOURS);
            }
            others.sort_unstable();
            self.near.extend(others.iter().map(|&(_, other)| other));
            self.first_near.push(self.near.len() as u32);
        }
    }
}

/// The dimension in which all jobs together take most carts.
fn scarcest(jobs: &Jobs, chosen: &[u32], limit: &Load) -> usize {
    let carts = |d: usize| {
        let total: i128 = chosen
            .iter()
            .map(|&job| i128::from(jobs.load(job)[d]))
            .sum();
        total * i128::from(FULL) / i128::from(limit[d].max(1))
    };
    (0..limit.len())
        .max_by_key(|&d| (carts(d), limit.len() - d))
        .unwrap_or(0)
}
