//! A column of strings in one allocation.

use std::marker::PhantomData;
use std::ops::Index;

use serde::{Deserialize, Serialize};

use super::ids::Idx;

/// Strings indexed by `I`: 8 bytes per row and the bytes themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<I> {
    bytes: String,
    ends: Vec<u64>,
    #[serde(skip)]
    index: PhantomData<fn(I)>,
}

impl<I: Idx> Text<I> {
    pub const fn new() -> Self {
        Text {
            bytes: String::new(),
            ends: Vec::new(),
            index: PhantomData,
        }
    }
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        Text {
            bytes: String::with_capacity(bytes),
            ends: Vec::with_capacity(rows),
            index: PhantomData,
        }
    }
    pub fn push(&mut self, text: &str) -> I {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
        I::from_usize(self.ends.len() - 1)
    }
    /// Appends all rows of `other`.
    pub fn append(&mut self, other: &Text<I>) {
        let base = self.bytes.len() as u64;
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }
    /// Bytes of all rows.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }
    /// Appends `rows` empty rows.
    pub fn push_empty(&mut self, rows: usize) {
        let end = self.bytes.len() as u64;
        self.ends.resize(self.ends.len() + rows, end);
    }
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    pub fn get(&self, i: I) -> &str {
        let i = i.index();
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.bytes[start..self.ends[i] as usize]
    }
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        (0..self.len()).map(|i| self.get(I::from_usize(i)))
    }
}

impl<I: Idx> Default for Text<I> {
    fn default() -> Self {
        Self::new()
    }
}
impl<I: Idx> Index<I> for Text<I> {
    type Output = str;
    fn index(&self, i: I) -> &str {
        self.get(i)
    }
}
impl<'a, I: Idx> FromIterator<&'a str> for Text<I> {
    fn from_iter<It: IntoIterator<Item = &'a str>>(iter: It) -> Self {
        let mut text = Text::new();
        for row in iter {
            text.push(row);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Sym;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let text: Text<Sym> = ["", "née", "x"].into_iter().collect();
        assert_eq!(text.iter().collect::<Vec<_>>(), ["", "née", "x"]);
        assert_eq!(&text[Sym(1)], "née");
        let mut twice = text.clone();
        twice.append(&text);
        assert_eq!(twice.iter().skip(3).collect::<Vec<_>>(), ["", "née", "x"]);
    }
}
