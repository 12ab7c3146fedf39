//! Nights as if routed, packed and rated, for the tests of waves and schedule.

use rand::Rng;

use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::ids::*;
use crate::model::plan::{
    Allocation, Cartonized, Package, Routed, Shipment, ShipmentKey, Shipped, Waved,
};
use crate::model::rates::Weekdays;
use crate::model::text::Text;
use crate::model::units::{Cents, Grams, Seconds, Timestamp};
use crate::model::warehouse::OneWay;
use crate::params::{Consolidation, Params};
use crate::stage::{Stage, Violation};
use crate::testing::{START, World, calendar, ctx, terms};

use super::{Input, WavePlanning};

/// Everything the stage reads.
#[derive(Clone)]
pub struct Night {
    pub batch: Batch,
    pub calendar: Calendar,
    pub routed: Routed,
    pub cartonized: Cartonized,
    pub shipped: Shipped,
    pub params: Params,
}

/// One order shipped whole.
#[derive(Clone, Copy)]
pub struct Whole {
    pub order: OrderIdx,
    pub facility: FacilityIdx,
    pub service: ServiceIdx,
    pub packages: u32,
}

impl Night {
    /// Ships orders whole, by the first pick-up two hours after the start or later.
    pub fn new(world: World, shipments: &[Whole]) -> Night {
        let batch = world.build();
        let mut night = Night {
            calendar: calendar(&batch),
            batch,
            routed: Routed {
                first_allocation: vec![0],
                ..Routed::default()
            },
            cartonized: Cartonized {
                first_package: vec![0],
                ..Cartonized::default()
            },
            shipped: Shipped::default(),
            params: Params::default(),
        };
        for &whole in shipments {
            night.ship(whole);
        }
        night
    }

    fn ship(&mut self, whole: Whole) {
        let Whole {
            order,
            facility,
            service,
            packages,
        } = whole;
        let shipment = ShipmentIdx::from_usize(self.routed.shipments.len());
        self.routed.shipments.push(ShipmentKey {
            order,
            facility,
            routed_cost: Cents(500),
        });
        for line in self.batch.orders.lines(order) {
            self.routed.allocations.push(Allocation {
                line,
                facility,
                shipment,
                quantity: self.batch.lines.quantity[line] as u32,
            });
        }
        self.routed
            .first_allocation
            .push(self.routed.allocations.len() as u32);
        for _ in 0..packages {
            self.cartonized.packages.push(Package {
                shipment,
                carton: None,
                size: [100; 3],
                weight: Grams(100),
                carton_cost: Cents::ZERO,
                fragile: false,
                hazmat: false,
                units: 1,
            });
        }
        self.cartonized
            .first_package
            .push(self.cartonized.packages.len() as u32);
        let ready = START + Seconds(7_200);
        let pickup = self.calendar.next_pickup(facility, service, ready);
        self.shipped.shipments.push(Shipment {
            service,
            zone: ZoneIdx(0),
            packages,
            billable_weight: Grams(100),
            price: Cents(500),
            ship_by: pickup.unwrap_or(START),
            expected_delivery: START + Seconds(5 * 86_400),
            promised: START + Seconds(5 * 86_400),
            late: false,
        });
    }

    pub fn input(&self) -> Input<'_> {
        Input {
            batch: &self.batch,
            calendar: &self.calendar,
            routed: &self.routed,
            cartonized: &self.cartonized,
            shipped: &self.shipped,
        }
    }

    pub fn waves(&self) -> Waved {
        WavePlanning::run(self.input(), &ctx(&self.params)).unwrap()
    }

    pub fn audit(&self, waved: &Waved) -> Vec<Violation> {
        WavePlanning::check(self.input(), waved, &ctx(&self.params))
    }

    /// The waves, which must hold.
    pub fn good_waves(&self) -> Waved {
        let waved = self.waves();
        assert_eq!(self.audit(&waved), []);
        waved
    }
}

/// A uniform number from `from` to `to`.
fn draw(rng: &mut impl Rng, from: i64, to: i64) -> i64 {
    from + (rng.next_u64() % (to - from + 1) as u64) as i64
}

