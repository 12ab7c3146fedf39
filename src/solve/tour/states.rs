//! The states of a half-built tour, and what each construction step does to them.
//!
//! Cut the warehouse between two aisles (or, while an aisle is being built, along it). What lies left of the cut is a *partial
//! tour subgraph*: every stop there is on it. All that the right side needs to know is, for each cross-aisle `i` at the cut,
//!
//! - the degree of its crossing so far: zero, odd or even (and positive);
//! - which crossings are connected with each other on the left.
//!
//! Ratliff and Rosenthal (1983, doi 10.1287/opre.31.3.507) found the seven states of two cross-aisles, Roodbergen and de
//! Koster (2001, doi 10.1016/S0377-2217(00)00177-6) the 25 of three (24 here, without the closed one). Cambazard and Catusse (2018,
//! doi 10.1016/j.ejor.2018.03.042) treat any number `h` of lines, with at most `O(7^h)` states. Here the states are not
//! written down but *generated*: breadth first from the empty one, through every step below, once per `h`. The counts come
//! out in a test. (Left out are the states that are closed before the last stop: no optimal tour passes them.)
//!
//! The steps, one crossing or one pair of neighbours at a time:
//!
//! | step | meaning | effect |
//! |---|---|---|
//! | once(i) | walk the aisle from cross-aisle `i` to `i + 1` once | both degrees flip parity, their components join |
//! | twice(i) | walk it there and back | zero becomes even, components join |
//! | touch(i) | enter the aisle from cross-aisle `i` and return | zero becomes even, in a component of its own |
//! | go on(i) | follow cross-aisle `i` to the next aisle | costs 1 copy for an odd, 2 for an even crossing; same state |
//! | drop(i) | do not | zero again; forbidden for odd, and for the last crossing of a component |
//!
//! Going on with 1 copy leaves the old crossing even and makes the new one odd: the *same* state one aisle further. This is
//! why horizontal moves need no more than a price per state.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// No such transition.
pub(in crate::solve) const NONE: u16 = u16::MAX;

/// Most cross-aisles the tables are generated for: 3,032 states for six of them take 0.2 MB.
pub(in crate::solve) const MAX_CROSS_AISLES: usize = 6;

/// The empty state: nothing built yet.
pub(in crate::solve) const EMPTY: u16 = 0;

/// All states for a number of cross-aisles, and the transitions between them, by `step * count + state`.
pub(in crate::solve) struct States {
    /// Number of states.
    pub count: usize,
    once: Vec<u16>,
    twice: Vec<u16>,
    touch: Vec<u16>,
    drop: Vec<u16>,
    copies: Vec<u8>,
    complete: Vec<bool>,
}

impl States {
    /// The table for `cross_aisles` in `2 ..= MAX_CROSS_AISLES`; generated on first use.
    pub fn of(cross_aisles: usize) -> &'static States {
        static TABLES: [OnceLock<States>; MAX_CROSS_AISLES + 1] =
            [const { OnceLock::new() }; MAX_CROSS_AISLES + 1];
        TABLES[cross_aisles].get_or_init(|| generate(cross_aisles))
    }

    /// Walk the aisle between cross-aisles `i` and `i + 1` once.
    pub fn once(&self, i: usize) -> &[u16] {
        self.row(&self.once, i)
    }

    /// Walk it there and back.
    pub fn twice(&self, i: usize) -> &[u16] {
        self.row(&self.twice, i)
    }

    /// Enter the aisle from cross-aisle `i` and return.
    pub fn touch(&self, i: usize) -> &[u16] {
        self.row(&self.touch, i)
    }

    /// Do not follow cross-aisle `i` to the next aisle; [`NONE`] where that breaks the tour.
    pub fn drop(&self, i: usize) -> &[u16] {
        self.row(&self.drop, i)
    }

    /// Copies of cross-aisle `i` that lead on to the next aisle: 0, 1 or 2.
    pub fn copies(&self, i: usize) -> &[u8] {
        &self.copies[i * self.count..(i + 1) * self.count]
    }

    /// Whether the partial tour is a tour: all degrees even, one component.
    pub fn is_complete(&self, state: usize) -> bool {
        self.complete[state]
    }

    fn row<'a>(&self, table: &'a [u16], i: usize) -> &'a [u16] {
        &table[i * self.count..(i + 1) * self.count]
    }
}

/// One state: per cross-aisle its component (0: degree zero; components numbered from the front) and its parity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Cut {
    component: [u8; MAX_CROSS_AISLES],
    is_odd: [bool; MAX_CROSS_AISLES],
}

impl Cut {
    /// Number the components by first appearance, so that equal states compare equal.
    fn canonical(mut self) -> Self {
        let mut name = [0u8; 2 * MAX_CROSS_AISLES + 2];
        let mut next = 0;
        for component in &mut self.component {
            if *component != 0 {
                let slot = &mut name[usize::from(*component)];
                if *slot == 0 {
                    next += 1;
                    *slot = next;
                }
                *component = *slot;
            }
        }
        self
    }

