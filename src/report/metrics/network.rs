//! Who ships how much: facilities, carrier services, and the pick-ups they must make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{share, tidy};
use crate::model::Batch;
use crate::model::ids::{FacilityIdx, Idx, IdxVec, ServiceIdx, ShipmentIdx};
use crate::model::plan::Plan;
use crate::model::units::Timestamp;
use crate::report::format::{reached, rfc3339};

/// What a facility does in this plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FacilityUse {
    pub facility_id: String,
    pub shipments: u64,
    pub packages: u64,
    /// Order lines, or parts of them.
    pub lines: u64,
    pub units: u64,
    pub capacity_units: u64,
    /// Units / capacity.
    pub capacity_share: Option<f64>,
    pub freight_cents: i64,
    pub cartons_cents: i64,
    pub waves: u64,
    pub batches: u64,
    pub distance_mm: i64,
    /// Share of working time from first release to last pick or pack; `null` where nothing is scheduled.
    pub pickers_share: Option<f64>,
    pub pack_stations_share: Option<f64>,
    /// RFC 3339.
    pub finished: Option<String>,
}

/// What a carrier service carries in this plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceUse {
    pub carrier: String,
    pub service: String,
    pub shipments: u64,
    pub packages: u64,
    pub billable_weight_g: i64,
    pub price_cents: i64,
    /// Expected after the promise because no service is faster.
    pub late_shipments: u64,
}

/// What a facility sends with a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityService {
    pub facility_id: String,
    pub carrier: String,
    pub service: String,
    pub shipments: u64,
    pub packages: u64,
}

/// A carrier pick-up at a facility and whether its shipments are packed by then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    pub facility_id: String,
    /// Carriers that come then, joined by `, `.
    pub carriers: String,
    /// RFC 3339.
    pub pickup: String,
    /// Epoch seconds of `pickup`.
    pub pickup_at: i64,
    pub shipments: u64,
    pub packed_in_time: u64,
    /// From the last of the shipments packed to the pick-up; negative: missed. `null` where one is not packed at all.
    pub slack_seconds: Option<i64>,
}

pub(super) fn facilities(batch: &Batch, plan: &Plan) -> Vec<FacilityUse> {
    let mut rows: IdxVec<FacilityIdx, FacilityUse> = batch
        .facilities
        .iter()
        .map(|facility| FacilityUse {
            facility_id: facility.id.clone(),
            capacity_units: facility.capacity_units,
            ..FacilityUse::default()
        })
        .collect();
    let from = &plan.routed.shipments.facility;
    for &facility in from {
        rows[facility].shipments += 1;
    }
    let allocations = &plan.routed.allocations;
    for (&facility, &units) in allocations.facility.iter().zip(&allocations.quantity) {
        rows[facility].lines += 1;
        rows[facility].units += u64::from(units);
    }
    let packages = &plan.cartonized.packages;
    for (shipment, cost) in packages.shipment.iter().zip(&packages.carton_cost) {
        let row = &mut rows[from[shipment.index()]];
        row.packages += 1;
        row.cartons_cents += cost.0;
    }
    for (&facility, price) in from.iter().zip(&plan.shipped.shipments.price) {
        rows[facility].freight_cents += price.0;
    }
    let waves = &plan.waved.waves;
    for (&facility, distance) in waves.facility.iter().zip(&waves.distance) {
        rows[facility].waves += 1;
        rows[facility].distance_mm += distance.0;
    }
    for wave in &plan.waved.batches.wave {
        rows[waves.facility[wave.index()]].batches += 1;
    }
    for busy in plan.scheduled.utilization.rows() {
        let row = &mut rows[busy.facility];
        row.pickers_share = Some(tidy(busy.pickers));
        row.pack_stations_share = Some(tidy(busy.pack_stations));
        row.finished = reached(busy.finished).map(rfc3339);
    }
    let mut rows = rows.into_vec();
    for row in &mut rows {
        row.capacity_share = share(row.units, row.capacity_units);
    }
    rows
}

