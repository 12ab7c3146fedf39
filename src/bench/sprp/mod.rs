//! Single picker routing with scattered storage: which slots to pick from, so that the tour is shortest; solved by [`crate::solve::scatter`].
//!
//! The files of Heßler and Irnich (2024): heads, then
//!
//! ```text
//! SKU_SECTION       ID article AISLE a CELL c QUANTITY n    a slot and its stock; cells are counted from the top
//! ORDER_SECTION     ID article QUANTITY q                   the demand
//! ```
//!
//! They are Latin-1. Each file stands for two instances: one block, or two of half the cells with a cross-aisle between. Lengths become halves of
//! the file's unit, so that the middle of a cell is whole. The published lengths of two blocks with demands above one are too low in about 50
//! files (below the bound here): no gap is told for them. A solution is a text:
//!
//! ```text
//! 196             length, in the file's unit
//! 3 19 0 1        a line per pick, in the order of the walk: aisle, cell, article, units
//! ```

mod read;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::best_known::{BestKnown, Form};
use super::table::{Cell, Table};
use crate::error::{Error, Result};
use crate::solve::scatter::{Effort, Instance, Pick, Plan, solve};
use crate::solve::tour::Bay;
pub use read::parse;

/// Where the published lengths stand.
pub const BEST_KNOWN: Form = Form {
    file: "optimal.csv",
    name: &["instance", "blocks"],
    value: "optimal_tour_length",
};

/// Parts of the file's unit.
const HALVES: i64 = 2;

/// How much is tried, and on which layout.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// 1 or 2.
    pub blocks: u32,
    pub effort: Effort,
    /// Seconds, if a clock is to decide as well.
    pub seconds: Option<f64>,
}

/// The result of one instance. Lengths in the file's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// File and blocks, as `optimal.csv` has them.
    pub instance: String,
    pub items: usize,
    pub slots: usize,
    /// The published length.
    pub best_known: Option<f64>,
    pub length: f64,
    pub bound: f64,
    /// Aisle, cell, article and units, in the order of the walk.
    pub picks: Vec<[i64; 4]>,
    pub seconds: f64,
}

impl Outcome {
    /// The second part of the name, slots per item, and the blocks: `F10/2`.
    fn set(&self) -> String {
        let (file, blocks) = self
            .instance
            .rsplit_once('/')
            .unwrap_or((&self.instance, ""));
        let slots = file.split('_').nth(1).unwrap_or_default();
        format!("{slots}/{blocks}")
    }

    fn is_optimal(&self) -> bool {
        self.length == self.bound
    }

    /// Whether the published length lies below what is proven here.
    pub fn is_disproved(&self) -> bool {
        self.best_known.is_some_and(|best| best < self.bound)
    }

    /// Per cent above the published length, where that may be right, and above the bound.
    fn gaps(&self) -> (Option<f64>, f64) {
        let above = |reference: f64| match self.length - reference {
            0.0 => 0.0,
            more => 100.0 * more / self.length,
        };
        let best = self.best_known.filter(|_| !self.is_disproved());
        let to_best = best.map(|best| above(best) * self.length / best.max(1.0));
        (to_best, above(self.bound))
    }
}

/// Reads and solves one file.
pub fn run(file: &Path, best_known: &BestKnown, options: &Options) -> Result<Outcome> {
    let place = file.display();
    let bytes =
        std::fs::read(file).map_err(|e| Error::input(format!("cannot read {place}: {e}")))?;
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let (instance, articles) = parse(&place.to_string(), &text, options.blocks)?;
    if let Some((item, missing)) = instance.shortage() {
        let article = articles[item as usize];
        let message =
            format!("{place}: article {article}: {missing} units more are ordered than there are");
        return Err(Error::input(message));
    }
    let start = Instant::now();
    let most = options.seconds.unwrap_or(f64::INFINITY);
    let left = || most - start.elapsed().as_secs_f64();
    let found = solve(&instance, &options.effort, &left);
    let seconds = start.elapsed().as_secs_f64();
    let found = found.ok_or_else(|| Error::internal(format!("{place}: no plan")))?;
    judge(&instance, &found.solution)
        .map_err(|fault| Error::internal(format!("{place}: the plan is none: {fault}")))?;
    let (name, best_known) = best_known.of(file, &format!("/{}", options.blocks))?;
    Ok(Outcome {
        instance: name,
        items: instance.demands.len(),
        slots: instance.slots.len(),
        best_known,
        length: found.value as f64 / HALVES as f64,
        bound: found.bound as f64 / HALVES as f64,
        picks: picks(&instance, &articles, &found.solution),
        seconds,
    })
}

