//! Every order and every line ends in exactly one state, and its units add up.

use polars::prelude::*;

use super::files::{Kind, RunFiles, join, sum_by, violations};
use crate::error::Result;
use crate::stage::Violation;

pub fn order_states(files: &RunFiles) -> Result<Vec<Violation>> {
    states(files, "orders", "order_states")
}

pub fn line_states(files: &RunFiles) -> Result<Vec<Violation>> {
    states(files, "order_lines", "line_states")
}

/// Every row number of the input table once, with a known state.
fn states(files: &RunFiles, input: &str, table: &str) -> Result<Vec<Violation>> {
    let rows = files.input_rows(input) as i64;
    let states = files.output(table, &[("row", Kind::Int), ("state", Kind::Text)])?;
    let by_row = states
        .clone()
        .group_by_stable([col("row")])
        .agg([len().alias("states")]);
    let twice = by_row.filter(
        col("states")
            .neq(lit(1))
            .or(col("row").is_null())
            .or(col("row").gt_eq(lit(rows))),
    );
    let mut found = violations(table, twice, &["row"], "the row has not exactly one state")?;
    let known =
        ["planned", "backordered", "held", "rejected"].map(|state| col("state").eq(lit(state)));
    let known = known.into_iter().reduce(Expr::or).unwrap_or(lit(false));
    let unknown = states.filter(known.fill_null(lit(false)).not());
    found.extend(violations(
        table,
        unknown,
        &["row"],
        "the state is unknown",
    )?);
    let listed = files.output_rows(table)? as i64;
    if listed != rows {
        found.push(Violation::new(
            table,
            table,
            format!("{listed} rows have a state, {input} has {rows} rows"),
        ));
    }
    Ok(found)
}

pub fn line_quantities(files: &RunFiles) -> Result<Vec<Violation>> {
    let keys = ["order_id", "line_no"];
    let columns = [
        ("order_id", Kind::Text),
        ("line_no", Kind::Int),
        ("quantity", Kind::Int),
    ];
    let allocated = sum_by(
        files.output("allocations", &columns)?,
        &keys,
        "quantity",
        "allocated",
    );
    let waiting = sum_by(
        files.output("backorders", &columns)?,
        &keys,
        "quantity",
        "waiting",
    );
    let states = files.output(
        "line_states",
        &[
            ("order_id", Kind::Text),
            ("line_no", Kind::Int),
            ("state", Kind::Text),
            ("quantity", Kind::Int),
            ("planned", Kind::Int),
            ("backordered", Kind::Int),
        ],
    )?;
    let states = states.filter(col("line_no").is_not_null());
    let all = join(
        join(states, allocated, &keys, JoinType::Full),
        waiting,
        &keys,
        JoinType::Full,
    )
    .with_columns([
        col("allocated").fill_null(lit(0)),
        col("waiting").fill_null(lit(0)),
    ]);
    let moving = col("state")
        .eq(lit("planned"))
        .or(col("state").eq(lit("backordered")));
    let expected = when(moving.clone()).then(col("quantity")).otherwise(lit(0));
    let wrong = col("state")
        .is_null()
        .or((col("allocated") + col("waiting")).neq(expected))
        .or(col("planned").neq(col("allocated")))
        .or(col("backordered").neq(col("waiting")))
        .or(col("state")
            .eq(lit("planned"))
            .neq(col("allocated").gt(lit(0))));
    violations(
        "line_quantities",
        all.filter(wrong),
        &keys,
        "the units of the line do not add up",
    )
}
