//! Waves, batches and pick tasks: every unit is picked once, from a slot that has it.

use polars::prelude::*;

use super::files::{Kind, RunFiles, join, sum_by, violations};
use crate::error::Result;
use crate::stage::Violation;

/// Pick tasks with the wave and facility of their batch.
fn picks(files: &RunFiles) -> Result<LazyFrame> {
    let tasks = files.output(
        "pick_tasks",
        &[
            ("batch_id", Kind::Text),
            ("slot_id", Kind::Text),
            ("order_id", Kind::Text),
            ("line_no", Kind::Int),
            ("sku", Kind::Text),
            ("shipment_id", Kind::Text),
            ("quantity", Kind::Int),
        ],
    )?;
    let batches = files.output(
        "pick_batches",
        &[
            ("batch_id", Kind::Text),
            ("wave_id", Kind::Text),
            ("facility_id", Kind::Text),
        ],
    )?;
    Ok(join(tasks, batches, &["batch_id"], JoinType::Left))
}

pub fn tasks(files: &RunFiles) -> Result<Vec<Violation>> {
    let rule = "pick_tasks";
    let picks = picks(files)?;
    let homeless = picks
        .clone()
        .filter(col("wave_id").is_null())
        .select([col("batch_id"), col("shipment_id")]);
    let mut found = violations(
        rule,
        homeless,
        &["batch_id"],
        "the task's batch is in no wave",
    )?;

    let waved = files.output(
        "wave_shipments",
        &[("shipment_id", Kind::Text), ("wave_id", Kind::Text)],
    )?;
    let wave_of = waved.rename(["wave_id"], ["wave_of_shipment"], true);
    let strayed = join(
        picks.clone(),
        wave_of.clone(),
        &["shipment_id"],
        JoinType::Left,
    )
    .filter(col("wave_id").neq_missing(col("wave_of_shipment")))
    .select([col("shipment_id"), col("wave_id"), col("wave_of_shipment")]);
    found.extend(violations(
        rule,
        strayed,
        &["shipment_id"],
        "the task is in another wave than its shipment",
    )?);

    let keys = ["shipment_id", "order_id", "line_no"];
    let picked = sum_by(picks, &keys, "quantity", "picked");
    let allocations = files.output(
        "allocations",
        &[
            ("shipment_id", Kind::Text),
            ("order_id", Kind::Text),
            ("line_no", Kind::Int),
            ("quantity", Kind::Int),
        ],
    )?;
    let allocated = sum_by(allocations, &keys, "quantity", "allocated");
    let both = join(
        join(allocated, picked, &keys, JoinType::Full),
        wave_of,
        &["shipment_id"],
        JoinType::Left,
    );
    let due = when(col("wave_of_shipment").is_null())
        .then(lit(0))
        .otherwise(col("allocated").fill_null(lit(0)));
    let broken = both.filter(col("picked").fill_null(lit(0)).neq(due));
    found.extend(violations(
        rule,
        broken,
        &keys,
        "allocated and picked units differ",
    )?);
    Ok(found)
}

pub fn slots(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [
        ("facility_id", Kind::Text),
        ("slot_id", Kind::Text),
        ("sku", Kind::Text),
        ("quantity", Kind::Int),
    ];
    let Some(slots) = files.input("slots", &columns)? else {
        return Ok(Vec::new());
    };
    let keys = ["facility_id", "slot_id", "sku"];
    let slots = slots.select([
        col("facility_id"),
        col("slot_id"),
        col("sku"),
        col("quantity").alias("holds"),
    ]);
    let taken = sum_by(
        picks(files)?.filter(col("slot_id").is_not_null()),
        &keys,
        "quantity",
        "taken",
    );
    let broken = join(taken, slots, &keys, JoinType::Left)
        .filter(col("taken").gt(col("holds").fill_null(lit(0))));
    violations(
        "slots",
        broken,
        &keys,
        "more is taken than the slot holds of the item",
    )
}

pub fn waves(files: &RunFiles) -> Result<Vec<Violation>> {
    let rule = "waves";
    let shipments = files.output(
        "wave_shipments",
        &[("shipment_id", Kind::Text), ("wave_id", Kind::Text)],
    )?;
    let twice = shipments
        .clone()
        .group_by_stable([col("shipment_id")])
        .agg([len().alias("waves")]);
    let mut found = violations(
        rule,
        twice.filter(col("waves").neq(lit(1))),
        &["shipment_id"],
        "the shipment is listed more than once",
    )?;

    found.extend(carts(files)?);
    let totals = [
        ("units", "units"),
        ("distance_mm", "distance_mm"),
        ("labour_seconds", "labour_seconds"),
    ];
    let columns: Vec<(&str, Kind)> = std::iter::once(("wave_id", Kind::Text))
        .chain(totals.map(|(name, _)| (name, Kind::Int)))
        .collect();
    let waves = files.output("waves", &columns)?;
    let batches = files.output("pick_batches", &columns)?;
    let sums = batches
        .group_by_stable([col("wave_id")])
        .agg(totals.map(|(name, _)| col(name).sum().alias(format!("sum_{name}"))));
    let counted = shipments
        .filter(col("wave_id").is_not_null())
        .group_by_stable([col("wave_id")])
        .agg([len().cast(DataType::Int64).alias("listed_shipments")]);
    let stated = files
        .output(
            "waves",
            &[("wave_id", Kind::Text), ("shipments", Kind::Int)],
        )?
        .rename(["shipments"], ["stated_shipments"], true);
    let all = join(
        join(
            join(waves, sums, &["wave_id"], JoinType::Full),
            counted,
            &["wave_id"],
            JoinType::Full,
        ),
        stated,
        &["wave_id"],
        JoinType::Left,
    );
    let differs = totals.map(|(name, _)| col(name).neq_missing(col(format!("sum_{name}"))));
    let differs = differs.into_iter().fold(
        col("stated_shipments").neq_missing(col("listed_shipments")),
        Expr::or,
    );
    found.extend(violations(
        rule,
        all.filter(differs),
        &["wave_id"],
        "the wave's totals are not those of its batches and shipments",
    )?);
    Ok(found)
}

/// Every shipment is on as many carts as stated.
fn carts(files: &RunFiles) -> Result<Vec<Violation>> {
    let stated = files.output(
        "wave_shipments",
        &[("shipment_id", Kind::Text), ("carts", Kind::Int)],
    )?;
    let tasks = files.output(
        "pick_tasks",
        &[("shipment_id", Kind::Text), ("batch_id", Kind::Text)],
    )?;
    let counted = tasks
        .group_by_stable([col("shipment_id")])
        .agg([col("batch_id")
            .n_unique()
            .cast(DataType::Int64)
            .alias("counted_carts")]);
    let both = join(stated, counted, &["shipment_id"], JoinType::Left);
    let differs = col("carts").neq(col("counted_carts").fill_null(lit(0)));
    violations(
        "waves",
        both.filter(differs),
        &["shipment_id"],
        "the shipment is not on as many carts as stated",
    )
}
