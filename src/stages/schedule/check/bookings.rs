//! Shipments that missed their pick-up: booked anew in order of packing, on the best service that has room, at what the rate card says.

use std::collections::HashMap;

use super::super::Input;
use crate::model::ids::{FacilityIdx, Idx, ServiceIdx, ShipmentIdx};
use crate::model::plan::{Package, Rebooking, Scheduled};
use crate::model::units::{Cents, Timestamp};
use crate::params::Params;
use crate::stage::Violation;
use crate::stages::rating::{Bill, Clerk, Trip};

/// In time, total cost, price, delivery, service, pick-up.
type Rank = (bool, i64, Cents, Timestamp, ServiceIdx, Timestamp);

pub fn check(input: Input<'_>, out: &Scheduled, params: &Params) -> Vec<Violation> {
    let plan = &input.shipped.shipments;
    let all: Vec<ShipmentIdx> = (0..plan.len()).map(ShipmentIdx::from_usize).collect();
    let packed = |s: ShipmentIdx| out.times.packed[s.index()];
    let is_late = |s: &ShipmentIdx| packed(*s) > plan.ship_by[s.index()];
    let mut late: Vec<ShipmentIdx> = all.iter().copied().filter(is_late).collect();
    late.retain(|&s| packed(s) != Timestamp::MAX);
    late.sort_by_key(|&s| (packed(s), s));
    let rows: HashMap<ShipmentIdx, Rebooking> =
        out.rebooked.rows().map(|row| (row.shipment, row)).collect();
    let in_order = out.rebooked.shipment.windows(2).all(|w| w[0] < w[1]);
    let stray = out.rebooked.shipment.iter().any(|s| {
        late.binary_search_by_key(&(packed(*s), *s), |&l| (packed(l), l))
            .is_err()
    });
    if !in_order || stray {
        let message = "only shipments that miss their pick-up, in their order, each once";
        return vec![Violation::new("rebooked_rows", "rebookings", message)];
    }
    if late.is_empty() {
        return Vec::new();
    }
    let mut desk = Desk {
        input,
        params,
        clerk: Clerk::new(input.batch),
        load: HashMap::new(),
    };
    for &s in all.iter().filter(|&s| !is_late(s)) {
        let facility = input.facility(s);
        desk.take(
            facility,
            plan.service[s.index()],
            plan.ship_by[s.index()],
            s,
        );
    }
    let mut found = Vec::new();
    for shipment in late {
        let wrong = desk.one(shipment, packed(shipment), rows.get(&shipment), out);
        let place = || format!("rebookings: shipment {}", shipment.0);
        found.extend(wrong.map(|message| Violation::new("rebooking", place(), message)));
    }
    found
}

struct Desk<'a> {
    input: Input<'a>,
    params: &'a Params,
    clerk: Clerk<'a>,
    load: HashMap<(FacilityIdx, ServiceIdx, Timestamp), u64>,
}

