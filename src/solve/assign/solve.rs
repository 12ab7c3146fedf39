//! From tolls to a plan.

use rayon::prelude::*;

use super::best::{Best, Left, MILLI, Parts};
use super::chains::{Chains, Reach};
use super::dual::{self, Dual};
use super::master::{self, Size};
use super::plan::Plan;
use super::problem::Problem;
use super::regret;

/// How hard to try. Everything is counted, so that the same effort gives the same plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rounds of dual ascent, at most.
    pub rounds: usize,
    /// Passes of ejection chains, at most.
    pub passes: usize,
    /// Rounds in which large orders look for patterns on what the plan leaves, before a pass.
    pub growths: usize,
    /// Rounds of integer programmes, at most.
    pub masters: usize,
    pub reach: Reach,
    pub size: Size,
    pub seed: u64,
}

impl Effort {
    /// What `level` (0 to 3) means for so many orders: 0 prices and a first plan, 1 chains, 2 integer programmes as well, 3 larger ones.
    pub fn level(level: u8, orders: usize, seed: u64) -> Effort {
        let (many, few) = (orders > 50_000, orders <= FEW);
        Effort {
            rounds: match level {
                0 if many => 50,
                0 => 200,
                1 if many => 300,
                1 if !few => 1_000,
                2 if many => 600,
                2 if !few => 2_000,
                _ => 4_000,
            },
            passes: [0, 4, 8, 20][usize::from(level.min(3))],
            growths: match level {
                0 => 0,
                1 if many => 1,
                1 => 2,
                _ => 3,
            },
            masters: [0, usize::from(few), if many { 1 } else { 2 }, 6][usize::from(level.min(3))],
            reach: Reach {
                depth: if few { 20 } else { 6 },
                sample: 16,
            },
            size: match level {
                ..=2 if few => Size {
                    orders: FEW,
                    columns: (20_000 / orders.max(1)).clamp(40, 100),
                    nodes: 50,
                    drawn: 24,
                },
                ..=2 => Size {
                    orders: 1_500,
                    columns: 8,
                    nodes: 1,
                    drawn: 6,
                },
                _ => Size {
                    orders: 4_000,
                    columns: if few { 60 } else { 10 },
                    nodes: if few { 400 } else { 20 },
                    drawn: if few { 40 } else { 6 },
                },
            },
            seed,
        }
    }
}

/// Orders that one integer programme can hold, with many columns each.
pub(super) const FEW: usize = 500;

/// A plan with its certificate.
#[derive(Clone, Debug)]
pub struct Solution {
    pub plan: Plan,
    /// Cents; no plan costs less.
    pub bound: i64,
    /// What one more unit of a resource is worth: thousandths of a cent.
    pub tolls: Vec<i64>,
}

/// Regrets below this are not worth a look: thousandths of a cent.
const LEAST_REGRET: i64 = MILLI / 2;

/// Makes more columns for large orders: at the tolls and on all that is there, or on what the plan leaves.
pub type Grow<'a> = &'a mut dyn FnMut(&mut Problem, &[i64], Option<&Plan>);

/// Solves the problem. `starts` are plans that are known (parts by order); should the search end above one, it starts anew from there.
/// `go_on` hears what is being done and may end the search: the plan is then the best so far, the bound as good as the tolls are.
pub fn solve(
    problem: &mut Problem,
    effort: &Effort,
    starts: &[Vec<Parts>],
    grow: Grow,
    go_on: &mut dyn FnMut(&str) -> bool,
) -> Solution {
    let prices = dual::ascend(problem, effort.rounds, &mut |_| go_on("prices"));
    go_on("columns");
    grow(problem, &prices.tolls, None);
    go_on("first plan");
    let mut plan = regret::plan(problem, &prices.tolls);
    improve(problem, &mut plan, &prices, effort, grow, go_on);
    let starts = starts.iter().filter_map(|parts| Plan::of(problem, parts));
    if let Some(mut start) = starts.min_by_key(|start| start.total)
        && start.total < plan.total
    {
        improve(problem, &mut start, &prices, effort, grow, go_on);
        plan = start;
    }
    let milli = i128::from(MILLI);
    let bound = (prices.bound + milli - 1).div_euclid(milli);
    Solution {
        plan,
        bound: i64::try_from(bound).unwrap_or(i64::MIN),
        tolls: prices.tolls,
    }
}

/// Large orders of more orders than this look for patterns on what a first plan leaves only if there are chains to follow: it takes as long as
/// their patterns at the tolls.
const MOST_GROWN: usize = 300_000;

