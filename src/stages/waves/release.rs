//! When each wave is released: in order of cut-off, as soon as a picker is free, those that cannot make their cut-off behind.
//!
//! All in shift time (`model::clock`): seconds of work, nights left out.
//!
//! **Order.** A wave is two operations: picking (labour over all pickers) and packing (packages over all stations). Earliest due
//! date first keeps the latest wave least late; but once one wave is late, it makes the next ones late. So, as Moore (1968, doi
//! 10.1287/mnsc.15.1.102) does for one machine: whenever the next wave would miss its cut-off, the wave among those so far that is
//! least urgent, and then ships the fewest shipments per second of work, is put off to the next pick-up of its carriers,
//! and the rest moves up. A wave is put off at most once per pick-up of the horizon, so the loop ends; O(waves² × put-offs per wave).
//!
//! **Times.** In that order pickers take carts one by one (list scheduling); a wave is released when a picker first has no cart left
//! of the wave before. Packing starts with its first cart and ends when the stations are through with it. O(carts × log pickers).
//!
//! A wave that does not end within the horizon is not planned.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::instance::Site;
use super::walk::Cart;
use super::wave::Draft;
use crate::model::ids::{Idx, ServiceIdx};
use crate::model::units::{Seconds, Timestamp};

/// When a wave goes out and when it is expected back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub release: Timestamp,
    pub expected_end: Timestamp,
}

/// What the order of waves depends on.
struct Work {
    due: Timestamp,
    priority: u8,
    shipments: i64,
    ready: i64,
    picking: i64,
    packing: i64,
    /// Packing of the longest shipment, which cannot start before its cart is in.
    tail: i64,
    services: Vec<ServiceIdx>,
}

/// Waves in the order of release with their times; those without are not planned.
pub fn release(
    site: &Site<'_>,
    drafts: &[Draft],
    carts: &[Vec<Cart>],
) -> Vec<(usize, Option<Times>)> {
    let mut works: Vec<Work> = drafts
        .iter()
        .zip(carts)
        .map(|(draft, carts)| Work::of(site, draft, carts))
        .collect();
    let order = order(site, &mut works);
    let mut floor = Floor {
        site,
        pickers: BinaryHeap::new(),
        packing_free: 0,
        released: 0,
    };
    let most =
        i64::from(site.facility.pickers).min(carts.iter().map(Vec::len).sum::<usize>() as i64);
    floor.pickers.extend((0..most).map(|_| Reverse(0)));
    order
        .into_iter()
        .map(|wave| (wave, floor.run(&works[wave], &carts[wave])))
        .collect()
}

fn ceil_div(a: i64, b: i64) -> i64 {
    (a + b - 1) / b.max(1)
}

impl Work {
    fn of(site: &Site<'_>, draft: &Draft, carts: &[Cart]) -> Work {
        let rows = || draft.members().map(|demand| &site.demands[demand as usize]);
        let pack_time = site.facility.pack_time_per_package.0;
        let stations = i64::from(site.facility.pack_stations);
        let packages: i64 = rows().map(|row| i64::from(row.packages)).sum();
        let longest = rows().map(|row| i64::from(row.packages)).max().unwrap_or(0);
        let labour: i64 = carts.iter().map(|cart| cart.labour.0).sum();
        let longest_cart = carts.iter().map(|cart| cart.labour.0).max().unwrap_or(0);
        let mut services: Vec<ServiceIdx> = rows()
            .map(|row| site.input.shipped.shipments.service[row.shipment.index()])
            .collect();
        services.sort_unstable();
        services.dedup();
        Work {
            due: rows().map(|row| row.cutoff).min().unwrap_or(Timestamp::MAX),
            priority: rows().map(|row| row.priority).max().unwrap_or(0),
            shipments: rows().count() as i64,
            ready: rows().map(|row| row.ready.0).max().unwrap_or(0),
            picking: ceil_div(labour, i64::from(site.facility.pickers)).max(longest_cart),
            packing: ceil_div(packages * pack_time, stations),
            tail: ceil_div(longest, stations) * pack_time,
            services,
        }
    }

