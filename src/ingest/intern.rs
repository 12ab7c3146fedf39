//! Strings to dense numbers.
//!
//! [`classes`] numbers the distinct strings of some columns. Columns of few distinct values go through one small hash map. Columns
//! of many (order ids, customers, hashes) are partitioned by their keys so that every partition's table stays in the cache, in the
//! manner of a radix join (Manegold, Boncz and Kersten 2002, doi:10.1109/TKDE.2002.1019210): O(rows) time, 24 bytes per row while it
//! runs, parallel, and the same numbers on any number of threads, because chunks and partitions depend on the number of rows alone.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::strs::{CHUNK, Key, Strs, fold, key, with_short};
use crate::model::ids::Idx;
use crate::model::text::Text;

/// The number of a missing string.
pub const NONE: u32 = u32::MAX;

/// Rows of a partition, about: its table then takes 192 KiB.
const PARTITION: usize = 1 << 13;

/// Rows that are looked at to see whether a column has few distinct values.
const SAMPLE: usize = 1 << 12;

/// Strings of a table's key, for looking them up.
pub struct Known<I> {
    ids: FxHashMap<Key, I>,
}

impl<I: Idx> Known<I> {
    pub fn of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let ids = names.enumerate();
        Known {
            ids: ids.map(|(i, name)| (key(name), I::from_usize(i))).collect(),
        }
    }
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    pub fn get(&self, name: &str) -> Option<I> {
        self.by_key(key(name))
    }
    pub fn by_key(&self, key: Key) -> Option<I> {
        self.ids.get(&key).copied()
    }
}

/// Equal strings have equal numbers, from 0 without gaps.
pub struct Classes<'a> {
    columns: Vec<&'a Strs>,
    /// For each column the number of every row; [`NONE`] where it is missing.
    pub of: Vec<Vec<u32>>,
    /// For each number the first (column, row) that has it.
    first: Vec<(u32, u32)>,
    /// For each number its key; empty where they are not at hand.
    keys: Vec<Key>,
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
        let strings = |numbers: std::ops::Range<usize>| {
            let mut text = Text::with_capacity(numbers.len(), 16 * numbers.len());
            for number in numbers {
                let key = self.keys.get(number).copied();
                if key
                    .and_then(|key| with_short(key, |string| text.push(string)))
                    .is_none()
                {
                    let (column, row) = self.first[number];
                    text.push(self.columns[column as usize].at(row as usize));
                }
            }
            text
        };
        let starts: Vec<usize> = (0..self.len()).step_by(CHUNK).collect();
        let mut parts: Vec<Text<I>> = starts
            .into_par_iter()
            .map(|start| strings(start..self.len().min(start + CHUNK)))
            .collect();
        if parts.len() == 1 {
            return parts.pop().unwrap_or_default();
        }
        let mut text = Text::with_capacity(self.len(), parts.iter().map(Text::bytes).sum());
        parts.iter().for_each(|part| text.append(part));
        text
    }
}

/// Numbers the distinct strings of `columns`.
pub fn classes<'a>(columns: &[&'a Strs]) -> Classes<'a> {
    let rows: usize = columns.iter().map(|column| column.len()).sum();
    let many = rows < NONE as usize && columns.iter().any(|column| has_many(column));
    if many {
        partitioned(columns)
    } else {
        mapped(columns)
    }
}

/// Whether more than a quarter of a sample of the column is distinct.
fn has_many(column: &Strs) -> bool {
    let step = column.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<Key> = (0..column.len())
        .step_by(step)
        .map(|row| column.key(row))
        .filter(|key| *key != 0)
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
        keys: Vec::new(),
    }
}

/// Rows of a column that are worked on together, their keys sorted by partition.
struct Chunk {
    column: usize,
    first_row: usize,
    rows: usize,
    keys: Vec<Key>,
    /// The row of each key.
    at: Vec<u32>,
    /// Where each partition ends.
    ends: Vec<u32>,
}

