//! One facility, event by event: pickers, pack stations, shifts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::Input;
use crate::model::clock::ShiftClock;
use crate::model::ids::{BatchIdx, FacilityIdx, Idx, PackageIdx, ShipmentIdx};
use crate::model::plan::{PackTime, PackTimes, PickTime, PickTimes, Utilization};
use crate::model::units::{Seconds, Timestamp};

/// What happened in a facility.
pub struct Day {
    /// Only shipments that got that far within the horizon.
    pub picked: Vec<(ShipmentIdx, Timestamp)>,
    pub packed: Vec<(ShipmentIdx, Timestamp)>,
    pub picking: PickTimes,
    pub packing: PackTimes,
    pub utilization: Utilization,
}

/// Things that happen, in the order in which they are handled at the same second: work ends before work begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A station is free again.
    Packed { station: u32, package: PackageIdx },
    /// A picker is back with a batch.
    Picked { picker: u32, batch: BatchIdx },
    /// Somebody may start: a wave is released, or everybody is at the start of the day.
    Start,
}

/// A package in the queue of the pack stations: the earliest pick-up first, then the earliest arrival.
type Queued = Reverse<(Timestamp, Seconds, PackageIdx)>;

struct Simulation<'a> {
    input: Input<'a>,
    facility: FacilityIdx,
    clock: ShiftClock,
    /// Time and event; the heap gives the earliest.
    events: BinaryHeap<Reverse<(Seconds, Event)>>,
    /// Batches not yet taken, in reverse order of waves.
    waiting: Vec<BatchIdx>,
    idle_pickers: BinaryHeap<Reverse<u32>>,
    idle_stations: BinaryHeap<Reverse<u32>>,
    queue: BinaryHeap<Queued>,
    /// Batches, then packages, that a shipment still waits for.
    open_batches: FxHashMap<ShipmentIdx, u32>,
    open_packages: FxHashMap<ShipmentIdx, u32>,
    /// The first release.
    first: Seconds,
    /// Of pickers, of stations.
    busy: [Seconds; 2],
    last: [Seconds; 2],
    day: Day,
}

/// Simulates one facility.
pub fn simulate(input: Input<'_>, facility: FacilityIdx) -> Day {
    let mut simulation = Simulation::new(input, facility);
    while let Some(Reverse((now, event))) = simulation.events.pop() {
        simulation.handle(now, event);
        // Everything that ends at this second ends before anybody takes new work.
        if simulation
            .events
            .peek()
            .is_none_or(|Reverse((next, _))| *next > now)
        {
            simulation.take_batches(now);
            simulation.take_packages(now);
        }
    }
    simulation.finish()
}

impl<'a> Simulation<'a> {
    fn new(input: Input<'a>, facility: FacilityIdx) -> Self {
        let site = &input.batch.facilities[facility];
        let waves = (0..input.waved.waves.len())
            .filter(|&wave| input.waved.waves.facility[wave] == facility);
        let batches =
            waves.flat_map(|wave| input.waved.first_batch[wave]..input.waved.first_batch[wave + 1]);
        let mut waiting: Vec<BatchIdx> = batches.map(BatchIdx).collect();
        let pickers = (site.pickers as usize).min(waiting.len()) as u32;
        let mut simulation = Simulation {
            input,
            facility,
            clock: ShiftClock::new(input.calendar.shifts(facility)),
            events: BinaryHeap::new(),
            open_batches: open_batches(input, &waiting),
            waiting: Vec::new(),
            idle_pickers: (0..pickers).map(Reverse).collect(),
            idle_stations: BinaryHeap::new(),
            queue: BinaryHeap::new(),
            open_packages: FxHashMap::default(),
            first: Seconds::ZERO,
            busy: [Seconds::ZERO; 2],
            last: [Seconds::ZERO; 2],
            day: Day::new(facility),
        };
        let packages: usize = simulation
            .open_batches
            .keys()
            .map(|&s| input.cartonized.packages_of(s).len())
            .sum();
        simulation.idle_stations = (0..(site.pack_stations as usize).min(packages) as u32)
            .map(Reverse)
            .collect();
        if let Some(&batch) = waiting.first() {
            let wave = input.waved.batches.wave[batch.index()];
            let release = input.waved.waves.release[wave.index()];
            simulation.first = simulation.clock.at(release);
        }
        waiting.reverse();
        simulation.waiting = waiting;
        simulation
            .events
            .push(Reverse((Seconds::ZERO, Event::Start)));
        simulation
    }

    fn handle(&mut self, now: Seconds, event: Event) {
        match event {
            Event::Start => {}
            Event::Picked { picker, batch } => {
                self.idle_pickers.push(Reverse(picker));
                self.arrive(now, batch);
            }
            Event::Packed { station, package } => {
                self.idle_stations.push(Reverse(station));
                self.pack(now, package);
            }
        }
    }

