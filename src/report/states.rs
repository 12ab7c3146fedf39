//! The fate of every order row and every line row: exactly one of planned, backordered, held, rejected.
//!
//! An order is rejected or held as the verdict after fraud says; otherwise it is planned if any of its units ships and backordered
//! if none does. A line follows its order, but is rejected for a fault of its own. Rows that ingest could not turn into an order
//! or a line (duplicates, unreadable rows) are rejected too. O(orders + lines + rejects).

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{IdxVec, LineIdx, OrderIdx};
use crate::model::plan::{Plan, Rejects, Verdict};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Planned,
    Backordered,
    Held,
    Rejected,
}

impl State {
    pub const ALL: [State; 4] = [
        State::Planned,
        State::Backordered,
        State::Held,
        State::Rejected,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Backordered => "backordered",
            State::Held => "held",
            State::Rejected => "rejected",
        }
    }
}

/// The fate of an order and why; a planned order has no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderState {
    pub state: State,
    pub code: Option<Code>,
    /// Every unit of every line ships, lines that could not be read included (but not those that only repeat another one).
    pub complete: bool,
}

/// The fate of a line and why; a planned line has a code where a part of it is backordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineState {
    pub state: State,
    pub code: Option<Code>,
    /// Units that ship.
    pub planned: u32,
    /// Units that wait for stock or capacity.
    pub backordered: u32,
}

/// A row of `orders` or `order_lines` that never became an order or a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadRow {
    pub row: u64,
    pub order_id: Option<String>,
    pub code: Code,
}

/// The fates of all rows of `orders` and `order_lines`.
#[derive(Clone, Debug, Default)]
pub struct States {
    pub order: IdxVec<OrderIdx, OrderState>,
    pub line: IdxVec<LineIdx, LineState>,
    /// By row.
    pub unread_orders: Vec<UnreadRow>,
    pub unread_lines: Vec<UnreadRow>,
}

impl States {
    pub fn of(batch: &Batch, plan: &Plan) -> States {
        let mut line = units_by_line(batch, plan);
        let unread_lines = unread(plan, "order_lines", batch.lines.row.as_slice());
        let lost: FxHashSet<&str> = unread_lines
            .iter()
            .filter(|row| row.code != Code::DuplicateLine)
            .filter_map(|row| row.order_id.as_deref())
            .collect();
        let order = batch
            .orders
            .indices()
            .map(|order| {
                let mut state = order_state(batch, plan, &mut line, order);
                state.complete &= lost.is_empty() || !lost.contains(&batch.orders.id[order]);
                state
            })
            .collect();
        States {
            order,
            line,
            unread_orders: unread(plan, "orders", batch.orders.row.as_slice()),
            unread_lines,
        }
    }
}

/// The last verdict that the plan has on an order.
pub fn verdict(batch: &Batch, plan: &Plan, order: OrderIdx) -> Verdict {
    let verdicts = [&plan.fraud.verdict, &plan.validated.verdict];
    let last = verdicts.into_iter().find_map(|v| v.get(order).copied());
    last.unwrap_or_else(|| batch.orders.fault[order].map_or(Verdict::Accepted, Verdict::Rejected))
}

fn units_by_line(batch: &Batch, plan: &Plan) -> IdxVec<LineIdx, LineState> {
    let none = LineState {
        state: State::Backordered,
        code: None,
        planned: 0,
        backordered: 0,
    };
    let mut lines = IdxVec::filled(none, batch.lines.len());
    let allocations = &plan.routed.allocations;
    for (&line, &quantity) in allocations.line.iter().zip(&allocations.quantity) {
        lines[line].planned += quantity;
        lines[line].state = State::Planned;
    }
    let backorders = &plan.routed.backorders;
    for (i, &line) in backorders.line.iter().enumerate() {
        lines[line].backordered += backorders.quantity[i];
        lines[line].code.get_or_insert(backorders.code[i]);
    }
    lines
}

/// The order's state; overwrites those of its lines that do not go the way of routing.
fn order_state(
    batch: &Batch,
    plan: &Plan,
    lines: &mut IdxVec<LineIdx, LineState>,
    order: OrderIdx,
) -> OrderState {
    let outcome = match verdict(batch, plan, order) {
        Verdict::Rejected(code) => (State::Rejected, Some(code), Some(Code::OrderRejected)),
        Verdict::Held(code) => (State::Held, Some(code), Some(code)),
        Verdict::Accepted => {
            let routed = &lines.as_slice()[batch.orders.line_range(order)];
            if routed.iter().any(|line| line.planned > 0) {
                (State::Planned, None, None)
            } else {
                let code = routed.iter().find_map(|line| line.code);
                (State::Backordered, code, None)
            }
        }
    };
    let (state, code, line_code) = outcome;
    for line in batch.orders.lines(order) {
        let fault = plan.validated.line_fault.get(line).copied().flatten();
        if fault.is_some() {
            lines[line].state = State::Rejected;
            lines[line].code = fault;
        } else if line_code.is_some() {
            lines[line].state = state;
            lines[line].code = line_code;
        }
    }
    let mut all = batch.orders.lines(order);
    let complete = state == State::Planned
        && all.all(|line| i64::from(lines[line].planned) >= batch.lines.quantity[line]);
    OrderState {
        state,
        code,
        complete,
    }
}

/// Rows of `table` named in the rejects that are not among `kept`; the first fault of each.
fn unread(plan: &Plan, table: &str, kept: &[u64]) -> Vec<UnreadRow> {
    let mut found: BTreeMap<u64, UnreadRow> = BTreeMap::new();
    let mut add = |rejects: &Rejects| {
        for i in (0..rejects.len()).filter(|&i| rejects.table[i] == table) {
            found.entry(rejects.row[i]).or_insert_with(|| UnreadRow {
                row: rejects.row[i],
                order_id: rejects.order_id[i].clone(),
                code: rejects.code[i],
            });
        }
    };
    add(&plan.rejects);
    add(&plan.validated.rejects);
    if found.is_empty() {
        return Vec::new();
    }
    let known: FxHashSet<u64> = kept
        .iter()
        .copied()
        .filter(|row| found.contains_key(row))
        .collect();
    found
        .into_values()
        .filter(|reject| !known.contains(&reject.row))
        .collect()
}
