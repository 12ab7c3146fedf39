//! The audit of the shipment plan, from the batch, the calendar, the packages and the plan alone.
//!
//! | rule | holds when |
//! |---|---|
//! | `shipment_rows` | one row per shipment; charges stand in order of package and belong to it |
//! | `service_offered` | the service has terms at the facility, goes to the destination, and takes every package; zone as by the lane |
//! | `hazmat_licence` | only facilities that may ship hazardous goods do |
//! | `pickup_real` | `ship_by` is a pick-up of the calendar once the lead time has passed in shifts |
//! | `delivery_time` | the delivery is what transit days and delivery days give |
//! | `promise`, `late_flag` | the promise is the order's, the flag says whether the delivery is after it |
//! | `price` | every charge is what the rate card gives (see `rating`), and they sum to the price |
//! | `capacity_kept` | no pick-up takes more packages than the service's daily capacity there |
//! | `unplaced` | who stays behind has the true code: no service takes it, none that does has room, its order cannot go as a whole |
//! | `ship_complete` | of an order that must ship complete, all shipments go or none |
//! | `better_ignored` | no service that takes the packages, and has room for them, is better: in time, then cheaper |
//!
//! O(shipments × services × price rows), in parallel.

mod behind;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Input;
use crate::model::ids::{DestIdx, FacilityIdx, Idx, IdxVec, OrderIdx, ServiceIdx, ShipmentIdx};
use crate::model::lanes::Lane;
use crate::model::orders::ServiceLevel;
use crate::model::plan::{Package, Shipment, Shipped};
use crate::model::rates::ServiceTerms;
use crate::model::units::{Cents, Seconds, Timestamp};
use crate::params::Params;
use crate::stage::Violation;
use crate::stages::rating::{Bill, Clerk, Trip};

type Load = FxHashMap<(FacilityIdx, ServiceIdx, Timestamp), u64>;

pub(super) fn check(input: Input, out: &Shipped, params: &Params) -> Vec<Violation> {
    if let Some(violation) = rows(input, out) {
        return vec![violation];
    }
    let kept = kept(input, out);
    let audit = Audit {
        input,
        out,
        params,
        clerk: Clerk::new(input.batch),
        ready: ready(input, params),
        load: load(input, out, &kept),
        kept,
    };
    let mut found = audit.capacities();
    found.extend(audit.left_behind());
    let shipments: Vec<ShipmentIdx> = (0..out.shipments.len())
        .map(ShipmentIdx::from_usize)
        .collect();
    let by_shipment: Vec<Vec<Violation>> = shipments
        .par_iter()
        .map(|&shipment| audit.shipment(shipment))
        .collect();
    found.extend(by_shipment.into_iter().flatten());
    found
}

/// The shipment of the routing behind each row of the plan, and its first package in the plan's numbering.
fn kept(input: Input, out: &Shipped) -> Vec<(ShipmentIdx, usize)> {
    let behind: FxHashSet<ShipmentIdx> = out.unplaced.shipment.iter().copied().collect();
    let all = (0..input.routed.shipments.len()).map(ShipmentIdx::from_usize);
    let mut first = 0;
    all.filter(|shipment| !behind.contains(shipment))
        .map(|shipment| {
            let row = (shipment, first);
            first += input.cartonized.packages_of(shipment).len();
            row
        })
        .collect()
}

/// Shapes; without them nothing else can be read.
fn rows(input: Input, out: &Shipped) -> Option<Violation> {
    let charges = &out.charges;
    let in_order = charges.package.windows(2).all(|pair| pair[0] <= pair[1]);
    let behind = &out.unplaced.shipment;
    let stays = behind.windows(2).all(|pair| pair[0] < pair[1])
        && behind
            .last()
            .is_none_or(|last| last.index() < input.routed.shipments.len());
    let owners: Vec<ShipmentIdx> = kept(input, out)
        .into_iter()
        .enumerate()
        .flat_map(|(row, (shipment, _))| {
            let packages = input.cartonized.packages_of(shipment);
            packages.map(move |_| ShipmentIdx::from_usize(row))
        })
        .collect();
    let owned = (0..charges.len())
        .all(|i| owners.get(charges.package[i].index()) == Some(&charges.shipment[i]));
    let known = |service: &ServiceIdx| service.index() < input.batch.rates.services.len();
    let good = out.shipments.len() + behind.len() == input.routed.shipments.len()
        && stays
        && in_order
        && owned
        && out.shipments.service.iter().all(known);
    let message = "one row per shipment, gone or left behind, charges by package, known services";
    (!good).then(|| Violation::new("shipment_rows", "shipments", message))
}

