//! Routing on small worlds, each for one rule; and the audit against corrupted plans.

use super::random::surcharge;
use super::*;
use crate::model::ids::{FacilityIdx, ItemIdx, ShipmentIdx};
use crate::model::plan::{Allocation, Backorder};
use crate::model::rates::SurchargeKind;
use crate::model::units::Cents;
use crate::params::Params;
use crate::testing::{World, calendar, ctx};

pub(super) struct Case {
    pub batch: Batch,
    pub params: Params,
    verdict: IdxVec<OrderIdx, Verdict>,
    line_fault: IdxVec<LineIdx, Option<Code>>,
}

impl Case {
    pub fn new(world: World) -> Case {
        let batch = world.build();
        let mut params = Params::default();
        params.routing.lost_order_penalty_cents = 0;
        params.routing.priority_percent = 0;
        params.routing.backorder_penalty_cents = 1_200;
        Case {
            verdict: IdxVec::filled(Verdict::Accepted, batch.orders.len()),
            line_fault: IdxVec::filled(None, batch.lines.len()),
            params,
            batch,
        }
    }

    pub fn with<T>(&self, judge: impl FnOnce(Input) -> T) -> T {
        let calendar = calendar(&self.batch);
        judge(Input {
            batch: &self.batch,
            calendar: &calendar,
            verdict: &self.verdict,
            line_fault: &self.line_fault,
        })
    }

    pub fn run(&self) -> Routed {
        self.with(|input| Routing::run(input, &ctx(&self.params)).unwrap())
    }

    pub fn check(&self, out: &Routed) -> Vec<Violation> {
        self.with(|input| Routing::check(input, out, &ctx(&self.params)))
    }

    /// Runs, and expects the audit to find nothing.
    pub fn audited(&self) -> Routed {
        let out = self.run();
        assert_eq!(self.check(&out), []);
        out
    }
}

