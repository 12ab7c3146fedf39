//! Where people live: ZIP codes with coordinates, time zone and population, and the parcel zone between any two prefixes.
//!
//! Both tables are built into the binary (datasets/us_places, datasets/us_zones; made by scripts/derive_us_reference.py).
//! A delivery address is a ZIP drawn in proportion to population (alias method: Walker 1977, doi:10.1145/355744.355749),
//! with a Gaussian offset of about one kilometre around the centroid of the ZIP.

use std::io::Cursor;

use polars::prelude::{DataFrame, ParquetReader, PolarsError, SerReader};
use rand::{Rng, RngExt};
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, StandardNormal};

use super::failure::{Error, Result, internal};

const ZIPS: &[u8] = include_bytes!("../../datasets/us_places/zips.parquet");
const ZONES: &[u8] = include_bytes!("../../datasets/us_zones/zip3_zone.parquet");

/// Mean radius of the earth (IUGG), kilometres.
const EARTH_KM: f64 = 6_371.008_8;

/// ZIP codes of the 50 states and the District of Columbia, sorted by code. All columns have the same length.
pub struct Places {
    pub zip: Vec<String>,
    pub latitude: Vec<f64>,
    pub longitude: Vec<f64>,
    pub state: Vec<String>,
    pub city: Vec<String>,
    /// Index into `time_zones`.
    pub time_zone: Vec<u8>,
    pub time_zones: Vec<String>,
    /// People.
    pub weight: Vec<f64>,
    sampler: WeightedAliasIndex<f64>,
}

impl Places {
    /// Decodes the embedded table.
    pub fn load() -> Result<Self> {
        let frame = decode(ZIPS)?;
        let text = |name: &str| texts(&frame, name);
        let number = |name: &str| integers(&frame, name);
        let named = text("time_zone")?;
        let mut time_zones = named.clone();
        time_zones.sort();
        time_zones.dedup();
        let index_of = |name: &String| time_zones.binary_search(name).unwrap_or(0) as u8;
        let weight: Vec<f64> = number("weight")?.into_iter().map(f64::from).collect();
        let sampler = WeightedAliasIndex::new(weight.clone())
            .map_err(|error| internal("ZIP weights", error))?;
        Ok(Self {
            zip: text("zip")?,
            latitude: number("latitude_milli")?
                .into_iter()
                .map(|v| f64::from(v) / 1000.0)
                .collect(),
            longitude: number("longitude_milli")?
                .into_iter()
                .map(|v| f64::from(v) / 1000.0)
                .collect(),
            state: text("state")?,
            city: text("city")?,
            time_zone: named.iter().map(index_of).collect(),
            time_zones,
            weight,
            sampler,
        })
    }

    pub fn len(&self) -> usize {
        self.zip.len()
    }

    /// A ZIP by population.
    pub fn draw(&self, rng: &mut impl Rng) -> u32 {
        self.sampler.sample(rng) as u32
    }

    /// A point near the centroid of a ZIP, to four decimals.
    pub fn address(&self, place: u32, rng: &mut impl Rng) -> (f64, f64) {
        let mut offset = || rng.sample::<f64, _>(StandardNormal) * 0.009;
        let round = |degrees: f64| (degrees * 10_000.0).round() / 10_000.0;
        let (north, east) = (offset(), offset());
        (
            round(self.latitude[place as usize] + north),
            round(self.longitude[place as usize] + east),
        )
    }

    /// First three digits of the ZIP code.
    pub fn prefix(&self, place: usize) -> &str {
        &self.zip[place][..3]
    }

    /// Time zones with the share of the people living in them.
    pub fn zone_shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.time_zones.len()];
        for (zone, weight) in self.time_zone.iter().zip(&self.weight) {
            shares[*zone as usize] += weight;
        }
        let total: f64 = shares.iter().sum();
        shares.iter().map(|share| share / total).collect()
    }
}

/// The full matrix of parcel zones 1..9 between three-digit ZIP prefixes.
pub struct ZoneMatrix {
    /// Sorted.
    pub prefixes: Vec<String>,
    rows: Vec<String>,
}

impl ZoneMatrix {
    /// Decodes the embedded matrix.
    pub fn load() -> Result<Self> {
        let frame = decode(ZONES)?;
        Ok(Self {
            prefixes: texts(&frame, "zip3")?,
            rows: texts(&frame, "zones")?,
        })
    }

    /// Zones from a prefix to each of `prefixes`, as digits. None when the prefix is unknown.
    pub fn row(&self, origin: &str) -> Option<&[u8]> {
        let index = self
            .prefixes
            .binary_search_by(|prefix| prefix.as_str().cmp(origin))
            .ok()?;
        Some(self.rows[index].as_bytes())
    }
}

/// Great-circle distance in kilometres (haversine).
pub fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (north, east) = ((to.0 - from.0).to_radians(), (to.1 - from.1).to_radians());
    let a = (north / 2.0).sin().powi(2)
        + from.0.to_radians().cos() * to.0.to_radians().cos() * (east / 2.0).sin().powi(2);
    2.0 * EARTH_KM * a.sqrt().min(1.0).asin()
}

fn decode(bytes: &'static [u8]) -> Result<DataFrame> {
    ParquetReader::new(Cursor::new(bytes))
        .finish()
        .map_err(broken)
}

fn texts(frame: &DataFrame, name: &str) -> Result<Vec<String>> {
    let column = frame
        .column(name)
        .and_then(|column| column.str().cloned())
        .map_err(broken)?;
    Ok(column
        .iter()
        .map(|value| value.unwrap_or_default().to_owned())
        .collect())
}

fn integers(frame: &DataFrame, name: &str) -> Result<Vec<i32>> {
    let column = frame
        .column(name)
        .and_then(|column| column.i32().cloned())
        .map_err(broken)?;
    Ok(column.iter().map(Option::unwrap_or_default).collect())
}

fn broken(error: PolarsError) -> Error {
    internal("embedded reference data", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_agree() {
        let places = Places::load().unwrap();
        let zones = ZoneMatrix::load().unwrap();
        assert!(places.len() > 33_000);
        assert!(
            zones
                .prefixes
                .iter()
                .all(|prefix| zones.row(prefix).unwrap().len() == zones.prefixes.len())
        );
        for place in 0..places.len() {
            let prefix = places.prefix(place).to_owned();
            assert!(
                zones.prefixes.binary_search(&prefix).is_ok(),
                "no zones to {prefix}"
            );
        }
        let total: f64 = places.weight.iter().sum();
        assert!((total - 331_449_281.0).abs() < 50_000.0);
    }

    #[test]
    fn known_zones_and_distances() {
        let zones = ZoneMatrix::load().unwrap();
        let to_new_york = zones.prefixes.binary_search(&"100".to_owned()).unwrap();
        assert_eq!(zones.row("900").unwrap()[to_new_york], b'8');
        assert!(zones.row("000").is_none());
        let km = distance_km((40.71, -74.01), (34.05, -118.24));
        assert!((3_930.0..3_950.0).contains(&km), "{km}");
    }
}
