//! The logical types of the contract: what each accepts from a file, and how one cell becomes a value.
//!
//! A type says which stored types it can be read from ([`Cell::STORED`]) and has one function per stored type. CSV files store
//! text only, so every type reads text. A cell that cannot be represented is an `Err` with its code, never a panic or a guess.

use std::ops::RangeInclusive;

use super::rules;
use crate::model::codes::Code;
use crate::model::network::FacilityKind;
use crate::model::orders::{Condition, PaymentStatus, ServiceLevel, Verification};
use crate::model::rates::{Rounding, SurchargeKind, Weekdays};
use crate::model::restrictions::RestrictionKind;
use crate::model::units::{Cents, Seconds, Timestamp};
use crate::model::warehouse::OneWay;

/// What a column of a file is made of, as far as the contract is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    Integer,
    Float,
    Flag,
    Text,
    Time,
    Date,
    /// A time of day.
    Clock,
    /// Only nulls.
    Nothing,
    /// Anything else, named for messages.
    Other(String),
}

/// The stored types that an integer column of the contract takes; floats must be whole.
const NUMBER: &[Stored] = &[Stored::Integer, Stored::Float];
const TEXT: &[Stored] = &[Stored::Text];
const MOMENT: &[Stored] = &[Stored::Time, Stored::Date, Stored::Integer, Stored::Text];

/// A value of a cell, or why it has none.
pub type Read<V> = Result<V, Code>;

/// A logical type other than text.
pub trait Cell: 'static {
    type Value: Copy + Send + Sync + 'static;
    /// Name in the documentation and in messages.
    const NAME: &'static str;
    /// Stored types it can be read from (beside text in a CSV file).
    const STORED: &'static [Stored];
    /// Stands in cells at fault.
    const BLANK: Self::Value;

    /// The closed set of values, where there is one.
    fn values() -> Vec<&'static str> {
        Vec::new()
    }
    /// A default, for the documentation.
    fn show(value: Self::Value) -> String;
    fn within(_: Self::Value, _: &RangeInclusive<i64>) -> bool {
        true
    }
    fn text(text: &str) -> Read<Self::Value>;
    fn integer(_: i64) -> Read<Self::Value> {
        Err(Code::UnknownValue)
    }
    fn float(_: f64) -> Read<Self::Value> {
        Err(Code::UnknownValue)
    }
    fn flag(_: bool) -> Read<Self::Value> {
        Err(Code::UnknownValue)
    }
    /// Seconds after midnight.
    fn clock(_: i64) -> Read<Self::Value> {
        Err(Code::UnknownValue)
    }
    /// Epoch seconds.
    fn moment(_: i64) -> Read<Self::Value> {
        Err(Code::UnknownValue)
    }
}

/// Whole numbers.
pub struct Int;

impl Cell for Int {
    type Value = i64;
    const NAME: &'static str = "i64";
    const STORED: &'static [Stored] = NUMBER;
    const BLANK: i64 = 0;

    fn show(value: i64) -> String {
        value.to_string()
    }
    fn within(value: i64, range: &RangeInclusive<i64>) -> bool {
        range.contains(&value)
    }
    fn text(text: &str) -> Read<i64> {
        let text = text.trim();
        text.parse().or_else(|_| Int::float(number(text)))
    }
    fn integer(value: i64) -> Read<i64> {
        Ok(value)
    }
    fn float(value: f64) -> Read<i64> {
        let whole = if value.fract() == 0.0 {
            value
        } else {
            f64::NAN
        };
        rules::not_a_number(whole)
            .and_then(|whole| rules::overflow(whole as i128, &(i64::MIN..=i64::MAX)))
    }
}

/// Finite numbers.
pub struct Real;

impl Cell for Real {
    type Value = f64;
    const NAME: &'static str = "f64";
    const STORED: &'static [Stored] = NUMBER;
    const BLANK: f64 = 0.0;

