//! Which orders are too risky?
//!
//! Every order that validate accepted is scored, orders on payment terms too. The score is the capped sum of the points of
//! [`points::Rule`]; `decide` turns it into accept, review or decline within the review team's capacity. Reviewed orders are held
//! (`fraud_review`), declined ones rejected (`fraud_declined`).
//!
//! Features see the whole history and batch, so this stage shards by linked entity (card, e-mail, device), not by order.
//! O(n log n) in history and orders; about 100 bytes per order at its peak.

use rayon::prelude::*;

use crate::error::Result;
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::OrderIdx;
use crate::model::plan::{Decision, FraudOut, FraudScores, Validated, Verdict};
use crate::model::units::Cents;
use crate::stage::{Ctx, Stage, Violation};

mod check;
mod decide;
mod features;
pub mod points;
mod rules;
#[cfg(test)]
mod tests;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub validated: &'a Validated,
}

/// The stage.
pub struct Fraud;

impl Stage for Fraud {
    const NAME: &'static str = "fraud";
    type In<'a> = Input<'a>;
    type Out = FraudOut;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<FraudOut> {
        let params = &ctx.params.fraud;
        let verdict = &input.validated.verdict;
        let order: Vec<OrderIdx> = verdict
            .indices()
            .filter(|&order| verdict[order].accepted())
            .collect();
        let window = params.velocity_window_hours * 3_600;
        let features = features::Features::build(input.batch, &order, window)?;
        ctx.interrupted()?;
        let facts = rules::Facts {
            batch: input.batch,
            features: &features,
            params,
        };
        let amount: Vec<Cents> = order.par_iter().map(|&o| at_stake(input, o)).collect();
        let (score, reasons): (Vec<u8>, Vec<String>) = order
            .par_iter()
            .zip(&amount)
            .map(|(&order, &amount)| rules::score(&facts, order, amount))
            .unzip();
        ctx.reporter.advance(input.batch.orders.len() as u64);
        let (decision, over_capacity) = decide::decide(&score, &amount, params);
        let mut verdict = verdict.clone();
        for (&order, decision) in order.iter().zip(&decision) {
            match decision {
                Decision::Accept => {}
                Decision::Review => verdict[order] = Verdict::Held(Code::FraudReview),
                Decision::Decline => verdict[order] = Verdict::Rejected(Code::FraudDeclined),
            }
        }
        let scores = FraudScores {
            order,
            score,
            decision,
            reasons,
            amount,
        };
        Ok(FraudOut {
            scores,
            verdict,
            over_capacity,
        })
    }

    fn check(input: Input<'_>, out: &FraudOut, ctx: &Ctx) -> Vec<Violation> {
        check::check(input.batch, input.validated, out, &ctx.params.fraud)
    }

    fn rows(input: Input<'_>) -> u64 {
        input.batch.orders.len() as u64
    }
}

/// Goods value of the order's usable lines. Validate keeps it far below 64 bits; an order from elsewhere saturates.
fn at_stake(input: Input, order: OrderIdx) -> Cents {
    let lines = &input.batch.lines;
    let usable = input.batch.orders.lines(order);
    let amount = usable
        .filter(|&line| input.validated.line_fault[line].is_none())
        .map(|line| lines.quantity[line].saturating_mul(lines.unit_price[line].0))
        .fold(0, i64::saturating_add);
    Cents(amount)
}
