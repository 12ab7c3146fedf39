//! All orders at once.
//!
//! The model of [`super`] goes to [`crate::solve::assign`]: an order is an order there, a facility a site; the resources are the free stock of
//! every inventory cell, then units and then shipments of every facility. Orders of up to 128 parts bring the exact price of each ([`super::table`]). Of
//! larger ones the patterns are made as they are needed (columns): what order by order and the nearest facility chose, everything from one
//! facility, and beams at the tolls; their part of the bound comes from lines and planes under all prices ([`super::carton_floor`], [`super::freight_floor`]).
//!
//! Once there is a plan, large orders look for patterns on what it leaves, again and again.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use crate::error::Result;
use crate::model::Batch;
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::plan::{ShadowPrice, ShadowPrices};
use crate::model::units::Cents;
use crate::params::Routing as Params;
use crate::solve::assign::{
    self, COLUMN, Class, Column, Effort, MILLI, Plan, Problem, Resource, Shapes, Site, Solution,
    Terms,
};
use crate::stage::Ctx;
use crate::stages::shipping::Shipping;

mod offers;
mod phases;
mod relaxed;

pub(super) use offers::{gate, uses};

use offers::{parts_of, same};
use phases::Phases;

use crate::stages::routing::bulk::{Bulk, Tolls};
use crate::stages::routing::carton_floor::CartonFloor;
use crate::stages::routing::fill::Fill;
use crate::stages::routing::freight_floor::SiteFloor;
use crate::stages::routing::instance::{Demand, Instance, Supply};
use crate::stages::routing::load;
use crate::stages::routing::order::{Choices, Part, Pattern};
use crate::stages::routing::table::{self, Table};

/// Orders on their way to the solver.
pub(super) struct Joint<'a> {
    instance: &'a Instance<'a>,
    shipping: &'a Shipping<'a>,
    problem: Problem,
    shapes: Shapes,
    /// Classes by hash of their table and terms.
    known: FxHashMap<u64, Vec<u32>>,
    large: Vec<Large<'a>>,
    freight: SiteFloor<'a>,
    cartons: CartonFloor<'a>,
    start: Supply,
    /// Parts of every order in the plans that are known.
    rules: Vec<Vec<assign::Parts>>,
}

/// What an order that waits costs as the search knows it: in thousandths it still fits in 64 bits. Cents.
const MOST_NOTHING: i64 = 1_000_000_000_000_000;

/// An order with columns.
pub(super) struct Large<'a> {
    pub position: usize,
    class: u32,
    pub bulk: Box<Bulk<'a>>,
    /// The pattern of each column.
    pub patterns: Vec<Pattern>,
}

/// What the search came to.
pub(super) struct Decided<'a> {
    /// By position of the sequence; not priced.
    pub patterns: Vec<Pattern>,
    pub bound: Cents,
    pub shadow_prices: ShadowPrices,
    /// Orders whose part of the bound is by price rows.
    pub large: usize,
    /// What the decision was made of.
    pub known: Known<'a>,
}

/// The problem that was solved, with its prices: what `explain` asks.
pub(super) struct Known<'a> {
    pub problem: Problem,
    pub large: Vec<Large<'a>>,
    /// Thousandths of a cent.
    pub tolls: Vec<i64>,
}

