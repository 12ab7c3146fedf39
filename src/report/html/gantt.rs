//! When the floor works: the waves of each facility against the carriers' cut-offs.
//!
//! A wave is a bar from its release to the moment its last shipment is packed. Bars that overlap stand in lanes; a facility with
//! more lanes than fit is drawn as the number of shipments at work over time instead.

use maud::{Markup, html};

use super::View;
use super::axis::{self, Scale};
use super::parts::{Figure, Head, Svg, bar_cell, card, num, plural, table};
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::units::{Seconds, Timestamp};
use crate::report::format::{count, duration, percent_or_dash, reached};

/// Facilities drawn, those with most shipments first.
const FACILITIES: usize = 16;
/// Lanes of bars per facility before they are drawn as a profile.
const LANES: usize = 6;
/// Bars per facility before they are drawn as a profile: a bar should be wider than its gap.
const BARS: usize = 120;
/// Rows of the table of cut-offs.
const ROWS: usize = 30;
const WIDTH: f64 = 1_080.0;
const LEFT: f64 = 120.0;
const TOP: f64 = 30.0;
const LANE: f64 = 13.0;
const PROFILE: f64 = 44.0;
const GAP: f64 = 14.0;

/// A wave on the time axis.
#[derive(Clone, Copy)]
struct Bar {
    from: Timestamp,
    to: Timestamp,
    number: usize,
    shipments: u32,
    lines: u32,
    /// Shipments not packed by the pick-up they were planned for.
    missed: u32,
}

struct Row {
    name: String,
    bars: Vec<Bar>,
    /// Lane of each bar.
    lanes: Vec<usize>,
    /// Pick-ups, and whether all their shipments are packed by then.
    cut_offs: Vec<(Timestamp, bool)>,
    shipments: u64,
}

impl Row {
    fn lane_count(&self) -> usize {
        self.lanes.iter().max().map_or(1, |lane| lane + 1)
    }
    fn as_profile(&self) -> bool {
        self.lane_count() > LANES || self.bars.len() > BARS
    }
    fn height(&self) -> f64 {
        if self.as_profile() {
            PROFILE
        } else {
            LANE * self.lane_count() as f64
        }
    }
}

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let all = rows(v);
    let lead = html! {
        (plural(m.waves.waves, "wave")) " on " (plural(m.waves.batches, "cart")) "; "
        (percent_or_dash(m.cut_offs_made_share)) " of shipments make the pick-up they were planned for."
        @if m.waves.not_waved > 0 { " " (plural(m.waves.not_waved, "shipment")) " found no wave; table wave_shipments says why." }
    };
    card(
        "waves",
        "Waves against cut-offs",
        lead,
        html! {
            @if all.is_empty() {
                p.quiet { "Nothing is picked." }
            } @else {
                (draw(v, &all[..all.len().min(FACILITIES)]))
                (legend(&all))
                (cut_offs(v))
            }
        },
    )
}

