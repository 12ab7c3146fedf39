//! Prices worked by hand to the cent, and the choice of a service.

use super::*;
use crate::model::rates::{PriceRow, Rounding, ServiceTerms, Surcharge, SurchargeKind};
use crate::model::units::Seconds;
use crate::params::Params;
use crate::testing::{START, World, calendar, terms};

/// A parcel of `size` millimetres and `grams`.
pub(super) fn parcel(size: [i32; 3], grams: i64) -> Parcel {
    Parcel {
        size,
        weight: Grams(grams),
        fragile: false,
        hazmat: false,
    }
}

/// A surcharge of carrier `Post` without conditions.
pub(super) fn surcharge(kind: SurchargeKind, amount: i64) -> Surcharge {
    Surcharge {
        carrier: crate::model::ids::CarrierIdx(0),
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
        percent: 0.0,
        min_billable: None,
    }
}

/// One facility, one item, one order; `change` may alter the rest.
pub(super) fn with<T>(
    change: impl FnOnce(&mut World),
    ask: impl FnOnce(&Shipping, OrderIdx) -> T,
) -> T {
    let mut world = World::new();
    world.facility("F");
    let item = world.item("A", [200, 150, 100], 800);
    let order = world.order("O", &[(item, 1)]);
    change(&mut world);
    let batch = world.build();
    let calendar = calendar(&batch);
    let params = Params::default();
    ask(&Shipping::new(&batch, &calendar, &params).unwrap(), order)
}

fn charges(choice: &Choice) -> Vec<(ChargeKind, i64)> {
    let all: Cents = choice.charges.iter().map(|c| c.2).sum();
    assert_eq!(all, choice.price, "charges sum to the price");
    choice.charges.iter().map(|c| (c.1, c.2.0)).collect()
}

pub(super) const HOME: FacilityIdx = FacilityIdx(0);

#[test]
fn the_first_row_that_holds_the_weight_is_charged() {
    for (grams, cents) in [
        (0, 400),
        (1, 400),
        (1_000, 400),
        (1_001, 500),
        (30_000, 3_300),
    ] {
        let choice = with(|_| (), |s, o| s.choose(o, HOME, &[parcel([10; 3], grams)]));
        assert_eq!(choice.unwrap().price, Cents(cents), "{grams} g");
    }
    let none = with(|_| (), |s, o| s.choose(o, HOME, &[parcel([10; 3], 30_001)]));
    assert_eq!(none, None);
}

#[test]
fn inches_and_pounds_with_fuel() {
    // 18 × 12 × 10 in = 2,160 in³; / 139 = 15.54 lb -> 16 lb; actual 5 lb. Base 14.98 at 16 lb. Residential 5.95.
    // Fuel 18.5 % of (14.98 + 5.95 = 20.93) = 3.872 -> 3.87. Sum 24.80.
    let choice = with(
        |world| {
            let pounds =
                (1..=20i64).map(|lb| ((lb * 45_359_237 + 99_999) / 100_000, 1_000 + lb * 498 / 16));
            let us = ServiceTerms {
                dim_divisor: 5_022,
                rounding: Rounding::UpPound,
                fuel_percent: 18.5,
                ..terms()
            };
            world.batch.rates.services = IdxVec::new();
            world.batch.rates.prices = IdxVec::new();
            world.service(crate::model::ids::CarrierIdx(0), "us", us, pounds);
            world
                .batch
                .rates
                .surcharges
                .push(surcharge(SurchargeKind::Residential, 595));
        },
        |s, o| s.choose(o, HOME, &[parcel([457, 305, 254], 2_268)]),
    )
    .unwrap();
    assert_eq!(choice.billable_weight, Grams(7_257), "16 lb = 7,257.5 g");
    assert_eq!(
        charges(&choice),
        [
            (ChargeKind::Base, 1_498),
            (ChargeKind::Residential, 595),
            (ChargeKind::Fuel, 387)
        ]
    );
}

