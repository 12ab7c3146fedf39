//! Human-readable keys for dense indices.

use std::borrow::Cow;

use super::demand::{all_holds, all_rejects};
use super::shared::BoundRow;
use crate::model::Batch;
use crate::model::ids::*;
use crate::model::plan::{Holds, Plan, Rejects};
use crate::report::states::States;

/// What the cells of all tables look up, built once.
pub struct Names<'a> {
    pub batch: &'a Batch,
    pub plan: &'a Plan,
    pub states: States,
    pub rejects: Vec<(&'static str, Cow<'a, Rejects>)>,
    pub holds: Holds,
    pub bounds: Vec<BoundRow>,
    /// Number of each wave within its facility, from 1.
    wave_number: IdxVec<WaveIdx, u32>,
}

impl<'a> Names<'a> {
    pub fn new(batch: &'a Batch, plan: &'a Plan) -> Self {
        let mut waves = vec![0u32; batch.facilities.len()];
        let wave_number = plan.waved.waves.facility.iter().map(|facility| {
            let number = &mut waves[facility.index()];
            *number += 1;
            *number
        });
        Names {
            batch,
            plan,
            states: States::of(batch, plan),
            rejects: all_rejects(batch, plan),
            holds: all_holds(batch, plan),
            bounds: super::shared::bounds(plan),
            wave_number: wave_number.collect(),
        }
    }

    pub fn order(&self, order: OrderIdx) -> &'a str {
        &self.batch.orders.id[order]
    }
    pub fn sku(&self, item: ItemIdx) -> &'a str {
        &self.batch.items.sku[item]
    }
    pub fn facility(&self, facility: FacilityIdx) -> &'a str {
        &self.batch.facilities[facility].id
    }
    pub fn carrier(&self, service: ServiceIdx) -> &'a str {
        let rates = &self.batch.rates;
        &rates.carriers[rates.services[service].carrier]
    }
    pub fn service(&self, service: ServiceIdx) -> &'a str {
        &self.batch.rates.services[service].name
    }
    pub fn shipment_order(&self, shipment: ShipmentIdx) -> &'a str {
        self.order(self.plan.routed.shipments.order[shipment.index()])
    }
    pub fn shipment_facility(&self, shipment: ShipmentIdx) -> &'a str {
        self.facility(self.plan.routed.shipments.facility[shipment.index()])
    }
    /// `<order_id>/<facility_id>`.
    pub fn shipment(&self, shipment: ShipmentIdx) -> String {
        format!(
            "{}/{}",
            self.shipment_order(shipment),
            self.shipment_facility(shipment)
        )
    }
    /// `<shipment_id>/<n>`, n from 1.
    pub fn package(&self, package: PackageIdx) -> String {
        let shipment = self.plan.cartonized.packages.shipment[package.index()];
        let first = self.plan.cartonized.packages_of(shipment).start;
        format!(
            "{}/{}",
            self.shipment(shipment),
            package.index() - first + 1
        )
    }
    pub fn wave_facility(&self, wave: WaveIdx) -> &'a str {
        self.facility(self.plan.waved.waves.facility[wave.index()])
    }
    /// `<facility_id>-W<n>`, n from 1 in each facility.
    pub fn wave(&self, wave: WaveIdx) -> String {
        format!("{}-W{}", self.wave_facility(wave), self.wave_number[wave])
    }
    /// `<wave_id>-B<n>`, n from 1 in each wave.
    pub fn batch(&self, batch: BatchIdx) -> String {
        let wave = self.plan.waved.batches.wave[batch.index()];
        let first = self.plan.waved.first_batch[wave.index()] as usize;
        format!("{}-B{}", self.wave(wave), batch.index() - first + 1)
    }
}
