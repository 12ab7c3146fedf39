//! Routing on small worlds: judged by the audit, against brute force, and the audit itself against corrupted plans.

use proptest::prelude::*;

use super::*;
use crate::model::ids::{FacilityIdx, ItemIdx, ShipmentIdx};
use crate::model::plan::{Allocation, Backorder};
use crate::model::units::Cents;
use crate::params::Params;
use crate::stages::shipping::ShipmentCost;
use crate::testing::{World, calendar, ctx, terms};
use std::collections::HashMap;

struct Case {
    batch: Batch,
    params: Params,
    verdict: IdxVec<OrderIdx, Verdict>,
    line_fault: IdxVec<LineIdx, Option<Code>>,
}

impl Case {
    fn new(world: World) -> Case {
        let batch = world.build();
        Case {
            verdict: IdxVec::filled(Verdict::Accepted, batch.orders.len()),
            line_fault: IdxVec::filled(None, batch.lines.len()),
            params: Params::default(),
            batch,
        }
    }

    fn with<T>(&self, judge: impl FnOnce(Input) -> T) -> T {
        let calendar = calendar(&self.batch);
        judge(Input {
            batch: &self.batch,
            calendar: &calendar,
            verdict: &self.verdict,
            line_fault: &self.line_fault,
        })
    }

    fn run(&self) -> Routed {
        self.with(|input| Routing::run(input, &ctx(&self.params)).unwrap())
    }

    fn check(&self, out: &Routed) -> Vec<Violation> {
        self.with(|input| Routing::check(input, out, &ctx(&self.params)))
    }

    /// Runs, and expects the audit to find nothing.
    fn audited(&self) -> Routed {
        let out = self.run();
        assert_eq!(self.check(&out), []);
        out
    }
}

/// Two sites, `far` dearer to handle; cups in both, a pot in the far one only.
fn two_sites() -> (World, [FacilityIdx; 2], [ItemIdx; 2]) {
    let mut world = World::new();
    let near = world.facility("near");
    let far = world.facility("far");
    world.batch.facilities[far].handling_per_order = Cents(80);
    let cup = world.item("CUP", [100, 100, 100], 400);
    let pot = world.item("POT", [200, 200, 200], 900);
    world.carton("box", [400, 300, 300]);
    world.stock(near, cup, 3);
    world.stock(far, cup, 10);
    world.stock(far, pot, 2);
    (world, [near, far], [cup, pot])
}

fn codes(out: &Routed) -> Vec<Code> {
    out.backorders.code.clone()
}

#[test]
fn the_cheaper_site_ships_what_it_has_whole() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.order("A", &[(cup, 2)]);
    world.order("B", &[(cup, 1), (pot, 1)]);
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [near, far]);
    assert_eq!(out.allocations.quantity, [2, 1, 1]);
    // Up to 1 kg 400, up to 2 kg 500; 30 per carton; 50 + 2 × 10 and 80 + 2 × 10.
    assert_eq!(out.shipments.routed_cost, [Cents(500), Cents(630)]);
    assert_eq!(out.cost.total(), Cents(1_130));
    assert!(out.bounds.bound[0] <= Cents(1_130));
    assert!(out.backorders.is_empty());
}

#[test]
fn a_single_unit_is_bounded_exactly() {
    let (mut world, _, [_, pot]) = two_sites();
    world.order("A", &[(pot, 1)]);
    let out = Case::new(world).audited();
    assert_eq!(out.bounds.bound[0], out.cost.total());
}

#[test]
fn urgent_orders_come_first() {
    let (mut world, [_, far], [_, pot]) = two_sites();
    world.order("late", &[(pot, 2)]);
    let urgent = world.order("urgent", &[(pot, 2)]);
    world.batch.orders.priority[urgent] = 5;
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.order, [urgent]);
    assert_eq!(out.shipments.facility, [far]);
    assert_eq!(codes(&out), [Code::NoStock]);
    assert_eq!(out.cost.backorder_penalty, Cents(2_400));
}

#[test]
fn scarce_stock_is_in_the_bound() {
    let (mut world, _, [_, pot]) = two_sites();
    for id in ["A", "B", "C", "D", "E"] {
        world.order(id, &[(pot, 1)]);
    }
    let out = Case::new(world).audited();
    assert_eq!(
        out.bounds.bound[0],
        out.cost.total(),
        "three of five must wait"
    );
}

