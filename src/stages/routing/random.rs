//! Routing on random worlds: judged by the audit and against brute force.

use std::collections::HashMap;

use proptest::prelude::*;

use super::carton_floor::CartonFloor;
use super::tests::Case;
use super::*;
use crate::model::ids::{CarrierIdx, FacilityIdx, ItemIdx};
use crate::model::incumbent::{Incumbent, IncumbentRow};
use crate::model::network::FacilityKind;
use crate::model::orders::ServiceLevel;
use crate::model::rates::{ServiceTerms, Surcharge, SurchargeKind};
use crate::model::restrictions::{Restriction, RestrictionKind};
use crate::model::units::Cents;
use crate::stages::shipping::ShipmentCost;
use crate::testing::{World, calendar, terms};

const CARRIER: CarrierIdx = CarrierIdx(0);

/// Lines (item, quantity), complete, priority.
type PlotOrder = (Vec<(usize, i64)>, bool, u8);

/// What a random world is made of.
#[derive(Clone, Debug)]
struct Plot {
    /// Stock by (item, facility), capacity and hazmat by facility.
    stock: Vec<u32>,
    sites: Vec<(u64, bool, i64)>,
    /// Side in mm, grams, hazmat.
    items: Vec<(i32, i64, bool)>,
    orders: Vec<PlotOrder>,
    /// Price of an express service, not monotone in weight.
    express: Vec<i64>,
    /// Residential and percentage surcharge; rebates too.
    extra: (i64, f64),
    max_shipments: i64,
    penalty: i64,
    /// Shipments that each site can send.
    gates: Vec<Option<u64>>,
    /// Rows of `restrictions`: whether it is `only`, the site, whether for orders with a channel, which item.
    bars: Vec<Bar>,
    /// Units and per cent kept back; what a shipment from the first site, a store, costs.
    kept: (i64, i64),
    store: i64,
    /// Per cent of capacity that should be shipped, and what a unit less and a unit above the share cost.
    load: (i64, i64, i64),
}

type Bar = (bool, usize, bool, Option<usize>);

fn plot(orders: usize, lines: usize, quantity: i64) -> impl Strategy<Value = Plot> {
    let item = (40..260i32, 50..9_000i64, prop::bool::weighted(0.2));
    let site = (0..30u64, prop::bool::weighted(0.7), 0..90i64);
    let line = (0..3usize, 1..=quantity);
    let order = (
        prop::collection::vec(line, 1..=lines),
        prop::bool::weighted(0.25),
        0..3u8,
    );
    (
        prop::collection::vec(0..8u32, 9),
        prop::collection::vec(site, 3),
        prop::collection::vec(item, 3),
        prop::collection::vec(order, 1..=orders),
        prop::collection::vec(200..3_000i64, 4),
        (-100..500i64, -20.0..30.0f64),
        1..4i64,
        prop_oneof![Just(0), Just(150), Just(700), Just(1_200), Just(9_000)],
        rules(),
    )
        .prop_map(
            |(stock, sites, items, orders, express, extra, max_shipments, penalty, rules)| Plot {
                stock,
                sites,
                items,
                orders,
                express,
                extra,
                max_shipments,
                penalty,
                gates: rules.0,
                bars: rules.1,
                kept: rules.2,
                store: rules.3,
                load: rules.4,
            },
        )
}

type Rules = (Vec<Option<u64>>, Vec<Bar>, (i64, i64), i64, (i64, i64, i64));

/// Half of the worlds have none.
fn rules() -> impl Strategy<Value = Rules> {
    let bar = (
        prop::bool::weighted(0.4),
        0..3usize,
        prop::bool::ANY,
        prop::option::of(0..3usize),
    );
    let some = (
        prop::collection::vec(prop::option::of(0..3u64), 3),
        prop::collection::vec(bar, 0..4),
        (0..2i64, prop_oneof![Just(0), Just(20)]),
        prop_oneof![Just(0), Just(90), Just(2_000)],
        (0..101i64, 0..900i64, 0..900i64),
    );
    prop_oneof![
        Just((vec![None; 3], Vec::new(), (0, 0), 0, (0, 0, 0))),
        some
    ]
}

