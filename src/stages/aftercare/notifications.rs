//! Messages to customers: who, what, when, with the facts that the template needs as JSON.
//!
//! | template | when | facts |
//! |---|---|---|
//! | `order_confirmed` | at the plan's start, when units of the order ship | `units`, `shipments`, `expected_delivery` of the last |
//! | `backordered` | at the plan's start | `lines`: `sku`, `units`, `reason` |
//! | `delayed` | at the plan's start, per shipment that arrives after the promise | `promised`, `expected_delivery` |
//! | `shipped` | at hand-over, per shipment | `carrier`, `service`, `packages`, `units`, `expected_delivery` |
//! | `payment_declined` | at the plan's start | `payment_method` |
//! | `payment_pending` | at the plan's start | `payment_method`, `held` (false: rejected until it is paid) |
//!
//! Moments are RFC 3339 in UTC; `null` where the schedule does not know one. Other rejections and holds are for the staff to resolve
//! first; no customer is told that they look like a fraud. Rows of an order stand by (time, template, shipment).

use serde::Serialize;

use crate::model::codes::Code;
use crate::model::ids::{Idx, OrderIdx, ShipmentIdx};
use crate::model::plan::{Notification, Notifications, Template, Verdict};
use crate::model::units::Timestamp;

use super::{Night, known};

#[derive(Serialize)]
struct Confirmed {
    units: u64,
    shipments: usize,
    expected_delivery: Option<String>,
}

#[derive(Serialize)]
struct Backordered<'a> {
    lines: Vec<BackorderedLine<'a>>,
}

#[derive(Serialize)]
struct BackorderedLine<'a> {
    sku: &'a str,
    units: u32,
    reason: &'static str,
}

#[derive(Serialize)]
struct Delayed {
    promised: Option<String>,
    expected_delivery: Option<String>,
}

#[derive(Serialize)]
struct ShippedNow<'a> {
    carrier: &'a str,
    service: &'a str,
    packages: u32,
    units: u64,
    expected_delivery: Option<String>,
}

#[derive(Serialize)]
struct PaymentFact<'a> {
    payment_method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<bool>,
}

pub(super) fn of_order(night: &Night, order: OrderIdx, notifications: &mut Notifications) {
    let mut rows = Vec::new();
    match night.input.fraud.verdict[order] {
        Verdict::Accepted => {}
        verdict => rows.extend(payment(night, order, verdict)),
    }
    rows.extend(confirmed(night, order));
    rows.extend(backordered(night, order));
    for &shipment in night.shipments.row(order) {
        rows.extend(delayed(night, shipment));
        rows.extend(shipped(night, shipment));
    }
    rows.sort_by_key(|row| (row.at, row.template, row.shipment));
    for row in rows {
        notifications.push(Notification {
            order,
            shipment: row.shipment,
            at: row.at,
            template: row.template,
            facts: row.facts,
        });
    }
}

/// A message of an order.
struct Message {
    shipment: Option<ShipmentIdx>,
    at: Timestamp,
    template: Template,
    facts: String,
}

impl Message {
    /// At the plan's start, about the order as a whole.
    fn new(night: &Night, template: Template, facts: &impl Serialize) -> Message {
        Message {
            shipment: None,
            at: night.start(),
            template,
            // Plain structs of strings and numbers always serialize.
            facts: serde_json::to_string(facts).unwrap_or_default(),
        }
    }
}

fn payment(night: &Night, order: OrderIdx, verdict: Verdict) -> Option<Message> {
    let batch = night.input.batch;
    let method = batch.orders.payment_method[order];
    let payment_method = method.map(|method| &batch.symbols[method]);
    let (template, held) = match verdict {
        Verdict::Rejected(Code::PaymentDeclined) => (Template::PaymentDeclined, None),
        Verdict::Rejected(Code::PaymentPending) => (Template::PaymentPending, Some(false)),
        Verdict::Held(Code::PaymentPending) => (Template::PaymentPending, Some(true)),
        _ => return None,
    };
    let facts = PaymentFact {
        payment_method,
        held,
    };
    Some(Message::new(night, template, &facts))
}

fn confirmed(night: &Night, order: OrderIdx) -> Option<Message> {
    let shipments = night.shipments.row(order);
    let times = &night.input.scheduled.times;
    let last = shipments.iter().map(|s| times.delivered[s.index()]).max()?;
    let facts = Confirmed {
        units: shipments.iter().map(|&s| night.units(s)).sum(),
        shipments: shipments.len(),
        expected_delivery: rfc3339(last),
    };
    Some(Message::new(night, Template::OrderConfirmed, &facts))
}

fn backordered(night: &Night, order: OrderIdx) -> Option<Message> {
    let (batch, backorders) = (night.input.batch, &night.input.routed.backorders);
    let rows = night.backorders.row(order);
    let lines = rows.iter().map(|&row| {
        let row = row as usize;
        let item = batch.lines.item[backorders.line[row]];
        BackorderedLine {
            sku: &batch.items.sku[item],
            units: backorders.quantity[row],
            reason: backorders.code[row].name(),
        }
    });
    let facts = Backordered {
        lines: lines.collect(),
    };
    (!rows.is_empty()).then(|| Message::new(night, Template::Backordered, &facts))
}

fn delayed(night: &Night, shipment: ShipmentIdx) -> Option<Message> {
    let delivered = night.input.scheduled.times.delivered[shipment.index()];
    let promised = night.input.shipped.shipments.promised[shipment.index()];
    (delivered > promised).then(|| {
        let facts = Delayed {
            promised: rfc3339(promised),
            expected_delivery: rfc3339(delivered),
        };
        Message {
            shipment: Some(shipment),
            ..Message::new(night, Template::Delayed, &facts)
        }
    })
}

fn shipped(night: &Night, shipment: ShipmentIdx) -> Option<Message> {
    let i = shipment.index();
    let (rates, times) = (&night.input.batch.rates, &night.input.scheduled.times);
    let at = known(times.handed_over[i])?;
    let shipments = &night.input.shipped.shipments;
    let (service, _) = night.input.scheduled.goes_with(shipments, shipment);
    let service = &rates.services[service];
    let facts = ShippedNow {
        carrier: &rates.carriers[service.carrier],
        service: &service.name,
        packages: shipments.packages[i],
        units: night.units(shipment),
        expected_delivery: rfc3339(times.delivered[i]),
    };
    Some(Message {
        shipment: Some(shipment),
        at,
        ..Message::new(night, Template::Shipped, &facts)
    })
}

/// `2026-11-27T18:30:00Z`; `None` for a moment that is not known.
fn rfc3339(at: Timestamp) -> Option<String> {
    let instant = jiff::Timestamp::from_second(at.0).ok()?;
    Some(instant.to_string())
}
