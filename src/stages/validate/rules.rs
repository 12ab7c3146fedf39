//! The rules: one function per code, named after it. Each looks at one line or one order, says nothing when all is well, and otherwise
//! names the column and the value as read.
//!
//! Recipe for a new rule: a row in `model::codes`, a function here, its place in [`LINE_RULES`] or [`ORDER_RULES`] (the place is its
//! precedence), its independent counterpart in `check.rs`.

use std::cmp::Reverse;

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{CustomerIdx, DestIdx, Idx, IdxVec, LineIdx, OrderIdx};
use crate::model::orders::PaymentStatus;
use crate::model::plan::{Hold, Verdict};
use crate::params;

/// The largest goods amount of a line or an order, in cents: that of a unit price at ingest. Nine million orders
/// of this amount still sum up within 64 bits.
pub(super) const MAX_GOODS: i128 = 1_000_000_000_000;

/// What is wrong with a row.
pub(super) struct Fault {
    pub code: Code,
    pub column: &'static str,
    pub value: String,
}

/// What all rules read.
pub(super) struct Facts<'a> {
    pub batch: &'a Batch,
    params: &'a params::Validate,
    /// Whether any carrier goes there from any facility.
    reached: IdxVec<DestIdx, bool>,
}

impl<'a> Facts<'a> {
    /// O(destinations + classes × carriers × facilities).
    pub fn new(batch: &'a Batch, params: &'a params::Validate) -> Self {
        let lanes = &batch.rates.lanes;
        let mut by_class: Vec<Option<bool>> = Vec::new();
        let reached = (0..batch.destinations.len())
            .map(DestIdx::from_usize)
            .map(|dest| {
                let Some(class) = lanes.class(dest) else {
                    return false;
                };
                let class = class as usize;
                if class >= by_class.len() {
                    by_class.resize(class + 1, None);
                }
                *by_class[class].get_or_insert_with(|| lanes.reaches(dest))
            })
            .collect();
        Facts {
            batch,
            params,
            reached,
        }
    }
}

/// An order, with what the rules found about its lines.
pub(super) struct Case<'a> {
    pub facts: &'a Facts<'a>,
    pub order: OrderIdx,
    usable_lines: u32,
    unusable_lines: u32,
    /// Goods value of the usable lines, in cents.
    pub goods: i128,
}

impl<'a> Case<'a> {
    pub fn new(facts: &'a Facts<'a>, order: OrderIdx) -> Self {
        let dropped = facts.batch.orders.lines_dropped.get(order);
        Case {
            facts,
            order,
            usable_lines: 0,
            unusable_lines: dropped.copied().unwrap_or(0),
            goods: 0,
        }
    }

    pub fn count_line(&mut self, line: LineIdx, usable: bool) {
        if usable {
            self.usable_lines += 1;
            self.goods += amount(self.facts.batch, line);
        } else {
            self.unusable_lines += 1;
        }
    }

    fn payment_status(&self) -> PaymentStatus {
        self.facts.batch.orders.payment_status[self.order]
    }
}

/// Goods value of a line in cents; two 64-bit factors never overflow it.
fn amount(batch: &Batch, line: LineIdx) -> i128 {
    i128::from(batch.lines.quantity[line]) * i128::from(batch.lines.unit_price[line].0)
}

/// Rules of a line, in order of precedence.
pub(super) const LINE_RULES: [fn(&Facts, LineIdx) -> Option<Fault>; 3] =
    [non_positive_quantity, absurd_quantity, overflow_of_line];

/// Rules that reject an order, in order of precedence.
pub(super) const ORDER_RULES: [fn(&Case) -> Option<Fault>; 7] = [
    missing_address,
    unknown_postal_code,
    payment_declined,
    payment_pending,
    overflow,
    no_valid_lines,
    ship_complete_broken,
];

fn non_positive_quantity(facts: &Facts, line: LineIdx) -> Option<Fault> {
    let quantity = facts.batch.lines.quantity[line];
    (quantity <= 0).then(|| Fault {
        code: Code::NonPositiveQuantity,
        column: "quantity",
        value: quantity.to_string(),
    })
}

fn absurd_quantity(facts: &Facts, line: LineIdx) -> Option<Fault> {
    let quantity = facts.batch.lines.quantity[line];
    (quantity > facts.params.max_line_quantity).then(|| Fault {
        code: Code::AbsurdQuantity,
        column: "quantity",
        value: quantity.to_string(),
    })
}

/// `overflow`, of a line: quantity × unit price is beyond [`MAX_GOODS`].
fn overflow_of_line(facts: &Facts, line: LineIdx) -> Option<Fault> {
    let lines = &facts.batch.lines;
    (amount(facts.batch, line).abs() > MAX_GOODS).then(|| Fault {
        code: Code::Overflow,
        column: "unit_price",
        value: format!("{} x {}", lines.quantity[line], lines.unit_price[line]),
    })
}

/// The fault that ingest found in the order's row, and reported.
pub(super) fn unreadable(case: &Case) -> Option<Code> {
    case.facts.batch.orders.fault[case.order]
}

/// A column of the address that is empty, if any.
fn empty_address_column(case: &Case) -> Option<&'static str> {
    let batch = case.facts.batch;
    let dest = batch.orders.dest[case.order];
    if batch.symbols[batch.destinations.country[dest]]
        .trim()
        .is_empty()
    {
        return Some("country");
    }
    let postal_code = &batch.destinations.postal_code[dest];
    postal_code.trim().is_empty().then_some("postal_code")
}

