//! Sharing the places of carrier pick-ups at one facility.
//!
//! *Deferred acceptance by regret.* Everybody applies for the best option. A pick-up that gets more packages than it has places
//! keeps those whose *regret* per package (the cost of the next best option less the cost of this one) is greatest and
//! turns the others away; these apply for their next best, which may be another service or a later pick-up of the same.
//! A later pick-up is only considered once the earlier one has turned the shipment away: nobody waits for a cheaper day.
//! For one scarce pick-up and packages of one this is optimal. Afterwards whoever was turned away moves back where room was
//! left over, the greatest gain first, until no move is left.
//!
//! After Gale and Shapley (1962, doi 10.1080/00029890.1962.11989827) and the regret rule for generalized assignment of Martello and
//! Toth (1981). Being turned away is final in the first phase, and a move strictly improves in the second, so both end:
//! O(applications × log shipments).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::model::ids::ServiceIdx;
use crate::model::units::Timestamp;
use crate::stages::shipping::Freight;

/// Being late outweighs any price.
const LATE: i64 = 1_000_000_000_000_000;

/// Not going at all is worse than any delay.
const NO_PLACE: i64 = i64::MAX / 2;

type Cell = (ServiceIdx, Timestamp);

/// A shipment that looks for a place.
#[derive(Clone, Debug)]
pub(super) struct Applicant {
    packages: u32,
    /// Options still open to it, best first; at most one per service.
    open: Vec<Freight>,
    /// Options that turned it away.
    closed: Vec<Freight>,
}

impl Applicant {
    /// `options`: best first, one per service.
    pub fn new(packages: u32, options: Vec<Freight>) -> Applicant {
        Applicant {
            packages,
            open: options,
            closed: Vec::new(),
        }
    }
}

fn cell(freight: &Freight) -> Cell {
    (freight.service, freight.pickup)
}

fn cost(freight: &Freight) -> i64 {
    let late = if freight.days_late > 0 { LATE } else { 0 };
    late.saturating_add((freight.price + freight.lateness).0)
}

/// Whether all wishes (option, packages) can be granted.
pub(super) fn enough(
    wishes: impl Iterator<Item = (Freight, u32)>,
    places: impl Fn(ServiceIdx) -> Option<u32>,
) -> bool {
    let mut load: BTreeMap<Cell, u64> = BTreeMap::new();
    for (freight, packages) in wishes {
        if places(freight.service).is_some() {
            *load.entry(cell(&freight)).or_default() += u64::from(packages);
        }
    }
    load.iter()
        .all(|((service, _), &load)| places(*service).is_none_or(|most| load <= u64::from(most)))
}

/// The option of each applicant; `None`: it found no place at all. `later` is the same service at its next pick-up.
pub(super) fn share(
    applicants: Vec<Applicant>,
    places: impl Fn(ServiceIdx) -> Option<u32>,
    later: impl Fn(usize, &Freight) -> Option<Freight>,
) -> Vec<Option<Freight>> {
    let mut market = Market {
        applicants,
        cells: BTreeMap::new(),
        places,
        later,
    };
    market.apply();
    market.move_back();
    let applicants = market.applicants.iter();
    applicants.map(|a| a.open.first().copied()).collect()
}

/// A pick-up with its guests: least regret on top, then the highest index.
#[derive(Default)]
struct Pickup {
    load: u64,
    guests: BinaryHeap<Reverse<(i64, Reverse<usize>)>>,
}

struct Market<P, L> {
    applicants: Vec<Applicant>,
    cells: BTreeMap<Cell, Pickup>,
    places: P,
    later: L,
}

