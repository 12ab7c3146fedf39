//! Text columns, left where polars put them: chunk by chunk, a 16-byte view for each string.
//!
//! Strings are worked on as 128-bit [`Key`]s wherever only their equality matters. A string of at most 12 bytes is its own key (its
//! view, which holds the whole string); a longer one has a hash, and two different ones among n have the same with probability
//! n² / 2^128: 10^-26 for two million.

use std::cmp::Ordering;
use std::ops::Range;

use polars::datatypes::StaticArray;
use polars::prelude::*;
use rayon::prelude::*;

/// An array of strings: a 16-byte view for each, with the whole string in it or a pointer to it.
pub type Views = <StringType as PolarsDataType>::Array;

/// Stands for a string: equal strings have equal keys, and different strings different ones. That of the empty string is 0.
pub type Key = u128;

/// Rows that a thread works on at a time.
pub const CHUNK: usize = 1 << 15;

/// A text column; an empty string is a missing one.
#[derive(Default)]
pub struct Strs {
    /// Empty: no file has the column.
    chunks: Vec<Views>,
    /// The first row of each chunk.
    starts: Vec<usize>,
    rows: usize,
    default: &'static str,
}

impl Strs {
    /// A column that no file has.
    pub fn nothing(rows: usize) -> Strs {
        Strs {
            rows,
            ..Strs::default()
        }
    }
    pub fn of(text: &StringChunked) -> Strs {
        let chunks: Vec<Views> = text.downcast_iter().cloned().collect();
        let starts = chunks.iter().scan(0, |next, chunk| {
            let start = *next;
            *next += chunk.len();
            Some(start)
        });
        Strs {
            starts: starts.collect(),
            rows: text.len(),
            chunks,
            default: "",
        }
    }
    pub fn with_default(self, default: &'static str) -> Strs {
        Strs { default, ..self }
    }
    pub fn len(&self) -> usize {
        self.rows
    }
    /// The text of a row, unless it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let chunk = self.starts.partition_point(|&start| start <= row);
        let chunk = chunk.checked_sub(1)?;
        self.chunks[chunk]
            .get(row - self.starts[chunk])
            .filter(|text| !text.is_empty())
    }
    /// The text of a row, or the column's default.
    pub fn at(&self, row: usize) -> &str {
        self.get(row).unwrap_or(self.default)
    }
    /// The key of a row, 0 where it is missing.
    pub fn key(&self, row: usize) -> Key {
        self.get(row).map_or(0, key)
    }
    /// The arrays that hold `rows`, each with its part of them and the number of its own first row.
    fn pieces(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, &Views, Range<usize>)> {
        let arrays = self.starts.iter().zip(&self.chunks);
        arrays.filter_map(move |(&start, array)| {
            let from = rows.start.max(start);
            let to = rows.end.min(start + array.len());
            (from < to).then(|| (start, array, from - start..to - start))
        })
    }
    /// Rows without text.
    pub fn missing_rows(&self) -> Vec<usize> {
        if self.chunks.is_empty() {
            return (0..self.rows).collect();
        }
        let mut missing = Vec::new();
        for (start, array, rows) in self.pieces(0..self.rows) {
            let (present, views) = (present(array), array.views());
            missing.extend(
                rows.filter(|&row| views[row].length == 0 || !present(row))
                    .map(|row| start + row),
            );
        }
        missing
    }
    /// The row and the key of every text in `rows`.
    pub fn keys(&self, rows: Range<usize>, mut put: impl FnMut(usize, Key)) {
        for (start, array, rows) in self.pieces(rows) {
            let (present, views) = (present(array), array.views());
            for row in rows {
                let view = views[row];
                if view.length > 0 && present(row) {
                    let key = if view.is_inline() {
                        view.as_u128()
                    } else {
                        long_key(array.value(row).as_bytes())
                    };
                    put(start + row, key);
                }
            }
        }
    }
    /// `read` of every text that is there, called about once for each distinct one.
    pub fn map<'a, V: Copy>(&'a self, missing: V, mut read: impl FnMut(&'a str) -> V) -> Vec<V> {
        if self.chunks.is_empty() {
            return vec![missing; self.rows];
        }
        let mut values = Vec::with_capacity(self.rows);
        for (_, array, rows) in self.pieces(0..self.rows) {
            each_text(array, rows, missing, &mut read, |value| values.push(value));
        }
        values
    }
    /// The text of every row in order, or the column's default.
    pub fn each(&self, mut put: impl FnMut(&str)) {
        if self.chunks.is_empty() {
            (0..self.rows).for_each(|_| put(self.default));
        }
        for array in &self.chunks {
            let present = present(array);
            for row in 0..array.len() {
                let text = if present(row) { array.value(row) } else { "" };
                put(if text.is_empty() { self.default } else { text });
            }
        }
    }
    /// `read` of the key of every row, on all threads.
    pub fn map_keys<V: Copy + Send + Sync>(
        &self,
        missing: V,
        read: impl Fn(Key) -> V + Sync,
    ) -> Vec<V> {
        let mut values = vec![missing; self.rows];
        let chunks = values.par_chunks_mut(CHUNK).enumerate();
        chunks.for_each(|(i, chunk)| {
            let first = i * CHUNK;
            self.keys(first..first + chunk.len(), |row, key| {
                chunk[row - first] = read(key);
            });
        });
        values
    }
    /// Names in order from `row` on.
    pub fn names_from(&self, row: usize) -> Names<'_> {
        Names {
            pieces: self.pieces(row..self.rows).collect::<Vec<_>>().into_iter(),
            piece: None,
        }
    }
    /// The name in a row.
    pub fn name(&self, row: usize) -> Name<'_> {
        Name::of(self.get(row).unwrap_or_default())
    }
    #[cfg(test)]
    pub fn from_options(cells: &[Option<String>]) -> Strs {
        let (a, b) = cells.split_at(cells.len() / 3);
        let mut text: StringChunked = a.iter().map(Option::as_deref).collect();
        let b: StringChunked = b.iter().map(Option::as_deref).collect();
        text.append(&b).expect("both are text");
        Strs::of(&text)
    }
}