#[test]
fn in_time_comes_before_cheap_and_late_is_weighed_against_the_penalty() {
    let express = |world: &mut World| {
        let fast = ServiceTerms {
            transit_days: Some(1),
            ..terms()
        };
        world.service(
            crate::model::ids::CarrierIdx(0),
            "express",
            fast,
            [(30_000, 2_000)],
        );
    };
    let at = |days: i64| {
        move |world: &mut World| {
            express(world);
            world.batch.orders.deliver_by[OrderIdx(0)] = Some(START + Seconds(days * 86_400));
        }
    };
    let choose = |s: &Shipping, o| s.choose(o, HOME, &[parcel([10; 3], 500)]).unwrap();
    // Friday's 17:00 pick-up: express arrives on Monday 20:00, ground on Tuesday 20:00.
    let easy = with(at(6), choose);
    assert_eq!(
        (easy.service, easy.price, easy.days_late),
        (ServiceIdx(0), Cents(400), 0)
    );
    let tight = with(at(4), choose);
    assert_eq!(
        (tight.service, tight.price, tight.days_late),
        (ServiceIdx(1), Cents(2_000), 0)
    );
    // Due on Sunday: express is 1 day late (2,000 + 500), ground 2 days (400 + 1,000).
    let missed = with(at(3), choose);
    assert_eq!((missed.service, missed.days_late), (ServiceIdx(0), 2));
}

/// The one order's parcel by the one service, after `change`.
fn price_of(parcel: Parcel, change: impl FnOnce(&mut World)) -> Option<i64> {
    with(change, |s, o| s.choose(o, HOME, &[parcel])).map(|choice| {
        charges(&choice);
        choice.price.0
    })
}

pub(super) fn terms_of(world: &mut World) -> &mut ServiceTerms {
    let service = &mut world.batch.rates.services[ServiceIdx(0)];
    service.default_terms.as_mut().unwrap()
}

pub(super) fn rows(world: &mut World, rows: &[(i64, i64, [i64; 3])]) {
    let rows = rows.iter().map(|&(grams, cents, max_size)| PriceRow {
        max_weight: Grams(grams),
        price: Cents(cents),
        max_size,
    });
    world.batch.rates.prices[ServiceIdx(0)][0].1 = rows.collect();
}

pub(super) const ANY: [i64; 3] = [i64::MAX; 3];

#[test]
fn a_row_for_no_weight_takes_only_what_weighs_nothing() {
    let free = |world: &mut World| rows(world, &[(0, 0, ANY), (500, 250, ANY)]);
    assert_eq!(price_of(parcel([10; 3], 0), free), Some(0));
    assert_eq!(price_of(parcel([10; 3], 1), free), Some(250));
}

#[test]
fn beyond_the_last_break_or_between_formats_there_is_no_price() {
    // Letters to 250 g, parcels only from their own rows up: a bulky 200 g parcel pays the parcel price, 600 g nothing.
    let formats = |world: &mut World| {
        rows(
            world,
            &[(250, 120, [353, 250, 25]), (500, 300, [610, 460, 460])],
        );
    };
    assert_eq!(
        price_of(parcel([20, 340, 240], 200), formats),
        Some(120),
        "sides are sorted"
    );
    assert_eq!(price_of(parcel([30, 340, 240], 200), formats), Some(300));
    assert_eq!(price_of(parcel([20, 340, 240], 251), formats), Some(300));
    assert_eq!(price_of(parcel([20, 340, 240], 501), formats), None);
    assert_eq!(price_of(parcel([611, 10, 10], 100), formats), None);
    assert_eq!(
        price_of(parcel([10; 3], 100), |world| rows(world, &[])),
        None
    );
}

