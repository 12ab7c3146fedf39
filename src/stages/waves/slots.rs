//! From which slot each unit is taken.
//!
//! An item may lie in several slots, and all waves of the night share what is in them. So slots are given twice:
//!
//! 1. shipment by shipment in the order of the waves, each line from the slot that its own tour grows least by (`choose`): a slot is
//!    never given more than it holds;
//! 2. cart by cart, once carts are formed: the cart puts back what it took of items with several slots, and chooses again with the
//!    whole tour in view (`choose_again`), greedily and by `solve::scatter`; the shortest stays.
//!
//! A slot that cannot give all that is asked counts an extra visit: the pick time of a line, in millimetres of walking. What the
//! slots of an item do not hold in total is taken from no slot (`None`): somebody must find it. Both steps hand out every unit
//! that is there, so a unit without slot means that all slots of its item are empty.
//!
//! This is picker routing with scattered storage, NP-hard (Weidinger 2018, doi 10.1016/j.omega.2018.03.008); carts choose one after
//! the other, so an early one may take what a later one needs more. O(slots of the item) per line and greedy step, about a millisecond per cart for the
//! search; memory O(slots).

use std::collections::BTreeMap;

use super::instance::Site;
use super::walk::{bay_of, length_of};
use crate::model::ids::{Idx, ItemIdx, SlotIdx};
use crate::params::Consolidation;
use crate::solve::scatter;
use crate::solve::tour::{Layout, OneWay, Scratch, Sketch, Visit};

/// Units of one line taken from one slot for one shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Position in [`Site::demands`].
    pub demand: u32,
    /// Position in [`Site::needs`] of the demand.
    pub need: u32,
    /// `None`: no slot holds it.
    pub slot: Option<SlotIdx>,
    pub quantity: u32,
}

/// From which slots the units of each item come; `None`: no slot holds them.
type Sources = BTreeMap<ItemIdx, Vec<(Option<SlotIdx>, u32)>>;

/// What the slots of a facility still hold.
pub struct Shelves<'s, 'a> {
    site: &'s Site<'a>,
    free: Vec<u32>,
    sketch: Option<Sketch>,
    scratch: Scratch,
    /// An extra visit, millimetres of walking.
    visit_mm: i64,
    /// The zone that a cart stays in.
    zone: Option<u32>,
}

impl<'s, 'a> Shelves<'s, 'a> {
    pub fn new(site: &'s Site<'a>) -> Self {
        Shelves {
            site,
            free: site.warehouse.quantity.as_slice().to_vec(),
            sketch: site.floor.as_ref().map(Sketch::new),
            scratch: Scratch::default(),
            visit_mm: site.walk_in(site.facility.pick_time_per_line.0),
            zone: None,
        }
    }

    /// Slots for all lines of a shipment, as few visits as near to each other as they come.
    pub fn choose(&mut self, demand: u32, picks: &mut Vec<Pick>) {
        let needs = self.site.needs(demand);
        let start = picks.len();
        if let Some(sketch) = &mut self.sketch {
            sketch.clear();
        }
        // Items with one slot leave no choice: they say where the tour goes.
        for fixed in [true, false] {
            for (need, wanted) in needs.iter().enumerate() {
                if (self.site.warehouse.slots_of(wanted.item).len() <= 1) == fixed {
                    self.take(wanted.item, wanted.quantity, |slot, quantity| {
                        picks.push(Pick {
                            demand,
                            need: need as u32,
                            slot,
                            quantity,
                        });
                    });
                }
            }
        }
        picks[start..].sort_by_key(|pick| pick.need);
    }

    /// Takes units of an item, nearest to the sketched tour first, and tells from where.
    fn take(&mut self, item: ItemIdx, wanted: u32, mut tell: impl FnMut(Option<SlotIdx>, u32)) {
        let mut left = wanted;
        while left > 0 {
            let Some(slot) = self.best_slot(item, left) else {
                tell(None, left);
                return;
            };
            let taken = left.min(self.free[slot.index()]);
            self.free[slot.index()] -= taken;
            left -= taken;
            self.go_past(slot);
            tell(Some(slot), taken);
        }
    }

    fn go_past(&mut self, slot: SlotIdx) {
        if let (Some(sketch), Some(floor)) = (&mut self.sketch, &self.site.floor) {
            sketch.join(&[Visit::at(floor, &bay_of(self.site.warehouse, slot))]);
        }
    }

