//! What carriers add to the price: the `surcharges` table.
//!
//! Kinds and conditions are those of the trade (residential, delivery area, oversize with a minimum billable weight, additional handling by length,
//! second side or weight, overweight, dangerous goods, peak season); the amounts are ours. Delivery-area prefixes are the quarter of
//! the three-digit prefixes with the fewest people per ZIP, and Alaska and Hawaii with a higher amount.

use std::fmt::Write;

use arrow::array::RecordBatch;
use jiff::civil::Date;

use super::carriers::{NORTHSTAR, POSTAL, SWIFTLINE, grams, is_remote};
use super::columns::Columns;
use super::failure::Result;
use super::places::Places;

/// Condition columns that are None do not restrict.
#[derive(Clone, Default)]
struct Surcharge {
    carrier: &'static str,
    service: Option<&'static str>,
    kind: &'static str,
    dest_prefix: Option<String>,
    min_weight_g: Option<i64>,
    min_length_mm: Option<i64>,
    min_second_mm: Option<i64>,
    min_girth_mm: Option<i64>,
    season: Option<(Date, Date)>,
    amount_cents: i64,
    min_billable_g: Option<i64>,
}

/// The `surcharges` table; peak season runs from October to mid-January around `date`.
pub fn surcharge_rows(places: &Places, date: Date) -> Result<RecordBatch> {
    let rows = surcharges(places, date);
    let number = |value: fn(&Surcharge) -> Option<i64>| rows.iter().map(value);
    Columns::new(rows.len())
        .text("carrier", rows.iter().map(|row| row.carrier))
        .maybe_text("service", rows.iter().map(|row| row.service))
        .text("kind", rows.iter().map(|row| row.kind))
        .maybe_text(
            "dest_prefix",
            rows.iter().map(|row| row.dest_prefix.as_deref()),
        )
        .maybe_integer("min_weight_g", number(|row| row.min_weight_g))
        .maybe_integer("min_length_mm", number(|row| row.min_length_mm))
        .maybe_integer("min_second_mm", number(|row| row.min_second_mm))
        .maybe_integer("min_girth_mm", number(|row| row.min_girth_mm))
        .maybe_date(
            "valid_from",
            rows.iter().map(|row| row.season.map(|season| season.0)),
        )
        .maybe_date(
            "valid_to",
            rows.iter().map(|row| row.season.map(|season| season.1)),
        )
        .integer("amount_cents", rows.iter().map(|row| row.amount_cents))
        .maybe_integer("min_billable_g", number(|row| row.min_billable_g))
        .finish()
}

fn surcharges(places: &Places, date: Date) -> Vec<Surcharge> {
    let mut rows = Vec::new();
    let thin = thin_prefixes(places);
    for (carrier, level) in [(NORTHSTAR, 1.0), (SWIFTLINE, 0.9)] {
        rows.extend(private_carrier(carrier, level, season(date)));
        for prefix in &thin {
            let amount = if is_remote(prefix) { 1_250.0 } else { 310.0 };
            let mut dest_prefix = String::new();
            let _ = write!(dest_prefix, "US:{prefix}");
            let kind = "delivery_area";
            let amount_cents = (amount * level) as i64;
            rows.push(Surcharge {
                carrier,
                kind,
                dest_prefix: Some(dest_prefix),
                amount_cents,
                ..Surcharge::default()
            });
        }
    }
    rows.extend(post(season(date)));
    rows
}

fn season(date: Date) -> Option<(Date, Date)> {
    // A night in January belongs to the season that began the year before.
    let year = if date.month() <= 6 {
        date.year() - 1
    } else {
        date.year()
    };
    Some((
        Date::new(year, 10, 1).ok()?,
        Date::new(year + 1, 1, 15).ok()?,
    ))
}

