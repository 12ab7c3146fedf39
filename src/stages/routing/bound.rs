//! A lower bound on the cost of every plan.
//!
//! *Relaxation.* Capacity, distinct facilities and where the stock lies are forgotten; the total stock `A_i` of an item is not: its
//! overdraft is priced, at `λ_i >= 0` per unit. Let `c_o(x)` be at most the cost of shipping the units `x` of order `o`. Then
//!
//! ```text
//! L(λ) = sum_o min { c_o(x) + λ x + backorder_penalty |q_o - x| : 0 <= x <= q_o } - sum_i λ_i A_i
//! ```
//!
//! is at most the cost of every plan: its shipped units `x` satisfy `sum_o x_oi <= A_i`, so `λ (sum x - A) <= 0`, and the rest of its
//! cost is at least the minimum, order by order (Lagrangian duality; Geoffrion 1974, doi 10.1007/BFb0120690). The bound is the
//! best `L` found; any `λ` gives a valid one.
//!
//! *Cost of shipping.*
//! - Orders of few units whose parts had to be priced (see [`super::menu`]): exact prices of every content `c`, from the facility
//!   where it is cheapest, `m(c) = min_f p(f, c)`; `c_o(x)` is the cheapest way to compose `x` of contents, with the split penalty.
//! - Others: every shipment pays handling (per order, and per unit at the facilities that stock the item, each at its least) and
//!   at least `a + b × grams` of freight ([`super::freight_floor`]), so `c_o(x) = h + a + sum_i (u_i + b w_i) x_i` for `x != 0`,
//!   and `h + a + split_penalty` more for `x = q` if no facility has every line whole.
//!   Of few units, the whole order costs exactly `m(q)`, or at least that with `2 (h + a)` and a split; so a single unit costs
//!   exactly what it costs on untouched stock.
//!
//! *Stock prices.* Item by item, `L` is maximal in `λ_i` where as many units are worth more than `λ_i` to their orders as there
//! are; what an item is worth to an order is what the order would cost more without it, per unit. [`SWEEPS`] sweeps over the
//! items that are wanted more than they are stocked; the best `λ` is kept.
//!
//! All in integers (thousandths of a cent), rounded down; independent of the number of threads. O(sweeps × lines × states).

use rayon::prelude::*;

use crate::model::csr::Csr;
use crate::model::ids::ItemIdx;
use crate::model::units::Cents;

use super::freight_floor::{FreightFloor, LinearFloor};
use super::instance::{Demand, Instance};
use super::menu::{Menu, States};
use super::order::Choices;

const SWEEPS: usize = 3;
/// Thousandths of a cent.
const MILLI: i64 = 1_000;

/// How the bound was found, for its row of `routing_bounds`.
pub(super) const METHOD: &str = "stock shared at prices found by coordinate ascent; orders of few units by exact prices, others by the convex hull of price rows";

/// At most what shipping parts of an order costs.
pub(super) enum Floor {
    /// By state (see [`States`]), cents; `None`: no service, or no facility has it.
    Table(Box<[Option<i64>]>),
    Linear(LinearFloor),
}

impl Floor {
    pub fn of(
        choices: &Choices,
        instance: &Instance,
        freight: &FreightFloor,
        demand: &Demand,
    ) -> Floor {
        match choices {
            Choices::Small(menu) => Floor::Table(table(menu, instance.rules.split).into()),
            Choices::Large(_) => Floor::Linear(LinearFloor::new(instance, freight, demand)),
        }
    }
}

/// The cheapest way to compose each state of contents, where those are priced.
fn table(menu: &Menu, split: i64) -> Vec<Option<i64>> {
    let (states, least) = menu.least();
    let whole = states.len() - 1;
    let Some(least) = least else {
        let linear = |x: usize, shipments| menu.linear_floor(x, shipments);
        let mut floors: Vec<Option<i64>> = (0..whole).map(|x| linear(x, 1)).collect();
        floors[0] = Some(0);
        let split = linear(whole, 2).map(|cost| cost.saturating_add(split));
        floors.push(split.into_iter().chain(menu.least_alone()).min());
        return floors;
    };
    let mut best: Vec<Option<i64>> = vec![None; states.len()];
    best[0] = Some(0);
    for x in 1..states.len() {
        let parts = (1..=x).filter(|&c| states.within(c, x));
        let costs = parts.filter_map(|c| {
            let further = if c == x { 0 } else { split };
            let rest = best[x - c]?;
            Some(least[c]?.saturating_add(rest).saturating_add(further))
        });
        best[x] = costs.min();
    }
    best
}

/// Orders with their floors, in sequence.
pub(super) struct Relaxation<'a> {
    pub instance: &'a Instance<'a>,
    pub floors: Vec<Floor>,
}

