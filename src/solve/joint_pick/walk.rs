//! Walks in a warehouse with a cross-aisle through the middle and one at each end, in which every stop is an errand of its own.
//!
//! A stop at row `r` and aisle `a` has the depth `d = |r|`. From stop to stop the picker walks back to the middle, or on to the
//! end of the aisle where both lie on the same side of the middle, `e` away from it:
//!
//! ```text
//! d(p, q) = |a_p - a_q| + { min(d_p + d_q,  2e - d_p - d_q)   same side, or one of them in the middle
//!                         { d_p + d_q                          opposite sides
//! ```
//!
//! That holds for stops of one aisle too: it is the distance that the benchmark is judged by. The depot is (0, 0).
//!
//! A list is kept at a local optimum of 2-opt (Croes 1958, doi 10.1287/opre.6.6.791) and Or-opt (Or 1976): O(n²) per pass.

use super::Item;

/// Longest stretch that is moved.
const STRETCH: usize = 3;
/// Items reckoned side by side.
const LANES: usize = 32;
/// The depot has no end of its own.
const NO_END: i16 = i16::MAX / 4;

/// A stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    depth: i16,
    side: i16,
    aisle: i16,
    /// Twice the distance of the end of its side.
    ends: i16,
}

pub(super) const DEPOT: Stop = Stop {
    depth: 0,
    side: 0,
    aisle: 0,
    ends: NO_END,
};

/// The stops of all items, column by column.
#[derive(Clone, Debug)]
pub(super) struct Places {
    depth: Vec<i16>,
    side: Vec<i16>,
    aisle: Vec<i16>,
    ends: Vec<i16>,
}

impl Places {
    pub fn new(items: &[Item], ends: [i16; 2]) -> Places {
        let all = || items.iter();
        let far = all().map(|item| item.row.abs().max(item.aisle.abs()));
        let within = |item: &Item| (-ends[0]..=ends[1]).contains(&item.row);
        assert!(
            far.chain(ends)
                .all(|far| (0..=super::FARTHEST).contains(&far))
                && all().all(within),
            "places lie within the ends"
        );
        Places {
            depth: all().map(|item| item.row.abs()).collect(),
            side: all().map(|item| item.row.signum()).collect(),
            aisle: all().map(|item| item.aisle).collect(),
            ends: all()
                .map(|item| 2 * ends[usize::from(item.row >= 0)])
                .collect(),
        }
    }

    pub fn stop(&self, item: u32) -> Stop {
        let item = item as usize;
        Stop {
            depth: self.depth[item],
            side: self.side[item],
            aisle: self.aisle[item],
            ends: self.ends[item],
        }
    }

    /// What each item from `first` on adds to the walk where it adds least, if that is less than `least` says.
    pub fn insertions(&self, first: usize, walk: &[Stop], least: &mut [u16]) {
        for (chunk, least) in least.chunks_mut(LANES).enumerate() {
            let at = first + chunk * LANES;
            let at = at..at + least.len();
            let lanes = Lanes {
                depth: &self.depth[at.clone()],
                side: &self.side[at.clone()],
                aisle: &self.aisle[at.clone()],
                ends: &self.ends[at],
            };
            lanes.insertions(walk, least);
        }
    }
}

struct Lanes<'a> {
    depth: &'a [i16],
    side: &'a [i16],
    aisle: &'a [i16],
    ends: &'a [i16],
}

impl Lanes<'_> {
    fn insertions(&self, walk: &[Stop], least: &mut [u16]) {
        let (mut before, mut after) = ([0; LANES], [0; LANES]);
        let mut last = DEPOT;
        self.steps(DEPOT, &mut before);
        for &stop in walk.iter().chain([&DEPOT]) {
            self.steps(stop, &mut after);
            let without = step(last, stop);
            for ((least, before), after) in least.iter_mut().zip(&before).zip(&after) {
                *least = (*least).min((before + after - without) as u16);
            }
            (before, last) = (after, stop);
        }
    }

    fn steps(&self, from: Stop, to: &mut [i16; LANES]) {
        let n = self.depth.len();
        let (depth, side) = (&self.depth[..n], &self.side[..n]);
        let (aisle, ends, to) = (&self.aisle[..n], &self.ends[..n], &mut to[..n]);
        for i in 0..n {
            let stop = Stop {
                depth: depth[i],
                side: side[i],
                aisle: aisle[i],
                ends: ends[i],
            };
            to[i] = step(from, stop);
        }
    }
}

