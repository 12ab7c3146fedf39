//! The rows of a table that are used, and taking columns down to them.

use rayon::prelude::*;

/// Rows that are used, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Rows {
    /// All, this many: columns are moved and not copied.
    All(usize),
    Some(Vec<u32>),
}

impl Rows {
    pub fn len(&self) -> usize {
        match self {
            Rows::All(rows) => *rows,
            Rows::Some(rows) => rows.len(),
        }
    }
    /// The row at a position.
    pub fn at(&self, i: usize) -> usize {
        match self {
            Rows::All(_) => i,
            Rows::Some(rows) => rows[i] as usize,
        }
    }
    /// The rows as numbers.
    pub fn numbers(&self) -> Vec<u64> {
        match self {
            Rows::All(rows) => (0..*rows as u64).collect(),
            Rows::Some(rows) => rows.iter().map(|&row| u64::from(row)).collect(),
        }
    }
    pub fn iter(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Rows::All(rows) => Box::new(0..*rows),
            Rows::Some(rows) => Box::new(rows.iter().map(|&row| row as usize)),
        }
    }
    /// The used rows of a column.
    pub fn take<T: Copy + Send + Sync>(&self, column: Vec<T>) -> Vec<T> {
        match self {
            Rows::All(_) => column,
            Rows::Some(rows) => rows.par_iter().map(|&row| column[row as usize]).collect(),
        }
    }
}
