//! Which boxes, and where each piece lies in its box: three-dimensional bin packing with rotation.
//!
//! ```text
//! given   pieces i with sides s_i, weight g_i and handling rules; box types b with inner sides S_b, weight limit G_b, cost c_b
//! find    boxes, and for every piece a box, a rotation and a corner, so that
//!           pieces lie inside their box and do not overlap,
//!           sum of g_i in a box <= G_b,
//!           every piece stands on the floor, or at least 75 % of its base rests on pieces right below,
//!           `upright` pieces are turned about the vertical only, nothing rests on `fragile` ones,
//!           at most `max_stack` layers rest on a piece
//! minimize  sum of c_b, then volume
//! ```
//!
//! The problem is NP-hard even with one dimension and one box; parcels are small and many, so these are fast
//! constructions:
//!
//! - [`pack_into`] fills one box: extreme points ([`extreme_points`]), or blocks of a grid when all pieces are alike
//!   ([`homogeneous`]); several orders and merits are tried until everything is in.
//! - [`pack_best_fit`] chooses boxes ([`bins`]): the cheapest one that takes all, else the fullest one, and so on.
//! - [`min_bins`] bounds the number of boxes from below.
//!
//! Lengths are millimetres, weights grams, volumes mm³. The third side is the height. All results are functions of their
//! arguments: no randomness, no clock, ties broken by index.

mod bins;
mod columns;
mod extreme_points;
mod homogeneous;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod tests;
mod verify;

pub use bins::{PackedBin, Packing, min_bins, pack_best_fit};
pub use verify::verify_packing;

use extreme_points::{Filling, Merit};

/// Share of a base that must rest on something, in percent. With 75 % the centre of the base lies above the supported part
/// whatever its shape, so a piece does not tip; full support wastes the steps between pieces of unequal height.
pub const SUPPORT_PERCENT: i64 = 75;

/// A piece to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxItem {
    /// Length, width, height; mm, at least 1.
    pub size: [i32; 3],
    /// Weight, g.
    pub weight: i64,
    /// The height must stay vertical.
    pub upright: bool,
    /// Nothing may rest on it.
    pub fragile: bool,
    /// Layers of pieces that may rest on it; `u32::MAX` for any number.
    pub max_stack: u32,
}

impl BoxItem {
    /// A piece without handling rules.
    pub const fn new(size: [i32; 3], weight: i64) -> Self {
        Self {
            size,
            weight,
            upright: false,
            fragile: false,
            max_stack: u32::MAX,
        }
    }

    /// Layers that may rest on it, fragility included.
    pub const fn layers_above(&self) -> u32 {
        if self.fragile { 0 } else { self.max_stack }
    }

    /// Volume, mm³.
    pub fn volume(&self) -> i64 {
        volume(self.size)
    }
}

/// A box type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// Inner length, width, height; mm.
    pub size: [i32; 3],
    /// Heaviest content, g.
    pub max_weight: i64,
}

impl Bin {
    /// Inner volume, mm³.
    pub fn volume(&self) -> i64 {
        volume(self.size)
    }

    /// Whether a single piece fits, by weight and in some allowed rotation.
    pub fn takes(&self, item: &BoxItem) -> bool {
        item.size.iter().all(|&side| side > 0)
            && item.weight <= self.max_weight
            && Rotations::of(item)
                .iter()
                .any(|(_, size)| (0..3).all(|a| size[a] <= self.size[a]))
    }
}

/// Where a piece lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Index of the piece.
    pub item: u32,
    /// The corner nearest to the origin of the box, mm.
    pub at: [i32; 3],
    /// Sides after rotation, mm.
    pub size: [i32; 3],
    /// Rotation, an index into [`AXES`].
    pub rotation: u8,
}

/// `AXES[r][a]`: the side of the piece that lies along axis `a` of the box under rotation `r`. The first two keep it upright.
pub const AXES: [[usize; 3]; 6] = [
    [0, 1, 2],
    [1, 0, 2],
    [0, 2, 1],
    [2, 0, 1],
    [1, 2, 0],
    [2, 1, 0],
];

/// The allowed rotations of a piece that differ in their sides.
#[derive(Debug, Clone, Copy)]
struct Rotations {
    list: [(u8, [i32; 3]); 6],
    len: usize,
}

impl Rotations {
    fn of(item: &BoxItem) -> Self {
        let mut rotations = Self {
            list: [(0, item.size); 6],
            len: 0,
        };
        let allowed = if item.upright { 2 } else { 6 };
        for (r, axes) in AXES.iter().enumerate().take(allowed) {
            let size = axes.map(|side| item.size[side]);
            if rotations.iter().all(|&(_, other)| other != size) {
                rotations.list[rotations.len] = (r as u8, size);
                rotations.len += 1;
            }
        }
        rotations
    }

    fn iter(&self) -> impl Iterator<Item = &(u8, [i32; 3])> {
        self.list[..self.len].iter()
    }
}

