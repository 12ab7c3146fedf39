//! Which cartons a shipment needs, and where each unit lies.
//!
//! Hazardous goods are packed apart from the rest. A unit that fits no carton alone ships in its own container, as does everything
//! where the batch has no cartons. All else goes to `solve::pack`, which takes the carton with the least *worth* (cardboard
//! and typical freight at this weight, see `appraise`) that holds all, or else fills several. If one carton holds all but
//! two or more of the cheaper kinds together cost less, as when the one is oversize, those are taken.
//!
//! Where the services of a lane do not take every carton as heavy as it may be, a shipment is packed from a *narrowed* shelf: only
//! cartons that some service takes there, and only as heavy as it takes them (see `reach`). What fits none of those is packed as if
//! they were no narrower; most often no service takes it then.
//!
//! A carton's weight limit counts its tare. `fill_percent` limits the share of its volume that may be used: what the kernel packed
//! last is taken out again (it carries nothing) until the rest is within the limit, and packed in further cartons.

use super::appraise::Worth;
use super::{PackedCarton, Parcel};
use crate::model::Batch;
use crate::model::catalog::Cartons;
use crate::model::ids::{CartonIdx, FacilityIdx, Idx, IdxVec, ItemIdx, LineIdx};
use crate::model::units::{Cents, Grams};
use crate::params::Params;
use crate::solve::pack::{
    AXES, Bin, BoxItem, Limits, Packing, Placement, Scratch, min_bins, pack_best_fit,
};

/// A unit of a line, its lowest corner and its size after rotation.
type Unit = (LineIdx, [i32; 3], [i32; 3]);

/// Packs for all facilities of a batch.
#[derive(Clone, Debug)]
pub(super) struct Packer {
    /// Of each facility, whatever the destination: its full shelf.
    full: IdxVec<FacilityIdx, u32>,
    /// Full shelves first, then narrowed ones.
    pub shelves: Vec<Shelf>,
    /// What packs alike: the shelves for ordinary and for hazardous goods. Those of full shelves first, in the same order.
    groups: Vec<[u32; 2]>,
    /// Group by facility and class of lanes; empty: full shelves everywhere.
    narrowed: Vec<u32>,
    /// Classes of lanes.
    classes: usize,
}

/// The cartons that facilities of one group have.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub cartons: Vec<CartonIdx>,
    /// Inner sizes, and what each may hold beside its tare.
    bins: Vec<Bin>,
    tare: Vec<i64>,
    /// mm³ that may be filled.
    usable: Vec<i64>,
    /// What each costs with its freight, by gross weight.
    pub worth: Vec<Worth>,
    /// Outer sizes.
    pub outer: Vec<[i32; 3]>,
}

/// Units packed into one carton of a shelf.
struct Filled {
    bin: usize,
    /// Positions in the list of units, with place.
    placements: Vec<Placement>,
}

impl Packer {
    /// O(facilities × cartons × log cartons).
    pub fn new(batch: &Batch, params: &Params) -> Packer {
        let wall = i32::try_from(params.cartonize.wall_mm).unwrap_or(0);
        let mut shelves: Vec<Shelf> = Vec::new();
        let full = batch
            .facilities
            .indices()
            .map(|facility| {
                let cartons = stocked(&batch.cartons, facility);
                let known = shelves.iter().position(|s| s.cartons == cartons);
                known.unwrap_or_else(|| {
                    shelves.push(Shelf::new(&batch.cartons, cartons, wall, params));
                    shelves.len() - 1
                }) as u32
            })
            .collect();
        Packer {
            full,
            groups: (0..shelves.len() as u32).map(|s| [s, s]).collect(),
            shelves,
            narrowed: Vec::new(),
            classes: 0,
        }
    }

    /// What packs alike for a class of lanes; `None`: no carrier goes there.
    pub fn group(&self, facility: FacilityIdx, class: Option<u32>) -> u32 {
        let of_class = class.filter(|_| !self.narrowed.is_empty());
        match of_class {
            Some(class) => self.narrowed[facility.index() * self.classes + class as usize],
            None => self.full[facility],
        }
    }

    /// The shelf of a facility when nothing is known of the destination.
    pub fn full_shelf(&self, facility: FacilityIdx) -> u32 {
        self.full[facility]
    }

