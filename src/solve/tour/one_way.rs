//! Tours where every aisle is walked in one direction only, neighbours in opposite ones; cross-aisles are walked both ways.
//!
//! A picker who enters an aisle goes through it, to the next cross-aisle at least. So stops of one aisle in one block are passed together, in the direction
//! of the aisle, or not at all: such a stretch is an *arc* that must be walked, and the shortest tour is a directed rural postman's (Orloff 1974,
//! doi 10.1002/net.3230040105), of
//!
//! ```text
//! given   arcs i = 1 .. n of length L from tail t_i to head h_i, the depot as arc 0 of length 0
//! find    a cyclic order that minimizes  n L + sum over neighbours (i, j) of d(h_i, t_j)
//! where   d goes along a cross-aisle, or through the nearest aisle that leads the right way
//! ```
//!
//! | blocks | method | answer |
//! |---|---|---|
//! | 1 | dynamic programme over aisles, see [`Programme`] | exact, O(A n) for A aisles |
//! | more | assignment bound, cycles patched together (Karp 1979, doi 10.1137/0208045) | exact where the bound is met |
//! | more, at most [`SUBSET_ARCS`] arcs | programme over subsets (`held_karp`) | exact |
//! | more | or-opt on the patched tour, O(n^2) a pass | length and bound |

use super::layout::{Bay, Layout, OneWay, Place};
use super::{Tour, held_karp};

mod assignment;
mod patch;
mod programme;

use programme::Programme;

/// Most arcs for which the subset programme is used.
const SUBSET_ARCS: usize = 12;

/// A crossing: aisle and cross-aisle.
pub(super) type Crossing = (u32, u32);

/// Stops in one aisle of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Arc {
    aisle: u32,
    block: u32,
    /// Range of the sorted stops.
    begin: u32,
    end: u32,
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Stops sorted by (aisle, block, bay), by number.
    sorted: Vec<u32>,
    arcs: Vec<Arc>,
    programme: Programme,
}

/// Length of the shortest directed walk between two places.
pub(super) fn distance(layout: &Layout, from: &Place, to: &Place) -> i64 {
    if let (Place::Bay(a), Place::Bay(b)) = (from, to) {
        let ahead = match layout.leads_back(a.aisle) {
            true => b.bay >= a.bay,
            false => b.bay <= a.bay,
        };
        if (a.aisle, a.block) == (b.aisle, b.block) && ahead {
            return (layout.bay_y(a) - layout.bay_y(b)).abs();
        }
    }
    let (out, leave) = way_out(layout, from);
    let (into, enter) = way_in(layout, to);
    leave + between(layout, out, into) + enter
}

/// Where a place is left to, and the way there.
fn way_out(layout: &Layout, place: &Place) -> (Crossing, i64) {
    match place {
        Place::Depot => ((layout.depot_aisle, layout.depot_block), 0),
        Place::Crossing { aisle, cross_aisle } => ((*aisle, *cross_aisle), 0),
        Place::Bay(bay) => {
            let head = bay.block + u32::from(layout.leads_back(bay.aisle));
            let way = (layout.cross_y(head) - layout.bay_y(bay)).abs();
            ((bay.aisle, head), way)
        }
    }
}

/// Where a place is entered from, and the way from there.
fn way_in(layout: &Layout, place: &Place) -> (Crossing, i64) {
    let (head, way) = way_out(layout, place);
    match place {
        Place::Bay(bay) => {
            let tail = 2 * bay.block + 1 - head.1;
            ((bay.aisle, tail), layout.pitch_mm() - way)
        }
        _ => (head, way),
    }
}

/// Between crossings: along the cross-aisle, or through an aisle that leads there. O(1).
fn between(layout: &Layout, from: Crossing, to: Crossing) -> i64 {
    let along = i64::from(from.1.abs_diff(to.1)) * layout.pitch_mm();
    let across = i64::from(from.0.abs_diff(to.0));
    // Of two neighbouring aisles one leads there; only a single aisle may lead the wrong way.
    let is_wrong = from.0 == to.0 && from.1 != to.1 && layout.leads_back(from.0) != (to.1 > from.1);
    let detour = if is_wrong { 2 } else { 0 };
    along + (across + detour) * layout.aisle_spacing_mm
}

impl Scratch {
    /// Length of [`Scratch::tour`].
    pub fn length(&mut self, layout: &Layout, stops: &[Bay]) -> i64 {
        self.read(layout, stops);
        if self.arcs.is_empty() {
            return 0;
        }
        if layout.blocks == 1 {
            let visited = self.arcs.iter().map(|arc| arc.aisle);
            return self.programme.length(layout, visited);
        }
        self.search(layout).length
    }

