//! A made-up night, as if routed, packed and rated: shipments with lines over items of Zipf-like popularity, items in one to three
//! slots, four carrier pick-ups. Everything is drawn from a fixed seed.

use wavecrest::model::Batch;
use wavecrest::model::calendar::Calendar;
use wavecrest::model::ids::*;
use wavecrest::model::lanes::Lanes;
use wavecrest::model::network::{Facility, FacilityKind};
use wavecrest::model::plan::{
    Allocation, Cartonized, Package, Routed, Shipment, ShipmentKey, Shipped,
};
use wavecrest::model::rates::{Rounding, Service, ServiceTerms, Weekdays, ZoneRow};
use wavecrest::model::units::{Cents, Grams, Seconds, Timestamp};
use wavecrest::model::warehouse::{Layout, OneWay, Place, Warehouse};

/// Friday 2026-11-27 00:00 UTC.
const START: Timestamp = Timestamp(1_795_737_600);
const ITEMS: u32 = 12_000;
const AISLES: u32 = 30;
const BAYS: u32 = 40;
const CUTOFF_HOURS: [i64; 4] = [12, 15, 18, 20];

pub struct Night {
    pub batch: Batch,
    pub calendar: Calendar,
    pub routed: Routed,
    pub cartonized: Cartonized,
    pub shipped: Shipped,
}

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u32
    }
    /// Popular items have low numbers: density falls like a power.
    fn item(&mut self) -> ItemIdx {
        let u = self.next() as f64 / u64::MAX as f64;
        ItemIdx(((f64::from(ITEMS) * u.powf(2.2)) as u32).min(ITEMS - 1))
    }
    /// Lines of a shipment: 1 in half of all, 2.2 in the mean.
    fn lines(&mut self) -> u32 {
        match self.below(100) {
            0..50 => 1,
            50..72 => 2,
            72..84 => 3,
            84..91 => 4,
            91..97 => 5,
            _ => 6 + self.below(7),
        }
    }
}

/// `shipments` over `facilities` of `blocks` blocks each.
pub fn night(shipments: u32, facilities: u32, blocks: u32, seed: u64) -> Night {
    let mut draw = Draw(seed);
    let mut batch = Batch::default();
    items(&mut batch, &mut draw);
    for index in 0..facilities {
        facility(&mut batch, &mut draw, index, shipments / facilities, blocks);
    }
    services(&mut batch);
    let mut night = Night {
        batch,
        calendar: Calendar::build(&IdxVec::new(), &Default::default(), START, 28, 20).unwrap(),
        routed: Routed {
            first_allocation: vec![0],
            ..Routed::default()
        },
        cartonized: Cartonized {
            first_package: vec![0],
            ..Cartonized::default()
        },
        shipped: Shipped::default(),
    };
    night.batch.orders.first_line.push(0);
    let country = night.batch.symbols.push("GB");
    night.batch.destinations.country.push(country);
    night.batch.destinations.position.push(None);
    night.batch.destinations.postal_code.push("SW1A1AA");
    let rates = &mut night.batch.rates;
    rates.lanes = Lanes::resolve(
        &rates.zone_rows,
        rates.carriers.len(),
        &night.batch.facilities,
        &night.batch.destinations,
        &night.batch.symbols,
    );
    night.calendar =
        Calendar::build(&night.batch.facilities, &night.batch.rates, START, 28, 20).unwrap();
    for order in 0..shipments {
        let facility = FacilityIdx(draw.below(facilities));
        shipment(&mut night, &mut draw, OrderIdx(order), facility);
    }
    night
}

fn items(batch: &mut Batch, draw: &mut Draw) {
    for item in 0..ITEMS {
        batch.items.sku.push(&format!("SKU{item}"));
        let side = |draw: &mut Draw| 40 + draw.below(260) as i32;
        let size = [side(draw), side(draw), side(draw)];
        batch.items.size.push(size);
        batch
            .items
            .weight
            .push(Grams(50 + i64::from(draw.below(3_000))));
    }
}

