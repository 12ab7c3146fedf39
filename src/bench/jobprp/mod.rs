//! Joint order batching and picker routing: which orders share a cart, and how long the tours are; solved by [`crate::solve::batch`].
//!
//! [`read`] tells the form of the files. Best known lengths are to be reached from above. A solution is a text:
//!
//! ```text
//! 2784.2          total length, in the file's unit
//! 0 17 43         a line per batch: its orders, by their place in the file, from 0
//! ```

mod read;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::best_known::{BestKnown, Form};
use super::table::{Cell, Table};
use crate::error::{Error, Result};
use crate::solve::batch::{Effort, solve};
use crate::solve::tour::{Bay, Scratch, tour_length};

pub use read::{Instance, SCALE};

/// Where the best known lengths stand.
pub const BEST_KNOWN: Form = Form {
    file: "best_known.csv",
    name: &["instance"],
    value: "best_known_tour_length",
};

/// Lengths this close are the same: files have one decimal, best known lengths too.
const SAME: f64 = 1e-6;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub effort: Effort,
    /// Seconds, if a clock is to decide instead of the effort's rounds.
    pub seconds: Option<f64>,
}

/// The result of one instance. Lengths in the file's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// `folder/file`.
    pub instance: String,
    pub orders: usize,
    pub best_known: Option<f64>,
    pub length: f64,
    /// No set of batches is shorter.
    pub bound: f64,
    /// Orders of each batch, by their place in the file.
    pub batches: Vec<Vec<u32>>,
    pub seconds: f64,
}

impl Outcome {
    /// The folder.
    fn set(&self) -> &str {
        self.instance.split_once('/').map_or("", |(set, _)| set)
    }

    fn is_optimal(&self) -> bool {
        self.bound > self.length - SAME
    }

    /// Per cent above the best known length.
    pub fn gap(&self) -> Option<f64> {
        let best = self.best_known.filter(|&best| best > 0.0);
        best.map(|best| 100.0 * (self.length - best) / best)
    }

    /// Per cent of the length that the bound lies below.
    fn gap_to_bound(&self) -> f64 {
        match self.is_optimal() {
            true => 0.0,
            false => 100.0 * (self.length - self.bound) / self.length,
        }
    }

    /// Whether it is shorter than the best known length.
    pub fn is_new_best(&self) -> bool {
        self.best_known
            .is_some_and(|best| self.length < best - SAME)
    }

    fn is_best(&self) -> bool {
        self.best_known
            .is_some_and(|best| self.length < best + SAME)
    }
}

/// Reads and solves one file.
pub fn run(file: &Path, best_known: &BestKnown, options: &Options) -> Result<Outcome> {
    let instance = Instance::read(file)?;
    let start = Instant::now();
    let most = options.seconds.unwrap_or(f64::INFINITY);
    let left = || most - start.elapsed().as_secs_f64();
    let all: Vec<u32> = (0..instance.jobs.len() as u32).collect();
    let found = solve(
        &instance.jobs,
        &all,
        &instance.rules(),
        &options.effort,
        &left,
    );
    let seconds = start.elapsed().as_secs_f64();
    let (bound, batches) = found.map_or((0, Vec::new()), |found| (found.bound, found.solution));
    let length = length(&instance, &batches).map_err(|fault| {
        let place = file.display();
        Error::internal(format!(
            "{place}: the batches found are not a solution: {fault}"
        ))
    })?;
    let (name, best_known) = best_known.of(file, "")?;
    Ok(Outcome {
        instance: name,
        orders: instance.jobs.len(),
        best_known,
        length: length as f64 / SCALE,
        bound: bound as f64 / SCALE,
        batches,
        seconds,
    })
}

/// Length of all tours, thousandths of the file's unit, reckoned again from the instance; or why this is no solution.
fn length(instance: &Instance, batches: &[Vec<u32>]) -> std::result::Result<i64, String> {
    let jobs = &instance.jobs;
    let mut times = vec![0; jobs.len()];
    let mut total = 0;
    for batch in batches {
        let mut stops: Vec<Bay> = Vec::new();
        let mut weight = 0;
        for &order in batch {
            *times
                .get_mut(order as usize)
                .ok_or_else(|| format!("there is no order {order}"))? += 1;
            weight += jobs.load(order)[1];
            stops.extend_from_slice(jobs.bays(order));
        }
        if weight > instance.capacity {
            let capacity = instance.capacity;
            return Err(format!(
                "a batch of {weight} exceeds the capacity {capacity}"
            ));
        }
        total += tour_length(&instance.layout, &stops, &mut Scratch::default());
    }
    match times.iter().position(|&times| times != 1) {
        Some(order) => Err(format!("order {order} is in {} batches", times[order])),
        None => Ok(total),
    }
}

/// The text of a solution.
pub fn print(outcome: &Outcome) -> String {
    let mut text = format!("{:.1}\n", outcome.length);
    for batch in &outcome.batches {
        let orders: Vec<String> = batch.iter().map(u32::to_string).collect();
        text += &(orders.join(" ") + "\n");
    }
    text
}

/// A row per instance, a mean per set and over all.
pub fn table(outcomes: &[Outcome]) -> Table {
    let mut by_set: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
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
            "orders",
            "batches",
            "best known",
            "length",
            "gap to best %",
            "bound",
            "gap to bound %",
            "seconds",
            "state",
        ],
        rows: outcomes.iter().map(row).collect(),
        means,
    }
}

