//! Audits events and notifications: each row is true, no row is there twice, and their number leaves none out.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::model::codes::Code;
use crate::model::ids::{Idx, OrderIdx, ShipmentIdx};
use crate::model::plan;
use crate::model::plan::{Event, EventStatus, Notification, Template, Verdict};
use crate::model::units::Timestamp;
use crate::stage::Violation;

use super::super::Input;
use super::NEVER;

/// Rows of `backorders` by order.
type Waiting = FxHashMap<OrderIdx, Vec<usize>>;

fn waiting(input: Input) -> Waiting {
    let mut rows = Waiting::default();
    for (i, &line) in input.routed.backorders.line.iter().enumerate() {
        let order = input.batch.lines.order[line];
        rows.entry(order).or_default().push(i);
    }
    rows
}

fn place(input: Input, order: OrderIdx) -> String {
    format!("order {}", &input.batch.orders.id[order])
}

/// Whether row `i` comes after row `i - 1`.
fn in_order<K: Ord>(i: usize, key: impl Fn(usize) -> K) -> bool {
    i == 0 || key(i - 1) < key(i)
}

pub(super) fn events(input: Input, out: &plan::Aftercare) -> Vec<Violation> {
    let waiting = waiting(input);
    let events = &out.events;
    let key = |i: usize| {
        (
            events.order[i],
            events.at[i],
            events.status[i],
            events.shipment[i],
        )
    };
    let mut found: Vec<Violation> = (0..events.len())
        .into_par_iter()
        .filter_map(|i| {
            let row = events.get(i);
            let right = in_order(i, key) && event_is_true(input, &waiting, &row);
            (!right).then(|| Violation::new("event", place(input, row.order), format!("{row:?}")))
        })
        .collect();
    let times = &input.scheduled.times;
    let moments = [
        &times.released,
        &times.picked,
        &times.packed,
        &times.handed_over,
        &times.delivered,
    ];
    let known: usize = moments
        .iter()
        .map(|column| column.iter().filter(|&&at| at != NEVER).count())
        .sum();
    let expected = input.batch.orders.len() + waiting.len() + known;
    if events.len() != expected {
        found.push(Violation::new(
            "events_complete",
            "events",
            format!("{} rows, should be {expected}", events.len()),
        ));
    }
    found
}

fn event_is_true(input: Input, waiting: &Waiting, row: &Event) -> bool {
    let verdict = input.fraud.verdict[row.order];
    let Some(shipment) = row.shipment else {
        let status = match row.status {
            EventStatus::Accepted => verdict == Verdict::Accepted,
            EventStatus::Held => matches!(verdict, Verdict::Held(_)),
            EventStatus::Rejected => matches!(verdict, Verdict::Rejected(_)),
            EventStatus::Backordered => waiting.contains_key(&row.order),
            _ => false,
        };
        return status && row.at == input.calendar.start;
    };
    let time = input.scheduled.times.get(shipment.index());
    let at = match row.status {
        EventStatus::Released => time.released,
        EventStatus::Picked => time.picked,
        EventStatus::Packed => time.packed,
        EventStatus::HandedOver => time.handed_over,
        EventStatus::Delivered => time.delivered,
        _ => return false,
    };
    at == row.at && at != NEVER && input.routed.shipments.order[shipment.index()] == row.order
}

/// What of an order ships.
#[derive(Clone, Copy, Default)]
struct Sent {
    shipments: u64,
    units: u64,
    last: Timestamp,
    promised: Timestamp,
    delayed: bool,
}

/// What the messages are checked against, by order.
struct Orders<'a> {
    input: Input<'a>,
    waiting: Waiting,
    ships: Vec<Sent>,
    /// Rejected lines that are missed: number, item, units, reason.
    lost: FxHashMap<OrderIdx, Vec<Line>>,
}

/// A line in a list of facts, as JSON.
type Line = Vec<Value>;

fn lost(input: Input) -> FxHashMap<OrderIdx, Vec<Line>> {
    let batch = input.batch;
    let mut lost: FxHashMap<OrderIdx, Vec<Line>> = FxHashMap::default();
    for (line, fault) in input.validated.line_fault.iter_enumerated() {
        if let Some(code) = fault {
            let sku = &batch.items.sku[batch.lines.item[line]];
            let (number, units) = (batch.lines.line_no[line], batch.lines.quantity[line]);
            let row = vec![number.into(), sku.into(), units.into(), code.name().into()];
            lost.entry(batch.lines.order[line]).or_default().push(row);
        }
    }
    for row in batch.unread_lines.rows() {
        if let (Some(order), true) = (row.order, row.code != Code::DuplicateLine) {
            let number = row.line_no.map_or(Value::Null, Value::from);
            let units = row.quantity.map_or(Value::Null, Value::from);
            let row = vec![number, row.sku.into(), units, row.code.name().into()];
            lost.entry(order).or_default().push(row);
        }
    }
    lost
}

