//! What a large order costs at least, from all that rates and cartons say.

use crate::model::ids::{FacilityIdx, Idx};
use crate::solve::assign::{Loose, LooseSite, MILLI, NONE, Offer, Resource};

use super::Joint;
use super::offers::gate;
use crate::stages::routing::bulk::{self, Bulk};
use crate::stages::routing::instance::{Demand, Want};

/// Handling of a unit as the bound knows it: cents.
const MOST_HANDLING: i64 = 1_000_000_000_000;

impl Joint<'_> {
    /// What a large order costs at least.
    pub(super) fn loose(&mut self, demand: &Demand, bulk: &Bulk) -> Loose {
        let instance = self.instance;
        let (batch, rules) = (instance.batch, &instance.rules);
        let first = batch.inventory.by_item.len();
        let facilities = instance.stocking(demand);
        let mut sites = Vec::with_capacity(facilities.len());
        let mut offers = Vec::with_capacity(facilities.len() * demand.wants.len());
        for facility in facilities {
            let freight = self.freight_of(demand, facility);
            let site = &batch.facilities[facility];
            let whole = bulk.whole_price(facility);
            let store = self.shipping.store_penalty(facility).0;
            let at_least = freight.as_ref().map_or(0, |freight| freight.0);
            sites.push(LooseSite {
                capacity: (first + facility.index()) as Resource,
                gate: gate(instance, facility),
                fixed: (site.handling_per_order.0 + store) * MILLI + at_least.max(0),
                whole: whole.map(|cost| cost.saturating_mul(MILLI)),
                exact: whole.is_some(),
            });
            for (l, want) in demand.wants.iter().enumerate() {
                let cell = batch.inventory.cell(want.item, facility);
                let may = freight.is_some() && instance.may_ship(demand.order, facility, want.item);
                let cell = cell.filter(|_| may);
                let most = cell.map_or(0, |cell| instance.free()[cell]);
                let each = i64::from(batch.items.handling_units[want.item]);
                // At least this: what does not fit in 64 bits is cut off.
                let handling = site
                    .handling_per_unit
                    .0
                    .saturating_mul(each)
                    .min(MOST_HANDLING);
                let ships = freight.as_ref().map_or(0, |freight| freight.1[l]);
                offers.push(Offer {
                    cell: cell.map_or(NONE, |cell| cell as Resource),
                    most,
                    unit: handling * MILLI + ships + at_least.min(0),
                });
            }
        }
        Loose {
            quantities: demand.wants.iter().map(|want| want.quantity).collect(),
            sites,
            offers,
            unserved: demand.backorder * MILLI,
            lost: demand.lost * MILLI,
            split: rules.split * MILLI,
            complete: demand.complete,
            most_parts: u16::try_from(rules.max_shipments).unwrap_or(u16::MAX),
        }
    }

    /// What a shipment of the facility costs a carrier and cardboard at least, and what a unit of each line adds; `None`: nothing
    /// goes there. By cartons if all lines travel in them, by the price rows otherwise.
    fn freight_of(&mut self, demand: &Demand, facility: FacilityIdx) -> Option<(i64, Vec<i64>)> {
        let batch = self.instance.batch;
        let items = &batch.items;
        let sum = |of: &dyn Fn(&Want) -> i128| {
            let all: i128 = demand
                .wants
                .iter()
                .map(|w| of(w) * i128::from(w.quantity))
                .sum();
            i64::try_from(all).unwrap_or(i64::MAX)
        };
        let grams = sum(&|want| i128::from(items.weight[want.item].0));
        let line = self.freight.line(demand.order, facility, grams)?;
        let boxed = |want: &Want| self.shipping.is_boxed(facility, want.item);
        if demand.wants.iter().all(boxed) {
            let mm3 = sum(&|want| bulk::cubic_millimetres(items.size[want.item]));
            let class = self.shipping.rate_class(demand.order);
            let hazmat = demand.wants.iter().any(|want| items.hazmat[want.item]);
            let found = self.cartons.plane(&class, facility, hazmat, (grams, mm3));
            if let Some((plane, late)) = found {
                let unit = |want: &Want| {
                    let mm3 = bulk::cubic_millimetres(items.size[want.item]);
                    let mm3 = i64::try_from(mm3).unwrap_or(i64::MAX);
                    plane.unit(items.weight[want.item].0, mm3)
                };
                let units = demand.wants.iter().map(unit).collect();
                return Some((plane.at_least() + late.0 * MILLI, units));
            }
        }
        // Every parcel has at least one unit: what a carton may earn, a unit earns at most.
        let carton = batch.cartons.cost.iter().map(|cost| cost.0).min();
        let carton = carton.unwrap_or(0).min(0) * MILLI;
        let unit = |want: &Want| carton + line.weighs(items.weight[want.item].0);
        Some((line.at_least, demand.wants.iter().map(unit).collect()))
    }
}
