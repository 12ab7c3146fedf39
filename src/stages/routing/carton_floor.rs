//! What shipping in cartons costs at least: by weight and by volume.
//!
//! *Claim.* Let a carton with content of `w` grams and `v` mm³ cost at least `p` wherever `w <= w_c`, `v <= v_c` and it is not at a lighter step,
//! for the corners `c` of `Shipping::corners`. If `a, b, d >= 0` and `a + b w_c + d v_c <= p_c` for all `c`, then cartons with contents of
//! `W` grams and `V` mm³ in total cost at least `a + b W + d V`.
//!
//! *Proof.* A carton costs at least some `p_c` with `w <= w_c`, `v <= v_c`: at least `a + b w_c + d v_c >= a + b w + d v`. Sum over one or
//! more cartons; `a >= 0`. ∎
//!
//! For each of some `d` from 0 to the greatest possible, the pairs `(a, b)` that matter are the edges of the lower convex hull of the points
//! `(w_c, p_c - d v_c)`, as in [`super::freight_floor`], whose lines hold for units in their own containers too but know
//! nothing of volume, cardboard or dimensional weight. O(grid × corners × log corners) per facility and zones.

use rustc_hash::FxHashMap;

use super::freight_floor::{Line, hull, lines_under};
use crate::model::ids::FacilityIdx;
use crate::model::units::Cents;
use crate::solve::assign::MILLI;
use crate::stages::shipping::{Corner, RateClass, Reach, Shipping};

/// Prices of volume that are tried.
const GRID: i64 = 8;

/// mm³ that a price of volume is for: a litre.
const LITRE: i64 = 1_000_000;

/// A plane under all prices, in thousandths of a cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plane {
    line: Line,
    /// Per litre.
    volume: i64,
}

impl Plane {
    /// Of any shipment.
    pub fn at_least(&self) -> i64 {
        self.line.at_least
    }

    /// What a unit adds, rounded down.
    pub fn unit(&self, grams: i64, mm3: i64) -> i64 {
        let fills = i128::from(self.volume) * i128::from(mm3.max(0)) / i128::from(LITRE);
        let fills = i64::try_from(fills).unwrap_or(i64::MAX);
        self.line.weighs(grams).saturating_add(fills)
    }
}

/// Planes under the prices of each facility and its zones.
pub(super) struct CartonFloor<'a> {
    shipping: &'a Shipping<'a>,
    /// Nothing is ever taken off a price.
    holds: bool,
    planes: FxHashMap<(FacilityIdx, Reach), Vec<Plane>>,
}

impl<'a> CartonFloor<'a> {
    pub fn new(shipping: &'a Shipping<'a>) -> CartonFloor<'a> {
        CartonFloor {
            shipping,
            holds: !shipping.has_rebates(),
            planes: FxHashMap::default(),
        }
    }

    /// The plane that promises most for so much of an order from the facility, all of it in cartons, and what the shipment pays for
    /// lateness at least; `None`: nothing is known.
    pub fn plane(
        &mut self,
        class: &RateClass,
        facility: FacilityIdx,
        hazmat: bool,
        (grams, mm3): (i64, i64),
    ) -> Option<(Plane, Cents)> {
        if !self.holds {
            return None;
        }
        let (reach, late) = self.shipping.reach_of(class, facility, hazmat);
        let shipping = self.shipping;
        let planes = self
            .planes
            .entry((facility, reach))
            .or_insert_with_key(|(facility, reach)| planes(&shipping.corners(*facility, reach)));
        let worth = |plane: &&Plane| plane.at_least().saturating_add(plane.unit(grams, mm3));
        Some((planes.iter().max_by_key(worth).copied()?, late))
    }
}

fn planes(corners: &[Corner]) -> Vec<Plane> {
    let dearest = corners.iter().map(|corner| {
        let rate = i128::from(corner.cost.max(0)) * i128::from(MILLI) * i128::from(LITRE);
        rate / i128::from(corner.volume.max(1))
    });
    let Some(dearest) = dearest.min() else {
        return Vec::new();
    };
    let dearest = i64::try_from(dearest).unwrap_or(i64::MAX);
    let mut planes = Vec::new();
    for step in 0..=GRID {
        let volume = i64::try_from(i128::from(dearest) * i128::from(step) / i128::from(GRID))
            .unwrap_or(i64::MAX);
        let points = corners.iter().map(|corner| {
            // Rounded up, so that what is left is rounded down.
            let fills = i128::from(volume) * i128::from(corner.volume);
            let fills = fills / i128::from(LITRE) + 1;
            let rest = i128::from(corner.cost) * i128::from(MILLI) - fills;
            (corner.grams, i64::try_from(rest.max(0)).unwrap_or(i64::MAX))
        });
        let hull = hull(points.collect());
        let lines = lines_under(&hull).into_iter();
        planes.extend(lines.map(|line| Plane { line, volume }));
    }
    planes
}
