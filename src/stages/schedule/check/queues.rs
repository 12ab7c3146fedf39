//! Who is served first, that nobody is forgotten, and how busy everybody is.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Input;
use crate::model::ids::{BatchIdx, FacilityIdx, Idx, PackageIdx, ShipmentIdx};
use crate::model::plan::{Scheduled, Utilization};
use crate::model::units::{Seconds, Timestamp};
use crate::stage::Violation;

/// Waiting for a pack station: pick-up, arrival, number.
type Turn = (Timestamp, Timestamp, PackageIdx);

/// Audits the queues of all facilities, given when the picks of each shipment are done.
pub fn check(
    input: Input<'_>,
    out: &Scheduled,
    ready: &BTreeMap<ShipmentIdx, Timestamp>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    if out.utilization.len() != input.batch.facilities.len() {
        let message = "not one row per facility";
        return vec![Violation::new("utilization", "utilization", message)];
    }
    for facility in input.batch.facilities.indices() {
        let floor = Floor::read(input, out, ready, facility);
        floor.line_of_batches(&mut found);
        floor.line_of_packages(&mut found);
        floor.nothing_left(&mut found);
        floor.utilization(&out.utilization.get(facility.index()), &mut found);
    }
    found
}

/// What happened in one facility.
struct Floor<'a> {
    input: Input<'a>,
    facility: FacilityIdx,
    /// All batches, in order of their waves.
    batches: Vec<BatchIdx>,
    /// Start of those that are picked.
    picked: BTreeMap<BatchIdx, Timestamp>,
    /// When each picker and station that works at all is free for good.
    free_pickers: BTreeMap<u32, Timestamp>,
    free_stations: BTreeMap<u32, Timestamp>,
    /// Packages whose shipment is picked, and the start of those that are packed.
    waiting: Vec<(Turn, Option<Timestamp>)>,
}