#[test]
fn a_split_is_given_up_for_a_smaller_penalty_only() {
    let split = |penalty: i64| {
        let (mut world, _, [cup, pot]) = two_sites();
        world.batch.facilities[FacilityIdx(1)].capacity_units = 1;
        world.order("A", &[(cup, 1), (pot, 1)]);
        let mut case = Case::new(world);
        case.params.routing.backorder_penalty_cents = penalty;
        case.audited()
    };
    let both = split(1_200);
    assert_eq!(both.shipments.len(), 2);
    assert_eq!(both.cost.split_penalty, Cents(150));
    let one = split(100);
    assert_eq!(one.shipments.len(), 1, "what can ship does");
    assert_eq!(codes(&one), [Code::SplitTooCostly]);
}

#[test]
fn ship_complete_names_the_line_that_lacks() {
    let (mut world, _, [cup, pot]) = two_sites();
    let order = world.order("A", &[(cup, 1), (pot, 3)]);
    world.batch.orders.ship_complete[order] = true;
    let out = Case::new(world).audited();
    assert!(out.shipments.is_empty());
    assert_eq!(codes(&out), [Code::ShipTogether, Code::NoStock]);
}

#[test]
fn obstacles_have_their_own_codes() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.batch.items.hazmat[pot] = true;
    world.batch.facilities[far].hazmat = false;
    world.order("hazmat", &[(pot, 1)]);
    world.batch.facilities[near].capacity_units = 0;
    world.batch.facilities[far].capacity_units = 1;
    world.order("first", &[(cup, 1)]);
    world.order("second", &[(cup, 1)]);
    let heavy = world.item("ANVIL", [100, 100, 100], 31_000);
    world.stock(near, heavy, 1);
    world.order("heavy", &[(heavy, 1)]);
    let out = Case::new(world).audited();
    let expected = [Code::NoService, Code::NoCapacity, Code::NoService];
    assert_eq!(codes(&out), expected);
}

#[test]
fn the_number_of_shipments_is_limited() {
    let mut world = World::new();
    let mut lines = Vec::new();
    for i in 0..3 {
        let site = world.facility(&format!("F{i}"));
        let item = world.item(&format!("I{i}"), [50, 50, 50], 100);
        world.stock(site, item, 9);
        lines.push((item, 1));
    }
    world.order("small", &lines);
    let large: Vec<_> = lines.iter().map(|&(item, _)| (item, 5)).collect();
    world.order("large", &large);
    let mut case = Case::new(world);
    case.params.routing.max_shipments = 2;
    let out = case.audited();
    assert_eq!(out.shipments.len(), 4);
    assert_eq!(codes(&out), [Code::TooManyShipments; 2]);
}

#[test]
fn faulty_lines_and_orders_are_left_alone() {
    let (mut world, _, [cup, pot]) = two_sites();
    world.order("A", &[(cup, -3), (pot, 1)]);
    world.order("B", &[(cup, 1)]);
    let mut case = Case::new(world);
    case.line_fault[LineIdx(0)] = Some(Code::NonPositiveQuantity);
    case.verdict[OrderIdx(1)] = Verdict::Rejected(Code::PaymentDeclined);
    let out = case.audited();
    assert_eq!(out.allocations.line, [LineIdx(1)]);
    assert!(out.backorders.is_empty());
}

#[test]
fn a_line_that_validation_should_have_stopped_is_our_mistake() {
    let (mut world, _, [cup, _]) = two_sites();
    world.order("A", &[(cup, 0)]);
    let case = Case::new(world);
    let error = case.with(|input| Routing::run(input, &ctx(&case.params)).unwrap_err());
    assert_eq!(error.fault, crate::error::Fault::Internal);
}

#[test]
fn an_order_of_one_item_on_two_lines_shares_its_stock() {
    let (mut world, _, [cup, _]) = two_sites();
    world.order("A", &[(cup, 2), (cup, 12)]);
    let out = Case::new(world).audited();
    assert_eq!(out.allocations.quantity.iter().sum::<u32>(), 13);
    assert_eq!(codes(&out), [Code::NoStock]);
}

