//! What people put into a basket.
//!
//! Popularity of the item of rank r (1-based): p_r proportional to (r + q)^-s with s = 1.05, q = 10 (Zipf-Mandelbrot; Mandelbrot 1953):
//! a long tail whose head does not explode. With 100,000 items the best seller has about 1 % of the demand and the first
//! 1 % of the items about half of it.
//!
//! Lines per order: geometric with mean 1.89, and for 2 % of the orders (half of the business orders) a Pareto tail
//! floor(6 u^(-1/1.5)), at most 60; 2.2 on average.
//! The first item of a basket is drawn from p. Each further one comes, with probability 0.35, from the affinity cluster of the
//! first one, in proportion to p within it, otherwise from p, never an item twice. Clusters hold items of one category and
//! similar popularity (items.rs), so that the demand of an item stays close to its nominal share p_i. Not quite: without repeats the head
//! loses to the tail, the more the smaller the catalogue. What the shop expects (stock.rs) is therefore e_i = p_i c_b, with c_b the
//! ratio of drawn to nominal units over the items of popularity class b, measured on a pilot of 200,000 baskets: one class for
//! each of the first 16 ranks, then two for each doubling of the rank.
//!
//! Memory: 24 bytes an item. Time: O(1) a line.

use rand::{Rng, RngExt};
use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::failure::{Result, internal};
use super::rng::{Purpose, chance, stream};

const EXPONENT: f64 = 1.05;
const SHIFT: f64 = 10.0;
const FROM_CLUSTER: f64 = 0.35;
const MOST_LINES: usize = 60;
const PILOT_ORDERS: usize = 200_000;
/// Ranks with a popularity class of their own.
const OWN_CLASS: usize = 16;
/// Share of the orders that come from business customers; see customers.rs.
const PILOT_BUSINESS: f64 =
    super::customers::BUSINESS_SHARE * (1.0 - super::customers::GUEST_SHARE);

/// Popularity of items and the clusters they are bought in.
pub struct Demand {
    /// Share of the demand of each item; sums to 1.
    pub popularity: Vec<f64>,
    sampler: WeightedAliasIndex<f64>,
    cluster: Vec<u32>,
    /// Members of cluster c: `members[starts[c]..starts[c + 1]]`.
    starts: Vec<u32>,
    members: Vec<u32>,
}

/// What orders ask for on average, measured on a pilot sample of baskets.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Lines per order.
    pub lines: f64,
    /// Units per order.
    pub units: f64,
    /// Share of the units of each item; sums to 1.
    pub share: Vec<f64>,
}

impl Demand {
    /// `cluster[i]` is the affinity cluster of item i, numbered from 0 without gaps.
    pub fn new(cluster: &[u32]) -> Result<Self> {
        let mut popularity: Vec<f64> = (1..=cluster.len())
            .map(|rank| (rank as f64 + SHIFT).powf(-EXPONENT))
            .collect();
        let total: f64 = popularity.iter().sum();
        popularity.iter_mut().for_each(|share| *share /= total);
        let sampler = WeightedAliasIndex::new(popularity.clone())
            .map_err(|error| internal("item popularity", error))?;
        let clusters = cluster.iter().max().map_or(0, |last| *last as usize + 1);
        let mut starts = vec![0_u32; clusters + 1];
        for &c in cluster {
            starts[c as usize + 1] += 1;
        }
        for c in 0..clusters {
            starts[c + 1] += starts[c];
        }
        let mut next = starts.clone();
        let mut members = vec![0; cluster.len()];
        for (item, &c) in cluster.iter().enumerate() {
            members[next[c as usize] as usize] = item as u32;
            next[c as usize] += 1;
        }
        Ok(Self {
            popularity,
            sampler,
            cluster: cluster.to_vec(),
            starts,
            members,
        })
    }

    /// Fills `basket` with (item, quantity), all items different, at least one.
    pub fn basket(&self, rng: &mut impl Rng, business: bool, basket: &mut Vec<(u32, i64)>) {
        basket.clear();
        let lines = line_count(rng, business);
        let first = self.sampler.sample(rng) as u32;
        basket.push((first, quantity(rng, business)));
        for _ in 1..lines {
            let together = chance(rng, FROM_CLUSTER);
            let near = together
                .then(|| self.neighbour(rng, first, basket))
                .flatten();
            let found = near.or_else(|| self.stranger(rng, basket));
            if let Some(item) = found {
                basket.push((item, quantity(rng, business)));
            }
        }
    }

    /// An item of the same cluster that is not in the basket, by popularity; None when all of them are.
    fn neighbour(&self, rng: &mut impl Rng, item: u32, basket: &[(u32, i64)]) -> Option<u32> {
        let cluster = self.cluster[item as usize] as usize;
        let range = self.starts[cluster] as usize..self.starts[cluster + 1] as usize;
        let free = || {
            self.members[range.clone()]
                .iter()
                .filter(|member| !holds(basket, **member))
        };
        let total: f64 = free().map(|&member| self.popularity[member as usize]).sum();
        let mut left = rng.random::<f64>() * total;
        free().copied().find(|&member| {
            left -= self.popularity[member as usize];
            left < 0.0
        })
    }

