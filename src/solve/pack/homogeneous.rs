//! Filling one box with pieces that are all alike: blocks of a grid, without search.
//!
//! A *block* is a grid `n_x x n_y x n_z` of pieces turned the same way, in a corner of a free cuboid. It leaves three free
//! cuboids (guillotine cuts, as in George and Robinson 1980, doi 10.1016/0305-0548(80)90001-5):
//!
//! ```text
//!   seen from above                 seen from the side
//!   +-----------+-------+           +-----------+-------+
//!   |   back    |       |           |    top    |       |
//!   +-----------+ right |           +-----------+ right |
//!   |   block   |       |           |   block   |       |
//!   +-----------+-------+           +-----------+-------+
//! ```
//!
//! `right` and `back` stand on the same floor, `top` lies on the block within its outline, so that every piece is fully
//! supported, whatever lies where. Layers of a pile are counted down from `max_stack + 1`.
//!
//! For the box itself every rotation is tried, with one of the three counts reduced from its maximum by up to [`CUTS`],
//! and either `right` or `back` in the full width; the free cuboids are filled greedily by the largest grid, [`DEPTH`]
//! levels deep. For a pallet this contains the two-block patterns. A few thousand grid counts whatever the number of pieces:
//! tens of microseconds; O(n) to write n placements.

use super::{AXES, Bin, BoxItem, Packed, Placement, Rotations, volume};

/// How far each count of the first block is reduced in search of a better rest.
const CUTS: i32 = 12;

/// Levels of free cuboids below the first block.
const DEPTH: u32 = 3;

/// A free cuboid, and the layers that may stand in it.
#[derive(Debug, Clone, Copy)]
struct Space {
    at: [i32; 3],
    size: [i32; 3],
    layers: u32,
}

/// A grid of pieces in the corner of a space.
#[derive(Debug, Clone, Copy)]
struct Block {
    space: Space,
    rotation: u8,
    piece: [i32; 3],
    count: [i32; 3],
    /// Whether the right rest is as deep as the space (else the back rest is as wide).
    right_is_full: bool,
}

impl Block {
    /// The fullest grid of one rotation.
    fn fullest(space: Space, rotation: u8, piece: [i32; 3]) -> Self {
        let mut count = [0, 1, 2].map(|a| space.size[a] / piece[a]);
        count[2] = count[2].min(i32::try_from(space.layers).unwrap_or(i32::MAX));
        Self {
            space,
            rotation,
            piece,
            count,
            right_is_full: true,
        }
    }

    fn pieces(&self) -> i64 {
        volume(self.count)
    }

    /// The free cuboids above, to the right and behind.
    fn rests(&self) -> [Space; 3] {
        let [x, y, z] = [0, 1, 2].map(|a| self.count[a] * self.piece[a]);
        let [width, depth, height] = self.space.size;
        let (right_depth, back_width) = if self.right_is_full {
            (depth, x)
        } else {
            (y, width)
        };
        let rest = |offset: [i32; 3], size: [i32; 3], layers: u32| Space {
            at: [0, 1, 2].map(|a| self.space.at[a] + offset[a]),
            size,
            layers,
        };
        let layers = self.space.layers;
        let above = layers.saturating_sub(self.count[2] as u32);
        [
            rest([0, 0, z], [x, y, height - z], above),
            rest([x, 0, 0], [width - x, right_depth, height], layers),
            rest([0, y, 0], [back_width, depth - y, height], layers),
        ]
    }

    /// Pieces in this block and, greedily, in its rests.
    fn total(&self, rotations: &Rotations, depth: u32) -> i64 {
        let mut total = self.pieces();
        if depth > 0 {
            for rest in self.rests() {
                if let Some(block) = greedy(rest, rotations) {
                    total = block.total(rotations, depth - 1).saturating_add(total);
                }
            }
        }
        total
    }

    /// Write the pieces of this block and its rests, layer by layer, each after those below it, until there are `limit`.
    fn write(
        &self,
        rotations: &Rotations,
        depth: u32,
        limit: usize,
        out: &mut Vec<([i32; 3], u8, [i32; 3])>,
    ) {
        for z in 0..self.count[2] {
            for y in 0..self.count[1] {
                for x in 0..self.count[0] {
                    if out.len() == limit {
                        return;
                    }
                    let cell = [x, y, z];
                    let at = [0, 1, 2].map(|a| self.space.at[a] + cell[a] * self.piece[a]);
                    out.push((at, self.rotation, self.piece));
                }
            }
        }
        if depth > 0 {
            for rest in self.rests() {
                if let Some(block) = greedy(rest, rotations) {
                    block.write(rotations, depth - 1, limit, out);
                }
            }
        }
    }
}

/// The largest grid in a space; the first rotation among equals.
fn greedy(space: Space, rotations: &Rotations) -> Option<Block> {
    let mut best: Option<Block> = None;
    for &(rotation, piece) in rotations.iter() {
        let block = Block::fullest(space, rotation, piece);
        if block.pieces() > best.as_ref().map_or(0, Block::pieces) {
            best = Some(block);
        }
    }
    best
}

