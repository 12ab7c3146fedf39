//! The fulfilment network: which facilities there are, whom each is nearest to, how much each can do in the night.
//!
//! The first F towns of `towns.rs` get a facility each (after the 44th, a second building five kilometres away, and so on). The market
//! share of a facility is the population nearer to it than to any other (great circle). Every fifth facility, but never the
//! first two, may not ship dangerous goods. Capacity: `capacity_tightness` times the expected units of the night, in
//! proportion to 0.85 x market share + 0.15 / F with lognormal noise (sigma 0.1), by largest remainder: the sum is exact. Pickers
//! and pack stations follow from capacity at 900 units per picker-night and 800 units per station-night.

use std::fmt::Write;

use arrow::array::RecordBatch;
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::columns::Columns;
use super::failure::Result;
use super::places::{Places, distance_km};
use super::rng::{Purpose, apportion, stream};
use super::towns::{TOWNS, Town};

const UNITS_PER_PICKER: i64 = 900;
const UNITS_PER_STATION: i64 = 800;

/// One fulfilment centre.
pub struct Facility {
    pub id: String,
    pub town: &'static Town,
    pub latitude: f64,
    pub longitude: f64,
    pub hazmat: bool,
    pub capacity_units: i64,
    handling_cents_per_order: i64,
    handling_cents_per_unit: i64,
    pick_seconds_per_line: i64,
    pack_seconds_per_package: i64,
}

impl Facility {
    /// First three digits of the ZIP code.
    pub fn prefix(&self) -> &'static str {
        &self.town.zip[..3]
    }
}

/// All facilities, and the nearest one of each ZIP.
pub struct Network {
    pub facilities: Vec<Facility>,
    /// Index of the nearest facility, by ZIP.
    pub nearest: Vec<u32>,
    /// Share of the people nearest to each facility.
    pub share: Vec<f64>,
}

impl Network {
    /// `capacity` is the number of units that all facilities together can pick.
    pub fn new(seed: u64, count: u32, places: &Places, capacity: i64) -> Self {
        let mut rng = stream(seed, Purpose::Facilities, 0);
        let mut facilities: Vec<Facility> = (0..count as usize)
            .map(|index| place_facility(index, &mut rng))
            .collect();
        let nearest: Vec<u32> = (0..places.len())
            .into_par_iter()
            .map(|place| {
                nearest(
                    &facilities,
                    (places.latitude[place], places.longitude[place]),
                )
            })
            .collect();
        let mut share = vec![0.0; facilities.len()];
        for (facility, weight) in nearest.iter().zip(&places.weight) {
            share[*facility as usize] += weight;
        }
        let people: f64 = share.iter().sum();
        share.iter_mut().for_each(|part| *part /= people);
        let wanted: Vec<f64> = share
            .iter()
            .map(|part| {
                let noise: f64 = rng.sample(StandardNormal);
                (0.85 * part + 0.15 / f64::from(count)) * (0.1 * noise).exp()
            })
            .collect();
        for (facility, units) in facilities.iter_mut().zip(apportion(capacity, &wanted)) {
            facility.capacity_units = units;
        }
        Self {
            facilities,
            nearest,
            share,
        }
    }

    /// The `facilities` table.
    pub fn table(&self) -> Result<RecordBatch> {
        let rows = &self.facilities;
        let each = |value: fn(&Facility) -> i64| rows.iter().map(value);
        let fixed = |value: i64| rows.iter().map(move |_| value);
        Columns::new(rows.len())
            .text("facility_id", rows.iter().map(|one| one.id.as_str()))
            .text("country", rows.iter().map(|_| "US"))
            .text("postal_code", rows.iter().map(|one| one.town.zip))
            .float("lat", rows.iter().map(|one| one.latitude))
            .float("lon", rows.iter().map(|one| one.longitude))
            .text("time_zone", rows.iter().map(|one| one.town.time_zone))
            .text("kind", rows.iter().map(|_| "warehouse"))
            .flag("hazmat", rows.iter().map(|one| one.hazmat))
            .integer("capacity_units", each(|one| one.capacity_units))
            .integer(
                "handling_cents_per_order",
                each(|one| one.handling_cents_per_order),
            )
            .integer(
                "handling_cents_per_unit",
                each(|one| one.handling_cents_per_unit),
            )
            .integer(
                "pickers",
                each(|one| (one.capacity_units / UNITS_PER_PICKER).max(1)),
            )
            .integer(
                "pick_seconds_per_line",
                each(|one| one.pick_seconds_per_line),
            )
            .integer("walk_mm_per_second", fixed(1_200))
            .integer(
                "pack_stations",
                each(|one| (one.capacity_units / UNITS_PER_STATION).max(1)),
            )
            .integer(
                "pack_seconds_per_package",
                each(|one| one.pack_seconds_per_package),
            )
            .text("shift_start", rows.iter().map(|_| "22:00"))
            .text("shift_end", rows.iter().map(|_| "08:00"))
            .finish()
    }
}

fn place_facility(index: usize, rng: &mut impl rand::Rng) -> Facility {
    let town = &TOWNS[index % TOWNS.len()];
    let building = index / TOWNS.len();
    let mut id = format!("FC{:03}-", index + 1);
    // The first letters of the town make plans readable.
    for letter in town.name.chars().filter(char::is_ascii_alphabetic).take(3) {
        let _ = write!(id, "{}", letter.to_ascii_uppercase());
    }
    Facility {
        id,
        town,
        latitude: town.latitude + 0.045 * building as f64,
        longitude: town.longitude,
        hazmat: index < 2 || index % 5 != 4,
        capacity_units: 0,
        handling_cents_per_order: rng.random_range(105..=165),
        handling_cents_per_unit: rng.random_range(16..=30),
        pick_seconds_per_line: rng.random_range(9..=14),
        pack_seconds_per_package: rng.random_range(55..=85),
    }
}

fn nearest(facilities: &[Facility], from: (f64, f64)) -> u32 {
    let mut best = (f64::INFINITY, 0);
    for (index, facility) in facilities.iter().enumerate() {
        let distance = distance_km(from, (facility.latitude, facility.longitude));
        if distance < best.0 {
            best = (distance, index as u32);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_exact_and_every_town_is_a_zip() {
        let places = Places::load().unwrap();
        let network = Network::new(1, 90, &places, 1_234_567);
        assert_eq!(
            network
                .facilities
                .iter()
                .map(|one| one.capacity_units)
                .sum::<i64>(),
            1_234_567
        );
        assert!((network.share.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for town in &TOWNS {
            let place = places.zip.binary_search(&town.zip.to_owned()).unwrap();
            assert!(town.name.ends_with(&places.state[place]));
            assert!((places.latitude[place] - town.latitude).abs() < 0.01);
            assert!(jiff::tz::TimeZone::get(town.time_zone).is_ok());
        }
        let mut ids: Vec<&str> = network
            .facilities
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 90);
    }
}
