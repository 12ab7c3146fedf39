//! What happens on the warehouse floor: cartons, waves, tours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{share, tidy};
use crate::model::plan::Plan;
use crate::model::status::WaveWay;

/// Cartons against their bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PackingMetrics {
    pub packages: u64,
    /// No packing needs fewer (by volume and weight).
    pub packages_bound: u64,
    /// Share of packages in the item's own container.
    pub own_container_share: Option<f64>,
    pub weight_g: i64,
}

/// Waves, carts and walks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WaveMetrics {
    pub waves: u64,
    pub batches: u64,
    pub distance_mm: i64,
    /// Lower bound on the distance of the same batches.
    pub distance_bound_mm: i64,
    /// (distance - bound) / distance.
    pub distance_gap: Option<f64>,
    pub lines: u64,
    pub units: u64,
    pub shipments: u64,
    /// Pick tasks; more than lines where a line is picked from several slots.
    pub tasks: u64,
    pub lines_per_batch: Option<f64>,
    pub distance_per_line_mm: Option<f64>,
    pub labour_seconds: i64,
    /// Planned shipments that are in no wave.
    pub not_waved: u64,
    /// By way of planning, all facilities together: the plan, the rules in use, the bound. Empty where they were not compared.
    pub rules: BTreeMap<String, WaveRuleMetrics>,
}

/// What one way of planning walks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WaveRuleMetrics {
    pub carts: u64,
    pub distance_mm: i64,
    /// Shipments not packed by their planned pick-up, or in no wave.
    pub late: u64,
}

impl WaveMetrics {
    /// Earliest cut-off first, the plan, the bound, and the share of the first's walk that the plan saves; where they were compared and somebody walks.
    pub fn compared(&self) -> Option<([&WaveRuleMetrics; 3], f64)> {
        let of = |way: WaveWay| self.rules.get(way.name());
        let rule = of(WaveWay::EarliestCutoffFirst).filter(|rule| rule.distance_mm > 0)?;
        let plan = of(WaveWay::Plan)?;
        let saved = 1.0 - plan.distance_mm as f64 / rule.distance_mm as f64;
        Some(([rule, plan, of(WaveWay::Bound)?], saved))
    }
}

pub(super) fn packing(plan: &Plan) -> PackingMetrics {
    let packages = &plan.cartonized.packages;
    let own = packages.carton.iter().filter(|carton| carton.is_none());
    PackingMetrics {
        packages: packages.len() as u64,
        packages_bound: plan.cartonized.package_bound,
        own_container_share: share(own.count() as u64, packages.len() as u64),
        weight_g: packages.weight.iter().map(|weight| weight.0).sum(),
    }
}

pub(super) fn waves(plan: &Plan) -> WaveMetrics {
    let (waves, batches) = (&plan.waved.waves, &plan.waved.batches);
    let total = |column: &[u32]| column.iter().map(|&n| u64::from(n)).sum::<u64>();
    let distance: i64 = batches.distance.iter().map(|d| d.0).sum();
    let bound: i64 = batches.distance_bound.iter().map(|d| d.0).sum();
    let lines = total(&waves.lines);
    let not_waved = plan.waved.wave_of.iter().filter(|wave| wave.is_none());
    WaveMetrics {
        waves: waves.len() as u64,
        batches: batches.len() as u64,
        distance_mm: distance,
        distance_bound_mm: bound,
        distance_gap: (distance > 0).then(|| tidy((distance - bound) as f64 / distance as f64)),
        lines,
        units: total(&waves.units),
        shipments: total(&waves.shipments),
        tasks: plan.waved.tasks.len() as u64,
        lines_per_batch: share(lines, batches.len() as u64),
        distance_per_line_mm: (lines > 0 && distance > 0)
            .then(|| tidy(distance as f64 / lines as f64)),
        labour_seconds: waves.labour.iter().map(|s| s.0).sum(),
        not_waved: not_waved.count() as u64,
        rules: rules(plan),
    }
}

fn rules(plan: &Plan) -> BTreeMap<String, WaveRuleMetrics> {
    let mut rules: BTreeMap<String, WaveRuleMetrics> = BTreeMap::new();
    for row in plan.waved.rules.rows() {
        let of = rules.entry(row.way.name().to_owned()).or_default();
        of.carts += u64::from(row.carts);
        of.distance_mm += row.distance.0;
        of.late += u64::from(row.late);
    }
    rules
}
