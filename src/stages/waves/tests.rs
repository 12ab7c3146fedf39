//! The stage as a whole: properties judged by the audit, edge cases, and proof that the audit can fail.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::testing::{Night, Whole, hours_after_start, night};
use crate::model::ids::*;
use crate::model::plan::Waved;
use crate::model::text::Text;
use crate::model::units::{Millimetres, Seconds, Timestamp};
use crate::model::warehouse::OneWay;
use crate::params::{Consolidation, TourRule};
use crate::testing::{START, World};

proptest! {
    #[test]
    fn any_night_passes_the_audit(seed in any::<u64>()) {
        let night = night(seed);
        let waved = night.waves();
        prop_assert_eq!(night.audit(&waved), []);
    }
}

#[test]
fn threads_do_not_matter() {
    for seed in 0..6 {
        let night = night(seed);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| night.waves())
        };
        assert_eq!(on(1), on(3), "seed {seed}");
    }
}

/// One facility, three items in slots, `orders` of one to three lines.
fn small(orders: u32) -> (World, Vec<Whole>) {
    let mut world = World::new();
    let facility = world.facility("F");
    let items: Vec<ItemIdx> = (0..6)
        .map(|i| world.item(&format!("I{i}"), [100, 100, 100], 500))
        .collect();
    for (i, &item) in items.iter().enumerate() {
        world.slot(facility, item, (0, i as u16, 3 * i as u16), 1_000);
    }
    let shipments = (0..orders)
        .map(|i| {
            let lines: Vec<(ItemIdx, i64)> = (0..=i % 3)
                .map(|k| (items[((i + 2 * k) % 6) as usize], 1))
                .collect();
            Whole {
                order: world.order(&format!("O{i}"), &lines),
                facility,
                service: ServiceIdx(0),
                packages: 1,
            }
        })
        .collect();
    (world, shipments)
}

fn small_night(orders: u32) -> Night {
    let (world, shipments) = small(orders);
    Night::new(world, &shipments)
}

#[test]
fn no_shipments_no_waves() {
    let waved = small_night(0).good_waves();
    assert_eq!(
        (waved.waves.len(), waved.first_batch, waved.first_task),
        (0, vec![0], vec![0])
    );
}

#[test]
fn one_shipment_is_one_wave_with_one_cart() {
    let waved = small_night(1).good_waves();
    assert_eq!(
        (waved.waves.len(), waved.batches.len(), waved.tasks.len()),
        (1, 1, 1)
    );
    // Aisle 0, bay 0: 1,500 mm from the middle of the front cross-aisle to the middle of the bay, and back.
    assert_eq!(waved.waves.distance, [Millimetres(3_000)]);
    // Setup 90 s, 3 s of walking, 12 s for the line.
    assert_eq!(waved.waves.labour, [Seconds(105)]);
    assert_eq!(waved.waves.release, [hours_after_start(6)]);
    assert_eq!(
        waved.waves.expected_end,
        [hours_after_start(6) + Seconds(105 + 60)]
    );
}

#[test]
fn an_empty_facility_beside_a_busy_one() {
    let (mut world, shipments) = small(5);
    world.facility("idle");
    let waved = Night::new(world, &shipments).good_waves();
    assert_eq!(waved.waves.facility, [FacilityIdx(0)]);
}

fn nothing_waved(night: &Night, reason: &str) {
    let waved = night.good_waves();
    assert!(waved.waves.is_empty());
    for text in &waved.not_waved {
        assert!(text.contains(reason), "{text}");
    }
}

#[test]
fn without_pickers_stations_or_time_nothing_is_waved() {
    let (mut world, shipments) = small(4);
    world.batch.facilities[FacilityIdx(0)].pickers = 0;
    nothing_waved(&Night::new(world, &shipments), "no pickers");

    let (mut world, shipments) = small(4);
    world.batch.facilities[FacilityIdx(0)].pack_stations = 0;
    nothing_waved(&Night::new(world, &shipments), "no pack stations");

    let (mut world, shipments) = small(4);
    world.batch.facilities[FacilityIdx(0)].pack_time_per_package = Seconds(10_000_000);
    nothing_waved(&Night::new(world, &shipments), "horizon");

    let (mut world, shipments) = small(4);
    for order in world.batch.orders.indices() {
        world.batch.orders.placed_at[order] = hours_after_start(24 * 400);
    }
    nothing_waved(&Night::new(world, &shipments), "no shift after the order");
}

