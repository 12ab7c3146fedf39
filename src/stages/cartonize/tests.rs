//! Packings that hold, and corruptions that the audit must find.

use super::*;
use crate::model::ids::{CartonIdx, FacilityIdx, IdxVec, OrderIdx};
use crate::model::plan::{Allocation, ShipmentKey};
use crate::model::units::{Cents, Grams};
use crate::params::Params;
use crate::testing::{World, calendar, ctx};

/// Every order ships whole from facility 0.
pub fn route_all(batch: &Batch) -> Routed {
    let mut routed = Routed {
        first_allocation: vec![0],
        ..Routed::default()
    };
    for order in batch.orders.indices() {
        let shipment = ShipmentIdx(order.0);
        routed.shipments.push(ShipmentKey {
            order,
            facility: FacilityIdx(0),
            routed_cost: Cents::ZERO,
        });
        for line in batch.orders.lines(order) {
            routed.allocations.push(Allocation {
                line,
                facility: FacilityIdx(0),
                shipment,
                quantity: batch.lines.quantity[line] as u32,
            });
        }
        routed
            .first_allocation
            .push(routed.allocations.len() as u32);
    }
    routed
}

/// Two cartons; books, vases (fragile), paint (hazardous), a lamp to keep upright and a ladder that fits no carton.
fn shop() -> Batch {
    let mut world = World::new();
    world.facility("F");
    world.facility("G");
    world.carton("small", [200, 150, 100]);
    let large = world.carton("large", [400, 300, 300]);
    world.batch.cartons.cost[large] = Cents(90);
    let book = world.item("book", [200, 140, 30], 500);
    let vase = world.item("vase", [100, 100, 200], 700);
    let paint = world.item("paint", [100, 100, 120], 1_200);
    let lamp = world.item("lamp", [90, 90, 280], 900);
    let ladder = world.item("ladder", [1_500, 400, 100], 4_000);
    world.batch.items.fragile[vase] = true;
    world.batch.items.hazmat[paint] = true;
    world.batch.items.keep_upright[lamp] = true;
    world.order("one book", &[(book, 1)]);
    world.order(
        "mixed",
        &[(book, 3), (vase, 2), (paint, 2), (lamp, 1), (ladder, 1)],
    );
    world.order("many", &[(book, 70), (vase, 9)]);
    world.build()
}

fn pack_with(batch: &Batch, params: &Params) -> (Routed, Cartonized, Vec<Violation>) {
    let routed = route_all(batch);
    let calendar = calendar(batch);
    let input = Input {
        batch,
        calendar: &calendar,
        routed: &routed,
    };
    let out = Cartonize::run(input, &ctx(params)).unwrap();
    let found = Cartonize::check(input, &out, &ctx(params));
    (routed, out, found)
}

/// Rules that the audit finds broken once `corrupt` has changed a good packing.
fn broken(corrupt: impl FnOnce(&mut Cartonized)) -> Vec<String> {
    let batch = shop();
    let params = Params::default();
    let (routed, mut out, found) = pack_with(&batch, &params);
    assert_eq!(found, []);
    corrupt(&mut out);
    let calendar = calendar(&batch);
    let input = Input {
        batch: &batch,
        calendar: &calendar,
        routed: &routed,
    };
    let mut rules: Vec<String> = Cartonize::check(input, &out, &ctx(&params))
        .into_iter()
        .map(|violation| violation.rule)
        .collect();
    rules.sort();
    rules.dedup();
    rules
}

#[test]
fn a_good_packing_passes_and_keeps_its_promises() {
    let batch = shop();
    let (_, out, found) = pack_with(&batch, &Params::default());
    assert_eq!(found, []);
    assert_eq!(
        out.packages.carton[0],
        Some(CartonIdx(0)),
        "a book goes into the small one"
    );
    assert_eq!(out.packages.weight[0], Grams(600));
    let mixed: Vec<_> = out
        .packages_of(ShipmentIdx(1))
        .map(|p| out.packages.get(p))
        .collect();
    assert_eq!(
        mixed.iter().filter(|p| p.carton.is_none()).count(),
        1,
        "the ladder"
    );
    let hazardous: Vec<u32> = mixed.iter().filter(|p| p.hazmat).map(|p| p.units).collect();
    assert_eq!(hazardous, [2], "the paint alone");
    assert!(out.package_bound >= 5 && out.package_bound <= out.packages.len() as u64);
}

#[test]
fn a_fill_limit_needs_more_cartons_and_is_kept() {
    let batch = shop();
    let full = pack_with(&batch, &Params::default()).1;
    let mut params = Params::default();
    for fill_percent in [30, 50, 80] {
        params.cartonize.fill_percent = fill_percent;
        let (_, out, found) = pack_with(&batch, &params);
        assert_eq!(found, [], "{fill_percent}");
        assert!(out.packages.len() >= full.packages.len());
    }
}