/// A string to compare with others: a short one as a number in their order.
#[derive(Clone, Copy, Debug)]
pub enum Name<'a> {
    /// At most 12 bytes: the bytes, then how many they are.
    Short(u128),
    Long(&'a str),
}

impl<'a> Name<'a> {
    /// The name of nothing, before all others.
    pub const EMPTY: Name<'static> = Name::Short(0);

    fn of(text: &'a str) -> Self {
        if text.len() <= 12 {
            Name::short(key(text))
        } else {
            Name::Long(text)
        }
    }
    fn short(key: Key) -> Self {
        let stored = u128::from_be_bytes(key.to_ne_bytes());
        Name::Short(stored << 32 | u128::from(key as u32))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Name::Short(a), Name::Short(b)) => a == b,
            (Name::Long(a), Name::Long(b)) => a == b,
            _ => false,
        }
    }
}
impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let text = |short: &u128| {
            let length = *short as u32 as usize;
            (short.to_be_bytes(), length)
        };
        Some(match (self, other) {
            (Name::Short(a), Name::Short(b)) => a.cmp(b),
            (Name::Long(a), Name::Long(b)) => a.cmp(b),
            (Name::Short(a), Name::Long(b)) => {
                let (bytes, length) = text(a);
                bytes[..length].cmp(b.as_bytes())
            }
            (Name::Long(a), Name::Short(b)) => {
                let (bytes, length) = text(b);
                a.as_bytes().cmp(&bytes[..length])
            }
        })
    }
}

/// The names of a column in order; missing ones are empty.
pub struct Names<'a> {
    pieces: std::vec::IntoIter<(usize, &'a Views, Range<usize>)>,
    piece: Option<(&'a Views, Range<usize>)>,
}

impl<'a> Iterator for Names<'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        loop {
            if let Some((array, rows)) = &mut self.piece
                && let Some(row) = rows.next()
            {
                let view = array.views()[row];
                let present = present(*array)(row);
                return Some(match (present, view.is_inline()) {
                    (false, _) => Name::EMPTY,
                    (true, true) => Name::short(view.as_u128()),
                    (true, false) => Name::Long(array.value(row)),
                });
            }
            let (_, array, rows) = self.pieces.next()?;
            self.piece = Some((array, rows));
        }
    }
}

/// Hands `read(text)` of the strings in `rows` to `put`, and `missing` for empty ones.
///
/// Columns of few distinct values are the rule, and polars gives equal ones the same view: a small table from views to results
/// spares most calls of `read`.
pub fn each_text<'a, V: Copy>(
    array: &'a Views,
    rows: Range<usize>,
    missing: V,
    mut read: impl FnMut(&'a str) -> V,
    mut put: impl FnMut(V),
) {
    const SLOTS: usize = 1 << 10;
    let mut seen = [(0u128, missing); SLOTS];
    let present = present(array);
    let views = &array.views()[rows.clone()];
    for (row, view) in rows.zip(views) {
        if view.length == 0 || !present(row) {
            put(missing);
            continue;
        }
        let view = view.as_u128();
        let slot = &mut seen[fold(view) as usize & (SLOTS - 1)];
        if slot.0 != view {
            *slot = (view, read(array.value(row)));
        }
        put(slot.1);
    }
}

/// Whether a row of an array is not null.
fn present<A: StaticArray>(array: &A) -> impl Fn(usize) -> bool + '_ {
    let validity = array.validity();
    move |row| validity.is_none_or(|bits| bits.get_bit(row))
}

