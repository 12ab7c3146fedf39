//! From where each line ships: `allocations`, `backorders`, `routing_decisions`, `routing_alternatives`, `incumbent`, `incumbent_faults`, `routing_bounds`, `bounds`, `shadow_prices`.

use std::sync::{Arc, LazyLock};

use super::column::{AnyTable, Table};
use super::names::Names;
use crate::model::explain::{Explained, Unused};
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::incumbent::Shadow;
use crate::model::plan::{Allocations, Backorders};
use crate::model::units::Cents;

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        allocations(n),
        backorders(n),
        routing_decisions(n),
        routing_alternatives(n),
        incumbent(n),
        incumbent_faults(n),
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

/// The facilities of a way, as in `BNA+DFW`; none: empty.
fn facilities(n: &Names, explained: &Explained, way: u32) -> String {
    joined(n, explained.way(way))
}

fn joined(n: &Names, way: &[(FacilityIdx, u64)]) -> String {
    let names = way.iter().map(|part| n.facility(part.0));
    names.collect::<Vec<_>>().join("+")
}

/// The units that each of them sends, as in `3+1`.
fn units(explained: &Explained, way: u32) -> String {
    let units = explained.way(way).iter().map(|part| part.1.to_string());
    units.collect::<Vec<_>>().join("+")
}

/// Units of decision `i` that would wait, were it served that way.
fn left(explained: &Explained, i: usize, way: u32) -> u64 {
    let all = explained.decisions.shipped[i] + explained.decisions.waiting[i];
    let sent = explained.way(way).iter().map(|part| part.1).sum();
    all.saturating_sub(sent)
}

fn routing_decisions<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.routed.explained;
    Table::new(
        "routing_decisions",
        "Why each routed order ships from where it does, as routing priced it (before carriers' places were shared out): \
         the costs and `costs.balance_penalty_cents` of metrics.json add up to `routing.cost_cents`; \
         without rows where `routing.explain` is none.",
        source,
        source.decisions.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.decisions.order[i]))
    .col("facilities", "chosen, joined by `+`, most units first; empty: nothing ships", |t, i, n| {
        facilities(n, t, t.decisions.chosen[i])
    })
    .col("units_by_facility", "units that each of them sends, joined by `+`", |t, i, _| {
        units(t, t.decisions.chosen[i])
    })
    .col("shipments", "facilities chosen", |t, i, _| t.way(t.decisions.chosen[i]).len() as u64)
    .col("shipped", "units that ship", |t, i, _| t.decisions.shipped[i])
    .col("waiting", "units that wait", |t, i, _| t.decisions.waiting[i])
    .col("cost_cents", "the order's part of `routing.cost_cents`: the sum of the next eight", |t, i, _| {
        t.decisions.get(i).cost()
    })
    .col("freight_cents", "carriers, surcharges and fuel", |t, i, _| t.decisions.freight[i])
    .col("cartons_cents", "boxes", |t, i, _| t.decisions.cartons[i])
    .col("handling_cents", "picking and packing", |t, i, _| t.decisions.handling[i])
    .col("lateness_cents", "penalty of arriving after the promise", |t, i, _| t.decisions.lateness[i])
    .col("store_cents", "penalty of shipments from stores", |t, i, _| t.decisions.store_penalty[i])
    .col("split_cents", "penalty of further shipments", |t, i, _| t.decisions.split_penalty[i])
    .col("backorder_cents", "penalty of units that wait", |t, i, _| t.decisions.backorder_penalty[i])
    .col("lost_cents", "penalty where nothing ships", |t, i, _| t.decisions.lost_penalty[i])
    .col(
        "runner_up",
        "facilities of the cheapest way without one of the chosen ones, on what is left at the end and what the order takes; null: there is none",
        |t, i, n| t.decisions.runner_up[i].map(|way| facilities(n, t, way)),
    )
    .col(
        "runner_up_waiting",
        "units that would wait then",
        |t, i, _| t.decisions.runner_up[i].map(|way| left(t, i, way)),
    )
    .col("runner_up_cents", "what that would cost", |t, i, _| t.decisions.runner_up_cost[i])
    .col(
        "scarcity_cents",
        "what the stock and capacity that it takes are worth to other orders, at the shadow prices",
        |t, i, _| t.decisions.scarcity[i],
    )
    .col("cheapest", "facilities of its cheapest way were it alone", |t, i, n| {
        facilities(n, t, t.decisions.cheapest[i])
    })
    .col(
        "cheapest_waiting",
        "units that would wait then",
        |t, i, _| left(t, i, t.decisions.cheapest[i]),
    )
    .col("cheapest_cents", "what that would cost", |t, i, _| t.decisions.cheapest_cost[i])
    .erase()
}

/// Where the rows of an order begin among all facilities that are not used.
struct Alternatives<'a> {
    explained: &'a Explained,
    sites: usize,
    first: Vec<usize>,
}

