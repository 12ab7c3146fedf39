//! Order by order: each takes its pattern from what the earlier ones left.
//!
//! Serving orders one after the other is serial by nature, packing and rating is not. So the sequence is cut into chunks. For every
//! order of a chunk, in parallel, what it may choose from is prepared and a pattern is proposed on the supply that the chunk finds;
//! then the orders take their proposals one by one, and one whose proposal is no longer possible decides anew on what is
//! left. Patterns chosen by estimate are priced at the end of the chunk, in parallel; should no service take a part, its
//! facility is struck off that order's list and the chunk is served again.
//!
//! Chunks depend on the batch alone, so the plan does not depend on the number of threads. Memory: the choices of one chunk.

use rayon::prelude::*;

use crate::error::Result;
use crate::model::explain::Explained;
use crate::model::ids::{FacilityIdx, OrderIdx, ShipmentIdx};
use crate::model::plan::{Allocation, Backorder, Routed, RoutingBound, RoutingCost, ShipmentKey};
use crate::model::units::Cents;
use crate::params::Explain;
use crate::stage::Ctx;
use crate::stages::shipping::{ShipmentCost, Shipping};

use super::explain::explain;
use super::freight_floor::FreightFloor;
use super::incumbent::Shadowed;
use super::instance::{Demand, Instance, Rules, Supply};
use super::joint::Joint;
use super::load;
use super::nearest;
use super::order::{Choices, Part, Pattern};
use super::table::Table;

/// Orders per chunk, at most.
const ORDERS: usize = 4_096;
/// Units per chunk that end it: large orders compete for the same stock, and proposals of a long chunk would be in vain.
const UNITS: u64 = 16_384;
/// (order, facility) pairs per chunk, at most; bounds the memory where there are many facilities.
const PAIRS: usize = 50_000;

/// What became of an order.
pub(super) struct Served {
    pub pattern: Pattern,
    pub backorders: Vec<Backorder>,
}

impl Served {
    /// Cents.
    pub fn cost(&self, instance: &Instance, demand: &Demand) -> i64 {
        let left = self.backorders.iter().map(|row| u64::from(row.quantity));
        let rules = &instance.rules;
        cost_of(rules, demand, &self.pattern, left.sum()).total().0
    }
}

