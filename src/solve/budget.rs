//! How long a search may run.
//!
//! A budget counts iterations, so that the same input gives the same answer on every machine. A wall-clock limit can be
//! added on top; it gives that up, and says so through [`Budget::is_deterministic`]. A search starts a [`Meter`] and asks
//! it before each iteration; the clock is read once in [`CLOCK_STRIDE`] iterations, and never without a clock limit.

use std::time::{Duration, Instant};

/// Iterations between two looks at the clock.
const CLOCK_STRIDE: u64 = 64;

/// What ended a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The number of iterations: reproducible.
    Iterations,
    /// The wall clock: the answer depends on the machine and its load.
    Clock,
}

/// Limits of one search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    iterations: u64,
    wall_clock: Option<Duration>,
}

impl Budget {
    /// At most this many iterations.
    pub const fn iterations(iterations: u64) -> Self {
        Self {
            iterations,
            wall_clock: None,
        }
    }

    /// Also stop after this much time. Gives up determinism.
    pub const fn with_wall_clock(self, wall_clock: Duration) -> Self {
        Self {
            wall_clock: Some(wall_clock),
            ..self
        }
    }

    /// Whether the same input always gives the same answer: true without a wall-clock limit.
    pub const fn is_deterministic(&self) -> bool {
        self.wall_clock.is_none()
    }

    /// Start counting, and the clock if there is one.
    pub fn start(&self) -> Meter {
        Meter {
            budget: *self,
            used: 0,
            deadline: self
                .wall_clock
                .and_then(|limit| Instant::now().checked_add(limit)),
            stopped_by: None,
        }
    }
}

/// A running budget.
#[derive(Debug, Clone)]
pub struct Meter {
    budget: Budget,
    used: u64,
    deadline: Option<Instant>,
    stopped_by: Option<Limit>,
}

impl Meter {
    /// Ask for one more iteration: `true` grants and counts it. Once refused, always refused.
    pub fn tick(&mut self) -> bool {
        if self.stopped_by.is_some() {
            return false;
        }
        if self.used >= self.budget.iterations {
            self.stopped_by = Some(Limit::Iterations);
        } else if self.used.is_multiple_of(CLOCK_STRIDE) && self.is_late() {
            self.stopped_by = Some(Limit::Clock);
        } else {
            self.used += 1;
        }
        self.stopped_by.is_none()
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|end| Instant::now() >= end)
    }

    /// Iterations granted so far.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// What refused an iteration, if one was refused.
    pub fn stopped_by(&self) -> Option<Limit> {
        self.stopped_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_iterations_and_then_refuses() {
        let mut meter = Budget::iterations(3).start();
        let granted = (0..10).filter(|_| meter.tick()).count();
        assert_eq!((granted, meter.used()), (3, 3));
        assert_eq!(meter.stopped_by(), Some(Limit::Iterations));
    }

    #[test]
    fn a_clock_stops_and_confesses() {
        let budget = Budget::iterations(u64::MAX).with_wall_clock(Duration::ZERO);
        let mut meter = budget.start();
        assert!(!budget.is_deterministic() && Budget::iterations(1).is_deterministic());
        assert!(!meter.tick() && !meter.tick());
        assert_eq!((meter.used(), meter.stopped_by()), (0, Some(Limit::Clock)));
    }

    #[test]
    fn an_endless_clock_does_not_overflow() {
        let budget = Budget::iterations(2).with_wall_clock(Duration::MAX);
        assert!(budget.start().tick());
    }
}