/// The first block: the one with the most pieces in all.
fn best_block(space: Space, rotations: &Rotations) -> Option<(Block, i64)> {
    let mut best: Option<(Block, i64)> = None;
    let mut consider = |block: Block| {
        let total = block.total(rotations, DEPTH);
        if total > best.map_or(0, |(_, most)| most) {
            best = Some((block, total));
        }
    };
    for &(rotation, piece) in rotations.iter() {
        let fullest = Block::fullest(space, rotation, piece);
        if fullest.pieces() == 0 {
            continue;
        }
        for right_is_full in [true, false] {
            for axis in 0..3 {
                let most = fullest.count[axis];
                for count in (1.max(most - CUTS)..=most).rev() {
                    let mut block = fullest;
                    block.count[axis] = count;
                    block.right_is_full = right_is_full;
                    consider(block);
                }
            }
        }
    }
    best
}

/// Pack pieces that are all alike, as many as the blocks and the weight allow; `None` where they are not alike.
pub(super) fn pack(bin: &Bin, items: &[BoxItem], order: &[u32]) -> Option<Packed> {
    let item = items[*order.first()? as usize];
    if order.iter().any(|&i| items[i as usize] != item) {
        return None;
    }
    let by_weight = if item.weight > 0 {
        usize::try_from(bin.max_weight.max(0) / item.weight).unwrap_or(usize::MAX)
    } else {
        order.len()
    };
    let mut cells = Vec::new();
    if bin.takes(&item) {
        let rotations = Rotations::of(&item);
        let space = Space {
            at: [0; 3],
            size: bin.size,
            layers: item.layers_above().saturating_add(1),
        };
        if let Some((block, total)) = best_block(space, &rotations) {
            let limit = order.len().min(by_weight);
            cells.reserve_exact(limit.min(usize::try_from(total).unwrap_or(limit)));
            block.write(&rotations, DEPTH, limit, &mut cells);
        }
    }
    let placements: Vec<Placement> = order
        .iter()
        .zip(&cells)
        .map(|(&item, &(at, rotation, size))| Placement {
            item,
            at,
            size,
            rotation,
        })
        .collect();
    debug_assert!(placements.iter().all(|p| {
        let axes = AXES[usize::from(p.rotation)];
        axes.map(|side| item.size[side]) == p.size
    }));
    let count = placements.len() as i64;
    Some(Packed {
        unplaced: order[placements.len()..].to_vec(),
        placements,
        volume: item.volume().saturating_mul(count),
        weight: item.weight.saturating_mul(count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::pack::verify_packing;

    fn count(bin: [i32; 3], item: BoxItem) -> usize {
        let bin = Bin {
            size: bin,
            max_weight: i64::MAX,
        };
        let items = vec![item; 3000];
        let order: Vec<u32> = (0..3000).collect();
        let packed = pack(&bin, &items, &order).unwrap();
        assert_eq!(verify_packing(&bin, &items, &packed.placements), Ok(()));
        assert_eq!(packed.placements.len() + packed.unplaced.len(), 3000);
        packed.placements.len()
    }

    #[test]
    fn grids_and_two_block_patterns() {
        assert_eq!(count([10, 10, 10], BoxItem::new([1, 1, 1], 1)), 1000);
        assert_eq!(count([10, 10, 1], BoxItem::new([2, 5, 1], 1)), 10);
        // Five columns of 2 x 3 leave a strip that only the turned piece fills: 3 x 5 floor, pieces 2 x 3, at most 2.
        assert_eq!(count([5, 3, 1], BoxItem::new([2, 3, 1], 1)), 2);
        // 7 x 5 with 4 x 3: one grid takes 1, blocks of both rotations 2.
        assert_eq!(count([7, 4, 1], BoxItem::new([4, 3, 1], 1)), 2);
        // 11 x 6 with 3 x 2: eleven tiles the floor only if both rotations are used.
        assert_eq!(count([11, 6, 1], BoxItem::new([3, 2, 1], 1)), 11);
        // Standing pieces on top of lying ones: 4 x 4 x 3 with 4 x 2 x 1.
        assert_eq!(count([4, 4, 3], BoxItem::new([4, 2, 1], 1)), 6);
        assert_eq!(count([1, 1, 1], BoxItem::new([2, 1, 1], 1)), 0);
    }

    #[test]
    fn handling_rules_limit_the_layers() {
        let flat = BoxItem::new([5, 5, 1], 1);
        let upright = BoxItem {
            upright: true,
            ..flat
        };
        assert_eq!(count([10, 10, 10], upright), 40);
        assert_eq!(
            count(
                [10, 10, 10],
                BoxItem {
                    fragile: true,
                    ..upright
                }
            ),
            4
        );
        assert_eq!(
            count(
                [10, 10, 10],
                BoxItem {
                    max_stack: 2,
                    ..upright
                }
            ),
            12
        );
        // Not bound to lie flat, fragile ones stand on edge: one layer all the same.
        assert_eq!(
            count(
                [10, 10, 10],
                BoxItem {
                    fragile: true,
                    ..flat
                }
            ),
            20
        );
    }

    #[test]
    fn weight_limits_the_count() {
        let bin = Bin {
            size: [10, 10, 10],
            max_weight: 95,
        };
        let items = vec![BoxItem::new([1, 1, 1], 10); 20];
        let order: Vec<u32> = (0..20).collect();
        let packed = pack(&bin, &items, &order).unwrap();
        assert_eq!((packed.placements.len(), packed.weight), (9, 90));
    }

    #[test]
    fn mixed_pieces_are_not_for_it() {
        let bin = Bin {
            size: [9, 9, 9],
            max_weight: 9,
        };
        let items = [BoxItem::new([1, 1, 1], 1), BoxItem::new([1, 1, 2], 1)];
        assert_eq!(pack(&bin, &items, &[0, 1]), None);
        assert_eq!(pack(&bin, &items, &[]), None);
    }
}
