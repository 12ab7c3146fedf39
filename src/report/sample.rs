//! A night made up for tests of the report: several facilities, some hundred orders and every kind of fate. The plan is plausible
//! and consistent (units, keys, sums), but no stage decided it.

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::*;
use crate::model::plan::*;
use crate::model::units::{Cents, Grams, Millimetres, Seconds, Timestamp};
use crate::stage::Violation;
use crate::testing::{START, World, terms};

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
            facility.capacity_units = 150 * site.4;
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
        priced(&mut plan);
        self.waved(&batch, &mut plan, per_wave);
        self.scheduled(&batch, &mut plan);
        aftercare(&batch, &mut plan);
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
            for (facility, line, quantity) in rows {
                let keys = &mut routed.shipments;
                if keys.order.last() != Some(&order) || keys.facility.last() != Some(&facility) {
                    routed
                        .first_allocation
                        .push(routed.allocations.len() as u32);
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
        routed
            .first_allocation
            .push(routed.allocations.len() as u32);
        for (facility, item, price) in [(0, None, 41), (1, Some(3), 310), (3, Some(9), 120)] {
            routed.shadow_prices.push(ShadowPrice {
                facility: FacilityIdx(facility),
                item: item.map(ItemIdx),
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

    fn packed_and_shipped(&mut self, plan: &mut Plan) {
        let (cartonized, shipped) = (&mut plan.cartonized, &mut plan.shipped);
        for i in 0..plan.routed.shipments.len() {
            let shipment = ShipmentIdx::from_usize(i);
            cartonized
                .first_package
                .push(cartonized.packages.len() as u32);
            let parcels = 1 + u32::from(self.random.below(12) == 0);
            let service = ServiceIdx([0, 0, 0, 1, 2][self.random.below(5) as usize]);
            let base = Cents(420 + self.random.below(200) as i64);
            for _ in 0..parcels {
                let package = PackageIdx::from_usize(cartonized.packages.len());
                shipped.charges.push(Charge {
                    shipment,
                    package,
                    kind: ChargeKind::Base,
                    amount: base,
                });
                shipped.charges.push(Charge {
                    shipment,
                    package,
                    kind: ChargeKind::Fuel,
                    amount: base.percent(11.0),
                });
                cartonized
                    .first_placement
                    .push(cartonized.placements.len() as u32);
                cartonized.packages.push(Package {
                    shipment,
                    carton: (self.random.below(9) > 0)
                        .then(|| CartonIdx(self.random.below(2) as u32)),
                    size: [250, 200, 100],
                    weight: Grams(900),
                    carton_cost: Cents(30),
                    fragile: false,
                    hazmat: false,
                    units: 2,
                });
                let line = plan.routed.allocations.line[plan.routed.first_allocation[i] as usize];
                cartonized.placements.push(PlacementRow {
                    package,
                    line,
                    at: [0; 3],
                    size: [200, 150, 50],
                });
            }
            let pickup = START + Seconds(3_600 * if service.0 == 1 { 20 } else { 17 });
            let late = self.random.below(60) == 0;
            shipped.shipments.push(Shipment {
                service,
                zone: ZoneIdx(0),
                packages: parcels,
                billable_weight: Grams(1_000),
                price: (base + base.percent(11.0)) * i64::from(parcels),
                ship_by: pickup,
                expected_delivery: pickup + Seconds(2 * 86_400),
                promised: pickup + Seconds(if late { 1 } else { 3 } * 86_400),
                late,
            });
        }
        cartonized
            .first_package
            .push(cartonized.packages.len() as u32);
        cartonized
            .first_placement
            .push(cartonized.placements.len() as u32);
        cartonized.package_bound = cartonized.packages.len() as u64 * 97 / 100;
    }

    fn waved(&mut self, batch: &Batch, plan: &mut Plan, per_wave: usize) {
        let shipments = plan.routed.shipments.len();
        plan.waved.wave_of = IdxVec::filled(None, shipments);
        plan.waved.not_waved = IdxVec::filled(String::new(), shipments);
        for facility in batch.facilities.indices() {
            let mut own: Vec<usize> = (0..shipments)
                .filter(|&i| plan.routed.shipments.facility[i] == facility)
                .collect();
            own.sort_by_key(|&i| plan.shipped.shipments.ship_by[i]);
            if facility.0 == 2 && own.len() > 1 {
                let left = ShipmentIdx::from_usize(own.remove(1));
                plan.waved.not_waved[left] = "no pick-up within the horizon".into();
            }
            let waves = own.len().div_ceil(per_wave).max(1);
            let step = 10 * 3_600 / waves as i64;
            for (number, members) in own.chunks(per_wave).enumerate() {
                self.wave(
                    plan,
                    facility,
                    members,
                    START + Seconds(6 * 3_600 + 1_800 + number as i64 * step),
                );
            }
        }
        plan.waved.first_batch.push(plan.waved.batches.len() as u32);
        plan.waved.first_task.push(plan.waved.tasks.len() as u32);
    }

    fn wave(
        &mut self,
        plan: &mut Plan,
        facility: FacilityIdx,
        members: &[usize],
        release: Timestamp,
    ) {
        let waved = &mut plan.waved;
        let wave = WaveIdx::from_usize(waved.waves.len());
        waved.first_batch.push(waved.batches.len() as u32);
        let mut lines = 0;
        for cart in members.chunks(8) {
            let batch = BatchIdx::from_usize(waved.batches.len());
            waved.first_task.push(waved.tasks.len() as u32);
            for (tote, &i) in cart.iter().enumerate() {
                let shipment = ShipmentIdx::from_usize(i);
                waved.wave_of[shipment] = Some(wave);
                for row in plan.routed.allocations_of(shipment) {
                    lines += 1;
                    waved.tasks.push(PickTask {
                        batch,
                        sequence: waved.tasks.len() as u32 - waved.first_task[batch.index()] + 1,
                        slot: Some(SlotIdx(0)),
                        line: plan.routed.allocations.line[row],
                        shipment,
                        quantity: plan.routed.allocations.quantity[row],
                        tote: tote as u16 + 1,
                    });
                }
            }
            waved.batches.push(PickBatch {
                wave,
                shipments: cart.len() as u32,
                lines: 12,
                units: 20,
                volume_mm3: 9_000_000,
                weight: Grams(14_000),
                distance: Millimetres(310_000),
                distance_bound: Millimetres(298_000),
                labour: Seconds(900),
            });
        }
        let carts = members.len().div_ceil(8) as i64;
        waved.waves.push(Wave {
            facility,
            cutoff: members
                .iter()
                .map(|&i| plan.shipped.shipments.ship_by[i])
                .min()
                .unwrap_or(START),
            release,
            expected_end: release + Seconds(2_400 + 240 * carts + self.random.below(1_500) as i64),
            shipments: members.len() as u32,
            lines,
            units: lines * 2,
            distance: Millimetres(310_000 * carts),
            labour: Seconds(900 * carts),
        });
    }

    fn scheduled(&mut self, batch: &Batch, plan: &mut Plan) {
        for i in 0..plan.routed.shipments.len() {
            let (shipment, planned) = (ShipmentIdx::from_usize(i), plan.shipped.shipments.get(i));
            let placed = batch.orders.placed_at[plan.routed.shipments.order[i]];
            let Some(wave) = plan.waved.wave_of[shipment] else {
                let never = Timestamp::MAX;
                plan.scheduled.times.push(CycleTime {
                    placed,
                    released: never,
                    picked: never,
                    packed: never,
                    handed_over: never,
                    delivered: never,
                    promised: planned.promised,
                    on_time: false,
                    missed_cutoff: true,
                });
                continue;
            };
            let released = plan.waved.waves.release[wave.index()];
            let picked = released + Seconds(600 + self.random.below(1_500) as i64);
            let packed = picked + Seconds(120 + self.random.below(1_200) as i64);
            let missed = packed > planned.ship_by;
            let slip = Seconds(if missed { 86_400 } else { 0 });
            let delivered = planned.expected_delivery + slip;
            plan.scheduled.times.push(CycleTime {
                placed,
                released,
                picked,
                packed,
                handed_over: planned.ship_by + slip,
                delivered,
                promised: planned.promised,
                on_time: delivered <= planned.promised,
                missed_cutoff: missed,
            });
        }
        for facility in batch.facilities.indices() {
            plan.scheduled.utilization.push(Utilization {
                facility,
                pickers: 0.45 + self.random.below(50) as f64 / 100.0,
                pack_stations: 0.35 + self.random.below(50) as f64 / 100.0,
                finished: START + Seconds(17 * 3_600),
            });
        }
    }
}

/// The cost of the routing, as the carriers then charge it.
fn priced(plan: &mut Plan) {
    let routed = &mut plan.routed;
    let shipments = routed.shipments.len() as i64;
    let backordered: i64 = routed
        .backorders
        .quantity
        .iter()
        .map(|&q| i64::from(q))
        .sum();
    routed.cost = RoutingCost {
        freight: plan.shipped.shipments.price.iter().copied().sum(),
        cartons: plan.cartonized.packages.carton_cost.iter().copied().sum(),
        handling: Cents(78 * shipments),
        split_penalty: Cents(12 * shipments),
        lateness_penalty: Cents(5 * shipments),
        backorder_penalty: Cents(backordered * 1_200),
    };
    let cost = routed.cost.total();
    routed.bounds.push(RoutingBound {
        scope: "all".into(),
        method: "Lagrangian dual".into(),
        cost,
        bound: cost.percent(99.79),
    });
    routed.nearest_cost = cost.percent(106.4);
}

fn aftercare(batch: &Batch, plan: &mut Plan) {
    for (i, &order) in plan.routed.shipments.order.iter().enumerate() {
        let at = plan.shipped.shipments.ship_by[i];
        let shipment = Some(ShipmentIdx::from_usize(i));
        let row = &mut plan.aftercare;
        row.events.push(Event {
            order,
            shipment,
            at,
            status: "shipped".into(),
        });
        let facts = format!("{{\"order_id\":\"{}\"}}", &batch.orders.id[order]);
        row.notifications.push(Notification {
            order,
            shipment,
            at,
            template: "shipped".into(),
            facts,
        });
    }
}