/// When each facility has worked the lead time.
fn ready(input: Input, params: &Params) -> IdxVec<FacilityIdx, Option<Timestamp>> {
    let lead = Seconds(params.carrier.lead_time_minutes * 60);
    let facilities = input.batch.facilities.indices();
    facilities
        .map(|facility| {
            let (mut worked, mut until) = (Seconds::ZERO, input.calendar.start);
            if lead == Seconds::ZERO {
                return Some(until);
            }
            for shift in input.calendar.shifts(facility) {
                let from = until.max(shift.from);
                if shift.to <= from {
                    continue;
                }
                if worked + (shift.to - from) >= lead {
                    return Some(from + (lead - worked));
                }
                worked += shift.to - from;
                until = shift.to;
            }
            None
        })
        .collect()
}

fn load(input: Input, out: &Shipped, kept: &[(ShipmentIdx, usize)]) -> Load {
    let mut load = Load::default();
    for (i, &(shipment, _)) in kept.iter().enumerate() {
        let cell = (
            input.routed.shipments.facility[shipment.index()],
            out.shipments.service[i],
            out.shipments.ship_by[i],
        );
        let packages = input.cartonized.packages_of(shipment).len();
        *load.entry(cell).or_default() += packages as u64;
    }
    load
}

struct Audit<'a> {
    input: Input<'a>,
    out: &'a Shipped,
    params: &'a Params,
    clerk: Clerk<'a>,
    ready: IdxVec<FacilityIdx, Option<Timestamp>>,
    load: Load,
    kept: Vec<(ShipmentIdx, usize)>,
}

/// What the audit knows of one shipment.
struct Case<'a> {
    order: OrderIdx,
    dest: DestIdx,
    facility: FacilityIdx,
    packages: Vec<Package>,
    promised: Timestamp,
    local: &'a [usize],
}

/// How good an option is: in time, total cost, price, delivery, service, pick-up.
type Rank = (bool, Cents, Cents, Timestamp, ServiceIdx, Timestamp);

