//! From columns to the problem: who wants what, in which order they are served, and what there is to give.

use std::cmp::Reverse;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::catalog::Stock;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, Idx, ItemIdx, LineIdx, OrderIdx};
use crate::model::orders::ServiceLevel;
use crate::model::units::{Seconds, Timestamp};
use crate::params::Params;

use super::Input;
use super::permits::Permits;

/// What the cost and the rules are made of, as plain numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub max_shipments: usize,
    /// Cents per shipment after the first.
    pub split: i64,
    /// Cents per unit that waits, and per order of which nothing ships, at the lowest priority.
    backorder: i64,
    lost: i64,
    /// Per cent more per level of priority.
    priority_percent: i64,
    /// Facilities considered per order.
    pub candidates: usize,
}

impl Rules {
    pub fn new(params: &Params) -> Rules {
        let routing = &params.routing;
        let count = |value: i64| usize::try_from(value).unwrap_or(usize::MAX).max(1);
        Rules {
            max_shipments: count(routing.max_shipments),
            split: routing.split_penalty_cents,
            backorder: routing.backorder_penalty_cents,
            lost: routing.lost_order_penalty_cents,
            priority_percent: routing.priority_percent,
            candidates: count(routing.candidates),
        }
    }

    /// Penalty of a number of shipments.
    pub fn splits(&self, shipments: usize) -> i64 {
        let further = i64::try_from(shipments.saturating_sub(1)).unwrap_or(i64::MAX);
        self.split.saturating_mul(further)
    }
}

/// A line to route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want {
    pub line: LineIdx,
    pub item: ItemIdx,
    pub quantity: u32,
}

/// An order to route, with its lines in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand<'a> {
    pub order: OrderIdx,
    pub wants: &'a [Want],
    /// All units or none.
    pub complete: bool,
    pub units: u64,
    /// Cents per unit that waits.
    pub backorder: i64,
    /// Cents if nothing ships.
    pub lost: i64,
}

impl Demand<'_> {
    /// Penalty of units that do not ship.
    pub fn backordered(&self, units: u64) -> i64 {
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        self.backorder.saturating_mul(units)
    }
}

/// The orders to route, in the sequence in which they are served.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub batch: &'a Batch,
    pub rules: Rules,
    permits: Permits<'a>,
    /// Units that this run may promise, by inventory cell.
    free: Vec<u32>,
    sequence: Vec<OrderIdx>,
    wants: Vec<Want>,
    /// Wants of the order at position `p` are `first[p]..first[p + 1]`.
    first: Vec<usize>,
}

