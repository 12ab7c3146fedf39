//! Shortest tours by dynamic programming over aisles, for any number of blocks.
//!
//! Aisles are built from left to right, each as: one *aisle step* per block, then one *cross-aisle step* per cross-aisle to
//! the next aisle. A state (see `states`) is all that the rest needs to know of the part built so far. An aisle step over
//! the stretch of length `L` between two cross-aisles, with stops at distances `y_1 < .. < y_m` from its front, chooses
//!
//! | choice | walks | length | allowed |
//! |---|---|---|---|
//! | None | nothing | 0 | no stops |
//! | Once | through | `L` | always |
//! | Twice | there and back | `2 L` | always |
//! | Front | from the front to the last stop and back | `2 y_m` | stops |
//! | Back | from the back to the first stop and back | `2 (L - y_1)` | stops |
//! | Gap | from both ends, leaving out the widest gap between two stops | `2 (L - max (y_k+1 - y_k))` | two stops |
//!
//! A minimal tour subgraph has no other form (Ratliff and Rosenthal 1983, theorem 1 and corollaries,
//! doi 10.1287/opre.31.3.507): every edge at most twice, every degree even. The crossing at the depot counts as a stop.
//! Aisles left and right of all stops and of the depot are not entered.
//!
//! Ties go to the lower state and the earlier choice: the tour is a function of its input.

use super::euler::Graph;
use super::layout::{Bay, Layout};
use super::states::{EMPTY, NONE, States};

const UNREACHED: i64 = i64::MAX;

/// Choices of an aisle step, as in the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    None,
    Once,
    Twice,
    Front,
    Back,
    Gap,
}

/// The stops of one aisle in one block, nearest to the front first: a range of the distinct stops.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    begin: u32,
    end: u32,
    /// First stop behind the widest gap.
    split: u32,
    gap: i64,
}

/// A bay with at least one stop: its place on the y axis, and its first entry in the sorted stops.
#[derive(Debug, Clone, Copy)]
struct Distinct {
    y: i64,
    first: u32,
}

/// One step of the programme, kept to walk back through it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Aisle { column: u32, block: u32 },
    Depot,
    Along { column: u32, cross: u32 },
}

/// Where a state was reached from.
#[derive(Debug, Clone, Copy)]
struct From {
    state: u16,
    choice: Choice,
}

const NOWHERE: From = From {
    state: NONE,
    choice: Choice::None,
};

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    sorted: Vec<(u32, u32, u32, u32)>,
    distinct: Vec<Distinct>,
    stretches: Vec<Stretch>,
    cost: Vec<i64>,
    next: Vec<i64>,
    steps: Vec<Step>,
    from: Vec<From>,
    graph: Graph,
}

impl Scratch {
    /// Length of the shortest tour.
    pub fn length(&mut self, layout: &Layout, stops: &[Bay]) -> i64 {
        if stops.is_empty() {
            return 0;
        }
        let columns = self.read(layout, stops);
        self.solve::<false>(layout, columns).0
    }

    /// The shortest tour: its length, and the stops in order.
    pub fn tour(&mut self, layout: &Layout, stops: &[Bay]) -> (i64, Vec<u32>) {
        if stops.is_empty() {
            return (0, Vec::new());
        }
        let columns = self.read(layout, stops);
        let (length, state) = self.solve::<true>(layout, columns);
        self.draw(layout, columns, state);
        let depot =
            (layout.depot_aisle - columns.first) * layout.cross_aisles() + layout.depot_block;
        let crossings = columns.count() * layout.cross_aisles();
        let mut sequence = Vec::with_capacity(stops.len());
        for vertex in self.graph.circuit(depot) {
            if let Some(stop) = vertex.checked_sub(crossings) {
                self.take(stop as usize, &mut sequence);
            }
        }
        (length, sequence)
    }

    /// Append all stops at a bay, the first time the walk passes it.
    fn take(&mut self, stop: usize, sequence: &mut Vec<u32>) {
        let first = self.distinct[stop].first as usize;
        if self.sorted[first].3 == u32::MAX {
            return;
        }
        let end = self
            .distinct
            .get(stop + 1)
            .map_or(self.sorted.len(), |next| next.first as usize);
        sequence.extend(self.sorted[first..end].iter().map(|key| key.3));
        self.sorted[first].3 = u32::MAX;
    }