    fn show(value: f64) -> String {
        value.to_string()
    }
    fn within(value: f64, range: &RangeInclusive<i64>) -> bool {
        *range.start() as f64 <= value && value <= *range.end() as f64
    }
    fn text(text: &str) -> Read<f64> {
        rules::not_a_number(number(text))
    }
    fn integer(value: i64) -> Read<f64> {
        Ok(value as f64)
    }
    fn float(value: f64) -> Read<f64> {
        rules::not_a_number(value)
    }
}

/// Money in major units, kept in cents: rounded half away from zero, at most 10^12 cents.
pub struct Money;

impl Cell for Money {
    type Value = Cents;
    const NAME: &'static str = "f64";
    const STORED: &'static [Stored] = NUMBER;
    const BLANK: Cents = Cents::ZERO;

    fn show(value: Cents) -> String {
        value.to_string()
    }
    fn text(text: &str) -> Read<Cents> {
        Real::text(text).and_then(cents)
    }
    fn integer(value: i64) -> Read<Cents> {
        rules::overflow(i128::from(value) * 100, &rules::CENTS).map(Cents)
    }
    fn float(value: f64) -> Read<Cents> {
        Real::float(value).and_then(cents)
    }
}

/// Money in cents, at most 10^12.
pub struct Minor;

impl Cell for Minor {
    type Value = Cents;
    const NAME: &'static str = "i64";
    const STORED: &'static [Stored] = NUMBER;
    const BLANK: Cents = Cents::ZERO;

    fn show(value: Cents) -> String {
        value.0.to_string()
    }
    fn text(text: &str) -> Read<Cents> {
        Int::text(text).and_then(Minor::integer)
    }
    fn integer(value: i64) -> Read<Cents> {
        rules::overflow(value, &rules::CENTS).map(Cents)
    }
    fn float(value: f64) -> Read<Cents> {
        Int::float(value).and_then(Minor::integer)
    }
}

/// True or false, 1 or 0.
pub struct Flag;

impl Cell for Flag {
    type Value = bool;
    const NAME: &'static str = "bool";
    const STORED: &'static [Stored] = &[Stored::Flag, Stored::Integer];
    const BLANK: bool = false;

    fn show(value: bool) -> String {
        value.to_string()
    }
    fn text(text: &str) -> Read<bool> {
        let flags = [("true", true), ("false", false), ("1", true), ("0", false)];
        rules::unknown_value(named(text, flags))
    }
    fn integer(value: i64) -> Read<bool> {
        rules::unknown_value(matches!(value, 0 | 1).then_some(value == 1))
    }
    fn flag(value: bool) -> Read<bool> {
        Ok(value)
    }
}

/// A moment; UTC where the file names no zone.
pub struct Time;

impl Cell for Time {
    type Value = Timestamp;
    const NAME: &'static str = "time";
    const STORED: &'static [Stored] = MOMENT;
    const BLANK: Timestamp = Timestamp(0);

    fn show(value: Timestamp) -> String {
        value.0.to_string()
    }
    fn text(text: &str) -> Read<Timestamp> {
        rules::unparsable_date(text).or_else(|code| match text.trim().parse() {
            Ok(seconds) => Time::moment(seconds),
            Err(_) => Err(code),
        })
    }
    fn integer(value: i64) -> Read<Timestamp> {
        Time::moment(value)
    }
    fn moment(value: i64) -> Read<Timestamp> {
        rules::overflow(value, &rules::TIMES).map(Timestamp)
    }
}

/// A calendar day, as its first second in UTC.
pub struct Date;

impl Cell for Date {
    type Value = Timestamp;
    const NAME: &'static str = "date";
    const STORED: &'static [Stored] = MOMENT;
    const BLANK: Timestamp = Timestamp(0);

    fn show(value: Timestamp) -> String {
        value.0.to_string()
    }
    fn text(text: &str) -> Read<Timestamp> {
        Time::text(text).map(midnight)
    }
    fn integer(value: i64) -> Read<Timestamp> {
        Time::integer(value).map(midnight)
    }
    fn moment(value: i64) -> Read<Timestamp> {
        Time::moment(value).map(midnight)
    }
}

/// The number in `text`; NaN where there is none.
fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

