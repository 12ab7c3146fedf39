//! The plan of a night: facility by facility, in parallel.

use rayon::prelude::*;

use super::Input;
use super::bounds;
use super::carts::{first_picks, load};
use super::instance::Site;
use super::release::{Times, release};
use super::rules::{Ruled, judge, rules};
use super::slots::Shelves;
use super::walk::Cart;
use super::wave::{Draft, draw_up, jobs};
use crate::error::Result;
use crate::model::csr::Csr;
use crate::model::ids::{BatchIdx, FacilityIdx, Idx, IdxVec, ShipmentIdx, WaveIdx};
use crate::model::plan::{PickBatch, PickTask, Wave, WaveRule, Waved};
use crate::model::status::WaveWay;
use crate::model::units::{Grams, Millimetres, Seconds, Timestamp};
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
        ..Waved::default()
    };
    for plan in plans {
        write(plan, &mut waved);
    }
    Ok(waved)
}

fn plan(site: Site<'_>, seed: u64) -> FacilityPlan<'_> {
    let (chosen, mut not_waved) = possible(&site);
    let mut order = chosen.clone();
    order.sort_by_key(|&demand| {
        let row = &site.demands[demand as usize];
        (row.cutoff, std::cmp::Reverse(row.priority), demand)
    });
    let picks = first_picks(&site, &mut Shelves::new(&site), &order);
    let mut drafts = draw_up(&site, &chosen, &jobs(&site, &picks), seed);
    // A wave that ends too late gives its slots back, so the others are walked again if that can help them. Waves only get fewer.
    loop {
        let mut carts = load(&site, &drafts);
        let released = release(&site, &drafts, &carts);
        let mut waves = Vec::with_capacity(drafts.len());
        let mut kept = vec![false; drafts.len()];
        for &(wave, times) in &released {
            kept[wave] = times.is_some();
            match times {
                Some(times) => waves.push(Planned {
                    draft: drafts[wave].clone(),
                    carts: std::mem::take(&mut carts[wave]),
                    times,
                }),
                None => not_waved.extend(drafts[wave].members().map(|demand| {
                    let shipment = site.demands[demand as usize].shipment;
                    (shipment, too_late(&site))
                })),
            }
        }
        let picks = waves
            .iter()
            .flat_map(|wave| &wave.carts)
            .flat_map(|cart| &cart.picks);
        let has_gap = picks.into_iter().any(|pick| pick.slot.is_none());
        if !has_gap || kept.iter().all(|&kept| kept) {
            let rules = compare(&site, &chosen, &waves, not_waved.len());
            return FacilityPlan {
                site,
                waves,
                not_waved,
                rules,
            };
        }
        let mut keep = kept.into_iter();
        drafts.retain(|_| keep.next().unwrap_or(false));
    }
}

/// The plan, the rules in use and the bounds; `not_waved` shipments of the facility are late in the plan.
fn compare(site: &Site<'_>, chosen: &[u32], waves: &[Planned], not_waved: usize) -> Vec<Ruled> {
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
    let others = rules(site, chosen).into_iter().map(|rule| Ruled {
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
        for demand in wave.draft.members() {
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
            tote: tote as u16 + 1,
        });
    }
    lines.sort_unstable();
    lines.dedup();
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
