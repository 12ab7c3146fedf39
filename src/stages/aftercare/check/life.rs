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

/// What the messages are checked against, by order.
struct Orders<'a> {
    input: Input<'a>,
    waiting: Waiting,
    /// Number of shipments, their units, and when the last one arrives.
    ships: Vec<(u32, u64, Timestamp)>,
}

pub(super) fn notifications(input: Input, out: &plan::Aftercare) -> Vec<Violation> {
    let mut ships = vec![(0, 0, Timestamp(i64::MIN)); input.batch.orders.len()];
    for i in 0..input.routed.shipments.len() {
        let order = &mut ships[input.routed.shipments.order[i].index()];
        order.0 += 1;
        order.1 += units(input, i);
        order.2 = order.2.max(input.scheduled.times.delivered[i]);
    }
    let orders = Orders {
        input,
        waiting: waiting(input),
        ships,
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
                    Template::Delayed => at_start && self.delayed(i, facts),
                    Template::Shipped => {
                        row.at == input.scheduled.times.handed_over[i] && self.shipped(i, facts)
                    }
                    _ => false,
                };
        }
        let method = input.batch.orders.payment_method[row.order];
        let method = method.map(|symbol| &input.batch.symbols[symbol]);
        let (ships, units, last) = self.ships[row.order.index()];
        let verdict = input.fraud.verdict[row.order];
        at_start
            && match row.template {
                Template::OrderConfirmed => {
                    ships > 0
                        && facts["shipments"] == ships
                        && facts["units"] == units
                        && is_moment(&facts["expected_delivery"], last)
                }
                Template::Backordered => self.backordered(row.order, facts),
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

    fn delayed(&self, shipment: usize, facts: &Value) -> bool {
        let promised = self.input.shipped.shipments.promised[shipment];
        let delivered = self.input.scheduled.times.delivered[shipment];
        promised < delivered
            && is_moment(&facts["promised"], promised)
            && is_moment(&facts["expected_delivery"], delivered)
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
        facts["carrier"] == input.batch.rates.carriers[service.carrier]
            && facts["service"] == service.name.as_str()
            && facts["packages"] == row.packages
            && facts["units"] == units(input, shipment)
            && is_moment(
                &facts["expected_delivery"],
                input.scheduled.times.delivered[shipment],
            )
            && input.scheduled.times.handed_over[shipment] != NEVER
    }

    /// The facts list the backorders of the order, in whatever order.
    fn backordered(&self, order: OrderIdx, facts: &Value) -> bool {
        let (batch, backorders) = (self.input.batch, &self.input.routed.backorders);
        let Some(rows) = self.waiting.get(&order) else {
            return false;
        };
        let mut expected: Vec<(&str, u64, &str)> = (rows.iter())
            .map(|&row| {
                let sku = &batch.items.sku[batch.lines.item[backorders.line[row]]];
                let units = u64::from(backorders.quantity[row]);
                (sku, units, backorders.code[row].name())
            })
            .collect();
        let Some(lines) = facts["lines"].as_array() else {
            return false;
        };
        let mut listed: Vec<(&str, u64, &str)> = (lines.iter())
            .filter_map(|line| {
                let units = line["units"].as_u64()?;
                Some((line["sku"].as_str()?, units, line["reason"].as_str()?))
            })
            .collect();
        expected.sort_unstable();
        listed.sort_unstable();
        expected == listed && lines.len() == listed.len()
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
        let late =
            (0..times.len()).filter(|&i| times.delivered[i] > input.shipped.shipments.promised[i]);
        let shipped = times.handed_over.iter().filter(|&&at| at != NEVER);
        asked.count()
            + late.count()
            + shipped.count()
            + self.ships.iter().filter(|order| order.0 > 0).count()
            + self.waiting.len()
    }
}
