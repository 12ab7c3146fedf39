//! Which cartons a shipment needs, and where each unit lies.
//!
//! Hazardous goods are packed apart from the rest. A unit that fits no carton alone ships in its own container, as does everything
//! where the batch has no cartons. All else goes to `solve::pack`, which takes the carton with the least *worth* (cardboard
//! and typical freight at this weight, see `appraise`) that holds all, or else fills several. If one carton holds all but
//! two or more of the cheaper kinds together cost less, as when the one is oversize, those are taken.
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
    group: IdxVec<FacilityIdx, u32>,
    pub shelves: Vec<Shelf>,
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
        let group = batch
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
        Packer { group, shelves }
    }

    pub fn group(&self, facility: FacilityIdx) -> u32 {
        self.group[facility]
    }

    /// Facilities of a group, in order.
    pub fn members(&self, group: usize) -> impl Iterator<Item = FacilityIdx> + '_ {
        let groups = self.group.iter_enumerated();
        groups.filter_map(move |(facility, &g)| (g as usize == group).then_some(facility))
    }

    /// Ordinary cartons, then hazardous ones, then units in their own containers.
    pub fn pack(
        &self,
        batch: &Batch,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> Vec<PackedCarton> {
        let shelf = &self.shelves[self.group[facility] as usize];
        let mut packed = Vec::new();
        let mut alone = Vec::new();
        for hazmat in [false, true] {
            let (together, mut single) = shelf.sort(batch, content, hazmat);
            alone.append(&mut single);
            if together.is_empty() {
                continue;
            }
            let pieces: Vec<BoxItem> = together
                .iter()
                .map(|&line| piece(batch, batch.lines.item[line]))
                .collect();
            let (filled, left) = shelf.fill(&pieces);
            packed.extend(
                filled
                    .iter()
                    .map(|f| self.carton(batch, shelf, f, &together)),
            );
            alone.extend(left.iter().map(|&i| together[i as usize]));
        }
        packed.extend(alone.iter().map(|&line| own_container(batch, line)));
        packed
    }

    /// No packing of the content has fewer packages.
    pub fn fewest(&self, batch: &Batch, facility: FacilityIdx, content: &[(LineIdx, u32)]) -> u64 {
        let shelf = &self.shelves[self.group[facility] as usize];
        let mut packages = 0;
        for hazmat in [false, true] {
            let (together, alone) = shelf.sort(batch, content, hazmat);
            let pieces: Vec<BoxItem> = together
                .iter()
                .map(|&line| piece(batch, batch.lines.item[line]))
                .collect();
            packages += shelf.fewest(&pieces) + alone.len() as u64;
        }
        packages
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

    /// Units of the content, hazardous or not: those that fit a carton, and those that do not.
    fn sort(
        &self,
        batch: &Batch,
        content: &[(LineIdx, u32)],
        hazmat: bool,
    ) -> (Vec<LineIdx>, Vec<LineIdx>) {
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for &(line, units) in content {
            let item = batch.lines.item[line];
            if batch.items.hazmat[item] != hazmat {
                continue;
            }
            let piece = piece(batch, item);
            let fits = (0..self.bins.len()).any(|bin| self.takes(bin, &piece));
            let target = if fits { &mut together } else { &mut alone };
            target.extend(std::iter::repeat_n(line, units as usize));
        }
        (together, alone)
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
