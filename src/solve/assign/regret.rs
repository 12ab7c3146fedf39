//! The first plan: orders one after the other, those first that lose most if they come late.

use rayon::prelude::*;

use super::best::{BAR, Best, Left, Parts};
use super::plan::Plan;
use super::problem::Problem;

/// Classes per task.
const CHUNK: usize = 512;

/// What each class pays more, at the tolls, if it cannot have its best parts: thousandths of a cent.
pub fn regrets(problem: &Problem, tolls: &[i64]) -> Vec<i64> {
    let chunks: Vec<Vec<i64>> = (0..problem.classes().div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || (Best::default(), Parts::new(), tolls.to_vec()),
            |(best, parts, tolls), chunk| {
                let classes = chunk * CHUNK..((chunk + 1) * CHUNK).min(problem.classes());
                classes
                    .map(|c| {
                        let class = problem.class(c);
                        let value = best.value(class, tolls, Left::All);
                        best.parts(class, parts);
                        let mut barred = Vec::new();
                        class.uses_of(parts, |r, _| barred.push((r, tolls[r as usize])));
                        barred.iter().for_each(|&(r, _)| tolls[r as usize] = BAR);
                        let second = best.value(class, tolls, Left::All);
                        // Backwards: a resource that comes twice gets its first toll back.
                        for &(r, toll) in barred.iter().rev() {
                            tolls[r as usize] = toll;
                        }
                        second - value
                    })
                    .collect()
            },
        )
        .collect();
    chunks.concat()
}

/// Serves all orders by falling regret, each as well as it can be on what is left, at the tolls. O(orders × subproblem), serial.
pub fn plan(problem: &Problem, tolls: &[i64]) -> Plan {
    let regrets = regrets(problem, tolls);
    let mut orders: Vec<u32> = (0..problem.orders() as u32).collect();
    orders.sort_by_key(|&order| {
        std::cmp::Reverse(regrets[problem.class_of[order as usize] as usize])
    });
    sequence(problem, &orders, tolls)
}

/// Serves the orders in this sequence, each as well as it can be on what is left, at the tolls.
pub fn sequence(problem: &Problem, orders: &[u32], tolls: &[i64]) -> Plan {
    let mut plan = Plan::empty(problem);
    let mut best = Best::default();
    let mut parts = Parts::new();
    for &order in orders {
        let class = problem.of(order as usize);
        best.plan(class, tolls, Left::Of(&plan.left), &mut parts);
        plan.serve(problem, order as usize, &parts);
    }
    plan
}