    /// The shortest tour, or a short one and a bound.
    pub fn tour(&mut self, layout: &Layout, stops: &[Bay]) -> Tour {
        self.read(layout, stops);
        let found = if self.arcs.is_empty() {
            Ordered::default()
        } else if layout.blocks == 1 {
            let visited: Vec<u32> = self.arcs.iter().map(|arc| arc.aisle).collect();
            let (length, aisles) = self.programme.tour(layout, &visited);
            let number = |aisle: &u32| visited.partition_point(|other| other < aisle);
            Ordered {
                length,
                bound: length,
                arcs: aisles.iter().map(number).collect(),
            }
        } else {
            self.search(layout)
        };
        let mut sequence = Vec::with_capacity(stops.len());
        for &arc in &found.arcs {
            let arc = self.arcs[arc];
            let along = &self.sorted[arc.begin as usize..arc.end as usize];
            match layout.leads_back(arc.aisle) {
                true => sequence.extend(along),
                false => sequence.extend(along.iter().rev()),
            }
        }
        Tour {
            length_mm: found.length,
            sequence,
            bound_mm: found.bound,
            exact: found.bound == found.length,
        }
    }

    fn read(&mut self, layout: &Layout, stops: &[Bay]) {
        debug_assert!(layout.one_way != OneWay::No);
        self.sorted.clear();
        self.sorted.extend(0..stops.len() as u32);
        let place = |i: u32| {
            let Bay { block, aisle, bay } = stops[i as usize];
            (aisle, block, bay, i)
        };
        self.sorted.sort_unstable_by_key(|&i| place(i));
        self.arcs.clear();
        for (at, &stop) in self.sorted.iter().enumerate() {
            let bay = &stops[stop as usize];
            assert!(layout.contains(bay), "{bay:?} lies outside of {layout:?}");
            let here = at as u32;
            match self.arcs.last_mut() {
                Some(arc) if (arc.aisle, arc.block) == (bay.aisle, bay.block) => arc.end = here + 1,
                _ => self.arcs.push(Arc {
                    aisle: bay.aisle,
                    block: bay.block,
                    begin: here,
                    end: here + 1,
                }),
            }
        }
    }

    /// A cyclic order of arcs in several blocks.
    fn search(&self, layout: &Layout) -> Ordered {
        let depot = (layout.depot_aisle, layout.depot_block);
        let mut tails = vec![depot];
        let mut heads = vec![depot];
        for arc in &self.arcs {
            let to_back = u32::from(layout.leads_back(arc.aisle));
            tails.push((arc.aisle, arc.block + 1 - to_back));
            heads.push((arc.aisle, arc.block + to_back));
        }
        let costs = Costs::new(tails.len(), |i, j| between(layout, heads[i], tails[j]));
        let inside = self.arcs.len() as i64 * layout.pitch_mm();
        let order = costs.order();
        Ordered {
            length: inside + order.length,
            bound: inside + order.bound,
            // Without the depot, which is arc 0 there.
            arcs: order.arcs.iter().map(|&arc| arc - 1).collect(),
        }
    }
}

/// Arcs in the order of the walk.
#[derive(Debug, Default)]
struct Ordered {
    length: i64,
    bound: i64,
    arcs: Vec<usize>,
}

/// What it costs to go from one point to the next; point 0 is the depot.
struct Costs {
    n: usize,
    cost: Vec<i64>,
}

impl Costs {
    fn new(n: usize, cost: impl Fn(usize, usize) -> i64) -> Costs {
        let pairs = (0..n * n).map(|at| cost(at / n, at % n));
        Costs {
            n,
            cost: pairs.collect(),
        }
    }

    fn get(&self, from: usize, to: usize) -> i64 {
        self.cost[from * self.n + to]
    }

    /// A short cycle through all points, and a bound.
    fn order(&self) -> Ordered {
        let (bound, next) = assignment::solve(self);
        let mut walk = patch::one_cycle(self, next);
        let mut length = self.length(&walk);
        if length > bound && self.n <= SUBSET_ARCS + 1 {
            let (length, order) = held_karp::tour(self.n, |i, j| self.get(i, j));
            return Ordered {
                length,
                bound: length,
                arcs: order.iter().map(|&point| point as usize).collect(),
            };
        }
        if length > bound {
            patch::or_opt(self, &mut walk);
            length = self.length(&walk);
        }
        Ordered {
            length,
            bound,
            arcs: walk,
        }
    }

