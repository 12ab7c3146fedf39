//! Warehouses and stores.

use jiff::tz::TimeZone;
use rustc_hash::FxHashSet;

use crate::ingest::faults::{At, Blame, Faults};
use crate::ingest::{rules, schema};
use crate::model::ids::{FacilityIdx, IdxVec};
use crate::model::network::Facility;
use crate::model::units::Seconds;

/// Usable rows, in order.
pub fn facilities(t: &schema::Facilities, faults: &mut Faults) -> IdxVec<FacilityIdx, Facility> {
    let mut seen = FxHashSet::default();
    let built = faults.built(t.rows, |row| facility(t, row, &mut seen));
    built.into_iter().map(|(_, facility)| facility).collect()
}

fn facility<'a>(
    t: &'a schema::Facilities,
    row: usize,
    seen: &mut FxHashSet<&'a str>,
) -> Result<Facility, Blame> {
    let (id, time_zone) = (t.facility_id.at(row), t.time_zone.at(row));
    rules::unknown_value(TimeZone::get(time_zone).ok()).at("time_zone", time_zone)?;
    let costs = [
        (t.handling_cents_per_order[row], "handling_cents_per_order"),
        (t.handling_cents_per_unit[row], "handling_cents_per_unit"),
    ];
    for (cost, column) in costs {
        rules::negative_price(cost).at(column, cost.0)?;
    }
    rules::duplicate_key(seen, id).at("facility_id", id)?;
    Ok(Facility {
        id: id.to_owned(),
        country: t.country.at(row).trim().to_ascii_uppercase(),
        postal_code: t.postal_code.at(row).to_owned(),
        lat: t.lat[row],
        lon: t.lon[row],
        time_zone: time_zone.to_owned(),
        kind: t.kind[row],
        hazmat: t.hazmat[row],
        capacity_units: t.capacity_units[row] as u64,
        capacity_orders: t.capacity_orders[row].map(|orders| orders as u64),
        handling_per_order: t.handling_cents_per_order[row],
        handling_per_unit: t.handling_cents_per_unit[row],
        pickers: t.pickers[row] as u32,
        pick_time_per_line: Seconds(t.pick_seconds_per_line[row]),
        walk_mm_per_second: t.walk_mm_per_second[row] as u32,
        pack_stations: t.pack_stations[row] as u32,
        pack_time_per_package: Seconds(t.pack_seconds_per_package[row]),
        shift_start: t.shift_start[row],
        shift_end: t.shift_end[row],
    })
}
