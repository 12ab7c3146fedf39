//! Ruin and recreate: give up the stops of one part of the walk, serve their items where it lengthens the walk least.
//!
//! A round takes some stops near a random one out of the plan, then serves what is short, the item in a random order, each from the
//! slot of least `added length × units short / units it gives`. Every slot of the item is tried, at the exact length of the
//! walk (`walk`). Slots that have become superfluous are given up. The new plan is kept where it is no longer than the one before, or than the best one
//! and a threshold that falls to nothing (Schrimpf et al. 2000, doi 10.1006/jcph.1999.6413; Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914).
//!
//! O(stops taken × (aisles × states + slots of the item)) per round; memory O(slots).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Instance;
use super::network::Network;
use super::walk::{Stop, Walk};
use crate::solve::rng::stream;

/// Most stops that a round takes out.
const MOST_TAKEN: usize = 8;
/// The first threshold, a share of the length of the first plan.
const THRESHOLD: f64 = 0.03;

/// A slot that can serve some demand.
#[derive(Clone, Copy, Debug)]
struct Place {
    stop: Stop,
    item: u32,
    stock: i64,
}

/// Slots that together serve the demand, and the walk past them.
#[derive(Clone)]
struct Selection<'a> {
    walk: Walk<'a>,
    /// Indices into the places.
    chosen: Vec<u32>,
    is_chosen: Vec<bool>,
    /// Units short per item; below zero where there is more than enough.
    short: Vec<i64>,
}

/// A search over selections.
pub(super) struct Search<'a> {
    places: Vec<Place>,
    /// The slot of each place.
    slots: Vec<u32>,
    of_item: Vec<Vec<u32>>,
    /// Whether an item is wanted, and its slots hold more than that.
    has_choice: Vec<bool>,
    now: Selection<'a>,
    best: (i64, Vec<u32>),
    rng: ChaCha8Rng,
}

