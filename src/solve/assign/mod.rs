//! Many orders, few resources: who is served from where, and how far that may be from the best.
//!
//! An order wants units of some lines. A *part* is some of its units from one site, at a price of its own (not linear, not even monotone); it takes
//! units of the line's stock at the site and of the site's capacity. A *pattern* is a set of parts from different sites; what they leave is
//! not served, at a penalty. With `P_o` all patterns of order `o`:
//!
//! ```text
//! minimize    sum over o, p in P_o of  cost_op x_op                     x_op in {0, 1}
//! subject to  sum over p in P_o of x_op = 1                             every order
//!             sum over o, p of uses_opr x_op <= supply_r                every resource
//! cost_op   = sum of the parts' prices + split × (parts - 1) + unserved × units left
//! ```
//!
//! On top of it a resource may cost something where its use is off a mark ([`Balance`]): a least load, or a fair share.
//!
//! The patterns are never listed: they are found by pricing. Generalized assignment is the case of one unit per order and one resource per site.
//!
//! | file | step |
//! |---|---|
//! | `problem`, `shape` | the instance as columns; alike orders are one class |
//! | `best`, `apart` | the best pattern of one order at tolls, exactly |
//! | `loose` | the least that an order with too many parts can cost |
//! | `auction` | tolls to start from, every line on its own |
//! | `dual` | tolls on the resources, and the lower bound they prove |
//! | `regret` | a first plan at the tolls |
//! | `chains` | ejection chains |
//! | `master` | integer programmes over shards of orders |
//! | `oracle` | the optimum of a small problem, by one integer programme over all patterns: to judge the others by |
//!
//! Money is in cents, tolls and bounds in thousandths of a cent. Same input, same plan, on any number of threads.

mod apart;
mod auction;
mod best;
mod chains;
mod dual;
mod loose;
mod master;
pub mod oracle;
mod plan;
mod problem;
mod regret;
mod rng;
mod shape;
mod solve;
#[cfg(test)]
mod tests;

pub use best::{Best, Left, MILLI, Parts, cost};
pub use loose::{Loose, LooseSite, Offer};
pub use plan::Plan;
pub use problem::{Balance, COLUMN, Class, Column, NO_OFFER, NONE, Problem, Resource, Site, Terms};
pub use shape::{MOST_LINES, MOST_STATES, Shape, Shapes};
pub use solve::{Effort, Grow, Solution, greedy, solve};
