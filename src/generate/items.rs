//! The catalogue: what is sold, how large, how heavy, at what price.
//!
//! Item number i (0-based) is its popularity rank; the SKU is a random permutation of the numbers, so that a planner
//! cannot read popularity off the name. Within its category (categories.rs)
//!   volume V, density rho, price P lognormal;  weight = V rho;
//!   sides (a, b, c) = s (l1 e^{z1}, l2 e^{z2}, l3 e^{z3}), z ~ N(0, 0.2^2), s chosen such that a b c = V.
//! Limits of a parcel network: 30 kg, sorted sides 1,200 x 600 x 450 mm. A small share of some categories is oversize: near
//! those limits. Affinity clusters of about 12 items of one category and similar popularity make baskets (demand.rs).
//! Memory: about 80 bytes an item.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;
use rayon::prelude::*;

use arrow::array::RecordBatch;

use super::categories::{CATEGORIES, Category};
use super::columns::Columns;
use super::failure::Result;
use super::rng::{Purpose, chance, pick, stream};

pub const MOST_GRAMS: i64 = 30_000;
pub const MOST_SIDES_MM: [f64; 3] = [1_200.0, 600.0, 450.0];
const CHUNK: usize = 8_192;
/// Items per affinity cluster.
const CLUSTER: usize = 12;

/// One stock keeping unit.
#[derive(Clone, Debug)]
pub struct Item {
    pub category: u8,
    pub weight_g: i64,
    /// Longest first.
    pub sides_mm: [i64; 3],
    pub price_cents: i64,
    pub cost_cents: i64,
    pub fragile: bool,
    pub hazmat: bool,
    pub upright: bool,
    /// Units that may stand on each other.
    pub max_stack: Option<i64>,
    noun: u8,
}

/// All items by popularity rank.
pub struct Catalogue {
    pub items: Vec<Item>,
    /// Number in the SKU of each item: a permutation.
    pub sku: Vec<u32>,
    /// Affinity cluster of each item.
    pub cluster: Vec<u32>,
    /// Items that are easily resold, dearest first.
    pub resale: Vec<u32>,
}

impl Catalogue {
    /// Draws `count` items.
    pub fn new(seed: u64, count: u32) -> Self {
        let chunks = (count as usize).div_ceil(CHUNK);
        let drawn: Vec<Vec<Item>> = (0..chunks)
            .into_par_iter()
            .map(|chunk| {
                let mut rng = stream(seed, Purpose::Items, chunk as u64);
                let rows = CHUNK.min(count as usize - chunk * CHUNK);
                (0..rows).map(|_| draw_item(&mut rng)).collect()
            })
            .collect();
        let items: Vec<Item> = drawn.into_iter().flatten().collect();
        let mut sku: Vec<u32> = (1..=count).collect();
        let mut rng = stream(seed, Purpose::Shuffle, 0);
        sku.shuffle(&mut rng);
        let cluster = clusters(&items, &mut rng);
        let resale = resale(&items);
        Self {
            items,
            sku,
            cluster,
            resale,
        }
    }

    /// The `items` table.
    pub fn table(&self, from: usize, to: usize) -> Result<RecordBatch> {
        let items = &self.items[from..to];
        let side = |which: usize| items.iter().map(move |item| item.sides_mm[which]);
        Columns::new(items.len())
            .formatted("sku", |row, text| sku_name(self.sku[from + row], text))
            .integer("weight_g", items.iter().map(|item| item.weight_g))
            .integer("length_mm", side(0))
            .integer("width_mm", side(1))
            .integer("height_mm", side(2))
            .text(
                "category",
                items
                    .iter()
                    .map(|item| CATEGORIES[item.category as usize].name),
            )
            .float(
                "unit_cost",
                items.iter().map(|item| item.cost_cents as f64 / 100.0),
            )
            .flag("fragile", items.iter().map(|item| item.fragile))
            .flag("hazmat", items.iter().map(|item| item.hazmat))
            .flag("keep_upright", items.iter().map(|item| item.upright))
            .maybe_integer("max_stack", items.iter().map(|item| item.max_stack))
            .formatted("description", |row, text| {
                let category = &CATEGORIES[items[row].category as usize];
                text.push_str(category.nouns[items[row].noun as usize]);
                text.push_str(" no. ");
                text.push_str(&self.sku[from + row].to_string());
            })
            .finish()
    }
}

/// `SKU0000123`
pub fn sku_name(number: u32, text: &mut String) {
    use std::fmt::Write;
    let _ = write!(text, "SKU{number:07}");
}

fn lognormal(rng: &mut impl Rng, (median, sigma): (f64, f64)) -> f64 {
    median * (sigma * rng.sample::<f64, _>(StandardNormal)).exp()
}