impl<'a> Joint<'a> {
    pub fn new(
        instance: &'a Instance<'a>,
        shipping: &'a Shipping<'a>,
        params: &Params,
    ) -> Joint<'a> {
        let batch = instance.batch;
        let stock = instance.free().iter();
        let (capacity, gates) = (batch.facilities.iter(), batch.facilities.iter());
        let number = |units: u64| {
            i64::try_from(units)
                .unwrap_or(i64::MAX >> 20)
                .min(i64::MAX >> 20)
        };
        let supply = stock
            .map(|&units| i64::from(units))
            .chain(capacity.map(|site| number(site.capacity_units)))
            .chain(gates.map(|site| number(site.capacity_orders.unwrap_or(u64::MAX))));
        let mut problem = Problem::new(supply.collect());
        problem.balances = load::balances(instance, params, batch.inventory.by_item.len());
        Joint {
            instance,
            problem,
            shapes: Shapes::default(),
            known: FxHashMap::default(),
            large: Vec::new(),
            freight: SiteFloor::new(batch),
            cartons: CartonFloor::new(shipping),
            shipping,
            start: Supply::new(instance),
            rules: Vec::new(),
        }
    }

    /// Adds the order at the next position, with the patterns that the known plans chose for it.
    pub fn add(
        &mut self,
        demand: &Demand,
        table: Option<Table>,
        choices: Choices<'a>,
        chosen: &[(&Pattern, i64)],
    ) {
        // A plan that turns out to break a rule is known of no further order, and is no start.
        self.rules.resize_with(chosen.len(), Vec::new);
        let position = self.problem.class_of.len();
        let class = match (table, choices) {
            (Some(table), _) => {
                let class = self.class(demand, &table);
                let view = self.problem.class(class as usize);
                for (rule, &(pattern, _)) in self.rules.iter_mut().zip(chosen) {
                    rule.push(parts_of(&view, demand, pattern));
                }
                class
            }
            (None, Choices::Large(bulk)) => {
                let nothing = demand.lost.saturating_add(demand.backordered(demand.units));
                let nothing = nothing.min(MOST_NOTHING);
                let loose = self.loose(demand, &bulk);
                let class = self.problem.add_large(nothing, loose);
                let mut large = Large {
                    position,
                    class,
                    bulk: Box::new(bulk),
                    patterns: Vec::new(),
                };
                for (pattern, cost) in large.bulk.alone_everywhere(&self.start) {
                    large.add(self.instance, &mut self.problem, pattern, cost);
                }
                for (rule, &(pattern, cost)) in self.rules.iter_mut().zip(chosen) {
                    let pattern = pattern.clone();
                    let column = large.add(self.instance, &mut self.problem, pattern, cost);
                    rule.push(column.map(|column| (COLUMN, column)).into_iter().collect());
                }
                self.large.push(large);
                class
            }
            (None, Choices::Small(_)) => unreachable!("an order with a menu has a table"),
        };
        self.problem.class_of.push(class);
    }

    /// The class of the table, made if it is new.
    fn class(&mut self, demand: &Demand, table: &Table) -> u32 {
        let mut hasher = FxHasher::default();
        (table, demand.complete, demand.backorder).hash(&mut hasher);
        let hash = hasher.finish();
        let known = self.known.entry(hash).or_default();
        let alike = |&&class: &&u32| same(&self.problem.class(class as usize), table, demand);
        if let Some(&class) = known.iter().find(alike) {
            return class;
        }
        let shape = self
            .shapes
            .of(&table.quantities)
            .expect("a table has few parts");
        let rules = &self.instance.rules;
        let terms = Terms {
            split: rules.split,
            unserved: demand.backorder,
            lost: demand.lost,
            complete: demand.complete,
            most_parts: u16::try_from(rules.max_shipments).unwrap_or(u16::MAX),
        };
        let cells = table.cells.chunks(table.quantities.len());
        let prices = table.prices.chunks(shape.states());
        let first = self.instance.batch.inventory.by_item.len();
        let sites = table.sites.iter().zip(cells).zip(prices);
        let sites = sites.map(|((facility, cells), prices)| {
            let site = Site {
                tag: facility.0,
                capacity: (first + facility.index()) as Resource,
                weight: 1,
                gate: gate(self.instance, *facility),
            };
            (site, cells, prices)
        });
        let class = self.problem.add_class(shape, terms, sites);
        known.push(class);
        class
    }

    /// Decides all orders.
    pub fn decide(mut self, effort: u8, ctx: &Ctx) -> Result<Decided<'a>> {
        ctx.interrupted()?;
        let effort = Effort::level(effort, self.problem.orders(), ctx.seed);
        let instance = self.instance;
        let mut large = std::mem::take(&mut self.large);
        let mut grow = |problem: &mut Problem, tolls: &[i64], plan: Option<&Plan>| {
            let view = Tolls::of(instance.batch, tolls);
            let supply = match plan {
                None => Supply::new(instance),
                Some(plan) => Supply::left(instance.batch, &plan.left),
            };
            let found: Vec<Vec<(Pattern, i64)>> = large
                .par_iter()
                .map_init(
                    || supply.clone(),
                    |supply, large| match plan {
                        None => large.bulk.at_tolls(supply, Some(&view)),
                        Some(plan) => large.on_left(instance.batch, supply, &view, plan),
                    },
                )
                .collect();
            for (large, found) in large.iter_mut().zip(found) {
                for (pattern, cost) in found {
                    large.add(instance, problem, pattern, cost);
                }
            }
        };
        let mut problem = std::mem::take(&mut self.problem);
        (self.known, self.shapes) = Default::default();
        let starts = std::mem::take(&mut self.rules);
        let mut phases = Phases::new(ctx);
        let solution = assign::solve(&mut problem, &effort, &starts, &mut grow, &mut |phase| {
            phases.go_on(phase)
        });
        phases.enter("done");
        ctx.interrupted()?;
        let patterns = patterns(instance, &problem, &solution, &large);
        Ok(Decided {
            patterns,
            bound: Cents(solution.bound),
            shadow_prices: shadow_prices(instance, &solution.tolls),
            large: large.len(),
            known: Known {
                problem,
                large,
                tolls: solution.tolls,
            },
        })
    }
}