impl Relaxation<'_> {
    /// The best lower bound found.
    pub fn bound(&self) -> Cents {
        let scarce = self.scarce();
        let mut prices = vec![0i64; self.instance.batch.items.len()];
        let mut best = self.value(&prices, &scarce);
        for _ in 0..SWEEPS {
            if scarce.is_empty() {
                break;
            }
            self.sweep(&scarce, &mut prices);
            best = best.max(self.value(&prices, &scarce));
        }
        let cents = best.div_euclid(i128::from(MILLI));
        Cents(i64::try_from(cents).unwrap_or(if cents < 0 { i64::MIN } else { i64::MAX }))
    }

    /// `L` at these prices, thousandths of a cent.
    fn value(&self, prices: &[i64], scarce: &[Scarce]) -> i128 {
        let orders = (0..self.floors.len())
            .into_par_iter()
            .map(|position| self.least(position, prices, None));
        let stock = scarce
            .iter()
            .map(|s| i128::from(prices[s.item.0 as usize]) * i128::from(s.stock));
        orders.sum::<i128>() - stock.sum::<i128>()
    }

    /// The least cost of the order at position, if it does not get `without`.
    fn least(&self, position: usize, prices: &[i64], without: Option<ItemIdx>) -> i128 {
        let demand = self.instance.demand(position);
        let penalty = i128::from(self.instance.rules.backorder) * i128::from(MILLI);
        let all = penalty * i128::from(demand.units);
        let price = |i: usize| i128::from(prices[demand.wants[i].item.0 as usize]);
        let denied = |i: usize| without == Some(demand.wants[i].item);
        match &self.floors[position] {
            Floor::Table(best) => {
                let Some(states) = States::of(demand.wants) else {
                    return all.min(0);
                };
                let costs = (0..states.len()).filter_map(|x| {
                    let units = states.units(x);
                    let mut cost = i128::from(best[x]?) * i128::from(MILLI);
                    for (i, &units) in units.iter().enumerate().take(demand.wants.len()) {
                        if units > 0 && denied(i) {
                            return None;
                        }
                        cost += (price(i) - penalty) * i128::from(units);
                    }
                    Some(all + cost)
                });
                costs.min().unwrap_or(all)
            }
            Floor::Linear(floor) => all - self.saved(floor, &demand, &price, &denied),
        }
    }

    /// What shipping saves at most against backordering everything. Orders that no facility has alone pay for a second shipment,
    /// or leave a unit.
    fn saved(
        &self,
        floor: &LinearFloor,
        demand: &Demand,
        price: &dyn Fn(usize) -> i128,
        denied: &dyn Fn(usize) -> bool,
    ) -> i128 {
        let rules = &self.instance.rules;
        let penalty = i128::from(rules.backorder) * i128::from(MILLI);
        let (mut saved, mut least, mut whole) = (0, i128::MAX, true);
        for (i, (&(unit, most), want)) in floor.units.iter().zip(demand.wants).enumerate() {
            let most = if denied(i) { 0 } else { most };
            let worth = (penalty - i128::from(unit) - price(i)).max(0);
            saved += worth * i128::from(most);
            least = least.min(worth);
            whole &= most == want.quantity;
        }
        let fixed = i128::from(floor.fixed);
        if whole && !floor.alone {
            let second = fixed.max(0) + i128::from(rules.split) * i128::from(MILLI);
            saved -= second.min(least);
        }
        (saved - fixed).max(0)
    }

    /// Sets the price of every scarce item where the units that are worth more just fit the stock.
    fn sweep(&self, scarce: &[Scarce], prices: &mut [i64]) {
        for row in scarce {
            let item = row.item.0 as usize;
            prices[item] = 0;
            let mut worth: Vec<(i128, u64)> = row
                .orders
                .iter()
                .map(|&(position, units)| {
                    let with = self.least(position as usize, prices, None);
                    let without = self.least(position as usize, prices, Some(row.item));
                    ((without - with) / i128::from(units.max(1)), units)
                })
                .collect();
            worth.sort_unstable_by(|a, b| b.cmp(a));
            let mut left = row.stock;
            for (worth, units) in worth {
                if units > left {
                    prices[item] = i64::try_from(worth.max(0)).unwrap_or(i64::MAX / MILLI);
                    break;
                }
                left -= units;
            }
        }
    }

    /// Items wanted more than they are stocked, with the orders that want them.
    fn scarce(&self) -> Vec<Scarce> {
        let batch = self.instance.batch;
        let mut pairs: Vec<(ItemIdx, (u32, u64))> = Vec::new();
        for position in 0..self.floors.len() {
            for want in self.instance.demand(position).wants {
                let units = u64::from(want.quantity);
                pairs.push((want.item, (position as u32, units)));
            }
        }
        let wanted = Csr::from_pairs(batch.items.len(), &pairs);
        let rows = wanted.iter().filter_map(|(item, orders)| {
            let stocks = batch.inventory.by_item.row(item).iter();
            let stock: u64 = stocks
                .filter(|stock| self.instance.may_ship(stock.facility, item))
                .map(|stock| u64::from(stock.available()))
                .sum();
            let mut merged: Vec<(u32, u64)> = Vec::with_capacity(orders.len());
            for &(position, units) in orders {
                match merged.last_mut() {
                    Some(last) if last.0 == position => last.1 += units,
                    _ => merged.push((position, units)),
                }
            }
            let demand: u64 = merged.iter().map(|m| m.1).sum();
            (demand > stock).then_some(Scarce {
                item,
                stock,
                orders: merged,
            })
        });
        rows.collect()
    }
}

/// An item that is wanted more than it is stocked.
struct Scarce {
    item: ItemIdx,
    stock: u64,
    /// (position, units) of the orders that want it.
    orders: Vec<(u32, u64)>,
}
