//! Numbers as people read them: thousands separators, money with its currency, durations in words. Shared by terminal and page.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;

use crate::model::units::{Cents, Seconds, Timestamp};

/// `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The sign of a currency, or its code and a space.
fn symbol(currency: &str) -> String {
    match currency {
        "GBP" => "£".into(),
        "EUR" => "€".into(),
        "USD" => "$".into(),
        "" => String::new(),
        other => format!("{other} "),
    }
}

/// `£1,234.56`, `-£0.05`.
pub fn money(cents: Cents, currency: &str) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let minor = cents.0.unsigned_abs();
    format!(
        "{sign}{}{}.{:02}",
        symbol(currency),
        count(minor / 100),
        minor % 100
    )
}

/// Money for tiles and axes: `£950`, `£12.3k`, `£4.56M`.
pub fn money_short(cents: Cents, currency: &str) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let major = cents.0.unsigned_abs() as f64 / 100.0;
    let text = match major {
        m if m < 10.0 => format!("{m:.2}"),
        m if m < 9_999.5 => count(m.round() as u64),
        m if m < 99_950.0 => format!("{:.1}k", m / 1e3),
        m if m < 999_500.0 => format!("{:.0}k", m / 1e3),
        m => format!("{:.2}M", m / 1e6),
    };
    format!("{sign}{}{text}", symbol(currency))
}

/// `12.3%`; small shares keep two digits, so that a gap of 0.04% does not read as none, and nearly all never reads as all.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        0.0 => "0%".into(),
        p if p < 0.095 => format!("{percent:.3}%"),
        p if p < 0.95 => format!("{percent:.2}%"),
        p if (p - 100.0).abs() < 1e-9 => "100%".into(),
        p if (99.95..100.0).contains(&p) => ">99.9%".into(),
        _ => format!("{percent:.1}%"),
    }
}

/// A percentage, or a dash where there is none.
pub fn percent_or_dash(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), percent)
}

/// `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`.
pub fn duration(seconds: Seconds) -> String {
    let sign = if seconds.0 < 0 { "-" } else { "" };
    let s = seconds.0.unsigned_abs();
    let text = match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..172_800 if (s / 60).is_multiple_of(60) => format!("{} h", s / 3_600),
        3_600..172_800 => format!("{} h {:02} min", s / 3_600, s / 60 % 60),
        _ if (s / 3_600).is_multiple_of(24) => format!("{} d", s / 86_400),
        _ => format!("{} d {} h", s / 86_400, s / 3_600 % 24),
    };
    format!("{sign}{text}")
}

/// A duration in few letters: `45 min`, `22.2 h`, `3.1 d`.
pub fn duration_short(seconds: Seconds) -> String {
    match seconds.0 {
        0..3_600 => duration(seconds),
        s @ 3_600..172_800 => format!("{:.1} h", s as f64 / 3_600.0),
        s => format!("{:.1} d", s as f64 / 86_400.0),
    }
}

/// Computing time: `0.42 s`, `31.5 s`, `12 min 03 s`.
pub fn wall_clock(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 120.0 => format!("{s:.1} s"),
        s => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
    }
}

/// `734 MB`, `1.21 GB` (powers of ten).
pub fn bytes(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 1e3 => format!("{bytes} B"),
        b if b < 1e6 => format!("{:.0} kB", b / 1e3),
        b if b < 1e9 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.2} GB", b / 1e9),
    }
}

/// `850 m`, `12.4 km`.
pub fn distance(millimetres: i64) -> String {
    match millimetres as f64 / 1e6 {
        km if km < 1.0 => format!("{:.0} m", km * 1e3),
        km if km < 100.0 => format!("{km:.1} km"),
        km => format!("{} km", count(km.round() as u64)),
    }
}

/// A moment that was reached: neither the start of 1970 nor the end of time.
pub fn reached(moment: Timestamp) -> Option<Timestamp> {
    (moment.0 > 0 && moment < Timestamp::MAX).then_some(moment)
}

/// `moment` as `format` (strftime) says, in `zone`; empty where the calendar has no such moment.
pub fn local(moment: Timestamp, zone: &TimeZone, format: &str) -> String {
    Instant::from_second(moment.0).map_or_else(
        |_| String::new(),
        |instant| instant.to_zoned(zone.clone()).strftime(format).to_string(),
    )
}

/// `Fri 27 Nov 17:00`.
pub fn day_and_time(moment: Timestamp, zone: &TimeZone) -> String {
    local(moment, zone, "%a %-d %b %H:%M")
}

/// `2026-11-27T17:00:00Z`.
pub fn rfc3339(moment: Timestamp) -> String {
    Instant::from_second(moment.0).map_or_else(|_| String::new(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(money(Cents(-5), "GBP"), "-£0.05");
        assert_eq!(money(Cents(123_456_789), "CHF"), "CHF 1,234,567.89");
        assert_eq!(money_short(Cents(1_234_567), "EUR"), "€12.3k");
        assert_eq!(money_short(Cents(342), "EUR"), "€3.42");
        assert_eq!(percent(0.000_412), "0.041%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.999_98), ">99.9%");
        assert_eq!(duration(Seconds(11_100)), "3 h 05 min");
        assert_eq!(duration(Seconds(187_200)), "2 d 4 h");
        assert_eq!(bytes(1_210_000_000), "1.21 GB");
        assert_eq!(distance(12_400_000), "12.4 km");
    }

    #[test]
    fn moments_are_local() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let moment = Timestamp(1_795_737_600 + 18 * 3_600);
        assert_eq!(day_and_time(moment, &zone), "Fri 27 Nov 12:00");
        assert_eq!(rfc3339(moment), "2026-11-27T18:00:00Z");
        assert_eq!(reached(Timestamp::MAX), None);
    }
}