/// Times that everyone looks for a better place, at most.
const SETTLINGS: usize = 8;

/// A gap that no integer programmes are spent on.
const SMALL_GAP: f64 = 0.000_5;

/// The rule in use: orders in sequence, each at its least cost on what is left.
pub fn greedy(problem: &Problem) -> Plan {
    let orders: Vec<u32> = (0..problem.orders() as u32).collect();
    regret::sequence(problem, &orders, &vec![0; problem.supply.len()])
}

/// Chains until they win nothing, then integer programmes with chains between them; and at last everyone takes what is better and free.
fn improve(
    problem: &mut Problem,
    plan: &mut Plan,
    prices: &Dual,
    effort: &Effort,
    grow: Grow,
    go_on: &mut dyn FnMut(&str) -> bool,
) {
    let tolls = &prices.tolls;
    let (mut passes, mut growths) = (effort.passes, effort.growths);
    let mut floor = least(problem, tolls);
    for round in 0..=effort.masters {
        let mut seed = effort.seed.wrapping_mul(1_000) + round as u64;
        while passes > 0 && go_on("chains") {
            passes -= 1;
            seed = seed.wrapping_add(1 << 32);
            if growths > 0 {
                growths -= 1;
                go_on("columns");
                grow(problem, tolls, Some(plan));
                floor = least(problem, tolls);
            }
            let orders = regretful(problem, plan, tolls, &floor);
            go_on("chains");
            let won = Chains::new(problem, plan, prices, effort.reach, seed).pass(&orders);
            if won <= plan.total / 100_000 {
                break;
            }
        }
        let closed = plan.total as f64 * (1.0 - SMALL_GAP) <= prices.bound as f64 / MILLI as f64;
        if round < effort.masters && !closed && go_on("master") {
            let seeds = regretful(problem, plan, tolls, &floor);
            let won = master::round(problem, plan, tolls, &seeds, effort.size, seed);
            passes = passes.max(1);
            if won == 0 {
                break;
            }
        }
    }
    if go_on("the rest") {
        if effort.growths == 0 && problem.orders() <= MOST_GROWN {
            grow(problem, tolls, Some(plan));
        }
        // Who moves leaves a place to others.
        for _ in 0..SETTLINGS {
            if !go_on("places") {
                break;
            }
            let mut orders = unsettled(problem, plan, &prices.marks(problem));
            // Whoever pays most, for most of the like are penalties.
            orders.sort_by_key(|&order| std::cmp::Reverse(plan.cost[order as usize]));
            let before = plan.total;
            Chains::new(problem, plan, prices, effort.reach, effort.seed).settle(&orders);
            if plan.total == before {
                break;
            }
        }
    }
}

/// Orders with a better place on what is left, their own included.
fn unsettled(problem: &Problem, plan: &Plan, free: &[i64]) -> Vec<u32> {
    let memory = || (Best::default(), Parts::new(), plan.left.clone());
    (0..problem.orders())
        .into_par_iter()
        .with_min_len(4_096)
        .map_init(memory, |(best, parts, left), order| {
            let class = problem.of(order);
            let own = &plan.parts[order];
            class.uses_of(own, |r, n| left[r as usize] += n);
            let value = best.plan(class, free, Left::Of(left), parts);
            class.uses_of(own, |r, n| left[r as usize] -= n);
            (value < plan.reduced(problem, order, free)).then_some(order as u32)
        })
        .flatten()
        .collect()
}

/// The least that each class pays at the tolls.
fn least(problem: &Problem, tolls: &[i64]) -> Vec<i64> {
    (0..problem.classes())
        .into_par_iter()
        .with_min_len(512)
        .map_init(Best::default, |best, class| {
            best.value(problem.class(class), tolls, Left::All)
        })
        .collect()
}

/// Orders that pay more than the least they could, most regret first.
fn regretful(problem: &Problem, plan: &Plan, tolls: &[i64], floor: &[i64]) -> Vec<u32> {
    let regret = |order: usize| {
        let class = problem.class_of[order] as usize;
        plan.reduced(problem, order, tolls) - floor[class]
    };
    let mut orders: Vec<(i64, u32)> = (0..problem.orders())
        .map(|order| (regret(order), order as u32))
        .filter(|&(regret, _)| regret >= LEAST_REGRET || problem.orders() <= FEW)
        .collect();
    orders.sort_unstable_by(|a, b| b.cmp(a));
    orders.into_iter().map(|(_, order)| order).collect()
}