fn real(value: Option<f64>, decimals: usize) -> Cell {
    value.map_or(Cell::Unknown, |value| Cell::Real(value, decimals))
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    let proof = if outcome.is_optimal() {
        "optimal"
    } else {
        "feasible"
    };
    let note = if outcome.is_new_best() {
        ", new best"
    } else {
        ""
    };
    vec![
        Cell::Text(outcome.instance.clone()),
        Cell::Text(outcome.set().to_owned()),
        Cell::Whole(outcome.orders as i64),
        Cell::Whole(outcome.batches.len() as i64),
        real(outcome.best_known, 1),
        Cell::Real(outcome.length, 1),
        real(outcome.gap(), 3),
        Cell::Real(outcome.bound, 1),
        Cell::Real(outcome.gap_to_bound(), 3),
        Cell::Real(outcome.seconds, 1),
        Cell::Text(format!("{proof}{note}")),
    ]
}

/// Mean gaps and seconds; how many are as good as the best known, the worst gap, how many are proven.
fn mean(set: &str, outcomes: &[&Outcome]) -> Vec<Cell> {
    let of = |values: &[f64]| {
        let n = values.len() as f64;
        (n > 0.0).then(|| values.iter().sum::<f64>() / n)
    };
    let gaps: Vec<f64> = outcomes.iter().filter_map(|of| of.gap()).collect();
    let to_bound: Vec<f64> = outcomes.iter().map(|of| of.gap_to_bound()).collect();
    let seconds: Vec<f64> = outcomes.iter().map(|of| of.seconds).collect();
    let worst = gaps.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|of| is(of)).count();
    let (best, new) = (count(Outcome::is_best), count(Outcome::is_new_best));
    let proven = count(Outcome::is_optimal);
    let known = match gaps.len() {
        0 => "no best known".to_owned(),
        n => format!("{best} of {n} equal or better ({new} new), worst {worst:.3} %"),
    };
    let mut cells = vec![Cell::Unknown; 11];
    cells[0] = Cell::Text("mean".to_owned());
    cells[1] = Cell::Text(set.to_owned());
    cells[6] = real(of(&gaps), 3);
    cells[8] = real(of(&to_bound), 3);
    cells[9] = real(of(&seconds), 1);
    cells[10] = Cell::Text(format!("{known}; {proven} of {} optimal", outcomes.len()));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options {
            effort: Effort::proving(7, "test", 0),
            seconds: None,
        }
    }

    #[test]
    fn a_small_file_is_solved_judged_and_written() {
        let path = std::env::temp_dir().join(format!("jobprp-{}.txt", std::process::id()));
        std::fs::write(&path, read::SMALL.replace("CAPACITY : 3", "CAPACITY : 4")).unwrap();
        let outcome = run(&path, &BestKnown::new(BEST_KNOWN, None), &options());
        std::fs::remove_file(&path).unwrap();
        let outcome = outcome.unwrap();
        // One tour: through both aisles, 5 each, and 2.4 between them twice.
        assert_eq!((outcome.length, outcome.bound), (14.8, 14.8));
        assert_eq!(print(&outcome), "14.8\n0 1\n");
        assert_eq!(outcome.gap(), None);
        assert_eq!(row(&outcome)[10], Cell::Text("optimal".to_owned()));
        assert!(run(&path, &BestKnown::new(BEST_KNOWN, None), &options()).is_err());
    }

    #[test]
    fn what_is_no_solution_is_named() {
        let instance = Instance::parse("f", read::SMALL).unwrap();
        let said = |batches: &[&[u32]]| {
            let batches: Vec<Vec<u32>> = batches.iter().map(|batch| batch.to_vec()).collect();
            length(&instance, &batches)
        };
        assert!(said(&[&[0], &[1]]).is_ok());
        assert!(
            said(&[&[0, 1]])
                .unwrap_err()
                .contains("a batch of 4 exceeds")
        );
        assert!(
            said(&[&[0]])
                .unwrap_err()
                .contains("order 1 is in 0 batches")
        );
        assert!(
            said(&[&[0], &[1], &[1]])
                .unwrap_err()
                .contains("in 2 batches")
        );
        assert!(said(&[&[2]]).unwrap_err().contains("no order 2"));
    }

    #[test]
    fn a_shorter_length_is_said_to_be_new() {
        let outcome = |best: f64| Outcome {
            instance: "s/f".to_owned(),
            orders: 2,
            best_known: Some(best),
            length: 8.8,
            bound: 8.0,
            batches: vec![vec![0, 1]],
            seconds: 0.0,
        };
        let outcomes = [outcome(9.0), outcome(8.8), outcome(8.0)];
        assert_eq!(
            row(&outcomes[0])[10],
            Cell::Text("feasible, new best".to_owned())
        );
        assert!(!outcomes[1].is_new_best() && outcomes[1].is_best());
        let table = table(&outcomes);
        assert_eq!(table.means.len(), 1, "one set");
        let Cell::Text(said) = &table.means[0][10] else {
            panic!("a text");
        };
        assert_eq!(
            said,
            "2 of 3 equal or better (1 new), worst 10.000 %; 0 of 3 optimal"
        );
    }
}
