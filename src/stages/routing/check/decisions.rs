//! The audit of what routing says about its decisions: a row per routed order, its figures those of the plan.

use std::cmp::Reverse;

use super::{Audit, Books};
use crate::model::explain::{RoutingDecision, Way};
use crate::model::ids::{FacilityIdx, Idx, IdxVec, OrderIdx};
use crate::model::network::FacilityKind;
use crate::model::units::Cents;
use crate::params::Explain;

/// What the plan's tables say of an order.
#[derive(Default)]
struct Own {
    way: Way,
    /// Freight, cartons and handling.
    charged: i128,
    handling: i128,
    store: i128,
    /// At the rounded shadow prices, and how far rounding may lead.
    scarcity: i128,
    slack: i128,
}

impl Audit<'_> {
    pub(super) fn decisions(&mut self, books: &Books) {
        let batch = self.input.batch;
        let rows = &self.out.explained.decisions;
        let routed = |&order: &OrderIdx| batch.orders.lines(order).any(|line| self.routable(line));
        let expected: Vec<OrderIdx> = match self.params.explain {
            Explain::None => Vec::new(),
            _ => batch.orders.indices().filter(routed).collect(),
        };
        let ways = self.out.explained.ways.len();
        let known = |&way: &u32| (way as usize) < ways;
        let named = rows.chosen.iter().chain(&rows.cheapest);
        if rows.order != expected || !named.chain(rows.runner_up.iter().flatten()).all(known) {
            let message = "not one row per routed order in order, or a way that is not listed";
            self.fail("decision_rows", "routing_decisions".into(), message.into());
            return;
        }
        let owns = self.owns();
        for row in self.out.explained.decisions.rows() {
            self.decision(books, &row, &owns[row.order]);
        }
        self.decision_sums();
        self.unused(books);
    }

    /// Why facilities are not used: stock, rule and capacity are counted again; what comes after them is a matter of services and prices.
    fn unused(&mut self, books: &Books) {
        let (batch, explained) = (self.input.batch, &self.out.explained);
        let sites = batch.facilities.len();
        let expected = match self.params.explain {
            Explain::All => explained.decisions.len() * sites,
            _ => 0,
        };
        if explained.unused.len() != expected {
            let message = format!("{} reasons, not {expected}", explained.unused.len());
            self.fail("decision_unused", "routing_alternatives".into(), message);
            return;
        }
        for (row, said) in explained.unused.chunks(sites.max(1)).enumerate() {
            let order = explained.decisions.order[row];
            let used = explained.way(explained.decisions.chosen[row]);
            let mut reach = vec![1; sites];
            for line in batch
                .orders
                .lines(order)
                .filter(|&line| self.routable(line))
            {
                let item = batch.lines.item[line];
                let cells = batch.inventory.by_item.range(item);
                for (stock, cell) in batch.inventory.by_item.row(item).iter().zip(cells) {
                    let free = self.promised(stock);
                    let obstacle = match () {
                        _ if free == 0 => 1,
                        _ if self.barred(line, stock.facility).is_some() => 2,
                        _ if free <= books.taken[cell] => 3,
                        _ if books.room(&self.input, stock.facility) == 0 => 4,
                        _ => 5,
                    };
                    let reach = &mut reach[stock.facility.index()];
                    *reach = obstacle.max(*reach);
                }
            }
            used.iter().for_each(|part| reach[part.0.index()] = 0);
            let right = |(&said, &reach): (&u8, &u8)| said == reach || (reach == 5 && said == 6);
            if !said.iter().zip(&reach).all(right) {
                let message = format!("reasons {said:?}, counted again {reach:?}");
                self.fail("decision_unused", self.name(order), message);
            }
        }
    }

    fn owns(&self) -> IdxVec<OrderIdx, Own> {
        let (batch, out) = (self.input.batch, self.out);
        let inventory = &batch.inventory.by_item;
        // Cells, units of facilities, shipments of facilities.
        let (first, sites) = (inventory.len(), batch.facilities.len());
        let mut worth = vec![0i128; first + 2 * sites];
        for row in out.shadow_prices.rows() {
            let at = match row.item {
                Some(item) => batch.inventory.cell(item, row.facility),
                None if row.shipments => Some(first + sites + row.facility.index()),
                None => Some(first + row.facility.index()),
            };
            if let Some(at) = at {
                worth[at] = row.price.0.into();
            }
        }
        let mut owns: IdxVec<OrderIdx, Own> =
            batch.orders.indices().map(|_| Own::default()).collect();
        for (s, row) in out.shipments.rows().enumerate() {
            let range = out.first_allocation[s] as usize..out.first_allocation[s + 1] as usize;
            let own = &mut owns[row.order];
            let (mut units, mut handled) = (0, 0i128);
            for part in range.map(|i| out.allocations.get(i)) {
                let n = i128::from(part.quantity);
                let cell = batch
                    .inventory
                    .cell(batch.lines.item[part.line], part.facility);
                let unit =
                    cell.map_or(0, |cell| worth[cell]) + worth[first + part.facility.index()];
                own.scarcity += unit * n;
                // Two prices, each rounded by at most half a cent, and the sum.
                own.slack += n;
                units += u64::from(part.quantity);
                handled += n * i128::from(batch.items.handling_units[batch.lines.item[part.line]]);
            }
            let site = &batch.facilities[row.facility];
            own.way.push((row.facility, units));
            own.scarcity += worth[first + sites + row.facility.index()];
            own.slack += 1;
            let is_store = site.kind == FacilityKind::Store;
            own.store += i128::from(is_store) * i128::from(self.params.store_penalty_cents);
            own.charged += i128::from(row.routed_cost.0);
            own.handling += i128::from(site.handling_per_order.0)
                + i128::from(site.handling_per_unit.0) * handled;
        }
        owns
    }

    fn decision(&mut self, books: &Books, row: &RoutingDecision, own: &Own) {
        let explained = &self.out.explained;
        let mut way = own.way.clone();
        way.sort_by_key(|&(facility, units)| (Reverse(units), facility));
        let shipped: u64 = way.iter().map(|part| part.1).sum();
        let lines = self.input.batch.orders.lines(row.order);
        let waiting: u64 = lines.map(|line| books.backordered[line]).sum();
        let percent = i128::from(self.params.priority_percent)
            * i128::from(self.input.batch.orders.priority[row.order])
            + 100;
        let weighted = |cents: i64| i128::from(cents) * percent / 100;
        let lost = if way.is_empty() { 1 } else { 0 };
        let further = way.len().saturating_sub(1) as i128;
        let cents = |sum: i128| Cents(i64::try_from(sum).unwrap_or(i64::MAX));
        let backorder = weighted(self.params.backorder_penalty_cents) * i128::from(waiting);
        let right = [
            explained.way(row.chosen) == way,
            (row.shipped, row.waiting) == (shipped, waiting),
            i128::from(row.freight.0) + i128::from(row.cartons.0) + i128::from(row.handling.0)
                == own.charged,
            i128::from(row.handling.0) == own.handling,
            row.split_penalty == cents(further * i128::from(self.params.split_penalty_cents)),
            row.backorder_penalty == cents(backorder),
            row.lost_penalty == cents(lost * weighted(self.params.lost_order_penalty_cents)),
            row.lateness >= Cents::ZERO,
            row.store_penalty == cents(own.store),
        ];
        const WHAT: [&str; 9] = [
            "facilities",
            "units",
            "freight, cartons and handling",
            "handling",
            "split penalty",
            "backorder penalty",
            "lost-order penalty",
            "lateness",
            "store penalty",
        ];
        if let Some(wrong) = right.iter().position(|&right| !right) {
            let message = format!("{} not those of the plan", WHAT[wrong]);
            self.fail("decision", self.name(row.order), message);
        }
        if (i128::from(row.scarcity.0) - own.scarcity).abs() > own.slack + 1 {
            let message = format!(
                "scarcity {}, at the shadow prices {}",
                row.scarcity, own.scarcity
            );
            self.fail("decision_scarcity", self.name(row.order), message);
        }
        self.other_ways(row);
    }

    /// The runner-up lacks a facility of the plan; neither it nor the plan is cheaper than the cheapest.
    fn other_ways(&mut self, row: &RoutingDecision) {
        let explained = &self.out.explained;
        let sites = |way: u32| {
            explained
                .way(way)
                .iter()
                .map(|part: &(FacilityIdx, u64)| part.0)
        };
        if row.cheapest_cost > row.cost().min(row.runner_up_cost.unwrap_or(row.cost())) {
            let message = format!(
                "the cheapest way costs {}, more than another",
                row.cheapest_cost
            );
            self.fail("decision_cheapest", self.name(row.order), message);
        }
        let sound = match (row.runner_up, row.runner_up_cost) {
            (Some(other), Some(_)) => sites(row.chosen).any(|site| sites(other).all(|s| s != site)),
            (other, cost) => other.is_none() && cost.is_none(),
        };
        if !sound {
            let message = "the runner-up is no other way, or has no cost".to_owned();
            self.fail("decision_runner_up", self.name(row.order), message);
        }
    }

    /// The orders' parts add up to the cost of the routing.
    fn decision_sums(&mut self) {
        let (rows, cost) = (&self.out.explained.decisions, &self.out.cost);
        if rows.is_empty() {
            return;
        }
        let sum = |columns: &[&Vec<Cents>]| -> i128 {
            columns
                .iter()
                .flat_map(|c| c.iter())
                .map(|c| i128::from(c.0))
                .sum()
        };
        let sums = [
            ("freight", sum(&[&rows.freight]), cost.freight),
            ("cartons", sum(&[&rows.cartons]), cost.cartons),
            ("handling", sum(&[&rows.handling]), cost.handling),
            ("lateness", sum(&[&rows.lateness]), cost.lateness_penalty),
            (
                "store penalty",
                sum(&[&rows.store_penalty]),
                cost.store_penalty,
            ),
            (
                "split penalty",
                sum(&[&rows.split_penalty]),
                cost.split_penalty,
            ),
            (
                "backorder penalty",
                sum(&[&rows.backorder_penalty, &rows.lost_penalty]),
                cost.backorder_penalty,
            ),
        ];
        for (what, found, all) in sums {
            // Sums beyond 64 bits are cut off.
            if found.min(i64::MAX.into()) != i128::from(all.0) {
                let message =
                    format!("{what}: the orders' parts are {found}, the plan's cost {all}");
                self.fail("decision_sum", "routing_decisions".into(), message);
            }
        }
    }
}
