//! The shortest tour in one block of one-way aisles, by dynamic programming over aisles.
//!
//! Aisles are built from left to right. What the rest needs to know of the part built so far is
//!
//! - `k`, times that the part is walked to the back more often than to the front: the tour crosses to the next aisle `k` times more at the back, and
//!   comes back as often at the front;
//! - which of its two ends, front and back, the part is tied to, and whether they hang together ([`Ends`]). `k != 0` ties both.
//!
//! ```text
//! aisle      walked m times, m >= 1 with stops       m L, k += m towards the back, k -= m towards the front, both ends tied
//! depot      ties its end                            0
//! onwards    k != 0                                  2 |k| s
//!            k  = 0, by one end or by both           2 s each
//! ```
//!
//! with L the length of an aisle and s the spacing. A closed walk uses every edge as often one way as it must be connected, and the walk is an Eulerian circuit
//! of these arcs (balanced and connected). `|k|` never needs to exceed the aisles with stops by more than one: where it is larger, an aisle without need is walked on either side
//! of the place, and without both of them the tour is shorter and still connected. One aisle to the left and to the right of all stops and of the depot
//! may serve as way back.
//!
//! O(A n) states for A aisles, n of them with stops; each walk more through an aisle is one step from the state before.

use super::Layout;

/// Longer than any tour, and far from overflow.
const NEVER: i64 = i64::MAX / 8;

/// What the part is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// Nothing is built.
    None,
    Front,
    Back,
    /// Both, and they hang together.
    Joined,
    /// Both, in two parts.
    Apart,
}

const ENDS: [Ends; 5] = [
    Ends::None,
    Ends::Front,
    Ends::Back,
    Ends::Joined,
    Ends::Apart,
];

impl Ends {
    /// Also tied to the end where the depot is.
    fn with_depot(self, at_front: bool) -> Ends {
        match (self, at_front) {
            (Ends::None, true) => Ends::Front,
            (Ends::None, false) => Ends::Back,
            (Ends::Front, false) | (Ends::Back, true) => Ends::Apart,
            (same, _) => same,
        }
    }
}

/// Where a state after an aisle, or after the way to the next, came from.
#[derive(Clone, Copy, Debug, Default)]
struct From {
    /// State before the aisle, and how often the aisle is walked; before the way onwards.
    state: u32,
    walks: u32,
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Programme {
    cost: Vec<i64>,
    next: Vec<i64>,
    from: Vec<From>,
    circuit: Circuit,
}

/// The part of the floor that the tour may use.
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    last: u32,
    /// Largest |k|.
    most: i64,
}

impl Span {
    fn new(layout: &Layout, visited: &[u32]) -> Span {
        let depot = layout.depot_aisle;
        let left = visited.first().map_or(depot, |&aisle| aisle.min(depot));
        let right = visited.last().map_or(depot, |&aisle| aisle.max(depot));
        Span {
            first: left.saturating_sub(1),
            last: (right + 1).min(layout.aisles - 1),
            most: visited.len() as i64 + 1,
        }
    }

    fn states(self) -> usize {
        (2 * self.most as usize + 1) * ENDS.len()
    }

    fn state(self, k: i64, ends: Ends) -> usize {
        (k + self.most) as usize * ENDS.len() + ends as usize
    }

    fn read(self, state: usize) -> (i64, Ends) {
        let k = (state / ENDS.len()) as i64 - self.most;
        (k, ENDS[state % ENDS.len()])
    }

    fn columns(self) -> usize {
        (self.last - self.first + 1) as usize
    }
}

impl Programme {
    /// Length of the shortest tour through the aisles that are visited, in rising order.
    pub fn length(&mut self, layout: &Layout, visited: impl Iterator<Item = u32>) -> i64 {
        let visited: Vec<u32> = visited.collect();
        self.solve::<false>(layout, &visited).0
    }