pub(super) fn notifications(input: Input, out: &plan::Aftercare) -> Vec<Violation> {
    let mut ships = vec![Sent::default(); input.batch.orders.len()];
    for i in 0..input.routed.shipments.len() {
        let order = &mut ships[input.routed.shipments.order[i].index()];
        let (delivered, promised) = (
            input.scheduled.times.delivered[i],
            input.shipped.shipments.promised[i],
        );
        if order.shipments == 0 {
            (order.last, order.promised) = (delivered, promised);
        }
        order.shipments += 1;
        order.units += units(input, i);
        order.last = order.last.max(delivered);
        order.promised = order.promised.max(promised);
        order.delayed |= promised < delivered;
    }
    let orders = Orders {
        input,
        waiting: waiting(input),
        ships,
        lost: lost(input),
    };
    let rows = &out.notifications;
    let key = |i: usize| {
        (
            rows.order[i],
            rows.at[i],
            rows.template[i],
            rows.shipment[i],
        )
    };
    let mut found: Vec<Violation> = (0..rows.len())
        .into_par_iter()
        .filter_map(|i| {
            let row = rows.get(i);
            let facts: Value = serde_json::from_str(&row.facts).unwrap_or_default();
            let right = in_order(i, key) && orders.message_is_true(&row, &facts);
            (!right).then(|| {
                Violation::new("notification", place(input, row.order), format!("{row:?}"))
            })
        })
        .collect();
    let expected = orders.messages();
    if rows.len() != expected {
        found.push(Violation::new(
            "notifications_complete",
            "notifications",
            format!("{} rows, should be {expected}", rows.len()),
        ));
    }
    found
}

fn units(input: Input, shipment: usize) -> u64 {
    input
        .routed
        .allocations_of(ShipmentIdx::from_usize(shipment))
        .map(|row| u64::from(input.routed.allocations.quantity[row]))
        .sum()
}

/// Whether the JSON value is this moment.
fn is_moment(value: &Value, at: Timestamp) -> bool {
    match value.as_str().map(str::parse::<jiff::Timestamp>) {
        Some(Ok(moment)) => moment.as_second() == at.0,
        Some(Err(_)) => false,
        None => value.is_null() && jiff::Timestamp::from_second(at.0).is_err(),
    }
}

