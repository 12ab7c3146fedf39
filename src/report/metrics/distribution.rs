//! Mean and percentiles of durations.

use serde::{Deserialize, Serialize};

/// Durations in seconds. Percentiles are nearest rank: the p-th is the smallest value that at least p % of the values do not
/// exceed, so it always is a value that occurred. All `None` where there is no value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    pub count: u64,
    pub mean: Option<f64>,
    pub p50: Option<i64>,
    pub p90: Option<i64>,
    pub p99: Option<i64>,
    pub max: Option<i64>,
}

impl Distribution {
    /// O(n log n); integer sums, so the mean does not depend on the order of the values.
    pub fn of(mut seconds: Vec<i64>) -> Self {
        seconds.sort_unstable();
        let sum: i128 = seconds.iter().map(|&s| i128::from(s)).sum();
        Distribution {
            count: seconds.len() as u64,
            mean: (!seconds.is_empty()).then(|| super::tidy(sum as f64 / seconds.len() as f64)),
            p50: nearest_rank(&seconds, 50),
            p90: nearest_rank(&seconds, 90),
            p99: nearest_rank(&seconds, 99),
            max: seconds.last().copied(),
        }
    }
}

/// The value at rank ⌈p n / 100⌉ (from 1) of sorted values, 1 <= p <= 100.
pub fn nearest_rank(sorted: &[i64], p: usize) -> Option<i64> {
    let rank = (sorted.len() * p).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let all: Vec<i64> = (1..=10).map(|i| i * 10).collect();
        assert_eq!(nearest_rank(&all, 50), Some(50));
        assert_eq!(nearest_rank(&all, 90), Some(90));
        assert_eq!(nearest_rank(&all, 99), Some(100));
        assert_eq!(nearest_rank(&[7], 1), Some(7));
        assert_eq!(nearest_rank(&[], 50), None);
    }

    #[test]
    fn nothing_has_no_mean() {
        let none = Distribution::of(Vec::new());
        assert_eq!((none.count, none.mean, none.p99), (0, None, None));
        assert_eq!(Distribution::of(vec![1, 2]).mean, Some(1.5));
    }
}
