//! A night made up for tests of the report: several facilities, some hundred orders and every kind of fate. The plan is plausible
//! and consistent (units, keys, sums), but no stage decided it.

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::*;
use crate::model::plan::*;
use crate::model::units::{Cents, Seconds};
use crate::stage::Violation;
use crate::testing::{START, World, terms};

mod later;

use super::facts::{CheckVerdict, RunFacts, StageTiming};

/// A facility, or a city that orders: name, postal code, latitude, longitude, weight.
type Site = (&'static str, &'static str, f64, f64, u64);

const GB_SITES: &[Site] = &[
    ("DAV1", "NN11", 52.26, -1.16, 9),
    ("DON1", "DN4", 53.51, -1.13, 6),
    ("BRS-STORE", "BS1", 51.45, -2.59, 2),
    ("EDI1", "EH12", 55.94, -3.29, 4),
    ("BFS1", "BT3", 54.61, -5.90, 1),
];
const GB_CITIES: &[Site] = &[
    ("London", "SW1A", 51.51, -0.13, 40),
    ("Birmingham", "B1", 52.48, -1.89, 14),
    ("Manchester", "M1", 53.48, -2.24, 13),
    ("Leeds", "LS1", 53.80, -1.55, 9),
    ("Glasgow", "G1", 55.86, -4.25, 8),
    ("Edinburgh", "EH1", 55.95, -3.19, 5),
    ("Cardiff", "CF10", 51.48, -3.18, 5),
    ("Belfast", "BT1", 54.60, -5.93, 4),
    ("Norwich", "NR1", 52.63, 1.30, 3),
    ("Plymouth", "PL1", 50.37, -4.14, 3),
    ("Inverness", "IV1", 57.48, -4.22, 1),
    ("Newcastle", "NE1", 54.97, -1.61, 5),
];

/// The sample: 5 facilities, 600 orders in Great Britain and Northern Ireland.
pub fn night() -> (Batch, Plan, RunFacts) {
    let plan = Night::new(GB_SITES, GB_CITIES, "GB").orders(600).plan(40);
    (plan.0, plan.1, facts())
}

/// A large one: 26 facilities across the United States, `orders` orders, waves of `per_wave` shipments.
pub fn large(orders: usize, per_wave: usize) -> (Batch, Plan, RunFacts) {
    let mut random = Random(99);
    let mut sites = Vec::new();
    for i in 0..26 {
        let name: &'static str = Box::leak(format!("FC-{:02}", i + 1).into_boxed_str());
        let lat = 30.0 + random.below(160) as f64 / 10.0;
        let lon = -120.0 + random.below(440) as f64 / 10.0;
        sites.push((name, "10001", lat, lon, 1 + random.below(9)));
    }
    let mut cities = Vec::new();
    for i in 0..300 {
        let code: &'static str = Box::leak(format!("{:03}01", i + 100).into_boxed_str());
        let lat = 28.0 + random.below(190) as f64 / 10.0;
        let lon = -122.0 + random.below(480) as f64 / 10.0;
        cities.push(("city", code, lat, lon, 1 + random.below(30)));
    }
    let mut night = Night::new(&sites, &cities, "US");
    night.world.batch.currency = "USD".into();
    for facility in night.world.batch.facilities.as_mut_slice() {
        facility.time_zone = if facility.lon < -100.0 {
            "America/Denver"
        } else {
            "America/Chicago"
        }
        .into();
    }
    let (batch, plan) = night.orders(orders).plan(per_wave);
    (batch, plan, facts())
}

/// What a caller would tell of the sample's run.
pub fn facts() -> RunFacts {
    let stages = [
        ("ingest", 1.92, 2_412),
        ("validate", 0.08, 600),
        ("fraud", 0.21, 561),
        ("routing", 14.3, 540),
        ("cartonize", 2.75, 590),
        ("carrier", 3.1, 590),
        ("waves", 6.4, 590),
        ("schedule", 0.9, 590),
        ("aftercare", 0.3, 540),
    ];
    let mut params = crate::params::Params::default();
    params.routing.max_shipments = 2;
    params.waves.max_shipments = 250;
    RunFacts {
        batch: "nights/2026-11-27".into(),
        version: "0.1.0".into(),
        seed: 7,
        threads: 2,
        params,
        stages: stages
            .map(|(stage, seconds, rows)| StageTiming {
                stage: stage.into(),
                seconds,
                rows,
            })
            .to_vec(),
        peak_memory_bytes: Some(734_003_200),
        notes: vec![
            "no table `fx`: orders in other currencies are rejected".into(),
            "no table `slots` for BRS-STORE: its pick lists carry no walking order".into(),
        ],
        checks: stages[1..]
            .iter()
            .map(|(stage, ..)| CheckVerdict::new(stage, Vec::new()))
            .collect(),
    }
}

