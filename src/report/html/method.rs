//! How the plan came about and why to trust it: checks, bounds, scarce stock, computing time, parameters, notes.

use maud::{Markup, html};

use super::View;
use super::parts::{Head, bar_cell, card, num, plural, prose, table, wide_table};
use crate::model::plan::ShadowPrice;
use crate::params::Params;
use crate::report::format::{bytes, count, distance, percent_or_dash, wall_clock};
use crate::report::tables::{BoundRow, bounds};

/// Shadow prices shown.
const SCARCE: usize = 10;

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let lead = html! {
        "Computed in " (wall_clock(m.total_seconds))
        @if let Some(peak) = m.peak_memory_bytes { " with at most " (bytes(peak)) " of memory" }
        ". Checks recompute feasibility and cost from the inputs and share no code with the planning."
    };
    card(
        "method",
        "How it was computed, and why to trust it",
        lead,
        html! {
            @if !m.run.notes.is_empty() {
                div.notes { h3 { "Notes" } ul { @for note in &m.run.notes { li { (prose(note)) } } } }
            }
            div.columns {
                div { h3 { "Stages and their checks" } (stages(v)) }
                div {
                    h3 { "How far from the best possible" } (gaps(v))
                    (scarce(v))
                }
            }
            (failures(v))
            (parameters(v))
        },
    )
}

fn stages(v: &View) -> Markup {
    let m = v.metrics;
    let most = m
        .stage_seconds
        .iter()
        .map(|(_, &s)| s)
        .fold(0.0, f64::max)
        .max(1e-9);
    let head = [
        Head::Text("Stage"),
        Head::Num("Time"),
        Head::Num("Rows/s"),
        Head::Text("Check"),
    ];
    table(
        "Stages",
        false,
        &head,
        html! {
            @for (stage, &seconds) in m.stage_seconds.iter() {
                @let rate = m.stage_rows_per_second.get(stage).copied().unwrap_or(0.0);
                tr {
                    th scope="row" { (stage) }
                    (bar_cell(seconds / most, "c1", &wall_clock(seconds)))
                    (num(&if rate > 0.0 { count(rate as u64) } else { "–".into() }))
                    td { (check(v, stage)) }
                }
            }
        },
    )
}

fn check(v: &View, stage: &str) -> Markup {
    match v.metrics.checks.iter().find(|check| check.stage == stage) {
        None => html! { span.quiet { "–" } },
        Some(check) if check.holds() => html! { span.chip.good { "holds" } },
        Some(check) => html! { span.chip.bad { (count(check.violations)) " broken" } },
    }
}

fn failures(v: &View) -> Markup {
    let failed: Vec<_> = v
        .metrics
        .checks
        .iter()
        .filter(|check| !check.holds())
        .collect();
    let head = [
        Head::Text("Stage"),
        Head::Text("Rule"),
        Head::Text("Where"),
        Head::Text("What is wrong"),
    ];
    html! {
        @if !failed.is_empty() {
            h3.badtext { "Broken rules" }
            (wide_table("Violations", false, &head, &html! {
                @for check in failed { @for violation in &check.examples {
                    tr {
                        th scope="row" { (check.stage) }
                        td { (violation.rule) }
                        td { (violation.place) }
                        td.hint { (violation.message) }
                    }
                } }
            }))
        }
    }
}

fn gaps(v: &View) -> Markup {
    let rows = bounds(v.plan);
    let show = |row: &BoundRow, value: i64| match row.measure {
        "cost_cents" => v.money(value),
        "distance_mm" => distance(value),
        _ => count(value.unsigned_abs()),
    };
    let head = [
        Head::Text("Decision"),
        Head::Num("This plan"),
        Head::Num("Bound"),
        Head::Num("Gap"),
    ];
    html! {
        @if rows.is_empty() { p.quiet { "No stage reported a bound." } } @else {
            (wide_table("Bounds", false, &head, &html! {
                @for row in rows.iter().filter(|row| row.scope == "all") {
                    tr {
                        th.wrap scope="row" { (what(row)) div.quiet { (row.method) } }
                        (num(&show(row, row.value)))
                        (num(&show(row, row.bound)))
                        (num(&percent_or_dash(row.gap())))
                    }
                }
                @if let Some((row, faults)) = &incumbent(v) {
                    tr {
                        th.wrap scope="row" {
                            "the incumbent plan"
                            div.quiet { "priced like ours; " (plural(*faults, "fault")) ", see table incumbent_faults" }
                        }
                        (num(&show(row, row.value)))
                        (num(&show(row, row.bound)))
                        (num(&percent_or_dash(row.gap())))
                    }
                }
            }))
        }
    }
}

