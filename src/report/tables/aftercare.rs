//! What follows: `inventory_after`, `invoices`, `events`, `notifications`, `refunds`, `exchanges`, `returns`, `claims`.

use super::column::{AnyTable, Table};
use super::names::Names;

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        inventory_after(n),
        invoices(n),
        events(n),
        notifications(n),
        refunds(n),
        exchanges(n),
        returns(n),
        claims(n),
    ]
}

fn inventory_after<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.inventory;
    Table::new(
        "inventory_after",
        "Stock after the run.",
        source,
        source.len(),
    )
    .col("facility_id", "facility", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col("sku", "item", |t, i, n| n.sku(t.item[i]))
    .col("on_hand_before", "units", |t, i, _| t.on_hand_before[i])
    .col("allocated", "units that ship", |t, i, _| t.allocated[i])
    .col("restocked", "units that came back", |t, i, _| {
        t.restocked[i]
    })
    .col(
        "on_hand_after",
        "before - allocated + restocked",
        |t, i, _| t.on_hand_after[i],
    )
    .erase()
}

fn invoices<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.invoices;
    Table::new(
        "invoices",
        "Bills of orders that are not prepaid, for what ships.",
        source,
        source.len(),
    )
    .col("invoice_id", "invoice", |t, i, _| t.invoice_id[i].as_str())
    .col("order_id", "order", |t, i, n| n.order(t.order[i]))
    .col("goods_cents", "goods that ship", |t, i, _| t.goods[i])
    .col("issued", "date of the invoice", |t, i, _| t.issued[i])
    .col("due", "date of payment", |t, i, _| t.due[i])
    .erase()
}

fn events<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.events;
    Table::new(
        "events",
        "Status changes of orders, in order of (order, time).",
        source,
        source.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.order[i]))
    .col("shipment_id", "null: the order as a whole", |t, i, n| {
        t.shipment[i].map(|s| n.shipment(s))
    })
    .col("at", "moment", |t, i, _| t.at[i])
    .col("status", "new status", |t, i, _| t.status[i].as_str())
    .erase()
}

fn notifications<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.notifications;
    Table::new(
        "notifications",
        "Messages to customers.",
        source,
        source.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.order[i]))
    .col("shipment_id", "null: the order as a whole", |t, i, n| {
        t.shipment[i].map(|s| n.shipment(s))
    })
    .col("at", "moment to send it", |t, i, _| t.at[i])
    .col("template", "which message", |t, i, _| {
        t.template[i].as_str()
    })
    .col("facts", "what the template needs, as JSON", |t, i, _| {
        t.facts[i].as_str()
    })
    .erase()
}

fn refunds<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.refunds;
    Table::new(
        "refunds",
        "Money back for returns and claims.",
        source,
        source.len(),
    )
    .col("refund_id", "refund", |t, i, _| t.refund_id[i].as_str())
    .col("source_id", "the return or claim behind it", |t, i, _| {
        t.source_id[i].as_str()
    })
    .col(
        "order_id",
        "order, perhaps of an earlier batch",
        |t, i, _| t.order_id[i].as_str(),
    )
    .col("sku", "item, where one is named", |t, i, n| {
        t.item[i].map(|item| n.sku(item))
    })
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .col("amount_cents", "money back", |t, i, _| t.amount[i])
    .col("reason", "why", |t, i, _| t.reason[i].as_str())
    .erase()
}

fn exchanges<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.exchanges;
    Table::new(
        "exchanges",
        "Replacement orders for the next batch.",
        source,
        source.len(),
    )
    .col("exchange_order_id", "the new order", |t, i, _| {
        t.exchange_order_id[i].as_str()
    })
    .col("return_id", "the return behind it", |t, i, _| {
        t.return_id[i].as_str()
    })
    .col("order_id", "the first order", |t, i, _| {
        t.order_id[i].as_str()
    })
    .col("sku", "item", |t, i, n| n.sku(t.item[i]))
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .erase()
}

fn returns<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.returns;
    Table::new(
        "returns",
        "What became of each return.",
        source,
        source.len(),
    )
    .col("return_id", "return", |t, i, _| t.return_id[i].as_str())
    .col(
        "order_id",
        "order, perhaps of an earlier batch",
        |t, i, _| t.order_id[i].as_str(),
    )
    .col("sku", "item", |t, i, n| n.sku(t.item[i]))
    .col("facility_id", "received here", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .col("restocked", "units back to stock", |t, i, _| t.restocked[i])
    .col("disposed", "units written off", |t, i, _| t.disposed[i])
    .col("outcome", "refunded, exchanged, held, ...", |t, i, _| {
        t.outcome[i].as_str()
    })
    .col("code", "why it is held", |t, i, _| t.code[i])
    .erase()
}

fn claims<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.aftercare.claims;
    Table::new(
        "claims",
        "What became of each transport claim.",
        source,
        source.len(),
    )
    .col("claim_id", "claim", |t, i, _| t.claim_id[i].as_str())
    .col(
        "order_id",
        "order, perhaps of an earlier batch",
        |t, i, _| t.order_id[i].as_str(),
    )
    .col("carrier", "carrier, where it is known", |t, i, _| {
        t.carrier[i].as_deref()
    })
    .col("claimed_cents", "asked of the carrier", |t, i, _| {
        t.claimed[i]
    })
    .col("outcome", "accepted, refused, ...", |t, i, _| {
        t.outcome[i].as_str()
    })
    .erase()
}
