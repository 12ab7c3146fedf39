//! The estimated length of a tour, updated in O(1) per visited stretch of aisle when stops join.
//!
//! ```text
//! estimate = sum over visited stretches  min(L, 2 far, 2 (L - near))      walk through, or in and out from one end
//!          + 2 s (rightmost - leftmost aisle)                             along the cross-aisles, depot included
//!          + 2 L (blocks between the depot and the farthest visited one)
//! ```
//!
//! with L the length of a stretch (one aisle in one block), `near` and `far` the first and last stop from its front, s the
//! aisle spacing. One-way aisles are always walked through. It is neither an upper nor a lower bound; it ranks, exact tours decide. Memory O(stretches).

use super::{Bay, Layout, OneWay};

/// Stops in one aisle of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// `aisle * blocks + block`.
    stretch: u32,
    aisle: u32,
    /// The cross-aisle of the block that is nearer to the depot.
    cross_aisle: u32,
    /// First stop, millimetres from the middle of the front cross-aisle.
    near: i64,
    /// Last stop.
    far: i64,
}

impl Visit {
    /// One stop.
    pub fn at(layout: &Layout, stop: &Bay) -> Visit {
        Visit::between(layout, stop, stop)
    }

    /// From the first to the last stop in a stretch.
    fn between(layout: &Layout, first: &Bay, last: &Bay) -> Visit {
        let Bay { block, aisle, .. } = *first;
        let front = layout.cross_y(block);
        Visit {
            stretch: aisle * layout.blocks + block,
            aisle,
            cross_aisle: block + u32::from(block < layout.depot_block),
            near: layout.bay_y(first) - front,
            far: layout.bay_y(last) - front,
        }
    }

    /// The visits of stops sorted by (aisle, block, bay).
    pub fn all<'s>(layout: &'s Layout, stops: &'s [Bay]) -> impl Iterator<Item = Visit> + 's {
        let stretches = stops.chunk_by(|a, b| (a.aisle, a.block) == (b.aisle, b.block));
        stretches.map(|same| Visit::between(layout, &same[0], &same[same.len() - 1]))
    }
}

/// What a tour does in one stretch; `near > far` where it has no stop.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    near: i64,
    far: i64,
    length: i64,
}

const UNVISITED: Stretch = Stretch {
    near: i64::MAX,
    far: -1,
    length: 0,
};

/// The box of aisles and cross-aisles that a tour must reach.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    left: u32,
    right: u32,
    front: u32,
    back: u32,
}

impl Reach {
    fn depot(layout: &Layout) -> Reach {
        Reach {
            left: layout.depot_aisle,
            right: layout.depot_aisle,
            front: layout.depot_block,
            back: layout.depot_block,
        }
    }

    fn include(&mut self, visit: &Visit) {
        self.left = self.left.min(visit.aisle);
        self.right = self.right.max(visit.aisle);
        self.front = self.front.min(visit.cross_aisle);
        self.back = self.back.max(visit.cross_aisle);
    }
}

/// The stops of a tour so far. The default has no layout and must not be asked.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// Of a stretch.
    pitch: i64,
    spacing: i64,
    is_one_way: bool,
    depot: Reach,
    stretches: Vec<Stretch>,
    touched: Vec<u32>,
    reach: Reach,
    estimate: i64,
}

impl Sketch {
    pub fn new(layout: &Layout) -> Sketch {
        Sketch {
            pitch: layout.pitch_mm(),
            spacing: layout.aisle_spacing_mm,
            is_one_way: layout.one_way != OneWay::No,
            depot: Reach::depot(layout),
            stretches: vec![UNVISITED; layout.aisles as usize * layout.blocks as usize],
            touched: Vec::new(),
            reach: Reach::depot(layout),
            estimate: 0,
        }
    }

    /// Becomes a copy, without new memory where it has enough.
    pub fn copy_from(&mut self, other: &Sketch) {
        self.stretches.clone_from(&other.stretches);
        self.touched.clone_from(&other.touched);
        (self.pitch, self.spacing) = (other.pitch, other.spacing);
        self.is_one_way = other.is_one_way;
        (self.depot, self.reach) = (other.depot, other.reach);
        self.estimate = other.estimate;
    }

    /// Whether it was made by [`Sketch::new`].
    pub fn has_layout(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// Forgets all stops. O(visited stretches).
    pub fn clear(&mut self) {
        for stretch in self.touched.drain(..) {
            self.stretches[stretch as usize] = UNVISITED;
        }
        self.reach = self.depot;
        self.estimate = 0;
    }

    /// Estimated length, millimetres.
    pub fn estimate(&self) -> i64 {
        self.estimate
    }

    /// What the estimate grows by when these stops join; one visit per stretch.
    pub fn detour(&self, visits: &[Visit]) -> i64 {
        let mut reach = self.reach;
        let mut inside = 0;
        for visit in visits {
            inside += self.widened(visit).length - self.stretches[visit.stretch as usize].length;
            reach.include(visit);
        }
        inside + self.there_and_back(&reach) - self.there_and_back(&self.reach)
    }

    /// The stops join.
    pub fn join(&mut self, visits: &[Visit]) {
        self.estimate += self.detour(visits);
        for visit in visits {
            let widened = self.widened(visit);
            let stretch = &mut self.stretches[visit.stretch as usize];
            if stretch.near > stretch.far {
                self.touched.push(visit.stretch);
            }
            *stretch = widened;
            self.reach.include(visit);
        }
    }

    fn there_and_back(&self, reach: &Reach) -> i64 {
        let across = self.spacing * i64::from(reach.right - reach.left);
        2 * (across + self.pitch * i64::from(reach.back - reach.front))
    }

    fn widened(&self, visit: &Visit) -> Stretch {
        let before = self.stretches[visit.stretch as usize];
        let (near, far) = (before.near.min(visit.near), before.far.max(visit.far));
        let in_and_out = (2 * far).min(2 * (self.pitch - near));
        let length = match self.is_one_way {
            true => self.pitch,
            false => self.pitch.min(in_and_out),
        };
        Stretch { near, far, length }
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{random_layout, random_stops};
    use super::*;

    /// Stops in any portions: the same estimate, and what `detour` said before.
    #[test]
    fn grows_by_the_detour_and_forgets() {
        for seed in 0..60 {
            let layout = random_layout(seed, 1 + seed as u32 % 4);
            let mut stops = random_stops(&layout, seed, 12);
            stops.sort_unstable_by_key(|bay| (bay.aisle, bay.block, bay.bay));
            let all: Vec<Visit> = Visit::all(&layout, &stops).collect();
            let mut at_once = Sketch::new(&layout);
            at_once.join(&all);
            let mut one_by_one = Sketch::new(&layout);
            one_by_one.join(&all);
            one_by_one.clear();
            for stop in stops.iter().rev() {
                let before = one_by_one.estimate();
                let visit = [Visit::at(&layout, stop)];
                let detour = one_by_one.detour(&visit);
                assert!(detour >= 0);
                one_by_one.join(&visit);
                assert_eq!(one_by_one.estimate(), before + detour);
            }
            assert_eq!(one_by_one.estimate(), at_once.estimate());
        }
    }
}
