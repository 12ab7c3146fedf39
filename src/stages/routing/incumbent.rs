//! Shadow mode: the plan that another system made, priced as ours is.
//!
//! Its rows are added up per order, facility and line; what it could not have carried out is said (see
//! [`IncumbentCode`]). What is left of each order is packed, rated and charged with the
//! penalties of the model. A plan that keeps all rules is also a start of the optimizer, and
//! ours where nothing cheaper is found. O(rows log rows).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::ids::{FacilityIdx, IdxVec, LineIdx, OrderIdx};
use crate::model::incumbent::{
    Incumbent, IncumbentCode, IncumbentFault, IncumbentFaults, IncumbentRow, Shadow, ShadowOrder,
};
use crate::model::plan::RoutingCost;
use crate::model::units::Cents;

use super::commit::{Chunk, Served, add, cost_of, price_rule};
use super::explain::{Ways, way_of};
use super::instance::{Demand, Instance, Supply};
use super::order::{Part, Pattern};

/// The incumbent, being priced.
pub(super) struct Shadowed<'a> {
    instance: &'a Instance<'a>,
    patterns: FxHashMap<OrderIdx, Pattern>,
    faults: IncumbentFaults,
    /// It breaks no rule that a plan must keep.
    pub sound: bool,
    /// By position.
    priced: Vec<(Pattern, RoutingCost)>,
}