impl<'a> Instance<'a> {
    /// Accepted orders with their faultless lines: most urgent first, then earliest promise, then placed first. O(orders × log + lines).
    ///
    /// Errors: a faultless line whose quantity is not in 1..2³² ([`crate::error::Fault::Internal`]: validate lets none pass).
    pub fn new(input: Input<'a>, params: &Params) -> Result<Instance<'a>> {
        let batch = input.batch;
        let mut sequence: Vec<OrderIdx> = batch
            .orders
            .indices()
            .filter(|&order| input.verdict[order].accepted())
            .filter(|&order| {
                let mut lines = batch.orders.lines(order);
                lines.any(|line| input.line_fault[line].is_none())
            })
            .collect();
        sequence.sort_by_key(|&order| {
            (
                Reverse(batch.orders.priority[order]),
                promise(input, params, order),
                batch.orders.placed_at[order],
                order,
            )
        });
        let mut wants = Vec::new();
        let mut first = vec![0];
        for &order in &sequence {
            for line in batch.orders.lines(order) {
                if input.line_fault[line].is_none() {
                    wants.push(want(batch, line)?);
                }
            }
            first.push(wants.len());
        }
        let stocks = batch.inventory.by_item.values().iter();
        let instance = Instance {
            batch,
            rules: Rules::new(params),
            permits: Permits::new(batch, params.routing.stores_ship),
            free: stocks.map(|stock| promised(stock, params)).collect(),
            sequence,
            wants,
            first,
        };
        instance.some_may_ship(params)?;
        Ok(instance)
    }

    /// Errors: rules let no facility ship anything, whatever it stocks ([`crate::error::Fault::Infeasible`]). What some orders cannot have is a
    /// backorder with its reason, and no error. O(lines × facilities) where nothing may ship, else much less.
    fn some_may_ship(&self, params: &Params) -> Result<()> {
        let mut example = None;
        for position in 0..self.len() {
            let demand = self.demand(position);
            for want in demand.wants {
                for facility in self.batch.facilities.indices() {
                    match self.barred(demand.order, facility, want.item) {
                        None | Some(Code::NoHazmatFacility) => return Ok(()),
                        Some(code) => example = example.or(Some((demand.order, facility, code))),
                    }
                }
            }
        }
        let Some((order, facility, code)) = example else {
            return Ok(());
        };
        let order = &self.batch.orders.id[order];
        let facility = &self.batch.facilities[facility].id;
        let (rule, hint) = if code == Code::StoreMayNotShip {
            let rule = format!("routing.stores_ship = {}", params.routing.stores_ship);
            (rule, "let stores ship, or add a warehouse")
        } else {
            let rows = self.batch.restrictions.len();
            let rule = format!("table `restrictions` ({rows} rows)");
            (
                rule,
                "correct the rows: `only` rows let a facility serve nothing else",
            )
        };
        Err(Error::infeasible(format!(
            "{rule}: no facility may ship anything; order {order}, for example, may not ship from {facility}"
        ))
        .hint(hint))
    }

    /// Orders to route.
    pub fn len(&self) -> usize {
        self.sequence.len()
    }

    /// The order at a position of the sequence.
    pub fn demand(&self, position: usize) -> Demand<'_> {
        let order = self.sequence[position];
        let wants = &self.wants[self.first[position]..self.first[position + 1]];
        let rules = &self.rules;
        let percent = 100 + rules.priority_percent * i64::from(self.batch.orders.priority[order]);
        let weighted = |cents: i64| cents.saturating_mul(percent) / 100;
        Demand {
            backorder: weighted(rules.backorder),
            lost: weighted(rules.lost),
            order,
            wants,
            complete: self.batch.orders.ship_complete[order],
            units: wants.iter().map(|want| u64::from(want.quantity)).sum(),
        }
    }

    /// Whether the facility may ship the item for the order.
    pub fn may_ship(&self, order: OrderIdx, facility: FacilityIdx, item: ItemIdx) -> bool {
        self.permits.allows(order, facility, item)
    }

    /// The rule that keeps the facility from shipping the item for the order.
    pub fn barred(&self, order: OrderIdx, facility: FacilityIdx, item: ItemIdx) -> Option<Code> {
        self.permits.barred(order, facility, item)
    }

    /// Units that this run may promise, by inventory cell.
    pub fn free(&self) -> &[u32] {
        &self.free
    }

    /// Units of the item that the parameters keep back, in all facilities.
    pub fn kept_back(&self, item: ItemIdx) -> u64 {
        let stocks = self.batch.inventory.by_item.row(item).iter();
        let free: u64 = self.stocks(item).map(|stock| u64::from(stock.1)).sum();
        let all: u64 = stocks.map(|stock| u64::from(stock.available())).sum();
        all - free
    }

