//! All orders at once.
//!
//! The model of [`super`] goes to [`crate::solve::assign`]: an order is an order there, a facility a site; the resources are the free stock of
//! every inventory cell, then units and then shipments of every facility. Orders of up to 128 parts bring the exact price of each ([`super::table`]). Of
//! larger ones the patterns are made as they are needed (columns): what order by order and the nearest facility chose, everything from one
//! facility, and beams at the tolls; their part of the bound comes from the price rows ([`super::freight_floor`]).
//!
//! After the search, orders take what is still free and costs less than its penalty, and an order that could ship something does.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use crate::error::Result;
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::plan::{ShadowPrice, ShadowPrices};
use crate::model::units::Cents;
use crate::solve::assign::{
    self, COLUMN, Class, Column, Effort, Loose, LooseSite, MILLI, NONE, Offer, Problem, Resource,
    Shapes, Site, Solution, Terms,
};
use crate::stage::Ctx;

use super::bulk::{Bulk, Tolls};
use super::fill::Fill;
use super::freight_floor::SiteFloor;
use super::instance::{Demand, Instance, Supply, Want};
use super::order::{Choices, Part, Pattern};
use super::table::{self, Table};

/// Orders on their way to the solver.
pub(super) struct Joint<'a> {
    instance: &'a Instance<'a>,
    problem: Problem,
    shapes: Shapes,
    /// Classes by hash of their table and terms.
    known: FxHashMap<u64, Vec<u32>>,
    large: Vec<Large<'a>>,
    freight: SiteFloor<'a>,
    start: Supply,
    /// Parts of every order in the plans of the rules.
    rules: [Vec<assign::Parts>; 2],
}

/// Handling of a unit as the bound knows it: cents.
const MOST_HANDLING: i64 = 1_000_000_000_000;

/// Rounds in which large orders take what is left.
const TOP_UPS: usize = 10;

/// An order with columns.
struct Large<'a> {
    position: usize,
    units: u64,
    class: u32,
    bulk: Box<Bulk<'a>>,
    /// The pattern of each column.
    patterns: Vec<Pattern>,
}

/// What the search came to.
pub(super) struct Decided {
    /// By position of the sequence; not priced.
    pub patterns: Vec<Pattern>,
    pub bound: Cents,
    pub shadow_prices: ShadowPrices,
    /// Orders whose part of the bound is by price rows.
    pub large: usize,
}

