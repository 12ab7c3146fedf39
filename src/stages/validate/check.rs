//! Audits [`Validated`]: recomputes every verdict and every reject row from the batch. Shares no code with the rules.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{CarrierIdx, CustomerIdx, DestIdx, Idx, LineIdx, OrderIdx};
use crate::model::orders::PaymentStatus;
use crate::model::plan::{Rejects, Validated, Verdict};
use crate::params;
use crate::stage::Violation;

/// 10 billion in major units; the limit of goods per line and per order.
const GOODS_LIMIT: i128 = 10_000_000_000 * 100;

pub(super) fn check(batch: &Batch, out: &Validated, params: &params::Validate) -> Vec<Violation> {
    if out.verdict.len() != batch.orders.len() || out.line_fault.len() != batch.lines.len() {
        return vec![Violation::new(
            "validate_shape",
            "verdict, line_fault",
            format!(
                "{} verdicts for {} orders, {} line faults for {} lines",
                out.verdict.len(),
                batch.orders.len(),
                out.line_fault.len(),
                batch.lines.len()
            ),
        )];
    }
    let mut audit = Audit {
        batch,
        out,
        params,
        order_rows: reject_rows(&out.rejects, "orders"),
        line_rows: reject_rows(&out.rejects, "order_lines"),
        reach: FxHashMap::default(),
        found: Vec::new(),
    };
    for order in batch.orders.indices() {
        audit.order(order);
    }
    audit.leftovers();
    audit.holds();
    audit.credit();
    audit.found
}

/// Codes and order ids by row of `table`.
fn reject_rows<'a>(rejects: &'a Rejects, table: &str) -> FxHashMap<u64, Vec<(Code, &'a str)>> {
    let mut rows: FxHashMap<u64, Vec<(Code, &str)>> = FxHashMap::default();
    for i in (0..rejects.len()).filter(|&i| rejects.table[i] == table) {
        let order_id = rejects.order_id[i].as_deref().unwrap_or_default();
        rows.entry(rejects.row[i])
            .or_default()
            .push((rejects.code[i], order_id));
    }
    rows
}

