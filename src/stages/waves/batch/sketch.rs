//! The estimated tour of a batch, updated in O(1) per visited stretch of aisle when a job joins.
//!
//! ```text
//! estimate = sum over visited stretches  min(L, 2 far, 2 (L - near))      walk through, or in and out from one end
//!          + 2 s (rightmost - leftmost aisle)                             along the cross-aisles, depot included
//!          + 2 L (blocks between the depot and the farthest visited one)
//! ```
//!
//! with L the length of a stretch (one aisle in one block), `near` and `far` the first and last stop from its front, s the
//! aisle spacing. It is neither an upper nor a lower bound; it ranks, exact tours decide. Memory O(stretches).

use super::{Jobs, Load};
use crate::solve::tour::{Bay, Layout};

/// The stops of a job in one aisle of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// `aisle * blocks + block`.
    pub stretch: u32,
    pub aisle: u32,
    /// The cross-aisle of the block that is nearer to the depot.
    pub cross_aisle: u32,
    /// First stop, millimetres from the middle of the front cross-aisle.
    pub near: i64,
    /// Last stop.
    pub far: i64,
}

/// One bay as a visit.
pub fn visit_of(floor: &Layout, bay: &Bay) -> Visit {
    visit(floor, bay, bay)
}

fn visit(floor: &Layout, first: &Bay, last: &Bay) -> Visit {
    let Bay { block, aisle, .. } = *first;
    let front = floor.cross_y(block);
    Visit {
        stretch: aisle * floor.blocks + block,
        aisle,
        cross_aisle: if block >= floor.depot_block {
            block
        } else {
            block + 1
        },
        near: floor.bay_y(first) - front,
        far: floor.bay_y(last) - front,
    }
}

/// Appends the visits of bays sorted by (aisle, block, bay).
pub fn visits(floor: &Layout, bays: &[Bay], visits: &mut Vec<Visit>) {
    for same in bays.chunk_by(|a, b| (a.aisle, a.block) == (b.aisle, b.block)) {
        visits.push(visit(floor, &same[0], &same[same.len() - 1]));
    }
}

/// The estimate of a job by itself.
pub fn alone(floor: &Layout, visits: &[Visit]) -> i64 {
    let mut reach = Reach::depot(floor);
    let stretches = visits.iter().map(|visit| {
        reach.include(visit);
        inside(floor.pitch_mm(), visit.near, visit.far)
    });
    let inside: i64 = stretches.sum();
    inside + reach.length(2 * floor.aisle_spacing_mm, 2 * floor.pitch_mm())
}

fn inside(length: i64, near: i64, far: i64) -> i64 {
    length.min(2 * far).min(2 * (length - near))
}

/// The box of aisles and cross-aisles that a tour must reach.
#[derive(Clone, Copy, Debug)]
struct Reach {
    left: u32,
    right: u32,
    front: u32,
    back: u32,
}

impl Reach {
    fn depot(floor: &Layout) -> Reach {
        Reach {
            left: floor.depot_aisle,
            right: floor.depot_aisle,
            front: floor.depot_block,
            back: floor.depot_block,
        }
    }
    fn include(&mut self, visit: &Visit) {
        self.left = self.left.min(visit.aisle);
        self.right = self.right.max(visit.aisle);
        self.front = self.front.min(visit.cross_aisle);
        self.back = self.back.max(visit.cross_aisle);
    }
    /// There and back, given twice the spacing of aisles and twice the length of a block.
    fn length(&self, across: i64, along: i64) -> i64 {
        across * i64::from(self.right - self.left) + along * i64::from(self.back - self.front)
    }
}

/// What a tour does in one stretch of aisle; `near > far` where it has no stop.
#[derive(Clone, Copy, Debug)]
struct Cell {
    near: i64,
    far: i64,
    cost: i64,
}

const UNVISITED: Cell = Cell {
    near: i64::MAX,
    far: -1,
    cost: 0,
};

/// A batch being filled.
#[derive(Clone, Debug)]
pub struct Sketch<'a> {
    floor: &'a Layout,
    /// Of a stretch.
    length: i64,
    across: i64,
    along: i64,
    cells: Vec<Cell>,
    touched: Vec<u32>,
    reach: Reach,
    /// Length of the reach.
    reached: i64,
    estimate: i64,
    pub load: Load,
    pub jobs: Vec<u32>,
}

impl<'a> Sketch<'a> {
    pub fn new(floor: &'a Layout) -> Self {
        let stretches = floor.aisles as usize * floor.blocks as usize;
        Sketch {
            floor,
            length: floor.pitch_mm(),
            across: 2 * floor.aisle_spacing_mm,
            along: 2 * floor.pitch_mm(),
            cells: vec![UNVISITED; stretches],
            touched: Vec::new(),
            reach: Reach::depot(floor),
            reached: 0,
            estimate: 0,
            load: [0; 4],
            jobs: Vec::new(),
        }
    }

    /// Empties it. O(visited stretches).
    pub fn clear(&mut self) {
        for stretch in self.touched.drain(..) {
            self.cells[stretch as usize] = UNVISITED;
        }
        self.reach = Reach::depot(self.floor);
        self.reached = 0;
        self.estimate = 0;
        self.load = [0; 4];
        self.jobs.clear();
    }

    /// The estimate.
    pub fn estimate(&self) -> i64 {
        self.estimate
    }

    fn widened(&self, visit: &Visit) -> Cell {
        let cell = self.cells[visit.stretch as usize];
        let (near, far) = (cell.near.min(visit.near), cell.far.max(visit.far));
        Cell {
            near,
            far,
            cost: inside(self.length, near, far),
        }
    }

    /// What the estimate grows by when these stops join.
    pub fn delta(&self, visits: &[Visit]) -> i64 {
        let mut reach = self.reach;
        let mut grown = -self.reached;
        for visit in visits {
            grown += self.widened(visit).cost - self.cells[visit.stretch as usize].cost;
            reach.include(visit);
        }
        grown + reach.length(self.across, self.along)
    }

    pub fn visit(&mut self, visits: &[Visit]) {
        for visit in visits {
            let cell = self.widened(visit);
            let before = std::mem::replace(&mut self.cells[visit.stretch as usize], cell);
            if before.far < 0 {
                self.touched.push(visit.stretch);
            }
            self.estimate += cell.cost - before.cost;
            self.reach.include(visit);
        }
        let reached = self.reach.length(self.across, self.along);
        self.estimate += reached - self.reached;
        self.reached = reached;
    }

    /// Puts a job on the cart.
    pub fn add(&mut self, jobs: &Jobs, job: u32) {
        self.visit(jobs.visits(job));
        super::add(&mut self.load, jobs.load(job));
        self.jobs.push(job);
    }
}
