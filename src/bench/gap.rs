//! Generalized assignment: each item to one agent, at least cost, within the agents' capacities.
//!
//! ```text
//! minimize    sum_ij cost_ij x_ij
//! subject to  sum_i x_ij = 1                          every item j
//!             sum_j weight_ij x_ij <= capacity_i      every agent i          x_ij in {0, 1}
//! ```
//!
//! As an assignment of orders: an item is an order of one unit, an agent a site whose capacity is a resource; an item without an agent costs
//! more than any plan with all items. The files are those of the OR-Library (Beasley 1990, doi 10.1057/jors.1990.166): agents and
//! items, the costs agent by agent, the weights agent by agent, the capacities. Classes a to d are of Chu and Beasley 1997
//! (doi 10.1016/S0305-0548(96)00032-9), e and the larger ones of Yagiura, Ibaraki and Glover 2004 (doi 10.1287/ijoc.1030.0036).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::best_known::{BestKnown, Form};
use super::table::{Cell, Table};
use super::{share, solve};
use crate::error::{Error, Result};
use crate::solve::assign::{NO_OFFER, NONE, Problem, Shapes, Site, Terms};

/// Costs, weights and capacities are at most this: all sums fit.
const MOST: i64 = 1_000_000;

/// An instance; tables by agent, then item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub agents: usize,
    pub items: usize,
    costs: Vec<i64>,
    weights: Vec<i64>,
    capacities: Vec<i64>,
}

/// The numbers of a file, one after the other.
struct Tokens<'a> {
    file: &'a str,
    words: std::str::SplitWhitespace<'a>,
    /// Numbers read so far.
    read: usize,
}

impl Tokens<'_> {
    fn number(&mut self, what: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64> {
        self.read += 1;
        let place = format!("{}: token {}", self.file, self.read);
        let hint = "the format is: agents, items, costs agent by agent, weights agent by agent, capacities; whole numbers";
        let Some(word) = self.words.next() else {
            let message = format!("{place}: expected {what}, found the end of the file");
            return Err(Error::input(message).hint(hint));
        };
        let number = word.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            let message = format!("{place}: expected {what} ({low} to {high}), found {word:?}");
            Error::input(message).hint(hint)
        })
    }

    fn table(&mut self, what: &str, agents: usize, items: usize, least: i64) -> Result<Vec<i64>> {
        let mut table = Vec::with_capacity(agents * items);
        for agent in 1..=agents {
            for item in 1..=items {
                let what = format!("{what} of agent {agent} and item {item}");
                table.push(self.number(&what, least..=MOST)?);
            }
        }
        Ok(table)
    }
}

impl Instance {
    /// Reads the text of `file`. Errors say which token is wrong and what was expected.
    pub fn parse(file: &str, text: &str) -> Result<Instance> {
        let mut tokens = Tokens {
            file,
            words: text.split_whitespace(),
            read: 0,
        };
        let agents = tokens.number("the number of agents", 1..=10_000)? as usize;
        let items = tokens.number("the number of items", 1..=1_000_000)? as usize;
        let costs = tokens.table("the cost", agents, items, 0)?;
        let weights = tokens.table("the weight", agents, items, 0)?;
        let capacity = |agent| {
            tokens.number(
                &format!("the capacity of agent {agent}"),
                0..=i64::from(i32::MAX),
            )
        };
        let capacities = (1..=agents).map(capacity).collect::<Result<_>>()?;
        if let Some(word) = tokens.words.next() {
            let message = format!(
                "{file}: token {}: expected the end of the file after {} numbers, found {word:?}",
                tokens.read + 1,
                tokens.read
            );
            return Err(Error::input(message).hint("a file has one instance"));
        }
        Ok(Instance {
            agents,
            items,
            costs,
            weights,
            capacities,
        })
    }

    /// What an item without an agent costs: more than all items at their dearest.
    fn penalty(&self) -> i64 {
        let dearest = |item| {
            (0..self.agents)
                .map(move |agent| self.costs[agent * self.items + item])
                .max()
        };
        1 + (0..self.items).filter_map(dearest).sum::<i64>()
    }

