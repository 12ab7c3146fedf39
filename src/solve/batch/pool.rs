//! Jobs that are batched together, by their number in the pool: loads, stops as bits, neighbours.

use crate::solve::tour::{Bay, Layout, Scratch, tour_length};

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
    near: Vec<u32>,
    first_near: Vec<u32>,
    /// Tour of each job alone, millimetres.
    alone: Vec<i64>,
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
            near: Vec::new(),
            first_near: vec![0],
            alone: Vec::new(),
            size: Vec::new(),
        };
        let mut scratch = Scratch::default();
        let scarce = scarcest(jobs, chosen, &rules.limit);
        for &job in chosen {
            pool.mark(jobs.bays(job));
            let alone = tour_length(layout, jobs.bays(job), &mut scratch);
            pool.alone.push(alone);
            let limit = i128::from(rules.limit[scarce].max(1));
            let size = i128::from(jobs.load(job)[scarce]) * i128::from(FULL) / limit;
            pool.size.push(size.min(i128::from(FULL)) as i64);
        }
        pool.find_neighbours();
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

    fn find_neighbours(&mut self) {
        let boxes: Vec<Outline> = (0..self.len() as u32)
            .map(|job| Outline::of(self.layout, self.bays(job)))
            .collect();
        let mut others = Vec::new();
        for job in 0..self.len() as u32 {
            others.clear();
            for other in (0..self.len() as u32).filter(|&other| other != job) {
                let (a, b) = (&boxes[job as usize], &boxes[other as usize]);
                if self.fits(self.load(job), other) {
                    others.push((-a.saving(b), other));
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

/// What a job walks, roughly: it ranks pairs of jobs, exact tours decide.
///
/// ```text
/// sum over visited stretches  min(L, 2 far, 2 (L - near))      walk through, or in and out from one end
/// + 2 s (rightmost - leftmost aisle)  +  2 L (blocks between the depot and the farthest visited)
/// ```
struct Outline {
    length: i64,
    spacing: i64,
    /// Stretch, first and last stop from its front.
    visits: Vec<(u32, i64, i64)>,
    /// Aisles, then cross-aisles, with the depot's.
    aisles: (u32, u32),
    crossings: (u32, u32),
}

impl Outline {
    fn of(layout: &Layout, bays: &[Bay]) -> Outline {
        let mut outline = Outline {
            length: layout.pitch_mm(),
            spacing: layout.aisle_spacing_mm,
            visits: Vec::new(),
            aisles: (layout.depot_aisle, layout.depot_aisle),
            crossings: (layout.depot_block, layout.depot_block),
        };
        for same in bays.chunk_by(|a, b| (a.aisle, a.block) == (b.aisle, b.block)) {
            let (first, last) = (&same[0], &same[same.len() - 1]);
            let front = layout.cross_y(first.block);
            outline.visits.push((
                first.aisle * layout.blocks + first.block,
                layout.bay_y(first) - front,
                layout.bay_y(last) - front,
            ));
            // The cross-aisle of the block that is nearer to the depot.
            let crossing = first.block + u32::from(first.block < layout.depot_block);
            outline.aisles = hull(outline.aisles, (first.aisle, first.aisle));
            outline.crossings = hull(outline.crossings, (crossing, crossing));
        }
        outline
    }

    fn inside(&self, near: i64, far: i64) -> i64 {
        self.length.min(2 * far).min(2 * (self.length - near))
    }

    fn reach(&self, aisles: (u32, u32), crossings: (u32, u32)) -> i64 {
        2 * self.spacing * i64::from(aisles.1 - aisles.0)
            + 2 * self.length * i64::from(crossings.1 - crossings.0)
    }

    /// What is saved by one tour instead of two.
    fn saving(&self, other: &Outline) -> i64 {
        let aisles = hull(self.aisles, other.aisles);
        let crossings = hull(self.crossings, other.crossings);
        let mut saving = self.reach(self.aisles, self.crossings)
            + self.reach(other.aisles, other.crossings)
            - self.reach(aisles, crossings);
        let mut mine = self.visits.iter().peekable();
        for &(stretch, near, far) in &other.visits {
            while mine.next_if(|visit| visit.0 < stretch).is_some() {}
            if let Some(&(_, first, last)) = mine.next_if(|visit| visit.0 == stretch) {
                saving += self.inside(near, far) + self.inside(first, last)
                    - self.inside(near.min(first), far.max(last));
            }
        }
        saving
    }
}

fn hull(a: (u32, u32), b: (u32, u32)) -> (u32, u32) {
    (a.0.min(b.0), a.1.max(b.1))
}
