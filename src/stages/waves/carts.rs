//! From drafts to carts with slots and tours.

use rayon::prelude::*;

use super::instance::Site;
use super::parts::Parts;
use super::slots::{Pick, Shelves};
use super::walk::{Cart, walk};
use super::wave::Draft;
use crate::solve::batch::Load;
use crate::solve::tour::Scratch;

/// Slots for every shipment by itself, in the given order; by position in [`Site::demands`]. O(lines × slots of an item).
pub fn first_picks(
    site: &Site<'_>,
    shelves: &mut Shelves<'_, '_>,
    order: &[u32],
) -> Vec<Vec<Pick>> {
    let mut picks = vec![Vec::new(); site.demands.len()];
    for &demand in order {
        shelves.choose(demand, &mut picks[demand as usize]);
    }
    picks
}

/// Carts of each wave, most urgent first, then the longest, so that no long cart is left for the end.
///
/// Slots are shared by all waves, so they are chosen wave by wave; tours are walked in parallel.
pub fn load(site: &Site<'_>, parts: &Parts, drafts: &[Draft]) -> Vec<Vec<Cart>> {
    let mut shelves = Shelves::new(site);
    for draft in drafts {
        for part in draft.parts() {
            shelves.take_out(parts.picks(part));
        }
    }
    let mut carts: Vec<Vec<Vec<Pick>>> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut wave = Vec::with_capacity(draft.carts.len());
        for cart in &draft.carts {
            let picks = cart.iter().flat_map(|&part| parts.picks(part));
            let mut together: Vec<Pick> = picks.copied().collect();
            shelves.choose_again(&mut together);
            wave.push(together);
        }
        for &part in &draft.oversize {
            wave.extend(split(site, parts.picks(part)));
        }
        carts.push(wave);
    }
    carts
        .into_par_iter()
        .map_init(Scratch::default, |scratch, wave| {
            let mut walked: Vec<Cart> = wave
                .into_iter()
                .map(|picks| walk(site, picks, scratch))
                .collect();
            walked.sort_by_cached_key(|cart| {
                let urgency = cart
                    .picks
                    .iter()
                    .map(|pick| site.demands[pick.demand as usize].priority)
                    .max();
                std::cmp::Reverse((urgency, cart.labour))
            });
            walked
        })
        .collect()
}

/// Cuts what is larger than a cart into cart loads, slot by slot as they lie in the warehouse. A unit larger than a cart is
/// a load by itself.
fn split(site: &Site<'_>, picks: &[Pick]) -> Vec<Vec<Pick>> {
    let mut picks = picks.to_vec();
    picks.sort_by_key(|pick| {
        let place = pick.slot.map(|slot| site.warehouse.place[slot]);
        let place = place.map(|at| (at.aisle, at.block, at.bay, at.level));
        (place.is_none(), place, pick.need)
    });
    let mut loads: Vec<Vec<Pick>> = Vec::new();
    let mut room: Load = [0; 4];
    for pick in picks {
        let item = site.needs(pick.demand)[pick.need as usize].item;
        let [volume, weight] = site.unit_load(item);
        let mut left = pick.quantity;
        while left > 0 {
            let last = loads.last();
            let mut opens_line =
                last.is_none_or(|load| load.iter().all(|other| other.need != pick.need));
            let mut fitting = units_that_fit(&room, opens_line, volume, weight);
            if fitting == 0 {
                loads.push(Vec::new());
                room = site.cart;
                opens_line = true;
                // A single unit goes even if it is too large.
                fitting = units_that_fit(&room, opens_line, volume, weight).max(1);
            }
            let quantity = i64::from(left).min(fitting);
            room[1] -= i64::from(opens_line);
            room[2] -= volume * quantity;
            room[3] -= weight * quantity;
            left -= quantity as u32;
            if let Some(load) = loads.last_mut() {
                load.push(Pick {
                    quantity: quantity as u32,
                    ..pick
                });
            }
        }
    }
    loads
}

/// `room` all zero, as before the first load: none.
fn units_that_fit(room: &Load, opens_line: bool, volume: i64, weight: i64) -> i64 {
    if room[0] < 1 || room[1] < i64::from(opens_line) || room[2] < 0 || room[3] < 0 {
        return 0;
    }
    let by = |room: i64, unit: i64| if unit == 0 { i64::MAX } else { room / unit };
    by(room[2], volume).min(by(room[3], weight))
}