/// (carrier name, service name).
fn service_names(batch: &Batch, service: ServiceIdx) -> (String, String) {
    let rates = &batch.rates;
    let carrier = rates.carriers[rates.services[service].carrier].to_owned();
    (carrier, rates.services[service].name.clone())
}

pub(super) fn services(batch: &Batch, plan: &Plan) -> Vec<ServiceUse> {
    let services = (0..batch.rates.services.len()).map(ServiceIdx::from_usize);
    let mut rows: IdxVec<ServiceIdx, ServiceUse> = services
        .map(|service| {
            let (carrier, service) = service_names(batch, service);
            ServiceUse {
                carrier,
                service,
                ..ServiceUse::default()
            }
        })
        .collect();
    for shipment in plan.shipped.shipments.rows() {
        let row = &mut rows[shipment.service];
        row.shipments += 1;
        row.packages += u64::from(shipment.packages);
        row.billable_weight_g += shipment.billable_weight.0;
        row.price_cents += shipment.price.0;
        row.late_shipments += u64::from(shipment.late);
    }
    rows.into_vec()
}

pub(super) fn facility_services(batch: &Batch, plan: &Plan) -> Vec<FacilityService> {
    let mut rows = BTreeMap::<(FacilityIdx, ServiceIdx), (u64, u64)>::new();
    let shipped = &plan.shipped.shipments;
    for (i, &service) in shipped.service.iter().enumerate() {
        let facility = plan.routed.shipments.facility[i];
        let row = rows.entry((facility, service)).or_default();
        row.0 += 1;
        row.1 += u64::from(shipped.packages[i]);
    }
    rows.into_iter()
        .map(|((facility, service), (shipments, packages))| {
            let (carrier, service) = service_names(batch, service);
            FacilityService {
                facility_id: batch.facilities[facility].id.clone(),
                carrier,
                service,
                shipments,
                packages,
            }
        })
        .collect()
}

#[derive(Default)]
struct PickUp {
    shipments: u64,
    packed_in_time: u64,
    /// Latest packed; `Timestamp::MAX` where one is not packed at all.
    last: Timestamp,
    carriers: std::collections::BTreeSet<u32>,
}

pub(super) fn cut_offs(batch: &Batch, plan: &Plan) -> Vec<CutOff> {
    let mut rows = BTreeMap::<(FacilityIdx, Timestamp), PickUp>::new();
    let shipped = &plan.shipped.shipments;
    for (i, &pickup) in shipped.ship_by.iter().enumerate() {
        let shipment = ShipmentIdx::from_usize(i);
        let facility = plan.routed.shipments.facility[i];
        let waved = plan
            .waved
            .wave_of
            .get(shipment)
            .is_some_and(Option::is_some);
        let packed = plan.scheduled.times.packed.get(i).copied();
        let packed = packed.filter(|_| waved).and_then(reached);
        let row = rows.entry((facility, pickup)).or_default();
        row.shipments += 1;
        row.packed_in_time += u64::from(packed.is_some_and(|packed| packed <= pickup));
        row.last = row.last.max(packed.unwrap_or(Timestamp::MAX));
        row.carriers
            .insert(batch.rates.services[shipped.service[i]].carrier.0);
    }
    rows.into_iter()
        .map(|((facility, pickup), row)| {
            let names = row.carriers.into_iter().map(crate::model::ids::CarrierIdx);
            let names: Vec<&str> = names.map(|c| &batch.rates.carriers[c]).collect();
            CutOff {
                facility_id: batch.facilities[facility].id.clone(),
                carriers: names.join(", "),
                pickup: rfc3339(pickup),
                pickup_at: pickup.0,
                shipments: row.shipments,
                packed_in_time: row.packed_in_time,
                slack_seconds: reached(row.last).map(|last| (pickup - last).0),
            }
        })
        .collect()
}