    /// Any item that is not in the basket, by popularity; None after eight repeats.
    fn stranger(&self, rng: &mut impl Rng, basket: &[(u32, i64)]) -> Option<u32> {
        (0..8)
            .map(|_| self.sampler.sample(rng) as u32)
            .find(|item| !holds(basket, *item))
    }

    /// Draws the pilot sample.
    pub fn expectation(&self, seed: u64) -> Expectation {
        let mut rng = stream(seed, Purpose::Pilot, 0);
        let classes = class(self.popularity.len().max(1) - 1) + 1;
        let (mut lines, mut drawn, mut nominal) = (0, vec![0.0; classes], vec![0.0; classes]);
        let mut basket = Vec::new();
        for _ in 0..PILOT_ORDERS {
            let business = chance(&mut rng, PILOT_BUSINESS);
            self.basket(&mut rng, business, &mut basket);
            lines += basket.len();
            for &(item, quantity) in &basket {
                drawn[class(item as usize)] += quantity as f64;
            }
        }
        for (item, share) in self.popularity.iter().enumerate() {
            nominal[class(item)] += share;
        }
        let units: f64 = drawn.iter().sum();
        let corrected = |(item, share): (usize, &f64)| {
            share * drawn[class(item)] / (nominal[class(item)] * units)
        };
        Expectation {
            lines: lines as f64 / PILOT_ORDERS as f64,
            units: units / PILOT_ORDERS as f64,
            share: self.popularity.iter().enumerate().map(corrected).collect(),
        }
    }
}

fn holds(basket: &[(u32, i64)], item: u32) -> bool {
    basket.iter().any(|(other, _)| *other == item)
}

/// Popularity class of an item: its rank, then two classes for each doubling.
fn class(item: usize) -> usize {
    if item < OWN_CLASS {
        return item;
    }
    OWN_CLASS + (2.0 * (item as f64 / OWN_CLASS as f64).log2()) as usize
}

/// Number of successes before the first failure, each with probability `again`.
fn geometric(rng: &mut impl Rng, again: f64) -> i64 {
    let draw = 1.0 - rng.random::<f64>();
    (draw.ln() / again.ln()).floor() as i64
}

fn line_count(rng: &mut impl Rng, business: bool) -> usize {
    let large = if business { 0.5 } else { 0.02 };
    if chance(rng, large) {
        let draw = 1.0 - rng.random::<f64>();
        return ((6.0 * draw.powf(-1.0 / 1.5)) as usize).min(MOST_LINES);
    }
    (1 + geometric(rng, 0.47) as usize).min(MOST_LINES)
}

/// Mostly one; businesses buy by the case.
fn quantity(rng: &mut impl Rng, business: bool) -> i64 {
    if business {
        return (1 + geometric(rng, 0.65)).min(48);
    }
    if chance(rng, 0.86) {
        1
    } else {
        (2 + geometric(rng, 0.35)).min(24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(items: u32) -> Demand {
        let cluster: Vec<u32> = (0..items).map(|item| item / 12).collect();
        Demand::new(&cluster).unwrap()
    }

    #[test]
    fn the_head_of_the_demand_is_sane() {
        let demand = demand(100_000);
        let share = |count: usize| demand.popularity[..count].iter().sum::<f64>();
        assert!((0.005..0.02).contains(&share(1)), "{}", share(1));
        assert!((0.40..0.60).contains(&share(1_000)), "{}", share(1_000));
        assert!((0.80..0.92).contains(&share(20_000)), "{}", share(20_000));
    }

    #[test]
    fn baskets_are_what_the_shop_expects() {
        let demand = demand(1_000);
        let expected = demand.expectation(3);
        assert!((2.0..2.5).contains(&expected.lines), "{}", expected.lines);
        assert!((2.4..3.4).contains(&expected.units), "{}", expected.units);
        assert!((expected.share.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let mut rng = stream(1, Purpose::Pilot, 9);
        let (mut basket, mut hits, mut units) = (Vec::new(), [0; 2], 0);
        for _ in 0..100_000 {
            demand.basket(&mut rng, false, &mut basket);
            assert!(basket.len() <= MOST_LINES);
            for &(item, quantity) in &basket {
                assert!(quantity >= 1);
                units += quantity;
                hits[0] += if item < 10 { quantity } else { 0 };
                hits[1] += if item >= 500 { quantity } else { 0 };
            }
        }
        let head: f64 = expected.share[..10].iter().sum();
        let tail: f64 = expected.share[500..].iter().sum();
        assert!((hits[0] as f64 / units as f64 / head - 1.0).abs() < 0.05);
        assert!((hits[1] as f64 / units as f64 / tail - 1.0).abs() < 0.05);
    }
}