/// The night of a seed: closed facilities, night shifts, short slots, no slots, tiny carts and waves, late orders.
pub fn night(seed: u64) -> Night {
    let rng = &mut crate::solve::rng::stream(seed, "test night", 0);
    let mut world = World::new();
    for hour in [draw(rng, 0, 23), draw(rng, 0, 23)] {
        let mut terms = terms();
        terms.pickup_cutoff = Seconds(hour * 3_600);
        terms.pickup_days = Weekdays(draw(rng, 1, 127) as u8);
        terms.transit_days = (draw(rng, 0, 1) == 0).then_some(draw(rng, 0, 4) as u16);
        let carrier = world.batch.rates.carriers.push("C");
        world.service(carrier, "s", terms, []);
    }
    let items: Vec<ItemIdx> = (0..draw(rng, 1, 12))
        .map(|i| {
            let size = [0; 3].map(|_| draw(rng, 10, 600) as i32);
            world.item(&format!("I{i}"), size, draw(rng, 10, 9_000))
        })
        .collect();
    let facilities: Vec<FacilityIdx> = (0..draw(rng, 1, 3))
        .map(|_| facility(&mut world, rng, &items))
        .collect();
    let mut shipments = Vec::new();
    for i in 0..draw(rng, 0, 60) {
        let mut lines: Vec<(ItemIdx, i64)> = Vec::new();
        for _ in 0..draw(rng, 1, 5) {
            let item = items[draw(rng, 0, items.len() as i64 - 1) as usize];
            lines.push((
                item,
                if draw(rng, 0, 9) == 0 {
                    draw(rng, 20, 300)
                } else {
                    draw(rng, 1, 4)
                },
            ));
        }
        let order = world.order(&format!("O{i}"), &lines);
        world.batch.orders.priority[order] = draw(rng, 0, 9) as u8 / 4;
        if draw(rng, 0, 9) == 0 {
            world.batch.orders.placed_at[order] = START + Seconds(draw(rng, 0, 100_000));
        }
        shipments.push(Whole {
            order,
            facility: facilities[draw(rng, 0, facilities.len() as i64 - 1) as usize],
            service: ServiceIdx(draw(rng, 0, 2) as u32),
            packages: draw(rng, 1, 3) as u32,
        });
    }
    let mut night = Night::new(world, &shipments);
    let waves = &mut night.params.waves;
    waves.mix_carriers = draw(rng, 0, 1) == 0;
    if draw(rng, 0, 2) == 0 {
        waves.max_shipments = draw(rng, 1, 20);
        waves.max_lines = draw(rng, 1, 30);
    }
    if draw(rng, 0, 1) == 0 {
        waves.cart_shipments = draw(rng, 1, 8);
        waves.cart_lines = draw(rng, 1, 12);
        waves.cart_volume_l = draw(rng, 1, 200);
        waves.cart_weight_kg = draw(rng, 1, 60);
    }
    night.params.schedule.batch_setup_seconds = draw(rng, 0, 300);
    let rng = &mut crate::solve::rng::stream(seed, "zones", 0);
    night.params.waves.consolidation = match draw(rng, 0, 3) {
        0 => Consolidation::Zone,
        1 => Consolidation::Sorter,
        _ => Consolidation::Cart,
    };
    for facility in night.batch.facilities.indices() {
        let zones = (0..night.batch.warehouses[facility].len()).map(|_| draw(rng, 0, 3));
        let mut names = Text::new();
        for zone in zones {
            names.push(["", "A", "B", "mezzanine"][zone as usize]);
        }
        night.batch.warehouses[facility].zone = names;
    }
    night
}

fn facility(world: &mut World, rng: &mut impl Rng, items: &[ItemIdx]) -> FacilityIdx {
    let facility = world.facility(&format!("F{}", world.batch.facilities.len()));
    let row = &mut world.batch.facilities[facility];
    row.pickers = draw(rng, 0, 5) as u32;
    row.pack_stations = draw(rng, 0, 4) as u32;
    row.pick_time_per_line = Seconds(draw(rng, 0, 40));
    row.pack_time_per_package = Seconds(draw(rng, 0, 400));
    row.shift_start = Seconds(draw(rng, 0, 23) * 3_600);
    row.shift_end = Seconds(draw(rng, 0, 23) * 3_600);
    if draw(rng, 0, 5) == 0 {
        return facility;
    }
    for &item in items {
        for _ in 0..draw(rng, 0, 3) {
            let place = (
                draw(rng, 0, 2) as u16,
                draw(rng, 0, 9) as u16,
                draw(rng, 0, 19) as u16,
            );
            let slot = world.slot(facility, item, place, draw(rng, 0, 120) as u32);
            world.batch.warehouses[facility].place[slot].level = draw(rng, 0, 5) as u16;
        }
    }
    if let Some(layout) = &mut world.batch.warehouses[facility].layout {
        layout.blocks = draw(rng, 2, 4) as u32;
        layout.depot_aisle = draw(rng, 0, 9) as u32;
        layout.depot_block = draw(rng, 0, 2) as u32;
        layout.bay_mm = draw(rng, 500, 1_501) as u32;
        let directions = [OneWay::No, OneWay::EvenBack, OneWay::EvenFront];
        layout.one_way = directions[draw(rng, 0, 2) as usize];
    }
    facility
}

/// A moment of the first day.
pub fn hours_after_start(hours: i64) -> Timestamp {
    START + Seconds(hours * 3_600)
}
