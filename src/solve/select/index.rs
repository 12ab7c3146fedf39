//! The instance as a search reads it: what can never be picked is left out, orders of one item are folded into tables.
//!
//! Orders with a single line compete only with orders for the same item. What the best of them fill of `s` units of item `i` is a subset
//! sum, `gain_i(s) = max { sum of a subset of their quantities <= s }`, a table of `D_i + 1` entries for `D_i` units asked for. Then only
//! orders of several lines are left to pack.
//!
//! Time O(sum over items of orders x D_i), memory O(lines + sum of D_i). Items whose table were larger than [`MOST_TABLE`]
//! keep their orders as they are.

use super::instance::Instance;

/// Most units of an item whose single-line orders are folded into a table.
const MOST_TABLE: u64 = 1 << 16;

/// Lists of a kind, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lists<T> {
    ends: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            ends: Vec::new(),
            all: Vec::new(),
        }
    }
}

impl<T> Lists<T> {
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.all.extend(list);
        self.ends.push(self.all.len() as u32);
    }

    pub(super) fn of(&self, list: usize) -> &[T] {
        let first = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.all[first as usize..self.ends[list] as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

impl<T> FromIterator<Vec<T>> for Lists<T> {
    fn from_iter<I: IntoIterator<Item = Vec<T>>>(lists: I) -> Self {
        let mut of = Lists::default();
        lists.into_iter().for_each(|list| of.push(list));
        of
    }
}

/// Items that some order could get, numbered anew, and the orders that could be picked.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Stock of each group, no more of an item than orders ask for.
    pub(super) groups: Lists<(u32, u32)>,
    /// Lines of the orders that are packed one by one, largest order first.
    pub(super) orders: Lists<(u32, u32)>,
    /// Units of these orders.
    pub(super) units: Vec<u32>,
    /// Their numbers in the instance.
    pub(super) order_of: Vec<u32>,
    /// Per item: (quantity, order) of the orders that ask for it, smallest quantity first.
    pub(super) demand: Lists<(u32, u32)>,
    /// Per item: (quantity, number in the instance) of the folded orders, largest first.
    pub(super) folded: Lists<(u32, u32)>,
    /// Per item: `gain_i(0..=D_i)`.
    pub(super) gains: Lists<u32>,
    /// Groups that have anything of use.
    pub(super) stocked: Vec<u32>,
    /// Per item: groups that have it.
    pub(super) holders: Lists<u32>,
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Index {
    pub(super) fn new(instance: &Instance) -> Index {
        let numbering = Numbering::new(instance);
        let items = numbering.items;
        let orders: Vec<(u32, Vec<(u32, u32)>)> = (numbering.orders.iter())
            .map(|&order| {
                (
                    order,
                    numbering.renamed(instance.orders.bag(order as usize)),
                )
            })
            .collect();
        let (mut asked, mut single) = (vec![0u64; items], vec![0u64; items]);
        for (_, lines) in &orders {
            for &(item, n) in lines {
                asked[item as usize] += u64::from(n);
                single[item as usize] += if lines.len() == 1 { u64::from(n) } else { 0 };
            }
        }
        let is_folded =
            |lines: &[(u32, u32)]| lines.len() == 1 && single[lines[0].0 as usize] <= MOST_TABLE;
        let mut folded = vec![Vec::new(); items];
        let mut packed = Vec::new();
        for (order, lines) in orders {
            if is_folded(&lines) {
                folded[lines[0].0 as usize].push((lines[0].1, order));
            } else {
                packed.push((order, lines));
            }
        }
        let mut index = Index {
            least: instance.least,
            most: instance.most,
            ..Index::default()
        };
        index.pack(packed, items, instance);
        index.fold(folded);
        index.stock(instance, &numbering, &asked);
        index
    }

    /// Groups by item and items by group; no more stock than is asked for, nor so much that sums over groups exceed `u32`.
    fn stock(&mut self, instance: &Instance, numbering: &Numbering, asked: &[u64]) {
        let fits = u64::from(u32::MAX) / instance.groups.len().max(1) as u64;
        let cap = |(item, n): (u32, u32)| {
            (
                item,
                u64::from(n).min(asked[item as usize]).min(fits) as u32,
            )
        };
        let capped = |lines| {
            numbering
                .renamed(lines)
                .into_iter()
                .map(cap)
                .collect::<Vec<_>>()
        };
        self.groups = instance.groups.iter().map(capped).collect();
        let mut holders = vec![Vec::new(); numbering.items];
        for group in 0..self.groups.len() {
            let lines = self.groups.of(group);
            lines
                .iter()
                .for_each(|&(item, _)| holders[item as usize].push(group as u32));
            if !lines.is_empty() {
                self.stocked.push(group as u32);
            }
        }
        self.holders = holders.into_iter().collect();
    }

    /// Orders that are packed one by one: larger ones first, as they are the harder ones; then those of more lines.
    fn pack(&mut self, mut packed: Vec<(u32, Vec<(u32, u32)>)>, items: usize, instance: &Instance) {
        packed.sort_by_key(|(order, lines)| {
            (
                std::cmp::Reverse((instance.orders.units(*order as usize), lines.len())),
                *order,
            )
        });
        let mut demand = vec![Vec::new(); items];
        for (rank, (order, lines)) in packed.into_iter().enumerate() {
            for &(item, n) in &lines {
                demand[item as usize].push((n, rank as u32));
            }
            self.units
                .push(instance.orders.units(order as usize) as u32);
            self.order_of.push(order);
            self.orders.push(lines);
        }
        demand.iter_mut().for_each(|list| list.sort_unstable());
        self.demand = demand.into_iter().collect();
    }

    fn fold(&mut self, mut folded: Vec<Vec<(u32, u32)>>) {
        for list in &mut folded {
            list.sort_unstable_by_key(|&(n, order)| (std::cmp::Reverse(n), order));
            self.gains.push(subset_sums(list));
        }
        self.folded = folded.into_iter().collect();
    }

    pub(super) fn items(&self) -> usize {
        self.demand.len()
    }
}

/// Orders that could be picked, and new numbers of the items they ask for.
struct Numbering {
    orders: Vec<u32>,
    /// `u32::MAX` for items that no order asks for.
    item_of: Vec<u32>,
    items: usize,
}

impl Numbering {
    fn new(instance: &Instance) -> Numbering {
        let orders = servable(instance);
        let mut item_of = vec![u32::MAX; instance.items];
        let (mut items, mut units) = (0, 0u64);
        let bags = orders
            .iter()
            .map(|&order| instance.orders.bag(order as usize));
        for &(item, n) in bags.flatten() {
            units += u64::from(n);
            if item_of[item as usize] == u32::MAX {
                item_of[item as usize] = items;
                items += 1;
            }
        }
        assert!(
            units <= u64::from(u32::MAX),
            "orders ask for at most 2^32 - 1 units"
        );
        Numbering {
            orders,
            item_of,
            items: items as usize,
        }
    }

    /// The lines of items that matter, by their new numbers.
    fn renamed(&self, lines: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let lines = lines
            .iter()
            .map(|&(item, n)| (self.item_of[item as usize], n));
        let mut lines: Vec<_> = lines.filter(|line| line.0 != u32::MAX).collect();
        lines.sort_unstable();
        lines
    }
}

/// Orders that all groups together could serve, with units, within the most units of a wave.
fn servable(instance: &Instance) -> Vec<u32> {
    let mut stock = vec![0u64; instance.items];
    for &(item, n) in instance.groups.iter().flatten() {
        stock[item as usize] += u64::from(n);
    }
    let fits = |lines: &[(u32, u32)]| {
        lines
            .iter()
            .all(|&(item, n)| u64::from(n) <= stock[item as usize])
    };
    (0..instance.orders.len())
        .filter(|&order| {
            let units = instance.orders.units(order);
            units > 0 && units <= instance.most && fits(instance.orders.bag(order))
        })
        .map(|order| order as u32)
        .collect()
}

/// `gain(s)` for `s` up to all units of these orders.
fn subset_sums(orders: &[(u32, u32)]) -> Vec<u32> {
    let reached = reached(orders, orders.iter().map(|&(n, _)| n as usize).sum());
    let mut gain = 0;
    (reached.iter().enumerate())
        .map(|(sum, &by)| {
            if by != u32::MAX {
                gain = sum as u32;
            }
            gain
        })
        .collect()
}

/// Per sum up to `most`: the position of the first order that reaches it together with orders before it, `u32::MAX` where none does;
/// 0 for the sum 0.
pub(super) fn reached(orders: &[(u32, u32)], most: usize) -> Vec<u32> {
    let mut by = vec![u32::MAX; most + 1];
    by[0] = 0;
    let mut top = 0;
    for (position, &(n, _)) in orders.iter().enumerate() {
        let n = n as usize;
        top = (top + n).min(most);
        for sum in (n..=top).rev() {
            if by[sum] == u32::MAX && by[sum - n] != u32::MAX {
                by[sum] = position as u32;
            }
        }
    }
    by
}
