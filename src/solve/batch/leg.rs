//! How far a search has come, by rounds or by time.
//!
//! Annealing cools with the share of its way that is done. Without a clock the way is a number of rounds: the same input gives the same
//! answer. With one it is the time until a given rest is left, so a search always ends cold, however fast the machine is.

/// Rounds between two looks at the clock.
const STRIDE: u64 = 32;

/// Seconds that are left; infinite without a limit.
pub type Left<'c> = dyn Fn() -> f64 + 'c;

/// One search, from its begin to its end.
pub struct Leg<'c> {
    left: &'c Left<'c>,
    rounds: u64,
    done: u64,
    /// Seconds left at its begin and at its end.
    begin: f64,
    end: f64,
    share: f64,
}

impl<'c> Leg<'c> {
    /// So many rounds; with a clock, instead, until `end` seconds are left.
    pub fn new(rounds: u64, left: &'c Left<'c>, end: f64) -> Leg<'c> {
        Leg {
            left,
            rounds,
            done: 0,
            begin: left(),
            end,
            share: 0.0,
        }
    }

    /// Share that is done, from 0 to 1, before the next round; `None` at the end.
    pub fn next(&mut self) -> Option<f64> {
        if !self.begin.is_finite() {
            self.share = self.done as f64 / self.rounds.max(1) as f64;
        } else if self.done.is_multiple_of(STRIDE) {
            let left = (self.left)();
            self.share = if left > self.end {
                (self.begin - left) / (self.begin - self.end)
            } else {
                1.0
            };
        }
        if self.share >= 1.0 || self.rounds == 0 {
            return None;
        }
        self.done += 1;
        Some(self.share.max(0.0))
    }

    /// Rounds begun so far.
    pub fn done(&self) -> u64 {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn rounds_decide_without_a_clock() {
        let mut leg = Leg::new(4, &|| f64::INFINITY, 0.0);
        let shares: Vec<f64> = std::iter::from_fn(|| leg.next()).collect();
        assert_eq!(shares, [0.0, 0.25, 0.5, 0.75]);
        assert_eq!(Leg::new(0, &|| 9.0, 0.0).next(), None);
    }

    #[test]
    fn time_decides_with_one() {
        let now = Cell::new(10.0);
        let left = || {
            now.set(now.get() - 1.0);
            now.get()
        };
        let mut leg = Leg::new(1, &left, 5.0);
        let shares: Vec<f64> = std::iter::from_fn(|| leg.next()).collect();
        assert_eq!(shares.len() as u64, 3 * STRIDE);
        assert_eq!((shares[0], shares[shares.len() - 1]), (0.25, 0.75));
        assert_eq!(Leg::new(1, &|| 1.0, 2.0).next(), None, "already over");
    }
}
