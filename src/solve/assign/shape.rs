//! Parts of what an order wants, numbered.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Most parts that an order may have, itself and nothing included.
pub const MOST_STATES: usize = 128;

/// Most lines of an order with a menu.
pub const MOST_LINES: usize = 7;

/// The sub-multisets of an order's units, in mixed radix: state 0 is nothing, the last state everything, and the number of a sum is
/// the sum of the numbers.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    quantities: Vec<u16>,
    units: Vec<[u8; MOST_LINES]>,
    totals: Vec<u16>,
    /// State `x` is state `step[x].0` and one more unit of line `step[x].1`.
    step: Vec<(u16, u8)>,
    /// Ways to part state `x` in two: rows `first_split[x]..first_split[x + 1]`.
    splits: Vec<(u16, u16)>,
    first_split: Vec<u32>,
}

impl Shape {
    /// States of an order with these quantities, or `None` where there are too many (or a quantity is 0).
    pub fn states_of(quantities: &[u32]) -> Option<usize> {
        let states = quantities.iter().try_fold(1usize, |n, &q| {
            n.checked_mul(usize::try_from(q).ok()?.checked_add(1)?)
        })?;
        let fits = states <= MOST_STATES && quantities.len() <= MOST_LINES;
        (fits && !quantities.is_empty() && quantities.iter().all(|&q| q > 0)).then_some(states)
    }

    /// `None`: see [`Shape::states_of`]. O(states²) time and memory.
    pub fn new(quantities: &[u32]) -> Option<Shape> {
        let states = Shape::states_of(quantities)?;
        let mut shape = Shape {
            quantities: quantities.iter().map(|&q| q as u16).collect(),
            units: vec![[0; MOST_LINES]; states],
            totals: vec![0; states],
            step: vec![(0, 0); states],
            splits: Vec::new(),
            first_split: vec![0, 0],
        };
        for state in 1..states {
            shape.number(state);
        }
        for whole in 1..states {
            let line = usize::from(shape.step[whole].1);
            for part in 1..whole {
                if shape.units[part][line] > 0 && shape.within(part, whole) {
                    shape.splits.push((part as u16, (whole - part) as u16));
                }
            }
            shape.first_split.push(shape.splits.len() as u32);
        }
        Some(shape)
    }

    fn number(&mut self, state: usize) {
        let mut rest = state;
        let mut radix = 1;
        let mut step = None;
        for (line, &quantity) in self.quantities.iter().enumerate() {
            let size = usize::from(quantity) + 1;
            let units = rest % size;
            self.units[state][line] = units as u8;
            self.totals[state] += units as u16;
            if units > 0 && step.is_none() {
                step = Some(((state - radix) as u16, line as u8));
            }
            rest /= size;
            radix *= size;
        }
        self.step[state] = step.unwrap_or_default();
    }

    pub fn lines(&self) -> usize {
        self.quantities.len()
    }

    pub fn quantities(&self) -> &[u16] {
        &self.quantities
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.units.len()
    }

    /// The state of everything.
    pub fn whole(&self) -> usize {
        self.states() - 1
    }

    /// Units of each line.
    #[inline]
    pub fn units(&self, state: usize) -> &[u8; MOST_LINES] {
        &self.units[state]
    }

    /// Units of all lines.
    #[inline]
    pub fn total(&self, state: usize) -> i64 {
        i64::from(self.totals[state])
    }

    /// The state with one unit less, and the line of that unit; not for state 0.
    #[inline]
    pub fn step(&self, state: usize) -> (usize, usize) {
        (
            usize::from(self.step[state].0),
            usize::from(self.step[state].1),
        )
    }

    /// Two parts of the state, neither of them nothing; the first has a unit of the state's first line, so every partition of
    /// the state in two or more parts has some part that comes first here.
    #[inline]
    pub fn splits(&self, state: usize) -> &[(u16, u16)] {
        &self.splits[self.first_split[state] as usize..self.first_split[state + 1] as usize]
    }

    /// Whether `a` is part of `b`.
    pub fn within(&self, a: usize, b: usize) -> bool {
        self.units[a]
            .iter()
            .zip(&self.units[b])
            .all(|(a, b)| a <= b)
    }

    /// The state of one unit of a line.
    pub fn single(&self, line: usize) -> usize {
        self.quantities[..line]
            .iter()
            .map(|&q| usize::from(q) + 1)
            .product()
    }
}

/// Shapes, each made once.
#[derive(Debug, Default)]
pub struct Shapes {
    known: FxHashMap<Vec<u32>, Arc<Shape>>,
}

impl Shapes {
    /// The shape of these quantities, or `None` where it has too many states.
    pub fn of(&mut self, quantities: &[u32]) -> Option<Arc<Shape>> {
        if let Some(known) = self.known.get(quantities) {
            return Some(known.clone());
        }
        let made = Arc::new(Shape::new(quantities)?);
        self.known.insert(quantities.to_vec(), made.clone());
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_one_number_and_every_pair_is_split_once() {
        let shape = Shape::new(&[2, 1, 1]).expect("12 states");
        assert_eq!((shape.states(), shape.whole()), (12, 11));
        assert_eq!(&shape.units(11)[..3], &[2, 1, 1]);
        assert_eq!(
            (0..3).map(|l| shape.single(l)).collect::<Vec<_>>(),
            [1, 3, 6]
        );
        for state in 1..12 {
            let (before, line) = shape.step(state);
            assert_eq!(before + shape.single(line), state);
            for &(a, b) in shape.splits(state) {
                assert_eq!(usize::from(a + b), state);
                assert!(shape.within(usize::from(a), state));
            }
        }
        // {0, 0, 1, 2} in two nonempty parts: the parts of 12 states without the two trivial ones, halved; 0 + 12 counts once.
        let pairs: std::collections::BTreeSet<_> = shape
            .splits(11)
            .iter()
            .map(|&(a, b)| (a.min(b), a.max(b)))
            .collect();
        assert_eq!(pairs.len(), 5);
    }

    #[test]
    fn large_orders_have_no_menu() {
        assert_eq!(Shape::states_of(&[127]), Some(128));
        assert_eq!(Shape::states_of(&[128]), None);
        assert_eq!(Shape::states_of(&[1; 7]), Some(128));
        assert_eq!(Shape::states_of(&[u32::MAX, u32::MAX]), None);
        assert_eq!(Shape::states_of(&[1, 0]), None);
    }
}
