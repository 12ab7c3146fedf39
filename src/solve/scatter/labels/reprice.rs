//! Prices made anew for what the labels of a layer leave.
//!
//! The prices of the whole demand are wrong for the rest of it. So before an aisle they are raised again from there on, by a few steps
//! along a smoothed subgradient of
//!
//! ```text
//! sum over a sample of labels  min(most, length + prices · left + shortest priced path from the label's state)
//! ```
//!
//! and every label is bounded by the best of them; bounds only rise. O(rounds × (actions ahead + sample × aisles)).

use super::super::Clock;
use super::{Layer, Run, UNIT};

/// Share of the last direction in the next one.
const MEMORY: f64 = 0.6;
/// Steps shorten by it where the sum has not risen.
const SHORTER: f64 = 0.7;
/// Least squared length of a direction, so that steps stay finite.
const LEAST_SQUARE: f64 = 0.1;

/// A few labels of the layer, evenly spread over its bounds, with what they leave.
struct Sample {
    labels: Vec<usize>,
    left: Vec<Vec<i64>>,
}

/// What prices make of the sample.
struct Weighed {
    /// Sum of the bounds, each at most `most`.
    total: i64,
    /// What the bounds below `most` lack.
    missing: i64,
    /// Demand left less what their shortest paths serve, per item.
    slope: Vec<i64>,
}

/// Where the ascent stands.
struct Ascent {
    here: Vec<f64>,
    direction: Vec<f64>,
    scale: f64,
    best: (i64, Vec<i64>),
}

impl Ascent {
    fn new(prices: &[i64]) -> Ascent {
        Ascent {
            here: prices.iter().map(|&price| price as f64).collect(),
            direction: vec![0.0; prices.len()],
            scale: 1.0,
            best: (i64::MIN, prices.to_vec()),
        }
    }

    fn prices(&self) -> Vec<i64> {
        self.here.iter().map(|&price| price as i64).collect()
    }

    /// Goes on from what these prices made of `n` labels; no price exceeds `most`.
    fn step(&mut self, prices: Vec<i64>, weighed: &Weighed, n: f64, most: f64) {
        if weighed.total > self.best.0 {
            self.best = (weighed.total, prices);
        } else {
            self.scale *= SHORTER;
        }
        let mut square = 0.0;
        for ((slope, &new), &here) in
            (self.direction.iter_mut().zip(&weighed.slope)).zip(&self.here)
        {
            *slope = MEMORY * *slope + (1.0 - MEMORY) * new as f64 / n;
            if here <= 0.0 && *slope < 0.0 {
                *slope = 0.0;
            }
            square += *slope * *slope;
        }
        let step = self.scale * weighed.missing as f64 / n / square.max(LEAST_SQUARE);
        for (here, slope) in self.here.iter_mut().zip(&self.direction) {
            *here = (*here + step * slope).clamp(0.0, most);
        }
    }
}

impl Run<'_> {
    /// Prices for the aisles from `aisle` on, and the bounds of the labels with them. Ends early where the clock does.
    pub(super) fn reprice(&mut self, layer: &mut Layer, aisle: usize, clock: &mut Clock) {
        let sample = self.sample(layer);
        let n = sample.labels.len() as f64;
        let mut ascent = Ascent::new(&self.prices);
        for _ in 0..self.of.rounds {
            if !clock.look() {
                break;
            }
            let prices = ascent.prices();
            let weighed = self.weigh(layer, &sample, &prices, aisle);
            ascent.step(prices, &weighed, n, self.most.max(0) as f64);
        }
        self.prices = ascent.best.1;
        self.rebound(layer, aisle);
    }

    fn sample(&self, layer: &Layer) -> Sample {
        let n = layer.labels.len();
        let wanted = self.of.sample.min(n);
        let labels: Vec<usize> = (0..wanted).map(|j| j * n / wanted).collect();
        let left = labels.iter().map(|&k| self.amounts(layer, k)).collect();
        Sample { labels, left }
    }

    /// Units of each item that a label leaves.
    fn amounts(&self, layer: &Layer, label: usize) -> Vec<i64> {
        let words = self.packing.words();
        let left = &layer.left[label * words..(label + 1) * words];
        let items = 0..self.of.demands.len();
        items
            .map(|item| i64::from(self.packing.amount(left, item)))
            .collect()
    }

    fn weigh(&mut self, layer: &Layer, sample: &Sample, prices: &[i64], aisle: usize) -> Weighed {
        let of = self.of;
        self.paths.find(of.network, of.actions, prices, aisle);
        let goal = self
            .paths
            .to_stop(of.network, of.network.layer(aisle, 0))
            .to_vec();
        let mut weighed = Weighed {
            total: 0,
            missing: 0,
            slope: vec![0; prices.len()],
        };
        let mut taken = Vec::new();
        for (&k, left) in sample.labels.iter().zip(&sample.left) {
            let label = &layer.labels[k];
            let due: i64 = left.iter().zip(prices).map(|(n, price)| n * price).sum();
            let bound = label.length * UNIT + due + goal[usize::from(label.state)];
            weighed.total += bound.min(self.most);
            if bound > self.most {
                continue;
            }
            weighed.missing += self.most - bound;
            self.paths
                .shortest(of.network, aisle, label.state, &mut taken);
            for (slope, n) in weighed.slope.iter_mut().zip(left) {
                *slope += n;
            }
            for grant in taken
                .iter()
                .flat_map(|&action| &self.lists[action as usize])
            {
                weighed.slope[grant.item as usize] -= i64::from(grant.amount);
            }
        }
        weighed
    }

    /// Bounds of all labels with the prices as they are now.
    fn rebound(&mut self, layer: &mut Layer, aisle: usize) {
        let of = self.of;
        self.paths.find(of.network, of.actions, &self.prices, aisle);
        let goal = self.paths.to_stop(of.network, of.network.layer(aisle, 0));
        for k in 0..layer.labels.len() {
            let left = self.amounts(layer, k);
            let due = left.iter().zip(&self.prices).map(|(n, price)| n * price);
            let label = &mut layer.labels[k];
            label.due = due.sum();
            let bound = label.length * UNIT + label.due + goal[usize::from(label.state)];
            label.bound = label.bound.max(bound);
        }
    }
}
