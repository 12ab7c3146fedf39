//! The tours through the stretches as paths in a layered network, and the shortest of them at given values of the actions.
//!
//! A layer lies before each stretch, and one at the end of each aisle; a node is a state of the half-built tour
//! (`tour::states`). Arcs: one per class of action through a stretch; at the end of an aisle a *turn*, the cross-aisles that lead
//! on; and the *stop*, from any state that is a tour, at the depot's aisle or right of it. Every closed walk of minimal
//! length through some of the bays is a path (Hessler and Irnich 2024, after Ratliff and Rosenthal 1983).
//!
//! O(stretches × states) per shortest path, once the cheapest action of each class is known.

use std::ops::Range;

use super::actions::{Actions, CLASSES, Class};
use crate::solve::tour::Layout;
use crate::solve::tour::states::{EMPTY, NONE, States};

/// Fixed point of all values: parts of a millimetre. A power of two, so that shares of lengths lose nothing that matters.
pub(super) const UNIT: i64 = 1 << 10;

/// More than any value; sums of a few do not overflow.
pub(super) const FAR: i64 = i64::MAX / 8;

/// A way on to the next aisle: the state there, and the length of the cross-aisles walked, mm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub state: u16,
    pub length: i64,
}

/// The layers between two aisles.
pub(super) struct Network {
    states: &'static States,
    blocks: usize,
    aisles: Range<u32>,
    /// Aisle of the depot, counted from the first, and its cross-aisle.
    depot: (usize, usize),
    /// State after an action: `(block * classes + class) * states + state`.
    after: Vec<u16>,
    turns: Vec<Vec<Turn>>,
}

impl Network {
    /// For the aisles from the first to the last that a walk may need.
    pub fn new(layout: &Layout, aisles: Range<u32>) -> Network {
        let states = States::of(layout.cross_aisles() as usize);
        let blocks = layout.blocks as usize;
        let mut after = Vec::with_capacity(blocks * CLASSES.len() * states.count);
        for block in 0..blocks {
            for class in CLASSES {
                after.extend((0..states.count).map(|state| enter(states, block, class, state)));
            }
        }
        let depot_aisle = (layout.depot_aisle - aisles.start) as usize;
        let turn = |state| turns(states, layout, state);
        Network {
            states,
            blocks,
            aisles,
            depot: (depot_aisle, layout.depot_block as usize),
            after,
            turns: (0..states.count).map(turn).collect(),
        }
    }

    /// The aisles that are built, in this order.
    pub fn aisles(&self) -> Range<u32> {
        self.aisles.clone()
    }

    /// Number of states of a layer.
    pub fn states(&self) -> usize {
        self.states.count
    }

    /// Stretches per aisle.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The layer before a block of an aisle, both counted from the first; with `block == blocks` the one at the aisle's end.
    pub fn layer(&self, aisle: usize, block: usize) -> usize {
        aisle * (self.blocks + 1) + block
    }

    fn layers(&self) -> usize {
        self.layer(self.aisles.len(), 0)
    }

    /// The states after an action of that class, by the state before.
    pub fn after(&self, block: usize, class: Class) -> &[u16] {
        let count = self.states.count;
        let begin = (block * CLASSES.len() + class as usize) * count;
        &self.after[begin..begin + count]
    }

    /// The state at the end of an aisle, once the depot has been passed where it faces that aisle.
    pub fn pass_depot(&self, aisle: usize, state: usize) -> usize {
        if aisle == self.depot.0 {
            usize::from(self.states.touch(self.depot.1)[state])
        } else {
            state
        }
    }

    /// Whether the walk may end here, in the state that [`Network::pass_depot`] gave.
    pub fn may_stop(&self, aisle: usize, state: usize) -> bool {
        aisle >= self.depot.0 && self.states.is_complete(state)
    }