/// Two sites, `far` dearer to handle; cups in both, a pot in the far one only.
pub(super) fn two_sites() -> (World, [FacilityIdx; 2], [ItemIdx; 2]) {
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

pub(super) fn codes(out: &Routed) -> Vec<Code> {
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
    let mut case = Case::new(world);
    case.params.routing.priority_percent = 50;
    let out = case.audited();
    assert_eq!(out.shipments.order, [urgent]);
    assert_eq!(out.shipments.facility, [far]);
    assert_eq!(codes(&out), [Code::NoStock]);
    assert_eq!(out.cost.backorder_penalty, Cents(2_400));
}

#[test]
fn loads_are_levelled_where_that_is_worth_its_price() {
    // A cup from the far site costs 30 more; two units of twenty are one each.
    let planned = |set: fn(&mut crate::params::Routing, i64), price: i64| {
        let (mut world, sites, [cup, _]) = two_sites();
        for site in sites {
            world.batch.facilities[site].capacity_units = 10;
        }
        world.order("A", &[(cup, 1)]);
        world.order("B", &[(cup, 1)]);
        let mut case = Case::new(world);
        set(&mut case.params.routing, price);
        let out = case.audited();
        // Proven, but for the last cent: the prices end where their steps do.
        let unproven = out.cost.total() - out.bounds.bound[0];
        assert!(unproven <= Cents(1), "{unproven:?} unproven");
        let far = out.shipments.facility.iter().filter(|&&f| f == sites[1]);
        (far.count(), out.cost.balance_penalty)
    };
    let level = |routing: &mut crate::params::Routing, price| routing.load_balance_cents = price;
    assert_eq!(planned(level, 29), (0, Cents(29)));
    assert_eq!(planned(level, 31), (1, Cents::ZERO));
    let least = |routing: &mut crate::params::Routing, price| {
        routing.minimum_load_percent = 10;
        routing.minimum_load_penalty_cents = price;
    };
    assert_eq!(planned(least, 29), (0, Cents(29)));
    assert_eq!(planned(least, 31), (1, Cents::ZERO));
    let dear = |routing: &mut crate::params::Routing, price| {
        routing.minimum_load_percent = 50;
        routing.minimum_load_penalty_cents = price;
    };
    // Five of ten at both sites would be more than the two that are ordered: two at each, and two are missing however they go.
    assert_eq!(planned(dear, 31).1, Cents(2 * 31));
}

#[test]
fn time_ends_the_search_and_what_there_is_holds() {
    let crowd = || {
        let (mut world, [near, far], [cup, pot]) = two_sites();
        for site in [near, far] {
            world.batch.facilities[site].capacity_units = 9;
        }
        for i in 0..12 {
            let lines = [(cup, 1 + i % 2), (pot, 1)];
            world.order(&format!("O{i}"), &lines[..1 + (i % 3 == 0) as usize]);
        }
        Case::new(world)
    };
    let full = crowd().audited();
    let mut case = crowd();
    case.params.routing.time_seconds = 5;
    // Every look at the clock finds it ten seconds later.
    let clock = std::sync::atomic::AtomicU64::new(0);
    let elapsed = || {
        let seconds = clock.fetch_add(10, std::sync::atomic::Ordering::Relaxed);
        std::time::Duration::from_secs(seconds)
    };
    let out = case.with(|input| {
        let ctx = crate::stage::Ctx {
            elapsed: &elapsed,
            ..ctx(&case.params)
        };
        Routing::run(input, &ctx).unwrap()
    });
    assert_eq!(case.check(&out), []);
    assert!(out.bounds.bound[0] < full.bounds.bound[0], "ended early");
    assert!(full.cost.total() <= out.cost.total());
    assert!(out.bounds.bound[0] <= full.cost.total());
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
    // Dearer than either shipment by itself, cheaper than the second with its split.
    let each = (both.cost.total() - both.cost.split_penalty).0 / 2;
    let one = split(each + 75);
    assert_eq!(one.shipments.len(), 1);
    assert_eq!(codes(&one), [Code::SplitTooCostly]);
    let none = split(100);
    assert!(
        none.shipments.is_empty(),
        "waiting is cheaper than any freight"
    );
    assert_eq!(codes(&none), [Code::TooCostly; 2]);
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
    let expected = [Code::NoHazmatFacility, Code::NoCapacity, Code::NoService];
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
    ("cost", |r| r.cost.balance_penalty.0 += 1),
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
    ("decision_rows", |r| r.explained.decisions.order[0].0 += 1),
    ("decision_rows", |r| r.explained.decisions.cheapest[0] = 99),
    ("decision_rows", |r| r.explained = Default::default()),
    ("decision", |r| r.explained.decisions.chosen.swap(0, 2)),
    ("decision", |r| r.explained.decisions.shipped[0] += 1),
    ("decision", |r| r.explained.decisions.waiting[0] += 1),
    ("decision", |r| {
        r.explained.decisions.handling[0] += Cents(1)
    }),
    ("decision", |r| {
        r.explained.decisions.split_penalty[0] += Cents(1)
    }),
    ("decision", |r| {
        r.explained.decisions.lost_penalty[1] += Cents(1)
    }),
    ("decision_sum", |r| {
        r.explained.decisions.lateness[0] += Cents(1)
    }),
    ("decision_sum", |r| {
        r.explained.decisions.freight[0] += Cents(1);
        r.explained.decisions.cartons[0] -= Cents(1);
    }),
    ("decision_scarcity", |r| {
        r.explained.decisions.scarcity[0] += Cents(100)
    }),
    ("decision_cheapest", |r| {
        r.explained.decisions.cheapest_cost[0] = Cents(i64::MAX)
    }),
    ("decision_runner_up", |r| {
        r.explained.decisions.runner_up[0] = Some(r.explained.decisions.chosen[0]);
        r.explained.decisions.runner_up_cost[0] = Some(Cents(i64::MAX));
    }),
    ("decision_unused", |r| r.explained.unused.truncate(1)),
    ("decision_unused", |r| r.explained.unused[0] ^= 1),
    ("decision_unused", |r| r.explained.unused[0] = 9),
    ("decision_runner_up", |r| {
        let costs = &mut r.explained.decisions.runner_up_cost;
        costs[0] = costs[0].xor(Some(Cents(i64::MAX)))
    }),
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
    case.params.routing.explain = crate::params::Explain::All;
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

#[test]
fn rebates_do_not_break_the_bound() {
    let (mut world, _, [cup, pot]) = two_sites();
    surcharge(&mut world, SurchargeKind::Peak, -120, -25.0);
    world.order("A", &[(cup, 9), (pot, 2)]);
    world.order("B", &[(cup, 1)]);
    Case::new(world).audited();
}
