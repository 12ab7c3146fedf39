//! Where it goes: facilities and the flows from them to areas of destinations, on an equirectangular map.
//!
//! Longitudes are shrunk by the cosine of the middle latitude. Destinations are gathered in a grid of about 24 cells across; a cell
//! stands at the mean position of its shipments. The frame holds the facilities that ship and the middle 99 % of the shipments, so
//! that one mistyped coordinate does not shrink the map to a dot.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::View;
use super::outline::{Frame, Point, outline};
use super::parts::{Figure, Head, SERIES, Svg, card, num, plural, series, wide_table};
use crate::model::ids::FacilityIdx;
use crate::report::format::{count, percent};

const WIDTH: f64 = 1_080.0;
/// Grid cells across the map.
const CELLS: f64 = 24.0;
/// Flows drawn; the smallest are left out.
const FLOWS: usize = 250;
/// Flows in the table.
const ROWS: usize = 15;
/// Facility names on the map.
const LABELS: usize = 16;

/// Shipments from one facility to one cell.
struct Flow {
    facility: FacilityIdx,
    to: Point,
    shipments: u64,
    /// Most frequent destination, such as `GB SW1A1AA`.
    example: String,
}

pub fn section(v: &View) -> Markup {
    let places = places(v);
    let all = v.metrics.routing.shipments;
    let title = "Where it goes";
    if places.is_empty() {
        let lead =
            html! { "No map: the orders carry no coordinates (columns lat and lon of orders)." };
        return card("map", title, lead, html! {});
    }
    let frame = Projection::around(v, &places);
    let inside: Vec<&Place> = places.iter().filter(|p| frame.frame.holds(p.at)).collect();
    let flows = flows(v, &inside, &frame);
    let lead = html! {
        "Lines run from the facility to the area of the destination; width is shipments."
        @if (places.len() as u64) < all {
            " " (count(all - places.len() as u64)) " of " (plural(all, "shipment")) " have no coordinates and are not drawn."
        }
        @if inside.len() < places.len() {
            " " (plural((places.len() - inside.len()) as u64, "shipment")) " to far-off places lie outside the map."
        }
    };
    card(
        "map",
        title,
        lead,
        html! {
            (draw(v, &frame, &flows))
            details.keep { summary { "The largest flows as a table" } (rows(v, &flows)) }
        },
    )
}

/// A shipment with a known destination.
struct Place {
    facility: FacilityIdx,
    at: Point,
    dest: crate::model::ids::DestIdx,
}

fn places(v: &View) -> Vec<Place> {
    let shipments = &v.plan.routed.shipments;
    let pairs = shipments.order.iter().zip(&shipments.facility);
    pairs
        .filter_map(|(&order, &facility)| {
            let dest = v.batch.orders.dest[order];
            let (lat, lon) = v.batch.destinations.position[dest]?;
            let at = (f64::from(lon), f64::from(lat));
            let valid = at.0.abs() <= 180.0 && at.1.abs() <= 90.0;
            valid.then_some(Place { facility, at, dest })
        })
        .collect()
}

/// The frame of the map and its pixels.
struct Projection {
    frame: Frame,
    height: f64,
}

impl Projection {
    fn around(v: &View, places: &[Place]) -> Projection {
        let (mut lons, mut lats): (Vec<f64>, Vec<f64>) = places.iter().map(|p| p.at).unzip();
        lons.sort_by(f64::total_cmp);
        lats.sort_by(f64::total_cmp);
        let cut = places.len() / 200;
        let last = places.len() - 1 - cut;
        let mut frame = Frame {
            west: lons[cut],
            east: lons[last],
            south: lats[cut],
            north: lats[last],
        };
        for (facility, used) in v.batch.facilities.iter().zip(&v.metrics.facilities) {
            if used.shipments > 0 {
                frame.west = frame.west.min(facility.lon);
                frame.east = frame.east.max(facility.lon);
                frame.south = frame.south.min(facility.lat);
                frame.north = frame.north.max(facility.lat);
            }
        }
        Projection::fitted(frame)
    }

    /// With a margin, at least a degree wide, and neither too flat nor too tall for the page.
    fn fitted(mut frame: Frame) -> Projection {
        /// Height / width.
        const SHAPES: std::ops::RangeInclusive<f64> = 0.42..=0.66;
        let middle = (
            (frame.west + frame.east) / 2.0,
            (frame.south + frame.north) / 2.0,
        );
        let shrink = middle.1.to_radians().cos().max(0.2);
        let mut width = ((frame.east - frame.west) * shrink).max(1.0) * 1.12;
        let mut height = (frame.north - frame.south).max(0.5) * 1.16;
        let shape = (height / width).clamp(*SHAPES.start(), *SHAPES.end());
        width = width.max(height / shape);
        height = height.max(width * shape);
        frame.west = middle.0 - width / shrink / 2.0;
        frame.east = middle.0 + width / shrink / 2.0;
        frame.south = middle.1 - height / 2.0;
        frame.north = middle.1 + height / 2.0;
        Projection {
            frame,
            height: WIDTH * height / width,
        }
    }