/// A surcharge of the carrier without conditions.
pub(super) fn surcharge(world: &mut World, kind: SurchargeKind, amount: i64, percent: f64) {
    world.batch.rates.surcharges.push(Surcharge {
        carrier: CARRIER,
        service: None,
        kind,
        dest_prefix: None,
        zone: None,
        min_weight: None,
        min_length_mm: None,
        min_second_mm: None,
        min_girth_mm: None,
        valid_from: None,
        valid_to: None,
        amount: Cents(amount),
        percent,
        min_billable: None,
    });
}

fn stage(plot: &Plot) -> Case {
    let mut world = World::new();
    let limits = ServiceTerms {
        hazmat: false,
        dim_divisor: 5_000,
        fuel_percent: 7.5,
        ..terms()
    };
    let prices = plot.express.iter().zip([500, 2_000, 4_000, 16_000]);
    world.service(
        CARRIER,
        "express",
        limits,
        prices.map(|(&cents, grams)| (grams, cents)),
    );
    let (amount, percent) = plot.extra;
    surcharge(&mut world, SurchargeKind::Residential, amount, 0.0);
    surcharge(&mut world, SurchargeKind::Peak, 0, percent);
    world.carton("small", [150, 150, 150]);
    world.carton("large", [300, 300, 300]);
    for (i, &(capacity, hazmat, handling)) in plot.sites.iter().enumerate() {
        let site = world.facility(&format!("F{i}"));
        let facility = &mut world.batch.facilities[site];
        facility.capacity_units = capacity;
        facility.hazmat = hazmat;
        facility.capacity_orders = plot.gates[i];
        if i == 0 {
            facility.kind = FacilityKind::Store;
        }
        facility.handling_per_order = Cents(handling);
        facility.handling_per_unit = Cents(10 + i as i64);
    }
    for (i, &(side, grams, hazmat)) in plot.items.iter().enumerate() {
        let item = world.item(&format!("I{i}"), [side, side, side / 2 + 1], grams);
        world.batch.items.hazmat[item] = hazmat;
        world.batch.items.handling_units[item] = 1 + 2 * i as u32;
        for f in 0..plot.sites.len() {
            world.stock(
                FacilityIdx(f as u32),
                item,
                plot.stock[i * plot.sites.len() + f],
            );
        }
    }
    let web = world.symbol("web");
    for (i, (lines, complete, priority)) in plot.orders.iter().enumerate() {
        let lines: Vec<_> = lines.iter().map(|&(i, q)| (ItemIdx(i as u32), q)).collect();
        let order = world.order(&format!("O{i}"), &lines);
        world.batch.orders.ship_complete[order] = *complete;
        world.batch.orders.priority[order] = *priority;
        world.batch.orders.channel[order] = (i % 2 == 0).then_some(web);
    }
    for &(only, site, channel, item) in &plot.bars {
        world.batch.restrictions.push(Restriction {
            kind: match only {
                true => RestrictionKind::Only,
                false => RestrictionKind::Never,
            },
            facility: FacilityIdx(site as u32),
            customer: None,
            channel: channel.then_some(web),
            country: None,
            category: None,
            item: item.map(|item| ItemIdx(item as u32)),
        });
    }
    let mut case = Case::new(world);
    case.params.routing.explain = crate::params::Explain::All;
    case.params.routing.max_shipments = plot.max_shipments;
    case.params.routing.backorder_penalty_cents = plot.penalty;
    (
        case.params.routing.safety_stock_units,
        case.params.routing.safety_stock_percent,
    ) = plot.kept;
    case.params.routing.store_penalty_cents = plot.store;
    (
        case.params.routing.minimum_load_percent,
        case.params.routing.minimum_load_penalty_cents,
        case.params.routing.load_balance_cents,
    ) = plot.load;
    case
}

/// Units of every line of an order by facility.
type Split = Vec<Vec<u32>>;

/// The least cost of all plans, by enumeration.
struct Brute<'a> {
    case: &'a Case,
    shipping: Shipping<'a>,
    memo: HashMap<(OrderIdx, usize, Vec<u32>), Option<ShipmentCost>>,
}