impl Desk<'_> {
    fn packages(&self, shipment: ShipmentIdx) -> Vec<Package> {
        let rows = self.input.cartonized.packages_of(shipment);
        rows.map(|i| self.input.cartonized.packages.get(i))
            .collect()
    }

    fn take(&mut self, at: FacilityIdx, by: ServiceIdx, pickup: Timestamp, shipment: ShipmentIdx) {
        let packages = self.input.cartonized.packages_of(shipment).len() as u64;
        *self.load.entry((at, by, pickup)).or_default() += packages;
    }

    /// What is wrong with the booking of a late shipment.
    fn one(
        &mut self,
        shipment: ShipmentIdx,
        packed: Timestamp,
        row: Option<&Rebooking>,
        out: &Scheduled,
    ) -> Option<String> {
        let best = self.best(shipment, packed);
        let handed_over = out.times.handed_over[shipment.index()];
        let Some(row) = row else {
            return best.map(|(rank, _)| format!("not booked, though {rank:?} is open"));
        };
        self.take(
            self.input.facility(shipment),
            row.service,
            handed_over,
            shipment,
        );
        let Some((rank, bills)) = best else {
            return Some("booked, though nothing is open".to_owned());
        };
        let billable: i64 = bills.iter().map(|bill| bill.billable).sum();
        let zone = self
            .trip(shipment, row.service, handed_over, &[])
            .map(|trip| trip.zone);
        let right = (rank.4, rank.5) == (row.service, handed_over)
            && rank.2 == row.price
            && zone == Some(row.zone)
            && billable == row.billable_weight.0;
        (!right).then(|| format!("{row:?} at {}, should be {rank:?}", handed_over.0))
    }

    fn trip<'l>(
        &self,
        shipment: ShipmentIdx,
        service: ServiceIdx,
        pickup: Timestamp,
        local: &'l [usize],
    ) -> Option<Trip<'l>> {
        let (batch, facility) = (self.input.batch, self.input.facility(shipment));
        let order = self.input.order(shipment);
        let carrier = batch.rates.services[service].carrier;
        let lane = batch
            .rates
            .lanes
            .get(carrier, facility, batch.orders.dest[order])?;
        Some(Trip {
            order,
            facility,
            service,
            zone: lane.zone,
            pickup,
            local,
        })
    }

    /// The best booking that is open from a moment on, with its bills.
    fn best(&self, shipment: ShipmentIdx, from: Timestamp) -> Option<(Rank, Vec<Bill>)> {
        let batch = self.input.batch;
        let facility = self.input.facility(shipment);
        let packages = self.packages(shipment);
        if !batch.facilities[facility].hazmat && packages.iter().any(|package| package.hazmat) {
            return None;
        }
        let local = self
            .clerk
            .local(batch.orders.dest[self.input.order(shipment)]);
        let services = batch.rates.services.indices();
        let open = services.filter_map(|service| {
            let pickup = self.pickup(facility, service, from, packages.len() as u64)?;
            let trip = self.trip(shipment, service, pickup, &local)?;
            let bills: Option<Vec<Bill>> =
                packages.iter().map(|p| self.clerk.bill(&trip, p)).collect();
            let bills = bills?;
            Some((self.rank(shipment, &trip, &bills)?, bills))
        });
        open.min_by_key(|(rank, _)| *rank)
    }

    /// The first pick-up within the service's dates that has places.
    fn pickup(
        &self,
        facility: FacilityIdx,
        service: ServiceIdx,
        from: Timestamp,
        packages: u64,
    ) -> Option<Timestamp> {
        let terms = self.input.batch.rates.services[service].terms(facility)?;
        let pickups = self.input.calendar.pickups(facility, service).iter();
        pickups.copied().find(|&pickup| {
            let taken = self.load.get(&(facility, service, pickup)).unwrap_or(&0);
            pickup >= from
                && terms.valid_from.is_none_or(|first| first <= pickup)
                && terms.valid_to.is_none_or(|last| pickup.0 < last.0 + 86_400)
                && terms
                    .daily_capacity
                    .is_none_or(|most| taken + packages <= u64::from(most))
        })
    }

    fn rank(&self, shipment: ShipmentIdx, trip: &Trip, bills: &[Bill]) -> Option<Rank> {
        let rates = &self.input.batch.rates;
        let terms = rates.services[trip.service].terms(trip.facility)?;
        let dest = self.input.batch.orders.dest[trip.order];
        let carrier = rates.services[trip.service].carrier;
        let lane = rates.lanes.get(carrier, trip.facility, dest)?;
        let unknown = self.params.carrier.unknown_transit_days as u16;
        let days = terms.transit_days.or(lane.transit_days).unwrap_or(unknown);
        let calendar = self.input.calendar;
        let delivery = calendar.delivery(trip.facility, trip.pickup, days, terms.delivery_days);
        let promised = self.input.shipped.shipments.promised[shipment.index()];
        let late = (delivery - promised).0.max(0);
        let days_late = late / 86_400 + i64::from(late % 86_400 != 0);
        let price: Cents = bills.iter().map(Bill::total).sum();
        let penalty = self
            .params
            .routing
            .late_penalty_cents
            .saturating_mul(days_late);
        let total = price.0.saturating_add(penalty);
        Some((late > 0, total, price, delivery, trip.service, trip.pickup))
    }
}
