//! Public benchmarks, solved with the same code as the pipeline's stages.
//!
//! | module | problem | instances |
//! |---|---|---|
//! | [`gap`] | generalized assignment | Chu and Beasley 1997; Yagiura, Ibaraki and Glover 2004 |
//! | [`fulfilment`] | orders of several items from ten facilities | made by seed on the network of Jasin and Sinha 2015 |
//! | [`jobprp`] | which orders share a cart, and their tours | Bahçeci and Öncan; Henn and Wäscher 2012; Muter and Öncan 2015 |
//! | [`mercadolibre`] | one wave: most units per visited aisle | Mercado Libre challenge, SBPO 2025 |
//! | [`sprp`] | from which slots to pick, and the tour | Heßler and Irnich 2024 |
//! | [`zalando`] | orders, items, batches and walks together | Zalando SE 2024; made by seed at any size |
//!
//! Here instances are read or made, solved, and judged by figures that are reckoned again from the instance. [`table`] prints them,
//! [`best_known`] reads what others reached.

pub mod best_known;
pub mod fulfilment;
pub mod gap;
pub mod jobprp;
pub mod mercadolibre;
mod picking_file;
pub mod sprp;
pub mod table;
pub mod zalando;

use crate::solve::assign::{self, Effort, Problem, Solution};

/// Solves without columns of large orders, a start or an early end.
fn solve(problem: &mut Problem, level: u8, seed: u64) -> Solution {
    let effort = Effort::level(level, problem.orders(), seed);
    assign::solve(problem, &effort, &[], &mut |_, _, _| (), &mut |_| true)
}

/// How far `cost` lies above `reference`, as a share of `base`.
fn share(cost: i64, reference: i64, base: i64) -> f64 {
    if cost == reference {
        0.0
    } else {
        (cost - reference) as f64 / base as f64
    }
}
