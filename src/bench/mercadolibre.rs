//! The Mercado Libre challenge (SBPO 2025): one wave, most units per visited aisle; solved by [`crate::solve::select`].
//!
//! Instance: `orders items aisles`; then a line per order and a line per aisle, `n item quantity item quantity ...`; then `LB UB`. Solution: the
//! number of orders, their indices, the number of aisles, their indices, one number a line. Best known values are to be reached from below.

use std::path::Path;
use std::time::Instant;

use super::best_known::{BestKnown, Form};
use super::table::{Cell, Table};
use crate::error::{Error, Result};
use crate::solve::outcome::relative_gap;
use crate::solve::select::{Bags, Effort, Instance, Wave, select};

/// Where the best known ratios stand.
pub const BEST_KNOWN: Form = Form {
    file: "best_objectives.csv",
    name: &["dataset", "instance"],
    value: "best_objective",
};

/// Quantities and bounds are at most this: all sums fit.
const MOST: u64 = 1_000_000_000;
/// A ratio this close to another is the same.
const SAME: f64 = 1e-9;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub effort: Effort,
    /// Seconds, if a clock is to end the search too.
    pub seconds: Option<f64>,
}

/// The result of one instance.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `folder/file`.
    pub instance: String,
    pub orders: usize,
    pub items: usize,
    pub aisles: usize,
    pub best_known: Option<f64>,
    /// None was found where it is missing.
    pub wave: Option<Wave>,
    /// No wave has more units per aisle.
    pub bound: f64,
    pub seconds: f64,
}

impl Outcome {
    fn ratio(&self) -> f64 {
        self.wave.as_ref().map_or(0.0, Wave::ratio)
    }

    /// Share of the best known ratio.
    pub fn share(&self) -> Option<f64> {
        self.best_known.map(|best| self.ratio() / best)
    }
}

/// Reads and solves one file.
pub fn run(file: &Path, best_known: &BestKnown, options: &Options) -> Result<Outcome> {
    let place = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|e| Error::input(format!("cannot read {place}: {e}")))?;
    let start = Instant::now();
    let instance = parse(&place, &text)?;
    let most = options.seconds.unwrap_or(f64::INFINITY);
    let left = || most - start.elapsed().as_secs_f64();
    let found = select(&instance, &options.effort, &left, &mut |_| ());
    let bound = found.as_ref().map_or(f64::INFINITY, |found| found.bound);
    let wave = found.map(|found| found.solution);
    if let Some(Err(fault)) = wave.as_ref().map(|wave| instance.check(wave)) {
        let message = format!("{place}: the wave found is not one of the instance: {fault:?}");
        return Err(Error::internal(message));
    }
    let (name, best_known) = best_known.of(file, "")?;
    Ok(Outcome {
        instance: name,
        orders: instance.orders.len(),
        items: instance.items,
        aisles: instance.groups.len(),
        best_known,
        wave,
        bound,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// A row per instance, and a mean.
pub fn table(outcomes: &[Outcome]) -> Table {
    Table {
        columns: vec![
            "instance",
            "orders",
            "aisles",
            "best known",
            "ratio",
            "units",
            "visited",
            "share of best",
            "bound",
            "gap to bound %",
            "seconds",
            "state",
        ],
        rows: outcomes.iter().map(row).collect(),
        means: vec![mean(outcomes)],
    }
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    let real =
        |value: Option<f64>, decimals| value.map_or(Cell::Unknown, |x| Cell::Real(x, decimals));
    let wave = outcome.wave.as_ref();
    let ratio = wave.map(Wave::ratio);
    let gap = ratio.map(|ratio| 100.0 * relative_gap(ratio, outcome.bound));
    let state = match ratio {
        None => "no wave",
        Some(ratio) if outcome.bound - ratio < SAME => "optimal",
        Some(_) => "feasible",
    };
    let whole = |n: Option<usize>| n.map_or(Cell::Unknown, |n| Cell::Whole(n as i64));
    vec![
        Cell::Text(outcome.instance.clone()),
        whole(Some(outcome.orders)),
        whole(Some(outcome.aisles)),
        real(outcome.best_known, 4),
        real(ratio, 4),
        whole(wave.map(|wave| wave.units as usize)),
        whole(wave.map(|wave| wave.groups.len())),
        real(outcome.share().filter(|_| wave.is_some()), 5),
        real(ratio.map(|_| outcome.bound), 3),
        real(gap, 2),
        Cell::Real(outcome.seconds, 1),
        Cell::Text(state.to_owned()),
    ]
}

/// Mean share of best known (0 where no wave was found) and the worst.
fn mean(outcomes: &[Outcome]) -> Vec<Cell> {
    let shares: Vec<f64> = outcomes.iter().filter_map(Outcome::share).collect();
    let count = shares.len() as f64;
    let known = |value: f64, decimals| match shares.len() {
        0 => Cell::Unknown,
        _ => Cell::Real(value, decimals),
    };
    let seconds: f64 = outcomes.iter().map(|outcome| outcome.seconds).sum();
    let worst = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let reached = shares.iter().filter(|&&share| share > 1.0 - SAME).count();
    let mut cells = vec![Cell::Unknown; 12];
    cells[0] = Cell::Text("mean".to_owned());
    cells[7] = known(shares.iter().sum::<f64>() / count, 5);
    cells[10] = Cell::Real(seconds / outcomes.len().max(1) as f64, 1);
    cells[11] = Cell::Text(match shares.len() {
        0 => "no best known".to_owned(),
        of => format!("{reached} of {of} equal or better, worst {worst:.5}"),
    });
    cells
}

/// The numbers of one line.
struct Line<'a> {
    file: &'a str,
    number: usize,
    words: std::str::SplitWhitespace<'a>,
}

impl Line<'_> {
    fn fault(&self, message: String) -> Error {
        let hint = "the format is: orders items aisles, a line per order and per aisle (n item quantity ...), LB UB; whole numbers";
        Error::input(format!("{}: line {}: {message}", self.file, self.number)).hint(hint)
    }

    fn number(&mut self, what: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64> {
        let Some(word) = self.words.next() else {
            return Err(self.fault(format!("expected {what}, found the end of the line")));
        };
        let number = word.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            self.fault(format!("expected {what} ({low} to {high}), found {word:?}"))
        })
    }

    fn end(mut self) -> Result<()> {
        match self.words.next() {
            Some(word) => Err(self.fault(format!("expected the end of the line, found {word:?}"))),
            None => Ok(()),
        }
    }

    /// `n item quantity ...`
    fn bag(mut self, items: u64) -> Result<Vec<(u32, u32)>> {
        let lines = self.number("the number of items", 0..=items)?;
        let mut bag = Vec::with_capacity(lines as usize);
        for _ in 0..lines {
            let item = self.number("an item", 0..=items.saturating_sub(1))? as u32;
            bag.push((item, self.number("a quantity", 0..=MOST)? as u32));
        }
        bag.sort_unstable();
        if let Some(twice) = bag.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(self.fault(format!("item {} is named twice", twice[0].0)));
        }
        self.end()?;
        Ok(bag)
    }
}

