//! Rules on who ships what, and limits of shipments: small worlds, and the audit against corrupted plans.

use super::tests::{Case, codes, two_sites};
use super::*;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::network::FacilityKind;
use crate::model::restrictions::{Restriction, RestrictionKind};
use crate::model::units::Cents;
use crate::testing::World;

/// A row without conditions.
fn row(kind: RestrictionKind, facility: FacilityIdx) -> Restriction {
    Restriction {
        kind,
        facility,
        customer: None,
        channel: None,
        country: None,
        category: None,
        item: None,
    }
}

const ONLY: RestrictionKind = RestrictionKind::Only;
const NEVER: RestrictionKind = RestrictionKind::Never;

/// A world with cups at two sites, `near` cheaper, and a single cup for each of so many orders.
fn cups(orders: usize) -> (World, [FacilityIdx; 2], ItemIdx) {
    let (mut world, sites, [cup, _]) = two_sites();
    for i in 0..orders {
        world.order(&format!("O{i}"), &[(cup, 1)]);
    }
    (world, sites, cup)
}

#[test]
fn a_row_on_customers_bars_the_order() {
    let (mut world, [near, far], _) = cups(2);
    let trade = world.customer("trade", 0);
    world.batch.orders.customer[OrderIdx(1)] = Some(trade);
    let only = Restriction {
        customer: Some(trade),
        ..row(ONLY, near)
    };
    world.batch.restrictions.push(only);
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [far, near], "the first is a guest");
}

#[test]
fn a_row_on_channel_and_country_needs_both() {
    let (mut world, [near, far], _) = cups(3);
    let (web, shop, gb) = (
        world.symbol("web"),
        world.symbol("shop"),
        world.symbol("GB"),
    );
    let channels = [Some(web), Some(shop), None];
    for (order, channel) in (0..3).map(OrderIdx).zip(channels) {
        world.batch.orders.channel[order] = channel;
    }
    let abroad = world.symbol("FR");
    for country in [gb, abroad] {
        world.batch.restrictions.push(Restriction {
            channel: Some(if country == gb { web } else { shop }),
            country: Some(country),
            ..row(NEVER, near)
        });
    }
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [far, near, near]);
}

#[test]
fn a_row_on_items_bars_the_line() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.stock(near, pot, 5);
    let kitchen = world.symbol("kitchen");
    world.batch.items.category[pot] = Some(kitchen);
    world.order("A", &[(cup, 1), (pot, 1)]);
    world.order("B", &[(cup, 2), (pot, 9)]);
    world.batch.restrictions.push(Restriction {
        category: Some(kitchen),
        ..row(NEVER, near)
    });
    let out = Case::new(world).audited();
    for part in out.allocations.rows() {
        assert!(part.line.0 % 2 == 0 || part.facility == far, "{part:?}");
    }
    // Pots: two at the far site for ten; five more lie where they may not leave from.
    let pots = out.allocations.rows().filter(|part| part.line.0 % 2 == 1);
    assert_eq!(pots.map(|part| part.quantity).sum::<u32>(), 2);
    assert!(codes(&out).iter().all(|&code| code == Code::Restricted));
}

#[test]
fn a_row_on_both_sides_bars_the_pair_only() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.stock(near, pot, 5);
    let web = world.symbol("web");
    for (id, item) in [("A", cup), ("B", pot), ("C", pot)] {
        world.order(id, &[(item, 1)]);
    }
    for order in [0, 1].map(OrderIdx) {
        world.batch.orders.channel[order] = Some(web);
    }
    world.batch.restrictions.push(Restriction {
        channel: Some(web),
        item: Some(pot),
        ..row(NEVER, near)
    });
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [near, far, near]);
}

#[test]
fn what_only_rules_keep_back_says_so() {
    let (mut world, [near, far], [cup, pot]) = two_sites();
    world.batch.facilities[far].kind = FacilityKind::Store;
    world.order("pot", &[(pot, 1)]);
    world.order("cup", &[(cup, 1)]);
    world.order("large", &[(pot, 150), (cup, 150)]);
    let web = world.symbol("web");
    world.batch.orders.channel[OrderIdx(1)] = Some(web);
    world.batch.restrictions.push(Restriction {
        channel: Some(web),
        ..row(NEVER, near)
    });
    let mut case = Case::new(world);
    case.params.routing.stores_ship = false;
    let out = case.audited();
    let expected = [
        Code::StoreMayNotShip,
        Code::StoreMayNotShip,
        Code::StoreMayNotShip,
        Code::StoreMayNotShip,
    ];
    assert_eq!(codes(&out), expected);
    // The large order got the three cups that the near site may ship.
    assert_eq!(out.allocations.quantity, [3]);
}

#[test]
fn a_facility_that_serves_nobody_ships_nothing() {
    let (mut world, [near, far], _) = cups(3);
    world.batch.restrictions.push(row(NEVER, near));
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [far; 3]);
}

#[test]
fn shipments_of_a_facility_are_limited() {
    let (mut world, [near, far], _) = cups(2);
    // Large orders are made of columns: they keep to the limit too.
    let mug = world.item("MUG", [80, 80, 80], 300);
    for site in [near, far] {
        world.stock(site, mug, 200);
    }
    world.order("large", &[(mug, 130)]);
    world.order("larger", &[(mug, 140)]);
    world.batch.facilities[near].capacity_orders = Some(1);
    world.batch.facilities[far].capacity_orders = Some(1);
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.len(), 2);
    assert_eq!(codes(&out), [Code::NoCapacity; 2]);
}

