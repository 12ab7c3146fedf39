//! The plan of a night: facility by facility, in parallel.

use rayon::prelude::*;

use super::Input;
use super::bounds;
use super::carts::{first_picks, load};
use super::instance::Site;
use super::parts::Parts;
use super::release::{Late, Released, Times, release};
use super::rules::{Ruled, judge, rules};
use super::slots::Shelves;
use super::triage;
use super::walk::Cart;
use super::wave::{Draft, draw_up};
use crate::error::Result;
use crate::model::csr::Csr;
use crate::model::ids::{BatchIdx, FacilityIdx, Idx, IdxVec, ShipmentIdx, WaveIdx};
use crate::model::plan::{PickBatch, PickTask, Wave, WaveRule, Waved};
use crate::model::status::WaveWay;
use crate::model::units::{Grams, Millimetres, Seconds, Timestamp};
use crate::params::Consolidation;
use crate::stage::Ctx;

/// A wave of one facility.
struct Planned {
    draft: Draft,
    carts: Vec<Cart>,
    times: Times,
}

/// What is decided for one facility.
struct FacilityPlan<'a> {
    site: Site<'a>,
    /// In order of release.
    waves: Vec<Planned>,
    not_waved: Vec<(ShipmentIdx, String)>,
    rules: Vec<Ruled>,
}

pub fn run(input: Input<'_>, ctx: &Ctx<'_>) -> Result<Waved> {
    let facilities = input.batch.facilities.len();
    let shipments = &input.routed.shipments;
    let pairs: Vec<(FacilityIdx, ShipmentIdx)> = shipments
        .facility
        .iter()
        .enumerate()
        .map(|(i, &facility)| (facility, ShipmentIdx::from_usize(i)))
        .collect();
    let by_facility = Csr::from_pairs(facilities, &pairs);
    let plans: Vec<FacilityPlan<'_>> = input
        .batch
        .facilities
        .indices()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|facility| {
            ctx.interrupted()?;
            let mine = by_facility.row(facility);
            let plan = plan(Site::read(input, ctx.params, facility, mine), ctx.seed);
            ctx.reporter.advance(mine.len() as u64);
            Ok(plan)
        })
        .collect::<Result<_>>()?;
    let mut waved = Waved {
        first_batch: vec![0],
        first_task: vec![0],
        wave_of: IdxVec::filled(None, shipments.len()),
        not_waved: IdxVec::filled(String::new(), shipments.len()),
        carts: IdxVec::filled(0, shipments.len()),
        ..Waved::default()
    };
    for plan in plans {
        write(plan, &mut waved);
    }
    Ok(waved)
}

