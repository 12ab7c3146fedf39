//! A night of orders with a rate card like those of parcel carriers, by arithmetic alone.

use std::sync::atomic::AtomicBool;

use wavecrest::model::Batch;
use wavecrest::model::calendar::Calendar;
use wavecrest::model::ids::*;
use wavecrest::model::lanes::Lanes;
use wavecrest::model::network::{Facility, FacilityKind};
use wavecrest::model::orders::ServiceLevel;
use wavecrest::model::plan::{Allocation, Routed, ShipmentKey};
use wavecrest::model::rates::{
    PriceRow, Rounding, Service, ServiceTerms, Surcharge, SurchargeKind, Weekdays, ZoneRow,
};
use wavecrest::model::units::{Cents, Grams, Seconds, Timestamp};
use wavecrest::params::Params;
use wavecrest::stage::{Ctx, Silent};

const START: Timestamp = Timestamp(1_795_737_600);
const CARRIERS: u32 = 5;
const FACILITIES: u32 = 10;
const ITEMS: u32 = 500;

pub struct Night {
    pub batch: Batch,
    pub calendar: Calendar,
    pub routed: Routed,
    pub params: Params,
}

static NEVER: AtomicBool = AtomicBool::new(false);

pub fn ctx(params: &Params) -> Ctx<'_> {
    Ctx {
        params,
        seed: 7,
        reporter: &Silent,
        cancel: &NEVER,
        elapsed: &|| std::time::Duration::ZERO,
    }
}

