//! Tours for layouts with more blocks than the exact programme takes: a good walk and a bound.
//!
//! Stops at one bay are one point. At most twelve points: exact, by subsets (`held_karp`). More: two starts,
//!
//! - the S-shape sequence (`policies`),
//! - nearest insertion (Rosenkrantz, Stearns and Lewis 1977, doi 10.1137/0206041; at most twice the optimum): take the point
//!   nearest to the walk, put it where it adds least,
//!
//! each improved to a local optimum of 2-opt (Croes 1958, doi 10.1287/opre.6.6.791: reverse a stretch) and Or-opt (Or 1976:
//! move a short stretch elsewhere, either way round), first improvement. From the shorter one on, iterated local search
//! (Martin, Otto and Felten 1991, double-bridge kicks): swap two neighbouring stretches, improve, keep what is not longer. The
//! bound is `bound`'s 1-tree. O(n^2) per pass, about [`WORK`] pairs in all; O(n) memory: distances are computed, not
//! stored. The kicks come from a fixed random stream: the tour is a function of its input.

use rand::RngExt;

use super::layout::{Bay, Layout, Point};
use super::{HELD_KARP_STOPS, Tour, bound, held_karp, policies};
use crate::solve::rng::stream;

/// Most passes of one local search; a few dozen reach the local optimum.
const PASSES: u32 = 500;

/// Longest stretch moved by Or-opt: the stops of an aisle tend to move together.
const STRETCH: usize = 8;

/// Most kicks.
const KICKS: usize = 300;

/// About as many pairs of edges are looked at by all kicks together: tens of milliseconds.
const WORK: usize = 5_000_000;

/// Longest stretch swapped by a kick; local kicks need little repair.
const WINDOW: usize = 30;

/// A short tour and a bound.
pub(super) fn tour(layout: &Layout, stops: &[Bay]) -> Tour {
    let points = Points::new(layout, stops);
    let n = points.at.len();
    let distance = |i: usize, j: usize| points.at[i].distance(&points.at[j]);
    if n <= HELD_KARP_STOPS + 1 {
        let (length, order) = held_karp::tour(n, distance);
        return Tour {
            length_mm: length,
            sequence: points.expand(order.iter().map(|&p| p as usize)),
            bound_mm: length,
            exact: true,
        };
    }
    let by_rule = points.order_of(&policies::s_shape(layout, stops).sequence);
    let starts = [by_rule, nearest_insertion(n, distance)];
    let (length, walk) = starts
        .into_iter()
        .map(|start| improve(closed(&start), distance))
        .min_by_key(|(length, _)| *length)
        .map(|best| kick(best, distance))
        .expect("there are two starts");
    let order = &walk[1..walk.len() - 1];
    let bound = bound::one_tree(n, distance, length).min(length);
    Tour {
        length_mm: length,
        sequence: points.expand(order.iter().copied()),
        bound_mm: bound,
        exact: bound == length,
    }
}

/// The depot (point 0) and the distinct bays, with the stops at each.
struct Points {
    at: Vec<Point>,
    point_of_stop: Vec<usize>,
    stops_of_point: Vec<Vec<u32>>,
}

impl Points {
    fn new(layout: &Layout, stops: &[Bay]) -> Self {
        let mut order: Vec<u32> = (0..stops.len() as u32).collect();
        order.sort_unstable_by_key(|&i| (stops[i as usize], i));
        let mut points = Self {
            at: vec![layout.depot()],
            point_of_stop: vec![0; stops.len()],
            stops_of_point: vec![Vec::new()],
        };
        for same in order.chunk_by(|&a, &b| stops[a as usize] == stops[b as usize]) {
            let bay = &stops[same[0] as usize];
            assert!(layout.contains(bay), "{bay:?} lies outside of {layout:?}");
            for &i in same {
                points.point_of_stop[i as usize] = points.at.len();
            }
            points.at.push(layout.bay_point(bay));
            points.stops_of_point.push(same.to_vec());
        }
        points
    }

    /// Points in the order of their first stop.
    fn order_of(&self, sequence: &[u32]) -> Vec<usize> {
        let mut seen = vec![false; self.at.len()];
        sequence
            .iter()
            .map(|&i| self.point_of_stop[i as usize])
            .filter(|&p| !std::mem::replace(&mut seen[p], true))
            .collect()
    }

    /// Stops in the order of their points.
    fn expand(&self, order: impl Iterator<Item = usize>) -> Vec<u32> {
        order
            .flat_map(|p| self.stops_of_point[p].iter().copied())
            .collect()
    }
}

/// Points `1 .. n`, each inserted where it adds least, the nearest to the walk first.
fn nearest_insertion(n: usize, distance: impl Fn(usize, usize) -> i64) -> Vec<usize> {
    let mut walk = vec![0usize, 0];
    let mut left: Vec<usize> = (1..n).collect();
    let mut nearest: Vec<i64> = (0..n).map(|i| distance(0, i)).collect();
    while let Some(slot) = (0..left.len()).min_by_key(|&s| (nearest[left[s]], left[s])) {
        let point = left.swap_remove(slot);
        let added = |k: &usize| {
            let (a, b) = (walk[*k], walk[*k + 1]);
            distance(a, point) + distance(point, b) - distance(a, b)
        };
        let place = (0..walk.len() - 1).min_by_key(added).unwrap_or(0);
        walk.insert(place + 1, point);
        for &i in &left {
            nearest[i] = nearest[i].min(distance(point, i));
        }
    }
    walk[1..walk.len() - 1].to_vec()
}

