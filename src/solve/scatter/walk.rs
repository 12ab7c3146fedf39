//! The shortest walk past a changing set of stops, and what it would be after one more change.
//!
//! For the network of `network` let `F` be the shortest way from the start to a state of a layer, and `B` from there to a stop. Then
//!
//! ```text
//! through(s, c) = min over states x of  F(before s, x) + B(after s, after(x, c))
//! ```
//!
//! is the shortest walk that takes a class `c` through a stretch `s`, but for the length of `c` itself. The stops of a stretch decide the
//! lengths `l(s, c)` and nothing else, so the shortest walk after *any* change of one stretch's stops is
//! `min over c of through(s, c) + l'(s, c)`: six additions, whatever the size of the hall. This is why all places of an item can be
//! tried exactly, not only the nearest ones (Ratliff and Rosenthal 1983, doi 10.1287/opre.31.3.507, for the programme itself).
//!
//! A change costs O(aisles × states), a trial O(stops of the stretch), the first one in a stretch O(states). Memory O(layers × states).

use super::actions::{CLASSES, Class};
use super::network::{FAR, Network};
use crate::solve::tour::states::EMPTY;

/// A stop: its stretch and its distance from the stretch's front, mm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub stretch: u32,
    pub y: i64,
}

/// Stops, and the shortest walk past them.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    network: &'a Network,
    /// Length of a stretch, mm.
    whole: i64,
    /// Per stretch, the distances of its stops, sorted, with repetition.
    stops: Vec<Vec<i64>>,
    lengths: Vec<[i64; CLASSES.len()]>,
    forward: Vec<i64>,
    backward: Vec<i64>,
    /// Per aisle, the shortest walk that has ended before it, where none of the aisles between has stops.
    ended: Vec<i64>,
    through: Vec<Option<[i64; CLASSES.len()]>>,
    /// Aisles that have stops at or after each aisle.
    stops_from: Vec<usize>,
    length: i64,
}

