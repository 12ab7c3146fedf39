//! What pickers do by rule: S-shape, largest gap and return.
//!
//! Both serve the blocks from the one farthest from the depot to the nearest, and within a block the aisles with stops in
//! one direction, starting from the end nearer to where the picker stands.
//!
//! - *S-shape* (traversal): every aisle with stops is walked through, alternately to the back and to the front; in a block with an
//!   odd number of such aisles the last one is entered and left from the front.
//! - *Largest gap*: the first and the last aisle with stops are walked through; the others are entered from both ends, each as far as the largest of the
//!   gaps between their stops and ends, from the back on the way over and from the front on the way home.
//! - *Return*: every aisle with stops is entered and left from the front.
//!
//! Hall (1993, doi 10.1080/07408179308964306); with several blocks Roodbergen and de Koster (2001,
//! doi 10.1080/00207540110028128). The picker takes the shortest way to the next aisle end and back to the depot.
//! The length is that of the walk by rule: never shorter than the tour, mostly longer than its sequence needs.
//! O(n log n) time, O(n) memory.

use super::Tour;
use super::layout::{Bay, Layout, Point};

/// Walk by the S-shape rule. `bound_mm` is 0: a rule proves nothing.
///
/// # Panics
/// If a stop lies outside of the layout.
pub fn s_shape(layout: &Layout, stops: &[Bay]) -> Tour {
    walk(layout, stops, Rule::SShape)
}

/// Walk by the largest-gap rule. `bound_mm` is 0: a rule proves nothing.
///
/// # Panics
/// If a stop lies outside of the layout.
pub fn largest_gap(layout: &Layout, stops: &[Bay]) -> Tour {
    walk(layout, stops, Rule::LargestGap)
}

/// Walk by the return rule. `bound_mm` is 0: a rule proves nothing.
///
/// # Panics
/// If a stop lies outside of the layout.
pub fn return_policy(layout: &Layout, stops: &[Bay]) -> Tour {
    walk(layout, stops, Rule::Return)
}

#[derive(Clone, Copy)]
enum Rule {
    SShape,
    LargestGap,
    Return,
}

/// A picker under way.
struct Walker<'a> {
    layout: &'a Layout,
    stops: &'a [Bay],
    here: Point,
    length: i64,
    sequence: Vec<u32>,
}

impl Walker<'_> {
    fn go(&mut self, to: Point) {
        self.length += self.here.distance(&to);
        self.here = to;
    }

    /// Serve the stops of one aisle in one block, given from front to back, and leave by the other or the same end.
    fn aisle(&mut self, picks: &[u32], from_front: bool, through: bool) {
        let Bay { block, aisle, .. } = self.stops[picks[0] as usize];
        let (front, back) = (
            self.layout.crossing(aisle, block),
            self.layout.crossing(aisle, block + 1),
        );
        let (entry, exit) = if from_front {
            (front, back)
        } else {
            (back, front)
        };
        self.go(entry);
        let mut serve = |i: &u32| {
            self.go(self.layout.bay_point(&self.stops[*i as usize]));
            self.sequence.push(*i);
        };
        if from_front {
            picks.iter().for_each(&mut serve);
        } else {
            picks.iter().rev().for_each(&mut serve);
        }
        self.go(if through { exit } else { entry });
    }

    fn s_shape(&mut self, aisles: &[&[u32]]) {
        for (k, picks) in aisles.iter().enumerate() {
            let from_front = k % 2 == 0;
            let is_last = k + 1 == aisles.len();
            self.aisle(picks, from_front, !(is_last && from_front));
        }
    }

    fn largest_gap(&mut self, aisles: &[&[u32]]) {
        let [first, between @ .., last] = aisles else {
            // One aisle: there and back.
            return aisles
                .iter()
                .for_each(|picks| self.aisle(picks, true, false));
        };
        self.aisle(first, true, true);
        let cuts: Vec<usize> = between.iter().map(|picks| self.gap(picks)).collect();
        for (picks, &cut) in between.iter().zip(&cuts) {
            self.dead_end(&picks[cut..], false);
        }
        self.aisle(last, false, true);
        for (picks, &cut) in between.iter().zip(&cuts).rev() {
            self.dead_end(&picks[..cut], true);
        }
    }

    fn dead_end(&mut self, picks: &[u32], from_front: bool) {
        if !picks.is_empty() {
            self.aisle(picks, from_front, false);
        }
    }

    /// How many stops of an aisle, given from front to back, lie before its largest gap; the first of equal gaps.
    fn gap(&self, picks: &[u32]) -> usize {
        let Bay { block, aisle, .. } = self.stops[picks[0] as usize];
        let stops = picks
            .iter()
            .map(|&i| self.layout.bay_point(&self.stops[i as usize]).y);
        let front = self.layout.crossing(aisle, block).y;
        let back = self.layout.crossing(aisle, block + 1).y;
        let ends: Vec<i64> = std::iter::once(front).chain(stops).chain([back]).collect();
        let gaps = ends.windows(2).map(|pair| pair[1] - pair[0]);
        let widest = gaps
            .enumerate()
            .max_by_key(|&(at, gap)| (gap, std::cmp::Reverse(at)));
        widest.map_or(0, |(at, _)| at)
    }
}

