//! Small floors worked by hand, properties judged by `check`, and corrupted schedules.

use proptest::prelude::*;

use super::*;
use crate::model::ids::{BatchIdx, LineIdx, ServiceIdx, WaveIdx, ZoneIdx};
use crate::model::plan::*;
use crate::model::units::{Cents, Grams, Millimetres, Seconds};
use crate::params::Params;
use crate::stages::waves::testing::{Night, Whole, hours_after_start, night};
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
        self.waved.carts.push(1);
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

#[test]
fn the_audit_knows_the_line_at_the_pack_station() {
    // All three arrive while a package of the first cart is packed; the last has the earliest pick-up.
    let mut floor = Floor::new(
        1,
        1,
        4,
        &[(
            0,
            vec![(100, vec![0]), (10, vec![1]), (10, vec![2]), (10, vec![3])],
        )],
    );
    floor.shipped.shipments.ship_by[3] = Timestamp(0);
    let good = floor.run();
    assert_eq!(floor.check(&good), []);
    let order: Vec<u32> = good
        .packing
        .package
        .iter()
        .map(|package| package.0)
        .collect();
    assert_eq!(order, [0, 3, 1, 2]);
    let mut bad = good;
    bad.packing.package.swap(1, 2);
    let found = floor.check(&bad);
    assert!(
        found.iter().any(|fault| fault.rule == "pack_order"),
        "{found:?}"
    );
}

#[test]
fn an_order_placed_after_its_release_is_found() {
    let mut floor = Floor::new(1, 1, 1, &[(0, vec![(100, vec![0])])]);
    let out = floor.run();
    floor.batch.orders.placed_at[OrderIdx(0)] = out.times.released[0] + Seconds(1);
    let found = floor.check(&floor.run());
    assert!(
        found.iter().any(|fault| fault.message.contains("placed")),
        "{found:?}"
    );
}

/// Waves and schedule together, on nights of all kinds.
fn of_night(night: &Night) -> (Waved, Scheduled, Vec<Violation>) {
    let waved = night.waves();
    let input = Input {
        batch: &night.batch,
        calendar: &night.calendar,
        routed: &night.routed,
        cartonized: &night.cartonized,
        shipped: &night.shipped,
        waved: &waved,
    };
    let out = Scheduling::run(input, &ctx(&night.params)).unwrap();
    let found = Scheduling::check(input, &out, &ctx(&night.params));
    (waved, out, found)
}

#[test]
fn picks_end_when_the_labour_plan_says() {
    for seed in 0..50 {
        let (waved, out, _) = of_night(&night(seed));
        for (shipment, wave) in waved.wave_of.iter_enumerated() {
            if let Some(wave) = wave {
                let end = waved.waves.expected_end[wave.index()];
                assert!(out.times.picked[shipment.index()] <= end, "seed {seed}");
            }
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let on = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| of_night(&night(seed)).1)
    };
    for seed in 0..6 {
        assert_eq!(on(1, seed), on(3, seed));
    }
}

#[test]
fn a_shift_over_midnight_carries_on() {
    let mut world = World::new();
    let facility = world.facility("F");
    let item = world.item("I", [100, 100, 100], 500);
    let order = world.order("O", &[(item, 1)]);
    let site = &mut world.batch.facilities[facility];
    (site.pickers, site.pack_stations) = (1, 1);
    (site.shift_start, site.shift_end) = (Seconds(23 * 3_600), Seconds(3_600));
    // The shift of the night before leaves an hour; the next begins at 23:00 and goes past midnight.
    site.pick_time_per_line = Seconds(2 * 3_600);
    site.pack_time_per_package = Seconds(1_800);
    let whole = Whole {
        order,
        facility,
        service: ServiceIdx(0),
        packages: 1,
    };
    let mut night = Night::new(world, &[whole]);
    night.params.schedule.batch_setup_seconds = 0;
    let (_, out, found) = of_night(&night);
    assert_eq!(found, []);
    assert_eq!(out.times.released, [hours_after_start(0)]);
    assert_eq!(out.times.picked, [hours_after_start(24)]);
    assert_eq!(out.times.packed, [hours_after_start(24) + Seconds(1_800)]);
    // Friday's pick-up at 17:00 is missed; the next is on Monday.
    assert!(out.times.missed_cutoff[0]);
    assert_eq!(out.times.handed_over, [hours_after_start(3 * 24 + 17)]);
}

#[test]
fn a_cut_off_before_the_shift_goes_with_the_next_pick_up() {
    let mut floor = Floor::new(1, 1, 1, &[(0, vec![(100, vec![0])])]);
    floor.shipped.shipments.ship_by[0] = floor.calendar.shifts(FacilityIdx(0))[0].from;
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert!(out.times.missed_cutoff[0]);
    assert!(out.times.handed_over[0] > out.times.packed[0]);
}

