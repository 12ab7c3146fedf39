//! Which pieces stand over a part of the floor: a grid of columns.
//!
//! The floor is cut into `k x k` cells; each lists the pieces whose footprint touches it. A question about a footprint then looks at
//! the pieces in its own cells only. With `k` about `sqrt(n / 8)` a cell of a full box holds a few dozen pieces whatever
//! `n`; up to 31 pieces there is one cell, a plain list. O(1) to add or ask per cell touched.

/// Pieces per cell aimed at, when one layer of pieces were all.
const PER_CELL: usize = 8;

/// Most cells along an axis.
const MOST: usize = 24;

/// A rectangle on the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footprint {
    pub low: [i32; 2],
    pub high: [i32; 2],
}

impl Footprint {
    pub fn area(&self) -> i64 {
        let side = |a: usize| i64::from((self.high[a] - self.low[a]).max(0));
        side(0) * side(1)
    }

    pub fn common(&self, other: &Footprint) -> Footprint {
        Footprint {
            low: [0, 1].map(|a| self.low[a].max(other.low[a])),
            high: [0, 1].map(|a| self.high[a].min(other.high[a])),
        }
    }
}

/// The grid.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Cells along an axis.
    count: usize,
    /// Sides of a cell; the last ones may reach beyond the floor.
    cell: [i32; 2],
    lists: Vec<Vec<u32>>,
}

impl Columns {
    /// Empty the grid, for a floor and an expected number of pieces.
    pub fn open(&mut self, floor: [i32; 2], pieces: usize) {
        self.count = (pieces / PER_CELL).isqrt().clamp(1, MOST);
        let count = self.count as i32;
        self.cell = floor.map(|side| (side / count).saturating_add(1).max(1));
        for list in &mut self.lists {
            list.clear();
        }
        if self.lists.len() < self.count * self.count {
            self.lists.resize_with(self.count * self.count, Vec::new);
        }
    }

    /// List a piece in all cells it touches.
    pub fn add(&mut self, footprint: Footprint, piece: u32) {
        let [across, along] = [0, 1].map(|a| self.range(&footprint, a));
        for y in along {
            for x in across.clone() {
                self.lists[y * self.count + x].push(piece);
            }
        }
    }

    /// The cells a footprint touches: the part of it within the cell, and the pieces listed there.
    pub fn under(&self, footprint: Footprint) -> impl Iterator<Item = (Footprint, &[u32])> {
        let [across, along] = [0, 1].map(|a| self.range(&footprint, a));
        along.flat_map(move |y| {
            across.clone().map(move |x| {
                let low = [
                    (x as i32).saturating_mul(self.cell[0]),
                    (y as i32).saturating_mul(self.cell[1]),
                ];
                let high = [0, 1].map(|a| low[a].saturating_add(self.cell[a]));
                let part = footprint.common(&Footprint { low, high });
                (part, self.lists[y * self.count + x].as_slice())
            })
        })
    }

    fn range(&self, footprint: &Footprint, axis: usize) -> std::ops::Range<usize> {
        let cell = |at: i32| (at / self.cell[axis]) as usize;
        let last = cell(footprint.high[axis] - 1).min(self.count - 1);
        cell(footprint.low[axis]).min(last)..last + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_footprint() -> impl Strategy<Value = Footprint> {
        ([0i32..90, 0i32..70], [1i32..30, 1i32..30]).prop_map(|(low, side)| Footprint {
            low,
            high: [(low[0] + side[0]).min(100), (low[1] + side[1]).min(80)],
        })
    }

    proptest! {
        /// Summed over the cells, the common area with every piece is that of the plain footprints.
        #[test]
        fn cells_add_up(
            pieces in prop::collection::vec(any_footprint(), 0..40),
            asked in any_footprint(),
            expected in 1usize..2000,
        ) {
            let mut columns = Columns::default();
            columns.open([100, 80], expected);
            for (i, &footprint) in pieces.iter().enumerate() {
                columns.add(footprint, i as u32);
            }
            let mut area = vec![0; pieces.len()];
            for (part, list) in columns.under(asked) {
                for &i in list {
                    area[i as usize] += part.common(&pieces[i as usize]).area();
                }
            }
            for (piece, area) in pieces.iter().zip(area) {
                prop_assert_eq!(area, asked.common(piece).area());
            }
        }
    }
}
