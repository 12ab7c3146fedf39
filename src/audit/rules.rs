//! Rules on who ships what: rows of `restrictions`, stores, and the number of shipments of a facility.

use polars::prelude::*;

use super::files::{Kind, RunFiles, collect, join, violations};
use crate::error::{Error, Result};
use crate::stage::Violation;

/// What a row of `restrictions` can ask for.
const CONDITIONS: [&str; 5] = ["customer_id", "channel", "country", "category", "sku"];

/// A country as the run compares it.
fn country() -> Expr {
    col("country")
        .str()
        .strip_chars(lit(NULL))
        .str()
        .to_uppercase()
}

/// Every allocation, as row `n`, with what restrictions can ask for.
fn allocations(files: &RunFiles) -> Result<Option<LazyFrame>> {
    let text = |name: &'static str| (name, Kind::Text);
    let allocations = files.output(
        "allocations",
        &[text("order_id"), text("facility_id"), text("sku")],
    )?;
    let columns = ["order_id", "customer_id", "channel", "country"].map(text);
    let Some(orders) = files.input("orders", &columns)? else {
        return Ok(None);
    };
    let Some(items) = files.input("items", &[text("sku"), text("category")])? else {
        return Ok(None);
    };
    let orders = orders
        .select([
            col("order_id"),
            col("customer_id"),
            col("channel"),
            country(),
        ])
        .unique(Some(cols(["order_id"])), UniqueKeepStrategy::First);
    let items = items.select([col("sku"), col("category")]);
    let all = join(
        allocations.with_row_index("n", None),
        orders,
        &["order_id"],
        JoinType::Left,
    );
    Ok(Some(join(all, items, &["sku"], JoinType::Left)))
}

pub fn restrictions(files: &RunFiles) -> Result<Vec<Violation>> {
    let mut columns = vec![("rule", Kind::Text), ("facility_id", Kind::Text)];
    columns.extend(CONDITIONS.map(|name| (name, Kind::Text)));
    let (Some(rows), Some(all)) = (files.input("restrictions", &columns)?, allocations(files)?)
    else {
        return Ok(Vec::new());
    };
    let rule = col("rule")
        .str()
        .strip_chars(lit(NULL))
        .str()
        .to_lowercase();
    let rows = rows.with_columns([rule, country()]);
    // Read once: the rows are asked once for each set of conditions.
    let rows = collect(rows, "restrictions")?;
    let all = collect(all, "allocations")?;
    let hits = [
        matched(&rows, &all, "never")?,
        matched(&rows, &all, "only")?,
    ];
    let exclusive = rows
        .lazy()
        .filter(col("rule").eq(lit("only")))
        .select([col("facility_id")]);
    let marks = [("never", "n", 0), ("only", "n", 1)];
    let mut all = marked(all.lazy(), exclusive, &["facility_id"], "exclusive");
    for (name, key, i) in marks {
        all = marked(all, hits[i].clone(), &[key], name);
    }
    let keys = ["facility_id", "order_id", "sku"];
    let mut found = Vec::new();
    let cases = [
        (
            col("never").is_not_null(),
            "a `never` row keeps the facility from serving it",
        ),
        (
            col("exclusive").is_not_null().and(col("only").is_null()),
            "the facility has `only` rows and none of them matches",
        ),
    ];
    for (broken, message) in cases {
        let broken = all.clone().filter(broken).select(keys.map(col));
        found.extend(violations("restrictions", broken, &keys, message)?);
    }
    Ok(found)
}

/// The frame with `true` in a new column `mark` where the key is in `keys`.
fn marked(frame: LazyFrame, keys: LazyFrame, on: &[&str], mark: &str) -> LazyFrame {
    let keys = keys
        .unique(None, UniqueKeepStrategy::Any)
        .with_column(lit(true).alias(mark));
    join(frame, keys, on, JoinType::Left)
}

/// Numbers `n` of the allocations that a row of the rule matches.
fn matched(rows: &DataFrame, all: &DataFrame, rule: &str) -> Result<LazyFrame> {
    let numbers = |frame: LazyFrame| frame.select([col("n")]);
    let mut hits = numbers(all.clone().lazy().filter(lit(false)));
    for given in 0..1u32 << CONDITIONS.len() {
        let asked = |i: usize| given >> i & 1 == 1;
        let mut exactly = col("rule").eq(lit(rule));
        let mut on = vec!["facility_id"];
        for (i, name) in CONDITIONS.into_iter().enumerate() {
            exactly = exactly.and(match asked(i) {
                true => col(name).is_not_null(),
                false => col(name).is_null(),
            });
            on.extend(asked(i).then_some(name));
        }
        let such = rows.clone().lazy().filter(exactly);
        let such = collect(
            such.select(on.iter().map(|&name| col(name)).collect::<Vec<_>>()),
            "restrictions",
        )?;
        if such.height() > 0 {
            let there = marked(all.clone().lazy(), such.lazy(), &on, "hit");
            let there = numbers(there.filter(col("hit").is_not_null()));
            let both = concat([hits, there], UnionArgs::default());
            hits = both.map_err(|e| Error::internal(format!("audit of restrictions: {e}")))?;
        }
    }
    Ok(hits)
}

/// A store ships although `routing.stores_ship` is false.
pub fn stores(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [("facility_id", Kind::Text), ("kind", Kind::Text)];
    let Some(facilities) = files.input("facilities", &columns)? else {
        return Ok(Vec::new());
    };
    if files.param("stores_ship").as_bool() != Some(false) {
        return Ok(Vec::new());
    }
    let kind = col("kind")
        .str()
        .strip_chars(lit(NULL))
        .str()
        .to_lowercase();
    let stores = facilities
        .filter(kind.eq(lit("store")))
        .select([col("facility_id")]);
    let shipments = files.output(
        "allocations",
        &[("shipment_id", Kind::Text), ("facility_id", Kind::Text)],
    )?;
    let broken = join(shipments, stores, &["facility_id"], JoinType::Inner);
    let message = "the facility is a store, and routing.stores_ship is false";
    violations("stores", broken, &["facility_id", "shipment_id"], message)
}

/// Facilities that send more shipments than their `capacity_orders`.
pub fn capacity_orders(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [("facility_id", Kind::Text), ("capacity_orders", Kind::Int)];
    let Some(facilities) = files.input("facilities", &columns)? else {
        return Ok(Vec::new());
    };
    let shipments = files.output(
        "allocations",
        &[("shipment_id", Kind::Text), ("facility_id", Kind::Text)],
    )?;
    let sent = shipments
        .group_by_stable([col("facility_id")])
        .agg([col("shipment_id")
            .n_unique()
            .cast(DataType::Int64)
            .alias("shipments")]);
    let limits = facilities
        .filter(col("capacity_orders").is_not_null())
        .select([col("facility_id"), col("capacity_orders")]);
    let both = join(sent, limits, &["facility_id"], JoinType::Inner);
    violations(
        "capacity_orders",
        both.filter(col("shipments").gt(col("capacity_orders"))),
        &["facility_id"],
        "more shipments are sent than the facility can send",
    )
}
