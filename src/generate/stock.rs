//! How much of what is where: the `inventory` table.
//!
//! Level. Item i with expected demand d_i gets the base-stock level S_i = (d_i + z sqrt(d_i)) e_i, the square-root law of
//! safety stock (Arrow, Harris, Marschak 1951; demand of an item is close to Poisson), one z for all items such that
//! sum_i S_i = T sum_i d_i at `stock_tightness` T (z = 0 below T = 1), with a forecast error e_i ~ lognormal(0, 0.1). Then all are scaled so that the
//! sum is exact, and rounded at random (up with the probability of the fraction).
//! Spread. Items that make the first half of the demand are kept everywhere but for gaps (6 %), the next 30 % in about half
//! of the facilities, the rest in one to three; facilities are drawn without replacement in proportion to market share
//! (Efraimidis, Spirakis 2006, doi:10.1016/j.ipl.2005.11.003). Dangerous goods only where they may ship. The units of an item are shared out in
//! proportion to market share with lognormal noise (sigma 0.3), by largest remainder.
//! `available = on_hand - reserved - safety_stock` is what the level counts; a few rows have reservations or safety stock on top.
//! Memory: 24 bytes a row; three to four rows an item at the default sizes.

use arrow::array::RecordBatch;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::columns::Columns;
use super::failure::Result;
use super::items::{Catalogue, sku_name};
use super::network::Network;
use super::rng::{Purpose, apportion, chance, round_at_random, stream};

const CHUNK: usize = 4_096;
const MOST_Z: f64 = 3.0;

/// One row of `inventory`, without its facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub item: u32,
    pub on_hand: i64,
    pub reserved: i32,
    pub safety: i32,
}

impl StockRow {
    pub fn available(&self) -> i64 {
        self.on_hand - i64::from(self.reserved) - i64::from(self.safety)
    }
}

/// Rows by facility, each sorted by item.
pub struct Stock {
    pub rows: Vec<Vec<StockRow>>,
}

impl Stock {
    /// Stocks the network for `units` expected units, shared out by `popularity`.
    pub fn new(
        seed: u64,
        catalogue: &Catalogue,
        popularity: &[f64],
        network: &Network,
        units: f64,
        tightness: f64,
    ) -> Self {
        let levels = levels(seed, popularity, units, tightness);
        let classes = Classes::new(popularity);
        let spread: Vec<Vec<(u32, StockRow)>> = levels
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, levels)| {
                let mut rng = stream(seed, Purpose::StockSpread, chunk as u64);
                let mut rows = Vec::new();
                for (offset, level) in levels.iter().enumerate() {
                    let item = chunk * CHUNK + offset;
                    let hazmat = catalogue.items[item].hazmat;
                    let total = round_at_random(&mut rng, *level);
                    spread_item(item, total, hazmat, &classes, network, &mut rng, &mut rows);
                }
                rows
            })
            .collect();
        let mut rows = vec![Vec::new(); network.facilities.len()];
        for (facility, row) in spread.into_iter().flatten() {
            rows[facility as usize].push(row);
        }
        Self { rows }
    }

    /// Units that may be promised.
    pub fn available(&self) -> i64 {
        self.rows.iter().flatten().map(StockRow::available).sum()
    }

    /// Facility and position within it of each row of the `inventory` table.
    pub fn flat(&self) -> Vec<(u32, u32)> {
        let of_facility = |(facility, rows): (usize, &Vec<StockRow>)| {
            (0..rows.len() as u32)
                .map(move |row| (facility as u32, row))
                .collect::<Vec<_>>()
        };
        self.rows.iter().enumerate().flat_map(of_facility).collect()
    }

    /// The `inventory` table for some rows of `flat`.
    pub fn table(
        &self,
        flat: &[(u32, u32)],
        catalogue: &Catalogue,
        network: &Network,
    ) -> Result<RecordBatch> {
        let row = |&(facility, row): &(u32, u32)| self.rows[facility as usize][row as usize];
        Columns::new(flat.len())
            .text(
                "facility_id",
                flat.iter()
                    .map(|(facility, _)| network.facilities[*facility as usize].id.as_str()),
            )
            .formatted("sku", |index, text| {
                sku_name(catalogue.sku[row(&flat[index]).item as usize], text)
            })
            .integer("on_hand", flat.iter().map(|at| row(at).on_hand))
            .integer(
                "reserved",
                flat.iter().map(|at| i64::from(row(at).reserved)),
            )
            .integer(
                "safety_stock",
                flat.iter().map(|at| i64::from(row(at).safety)),
            )
            .finish()
    }
}

