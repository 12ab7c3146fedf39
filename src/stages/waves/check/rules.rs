//! The plan's own row among the rules, added up again, and the bounds below it.

use super::Audit;
use crate::model::ids::{FacilityIdx, Idx, ShipmentIdx};
use crate::model::status::WaveWay;

impl Audit<'_> {
    pub(super) fn rules(&mut self) {
        let rows: Vec<_> = self.out.rules.rows().collect();
        for row in &rows {
            let place = format!("facility {}", self.input.batch.facilities[row.facility].id);
            let plan = self.plan_of(row.facility);
            let said = (row.carts, row.distance.0, row.late);
            match row.way {
                WaveWay::Plan if said != plan => {
                    let message = format!(
                        "the plan's row says carts, millimetres, late {said:?}; its waves have {plan:?}"
                    );
                    self.fault("rules", place, message);
                }
                WaveWay::Bound if row.distance.0 > plan.1 && self.is_all_waved(row.facility) => {
                    let message = format!(
                        "walks {} mm, less than the bound {}",
                        plan.1, row.distance.0
                    );
                    self.fault("rules", place, message);
                }
                WaveWay::Bound if row.late > plan.2 => {
                    let message = format!(
                        "{} shipments are late, fewer than the bound {}",
                        plan.2, row.late
                    );
                    self.fault("rules", place, message);
                }
                _ => {}
            }
        }
    }

    /// Carts, millimetres and late shipments of a facility's waves.
    fn plan_of(&self, facility: FacilityIdx) -> (u32, i64, u32) {
        let (waves, batches) = (&self.out.waves, &self.out.batches);
        let mine =
            (0..batches.len()).filter(|&at| waves.facility[batches.wave[at].index()] == facility);
        let (carts, distance) =
            mine.fold((0, 0), |(n, mm), at| (n + 1, mm + batches.distance[at].0));
        let shipments = &self.input.routed.shipments;
        let is_late = |&at: &usize| {
            let wave = self.out.wave_of[ShipmentIdx::from_usize(at)];
            let ship_by = self.input.shipped.shipments.ship_by[at];
            wave.is_none_or(|wave| waves.expected_end[wave.index()] > ship_by)
        };
        let mine = (0..shipments.len()).filter(|&at| shipments.facility[at] == facility);
        (carts, distance, mine.filter(is_late).count() as u32)
    }

    fn is_all_waved(&self, facility: FacilityIdx) -> bool {
        let shipments = &self.input.routed.shipments;
        let mut mine = (0..shipments.len()).filter(|&at| shipments.facility[at] == facility);
        mine.all(|at| self.out.wave_of[ShipmentIdx::from_usize(at)].is_some())
    }
}
