//! The rules in use today beside the plan: what they walk, and how many shipments they make late.
//!
//! | rule | carts are filled | waves are released |
//! |---|---|---|
//! | first in, first out | in order of arrival | in that order |
//! | earliest cut-off first | in order of (pick-up, arrival) | earliest pick-up first, of those that have arrived |
//! | first fit by carrier | in order of arrival, each shipment on the first open cart of its carrier with room (as Odoo forms batches) | in that order |
//! | one order at a time | one shipment each | in order of arrival |
//!
//! All of them have the slots, exact tours, pickers and stations of the plan (`carts`, `release`): what differs is who shares a cart and a wave.
//! So a floor that also walks in S-shape is worse off than these figures. O(lines + shipments × open carts), and a tour per cart.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::carts::load;
use super::instance::Site;
use super::parts::Parts;
use super::release::{Times, earliest_first, in_order};
use super::walk::Cart;
use super::wave::Draft;
use crate::model::status::WaveWay;
use crate::solve::batch::{Jobs, Load};

/// Open carts of a carrier: the oldest is closed when there are more.
const OPEN_CARTS: usize = 64;

const RULES: [WaveWay; 4] = [
    WaveWay::FirstInFirstOut,
    WaveWay::EarliestCutoffFirst,
    WaveWay::FirstFitByCarrier,
    WaveWay::OneOrderAtATime,
];

/// What one way of planning makes of a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled {
    pub way: WaveWay,
    pub carts: u32,
    /// Of all tours, millimetres.
    pub distance: i64,
    /// Shipments that are not packed by their planned pick-up, or not at all.
    pub late: u32,
}

/// All rules, for the shipments that can be picked.
pub fn rules(site: &Site<'_>, parts: &Parts, chosen: &[u32]) -> Vec<Ruled> {
    RULES
        .into_par_iter()
        .map(|way| {
            let drafts: Vec<Draft> = drafts(site, parts, chosen, way);
            let carts = load(site, parts, &drafts);
            let times = match way {
                WaveWay::EarliestCutoffFirst => earliest_first(site, &drafts, &carts),
                _ => in_order(site, &drafts, &carts),
            };
            judge(site, way, drafts.iter().zip(&carts).zip(times))
        })
        .collect()
}

/// Adds up waves with their carts and times; without times a wave is not worked, and not walked.
pub fn judge<'w>(
    site: &Site<'_>,
    way: WaveWay,
    waves: impl Iterator<Item = ((&'w Draft, &'w Vec<Cart>), Option<Times>)>,
) -> Ruled {
    let mut ruled = Ruled {
        way,
        carts: 0,
        distance: 0,
        late: 0,
    };
    for ((draft, carts), times) in waves {
        let is_late = |demand: &u32| {
            let cutoff = site.demands[*demand as usize].cutoff;
            times.is_none_or(|times| times.expected_end > cutoff)
        };
        ruled.late += draft
            .members
            .iter()
            .filter(|demand| is_late(demand))
            .count() as u32;
        if times.is_some() {
            ruled.carts += carts.len() as u32;
            ruled.distance += carts.iter().map(|cart| cart.distance.0).sum::<i64>();
        }
    }
    ruled
}

/// The waves of a rule.
fn drafts(site: &Site<'_>, parts: &Parts, chosen: &[u32], way: WaveWay) -> Vec<Draft> {
    let next_fit = |order: &[u32]| next_fit(site, parts.shipments(), order);
    let waves = |carts| waves(site, parts, carts);
    let mut order = chosen.to_vec();
    order.sort_by_key(|&demand| (site.demands[demand as usize].ready, demand));
    match way {
        WaveWay::EarliestCutoffFirst => {
            order.sort_by_key(|&demand| pool(site, demand));
            let pools = order.chunk_by(|&a, &b| pool(site, a) == pool(site, b));
            pools.flat_map(|pool| waves(next_fit(pool))).collect()
        }
        WaveWay::FirstFitByCarrier => waves(first_fit(site, &order)),
        WaveWay::OneOrderAtATime => waves(order.iter().map(|&demand| vec![demand]).collect()),
        _ => waves(next_fit(&order)),
    }
}

