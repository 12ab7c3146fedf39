//! Orders, lines and units by state, and the reasons why some are not planned.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Named;
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::plan::{Decision, Plan};
use crate::report::states::{LineState, OrderState, State, States};
use crate::report::tables::all_rejects;

/// How many end in which state; every one in exactly one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateCounts {
    pub read: u64,
    pub rejected: u64,
    pub held: u64,
    pub planned: u64,
    pub backordered: u64,
    /// Of the planned orders or lines: not with all their units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly_planned: Option<u64>,
}

impl StateCounts {
    fn add(&mut self, state: State, number: u64) {
        self.read += number;
        *match state {
            State::Planned => &mut self.planned,
            State::Backordered => &mut self.backordered,
            State::Held => &mut self.held,
            State::Rejected => &mut self.rejected,
        } += number;
    }
    pub fn of(&self, state: State) -> u64 {
        match state {
            State::Planned => self.planned,
            State::Backordered => self.backordered,
            State::Held => self.held,
            State::Rejected => self.rejected,
        }
    }
}

/// Orders that are not planned for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub state: State,
    /// See `model::codes`; empty where the plan does not say.
    pub code: String,
    pub orders: u64,
    /// What can be done about it.
    pub hint: String,
}

/// Orders and units that do not ship for one reason, parts of planned orders included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    pub state: State,
    /// See `model::codes`; empty where the plan does not say.
    pub code: String,
    /// Orders concerned, in whole or in part; one order may be in several rows.
    pub orders: u64,
    /// Of these, the orders of which other units ship.
    pub partly_planned_orders: u64,
    /// Every unit that does not ship is in exactly one row.
    pub units: u64,
    /// What can be done about it.
    pub hint: String,
}

/// Input rows that are not used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    pub rows: u64,
    /// Most frequent first.
    pub by_code: Named<u64>,
    pub by_table: Named<u64>,
}

/// Orders that wait for a person or a payment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub orders: u64,
    pub by_code: Named<u64>,
}

/// Lines, and units by code, that no facility ships now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backordered {
    pub lines: u64,
    pub units: u64,
    /// Units.
    pub by_code: Named<u64>,
}

/// Decisions on the risk of fraud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FraudMetrics {
    pub scored: u64,
    pub accept: u64,
    pub review: u64,
    pub decline: u64,
    /// Deserved a review that the team has no time for.
    pub over_capacity: u64,
    pub review_cents: i64,
    pub decline_cents: i64,
}

pub(super) fn orders(states: &States) -> StateCounts {
    let mut counts = StateCounts::default();
    for order in &states.order {
        counts.add(order.state, 1);
    }
    let partly = |order: &&OrderState| order.state == State::Planned && !order.complete;
    counts.partly_planned = Some(states.order.iter().filter(partly).count() as u64);
    counts.add(State::Rejected, states.unread_orders.len() as u64);
    counts
}

pub(super) fn lines(states: &States) -> StateCounts {
    let mut counts = StateCounts::default();
    for line in &states.line {
        counts.add(line.state, 1);
    }
    let partly = |line: &&LineState| line.state == State::Planned && line.backordered > 0;
    counts.partly_planned = Some(states.line.iter().filter(partly).count() as u64);
    counts.add(State::Rejected, states.unread_lines.len() as u64);
    counts
}

pub(super) fn units(batch: &Batch, states: &States) -> StateCounts {
    let mut counts = StateCounts::default();
    for (line, state) in states.line.iter_enumerated() {
        let asked = u64::try_from(batch.lines.quantity[line]).unwrap_or(0);
        match state.state {
            State::Planned | State::Backordered => {
                let planned = u64::from(state.planned);
                counts.add(State::Planned, planned);
                counts.add(State::Backordered, asked.saturating_sub(planned));
            }
            other => counts.add(other, asked.min(u64::from(u32::MAX))),
        }
    }
    counts
}

pub(super) fn reasons(batch: &Batch, states: &States) -> Vec<Reason> {
    let mut orders: BTreeMap<(State, Option<Code>), u64> = BTreeMap::new();
    for order in batch.orders.indices().map(|order| states.order[order]) {
        *orders.entry((order.state, order.code)).or_default() += 1;
    }
    for row in &states.unread_orders {
        *orders.entry((State::Rejected, Some(row.code))).or_default() += 1;
    }
    orders.retain(|&(state, _), _| state != State::Planned);
    let mut reasons: Vec<Reason> = orders
        .into_iter()
        .map(|((state, code), orders)| Reason {
            state,
            code: code.map_or("", Code::name).to_owned(),
            orders,
            hint: code.map_or("", Code::hint).to_owned(),
        })
        .collect();
    reasons.sort_by_key(|reason| (reason.state, std::cmp::Reverse(reason.orders)));
    reasons
}

/// What one [`Shortfall`] counts.
#[derive(Default)]
struct Short {
    orders: u64,
    partly: u64,
    units: u64,
}