    fn pixel(&self, (lon, lat): Point) -> (f64, f64) {
        let f = &self.frame;
        (
            (lon - f.west) / (f.east - f.west) * WIDTH,
            (f.north - lat) / (f.north - f.south) * self.height,
        )
    }

    /// Column and row of the grid cell; cells are square on the page.
    fn cell(&self, at: Point) -> (i64, i64) {
        let (x, y) = self.pixel(at);
        let side = WIDTH / CELLS;
        ((x / side).floor() as i64, (y / side).floor() as i64)
    }
}

#[derive(Default)]
struct Gathered {
    lon: f64,
    lat: f64,
    shipments: u64,
    dests: BTreeMap<crate::model::ids::DestIdx, u64>,
}

/// Flows by (facility, cell), largest first.
fn flows(v: &View, places: &[&Place], map: &Projection) -> Vec<Flow> {
    let mut cells: BTreeMap<(i64, i64), Gathered> = BTreeMap::new();
    let mut pairs: BTreeMap<(FacilityIdx, (i64, i64)), u64> = BTreeMap::new();
    for place in places {
        let cell = map.cell(place.at);
        *pairs.entry((place.facility, cell)).or_default() += 1;
        let gathered = cells.entry(cell).or_default();
        gathered.lon += place.at.0;
        gathered.lat += place.at.1;
        gathered.shipments += 1;
        *gathered.dests.entry(place.dest).or_default() += 1;
    }
    let mut flows: Vec<Flow> = pairs
        .into_iter()
        .map(|((facility, cell), shipments)| {
            let gathered = &cells[&cell];
            let n = gathered.shipments as f64;
            let first = gathered.dests.iter().max_by_key(|(_, n)| **n);
            Flow {
                facility,
                to: (gathered.lon / n, gathered.lat / n),
                shipments,
                example: first.map_or_else(String::new, |(&dest, _)| {
                    let dests = &v.batch.destinations;
                    let country = &v.batch.symbols[dests.country[dest]];
                    format!("{country} {}", &dests.postal_code[dest])
                }),
            }
        })
        .collect();
    flows.sort_by_key(|flow| (std::cmp::Reverse(flow.shipments), flow.facility));
    flows
}

fn draw(v: &View, map: &Projection, flows: &[Flow]) -> Markup {
    let mut svg = Svg::default();
    ground(&mut svg, map);
    graticule(&mut svg, map);
    let rank = ranks(v);
    let most = flows.first().map_or(1, |flow| flow.shipments).max(1) as f64;
    // Largest last, so that they lie on top.
    for flow in flows.iter().take(FLOWS).rev() {
        let facility = &v.batch.facilities[flow.facility];
        let from = map.pixel((facility.lon, facility.lat));
        let width = 0.8 + 7.0 * (flow.shipments as f64 / most).sqrt();
        let tip = format!(
            "{} to the area of {}: {}",
            facility.id,
            flow.example,
            plural(flow.shipments, "shipment")
        );
        let class = format!("flow {}", series(rank[flow.facility.0 as usize]));
        svg.path(
            &class,
            &arc(from, map.pixel(flow.to)),
            &format!("stroke-width:{width:.1}"),
            &tip,
        );
    }
    targets(&mut svg, map, flows, most);
    facilities(&mut svg, v, map, &rank);
    let figure = Figure {
        id: "flows",
        title: "Map of the flows from facilities to destinations",
        description: "Dots are facilities, lines run to the areas they ship to; the table below lists the largest flows.",
        width: WIDTH,
        height: map.height,
    };
    html! { div.mapbox { (figure.draw(&svg)) } }
}

/// A gentle bend, so that flows both ways do not lie on each other.
fn arc(from: (f64, f64), to: (f64, f64)) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let bend = (
        (from.0 + to.0) / 2.0 - dy * 0.14,
        (from.1 + to.1) / 2.0 + dx * 0.14,
    );
    format!(
        "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
        from.0, from.1, bend.0, bend.1, to.0, to.1
    )
}

fn ground(svg: &mut Svg, map: &Projection) {
    svg.rect("sea", (0.0, 0.0), (WIDTH, map.height), "");
    let outline = outline(map.frame);
    let mut land = String::new();
    for ring in &outline.land {
        land += &trace(map, ring, true);
    }
    let mut borders = String::new();
    for line in &outline.borders {
        borders += &trace(map, line, false);
    }
    svg.path("land", &land, "", "");
    svg.path("border", &borders, "", "");
}

/// A path over points, without those that are less than a pixel from the one before.
fn trace(map: &Projection, points: &[Point], closed: bool) -> String {
    let mut path = String::new();
    let mut last = (f64::MIN, f64::MIN);
    let mut drawn = 0;
    for (i, &point) in points.iter().enumerate() {
        let (x, y) = map.pixel(point);
        let far = (x - last.0).abs().max((y - last.1).abs()) >= 0.8;
        if far || (!closed && i + 1 == points.len()) {
            path += &format!("{}{x:.1} {y:.1}", if drawn == 0 { "M" } else { "L" });
            last = (x, y);
            drawn += 1;
        }
    }
    match (closed, drawn) {
        (true, 0..3) | (false, 0..2) => String::new(),
        (true, _) => path + "Z",
        (false, _) => path,
    }
}

