//! Places of carrier pick-ups, and what found none.

use polars::prelude::*;

use super::files::{Kind, RunFiles, join, sum_by, violations};
use crate::error::Result;
use crate::stage::Violation;

const SERVICE: [&str; 2] = ["carrier", "service"];

/// Packages by (facility, carrier, service, pick-up) against `daily_capacity`; a facility's own row overrides the default.
pub fn pickups(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [
        ("carrier", Kind::Text),
        ("service", Kind::Text),
        ("facility_id", Kind::Text),
        ("daily_capacity", Kind::Int),
    ];
    let Some(terms) = files.input("carrier_services", &columns)? else {
        return Ok(Vec::new());
    };
    let facility = col("facility_id").fill_null(lit(""));
    let terms = terms.with_column(facility.clone());
    let default = terms.clone().filter(col("facility_id").eq(lit("")));
    let default = default.select([
        col("carrier"),
        col("service"),
        col("daily_capacity").alias("default_capacity"),
    ]);
    let own = terms.filter(col("facility_id").neq(lit("")));
    let own = own.select([
        col("carrier"),
        col("service"),
        col("facility_id"),
        col("daily_capacity"),
        lit(true).alias("own"),
    ]);
    let columns = [
        ("facility_id", Kind::Text),
        ("carrier", Kind::Text),
        ("service", Kind::Text),
        ("packages", Kind::Int),
        ("ship_by", Kind::Int),
    ];
    let place = ["facility_id", "carrier", "service", "ship_by"];
    let load = sum_by(
        files.output("shipments", &columns)?,
        &place,
        "packages",
        "planned",
    );
    let load = join(load, default, &SERVICE, JoinType::Left);
    let keys = ["carrier", "service", "facility_id"];
    let most = when(col("own").fill_null(lit(false)))
        .then(col("daily_capacity"))
        .otherwise(col("default_capacity"));
    let both = join(load, own, &keys, JoinType::Left).select([
        col("facility_id"),
        col("carrier"),
        col("service"),
        col("ship_by"),
        col("planned"),
        most.alias("places"),
    ]);
    let broken = both.filter(col("planned").gt(col("places")).fill_null(lit(false)));
    let message = "the pick-up has fewer places than packages planned for it";
    violations("pickups", broken, &place, message)
}

/// No shipment of the same order and facility, and `no_carrier_place` units of an order are its unplaced ones; an order that must
/// ship complete does not ship in part.
pub fn unplaced(files: &RunFiles) -> Result<Vec<Violation>> {
    let keys = ["order_id", "facility_id"];
    let texts = keys.map(|key| (key, Kind::Text));
    let columns: Vec<_> = texts
        .into_iter()
        .chain([("units", Kind::Int), ("code", Kind::Text)])
        .collect();
    let left = files.output("unplaced_shipments", &columns)?;
    let shipments = files
        .output("shipments", &texts)?
        .with_column(lit(true).alias("ships"));
    let both = join(left.clone(), shipments.clone(), &keys, JoinType::Inner);
    let mut found = violations("unplaced", both, &keys, "ships all the same")?;

    let units = sum_by(left.clone(), &["order_id", "code"], "units", "units");
    let columns = [
        ("order_id", Kind::Text),
        ("quantity", Kind::Int),
        ("code", Kind::Text),
    ];
    let waiting = sum_by(
        files.output("backorders", &columns)?,
        &["order_id", "code"],
        "quantity",
        "waiting",
    );
    let both = join(units, waiting, &["order_id", "code"], JoinType::Full).with_columns([
        col("units").fill_null(lit(0)),
        col("waiting").fill_null(lit(0)),
    ]);
    // Routing gives the other codes too.
    let own = col("code").eq(lit("no_carrier_place"));
    let wrong = col("units")
        .gt(col("waiting"))
        .or(own.and(col("units").neq(col("waiting"))));
    let message = "its units are not backordered for that reason";
    let lost = both.filter(wrong);
    found.extend(violations(
        "unplaced",
        lost,
        &["order_id", "code"],
        message,
    )?);

    let columns = [("order_id", Kind::Text), ("ship_complete", Kind::Flag)];
    if let Some(orders) = files.input("orders", &columns)? {
        let whole = orders
            .filter(col("ship_complete").fill_null(lit(false)))
            .select([col("order_id")]);
        let ships = shipments.select([col("order_id"), col("ships")]);
        let part = join(left, whole, &["order_id"], JoinType::Inner);
        let part = join(part, ships, &["order_id"], JoinType::Inner);
        let message = "must ship complete, but only a part of it does";
        found.extend(violations("unplaced", part, &["order_id"], message)?);
    }
    Ok(found)
}

/// A shipment is rebooked exactly where it misses its pick-up and still goes; prices, moments and flags agree between the tables.
pub fn rebookings(files: &RunFiles) -> Result<Vec<Violation>> {
    let columns = [
        ("shipment_id", Kind::Text),
        ("planned_price_cents", Kind::Int),
        ("price_cents", Kind::Int),
        ("difference_cents", Kind::Int),
        ("planned_pickup", Kind::Int),
        ("handed_over", Kind::Int),
    ];
    let rows = files.output("rebookings", &columns)?;
    let rows = rows.rename(["price_cents", "handed_over"], ["price", "goes"], true);
    let columns = [
        ("shipment_id", Kind::Text),
        ("price_cents", Kind::Int),
        ("ship_by", Kind::Int),
        ("handed_over", Kind::Int),
        ("rebooked", Kind::Flag),
    ];
    let shipments = files.output("shipments", &columns)?;
    let columns = [
        ("shipment_id", Kind::Text),
        ("handed_over", Kind::Int),
        ("packed", Kind::Int),
    ];
    let times = files.output("cycle_times", &columns)?;
    let times = times.rename(["handed_over"], ["made"], true);
    let both = join(shipments, rows, &["shipment_id"], JoinType::Full);
    let all = join(both, times, &["shipment_id"], JoinType::Full);
    let has_row = col("planned_pickup").is_not_null();
    let never = lit(i64::MAX);
    let missed = col("packed")
        .gt(col("ship_by"))
        .and(col("made").is_not_null());
    let differs = |a: &str, b: &str| {
        let (a, b) = (
            col(a).fill_null(never.clone()),
            col(b).fill_null(never.clone()),
        );
        a.neq(b)
    };
    let wrong = has_row
        .clone()
        .neq(missed.fill_null(lit(false)))
        .or(has_row.clone().neq(col("rebooked").fill_null(lit(false))))
        .or(differs("handed_over", "made"))
        .or(has_row.and(
            differs("planned_price_cents", "price_cents")
                .or(differs("planned_pickup", "ship_by"))
                .or(differs("goes", "made"))
                .or((col("price") - col("planned_price_cents")).neq(col("difference_cents"))),
        ));
    let message = "rebooking, shipment and schedule disagree";
    violations("rebookings", all.filter(wrong), &["shipment_id"], message)
}
