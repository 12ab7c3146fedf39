//! Strings to dense numbers.
//!
//! [`classes`] numbers the distinct strings of some columns. Columns of few distinct values go through one small hash map. Columns
//! of many (order ids, customers, hashes) are partitioned by hash so that every partition's table stays in the cache, in the manner of
//! a radix join (Manegold, Boncz and Kersten 2002, doi:10.1109/TKDE.2002.1019210): O(rows) time, 24 bytes per row while it runs, parallel,
//! and the same numbers on any number of threads, because chunks and partitions depend on the number of rows alone.

use std::hash::Hasher as _;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use super::column::{Strs, Views, fold, present};
use crate::model::ids::Idx;
use crate::model::text::Text;

/// The number of a missing string.
pub const NONE: u32 = u32::MAX;

/// Rows that are hashed and sorted by partition at a time.
const CHUNK: usize = 1 << 16;

/// Rows of a partition, about: its table then takes 256 KiB.
const PARTITION: usize = 1 << 13;

/// Rows that are looked at to see whether a column has few distinct values.
const SAMPLE: usize = 1 << 12;

/// Strings of a table's key, for looking them up.
pub struct Known<'a, I> {
    ids: FxHashMap<&'a str, I>,
}

impl<'a, I: Idx> Known<'a, I> {
    pub fn of(keys: impl ExactSizeIterator<Item = &'a str>) -> Self {
        Known {
            ids: keys
                .enumerate()
                .map(|(i, key)| (key, I::from_usize(i)))
                .collect(),
        }
    }
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    pub fn get(&self, key: &str) -> Option<I> {
        self.ids.get(key).copied()
    }
}

/// Equal strings have equal numbers, from 0 without gaps.
pub struct Classes<'a> {
    columns: Vec<&'a Strs>,
    /// For each column the number of every row; [`NONE`] where it is missing.
    pub of: Vec<Vec<u32>>,
    /// For each number the first (column, row) that has it.
    first: Vec<(u32, u32)>,
}

impl<'a> Classes<'a> {
    pub fn len(&self) -> usize {
        self.first.len()
    }
    /// The strings, by number.
    pub fn strings(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.first
            .iter()
            .map(|&(column, row)| self.columns[column as usize].at(row as usize))
    }
    pub fn text<I: Idx>(&self) -> Text<I> {
        let bytes = self.strings().take(SAMPLE).map(str::len).max().unwrap_or(0) * self.len();
        let mut text = Text::with_capacity(self.len(), bytes);
        self.strings().for_each(|string| {
            text.push(string);
        });
        text
    }
}

/// Numbers the distinct strings of `columns`.
pub fn classes<'a>(columns: &[&'a Strs]) -> Classes<'a> {
    let rows: usize = columns.iter().map(|column| column.len()).sum();
    let many = rows < NONE as usize && columns.iter().any(|column| has_many(column));
    let found = if many { partitioned(columns) } else { None };
    found.unwrap_or_else(|| mapped(columns))
}

/// Whether more than a quarter of a sample of the column is distinct.
fn has_many(column: &Strs) -> bool {
    let step = column.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<&str> = (0..column.len())
        .step_by(step)
        .filter_map(|row| column.get(row))
        .collect();
    let rows = sample.len();
    sample.sort_unstable();
    sample.dedup();
    rows > SAMPLE / 4 && sample.len() > rows / 4
}

/// By one hash map.
fn mapped<'a>(columns: &[&'a Strs]) -> Classes<'a> {
    let mut known: FxHashMap<&'a str, u32> = FxHashMap::default();
    let of: Vec<Vec<u32>> = columns
        .iter()
        .map(|column| {
            column.map(NONE, |text| {
                let next = known.len() as u32;
                *known.entry(text).or_insert(next)
            })
        })
        .collect();
    let mut first = vec![(NONE, NONE); known.len()];
    let mut found = 0;
    for (column, numbers) in of.iter().enumerate() {
        for (row, &number) in numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| **number != NONE)
        {
            if number as usize == found {
                first[found] = (column as u32, row as u32);
                found += 1;
            }
        }
    }
    Classes {
        columns: columns.to_vec(),
        of,
        first,
    }
}

/// Rows of a column that are hashed together, their (hash, row) sorted by partition.
struct Chunk {
    column: usize,
    first_row: usize,
    rows: usize,
    entries: Vec<(u64, u32)>,
    /// Where each partition ends.
    ends: Vec<u32>,
}