/// The key of a string.
pub fn key(text: &str) -> Key {
    let text = text.as_bytes();
    if text.len() > 12 {
        return long_key(text);
    }
    let mut view = [0; 16];
    view[..4].copy_from_slice(&(text.len() as u32).to_ne_bytes());
    view[4..4 + text.len()].copy_from_slice(text);
    u128::from_ne_bytes(view)
}

/// 128 bits of hash: two chains of folded multiplications, in the manner of wyhash (Wang Yi 2019).
fn long_key(text: &[u8]) -> Key {
    let word = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let mut state = [text.len() as u64, !(text.len() as u64)];
    let mut mix = |a: u64, b: u64| {
        state = [
            multiply(a ^ state[0] ^ SECRETS[0], b ^ SECRETS[1]),
            multiply(a ^ SECRETS[2], b ^ state[1] ^ SECRETS[3]),
        ];
    };
    let mut blocks = text.chunks_exact(16);
    for block in &mut blocks {
        mix(word(&block[..8]), word(&block[8..]));
    }
    let rest = blocks.remainder();
    if !rest.is_empty() {
        let (a, b) = rest.split_at(rest.len().min(8));
        mix(word(a), word(b));
    }
    u128::from(state[0]) << 64 | u128::from(state[1]) | u128::from(LONG)
}

/// Tells the key of a long string from that of a short one, whose lowest 32 bits are its length.
const LONG: u32 = 1 << 31;

/// `read` of the string that a key is, where it is a short one.
pub fn with_short<V>(key: Key, read: impl FnOnce(&str) -> V) -> Option<V> {
    let (length, view) = (key as u32, key.to_ne_bytes());
    let text = view[4..].get(..length as usize)?;
    std::str::from_utf8(text).ok().map(read)
}

/// Digits of pi, odd.
const SECRETS: [u64; 4] = [
    0x243F_6A88_85A3_08D3,
    0x1319_8A2E_0370_7345,
    0xA409_3822_299F_31D1,
    0x082E_FA98_EC4E_6C89,
];

/// Both halves of a product, folded.
fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// 64 well-mixed bits of a view or a key.
pub fn fold(view: u128) -> u64 {
    multiply(
        view as u64 ^ 0x9E37_79B9_7F4A_7C15,
        (view >> 64) as u64 ^ 0xD1B5_4A32_D192_ED03,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strings around every length at which something changes, that differ little.
    fn strings() -> Vec<String> {
        let mut strings: Vec<String> = (0..70).map(|n| "a".repeat(n)).collect();
        for n in 1..70 {
            for at in [0, n / 2, n - 1] {
                let mut bytes = vec![b'a'; n];
                for other in [b'b', 0] {
                    bytes[at] = other;
                    strings.push(String::from_utf8(bytes.clone()).expect("ASCII"));
                }
            }
        }
        strings.sort();
        strings.dedup();
        strings
    }

    #[test]
    fn keys_are_equal_where_strings_are() {
        let strings = strings();
        let mut keys: Vec<Key> = strings.iter().map(|text| key(text)).collect();
        let column: Vec<_> = strings.iter().cloned().map(Some).collect();
        let column = Strs::from_options(&column);
        let mut found = vec![0; strings.len()];
        column.keys(0..strings.len(), |row, key| found[row] = key);
        assert_eq!(found, keys);
        for (text, &key) in strings.iter().zip(&keys) {
            let short = (text.len() <= 12).then_some(text.as_str());
            assert_eq!(with_short(key, str::to_owned).as_deref(), short);
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), strings.len());
    }

    #[test]
    fn names_are_in_the_order_of_strings() {
        let strings = strings();
        let column: Vec<_> = strings.iter().cloned().map(Some).collect();
        let column = Strs::from_options(&column);
        let names: Vec<Name> = column.names_from(0).collect();
        assert_eq!(names.len(), strings.len());
        for (i, a) in names.iter().enumerate() {
            assert_eq!(*a, column.name(i));
            for (j, b) in names.iter().enumerate() {
                assert_eq!(a.partial_cmp(b), Some(i.cmp(&j)), "{i} {j}");
                assert_eq!(a == b, i == j);
            }
        }
        assert_eq!(column.names_from(3).next(), Some(column.name(3)));
    }

    #[test]
    fn missing_text_is_empty_in_any_chunk() {
        let cells = ["a", "", "-", "b", "", "-", "c"];
        let cells = cells.map(|text| (text != "-").then(|| text.to_owned()));
        let column = Strs::from_options(&cells);
        assert_eq!(column.missing_rows(), [1, 2, 4, 5]);
        assert_eq!(
            column.map("?", |text| text),
            ["a", "?", "?", "b", "?", "?", "c"]
        );
        assert_eq!(
            column.map_keys(0, |key| key),
            (0..7).map(|row| column.key(row)).collect::<Vec<_>>()
        );
        assert_eq!(Strs::nothing(2).missing_rows(), [0, 1]);
        assert_eq!(Strs::nothing(2).get(0), None);
    }
}