    /// Sets the groups by facility and class; `groups` are given as pairs of shelves.
    pub fn narrow(&mut self, groups: Vec<[u32; 2]>, narrowed: Vec<u32>, classes: usize) {
        self.groups = groups;
        self.narrowed = narrowed;
        self.classes = classes;
    }

    pub fn groups(&self) -> &[[u32; 2]] {
        &self.groups
    }

    /// Facilities with a full shelf, in order.
    pub fn members(&self, shelf: usize) -> impl Iterator<Item = FacilityIdx> + '_ {
        let full = self.full.iter_enumerated();
        full.filter_map(move |(facility, &s)| (s as usize == shelf).then_some(facility))
    }

    /// Ordinary cartons, then hazardous ones, then units in their own containers.
    pub fn pack(
        &self,
        batch: &Batch,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> Vec<PackedCarton> {
        let mut packed = Vec::new();
        let mut alone = Vec::new();
        self.sorted(batch, facility, content, |shelf, together| {
            let Some((shelf, pieces)) = shelf else {
                alone.extend_from_slice(together);
                return;
            };
            let (filled, left) = shelf.fill(&pieces);
            packed.extend(
                filled
                    .iter()
                    .map(|f| self.carton(batch, shelf, f, together)),
            );
            alone.extend(left.iter().map(|&i| together[i as usize]));
        });
        packed.extend(alone.iter().map(|&line| own_container(batch, line)));
        packed
    }

    /// Whether some carton of the facility holds the item.
    pub fn boxes(&self, batch: &Batch, facility: FacilityIdx, item: ItemIdx) -> bool {
        let shelf = &self.shelves[self.full[facility] as usize];
        let piece = piece(batch, item);
        (0..shelf.bins.len()).any(|bin| shelf.takes(bin, &piece))
    }

    /// No packing of the content has fewer packages.
    pub fn fewest(&self, batch: &Batch, facility: FacilityIdx, content: &[(LineIdx, u32)]) -> u64 {
        let mut packages = 0;
        self.sorted(batch, facility, content, |shelf, together| {
            packages += match shelf {
                Some((shelf, pieces)) => shelf.fewest(&pieces),
                None => together.len() as u64,
            };
        });
        packages
    }

    /// Sorts the units of a content by what they are packed with: `each` gets a shelf, its units and their lines, or no shelf and
    /// units that ship in their own containers.
    fn sorted(
        &self,
        batch: &Batch,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
        mut each: impl FnMut(Option<(&Shelf, Vec<BoxItem>)>, &[LineIdx]),
    ) {
        let class = content.first().and_then(|&(line, _)| {
            let dest = batch.orders.dest[batch.lines.order[line]];
            batch.rates.lanes.class(dest)
        });
        let full = self.full[facility];
        let shelves = self.groups[self.group(facility, class) as usize];
        for (hazmat, narrow) in [false, true].into_iter().zip(shelves) {
            let mut rest: Vec<(LineIdx, u32)> = content
                .iter()
                .copied()
                .filter(|c| batch.items.hazmat[batch.lines.item[c.0]] == hazmat)
                .collect();
            let again = (narrow != full).then_some(full);
            for shelf in [narrow].into_iter().chain(again) {
                let shelf = &self.shelves[shelf as usize];
                let (together, unfit) = shelf.sort(batch, &rest);
                rest = unfit;
                if !together.is_empty() {
                    let items = together.iter().map(|&line| batch.lines.item[line]);
                    let pieces = items.map(|item| piece(batch, item)).collect();
                    each(Some((shelf, pieces)), &together);
                }
            }
            if !rest.is_empty() {
                each(None, &units_of(&rest));
            }
        }
    }

    fn carton(
        &self,
        batch: &Batch,
        shelf: &Shelf,
        filled: &Filled,
        lines: &[LineIdx],
    ) -> PackedCarton {
        let carton = shelf.cartons[filled.bin];
        let units: Vec<Unit> = filled
            .placements
            .iter()
            .map(|p| (lines[p.item as usize], p.at, p.size))
            .collect();
        let items = &batch.items;
        let item = |unit: &Unit| batch.lines.item[unit.0];
        let content: Grams = units.iter().map(|unit| items.weight[item(unit)]).sum();
        PackedCarton {
            carton: Some(carton),
            carton_cost: batch.cartons.cost[carton],
            parcel: Parcel {
                size: shelf.outer[filled.bin],
                weight: content + batch.cartons.tare[carton],
                fragile: units.iter().any(|unit| items.fragile[item(unit)]),
                hazmat: units.iter().any(|unit| items.hazmat[item(unit)]),
            },
            units,
        }
    }
}

