//! Why the orders are served as they are, asked of the problem that was solved.
//!
//! For every order, beside what it costs:
//!
//! ```text
//! runner-up   min over chosen facilities f of  cheapest way with f barred, on what is left at the end + what the order takes
//! cheapest    cheapest way on the opening stock, as if the order were alone
//! scarcity    sum over what it takes of units × shadow price: what others would pay for it
//! ```
//!
//! And where it is asked for, why each other facility is not used (`unused`).
//!
//! Orders with a table of prices are asked exactly ([`Best::plan`] at no tolls); larger ones by their columns, so that their runner-up is the best
//! other pattern that the search knew. The plan may come from the optimizer or from one of the rules: only its patterns are read.
//! O(orders × shipments × subproblem); memory: a copy of what is left per thread, and the rows.

mod unused;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::explain::{Explained, RoutingDecision, Way};
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::units::Cents;
use crate::solve::assign::{Best, COLUMN, Class, Left, MILLI, Parts, Problem};

use super::commit::{Served, cost_of};
use super::instance::{Demand, Instance};
use super::joint::{Known, Large, uses};
use super::order::Pattern;
use unused::unused;

/// Orders that one copy of what is left serves, at least.
const AT_ONCE: usize = 2_048;

/// Explains a plan, given by position of the sequence; `all`: also why facilities are not used.
pub(super) fn explain(
    instance: &Instance,
    known: &Known,
    served: &[Served],
    all: bool,
) -> Explained {
    let asked = Asked::new(instance, known);
    let left = left_over(instance, &known.problem, served);
    let alone = asked.alone();
    let runners_up: Vec<Option<(Cents, Way)>> = served
        .par_iter()
        .enumerate()
        .with_min_len(AT_ONCE)
        .map_init(
            || (Best::default(), left.clone()),
            |(best, left), (position, served)| {
                asked.runner_up(best, left, position, &served.pattern)
            },
        )
        .collect();
    let mut order: Vec<usize> = (0..served.len()).collect();
    order.sort_unstable_by_key(|&position| instance.demand(position).order);
    let mut ways = Ways::default();
    let mut explained = Explained::default();
    if all {
        explained.unused = unused(&asked, &order, served, &left);
    }
    for position in order {
        let demand = instance.demand(position);
        let mut row = row(instance, &demand, &served[position], &mut ways);
        let pattern = &served[position].pattern;
        row.scarcity = asked.scarcity(pattern);
        let cheapest = &alone[known.problem.class_of[position] as usize];
        // Of a large order only some ways are known, and its own may not be among them.
        if cheapest.0 < row.cost() {
            row.cheapest_cost = cheapest.0;
            row.cheapest = ways.of(asked.way(position, &cheapest.1));
        }
        if let Some((cost, way)) = &runners_up[position] {
            row.runner_up = Some(ways.of(way.clone()));
            row.runner_up_cost = Some(*cost);
            if *cost < row.cheapest_cost {
                row.cheapest_cost = *cost;
                row.cheapest = ways.of(way.clone());
            }
        }
        explained.decisions.push(row);
    }
    explained.ways = ways.list;
    explained
}

/// What is left of every resource.
fn left_over(instance: &Instance, problem: &Problem, served: &[Served]) -> Vec<i64> {
    let mut left = problem.supply.clone();
    for served in served {
        for (resource, units) in uses(instance, &served.pattern) {
            left[resource as usize] -= i64::from(units);
        }
    }
    left
}

/// Ways, each once, in order of their first use.
#[derive(Default)]
pub(super) struct Ways {
    pub list: Vec<Way>,
    known: FxHashMap<Way, u32>,
}

impl Ways {
    pub fn of(&mut self, way: Way) -> u32 {
        let next = self.list.len() as u32;
        *self.known.entry(way).or_insert_with_key(|way| {
            self.list.push(way.clone());
            next
        })
    }
}

fn sorted(mut way: Way) -> Way {
    way.sort_unstable_by_key(|&(facility, units)| (std::cmp::Reverse(units), facility));
    way
}

pub(super) fn way_of(pattern: &Pattern) -> Way {
    let parts = pattern.contents().map(|(facility, content)| {
        let units = content.iter().map(|c| u64::from(c.1)).sum();
        (facility, units)
    });
    sorted(parts.collect())
}

