//! Which boxes to take.
//!
//! Repeat until nothing is left: if one box takes all the rest, take the cheapest such (then the smallest, then the first);
//! otherwise fill each box type and keep the one with the most volume inside (the cheaper one among equals). The last box
//! is thus the cheapest that holds its content. Before a box is filled it must pass cheap tests: volume, weight, and every
//! piece alone; among full boxes a type is skipped when its volume cannot beat the best so far.
//!
//! The cost of a box may hold more than cardboard: a caller that knows the freight by dimensional weight adds it.
//!
//! [`min_bins`] bounds the number of boxes from below, by volume, weight, and pieces so large that no two share a box (Martello,
//! Pisinger and Vigo 2000, doi 10.1287/opre.48.2.256.12386, lower bounds L0 and L1 in their simplest form).

use super::{Bin, BoxItem, Limits, Order, Packed, Placement, SMALL, Scratch, pack_into, sort};

/// One box and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedBin {
    /// Index of the box type.
    pub bin: u32,
    /// The pieces inside, in the order of packing: each rests on earlier ones.
    pub placements: Vec<Placement>,
    /// Volume of the pieces inside, mm³.
    pub volume: i64,
    /// Their weight, g; without the box.
    pub weight: i64,
}

/// The boxes of one order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packing {
    /// Boxes in the order of their filling; the last one takes what the others left.
    pub bins: Vec<PackedBin>,
    /// Pieces that fit in no box, ascending.
    pub oversize: Vec<u32>,
}

impl Packing {
    /// Sum of the costs of the boxes; saturates.
    pub fn cost(&self, bin_cost: &[i64]) -> i64 {
        let costs = self.bins.iter().map(|b| bin_cost[b.bin as usize]);
        costs.fold(0, i64::saturating_add)
    }
}

/// Pack all pieces into boxes; each type is available without limit.
///
/// O(boxes x types) calls of [`pack_into`] at worst; volumes, weights and shapes rule most of them out.
///
/// # Panics
/// If there is not one cost per box type.
pub fn pack_best_fit(
    bins: &[Bin],
    bin_cost: &[i64],
    items: &[BoxItem],
    limits: &Limits,
    scratch: &mut Scratch,
) -> Packing {
    assert_eq!(bins.len(), bin_cost.len(), "one cost per box type");
    let takes_alone = |i: &u32| bins.iter().any(|bin| bin.takes(&items[*i as usize]));
    let all = 0..items.len() as u32;
    let (mut rest, mut oversize): (Vec<u32>, Vec<u32>) = all.partition(takes_alone);
    // Large faces first packs parcels best, volume first what takes several boxes.
    let first = if rest.len() <= SMALL {
        Order::BaseArea
    } else {
        Order::Volume
    };
    sort(&mut rest, items, first);
    let shop = Shop::new(bins, bin_cost, items, limits);
    let mut boxes = Vec::new();
    let mut tried = vec![None; bins.len()];
    while !rest.is_empty() {
        tried.fill(None);
        let mut chosen = shop.cheapest_for_all(&rest, scratch, &mut tried);
        if chosen.is_none() {
            chosen = shop.fullest(&rest, scratch, &mut tried);
        }
        let Some((bin, packed)) = chosen else {
            // Not reached: a piece that fits a box alone goes into its origin. Better told than looped over.
            oversize.append(&mut rest);
            break;
        };
        rest = packed.unplaced;
        boxes.push(PackedBin {
            bin: bin as u32,
            placements: packed.placements,
            volume: packed.volume,
            weight: packed.weight,
        });
    }
    oversize.sort_unstable();
    Packing {
        bins: boxes,
        oversize,
    }
}

/// The box types, in the two orders in which they are tried.
struct Shop<'a> {
    bins: &'a [Bin],
    cost: &'a [i64],
    items: &'a [BoxItem],
    limits: &'a Limits,
    by_cost: Vec<usize>,
    by_volume: Vec<usize>,
}

