//! What is taken from the slots.

use std::collections::BTreeMap;

use super::Audit;
use crate::model::ids::{FacilityIdx, Idx, ItemIdx, SlotIdx};

impl Audit<'_> {
    /// No slot is overdrawn over the whole night, each holds the item that is picked from it, and no unit is taken from nowhere
    /// while a slot of its item still has one.
    pub(super) fn slots(&mut self) {
        let out = self.out;
        let mut drawn: BTreeMap<(FacilityIdx, SlotIdx), u64> = BTreeMap::new();
        let mut missing: BTreeMap<(FacilityIdx, ItemIdx), u64> = BTreeMap::new();
        for (task, row) in out.tasks.rows().enumerate() {
            let facility = out.waves.facility[self.wave_of_batch(row.batch.index())];
            let item = self.input.batch.lines.item[row.line];
            let Some(slot) = row.slot else {
                *missing.entry((facility, item)).or_default() += u64::from(row.quantity);
                continue;
            };
            *drawn.entry((facility, slot)).or_default() += u64::from(row.quantity);
            if self.input.batch.warehouses[facility].item[slot] != item {
                let message = format!("slot {} does not hold item {}", slot.0, item.0);
                self.fault("wrong_slot", format!("task {task}"), message);
            }
        }
        for (&(facility, slot), &units) in &drawn {
            let holds = self.input.batch.warehouses[facility].quantity[slot];
            if units > u64::from(holds) {
                let place = format!("facility {} slot {}", facility.0, slot.0);
                self.fault(
                    "slot_overdrawn",
                    place,
                    format!("{units} units taken, it holds {holds}"),
                );
            }
        }
        self.needless(&drawn, &missing);
    }

    fn needless(
        &mut self,
        drawn: &BTreeMap<(FacilityIdx, SlotIdx), u64>,
        missing: &BTreeMap<(FacilityIdx, ItemIdx), u64>,
    ) {
        let mut faults = Vec::new();
        for (index, warehouse) in self.input.batch.warehouses.iter_enumerated() {
            let short = missing.range((index, ItemIdx(0))..=(index, ItemIdx(u32::MAX)));
            if short.count() == 0 {
                continue;
            }
            for (slot, &item) in warehouse.item.iter_enumerated() {
                let taken = drawn.get(&(index, slot)).copied().unwrap_or(0);
                let left = u64::from(warehouse.quantity[slot]).saturating_sub(taken);
                if left > 0 && missing.contains_key(&(index, item)) {
                    let place = format!("facility {} item {}", index.index(), item.0);
                    let message = format!("units without a slot while slot {} has {left}", slot.0);
                    faults.push((place, message));
                }
            }
        }
        for (place, message) in faults {
            self.fault("slot_forgotten", place, message);
        }
    }
}