    /// Idle pickers take batches in order; the next one waits for its wave.
    fn take_batches(&mut self, now: Seconds) {
        while let (Some(&batch), Some(&Reverse(picker))) =
            (self.waiting.last(), self.idle_pickers.peek())
        {
            let wave = self.input.waved.batches.wave[batch.index()];
            let release = self.clock.at(self.input.waved.waves.release[wave.index()]);
            if release > now {
                self.events.push(Reverse((release, Event::Start)));
                return;
            }
            let labour = self.input.waved.batches.labour[batch.index()];
            let Some((start, end)) = self.span(now, labour) else {
                // It does not end within the horizon, nor does anything behind it in line.
                self.waiting.clear();
                return;
            };
            self.waiting.pop();
            self.idle_pickers.pop();
            self.busy[0] += labour;
            self.day.picking.push(PickTime {
                batch,
                picker,
                start,
                end,
            });
            self.events
                .push(Reverse((now + labour, Event::Picked { picker, batch })));
        }
    }

    /// The moments of work from `now` for `labour`; `None`: not within the horizon.
    fn span(&self, now: Seconds, labour: Seconds) -> Option<(Timestamp, Timestamp)> {
        let start = self.clock.starts(now)?;
        let end = self.clock.ends(now + labour)?;
        // Work of no length is done where it starts.
        Some((start, end.max(start)))
    }

    /// A batch is back: shipments that waited for it alone go to the pack stations.
    fn arrive(&mut self, now: Seconds, batch: BatchIdx) {
        self.last[0] = now;
        let end = self.clock.ends(now).unwrap_or(Timestamp::MAX);
        for shipment in shipments_of(self.input, batch) {
            let Some(open) = self.open_batches.get_mut(&shipment) else {
                continue;
            };
            *open -= 1;
            if *open > 0 {
                continue;
            }
            self.day.picked.push((shipment, end));
            let packages = self.input.cartonized.packages_of(shipment);
            self.open_packages.insert(shipment, packages.len() as u32);
            let cutoff = self.input.shipped.shipments.ship_by[shipment.index()];
            let queued =
                packages.map(|package| Reverse((cutoff, now, PackageIdx::from_usize(package))));
            self.queue.extend(queued);
        }
    }

    fn take_packages(&mut self, now: Seconds) {
        let time = self.input.batch.facilities[self.facility].pack_time_per_package;
        while let (Some(&Reverse((.., package))), Some(&Reverse(station))) =
            (self.queue.peek(), self.idle_stations.peek())
        {
            let Some((start, end)) = self.span(now, time) else {
                return;
            };
            self.queue.pop();
            self.idle_stations.pop();
            self.busy[1] += time;
            self.day.packing.push(PackTime {
                package,
                station,
                start,
                end,
            });
            self.events
                .push(Reverse((now + time, Event::Packed { station, package })));
        }
    }

    fn pack(&mut self, now: Seconds, package: PackageIdx) {
        self.last[1] = now;
        let shipment = self.input.cartonized.packages.shipment[package.index()];
        let Some(open) = self.open_packages.get_mut(&shipment) else {
            return;
        };
        *open -= 1;
        if *open == 0 {
            let end = self.clock.ends(now).unwrap_or(Timestamp::MAX);
            self.day.packed.push((shipment, end));
        }
    }

    fn finish(mut self) -> Day {
        let site = &self.input.batch.facilities[self.facility];
        let share = |busy: Seconds, people: u32, until: Seconds| {
            let offered = (until - self.first).0 * i64::from(people);
            if offered <= 0 {
                0.0
            } else {
                busy.0 as f64 / offered as f64
            }
        };
        let shares = [
            share(self.busy[0], site.pickers, self.last[0]),
            share(self.busy[1], site.pack_stations, self.last[1]),
        ];
        [
            self.day.utilization.pickers,
            self.day.utilization.pack_stations,
        ] = shares;
        let finished = self.day.packing.end.iter().copied().max();
        self.day.utilization.finished = finished.unwrap_or(self.input.calendar.start);
        self.day
    }
}

impl Day {
    fn new(facility: FacilityIdx) -> Self {
        Day {
            picked: Vec::new(),
            packed: Vec::new(),
            picking: PickTimes::default(),
            packing: PackTimes::default(),
            utilization: Utilization {
                facility,
                pickers: 0.0,
                pack_stations: 0.0,
                finished: Timestamp::MAX,
            },
        }
    }
}

/// Shipments with tasks in a batch, each once.
fn shipments_of(input: Input<'_>, batch: BatchIdx) -> Vec<ShipmentIdx> {
    let tasks = input.waved.first_task[batch.index()] as usize
        ..input.waved.first_task[batch.index() + 1] as usize;
    let mut shipments = input.waved.tasks.shipment[tasks].to_vec();
    shipments.sort_unstable();
    shipments.dedup();
    shipments
}

/// In how many of the batches each shipment has tasks.
fn open_batches(input: Input<'_>, batches: &[BatchIdx]) -> FxHashMap<ShipmentIdx, u32> {
    let mut open = FxHashMap::default();
    for &batch in batches {
        for shipment in shipments_of(input, batch) {
            *open.entry(shipment).or_insert(0) += 1;
        }
    }
    open
}
