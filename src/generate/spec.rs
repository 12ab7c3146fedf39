//! What to generate: the parameters of a synthetic batch, their defaults and ranges, and the sizes that follow from them.
//!
//! | parameter | default | range | meaning |
//! |---|---|---|---|
//! | orders | 10,000 | 1 .. 200 million | orders of the night |
//! | seed | 1 | any | every other choice repeats with it |
//! | items | 2,000 + orders / 10, at most 200,000 | 20 .. 5 million | stock keeping units |
//! | facilities | 4 + 6.5 log10(orders / 1,000), at most 30 | 1 .. 132 | fulfilment centres |
//! | stock_tightness | 1.10 | 0.05 .. 100 | available stock over expected demand |
//! | capacity_tightness | 1.15 | 0.05 .. 100 | pick capacity over expected units |
//! | fraud_share | 0.008 | 0 .. 0.5 | fraudulent share of the orders |
//! | dirty_share | 0 | 0 .. 1 | share of the orders with a broken row |
//! | preset | night | night, peak_hour | arrival window |
//! | start_date | 2026-11-27 | 1990 .. 2100 | local day of the orders (the default is a Black Friday) |
//! | history_orders | orders / 5, at most 2 million | 0 .. 200 million | past orders, for velocity features and labels |
//! | returns_share | 0.05 | 0 .. 1 | share of settled past orders that come back tonight |
//! | slots | true | | write `slots` and `layouts` |

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::failure::{Result, parameter};
use super::towns::TOWNS;

/// Largest number of orders or past orders: identifiers have nine digits.
const MOST_ORDERS: u64 = 200_000_000;

/// When the orders of the batch arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The whole local day `start_date` in every customer's own time zone.
    Night,
    /// One hour: 20:00 to 21:00 Eastern time.
    PeakHour,
}

impl Preset {
    /// Reads `night` or `peak_hour`.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "night" => Ok(Self::Night),
            "peak_hour" => Ok(Self::PeakHour),
            other => Err(parameter(
                "preset",
                format!("`{other}` is neither `night` nor `peak_hour`"),
            )),
        }
    }
}

/// The parameters of a synthetic batch. See the table at the top of this file.
#[derive(Clone, Debug, Serialize)]
pub struct Spec {
    pub orders: u64,
    pub seed: u64,
    pub items: Option<u64>,
    pub facilities: Option<u64>,
    pub stock_tightness: f64,
    pub capacity_tightness: f64,
    pub fraud_share: f64,
    pub dirty_share: f64,
    pub preset: Preset,
    #[serde(serialize_with = "as_text")]
    pub start_date: Date,
    pub history_orders: Option<u64>,
    pub returns_share: f64,
    pub slots: bool,
}

fn as_text<S: Serializer>(date: &Date, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            orders: 10_000,
            seed: 1,
            items: None,
            facilities: None,
            stock_tightness: 1.10,
            capacity_tightness: 1.15,
            fraud_share: 0.008,
            dirty_share: 0.0,
            preset: Preset::Night,
            start_date: Date::constant(2026, 11, 27),
            history_orders: None,
            returns_share: 0.05,
            slots: true,
        }
    }
}

/// The sizes of a batch after defaults.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sizes {
    pub orders: u64,
    pub history: u64,
    pub items: u32,
    pub facilities: u32,
    pub customers: u32,
}

impl Spec {
    /// Checks every range and fills in the sizes that were left open.
    pub fn sizes(&self) -> Result<Sizes> {
        self.check()?;
        let orders = self.orders;
        let items = self
            .items
            .unwrap_or_else(|| (2_000 + orders / 10).min(200_000));
        let grown = 4.0 + 6.5 * (orders as f64 / 1_000.0).log10();
        let facilities = self.facilities.unwrap_or(grown.clamp(4.0, 30.0) as u64);
        Ok(Sizes {
            orders,
            history: self.history_orders.unwrap_or((orders / 5).min(2_000_000)),
            items: items as u32,
            facilities: facilities as u32,
            customers: orders.clamp(100, 6_000_000) as u32,
        })
    }

    fn check(&self) -> Result<()> {
        within("orders", self.orders, 1, MOST_ORDERS)?;
        within(
            "history_orders",
            self.history_orders.unwrap_or(0),
            0,
            MOST_ORDERS,
        )?;
        within("items", self.items.unwrap_or(20), 20, 5_000_000)?;
        within(
            "facilities",
            self.facilities.unwrap_or(1),
            1,
            3 * TOWNS.len() as u64,
        )?;
        within("stock_tightness", self.stock_tightness, 0.05, 100.0)?;
        within("capacity_tightness", self.capacity_tightness, 0.05, 100.0)?;
        within("fraud_share", self.fraud_share, 0.0, 0.5)?;
        within("dirty_share", self.dirty_share, 0.0, 1.0)?;
        within("returns_share", self.returns_share, 0.0, 1.0)?;
        within(
            "start_date",
            self.start_date,
            Date::constant(1990, 1, 1),
            Date::constant(2100, 1, 1),
        )
    }
}

/// NaN is outside every range.
fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: T,
    least: T,
    most: T,
) -> Result<()> {
    if value >= least && value <= most {
        return Ok(());
    }
    Err(parameter(
        name,
        format!("{value} is outside {least} .. {most}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_with_the_orders() {
        let of = |orders| {
            Spec {
                orders,
                ..Spec::default()
            }
            .sizes()
            .unwrap()
        };
        assert_eq!((of(1_000).facilities, of(1_000).items), (4, 2_100));
        assert_eq!(
            (of(10_000_000).facilities, of(10_000_000).items),
            (30, 200_000)
        );
        assert_eq!(of(10_000_000).history, 2_000_000);
    }

    #[test]
    fn bad_values_are_named() {
        let spec = Spec {
            stock_tightness: f64::NAN,
            ..Spec::default()
        };
        assert!(
            spec.sizes()
                .unwrap_err()
                .to_string()
                .contains("stock_tightness")
        );
        let spec = Spec {
            orders: 0,
            ..Spec::default()
        };
        assert!(spec.sizes().unwrap_err().to_string().contains("orders"));
    }
}
