//! The audit of shadow mode: every order in both plans, the incumbent's units and faults counted again from its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audit, Books};
use crate::model::explain::Way;
use crate::model::ids::{FacilityIdx, IdxVec, ItemIdx, LineIdx, OrderIdx};
use crate::model::incumbent::{Incumbent, IncumbentCode, Shadow};

/// What the incumbent's rows come to.
#[derive(Default)]
struct Counted {
    /// Units by order and facility.
    ways: BTreeMap<(OrderIdx, FacilityIdx), u64>,
    /// Units at fault.
    faults: BTreeMap<&'static str, u64>,
}

impl Audit<'_> {
    pub(super) fn incumbent(&mut self, books: &Books) {
        let (batch, out) = (self.input.batch, self.out);
        let (Some(incumbent), Some(shadow)) = (&batch.incumbent, &out.shadow) else {
            if batch.incumbent.is_some() != out.shadow.is_some() {
                let message = "priced without one given, or given and not priced";
                self.fail("incumbent", "incumbent".into(), message.into());
            }
            return;
        };
        let routed = |&order: &OrderIdx| batch.orders.lines(order).any(|line| self.routable(line));
        let expected: Vec<OrderIdx> = batch.orders.indices().filter(routed).collect();
        let ways = shadow.orders.incumbent.iter().chain(&shadow.orders.ours);
        if shadow.orders.order != expected
            || ways.into_iter().any(|&w| w as usize >= shadow.ways.len())
        {
            let message = "not one row per routed order in order, or a way that is not listed";
            self.fail("incumbent", "incumbent".into(), message.into());
            return;
        }
        let counted = self.counted(incumbent);
        self.incumbent_orders(books, shadow, &counted);
        self.incumbent_faults(shadow, &counted);
    }

    fn counted(&self, incumbent: &Incumbent) -> Counted {
        let batch = self.input.batch;
        let mut counted = Counted::default();
        let mut given: IdxVec<LineIdx, u64> = IdxVec::filled(0, batch.lines.len());
        let mut taken: BTreeMap<(ItemIdx, FacilityIdx), u64> = BTreeMap::new();
        let mut picked: IdxVec<FacilityIdx, u64> = IdxVec::filled(0, batch.facilities.len());
        for row in incumbent.rows.rows() {
            let (item, n) = (batch.lines.item[row.line], u64::from(row.quantity));
            let mut fault = |code: IncumbentCode, units| {
                *counted.faults.entry(code.name()).or_default() += units
            };
            if !self.routable(row.line) {
                fault(IncumbentCode::NotAccepted, n);
                continue;
            }
            if self.barred(row.line, row.facility).is_some() {
                fault(IncumbentCode::Rule, n);
                continue;
            }
            let ordered = u64::try_from(batch.lines.quantity[row.line]).unwrap_or(0);
            let units = n.min(ordered - given[row.line]);
            given[row.line] += units;
            if units < n {
                fault(IncumbentCode::OverOrdered, n - units);
            }
            if units > 0 {
                *taken.entry((item, row.facility)).or_default() += units;
                picked[row.facility] += units;
                let key = (batch.lines.order[row.line], row.facility);
                *counted.ways.entry(key).or_default() += units;
            }
        }
        let stock = taken.into_iter().map(|((item, facility), units)| {
            let cell = batch.inventory.cell(item, facility);
            let free = cell.map_or(0, |c| self.promised(&batch.inventory.by_item.values()[c]));
            (IncumbentCode::StockOverdrawn, units.saturating_sub(free))
        });
        let sites = batch.facilities.iter_enumerated().map(|(facility, site)| {
            let over = picked[facility].saturating_sub(site.capacity_units);
            (IncumbentCode::CapacityOverdrawn, over)
        });
        let sent = batch.facilities.iter_enumerated().map(|(facility, site)| {
            let shipments = counted.ways.keys().filter(|way| way.1 == facility).count() as u64;
            let over = shipments.saturating_sub(site.capacity_orders.unwrap_or(u64::MAX));
            (IncumbentCode::ShipmentsOverdrawn, over)
        });
        let sent: Vec<_> = sent.collect();
        for (code, units) in stock
            .chain(sites)
            .chain(sent)
            .filter(|(_, units)| *units > 0)
        {
            *counted.faults.entry(code.name()).or_default() += units;
        }
        counted
    }

    fn incumbent_orders(&mut self, books: &Books, shadow: &Shadow, counted: &Counted) {
        let batch = self.input.batch;
        let faults = &shadow.faults;
        let refused: BTreeSet<(&str, &str)> = (0..faults.len())
            .filter(|&i| faults.code[i] == IncumbentCode::NoCarrier)
            .filter_map(|i| {
                Some((
                    faults.order_id[i].as_deref()?,
                    faults.facility_id[i].as_deref()?,
                ))
            })
            .collect();
        let (mut theirs, mut ours, mut shipments) = (0i128, 0i128, 0);
        for row in shadow.orders.rows() {
            let from = (row.order, FacilityIdx(0))..=(row.order, FacilityIdx(u32::MAX));
            let own = counted
                .ways
                .range(from)
                .map(|(&(_, facility), &units)| (facility, units));
            let id = &batch.orders.id[row.order];
            let mut way: Way = own
                .filter(|(facility, _)| !refused.contains(&(id, &*batch.facilities[*facility].id)))
                .collect();
            way.sort_by_key(|&(facility, units)| (std::cmp::Reverse(units), facility));
            if shadow.way(row.incumbent) != way {
                let message = "not the units of the incumbent's rows".to_owned();
                self.fail("incumbent_units", self.name(row.order), message);
            }
            let least = self.least(row.order, &way);
            if i128::from(row.incumbent_cost.0) < least {
                let message = format!(
                    "{}, though handling and penalties alone are {least}",
                    row.incumbent_cost
                );
                self.fail("incumbent_cost", self.name(row.order), message);
            }
            if shadow.way(row.ours).len() != books.shipments[row.order] {
                let message = "our facilities are not those of the plan".to_owned();
                self.fail("incumbent_ours", self.name(row.order), message);
            }
            theirs += i128::from(row.incumbent_cost.0);
            ours += i128::from(row.our_cost.0);
            shipments += way.len() as u64;
        }
        let sums = [
            ("theirs", theirs, i128::from(shadow.cost.total().0)),
            (
                "ours",
                ours,
                i128::from((self.out.cost.total() - self.out.cost.balance_penalty).0),
            ),
            ("shipments", shipments.into(), shadow.shipments.into()),
        ];
        for (what, sum, total) in sums.into_iter().filter(|(_, sum, total)| sum != total) {
            let message = format!("{what}: the orders' parts are {sum}, the total {total}");
            self.fail("incumbent_sum", "incumbent".into(), message);
        }
    }

    /// Handling and penalties of an order served that way.
    fn least(&self, order: OrderIdx, way: &Way) -> i128 {
        let (batch, params) = (self.input.batch, self.params);
        let lines = batch
            .orders
            .lines(order)
            .filter(|&line| self.routable(line));
        let wanted: i128 = lines
            .map(|line| i128::from(batch.lines.quantity[line]))
            .sum();
        let sent: i128 = way.iter().map(|part| i128::from(part.1)).sum();
        let handling: i128 = way
            .iter()
            .map(|&(facility, units)| {
                let site = &batch.facilities[facility];
                i128::from(site.handling_per_order.0)
                    + i128::from(site.handling_per_unit.0) * i128::from(units)
            })
            .sum();
        let percent =
            100 + i128::from(params.priority_percent) * i128::from(batch.orders.priority[order]);
        let weighted = |cents: i64| i128::from(cents) * percent / 100;
        let further = way.len().saturating_sub(1) as i128;
        let lost = i128::from(way.is_empty());
        handling
            + further * i128::from(params.split_penalty_cents)
            + (wanted - sent) * weighted(params.backorder_penalty_cents)
            + lost * weighted(params.lost_order_penalty_cents)
    }

    fn incumbent_faults(&mut self, shadow: &Shadow, counted: &Counted) {
        use IncumbentCode::*;
        let mut said: BTreeMap<&str, u64> = BTreeMap::new();
        for fault in shadow.faults.rows() {
            *said.entry(fault.code.name()).or_default() += fault.units.unwrap_or(0);
        }
        for code in [
            NotAccepted,
            OverOrdered,
            Rule,
            StockOverdrawn,
            CapacityOverdrawn,
            ShipmentsOverdrawn,
        ] {
            let (units, found) = (counted.faults.get(code.name()), said.get(code.name()));
            if units != found {
                let message = format!("{found:?} units, counted again {units:?}");
                self.fail("incumbent_faults", code.name().into(), message);
            }
        }
    }
}