impl<'a> Shadowed<'a> {
    /// `None`: there is no incumbent.
    pub fn new(instance: &'a Instance<'a>) -> Option<Shadowed<'a>> {
        let incumbent = instance.batch.incumbent.as_deref()?;
        let mut shadowed = Shadowed {
            instance,
            patterns: FxHashMap::default(),
            faults: incumbent.faults.clone(),
            sound: true,
            priced: Vec::with_capacity(instance.len()),
        };
        let units = shadowed.units(incumbent);
        shadowed.supply(&units);
        shadowed.patterns(units);
        for position in 0..instance.len() {
            shadowed.rules(&instance.demand(position));
        }
        shadowed.sound = shadowed.faults.is_empty();
        Some(shadowed)
    }

    /// Units by (order, facility, line), in that order.
    fn units(&mut self, incumbent: &Incumbent) -> Vec<(OrderIdx, FacilityIdx, LineIdx, u32)> {
        let batch = self.instance.batch;
        let mut wanted: IdxVec<LineIdx, Option<u32>> = IdxVec::filled(None, batch.lines.len());
        for position in 0..self.instance.len() {
            for want in self.instance.demand(position).wants {
                wanted[want.line] = Some(want.quantity);
            }
        }
        let mut units = Vec::with_capacity(incumbent.rows.len());
        for row in incumbent.rows.rows() {
            let Some(left) = &mut wanted[row.line] else {
                self.fault(IncumbentCode::NotAccepted, &row, row.quantity);
                continue;
            };
            if !self.instance.may_ship(
                batch.lines.order[row.line],
                row.facility,
                batch.lines.item[row.line],
            ) {
                self.fault(IncumbentCode::Rule, &row, row.quantity);
                continue;
            }
            let taken = row.quantity.min(*left);
            *left -= taken;
            if taken < row.quantity {
                self.fault(IncumbentCode::OverOrdered, &row, row.quantity - taken);
            }
            if taken > 0 {
                units.push((batch.lines.order[row.line], row.facility, row.line, taken));
            }
        }
        units.sort_unstable();
        units.dedup_by(|next, kept| {
            let same = (next.0, next.1, next.2) == (kept.0, kept.1, kept.2);
            if same {
                kept.3 += next.3;
            }
            same
        });
        units
    }

    fn fault(&mut self, code: IncumbentCode, row: &IncumbentRow, units: u32) {
        let batch = self.instance.batch;
        self.faults.push(IncumbentFault {
            code,
            row: Some(row.row.into()),
            order_id: Some(batch.orders.id[batch.lines.order[row.line]].to_owned()),
            line_no: Some(batch.lines.line_no[row.line].into()),
            facility_id: Some(batch.facilities[row.facility].id.clone()),
            sku: Some(batch.items.sku[batch.lines.item[row.line]].to_owned()),
            value: None,
            units: Some(units.into()),
        });
    }

    /// Stock and capacity that are not there.
    fn supply(&mut self, units: &[(OrderIdx, FacilityIdx, LineIdx, u32)]) {
        let batch = self.instance.batch;
        let mut picked: IdxVec<FacilityIdx, u64> = IdxVec::filled(0, batch.facilities.len());
        let mut taken = FxHashMap::default();
        for &(_, facility, line, n) in units {
            picked[facility] += u64::from(n);
            *taken
                .entry((batch.lines.item[line], facility))
                .or_insert(0u64) += u64::from(n);
        }
        let mut taken: Vec<_> = taken.into_iter().collect();
        taken.sort_unstable();
        let none = |code, facility: FacilityIdx, units| IncumbentFault {
            code,
            row: None,
            order_id: None,
            line_no: None,
            facility_id: Some(batch.facilities[facility].id.clone()),
            sku: None,
            value: None,
            units: Some(units),
        };
        for ((item, facility), units) in taken {
            let cell = batch.inventory.cell(item, facility);
            let free = cell.map_or(0, |c| self.instance.free()[c]);
            if units > u64::from(free) {
                self.faults.push(IncumbentFault {
                    sku: Some(batch.items.sku[item].to_owned()),
                    ..none(
                        IncumbentCode::StockOverdrawn,
                        facility,
                        units - u64::from(free),
                    )
                });
            }
        }
        let mut sent: Vec<(OrderIdx, FacilityIdx)> = units.iter().map(|u| (u.0, u.1)).collect();
        sent.dedup();
        for (facility, site) in batch.facilities.iter_enumerated() {
            let shipments = sent.iter().filter(|sent| sent.1 == facility).count() as u64;
            let most = site.capacity_orders.unwrap_or(u64::MAX);
            if shipments > most {
                let code = IncumbentCode::ShipmentsOverdrawn;
                self.faults.push(none(code, facility, shipments - most));
            }
            if let Some(over) = picked[facility]
                .checked_sub(site.capacity_units)
                .filter(|&n| n > 0)
            {
                let fault = none(IncumbentCode::CapacityOverdrawn, facility, over);
                self.faults.push(fault);
            }
        }
    }

    fn patterns(&mut self, units: Vec<(OrderIdx, FacilityIdx, LineIdx, u32)>) {
        for (order, facility, line, n) in units {
            let parts = &mut self.patterns.entry(order).or_default().parts;
            match parts.last_mut().filter(|part| part.facility == facility) {
                Some(part) => part.content.push((line, n)),
                None => parts.push(Part {
                    facility,
                    content: vec![(line, n)],
                    cost: None,
                }),
            }
        }
    }

    /// Rules on single orders.
    fn rules(&mut self, demand: &Demand) {
        let Some(pattern) = self.patterns.get(&demand.order) else {
            return;
        };
        let shipped: u64 = way_of(pattern).iter().map(|part| part.1).sum();
        let broken = [
            (
                pattern.parts.len() > self.instance.rules.max_shipments,
                IncumbentCode::TooManyShipments,
            ),
            (
                demand.complete && shipped > 0 && shipped < demand.units,
                IncumbentCode::NotComplete,
            ),
        ];
        for (_, code) in broken.iter().filter(|(broken, _)| *broken) {
            self.order_fault(*code, demand.order, None, None);
        }
    }

    fn order_fault(
        &mut self,
        code: IncumbentCode,
        order: OrderIdx,
        facility: Option<FacilityIdx>,
        units: Option<u64>,
    ) {
        let batch = self.instance.batch;
        self.faults.push(IncumbentFault {
            code,
            row: None,
            order_id: Some(batch.orders.id[order].to_owned()),
            line_no: None,
            facility_id: facility.map(|f| batch.facilities[f].id.clone()),
            sku: None,
            value: None,
            units,
        });
    }

    /// Prices the orders of the chunk.
    pub fn serve(&mut self, chunk: &Chunk) {
        let mut patterns: Vec<Pattern> = chunk
            .positions
            .iter()
            .map(|&p| {
                self.patterns
                    .remove(&self.instance.demand(p).order)
                    .unwrap_or_default()
            })
            .collect();
        let dropped: Vec<Vec<Part>> = patterns
            .par_iter_mut()
            .enumerate()
            .map(|(i, pattern)| {
                let demand = self.instance.demand(chunk.positions[i]);
                // What breaks `ship complete` is priced all the same.
                let demand = Demand {
                    complete: false,
                    ..demand
                };
                price_rule(chunk, &demand, i, pattern)
            })
            .collect();
        for ((pattern, dropped), &position) in
            patterns.into_iter().zip(dropped).zip(chunk.positions)
        {
            let demand = self.instance.demand(position);
            for part in dropped {
                let units = part.content.iter().map(|c| u64::from(c.1)).sum();
                let code = IncumbentCode::NoCarrier;
                self.order_fault(code, demand.order, Some(part.facility), Some(units));
                self.sound = false;
            }
            let shipped: u64 = way_of(&pattern).iter().map(|part| part.1).sum();
            let left = demand.units - shipped;
            let cost = cost_of(&self.instance.rules, &demand, &pattern, left);
            self.priced.push((pattern, cost));
        }
    }

    /// Pattern and cost of the order at a position, which has been priced.
    pub fn at(&self, position: usize) -> (&Pattern, i64) {
        let (pattern, cost) = &self.priced[position];
        (pattern, cost.total().0)
    }

    /// Its patterns by position, if it could be our plan as it is: it breaks no rule and all of it is there.
    pub fn as_plan(&self) -> Option<Vec<Pattern>> {
        let batch = self.instance.batch;
        let mut supply = Supply::new(self.instance);
        let mut patterns = self.priced.iter().map(|(pattern, _)| pattern);
        if !self.sound || !patterns.all(|pattern| supply.take(batch, pattern.contents())) {
            return None;
        }
        let patterns = self.priced.iter().map(|(pattern, _)| pattern.clone());
        Some(patterns.collect())
    }

    /// Both plans, order by order.
    pub fn against(self, ours: &[Served]) -> Shadow {
        let instance = self.instance;
        let mut order: Vec<usize> = (0..ours.len()).collect();
        order.sort_unstable_by_key(|&position| instance.demand(position).order);
        let mut ways = Ways::default();
        let mut shadow = Shadow {
            faults: self.faults,
            ..Shadow::default()
        };
        for position in order {
            let demand = instance.demand(position);
            let (pattern, cost) = &self.priced[position];
            shadow.cost = add(shadow.cost, *cost);
            shadow.shipments += pattern.parts.len() as u64;
            shadow.orders.push(ShadowOrder {
                order: demand.order,
                incumbent: ways.of(way_of(pattern)),
                incumbent_cost: cost.total(),
                ours: ways.of(way_of(&ours[position].pattern)),
                our_cost: Cents(ours[position].cost(instance, &demand)),
            });
        }
        shadow.ways = ways.list;
        shadow
    }
}

#[cfg(test)]
mod tests;