#[inline(always)]
pub(super) fn step(p: Stop, q: Stop) -> i16 {
    let middle = p.depth + q.depth;
    let end = p.ends.min(q.ends) - middle;
    // Sides are -1, 0 and 1.
    let apart = i16::from(p.side * q.side < 0);
    (p.aisle - q.aisle).abs() + middle.min(end + apart * NO_END)
}

/// A pick list: items and their stops in the order of the walk.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub zone: u16,
    pub items: Vec<u32>,
    pub stops: Vec<Stop>,
    pub volume: u32,
    pub length: i32,
}

impl List {
    /// What the stop adds at most cheaply, and where.
    pub fn best_position(&self, stop: Stop) -> (i32, usize) {
        let added = |k: usize| {
            let (before, after) = (self.before(k), self.at(k));
            step(before, stop) + step(stop, after) - step(before, after)
        };
        let mut best = (added(0), 0);
        for k in 1..=self.stops.len() {
            let cost = added(k);
            if cost < best.0 {
                best = (cost, k);
            }
        }
        (i32::from(best.0), best.1)
    }

    /// What the walk saves without the stop at `k`.
    pub fn saved_without(&self, k: usize) -> i32 {
        let (before, own, after) = (self.before(k), self.stops[k], self.at(k + 1));
        let alone = self.stops.len() == 1;
        let direct = if alone { 0 } else { step(before, after) };
        i32::from(step(before, own) + step(own, after) - direct)
    }

    fn before(&self, k: usize) -> Stop {
        if k == 0 { DEPOT } else { self.stops[k - 1] }
    }

    /// The depot closes the walk.
    fn at(&self, k: usize) -> Stop {
        self.stops.get(k).copied().unwrap_or(DEPOT)
    }

    pub fn insert(&mut self, k: usize, item: u32, stop: Stop) {
        self.items.insert(k, item);
        self.stops.insert(k, stop);
    }

    pub fn remove(&mut self, k: usize) {
        self.items.remove(k);
        self.stops.remove(k);
    }

    pub fn measure(&self) -> i32 {
        if self.stops.is_empty() {
            return 0;
        }
        let legs = (0..=self.stops.len()).map(|k| i32::from(step(self.before(k), self.at(k))));
        legs.sum()
    }

    /// To a local optimum.
    pub fn improve(&mut self) {
        while self.move_stretches() | self.turn_stretches() {}
        self.length = self.measure();
    }

    /// 2-opt.
    fn turn_stretches(&mut self) -> bool {
        let n = self.stops.len();
        let mut better = false;
        for i in 0..n {
            for j in i + 1..n {
                let (a, b, c, d) = (self.before(i), self.stops[i], self.stops[j], self.at(j + 1));
                if step(a, c) + step(b, d) < step(a, b) + step(c, d) {
                    self.stops[i..=j].reverse();
                    self.items[i..=j].reverse();
                    better = true;
                }
            }
        }
        better
    }

    /// Or-opt.
    fn move_stretches(&mut self) -> bool {
        let n = self.stops.len();
        let mut better = false;
        for length in 1..=STRETCH.min(n.saturating_sub(1)) {
            for i in 0..=n - length {
                if let Some((to, turned)) = self.better_place(i, length) {
                    self.shift(i, length, to, turned);
                    better = true;
                }
            }
        }
        better
    }

    /// Where the stretch of `length` stops from `i` on would lie better, and whether turned round.
    fn better_place(&self, i: usize, length: usize) -> Option<(usize, bool)> {
        let (before, after) = (self.before(i), self.at(i + length));
        let (head, tail) = (self.stops[i], self.stops[i + length - 1]);
        let saved = step(before, head) + step(tail, after) - step(before, after);
        let added = |k: usize, head, tail| {
            let (x, y) = (self.before(k), self.at(k));
            step(x, head) + step(tail, y) - step(x, y)
        };
        let mut best = (saved, 0, false);
        for k in (0..i).chain(i + length + 1..=self.stops.len()) {
            for (cost, turned) in [(added(k, head, tail), false), (added(k, tail, head), true)] {
                if cost < best.0 {
                    best = (cost, k, turned);
                }
            }
        }
        (best.0 < saved).then_some((best.1, best.2))
    }

    fn shift(&mut self, i: usize, length: usize, to: usize, turned: bool) {
        let (from, until) = (i.min(to), (i + length).max(to));
        let first = if to > i { length } else { to.abs_diff(i) };
        self.stops[from..until].rotate_left(if to > i { first } else { i - to });
        self.items[from..until].rotate_left(if to > i { first } else { i - to });
        if turned {
            let at = if to > i { to - length } else { to };
            self.stops[at..at + length].reverse();
            self.items[at..at + length].reverse();
        }
    }
}
