//! The run in a terminal, as wide as the terminal is, from the metrics alone. And what is wrong with a batch, for `wavecrest check`.
//!
//! Nothing is cut off: panels stand side by side where both fit and below each other where not, long values go on in the next line,
//! and a table of too many columns leaves out whole columns (the page has them all).

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

/// Columns of the screen where nobody says.
pub const WIDTH: usize = 112;
/// What the layout is made for.
const NARROWEST: usize = 72;
const WIDEST: usize = 120;
/// Blank columns between two panels.
const GAP: usize = 3;
/// Rows shown of a long list.
const TOP: usize = 7;

/// Columns of the terminal: `COLUMNS`, else what the terminal says, else [`WIDTH`].
pub fn width() -> usize {
    let said = std::env::var("COLUMNS").ok();
    said.and_then(|columns| columns.trim().parse().ok())
        .or_else(|| Table::new().width().map(usize::from))
        .unwrap_or(WIDTH)
}

/// The summary of a run on a screen of `width` columns.
pub fn summary(m: &Metrics, width: usize) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    let mut lines = wrap(&head(m), width);
    lines.push(String::new());
    lines.extend(beside(&orders(m), &reasons(m), width));
    lines.extend(beside(&costs(m), &proof(m, width), width));
    lines.extend(facilities(m, width).lines(width));
    lines.extend(beside(&services(m), &stages(m), width));
    lines.extend(foot(m, width));
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Rows of text under a title.
struct Panel {
    title: &'static str,
    rows: Vec<String>,
}

impl Panel {
    /// How columns align (`<` or `>`), then the rows of cells.
    fn new(title: &'static str, align: &str, rows: &[Vec<String>]) -> Panel {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in rows {
            table.add_row(row.iter().zip(align.chars()).map(|(text, side)| {
                Cell::new(text).set_alignment(match side {
                    '>' => CellAlignment::Right,
                    _ => CellAlignment::Left,
                })
            }));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let rows = table.lines().map(|line| line.trim_end().to_owned());
        Panel {
            title,
            rows: rows.collect(),
        }
    }
    /// As [`Panel::new`], without the last columns that do not fit into `width`.
    fn fitting(
        title: &'static str,
        align: &str,
        mut rows: Vec<Vec<String>>,
        width: usize,
    ) -> Panel {
        let mut panel = Panel::new(title, align, &rows);
        for columns in (2..align.len()).rev() {
            if panel.width() <= width {
                break;
            }
            rows.iter_mut().for_each(|row| row.truncate(columns));
            panel = Panel::new(title, align, &rows);
        }
        panel
    }
    /// Columns that the rows need.
    fn width(&self) -> usize {
        let rows = self.rows.iter().map(|line| line.chars().count());
        rows.max().unwrap_or(0)
    }
    /// The title on a rule of `width` columns, the rows, a blank line.
    fn lines(&self, width: usize) -> Vec<String> {
        let rule = "─".repeat(width.saturating_sub(self.title.chars().count() + 1));
        let mut lines = vec![format!("{} {rule}", self.title)];
        lines.extend(self.rows.iter().cloned());
        lines.push(String::new());
        lines
    }
}

/// Lines of whole words of at most `width` columns, those after the first indented; only a single longer word sticks out.
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

