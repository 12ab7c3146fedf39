//! How long orders take: the distribution from placed to hand-over, and where the time goes.

use maud::{Markup, html};

use super::View;
use super::axis::{self, Scale};
use super::parts::{Figure, Head, Svg, card, num, plural, wide_table};
use crate::model::units::Seconds;
use crate::report::format::{count, duration, percent};
use crate::report::metrics::{Distribution, order_times};

/// Bars of the histogram, at most.
const BINS: i64 = 48;
const WIDTH: f64 = 1_080.0;
const HEIGHT: f64 = 284.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = HEIGHT - 48.0;

/// Orders by time: bin `i` holds those from `from + i * step`; the last one holds all that are slower, too.
struct Histogram {
    from: i64,
    step: i64,
    bins: Vec<u64>,
    /// Slower than the end of the last bin.
    beyond: u64,
}

impl Histogram {
    fn of(seconds: &[i64], times: &Distribution) -> Option<Histogram> {
        let low = *seconds.iter().min()?;
        let (p99, max) = (times.p99?, times.max?);
        // A few very slow orders must not squeeze the rest into one bar.
        let high = max.min(p99 + (p99 - low) / 2).max(low + 1);
        let step = axis::step(high - low, &axis::DURATIONS, BINS - 2);
        let from = low.div_euclid(step) * step;
        let mut bins = vec![0; ((high - from) / step + 1) as usize];
        let mut beyond = 0;
        for &s in seconds {
            let i = (s - from) / step;
            beyond += u64::from(i >= bins.len() as i64);
            let last = bins.len() - 1;
            bins[(i as usize).min(last)] += 1;
        }
        Some(Histogram {
            from,
            step,
            bins,
            beyond,
        })
    }
    fn to(&self) -> i64 {
        self.from + self.step * self.bins.len() as i64
    }
}

pub fn section(v: &View) -> Markup {
    let times = &v.metrics.cycle_time_seconds;
    let seconds: Vec<i64> = order_times(v.batch, v.plan)
        .iter()
        .map(|t| t.cycle)
        .collect();
    let title = "How long orders take";
    let Some(histogram) = Histogram::of(&seconds, times) else {
        return card("times", title, html! { "Nothing is scheduled." }, html! {});
    };
    let half = times.p50.map_or_else(String::new, |s| duration(Seconds(s)));
    let lead = html! {
        "From the order placed to the last of its parcels handed to the carrier: half of "
        (plural(times.count, "order")) " take at most " (half) "."
        @if histogram.beyond > 0 { " The last bar holds " (plural(histogram.beyond, "slower order")) ", too." }
    };
    card(
        "times",
        title,
        lead,
        html! {
            (draw(&histogram, times))
            (phases(v))
            details.keep { summary { "The figures as a table" } (figures(v)) }
        },
    )
}

fn draw(histogram: &Histogram, times: &Distribution) -> Markup {
    let x = Scale {
        from: histogram.from as f64,
        to: histogram.to() as f64,
        start: LEFT,
        end: WIDTH - 26.0,
    };
    let mut svg = Svg::default();
    bars(&mut svg, histogram, &x);
    let step = axis::step(histogram.to() - histogram.from, &axis::DURATIONS, 12);
    let first = (histogram.from + step - 1).div_euclid(step) * step;
    for s in (first..=histogram.to()).step_by(step as usize) {
        let text = duration(Seconds(s));
        svg.text("tick", (x.at(s as f64), BOTTOM + 18.0), "middle", &text);
    }
    svg.line("axis", (LEFT, BOTTOM), (x.end, BOTTOM));
    let unit = format!("orders per {}", duration(Seconds(histogram.step)));
    svg.text("tick", (0.0, TOP - 22.0), "start", &unit);
    svg.text(
        "tick",
        (x.end, HEIGHT - 2.0),
        "end",
        "from placed to handed over",
    );
    marks(&mut svg, times, &x);
    let figure = Figure {
        id: "histogram",
        title: "Orders by time from placed to handed over",
        description: "A histogram with marks at the 50th, 90th and 99th percentile; the table below has the figures.",
        width: WIDTH,
        height: HEIGHT,
    };
    figure.draw(&svg)
}

