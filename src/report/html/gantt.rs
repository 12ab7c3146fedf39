//! When the floor works: the waves of each facility against its open hours and the carriers' pick-ups, on the facility's own clock.
//!
//! A wave is a bar from its release to the moment its last shipment is packed: thick in open hours, a thread through closed ones.
//! Bars that overlap stand in lanes; a facility with more lanes than fit is drawn as the number of shipments at work over time instead.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::View;
use super::axis::{self, Scale};
use super::hours::Hours;
use super::parts::{Figure, Head, Svg, bar_cell, card, num, plural, wide_table};
use crate::model::ids::{FacilityIdx, Idx};
use crate::model::units::{Seconds, Timestamp};
use crate::report::format::{count, distance, duration, local, percent, percent_or_dash, reached};
use crate::report::metrics::CutOff;

/// Facilities drawn, those with most shipments first.
const FACILITIES: usize = 16;
/// Lanes of bars per facility before they are drawn as a profile.
const LANES: usize = 6;
/// Bars per facility before they are drawn as a profile: a bar should be wider than its gap.
const BARS: usize = 120;
/// Rows of the table of cut-offs.
const ROWS: usize = 30;
const WIDTH: f64 = 1_080.0;
const LEFT: f64 = 150.0;
const TOP: f64 = 34.0;
const LANE: f64 = 13.0;
const PROFILE: f64 = 46.0;
/// Above the bars, for the marks of pick-ups.
const MARKS: f64 = 9.0;
/// Room for the name, the time zone and the shift of a facility.
const LABELS: f64 = 42.0;
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
    time_zone: String,
    hours: Hours,
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
    /// Of the bars or the profile.
    fn body(&self) -> f64 {
        if self.as_profile() {
            PROFILE
        } else {
            LANE * self.lane_count() as f64
        }
    }
    fn height(&self) -> f64 {
        let labels = if self.as_profile() {
            LABELS + 13.0
        } else {
            LABELS
        };
        (MARKS + self.body()).max(labels)
    }
    /// The parts of a bar in open hours, in clock seconds.
    fn worked(&self, bar: &Bar) -> Vec<(i64, i64)> {
        let clock = |at| self.hours.clock(at);
        self.hours.open(clock(bar.from), clock(bar.to))
    }
}

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let all = rows(v);
    let lead = html! {
        (plural(m.waves.waves, "wave")) " on " (plural(m.waves.batches, "cart tour")) "; "
        (percent_or_dash(m.cut_offs_made_share)) " of shipments are packed before the carrier pick-up they were planned for."
        @if m.waves.not_waved > 0 { " " (plural(m.waves.not_waved, "shipment")) " found no wave; table wave_shipments says why." }
        @if let Some(([rule, plan, bound], saved)) = m.waves.compared() {
            " Earliest cut-off first, on the same slots and shortest tours, would walk " (distance(rule.distance_mm)) " and be late with "
            (plural(rule.late, "shipment")) "; the plan walks " (distance(plan.distance_mm)) " ("
            (percent(saved.abs())) @if saved < 0.0 { " more" } @else { " less" } ") and is late with " (count(plan.late)) ". No plan walks less than "
            (distance(bound.distance_mm)) " or is late with fewer than " (count(bound.late)) " (table wave_rules)."
        }
    };
    card(
        "waves",
        "Waves and carrier pick-ups",
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
            let facility = &v.batch.facilities[FacilityIdx::from_usize(i)];
            let name = facility.id.clone();
            let cut_offs = v.metrics.cut_offs.iter().filter(|c| c.facility_id == name);
            Row {
                time_zone: facility.time_zone.clone(),
                hours: Hours::of(facility),
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

/// In clock seconds: from the first release to the last end, and pick-ups up to half a day later.
fn span(rows: &[Row]) -> (i64, i64) {
    let over = |moments: &dyn Fn(&Row) -> Vec<Timestamp>| -> Vec<i64> {
        let clocks = |row: &Row| -> Vec<i64> {
            let moments = moments(row).into_iter();
            moments.map(|at| row.hours.clock(at)).collect()
        };
        rows.iter().flat_map(clocks).collect()
    };
    let begins = over(&|row| row.bars.iter().map(|bar| bar.from).collect());
    let ends = over(&|row| row.bars.iter().map(|bar| bar.to).collect());
    let pickups = over(&|row| row.cut_offs.iter().map(|c| c.0).collect());
    let from = begins.into_iter().min().unwrap_or(0);
    let end = ends.into_iter().max().unwrap_or(0);
    let soon = pickups.into_iter().filter(|&at| at <= end + 43_200).max();
    let to = soon.unwrap_or(end).max(end);
    let margin = ((to - from) / 60).max(300);
    (from - margin, to + margin)
}

fn draw(v: &View, rows: &[Row]) -> Markup {
    let (from, to) = span(rows);
    let x = Scale {
        from: from as f64,
        to: to as f64,
        start: LEFT,
        end: WIDTH - 12.0,
    };
    let height = TOP + rows.iter().map(|row| row.height() + GAP).sum::<f64>();
    let mut svg = Svg::default();
    let mut y = TOP;
    for row in rows {
        for (begin, end) in row.hours.closed(from, to) {
            let (left, right) = (x.at(begin as f64), x.at(end as f64));
            let size = (right - left, row.height() + GAP - 2.0);
            svg.rect("closed", (left, y - GAP / 2.0 + 1.0), size, "");
        }
        y += row.height() + GAP;
    }
    ticks(&mut svg, &x, height);
    let mut y = TOP;
    for row in rows {
        svg.line("rule", (0.0, y - GAP / 2.0), (WIDTH, y - GAP / 2.0));
        svg.text("place", (0.0, y + 10.0), "start", &row.name);
        svg.text("tick", (0.0, y + 25.0), "start", &row.time_zone);
        svg.text("tick", (0.0, y + 39.0), "start", &row.hours.shift());
        if row.as_profile() {
            profile(&mut svg, row, &x, y + MARKS);
        } else {
            bars(&mut svg, row, &x, y + MARKS);
        }
        pickups(&mut svg, v, row, &x, y);
        y += row.height() + GAP;
    }
    let figure = Figure {
        id: "gantt",
        title: "Waves by facility over local time, with open hours and carrier pick-ups",
        description: "Bars are waves from release to packed, shaded hours are closed, marks are carrier pick-ups; the table below lists the pick-ups.",
        width: WIDTH,
        height,
    };
    figure.draw(&svg)
}

/// Round local times; clock seconds are what UTC shows.
fn ticks(svg: &mut Svg, x: &Scale, height: f64) {
    let (from, to) = (Timestamp(x.from as i64), Timestamp(x.to as i64));
    let day = local(from, &TimeZone::UTC, "local time, %a %-d %b");
    svg.text("tick", (0.0, 14.0), "start", &day);
    for tick in axis::times(from, to, &TimeZone::UTC, 12) {
        let at = x.at(tick.at.0 as f64);
        let (grid, text) = match tick.midnight {
            true => ("grid day", "tick strong"),
            false => ("grid", "tick"),
        };
        svg.line(grid, (at, TOP - 12.0), (at, height - 8.0));
        svg.text(text, (at, 14.0), "middle", &tick.label);
    }
}

fn bars(svg: &mut Svg, row: &Row, x: &Scale, y: f64) {
    for (bar, &lane) in row.bars.iter().zip(&row.lanes) {
        let class = if bar.missed > 0 { "wave bad" } else { "wave" };
        let mut tip = format!(
            "{}-W{}: released {}, packed {}, {}, {}",
            row.name,
            bar.number,
            row.hours.moment(bar.from),
            row.hours.moment(bar.to),
            plural(u64::from(bar.shipments), "shipment"),
            plural(u64::from(bar.lines), "line")
        );
        if bar.missed > 0 {
            tip += &format!("; {} miss their pick-up", count(u64::from(bar.missed)));
        }
        let top = y + LANE * lane as f64;
        let at = |moment| x.at(row.hours.clock(moment) as f64);
        let (from, to) = (at(bar.from), at(bar.to));
        let middle = top + (LANE - 3.0) / 2.0 - 0.75;
        svg.rect(
            class,
            (from, middle),
            ((to - from - 1.0).max(1.5), 1.5),
            &tip,
        );
        for (begin, end) in row.worked(bar) {
            let (left, right) = (x.at(begin as f64), x.at(end as f64));
            let size = ((right - left - 1.0).max(1.5), LANE - 3.0);
            svg.rect(class, (left, top), size, &tip);
        }
    }
}

/// Shipments at work over time, as a stepped area; none are at work in closed hours.
fn profile(svg: &mut Svg, row: &Row, x: &Scale, y: f64) {
    let mut changes: Vec<(i64, i64)> = Vec::with_capacity(2 * row.bars.len());
    for bar in &row.bars {
        for (begin, end) in row.worked(bar) {
            changes.push((begin, i64::from(bar.shipments)));
            changes.push((end, -i64::from(bar.shipments)));
        }
    }
    changes.sort_unstable();
    let mut at_work = 0;
    let levels: Vec<(f64, i64)> = changes
        .iter()
        .map(|&(at, change)| {
            at_work += change;
            (x.at(at as f64), at_work)
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
    let missed: u64 = row.bars.iter().map(|bar| u64::from(bar.missed)).sum();
    let (class, note) = match missed {
        0 => (
            "tick",
            format!("peak {} at work", plural(most as u64, "shipment")),
        ),
        n => (
            "alarm",
            format!("{} late for pick-up", plural(n, "shipment")),
        ),
    };
    svg.text(class, (0.0, y - MARKS + 53.0), "start", &note);
}

/// A mark over the bars for each pick-up of this plan, and a faint line down to them.
fn pickups(svg: &mut Svg, v: &View, row: &Row, x: &Scale, y: f64) {
    for &(moment, made) in &row.cut_offs {
        let clock = row.hours.clock(moment) as f64;
        if clock > x.to {
            continue;
        }
        let class = if made { "cutoff" } else { "cutoff bad" };
        let left = x.at(clock);
        let carriers = v
            .metrics
            .cut_offs
            .iter()
            .find(|c| c.facility_id == row.name && c.pickup_at == moment.0);
        let carriers = carriers.map_or("carrier", |c| c.carriers.as_str());
        let tip = format!("{carriers} pick-up {}", row.hours.moment(moment));
        let bottom = y + MARKS + row.body() + 1.0;
        svg.line(&format!("{class} faint"), (left, y), (left, bottom));
        let d = format!("M{:.1} {:.1}h8l-4 7z", left - 4.0, y - 1.0);
        svg.path(class, &d, "", &tip);
    }
}

fn legend(rows: &[Row]) -> Markup {
    let hidden = rows.len().saturating_sub(FACILITIES);
    let profiles = rows.iter().take(FACILITIES).any(Row::as_profile);
    html! {
        p.legend {
            span { span.key.c1 {} "wave, from its release to its last parcel packed" }
            span { span.key.bad {} "wave with shipments that miss their pick-up" }
            span { span.key.closed {} "closed hours (no shift): a wave in work is a thread" }
            span { span.key.mark {} "carrier pick-up (cut-off), red where a shipment misses it" }
            @if profiles { span { span.key.c1.pale {} "area: shipments in work over time, where a facility has many waves" } }
        }
        @if rows.iter().any(|row| row.time_zone != rows[0].time_zone) { p.quiet { "Every facility stands in its own local time: a line down the chart is the same time on the clock, not the same moment." } }
        @if hidden > 0 { p.quiet { "The " (FACILITIES) " busiest facilities are drawn; " (hidden) " more are in table waves." } }
    }
}

/// In the facility's own time zone.
fn pickup_time(v: &View, c: &CutOff) -> String {
    let mut facilities = v.batch.facilities.iter();
    let moment = Timestamp(c.pickup_at);
    facilities
        .find(|facility| facility.id == c.facility_id)
        .map_or_else(
            || v.moment(moment),
            |facility| Hours::of(facility).moment(moment),
        )
}

/// Pick-ups, those with the least slack first.
fn cut_offs(v: &View) -> Markup {
    let mut rows: Vec<_> = v.metrics.cut_offs.iter().collect();
    let total = rows.len();
    rows.sort_by_key(|c| (c.slack_seconds.unwrap_or(i64::MIN), c.pickup_at));
    let head = [
        Head::Text("Facility"),
        Head::Text("Pick-up (local time)"),
        Head::Text("Carriers"),
        Head::Num("Shipments"),
        Head::Num("Packed in time"),
        Head::Num("Slack"),
    ];
    html! {
        details.keep open[total <= 12] {
            summary { "Pick-ups, tightest first" }
            (wide_table("Carrier pick-ups", false, &head, &html! {
                @for c in rows.iter().take(ROWS) {
                    @let share = c.packed_in_time as f64 / c.shipments.max(1) as f64;
                    tr {
                        th scope="row" { (c.facility_id) }
                        td.when { (pickup_time(v, c)) }
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
