//! Every shipment is priced right: zone, billable weight and base rate looked up again in the rate tables, row by row.
//!
//! This is a second, plain implementation of rating on text keys. It knows zones, rounding, dimensional weight, price rows and size
//! limits; of surcharges it only knows that some raise the billable weight (`min_billable_g`), and accepts the base rate at the package's
//! own billable weight or at one of those. That surcharges and fuel add up to the price is the invariant `charges`.

use std::collections::HashMap;

use polars::prelude::*;

use super::files::{Kind, RunFiles, collect, join, sum_by, violations};
use crate::error::{Error, Result};
use crate::stage::Violation;

pub fn charges(files: &RunFiles) -> Result<Vec<Violation>> {
    let shipments = files.output(
        "shipments",
        &[("shipment_id", Kind::Text), ("price_cents", Kind::Int)],
    )?;
    let charges = files.output(
        "shipment_charges",
        &[("shipment_id", Kind::Text), ("amount_cents", Kind::Int)],
    )?;
    let charged = sum_by(charges, &["shipment_id"], "amount_cents", "charged");
    let both = join(shipments, charged, &["shipment_id"], JoinType::Full);
    let broken = both.filter(col("price_cents").neq_missing(col("charged")));
    violations(
        "charges",
        broken,
        &["shipment_id"],
        "the charges do not add up to the price",
    )
}

pub fn base_rates(files: &RunFiles) -> Result<Vec<Violation>> {
    let card = Card::read(files)?;
    let packages = Rows::of(packages(files)?, "packages")?;
    let mut found = Vec::new();
    for i in 0..packages.len() {
        let (carrier, service) = (packages.text(i, "carrier"), packages.text(i, "service"));
        let key = prefix_key(packages.text(i, "country"), packages.text(i, "postal_code"));
        let zone = card.zone(carrier, packages.text(i, "facility_id"), &key);
        let stated = packages.text(i, "zone");
        let place = packages.text(i, "package_id");
        if zone != Some(stated) {
            found.push(Violation::new(
                "prices",
                place,
                format!("zone {stated}, by the table {}", zone.unwrap_or("none")),
            ));
            continue;
        }
        let size =
            ["length_mm", "width_mm", "height_mm"].map(|side| packages.int(i, side).unwrap_or(0));
        let weight = packages.int(i, "weight_g").unwrap_or(0);
        let allowed = card.base_rates(
            carrier,
            service,
            packages.text(i, "facility_id"),
            stated,
            size,
            weight,
        );
        let charged = packages.int(i, "base_cents");
        if !allowed.iter().any(|&rate| Some(rate) == charged) {
            found.push(Violation::new(
                "prices",
                place,
                format!("base rate {charged:?} cents, by the table {allowed:?}"),
            ));
        }
    }
    Ok(found)
}

/// Packages with their shipment's service and zone, their order's address and their base charge.
fn packages(files: &RunFiles) -> Result<LazyFrame> {
    let sizes = ["length_mm", "width_mm", "height_mm", "weight_g"].map(|name| (name, Kind::Int));
    let columns: Vec<_> = [("package_id", Kind::Text), ("shipment_id", Kind::Text)]
        .into_iter()
        .chain(sizes)
        .collect();
    let packages = files.output("packages", &columns)?;
    let names = [
        "shipment_id",
        "order_id",
        "facility_id",
        "carrier",
        "service",
        "zone",
    ]
    .map(|name| (name, Kind::Text));
    let shipments = files.output("shipments", &names)?;
    let charges = files.output(
        "shipment_charges",
        &[
            ("package_id", Kind::Text),
            ("kind", Kind::Text),
            ("amount_cents", Kind::Int),
        ],
    )?;
    let base = sum_by(
        charges.filter(col("kind").eq(lit("base"))),
        &["package_id"],
        "amount_cents",
        "base_cents",
    );
    let address = [
        ("order_id", Kind::Text),
        ("country", Kind::Text),
        ("postal_code", Kind::Text),
    ];
    let orders = required(files, "orders", &address)?;
    let whole = join(
        join(packages, shipments, &["shipment_id"], JoinType::Left),
        base,
        &["package_id"],
        JoinType::Left,
    );
    Ok(join(whole, orders, &["order_id"], JoinType::Left))
}

fn required(files: &RunFiles, table: &str, columns: &[(&str, Kind)]) -> Result<LazyFrame> {
    files
        .input(table, columns)?
        .ok_or_else(|| Error::input(format!("the run folder lacks its input table {table}")))
}

/// A collected table with its columns by name.
struct Rows {
    frame: DataFrame,
}

