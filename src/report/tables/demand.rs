//! The fate of orders and lines: `order_states`, `line_states`, `rejects`, `holds`, `fraud_scores`.

use std::borrow::Cow;

use super::column::{AnyTable, Table};
use super::names::Names;
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{LineIdx, OrderIdx};
use crate::model::plan::{Decision, Hold, Holds, Plan, Reject, Rejects, Verdict};
use crate::report::states::{State, UnreadRow, verdict};

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        order_states(n),
        line_states(n),
        rejects(n),
        holds(n),
        fraud_scores(n),
    ]
}

/// Row `i` of the orders and the unread rows behind them.
fn order_or_row<'n>(n: &'n Names<'_>, i: usize) -> Result<OrderIdx, &'n UnreadRow> {
    match i.checked_sub(n.batch.orders.len()) {
        None => Ok(OrderIdx(i as u32)),
        Some(unread) => Err(&n.states.unread_orders[unread]),
    }
}

fn line_or_row<'n>(n: &'n Names<'_>, i: usize) -> Result<LineIdx, &'n UnreadRow> {
    match i.checked_sub(n.batch.lines.len()) {
        None => Ok(LineIdx(i as u32)),
        Some(unread) => Err(&n.states.unread_lines[unread]),
    }
}

fn order_states<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let rows = n.batch.orders.len() + n.states.unread_orders.len();
    Table::new(
        "order_states",
        "What became of every row of `orders`: each is in exactly one state. Orders in input order, then rows that are no order of their own.",
        n.batch,
        rows,
    )
    .col("row", "row of `orders`, from 0 over all its files", |b, i, n| {
        order_or_row(n, i).map_or_else(|unread| unread.row, |order| b.orders.row[order])
    })
    .col("order_id", "order; null where the row has none", |_, i, n| {
        match order_or_row(n, i) {
            Ok(order) => Some(n.order(order).to_owned()),
            Err(unread) => unread.order_id.clone(),
        }
    })
    .col("state", "planned, backordered, held or rejected", |_, i, n| {
        order_or_row(n, i)
            .map_or(State::Rejected, |order| n.states.order[order].state)
            .name()
    })
    .col("code", "why it, or a part of it, is not planned", |_, i, n| {
        order_or_row(n, i).map_or_else(|unread| Some(unread.code), |order| n.states.order[order].code)
    })
    .col("complete", "every unit of every line ships; false of a planned order: it ships in part", |_, i, n| {
        order_or_row(n, i).is_ok_and(|order| n.states.order[order].complete)
    })
    .erase()
}

fn line_states<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let rows = n.batch.lines.len() + n.states.unread_lines.len();
    Table::new(
        "line_states",
        "What became of every row of `order_lines`: each is in exactly one state. Lines order by order, then rows that are no line of their own.",
        n.batch,
        rows,
    )
    .col("row", "row of `order_lines`, from 0 over all its files", |b, i, n| {
        line_or_row(n, i).map_or_else(|unread| unread.row, |line| b.lines.row[line])
    })
    .col("order_id", "order; null where the row has none", |b, i, n| {
        match line_or_row(n, i) {
            Ok(line) => Some(n.order(b.lines.order[line]).to_owned()),
            Err(unread) => unread.order_id.clone(),
        }
    })
    .col("line_no", "line of the order; null where it cannot be read", |b, i, n| {
        line_or_row(n, i).map_or_else(|unread| unread.line_no, |line| Some(b.lines.line_no[line]))
    })
    .col("state", "planned (any unit ships), backordered, held or rejected", |_, i, n| {
        line_or_row(n, i)
            .map_or(State::Rejected, |line| n.states.line[line].state)
            .name()
    })
    .col("code", "why it, or the rest of it, is not planned", |_, i, n| {
        line_or_row(n, i).map_or_else(|unread| Some(unread.code), |line| n.states.line[line].code)
    })
    .col("quantity", "units asked for; null where it cannot be read", |b, i, n| {
        line_or_row(n, i).map_or_else(|unread| unread.quantity, |line| Some(b.lines.quantity[line]))
    })
    .col("planned", "units that ship", |_, i, n| {
        line_or_row(n, i).map_or(0, |line| n.states.line[line].planned)
    })
    .col("backordered", "units that wait", |_, i, n| {
        line_or_row(n, i).map_or(0, |line| n.states.line[line].backordered)
    })
    .erase()
}

