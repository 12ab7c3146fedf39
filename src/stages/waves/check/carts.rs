//! What is on each cart, and how it is walked.

use std::collections::BTreeSet;

use super::Audit;
use crate::model::ids::SlotIdx;
use crate::model::units::{Millimetres, Seconds};
use crate::model::warehouse::{Layout, OneWay, Place, Warehouse};
use crate::params::Consolidation;

/// A point of the walk: across, along, and the cross-aisles before and behind it (itself on a cross-aisle).
#[derive(Clone, Copy)]
struct Spot {
    aisle: u32,
    x: i128,
    y: i128,
    before: i128,
    behind: i128,
}

/// Distance between two cross-aisles.
fn block_length(layout: &Layout) -> i128 {
    i128::from(layout.bays_per_aisle) * i128::from(layout.bay_mm)
        + i128::from(layout.cross_aisle_mm)
}

fn spot(layout: &Layout, place: Place) -> Spot {
    let (bay, cross) = (i128::from(layout.bay_mm), i128::from(layout.cross_aisle_mm));
    let before = i128::from(place.block) * block_length(layout);
    Spot {
        aisle: u32::from(place.aisle),
        x: i128::from(place.aisle) * i128::from(layout.aisle_spacing_mm),
        y: before + (bay + cross) / 2 + i128::from(place.bay) * bay,
        before,
        behind: before + block_length(layout),
    }
}

fn depot(layout: &Layout) -> Spot {
    let y = i128::from(layout.depot_block) * block_length(layout);
    Spot {
        aisle: layout.depot_aisle,
        x: i128::from(layout.depot_aisle) * i128::from(layout.aisle_spacing_mm),
        y,
        before: y,
        behind: y,
    }
}

/// Whether one may walk an aisle from `y` to `to`.
fn may_walk(layout: &Layout, aisle: u32, y: i128, to: i128) -> bool {
    let is_even = aisle.is_multiple_of(2);
    match layout.one_way {
        OneWay::No => true,
        OneWay::EvenBack => y == to || (to > y) == is_even,
        OneWay::EvenFront => y == to || (to < y) == is_even,
    }
}

/// In one-way aisles: the best of all ways that leave `a` by one cross-aisle, change cross-aisles in one aisle near either end, and enter `b` by
/// one cross-aisle.
fn one_way_steps(layout: &Layout, a: Spot, b: Spot) -> i128 {
    let same_stretch = a.aisle == b.aisle && a.before == b.before && a.behind == b.behind;
    if same_stretch && may_walk(layout, a.aisle, a.y, b.y) {
        return (a.y - b.y).abs();
    }
    let spacing = i128::from(layout.aisle_spacing_mm);
    let near = |aisle: u32| aisle.saturating_sub(1)..=(aisle + 1).min(layout.aisles - 1);
    let mut shortest = i128::MAX;
    for leave in [a.before, a.behind] {
        for enter in [b.before, b.behind] {
            for change in near(a.aisle).chain(near(b.aisle)) {
                let is_allowed = may_walk(layout, a.aisle, a.y, leave)
                    && may_walk(layout, change, leave, enter)
                    && may_walk(layout, b.aisle, enter, b.y);
                if is_allowed {
                    let x = i128::from(change) * spacing;
                    let across = (a.x - x).abs() + (x - b.x).abs();
                    let along = (a.y - leave).abs() + (leave - enter).abs() + (enter - b.y).abs();
                    shortest = shortest.min(across + along);
                }
            }
        }
    }
    shortest
}

