//! Facilities, cities, and what a shipment between them costs.

use crate::error::{Error, Result};

const FACILITIES: &str = include_str!("../../../datasets/fulfilment_network/facilities.csv");
const CITIES: &str = include_str!("../../../datasets/fulfilment_network/cities.csv");

/// Per shipment, per unit, and per unit and mile.
const SHIPMENT: f64 = 8.759;
const UNIT: f64 = 0.423;
const UNIT_MILE: f64 = 0.000541;

/// Radius of the earth, miles.
const EARTH: f64 = 3958.8;

/// Distances, and where orders come from.
pub struct Network {
    pub facilities: usize,
    /// Running sum of the cities' population.
    pub population: Vec<f64>,
    /// By city, then facility.
    miles: Vec<f64>,
}

/// Latitude and longitude, degrees.
type Place = (f64, f64);

impl Network {
    /// The network that is built in.
    pub fn new() -> Result<Network> {
        let facilities = rows(FACILITIES)?;
        let cities = rows(CITIES)?;
        let mut population = Vec::with_capacity(cities.len());
        let mut miles = Vec::with_capacity(cities.len() * facilities.len());
        let mut people = 0.0;
        for (city, of) in &cities {
            people += of;
            population.push(people);
            miles.extend(
                facilities
                    .iter()
                    .map(|(facility, _)| distance(*facility, *city)),
            );
        }
        Ok(Network {
            facilities: facilities.len(),
            population,
            miles,
        })
    }

    pub fn miles(&self, city: usize, facility: usize) -> f64 {
        self.miles[city * self.facilities + facility]
    }

    /// Cents of a shipment of so many units.
    pub fn price(&self, city: usize, facility: usize, units: i64) -> i64 {
        cents(self.miles(city, facility), units)
    }

    /// Cents of a unit that is not served: twice the dearest shipment of one unit.
    pub fn unfilled(&self) -> i64 {
        let farthest = self.miles.iter().copied().fold(0.0, f64::max);
        2 * cents(farthest, 1)
    }
}

fn cents(miles: f64, units: i64) -> i64 {
    ((SHIPMENT + (UNIT + UNIT_MILE * miles) * units as f64) * 100.0).round() as i64
}

/// Place and last column (population) of each row but the first.
fn rows(csv: &str) -> Result<Vec<(Place, f64)>> {
    let parse = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(((number(2)?, number(3)?), number(4).unwrap_or(1.0)))
    };
    let row = |line| {
        parse(line)
            .ok_or_else(|| Error::internal(format!("fulfilment network: {line:?} is not a place")))
    };
    csv.lines().skip(1).map(row).collect()
}

/// Great-circle distance, miles (haversine formula).
fn distance(a: Place, b: Place) -> f64 {
    let (phi, psi) = (a.0.to_radians(), b.0.to_radians());
    let (north, east) = ((psi - phi) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = north.sin().powi(2) + phi.cos() * psi.cos() * east.sin().powi(2);
    2.0 * EARTH * h.sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_facilities_and_99_cities() {
        let network = Network::new().unwrap();
        assert_eq!((network.facilities, network.population.len()), (10, 99));
        // New York to Avoca, Pennsylvania: about 100 miles.
        assert!(
            (network.miles(0, 4) - 92.0).abs() < 10.0,
            "{}",
            network.miles(0, 4)
        );
        assert_eq!(cents(1000.0, 2), 1_069);
        assert_eq!(network.unfilled() % 2, 0);
    }
}
