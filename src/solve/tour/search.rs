//! Tours for layouts with more blocks than the exact programme takes: a good walk and a bound.
//!
//! Stops at one bay are one point. At most twelve points: exact, by subsets (`held_karp`). More: two starts,
//!
//! - the S-shape sequence (`policies`),
//! - nearest insertion (Rosenkrantz, Stearns and Lewis 1977, doi 10.1137/0206041; at most twice the optimum): take the point
//!   nearest to the walk, put it where it adds least,
//!
//! each improved to a local optimum of 2-opt (Croes 1958, doi 10.1287/opre.6.6.791: reverse a stretch) and Or-opt (Or 1976:
//! move up to three points elsewhere, either way round), first improvement; the shorter one wins, the S-shape at a tie. The bound
//! is `bound`'s 1-tree. O(n^2) per pass, at most [`PASSES`] passes; O(n) memory: distances are computed, not stored.

use super::layout::{Bay, Layout, Point};
use super::{HELD_KARP_STOPS, Tour, bound, held_karp, policies};

/// Most passes of the local search; a few dozen reach the local optimum.
const PASSES: u32 = 500;

/// Longest stretch moved by Or-opt.
const STRETCH: usize = 3;

/// A short tour and a bound.
pub(super) fn tour(layout: &Layout, stops: &[Bay]) -> Tour {
    let points = Points::new(layout, stops);
    let n = points.at.len();
    let distance = |i: usize, j: usize| points.at[i].distance(&points.at[j]);
    if n <= HELD_KARP_STOPS + 1 {
        let (length, order) = held_karp::tour(n, distance);
        return Tour {
            length_mm: length,
            sequence: points.expand(&order),
            bound_mm: length,
            exact: true,
        };
    }
    let by_rule = points.order_of(&policies::s_shape(layout, stops).sequence);
    let starts = [by_rule, nearest_insertion(n, distance)];
    let (length, order) = starts
        .into_iter()
        .map(|start| improve(start, distance))
        .min_by_key(|(length, _)| *length)
        .expect("there are two starts");
    let bound = bound::one_tree(n, distance, length).min(length);
    Tour {
        length_mm: length,
        sequence: points.expand(&order),
        bound_mm: bound,
        exact: bound == length,
    }
}

/// The depot (point 0) and the distinct bays, with the stops at each.
struct Points {
    at: Vec<Point>,
    point_of_stop: Vec<u32>,
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
                points.point_of_stop[i as usize] = points.at.len() as u32;
            }
            points.at.push(layout.bay_point(bay));
            points.stops_of_point.push(same.to_vec());
        }
        points
    }

    /// Points in the order of their first stop.
    fn order_of(&self, sequence: &[u32]) -> Vec<u32> {
        let mut seen = vec![false; self.at.len()];
        sequence
            .iter()
            .map(|&i| self.point_of_stop[i as usize])
            .filter(|&p| !std::mem::replace(&mut seen[p as usize], true))
            .collect()
    }

    /// Stops in the order of their points.
    fn expand(&self, order: &[u32]) -> Vec<u32> {
        order
            .iter()
            .flat_map(|&p| self.stops_of_point[p as usize].iter().copied())
            .collect()
    }
}

/// Points `1 .. n`, each inserted where it adds least, the nearest to the walk first.
fn nearest_insertion(n: usize, distance: impl Fn(usize, usize) -> i64) -> Vec<u32> {
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
    walk[1..walk.len() - 1].iter().map(|&i| i as u32).collect()
}

/// 2-opt and Or-opt from a start; the length, and points `1 .. n` in order.
fn improve(start: Vec<u32>, distance: impl Fn(usize, usize) -> i64) -> (i64, Vec<u32>) {
    let mut walk: Vec<usize> = vec![0];
    walk.extend(start.into_iter().map(|i| i as usize));
    walk.push(0);
    for _ in 0..PASSES {
        let reversed = two_opt(&mut walk, &distance);
        let moved = or_opt(&mut walk, &distance);
        if !reversed && !moved {
            break;
        }
    }
    let length = walk.windows(2).map(|w| distance(w[0], w[1])).sum();
    let order = walk[1..walk.len() - 1].iter().map(|&i| i as u32);
    (length, order.collect())
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
