//! The row-level rules of ingest: one function for every code that ingest can give, named like it.
//!
//! A rule gets what it judges and answers with the value to use, or with its code. Which cells it is asked about is decided by
//! `logical` (the types of the contract) and `build` (what rows mean together). Rules on orders that can be represented but must
//! not be fulfilled are in `stages::validate`.

use std::ops::RangeInclusive;

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};

use super::intern::Known;
use super::logical::Read;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::units::{Cents, Timestamp};
use crate::model::warehouse::{Layout, OneWay, Place};

/// Money that can be planned with: sums over a batch stay far from the limits of 64 bits.
pub const CENTS: RangeInclusive<i64> = -1_000_000_000_000..=1_000_000_000_000;

/// Moments with a calendar date: years 1 to 9998 and so for every time zone.
pub const TIMES: RangeInclusive<i64> = -62_135_596_800..=253_370_764_800;

/// Heaviest item, grams.
pub const MAX_WEIGHT_G: i64 = 2_000_000;

/// Longest side of an item, millimetres.
pub const MAX_LENGTH_MM: i64 = 10_000;

/// [`Code::MissingValue`]: a required cell must not be empty.
pub fn missing_value<T>(cell: Option<T>) -> Read<T> {
    cell.ok_or(Code::MissingValue)
}

/// [`Code::UnparsableDate`]: text must be ISO 8601 / RFC 3339; without an offset it is UTC, without a time midnight.
pub fn unparsable_date(text: &str) -> Read<Timestamp> {
    let text = text.trim();
    let seconds = match text.parse::<Instant>() {
        Ok(instant) => Some(instant.as_second()),
        Err(_) => text
            .parse::<DateTime>()
            .and_then(|civil| civil.to_zoned(TimeZone::UTC))
            .ok()
            .map(|zoned| zoned.timestamp().as_second()),
    };
    seconds.map(Timestamp).ok_or(Code::UnparsableDate)
}

/// [`Code::NotANumber`]: numbers are finite.
pub fn not_a_number(value: f64) -> Read<f64> {
    value.is_finite().then_some(value).ok_or(Code::NotANumber)
}

/// [`Code::Overflow`]: a number lies in the range of its column.
pub fn overflow(value: impl Into<i128>, range: &RangeInclusive<i64>) -> Read<i64> {
    i64::try_from(value.into())
        .ok()
        .filter(|value| range.contains(value))
        .ok_or(Code::Overflow)
}

/// [`Code::UnknownValue`]: text names a value of a closed set.
pub fn unknown_value<T>(named: Option<T>) -> Read<T> {
    named.ok_or(Code::UnknownValue)
}

/// [`Code::DuplicateOrder`]: `first` is the first row that has the order id of `row`.
pub fn duplicate_order(row: usize, first: usize) -> Read<()> {
    (row == first).then_some(()).ok_or(Code::DuplicateOrder)
}

/// [`Code::DuplicateLine`]: a line number occurs once in its order; `seen` holds those of the order before it.
pub fn duplicate_line(seen: &mut FxHashSet<i64>, line_no: i64) -> Read<()> {
    seen.insert(line_no)
        .then_some(())
        .ok_or(Code::DuplicateLine)
}

/// [`Code::DuplicateKey`]: the key of a table occurs once; `seen` holds those of earlier usable rows.
pub fn duplicate_key<K: Eq + std::hash::Hash>(seen: &mut FxHashSet<K>, key: K) -> Read<()> {
    seen.insert(key).then_some(()).ok_or(Code::DuplicateKey)
}

/// [`Code::UnknownOrder`]: a line belongs to a row of `orders`.
pub fn unknown_order(found: Option<u32>) -> Read<u32> {
    found.ok_or(Code::UnknownOrder)
}

/// [`Code::UnknownSku`]: an item is a usable row of `items`.
pub fn unknown_sku(items: &Known<ItemIdx>, sku: &str) -> Read<ItemIdx> {
    items.get(sku).ok_or(Code::UnknownSku)
}

/// [`Code::UnknownFacility`]: a facility is a usable row of `facilities`.
pub fn unknown_facility(facilities: &Known<FacilityIdx>, id: &str) -> Read<FacilityIdx> {
    facilities.get(id).ok_or(Code::UnknownFacility)
}

/// [`Code::BadDimensions`]: a weight or a side is positive and at most `most`.
pub fn bad_dimensions(value: i64, most: i64) -> Read<i64> {
    (1..=most)
        .contains(&value)
        .then_some(value)
        .ok_or(Code::BadDimensions)
}

/// [`Code::NegativePrice`]: prices and costs are not negative.
pub fn negative_price(price: Cents) -> Read<Cents> {
    (price >= Cents::ZERO)
        .then_some(price)
        .ok_or(Code::NegativePrice)
}

/// [`Code::BadQuantity`]: stock is a count of units.
pub fn bad_quantity(units: i64) -> Read<u32> {
    u32::try_from(units).map_err(|_| Code::BadQuantity)
}

/// [`Code::UnknownCurrency`]: the batch's own currency, or one with a rate in `fx`.
pub fn unknown_currency(currency: &str, own: &str, rates: &FxHashMap<String, f64>) -> Read<f64> {
    if currency == own {
        return Ok(1.0);
    }
    rates.get(currency).copied().ok_or(Code::UnknownCurrency)
}

/// [`Code::NoWayHome`]: one-way aisles have a neighbour that leads back.
pub fn no_way_home(layout: &Layout) -> Read<()> {
    let leads_back = layout.one_way == OneWay::No || layout.aisles > 1;
    leads_back.then_some(()).ok_or(Code::NoWayHome)
}

/// [`Code::SlotOutsideLayout`]: a slot lies within the blocks, aisles and bays of its facility.
pub fn slot_outside_layout(place: Place, layout: &Layout) -> Read<Place> {
    let inside = u32::from(place.block) < layout.blocks
        && u32::from(place.aisle) < layout.aisles
        && u32::from(place.bay) < layout.bays_per_aisle;
    inside.then_some(place).ok_or(Code::SlotOutsideLayout)
}
