//! The service for a shipment: all its parcels by one service, priced parcel by parcel.
//!
//! Let `S` be the services that take every parcel. Those that deliver by the promise come first, the cheapest of them is chosen;
//! if there is none, the service with the least `price + late_penalty × days late`. Ties: cheaper, earlier, lower index.
//!
//! O(services × parcels × log price rows); nothing is allocated until the winner's charges are listed.

use super::measure::Measured;
use super::offers::{Offer, promised_days};
use super::quote::{Lane, Quote};
use super::{Choice, Freight, Parcel, RateClass, Shipping};
use crate::model::ids::{FacilityIdx, OrderIdx, ServiceIdx};
use crate::model::plan::ChargeKind;
use crate::model::units::{Cents, Grams, Timestamp};

const DAY: i64 = 86_400;

/// Where and when an offer would go.
pub(super) struct Route<'a> {
    pub offer: &'a Offer,
    pub lane: Lane<'a>,
    pub transit_days: u16,
}

/// Whole days after the promise, rounded up; 0: in time.
pub(super) fn days_late(delivery: Timestamp, promised: Timestamp) -> i64 {
    let late = (delivery - promised).0;
    if late <= 0 { 0 } else { (late - 1) / DAY + 1 }
}

impl<'a> Shipping<'a> {
    /// What the price of an order's parcels depends on, beside the parcels and the facility.
    pub fn rate_class(&self, order: OrderIdx) -> RateClass {
        let orders = &self.batch.orders;
        let dest = orders.dest[order];
        let deliver_by = orders.deliver_by[order];
        let from_order = self.params.carrier.promise_from_order && deliver_by.is_none();
        RateClass {
            dest: self.representative[dest],
            area: self.tariff.area(dest),
            residential: orders.residential[order],
            service: orders.service[order],
            deliver_by,
            placed_at: from_order.then(|| orders.placed_at[order]),
        }
    }

    /// When orders of the class must have arrived.
    pub fn promised(&self, class: &RateClass, facility: FacilityIdx) -> Timestamp {
        match (class.deliver_by, class.placed_at) {
            (Some(moment), _) => moment,
            (None, Some(placed)) => {
                let days = promised_days(self.params, class.service);
                self.calendar.promise(facility, placed, days)
            }
            (None, None) => self.desks[facility].promise(class.service),
        }
    }