struct Audit<'a> {
    batch: &'a Batch,
    out: &'a Validated,
    params: &'a params::Validate,
    order_rows: FxHashMap<u64, Vec<(Code, &'a str)>>,
    line_rows: FxHashMap<u64, Vec<(Code, &'a str)>>,
    reach: FxHashMap<u32, bool>,
    found: Vec<Violation>,
}

impl<'a> Audit<'a> {
    fn fail(&mut self, rule: &str, place: String, message: String) {
        self.found.push(Violation::new(rule, place, message));
    }

    /// Codes that the quantity and price of a line deserve.
    fn line_codes(&self, line: LineIdx) -> Vec<Code> {
        let (quantity, price) = (
            self.batch.lines.quantity[line],
            self.batch.lines.unit_price[line].0,
        );
        let mut codes = Vec::new();
        if quantity < 1 {
            codes.push(Code::NonPositiveQuantity);
        }
        if quantity > self.params.max_line_quantity {
            codes.push(Code::AbsurdQuantity);
        }
        if i128::from(quantity).abs() * i128::from(price).abs() > GOODS_LIMIT {
            codes.push(Code::Overflow);
        }
        codes
    }

    /// Whether some carrier goes to `dest` from somewhere.
    fn reached(&mut self, dest: DestIdx) -> bool {
        let rates = &self.batch.rates;
        let Some(class) = rates.lanes.class(dest) else {
            return false;
        };
        *self.reach.entry(class).or_insert_with(|| {
            (0..rates.carriers.len()).any(|carrier| {
                self.batch.facilities.indices().any(|facility| {
                    rates
                        .lanes
                        .get(CarrierIdx::from_usize(carrier), facility, dest)
                        .is_some()
                })
            })
        })
    }

    /// Codes that reject the order, first is the verdict's; `goods`: of its usable lines.
    fn order_codes(
        &mut self,
        order: OrderIdx,
        usable: usize,
        all: usize,
        goods: i128,
    ) -> Vec<Code> {
        let columns = &self.batch.orders;
        let dest = columns.dest[order];
        let country = &self.batch.symbols[self.batch.destinations.country[dest]];
        let postal_code = &self.batch.destinations.postal_code[dest];
        let status = columns.payment_status[order];
        let complete_address = !country.trim().is_empty() && !postal_code.trim().is_empty();
        [
            (Code::MissingAddress, !complete_address),
            (
                Code::UnknownPostalCode,
                complete_address && !self.reached(dest),
            ),
            (Code::PaymentDeclined, status == PaymentStatus::Declined),
            (
                Code::PaymentPending,
                status == PaymentStatus::Pending && !self.params.hold_pending,
            ),
            (
                Code::Overflow,
                !(-GOODS_LIMIT..=GOODS_LIMIT).contains(&goods),
            ),
            (Code::NoValidLines, usable == 0),
            (
                Code::ShipCompleteBroken,
                columns.ship_complete[order] && usable < all,
            ),
        ]
        .into_iter()
        .filter_map(|(code, broken)| broken.then_some(code))
        .collect()
    }

    fn order(&mut self, order: OrderIdx) {
        let columns = &self.batch.orders;
        let dropped = columns.lines_dropped.get(order).map_or(0, |&n| n as usize);
        let (mut usable, mut goods) = (0, 0);
        let mut own = Vec::new();
        for line in columns.lines(order) {
            let codes = self.line_codes(line);
            if codes.is_empty() {
                usable += 1;
                goods += i128::from(self.batch.lines.quantity[line])
                    * i128::from(self.batch.lines.unit_price[line].0);
            }
            let row = self.batch.lines.row[line];
            let found = self.line_rows.remove(&row).unwrap_or_default();
            self.compare("order_lines", row, order, &codes, found);
            own.push(codes.first().copied());
        }
        let all = own.len() + dropped;
        let codes = match columns.fault[order] {
            Some(_) => Vec::new(),
            None => self.order_codes(order, usable, all, goods),
        };
        let row = columns.row[order];
        let found = self.order_rows.remove(&row).unwrap_or_default();
        self.compare("orders", row, order, &codes, found);
        self.verdict(order, columns.fault[order].or(codes.first().copied()));
        self.line_faults(order, &own);
    }

    /// The reject rows of one input row must be exactly `codes`.
    fn compare(
        &mut self,
        table: &str,
        row: u64,
        order: OrderIdx,
        codes: &[Code],
        mut found: Vec<(Code, &'a str)>,
    ) {
        let order_id = &self.batch.orders.id[order];
        let mut expected: Vec<_> = codes.iter().map(|&code| (code, order_id)).collect();
        expected.sort_unstable();
        found.sort_unstable();
        if expected != found {
            self.fail(
                "rejects_complete",
                format!("{table} row {row}"),
                format!("rejects say {found:?}, the row deserves {expected:?}"),
            );
        }
    }

    /// `fault`: what rejects the order, if anything.
    fn verdict(&mut self, order: OrderIdx, fault: Option<Code>) {
        let status = self.batch.orders.payment_status[order];
        let verdict = self.out.verdict[order];
        let right = match (fault, status) {
            (Some(code), _) => verdict == Verdict::Rejected(code),
            (None, PaymentStatus::Pending) => verdict == Verdict::Held(Code::PaymentPending),
            (None, PaymentStatus::Terms) => {
                verdict.accepted() || verdict == Verdict::Held(Code::CreditLimitExceeded)
            }
            (None, _) => verdict.accepted(),
        };
        if !right {
            self.fail(
                "verdict",
                format!("order {}", &self.batch.orders.id[order]),
                format!(
                    "{verdict:?} with fault {fault:?} and payment {}",
                    status.name()
                ),
            );
        }
    }

    fn line_faults(&mut self, order: OrderIdx, own: &[Option<Code>]) {
        let rejected = matches!(self.out.verdict[order], Verdict::Rejected(_));
        for (line, &own) in self.batch.orders.lines(order).zip(own) {
            let expected = if rejected {
                Some(Code::OrderRejected)
            } else {
                own
            };
            if self.out.line_fault[line] != expected {
                self.fail(
                    "line_fault",
                    format!("order_lines row {}", self.batch.lines.row[line]),
                    format!("{:?}, should be {expected:?}", self.out.line_fault[line]),
                );
            }
        }
    }

    /// Reject rows that belong to no order or line.
    fn leftovers(&mut self) {
        let known = ["orders", "order_lines"];
        let rejects = &self.out.rejects;
        let stray = self.order_rows.len()
            + self.line_rows.len()
            + (rejects
                .table
                .iter()
                .filter(|table| !known.contains(&table.as_str())))
            .count();
        if stray > 0 {
            self.fail(
                "rejects_stray",
                "rejects".into(),
                format!("{stray} rows name no order and no line"),
            );
        }
    }

    /// One hold per held order, with its code, in order.
    fn holds(&mut self) {
        let listed = self.out.holds.order.iter().copied();
        let listed: Vec<_> = listed.zip(self.out.holds.code.iter().copied()).collect();
        let held: Vec<_> = self
            .out
            .verdict
            .iter_enumerated()
            .filter_map(|(order, verdict)| match verdict {
                Verdict::Held(code) => Some((order, *code)),
                _ => None,
            })
            .collect();
        if listed != held || self.out.holds.detail.iter().any(String::is_empty) {
            self.fail(
                "holds_complete",
                "holds".into(),
                format!("{} rows for {} held orders", listed.len(), held.len()),
            );
        }
    }

    /// What the customer's credit still covers when each order's turn comes.
    fn credit(&mut self) {
        let columns = &self.batch.orders;
        let mut queues: BTreeMap<Option<CustomerIdx>, Vec<OrderIdx>> = BTreeMap::new();
        for order in columns.indices() {
            let waits = self.out.verdict[order] == Verdict::Held(Code::CreditLimitExceeded);
            let on_terms = columns.payment_status[order] == PaymentStatus::Terms;
            if on_terms && (waits || self.out.verdict[order].accepted()) {
                queues
                    .entry(columns.customer[order])
                    .or_default()
                    .push(order);
            }
        }
        for (customer, mut queue) in queues {
            queue.sort_by(|&a, &b| {
                (columns.priority[b].cmp(&columns.priority[a]))
                    .then(columns.placed_at[a].cmp(&columns.placed_at[b]))
                    .then(a.cmp(&b))
            });
            let customers = &self.batch.customers;
            let mut left = customer.and_then(|customer| {
                let limit = customers.credit_limit[customer]?;
                Some(i128::from(limit.0) - i128::from(customers.open_balance[customer].0))
            });
            for order in queue {
                self.turn(order, &mut left);
            }
        }
    }

    /// One order's turn; `left`: the credit before and after it.
    fn turn(&mut self, order: OrderIdx, left: &mut Option<i128>) {
        let lines = &self.batch.lines;
        let goods: i128 = (self.batch.orders.lines(order))
            .filter(|&line| self.out.line_fault[line].is_none())
            .map(|line| i128::from(lines.quantity[line]) * i128::from(lines.unit_price[line].0))
            .sum();
        let fits = left.is_some_and(|left| goods <= left);
        if fits != self.out.verdict[order].accepted() {
            self.fail(
                "credit",
                format!("order {}", &self.batch.orders.id[order]),
                format!(
                    "goods of {goods} cents with {left:?} cents of credit left: {:?}",
                    self.out.verdict[order]
                ),
            );
        }
        if let (true, Some(left)) = (self.out.verdict[order].accepted(), left) {
            *left -= goods;
        }
    }
}