impl Rows {
    fn of(frame: LazyFrame, what: &str) -> Result<Rows> {
        Ok(Rows {
            frame: collect(frame, what)?,
        })
    }
    fn len(&self) -> usize {
        self.frame.height()
    }
    fn text(&self, i: usize, name: &str) -> &str {
        self.frame
            .column(name)
            .ok()
            .and_then(|column| column.str().ok())
            .and_then(|column| column.get(i))
            .unwrap_or("")
    }
    fn int(&self, i: usize, name: &str) -> Option<i64> {
        self.frame.column(name).ok()?.i64().ok()?.get(i)
    }
}

type ServiceKey = (String, String);
/// Carrier, service, zone.
type LaneKey = (String, String, String);
/// Max weight, sorted size limits, price.
type PriceRow = (i64, [i64; 3], i64);
/// Carrier (`*`: all), origin prefix, zone.
type ZoneRow = (String, String, String);

/// The rate tables of the batch, keyed by text.
struct Card {
    prices: HashMap<LaneKey, Vec<PriceRow>>,
    /// Terms by (carrier, service) and facility; the empty facility is the default.
    terms: HashMap<(ServiceKey, String), Terms>,
    /// By destination prefix.
    zones: HashMap<String, Vec<ZoneRow>>,
    /// Facility to the key of its own address.
    origins: HashMap<String, String>,
    /// Weights that surcharges of a carrier raise the billable weight to.
    raised: HashMap<String, Vec<i64>>,
}

#[derive(Clone, Copy)]
struct Terms {
    divisor: i64,
    threshold: i64,
    /// Grams per step, 0: none.
    step: f64,
}

impl Card {
    fn read(files: &RunFiles) -> Result<Card> {
        Ok(Card {
            prices: read_prices(files)?,
            terms: read_terms(files)?,
            zones: read_zones(files)?,
            origins: read_origins(files)?,
            raised: read_raised(files)?,
        })
    }

    fn zone(&self, carrier: &str, facility: &str, key: &str) -> Option<&str> {
        let origin = self.origins.get(facility)?;
        let ends = (0..=key.len())
            .rev()
            .filter(|&end| key.is_char_boundary(end));
        ends.filter(|&end| matches(&key[..end], key))
            .find_map(|end| {
                let rows = self.zones.get(&key[..end])?.iter();
                let usable = rows
                    .filter(|(of, from, _)| (of == "*" || of == carrier) && matches(from, origin));
                usable
                    .max_by_key(|(of, from, _)| (from.len(), of != "*"))
                    .map(|(.., zone)| zone.as_str())
            })
    }

    fn base_rates(
        &self,
        carrier: &str,
        service: &str,
        facility: &str,
        zone: &str,
        size: [i64; 3],
        weight: i64,
    ) -> Vec<i64> {
        let key = (carrier.to_owned(), service.to_owned());
        let own = self.terms.get(&(key.clone(), facility.to_owned()));
        let Some(&terms) = own.or_else(|| self.terms.get(&(key.clone(), String::new()))) else {
            return Vec::new();
        };
        let Some(rows) = self.prices.get(&(key.0, key.1, zone.to_owned())) else {
            return Vec::new();
        };
        let mut sides = size;
        sides.sort_unstable_by(|a, b| b.cmp(a));
        let mut weights = vec![0];
        weights.extend(self.raised.get(carrier).into_iter().flatten());
        let rate = |floor: i64| {
            let billable = terms.billable(size, weight, floor);
            let fits = |row: &&(i64, [i64; 3], i64)| {
                row.0 >= billable && (0..3).all(|k| sides[k] <= row.1[k])
            };
            rows.iter().filter(fits).map(|row| row.2).min()
        };
        weights.into_iter().filter_map(rate).collect()
    }
}

impl Terms {
    fn billable(self, size: [i64; 3], weight: i64, floor: i64) -> i64 {
        let volume: i64 = size.iter().product();
        let dimensional = if self.divisor > 0 && volume > self.threshold {
            (volume + self.divisor - 1) / self.divisor
        } else {
            0
        };
        let heaviest = weight.max(dimensional).max(floor);
        if self.step == 0.0 {
            return heaviest;
        }
        // The last gram of a step belongs to it: 453.59237 g is one pound, 454 g are two.
        let steps = (heaviest as f64 / self.step).ceil();
        (steps * self.step).floor() as i64
    }
}

