//! Filling one box, piece by piece, at extreme points.
//!
//! Crainic, Perboli and Tadei (2008, doi 10.1287/ijoc.1070.0250): a placed piece offers new places at its corners, projected
//! along the axes onto the nearest surface: towards the walls and floor. With each point its *free sides*: how far one can go from
//! it along each axis before meeting a piece or a wall. A piece may lie at a point if it fits the free sides (necessary,
//! three comparisons), overlaps nothing, is supported, and puts not more layers on a piece than that may carry (one
//! pass over the placed pieces, done only for places that would be the best so far).
//!
//! Merits, the smallest wins, over all points and rotations:
//!
//! | merit | key |
//! |---|---|
//! | Fit | free sides less own sides, summed; then lowest, backmost, leftmost |
//! | Low | height of the top, then of the far sides in depth and width |
//!
//! `room`, the layers that may rest on a piece, is `min(own limit, room of those below - 1)`: no pile can then exceed the
//! limit of any piece in it. It never changes, because nothing is ever slid under a placed piece.
//!
//! Per piece O(p r + c n): p points, r rotations, c candidates that pass the free sides (few); a placement costs O(n + p).
//! Memory 40 bytes per piece, 24 per point.

use super::{Bin, BoxItem, Packed, Placement, Rotations, SUPPORT_PERCENT, volume};

/// How places are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merit {
    /// The tightest place.
    Fit,
    /// The place that keeps the pile low.
    Low,
}

/// A corner where a piece may go, and how far it may reach along each axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    at: [i32; 3],
    free: [i32; 3],
}

/// A placed piece: its lower and upper corner, and the layers it may carry.
#[derive(Debug, Clone, Copy)]
struct Solid {
    low: [i32; 3],
    high: [i32; 3],
    room: u32,
}

impl Solid {
    /// Common area of the footprints.
    fn overlap_area(&self, low: [i32; 3], high: [i32; 3]) -> i64 {
        let along =
            |a: usize| i64::from(self.high[a].min(high[a]) - self.low[a].max(low[a])).max(0);
        along(0) * along(1)
    }

    /// Whether a ray from `at` along `axis` passes through it, at or beyond `at`; where it enters.
    fn entry(&self, at: [i32; 3], axis: usize) -> Option<i32> {
        let inside = |a: usize| self.low[a] <= at[a] && at[a] < self.high[a];
        let hits = (0..3).all(|a| a == axis || inside(a)) && self.low[axis] >= at[axis];
        hits.then_some(self.low[axis])
    }

    fn contains(&self, at: [i32; 3]) -> bool {
        (0..3).all(|a| self.low[a] <= at[a] && at[a] < self.high[a])
    }
}

/// The best place found for a piece.
#[derive(Debug, Clone, Copy)]
struct Place {
    key: [i64; 4],
    at: [i32; 3],
    size: [i32; 3],
    rotation: u8,
    room: u32,
}

/// A box being filled.
#[derive(Debug, Default)]
pub(super) struct Filling {
    bin: [i32; 3],
    solids: Vec<Solid>,
    points: Vec<Point>,
    placements: Vec<Placement>,
    volume: i64,
    weight: i64,
    /// Per rank of sorted sides, the longest free side of any point: a piece that exceeds it fits nowhere.
    reach: [i32; 3],
}

impl Filling {
    pub fn volume(&self) -> i64 {
        self.volume
    }

    /// Copy the placements, volume and weight out.
    pub fn write(&self, packed: &mut Packed) {
        packed.placements.clear();
        packed.placements.extend_from_slice(&self.placements);
        packed.volume = self.volume;
        packed.weight = self.weight;
    }

    /// Empty the box, then offer the pieces in order; each goes to its best place, or stays outside.
    pub fn fill(
        &mut self,
        bin: &Bin,
        items: &[BoxItem],
        order: &[u32],
        merit: Merit,
        points: usize,
    ) {
        self.open(bin.size);
        let sides = order.iter().flat_map(|&i| items[i as usize].size);
        let smallest_side = sides.min().unwrap_or(1).max(1);
        let mut refused: Option<BoxItem> = None;
        for &i in order {
            let item = items[i as usize];
            let is_bad = item.size.iter().any(|&side| side < 1);
            let is_heavy = item.weight > bin.max_weight.saturating_sub(self.weight);
            if is_bad || is_heavy || refused == Some(item) || self.is_out_of_reach(&item) {
                continue;
            }
            match self.find(&item, merit) {
                Some(place) => self.put(i, &item, place, smallest_side, points),
                None => refused = Some(item),
            }
        }
    }

    fn open(&mut self, bin: [i32; 3]) {
        self.bin = bin;
        self.solids.clear();
        self.placements.clear();
        self.points.clear();
        self.points.push(Point {
            at: [0; 3],
            free: bin,
        });
        (self.volume, self.weight) = (0, 0);
        self.reach = sorted(bin);
    }

    fn is_out_of_reach(&self, item: &BoxItem) -> bool {
        let sides = sorted(item.size);
        (0..3).any(|a| sides[a] > self.reach[a])
    }

