//! Exact search: labels through the network, with prices that say what is left to pay.
//!
//! A label is a partial path: its state, its length, and the demand it leaves. Its bound is
//!
//! ```text
//! length + prices · demand left + shortest priced path from its state to a stop
//! ```
//!
//! no completion is shorter (Lagrangian relaxation of the demand). A label falls if its bound reaches the best plan known, if the slots ahead
//! cannot serve what it leaves, or if another one in its state is no longer and leaves no more of any item (Desrochers and
//! Soumis 1988, doi 10.1080/03155986.1988.11732063). Layer by layer at most `width` labels are kept, those of the lowest bound. Where none
//! was dropped the best plan is optimal; else the lowest bound among the dropped is a bound.
//!
//! O(layers × width × actions per stretch) labels made, each O(words of demand + items served).

mod reprice;

use super::Clock;
use super::actions::{Actions, CLASSES, Grant};
use super::network::{Network, Paths, UNIT};
use super::residual::Packing;
use crate::solve::tour::states::EMPTY;

/// Kept labels of its state that a label is compared with; the first have the lowest bounds, and rule out most.
const RIVALS: usize = 200;

/// What a search found.
#[derive(Debug)]
pub(super) struct Found {
    /// Actions of the best path shorter than the plan known before, if there is one.
    pub actions: Option<Vec<u32>>,
    /// Its length or the one known before, mm.
    pub length: i64,
    /// No plan is shorter, mm.
    pub bound: i64,
}

/// What the search goes through.
pub(super) struct Labels<'a> {
    pub network: &'a Network,
    pub actions: &'a Actions,
    /// Priced with `prices`.
    pub paths: &'a Paths,
    pub prices: &'a [i64],
    pub demands: &'a [u32],
    /// Every walk's length is a multiple of this, mm.
    pub grain: i64,
    /// Rounds of repricing per aisle.
    pub rounds: usize,
    /// Labels of a layer that prices are made for.
    pub sample: usize,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    bound: i64,
    length: i64,
    /// Prices times demand left.
    due: i64,
    state: u16,
    trace: u32,
    /// Action just taken, or none.
    action: u32,
}

/// Labels of a layer, and the demand they leave.
#[derive(Default)]
struct Layer {
    labels: Vec<Label>,
    left: Vec<u64>,
}

const NO_ACTION: u32 = u32::MAX;

struct Run<'a> {
    of: &'a Labels<'a>,
    packing: Packing,
    /// Packed cover per action, and its list.
    covers: Vec<u64>,
    lists: Vec<Vec<Grant>>,
    prices: Vec<i64>,
    paths: Paths,
    /// What the stretches from here on can serve at most, packed.
    ahead: Vec<Vec<u64>>,
    trace: Vec<(u32, u32)>,
    most: i64,
    best: (i64, Option<u32>),
    dropped: i64,
    width: usize,
}

impl Labels<'_> {
    /// Searches for a plan shorter than `known`, keeping at most `width` labels per layer; stops dead where the clock does.
    pub fn search(&self, known: i64, width: usize, clock: &mut Clock) -> Found {
        let mut run = Run::new(self, known, width);
        let finished = run.all(clock);
        let dropped = if finished { run.dropped } else { i64::MIN };
        let bound = self.round_up(dropped).min(run.best.0);
        Found {
            actions: run.best.1.map(|trace| run.path(trace)),
            length: run.best.0,
            bound,
        }
    }

    /// The least length of a walk that is not below a bound.
    fn round_up(&self, bound: i64) -> i64 {
        round_up(bound, self.grain)
    }
}

/// The least length of a walk, mm, that is not below a bound in parts of a mm.
pub(super) fn round_up(bound: i64, grain: i64) -> i64 {
    let mm = bound.div_euclid(UNIT) + i64::from(bound.rem_euclid(UNIT) > 0);
    let steps = mm.div_euclid(grain) + i64::from(mm.rem_euclid(grain) > 0);
    steps.saturating_mul(grain)
}