fn walk(layout: &Layout, stops: &[Bay], rule: Rule) -> Tour {
    let mut order: Vec<u32> = (0..stops.len() as u32).collect();
    let distance_to_depot = |block: u32| {
        let ends = [layout.cross_y(block), layout.cross_y(block + 1)];
        let depot = layout.cross_y(layout.depot_block);
        ends.into_iter().map(|y| (y - depot).abs()).max()
    };
    let key = |i: u32| {
        let stop = &stops[i as usize];
        assert!(layout.contains(stop), "{stop:?} lies outside of {layout:?}");
        let farthest_first = std::cmp::Reverse(distance_to_depot(stop.block));
        (farthest_first, stop.block, stop.aisle, stop.bay, i)
    };
    order.sort_unstable_by_key(|&i| key(i));
    let mut walker = Walker {
        layout,
        stops,
        here: layout.depot(),
        length: 0,
        sequence: Vec::with_capacity(stops.len()),
    };
    let block_of = |i: u32| stops[i as usize].block;
    for block in order.chunk_by(|&a, &b| block_of(a) == block_of(b)) {
        walk_block(&mut walker, block, rule);
    }
    if !stops.is_empty() {
        walker.go(layout.depot());
    }
    Tour {
        length_mm: walker.length,
        sequence: walker.sequence,
        bound_mm: 0,
        exact: stops.is_empty(),
    }
}

/// Serve the stops of one block, sorted by aisle and bay.
fn walk_block(walker: &mut Walker, block: &[u32], rule: Rule) {
    let aisle_of = |i: u32| walker.stops[i as usize].aisle;
    let mut aisles: Vec<&[u32]> = block
        .chunk_by(|&a, &b| aisle_of(a) == aisle_of(b))
        .collect();
    let x_of = |picks: &[u32]| i64::from(aisle_of(picks[0])) * walker.layout.aisle_spacing_mm;
    let (left, right) = (x_of(aisles[0]), x_of(aisles[aisles.len() - 1]));
    if (walker.here.x - right).abs() < (walker.here.x - left).abs() {
        aisles.reverse();
    }
    match rule {
        Rule::SShape => walker.s_shape(&aisles),
        Rule::LargestGap => walker.largest_gap(&aisles),
        Rule::Return => aisles
            .iter()
            .for_each(|picks| walker.aisle(picks, true, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{is_permutation, random_layout, random_stops};
    use crate::solve::tour::{OneWay, Scratch, tour_length};
    use proptest::prelude::*;

    fn hall() -> (Layout, Vec<Bay>) {
        let layout = Layout {
            blocks: 1,
            aisles: 3,
            bays_per_block: 10,
            bay_mm: 100,
            aisle_spacing_mm: 300,
            cross_aisle_mm: 100,
            depot_aisle: 0,
            depot_block: 0,
            one_way: OneWay::No,
        };
        let bay = |aisle, bay| Bay {
            block: 0,
            aisle,
            bay,
        };
        (layout, vec![bay(2, 3), bay(0, 1), bay(1, 6), bay(0, 8)])
    }

    #[test]
    fn s_shape_by_hand() {
        // Up aisle 0 (1100), over (300), down aisle 1 (1100), over (300), 400 into aisle 2 and back, home (600).
        let (layout, stops) = hall();
        let tour = s_shape(&layout, &stops);
        assert_eq!(tour.sequence, [1, 3, 2, 0]);
        assert_eq!(tour.length_mm, 1100 + 300 + 1100 + 300 + 800 + 600);
    }

    #[test]
    fn return_by_hand() {
        let (layout, stops) = hall();
        let tour = return_policy(&layout, &stops);
        assert_eq!(
            tour.length_mm,
            2 * 900 + 300 + 2 * 700 + 300 + 2 * 400 + 600
        );
    }

    #[test]
    fn largest_gap_by_hand() {
        // Through aisle 0 (1100); of aisle 1 (stops at 200 and 700 of 1100) the second from the back, 2 * 400; down aisle 2; the first from the front.
        let (layout, _) = hall();
        let bay = |aisle, bay| Bay {
            block: 0,
            aisle,
            bay,
        };
        let stops = [bay(0, 4), bay(1, 1), bay(1, 6), bay(2, 5)];
        let tour = largest_gap(&layout, &stops);
        assert_eq!(tour.sequence, [0, 2, 3, 1]);
        assert_eq!(
            tour.length_mm,
            1100 + 300 + 800 + 300 + 1100 + 300 + 400 + 300
        );
    }

    proptest! {
        #[test]
        fn rules_visit_all_and_never_beat_the_tour(seed in any::<u64>(), blocks in 1u32..4, n in 0usize..30) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let shortest = tour_length(&layout, &stops, &mut Scratch::default());
            for tour in [s_shape(&layout, &stops), largest_gap(&layout, &stops), return_policy(&layout, &stops)] {
                prop_assert!(is_permutation(&tour.sequence, n));
                prop_assert!(layout.walk_length(&stops, &tour.sequence) <= tour.length_mm);
                prop_assert!(shortest <= tour.length_mm);
            }
        }
    }
}