impl<'a> Search<'a> {
    /// Starts from the plan that serves item after item where it lengthens the walk least.
    pub fn new(instance: &'a Instance, network: &'a Network, seed: u64) -> Search<'a> {
        let layout = &instance.layout;
        let first = network.aisles().start;
        let mut search = Search {
            places: Vec::new(),
            slots: Vec::new(),
            of_item: vec![Vec::new(); instance.demands.len()],
            now: Selection {
                walk: Walk::new(network, layout.pitch_mm()),
                chosen: Vec::new(),
                is_chosen: Vec::new(),
                short: instance.demands.iter().map(|&n| i64::from(n)).collect(),
            },
            has_choice: Vec::new(),
            best: (i64::MAX, Vec::new()),
            rng: stream(seed, "scattered storage", 0),
        };
        for (index, slot) in instance.slots.iter().enumerate() {
            if slot.stock == 0 || instance.demands[slot.item as usize] == 0 {
                continue;
            }
            let blocks = network.blocks() as u32;
            let stretch = (slot.bay.aisle - first) * blocks + slot.bay.block;
            let y = layout.bay_y(&slot.bay) - layout.cross_y(slot.bay.block);
            let stop = Stop { stretch, y };
            search.of_item[slot.item as usize].push(search.places.len() as u32);
            let (item, stock) = (slot.item, i64::from(slot.stock));
            search.places.push(Place { stop, item, stock });
            search.slots.push(index as u32);
        }
        search.now.is_chosen = vec![false; search.places.len()];
        let mut held = vec![0; instance.demands.len()];
        for place in &search.places {
            held[place.item as usize] += place.stock;
        }
        let wanted = search.now.short.iter().zip(held);
        search.has_choice = wanted
            .map(|(&wanted, held)| 0 < wanted && wanted < held)
            .collect();
        search.recreate(false);
        search.keep();
        search
    }

    /// Length of the best plan, mm.
    pub fn length(&self) -> i64 {
        self.best.0
    }

    /// Slots of the best plan.
    pub fn slots(&self) -> Vec<u32> {
        self.best
            .1
            .iter()
            .map(|&place| self.slots[place as usize])
            .collect()
    }

    /// So many rounds, fewer where a plan of length `goal` is found or `go_on` says no.
    pub fn run(&mut self, rounds: u64, goal: i64, go_on: &mut dyn FnMut() -> bool) {
        if !self.has_choice.contains(&true) {
            return;
        }
        let threshold = THRESHOLD * self.best.0 as f64;
        for round in 0..rounds {
            if self.best.0 <= goal || !go_on() {
                return;
            }
            let before = self.now.clone();
            self.ruin();
            self.recreate(true);
            let left = 1.0 - round as f64 / rounds as f64;
            let most = self.best.0 + (threshold * left) as i64;
            if self.now.walk.length() <= most.max(before.walk.length()) {
                self.keep();
            } else {
                self.now = before;
            }
        }
    }

    fn keep(&mut self) {
        if self.now.walk.length() < self.best.0 {
            self.best = (self.now.walk.length(), self.now.chosen.clone());
        }
    }

    /// Takes out stops near a random one.
    fn ruin(&mut self) {
        let chosen = &self.now.chosen;
        let mut chosen: Vec<u32> = chosen
            .iter()
            .copied()
            .filter(|&place| self.has_choice[self.places[place as usize].item as usize])
            .collect();
        let most = MOST_TAKEN.min(chosen.len());
        let n = self.rng.random_range(1..=most);
        let seed = self.places[chosen[self.rng.random_range(0..chosen.len())] as usize].stop;
        let near = |place: &u32| {
            let stop = self.places[*place as usize].stop;
            let aside = i64::from(stop.stretch.abs_diff(seed.stretch));
            (aside, (stop.y - seed.y).abs(), *place)
        };
        chosen.sort_unstable_by_key(near);
        chosen.truncate(n);
        self.give_up(&chosen);
    }

    fn give_up(&mut self, given_up: &[u32]) {
        let places = &self.places;
        let stops = given_up.iter().map(|&place| places[place as usize].stop);
        self.now.walk.remove(stops);
        self.now.chosen.retain(|place| !given_up.contains(place));
        for &place in given_up {
            let Place { item, stock, .. } = places[place as usize];
            self.now.is_chosen[place as usize] = false;
            self.now.short[item as usize] += stock;
        }
    }

    /// Serves what is short; the demand is within the stock.
    fn recreate(&mut self, shuffled: bool) {
        let short = &self.now.short;
        let mut items: Vec<usize> = (0..short.len()).filter(|&item| short[item] > 0).collect();
        items.sort_by_key(|&item| self.of_item[item].len());
        if shuffled {
            for at in (1..items.len()).rev() {
                items.swap(at, self.rng.random_range(0..=at));
            }
        }
        for item in items {
            while self.now.short[item] > 0 {
                let Some(place) = self.cheapest(item) else {
                    return;
                };
                self.take(place);
            }
        }
        self.trim();
    }

    fn take(&mut self, place: u32) {
        let Place { stop, item, stock } = self.places[place as usize];
        self.now.walk.add(stop);
        self.now.chosen.push(place);
        self.now.is_chosen[place as usize] = true;
        self.now.short[item as usize] -= stock;
    }

    /// The slot of an item that adds least per unit that is short.
    fn cheapest(&mut self, item: usize) -> Option<u32> {
        let short = self.now.short[item];
        let length = self.now.walk.length();
        let mut best: Option<(i64, i64, u32)> = None;
        for &place in &self.of_item[item] {
            if self.now.is_chosen[place as usize] {
                continue;
            }
            let Place { stop, stock, .. } = self.places[place as usize];
            let added = self.now.walk.with(stop) - length;
            let gives = stock.min(short);
            let rank = (added * short / gives, -gives, place);
            if best.is_none_or(|best| rank < best) {
                best = Some(rank);
            }
        }
        best.map(|(_, _, place)| place)
    }

    /// Gives up superfluous slots, those first that save most.
    fn trim(&mut self) {
        loop {
            let mut best: Option<(i64, u32)> = None;
            for &place in &self.now.chosen {
                let Place { stop, item, stock } = self.places[place as usize];
                if self.now.short[item as usize] + stock <= 0 {
                    let rank = (self.now.walk.without(stop), place);
                    best = Some(best.map_or(rank, |best| best.min(rank)));
                }
            }
            let Some((_, place)) = best else { return };
            self.give_up(&[place]);
        }
    }
}
