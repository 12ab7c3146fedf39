//! A synthetic national carrier card: `carrier_services`, `zones`, `cartons`.
//!
//! Three invented carriers with nine services. The structure is that of the trade, the figures are ours: parcel zones 1 to 9 from the
//! real ZIP3 matrix (datasets/us_zones), prices per zone and pound (rates.rs), dimensional weight with 139 in3/lb (5,022 mm3/g) for the private
//! carriers and 166 in3/lb (5,998 mm3/g) above one cubic foot for the post, fuel percentage, surcharges (surcharges.rs), cut-offs in
//! the morning after the night shift, pickup on six days.
//! Transit days of ground services follow the zone (rows of `zones` per carrier, three more days to Alaska and Hawaii);
//! the other services guarantee theirs.

use std::collections::BTreeSet;
use std::fmt::Write;

use arrow::array::RecordBatch;

use super::columns::Columns;
use super::failure::{Result, internal};
use super::network::Network;
use super::places::ZoneMatrix;

pub const POSTAL: &str = "POSTAL";
pub const NORTHSTAR: &str = "NORTHSTAR";
pub const SWIFTLINE: &str = "SWIFTLINE";
const CARRIERS: [&str; 3] = [POSTAL, NORTHSTAR, SWIFTLINE];

/// One cubic foot.
const CUBIC_FOOT_MM3: i64 = 28_316_847;
const INCH_MM: f64 = 25.4;

/// A service of a carrier, with its place in the price model of rates.rs.
pub struct CarrierService {
    pub carrier: &'static str,
    pub name: &'static str,
    /// Guaranteed transit; None follows the zone.
    pub days: Option<i64>,
    /// Price relative to the ground anchors, and what is added to it, cents.
    pub factor: f64,
    pub added_cents: f64,
    /// Growth of the factor per pound.
    pub factor_per_pound: f64,
    pub most_pounds: i64,
    pub fuel_percent: f64,
    pub cutoff: &'static str,
    pub hazmat: bool,
}

impl CarrierService {
    pub fn is_postal(&self) -> bool {
        self.carrier == POSTAL
    }
}

#[rustfmt::skip]
pub const SERVICES: [CarrierService; 9] = [
    CarrierService { carrier: POSTAL, name: "ground_saver", days: None, factor: 0.90, added_cents: 0.0, factor_per_pound: 0.012, most_pounds: 70, fuel_percent: 0.0, cutoff: "08:30", hazmat: true },
    CarrierService { carrier: POSTAL, name: "priority", days: Some(3), factor: 1.10, added_cents: 60.0, factor_per_pound: 0.014, most_pounds: 70, fuel_percent: 0.0, cutoff: "08:00", hazmat: false },
    CarrierService { carrier: NORTHSTAR, name: "ground", days: None, factor: 0.82, added_cents: 0.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 14.5, cutoff: "07:30", hazmat: true },
    CarrierService { carrier: NORTHSTAR, name: "three_day", days: Some(3), factor: 1.45, added_cents: 150.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 15.5, cutoff: "07:00", hazmat: false },
    CarrierService { carrier: NORTHSTAR, name: "two_day", days: Some(2), factor: 2.10, added_cents: 300.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 15.5, cutoff: "06:30", hazmat: false },
    CarrierService { carrier: NORTHSTAR, name: "next_day", days: Some(1), factor: 3.40, added_cents: 900.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 15.5, cutoff: "06:00", hazmat: false },
    CarrierService { carrier: SWIFTLINE, name: "economy", days: None, factor: 0.78, added_cents: 0.0, factor_per_pound: 0.002, most_pounds: 150, fuel_percent: 13.5, cutoff: "07:00", hazmat: true },
    CarrierService { carrier: SWIFTLINE, name: "two_day", days: Some(2), factor: 2.00, added_cents: 350.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 14.0, cutoff: "06:00", hazmat: false },
    CarrierService { carrier: SWIFTLINE, name: "next_day_saver", days: Some(1), factor: 3.20, added_cents: 800.0, factor_per_pound: 0.0, most_pounds: 150, fuel_percent: 14.0, cutoff: "05:30", hazmat: false },
];

/// Ground transit days by zone 1..9.
fn ground_days(carrier: &str) -> [i64; 9] {
    match carrier {
        POSTAL => [2, 2, 2, 3, 3, 4, 4, 5, 9],
        NORTHSTAR => [1, 1, 2, 2, 3, 4, 4, 5, 8],
        _ => [1, 1, 2, 3, 4, 4, 5, 6, 9],
    }
}

/// Prefixes of Alaska, Hawaii and the islands, which take longer by ground.
pub fn is_remote(prefix: &str) -> bool {
    matches!(prefix, "967" | "968" | "969")
        || ("995"..="999").contains(&prefix)
        || ("006"..="009").contains(&prefix)
}

/// Grams of a weight in pounds, rounded up, so that a weight rounded up to the pound stays within its break.
pub fn grams(pounds: f64) -> i64 {
    (pounds * 453.592_37).ceil() as i64
}

