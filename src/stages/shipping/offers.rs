//! What each facility can offer: services with their first pick-up, when they arrive, and what was promised.
//!
//! The first pick-up of a service is the first at or after the facility is *ready*: when the lead time has passed, counted in
//! minutes of shift from the plan's start.

use super::quote::Terms;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::ids::{CarrierIdx, FacilityIdx, IdxVec, ServiceIdx};
use crate::model::orders::ServiceLevel;
use crate::model::rates::Weekdays;
use crate::model::units::{Seconds, Timestamp};
use crate::params::Params;

/// Longer transits are looked up in the calendar instead of a table.
const TABLED_DAYS: u16 = 31;

/// A service as one facility offers it.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub service: ServiceIdx,
    pub carrier: CarrierIdx,
    pub terms: Terms,
    /// First pick-up once the facility is ready and the service is valid.
    pub pickup: Timestamp,
    /// Delivery of that pick-up by transit days.
    arrivals: Vec<Timestamp>,
    delivery_days: Weekdays,
    /// Overrides the zone's.
    transit_days: Option<u16>,
}

impl Offer {
    /// Days in transit on a lane.
    pub fn transit_days(&self, zone: Option<u16>, unknown: u16) -> u16 {
        self.transit_days.or(zone).unwrap_or(unknown)
    }

    /// Delivery of the first pick-up.
    pub fn arrival(&self, calendar: &Calendar, facility: FacilityIdx, days: u16) -> Timestamp {
        match self.arrivals.get(usize::from(days)) {
            Some(&arrival) => arrival,
            None => self.arrival_from(calendar, facility, self.pickup, days),
        }
    }

    /// Delivery of any pick-up.
    pub fn arrival_from(
        &self,
        calendar: &Calendar,
        facility: FacilityIdx,
        pickup: Timestamp,
        days: u16,
    ) -> Timestamp {
        calendar.delivery(facility, pickup, days, self.delivery_days)
    }
}

/// A facility seen by shipping.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// Services that pick up after the facility is ready, in order of service.
    pub offers: Vec<Offer>,
    /// When a parcel of each service level, ordered at the plan's start, must have arrived.
    promise: [Timestamp; 3],
}

impl Desk {
    pub fn promise(&self, level: ServiceLevel) -> Timestamp {
        self.promise[level as usize]
    }
}

/// Calendar days that a service level promises.
pub(super) fn promised_days(params: &Params, level: ServiceLevel) -> u16 {
    let days = match level {
        ServiceLevel::Standard => params.carrier.standard_days,
        ServiceLevel::Expedited => params.carrier.expedited_days,
        ServiceLevel::NextDay => params.carrier.next_day_days,
    };
    u16::try_from(days).unwrap_or(u16::MAX)
}

/// The desks of all facilities. O(facilities × services × days in transit).
pub(super) fn desks(
    batch: &Batch,
    calendar: &Calendar,
    params: &Params,
) -> IdxVec<FacilityIdx, Desk> {
    batch
        .facilities
        .indices()
        .map(|facility| Desk {
            offers: ready_at(calendar, facility, lead_time(params))
                .map(|ready| offers(batch, calendar, facility, ready))
                .unwrap_or_default(),
            promise: ServiceLevel::ALL.map(|level| {
                calendar.promise(facility, calendar.start, promised_days(params, level))
            }),
        })
        .collect()
}

fn lead_time(params: &Params) -> Seconds {
    Seconds(params.carrier.lead_time_minutes * 60)
}

/// The moment when `lead` of shift has passed; `None`: not within the horizon.
fn ready_at(calendar: &Calendar, facility: FacilityIdx, lead: Seconds) -> Option<Timestamp> {
    let mut left = lead;
    let mut now = calendar.start;
    if left <= Seconds::ZERO {
        return Some(now);
    }
    for shift in calendar.shifts(facility) {
        let from = shift.from.max(now);
        let worked = shift.to - from;
        if worked >= left {
            return Some(from + left);
        }
        if worked > Seconds::ZERO {
            left -= worked;
            now = shift.to;
        }
    }
    None
}

fn offers(
    batch: &Batch,
    calendar: &Calendar,
    facility: FacilityIdx,
    ready: Timestamp,
) -> Vec<Offer> {
    let services = batch.rates.services.iter_enumerated();
    services
        .filter_map(|(service, offered)| {
            let given = offered.terms(facility)?;
            let terms = Terms::from(given);
            let pickup = first_pickup(calendar.pickups(facility, service), &terms, ready)?;
            Some(Offer {
                service,
                carrier: offered.carrier,
                terms,
                pickup,
                arrivals: (0..=TABLED_DAYS)
                    .map(|days| calendar.delivery(facility, pickup, days, given.delivery_days))
                    .collect(),
                delivery_days: given.delivery_days,
                transit_days: given.transit_days,
            })
        })
        .collect()
}

/// The first pick-up at or after `ready` within the valid days of the service.
fn first_pickup(pickups: &[Timestamp], terms: &Terms, ready: Timestamp) -> Option<Timestamp> {
    let next = pickups.partition_point(|&pickup| pickup < ready);
    pickups[next..]
        .iter()
        .copied()
        .find(|&pickup| terms.valid_at(pickup))
}