    /// Ways on from that state; none from the last aisle.
    pub fn turns(&self, aisle: usize, state: usize) -> &[Turn] {
        if aisle + 1 < self.aisles.len() {
            &self.turns[state]
        } else {
            &[]
        }
    }
}

fn enter(states: &States, block: usize, class: Class, state: usize) -> u16 {
    match class {
        Class::None => state as u16,
        Class::Once => states.once(block)[state],
        Class::Twice => states.twice(block)[state],
        Class::Front => states.touch(block)[state],
        Class::Back => states.touch(block + 1)[state],
        Class::Both => states.touch(block + 1)[usize::from(states.touch(block)[state])],
    }
}

/// All ways on from a state: each even crossing is followed by two copies or dropped, each odd one followed by one.
fn turns(states: &States, layout: &Layout, state: usize) -> Vec<Turn> {
    let mut turns = vec![Turn {
        state: state as u16,
        length: 0,
    }];
    for cross in 0..layout.cross_aisles() as usize {
        for turn in std::mem::take(&mut turns) {
            let from = usize::from(turn.state);
            let copies = states.copies(cross)[from];
            turns.push(Turn {
                state: turn.state,
                length: turn.length + i64::from(copies) * layout.aisle_spacing_mm,
            });
            let dropped = states.drop(cross)[from];
            if copies == 2 && dropped != NONE {
                turns.push(Turn {
                    state: dropped,
                    length: turn.length,
                });
            }
        }
    }
    turns
}

/// Shortest paths at given values of the actions; kept for reuse.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    /// Value of each action.
    pub values: Vec<i64>,
    /// Per stretch and class, the cheapest action: its value and index.
    cheapest: Vec<[(i64, u32); CLASSES.len()]>,
    /// Per layer and state, the value of the shortest path to a stop.
    to_stop: Vec<i64>,
}

impl Paths {
    /// Shortest paths to a stop from all states of an aisle and of those after it, at these prices of the items.
    pub fn find(&mut self, network: &Network, actions: &Actions, prices: &[i64], from: usize) {
        actions.price(from * network.blocks, UNIT, prices, &mut self.values);
        self.choose(actions, from * network.blocks);
        let begin = network.layer(from, 0) * network.states();
        self.to_stop.truncate(begin);
        self.to_stop
            .resize(network.layers() * network.states(), FAR);
        for aisle in (from..network.aisles.len()).rev() {
            self.finish_aisle(network, aisle);
            for block in (0..network.blocks).rev() {
                self.pass_stretch(network, aisle, block);
            }
        }
    }

    /// Value of the shortest path from a state of a layer to a stop.
    pub fn to_stop(&self, network: &Network, layer: usize) -> &[i64] {
        &self.to_stop[layer * network.states()..][..network.states()]
    }

    /// The cheapest action of each class.
    fn choose(&mut self, actions: &Actions, from_stretch: usize) {
        self.cheapest.truncate(from_stretch);
        for stretch in from_stretch..actions.stretches() {
            let mut cheapest = [(FAR, u32::MAX); CLASSES.len()];
            for index in actions.in_stretch(stretch) {
                let best = &mut cheapest[actions.action(index).class as usize];
                if self.values[index] < best.0 {
                    *best = (self.values[index], index as u32);
                }
            }
            self.cheapest.push(cheapest);
        }
    }

    fn finish_aisle(&mut self, network: &Network, aisle: usize) {
        let count = network.states();
        let (before, next) = self
            .to_stop
            .split_at_mut(network.layer(aisle + 1, 0) * count);
        let here = &mut before[network.layer(aisle, network.blocks) * count..];
        for (state, best) in here.iter_mut().enumerate() {
            let passed = network.pass_depot(aisle, state);
            if network.may_stop(aisle, passed) {
                *best = 0;
            }
            for turn in network.turns(aisle, passed) {
                *best = (*best).min(next[usize::from(turn.state)] + turn.length * UNIT);
            }
        }
    }

