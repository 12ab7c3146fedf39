//! What the readers of picker routing and order batching files share: the text format of Heßler and Irnich.
//!
//! ```text
//! NUM_AISLES : 10                heads: a key, a value
//! SKU_SECTION                    sections of entries
//! ID 7 AISLE 0 CELL 3 QUANTITY 2     an entry: keys, each with the value behind it
//! EOF
//! ```
//!
//! Files are Latin-1 with either line ending.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::solve::tour::{Layout, OneWay};

/// Numbers are at most this: all sums fit.
const MOST: i64 = 1_000_000;

/// Most aisles, and cells of an aisle.
const MOST_AISLES: u32 = 10_000;

/// A file being read.
pub struct PickingFile<'t> {
    name: &'t str,
    /// What the format is called in messages.
    format: &'static str,
    /// Of the current line, from 1; faults name it.
    pub line: usize,
    heads: HashMap<&'t str, (usize, &'t str)>,
}

impl<'t> PickingFile<'t> {
    pub fn new(name: &'t str, format: &'static str) -> Self {
        PickingFile {
            name,
            format,
            line: 0,
            heads: HashMap::new(),
        }
    }

    pub fn fault(&self, message: impl Display) -> Error {
        let hint = format!(
            "expected the {} format: heads, ARTICLE_SECTION, SKU_SECTION, ORDER_SECTION",
            self.format
        );
        Error::input(format!("{}: line {}: {message}", self.name, self.line)).hint(hint)
    }

    pub fn number<N: FromStr>(&self, what: &str, word: Option<&str>) -> Result<N> {
        let word = word.unwrap_or_default();
        word.parse()
            .map_err(|_| self.fault(format!("expected {what}, found {word:?}")))
    }

    /// The whole number, 0 to 1,000,000, behind a key of an entry, such as `AISLE 3`.
    pub fn field(&self, words: &[&str], key: &str) -> Result<i64> {
        let at = words.iter().position(|&word| word == key);
        let value = at.and_then(|at| words.get(at + 1));
        let what = format!("{key} and a whole number");
        let number = self.number(&what, value.copied())?;
        if (0..=MOST).contains(&number) {
            Ok(number)
        } else {
            Err(self.fault(format!("expected {key} from 0 to {MOST}, found {number}")))
        }
    }

    /// Keeps a head of the current line.
    pub fn put(&mut self, key: &'t str, value: &'t str) {
        self.heads.insert(key, (self.line, value));
    }

    /// The value of a head; faults then name its line.
    pub fn head(&mut self, key: &str) -> Result<&'t str> {
        let head = self.heads.get(key).copied();
        let (line, value) = head.ok_or_else(|| self.fault(format!("no line {key} : ...")))?;
        self.line = line;
        Ok(value)
    }

    pub fn whole(&mut self, key: &str, most: u32) -> Result<u32> {
        let value = self.head(key)?;
        let number: u32 = self.number(&format!("{key}, a whole number"), Some(value))?;
        if number <= most {
            Ok(number)
        } else {
            Err(self.fault(format!("expected {key} of at most {most}, found {number}")))
        }
    }

    /// A length in parts of the file's unit.
    pub fn length(&mut self, key: &str, parts: f64) -> Result<i64> {
        let value = self.head(key)?;
        let length: f64 = self.number(&format!("{key}, a number"), Some(value))?;
        if (0.0..=MOST as f64).contains(&length) {
            Ok((parts * length).round() as i64)
        } else {
            Err(self.fault(format!("expected {key} from 0 to {MOST}, found {value}")))
        }
    }

    /// From a cross-aisle to the first cell, the same at both ends; in parts of the file's unit.
    pub fn entry(&mut self, parts: f64) -> Result<i64> {
        let top = self.length("DISTANCE_TOP_TO_CELL", parts)?;
        let bottom = self.length("DISTANCE_BOTTOM_TO_CELL", parts)?;
        if top == bottom {
            Ok(top)
        } else {
            Err(self.fault("cells must begin as far from the bottom as they end from the top"))
        }
    }

    /// The layout, its cells cut into blocks of the same size; lengths in parts of the file's unit.
    pub fn layout(&mut self, blocks: u32, parts: f64, entry: i64) -> Result<Layout> {
        let away = "DISTANCE_TOP_OR_BOTTOM_TO_DEPOT";
        if self.heads.contains_key(away) && self.length(away, parts)? != 0 {
            return Err(self.fault("the depot lies apart from the aisles"));
        }
        let bay = self.length("DISTANCE_CELL_TO_CELL", parts)?;
        if 2 * entry < bay {
            return Err(
                self.fault("a cross-aisle ends at least half a cell before the middle of a cell")
            );
        }
        let depot_block = match self.head("DEPOT_LOCATION")? {
            "bottom" => blocks,
            "top" => 0,
            other => return Err(self.fault(format!("expected bottom or top, found {other:?}"))),
        };
        let cells = self.whole("NUM_CELLS", MOST_AISLES)?;
        if blocks == 0 || !cells.is_multiple_of(blocks) {
            return Err(self.fault(format!("{cells} cells are not those of {blocks} blocks")));
        }
        let layout = Layout {
            blocks,
            aisles: self.whole("NUM_AISLES", MOST_AISLES)?,
            bays_per_block: cells / blocks,
            bay_mm: bay,
            aisle_spacing_mm: self.length("DISTANCE_AISLE_TO_AISLE", parts)?,
            cross_aisle_mm: 2 * entry - bay,
            depot_aisle: self.whole("DEPOT_AISLE", MOST_AISLES)?,
            depot_block,
            one_way: OneWay::No,
        };
        layout.validate().map_err(|message| self.fault(message))?;
        Ok(layout)
    }
}
