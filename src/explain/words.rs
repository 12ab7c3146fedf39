//! The story in words: sections of short paragraphs, wrapped.

use std::collections::BTreeMap;

use super::Story;
use super::records::Record;
use crate::model::units::{Cents, Timestamp};
use crate::report::format::money;

/// Columns that still hold a sentence, and those that the eye follows.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// A heading and its paragraphs.
type Section = (&'static str, Vec<String>);

/// The story for a screen of `width` columns; headings are bold where `styled`.
pub fn words(story: &Story, width: usize, styled: bool) -> String {
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let mut text = String::new();
    let mut say = |line: &str, bold: bool| {
        match bold && styled {
            true => text.push_str(&format!("\x1b[1m{line}\x1b[0m")),
            false => text.push_str(line),
        }
        text.push('\n');
    };
    say(&headline(story), true);
    let sections: [Section; 9] = [
        ("Asked for", asked_for(story)),
        ("May it be fulfilled?", allowed(story)),
        ("From where, and why", from_where(story)),
        ("What waits", waits(story)),
        ("Boxes", boxes(story)),
        ("Carrier", carrier(story)),
        ("Picking", picking(story)),
        ("Times (UTC)", times(story)),
        ("Afterwards", afterwards(story)),
    ];
    for (title, paragraphs) in sections {
        if paragraphs.is_empty() {
            continue;
        }
        say("", false);
        say(title, true);
        for paragraph in paragraphs {
            wrap(&paragraph, width)
                .iter()
                .for_each(|line| say(line, false));
        }
    }
    text
}

/// Lines of at most `width` columns, the first indented by 2, the others by 4; a word that is longer stands alone.
fn wrap(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::from(" ");
    for word in paragraph.split(' ') {
        let filled = line.trim_start().is_empty();
        if !filled && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, "   ".into()));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.push(line);
    lines
}

fn moment(seconds: Option<i64>) -> String {
    seconds.map_or_else(
        || "not within the horizon".into(),
        |seconds| {
            let text = crate::report::format::rfc3339(Timestamp(seconds));
            text.get(..16).unwrap_or(&text).replace('T', " ")
        },
    )
}

fn cents(story: &Story, row: &Record, column: &str) -> String {
    money(Cents(row.int(column).unwrap_or(0)), &story.currency)
}

fn plural(n: i64, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}{}", if one.ends_with('x') { "es" } else { "s" }),
    }
}

fn spaced(code: &str) -> String {
    code.replace('_', " ")
}

/// The row that says what became of the order: rows of the same id that are no order of their own come later.
fn state(story: &Story) -> Option<&Record> {
    let rows = story.of("order_states");
    let own = rows.iter().find(|row| row.text("state") != "rejected");
    own.or(rows.first())
}

fn headline(story: &Story) -> String {
    let said = match state(story) {
        None => "is not among the orders".to_owned(),
        Some(row) => {
            let part = row.text("state") == "planned" && !row.flag("complete");
            let state = if part {
                "planned in part"
            } else {
                row.text("state")
            };
            match row.text("code") {
                "" => state.to_owned(),
                code => format!("{state} ({})", spaced(code)),
            }
        }
    };
    format!("Order {}: {said}", story.order_id)
}

fn asked_for(story: &Story) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(order) = story.of("input_orders").first() {
        let place = ["postal_code", "city", "country"].map(|c| order.text(c));
        let place: Vec<&str> = place.into_iter().filter(|text| !text.is_empty()).collect();
        let mut text = format!(
            "Placed {} UTC, to {}.",
            moment(order.int("placed_at")),
            place.join(" ")
        );
        let or = |text: &str, default: &str| match text {
            "" => default.to_owned(),
            text => spaced(text),
        };
        text += &format!(
            " Service {}, payment {}",
            or(order.text("service"), "standard"),
            or(order.text("payment_status"), "unknown")
        );
        if order.int("deliver_by").is_some() {
            text += &format!(", to arrive by {}", moment(order.int("deliver_by")));
        }
        if order.flag("ship_complete") {
            text += ", all or nothing";
        }
        if let Some(priority) = order.int("priority").filter(|&p| p > 0) {
            text += &format!(", priority {priority}");
        }
        said.push(text + ".");
    }
    let lines = story.of("input_order_lines").iter();
    let lines = lines.map(|l| format!("{} × {}", l.int("quantity").unwrap_or(0), l.text("sku")));
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        said.push(format!("{}.", lines.join(", ")));
    }
    said
}