/// What became of a partition: the number of each entry, chunk by chunk, and the chunk and row of each number.
#[derive(Default)]
struct Partition {
    numbers: Vec<u32>,
    first: Vec<(u32, u32)>,
}

/// By partitions of hashes. `None` if two different strings have the same 64-bit hash.
fn partitioned<'a>(columns: &[&'a Strs]) -> Option<Classes<'a>> {
    let rows: usize = columns.iter().map(|column| column.len()).sum();
    let bits = (rows / PARTITION).next_power_of_two().ilog2().min(12);
    let starts: Vec<(usize, usize)> = columns
        .iter()
        .enumerate()
        .flat_map(|(column, strs)| (0..strs.len()).step_by(CHUNK).map(move |row| (column, row)))
        .collect();
    let chunks: Vec<Chunk> = starts
        .par_iter()
        .map(|&(column, row)| chunk(columns[column], column, row, bits))
        .collect();
    let partitions: Vec<Partition> = (0..1usize << bits)
        .into_par_iter()
        .map_init(Vec::new, |table, p| number(&chunks, p, table))
        .collect();
    let mut bases = vec![0u32];
    for partition in &partitions {
        bases.push(bases[bases.len() - 1] + partition.first.len() as u32);
    }
    let first: Vec<(u32, u32)> = partitions
        .iter()
        .flat_map(|partition| &partition.first)
        .map(|&(chunk, row)| (chunks[chunk as usize].column as u32, row))
        .collect();
    let of = spread(columns, &chunks, &partitions, &bases);
    let classes = Classes {
        columns: columns.to_vec(),
        of,
        first,
    };
    equal(&classes).then_some(classes)
}

/// Hashes the rows of a chunk and sorts them by partition.
fn chunk(strs: &Strs, column: usize, first_row: usize, bits: u32) -> Chunk {
    let rows = CHUNK.min(strs.len() - first_row);
    let mut hashed = Vec::with_capacity(rows);
    if let Some(array) = strs.array() {
        let present = present(array);
        for row in first_row..first_row + rows {
            let hash = if present(row) { hash(array, row) } else { None };
            hashed.extend(hash.map(|hash| (hash, row as u32)));
        }
    }
    let partition = |hash: u64| (hash >> 32 >> (32 - bits)) as usize;
    let mut ends = vec![0u32; 1 << bits];
    hashed
        .iter()
        .for_each(|&(hash, _)| ends[partition(hash)] += 1);
    let mut next = 0;
    for end in &mut ends {
        next += std::mem::replace(end, next);
    }
    let mut entries = vec![(0, 0); hashed.len()];
    for entry in hashed {
        let at = &mut ends[partition(entry.0)];
        entries[*at as usize] = entry;
        *at += 1;
    }
    Chunk {
        column,
        first_row,
        rows,
        entries,
        ends,
    }
}

/// A well-mixed hash of a string that is not empty.
fn hash(array: &Views, row: usize) -> Option<u64> {
    let view = array.views().get(row)?;
    if view.is_inline() {
        let view = view.as_u128();
        return (view != 0).then(|| fold(view));
    }
    let mut hasher = FxHasher::default();
    hasher.write(array.value(row).as_bytes());
    Some(fold(u128::from(hasher.finish())))
}

impl Chunk {
    fn part(&self, p: usize) -> &[(u64, u32)] {
        let start = if p == 0 { 0 } else { self.ends[p - 1] };
        &self.entries[start as usize..self.ends[p] as usize]
    }
}

/// Numbers the distinct hashes of partition `p`. `table` is memory to use again: open addressing, (hash, number + 1).
fn number(chunks: &[Chunk], p: usize, table: &mut Vec<(u64, u32)>) -> Partition {
    let rows: usize = chunks.iter().map(|chunk| chunk.part(p).len()).sum();
    let size = (2 * rows).next_power_of_two().max(2);
    table.clear();
    table.resize(size, (0, 0));
    let mut numbers = Vec::with_capacity(rows);
    let mut first = Vec::new();
    for (c, chunk) in chunks.iter().enumerate() {
        for &(hash, row) in chunk.part(p) {
            let mut at = hash as usize & (size - 1);
            while table[at].1 != 0 && table[at].0 != hash {
                at = (at + 1) & (size - 1);
            }
            if table[at].1 == 0 {
                first.push((c as u32, row));
                table[at] = (hash, first.len() as u32);
            }
            numbers.push(table[at].1 - 1);
        }
    }
    Partition { numbers, first }
}

