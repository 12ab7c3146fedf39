//! Boxes in a box, for the audit: do they overlap, what rests on what? Millimetres.

use rustc_hash::FxHashMap;

use crate::model::ids::{ItemIdx, LineIdx};

/// A placed unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solid {
    pub line: LineIdx,
    pub item: ItemIdx,
    pub low: [i64; 3],
    pub side: [i64; 3],
}

impl Solid {
    pub fn high(&self, axis: usize) -> i64 {
        self.low[axis] + self.side[axis]
    }

    pub fn volume(&self) -> i128 {
        self.side.iter().map(|&side| i128::from(side)).product()
    }

    /// Common stretch along an axis.
    fn common(&self, other: &Solid, axis: usize) -> i64 {
        let end = self.high(axis).min(other.high(axis));
        (end - self.low[axis].max(other.low[axis])).max(0)
    }
}

/// Two units that share space. A sweep along the length: O(n log n + pairs that share a stretch of it).
pub(super) fn first_overlap(solids: &[Solid]) -> Option<(Solid, Solid)> {
    let mut by_start: Vec<&Solid> = solids.iter().collect();
    by_start.sort_by_key(|solid| solid.low[0]);
    for (i, a) in by_start.iter().enumerate() {
        let reached = by_start[i + 1..]
            .iter()
            .take_while(|b| b.low[0] < a.high(0));
        for b in reached {
            if (0..3).all(|axis| a.common(b, axis) > 0) {
                return Some((**a, **b));
            }
        }
    }
    None
}

/// One unit lies on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contact {
    pub above: usize,
    pub below: usize,
    /// mm².
    pub area: i64,
}

/// All contacts, the highest first: those of a unit come after all contacts above it. O(n log n + pairs that meet at a height).
pub(super) fn contacts(solids: &[Solid]) -> Vec<Contact> {
    let mut by_top: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
    for (i, solid) in solids.iter().enumerate() {
        by_top.entry(solid.high(2)).or_default().push(i);
    }
    let mut order: Vec<usize> = (0..solids.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(solids[i].low[2]), i));
    let mut found = Vec::new();
    for above in order {
        let under = by_top
            .get(&solids[above].low[2])
            .map_or(&[][..], Vec::as_slice);
        for &below in under {
            let (a, b) = (&solids[above], &solids[below]);
            let area = a.common(b, 0) * a.common(b, 1);
            if area > 0 && below != above {
                found.push(Contact { above, below, area });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solid(low: [i64; 3], side: [i64; 3]) -> Solid {
        Solid {
            line: LineIdx(0),
            item: ItemIdx(0),
            low,
            side,
        }
    }

    #[test]
    fn boxes_that_touch_do_not_overlap() {
        let floor = solid([0, 0, 0], [10, 10, 10]);
        let beside = solid([10, 0, 0], [10, 10, 10]);
        let above = solid([0, 5, 10], [10, 10, 10]);
        assert!(first_overlap(&[floor, beside, above]).is_none());
        let inside = solid([9, 9, 9], [1, 1, 1]);
        assert!(first_overlap(&[above, beside, inside, floor]).is_some());
    }

    #[test]
    fn contacts_know_their_area_and_come_from_the_top() {
        let floor = solid([0, 0, 0], [10, 10, 10]);
        let middle = solid([0, 5, 10], [10, 10, 10]);
        let top = solid([0, 0, 20], [4, 6, 1]);
        let found = contacts(&[floor, middle, top]);
        let plain: Vec<_> = found.iter().map(|c| (c.above, c.below, c.area)).collect();
        assert_eq!(plain, [(2, 1, 4), (1, 0, 50)]);
    }
}
