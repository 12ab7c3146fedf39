//! Prices of the items, and the bound that they prove.
//!
//! For prices `u >= 0` per unit of demand let
//!
//! ```text
//! L(u) = u · demand + min over paths p of ( length(p) - u · served(p) )
//! ```
//!
//! where `served` counts what the actions of `p` serve, each capped by the demand. Every plan is at least `L(u)` long (Lagrangian duality;
//! Geoffrion 1974, doi 10.1007/BFb0120690); the best `u` proves as much as the linear relaxation of the network flow with demand rows of
//! Hessler and Irnich 2024, since paths are integral. `demand - served` of the minimizer is a supergradient.
//!
//! *Ascent.* Steps of Polyak (1969, doi 10.1016/0041-5553(69)90061-5) towards the length of the best plan known, along a mean of the
//! supergradients; halved where rounds bring nothing. One shortest path per round.

use super::actions::Actions;
use super::network::{Network, Paths, UNIT};
use crate::solve::tour::states::EMPTY;

/// Rounds without a gain after which steps are halved.
const PATIENCE: usize = 5;
/// Share of the last direction that is kept.
const MEMORY: f64 = 0.6;
/// Where directions cancel, steps do not grow beyond this square.
const LEAST_SQUARE: f64 = 0.1;

/// Prices and what they prove.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    /// Per unit of each item, parts of a mm.
    pub prices: Vec<i64>,
    /// No plan is shorter, parts of a mm.
    pub bound: i64,
}

/// An ascent that can go on from where it stopped.
pub(super) struct Ascent<'a> {
    network: &'a Network,
    actions: &'a Actions,
    demands: &'a [u32],
    best: Prices,
    here: Vec<f64>,
    direction: Vec<f64>,
    scale: f64,
    idle: usize,
}

impl<'a> Ascent<'a> {
    /// Starts from these prices.
    pub fn new(
        network: &'a Network,
        actions: &'a Actions,
        demands: &'a [u32],
        prices: &[i64],
    ) -> Ascent<'a> {
        Ascent {
            network,
            actions,
            demands,
            best: Prices {
                prices: prices.to_vec(),
                bound: i64::MIN,
            },
            here: prices.iter().map(|&price| price as f64).collect(),
            direction: vec![0.0; prices.len()],
            scale: 1.0,
            idle: 0,
        }
    }

    /// The best prices so far.
    pub fn best(&self) -> &Prices {
        &self.best
    }

    /// At most `rounds` more rounds, fewer where the bound reaches `goal`, in parts of a mm: a plan of that length is known.
    pub fn run(
        &mut self,
        rounds: usize,
        goal: i64,
        paths: &mut Paths,
        see: &mut dyn FnMut(&[u32]),
    ) {
        let mut taken = Vec::new();
        let mut served = vec![0i64; self.demands.len()];
        for _ in 0..rounds {
            let prices: Vec<i64> = self.here.iter().map(|&price| price as i64).collect();
            let bound = self.value(&prices, paths);
            self.judge(prices, bound);
            if self.best.bound >= goal {
                return;
            }
            paths.shortest(self.network, 0, EMPTY, &mut taken);
            see(&taken);
            self.count(&taken, &mut served);
            self.step(goal, (goal - bound) as f64, &served);
        }
    }

    /// `L(prices)`.
    fn value(&self, prices: &[i64], paths: &mut Paths) -> i64 {
        let demand = prices.iter().zip(self.demands);
        let due: i64 = demand.map(|(&price, &n)| price * i64::from(n)).sum();
        paths.find(self.network, self.actions, prices, 0);
        due + paths.to_stop(self.network, 0)[usize::from(EMPTY)]
    }

    fn judge(&mut self, prices: Vec<i64>, bound: i64) {
        if bound > self.best.bound {
            self.best = Prices { prices, bound };
            self.idle = 0;
            return;
        }
        self.idle += 1;
        if self.idle == PATIENCE {
            self.idle = 0;
            self.scale *= 0.7;
        }
    }

    fn count(&self, taken: &[u32], served: &mut [i64]) {
        served.fill(0);
        for &action in taken {
            for grant in self.actions.cover(action as usize) {
                served[grant.item as usize] += i64::from(grant.amount);
            }
        }
    }

    /// A step of the length that would make up for what is missing, if the minimizers stayed. No price exceeds the goal: it is the
    /// length of a whole plan.
    fn step(&mut self, goal: i64, missing: f64, served: &[i64]) {
        for (item, slope) in self.direction.iter_mut().enumerate() {
            let unserved = (i64::from(self.demands[item]) - served[item]) as f64;
            *slope = MEMORY * *slope + (1.0 - MEMORY) * unserved;
            if self.here[item] <= 0.0 && *slope < 0.0 {
                *slope = 0.0;
            }
        }
        let square: f64 = self.direction.iter().map(|slope| slope * slope).sum();
        let length = self.scale * missing / square.max(LEAST_SQUARE);
        for (price, slope) in self.here.iter_mut().zip(&self.direction) {
            *price = (*price + length * slope).clamp(0.0, goal as f64);
        }
    }
}

/// Prices to start from: as if each unit cost the same share of a plan of this length.
pub(super) fn even_prices(demands: &[u32], length: i64) -> Vec<i64> {
    let units: i64 = demands.iter().map(|&n| i64::from(n)).sum();
    let share = length * UNIT / units.max(1);
    vec![share; demands.len()]
}
