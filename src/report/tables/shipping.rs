//! What is packed and sent: `packages`, `placements`, `shipments`, `rebookings`, `unplaced_shipments`, `shipment_charges`.

use super::column::{AnyTable, Table};
use super::names::Names;
use crate::model::ids::{PackageIdx, ShipmentIdx};
use crate::report::format::reached;

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        packages(n),
        placements(n),
        shipments(n),
        rebookings(n),
        unplaced_shipments(n),
        shipment_charges(n),
    ]
}

/// What `package_id` means.
const PACKAGE: &str = "`<shipment_id>/<n>`";

fn packages<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.cartonized.packages;
    Table::new("packages", "Packed cartons.", source, source.len())
        .col("package_id", PACKAGE, |_, i, n| {
            n.package(PackageIdx(i as u32))
        })
        .shipment(|t, i| t.shipment[i])
        .col(
            "carton_id",
            "carton type; null: the item ships in its own container",
            |t, i, n| t.carton[i].map(|carton| &n.batch.cartons.id[carton]),
        )
        .col("length_mm", "outer, as rated", |t, i, _| t.size[i][0])
        .col("width_mm", "outer, as rated", |t, i, _| t.size[i][1])
        .col("height_mm", "outer, as rated", |t, i, _| t.size[i][2])
        .col("weight_g", "content and tare", |t, i, _| t.weight[i])
        .col("units", "units in it", |t, i, _| t.units[i])
        .col("fragile", "holds a fragile item", |t, i, _| t.fragile[i])
        .col("hazmat", "holds hazardous goods", |t, i, _| t.hazmat[i])
        .col("carton_cents", "cost of the carton", |t, i, _| {
            t.carton_cost[i]
        })
        .erase()
}

fn placements<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.cartonized.placements;
    Table::new(
        "placements",
        "Where each unit lies in its carton.",
        source,
        source.len(),
    )
    .col("package_id", PACKAGE, |t, i, n| n.package(t.package[i]))
    .line(|t, i| t.line[i])
    .col(
        "x_mm",
        "corner nearest to the origin, along the length",
        |t, i, _| t.at[i][0],
    )
    .col("y_mm", "along the width", |t, i, _| t.at[i][1])
    .col("z_mm", "along the height", |t, i, _| t.at[i][2])
    .col("length_mm", "after rotation", |t, i, _| t.size[i][0])
    .col("width_mm", "after rotation", |t, i, _| t.size[i][1])
    .col("height_mm", "after rotation", |t, i, _| t.size[i][2])
    .erase()
}

fn shipments<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.shipped.shipments;
    Table::new(
        "shipments",
        "The shipment plan: what one facility sends for one order.",
        source,
        source.len(),
    )
    .shipment_row()
    .service(|t, i| t.service[i])
    .col("zone", "rate zone", |t, i, n| {
        &n.batch.rates.zones[t.zone[i]]
    })
    .col("packages", "parcels", |t, i, _| t.packages[i])
    .col("billable_weight_g", "over all packages", |t, i, _| {
        t.billable_weight[i]
    })
    .col(
        "price_cents",
        "everything the carrier charges",
        |t, i, _| t.price[i],
    )
    .col("ship_by", "the carrier pick-up to make", |t, i, _| {
        t.ship_by[i]
    })
    .col(
        "handed_over",
        "the pick-up that it makes by the schedule; null: none within the horizon",
        |_, i, n| {
            let times = &n.plan.scheduled.times;
            times.handed_over.get(i).copied().and_then(reached)
        },
    )
    .col(
        "rebooked",
        "misses its planned pick-up and goes as `rebookings` says",
        |_, i, n| n.plan.scheduled.rebooking(ShipmentIdx(i as u32)).is_some(),
    )
    .col(
        "expected_delivery",
        "with the planned pick-up",
        |t, i, _| t.expected_delivery[i],
    )
    .col("promised", "the customer was promised", |t, i, _| {
        t.promised[i]
    })
    .col(
        "late",
        "expected after the promise because no service is faster",
        |t, i, _| t.late[i],
    )
    .erase()
}

fn rebookings<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.scheduled.rebooked;
    let planned = &n.plan.shipped.shipments;
    let times = &n.plan.scheduled.times;
    Table::new(
        "rebookings",
        "Shipments that miss their planned pick-up, and what they go with instead; this is what the carrier bills.",
        source,
        source.len(),
    )
    .shipment(|t, i| t.shipment[i])
    .col("planned_carrier", "carrier in `shipments`", |t, i, n| {
        n.carrier(planned.service[t.shipment[i].0 as usize])
    })
    .col("planned_service", "service in `shipments`", |t, i, n| {
        n.service(planned.service[t.shipment[i].0 as usize])
    })
    .col("planned_pickup", "missed", |t, i, _| {
        planned.ship_by[t.shipment[i].0 as usize]
    })
    .col("planned_price_cents", "price in `shipments`", |t, i, _| {
        planned.price[t.shipment[i].0 as usize]
    })
    .service(|t, i| t.service[i])
    .col("zone", "rate zone", |t, i, n| {
        &n.batch.rates.zones[t.zone[i]]
    })
    .col("billable_weight_g", "over all packages", |t, i, _| {
        t.billable_weight[i]
    })
    .col("price_cents", "everything the carrier charges", |t, i, _| {
        t.price[i]
    })
    .col("difference_cents", "price less planned price", |t, i, _| {
        t.price[i] - planned.price[t.shipment[i].0 as usize]
    })
    .col("handed_over", "the pick-up that it makes", |t, i, _| {
        reached(times.handed_over[t.shipment[i].0 as usize])
    })
    .col("delivered", "expected delivery", |t, i, _| {
        reached(times.delivered[t.shipment[i].0 as usize])
    })
    .col("on_time", "delivered by the promise", |t, i, _| {
        times.on_time[t.shipment[i].0 as usize]
    })
    .erase()
}

fn unplaced_shipments<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.shipped.unplaced;
    Table::new(
        "unplaced_shipments",
        "What routing would send but no carrier takes; its units are in `backorders`.",
        source,
        source.len(),
    )
    .col("order_id", "order", |t, i, n| n.order(t.order[i]))
    .col("facility_id", "would ship from here", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col("packages", "parcels", |t, i, _| t.packages[i])
    .col("units", "units in them", |t, i, _| t.units[i])
    .col("code", "reason", |t, i, _| t.code[i])
    .col("hint", "what can be done about it", |t, i, _| {
        t.code[i].hint()
    })
    .erase()
}

fn shipment_charges<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.shipped.charges;
    Table::new(
        "shipment_charges",
        "What the carrier charges, package by package and kind by kind.",
        source,
        source.len(),
    )
    .shipment(|t, i| t.shipment[i])
    .col("package_id", PACKAGE, |t, i, n| n.package(t.package[i]))
    .col("kind", "base, fuel or a surcharge", |t, i, _| {
        t.kind[i].name()
    })
    .col("amount_cents", "amount", |t, i, _| t.amount[i])
    .erase()
}