fn graticule(svg: &mut Svg, map: &Projection) {
    const STEPS: [f64; 7] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0];
    let f = map.frame;
    let step_for = |span: f64| STEPS.into_iter().find(|s| span / s <= 6.0).unwrap_or(30.0);
    let step = step_for(f.north - f.south);
    let mut lat = (f.south / step).ceil() * step;
    while lat <= f.north {
        let y = map.pixel((f.west, lat)).1;
        svg.line("graticule", (0.0, y), (WIDTH, y));
        svg.text("degree", (6.0, y - 4.0), "start", &degrees(lat, "N", "S"));
        lat += step;
    }
    let step = step_for((f.east - f.west) / 1.6);
    let mut lon = (f.west / step).ceil() * step;
    while lon <= f.east {
        let x = map.pixel((lon, f.south)).0;
        svg.line("graticule", (x, 0.0), (x, map.height));
        svg.text(
            "degree",
            (x + 4.0, map.height - 6.0),
            "start",
            &degrees(lon, "E", "W"),
        );
        lon += step;
    }
}

fn degrees(value: f64, positive: &str, negative: &str) -> String {
    let side = match value {
        v if v > 0.0 => positive,
        v if v < 0.0 => negative,
        _ => "",
    };
    format!("{}° {side}", value.abs())
}

/// Areas of destinations, by all their shipments.
fn targets(svg: &mut Svg, map: &Projection, flows: &[Flow], most: f64) {
    let mut areas: BTreeMap<(i64, i64), (Point, u64, &str)> = BTreeMap::new();
    for flow in flows {
        let area = areas
            .entry(map.cell(flow.to))
            .or_insert((flow.to, 0, &flow.example));
        area.1 += flow.shipments;
    }
    for (at, shipments, example) in areas.into_values() {
        let radius = 1.5 + 4.0 * (shipments as f64 / most).sqrt();
        let tip = format!("area of {example}: {}", plural(shipments, "shipment"));
        svg.circle("target", map.pixel(at), radius.min(8.0), &tip);
    }
}

/// Rank of each facility by shipments; the first few have a colour of their own.
fn ranks(v: &View) -> Vec<usize> {
    let used = &v.metrics.facilities;
    let mut order: Vec<usize> = (0..used.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(used[i].shipments));
    let mut rank = vec![0; used.len()];
    for (place, i) in order.into_iter().enumerate() {
        rank[i] = place;
    }
    rank
}

fn facilities(svg: &mut Svg, v: &View, map: &Projection, rank: &[usize]) {
    let used = &v.metrics.facilities;
    let most = used.iter().map(|f| f.shipments).max().unwrap_or(1).max(1) as f64;
    let mut labels: Vec<((f64, f64), f64)> = Vec::new();
    let mut order: Vec<usize> = (0..used.len()).filter(|&i| used[i].shipments > 0).collect();
    order.sort_by_key(|&i| rank[i]);
    for (place, &i) in order.iter().enumerate() {
        let facility = &v.batch.facilities.as_slice()[i];
        let at = map.pixel((facility.lon, facility.lat));
        let radius = 5.0 + 8.0 * (used[i].shipments as f64 / most).sqrt();
        let tip = format!("{}: {}", facility.id, plural(used[i].shipments, "shipment"));
        svg.circle(&format!("facility {}", series(rank[i])), at, radius, &tip);
        let width = 8.0 * facility.id.chars().count() as f64;
        let free = |(other, w): &((f64, f64), f64)| {
            (at.1 - other.1).abs() > 15.0 || at.0 > other.0 + w || other.0 > at.0 + width
        };
        if place < LABELS && labels.iter().all(free) {
            let left = at.0 + radius + width + 6.0 > WIDTH;
            let (x, anchor) = if left {
                (at.0 - radius - 5.0, "end")
            } else {
                (at.0 + radius + 5.0, "start")
            };
            svg.text("place", (x, at.1 + 4.5), anchor, &facility.id);
            labels.push((at, width));
        }
    }
}

fn rows(v: &View, flows: &[Flow]) -> Markup {
    let total: u64 = flows.iter().map(|flow| flow.shipments).sum();
    let head = [
        Head::Text("From"),
        Head::Text("To the area of"),
        Head::Num("Shipments"),
        Head::Num("Share"),
    ];
    html! {
        (wide_table("Largest flows", false, &head, &html! {
            @for flow in flows.iter().take(ROWS) {
                tr {
                    th scope="row" { (v.batch.facilities[flow.facility].id) }
                    td { (flow.example) }
                    (num(&count(flow.shipments)))
                    (num(&percent(flow.shipments as f64 / total.max(1) as f64)))
                }
            }
        }))
        p.quiet {
            "Coastlines: Natural Earth. "
            @if flows.len() > FLOWS { "The " (FLOWS) " largest of " (count(flows.len() as u64)) " flows are drawn. " }
            @if v.batch.facilities.len() > SERIES { "Facilities after the seventh share one colour." }
        }
    }
}