#[test]
fn limits_are_met_by_equality_and_not_beyond() {
    let limited = |world: &mut World| {
        let terms = terms_of(world);
        terms.max_weight = Some(Grams(2_000));
        terms.max_length_mm = Some(600);
        terms.max_girth_mm = Some(1_000);
    };
    assert_eq!(price_of(parcel([100, 600, 100], 2_000), limited), Some(500));
    assert_eq!(price_of(parcel([100, 601, 50], 2_000), limited), None);
    assert_eq!(
        price_of(parcel([100, 600, 101], 2_000), limited),
        None,
        "girth 1,002"
    );
    assert_eq!(price_of(parcel([100, 600, 100], 2_001), limited), None);
    let one_bad = with(limited, |s, o| {
        s.choose(o, HOME, &[parcel([10; 3], 1), parcel([10; 3], 2_001)])
    });
    assert_eq!(one_bad, None, "all parcels go by one service");
}

#[test]
fn without_a_lane_nothing_ships() {
    assert_eq!(
        price_of(parcel([10; 3], 1), |w| w.batch.rates.zone_rows.clear()),
        None
    );
    let elsewhere = |w: &mut World| w.batch.rates.zone_rows[0].dest_prefix = "FR".into();
    assert_eq!(price_of(parcel([10; 3], 1), elsewhere), None);
    let cost = with(elsewhere, |s, o| s.cost(o, HOME, &[(LineIdx(0), 1)]));
    assert_eq!(cost, Err(Code::NoService));
}

#[test]
fn a_service_ships_on_its_valid_days_only() {
    let day = |n: i64| Some(START + Seconds(n * 86_400));
    let valid = |from, to| {
        move |world: &mut World| {
            let terms = terms_of(world);
            (terms.valid_from, terms.valid_to) = (from, to);
        }
    };
    let pickup = |from, to| {
        with(valid(from, to), |s, o| {
            s.choose(o, HOME, &[parcel([10; 3], 1)])
        })
        .map(|choice| (choice.pickup - START).0 / 86_400)
    };
    assert_eq!(pickup(None, None), Some(0), "Friday");
    assert_eq!(
        pickup(day(0), day(0)),
        Some(0),
        "the last day counts in full"
    );
    assert_eq!(pickup(None, day(-1)), None);
    assert_eq!(
        pickup(day(1), None),
        Some(3),
        "Monday is the first valid pick-up"
    );
}

#[test]
fn of_one_kind_the_dearest_surcharge_counts_whatever_overlaps() {
    let areas = |world: &mut World| {
        for (prefix, amount) in [
            ("GB", 100),
            ("GB:SW", 420),
            ("GB:SW1A", 300),
            ("GB:EH", 900),
        ] {
            world.batch.rates.surcharges.push(Surcharge {
                dest_prefix: Some(prefix.into()),
                ..surcharge(SurchargeKind::DeliveryArea, amount)
            });
        }
        // Two peaks whose days overlap on the pick-up day, one that is over, one of another zone and one of another service.
        let day = |n: i64| Some(START + Seconds(n * 86_400));
        for (from, to, amount) in [(-9, 0, 50), (0, 9, 70), (-9, -1, 990)] {
            world.batch.rates.surcharges.push(Surcharge {
                valid_from: day(from),
                valid_to: day(to),
                ..surcharge(SurchargeKind::Peak, amount)
            });
        }
        world.batch.rates.surcharges.push(Surcharge {
            zone: Some(ZoneIdx(4)),
            ..surcharge(SurchargeKind::Peak, 991)
        });
        world.batch.rates.surcharges.push(Surcharge {
            service: Some(ServiceIdx(4)),
            ..surcharge(SurchargeKind::Peak, 992)
        });
    };
    assert_eq!(price_of(parcel([10; 3], 500), areas), Some(400 + 420 + 70));
}

