//! What parcels cost at least, by what is in them: for lower bounds, never for a price.
//!
//! The price of a carton on a lane rises with its weight in steps, as long as nothing is taken off (no negative price, surcharge or
//! fuel). So a carton with content of more than the grams below a step and at most those at its end costs at least what it costs just
//! above the former. [`Corner`]s are those steps, over all services of the lane: the least price, at the most content.

use super::choose::days_late;
use super::measure::Measured;
use super::quote::Lane;
use super::{RateClass, Shipping};
use crate::model::ids::{FacilityIdx, ItemIdx, ZoneIdx};
use crate::model::units::{Cents, Grams};

/// Steps of weight that are told apart, at most; of more, neighbours are merged.
const STEPS: usize = 64;

/// A carton with at most so much in it, and more than at the step before, costs at least this, cardboard included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corner {
    /// Net.
    pub grams: i64,
    /// mm³ of all units in it.
    pub volume: i64,
    /// Cents.
    pub cost: i64,
}

/// Services of a facility that may be chosen for a class: what the corners depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reach {
    /// By offer of the facility; `None`: it does not go there, or another is surely better.
    zones: Vec<Option<ZoneIdx>>,
    area: u32,
    residential: bool,
}

impl Shipping<'_> {
    /// Whether units of the item travel in cartons of the facility, never in their own container.
    pub fn is_boxed(&self, facility: FacilityIdx, item: ItemIdx) -> bool {
        self.packer.boxes(self.batch, facility, item)
    }

    /// Whether something may be taken off a price: then there are no corners.
    pub fn has_rebates(&self) -> bool {
        let card = &self.batch.rates;
        let negative = |percent: f64| percent < 0.0;
        let services = card.services.iter();
        let mut terms = services.flat_map(|service| {
            let own = service.facility_terms.iter().map(|(_, terms)| terms);
            own.chain(&service.default_terms)
        });
        terms.any(|terms| negative(terms.fuel_percent))
            || card
                .surcharges
                .iter()
                .any(|row| row.amount.0 < 0 || negative(row.percent))
            || self.batch.cartons.cost.iter().any(|cost| cost.0 < 0)
            || self.tariff.has_negative_prices()
    }

    /// The services that may carry a shipment in cartons, and what it pays for lateness at least. In-time services come first: if one of
    /// them takes every carton of the facility, no late one is ever chosen.
    pub fn reach_of(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        hazmat: bool,
    ) -> (Reach, Cents) {
        let promised = self.promised(class, facility);
        let mut zones = vec![None; self.desks[facility].offers.len()];
        let (mut late, mut universal) = (Vec::new(), false);
        for route in self.routes(class, facility) {
            let offers = &self.desks[facility].offers;
            // Offers are sorted by service.
            let offer = offers.partition_point(|offer| offer.service < route.lane.service);
            zones[offer] = Some(route.lane.zone);
            let days = route.transit_days;
            let delivery = route.offer.arrival(self.calendar, facility, days);
            let days = days_late(delivery, promised);
            if days > 0 {
                late.push((offer, days));
            } else {
                universal |= self.takes_all(facility, &route.lane, hazmat);
            }
        }
        let in_time = zones.iter().flatten().count() > late.len();
        if universal {
            late.iter().for_each(|&(offer, _)| zones[offer] = None);
        }
        let days = late
            .iter()
            .map(|&(_, days)| days)
            .min()
            .filter(|_| !in_time);
        let penalty = self.params.routing.late_penalty_cents;
        let reach = Reach {
            zones,
            area: class.area,
            residential: class.residential,
        };
        (reach, Cents(penalty.saturating_mul(days.unwrap_or(0))))
    }

    /// Whether a service takes every carton of the facility, as heavy as it may be.
    fn takes_all(&self, facility: FacilityIdx, lane: &Lane, hazmat: bool) -> bool {
        let shelf = &self.packer.shelves[self.packer.full_shelf(facility) as usize];
        shelf.outer.iter().enumerate().all(|(bin, &size)| {
            let parcel = Measured::new(size, Grams(shelf.limits(bin).0), true, hazmat);
            self.tariff.quote(lane, &parcel).is_some()
        })
    }

    /// The corners of every carton of a facility. O(cartons × steps × services × log price rows).
    pub fn corners(&self, facility: FacilityIdx, reach: &Reach) -> Vec<Corner> {
        let offers = self.desks[facility].offers.iter().zip(&reach.zones);
        let lanes: Vec<Lane> = offers
            .filter_map(|(offer, &zone)| {
                Some(Lane {
                    service: offer.service,
                    terms: &offer.terms,
                    zone: zone?,
                    area: reach.area,
                    residential: reach.residential,
                    pickup: offer.pickup,
                })
            })
            .collect();
        let steps = self.steps(&lanes);
        let shelf = &self.packer.shelves[self.packer.full_shelf(facility) as usize];
        let mut corners = Vec::new();
        for (bin, &size) in shelf.outer.iter().enumerate() {
            let (most, tare) = shelf.limits(bin);
            let cardboard = self.batch.cartons.cost[shelf.cartons[bin]].0;
            let mut from = tare;
            while from <= most {
                let parcel = Measured::new(size, Grams(from), false, false);
                let quotes = lanes
                    .iter()
                    .filter_map(|lane| self.tariff.quote(lane, &parcel));
                let Some(price) = quotes.map(|quote| quote.price.0).min() else {
                    break;
                };
                let at = steps.partition_point(|&grams| grams < from);
                let to = steps.get(at).map_or(most, |&grams| grams.min(most));
                corners.push(Corner {
                    grams: to - tare,
                    volume: shelf.usable(bin),
                    cost: price.saturating_add(cardboard),
                });
                from = to + 1;
            }
        }
        corners
    }

    /// Weights at which a price may change.
    fn steps(&self, lanes: &[Lane]) -> Vec<i64> {
        let card = &self.batch.rates;
        let rows = lanes
            .iter()
            .flat_map(|lane| card.price_rows(lane.service, lane.zone));
        let mut steps: Vec<i64> = rows.map(|row| row.max_weight.0).collect();
        steps.sort_unstable();
        steps.dedup();
        let merged = steps.len().div_ceil(STEPS).max(1);
        steps.into_iter().skip(merged - 1).step_by(merged).collect()
    }
}