    /// The shortest tour: its length, and the visited aisles in order.
    pub fn tour(&mut self, layout: &Layout, visited: &[u32]) -> (i64, Vec<u32>) {
        let (length, column, state) = self.solve::<true>(layout, visited);
        let span = Span::new(layout, visited);
        self.draw(layout, span, column, state);
        let depot = layout.depot_aisle - span.first;
        let passed = self
            .circuit
            .from(2 * depot + u32::from(layout.depot_block > 0));
        let mut order: Vec<u32> = Vec::with_capacity(visited.len());
        for aisle in passed {
            let aisle = aisle + span.first;
            if visited.binary_search(&aisle).is_ok() && !order.contains(&aisle) {
                order.push(aisle);
            }
        }
        (length, order)
    }

    /// Length, and where the best tour ends: column and state.
    fn solve<const RECORD: bool>(
        &mut self,
        layout: &Layout,
        visited: &[u32],
    ) -> (i64, usize, usize) {
        let span = Span::new(layout, visited);
        let (length, across) = (layout.pitch_mm(), 2 * layout.aisle_spacing_mm);
        let states = span.states();
        self.cost.clear();
        self.cost.resize(states, NEVER);
        self.cost[span.state(0, Ends::None)] = 0;
        if RECORD {
            self.from.clear();
            self.from
                .resize(2 * span.columns() * states, From::default());
        }
        let mut best = (NEVER, 0, 0);
        let done = visited
            .last()
            .map_or(0, |&aisle| aisle.max(layout.depot_aisle));
        let mut left = visited.iter().peekable();
        for column in 0..span.columns() {
            let aisle = span.first + column as u32;
            let must = left.next_if(|&&next| next == aisle).is_some();
            self.walk::<RECORD>(span, column, layout.leads_back(aisle), must, length);
            if aisle == layout.depot_aisle {
                self.depot::<RECORD>(span, column, layout.depot_block == 0);
            }
            if aisle >= done {
                for ends in [Ends::Front, Ends::Back, Ends::Joined] {
                    let state = span.state(0, ends);
                    if self.cost[state] < best.0 {
                        best = (self.cost[state], column, state);
                    }
                }
            }
            self.onwards::<RECORD>(span, column, across);
        }
        best
    }

    /// One aisle: as often as it pays.
    fn walk<const RECORD: bool>(
        &mut self,
        span: Span,
        column: usize,
        to_back: bool,
        must: bool,
        length: i64,
    ) {
        let states = span.states();
        self.next.clear();
        self.next.resize(states, NEVER);
        let from = if RECORD {
            &mut self.from[2 * column * states..][..states]
        } else {
            &mut []
        };
        if !must {
            self.next.copy_from_slice(&self.cost);
            for (state, from) in from.iter_mut().enumerate() {
                *from = From {
                    state: state as u32,
                    walks: 0,
                };
            }
        }
        let sign = if to_back { 1 } else { -1 };
        // In the direction in which k moves, so that a walk can follow a walk.
        for step in -span.most..span.most {
            let (k, then) = (sign * step, sign * (step + 1));
            let target = span.state(then, Ends::Joined);
            for ends in ENDS {
                let state = span.state(k, ends);
                let once = self.cost[state] + length;
                if once < self.next[target] {
                    self.next[target] = once;
                    if RECORD {
                        from[target] = From {
                            state: state as u32,
                            walks: 1,
                        };
                    }
                }
            }
            let joined = span.state(k, Ends::Joined);
            let again = self.next[joined] + length;
            if again < self.next[target] {
                self.next[target] = again;
                if RECORD {
                    let before = from[joined];
                    from[target] = From {
                        walks: before.walks + 1,
                        ..before
                    };
                }
            }
        }
        std::mem::swap(&mut self.cost, &mut self.next);
    }

    /// The depot lies at one end of this aisle.
    fn depot<const RECORD: bool>(&mut self, span: Span, column: usize, at_front: bool) {
        let states = span.states();
        for k in -span.most..=span.most {
            for ends in ENDS {
                let tied = ends.with_depot(at_front);
                let (state, target) = (span.state(k, ends), span.state(k, tied));
                if tied == ends {
                    continue;
                }
                if self.cost[state] < self.cost[target] {
                    self.cost[target] = self.cost[state];
                    if RECORD {
                        let from = &mut self.from[2 * column * states..][..states];
                        from[target] = from[state];
                    }
                }
                self.cost[state] = NEVER;
            }
        }
    }

