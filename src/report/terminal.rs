//! The run in a terminal: one screen of 100 columns, from the metrics alone. And what is wrong with a batch, for `wavecrest check`.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};

use super::Metrics;
use super::format::{
    bytes, count, distance, duration_short, money, percent, percent_or_dash, wall_clock,
};
use super::states::State;
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::plan::{Holds, Rejects};
use crate::model::units::{Cents, Seconds};

/// Columns of the screen.
const WIDTH: usize = 112;
/// Blank columns between two panels.
const GAP: usize = 3;
/// Rows shown of a long list.
const TOP: usize = 7;

/// The summary of a run.
pub fn summary(m: &Metrics) -> String {
    let mut lines = vec![head(m), String::new()];
    lines.extend(beside(&orders(m), &reasons(m)));
    lines.extend(beside(&costs(m), &proof(m)));
    lines.extend(facilities(m));
    lines.extend(beside(&services(m), &stages(m)));
    lines.extend(foot(m));
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Rows of text: how columns align (`<` or `>`), then the cells. The title stands on a rule of `width` columns.
fn panel(title: &str, width: usize, align: &str, rows: Vec<Vec<String>>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in rows {
        table.add_row(row.into_iter().zip(align.chars()).map(|(text, side)| {
            Cell::new(text).set_alignment(match side {
                '>' => CellAlignment::Right,
                _ => CellAlignment::Left,
            })
        }));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let rule = "─".repeat(width.saturating_sub(title.chars().count() + 1));
    let mut lines = vec![format!("{title} {rule}")];
    lines.extend(table.lines().map(|line| clip(&line, width)));
    lines.push(String::new());
    lines
}

fn clip(line: &str, width: usize) -> String {
    let line = line.trim_end();
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let start: String = line.chars().take(width - 1).collect();
    start + "…"
}

/// Two panels side by side.
fn beside(left: &[String], right: &[String]) -> Vec<String> {
    let width = left.iter().map(|line| line.chars().count()).max();
    let column = width.unwrap_or(0) + GAP;
    (0..left.len().max(right.len()))
        .map(|i| {
            let (left, right) = (left.get(i), right.get(i));
            let mut line = left.cloned().unwrap_or_default();
            line.extend(std::iter::repeat_n(' ', column - line.chars().count()));
            line + right.map_or("", String::as_str)
        })
        .collect()
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn head(m: &Metrics) -> String {
    let memory = m
        .peak_memory_bytes
        .map_or_else(String::new, |peak| format!(" · {}", bytes(peak)));
    clip(
        &format!(
            "wavecrest {} · {} · seed {} · {}{memory}",
            m.run.version,
            m.run.batch,
            m.run.seed,
            wall_clock(m.total_seconds)
        ),
        WIDTH,
    )
}

/// Width of a left panel; the right one takes the rest.
const LEFT: usize = 56;
const RIGHT: usize = WIDTH - LEFT - GAP;
/// Width of the panel of carrier services.
const SERVICES: usize = 74;

fn orders(m: &Metrics) -> Vec<String> {
    let mut rows = vec![row(["", "orders", "", "lines", "units"])];
    for state in State::ALL {
        rows.push(vec![
            state.name().to_owned(),
            count(m.orders.of(state)),
            percent(m.orders.of(state) as f64 / m.orders.read.max(1) as f64),
            count(m.lines.of(state)),
            count(m.units.of(state)),
        ]);
    }
    rows.push(vec![
        "read".into(),
        count(m.orders.read),
        String::new(),
        count(m.lines.read),
        count(m.units.read),
    ]);
    panel("Orders", LEFT, "<>>>>", rows)
}

fn reasons(m: &Metrics) -> Vec<String> {
    let mut reasons: Vec<_> = m.reasons.iter().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.orders));
    let mut rows: Vec<_> = reasons
        .iter()
        .take(TOP - 1)
        .map(|r| vec![r.state.name().into(), r.code.clone(), count(r.orders)])
        .collect();
    if reasons.len() > TOP - 1 {
        let rest: u64 = reasons[TOP - 1..].iter().map(|r| r.orders).sum();
        rows.push(vec![String::new(), "other reasons".into(), count(rest)]);
    }
    // Units that wait, of orders planned in part too.
    rows.extend(
        m.backorders
            .by_code
            .iter()
            .map(|(code, units)| vec!["units".into(), code.to_owned(), count(*units)]),
    );
    if rows.is_empty() {
        rows.push(row(["every order is planned whole", "", ""]));
    }
    panel("Not planned, and why", RIGHT, "<<>", rows)
}

fn costs(m: &Metrics) -> Vec<String> {
    let c = &m.costs;
    let total = c.total_cents.max(1) as f64;
    let parts = [
        ("freight", c.freight_cents + c.rebooking_cents),
        ("cartons", c.cartons_cents),
        ("handling", c.handling_cents),
        ("split penalty", c.split_penalty_cents),
        ("lateness penalty", c.lateness_penalty_cents),
        ("backorder penalty", c.backorder_penalty_cents),
    ];
    let shown = parts.into_iter().chain([("total", c.total_cents)]);
    let rows = shown.map(|(name, cents)| {
        vec![
            name.to_owned(),
            money(Cents(cents), &m.run.currency),
            percent(cents as f64 / total),
        ]
    });
    panel("Cost", LEFT, "<>>", rows.collect())
}

fn proof(m: &Metrics) -> Vec<String> {
    let cash = |cents: Option<i64>| {
        cents.map_or_else(|| "–".into(), |cents| money(Cents(cents), &m.run.currency))
    };
    let r = &m.routing;
    let t = &m.cycle_time_seconds;
    let time = |s: Option<i64>| s.map_or_else(|| "–".into(), |s| duration_short(Seconds(s)));
    let per_order = m.costs.per_order_cents.map(|cents| cents.round() as i64);
    let w = &m.waves;
    let rows = [
        (
            "cost per order",
            format!(
                "{}; {} of orders split",
                cash(per_order),
                percent_or_dash(r.split_share)
            ),
        ),
        ("routing cost", cash(Some(r.cost_cents))),
        (
            "lower bound",
            format!("{}; gap {}", cash(r.bound_cents), percent_or_dash(r.gap)),
        ),
        (
            "nearest facility",
            format!(
                "{}; saved {}",
                cash(r.baseline_cents),
                percent_or_dash(r.saving_share)
            ),
        ),
        (
            "waves",
            format!(
                "{}; {} carts; {} walked",
                count(w.waves),
                count(w.batches),
                distance(w.distance_mm)
            ),
        ),
        (
            "placed to hand-over",
            format!(
                "p50 {}, p90 {}, p99 {}",
                time(t.p50),
                time(t.p90),
                time(t.p99)
            ),
        ),
        (
            "on time",
            format!(
                "{}; and in full {}",
                percent_or_dash(m.on_time_share),
                percent_or_dash(m.on_time_in_full_share)
            ),
        ),
        ("cut-offs made", percent_or_dash(m.cut_offs_made_share)),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    panel("Result", RIGHT, "<<", rows.to_vec())
}

fn facilities(m: &Metrics) -> Vec<String> {
    let mut all: Vec<_> = m.facilities.iter().collect();
    all.sort_by_key(|facility| std::cmp::Reverse(facility.shipments));
    let mut rows = vec![row([
        "",
        "shipments",
        "packages",
        "units",
        "capacity",
        "pickers",
        "packing",
        "waves",
        "freight",
    ])];
    rows.extend(all.iter().take(TOP).map(|f| {
        vec![
            f.facility_id.clone(),
            count(f.shipments),
            count(f.packages),
            count(f.units),
            percent_or_dash(f.capacity_share),
            percent_or_dash(f.pickers_share),
            percent_or_dash(f.pack_stations_share),
            count(f.waves),
            money(Cents(f.freight_cents), &m.run.currency),
        ]
    }));
    if let Some(rest) = all.get(TOP..).filter(|rest| !rest.is_empty()) {
        rows.push(vec![
            format!("{} more", rest.len()),
            count(rest.iter().map(|f| f.shipments).sum()),
            count(rest.iter().map(|f| f.packages).sum()),
            count(rest.iter().map(|f| f.units).sum()),
        ]);
    }
    panel("Facilities", WIDTH, "<>>>>>>>>", rows)
}

fn services(m: &Metrics) -> Vec<String> {
    let mut used: Vec<_> = m.services.iter().filter(|s| s.shipments > 0).collect();
    used.sort_by_key(|service| std::cmp::Reverse(service.shipments));
    let mut rows = vec![row(["", "shipments", "price", "late"])];
    rows.extend(used.iter().take(TOP).map(|s| {
        vec![
            format!("{} {}", s.carrier, s.service),
            count(s.shipments),
            money(Cents(s.price_cents), &m.run.currency),
            count(s.late_shipments),
        ]
    }));
    if let Some(rest) = used.get(TOP..).filter(|rest| !rest.is_empty()) {
        rows.push(vec![
            format!("{} more", rest.len()),
            count(rest.iter().map(|s| s.shipments).sum()),
            money(
                Cents(rest.iter().map(|s| s.price_cents).sum()),
                &m.run.currency,
            ),
            count(rest.iter().map(|s| s.late_shipments).sum()),
        ]);
    }
    panel("Carriers", SERVICES, "<>>>", rows)
}

fn stages(m: &Metrics) -> Vec<String> {
    let mut rows = vec![row(["", "seconds", "rows/s"])];
    for (stage, seconds) in m.stage_seconds.iter() {
        let rate = m.stage_rows_per_second.get(stage).copied().unwrap_or(0.0);
        rows.push(vec![
            stage.to_owned(),
            format!("{seconds:.2}"),
            if rate > 0.0 {
                count(rate as u64)
            } else {
                "–".into()
            },
        ]);
    }
    panel("Stages", WIDTH - SERVICES - GAP, "<>>", rows)
}

fn foot(m: &Metrics) -> Vec<String> {
    let mut lines = Vec::new();
    if m.checks.is_empty() {
        lines.push("Checks: none ran.".to_owned());
    } else if m.checks_hold() {
        lines.push(format!("Checks: all {} hold.", m.checks.len()));
    }
    for check in m.checks.iter().filter(|check| !check.holds()) {
        lines.push(format!(
            "Check of {} FAILED: {} violations",
            check.stage,
            count(check.violations)
        ));
        if let Some(first) = check.examples.first() {
            lines.push(clip(
                &format!("  {}: {}: {}", first.rule, first.place, first.message),
                WIDTH,
            ));
        }
    }
    if m.waves.not_waved > 0 {
        lines.push(format!(
            "Not worked: {} shipments are in no wave (no pickers, pack stations or shifts, or beyond the horizon).",
            count(m.waves.not_waved)
        ));
    }
    lines.extend(
        m.run
            .notes
            .iter()
            .flat_map(|note| wrap(&format!("Note: {note}"), WIDTH)),
    );
    lines
}

/// Lines of whole words, those after the first indented.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("      {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// One kind of fault.
#[derive(Default)]
struct Fault {
    rows: u64,
    example: String,
}

/// What is wrong with a batch, for `wavecrest check`: one row per (table, code), other tables before the
/// orders that refer to them, then the most frequent first; empty where nothing is.
pub fn rejects_table(batch: &Batch, rejects: &[&Rejects], holds: &Holds) -> String {
    let mut faults: BTreeMap<(String, Code), Fault> = BTreeMap::new();
    for rejects in rejects {
        for i in 0..rejects.len() {
            let key = (rejects.table[i].clone(), rejects.code[i]);
            let fault = faults.entry(key).or_default();
            fault.rows += 1;
            if fault.example.is_empty() {
                fault.example = example(rejects, i);
            }
        }
    }
    for hold in holds.rows() {
        let key = ("orders (held)".to_owned(), hold.code);
        let fault = faults.entry(key).or_default();
        fault.rows += 1;
        if fault.example.is_empty() {
            fault.example = format!("{}: {}", &batch.orders.id[hold.order], hold.detail);
        }
    }
    if faults.is_empty() {
        return String::new();
    }
    let mut rows: Vec<_> = faults.into_iter().collect();
    // Faults of orders follow from faults of the tables they refer to: causes first.
    let of_orders = |table: &str| table.starts_with("order");
    rows.sort_by_key(|(key, fault)| {
        (
            of_orders(&key.0),
            std::cmp::Reverse(fault.rows),
            key.clone(),
        )
    });
    let mut table = Table::new();
    table
        .load_style(RULED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH as u16)
        .set_header(["table", "code", "rows", "for example, and what to do"]);
    for ((name, code), fault) in rows {
        table.add_row([
            Cell::new(name),
            Cell::new(code.name()),
            Cell::new(count(fault.rows)).set_alignment(CellAlignment::Right),
            Cell::new(format!("{}\n→ {}", fault.example, code.hint())),
        ]);
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

/// A rule under the header and nothing else.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// `row 17, weight_g = -4`.
fn example(rejects: &Rejects, i: usize) -> String {
    /// Characters shown of a value.
    const VALUE: usize = 40;
    let mut text = format!("row {}", rejects.row[i]);
    if let Some(order) = &rejects.order_id[i] {
        text += &format!(" ({order})");
    }
    if !rejects.column[i].is_empty() {
        text += &format!(
            ", {} = {}",
            rejects.column[i],
            clip(&format!("{:?}", rejects.value[i]), VALUE)
        );
    }
    text
}

#[cfg(test)]
mod tests;
