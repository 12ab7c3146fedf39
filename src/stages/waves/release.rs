//! When each wave is released: in order of cut-off, as soon as a picker is free, those that cannot make their cut-off behind.
//!
//! All in shift time (`model::clock`): seconds of work, nights left out.
//!
//! **Order.** A wave is two operations: picking (labour over all pickers) and packing (packages over all stations). Earliest due
//! date first keeps the latest wave least late; but once one wave is late, it makes the next ones late. So, as Moore (1968, doi
//! 10.1287/mnsc.15.1.102) does for one machine: whenever the next wave would miss its cut-off, the wave among those so far that is
//! least urgent, and then ships the fewest shipments per second of work, is put off to the next pick-up of its carriers,
//! and the rest moves up. Each such order is worked through cart by cart, and the one with the fewest late shipments, the most urgent
//! ones first, is kept; so they are never later than by earliest due date alone. At most [`MOST_PUT_OFFS`] orders are tried: O(put-offs × carts × log pickers).
//!
//! **Times.** Of the waves that have arrived when a picker is free the one with the earliest due date goes next. In that order pickers take carts one by one (list scheduling); a wave is released when a picker first has no cart left
//! of the wave before, and no more than `waves.pack_buffer_minutes` of work lie before the pack stations. Packing starts with its first cart (with its last, where shipments come together at a put wall or sorter) and ends when the stations are through with it. O(carts × log pickers).
//!
//! A wave that does not end within the horizon is not planned.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::instance::Site;
use super::walk::Cart;
use super::wave::Draft;
use crate::model::ids::{Idx, ServiceIdx};
use crate::model::units::{Seconds, Timestamp};

/// Most orders of release that are tried.
const MOST_PUT_OFFS: usize = 500;

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

/// Late shipments by priority, 9 first: compared so, one of them outweighs all less urgent ones.
pub type Late = [i64; 10];

/// Waves in the order of release.
pub struct Released {
    /// Position of the wave, and its times; those without are not planned.
    pub waves: Vec<(usize, Option<Times>)>,
    pub late: Late,
}

/// Puts the waves in order and gives them their times.
pub fn release(site: &Site<'_>, drafts: &[Draft], carts: &[Vec<Cart>]) -> Released {
    let mut works = works(site, drafts, carts);
    let planned: Vec<Timestamp> = works.iter().map(|work| work.due).collect();
    for (work, draft) in works.iter_mut().zip(drafts) {
        if draft.is_put_off {
            work.due = work.next_due(site);
        }
    }
    let mut best = by_due_date(site, &works, carts);
    let mut fewest = late(&best, &works, &planned);
    let mut now = best.clone();
    for _ in 0..MOST_PUT_OFFS {
        if !put_off(site, &now, &mut works) {
            break;
        }
        now = by_due_date(site, &works, carts);
        let late = late(&now, &works, &planned);
        // Of equals the later one, in which who is late anyway stands behind.
        if late <= fewest {
            (best, fewest) = (now.clone(), late);
        }
    }
    Released {
        waves: best,
        late: fewest,
    }
}

/// Times of waves that are released one after the other as they stand.
pub fn in_order(site: &Site<'_>, drafts: &[Draft], carts: &[Vec<Cart>]) -> Vec<Option<Times>> {
    let works = works(site, drafts, carts);
    let mut floor = Floor::new(site, carts);
    let waves = works.iter().zip(carts);
    waves.map(|(work, carts)| floor.run(work, carts)).collect()
}

/// Times of waves by earliest due date, nobody put off.
pub fn earliest_first(
    site: &Site<'_>,
    drafts: &[Draft],
    carts: &[Vec<Cart>],
) -> Vec<Option<Times>> {
    let mut released = by_due_date(site, &works(site, drafts, carts), carts);
    released.sort_unstable_by_key(|&(wave, _)| wave);
    released.into_iter().map(|(_, times)| times).collect()
}

fn works(site: &Site<'_>, drafts: &[Draft], carts: &[Vec<Cart>]) -> Vec<Work> {
    let waves = drafts.iter().zip(carts);
    waves
        .map(|(draft, carts)| Work::of(site, draft, carts))
        .collect()
}