/// A check that fails, to see it on the page.
pub fn failed_check() -> CheckVerdict {
    CheckVerdict::new(
        "routing",
        vec![Violation::new(
            "stock_oversold",
            "DAV1, sku SKU-3",
            "12 units allocated, 10 available",
        )],
    )
}

/// xorshift64*: enough for made-up data.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
    fn pick(&mut self, sites: &[Site]) -> usize {
        let total = sites.iter().map(|site| site.4).sum();
        let mut at = self.below(total);
        sites
            .iter()
            .position(|site| {
                let here = at < site.4;
                at = at.saturating_sub(site.4);
                here
            })
            .unwrap_or(0)
    }
}

struct Night {
    world: World,
    random: Random,
    sites: Vec<Site>,
    cities: Vec<Site>,
    country: &'static str,
    items: Vec<ItemIdx>,
}

impl Night {
    fn new(sites: &[Site], cities: &[Site], country: &'static str) -> Self {
        let mut world = World::new();
        let swift = world.batch.rates.carriers.push("Swift");
        world.service(swift, "express", terms(), [(30_000, 790)]);
        world.service(CarrierIdx(0), "two_day", terms(), [(30_000, 520)]);
        let items = (0..40)
            .map(|i| world.item(&format!("SKU-{i}"), [200, 150, 50], 300 + 50 * i))
            .collect();
        for site in sites {
            let facility = world.facility(site.0);
            let facility = &mut world.batch.facilities[facility];
            (facility.lat, facility.lon, facility.postal_code) = (site.2, site.3, site.1.into());
            facility.capacity_units = 150 * site.4 * if sites.len() > 9 { 12 } else { 1 };
        }
        for facility in (0..sites.len()).map(FacilityIdx::from_usize) {
            world.slot(facility, ItemIdx(0), (0, 3, 4), 500);
        }
        world.carton("BOX-S", [250, 200, 100]);
        world.carton("BOX-M", [400, 300, 200]);
        Night {
            world,
            random: Random(7),
            sites: sites.to_vec(),
            cities: cities.to_vec(),
            country,
            items,
        }
    }

    fn orders(mut self, count: usize) -> Self {
        for i in 0..count {
            let lines: Vec<(ItemIdx, i64)> = (0..1 + self.random.below(3))
                .map(|_| {
                    (
                        self.items[self.random.below(40) as usize],
                        1 + self.random.below(3) as i64,
                    )
                })
                .collect();
            let order = self.world.order(&format!("A-{:05}", i + 1), &lines);
            let (_, code, lat, lon, _) = self.cities[self.random.pick(&self.cities)];
            let code = format!("{code}{}", self.random.below(9));
            let dest = self.world.dest(self.country, &code);
            let jitter = |r: &mut Random| (r.below(600) as f64 - 300.0) / 1_000.0;
            let position = (
                lat + jitter(&mut self.random),
                lon + jitter(&mut self.random),
            );
            let batch = &mut self.world.batch;
            batch.destinations.position[dest].get_or_insert((position.0 as f32, position.1 as f32));
            batch.orders.dest[order] = dest;
            batch.orders.placed_at[order] = START - Seconds(self.random.below(9 * 3_600) as i64);
        }
        self
    }

    fn plan(mut self, per_wave: usize) -> (Batch, Plan) {
        let batch = std::mem::take(&mut self.world).build();
        let mut plan = Plan::default();
        self.rejects(&mut plan);
        self.verdicts(&batch, &mut plan);
        self.routed(&batch, &mut plan);
        self.packed_and_shipped(&mut plan);
        later::priced(&mut plan);
        self.waved(&batch, &mut plan, per_wave);
        self.scheduled(&batch, &mut plan);
        later::aftercare(&batch, &mut plan);
        (batch, plan)
    }

    fn rejects(&self, plan: &mut Plan) {
        let fault =
            |table: &str, row, code, column: &str, value: &str, order: Option<&str>| Reject {
                table: table.into(),
                row,
                code,
                column: column.into(),
                value: value.into(),
                order_id: order.map(str::to_owned),
            };
        plan.rejects.push(fault(
            "orders",
            90_000,
            Code::DuplicateOrder,
            "order_id",
            "A-00002",
            Some("A-00002"),
        ));
        plan.rejects.push(fault(
            "orders",
            90_001,
            Code::MissingValue,
            "order_id",
            "",
            None,
        ));
        plan.rejects.push(fault(
            "order_lines",
            90_000,
            Code::UnknownSku,
            "sku",
            "SKU-X",
            Some("A-00001"),
        ));
        plan.rejects.push(fault(
            "items",
            17,
            Code::BadDimensions,
            "weight_g",
            "-4",
            None,
        ));
    }

