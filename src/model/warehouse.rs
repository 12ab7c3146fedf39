//! The slot map of a facility and the geometry to walk in it.

use super::ids::{IdxVec, ItemIdx, SlotIdx};
use super::text::Text;

/// Whether aisles are walked one way only, each opposite to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OneWay {
    /// Both ways.
    #[default]
    No,
    /// Aisles 0, 2, 4, .. from the front to the back, the others to the front.
    EvenBack,
    /// Aisles 0, 2, 4, .. from the back to the front, the others to the back.
    EvenFront,
}

/// A parallel-aisle layout: `blocks` blocks front to back, `aisles` aisles side by side, cross-aisles before, between and
/// behind the blocks. Millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub blocks: u32,
    pub aisles: u32,
    /// Bays along an aisle within one block.
    pub bays_per_aisle: u32,
    pub bay_mm: u32,
    /// Between the middles of neighbouring aisles.
    pub aisle_spacing_mm: u32,
    /// Width of a cross-aisle.
    pub cross_aisle_mm: u32,
    /// The depot stands at the mouth of this aisle ...
    pub depot_aisle: u32,
    /// ... on this cross-aisle (0: the front).
    pub depot_block: u32,
    pub one_way: OneWay,
}

/// Where a slot is, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub block: u16,
    pub aisle: u16,
    pub bay: u16,
    pub level: u16,
}

/// Slots of one facility as columns, and their lookup by item.
#[derive(Clone, Debug, Default)]
pub struct Warehouse {
    pub slot_id: Text<SlotIdx>,
    pub item: IdxVec<SlotIdx, ItemIdx>,
    pub quantity: IdxVec<SlotIdx, u32>,
    pub place: IdxVec<SlotIdx, Place>,
    /// Zone name per slot, empty where the batch does not say.
    pub zone: Text<SlotIdx>,
    /// `None` where the batch has no layout for the facility and none could be inferred from the slots.
    pub layout: Option<Layout>,
    /// Slots sorted by (item, place, slot index).
    by_item: Vec<(ItemIdx, SlotIdx)>,
}

impl Warehouse {
    /// Slots that hold `item`, nearest to the front of aisle 0 first. O(log slots).
    pub fn slots_of(&self, item: ItemIdx) -> &[(ItemIdx, SlotIdx)] {
        let from = self.by_item.partition_point(|&(i, _)| i < item);
        let to = from + self.by_item[from..].partition_point(|&(i, _)| i == item);
        &self.by_item[from..to]
    }

    /// Builds the lookup; call once all slots are pushed.
    pub fn index(&mut self) {
        self.by_item = self
            .item
            .iter_enumerated()
            .map(|(slot, &item)| (item, slot))
            .collect();
        self.by_item
            .sort_unstable_by_key(|&(item, slot)| (item, self.place[slot], slot));
    }

    pub fn len(&self) -> usize {
        self.slot_id.len()
    }
    pub fn is_empty(&self) -> bool {
        self.slot_id.is_empty()
    }
}
