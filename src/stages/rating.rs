//! The price of a package, read straight off the rate card for the audit: one pass over the rows as they are, no tables.
//!
//! Not a stage, and no part of any `run`: the reading that the checks of carrier and schedule share.
//! Written from the contract of `rates`, `surcharges` and `carrier_services`, not from `stages::shipping`, with which it shares nothing.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::Batch;
use crate::model::ids::{CarrierIdx, DestIdx, FacilityIdx, IdxVec, OrderIdx, ServiceIdx, ZoneIdx};
use crate::model::lanes::{covers, prefix_key};
use crate::model::plan::{ChargeKind, Package};
use crate::model::rates::{Rounding, ServiceTerms, Surcharge, SurchargeKind};
use crate::model::units::{Cents, Timestamp};

/// What a carrier would write on the invoice of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bill {
    pub billable: i64,
    pub charges: BTreeMap<ChargeKind, Cents>,
}

impl Bill {
    pub fn total(&self) -> Cents {
        self.charges.values().copied().sum()
    }
}

/// A package on its way.
#[derive(Clone, Copy)]
pub(super) struct Trip<'a> {
    pub order: OrderIdx,
    pub facility: FacilityIdx,
    pub service: ServiceIdx,
    pub zone: ZoneIdx,
    pub pickup: Timestamp,
    /// Surcharge rows that look at the destination and cover it.
    pub local: &'a [usize],
}

/// The rate card with its surcharges by destination prefix.
pub(super) struct Clerk<'a> {
    batch: &'a Batch,
    by_prefix: FxHashMap<&'a str, Vec<usize>>,
    /// Rows that do not look at the destination, by carrier.
    everywhere: IdxVec<CarrierIdx, Vec<usize>>,
}

/// Length, second side, girth and volume of a package; gross weight.
struct Scan {
    sides: [i64; 3],
    girth: i64,
    volume: i64,
    weight: i64,
}