#[test]
fn a_limit_of_shipments_is_in_the_bound_and_has_a_price() {
    let (mut world, [near, _], _) = cups(3);
    world.batch.facilities[near].capacity_orders = Some(1);
    let out = Case::new(world).audited();
    // 400 + 30 + 60 once, 400 + 30 + 90 twice.
    assert_eq!(out.cost.total(), Cents(490 + 2 * 520));
    assert_eq!(out.bounds.bound[0], out.cost.total());
    assert_eq!(out.shadow_prices.shipments, [true]);
    assert_eq!(out.shadow_prices.price, [Cents(30)]);
}

#[test]
fn safety_stock_is_kept_back() {
    let (world, ..) = cups(12);
    let mut case = Case::new(world);
    case.params.routing.safety_stock_units = 1;
    case.params.routing.safety_stock_percent = 10;
    // Of 3: 1 and 0.3, rounded up to 1; of 10: 1 and 1.
    let out = case.audited();
    assert_eq!(out.shipments.len(), 1 + 8);
    assert_eq!(codes(&out), [Code::SafetyStock; 3]);
}

#[test]
fn stores_come_last_where_their_penalty_is_high() {
    let last = |penalty: i64| {
        let (mut world, [near, _], _) = cups(12);
        world.batch.facilities[near].kind = FacilityKind::Store;
        let mut case = Case::new(world);
        case.params.routing.store_penalty_cents = penalty;
        case.audited()
    };
    let free = last(0);
    let dear = last(600);
    let stores = |out: &Routed| out.shipments.facility.iter().filter(|f| f.0 == 0).count();
    assert_eq!((stores(&free), stores(&dear)), (3, 2));
    assert_eq!(dear.cost.store_penalty, Cents(1_200));
    assert_eq!(dear.bounds.bound[0], dear.cost.total());
}

#[test]
fn handling_counts_in_units_of_handling() {
    let (mut world, [near, _], cup) = cups(1);
    world.batch.items.handling_units[cup] = 7;
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.facility, [near]);
    assert_eq!(out.cost.handling, Cents(50 + 7 * 10));
    assert_eq!(out.bounds.bound[0], out.cost.total());
}

#[test]
fn the_audit_notices_every_broken_rule() {
    let fresh = || Case::new(cups(4).0);
    let (near, far) = (FacilityIdx(0), FacilityIdx(1));
    let found = |rule: &str, change: &dyn Fn(&mut Case)| {
        let mut case = fresh();
        let plan = case.audited();
        change(&mut case);
        let found = case.check(&plan);
        assert!(found.iter().any(|v| v.rule == rule), "{rule}: {found:?}");
    };
    found("restrictions", &|case| {
        case.batch.restrictions.push(row(NEVER, near))
    });
    found("restrictions", &|case| {
        let sku = Restriction {
            item: Some(ItemIdx(1)),
            ..row(ONLY, far)
        };
        case.batch.restrictions.push(sku);
    });
    found("stores", &|case| {
        case.batch.facilities[near].kind = FacilityKind::Store;
        case.params.routing.stores_ship = false;
    });
    found("cost", &|case| {
        case.batch.facilities[near].kind = FacilityKind::Store;
        case.params.routing.store_penalty_cents = 5;
    });
    found("capacity_orders", &|case| {
        case.batch.facilities[near].capacity_orders = Some(2)
    });
    found("stock_oversold", &|case| {
        case.params.routing.safety_stock_units = 1
    });
    found("cost", &|case| {
        case.batch.items.handling_units[ItemIdx(0)] = 2
    });
}

#[test]
fn a_code_that_blames_the_wrong_rule_is_noticed() {
    let (mut world, [near, far], _) = cups(1);
    world.batch.restrictions.push(row(NEVER, near));
    world.batch.restrictions.push(row(NEVER, far));
    let mut case = Case::new(world);
    case.batch.restrictions.pop();
    case.batch.facilities[far].capacity_units = 0;
    let out = case.audited();
    assert_eq!(codes(&out), [Code::NoCapacity]);
    for code in [
        Code::Restricted,
        Code::StoreMayNotShip,
        Code::NoHazmatFacility,
        Code::SafetyStock,
    ] {
        let mut bad = out.clone();
        bad.backorders.code[0] = code;
        let found = case.check(&bad);
        assert!(found.iter().any(|v| v.rule == "backorder_code"), "{code:?}");
    }
}

#[test]
fn a_complete_order_that_needs_too_many_shipments_says_so() {
    let mut world = World::new();
    let mut lines = Vec::new();
    for i in 0..3 {
        let site = world.facility(&format!("F{i}"));
        let item = world.item(&format!("I{i}"), [50, 50, 50], 100);
        world.stock(site, item, 1);
        lines.push((item, 1));
    }
    let order = world.order("A", &lines);
    world.batch.orders.ship_complete[order] = true;
    let mut case = Case::new(world);
    case.params.routing.max_shipments = 2;
    let out = case.audited();
    assert_eq!(codes(&out), [Code::TooManyShipments; 3]);
    case.params.routing.max_shipments = 3;
    assert_eq!(case.audited().shipments.len(), 3);
}

#[test]
fn waiting_orders_take_the_place_of_dearer_ones() {
    let (mut world, [near, far], [cup, _]) = two_sites();
    world.batch.facilities[far].capacity_units = 0;
    world.batch.facilities[near].capacity_orders = Some(1);
    // The heavier costs more to send, and nothing else sets them apart.
    let urn = world.item("URN", [100, 100, 100], 1_900);
    world.stock(near, urn, 1);
    world.order("urn", &[(urn, 1)]);
    world.order("cup", &[(cup, 1)]);
    let out = Case::new(world).audited();
    assert_eq!(out.shipments.order, [OrderIdx(1)]);
    assert_eq!(codes(&out), [Code::NoCapacity]);
}
