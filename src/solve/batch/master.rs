//! The linear relaxation over the columns known so far, and what each job is worth in it.
//!
//! ```text
//! min  sum_b (f + L(b)) x_b     s.t.  sum_{b contains j} x_b >= 1   every job j,     x >= 0
//! ```
//!
//! Covering instead of partitioning: a tour never grows when a stop is left out, so a job on two carts is taken off one for free; the
//! prices are not negative then, which steadies them. Dual simplex of HiGHS through its own crate, as columns are added to a solved
//! programme and the basis is kept; one thread.

use highs::{ColProblem, HighsModelStatus, Model, Row, Sense};

use super::columns::Columns;
use super::pricing::PRICE;

/// Columns taken into the programme at once.
pub const BATCH: usize = 150;

/// Profits up to this many millimetres are rounding.
const SLACK: f64 = 1e-3;

/// The programme; keeps its basis from one solution to the next.
pub struct Master {
    /// `None` after HiGHS has failed.
    model: Option<Model>,
    rows: Vec<Row>,
    is_taken: Vec<bool>,
    cart_mm: i64,
}

/// A solution of the relaxation.
pub struct Relaxed {
    /// What each job is worth, millimetres.
    pub prices: Vec<f64>,
}

impl Master {
    pub fn new(jobs: usize, cart_mm: i64) -> Master {
        let mut problem = ColProblem::new();
        let rows: Vec<Row> = (0..jobs).map(|_| problem.add_row(1.0..)).collect();
        let mut model = Model::try_new(problem).ok();
        if let Some(model) = &mut model {
            model.make_quiet();
            model.set_sense(Sense::Minimise);
            // Refusals leave HiGHS's defaults: slower, never wrong.
            let _ = model.try_set_option("threads", 1);
            let _ = model.try_set_option("parallel", "off");
            let _ = model.try_set_option("presolve", "off");
        }
        Master {
            model,
            rows,
            is_taken: Vec::new(),
            cart_mm,
        }
    }

    /// Takes a column into the programme; false if it is there already.
    pub fn take(&mut self, columns: &Columns, column: u32) -> bool {
        if self.is_taken.len() < columns.len() {
            self.is_taken.resize(columns.len(), false);
        }
        if std::mem::replace(&mut self.is_taken[column as usize], true) {
            return false;
        }
        let cost = (columns.length(column) + self.cart_mm) as f64;
        let entries = columns
            .jobs(column)
            .iter()
            .map(|&job| (self.rows[job as usize], 1.0));
        let added = self
            .model
            .as_mut()
            .map(|model| model.try_add_column(cost, 0.0.., entries));
        matches!(added, Some(Ok(_)))
    }

    /// Solves it; `None` if HiGHS has failed.
    fn solve(&mut self) -> Option<Relaxed> {
        let solved = self.model.take()?.try_solve().ok()?;
        if solved.status() != HighsModelStatus::Optimal {
            return None;
        }
        let prices = solved.get_solution().dual_rows().to_vec();
        self.model = Some(Model::from(solved));
        Some(Relaxed { prices })
    }
}

impl Master {
    /// Solves the relaxation over all of `columns`: those that earn more than they cost are taken, [`BATCH`] at a time, until there are none.
    /// `None` if HiGHS has failed or `go_on` ends it.
    pub fn relax(&mut self, columns: &Columns, go_on: &dyn Fn() -> bool) -> Option<Relaxed> {
        while go_on() {
            let relaxed = self.solve()?;
            let mut better: Vec<(i64, u32)> = Vec::new();
            for column in 0..columns.len() as u32 {
                let profit = -relaxed.reduced_cost(columns, column, self.cart_mm);
                if profit > SLACK {
                    better.push((-(profit * PRICE as f64) as i64, column));
                }
            }
            better.sort_unstable();
            let mut is_new = false;
            for &(_, column) in better.iter().take(BATCH) {
                is_new |= self.take(columns, column);
            }
            if !is_new {
                return Some(relaxed);
            }
        }
        None
    }
}

impl Relaxed {
    /// What a column costs beyond the worth of its jobs, millimetres.
    pub fn reduced_cost(&self, columns: &Columns, column: u32, cart_mm: i64) -> f64 {
        let jobs = columns.jobs(column).iter();
        let worth: f64 = jobs.map(|&job| self.prices[job as usize]).sum();
        (columns.length(column) + cart_mm) as f64 - worth
    }

    /// Of the relaxation, millimetres.
    pub fn value(&self) -> f64 {
        self.prices.iter().sum()
    }
}
