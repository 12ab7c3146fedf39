//! One wave: the orders and the groups of stock (aisles, zones) with most units per visited group.
//!
//! ```text
//! sets      orders O with units u_oi of item i, u_o = sum_i u_oi;  groups A with stock s_ai;  LB <= UB
//! find      orders O' and groups A' that maximize   sum_{o in O'} u_o / |A'|
//! subject   LB <= sum_{o in O'} u_o <= UB
//!           sum_{o in O'} u_oi <= sum_{a in A'} s_ai     every item i;     an order is picked whole or not at all
//! ```
//!
//! The problem of the Mercado Libre challenge at SBPO 2025. Geometry is not known here: a group costs 1.
//!
//! | module | does |
//! |---|---|
//! | `index` | leaves out what cannot be picked, folds single-line orders into one table per item |
//! | `fill` | units of a set of groups, kept up to date as groups come and go |
//! | `greedy`, `anneal`, `moves`, `pool` | sets of groups: a start, annealing, the best seen |
//! | `realize` | the wave of a set |
//! | `exact`, `polish` | integer programmes: exact packings, exact choice around the best wave |
//! | `bound` | what no wave exceeds: Lagrangian relaxation |
//! | `search` | the order of these |
//!
//! Almost all time goes into annealing: microseconds per move, in parallel runs. Where orders have one line only, a set's best packing is the
//! sum of a table entry per item, and annealing alone decides; elsewhere the integer programmes add the last per mille.

mod anneal;
mod bound;
mod exact;
mod fill;
mod greedy;
mod index;
mod instance;
mod moves;
mod polish;
mod pool;
mod realize;
mod search;
#[cfg(test)]
mod tests;

pub use instance::{Bags, Fault, Instance, Wave};
pub use search::{Effort, select};
