//! Small floors worked by hand, properties judged by `check`, and corrupted schedules.

use proptest::prelude::*;

use super::*;
use crate::model::ids::{BatchIdx, LineIdx, ServiceIdx, WaveIdx, ZoneIdx};
use crate::model::plan::*;
use crate::model::units::{Cents, Grams, Millimetres, Seconds};
use crate::params::Params;
use crate::testing::{World, calendar, ctx};

/// A world with one facility and one shipment of one package per order; waves and batches as given.
struct Floor {
    batch: Batch,
    calendar: Calendar,
    routed: Routed,
    cartonized: Cartonized,
    shipped: Shipped,
    waved: Waved,
}

/// A batch of the floor: seconds of labour, and the shipments with tasks in it.
type Cart = (i64, Vec<u32>);

impl Floor {
    /// `waves`: (release, seconds after the calendar's start; carts).
    fn new(pickers: u32, stations: u32, shipments: u32, waves: &[(i64, Vec<Cart>)]) -> Floor {
        let mut world = World::new();
        let facility = world.facility("F");
        let item = world.item("I", [100, 100, 100], 500);
        let orders: Vec<_> = (0..shipments)
            .map(|i| world.order(&format!("O{i}"), &[(item, 1)]))
            .collect();
        world.batch.facilities[facility].pickers = pickers;
        world.batch.facilities[facility].pack_stations = stations;
        let batch = world.build();
        let calendar = calendar(&batch);
        let mut floor = Floor {
            routed: Routed::default(),
            cartonized: Cartonized {
                first_package: vec![0],
                ..Cartonized::default()
            },
            shipped: Shipped::default(),
            waved: Waved {
                first_batch: vec![0],
                first_task: vec![0],
                ..Waved::default()
            },
            batch,
            calendar,
        };
        for order in orders {
            floor.ship(order, facility);
        }
        for (release, carts) in waves {
            floor.wave(
                facility,
                floor.calendar.shifts(facility)[0].from + Seconds(*release),
                carts,
            );
        }
        floor
    }

    fn ship(&mut self, order: OrderIdx, facility: FacilityIdx) {
        let shipment = ShipmentIdx(order.0);
        self.routed.shipments.push(ShipmentKey {
            order,
            facility,
            routed_cost: Cents::ZERO,
        });
        self.cartonized.packages.push(Package {
            shipment,
            carton: None,
            size: [100; 3],
            weight: Grams(500),
            carton_cost: Cents::ZERO,
            fragile: false,
            hazmat: false,
            units: 1,
        });
        self.cartonized.first_package.push(shipment.0 + 1);
        let pickup = self.calendar.pickups(facility, ServiceIdx(0))[0];
        self.shipped.shipments.push(Shipment {
            service: ServiceIdx(0),
            zone: ZoneIdx(0),
            packages: 1,
            billable_weight: Grams(500),
            price: Cents(400),
            ship_by: pickup,
            expected_delivery: self.calendar.promise(facility, pickup, 4),
            promised: self.calendar.promise(facility, pickup, 4),
            late: false,
        });
        self.waved.wave_of.push(None);
        self.waved.not_waved.push(String::new());
    }

    fn wave(&mut self, facility: FacilityIdx, release: Timestamp, carts: &[Cart]) {
        let wave = WaveIdx(self.waved.waves.len() as u32);
        for (labour, shipments) in carts {
            let batch = BatchIdx(self.waved.batches.len() as u32);
            for &shipment in shipments {
                self.waved.wave_of[ShipmentIdx(shipment)] = Some(wave);
                self.waved.tasks.push(PickTask {
                    batch,
                    sequence: 1,
                    slot: None,
                    line: LineIdx(shipment),
                    shipment: ShipmentIdx(shipment),
                    quantity: 1,
                    tote: 1,
                });
            }
            self.waved.first_task.push(self.waved.tasks.len() as u32);
            self.waved.batches.push(PickBatch {
                wave,
                shipments: shipments.len() as u32,
                lines: shipments.len() as u32,
                units: shipments.len() as u32,
                volume_mm3: 0,
                weight: Grams::ZERO,
                distance: Millimetres::ZERO,
                distance_bound: Millimetres::ZERO,
                labour: Seconds(*labour),
            });
        }
        self.waved.first_batch.push(self.waved.batches.len() as u32);
        self.waved.waves.push(Wave {
            facility,
            cutoff: release,
            release,
            expected_end: release,
            shipments: 0,
            lines: 0,
            units: 0,
            distance: Millimetres::ZERO,
            labour: Seconds::ZERO,
        });
    }

    fn input(&self) -> Input<'_> {
        Input {
            batch: &self.batch,
            calendar: &self.calendar,
            routed: &self.routed,
            cartonized: &self.cartonized,
            shipped: &self.shipped,
            waved: &self.waved,
        }
    }

    fn run(&self) -> Scheduled {
        let params = Params::default();
        Scheduling::run(self.input(), &ctx(&params)).unwrap()
    }

    fn check(&self, out: &Scheduled) -> Vec<Violation> {
        let params = Params::default();
        Scheduling::check(self.input(), out, &ctx(&params))
    }
}

/// Seconds after the start of the first shift.
fn after(floor: &Floor, moment: Timestamp) -> i64 {
    (moment - floor.calendar.shifts(FacilityIdx(0))[0].from).0
}