/// The closed walk through points in order.
fn closed(order: &[usize]) -> Vec<usize> {
    [&[0], order, &[0]].concat()
}

fn length_of(walk: &[usize], distance: impl Fn(usize, usize) -> i64) -> i64 {
    walk.windows(2).map(|w| distance(w[0], w[1])).sum()
}

/// 2-opt and Or-opt to a local optimum; its length and the closed walk.
fn improve(
    mut walk: Vec<usize>,
    distance: impl Fn(usize, usize) -> i64 + Copy,
) -> (i64, Vec<usize>) {
    for _ in 0..PASSES {
        let reversed = two_opt(&mut walk, &distance);
        let moved = or_opt(&mut walk, &distance);
        if !reversed && !moved {
            break;
        }
    }
    (length_of(&walk, distance), walk)
}

/// Iterated local search from a local optimum.
fn kick(
    best: (i64, Vec<usize>),
    distance: impl Fn(usize, usize) -> i64 + Copy,
) -> (i64, Vec<usize>) {
    let (mut length, mut walk) = best;
    let inner = walk.len() - 2;
    let mut rng = stream(0, "tour kicks", inner as u64);
    for _ in 0..KICKS.min(WORK / (inner * inner)) {
        let window = WINDOW.min(inner);
        let start = 1 + rng.random_range(0..=inner - window);
        let mut cuts = [0; 3].map(|_| start + rng.random_range(0..=window));
        cuts.sort_unstable();
        let mut kicked = walk.clone();
        kicked[cuts[0]..cuts[2]].rotate_left(cuts[1] - cuts[0]);
        let (new, kicked) = improve(kicked, distance);
        if new <= length {
            (length, walk) = (new, kicked);
        }
    }
    (length, walk)
}

/// One pass over all pairs of edges; whether anything got shorter.
fn two_opt(walk: &mut [usize], distance: &impl Fn(usize, usize) -> i64) -> bool {
    let mut improved = false;
    for i in 0..walk.len() - 2 {
        for j in i + 1..walk.len() - 1 {
            let (a, b, c, d) = (walk[i], walk[i + 1], walk[j], walk[j + 1]);
            if distance(a, c) + distance(b, d) < distance(a, b) + distance(c, d) {
                walk[i + 1..=j].reverse();
                improved = true;
            }
        }
    }
    improved
}

/// One pass over all stretches of up to [`STRETCH`] points; whether anything got shorter.
fn or_opt(walk: &mut [usize], distance: &impl Fn(usize, usize) -> i64) -> bool {
    let mut improved = false;
    for size in 1..=STRETCH {
        for i in 1..walk.len().saturating_sub(size) {
            improved |= move_stretch(walk, i, size, distance);
        }
    }
    improved
}

/// Move `walk[i .. i + size]` between two other neighbours, either way round, where that first helps.
fn move_stretch(
    walk: &mut [usize],
    i: usize,
    size: usize,
    distance: &impl Fn(usize, usize) -> i64,
) -> bool {
    let (before, after) = (walk[i - 1], walk[i + size]);
    let (first, last) = (walk[i], walk[i + size - 1]);
    let saved = distance(before, first) + distance(last, after) - distance(before, after);
    for k in (0..i - 1).chain(i + size..walk.len() - 1) {
        let (a, b) = (walk[k], walk[k + 1]);
        let open = distance(a, b);
        let forward = distance(a, first) + distance(last, b) - open;
        let backward = distance(a, last) + distance(first, b) - open;
        if forward.min(backward) >= saved {
            continue;
        }
        if backward < forward {
            walk[i..i + size].reverse();
        }
        if k < i {
            walk[k + 1..i + size].rotate_right(size);
        } else {
            walk[i..=k].rotate_left(size);
        }
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{random_layout, random_stops};
    use crate::solve::tour::{Scratch, tour_length};

    /// How far from optimal, measured where the optimum is known (`cargo test -- --nocapture` prints it).
    #[test]
    fn mean_excess_is_small() {
        let (mut excess, mut slack, mut n) = (0.0, 0.0, 0.0);
        for seed in 0..60 {
            let layout = random_layout(seed, 2 + seed as u32 % 3);
            let stops = random_stops(&layout, seed, 50);
            let optimum = tour_length(&layout, &stops, &mut Scratch::default()) as f64;
            let found = tour(&layout, &stops);
            excess += found.length_mm as f64 / optimum - 1.0;
            slack += 1.0 - found.bound_mm as f64 / optimum;
            n += 1.0;
        }
        println!(
            "search: {:.2} % above optimal, bound {:.2} % below",
            100.0 * excess / n,
            100.0 * slack / n
        );
        assert!(excess / n < 0.02 && slack / n < 0.05);
    }
}