/// What the order costs, as its share of the plan's cost.
fn row(instance: &Instance, demand: &Demand, served: &Served, ways: &mut Ways) -> RoutingDecision {
    let way = way_of(&served.pattern);
    let waiting: u64 = served
        .backorders
        .iter()
        .map(|b| u64::from(b.quantity))
        .sum();
    let cost = cost_of(&instance.rules, demand, &served.pattern, waiting);
    let backorder_penalty = Cents(demand.backordered(waiting));
    let mut row = RoutingDecision {
        order: demand.order,
        shipped: way.iter().map(|part| part.1).sum(),
        chosen: ways.of(way),
        waiting,
        freight: cost.freight,
        cartons: cost.cartons,
        handling: cost.handling,
        lateness: cost.lateness_penalty,
        store_penalty: cost.store_penalty,
        split_penalty: cost.split_penalty,
        backorder_penalty,
        lost_penalty: Cents(cost.backorder_penalty.0 - backorder_penalty.0),
        runner_up: None,
        runner_up_cost: None,
        scarcity: Cents::ZERO,
        cheapest: 0,
        cheapest_cost: Cents::ZERO,
    };
    (row.cheapest, row.cheapest_cost) = (row.chosen, row.cost());
    row
}

/// The solved problem, ready for questions.
pub(super) struct Asked<'a> {
    pub instance: &'a Instance<'a>,
    pub known: &'a Known<'a>,
    /// By position.
    pub large: FxHashMap<usize, &'a Large<'a>>,
    no_tolls: Vec<i64>,
    /// The resource that is the first facility's capacity.
    pub first: usize,
}

impl<'a> Asked<'a> {
    fn new(instance: &'a Instance<'a>, known: &'a Known<'a>) -> Asked<'a> {
        Asked {
            instance,
            known,
            large: known.large.iter().map(|l| (l.position, l)).collect(),
            no_tolls: vec![0; known.problem.supply.len()],
            first: instance.batch.inventory.by_item.len(),
        }
    }

    /// By class: the cheapest way on the opening stock, and what it costs.
    fn alone(&self) -> Vec<(Cents, Parts)> {
        let problem = &self.known.problem;
        (0..problem.classes())
            .into_par_iter()
            .with_min_len(512)
            .map_init(Best::default, |best, class| {
                self.least(best, problem.class(class), &problem.supply)
            })
            .collect()
    }

    fn least(&self, best: &mut Best, class: Class, left: &[i64]) -> (Cents, Parts) {
        let mut parts = Parts::new();
        let cost = best.plan(class, &self.no_tolls, Left::Of(left), &mut parts);
        (Cents(cost / MILLI), parts)
    }

    /// The cheapest way without one of the facilities that the pattern uses; `None`: nothing ships without them, or nothing ships anyway.
    fn runner_up(
        &self,
        best: &mut Best,
        left: &mut [i64],
        position: usize,
        pattern: &Pattern,
    ) -> Option<(Cents, Way)> {
        let class = self.known.problem.of(position);
        let own = uses(self.instance, pattern);
        for &(resource, units) in &own {
            left[resource as usize] += i64::from(units);
        }
        let mut found: Option<(Cents, Parts)> = None;
        for part in &pattern.parts {
            let room = self.first + part.facility.index();
            let before = std::mem::take(&mut left[room]);
            let (cost, parts) = self.least(best, class, left);
            left[room] = before;
            if !parts.is_empty() && found.as_ref().is_none_or(|found| cost < found.0) {
                found = Some((cost, parts));
            }
        }
        for &(resource, units) in &own {
            left[resource as usize] -= i64::from(units);
        }
        found.map(|(cost, parts)| (cost, self.way(position, &parts)))
    }

    fn way(&self, position: usize, parts: &Parts) -> Way {
        if let (Some(&(COLUMN, column)), Some(large)) = (parts.first(), self.large.get(&position)) {
            return way_of(&large.patterns[usize::from(column)]);
        }
        let class = self.known.problem.of(position);
        let parts = parts.iter().map(|&(site, state)| {
            let facility = FacilityIdx(class.sites[usize::from(site)].tag);
            (
                facility,
                class.shape.total(usize::from(state)).unsigned_abs(),
            )
        });
        sorted(parts.collect())
    }

    fn scarcity(&self, pattern: &Pattern) -> Cents {
        let taken = uses(self.instance, pattern);
        let worth = taken.iter().map(|&(resource, units)| {
            // Below nothing where a facility should ship more: that is worth nothing to other orders.
            i128::from(self.known.tolls[resource as usize].max(0)) * i128::from(units)
        });
        let milli = i128::from(MILLI);
        let cents = (worth.sum::<i128>() + milli / 2).div_euclid(milli);
        Cents(i64::try_from(cents).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests;