/// A number that looks random: splitmix64.
fn mix(i: u64) -> u64 {
    let mut z = i
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn within(i: u64, low: u64, high: u64) -> u64 {
    low + mix(i) % (high - low)
}

impl Night {
    pub fn new(orders: u32) -> Night {
        let mut batch = Batch::default();
        network(&mut batch);
        catalog(&mut batch);
        rates(&mut batch);
        demand(&mut batch, orders);
        batch.rates.lanes = Lanes::resolve(
            &batch.rates.zone_rows,
            CARRIERS as usize,
            &batch.facilities,
            &batch.destinations,
            &batch.symbols,
        );
        Night {
            calendar: Calendar::build(&batch.facilities, &batch.rates, START, 28, 20).unwrap(),
            routed: routed(&batch),
            params: Params::default(),
            batch,
        }
    }

    pub fn content(&self, order: OrderIdx) -> Vec<(LineIdx, u32)> {
        let lines = self.batch.orders.lines(order);
        lines
            .map(|line| (line, self.batch.lines.quantity[line] as u32))
            .collect()
    }
}

fn network(batch: &mut Batch) {
    let country = batch.symbols.push("US");
    for zip in 100..1_000u32 {
        batch.destinations.country.push(country);
        batch.destinations.position.push(None);
        batch.destinations.postal_code.push(&format!("{zip}01"));
    }
    for i in 0..FACILITIES {
        batch.facilities.push(Facility {
            id: format!("F{i}"),
            country: "US".into(),
            postal_code: format!("{}01", 100 + 90 * i),
            lat: 40.0,
            lon: -100.0,
            time_zone: "America/Chicago".into(),
            kind: FacilityKind::Warehouse,
            hazmat: true,
            capacity_units: 1_000_000,
            capacity_orders: None,
            handling_per_order: Cents(50),
            handling_per_unit: Cents(10),
            pickers: 10,
            pick_time_per_line: Seconds(12),
            walk_mm_per_second: 1_100,
            pack_stations: 4,
            pack_time_per_package: Seconds(60),
            shift_start: Seconds(6 * 3_600),
            shift_end: Seconds(22 * 3_600),
        });
    }
}

fn catalog(batch: &mut Batch) {
    let items = &mut batch.items;
    for i in 0..u64::from(ITEMS) {
        items.weight.push(Grams(within(i, 50, 3_000) as i64));
        items
            .size
            .push([1, 2, 3].map(|axis| within(i * 7 + axis, 20, 260) as i32));
        items.category.push(None);
        items.unit_cost.push(None);
        items.fragile.push(i % 11 == 0);
        items.hazmat.push(i % 53 == 0);
        items.keep_upright.push(i % 17 == 0);
        items.max_stack.push(u32::MAX);
        items.handling_units.push(1);
        items.sku.push(&format!("S{i}"));
    }
    for (i, [a, b, c]) in [
        [150, 100, 60],
        [200, 150, 100],
        [250, 180, 120],
        [305, 230, 100],
        [305, 305, 150],
        [355, 255, 200],
        [405, 305, 150],
        [405, 305, 305],
        [455, 355, 255],
        [510, 405, 305],
        [610, 405, 405],
        [610, 460, 460],
    ]
    .into_iter()
    .enumerate()
    {
        let cartons = &mut batch.cartons;
        cartons.size.push([a, b, c]);
        cartons.tare.push(Grams(60 + 40 * i as i64));
        cartons.max_weight.push(Grams(30_000));
        cartons.cost.push(Cents(20 + 12 * i as i64));
        cartons.facility.push(None);
        cartons.id.push(&format!("C{i}"));
    }
}

fn rates(batch: &mut Batch) {
    let card = &mut batch.rates;
    for zone in 1..=8 {
        card.zones.push(&zone.to_string());
    }
    for carrier in 0..CARRIERS {
        card.carriers.push(&format!("carrier {carrier}"));
        for level in 0..4i64 {
            card.services.push(Service {
                carrier: CarrierIdx(carrier),
                name: format!("level {level}"),
                default_terms: Some(ServiceTerms {
                    dim_divisor: if level == 3 { 0 } else { 5_022 },
                    dim_threshold: 0,
                    rounding: Rounding::UpPound,
                    max_weight: Some(Grams(68_038)),
                    max_length_mm: Some(2_743),
                    max_girth_mm: Some(4_191),
                    pickup_cutoff: Seconds((15 + i64::from(carrier % 4)) * 3_600),
                    pickup_days: Weekdays::MONDAY_TO_FRIDAY,
                    delivery_days: Weekdays(0b111_1111),
                    transit_days: (level > 0).then_some(level as u16),
                    fuel_percent: 14.5 + level as f64,
                    daily_capacity: None,
                    min_commitment: None,
                    hazmat: true,
                    valid_from: None,
                    valid_to: None,
                }),
                facility_terms: Vec::new(),
            });
            card.prices.push(
                (0..8)
                    .map(|zone| (ZoneIdx(zone), prices(zone, carrier, level)))
                    .collect(),
            );
        }
        surcharges(&mut card.surcharges, CarrierIdx(carrier));
    }
    for origin in 0..10i32 {
        for zip in 100..1_000 {
            let apart = (zip / 100 - origin).unsigned_abs();
            card.zone_rows.push(ZoneRow {
                carrier: None,
                origin_prefix: format!("US:{origin}"),
                dest_prefix: format!("US:{zip}"),
                zone: ZoneIdx(apart.min(7)),
                transit_days: Some((1 + apart / 2) as u16),
            });
        }
    }
}

fn prices(zone: u32, carrier: u32, level: i64) -> Vec<PriceRow> {
    (1..=150i64)
        .map(|pounds| PriceRow {
            max_weight: Grams((pounds * 45_359_237 + 99_999) / 100_000),
            price: Cents(
                (900 + 12 * i64::from(carrier)
                    + 35 * i64::from(zone)
                    + pounds * (40 + 6 * i64::from(zone)))
                    * (3 + 4 / (level + 1))
                    / 4,
            ),
            max_size: [i64::MAX; 3],
        })
        .collect()
}

/// Residential, three tiers of delivery area, handling and oversize by zone band, overweight, peak.
fn surcharges(rows: &mut Vec<Surcharge>, carrier: CarrierIdx) {
    let plain = |kind, amount| Surcharge {
        carrier,
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
    };
    rows.push(plain(SurchargeKind::Residential, 595));
    for (tier, zips) in [(420, 100..130), (560, 500..520), (1_400, 990..1_000)] {
        rows.extend(zips.map(|zip: u32| Surcharge {
            dest_prefix: Some(format!("US:{zip}")),
            ..plain(SurchargeKind::DeliveryArea, tier)
        }));
    }
    for zone in 0..8 {
        let banded = |kind, amount| Surcharge {
            zone: Some(ZoneIdx(zone)),
            ..plain(kind, amount + 200 * i64::from(zone))
        };
        rows.push(Surcharge {
            min_length_mm: Some(1_220),
            min_billable: Some(Grams(18_144)),
            ..banded(SurchargeKind::AdditionalHandling, 2_800)
        });
        rows.push(Surcharge {
            min_weight: Some(Grams(22_680)),
            ..banded(SurchargeKind::AdditionalHandling, 4_350)
        });
        rows.push(Surcharge {
            min_girth_mm: Some(3_302),
            min_billable: Some(Grams(40_824)),
            ..banded(SurchargeKind::Oversize, 24_000)
        });
    }
    rows.push(Surcharge {
        min_weight: Some(Grams(31_752)),
        ..plain(SurchargeKind::Overweight, 3_000)
    });
    rows.push(plain(SurchargeKind::Hazmat, 700));
    rows.push(plain(SurchargeKind::Fragile, 250));
    rows.push(Surcharge {
        valid_from: Some(START - Seconds(30 * 86_400)),
        valid_to: Some(START + Seconds(40 * 86_400)),
        ..plain(SurchargeKind::Peak, 125)
    });
}

fn demand(batch: &mut Batch, orders: u32) {
    batch.orders.first_line.push(0);
    for i in 0..orders {
        let seed = u64::from(i) * 64;
        let columns = &mut batch.orders;
        let order = columns.id.push(&format!("O{i}"));
        columns.placed_at.push(START);
        columns.dest.push(DestIdx(within(seed, 0, 900) as u32));
        columns.residential.push(mix(seed + 1) % 10 < 8);
        columns.service.push(ServiceLevel::Standard);
        columns.deliver_by.push(None);
        for line in 0..[1, 1, 1, 2, 2, 3, 4][(mix(seed + 2) % 7) as usize] {
            let lines = &mut batch.lines;
            lines.order.push(order);
            lines
                .item
                .push(ItemIdx(within(seed + 10 + line, 0, u64::from(ITEMS)) as u32));
            lines
                .quantity
                .push([1, 1, 1, 1, 2, 3][(mix(seed + 20 + line) % 6) as usize]);
        }
        batch.orders.first_line.push(batch.lines.order.len() as u32);
    }
}

fn routed(batch: &Batch) -> Routed {
    let mut routed = Routed {
        first_allocation: vec![0],
        ..Routed::default()
    };
    for order in batch.orders.indices() {
        let facility = FacilityIdx(order.0 % FACILITIES);
        let shipment = ShipmentIdx(order.0);
        routed.shipments.push(ShipmentKey {
            order,
            facility,
            routed_cost: Cents::ZERO,
        });
        for line in batch.orders.lines(order) {
            routed.allocations.push(Allocation {
                line,
                facility,
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