impl Brute<'_> {
    /// All ways to split `units` over the facilities, the rest backordered.
    fn splits(units: u32, facilities: usize) -> Vec<Vec<u32>> {
        if facilities == 0 {
            return vec![Vec::new()];
        }
        let mut found = Vec::new();
        for first in 0..=units {
            for mut rest in Self::splits(units - first, facilities - 1) {
                rest.insert(0, first);
                found.push(rest);
            }
        }
        found
    }

    /// All patterns of an order that keep its own rules, with their cost.
    fn patterns(&mut self, order: OrderIdx) -> Vec<(Split, i64)> {
        let batch = &self.case.batch;
        let facilities = batch.facilities.len();
        let mut all: Vec<Split> = vec![Vec::new()];
        for line in batch.orders.lines(order) {
            let ways = Self::splits(batch.lines.quantity[line] as u32, facilities);
            all = all
                .into_iter()
                .flat_map(|head| {
                    ways.iter().map(move |way| {
                        let mut split = head.clone();
                        split.push(way.clone());
                        split
                    })
                })
                .collect();
        }
        all.into_iter()
            .filter_map(|s| self.cost(order, &s).map(|cost| (s, cost)))
            .collect()
    }

    fn cost(&mut self, order: OrderIdx, split: &Split) -> Option<i64> {
        let batch = &self.case.batch;
        let routing = &self.case.params.routing;
        let lines: Vec<LineIdx> = batch.orders.lines(order).collect();
        let wanted: i64 = lines.iter().map(|&l| batch.lines.quantity[l]).sum();
        let (mut cost, mut shipped, mut shipments) = (0, 0, 0);
        for f in 0..batch.facilities.len() {
            let units: Vec<u32> = split.iter().map(|way| way[f]).collect();
            if units.iter().all(|&u| u == 0) {
                continue;
            }
            let content: Vec<(LineIdx, u32)> = lines
                .iter()
                .zip(&units)
                .filter(|(_, u)| **u > 0)
                .map(|(&l, &u)| (l, u))
                .collect();
            if content.iter().any(|&(line, _)| self.barred(order, f, line)) {
                return None;
            }
            shipped += units.iter().map(|&u| i64::from(u)).sum::<i64>();
            shipments += 1;
            let shipping = &self.shipping;
            let price = *self
                .memo
                .entry((order, f, units))
                .or_insert_with(|| shipping.cost(order, FacilityIdx(f as u32), &content).ok());
            cost += price?.total().0;
        }
        let complete = batch.orders.ship_complete[order];
        if shipments > routing.max_shipments || (complete && shipped > 0 && shipped < wanted) {
            return None;
        }
        let splits = (shipments - 1).max(0) * routing.split_penalty_cents;
        Some(cost + splits + (wanted - shipped) * routing.backorder_penalty_cents)
    }

    /// Whether a row of `restrictions` keeps the site from shipping the line.
    fn barred(&self, order: OrderIdx, site: usize, line: LineIdx) -> bool {
        let batch = &self.case.batch;
        let rows = batch
            .restrictions
            .iter()
            .filter(|row| row.facility.0 as usize == site);
        let hit = |row: &Restriction| {
            row.channel
                .is_none_or(|c| batch.orders.channel[order] == Some(c))
                && row.item.is_none_or(|item| batch.lines.item[line] == item)
        };
        let of = |kind| rows.clone().filter(move |row| row.kind == kind);
        let mut only = of(RestrictionKind::Only).peekable();
        let outside = only.peek().is_some() && !only.any(hit);
        outside || of(RestrictionKind::Never).any(hit)
    }

    /// Whether the pattern fits the supply, taking it if so.
    fn take(&self, order: OrderIdx, split: &Split, supply: &mut [Vec<i64>]) -> bool {
        let batch = &self.case.batch;
        let mut fits = true;
        for (line, way) in batch.orders.lines(order).zip(split) {
            for (f, &units) in way.iter().enumerate() {
                for row in [batch.lines.item[line].0 as usize, batch.items.len()] {
                    supply[row][f] -= i64::from(units);
                    fits &= supply[row][f] >= 0;
                }
            }
        }
        for f in 0..batch.facilities.len() {
            let gate = &mut supply[batch.items.len() + 1][f];
            *gate -= i64::from(split.iter().any(|way| way[f] > 0));
            fits &= *gate >= 0;
        }
        fits
    }

    /// Stock by item and facility; the last rows are capacity in units and in shipments.
    fn supply(&self) -> Vec<Vec<i64>> {
        let batch = &self.case.batch;
        let mut supply = vec![vec![0; batch.facilities.len()]; batch.items.len() + 2];
        let routing = &self.case.params.routing;
        for (item, row) in batch.inventory.by_item.iter() {
            for stock in row {
                let on_hand = i64::from(stock.on_hand);
                let share = (on_hand * routing.safety_stock_percent + 99) / 100;
                let free = on_hand - routing.safety_stock_units - share;
                supply[item.0 as usize][stock.facility.0 as usize] = free.max(0);
            }
        }
        for (f, site) in batch.facilities.iter_enumerated() {
            supply[batch.items.len()][f.0 as usize] = site.capacity_units as i64;
            supply[batch.items.len() + 1][f.0 as usize] =
                site.capacity_orders.map_or(i64::MAX, |most| most as i64);
        }
        supply
    }

    /// What facilities pay for shipping too little, or more than their share.
    fn loads(&self, left: &[Vec<i64>]) -> i64 {
        let (batch, routing) = (&self.case.batch, &self.case.params.routing);
        let all: i64 = batch.lines.quantity.iter().sum();
        let whole: i64 = batch
            .facilities
            .iter()
            .map(|f| f.capacity_units as i64)
            .sum();
        let own = batch.facilities.iter().zip(&left[batch.items.len()]);
        own.map(|(site, left)| {
            let capacity = site.capacity_units as i64;
            let units = capacity - left;
            let least = (capacity * routing.minimum_load_percent / 100).min(all);
            let short = least - units;
            // Whole units above the share, which may be a fraction.
            let beyond = units * whole - all * capacity;
            short.max(0) * routing.minimum_load_penalty_cents
                + beyond.max(0) / whole.max(1) * routing.load_balance_cents
        })
        .sum()
    }

    fn optimum(&mut self, order: usize, supply: &[Vec<i64>]) -> i64 {
        if order == self.case.batch.orders.len() {
            return self.loads(supply);
        }
        let order_idx = OrderIdx(order as u32);
        let mut best = i64::MAX;
        for (split, cost) in self.patterns(order_idx) {
            let mut left = supply.to_vec();
            if self.take(order_idx, &split, &mut left) {
                best = best.min(cost + self.optimum(order + 1, &left));
            }
        }
        best
    }
}