    /// Of the cycle from the depot through the other points in order.
    fn length(&self, walk: &[usize]) -> i64 {
        let mut here = 0;
        let mut length = 0;
        for &next in walk.iter().chain(&[0]) {
            length += self.get(here, next);
            here = next;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{
        graph_distance, is_permutation, one_way_layout, random_stops, shortest_by_subsets,
    };
    use super::super::{Scratch, shortest_tour, tour_length};
    use super::{Bay, Layout, OneWay, Place, Tour};
    use proptest::prelude::*;

    fn check(layout: &Layout, stops: &[Bay]) -> Tour {
        let mut scratch = Scratch::default();
        let tour = shortest_tour(layout, stops, &mut scratch);
        assert!(is_permutation(&tour.sequence, stops.len()));
        assert_eq!(layout.walk_length(stops, &tour.sequence), tour.length_mm);
        assert_eq!(tour_length(layout, stops, &mut scratch), tour.length_mm);
        assert!(tour.bound_mm <= tour.length_mm);
        assert_eq!(tour.exact, tour.bound_mm == tour.length_mm);
        tour
    }

    /// Out by aisle 0, home by aisle 1, though nothing is picked there.
    #[test]
    fn the_way_home_is_another_aisle() {
        let layout = Layout {
            blocks: 1,
            aisles: 2,
            bays_per_block: 10,
            bay_mm: 1_000,
            aisle_spacing_mm: 3_000,
            cross_aisle_mm: 2_000,
            depot_aisle: 0,
            depot_block: 0,
            one_way: OneWay::EvenBack,
        };
        let stop = |bay| Bay {
            block: 0,
            aisle: 0,
            bay,
        };
        let tour = check(&layout, &[stop(7), stop(2), stop(2)]);
        assert_eq!(tour.length_mm, 2 * 12_000 + 2 * 3_000);
        assert_eq!(tour.sequence, [1, 2, 0]);
        let against = Layout {
            one_way: OneWay::EvenFront,
            ..layout
        };
        assert_eq!(check(&against, &[stop(7), stop(2)]).sequence, [0, 1]);
        assert_eq!(check(&layout, &[]).length_mm, 0);
    }

    /// How far from optimal beyond the exact cases (`cargo test -- --nocapture` prints it).
    #[test]
    fn many_arcs_stay_near_their_bound() {
        let (mut excess, mut exact, mut n) = (0.0, 0, 0);
        for seed in 0..60 {
            let layout = one_way_layout(seed, 2 + seed as u32 % 3);
            let tour = check(&layout, &random_stops(&layout, seed, 60));
            excess += tour.length_mm as f64 / tour.bound_mm as f64 - 1.0;
            exact += u32::from(tour.exact);
            n += 1;
        }
        let mean = excess / f64::from(n);
        println!(
            "one-way: {:.2} % above the bound, {exact} of {n} proven",
            100.0 * mean
        );
        assert!(mean < 0.06, "{mean}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        /// Oracle: Dijkstra on the directed graph of bays and crossings.
        #[test]
        fn distance_is_the_shortest_path(seed in any::<u64>(), blocks in 1u32..4) {
            let layout = one_way_layout(seed, blocks);
            let stops = random_stops(&layout, seed, 3);
            let mut places = vec![Place::Depot];
            places.extend(stops.iter().map(|&bay| Place::Bay(bay)));
            for a in &places {
                for b in &places {
                    prop_assert_eq!(layout.distance(a, b), graph_distance(&layout, a, b), "{:?} {:?}", a, b);
                }
            }
        }

        #[test]
        fn one_block_equals_held_karp(seed in any::<u64>(), n in 1usize..11) {
            let layout = one_way_layout(seed, 1);
            let stops = random_stops(&layout, seed, n);
            let tour = check(&layout, &stops);
            prop_assert!(tour.exact);
            prop_assert_eq!(tour.length_mm, shortest_by_subsets(&layout, &stops));
        }

        #[test]
        fn few_arcs_equal_held_karp(seed in any::<u64>(), blocks in 2u32..5, n in 1usize..11) {
            let layout = one_way_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let tour = check(&layout, &stops);
            prop_assert!(tour.exact);
            prop_assert_eq!(tour.length_mm, shortest_by_subsets(&layout, &stops));
        }

        /// No tour is shorter than where aisles go both ways.
        #[test]
        fn one_way_is_never_shorter(seed in any::<u64>(), blocks in 1u32..5, n in 1usize..60) {
            let layout = one_way_layout(seed, blocks);
            let stops = random_stops(&layout, seed, n);
            let free = Layout { one_way: OneWay::No, ..layout };
            let shortest = tour_length(&free, &stops, &mut Scratch::default());
            prop_assert!(check(&layout, &stops).length_mm >= shortest);
        }
    }
}
