//! Random rate cards and orders for the tests of this stage.

use rand::{Rng, RngExt};

use super::tests::Case;
use crate::model::ids::{CarrierIdx, Idx, ServiceIdx, ZoneIdx};
use crate::model::rates::{
    PriceRow, Rounding, ServiceTerms, Surcharge, SurchargeKind, Weekdays, ZoneRow,
};
use crate::model::units::{Cents, Grams, Seconds, Timestamp};
use crate::stages::shipping::Parcel;
use crate::testing::{START, World};

/// A service with terms of every sort.
fn random_terms(rng: &mut impl Rng) -> ServiceTerms {
    let some = |rng: &mut _, value: i64| RngExt::random_bool(rng, 0.3).then_some(value);
    ServiceTerms {
        dim_divisor: [0, 5_000, 5_022, 4_000][rng.random_range(0..4)],
        dim_threshold: [0, 0, 5_000_000][rng.random_range(0..3)],
        rounding: Rounding::ALL[rng.random_range(0..6)],
        max_weight: some(rng, 5_000).map(Grams),
        max_length_mm: some(rng, 600),
        max_girth_mm: some(rng, 1_500),
        pickup_cutoff: Seconds(rng.random_range(8..22) * 3_600),
        pickup_days: Weekdays(rng.random_range(1..128)),
        delivery_days: Weekdays(rng.random_range(1..128)),
        transit_days: some(rng, 3).map(|days| days as u16),
        fuel_percent: rng.random_range(0..3_000) as f64 / 100.0,
        daily_capacity: some(rng, 3).map(|places| places as u32),
        min_commitment: None,
        hazmat: rng.random_bool(0.7),
        valid_from: some(rng, START.0 + 86_400 * 2).map(Timestamp),
        valid_to: some(rng, START.0 + 86_400 * 9).map(Timestamp),
    }
}

fn random_surcharge(rng: &mut impl Rng, services: u32) -> Surcharge {
    let some = |rng: &mut _, value: i64| RngExt::random_bool(rng, 0.25).then_some(value);
    let prefixes = ["", "GB", "GB:SW", "GB:SW1A", "GB:EH", "FR"];
    Surcharge {
        carrier: CarrierIdx(rng.random_range(0..2)),
        service: rng
            .random_bool(0.5)
            .then(|| ServiceIdx(rng.random_range(0..services))),
        kind: SurchargeKind::ALL[rng.random_range(0..8)],
        dest_prefix: rng
            .random_bool(0.5)
            .then(|| prefixes[rng.random_range(0..6)].to_owned()),
        zone: rng
            .random_bool(0.3)
            .then(|| ZoneIdx(rng.random_range(0..2))),
        min_weight: some(rng, 2_000).map(Grams),
        min_length_mm: some(rng, 400),
        min_second_mm: some(rng, 300),
        min_girth_mm: some(rng, 1_000),
        valid_from: some(rng, START.0 + 86_400 * 3).map(Timestamp),
        valid_to: some(rng, START.0 + 86_400 * 4).map(Timestamp),
        amount: Cents(rng.random_range(0..900)),
        percent: [0.0, 0.0, 12.5, 33.33][rng.random_range(0..4)],
        min_billable: some(rng, 4_000).map(Grams),
    }
}

/// Two carriers, several services, two zones, formats, holes, overlapping surcharges, scarce places.
pub(super) fn random_case(seed: u64) -> Case {
    let mut rng = crate::solve::rng::stream(seed, "carrier tests", 0);
    let mut world = World::new();
    world.facility("F");
    world.batch.rates.carriers.push("Parcel");
    let second = world.batch.rates.zones.push("y");
    world.batch.rates.zone_rows.push(ZoneRow {
        carrier: Some(CarrierIdx(1)),
        origin_prefix: "GB".into(),
        dest_prefix: "GB:SW".into(),
        zone: second,
        transit_days: rng.random_bool(0.5).then_some(1),
    });
    if rng.random_bool(0.4) {
        // Otherwise the first service takes everything.
        let ground = &mut world.batch.rates.services[ServiceIdx(0)];
        let places = rng.random_range(0..2);
        ground
            .default_terms
            .iter_mut()
            .for_each(|terms| terms.daily_capacity = Some(places));
    }
    let services = rng.random_range(2..6);
    for i in 0..services {
        let carrier = CarrierIdx(rng.random_range(0..2));
        let terms = random_terms(&mut rng);
        let service = world.service(carrier, &format!("s{i}"), terms, []);
        let mut zone = |zone| {
            let mut rows: Vec<PriceRow> = (0..rng.random_range(0..12))
                .map(|_| PriceRow {
                    max_weight: Grams(rng.random_range(0..8) * 1_500),
                    price: Cents(rng.random_range(200..3_000)),
                    max_size: match rng.random_range(0..3) {
                        0 => [350, 250, 25],
                        1 => [610, 460, 460],
                        _ => [i64::MAX; 3],
                    },
                })
                .collect();
            rows.sort_by_key(|row| (row.max_weight, row.price));
            (ZoneIdx(zone), rows)
        };
        world.batch.rates.prices[service] = vec![zone(0), zone(1)];
    }
    for _ in 0..rng.random_range(0..14) {
        let row = random_surcharge(&mut rng, services + 1);
        world.batch.rates.surcharges.push(row);
    }
    let orders = random_orders(&mut world, &mut rng);
    let parcels: Vec<Vec<Parcel>> = (0..orders)
        .map(|_| {
            let packages = [1, 1, 1, 2, 3][rng.random_range(0..5)];
            (0..packages).map(|_| random_parcel(&mut rng)).collect()
        })
        .collect();
    Case::new(world.build(), move |o| parcels[o.index()].clone())
}

/// Orders to three towns, some due early; how many.
fn random_orders(world: &mut World, rng: &mut impl Rng) -> u32 {
    let item = world.item("A", [200, 150, 100], 800);
    let orders = rng.random_range(1..25);
    for i in 0..orders {
        let order = world.order(&format!("O{i}"), &[(item, 1)]);
        let dest = world.dest(
            "GB",
            ["SW1A1AA", "EH11AA", "NE11AA"][rng.random_range(0..3)],
        );
        world.batch.orders.dest[order] = dest;
        world.batch.orders.residential[order] = rng.random_bool(0.5);
        if rng.random_bool(0.3) {
            let due = START + Seconds(rng.random_range(0..12) * 43_200);
            world.batch.orders.deliver_by[order] = Some(due);
        }
    }
    orders
}

fn random_parcel(rng: &mut impl Rng) -> Parcel {
    Parcel {
        size: [0; 3].map(|_| rng.random_range(10..500)),
        weight: Grams(rng.random_range(0..6_000)),
        fragile: rng.random_bool(0.2),
        hazmat: rng.random_bool(0.1),
    }
}
