//! Shipments are packed into what the services of their lane take.

use super::tests::HOME;
use super::*;
use crate::model::ids::{CarrierIdx, ItemIdx};
use crate::model::rates::{PriceRow, ServiceTerms, ZoneRow};
use crate::testing::{World, calendar, terms};

/// Price rows without size limits.
fn rows(max_kg: i64) -> Vec<PriceRow> {
    let row = |kg| PriceRow {
        max_weight: Grams(kg * 1_000),
        price: Cents(500 + 200 * kg),
        max_size: [i64::MAX; 3],
    };
    (1..=max_kg).map(row).collect()
}

/// Two orders of 40 units, at home and to Australia, where the only service stops at 10 kg, of volume too; three cartons, the
/// largest being too large for it. `change` may alter the rest.
fn abroad<T>(
    change: impl FnOnce(&mut World),
    ask: impl FnOnce(&Shipping, [OrderIdx; 2]) -> T,
) -> T {
    let mut world = World::new();
    world.facility("F");
    world.facility("G");
    let item = world.item("A", [200, 150, 100], 800);
    let orders = [("home", "GB", "SW1A1AA"), ("away", "AU", "2000")].map(|(id, country, code)| {
        let order = world.order(id, &[(item, 40)]);
        world.batch.orders.dest[order] = world.dest(country, code);
        order
    });
    for (id, size) in [
        ("small", [300, 210, 210]),
        ("medium", [400, 310, 310]),
        ("large", [600, 450, 450]),
    ] {
        world.carton(id, size);
    }
    let far = world.batch.rates.zones.push("far");
    world.batch.rates.zone_rows.push(ZoneRow {
        carrier: None,
        origin_prefix: String::new(),
        dest_prefix: "AU".into(),
        zone: far,
        transit_days: Some(5),
    });
    let light = ServiceTerms {
        dim_divisor: 5_000,
        ..terms()
    };
    let air = world.service(CarrierIdx(0), "air", light, []);
    world.batch.rates.prices[air] = vec![(far, rows(10))];
    change(&mut world);
    let batch = world.build();
    let calendar = calendar(&batch);
    let params = Params::default();
    ask(&Shipping::new(&batch, &calendar, &params).unwrap(), orders)
}

const AWAY: [(LineIdx, u32); 1] = [(LineIdx(1), 40)];
const AT_HOME: [(LineIdx, u32); 1] = [(LineIdx(0), 40)];

#[test]
fn a_lane_up_to_ten_kilograms_gets_such_cartons_only() {
    abroad(
        |_| (),
        |s, [_, away]| {
            let packed = s.pack(HOME, &AWAY).unwrap();
            for carton in &packed {
                let parcel = Measured::from(&carton.parcel);
                let billable = parcel.weight.max((parcel.volume + 4_999) / 5_000);
                assert!(billable <= 10_000, "{carton:?}");
                assert_ne!(carton.carton, Some(CartonIdx(2)));
            }
            let units: usize = packed.iter().map(|p| p.units.len()).sum();
            assert_eq!(units, 40);
            let fewest = s.fewest_packages(HOME, &AWAY);
            assert!(
                (4..=packed.len() as u64).contains(&fewest),
                "32 kg: {fewest}"
            );
            assert!(s.cost(away, HOME, &AWAY).is_ok());
        },
    );
}

#[test]
fn a_lane_that_takes_all_is_packed_as_if_there_were_no_other() {
    let at_home = |s: &Shipping, [home, away]: [OrderIdx; 2]| {
        let [near, far] = [home, away].map(|o| s.pack_group(&s.rate_class(o), HOME));
        (s.pack(HOME, &AT_HOME).unwrap(), near != far)
    };
    let (with, differs) = abroad(|_| (), at_home);
    assert!(differs);
    // The service is still there, but goes nowhere.
    let (without, differs) = abroad(|world| world.batch.rates.zone_rows.truncate(1), at_home);
    assert!(!differs);
    assert_eq!(with, without);
    assert!(with.iter().any(|p| p.parcel.weight > Grams(10_000)));
}

#[test]
fn facilities_with_the_same_reach_pack_alike_and_always_the_same() {
    let ask = |s: &Shipping, [_, away]: [OrderIdx; 2]| {
        let class = s.rate_class(away);
        let groups = [0, 1].map(|f| s.pack_group(&class, FacilityIdx(f)));
        assert_eq!(groups[0], groups[1]);
        let packed = [0, 1].map(|f| s.pack(FacilityIdx(f), &AWAY).unwrap());
        assert_eq!(packed[0], packed[1]);
        (groups, packed)
    };
    assert_eq!(abroad(|_| (), ask), abroad(|_| (), ask));
}

#[test]
fn hazardous_goods_have_a_reach_of_their_own() {
    let hazmat = |world: &mut World| {
        world.batch.items.hazmat[ItemIdx(0)] = true;
        // A second service abroad takes hazardous goods, but 3 kg only.
        let air = &mut world.batch.rates.services[ServiceIdx(1)].default_terms;
        air.as_mut().unwrap().hazmat = false;
        let sea = world.service(CarrierIdx(0), "sea", terms(), []);
        world.batch.rates.prices[sea] = vec![(ZoneIdx(1), rows(3))];
    };
    abroad(hazmat, |s, [_, away]| {
        let packed = s.pack(HOME, &AWAY).unwrap();
        assert!(packed.iter().all(|p| p.parcel.weight <= Grams(3_000)));
        assert!(s.cost(away, HOME, &AWAY).is_ok());
    });
}

#[test]
fn what_fits_no_usable_carton_is_packed_as_before_and_refused() {
    let bulky = |world: &mut World| world.batch.items.size[ItemIdx(0)] = [550, 400, 400];
    abroad(bulky, |s, [_, away]| {
        let one = [(LineIdx(1), 1)];
        let packed = s.pack(HOME, &one).unwrap();
        assert_eq!(packed[0].carton, Some(CartonIdx(2)));
        assert_eq!(s.cost(away, HOME, &one), Err(Code::NoService));
    });
}