impl Shelf {
    fn new(all: &Cartons, cartons: Vec<CartonIdx>, wall: i32, params: &Params) -> Shelf {
        let column = |of: &dyn Fn(CartonIdx) -> i64| cartons.iter().map(|&c| of(c)).collect();
        let share = i128::from(params.cartonize.fill_percent);
        Shelf {
            bins: cartons
                .iter()
                .map(|&c| Bin {
                    size: all.size[c],
                    max_weight: all.max_weight[c].0.saturating_sub(all.tare[c].0),
                })
                .collect(),
            tare: column(&|c| all.tare[c].0),
            usable: column(&|c| {
                i64::try_from(volume(all.size[c]) * share / 100).unwrap_or(i64::MAX)
            }),
            worth: cartons
                .iter()
                .map(|&c| Worth::of_cardboard(all.cost[c]))
                .collect(),
            outer: cartons
                .iter()
                .map(|&c| all.size[c].map(|side| side.saturating_add(2 * wall)))
                .collect(),
            cartons,
        }
    }

    /// The gross weight that a carton may have, its tare.
    pub fn limits(&self, bin: usize) -> (i64, i64) {
        let tare = self.tare[bin];
        (self.bins[bin].max_weight.saturating_add(tare), tare)
    }

    /// mm³ that may be filled of a carton.
    pub fn usable(&self, bin: usize) -> i64 {
        self.usable[bin]
    }

    /// The same cartons up to other gross weights; without those that have none.
    pub fn narrowed(&self, reach: &[Option<i64>]) -> Shelf {
        let kept: Vec<usize> = (0..reach.len()).filter(|&i| reach[i].is_some()).collect();
        let bin = |i: usize| {
            let content = reach[i].unwrap_or(0).saturating_sub(self.tare[i]);
            Bin {
                max_weight: content.min(self.bins[i].max_weight),
                ..self.bins[i]
            }
        };
        Shelf {
            cartons: kept.iter().map(|&i| self.cartons[i]).collect(),
            bins: kept.iter().map(|&i| bin(i)).collect(),
            tare: kept.iter().map(|&i| self.tare[i]).collect(),
            usable: kept.iter().map(|&i| self.usable[i]).collect(),
            worth: kept.iter().map(|&i| self.worth[i].clone()).collect(),
            outer: kept.iter().map(|&i| self.outer[i]).collect(),
        }
    }

    /// Units of the content that fit a carton, and what does not.
    fn sort(
        &self,
        batch: &Batch,
        content: &[(LineIdx, u32)],
    ) -> (Vec<LineIdx>, Vec<(LineIdx, u32)>) {
        let (fit, unfit): (Vec<_>, Vec<_>) = content.iter().partition(|&&(line, _)| {
            let piece = piece(batch, batch.lines.item[line]);
            (0..self.bins.len()).any(|bin| self.takes(bin, &piece))
        });
        (units_of(&fit), unfit)
    }

    fn takes(&self, bin: usize, piece: &BoxItem) -> bool {
        piece.volume() <= self.usable[bin] && self.bins[bin].takes(piece)
    }

    /// What a carton costs when it holds `grams`.
    fn cost(&self, bin: usize, grams: i64) -> i64 {
        self.worth[bin].at(grams.saturating_add(self.tare[bin]))
    }

    fn cost_of(&self, filled: &[Filled], pieces: &[BoxItem]) -> i64 {
        filled.iter().fold(0, |sum: i64, f| {
            let grams = f.placements.iter().map(|p| pieces[p.item as usize].weight);
            sum.saturating_add(self.cost(f.bin, grams.sum()))
        })
    }

    /// Cartons for all pieces, and the pieces that fit none (the caller has sorted those out).
    fn fill(&self, pieces: &[BoxItem]) -> (Vec<Filled>, Vec<u32>) {
        if let [piece] = pieces {
            return match self.single(piece, 0) {
                Some(filled) => (vec![filled], Vec::new()),
                None => (Vec::new(), vec![0]),
            };
        }
        let all: Vec<usize> = (0..self.bins.len()).collect();
        let (filled, left) = self.fill_from(&all, pieces);
        if filled.len() != 1 || !left.is_empty() {
            return (filled, left);
        }
        match self.cheaper_in_several(pieces, &filled) {
            Some(several) => (several, left),
            None => (filled, left),
        }
    }

