//! Joint order batching and picker routing: the files of Henn and Wäscher (2012, doi 10.1016/j.ejor.2012.05.049), Muter and Öncan (2015,
//! doi 10.1080/0740817X.2014.991478) and Bahçeci and Öncan, in the form of the single picker routing files of Heßler and Irnich.
//!
//! ```text
//! PICKER_CAPACITY : 45                                      heads, then
//! ARTICLE_SECTION   ID article WEIGHT w                     units of capacity per piece
//! SKU_SECTION       ID article AISLE a CELL c QUANTITY n    where it lies
//! ORDER_SECTION     NUM_ARTICLES_IN_ORDER : n, then ID article QUANTITY q, n times per order
//! ```
//!
//! The files of Muter and Öncan say that it is 1 from a cross-aisle to the first cell; the best known lengths are for 1.5, so 1.5 is read.
//! Lengths have one decimal and become thousandths of the file's unit.

use std::collections::HashMap;
use std::path::Path;

use crate::bench::picking_file::PickingFile;
use crate::error::{Error, Result};
use crate::solve::batch::{Jobs, Rules};
use crate::solve::tour::{Bay, Layout};

/// Thousandths per unit of the files.
pub const SCALE: f64 = 1_000.0;

/// How the comment of Muter and Öncan's files begins; their best known lengths are for an entry of 1.5, whatever the files say.
const MUTER: &str = "Muter";
const MUTER_ENTRY: i64 = 1_500;

/// An instance. An order's second dimension of load is its weight; the others are nothing.
#[derive(Clone, Debug)]
pub struct Instance {
    pub layout: Layout,
    pub jobs: Jobs,
    /// Weight a cart takes.
    pub capacity: i64,
}

/// What is read so far.
struct Reader<'t> {
    file: PickingFile<'t>,
    section: Section,
    weights: HashMap<i64, i64>,
    places: HashMap<i64, Bay>,
    orders: Vec<Order>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Heads,
    Articles,
    Places,
    Orders,
}

/// An order: the line it begins in, the number of articles it says, its articles with their quantity.
struct Order {
    line: usize,
    says: u64,
    articles: Vec<(i64, i64)>,
}

impl<'t> Reader<'t> {
    fn read_line(&mut self, text: &'t str) -> Result<()> {
        match text.trim() {
            "" | "EOF" => return Ok(()),
            "ARTICLE_SECTION" => self.section = Section::Articles,
            "SKU_SECTION" => self.section = Section::Places,
            "ORDER_SECTION" => self.section = Section::Orders,
            line => match line.split_once(" : ") {
                Some((key, value)) => self.read_head(key.trim(), value.trim())?,
                None => self.read_entry(line)?,
            },
        }
        Ok(())
    }

    fn read_head(&mut self, key: &'t str, value: &'t str) -> Result<()> {
        if key != "NUM_ARTICLES_IN_ORDER" {
            self.file.put(key, value);
            return Ok(());
        }
        let says = self.file.number("a number of articles", Some(value))?;
        self.orders.push(Order {
            line: self.file.line,
            says,
            articles: Vec::new(),
        });
        Ok(())
    }

    fn read_entry(&mut self, line: &str) -> Result<()> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let article = self.file.field(&words, "ID")?;
        let is_new = match self.section {
            Section::Heads => return Err(self.file.fault("an entry before any section")),
            Section::Articles => {
                let weight = self.file.field(&words, "WEIGHT")?;
                self.weights.insert(article, weight).is_none()
            }
            Section::Places => {
                let bay = Bay {
                    block: 0,
                    aisle: self.file.field(&words, "AISLE")? as u32,
                    bay: self.file.field(&words, "CELL")? as u32,
                };
                self.places.insert(article, bay).is_none()
            }
            Section::Orders => {
                let quantity = self.file.field(&words, "QUANTITY")?;
                let Some(order) = self.orders.last_mut() else {
                    return Err(self.file.fault("an article before any order"));
                };
                order.articles.push((article, quantity));
                true
            }
        };
        if is_new {
            Ok(())
        } else {
            Err(self
                .file
                .fault(format!("article {article} is listed twice")))
        }
    }

    fn layout(&mut self) -> Result<Layout> {
        let is_muter = self
            .file
            .head("COMMENT")
            .is_ok_and(|comment| comment.starts_with(MUTER));
        let entry = if is_muter {
            MUTER_ENTRY
        } else {
            self.file.entry(SCALE)?
        };
        if self.file.head("LAYOUT")? != "single-block" {
            return Err(self.file.fault("expected LAYOUT : single-block"));
        }
        self.file.layout(1, SCALE, entry)
    }

    /// Adds an order as a job.
    fn job(&self, order: &Order, layout: &Layout, jobs: &mut Jobs) -> Result<()> {
        if order.articles.len() as u64 != order.says {
            let (found, says) = (order.articles.len(), order.says);
            return Err(self.file.fault(format!(
                "expected {says} articles in this order, found {found}"
            )));
        }
        let (mut bays, mut weight) = (Vec::new(), 0);
        for (article, quantity) in &order.articles {
            let bay = self.places.get(article).filter(|bay| layout.contains(bay));
            let bay = bay.ok_or_else(|| {
                self.file
                    .fault(format!("article {article} has no place in the layout"))
            })?;
            bays.push(*bay);
            weight += quantity * self.weights.get(article).copied().unwrap_or(1);
        }
        jobs.push(&bays, [0, weight, 0, 0]);
        Ok(())
    }

    fn finish(mut self) -> Result<Instance> {
        let layout = self.layout()?;
        let capacity = i64::from(self.file.whole("PICKER_CAPACITY", u32::MAX)?);
        let says = self.file.whole("NUM_ORDERS", u32::MAX)?;
        if self.orders.len() != says as usize {
            let found = self.orders.len();
            return Err(self
                .file
                .fault(format!("expected {says} orders, found {found}")));
        }
        let mut jobs = Jobs::default();
        for order in &std::mem::take(&mut self.orders) {
            self.file.line = order.line;
            self.job(order, &layout, &mut jobs)?;
            let weight = jobs.load(jobs.len() as u32 - 1)[1];
            if weight > capacity {
                return Err(self.file.fault(format!(
                    "an order of {weight} exceeds PICKER_CAPACITY {capacity}"
                )));
            }
        }
        Ok(Instance {
            layout,
            jobs,
            capacity,
        })
    }
}