impl<'a> Alternatives<'a> {
    fn new(n: &Names<'a>) -> Alternatives<'a> {
        let explained = &n.plan.routed.explained;
        let sites = n.batch.facilities.len().max(1);
        let mut first = vec![0];
        for row in explained.unused.chunks(sites) {
            let more = row.iter().filter(|&&byte| byte > 0).count();
            first.push(first.last().copied().unwrap_or(0) + more);
        }
        Alternatives {
            explained,
            sites,
            first,
        }
    }

    fn rows(&self) -> usize {
        self.first.last().copied().unwrap_or(0)
    }

    /// Decision, facility and reason of row `i`.
    fn at(&self, i: usize) -> (usize, FacilityIdx, &'static str) {
        let decision = self.first.partition_point(|&first| first <= i) - 1;
        let row = &self.explained.unused[decision * self.sites..][..self.sites];
        let unused = row.iter().enumerate().filter(|(_, byte)| **byte > 0);
        let found = unused.map(|(site, &byte)| (site, Unused::of(byte)));
        let mut found = found.skip(i - self.first[decision]);
        let (site, reason) = found.next().unwrap_or_default();
        let reason = reason.map_or("", Unused::name);
        (decision, FacilityIdx::from_usize(site), reason)
    }
}

fn routing_alternatives<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let found = Arc::new(Alternatives::new(n));
    let rows = found.rows();
    let (order, site, reason) = (found.clone(), found.clone(), found);
    Table::new(
        "routing_alternatives",
        "Why each routed order does not use each other facility; without rows unless `routing.explain` is all.",
        &n.plan.routed.explained,
        rows,
    )
    .col("order_id", "order", move |t, i, n| n.order(t.decisions.order[order.at(i).0]))
    .col("facility_id", "ships nothing of it", move |_, i, n| n.facility(site.at(i).1))
    .col(
        "reason",
        "no_stock (had none of it), rule (may not ship it: hazardous goods, restrictions, stores), stock_taken (others have it), capacity (none left), \
         no_carrier (no service takes it from there), cost (dearer, or not all of it); of several things wanted the one that came furthest",
        move |_, i, _| reason.at(i).2,
    )
    .erase()
}

/// The plan of another system, if one was given; an empty one otherwise.
fn shadow<'a>(n: &Names<'a>) -> &'a Shadow {
    static NONE: LazyLock<Shadow> = LazyLock::new(Shadow::default);
    n.plan.routed.shadow.as_ref().unwrap_or(&NONE)
}

fn incumbent<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = shadow(n);
    Table::new(
        "incumbent",
        "What every routed order costs in the plan given by `--incumbent` and in ours, as routing prices both; without rows where none is given.",
        source,
        source.orders.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.orders.order[i]))
    .col("incumbent_cents", "freight, cartons, handling and penalties of the incumbent", |t, i, _| {
        t.orders.incumbent_cost[i]
    })
    .col("our_cents", "the same of ours", |t, i, _| t.orders.our_cost[i])
    .col("difference_cents", "incumbent less ours: what ours saves", |t, i, _| {
        Cents(t.orders.incumbent_cost[i].0.saturating_sub(t.orders.our_cost[i].0))
    })
    .col("incumbent_shipments", "facilities that ship", |t, i, _| {
        t.way(t.orders.incumbent[i]).len() as u64
    })
    .col("our_shipments", "facilities that ship", |t, i, _| t.way(t.orders.ours[i]).len() as u64)
    .col("incumbent_facilities", "joined by `+`, most units first; empty: nothing ships", |t, i, n| {
        joined(n, t.way(t.orders.incumbent[i]))
    })
    .col("our_facilities", "joined by `+`, most units first; empty: nothing ships", |t, i, n| {
        joined(n, t.way(t.orders.ours[i]))
    })
    .erase()
}

fn incumbent_faults<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &shadow(n).faults;
    Table::new(
        "incumbent_faults",
        "Why the plan given by `--incumbent` could not be carried out as it is.",
        source,
        source.len(),
    )
    .col("code", "reason", |t, i, _| t.code[i].name())
    .col(
        "row",
        "row of the file from 0; empty where several rows together are at fault",
        |t, i, _| t.row[i],
    )
    .col("order_id", "order", |t, i, _| t.order_id[i].as_deref())
    .col("line_no", "line of the order", |t, i, _| t.line_no[i])
    .col("facility_id", "facility", |t, i, _| {
        t.facility_id[i].as_deref()
    })
    .col("sku", "item", |t, i, _| t.sku[i].as_deref())
    .col(
        "value",
        "as read, where it is no whole number or out of range",
        |t, i, _| t.value[i].as_deref(),
    )
    .col(
        "units",
        "units concerned, or by how much it is overdrawn",
        |t, i, _| t.units[i],
    )
    .col("meaning", "what it means for the price", |t, i, _| {
        t.code[i].about()
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
