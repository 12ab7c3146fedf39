//! How many units a set of groups serves: kept up to date as groups come and go.
//!
//! For a set `S` with stock `s_i` of item `i`, the wave is packed greedily: orders of several lines, largest first, each where it still fits;
//! what they leave of an item goes to its single-line orders by the table `gain_i` (see [`super::index`]). Without orders of several lines
//! the units are `sum_i gain_i(s_i)`, exactly the best packing, and every change of `S` is one pass over the group's lines.
//!
//! Nothing is recomputed. Per item: its stock, and how many of the orders asking for it (sorted by quantity) ask for no more than
//! that. Per order: how many of its lines are not covered. Orders with none are the candidates, a bit set by size. The bound
//! `sum_i min(s_i, units asked by candidates)` lies above every packing and is maintained too; a search tests it before it packs.
//!
//! Adding or removing a group: O(its lines + order lines that become or cease to be covered). Packing: O(lines of the candidates).
//! No allocation after the first calls. Memory 24 bytes per item, 4 per order and item.

use super::index::Index;

#[derive(Clone, Copy, Debug, Default)]
struct Item {
    stock: u32,
    /// Units the candidates and the folded orders ask for.
    wanted: u32,
    /// Units the packing took.
    used: u32,
    /// Orders in `Index::demand` that ask for at most `stock`.
    covered: u32,
}

/// A set of groups and what it can serve.
#[derive(Clone, Debug)]
pub(super) struct Fill<'a> {
    index: &'a Index,
    items: Vec<Item>,
    /// Per order: lines that the stock does not cover.
    missing: Vec<u32>,
    candidates: Vec<u64>,
    /// Sum of `gain_i(s_i)`.
    folded: u64,
    /// Sum of `min(s_i, wanted_i)`.
    bound: u64,
    inside: Vec<bool>,
    groups: Vec<u32>,
    touched: Vec<u32>,
}

