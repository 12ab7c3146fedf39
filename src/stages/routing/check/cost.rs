//! What the plan costs, added up again.

use super::{Audit, Books};
use crate::model::ids::FacilityIdx;
use crate::model::network::FacilityKind;
use crate::model::units::Cents;

impl Audit<'_> {
    /// What facilities cost that ship less than their least load, or more than their share of all units.
    pub(super) fn loads(&self, books: &Books) -> i128 {
        let (batch, params) = (self.input.batch, self.params);
        let lines = batch
            .orders
            .indices()
            .flat_map(|order| batch.orders.lines(order));
        let wanted: i128 = lines
            .filter(|&line| self.routable(line))
            .map(|line| i128::from(batch.lines.quantity[line]))
            .sum();
        let capacity = |f: FacilityIdx| i128::from(batch.facilities[f].capacity_units);
        let whole: i128 = batch.facilities.indices().map(capacity).sum();
        let mut cost = 0;
        for facility in batch.facilities.indices() {
            let picked = i128::from(books.picked[facility]);
            let least = capacity(facility) * i128::from(params.minimum_load_percent) / 100;
            let least = least.min(wanted);
            cost += (least - picked).max(0) * i128::from(params.minimum_load_penalty_cents);
            // Above the share by the least whole number that is not below it.
            let share = if whole > 0 {
                (wanted * capacity(facility) + whole - 1) / whole
            } else {
                picked
            };
            cost += (picked - share).max(0) * i128::from(params.load_balance_cents);
        }
        cost
    }

    pub(super) fn cost(&mut self, books: &Books) {
        let (batch, out) = (self.input.batch, self.out);
        let mut handling = 0i128;
        for (s, row) in out.shipments.rows().enumerate() {
            let range = out.first_allocation[s] as usize..out.first_allocation[s + 1] as usize;
            let handled = |i: usize| {
                let item = batch.lines.item[out.allocations.line[i]];
                i128::from(out.allocations.quantity[i])
                    * i128::from(batch.items.handling_units[item])
            };
            let units: i128 = range.map(handled).sum();
            let site = &batch.facilities[row.facility];
            let own = i128::from(site.handling_per_order.0)
                + i128::from(site.handling_per_unit.0) * units;
            if i128::from(row.routed_cost.0) < own {
                let message = format!("{} is less than its handling", row.routed_cost);
                self.fail("routed_cost", self.name(row.order), message);
            }
            handling += own;
        }
        let further: i128 = books
            .shipments
            .iter()
            .map(|&n| n.saturating_sub(1) as i128)
            .sum();
        let (mut penalty, cents) = (0i128, self.params);
        for order in batch.orders.indices() {
            let lines = || {
                batch
                    .orders
                    .lines(order)
                    .filter(|&line| self.routable(line))
            };
            let waits: i128 = lines().map(|l| i128::from(books.backordered[l])).sum();
            let lost = books.shipments[order] == 0 && lines().next().is_some();
            let percent = 100 + cents.priority_percent * i64::from(batch.orders.priority[order]);
            let weighted = |cents: i64| i128::from(cents) * i128::from(percent) / 100;
            penalty += waits * weighted(cents.backorder_penalty_cents);
            penalty += i128::from(lost) * weighted(cents.lost_order_penalty_cents);
        }
        let stores = out.shipments.facility.iter();
        let stores = stores.filter(|&&f| batch.facilities[f].kind == FacilityKind::Store);
        let stores = stores.count() as i128 * i128::from(cents.store_penalty_cents);
        let loads = self.loads(books);
        let expected = [
            ("balance_penalty", loads, out.cost.balance_penalty),
            ("store_penalty", stores, out.cost.store_penalty),
            ("handling", handling, out.cost.handling),
            (
                "split_penalty",
                further * i128::from(self.params.split_penalty_cents),
                out.cost.split_penalty,
            ),
            ("backorder_penalty", penalty, out.cost.backorder_penalty),
            (
                "freight, cartons and handling",
                out.shipments
                    .routed_cost
                    .iter()
                    .map(|c| i128::from(c.0))
                    .sum(),
                out.cost.freight + out.cost.cartons + out.cost.handling,
            ),
        ];
        for (what, expected, found) in expected {
            // Sums beyond 64 bits are cut off.
            if expected.min(i64::MAX.into()) != i128::from(found.0) {
                let message = format!("{what}: {found}, recomputed {expected} cents");
                self.fail("cost", "cost".into(), message);
            }
        }
        let negative = [
            out.cost.freight,
            out.cost.cartons,
            out.cost.lateness_penalty,
        ];
        if negative.iter().any(|&cost| cost < Cents::ZERO) {
            self.fail("cost", "cost".into(), format!("negative: {:?}", out.cost));
        }
    }
}
