//! Shadow mode: both plans order by order, and their totals.

use polars::prelude::*;
use serde_json::Value;

use super::decisions::balance_penalty;
use super::files::{Kind, RunFiles, collect, join, violations};
use crate::error::Result;
use crate::stage::Violation;

pub fn incumbent(files: &RunFiles) -> Result<Vec<Violation>> {
    let numbers = [
        "incumbent_cents",
        "our_cents",
        "difference_cents",
        "incumbent_shipments",
        "our_shipments",
    ];
    let mut columns = vec![("order_id", Kind::Text)];
    columns.extend(numbers.map(|name| (name, Kind::Int)));
    let rows = files.output("incumbent", &columns)?;
    let wrong = rows
        .clone()
        .filter((col("incumbent_cents") - col("our_cents")).neq_missing(col("difference_cents")));
    let message = "the difference is not that of the costs";
    let mut found = violations("incumbent", wrong, &["order_id"], message)?;
    let totals = [
        ("incumbent_cents", "/routing/incumbent_cents"),
        ("incumbent_shipments", "/routing/incumbent_shipments"),
        ("our_cents", "/routing/cost_cents"),
    ];
    let given = files.input_rows("incumbent") > 0;
    for (column, pointer) in totals.into_iter().filter(|_| given) {
        let sum = collect(rows.clone().select([col(column).sum()]), "incumbent")?;
        let sum = sum.columns()[0]
            .get(0)
            .ok()
            .and_then(|v| v.extract::<i64>());
        let stated = files.metrics.pointer(pointer).and_then(Value::as_i64);
        let of_no_order = match column {
            "our_cents" => balance_penalty(files),
            _ => 0,
        };
        let stated = stated.map(|stated| stated - of_no_order);
        if sum != stated {
            let message = format!("metrics.json says {stated:?}, the orders' parts are {sum:?}");
            found.push(Violation::new("incumbent", column, message));
        }
    }
    if given && files.output_rows("routing_decisions")? > 0 {
        let ours = [("order_id", Kind::Text), ("cost_cents", Kind::Int)];
        let ours = files.output("routing_decisions", &ours)?;
        let both = join(rows, ours, &["order_id"], JoinType::Full)
            .filter(col("our_cents").neq_missing(col("cost_cents")))
            .select(["order_id", "our_cents", "cost_cents"].map(col));
        let message = "ours is not the cost of the decision";
        found.extend(violations("incumbent", both, &["order_id"], message)?);
    }
    Ok(found)
}
