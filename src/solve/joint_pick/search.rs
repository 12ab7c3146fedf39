//! Ruin and recreate under simulated annealing.
//!
//! Batches may hold so many orders only, so a place in a batch has a price: with it few large orders are preferred to many small ones. Which price is best
//! differs from instance to instance; a few multiples of what an item costs race for a small share of the budget each, and the best goes on.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::bound::bound;
use super::state::{NOWHERE, State};
use super::{Instance, Plan};
use crate::solve::budget::Limit;
use crate::solve::outcome::{Outcome, Status};
use crate::solve::rng::stream;

/// How hard to search.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Orders taken out and put back, all in all.
    pub steps: u64,
    pub seed: u64,
}

/// Orders that a step removes at most.
const REMOVED: usize = 6;
/// Share of orders that are overlooked when the next one is chosen (Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914).
const BLINKS: f64 = 0.1;
/// Orders that are looked at for the next one; of fewer, all.
const LOOKED_AT: usize = 600;
/// First and last temperature, in units of distance.
const HOT: f64 = 30.0;
const COLD: f64 = 0.5;
/// Steps between two looks at the progress.
const WATCH: u64 = 64;

/// Prices of a place in a batch that are tried, in units of what an item costs in the first plan.
const PLACE_PRICES: [f64; 5] = [0.0, 1.0, 2.0, 4.0, 8.0];
/// Share of the budget for each of them.
const RACE: f64 = 0.03;

/// A short plan and a distance that no plan undercuts; `None`: the stock does not suffice for the goal.
///
/// The search ends after `effort.steps`, or when `spent`, asked every few steps, answers 1: the share of another budget (a clock) that is spent,
/// 0 where there is none.
pub fn plan(
    instance: &Instance,
    effort: &Effort,
    spent: &mut dyn FnMut() -> f64,
) -> Option<Outcome<Plan>> {
    let mut clock = Clock {
        steps: 0,
        most: effort.steps,
        spent,
    };
    let first = Search::new(instance, effort.seed, 0.0)?;
    let per_item = first.state.distance as f64 / instance.goal.max(1) as f64;
    let mut leader: Option<Search<'_>> = None;
    let mut first = Some(first);
    for (race, price) in PLACE_PRICES.into_iter().enumerate() {
        let mut search = match first.take() {
            Some(search) => search,
            None => Search::new(instance, effort.seed, price * per_item)?,
        };
        search.anneal(race as f64 * RACE, (race + 1) as f64 * RACE, &mut clock);
        if leader
            .as_ref()
            .is_none_or(|leader| search.best.distance < leader.best.distance)
        {
            leader = Some(search);
        }
    }
    let mut search = leader?;
    search.anneal(PLACE_PRICES.len() as f64 * RACE, 1.0, &mut clock);
    let bound = bound(instance);
    let value = search.best.distance;
    Some(Outcome {
        solution: search.best,
        value,
        bound,
        status: match (value <= bound, clock.steps >= clock.most) {
            (true, _) => Status::Optimal,
            (_, true) => Status::Stopped(Limit::Iterations),
            _ => Status::Stopped(Limit::Clock),
        },
        iterations: clock.steps,
    })
}

/// How much of the budget is spent.
struct Clock<'c> {
    steps: u64,
    most: u64,
    spent: &'c mut dyn FnMut() -> f64,
}

impl Clock<'_> {
    fn share(&mut self) -> f64 {
        f64::max(self.steps as f64 / self.most.max(1) as f64, (self.spent)())
    }
}

struct Search<'a> {
    state: State<'a>,
    rng: ChaCha8Rng,
    /// What a place in a batch is worth: batches with few large orders are better than with many small ones.
    place: f64,
    best: Plan,
}

