//! The geometry of a parallel-aisle warehouse, and shortest walking distances in it.
//!
//! ```text
//!        aisle 0   aisle 1   aisle 2          y
//!   =======+=========+=========+=======  cross-aisle 2 (back)          ^
//!          |         |         |         block 1                       |
//!   =======+=========+=========+=======  cross-aisle 1                 |
//!          |         |         |         block 0                       |
//!   =======+=========D=========+=======  cross-aisle 0 (front)         +---> x
//! ```
//!
//! Pickers walk on lines: along the middle of an aisle, and along the middle of a cross-aisle. With `B` blocks, `n` bays per
//! block and aisle, bay length `b`, aisle spacing `s` and cross-aisle width `c` (all in millimetres):
//!
//! ```text
//! aisle a            x = a s
//! cross-aisle k      y = k (n b + c)                          k = 0 .. B
//! bay i of block k   y = k (n b + c) + floor((c + b) / 2) + i b      the middle of the bay; a half millimetre goes forward
//! depot              at the crossing of `depot_aisle` and cross-aisle `depot_block`
//! ```
//!
//! Both sides and all levels of a bay share its stop. The walk between two bays of one block but different aisles goes
//! round by the front or by the back; every other walk is the rectilinear distance. Where aisles are one-way, see `one_way`.

use super::one_way;

/// Whether aisles are walked one way only, each opposite to its neighbours. Cross-aisles go both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OneWay {
    /// Both ways.
    #[default]
    No,
    /// Aisles 0, 2, 4, .. from the front to the back, the others to the front.
    EvenBack,
    /// Aisles 0, 2, 4, .. from the back to the front, the others to the back.
    EvenFront,
}

/// A warehouse of parallel aisles cut into blocks by cross-aisles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Blocks from front to back; there is one more cross-aisle than blocks.
    pub blocks: u32,
    /// Aisles from left to right.
    pub aisles: u32,
    /// Bays along one aisle within one block.
    pub bays_per_block: u32,
    /// Length of a bay along the aisle, mm.
    pub bay_mm: i64,
    /// Distance between the middles of neighbouring aisles, mm.
    pub aisle_spacing_mm: i64,
    /// Width of a cross-aisle, mm.
    pub cross_aisle_mm: i64,
    /// Aisle whose end the depot faces.
    pub depot_aisle: u32,
    /// Cross-aisle the depot lies on: 0 is the front of block 0, `blocks` the back.
    pub depot_block: u32,
    /// Directions of the aisles.
    pub one_way: OneWay,
}

/// A place to pick from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bay {
    /// Block, 0 at the front.
    pub block: u32,
    /// Aisle, 0 at the left.
    pub aisle: u32,
    /// Bay within block and aisle, 0 at the front.
    pub bay: u32,
}

/// Where a walk starts, passes or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The depot.
    Depot,
    /// A bay.
    Bay(Bay),
    /// The crossing of an aisle and a cross-aisle.
    Crossing {
        /// Aisle.
        aisle: u32,
        /// Cross-aisle, 0 at the front.
        cross_aisle: u32,
    },
}

/// A place in coordinates. `front` and `back` are the cross-aisles around it, both its own `y` on a cross-aisle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub x: i64,
    pub y: i64,
    pub front: i64,
    pub back: i64,
}

impl Point {
    /// Shortest walk between two points: round by the nearer end within a block, rectilinear otherwise.
    #[inline]
    pub fn distance(&self, other: &Point) -> i64 {
        let across = (self.x - other.x).abs();
        let along = (self.y - other.y).abs();
        let is_one_block = self.front == other.front && self.back == other.back;
        if across == 0 || !is_one_block {
            across + along
        } else {
            let by_front = self.y + other.y - 2 * self.front;
            let by_back = 2 * self.back - self.y - other.y;
            across + by_front.min(by_back)
        }
    }
}

