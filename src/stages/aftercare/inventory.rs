//! Stock after the run: on hand − allocated + restocked, per (facility, item).
//!
//! Every stock record has a row, and so has every place where a return makes a new one. Reserved units of earlier runs are still on
//! hand. O(cells log cells).

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::plan::{InventoryAfter, InventoryAfterRow, Routed};

/// Stock while it changes.
pub(super) struct Stocktake<'a> {
    batch: &'a Batch,
    /// By stock cell.
    allocated: Vec<u32>,
    restocked: BTreeMap<(FacilityIdx, ItemIdx), u32>,
}

impl<'a> Stocktake<'a> {
    /// Takes the routed units from the stock. An error if there are more of them than units on hand: routing must not do that.
    pub fn new(batch: &'a Batch, routed: &Routed) -> Result<Stocktake<'a>> {
        let stock = batch.inventory.by_item.values();
        let mut allocated = vec![0u32; stock.len()];
        let allocations = &routed.allocations;
        for ((&line, &facility), &units) in (allocations.line.iter())
            .zip(&allocations.facility)
            .zip(&allocations.quantity)
        {
            let item = batch.lines.item[line];
            let taken = batch
                .inventory
                .cell(item, facility)
                .and_then(|cell| Some((cell, allocated[cell].checked_add(units)?)))
                .filter(|&(cell, total)| total <= stock[cell].on_hand);
            let Some((cell, total)) = taken else {
                return Err(Error::internal(format!(
                    "aftercare: more units of {} are allocated than facility {} has on hand",
                    &batch.items.sku[item], batch.facilities[facility].id
                )));
            };
            allocated[cell] = total;
        }
        Ok(Stocktake {
            batch,
            allocated,
            restocked: BTreeMap::new(),
        })
    }

    /// Puts returned units on the shelf; `false` (and nothing happens) where a stock record cannot count that many.
    pub fn restock(&mut self, facility: FacilityIdx, item: ItemIdx, units: u32) -> bool {
        let inventory = &self.batch.inventory;
        let left = inventory.cell(item, facility).map_or(0, |cell| {
            inventory.by_item.values()[cell].on_hand - self.allocated[cell]
        });
        let restocked = self.restocked.get(&(facility, item)).copied();
        let Some(total) = restocked.unwrap_or(0).checked_add(units) else {
            return false;
        };
        if left.checked_add(total).is_none() {
            return false;
        }
        self.restocked.insert((facility, item), total);
        true
    }

    /// The table, in order of (facility, item).
    pub fn rows(mut self) -> InventoryAfter {
        let by_item = &self.batch.inventory.by_item;
        let mut rows = Vec::with_capacity(by_item.len() + self.restocked.len());
        for (item, stocks) in by_item.iter() {
            for (cell, stock) in by_item.range(item).zip(stocks) {
                let place = (stock.facility, item);
                let restocked = self.restocked.remove(&place).unwrap_or(0);
                rows.push((place, stock.on_hand, self.allocated[cell], restocked));
            }
        }
        // What is left was stocked nowhere.
        let new = self.restocked.into_iter();
        rows.extend(new.map(|(place, units)| (place, 0, 0, units)));
        rows.par_sort_unstable_by_key(|&(place, ..)| place);
        rows.into_iter()
            .map(
                |((facility, item), on_hand, allocated, restocked)| InventoryAfterRow {
                    facility,
                    item,
                    on_hand_before: on_hand,
                    allocated,
                    restocked,
                    on_hand_after: on_hand - allocated + restocked,
                },
            )
            .collect()
    }
}