#[test]
fn an_idle_facility_has_a_row_too() {
    let mut night = night(0);
    night.batch.facilities[FacilityIdx(0)].pickers = 0;
    let (_, out, found) = of_night(&night);
    assert_eq!(found, []);
    let row = out.utilization.get(0);
    assert_eq!((row.pickers, row.finished), (0.0, night.calendar.start));
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
        ("utilization", |out| out.utilization.pickers[0] += 0.01),
        ("utilization", |out| out.utilization.pack_stations[0] = 0.0),
        ("utilization", |out| {
            out.utilization.finished[0] = Timestamp(0)
        }),
        ("utilization", |out| {
            out.utilization = Utilizations::default()
        }),
        ("batch_order", |out| out.picking.batch.swap(0, 2)),
        ("batch_order", |out| {
            out.picking = out.picking.rows().skip(1).collect()
        }),
        ("left_undone", |out| {
            out.picking = out.picking.rows().take(2).collect()
        }),
        ("left_undone", |out| {
            out.packing = out.packing.rows().take(2).collect()
        }),
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
    #[test]
    fn any_night_passes_the_audit(seed in any::<u64>()) {
        prop_assert_eq!(of_night(&night(seed)).2, []);
    }

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

/// One shipment that is packed 60 s after a tour of `labour` seconds; an express service for 2,000 cents, one day.
fn late(labour: i64, places: Option<u32>) -> Floor {
    let mut floor = Floor::new(1, 2, 2, &[(0, vec![(labour, vec![0, 1])])]);
    let rates = &mut floor.batch.rates;
    let ground = rates.services[ServiceIdx(0)].default_terms.clone();
    let express = crate::model::rates::ServiceTerms {
        transit_days: Some(1),
        daily_capacity: places,
        ..ground.clone().unwrap()
    };
    rates.services.push(crate::model::rates::Service {
        carrier: rates.services[ServiceIdx(0)].carrier,
        name: "express".into(),
        default_terms: Some(express),
        facility_terms: Vec::new(),
    });
    let prices = vec![(
        ZoneIdx(0),
        vec![crate::model::rates::PriceRow {
            max_weight: Grams(30_000),
            price: Cents(2_000),
            max_size: [i64::MAX; 3],
        }],
    )];
    rates.prices.push(prices);
    floor.calendar = calendar(&floor.batch);
    // Promised so that ground of the first pick-up is in time, ground of the second is not, express of the second is.
    let pickups = floor
        .calendar
        .pickups(FacilityIdx(0), ServiceIdx(0))
        .to_vec();
    let deliver = |pickup, days| {
        let terms = ground.as_ref().unwrap();
        let days_of = terms.delivery_days;
        floor
            .calendar
            .delivery(FacilityIdx(0), pickup, days, days_of)
    };
    let (express, ground) = (deliver(pickups[1], 1), deliver(pickups[1], 2));
    assert!(express < ground);
    for promised in &mut floor.shipped.shipments.promised {
        *promised = express;
    }
    floor
}

/// Longer than to the first pick-up, shorter than to the second.
const TOO_LONG: i64 = 15 * 3_600;

#[test]
fn who_misses_the_pickup_goes_with_the_cheapest_service_that_keeps_the_promise() {
    let floor = late(TOO_LONG, None);
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert_eq!(out.times.missed_cutoff, [true; 2]);
    assert_eq!(out.times.on_time, [true; 2]);
    assert_eq!(out.rebooked.service, [ServiceIdx(1); 2]);
    assert_eq!(out.rebooked.price, [Cents(2_000); 2]);
}

#[test]
fn a_full_express_leaves_the_second_to_the_least_costly_late_one() {
    let floor = late(TOO_LONG, Some(1));
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert_eq!(out.rebooked.service, [ServiceIdx(1), ServiceIdx(0)]);
    assert_eq!(out.times.on_time, [true, false]);
}

#[test]
fn who_makes_the_pickup_keeps_the_plan() {
    let floor = late(100, Some(1));
    let out = floor.run();
    assert_eq!(floor.check(&out), []);
    assert!(out.rebooked.is_empty());
    assert_eq!(out.times.handed_over, floor.shipped.shipments.ship_by);
}

#[test]
fn the_audit_finds_wrong_bookings() {
    let floor = late(TOO_LONG, Some(1));
    let broken = |corrupt: fn(&mut Scheduled)| {
        let mut out = floor.run();
        corrupt(&mut out);
        let found = floor.check(&out).into_iter();
        found.map(|fault| fault.rule).collect::<Vec<_>>()
    };
    let has =
        |rules: Vec<String>, rule: &str| assert!(rules.iter().any(|r| r == rule), "{rules:?}");
    has(broken(|out| out.rebooked.price[0] = Cents(1)), "rebooking");
    has(broken(|out| out.rebooked.zone[1] = ZoneIdx(7)), "rebooking");
    has(broken(|out| out.rebooked.service.swap(0, 1)), "rebooking");
    has(
        broken(|out| out.rebooked.billable_weight[0] = Grams(1)),
        "rebooking",
    );
    has(
        broken(|out| out.rebooked = out.rebooked.rows().take(1).collect()),
        "rebooking",
    );
    has(
        broken(|out| out.rebooked.shipment.swap(0, 1)),
        "rebooked_rows",
    );
    has(
        broken(|out| out.times.handed_over[0] = out.times.packed[0]),
        "rebooking",
    );
}