    /// The next pick-up of any of its services; `MAX`: none within the horizon.
    fn next_due(&self, site: &Site<'_>) -> Timestamp {
        let after = self.due + Seconds(1);
        let pickups = self
            .services
            .iter()
            .filter_map(|&service| site.input.calendar.next_pickup(site.index, service, after));
        pickups.min().unwrap_or(Timestamp::MAX)
    }

    /// Worth keeping in time: priority, then shipments per second of work.
    fn is_worth_less(&self, other: &Work) -> bool {
        let busy = |work: &Work| i128::from(work.picking.max(work.packing).max(1));
        let mine = i128::from(self.shipments) * busy(other);
        let theirs = i128::from(other.shipments) * busy(self);
        (self.priority, mine) < (other.priority, theirs)
    }
}

/// The order of release.
fn order(site: &Site<'_>, works: &mut [Work]) -> Vec<usize> {
    loop {
        let (order, late) = dispatch(site, works);
        let Some(late) = late else {
            return order;
        };
        let mut least = order[late];
        for &wave in order[..late].iter().rev() {
            if works[wave].due != Timestamp::MAX && works[wave].is_worth_less(&works[least]) {
                least = wave;
            }
        }
        works[least].due = works[least].next_due(site);
    }
}

/// Earliest due date first among the waves that are ready; also the first position that misses its due date.
fn dispatch(site: &Site<'_>, works: &[Work]) -> (Vec<usize>, Option<usize>) {
    let mut coming: Vec<usize> = (0..works.len()).collect();
    coming.sort_by_key(|&wave| Reverse((works[wave].ready, wave)));
    let mut waiting = BinaryHeap::new();
    let mut order = Vec::with_capacity(works.len());
    let (mut picking_free, mut packing_free) = (0, 0);
    let mut late = None;
    while order.len() < works.len() {
        if let (true, Some(&next)) = (waiting.is_empty(), coming.last()) {
            picking_free = works[next].ready.max(picking_free);
        }
        while let Some(&next) = coming.last() {
            if works[next].ready > picking_free {
                break;
            }
            coming.pop();
            waiting.push(Reverse((
                works[next].due,
                Reverse(works[next].priority),
                next,
            )));
        }
        let Some(Reverse((due, _, wave))) = waiting.pop() else {
            break;
        };
        let work = &works[wave];
        packing_free = (packing_free.max(picking_free) + work.packing)
            .max(picking_free + work.picking + work.tail);
        picking_free += work.picking;
        let end = site.clock.ends(Seconds(packing_free));
        if late.is_none() && due != Timestamp::MAX && end.is_none_or(|end| end > due) {
            late = Some(order.len());
        }
        order.push(wave);
    }
    (order, late)
}

/// Pickers and stations through the horizon.
struct Floor<'s, 'a> {
    site: &'s Site<'a>,
    /// When each picker is free.
    pickers: BinaryHeap<Reverse<i64>>,
    packing_free: i64,
    /// Release of the wave before.
    released: i64,
}

impl Floor<'_, '_> {
    /// Works one wave; `None`, and nothing is worked, if it does not end within the horizon.
    fn run(&mut self, work: &Work, carts: &[Cart]) -> Option<Times> {
        let free = self.pickers.peek().map_or(0, |&Reverse(free)| free);
        let release = free.max(work.ready).max(self.released);
        let mut pickers = self.pickers.clone();
        let (mut first, mut last) = (i64::MAX, release);
        for cart in carts {
            let Reverse(free) = pickers.pop()?;
            let end = free.max(release) + cart.labour.0;
            pickers.push(Reverse(end));
            first = first.min(end);
            last = last.max(end);
        }
        let packed = (self.packing_free.max(first.min(last)) + work.packing).max(last + work.tail);
        let start = self.site.clock.starts(Seconds(release))?;
        let end = self.site.clock.ends(Seconds(packed))?;
        self.pickers = pickers;
        self.packing_free = packed;
        self.released = release;
        Some(Times {
            release: start,
            expected_end: end.max(start),
        })
    }
}
