//! The totals of the tables are those of `metrics.json` and `manifest.json`.

use polars::prelude::*;
use serde_json::Value;

use super::files::{Kind, RunFiles, collect};
use crate::error::Result;
use crate::stage::Violation;

pub fn row_counts(files: &RunFiles) -> Result<Vec<Violation>> {
    let mut found = Vec::new();
    for table in files.output_names() {
        let listed = files.manifest["outputs"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["table"] == table));
        let stated = listed.and_then(|one| one["rows"].as_u64());
        let counted = files.output_rows(table)?;
        if stated != Some(counted) {
            found.push(Violation::new(
                "row_counts",
                table,
                format!(
                    "manifest says {} rows, the file has {counted}",
                    said(stated)
                ),
            ));
        }
    }
    Ok(found)
}

pub fn metrics(files: &RunFiles) -> Result<Vec<Violation>> {
    let mut expected: Vec<(&str, i64)> = vec![
        ("/orders/read", files.input_rows("orders") as i64),
        ("/routing/shipments", files.output_rows("shipments")? as i64),
        ("/waves/waves", files.output_rows("waves")? as i64),
        ("/waves/batches", files.output_rows("pick_batches")? as i64),
        ("/waves/distance_mm", sum(files, "waves", "distance_mm")?),
        ("/waves/lines", sum(files, "waves", "lines")?),
        (
            "/costs/freight_cents",
            sum(files, "shipments", "price_cents")?,
        ),
        (
            "/costs/rebooking_cents",
            sum(files, "rebookings", "difference_cents")?,
        ),
        (
            "/costs/cartons_cents",
            sum(files, "packages", "carton_cents")?,
        ),
    ];
    let states = ["rejected", "held", "planned", "backordered"];
    let pointers = states.map(|state| (format!("/orders/{state}"), state));
    for (pointer, state) in &pointers {
        expected.push((pointer, count_state(files, state)?));
    }
    let wrong = expected.into_iter().filter_map(|(pointer, counted)| {
        let stated = files.metrics.pointer(pointer).and_then(Value::as_i64);
        let place = pointer.trim_start_matches('/').replace('/', ".");
        (stated != Some(counted)).then(|| {
            Violation::new(
                "totals",
                place,
                format!("metrics.json says {}, the tables {counted}", said(stated)),
            )
        })
    });
    Ok(wrong.collect())
}

fn sum(files: &RunFiles, table: &str, column: &str) -> Result<i64> {
    number(
        files
            .output(table, &[(column, Kind::Int)])?
            .select([col(column).sum()]),
        table,
    )
}

fn count_state(files: &RunFiles, state: &str) -> Result<i64> {
    let states = files.output("order_states", &[("state", Kind::Text)])?;
    number(
        states.filter(col("state").eq(lit(state))).select([len()]),
        "order_states",
    )
}

fn number(frame: LazyFrame, table: &str) -> Result<i64> {
    let frame = collect(frame, table)?;
    Ok(frame.columns()[0]
        .get(0)
        .ok()
        .and_then(|value| value.extract::<i64>())
        .unwrap_or(0))
}

fn said<N: ToString>(number: Option<N>) -> String {
    number.map_or_else(|| "nothing".to_owned(), |n| n.to_string())
}
