//! When orders arrive, and what delivery dates are promised.
//!
//! Intensity over the local day of the customer, in hours h: lambda(h) = 0.06 + N(h; 10.5, 2.6) + 1.25 N(h; 20.3, 2.2), the double
//! hump (late morning, evening) of a sale day, with N(h; m, s) = exp(-((h - m) / s)^2 / 2). Over all customers the intensity at the
//! moment t is Lambda(t) = sum_z w_z lambda(t + offset_z), with w_z the people of time zone z.
//! Order i of n gets t = F^-1((i + u) / n) with F the distribution of Lambda (stratified sampling), so orders come out sorted
//! by time up to neighbours, chunk by chunk. The customer is then accepted with probability lambda(t + offset of the customer) /
//! max lambda (rejection), which makes (t, customer) a draw from the joint distribution.
//! Offsets are those of noon of `start_date`, also for the weeks of history before a change of the clocks.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use rand::{Rng, RngExt};

use super::failure::{Result, internal};
use super::spec::Preset;

pub const DAY: i64 = 86_400;
const MINUTE: i64 = 60;
const MINUTES_A_DAY: usize = 1_440;
/// Days of history before the batch.
pub const HISTORY_DAYS: i64 = 90;

/// Seconds from UTC to local time at noon of `date`.
pub fn offset_seconds(time_zone: &str, date: Date) -> Result<i64> {
    let zone = TimeZone::get(time_zone).map_err(|error| internal("time zone", error))?;
    let noon = date
        .at(12, 0, 0, 0)
        .to_zoned(zone)
        .map_err(|error| internal("time zone", error))?;
    Ok(i64::from(noon.offset().seconds()))
}

/// Midnight UTC of a date, epoch seconds.
pub fn midnight(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs()
}

/// The arrival process over one window.
pub struct Arrivals {
    /// First second of the window.
    start: i64,
    /// Cumulative intensity at the end of each minute, last = 1.
    cumulative: Vec<f64>,
    /// Per time zone.
    offsets: Vec<i64>,
    /// Acceptance probability by local minute of the day.
    acceptance: Vec<f64>,
    /// Local day outside which nobody orders.
    local_day: Option<i64>,
}

impl Arrivals {
    /// The window of the batch itself.
    pub fn of_batch(preset: Preset, date: Date, offsets: &[i64], shares: &[f64]) -> Result<Self> {
        let day = midnight(date);
        match preset {
            Preset::Night => {
                let earliest = day - offsets.iter().max().copied().unwrap_or(0);
                let latest = day + DAY - offsets.iter().min().copied().unwrap_or(0);
                Ok(Self::new(earliest, latest, Some(day), offsets, shares))
            }
            Preset::PeakHour => {
                let start = day + 20 * 3_600 - offset_seconds("America/New_York", date)?;
                Ok(Self::new(start, start + 3_600, None, offsets, shares))
            }
        }
    }

    /// The 90 days before the batch.
    pub fn of_history(date: Date, offsets: &[i64], shares: &[f64]) -> Self {
        let end = midnight(date);
        Self::new(end - HISTORY_DAYS * DAY, end, None, offsets, shares)
    }

    fn new(start: i64, end: i64, local_day: Option<i64>, offsets: &[i64], shares: &[f64]) -> Self {
        let peak = (0..MINUTES_A_DAY).map(intensity).fold(0.0, f64::max);
        let acceptance: Vec<f64> = (0..MINUTES_A_DAY)
            .map(|minute| intensity(minute) / peak)
            .collect();
        let mut arrivals = Self {
            start,
            cumulative: Vec::new(),
            offsets: offsets.to_vec(),
            acceptance,
            local_day,
        };
        let mut sum = 0.0;
        for minute in 0..(end - start) / MINUTE {
            let at = start + minute * MINUTE;
            let all: f64 = shares
                .iter()
                .enumerate()
                .map(|(zone, share)| share * arrivals.acceptance(zone, at))
                .sum();
            sum += all;
            arrivals.cumulative.push(sum);
        }
        arrivals
            .cumulative
            .iter_mut()
            .for_each(|value| *value /= sum);
        arrivals
    }

