//! From which facility does each line ship?
//!
//! All orders at once, at least cost, with a lower bound on what any plan costs.
//!
//! ```text
//! sets        orders o, their lines l with item i(l) and q_l units; facilities f
//! variables   x_lf >= 0 whole   units of line l that f ships          b_l >= 0 whole   units of l that wait
//!             y_of in {0, 1}    f sends a shipment for o
//!             z_o in {0, 1}     nothing ships for o
//! minimize    sum_of C_of(x_.f) + split_penalty sum_o max(0, sum_f y_of - 1)
//!             + store_penalty sum_{o, stores f} y_of + backorder_penalty sum_l b_l + lost_order_penalty sum_o z_o
//!             + balance penalty, of facilities below their least load or above their share (`load`)
//! subject to  sum_f x_lf + b_l = q_l                                    every line
//!             x_lf <= q_l y_of                                          every line of o
//!             sum_{l: i(l) = i} x_lf <= on_hand - reserved - safety     every facility and item (safety: of inventory and of the parameters)
//!             sum_l x_lf <= capacity_units of f                         every facility
//!             sum_o y_of <= capacity_orders of f                        every facility that has one
//!             sum_f y_of <= max_shipments                               every order
//!             all b_l = 0, or all x_lf = 0                              orders that ship complete
//!             x_lf = 0                                                  f may not ship l: hazardous goods, stores, `restrictions`
//! ```
//!
//! `C_of` is the exact cost of a shipment, from `stages::shipping`: cartons as packed, the cheapest service in time (or least late) on
//! the real rate card, surcharges, handling per order and unit, late penalty. It is not convex, nor even monotone.
//!
//! *Three plans are made, the cheapest is taken.* Order by order (`commit`): higher priority first, then earlier promise, then placed earlier, each at its
//! least cost on the stock and capacity that the earlier ones left. The nearest facility that has the line (`nearest`): the rule in use. And
//! all orders together (`joint`): `solve::assign` prices stock and capacity by dual ascent, which proves the bound, serves the orders by
//! regret at these prices, and improves that plan and the better of the two others by ejection chains and integer programmes over shards.
//! So the plan is never dearer than the rules, and `routing_bounds` says how far it can be from the best. `shadow_prices` are the prices.
//!
//! What costs more than its penalty waits, even if it lies where the order ships anyway (`too_costly`, `split_too_costly`): the penalties are
//! what the user says a unit or an order that waits is worth. The rules do not weigh that up: they ship what they can.
//!
//! | file | what |
//! |---|---|
//! | `instance` | who wants what, in which sequence; what there is to give |
//! | `order` | choices of one order, reasons of backorders |
//! | `menu` | orders of few units, exactly |
//! | `bulk`, `beam` | orders of many units |
//! | `commit` | the sequence, in chunks |
//! | `nearest` | the rule in use, for comparison |
//! | `joint`, `table`, `fill` | all orders together |
//! | `load` | least loads and fair shares of facilities |
//! | `permits` | who may ship what for whom |
//! | `explain` | why each order is where it is |
//! | `incumbent` | the plan of another system, priced like ours |
//! | `freight_floor`, `carton_floor` | what shipping costs at least, where parts are too many to be priced |
//! | `check` | the audit |

mod beam;
mod bulk;
mod carton_floor;
mod check;
mod commit;
mod explain;
mod fill;
mod freight_floor;
mod incumbent;
mod instance;
mod joint;
mod load;
mod menu;
mod nearest;
mod order;
mod permits;
#[cfg(test)]
mod random;
#[cfg(test)]
mod rules_tests;
mod table;
#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::codes::Code;
use crate::model::ids::{IdxVec, LineIdx, OrderIdx};
use crate::model::plan::{Routed, Verdict};
use crate::stage::{Ctx, Stage, Violation};
use crate::stages::shipping::Shipping;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    /// After fraud: only accepted orders are routed.
    pub verdict: &'a IdxVec<OrderIdx, Verdict>,
    /// After validate: lines with a fault are not routed.
    pub line_fault: &'a IdxVec<LineIdx, Option<Code>>,
}

/// The stage.
pub struct Routing;

impl Stage for Routing {
    const NAME: &'static str = "routing";
    type In<'a> = Input<'a>;
    type Out = Routed;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<Routed> {
        let shipping = Shipping::new(input.batch, input.calendar, ctx.params)?;
        let instance = instance::Instance::new(input, ctx.params)?;
        commit::run(&instance, &shipping, ctx)
    }

    fn check(input: Input<'_>, out: &Routed, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, &ctx.params.routing)
    }

    /// Order lines.
    fn rows(input: Input<'_>) -> u64 {
        input.batch.lines.len() as u64
    }
}