fn allowed(story: &Story) -> Vec<String> {
    let mut said = Vec::new();
    for row in story.of("rejects") {
        let value = match row.text("value") {
            "" => String::new(),
            value => format!(" = {value:?}"),
        };
        said.push(format!(
            "Rejected in {}: {} row {}, {}{value}: {}. {}.",
            row.text("stage"),
            row.text("table"),
            row.int("row").unwrap_or(0),
            row.text("column"),
            spaced(row.text("code")),
            sentence(row.text("hint"))
        ));
    }
    for row in story.of("holds") {
        said.push(format!(
            "Held: {} ({}). {}.",
            spaced(row.text("code")),
            row.text("detail"),
            sentence(row.text("hint"))
        ));
    }
    for row in story.of("fraud_scores") {
        let reasons = row.text("reasons").split(';').filter(|r| !r.is_empty());
        let reasons = reasons.map(|reason| match reason.split_once(':') {
            Some((rule, points)) => format!("{} {points}", spaced(rule)),
            None => reason.to_owned(),
        });
        let reasons: Vec<String> = reasons.collect();
        let why = match reasons.as_slice() {
            [] => "no sign of it".to_owned(),
            reasons => reasons.join(", "),
        };
        said.push(format!(
            "Risk of fraud: {} of 99 ({why}), {} at stake: {}.",
            row.int("score").unwrap_or(0),
            cents(story, row, "amount_cents"),
            row.text("decision")
        ));
    }
    said
}

/// With a capital letter and without the full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn from_where(story: &Story) -> Vec<String> {
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
    match row.int("runner_up_cents") {
        Some(other) => {
            let more = money(Cents((other - cost).abs()), &story.currency);
            let than = if other < cost { "less" } else { "more" };
            format!(
                "Runner-up: {} for {}, {more} {than}.",
                row.text("runner_up"),
                cents(story, row, "runner_up_cents")
            )
        }
        None if row.int("shipments") == Some(0) => "Runner-up: none, nothing can ship.".into(),
        None => "Runner-up: none, no other facility could take it over with what is left.".into(),
    }
}

fn scarce(story: &Story, row: &Record) -> Vec<String> {
    let mut said = Vec::new();
    let (cost, alone) = (
        row.int("cost_cents").unwrap_or(0),
        row.int("cheapest_cents").unwrap_or(0),
    );
    if alone < cost {
        let place = match row.text("cheapest") {
            "" => "nowhere",
            place => place,
        };
        said.push(format!(
            "Alone in the night it would have shipped from {place} for {}, {} less; that stock or capacity saves more on other orders.",
            cents(story, row, "cheapest_cents"),
            money(Cents(cost - alone), &story.currency)
        ));
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
            "rule_hazmat" => "may not ship hazardous goods",
            "no_carrier" => "no carrier takes it from there",
            other => other,
        };
        format!("Not used, {why}: {}.", sites.join(", "))
    });
    said.collect()
}

fn waits(story: &Story) -> Vec<String> {
    let rows = story.of("backorders").iter().map(|row| {
        format!(
            "{} × {}: {}. {}.",
            row.int("quantity").unwrap_or(0),
            row.text("sku"),
            spaced(row.text("code")),
            sentence(row.text("hint"))
        )
    });
    rows.collect()
}

fn boxes(story: &Story) -> Vec<String> {
    let rows = story.of("packages").iter().map(|row| {
        let carton = match row.text("carton_id") {
            "" => "its own container".to_owned(),
            carton => format!("carton {carton}"),
        };
        let side = |name: &str| row.int(name).unwrap_or(0);
        let mut text = format!(
            "{}: {carton}, {} × {} × {} mm, {} g, {}",
            row.text("package_id"),
            side("length_mm"),
            side("width_mm"),
            side("height_mm"),
            side("weight_g"),
            plural(side("units"), "unit")
        );
        for (column, what) in [("fragile", ", fragile"), ("hazmat", ", hazardous")] {
            if row.flag(column) {
                text += what;
            }
        }
        text + "."
    });
    rows.collect()
}

fn carrier(story: &Story) -> Vec<String> {
    let mut said = Vec::new();
    for row in story.of("shipments") {
        let id = row.text("shipment_id");
        let mut kinds: BTreeMap<&str, i64> = BTreeMap::new();
        let charges = story.of("shipment_charges").iter();
        for charge in charges.filter(|c| c.text("shipment_id") == id) {
            *kinds.entry(charge.text("kind")).or_default() +=
                charge.int("amount_cents").unwrap_or(0);
        }
        let kinds = kinds.iter();
        let kinds = kinds
            .map(|(kind, &c)| format!("{} {}", spaced(kind), money(Cents(c), &story.currency)));
        let kinds: Vec<String> = kinds.collect();
        let verdict = if row.flag("late") {
            "late: no service is faster"
        } else {
            "in time"
        };
        said.push(format!(
            "{id}: {} {}, zone {}, {} ({}). Pick-up {}, expected {}, promised {}: {verdict}.",
            row.text("carrier"),
            row.text("service"),
            row.text("zone"),
            cents(story, row, "price_cents"),
            kinds.join(", "),
            moment(row.int("ship_by")),
            moment(row.int("expected_delivery")),
            moment(row.int("promised")),
        ));
    }
    for row in story.of("rebookings") {
        said.push(format!(
            "{}: misses that pick-up, so it goes by {} {} for {} ({} difference), handed over {}, delivered {}.",
            row.text("shipment_id"),
            row.text("carrier"),
            row.text("service"),
            cents(story, row, "price_cents"),
            cents(story, row, "difference_cents"),
            moment(row.int("handed_over")),
            moment(row.int("delivered")),
        ));
    }
    said
}