    fn pass_stretch(&mut self, network: &Network, aisle: usize, block: usize) {
        let count = network.states();
        let layer = network.layer(aisle, block);
        let (before, next) = self.to_stop.split_at_mut((layer + 1) * count);
        let here = &mut before[layer * count..];
        for class in CLASSES {
            let value = self.cheapest[aisle * network.blocks + block][class as usize].0;
            if value < FAR {
                for (best, &after) in here.iter_mut().zip(network.after(block, class)) {
                    *best = (*best).min(next[usize::from(after)] + value);
                }
            }
        }
    }

    /// The actions of the shortest path from a state before an aisle, one per stretch.
    pub fn shortest(&self, network: &Network, from: usize, state: u16, taken: &mut Vec<u32>) {
        taken.clear();
        let mut state = usize::from(state);
        for aisle in from..network.aisles.len() {
            for block in 0..network.blocks {
                let next = self.to_stop(network, network.layer(aisle, block) + 1);
                let choice = CLASSES.into_iter().min_by_key(|&class| {
                    let after = usize::from(network.after(block, class)[state]);
                    self.class_value(network, aisle, block, class) + next[after]
                });
                let class = choice.expect("there are classes");
                state = usize::from(network.after(block, class)[state]);
                taken.push(self.cheapest[aisle * network.blocks + block][class as usize].1);
            }
            let goal = self.to_stop(network, network.layer(aisle, network.blocks))[state];
            let passed = network.pass_depot(aisle, state);
            if goal == 0 && network.may_stop(aisle, passed) {
                return;
            }
            let next = self.to_stop(network, network.layer(aisle + 1, 0));
            let value = |turn: &&Turn| next[usize::from(turn.state)] + turn.length * UNIT;
            let turn = network.turns(aisle, passed).iter().min_by_key(value);
            state = usize::from(turn.expect("a path that does not stop goes on").state);
        }
    }

    fn class_value(&self, network: &Network, aisle: usize, block: usize, class: Class) -> i64 {
        self.cheapest[aisle * network.blocks + block][class as usize].0
    }

    /// Which actions lie on some path of at most this value.
    pub fn within(&self, network: &Network, actions: &Actions, most: i64) -> Vec<bool> {
        let mut alive = vec![false; actions.len()];
        let mut here = vec![FAR; network.states()];
        here[usize::from(EMPTY)] = 0;
        for aisle in 0..network.aisles.len() {
            for block in 0..network.blocks {
                let stretch = aisle * network.blocks + block;
                let goal = self.to_stop(network, network.layer(aisle, block) + 1);
                let mut least = [FAR; CLASSES.len()];
                let mut next = vec![FAR; network.states()];
                for class in CLASSES {
                    let value = self.cheapest[stretch][class as usize].0;
                    for (&from, &after) in here.iter().zip(network.after(block, class)) {
                        let after = usize::from(after);
                        let rest = &mut least[class as usize];
                        *rest = (*rest).min(from.saturating_add(goal[after]));
                        next[after] = next[after].min(from.saturating_add(value));
                    }
                }
                for index in actions.in_stretch(stretch) {
                    let class = actions.action(index).class as usize;
                    alive[index] = self.values[index].saturating_add(least[class]) <= most;
                }
                here = next;
            }
            here = self.cross(network, aisle, &here);
        }
        alive
    }

    /// Shortest paths from the start, one aisle further.
    fn cross(&self, network: &Network, aisle: usize, here: &[i64]) -> Vec<i64> {
        let mut next = vec![FAR; network.states()];
        for (state, &from) in here.iter().enumerate().filter(|&(_, &from)| from < FAR) {
            let passed = network.pass_depot(aisle, state);
            for turn in network.turns(aisle, passed) {
                let best = &mut next[usize::from(turn.state)];
                *best = (*best).min(from + turn.length * UNIT);
            }
        }
        next
    }
}
