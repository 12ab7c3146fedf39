//! Cycle times and cut-offs.

use polars::prelude::*;

use super::files::{Kind, RunFiles, join, violations};
use crate::error::Result;
use crate::stage::Violation;

fn cycle_times(files: &RunFiles) -> Result<LazyFrame> {
    let moments = [
        "released",
        "picked",
        "packed",
        "handed_over",
        "delivered",
        "promised",
    ]
    .map(|name| (name, Kind::Int));
    let flags = [("on_time", Kind::Flag), ("missed_cutoff", Kind::Flag)];
    let columns: Vec<_> = std::iter::once(("shipment_id", Kind::Text))
        .chain(moments)
        .chain(flags)
        .collect();
    files.output("cycle_times", &columns)
}

pub fn order(files: &RunFiles) -> Result<Vec<Violation>> {
    let steps = ["released", "picked", "packed", "handed_over", "delivered"];
    let backwards = steps.windows(2).map(|pair| col(pair[0]).gt(col(pair[1])));
    // A step without a moment is beyond the horizon; no later step may have one.
    let skipped = steps
        .windows(2)
        .map(|pair| col(pair[0]).is_null().and(col(pair[1]).is_not_null()));
    let wrong = backwards
        .chain(skipped)
        .map(|step| step.fill_null(lit(false)))
        .reduce(Expr::or)
        .unwrap_or(lit(false));
    let early = cycle_times(files)?.filter(wrong);
    let mut found = violations(
        "cycle_times",
        early,
        &["shipment_id"],
        "a step lies before the step it needs",
    )?;
    let start = files.manifest["plan_start"].as_i64().unwrap_or(i64::MIN);
    let before = cycle_times(files)?.filter(col("released").lt(lit(start)));
    found.extend(violations(
        "cycle_times",
        before,
        &["shipment_id"],
        "released before the plan starts",
    )?);
    Ok(found)
}

pub fn cut_offs(files: &RunFiles) -> Result<Vec<Violation>> {
    let shipments = files.output(
        "shipments",
        &[("shipment_id", Kind::Text), ("ship_by", Kind::Int)],
    )?;
    let both = join(
        cycle_times(files)?,
        shipments,
        &["shipment_id"],
        JoinType::Full,
    );
    let late = col("handed_over").gt(col("ship_by"));
    let wrong = col("ship_by")
        .is_null()
        .or(col("handed_over")
            .is_not_null()
            .and(late.neq(col("missed_cutoff"))))
        .or(col("packed")
            .is_not_null()
            .and(col("packed").gt(col("handed_over"))))
        .or(col("delivered")
            .is_not_null()
            .and(col("delivered").lt_eq(col("promised")).neq(col("on_time"))))
        .or(col("delivered").is_null().and(col("on_time")));
    violations(
        "cut_offs",
        both.filter(wrong),
        &["shipment_id"],
        "cut-off or promise flags disagree with the times",
    )
}
