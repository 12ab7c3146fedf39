//! Whole shipments: what is refused, when a facility is ready, what a shipment costs.

use super::tests::{ANY, HOME, parcel, rows, surcharge, terms_of, with};
use super::*;
use crate::model::rates::{Surcharge, SurchargeKind};
use crate::model::units::Seconds;
use crate::testing::{START, World, calendar};

#[test]
fn prices_beyond_reason_are_refused_with_their_place() {
    let refused = |change: &dyn Fn(&mut World)| {
        let mut world = World::new();
        world.facility("F");
        change(&mut world);
        let batch = world.build();
        let calendar = calendar(&batch);
        let params = Params::default();
        let error = Shipping::new(&batch, &calendar, &params).err().unwrap();
        assert_eq!(error.fault, crate::error::Fault::Input);
        error.to_string()
    };
    let price = refused(&|w| rows(w, &[(1, i64::MAX, ANY)]));
    assert!(price.contains("ground: price_cents"), "{price}");
    let fuel = refused(&|w| terms_of(w).fuel_percent = f64::NAN);
    assert!(fuel.contains("ground: fuel_percent"), "{fuel}");
    let amount = refused(&|w| {
        w.batch
            .rates
            .surcharges
            .push(surcharge(SurchargeKind::Peak, i64::MIN / 2))
    });
    assert!(amount.contains("peak: amount_cents"), "{amount}");
}

#[test]
fn a_shipment_costs_freight_cartons_handling_and_lateness() {
    let cost = with(
        |world| {
            world.carton("box", [210, 160, 210]);
            // Due before any pick-up; ground arrives on Tuesday 20:00, the fourth day after.
            world.batch.orders.deliver_by[OrderIdx(0)] = Some(START + Seconds(72_000));
        },
        |s, o| s.cost(o, HOME, &[(LineIdx(0), 2)]),
    );
    let expected = ShipmentCost {
        freight: Cents(500),
        cartons: Cents(30),
        handling: Cents(70),
        lateness: Cents(4 * 500),
        store: Cents::ZERO,
    };
    assert_eq!(cost, Ok(expected), "1,700 g gross");
    assert_eq!(expected.total(), Cents(2_600));
}

#[test]
fn a_facility_that_is_never_ready_offers_nothing() {
    let none = |lead_time_minutes: i64| {
        let mut world = World::new();
        world.facility("F");
        let item = world.item("A", [200, 150, 100], 800);
        let order = world.order("O", &[(item, 1)]);
        let batch = world.build();
        let calendar = calendar(&batch);
        let mut params = Params::default();
        params.carrier.lead_time_minutes = lead_time_minutes;
        let shipping = Shipping::new(&batch, &calendar, &params).unwrap();
        let choice = shipping.choose(order, HOME, &[parcel([10; 3], 1)]);
        choice.map(|choice| (choice.pickup - START).0)
    };
    // Shifts from 6:00 to 22:00, pick-ups at 17:00 from Monday to Friday.
    let hour = 3_600;
    assert_eq!(none(0), Some(17 * hour));
    assert_eq!(none(11 * 60), Some(17 * hour), "ready at 17:00 sharp");
    assert_eq!(none(11 * 60 + 1), Some((3 * 24 + 17) * hour), "Monday");
    assert_eq!(
        none(28 * 24 * 60),
        None,
        "28 shifts of 16 hours are not enough"
    );
}

#[test]
fn orders_of_one_class_cost_the_same() {
    let mut world = World::new();
    world.facility("F");
    let item = world.item("A", [200, 150, 100], 800);
    let orders = ["SW1A1AA", "SW1A2BB", "EH11AA"].map(|code| {
        let order = world.order(code, &[(item, 1)]);
        world.batch.orders.dest[order] = world.dest("GB", code);
        order
    });
    world.batch.rates.surcharges.push(Surcharge {
        dest_prefix: Some("GB:EH".into()),
        ..surcharge(SurchargeKind::DeliveryArea, 500)
    });
    let batch = world.build();
    let calendar = calendar(&batch);
    let params = Params::default();
    let shipping = Shipping::new(&batch, &calendar, &params).unwrap();
    let [a, b, c] = orders.map(|order| shipping.rate_class(order));
    assert_eq!(a, b);
    assert_ne!(a, c);
    let price = |class| {
        shipping
            .freight(&class, HOME, &[parcel([10; 3], 1)])
            .unwrap()
            .price
    };
    assert_eq!((price(a), price(c)), (Cents(400), Cents(900)));
}

#[test]
fn two_parcels_are_taken_where_one_would_be_oversize() {
    let packed = |amount: i64| {
        with(
            |world| {
                world.carton("half", [210, 160, 110]);
                world.carton("whole", [210, 160, 500]);
                world.batch.rates.surcharges.push(Surcharge {
                    min_length_mm: Some(500),
                    ..surcharge(SurchargeKind::Oversize, amount)
                });
            },
            |s, _| s.pack(HOME, &[(LineIdx(0), 2)]).unwrap().len(),
        )
    };
    assert_eq!(packed(100), 1);
    assert_eq!(packed(5_000), 2);
}
