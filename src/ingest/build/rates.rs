//! The rate card: services and their terms, prices, zones, surcharges.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalog::facility_or_all;
use crate::ingest::faults::{At, Blame, Faults};
use crate::ingest::intern::Known;
use crate::ingest::rules;
use crate::ingest::schema::{self, Tables};
use crate::model::ids::{CarrierIdx, FacilityIdx, Idx, IdxVec, ServiceIdx, ZoneIdx};
use crate::model::rates::{PriceRow, RateCard, Service, ServiceTerms, Surcharge, ZoneRow};
use crate::model::text::Text;
use crate::model::units::Grams;

/// Names of the rate card on their way to numbers.
#[derive(Default)]
struct Names<'a> {
    carriers: FxHashMap<&'a str, CarrierIdx>,
    services: FxHashMap<(CarrierIdx, &'a str), ServiceIdx>,
    zones: FxHashMap<&'a str, ZoneIdx>,
}

/// The number of `name`, new or known.
fn intern<'a, I: Idx>(known: &mut FxHashMap<&'a str, I>, text: &mut Text<I>, name: &'a str) -> I {
    *known.entry(name).or_insert_with(|| text.push(name))
}

impl Names<'_> {
    fn carrier(&self, name: &str) -> Result<CarrierIdx, Blame> {
        rules::unknown_value(self.carriers.get(name).copied()).at("carrier", name)
    }
    fn service(&self, carrier: CarrierIdx, name: &str) -> Result<ServiceIdx, Blame> {
        rules::unknown_value(self.services.get(&(carrier, name)).copied()).at("service", name)
    }
}

/// The rate card, without its lanes.
pub fn rate_card(t: &mut Tables, facilities: &Known<FacilityIdx>) -> RateCard {
    let mut card = RateCard::default();
    let mut names = Names::default();
    let (services, faults) = (&t.carrier_services.table, &mut t.carrier_services.faults);
    add_services(services, faults, facilities, &mut names, &mut card);
    add_prices(&t.rates.table, &mut t.rates.faults, &mut names, &mut card);
    add_zones(&t.zones.table, &mut t.zones.faults, &mut names, &mut card);
    add_surcharges(
        &t.surcharges.table,
        &mut t.surcharges.faults,
        &mut names,
        &mut card,
    );
    card
}

fn add_services<'a>(
    t: &'a schema::CarrierServices,
    faults: &mut Faults,
    facilities: &Known<FacilityIdx>,
    names: &mut Names<'a>,
    card: &mut RateCard,
) {
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let facility = facility_or_all(t.facility_id.get(row), facilities)?;
        let (carrier, service) = (t.carrier.at(row), t.service.at(row));
        rules::duplicate_key(&mut seen, (carrier, service, facility)).at("service", service)?;
        Ok(facility)
    };
    for (row, facility) in faults.built(t.rows, check) {
        let carrier = intern(&mut names.carriers, &mut card.carriers, t.carrier.at(row));
        let service = *names
            .services
            .entry((carrier, t.service.at(row)))
            .or_insert_with(|| {
                card.services.push(Service {
                    carrier,
                    name: t.service.at(row).to_owned(),
                    default_terms: None,
                    facility_terms: Vec::new(),
                })
            });
        let service = &mut card.services[service];
        match facility {
            None => service.default_terms = Some(terms(t, row)),
            Some(facility) => service.facility_terms.push((facility, terms(t, row))),
        }
    }
    for service in card.services.as_mut_slice() {
        service.facility_terms.sort_by_key(|row| row.0);
    }
}

fn terms(t: &schema::CarrierServices, row: usize) -> ServiceTerms {
    ServiceTerms {
        dim_divisor: t.dim_divisor[row],
        dim_threshold: t.dim_threshold_mm3[row],
        rounding: t.rounding[row],
        max_weight: t.max_weight_g[row].map(Grams),
        max_length_mm: t.max_length_mm[row],
        max_girth_mm: t.max_girth_mm[row],
        pickup_cutoff: t.pickup_cutoff[row],
        pickup_days: t.pickup_days[row],
        delivery_days: t.delivery_days[row],
        transit_days: t.transit_days[row].map(|days| days as u16),
        fuel_percent: t.fuel_percent[row],
        daily_capacity: t.daily_capacity[row].map(|packages| packages as u32),
        min_commitment: t.min_commitment[row].map(|packages| packages as u32),
        hazmat: t.hazmat[row],
        valid_from: t.valid_from[row],
        valid_to: t.valid_to[row],
    }
}

