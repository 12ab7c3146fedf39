//! Incumbents of small worlds, priced by hand: two cups cost 500 from `near` and 530 from `far` (see `explain::tests`).

use crate::model::ids::{FacilityIdx, ItemIdx, LineIdx};
use crate::model::incumbent::{Incumbent, IncumbentCode, IncumbentRow, Shadow};
use crate::model::plan::Routed;
use crate::model::units::Cents;
use crate::stages::routing::tests::Case;
use crate::testing::World;

const NEAR: FacilityIdx = FacilityIdx(0);
const FAR: FacilityIdx = FacilityIdx(1);

fn two_sites() -> (World, [ItemIdx; 2]) {
    let mut world = World::new();
    let near = world.facility("near");
    let far = world.facility("far");
    world.batch.facilities[far].handling_per_order = Cents(80);
    world.batch.facilities[near].hazmat = false;
    let cup = world.item("CUP", [100, 100, 100], 400);
    let acid = world.item("ACID", [50, 50, 50], 100);
    world.batch.items.hazmat[acid] = true;
    world.carton("box", [400, 300, 300]);
    world.stock(near, cup, 3);
    world.stock(far, cup, 10);
    world.stock(near, acid, 5);
    world.stock(far, acid, 5);
    (world, [cup, acid])
}

fn against(world: World, rows: &[(u32, FacilityIdx, u32)]) -> (Case, Routed) {
    let mut case = Case::new(world);
    let rows = (0..).zip(rows);
    let rows = rows.map(|(row, &(line, facility, quantity))| IncumbentRow {
        line: LineIdx(line),
        facility,
        quantity,
        row,
    });
    case.batch.incumbent = Some(Box::new(Incumbent {
        rows: rows.collect(),
        ..Incumbent::default()
    }));
    let out = case.audited();
    (case, out)
}

fn shadow(out: &Routed) -> &Shadow {
    out.shadow.as_ref().unwrap()
}

#[test]
fn a_plan_from_the_dearer_site_costs_the_difference() {
    let (mut world, [cup, _]) = two_sites();
    world.order("A", &[(cup, 2)]);
    let (_, out) = against(world, &[(0, FAR, 1), (0, FAR, 1)]);
    let shadow = shadow(&out);
    let row = shadow.orders.get(0);
    assert_eq!((row.incumbent_cost, row.our_cost), (Cents(530), Cents(500)));
    assert_eq!(shadow.way(row.incumbent), [(FAR, 2)]);
    assert_eq!(shadow.way(row.ours), [(NEAR, 2)]);
    assert_eq!((shadow.cost.total(), shadow.shipments), (Cents(530), 1));
    assert!(shadow.faults.is_empty());
}

#[test]
fn an_order_that_the_incumbent_leaves_out_is_charged_its_penalties() {
    let (mut world, [cup, _]) = two_sites();
    world.order("A", &[(cup, 2)]);
    world.order("B", &[(cup, 1)]);
    let (_, out) = against(world, &[(0, NEAR, 2)]);
    let shadow = shadow(&out);
    assert_eq!(shadow.orders.incumbent_cost, [Cents(500), Cents(1_200)]);
    assert!(shadow.way(shadow.orders.incumbent[1]).is_empty());
}

#[test]
fn what_could_not_be_done_is_said_with_its_units() {
    let (mut world, [cup, acid]) = two_sites();
    world.order("A", &[(cup, 4), (acid, 1)]);
    let complete = world.order("B", &[(cup, 3)]);
    world.batch.orders.ship_complete[complete] = true;
    world.batch.facilities[FAR].capacity_units = 1;
    // Four from the three of `near`; acid, which it may not ship; one more than ordered; half of an order that ships complete.
    let rows = [(0, NEAR, 4), (1, NEAR, 1), (1, FAR, 2), (2, FAR, 1)];
    let (_, out) = against(world, &rows);
    let faults: Vec<(IncumbentCode, Option<u64>)> = shadow(&out)
        .faults
        .rows()
        .map(|fault| (fault.code, fault.units))
        .collect();
    use IncumbentCode::*;
    let expected = [
        (Rule, Some(1)),
        (OverOrdered, Some(1)),
        (StockOverdrawn, Some(1)),
        (CapacityOverdrawn, Some(1)),
        (NotComplete, None),
    ];
    assert_eq!(faults, expected);
}

#[test]
fn a_shipment_that_no_carrier_takes_counts_as_not_shipped() {
    let mut world = World::new();
    let near = world.facility("near");
    let anvil = world.item("ANVIL", [100, 100, 100], 40_000);
    world.stock(near, anvil, 1);
    world.order("A", &[(anvil, 1)]);
    let (_, out) = against(world, &[(0, near, 1)]);
    let shadow = shadow(&out);
    assert_eq!(shadow.faults.code, [IncumbentCode::NoCarrier]);
    assert_eq!(shadow.cost.total(), Cents(1_200));
    assert_eq!(shadow.shipments, 0);
}

/// Name of the rule, how to break it.
type Break = (&'static str, fn(&mut Shadow));

const BREAKS: &[Break] = &[
    ("incumbent", |s| s.orders.order.truncate(0)),
    ("incumbent", |s| s.orders.ours[0] = 99),
    ("incumbent_units", |s| {
        s.orders.incumbent[0] = s.orders.ours[0]
    }),
    ("incumbent_cost", |s| s.orders.incumbent_cost[0] = Cents(1)),
    ("incumbent_sum", |s| s.orders.incumbent_cost[0] += Cents(1)),
    ("incumbent_sum", |s| s.orders.our_cost[0] += Cents(1)),
    ("incumbent_sum", |s| s.shipments += 1),
    ("incumbent_faults", |s| s.faults.units[0] = Some(7)),
    ("incumbent_faults", |s| s.faults = Default::default()),
];

#[test]
fn the_audit_notices_every_corruption() {
    let (mut world, [cup, _]) = two_sites();
    world.order("A", &[(cup, 2)]);
    let (case, good) = against(world, &[(0, FAR, 3)]);
    for (i, (rule, corrupt)) in BREAKS.iter().enumerate() {
        let mut bad = good.clone();
        corrupt(bad.shadow.as_mut().unwrap());
        let found = case.check(&bad);
        assert!(
            found.iter().any(|v| v.rule == *rule),
            "{i} {rule}: {found:?}"
        );
    }
    let mut silent = good.clone();
    silent.shadow = None;
    assert!(case.check(&silent).iter().any(|v| v.rule == "incumbent"));
}
