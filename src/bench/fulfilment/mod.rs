//! Orders of several items, served from ten real facilities: a benchmark of our own to publish.
//!
//! The network, and the cost of a shipment, are those of Jasin and Sinha 2015 (Operations Research 63(6), 1336-1351) and Ma 2023 (doi
//! 10.1287/msom.2023.1219): sites of ten fulfilment centres, 99 cities with their population. A shipment costs 8.759 and per unit 0.423 + 0.000541 ×
//! miles; a unit that is not served costs twice the dearest shipment of one unit. Their papers decide order by order as demand
//! comes in; here all orders of a period are known.
//!
//! ```text
//! minimize    sum over orders o, shipments (f, S) of o:  8.759 + (0.423 + 0.000541 × miles(f, city_o)) × |S|,   + unfilled × units left
//! subject to  units of item i shipped from f <= stock_fi,    units shipped from f <= capacity_f
//! ```
//!
//! | file | step |
//! |---|---|
//! | `network` | places and costs |
//! | `instance` | orders, stock and capacity by seed |
//! | `rules` | the problem for the solver; the three rules in use today; a plan valued again |

mod instance;
mod network;
mod rules;

use std::time::Instant;

use crate::error::{Error, Result};
use crate::solve::assign::greedy;
use crate::solve::assign::oracle::{self, Optimum};
use instance::Instance;
use network::Network;
use rules::{Goal, problem, value};

use super::table::{Cell, Table};
use super::{share, solve};

/// An instance by its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    pub orders: usize,
    pub items: usize,
    /// Probability that a facility carries an item.
    pub carry: f64,
    /// Stock of an item, as a multiple of its demand.
    pub stock: f64,
    /// Capacity of all facilities, as a multiple of the demand; none: not limited.
    pub capacity: Option<f64>,
    pub seed: u64,
}

impl Spec {
    /// Says which number is out of range.
    pub fn check(&self) -> Result<()> {
        let wrong =
            |what: String| Err(Error::param(what).hint("see wavecrest bench fulfilment --help"));
        if !(1..=10_000_000).contains(&self.orders) {
            return wrong(format!("--orders {}: from 1 to 10000000", self.orders));
        }
        if !(instance::LARGEST..=10_000_000).contains(&self.items) {
            return wrong(format!(
                "--items {}: from {} to 10000000",
                self.items,
                instance::LARGEST
            ));
        }
        if !(0.0..=1.0).contains(&self.carry) {
            return wrong(format!("--carry {}: from 0 to 1", self.carry));
        }
        for (name, factor) in [("stock", Some(self.stock)), ("capacity", self.capacity)] {
            if factor.is_some_and(|factor| !(0.0..=1_000.0).contains(&factor)) {
                return wrong(format!("--{name}: from 0 to 1000 times the demand"));
            }
        }
        Ok(())
    }
}

/// What came of an instance; costs in cents.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub spec: Spec,
    pub units: i64,
    pub classes: usize,
    pub resources: usize,
    pub nearest: i64,
    pub fewest: i64,
    pub cheapest: i64,
    pub cost: i64,
    pub bound: i64,
    /// Of the solver, from the problem to the plan.
    pub seconds: f64,
    /// Resident bytes at most until our plan was there.
    pub peak_memory: Option<u64>,
    /// The optimum of the full pattern model, where it was asked for.
    pub optimum: Option<Optimum>,
}

impl Outcome {
    /// Share of our cost that a plan may be cheaper by.
    pub fn gap(&self) -> f64 {
        share(self.cost, self.bound, self.cost)
    }

    /// Share of the best rule's cost that is saved.
    pub fn saving(&self) -> f64 {
        let best = self.nearest.min(self.fewest).min(self.cheapest);
        share(best, self.cost, best)
    }
}

/// How to go about it.
pub struct Options<'a> {
    pub level: u8,
    /// Patterns of the full model at most; 0: do not solve it.
    pub oracle: usize,
    /// The largest resident size of the process so far.
    pub memory: &'a dyn Fn() -> Option<u64>,
}

