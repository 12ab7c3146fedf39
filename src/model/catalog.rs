//! What is sold, what it is packed in, and how much of it lies where.

use super::csr::Csr;
use super::ids::{CartonIdx, FacilityIdx, IdxVec, ItemIdx, Sym};
use super::text::Text;
use super::units::{Cents, Grams};

/// Items as columns, one entry per item.
#[derive(Clone, Debug, Default)]
pub struct Items {
    pub sku: Text<ItemIdx>,
    pub weight: IdxVec<ItemIdx, Grams>,
    /// Length, width, height as it stands, millimetres.
    pub size: IdxVec<ItemIdx, [i32; 3]>,
    pub category: IdxVec<ItemIdx, Option<Sym>>,
    pub unit_cost: IdxVec<ItemIdx, Option<Cents>>,
    pub fragile: IdxVec<ItemIdx, bool>,
    pub hazmat: IdxVec<ItemIdx, bool>,
    pub keep_upright: IdxVec<ItemIdx, bool>,
    /// Units of handling that one counts for.
    pub handling_units: IdxVec<ItemIdx, u32>,
    /// Layers that may rest on one; `u32::MAX` where the batch does not say.
    pub max_stack: IdxVec<ItemIdx, u32>,
}

impl Items {
    pub fn len(&self) -> usize {
        self.sku.len()
    }
    pub fn is_empty(&self) -> bool {
        self.sku.is_empty()
    }
}

/// Stock of one item in one facility, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    pub facility: FacilityIdx,
    pub on_hand: u32,
    /// Promised to orders of earlier runs.
    pub reserved: u32,
    /// Kept back by policy.
    pub safety: u32,
}

impl Stock {
    /// Units that this run may promise.
    pub fn available(self) -> u32 {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.safety)
    }
}

/// Stock by item; within an item by facility, one cell each.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub by_item: Csr<ItemIdx, Stock>,
}

impl Inventory {
    /// Position of the cell of `item` in `facility` in `by_item.values()`, if it is stocked there. O(log facilities).
    pub fn cell(&self, item: ItemIdx, facility: FacilityIdx) -> Option<usize> {
        let start = self.by_item.range(item).start;
        self.by_item
            .row(item)
            .binary_search_by_key(&facility, |stock| stock.facility)
            .ok()
            .map(|i| start + i)
    }
}

/// Carton types as columns; inner sizes.
#[derive(Clone, Debug, Default)]
pub struct Cartons {
    pub id: Text<CartonIdx>,
    /// Inner length, width, height, millimetres.
    pub size: IdxVec<CartonIdx, [i32; 3]>,
    pub tare: IdxVec<CartonIdx, Grams>,
    /// Largest gross weight (content and tare).
    pub max_weight: IdxVec<CartonIdx, Grams>,
    pub cost: IdxVec<CartonIdx, Cents>,
    /// The only facility that has it; `None`: everywhere.
    pub facility: IdxVec<CartonIdx, Option<FacilityIdx>>,
}