/// What does not fit into the horizon is left out, the rest is done.
#[test]
fn too_much_work_is_left_out_wave_by_wave() {
    let (mut world, shipments) = small(60);
    let facility = &mut world.batch.facilities[FacilityIdx(0)];
    facility.pickers = 1;
    facility.pick_time_per_line = Seconds(50_000);
    let mut night = Night::new(world, &shipments);
    night.params.waves.max_shipments = 5;
    let waved = night.good_waves();
    let left_out = waved
        .not_waved
        .iter()
        .filter(|text| text.contains("horizon"));
    let left_out = left_out.count();
    assert!(left_out > 0 && left_out < 60, "{left_out}");
}

#[test]
fn a_shift_over_midnight_is_one_shift() {
    let (mut world, shipments) = small(40);
    let facility = &mut world.batch.facilities[FacilityIdx(0)];
    facility.shift_start = Seconds(20 * 3_600);
    facility.shift_end = Seconds(4 * 3_600);
    facility.pickers = 1;
    facility.pick_time_per_line = Seconds(400);
    let waved = Night::new(world, &shipments).good_waves();
    // The shift of the day before lasts until 04:00; 40 shipments at 800 s take 9 hours.
    assert_eq!(waved.waves.release[0], hours_after_start(0));
    assert!(
        waved
            .waves
            .expected_end
            .iter()
            .any(|&end| end > hours_after_start(20))
    );
}

#[test]
fn a_cut_off_before_the_shift_is_missed_and_goes_last() {
    let (mut world, mut shipments) = small(60);
    let mut early = crate::testing::terms();
    early.pickup_cutoff = Seconds(5 * 3_600);
    let service = world.service(CarrierIdx(0), "dawn", early, []);
    for whole in &mut shipments[..20] {
        whole.service = service;
    }
    let night = Night::new(world, &shipments);
    assert_eq!(night.shipped.shipments.ship_by[0], hours_after_start(5));
    let waved = night.good_waves();
    let wave = |shipment: u32| waved.wave_of[ShipmentIdx(shipment)].unwrap();
    assert!(wave(0) > wave(59), "those that can make 17:00 go first");
    assert!(
        waved
            .waves
            .release
            .iter()
            .all(|&release| release >= hours_after_start(6))
    );
}

#[test]
fn an_item_without_slot_is_picked_from_nowhere() {
    let (mut world, mut shipments) = small(3);
    let lost = world.item("lost", [10, 10, 10], 10);
    shipments.push(Whole {
        order: world.order("with lost", &[(lost, 2), (ItemIdx(0), 1)]),
        ..shipments[0]
    });
    let waved = Night::new(world, &shipments).good_waves();
    let without: Vec<u32> = (0..waved.tasks.len())
        .filter(|&task| waved.tasks.slot[task].is_none())
        .map(|task| waved.tasks.quantity[task])
        .collect();
    assert_eq!(without, [2]);
    assert_eq!(waved.tasks.slot.last(), Some(&None), "last in the walk");
}

#[test]
fn short_slots_are_emptied_and_the_rest_comes_from_nowhere() {
    let mut world = World::new();
    let facility = world.facility("F");
    let item = world.item("I", [10, 10, 10], 10);
    world.slot(facility, item, (0, 0, 0), 3);
    world.slot(facility, item, (0, 9, 19), 2);
    let shipments: Vec<Whole> = (0..4)
        .map(|i| Whole {
            order: world.order(&format!("O{i}"), &[(item, 2)]),
            facility,
            service: ServiceIdx(0),
            packages: 1,
        })
        .collect();
    let waved = Night::new(world, &shipments).good_waves();
    let taken = |slot: Option<SlotIdx>| -> u32 {
        (0..waved.tasks.len())
            .filter(|&task| waved.tasks.slot[task] == slot)
            .map(|task| waved.tasks.quantity[task])
            .sum()
    };
    assert_eq!(
        [
            taken(Some(SlotIdx(0))),
            taken(Some(SlotIdx(1))),
            taken(None)
        ],
        [3, 2, 3]
    );
}