/// The numbers of every row, from those of every partition's entries.
fn spread(
    columns: &[&Strs],
    chunks: &[Chunk],
    partitions: &[Partition],
    bases: &[u32],
) -> Vec<Vec<u32>> {
    let mut done = vec![0usize; partitions.len()];
    let offsets: Vec<Vec<usize>> = chunks
        .iter()
        .map(|chunk| {
            let offsets = done.clone();
            done.iter_mut()
                .enumerate()
                .for_each(|(p, done)| *done += chunk.part(p).len());
            offsets
        })
        .collect();
    let mut of: Vec<Vec<u32>> = columns
        .iter()
        .map(|column| vec![NONE; column.len()])
        .collect();
    let slices: Vec<&mut [u32]> = of
        .iter_mut()
        .flat_map(|numbers| numbers.chunks_mut(CHUNK))
        .collect();
    slices
        .into_par_iter()
        .zip(chunks)
        .zip(offsets)
        .for_each(|((slice, chunk), offsets)| {
            debug_assert_eq!(slice.len(), chunk.rows);
            for (p, partition) in partitions.iter().enumerate() {
                let numbers = &partition.numbers[offsets[p]..];
                for (&(_, row), number) in chunk.part(p).iter().zip(numbers) {
                    slice[row as usize - chunk.first_row] = bases[p] + number;
                }
            }
        });
    of
}

/// Whether every row has the string of its number.
fn equal(classes: &Classes) -> bool {
    let equal_in = |(strs, numbers): (&&Strs, &Vec<u32>)| {
        numbers
            .par_iter()
            .enumerate()
            .with_min_len(CHUNK)
            .all(|(row, &number)| {
                number == NONE || {
                    let (column, first) = classes.first[number as usize];
                    classes.columns[column as usize].at(first as usize) == strs.at(row)
                }
            })
    };
    classes.columns.iter().zip(&classes.of).all(equal_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers by both ways, and checks that they agree on which strings are equal.
    fn both(columns: &[&Strs]) -> (usize, usize) {
        let (a, b) = (
            mapped(columns),
            partitioned(columns).expect("no two hashes are equal"),
        );
        assert_eq!(a.len(), b.len());
        for ((column, a_of), b_of) in columns.iter().zip(&a.of).zip(&b.of) {
            let (a_strings, b_strings): (Vec<_>, Vec<_>) =
                (a.strings().collect(), b.strings().collect());
            for row in 0..column.len() {
                let expected = column.get(row);
                let found =
                    |number: u32, strings: &[&'static str]| strings.get(number as usize).copied();
                let _ = found;
                assert_eq!(a_strings.get(a_of[row] as usize).copied(), expected);
                assert_eq!(b_strings.get(b_of[row] as usize).copied(), expected);
            }
        }
        (a.len(), columns.len())
    }

    #[test]
    fn both_ways_number_the_same_strings() {
        let short: Vec<Option<String>> = (0..200_000u32)
            .map(|i| (i % 7 > 0).then(|| format!("{}", i % 50_000)))
            .collect();
        let long: Vec<Option<String>> = (0..100_000u32)
            .map(|i| (i % 5 > 0).then(|| format!("a longer string {}", i % 60_000)))
            .collect();
        let short = Strs::from_options(&short);
        let long = Strs::from_options(&long);
        let (distinct, _) = both(&[&short, &long]);
        assert!(distinct > 90_000 && distinct <= 110_000, "{distinct}");
    }

    #[test]
    fn numbers_do_not_depend_on_threads() {
        let column: Vec<Option<String>> = (0..150_000u64)
            .map(|i| Some(format!("C{}", i * i % 99_991)))
            .collect();
        let column = Strs::from_options(&column);
        let numbers = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads");
            pool.install(|| classes(&[&column]).of)
        };
        assert_eq!(numbers(1), numbers(3));
    }

    #[test]
    fn nothing_has_no_numbers() {
        let nothing = Strs::from_options(&[None, Some(String::new())]);
        let classes = classes(&[&nothing]);
        assert_eq!(classes.len(), 0);
        assert_eq!(classes.of, [[NONE, NONE]]);
    }
}
