//! What the plan costs, and how far that is from the best possible.

use serde::{Deserialize, Serialize};

use super::{Named, share, tidy};
use crate::model::Batch;
use crate::model::plan::{ChargeKind, Plan, Routed, RoutingCost};
use crate::model::units::Cents;
use crate::params::Params;
use crate::report::states::{State, States};

/// Scope of the bound on the whole routing in `routing_bounds`.
const WHOLE: &str = "all";

/// The routing decision against its bound and the rule in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoutingMetrics {
    /// Objective of routing: freight, cartons and handling as routing reckons them, and penalties.
    pub cost_cents: i64,
    /// No routing costs less; the best bound on the whole.
    pub bound_cents: Option<i64>,
    /// (cost - bound) / cost.
    pub gap: Option<f64>,
    /// The nearest facility that has stock, line by line.
    pub baseline_cents: Option<i64>,
    /// Each order at its least cost on what the earlier ones left.
    #[serde(default)]
    pub order_by_order_cents: Option<i64>,
    /// The plan given by `--incumbent`, priced the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incumbent_cents: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incumbent_shipments: Option<u64>,
    /// Reasons why it could not be carried out as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incumbent_faults: Option<u64>,
    /// (baseline - cost) / baseline.
    pub saving_share: Option<f64>,
    pub shipments: u64,
    /// Share of planned orders that ship in more than one shipment.
    pub split_share: Option<f64>,
}

/// Cost by component: what is paid, and the penalties that stand for goodwill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Costs {
    /// What carriers charge after carrier selection.
    pub freight_cents: i64,
    /// What they charge more, or less, for shipments that miss their pick-up and are rebooked.
    #[serde(default)]
    pub rebooking_cents: i64,
    /// Cartons as packed.
    pub cartons_cents: i64,
    pub handling_cents: i64,
    /// Freight with rebookings, cartons and handling: the money spent.
    pub spent_cents: i64,
    pub split_penalty_cents: i64,
    pub lateness_penalty_cents: i64,
    pub store_penalty_cents: i64,
    /// Of facilities below their least load or above their share.
    pub balance_penalty_cents: i64,
    pub backorder_penalty_cents: i64,
    /// Spent and penalties.
    pub total_cents: i64,
    /// Spent per planned order, per shipment, per planned unit.
    pub per_order_cents: Option<f64>,
    pub per_shipment_cents: Option<f64>,
    pub per_unit_cents: Option<f64>,
    /// Freight by kind of charge.
    pub charges_cents: Named<i64>,
}

pub(super) fn routing(batch: &Batch, plan: &Plan, states: &States) -> RoutingMetrics {
    let routed = &plan.routed;
    let accepted = states
        .order
        .iter()
        .any(|order| matches!(order.state, State::Planned | State::Backordered));
    let cost = routed.cost.total();
    let bounds = routed.bounds.rows().filter(|row| row.scope == WHOLE);
    let bound = bounds.map(|row| row.bound.0).max();
    let baseline = accepted.then_some(routed.nearest_cost.0);
    let relative = |part: i64, whole: i64| (whole != 0).then(|| tidy(part as f64 / whole as f64));
    RoutingMetrics {
        cost_cents: cost.0,
        bound_cents: bound,
        gap: bound.and_then(|b| relative(cost.0 - b, cost.0).or((b == 0).then_some(0.0))),
        baseline_cents: baseline,
        order_by_order_cents: accepted.then_some(routed.greedy_cost.0),
        incumbent_cents: routed.shadow.as_ref().map(|s| s.cost.total().0),
        incumbent_shipments: routed.shadow.as_ref().map(|s| s.shipments),
        incumbent_faults: routed.shadow.as_ref().map(|s| s.faults.len() as u64),
        saving_share: baseline.and_then(|b| relative(b - cost.0, b)),
        shipments: routed.shipments.len() as u64,
        split_share: split_share(batch, plan),
    }
}

fn split_share(batch: &Batch, plan: &Plan) -> Option<f64> {
    let mut shipments = vec![0u32; batch.orders.len()];
    for order in &plan.routed.shipments.order {
        shipments[order.0 as usize] += 1;
    }
    let planned = shipments.iter().filter(|&&n| n > 0).count();
    let split = shipments.iter().filter(|&&n| n > 1).count();
    share(split as u64, planned as u64)
}