impl Orders<'_> {
    fn message_is_true(&self, row: &Notification, facts: &Value) -> bool {
        let input = self.input;
        let at_start = row.at == input.calendar.start;
        if let Some(shipment) = row.shipment {
            let i = shipment.index();
            return input.routed.shipments.order[i] == row.order
                && match row.template {
                    Template::Shipped => {
                        row.at == input.scheduled.times.handed_over[i] && self.shipped(i, facts)
                    }
                    _ => false,
                };
        }
        let method = input.batch.orders.payment_method[row.order];
        let method = method.map(|symbol| &input.batch.symbols[symbol]);
        let verdict = input.fraud.verdict[row.order];
        at_start
            && self.rest(row.order, facts)
            && match row.template {
                Template::OrderConfirmed => {
                    self.sent(row.order, facts) && !self.has_rest(row.order)
                }
                Template::PartiallyConfirmed => {
                    self.sent(row.order, facts) && self.has_rest(row.order)
                }
                Template::Backordered => {
                    verdict == Verdict::Accepted
                        && self.ships[row.order.index()].shipments == 0
                        && self.waiting.contains_key(&row.order)
                }
                Template::PaymentDeclined => {
                    verdict == Verdict::Rejected(Code::PaymentDeclined)
                        && facts["payment_method"].as_str() == method
                }
                Template::PaymentPending => {
                    let held = verdict == Verdict::Held(Code::PaymentPending);
                    (held || verdict == Verdict::Rejected(Code::PaymentPending))
                        && facts["held"] == held
                        && facts["payment_method"].as_str() == method
                }
                _ => false,
            }
    }

    fn has_rest(&self, order: OrderIdx) -> bool {
        self.waiting.contains_key(&order) || self.lost.contains_key(&order)
    }

    fn sent(&self, order: OrderIdx, facts: &Value) -> bool {
        let sent = self.ships[order.index()];
        sent.shipments > 0
            && facts["shipments"] == sent.shipments
            && facts["units"] == sent.units
            && facts["delayed"] == sent.delayed
            && is_moment(&facts["promised"], sent.promised)
            && is_moment(&facts["expected_delivery"], sent.last)
    }

    /// The turn of a shipment among those of its order, and the units in later ones.
    fn turn(&self, shipment: usize) -> (u64, u64) {
        let input = self.input;
        let at = |i: usize| (input.scheduled.times.handed_over[i], i);
        let orders = &input.routed.shipments.order;
        // Shipments of an order stand side by side.
        let first = orders.partition_point(|&order| order < orders[shipment]);
        let end = orders.partition_point(|&order| order <= orders[shipment]);
        let (mut turn, mut follow) = (1, 0);
        for i in first..end {
            turn += u64::from(at(i) < at(shipment));
            follow += if at(i) > at(shipment) {
                units(input, i)
            } else {
                0
            };
        }
        (turn, follow)
    }

    fn shipped(&self, shipment: usize, facts: &Value) -> bool {
        let input = self.input;
        let row = input.shipped.shipments.get(shipment);
        let booked = &input.scheduled.rebooked;
        let at = booked.shipment.partition_point(|s| s.index() < shipment);
        let same = booked
            .shipment
            .get(at)
            .is_some_and(|s| s.index() == shipment);
        let rebooked = same.then(|| booked.service[at]);
        let service = rebooked.unwrap_or(row.service);
        let service = &input.batch.rates.services[service];
        let order = input.routed.shipments.order[shipment];
        let waits = self.waiting.get(&order).map_or(0, |rows| {
            let quantities = &input.routed.backorders.quantity;
            rows.iter().map(|&i| u64::from(quantities[i])).sum()
        });
        let (turn, follow) = self.turn(shipment);
        facts["shipment"] == turn
            && facts["shipments"] == self.ships[order.index()].shipments
            && facts["units_to_follow"] == follow
            && facts["units_waiting"] == waits
            && facts["carrier"] == input.batch.rates.carriers[service.carrier]
            && facts["service"] == service.name.as_str()
            && facts["packages"] == row.packages
            && facts["units"] == units(input, shipment)
            && is_moment(
                &facts["expected_delivery"],
                input.scheduled.times.delivered[shipment],
            )
            && input.scheduled.times.handed_over[shipment] != NEVER
    }

    /// The facts list what waits and what will not come, in whatever order; messages about payment list nothing.
    fn rest(&self, order: OrderIdx, facts: &Value) -> bool {
        let (batch, backorders) = (self.input.batch, &self.input.routed.backorders);
        let accepted = self.input.fraud.verdict[order] == Verdict::Accepted;
        let waiting = self.waiting.get(&order).into_iter().flatten().map(|&row| {
            let sku = &batch.items.sku[batch.lines.item[backorders.line[row]]];
            let (units, code) = (backorders.quantity[row], backorders.code[row]);
            vec![sku.into(), units.into(), code.name().into()]
        });
        let lost = self.lost.get(&order).filter(|_| accepted);
        let lost = lost.into_iter().flatten().cloned();
        same_lines(&facts["waiting"], &["sku", "units", "reason"], waiting)
            && same_lines(
                &facts["not_coming"],
                &["line_no", "sku", "units", "reason"],
                lost,
            )
    }

    /// How many messages there should be.
    fn messages(&self) -> usize {
        let input = self.input;
        let times = &input.scheduled.times;
        let paying = [Code::PaymentDeclined, Code::PaymentPending];
        let asked = input.fraud.verdict.iter().filter(|verdict| match verdict {
            Verdict::Rejected(code) => paying.contains(code),
            Verdict::Held(code) => *code == Code::PaymentPending,
            Verdict::Accepted => false,
        });
        let shipped = times.handed_over.iter().filter(|&&at| at != NEVER);
        asked.count()
            + shipped.count()
            + self
                .ships
                .iter()
                .filter(|order| order.shipments > 0)
                .count()
            + self
                .waiting
                .keys()
                .filter(|order| self.ships[order.index()].shipments == 0)
                .count()
    }
}

/// Whether a JSON list, or its absence, has these lines and no others.
fn same_lines(listed: &Value, keys: &[&str], expected: impl Iterator<Item = Line>) -> bool {
    let text = |line: Line| Value::from(line).to_string();
    let mut expected: Vec<String> = expected.map(text).collect();
    let of = |line: &Value| text(keys.iter().map(|key| line[*key].clone()).collect());
    let rows = listed.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut listed: Vec<String> = rows.iter().map(of).collect();
    expected.sort_unstable();
    listed.sort_unstable();
    expected == listed
}
