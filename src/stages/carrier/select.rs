//! Who goes with which service, and who does not go.
//!
//! The places are shared out among all shipments (`places`). Where an order must ship complete and one of its shipments finds no
//! place, all of them stay behind and the places are shared anew without them, until no such order is broken; every round leaves an
//! order behind, so this ends. What room is left then is offered to the orders left behind, in their order. The code of a
//! shipment that stays says why: `no_service` (none takes its packages), `no_carrier_place` (those that do are full),
//! `ship_together` (it could go, but another shipment of its order cannot).

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Desk;
use super::places::{self, Applicant};
use crate::error::Result;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, Idx, ServiceIdx, ShipmentIdx};
use crate::model::plan::{Unplaced, UnplacedRow};
use crate::model::units::Timestamp;
use crate::stage::Ctx;
use crate::stages::shipping::Freight;

/// Shipments that one thread rates before it says so.
const CHUNK: usize = 1_024;

/// What became of every shipment of the routing.
pub(super) struct Selection {
    pub chosen: Vec<Option<Freight>>,
    pub unplaced: Unplaced,
}

/// Packages by pick-up where places are counted.
type Load = BTreeMap<(FacilityIdx, ServiceIdx, Timestamp), u64>;

impl Desk<'_> {
    pub fn select(&self, ctx: &Ctx) -> Result<Selection> {
        let alone = self.best_alone(ctx)?;
        let mut behind = vec![false; alone.len()];
        let mut chosen = loop {
            let chosen = self.share_all(&alone, &behind, ctx)?;
            let broken: Vec<_> = self
                .whole_orders()
                .filter(|rows| rows.clone().any(|s| chosen[s].is_none() && !behind[s]))
                .collect();
            if broken.is_empty() {
                break chosen;
            }
            broken.into_iter().for_each(|rows| behind[rows].fill(true));
        };
        if chosen.iter().all(Option::is_some) {
            let unplaced = Unplaced::default();
            return Ok(Selection { chosen, unplaced });
        }
        let mut load = self.load(&chosen);
        for rows in self.whole_orders().filter(|rows| behind[rows.start]) {
            let options: Option<Vec<Freight>> =
                rows.clone().map(|s| self.roomy(&load, s)).collect();
            for (s, freight) in rows.zip(options.into_iter().flatten()) {
                *load.entry(self.cell(s, &freight)).or_default() += self.packages(s);
                chosen[s] = Some(freight);
            }
        }
        let unplaced = self.unplaced(&alone, &chosen, &load);
        Ok(Selection { chosen, unplaced })
    }

    /// Shipments, in a row, of each order that must ship complete in more than one.
    fn whole_orders(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let complete = &self.input.batch.orders.ship_complete;
        let mut from = 0;
        let rows = self.input.routed.shipments.order.chunk_by(|a, b| a == b);
        rows.filter_map(move |rows| {
            let start = from;
            from += rows.len();
            (rows.len() > 1 && complete[rows[0]]).then_some(start..from)
        })
    }

    /// What each shipment would take if it were alone; `None`: no service takes its packages.
    fn best_alone(&self, ctx: &Ctx) -> Result<Vec<Option<Freight>>> {
        let chunks: Vec<Vec<Option<Freight>>> = self
            .shipments()
            .par_chunks(CHUNK)
            .map(|chunk| {
                ctx.interrupted()?;
                ctx.reporter.advance(chunk.len() as u64);
                Ok(chunk.iter().map(|&shipment| self.best(shipment)).collect())
            })
            .collect::<Result<_>>()?;
        Ok(chunks.into_iter().flatten().collect())
    }

    fn best(&self, shipment: ShipmentIdx) -> Option<Freight> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .freight(&class, facility, self.parcels_of(shipment))
    }

    fn packages(&self, shipment: usize) -> u64 {
        let shipment = ShipmentIdx::from_usize(shipment);
        self.parcels_of(shipment).len() as u64
    }

    fn capacity(&self, facility: FacilityIdx, service: ServiceIdx) -> Option<u32> {
        let service = &self.input.batch.rates.services[service];
        service.terms(facility)?.daily_capacity
    }

    /// The option of every shipment that is not left `behind`, so that no pick-up takes more packages than it has places.
    fn share_all(
        &self,
        alone: &[Option<Freight>],
        behind: &[bool],
        ctx: &Ctx,
    ) -> Result<Vec<Option<Freight>>> {
        let mut of_facility: Vec<Vec<ShipmentIdx>> =
            vec![Vec::new(); self.input.batch.facilities.len()];
        let mut chosen: Vec<Option<Freight>> = vec![None; alone.len()];
        for shipment in self.shipments() {
            let i = shipment.index();
            if alone[i].is_some() && !behind[i] {
                chosen[i] = alone[i];
                of_facility[self.facility(shipment).index()].push(shipment);
            }
        }
        let shared: Vec<Vec<Option<Freight>>> = of_facility
            .par_iter()
            .enumerate()
            .map(|(facility, shipments)| {
                ctx.interrupted()?;
                Ok(self.share(FacilityIdx::from_usize(facility), shipments, &chosen))
            })
            .collect::<Result<_>>()?;
        for (shipments, freights) in of_facility.iter().zip(shared) {
            for (shipment, freight) in shipments.iter().zip(freights) {
                chosen[shipment.index()] = freight;
            }
        }
        Ok(chosen)
    }

    /// Shares the places of one facility; empty: everybody may have what they chose.
    fn share(
        &self,
        facility: FacilityIdx,
        shipments: &[ShipmentIdx],
        chosen: &[Option<Freight>],
    ) -> Vec<Option<Freight>> {
        let places = |service| self.capacity(facility, service);
        let wishes = shipments
            .iter()
            .filter_map(|s| Some((chosen[s.index()]?, self.parcels_of(*s).len() as u32)));
        if places::enough(wishes, places) {
            return Vec::new();
        }
        let applicants: Vec<Applicant> = shipments
            .iter()
            .map(|&shipment| {
                let packages = self.parcels_of(shipment).len() as u32;
                Applicant::new(packages, self.options(shipment))
            })
            .collect();
        let later = |i: usize, freight: &Freight| self.later(shipments[i], freight);
        places::share(applicants, places, later)
    }

    /// Every service that takes the packages, at its first pick-up; best first.
    fn options(&self, shipment: ShipmentIdx) -> Vec<Freight> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .options(&class, facility, self.parcels_of(shipment))
    }

    fn later(&self, shipment: ShipmentIdx, freight: &Freight) -> Option<Freight> {
        let (class, facility) = (self.class(shipment), self.facility(shipment));
        self.shipping
            .later(&class, facility, self.parcels_of(shipment), freight)
    }

    fn cell(&self, shipment: usize, freight: &Freight) -> (FacilityIdx, ServiceIdx, Timestamp) {
        let facility = self.facility(ShipmentIdx::from_usize(shipment));
        (facility, freight.service, freight.pickup)
    }

    fn load(&self, chosen: &[Option<Freight>]) -> Load {
        let mut load = Load::new();
        for (s, freight) in chosen.iter().enumerate() {
            if let Some(freight) = freight {
                *load.entry(self.cell(s, freight)).or_default() += self.packages(s);
            }
        }
        load
    }

    /// The best option that has room beside `load`.
    fn roomy(&self, load: &Load, s: usize) -> Option<Freight> {
        let shipment = ShipmentIdx::from_usize(s);
        let facility = self.facility(shipment);
        let packages = self.packages(s);
        let room = |freight: &Freight| {
            let taken = load.get(&self.cell(s, freight)).copied().unwrap_or(0);
            let most = self.capacity(facility, freight.service);
            most.is_none_or(|most| taken + packages <= u64::from(most))
        };
        let first = self.options(shipment).into_iter();
        first
            .filter_map(|option| {
                let mut pickups =
                    std::iter::successors(Some(option), |now| self.later(shipment, now));
                let most = self.capacity(facility, option.service).unwrap_or(u32::MAX);
                if packages > u64::from(most) {
                    return None;
                }
                pickups.find(room)
            })
            .min_by_key(Freight::key)
    }

    /// Who stays, and why.
    fn unplaced(
        &self,
        alone: &[Option<Freight>],
        chosen: &[Option<Freight>],
        load: &Load,
    ) -> Unplaced {
        let keys = &self.input.routed.shipments;
        let stays = (0..chosen.len()).filter(|&s| chosen[s].is_none());
        stays
            .map(|s| {
                let shipment = ShipmentIdx::from_usize(s);
                let code = match alone[s] {
                    None => Code::NoService,
                    Some(_) if self.roomy(load, s).is_none() => Code::NoCarrierPlace,
                    Some(_) => Code::ShipTogether,
                };
                let rows = self.input.routed.allocations_of(shipment);
                UnplacedRow {
                    shipment,
                    order: keys.order[s],
                    facility: keys.facility[s],
                    packages: self.packages(s) as u32,
                    units: self.input.routed.allocations.quantity[rows].iter().sum(),
                    code,
                }
            })
            .collect()
    }
}