#[test]
fn without_a_slot_map_there_is_no_distance() {
    let (mut world, shipments) = small(30);
    world.batch.warehouses[FacilityIdx(0)] = Default::default();
    let waved = Night::new(world, &shipments).good_waves();
    assert!(
        waved
            .waves
            .distance
            .iter()
            .all(|&distance| distance == Millimetres::ZERO)
    );
    assert!(waved.tasks.slot.iter().all(Option::is_none));
}

#[test]
fn an_order_larger_than_a_cart_is_spread_over_carts_of_one_wave() {
    let (mut world, mut shipments) = small(10);
    let heavy = world.item("heavy", [400, 400, 400], 90_000);
    let monster = world.item("monster", [3_000, 3_000, 3_000], 900_000);
    world.slot(FacilityIdx(0), heavy, (0, 4, 4), 100);
    shipments.push(Whole {
        order: world.order("large", &[(heavy, 5), (monster, 2), (ItemIdx(0), 3)]),
        ..shipments[0]
    });
    let waved = Night::new(world, &shipments).good_waves();
    let mut carts: Vec<BatchIdx> = (0..waved.tasks.len())
        .filter(|&task| waved.tasks.shipment[task] == ShipmentIdx(10))
        .map(|task| waved.tasks.batch[task])
        .collect();
    carts.dedup();
    // 200 kg carts take two heavy ones each; a monster goes by itself.
    assert_eq!(carts.len(), 3 + 2);
    assert_eq!(waved.waves.len(), 1);
}

#[test]
fn urgent_shipments_are_in_the_first_wave() {
    let (mut world, shipments) = small(60);
    for i in [7, 33, 59] {
        world.batch.orders.priority[OrderIdx(i)] = 9;
    }
    let mut night = Night::new(world, &shipments);
    night.params.waves.max_shipments = 10;
    let waved = night.good_waves();
    for i in [7, 33, 59] {
        assert_eq!(waved.wave_of[ShipmentIdx(i)], Some(WaveIdx(0)));
    }
}

#[test]
fn carts_keep_to_few_aisles() {
    // 40 orders of one line, ten in each of four aisles; carts of ten.
    let mut world = World::new();
    let facility = world.facility("F");
    let shipments: Vec<Whole> = (0..40u16)
        .map(|i| {
            let item = world.item(&format!("I{i}"), [10, 10, 10], 10);
            world.slot(facility, item, (0, 2 * (i % 4), i / 4), 5);
            Whole {
                order: world.order(&format!("O{i}"), &[(item, 1)]),
                facility,
                service: ServiceIdx(0),
                packages: 1,
            }
        })
        .collect();
    let mut night = Night::new(world, &shipments);
    night.params.waves.cart_shipments = 10;
    let waved = night.good_waves();
    assert_eq!(waved.batches.len(), 4);
    let distance: i64 = waved.batches.distance.iter().map(|d| d.0).sum();
    // In and out of one aisle each: 2 x (6,000 x k + 10,500).
    assert_eq!(distance, 2 * (6_000 * (1 + 2 + 3) + 4 * 10_500));
}

/// Two zones of three items each, 60 orders, carts of 6 totes.
fn two_zones(mode: Consolidation) -> Night {
    let mut night = small_night(60);
    let warehouse = &mut night.batch.warehouses[FacilityIdx(0)];
    warehouse.zone = Text::new();
    for slot in 0..6 {
        warehouse.zone.push(if slot < 3 { "food" } else { "glass" });
    }
    night.params.waves.consolidation = mode;
    night.params.waves.cart_shipments = 6;
    night
}

/// Shipments that are on more than one cart.
fn taken_apart(waved: &Waved) -> usize {
    let mut carts: BTreeMap<ShipmentIdx, Vec<BatchIdx>> = BTreeMap::new();
    for task in waved.tasks.rows() {
        carts.entry(task.shipment).or_default().push(task.batch);
    }
    carts.values_mut().for_each(|carts| carts.dedup());
    carts.values().filter(|carts| carts.len() > 1).count()
}