    /// Sort the stops into stretches; returns the aisles to build.
    fn read(&mut self, layout: &Layout, stops: &[Bay]) -> Columns {
        self.sorted.clear();
        for (i, stop) in stops.iter().enumerate() {
            assert!(layout.contains(stop), "{stop:?} lies outside of {layout:?}");
            self.sorted
                .push((stop.aisle, stop.block, stop.bay, i as u32));
        }
        self.sorted.sort_unstable();
        let columns = Columns {
            first: self.sorted[0].0.min(layout.depot_aisle),
            last: self.sorted[self.sorted.len() - 1].0.max(layout.depot_aisle),
        };
        self.stretches.clear();
        self.stretches.resize(
            (columns.count() * layout.blocks) as usize,
            Stretch::default(),
        );
        self.distinct.clear();
        let mut previous = None;
        for (k, &(aisle, block, bay, _)) in self.sorted.iter().enumerate() {
            if previous != Some((aisle, block, bay)) {
                previous = Some((aisle, block, bay));
                let index = (aisle - columns.first) * layout.blocks + block;
                let y = layout.bay_y(&Bay { block, aisle, bay });
                extend(
                    &mut self.stretches[index as usize],
                    &mut self.distinct,
                    y,
                    k,
                );
            }
        }
        columns
    }

    /// Run all steps; returns the length and the final state.
    fn solve<const RECORD: bool>(&mut self, layout: &Layout, columns: Columns) -> (i64, u16) {
        let states = States::of(layout.cross_aisles() as usize);
        self.steps.clear();
        self.from.clear();
        self.cost.clear();
        self.cost.resize(states.count, UNREACHED);
        self.cost[usize::from(EMPTY)] = 0;
        for column in 0..columns.count() {
            for block in 0..layout.blocks {
                self.begin::<RECORD>(states.count, Step::Aisle { column, block });
                self.aisle_step::<RECORD>(layout, states, column, block);
            }
            if column + columns.first == layout.depot_aisle {
                self.begin::<RECORD>(states.count, Step::Depot);
                let touch = states.touch(layout.depot_block as usize);
                self.for_each_reached(|relax, state, cost| {
                    relax.to::<RECORD>(touch[state], cost, state, Choice::None);
                });
            }
            if column + 1 < columns.count() {
                for cross in 0..layout.cross_aisles() {
                    self.begin::<RECORD>(states.count, Step::Along { column, cross });
                    self.along_step::<RECORD>(layout.aisle_spacing_mm, states, cross as usize);
                }
            }
        }
        (0..states.count)
            .filter(|&state| states.is_complete(state))
            .map(|state| (self.cost[state], state as u16))
            .min()
            .expect("a walk through every aisle and both outer cross-aisles is a tour")
    }

    /// Make room for the results of a step.
    fn begin<const RECORD: bool>(&mut self, count: usize, step: Step) {
        self.next.clear();
        self.next.resize(count, UNREACHED);
        if RECORD {
            self.steps.push(step);
            self.from.resize(self.from.len() + count, NOWHERE);
        }
    }

    /// Apply a step to every reached state, lowest first.
    fn for_each_reached(&mut self, mut apply: impl FnMut(&mut Relax, usize, i64)) {
        let count = self.next.len();
        let begin = self.from.len().saturating_sub(count);
        let mut relax = Relax {
            next: &mut self.next,
            from: &mut self.from[begin..],
        };
        for (state, &cost) in self.cost.iter().enumerate() {
            if cost != UNREACHED {
                apply(&mut relax, state, cost);
            }
        }
        std::mem::swap(&mut self.cost, &mut self.next);
    }

    fn aisle_step<const RECORD: bool>(
        &mut self,
        layout: &Layout,
        states: &States,
        column: u32,
        block: u32,
    ) {
        let i = block as usize;
        let stretch = self.stretches[(column * layout.blocks + block) as usize];
        let (once, twice) = (states.once(i), states.twice(i));
        let (front, back) = (states.touch(i), states.touch(i + 1));
        let length = layout.pitch_mm();
        if stretch.begin == stretch.end {
            self.for_each_reached(|relax, s, cost| {
                relax.to::<RECORD>(s as u16, cost, s, Choice::None);
                relax.to::<RECORD>(once[s], cost + length, s, Choice::Once);
                relax.to::<RECORD>(twice[s], cost + 2 * length, s, Choice::Twice);
            });
            return;
        }
        let first = self.distinct[stretch.begin as usize].y;
        let last = self.distinct[stretch.end as usize - 1].y;
        let from_front = 2 * (last - layout.cross_y(block));
        let from_back = 2 * (layout.cross_y(block + 1) - first);
        let from_both = 2 * (length - stretch.gap);
        let has_gap = stretch.end - stretch.begin > 1;
        self.for_each_reached(|relax, s, cost| {
            relax.to::<RECORD>(once[s], cost + length, s, Choice::Once);
            relax.to::<RECORD>(twice[s], cost + 2 * length, s, Choice::Twice);
            relax.to::<RECORD>(front[s], cost + from_front, s, Choice::Front);
            relax.to::<RECORD>(back[s], cost + from_back, s, Choice::Back);
            if has_gap {
                let both = back[usize::from(front[s])];
                relax.to::<RECORD>(both, cost + from_both, s, Choice::Gap);
            }
        });
    }

