//! The story in words: sections of short paragraphs, wrapped.

mod handled;
mod routed;

use super::Story;
use super::records::Record;
use crate::model::units::{Cents, Timestamp};
use crate::report::format::money;

use handled::{afterwards, boxes, carrier, picking, times, waits};
use routed::from_where;

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
        ("Carrier (UTC)", carrier(story)),
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