/// Cents of an amount in major units, rounded half away from zero.
pub fn cents(amount: f64) -> Read<Cents> {
    let cents = (amount * 100.0).round();
    let fits = (*rules::CENTS.start() as f64..=*rules::CENTS.end() as f64).contains(&cents);
    fits.then_some(Cents(cents as i64)).ok_or(Code::Overflow)
}

/// The value that has this name, in any case.
fn named<T>(text: &str, values: impl IntoIterator<Item = (&'static str, T)>) -> Option<T> {
    let text = text.trim();
    let mut values = values.into_iter();
    values
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, value)| value)
}

/// `HH:MM` (and `HH:MM:SS`, as databases write it) as seconds after midnight.
fn clock(text: &str) -> Option<Seconds> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let valid =
        (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    (valid && parts.next().is_none()).then_some(Seconds(hours * 3_600 + minutes * 60 + seconds))
}

/// Digits 1 (Monday) to 7 as a set.
fn weekdays(text: &str) -> Option<Weekdays> {
    let day = |set: u8, digit: char| Some(set | 1 << (digit.to_digit(8)?.checked_sub(1)?));
    text.chars()
        .try_fold(0, day)
        .filter(|&set| set > 0)
        .map(Weekdays)
}

fn midnight(time: Timestamp) -> Timestamp {
    Timestamp(time.0.div_euclid(86_400) * 86_400)
}

/// A local time of day.
pub struct Clock;

impl Cell for Clock {
    type Value = Seconds;
    const NAME: &'static str = "str HH:MM";
    const STORED: &'static [Stored] = &[Stored::Text, Stored::Clock];
    const BLANK: Seconds = Seconds::ZERO;

    fn show(value: Seconds) -> String {
        format!("{:02}:{:02}", value.0 / 3_600, value.0 / 60 % 60)
    }
    fn text(text: &str) -> Read<Seconds> {
        rules::unknown_value(clock(text.trim()))
    }
    fn clock(seconds: i64) -> Read<Seconds> {
        Ok(Seconds(seconds))
    }
}

/// Weekdays as digits.
pub struct Days;

impl Cell for Days {
    type Value = Weekdays;
    const NAME: &'static str = "str of digits 1..7";
    const STORED: &'static [Stored] = &[Stored::Text, Stored::Integer];
    const BLANK: Weekdays = Weekdays(0);

    fn show(value: Weekdays) -> String {
        (1..=7)
            .filter(|&day| value.contains(day))
            .map(|day| day.to_string())
            .collect()
    }
    fn text(text: &str) -> Read<Weekdays> {
        rules::unknown_value(weekdays(text.trim()))
    }
    fn integer(value: i64) -> Read<Weekdays> {
        Days::text(&value.to_string())
    }
}

/// A closed set of names.
pub trait Closed: Copy + Send + Sync + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;
}

/// A value of a closed set, in any case.
pub struct OneOf<E>(E);

impl<E: Closed> Cell for OneOf<E> {
    type Value = E;
    const NAME: &'static str = "str";
    const STORED: &'static [Stored] = TEXT;
    const BLANK: E = E::ALL[0];

    fn values() -> Vec<&'static str> {
        E::ALL.iter().map(|value| value.name()).collect()
    }
    fn show(value: E) -> String {
        value.name().to_owned()
    }
    fn text(text: &str) -> Read<E> {
        rules::unknown_value(named(
            text,
            E::ALL.iter().map(|&value| (value.name(), value)),
        ))
    }
}

/// Closed sets of the model that know their names, and those that only ingest needs.
macro_rules! closed {
    ($($known:ident),+; $($(#[$doc:meta])* $set:ident { $($value:ident = $name:literal),+ })+) => {
        $(impl Closed for $known {
            const ALL: &'static [Self] = &$known::ALL;
            fn name(self) -> &'static str {
                $known::name(self)
            }
        })+
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $set { $($value),+ }

            impl Closed for $set {
                const ALL: &'static [Self] = &[$($set::$value),+];
                fn name(self) -> &'static str {
                    match self { $($set::$value => $name),+ }
                }
            }
        )+
    };
}

