//! Test oracles: random warehouses, Dijkstra on their graph, and tours by subsets of stops.

use std::collections::{BTreeMap, BinaryHeap};

use rand::RngExt;

use super::{Bay, Layout, OneWay, Place, held_karp};
use crate::solve::rng::stream;

/// A small random layout.
pub fn random_layout(seed: u64, blocks: u32) -> Layout {
    let mut rng = stream(seed, "test layout", 0);
    let aisles = rng.random_range(1..9);
    let layout = Layout {
        blocks,
        aisles,
        bays_per_block: rng.random_range(1..8),
        bay_mm: rng.random_range(1..6) * 2,
        aisle_spacing_mm: rng.random_range(1..30),
        cross_aisle_mm: rng.random_range(0..5) * 2,
        depot_aisle: rng.random_range(0..aisles),
        depot_block: rng.random_range(0..=blocks),
        one_way: OneWay::No,
    };
    assert_eq!(layout.validate(), Ok(()));
    layout
}

/// A small random layout of one-way aisles.
pub fn one_way_layout(seed: u64, blocks: u32) -> Layout {
    let layout = random_layout(seed, blocks);
    let one_way = match seed % 2 {
        0 => OneWay::EvenBack,
        _ => OneWay::EvenFront,
    };
    Layout {
        aisles: layout.aisles.max(2),
        one_way,
        ..layout
    }
}

/// Random stops, with repetition.
pub fn random_stops(layout: &Layout, seed: u64, n: usize) -> Vec<Bay> {
    let mut rng = stream(seed, "test stops", 0);
    (0..n)
        .map(|_| Bay {
            block: rng.random_range(0..layout.blocks),
            aisle: rng.random_range(0..layout.aisles),
            bay: rng.random_range(0..layout.bays_per_block),
        })
        .collect()
}

pub fn is_permutation(sequence: &[u32], n: usize) -> bool {
    let mut sorted = sequence.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..n as u32)
}

/// Held-Karp over the distinct stops.
pub fn shortest_by_subsets(layout: &Layout, stops: &[Bay]) -> i64 {
    let mut distinct = stops.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let places: Vec<Place> = std::iter::once(Place::Depot)
        .chain(distinct.into_iter().map(Place::Bay))
        .collect();
    held_karp::tour(places.len(), |i, j| layout.distance(&places[i], &places[j])).0
}

/// Nodes of the walking graph: (aisle, along the aisle), where `along` counts the crossings and bays of an aisle from the front.
type Node = (u32, u32);

fn node(layout: &Layout, place: &Place) -> Node {
    let stride = layout.bays_per_block + 1;
    match place {
        Place::Depot => (layout.depot_aisle, layout.depot_block * stride),
        Place::Bay(bay) => (bay.aisle, bay.block * stride + 1 + bay.bay),
        Place::Crossing { aisle, cross_aisle } => (*aisle, cross_aisle * stride),
    }
}

/// Dijkstra's shortest path on the walking graph; lengths of its edges from first principles, in an even layout.
pub fn graph_distance(layout: &Layout, from: &Place, to: &Place) -> i64 {
    let (start, goal) = (node(layout, from), node(layout, to));
    let mut seen = BTreeMap::from([(start, 0)]);
    let mut queue = BinaryHeap::from([(std::cmp::Reverse(0), start)]);
    while let Some((std::cmp::Reverse(length), here)) = queue.pop() {
        if here == goal {
            return length;
        }
        for (next, edge) in neighbours(layout, here) {
            let known = seen.entry(next).or_insert(i64::MAX);
            if length + edge < *known {
                *known = length + edge;
                queue.push((std::cmp::Reverse(length + edge), next));
            }
        }
    }
    unreachable!("the walking graph is connected")
}

fn neighbours(layout: &Layout, (aisle, along): Node) -> Vec<(Node, i64)> {
    let stride = layout.bays_per_block + 1;
    let end = layout.blocks * stride;
    let is_crossing = |along: u32| along.is_multiple_of(stride);
    let edge = |a: u32, b: u32| {
        if is_crossing(a) || is_crossing(b) {
            (layout.cross_aisle_mm + layout.bay_mm) / 2
        } else {
            layout.bay_mm
        }
    };
    let mut next = Vec::new();
    let (to_back, to_front) = match (layout.one_way, aisle % 2) {
        (OneWay::No, _) => (true, true),
        (OneWay::EvenBack, 0) | (OneWay::EvenFront, 1) => (true, false),
        _ => (false, true),
    };
    if along > 0 && to_front {
        next.push(((aisle, along - 1), edge(along, along - 1)));
    }
    if along < end && to_back {
        next.push(((aisle, along + 1), edge(along, along + 1)));
    }
    if is_crossing(along) && aisle > 0 {
        next.push(((aisle - 1, along), layout.aisle_spacing_mm));
    }
    if is_crossing(along) && aisle + 1 < layout.aisles {
        next.push(((aisle + 1, along), layout.aisle_spacing_mm));
    }
    next
}
