//! The document: head, verdict, key figures, and the sections in the order in which questions arise.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::parts::{plural, words};
use super::{View, cost, demand, gantt, map, method, network, times};
use crate::model::units::Seconds;
use crate::report::format::{count, duration_short, percent, percent_or_dash};

/// Nothing may be fetched, whatever is in the data.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

pub fn page(v: &View) -> Markup {
    let m = v.metrics;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Plan of " (m.run.batch) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                (header(v))
                main {
                    (tiles(v))
                    (demand::section(v))
                    (cost::section(v))
                    (network::section(v))
                    (map::section(v))
                    (gantt::section(v))
                    (times::section(v))
                    (method::section(v))
                }
                footer { p {
                    "wavecrest " (m.run.version) " · seed " (m.run.seed) " · "
                    (plural(m.run.threads as u64, "thread")) ". Times of a facility are in its own time zone, all others in " (m.run.time_zone)
                    ". Every figure is in metrics.json, every row in the tables of this run."
                } }
                script { (PreEscaped(include_str!("sort.js"))) }
            }
        }
    }
}

fn header(v: &View) -> Markup {
    let m = v.metrics;
    html! {
        header.page {
            div {
                p.kicker { "Fulfilment plan" }
                h1 { (m.run.batch) }
                @if let Some(period) = period(v) { p.sub { (period) } }
            }
            (verdict(v))
        }
        p.headline { (headline(v)) }
        (causes(v))
    }
}

/// When the orders were placed.
fn period(v: &View) -> Option<String> {
    let read = |text: &Option<String>| {
        let instant: jiff::Timestamp = text.as_ref()?.parse().ok()?;
        let local = instant.to_zoned(v.zone.clone());
        Some(local.strftime("%a %-d %b %Y %H:%M").to_string())
    };
    let (first, last) = (
        read(&v.metrics.run.first_order)?,
        read(&v.metrics.run.last_order)?,
    );
    Some(format!(
        "{} placed {first} to {last}",
        plural(v.metrics.orders.read, "order")
    ))
}

/// Whether the plan may be trusted.
fn verdict(v: &View) -> Markup {
    let failed = v
        .metrics
        .checks
        .iter()
        .filter(|check| !check.holds())
        .count();
    let ran = v.metrics.checks.len();
    html! {
        @if ran == 0 {
            a.verdict.warn href="#method" { strong { "Not audited" } span { "no check ran" } }
        } @else if failed == 0 {
            a.verdict.good href="#method" { strong { "Audited" } span { "all " (ran) " checks hold" } }
        } @else {
            a.verdict.bad href="#method" { strong { "Do not use" } span { (failed) " of " (ran) " checks failed" } }
        }
    }
}

/// The plan in a few sentences.
fn headline(v: &View) -> Markup {
    let m = v.metrics;
    let partly = m.orders.partly_planned.unwrap_or(0);
    let whole = m.orders.planned.saturating_sub(partly);
    let not = m.orders.read - m.orders.planned;
    html! {
        @if m.orders.read == 0 {
            "There are no orders."
        } @else if whole == m.orders.read {
            strong { "All " (plural(m.orders.read, "order")) " ship in full" } "."
        } @else {
            "Of " (plural(m.orders.read, "order")) ", "
            strong { (count(whole)) " ship in full" } ", "
            strong { (count(partly)) " in part" } " and "
            strong { (count(not)) " not at all" } "."
        }
        @if let Some(cost) = m.costs.per_order_cents {
            " Those that ship cost " strong { (v.money(cost.round() as i64)) } " each"
            @if let Some(share) = m.on_time_share { "; " strong { (percent(share)) } " of them arrive on time" }
            "."
        }
        @if let (Some(bound), Some(gap)) = (m.routing.bound_cents, m.routing.gap) {
            " No routing can cost less than " (v.money(bound)) ": the gap to this bound is " strong { (percent(gap)) } "."
        }
    }
}