/// What fitted into one box.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packed {
    /// The pieces inside, in the order of packing: each rests on earlier ones.
    pub placements: Vec<Placement>,
    /// The pieces left outside, in the order given.
    pub unplaced: Vec<u32>,
    /// Volume of the pieces inside, mm³.
    pub volume: i64,
    /// Their weight, g.
    pub weight: i64,
}

/// Bounds on the work of packing one box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts (order of pieces and merit of places) before a box counts as too small. Up to [`SMALL`] pieces get them all,
    /// more get four, above [`LARGE`] three.
    pub attempts: usize,
    /// Extreme points kept per box; beyond, those with the least free volume are forgotten. A parcel has a dozen, a pallet
    /// of a thousand pieces some hundreds.
    pub points: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempts: ATTEMPTS.len(),
            points: 400,
        }
    }
}

/// Up to this many pieces every attempt is made, and pieces that are all alike are also tried one by one.
pub const SMALL: usize = 60;

/// Above this many pieces the fewest attempts are made: an order of a thousand takes tens of milliseconds.
pub const LARGE: usize = 300;

impl Limits {
    fn attempts_for(&self, pieces: usize) -> usize {
        let most = match pieces {
            n if n <= SMALL => ATTEMPTS.len(),
            n if n <= LARGE => 4,
            _ => 3,
        };
        most.min(self.attempts).max(1)
    }
}

/// The order in which pieces are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Given,
    Volume,
    LongestSide,
    BaseArea,
}

/// Attempts, in this order, until one packs everything. Over random small instances that can be packed (see the tests), the
/// first one, given the largest faces first, finds 89 %, all six 99 %; more attempts add nothing there or on real parcels.
const ATTEMPTS: [(Order, Merit); 6] = [
    (Order::Given, Merit::Low),
    (Order::Volume, Merit::Back),
    (Order::Volume, Merit::Snug),
    (Order::Volume, Merit::Left),
    (Order::Volume, Merit::Fit),
    (Order::LongestSide, Merit::Low),
];

/// Working memory of the packing kernels; one per thread, reused over calls.
#[derive(Debug, Default)]
pub struct Scratch {
    filling: Filling,
    order: Vec<u32>,
}

/// Pack the pieces named by `order` into one box, as many as go in: the attempt with the most volume inside, the first
/// that packs all at once. The first attempt offers the pieces in the order given.
///
/// O(attempts x n p (r + n)) for n pieces, p extreme points and r rotations at worst; the factor n applies to the few
/// places that look free. O(n) when all pieces are alike. Pieces with a side below 1 mm are left outside.
///
/// # Panics
/// If an entry of `order` is no index into `items`.
pub fn pack_into(
    bin: &Bin,
    items: &[BoxItem],
    order: &[u32],
    limits: &Limits,
    scratch: &mut Scratch,
) -> Packed {
    let mut best = Packed::default();
    let mut has_best = false;
    if let Some(packed) = homogeneous::pack(bin, items, order) {
        if packed.unplaced.is_empty() || order.len() > SMALL {
            return packed;
        }
        (best, has_best) = (packed, true);
    }
    for &(kind, merit) in &ATTEMPTS[..limits.attempts_for(order.len())] {
        scratch.order.clear();
        scratch.order.extend_from_slice(order);
        sort(&mut scratch.order, items, kind);
        let filling = &mut scratch.filling;
        filling.fill(bin, items, &scratch.order, merit, limits.points);
        if !has_best || filling.volume() > best.volume {
            has_best = true;
            filling.write(&mut best);
            if best.placements.len() == order.len() {
                break;
            }
        }
    }
    best.unplaced = left_outside(order, &best.placements, items.len());
    best
}

/// The entries of `order` that are not placed.
fn left_outside(order: &[u32], placements: &[Placement], items: usize) -> Vec<u32> {
    if order.len() == placements.len() {
        return Vec::new();
    }
    let mut is_in = vec![false; items];
    for placement in placements {
        is_in[placement.item as usize] = true;
    }
    let outside = order.iter().copied().filter(|&i| !is_in[i as usize]);
    outside.collect()
}

/// Sort pieces for one attempt: those that carry others first, then by size, equal pieces next to each other.
fn sort(order: &mut [u32], items: &[BoxItem], kind: Order) {
    if kind == Order::Given {
        return;
    }
    order.sort_by_cached_key(|&i| {
        let item = &items[i as usize];
        let mut sides = item.size;
        sides.sort_unstable();
        let size = match kind {
            Order::Given | Order::Volume => item.volume(),
            Order::LongestSide => i64::from(sides[2]),
            Order::BaseArea => i64::from(sides[2]) * i64::from(sides[1]),
        };
        let carries_none = item.layers_above() == 0;
        let rules = (std::cmp::Reverse(item.max_stack), item.upright, item.weight);
        let falling = std::cmp::Reverse((size, sides, item.size));
        (carries_none, falling, rules, i)
    });
}

/// Product of the sides; saturates instead of overflowing.
fn volume(size: [i32; 3]) -> i64 {
    (i64::from(size[0]) * i64::from(size[1])).saturating_mul(i64::from(size[2]))
}