#[test]
fn carts_stay_in_their_zone_and_shipments_in_their_wave() {
    let night = two_zones(Consolidation::Zone);
    let waved = night.good_waves();
    assert!(taken_apart(&waved) > 0);
    let ways = by_way(&night);
    let (_, bound, _) = ways["bound"];
    assert!(bound <= ways["plan"].1 && ways["plan"].1 <= ways["first_in_first_out"].1);
    // Seen as a plan of whole shipments, and as one with a zone more.
    let mut other = night.clone();
    other.params.waves.consolidation = Consolidation::Cart;
    let found = other.audit(&waved);
    assert!(
        found.iter().any(|fault| fault.rule == "split_shipment"),
        "{found:?}"
    );
    let mut other = two_zones(Consolidation::Cart);
    let waved = other.good_waves();
    assert_eq!(taken_apart(&waved), 0);
    other.params.waves.consolidation = Consolidation::Zone;
    let found = other.audit(&waved);
    assert!(
        found.iter().any(|fault| fault.rule == "cart_zones"),
        "{found:?}"
    );
}

#[test]
fn a_sorter_lets_lines_come_on_any_cart() {
    let by_cart = two_zones(Consolidation::Cart).good_waves();
    let mut night = two_zones(Consolidation::Sorter);
    night.params.waves.cart_lines = 20;
    let waved = night.good_waves();
    assert!(taken_apart(&waved) > 0);
    assert!(waved.tasks.tote.iter().all(|&tote| tote == 0));
    assert!(waved.batches.lines.iter().all(|&lines| lines <= 20));
    let walked = |waved: &Waved| waved.batches.distance.iter().map(|mm| mm.0).sum::<i64>();
    assert!(walked(&waved) < walked(&by_cart));
    night.params.waves.consolidation = Consolidation::Cart;
    let found = night.audit(&waved);
    assert!(found.iter().any(|fault| fault.rule == "totes"), "{found:?}");
}

/// Tours of one-way aisles pass the audit; those of two-way aisles are longer than stated where nobody may turn round.
#[test]
fn one_way_aisles_are_never_walked_against() {
    let both_ways = small_night(40);
    let mut night = both_ways.clone();
    for warehouse in night.batch.warehouses.as_mut_slice() {
        if let Some(layout) = &mut warehouse.layout {
            layout.one_way = OneWay::EvenBack;
        }
    }
    let walked = |waved: &Waved| waved.batches.distance.iter().map(|mm| mm.0).sum::<i64>();
    let (one_way, free) = (night.good_waves(), both_ways.good_waves());
    assert!(walked(&one_way) > walked(&free));
    let found = night.audit(&free);
    assert!(
        found.iter().any(|fault| fault.rule == "distance"),
        "{found:?}"
    );
}

/// Corrupts a good plan; the audit must name the rule.
fn caught(night: &Night, rule: &str, corrupt: impl FnOnce(&mut Waved)) {
    let mut waved = night.good_waves();
    corrupt(&mut waved);
    let found = night.audit(&waved);
    assert!(
        found.iter().any(|fault| fault.rule == rule),
        "{rule}: {found:?}"
    );
}

