//! The whole method: a plan by ruin and recreate, prices and their bound, then labels in ever wider layers until plan and bound meet.

use super::actions::Actions;
use super::labels::{Labels, round_up};
use super::network::{Network, Paths, UNIT};
use super::prices::{Ascent, even_prices};
use super::search::Search;
use super::{Clock, Instance, Plan, plan};
use crate::solve::outcome::{Outcome, Status};
use crate::solve::tour::Scratch;
use crate::solve::tour::states::MAX_CROSS_AISLES;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rounds of ruin and recreate.
    pub rounds: u64,
    /// Rounds of the ascent of prices per pass.
    pub ascents: usize,
    /// Labels per layer in the first pass; 0 for none.
    pub width: usize,
    /// Layers are so many times wider in each pass than in the one before; 0 or 1 for one pass only.
    pub widening: usize,
    /// Rounds of repricing per aisle in the label search.
    pub repricing: usize,
    /// Most labels made.
    pub labels: u64,
    pub seed: u64,
}

impl Effort {
    /// A short plan and its bound in milliseconds.
    pub fn night() -> Effort {
        Effort {
            rounds: 100,
            ascents: 60,
            width: 30,
            widening: 0,
            repricing: 5,
            labels: u64::MAX,
            seed: 0,
        }
    }

    /// A short plan of one cart among thousands, in about a millisecond.
    pub fn cart() -> Effort {
        Effort {
            rounds: 20,
            ascents: 0,
            width: 0,
            ..Effort::night()
        }
    }

    /// Goes on until the plan is proven shortest, or the time is up.
    pub fn proving() -> Effort {
        Effort {
            rounds: 1_000,
            ascents: 200,
            width: 30,
            widening: 8,
            repricing: 5,
            ..Effort::night()
        }
    }
}

/// Labels of a layer that prices are made for.
const SAMPLE: usize = 10;

/// The shortest plan found and a bound; `None` where an item's demand exceeds its stock ([`Instance::shortage`]) or there are more
/// than five blocks. `left` says how many seconds
/// are left; the answer does not depend on it as long as it stays above zero.
pub fn solve(
    instance: &Instance,
    effort: &Effort,
    left: &dyn Fn() -> f64,
) -> Option<Outcome<Plan>> {
    let is_known = instance.layout.cross_aisles() as usize <= MAX_CROSS_AISLES;
    if !is_known || instance.shortage().is_some() {
        return None;
    }
    let aisles = plan::aisles(instance);
    let network = Network::new(&instance.layout, aisles.clone());
    let mut run = Run {
        instance,
        effort,
        network: &network,
        grain: plan::grain(instance),
        actions: Actions::of(instance, aisles),
        prices: Vec::new(),
        slots: Vec::new(),
        length: i64::MAX,
        bound: plan::distance_bound(instance),
        clock: Clock {
            left,
            used: 0,
            most: effort.labels,
            stopped_by: None,
        },
    };
    run.first_plan();
    run.passes();
    Some(run.outcome())
}

struct Run<'a> {
    instance: &'a Instance,
    effort: &'a Effort,
    network: &'a Network,
    /// Every walk's length is a multiple of this, mm.
    grain: i64,
    actions: Actions,
    prices: Vec<i64>,
    /// Of the best plan, and its length, mm.
    slots: Vec<u32>,
    length: i64,
    bound: i64,
    clock: Clock<'a>,
}

impl Run<'_> {
    fn first_plan(&mut self) {
        let mut search = Search::new(self.instance, self.network, self.effort.seed);
        let left = self.clock.left;
        search.run(self.effort.rounds, self.bound, &mut || left() > 0.0);
        self.slots = search.slots();
        self.length = search.length();
        self.prices = even_prices(&self.instance.demands, self.length);
    }

    /// Bounds by prices, then searches by labels, as long as that is allowed.
    fn passes(&mut self) {
        let mut paths = Paths::default();
        let mut width = self.effort.width;
        while self.bound < self.length {
            self.raise(&mut paths);
            if self.bound >= self.length || width == 0 || !self.clock.look() {
                return;
            }
            self.label(&mut paths, width);
            if self.effort.widening < 2 || self.clock.stopped_by.is_some() {
                return;
            }
            width = width.saturating_mul(self.effort.widening);
        }
    }

    fn raise(&mut self, paths: &mut Paths) {
        let demands = &self.instance.demands;
        let mut ascent = Ascent::new(self.network, &self.actions, demands, &self.prices);
        let goal = (self.length - self.grain) * UNIT + 1;
        ascent.run(self.effort.ascents, goal, paths, &mut |_| ());
        let found = ascent.best().clone();
        self.prices = found.prices;
        let bound = round_up(found.bound, self.grain);
        self.bound = self.bound.max(bound).min(self.length);
    }

    fn label(&mut self, paths: &mut Paths, width: usize) {
        let demands = &self.instance.demands;
        let due: i64 = (self.prices.iter().zip(demands))
            .map(|(&price, &n)| price * i64::from(n))
            .sum();
        paths.find(self.network, &self.actions, &self.prices, 0);
        let most = (self.length - self.grain) * UNIT - due;
        let alive = paths.within(self.network, &self.actions, most);
        self.actions = self.actions.keep(&alive);
        paths.find(self.network, &self.actions, &self.prices, 0);
        let labels = Labels {
            network: self.network,
            actions: &self.actions,
            paths,
            prices: &self.prices,
            demands,
            grain: self.grain,
            rounds: self.effort.repricing,
            sample: SAMPLE,
        };
        let found = labels.search(self.length, width, &mut self.clock);
        if let Some(path) = &found.actions {
            self.slots = plan::passed(self.instance, self.network, &self.actions, path);
            self.length = found.length;
        }
        self.bound = self.bound.max(found.bound).min(self.length);
    }

    fn outcome(self) -> Outcome<Plan> {
        let plan = plan::of_slots(self.instance, self.slots, &mut Scratch::default());
        let bound = self.bound.min(plan.length_mm);
        let status = match self.clock.stopped_by {
            _ if bound == plan.length_mm => Status::Optimal,
            Some(limit) => Status::Stopped(limit),
            None => Status::Converged,
        };
        Outcome {
            value: plan.length_mm,
            solution: plan,
            bound,
            status,
            iterations: self.clock.used,
        }
    }
}