/// Facilities with waves, busiest first.
fn rows(v: &View) -> Vec<Row> {
    let mut bars: Vec<Vec<Bar>> = vec![Vec::new(); v.batch.facilities.len()];
    for (wave, bar) in bars_of(v).into_iter().enumerate() {
        let facility = v.plan.waved.waves.facility[wave];
        let number = bars[facility.index()].len() + 1;
        bars[facility.index()].push(Bar { number, ..bar });
    }
    let mut rows: Vec<Row> = bars
        .into_iter()
        .enumerate()
        .filter(|(_, bars)| !bars.is_empty())
        .map(|(i, mut bars)| {
            bars.sort_by_key(|bar| (bar.from, bar.number));
            let name = v.batch.facilities[FacilityIdx::from_usize(i)].id.clone();
            let cut_offs = v.metrics.cut_offs.iter().filter(|c| c.facility_id == name);
            Row {
                cut_offs: cut_offs
                    .map(|c| (Timestamp(c.pickup_at), c.packed_in_time == c.shipments))
                    .collect(),
                shipments: bars.iter().map(|bar| u64::from(bar.shipments)).sum(),
                lanes: lanes(&bars),
                bars,
                name,
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.shipments));
    rows
}

/// One bar per wave; its end is when its last shipment is packed, or what the labour plan expects where nothing is scheduled.
fn bars_of(v: &View) -> Vec<Bar> {
    let waves = v.plan.waved.waves.rows();
    let mut bars: Vec<Bar> = waves
        .map(|wave| Bar {
            from: wave.release,
            to: wave.release,
            number: 0,
            shipments: wave.shipments,
            lines: wave.lines,
            missed: 0,
        })
        .collect();
    let times = &v.plan.scheduled.times;
    for (shipment, wave) in v.plan.waved.wave_of.iter_enumerated() {
        let (Some(wave), i) = (wave, shipment.index()) else {
            continue;
        };
        let bar = &mut bars[wave.index()];
        if let Some(packed) = times.packed.get(i).copied().and_then(reached) {
            bar.to = bar.to.max(packed);
            bar.missed += u32::from(times.missed_cutoff[i]);
        }
    }
    for (bar, &expected) in bars.iter_mut().zip(&v.plan.waved.waves.expected_end) {
        if bar.to <= bar.from {
            bar.to = expected;
        }
    }
    bars
}

/// The first free lane of each bar; bars are sorted by release.
fn lanes(bars: &[Bar]) -> Vec<usize> {
    let mut ends: Vec<Timestamp> = Vec::new();
    bars.iter()
        .map(|bar| {
            let free = ends.iter().position(|&end| end <= bar.from);
            let lane = free.unwrap_or(ends.len());
            if lane == ends.len() {
                ends.push(bar.to);
            }
            ends[lane] = bar.to;
            lane
        })
        .collect()
}

/// From the first release to the last end, and cut-offs up to half a day later.
fn span(rows: &[Row]) -> (Timestamp, Timestamp) {
    let bars = || rows.iter().flat_map(|row| &row.bars);
    let from = bars().map(|bar| bar.from).min().unwrap_or_default();
    let end = bars().map(|bar| bar.to).max().unwrap_or_default();
    let cut_offs = rows.iter().flat_map(|row| &row.cut_offs).map(|c| c.0);
    let soon = cut_offs.filter(|&at| at <= end + Seconds(43_200)).max();
    let to = soon.unwrap_or(end).max(end);
    let margin = Seconds(((to - from).0 / 60).max(300));
    (from - margin, to + margin)
}

fn draw(v: &View, rows: &[Row]) -> Markup {
    let (from, to) = span(rows);
    let x = Scale {
        from: from.0 as f64,
        to: to.0 as f64,
        start: LEFT,
        end: WIDTH - 12.0,
    };
    let height = TOP + rows.iter().map(|row| row.height() + GAP).sum::<f64>();
    let mut svg = Svg::default();
    for tick in axis::times(from, to, &v.zone, 12) {
        let at = x.at(tick.at.0 as f64);
        svg.line(
            if tick.midnight { "grid day" } else { "grid" },
            (at, TOP - 8.0),
            (at, height - 4.0),
        );
        svg.text(
            if tick.midnight { "tick strong" } else { "tick" },
            (at, 14.0),
            "middle",
            &tick.label,
        );
    }
    let mut y = TOP;
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            svg.line("rule", (0.0, y - GAP / 2.0), (WIDTH, y - GAP / 2.0));
        }
        svg.text("place", (0.0, y + 10.0), "start", &row.name);
        if row.as_profile() {
            profile(&mut svg, row, &x, y);
        } else {
            bars(&mut svg, v, row, &x, y);
        }
        for &(at, made) in row.cut_offs.iter().filter(|c| c.0 <= to) {
            cut_off(
                &mut svg,
                v,
                (x.at(at.0 as f64), y - 4.0),
                row.height() + 8.0,
                made,
                at,
            );
        }
        y += row.height() + GAP;
    }
    let figure = Figure {
        id: "gantt",
        title: "Waves by facility over time, with carrier cut-offs",
        description: "Bars are waves from release to packed, vertical marks are carrier pick-ups; the table below lists the pick-ups.",
        width: WIDTH,
        height,
    };
    figure.draw(&svg)
}

fn bars(svg: &mut Svg, v: &View, row: &Row, x: &Scale, y: f64) {
    for (bar, &lane) in row.bars.iter().zip(&row.lanes) {
        let (from, to) = (x.at(bar.from.0 as f64), x.at(bar.to.0 as f64));
        let class = if bar.missed > 0 { "wave bad" } else { "wave" };
        let mut tip = format!(
            "{}-W{}: {} to {}, {}, {}",
            row.name,
            bar.number,
            v.moment(bar.from),
            v.moment(bar.to),
            plural(u64::from(bar.shipments), "shipment"),
            plural(u64::from(bar.lines), "line")
        );
        if bar.missed > 0 {
            tip += &format!("; {} miss their pick-up", count(u64::from(bar.missed)));
        }
        let at = (from, y + LANE * lane as f64);
        svg.rect(class, at, ((to - from - 1.0).max(1.5), LANE - 3.0), &tip);
    }
}