impl<'a> Clerk<'a> {
    pub fn new(batch: &'a Batch) -> Clerk<'a> {
        let mut by_prefix: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut everywhere = IdxVec::filled(Vec::new(), batch.rates.carriers.len());
        for (i, row) in batch.rates.surcharges.iter().enumerate() {
            match &row.dest_prefix {
                Some(prefix) => by_prefix.entry(prefix).or_default().push(i),
                None => everywhere[row.carrier].push(i),
            }
        }
        Clerk {
            batch,
            by_prefix,
            everywhere,
        }
    }

    /// Surcharge rows with a prefix that covers the destination.
    pub fn local(&self, dest: DestIdx) -> Vec<usize> {
        let destinations = &self.batch.destinations;
        let country = &self.batch.symbols[destinations.country[dest]];
        let key = prefix_key(country, &destinations.postal_code[dest]);
        let starts = key.char_indices().map(|(at, _)| &key[..at]);
        starts
            .chain([key.as_str()])
            .filter(|start| covers(start, &key))
            .filter_map(|start| self.by_prefix.get(start))
            .flatten()
            .copied()
            .collect()
    }

    /// `None`: the service does not take the package.
    pub fn bill(&self, trip: &Trip, package: &Package) -> Option<Bill> {
        let service = &self.batch.rates.services[trip.service];
        let terms = service.terms(trip.facility)?;
        let scan = scan(package);
        if !accepted(terms, &scan, package.hazmat, trip.pickup) {
            return None;
        }
        let mut rows: Vec<&Surcharge> = self.everywhere[service.carrier]
            .iter()
            .chain(trip.local)
            .map(|&i| &self.batch.rates.surcharges[i])
            .filter(|row| self.applies(row, trip, package, &scan))
            .collect();
        if rows.iter().any(|row| row.kind == SurchargeKind::Oversize) {
            rows.retain(|row| row.kind != SurchargeKind::AdditionalHandling);
        }
        let mut weight = scan.weight;
        if terms.dim_divisor > 0 && scan.volume > terms.dim_threshold {
            weight = weight.max((scan.volume + terms.dim_divisor - 1) / terms.dim_divisor);
        }
        for row in &rows {
            weight = weight.max(row.min_billable.map_or(0, |grams| grams.0));
        }
        let billable = raised(terms.rounding, weight);
        let base = self.base(trip, billable, scan.sides)?;
        Some(Bill {
            billable,
            charges: charges(base, &rows, terms.fuel_percent),
        })
    }

    fn applies(&self, row: &Surcharge, trip: &Trip, package: &Package, scan: &Scan) -> bool {
        let at_least = |limit: Option<i64>, value: i64| limit.is_none_or(|limit| value >= limit);
        let of_kind = match row.kind {
            SurchargeKind::Residential => self.batch.orders.residential[trip.order],
            SurchargeKind::Fragile => package.fragile,
            SurchargeKind::Hazmat => package.hazmat,
            _ => true,
        };
        row.carrier == self.batch.rates.services[trip.service].carrier
            && of_kind
            && row.service.is_none_or(|service| service == trip.service)
            && row.zone.is_none_or(|zone| zone == trip.zone)
            && at_least(row.min_weight.map(|grams| grams.0), scan.weight)
            && at_least(row.min_length_mm, scan.sides[0])
            && at_least(row.min_second_mm, scan.sides[1])
            && at_least(row.min_girth_mm, scan.girth)
            && within_days(row.valid_from, row.valid_to, trip.pickup)
    }

    fn base(&self, trip: &Trip, billable: i64, sides: [i64; 3]) -> Option<Cents> {
        let rows = self.batch.rates.price_rows(trip.service, trip.zone);
        let holds = |mut limit: [i64; 3]| {
            limit.sort_unstable_by_key(|&side| std::cmp::Reverse(side));
            (0..3).all(|a| sides[a] <= limit[a])
        };
        rows.iter()
            .filter(|row| row.max_weight.0 >= billable && holds(row.max_size))
            .map(|row| row.price)
            .min()
    }
}

fn scan(package: &Package) -> Scan {
    let mut sides = package.size.map(i64::from);
    sides.sort_unstable_by_key(|&side| std::cmp::Reverse(side));
    Scan {
        sides,
        girth: sides[0] + 2 * sides[1] + 2 * sides[2],
        volume: sides.iter().product(),
        weight: package.weight.0,
    }
}

/// Dates are days in UTC; the last one counts in full.
fn within_days(from: Option<Timestamp>, to: Option<Timestamp>, moment: Timestamp) -> bool {
    from.is_none_or(|from| from <= moment) && to.is_none_or(|to| moment.0 < to.0 + 86_400)
}

fn accepted(terms: &ServiceTerms, scan: &Scan, hazmat: bool, pickup: Timestamp) -> bool {
    terms.max_weight.is_none_or(|most| scan.weight <= most.0)
        && terms.max_length_mm.is_none_or(|most| scan.sides[0] <= most)
        && terms.max_girth_mm.is_none_or(|most| scan.girth <= most)
        && (terms.hazmat || !hazmat)
        && within_days(terms.valid_from, terms.valid_to, pickup)
}

/// Whole grams within the next whole unit. One pound is 453.59237 g, one ounce a sixteenth of it.
fn raised(rounding: Rounding, grams: i64) -> i64 {
    let (unit, parts): (i128, i128) = match rounding {
        Rounding::None => (1, 1),
        Rounding::Up100Grams => (100, 1),
        Rounding::Up500Grams => (500, 1),
        Rounding::UpKilogram => (1_000, 1),
        Rounding::UpOunce => (45_359_237, 1_600_000),
        Rounding::UpPound => (45_359_237, 100_000),
    };
    let scaled = i128::from(grams) * parts;
    let units = scaled / unit + i128::from(scaled % unit != 0);
    (units * unit / parts) as i64
}

/// Base, the dearest row of each kind, fuel.
fn charges(base: Cents, rows: &[&Surcharge], fuel_percent: f64) -> BTreeMap<ChargeKind, Cents> {
    let mut charges: BTreeMap<ChargeKind, Cents> = BTreeMap::new();
    for row in rows {
        let amount = row.amount + base.percent(row.percent);
        charges
            .entry(ChargeKind::from(row.kind))
            .and_modify(|most| *most = (*most).max(amount))
            .or_insert(amount);
    }
    let carried = |kind: &ChargeKind| !matches!(kind, ChargeKind::Fragile | ChargeKind::Hazmat);
    let moved: Cents = charges
        .iter()
        .filter(|(kind, _)| carried(kind))
        .map(|(_, &amount)| amount)
        .sum();
    charges.insert(ChargeKind::Fuel, (base + moved).percent(fuel_percent));
    charges.retain(|_, amount| *amount != Cents::ZERO);
    charges.insert(ChargeKind::Base, base);
    charges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_and_ounces_are_whole_grams_within_whole_units() {
        assert_eq!(raised(Rounding::UpPound, 454), 907);
        assert_eq!(raised(Rounding::UpOunce, 29), 56);
        assert_eq!(raised(Rounding::Up500Grams, 501), 1_000);
    }

    #[test]
    fn fuel_is_charged_on_transport_not_on_contents() {
        let charges = charges(Cents(1_000), &[], 10.0);
        assert_eq!(charges[&ChargeKind::Fuel], Cents(100));
        assert_eq!(charges.len(), 2);
    }
}
