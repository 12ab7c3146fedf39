//! Columns that several tables share: the keys of a line, a shipment, a service.

use super::column::Table;
use crate::model::ids::{LineIdx, ServiceIdx, ShipmentIdx};
use crate::model::plan::Plan;

impl<'a, T: Sync> Table<'a, T> {
    /// `order_id`, `line_no`, `sku`.
    pub fn line(
        self,
        line: impl Fn(&'a T, usize) -> LineIdx + Copy + Send + Sync + 'a,
    ) -> Table<'a, T> {
        self.col("order_id", "order", move |t, i, n| {
            n.order(n.batch.lines.order[line(t, i)])
        })
        .col("line_no", "line of the order", move |t, i, n| {
            n.batch.lines.line_no[line(t, i)]
        })
        .col("sku", "item", move |t, i, n| {
            n.sku(n.batch.lines.item[line(t, i)])
        })
    }

    /// `shipment_id`.
    pub fn shipment(
        self,
        shipment: impl Fn(&'a T, usize) -> ShipmentIdx + Send + Sync + 'a,
    ) -> Table<'a, T> {
        self.col(
            "shipment_id",
            "`<order_id>/<facility_id>`",
            move |t, i, n| n.shipment(shipment(t, i)),
        )
    }

    /// `shipment_id`, `order_id`, `facility_id` of a table whose row `i` is shipment `i`.
    pub fn shipment_row(self) -> Table<'a, T> {
        let at = |i: usize| ShipmentIdx(i as u32);
        self.shipment(move |_, i| at(i))
            .col("order_id", "order", move |_, i, n| n.shipment_order(at(i)))
            .col("facility_id", "ships from here", move |_, i, n| {
                n.shipment_facility(at(i))
            })
    }

    /// `carrier`, `service`.
    pub fn service(
        self,
        service: impl Fn(&'a T, usize) -> ServiceIdx + Copy + Send + Sync + 'a,
    ) -> Table<'a, T> {
        self.col("carrier", "carrier", move |t, i, n| {
            n.carrier(service(t, i))
        })
        .col("service", "service of the carrier", move |t, i, n| {
            n.service(service(t, i))
        })
    }
}

/// A value and its bound, of whatever unit.
pub struct BoundRow {
    pub stage: &'static str,
    pub scope: String,
    pub measure: &'static str,
    pub method: String,
    pub value: i64,
    pub bound: i64,
}

impl BoundRow {
    /// (value - bound) / value; 0 where both are 0.
    pub fn gap(&self) -> Option<f64> {
        match (self.value, self.value - self.bound) {
            (_, 0) => Some(0.0),
            (0, _) => None,
            (value, difference) => Some(difference as f64 / value as f64),
        }
    }
}

/// All bounds of the plan in one list.
pub fn bounds(plan: &Plan) -> Vec<BoundRow> {
    let mut rows: Vec<BoundRow> = plan
        .routed
        .bounds
        .rows()
        .map(|row| BoundRow {
            stage: "routing",
            scope: row.scope,
            measure: "cost_cents",
            method: row.method,
            value: row.cost.0,
            bound: row.bound.0,
        })
        .collect();
    let packages = plan.cartonized.packages.len();
    if packages > 0 {
        rows.push(BoundRow {
            stage: "cartonize",
            scope: "all".into(),
            measure: "packages",
            method: "volume and weight".into(),
            value: packages as i64,
            bound: plan.cartonized.package_bound as i64,
        });
    }
    let batches = &plan.waved.batches;
    if !batches.is_empty() {
        rows.push(BoundRow {
            stage: "waves",
            scope: "all".into(),
            measure: "distance_mm",
            method: "tour of each batch".into(),
            value: batches.distance.iter().map(|d| d.0).sum(),
            bound: batches.distance_bound.iter().map(|d| d.0).sum(),
        });
    }
    rows
}