fn late(released: &[(usize, Option<Times>)], works: &[Work], planned: &[Timestamp]) -> Late {
    let mut late = [0; 10];
    for &(wave, times) in released {
        if times.is_none_or(|times| times.expected_end > planned[wave]) {
            late[9 - usize::from(works[wave].priority.min(9))] += works[wave].shipments;
        }
    }
    late
}

fn ceil_div(a: i64, b: i64) -> i64 {
    (a + b - 1) / b.max(1)
}

impl Work {
    fn of(site: &Site<'_>, draft: &Draft, carts: &[Cart]) -> Work {
        let rows = || {
            draft
                .members
                .iter()
                .map(|&demand| &site.demands[demand as usize])
        };
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

/// Puts off a wave because of the first late one: whichever of the waves up to it is worth least. False where nobody is late who could
/// still be in time.
fn put_off(site: &Site<'_>, released: &[(usize, Option<Times>)], works: &mut [Work]) -> bool {
    let is_late = |&(wave, times): &(usize, Option<Times>)| {
        let due = works[wave].due;
        due != Timestamp::MAX && times.is_none_or(|times| times.expected_end > due)
    };
    let Some(first) = released.iter().position(is_late) else {
        return false;
    };
    let mut least = released[first].0;
    for &(wave, _) in released[..first].iter().rev() {
        if works[wave].due != Timestamp::MAX && works[wave].is_worth_less(&works[least]) {
            least = wave;
        }
    }
    works[least].due = works[least].next_due(site);
    true
}

/// Works all waves: of those that are ready when a picker is free, the one with the earliest due date, then the highest priority.
fn by_due_date(
    site: &Site<'_>,
    works: &[Work],
    carts: &[Vec<Cart>],
) -> Vec<(usize, Option<Times>)> {
    let mut floor = Floor::new(site, carts);
    let mut coming: Vec<usize> = (0..works.len()).collect();
    coming.sort_by_key(|&wave| Reverse((works[wave].ready, wave)));
    let mut waiting = BinaryHeap::new();
    let mut released = Vec::with_capacity(works.len());
    while released.len() < works.len() {
        let mut now = floor.next_release();
        if let (true, Some(&next)) = (waiting.is_empty(), coming.last()) {
            now = now.max(works[next].ready);
        }
        while let Some(wave) = coming.pop_if(|&mut wave| works[wave].ready <= now) {
            let work = &works[wave];
            waiting.push(Reverse((work.due, Reverse(work.priority), wave)));
        }
        let Some(Reverse((_, _, wave))) = waiting.pop() else {
            break;
        };
        released.push((wave, floor.run(&works[wave], &carts[wave])));
    }
    released
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

impl<'s, 'a> Floor<'s, 'a> {
    /// Everybody is free. No more pickers than there are carts.
    fn new(site: &'s Site<'a>, carts: &[Vec<Cart>]) -> Self {
        let carts = carts.iter().map(Vec::len).sum::<usize>() as i64;
        let pickers = i64::from(site.facility.pickers).min(carts);
        Floor {
            site,
            pickers: (0..pickers).map(|_| Reverse(0)).collect(),
            packing_free: 0,
            released: 0,
        }
    }

    /// When the next wave can be released, if it is ready: a picker is free, and the pack stations are not flooded.
    fn next_release(&self) -> i64 {
        let free = self.pickers.peek().map_or(0, |&Reverse(free)| free);
        let buffer = 60 * self.site.params.waves.pack_buffer_minutes;
        free.max(self.released).max(self.packing_free - buffer)
    }

    /// Works one wave; `None`, and nothing is worked, if it does not end within the horizon.
    fn run(&mut self, work: &Work, carts: &[Cart]) -> Option<Times> {
        let release = self.next_release().max(work.ready);
        let mut pickers = self.pickers.clone();
        let (mut first, mut last) = (i64::MAX, release);
        for cart in carts {
            let Reverse(free) = pickers.pop()?;
            let end = free.max(release) + cart.labour.0;
            pickers.push(Reverse(end));
            first = first.min(end);
            last = last.max(end);
        }
        // A put wall or sorter is emptied when the last cart is in.
        let first = if self.site.is_consolidated() {
            last
        } else {
            first.min(last)
        };
        let packed = (self.packing_free.max(first) + work.packing).max(last + work.tail);
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
