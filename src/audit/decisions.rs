//! `routing_decisions`: what each row says the order's shipments cost and send, and that all rows together are routing's cost.

use std::collections::BTreeMap;

use polars::prelude::*;
use serde_json::Value;

use super::files::{Kind, RunFiles, collect, join, sum_by, violations};
use crate::error::Result;
use crate::stage::Violation;

const PARTS: [&str; 8] = [
    "freight_cents",
    "cartons_cents",
    "handling_cents",
    "lateness_cents",
    "store_cents",
    "split_cents",
    "backorder_cents",
    "lost_cents",
];

pub fn decisions(files: &RunFiles) -> Result<Vec<Violation>> {
    let explain = files.manifest.pointer("/params/routing/explain");
    if explain.and_then(Value::as_str) == Some("none") {
        let rows = files.output_rows("routing_decisions")?;
        let some = Violation::new(
            "decisions",
            "routing_decisions",
            format!("{rows} rows, though routing.explain is none"),
        );
        return Ok(if rows == 0 { Vec::new() } else { vec![some] });
    }
    let mut columns: Vec<(&str, Kind)> = vec![("order_id", Kind::Text), ("facilities", Kind::Text)];
    let numbers = ["shipments", "shipped", "waiting", "cost_cents"]
        .into_iter()
        .chain(PARTS);
    columns.extend(numbers.map(|name| (name, Kind::Int)));
    let rows = files.output("routing_decisions", &columns)?;
    let mut found = parts(rows.clone())?;
    found.extend(total(files, rows.clone())?);
    found.extend(units(files, rows.clone())?);
    if explain.and_then(Value::as_str) == Some("all") {
        found.extend(alternatives(files, rows.clone())?);
    }
    found.extend(sites(files, rows)?);
    Ok(found)
}

fn parts(rows: LazyFrame) -> Result<Vec<Violation>> {
    let sum = PARTS.iter().fold(lit(0i64), |sum, part| sum + col(*part));
    let broken = rows
        .filter(col("cost_cents").neq_missing(sum.clone()))
        .select([col("order_id"), col("cost_cents"), sum.alias("parts")]);
    violations(
        "decisions",
        broken,
        &["order_id"],
        "the parts do not add up to the cost",
    )
}

fn total(files: &RunFiles, rows: LazyFrame) -> Result<Vec<Violation>> {
    let frame = collect(rows.select([col("cost_cents").sum()]), "routing_decisions")?;
    let sum = frame.columns()[0]
        .get(0)
        .ok()
        .and_then(|v| v.extract::<i64>());
    let stated = files
        .metrics
        .pointer("/routing/cost_cents")
        .and_then(Value::as_i64);
    // What facilities pay for their load is of no order.
    let stated = stated.map(|stated| stated - balance_penalty(files));
    let wrong = Violation::new(
        "decisions",
        "routing.cost_cents",
        format!("metrics.json says {stated:?}, the orders' parts are {sum:?}"),
    );
    Ok(if sum == stated {
        Vec::new()
    } else {
        vec![wrong]
    })
}

/// What facilities pay for their load.
pub fn balance_penalty(files: &RunFiles) -> i64 {
    let stated = files.metrics.pointer("/costs/balance_penalty_cents");
    stated.and_then(Value::as_i64).unwrap_or(0)
}