impl<P, L> Market<P, L>
where
    P: Fn(ServiceIdx) -> Option<u32>,
    L: Fn(usize, &Freight) -> Option<Freight>,
{
    /// The first phase.
    fn apply(&mut self) {
        let mut queue: VecDeque<usize> = (0..self.applicants.len()).collect();
        while let Some(i) = queue.pop_front() {
            let Some(&best) = self.applicants[i].open.first() else {
                continue;
            };
            let Some(most) = (self.places)(best.service) else {
                continue;
            };
            let packages = self.applicants[i].packages;
            if packages > most {
                self.turn_away(i, &best, false);
                queue.push_back(i);
                continue;
            }
            let regret = self.regret(i, &best);
            let pickup = self.cells.entry(cell(&best)).or_default();
            pickup.guests.push(Reverse((regret, Reverse(i))));
            pickup.load += u64::from(packages);
            let mut out = Vec::new();
            while pickup.load > u64::from(most)
                && let Some(Reverse((_, Reverse(guest)))) = pickup.guests.pop()
            {
                pickup.load -= u64::from(self.applicants[guest].packages);
                out.push(guest);
            }
            for guest in out {
                let refused = self.applicants[guest].open[0];
                self.turn_away(guest, &refused, true);
                queue.push_back(guest);
            }
        }
    }

    /// What the next best option costs more, per package.
    fn regret(&self, i: usize, best: &Freight) -> i64 {
        let applicant = &self.applicants[i];
        let waiting = (self.later)(i, best);
        let next = applicant.open.get(1).into_iter().chain(waiting.as_ref());
        match next.map(cost).min() {
            Some(next) => (next - cost(best)) / i64::from(applicant.packages.max(1)),
            None => i64::MAX,
        }
    }

    /// Closes an applicant's best option; a later pick-up of the service takes its place in the list.
    fn turn_away(&mut self, i: usize, refused: &Freight, may_wait: bool) {
        let later = if may_wait {
            (self.later)(i, refused)
        } else {
            None
        };
        let applicant = &mut self.applicants[i];
        applicant.open.remove(0);
        if may_wait {
            applicant.closed.push(*refused);
        }
        if let Some(later) = later {
            let at = applicant.open.partition_point(|o| o.key() <= later.key());
            applicant.open.insert(at, later);
        }
    }

    /// The second phase: into room left over, the greatest gain first.
    fn move_back(&mut self) {
        let mut moved = true;
        while moved {
            moved = false;
            let mut moves = BinaryHeap::new();
            for i in 0..self.applicants.len() {
                self.push_moves(i, &mut moves);
            }
            while let Some((_, Reverse(i), Reverse(option))) = moves.pop() {
                moved |= self.try_move(i, option);
            }
        }
    }

    fn push_moves(&self, i: usize, moves: &mut BinaryHeap<(i64, Reverse<usize>, Reverse<usize>)>) {
        let applicant = &self.applicants[i];
        let now = applicant.open.first();
        for (option, freight) in applicant.closed.iter().enumerate() {
            let better = now.is_none_or(|now| freight.key() < now.key());
            if better && self.has_room(freight, applicant.packages) {
                let gain = now.map_or(NO_PLACE, cost) - cost(freight);
                moves.push((gain, Reverse(i), Reverse(option)));
            }
        }
    }

    fn has_room(&self, freight: &Freight, packages: u32) -> bool {
        let load = self.cells.get(&cell(freight)).map_or(0, |cell| cell.load);
        (self.places)(freight.service)
            .is_none_or(|most| load + u64::from(packages) <= u64::from(most))
    }

    /// Moves if that still improves and there still is room.
    fn try_move(&mut self, i: usize, option: usize) -> bool {
        let Applicant {
            packages,
            ref open,
            ref closed,
        } = self.applicants[i];
        let (now, better) = (open.first().copied(), closed[option]);
        let improves = now.is_none_or(|now| better.key() < now.key());
        if !improves || !self.has_room(&better, packages) {
            return false;
        }
        if let Some(left) = now.and_then(|now| self.cells.get_mut(&cell(&now))) {
            left.load -= u64::from(packages);
        }
        self.cells.entry(cell(&better)).or_default().load += u64::from(packages);
        let applicant = &mut self.applicants[i];
        applicant.open = vec![better];
        applicant.closed.extend(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::model::ids::ZoneIdx;
    use crate::model::units::{Cents, Grams};

    fn option(service: u32, day: i64, price: i64) -> Freight {
        Freight {
            service: ServiceIdx(service),
            zone: ZoneIdx(0),
            price: Cents(price),
            billable_weight: Grams(1),
            pickup: Timestamp(day),
            delivery: Timestamp(day),
            promised: Timestamp(99),
            days_late: 0,
            lateness: Cents::ZERO,
        }
    }

    /// Services 0 and 1 are scarce, 2 takes all; one pick-up each.
    fn market(seed: u64, scarce: usize, most_packages: u32) -> (Vec<Applicant>, Vec<Option<u32>>) {
        let mut rng = crate::solve::rng::stream(seed, "places tests", 0);
        let applicants = (0..6)
            .map(|_| {
                let mut options: Vec<Freight> = (0..3)
                    .map(|service| option(service, 0, rng.random_range(100..1_000)))
                    .collect();
                options.sort_by_key(Freight::key);
                Applicant::new(rng.random_range(1..=most_packages), options)
            })
            .collect();
        let mut places: Vec<Option<u32>> =
            (0..scarce).map(|_| Some(rng.random_range(0..5))).collect();
        places.resize(3, None);
        (applicants, places)
    }

    /// The least cost of all assignments that keep the capacities.
    fn optimum(applicants: &[Applicant], left: &mut [Option<u32>]) -> i64 {
        let Some((first, rest)) = applicants.split_first() else {
            return 0;
        };
        let mut best = i64::MAX;
        for option in &first.open {
            let service = option.service.0 as usize;
            let before = left[service];
            match before {
                Some(places) if places < first.packages => continue,
                Some(places) => left[service] = Some(places - first.packages),
                None => {}
            }
            best = best.min(cost(option) + optimum(rest, left));
            left[service] = before;
        }
        best
    }

    fn shared(applicants: &[Applicant], places: &[Option<u32>]) -> i64 {
        let chosen = share(applicants.to_vec(), |s| places[s.0 as usize], |_, _| None);
        let chosen: Vec<Freight> = chosen.into_iter().map(Option::unwrap).collect();
        let wishes = chosen
            .iter()
            .copied()
            .zip(applicants.iter().map(|a| a.packages));
        assert!(enough(wishes, |s| places[s.0 as usize]));
        chosen.iter().map(cost).sum()
    }

    #[test]
    fn one_scarce_pickup_for_single_packages_is_shared_optimally() {
        for seed in 0..300 {
            let (applicants, mut places) = market(seed, 1, 1);
            assert_eq!(
                shared(&applicants, &places),
                optimum(&applicants, &mut places),
                "{seed}"
            );
        }
    }

    #[test]
    fn several_scarce_pickups_are_shared_well() {
        let (mut found, mut best) = (0, 0);
        for seed in 0..300 {
            let (applicants, mut places) = market(seed, 2, 3);
            found += shared(&applicants, &places);
            best += optimum(&applicants, &mut places);
        }
        let gap = (found - best) as f64 / best as f64;
        assert!((0.0..0.02).contains(&gap), "{gap}");
    }

    #[test]
    fn nobody_waits_for_a_cheaper_day_but_who_is_turned_away_waits() {
        let first = option(0, 1, 500);
        let later = |_: usize, freight: &Freight| {
            (freight.pickup.0 < 4).then(|| option(0, freight.pickup.0 + 1, 100))
        };
        let applicants = vec![Applicant::new(1, vec![first]); 3];
        let alone = share(applicants[..1].to_vec(), |_| Some(2), later);
        assert_eq!(alone[0].unwrap().pickup, Timestamp(1));
        let all = share(applicants, |_| Some(2), later);
        let days: Vec<i64> = all
            .iter()
            .flatten()
            .map(|freight| freight.pickup.0)
            .collect();
        assert_eq!(days, [1, 1, 2], "the last one of equals leaves");
    }

    #[test]
    fn who_finds_no_place_stays_behind() {
        let applicants = vec![Applicant::new(1, vec![option(0, 1, 500)]); 2];
        let shared = share(applicants, |_| Some(1), |_, _| None);
        assert_eq!(shared, [Some(option(0, 1, 500)), None]);
    }

    #[test]
    fn who_was_turned_away_by_all_goes_where_room_is_left() {
        // The last pair pushes out the single package, which loses least, and then itself: one place is left.
        let either = vec![option(0, 1, 500), option(1, 1, 600)];
        let pair = || Applicant::new(2, vec![option(0, 1, 500)]);
        let applicants = vec![Applicant::new(1, either), pair(), pair()];
        let places = |service: ServiceIdx| Some([3, 0][service.0 as usize]);
        let shared = share(applicants, places, |_, _| None);
        assert_eq!(
            shared.iter().map(Option::is_some).collect::<Vec<_>>(),
            [true, true, false]
        );
    }
}