impl<'a> Fill<'a> {
    /// No groups.
    pub(super) fn new(index: &'a Index) -> Fill<'a> {
        let item = |item| Item {
            wanted: index.gains.of(item).len() as u32 - 1,
            ..Item::default()
        };
        let orders = index.orders.len();
        Fill {
            index,
            items: (0..index.items()).map(item).collect(),
            missing: (0..orders)
                .map(|order| index.orders.of(order).len() as u32)
                .collect(),
            candidates: vec![0; orders.div_ceil(64)],
            folded: 0,
            bound: 0,
            inside: vec![false; index.groups.len()],
            groups: Vec::new(),
            touched: Vec::new(),
        }
    }

    /// The groups of the set, in no particular order.
    pub(super) fn groups(&self) -> &[u32] {
        &self.groups
    }

    pub(super) fn contains(&self, group: u32) -> bool {
        self.inside[group as usize]
    }

    /// Units of an item that the set has.
    pub(super) fn stock(&self, item: u32) -> u32 {
        self.items[item as usize].stock
    }

    /// Whether the set has all that the order asks for.
    pub(super) fn covers(&self, order: usize) -> bool {
        self.missing[order] == 0
    }

    /// No packing has more units, nor may a wave have.
    pub(super) fn bound(&self) -> u64 {
        self.bound.min(self.index.most)
    }

    /// Makes the set this one.
    pub(super) fn set(&mut self, groups: &[u32]) {
        while let Some(&group) = self.groups.last() {
            self.remove(group);
        }
        groups.iter().for_each(|&group| self.add(group));
    }

    /// A group that is not of the set joins it.
    pub(super) fn add(&mut self, group: u32) {
        debug_assert!(!self.contains(group));
        self.inside[group as usize] = true;
        self.groups.push(group);
        let index = self.index;
        for &(item, n) in index.groups.of(group as usize) {
            let stock = self.items[item as usize].stock + n;
            self.restock(item as usize, stock);
            self.cover(item as usize, stock);
        }
    }

    /// Covers the lines that the stock of the item now suffices for.
    fn cover(&mut self, item: usize, stock: u32) {
        let demand = self.index.demand.of(item);
        let mut covered = self.items[item].covered as usize;
        while covered < demand.len() && demand[covered].0 <= stock {
            let order = demand[covered].1;
            self.missing[order as usize] -= 1;
            if self.missing[order as usize] == 0 {
                self.toggle(order, true);
            }
            covered += 1;
        }
        self.items[item].covered = covered as u32;
    }

    /// A group of the set leaves it.
    pub(super) fn remove(&mut self, group: u32) {
        self.inside[group as usize] = false;
        let at = self.groups.iter().rposition(|&other| other == group);
        self.groups.swap_remove(at.expect("a group of the set"));
        let index = self.index;
        for &(item, n) in index.groups.of(group as usize) {
            let stock = self.items[item as usize].stock - n;
            self.restock(item as usize, stock);
            self.uncover(item as usize, stock);
        }
    }

    /// Uncovers the lines that the stock of the item no longer suffices for.
    fn uncover(&mut self, item: usize, stock: u32) {
        let demand = self.index.demand.of(item);
        let mut covered = self.items[item].covered as usize;
        while covered > 0 && demand[covered - 1].0 > stock {
            covered -= 1;
            let order = demand[covered].1;
            if self.missing[order as usize] == 0 {
                self.toggle(order, false);
            }
            self.missing[order as usize] += 1;
        }
        self.items[item].covered = covered as u32;
    }

    fn restock(&mut self, item: usize, stock: u32) {
        let gains = self.index.gains.of(item);
        let of = &mut self.items[item];
        self.folded = self.folded + gain(gains, stock) - gain(gains, of.stock);
        self.bound =
            self.bound + u64::from(stock.min(of.wanted)) - u64::from(of.stock.min(of.wanted));
        of.stock = stock;
    }

    /// The order becomes a candidate, or ceases to be one.
    fn toggle(&mut self, order: u32, on: bool) {
        self.candidates[order as usize / 64] ^= 1 << (order % 64);
        for &(item, n) in self.index.orders.of(order as usize) {
            let of = &mut self.items[item as usize];
            let before = u64::from(of.stock.min(of.wanted));
            of.wanted = if on { of.wanted + n } else { of.wanted - n };
            self.bound = self.bound + u64::from(of.stock.min(of.wanted)) - before;
        }
    }

    /// Units of the greedy packing, at most the most units of a wave.
    pub(super) fn units(&mut self) -> u64 {
        self.pack(&mut |_| ())
    }

    /// The same; `taken` hears the orders of [`Index::orders`] that are picked, and after that [`Fill::left`] is what the folded
    /// orders may have.
    pub(super) fn pack(&mut self, taken: &mut dyn FnMut(u32)) -> u64 {
        self.clear();
        let mut packed = 0u64;
        for word in 0..self.candidates.len() {
            let mut bits = self.candidates[word];
            while bits != 0 {
                let order = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let units = u64::from(self.index.units[order]);
                if packed + units <= self.index.most && self.take(order) {
                    packed += units;
                    taken(order as u32);
                }
            }
        }
        (packed + self.folded - self.taken_from_folded()).min(self.index.most)
    }

    fn clear(&mut self) {
        for &item in &self.touched {
            self.items[item as usize].used = 0;
        }
        self.touched.clear();
    }

    /// Takes the order's lines if all fit.
    fn take(&mut self, order: usize) -> bool {
        let lines = self.index.orders.of(order);
        let fits = |&(item, n): &(u32, u32)| {
            let of = &self.items[item as usize];
            of.used + n <= of.stock
        };
        if !lines.iter().all(fits) {
            return false;
        }
        for &(item, n) in lines {
            let of = &mut self.items[item as usize];
            if of.used == 0 {
                self.touched.push(item);
            }
            of.used += n;
        }
        true
    }

    /// What the folded orders lose by what the others took.
    fn taken_from_folded(&self) -> u64 {
        let lost = |&item: &u32| {
            let gains = self.index.gains.of(item as usize);
            let of = &self.items[item as usize];
            gain(gains, of.stock) - gain(gains, of.stock - of.used)
        };
        self.touched.iter().map(lost).sum()
    }

    /// Units of an item that the last packing left to the folded orders.
    pub(super) fn left(&self, item: usize) -> u32 {
        self.items[item].stock - self.items[item].used
    }
}

/// What the folded orders of an item fill of a stock.
fn gain(gains: &[u32], stock: u32) -> u64 {
    u64::from(gains[(stock as usize).min(gains.len() - 1)])
}