fn add_prices<'a>(
    t: &'a schema::Rates,
    faults: &mut Faults,
    names: &mut Names<'a>,
    card: &mut RateCard,
) {
    let mut prices: IdxVec<ServiceIdx, BTreeMap<ZoneIdx, Vec<PriceRow>>> =
        card.services.iter().map(|_| BTreeMap::new()).collect();
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let carrier = names.carrier(t.carrier.at(row))?;
        let service = names.service(carrier, t.service.at(row))?;
        let grams = t.max_weight_g[row];
        rules::bad_dimensions(grams, *schema::WEIGHT.end()).at("max_weight_g", grams)?;
        rules::negative_price(t.price_cents[row]).at("price_cents", t.price_cents[row].0)?;
        let size = format_size([
            t.max_length_mm[row],
            t.max_width_mm[row],
            t.max_height_mm[row],
        ]);
        let zone = t.zone.at(row);
        rules::duplicate_key(&mut seen, (service, zone, grams, size)).at("max_weight_g", grams)?;
        Ok((
            service,
            PriceRow {
                max_weight: Grams(grams),
                price: t.price_cents[row],
                max_size: size,
            },
        ))
    };
    for (row, (service, price)) in faults.built(t.rows, check) {
        let zone = intern(&mut names.zones, &mut card.zones, t.zone.at(row));
        prices[service].entry(zone).or_default().push(price);
    }
    card.prices = prices
        .into_vec()
        .into_iter()
        .map(|zones| zones.into_iter().map(sorted).collect())
        .collect();
}

fn sorted((zone, mut rows): (ZoneIdx, Vec<PriceRow>)) -> (ZoneIdx, Vec<PriceRow>) {
    rows.sort_by_key(|row| (row.max_weight, row.price));
    (zone, rows)
}

/// Longest, middle and shortest side; what is not given is not limited.
fn format_size(sides: [Option<i64>; 3]) -> [i64; 3] {
    let mut size = sides.map(|side| side.unwrap_or(i64::MAX));
    if sides.iter().all(Option::is_some) {
        size.sort_unstable_by(|a, b| b.cmp(a));
    }
    size
}

/// `CC` or `CC:POSTAL` in upper case and without blanks, as `lanes::prefix_key` writes keys.
fn prefix(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn add_zones<'a>(
    t: &'a schema::Zones,
    faults: &mut Faults,
    names: &mut Names<'a>,
    card: &mut RateCard,
) {
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let carrier = t.carrier.get(row).filter(|carrier| *carrier != "*");
        let carrier = carrier.map(|carrier| names.carrier(carrier)).transpose()?;
        let (origin, dest) = (
            prefix(t.origin_prefix.at(row)),
            prefix(t.dest_prefix.at(row)),
        );
        rules::duplicate_key(&mut seen, (carrier, origin.clone(), dest.clone()))
            .at("dest_prefix", &dest)?;
        Ok((carrier, origin, dest))
    };
    for (row, (carrier, origin_prefix, dest_prefix)) in faults.built(t.rows, check) {
        let zone = intern(&mut names.zones, &mut card.zones, t.zone.at(row));
        let transit_days = t.transit_days[row].map(|days| days as u16);
        card.zone_rows.push(ZoneRow {
            carrier,
            origin_prefix,
            dest_prefix,
            zone,
            transit_days,
        });
    }
}

fn add_surcharges<'a>(
    t: &'a schema::Surcharges,
    faults: &mut Faults,
    names: &mut Names<'a>,
    card: &mut RateCard,
) {
    let check = |row: usize| {
        let carrier = names.carrier(t.carrier.at(row))?;
        let service = t
            .service
            .get(row)
            .map(|service| names.service(carrier, service))
            .transpose()?;
        rules::negative_price(t.amount_cents[row]).at("amount_cents", t.amount_cents[row].0)?;
        Ok((carrier, service))
    };
    for (row, (carrier, service)) in faults.built(t.rows, check) {
        let zone = t
            .zone
            .get(row)
            .map(|zone| intern(&mut names.zones, &mut card.zones, zone));
        card.surcharges.push(Surcharge {
            carrier,
            service,
            kind: t.kind[row],
            dest_prefix: t.dest_prefix.get(row).map(prefix),
            zone,
            min_weight: t.min_weight_g[row].map(Grams),
            min_length_mm: t.min_length_mm[row],
            min_second_mm: t.min_second_mm[row],
            min_girth_mm: t.min_girth_mm[row],
            valid_from: t.valid_from[row],
            valid_to: t.valid_to[row],
            amount: t.amount_cents[row],
            percent: t.percent[row],
            min_billable: t.min_billable_g[row].map(Grams),
        });
    }
}
