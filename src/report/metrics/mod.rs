//! Every figure of a run, reckoned once from the plan: `metrics.json` is this struct.
//!
//! Stable keys: `orders`, `lines`, `units`, `routing`, `waves`, `cycle_time_seconds`, `on_time_share`, `stage_seconds`,
//! `peak_memory_bytes` and what DESIGN section 6 names in them. `null` where there is no value. Money is in minor units, time in
//! seconds, distance in millimetres. O(orders + lines + shipments + tasks), sorting aside.

mod costs;
mod demand;
mod distribution;
mod floor;
mod named;
mod network;
mod times;

use serde::{Deserialize, Serialize};

use super::facts::{CheckVerdict, RunFacts};
use super::states::States;
use crate::model::Batch;
use crate::model::plan::Plan;
use crate::params::Params;

pub use costs::{Costs, RoutingMetrics};
pub use demand::{Backordered, FraudMetrics, Held, Reason, Rejected, Shortfall, StateCounts};
pub use distribution::{Distribution, nearest_rank};
pub use floor::{PackingMetrics, WaveMetrics};
pub use named::Named;
pub use network::{CutOff, FacilityService, FacilityUse, ServiceUse};
pub use times::{OrderTimes, Phases, RebookingMetrics, order_times};

/// What was run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub batch: String,
    pub currency: String,
    pub version: String,
    pub seed: u64,
    pub threads: usize,
    /// First and last `placed_at`, RFC 3339; `null` without orders.
    pub first_order: Option<String>,
    pub last_order: Option<String>,
    /// The time zone of the facility that ships most; local times in the report are in it.
    pub time_zone: String,
    pub notes: Vec<String>,
}

/// Every figure of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub run: Run,
    /// Rows of `orders`: read = planned + backordered + held + rejected.
    pub orders: StateCounts,
    /// Rows of `order_lines`, likewise. A line is planned if any unit of it ships.
    pub lines: StateCounts,
    /// Units of readable lines, likewise; a line of zero or fewer units counts none.
    pub units: StateCounts,
    /// Why orders are not planned, by state and code.
    pub reasons: Vec<Reason>,
    /// Why orders and units do not ship, parts of planned orders included.
    #[serde(default)]
    pub shortfalls: Vec<Shortfall>,
    pub rejects: Rejected,
    pub holds: Held,
    pub backorders: Backordered,
    pub fraud: FraudMetrics,
    pub routing: RoutingMetrics,
    pub costs: Costs,
    pub packing: PackingMetrics,
    pub waves: WaveMetrics,
    /// From placed to handed over to the carrier, of planned orders: the last of an order's shipments counts.
    pub cycle_time_seconds: Distribution,
    /// From placed to the expected delivery, likewise.
    pub delivery_time_seconds: Distribution,
    /// Where the mean time of a shipment goes.
    pub phase_seconds: Phases,
    /// Share of planned orders whose shipments all arrive by their promise.
    pub on_time_share: Option<f64>,
    /// Share of orders planned or backordered that arrive by their promise and with every unit.
    pub on_time_in_full_share: Option<f64>,
    /// Share of shipments that make the pick-up they were planned for.
    pub cut_offs_made_share: Option<f64>,
    /// Shipments that miss it.
    #[serde(default)]
    pub rebooking: RebookingMetrics,
    pub facilities: Vec<FacilityUse>,
    pub services: Vec<ServiceUse>,
    pub facility_services: Vec<FacilityService>,
    /// By facility, then time.
    pub cut_offs: Vec<CutOff>,
    /// In the order of the flow; empty where checks did not run.
    pub checks: Vec<CheckVerdict>,
    pub stage_seconds: Named<f64>,
    pub stage_rows: Named<u64>,
    pub stage_rows_per_second: Named<f64>,
    pub total_seconds: f64,
    pub peak_memory_bytes: Option<u64>,
    pub params: Params,
}

impl Metrics {
    /// All figures of a plan.
    pub fn compute(batch: &Batch, plan: &Plan, facts: &RunFacts) -> Metrics {
        let states = States::of(batch, plan);
        let times = order_times(batch, plan);
        let facilities = network::facilities(batch, plan);
        Metrics {
            run: run(batch, &facilities, facts),
            orders: demand::orders(&states),
            lines: demand::lines(&states),
            units: demand::units(batch, &states),
            reasons: demand::reasons(batch, &states),
            shortfalls: demand::shortfalls(batch, &states),
            rejects: demand::rejected(batch, plan),
            holds: demand::held(&states),
            backorders: demand::backordered(plan),
            fraud: demand::fraud(plan),
            routing: costs::routing(batch, plan, &states),
            costs: costs::costs(batch, plan, &states, &facts.params),
            packing: floor::packing(plan),
            waves: floor::waves(plan),
            cycle_time_seconds: Distribution::of(times.iter().map(|t| t.cycle).collect()),
            delivery_time_seconds: Distribution::of(times.iter().map(|t| t.delivery).collect()),
            phase_seconds: times::phases(plan),
            on_time_share: times::on_time_share(plan),
            on_time_in_full_share: times::on_time_in_full_share(plan, &states),
            cut_offs_made_share: times::cut_offs_made_share(plan),
            rebooking: times::rebooking(plan),
            services: network::services(batch, plan),
            facility_services: network::facility_services(batch, plan),
            cut_offs: network::cut_offs(batch, plan),
            facilities,
            checks: facts.checks.clone(),
            stage_seconds: by_stage(facts, |seconds, _| seconds),
            stage_rows: by_stage(facts, |_, rows| rows),
            stage_rows_per_second: by_stage(facts, rate),
            total_seconds: tidy(
                facts
                    .stages
                    .iter()
                    .fold(0.0, |sum, stage| sum + stage.seconds),
            ),
            peak_memory_bytes: facts.peak_memory_bytes,
            params: facts.params.clone(),
        }
    }

    /// Whether every check that ran holds.
    pub fn checks_hold(&self) -> bool {
        self.checks.iter().all(CheckVerdict::holds)
    }
}

fn rate(seconds: f64, rows: u64) -> f64 {
    if seconds > 0.0 {
        (rows as f64 / seconds).round()
    } else {
        0.0
    }
}

fn by_stage<V>(facts: &RunFacts, value: impl Fn(f64, u64) -> V) -> Named<V> {
    let stages = facts.stages.iter();
    stages
        .map(|stage| (stage.stage.clone(), value(stage.seconds, stage.rows)))
        .collect()
}

fn run(batch: &Batch, facilities: &[FacilityUse], facts: &RunFacts) -> Run {
    let usable = batch
        .orders
        .fault
        .iter()
        .zip(&batch.orders.placed_at)
        .filter(|(fault, _)| fault.is_none());
    let placed = || usable.clone().map(|(_, &placed)| placed);
    let busiest = facilities
        .iter()
        .zip(&batch.facilities)
        .rev()
        .max_by_key(|(used, _)| used.shipments);
    Run {
        batch: facts.batch.clone(),
        currency: batch.currency.clone(),
        version: facts.version.clone(),
        seed: facts.seed,
        threads: facts.threads,
        first_order: placed().min().map(super::format::rfc3339),
        last_order: placed().max().map(super::format::rfc3339),
        time_zone: busiest.map_or_else(|| "UTC".into(), |(_, f)| f.time_zone.clone()),
        notes: facts.notes.clone(),
    }
}

/// `part / whole`, or `None` of nothing.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| tidy(part as f64 / whole as f64))
}

/// To nine decimals: short in JSON, and read back as written.
fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests;