#[test]
fn the_audit_can_fail() {
    let night = &small_night(40);
    caught(night, "tables_disagree", |w| w.first_task[1] += 1);
    caught(night, "tables_disagree", |w| {
        w.tasks.slot[0] = Some(SlotIdx(99))
    });
    caught(night, "wave_or_reason", |w| {
        w.not_waved[ShipmentIdx(0)] = "why".into()
    });
    caught(night, "wave_or_reason", |w| {
        w.wave_of[ShipmentIdx(0)] = None
    });
    caught(night, "units_not_picked", |w| w.tasks.quantity[0] += 1);
    caught(night, "units_not_picked", |w| {
        w.wave_of[ShipmentIdx(0)] = None
    });
    caught(night, "empty_task", |w| w.tasks.quantity[0] = 0);
    caught(night, "wrong_slot", |w| {
        w.tasks.slot[0] = w.tasks.slot[0].map(|slot| SlotIdx((slot.0 + 1) % 6));
    });
    caught(night, "slot_forgotten", |w| w.tasks.slot[0] = None);
    caught(night, "batch_totals", |w| w.batches.lines[0] += 1);
    caught(night, "batch_totals", |w| w.batches.weight[0].0 += 1);
    caught(night, "sequence", |w| w.tasks.sequence.swap(0, 1));
    caught(night, "totes", |w| w.tasks.tote[0] += 1);
    caught(night, "distance", |w| w.batches.distance[0].0 -= 1);
    caught(night, "distance_bound", |w| {
        w.batches.distance_bound[0] = w.batches.distance[0] + Millimetres(1);
    });
    caught(night, "labour", |w| w.batches.labour[0].0 -= 1);
    caught(night, "wave_totals", |w| w.waves.units[0] += 1);
    caught(night, "wave_totals", |w| w.waves.distance[0].0 += 1);
    caught(night, "wave_cutoff", |w| w.waves.cutoff[0] = Timestamp(0));
    caught(night, "release_outside_shift", |w| {
        w.waves.release[0] = hours_after_start(5)
    });
    caught(night, "release_outside_shift", |w| {
        w.waves.release[0] = hours_after_start(22)
    });
    caught(night, "wave_too_short", |w| {
        w.waves.expected_end[0] = w.waves.release[0]
    });
    caught(night, "rules", |w| w.rules.distance[0].0 += 1);
    caught(night, "rules", |w| w.rules.late[0] += 1);
    let last = night.good_waves().rules.len() - 1;
    caught(night, "rules", |w| {
        w.rules.distance[last] = Millimetres(1 << 40)
    });
    caught(night, "rules", |w| w.rules.late[last] = 99);
}

/// By way, what a facility's night becomes.
fn by_way(night: &Night) -> BTreeMap<&'static str, (u32, i64, u32)> {
    let waved = night.good_waves();
    let rows = waved.rules.rows();
    rows.map(|row| (row.way.name(), (row.carts, row.distance.0, row.late)))
        .collect()
}

#[test]
fn rules_in_use_walk_more_and_bounds_hold() {
    let mut night = small_night(400);
    night.params.waves.cart_shipments = 8;
    let ways = by_way(&night);
    assert_eq!(ways.len(), 6, "{ways:?}");
    let (_, plan, _) = ways["plan"];
    let (_, bound, _) = ways["bound"];
    for rule in [
        "first_in_first_out",
        "earliest_cutoff_first",
        "first_fit_by_carrier",
        "one_order_at_a_time",
    ] {
        let (carts, distance, late) = ways[rule];
        assert!(distance > plan, "{rule}: {ways:?}");
        assert!(late >= ways["bound"].2 && carts >= 50, "{rule}: {ways:?}");
    }
    assert_eq!(ways["one_order_at_a_time"].0, 400);
    assert!(0 < bound && bound <= plan, "{ways:?}");
    night.params.waves.compare_rules = false;
    assert!(by_way(&night).is_empty());
}

#[test]
fn pickers_may_walk_by_rule() {
    // Carts of small nights, by rule: walked, and the bound.
    let walked = |rule: TourRule| {
        let nights = (0..8).map(|seed| {
            let mut night = night(seed);
            night.params.waves.tour = rule;
            let waved = night.good_waves();
            let sum = |mm: &[Millimetres]| mm.iter().map(|mm| mm.0).sum::<i64>();
            (
                sum(&waved.batches.distance),
                sum(&waved.batches.distance_bound),
            )
        });
        nights.fold((0, 0), |total, night| {
            (total.0 + night.0, total.1 + night.1)
        })
    };
    let (shortest, _) = walked(TourRule::Shortest);
    for rule in [TourRule::SShape, TourRule::LargestGap, TourRule::Return] {
        let (distance, bound) = walked(rule);
        assert!(
            distance > shortest && bound <= distance,
            "{rule:?}: {distance}, {shortest}"
        );
    }
}

