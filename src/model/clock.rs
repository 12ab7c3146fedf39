//! Shift time: seconds of work since the start of a facility's first shift, nights and pauses left out.
//!
//! Work that pauses at the end of a shift and goes on at the start of the next is one interval of shift time, so that plans and
//! simulations reckon with plain integers and turn them into moments at the end. The end of a shift and the start of the next
//! are the same second of shift time: [`ShiftClock::starts`] and [`ShiftClock::ends`] say which moment is meant.

use super::calendar::Window;
use super::units::{Seconds, Timestamp};

/// Shifts of a facility as one line of seconds. Memory: 24 bytes per shift.
#[derive(Clone, Debug, Default)]
pub struct ShiftClock {
    /// (shift time at its start, shift); not empty, in order, not overlapping.
    shifts: Vec<(Seconds, Window)>,
    total: Seconds,
}

impl ShiftClock {
    /// From shifts in order; where two overlap, the later one starts when the earlier ends. O(shifts).
    pub fn new(shifts: &[Window]) -> ShiftClock {
        let mut clock = ShiftClock::default();
        let mut free = Timestamp(i64::MIN);
        for &shift in shifts {
            let from = shift.from.max(free);
            if shift.to <= from {
                continue;
            }
            let window = Window { from, to: shift.to };
            clock.shifts.push((clock.total, window));
            clock.total += shift.to - from;
            free = shift.to;
        }
        clock
    }

    /// Seconds of work in all shifts.
    pub fn total(&self) -> Seconds {
        self.total
    }

    /// Seconds of work before `moment`. O(log shifts).
    pub fn at(&self, moment: Timestamp) -> Seconds {
        let next = self
            .shifts
            .partition_point(|(_, shift)| shift.from <= moment);
        match next.checked_sub(1).map(|i| self.shifts[i]) {
            None => Seconds::ZERO,
            Some((before, shift)) => before + (moment.min(shift.to) - shift.from),
        }
    }

    /// The moment when work starts that starts at this second of work: never at the end of a shift. `None`: after the last shift.
    pub fn starts(&self, work: Seconds) -> Option<Timestamp> {
        if work >= self.total {
            return None;
        }
        let next = self.shifts.partition_point(|&(before, _)| before <= work);
        next.checked_sub(1)
            .map(|i| self.shifts[i].1.from + (work - self.shifts[i].0))
    }

    /// The moment when work ends that ends at this second of work: never at the start of a shift, except at second 0. `None`: after
    /// the last shift.
    pub fn ends(&self, work: Seconds) -> Option<Timestamp> {
        if work > self.total {
            return None;
        }
        let next = self.shifts.partition_point(|&(before, _)| before < work);
        match next.checked_sub(1) {
            Some(i) => Some(self.shifts[i].1.from + (work - self.shifts[i].0)),
            None => self.shifts.first().map(|(_, shift)| shift.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> ShiftClock {
        let window = |from, to| Window {
            from: Timestamp(from),
            to: Timestamp(to),
        };
        ShiftClock::new(&[
            window(100, 200),
            window(200, 250),
            window(240, 300),
            window(500, 510),
        ])
    }

    #[test]
    fn nights_are_left_out_and_overlaps_count_once() {
        let clock = clock();
        assert_eq!(clock.total(), Seconds(210));
        let before = [0, 100, 150, 300, 400, 505, 900].map(|t| clock.at(Timestamp(t)).0);
        assert_eq!(before, [0, 0, 50, 200, 200, 205, 210]);
    }

    #[test]
    fn a_boundary_is_an_end_or_a_start() {
        let clock = clock();
        assert_eq!(clock.ends(Seconds(200)), Some(Timestamp(300)));
        assert_eq!(clock.starts(Seconds(200)), Some(Timestamp(500)));
        assert_eq!(clock.starts(Seconds(0)), Some(Timestamp(100)));
        assert_eq!(clock.ends(Seconds(0)), Some(Timestamp(100)));
        assert_eq!(clock.ends(Seconds(210)), Some(Timestamp(510)));
        assert_eq!(clock.starts(Seconds(210)), None);
        assert_eq!(clock.ends(Seconds(211)), None);
        assert_eq!(ShiftClock::new(&[]).ends(Seconds(0)), None);
    }
}