impl Large<'_> {
    /// Patterns on what a plan leaves and the order has, selfish and at the tolls, with their costs.
    fn on_left(
        &self,
        batch: &Batch,
        supply: &mut Supply,
        tolls: &Tolls,
        plan: &Plan,
    ) -> Vec<(Pattern, i64)> {
        let own = match plan.parts[self.position].first() {
            Some(&(COLUMN, column)) => Some(&self.patterns[usize::from(column)]),
            _ => None,
        };
        let parts = || own.into_iter().flat_map(|own| &own.parts);
        for part in parts() {
            supply.give_part(batch, part.facility, &part.content);
        }
        let mut found = self.bulk.at_tolls(supply, None);
        found.append(&mut self.bulk.at_tolls(supply, Some(tolls)));
        if let Some(own) = own {
            supply.take(batch, own.contents());
        }
        found
    }

    /// Adds a pattern as a column, and returns its number.
    fn add(
        &mut self,
        instance: &Instance,
        problem: &mut Problem,
        pattern: Pattern,
        cost: i64,
    ) -> Option<u16> {
        if pattern.parts.is_empty() {
            return None;
        }
        let column = Column {
            cost,
            uses: uses(instance, &pattern).into(),
        };
        let number = problem.add_column(self.class as usize, column);
        if number.map(usize::from) == Some(self.patterns.len()) {
            self.patterns.push(pattern);
        }
        number
    }
}

/// What one more unit of stock or capacity is worth, where it is worth something.
fn shadow_prices(instance: &Instance, tolls: &[i64]) -> ShadowPrices {
    let batch = instance.batch;
    let first = batch.inventory.by_item.len();
    let mut rows = Vec::new();
    for facility in batch.facilities.indices() {
        let units = first + facility.index();
        let shipments = units + batch.facilities.len();
        rows.push((facility, None, false, tolls[units]));
        rows.push((facility, None, true, tolls[shipments]));
    }
    for (item, stocks) in batch.inventory.by_item.iter() {
        let cells = batch.inventory.by_item.range(item);
        rows.extend(
            stocks
                .iter()
                .zip(cells)
                .map(|(s, cell)| (s.facility, Some(item), false, tolls[cell])),
        );
    }
    let mut prices = ShadowPrices::default();
    for (facility, item, shipments, toll) in rows {
        let price = Cents((toll + MILLI / 2) / MILLI);
        if price > Cents::ZERO {
            prices.push(ShadowPrice {
                facility,
                item,
                shipments,
                price,
            });
        }
    }
    prices
}

/// The patterns of the plan.
fn patterns(
    instance: &Instance,
    problem: &Problem,
    solution: &Solution,
    large: &[Large],
) -> Vec<Pattern> {
    let columns: FxHashMap<usize, &Large> = large.iter().map(|l| (l.position, l)).collect();
    let all = solution.plan.parts.iter().enumerate();
    let patterns = all.map(
        |(position, parts)| match (parts.first(), columns.get(&position)) {
            (Some(&(COLUMN, column)), Some(large)) => large.patterns[usize::from(column)].clone(),
            _ => pattern_of(&problem.of(position), &instance.demand(position), parts),
        },
    );
    let mut patterns: Vec<Pattern> = patterns.collect();
    let mut supply = Supply::new(instance);
    for pattern in &patterns {
        let taken = supply.take(instance.batch, pattern.contents());
        debug_assert!(taken, "the plan keeps within stock and capacity");
    }
    // What it does could unbalance loads.
    if problem.balances.is_empty() {
        Fill {
            instance,
            problem,
            patterns: &mut patterns,
            supply: &mut supply,
        }
        .run();
    }
    patterns
}

fn pattern_of(class: &Class, demand: &Demand, parts: &[(u16, u16)]) -> Pattern {
    let mut parts: Vec<Part> = parts
        .iter()
        .map(|&(site, state)| Part {
            facility: FacilityIdx(class.sites[usize::from(site)].tag),
            content: table::content(class.shape, demand, usize::from(state)),
            cost: None,
        })
        .collect();
    parts.sort_unstable_by_key(|part| part.facility);
    Pattern {
        parts,
        refused: Vec::new(),
    }
}
