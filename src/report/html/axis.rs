//! Linear scales and round ticks.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;

use crate::model::units::Timestamp;
use crate::report::format::local;

/// From values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub from: f64,
    pub to: f64,
    pub start: f64,
    pub end: f64,
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let span = if self.to > self.from {
            self.to - self.from
        } else {
            1.0
        };
        self.start + (value - self.from) / span * (self.end - self.start)
    }
    /// Held within the drawing.
    pub fn clamped(&self, value: f64) -> f64 {
        let (low, high) = (self.start.min(self.end), self.start.max(self.end));
        self.at(value).clamp(low, high)
    }
}

/// The first step that covers `span` in at most `most` steps; steps go on in multiples of the last.
pub fn step(span: i64, steps: &[i64], most: i64) -> i64 {
    let last = steps.last().copied().unwrap_or(1);
    let fits = |&&step: &&i64| span / step <= most;
    steps.iter().find(fits).copied().unwrap_or_else(|| {
        let times = span / (last * most.max(1)) + 1;
        last * times
    })
}

/// Steps of durations: minutes, hours, days.
pub const DURATIONS: [i64; 14] = [
    60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/// Round counts 0, n, 2n, ... up to at least `max`, at most five steps.
pub fn counts(max: u64) -> Vec<u64> {
    let mut unit = 1u64;
    let step = loop {
        let step = [1, 2, 5]
            .map(|m| m * unit)
            .into_iter()
            .find(|s| max <= 5 * s);
        match step {
            Some(step) => break step,
            None => unit *= 10,
        }
    };
    (0..=max.div_ceil(step).max(1)).map(|i| i * step).collect()
}

/// A tick of a time axis.
#[derive(Debug)]
pub struct Tick {
    pub at: Timestamp,
    /// `18:00`; at midnight the date.
    pub label: String,
    pub midnight: bool,
}

/// Ticks at round local times from `from` to `to`, at most `most`.
pub fn times(from: Timestamp, to: Timestamp, zone: &TimeZone, most: i64) -> Vec<Tick> {
    let step = step((to - from).0, &DURATIONS[3..], most);
    let offset = Instant::from_second(from.0)
        .map_or(0, |instant| i64::from(zone.to_offset(instant).seconds()));
    let first = (from.0 + offset).div_euclid(step) * step - offset;
    (0..)
        .map(|i| Timestamp(first + i * step))
        .take_while(|&at| at <= to)
        .filter(|&at| at >= from)
        .map(|at| {
            let clock = local(at, zone, "%H:%M");
            let midnight = clock == "00:00";
            let label = if midnight {
                local(at, zone, "%a %-d %b")
            } else {
                clock
            };
            Tick {
                at,
                label,
                midnight,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(counts(0), [0, 1]);
        assert_eq!(counts(17), [0, 5, 10, 15, 20]);
        assert_eq!(counts(1_200), [0, 500, 1_000, 1_500]);
        assert_eq!(step(7_200, &DURATIONS, 12), 600);
        assert!(90 * 86_400 / step(90 * 86_400, &DURATIONS, 10) <= 10);
    }

    #[test]
    fn time_ticks_stand_on_local_hours() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let from = Timestamp(1_795_737_600);
        let ticks = times(from, Timestamp(from.0 + 86_400), &zone, 10);
        assert_eq!(ticks[0].label, "06:00");
        assert!(
            ticks
                .iter()
                .any(|tick| tick.midnight && tick.label == "Sat 28 Nov")
        );
    }
}
