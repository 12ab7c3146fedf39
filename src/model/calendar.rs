//! Working time: shifts, carrier pick-ups and delivery days of every facility, in its own time zone, as epoch seconds.
//!
//! Built once per run for a horizon of days from the plan's start, so that stages only search sorted lists. Local times of day that
//! daylight saving skips or repeats are resolved as RFC 5545 does (jiff's `compatible`). Deliveries are reckoned in the time
//! zone of the facility: the destination's is not in the batch.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan};

use super::ids::{FacilityIdx, Idx, IdxVec, ServiceIdx};
use super::network::Facility;
use super::rates::{RateCard, Weekdays};
use super::units::{Seconds, Timestamp};
use crate::error::{Error, Result};

/// A half-open span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Day {
    midnight: Timestamp,
    /// When carriers have delivered by.
    delivered: Timestamp,
    weekday: i8,
}

/// Working time of all facilities over the horizon.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub start: Timestamp,
    services: usize,
    days: IdxVec<FacilityIdx, Vec<Day>>,
    shifts: IdxVec<FacilityIdx, Vec<Window>>,
    /// By facility, then service.
    pickups: Vec<Vec<Timestamp>>,
}

impl Calendar {
    /// Working time from `start` for `horizon_days` days; carriers deliver by `delivery_hour` local time.
    ///
    /// O(facilities × services × days).
    pub fn build(
        facilities: &IdxVec<FacilityIdx, Facility>,
        rates: &RateCard,
        start: Timestamp,
        horizon_days: u16,
        delivery_hour: i8,
    ) -> Result<Calendar> {
        let mut calendar = Calendar {
            start,
            services: rates.services.len(),
            days: IdxVec::new(),
            shifts: IdxVec::new(),
            pickups: Vec::new(),
        };
        for (index, facility) in facilities.iter_enumerated() {
            let zone =
                TimeZone::get(&facility.time_zone).map_err(|_| unknown_time_zone(facility))?;
            let dates = local_dates(&zone, start, horizon_days)?;
            calendar
                .shifts
                .push(shifts(&zone, &dates, facility, start)?);
            for service in &rates.services {
                let pickups = match service.terms(index) {
                    None => Vec::new(),
                    Some(terms) => {
                        pickups(&zone, &dates, terms.pickup_cutoff, terms.pickup_days, start)?
                    }
                };
                calendar.pickups.push(pickups);
            }
            let delivered = Seconds(i64::from(delivery_hour) * 3_600);
            let days = dates.iter().map(|&date| {
                let midnight = at(&zone, date, Seconds::ZERO)?;
                Ok(Day {
                    midnight,
                    delivered: at(&zone, date, delivered)?,
                    weekday: date.weekday().to_monday_one_offset(),
                })
            });
            calendar.days.push(days.collect::<Result<_>>()?);
        }
        Ok(calendar)
    }

    /// Shifts of a facility that end after the start, in order; the first may have begun (it is cut at the start).
    pub fn shifts(&self, facility: FacilityIdx) -> &[Window] {
        &self.shifts[facility]
    }

    /// Pick-ups of a service at a facility after the start, in order.
    pub fn pickups(&self, facility: FacilityIdx, service: ServiceIdx) -> &[Timestamp] {
        &self.pickups[facility.index() * self.services + service.index()]
    }

    /// The first pick-up at or after `ready`; `None`: not within the horizon. O(log days).
    pub fn next_pickup(
        &self,
        facility: FacilityIdx,
        service: ServiceIdx,
        ready: Timestamp,
    ) -> Option<Timestamp> {
        let pickups = self.pickups(facility, service);
        pickups
            .get(pickups.partition_point(|&pickup| pickup < ready))
            .copied()
    }

    /// When a parcel picked up at `pickup` is delivered after `transit_days` delivery days (at least one day later for one
    /// transit day; for zero the same day, or the next delivery day if that day's deliveries are over). Beyond the horizon the last day
    /// counts, but never a moment before the pick-up. O(days of transit).
    pub fn delivery(
        &self,
        facility: FacilityIdx,
        pickup: Timestamp,
        transit_days: u16,
        delivery_days: Weekdays,
    ) -> Timestamp {
        let days = &self.days[facility];
        let picked = days
            .partition_point(|day| day.midnight <= pickup)
            .saturating_sub(1);
        let mut left = transit_days;
        let mut last = days[picked].delivered;
        for day in days.iter().skip(picked + usize::from(transit_days > 0)) {
            last = day.delivered;
            if !delivery_days.contains(day.weekday) || day.delivered < pickup {
                continue;
            }
            left = left.saturating_sub(1);
            if left == 0 {
                return day.delivered;
            }
        }
        last.max(pickup)
    }

    /// The moment by which a promise of `days` calendar days from `from` must be delivered. Before the calendar's first day every
    /// day is reckoned as 24 hours.
    pub fn promise(&self, facility: FacilityIdx, from: Timestamp, days: u16) -> Timestamp {
        let all = &self.days[facility];
        let begun = all.partition_point(|day| day.midnight <= from);
        if begun > 0 {
            let last = (begun - 1 + usize::from(days)).min(all.len() - 1);
            return all[last].delivered;
        }
        let before = ((all[0].midnight - from).0 + 86_399) / 86_400;
        match usize::try_from(i64::from(days) - before) {
            Ok(last) => all[last.min(all.len() - 1)].delivered,
            Err(_) => all[0].delivered - Seconds((before - i64::from(days)) * 86_400),
        }
    }
}

fn unknown_time_zone(facility: &Facility) -> Error {
    Error::input(format!(
        "facilities: facility {}: unknown time_zone {:?}",
        facility.id, facility.time_zone
    ))
    .hint("use an IANA name such as Europe/London or America/Chicago")
}