#[test]
fn a_picker_takes_one_batch_after_the_other_and_packing_waits_for_the_cart() {
    let floor = Floor::new(1, 1, 2, &[(0, vec![(100, vec![0]), (50, vec![1])])]);
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    let picked: Vec<i64> = out.times.picked.iter().map(|&t| after(&floor, t)).collect();
    let packed: Vec<i64> = out.times.packed.iter().map(|&t| after(&floor, t)).collect();
    assert_eq!(
        (picked, packed),
        (vec![100, 150], vec![160, 220]),
        "a package takes 60 s"
    );
}

#[test]
fn work_stops_at_the_end_of_a_shift_and_goes_on_in_the_next() {
    // The shift has 16 hours; 100 s before its end a tour of 300 s begins.
    let floor = Floor::new(1, 1, 1, &[(16 * 3_600 - 100, vec![(300, vec![0])])]);
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert_eq!(after(&floor, out.times.picked[0]), 24 * 3_600 + 200);
}

#[test]
fn a_shipment_on_two_carts_is_picked_when_the_second_is_back() {
    let floor = Floor::new(2, 1, 1, &[(0, vec![(100, vec![0]), (400, vec![0])])]);
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert_eq!(after(&floor, out.times.picked[0]), 400);
}

#[test]
fn nobody_to_work_means_nothing_is_done_and_said_so() {
    for (pickers, stations) in [(0, 1), (1, 0)] {
        let floor = Floor::new(pickers, stations, 1, &[(0, vec![(100, vec![0])])]);
        let out = floor.run();
        assert_eq!(floor.check(&out), []);
        assert_eq!(out.times.packed[0], Timestamp::MAX);
        assert!(!out.times.on_time[0]);
    }
}

#[test]
fn no_shipments_no_times() {
    let floor = Floor::new(3, 2, 0, &[]);
    let out = floor.run();
    assert!(out.times.is_empty() && floor.check(&out).is_empty());
}

#[test]
fn a_shipment_in_no_wave_has_no_times() {
    let floor = Floor::new(1, 1, 2, &[(0, vec![(100, vec![1])])]);
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert_eq!(out.times.released[0], Timestamp::MAX);
    assert_eq!(out.times.delivered[0], Timestamp::MAX);
}

/// One way to break a schedule.
type Corruption = fn(&mut Scheduled);

#[test]
fn every_corruption_is_found() {
    let corruptions: &[(&str, Corruption)] = &[
        ("times_rows", |out| out.times = CycleTimes::default()),
        ("picked_twice", |out| {
            out.picking.batch[1] = out.picking.batch[0]
        }),
        ("before_release", |out| {
            out.picking.start[0] = out.picking.start[0] - Seconds(3_600)
        }),
        ("shift", |out| {
            out.picking.end[0] = out.picking.end[0] - Seconds(1)
        }),
        ("nobody", |out| out.picking.picker[0] = 7),
        ("two_at_once", |out| {
            out.picking.picker.fill(0);
        }),
        ("packed_twice", |out| {
            out.packing.package[1] = out.packing.package[0]
        }),
        ("packed_before_picked", |out| {
            out.packing.start[0] = out.picking.start[0]
        }),
        ("moments", |out| {
            out.times.packed[0] = out.times.packed[0] + Seconds(1)
        }),
        ("moments", |out| {
            out.times.picked[1] = out.times.picked[1] - Seconds(1)
        }),
        ("moments", |out| {
            out.times.released[0] = out.times.released[0] + Seconds(1)
        }),
        ("transport", |out| {
            out.times.handed_over[0] = out.times.handed_over[0] + Seconds(1)
        }),
        ("transport", |out| out.times.delivered[1] = Timestamp(0)),
        ("transport", |out| out.times.on_time[0] ^= true),
        ("transport", |out| out.times.missed_cutoff[0] ^= true),
    ];
    let floor = Floor::new(
        2,
        2,
        3,
        &[(600, vec![(100, vec![0]), (150, vec![1]), (90, vec![2])])],
    );
    let good = floor.run();
    assert_eq!(floor.check(&good), []);
    for (rule, corrupt) in corruptions {
        let mut bad = good.clone();
        corrupt(&mut bad);
        let found = floor.check(&bad);
        assert!(
            found.iter().any(|violation| violation.rule == *rule),
            "{rule}: {found:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_schedule_passes_its_audit(
        pickers in 0u32..4,
        stations in 0u32..4,
        waves in prop::collection::vec(
            (0i64..200_000, prop::collection::vec((1i64..40_000, prop::collection::vec(0u32..12, 1..4)), 1..5)), 0..4),
    ) {
        let mut waves = waves;
        waves.sort_by_key(|wave| wave.0);
        // A shipment is in one wave only.
        for (w, (_, carts)) in waves.iter_mut().enumerate() {
            for (_, shipments) in carts.iter_mut() {
                shipments.iter_mut().for_each(|s| *s = *s / 4 + 3 * w as u32);
                shipments.sort_unstable();
                shipments.dedup();
            }
        }
        let floor = Floor::new(pickers, stations, 12, &waves);
        let out = floor.run();
        prop_assert_eq!(floor.check(&out), vec![]);
    }
}