pub(super) fn costs(batch: &Batch, plan: &Plan, states: &States, params: &Params) -> Costs {
    let routed = of_what_ships(batch, plan, params);
    let prices = &plan.shipped.shipments.price;
    let freight = sum_or(prices, routed.freight);
    let cartons = sum_or(&plan.cartonized.packages.carton_cost, routed.cartons);
    let rebooking = Cents(super::times::rebooking(plan).cost_cents);
    let spent = freight + rebooking + cartons + routed.handling;
    let penalties = routed.split_penalty
        + routed.lateness_penalty
        + routed.store_penalty
        + routed.balance_penalty
        + routed.backorder_penalty;
    let orders = states.order.iter().filter(|o| o.state == State::Planned);
    let units: u64 = states.line.iter().map(|line| u64::from(line.planned)).sum();
    Costs {
        freight_cents: freight.0,
        rebooking_cents: rebooking.0,
        cartons_cents: cartons.0,
        handling_cents: routed.handling.0,
        spent_cents: spent.0,
        split_penalty_cents: routed.split_penalty.0,
        lateness_penalty_cents: routed.lateness_penalty.0,
        store_penalty_cents: routed.store_penalty.0,
        balance_penalty_cents: routed.balance_penalty.0,
        backorder_penalty_cents: routed.backorder_penalty.0,
        total_cents: (spent + penalties).0,
        per_order_cents: per(spent, orders.count() as u64),
        per_shipment_cents: per(spent, plan.routed.shipments.len() as u64),
        per_unit_cents: per(spent, units),
        charges_cents: charges(plan),
    }
}

/// What routing reckoned, less the handling of shipments that no carrier takes; their units are backordered.
fn of_what_ships(batch: &Batch, plan: &Plan, params: &Params) -> RoutingCost {
    let mut cost = plan.routed.cost;
    if plan.routed.shipments.is_empty() {
        // Nothing at all ships: there is no later sum to take the place of what routing reckoned.
        (cost.freight, cost.cartons) = (Cents::ZERO, Cents::ZERO);
    }
    if !plan.shipped.unplaced.is_empty() {
        cost.handling = handling(batch, &plan.routed);
    }
    for row in plan.shipped.unplaced.rows() {
        let units = i64::from(row.units);
        let penalty = params.routing.backorder_penalty_cents;
        cost.backorder_penalty += Cents(penalty.saturating_mul(units));
    }
    cost
}

/// Handling of all shipments.
fn handling(batch: &Batch, routed: &Routed) -> Cents {
    let orders = routed.shipments.facility.iter();
    let orders = orders.map(|&facility| batch.facilities[facility].handling_per_order);
    let units = routed.allocations.rows().map(|row| {
        let each = i64::from(batch.items.handling_units[batch.lines.item[row.line]]);
        let units = each.saturating_mul(row.quantity.into());
        let unit = batch.facilities[row.facility].handling_per_unit.0;
        Cents(unit.saturating_mul(units))
    });
    orders.chain(units).sum()
}

/// The sum of a later stage, or what routing reckoned where that stage has not run.
fn sum_or(column: &[Cents], routed: Cents) -> Cents {
    if column.is_empty() {
        routed
    } else {
        column.iter().copied().sum()
    }
}

/// Money per thing, to a hundredth of a cent.
fn per(money: Cents, things: u64) -> Option<f64> {
    (things > 0).then(|| (money.0 as f64 / things as f64 * 100.0).round() / 100.0)
}

fn charges(plan: &Plan) -> Named<i64> {
    let mut by_kind = std::collections::BTreeMap::<ChargeKind, Cents>::new();
    let charges = &plan.shipped.charges;
    for (&kind, &amount) in charges.kind.iter().zip(&charges.amount) {
        *by_kind.entry(kind).or_default() += amount;
    }
    by_kind
        .into_iter()
        .map(|(kind, amount)| (kind.name().to_owned(), amount.0))
        .collect()
}
