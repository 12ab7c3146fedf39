//! The rate card, laid out for rating millions of parcels.
//!
//! For every (service, zone) the price rows become one staircase per size format: `price(w) = min {price of rows with
//! max_weight >= w}`, so a row that is dearer than a heavier one of its format never counts, and a look-up is a binary search.
//! Destinations that are covered by the same surcharges share an *area*; every (service, area) has the list of surcharges that
//! can apply there. Memory: the rows themselves, and services × areas lists.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::ids::{DestIdx, Idx, IdxVec, ServiceIdx, ZoneIdx};
use crate::model::lanes::prefix_key;
use crate::model::rates::{PriceRow, RateCard, Surcharge, SurchargeKind};
use crate::model::units::{Seconds, Timestamp};

/// Prices above are typing errors; guards the integer arithmetic.
const DEAREST: i64 = 1_000_000_000_000;
/// Percentages above are typing errors.
const STEEPEST: f64 = 100_000.0;
const NO_TABLE: u32 = u32::MAX;
const DAY: Seconds = Seconds(86_400);

/// What must be true of order and parcel for a surcharge of a kind.
pub(super) mod needs {
    pub const RESIDENTIAL: u8 = 1;
    pub const FRAGILE: u8 = 2;
    pub const HAZMAT: u8 = 4;
}

/// A surcharge without its destination: conditions as numbers that always compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    /// `u32::MAX`: any.
    pub zone: u32,
    pub kind: u8,
    pub needs: u8,
    pub min_weight: i64,
    pub min_length: i64,
    pub min_second: i64,
    pub min_girth: i64,
    /// Valid at pick-ups in `from..to`.
    pub from: Timestamp,
    pub to: Timestamp,
    pub amount: i64,
    /// Hundredths of a per cent of the base rate.
    pub percent: i64,
    pub min_billable: i64,
}

/// Prices of one size format in one (service, zone): `steps` positions hold rising weights and rising prices.
#[derive(Clone, Debug)]
struct Format {
    max_size: [i64; 3],
    steps: Range<u32>,
}

/// Prices and surcharges of a batch, ready to look up.
#[derive(Clone, Debug)]
pub(super) struct Tariff {
    zones: usize,
    /// Formats of (service, zone).
    table: Vec<u32>,
    tables: Vec<Range<u32>>,
    formats: Vec<Format>,
    weights: Vec<i64>,
    prices: Vec<i64>,
    areas: usize,
    area: IdxVec<DestIdx, u32>,
    /// The area that no surcharge with a destination covers.
    nowhere: u32,
    /// Rules of (service, area).
    lists: Vec<Range<u32>>,
    rules: Vec<Rule>,
}

impl Tariff {
    /// O(price rows × log + surcharges + destinations × lengths of postal codes + services × areas × surcharges of a service).
    pub fn new(batch: &Batch) -> Result<Tariff> {
        let card = &batch.rates;
        audit(card)?;
        let mut tariff = Tariff {
            zones: card.zones.len(),
            table: vec![NO_TABLE; card.services.len() * card.zones.len()],
            tables: Vec::new(),
            formats: Vec::new(),
            weights: Vec::new(),
            prices: Vec::new(),
            areas: 0,
            area: IdxVec::new(),
            nowhere: 0,
            lists: Vec::new(),
            rules: Vec::new(),
        };
        for (service, zones) in card.prices.iter_enumerated() {
            for (zone, rows) in zones {
                tariff.add_prices(service, *zone, rows);
            }
        }
        tariff.add_surcharges(batch);
        Ok(tariff)
    }

    fn add_prices(&mut self, service: ServiceIdx, zone: ZoneIdx, rows: &[PriceRow]) {
        let mut by_format: BTreeMap<[i64; 3], Vec<(i64, i64)>> = BTreeMap::new();
        for row in rows {
            let size = sorted_descending(row.max_size);
            let steps = by_format.entry(size).or_default();
            steps.push((row.max_weight.0, row.price.0));
        }
        let first = self.formats.len() as u32;
        for (max_size, mut steps) in by_format {
            steps.sort_unstable();
            let from = self.weights.len() as u32;
            for (weight, price) in staircase(&steps) {
                self.weights.push(weight);
                self.prices.push(price);
            }
            let steps = from..self.weights.len() as u32;
            self.formats.push(Format { max_size, steps });
        }
        self.table[service.index() * self.zones + zone.index()] = self.tables.len() as u32;
        self.tables.push(first..self.formats.len() as u32);
    }

