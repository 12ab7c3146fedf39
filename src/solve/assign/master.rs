//! The restricted master problem: many orders at once, each with a few good columns, as an integer programme.
//!
//! ```text
//! minimize    sum over orders o of a shard, columns p of o of  cost_op x_op          x_op in {0, 1}
//! subject to  sum_p x_op = 1                                    every order of the shard
//!             sum_op uses_opr x_op <= left_r + what the shard has of r              every resource r that could be overdrawn
//! ```
//!
//! A shard grows from an order with regret by whoever holds what its columns want; few orders are one shard, with the best of all their
//! patterns. The columns are the order's parts in the plan, the best at the
//! tolls and at tolls drawn around them, everything from one site, and nothing. Shards of a round share no order, and what is left of a
//! resource goes to the first shard that wants it; so they are solved in parallel (HiGHS), and the plan stays feasible. The present
//! plan is the start of every programme: a shard never gets worse. Node limits, not seconds: the same plan every time.

use good_lp::{Expression, Solution, Variable, constraint, variable};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::best::{Best, Left, MILLI, Parts, cost, tolls_of};
use super::oracle::patterns;
use super::plan::Plan;
use super::problem::{NO_OFFER, Problem, Resource};
use super::rng::Draws;
use super::solve::FEW;
use crate::solve::lp::{Options, Programme};

/// How far drawn tolls lie from the others at most, as a share of them.
const SPREAD: f64 = 0.3;
/// Holders of a resource that join a shard for each column that wants it.
const JOIN: usize = 4;
/// Patterns of an order that are all looked at, where orders are few.
const MOST_PATTERNS: usize = 4_000;
/// Shards that are solved side by side, on any number of threads.
const SHARDS: usize = 8;

/// How large the programmes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Orders per shard, and columns per order.
    pub orders: usize,
    pub columns: usize,
    /// Branch-and-bound nodes per shard.
    pub nodes: i32,
    /// Sets of tolls that columns are made at, besides the tolls of the bound.
    pub drawn: usize,
}

/// Orders that are decided together.
struct Shard {
    orders: Vec<u32>,
    /// By order; the first are its parts in the plan.
    columns: Vec<Vec<Parts>>,
    /// What the shard may take.
    room: FxHashMap<Resource, i64>,
}

/// Makes columns.
struct Maker<'a> {
    problem: &'a Problem,
    tolls: &'a [i64],
    drawn: Vec<Vec<i64>>,
    most: usize,
    best: Best,
    all: Vec<Parts>,
}

impl Maker<'_> {
    fn columns(&mut self, plan: &Plan, order: usize) -> Vec<Parts> {
        let class = self.problem.of(order);
        let own = &plan.parts[order];
        let mut found: Vec<Parts> = Vec::new();
        let mut parts = Parts::new();
        let mut add = |parts: &Parts| {
            if parts != own && !found.contains(parts) {
                found.push(parts.clone());
            }
        };
        for tolls in std::iter::once(self.tolls).chain(self.drawn.iter().map(Vec::as_slice)) {
            self.best.plan(class, tolls, Left::All, &mut parts);
            add(&parts);
        }
        let whole = class.shape.whole();
        for site in 0..class.sites.len() {
            if class.prices(site)[whole] != NO_OFFER {
                add(&vec![(site as u16, whole as u16)]);
            }
        }
        for column in 0..class.columns.len() {
            add(&vec![(super::problem::COLUMN, column as u16)]);
        }
        if self.problem.orders() <= FEW && patterns(class, MOST_PATTERNS, &mut self.all) {
            self.all.iter().for_each(&mut add);
        }
        add(&Parts::new());
        found.sort_by_key(|parts| cost(class, parts) * MILLI + tolls_of(class, parts, self.tolls));
        found.truncate(self.most.saturating_sub(1));
        found.insert(0, own.clone());
        found
    }
}

/// One round over shards around the orders in `seeds`; returns cents won.
pub fn round(
    problem: &Problem,
    plan: &mut Plan,
    tolls: &[i64],
    seeds: &[u32],
    size: Size,
    seed: u64,
) -> i64 {
    let before = plan.total;
    let mut draws = Draws::new(seed);
    let mut drawn = Vec::with_capacity(size.drawn);
    for k in 1..=size.drawn {
        let spread = SPREAD * k as f64 / size.drawn as f64;
        let one = |&toll: &i64| (toll as f64 * (1.0 + spread * draws.around())) as i64;
        drawn.push(tolls.iter().map(one).collect());
    }
    let mut maker = Maker {
        problem,
        tolls,
        drawn,
        most: size.columns,
        best: Best::default(),
        all: Vec::new(),
    };
    let options = Options {
        absolute_gap: 0.9,
        nodes: Some(size.nodes),
        ..Options::default()
    };
    let mut used: FxHashSet<u32> = FxHashSet::default();
    let mut seeds = seeds.iter().copied();
    loop {
        let mut claimed: FxHashSet<Resource> = FxHashSet::default();
        let mut shards = Vec::with_capacity(SHARDS);
        while shards.len() < SHARDS
            && let Some(first) = seeds.by_ref().find(|order| !used.contains(order))
        {
            let mut shard = grow(plan, first, size.orders, &mut used, &mut maker, &mut draws);
            for (&resource, room) in &mut shard.room {
                if claimed.insert(resource) {
                    *room += plan.left[resource as usize];
                }
            }
            shards.push(shard);
        }
        if shards.is_empty() {
            return before - plan.total;
        }
        let now = &*plan;
        let answers: Vec<Option<Vec<Parts>>> = shards
            .par_iter()
            .map(|shard| solve(problem, now, shard, &options))
            .collect();
        for (shard, parts) in shards.iter().zip(answers) {
            let Some(parts) = parts else { continue };
            let start = plan.total;
            let before = exchange(problem, plan, &shard.orders, &parts);
            // Each programme takes the other shards' part in a balance as it was.
            if plan.total > start {
                exchange(problem, plan, &shard.orders, &before);
            }
        }
    }
}