#[test]
fn an_order_of_more_units_than_are_compared_exactly_is_priced_in_the_end() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.stock(near, pot, 150);
    let mug = world.item("MUG", [80, 80, 80], 300);
    world.stock(far, mug, 150);
    world.order("A", &[(pot, 150), (mug, 150), (cup, 3)]);
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [near, far]);
    assert!(out.cost.freight > Cents::ZERO);
    assert!(out.backorders.is_empty());
}

#[test]
fn the_nearest_rule_splits_what_the_baseline_keeps_together() {
    let (mut world, [near, _], [cup, pot]) = two_sites();
    let order = world.order("A", &[(cup, 1), (pot, 1)]);
    world.batch.facilities[near].lat = 51.5;
    world.batch.facilities[near].lon = -0.1;
    let dest = world.batch.orders.dest[order];
    world.batch.destinations.position[dest] = Some((51.5, -0.1));
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.len(), 1);
    // 400 + 30 + 60, and 400 + 30 + 90, and the split.
    assert_eq!(out.nearest_cost, Cents(490 + 520 + 150));
    assert!(out.nearest_cost > out.cost.total());
}

#[test]
fn nothing_to_route_costs_nothing() {
    let (world, ..) = two_sites();
    let out = Case::new(world).audited();
    assert_eq!(out.cost.total(), Cents::ZERO);
    assert_eq!(out.first_allocation, [0]);
}

/// A change that breaks a plan.
type Break = fn(&mut Routed);

/// Every way to break a plan, and the rule that must notice.
const BREAKS: &[(&str, Break)] = &[
    ("stock_oversold", |r| {
        r.allocations.quantity[0] += 50;
    }),
    ("capacity", |r| r.allocations.quantity[0] = 2_000_000),
    ("line_balance", |r| r.allocations.quantity[0] -= 1),
    ("line_balance", |r| r.backorders.quantity[0] += 1),
    ("shipment_offsets", |r| r.first_allocation[1] = 99),
    ("shipment_offsets", |r| {
        r.first_allocation.pop();
    }),
    ("shipment_order", |r| {
        r.shipments.order.swap(0, 1);
        r.shipments.facility.swap(0, 1);
    }),
    ("allocation_key", |r| {
        r.allocations.facility[0] = FacilityIdx(1)
    }),
    ("allocation_key", |r| {
        r.allocations.shipment[0] = ShipmentIdx(1)
    }),
    ("unknown_index", |r| r.allocations.line[0] = LineIdx(99)),
    ("unknown_index", |r| r.backorders.line[0] = LineIdx(99)),
    ("empty_shipment", |r| r.first_allocation[1] = 0),
    ("hazmat", |r| {
        // The hazardous unit leaves from the site that may not.
        let last = r.allocations.len() - 1;
        r.allocations.facility[last] = FacilityIdx(0);
        let ship = r.shipments.len() - 1;
        r.shipments.facility[ship] = FacilityIdx(0);
    }),
    ("backorder_order", |r| {
        r.backorders.push(Backorder {
            line: LineIdx(0),
            quantity: 0,
            code: Code::NoStock,
        });
    }),
    ("backorder_code", |r| {
        r.backorders.code[0] = Code::NoCapacity
    }),
    ("backorder_code", |r| {
        r.backorders.code[0] = Code::ShipTogether
    }),
    ("backorder_code", |r| {
        r.backorders.code[0] = Code::TooManyShipments
    }),
    ("backorder_code", |r| {
        r.backorders.code[0] = Code::OrderRejected
    }),
    ("ship_complete", |r| {
        // The complete order ships one unit less.
        let i = r
            .allocations
            .line
            .iter()
            .position(|l| *l == LineIdx(3))
            .unwrap();
        r.allocations.quantity[i] -= 1;
        r.backorders.push(Backorder {
            line: LineIdx(3),
            quantity: 1,
            code: Code::NoStock,
        });
    }),
    ("max_shipments", |r| {
        for _ in 0..5 {
            let row = r.shipments.get(0);
            r.shipments.push(row);
            r.first_allocation.push(r.allocations.len() as u32);
        }
    }),
    ("cost", |r| r.cost.handling += Cents(1)),
    ("cost", |r| r.cost.split_penalty += Cents(1)),
    ("cost", |r| r.cost.backorder_penalty += Cents(1)),
    ("cost", |r| r.cost.freight += Cents(1)),
    ("cost", |r| r.cost.lateness_penalty = Cents(-1)),
    ("routed_cost", |r| r.shipments.routed_cost[0] = Cents(1)),
    ("bound", |r| r.bounds.bound[0] = Cents(i64::MAX)),
    ("bound", |r| r.bounds.cost[0] += Cents(1)),
    ("bound", |r| r.bounds = Default::default()),
    ("line_balance", |r| {
        let row = Allocation {
            line: LineIdx(5),
            facility: FacilityIdx(1),
            shipment: ShipmentIdx(r.shipments.len() as u32 - 1),
            quantity: 1,
        };
        r.allocations.push(row);
        *r.first_allocation.last_mut().unwrap() += 1;
    }),
];