#[test]
fn walls_are_measured_by_carriers_only() {
    let batch = shop();
    let mut params = Params::default();
    params.cartonize.wall_mm = 4;
    let (_, out, found) = pack_with(&batch, &params);
    assert_eq!(found, []);
    assert_eq!(out.packages.size[0], [208, 158, 108]);
}

#[test]
fn without_cartons_every_unit_ships_in_its_own_container() {
    let mut batch = shop();
    batch.cartons = Default::default();
    let (_, out, found) = pack_with(&batch, &Params::default());
    assert_eq!(found, []);
    assert_eq!(out.packages.len(), 1 + 9 + 79);
    assert_eq!(out.package_bound, 89);
}

#[test]
fn a_carton_of_another_facility_is_not_used() {
    let mut batch = shop();
    batch.cartons.facility[CartonIdx(0)] = Some(FacilityIdx(1));
    let (_, out, found) = pack_with(&batch, &Params::default());
    assert_eq!(found, []);
    assert_eq!(out.packages.carton[0], Some(CartonIdx(1)));
}

#[test]
fn a_carton_rated_by_its_size_loses_to_a_dearer_small_one() {
    let carton = |dim_divisor: i64| {
        let mut world = World::new();
        world.facility("F");
        let small = world.carton("small", [200, 150, 100]);
        world.carton("large", [400, 300, 300]);
        world.batch.cartons.cost[small] = Cents(60);
        let item = world.item("A", [200, 140, 30], 500);
        world.order("O", &[(item, 1)]);
        let terms = &mut world.batch.rates.services[crate::model::ids::ServiceIdx(0)];
        terms.default_terms.as_mut().unwrap().dim_divisor = dim_divisor;
        pack_with(&world.build(), &Params::default())
            .1
            .packages
            .carton[0]
    };
    assert_eq!(
        carton(0),
        Some(CartonIdx(1)),
        "30 cents of cardboard against 60"
    );
    assert_eq!(
        carton(5_000),
        Some(CartonIdx(0)),
        "7.2 kg by size against 1 kg"
    );
}

#[test]
fn the_audit_finds_what_is_missing_doubled_or_foreign() {
    assert_eq!(
        broken(|out| out.placements.line[0] = LineIdx(1)),
        ["units_packed"]
    );
    let lost = broken(|out| {
        for column in [&mut out.placements.at, &mut out.placements.size] {
            column.pop();
        }
        out.placements.line.pop();
        out.placements.package.pop();
        *out.first_placement.last_mut().unwrap() -= 1;
    });
    assert!(lost.contains(&"units_packed".to_owned()), "{lost:?}");
    assert_eq!(broken(|out| out.first_package[1] = 0), ["package_rows"]);
    assert_eq!(broken(|out| out.first_placement[1] += 1), ["package_rows"]);
    assert_eq!(broken(|out| out.package_bound = 1_000), ["package_bound"]);
}

#[test]
fn the_audit_finds_units_outside_overlapping_or_in_the_air() {
    let outside = broken(|out| out.placements.at[0][0] -= 1);
    assert_eq!(outside, ["unit_outside"]);
    let overlapping = broken(|out| {
        let rows = out.placements_of(PackageIdx(1));
        out.placements.at[rows.start + 1] = out.placements.at[rows.start];
    });
    assert!(
        overlapping.contains(&"units_overlap".to_owned()),
        "{overlapping:?}"
    );
    assert_eq!(
        broken(|out| out.placements.at[0][2] += 1),
        ["unit_unsupported"]
    );
    let turned = broken(|out| out.placements.size[0] = [100, 100, 84]);
    assert_eq!(turned, ["unit_size"]);
}

#[test]
fn the_audit_finds_wrong_weights_cartons_and_flags() {
    assert_eq!(
        broken(|out| out.packages.weight[0] += Grams(1)),
        ["carton_weight"]
    );
    assert_eq!(
        broken(|out| out.packages.carton_cost[0] += Cents(1)),
        ["carton_known"]
    );
    assert_eq!(broken(|out| out.packages.size[0][1] -= 1), ["carton_known"]);
    assert_eq!(
        broken(|out| out.packages.carton[0] = Some(CartonIdx(7))),
        ["carton_known"]
    );
    assert_eq!(
        broken(|out| out.packages.fragile[0] = true),
        ["package_flags"]
    );
    assert_eq!(broken(|out| out.packages.units[0] = 2), ["package_flags"]);
    let bare = broken(|out| out.packages.carton[0] = None);
    assert!(bare.contains(&"needless_container".to_owned()), "{bare:?}");
}

