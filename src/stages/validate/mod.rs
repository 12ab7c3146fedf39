//! Which orders may be fulfilled?
//!
//! Every rule is one function of [`rules`], named after its code. Every fault of a row is reported as a row of `rejects`; the verdict
//! takes the first in this order of precedence:
//!
//! 1. the fault that ingest found in the order's row (its reject row is ingest's; the other columns hold defaults, so no other
//!    rule is asked), 2. `missing_address`, 3. `unknown_postal_code`, 4. `payment_declined`, 5. `payment_pending` where it rejects,
//! 6. `overflow`, 7. `no_valid_lines`, 8. `ship_complete_broken`; then, of orders that none of these rejects,
//! 9. `payment_pending` where it holds, 10. `credit_limit_exceeded`.
//!
//! Lines: `overflow` (the amount of the line) comes after `non_positive_quantity` and `absurd_quantity`, and all lines of a rejected
//! order are marked `order_rejected`; their own faults stay in the rejects. Stock is not asked here: which orders get
//! scarce units is one joint decision, made in routing (`no_stock`).
//!
//! O(lines + orders + terms orders × log), parallel over blocks of orders; about 2 bytes per line and 2 per order.

use rayon::prelude::*;

use crate::error::Result;
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{Idx, IdxVec, LineIdx, OrderIdx};
use crate::model::plan::{Hold, Holds, Reject, Rejects, Validated, Verdict};
use crate::stage::{Ctx, Stage, Violation};

mod check;
mod rules;
#[cfg(test)]
mod tests;

use rules::{Case, Facts, Fault};

/// Orders per block of parallel work.
const BLOCK: usize = 8_192;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
}

/// The stage.
pub struct Validate;

impl Stage for Validate {
    const NAME: &'static str = "validate";
    type In<'a> = Input<'a>;
    type Out = Validated;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<Validated> {
        let batch = input.batch;
        let facts = Facts::new(batch, &ctx.params.validate);
        let starts: Vec<usize> = (0..batch.orders.len()).step_by(BLOCK).collect();
        let blocks: Vec<Block> = starts
            .into_par_iter()
            .map(|start| {
                ctx.interrupted()?;
                let end = (start + BLOCK).min(batch.orders.len());
                let block = validate_orders(&facts, start..end);
                ctx.reporter.advance((end - start) as u64);
                Ok(block)
            })
            .collect::<Result<_>>()?;
        Ok(join(batch, blocks))
    }

    fn check(input: Input<'_>, out: &Validated, ctx: &Ctx) -> Vec<Violation> {
        check::check(input.batch, out, &ctx.params.validate)
    }

    fn rows(input: Input<'_>) -> u64 {
        input.batch.orders.len() as u64
    }
}

/// What the rules say about a block of orders.
#[derive(Default)]
struct Block {
    verdict: Vec<Verdict>,
    line_fault: Vec<Option<Code>>,
    order_rejects: Rejects,
    line_rejects: Rejects,
    holds: Holds,
    /// Accepted orders that are to be paid later, with their goods amount.
    on_terms: Vec<(OrderIdx, i128)>,
}

fn validate_orders(facts: &Facts, orders: std::ops::Range<usize>) -> Block {
    let mut block = Block::default();
    for order in orders.map(OrderIdx::from_usize) {
        let mut case = Case::new(facts, order);
        let first_line = block.line_fault.len();
        for line in facts.batch.orders.lines(order) {
            let fault = line_fault(facts, line, &mut block.line_rejects);
            case.count_line(line, fault.is_none());
            block.line_fault.push(fault);
        }
        let verdict = order_verdict(&case, &mut block);
        for fault in &mut block.line_fault[first_line..] {
            *fault = rules::order_rejected(verdict).or(*fault);
        }
        if verdict.accepted() && rules::wants_credit(&case) {
            block.on_terms.push((order, case.goods));
        }
        block.verdict.push(verdict);
    }
    block
}

/// The line's first fault; all of them go to the rejects.
fn line_fault(facts: &Facts, line: LineIdx, rejects: &mut Rejects) -> Option<Code> {
    let lines = &facts.batch.lines;
    let mut first = None;
    for rule in rules::LINE_RULES {
        if let Some(fault) = rule(facts, line) {
            first = first.or(Some(fault.code));
            let order = lines.order[line];
            rejects.push(reject(
                facts.batch,
                "order_lines",
                lines.row[line],
                order,
                fault,
            ));
        }
    }
    first
}

/// The order's verdict by its own faults; credit is decided later, over all orders of a customer.
fn order_verdict(case: &Case, block: &mut Block) -> Verdict {
    let (batch, order) = (case.facts.batch, case.order);
    if let Some(code) = rules::unreadable(case) {
        return Verdict::Rejected(code);
    }
    let mut verdict = Verdict::Accepted;
    for rule in rules::ORDER_RULES {
        if let Some(fault) = rule(case) {
            if verdict.accepted() {
                verdict = Verdict::Rejected(fault.code);
            }
            let row = batch.orders.row[order];
            block
                .order_rejects
                .push(reject(batch, "orders", row, order, fault));
        }
    }
    if let (true, Some((code, detail))) = (verdict.accepted(), rules::payment_pending_hold(case)) {
        verdict = Verdict::Held(code);
        block.holds.push(Hold {
            order,
            code,
            detail,
        });
    }
    verdict
}

fn reject(batch: &Batch, table: &str, row: u64, order: OrderIdx, fault: Fault) -> Reject {
    Reject {
        table: table.to_owned(),
        row,
        code: fault.code,
        column: fault.column.to_owned(),
        value: fault.value,
        order_id: Some(batch.orders.id[order].to_owned()),
    }
}

/// Joins the blocks in order and decides credit over all of them.
fn join(batch: &Batch, blocks: Vec<Block>) -> Validated {
    let mut verdict = Vec::with_capacity(batch.orders.len());
    let mut line_fault = Vec::with_capacity(batch.lines.len());
    let (mut rejects, mut line_rejects) = (Rejects::default(), Rejects::default());
    let mut holds = Vec::new();
    let mut on_terms = Vec::new();
    for mut block in blocks {
        verdict.append(&mut block.verdict);
        line_fault.append(&mut block.line_fault);
        rejects.append(block.order_rejects);
        line_rejects.append(block.line_rejects);
        holds.extend(block.holds.rows());
        on_terms.append(&mut block.on_terms);
    }
    rejects.append(line_rejects);
    let mut verdict = IdxVec::from(verdict);
    for hold in rules::credit_limit_exceeded(batch, on_terms) {
        verdict[hold.order] = Verdict::Held(hold.code);
        holds.push(hold);
    }
    holds.sort_by_key(|hold| hold.order);
    Validated {
        verdict,
        line_fault: line_fault.into(),
        rejects,
        holds: holds.into_iter().collect(),
    }
}