/// A plan with a split, a complete order, a backorder, hazardous goods and a line that is not routed.
fn rich() -> Case {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    let acid = world.item("ACID", [50, 50, 50], 100);
    world.batch.items.hazmat[acid] = true;
    world.batch.facilities[near].hazmat = false;
    world.stock(near, acid, 5);
    world.stock(far, acid, 5);
    world.order("A", &[(cup, 12), (pot, 1)]);
    world.order("B", &[(pot, 2)]);
    let complete = world.order("C", &[(cup, 1)]);
    world.batch.orders.ship_complete[complete] = true;
    world.order("D", &[(acid, 1), (cup, 4)]);
    let mut case = Case::new(world);
    case.line_fault[LineIdx(5)] = Some(Code::OrderRejected);
    case
}

#[test]
fn the_audit_notices_every_corruption() {
    let case = rich();
    let good = case.audited();
    assert!(
        good.shipments.len() >= 4 && !good.backorders.is_empty(),
        "{good:?}"
    );
    for (i, (rule, corrupt)) in BREAKS.iter().enumerate() {
        let mut bad = good.clone();
        corrupt(&mut bad);
        let found = case.check(&bad);
        assert!(
            found.iter().any(|v| v.rule == *rule),
            "{i} {rule}: {found:?}"
        );
    }
}

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
    max_shipments: i64,
    penalty: i64,
}

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
        1..4i64,
        prop_oneof![Just(0), Just(150), Just(700), Just(1_200), Just(9_000)],
    )
        .prop_map(
            |(stock, sites, items, orders, express, max_shipments, penalty)| Plot {
                stock,
                sites,
                items,
                orders,
                express,
                max_shipments,
                penalty,
            },
        )
}

fn stage(plot: &Plot) -> Case {
    let mut world = World::new();
    let carrier = CARRIER;
    let limits = crate::model::rates::ServiceTerms {
        hazmat: false,
        dim_divisor: 5_000,
        fuel_percent: 7.5,
        ..terms()
    };
    let prices = plot.express.iter().zip([500, 2_000, 4_000, 16_000]);
    world.service(
        carrier,
        "express",
        limits,
        prices.map(|(&cents, grams)| (grams, cents)),
    );
    world.carton("small", [150, 150, 150]);
    world.carton("large", [300, 300, 300]);
    for (i, &(capacity, hazmat, handling)) in plot.sites.iter().enumerate() {
        let site = world.facility(&format!("F{i}"));
        let facility = &mut world.batch.facilities[site];
        facility.capacity_units = capacity;
        facility.hazmat = hazmat;
        facility.handling_per_order = Cents(handling);
        facility.handling_per_unit = Cents(10 + i as i64);
    }
    for (i, &(side, grams, hazmat)) in plot.items.iter().enumerate() {
        let item = world.item(&format!("I{i}"), [side, side, side / 2 + 1], grams);
        world.batch.items.hazmat[item] = hazmat;
        for f in 0..plot.sites.len() {
            world.stock(
                FacilityIdx(f as u32),
                item,
                plot.stock[i * plot.sites.len() + f],
            );
        }
    }
    for (i, (lines, complete, priority)) in plot.orders.iter().enumerate() {
        let lines: Vec<_> = lines.iter().map(|&(i, q)| (ItemIdx(i as u32), q)).collect();
        let order = world.order(&format!("O{i}"), &lines);
        world.batch.orders.ship_complete[order] = *complete;
        world.batch.orders.priority[order] = *priority;
    }
    let mut case = Case::new(world);
    case.params.routing.max_shipments = plot.max_shipments;
    case.params.routing.backorder_penalty_cents = plot.penalty;
    case
}

