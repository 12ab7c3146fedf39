//! Which orders get the scarce reviews.
//!
//! Let s be the score, v the money at stake. Orders with s ≥ decline are declined, with s < review accepted. Those between deserve a
//! review of w minutes, of which the team has C in all: choose R to maximize Σ_{R} v·s subject to w·|R| ≤ C. This is a knapsack
//! in which gain per minute decides; as all reviews take the same time, the greedy choice (largest v·s first, earlier orders first
//! among equals) is optimal. The rest is decided without a look: accepted below the midpoint of the two thresholds, declined
//! from it on. A decline score above the highest score there is means that nothing is ever declined, here neither.
//!
//! O(n log n) in the orders that deserve a review.

use std::cmp::Reverse;

use crate::model::plan::Decision;
use crate::model::units::Cents;
use crate::params;

use super::points::MAX_SCORE;

/// Decisions for all scores, and how many orders deserved a review that the team has no time for.
pub(super) fn decide(
    scores: &[u8],
    amounts: &[Cents],
    params: &params::Fraud,
) -> (Vec<Decision>, u64) {
    let mut decisions: Vec<Decision> = scores
        .iter()
        .map(|&score| match i64::from(score) {
            score if score >= params.decline_score => Decision::Decline,
            score if score >= params.review_score => Decision::Review,
            _ => Decision::Accept,
        })
        .collect();
    let mut queue: Vec<usize> = (0..decisions.len())
        .filter(|&i| decisions[i] == Decision::Review)
        .collect();
    queue.sort_unstable_by_key(|&i| {
        let gain = i128::from(amounts[i].0) * i128::from(scores[i]);
        (Reverse(gain), i)
    });
    let capacity = (params.review_minutes / params.minutes_per_review) as usize;
    let rest = queue.get(capacity..).unwrap_or_default();
    for &i in rest {
        decisions[i] = without_review(scores[i], params);
    }
    (decisions, rest.len() as u64)
}

fn without_review(score: u8, params: &params::Fraud) -> Decision {
    let never_decline = params.decline_score > i64::from(MAX_SCORE);
    if never_decline || 2 * i64::from(score) < params.review_score + params.decline_score {
        Decision::Accept
    } else {
        Decision::Decline
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Accept, Decline, Review};

    fn params(reviews: i64) -> params::Fraud {
        params::Fraud {
            review_score: 40,
            decline_score: 80,
            review_minutes: reviews * 4 + 3,
            minutes_per_review: 4,
            ..params::Fraud::default()
        }
    }

    fn decided(scores: &[u8], amounts: &[i64], params: &params::Fraud) -> (Vec<Decision>, u64) {
        let amounts: Vec<Cents> = amounts.iter().copied().map(Cents).collect();
        decide(scores, &amounts, params)
    }

    #[test]
    fn thresholds_are_inclusive() {
        let (decisions, over) = decided(&[39, 40, 79, 80], &[1; 4], &params(9));
        assert_eq!(decisions, [Accept, Review, Review, Decline]);
        assert_eq!(over, 0);
    }

    #[test]
    fn reviews_go_to_the_largest_amount_times_score() {
        // 50 × 90 = 4500 < 45 × 101 = 4545; the unreviewed ones fall on either side of the midpoint, 60.
        let (decisions, over) = decided(&[50, 45, 60, 59], &[90, 101, 10, 10], &params(1));
        assert_eq!(decisions, [Accept, Review, Decline, Accept]);
        assert_eq!(over, 3);
    }

    #[test]
    fn among_equals_the_earlier_order_is_reviewed() {
        let (decisions, _) = decided(&[50, 50], &[10, 10], &params(1));
        assert_eq!(decisions, [Review, Accept]);
    }

    #[test]
    fn a_decline_score_that_cannot_be_reached_never_declines() {
        for decline_score in [100, 101] {
            let params = params::Fraud {
                decline_score,
                ..params(0)
            };
            assert_eq!(decided(&[99], &[10], &params), (vec![Accept], 1));
        }
    }

    #[test]
    fn a_review_score_above_the_decline_score_means_no_reviews() {
        let params = params::Fraud {
            review_score: 90,
            ..params(5)
        };
        assert_eq!(decided(&[85, 95], &[10; 2], &params).0, [Decline, Decline]);
    }
}
