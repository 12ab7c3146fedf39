//! Facilities and the places they ship to.

use super::ids::{DestIdx, IdxVec, Sym};
use super::text::Text;
use super::units::{Cents, Seconds};

/// What kind of place a facility is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FacilityKind {
    #[default]
    Warehouse,
    Store,
}

/// A fulfilment centre or store. There are few (tens to hundreds), so they are rows.
#[derive(Clone, Debug)]
pub struct Facility {
    pub id: String,
    pub country: String,
    pub postal_code: String,
    pub lat: f64,
    pub lon: f64,
    /// IANA name; known to the bundled time zone database (ingest checks it).
    pub time_zone: String,
    pub kind: FacilityKind,
    /// May ship hazardous goods.
    pub hazmat: bool,
    /// Units it can pick in the planned period.
    pub capacity_units: u64,
    /// Shipments it can send in the planned period; `None`: any number.
    pub capacity_orders: Option<u64>,
    pub handling_per_order: Cents,
    pub handling_per_unit: Cents,
    pub pickers: u32,
    pub pick_time_per_line: Seconds,
    pub walk_mm_per_second: u32,
    pub pack_stations: u32,
    pub pack_time_per_package: Seconds,
    /// Local time of day, seconds after midnight.
    pub shift_start: Seconds,
    /// Local time of day; at or before `shift_start` means over midnight (equal: round the clock).
    pub shift_end: Seconds,
}

/// Distinct (country, postal code) pairs that orders ship to, as columns.
#[derive(Clone, Debug, Default)]
pub struct Destinations {
    pub country: IdxVec<DestIdx, Sym>,
    pub postal_code: Text<DestIdx>,
    /// Position of the first order that gave one.
    pub position: IdxVec<DestIdx, Option<(f32, f32)>>,
}

impl Destinations {
    pub fn len(&self) -> usize {
        self.postal_code.len()
    }
    pub fn is_empty(&self) -> bool {
        self.postal_code.is_empty()
    }
}

/// Great-circle distance in kilometres between (lat, lon) in degrees, on a sphere of radius 6,371 km (haversine).
pub fn great_circle_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = (lat_b - lat_a) / 2.0;
    let half_lon = (b.1 - a.1).to_radians() / 2.0;
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * 6_371.0 * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn london_to_edinburgh_is_534_km() {
        let km = great_circle_km((51.5074, -0.1278), (55.9533, -3.1883));
        assert!((km - 534.0).abs() < 2.0, "{km}");
    }
}