impl<'a> Joint<'a> {
    pub fn new(instance: &'a Instance<'a>) -> Joint<'a> {
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
        Joint {
            instance,
            problem: Problem::new(supply.collect()),
            shapes: Shapes::default(),
            known: FxHashMap::default(),
            large: Vec::new(),
            freight: SiteFloor::new(batch),
            start: Supply::new(instance),
            rules: Default::default(),
        }
    }

    /// Adds the order at the next position, with the patterns that the rules chose for it.
    pub fn add(
        &mut self,
        demand: &Demand,
        table: Option<Table>,
        choices: Choices<'a>,
        chosen: [(&Pattern, i64); 2],
    ) {
        let position = self.problem.class_of.len();
        let class = match (table, choices) {
            (Some(table), _) => {
                let class = self.class(demand, &table);
                let view = self.problem.class(class as usize);
                for (rule, (pattern, _)) in self.rules.iter_mut().zip(chosen) {
                    rule.push(parts_of(&view, demand, pattern));
                }
                class
            }
            (None, Choices::Large(bulk)) => {
                let nothing = demand.lost.saturating_add(demand.backordered(demand.units));
                let loose = loose(self.instance, &mut self.freight, demand, &bulk);
                let class = self.problem.add_large(nothing, loose);
                let mut large = Large {
                    position,
                    units: demand.units,
                    class,
                    bulk: Box::new(bulk),
                    patterns: Vec::new(),
                };
                for (pattern, cost) in large.bulk.alone_everywhere(&self.start) {
                    large.add(self.instance, &mut self.problem, pattern, cost);
                }
                for (rule, (pattern, cost)) in self.rules.iter_mut().zip(chosen) {
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
    pub fn decide(mut self, effort: u8, ctx: &Ctx) -> Result<Decided> {
        ctx.interrupted()?;
        let effort = Effort::level(effort, self.problem.orders(), ctx.seed);
        let instance = self.instance;
        let mut large = std::mem::take(&mut self.large);
        let mut grow = |problem: &mut Problem, tolls: &[i64]| {
            let view = Tolls::of(instance.batch, tolls);
            let supply = Supply::new(instance);
            let found: Vec<Vec<(Pattern, i64)>> = large
                .par_iter()
                .map(|large| large.bulk.at_tolls(&supply, &view))
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
        let solution = assign::solve(&mut problem, &effort, &starts, &mut grow, &mut |_| {
            ctx.interrupted().is_ok()
        });
        ctx.interrupted()?;
        let patterns = finish(instance, &problem, &solution, &large);
        Ok(Decided {
            patterns,
            bound: Cents(solution.bound),
            shadow_prices: shadow_prices(instance, &solution.tolls),
            large: large.len(),
        })
    }
}

impl Large<'_> {
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

/// The parts of a pattern; those that are not offered are left out.
fn parts_of(class: &Class, demand: &Demand, pattern: &Pattern) -> assign::Parts {
    let parts = pattern.parts.iter().filter_map(|part| {
        let mut sites = class.sites.iter();
        let site = sites.position(|site| site.tag == part.facility.0)?;
        let units = demand.wants.iter().enumerate().map(|(l, want)| {
            let content = part.content.iter().find(|c| c.0 == want.line);
            content.map_or(0, |c| c.1 as usize) * class.shape.single(l)
        });
        let state: usize = units.sum();
        let offered = class.prices(site)[state] != assign::NO_OFFER;
        offered.then_some((site as u16, state as u16))
    });
    let mut parts: assign::Parts = parts.collect();
    parts.sort_unstable();
    parts
}

fn same(class: &Class, table: &Table, demand: &Demand) -> bool {
    let quantities = class.shape.quantities().iter().map(|&q| u32::from(q));
    let states = class.shape.states();
    class.loose.is_none()
        && class.terms.complete == demand.complete
        && (class.terms.unserved, class.terms.lost) == (demand.backorder, demand.lost)
        && quantities.eq(table.quantities.iter().copied())
        && class.sites.len() == table.sites.len()
        && (class.sites.iter().zip(&table.sites)).all(|(a, b)| a.tag == b.0)
        && (0..class.sites.len()).all(|site| {
            let lines = table.quantities.len();
            class.cells(site) == &table.cells[site * lines..(site + 1) * lines]
                && class.prices(site)[1..] == table.prices[site * states + 1..(site + 1) * states]
        })
}

/// What limits the shipments of the facility, if anything does.
fn gate(instance: &Instance, facility: FacilityIdx) -> Resource {
    let batch = instance.batch;
    let first = batch.inventory.by_item.len() + batch.facilities.len();
    match batch.facilities[facility].capacity_orders {
        Some(_) => (first + facility.index()) as Resource,
        None => NONE,
    }
}

/// What a pattern takes, each resource once.
fn uses(instance: &Instance, pattern: &Pattern) -> Vec<(Resource, u32)> {
    let batch = instance.batch;
    let first = batch.inventory.by_item.len();
    let mut uses: Vec<(Resource, u32)> = Vec::new();
    for part in &pattern.parts {
        let gate = gate(instance, part.facility);
        uses.extend((gate != NONE).then_some((gate, 1)));
        for &(line, units) in &part.content {
            let cell = batch.inventory.cell(batch.lines.item[line], part.facility);
            uses.extend(cell.map(|cell| (cell as Resource, units)));
            uses.push(((first + part.facility.index()) as Resource, units));
        }
    }
    uses.sort_unstable();
    uses.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    uses
}

/// What a large order costs at least.
fn loose(instance: &Instance, freight: &mut SiteFloor, demand: &Demand, bulk: &Bulk) -> Loose {
    let batch = instance.batch;
    let rules = &instance.rules;
    let first = batch.inventory.by_item.len();
    let grams = demand
        .wants
        .iter()
        .map(|want| i128::from(batch.items.weight[want.item].0) * i128::from(want.quantity));
    let grams = i64::try_from(grams.sum::<i128>()).unwrap_or(i64::MAX);
    let facilities = instance.stocking(demand);
    let mut sites = Vec::with_capacity(facilities.len());
    let mut offers = Vec::with_capacity(facilities.len() * demand.wants.len());
    // Every parcel has at least one unit: what a carton may earn, a unit earns at most.
    let carton = batch
        .cartons
        .cost
        .iter()
        .map(|cost| cost.0)
        .min()
        .unwrap_or(0)
        .min(0);
    for facility in facilities {
        let line = freight.line(demand.order, facility, grams);
        let site = &batch.facilities[facility];
        let at_least = line.map_or(0, |line| line.at_least);
        let whole = bulk.whole_price(facility);
        let store = bulk.shipping.store_penalty(facility).0;
        sites.push(LooseSite {
            capacity: (first + facility.index()) as Resource,
            gate: gate(instance, facility),
            fixed: (site.handling_per_order.0 + store) * MILLI + at_least.max(0),
            whole: whole.map(|cost| cost.saturating_mul(MILLI)),
            exact: whole.is_some(),
        });
        for want in demand.wants {
            let cell = batch.inventory.cell(want.item, facility);
            let may = line.is_some() && instance.may_ship(demand.order, facility, want.item);
            let cell = cell.filter(|_| may);
            let most = cell.map_or(0, |cell| instance.free()[cell]);
            let weight = batch.items.weight[want.item].0;
            let weighs = line.map_or(0, |line| line.weighs(weight));
            let each = i64::from(batch.items.handling_units[want.item]);
            // At least this: what does not fit in 64 bits is cut off.
            let handling = site
                .handling_per_unit
                .0
                .saturating_mul(each)
                .min(MOST_HANDLING);
            offers.push(Offer {
                cell: cell.map_or(NONE, |cell| cell as Resource),
                most,
                unit: (handling + carton) * MILLI + weighs + at_least.min(0),
            });
        }
    }
    Loose {
        quantities: demand.wants.iter().map(|want| want.quantity).collect(),
        sites,
        offers,
        unserved: demand.backorder * MILLI,
        lost: demand.lost * MILLI,
        split: rules.split * MILLI,
        complete: demand.complete,
        most_parts: u16::try_from(rules.max_shipments).unwrap_or(u16::MAX),
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

/// The patterns of the plan, with what is still free given to those who lack it.
fn finish(
    instance: &Instance,
    problem: &Problem,
    solution: &Solution,
    large: &[Large],
) -> Vec<Pattern> {
    let batch = instance.batch;
    let mut patterns: Vec<Pattern> = vec![Pattern::default(); instance.len()];
    let mut supply = Supply::new(instance);
    let columns: FxHashMap<usize, &Large> = large.iter().map(|l| (l.position, l)).collect();
    for (position, pattern) in patterns.iter_mut().enumerate() {
        let demand = instance.demand(position);
        let parts = &solution.plan.parts[position];
        *pattern = match (parts.first(), columns.get(&position)) {
            (Some(&(COLUMN, column)), Some(large)) => large.patterns[usize::from(column)].clone(),
            _ => pattern_of(&problem.of(position), &demand, parts),
        };
        let taken = supply.take(batch, pattern.contents());
        debug_assert!(taken, "the plan keeps within stock and capacity");
    }
    // A large order that decides anew may free what another lacks, so they come first, again and again; the others only take.
    for _ in 0..TOP_UPS {
        let mut changed = false;
        for large in large {
            let pattern = &mut patterns[large.position];
            if let Some(better) = top_up_large(instance, large, pattern, &mut supply) {
                *pattern = better;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    Fill {
        instance,
        problem,
        patterns: &mut patterns,
        supply: &mut supply,
    }
    .run();
    for (position, pattern) in patterns.iter_mut().enumerate() {
        if !columns.contains_key(&position) {
            let demand = instance.demand(position);
            let class = problem.of(position);
            if let Some(better) = top_up(instance, &class, &demand, pattern, &mut supply) {
                *pattern = better;
            }
        }
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

/// Adds what lies where the order ships anyway; an order that ships nothing gets its largest part, the cheapest of those.
fn top_up(
    instance: &Instance,
    class: &Class,
    demand: &Demand,
    pattern: &Pattern,
    supply: &mut Supply,
) -> Option<Pattern> {
    let full = demand.wants.iter();
    let full = full
        .clone()
        .all(|want| pattern.shipped(want.line) == want.quantity);
    if demand.complete || full {
        return None;
    }
    let batch = instance.batch;
    let site_of =
        |facility: FacilityIdx| class.sites.iter().position(|site| site.tag == facility.0);
    let offered = |site: usize, state: usize| class.prices(site)[state] != assign::NO_OFFER;
    let mut grown = pattern.clone();
    let lacking = |want: &Want| want.quantity - pattern.shipped(want.line);
    let mut lacking: Vec<u32> = demand.wants.iter().map(lacking).collect();
    for part in &mut grown.parts {
        let site = site_of(part.facility)?;
        let mut state: usize = part
            .content
            .iter()
            .map(|&(line, units)| {
                let at = demand.wants.iter().position(|want| want.line == line);
                at.map_or(0, |at| class.shape.single(at) * units as usize)
            })
            .sum();
        for (l, want) in demand.wants.iter().enumerate() {
            while lacking[l] > 0
                && offered(site, state + class.shape.single(l))
                && supply.take_line(batch, part.facility, want.line, 1)
            {
                lacking[l] -= 1;
                state += class.shape.single(l);
            }
        }
        part.content = table::content(class.shape, demand, state);
    }
    if grown.parts.is_empty() {
        let parts = (0..class.sites.len())
            .flat_map(|site| (1..class.shape.states()).map(move |state| (site, state)));
        let best = parts
            .filter(|&(site, state)| offered(site, state))
            .filter(|&(site, state)| {
                let facility = FacilityIdx(class.sites[site].tag);
                let content = table::content(class.shape, demand, state);
                let total = class.shape.total(state) as u64;
                supply.room(facility) >= total
                    && content
                        .iter()
                        .all(|&(line, n)| supply.free(batch, facility, batch.lines.item[line]) >= n)
            })
            .min_by_key(|&(site, state)| {
                (
                    -class.shape.total(state),
                    class.prices(site)[state],
                    site,
                    state,
                )
            });
        let (site, state) = best?;
        grown = pattern_of(class, demand, &[(site as u16, state as u16)]);
        supply.take(batch, grown.contents());
    }
    (grown != *pattern).then_some(grown)
}

/// A large order decides anew on its own and what is free, if it ships more then.
fn top_up_large(
    instance: &Instance,
    large: &Large,
    pattern: &Pattern,
    supply: &mut Supply,
) -> Option<Pattern> {
    let batch = instance.batch;
    let shipped = |pattern: &Pattern| -> u64 {
        let contents = pattern.parts.iter().flat_map(|part| &part.content);
        contents.map(|c| u64::from(c.1)).sum()
    };
    if shipped(pattern) == large.units {
        return None;
    }
    for part in &pattern.parts {
        supply.give_part(batch, part.facility, &part.content);
    }
    let found = large.bulk.decide(supply, &[]);
    let better = shipped(&found) > shipped(pattern);
    let kept = if better { &found } else { pattern };
    supply.take(batch, kept.contents());
    better.then_some(found)
}
