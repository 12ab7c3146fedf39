//! Why an order does not use a facility: for every thing wanted the first obstacle there, of these the furthest.
//!
//! O(orders × lines × facilities that stock the item); a byte per (order, facility).

use rayon::prelude::*;

use crate::model::explain::Unused;
use crate::model::ids::{FacilityIdx, Idx};
use crate::solve::assign::{NO_OFFER, NONE};

use super::super::commit::Served;
use super::super::joint::gate;
use super::Asked;

/// Bytes by order in the sequence of `positions`, then facility. `left` is what the plan leaves of each resource.
pub(super) fn unused(
    asked: &Asked,
    positions: &[usize],
    served: &[Served],
    left: &[i64],
) -> Vec<u8> {
    let sites = asked.instance.batch.facilities.len();
    let mut bytes = vec![Unused::NoStock as u8; sites * positions.len()];
    bytes
        .par_chunks_mut(sites.max(1))
        .zip(positions)
        .for_each(|(row, &position)| {
            obstacles(asked, position, left, row);
            for part in &served[position].pattern.parts {
                row[part.facility.index()] = 0;
            }
        });
    bytes
}

/// What the order takes elsewhere makes no difference here: it takes nothing of a facility that it does not use.
fn obstacles(asked: &Asked, position: usize, left: &[i64], row: &mut [u8]) {
    let instance = asked.instance;
    let inventory = &instance.batch.inventory.by_item;
    let demand = instance.demand(position);
    for (i, want) in demand.wants.iter().enumerate() {
        let cells = inventory.range(want.item);
        for (stock, cell) in inventory.row(want.item).iter().zip(cells) {
            if instance.free()[cell] == 0 {
                continue;
            }
            let facility = stock.facility;
            let obstacle = if !instance.may_ship(demand.order, facility, want.item) {
                Unused::Rule
            } else if left[cell] == 0 {
                Unused::StockTaken
            } else if full(asked, left, facility) {
                Unused::Capacity
            } else if !servable(asked, position, facility, i) {
                Unused::NoCarrier
            } else {
                Unused::Cost
            };
            let said = &mut row[facility.index()];
            *said = (*said).max(obstacle as u8);
        }
    }
}

/// Whether the facility can send no further unit, or no further shipment.
fn full(asked: &Asked, left: &[i64], facility: FacilityIdx) -> bool {
    let gate = gate(asked.instance, facility);
    left[asked.first + facility.index()] == 0 || (gate != NONE && left[gate as usize] == 0)
}

/// Whether some service takes a unit of the want from there.
fn servable(asked: &Asked, position: usize, facility: FacilityIdx, want: usize) -> bool {
    if let Some(large) = asked.large.get(&position) {
        return large.bulk.servable(facility, want);
    }
    let class = asked.known.problem.of(position);
    let site = class.sites.iter().position(|site| site.tag == facility.0);
    site.is_some_and(|site| class.prices(site)[class.shape.single(want)] != NO_OFFER)
}