impl<'a> Shop<'a> {
    fn new(bins: &'a [Bin], cost: &'a [i64], items: &'a [BoxItem], limits: &'a Limits) -> Self {
        let mut by_cost: Vec<usize> = (0..bins.len()).collect();
        let mut by_volume = by_cost.clone();
        by_cost.sort_by_key(|&b| (cost[b], bins[b].volume()));
        by_volume.sort_by_key(|&b| (std::cmp::Reverse(bins[b].volume()), cost[b]));
        Self {
            bins,
            cost,
            items,
            limits,
            by_cost,
            by_volume,
        }
    }

    fn pack(&self, bin: usize, rest: &[u32], scratch: &mut Scratch) -> Packed {
        pack_into(&self.bins[bin], self.items, rest, self.limits, scratch)
    }

    fn totals(&self, rest: &[u32]) -> (i64, i64) {
        rest.iter().fold((0i64, 0i64), |(volume, weight), &i| {
            let item = &self.items[i as usize];
            (
                volume.saturating_add(item.volume()),
                weight.saturating_add(item.weight),
            )
        })
    }

    /// The cheapest box that takes all; leaves the content of boxes that do not in `tried`.
    fn cheapest_for_all(
        &self,
        rest: &[u32],
        scratch: &mut Scratch,
        tried: &mut [Option<Packed>],
    ) -> Option<(usize, Packed)> {
        let (volume, weight) = self.totals(rest);
        let could_hold = |bin: &Bin| {
            volume <= bin.volume()
                && weight <= bin.max_weight
                && rest.iter().all(|&i| bin.takes(&self.items[i as usize]))
        };
        for &b in &self.by_cost {
            if could_hold(&self.bins[b]) {
                let packed = self.pack(b, rest, scratch);
                if packed.unplaced.is_empty() {
                    return Some((b, packed));
                }
                tried[b] = Some(packed);
            }
        }
        None
    }

    /// The box with the most volume inside; takes what is known from `tried`.
    fn fullest(
        &self,
        rest: &[u32],
        scratch: &mut Scratch,
        tried: &mut [Option<Packed>],
    ) -> Option<(usize, Packed)> {
        let (volume, _) = self.totals(rest);
        let mut best: Option<(usize, Packed)> = None;
        for &b in &self.by_volume {
            let most = self.bins[b].volume().min(volume);
            let beats = |reached: i64| {
                best.as_ref().is_none_or(|(other, packed)| {
                    (-reached, self.cost[b]) < (-packed.volume, self.cost[*other])
                })
            };
            if !beats(most) {
                continue;
            }
            let known = tried[b].take();
            let packed = known.unwrap_or_else(|| self.pack(b, rest, scratch));
            if !packed.placements.is_empty() && beats(packed.volume) {
                best = Some((b, packed));
            }
        }
        best
    }
}

/// At least this many boxes are needed: by volume, by weight, and by pieces longer than half a box every way, of which no two
/// share one. Pieces must fit some box; 0 for no pieces or no boxes. O(bins + items).
pub fn min_bins(bins: &[Bin], items: &[BoxItem]) -> u64 {
    let (Some(volume), Some(weight), Some(side)) = (
        bins.iter().map(Bin::volume).max(),
        bins.iter().map(|bin| bin.max_weight).max(),
        bins.iter().flat_map(|bin| bin.size).max(),
    ) else {
        return 0;
    };
    let ceil = |total: i128, each: i64| -> u64 {
        let each = i128::from(each.max(1));
        u64::try_from((total + each - 1) / each).unwrap_or(u64::MAX)
    };
    let volumes: i128 = items.iter().map(|item| i128::from(item.volume())).sum();
    let weights: i128 = items
        .iter()
        .map(|item| i128::from(item.weight.max(0)))
        .sum();
    let is_large = |item: &&BoxItem| {
        item.size
            .iter()
            .all(|&s| i64::from(s) * 2 > i64::from(side))
    };
    let large = items.iter().filter(is_large).count() as u64;
    ceil(volumes, volume).max(ceil(weights, weight)).max(large)
}
