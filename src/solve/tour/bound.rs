//! How short a closed walk through given points can be at best: the 1-tree bound.
//!
//! A 1-tree is a spanning tree of points `1 .. n` plus the two shortest edges at point 0. Every tour is a 1-tree, so the shortest
//! 1-tree is a lower bound; so it is after any change of distances that adds the same to every tour. With node prices
//! `p`:
//!
//! ```text
//! w(p) = min over 1-trees T of  sum_{(i,j) in T} (d_ij + p_i + p_j)  -  2 sum_i p_i  <=  shortest tour
//! ```
//!
//! Held and Karp (1971, doi 10.1007/BF01584070) raise `w` by subgradient steps `p_i += t (degree_i - 2)`, here with Polyak's
//! step `t = lambda (upper - w) / sum (degree_i - 2)^2`, `lambda` halved after [`PATIENCE`] steps without gain. Prices are
//! integers, so `w` is a proof and not a float. Typically within 1 % of the optimum.
//!
//! Prim's algorithm: O(n^2) time per step, O(n) memory; at most [`STEPS`] steps and about [`WORK`] distances.

/// Most subgradient steps.
const STEPS: u64 = 200;

/// Most distances evaluated, so that the bound of a thousand stops takes tens of milliseconds, not seconds.
const WORK: u64 = 20_000_000;

/// Steps without gain before `lambda` is halved.
const PATIENCE: u32 = 10;

/// Below this `lambda`, steps change nothing worth the time.
const SMALLEST_LAMBDA: f64 = 0.01;

/// A lower bound on the shortest tour through points `0 .. n`, given the length `upper` of some tour.
pub(super) fn one_tree(n: usize, distance: impl Fn(usize, usize) -> i64, upper: i64) -> i64 {
    match n {
        0 | 1 => return 0,
        2 => return distance(0, 1) + distance(1, 0),
        _ => {}
    }
    let mut tree = Tree::new(n);
    let mut prices = vec![0i64; n];
    let (mut best, mut lambda, mut stale) = (i64::MIN, 2.0, 0);
    let steps = STEPS.min(WORK / (n * n) as u64).max(1);
    for _ in 0..steps {
        let bound = tree.grow(&distance, &prices);
        if bound > best {
            (best, stale) = (bound, 0);
        } else {
            stale += 1;
        }
        if stale == PATIENCE {
            (lambda, stale) = (lambda / 2.0, 0);
        }
        let error: i64 = tree.degree.iter().map(|&d| (d - 2) * (d - 2)).sum();
        if error == 0 || best >= upper || lambda < SMALLEST_LAMBDA {
            break;
        }
        let step = (lambda * (upper - bound) as f64 / error as f64).ceil() as i64;
        for (price, &degree) in prices.iter_mut().zip(&tree.degree) {
            *price += step * (degree - 2);
        }
    }
    best.max(0)
}

/// A shortest 1-tree, grown by Prim's algorithm.
struct Tree {
    degree: Vec<i64>,
    nearest: Vec<i64>,
    parent: Vec<usize>,
    outside: Vec<usize>,
}

impl Tree {
    fn new(n: usize) -> Self {
        Self {
            degree: vec![0; n],
            nearest: vec![0; n],
            parent: vec![0; n],
            outside: Vec::with_capacity(n),
        }
    }

    /// Grow the shortest 1-tree under the prices; its value `w`.
    fn grow(&mut self, distance: &impl Fn(usize, usize) -> i64, prices: &[i64]) -> i64 {
        let n = prices.len();
        let cost = |i: usize, j: usize| distance(i, j) + prices[i] + prices[j];
        self.degree.fill(0);
        self.outside.clear();
        self.outside.extend(2..n);
        for &i in &self.outside {
            (self.nearest[i], self.parent[i]) = (cost(1, i), 1);
        }
        let mut total = 0;
        while let Some(slot) =
            (0..self.outside.len()).min_by_key(|&s| self.nearest[self.outside[s]])
        {
            let joined = self.outside.swap_remove(slot);
            total += self.nearest[joined];
            self.degree[joined] += 1;
            self.degree[self.parent[joined]] += 1;
            for &i in &self.outside {
                let new = cost(joined, i);
                if new < self.nearest[i] {
                    (self.nearest[i], self.parent[i]) = (new, joined);
                }
            }
        }
        total + self.close(n, cost) - 2 * prices.iter().sum::<i64>()
    }

    /// Join point 0 by its two cheapest edges; their cost.
    fn close(&mut self, n: usize, cost: impl Fn(usize, usize) -> i64) -> i64 {
        let mut best = [(i64::MAX, 0), (i64::MAX, 0)];
        for i in 1..n {
            let edge = (cost(0, i), i);
            if edge < best[0] {
                best = [edge, best[0]];
            } else if edge < best[1] {
                best[1] = edge;
            }
        }
        self.degree[0] = 2;
        self.degree[best[0].1] += 1;
        self.degree[best[1].1] += 1;
        best[0].0 + best[1].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::held_karp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_above_the_optimum(points in prop::collection::vec((0i64..500, 0i64..500), 1..10)) {
            let d = |i: usize, j: usize| {
                let (a, b): ((i64, i64), (i64, i64)) = (points[i], points[j]);
                (a.0 - b.0).abs() + (a.1 - b.1).abs()
            };
            let optimum = held_karp::tour(points.len(), d).0;
            let bound = one_tree(points.len(), d, optimum + optimum / 10);
            prop_assert!(bound <= optimum);
            prop_assert!(bound as f64 >= 0.8 * optimum as f64, "{} {}", bound, optimum);
        }
    }
}