/// Serves the orders by these parts; returns what they had.
fn exchange(problem: &Problem, plan: &mut Plan, orders: &[u32], parts: &[Parts]) -> Vec<Parts> {
    let clear = |&order: &u32| plan.clear(problem, order as usize);
    let before = orders.iter().map(clear).collect();
    for (&order, parts) in orders.iter().zip(parts) {
        plan.serve(problem, order as usize, parts);
    }
    before
}

fn grow(
    plan: &mut Plan,
    first: u32,
    most: usize,
    used: &mut FxHashSet<u32>,
    maker: &mut Maker,
    draws: &mut Draws,
) -> Shard {
    let problem = maker.problem;
    used.insert(first);
    let mut shard = Shard {
        orders: vec![first],
        columns: Vec::new(),
        room: FxHashMap::default(),
    };
    if problem.orders() <= most {
        let others = (0..problem.orders() as u32).filter(|&order| used.insert(order));
        shard.orders.extend(others);
    }
    let mut found = Vec::new();
    while let Some(&order) = shard.orders.get(shard.columns.len()) {
        let class = problem.of(order as usize);
        let columns = maker.columns(plan, order as usize);
        for (i, parts) in columns.iter().enumerate() {
            class.uses_of(parts, |r, n| {
                *shard.room.entry(r).or_default() += if i == 0 { n } else { 0 };
                if shard.orders.len() < most && plan.left[r as usize] < n {
                    plan.holders(problem, r, JOIN, &mut |n| draws.below(n), &mut found);
                    let room = most - shard.orders.len();
                    let joining = found.iter().filter(|&&order| used.insert(order));
                    shard.orders.extend(joining.take(room));
                }
            });
        }
        shard.columns.push(columns);
    }
    shard
}

/// Better parts for the orders of the shard, if there are.
fn solve(problem: &Problem, plan: &Plan, shard: &Shard, options: &Options) -> Option<Vec<Parts>> {
    let mut programme = Programme::minimize();
    let mut rows: FxHashMap<Resource, (Expression, i64)> = FxHashMap::default();
    let mut variables: Vec<Vec<Variable>> = Vec::with_capacity(shard.orders.len());
    let mut start = Vec::new();
    for (&order, columns) in shard.orders.iter().zip(&shard.columns) {
        let class = problem.of(order as usize);
        let own = cost(class, &columns[0]);
        let mut most: FxHashMap<Resource, i64> = FxHashMap::default();
        let mut choices = Vec::with_capacity(columns.len());
        for (i, parts) in columns.iter().enumerate() {
            let x = programme.add(variable().binary(), (cost(class, parts) - own) as f64);
            start.push(if i == 0 { 1.0 } else { 0.0 });
            let mut uses: FxHashMap<Resource, i64> = FxHashMap::default();
            class.uses_of(parts, |r, n| *uses.entry(r).or_default() += n);
            for (r, n) in uses {
                rows.entry(r).or_default().0.add_mul(n as f64, x);
                let most = most.entry(r).or_default();
                *most = n.max(*most);
            }
            choices.push(x);
        }
        for (r, n) in most {
            rows.entry(r).or_default().1 += n;
        }
        let once: Expression = choices.iter().copied().sum();
        programme.subject_to(constraint!(once == 1));
        variables.push(choices);
    }
    for balance in &problem.balances {
        let at = balance.resource as usize;
        let used = problem.supply[at] - plan.left[at];
        let own = own_use(problem, shard, balance.resource);
        let off = [balance.mark - used, used - balance.mark];
        let [under, over] = [balance.under, balance.over]
            .map(|price| programme.add(variable().min(0.0), price as f64));
        start.extend(off.map(|units| units.max(0) as f64));
        let uses = rows.get(&balance.resource);
        let uses = uses.map_or_else(Expression::default, |row| row.0.clone());
        programme.subject_to(constraint!(
            uses + under - over == (balance.mark - used + own) as f64
        ));
    }
    let mut rows: Vec<(Resource, (Expression, i64))> = rows.into_iter().collect();
    rows.sort_unstable_by_key(|row| row.0);
    for (resource, (uses, most)) in rows {
        let room = shard.room[&resource];
        if most > room {
            programme.subject_to(constraint!(uses <= room as f64));
        }
    }
    programme.start_from(start);
    let answer = programme.solve(options);
    if !answer.has_solution() || answer.objective > plan.imbalance as f64 - 0.5 {
        return None;
    }
    let chosen = variables.iter().zip(&shard.columns).map(|(row, columns)| {
        let at = row.iter().position(|&x| answer.value(x) > 0.5);
        columns[at.unwrap_or(0)].clone()
    });
    Some(chosen.collect())
}

/// What the shard's orders take of a resource in the plan.
fn own_use(problem: &Problem, shard: &Shard, resource: Resource) -> i64 {
    let mut own = 0;
    for (&order, columns) in shard.orders.iter().zip(&shard.columns) {
        let class = problem.of(order as usize);
        class.uses_of(&columns[0], |r, n| own += if r == resource { n } else { 0 });
    }
    own
}