    /// To the next aisle.
    fn onwards<const RECORD: bool>(&mut self, span: Span, column: usize, across: i64) {
        let states = span.states();
        self.next.clear();
        self.next.resize(states, NEVER);
        let mut to = |state: usize, target: usize, cost: i64| {
            if cost < self.next[target] {
                self.next[target] = cost;
                if RECORD {
                    self.from[(2 * column + 1) * states + target].state = state as u32;
                }
            }
        };
        for k in (-span.most..=span.most).filter(|&k| k != 0) {
            let state = span.state(k, Ends::Joined);
            to(state, state, self.cost[state] + k.abs() * across);
        }
        let joined = span.state(0, Ends::Joined);
        for (ends, ways) in [
            (Ends::None, 0),
            (Ends::Front, 1),
            (Ends::Back, 1),
            (Ends::Apart, 2),
            (Ends::Joined, 2),
        ] {
            let state = span.state(0, ends);
            to(state, state, self.cost[state] + ways * across);
            if matches!(ends, Ends::Front | Ends::Back) {
                to(joined, state, self.cost[joined] + across);
            }
        }
        std::mem::swap(&mut self.cost, &mut self.next);
    }

    /// Back through the states, into the arcs of the tour.
    fn draw(&mut self, layout: &Layout, span: Span, last: usize, mut state: usize) {
        let states = span.states();
        self.circuit.reset(span.columns());
        for column in (0..=last).rev() {
            let from = self.from[2 * column * states + state];
            let aisle = span.first + column as u32;
            self.circuit
                .walk(column, layout.leads_back(aisle), from.walks);
            state = from.state as usize;
            if column > 0 {
                let (k, ends) = span.read(state);
                self.circuit.onwards(column - 1, k, ends);
                state = self.from[(2 * column - 1) * states + state].state as usize;
            }
        }
    }
}

/// Ways out of a vertex.
const ACROSS: usize = 0;
const LEFT: usize = 1;
const RIGHT: usize = 2;

/// The arcs of a tour: vertex `2 column` is the front of an aisle, `2 column + 1` its back.
#[derive(Debug, Default)]
struct Circuit {
    /// Arcs left, by way out.
    out: Vec<[u32; 3]>,
}

impl Circuit {
    fn reset(&mut self, columns: usize) {
        self.out.clear();
        self.out.resize(2 * columns, [0; 3]);
    }

    fn walk(&mut self, column: usize, to_back: bool, times: u32) {
        self.out[2 * column + usize::from(!to_back)][ACROSS] += times;
    }

    /// Between this column and the next.
    fn onwards(&mut self, column: usize, k: i64, ends: Ends) {
        let (front, back) = (2 * column, 2 * column + 1);
        let times = k.unsigned_abs() as u32;
        let mut there_and_back = |vertex: usize| {
            self.out[vertex][RIGHT] += 1;
            self.out[vertex + 2][LEFT] += 1;
        };
        if k == 0 {
            if matches!(ends, Ends::Front | Ends::Joined | Ends::Apart) {
                there_and_back(front);
            }
            if matches!(ends, Ends::Back | Ends::Joined | Ends::Apart) {
                there_and_back(back);
            }
            return;
        }
        let (there, home) = if k > 0 { (back, front) } else { (front, back) };
        self.out[there][RIGHT] += times;
        self.out[home + 2][LEFT] += times;
    }

    /// The Eulerian circuit through a vertex (Hierholzer and Wiener 1873): columns of the aisles walked, in order. Uses up the arcs.
    fn from(&mut self, start: u32) -> Vec<u32> {
        let mut stack = vec![start];
        let mut passed = Vec::new();
        while let Some(&here) = stack.last() {
            match self.leave(here) {
                Some(next) => stack.push(next),
                None => {
                    passed.push(here);
                    stack.pop();
                }
            }
        }
        passed.reverse();
        let aisles = passed.windows(2).filter(|pair| pair[0] / 2 == pair[1] / 2);
        aisles.map(|pair| pair[0] / 2).collect()
    }

    fn leave(&mut self, here: u32) -> Option<u32> {
        let out = &mut self.out[here as usize];
        let way = out.iter().position(|&left| left > 0)?;
        out[way] -= 1;
        Some(match way {
            ACROSS => here ^ 1,
            LEFT => here - 2,
            _ => here + 2,
        })
    }
}
