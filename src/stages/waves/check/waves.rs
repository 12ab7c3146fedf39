//! What is in each wave, and whether its times can hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Audit;
use crate::model::ids::{CarrierIdx, FacilityIdx, Idx, ShipmentIdx};
use crate::model::units::{Millimetres, Seconds, Timestamp};

/// Waves that share pick-up and carrier: (highest, lowest) priority of each.
type Pools = BTreeMap<(FacilityIdx, Timestamp, Option<CarrierIdx>), Vec<(u8, u8)>>;

impl Audit<'_> {
    pub(super) fn waves(&mut self) {
        let mut members: Vec<Vec<ShipmentIdx>> = vec![Vec::new(); self.out.waves.len()];
        for (shipment, wave) in self.out.wave_of.iter_enumerated() {
            if let Some(wave) = wave {
                members[wave.index()].push(shipment);
            }
        }
        let mut pools = Pools::new();
        for (wave, members) in members.iter().enumerate() {
            self.totals(wave, members);
            self.limits(wave, members);
            self.times(wave, members);
            self.pool(wave, members, &mut pools);
        }
        self.priorities(pools);
        let waves = &self.out.waves;
        let key = |wave: usize| (waves.facility[wave], waves.release[wave]);
        if let Some(wave) = (1..waves.len()).find(|&wave| key(wave) < key(wave - 1)) {
            let message = "not in order of facility and release".to_owned();
            self.fault("wave_order", format!("wave {wave}"), message);
        }
    }

    fn totals(&mut self, wave: usize, members: &[ShipmentIdx]) {
        let (routed, batches) = (self.input.routed, &self.out.batches);
        let (mut lines, mut units) = (0u64, 0u64);
        for &shipment in members {
            for row in routed.allocations_of(shipment) {
                let quantity = routed.allocations.quantity[row];
                lines += u64::from(quantity > 0);
                units += u64::from(quantity);
            }
        }
        let mut distance = Millimetres::ZERO;
        let mut labour = Seconds::ZERO;
        for batch in self.batches_of(wave) {
            distance += batches.distance[batch];
            labour += batches.labour[batch];
        }
        let row = self.out.waves.get(wave);
        let stated = [row.shipments, row.lines, row.units].map(u64::from);
        let counted = [members.len() as u64, lines, units.min(u64::from(u32::MAX))];
        if stated != counted || row.distance != distance || row.labour != labour {
            let message = format!(
                "{row:?}; found {counted:?}, {} mm, {} s",
                distance.0, labour.0
            );
            self.fault("wave_totals", format!("wave {wave}"), message);
        }
    }

    /// One pick-up, one carrier if asked, and not too much. A shipment larger than a wave is one by itself.
    fn limits(&mut self, wave: usize, members: &[ShipmentIdx]) {
        let params = &self.ctx.params.waves;
        let row = self.out.waves.get(wave);
        let too_large = i64::from(row.shipments) > params.max_shipments
            || (i64::from(row.lines) > params.max_lines && members.len() > 1);
        if too_large || members.is_empty() {
            let message = format!("{} shipments, {} lines", row.shipments, row.lines);
            self.fault("wave_limit", format!("wave {wave}"), message);
        }
        let shipped = &self.input.shipped.shipments;
        let pickups: BTreeSet<Timestamp> =
            members.iter().map(|s| shipped.ship_by[s.index()]).collect();
        if pickups.len() > 1 || pickups.first().is_some_and(|&pickup| pickup != row.cutoff) {
            let message = format!("cut-off {} but pick-ups {pickups:?}", row.cutoff.0);
            self.fault("wave_cutoff", format!("wave {wave}"), message);
        }
        let carriers: BTreeSet<CarrierIdx> = members.iter().map(|&s| self.carrier_of(s)).collect();
        if !params.mix_carriers && carriers.len() > 1 {
            self.fault(
                "wave_carriers",
                format!("wave {wave}"),
                format!("carriers {carriers:?}"),
            );
        }
    }

    fn carrier_of(&self, shipment: ShipmentIdx) -> CarrierIdx {
        let service = self.input.shipped.shipments.service[shipment.index()];
        self.input.batch.rates.services[service].carrier
    }

    /// Released in a shift, after its orders are placed, with time enough for its work until the expected end.
    fn times(&mut self, wave: usize, members: &[ShipmentIdx]) {
        let row = self.out.waves.get(wave);
        let facility = &self.input.batch.facilities[row.facility];
        let shifts = self.input.calendar.shifts(row.facility);
        let in_shift = shifts
            .iter()
            .any(|shift| shift.from <= row.release && row.release < shift.to);
        if !in_shift {
            let message = format!("released at {}, in no shift", row.release.0);
            self.fault("release_outside_shift", format!("wave {wave}"), message);
        }
        let orders = &self.input.batch.orders;
        let placed = members.iter().map(|s| {
            let order = self.input.routed.shipments.order[s.index()];
            orders.placed_at[order]
        });
        if placed.max().is_some_and(|placed| placed > row.release) {
            let message = "released before one of its orders is placed".to_owned();
            self.fault("release_before_order", format!("wave {wave}"), message);
        }
        // A shift never counts twice: what an earlier one covers is taken off.
        let (mut work, mut covered) = (0i128, row.release);
        for shift in shifts {
            let (from, to) = (shift.from.max(covered), shift.to.min(row.expected_end));
            if to > from {
                work += i128::from((to - from).0);
                covered = to;
            }
        }
        let packages: i128 = members
            .iter()
            .map(|&s| self.input.cartonized.packages_of(s).len() as i128)
            .sum();
        let longest = self
            .batches_of(wave)
            .map(|batch| self.out.batches.labour[batch].0)
            .max();
        let packing = packages * i128::from(facility.pack_time_per_package.0);
        let is_short = work * i128::from(facility.pickers) < i128::from(row.labour.0)
            || work < i128::from(longest.unwrap_or(0))
            || work * i128::from(facility.pack_stations) < packing
            || row.expected_end < row.release;
        if is_short {
            let message = format!(
                "{work} s of shift for {} s of {} pickers and {packing} s of {} stations",
                row.labour.0, facility.pickers, facility.pack_stations
            );
            self.fault("wave_too_short", format!("wave {wave}"), message);
        }
    }

    fn pool(&mut self, wave: usize, members: &[ShipmentIdx], pools: &mut Pools) {
        let row = self.out.waves.get(wave);
        let orders = &self.input.batch.orders;
        let order_of = |s: &ShipmentIdx| self.input.routed.shipments.order[s.index()];
        let opening = self
            .input
            .calendar
            .shifts(row.facility)
            .first()
            .map(|shift| shift.from);
        // Orders that come in later are waved by the hour of their arrival, whatever their priority.
        if members
            .iter()
            .any(|s| Some(orders.placed_at[order_of(s)]) > opening)
        {
            return;
        }
        let priorities = members.iter().map(|s| orders.priority[order_of(s)]);
        let (highest, lowest) = (priorities.clone().max(), priorities.min());
        let Some((highest, lowest)) = highest.zip(lowest) else {
            return;
        };
        let carrier = members.first().map(|&s| self.carrier_of(s));
        let carrier = carrier.filter(|_| !self.ctx.params.waves.mix_carriers);
        let pool = pools
            .entry((row.facility, row.cutoff, carrier))
            .or_default();
        pool.push((highest, lowest));
    }

    /// Waves of a pool take the priorities one after the other.
    fn priorities(&mut self, pools: Pools) {
        for ((facility, cutoff, _), mut ranges) in pools {
            ranges.sort_unstable_by(|a, b| b.cmp(a));
            if ranges.windows(2).any(|pair| pair[1].0 > pair[0].1) {
                let place = format!("facility {} cut-off {}", facility.0, cutoff.0);
                self.fault(
                    "priority",
                    place,
                    format!("waves mix priorities: {ranges:?}"),
                );
            }
        }
    }
}