impl<'a> Walk<'a> {
    /// Past nothing.
    pub fn new(network: &'a Network, whole: i64) -> Walk<'a> {
        let aisles = network.aisles().len();
        let stretches = aisles * network.blocks();
        let cells = network.layer(aisles, 0) * network.states();
        let mut walk = Walk {
            network,
            whole,
            stops: vec![Vec::new(); stretches],
            lengths: vec![lengths(std::iter::empty(), whole); stretches],
            forward: vec![FAR; cells],
            backward: vec![FAR; cells],
            ended: vec![FAR; aisles + 1],
            through: vec![None; stretches],
            stops_from: vec![0; aisles + 1],
            length: 0,
        };
        walk.forward[usize::from(EMPTY)] = 0;
        walk.refresh(0, aisles - 1);
        walk
    }

    /// Length of the shortest walk, mm; 0 without stops.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// Length after one more stop, mm.
    pub fn with(&mut self, stop: Stop) -> i64 {
        let stops = &self.stops[stop.stretch as usize];
        let at = stops.partition_point(|&y| y < stop.y);
        let more = stops[..at].iter().copied();
        let more = more.chain([stop.y]).chain(stops[at..].iter().copied());
        let lengths = lengths(more, self.whole);
        self.changed(stop.stretch, &lengths)
    }

    /// Length without one of the stops, mm.
    pub fn without(&mut self, stop: Stop) -> i64 {
        let stops = &self.stops[stop.stretch as usize];
        let at = stops.partition_point(|&y| y < stop.y);
        let fewer = stops[..at].iter().chain(&stops[at + 1..]).copied();
        let lengths = lengths(fewer, self.whole);
        self.changed(stop.stretch, &lengths)
    }

    /// One more stop.
    pub fn add(&mut self, stop: Stop) {
        let stops = &mut self.stops[stop.stretch as usize];
        let at = stops.partition_point(|&y| y < stop.y);
        stops.insert(at, stop.y);
        let stretch = stop.stretch as usize;
        let lengths = lengths(stops.iter().copied(), self.whole);
        if lengths != self.lengths[stretch] {
            self.lengths[stretch] = lengths;
            let aisle = stretch / self.network.blocks();
            self.refresh(aisle, aisle);
        }
    }

    /// Without some of the stops.
    pub fn remove(&mut self, stops: impl Iterator<Item = Stop>) {
        let blocks = self.network.blocks();
        let (mut first, mut last) = (usize::MAX, 0);
        for stop in stops {
            let stretch = stop.stretch as usize;
            let here = &mut self.stops[stretch];
            let at = here.partition_point(|&y| y < stop.y);
            here.remove(at);
            let lengths = lengths(here.iter().copied(), self.whole);
            if lengths != self.lengths[stretch] {
                self.lengths[stretch] = lengths;
                (first, last) = (first.min(stretch / blocks), last.max(stretch / blocks));
            }
        }
        if first <= last {
            self.refresh(first, last);
        }
    }

    /// The shortest walk with other lengths in one stretch.
    fn changed(&mut self, stretch: u32, lengths: &[i64; CLASSES.len()]) -> i64 {
        let stretch = stretch as usize;
        let through = self.through[stretch].unwrap_or_else(|| self.through(stretch));
        self.through[stretch] = Some(through);
        let ways = through.iter().zip(lengths);
        ways.map(|(through, length)| through + length)
            .min()
            .unwrap_or(FAR)
    }

    fn through(&self, stretch: usize) -> [i64; CLASSES.len()] {
        let network = self.network;
        let count = network.states();
        let (aisle, block) = (stretch / network.blocks(), stretch % network.blocks());
        let layer = network.layer(aisle, block);
        let from = &self.forward[layer * count..][..count];
        let goal = &self.backward[(layer + 1) * count..][..count];
        let mut through = CLASSES.map(|class| {
            let after = network.after(block, class).iter();
            let ways = from.iter().zip(after);
            let lengths = ways.map(|(&from, &after)| from.saturating_add(goal[usize::from(after)]));
            lengths.min().unwrap_or(FAR).min(FAR)
        });
        let own = usize::from(!self.stops[stretch].is_empty());
        if self.stops_from[aisle] == own {
            let none = &mut through[Class::None as usize];
            *none = (*none).min(self.ended[aisle]);
        }
        through
    }

    /// Reckons anew all that follows from the lengths of the aisles between.
    fn refresh(&mut self, first: usize, last: usize) {
        self.through.fill(None);
        let blocks = self.network.blocks();
        for aisle in (0..=last).rev() {
            let stretches = &self.stops[aisle * blocks..(aisle + 1) * blocks];
            let own = stretches.iter().filter(|stops| !stops.is_empty()).count();
            self.stops_from[aisle] = self.stops_from[aisle + 1] + own;
        }
        let aisles = self.network.aisles().len();
        for aisle in first..aisles {
            self.ahead(aisle);
        }
        // The walk may end in an aisle only if none has stops after it, which a change in `last` alters for all before it.
        for aisle in (0..=last).rev() {
            self.back(aisle);
        }
        self.length = if self.stops_from[0] == 0 {
            0
        } else {
            self.backward[usize::from(EMPTY)]
        };
    }

    fn ahead(&mut self, aisle: usize) {
        let network = self.network;
        let count = network.states();
        for block in 0..network.blocks() {
            let lengths = self.lengths[aisle * network.blocks() + block];
            let layer = network.layer(aisle, block);
            let (before, next) = self.forward.split_at_mut((layer + 1) * count);
            let (here, next) = (&before[layer * count..], &mut next[..count]);
            next.fill(FAR);
            for class in CLASSES {
                let length = lengths[class as usize];
                if length < FAR {
                    for (&from, &after) in here.iter().zip(network.after(block, class)) {
                        let best = &mut next[usize::from(after)];
                        *best = (*best).min(from + length);
                    }
                }
            }
        }
        self.onward(aisle);
    }

    fn onward(&mut self, aisle: usize) {
        let network = self.network;
        let count = network.states();
        let (before, next) = self
            .forward
            .split_at_mut(network.layer(aisle + 1, 0) * count);
        let here = &before[network.layer(aisle, network.blocks()) * count..];
        let end = next.len().min(count);
        next[..end].fill(FAR);
        let has_stops = self.stops_from[aisle] > self.stops_from[aisle + 1];
        let mut ended = if has_stops { FAR } else { self.ended[aisle] };
        for (state, &from) in here.iter().enumerate().filter(|&(_, &from)| from < FAR) {
            let passed = network.pass_depot(aisle, state);
            if network.may_stop(aisle, passed) {
                ended = ended.min(from);
            }
            for turn in network.turns(aisle, passed) {
                let best = &mut next[usize::from(turn.state)];
                *best = (*best).min(from + turn.length);
            }
        }
        self.ended[aisle + 1] = ended;
    }

    fn back(&mut self, aisle: usize) {
        let network = self.network;
        let count = network.states();
        let (before, next) = self
            .backward
            .split_at_mut(network.layer(aisle + 1, 0) * count);
        let here = &mut before[network.layer(aisle, network.blocks()) * count..];
        let is_last = self.stops_from[aisle + 1] == 0;
        for (state, best) in here.iter_mut().enumerate() {
            let passed = network.pass_depot(aisle, state);
            *best = if is_last && network.may_stop(aisle, passed) {
                0
            } else {
                FAR
            };
            for turn in network.turns(aisle, passed) {
                *best = (*best).min(next[usize::from(turn.state)] + turn.length);
            }
        }
        for block in (0..network.blocks()).rev() {
            let lengths = self.lengths[aisle * network.blocks() + block];
            let layer = network.layer(aisle, block);
            let (before, next) = self.backward.split_at_mut((layer + 1) * count);
            let here = &mut before[layer * count..];
            here.fill(FAR);
            for class in CLASSES {
                let length = lengths[class as usize];
                if length < FAR {
                    for (best, &after) in here.iter_mut().zip(network.after(block, class)) {
                        *best = (*best).min(next[usize::from(after)] + length);
                    }
                }
            }
        }
    }
}

/// Per class, the length of the shortest action that passes all stops, given by their distances in order; FAR where there is none.
fn lengths(mut stops: impl Iterator<Item = i64>, whole: i64) -> [i64; CLASSES.len()] {
    let Some(first) = stops.next() else {
        return [0, whole, 2 * whole, FAR, FAR, FAR];
    };
    let (mut last, mut gap) = (first, 0);
    for y in stops {
        gap = gap.max(y - last);
        last = y;
    }
    let both = if gap > 0 { 2 * (whole - gap) } else { FAR };
    [FAR, whole, 2 * whole, 2 * last, 2 * (whole - first), both]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{random_layout, random_stops};
    use crate::solve::tour::{Bay, Layout, Scratch, tour_length};

    fn stop(layout: &Layout, bay: &Bay) -> Stop {
        Stop {
            stretch: bay.aisle * layout.blocks + bay.block,
            y: layout.bay_y(bay) - layout.cross_y(bay.block),
        }
    }

    /// Trials and changes in any order, against the tour through all stops.
    #[test]
    fn every_change_is_as_long_as_its_tour() {
        let mut scratch = Scratch::default();
        for seed in 0..80 {
            let layout = random_layout(seed, 1 + seed as u32 % 4);
            let network = Network::new(&layout, 0..layout.aisles);
            let mut walk = Walk::new(&network, layout.pitch_mm());
            let mut passed: Vec<Bay> = Vec::new();
            for (turn, bay) in random_stops(&layout, seed, 14).into_iter().enumerate() {
                let with: Vec<Bay> = passed.iter().copied().chain([bay]).collect();
                let length = tour_length(&layout, &with, &mut scratch);
                assert_eq!(walk.with(stop(&layout, &bay)), length, "seed {seed}");
                walk.add(stop(&layout, &bay));
                passed = with;
                assert_eq!(walk.length(), length, "seed {seed}");
                if turn % 3 == 2 {
                    let gone = passed.swap_remove(turn % passed.len());
                    let length = tour_length(&layout, &passed, &mut scratch);
                    assert_eq!(walk.without(stop(&layout, &gone)), length, "seed {seed}");
                    walk.remove([stop(&layout, &gone)].into_iter());
                    assert_eq!(walk.length(), length, "seed {seed}");
                }
            }
        }
    }
}
