//! Stock, capacity and packages: nothing is promised twice, nothing is lost on the way into a carton.

use polars::prelude::*;

use super::files::{Kind, RunFiles, join, sum_by, violations};
use crate::error::Result;
use crate::stage::Violation;

/// Allocated units by facility and item.
fn allocated(files: &RunFiles) -> Result<LazyFrame> {
    let allocations = files.output(
        "allocations",
        &[
            ("facility_id", Kind::Text),
            ("sku", Kind::Text),
            ("quantity", Kind::Int),
        ],
    )?;
    Ok(sum_by(
        allocations,
        &["facility_id", "sku"],
        "quantity",
        "allocated",
    ))
}

pub fn oversold(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [
        ("facility_id", Kind::Text),
        ("sku", Kind::Text),
        ("on_hand", Kind::Int),
        ("reserved", Kind::Int),
        ("safety_stock", Kind::Int),
    ];
    let Some(inventory) = files.input("inventory", &columns)? else {
        return Ok(Vec::new());
    };
    let units = files.param("safety_stock_units").as_i64().unwrap_or(0);
    let percent = files.param("safety_stock_percent").as_i64().unwrap_or(0);
    // Cut off, after 99 hundredths were added: rounded up.
    let share = (col("on_hand") * lit(percent) + lit(99)) / lit(100);
    let share = share.cast(DataType::Int64);
    let kept = col("reserved").fill_null(lit(0)) + col("safety_stock").fill_null(lit(0));
    let free = (col("on_hand") - kept - lit(units) - share).alias("free");
    let free = inventory.select([col("facility_id"), col("sku"), free]);
    let both = join(
        allocated(files)?,
        free,
        &["facility_id", "sku"],
        JoinType::Left,
    );
    let broken = both.filter(col("allocated").gt(col("free").fill_null(lit(0))));
    violations(
        "stock",
        broken,
        &["facility_id", "sku"],
        "more units are allocated than are free",
    )
}

pub fn capacity(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [("facility_id", Kind::Text), ("capacity_units", Kind::Int)];
    let Some(facilities) = files.input("facilities", &columns)? else {
        return Ok(Vec::new());
    };
    let shipped = sum_by(allocated(files)?, &["facility_id"], "allocated", "shipped");
    let both = join(
        shipped,
        facilities.select([col("facility_id"), col("capacity_units")]),
        &["facility_id"],
        JoinType::Left,
    );
    let broken = both.filter(col("shipped").gt(col("capacity_units").fill_null(lit(0))));
    violations(
        "capacity",
        broken,
        &["facility_id"],
        "more units ship than the capacity allows",
    )
}

pub fn inventory_after(files: &RunFiles) -> Result<Vec<Violation>> {
    let after = files.output(
        "inventory_after",
        &[
            ("facility_id", Kind::Text),
            ("sku", Kind::Text),
            ("on_hand_before", Kind::Int),
            ("allocated", Kind::Int),
            ("restocked", Kind::Int),
            ("on_hand_after", Kind::Int),
        ],
    )?;
    let shipped = allocated(files)?.rename(["allocated"], ["shipped"], true);
    let both = join(after, shipped, &["facility_id", "sku"], JoinType::Full)
        .with_column(col("shipped").fill_null(lit(0)));
    let right = col("on_hand_before") - col("shipped") + col("restocked");
    let wrong = col("on_hand_after")
        .is_null()
        .or(col("allocated").neq(col("shipped")))
        .or(col("on_hand_after").neq(right));
    violations(
        "inventory_after",
        both.filter(wrong),
        &["facility_id", "sku"],
        "stock after does not add up",
    )
}

pub fn packages(files: &RunFiles) -> Result<Vec<Violation>> {
    let keys = ["shipment_id", "order_id", "line_no"];
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
    let placements = files.output(
        "placements",
        &[
            ("package_id", Kind::Text),
            ("order_id", Kind::Text),
            ("line_no", Kind::Int),
        ],
    )?;
    let packages = files.output(
        "packages",
        &[("package_id", Kind::Text), ("shipment_id", Kind::Text)],
    )?;
    let placed = join(placements, packages, &["package_id"], JoinType::Left)
        .with_column(lit(1i64).alias("unit"));
    let packed = sum_by(placed, &keys, "unit", "packed");
    let both = join(allocated, packed, &keys, JoinType::Full);
    let broken = both.filter(
        col("allocated")
            .fill_null(lit(0))
            .neq(col("packed").fill_null(lit(0))),
    );
    violations(
        "packages",
        broken,
        &keys,
        "allocated and packed units differ",
    )
}