/// The plan of another system against the bound of routing, and its faults. With faults it may cost less than any plan.
fn incumbent(v: &View) -> Option<(BoundRow, u64)> {
    let routing = &v.metrics.routing;
    let row = BoundRow {
        stage: "routing",
        scope: "all".into(),
        measure: "cost_cents",
        method: String::new(),
        value: routing.incumbent_cents?,
        bound: routing.bound_cents?,
    };
    Some((row, routing.incumbent_faults.unwrap_or(0)))
}

fn what(row: &BoundRow) -> &'static str {
    match row.measure {
        "cost_cents" => "routing cost",
        "distance_mm" => "distance walked",
        _ => "packages",
    }
}

/// The stock and capacity that is worth most.
fn scarce(v: &View) -> Markup {
    let mut prices: Vec<ShadowPrice> = v.plan.routed.shadow_prices.rows().collect();
    prices.retain(|row| row.price.0 > 0);
    prices.sort_by_key(|row| (std::cmp::Reverse(row.price), row.facility, row.item));
    let head = [
        Head::Text("Facility"),
        Head::Text("One more"),
        Head::Num("Saves"),
    ];
    html! {
        @if !prices.is_empty() {
            h3 { "What is scarce" }
            (table("Shadow prices", false, &head, html! {
                @for row in prices.iter().take(SCARCE) {
                    tr {
                        th scope="row" { (v.batch.facilities[row.facility].id) }
                        td { @match row.item {
                            Some(item) => { "unit of " (&v.batch.items.sku[item]) },
                            None if row.shipments => "shipment of capacity",
                            None => "unit of capacity",
                        } }
                        (num(&v.money(row.price.0)))
                    }
                }
            }))
            @if prices.len() > SCARCE {
                p.quiet { (plural((prices.len() - SCARCE) as u64, "more row")) " in table shadow_prices." }
            }
        }
    }
}

/// A parameter with its value in this run.
struct Setting {
    path: String,
    value: String,
    changed: bool,
    default: String,
    unit: &'static str,
    reason: &'static str,
}

fn settings(v: &View) -> Vec<Setting> {
    let values = serde_json::to_value(&v.metrics.params).unwrap_or_default();
    Params::docs()
        .into_iter()
        .map(|doc| {
            let value = values
                .get(doc.section)
                .and_then(|section| section.get(doc.name))
                .map_or_else(String::new, |value| match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_string(),
                });
            Setting {
                path: doc.path(),
                changed: value != doc.default,
                value,
                default: doc.default,
                unit: doc.unit,
                reason: doc.reason,
            }
        })
        .collect()
}

fn parameters(v: &View) -> Markup {
    let all = settings(v);
    let changed: Vec<&Setting> = all.iter().filter(|s| s.changed).collect();
    let head = [
        Head::Text("Parameter"),
        Head::Num("Value"),
        Head::Num("Default"),
        Head::Text("Unit"),
        Head::Text("What for"),
    ];
    html! {
        h3 { "Parameters" }
        p {
            @if changed.is_empty() { "All parameters have their defaults." } @else {
                "Changed: "
                @for (i, setting) in changed.iter().enumerate() {
                    @if i > 0 { ", " }
                    code { (setting.path) "=" (setting.value) } " (default " (setting.default) ")"
                }
                "."
            }
        }
        details {
            summary { "All " (all.len()) " parameters" }
            (wide_table("Parameters", false, &head, &html! {
                @for s in &all {
                    tr.changed[s.changed] {
                        th scope="row" { code { (s.path) } }
                        (num(&s.value))
                        (num(&s.default))
                        td { (s.unit) }
                        td.hint { (prose(s.reason)) }
                    }
                }
            }))
        }
    }
}