fn missing_address(case: &Case) -> Option<Fault> {
    empty_address_column(case).map(|column| Fault {
        code: Code::MissingAddress,
        column,
        value: String::new(),
    })
}

/// No lane goes there. Not asked of an address that is not complete.
fn unknown_postal_code(case: &Case) -> Option<Fault> {
    let batch = case.facts.batch;
    let dest = batch.orders.dest[case.order];
    (!case.facts.reached[dest] && empty_address_column(case).is_none()).then(|| Fault {
        code: Code::UnknownPostalCode,
        column: "postal_code",
        value: format!(
            "{} {}",
            &batch.symbols[batch.destinations.country[dest]], &batch.destinations.postal_code[dest]
        ),
    })
}

fn payment_fault(case: &Case, code: Code) -> Fault {
    Fault {
        code,
        column: "payment_status",
        value: case.payment_status().name().to_owned(),
    }
}

fn payment_declined(case: &Case) -> Option<Fault> {
    (case.payment_status() == PaymentStatus::Declined)
        .then(|| payment_fault(case, Code::PaymentDeclined))
}

/// Rejects where `validate.hold_pending` is false.
fn payment_pending(case: &Case) -> Option<Fault> {
    (case.payment_status() == PaymentStatus::Pending && !case.facts.params.hold_pending)
        .then(|| payment_fault(case, Code::PaymentPending))
}

/// `payment_pending` where `validate.hold_pending` is true: the order waits.
pub(super) fn payment_pending_hold(case: &Case) -> Option<(Code, String)> {
    (case.payment_status() == PaymentStatus::Pending && case.facts.params.hold_pending).then(|| {
        let currency = &case.facts.batch.currency;
        let detail = format!("goods of {} {currency} are not paid", major(case.goods));
        (Code::PaymentPending, detail)
    })
}

/// `overflow`, of an order: its usable lines together are beyond [`MAX_GOODS`].
fn overflow(case: &Case) -> Option<Fault> {
    (case.goods.abs() > MAX_GOODS).then(|| Fault {
        code: Code::Overflow,
        column: "order_id",
        value: format!("goods of {}", major(case.goods)),
    })
}

fn no_valid_lines(case: &Case) -> Option<Fault> {
    (case.usable_lines == 0).then(|| Fault {
        code: Code::NoValidLines,
        column: "order_id",
        value: case.facts.batch.orders.id[case.order].to_owned(),
    })
}

/// Lines that ingest could not use count too.
fn ship_complete_broken(case: &Case) -> Option<Fault> {
    let asked = case.facts.batch.orders.ship_complete[case.order];
    (asked && case.unusable_lines > 0).then(|| Fault {
        code: Code::ShipCompleteBroken,
        column: "ship_complete",
        value: "true".to_owned(),
    })
}

/// The code of a line whose order is rejected.
pub(super) fn order_rejected(verdict: Verdict) -> Option<Code> {
    matches!(verdict, Verdict::Rejected(_)).then_some(Code::OrderRejected)
}

/// The order is to be paid after delivery, without means of payment on file.
pub(super) fn wants_credit(case: &Case) -> bool {
    case.payment_status() == PaymentStatus::Terms
}

/// Holds orders on terms that their customer's credit does not cover.
///
/// The orders of a customer stand in line by (priority, highest first; placed_at; order). Each takes its goods amount from what is left
/// of limit − open balance; one that does not fit is held and takes nothing, so that a smaller one behind it may still fit. No
/// limit on file, or no customer, is no credit. O(n log n).
pub(super) fn credit_limit_exceeded(batch: &Batch, mut orders: Vec<(OrderIdx, i128)>) -> Vec<Hold> {
    let columns = &batch.orders;
    orders.sort_unstable_by_key(|&(order, _)| {
        let urgency = Reverse(columns.priority[order]);
        (
            columns.customer[order],
            urgency,
            columns.placed_at[order],
            order,
        )
    });
    let mut holds = Vec::new();
    for queue in orders.chunk_by(|a, b| columns.customer[a.0] == columns.customer[b.0]) {
        let customer = columns.customer[queue[0].0];
        let mut granted = 0;
        for &(order, goods) in queue {
            match refusal(batch, customer, granted, goods) {
                None => granted += goods,
                Some(detail) => holds.push(Hold {
                    order,
                    code: Code::CreditLimitExceeded,
                    detail,
                }),
            }
        }
    }
    holds
}

/// Why the customer has no credit for `goods` more after `granted`; `None`: they have.
fn refusal(
    batch: &Batch,
    customer: Option<CustomerIdx>,
    granted: i128,
    goods: i128,
) -> Option<String> {
    let currency = &batch.currency;
    let Some(customer) = customer else {
        return Some(format!(
            "this order {} {currency}; a guest has no credit",
            major(goods)
        ));
    };
    let Some(limit) = batch.customers.credit_limit[customer] else {
        return Some(format!(
            "this order {} {currency}; no credit limit on file",
            major(goods)
        ));
    };
    let balance = i128::from(batch.customers.open_balance[customer].0);
    let total = balance + granted + goods;
    (total > i128::from(limit.0)).then(|| {
        format!(
            "open balance {} + earlier orders tonight {} + this order {} = {} > limit {limit} {currency}",
            major(balance),
            major(granted),
            major(goods),
            major(total),
        )
    })
}

/// Cents as major units with two decimals, beyond 64 bits too.
fn major(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
