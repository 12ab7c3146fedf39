//! The files of Heßler and Irnich, line by line.

use std::collections::BTreeMap;

use super::HALVES;
use crate::bench::picking_file::PickingFile;
use crate::error::Result;
use crate::solve::scatter::{Instance, Slot};
use crate::solve::tour::Bay;

/// What is read so far.
struct Reader<'t> {
    file: PickingFile<'t>,
    section: &'t str,
    /// Article, aisle, cell, units.
    slots: Vec<[i64; 4]>,
    demands: BTreeMap<i64, i64>,
}

impl<'t> Reader<'t> {
    fn read_line(&mut self, text: &'t str) -> Result<()> {
        let text = text.trim();
        if let Some((key, value)) = text.split_once(" : ") {
            self.file.put(key.trim(), value.trim());
        } else if text.ends_with("_SECTION") {
            self.section = text;
        } else if text.starts_with("ID") {
            let words: Vec<&str> = text.split_whitespace().collect();
            let article = self.file.field(&words, "ID")?;
            match self.section {
                "SKU_SECTION" => {
                    let aisle = self.file.field(&words, "AISLE")?;
                    let cell = self.file.field(&words, "CELL")?;
                    let units = self.file.field(&words, "QUANTITY")?;
                    self.slots.push([article, aisle, cell, units]);
                }
                "ORDER_SECTION" => {
                    let units = self.file.field(&words, "QUANTITY")?;
                    if self.demands.insert(article, units).is_some() {
                        return Err(self
                            .file
                            .fault(format!("article {article} is ordered twice")));
                    }
                }
                _ => {}
            }
        } else if !text.is_empty() && text != "EOF" {
            return Err(self.file.fault(format!(
                "expected a head, a section or an ID, found {text:?}"
            )));
        }
        Ok(())
    }

    /// The instance and the article of each item.
    fn instance(&mut self, blocks: u32) -> Result<(Instance, Vec<i64>)> {
        let entry = self.file.entry(HALVES as f64)?;
        let layout = self.file.layout(blocks, HALVES as f64, entry)?;
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
                let fault = format!("no cell {cell} in aisle {aisle}");
                return Err(self.file.fault(fault));
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
        file: PickingFile::new(file, "picker routing"),
        section: "",
        slots: Vec::new(),
        demands: BTreeMap::new(),
    };
    for line in text.lines() {
        reader.file.line += 1;
        reader.read_line(line)?;
    }
    reader.instance(blocks)
}