/// Shipments at work over time, as a stepped area.
fn profile(svg: &mut Svg, row: &Row, x: &Scale, y: f64) {
    let mut changes: Vec<(Timestamp, i64)> = Vec::with_capacity(2 * row.bars.len());
    for bar in &row.bars {
        changes.push((bar.from, i64::from(bar.shipments)));
        changes.push((bar.to, -i64::from(bar.shipments)));
    }
    changes.sort_unstable();
    let mut at_work = 0;
    let levels: Vec<(f64, i64)> = changes
        .iter()
        .map(|&(at, change)| {
            at_work += change;
            (x.at(at.0 as f64), at_work)
        })
        .collect();
    let most = levels.iter().map(|level| level.1).max().unwrap_or(1).max(1);
    let base = y + PROFILE;
    let mut path = format!(
        "M{:.1} {base:.1}",
        levels.first().map_or(x.start, |level| level.0)
    );
    let mut drawn = (f64::MIN, base);
    for (at, level) in levels {
        let top = base - PROFILE * level as f64 / most as f64;
        // Steps closer than half a pixel cannot be seen.
        if at - drawn.0 >= 0.5 || level == 0 || level == most {
            path += &format!("H{at:.1}V{top:.1}");
            drawn = (at, top);
        }
    }
    let tip = format!(
        "{}: {}, at most {} at work at once",
        row.name,
        plural(row.bars.len() as u64, "wave"),
        plural(most as u64, "shipment")
    );
    svg.path("profile", &format!("{path}V{base:.1}Z"), "", &tip);
    svg.text(
        "tick",
        (0.0, y + 24.0),
        "start",
        &plural(row.bars.len() as u64, "wave"),
    );
    let missed: u64 = row.bars.iter().map(|bar| u64::from(bar.missed)).sum();
    let (class, note) = match missed {
        0 => ("tick", format!("peak {}", count(most as u64))),
        n => ("alarm", format!("{} missed", count(n))),
    };
    svg.text(class, (0.0, y + 37.0), "start", &note);
}

fn cut_off(svg: &mut Svg, v: &View, at: (f64, f64), height: f64, made: bool, moment: Timestamp) {
    let class = if made { "cutoff" } else { "cutoff bad" };
    let (left, y) = at;
    let tip = format!("pick-up {}", v.moment(moment));
    let d = format!(
        "M{left:.1} {y:.1}V{:.1}M{:.1} {y:.1}h7l-3.5 5z",
        y + height,
        left - 3.5
    );
    svg.path(class, &d, "", &tip);
}

fn legend(rows: &[Row]) -> Markup {
    let hidden = rows.len().saturating_sub(FACILITIES);
    let profiles = rows.iter().take(FACILITIES).any(Row::as_profile);
    html! {
        p.legend {
            span { span.key.c1 {} "wave, release to packed" }
            span { span.key.bad {} "some of it misses its pick-up" }
            span { span.key.line {} "carrier pick-up, red where a shipment misses it" }
            @if profiles { span { "Where a facility has many waves, the area is its shipments at work over time." } }
        }
        @if hidden > 0 { p.quiet { "The " (FACILITIES) " busiest facilities are drawn; " (hidden) " more are in table waves." } }
    }
}

/// Pick-ups, those with the least slack first.
fn cut_offs(v: &View) -> Markup {
    let mut rows: Vec<_> = v.metrics.cut_offs.iter().collect();
    let total = rows.len();
    let fault =
        |c: &crate::report::metrics::CutOff| (c.slack_seconds.unwrap_or(i64::MIN), c.pickup_at);
    rows.sort_by_key(|c| fault(c));
    let head = [
        Head::Text("Facility"),
        Head::Text("Pick-up"),
        Head::Text("Carriers"),
        Head::Num("Shipments"),
        Head::Num("Packed in time"),
        Head::Num("Slack"),
    ];
    html! {
        details.keep open[total <= 12] {
            summary { "Pick-ups, tightest first" }
            (table("Carrier pick-ups", false, &head, html! {
                @for c in rows.iter().take(ROWS) {
                    @let share = c.packed_in_time as f64 / c.shipments.max(1) as f64;
                    tr {
                        th scope="row" { (c.facility_id) }
                        td.when { (v.moment(Timestamp(c.pickup_at))) }
                        td { (c.carriers) }
                        (num(&count(c.shipments)))
                        (bar_cell(share, if share < 1.0 { "bad" } else { "good" }, &count(c.packed_in_time)))
                        (num(&c.slack_seconds.map_or_else(|| "not packed".into(), |s| duration(Seconds(s)))))
                    }
                }
            }))
            @if total > ROWS { p.quiet { "The " (ROWS) " tightest of " (count(total as u64)) " pick-ups; all are in metrics.json." } }
        }
    }
}