/// Rejected rows with the stage that found them; orders declined for fraud among them.
pub fn all_rejects<'a>(batch: &Batch, plan: &'a Plan) -> Vec<(&'static str, Cow<'a, Rejects>)> {
    vec![
        ("ingest", Cow::Borrowed(&plan.rejects)),
        ("validate", Cow::Borrowed(&plan.validated.rejects)),
        ("fraud", Cow::Owned(fraud_rejects(batch, plan))),
        ("aftercare", Cow::Borrowed(&plan.aftercare.rejects)),
    ]
}

fn fraud_rejects(batch: &Batch, plan: &Plan) -> Rejects {
    let scores = plan.fraud.scores.rows();
    scores
        .filter(|score| score.decision == Decision::Decline)
        .map(|score| Reject {
            table: "orders".into(),
            row: batch.orders.row[score.order],
            code: Code::FraudDeclined,
            column: String::new(),
            value: format!("score {}: {}", score.score, score.reasons),
            order_id: Some(batch.orders.id[score.order].to_owned()),
        })
        .collect()
}

/// Orders held by validate, then those held for a fraud review.
pub fn all_holds(batch: &Batch, plan: &Plan) -> Holds {
    let mut holds = plan.validated.holds.clone();
    let review = Verdict::Held(Code::FraudReview);
    let scores = plan.fraud.scores.rows();
    for score in scores.filter(|score| verdict(batch, plan, score.order) == review) {
        holds.push(Hold {
            order: score.order,
            code: Code::FraudReview,
            detail: format!("score {}: {}", score.score, score.reasons),
        });
    }
    holds
}

fn reject<'n>(n: &'n Names<'_>, mut i: usize) -> (&'static str, &'n Rejects, usize) {
    for (stage, rejects) in &n.rejects {
        if i < rejects.len() {
            return (stage, rejects, i);
        }
        i -= rejects.len();
    }
    unreachable!("the table has as many rows as all rejects together")
}

fn rejects<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let rows = n.rejects.iter().map(|(_, rejects)| rejects.len()).sum();
    Table::new(
        "rejects",
        "Input rows that are not used, and why; one row per fault.",
        n.batch,
        rows,
    )
    .col("stage", "the stage that found it", |_, i, n| reject(n, i).0)
    .col("table", "input table", |_, i, n| {
        let (_, rejects, i) = reject(n, i);
        rejects.table[i].clone()
    })
    .col(
        "row",
        "row of the table, from 0 over all its files",
        |_, i, n| {
            let (_, rejects, i) = reject(n, i);
            rejects.row[i]
        },
    )
    .col("code", "reason", |_, i, n| {
        let (_, rejects, i) = reject(n, i);
        rejects.code[i]
    })
    .col(
        "column",
        "offending column; empty where it is the whole row",
        |_, i, n| {
            let (_, rejects, i) = reject(n, i);
            rejects.column[i].clone()
        },
    )
    .col("value", "offending value as read", |_, i, n| {
        let (_, rejects, i) = reject(n, i);
        rejects.value[i].clone()
    })
    .col(
        "order_id",
        "order concerned, where it is known",
        |_, i, n| {
            let (_, rejects, i) = reject(n, i);
            rejects.order_id[i].clone()
        },
    )
    .col("hint", "what can be done about it", |_, i, n| {
        let (_, rejects, i) = reject(n, i);
        rejects.code[i].hint()
    })
    .erase()
}

fn holds<'a>(n: &Names<'a>) -> AnyTable<'a> {
    Table::new(
        "holds",
        "Orders that wait for a person or a payment, and why.",
        n.batch,
        n.holds.len(),
    )
    .col("order_id", "order", |_, i, n| n.order(n.holds.order[i]))
    .col("code", "reason", |_, i, n| n.holds.code[i])
    .col("detail", "the figures behind it", |_, i, n| {
        n.holds.detail[i].clone()
    })
    .col("hint", "what can be done about it", |_, i, n| {
        n.holds.code[i].hint()
    })
    .erase()
}

fn fraud_scores<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let scores = &n.plan.fraud.scores;
    Table::new(
        "fraud_scores",
        "Risk of every order that validate accepted.",
        scores,
        scores.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.order[i]))
    .col("score", "0 (no sign) to 99", |t, i, _| t.score[i])
    .col("decision", "accept, review or decline", |t, i, _| {
        t.decision[i].name()
    })
    .col(
        "reasons",
        "rules that added to the score, heaviest first: `rule:points;...`",
        |t, i, _| t.reasons[i].as_str(),
    )
    .col("amount_cents", "money at stake", |t, i, _| t.amount[i])
    .erase()
}
