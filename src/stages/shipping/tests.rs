//! Prices worked by hand to the cent, and the choice of a service.

use super::*;
use crate::model::rates::{Rounding, ServiceTerms, Surcharge, SurchargeKind};
use crate::model::units::Seconds;
use crate::params::Params;
use crate::testing::{START, World, calendar, terms};

/// A parcel of `size` millimetres and `grams`.
fn parcel(size: [i32; 3], grams: i64) -> Parcel {
    Parcel {
        size,
        weight: Grams(grams),
        fragile: false,
        hazmat: false,
    }
}

/// A surcharge of carrier `Post` without conditions.
fn surcharge(kind: SurchargeKind, amount: i64) -> Surcharge {
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
fn with<T>(change: impl FnOnce(&mut World), ask: impl FnOnce(&Shipping, OrderIdx) -> T) -> T {
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

const HOME: FacilityIdx = FacilityIdx(0);

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