impl Brute<'_> {
    /// What of an order travels in cartons costs no less than the plane for all of it says, whichever part of it is sent.
    fn beside_planes(&mut self, order: OrderIdx) {
        let batch = &self.case.batch;
        let items = &batch.items;
        let mut floor = CartonFloor::new(&self.shipping);
        let class = self.shipping.rate_class(order);
        let lines: Vec<LineIdx> = batch.orders.lines(order).collect();
        let measure = |line: LineIdx| {
            let item = batch.lines.item[line];
            let mm3 = items.size[item]
                .iter()
                .map(|&side| i64::from(side))
                .product::<i64>();
            (items.weight[item].0, mm3)
        };
        let hazmat = lines
            .iter()
            .any(|&line| items.hazmat[batch.lines.item[line]]);
        let all = lines.iter().fold((0, 0), |sum, &line| {
            let (units, one) = (batch.lines.quantity[line], measure(line));
            (sum.0 + units * one.0, sum.1 + units * one.1)
        });
        for facility in batch.facilities.indices() {
            let boxed = |line: &LineIdx| self.shipping.is_boxed(facility, batch.lines.item[*line]);
            if !lines.iter().all(boxed) {
                continue;
            }
            let Some((plane, late)) = floor.plane(&class, facility, hazmat, all) else {
                continue;
            };
            for share in 1..=4 {
                let content: Vec<(LineIdx, u32)> = lines
                    .iter()
                    .map(|&line| (line, (batch.lines.quantity[line] * share / 4) as u32))
                    .filter(|part| part.1 > 0)
                    .collect();
                if content.is_empty() {
                    continue;
                }
                if let Ok(cost) = self.shipping.cost(order, facility, &content) {
                    let units = content.iter().map(|&(line, units)| {
                        let (grams, mm3) = measure(line);
                        plane.unit(grams, mm3) * i64::from(units)
                    });
                    let least = plane.at_least() + late.0 * 1_000 + units.sum::<i64>();
                    let exact = (cost.freight + cost.cartons + cost.lateness).0 * 1_000;
                    assert!(least <= exact, "{least} > {exact} for {content:?}");
                }
            }
        }
    }
}