    /// One order per item, one site per agent.
    pub fn problem(&self) -> Problem {
        let shape = Shapes::default()
            .of(&[1])
            .expect("two states are not too many");
        let terms = Terms {
            split: 0,
            unserved: self.penalty(),
            lost: 0,
            complete: false,
            most_parts: 1,
        };
        let mut problem = Problem::default();
        problem.supply.clone_from(&self.capacities);
        let mut offers: Vec<(Site, [i32; 2])> = Vec::with_capacity(self.agents);
        for item in 0..self.items {
            offers.clear();
            for agent in 0..self.agents {
                let at = agent * self.items + item;
                let site = Site {
                    tag: agent as u32,
                    capacity: agent as u32,
                    weight: self.weights[at] as u32,
                    gate: NONE,
                };
                offers.push((site, [NO_OFFER, self.costs[at] as i32]));
            }
            let sites = offers
                .iter()
                .map(|(site, prices)| (*site, &[NONE][..], &prices[..]));
            let class = problem.add_class(shape.clone(), terms, sites);
            problem.class_of.push(class);
        }
        problem
    }

    /// Cost of an assignment and its items without an agent; an error where an agent has more than its capacity.
    fn value(&self, agent_of: &[Option<usize>]) -> Result<(i64, usize)> {
        let mut left = self.capacities.clone();
        let mut cost = 0;
        for (item, agent) in agent_of.iter().enumerate() {
            if let Some(agent) = *agent {
                left[agent] -= self.weights[agent * self.items + item];
                cost += self.costs[agent * self.items + item];
            }
        }
        if let Some(agent) = left.iter().position(|&left| left < 0) {
            return Err(Error::internal(format!(
                "agent {} has more than its capacity",
                agent + 1
            )));
        }
        Ok((
            cost,
            agent_of.iter().filter(|agent| agent.is_none()).count(),
        ))
    }
}

/// What came of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Folder and file, as `best_known.csv` has them.
    pub instance: String,
    pub items: usize,
    pub agents: usize,
    pub best_known: Option<i64>,
    pub cost: i64,
    /// Items that no agent has room for in the plan: it is not feasible.
    pub unassigned: usize,
    pub bound: i64,
    pub seconds: f64,
}

impl Outcome {
    /// The letters before the first digit of the file's name: `c05100` is of class c.
    fn class(&self) -> String {
        let file = self.instance.rsplit('/').next().unwrap_or_default();
        file.chars().take_while(char::is_ascii_alphabetic).collect()
    }

    /// Per cent above the best known cost, and above the bound.
    fn gaps(&self) -> (Option<f64>, Option<f64>) {
        if self.unassigned > 0 {
            return (None, None);
        }
        let best = self.best_known;
        let best = best.map(|best| 100.0 * share(self.cost, best, best));
        (best, Some(100.0 * share(self.cost, self.bound, self.cost)))
    }
}

/// Reads and solves one file.
pub fn run(file: &Path, best_known: &BestKnown, level: u8, seed: u64) -> Result<Outcome> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Error::input(format!("cannot read {}: {e}", file.display())))?;
    let instance = Instance::parse(&file.display().to_string(), &text)?;
    let start = Instant::now();
    let mut problem = instance.problem();
    let solution = solve(&mut problem, level, seed);
    let seconds = start.elapsed().as_secs_f64();
    let agent_of: Vec<Option<usize>> = (solution.plan.parts.iter())
        .map(|parts| parts.first().map(|&(site, _)| usize::from(site)))
        .collect();
    let (cost, unassigned) = instance.value(&agent_of)?;
    let (name, best_known) = best_known.of(file, "")?;
    Ok(Outcome {
        instance: name,
        items: instance.items,
        agents: instance.agents,
        best_known: best_known.map(|cost| cost.round() as i64),
        cost,
        unassigned,
        bound: solution.bound,
        seconds,
    })
}

/// Where the best known costs stand.
pub const BEST_KNOWN: Form = Form {
    file: "best_known.csv",
    name: &["instance"],
    value: "best_known_cost",
};

