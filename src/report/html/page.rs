//! The document: head, verdict, key figures, and the sections in the order in which questions arise.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::parts::plural;
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
                    (plural(m.run.threads as u64, "thread")) ". Local times: " (m.run.time_zone)
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

/// The plan in one sentence or two.
fn headline(v: &View) -> Markup {
    let m = v.metrics;
    let waiting = m.orders.held + m.orders.backordered;
    html! {
        strong { (count(m.orders.planned)) " of " (plural(m.orders.read, "order")) " ship" }
        @if let Some(cost) = m.costs.per_order_cents {
            " at " strong { (v.money(cost.round() as i64)) " an order" }
        }
        @if let Some(share) = m.on_time_share {
            ", " strong { (percent(share)) " of them on time" }
        }
        "; " (count(waiting)) " wait and " (count(m.orders.rejected)) " were rejected."
        @if let Some(gap) = m.routing.gap {
            " No routing can cost less than the bound, " strong { (percent(gap)) } " below this one."
        }
    }
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
            note: format!("{} of {}", count(m.orders.planned), count(m.orders.read)),
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
            label: "Gap to best possible",
            value: percent_or_dash(m.routing.gap),
            note: "at most; proven by a bound".into(),
            href: "#cost",
        },
        Tile {
            label: "Saved by planning",
            value: percent_or_dash(m.routing.saving_share),
            note: format!("{} against nearest facility", v.money_short(saved)),
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
