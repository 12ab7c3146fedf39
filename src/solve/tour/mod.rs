//! The shortest walk of a picker: from the depot past every stop and back, in a parallel-aisle warehouse.
//!
//! ```text
//! given   a layout (blocks, aisles, bays, depot) and stops s_1 .. s_n (bays, with repetition)
//! find    the order of the stops that minimizes  d(depot, s_(1)) + sum_k d(s_(k), s_(k+1)) + d(s_(n), depot)
//! where   d is the walking distance of `layout`
//! ```
//!
//! | blocks | method | answer |
//! |---|---|---|
//! | 1 | dynamic programme over aisles, 6 states (Ratliff and Rosenthal 1983, doi 10.1287/opre.31.3.507) | exact |
//! | 2 | the same, 24 states (Roodbergen and de Koster 2001, doi 10.1016/S0377-2217(00)00177-6) | exact |
//! | 3 to 5 | the same, states generated (Cambazard and Catusse 2018, doi 10.1016/j.ejor.2018.03.042) | exact |
//! | more, at most 12 stops | dynamic programme over subsets (Held and Karp 1962, doi 10.1137/0110015) | exact |
//! | more | insertion, 2-opt, Or-opt; 1-tree bound (Held and Karp 1971, doi 10.1007/BF01584070) | length and bound |
//! | one-way aisles | see `one_way` | exact in one block; length and bound in more |
//!
//! All of it is one dynamic programme for any number of blocks, in `exact`; the states are in `states`, the walk itself is
//! an Eulerian circuit, in `euler`. Time O(A B S + n log n) for A aisles between the outermost stops, B blocks, S states
//! (6, 24, 112, 568, 3,032 for 1 to 5 blocks); memory O(A B S) for a sequence, O(S) for a length.
//!
//! [`Sketch`] estimates a length at a thousandth of the time, to rank candidates. What pickers do by rule: [`policies::s_shape`], [`policies::largest_gap`] and [`policies::return_policy`].

mod bound;
mod euler;
mod exact;
mod held_karp;
#[cfg(test)]
mod instances;
mod layout;
mod one_way;
#[cfg(test)]
pub(crate) mod oracle;
pub mod policies;
mod search;
mod sketch;
pub(super) mod states;

pub use layout::{Bay, Layout, OneWay, Place};
pub use sketch::{Sketch, Visit};

/// Most distinct stops for which the subset programme is used beyond the block limit.
const HELD_KARP_STOPS: usize = 12;

/// A walk from the depot past all stops and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour {
    /// Length of the walk, mm.
    pub length_mm: i64,
    /// Indices into the stops, in the order of visiting; every index once.
    pub sequence: Vec<u32>,
    /// No walk is shorter than this, mm.
    pub bound_mm: i64,
    /// Whether the walk is proven shortest; then `bound_mm == length_mm`.
    pub exact: bool,
}

/// Working memory of the tour kernels; one per thread, reused over calls.
#[derive(Debug, Default)]
pub struct Scratch {
    exact: exact::Scratch,
    one_way: one_way::Scratch,
}

/// The shortest tour, or a short one with its bound: see the table above.
///
/// # Panics
/// If the layout is invalid ([`Layout::validate`]) or a stop lies outside of it ([`Layout::contains`]).
pub fn shortest_tour(layout: &Layout, stops: &[Bay], scratch: &mut Scratch) -> Tour {
    if layout.one_way != OneWay::No {
        return scratch.one_way.tour(layout, stops);
    }
    if layout.cross_aisles() as usize <= states::MAX_CROSS_AISLES {
        let (length, sequence) = scratch.exact.tour(layout, stops);
        return Tour {
            length_mm: length,
            sequence,
            bound_mm: length,
            exact: true,
        };
    }
    search::tour(layout, stops)
}

/// The length of [`shortest_tour`], without the sequence: about half its time, and no allocation once the scratch has grown
/// (up to five blocks). For searches that evaluate many sets of stops.
///
/// # Panics
/// As [`shortest_tour`].
pub fn tour_length(layout: &Layout, stops: &[Bay], scratch: &mut Scratch) -> i64 {
    if layout.one_way != OneWay::No {
        return scratch.one_way.length(layout, stops);
    }
    if layout.cross_aisles() as usize <= states::MAX_CROSS_AISLES {
        scratch.exact.length(layout, stops)
    } else {
        search::tour(layout, stops).length_mm
    }
}

#[cfg(test)]
mod tests {
    use super::oracle::{is_permutation, random_layout, random_stops, shortest_by_subsets};
    use super::*;
    use proptest::prelude::*;

    fn check(layout: &Layout, stops: &[Bay]) -> Tour {
        let mut scratch = Scratch::default();
        let tour = shortest_tour(layout, stops, &mut scratch);
        assert!(is_permutation(&tour.sequence, stops.len()));
        assert_eq!(layout.walk_length(stops, &tour.sequence), tour.length_mm);
        assert_eq!(tour_length(layout, stops, &mut scratch), tour.length_mm);
        assert!(tour.bound_mm <= tour.length_mm);
        assert!(!tour.exact || tour.bound_mm == tour.length_mm);
        tour
    }

    #[test]
    fn no_stops_no_walk() {
        for blocks in [1, 2, 9] {
            let tour = check(&random_layout(3, blocks), &[]);
            assert_eq!((tour.length_mm, tour.exact), (0, true));
        }
    }

    /// The scratch keeps nothing from one call to the next.
    #[test]
    fn scratch_is_only_memory() {
        let mut scratch = Scratch::default();
        for seed in 0..40 {
            let layout = random_layout(seed, 1 + seed as u32 % 5);
            let stops = random_stops(&layout, seed, seed as usize);
            let fresh = shortest_tour(&layout, &stops, &mut Scratch::default());
            assert_eq!(shortest_tour(&layout, &stops, &mut scratch), fresh);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn one_block_equals_held_karp(seed in any::<u64>(), n in 1usize..10) {
            let layout = random_layout(seed, 1);
            let stops = random_stops(&layout, seed, n);
            let tour = check(&layout, &stops);
            prop_assert!(tour.exact);
            prop_assert_eq!(tour.length_mm, shortest_by_subsets(&layout, &stops));
        }

        #[test]
        fn up_to_five_blocks_equal_held_karp(seed in any::<u64>(), blocks in 2u32..6, n in 1usize..10) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let tour = check(&layout, &stops);
            prop_assert!(tour.exact);
            prop_assert_eq!(tour.length_mm, shortest_by_subsets(&layout, &stops));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn many_blocks_keep_their_bound(seed in any::<u64>(), blocks in 6u32..9, n in 1usize..40) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let tour = check(&layout, &stops);
            if n <= 10 {
                prop_assert!(tour.exact);
                prop_assert_eq!(tour.length_mm, shortest_by_subsets(&layout, &stops));
            }
        }

        /// The heuristic, run where the optimum is known: its bound holds, and it is near.
        #[test]
        fn search_lies_between_bound_and_policies(seed in any::<u64>(), blocks in 1u32..4, n in 13usize..60) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let optimum = check(&layout, &stops).length_mm;
            let found = search::tour(&layout, &stops);
            prop_assert_eq!(layout.walk_length(&stops, &found.sequence), found.length_mm);
            prop_assert!(found.bound_mm <= optimum && optimum <= found.length_mm);
            prop_assert!(found.length_mm as f64 <= 1.1 * optimum as f64);
        }
    }
}