impl Audit<'_> {
    fn capacities(&self) -> Vec<Violation> {
        let mut cells: Vec<_> = self.load.iter().collect();
        cells.sort_unstable();
        let mut found = Vec::new();
        for (&(facility, service, pickup), &load) in cells {
            let most = self.capacity(facility, service);
            if most.is_some_and(|most| load > u64::from(most)) {
                let place = format!(
                    "facility {}, service {}, pick-up {}",
                    facility.0, service.0, pickup.0
                );
                let message = format!("{load} packages of {}", most.unwrap_or(0));
                found.push(Violation::new("capacity_kept", place, message));
            }
        }
        found
    }

    fn capacity(&self, facility: FacilityIdx, service: ServiceIdx) -> Option<u32> {
        let service = &self.input.batch.rates.services[service];
        service
            .terms(facility)
            .and_then(|terms| terms.daily_capacity)
    }

    fn shipment(&self, position: ShipmentIdx) -> Vec<Violation> {
        let row = self.out.shipments.get(position.index());
        let (index, first) = self.kept[position.index()];
        let local = self.local(index);
        let case = self.case(index, &local);
        let mut say = Complaints {
            place: format!("shipment {}", index.0),
            found: Vec::new(),
        };
        self.times(&row, &case, &mut say);
        self.price(first, &row, &case, &mut say);
        self.best(&row, &case, &mut say);
        say.found
    }

    fn local(&self, index: ShipmentIdx) -> Vec<usize> {
        let order = self.input.routed.shipments.order[index.index()];
        self.clerk.local(self.input.batch.orders.dest[order])
    }

    fn case<'c>(&self, index: ShipmentIdx, local: &'c [usize]) -> Case<'c> {
        let order = self.input.routed.shipments.order[index.index()];
        let facility = self.input.routed.shipments.facility[index.index()];
        let packages = self.input.cartonized.packages_of(index);
        Case {
            order,
            dest: self.input.batch.orders.dest[order],
            facility,
            packages: packages
                .map(|package| self.input.cartonized.packages.get(package))
                .collect(),
            promised: self.promise(order, facility),
            local,
        }
    }

    fn promise(&self, order: OrderIdx, facility: FacilityIdx) -> Timestamp {
        let orders = &self.input.batch.orders;
        if let Some(moment) = orders.deliver_by[order] {
            return moment;
        }
        let terms = &self.params.carrier;
        let days = match orders.service[order] {
            ServiceLevel::Standard => terms.standard_days,
            ServiceLevel::Expedited => terms.expedited_days,
            ServiceLevel::NextDay => terms.next_day_days,
        };
        let from = if terms.promise_from_order {
            orders.placed_at[order]
        } else {
            self.input.calendar.start
        };
        self.input.calendar.promise(facility, from, days as u16)
    }

    fn lane(&self, case: &Case, service: ServiceIdx) -> Option<Lane> {
        let carrier = self.input.batch.rates.services[service].carrier;
        self.input
            .batch
            .rates
            .lanes
            .get(carrier, case.facility, case.dest)
    }

    /// When a service delivers what it picks up.
    fn delivery(&self, case: &Case, service: ServiceIdx, pickup: Timestamp) -> Option<Timestamp> {
        let terms = self.input.batch.rates.services[service].terms(case.facility)?;
        let lane = self.lane(case, service)?;
        let unknown = self.params.carrier.unknown_transit_days as u16;
        let days = terms.transit_days.or(lane.transit_days).unwrap_or(unknown);
        Some(
            self.input
                .calendar
                .delivery(case.facility, pickup, days, terms.delivery_days),
        )
    }

    fn times(&self, row: &Shipment, case: &Case, say: &mut Complaints) {
        let pickups = self.input.calendar.pickups(case.facility, row.service);
        let real = pickups.contains(&row.ship_by)
            && self.ready[case.facility].is_some_and(|ready| ready <= row.ship_by);
        say.unless(real, "pickup_real", || {
            format!("no pick-up at {}", row.ship_by.0)
        });
        let delivery = self.delivery(case, row.service, row.ship_by);
        say.unless(
            delivery == Some(row.expected_delivery),
            "delivery_time",
            || {
                format!(
                    "{:?}, but the row says {}",
                    delivery, row.expected_delivery.0
                )
            },
        );
        say.unless(row.promised == case.promised, "promise", || {
            format!("{}, but the row says {}", case.promised.0, row.promised.0)
        });
        let late = row.expected_delivery > row.promised;
        say.unless(row.late == late, "late_flag", || format!("late is {late}"));
    }

    /// Bills of all packages; `None`: the service does not take one of them.
    fn bills(&self, case: &Case, service: ServiceIdx, pickup: Timestamp) -> Option<Vec<Bill>> {
        let trip = Trip {
            order: case.order,
            facility: case.facility,
            service,
            zone: self.lane(case, service)?.zone,
            pickup,
            local: case.local,
        };
        case.packages
            .iter()
            .map(|package| self.clerk.bill(&trip, package))
            .collect()
    }

    fn licensed(&self, case: &Case) -> bool {
        let licence = self.input.batch.facilities[case.facility].hazmat;
        licence || case.packages.iter().all(|package| !package.hazmat)
    }

    fn price(&self, first: usize, row: &Shipment, case: &Case, say: &mut Complaints) {
        say.unless(self.licensed(case), "hazmat_licence", || {
            format!("facility {}", case.facility.0)
        });
        let zone = self.lane(case, row.service).map(|lane| lane.zone);
        let bills = self.bills(case, row.service, row.ship_by);
        let (Some(bills), true) = (bills, zone == Some(row.zone)) else {
            say.unless(false, "service_offered", || {
                format!(
                    "service {} in zone {} (lane: {zone:?})",
                    row.service.0, row.zone.0
                )
            });
            return;
        };
        for (i, bill) in bills.iter().enumerate() {
            let charged = self.charges(first + i);
            let asked: Vec<_> = bill
                .charges
                .iter()
                .map(|(&kind, &amount)| (kind, amount))
                .collect();
            say.unless(charged == asked, "price", || {
                format!("package {}: {asked:?}, but charged {charged:?}", first + i)
            });
        }
        let total: Cents = bills.iter().map(Bill::total).sum();
        let billable: i64 = bills.iter().map(|bill| bill.billable).sum();
        let sums = row.price == total
            && row.billable_weight.0 == billable
            && row.packages as usize == bills.len();
        say.unless(sums, "price", || {
            format!(
                "{total} for {billable} g in {} packages, but the row says {} for {} g in {}",
                bills.len(),
                row.price,
                row.billable_weight.0,
                row.packages
            )
        });
    }

    /// Charges of a package, by kind.
    fn charges(&self, package: usize) -> Vec<(crate::model::plan::ChargeKind, Cents)> {
        let charges = &self.out.charges;
        let from = charges.package.partition_point(|p| p.index() < package);
        let to = charges.package.partition_point(|p| p.index() <= package);
        let mut rows: Vec<_> = (from..to)
            .map(|i| (charges.kind[i], charges.amount[i]))
            .collect();
        rows.sort_unstable();
        rows
    }

    fn rank(&self, case: &Case, service: ServiceIdx, pickup: Timestamp) -> Option<Rank> {
        let price: Cents = self
            .bills(case, service, pickup)?
            .iter()
            .map(Bill::total)
            .sum();
        let delivery = self.delivery(case, service, pickup)?;
        let late = (delivery - case.promised).0.max(0);
        let days = late / 86_400 + i64::from(late % 86_400 != 0);
        let penalty = Cents(self.params.routing.late_penalty_cents.saturating_mul(days));
        Some((late > 0, price + penalty, price, delivery, service, pickup))
    }

    /// Pick-ups of a service once the facility is ready and the service has begun.
    fn pickups<'c>(
        &'c self,
        case: &Case,
        service: ServiceIdx,
        terms: &'c ServiceTerms,
        ready: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'c {
        let all = self.input.calendar.pickups(case.facility, service);
        let begun = |pickup: Timestamp| terms.valid_from.is_none_or(|from| from <= pickup);
        all.iter()
            .copied()
            .filter(move |&pickup| pickup >= ready && begun(pickup))
    }

    /// Whether a pick-up has places for the packages beside those that go with it.
    fn room(&self, case: &Case, service: ServiceIdx, pickup: Timestamp) -> bool {
        let cell = (case.facility, service, pickup);
        let load = self.load.get(&cell).copied().unwrap_or(0);
        self.capacity(case.facility, service)
            .is_none_or(|most| load + case.packages.len() as u64 <= u64::from(most))
    }

    /// Walks the pick-ups of every service until one is not better than what was chosen: none of them may have room.
    fn best(&self, row: &Shipment, case: &Case, say: &mut Complaints) {
        let (Some(chosen), Some(ready)) = (
            self.rank(case, row.service, row.ship_by),
            self.ready[case.facility],
        ) else {
            return;
        };
        for (service, offered) in self.input.batch.rates.services.iter_enumerated() {
            let Some(terms) = offered.terms(case.facility) else {
                continue;
            };
            for pickup in self.pickups(case, service, terms, ready) {
                match self.rank(case, service, pickup) {
                    Some(rank) if rank < chosen => {
                        if self.room(case, service, pickup)
                            && !(service == row.service && pickup == row.ship_by)
                        {
                            say.unless(false, "better_ignored", || {
                                format!("{rank:?} is better than {chosen:?}")
                            });
                            break;
                        }
                    }
                    _ => break,
                }
            }
        }
    }
}

/// What is wrong with one shipment.
struct Complaints {
    place: String,
    found: Vec<Violation>,
}

impl Complaints {
    fn unless(&mut self, holds: bool, rule: &str, message: impl FnOnce() -> String) {
        if !holds {
            let place = self.place.clone();
            self.found.push(Violation::new(rule, place, message()));
        }
    }
}