    fn verdicts(&mut self, batch: &Batch, plan: &mut Plan) {
        for order in batch.orders.indices() {
            let verdict = match self.random.below(100) {
                0..2 => Verdict::Rejected(Code::PaymentDeclined),
                2 => Verdict::Rejected(Code::UnknownPostalCode),
                3..5 => Verdict::Held(Code::PaymentPending),
                5 => Verdict::Held(Code::CreditLimitExceeded),
                _ => Verdict::Accepted,
            };
            plan.validated.verdict.push(verdict);
            let risk = self.random.below(100);
            let (decision, after) = match (verdict, risk) {
                (Verdict::Accepted, 0) => {
                    (Decision::Decline, Verdict::Rejected(Code::FraudDeclined))
                }
                (Verdict::Accepted, 1..3) => (Decision::Review, Verdict::Held(Code::FraudReview)),
                _ => (Decision::Accept, verdict),
            };
            plan.fraud.verdict.push(after);
            match verdict {
                Verdict::Held(code) => plan.validated.holds.push(Hold {
                    order,
                    code,
                    detail: "balance 812.00, limit 500.00".into(),
                }),
                Verdict::Rejected(code) => plan.validated.rejects.push(Reject {
                    table: "orders".into(),
                    row: batch.orders.row[order],
                    code,
                    column: "payment_status".into(),
                    value: "declined".into(),
                    order_id: Some(batch.orders.id[order].into()),
                }),
                Verdict::Accepted => plan.fraud.scores.push(FraudScore {
                    order,
                    score: if decision == Decision::Accept { 12 } else { 88 },
                    decision,
                    reasons: "cvv_no:30;new_customer:10".into(),
                    amount: Cents(4_000),
                }),
            }
        }
        plan.validated.line_fault = IdxVec::filled(None, batch.lines.len());
        plan.validated.line_fault.as_mut_slice()[3] = Some(Code::AbsurdQuantity);
    }

    fn routed(&mut self, batch: &Batch, plan: &mut Plan) {
        let routed = &mut plan.routed;
        for order in batch
            .orders
            .indices()
            .filter(|&o| plan.fraud.verdict[o].accepted())
        {
            let fate = self.random.below(100);
            let home = self.nearest(batch, order);
            let mut rows: Vec<(FacilityIdx, LineIdx, u32)> = Vec::new();
            for line in batch
                .orders
                .lines(order)
                .filter(|&l| plan.validated.line_fault[l].is_none())
            {
                let units = batch.lines.quantity[line] as u32;
                let short = if fate < 2 {
                    units
                } else if fate < 6 {
                    1
                } else {
                    0
                };
                let facility = if fate > 92 {
                    FacilityIdx(self.random.below(self.sites.len() as u64) as u32)
                } else {
                    home
                };
                if short > 0 {
                    let code = if fate.is_multiple_of(2) {
                        Code::NoStock
                    } else {
                        Code::NoCapacity
                    };
                    routed.backorders.push(Backorder {
                        line,
                        quantity: short,
                        code,
                    });
                }
                if units > short {
                    rows.push((facility, line, units - short));
                }
            }
            rows.sort_unstable();
            ship(routed, order, rows);
        }
        routed
            .first_allocation
            .push(routed.allocations.len() as u32);
        for (facility, item, price) in [(0, None, 41), (1, Some(3), 310), (3, Some(9), 120)] {
            routed.shadow_prices.push(ShadowPrice {
                facility: FacilityIdx(facility),
                item: item.map(ItemIdx),
                shipments: false,
                price: Cents(price),
            });
        }
    }

    fn nearest(&mut self, batch: &Batch, order: OrderIdx) -> FacilityIdx {
        let (lat, lon) = batch.destinations.position[batch.orders.dest[order]].unwrap_or_default();
        let here = (f64::from(lat), f64::from(lon));
        let pull = |i: usize| {
            let site = self.sites[i];
            crate::model::network::great_circle_km(here, (site.2, site.3))
                / (2.0 + site.4 as f64).sqrt()
        };
        let best = (0..self.sites.len()).min_by(|&a, &b| pull(a).total_cmp(&pull(b)));
        FacilityIdx::from_usize(best.unwrap_or(0))
    }
}

/// One shipment per facility of the order's rows, which are sorted by facility.
fn ship(routed: &mut Routed, order: OrderIdx, rows: Vec<(FacilityIdx, LineIdx, u32)>) {
    for (facility, line, quantity) in rows {
        let keys = &mut routed.shipments;
        if keys.order.last() != Some(&order) || keys.facility.last() != Some(&facility) {
            let first = routed.allocations.len() as u32;
            routed.first_allocation.push(first);
            keys.push(ShipmentKey {
                order,
                facility,
                routed_cost: Cents(480),
            });
        }
        let shipment = ShipmentIdx::from_usize(keys.len() - 1);
        routed.allocations.push(Allocation {
            line,
            facility,
            shipment,
            quantity,
        });
    }
}