/// Why this is no plan of that length, if so; reckoned from the instance alone.
fn judge(instance: &Instance, plan: &Plan) -> std::result::Result<(), String> {
    let mut stock: Vec<u32> = instance.slots.iter().map(|slot| slot.stock).collect();
    let mut due = instance.demands.clone();
    for pick in &plan.picks {
        let item = instance.slots[pick.slot as usize].item as usize;
        for left in [&mut stock[pick.slot as usize], &mut due[item]] {
            *left = left
                .checked_sub(pick.quantity)
                .ok_or_else(|| format!("too much of item {item}"))?;
        }
    }
    if let Some(item) = due.iter().position(|&due| due > 0) {
        return Err(format!("too little of item {item}"));
    }
    let bay = |pick: &Pick| instance.slots[pick.slot as usize].bay;
    let stops: Vec<Bay> = plan.picks.iter().map(bay).collect();
    let order: Vec<u32> = (0..stops.len() as u32).collect();
    let length = instance.layout.walk_length(&stops, &order);
    if length == plan.length_mm {
        Ok(())
    } else {
        Err(format!("it is {length} long, not {}", plan.length_mm))
    }
}

fn picks(instance: &Instance, articles: &[i64], plan: &Plan) -> Vec<[i64; 4]> {
    let line = |pick: &Pick| {
        let slot = &instance.slots[pick.slot as usize];
        let cell = slot.bay.block * instance.layout.bays_per_block + slot.bay.bay;
        let article = articles[slot.item as usize];
        [
            slot.bay.aisle.into(),
            cell.into(),
            article,
            pick.quantity.into(),
        ]
    };
    plan.picks.iter().map(line).collect()
}

/// The text of a solution.
pub fn print(outcome: &Outcome) -> String {
    let mut text = format!("{}\n", outcome.length);
    for [aisle, cell, article, units] in &outcome.picks {
        text += &format!("{aisle} {cell} {article} {units}\n");
    }
    text
}

/// A row per instance, a mean per set and over all.
pub fn table(outcomes: &[Outcome]) -> Table {
    let mut by_set: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        by_set.entry(outcome.set()).or_default().push(outcome);
    }
    let mut means: Vec<Vec<Cell>> = by_set.iter().map(|(set, of)| mean(set, of)).collect();
    if by_set.len() != 1 {
        means.push(mean("all", &outcomes.iter().collect::<Vec<_>>()));
    }
    Table {
        columns: vec![
            "instance",
            "set",
            "items",
            "slots",
            "published",
            "length",
            "gap to published %",
            "bound",
            "gap to bound %",
            "ms",
            "state",
        ],
        rows: outcomes.iter().map(row).collect(),
        means,
    }
}

fn per_cent(value: Option<f64>) -> Cell {
    value.map_or(Cell::Unknown, |value| Cell::Real(value, 3))
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    let (to_best, to_bound) = outcome.gaps();
    let state = match (outcome.is_optimal(), outcome.is_disproved()) {
        (true, false) => "optimal",
        (false, false) => "feasible",
        (true, true) => "optimal: the published length is too low",
        (false, true) => "feasible: the published length is too low",
    };
    vec![
        Cell::Text(outcome.instance.clone()),
        Cell::Text(outcome.set()),
        Cell::Whole(outcome.items as i64),
        Cell::Whole(outcome.slots as i64),
        outcome
            .best_known
            .map_or(Cell::Unknown, |best| Cell::Real(best, 1)),
        Cell::Real(outcome.length, 1),
        per_cent(to_best),
        Cell::Real(outcome.bound, 1),
        per_cent(Some(to_bound)),
        Cell::Real(1e3 * outcome.seconds, 2),
        Cell::Text(state.to_owned()),
    ]
}

