//! Which gains to take within one capacity, and what one more unit of capacity would bring.
//!
//! The 0/1 knapsack over integer gains `g` and weights `w`, and its linear relaxation:
//!
//! ```text
//! max  sum_i g_i x_i     s.t.  sum_i w_i x_i <= C,   x_i in {0, 1}      (relaxed: 0 <= x_i <= 1)
//! ```
//!
//! Dantzig (1957, doi 10.1287/opre.5.2.266): take items by falling density `g / w`; the first that does not fit, the
//! *critical item* `c`, is split in the relaxation. The bound is `floor(sum of taken + rest * g_c / w_c)`, the shadow price
//! of capacity `g_c / w_c`. The rounded solution goes on past the critical item with whatever still fits, and is compared
//! with the best single item, so that it is worth at least half of the optimum, and misses it by less than one gain.
//! With equal weights (a review queue: one case, one slot) it is optimal.
//!
//! Ties in density go to the larger gain, then to the lower index. Densities are compared exactly, in 128-bit products.
//! O(n log n) time, O(n) memory.

use std::cmp::Ordering;

use crate::solve::outcome::{Outcome, Status};

/// What to take, and the price of capacity.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Indices of the chosen items, ascending.
    pub chosen: Vec<u32>,
    /// Sum of their weights.
    pub weight: i64,
    /// Gain of one more unit of capacity, at the margin: the density of the critical item; 0 when everything fits.
    pub shadow_price: f64,
}

/// Choose items of the largest total gain within `capacity`.
///
/// Items that bring nothing (`gain <= 0`) are never chosen, items that take nothing (`weight <= 0`) always are when they
/// bring something. A negative capacity counts as zero. `value` and `bound` are total gains: `value <= optimum <= bound`.
///
/// # Panics
/// If the slices differ in length, or a total leaves the range of `i64`.
pub fn knapsack(gains: &[i64], weights: &[i64], capacity: i64) -> Outcome<Selection> {
    assert_eq!(gains.len(), weights.len(), "one weight per gain");
    let mut order: Vec<u32> = (0..gains.len() as u32)
        .filter(|&i| gains[i as usize] > 0 && weights[i as usize] <= capacity.max(0))
        .collect();
    order.sort_unstable_by(|&a, &b| by_density(gains, weights, a as usize, b as usize));

    let (mut value, mut rest) = (0, capacity.max(0));
    let mut chosen = Vec::with_capacity(order.len());
    let mut critical: Option<(i64, f64)> = None;
    for &i in &order {
        let (gain, weight) = (gains[i as usize], weights[i as usize].max(0));
        if weight <= rest {
            value += gain;
            rest -= weight;
            chosen.push(i);
        } else if critical.is_none() {
            let fraction = i128::from(rest) * i128::from(gain) / i128::from(weight);
            critical = Some((value + fraction as i64, gain as f64 / weight as f64));
        }
    }
    if let Some((best, gain)) = single_best(&order, gains, value) {
        (chosen, value) = (vec![best], gain);
    }
    chosen.sort_unstable();
    let (bound, shadow_price) = critical.unwrap_or((value, 0.0));
    let weight = chosen.iter().map(|&i| weights[i as usize].max(0)).sum();
    Outcome {
        iterations: order.len() as u64,
        status: if value == bound {
            Status::Optimal
        } else {
            Status::Converged
        },
        solution: Selection {
            chosen,
            weight,
            shadow_price,
        },
        value,
        bound,
    }
}

/// The most valuable single item that beats `value`, if there is one; the lowest index among equals.
fn single_best(order: &[u32], gains: &[i64], value: i64) -> Option<(u32, i64)> {
    order
        .iter()
        .map(|&i| (i, gains[i as usize]))
        .filter(|&(_, gain)| gain > value)
        .max_by_key(|&(i, gain)| (gain, std::cmp::Reverse(i)))
}

/// Falling density, then falling gain, then rising index; weightless items first.
fn by_density(gains: &[i64], weights: &[i64], a: usize, b: usize) -> Ordering {
    let product = |gain: i64, weight: i64| i128::from(gain) * i128::from(weight.max(0));
    product(gains[b], weights[a])
        .cmp(&product(gains[a], weights[b]))
        .then(gains[b].cmp(&gains[a]))
        .then(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Oracle: dynamic programme over capacity.
    fn exact(gains: &[i64], weights: &[i64], capacity: i64) -> i64 {
        let mut best = vec![0i64; capacity as usize + 1];
        for (&gain, &weight) in gains.iter().zip(weights) {
            for c in (weight as usize..best.len()).rev() {
                best[c] = best[c].max(best[c - weight as usize] + gain);
            }
        }
        best[capacity as usize]
    }

    #[test]
    fn equal_weights_take_the_largest_gains() {
        let found = knapsack(&[5, 9, 1, 7], &[1, 1, 1, 1], 2);
        assert_eq!(found.solution.chosen, [1, 3]);
        assert_eq!((found.value, found.bound), (16, 16));
        assert_eq!(found.solution.shadow_price, 5.0);
        assert_eq!(found.status, Status::Optimal);
    }

    #[test]
    fn a_large_item_beats_a_dense_one() {
        let found = knapsack(&[2, 100], &[1, 100], 100);
        assert_eq!(found.solution.chosen, [1]);
        assert_eq!((found.value, found.bound), (100, 101));
    }

    #[test]
    fn edges() {
        assert_eq!(knapsack(&[], &[], 5).value, 0);
        assert_eq!(knapsack(&[4, -1], &[0, 0], -3).solution.chosen, [0]);
        let all = knapsack(&[4, 0, -2, 3], &[1, 1, 1, 1], 10);
        assert_eq!(all.solution.chosen, [0, 3]);
        assert_eq!((all.solution.weight, all.solution.shadow_price), (2, 0.0));
    }

    proptest! {
        #[test]
        fn between_half_and_all_of_the_optimum(
            items in prop::collection::vec((0i64..60, 0i64..20), 0..16),
            capacity in 0i64..60,
        ) {
            let (gains, weights): (Vec<i64>, Vec<i64>) = items.into_iter().unzip();
            let found = knapsack(&gains, &weights, capacity);
            let optimum = exact(&gains, &weights, capacity);
            let chosen = &found.solution.chosen;
            let total: i64 = chosen.iter().map(|&i| gains[i as usize]).sum();
            let load: i64 = chosen.iter().map(|&i| weights[i as usize]).sum();
            prop_assert!(chosen.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(total, found.value);
            prop_assert_eq!(load, found.solution.weight);
            prop_assert!(load <= capacity);
            prop_assert!(found.value <= optimum && optimum <= found.bound);
            prop_assert!(2 * found.value >= optimum);
        }

        #[test]
        fn the_shadow_price_is_a_supergradient(
            items in prop::collection::vec((1i64..60, 1i64..20), 1..12),
            capacity in 20i64..60,
            other in 0i64..90,
        ) {
            let (gains, weights): (Vec<i64>, Vec<i64>) = items.into_iter().unzip();
            let found = knapsack(&gains, &weights, capacity);
            let price = found.solution.shadow_price;
            let line = (found.bound + 1) as f64 + price * (other - capacity) as f64;
            prop_assert!(exact(&gains, &weights, other) as f64 <= line + 1e-6);
        }
    }
}
