//! Which orders to pick now, which of the items that lie about, in which batches and on which walks, so that all walks together
//! are short.
//!
//! ```text
//! given   orders o (articles P_o, with repetition), items i (article, zone, place), volumes v_a of articles,
//!         at most C orders per batch, at most V volume per pick list, a goal of G items
//! find    a set of orders, shared among batches; for every article of an order an item of its own; per batch and zone the items
//!         shared among pick lists, each a walk from the depot and back
//! s.t.    sum over chosen orders of |P_o|  >=  G
//!         orders of a batch  <=  C
//!         volume of a pick list  <=  V,   all of it in one zone
//! min     sum over pick lists of the length of its walk
//! ```
//!
//! The problem is Zalando's (Zalando SE 2024, arXiv 2401.04563), with four decisions in one: selection, allocation, batching,
//! routing. NP-hard already with one batch and one list.
//!
//! *Method.* Ruin and recreate (Schrimpf et al. 2000, doi 10.1006/jcph.1999.6413) under simulated annealing: a few orders that share lists go, then
//! the order that costs least per item comes, until the goal is met (`search`). What it would cost to add an item to a batch is known
//! at all times for every item and every batch (`state`): when a list changes, its zone is reckoned anew, 16 bits per item side by side, so that an
//! order is judged by one look per article.
//!
//! Per step O(zones touched × items of a zone × stops of its lists + orders looked at × batches). Memory O(batches × (items + articles)), 2 bytes
//! each. One thread; the result is a function of instance, seed and steps.

mod bound;
mod search;
mod state;
#[cfg(test)]
mod tests;
mod walk;

pub use search::{Effort, plan};

use std::collections::BTreeSet;
use std::ops::Range;

/// Longest distance from the depot along one axis, so that sums of a few fit 16 bits.
pub const FARTHEST: i16 = 2_000;

/// An item on its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub article: u32,
    /// From 0 without holes.
    pub zone: u16,
    /// Along the aisle; 0 is the middle, where the depot's cross-aisle runs.
    pub row: i16,
    /// Across the aisles; the depot stands at 0.
    pub aisle: i16,
}

/// An instance; items are sorted by zone.
#[derive(Clone, Debug)]
pub struct Instance {
    /// First item of each zone, and their number.
    zones: Vec<u32>,
    items: Vec<Item>,
    places: walk::Places,
    /// By article: first of its items in `of_article`, and the end.
    first_of_article: Vec<u32>,
    of_article: Vec<u32>,
    volume: Vec<u32>,
    /// Volume of the largest article.
    largest: u32,
    first_of_order: Vec<u32>,
    articles: Vec<u32>,
    /// Items to be picked at least.
    pub goal: usize,
    pub most_orders: usize,
    pub most_volume: u32,
    ends: [i16; 2],
}

/// The rules of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Items to be picked at least.
    pub goal: usize,
    /// Orders per batch.
    pub most_orders: usize,
    /// Volume per pick list.
    pub most_volume: u32,
    /// Rows at which the outer cross-aisles run: below and above 0.
    pub ends: [i16; 2],
}

/// Orders picked together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub orders: Vec<u32>,
    /// Items in the order of the walk.
    pub lists: Vec<Vec<u32>>,
}

/// What is picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub batches: Vec<Batch>,
    pub distance: i64,
}

impl Instance {
    /// An instance of items sorted by zone, the volume of every article and the articles of every order.
    ///
    /// # Panics
    /// If items are not sorted by zone, lie beyond [`FARTHEST`] or the ends, or name an article without volume.
    pub fn new(items: Vec<Item>, volume: Vec<u32>, orders: &[Vec<u32>], rules: Rules) -> Instance {
        assert!(
            items.is_sorted_by_key(|item| item.zone),
            "items are sorted by zone"
        );
        let zone_count = items.last().map_or(0, |item| item.zone as usize + 1);
        let zone = |z: usize| items.partition_point(|item| (item.zone as usize) < z) as u32;
        let mut of_article: Vec<u32> = (0..items.len() as u32).collect();
        of_article.sort_by_key(|&i| items[i as usize].article);
        let article = |a: usize| {
            of_article.partition_point(|&i| (items[i as usize].article as usize) < a) as u32
        };
        let mut first_of_order = vec![0];
        first_of_order.extend(orders.iter().scan(0, |sum, order| {
            *sum += order.len() as u32;
            Some(*sum)
        }));
        Instance {
            zones: (0..=zone_count).map(zone).collect(),
            places: walk::Places::new(&items, rules.ends),
            first_of_article: (0..=volume.len()).map(article).collect(),
            of_article,
            largest: volume.iter().copied().max().unwrap_or(0),
            volume,
            first_of_order,
            articles: orders.concat(),
            goal: rules.goal,
            most_orders: rules.most_orders,
            most_volume: rules.most_volume,
            ends: rules.ends,
            items,
        }
    }