    /// The best place for a piece.
    fn find(&self, item: &BoxItem, merit: Merit) -> Option<Place> {
        let rotations = Rotations::of(item);
        let mut best: Option<Place> = None;
        for point in &self.points {
            for &(rotation, size) in rotations.iter() {
                if (0..3).any(|a| size[a] > point.free[a]) {
                    continue;
                }
                let key = merit.key(point, size);
                if best.as_ref().is_some_and(|b| b.key <= key) {
                    continue;
                }
                if let Some(room) = self.room(point.at, size, item) {
                    best = Some(Place {
                        key,
                        at: point.at,
                        size,
                        rotation,
                        room,
                    });
                }
            }
        }
        best
    }

    /// Whether a piece may lie there; if so, the layers it may carry.
    fn room(&self, at: [i32; 3], size: [i32; 3], item: &BoxItem) -> Option<u32> {
        let high = [at[0] + size[0], at[1] + size[1], at[2] + size[2]];
        let (mut supported, mut room) = (0i64, item.layers_above());
        for solid in &self.solids {
            if solid.high[2] < at[2] || solid.low[2] > high[2] {
                continue;
            }
            let area = solid.overlap_area(at, high);
            if area == 0 {
                continue;
            }
            // It overlaps, or is touched from below, or carries.
            if solid.high[2] != at[2] || solid.room == 0 {
                return None;
            }
            supported += area;
            room = room.min(solid.room - 1);
        }
        let base = i64::from(size[0]) * i64::from(size[1]);
        let is_stable = at[2] == 0 || 100 * supported >= SUPPORT_PERCENT * base;
        is_stable.then_some(room)
    }

    /// Place a piece and renew the extreme points.
    fn put(&mut self, i: u32, item: &BoxItem, place: Place, smallest_side: i32, limit: usize) {
        let Place {
            at,
            size,
            rotation,
            room,
            ..
        } = place;
        let high = [at[0] + size[0], at[1] + size[1], at[2] + size[2]];
        let solid = Solid {
            low: at,
            high,
            room,
        };
        self.solids.push(solid);
        self.placements.push(Placement {
            item: i,
            at,
            size,
            rotation,
        });
        self.volume += volume(size);
        self.weight += item.weight;
        let is_useful = |point: &Point| point.free.iter().all(|&side| side >= smallest_side);
        self.points.retain_mut(|point| {
            for axis in 0..3 {
                if let Some(entry) = solid.entry(point.at, axis) {
                    point.free[axis] = point.free[axis].min(entry - point.at[axis]);
                }
            }
            !solid.contains(point.at) && is_useful(point)
        });
        for corner in self.corners(&solid) {
            if let Some(point) = self.point(corner)
                && is_useful(&point)
                && !self.points.contains(&point)
            {
                self.points.push(point);
            }
        }
        self.forget(limit);
        self.reach = self.points.iter().fold([0; 3], |reach, point| {
            let free = sorted(point.free);
            [0, 1, 2].map(|a| reach[a].max(free[a]))
        });
    }

    /// The three far corners of a piece, and each projected along the two other axes.
    fn corners(&self, solid: &Solid) -> [[i32; 3]; 9] {
        let mut corners = [[0; 3]; 9];
        for axis in 0..3 {
            let mut corner = solid.low;
            corner[axis] = solid.high[axis];
            corners[3 * axis] = corner;
            for (k, along) in [(axis + 1) % 3, (axis + 2) % 3].into_iter().enumerate() {
                corners[3 * axis + 1 + k] = self.project(corner, along);
            }
        }
        corners
    }

    /// Slide a corner down along an axis, until it meets a piece or a wall.
    fn project(&self, mut corner: [i32; 3], along: usize) -> [i32; 3] {
        let below = |solid: &&Solid| {
            let inside = |a: usize| solid.low[a] <= corner[a] && corner[a] < solid.high[a];
            solid.high[along] <= corner[along] && (0..3).all(|a| a == along || inside(a))
        };
        let surfaces = self.solids.iter().filter(below).map(|s| s.high[along]);
        corner[along] = surfaces.max().unwrap_or(0);
        corner
    }

    /// The extreme point at a corner, unless that lies in a piece or at a far wall.
    fn point(&self, at: [i32; 3]) -> Option<Point> {
        let mut free = [0, 1, 2].map(|a| self.bin[a] - at[a]);
        for solid in &self.solids {
            if solid.contains(at) {
                return None;
            }
            for axis in 0..3 {
                if let Some(entry) = solid.entry(at, axis) {
                    free[axis] = free[axis].min(entry - at[axis]);
                }
            }
        }
        free.iter()
            .all(|&side| side > 0)
            .then_some(Point { at, free })
    }

    /// Keep the points with the most free volume.
    fn forget(&mut self, limit: usize) {
        while self.points.len() > limit {
            let least = (0..self.points.len()).min_by_key(|&k| {
                let Point { at, free } = self.points[k];
                (volume(free), std::cmp::Reverse((at[2], at[1], at[0])))
            });
            if let Some(least) = least {
                self.points.remove(least);
            }
        }
    }
}

impl Merit {
    fn key(self, point: &Point, size: [i32; 3]) -> [i64; 4] {
        let slack: i64 = (0..3).map(|a| i64::from(point.free[a] - size[a])).sum();
        let at = point.at.map(i64::from);
        let far = |a: usize| at[a] + i64::from(size[a]);
        match self {
            Merit::Fit => [slack, at[2], at[1], at[0]],
            Merit::Low => [far(2), far(1), far(0), slack],
        }
    }
}

fn sorted(mut sides: [i32; 3]) -> [i32; 3] {
    sides.sort_unstable();
    sides
}
