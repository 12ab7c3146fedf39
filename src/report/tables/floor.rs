//! The warehouse floor: `waves`, `wave_shipments`, `pick_batches`, `pick_tasks`, `wave_rules`, `cycle_times`, `utilization`.

use super::column::{AnyTable, Table};
use super::names::Names;
use crate::model::ids::{BatchIdx, Idx, ShipmentIdx, WaveIdx};
use crate::report::format::reached;

pub(super) fn tables<'a>(n: &Names<'a>) -> Vec<AnyTable<'a>> {
    vec![
        waves(n),
        wave_shipments(n),
        pick_batches(n),
        pick_tasks(n),
        wave_rules(n),
        cycle_times(n),
        utilization(n),
    ]
}

/// What `wave_id` means.
const WAVE: &str = "`<facility_id>-W<n>`";
/// What `batch_id` means.
const BATCH: &str = "`<wave_id>-B<n>`";

fn waves<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.waved.waves;
    Table::new(
        "waves",
        "Shipments of one facility released together.",
        source,
        source.len(),
    )
    .col("wave_id", WAVE, |_, i, n| n.wave(WaveIdx(i as u32)))
    .col("facility_id", "facility", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col("release", "work begins", |t, i, _| t.release[i])
    .col(
        "expected_end",
        "end of packing by the labour plan",
        |t, i, _| t.expected_end[i],
    )
    .col(
        "cutoff",
        "earliest carrier pick-up of its shipments",
        |t, i, _| t.cutoff[i],
    )
    .col("shipments", "shipments in it", |t, i, _| t.shipments[i])
    .col("lines", "lines to pick", |t, i, _| t.lines[i])
    .col("units", "units to pick", |t, i, _| t.units[i])
    .col(
        "distance_mm",
        "sum of its tours; 0 where the facility has no slot map",
        |t, i, _| t.distance[i],
    )
    .col("labour_seconds", "picker time", |t, i, _| t.labour[i])
    .erase()
}

fn wave_shipments<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.waved;
    Table::new(
        "wave_shipments",
        "The wave of every planned shipment, or why it is in none.",
        source,
        source.wave_of.len(),
    )
    .shipment_row()
    .col("wave_id", "null: in no wave", |t, i, n| {
        t.wave_of[ShipmentIdx(i as u32)].map(|wave| n.wave(wave))
    })
    .col(
        "carts",
        "carts it is on; several where it is larger than a cart, or comes together at a put wall or sorter",
        |t, i, _| t.carts.get(ShipmentIdx(i as u32)).copied().unwrap_or(0),
    )
    .col("reason", "why it is in no wave", |t, i, _| {
        let reason = t.not_waved.get(ShipmentIdx(i as u32));
        reason.filter(|text| !text.is_empty()).map(String::as_str)
    })
    .erase()
}

fn pick_batches<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.waved.batches;
    Table::new(
        "pick_batches",
        "What one picker collects in one tour.",
        source,
        source.len(),
    )
    .col("batch_id", BATCH, |_, i, n| n.batch(BatchIdx(i as u32)))
    .col("wave_id", WAVE, |t, i, n| n.wave(t.wave[i]))
    .col("facility_id", "facility", |t, i, n| {
        n.wave_facility(t.wave[i])
    })
    .col("shipments", "shipments on the cart", |t, i, _| {
        t.shipments[i]
    })
    .col("lines", "lines to pick", |t, i, _| t.lines[i])
    .col("units", "units to pick", |t, i, _| t.units[i])
    .col("volume_mm3", "of the units", |t, i, _| t.volume_mm3[i])
    .col("weight_g", "of the units", |t, i, _| t.weight[i])
    .col("distance_mm", "length of the tour", |t, i, _| t.distance[i])
    .col("distance_bound_mm", "no tour is shorter", |t, i, _| {
        t.distance_bound[i]
    })
    .col("labour_seconds", "picker time", |t, i, _| t.labour[i])
    .erase()
}

fn pick_tasks<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.waved.tasks;
    Table::new(
        "pick_tasks",
        "The pick list, in walking order within each batch.",
        source,
        source.len(),
    )
    .col("batch_id", BATCH, |t, i, n| n.batch(t.batch[i]))
    .col("sequence", "position in the tour, from 1", |t, i, _| {
        t.sequence[i]
    })
    .col(
        "slot_id",
        "null: no slot map, or its slots hold less than its stock record",
        |t, i, n| {
            let wave = n.plan.waved.batches.wave[t.batch[i].index()];
            let warehouse = &n.batch.warehouses[n.plan.waved.waves.facility[wave.index()]];
            t.slot[i].map(|slot| &warehouse.slot_id[slot])
        },
    )
    .line(|t, i| t.line[i])
    .shipment(|t, i| t.shipment[i])
    .col("quantity", "units", |t, i, _| t.quantity[i])
    .col(
        "tote",
        "tote on the cart, from 1; 0: in bulk, for a sorter",
        |t, i, _| t.tote[i],
    )
    .erase()
}

fn cycle_times<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.scheduled.times;
    Table::new("cycle_times", "When each shipment is released, picked, packed, handed over, delivered; null: not within the horizon.", source, source.len())
        .shipment_row()
        .col("placed", "the order was placed", |t, i, _| t.placed[i])
        .col("released", "its wave begins", |t, i, _| reached(t.released[i]))
        .col("picked", "its last unit is picked", |t, i, _| reached(t.picked[i]))
        .col("packed", "its last package is packed", |t, i, _| reached(t.packed[i]))
        .col("handed_over", "the carrier's pick-up that it makes", |t, i, _| reached(t.handed_over[i]))
        .col("delivered", "expected delivery", |t, i, _| reached(t.delivered[i]))
        .col("promised", "the customer was promised", |t, i, _| t.promised[i])
        .col("on_time", "delivered by the promise", |t, i, _| t.on_time[i])
        .col("missed_cutoff", "goes with a later pick-up than planned", |t, i, _| t.missed_cutoff[i])
        .erase()
}

fn wave_rules<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.waved.rules;
    Table::new(
        "wave_rules",
        "What the rules in use would walk and be late with, beside the plan and what no plan undercuts.",
        source,
        source.len(),
    )
    .col("facility_id", "facility", |t, i, n| n.facility(t.facility[i]))
    .col(
        "way",
        "plan, first_in_first_out, earliest_cutoff_first, first_fit_by_carrier, one_order_at_a_time, or bound",
        |t, i, _| t.way[i].name(),
    )
    .col("carts", "cart tours; 0 for the bound", |t, i, _| t.carts[i])
    .col("distance_mm", "walked, on shortest tours", |t, i, _| t.distance[i])
    .col(
        "late",
        "shipments not packed by their planned pick-up, or in no wave",
        |t, i, _| t.late[i],
    )
    .erase()
}

fn utilization<'a>(n: &Names<'a>) -> AnyTable<'a> {
    let source = &n.plan.scheduled.utilization;
    Table::new(
        "utilization",
        "How busy each facility is.",
        source,
        source.len(),
    )
    .col("facility_id", "facility", |t, i, n| {
        n.facility(t.facility[i])
    })
    .col(
        "pickers",
        "share of picker time in shifts, first release to last pick",
        |t, i, _| t.pickers[i],
    )
    .col("pack_stations", "share of pack station time", |t, i, _| {
        t.pack_stations[i]
    })
    .col("finished", "its last package is packed", |t, i, _| {
        reached(t.finished[i])
    })
    .erase()
}