/// Most orders first, then most units. A rejected or held order counts under its own code, all others by their lines.
/// Quantities of rows that never became a line are unknown: they add orders and no units. O(lines + rejected lines).
pub(super) fn shortfalls(batch: &Batch, states: &States) -> Vec<Shortfall> {
    let mut unread: BTreeMap<&str, BTreeSet<Code>> = BTreeMap::new();
    for row in &states.unread_lines {
        if let Some(order) = row.order_id.as_deref() {
            unread.entry(order).or_default().insert(row.code);
        }
    }
    let mut rows: BTreeMap<Cause, Short> = BTreeMap::new();
    for (order, fate) in states.order.iter_enumerated() {
        let mut own: BTreeMap<Cause, u64> = BTreeMap::new();
        if fate.state != State::Planned {
            own.insert((fate.state, fate.code), 0);
        }
        for line in batch.orders.lines(order) {
            let asked = u64::try_from(batch.lines.quantity[line]).unwrap_or(0);
            if let Some((cause, units)) = line_shortfall(fate, &states.line[line], asked) {
                *own.entry(cause).or_default() += units;
            }
        }
        if !unread.is_empty() && matches!(fate.state, State::Planned | State::Backordered) {
            let codes = unread.get(&batch.orders.id[order]);
            for &code in codes.into_iter().flatten() {
                own.entry((State::Rejected, Some(code))).or_default();
            }
        }
        for (cause, units) in own {
            let row = rows.entry(cause).or_default();
            row.orders += 1;
            row.partly += u64::from(fate.state == State::Planned);
            row.units += units;
        }
    }
    for row in &states.unread_orders {
        let cause = (State::Rejected, Some(row.code));
        rows.entry(cause).or_default().orders += 1;
    }
    let mut shortfalls: Vec<Shortfall> = rows.into_iter().map(Shortfall::from).collect();
    shortfalls.sort_by_key(|row| std::cmp::Reverse((row.orders, row.units)));
    shortfalls
}

impl From<(Cause, Short)> for Shortfall {
    fn from(((state, code), short): (Cause, Short)) -> Shortfall {
        Shortfall {
            state,
            code: code.map_or("", Code::name).to_owned(),
            orders: short.orders,
            partly_planned_orders: short.partly,
            units: short.units,
            hint: code.map_or("", Code::hint).to_owned(),
        }
    }
}

type Cause = (State, Option<Code>);

/// Why units of a line do not ship, and how many of the `asked` ones; `None` where all do.
fn line_shortfall(order: &OrderState, line: &LineState, asked: u64) -> Option<(Cause, u64)> {
    // As many as a plan can hold, like the counts of units.
    let whole = asked.min(u64::from(u32::MAX));
    match line.state {
        _ if order.state == State::Rejected => Some(((order.state, order.code), whole)),
        State::Planned | State::Backordered => {
            let short = asked.saturating_sub(u64::from(line.planned));
            (short > 0).then_some(((State::Backordered, line.code), short))
        }
        State::Held | State::Rejected => Some(((line.state, line.code), whole)),
    }
}

pub(super) fn rejected(batch: &Batch, plan: &Plan) -> Rejected {
    let mut by_code = BTreeMap::<Code, u64>::new();
    let mut by_table = Named::default();
    for (_, rejects) in all_rejects(batch, plan) {
        for i in 0..rejects.len() {
            *by_code.entry(rejects.code[i]).or_default() += 1;
            by_table.add(&rejects.table[i], 1);
        }
    }
    let by_code: Named<u64> = by_code
        .into_iter()
        .map(|(code, rows)| (code.name().to_owned(), rows))
        .collect();
    Rejected {
        rows: by_code.total(),
        by_code: by_code.sorted(),
        by_table: by_table.sorted(),
    }
}

pub(super) fn held(states: &States) -> Held {
    let mut by_code = Named::default();
    for order in &states.order {
        if let (State::Held, Some(code)) = (order.state, order.code) {
            by_code.add(code.name(), 1);
        }
    }
    Held {
        orders: by_code.total(),
        by_code: by_code.sorted(),
    }
}

pub(super) fn backordered(plan: &Plan) -> Backordered {
    let backorders = &plan.routed.backorders;
    let mut by_code = Named::default();
    for (code, &units) in backorders.code.iter().zip(&backorders.quantity) {
        by_code.add(code.name(), u64::from(units));
    }
    Backordered {
        lines: backorders.len() as u64,
        units: by_code.total(),
        by_code: by_code.sorted(),
    }
}

pub(super) fn fraud(plan: &Plan) -> FraudMetrics {
    let scores = &plan.fraud.scores;
    let mut metrics = FraudMetrics {
        scored: scores.len() as u64,
        over_capacity: plan.fraud.over_capacity,
        ..FraudMetrics::default()
    };
    for (decision, amount) in scores.decision.iter().zip(&scores.amount) {
        match decision {
            Decision::Accept => metrics.accept += 1,
            Decision::Review => {
                metrics.review += 1;
                metrics.review_cents += amount.0;
            }
            Decision::Decline => {
                metrics.decline += 1;
                metrics.decline_cents += amount.0;
            }
        }
    }
    metrics
}
