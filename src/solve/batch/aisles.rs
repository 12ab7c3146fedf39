//! The shortest tour of one block, from what is picked in each aisle: the inner loop of everything in this folder.
//!
//! The programme of Ratliff and Rosenthal (1983, doi 10.1287/opre.31.3.507), as in [`crate::solve::tour`], written out for its five
//! states and fed with what an aisle costs instead of its stops. With `L` the length of an aisle and its stops `y_1 < .. < y_m` from the front,
//!
//! ```text
//! front = 2 y_m    back = 2 (L - y_1)    both = 2 (L - widest gap)    none = 0, only without stops
//! ```
//!
//! and the states after an aisle (E even and positive, U odd, 0 untouched; front first):
//!
//! ```text
//! UU' = min(UU + min(front, back, both), min(E0, 0E, EE, E|E) + L)
//! EE' = min(EE + min(front, back, both), UU + L, min(E0, 0E, E|E) + 2 L)
//! E0' = E0 + front        E|E' = min(E|E + min(front, back, both), E0 + min(back, both), 0E + min(front, both))
//! 0E' = 0E + back
//! ```
//!
//! `E|E` is in two parts, `EE` in one. No recursion over stops: what an aisle costs is kept with the cart, so a job that joins costs O(its
//! aisles + aisles of the tour), about 15 ns each, and no allocation.

use crate::solve::tour::Layout;

/// Longer than any tour, and far from overflow.
const NEVER: i64 = i64::MAX / 8;

/// What the stops of one aisle cost, by how it is entered; millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aisle {
    pub front: i64,
    pub back: i64,
    /// From both ends, leaving out the widest gap; never, with one stop.
    pub both: i64,
}

/// An aisle without stops: nothing to enter it for.
pub const EMPTY: Aisle = Aisle {
    front: 0,
    back: 0,
    both: 0,
};

impl Aisle {
    /// The aisle with stops at the bays whose bits are set, 64 to a word; at least one is.
    pub fn of(layout: &Layout, words: &[u64]) -> Aisle {
        let (mut first, mut last, mut widest) = (None, 0, 0);
        for (index, &word) in words.iter().enumerate() {
            let mut bits = word;
            while bits != 0 {
                let bay = 64 * index as i64 + i64::from(bits.trailing_zeros());
                match first {
                    None => first = Some(bay),
                    Some(_) => widest = widest.max(bay - last),
                }
                last = bay;
                bits &= bits - 1;
            }
        }
        let offset = (layout.cross_aisle_mm + layout.bay_mm) / 2;
        let length = layout.pitch_mm();
        let first = first.unwrap_or(0);
        Aisle {
            front: 2 * (offset + last * layout.bay_mm),
            back: 2 * (length - offset - first * layout.bay_mm),
            both: if first == last {
                NEVER
            } else {
                2 * (length - widest * layout.bay_mm)
            },
        }
    }

    /// Whether it has no stops. (A stop costs nothing from the front only where bays and cross-aisles have no length.)
    fn is_empty(self) -> bool {
        self.both == 0
    }
}

/// Costs of the five states of a tour that is built so far.
#[derive(Clone, Copy)]
struct States {
    uu: i64,
    ee: i64,
    e0: i64,
    oe: i64,
    apart: i64,
}

impl States {
    /// After the leftmost aisle.
    fn begin(aisle: Aisle, length: i64) -> States {
        let empty = aisle.is_empty();
        States {
            uu: length,
            ee: 2 * length,
            e0: if empty { NEVER } else { aisle.front },
            oe: if empty { NEVER } else { aisle.back },
            apart: if empty { NEVER } else { aisle.both },
        }
    }

    /// Along the cross-aisles to the next aisle, `across` being twice the distance.
    fn along(self, across: i64) -> States {
        States {
            uu: self.uu + across,
            ee: self.ee + 2 * across,
            e0: self.e0.min(self.ee) + across,
            oe: self.oe.min(self.ee) + across,
            apart: self.apart + 2 * across,
        }
    }

    fn aisle(self, aisle: Aisle, length: i64) -> States {
        let Aisle { front, back, both } = aisle;
        let stay = front.min(back).min(both);
        let even = self.e0.min(self.oe).min(self.apart);
        let part = if aisle.is_empty() {
            self.apart
        } else {
            (self.apart + stay)
                .min(self.e0 + back.min(both))
                .min(self.oe + front.min(both))
        };
        States {
            uu: (self.uu + stay).min(even.min(self.ee) + length),
            ee: (self.ee + stay)
                .min(self.uu + length)
                .min(even + 2 * length),
            e0: self.e0 + front,
            oe: self.oe + back,
            apart: part,
        }
    }

    /// The tour passes the depot, at the front or the back of this aisle; `first`: nothing need be built before.
    fn depot(self, at_front: bool, first: bool) -> States {
        let (own, other) = if at_front {
            (self.e0, self.oe)
        } else {
            (self.oe, self.e0)
        };
        let own = if first { own.min(0) } else { own };
        let (e0, oe) = if at_front { (own, NEVER) } else { (NEVER, own) };
        States {
            e0,
            oe,
            apart: self.apart.min(other),
            ..self
        }
    }
}

/// Length of the shortest tour through the aisles `first ..= last`, those of all stops and of the depot; `aisle` tells what they cost.
pub fn length(layout: &Layout, first: u32, last: u32, aisle: impl Fn(u32) -> Aisle) -> i64 {
    let (length, across) = (layout.pitch_mm(), 2 * layout.aisle_spacing_mm);
    let at_front = layout.depot_block == 0;
    let begun = aisle(first);
    let mut states = States::begin(begun, length);
    if first == layout.depot_aisle {
        states = states.depot(at_front, begun.is_empty());
    }
    for index in first + 1..=last {
        states = states.along(across).aisle(aisle(index), length);
        if index == layout.depot_aisle {
            states = states.depot(at_front, false);
        }
    }
    states.ee.min(states.e0).min(states.oe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tour::oracle::{random_layout, random_stops};
    use crate::solve::tour::{Scratch, tour_length};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn equals_the_general_programme(seed in any::<u64>(), stops in 1usize..40) {
            let layout = random_layout(seed, 1);
            let stops = random_stops(&layout, seed, stops);
            let words = layout.bays_per_block.div_ceil(64) as usize;
            let mut marks = vec![0u64; words * layout.aisles as usize];
            for stop in &stops {
                marks[stop.aisle as usize * words + stop.bay as usize / 64] |= 1 << (stop.bay % 64);
            }
            let depot = layout.depot_aisle;
            let first = stops.iter().map(|stop| stop.aisle).min().unwrap().min(depot);
            let last = stops.iter().map(|stop| stop.aisle).max().unwrap().max(depot);
            let found = length(&layout, first, last, |aisle| {
                let marks = &marks[aisle as usize * words..][..words];
                if marks.iter().all(|&word| word == 0) { EMPTY } else { Aisle::of(&layout, marks) }
            });
            prop_assert_eq!(found, tour_length(&layout, &stops, &mut Scratch::default()));
        }
    }
}