fn plan(site: Site<'_>, seed: u64) -> FacilityPlan<'_> {
    let (chosen, mut not_waved) = possible(&site);
    let mut kept = chosen.clone();
    // A wave that ends too late gives its slots back, so the others are planned again if that can help them. Waves only get fewer.
    let (parts, night) = loop {
        let parts = cut(&site, &kept);
        let night = in_time(&site, &parts, &kept, seed);
        let dropped = night.dropped();
        not_waved.extend(dropped.iter().map(|&demand| {
            let shipment = site.demands[demand as usize].shipment;
            (shipment, too_late(&site))
        }));
        if dropped.is_empty() || !night.has_gap() {
            break (parts, night);
        }
        kept.retain(|demand| dropped.binary_search(demand).is_err());
    };
    let waves = night.planned();
    // The rules plan everybody.
    let parts = match kept.len() == chosen.len() {
        true => parts,
        false => cut(&site, &chosen),
    };
    let rules = compare(&site, &parts, &chosen, &waves, not_waved.len());
    FacilityPlan {
        site,
        waves,
        not_waved,
        rules,
    }
}

/// The parts of these shipments, which choose their slots one by one, those of the first pick-up first.
fn cut(site: &Site<'_>, chosen: &[u32]) -> Parts {
    let mut order = chosen.to_vec();
    order.sort_by_key(|&demand| {
        let row = &site.demands[demand as usize];
        (row.cutoff, std::cmp::Reverse(row.priority), demand)
    });
    Parts::cut(site, first_picks(site, &mut Shelves::new(site), &order))
}

/// The night with the fewest late: as everybody is planned, or with those put off whom `triage` finds.
fn in_time(site: &Site<'_>, parts: &Parts, chosen: &[u32], seed: u64) -> Night {
    let draw = |put_off: &[bool]| {
        let drafts = draw_up(site, chosen, parts, put_off, seed);
        let carts = load(site, parts, &drafts);
        Night {
            released: release(site, &drafts, &carts),
            drafts,
            carts,
        }
    };
    let mut night = draw(&vec![false; site.demands.len()]);
    let mut works = triage::works(site, &night.carts);
    for share in TRIAGE_SHARES {
        if night.released.late == Late::default() {
            break;
        }
        let put_off = triage::put_off(site, chosen, &works, share);
        if !put_off.contains(&true) {
            continue;
        }
        let other = draw(&put_off);
        if other.released.late >= night.released.late {
            break;
        }
        works = triage::works(site, &other.carts);
        night = other;
    }
    night
}

/// Shares of working time for which `triage` is tried, until one makes no fewer late: waves wait for their last cart, and packing for the first,
/// so not all of it is work.
const TRIAGE_SHARES: [f64; 4] = [1.0, 0.97, 0.94, 0.91];

/// Waves with their carts and times.
struct Night {
    drafts: Vec<Draft>,
    carts: Vec<Vec<Cart>>,
    released: Released,
}

impl Night {
    /// Shipments of waves that do not end within the horizon, in order.
    fn dropped(&self) -> Vec<u32> {
        let waves = self.released.waves.iter();
        let dropped = waves.filter(|(_, times)| times.is_none());
        let members = dropped.flat_map(|&(wave, _)| &self.drafts[wave].members);
        let mut dropped: Vec<u32> = members.copied().collect();
        dropped.sort_unstable();
        dropped
    }

    /// Whether a wave that is planned picks something from no slot.
    fn has_gap(&self) -> bool {
        let waves = self.released.waves.iter();
        let planned = waves.filter(|(_, times)| times.is_some());
        let carts = planned.flat_map(|&(wave, _)| &self.carts[wave]);
        carts
            .flat_map(|cart| &cart.picks)
            .any(|pick| pick.slot.is_none())
    }

    /// In order of release, without those that do not end in time.
    fn planned(mut self) -> Vec<Planned> {
        let waves = self.released.waves.into_iter();
        waves
            .filter_map(|(wave, times)| {
                Some(Planned {
                    times: times?,
                    draft: std::mem::take(&mut self.drafts[wave]),
                    carts: std::mem::take(&mut self.carts[wave]),
                })
            })
            .collect()
    }
}

/// The plan, the rules in use and the bounds; `not_waved` shipments of the facility are late in the plan.
fn compare(
    site: &Site<'_>,
    parts: &Parts,
    chosen: &[u32],
    waves: &[Planned],
    not_waved: usize,
) -> Vec<Ruled> {
    if !site.params.waves.compare_rules || site.demands.is_empty() {
        return Vec::new();
    }
    let planned = waves
        .iter()
        .map(|wave| ((&wave.draft, &wave.carts), Some(wave.times)));
    let mut plan = judge(site, WaveWay::Plan, planned);
    plan.late += not_waved as u32;
    let impossible = (site.demands.len() - chosen.len()) as u32;
    let bound = Ruled {
        way: WaveWay::Bound,
        carts: 0,
        distance: bounds::walking(site, chosen),
        late: bounds::late(site, chosen) + impossible,
    };
    let others = rules(site, parts, chosen).into_iter().map(|rule| Ruled {
        late: rule.late + impossible,
        ..rule
    });
    std::iter::once(plan).chain(others).chain([bound]).collect()
}

fn too_late(site: &Site<'_>) -> String {
    format!(
        "facility {}: the work does not end within the horizon of {} days; add pickers, pack stations or shift hours",
        site.facility.id, site.params.run.horizon_days
    )
}

/// Shipments that can be picked at all, and the reasons of the others.
fn possible(site: &Site<'_>) -> (Vec<u32>, Vec<(ShipmentIdx, String)>) {
    let facility = site.facility;
    let closed = if facility.pickers == 0 {
        Some("has no pickers")
    } else if facility.pack_stations == 0 {
        Some("has no pack stations")
    } else if site.clock.total() == Seconds::ZERO {
        Some("has no shift within the horizon")
    } else if facility.walk_mm_per_second == 0 && site.floor.is_some() {
        Some("has pickers that walk 0 mm per second")
    } else {
        None
    };
    let mut chosen = Vec::with_capacity(site.demands.len());
    let mut not_waved = Vec::new();
    for (demand, row) in site.demands.iter().enumerate() {
        let reason = match closed {
            Some(reason) => reason,
            None if row.load[1] == 0 => "has nothing allocated to the shipment",
            None if row.ready >= site.clock.total() => "has no shift after the order is placed",
            None => {
                chosen.push(demand as u32);
                continue;
            }
        };
        not_waved.push((row.shipment, format!("facility {} {reason}", facility.id)));
    }
    (chosen, not_waved)
}

/// Appends the tables of one facility.
fn write(plan: FacilityPlan<'_>, waved: &mut Waved) {
    let site = &plan.site;
    for (shipment, reason) in plan.not_waved {
        waved.not_waved[shipment] = reason;
    }
    for rule in &plan.rules {
        waved.rules.push(WaveRule {
            facility: site.index,
            way: rule.way,
            carts: rule.carts,
            distance: Millimetres(rule.distance),
            late: rule.late,
        });
    }
    for wave in &plan.waves {
        let index = WaveIdx::from_usize(waved.waves.len());
        let mut row = Wave {
            facility: site.index,
            cutoff: Timestamp::MAX,
            release: wave.times.release,
            expected_end: wave.times.expected_end,
            shipments: 0,
            lines: 0,
            units: 0,
            distance: wave.carts.iter().map(|cart| cart.distance).sum(),
            labour: wave.carts.iter().map(|cart| cart.labour).sum(),
        };
        for &demand in &wave.draft.members {
            let member = &site.demands[demand as usize];
            row.cutoff = row.cutoff.min(member.cutoff);
            row.shipments += 1;
            row.lines += site.needs(demand).len() as u32;
            for need in site.needs(demand) {
                row.units = row.units.saturating_add(need.quantity);
            }
            waved.wave_of[member.shipment] = Some(index);
        }
        waved.waves.push(row);
        for cart in &wave.carts {
            write_cart(site, index, cart, waved);
        }
        waved.first_batch.push(waved.batches.len() as u32);
    }
}

fn write_cart(site: &Site<'_>, wave: WaveIdx, cart: &Cart, waved: &mut Waved) {
    let batch = BatchIdx::from_usize(waved.batches.len());
    let in_bulk = site.params.waves.consolidation == Consolidation::Sorter;
    let mut totes: Vec<u32> = Vec::new();
    let mut lines: Vec<(u32, u32)> = Vec::new();
    let (mut units, mut volume, mut weight) = (0u32, 0i64, 0i64);
    for (at, pick) in cart.picks.iter().enumerate() {
        let tote = totes.iter().position(|&demand| demand == pick.demand);
        let tote = tote.unwrap_or_else(|| {
            totes.push(pick.demand);
            totes.len() - 1
        });
        let need = site.needs(pick.demand)[pick.need as usize];
        let [unit_volume, unit_weight] = site.unit_load(need.item);
        lines.push((pick.demand, pick.need));
        units = units.saturating_add(pick.quantity);
        volume += unit_volume * i64::from(pick.quantity);
        weight += unit_weight * i64::from(pick.quantity);
        waved.tasks.push(PickTask {
            batch,
            sequence: at as u32 + 1,
            slot: pick.slot,
            line: need.line,
            shipment: site.demands[pick.demand as usize].shipment,
            quantity: pick.quantity,
            tote: if in_bulk { 0 } else { tote as u16 + 1 },
        });
    }
    lines.sort_unstable();
    lines.dedup();
    for &demand in &totes {
        waved.carts[site.demands[demand as usize].shipment] += 1;
    }
    waved.batches.push(PickBatch {
        wave,
        shipments: totes.len() as u32,
        lines: lines.len() as u32,
        units,
        volume_mm3: volume,
        weight: Grams(weight),
        distance: cart.distance,
        distance_bound: Millimetres(cart.bound.0),
        labour: cart.labour,
    });
    waved.first_task.push(waved.tasks.len() as u32);
}