/// Serves all orders.
pub(super) fn run(instance: &Instance, shipping: &Shipping, ctx: &Ctx) -> Result<Routed> {
    let batch = instance.batch;
    let orders = (0..instance.len()).map(|p| instance.demand(p).order);
    let freight = FreightFloor::new(batch, orders);
    let mut supply = Supply::new(instance);
    let mut rule = Rule {
        supply: supply.clone(),
        served: Vec::with_capacity(instance.len()),
    };
    let mut served = Vec::with_capacity(instance.len());
    let mut joint = Joint::new(instance, shipping, &ctx.params.routing);
    let mut incumbent = Shadowed::new(instance);
    let mut start = 0;
    while start < instance.len() {
        ctx.interrupted()?;
        let chunk: Vec<usize> = (start..chunk_end(instance, start)).collect();
        start += chunk.len();
        let prepared: Vec<(Choices, (Pattern, Option<Table>))> = chunk
            .par_iter()
            .map(|&position| {
                let demand = instance.demand(position);
                let choices = Choices::prepare(shipping, instance, &freight, demand);
                let proposal = choices.decide(&supply, &[]);
                let table = choices.table(shipping, instance, &demand);
                (choices, (proposal, table))
            })
            .collect();
        let (choices, rest): (Vec<Choices>, Vec<_>) = prepared.into_iter().unzip();
        let (proposals, tables): (Vec<Pattern>, Vec<Option<Table>>) = rest.into_iter().unzip();
        let positions = chunk;
        let chunk = Chunk {
            instance,
            shipping,
            positions: &positions,
            choices: &choices,
        };
        served.append(&mut chunk.serve(&mut supply, proposals));
        rule.serve(&chunk);
        if let Some(incumbent) = &mut incumbent {
            incumbent.serve(&chunk);
        }
        for ((&position, table), choices) in positions.iter().zip(tables).zip(choices) {
            let demand = instance.demand(position);
            let chosen = [&served[position], &rule.served[position]];
            let chosen = chosen.map(|served| (&served.pattern, served.cost(instance, &demand)));
            let sound = incumbent.as_ref().filter(|incumbent| incumbent.sound);
            let chosen: Vec<_> = (chosen.into_iter())
                .chain(sound.map(|incumbent| incumbent.at(position)))
                .collect();
            joint.add(&demand, table, choices, &chosen);
        }
        let lines = positions
            .iter()
            .map(|&p| instance.demand(p).wants.len() as u64);
        ctx.reporter.advance(lines.sum());
    }
    let effort = ctx.params.routing.effort;
    let decided = joint.decide(u8::try_from(effort).unwrap_or(u8::MAX), ctx)?;
    let (bound, method) = (decided.bound, method(decided.large));
    let together = price(instance, shipping, &freight, decided.patterns);
    let mut plans = vec![together, served, rule.served];
    let theirs = incumbent.as_ref().and_then(|plan| plan.as_plan());
    plans.extend(theirs.map(|patterns| price(instance, shipping, &freight, patterns)));
    let params = &ctx.params.routing;
    let loads = plans
        .iter()
        .map(|plan| load::penalty(instance, params, plan));
    let loads: Vec<Cents> = loads.collect();
    let costs = plans.iter().zip(&loads);
    let costs: Vec<Cents> = costs
        .map(|(plan, &load)| total(instance, plan) + load)
        .collect();
    let least = (0..plans.len()).min_by_key(|&plan| costs[plan]);
    let least = least.unwrap_or_default();
    let plan = plans.swap_remove(least);
    drop(plans);
    let explained = match ctx.params.routing.explain {
        Explain::None => Explained::default(),
        Explain::Decisions => explain(instance, &decided.known, &plan, false),
        Explain::All => explain(instance, &decided.known, &plan, true),
    };
    drop(decided.known);
    let shadow = incumbent.map(|incumbent| incumbent.against(&plan));
    let mut routed = tables(instance, plan);
    routed.cost.balance_penalty = loads[least];
    routed.bounds.push(RoutingBound {
        scope: "all".into(),
        method,
        cost: routed.cost.total(),
        bound,
    });
    routed.greedy_cost = costs[1];
    routed.nearest_cost = costs[2];
    routed.shadow_prices = decided.shadow_prices;
    routed.explained = explained;
    routed.shadow = shadow;
    Ok(routed)
}

/// How the bound was found, for its row of `routing_bounds`.
fn method(large: usize) -> String {
    let rest = match large {
        0 => String::new(),
        n => format!("; {n} with too many parts by planes under all prices"),
    };
    format!(
        "Lagrangian: stock and capacity at prices by dual ascent, every order solved exactly on exact prices{rest}"
    )
}

/// A plan of all orders, priced, with the reasons of what waits.
fn price(
    instance: &Instance,
    shipping: &Shipping,
    freight: &FreightFloor,
    mut patterns: Vec<Pattern>,
) -> Vec<Served> {
    let batch = instance.batch;
    let mut supply = Supply::new(instance);
    for pattern in &patterns {
        supply.take(batch, pattern.contents());
    }
    patterns
        .par_iter_mut()
        .enumerate()
        .for_each(|(position, pattern)| {
            let order = instance.demand(position).order;
            for part in pattern.parts.iter_mut().filter(|part| part.cost.is_none()) {
                part.cost = shipping.cost(order, part.facility, &part.content).ok();
            }
        });
    let supply = &supply;
    patterns
        .into_par_iter()
        .enumerate()
        .map(|(position, pattern)| {
            let demand = instance.demand(position);
            let wants = demand.wants.iter();
            let full = wants.clone().all(|w| pattern.shipped(w.line) == w.quantity);
            let backorders = if full {
                Vec::new()
            } else {
                let choices = Choices::prepare(shipping, instance, freight, demand);
                choices.backorders(instance, &demand, supply, &pattern)
            };
            Served {
                pattern,
                backorders,
            }
        })
        .collect()
}

fn chunk_end(instance: &Instance, start: usize) -> usize {
    let facilities = instance.batch.facilities.len().max(1);
    let most = (PAIRS / facilities).clamp(64, ORDERS);
    let mut units = 0;
    let mut end = start;
    while end < instance.len() && end - start < most && units < UNITS {
        units += instance.demand(end).units;
        end += 1;
    }
    end
}