fn out_of_range(source: &jiff::Error) -> Error {
    Error::input(format!(
        "the plan's start lies outside the calendar: {source}"
    ))
    .hint("check placed_at of the orders and the parameter run.start")
}

/// The day before the start (a night shift may have begun on it), and the days of the horizon.
fn local_dates(zone: &TimeZone, start: Timestamp, horizon_days: u16) -> Result<Vec<Date>> {
    let instant = Instant::from_second(start.0).map_err(|e| out_of_range(&e))?;
    let first = instant.to_zoned(zone.clone()).date();
    (-1..i64::from(horizon_days))
        .map(|d| first.checked_add(d.days()).map_err(|e| out_of_range(&e)))
        .collect()
}

/// The moment of a local time of day; 24:00 and later fall on the next day.
fn at(zone: &TimeZone, date: Date, time_of_day: Seconds) -> Result<Timestamp> {
    let date = date
        .checked_add((time_of_day.0 / 86_400).days())
        .map_err(|e| out_of_range(&e))?;
    let second = (time_of_day.0 % 86_400) as i32;
    let time = Time::constant(
        (second / 3_600) as i8,
        (second / 60 % 60) as i8,
        (second % 60) as i8,
        0,
    );
    let zoned = date
        .to_datetime(time)
        .to_zoned(zone.clone())
        .map_err(|e| out_of_range(&e))?;
    Ok(Timestamp(zoned.timestamp().as_second()))
}

fn shifts(
    zone: &TimeZone,
    dates: &[Date],
    facility: &Facility,
    start: Timestamp,
) -> Result<Vec<Window>> {
    let over_midnight = facility.shift_end <= facility.shift_start;
    let end = if over_midnight {
        facility.shift_end + Seconds(86_400)
    } else {
        facility.shift_end
    };
    let mut windows = Vec::with_capacity(dates.len());
    for &date in dates {
        let window = Window {
            from: at(zone, date, facility.shift_start)?.max(start),
            to: at(zone, date, end)?,
        };
        if window.to > window.from {
            windows.push(window);
        }
    }
    Ok(windows)
}

fn pickups(
    zone: &TimeZone,
    dates: &[Date],
    cutoff: Seconds,
    days: Weekdays,
    start: Timestamp,
) -> Result<Vec<Timestamp>> {
    let mut pickups = Vec::with_capacity(dates.len());
    for &date in dates
        .iter()
        .filter(|date| days.contains(date.weekday().to_monday_one_offset()))
    {
        pickups.push(at(zone, date, cutoff)?);
    }
    pickups.retain(|&pickup| pickup > start);
    Ok(pickups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    #[test]
    fn a_cutoff_keeps_its_local_time_over_daylight_saving() {
        let zone = london();
        let before = at(&zone, jiff::civil::date(2026, 3, 28), Seconds(18 * 3_600)).unwrap();
        let after = at(&zone, jiff::civil::date(2026, 3, 29), Seconds(18 * 3_600)).unwrap();
        assert_eq!(after - before, Seconds(23 * 3_600));
    }

    #[test]
    fn a_promise_from_before_the_calendar_counts_its_days_all_the_same() {
        let mut world = crate::testing::World::new();
        let f = world.facility("F");
        let calendar = crate::testing::calendar(&world.build());
        let start = crate::testing::START;
        let day = Seconds(86_400);
        let due = |from: Timestamp, days: u16| (calendar.promise(f, from, days) - start).0;
        // Delivered by 20:00.
        assert_eq!(due(start, 5), 5 * 86_400 + 72_000);
        assert_eq!(due(start - day, 5), 4 * 86_400 + 72_000);
        assert_eq!(due(start - Seconds(3 * 86_400), 5), 2 * 86_400 + 72_000);
        assert_eq!(due(start - Seconds(9 * 86_400), 5), -4 * 86_400 + 72_000);
        assert_eq!(
            due(start - Seconds(9 * 86_400 - 1), 5),
            -4 * 86_400 + 72_000
        );
    }

    #[test]
    fn nothing_is_delivered_before_it_is_picked_up() {
        let mut world = crate::testing::World::new();
        let f = world.facility("F");
        let calendar = crate::testing::calendar(&world.build());
        let start = crate::testing::START;
        let delivered = |hours: i64, days: u16| {
            let pickup = start + Seconds(hours * 3_600);
            (calendar.delivery(f, pickup, days, Weekdays::MONDAY_TO_FRIDAY) - start).0 / 3_600
        };
        // Friday 17:00 and 21:00; deliveries are over at 20:00.
        assert_eq!(delivered(17, 0), 20);
        assert_eq!(delivered(21, 0), 3 * 24 + 20);
        assert_eq!(delivered(21, 1), 3 * 24 + 20);
        // On the last day of the horizon, after its deliveries.
        assert_eq!(delivered(27 * 24 + 21, 0), 27 * 24 + 21);
    }

    #[test]
    fn pickups_skip_days_without_one() {
        let zone = london();
        let start = Timestamp(
            jiff::civil::date(2026, 11, 27)
                .at(0, 0, 0, 0)
                .to_zoned(zone.clone())
                .unwrap()
                .timestamp()
                .as_second(),
        );
        let dates = local_dates(&zone, start, 5).unwrap();
        let found = pickups(
            &zone,
            &dates,
            Seconds(17 * 3_600),
            Weekdays::MONDAY_TO_FRIDAY,
            start,
        )
        .unwrap();
        let gaps: Vec<i64> = found
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).0 / 86_400)
            .collect();
        assert_eq!(gaps, [3, 1], "Friday, Monday, Tuesday");
    }
}
