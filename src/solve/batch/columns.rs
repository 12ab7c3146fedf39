//! Sets of jobs that fit on a cart, each once, with what they cost: the columns of the set partitioning programme.

use rustc_hash::FxHashMap;

use super::cart::word;

/// Most columns; later ones are not kept. About 60 bytes each.
const MOST: usize = 400_000;

/// Append only; a column is its number.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    jobs: Vec<u32>,
    first: Vec<u32>,
    length: Vec<i64>,
    index: FxHashMap<u64, u32>,
}

impl Columns {
    pub fn len(&self) -> usize {
        self.length.len()
    }

    /// Jobs of a column.
    pub fn jobs(&self, column: u32) -> &[u32] {
        let column = column as usize;
        let end = self
            .first
            .get(column + 1)
            .map_or(self.jobs.len(), |&end| end as usize);
        &self.jobs[self.first[column] as usize..end]
    }

    /// Length of its tour, millimetres.
    pub fn length(&self, column: u32) -> i64 {
        self.length[column as usize]
    }

    /// Keeps a set, unless it is empty, known, or one too many. Returns its number if it is kept now or was.
    pub fn add(&mut self, jobs: &[u32], length: i64) -> Option<u32> {
        if jobs.is_empty() {
            return None;
        }
        let key = jobs.iter().fold(0, |key, &job| key ^ word(job));
        if let Some(&column) = self.index.get(&key) {
            return Some(column);
        }
        if self.len() >= MOST {
            return None;
        }
        let column = self.len() as u32;
        self.index.insert(key, column);
        self.first.push(self.jobs.len() as u32);
        self.length.push(length);
        self.jobs.extend_from_slice(jobs);
        Some(column)
    }
}