    fn along_step<const RECORD: bool>(&mut self, spacing: i64, states: &States, cross: usize) {
        let (drop, copies) = (states.drop(cross), states.copies(cross));
        self.for_each_reached(|relax, s, cost| {
            let price = i64::from(copies[s]) * spacing;
            relax.to::<RECORD>(s as u16, cost + price, s, Choice::None);
            if copies[s] == 2 && drop[s] != NONE {
                relax.to::<RECORD>(drop[s], cost, s, Choice::None);
            }
        });
    }

    /// Walk back from the final state and draw the tour subgraph.
    fn draw(&mut self, layout: &Layout, columns: Columns, mut state: u16) {
        let states = States::of(layout.cross_aisles() as usize);
        let h = layout.cross_aisles();
        let crossings = columns.count() * h;
        self.graph.reset((crossings as usize) + self.distinct.len());
        for (k, &step) in self.steps.iter().enumerate().rev() {
            let from = self.from[k * states.count + usize::from(state)];
            match step {
                Step::Depot => {}
                Step::Along { column, cross } => {
                    if from.state == state {
                        let copies = states.copies(cross as usize)[usize::from(state)];
                        let left = column * h + cross;
                        self.graph.connect(left, left + h, copies);
                    }
                }
                Step::Aisle { column, block } => {
                    let stretch = self.stretches[(column * layout.blocks + block) as usize];
                    let front = column * h + block;
                    draw_aisle(&mut self.graph, stretch, front, crossings, from.choice);
                }
            }
            state = from.state;
        }
    }
}

/// The aisles to build, counted from the leftmost.
#[derive(Debug, Clone, Copy)]
struct Columns {
    first: u32,
    last: u32,
}

impl Columns {
    fn count(self) -> u32 {
        self.last - self.first + 1
    }
}

/// The results of a step: cheapest cost per state, and where it came from.
struct Relax<'a> {
    next: &'a mut [i64],
    from: &'a mut [From],
}

impl Relax<'_> {
    #[inline]
    fn to<const RECORD: bool>(&mut self, target: u16, cost: i64, state: usize, choice: Choice) {
        let target = usize::from(target);
        if cost < self.next[target] {
            self.next[target] = cost;
            if RECORD {
                self.from[target] = From {
                    state: state as u16,
                    choice,
                };
            }
        }
    }
}

/// Add a stop to its stretch, in rising order of `y`.
fn extend(stretch: &mut Stretch, distinct: &mut Vec<Distinct>, y: i64, sorted: usize) {
    let here = distinct.len() as u32;
    if stretch.begin == stretch.end {
        stretch.begin = here;
    } else {
        let gap = y - distinct[distinct.len() - 1].y;
        if gap > stretch.gap {
            stretch.gap = gap;
            stretch.split = here;
        }
    }
    stretch.end = here + 1;
    distinct.push(Distinct {
        y,
        first: sorted as u32,
    });
}

/// Draw the edges of one aisle step. `front` is its front crossing; the back crossing has the next number, the stops follow
/// after all `crossings`.
fn draw_aisle(graph: &mut Graph, stretch: Stretch, front: u32, crossings: u32, choice: Choice) {
    let (begin, end) = (crossings + stretch.begin, crossings + stretch.end);
    let back = front + 1;
    let mut path = |copies: u8, vertices: &mut dyn Iterator<Item = u32>| {
        let mut previous = None;
        for vertex in vertices {
            if let Some(previous) = previous {
                graph.connect(previous, vertex, copies);
            }
            previous = Some(vertex);
        }
    };
    let both_ends = || {
        std::iter::once(front)
            .chain(begin..end)
            .chain(std::iter::once(back))
    };
    match choice {
        Choice::None => {}
        Choice::Once => path(1, &mut both_ends()),
        Choice::Twice => path(2, &mut both_ends()),
        Choice::Front => path(2, &mut std::iter::once(front).chain(begin..end)),
        Choice::Back => path(2, &mut (begin..end).chain(std::iter::once(back))),
        Choice::Gap => {
            let split = crossings + stretch.split;
            path(2, &mut std::iter::once(front).chain(begin..split));
            path(2, &mut (split..end).chain(std::iter::once(back)));
        }
    }
}
