//! The fate of every order row and every line row: exactly one of planned, backordered, held, rejected.
//!
//! An order is rejected or held as the verdict after fraud says; otherwise it is planned if any of its units ships and backordered
//! if none does. A line follows its order, but is rejected for a fault of its own. Rows that ingest could not turn into an order
//! or a line (duplicates, unreadable rows) are rejected too. O(orders + lines + rejects).

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
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

/// The fate of an order and why; a planned order has a code where a part of it does not ship.
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
    /// Of a line, where they can be read.
    pub line_no: Option<u32>,
    pub quantity: Option<i64>,
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
        let mut missed: FxHashMap<OrderIdx, Code> = FxHashMap::default();
        for (order, i) in batch.unread_lines.missed() {
            let code = batch.unread_lines.code[i as usize];
            missed.entry(order).or_insert(code);
        }
        let order = batch
            .orders
            .indices()
            .map(|order| order_state(batch, plan, &mut line, order, missed.get(&order)))
            .collect();
        States {
            order,
            line,
            unread_orders: unread(plan, "orders", batch.orders.row.as_slice()),
            unread_lines: unread_lines(batch, plan),
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

/// The order's state; overwrites those of its lines that do not go the way of routing. `missed`: why a row of it is no line.
fn order_state(
    batch: &Batch,
    plan: &Plan,
    lines: &mut IdxVec<LineIdx, LineState>,
    order: OrderIdx,
    missed: Option<&Code>,
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
    let ships_whole = |line: LineIdx| {
        let state = &lines[line];
        state.state == State::Planned && i64::from(state.planned) >= batch.lines.quantity[line]
    };
    let dropped = batch.orders.lines_dropped.get(order).copied();
    let lost = missed.is_some() || dropped.unwrap_or(0) > 0;
    let short = batch.orders.lines(order).find(|&line| !ships_whole(line));
    let complete = state == State::Planned && short.is_none() && !lost;
    let code = match state {
        State::Planned => short.and_then(|line| lines[line].code).or(missed.copied()),
        _ => code,
    };
    OrderState {
        state,
        code,
        complete,
    }
}

/// Rows of `order_lines` that are no line, with what can be read of them.
fn unread_lines(batch: &Batch, plan: &Plan) -> Vec<UnreadRow> {
    let mut rows = unread(plan, "order_lines", batch.lines.row.as_slice());
    let read = &batch.unread_lines;
    for row in &mut rows {
        if let Ok(i) = read.row.binary_search(&row.row) {
            (row.line_no, row.quantity) = (read.line_no[i], read.quantity[i]);
        }
    }
    rows
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
                line_no: None,
                quantity: None,
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
