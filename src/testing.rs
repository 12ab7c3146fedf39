//! Small batches for unit tests, built by hand: one facility or more, a few items, one carrier with one zone.

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::catalog::{Inventory, Stock};
use crate::model::csr::Csr;
use crate::model::ids::*;
use crate::model::lanes::Lanes;
use crate::model::network::{Facility, FacilityKind};
use crate::model::orders::{PaymentStatus, ServiceLevel, Verification};
use crate::model::rates::{PriceRow, Rounding, Service, ServiceTerms, Weekdays, ZoneRow};
use crate::model::units::{Cents, Grams, Seconds, Timestamp};
use crate::model::warehouse::{Layout, OneWay, Place, Warehouse};
use crate::params::Params;
use crate::stage::{Ctx, Silent};

/// Friday 2026-11-27 00:00 UTC.
pub const START: Timestamp = Timestamp(1_795_737_600);

/// Builds a [`Batch`]; every method adds one row with sensible columns and returns its index. Change other columns directly.
#[derive(Default)]
pub struct World {
    pub batch: Batch,
    stock: Vec<(ItemIdx, Stock)>,
}

impl World {
    /// An empty world in GBP with one carrier `Post`, service `ground` (2 days, up to 30 kg, 300 cents + 100 per kg),
    /// and a zone `z` from anywhere to anywhere.
    pub fn new() -> Self {
        let mut world = World::default();
        let batch = &mut world.batch;
        batch.currency = "GBP".into();
        batch.orders.first_line.push(0);
        let carrier = batch.rates.carriers.push("Post");
        let zone = batch.rates.zones.push("z");
        batch.rates.zone_rows.push(ZoneRow {
            carrier: None,
            origin_prefix: String::new(),
            dest_prefix: String::new(),
            zone,
            transit_days: Some(2),
        });
        let terms = ServiceTerms {
            max_weight: Some(Grams(30_000)),
            ..terms()
        };
        world.service(
            carrier,
            "ground",
            terms,
            (1..=30).map(|kg| (kg * 1_000, 300 + 100 * kg)),
        );
        world
    }

    /// A service with one price row per (max grams, cents), in zone `z`, without size limits.
    pub fn service(
        &mut self,
        carrier: CarrierIdx,
        name: &str,
        terms: ServiceTerms,
        prices: impl IntoIterator<Item = (i64, i64)>,
    ) -> ServiceIdx {
        let rows = prices
            .into_iter()
            .map(|(grams, cents)| PriceRow {
                max_weight: Grams(grams),
                price: Cents(cents),
                max_size: [i64::MAX; 3],
            })
            .collect();
        self.batch.rates.prices.push(vec![(ZoneIdx(0), rows)]);
        self.batch.rates.services.push(Service {
            carrier,
            name: name.into(),
            default_terms: Some(terms),
            facility_terms: Vec::new(),
        })
    }

    /// Open round the clock, capacity 1,000,000 units, 10 pickers, handling 50 + 10 per unit.
    pub fn facility(&mut self, id: &str) -> FacilityIdx {
        self.batch.warehouses.push(Warehouse::default());
        self.batch.facilities.push(Facility {
            id: id.into(),
            country: "GB".into(),
            postal_code: "NN11".into(),
            lat: 52.26,
            lon: -1.16,
            time_zone: "Europe/London".into(),
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
        })
    }

    /// Millimetres and grams.
    pub fn item(&mut self, sku: &str, size: [i32; 3], grams: i64) -> ItemIdx {
        let items = &mut self.batch.items;
        items.weight.push(Grams(grams));
        items.size.push(size);
        items.category.push(None);
        items.unit_cost.push(Some(Cents(100)));
        items.fragile.push(false);
        items.hazmat.push(false);
        items.keep_upright.push(false);
        items.max_stack.push(u32::MAX);
        items.handling_units.push(1);
        items.sku.push(sku)
    }

    pub fn stock(&mut self, facility: FacilityIdx, item: ItemIdx, units: u32) {
        self.stock.push((
            item,
            Stock {
                facility,
                on_hand: units,
                reserved: 0,
                safety: 0,
            },
        ));
    }

    /// Inner size in millimetres; up to 30 kg, 30 cents.
    pub fn carton(&mut self, id: &str, size: [i32; 3]) -> CartonIdx {
        let cartons = &mut self.batch.cartons;
        cartons.size.push(size);
        cartons.tare.push(Grams(100));
        cartons.max_weight.push(Grams(30_000));
        cartons.cost.push(Cents(30));
        cartons.facility.push(None);
        cartons.id.push(id)
    }

    /// A slot; the facility gets a layout of one block, 10 aisles, 20 bays if it has none.
    pub fn slot(
        &mut self,
        facility: FacilityIdx,
        item: ItemIdx,
        place: (u16, u16, u16),
        units: u32,
    ) -> SlotIdx {
        let warehouse = &mut self.batch.warehouses[facility];
        warehouse.layout.get_or_insert(Layout {
            blocks: 1,
            aisles: 10,
            bays_per_aisle: 20,
            bay_mm: 1_000,
            aisle_spacing_mm: 3_000,
            cross_aisle_mm: 2_000,
            depot_aisle: 0,
            depot_block: 0,
            one_way: OneWay::No,
        });
        warehouse.item.push(item);
        warehouse.quantity.push(units);
        warehouse.place.push(Place {
            block: place.0,
            aisle: place.1,
            bay: place.2,
            level: 0,
        });
        warehouse.zone.push("");
        let name = format!("S{}", warehouse.slot_id.len());
        warehouse.slot_id.push(&name)
    }