    fn best_slot(&self, item: ItemIdx, wanted: u32) -> Option<SlotIdx> {
        let slots = self
            .site
            .warehouse
            .slots_of(item)
            .iter()
            .map(|&(_, slot)| slot);
        let stocked = slots.filter(|&slot| self.free[slot.index()] > 0 && self.allows(slot));
        stocked.min_by_key(|&slot| {
            let is_short = self.free[slot.index()] < wanted;
            let detour = match (&self.sketch, &self.site.floor) {
                (Some(sketch), Some(floor)) => {
                    sketch.detour(&[Visit::at(floor, &bay_of(self.site.warehouse, slot))])
                }
                _ => 0,
            };
            detour.saturating_add(if is_short { self.visit_mm } else { 0 })
        })
    }

    /// Whether the cart may go there.
    fn allows(&self, slot: SlotIdx) -> bool {
        self.zone.is_none_or(|zone| self.site.zone(slot) == zone)
    }

    /// Chooses again for a whole cart, greedily and by search; keeps what was there unless it gets shorter.
    pub fn choose_again(&mut self, picks: &mut Vec<Pick>) {
        let Some(floor) = &self.site.floor else {
            return;
        };
        let loose = self.loose(picks);
        if loose.is_empty() {
            return;
        }
        if self.site.params.waves.consolidation == Consolidation::Zone {
            let slot = picks.iter().find_map(|pick| pick.slot);
            // What is in no slot has no zone, and nothing to choose.
            let Some(slot) = slot else { return };
            self.zone = Some(self.site.zone(slot));
        }
        let (moving, fixed): (Vec<Pick>, Vec<Pick>) =
            picks.iter().partition(|pick| self.has_choice(pick));
        self.put_back(&moving);
        let sources = [
            self.nearest(&loose, &fixed),
            self.searched(floor, &loose, &fixed),
        ];
        let mut best = (self.cost(floor, picks), moving.clone());
        for sources in sources.into_iter().flatten() {
            let chosen = self.handed_out(&moving, sources);
            let all: Vec<Pick> = fixed.iter().chain(&chosen).copied().collect();
            let cost = self.cost(floor, &all);
            if cost < best.0 {
                best = (cost, chosen);
            }
        }
        self.take_out(&best.1);
        *picks = fixed;
        picks.extend(best.1);
    }

    /// The tour and the visits of a cart, millimetres.
    fn cost(&mut self, floor: &Layout, picks: &[Pick]) -> i64 {
        let walked = length_of(self.site, floor, picks, &mut self.scratch);
        walked + self.visit_mm.saturating_mul(picks.len() as i64)
    }

    fn put_back(&mut self, picks: &[Pick]) {
        for pick in picks {
            if let Some(slot) = pick.slot {
                self.free[slot.index()] += pick.quantity;
            }
        }
    }

    /// Takes out what these picks take.
    pub fn take_out(&mut self, picks: &[Pick]) {
        for pick in picks {
            if let Some(slot) = pick.slot {
                self.free[slot.index()] -= pick.quantity;
            }
        }
    }

    /// For each item with several slots the one nearest to the tour so far, items with the fewest slots first.
    fn nearest(&mut self, loose: &[(ItemIdx, u32)], fixed: &[Pick]) -> Option<Sources> {
        self.sketch.as_mut()?.clear();
        for slot in fixed.iter().filter_map(|pick| pick.slot) {
            self.go_past(slot);
        }
        let mut order = loose.to_vec();
        order.sort_by_key(|&(item, _)| (self.site.warehouse.slots_of(item).len(), item));
        let mut sources = Sources::new();
        for (item, wanted) in order {
            let from = sources.entry(item).or_default();
            self.take(item, wanted, |slot, quantity| from.push((slot, quantity)));
        }
        for &(slot, quantity) in sources.values().flatten() {
            if let Some(slot) = slot {
                self.free[slot.index()] += quantity;
            }
        }
        Some(sources)
    }