    fn touch(mut self, i: usize) -> Self {
        if self.component[i] == 0 {
            // A number above all in use; `canonical` makes it small again.
            self.component[i] = (MAX_CROSS_AISLES + 1 + i) as u8;
        }
        self
    }

    fn join(self, i: usize, flip: bool) -> Self {
        let mut joined = self.touch(i).touch(i + 1);
        let (keep, lose) = (joined.component[i], joined.component[i + 1]);
        for component in &mut joined.component {
            if *component == lose {
                *component = keep;
            }
        }
        joined.is_odd[i] ^= flip;
        joined.is_odd[i + 1] ^= flip;
        joined.canonical()
    }

    fn drop(mut self, i: usize) -> Option<Self> {
        let own = self.component[i];
        if own == 0 {
            return Some(self);
        }
        let is_last = self.component.iter().filter(|&&c| c == own).count() == 1;
        if self.is_odd[i] || is_last {
            return None;
        }
        self.component[i] = 0;
        Some(self.canonical())
    }

    fn copies(&self, i: usize) -> u8 {
        match (self.component[i], self.is_odd[i]) {
            (0, _) => 0,
            (_, true) => 1,
            (_, false) => 2,
        }
    }

    fn is_complete(&self) -> bool {
        !self.is_odd.contains(&true) && self.component.iter().max() == Some(&1)
    }
}

/// Numbers states in the order of their discovery.
struct Interner {
    known: FxHashMap<Cut, u16>,
    cuts: Vec<Cut>,
}

impl Interner {
    fn id(&mut self, cut: Cut) -> u16 {
        *self.known.entry(cut).or_insert_with(|| {
            self.cuts.push(cut);
            (self.cuts.len() - 1) as u16
        })
    }
}

fn generate(cross_aisles: usize) -> States {
    assert!((2..=MAX_CROSS_AISLES).contains(&cross_aisles));
    let mut states = Interner {
        known: FxHashMap::default(),
        cuts: Vec::new(),
    };
    states.id(Cut::default());
    // Per state, the targets of: once and twice of each pair, touch and drop of each crossing.
    let mut targets: Vec<Vec<u16>> = Vec::new();
    while targets.len() < states.cuts.len() {
        let cut = states.cuts[targets.len()];
        let mut row = Vec::with_capacity(4 * cross_aisles - 2);
        for i in 0..cross_aisles - 1 {
            row.push(states.id(cut.join(i, true)));
        }
        for i in 0..cross_aisles - 1 {
            row.push(states.id(cut.join(i, false)));
        }
        for i in 0..cross_aisles {
            row.push(states.id(cut.touch(i).canonical()));
        }
        for i in 0..cross_aisles {
            row.push(cut.drop(i).map_or(NONE, |dropped| states.id(dropped)));
        }
        targets.push(row);
    }
    let column = |c: usize| targets.iter().map(move |row| row[c]);
    let table = |first: usize, n: usize| (first..first + n).flat_map(column).collect();
    let h = cross_aisles;
    States {
        count: states.cuts.len(),
        once: table(0, h - 1),
        twice: table(h - 1, h - 1),
        touch: table(2 * h - 2, h),
        drop: table(3 * h - 2, h),
        copies: (0..h)
            .flat_map(|i| states.cuts.iter().map(move |cut| cut.copies(i)))
            .collect(),
        complete: states.cuts.iter().map(Cut::is_complete).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cross_aisles_have_the_states_of_ratliff_and_rosenthal() {
        // (U,U,1C), (E,0,1C), (0,E,1C), (E,E,1C), (E,E,2C) and (0,0,0C); (0,0,1C) is closed, hence not generated.
        assert_eq!(States::of(2).count, 6);
    }

    #[test]
    fn counts() {
        let counts: Vec<usize> = (2..=MAX_CROSS_AISLES)
            .map(|h| States::of(h).count)
            .collect();
        assert_eq!(counts, [6, 24, 112, 568, 3032]);
    }

    #[test]
    fn steps_do_what_the_table_says() {
        let states = States::of(2);
        let walked = usize::from(states.once(0)[usize::from(EMPTY)]);
        assert_eq!((states.copies(0)[walked], states.copies(1)[walked]), (1, 1));
        assert_eq!(states.drop(0)[walked], NONE);
        let back = usize::from(states.once(0)[walked]);
        assert!(states.is_complete(back) && !states.is_complete(walked));
        let front = usize::from(states.touch(0)[usize::from(EMPTY)]);
        assert_eq!((states.copies(0)[front], states.copies(1)[front]), (2, 0));
        assert_eq!(states.drop(0)[front], NONE);
        assert_eq!(usize::from(states.drop(1)[back]), front);
        let apart = usize::from(states.touch(1)[front]);
        assert!(!states.is_complete(apart));
        assert_eq!(usize::from(states.twice(0)[apart]), back);
    }
}