/// Makes and solves an instance, and applies the rules.
pub fn run(spec: &Spec, options: &Options) -> Result<Outcome> {
    spec.check()?;
    let network = Network::new()?;
    let instance = Instance::new(spec, &network);
    let start = Instant::now();
    let mut ours = problem(&instance, &network, Goal::Cost);
    let solution = solve(&mut ours, options.level, spec.seed);
    let seconds = start.elapsed().as_secs_f64();
    let cost = value(&instance, &network, &ours, &solution.plan)?;
    let peak_memory = (options.memory)();
    let (classes, resources) = (ours.classes(), ours.supply.len());
    let cheapest = value(&instance, &network, &ours, &greedy(&ours))?;
    let optimum = if options.oracle > 0 {
        oracle::solve(&ours, options.oracle)
    } else {
        None
    };
    drop(ours);
    let rule = |goal| {
        let problem = problem(&instance, &network, goal);
        value(&instance, &network, &problem, &greedy(&problem))
    };
    Ok(Outcome {
        spec: *spec,
        units: instance.units(),
        classes,
        resources,
        nearest: rule(Goal::Nearest)?,
        fewest: rule(Goal::FewestSplits)?,
        cheapest,
        cost,
        bound: solution.bound,
        seconds,
        peak_memory,
        optimum,
    })
}

/// A row per instance; money in units of the network's currency.
pub fn table(outcomes: &[Outcome], level: u8) -> Table {
    let mut columns = vec![
        "orders",
        "items",
        "carry",
        "stock",
        "capacity",
        "seed",
        "level",
        "units",
        "classes",
        "resources",
        "nearest",
        "fewest splits",
        "cheapest",
        "cost",
        "bound",
        "gap %",
        "saving %",
        "seconds",
        "peak MB",
    ];
    let oracle = outcomes.iter().any(|outcome| outcome.optimum.is_some());
    if oracle {
        columns.extend([
            "optimum",
            "above optimum %",
            "optimum seconds",
            "times faster",
        ]);
    }
    let row = |outcome: &Outcome| {
        let mut row = row(outcome, level);
        if oracle {
            row.extend(beside_optimum(outcome));
        }
        row
    };
    Table {
        columns,
        rows: outcomes.iter().map(row).collect(),
        means: Vec::new(),
    }
}

fn money(cents: i64) -> Cell {
    Cell::Real(cents as f64 / 100.0, 2)
}

fn row(outcome: &Outcome, level: u8) -> Vec<Cell> {
    let spec = &outcome.spec;
    let whole = |n: usize| Cell::Whole(n as i64);
    vec![
        whole(spec.orders),
        whole(spec.items),
        Cell::Real(spec.carry, 2),
        Cell::Real(spec.stock, 2),
        spec.capacity
            .map_or(Cell::Text("none".to_owned()), |factor| {
                Cell::Real(factor, 2)
            }),
        Cell::Whole(spec.seed as i64),
        Cell::Whole(i64::from(level)),
        Cell::Whole(outcome.units),
        whole(outcome.classes),
        whole(outcome.resources),
        money(outcome.nearest),
        money(outcome.fewest),
        money(outcome.cheapest),
        money(outcome.cost),
        money(outcome.bound),
        Cell::Real(100.0 * outcome.gap(), 3),
        Cell::Real(100.0 * outcome.saving(), 2),
        Cell::Real(outcome.seconds, 2),
        outcome.peak_memory.map_or(Cell::Unknown, |bytes| {
            Cell::Whole((bytes / 1_000_000) as i64)
        }),
    ]
}

fn beside_optimum(outcome: &Outcome) -> Vec<Cell> {
    let Some(optimum) = &outcome.optimum else {
        return vec![Cell::Unknown; 4];
    };
    let above = 100.0 * share(outcome.cost, optimum.cost, optimum.cost);
    vec![
        money(optimum.cost),
        Cell::Real(above, 3),
        Cell::Real(optimum.seconds, 2),
        Cell::Real(optimum.seconds / outcome.seconds, 1),
    ]
}

#[cfg(test)]
mod tests;