    /// All slots of the cart at once (`solve::scatter`). What is fixed is an item with one slot. What no slot holds is taken from none.
    /// `None` where the search does not know the floor: one-way aisles.
    fn searched(
        &self,
        floor: &Layout,
        loose: &[(ItemIdx, u32)],
        fixed: &[Pick],
    ) -> Option<Sources> {
        if floor.one_way != OneWay::No {
            return None;
        }
        let mut instance = scatter::Instance {
            layout: *floor,
            slots: Vec::new(),
            demands: Vec::new(),
        };
        let mut named = Vec::new();
        for &(item, wanted) in loose {
            let mut held = 0;
            for &(_, slot) in self.site.warehouse.slots_of(item) {
                let stock = self.free[slot.index()].min(wanted);
                if stock == 0 || !self.allows(slot) {
                    continue;
                }
                let bay = bay_of(self.site.warehouse, slot);
                let item = instance.demands.len() as u32;
                instance.slots.push(scatter::Slot { bay, item, stock });
                named.push(slot);
                held += stock;
            }
            instance.demands.push(wanted.min(held));
        }
        for slot in fixed.iter().filter_map(|pick| pick.slot) {
            let bay = bay_of(self.site.warehouse, slot);
            let item = instance.demands.len() as u32;
            let stock = 1;
            instance.slots.push(scatter::Slot { bay, item, stock });
            instance.demands.push(1);
        }
        let found = scatter::solve(&instance, &scatter::Effort::cart(), &|| f64::INFINITY)?;
        let mut sources: Sources = loose.iter().map(|&(item, _)| (item, Vec::new())).collect();
        for pick in found.solution.picks {
            let item = instance.slots[pick.slot as usize].item as usize;
            if let Some(&(item, _)) = loose.get(item) {
                let from = sources.entry(item).or_default();
                from.push((Some(named[pick.slot as usize]), pick.quantity));
            }
        }
        for &(item, wanted) in loose {
            let from = sources.entry(item).or_default();
            let found: u32 = from.iter().map(|&(_, quantity)| quantity).sum();
            if found < wanted {
                from.push((None, wanted - found));
            }
        }
        Some(sources)
    }

    /// Gives the units of the slots to the lines.
    fn handed_out(&self, moving: &[Pick], sources: Sources) -> Vec<Pick> {
        let mut chosen = Vec::with_capacity(moving.len());
        for (item, from) in sources {
            self.hand_out(item, moving, from, &mut chosen);
        }
        chosen
    }

    fn item_of(&self, pick: &Pick) -> ItemIdx {
        self.site.needs(pick.demand)[pick.need as usize].item
    }

    fn has_choice(&self, pick: &Pick) -> bool {
        self.site.warehouse.slots_of(self.item_of(pick)).len() > 1
    }

    /// Items with several slots, and how much the cart takes of each.
    fn loose(&self, picks: &[Pick]) -> Vec<(ItemIdx, u32)> {
        let mut wanted: Vec<(ItemIdx, u32)> = picks
            .iter()
            .filter(|pick| self.has_choice(pick))
            .map(|pick| (self.item_of(pick), pick.quantity))
            .collect();
        wanted.sort_unstable_by_key(|&(item, _)| item);
        wanted.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        wanted
    }

    /// Gives the units taken of an item to the lines that need them, in order; a line is split only at the end of a slot.
    fn hand_out(
        &self,
        item: ItemIdx,
        moving: &[Pick],
        from: Vec<(Option<SlotIdx>, u32)>,
        kept: &mut Vec<Pick>,
    ) {
        let mut from = from.into_iter();
        let mut source = from.next();
        for mut pick in merged(moving.iter().filter(|pick| self.item_of(pick) == item)) {
            let mut left = pick.quantity;
            while let (true, Some((slot, has))) = (left > 0, source) {
                let given = left.min(has);
                pick.slot = slot;
                pick.quantity = given;
                kept.push(pick);
                left -= given;
                source = if has > given {
                    Some((slot, has - given))
                } else {
                    from.next()
                };
            }
        }
    }
}

/// Picks of the same line as one.
fn merged<'p>(picks: impl Iterator<Item = &'p Pick>) -> Vec<Pick> {
    let mut lines: Vec<Pick> = picks.copied().collect();
    lines.sort_by_key(|pick| (pick.demand, pick.need));
    lines.dedup_by(|next, first| {
        let same = (next.demand, next.need) == (first.demand, first.need);
        if same {
            first.quantity += next.quantity;
        }
        same
    });
    lines
}