    fn add_surcharges(&mut self, batch: &Batch) {
        let card = &batch.rates;
        let rules: Vec<Rule> = card.surcharges.iter().map(rule).collect();
        let (area, mut members) = areas(batch, &rules);
        self.area = area;
        let known = members.iter().position(Vec::is_empty);
        self.nowhere = known.unwrap_or_else(|| {
            members.push(Vec::new());
            members.len() - 1
        }) as u32;
        self.areas = members.len();
        for (service, offered) in card.services.iter_enumerated() {
            let of_service = |row: &Surcharge| {
                row.carrier == offered.carrier && row.service.is_none_or(|s| s == service)
            };
            let everywhere: Vec<usize> = (0..rules.len())
                .filter(|&i| {
                    card.surcharges[i].dest_prefix.is_none() && of_service(&card.surcharges[i])
                })
                .collect();
            for member in &members {
                let mut list: Vec<Rule> = member
                    .iter()
                    .copied()
                    .filter(|&i| of_service(&card.surcharges[i]))
                    .chain(everywhere.iter().copied())
                    .map(|i| rules[i])
                    .collect();
                list.sort_unstable();
                list.dedup();
                let from = self.rules.len() as u32;
                self.rules.extend(list);
                self.lists.push(from..self.rules.len() as u32);
            }
        }
    }

    /// The least price of a parcel of `billable` grams with these sides (longest first); `None`: no row takes it.
    pub fn base(
        &self,
        service: ServiceIdx,
        zone: ZoneIdx,
        billable: i64,
        sides: [i64; 3],
    ) -> Option<i64> {
        let table = self.table[service.index() * self.zones + zone.index()];
        if table == NO_TABLE {
            return None;
        }
        let Range { start, end } = self.tables[table as usize];
        let mut least: Option<i64> = None;
        for format in &self.formats[start as usize..end as usize] {
            let [a, b, c] = format.max_size;
            if sides[0] > a || sides[1] > b || sides[2] > c {
                continue;
            }
            let (from, to) = (format.steps.start as usize, format.steps.end as usize);
            let step = from + self.weights[from..to].partition_point(|&w| w < billable);
            if step < to {
                let price = self.prices[step];
                least = Some(least.map_or(price, |least| least.min(price)));
            }
        }
        least
    }

    /// Whether a price row is below nothing.
    pub fn has_negative_prices(&self) -> bool {
        self.prices.iter().any(|&price| price < 0)
    }

    /// Whether any service has prices in the zone.
    pub fn is_priced(&self, zone: ZoneIdx) -> bool {
        let of_zone = self.table.iter().skip(zone.index()).step_by(self.zones);
        of_zone.into_iter().any(|&table| table != NO_TABLE)
    }

    /// Surcharges that may apply to parcels of `service` in `area`.
    pub fn rules(&self, service: ServiceIdx, area: u32) -> &[Rule] {
        let Range { start, end } = self.lists[service.index() * self.areas + area as usize];
        &self.rules[start as usize..end as usize]
    }

    /// The area of destinations that no surcharge names.
    pub fn nowhere(&self) -> u32 {
        self.nowhere
    }

    /// Destinations of one area have the same surcharges.
    pub fn area(&self, dest: DestIdx) -> u32 {
        self.area[dest]
    }
}

fn sorted_descending(mut size: [i64; 3]) -> [i64; 3] {
    size.sort_unstable_by(|a, b| b.cmp(a));
    size
}

/// From (max weight, price) rising by weight to steps with strictly rising weights and prices.
fn staircase(rows: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut steps: Vec<(i64, i64)> = Vec::with_capacity(rows.len());
    for &(weight, price) in rows.iter().rev() {
        match steps.last() {
            Some(&(_, heavier)) if price >= heavier => {}
            Some(&(same, _)) if same == weight => {
                steps.pop();
                steps.push((weight, price));
            }
            _ => steps.push((weight, price)),
        }
    }
    steps.reverse();
    steps
}

fn rule(row: &Surcharge) -> Rule {
    let needs = match row.kind {
        SurchargeKind::Residential => needs::RESIDENTIAL,
        SurchargeKind::Fragile => needs::FRAGILE,
        SurchargeKind::Hazmat => needs::HAZMAT,
        _ => 0,
    };
    Rule {
        zone: row.zone.map_or(u32::MAX, |zone| zone.0),
        kind: row.kind as u8,
        needs,
        min_weight: row.min_weight.map_or(i64::MIN, |w| w.0),
        min_length: row.min_length_mm.unwrap_or(i64::MIN),
        min_second: row.min_second_mm.unwrap_or(i64::MIN),
        min_girth: row.min_girth_mm.unwrap_or(i64::MIN),
        from: row.valid_from.unwrap_or(Timestamp(i64::MIN)),
        to: end_of(row.valid_to),
        amount: row.amount.0,
        percent: hundredths(row.percent),
        min_billable: row.min_billable.map_or(0, |w| w.0),
    }
}