/// Pick-up, and hour of arrival: nobody waits for orders that have not come.
fn pool(site: &Site<'_>, demand: u32) -> (crate::model::units::Timestamp, i64) {
    let row = &site.demands[demand as usize];
    (row.cutoff, (row.ready.0 + 3_599) / 3_600)
}

/// Carts filled one after the other.
fn next_fit(site: &Site<'_>, jobs: &Jobs, order: &[u32]) -> Vec<Vec<u32>> {
    let mut carts: Vec<Vec<u32>> = Vec::new();
    let mut room: Option<Load> = None;
    for &job in order {
        let load = jobs.load(job);
        let left = room.and_then(|room| less(&room, load));
        match (left, carts.last_mut()) {
            (Some(_), Some(cart)) => cart.push(job),
            _ => carts.push(vec![job]),
        }
        room = left.or_else(|| less(&site.cart, load));
    }
    carts
}

/// Each shipment on the first open cart of its carrier that has room.
fn first_fit(site: &Site<'_>, order: &[u32]) -> Vec<Vec<u32>> {
    let mut carts: Vec<Vec<u32>> = Vec::new();
    let mut open: BTreeMap<_, Vec<(usize, Load)>> = BTreeMap::new();
    for &demand in order {
        let row = &site.demands[demand as usize];
        let open = open.entry(row.carrier).or_default();
        let fits = open
            .iter()
            .position(|(_, room)| less(room, &row.load).is_some());
        let at = fits.unwrap_or_else(|| {
            if open.len() == OPEN_CARTS {
                open.remove(0);
            }
            carts.push(Vec::new());
            open.push((carts.len() - 1, site.cart));
            open.len() - 1
        });
        let (cart, room) = open[at];
        carts[cart].push(demand);
        match less(&room, &row.load) {
            // Without a tote nothing more fits.
            Some(room) if room[0] > 0 => open[at].1 = room,
            _ => {
                open.remove(at);
            }
        }
    }
    carts
}

/// The room that is left, if there is enough.
fn less(room: &Load, load: &Load) -> Option<Load> {
    let mut left = *room;
    for (left, part) in left.iter_mut().zip(load) {
        *left -= part;
    }
    left.iter().all(|&left| left >= 0).then_some(left)
}

/// Waves filled with carts in the given order, within the limits of a wave. What is larger than a cart goes on carts of its own.
fn waves(site: &Site<'_>, parts: &Parts, carts: Vec<Vec<u32>>) -> Vec<Draft> {
    let limits = &site.params.waves;
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut shipments, mut lines) = (0, 0);
    for cart in carts {
        let more = cart.len() as i64;
        let rows = cart
            .iter()
            .map(|&demand| site.demands[demand as usize].load[1]);
        let more_lines: i64 = rows.sum();
        let is_full =
            shipments + more > limits.max_shipments || lines + more_lines > limits.max_lines;
        if drafts.is_empty() || is_full {
            drafts.push(Draft::default());
            (shipments, lines) = (0, 0);
        }
        (shipments, lines) = (shipments + more, lines + more_lines);
        if let Some(draft) = drafts.last_mut() {
            draft.members.extend(&cart);
            match cart[..] {
                _ if site.is_consolidated() => {}
                [only] if !site.fits_cart(only) => draft.oversize.push(only),
                _ => draft.carts.push(cart),
            }
        }
    }
    if site.is_consolidated() {
        drafts
            .iter_mut()
            .for_each(|draft| take_apart(site, parts, draft));
    }
    drafts
}

/// The wave's parts, zone by zone in the order of its shipments.
fn take_apart(site: &Site<'_>, parts: &Parts, draft: &mut Draft) {
    let (mut small, large) = parts.small_and_large(site, &draft.members);
    small.sort_by_key(|&part| parts.zone(part));
    let zones = small.chunk_by(|&a, &b| parts.zone(a) == parts.zone(b));
    draft.carts = zones
        .flat_map(|zone| next_fit(site, &parts.jobs, zone))
        .collect();
    draft.oversize = large;
}
