//! Prices of the synthetic carriers: the `rates` table.
//!
//! Ground price of zone z = 2 .. 8 and weight w >= 1 lb, with t = (z - 2) / 6:
//!   one(t) = 8.50 + 3.00 t^0.9,  fifty(t) = 24 + 51 t^1.25,
//!   p(z, w) = one + (fifty - one) ((w' - 1) / 49)^g,  g = 0.88 + 0.23 t,
//! so 1 lb costs 8.50 (zone 2) to 11.50 (zone 8) dollars and 50 lb 24 to 75: about the anchors of commercial price lists. w' makes the runs that
//! real lists have: above 40 lb the last four pounds of each ten cost nearly the same, so that weight breaks matter.
//! Zone 1 is 4 % under zone 2, zone 9 is 1.6 times zone 8. A service charges p (factor + growth w) + extra. The post also has breaks at
//! 4, 8, 12 and 16 oz. One row per carrier, service, zone and weight break: about 11,000 rows. All figures are synthetic.

use arrow::array::RecordBatch;

use super::carriers::{CarrierService, SERVICES, grams};
use super::columns::Columns;
use super::failure::Result;

/// Part of the one-pound price for 4, 8 and 12 ounces.
const OUNCES: [(f64, f64); 3] = [(0.25, 0.58), (0.5, 0.66), (0.75, 0.80)];

struct Rate {
    service: &'static CarrierService,
    zone: usize,
    pounds: f64,
    price_cents: i64,
}

/// Ground price in dollars before the factors of a service.
fn ground(zone: usize, pounds: f64) -> f64 {
    let t = ((zone.clamp(2, 8) - 2) as f64) / 6.0;
    let (one, fifty) = (8.50 + 3.0 * t.powf(0.9), 24.0 + 51.0 * t.powf(1.25));
    let price = one + (fifty - one) * ((stepped(pounds) - 1.0) / 49.0).powf(0.88 + 0.23 * t);
    match zone {
        1 => price * 0.96,
        9 => price * 1.60,
        _ => price,
    }
}

/// Nearly flat over the last four pounds of each ten above 40.
fn stepped(pounds: f64) -> f64 {
    if pounds <= 40.0 {
        return pounds;
    }
    let decade = (pounds / 10.0).ceil() * 10.0 - 10.0;
    let into = pounds - decade;
    decade
        + if into <= 6.0 {
            into * 1.6
        } else {
            9.6 + (into - 6.0) * 0.1
        }
}

fn price_cents(service: &CarrierService, zone: usize, pounds: f64) -> i64 {
    let (weight, part) = match OUNCES.iter().find(|(ounces, _)| pounds <= *ounces) {
        Some((_, part)) => (1.0, *part),
        None => (pounds, 1.0),
    };
    let factor = service.factor + service.factor_per_pound * weight;
    ((ground(zone, weight) * factor * 100.0 + service.added_cents) * part).round() as i64
}

/// The `rates` table.
pub fn rate_rows() -> Result<RecordBatch> {
    let rates = rates();
    Columns::new(rates.len())
        .text("carrier", rates.iter().map(|rate| rate.service.carrier))
        .text("service", rates.iter().map(|rate| rate.service.name))
        .formatted("zone", |row, text| {
            text.push_str(&rates[row].zone.to_string())
        })
        .integer("max_weight_g", rates.iter().map(|rate| grams(rate.pounds)))
        .integer("price_cents", rates.iter().map(|rate| rate.price_cents))
        .finish()
}

fn rates() -> Vec<Rate> {
    let mut rates = Vec::new();
    for service in &SERVICES {
        for zone in 1..=9 {
            let ounces = OUNCES
                .iter()
                .map(|(pounds, _)| *pounds)
                .filter(|_| service.is_postal());
            let pounds = (1..=service.most_pounds).map(|pounds| pounds as f64);
            for pounds in ounces.chain(pounds) {
                rates.push(Rate {
                    service,
                    zone,
                    pounds,
                    price_cents: price_cents(service, zone, pounds),
                });
            }
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_hold() {
        assert_eq!(ground(2, 1.0), 8.5);
        assert_eq!(ground(8, 1.0), 11.5);
        assert!((ground(2, 50.0) - 24.0).abs() < 0.1 && (ground(8, 50.0) - 75.0).abs() < 0.1);
    }

    #[test]
    fn prices_rise_with_weight_and_zone() {
        let rates = rates();
        for pair in rates.windows(2) {
            let same = pair[0].service.name == pair[1].service.name && pair[0].zone == pair[1].zone;
            assert!(!same || pair[0].price_cents <= pair[1].price_cents);
            assert!(!same || grams(pair[0].pounds) < grams(pair[1].pounds));
        }
        for service in &SERVICES {
            for pounds in [1.0, 20.0, 70.0] {
                assert!((1..9).all(|zone| price_cents(service, zone, pounds)
                    <= price_cents(service, zone + 1, pounds)));
            }
        }
    }
}