/// Two panels side by side where both fit the screen, else one below the other.
fn beside(left: &Panel, right: &Panel, width: usize) -> Vec<String> {
    let needed = left.width() + GAP + right.width();
    if needed > width {
        let mut lines = left.lines(width);
        lines.extend(right.lines(width));
        return lines;
    }
    // Half of the screen each, unless one needs more.
    let column = ((width - GAP) / 2).clamp(left.width(), width - GAP - right.width());
    let (left, right) = (left.lines(column), right.lines(width - GAP - column));
    (0..left.len().max(right.len()))
        .map(|i| {
            let mut line = left.get(i).cloned().unwrap_or_default();
            let blank = column + GAP - line.chars().count();
            line.extend(std::iter::repeat_n(' ', blank));
            line + right.get(i).map_or("", String::as_str)
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
    format!(
        "wavecrest {} · {} · seed {} · {}{memory}",
        m.run.version,
        m.run.batch,
        m.run.seed,
        wall_clock(m.total_seconds)
    )
}

fn orders(m: &Metrics) -> Panel {
    let mut rows = vec![row(["", "orders", "", "lines", "units"])];
    for state in State::ALL {
        rows.push(vec![
            state.name().to_owned(),
            count(m.orders.of(state)),
            percent(m.orders.of(state) as f64 / m.orders.read.max(1) as f64),
            count(m.lines.of(state)),
            count(m.units.of(state)),
        ]);
        if let (State::Planned, Some(partly @ 1..)) = (state, m.orders.partly_planned) {
            rows.push(vec![
                "- in part".into(),
                count(partly),
                percent(partly as f64 / m.orders.read.max(1) as f64),
                count(m.lines.partly_planned.unwrap_or(0)),
            ]);
        }
    }
    rows.push(vec![
        "read".into(),
        count(m.orders.read),
        String::new(),
        count(m.lines.read),
        count(m.units.read),
    ]);
    Panel::new("Orders", "<>>>>", &rows)
}

fn reasons(m: &Metrics) -> Panel {
    let all = &m.shortfalls;
    let mut rows = vec![row(["", "", "orders", "in part", "units"])];
    rows.extend(all.iter().take(TOP).map(|r| {
        vec![
            r.state.name().into(),
            r.code.clone(),
            count(r.orders),
            count(r.partly_planned_orders),
            count(r.units),
        ]
    }));
    if let Some(rest) = all.get(TOP..).filter(|rest| !rest.is_empty()) {
        rows.push(vec![
            "other".into(),
            format!("{} reasons", rest.len()),
            count(rest.iter().map(|r| r.orders).sum()),
            count(rest.iter().map(|r| r.partly_planned_orders).sum()),
            count(rest.iter().map(|r| r.units).sum()),
        ]);
    }
    if all.is_empty() {
        rows = vec![row([match m.orders.read {
            0 => "there are no orders",
            _ => "every order ships in full",
        }])];
    }
    // An order may have several reasons: the rows do not add up to orders.
    Panel::new("Not planned, by reason", "<<>>>", &rows)
}

fn costs(m: &Metrics) -> Panel {
    let c = &m.costs;
    let total = c.total_cents.max(1) as f64;
    let parts = [
        ("freight", c.freight_cents),
        ("rebooking", c.rebooking_cents),
        ("cartons", c.cartons_cents),
        ("handling", c.handling_cents),
        ("split penalty", c.split_penalty_cents),
        ("lateness penalty", c.lateness_penalty_cents),
        ("store penalty", c.store_penalty_cents),
        ("balance penalty", c.balance_penalty_cents),
        ("backorder penalty", c.backorder_penalty_cents),
    ];
    // Most batches have no stores, and ask for no loads.
    let rare = ["rebooking", "store penalty", "balance penalty"];
    let parts = parts
        .into_iter()
        .filter(|part| part.1 != 0 || !rare.contains(&part.0));
    let shown = parts.chain([("total", c.total_cents)]);
    let rows = shown.map(|(name, cents)| {
        vec![
            name.to_owned(),
            money(Cents(cents), &m.run.currency),
            percent(cents as f64 / total),
        ]
    });
    Panel::new("Cost", "<>>", &rows.collect::<Vec<_>>())
}

/// What came out; values that do not fit into `width` go on in the next line.
fn proof(m: &Metrics, width: usize) -> Panel {
    let rows = results(m);
    let whole = rows
        .iter()
        .map(|(name, parts)| vec![(*name).to_owned(), parts.join("; ")]);
    let panel = Panel::new("Result", "<<", &whole.collect::<Vec<_>>());
    if panel.width() <= width {
        return panel;
    }
    let parts = rows.iter().flat_map(|(name, parts)| {
        let names = std::iter::once(*name).chain(std::iter::repeat(""));
        names
            .zip(parts)
            .map(|(name, part)| vec![name.to_owned(), part.clone()])
    });
    Panel::new("Result", "<<", &parts.collect::<Vec<_>>())
}

fn results(m: &Metrics) -> Vec<(&'static str, Vec<String>)> {
    let cash = |cents: Option<i64>| {
        cents.map_or_else(|| "–".into(), |cents| money(Cents(cents), &m.run.currency))
    };
    let r = &m.routing;
    let t = &m.cycle_time_seconds;
    let time = |s: Option<i64>| s.map_or_else(|| "–".into(), |s| duration_short(Seconds(s)));
    let per_order = m.costs.per_order_cents.map(|cents| cents.round() as i64);
    let w = &m.waves;
    let mut rows = vec![
        (
            "cost per order",
            vec![
                format!("{} without penalties", cash(per_order)),
                format!("{} of orders split", percent_or_dash(r.split_share)),
            ],
        ),
        ("routing cost", vec![cash(Some(r.cost_cents))]),
        (
            "lower bound",
            vec![
                cash(r.bound_cents),
                format!("gap {}", percent_or_dash(r.gap)),
            ],
        ),
        (
            "nearest facility",
            vec![
                cash(r.baseline_cents),
                match r.saving_share {
                    Some(share) if share < 0.0 => format!("plan dearer by {}", percent(-share)),
                    share => format!("plan saves {}", percent_or_dash(share)),
                },
            ],
        ),
        (
            "waves",
            vec![
                count(w.waves),
                format!("{} carts", count(w.batches)),
                format!("{} walked", distance(w.distance_mm)),
            ],
        ),
        (
            "placed to hand-over",
            vec![
                format!("p50 {}", time(t.p50)),
                format!("p90 {}", time(t.p90)),
                format!("p99 {}", time(t.p99)),
            ],
        ),
        (
            "on time",
            vec![
                percent_or_dash(m.on_time_share),
                format!("and in full {}", percent_or_dash(m.on_time_in_full_share)),
            ],
        ),
        (
            "pick-ups made",
            vec![percent_or_dash(m.cut_offs_made_share)],
        ),
    ];
    if let Some(([rule, ..], saved)) = w.compared() {
        let than = if saved < 0.0 { "more" } else { "less" };
        let walked = format!("{} walked", distance(rule.distance_mm));
        let plan = format!("plan {} {than}", percent(saved.abs()));
        rows.push(("earliest cut-off", vec![walked, plan]));
    }
    rows.extend(
        r.incumbent_cents
            .map(|cents| ("incumbent", incumbent(m, cents))),
    );
    rows
}

/// The plan of another system.
fn incumbent(m: &Metrics, cents: i64) -> Vec<String> {
    let r = &m.routing;
    let saved = cents - r.cost_cents;
    let share = percent_or_dash((cents != 0).then(|| saved.abs() as f64 / cents as f64));
    let against = match saved < 0 {
        true => format!("plan dearer by {share}"),
        false => format!("plan saves {share}"),
    };
    let cost = money(Cents(cents), &m.run.currency);
    match (r.incumbent_shipments, r.incumbent_faults) {
        (Some(0), _) => vec![cost, "it ships nothing: all of that is penalties".into()],
        (_, Some(n)) if n > 0 => {
            let cannot = format!(
                "cannot be carried out: {} faults (incumbent_faults)",
                count(n)
            );
            vec![cannot, format!("if it could: {cost}, {against}")]
        }
        _ => vec![cost, against, "no fault".into()],
    }
}

fn facilities(m: &Metrics, width: usize) -> Panel {
    let mut all: Vec<_> = m.facilities.iter().collect();
    all.sort_by_key(|facility| std::cmp::Reverse(facility.shipments));
    let mut rows = vec![row([
        "",
        "shipments",
        "packages",
        "units",
        "freight",
        "capacity",
        "pickers",
        "packing",
        "waves",
    ])];
    rows.extend(all.iter().take(TOP).map(|f| {
        vec![
            f.facility_id.clone(),
            count(f.shipments),
            count(f.packages),
            count(f.units),
            money(Cents(f.freight_cents), &m.run.currency),
            percent_or_dash(f.capacity_share),
            percent_or_dash(f.pickers_share),
            percent_or_dash(f.pack_stations_share),
            count(f.waves),
        ]
    }));
    if let Some(rest) = all.get(TOP..).filter(|rest| !rest.is_empty()) {
        rows.push(vec![
            format!("{} more", rest.len()),
            count(rest.iter().map(|f| f.shipments).sum()),
            count(rest.iter().map(|f| f.packages).sum()),
            count(rest.iter().map(|f| f.units).sum()),
            money(
                Cents(rest.iter().map(|f| f.freight_cents).sum()),
                &m.run.currency,
            ),
        ]);
    }
    Panel::fitting("Facilities", "<>>>>>>>>", rows, width)
}

fn services(m: &Metrics) -> Panel {
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
    Panel::new("Carriers", "<>>>", &rows)
}

fn stages(m: &Metrics) -> Panel {
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
    Panel::new("Stages", "<>>", &rows)
}

fn foot(m: &Metrics, width: usize) -> Vec<String> {
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
            let text = format!("- {}: {}: {}", first.rule, first.place, first.message);
            lines.extend(wrap(&text, width));
        }
    }
    if m.waves.not_waved > 0 {
        let text = format!(
            "Not worked: {} in no wave (no pickers, pack stations or shifts, or beyond the horizon).",
            match m.waves.not_waved {
                1 => "1 shipment is".into(),
                n => format!("{} shipments are", count(n)),
            }
        );
        lines.extend(wrap(&text, width));
    }
    let notes = m.run.notes.iter();
    lines.extend(notes.flat_map(|note| wrap(&format!("Note: {note}"), width)));
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
pub fn rejects_table(batch: &Batch, rejects: &[&Rejects], holds: &Holds, width: usize) -> String {
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
        .set_width(width.clamp(NARROWEST, WIDEST) as u16)
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

/// At most `width` characters; `…` stands for the rest.
fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width - 1).collect();
    start + "…"
}

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
