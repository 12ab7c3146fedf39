//! Jagged columns: for each row index a slice of values, in one allocation (compressed sparse rows).

use std::marker::PhantomData;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ids::Idx;

/// `values` of row `i` are `values[offsets[i]..offsets[i + 1]]`. Memory: 4 bytes per row and the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Csr<I, T> {
    offsets: Vec<u32>,
    values: Vec<T>,
    #[serde(skip)]
    index: PhantomData<fn(I)>,
}

impl<I: Idx, T> Csr<I, T> {
    pub fn new() -> Self {
        Csr {
            offsets: vec![0],
            values: Vec::new(),
            index: PhantomData,
        }
    }

    /// Groups `pairs` by row, keeping their order within a row (a counting sort: O(rows + pairs)).
    pub fn from_pairs(rows: usize, pairs: &[(I, T)]) -> Self
    where
        T: Copy,
    {
        let mut offsets = vec![0u32; rows + 1];
        for (row, _) in pairs {
            offsets[row.index() + 1] += 1;
        }
        for i in 0..rows {
            offsets[i + 1] += offsets[i];
        }
        let mut next = offsets.clone();
        let mut values: Vec<T> = pairs.iter().map(|&(_, value)| value).collect();
        for &(row, value) in pairs {
            let at = &mut next[row.index()];
            values[*at as usize] = value;
            *at += 1;
        }
        Csr {
            offsets,
            values,
            index: PhantomData,
        }
    }

    /// Appends a row.
    pub fn push_row(&mut self, row: impl IntoIterator<Item = T>) {
        self.values.extend(row);
        self.offsets.push(
            u32::try_from(self.values.len())
                .expect("ingest refuses batches with 2^32 rows or more"),
        );
    }

    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }
    pub fn len(&self) -> usize {
        self.values.len()
    }
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    /// Positions of row `i` in [`Csr::values`].
    pub fn range(&self, i: I) -> Range<usize> {
        self.offsets[i.index()] as usize..self.offsets[i.index() + 1] as usize
    }
    pub fn row(&self, i: I) -> &[T] {
        &self.values[self.range(i)]
    }
    pub fn row_mut(&mut self, i: I) -> &mut [T] {
        let range = self.range(i);
        &mut self.values[range]
    }
    pub fn values(&self) -> &[T] {
        &self.values
    }
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (I, &[T])> + '_ {
        (0..self.rows()).map(|i| (I::from_usize(i), self.row(I::from_usize(i))))
    }
}

impl<I: Idx, T> Default for Csr<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::OrderIdx;

    #[test]
    fn pairs_are_grouped_and_keep_their_order() {
        let pairs = [(OrderIdx(2), 'a'), (OrderIdx(0), 'b'), (OrderIdx(2), 'c')];
        let csr = Csr::from_pairs(3, &pairs);
        assert_eq!(csr.row(OrderIdx(0)), ['b']);
        assert_eq!(csr.row(OrderIdx(1)), [] as [char; 0]);
        assert_eq!(csr.row(OrderIdx(2)), ['a', 'c']);
    }
}