impl Layout {
    /// Whether the layout is one: at least one of everything, no negative length, the depot inside.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        if self.blocks == 0 || self.aisles == 0 || self.bays_per_block == 0 {
            return Err("a layout needs at least one block, one aisle and one bay".into());
        }
        if self.bay_mm < 0 || self.aisle_spacing_mm < 0 || self.cross_aisle_mm < 0 {
            return Err("a layout has no negative lengths".into());
        }
        if self.depot_aisle >= self.aisles {
            return Err(format!(
                "the depot faces aisle {} of {}",
                self.depot_aisle, self.aisles
            ));
        }
        if self.depot_block > self.blocks {
            return Err(format!(
                "the depot lies on cross-aisle {}; the last is {}",
                self.depot_block, self.blocks
            ));
        }
        if self.one_way != OneWay::No && self.aisles == 1 {
            return Err("a single aisle that is one-way has no way home".into());
        }
        Ok(())
    }

    /// Whether the bay exists in this layout.
    pub fn contains(&self, bay: &Bay) -> bool {
        bay.block < self.blocks && bay.aisle < self.aisles && bay.bay < self.bays_per_block
    }

    /// Whether a one-way aisle is walked from the front to the back.
    pub(super) fn leads_back(&self, aisle: u32) -> bool {
        aisle.is_multiple_of(2) == (self.one_way == OneWay::EvenBack)
    }

    /// Number of cross-aisles.
    pub fn cross_aisles(&self) -> u32 {
        self.blocks + 1
    }

    /// From one cross-aisle to the next, mm.
    pub fn pitch_mm(&self) -> i64 {
        i64::from(self.bays_per_block) * self.bay_mm + self.cross_aisle_mm
    }

    /// Middle of a cross-aisle, mm from the front one.
    pub fn cross_y(&self, cross_aisle: u32) -> i64 {
        i64::from(cross_aisle) * self.pitch_mm()
    }

    /// Middle of a bay, mm from the middle of the front cross-aisle.
    pub fn bay_y(&self, bay: &Bay) -> i64 {
        self.cross_y(bay.block)
            + (self.cross_aisle_mm + self.bay_mm) / 2
            + i64::from(bay.bay) * self.bay_mm
    }

    pub(super) fn bay_point(&self, bay: &Bay) -> Point {
        Point {
            x: i64::from(bay.aisle) * self.aisle_spacing_mm,
            y: self.bay_y(bay),
            front: self.cross_y(bay.block),
            back: self.cross_y(bay.block + 1),
        }
    }

    pub(super) fn crossing(&self, aisle: u32, cross_aisle: u32) -> Point {
        let y = self.cross_y(cross_aisle);
        Point {
            x: i64::from(aisle) * self.aisle_spacing_mm,
            y,
            front: y,
            back: y,
        }
    }

    pub(super) fn depot(&self) -> Point {
        self.crossing(self.depot_aisle, self.depot_block)
    }

    fn point(&self, place: &Place) -> Point {
        match place {
            Place::Depot => self.depot(),
            Place::Bay(bay) => self.bay_point(bay),
            Place::Crossing { aisle, cross_aisle } => self.crossing(*aisle, *cross_aisle),
        }
    }

    /// Shortest walking distance from one place to another, mm; the same back, unless aisles are one-way. O(1).
    pub fn distance(&self, a: &Place, b: &Place) -> i64 {
        if self.one_way != OneWay::No {
            return one_way::distance(self, a, b);
        }
        self.point(a).distance(&self.point(b))
    }

    /// Length of the closed walk depot, stops in the order given by `sequence`, depot; mm.
    ///
    /// # Panics
    /// If an entry of `sequence` is no index into `stops`.
    pub fn walk_length(&self, stops: &[Bay], sequence: &[u32]) -> i64 {
        let mut here = Place::Depot;
        let mut length = 0;
        for &i in sequence {
            let next = Place::Bay(stops[i as usize]);
            length += self.distance(&here, &next);
            here = next;
        }
        length + self.distance(&here, &Place::Depot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{graph_distance, random_layout, random_stops};
    use proptest::prelude::*;

    #[test]
    fn coordinates_of_a_small_hall() {
        let layout = Layout {
            blocks: 2,
            aisles: 3,
            bays_per_block: 4,
            bay_mm: 1000,
            aisle_spacing_mm: 3000,
            cross_aisle_mm: 2000,
            depot_aisle: 1,
            depot_block: 0,
            one_way: OneWay::No,
        };
        assert_eq!(layout.validate(), Ok(()));
        let bay = |block, aisle, bay| Place::Bay(Bay { block, aisle, bay });
        // Cross-aisles at 0, 6000, 12000; bay middles of block 0 at 1500, 2500, 3500, 4500.
        assert_eq!(layout.distance(&Place::Depot, &bay(0, 1, 0)), 1500);
        assert_eq!(layout.distance(&Place::Depot, &bay(1, 0, 3)), 3000 + 10500);
        assert_eq!(layout.distance(&bay(0, 0, 0), &bay(0, 0, 3)), 3000);
        assert_eq!(layout.distance(&bay(0, 0, 0), &bay(0, 1, 0)), 3000 + 3000);
        assert_eq!(
            layout.distance(&bay(0, 0, 3), &bay(0, 1, 2)),
            3000 + 1500 + 2500
        );
        assert_eq!(layout.distance(&bay(0, 0, 3), &bay(1, 1, 0)), 3000 + 3000);
    }

    #[test]
    fn odd_lengths_keep_the_pitch() {
        let layout = Layout {
            blocks: 1,
            aisles: 1,
            bays_per_block: 2,
            bay_mm: 5,
            aisle_spacing_mm: 1,
            cross_aisle_mm: 2,
            depot_aisle: 0,
            depot_block: 1,
            one_way: OneWay::No,
        };
        let first = Place::Bay(Bay {
            block: 0,
            aisle: 0,
            bay: 0,
        });
        let front = Place::Crossing {
            aisle: 0,
            cross_aisle: 0,
        };
        assert_eq!(layout.distance(&front, &first), 3);
        assert_eq!(layout.distance(&Place::Depot, &first), 12 - 3);
    }

    #[test]
    fn impossible_layouts_are_named() {
        let good = random_layout(1, 2);
        assert!(Layout { aisles: 0, ..good }.validate().is_err());
        assert!(Layout { bay_mm: -1, ..good }.validate().is_err());
        assert!(
            Layout {
                depot_aisle: good.aisles,
                ..good
            }
            .validate()
            .is_err()
        );
        assert!(
            Layout {
                depot_block: good.blocks + 1,
                ..good
            }
            .validate()
            .is_err()
        );
    }

    proptest! {
        /// Oracle: Dijkstra on the graph of bays and crossings.
        #[test]
        fn distance_is_the_shortest_path(seed in 0u64..1000, blocks in 1u32..4) {
            let layout = random_layout(seed, blocks);
            let stops = random_stops(&layout, seed, 3);
            let mut places = vec![Place::Depot];
            places.extend(stops.iter().map(|&bay| Place::Bay(bay)));
            for a in &places {
                for b in &places {
                    prop_assert_eq!(layout.distance(a, b), graph_distance(&layout, a, b));
                }
            }
        }
    }
}
