use std::collections::BTreeSet;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;

use super::*;
use crate::report::metrics::Metrics;
use crate::report::sample;

#[test]
fn every_table_has_the_rows_it_says_and_a_schema_without_repeats() {
    let (batch, plan, _) = sample::night();
    for table in output_tables(&batch, &plan) {
        let names: BTreeSet<_> = table.schema.fields().iter().map(|f| f.name()).collect();
        assert_eq!(names.len(), table.schema.fields().len(), "{}", table.name);
        let rows: usize = table.batches.map(|batch| batch.num_rows()).sum();
        assert_eq!(rows, table.rows, "{}", table.name);
    }
}

#[test]
fn the_tables_of_the_design_are_there() {
    let (batch, plan) = (Batch::default(), Plan::default());
    let found: Vec<_> = output_tables(&batch, &plan)
        .iter()
        .map(|t| t.name)
        .collect();
    for name in [
        "order_states",
        "line_states",
        "rejects",
        "holds",
        "fraud_scores",
        "allocations",
        "backorders",
        "routing_decisions",
        "routing_bounds",
        "bounds",
        "shadow_prices",
        "packages",
        "placements",
        "shipments",
        "shipment_charges",
        "waves",
        "pick_batches",
        "pick_tasks",
        "cycle_times",
        "inventory_after",
        "invoices",
        "events",
        "notifications",
        "refunds",
        "exchanges",
        "claims",
    ] {
        assert!(found.contains(&name), "{name} is missing");
    }
}

fn texts(batch: &Batch, plan: &Plan, table: &str, column: &str) -> Vec<String> {
    let table = output_tables(batch, plan)
        .into_iter()
        .find(|t| t.name == table)
        .unwrap();
    let mut all = Vec::new();
    for rows in table.batches {
        let column = rows
            .column_by_name(column)
            .unwrap()
            .as_string::<i32>()
            .clone();
        all.extend(column.iter().map(|text| text.unwrap_or("").to_owned()));
    }
    all
}

#[test]
fn keys_are_unique_and_lead_from_table_to_table() {
    let (batch, plan, _) = sample::night();
    let unique = |table: &str, column: &str| {
        let all = texts(&batch, &plan, table, column);
        let set: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "{table}.{column}");
        set
    };
    let shipments = unique("shipments", "shipment_id");
    let packages = unique("packages", "package_id");
    let waves = unique("waves", "wave_id");
    let batches = unique("pick_batches", "batch_id");
    let inside = |set: &BTreeSet<String>, table: &str, column: &str| {
        assert!(
            texts(&batch, &plan, table, column)
                .iter()
                .all(|key| set.contains(key)),
            "{table}.{column}"
        );
    };
    inside(&shipments, "packages", "shipment_id");
    inside(&shipments, "allocations", "shipment_id");
    inside(&packages, "placements", "package_id");
    inside(&packages, "shipment_charges", "package_id");
    inside(&waves, "pick_batches", "wave_id");
    inside(&batches, "pick_tasks", "batch_id");
    assert!(packages.iter().next().unwrap().ends_with("/1"));
    assert!(
        waves.contains("DAV1-W1") && batches.contains("DAV1-W1-B1"),
        "{waves:?}"
    );
}

#[test]
fn order_states_agree_with_the_metrics() {
    let (batch, plan, facts) = sample::night();
    let metrics = Metrics::compute(&batch, &plan, &facts);
    let states = texts(&batch, &plan, "order_states", "state");
    assert_eq!(states.len() as u64, metrics.orders.read);
    let planned = states.iter().filter(|state| *state == "planned").count();
    assert_eq!(planned as u64, metrics.orders.planned);
    assert_eq!(
        texts(&batch, &plan, "rejects", "code").len() as u64,
        metrics.rejects.rows
    );
    assert_eq!(
        texts(&batch, &plan, "holds", "order_id").len() as u64,
        metrics.holds.orders
    );
}

#[test]
fn an_unscheduled_shipment_has_null_times() {
    let (batch, plan, _) = sample::night();
    let table = output_tables(&batch, &plan)
        .into_iter()
        .find(|t| t.name == "cycle_times")
        .unwrap();
    let nulls: usize = table
        .batches
        .map(|rows| rows.column_by_name("packed").unwrap().null_count())
        .sum();
    assert_eq!(nulls, 1);
}

#[test]
fn long_tables_come_in_chunks() {
    let mut plan = Plan::default();
    for row in 0..(CHUNK as u64 + 10) {
        plan.rejects.push(crate::model::plan::Reject {
            table: "orders".into(),
            row,
            code: crate::model::codes::Code::MissingValue,
            column: "order_id".into(),
            value: String::new(),
            order_id: None,
        });
    }
    let batch = Batch::default();
    let table = output_tables(&batch, &plan)
        .into_iter()
        .find(|t| t.name == "rejects")
        .unwrap();
    let batches: Vec<RecordBatch> = table.batches.collect();
    assert_eq!(
        batches
            .iter()
            .map(RecordBatch::num_rows)
            .collect::<Vec<_>>(),
        [CHUNK, 10]
    );
    let last = batches[1]
        .column_by_name("row")
        .unwrap()
        .as_primitive::<Int64Type>()
        .value(9);
    assert_eq!(last, CHUNK as i64 + 9);
}

#[test]
fn the_output_docs_are_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/outputs.md");
    if std::env::var_os("WAVECREST_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, markdown()).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == markdown(),
        "docs/outputs.md drifted; write it anew with `wavecrest schema --outputs > docs/outputs.md`"
    );
}
