//! The audit of shipments that stay behind: they could not go, and the code says why.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Audit;
use crate::model::codes::Code;
use crate::model::ids::{Idx, OrderIdx, ShipmentIdx};
use crate::model::plan::UnplacedRow;
use crate::stage::Violation;

/// What the services say to a shipment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prospect {
    Refused,
    Full,
    Room,
}

impl Audit<'_> {
    pub(super) fn left_behind(&self) -> Vec<Violation> {
        let rows: Vec<UnplacedRow> = self.out.unplaced.rows().collect();
        let stuck = rows.iter().filter(|row| row.code != Code::ShipTogether);
        let stuck: BTreeSet<OrderIdx> = stuck.map(|row| row.order).collect();
        let mut found = self.half_orders();
        let wrong = rows.par_iter().filter_map(|row| {
            let message = self.row(row, &stuck)?;
            let place = format!("shipment {}", row.shipment.0);
            Some(Violation::new("unplaced", place, message))
        });
        found.extend(wrong.collect::<Vec<_>>());
        found
    }

    /// Orders that must ship complete, of which some shipments go and some stay.
    fn half_orders(&self) -> Vec<Violation> {
        let keys = &self.input.routed.shipments;
        let stays: BTreeSet<OrderIdx> = self.out.unplaced.order.iter().copied().collect();
        let mut goes = self.kept.iter().map(|&(s, _)| keys.order[s.index()]);
        let complete = &self.input.batch.orders.ship_complete;
        let half = goes.find(|order| complete[*order] && stays.contains(order));
        let message = "must ship complete, but only a part of it goes";
        half.into_iter()
            .map(|order| Violation::new("ship_complete", format!("order {}", order.0), message))
            .collect()
    }

    fn row(&self, row: &UnplacedRow, stuck: &BTreeSet<OrderIdx>) -> Option<String> {
        let routed = self.input.routed;
        let units: u64 = routed
            .allocations_of(row.shipment)
            .map(|i| u64::from(routed.allocations.quantity[i]))
            .sum();
        let packages = self.input.cartonized.packages_of(row.shipment).len();
        let key = routed.shipments.get(row.shipment.index());
        if (key.order, key.facility) != (row.order, row.facility)
            || (u64::from(row.units), row.packages as usize) != (units, packages)
        {
            return Some(format!("{row:?} is not what routing and cartons say"));
        }
        let code = match self.prospect(row.shipment) {
            Prospect::Refused => Code::NoService,
            Prospect::Full => Code::NoCarrierPlace,
            Prospect::Room => Code::ShipTogether,
        };
        if row.code != code {
            return Some(format!("{:?}, should be {code:?}", row.code));
        }
        let complete = self.input.batch.orders.ship_complete[row.order];
        let excused = complete && stuck.contains(&row.order);
        (code == Code::ShipTogether && !excused)
            .then(|| "a service takes it and has room".to_owned())
    }

    fn prospect(&self, shipment: ShipmentIdx) -> Prospect {
        let local = self.local(shipment);
        let case = self.case(shipment, &local);
        let mut prospect = Prospect::Refused;
        let Some(ready) = self.ready[case.facility].filter(|_| self.licensed(&case)) else {
            return prospect;
        };
        for (service, offered) in self.input.batch.rates.services.iter_enumerated() {
            let Some(terms) = offered.terms(case.facility) else {
                continue;
            };
            for pickup in self.pickups(&case, service, terms, ready) {
                if self.rank(&case, service, pickup).is_none() {
                    break;
                }
                if self.room(&case, service, pickup) {
                    return Prospect::Room;
                }
                prospect = Prospect::Full;
            }
        }
        prospect
    }
}