impl<'a> Floor<'a> {
    fn read(
        input: Input<'a>,
        out: &Scheduled,
        ready: &BTreeMap<ShipmentIdx, Timestamp>,
        facility: FacilityIdx,
    ) -> Floor<'a> {
        let wave_of = |batch: BatchIdx| input.waved.batches.wave[batch.index()].index();
        let is_here = |batch: &BatchIdx| input.waved.waves.facility[wave_of(*batch)] == facility;
        let all = (0..input.waved.batches.len()).map(BatchIdx::from_usize);
        let mut floor = Floor {
            input,
            facility,
            batches: all.filter(is_here).collect(),
            picked: BTreeMap::new(),
            free_pickers: BTreeMap::new(),
            free_stations: BTreeMap::new(),
            waiting: Vec::new(),
        };
        for row in out.picking.rows().filter(|row| is_here(&row.batch)) {
            floor.picked.insert(row.batch, row.start);
            let free = floor.free_pickers.entry(row.picker).or_insert(row.end);
            *free = row.end.max(*free);
        }
        let mut packed = BTreeMap::new();
        for row in out.packing.rows() {
            let shipment = input.cartonized.packages.shipment[row.package.index()];
            if input.routed.shipments.facility[shipment.index()] == facility {
                packed.insert(row.package, row.start);
                let free = floor.free_stations.entry(row.station).or_insert(row.end);
                *free = row.end.max(*free);
            }
        }
        for (&shipment, &arrival) in ready {
            if input.routed.shipments.facility[shipment.index()] == facility {
                let pickup = input.shipped.shipments.ship_by[shipment.index()];
                for package in input.cartonized.packages_of(shipment) {
                    let package = PackageIdx::from_usize(package);
                    let start = packed.get(&package).copied();
                    floor.waiting.push(((pickup, arrival, package), start));
                }
            }
        }
        floor
    }

    fn fault(&self, found: &mut Vec<Violation>, rule: &str, message: String) {
        let id = &self.input.batch.facilities[self.facility].id;
        found.push(Violation::new(rule, format!("facility {id}"), message));
    }

    fn release(&self, batch: BatchIdx) -> Timestamp {
        let wave = self.input.waved.batches.wave[batch.index()];
        self.input.waved.waves.release[wave.index()]
    }

    /// Seconds of shifts from one moment to another, each second once.
    fn work(&self, from: Timestamp, to: Timestamp) -> i64 {
        let mut covered = from;
        let mut work = 0;
        for shift in self.input.calendar.shifts(self.facility) {
            let (start, end) = (shift.from.max(covered), shift.to.min(to));
            if end > start {
                work += (end - start).0;
                covered = end;
            }
        }
        work
    }

    /// Batches are begun in the order of their waves, and none is passed over.
    fn line_of_batches(&self, found: &mut Vec<Violation>) {
        let start = |batch: &BatchIdx| self.picked.get(batch).copied().unwrap_or(Timestamp::MAX);
        let pair = self
            .batches
            .windows(2)
            .find(|pair| start(&pair[0]) > start(&pair[1]));
        if let Some(pair) = pair {
            let message = format!("batch {} is begun before batch {}", pair[1].0, pair[0].0);
            self.fault(found, "batch_order", message);
        }
    }

    /// No package starts while one with an earlier pick-up, or the same and an earlier arrival, has been waiting.
    fn line_of_packages(&self, found: &mut Vec<Violation>) {
        let mut starts: Vec<(Timestamp, Turn)> = self
            .waiting
            .iter()
            .filter_map(|&(turn, start)| Some((start?, turn)))
            .collect();
        starts.sort_unstable();
        let mut coming: Vec<(Turn, Option<Timestamp>)> = self.waiting.clone();
        coming.sort_unstable_by_key(|&((_, arrival, _), _)| std::cmp::Reverse(arrival));
        let mut queue: BTreeSet<Turn> = BTreeSet::new();
        for together in starts.chunk_by(|a, b| a.0 == b.0) {
            let now = together[0].0;
            while coming
                .last()
                .is_some_and(|((_, arrival, _), _)| *arrival < now)
            {
                let Some((turn, start)) = coming.pop() else {
                    break;
                };
                if start.is_none_or(|start| start >= now) {
                    queue.insert(turn);
                }
            }
            for (_, turn) in together {
                queue.remove(turn);
            }
            let last = together.iter().map(|&(_, turn)| turn).max();
            if let (Some(&first), Some(last)) = (queue.first(), last)
                && first < last
            {
                let message = format!(
                    "package {} is packed before package {}",
                    last.2.0, first.2.0
                );
                self.fault(found, "pack_order", message);
                return;
            }
        }
    }

    /// What is not done could not be done within the horizon.
    fn nothing_left(&self, found: &mut Vec<Violation>) {
        let site = &self.input.batch.facilities[self.facility];
        let could =
            |people: u32, free: &BTreeMap<u32, Timestamp>, from: Timestamp, time: Seconds| {
                let free = if (free.len() as u64) < u64::from(people) {
                    Some(from)
                } else {
                    free.values().copied().min()
                };
                people > 0
                    && free.is_some_and(|free| self.work(free.max(from), Timestamp::MAX) > time.0)
            };
        let next = self
            .batches
            .iter()
            .find(|batch| !self.picked.contains_key(*batch));
        if let Some(&batch) = next {
            let labour = self.input.waved.batches.labour[batch.index()];
            if could(
                site.pickers,
                &self.free_pickers,
                self.release(batch),
                labour,
            ) {
                let message = format!(
                    "batch {} is not picked though a picker has the time",
                    batch.0
                );
                self.fault(found, "left_undone", message);
            }
        }
        for ((_, arrival, package), _) in self.waiting.iter().filter(|row| row.1.is_none()) {
            let time = site.pack_time_per_package;
            if could(site.pack_stations, &self.free_stations, *arrival, time) {
                let message = format!(
                    "package {} is not packed though a station has the time",
                    package.0
                );
                self.fault(found, "left_undone", message);
                return;
            }
        }
    }

    /// Shares of people's time in shifts, from the first release to the last work of their kind.
    fn utilization(&self, row: &Utilization, found: &mut Vec<Violation>) {
        let site = &self.input.batch.facilities[self.facility];
        let first = self.batches.iter().map(|&batch| self.release(batch)).min();
        let share = |busy: i64, people: u32, free: &BTreeMap<u32, Timestamp>| {
            let until = free.values().copied().max();
            let offered = first
                .zip(until)
                .map_or(0, |(first, until)| self.work(first, until));
            let offered = offered * i64::from(people);
            if offered == 0 {
                0.0
            } else {
                busy as f64 / offered as f64
            }
        };
        let labour = |batch: &BatchIdx| self.input.waved.batches.labour[batch.index()].0;
        let picking: i64 = self.picked.keys().map(labour).sum();
        let packages = self.waiting.iter().filter(|row| row.1.is_some()).count() as i64;
        let packing = packages * site.pack_time_per_package.0;
        let finished = self.free_stations.values().copied().max();
        let expected = Utilization {
            facility: self.facility,
            pickers: share(picking, site.pickers, &self.free_pickers),
            pack_stations: share(packing, site.pack_stations, &self.free_stations),
            finished: finished.unwrap_or(self.input.calendar.start),
        };
        if *row != expected {
            self.fault(
                found,
                "utilization",
                format!("{row:?} is stated, {expected:?} found"),
            );
        }
    }
}
