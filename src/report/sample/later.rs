//! The later half of the made-up night: packages, shipments, waves, times, events.

use super::{Night, START};
use crate::model::Batch;
use crate::model::ids::*;
use crate::model::plan::*;
use crate::model::units::{Cents, Grams, Millimetres, Seconds, Timestamp};

impl Night {
    pub(super) fn packed_and_shipped(&mut self, plan: &mut Plan) {
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
            let price = (base + base.percent(11.0)) * i64::from(parcels);
            let late = self.random.below(60) == 0;
            shipped
                .shipments
                .push(shipment_row(service, parcels, price, late));
        }
        cartonized
            .first_package
            .push(cartonized.packages.len() as u32);
        cartonized
            .first_placement
            .push(cartonized.placements.len() as u32);
        cartonized.package_bound = cartonized.packages.len() as u64 * 97 / 100;
    }

    pub(super) fn waved(&mut self, batch: &Batch, plan: &mut Plan, per_wave: usize) {
        let shipments = plan.routed.shipments.len();
        plan.waved.wave_of = IdxVec::filled(None, shipments);
        plan.waved.not_waved = IdxVec::filled(String::new(), shipments);
        plan.waved.carts = IdxVec::filled(1, shipments);
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

    pub(super) fn scheduled(&mut self, batch: &Batch, plan: &mut Plan) {
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
pub(super) fn priced(plan: &mut Plan) {
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
        store_penalty: Cents::ZERO,
        balance_penalty: Cents::ZERO,
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
    routed.greedy_cost = cost.percent(103.1);
}

pub(super) fn aftercare(batch: &Batch, plan: &mut Plan) {
    for (i, &order) in plan.routed.shipments.order.iter().enumerate() {
        let at = plan.shipped.shipments.ship_by[i];
        let shipment = Some(ShipmentIdx::from_usize(i));
        let row = &mut plan.aftercare;
        row.events.push(Event {
            order,
            shipment,
            at,
            status: EventStatus::HandedOver,
        });
        let facts = format!("{{\"order_id\":\"{}\"}}", &batch.orders.id[order]);
        row.notifications.push(Notification {
            order,
            shipment,
            at,
            template: Template::Shipped,
            facts,
        });
    }
}

fn shipment_row(service: ServiceIdx, packages: u32, price: Cents, late: bool) -> Shipment {
    let pickup = START + Seconds(3_600 * if service.0 == 1 { 20 } else { 17 });
    Shipment {
        service,
        zone: ZoneIdx(0),
        packages,
        billable_weight: Grams(1_000),
        price,
        ship_by: pickup,
        expected_delivery: pickup + Seconds(2 * 86_400),
        promised: pickup + Seconds(if late { 1 } else { 3 } * 86_400),
        late,
    }
}