    /// The moment at which the share `quantile` (0 .. 1) of the orders has arrived, spread within the minute.
    pub fn at(&self, quantile: f64, rng: &mut impl Rng) -> i64 {
        let last = self.cumulative.len() - 1;
        let minute = self
            .cumulative
            .partition_point(|value| *value <= quantile)
            .min(last);
        self.start + minute as i64 * MINUTE + rng.random_range(0..MINUTE)
    }

    /// Probability that a customer of this time zone is accepted for an order at `at`.
    pub fn acceptance(&self, zone: usize, at: i64) -> f64 {
        let local = at + self.offsets[zone];
        if self
            .local_day
            .is_some_and(|day| !(day..day + DAY).contains(&local))
        {
            return 0.0;
        }
        self.acceptance[(local.rem_euclid(DAY) / MINUTE) as usize]
    }

    pub fn offset(&self, zone: usize) -> i64 {
        self.offsets[zone]
    }
}

fn intensity(minute: usize) -> f64 {
    let hour = minute as f64 / 60.0;
    let hump = |mean: f64, deviation: f64| (-0.5 * ((hour - mean) / deviation).powi(2)).exp();
    0.06 + hump(10.5, 2.6) + 1.25 * hump(20.3, 2.2)
}

/// 20:00 local time, `days` delivery days (Monday to Saturday) after the morning on which an order placed at `placed_at` ships.
pub fn promise(placed_at: i64, offset: i64, days: i64) -> i64 {
    let mut day = (placed_at + offset).div_euclid(DAY) + 1;
    if is_sunday(day) {
        day += 1;
    }
    for _ in 0..days {
        day += 1;
        if is_sunday(day) {
            day += 1;
        }
    }
    day * DAY + 20 * 3_600 - offset
}

/// Whether the day of this number since the epoch (a Thursday) is a Sunday.
fn is_sunday(day: i64) -> bool {
    (day + i64::from(Weekday::Thursday.to_monday_zero_offset())).rem_euclid(7) == 6
}

#[cfg(test)]
mod tests {
    use super::super::rng::{Purpose, stream};
    use super::*;

    const BLACK_FRIDAY: Date = Date::constant(2026, 11, 27);

    #[test]
    fn quantiles_are_sorted_and_inside_the_local_day() {
        let offsets = [-5 * 3_600, -8 * 3_600];
        let arrivals =
            Arrivals::of_batch(Preset::Night, BLACK_FRIDAY, &offsets, &[0.7, 0.3]).unwrap();
        let mut rng = stream(1, Purpose::Orders, 0);
        let times: Vec<i64> = (0..1_000)
            .map(|i| arrivals.at((f64::from(i) + 0.5) / 1_000.0, &mut rng))
            .collect();
        assert!(times.windows(2).all(|pair| pair[1] >= pair[0] - MINUTE));
        let open = midnight(BLACK_FRIDAY) + 5 * 3_600;
        assert!(times[0] >= open && times[999] < open + 27 * 3_600);
        assert_eq!(arrivals.acceptance(1, open), 0.0);
        assert!(arrivals.acceptance(0, open) > 0.0);
    }

    #[test]
    fn a_day_has_two_humps() {
        let at = |hour: usize| intensity(hour * 60);
        assert!(at(10) > at(15) && at(20) > at(15) && at(20) > at(10) && at(4) < 0.2);
    }

    #[test]
    fn promises_skip_sundays() {
        let placed = midnight(BLACK_FRIDAY) + 23 * 3_600;
        let day = |days| {
            (promise(placed, -5 * 3_600, days) - 5 * 3_600).div_euclid(DAY)
                - midnight(BLACK_FRIDAY) / DAY
        };
        // Ships on Saturday the 28th; one delivery day later is Monday the 30th.
        assert_eq!((day(0), day(1), day(2)), (1, 3, 4));
    }
}
