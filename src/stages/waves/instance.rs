//! From columns to the problem of one facility: what must be picked for which shipment, by when, with which carts, on which floor.

use crate::model::ids::{CarrierIdx, FacilityIdx, Idx, ItemIdx, LineIdx, ShipmentIdx, SlotIdx};
use crate::model::network::Facility;
use crate::model::units::{Seconds, Timestamp};
use crate::model::warehouse::{self, Warehouse};
use crate::params::{Consolidation, Params};
use crate::solve::tour::{Layout, OneWay};

use super::Input;
use super::slots::Pick;
use crate::model::clock::ShiftClock;
use crate::solve::batch::Load;

/// Longest floor that is walked, millimetres: 1,000 km. Longer ones are typing errors, and have no geometry.
const LONGEST_FLOOR: i128 = 1_000_000_000;

/// Most stretches (aisles × blocks) of a floor.
const MOST_STRETCHES: u64 = 1 << 20;

/// Units of a line that a shipment needs.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub line: LineIdx,
    pub item: ItemIdx,
    pub quantity: u32,
}

/// A shipment to pick.
#[derive(Clone, Debug)]
pub struct Demand {
    pub shipment: ShipmentIdx,
    /// The pick-up that carrier selection planned.
    pub cutoff: Timestamp,
    pub carrier: CarrierIdx,
    /// 9 is most urgent.
    pub priority: u8,
    /// Shift time before which it cannot be released.
    pub ready: Seconds,
    pub packages: u32,
    pub load: Load,
    first_need: u32,
    end_need: u32,
}

/// The problem of one facility.
pub struct Site<'a> {
    pub input: Input<'a>,
    pub params: &'a Params,
    pub index: FacilityIdx,
    pub facility: &'a Facility,
    pub warehouse: &'a Warehouse,
    /// `None`: no slot map, or no geometry that fits it; nothing is known of the walk.
    pub floor: Option<Layout>,
    pub clock: ShiftClock,
    /// What a cart holds, never more than a wave may.
    pub cart: Load,
    /// Zone of each slot, where carts stay in one; otherwise empty.
    zones: Vec<u32>,
    /// In order of shipment.
    pub demands: Vec<Demand>,
    needs: Vec<Need>,
}

impl<'a> Site<'a> {
    /// Reads the shipments of a facility. O(lines of the shipments + slots).
    pub fn read(
        input: Input<'a>,
        params: &'a Params,
        index: FacilityIdx,
        shipments: &[ShipmentIdx],
    ) -> Site<'a> {
        let warehouse = &input.batch.warehouses[index];
        let mut site = Site {
            input,
            params,
            index,
            facility: &input.batch.facilities[index],
            warehouse,
            floor: floor(warehouse),
            clock: ShiftClock::new(input.calendar.shifts(index)),
            cart: cart(params),
            zones: match params.waves.consolidation {
                Consolidation::Zone => zones(warehouse),
                _ => Vec::new(),
            },
            demands: Vec::with_capacity(shipments.len()),
            needs: Vec::new(),
        };
        for &shipment in shipments {
            site.push(shipment);
        }
        site
    }

    fn push(&mut self, shipment: ShipmentIdx) {
        let batch = self.input.batch;
        let shipped = &self.input.shipped.shipments;
        let at = shipment.index();
        let order = self.input.routed.shipments.order[at];
        let placed = batch.orders.placed_at[order];
        let first_need = self.needs.len() as u32;
        let mut load: Load = [1, 0, 0, 0];
        let allocations = &self.input.routed.allocations;
        for row in self.input.routed.allocations_of(shipment) {
            let (line, quantity) = (allocations.line[row], allocations.quantity[row]);
            if quantity == 0 {
                continue;
            }
            let item = batch.lines.item[line];
            let units = i64::from(quantity);
            let [volume, weight] = unit_load(self.input, item);
            load[1] += 1;
            load[2] = load[2].saturating_add(volume.saturating_mul(units));
            load[3] = load[3].saturating_add(weight.saturating_mul(units));
            self.needs.push(Need {
                line,
                item,
                quantity,
            });
        }
        self.demands.push(Demand {
            shipment,
            cutoff: shipped.ship_by[at],
            carrier: batch.rates.services[shipped.service[at]].carrier,
            priority: batch.orders.priority[order],
            ready: self.clock.at(placed),
            packages: self.input.cartonized.packages_of(shipment).len() as u32,
            load,
            first_need,
            end_need: self.needs.len() as u32,
        });
    }

    pub fn needs(&self, demand: u32) -> &[Need] {
        let demand = &self.demands[demand as usize];
        &self.needs[demand.first_need as usize..demand.end_need as usize]
    }

    /// Cubic millimetres and grams of one unit.
    pub fn unit_load(&self, item: ItemIdx) -> [i64; 2] {
        unit_load(self.input, item)
    }

    /// Whether the shipment goes on one cart.
    pub fn fits_cart(&self, demand: u32) -> bool {
        self.fits(&self.demands[demand as usize].load)
    }

    /// Whether a cart holds it.
    pub fn fits(&self, load: &Load) -> bool {
        load.iter().zip(&self.cart).all(|(load, most)| load <= most)
    }

    /// The zone of a slot, where carts stay in one.
    pub fn zone(&self, slot: SlotIdx) -> u32 {
        self.zones[slot.index()]
    }

    /// Whether shipments come together at a put wall or sorter.
    pub fn is_consolidated(&self) -> bool {
        self.params.waves.consolidation != Consolidation::Cart
    }

    /// Time at the slot.
    pub fn pick_seconds(&self, pick: &Pick) -> i64 {
        let schedule = &self.params.schedule;
        let level = pick.slot.map_or(0, |slot| self.warehouse.place[slot].level);
        self.facility.pick_time_per_line.0
            + i64::from(pick.quantity.saturating_sub(1)) * schedule.pick_seconds_per_unit
            + i64::from(level) * schedule.level_seconds
    }

    /// What a picker walks in the time of `duration`.
    pub fn walk_in(&self, duration: i64) -> i64 {
        duration.saturating_mul(i64::from(self.facility.walk_mm_per_second))
    }
}

