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
            ("row", Kind::Int),
            ("order_id", Kind::Text),
            ("line_no", Kind::Int),
            ("state", Kind::Text),
            ("quantity", Kind::Int),
            ("planned", Kind::Int),
            ("backordered", Kind::Int),
        ],
    )?;
    let states = join(states, unread_rows(files)?, &["row"], JoinType::Left)
        .filter(col("unread").is_null())
        .drop(cols(["unread"]));
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

/// Rows of `order_lines` that ingest could not use: they are no lines, and may repeat the number of one.
fn unread_rows(files: &RunFiles) -> Result<LazyFrame> {
    let columns = [
        ("stage", Kind::Text),
        ("table", Kind::Text),
        ("row", Kind::Int),
    ];
    let rejects = files.output("rejects", &columns)?;
    let of_lines = col("table").eq(lit("order_lines"));
    let unread = rejects.filter(col("stage").eq(lit("ingest")).and(of_lines));
    let rows = unread.select([col("row")]);
    Ok(rows
        .unique(None, UniqueKeepStrategy::Any)
        .with_column(lit(true).alias("unread")))
}

/// An order with a row of `order_lines` that does not ship whole is not complete, and one that is planned without being complete
/// says why.
pub fn complete(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [
        ("order_id", Kind::Text),
        ("state", Kind::Text),
        ("code", Kind::Text),
        ("quantity", Kind::Int),
        ("planned", Kind::Int),
    ];
    let lines = files.output("line_states", &columns)?;
    let repeated = col("code").eq(lit("duplicate_line")).fill_null(lit(false));
    let whole = col("state")
        .eq(lit("planned"))
        .and(col("planned").eq(col("quantity")))
        .fill_null(lit(false));
    let short = lines
        .filter(repeated.not().and(whole.not()))
        .filter(col("order_id").is_not_null())
        .select([col("order_id")])
        .unique(None, UniqueKeepStrategy::Any)
        .with_column(lit(true).alias("short"));
    let columns = [
        ("order_id", Kind::Text),
        ("state", Kind::Text),
        ("code", Kind::Text),
        ("complete", Kind::Flag),
    ];
    let planned = files
        .output("order_states", &columns)?
        .filter(col("state").eq(lit("planned")));
    let both = join(planned, short, &["order_id"], JoinType::Left);
    let short = col("short").fill_null(lit(false));
    let wrong = short
        .clone()
        .eq(col("complete"))
        .or(short.neq(col("code").is_not_null()));
    let message = "whole or in part: the order and its lines disagree";
    violations("complete", both.filter(wrong), &["order_id"], message)
}