fn picking(story: &Story) -> Vec<String> {
    let tasks = story.of("pick_tasks");
    let rows = story.of("wave_shipments").iter().map(|row| {
        let id = row.text("shipment_id");
        if row.text("wave_id").is_empty() {
            return format!("{id}: in no wave: {}.", spaced(row.text("reason")));
        }
        let own = || tasks.iter().filter(|task| task.text("shipment_id") == id);
        let mut carts: Vec<&str> = own().map(|task| task.text("batch_id")).collect();
        carts.dedup();
        let picks = own().map(|task| {
            let slot = match task.text("slot_id") {
                "" => "no slot",
                slot => slot,
            };
            format!(
                "{} × {} at {slot}",
                task.int("quantity").unwrap_or(0),
                task.text("sku")
            )
        });
        let picks: Vec<String> = picks.collect();
        format!(
            "{id}: wave {}, cart {}: {}.",
            row.text("wave_id"),
            carts.join(", "),
            picks.join(", ")
        )
    });
    rows.collect()
}

fn times(story: &Story) -> Vec<String> {
    let rows = story.of("cycle_times").iter().map(|row| {
        let steps = ["released", "picked", "packed", "handed_over", "delivered"];
        let steps = steps.map(|step| format!("{} {}", spaced(step), moment(row.int(step))));
        let verdict = if row.flag("on_time") {
            "on time"
        } else {
            "after the promise"
        };
        format!(
            "{}: {}: {verdict}.",
            row.text("shipment_id"),
            steps.join(", ")
        )
    });
    rows.collect()
}

fn afterwards(story: &Story) -> Vec<String> {
    let mut said = Vec::new();
    for row in story.of("invoices") {
        said.push(format!(
            "Invoice {}: {} of goods, issued {}, due {}.",
            row.text("invoice_id"),
            cents(story, row, "goods_cents"),
            moment(row.int("issued")),
            moment(row.int("due"))
        ));
    }
    let messages = story.of("notifications").iter();
    let messages =
        messages.map(|m| format!("{} ({})", spaced(m.text("template")), moment(m.int("at"))));
    let messages: Vec<String> = messages.collect();
    if !messages.is_empty() {
        said.push(format!(
            "Messages to the customer: {}.",
            messages.join(", ")
        ));
    }
    for row in story.of("returns") {
        said.push(format!(
            "Return {}: {} × {}, {}.",
            row.text("return_id"),
            row.int("quantity").unwrap_or(0),
            row.text("sku"),
            spaced(row.text("outcome"))
        ));
    }
    for row in story.of("refunds") {
        said.push(format!(
            "Refund {}: {} ({}).",
            row.text("refund_id"),
            cents(story, row, "amount_cents"),
            spaced(row.text("reason"))
        ));
    }
    for row in story.of("exchanges") {
        said.push(format!(
            "Exchange: {} × {} as order {}.",
            row.int("quantity").unwrap_or(0),
            row.text("sku"),
            row.text("exchange_order_id")
        ));
    }
    for row in story.of("claims") {
        said.push(format!(
            "Claim {}: {} asked of the carrier, {}.",
            row.text("claim_id"),
            cents(story, row, "claimed_cents"),
            spaced(row.text("outcome"))
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_the_width_and_lose_no_word() {
        let text = "one two three four five six seven eight nine ten eleven twelve averyveryveryverylongword end";
        let lines = wrap(text, 20);
        assert!(
            lines
                .iter()
                .all(|l| l.chars().count() <= 20 || !l.trim().contains(' ')),
            "{lines:?}"
        );
        assert!(lines[0].starts_with("  one") && lines[1].starts_with("    "));
        let words: Vec<&str> = lines.iter().flat_map(|l| l.split_whitespace()).collect();
        assert_eq!(words.join(" "), text);
    }

    #[test]
    fn counts_and_hints_read_well() {
        assert_eq!(plural(1, "unit"), "1 unit");
        assert_eq!(plural(2, "box"), "2 boxes");
        assert_eq!(sentence("check the sku."), "Check the sku");
        assert_eq!(sentence(""), "");
    }
}