fn unit_load(input: Input<'_>, item: ItemIdx) -> [i64; 2] {
    let items = &input.batch.items;
    let volume = items.size[item].iter().map(|&side| i64::from(side));
    [
        volume.fold(1i64, i64::saturating_mul).max(0),
        items.weight[item].0.max(0),
    ]
}

/// Numbers for the names of zones; slots without a name are a zone too.
fn zones(warehouse: &Warehouse) -> Vec<u32> {
    let name = |slot: usize| warehouse.zone.get(SlotIdx::from_usize(slot));
    let mut names: Vec<&str> = (0..warehouse.len()).map(name).collect();
    names.sort_unstable();
    names.dedup();
    let number = |slot| names.partition_point(|&other| other < name(slot)) as u32;
    (0..warehouse.len()).map(number).collect()
}

/// The limits of a cart, cut to those of a wave. In bulk there are no totes.
fn cart(params: &Params) -> Load {
    let waves = &params.waves;
    [
        match waves.consolidation {
            Consolidation::Sorter => waves.max_shipments,
            _ => waves.cart_shipments.min(waves.max_shipments),
        },
        waves.cart_lines.min(waves.max_lines),
        waves.cart_volume_l.saturating_mul(1_000_000),
        waves.cart_weight_kg.saturating_mul(1_000),
    ]
}

/// The floor to walk on: the layout, if it is one and holds every slot.
fn floor(warehouse: &Warehouse) -> Option<Layout> {
    let layout = warehouse.layout?;
    let floor = Layout {
        blocks: layout.blocks,
        aisles: layout.aisles,
        bays_per_block: layout.bays_per_aisle,
        bay_mm: i64::from(layout.bay_mm),
        aisle_spacing_mm: i64::from(layout.aisle_spacing_mm),
        cross_aisle_mm: i64::from(layout.cross_aisle_mm),
        depot_aisle: layout.depot_aisle,
        depot_block: layout.depot_block,
        one_way: match layout.one_way {
            warehouse::OneWay::No => OneWay::No,
            warehouse::OneWay::EvenBack => OneWay::EvenBack,
            warehouse::OneWay::EvenFront => OneWay::EvenFront,
        },
    };
    let [blocks, aisles, bays] =
        [layout.blocks, layout.aisles, layout.bays_per_aisle].map(i128::from);
    let [bay, spacing, cross] = [
        layout.bay_mm,
        layout.aisle_spacing_mm,
        layout.cross_aisle_mm,
    ]
    .map(i128::from);
    let size = blocks * (bays * bay + cross) + aisles * spacing;
    let stretches = u64::from(layout.blocks) * u64::from(layout.aisles);
    let inside = |place: &crate::model::warehouse::Place| {
        u32::from(place.block) < layout.blocks
            && u32::from(place.aisle) < layout.aisles
            && u32::from(place.bay) < layout.bays_per_aisle
    };
    let usable = floor.validate().is_ok()
        && size <= LONGEST_FLOOR
        && stretches <= MOST_STRETCHES
        && !warehouse.is_empty()
        && warehouse.place.iter().all(inside);
    usable.then_some(floor)
}