fn draw_item(rng: &mut impl Rng) -> Item {
    let mut share = rng.random::<f64>();
    let found = CATEGORIES.iter().position(|category| {
        share -= category.share;
        share < 0.0
    });
    let index = found.unwrap_or(0);
    let category = &CATEGORIES[index];
    let oversize = chance(rng, category.oversize);
    let (sides_mm, weight_g) = if oversize {
        draw_oversize(rng)
    } else {
        draw_body(rng, category)
    };
    let dollars = lognormal(rng, category.price);
    let price = price_point(rng, dollars);
    let fragile = chance(rng, category.fragile);
    Item {
        category: index as u8,
        weight_g,
        sides_mm,
        price_cents: price,
        cost_cents: ((price as f64) * rng.random_range(0.40..0.75))
            .round()
            .max(1.0) as i64,
        fragile,
        hazmat: chance(rng, category.hazmat),
        upright: chance(rng, category.upright),
        max_stack: fragile.then(|| rng.random_range(1..=4)),
        noun: rng.random_range(0..4),
    }
}

fn draw_body(rng: &mut impl Rng, category: &Category) -> ([i64; 3], i64) {
    let volume = lognormal(rng, category.volume).clamp(15.0, 150_000.0);
    let density = lognormal(rng, category.density).clamp(0.02, 6.0);
    let mut sides = category
        .shape
        .map(|side| side * (0.2 * rng.sample::<f64, _>(StandardNormal)).exp());
    let scale = (volume * 1_000.0 / sides.iter().product::<f64>()).cbrt();
    sides = sides.map(|side| side * scale);
    sides.sort_by(|a, b| b.total_cmp(a));
    let mut rounded = [0; 3];
    for (side, (exact, most)) in rounded.iter_mut().zip(sides.iter().zip(MOST_SIDES_MM)) {
        *side = exact.clamp(5.0, most).round() as i64;
    }
    (
        rounded,
        ((volume * density).round() as i64).clamp(8, MOST_GRAMS),
    )
}

/// Near the limits: long, or heavy, or both.
fn draw_oversize(rng: &mut impl Rng) -> ([i64; 3], i64) {
    let mut sides = [
        rng.random_range(800..=1_200),
        rng.random_range(200..=600),
        rng.random_range(80..=300),
    ];
    sides[1..].sort_unstable_by(|a, b| b.cmp(a));
    (sides, rng.random_range(6_000..=MOST_GRAMS))
}

/// Prices end in .99, .49 or .00.
fn price_point(rng: &mut impl Rng, dollars: f64) -> i64 {
    let whole = dollars.clamp(1.0, 4_000.0).floor() as i64;
    whole * 100 + pick(rng, &[(99, 0.75), (49, 0.15), (0, 0.10)])
}

/// Sorts each category by popularity with some noise and cuts it into clusters of `CLUSTER` items.
fn clusters(items: &[Item], rng: &mut impl Rng) -> Vec<u32> {
    let mut by_category: Vec<Vec<(f64, usize)>> = vec![Vec::new(); CATEGORIES.len()];
    for (rank, item) in items.iter().enumerate() {
        let noise: f64 = rng.sample(StandardNormal);
        let key = (rank as f64 + 20.0) * (0.3 * noise).exp();
        by_category[item.category as usize].push((key, rank));
    }
    let mut cluster = vec![0; items.len()];
    let mut next = 0;
    for members in &mut by_category {
        members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for group in members.chunks(CLUSTER) {
            for &(_, item) in group {
                cluster[item] = next;
            }
            next += 1;
        }
    }
    cluster
}

/// The 300 dearest resaleable items of the more popular half; any item when there is none.
fn resale(items: &[Item]) -> Vec<u32> {
    let popular = items.len().div_ceil(2);
    let mut found: Vec<u32> = (0..popular as u32)
        .filter(|&i| CATEGORIES[items[i as usize].category as usize].resale)
        .collect();
    if found.is_empty() {
        found = (0..items.len() as u32).collect();
    }
    found.sort_by_key(|&i| (-items[i as usize].price_cents, i));
    found.truncate(300.min(found.len().div_ceil(2).max(1)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_a_parcel() {
        let catalogue = Catalogue::new(5, 20_000);
        for item in &catalogue.items {
            assert!((8..=MOST_GRAMS).contains(&item.weight_g));
            assert!(item.sides_mm[0] >= item.sides_mm[1] && item.sides_mm[1] >= item.sides_mm[2]);
            assert!(
                item.sides_mm
                    .iter()
                    .zip(MOST_SIDES_MM)
                    .all(|(side, most)| *side <= most as i64 && *side >= 5)
            );
            assert!(item.cost_cents < item.price_cents);
        }
        let share = |test: fn(&Item) -> bool| {
            catalogue.items.iter().filter(|item| test(item)).count() as f64
                / catalogue.items.len() as f64
        };
        assert!((0.01..0.06).contains(&share(|item| item.hazmat)));
        assert!((0.001..0.02).contains(&share(|item| item.sides_mm[0] >= 800)));
    }

    #[test]
    fn skus_are_a_permutation() {
        let catalogue = Catalogue::new(9, 1_000);
        let mut sku = catalogue.sku.clone();
        sku.sort_unstable();
        assert!(sku.iter().copied().eq(1..=1_000));
        assert_ne!(catalogue.sku, sku);
    }
}