fn mean(set: &str, outcomes: &[&Outcome]) -> Vec<Cell> {
    let of = |values: Vec<f64>| {
        let n = values.len() as f64;
        (n > 0.0).then(|| values.iter().sum::<f64>() / n)
    };
    let to_best = of(outcomes
        .iter()
        .filter_map(|outcome| outcome.gaps().0)
        .collect());
    let to_bound = of(outcomes.iter().map(|outcome| outcome.gaps().1).collect());
    let ms = of(outcomes
        .iter()
        .map(|outcome| 1e3 * outcome.seconds)
        .collect());
    let optimal = outcomes
        .iter()
        .filter(|outcome| outcome.is_optimal())
        .count();
    vec![
        Cell::Text("mean".to_owned()),
        Cell::Text(set.to_owned()),
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        per_cent(to_best),
        Cell::Unknown,
        per_cent(to_bound),
        ms.map_or(Cell::Unknown, |ms| Cell::Real(ms, 2)),
        Cell::Text(format!("{optimal} of {} optimal", outcomes.len())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "NAME : small\nNUM_AISLES : 2\nNUM_CELLS : 4\nDEPOT_AISLE : 0\nDEPOT_LOCATION : bottom\n\
        DISTANCE_AISLE_TO_AISLE : 3\nDISTANCE_CELL_TO_CELL : 1\nDISTANCE_TOP_TO_CELL : 1\nDISTANCE_BOTTOM_TO_CELL : 1\n\
        DISTANCE_TOP_OR_BOTTOM_TO_DEPOT : 0\nARTICLE_SECTION\nNUM_ARTICLES : 1\nID 7\nSKU_SECTION\nNUM_SKUS : 2\n\
        ID 7 AISLE 0 CELL 0 QUANTITY 5 LEFT_RIGHT_HAND_SIDE left\nID 7 AISLE 0 CELL 3 QUANTITY 2 LEFT_RIGHT_HAND_SIDE left\n\
        ORDER_SECTION\nNUM_ARTICLES : 1\nID 7 QUANTITY 3\nEOF";

    fn solved(text: &str, blocks: u32) -> Result<Outcome> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("unit_F2_small.txt");
        std::fs::write(&file, text).unwrap();
        std::fs::write(
            dir.path().join("optimal.csv"),
            "instance,blocks,optimal_tour_length\nunit_F2_small.txt,1,6\n",
        )
        .unwrap();
        let effort = Effort::night();
        let options = Options {
            blocks,
            effort,
            seconds: None,
        };
        run(&file, &BestKnown::new(BEST_KNOWN, None), &options)
    }

    #[test]
    fn a_small_file_is_solved() {
        let outcome = solved(SMALL, 1).unwrap();
        assert_eq!((outcome.length, outcome.bound), (8.0, 8.0));
        assert_eq!(outcome.set(), "F2/1");
        assert!(outcome.is_disproved(), "6 is too short for the far cell");
        assert_eq!(print(&outcome), "8\n0 0 7 3\n");
        let two = solved(SMALL, 2).unwrap();
        assert_eq!((two.length, two.best_known), (10.0, None));
        let table = table(&[outcome, two]);
        assert_eq!((table.rows.len(), table.means.len()), (2, 3));
    }

    #[test]
    fn faults_say_where_and_what() {
        let said = |from: &str, to: &str| solved(&SMALL.replace(from, to), 1).unwrap_err().message;
        assert!(
            said("CELL 3", "CELL x")
                .contains("line 17: expected CELL and a whole number, found \"x\"")
        );
        assert!(said("CELL 3", "CELL 4").contains("no cell 4 in aisle 0"));
        assert!(
            said("QUANTITY 3", "QUANTITY 8")
                .contains("article 7: 1 units more are ordered than there are")
        );
        assert!(said("NUM_AISLES", "AISLES").contains("no line NUM_AISLES"));
        assert!(said("EOF", "END").contains("line 21"));
        assert!(said("ORDER_SECTION", "ORDER_SECTION\nID 7 QUANTITY 1").contains("ordered twice"));
        assert!(said("DEPOT_AISLE : 0", "DEPOT_AISLE : 2").contains("depot"));
    }
}
