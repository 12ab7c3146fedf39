//! The audit of waves: recomputed from inputs and output alone, by no function of the plan's.
//!
//! | file | invariants |
//! |---|---|
//! | here | tables fit together; every shipment is in one wave or has a reason; every allocated unit of a waved shipment is picked once |
//! | `slots` | a slot holds the item picked from it, and enough of it for the whole night; no unit is without slot while one is there |
//! | `carts` | cart limits, totes, walking order, distance, bound, labour |
//! | `integrity` | no shipment comes apart unless it may; a cart stays in its zone |
//! | `rules` | the plan's row among the rules; the bounds below it |
//! | `waves` | wave limits, cut-off, priorities, release in a shift, totals, time enough for the work |

mod carts;
mod integrity;
mod rules;
mod slots;
mod waves;

use crate::model::ids::{BatchIdx, FacilityIdx, Idx, LineIdx, ShipmentIdx, WaveIdx};
use crate::model::plan::Waved;
use crate::stage::{Ctx, Violation};

use super::Input;

/// What the audit looks at, and what it found.
pub(super) struct Audit<'a> {
    input: Input<'a>,
    out: &'a Waved,
    ctx: &'a Ctx<'a>,
    found: Vec<Violation>,
}

/// Audits the waves. O(tasks log tasks + slots).
pub fn check(input: Input<'_>, out: &Waved, ctx: &Ctx) -> Vec<Violation> {
    let mut audit = Audit {
        input,
        out,
        ctx,
        found: Vec::new(),
    };
    audit.shape();
    if audit.found.is_empty() {
        audit.shipments();
        audit.units();
        audit.slots();
        audit.carts();
        audit.integrity();
        audit.waves();
        audit.rules();
    }
    audit.found
}

/// Whether `first` cuts `rows` rows into `groups` ranges.
fn cuts(first: &[u32], groups: usize, rows: usize) -> bool {
    first.len() == groups + 1
        && first[0] == 0
        && first[groups] as usize == rows
        && first.windows(2).all(|pair| pair[0] <= pair[1])
}

impl Audit<'_> {
    fn fault(&mut self, rule: &str, place: String, message: String) {
        self.found.push(Violation::new(rule, place, message));
    }

    fn facility_of(&self, shipment: ShipmentIdx) -> FacilityIdx {
        self.input.routed.shipments.facility[shipment.index()]
    }

    fn wave_of_batch(&self, batch: usize) -> usize {
        self.out.batches.wave[batch].index()
    }

    /// Tasks of a batch.
    fn tasks_of(&self, batch: usize) -> std::ops::Range<usize> {
        self.out.first_task[batch] as usize..self.out.first_task[batch + 1] as usize
    }

    /// Batches of a wave.
    fn batches_of(&self, wave: usize) -> std::ops::Range<usize> {
        self.out.first_batch[wave] as usize..self.out.first_batch[wave + 1] as usize
    }

    /// All positions exist and all offsets agree, so that the rest can look things up.
    fn shape(&mut self) {
        let out = self.out;
        let shipments = self.input.routed.shipments.len();
        let (waves, batches, tasks) = (out.waves.len(), out.batches.len(), out.tasks.len());
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                self.found.push(Violation::new(
                    "tables_disagree",
                    what,
                    "positions or lengths do not fit",
                ));
            }
        };
        expect(out.wave_of.len() == shipments, "wave_of");
        expect(out.not_waved.len() == shipments, "not_waved");
        expect(out.carts.len() == shipments, "carts");
        expect(cuts(&out.first_batch, waves, batches), "first_batch");
        expect(cuts(&out.first_task, batches, tasks), "first_task");
        let waved = |wave: Option<WaveIdx>| wave.is_none_or(|wave| wave.index() < waves);
        expect(out.wave_of.iter().all(|&wave| waved(wave)), "wave_of");
        let facilities = self.input.batch.facilities.len();
        let known = |facility: &FacilityIdx| facility.index() < facilities;
        expect(out.waves.facility.iter().all(known), "waves.facility");
        let lines = self.input.batch.lines.len();
        expect(
            out.tasks.line.iter().all(|line| line.index() < lines),
            "tasks.line",
        );
        let shipment_known = |shipment: &ShipmentIdx| shipment.index() < shipments;
        expect(
            out.tasks.shipment.iter().all(shipment_known),
            "tasks.shipment",
        );
        if !self.found.is_empty() {
            return;
        }
        for wave in 0..waves {
            let warehouse = &self.input.batch.warehouses[out.waves.facility[wave]];
            for batch in self.batches_of(wave) {
                let tasks = self.tasks_of(batch);
                let mut slots = tasks.clone().filter_map(|task| out.tasks.slot[task]);
                let fits = out.batches.wave[batch].index() == wave
                    && tasks
                        .clone()
                        .all(|task| out.tasks.batch[task] == BatchIdx::from_usize(batch))
                    && slots.all(|slot| slot.index() < warehouse.len());
                if !fits {
                    let place = format!("batch {batch}");
                    self.fault(
                        "tables_disagree",
                        place,
                        "its wave, tasks or slots are others".into(),
                    );
                }
            }
        }
    }

    /// In exactly one wave, of its own facility, or left out with a reason.
    fn shipments(&mut self) {
        let out = self.out;
        for (shipment, &wave) in out.wave_of.iter_enumerated() {
            let reason = &out.not_waved[shipment];
            if wave.is_none() == reason.is_empty() {
                let message = format!("wave {wave:?} and reason {reason:?}");
                self.fault(
                    "wave_or_reason",
                    format!("shipment {}", shipment.0),
                    message,
                );
            }
            let Some(wave) = wave else {
                continue;
            };
            if out.waves.facility[wave.index()] != self.facility_of(shipment) {
                let message = format!("wave {} is of another facility", wave.0);
                self.fault(
                    "wrong_facility",
                    format!("shipment {}", shipment.0),
                    message,
                );
            }
        }
        for (task, &shipment) in out.tasks.shipment.iter().enumerate() {
            let wave = self.wave_of_batch(out.tasks.batch[task].index());
            if out.wave_of[shipment] != Some(WaveIdx::from_usize(wave)) {
                let message = format!(
                    "shipment {} is picked in wave {wave}, which is not its own",
                    shipment.0
                );
                self.fault("wrong_wave", format!("task {task}"), message);
            }
        }
    }

    /// Every allocated unit of a waved shipment is picked exactly once, and nothing else is.
    fn units(&mut self) {
        let (tasks, allocations) = (&self.out.tasks, &self.input.routed.allocations);
        // Wanted positive, picked negative: all sums must be zero.
        let mut balance: Vec<(ShipmentIdx, LineIdx, i64)> = Vec::new();
        for task in tasks.rows() {
            if task.quantity == 0 {
                let place = format!("batch {} sequence {}", task.batch.0, task.sequence);
                self.fault("empty_task", place, "picks no unit".into());
            }
            balance.push((task.shipment, task.line, -i64::from(task.quantity)));
        }
        for row in allocations.rows() {
            if self.out.wave_of[row.shipment].is_some() {
                balance.push((row.shipment, row.line, i64::from(row.quantity)));
            }
        }
        balance.sort_unstable();
        for same in balance.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let missing: i64 = same.iter().map(|row| row.2).sum();
            if missing != 0 {
                let place = format!("shipment {} line {}", same[0].0.0, same[0].1.0);
                self.fault(
                    "units_not_picked",
                    place,
                    format!("{missing} units more allocated than picked"),
                );
            }
        }
    }
}