/// Units that ship or wait: those of the line rows, where what no carrier takes was to ship.
fn units(files: &RunFiles, rows: LazyFrame) -> Result<Vec<Violation>> {
    let of = |table: &str, name: &str| -> Result<LazyFrame> {
        let units = if table == "unplaced_shipments" {
            "units"
        } else {
            "quantity"
        };
        let rows = files.output(table, &[("order_id", Kind::Text), (units, Kind::Int)])?;
        Ok(sum_by(rows, &["order_id"], units, name))
    };
    let both = join(
        of("allocations", "sent")?,
        of("backorders", "left")?,
        &["order_id"],
        JoinType::Full,
    );
    let all = join(
        both,
        of("unplaced_shipments", "unplaced")?,
        &["order_id"],
        JoinType::Left,
    );
    let zero = |name: &str| col(name).fill_null(lit(0i64));
    let all = all.select([
        col("order_id"),
        (zero("sent") + zero("unplaced")).alias("to_ship"),
        (zero("left") - zero("unplaced")).alias("to_wait"),
    ]);
    let broken = join(rows, all, &["order_id"], JoinType::Full).filter(
        col("shipped")
            .neq_missing(col("to_ship"))
            .or(col("waiting").neq_missing(col("to_wait"))),
    );
    let broken = broken.select(["order_id", "shipped", "to_ship", "waiting", "to_wait"].map(col));
    violations(
        "decisions",
        broken,
        &["order_id"],
        "other units than in the plan",
    )
}

/// Every facility is chosen, or there is a reason why not.
fn alternatives(files: &RunFiles, rows: LazyFrame) -> Result<Vec<Violation>> {
    let key = [("order_id", Kind::Text), ("facility_id", Kind::Text)];
    let reasons = files.output("routing_alternatives", &key)?;
    let sent = files.output("allocations", &key)?;
    let twice = reasons.clone().join(
        sent,
        [col("order_id"), col("facility_id")],
        [col("order_id"), col("facility_id")],
        JoinArgs::new(JoinType::Inner),
    );
    let keys = ["order_id", "facility_id"];
    let mut found = violations(
        "decisions",
        twice,
        &keys,
        "is used, and has a reason why not",
    )?;
    let sites = files.input("facilities", &[("facility_id", Kind::Text)])?;
    let sites = match sites {
        Some(sites) => collect(sites, "facilities")?.height() as i64,
        None => 0,
    };
    let counted = reasons
        .group_by_stable([col("order_id")])
        .agg([len().cast(DataType::Int64).alias("unused")]);
    let none = col("unused").fill_null(lit(0i64));
    let wrong = join(rows, counted, &["order_id"], JoinType::Full)
        .filter((none + col("shipments")).neq_missing(lit(sites)))
        .select(["order_id", "shipments", "unused"].map(col));
    let message = "chosen and unused facilities are not all";
    found.extend(violations("decisions", wrong, &["order_id"], message)?);
    Ok(found)
}

/// Chosen facilities: those of the shipments and of what no carrier takes.
fn sites(files: &RunFiles, rows: LazyFrame) -> Result<Vec<Violation>> {
    let mut sites: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in ["shipments", "unplaced_shipments"] {
        let key = [("order_id", Kind::Text), ("facility_id", Kind::Text)];
        for (order, site) in pairs(files.output(table, &key)?, ["order_id", "facility_id"])? {
            sites.entry(order).or_default().push(site);
        }
    }
    let mut found = Vec::new();
    for (order, said) in pairs(rows, ["order_id", "facilities"])? {
        let is = sites.remove(&order).unwrap_or_default().join("+");
        // A name may hold the sign that joins names: both sides are parted alike.
        if sorted(&said) != sorted(&is) {
            let message = format!("chosen {}, shipments from {}", sorted(&said), sorted(&is));
            found.push(Violation::new("decisions", order, message));
        }
    }
    let unknown = sites.into_keys();
    found.extend(
        unknown.map(|order| Violation::new("decisions", order, "has shipments, but no decision")),
    );
    Ok(found)
}

fn sorted(text: &str) -> String {
    let mut names: Vec<&str> = text.split('+').collect();
    names.sort_unstable();
    names.join("+")
}

/// Two columns of text; null is empty.
fn pairs(frame: LazyFrame, names: [&str; 2]) -> Result<Vec<(String, String)>> {
    let frame = collect(frame, "routing_decisions")?;
    let column = |name: &str| -> Vec<String> {
        let column = frame.column(name).ok().and_then(|c| c.str().ok());
        let texts = column.into_iter().flat_map(|column| column.iter());
        texts.map(|text| text.unwrap_or("").to_owned()).collect()
    };
    Ok(column(names[0]).into_iter().zip(column(names[1])).collect())
}
