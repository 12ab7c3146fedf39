//! The assignment bound of a cyclic order: every point gets one successor, cycles of any number allowed.
//!
//! Shortest augmenting paths (Jonker and Volgenant 1987, doi 10.1007/BF02278710), without their reductions: row by row, O(n^3) time and O(n) memory beside
//! the costs. A point is not its own successor.

use super::Costs;

/// Longer than any tour, and far from overflow.
const NEVER: i64 = i64::MAX / 8;

/// The least total, and the successor of each point. `n` is at least 2.
pub(super) fn solve(costs: &Costs) -> (i64, Vec<usize>) {
    let n = costs.n;
    let cost = |row: usize, column: usize| match row == column {
        true => NEVER,
        false => costs.get(row, column),
    };
    // Index n of the columns is where a path begins: it holds the row that has no column yet.
    let mut row_of = vec![usize::MAX; n + 1];
    let (mut row_price, mut column_price) = (vec![0i64; n], vec![0i64; n + 1]);
    for row in 0..n {
        row_of[n] = row;
        let mut from = vec![n; n];
        let mut reach = vec![i64::MAX; n];
        let mut done = vec![false; n + 1];
        let mut column = n;
        while row_of[column] != usize::MAX {
            done[column] = true;
            let here = row_of[column];
            let (mut step, mut nearest) = (i64::MAX, n);
            for next in (0..n).filter(|&next| !done[next]) {
                let reduced = cost(here, next) - row_price[here] - column_price[next];
                if reduced < reach[next] {
                    reach[next] = reduced;
                    from[next] = column;
                }
                if reach[next] < step {
                    step = reach[next];
                    nearest = next;
                }
            }
            for other in 0..=n {
                if done[other] {
                    row_price[row_of[other]] += step;
                    column_price[other] -= step;
                } else {
                    reach[other] -= step;
                }
            }
            column = nearest;
        }
        while column != n {
            let before = from[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    let mut next = vec![0; n];
    for (column, &row) in row_of[..n].iter().enumerate() {
        next[row] = column;
    }
    let total = (0..n).map(|row| cost(row, next[row])).sum();
    (total, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Oracle: every derangement.
    fn by_permutation(costs: &Costs, row: usize, taken: &mut Vec<bool>) -> i64 {
        if row == costs.n {
            return 0;
        }
        let mut best = NEVER;
        for column in 0..costs.n {
            if column != row && !taken[column] {
                taken[column] = true;
                best = best.min(costs.get(row, column) + by_permutation(costs, row + 1, taken));
                taken[column] = false;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn equals_all_permutations(n in 2usize..7, numbers in prop::collection::vec(0i64..40, 36)) {
            let costs = Costs::new(n, |i, j| numbers[i * n + j]);
            let (total, next) = solve(&costs);
            prop_assert_eq!(total, by_permutation(&costs, 0, &mut vec![false; n]));
            prop_assert_eq!(total, (0..n).map(|i| costs.get(i, next[i])).sum::<i64>());
        }
    }
}
