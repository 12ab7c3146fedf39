//! What a carrier measures on a parcel, and how it turns size into weight.
//!
//! ```text
//! dimensional weight = ceil(volume / divisor)     when the divisor is given and the volume above the threshold
//! billable weight    = up(max(gross weight, dimensional weight, least billable weight of its surcharges))
//! ```
//!
//! `up` raises to the next multiple of the carrier's unit. Pounds and ounces are not whole grams: `n` units count as the
//! greatest whole number of grams within them, so that a price row for one pound may be written as 453 or as 454 grams. That
//! never falls below the weight itself, which is a whole number too.

use super::Parcel;
use crate::model::rates::Rounding;
use crate::model::units::Grams;

/// Above this no rate card is meant; guards the integer arithmetic. 1,000 t.
pub(super) const HEAVIEST: i64 = 1_000_000_000;

/// One pound in 1/100,000 g.
const POUND: i64 = 45_359_237;
/// One ounce in 1/1,000,000,000 g.
const OUNCE: i64 = 28_349_523_125;

/// A parcel as the carrier's scanner sees it. Millimetres, grams, mm³.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    pub weight: i64,
    pub volume: i64,
    /// Longest, middle, shortest side.
    pub sides: [i64; 3],
    /// Length + 2 × (width + height).
    pub girth: i64,
    pub fragile: bool,
    pub hazmat: bool,
}

impl Measured {
    pub fn new(size: [i32; 3], weight: Grams, fragile: bool, hazmat: bool) -> Measured {
        let [a, b, c] = size.map(i64::from);
        let sides = descending(a, b, c);
        Measured {
            weight: weight.0,
            volume: a.saturating_mul(b).saturating_mul(c),
            sides,
            girth: sides[0] + 2 * (sides[1] + sides[2]),
            fragile,
            hazmat,
        }
    }
}

impl From<&Parcel> for Measured {
    fn from(parcel: &Parcel) -> Self {
        Measured::new(parcel.size, parcel.weight, parcel.fragile, parcel.hazmat)
    }
}

fn descending(a: i64, b: i64, c: i64) -> [i64; 3] {
    let (a, b) = (a.max(b), a.min(b));
    let (a, c) = (a.max(c), a.min(c));
    [a, b.max(c), b.min(c)]
}

/// The weight that the volume counts for, in grams; 0 where only the scales count.
pub fn dimensional(volume: i64, divisor: i64, threshold: i64) -> i64 {
    if divisor <= 0 || volume <= threshold {
        return 0;
    }
    volume / divisor + i64::from(volume % divisor != 0)
}

/// `grams` raised to the carrier's unit. At most [`HEAVIEST`] may be asked.
pub fn round_up(rounding: Rounding, grams: i64) -> i64 {
    match rounding {
        Rounding::None => grams,
        Rounding::Up100Grams => multiple(grams, 100, 1),
        Rounding::Up500Grams => multiple(grams, 500, 1),
        Rounding::UpKilogram => multiple(grams, 1_000, 1),
        Rounding::UpOunce => multiple(grams, OUNCE, 1_000_000_000),
        Rounding::UpPound => multiple(grams, POUND, 100_000),
    }
}

/// The greatest whole number within the least multiple of `unit / scale` that is at least `grams`.
fn multiple(grams: i64, unit: i64, scale: i64) -> i64 {
    let times = (grams * scale + unit - 1) / unit;
    times * unit / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_sorted_and_girth_goes_around() {
        for size in [[300, 200, 100], [100, 200, 300], [200, 100, 300]] {
            let parcel = Parcel {
                size,
                weight: Grams(1),
                fragile: false,
                hazmat: false,
            };
            let measured = Measured::from(&parcel);
            assert_eq!(measured.sides, [300, 200, 100]);
            assert_eq!(measured.girth, 900);
            assert_eq!(measured.volume, 6_000_000);
        }
    }

    #[test]
    fn twelve_inch_cube_at_139_weighs_thirteen_pounds() {
        // 12 × 12 × 12 in / 139 = 12.43 lb, billed as 13 lb. 12 in = 304.8 mm, measured as 305.
        let volume = 305i64.pow(3);
        let grams = dimensional(volume, 5_022, 0);
        assert_eq!(grams, 5_650);
        assert_eq!(
            round_up(Rounding::UpPound, grams),
            5_896,
            "13 lb = 5,896.7 g"
        );
    }

    #[test]
    fn a_volume_at_the_threshold_has_no_dimensional_weight() {
        assert_eq!(dimensional(28_316_847, 5_022, 28_316_847), 0);
        assert_eq!(dimensional(28_316_848, 5_022, 28_316_847), 5_639);
        assert_eq!(dimensional(1_000_000, 0, 0), 0);
    }

    #[test]
    fn rounding_goes_up_and_keeps_whole_units() {
        let pounds = |grams| round_up(Rounding::UpPound, grams);
        assert_eq!(pounds(0), 0);
        assert_eq!(pounds(1), 453);
        assert_eq!(pounds(453), 453);
        assert_eq!(pounds(454), 907);
        assert_eq!(pounds(4_535), 4_535, "10 lb = 4,535.9 g");
        assert_eq!(round_up(Rounding::UpOunce, 28), 28);
        assert_eq!(round_up(Rounding::UpOunce, 29), 56);
        assert_eq!(round_up(Rounding::Up100Grams, 101), 200);
        assert_eq!(round_up(Rounding::Up500Grams, 500), 500);
        assert_eq!(round_up(Rounding::UpKilogram, 1_001), 2_000);
        assert_eq!(round_up(Rounding::None, 1_001), 1_001);
    }

    #[test]
    fn rounding_never_falls_below_the_weight() {
        for rounding in Rounding::ALL {
            for grams in (0..5_000).chain([HEAVIEST - 1, HEAVIEST]) {
                let up = round_up(rounding, grams);
                assert!(up >= grams, "{rounding:?} {grams} -> {up}");
                assert_eq!(round_up(rounding, up), up, "{rounding:?} {grams}");
            }
        }
    }
}