/// Along an aisle and along cross-aisles, never through a rack: from one aisle of a block to another by the front or by the back.
fn steps(layout: &Layout, a: Spot, b: Spot) -> i128 {
    if layout.one_way != OneWay::No {
        return one_way_steps(layout, a, b);
    }
    let same_block = a.before == b.before && a.behind == b.behind;
    if a.x != b.x && same_block {
        let front = (a.y - a.before) + (b.y - b.before);
        let back = (a.behind - a.y) + (b.behind - b.y);
        return (a.x - b.x).abs() + front.min(back);
    }
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

/// Whether distances are known: a layout of sane size that has a place for every slot.
fn walkable(warehouse: &Warehouse) -> Option<&Layout> {
    let layout = warehouse.layout.as_ref()?;
    let depth = i128::from(layout.blocks) * block_length(layout);
    let width = i128::from(layout.aisles) * i128::from(layout.aisle_spacing_mm);
    let holds = |place: &Place| {
        u32::from(place.block) < layout.blocks
            && u32::from(place.aisle) < layout.aisles
            && u32::from(place.bay) < layout.bays_per_aisle
    };
    let is_sane = layout.blocks > 0
        && layout.aisles > 0
        && layout.bays_per_aisle > 0
        && layout.depot_aisle < layout.aisles
        && layout.depot_block <= layout.blocks
        && (layout.aisles > 1 || layout.one_way == OneWay::No)
        && depth + width <= 1_000_000_000
        && u64::from(layout.blocks) * u64::from(layout.aisles) <= 1 << 20;
    (is_sane && !warehouse.is_empty() && warehouse.place.iter().all(holds)).then_some(layout)
}

impl Audit<'_> {
    pub(super) fn carts(&mut self) {
        let layouts: Vec<Option<Layout>> = self
            .input
            .batch
            .warehouses
            .iter()
            .map(|warehouse| walkable(warehouse).copied())
            .collect();
        for batch in 0..self.out.batches.len() {
            let facility = self.out.waves.facility[self.wave_of_batch(batch)];
            self.content(batch);
            self.order_and_totes(batch);
            self.walk(batch, layouts[facility.0 as usize].as_ref());
        }
    }

    /// Totals as stated, within the limits of a cart. A single unit may be larger than a cart.
    fn content(&mut self, batch: usize) {
        let (tasks, items) = (&self.out.tasks, &self.input.batch.items);
        let mut shipments = BTreeSet::new();
        let mut lines = BTreeSet::new();
        let (mut units, mut volume, mut weight) = (0i128, 0i128, 0i128);
        for task in self.tasks_of(batch) {
            let item = self.input.batch.lines.item[tasks.line[task]];
            let quantity = i128::from(tasks.quantity[task]);
            shipments.insert(tasks.shipment[task]);
            lines.insert((tasks.shipment[task], tasks.line[task]));
            units += quantity;
            let sides = items.size[item].map(i128::from);
            volume += quantity * sides[0] * sides[1] * sides[2];
            weight += quantity * i128::from(items.weight[item].0);
        }
        let row = self.out.batches.get(batch);
        let place = format!("batch {batch}");
        let stated = [row.shipments, row.lines, row.units].map(i128::from);
        let counted = [shipments.len() as i128, lines.len() as i128, units];
        let is_stated = stated == counted
            && i128::from(row.volume_mm3) == volume
            && i128::from(row.weight.0) == weight;
        if !is_stated {
            let message =
                format!("{row:?} states other totals than {counted:?}, {volume} mm3, {weight} g");
            self.fault("batch_totals", place.clone(), message);
        }
        let waves = &self.ctx.params.waves;
        let in_bulk = waves.consolidation == Consolidation::Sorter;
        let too_many = (!in_bulk && counted[0] > i128::from(waves.cart_shipments))
            || counted[1] > i128::from(waves.cart_lines);
        let too_large = volume > i128::from(waves.cart_volume_l) * 1_000_000
            || weight > i128::from(waves.cart_weight_kg) * 1_000;
        if too_many || (too_large && units > 1) {
            let message = format!("{counted:?} shipments, lines, units, {volume} mm3, {weight} g");
            self.fault("cart_limit", place, message);
        }
    }

    /// Sequence 1, 2, 3, ...; one tote per shipment, numbered from 1; in bulk tote 0.
    fn order_and_totes(&mut self, batch: usize) {
        let tasks = &self.out.tasks;
        let mut totes = BTreeSet::new();
        let mut shipments = BTreeSet::new();
        let mut in_order = true;
        for (at, task) in self.tasks_of(batch).enumerate() {
            in_order &= tasks.sequence[task] as usize == at + 1;
            totes.insert((tasks.tote[task], tasks.shipment[task]));
            shipments.insert(tasks.shipment[task]);
        }
        if !in_order {
            self.fault(
                "sequence",
                format!("batch {batch}"),
                "not 1, 2, 3, ...".into(),
            );
        }
        let numbers: BTreeSet<u16> = totes.iter().map(|&(tote, _)| tote).collect();
        let expected = match self.ctx.params.waves.consolidation {
            Consolidation::Sorter => 0..=0,
            _ => 1..=shipments.len() as u16,
        };
        if !numbers.iter().copied().eq(expected) || totes.len() != shipments.len() {
            let message = format!("totes {numbers:?} for {} shipments", shipments.len());
            self.fault("totes", format!("batch {batch}"), message);
        }
    }

    /// The walk through the slots in the given order is as long as stated and not shorter than its bound; so is the labour.
    fn walk(&mut self, batch: usize, layout: Option<&Layout>) {
        let facility = self.out.waves.facility[self.wave_of_batch(batch)];
        let warehouse = &self.input.batch.warehouses[facility];
        let slots: Vec<Option<SlotIdx>> = self.out.tasks.slot[self.tasks_of(batch)].to_vec();
        let length = layout.map_or(0, |layout| {
            let mut here = depot(layout);
            let mut length = 0;
            for slot in slots.iter().flatten() {
                let next = spot(layout, warehouse.place[*slot]);
                length += steps(layout, here, next);
                here = next;
            }
            length + steps(layout, here, depot(layout))
        });
        let (distance, bound) = (
            self.out.batches.distance[batch],
            self.out.batches.distance_bound[batch],
        );
        if i128::from(distance.0) != length {
            let message = format!("{} mm stated, {length} mm walked", distance.0);
            self.fault("distance", format!("batch {batch}"), message);
        }
        if bound > distance || bound < Millimetres::ZERO {
            let message = format!("bound {} mm, distance {} mm", bound.0, distance.0);
            self.fault("distance_bound", format!("batch {batch}"), message);
        }
        let labour = self.labour_of(batch, distance);
        if self.out.batches.labour[batch] != labour {
            let message = format!(
                "{} s stated, {} s needed",
                self.out.batches.labour[batch].0, labour.0
            );
            self.fault("labour", format!("batch {batch}"), message);
        }
    }

    fn labour_of(&self, batch: usize, distance: Millimetres) -> Seconds {
        let facility = self.out.waves.facility[self.wave_of_batch(batch)];
        let (row, warehouse) = (
            &self.input.batch.facilities[facility],
            &self.input.batch.warehouses[facility],
        );
        let rules = &self.ctx.params.schedule;
        let speed = i64::from(row.walk_mm_per_second).max(1);
        let mut seconds = rules.batch_setup_seconds + distance.0 / speed;
        if distance.0 % speed != 0 {
            seconds += 1;
        }
        for task in self.tasks_of(batch) {
            seconds += row.pick_time_per_line.0;
            seconds +=
                rules.pick_seconds_per_unit * (i64::from(self.out.tasks.quantity[task]) - 1).max(0);
            if let Some(slot) = self.out.tasks.slot[task] {
                seconds += rules.level_seconds * i64::from(warehouse.place[slot].level);
            }
        }
        Seconds(seconds)
    }
}