    /// Number of orders.
    pub fn orders(&self) -> usize {
        self.first_of_order.len() - 1
    }

    /// Articles of the order.
    pub fn order(&self, order: u32) -> &[u32] {
        let at = |o: u32| self.first_of_order[o as usize] as usize;
        &self.articles[at(order)..at(order + 1)]
    }

    /// Checks a plan by the definition alone; its distance, or what is wrong with it.
    pub fn check(&self, plan: &Plan) -> Result<i64, String> {
        let mut distance = 0;
        let (mut used, mut served) = (BTreeSet::new(), BTreeSet::new());
        for batch in &plan.batches {
            if batch.orders.len() > self.most_orders {
                return Err(format!("{} orders in a batch", batch.orders.len()));
            }
            if let Some(order) = batch.orders.iter().find(|&&order| !served.insert(order)) {
                return Err(format!("order {order} is served twice"));
            }
            if let Some(item) = batch
                .lists
                .iter()
                .flatten()
                .find(|&&item| !used.insert(item))
            {
                return Err(format!("item {item} is picked twice"));
            }
            let mut wanted: Vec<u32> = batch
                .orders
                .iter()
                .flat_map(|&order| self.order(order))
                .copied()
                .collect();
            let mut picked: Vec<u32> = batch
                .lists
                .iter()
                .flatten()
                .map(|&item| self.article(item))
                .collect();
            wanted.sort_unstable();
            picked.sort_unstable();
            if wanted != picked {
                return Err("picked articles differ from ordered ones".to_owned());
            }
            for list in &batch.lists {
                distance += self.check_list(list)?;
            }
        }
        match used.len() >= self.goal {
            true => Ok(distance),
            false => Err(format!("{} items picked, {} wanted", used.len(), self.goal)),
        }
    }

    /// Length of a list within its limits.
    fn check_list(&self, list: &[u32]) -> Result<i64, String> {
        let zones: BTreeSet<u16> = list.iter().map(|&item| self.zone(item)).collect();
        let volume: u64 = list.iter().map(|&item| u64::from(self.volume(item))).sum();
        if zones.len() > 1 || volume > u64::from(self.most_volume) {
            return Err(format!(
                "a list of volume {volume} in {} zones",
                zones.len()
            ));
        }
        let place = |item: &u32| {
            (
                self.items[*item as usize].row,
                self.items[*item as usize].aisle,
            )
        };
        let home = std::iter::once((0, 0));
        let stops: Vec<(i16, i16)> = home
            .clone()
            .chain(list.iter().map(place))
            .chain(home)
            .collect();
        Ok(stops
            .windows(2)
            .map(|pair| self.between(pair[0], pair[1]))
            .sum())
    }

    /// From place to place (row, aisle): by the middle, or by the end of the side where both are.
    fn between(&self, (row, aisle): (i16, i16), (other_row, other_aisle): (i16, i16)) -> i64 {
        let middle = i64::from(row.abs()) + i64::from(other_row.abs());
        let end = i64::from(self.ends[usize::from(row.max(other_row) > 0)]);
        let is_one_side = i32::from(row) * i32::from(other_row) >= 0;
        let along = if is_one_side {
            middle.min(2 * end - middle)
        } else {
            middle
        };
        along + i64::from((aisle - other_aisle).abs())
    }

    fn article(&self, item: u32) -> u32 {
        self.items[item as usize].article
    }

    fn zone(&self, item: u32) -> u16 {
        self.items[item as usize].zone
    }

    fn volume(&self, item: u32) -> u32 {
        self.volume[self.article(item) as usize]
    }

    /// Items of the article.
    fn of_article(&self, article: u32) -> &[u32] {
        let at = |a: usize| self.first_of_article[a] as usize;
        &self.of_article[at(article as usize)..at(article as usize + 1)]
    }

    /// Items of the zone.
    fn in_zone(&self, zone: u16) -> Range<usize> {
        self.zones[zone as usize] as usize..self.zones[zone as usize + 1] as usize
    }
}
