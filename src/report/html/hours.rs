//! A facility's day on the wall clock: local times as seconds, and the hours in which it works.
//!
//! A *clock second* counts from 1970-01-01 00:00 on the facility's own clock, so that facilities of several time zones stand on one
//! axis: 09:00 is 09:00 everywhere. Where daylight saving repeats an hour, two moments share one clock second.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;

use crate::model::network::Facility;
use crate::model::units::Timestamp;
use crate::report::format::local;

const DAY: i64 = 86_400;

/// Clock and shift of a facility.
pub struct Hours {
    pub zone: TimeZone,
    start: i64,
    end: i64,
}

impl Hours {
    pub fn of(facility: &Facility) -> Hours {
        let (start, end) = (facility.shift_start.0, facility.shift_end.0);
        Hours {
            zone: TimeZone::get(&facility.time_zone).unwrap_or(TimeZone::UTC),
            start,
            end: if end <= start { end + DAY } else { end },
        }
    }
    /// What the clock on the wall shows, in seconds.
    pub fn clock(&self, moment: Timestamp) -> i64 {
        let offset = Instant::from_second(moment.0).map_or(0, |instant| {
            i64::from(self.zone.to_offset(instant).seconds())
        });
        moment.0 + offset
    }
    /// `Fri 27 Nov 17:00 EST`.
    pub fn moment(&self, moment: Timestamp) -> String {
        local(moment, &self.zone, "%a %-d %b %H:%M %Z")
    }
    /// `06:00–22:00`, `round the clock`.
    pub fn shift(&self) -> String {
        if self.end - self.start >= DAY {
            return "round the clock".into();
        }
        let time = |s: i64| format!("{:02}:{:02}", s / 3_600 % 24, s / 60 % 60);
        format!("open {}–{}", time(self.start), time(self.end))
    }
    /// The spans of clock seconds within `from..to` in which the facility works, in order, apart from each other. O(days).
    pub fn open(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for day in from.div_euclid(DAY) - 1..=to.div_euclid(DAY) {
            let begin = (day * DAY + self.start).max(from);
            let end = (day * DAY + self.end).min(to);
            match spans.last_mut() {
                _ if begin >= end => {}
                Some(last) if last.1 >= begin => last.1 = end,
                _ => spans.push((begin, end)),
            }
        }
        spans
    }
    /// What lies between the spans of [`Hours::open`].
    pub fn closed(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let open = self.open(from, to);
        let begins = std::iter::once(from).chain(open.iter().map(|span| span.1));
        let ends = open.iter().map(|span| span.0).chain(std::iter::once(to));
        begins.zip(ends).filter(|(b, e)| b < e).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, start: i64, end: i64) -> Hours {
        Hours {
            zone: TimeZone::get(zone).unwrap(),
            start: start * 3_600,
            end: end * 3_600,
        }
    }

    #[test]
    fn clocks_are_local() {
        // 2026-11-27T12:00:00Z
        let noon = Timestamp(1_795_737_600 + 12 * 3_600);
        let chicago = hours("America/Chicago", 6, 22);
        assert_eq!(chicago.clock(noon), noon.0 - 6 * 3_600);
        assert_eq!(chicago.moment(noon), "Fri 27 Nov 06:00 CST");
        assert_eq!(chicago.shift(), "open 06:00–22:00");
        assert_eq!(hours("UTC", 0, 24).shift(), "round the clock");
    }

    #[test]
    fn open_and_closed_hours_fill_the_time() {
        let to = 2 * DAY;
        for (start, end) in [(6, 22), (22, 30), (0, 24), (8, 32)] {
            let hours = hours("UTC", start, end);
            let (open, closed) = (hours.open(0, to), hours.closed(0, to));
            let length = |spans: &[(i64, i64)]| spans.iter().map(|s| s.1 - s.0).sum::<i64>();
            assert_eq!(length(&open), 2 * (end - start) * 3_600);
            assert_eq!(length(&open) + length(&closed), to);
        }
        // Over midnight: the night before reaches into the first day.
        let night = hours("UTC", 22, 30).open(0, DAY);
        assert_eq!(night, [(0, 6 * 3_600), (22 * 3_600, DAY)]);
        assert_eq!(
            hours("UTC", 0, 24).open(0, to),
            [(0, to)],
            "no seam at midnight"
        );
    }
}