fn brute<T>(case: &Case, judge: impl FnOnce(&mut Brute) -> T) -> T {
    let calendar = calendar(&case.batch);
    let shipping = Shipping::new(&case.batch, &calendar, &case.params).unwrap();
    judge(&mut Brute {
        case,
        shipping,
        memo: HashMap::new(),
    })
}

/// Whether some facility may ship something; otherwise the run says so and ends.
fn feasible(case: &Case) -> bool {
    case.with(|input| super::instance::Instance::new(input, &case.params).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn plans_of_small_orders_pass_the_audit(plot in plot(12, 3, 3)) {
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        case.audited();
    }

    #[test]
    fn plans_of_large_orders_pass_the_audit(plot in plot(5, 6, 30)) {
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        case.audited();
    }

    #[test]
    fn the_number_of_threads_does_not_matter(plot in plot(8, 4, 9)) {
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| case.run())
        };
        prop_assert_eq!(with(1), with(3));
    }

    #[test]
    fn no_plan_is_cheaper_than_the_bound(plot in plot(2, 2, 2)) {
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        let out = case.audited();
        let optimum = brute(&case, |b| { let supply = b.supply(); b.optimum(0, &supply) });
        let bound = out.bounds.bound[0].0;
        prop_assert!(bound <= optimum, "{} > {}", bound, optimum);
        prop_assert!(optimum <= out.cost.total().0);
        prop_assert!(optimum <= out.nearest_cost.0);
    }

    #[test]
    fn no_plan_of_a_large_order_is_cheaper_than_the_bound(plot in plot(1, 1, 20)) {
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        let out = case.audited();
        let optimum = brute(&case, |b| { let supply = b.supply(); b.optimum(0, &supply) });
        let bound = out.bounds.bound[0].0;
        prop_assert!(bound <= optimum, "{} > {}", bound, optimum);
        prop_assert!(optimum <= out.cost.total().0);
    }

    #[test]
    fn our_own_plan_as_the_incumbent_costs_the_same_and_is_a_start(plot in plot(8, 3, 5)) {
        let mut plot = plot;
        plot.penalty = 100_000;
        let mut case = stage(&plot);
        prop_assume!(feasible(&case));
        case.params.routing.effort = 2;
        let full = case.audited();
        let rows = (0..).zip(full.allocations.rows());
        let rows = rows.map(|(number, row)| IncumbentRow {
            line: row.line,
            facility: row.facility,
            quantity: row.quantity,
            row: number,
        });
        let incumbent = Incumbent { rows: rows.collect(), ..Incumbent::default() };
        case.batch.incumbent = Some(Box::new(incumbent));
        case.params.routing.effort = 0;
        let out = case.audited();
        let shadow = out.shadow.as_ref().unwrap();
        prop_assert_eq!(shadow.faults.len(), 0);
        // What facilities pay for their load is of no order, and not in there.
        prop_assert_eq!(shadow.cost.total(), full.cost.total() - full.cost.balance_penalty);
        prop_assert!(out.cost.total() <= full.cost.total());
    }

    #[test]
    fn an_order_of_few_units_gets_its_least_cost_pattern(plot in plot(1, 2, 3)) {
        let mut plot = plot;
        plot.load = (0, 0, 0);
        plot.orders[0].0.dedup_by_key(|line| line.0);
        plot.orders[0].1 = false;
        let case = stage(&plot);
        prop_assume!(feasible(&case));
        let out = case.audited();
        let best = brute(&case, |b| {
            let order = OrderIdx(0);
            let patterns = b.patterns(order);
            let costs: Vec<i64> = patterns.into_iter().filter_map(|(split, cost)| {
                let mut left = b.supply();
                b.take(order, &split, &mut left).then_some(cost)
            }).collect();
            costs.into_iter().min()
        });
        prop_assert_eq!(Some(out.cost.total().0), best);
    }

    #[test]
    fn cartons_cost_at_least_their_plane(plot in plot(1, 3, 12), express in 0..3u8) {
        let mut plot = plot;
        // Without rebates, or there are no planes.
        plot.extra = (plot.extra.0.abs(), plot.extra.1.abs());
        let mut case = stage(&plot);
        case.batch.orders.service[OrderIdx(0)] = ServiceLevel::ALL[usize::from(express)];
        brute(&case, |b| b.beside_planes(OrderIdx(0)));
    }
}