    /// The cheapest carton for one piece.
    fn single(&self, piece: &BoxItem, number: u32) -> Option<Filled> {
        let bin = (0..self.bins.len())
            .filter(|&bin| self.takes(bin, piece))
            .min_by_key(|&bin| (self.cost(bin, piece.weight), self.bins[bin].volume(), bin))?;
        let inner = self.bins[bin].size;
        let turns = if piece.upright { 2 } else { AXES.len() };
        let (rotation, size) = (0u8..)
            .zip(&AXES[..turns])
            .map(|(rotation, axes)| (rotation, axes.map(|side| piece.size[side])))
            .find(|(_, size)| (0..3).all(|axis| size[axis] <= inner[axis]))?;
        let placement = Placement {
            item: number,
            at: [0; 3],
            size,
            rotation,
        };
        Some(Filled {
            bin,
            placements: vec![placement],
        })
    }

    /// Two or more cartons that cost less than the one, if the cheaper kinds give such.
    fn cheaper_in_several(&self, pieces: &[BoxItem], one: &[Filled]) -> Option<Vec<Filled>> {
        let cost = self.cost_of(one, pieces);
        let grams: i64 = pieces.iter().map(|piece| piece.weight).sum();
        let cheaper: Vec<usize> = (0..self.bins.len())
            .filter(|&bin| self.cost(bin, grams / 2).saturating_mul(2) < cost)
            .collect();
        if cheaper.is_empty() {
            return None;
        }
        let (several, left) = self.fill_from(&cheaper, pieces);
        (left.is_empty() && self.cost_of(&several, pieces) < cost).then_some(several)
    }

    /// Packs with some kinds of carton, in rounds: what the fill limit puts out again is packed in the next round.
    fn fill_from(&self, kinds: &[usize], pieces: &[BoxItem]) -> (Vec<Filled>, Vec<u32>) {
        let mut scratch = Scratch::default();
        let mut filled = Vec::new();
        let mut oversize = Vec::new();
        let mut rest: Vec<u32> = (0..pieces.len() as u32).collect();
        while !rest.is_empty() {
            let mut packing = self.round(kinds, pieces, &rest, &mut scratch);
            if packing.bins.len() > 1 {
                self.last_again(kinds, pieces, &rest, &mut packing, &mut scratch);
            }
            let mut next = Vec::new();
            for bin in packing.bins {
                let kind = kinds[bin.bin as usize];
                let mut placements = bin.placements;
                for placement in &mut placements {
                    placement.item = rest[placement.item as usize];
                }
                self.take_out(kind, pieces, &mut placements, &mut next);
                if !placements.is_empty() {
                    filled.push(Filled {
                        bin: kind,
                        placements,
                    });
                }
            }
            oversize.extend(packing.oversize.iter().map(|&i| rest[i as usize]));
            if next.len() == rest.len() {
                self.one_by_one(pieces, &next, &mut filled, &mut oversize);
                break;
            }
            next.sort_unstable();
            rest = next;
        }
        (filled, oversize)
    }

    /// One call of the kernel; numbers are positions in `rest`. Cartons too small to be filled with all of it at once only count
    /// where none is large enough.
    fn round(
        &self,
        kinds: &[usize],
        pieces: &[BoxItem],
        rest: &[u32],
        scratch: &mut Scratch,
    ) -> Packing {
        let items: Vec<BoxItem> = rest.iter().map(|&i| pieces[i as usize]).collect();
        let grams: i64 = items.iter().map(|item| item.weight).sum();
        let total: i128 = items.iter().map(|item| i128::from(item.volume())).sum();
        let limits = Limits::default();
        let cost = |kind: usize| self.cost(kind, grams.min(self.bins[kind].max_weight));
        let large = |kind: usize| total <= i128::from(self.usable[kind]);
        let is_tight = |kind: usize| self.usable[kind] < self.bins[kind].volume();
        let mut costs: Vec<i64> = kinds.iter().map(|&kind| cost(kind)).collect();
        let bins: Vec<Bin> = kinds.iter().map(|&kind| self.bins[kind]).collect();
        if kinds.iter().any(|&kind| is_tight(kind)) && kinds.iter().any(|&kind| large(kind)) {
            let roomy = kinds
                .iter()
                .zip(&mut costs)
                .filter(|(kind, _)| !large(**kind));
            roomy.for_each(|(_, cost)| *cost = i64::MAX / 4);
        }
        pack_best_fit(&bins, &costs, &items, &limits, scratch)
    }