fn facility(batch: &mut Batch, draw: &mut Draw, index: u32, shipments: u32, blocks: u32) {
    batch.facilities.push(Facility {
        id: format!("F{index}"),
        country: "GB".into(),
        postal_code: "NN11".into(),
        lat: 52.0,
        lon: -1.0,
        time_zone: "Europe/London".into(),
        kind: FacilityKind::Warehouse,
        hazmat: true,
        capacity_units: u64::MAX,
        capacity_orders: None,
        handling_per_order: Cents(50),
        handling_per_unit: Cents(10),
        pickers: (shipments / 450).max(2),
        pick_time_per_line: Seconds(12),
        walk_mm_per_second: 1_100,
        pack_stations: (shipments / 700).max(2),
        pack_time_per_package: Seconds(45),
        shift_start: Seconds(6 * 3_600),
        shift_end: Seconds(22 * 3_600),
    });
    let mut warehouse = Warehouse::default();
    warehouse.layout = Some(Layout {
        blocks,
        aisles: AISLES,
        bays_per_aisle: BAYS / blocks,
        bay_mm: 1_200,
        aisle_spacing_mm: 3_500,
        cross_aisle_mm: 2_500,
        depot_aisle: AISLES / 2,
        depot_block: 0,
        one_way: OneWay::No,
    });
    for item in 0..ITEMS {
        let slots = [1, 1, 1, 2, 3][draw.below(5) as usize];
        for slot in 0..slots {
            warehouse.slot_id.push(&format!("{item}-{slot}"));
            warehouse.item.push(ItemIdx(item));
            warehouse.quantity.push(4_000_000 / (item + 20) + 20);
            warehouse.place.push(Place {
                block: draw.below(blocks) as u16,
                aisle: draw.below(AISLES) as u16,
                bay: draw.below(BAYS / blocks) as u16,
                level: draw.below(4) as u16,
            });
            warehouse.zone.push("");
        }
    }
    warehouse.index();
    batch.warehouses.push(warehouse);
}

fn services(batch: &mut Batch) {
    let zone = batch.rates.zones.push("z");
    batch.rates.zone_rows.push(ZoneRow {
        carrier: None,
        origin_prefix: String::new(),
        dest_prefix: String::new(),
        zone,
        transit_days: Some(2),
    });
    for hour in CUTOFF_HOURS {
        let carrier = batch.rates.carriers.push(&format!("C{hour}"));
        batch.rates.prices.push(Vec::new());
        batch.rates.services.push(Service {
            carrier,
            name: "ground".into(),
            default_terms: Some(ServiceTerms {
                dim_divisor: 0,
                dim_threshold: 0,
                rounding: Rounding::None,
                max_weight: None,
                max_length_mm: None,
                max_girth_mm: None,
                pickup_cutoff: Seconds(hour * 3_600),
                pickup_days: Weekdays::MONDAY_TO_FRIDAY,
                delivery_days: Weekdays::MONDAY_TO_FRIDAY,
                transit_days: None,
                fuel_percent: 0.0,
                daily_capacity: None,
                min_commitment: None,
                hazmat: true,
                valid_from: None,
                valid_to: None,
            }),
            facility_terms: Vec::new(),
        });
    }
}

fn shipment(night: &mut Night, draw: &mut Draw, order: OrderIdx, facility: FacilityIdx) {
    let batch = &mut night.batch;
    let shipment = ShipmentIdx(order.0);
    batch.orders.id.push(&format!("O{}", order.0));
    batch.orders.placed_at.push(START);
    batch.orders.dest.push(DestIdx(0));
    let priority = if draw.below(20) == 0 { 9 } else { 0 };
    batch.orders.priority.push(priority);
    for _ in 0..draw.lines() {
        let line = LineIdx(batch.lines.len() as u32);
        batch.lines.order.push(order);
        batch.lines.item.push(draw.item());
        let quantity = if draw.below(5) == 0 { 2 } else { 1 };
        batch.lines.quantity.push(i64::from(quantity));
        night.routed.allocations.push(Allocation {
            line,
            facility,
            shipment,
            quantity,
        });
    }
    batch.orders.first_line.push(batch.lines.len() as u32);
    let end = night.routed.allocations.len() as u32;
    night.routed.first_allocation.push(end);
    night.routed.shipments.push(ShipmentKey {
        order,
        facility,
        routed_cost: Cents(500),
    });
    night.cartonized.packages.push(Package {
        shipment,
        carton: None,
        size: [300, 200, 100],
        weight: Grams(1_000),
        carton_cost: Cents(0),
        fragile: false,
        hazmat: false,
        units: 1,
    });
    night.cartonized.first_package.push(shipment.0 + 1);
    let service = ServiceIdx(draw.below(CUTOFF_HOURS.len() as u32));
    let ready = START + Seconds(2 * 3_600);
    let pickup = night
        .calendar
        .next_pickup(facility, service, ready)
        .unwrap();
    night.shipped.shipments.push(Shipment {
        service,
        zone: ZoneIdx(0),
        packages: 1,
        billable_weight: Grams(1_000),
        price: Cents(500),
        ship_by: pickup,
        expected_delivery: pickup + Seconds(2 * 86_400),
        promised: START + Seconds(7 * 86_400),
        late: false,
    });
}
