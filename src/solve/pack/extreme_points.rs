//! Filling one box, piece by piece, at extreme points.
//!
//! Crainic, Perboli and Tadei (2008, doi 10.1287/ijoc.1070.0250): a placed piece offers new places at its corners, projected
//! along the axes onto the nearest surface: towards the walls and floor. Here a point must stand on the floor or on a piece that
//! may carry: a corner in the air finds support for its piece seldom, and most corners are in the air. With each point
//! its *free sides*: how far one can go from it along each axis before meeting a piece or a wall. A piece may lie at a
//! point if it fits the free sides (necessary, three comparisons), overlaps nothing, is supported, and puts not more layers
//! on a piece than that may carry (a look at the pieces in the same part of the floor, see `columns`; done only for
//! places that would be the best so far).
//!
//! Merits, the smallest wins, over all points and rotations:
//!
//! | merit | key |
//! |---|---|
//! | Fit | free sides less own sides, summed; then the lowest place |
//! | Snug | the least of the three differences, then their sum, then the lowest place |
//! | Low | the top, then the far sides in depth and width |
//! | Back | the far side in depth, then the top, then the far side in width |
//! | Left | the far side in width, then in depth, then the top |
//!
//! On real parcels (`instances`, 4,288 orders) Low with the largest faces first takes 4,559 boxes, all attempts together 4,549.
//!
//! `room`, the layers that may rest on a piece, is `min(own limit, room of those below - 1)`: no pile can then exceed the
//! limit of any piece in it. It never changes, because nothing is ever slid under a placed piece.
//!
//! Per piece O(p r + c k): p points, r rotations, c candidates that pass the free sides, k pieces in the columns under
//! one; a placement costs O(n + p). Memory about 60 bytes per piece, 24 per point.

use super::columns::{Columns, Footprint};
use super::{Bin, BoxItem, Packed, Placement, Rotations, SUPPORT_PERCENT, volume};

/// How places are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merit {
    /// The tightest place over all.
    Fit,
    /// The tightest place along some axis.
    Snug,
    /// Keep the pile low: layers.
    Low,
    /// Keep it at the back: walls.
    Back,
    /// Keep it at the left: walls the other way.
    Left,
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
    fn footprint(&self) -> Footprint {
        Footprint {
            low: [self.low[0], self.low[1]],
            high: [self.high[0], self.high[1]],
        }
    }

    /// Per axis, whether it spans the coordinate of `at`.
    fn spans(&self, at: [i32; 3]) -> [bool; 3] {
        [0, 1, 2].map(|a| self.low[a] <= at[a] && at[a] < self.high[a])
    }

    /// Shorten the free sides of a point to where its rays along the axes meet this piece.
    fn shorten(&self, point: &mut Point) {
        let [x, y, z] = self.spans(point.at);
        for (axis, is_met) in [y & z, x & z, x & y].into_iter().enumerate() {
            let ahead = self.low[axis] - point.at[axis];
            if is_met && ahead >= 0 {
                point.free[axis] = point.free[axis].min(ahead);
            }
        }
    }

    /// Whether a corner may stand on it.
    fn carries(&self, at: [i32; 3]) -> bool {
        let [x, y, _] = self.spans(at);
        self.high[2] == at[2] && self.room > 0 && x && y
    }

    fn contains(&self, at: [i32; 3]) -> bool {
        self.spans(at) == [true; 3]
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
    columns: Columns,
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
        self.open(bin.size, order.len());
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

    fn open(&mut self, bin: [i32; 3], pieces: usize) {
        self.bin = bin;
        self.columns.open([bin[0], bin[1]], pieces);
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
        let base = Footprint {
            low: [at[0], at[1]],
            high: [high[0], high[1]],
        };
        let (mut supported, mut room) = (0i64, item.layers_above());
        for (part, list) in self.columns.under(base) {
            for &k in list.iter().rev() {
                let solid = &self.solids[k as usize];
                if solid.high[2] < at[2] || solid.low[2] > high[2] {
                    continue;
                }
                let area = part.common(&solid.footprint()).area();
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
        }
        let needed = i128::from(SUPPORT_PERCENT) * i128::from(base.area());
        let is_stable = at[2] == 0 || 100 * i128::from(supported) >= needed;
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
        self.columns
            .add(solid.footprint(), self.solids.len() as u32);
        self.solids.push(solid);
        self.placements.push(Placement {
            item: i,
            at,
            size,
            rotation,
        });
        self.volume = self.volume.saturating_add(volume(size));
        self.weight = self.weight.saturating_add(item.weight);
        let is_useful = |point: &Point| point.free.iter().all(|&side| side >= smallest_side);
        self.points.retain_mut(|point| {
            solid.shorten(point);
            !solid.contains(point.at) && is_useful(point)
        });
        let corners = self.corners(&solid);
        for (k, &corner) in corners.iter().enumerate() {
            if !corners[..k].contains(&corner)
                && let Some(point) = self.point(corner)
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

    /// The extreme point at a corner, if that stands on something and lies neither in a piece nor at a far wall.
    fn point(&self, at: [i32; 3]) -> Option<Point> {
        if (0..3).any(|a| at[a] >= self.bin[a]) || !self.is_open(at) {
            return None;
        }
        let mut point = Point {
            at,
            free: [0, 1, 2].map(|a| self.bin[a] - at[a]),
        };
        for solid in &self.solids {
            solid.shorten(&mut point);
        }
        point.free.iter().all(|&side| side > 0).then_some(point)
    }

    /// Whether a corner within the box stands on something and lies in no piece.
    fn is_open(&self, at: [i32; 3]) -> bool {
        let corner = Footprint {
            low: [at[0], at[1]],
            high: [at[0] + 1, at[1] + 1],
        };
        let mut stands = at[2] == 0;
        for (_, list) in self.columns.under(corner) {
            for &k in list {
                let solid = &self.solids[k as usize];
                if solid.contains(at) {
                    return false;
                }
                stands |= solid.carries(at);
            }
        }
        stands
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
        let slack = [0, 1, 2].map(|a| i64::from(point.free[a] - size[a]));
        let total = slack[0] + slack[1] + slack[2];
        let least = slack[0].min(slack[1]).min(slack[2]);
        let at = point.at.map(i64::from);
        let far = |a: usize| at[a] + i64::from(size[a]);
        match self {
            Merit::Fit => [total, at[2], at[1], at[0]],
            Merit::Snug => [least, total, at[2], at[1]],
            Merit::Low => [far(2), far(1), far(0), total],
            Merit::Back => [far(1), far(2), far(0), total],
            Merit::Left => [far(0), far(1), far(2), total],
        }
    }
}

fn sorted(mut sides: [i32; 3]) -> [i32; 3] {
    sides.sort_unstable();
    sides
}