/// Base-stock levels; they sum to `units * tightness`.
fn levels(seed: u64, popularity: &[f64], units: f64, tightness: f64) -> Vec<f64> {
    let roots: f64 = popularity.iter().map(|share| (share * units).sqrt()).sum();
    let z = ((tightness - 1.0) * units / roots).clamp(0.0, MOST_Z);
    let chunks = popularity.len().div_ceil(CHUNK);
    let mut levels: Vec<f64> = (0..chunks)
        .into_par_iter()
        .flat_map_iter(|chunk| {
            let mut rng = stream(seed, Purpose::StockNoise, chunk as u64);
            let part = &popularity[chunk * CHUNK..popularity.len().min((chunk + 1) * CHUNK)];
            part.iter().map(move |share| {
                let demand = share * units;
                (demand + z * demand.sqrt()) * (0.1 * rng.sample::<f64, _>(StandardNormal)).exp()
            })
        })
        .collect();
    let scale = units * tightness / levels.iter().sum::<f64>();
    levels.iter_mut().for_each(|level| *level *= scale);
    levels
}

/// Ends of the demand classes A and B, as item ranks.
struct Classes {
    everywhere: usize,
    half: usize,
}

impl Classes {
    fn new(popularity: &[f64]) -> Self {
        let mut sum = 0.0;
        let (mut everywhere, mut half) = (0, 0);
        for share in popularity {
            sum += share;
            everywhere += usize::from(sum <= 0.5);
            half += usize::from(sum <= 0.8);
        }
        Self { everywhere, half }
    }

    /// In how many facilities an item is kept.
    fn width(&self, item: usize, facilities: usize, rng: &mut impl Rng) -> usize {
        let wanted = if item < self.everywhere {
            (0..facilities).filter(|_| chance(rng, 0.94)).count()
        } else if item < self.half {
            (facilities as f64 * rng.random_range(0.3..0.7)).round() as usize
        } else {
            rng.random_range(1..=3)
        };
        wanted.clamp(1, facilities)
    }
}

fn spread_item(
    item: usize,
    total: i64,
    hazmat: bool,
    classes: &Classes,
    network: &Network,
    rng: &mut impl Rng,
    rows: &mut Vec<(u32, StockRow)>,
) {
    let width = classes.width(item, network.facilities.len(), rng);
    // Weighted draw without replacement: the largest u^(1 / w).
    let mut keys: Vec<(f64, u32)> = network
        .share
        .iter()
        .enumerate()
        .map(|(facility, share)| (rng.random::<f64>().ln() / share.max(1e-6), facility as u32))
        .collect();
    keys.retain(|(_, facility)| !hazmat || network.facilities[*facility as usize].hazmat);
    keys.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<u32> = keys
        .iter()
        .take(width)
        .map(|(_, facility)| *facility)
        .collect();
    chosen.sort_unstable();
    let weights: Vec<f64> = chosen
        .iter()
        .map(|facility| {
            network.share[*facility as usize] * (0.3 * rng.sample::<f64, _>(StandardNormal)).exp()
        })
        .collect();
    for (facility, available) in chosen.into_iter().zip(apportion(total, &weights)) {
        let part = |share: f64| (available as f64 * share).ceil() as i32;
        let reserved = if chance(rng, 0.05) {
            part(rng.random_range(0.0..0.1))
        } else {
            0
        };
        let safety = if item < classes.half && chance(rng, 0.3) {
            part(0.03)
        } else {
            0
        };
        let on_hand = available + i64::from(reserved) + i64::from(safety);
        rows.push((
            facility,
            StockRow {
                item: item as u32,
                on_hand,
                reserved,
                safety,
            },
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::demand::Demand;
    use super::super::places::Places;
    use super::*;

    #[test]
    fn stock_is_as_tight_as_asked_and_obeys_the_rules() {
        let places = Places::load().unwrap();
        let catalogue = Catalogue::new(2, 5_000);
        let demand = Demand::new(&catalogue.cluster).unwrap();
        let network = Network::new(2, 12, &places, 1_000);
        for (units, tightness) in [(50_000.0, 1.1), (50_000.0, 0.7), (50_000.0, 4.0)] {
            let stock = Stock::new(
                2,
                &catalogue,
                &demand.popularity,
                &network,
                units,
                tightness,
            );
            let found = stock.available() as f64 / units;
            assert!(
                (found / tightness - 1.0).abs() < 0.02,
                "{found} instead of {tightness}"
            );
            for (facility, rows) in network.facilities.iter().zip(&stock.rows) {
                assert!(rows.windows(2).all(|pair| pair[0].item < pair[1].item));
                for row in rows {
                    assert!(row.on_hand >= 0 && row.available() >= 0);
                    assert!(facility.hazmat || !catalogue.items[row.item as usize].hazmat);
                }
            }
        }
    }
}
