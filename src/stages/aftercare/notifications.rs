//! Messages to customers: who, what, when, with the facts that the template needs as JSON.
//!
//! | template | when | facts |
//! |---|---|---|
//! | `order_confirmed` | at the plan's start, when every unit of the order ships | `units`, `shipments`, `promised`, `expected_delivery` of the last, `delayed` (one arrives after its promise) |
//! | `partially_confirmed` | at the plan's start, when some units ship | the same, and `waiting`: `sku`, `units`, `reason`; `not_coming`: `line_no`, `sku`, `units`, `reason` |
//! | `backordered` | at the plan's start, when nothing ships but something waits | `waiting`, `not_coming` |
//! | `shipped` | at hand-over, per shipment | `shipment` of `shipments` in order of hand-over, `carrier`, `service`, `packages`, `units`, `units_to_follow` in later shipments, `units_waiting`, `expected_delivery` |
//! | `payment_declined` | at the plan's start | `payment_method` |
//! | `payment_pending` | at the plan's start | `payment_method`, `held` (false: rejected until it is paid) |
//!
//! At the plan's start an order gets one message at most, by what becomes of it as a whole; then one per shipment. Lists that are empty
//! are left out. `not_coming` names the lines that were rejected, with the order's number, item and quantity where they can be read.
//! Moments are RFC 3339 in UTC; `null` where the schedule does not know one. Other rejections and holds are for the staff to resolve
//! first; no customer is told that they look like a fraud. Rows of an order stand by (time, template, shipment).

use serde::Serialize;

use crate::model::codes::Code;
use crate::model::ids::{Idx, OrderIdx, ShipmentIdx};
use crate::model::plan::{Notification, Notifications, Template, Verdict};
use crate::model::units::Timestamp;

use super::{Night, known};

#[derive(Serialize)]
struct Confirmed<'a> {
    units: u64,
    shipments: usize,
    promised: Option<String>,
    expected_delivery: Option<String>,
    delayed: bool,
    #[serde(flatten)]
    rest: Rest<'a>,
}

/// What of an order does not ship now.
#[derive(Serialize)]
struct Rest<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<WaitingLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_coming: Vec<LostLine<'a>>,
}

#[derive(Serialize)]
struct WaitingLine<'a> {
    sku: &'a str,
    units: u32,
    reason: &'static str,
}

#[derive(Serialize)]
struct LostLine<'a> {
    line_no: Option<u32>,
    sku: &'a str,
    units: Option<i64>,
    reason: &'static str,
}

#[derive(Serialize)]
struct ShippedNow<'a> {
    shipment: usize,
    shipments: usize,
    carrier: &'a str,
    service: &'a str,
    packages: u32,
    units: u64,
    units_to_follow: u64,
    units_waiting: u64,
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
        Verdict::Accepted => rows.extend(fate(night, order)),
        verdict => rows.extend(payment(night, order, verdict)),
    }
    for &shipment in night.shipments.row(order) {
        rows.extend(shipped(night, order, shipment));
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

/// What becomes of an accepted order, as a whole.
fn fate(night: &Night, order: OrderIdx) -> Option<Message> {
    let shipments = night.shipments.row(order);
    let rest = Rest {
        waiting: waiting(night, order),
        not_coming: not_coming(night, order),
    };
    let times = &night.input.scheduled.times;
    let promises = &night.input.shipped.shipments.promised;
    let Some(last) = shipments.iter().map(|s| times.delivered[s.index()]).max() else {
        let waits = !rest.waiting.is_empty();
        return waits.then(|| Message::new(night, Template::Backordered, &rest));
    };
    let promised = shipments.iter().map(|s| promises[s.index()]).max();
    let late = |s: &ShipmentIdx| times.delivered[s.index()] > promises[s.index()];
    let template = if rest.waiting.is_empty() && rest.not_coming.is_empty() {
        Template::OrderConfirmed
    } else {
        Template::PartiallyConfirmed
    };
    let facts = Confirmed {
        units: shipments.iter().map(|&s| night.units(s)).sum(),
        shipments: shipments.len(),
        promised: promised.and_then(rfc3339),
        expected_delivery: rfc3339(last),
        delayed: shipments.iter().any(late),
        rest,
    };
    Some(Message::new(night, template, &facts))
}

fn waiting<'a>(night: &Night<'a>, order: OrderIdx) -> Vec<WaitingLine<'a>> {
    let (batch, backorders) = (night.input.batch, &night.input.routed.backorders);
    let rows = night.backorders.row(order).iter();
    rows.map(|&row| {
        let row = row as usize;
        let item = batch.lines.item[backorders.line[row]];
        WaitingLine {
            sku: &batch.items.sku[item],
            units: backorders.quantity[row],
            reason: backorders.code[row].name(),
        }
    })
    .collect()
}

/// Lines that validate could not use, then rows that ingest could not.
fn not_coming<'a>(night: &Night<'a>, order: OrderIdx) -> Vec<LostLine<'a>> {
    let (batch, faults) = (night.input.batch, &night.input.validated.line_fault);
    let unusable = batch.orders.lines(order).filter_map(|line| {
        let code = faults.get(line).copied().flatten()?;
        Some(LostLine {
            line_no: Some(batch.lines.line_no[line]),
            sku: &batch.items.sku[batch.lines.item[line]],
            units: Some(batch.lines.quantity[line]),
            reason: code.name(),
        })
    });
    let rows = &batch.unread_lines;
    let unread = night.missed.row(order).iter().map(|&i| {
        let i = i as usize;
        LostLine {
            line_no: rows.line_no[i],
            sku: &rows.sku[i],
            units: rows.quantity[i],
            reason: rows.code[i].name(),
        }
    });
    unusable.chain(unread).collect()
}

fn shipped(night: &Night, order: OrderIdx, shipment: ShipmentIdx) -> Option<Message> {
    let i = shipment.index();
    let (rates, times) = (&night.input.batch.rates, &night.input.scheduled.times);
    let at = known(times.handed_over[i])?;
    let shipments = &night.input.shipped.shipments;
    let (service, _) = night.input.scheduled.goes_with(shipments, shipment);
    let service = &rates.services[service];
    let of_order = night.shipments.row(order);
    let turn = |s: ShipmentIdx| (times.handed_over[s.index()], s);
    let before = of_order.iter().filter(|&&s| turn(s) < turn(shipment));
    let after = of_order.iter().filter(|&&s| turn(s) > turn(shipment));
    let backorders = night.backorders.row(order).iter();
    let quantities = &night.input.routed.backorders.quantity;
    let facts = ShippedNow {
        shipment: before.count() + 1,
        shipments: of_order.len(),
        carrier: &rates.carriers[service.carrier],
        service: &service.name,
        packages: shipments.packages[i],
        units: night.units(shipment),
        units_to_follow: after.map(|&s| night.units(s)).sum(),
        units_waiting: backorders
            .map(|&row| u64::from(quantities[row as usize]))
            .sum(),
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
