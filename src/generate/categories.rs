//! The merchandise categories of the synthetic shop.
//!
//! Volume, density and price of an item are lognormal within its category: ln X ~ N(ln median, sigma^2). The figures are our own
//! plausible choices for a general-merchandise shop (medians a person would recognize), not measurements of any retailer.

/// The distributions of one category. `sigma` is the standard deviation of the logarithm.
pub struct Category {
    pub name: &'static str,
    /// Share of the items (and so of the demand).
    pub share: f64,
    /// Packed volume of one unit, cm3.
    pub volume: (f64, f64),
    /// g per cm3.
    pub density: (f64, f64),
    /// US dollars.
    pub price: (f64, f64),
    /// Length to width to height before noise; books are flat, posters long.
    pub shape: [f64; 3],
    pub fragile: f64,
    /// Dangerous goods: loose lithium batteries, perfume, aerosols, solvents.
    pub hazmat: f64,
    pub upright: f64,
    /// Share of items near the size and weight limits.
    pub oversize: f64,
    /// Easily resold: what fraud rings buy.
    pub resale: bool,
    pub nouns: [&'static str; 4],
}

#[rustfmt::skip]
pub const CATEGORIES: [Category; 16] = [
    Category { name: "apparel", share: 0.14, volume: (2_400.0, 0.50), density: (0.15, 0.35), price: (32.0, 0.55), shape: [1.0, 0.8, 0.20], fragile: 0.0, hazmat: 0.0, upright: 0.0, oversize: 0.0, resale: false, nouns: ["shirt", "jeans", "jacket", "socks"] },
    Category { name: "home", share: 0.10, volume: (5_500.0, 1.00), density: (0.25, 0.50), price: (35.0, 0.70), shape: [1.0, 0.8, 0.60], fragile: 0.18, hazmat: 0.0, upright: 0.04, oversize: 0.015, resale: false, nouns: ["lamp", "cushion", "frame", "basket"] },
    Category { name: "books", share: 0.09, volume: (850.0, 0.50), density: (0.75, 0.18), price: (16.0, 0.50), shape: [1.0, 0.7, 0.15], fragile: 0.0, hazmat: 0.0, upright: 0.0, oversize: 0.0, resale: false, nouns: ["novel", "atlas", "cookbook", "comic"] },
    Category { name: "beauty", share: 0.09, volume: (260.0, 0.70), density: (0.70, 0.30), price: (18.0, 0.60), shape: [1.0, 0.5, 0.50], fragile: 0.15, hazmat: 0.08, upright: 0.12, oversize: 0.0, resale: false, nouns: ["cream", "perfume", "shampoo", "brush"] },
    Category { name: "toys", share: 0.08, volume: (4_200.0, 0.90), density: (0.18, 0.40), price: (25.0, 0.60), shape: [1.0, 0.8, 0.45], fragile: 0.02, hazmat: 0.01, upright: 0.0, oversize: 0.006, resale: false, nouns: ["puzzle", "blocks", "doll", "car"] },
    Category { name: "grocery", share: 0.07, volume: (1_400.0, 0.70), density: (0.60, 0.35), price: (12.0, 0.55), shape: [1.0, 0.7, 0.60], fragile: 0.06, hazmat: 0.0, upright: 0.10, oversize: 0.0, resale: false, nouns: ["coffee", "pasta", "oil", "tea"] },
    Category { name: "electronics", share: 0.08, volume: (1_700.0, 0.90), density: (0.40, 0.40), price: (75.0, 0.90), shape: [1.0, 0.8, 0.40], fragile: 0.25, hazmat: 0.06, upright: 0.02, oversize: 0.008, resale: true, nouns: ["headset", "speaker", "camera", "charger"] },
    Category { name: "health", share: 0.07, volume: (480.0, 0.70), density: (0.60, 0.30), price: (22.0, 0.50), shape: [1.0, 0.6, 0.60], fragile: 0.04, hazmat: 0.02, upright: 0.08, oversize: 0.0, resale: false, nouns: ["vitamins", "bandage", "scale", "mask"] },
    Category { name: "kitchen", share: 0.06, volume: (6_500.0, 0.80), density: (0.35, 0.45), price: (45.0, 0.65), shape: [1.0, 0.8, 0.60], fragile: 0.30, hazmat: 0.0, upright: 0.04, oversize: 0.006, resale: false, nouns: ["pan", "kettle", "knife", "bowl"] },
    Category { name: "tools", share: 0.05, volume: (3_200.0, 0.80), density: (0.90, 0.40), price: (55.0, 0.70), shape: [1.0, 0.6, 0.35], fragile: 0.01, hazmat: 0.06, upright: 0.01, oversize: 0.010, resale: false, nouns: ["drill", "wrench", "saw", "ladder"] },
    Category { name: "sports", share: 0.04, volume: (8_500.0, 1.00), density: (0.22, 0.50), price: (48.0, 0.65), shape: [1.0, 0.6, 0.45], fragile: 0.01, hazmat: 0.0, upright: 0.0, oversize: 0.020, resale: false, nouns: ["ball", "mat", "racket", "tent"] },
    Category { name: "pet", share: 0.04, volume: (5_500.0, 0.90), density: (0.45, 0.45), price: (28.0, 0.55), shape: [1.0, 0.7, 0.40], fragile: 0.01, hazmat: 0.0, upright: 0.02, oversize: 0.010, resale: false, nouns: ["feed", "leash", "bed", "litter"] },
    Category { name: "shoes", share: 0.03, volume: (8_200.0, 0.25), density: (0.11, 0.25), price: (70.0, 0.45), shape: [1.0, 0.6, 0.38], fragile: 0.0, hazmat: 0.0, upright: 0.0, oversize: 0.0, resale: false, nouns: ["sneaker", "boot", "sandal", "slipper"] },
    Category { name: "computers", share: 0.025, volume: (5_500.0, 0.60), density: (0.32, 0.30), price: (420.0, 0.60), shape: [1.0, 0.7, 0.25], fragile: 0.50, hazmat: 0.02, upright: 0.02, oversize: 0.010, resale: true, nouns: ["laptop", "monitor", "tablet", "drive"] },
    Category { name: "garden", share: 0.02, volume: (12_000.0, 0.90), density: (0.35, 0.50), price: (42.0, 0.65), shape: [1.0, 0.6, 0.50], fragile: 0.08, hazmat: 0.03, upright: 0.06, oversize: 0.050, resale: false, nouns: ["hose", "planter", "rake", "grill"] },
    Category { name: "phones", share: 0.015, volume: (650.0, 0.25), density: (0.60, 0.20), price: (480.0, 0.50), shape: [1.0, 0.6, 0.35], fragile: 0.30, hazmat: 0.0, upright: 0.0, oversize: 0.0, resale: true, nouns: ["phone", "smartphone", "handset", "watch"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one() {
        let total: f64 = CATEGORIES.iter().map(|category| category.share).sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}");
    }
}
