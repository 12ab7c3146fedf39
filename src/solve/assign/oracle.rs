//! The whole problem at once, to judge the others by: every pattern of every order is a column of one integer programme.
//!
//! The model of the module, literally, solved to its optimum by HiGHS. For small problems in tests and benchmarks: an order of `l` lines of one
//! unit at `s` sites has up to `(s + 1)^l` patterns.

use std::time::Instant;

use good_lp::{Expression, Solution, Variable, constraint, variable};

use super::best::{Parts, cost};
use super::problem::{COLUMN, Class, NO_OFFER, Problem};
use crate::solve::lp::{Options, Programme, Status};

/// A proven optimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Cents.
    pub cost: i64,
    /// Patterns of all orders.
    pub patterns: usize,
    /// To list the patterns and to solve.
    pub seconds: f64,
    /// Parts of each order.
    pub parts: Vec<Parts>,
}

/// All patterns of a class, nothing first; `false` when there are more than `most`.
pub(super) fn patterns(class: Class, most: usize, found: &mut Vec<Parts>) -> bool {
    found.clear();
    found.push(Parts::new());
    if class.loose.is_some() {
        let columns = 0..class.columns.len() as u16;
        found.extend(columns.map(|column| vec![(COLUMN, column)]));
        return found.len() <= most;
    }
    extend(class, 0, 0, &mut Parts::new(), most, found) && found.len() <= most
}

/// Adds all patterns that begin with `parts`, which serve `state`, and go on at `site` or later.
fn extend(
    class: Class,
    site: usize,
    state: usize,
    parts: &mut Parts,
    most: usize,
    found: &mut Vec<Parts>,
) -> bool {
    let (shape, terms) = (class.shape, class.terms);
    if parts.len() == usize::from(terms.most_parts) {
        return true;
    }
    for site in site..class.sites.len() {
        for part in 1..shape.states() {
            if class.prices(site)[part] == NO_OFFER || !shape.within(part, shape.whole() - state) {
                continue;
            }
            parts.push((site as u16, part as u16));
            let next = state + part;
            if !terms.complete || next == shape.whole() {
                found.push(parts.clone());
            }
            let done = found.len() <= most && extend(class, site + 1, next, parts, most, found);
            parts.pop();
            if !done {
                return false;
            }
        }
    }
    true
}

/// The optimum, or `None` where there are more than `most` patterns or HiGHS gives up.
pub fn solve(problem: &Problem, most: usize) -> Option<Optimum> {
    let start = Instant::now();
    let mut programme = Programme::minimize();
    let mut uses = vec![Expression::default(); problem.supply.len()];
    let mut orders: Vec<Vec<(Variable, Parts)>> = Vec::with_capacity(problem.orders());
    let mut listed = 0;
    let mut found = Vec::new();
    for order in 0..problem.orders() {
        let class = problem.of(order);
        if !patterns(class, most - listed, &mut found) {
            return None;
        }
        listed += found.len();
        let mut once = Expression::default();
        let mut row = Vec::with_capacity(found.len());
        for parts in found.drain(..) {
            let x = programme.add(variable().binary(), cost(class, &parts) as f64);
            class.uses_of(&parts, |r, n| uses[r as usize].add_mul(n as f64, x));
            once.add_mul(1.0, x);
            row.push((x, parts));
        }
        programme.subject_to(constraint!(once == 1));
        orders.push(row);
    }
    for balance in &problem.balances {
        let off = |price: i64| (variable().min(0.0), price as f64);
        let ((under, below), (over, above)) = (off(balance.under), off(balance.over));
        let (under, over) = (programme.add(under, below), programme.add(over, above));
        let used = uses[balance.resource as usize].clone();
        programme.subject_to(constraint!(used + under - over == balance.mark as f64));
    }
    for (uses, &supply) in uses.into_iter().zip(&problem.supply) {
        programme.subject_to(constraint!(uses <= supply as f64));
    }
    // Costs are whole cents: nothing better than a solution within less than one is left.
    let options = Options {
        absolute_gap: 0.99,
        ..Options::default()
    };
    let answer = programme.solve(&options);
    if answer.status != Status::Optimal {
        return None;
    }
    let parts = orders.into_iter().map(|row| {
        let chosen = row.into_iter().find(|(x, _)| answer.value(*x) > 0.5);
        chosen.map(|(_, parts)| parts).unwrap_or_default()
    });
    Some(Optimum {
        cost: answer.objective.round() as i64,
        patterns: listed,
        parts: parts.collect(),
        seconds: start.elapsed().as_secs_f64(),
    })
}