impl Instance {
    /// Reads the text of `file`. Errors say which line is wrong and what was expected.
    pub fn parse(file: &str, text: &str) -> Result<Instance> {
        let mut reader = Reader {
            file: PickingFile::new(file, "order batching"),
            section: Section::Heads,
            weights: HashMap::new(),
            places: HashMap::new(),
            orders: Vec::new(),
        };
        for line in text.lines() {
            reader.file.line += 1;
            reader.read_line(line)?;
        }
        reader.finish()
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Instance> {
        let file = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|e| Error::input(format!("cannot read {file}: {e}")))?;
        Instance::parse(&file, &String::from_utf8_lossy(&bytes))
    }

    pub fn rules(&self) -> Rules<'_> {
        Rules {
            floor: Some(&self.layout),
            limit: [i64::MAX, self.capacity, i64::MAX, i64::MAX],
            cart_mm: 0,
        }
    }
}

/// Two aisles of four cells, two orders.
#[cfg(test)]
pub const SMALL: &str = "NAME : small\nPICKER_CAPACITY : 3\nLAYOUT : single-block\nNUM_AISLES : 2\nNUM_CELLS : 4\nDEPOT_AISLE : 0\n\
        DEPOT_LOCATION : bottom\nDISTANCE_AISLE_TO_AISLE : 2.4\nDISTANCE_CELL_TO_CELL : 1\nDISTANCE_TOP_TO_CELL : 1\n\
        DISTANCE_BOTTOM_TO_CELL : 1\nARTICLE_SECTION\nNUM_ARTICLES : 2\nID 0 WEIGHT 1\nID 1 WEIGHT 1\nSKU_SECTION\nNUM_SKUS : 2\n\
        ID 0 AISLE 0 CELL 3 QUANTITY 2 LEFT_RIGHT_HAND_SIDE left\nID 1 AISLE 1 CELL 0 QUANTITY 1 LEFT_RIGHT_HAND_SIDE left\n\
        ORDER_SECTION\nNUM_ORDERS : 2\nNUM_ARTICLES_IN_ORDER : 2\nID 0 QUANTITY 2\nID 1 QUANTITY 1\nNUM_ARTICLES_IN_ORDER : 1\n\
        ID 1 QUANTITY 1\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_is_read() {
        let instance = Instance::parse("f", &SMALL.replace('\n', "\r\n")).unwrap();
        assert_eq!((instance.jobs.len(), instance.capacity), (2, 3));
        assert_eq!(instance.jobs.load(0), &[0, 3, 0, 0]);
        assert_eq!(instance.jobs.bays(0)[0].bay, 3);
        assert_eq!(instance.layout.pitch_mm(), 5_000);
        let wide = Instance::parse("f", &format!("COMMENT : Muter and X\n{SMALL}")).unwrap();
        assert_eq!(wide.layout.pitch_mm(), 6_000);
    }

    #[test]
    fn faults_name_line_and_value() {
        let said = |from: &str, to: &str| {
            Instance::parse("f", &SMALL.replacen(from, to, 1))
                .unwrap_err()
                .message
        };
        assert!(
            said("NUM_CELLS : 4", "NUM_CELLS : x")
                .contains("f: line 5: expected NUM_CELLS, a whole number, found \"x\"")
        );
        assert!(said("CELL 3", "CELL 9").contains("f: line 22: article 0 has no place"));
        assert!(said("ID 1 QUANTITY", "ID 7 QUANTITY").contains("article 7 has no place"));
        assert!(said("NUM_ORDERS : 2", "NUM_ORDERS : 3").contains("expected 3 orders, found 2"));
        assert!(
            said("IN_ORDER : 1", "IN_ORDER : 2")
                .contains("f: line 25: expected 2 articles in this order, found 1")
        );
        assert!(
            said("PICKER_CAPACITY : 3", "PICKER_CAPACITY : 2").contains("an order of 3 exceeds")
        );
        assert!(said("QUANTITY 2\nID 1", "QUANTITY -2\nID 1").contains("expected QUANTITY from 0"));
        assert!(said("ID 1 WEIGHT", "ID 0 WEIGHT").contains("listed twice"));
        assert!(said("DEPOT_LOCATION : bottom\n", "").contains("no line DEPOT_LOCATION"));
        assert!(said("NAME : small", "hello").contains("f: line 1: expected ID"));
        assert!(said("single-block", "two-block").contains("single-block"));
        assert!(Instance::parse("f", "").is_err());
    }
}