/// The packing of the first order, checked against a batch that was changed after packing.
fn broken_by(change: impl FnOnce(&mut Batch)) -> Vec<String> {
    let mut world = World::new();
    world.facility("F");
    world.carton("box", [100, 100, 200]);
    let item = world.item("A", [100, 100, 100], 1_000);
    let other = world.item("B", [100, 100, 90], 1_000);
    world.order("O", &[(item, 1), (other, 1)]);
    let mut batch = world.build();
    let params = Params::default();
    let (routed, out, found) = pack_with(&batch, &params);
    assert_eq!((found, out.packages.len()), (vec![], 1));
    change(&mut batch);
    let calendar = calendar(&batch);
    let input = Input {
        batch: &batch,
        calendar: &calendar,
        routed: &routed,
    };
    let found = Cartonize::check(input, &out, &ctx(&params));
    found.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn the_audit_finds_crushed_turned_and_dangerous_neighbours() {
    use crate::model::ids::ItemIdx;
    let both = |column: &mut IdxVec<ItemIdx, bool>| column.as_mut_slice().fill(true);
    assert_eq!(
        broken_by(|b| both(&mut b.items.fragile)),
        ["package_flags", "crushed"]
    );
    let one_layer = broken_by(|b| b.items.max_stack.as_mut_slice().fill(0));
    assert_eq!(one_layer, ["crushed"]);
    let hazmat = broken_by(|b| b.items.hazmat[ItemIdx(0)] = true);
    assert_eq!(hazmat, ["hazmat_apart", "package_flags"]);
    let heavy = broken_by(|b| b.cartons.max_weight[CartonIdx(0)] = Grams(2_099));
    assert_eq!(heavy, ["carton_weight"]);
    let upright = broken_by(|b| {
        b.items.keep_upright[ItemIdx(1)] = true;
        b.items.size[ItemIdx(1)] = [100, 90, 100];
    });
    assert_eq!(upright, ["unit_size"]);
    let elsewhere = broken_by(|b| b.cartons.facility[CartonIdx(0)] = Some(FacilityIdx(5)));
    assert_eq!(elsewhere, ["carton_known"]);
}

#[test]
fn an_order_of_a_facility_without_a_licence_for_hazardous_goods_is_an_internal_error() {
    let mut batch = shop();
    batch.facilities[FacilityIdx(0)].hazmat = false;
    let routed = route_all(&batch);
    let calendar = calendar(&batch);
    let input = Input {
        batch: &batch,
        calendar: &calendar,
        routed: &routed,
    };
    let error = Cartonize::run(input, &ctx(&Params::default())).unwrap_err();
    assert!(
        error.to_string().contains(&batch.orders.id[OrderIdx(1)]),
        "{error}"
    );
}

/// Items, cartons and orders of all shapes.
fn random_shop(seed: u64) -> (Batch, Params) {
    use rand::RngExt;
    let mut rng = crate::solve::rng::stream(seed, "cartonize tests", 0);
    let mut world = World::new();
    world.facility("F");
    for i in 0..rng.random_range(0..5) {
        let carton = world.carton(&format!("C{i}"), [0; 3].map(|_| rng.random_range(40..400)));
        let cartons = &mut world.batch.cartons;
        cartons.max_weight[carton] = Grams(rng.random_range(500..12_000));
        cartons.tare[carton] = Grams(rng.random_range(0..300));
        cartons.cost[carton] = Cents(rng.random_range(10..200));
    }
    let items: Vec<_> = (0..8)
        .map(|i| {
            let size = [0; 3].map(|_| rng.random_range(10..250));
            let item = world.item(&format!("I{i}"), size, rng.random_range(0..3_000));
            let items = &mut world.batch.items;
            items.fragile[item] = rng.random_bool(0.2);
            items.hazmat[item] = rng.random_bool(0.2);
            items.keep_upright[item] = rng.random_bool(0.3);
            items.max_stack[item] = [u32::MAX, u32::MAX, 0, 1, 3][rng.random_range(0..5)];
            item
        })
        .collect();
    for i in 0..6 {
        let lines: Vec<_> = (0..rng.random_range(1..5))
            .map(|_| {
                (
                    items[rng.random_range(0..items.len())],
                    rng.random_range(1..12),
                )
            })
            .collect();
        world.order(&format!("O{i}"), &lines);
    }
    let service = &mut world.batch.rates.services[crate::model::ids::ServiceIdx(0)];
    service.default_terms.as_mut().unwrap().dim_divisor = [0, 5_000][rng.random_range(0..2)];
    let mut params = Params::default();
    params.cartonize.fill_percent = [100, 100, 85, 50, 30][rng.random_range(0..5)];
    params.cartonize.wall_mm = rng.random_range(0..5);
    (world.build(), params)
}

proptest::proptest! {
    #[test]
    fn every_packing_passes_the_audit(seed in 0u64..) {
        let (batch, params) = random_shop(seed);
        let (_, _, found) = pack_with(&batch, &params);
        proptest::prop_assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn packing_does_not_depend_on_the_number_of_threads() {
    let (batch, params) = random_shop(3);
    let plan = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| pack_with(&batch, &params).1)
    };
    assert_eq!(plan(1), plan(3));
}
