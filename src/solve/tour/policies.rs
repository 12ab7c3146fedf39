//! What pickers do by rule, to compare with: the S-shape and the return policy.
//!
//! Both serve the blocks from the one farthest from the depot to the nearest, and within a block the aisles with stops in
//! one direction, starting from the end nearer to where the picker stands.
//!
//! - *S-shape* (traversal): every aisle with stops is walked through, alternately to the back and to the front; in a block with an
//!   odd number of such aisles the last one is entered and left from the front.
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
    walk(layout, stops, true)
}

/// Walk by the return rule. `bound_mm` is 0: a rule proves nothing.
///
/// # Panics
/// If a stop lies outside of the layout.
pub fn return_policy(layout: &Layout, stops: &[Bay]) -> Tour {
    walk(layout, stops, false)
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
}

fn walk(layout: &Layout, stops: &[Bay], s_shape: bool) -> Tour {
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
        walk_block(&mut walker, block, s_shape);
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
fn walk_block(walker: &mut Walker, block: &[u32], s_shape: bool) {
    let aisle_of = |i: u32| walker.stops[i as usize].aisle;
    let mut aisles: Vec<&[u32]> = block
        .chunk_by(|&a, &b| aisle_of(a) == aisle_of(b))
        .collect();
    let x_of = |picks: &[u32]| i64::from(aisle_of(picks[0])) * walker.layout.aisle_spacing_mm;
    let (left, right) = (x_of(aisles[0]), x_of(aisles[aisles.len() - 1]));
    if (walker.here.x - right).abs() < (walker.here.x - left).abs() {
        aisles.reverse();
    }
    let count = aisles.len();
    for (k, picks) in aisles.into_iter().enumerate() {
        let from_front = !s_shape || k % 2 == 0;
        let through = s_shape && !(k + 1 == count && from_front);
        walker.aisle(picks, from_front, through);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{is_permutation, random_layout, random_stops};
    use crate::solve::tour::{Scratch, tour_length};
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

    proptest! {
        #[test]
        fn rules_visit_all_and_never_beat_the_tour(seed in any::<u64>(), blocks in 1u32..4, n in 0usize..30) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let shortest = tour_length(&layout, &stops, &mut Scratch::default());
            for tour in [s_shape(&layout, &stops), return_policy(&layout, &stops)] {
                prop_assert!(is_permutation(&tour.sequence, n));
                prop_assert!(layout.walk_length(&stops, &tour.sequence) <= tour.length_mm);
                prop_assert!(shortest <= tour.length_mm);
            }
        }
    }
}