    /// The cheapest way to send the parcels in time, or else the least costly late; `None`: no service takes them.
    ///
    /// The same decision as [`Shipping::choose`], without listing charges: routing asks millions of times.
    pub fn freight(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Parcel],
    ) -> Option<Freight> {
        match parcels {
            [parcel] => self.freight_of(class, facility, &[Measured::from(parcel)]),
            [a, b] => self.freight_of(class, facility, &[a.into(), b.into()]),
            _ => {
                let measured: Vec<Measured> = parcels.iter().map(Measured::from).collect();
                self.freight_of(class, facility, &measured)
            }
        }
    }

    /// [`Shipping::freight`] of parcels that are measured already.
    pub fn freight_of(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Measured],
    ) -> Option<Freight> {
        if self.refuses(facility, parcels) {
            return None;
        }
        let promised = self.promised(class, facility);
        let mut best: Option<Freight> = None;
        for late in [false, true] {
            for route in self.routes(class, facility) {
                let days = route.transit_days;
                let delivery = route.offer.arrival(self.calendar, facility, days);
                if (delivery > promised) != late {
                    continue;
                }
                let Some((price, billable_weight)) = self.price(&route.lane, parcels) else {
                    continue;
                };
                let found = self.freight_row(&route, price, billable_weight, delivery, promised);
                if best.is_none_or(|best| found.key() < best.key()) {
                    best = Some(found);
                }
            }
            if best.is_some() {
                break;
            }
        }
        best
    }

    fn freight_row(
        &self,
        route: &Route,
        price: Cents,
        billable_weight: Grams,
        delivery: Timestamp,
        promised: Timestamp,
    ) -> Freight {
        let days_late = days_late(delivery, promised);
        Freight {
            service: route.offer.service,
            zone: route.lane.zone,
            price,
            billable_weight,
            pickup: route.lane.pickup,
            delivery,
            promised,
            days_late,
            lateness: Cents(
                self.params
                    .routing
                    .late_penalty_cents
                    .saturating_mul(days_late),
            ),
        }
    }

    /// The cheapest feasible service with its charges; `None`: no service takes the parcels.
    pub fn choose(
        &self,
        order: OrderIdx,
        facility: FacilityIdx,
        parcels: &[Parcel],
    ) -> Option<Choice> {
        let class = self.rate_class(order);
        let freight = self.freight(&class, facility, parcels)?;
        self.detail(&class, facility, parcels, &freight)
    }

    /// Every service that takes the parcels, at its first pick-up; best first.
    pub fn options(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Parcel],
    ) -> Vec<Freight> {
        let measured: Vec<Measured> = parcels.iter().map(Measured::from).collect();
        if self.refuses(facility, &measured) {
            return Vec::new();
        }
        let promised = self.promised(class, facility);
        let mut found: Vec<Freight> = self
            .routes(class, facility)
            .filter_map(|route| {
                let (price, billable) = self.price(&route.lane, &measured)?;
                let days = route.transit_days;
                let delivery = route.offer.arrival(self.calendar, facility, days);
                Some(self.freight_row(&route, price, billable, delivery, promised))
            })
            .collect();
        found.sort_by_key(Freight::key);
        found
    }

    /// The same service at its next pick-up; `None`: it has no other, or does not take the parcels then.
    pub fn later(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Parcel],
        freight: &Freight,
    ) -> Option<Freight> {
        let pickups = self.calendar.pickups(facility, freight.service);
        let next = pickups.partition_point(|&pickup| pickup <= freight.pickup);
        let pickup = *pickups.get(next)?;
        let mut route = self
            .routes(class, facility)
            .find(|route| route.offer.service == freight.service)?;
        route.lane.pickup = pickup;
        let measured: Vec<Measured> = parcels.iter().map(Measured::from).collect();
        let (price, billable) = self.price(&route.lane, &measured)?;
        let days = route.transit_days;
        let delivery = route
            .offer
            .arrival_from(self.calendar, facility, pickup, days);
        Some(self.freight_row(&route, price, billable, delivery, freight.promised))
    }

    /// The best service for parcels that are ready at a moment: each at its first pick-up from then on that has `room`.
    pub fn rebook(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Parcel],
        (ready, promised): (Timestamp, Timestamp),
        room: impl Fn(ServiceIdx, Timestamp) -> bool,
    ) -> Option<Freight> {
        let measured: Vec<Measured> = parcels.iter().map(Measured::from).collect();
        if self.refuses(facility, &measured) {
            return None;
        }
        let options = self.routes(class, facility).filter_map(|mut route| {
            let service = route.offer.service;
            let pickups = self.calendar.pickups(facility, service);
            let next = pickups.partition_point(|&pickup| pickup < ready);
            let fits =
                |&pickup: &Timestamp| route.offer.terms.valid_at(pickup) && room(service, pickup);
            route.lane.pickup = pickups[next..].iter().copied().find(fits)?;
            let (price, billable) = self.price(&route.lane, &measured)?;
            let (pickup, days) = (route.lane.pickup, route.transit_days);
            let delivery = route
                .offer
                .arrival_from(self.calendar, facility, pickup, days);
            Some(self.freight_row(&route, price, billable, delivery, promised))
        });
        options.min_by_key(Freight::key)
    }

    /// The charges of a decision, parcel by parcel. `None` if the service does not take the parcels at that pick-up.
    pub fn detail(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        parcels: &[Parcel],
        freight: &Freight,
    ) -> Option<Choice> {
        let route = self
            .routes(class, facility)
            .find(|route| route.offer.service == freight.service)?;
        let lane = Lane {
            pickup: freight.pickup,
            ..route.lane
        };
        let mut charges: Vec<(u32, ChargeKind, Cents)> = Vec::new();
        for (i, parcel) in (0u32..).zip(parcels) {
            let quote = self.tariff.quote(&lane, &Measured::from(parcel))?;
            charges.extend(quote.charges().map(|(kind, amount)| (i, kind, amount)));
        }
        Some(Choice {
            service: freight.service,
            zone: freight.zone,
            price: freight.price,
            billable_weight: freight.billable_weight,
            pickup: freight.pickup,
            delivery: freight.delivery,
            promised: freight.promised,
            days_late: freight.days_late,
            charges,
        })
    }

    /// The quote of one parcel by a service at its first pick-up.
    pub fn quote(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
        service: ServiceIdx,
        parcel: &Measured,
    ) -> Option<Quote> {
        let route = self
            .routes(class, facility)
            .find(|route| route.offer.service == service)?;
        self.tariff.quote(&route.lane, parcel)
    }

    /// Offers of the facility that go to the destination.
    pub(super) fn routes(
        &self,
        class: &RateClass,
        facility: FacilityIdx,
    ) -> impl Iterator<Item = Route<'_>> + '_ {
        let lanes = &self.batch.rates.lanes;
        let unknown = self.unknown_transit;
        let class = *class;
        self.desks[facility].offers.iter().filter_map(move |offer| {
            let lane = lanes.get(offer.carrier, facility, class.dest)?;
            Some(Route {
                offer,
                lane: Lane {
                    service: offer.service,
                    terms: &offer.terms,
                    zone: lane.zone,
                    area: class.area,
                    residential: class.residential,
                    pickup: offer.pickup,
                },
                transit_days: offer.transit_days(lane.transit_days, unknown),
            })
        })
    }

    fn price(&self, lane: &Lane, parcels: &[Measured]) -> Option<(Cents, Grams)> {
        let mut price = Cents::ZERO;
        let mut billable = Grams::ZERO;
        for parcel in parcels {
            let quote = self.tariff.quote(lane, parcel)?;
            price += quote.price;
            billable += quote.billable;
        }
        Some((price, billable))
    }

    /// A facility that may not ship hazardous goods.
    fn refuses(&self, facility: FacilityIdx, parcels: &[Measured]) -> bool {
        !self.batch.facilities[facility].hazmat && parcels.iter().any(|parcel| parcel.hazmat)
    }
}

impl Freight {
    /// What the decision is made by: in time first, then cost, price, delivery, service, pick-up.
    pub fn key(&self) -> (bool, Cents, Cents, Timestamp, ServiceIdx, Timestamp) {
        (
            self.days_late > 0,
            self.price + self.lateness,
            self.price,
            self.delivery,
            self.service,
            self.pickup,
        )
    }
}