fn bars(svg: &mut Svg, histogram: &Histogram, x: &Scale) {
    let ticks = axis::counts(histogram.bins.iter().copied().max().unwrap_or(1));
    let y = Scale {
        from: 0.0,
        to: ticks.last().copied().unwrap_or(1) as f64,
        start: BOTTOM,
        end: TOP,
    };
    for tick in ticks {
        let at = y.at(tick as f64);
        svg.line("grid", (LEFT, at), (x.end, at));
        svg.text("tick", (LEFT - 8.0, at + 4.0), "end", &count(tick));
    }
    for (i, &orders) in histogram.bins.iter().enumerate() {
        let from = histogram.from + i as i64 * histogram.step;
        let to = from + histogram.step;
        let last = i + 1 == histogram.bins.len() && histogram.beyond > 0;
        let (class, until) = if last {
            ("bin rest", "or more".into())
        } else {
            ("bin", format!("to {}", duration(Seconds(to))))
        };
        let bin = duration(Seconds(from));
        let tip = format!("{bin} {until}: {}", plural(orders, "order"));
        let (left, top) = (x.at(from as f64) + 1.0, y.at(orders as f64));
        let width = (x.at(to as f64) - left - 1.0).max(1.0);
        svg.rect(class, (left, top), (width, BOTTOM - top), &tip);
    }
}

/// Percentiles as dashed lines, their labels on three levels, so that they never meet.
fn marks(svg: &mut Svg, times: &Distribution, x: &Scale) {
    let percentiles = [("p50", times.p50), ("p90", times.p90), ("p99", times.p99)];
    for (i, (name, value)) in percentiles.into_iter().enumerate() {
        let Some(value) = value else { continue };
        let (at, top) = (x.clamped(value as f64), 12.0 + 13.0 * i as f64);
        svg.line("mark", (at, top + 2.0), (at, BOTTOM));
        let left = at > WIDTH - 160.0;
        let (anchor, shift) = if left { ("end", -5.0) } else { ("start", 5.0) };
        let text = format!("{name} {}", duration(Seconds(value)));
        svg.text("label", (at + shift, top + 6.0), anchor, &text);
    }
}

/// Where the mean time of a shipment goes, as one bar.
fn phases(v: &View) -> Markup {
    let p = &v.metrics.phase_seconds;
    let parts = [
        ("waits for its wave", p.waiting, "c7"),
        ("is picked", p.picking, "c1"),
        ("is packed", p.packing, "c3"),
        ("waits for the carrier", p.dock, "c2"),
        ("travels", p.transit, "rest"),
    ];
    let known: Vec<(&str, f64, &str)> = parts
        .into_iter()
        .filter_map(|(name, seconds, class)| Some((name, seconds?.max(0.0), class)))
        .collect();
    let total: f64 = known.iter().map(|part| part.1).sum();
    html! {
        @if total > 0.0 {
            h3 { "Where the time of a shipment goes" }
            div.stack.thin aria-hidden="true" {
                @for &(name, seconds, class) in &known {
                    span class=(class) style={ "flex-grow:" (format!("{:.5}", seconds / total)) } title=(name) {}
                }
            }
            ul.phases {
                @for &(name, seconds, class) in &known {
                    li { span class={ "key " (class) } {} (name) " " strong { (duration(Seconds(seconds.round() as i64))) }
                        " " span.quiet { (percent(seconds / total)) } }
                }
            }
        }
    }
}

fn figures(v: &View) -> Markup {
    let m = v.metrics;
    let show = |s: Option<i64>| s.map_or_else(|| "–".into(), |s| duration(Seconds(s)));
    let head = [
        Head::Text("From placed to"),
        Head::Num("Orders"),
        Head::Num("Mean"),
        Head::Num("p50"),
        Head::Num("p90"),
        Head::Num("p99"),
        Head::Num("Slowest"),
    ];
    wide_table(
        "Times of orders",
        false,
        &head,
        &html! {
            @for (name, d) in [("handed to the carrier", &m.cycle_time_seconds), ("delivered (expected)", &m.delivery_time_seconds)] {
                tr {
                    th scope="row" { (name) }
                    (num(&count(d.count)))
                    (num(&show(d.mean.map(|s| s.round() as i64))))
                    (num(&show(d.p50)))
                    (num(&show(d.p90)))
                    (num(&show(d.p99)))
                    (num(&show(d.max)))
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_order_does_not_squeeze_the_rest() {
        let mut seconds: Vec<i64> = (0..999).map(|i| 3_600 + i * 10).collect();
        seconds.push(40 * 86_400);
        let times = Distribution::of(seconds.clone());
        let histogram = Histogram::of(&seconds, &times).unwrap();
        assert_eq!(histogram.beyond, 1);
        assert_eq!(histogram.bins.iter().sum::<u64>(), 1_000);
        assert!((10..=BINS as usize).contains(&histogram.bins.len()));
    }

    #[test]
    fn equal_times_make_one_bar() {
        let seconds = [7_200; 3];
        let histogram = Histogram::of(&seconds, &Distribution::of(seconds.to_vec())).unwrap();
        assert_eq!(histogram.bins, [3]);
        assert!(Histogram::of(&[], &Distribution::default()).is_none());
    }
}