/// The first moment after a last valid day, which counts in full.
pub(super) fn end_of(day: Option<Timestamp>) -> Timestamp {
    day.map_or(Timestamp::MAX, |day| Timestamp(day.0.saturating_add(DAY.0)))
}

/// Per cent as hundredths of a per cent: two decimals count.
pub(super) fn hundredths(percent: f64) -> i64 {
    (percent * 100.0).round() as i64
}

/// The area of every destination, and per area the surcharges with a destination that cover it: one index for each distinct rule.
fn areas(batch: &Batch, rules: &[Rule]) -> (IdxVec<DestIdx, u32>, Vec<Vec<usize>>) {
    let mut first_like = BTreeMap::new();
    let mut by_prefix: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (i, row) in batch.rates.surcharges.iter().enumerate() {
        if let Some(prefix) = &row.dest_prefix {
            let like = (row.carrier, row.service, rules[i]);
            let first = *first_like.entry(like).or_insert(i);
            by_prefix.entry(prefix).or_default().push(first);
        }
    }
    let mut ids: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let area = (0..batch.destinations.len())
        .map(DestIdx::from_usize)
        .map(|dest| {
            let covering = if by_prefix.is_empty() {
                Vec::new()
            } else {
                covering(batch, dest, &by_prefix)
            };
            let next = members.len() as u32;
            *ids.entry(covering).or_insert_with_key(|covering| {
                members.push(covering.clone());
                next
            })
        })
        .collect();
    (area, members)
}

/// Rules whose prefix covers `dest`, each once.
fn covering(batch: &Batch, dest: DestIdx, by_prefix: &FxHashMap<&str, Vec<usize>>) -> Vec<usize> {
    let destinations = &batch.destinations;
    let country = &batch.symbols[destinations.country[dest]];
    let key = prefix_key(country, &destinations.postal_code[dest]);
    let mut found: Vec<usize> = (0..=key.len())
        .filter_map(|end| key.get(..end))
        .filter(|start| crate::model::lanes::covers(start, &key))
        .filter_map(|start| by_prefix.get(start))
        .flatten()
        .copied()
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Refuses amounts that would overflow: they are typing errors.
fn audit(card: &RateCard) -> Result<()> {
    let too_much = |what: &str, value: String| {
        Error::input(format!("{what}: {value} is beyond reason"))
            .hint("check the unit: prices are in cents, percentages in per cent")
    };
    for (service, zones) in card.prices.iter_enumerated() {
        let rows = zones.iter().flat_map(|(_, rows)| rows);
        if let Some(row) = rows.into_iter().find(|r| r.price.0.abs() > DEAREST) {
            let name = &card.services[service].name;
            return Err(too_much(
                &format!("rates: service {name}: price_cents"),
                row.price.0.to_string(),
            ));
        }
    }
    for row in &card.surcharges {
        let name = row.kind.name();
        if row.amount.0.abs() > DEAREST {
            let value = row.amount.0.to_string();
            return Err(too_much(
                &format!("surcharges: {name}: amount_cents"),
                value,
            ));
        }
        if !row.percent.is_finite() || row.percent.abs() > STEEPEST {
            let value = row.percent.to_string();
            return Err(too_much(&format!("surcharges: {name}: percent"), value));
        }
    }
    for service in &card.services {
        let special = service.facility_terms.iter().map(|(_, terms)| terms);
        for terms in service.default_terms.iter().chain(special) {
            if !terms.fuel_percent.is_finite() || terms.fuel_percent.abs() > STEEPEST {
                return Err(too_much(
                    &format!("carrier_services: service {}: fuel_percent", service.name),
                    terms.fuel_percent.to_string(),
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_dearer_than_a_heavier_one_never_counts() {
        let rows = [
            (1_000, 500),
            (2_000, 450),
            (2_000, 470),
            (3_000, 450),
            (5_000, 900),
        ];
        assert_eq!(staircase(&rows), [(3_000, 450), (5_000, 900)]);
    }

    #[test]
    fn equal_weights_keep_the_cheaper_row() {
        assert_eq!(staircase(&[(1_000, 300), (1_000, 400)]), [(1_000, 300)]);
        assert_eq!(staircase(&[]), []);
    }
}
