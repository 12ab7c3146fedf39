//! From where an order ships, and why.

use std::collections::BTreeMap;

use super::super::Story;
use super::super::records::Record;
use super::{cents, plural, sentence, spaced};
use crate::model::units::Cents;
use crate::report::format::money;

pub fn from_where(story: &Story) -> Vec<String> {
    let Some(row) = story.of("routing_decisions").first() else {
        let routed = !story.of("shipments").is_empty() || !story.of("backorders").is_empty();
        let silent = "The run did not write why (routing.explain was none).";
        return if routed {
            vec![silent.into()]
        } else {
            Vec::new()
        };
    };
    let mut said = vec![sends(row), priced(story, row)];
    said.push(runner_up(story, row));
    said.extend(scarce(story, row));
    said.extend(not_used(story));
    said.extend(
        story
            .of("incumbent")
            .iter()
            .map(|row| incumbent(story, row)),
    );
    for row in story.of("unplaced_shipments") {
        said.push(format!(
            "But no carrier takes {} of {} from {}: {}. {}.",
            plural(row.int("packages").unwrap_or(0), "parcel"),
            plural(row.int("units").unwrap_or(0), "unit"),
            row.text("facility_id"),
            spaced(row.text("code")),
            sentence(row.text("hint"))
        ));
    }
    said
}

fn sends(row: &Record) -> String {
    let shipped = row.int("shipped").unwrap_or(0);
    match row.int("shipments").unwrap_or(0) {
        0 => "No facility ships any of it now.".into(),
        1 => format!(
            "{} sends {}.",
            row.text("facilities"),
            plural(shipped, "unit")
        ),
        n => {
            let units = row.text("units_by_facility").split('+');
            let parts = row.text("facilities").split('+').zip(units);
            let parts: Vec<String> = parts.map(|(site, n)| format!("{site} sends {n}")).collect();
            format!("In {n} shipments: {}.", parts.join(", "))
        }
    }
}

fn priced(story: &Story, row: &Record) -> String {
    let parts = [
        ("freight_cents", "freight"),
        ("cartons_cents", "boxes"),
        ("handling_cents", "handling"),
        ("lateness_cents", "penalty for arriving late"),
        ("store_cents", "penalty for shipping from a store"),
        ("split_cents", "penalty for further shipments"),
        ("backorder_cents", "penalty for what waits"),
        ("lost_cents", "penalty as nothing ships"),
    ];
    let parts = parts
        .iter()
        .filter(|(column, _)| row.int(column) != Some(0));
    let parts: Vec<String> = parts
        .map(|(column, what)| format!("{what} {}", cents(story, row, column)))
        .collect();
    let total = cents(story, row, "cost_cents");
    format!(
        "As routing priced it, that costs {total}: {}.",
        parts.join(", ")
    )
}

fn runner_up(story: &Story, row: &Record) -> String {
    let cost = row.int("cost_cents").unwrap_or(0);
    let Some(other) = row.int("runner_up_cents") else {
        return match row.int("shipments") {
            Some(0) => "Runner-up: none, nothing can ship.".into(),
            _ => "Runner-up: none, no other facility could take it over with what is left.".into(),
        };
    };
    let way = format!(
        "{} for {}",
        row.text("runner_up"),
        cents(story, row, "runner_up_cents")
    );
    let by = money(Cents((other - cost).abs()), &story.currency);
    let waiting = waiting(row, "runner_up_waiting");
    match other < cost {
        false => format!("Runner-up: {way}, {by} more{waiting}."),
        true => {
            format!("Runner-up: {way}, {by} less{waiting}: still open, the search did not find it.")
        }
    }
}

/// What the other system's plan did with the order.
fn incumbent(story: &Story, row: &Record) -> String {
    let from = match row.text("incumbent_facilities") {
        "" => "ships none of it".to_owned(),
        sites => format!("ships from {sites}"),
    };
    let cost = cents(story, row, "incumbent_cents");
    let saved = row.int("difference_cents").unwrap_or(0);
    let by = money(Cents(saved.abs()), &story.currency);
    let against = match saved {
        0 => "as much as ours".to_owned(),
        1.. => format!("{by} more than ours"),
        _ => format!("{by} less than ours"),
    };
    format!("The incumbent plan {from} for {cost}, {against}.")
}

fn waiting(row: &Record, column: &str) -> String {
    match row.int(column) {
        Some(n) if n > 0 => format!(", with {} waiting", plural(n, "unit")),
        _ => String::new(),
    }
}

fn scarce(story: &Story, row: &Record) -> Vec<String> {
    let mut said = Vec::new();
    let cost = row.int("cost_cents").unwrap_or(0);
    let alone = row.int("cheapest_cents").unwrap_or(cost);
    if alone < cost {
        let place = match row.text("cheapest") {
            "" => "nowhere",
            place => place,
        };
        let way = format!("{place} for {}", cents(story, row, "cheapest_cents"));
        let less = money(Cents(cost - alone), &story.currency);
        let waiting = waiting(row, "cheapest_waiting");
        let taken = row.int("runner_up_cents") != Some(alone);
        said.push(match taken {
            true => format!("Alone in the night it would ship from {way}, {less} less{waiting}; other orders have that stock or capacity."),
            false => format!("Alone in the night it would ship from {way}, {less} less{waiting}."),
        });
    }
    if row.int("scarcity_cents").unwrap_or(0) > 0 {
        said.push(format!(
            "The stock and capacity that it takes are worth {} to other orders.",
            cents(story, row, "scarcity_cents")
        ));
    }
    said
}

/// Why each other facility was not used, by reason.
fn not_used(story: &Story) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in story.of("routing_alternatives") {
        let sites = by_reason.entry(row.text("reason")).or_default();
        sites.push(row.text("facility_id"));
    }
    let said = by_reason.into_iter().map(|(reason, sites)| {
        let why = match reason {
            "cost" => "dearer",
            "no_stock" => "had none of it",
            "stock_taken" => "others have what it had",
            "capacity" => "no capacity left",
            "rule" => "may not ship it by a rule",
            "no_carrier" => "no carrier takes it from there",
            other => other,
        };
        format!("Not used, {why}: {}.", sites.join(", "))
    });
    said.collect()
}