fn private_carrier(
    carrier: &'static str,
    level: f64,
    season: Option<(Date, Date)>,
) -> Vec<Surcharge> {
    let cents = |amount: f64| (amount * level) as i64;
    let base = |kind: &'static str, amount: f64| Surcharge {
        carrier,
        kind,
        amount_cents: cents(amount),
        ..Surcharge::default()
    };
    vec![
        base("residential", 260.0),
        Surcharge {
            min_length_mm: Some(1_219),
            ..base("additional_handling", 1_450.0)
        },
        Surcharge {
            min_second_mm: Some(762),
            ..base("additional_handling", 1_450.0)
        },
        Surcharge {
            min_weight_g: Some(grams(50.0)),
            ..base("additional_handling", 1_900.0)
        },
        Surcharge {
            min_length_mm: Some(2_438),
            min_billable_g: Some(grams(90.0)),
            ..base("oversize", 9_500.0)
        },
        Surcharge {
            min_girth_mm: Some(3_302),
            min_billable_g: Some(grams(90.0)),
            ..base("oversize", 9_500.0)
        },
        Surcharge {
            min_weight_g: Some(grams(150.0)),
            ..base("overweight", 25_000.0)
        },
        base("hazmat", 550.0),
        Surcharge {
            season,
            ..base("peak", 65.0)
        },
        Surcharge {
            season,
            min_weight_g: Some(grams(50.0)),
            ..base("peak", 520.0)
        },
    ]
}

fn post(season: Option<(Date, Date)>) -> Vec<Surcharge> {
    let base = |kind: &'static str, amount_cents: i64| Surcharge {
        carrier: POSTAL,
        kind,
        amount_cents,
        ..Surcharge::default()
    };
    vec![
        Surcharge {
            min_length_mm: Some(559),
            ..base("additional_handling", 400)
        },
        Surcharge {
            min_length_mm: Some(762),
            ..base("additional_handling", 450)
        },
        Surcharge {
            min_girth_mm: Some(2_743),
            ..base("oversize", 2_400)
        },
        Surcharge {
            season,
            service: Some("ground_saver"),
            ..base("peak", 35)
        },
        Surcharge {
            season,
            service: Some("priority"),
            ..base("peak", 45)
        },
        Surcharge {
            season,
            min_weight_g: Some(grams(25.0)),
            ..base("peak", 300)
        },
    ]
}

/// The quarter of the prefixes with the fewest people per ZIP, sorted, with Alaska and Hawaii.
fn thin_prefixes(places: &Places) -> Vec<String> {
    let mut groups: Vec<(String, f64, f64)> = Vec::new();
    for place in 0..places.len() {
        let prefix = places.prefix(place);
        match groups.last_mut() {
            Some(group) if group.0 == prefix => {
                group.1 += places.weight[place];
                group.2 += 1.0;
            }
            _ => groups.push((prefix.to_owned(), places.weight[place], 1.0)),
        }
    }
    groups.sort_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)).then(a.0.cmp(&b.0)));
    let quarter = groups.len() / 4;
    let mut thin: Vec<String> = groups
        .into_iter()
        .enumerate()
        .filter(|(rank, group)| *rank < quarter || is_remote(&group.0))
        .map(|(_, group)| group.0)
        .collect();
    thin.sort();
    thin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_areas_cost_more_and_cities_nothing() {
        let places = Places::load().unwrap();
        let thin = thin_prefixes(&places);
        assert!(thin.contains(&"995".to_owned()) && thin.contains(&"968".to_owned()));
        assert!(!thin.contains(&"100".to_owned()) && !thin.contains(&"900".to_owned()));
        assert!((150..350).contains(&thin.len()), "{}", thin.len());
    }

    #[test]
    fn the_season_contains_its_night() {
        for (year, month) in [(2026, 11), (2027, 1), (2026, 12)] {
            let date = Date::constant(year, month, 10);
            let (from, to) = season(date).unwrap();
            assert!(from <= date && date <= to);
        }
    }
}