/// Reads the text of `file`.
pub fn parse(file: &str, text: &str) -> Result<Instance> {
    let mut lines = text.lines().enumerate();
    let mut next = || {
        let (at, text) = lines.next().unwrap_or((text.lines().count(), ""));
        Line {
            file,
            number: at + 1,
            words: text.split_whitespace(),
        }
    };
    let mut head = next();
    let orders = head.number("the number of orders", 0..=10_000_000)?;
    let items = head.number("the number of items", 0..=10_000_000)?;
    let aisles = head.number("the number of aisles", 1..=1_000_000)?;
    head.end()?;
    let mut bags = |count: u64| -> Result<Bags> {
        let mut bags = Bags::default();
        for _ in 0..count {
            bags.push(next().bag(items)?);
        }
        Ok(bags)
    };
    let (orders, groups) = (bags(orders)?, bags(aisles)?);
    let asked: u64 = (0..orders.len()).map(|order| orders.units(order)).sum();
    let mut last = next();
    if asked > u64::from(u32::MAX) {
        return Err(last.fault(format!(
            "all orders ask for {asked} units, more than {}",
            u32::MAX
        )));
    }
    let least = last.number("the least units of a wave", 0..=MOST)?;
    let most = last.number("the most units of a wave", least..=MOST)?;
    last.end()?;
    Ok(Instance {
        items: items as usize,
        orders,
        groups,
        least,
        most,
    })
}

/// The text of a solution.
pub fn print(wave: &Wave) -> String {
    let mut text = String::new();
    for list in [&wave.orders, &wave.groups] {
        text += &format!("{}\n", list.len());
        list.iter().for_each(|index| text += &format!("{index}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the challenge: both orders of the best wave lie in two of five aisles.
    const SMALL: &str = "2 3 2\n1 0 2\n2 1 1 2 1\n1 0 2\n2 1 1 2 1\n1 4\n";

    #[test]
    fn a_small_file_is_read_solved_and_written() {
        let instance = parse("small", SMALL).unwrap();
        assert_eq!((instance.orders.len(), instance.groups.len()), (2, 2));
        let left = || f64::INFINITY;
        let found = select(&instance, &Effort::default(), &left, &mut |_| ()).unwrap();
        assert_eq!((found.value, found.bound), (2.0, 2.0));
        let text = print(&found.solution);
        assert_eq!(
            text.lines().count(),
            2 + found.solution.orders.len() + found.solution.groups.len()
        );
    }

    #[test]
    fn faults_name_line_and_value() {
        let said = |text: &str| parse("f", text).unwrap_err().message;
        assert!(said("").starts_with("f: line 1: expected the number of orders"));
        assert!(
            said("2 3 0")
                .contains("line 1: expected the number of aisles (1 to 1000000), found \"0\"")
        );
        assert!(
            said(&SMALL.replace("1 0 2", "1 3 2"))
                .contains("line 2: expected an item (0 to 2), found \"3\"")
        );
        assert!(
            said(&SMALL.replace("2 1 1 2 1", "2 1 1 1 1"))
                .contains("line 3: item 1 is named twice")
        );
        let many = "1 1000000000\n".repeat(5).replace("1 1", "1 0 1");
        assert!(said(&format!("5 1 1\n{many}1 0 1\n0 9\n")).contains("ask for 5000000000 units"));
        assert!(said(&SMALL.replace("1 4", "5 4")).contains("line 6: expected the most units"));
        assert!(
            said("2 3 2\n1 0 2\n").contains("line 3: expected the number of items, found the end")
        );
        assert!(
            said(&SMALL.replace("1 4", "1 4 9"))
                .contains("expected the end of the line, found \"9\"")
        );
    }
}