/// Why orders do not ship, or only in part, the most frequent causes first.
fn causes(v: &View) -> Markup {
    let m = v.metrics;
    let mut not: Vec<(&str, u64)> = m
        .reasons
        .iter()
        .map(|row| (row.code.as_str(), row.orders))
        .collect();
    let mut partly: Vec<(&str, u64)> = m
        .shortfalls
        .iter()
        .map(|row| (row.code.as_str(), row.partly_planned_orders))
        .filter(|row| row.1 > 0)
        .collect();
    not.sort_by_key(|row| std::cmp::Reverse(row.1));
    partly.sort_by_key(|row| std::cmp::Reverse(row.1));
    html! {
        @for (name, causes) in [("Not at all", not), ("In part", partly)] {
            @if !causes.is_empty() {
                p.causes { (name) ": " (listed(&causes)) "." }
            }
        }
    }
}

/// `no valid lines (171), payment declined (8), other reasons (22)`.
fn listed(causes: &[(&str, u64)]) -> String {
    const SHOWN: usize = 4;
    let mut parts: Vec<String> = causes
        .iter()
        .take(SHOWN)
        .map(|(code, orders)| format!("{} ({})", words(code), count(*orders)))
        .collect();
    let rest: u64 = causes.iter().skip(SHOWN).map(|cause| cause.1).sum();
    if rest > 0 {
        parts.push(format!("other reasons ({})", count(rest)));
    }
    parts.join(", ")
}

struct Tile {
    label: &'static str,
    value: String,
    note: String,
    href: &'static str,
}

fn tiles(v: &View) -> Markup {
    let m = v.metrics;
    let time = |s: Option<i64>| s.map_or_else(|| "–".into(), |s| duration_short(Seconds(s)));
    let cash = |cents: Option<f64>| cents.map_or_else(|| "–".into(), |c| v.money(c.round() as i64));
    let planned = (m.orders.read > 0).then(|| m.orders.planned as f64 / m.orders.read as f64);
    let saved = m
        .routing
        .baseline_cents
        .map_or(0, |b| b - m.routing.cost_cents);
    let tiles = [
        Tile {
            label: "Orders planned",
            value: percent_or_dash(planned),
            note: format!(
                "{} of {}, {} in full",
                count(m.orders.planned),
                count(m.orders.read),
                count(
                    m.orders
                        .planned
                        .saturating_sub(m.orders.partly_planned.unwrap_or(0))
                )
            ),
            href: "#demand",
        },
        Tile {
            label: "On time",
            value: percent_or_dash(m.on_time_share),
            note: format!(
                "{} on time and in full",
                percent_or_dash(m.on_time_in_full_share)
            ),
            href: "#waves",
        },
        Tile {
            label: "Cost per order",
            value: cash(m.costs.per_order_cents),
            note: format!("{} spent in all", v.money_short(m.costs.spent_cents)),
            href: "#cost",
        },
        Tile {
            label: "Gap to the bound",
            value: percent_or_dash(m.routing.gap),
            note: "to a proven lower bound".into(),
            href: "#cost",
        },
        Tile {
            label: if saved < 0 {
                "Dearer than the nearest-facility rule by"
            } else {
                "Saved by planning"
            },
            value: percent_or_dash(m.routing.saving_share.map(f64::abs)),
            note: match saved {
                ..0 => v.money_short(-saved),
                _ => format!("{} against the nearest-facility rule", v.money_short(saved)),
            },
            href: "#cost",
        },
        Tile {
            label: "Order to hand-over",
            value: time(m.cycle_time_seconds.p50),
            note: format!("median; 90% within {}", time(m.cycle_time_seconds.p90)),
            href: "#times",
        },
    ];
    html! {
        nav.tiles aria-label="Key figures" { @for tile in &tiles { (tile.draw()) } }
    }
}

impl Tile {
    fn draw(&self) -> Markup {
        html! {
            a.tile href=(self.href) {
                span.label { (self.label) }
                span.value { (self.value) }
                span.note { (self.note) }
            }
        }
    }
}