#[test]
fn what_nobody_can_make_in_time_is_in_the_bound() {
    let mut night = small_night(40);
    night.batch.facilities[FacilityIdx(0)].pack_stations = 1;
    // Each package takes half of the time until the pick-up.
    let until = night.shipped.shipments.ship_by[0].0 - START.0;
    night.batch.facilities[FacilityIdx(0)].pack_time_per_package = Seconds(until / 2);
    let ways = by_way(&night);
    assert!(
        ways["bound"].2 > 0 && ways["bound"].2 <= ways["plan"].2,
        "{ways:?}"
    );
}

#[test]
fn the_audit_knows_the_limits() {
    let (mut world, shipments) = small(40);
    world.facility("other");
    let loose = Night::new(world, &shipments);
    let waved = loose.good_waves();
    let tight = |change: fn(&mut Night), rule: &str| {
        let mut night = loose.clone();
        change(&mut night);
        let found = night.audit(&waved);
        assert!(
            found.iter().any(|fault| fault.rule == rule),
            "{rule}: {found:?}"
        );
    };
    tight(|n| n.params.waves.cart_shipments = 2, "cart_limit");
    tight(|n| n.params.waves.cart_lines = 2, "cart_limit");
    tight(|n| n.params.waves.cart_volume_l = 1, "cart_limit");
    tight(|n| n.params.waves.cart_weight_kg = 1, "cart_limit");
    tight(|n| n.params.waves.max_shipments = 20, "wave_limit");
    tight(|n| n.params.waves.max_lines = 20, "wave_limit");
    tight(
        |n| n.shipped.shipments.ship_by[3] = Timestamp(0),
        "wave_cutoff",
    );
    tight(
        |n| n.batch.warehouses[FacilityIdx(0)].quantity[SlotIdx(0)] = 1,
        "slot_overdrawn",
    );
    tight(
        |n| n.batch.orders.placed_at[OrderIdx(3)] = hours_after_start(7),
        "release_before_order",
    );
    tight(
        |n| n.routed.shipments.facility[3] = FacilityIdx(1),
        "wrong_facility",
    );
}

#[test]
fn the_audit_sees_waves_mixed_up() {
    let (mut world, shipments) = small(40);
    for i in 0..20 {
        world.batch.orders.priority[OrderIdx(i)] = 5;
    }
    world.batch.facilities[FacilityIdx(0)].pickers = 1;
    let mut night = Night::new(world, &shipments);
    night.params.waves.max_shipments = 20;
    caught(&night, "wrong_wave", |w| {
        w.wave_of.as_mut_slice().swap(0, 30)
    });
    caught(&night, "wave_order", |w| w.waves.release.swap(0, 1));
    let waved = night.good_waves();
    let mut other = night.clone();
    other.batch.orders.priority[OrderIdx(30)] = 9;
    assert!(
        other
            .audit(&waved)
            .iter()
            .any(|fault| fault.rule == "priority")
    );
    let mut other = night.clone();
    other.params.waves.mix_carriers = false;
    other.batch.rates.carriers.push("Other");
    let service = other.batch.rates.services[ServiceIdx(0)].clone();
    let service = other
        .batch
        .rates
        .services
        .push(crate::model::rates::Service {
            carrier: CarrierIdx(1),
            ..service
        });
    other.shipped.shipments.service[0] = service;
    assert!(
        other
            .audit(&waved)
            .iter()
            .any(|fault| fault.rule == "wave_carriers")
    );
}

#[test]
fn waves_wait_while_the_pack_stations_are_flooded() {
    let night = |minutes: i64| {
        let mut night = small_night(60);
        let facility = &mut night.batch.facilities[FacilityIdx(0)];
        facility.pack_stations = 1;
        facility.pack_time_per_package = Seconds(600);
        night.params.waves.max_shipments = 10;
        night.params.waves.pack_buffer_minutes = minutes;
        night.good_waves()
    };
    let (patient, eager) = (night(60), night(10_080));
    let last = |waved: &Waved| (waved.waves.release[5], waved.waves.expected_end[5]);
    // Ten shipments take 100 minutes of packing: the last wave waits for all but an hour of the work before it.
    assert!(last(&patient).0 > last(&eager).0 + Seconds(4 * 6_000 - 3_600));
    assert_eq!(last(&patient).1, last(&eager).1);
}
