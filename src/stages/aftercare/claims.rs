//! Transport claims: what is asked of the carrier, and what the customer gets back.
//!
//! A claim received more than `aftercare.claim_window_days` before the plan's start is refused (`refused_late`); without a date it counts
//! as received tonight. Otherwise its amount is asked of the carrier and refunded to the customer: of lost goods in full, that is
//! with `aftercare.refund_shipping_percent` on top; of damaged goods the amount itself.
//!
//! What is settled once is not settled again: where a return of this run has settled the same line, the carrier is asked but the
//! customer gets nothing more (`refunded_already`); a second claim for the same line, item or order is rejected as `duplicate_line`.
//! A claim without line and item is for the whole order, and overlaps every part of it: where that leaves something open, the outcome
//! `refunded_already` tells a person to look.

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::orders::Claims;
use crate::model::plan::{Aftercare, ClaimOutcome, Refund, Reject};
use crate::model::units::{Cents, Timestamp};
use crate::params::Params;

use super::returns::{Fault, MAX_AMOUNT, quantity, with_shipping};
use super::settled::{By, Part, Settled};

/// Seconds of a day.
const DAY: i64 = 86_400;

enum Decided {
    Refunded { claimed: Cents, refund: Cents },
    RefundedAlready { claimed: Cents },
    Late,
}

pub(super) fn process<'a>(
    batch: &'a Batch,
    params: &Params,
    start: Timestamp,
    settled: &mut Settled<'a>,
    out: &mut Aftercare,
) {
    let claims = &batch.claims;
    for i in 0..claims.id.len() {
        match decide(claims, params, start, settled, i) {
            Err(fault) => out.rejects.push(Reject {
                table: "claims".to_owned(),
                row: claims.row[i],
                code: fault.code,
                column: fault.column.to_owned(),
                value: fault.value,
                order_id: Some(claims.order_id[i].clone()),
            }),
            Ok(decided) => {
                if matches!(decided, Decided::Refunded { .. }) {
                    settled.note(&claims.order_id[i], part(claims, i), By::Claim);
                }
                write(claims, i, &decided, out);
            }
        }
    }
}

fn part(claims: &Claims, i: usize) -> Part {
    Part {
        line_no: claims.line_no[i],
        item: claims.item[i],
    }
}

fn decide(
    claims: &Claims,
    params: &Params,
    start: Timestamp,
    settled: &Settled,
    i: usize,
) -> Result<Decided, Fault> {
    // A claim need not say how many: 0 will do.
    quantity(claims.quantity[i], 0, params)?;
    let window = params.aftercare.claim_window_days * DAY;
    if claims.received_at[i].is_some_and(|at| at.0 < start.0.saturating_sub(window)) {
        return Ok(Decided::Late);
    }
    let settled = settled.find(&claims.order_id[i], part(claims, i));
    if settled == Some(By::Claim) {
        let claim = &claims.id[i];
        return Err(Fault::new(Code::DuplicateLine, "claim_id", claim));
    }
    let claimed = amount(claims.amount[i])?;
    Ok(match settled {
        Some(_) => Decided::RefundedAlready { claimed },
        None if claims.lost[i] => Decided::Refunded {
            claimed,
            refund: with_shipping(claimed, params),
        },
        None => Decided::Refunded {
            claimed,
            refund: claimed,
        },
    })
}

/// The claimed amount; a claim for nothing is missing its amount.
fn amount(amount: Option<Cents>) -> Result<Cents, Fault> {
    let fault = |code, amount: Cents| Err(Fault::new(code, "amount_cents", amount.0));
    match amount {
        None => Err(Fault::new(Code::MissingValue, "amount_cents", "")),
        Some(Cents::ZERO) => fault(Code::MissingValue, Cents::ZERO),
        Some(amount) if amount < Cents::ZERO => fault(Code::NegativePrice, amount),
        Some(amount) if amount.0 > MAX_AMOUNT => fault(Code::Overflow, amount),
        Some(amount) => Ok(amount),
    }
}

fn write(claims: &Claims, i: usize, decided: &Decided, out: &mut Aftercare) {
    let (claim_id, order_id) = (&claims.id[i], &claims.order_id[i]);
    let (claimed, outcome) = match *decided {
        Decided::Late => (Cents::ZERO, "refused_late"),
        Decided::RefundedAlready { claimed } => (claimed, "refunded_already"),
        Decided::Refunded { claimed, refund } => {
            let kind = if claims.lost[i] { "lost" } else { "damaged" };
            out.refunds.push(Refund {
                refund_id: format!("CF-{claim_id}"),
                source_id: claim_id.clone(),
                order_id: order_id.clone(),
                item: claims.item[i],
                quantity: claims.quantity[i] as u32,
                amount: refund,
                reason: format!("claim_{kind}"),
            });
            (claimed, "refunded")
        }
    };
    out.claims.push(ClaimOutcome {
        claim_id: claim_id.clone(),
        order_id: order_id.clone(),
        carrier: claims.carrier[i].clone(),
        claimed,
        outcome: outcome.to_owned(),
    });
}