impl Search<'_> {
    /// With a first plan.
    fn new(instance: &Instance, seed: u64, place: f64) -> Option<Search<'_>> {
        let mut search = Search {
            state: State::new(instance),
            rng: stream(seed, "joint_pick", 0),
            place,
            best: Plan::default(),
        };
        search.start()?;
        search.best = search.state.plan();
        Some(search)
    }

    /// From hot to cold while the share of the budget that is spent goes `from` one `to` another.
    fn anneal(&mut self, from: f64, to: f64, clock: &mut Clock<'_>) {
        let mut temperature = HOT;
        loop {
            if clock.steps.is_multiple_of(WATCH) || clock.steps >= clock.most {
                let way = (clock.share() - from) / (to - from);
                if way >= 1.0 {
                    return;
                }
                temperature = HOT * (COLD / HOT).powf(way.max(0.0));
            }
            clock.steps += 1;
            self.step(temperature);
            if self.state.distance < self.best.distance {
                self.best = self.state.plan();
            }
        }
    }

    /// Batches for the goal, filled.
    fn start(&mut self) -> Option<()> {
        while self.state.picked < self.state.instance.goal {
            if !self.add_next(0.0, usize::MAX) {
                let stuck = self
                    .state
                    .batches
                    .last()
                    .is_some_and(|work| work.orders.is_empty());
                if stuck {
                    return None;
                }
                self.state.open();
            }
        }
        self.drop_surplus();
        Some(())
    }

    fn step(&mut self, temperature: f64) {
        self.state.begin();
        let before = self.state.distance;
        for order in self.victims() {
            self.state.remove(order);
        }
        let mut looks = 0;
        while self.state.picked < self.state.instance.goal {
            let found = self.add_next(BLINKS, LOOKED_AT);
            looks += usize::from(!found);
            if looks > 20 {
                self.state.undo();
                return;
            }
        }
        self.drop_surplus();
        let patience = -temperature * self.rng.random::<f64>().ln();
        if self.state.distance as f64 >= before as f64 + patience {
            self.state.undo();
        }
    }

    /// Orders to be removed: of one batch and zone, or of anywhere.
    fn victims(&mut self) -> Vec<u32> {
        let batches = &self.state.batches;
        let instance = self.state.instance;
        let at = self.rng.random_range(0..batches.len());
        let work = &batches[at];
        if work.orders.is_empty() {
            return Vec::new();
        }
        let k = self.rng.random_range(0..work.orders.len());
        let items = &work.items[k];
        let zone = instance.zone(items[self.rng.random_range(0..items.len())]);
        let count = 1 + self.rng.random_range(0..REMOVED);
        let mut pool: Vec<u32> = if self.rng.random_bool(0.5) {
            let there = |items: &Vec<u32>| items.iter().any(|&item| instance.zone(item) == zone);
            let all = work.orders.iter().zip(&work.items);
            all.filter(|(_, items)| there(items))
                .map(|(&order, _)| order)
                .collect()
        } else {
            batches
                .iter()
                .flat_map(|work| work.orders.iter().copied())
                .collect()
        };
        pool.retain(|&order| order != work.orders[k]);
        let mut victims = vec![work.orders[k]];
        while victims.len() < count && !pool.is_empty() {
            let next = self.rng.random_range(0..pool.len());
            victims.push(pool.swap_remove(next));
        }
        victims
    }

    /// Adds the order that costs least per item that is still needed; whether there was one.
    fn add_next(&mut self, blinks: f64, looked_at: usize) -> bool {
        let state = &self.state;
        let instance = state.instance;
        let needed = instance.goal - state.picked;
        let open: Vec<usize> = (0..state.batches.len())
            .filter(|&batch| state.batches[batch].orders.len() < instance.most_orders)
            .collect();
        let orders = instance.orders();
        let first = self.rng.random_range(0..orders.max(1));
        let mut best: Option<(f64, usize, u32)> = None;
        for i in 0..orders.min(looked_at) {
            let order = ((first + i) % orders) as u32;
            let blink = blinks > 0.0 && self.rng.random_bool(blinks);
            if state.batch_of[order as usize] != NOWHERE || blink {
                continue;
            }
            let useful = instance.order(order).len().min(needed) as f64;
            for &batch in &open {
                let Some(cost) = state.estimate(batch, order) else {
                    break;
                };
                let per_item = (f64::from(cost) + self.place) / useful;
                if best.is_none_or(|best| per_item < best.0) {
                    best = Some((per_item, batch, order));
                }
            }
        }
        best.is_some_and(|(_, batch, order)| self.state.add(batch, order))
    }

    /// Takes out orders that the goal does not need, those that save most first.
    fn drop_surplus(&mut self) {
        loop {
            let state = &self.state;
            let spare = state.picked - state.instance.goal;
            let all = state.batches.iter().enumerate().flat_map(|(batch, work)| {
                work.orders
                    .iter()
                    .zip(&work.items)
                    .map(move |(&order, items)| (batch, order, items))
            });
            let small = all.filter(|(_, _, items)| items.len() <= spare);
            let most = small.max_by_key(|(batch, order, items)| {
                (
                    state.saved_without(*batch, items),
                    std::cmp::Reverse(*order),
                )
            });
            let Some((_, order, _)) = most else {
                return;
            };
            self.state.remove(order);
        }
    }
}