/// A row per instance, a mean per class and over all (of instances with all items assigned).
pub fn table(outcomes: &[Outcome]) -> Table {
    let mut by_class: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        by_class.entry(outcome.class()).or_default().push(outcome);
    }
    let mut means: Vec<Vec<Cell>> = by_class.iter().map(|(class, of)| mean(class, of)).collect();
    if by_class.len() != 1 {
        means.push(mean("all", &outcomes.iter().collect::<Vec<_>>()));
    }
    Table {
        columns: vec![
            "instance",
            "class",
            "items",
            "agents",
            "best known",
            "cost",
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

fn per_cent(value: Option<f64>) -> Cell {
    value.map_or(Cell::Unknown, |value| Cell::Real(value, 3))
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    let (best, bound) = outcome.gaps();
    let state = match outcome.unassigned {
        0 if outcome.cost == outcome.bound => "optimal".to_owned(),
        0 => "feasible".to_owned(),
        n => format!("infeasible: {n} items unassigned"),
    };
    vec![
        Cell::Text(outcome.instance.clone()),
        Cell::Text(outcome.class()),
        Cell::Whole(outcome.items as i64),
        Cell::Whole(outcome.agents as i64),
        outcome.best_known.map_or(Cell::Unknown, Cell::Whole),
        Cell::Whole(outcome.cost),
        per_cent(best),
        Cell::Whole(outcome.bound),
        per_cent(bound),
        Cell::Real(outcome.seconds, 1),
        Cell::Text(state),
    ]
}

fn mean(class: &str, outcomes: &[&Outcome]) -> Vec<Cell> {
    let of = |values: Vec<f64>| {
        let n = values.len() as f64;
        (n > 0.0).then(|| values.iter().sum::<f64>() / n)
    };
    let gaps: Vec<(Option<f64>, Option<f64>)> =
        outcomes.iter().map(|outcome| outcome.gaps()).collect();
    let to_best = of(gaps.iter().filter_map(|gaps| gaps.0).collect());
    let to_bound = of(gaps.iter().filter_map(|gaps| gaps.1).collect());
    let seconds = of(outcomes.iter().map(|outcome| outcome.seconds).collect());
    let feasible = outcomes
        .iter()
        .filter(|outcome| outcome.unassigned == 0)
        .count();
    vec![
        Cell::Text("mean".to_owned()),
        Cell::Text(class.to_owned()),
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        per_cent(to_best),
        Cell::Unknown,
        per_cent(to_bound),
        seconds.map_or(Cell::Unknown, |seconds| Cell::Real(seconds, 1)),
        Cell::Text(format!("{feasible} of {} feasible", outcomes.len())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two agents, three items; item 3 fits nowhere beside the others but with agent 2.
    const SMALL: &str = "2 3  1 2 3  4 5 1  2 2 2  2 2 3  4 3";

    #[test]
    fn a_small_instance_is_solved_to_its_optimum() {
        let instance = Instance::parse("small", SMALL).unwrap();
        let mut problem = instance.problem();
        let solution = solve(&mut problem, 2, 7);
        assert_eq!(solution.plan.total, 4);
        assert!(solution.bound <= 4);
        let agents = [Some(0), Some(0), Some(1)];
        assert_eq!(instance.value(&agents).unwrap(), (4, 0));
        assert!(instance.value(&[Some(1), Some(1), None]).is_err());
    }

    #[test]
    fn errors_name_the_token() {
        let said = |text: &str| Instance::parse("f", text).unwrap_err().message;
        assert_eq!(
            said("2 3 1 2 x"),
            "f: token 5: expected the cost of agent 1 and item 3 (0 to 1000000), found \"x\""
        );
        assert!(
            said("2 3 1 2 3")
                .contains("token 6: expected the cost of agent 2 and item 1, found the end")
        );
        assert!(said("0 3").contains("token 1: expected the number of agents (1 to 10000)"));
        assert!(said("").contains("token 1"));
        assert!(
            said(&format!("{SMALL} 9"))
                .contains("token 17: expected the end of the file after 16 numbers")
        );
        assert!(said("1 1 1 1 -1").contains("capacity of agent 1"));
    }

    #[test]
    fn too_little_capacity_leaves_items() {
        let text = SMALL.replace("4 3", "2 2");
        let instance = Instance::parse("small", &text).unwrap();
        let solution = solve(&mut instance.problem(), 2, 7);
        let served = solution.plan.parts.iter().filter(|parts| !parts.is_empty());
        assert_eq!(served.count(), 2, "two fit");
    }
}
