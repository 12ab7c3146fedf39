//! What shipping costs at least, from the rate card and the facilities alone: no packing, no choice of service.
//!
//! *Claim.* Let a destination class be served by the price rows `r` of its (service, zone) pairs, row `r` with price `p_r` (with the
//! least fuel of its service over the facilities) and weight `w_r`, cut to the heaviest parcel that the service takes. If
//! `a, b >= 0` and `a + b w_r <= p_r` for all `r`, then parcels with contents of `W` grams in total pay at least `a + b W`.
//!
//! *Proof.* A parcel with `w` grams of content weighs at least `w` and bills at least that, so it pays some row with `w <= w_r`:
//! at least `p_r >= a + b w_r >= a + b w`. Sum over one or more parcels; `a >= 0`. No row need be cheaper than a heavier one. ∎
//!
//! The lines `(a, b)` that matter are the edges of the lower convex hull of the points `(w_r, p_r)`, the level line under the cheapest
//! row, and the ray from the origin; which of them is best depends on `W`. Of surcharges only those without any condition are
//! counted; negative ones (rebates), negative fuel and negative prices are subtracted in full, per parcel (see [`rebate`]).
//!
//! O(rows × log rows) per class at most; services and zones are reduced to their hulls once.

use rustc_hash::FxHashMap;

use super::instance::{Demand, Instance};
use crate::model::Batch;
use crate::model::ids::{CarrierIdx, DestIdx, FacilityIdx, OrderIdx, ServiceIdx, ZoneIdx};
use crate::model::rates::{PriceRow, Service, ServiceTerms, SurchargeKind};
use crate::model::units::Cents;

/// A line under all prices, in thousandths of a cent: `at_least + rise × grams / run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub at_least: i64,
    rise: i64,
    run: i64,
}

impl Line {
    /// Thousandths of a cent that `grams` add, rounded down.
    pub fn weighs(&self, grams: i64) -> i64 {
        let product = i128::from(self.rise) * i128::from(grams.max(0));
        i64::try_from(product / i128::from(self.run)).unwrap_or(i64::MAX)
    }
}

/// Points (grams, thousandths of a cent).
type Points = Vec<(i64, i64)>;
/// A service in a zone, to residential addresses or others.
type Pair = (ServiceIdx, ZoneIdx, bool);

/// Lines under the prices of each class of destinations.
pub(super) struct FreightFloor<'a> {
    batch: &'a Batch,
    /// By class and whether the address is residential; `None`: nothing goes there.
    lines: FxHashMap<(u32, bool), Option<Vec<Line>>>,
}

impl<'a> FreightFloor<'a> {
    /// Lines for the destinations of the orders.
    pub fn new(batch: &'a Batch, orders: impl Iterator<Item = OrderIdx>) -> FreightFloor<'a> {
        let mut hulls: FxHashMap<Pair, Points> = FxHashMap::default();
        let mut lines: FxHashMap<(u32, bool), Option<Vec<Line>>> = FxHashMap::default();
        for order in orders {
            let dest = batch.orders.dest[order];
            let residential = batch.orders.residential[order];
            if let Some(class) = batch.rates.lanes.class(dest) {
                lines
                    .entry((class, residential))
                    .or_insert_with(|| lines_to(batch, dest, residential, &mut hulls));
            }
        }
        FreightFloor { batch, lines }
    }

    /// The line that promises most for `grams` of the order; `None`: nothing goes there.
    pub fn line(&self, order: OrderIdx, grams: i64) -> Option<Line> {
        let orders = &self.batch.orders;
        let class = self.batch.rates.lanes.class(orders.dest[order])?;
        let lines = self.lines.get(&(class, orders.residential[order]))?;
        best_line(lines.as_ref()?, grams)
    }
}

/// The same for one facility: lines under the prices of the zones that it reaches a destination through.
pub(super) struct SiteFloor<'a> {
    batch: &'a Batch,
    hulls: FxHashMap<Pair, Points>,
    /// By class, facility and whether the address is residential.
    lines: FxHashMap<(u32, FacilityIdx, bool), Option<Vec<Line>>>,
}

