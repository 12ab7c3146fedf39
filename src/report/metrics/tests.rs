use super::*;
use crate::model::codes::Code;
use crate::report::sample;
use crate::report::states::State;
use crate::report::{RunFacts, json};

fn night() -> (Batch, Plan, Metrics) {
    let (batch, plan, facts) = sample::night();
    let metrics = Metrics::compute(&batch, &plan, &facts);
    (batch, plan, metrics)
}

#[test]
fn every_row_is_in_exactly_one_state() {
    let (batch, _, m) = night();
    for (counts, read) in [
        (m.orders, batch.orders.len() as u64 + 2),
        (m.lines, batch.lines.len() as u64 + 1),
        (m.units, batch.lines.quantity.iter().sum::<i64>() as u64),
    ] {
        assert_eq!(counts.read, read);
        let sum: u64 = State::ALL.iter().map(|&state| counts.of(state)).sum();
        assert_eq!(counts.read, sum, "{counts:?}");
    }
    let reasons: u64 = m.reasons.iter().map(|reason| reason.orders).sum();
    assert_eq!(reasons, m.orders.read - m.orders.planned);
    let short: u64 = m.shortfalls.iter().map(|row| row.units).sum();
    assert_eq!(short, m.units.read - m.units.planned);
    let partly = m.shortfalls.iter().map(|row| row.partly_planned_orders);
    assert!(partly.sum::<u64>() >= m.orders.partly_planned.unwrap_or(0));
}

#[test]
fn a_duplicate_row_counts_as_read_and_rejected() {
    let (_, _, m) = night();
    let duplicate = m
        .reasons
        .iter()
        .find(|r| r.code == Code::DuplicateOrder.name());
    assert_eq!(
        duplicate.map(|r| (r.state, r.orders)),
        Some((State::Rejected, 1))
    );
}

#[test]
fn sums_agree_between_sections() {
    let (_, plan, m) = night();
    let shipments: u64 = m.facilities.iter().map(|f| f.shipments).sum();
    assert_eq!(shipments, m.routing.shipments);
    assert_eq!(
        m.services.iter().map(|s| s.shipments).sum::<u64>(),
        shipments
    );
    assert_eq!(
        m.facility_services.iter().map(|s| s.shipments).sum::<u64>(),
        shipments
    );
    assert_eq!(
        m.cut_offs.iter().map(|c| c.shipments).sum::<u64>(),
        shipments
    );
    let freight: i64 = m.facilities.iter().map(|f| f.freight_cents).sum();
    assert_eq!(freight, m.costs.freight_cents);
    let charges: i64 = m.costs.charges_cents.iter().map(|(_, cents)| cents).sum();
    assert_eq!(charges, freight);
    assert_eq!(m.waves.shipments + m.waves.not_waved, shipments);
    assert_eq!(
        m.fraud.scored,
        m.fraud.accept + m.fraud.review + m.fraud.decline
    );
    assert_eq!(m.packing.packages, plan.cartonized.packages.len() as u64);
    assert_eq!(
        m.costs.total_cents - m.costs.spent_cents,
        m.costs.split_penalty_cents
            + m.costs.lateness_penalty_cents
            + m.costs.store_penalty_cents
            + m.costs.backorder_penalty_cents
    );
}

#[test]
fn gap_and_saving_are_relative_to_cost_and_baseline() {
    let (_, _, m) = night();
    let r = &m.routing;
    let (cost, bound, base) = (
        r.cost_cents as f64,
        r.bound_cents.unwrap() as f64,
        r.baseline_cents.unwrap() as f64,
    );
    assert!((r.gap.unwrap() - (cost - bound) / cost).abs() < 1e-9);
    assert!((r.saving_share.unwrap() - (base - cost) / base).abs() < 1e-9);
}

#[test]
fn an_unscheduled_shipment_is_not_on_time_and_has_no_cycle_time() {
    let (batch, mut plan, m) = night();
    assert!(m.on_time_share.unwrap() < 1.0);
    assert!(m.on_time_in_full_share.unwrap() < m.on_time_share.unwrap());
    for at in &mut plan.scheduled.times.handed_over {
        *at = crate::model::units::Timestamp::MAX;
    }
    let none = Metrics::compute(&batch, &plan, &RunFacts::default());
    assert_eq!(none.on_time_share, Some(0.0));
    assert_eq!(none.cycle_time_seconds.p50, None);
}

#[test]
fn an_empty_plan_has_metrics_and_nulls() {
    let m = Metrics::compute(&Batch::default(), &Plan::default(), &RunFacts::default());
    assert_eq!(m.orders.read, 0);
    assert_eq!((m.routing.gap, m.routing.baseline_cents), (None, None));
    let text = json::json(&m).unwrap();
    assert!(text.contains("\"bound_cents\": null"), "{text}");
}

#[test]
fn json_keeps_its_keys_their_order_and_comes_back() {
    let (_, _, m) = night();
    let text = json::json(&m).unwrap();
    assert_eq!(json::from_json(&text, "metrics.json").unwrap(), m);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for pointer in [
        "/orders/read",
        "/orders/rejected",
        "/orders/held",
        "/orders/planned",
        "/orders/backordered",
        "/routing/cost_cents",
        "/routing/bound_cents",
        "/routing/gap",
        "/routing/baseline_cents",
        "/routing/shipments",
        "/routing/split_share",
        "/waves/waves",
        "/waves/batches",
        "/waves/distance_mm",
        "/waves/lines",
        "/cycle_time_seconds/mean",
        "/cycle_time_seconds/p50",
        "/cycle_time_seconds/p90",
        "/cycle_time_seconds/p99",
        "/on_time_share",
        "/stage_seconds/routing",
        "/peak_memory_bytes",
    ] {
        assert!(
            value.pointer(pointer).is_some_and(|v| v.is_number()),
            "{pointer}"
        );
    }
    let (_, stages) = text.split_once("\"stage_seconds\"").unwrap();
    let places = ["ingest", "validate", "routing", "waves"]
        .map(|stage| stages.find(&format!("\"{stage}\":")));
    assert!(places.is_sorted(), "stages stand in the order of the flow");
}
