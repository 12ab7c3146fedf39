//! Batches as they are, and what every item would add to each of them.

use super::walk::{List, Places};
use super::{Batch, Instance, Plan};

/// In no batch.
pub(super) const NOWHERE: u16 = u16::MAX;
/// No item of the article is left.
pub(super) const NONE_LEFT: u16 = u16::MAX;

/// A batch at work.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub orders: Vec<u32>,
    /// The items of each order.
    pub items: Vec<Vec<u32>>,
    pub lists: Vec<List>,
}

/// A batch as it was, and the zones that have changed since.
#[derive(Debug)]
struct Before {
    batch: usize,
    work: Work,
    zones: Vec<u16>,
}

#[derive(Debug)]
pub(super) struct State<'a> {
    pub instance: &'a Instance,
    pub batches: Vec<Work>,
    /// By batch and item: what it adds to the batch where it adds least.
    costs: Vec<Vec<u16>>,
    /// By batch and article: the least of its items that are not used.
    cheapest: Vec<Vec<u16>>,
    used: Vec<bool>,
    /// By order.
    pub batch_of: Vec<u16>,
    /// Items that are picked.
    pub picked: usize,
    pub distance: i64,
    journal: Vec<Before>,
    /// Memory.
    spare: Vec<u16>,
}