impl<'a> Run<'a> {
    fn new(of: &'a Labels<'a>, known: i64, width: usize) -> Run<'a> {
        let packing = Packing::of(of.demands);
        let lists: Vec<Vec<Grant>> = (0..of.actions.len()).map(|a| of.actions.cover(a)).collect();
        let mut covers = Vec::with_capacity(lists.len() * packing.words());
        let mut amounts = vec![0; of.demands.len()];
        for list in &lists {
            amounts.fill(0);
            for grant in list {
                amounts[grant.item as usize] = grant.amount;
            }
            covers.extend(packing.pack(&amounts));
        }
        Run {
            prices: of.prices.to_vec(),
            paths: of.paths.clone(),
            ahead: ahead(of, &lists, &packing),
            of,
            packing,
            covers,
            lists,
            trace: Vec::new(),
            most: (known - of.grain) * UNIT,
            best: (known, None),
            dropped: i64::MAX,
            width,
        }
    }

    /// Goes through all layers; whether the clock allowed it.
    fn all(&mut self, clock: &mut Clock) -> bool {
        let of = self.of;
        let mut here = Layer::default();
        let due = dot(of.prices, of.demands);
        here.labels.push(Label {
            bound: due + of.paths.to_stop(of.network, 0)[usize::from(EMPTY)],
            length: 0,
            due,
            state: EMPTY,
            trace: u32::MAX,
            action: NO_ACTION,
        });
        here.left = self.packing.pack(of.demands);
        for aisle in 0..of.network.aisles().len() {
            if !clock.look() {
                return false;
            }
            for block in 0..of.network.blocks() {
                let Some(next) = self.stretch(&here, aisle, block, clock) else {
                    return false;
                };
                here = self.reduce(next);
            }
            let next = self.turn(&here, aisle);
            here = self.reduce(next);
            let goes_on = aisle + 1 < of.network.aisles().len() && !here.labels.is_empty();
            if goes_on && of.rounds > 0 {
                self.reprice(&mut here, aisle + 1, clock);
            }
        }
        true
    }

    /// Takes every action of a stretch from every label.
    fn stretch(
        &mut self,
        here: &Layer,
        aisle: usize,
        block: usize,
        clock: &mut Clock,
    ) -> Option<Layer> {
        let network = self.of.network;
        let stretch = aisle * network.blocks() + block;
        let goal = self.paths.to_stop(network, network.layer(aisle, block) + 1);
        let order = self.by_value(stretch);
        let mut next = Layer::default();
        let words = self.packing.words();
        for (k, label) in here.labels.iter().enumerate() {
            if label.bound > self.most {
                continue;
            }
            let left = &here.left[k * words..(k + 1) * words];
            for class in CLASSES {
                let state = network.after(block, class)[usize::from(label.state)];
                let rest = goal[usize::from(state)];
                let most = self.most - label.length * UNIT - label.due - rest;
                for &action in &order[class as usize] {
                    if self.paths.values[action as usize] > most {
                        break;
                    }
                    if !clock.tick() {
                        return None;
                    }
                    self.take(label, left, action, (state, rest), stretch, &mut next);
                }
            }
        }
        Some(next)
    }

    /// One action from one label.
    fn take(
        &self,
        label: &Label,
        left: &[u64],
        action: u32,
        (state, rest): (u16, i64),
        stretch: usize,
        next: &mut Layer,
    ) {
        let a = action as usize;
        let length = label.length + self.of.actions.action(a).length;
        let mut due = label.due;
        for grant in &self.lists[a] {
            let item = grant.item as usize;
            let served = self.packing.amount(left, item).min(grant.amount);
            due -= self.prices[item] * i64::from(served);
        }
        let bound = (length * UNIT + due + rest).max(label.bound);
        if bound > self.most {
            return;
        }
        let words = self.packing.words();
        let begin = next.left.len();
        let cover = &self.covers[a * words..(a + 1) * words];
        let lowered = left
            .iter()
            .zip(cover)
            .map(|(&w, &c)| self.packing.lower(w, c));
        next.left.extend(lowered);
        if !self
            .packing
            .is_within(&next.left[begin..], &self.ahead[stretch + 1])
        {
            next.left.truncate(begin);
            return;
        }
        next.labels.push(Label {
            bound,
            length,
            due,
            state,
            trace: label.trace,
            action,
        });
    }

    /// From the end of an aisle to the next one, or to the end of the walk.
    fn turn(&mut self, here: &Layer, aisle: usize) -> Layer {
        let network = self.of.network;
        let mut next = Layer::default();
        let words = self.packing.words();
        for (k, label) in here.labels.iter().enumerate() {
            let left = &here.left[k * words..(k + 1) * words];
            let passed = network.pass_depot(aisle, usize::from(label.state));
            let is_served = left.iter().all(|&word| word == 0);
            if is_served && network.may_stop(aisle, passed) && label.length < self.best.0 {
                self.best = (label.length, Some(label.trace));
                self.most = (label.length - self.of.grain) * UNIT;
            }
            for turn in network.turns(aisle, passed) {
                let goal = self.paths.to_stop(network, network.layer(aisle + 1, 0));
                let length = label.length + turn.length;
                let bound =
                    (length * UNIT + label.due + goal[usize::from(turn.state)]).max(label.bound);
                if bound <= self.most {
                    next.left.extend(left);
                    next.labels.push(Label {
                        bound,
                        length,
                        state: turn.state,
                        action: NO_ACTION,
                        ..*label
                    });
                }
            }
        }
        next
    }

    /// The labels of lowest bound that no other one makes useless.
    fn reduce(&mut self, layer: Layer) -> Layer {
        let words = self.packing.words();
        let left = |k: u32| &layer.left[k as usize * words..(k as usize + 1) * words];
        let mut order: Vec<u32> = (0..layer.labels.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (x, y) = (&layer.labels[a as usize], &layer.labels[b as usize]);
            (x.bound, x.length, x.due, x.state)
                .cmp(&(y.bound, y.length, y.due, y.state))
                .then_with(|| left(a).cmp(left(b)))
                .then(a.cmp(&b))
        });
        let mut kept = Layer::default();
        let mut rivals: Vec<Vec<u32>> = vec![Vec::new(); self.of.network.states()];
        for index in order {
            let label = &layer.labels[index as usize];
            let own = left(index);
            if kept.labels.len() == self.width {
                self.dropped = self.dropped.min(label.bound);
                continue;
            }
            let rivals = &mut rivals[usize::from(label.state)];
            let beats = |&r: &u32| {
                let rival = &kept.labels[r as usize];
                let theirs = &kept.left[r as usize * words..(r as usize + 1) * words];
                rival.length <= label.length && self.packing.is_within(theirs, own)
            };
            if rivals.iter().any(beats) {
                continue;
            }
            if rivals.len() < RIVALS {
                rivals.push(kept.labels.len() as u32);
            }
            kept.left.extend(own);
            kept.labels.push(*label);
        }
        for label in &mut kept.labels {
            if label.action != NO_ACTION {
                self.trace.push((label.trace, label.action));
                label.trace = self.trace.len() as u32 - 1;
            }
        }
        kept
    }

    /// The actions of a stretch per class, cheapest first.
    fn by_value(&self, stretch: usize) -> [Vec<u32>; CLASSES.len()] {
        let mut order: [Vec<u32>; CLASSES.len()] = Default::default();
        for action in self.of.actions.in_stretch(stretch) {
            order[self.of.actions.action(action).class as usize].push(action as u32);
        }
        for actions in &mut order {
            actions.sort_unstable_by_key(|&a| (self.paths.values[a as usize], a));
        }
        order
    }

    /// The actions of a path, first to last.
    fn path(&self, mut trace: u32) -> Vec<u32> {
        let mut path = Vec::new();
        while let Some(&(before, action)) = self.trace.get(trace as usize) {
            path.push(action);
            trace = before;
        }
        path.reverse();
        path
    }
}

fn dot(prices: &[i64], amounts: &[u32]) -> i64 {
    let terms = prices.iter().zip(amounts);
    terms
        .map(|(&price, &amount)| price * i64::from(amount))
        .sum()
}

/// Per stretch, what it and those after it can serve at most, packed; one more entry for the end.
fn ahead(of: &Labels, lists: &[Vec<Grant>], packing: &Packing) -> Vec<Vec<u64>> {
    let mut amounts = vec![0u32; of.demands.len()];
    let mut ahead = vec![packing.pack(&amounts)];
    for stretch in (0..of.actions.stretches()).rev() {
        let mut most = vec![0u32; of.demands.len()];
        for grant in of.actions.in_stretch(stretch).flat_map(|a| &lists[a]) {
            let item = &mut most[grant.item as usize];
            *item = (*item).max(grant.amount);
        }
        for (item, most) in most.into_iter().enumerate() {
            amounts[item] = amounts[item].saturating_add(most).min(of.demands[item]);
        }
        ahead.push(packing.pack(&amounts));
    }
    ahead.reverse();
    ahead
}