    /// The last carton holds little: choose it again for its own weight.
    fn last_again(
        &self,
        kinds: &[usize],
        pieces: &[BoxItem],
        rest: &[u32],
        packing: &mut Packing,
        scratch: &mut Scratch,
    ) {
        let Some(last) = packing.bins.pop() else {
            return;
        };
        let positions: Vec<u32> = last.placements.iter().map(|p| p.item).collect();
        let numbers: Vec<u32> = positions.iter().map(|&p| rest[p as usize]).collect();
        let again = self.round(kinds, pieces, &numbers, scratch);
        if again.bins.len() != 1 || !again.oversize.is_empty() {
            packing.bins.push(last);
            return;
        }
        for mut bin in again.bins {
            for placement in &mut bin.placements {
                placement.item = positions[placement.item as usize];
            }
            packing.bins.push(bin);
        }
    }

    /// Takes the pieces packed last out again until the carton is not filled beyond its limit.
    fn take_out(
        &self,
        kind: usize,
        pieces: &[BoxItem],
        placements: &mut Vec<Placement>,
        out: &mut Vec<u32>,
    ) {
        let mut used: i64 = placements
            .iter()
            .map(|p| pieces[p.item as usize].volume())
            .sum();
        while used > self.usable[kind]
            && let Some(last) = placements.pop()
        {
            used -= pieces[last.item as usize].volume();
            out.push(last.item);
        }
    }

    fn one_by_one(
        &self,
        pieces: &[BoxItem],
        rest: &[u32],
        filled: &mut Vec<Filled>,
        oversize: &mut Vec<u32>,
    ) {
        for &i in rest {
            match self.single(&pieces[i as usize], i) {
                Some(carton) => filled.push(carton),
                None => oversize.push(i),
            }
        }
    }

    /// No packing of the pieces has fewer cartons: by volume, fill limit included, weight, and size.
    fn fewest(&self, pieces: &[BoxItem]) -> u64 {
        let total: i128 = pieces.iter().map(|piece| i128::from(piece.volume())).sum();
        let most = self.usable.iter().copied().max().unwrap_or(0).max(1);
        let by_fill = (total + i128::from(most) - 1) / i128::from(most);
        min_bins(&self.bins, pieces).max(u64::try_from(by_fill).unwrap_or(u64::MAX))
    }
}

fn volume(size: [i32; 3]) -> i128 {
    size.iter().map(|&side| i128::from(side)).product()
}

/// Cartons of a facility, cheapest first, then smallest.
fn stocked(cartons: &Cartons, facility: FacilityIdx) -> Vec<CartonIdx> {
    let mut stocked: Vec<CartonIdx> = (0..cartons.id.len())
        .map(CartonIdx::from_usize)
        .filter(|&c| cartons.facility[c].is_none_or(|f| f == facility))
        .collect();
    stocked.sort_by_key(|&c| (cartons.cost[c], volume(cartons.size[c]), c));
    stocked
}

/// The line of each unit.
fn units_of(content: &[(LineIdx, u32)]) -> Vec<LineIdx> {
    let units = |&(line, units): &(LineIdx, u32)| std::iter::repeat_n(line, units as usize);
    content.iter().flat_map(units).collect()
}

fn piece(batch: &Batch, item: ItemIdx) -> BoxItem {
    let items = &batch.items;
    BoxItem {
        size: items.size[item],
        weight: items.weight[item].0,
        upright: items.keep_upright[item],
        fragile: items.fragile[item],
        max_stack: items.max_stack[item],
    }
}

fn own_container(batch: &Batch, line: LineIdx) -> PackedCarton {
    let items = &batch.items;
    let item = batch.lines.item[line];
    PackedCarton {
        carton: None,
        carton_cost: Cents::ZERO,
        parcel: Parcel {
            size: items.size[item],
            weight: items.weight[item],
            fragile: items.fragile[item],
            hazmat: items.hazmat[item],
        },
        units: vec![(line, [0; 3], items.size[item])],
    }
}