closed! {
    ServiceLevel, PaymentStatus, Verification, Condition, Rounding, SurchargeKind, RestrictionKind;

    /// Credit terms.
    PaymentTerms { Prepaid = "prepaid", Net7 = "net7", Net15 = "net15", Net30 = "net30", Net60 = "net60", Net90 = "net90" }

    /// What the customer who sends something back wants.
    Wants { Refund = "refund", Exchange = "exchange" }

    /// What happened in transport.
    ClaimKind { Damaged = "damaged", Lost = "lost" }

    /// Side of the aisle.
    Side { Left = "left", Right = "right" }
}

impl PaymentTerms {
    /// Days of credit.
    pub const fn days(self) -> u16 {
        match self {
            PaymentTerms::Prepaid => 0,
            PaymentTerms::Net7 => 7,
            PaymentTerms::Net15 => 15,
            PaymentTerms::Net30 => 30,
            PaymentTerms::Net60 => 60,
            PaymentTerms::Net90 => 90,
        }
    }
}

impl Closed for OneWay {
    const ALL: &'static [Self] = &[OneWay::No, OneWay::EvenBack, OneWay::EvenFront];
    fn name(self) -> &'static str {
        match self {
            OneWay::No => "no",
            OneWay::EvenBack => "even_back",
            OneWay::EvenFront => "even_front",
        }
    }
}

impl Closed for FacilityKind {
    const ALL: &'static [Self] = &[FacilityKind::Warehouse, FacilityKind::Store];
    fn name(self) -> &'static str {
        match self {
            FacilityKind::Warehouse => "warehouse",
            FacilityKind::Store => "store",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_are_integers_and_others_are_not() {
        assert_eq!(Int::float(3.0), Ok(3));
        assert_eq!(Int::float(2.5), Err(Code::NotANumber));
        assert_eq!(Int::float(f64::NAN), Err(Code::NotANumber));
        assert_eq!(Int::float(1e300), Err(Code::Overflow));
    }

    #[test]
    fn money_rounds_half_away_from_zero() {
        assert_eq!(Money::text("1.125"), Ok(Cents(113)));
        assert_eq!(Money::float(-1.125), Ok(Cents(-113)));
        assert_eq!(Money::float(2e10), Err(Code::Overflow));
        assert_eq!(Minor::integer(rules::CENTS.end() + 1), Err(Code::Overflow));
    }

    #[test]
    fn flags_are_true_false_one_or_zero() {
        assert_eq!(Flag::text(" TRUE "), Ok(true));
        assert_eq!(Flag::integer(0), Ok(false));
        assert_eq!(Flag::integer(2), Err(Code::UnknownValue));
        assert_eq!(Flag::text("yes"), Err(Code::UnknownValue));
    }

    #[test]
    fn weekdays_and_clocks_read_as_they_print() {
        assert_eq!(Days::text("12345"), Ok(Weekdays::MONDAY_TO_FRIDAY));
        assert_eq!(Days::show(Weekdays::MONDAY_TO_FRIDAY), "12345");
        assert_eq!(Days::text("128"), Err(Code::UnknownValue));
        assert_eq!(Clock::show(Seconds(63_000)), "17:30");
        assert_eq!(Clock::text("17:30"), Ok(Seconds(63_000)));
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        assert_eq!(
            Date::moment(1_795_737_600 + 5),
            Ok(Timestamp(1_795_737_600))
        );
        assert_eq!(Date::text("2026-11-27"), Ok(Timestamp(1_795_737_600)));
    }

    #[test]
    fn a_time_may_be_epoch_seconds_in_text() {
        assert_eq!(Time::text(" 1795737600 "), Ok(Timestamp(1_795_737_600)));
        assert_eq!(Time::text("20261127"), Ok(Timestamp(1_795_737_600)));
        assert_eq!(Time::text("99999999999999"), Err(Code::Overflow));
        assert_eq!(Time::text("1795737600.5"), Err(Code::UnparsableDate));
    }

    #[test]
    fn names_are_matched_in_any_case() {
        assert_eq!(
            OneOf::<ServiceLevel>::text(" Next_Day"),
            Ok(ServiceLevel::NextDay)
        );
        assert_eq!(
            OneOf::<ServiceLevel>::text("drone"),
            Err(Code::UnknownValue)
        );
    }
}