const CARRIER: crate::model::ids::CarrierIdx = crate::model::ids::CarrierIdx(0);

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
        fits
    }

    /// Stock by item and facility; the last row is capacity.
    fn supply(&self) -> Vec<Vec<i64>> {
        let batch = &self.case.batch;
        let mut supply = vec![vec![0; batch.facilities.len()]; batch.items.len() + 1];
        for (item, row) in batch.inventory.by_item.iter() {
            for stock in row {
                supply[item.0 as usize][stock.facility.0 as usize] = stock.available().into();
            }
        }
        for (f, site) in batch.facilities.iter_enumerated() {
            supply[batch.items.len()][f.0 as usize] = site.capacity_units as i64;
        }
        supply
    }

    fn optimum(&mut self, order: usize, supply: &[Vec<i64>]) -> i64 {
        if order == self.case.batch.orders.len() {
            return 0;
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

    /// Whether a facility that ships still has a unit that waits and could go along, or nothing ships though it could.
    fn withholds(&mut self, order: OrderIdx, split: &Split, left: &[Vec<i64>]) -> bool {
        let batch = &self.case.batch;
        let used: Vec<bool> = (0..batch.facilities.len())
            .map(|f| split.iter().any(|way| way[f] > 0))
            .collect();
        let none = !used.contains(&true);
        for (l, line) in batch.orders.lines(order).enumerate() {
            let waits = batch.lines.quantity[line] as u32 > split[l].iter().sum();
            for (f, &used) in used.iter().enumerate() {
                let there = left[batch.lines.item[line].0 as usize][f] > 0;
                if waits && (used || none) && there && left[batch.items.len()][f] > 0 {
                    let mut more = split.clone();
                    more[l][f] += 1;
                    if self.cost(order, &more).is_some() {
                        return true;
                    }
                }
            }
        }
        false
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn plans_of_small_orders_pass_the_audit(plot in plot(12, 3, 3)) {
        stage(&plot).audited();
    }

    #[test]
    fn plans_of_large_orders_pass_the_audit(plot in plot(5, 6, 30)) {
        stage(&plot).audited();
    }

    #[test]
    fn the_number_of_threads_does_not_matter(plot in plot(8, 4, 9)) {
        let case = stage(&plot);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| case.run())
        };
        prop_assert_eq!(with(1), with(3));
    }

    #[test]
    fn no_plan_is_cheaper_than_the_bound(plot in plot(2, 2, 2)) {
        let case = stage(&plot);
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
        let out = case.audited();
        let optimum = brute(&case, |b| { let supply = b.supply(); b.optimum(0, &supply) });
        let bound = out.bounds.bound[0].0;
        prop_assert!(bound <= optimum, "{} > {}", bound, optimum);
        prop_assert!(optimum <= out.cost.total().0);
    }

    #[test]
    fn an_order_of_few_units_gets_its_least_cost_pattern(plot in plot(1, 2, 3)) {
        let mut plot = plot;
        plot.orders[0].0.dedup_by_key(|line| line.0);
        plot.orders[0].1 = false;
        let case = stage(&plot);
        let out = case.audited();
        let best = brute(&case, |b| {
            let order = OrderIdx(0);
            let patterns = b.patterns(order);
            let costs: Vec<i64> = patterns.into_iter().filter_map(|(split, cost)| {
                let mut left = b.supply();
                (b.take(order, &split, &mut left) && !b.withholds(order, &split, &left)).then_some(cost)
            }).collect();
            costs.into_iter().min()
        });
        prop_assert_eq!(Some(out.cost.total().0), best);
    }
}

/// The bound of large orders, on worlds where brute force would take too long: any feasible plan will do.
#[test]
fn rebates_do_not_break_the_bound() {
    let (mut world, _, [cup, pot]) = two_sites();
    world
        .batch
        .rates
        .surcharges
        .push(crate::model::rates::Surcharge {
            carrier: CARRIER,
            service: None,
            kind: crate::model::rates::SurchargeKind::Peak,
            dest_prefix: None,
            zone: None,
            min_weight: None,
            min_length_mm: None,
            min_second_mm: None,
            min_girth_mm: None,
            valid_from: None,
            valid_to: None,
            amount: Cents(-120),
            percent: -25.0,
            min_billable: None,
        });
    world.order("A", &[(cup, 9), (pot, 2)]);
    world.order("B", &[(cup, 1)]);
    Case::new(world).audited();
}