/// Consecutive orders, with what they may choose from.
pub(super) struct Chunk<'a> {
    instance: &'a Instance<'a>,
    shipping: &'a Shipping<'a>,
    pub positions: &'a [usize],
    choices: &'a [Choices<'a>],
}

impl Chunk<'_> {
    /// Serves the orders of the chunk in order; the supply is what they leave.
    fn serve(&self, supply: &mut Supply, mut proposals: Vec<Pattern>) -> Vec<Served> {
        let mut refused: Vec<Vec<FacilityIdx>> = vec![Vec::new(); self.choices.len()];
        loop {
            let mut left = supply.clone();
            let mut served = self.take(&mut left, &proposals, &refused);
            let refusals = self.price(&mut served);
            if refusals.is_empty() {
                *supply = left;
                return served;
            }
            for (i, facility) in refusals {
                refused[i].push(facility);
                proposals[i] = self.choices[i].decide(supply, &refused[i]);
            }
        }
    }

    fn take(
        &self,
        supply: &mut Supply,
        proposals: &[Pattern],
        refused: &[Vec<FacilityIdx>],
    ) -> Vec<Served> {
        let batch = self.instance.batch;
        let mut served = Vec::with_capacity(proposals.len());
        for (i, choices) in self.choices.iter().enumerate() {
            let mut pattern = proposals[i].clone();
            if !supply.take(batch, pattern.contents()) {
                pattern = choices.decide(supply, &refused[i]);
                let taken = supply.take(batch, pattern.contents());
                debug_assert!(taken, "patterns are decided on what is there");
            }
            let demand = self.instance.demand(self.positions[i]);
            let backorders = choices.backorders(self.instance, &demand, supply, &pattern);
            served.push(Served {
                pattern,
                backorders,
            });
        }
        served
    }

    /// Prices what was chosen by estimate; returns (order, facility) where nobody takes it.
    fn price(&self, served: &mut [Served]) -> Vec<(usize, FacilityIdx)> {
        let refusals: Vec<Option<(usize, FacilityIdx)>> = served
            .par_iter_mut()
            .enumerate()
            .map(|(i, served)| {
                let demand = self.instance.demand(self.positions[i]);
                for part in &mut served.pattern.parts {
                    if part.cost.is_none() {
                        let (facility, content) = (part.facility, &part.content);
                        part.cost = self.choices[i].cost(self.shipping, &demand, facility, content);
                        if part.cost.is_none() {
                            return Some((i, facility));
                        }
                    }
                }
                None
            })
            .collect();
        refusals.into_iter().flatten().collect()
    }
}

/// The rule in use, on its own supply. It is the plan where it costs less than deciding order by order, which may spend scarce
/// capacity on orders that others could have served.
struct Rule {
    supply: Supply,
    served: Vec<Served>,
}

impl Rule {
    fn serve(&mut self, chunk: &Chunk) {
        let demands: Vec<_> = chunk
            .positions
            .iter()
            .map(|&position| chunk.instance.demand(position))
            .collect();
        let mut patterns: Vec<Pattern> = demands
            .iter()
            .map(|demand| nearest::assign(chunk.instance, demand, &mut self.supply))
            .collect();
        let dropped: Vec<Vec<Part>> = patterns
            .par_iter_mut()
            .enumerate()
            .map(|(i, pattern)| price_rule(chunk, &demands[i], i, pattern))
            .collect();
        // What no service takes waits, and its stock is there for the orders of later chunks.
        for part in dropped.iter().flatten() {
            let batch = chunk.instance.batch;
            self.supply.give_part(batch, part.facility, &part.content);
        }
        for ((pattern, demand), choices) in patterns.into_iter().zip(&demands).zip(chunk.choices) {
            let backorders = choices.backorders(chunk.instance, demand, &self.supply, &pattern);
            self.served.push(Served {
                pattern,
                backorders,
            });
        }
    }
}

