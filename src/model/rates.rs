//! The rate card: carriers, services, price rows and surcharges, as read. Zones are resolved to [`super::lanes::Lanes`];
//! the price of a parcel is `stages::shipping::quote`.

use super::ids::{CarrierIdx, FacilityIdx, IdxVec, ServiceIdx, ZoneIdx};
use super::lanes::Lanes;
use super::text::Text;
use super::units::{Cents, Grams, Seconds, Timestamp};

/// How a carrier rounds the billable weight up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    #[default]
    None,
    Up100Grams,
    Up500Grams,
    UpKilogram,
    /// 28.349523125 g.
    UpOunce,
    /// 453.59237 g.
    UpPound,
}

impl Rounding {
    pub const ALL: [Rounding; 6] = [
        Rounding::None,
        Rounding::Up100Grams,
        Rounding::Up500Grams,
        Rounding::UpKilogram,
        Rounding::UpOunce,
        Rounding::UpPound,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Rounding::None => "none",
            Rounding::Up100Grams => "up_100g",
            Rounding::Up500Grams => "up_500g",
            Rounding::UpKilogram => "up_1kg",
            Rounding::UpOunce => "up_1oz",
            Rounding::UpPound => "up_1lb",
        }
    }
}

/// Weekdays as bits: bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(pub u8);

impl Weekdays {
    pub const MONDAY_TO_FRIDAY: Weekdays = Weekdays(0b001_1111);
    /// `iso` is 1 (Monday) to 7.
    pub const fn contains(self, iso: i8) -> bool {
        self.0 >> (iso - 1) & 1 == 1
    }
}

/// What a service offers; the default row, or the row of one facility.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTerms {
    /// mm³ per gram; 0: actual weight only.
    pub dim_divisor: i64,
    /// Dimensional weight counts only above this volume, mm³.
    pub dim_threshold: i64,
    pub rounding: Rounding,
    pub max_weight: Option<Grams>,
    pub max_length_mm: Option<i64>,
    /// Length + 2 × (width + height).
    pub max_girth_mm: Option<i64>,
    /// Local time of day, seconds after midnight.
    pub pickup_cutoff: Seconds,
    pub pickup_days: Weekdays,
    pub delivery_days: Weekdays,
    /// Overrides the transit days of the zone.
    pub transit_days: Option<u16>,
    pub fuel_percent: f64,
    /// Packages per facility and pickup day.
    pub daily_capacity: Option<u32>,
    pub min_commitment: Option<u32>,
    pub hazmat: bool,
    /// Midnight UTC of the first valid day of pick-up.
    pub valid_from: Option<Timestamp>,
    /// Midnight UTC of the last valid day of pick-up, which counts in full.
    pub valid_to: Option<Timestamp>,
}

/// A service of a carrier.
#[derive(Clone, Debug)]
pub struct Service {
    pub carrier: CarrierIdx,
    pub name: String,
    /// `None`: offered only where a facility has terms of its own.
    pub default_terms: Option<ServiceTerms>,
    /// Sorted by facility.
    pub facility_terms: Vec<(FacilityIdx, ServiceTerms)>,
}

impl Service {
    /// The terms at `facility`; `None`: not offered there.
    pub fn terms(&self, facility: FacilityIdx) -> Option<&ServiceTerms> {
        match self
            .facility_terms
            .binary_search_by_key(&facility, |row| row.0)
        {
            Ok(i) => Some(&self.facility_terms[i].1),
            Err(_) => self.default_terms.as_ref(),
        }
    }
}

/// One price of a (service, zone): up to a weight, and up to a size where the carrier has formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRow {
    pub max_weight: Grams,
    pub price: Cents,
    /// Longest, middle, shortest side; `i64::MAX` where not limited.
    pub max_size: [i64; 3],
}

/// A row of `zones`: which zone a lane has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRow {
    /// `None`: all carriers.
    pub carrier: Option<CarrierIdx>,
    pub origin_prefix: String,
    pub dest_prefix: String,
    pub zone: ZoneIdx,
    pub transit_days: Option<u16>,
}

/// What a surcharge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurchargeKind {
    Residential,
    DeliveryArea,
    Oversize,
    AdditionalHandling,
    Overweight,
    Fragile,
    Hazmat,
    Peak,
}

impl SurchargeKind {
    pub const ALL: [SurchargeKind; 8] = [
        SurchargeKind::Residential,
        SurchargeKind::DeliveryArea,
        SurchargeKind::Oversize,
        SurchargeKind::AdditionalHandling,
        SurchargeKind::Overweight,
        SurchargeKind::Fragile,
        SurchargeKind::Hazmat,
        SurchargeKind::Peak,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            SurchargeKind::Residential => "residential",
            SurchargeKind::DeliveryArea => "delivery_area",
            SurchargeKind::Oversize => "oversize",
            SurchargeKind::AdditionalHandling => "additional_handling",
            SurchargeKind::Overweight => "overweight",
            SurchargeKind::Fragile => "fragile",
            SurchargeKind::Hazmat => "hazmat",
            SurchargeKind::Peak => "peak",
        }
    }
}

/// A row of `surcharges`. All conditions that are given must hold.
#[derive(Clone, Debug)]
pub struct Surcharge {
    pub carrier: CarrierIdx,
    /// `None`: all services of the carrier.
    pub service: Option<ServiceIdx>,
    pub kind: SurchargeKind,
    /// As in [`ZoneRow::dest_prefix`].
    pub dest_prefix: Option<String>,
    pub zone: Option<ZoneIdx>,
    pub min_weight: Option<Grams>,
    /// Longest side.
    pub min_length_mm: Option<i64>,
    /// Second longest side.
    pub min_second_mm: Option<i64>,
    pub min_girth_mm: Option<i64>,
    /// As in [`ServiceTerms`].
    pub valid_from: Option<Timestamp>,
    pub valid_to: Option<Timestamp>,
    pub amount: Cents,
    /// Of the base rate.
    pub percent: f64,
    /// The billable weight is at least this when the surcharge applies.
    pub min_billable: Option<Grams>,
}

/// All carriers' services and prices.
#[derive(Clone, Debug, Default)]
pub struct RateCard {
    pub carriers: Text<CarrierIdx>,
    pub services: IdxVec<ServiceIdx, Service>,
    pub zones: Text<ZoneIdx>,
    /// Per service, sorted by zone: the price rows of that zone, sorted by (max_weight, price).
    pub prices: IdxVec<ServiceIdx, Vec<(ZoneIdx, Vec<PriceRow>)>>,
    pub zone_rows: Vec<ZoneRow>,
    pub surcharges: Vec<Surcharge>,
    /// Zones of every (carrier, facility, destination) of this batch; built once by ingest from `zone_rows`.
    pub lanes: Lanes,
}

impl RateCard {
    /// Price rows of a service in a zone; empty where it does not go.
    pub fn price_rows(&self, service: ServiceIdx, zone: ZoneIdx) -> &[PriceRow] {
        let zones = &self.prices[service];
        match zones.binary_search_by_key(&zone, |row| row.0) {
            Ok(i) => &zones[i].1,
            Err(_) => &[],
        }
    }
}