fn read_prices(files: &RunFiles) -> Result<HashMap<LaneKey, Vec<PriceRow>>> {
    let names = ["carrier", "service", "zone"].map(|name| (name, Kind::Text));
    let limits = [
        "max_weight_g",
        "price_cents",
        "max_length_mm",
        "max_width_mm",
        "max_height_mm",
    ]
    .map(|name| (name, Kind::Int));
    let columns: Vec<_> = names.into_iter().chain(limits).collect();
    let rows = Rows::of(required(files, "rates", &columns)?, "rates")?;
    let mut prices: HashMap<_, Vec<_>> = HashMap::new();
    for i in 0..rows.len() {
        let key = (
            rows.text(i, "carrier").to_owned(),
            rows.text(i, "service").to_owned(),
            rows.text(i, "zone").to_owned(),
        );
        let mut limits = ["max_length_mm", "max_width_mm", "max_height_mm"]
            .map(|side| rows.int(i, side).unwrap_or(i64::MAX));
        limits.sort_unstable_by(|a, b| b.cmp(a));
        let (Some(weight), Some(price)) = (rows.int(i, "max_weight_g"), rows.int(i, "price_cents"))
        else {
            continue;
        };
        prices.entry(key).or_default().push((weight, limits, price));
    }
    Ok(prices)
}

fn read_terms(files: &RunFiles) -> Result<HashMap<(ServiceKey, String), Terms>> {
    let names = ["carrier", "service", "facility_id", "rounding"].map(|name| (name, Kind::Text));
    let figures = ["dim_divisor", "dim_threshold_mm3"].map(|name| (name, Kind::Int));
    let columns: Vec<_> = names.into_iter().chain(figures).collect();
    let rows = Rows::of(
        required(files, "carrier_services", &columns)?,
        "carrier_services",
    )?;
    let mut all = HashMap::new();
    for i in 0..rows.len() {
        let step = match rows.text(i, "rounding") {
            "up_100g" => 100.0,
            "up_500g" => 500.0,
            "up_1kg" => 1_000.0,
            "up_1oz" => 28.349_523_125,
            "up_1lb" => 453.592_37,
            _ => 0.0,
        };
        let divisor = rows.int(i, "dim_divisor").unwrap_or(0);
        let terms = Terms {
            divisor,
            threshold: rows.int(i, "dim_threshold_mm3").unwrap_or(0),
            step,
        };
        let key = (
            rows.text(i, "carrier").to_owned(),
            rows.text(i, "service").to_owned(),
        );
        all.entry((key, rows.text(i, "facility_id").to_owned()))
            .or_insert(terms);
    }
    Ok(all)
}

fn read_zones(files: &RunFiles) -> Result<HashMap<String, Vec<ZoneRow>>> {
    let columns =
        ["carrier", "origin_prefix", "dest_prefix", "zone"].map(|name| (name, Kind::Text));
    let rows = Rows::of(required(files, "zones", &columns)?, "zones")?;
    let mut zones: HashMap<String, Vec<_>> = HashMap::new();
    for i in 0..rows.len() {
        let carrier = Some(rows.text(i, "carrier"))
            .filter(|carrier| !carrier.is_empty())
            .unwrap_or("*");
        let row = (
            carrier.to_owned(),
            squeezed(rows.text(i, "origin_prefix")),
            rows.text(i, "zone").to_owned(),
        );
        zones
            .entry(squeezed(rows.text(i, "dest_prefix")))
            .or_default()
            .push(row);
    }
    Ok(zones)
}

fn read_origins(files: &RunFiles) -> Result<HashMap<String, String>> {
    let columns = ["facility_id", "country", "postal_code"].map(|name| (name, Kind::Text));
    let rows = Rows::of(required(files, "facilities", &columns)?, "facilities")?;
    let key = |i| prefix_key(rows.text(i, "country"), rows.text(i, "postal_code"));
    Ok((0..rows.len())
        .map(|i| (rows.text(i, "facility_id").to_owned(), key(i)))
        .collect())
}

fn read_raised(files: &RunFiles) -> Result<HashMap<String, Vec<i64>>> {
    let columns = [("carrier", Kind::Text), ("min_billable_g", Kind::Int)];
    let Some(surcharges) = files.input("surcharges", &columns)? else {
        return Ok(HashMap::new());
    };
    let rows = Rows::of(surcharges, "surcharges")?;
    let mut raised: HashMap<String, Vec<i64>> = HashMap::new();
    for i in 0..rows.len() {
        if let Some(weight) = rows.int(i, "min_billable_g") {
            raised
                .entry(rows.text(i, "carrier").to_owned())
                .or_default()
                .push(weight);
        }
    }
    Ok(raised)
}

fn squeezed(prefix: &str) -> String {
    prefix
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn prefix_key(country: &str, postal_code: &str) -> String {
    format!("{}:{}", squeezed(country), squeezed(postal_code))
}

/// A country alone matches whole: `US` covers `US:1`, `U` does not.
fn matches(prefix: &str, key: &str) -> bool {
    let whole = prefix.contains(':') || key.as_bytes().get(prefix.len()) == Some(&b':');
    prefix.is_empty() || (key.starts_with(prefix) && whole)
}
