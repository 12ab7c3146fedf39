//! Which cartons a shipment needs, and where each unit lies.
//!
//! Hazardous goods are packed apart from the rest. A unit that fits no carton alone ships in its own container, as does everything
//! where the batch has no cartons. All else goes to `solve::pack`: the cheapest carton that takes all, or several.
//! A carton's weight limit counts its tare; `fill_percent` limits the share of its volume that may be used.

use super::stand_in::{self, BoxItem};
use super::{PackedCarton, Parcel};
use crate::model::Batch;
use crate::model::catalog::Cartons;
use crate::model::ids::{CartonIdx, FacilityIdx, Idx, IdxVec, ItemIdx, LineIdx};
use crate::model::units::{Cents, Grams};
use crate::params::Params;

/// Packs for all facilities of a batch.
#[derive(Clone, Debug)]
pub(super) struct Packer {
    group: IdxVec<FacilityIdx, u32>,
    /// Cartons of each group, cheapest first, then smallest.
    shelves: Vec<Vec<CartonIdx>>,
    wall: i32,
    fill_percent: i64,
}

impl Packer {
    /// O(facilities × cartons × log cartons).
    pub fn new(batch: &Batch, params: &Params) -> Packer {
        let mut shelves: Vec<Vec<CartonIdx>> = Vec::new();
        let group = batch
            .facilities
            .indices()
            .map(|facility| {
                let shelf = shelf(&batch.cartons, facility);
                let known = shelves.iter().position(|s| *s == shelf);
                known.unwrap_or_else(|| {
                    shelves.push(shelf);
                    shelves.len() - 1
                }) as u32
            })
            .collect();
        Packer {
            group,
            shelves,
            wall: i32::try_from(params.cartonize.wall_mm).unwrap_or(0),
            fill_percent: params.cartonize.fill_percent,
        }
    }

    pub fn group(&self, facility: FacilityIdx) -> u32 {
        self.group[facility]
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
            let mut together: Vec<LineIdx> = Vec::new();
            for &(line, units) in content {
                let item = batch.lines.item[line];
                if batch.items.hazmat[item] != hazmat {
                    continue;
                }
                let fits = shelf.iter().any(|&c| self.fits(batch, item, c));
                let target = if fits { &mut together } else { &mut alone };
                target.extend(std::iter::repeat_n(line, units as usize));
            }
            self.fill(batch, shelf, &together, &mut packed);
        }
        packed.extend(alone.iter().map(|&line| own_container(batch, line)));
        packed
    }

    fn fill(
        &self,
        batch: &Batch,
        shelf: &[CartonIdx],
        lines: &[LineIdx],
        packed: &mut Vec<PackedCarton>,
    ) {
        if lines.is_empty() {
            return;
        }
        let cartons = &batch.cartons;
        let bins: Vec<stand_in::Bin> = shelf
            .iter()
            .map(|&c| stand_in::Bin {
                size: cartons.size[c],
                max_weight: cartons.max_weight[c].0.saturating_sub(cartons.tare[c].0),
            })
            .collect();
        let cost: Vec<i64> = shelf.iter().map(|&c| cartons.cost[c].0).collect();
        let items: Vec<BoxItem> = lines
            .iter()
            .map(|&line| box_item(batch, batch.lines.item[line]))
            .collect();
        for bin in stand_in::pack_best_fit(&bins, &cost, &items) {
            let units: Vec<_> = bin
                .placed
                .iter()
                .map(|&(i, at, size)| (lines[i], at, size))
                .collect();
            packed.push(self.carton(batch, shelf[bin.bin], units));
        }
    }

    fn carton(
        &self,
        batch: &Batch,
        carton: CartonIdx,
        units: Vec<(LineIdx, [i32; 3], [i32; 3])>,
    ) -> PackedCarton {
        let items = &batch.items;
        let of = |unit: &(LineIdx, [i32; 3], [i32; 3])| batch.lines.item[unit.0];
        let content: Grams = units.iter().map(|unit| items.weight[of(unit)]).sum();
        PackedCarton {
            carton: Some(carton),
            carton_cost: batch.cartons.cost[carton],
            parcel: Parcel {
                size: self.outer(batch.cartons.size[carton]),
                weight: content + batch.cartons.tare[carton],
                fragile: units.iter().any(|unit| items.fragile[of(unit)]),
                hazmat: units.iter().any(|unit| items.hazmat[of(unit)]),
            },
            units,
        }
    }

    fn outer(&self, inner: [i32; 3]) -> [i32; 3] {
        inner.map(|side| side.saturating_add(2 * self.wall))
    }

    /// Whether one unit fits the carton alone.
    fn fits(&self, batch: &Batch, item: ItemIdx, carton: CartonIdx) -> bool {
        let (items, cartons) = (&batch.items, &batch.cartons);
        let inner = cartons.size[carton];
        let gross = items.weight[item].0.saturating_add(cartons.tare[carton].0);
        let share = volume(items.size[item]).saturating_mul(100)
            <= volume(inner).saturating_mul(i128::from(self.fill_percent));
        share
            && gross <= cartons.max_weight[carton].0
            && stand_in::turns(&box_item(batch, item))
                .iter()
                .any(|turn| (0..3).all(|axis| turn[axis] <= inner[axis]))
    }
}

fn volume(size: [i32; 3]) -> i128 {
    size.iter().map(|&side| i128::from(side)).product()
}

fn shelf(cartons: &Cartons, facility: FacilityIdx) -> Vec<CartonIdx> {
    let mut shelf: Vec<CartonIdx> = (0..cartons.id.len())
        .map(CartonIdx::from_usize)
        .filter(|&c| cartons.facility[c].is_none_or(|f| f == facility))
        .collect();
    shelf.sort_by_key(|&c| (cartons.cost[c], volume(cartons.size[c]), c));
    shelf
}

fn box_item(batch: &Batch, item: ItemIdx) -> BoxItem {
    BoxItem {
        size: batch.items.size[item],
        weight: batch.items.weight[item].0,
        upright: batch.items.keep_upright[item],
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