impl<'a> SiteFloor<'a> {
    pub fn new(batch: &'a Batch) -> SiteFloor<'a> {
        SiteFloor {
            batch,
            hulls: FxHashMap::default(),
            lines: FxHashMap::default(),
        }
    }

    /// The line that promises most for `grams` of the order from the facility; `None`: nothing goes there from it.
    pub fn line(&mut self, order: OrderIdx, facility: FacilityIdx, grams: i64) -> Option<Line> {
        let orders = &self.batch.orders;
        let (dest, residential) = (orders.dest[order], orders.residential[order]);
        let class = self.batch.rates.lanes.class(dest)?;
        let (batch, hulls) = (self.batch, &mut self.hulls);
        let lines = self
            .lines
            .entry((class, facility, residential))
            .or_insert_with(|| lines_from(batch, &[facility], dest, residential, hulls));
        best_line(lines.as_ref()?, grams)
    }
}

fn best_line(lines: &[Line], grams: i64) -> Option<Line> {
    let worth = |line: &&Line| line.at_least.saturating_add(line.weighs(grams));
    lines.iter().max_by_key(worth).copied()
}

fn lines_to(
    batch: &Batch,
    dest: DestIdx,
    residential: bool,
    hulls: &mut FxHashMap<Pair, Points>,
) -> Option<Vec<Line>> {
    let all: Vec<FacilityIdx> = batch.facilities.indices().collect();
    lines_from(batch, &all, dest, residential, hulls)
}

fn lines_from(
    batch: &Batch,
    facilities: &[FacilityIdx],
    dest: DestIdx,
    residential: bool,
    hulls: &mut FxHashMap<Pair, Points>,
) -> Option<Vec<Line>> {
    let card = &batch.rates;
    let mut pairs: Vec<Pair> = Vec::new();
    for (service, offered) in card.services.iter_enumerated() {
        for &facility in facilities {
            let lane = card.lanes.get(offered.carrier, facility, dest);
            if let Some(lane) = lane.filter(|_| offered.terms(facility).is_some()) {
                pairs.push((service, lane.zone, residential));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut points = Points::new();
    for pair in pairs {
        let own = hulls
            .entry(pair)
            .or_insert_with(|| hull(floor_prices(batch, pair)));
        points.extend_from_slice(own);
    }
    let hull = hull(points);
    (!hull.is_empty()).then(|| lines_under(&hull))
}

/// The least that each price row can come to, at the heaviest content it can have.
fn floor_prices(batch: &Batch, (service, zone, residential): Pair) -> Points {
    let card = &batch.rates;
    let offered = &card.services[service];
    let terms: Vec<&ServiceTerms> = batch
        .facilities
        .indices()
        .filter_map(|facility: FacilityIdx| offered.terms(facility))
        .collect();
    let heaviest = terms.iter().map(|t| t.max_weight.map_or(i64::MAX, |w| w.0));
    let heaviest = heaviest.max().unwrap_or(i64::MAX);
    let fuel = terms
        .iter()
        .map(|t| t.fuel_percent)
        .fold(f64::INFINITY, f64::min);
    let rows = card.price_rows(service, zone).iter();
    rows.map(|row: &PriceRow| {
        let price = row.price.0.saturating_add(row.price.percent(fuel).0);
        let price = price.saturating_add(surely(batch, offered, service, row.price, residential));
        let least = price.saturating_sub(rebate(batch, offered, service, row.price.0, fuel));
        (row.max_weight.0.min(heaviest), milli(least))
    })
    .collect()
}

/// Surcharges that every parcel pays: those without conditions. Of a kind the greatest counts. Handling and oversize exclude each
/// other, so they are left out.
fn surely(
    batch: &Batch,
    offered: &Service,
    service: ServiceIdx,
    base: Cents,
    residential: bool,
) -> i64 {
    use SurchargeKind::{DeliveryArea, Overweight, Peak, Residential};
    let kinds = [Residential, DeliveryArea, Overweight, Peak];
    let of_kind = |kind| {
        let rows = batch.rates.surcharges.iter().filter(move |row| {
            row.kind == kind
                && row.carrier == offered.carrier
                && row.service.is_none_or(|s| s == service)
                && row.dest_prefix.is_none()
                && row.zone.is_none()
                && (row.min_weight.is_none() && row.min_girth_mm.is_none())
                && (row.min_length_mm.is_none() && row.min_second_mm.is_none())
                && (row.valid_from.is_none() && row.valid_to.is_none())
        });
        let amounts = rows.map(|row| row.amount.0.saturating_add(base.percent(row.percent).0));
        amounts.max().unwrap_or(0).max(0)
    };
    let kinds = kinds.into_iter();
    let apply = kinds.filter(|&kind| kind != Residential || residential);
    apply.map(of_kind).fold(0, i64::saturating_add)
}

/// An upper bound on what surcharges and their fuel can take off a parcel; 0 unless some of them are negative.
fn rebate(batch: &Batch, offered: &Service, service: ServiceIdx, base: i64, fuel: f64) -> i64 {
    let of_carrier = |carrier: CarrierIdx| carrier == offered.carrier;
    let rows = batch
        .rates
        .surcharges
        .iter()
        .filter(|row| of_carrier(row.carrier) && row.service.is_none_or(|s| s == service));
    let mut off = 0i128;
    let mut on = 0i128;
    for row in rows {
        let share = (base as f64 * row.percent / 100.0).abs().ceil() as i128;
        let amount = i128::from(row.amount.0);
        // Part by part, as an amount may be a rebate where its percentage is not.
        off += (-amount).max(0) + if row.percent < 0.0 { share } else { 0 };
        on += amount.max(0) + if row.percent > 0.0 { share } else { 0 };
    }
    let highest = offered
        .default_terms
        .iter()
        .chain(offered.facility_terms.iter().map(|(_, terms)| terms))
        .map(|terms| terms.fuel_percent)
        .fold(0.0, f64::max);
    // Fuel raises rebates, negative fuel lowers surcharges.
    let fuelled = off as f64 * highest / 100.0 + on as f64 * (-fuel).max(0.0) / 100.0;
    let total = off + fuelled.ceil() as i128;
    let rounding = if off > 0 || fuel < 0.0 { 2 } else { 0 };
    i64::try_from(total + rounding).unwrap_or(i64::MAX)
}

/// The lower convex hull, from the cheapest point on: rising weights and prices, rising slopes.
pub(super) fn hull(mut points: Points) -> Points {
    // From heavy to light only points cheaper than all heavier ones matter: a line under the heavier is under the lighter.
    points.sort_unstable_by_key(|&(grams, cents)| (std::cmp::Reverse(grams), cents));
    let mut least = i64::MAX;
    points.retain(|&(_, cents)| {
        let matters = cents < least;
        least = least.min(cents);
        matters
    });
    points.reverse();
    let mut hull = Points::new();
    for point in points {
        while let [.., a, b] = hull[..] {
            if slope_rises(a, b, point) {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

fn slope_rises(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> bool {
    let run = |p: (i64, i64), q: (i64, i64)| i128::from(q.0) - i128::from(p.0);
    let rise = |p: (i64, i64), q: (i64, i64)| i128::from(q.1) - i128::from(p.1);
    rise(a, b) * run(b, c) < rise(b, c) * run(a, b)
}

/// The level line, the edges that start above nothing, and the ray from the origin.
pub(super) fn lines_under(hull: &[(i64, i64)]) -> Vec<Line> {
    let Some(&(grams, least)) = hull.first() else {
        return Vec::new();
    };
    let mut lines = vec![Line {
        at_least: least,
        rise: 0,
        run: 1,
    }];
    let mut touched = (grams, least);
    for pair in hull.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let mut line = Line {
            at_least: 0,
            rise: to.1 - from.1,
            run: to.0 - from.0,
        };
        // Rounded down: the slope is not used before it is rounded, so its value at `from` is rounded up.
        line.at_least = from.1 - line.weighs(from.0) - 1;
        if line.at_least < 0 {
            break;
        }
        lines.push(line);
        touched = to;
    }
    let (run, rise) = touched;
    if run > 0 && rise >= 0 {
        lines.push(Line {
            at_least: 0,
            rise,
            run,
        });
    }
    lines
}

/// At most what shipping some units of an order costs, however they are split: `fixed + sum of unit × units`, unless it is none.
///
/// Handling per order and per unit count at the cheapest of the facilities that stock the items, freight by the line that
/// promises most for the whole order. Thousandths of a cent.
pub(super) struct LinearFloor {
    pub fixed: i64,
    /// Per unit, and the most units that are anywhere, by want.
    pub units: Box<[(i64, u32)]>,
}

impl LinearFloor {
    pub fn new(instance: &Instance, freight: &FreightFloor, demand: &Demand) -> LinearFloor {
        let batch = instance.batch;
        let grams = demand.wants.iter().map(|want| {
            let unit = i128::from(batch.items.weight[want.item].0);
            unit * i128::from(want.quantity)
        });
        let grams = i64::try_from(grams.sum::<i128>()).unwrap_or(i64::MAX);
        let Some(line) = freight.line(demand.order, grams) else {
            return LinearFloor {
                fixed: 0,
                units: vec![(0, 0); demand.wants.len()].into(),
            };
        };
        // Every parcel has at least one unit: what a parcel may earn, a unit earns at most.
        let carton = batch.cartons.cost.iter().map(|cost| cost.0).min();
        let earns = milli(carton.unwrap_or(0).min(0)).saturating_add(line.at_least.min(0));
        let mut per_order = i64::MAX;
        let units = demand.wants.iter().map(|want| {
            let (mut most, mut handling) = (0u32, i64::MAX);
            let each = i64::from(batch.items.handling_units[want.item]);
            for (facility, free) in instance.stocks(want.item) {
                if free > 0 && instance.may_ship(demand.order, facility, want.item) {
                    let site = &batch.facilities[facility];
                    most = most.saturating_add(free);
                    handling = handling.min(site.handling_per_unit.0.saturating_mul(each));
                    per_order = per_order.min(site.handling_per_order.0);
                }
            }
            let weighs = line.weighs(batch.items.weight[want.item].0);
            let unit = milli(handling).saturating_add(weighs);
            (unit.saturating_add(earns), most.min(want.quantity))
        });
        let units = units.collect();
        let shipments = i64::try_from(instance.rules.max_shipments).unwrap_or(i64::MAX);
        let per_order = milli(per_order).min(milli(per_order).saturating_mul(shipments));
        LinearFloor {
            fixed: per_order.saturating_add(line.at_least.max(0)),
            units,
        }
    }

    /// Cents for these units by want, in `shipments` or more; `None`: there are not so many.
    pub fn cents(&self, units: impl Iterator<Item = u32>, shipments: i64) -> Option<i64> {
        let mut total =
            i128::from(self.fixed) * i128::from(if self.fixed > 0 { shipments } else { 1 });
        for (units, &(unit, most)) in units.zip(&self.units) {
            if units > most {
                return None;
            }
            total += i128::from(unit) * i128::from(units);
        }
        i64::try_from(total.div_euclid(1_000)).ok()
    }
}

fn milli(cents: i64) -> i64 {
    cents.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_under_all_prices_and_touch_some() {
        let points = vec![
            (1_000, 400_000),
            (2_000, 450_000),
            (5_000, 900_000),
            (10_000, 1_600_000),
            (30_000, 3_900_000),
        ];
        let lines = lines_under(&hull(points.clone()));
        assert_eq!(lines[0].at_least, 400_000);
        for line in &lines {
            let gaps = points
                .iter()
                .map(|&(w, p)| p - line.at_least - line.weighs(w));
            let least = gaps.min().unwrap();
            assert!((0..=2).contains(&least), "{line:?} {least}");
        }
    }

    #[test]
    fn dearer_rows_than_heavier_ones_do_not_count() {
        assert_eq!(
            hull(vec![(1_000, 900), (2_000, 500), (4_000, 800)]),
            [(2_000, 500), (4_000, 800)]
        );
        assert_eq!(hull(Vec::new()), []);
    }

    #[test]
    fn many_parcels_follow_the_ray() {
        let lines = lines_under(&hull(vec![(1_000, 400_000), (10_000, 1_000_000)]));
        // Ten parcels of 10 kg are the cheapest way to send 100 kg.
        let best = lines
            .iter()
            .map(|l| l.at_least + l.weighs(100_000))
            .max()
            .unwrap();
        assert_eq!(best, 10_000_000);
    }
}
