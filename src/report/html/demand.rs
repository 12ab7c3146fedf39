//! What was planned and what was not, and why.

use maud::{Markup, html};

use super::View;
use super::parts::{Head, bar_cell, card, num, plural, prose, table, wide_table, words};
use crate::model::codes::Code;
use crate::report::format::{count, percent};
use crate::report::metrics::StateCounts;
use crate::report::states::State;

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let lead = html! {
        "Every order row ends in exactly one state; an order is planned if any unit of it ships."
        @if m.units.planned < m.units.read {
            " " (count(m.units.read - m.units.planned)) " of " (plural(m.units.read, "unit")) " do not ship."
        }
    };
    card(
        "demand",
        "What ships, what does not, and why",
        lead,
        html! {
            (state_bar(&m.orders))
            (states(v))
            @if m.shortfalls.is_empty() {
                p.quiet { @if m.orders.read > 0 { "Every order ships in full." } @else { "There are no orders." } }
            } @else {
                h3 { "Why orders, or units of them, do not ship" }
                (reasons(v))
                p.quiet { "An order may stand in several rows; a unit stands in one. In part: other units of the order ship." }
            }
            (faults(v))
        },
    )
}

/// One bar, all orders, by state.
fn state_bar(orders: &StateCounts) -> Markup {
    let read = orders.read.max(1) as f64;
    html! {
        div.stack aria-hidden="true" {
            @for state in State::ALL {
                @let share = orders.of(state) as f64 / read;
                @if share > 0.0 {
                    span class=(state.name()) style={ "flex-grow:" (format!("{share:.5}")) }
                        title={ (state.name()) ": " (count(orders.of(state))) } {
                        @if share > 0.08 { (percent(share)) }
                    }
                }
            }
        }
    }
}

fn states(v: &View) -> Markup {
    let m = v.metrics;
    let read = m.orders.read.max(1) as f64;
    let head = [
        Head::Text("State"),
        Head::Num("Orders"),
        Head::Num("Share"),
        Head::Num("Lines"),
        Head::Num("Units"),
    ];
    table(
        "Orders, lines and units by state",
        false,
        &head,
        html! {
            @for state in State::ALL {
                tr {
                    th scope="row" { (chip(state)) }
                    (num(&count(m.orders.of(state))))
                    (num(&percent(m.orders.of(state) as f64 / read)))
                    (num(&count(m.lines.of(state))))
                    (num(&count(m.units.of(state))))
                }
                @if let (State::Planned, Some(partly @ 1..)) = (state, m.orders.partly_planned) {
                    tr.part {
                        th scope="row" { "of them in part" }
                        (num(&count(partly)))
                        (num(&percent(partly as f64 / read)))
                        (num(&count(m.lines.partly_planned.unwrap_or(0))))
                        (num(""))
                    }
                }
            }
            tr.total {
                th scope="row" { "read" }
                (num(&count(m.orders.read)))
                (num(""))
                (num(&count(m.lines.read)))
                (num(&count(m.units.read)))
            }
        },
    )
}

fn chip(state: State) -> Markup {
    html! { span class={ "chip " (state.name()) } { (state.name()) } }
}

fn reasons(v: &View) -> Markup {
    let rows = &v.metrics.shortfalls;
    let most = rows.first().map_or(1, |reason| reason.orders).max(1) as f64;
    let head = [
        Head::Text("Reason"),
        Head::Num("Orders"),
        Head::Num("of them in part"),
        Head::Num("Units"),
        Head::Text("State"),
        Head::Text("What can be done"),
    ];
    wide_table(
        "Reasons why orders or units do not ship",
        false,
        &head,
        &html! {
            @for reason in rows {
                tr {
                    th scope="row" { (words(&reason.code)) }
                    (bar_cell(reason.orders as f64 / most, reason.state.name(), &count(reason.orders)))
                    (num(&count(reason.partly_planned_orders)))
                    (num(&count(reason.units)))
                    td { (chip(reason.state)) }
                    td.hint { (prose(&reason.hint)) }
                }
            }
        },
    )
}

/// Rows of any table that are not used.
fn faults(v: &View) -> Markup {
    let rejects = &v.metrics.rejects;
    let head = [
        Head::Text("Code"),
        Head::Num("Rows"),
        Head::Text("What can be done"),
    ];
    html! {
        @if rejects.rows > 0 {
            details {
                summary {
                    (plural(rejects.rows, "rejected row")) " in the input ("
                    @for (i, (name, rows)) in rejects.by_table.iter().enumerate() {
                        @if i > 0 { ", " }
                        (name) " " (count(*rows))
                    }
                    ")"
                }
                (table("Rejected rows by code", false, &head, html! {
                    @for (code, rows) in rejects.by_code.iter() {
                        tr {
                            th scope="row" { (words(code)) }
                            (num(&count(*rows)))
                            td.hint { (prose(Code::from_name(code).map_or("", Code::hint))) }
                        }
                    }
                }))
            }
        }
    }
}
