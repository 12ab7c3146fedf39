//! What is done with what ships, and what waits: boxes, carriers, carts, times, bills.

use std::collections::BTreeMap;

use super::super::Story;
use super::super::records::Record;
use super::{cents, moment, plural, sentence, spaced};
use crate::model::units::Cents;
use crate::report::format::money;

pub fn waits(story: &Story) -> Vec<String> {
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

pub fn boxes(story: &Story) -> Vec<String> {
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

pub fn carrier(story: &Story) -> Vec<String> {
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
        let booked = |column| {
            let own = |s: &&Record| s.text("shipment_id") == row.text("shipment_id");
            story
                .of("shipments")
                .iter()
                .find(own)
                .map(|s| s.text(column))
        };
        let kept = ["carrier", "service"]
            .iter()
            .all(|&column| booked(column) == Some(row.text(column)));
        let goes = match kept {
            true => "goes at a later one of the same service".to_owned(),
            false => format!("goes by {} {}", row.text("carrier"), row.text("service")),
        };
        let price = match row.int("difference_cents") {
            Some(0) => "for the same price".to_owned(),
            _ => format!(
                "for {} ({} difference)",
                cents(story, row, "price_cents"),
                cents(story, row, "difference_cents")
            ),
        };
        said.push(format!(
            "{}: misses that pick-up, so it {goes} {price}, handed over {}, delivered {}.",
            row.text("shipment_id"),
            moment(row.int("handed_over")),
            moment(row.int("delivered")),
        ));
    }
    said
}

pub fn picking(story: &Story) -> Vec<String> {
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

pub fn times(story: &Story) -> Vec<String> {
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

pub fn afterwards(story: &Story) -> Vec<String> {
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
