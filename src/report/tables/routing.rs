//! From where each line ships: `allocations`, `backorders`, `routing_bounds`, `bounds`, `shadow_prices`.

use super::column::{AnyTable, Table};
use super::names::Names;
use crate::model::plan::{Allocations, Backorders};

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        allocations(n),
        backorders(n),
        routing_bounds(n),
        bounds(n),
        shadow_prices(n),
    ]
}

fn allocations<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source: &'a Allocations = &n.plan.routed.allocations;
    Table::new(
        "allocations",
        "Units of a line that a facility ships.",
        source,
        source.len(),
    )
    .line(|t, i| t.line[i])
    .col("facility_id", "ships from here", |t, i, n| {
        n.facility(t.facility[i])
    })
    .shipment(|t, i| t.shipment[i])
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .erase()
}

fn backorders<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source: &'a Backorders = &n.plan.routed.backorders;
    Table::new(
        "backorders",
        "Units of a line that no facility ships now.",
        source,
        source.len(),
    )
    .line(|t, i| t.line[i])
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .col("code", "reason", |t, i, _| t.code[i])
    .col("hint", "what can be done about it", |t, i, _| {
        t.code[i].hint()
    })
    .erase()
}

fn routing_bounds<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.routed.bounds;
    Table::new(
        "routing_bounds",
        "Lower bounds on the cost of any routing.",
        source,
        source.len(),
    )
    .col(
        "scope",
        "`all`, or the part that the bound covers",
        |t, i, _| t.scope[i].as_str(),
    )
    .col("method", "how it was found", |t, i, _| t.method[i].as_str())
    .col("cost_cents", "cost of the plan in that scope", |t, i, _| {
        t.cost[i]
    })
    .col("bound_cents", "no routing costs less", |t, i, _| t.bound[i])
    .erase()
}

fn bounds<'a>(n: &Names<'a>) -> AnyTable<'a> {
    Table::new(
        "bounds",
        "How far each decision is from the best possible.",
        n.batch,
        n.bounds.len(),
    )
    .col("stage", "stage that decided", |_, i, n| n.bounds[i].stage)
    .col(
        "scope",
        "`all`, or the part that the bound covers",
        |_, i, n| n.bounds[i].scope.clone(),
    )
    .col("measure", "what is counted, with its unit", |_, i, n| {
        n.bounds[i].measure
    })
    .col("method", "how the bound was found", |_, i, n| {
        n.bounds[i].method.clone()
    })
    .col("value", "of the plan", |_, i, n| n.bounds[i].value)
    .col("bound", "no plan is below it", |_, i, n| n.bounds[i].bound)
    .col("gap", "(value - bound) / value", |_, i, n| {
        n.bounds[i].gap()
    })
    .erase()
}

fn shadow_prices<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.routed.shadow_prices;
    Table::new(
        "shadow_prices",
        "What one more unit of stock or capacity is worth.",
        source,
        source.len(),
    )
    .col("facility_id", "facility", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col("sku", "item; null: the facility's capacity", |t, i, n| {
        t.item[i].map(|item| n.sku(item))
    })
    .col(
        "resource",
        "what there is too little of: stock (units), capacity_units or capacity_orders",
        |t, i, _| match (t.item[i], t.shipments[i]) {
            (Some(_), _) => "stock",
            (None, false) => "capacity_units",
            (None, true) => "capacity_orders",
        },
    )
    .col("price_cents", "saved by one more", |t, i, _| t.price[i])
    .erase()
}