    /// A paid order of a guest to SW1A 1AA with (item, quantity) lines at 10.00 each, placed at [`START`].
    pub fn order(&mut self, id: &str, lines: &[(ItemIdx, i64)]) -> OrderIdx {
        let dest = self.dest("GB", "SW1A1AA");
        let batch = &mut self.batch;
        let order = batch.orders.id.push(id);
        let orders = &mut batch.orders;
        orders.row.push(u64::from(order.0));
        orders.fault.push(None);
        orders.placed_at.push(START);
        orders.customer.push(None);
        orders.dest.push(dest);
        orders.residential.push(true);
        orders.service.push(ServiceLevel::Standard);
        orders.deliver_by.push(None);
        orders.ship_complete.push(false);
        orders.payment_status.push(PaymentStatus::Paid);
        orders.net_days.push(0);
        orders.avs.push(Verification::Match);
        orders.cvv.push(Verification::Match);
        orders.priority.push(0);
        for column in [
            &mut orders.city,
            &mut orders.channel,
            &mut orders.payment_method,
            &mut orders.card,
            &mut orders.email,
            &mut orders.device,
            &mut orders.ip_country,
            &mut orders.bill_country,
            &mut orders.bill_postal_code,
        ] {
            column.push(None);
        }
        for (i, &(item, quantity)) in lines.iter().enumerate() {
            batch.lines.row.push(batch.lines.order.len() as u64);
            batch.lines.order.push(order);
            batch.lines.line_no.push(i as u32 + 1);
            batch.lines.item.push(item);
            batch.lines.quantity.push(quantity);
            batch.lines.unit_price.push(Cents(1_000));
        }
        batch.orders.first_line.push(batch.lines.order.len() as u32);
        order
    }

    /// A customer with a credit limit and no history.
    pub fn customer(&mut self, id: &str, credit_limit: i64) -> CustomerIdx {
        let customers = &mut self.batch.customers;
        customers.credit_limit.push(Some(Cents(credit_limit)));
        customers.open_balance.push(Cents::ZERO);
        customers.first_order_at.push(None);
        customers.orders_before.push(0);
        customers.chargebacks_before.push(0);
        customers.id.push(id)
    }

    /// The index of a destination, new or known.
    pub fn dest(&mut self, country: &str, postal_code: &str) -> DestIdx {
        let batch = &mut self.batch;
        let known = (0..batch.destinations.len())
            .map(DestIdx::from_usize)
            .find(|&d| {
                &batch.destinations.postal_code[d] == postal_code
                    && &batch.symbols[batch.destinations.country[d]] == country
            });
        known.unwrap_or_else(|| {
            let country = self.symbol(country);
            let destinations = &mut self.batch.destinations;
            destinations.country.push(country);
            destinations.position.push(None);
            destinations.postal_code.push(postal_code)
        })
    }

    pub fn symbol(&mut self, text: &str) -> Sym {
        let known = self.batch.symbols.iter().position(|s| s == text);
        known.map_or_else(|| self.batch.symbols.push(text), Sym::from_usize)
    }

    /// Finishes stock, slot lookups and lanes.
    pub fn build(mut self) -> Batch {
        self.stock
            .sort_by_key(|&(item, stock)| (item, stock.facility));
        let batch = &mut self.batch;
        batch.inventory = Inventory {
            by_item: Csr::from_pairs(batch.items.len(), &self.stock),
        };
        batch
            .warehouses
            .as_mut_slice()
            .iter_mut()
            .for_each(Warehouse::index);
        batch.rates.lanes = Lanes::resolve(
            &batch.rates.zone_rows,
            batch.rates.carriers.len(),
            &batch.facilities,
            &batch.destinations,
            &batch.symbols,
        );
        self.batch
    }
}

/// Terms of a service: picked up Monday to Friday at 17:00, transit by zone, no dimensional weight, no limits.
pub fn terms() -> ServiceTerms {
    ServiceTerms {
        dim_divisor: 0,
        dim_threshold: 0,
        rounding: Rounding::None,
        max_weight: None,
        max_length_mm: None,
        max_girth_mm: None,
        pickup_cutoff: Seconds(17 * 3_600),
        pickup_days: Weekdays::MONDAY_TO_FRIDAY,
        delivery_days: Weekdays::MONDAY_TO_FRIDAY,
        transit_days: None,
        fuel_percent: 0.0,
        daily_capacity: None,
        min_commitment: None,
        hazmat: true,
        valid_from: None,
        valid_to: None,
    }
}

/// The calendar of a batch from [`START`], four weeks.
pub fn calendar(batch: &Batch) -> Calendar {
    Calendar::build(&batch.facilities, &batch.rates, START, 28, 20)
        .expect("test batches have known time zones")
}

static NEVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// A silent context.
pub fn ctx(params: &Params) -> Ctx<'_> {
    Ctx {
        params,
        seed: 7,
        reporter: &Silent,
        cancel: &NEVER,
        elapsed: &|| std::time::Duration::ZERO,
    }
}