/// What became of a partition: the number of each entry, chunk by chunk, and the key, column and row of each number.
#[derive(Default)]
struct Partition {
    numbers: Vec<u32>,
    distinct: Vec<Key>,
    first: Vec<(u32, u32)>,
}

/// By partitions of keys.
fn partitioned<'a>(columns: &[&'a Strs]) -> Classes<'a> {
    let rows: usize = columns.iter().map(|column| column.len()).sum();
    let bits = (rows / PARTITION).next_power_of_two().ilog2().clamp(1, 12);
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
    let distinct = bases[bases.len() - 1] as usize;
    let (mut first, mut keys) = (Vec::with_capacity(distinct), Vec::with_capacity(distinct));
    for partition in &partitions {
        first.extend_from_slice(&partition.first);
        keys.extend_from_slice(&partition.distinct);
    }
    Classes {
        columns: columns.to_vec(),
        of: spread(columns, &chunks, &partitions, &bases),
        first,
        keys,
    }
}

/// Makes the keys of a chunk and sorts them by partition: a counting sort.
fn chunk(strs: &Strs, column: usize, first_row: usize, bits: u32) -> Chunk {
    let rows = CHUNK.min(strs.len() - first_row);
    let partition = |key: Key| (fold(key) >> (64 - bits)) as usize;
    let mut found = Vec::with_capacity(rows);
    let mut ends = vec![0u32; 1 << bits];
    strs.keys(first_row..first_row + rows, |row, key| {
        let p = partition(key);
        ends[p] += 1;
        found.push((key, row as u32, p as u32));
    });
    let mut next = 0;
    for end in &mut ends {
        next += std::mem::replace(end, next);
    }
    let (mut keys, mut at) = (vec![0; found.len()], vec![0; found.len()]);
    for (key, row, p) in found {
        let place = &mut ends[p as usize];
        (keys[*place as usize], at[*place as usize]) = (key, row);
        *place += 1;
    }
    Chunk {
        column,
        first_row,
        rows,
        keys,
        at,
        ends,
    }
}

impl Chunk {
    fn part(&self, p: usize) -> std::ops::Range<usize> {
        let start = if p == 0 { 0 } else { self.ends[p - 1] };
        start as usize..self.ends[p] as usize
    }
}

/// Numbers the distinct keys of partition `p`. `table` is memory to use again: open addressing, number + 1.
fn number(chunks: &[Chunk], p: usize, table: &mut Vec<u32>) -> Partition {
    let rows: usize = chunks.iter().map(|chunk| chunk.part(p).len()).sum();
    let size = (2 * rows).next_power_of_two().max(2);
    table.clear();
    table.resize(size, 0);
    let mut numbers = Vec::with_capacity(rows);
    let (mut distinct, mut first): (Vec<Key>, Vec<_>) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let part = chunk.part(p);
        for (&key, &row) in chunk.keys[part.clone()].iter().zip(&chunk.at[part]) {
            let mut slot = fold(key) as usize & (size - 1);
            let number = loop {
                match table[slot].checked_sub(1) {
                    Some(number) if distinct[number as usize] == key => break number,
                    Some(_) => slot = (slot + 1) & (size - 1),
                    None => {
                        first.push((chunk.column as u32, row));
                        distinct.push(key);
                        table[slot] = distinct.len() as u32;
                        break table[slot] - 1;
                    }
                }
            };
            numbers.push(number);
        }
    }
    Partition {
        numbers,
        distinct,
        first,
    }
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
                for (&row, number) in chunk.at[chunk.part(p)].iter().zip(numbers) {
                    slice[row as usize - chunk.first_row] = bases[p] + number;
                }
            }
        });
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers by both ways, and checks that they agree on which strings are equal.
    fn both(columns: &[&Strs]) -> (usize, usize) {
        let (a, b) = (mapped(columns), partitioned(columns));
        assert_eq!(a.len(), b.len());
        for ((column, a_of), b_of) in columns.iter().zip(&a.of).zip(&b.of) {
            let (a_strings, b_strings): (Vec<_>, Vec<_>) =
                (a.strings().collect(), b.strings().collect());
            for row in 0..column.len() {
                let expected = column.get(row);
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
