//! Who makes the pick-up when not everybody can: chosen shipment by shipment, before waves are drawn up.
//!
//! ```text
//! given   shipments j with due time d_j (shift time), priority, work p_j of picking and k_j of packing, as carts of an earlier plan took them
//! find    the set S in time: by every due time d, the work of all j of S with d_j <= d fits pickers and stations
//! max     |S|, the most urgent priorities first
//! ```
//!
//! Moore (1968, doi 10.1287/mnsc.15.1.102), with priorities and two machines: in order of due date each shipment joins S; while S does not
//! fit, the one of the lowest priority in it, and then the one with the most work, is put off. Nobody of a pick-up joins once somebody more urgent
//! of the same pick-up was put off, so priorities stay whole. With one priority and one machine it is exact for the works it is given; the
//! works are estimates, as walking is shared. O(n log n).
//!
//! Short work goes first, so a short-handed floor ships the most shipments; long ones wait for the next pick-up, in waves of their own.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::instance::Site;
use super::walk::Cart;

/// Thousandths of a second of one worker, of picking and of packing.
type Work = [i64; 2];

const THOUSANDTHS: i64 = 1000;

/// Work of every shipment as these carts pick it, by position in [`Site::demands`]: its own picks, and of setup and walk the share of its picks.
pub fn works(site: &Site<'_>, carts: &[Vec<Cart>]) -> Vec<Work> {
    let mut works: Vec<Work> = vec![[0; 2]; site.demands.len()];
    for cart in carts.iter().flatten() {
        let at_slots: i64 = cart.picks.iter().map(|pick| site.pick_seconds(pick)).sum();
        let shared = (cart.labour.0 - at_slots) * THOUSANDTHS / (cart.picks.len() as i64).max(1);
        for pick in &cart.picks {
            works[pick.demand as usize][0] += site.pick_seconds(pick) * THOUSANDTHS + shared;
        }
    }
    for (work, demand) in works.iter_mut().zip(&site.demands) {
        let packing = i64::from(demand.packages) * site.facility.pack_time_per_package.0;
        work[1] = packing * THOUSANDTHS;
    }
    works
}

/// Who of `chosen` is put off, if `share` of the time of pickers and stations is work; by position in [`Site::demands`].
pub fn put_off(site: &Site<'_>, chosen: &[u32], works: &[Work], share: f64) -> Vec<bool> {
    let due = |demand: u32| site.clock.at(site.demands[demand as usize].cutoff).0;
    let priority = |demand: u32| site.demands[demand as usize].priority;
    let mut order = chosen.to_vec();
    order.sort_by_key(|&demand| (due(demand), Reverse(priority(demand)), demand));
    let mut put_off = vec![false; site.demands.len()];
    let mut kept = Kept::default();
    let workers = [site.facility.pickers, site.facility.pack_stations];
    for pickup in order.chunk_by(|&a, &b| due(a) == due(b)) {
        let seconds = pickup.first().map_or(0, |&demand| due(demand)) as f64;
        let room = workers
            .map(|workers| (share * f64::from(workers) * seconds) as i64)
            .map(|seconds| seconds.saturating_mul(THOUSANDTHS));
        // The most urgent priority of this pick-up that was put off.
        let mut barred = None;
        for &demand in pickup {
            if barred.is_some_and(|barred| priority(demand) < barred) {
                put_off[demand as usize] = true;
                continue;
            }
            kept.join((priority(demand), demand), works[demand as usize]);
            while let Some(late) = kept.leave(room, works) {
                put_off[late as usize] = true;
                if due(late) == due(demand) {
                    barred = barred.max(Some(priority(late)));
                }
            }
        }
    }
    put_off
}

/// Those in time so far.
#[derive(Default)]
struct Kept {
    /// (priority, the most work first, shipment), by picking and by packing.
    by_work: [BTreeSet<(u8, Reverse<i64>, u32)>; 2],
    total: Work,
}

impl Kept {
    fn join(&mut self, (priority, demand): (u8, u32), work: Work) {
        for (machine, &work) in work.iter().enumerate() {
            self.total[machine] += work;
            self.by_work[machine].insert((priority, Reverse(work), demand));
        }
    }

    /// Takes out one shipment if a machine is short of room.
    fn leave(&mut self, room: Work, works: &[Work]) -> Option<u32> {
        let short = (0..2).find(|&machine| self.total[machine] > room[machine])?;
        let &(priority, _, demand) = self.by_work[short].first()?;
        for (machine, &work) in works[demand as usize].iter().enumerate() {
            self.total[machine] -= work;
            self.by_work[machine].remove(&(priority, Reverse(work), demand));
        }
        Some(demand)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keeps jobs (due, priority, work) as `put_off` does, on one machine.
    fn kept(jobs: &[(i64, u8, i64)]) -> Vec<u32> {
        let works: Vec<Work> = jobs.iter().map(|&(.., work)| [work, 0]).collect();
        let mut order: Vec<u32> = (0..jobs.len() as u32).collect();
        order.sort_by_key(|&job| jobs[job as usize].0);
        let mut kept = Kept::default();
        for &job in &order {
            let (due, priority, _) = jobs[job as usize];
            kept.join((priority, job), works[job as usize]);
            while kept.leave([due, i64::MAX], &works).is_some() {}
        }
        kept.by_work[0].iter().map(|&(.., job)| job).collect()
    }

    /// Whether all of a set are in time, one after the other by due date.
    fn in_time(jobs: &[(i64, u8, i64)], set: &[u32]) -> bool {
        let mut set: Vec<_> = set.iter().map(|&job| jobs[job as usize]).collect();
        set.sort_unstable();
        let mut total = 0;
        set.iter().all(|&(due, _, work)| {
            total += work;
            total <= due
        })
    }

    proptest! {
        #[test]
        fn as_many_as_can_be_are_in_time(jobs in prop::collection::vec((0i64..30, Just(0u8), 1i64..9), 0..10)) {
            let found = kept(&jobs);
            prop_assert!(in_time(&jobs, &found));
            let most = (0..1u32 << jobs.len())
                .map(|set| (0..jobs.len() as u32).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>())
                .filter(|set| in_time(&jobs, set))
                .map(|set| set.len())
                .max();
            prop_assert_eq!(Some(found.len()), most);
        }

        #[test]
        fn the_urgent_stay_in_time(jobs in prop::collection::vec((0i64..30, 0u8..3, 1i64..9), 0..10)) {
            let found = kept(&jobs);
            prop_assert!(in_time(&jobs, &found));
            let urgent: Vec<_> = jobs.iter().copied().filter(|job| job.1 == 2).collect();
            let kept_urgent = found.iter().filter(|&&job| jobs[job as usize].1 == 2).count();
            prop_assert_eq!(kept_urgent, kept(&urgent).len());
        }
    }
}
