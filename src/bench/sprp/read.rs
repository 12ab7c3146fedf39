//! The files of Heßler and Irnich, line by line.

use std::collections::{BTreeMap, HashMap};

use super::HALVES;
use crate::error::{Error, Result};
use crate::solve::scatter::{Instance, Slot};
use crate::solve::tour::{Bay, Layout};

/// Numbers of the files are at most this: all sums fit.
const MOST: i64 = 1_000_000;

/// What is read so far.
struct Reader<'t> {
    file: &'t str,
    line: usize,
    section: &'t str,
    heads: HashMap<&'t str, &'t str>,
    /// Article, aisle, cell, units.
    slots: Vec<[i64; 4]>,
    demands: BTreeMap<i64, i64>,
}

impl<'t> Reader<'t> {
    fn fault(&self, message: impl std::fmt::Display) -> Error {
        let hint = "expected the picker routing format: heads, ARTICLE_SECTION, SKU_SECTION, ORDER_SECTION";
        Error::input(format!("{}: line {}: {message}", self.file, self.line)).hint(hint)
    }

    /// The whole number behind a key of the line, such as `AISLE 3`.
    fn field(&self, words: &[&str], key: &str) -> Result<i64> {
        let at = words.iter().position(|&word| word == key);
        let value = at.and_then(|at| words.get(at + 1));
        let number = value.and_then(|word| word.parse().ok());
        let number = number.filter(|number| (0..=MOST).contains(number));
        let found = value.copied().unwrap_or_default();
        number.ok_or_else(|| self.fault(format!("expected {key} and 0 to {MOST}, found {found:?}")))
    }

    fn read_line(&mut self, text: &'t str) -> Result<()> {
        let text = text.trim();
        if let Some((key, value)) = text.split_once(" : ") {
            self.heads.insert(key.trim(), value.trim());
        } else if text.ends_with("_SECTION") {
            self.section = text;
        } else if text.starts_with("ID") {
            let words: Vec<&str> = text.split_whitespace().collect();
            let article = self.field(&words, "ID")?;
            match self.section {
                "SKU_SECTION" => {
                    let aisle = self.field(&words, "AISLE")?;
                    let cell = self.field(&words, "CELL")?;
                    let units = self.field(&words, "QUANTITY")?;
                    self.slots.push([article, aisle, cell, units]);
                }
                "ORDER_SECTION" => {
                    let units = self.field(&words, "QUANTITY")?;
                    if self.demands.insert(article, units).is_some() {
                        return Err(self.fault(format!("article {article} is ordered twice")));
                    }
                }
                _ => {}
            }
        } else if !text.is_empty() && text != "EOF" {
            return Err(self.fault(format!(
                "expected a head, a section or an ID, found {text:?}"
            )));
        }
        Ok(())
    }

    fn head(&self, key: &str) -> Result<i64> {
        let value = self.heads.get(key).copied().unwrap_or_default();
        let number = value.parse().ok().filter(|n| (0..=MOST).contains(n));
        number.ok_or_else(|| {
            let file = self.file;
            Error::input(format!(
                "{file}: expected {key} : 0 to {MOST}, found {value:?}"
            ))
        })
    }

    fn layout(&self, blocks: u32) -> Result<Layout> {
        let cells = self.head("NUM_CELLS")? as u32;
        let bay = HALVES * self.head("DISTANCE_CELL_TO_CELL")?;
        let entry = self.head("DISTANCE_TOP_TO_CELL")?;
        let file = self.file;
        let fault = |message: String| Err(Error::input(format!("{file}: {message}")));
        if blocks == 0 || !cells.is_multiple_of(blocks) {
            return fault(format!("{cells} cells are not those of {blocks} blocks"));
        }
        if self.head("DISTANCE_BOTTOM_TO_CELL")? != entry
            || self.head("DISTANCE_TOP_OR_BOTTOM_TO_DEPOT")? != 0
        {
            return fault("the ways into an aisle differ, or the depot lies apart".to_owned());
        }
        let layout = Layout {
            blocks,
            aisles: self.head("NUM_AISLES")? as u32,
            bays_per_block: cells / blocks,
            bay_mm: bay,
            aisle_spacing_mm: HALVES * self.head("DISTANCE_AISLE_TO_AISLE")?,
            cross_aisle_mm: 2 * HALVES * entry - bay,
            depot_aisle: self.head("DEPOT_AISLE")? as u32,
            depot_block: match self.heads.get("DEPOT_LOCATION") {
                Some(&"top") => 0,
                _ => blocks,
            },
        };
        match layout.validate() {
            Ok(()) => Ok(layout),
            Err(message) => fault(message),
        }
    }

    /// The instance and the article of each item.
    fn instance(&self, blocks: u32) -> Result<(Instance, Vec<i64>)> {
        let layout = self.layout(blocks)?;
        let articles: Vec<i64> = self.demands.keys().copied().collect();
        let mut slots = Vec::with_capacity(self.slots.len());
        for &[article, aisle, cell, units] in &self.slots {
            let (aisle, cell) = (aisle as u32, cell as u32);
            let bay = Bay {
                block: cell / layout.bays_per_block,
                aisle,
                bay: cell % layout.bays_per_block,
            };
            if !layout.contains(&bay) {
                let file = self.file;
                return Err(Error::input(format!(
                    "{file}: no cell {cell} in aisle {aisle}"
                )));
            }
            // What nobody ordered is not wanted.
            if let Ok(item) = articles.binary_search(&article) {
                let (item, stock) = (item as u32, units as u32);
                slots.push(Slot { bay, item, stock });
            }
        }
        let demands = self.demands.values().map(|&units| units as u32).collect();
        Ok((
            Instance {
                layout,
                slots,
                demands,
            },
            articles,
        ))
    }
}

/// Reads the text of `file` as an instance of one or two blocks; also the article of each item.
pub fn parse(file: &str, text: &str, blocks: u32) -> Result<(Instance, Vec<i64>)> {
    let mut reader = Reader {
        file,
        line: 0,
        section: "",
        heads: HashMap::new(),
        slots: Vec::new(),
        demands: BTreeMap::new(),
    };
    for line in text.lines() {
        reader.line += 1;
        reader.read_line(line)?;
    }
    reader.instance(blocks)
}
