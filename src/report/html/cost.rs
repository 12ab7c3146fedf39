//! What the plan costs, and where that lies between the best possible and the rule in use.

use maud::{Markup, html};

use super::View;
use super::axis::Scale;
use super::parts::{Figure, Head, Svg, card, money_cell, num, table};
use crate::report::format::{count, percent};

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let penalties = m.costs.total_cents - m.costs.spent_cents;
    let lead = html! {
        (v.money(m.costs.spent_cents)) " is spent; penalties of " (v.money(penalties))
        " stand for goodwill lost by splits, late parcels and backorders, and steer the plan."
    };
    card(
        "cost",
        "What it costs",
        lead,
        html! {
            div.columns {
                div { h3 { "By component" } (components(v)) }
                div { h3 { "Against the best possible" } (against(v)) (freight(v)) }
            }
        },
    )
}

fn components(v: &View) -> Markup {
    let c = &v.metrics.costs;
    let parts = [
        ("Freight", c.freight_cents + c.rebooking_cents, "c1"),
        ("Cartons", c.cartons_cents, "c1"),
        ("Handling", c.handling_cents, "c1"),
        ("Split penalty", c.split_penalty_cents, "rest"),
        ("Lateness penalty", c.lateness_penalty_cents, "rest"),
        ("Store penalty", c.store_penalty_cents, "rest"),
        ("Balance penalty", c.balance_penalty_cents, "rest"),
        ("Backorder penalty", c.backorder_penalty_cents, "rest"),
    ];
    // Most batches have no stores, and ask for no loads.
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|part| part.1 != 0 || !["Store penalty", "Balance penalty"].contains(&part.0))
        .collect();
    let most = parts.iter().map(|part| part.1).max().unwrap_or(0).max(1) as f64;
    let total = c.total_cents.max(1) as f64;
    let orders = v.metrics.orders.planned;
    let each = |cents: i64| match orders {
        0 => "–".into(),
        n => v.money((cents as f64 / n as f64).round() as i64),
    };
    let head = [
        Head::Text("Component"),
        Head::Num("Amount"),
        Head::Num("Share"),
        Head::Num("Per order"),
    ];
    table(
        "Cost by component",
        false,
        &head,
        html! {
            @for (name, cents, class) in parts {
                tr {
                    th scope="row" { (name) }
                    (money_cell(cents as f64 / most, class, &v.money(cents)))
                    (num(&percent(cents as f64 / total)))
                    (num(&each(cents)))
                }
            }
            @for (name, cents) in [("Spent", c.spent_cents), ("With penalties", c.total_cents)] {
                tr.total {
                    th scope="row" { (name) }
                    (num(&v.money(cents)))
                    (num(&percent(cents as f64 / total)))
                    (num(&each(cents)))
                }
            }
        },
    )
}

/// Bound, plan and baseline on one axis that starts at the bound: what could still be saved, and what is saved already.
fn against(v: &View) -> Markup {
    let r = &v.metrics.routing;
    let incumbent = match r.incumbent_faults {
        Some(1..) => "Incumbent plan, if it could be carried out",
        _ => "Incumbent plan",
    };
    let points = [
        ("No plan costs less than", r.bound_cents, "good"),
        ("This plan", Some(r.cost_cents), "c1"),
        ("Nearest facility", r.baseline_cents, "bad"),
        (incumbent, r.incumbent_cents, "bad"),
    ];
    let known: Vec<_> = points
        .iter()
        .filter_map(|&(name, cents, class)| Some((name, cents?, class)))
        .collect();
    if known.len() < 2 {
        return html! { p.quiet { "This run has no bound and no baseline to compare with." } };
    }
    html! {
        (strip(v, &known))
        table.plain {
            caption.visually-hidden { "Routing cost against bound and baseline" }
            tbody { @for &(name, cents, _) in &known {
                tr {
                    th scope="row" { (name) }
                    (num(&v.money(cents)))
                    (num(&difference(cents, r.cost_cents)))
                }
            } }
        }
    }
}

/// `+6.4%`; nothing for the plan itself.
fn difference(cents: i64, plan: i64) -> String {
    match cents - plan {
        0 => String::new(),
        _ if plan == 0 => String::new(),
        d if d > 0 => format!("+{}", percent(d as f64 / plan as f64)),
        d => format!("−{}", percent(-d as f64 / plan as f64)),
    }
}

fn strip(v: &View, points: &[(&str, i64, &str)]) -> Markup {
    let cents = points.iter().map(|point| point.1);
    let (low, high) = (cents.clone().min().unwrap_or(0), cents.max().unwrap_or(1));
    let pad = ((high - low) as f64 * 0.08).max(1.0);
    let x = Scale {
        from: low as f64 - pad,
        to: high as f64 + pad,
        start: 10.0,
        end: 510.0,
    };
    let mut svg = Svg::default();
    svg.line("axis", (x.start, 34.0), (x.end, 34.0));
    for pair in points.windows(2) {
        let class = if pair[0].2 == "good" {
            "span open"
        } else {
            "span saved"
        };
        let (from, to) = (x.at(pair[0].1 as f64), x.at(pair[1].1 as f64));
        svg.line(class, (from.min(to), 34.0), (from.max(to), 34.0));
    }
    for &(name, cents, class) in points {
        let tip = format!("{name}: {}", v.money(cents));
        svg.circle(
            &format!("dot {class}"),
            (x.at(cents as f64), 34.0),
            7.0,
            &tip,
        );
    }
    differences(&mut svg, v, points, &x);
    let figure = Figure {
        id: "strip",
        title: "Cost of this plan between its bound and the nearest-facility rule",
        description: "Three points on a cost axis; the table below has the figures.",
        width: 520.0,
        height: 66.0,
    };
    figure.draw(&svg)
}

/// What is saved against the rule in use, and what could still be saved at most.
fn differences(svg: &mut Svg, v: &View, points: &[(&str, i64, &str)], x: &Scale) {
    let of = |class: &str| points.iter().find(|p| p.2 == class).map(|p| p.1);
    let Some(plan) = of("c1") else { return };
    if let Some(base) = of("bad") {
        let middle = (x.at(plan as f64) + x.at(base as f64)) / 2.0;
        let verb = if base >= plan { "saved" } else { "dearer by" };
        let text = format!("{verb} {}", v.money_short((base - plan).abs()));
        svg.text("label", (middle, 18.0), "middle", &text);
    }
    if let Some(bound) = of("good") {
        let text = format!("gap to the bound {}", v.money_short(plan - bound));
        svg.text("label", (x.at(bound as f64), 58.0), "start", &text);
    }
}

/// What carriers charge, by kind.
fn freight(v: &View) -> Markup {
    let charges = &v.metrics.costs.charges_cents;
    let most = charges
        .iter()
        .map(|(_, &cents)| cents)
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let packages = v.metrics.packing.packages.max(1);
    html! {
        @if !charges.is_empty() {
            h3 { "What carriers charge for" }
            (table("Freight by kind of charge", false, &[Head::Text("Charge"), Head::Num("Amount"), Head::Num("Per package")], html! {
                @for (kind, &cents) in charges.iter() {
                    tr {
                        th scope="row" { (kind.replace('_', " ")) }
                        (money_cell(cents as f64 / most, "c1", &v.money(cents)))
                        (num(&v.money((cents as f64 / packages as f64).round() as i64)))
                    }
                }
            }))
            p.quiet { (count(v.metrics.packing.packages)) " packages; no packing needs fewer than " (count(v.metrics.packing.packages_bound)) "." }
        }
    }
}