/// Prices a pattern of the rule; returns the parts that no service takes, or all where the order must ship complete.
pub(super) fn price_rule(
    chunk: &Chunk,
    demand: &Demand,
    i: usize,
    pattern: &mut Pattern,
) -> Vec<Part> {
    for part in &mut pattern.parts {
        let (facility, content) = (part.facility, &part.content);
        part.cost = chunk.choices[i].cost(chunk.shipping, demand, facility, content);
    }
    let all = pattern.parts.len();
    let (kept, mut dropped): (Vec<Part>, Vec<Part>) = pattern
        .parts
        .drain(..)
        .partition(|part| part.cost.is_some());
    if demand.complete && kept.len() < all {
        dropped.extend(kept);
    } else {
        pattern.parts = kept;
    }
    // Their facilities cannot serve this order: the reason of what waits is the service.
    pattern.refused = dropped.iter().map(|part| part.facility).collect();
    dropped
}

/// Cost of a priced pattern that leaves so many units.
pub(super) fn cost_of(rules: &Rules, demand: &Demand, pattern: &Pattern, left: u64) -> RoutingCost {
    let lost = if pattern.parts.is_empty() {
        demand.lost
    } else {
        0
    };
    let mut cost = RoutingCost {
        split_penalty: Cents(rules.splits(pattern.parts.len())),
        backorder_penalty: Cents(demand.backordered(left).saturating_add(lost)),
        ..RoutingCost::default()
    };
    for part in pattern.parts.iter().filter_map(|part| part.cost) {
        cost.freight += part.freight;
        cost.cartons += part.cartons;
        cost.handling += part.handling;
        cost.lateness_penalty += part.lateness;
        cost.store_penalty += part.store;
    }
    cost
}

pub(super) fn add(a: RoutingCost, b: RoutingCost) -> RoutingCost {
    let sum = |a: Cents, b: Cents| Cents(a.0.saturating_add(b.0));
    RoutingCost {
        freight: sum(a.freight, b.freight),
        cartons: sum(a.cartons, b.cartons),
        handling: sum(a.handling, b.handling),
        split_penalty: sum(a.split_penalty, b.split_penalty),
        lateness_penalty: sum(a.lateness_penalty, b.lateness_penalty),
        store_penalty: sum(a.store_penalty, b.store_penalty),
        balance_penalty: sum(a.balance_penalty, b.balance_penalty),
        backorder_penalty: sum(a.backorder_penalty, b.backorder_penalty),
    }
}

/// What a plan costs, given by position.
fn total(instance: &Instance, plan: &[Served]) -> Cents {
    let costs = plan.iter().enumerate().map(|(position, served)| {
        let left = served.backorders.iter().map(|row| u64::from(row.quantity));
        let demand = instance.demand(position);
        cost_of(&instance.rules, &demand, &served.pattern, left.sum())
    });
    costs.fold(RoutingCost::default(), add).total()
}

/// The tables of the plan, in order of order.
fn tables(instance: &Instance, served: Vec<Served>) -> Routed {
    let mut by_order: Vec<(OrderIdx, usize, Served)> = served
        .into_iter()
        .enumerate()
        .map(|(position, served)| (instance.demand(position).order, position, served))
        .collect();
    by_order.sort_by_key(|(order, ..)| *order);
    let mut routed = Routed {
        first_allocation: vec![0],
        ..Routed::default()
    };
    for (order, position, served) in by_order {
        let left = served
            .backorders
            .iter()
            .map(|row| u64::from(row.quantity))
            .sum();
        routed.cost = add(
            routed.cost,
            cost_of(
                &instance.rules,
                &instance.demand(position),
                &served.pattern,
                left,
            ),
        );
        for part in served.pattern.parts {
            let shipment = ShipmentIdx(routed.shipments.len() as u32);
            routed.shipments.push(ShipmentKey {
                order,
                facility: part.facility,
                routed_cost: part.cost.map_or(Cents::ZERO, charged),
            });
            for (line, quantity) in part.content {
                routed.allocations.push(Allocation {
                    line,
                    facility: part.facility,
                    shipment,
                    quantity,
                });
            }
            routed
                .first_allocation
                .push(routed.allocations.len() as u32);
        }
        served
            .backorders
            .into_iter()
            .for_each(|row| routed.backorders.push(row));
    }
    routed
}

fn charged(cost: ShipmentCost) -> Cents {
    cost.freight + cost.cartons + cost.handling
}