#[test]
fn oversize_replaces_additional_handling_and_sets_the_billable_weight() {
    let large = |world: &mut World| {
        world.batch.rates.surcharges.push(Surcharge {
            min_length_mm: Some(1_200),
            min_billable: Some(Grams(18_143)),
            ..surcharge(SurchargeKind::AdditionalHandling, 2_800)
        });
        world.batch.rates.surcharges.push(Surcharge {
            min_weight: Some(Grams(9_000)),
            ..surcharge(SurchargeKind::AdditionalHandling, 4_350)
        });
        world.batch.rates.surcharges.push(Surcharge {
            min_girth_mm: Some(3_302),
            min_billable: Some(Grams(25_000)),
            ..surcharge(SurchargeKind::Oversize, 24_000)
        });
    };
    // 19 kg rate + 28.00; the heavy one pays 43.50 once, not both.
    assert_eq!(
        price_of(parcel([1_200, 300, 100], 5_000), large),
        Some(300 + 1_900 + 2_800)
    );
    assert_eq!(
        price_of(parcel([1_200, 300, 100], 9_000), large),
        Some(300 + 1_900 + 4_350)
    );
    assert_eq!(price_of(parcel([1_199, 300, 100], 5_000), large), Some(800));
    // Girth 1,400 + 2 × (600 + 400) = 3,400: oversize alone, at the 25 kg rate.
    assert_eq!(
        price_of(parcel([1_400, 600, 400], 5_000), large),
        Some(300 + 2_500 + 24_000)
    );
}

#[test]
fn fuel_spares_fragile_and_hazardous_and_percentages_are_of_the_base() {
    // Base 400. Residential 12.5 % of base + 1.05 = 0.50 + 1.05 = 1.55. Fragile 2.00, hazmat 3.00. Fuel 7.25 % of 5.55 =
    // 40.2375 cents -> 40. Sum 4.00 + 1.55 + 2.00 + 3.00 + 0.40 = 10.95.
    let delicate = Parcel {
        fragile: true,
        hazmat: true,
        ..parcel([10; 3], 900)
    };
    let rows = |world: &mut World| {
        terms_of(world).fuel_percent = 7.25;
        for (kind, amount, percent) in [
            (SurchargeKind::Residential, 105, 12.5),
            (SurchargeKind::Fragile, 200, 0.0),
            (SurchargeKind::Hazmat, 300, 0.0),
        ] {
            world.batch.rates.surcharges.push(Surcharge {
                percent,
                ..surcharge(kind, amount)
            });
        }
    };
    let choice = with(rows, |s, o| {
        s.choose(o, HOME, std::slice::from_ref(&delicate))
    })
    .unwrap();
    assert_eq!(
        charges(&choice),
        [
            (ChargeKind::Base, 400),
            (ChargeKind::Residential, 155),
            (ChargeKind::Fragile, 200),
            (ChargeKind::Hazmat, 300),
            (ChargeKind::Fuel, 40),
        ]
    );
    // An office, nothing special inside: 4.00 + 7.25 % = 29.
    let office = |world: &mut World| {
        rows(world);
        world.batch.orders.residential[OrderIdx(0)] = false;
    };
    assert_eq!(price_of(parcel([10; 3], 900), office), Some(429));
    let no_hazmat = |world: &mut World| terms_of(world).hazmat = false;
    assert_eq!(price_of(delicate, no_hazmat), None);
}

#[test]
fn half_a_cent_of_fuel_is_rounded_away_from_zero() {
    // 15 % of 2.50 = 37.5 cents.
    let halves = |world: &mut World| {
        terms_of(world).fuel_percent = 15.0;
        rows(world, &[(1_000, 250, ANY)]);
    };
    assert_eq!(price_of(parcel([10; 3], 1), halves), Some(288));
}

#[test]
fn centimetres_and_half_kilograms() {
    // 40 × 30 × 25 cm = 30,000 cm³; / 5,000 = 6 kg; up to 6 kg. 2 mm more in height: 6.048 kg -> 6.5 kg -> the 7 kg row.
    let metric = |world: &mut World| {
        let terms = terms_of(world);
        terms.dim_divisor = 5_000;
        terms.rounding = Rounding::Up500Grams;
    };
    assert_eq!(price_of(parcel([400, 300, 250], 4_100), metric), Some(900));
    let choice = with(metric, |s, o| {
        s.choose(o, HOME, &[parcel([400, 300, 252], 4_100)])
    })
    .unwrap();
    assert_eq!(
        (choice.billable_weight, choice.price),
        (Grams(6_500), Cents(1_000))
    );
}