/// The `carrier_services` table.
pub fn service_rows() -> Result<RecordBatch> {
    let rows = &SERVICES;
    let postal = |yes: i64, no: i64| {
        rows.iter()
            .map(move |one| if one.is_postal() { yes } else { no })
    };
    Columns::new(rows.len())
        .text("carrier", rows.iter().map(|one| one.carrier))
        .text("service", rows.iter().map(|one| one.name))
        .integer("dim_divisor", postal(5_998, 5_022))
        .maybe_integer(
            "dim_threshold_mm3",
            rows.iter()
                .map(|one| one.is_postal().then_some(CUBIC_FOOT_MM3)),
        )
        .text(
            "rounding",
            rows.iter()
                .map(|one| if one.is_postal() { "up_1oz" } else { "up_1lb" }),
        )
        .integer(
            "max_weight_g",
            rows.iter().map(|one| grams(one.most_pounds as f64)),
        )
        .integer("max_length_mm", postal(2_743, 2_743))
        .integer("max_girth_mm", postal(3_302, 4_191))
        .text("pickup_cutoff", rows.iter().map(|one| one.cutoff))
        .text("pickup_days", rows.iter().map(|_| "123456"))
        .text("delivery_days", rows.iter().map(|_| "123456"))
        .maybe_integer("transit_days", rows.iter().map(|one| one.days))
        .float("fuel_percent", rows.iter().map(|one| one.fuel_percent))
        .maybe_integer("daily_capacity", rows.iter().map(|_| None))
        .flag("hazmat", rows.iter().map(|one| one.hazmat))
        .finish()
}

/// The `zones` table: every carrier from every facility prefix to every prefix of the country.
pub fn zone_rows(network: &Network, matrix: &ZoneMatrix) -> Result<RecordBatch> {
    let origins: BTreeSet<&str> = network
        .facilities
        .iter()
        .map(|facility| facility.prefix())
        .collect();
    let mut rows = Vec::new();
    for carrier in CARRIERS {
        let days = ground_days(carrier);
        for &origin in &origins {
            let zones = matrix
                .row(origin)
                .ok_or_else(|| internal("zone matrix", format!("no row for {origin}")))?;
            for (prefix, &zone) in matrix.prefixes.iter().zip(zones) {
                let extra = if is_remote(prefix) { 3 } else { 0 };
                let zone = usize::from(zone - b'0');
                rows.push((
                    carrier,
                    origin,
                    prefix.as_str(),
                    zone,
                    days[zone - 1] + extra,
                ));
            }
        }
    }
    let prefixed = |prefix: &str, text: &mut String| {
        let _ = write!(text, "US:{prefix}");
    };
    Columns::new(rows.len())
        .text("carrier", rows.iter().map(|row| row.0))
        .formatted("origin_prefix", |row, text| prefixed(rows[row].1, text))
        .formatted("dest_prefix", |row, text| prefixed(rows[row].2, text))
        .formatted("zone", |row, text| text.push_str(&rows[row].3.to_string()))
        .integer("transit_days", rows.iter().map(|row| row.4))
        .finish()
}

/// Standard US corrugated boxes: inner inches, tare g, limit lb, cost in cents.
const CARTONS: [([f64; 3], i64, f64, i64); 14] = [
    ([6.0, 4.0, 4.0], 60, 10.0, 28),
    ([8.0, 6.0, 4.0], 90, 15.0, 36),
    ([9.0, 6.0, 3.0], 85, 15.0, 35),
    ([10.0, 8.0, 6.0], 150, 25.0, 52),
    ([12.0, 9.0, 4.0], 170, 25.0, 56),
    ([12.0, 10.0, 8.0], 240, 35.0, 72),
    ([12.0, 12.0, 12.0], 330, 45.0, 98),
    ([16.0, 12.0, 8.0], 340, 45.0, 104),
    ([18.0, 14.0, 12.0], 520, 60.0, 148),
    ([20.0, 16.0, 14.0], 680, 65.0, 189),
    ([24.0, 18.0, 18.0], 1_020, 70.0, 276),
    ([36.0, 20.0, 12.0], 1_180, 70.0, 342),
    ([48.0, 12.0, 12.0], 1_240, 70.0, 398),
    ([48.0, 24.0, 18.0], 1_380, 70.0, 695),
];

/// The `cartons` table.
pub fn carton_rows() -> Result<RecordBatch> {
    let side = |which: usize| {
        CARTONS
            .iter()
            .map(move |carton| (carton.0[which] * INCH_MM) as i64)
    };
    Columns::new(CARTONS.len())
        .formatted("carton_id", |row, text| {
            let [length, width, height] = CARTONS[row].0;
            let _ = write!(text, "BOX-{length}x{width}x{height}");
        })
        .integer("length_mm", side(0))
        .integer("width_mm", side(1))
        .integer("height_mm", side(2))
        .integer("tare_g", CARTONS.iter().map(|carton| carton.1))
        .integer("max_weight_g", CARTONS.iter().map(|carton| grams(carton.2)))
        .integer("cost_cents", CARTONS.iter().map(|carton| carton.3))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::super::items::{MOST_GRAMS, MOST_SIDES_MM};
    use super::super::places::Places;
    use super::*;

    #[test]
    fn every_address_has_a_zone_from_every_facility() {
        let places = Places::load().unwrap();
        let matrix = ZoneMatrix::load().unwrap();
        let network = Network::new(1, 44, &places, 10_000);
        let rows = zone_rows(&network, &matrix).unwrap();
        let origins: BTreeSet<&str> = network
            .facilities
            .iter()
            .map(|facility| facility.prefix())
            .collect();
        assert_eq!(rows.num_rows(), 3 * origins.len() * matrix.prefixes.len());
        for place in 0..places.len() {
            assert!(
                matrix
                    .prefixes
                    .binary_search_by(|prefix| prefix.as_str().cmp(places.prefix(place)))
                    .is_ok()
            );
        }
    }

    #[test]
    fn every_item_fits_the_largest_carton_and_every_service() {
        let largest = CARTONS[13];
        assert!(
            largest
                .0
                .iter()
                .zip(MOST_SIDES_MM)
                .all(|(inches, most)| inches * INCH_MM >= most)
        );
        assert!(grams(largest.2) >= MOST_GRAMS + largest.1);
        assert!(
            SERVICES
                .iter()
                .all(|service| grams(service.most_pounds as f64) >= MOST_GRAMS + largest.1)
        );
    }
}
