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
use crate::model::ids::{FacilityIdx, OrderIdx, ShipmentIdx};
use crate::model::plan::{Allocation, Backorder, Routed, RoutingBound, RoutingCost, ShipmentKey};
use crate::model::units::Cents;
use crate::stage::Ctx;
use crate::stages::shipping::{ShipmentCost, Shipping};

use super::bound::{Floor, METHOD, Relaxation};
use super::freight_floor::FreightFloor;
use super::instance::{Instance, Rules, Supply};
use super::nearest;
use super::order::{Choices, Pattern};

/// Orders per chunk, at most.
const ORDERS: usize = 4_096;
/// Units per chunk that end it: large orders compete for the same stock, and proposals of a long chunk would be in vain.
const UNITS: u64 = 16_384;
/// (order, facility) pairs per chunk, at most; bounds the memory where there are many facilities.
const PAIRS: usize = 50_000;

/// What became of an order.
struct Served {
    pattern: Pattern,
    backorders: Vec<Backorder>,
}

/// Serves all orders.
pub(super) fn run(instance: &Instance, shipping: &Shipping, ctx: &Ctx) -> Result<Routed> {
    let batch = instance.batch;
    let orders = (0..instance.len()).map(|p| instance.demand(p).order);
    let freight = FreightFloor::new(batch, orders);
    let mut supply = Supply::new(batch);
    let mut rule = Rule {
        supply: supply.clone(),
        cost: RoutingCost::default(),
    };
    let mut served = Vec::with_capacity(instance.len());
    let mut floors = Vec::with_capacity(instance.len());
    let mut start = 0;
    while start < instance.len() {
        ctx.interrupted()?;
        let chunk: Vec<usize> = (start..chunk_end(instance, start)).collect();
        start += chunk.len();
        let prepared: Vec<(Choices, (Pattern, Floor))> = chunk
            .par_iter()
            .map(|&position| {
                let demand = instance.demand(position);
                let choices = Choices::prepare(shipping, instance, &freight, demand);
                let proposal = choices.decide(&supply, &[]);
                let floor = Floor::of(&choices, instance, &freight, &demand);
                (choices, (proposal, floor))
            })
            .collect();
        let (choices, rest): (Vec<Choices>, Vec<_>) = prepared.into_iter().unzip();
        let (proposals, mut floor): (Vec<Pattern>, Vec<Floor>) = rest.into_iter().unzip();
        let chunk = Chunk {
            instance,
            shipping,
            positions: &chunk,
            choices: &choices,
        };
        served.append(&mut chunk.serve(&mut supply, proposals));
        rule.serve(&chunk);
        floors.append(&mut floor);
        let lines = chunk
            .positions
            .iter()
            .map(|&p| instance.demand(p).wants.len() as u64);
        ctx.reporter.advance(lines.sum());
    }
    let mut routed = tables(instance, served);
    let relaxation = Relaxation { instance, floors };
    routed.bounds.push(RoutingBound {
        scope: "all".into(),
        method: METHOD.into(),
        cost: routed.cost.total(),
        bound: relaxation.bound(),
    });
    routed.nearest_cost = rule.cost.total();
    Ok(routed)
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
struct Chunk<'a> {
    instance: &'a Instance<'a>,
    shipping: &'a Shipping<'a>,
    positions: &'a [usize],
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

/// The rule in use, on its own supply.
struct Rule {
    supply: Supply,
    cost: RoutingCost,
}

impl Rule {
    fn serve(&mut self, chunk: &Chunk) {
        let patterns: Vec<Pattern> = chunk
            .positions
            .iter()
            .map(|&position| {
                let demand = chunk.instance.demand(position);
                nearest::assign(chunk.instance, &demand, &mut self.supply)
            })
            .collect();
        let costs: Vec<RoutingCost> = patterns
            .into_par_iter()
            .enumerate()
            .map(|(i, mut pattern)| {
                let demand = chunk.instance.demand(chunk.positions[i]);
                for part in &mut pattern.parts {
                    let (facility, content) = (part.facility, &part.content);
                    part.cost = chunk.choices[i].cost(chunk.shipping, &demand, facility, content);
                }
                let all = pattern.parts.len();
                // What no service takes waits; its stock is not used for later orders.
                pattern.parts.retain(|part| part.cost.is_some());
                if demand.complete && pattern.parts.len() < all {
                    pattern.parts.clear();
                }
                let shipped: u64 = pattern
                    .parts
                    .iter()
                    .flat_map(|part| &part.content)
                    .map(|c| u64::from(c.1))
                    .sum();
                cost_of(&chunk.instance.rules, &pattern, demand.units - shipped)
            })
            .collect();
        for cost in costs {
            self.cost = add(self.cost, cost);
        }
    }
}

/// Cost of a priced pattern that leaves so many units.
fn cost_of(rules: &Rules, pattern: &Pattern, left: u64) -> RoutingCost {
    let mut cost = RoutingCost {
        split_penalty: Cents(rules.splits(pattern.parts.len())),
        backorder_penalty: Cents(rules.backordered(left)),
        ..RoutingCost::default()
    };
    for part in pattern.parts.iter().filter_map(|part| part.cost) {
        cost.freight += part.freight;
        cost.cartons += part.cartons;
        cost.handling += part.handling;
        cost.lateness_penalty += part.lateness;
    }
    cost
}

fn add(a: RoutingCost, b: RoutingCost) -> RoutingCost {
    let sum = |a: Cents, b: Cents| Cents(a.0.saturating_add(b.0));
    RoutingCost {
        freight: sum(a.freight, b.freight),
        cartons: sum(a.cartons, b.cartons),
        handling: sum(a.handling, b.handling),
        split_penalty: sum(a.split_penalty, b.split_penalty),
        lateness_penalty: sum(a.lateness_penalty, b.lateness_penalty),
        backorder_penalty: sum(a.backorder_penalty, b.backorder_penalty),
    }
}

/// The tables of the plan, in order of order.
fn tables(instance: &Instance, served: Vec<Served>) -> Routed {
    let mut by_order: Vec<(OrderIdx, Served)> = served
        .into_iter()
        .enumerate()
        .map(|(position, served)| (instance.demand(position).order, served))
        .collect();
    by_order.sort_by_key(|(order, _)| *order);
    let mut routed = Routed {
        first_allocation: vec![0],
        ..Routed::default()
    };
    for (order, served) in by_order {
        let left = served
            .backorders
            .iter()
            .map(|row| u64::from(row.quantity))
            .sum();
        routed.cost = add(routed.cost, cost_of(&instance.rules, &served.pattern, left));
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