    /// Facilities that stock an item, with the units that this run may promise; in order.
    pub fn stocks(&self, item: ItemIdx) -> impl Iterator<Item = (FacilityIdx, u32)> + '_ {
        let inventory = &self.batch.inventory.by_item;
        let cells = inventory
            .row(item)
            .iter()
            .zip(&self.free[inventory.range(item)]);
        cells.map(|(stock, &free)| (stock.facility, free))
    }

    /// Facilities that stock some of what the order wants and may ship it, in order.
    pub fn stocking(&self, demand: &Demand) -> Vec<FacilityIdx> {
        let mut found: Vec<FacilityIdx> = Vec::new();
        for want in demand.wants {
            let stocks = self.stocks(want.item).filter(|stock| stock.1 > 0);
            let may = stocks.filter(|stock| self.may_ship(demand.order, stock.0, want.item));
            found.extend(may.map(|stock| stock.0));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Free stock of a cell, less what the parameters keep back.
fn promised(stock: &Stock, params: &Params) -> u32 {
    let routing = &params.routing;
    let share =
        (u64::from(stock.on_hand) * routing.safety_stock_percent.unsigned_abs()).div_ceil(100);
    let kept = share.saturating_add(routing.safety_stock_units.unsigned_abs());
    u64::from(stock.available()).saturating_sub(kept) as u32
}

fn want(batch: &Batch, line: LineIdx) -> Result<Want> {
    let quantity = batch.lines.quantity[line];
    let quantity = u32::try_from(quantity)
        .ok()
        .filter(|&q| q > 0)
        .ok_or_else(|| {
            let row = batch.lines.row[line];
            Error::internal(format!(
                "order_lines row {row}: a line of quantity {quantity} passed validation"
            ))
        })?;
    Ok(Want {
        line,
        item: batch.lines.item[line],
        quantity,
    })
}

/// When the order should arrive, for sorting; not the promise of any one facility, which ends with its local day.
fn promise(input: Input, params: &Params, order: OrderIdx) -> Timestamp {
    let orders = &input.batch.orders;
    let days = match orders.service[order] {
        ServiceLevel::Standard => params.carrier.standard_days,
        ServiceLevel::Expedited => params.carrier.expedited_days,
        ServiceLevel::NextDay => params.carrier.next_day_days,
    };
    let from = if params.carrier.promise_from_order {
        orders.placed_at[order]
    } else {
        input.calendar.start
    };
    orders.deliver_by[order].unwrap_or(Timestamp(from.0.saturating_add(Seconds(86_400 * days).0)))
}

/// Units of lines that one facility sends for one order; each line once, in order.
pub(super) type Content = Vec<(LineIdx, u32)>;

/// What is left to give: free stock by inventory cell; units and shipments by facility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Supply {
    free: Vec<u32>,
    capacity: Vec<u64>,
    /// Shipments.
    gates: Vec<u64>,
}

impl Supply {
    /// Everything, before the first order.
    pub fn new(instance: &Instance) -> Supply {
        let facilities = instance.batch.facilities.iter();
        let gates = facilities.clone().map(|f| f.capacity_orders);
        Supply {
            free: instance.free.clone(),
            capacity: facilities.map(|f| f.capacity_units).collect(),
            gates: gates.map(|most| most.unwrap_or(u64::MAX)).collect(),
        }
    }

    /// Units that the facility can still pick for a further shipment.
    pub fn room(&self, facility: FacilityIdx) -> u64 {
        match self.gates[facility.index()] {
            0 => 0,
            _ => self.capacity(facility),
        }
    }

    /// What a plan leaves: units by inventory cell, then by facility, then shipments by facility.
    pub fn left(batch: &Batch, left: &[i64]) -> Supply {
        let (cells, facilities) = left.split_at(batch.inventory.by_item.len());
        let (units_left, shipments) = facilities.split_at(batch.facilities.len());
        let units = |&left: &i64| u64::try_from(left).unwrap_or(0);
        Supply {
            free: cells.iter().map(|left| units(left) as u32).collect(),
            capacity: units_left.iter().map(units).collect(),
            gates: shipments.iter().map(units).collect(),
        }
    }

    /// Units that the facility can still pick.
    pub fn capacity(&self, facility: FacilityIdx) -> u64 {
        self.capacity[facility.0 as usize]
    }

    /// Free units of the item in the facility. O(log facilities).
    pub fn free(&self, batch: &Batch, facility: FacilityIdx, item: ItemIdx) -> u32 {
        let cell = batch.inventory.cell(item, facility);
        cell.map_or(0, |cell| self.free[cell])
    }

    /// Facilities that have free units of the item.
    pub fn holders<'a>(
        &'a self,
        batch: &'a Batch,
        item: ItemIdx,
    ) -> impl Iterator<Item = (FacilityIdx, u32)> + 'a {
        let range = batch.inventory.by_item.range(item);
        let cells = batch.inventory.by_item.row(item).iter();
        cells
            .zip(&self.free[range])
            .filter(|&(_, &free)| free > 0)
            .map(|(stock, &free)| (stock.facility, free))
    }

    /// Takes the contents from their facilities if all of it is there; otherwise takes nothing and says so.
    pub fn take<'c>(
        &mut self,
        batch: &Batch,
        parts: impl Iterator<Item = (FacilityIdx, &'c [(LineIdx, u32)])> + Clone,
    ) -> bool {
        for (at, (facility, content)) in parts.clone().enumerate() {
            if !self.take_part(batch, facility, content) {
                for (facility, content) in parts.take(at) {
                    self.give_part(batch, facility, content);
                }
                return false;
            }
        }
        true
    }

    fn take_part(
        &mut self,
        batch: &Batch,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> bool {
        if !self.open(facility) {
            return false;
        }
        for (at, &(line, units)) in content.iter().enumerate() {
            if !self.take_line(batch, facility, line, units) {
                self.give_part(batch, facility, &content[..at]);
                return false;
            }
        }
        true
    }

    /// Gives back a shipment.
    pub fn give_part(&mut self, batch: &Batch, facility: FacilityIdx, content: &[(LineIdx, u32)]) {
        self.gates[facility.index()] += 1;
        for &(line, units) in content {
            self.give_back(batch, facility, line, units);
        }
    }

    /// Takes a shipment of the facility, as yet of nothing, if it can send a further one.
    pub fn open(&mut self, facility: FacilityIdx) -> bool {
        let gate = &mut self.gates[facility.index()];
        let open = *gate > 0;
        *gate -= u64::from(open);
        open
    }

    pub fn take_line(
        &mut self,
        batch: &Batch,
        facility: FacilityIdx,
        line: LineIdx,
        units: u32,
    ) -> bool {
        let capacity = &mut self.capacity[facility.0 as usize];
        let cell = batch.inventory.cell(batch.lines.item[line], facility);
        match cell.map(|cell| &mut self.free[cell]) {
            Some(free) if *free >= units && *capacity >= u64::from(units) => {
                *free -= units;
                *capacity -= u64::from(units);
                true
            }
            _ => false,
        }
    }

    fn give_back(&mut self, batch: &Batch, facility: FacilityIdx, line: LineIdx, units: u32) {
        if let Some(cell) = batch.inventory.cell(batch.lines.item[line], facility) {
            self.free[cell] += units;
            self.capacity[facility.0 as usize] += u64::from(units);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::IdxVec;
    use crate::model::plan::Verdict;
    use crate::testing::World;

    #[test]
    fn taking_is_all_or_nothing() {
        let mut world = World::new();
        let site = world.facility("A");
        let cup = world.item("CUP", [100, 100, 100], 200);
        let pot = world.item("POT", [100, 100, 100], 200);
        world.stock(site, cup, 5);
        world.stock(site, pot, 1);
        world.order("O", &[(cup, 3), (pot, 2), (cup, 3)]);
        let batch = world.build();
        let calendar = crate::testing::calendar(&batch);
        let (verdict, faults) = (
            IdxVec::filled(Verdict::Accepted, batch.orders.len()),
            IdxVec::filled(None, batch.lines.len()),
        );
        let input = Input {
            batch: &batch,
            calendar: &calendar,
            verdict: &verdict,
            line_fault: &faults,
        };
        let instance = Instance::new(input, &Params::default()).unwrap();
        let mut supply = Supply::new(&instance);
        let before = supply.clone();
        let (l0, l1, l2) = (LineIdx(0), LineIdx(1), LineIdx(2));
        let mut ask =
            |content: &[(LineIdx, u32)]| supply.take(&batch, std::iter::once((site, content)));
        assert!(!ask(&[(l0, 3), (l1, 2)]), "one pot only");
        assert!(
            !ask(&[(l0, 3), (l2, 3)]),
            "two lines of one item share its stock"
        );
        assert!(ask(&[(l0, 3), (l2, 2)]));
        assert_ne!(supply, before);
        assert_eq!(supply.free(&batch, site, cup), 0);
        assert_eq!(supply.capacity(site), before.capacity(site) - 5);
        supply.give_part(&batch, site, &[(l0, 3), (l2, 2)]);
        assert_eq!(supply, before);
    }
}