impl<'a> State<'a> {
    pub fn new(instance: &'a Instance) -> State<'a> {
        State {
            instance,
            batches: Vec::new(),
            costs: Vec::new(),
            cheapest: Vec::new(),
            used: vec![false; instance.items.len()],
            batch_of: vec![NOWHERE; instance.orders()],
            picked: 0,
            distance: 0,
            journal: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn places(&self) -> &'a Places {
        &self.instance.places
    }

    /// One more batch.
    pub fn open(&mut self) {
        self.batches.push(Work::default());
        let mut costs = vec![u16::MAX; self.instance.items.len()];
        self.places().insertions(0, &[], &mut costs);
        self.costs.push(costs);
        self.cheapest
            .push(vec![NONE_LEFT; self.instance.volume.len()]);
        let batch = self.batches.len() - 1;
        (0..self.instance.volume.len() as u32).for_each(|article| self.look(batch, article));
    }

    /// What the order adds to the batch, its items taken one by one; `None`: an article is out of stock.
    pub fn estimate(&self, batch: usize, order: u32) -> Option<u32> {
        let cheapest = &self.cheapest[batch];
        let mut sum = 0;
        for &article in self.instance.order(order) {
            let cost = cheapest[article as usize];
            if cost == NONE_LEFT {
                return None;
            }
            sum += u32::from(cost);
        }
        Some(sum)
    }

    /// Adds the order to the batch, the cheapest item first; whether there was stock of everything.
    pub fn add(&mut self, batch: usize, order: u32) -> bool {
        self.remember(batch);
        let mut articles = self.instance.order(order).to_vec();
        let mut items: Vec<u32> = Vec::with_capacity(articles.len());
        while !articles.is_empty() {
            let cost = |&article: &u32| self.cheapest[batch][article as usize];
            let next = (0..articles.len()).min_by_key(|&k| cost(&articles[k]));
            let article = next.map_or(0, |k| articles.swap_remove(k));
            let Some(item) = self.cheapest_item(batch, article) else {
                self.lift_all(batch, &items);
                return false;
            };
            self.place(batch, item);
            items.push(item);
            if !articles.is_empty() {
                self.reckon(batch, self.instance.zone(item));
            }
        }
        self.tidy(batch, &items);
        self.batch_of[order as usize] = batch as u16;
        self.picked += items.len();
        let work = &mut self.batches[batch];
        work.orders.push(order);
        work.items.push(items);
        true
    }

    /// Takes the order out of its batch.
    pub fn remove(&mut self, order: u32) {
        let batch = usize::from(self.batch_of[order as usize]);
        self.remember(batch);
        let work = &mut self.batches[batch];
        if let Some(k) = work.orders.iter().position(|&other| other == order) {
            work.orders.swap_remove(k);
            let items = work.items.swap_remove(k);
            self.batch_of[order as usize] = NOWHERE;
            self.picked -= items.len();
            self.lift_all(batch, &items);
        }
    }

    /// What goes with the order, its items taken one by one.
    pub fn saved_without(&self, batch: usize, items: &[u32]) -> i32 {
        let lists = &self.batches[batch].lists;
        let saved = items.iter().map(|&item| {
            let zone = self.instance.zone(item);
            let own = lists.iter().filter(|list| list.zone == zone);
            own.filter_map(|list| {
                let k = list.items.iter().position(|&other| other == item)?;
                Some(list.saved_without(k))
            })
            .sum::<i32>()
        });
        saved.sum()
    }

    fn cheapest_item(&self, batch: usize, article: u32) -> Option<u32> {
        let items = self.instance.of_article(article).iter().copied();
        let free = items.filter(|&item| !self.used[item as usize]);
        free.min_by_key(|&item| self.costs[batch][item as usize])
    }

    /// Puts the item on the list where it adds least, or on a new one.
    fn place(&mut self, batch: usize, item: u32) {
        let (zone, volume) = (self.instance.zone(item), self.instance.volume(item));
        let (stop, most) = (self.places().stop(item), self.instance.most_volume);
        let lists = &mut self.batches[batch].lists;
        let alone = List {
            zone,
            ..List::default()
        };
        let mut best = (alone.best_position(stop), lists.len());
        for (l, list) in lists.iter().enumerate() {
            if list.zone == zone && list.volume + volume <= most {
                let position = list.best_position(stop);
                if position.0 <= best.0.0 {
                    best = (position, l);
                }
            }
        }
        let ((added, k), l) = best;
        if l == lists.len() {
            lists.push(alone);
        }
        lists[l].insert(k, item, stop);
        lists[l].volume += volume;
        lists[l].length += added;
        self.distance += i64::from(added);
        self.use_item(item, true);
    }

    fn lift_all(&mut self, batch: usize, items: &[u32]) {
        items.iter().for_each(|&item| self.lift(batch, item));
        self.tidy(batch, items);
    }

    fn lift(&mut self, batch: usize, item: u32) {
        let volume = self.instance.volume(item);
        let lists = &mut self.batches[batch].lists;
        for l in 0..lists.len() {
            let list = &mut lists[l];
            if let Some(k) = list.items.iter().position(|&other| other == item) {
                list.remove(k);
                list.volume -= volume;
                let length = list.measure();
                self.distance += i64::from(length - list.length);
                list.length = length;
                if list.items.is_empty() {
                    lists.swap_remove(l);
                }
                break;
            }
        }
        self.use_item(item, false);
    }

    fn use_item(&mut self, item: u32, used: bool) {
        self.used[item as usize] = used;
        let article = self.instance.article(item);
        (0..self.batches.len()).for_each(|batch| self.look(batch, article));
    }

    /// Better walks in the zones of the items, which have changed.
    fn tidy(&mut self, batch: usize, items: &[u32]) {
        let mut zones: Vec<u16> = items.iter().map(|&item| self.instance.zone(item)).collect();
        zones.sort_unstable();
        zones.dedup();
        for &zone in &zones {
            let lists = self.batches[batch].lists.iter_mut();
            for list in lists.filter(|list| list.zone == zone) {
                let before = list.length;
                list.improve();
                self.distance += i64::from(list.length - before);
            }
            self.reckon(batch, zone);
        }
        let known = self.journal.iter_mut().find(|before| before.batch == batch);
        if let Some(before) = known {
            before.zones.extend(zones);
        }
    }

    /// What the items of a zone add to the batch.
    fn reckon(&mut self, batch: usize, zone: u16) {
        let instance = self.instance;
        let range = instance.in_zone(zone);
        let mut before = std::mem::take(&mut self.spare);
        let costs = &mut self.costs[batch][range.clone()];
        before.clear();
        before.extend_from_slice(costs);
        costs.fill(u16::MAX);
        let places = &instance.places;
        places.insertions(range.start, &[], costs);
        for list in self.batches[batch]
            .lists
            .iter()
            .filter(|list| list.zone == zone)
        {
            let room = instance.most_volume - list.volume;
            if room >= instance.largest {
                places.insertions(range.start, &list.stops, costs);
                continue;
            }
            let mut here = vec![u16::MAX; range.len()];
            places.insertions(range.start, &list.stops, &mut here);
            for ((cost, here), item) in costs.iter_mut().zip(here).zip(range.clone()) {
                if instance.volume(item as u32) <= room {
                    *cost = here.min(*cost);
                }
            }
        }
        for (item, before) in range.zip(&before) {
            if self.costs[batch][item] != *before {
                self.look(batch, instance.article(item as u32));
            }
        }
        self.spare = before;
    }

    /// The cheapest item of the article.
    fn look(&mut self, batch: usize, article: u32) {
        let costs = &self.costs[batch];
        let mut least = NONE_LEFT;
        for &item in self.instance.of_article(article) {
            if !self.used[item as usize] {
                least = least.min(costs[item as usize]);
            }
        }
        self.cheapest[batch][article as usize] = least;
    }

    /// What follows can be undone.
    pub fn begin(&mut self) {
        self.journal.clear();
    }

    fn remember(&mut self, batch: usize) {
        if self.journal.iter().all(|before| before.batch != batch) {
            self.journal.push(Before {
                batch,
                work: self.batches[batch].clone(),
                zones: Vec::new(),
            });
        }
    }

    /// Back to what was at [`State::begin`].
    pub fn undo(&mut self) {
        let mut journal = std::mem::take(&mut self.journal);
        let mut moved = Vec::new();
        for before in &mut journal {
            self.book(before.batch, false, &mut moved);
            std::mem::swap(&mut self.batches[before.batch], &mut before.work);
        }
        for before in &journal {
            self.book(before.batch, true, &mut moved);
        }
        // What came back is used as before.
        moved.sort_unstable();
        for twice in moved
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() % 2 == 1)
        {
            self.use_item(twice[0], !self.used[twice[0] as usize]);
        }
        for before in &mut journal {
            before.zones.sort_unstable();
            before.zones.dedup();
            for &zone in &before.zones {
                self.reckon(before.batch, zone);
            }
        }
    }

    /// Counts the batch in or out; its items are `moved`.
    fn book(&mut self, batch: usize, here: bool, moved: &mut Vec<u32>) {
        let work = &self.batches[batch];
        let sign = if here { 1 } else { -1 };
        for (&order, items) in work.orders.iter().zip(&work.items) {
            self.batch_of[order as usize] = if here { batch as u16 } else { NOWHERE };
            self.picked = self.picked.wrapping_add_signed(sign * items.len() as isize);
            moved.extend(items);
        }
        let lengths = work.lists.iter().map(|list| i64::from(list.length));
        self.distance += sign as i64 * lengths.sum::<i64>();
    }

    pub fn plan(&self) -> Plan {
        let full = self.batches.iter().filter(|work| !work.orders.is_empty());
        let batch = |work: &Work| Batch {
            orders: work.orders.clone(),
            lists: work.lists.iter().map(|list| list.items.clone()).collect(),
        };
        Plan {
            batches: full.map(batch).collect(),
            distance: self.distance,
        }
    }
}
