//! What every search returns: a solution, its value, and a bound on what any solution could reach.
//!
//! For a minimization `bound <= value`, for a maximization `bound >= value`. The pair is a certificate: whatever the method
//! did, no solution is better than `bound`. Integer objectives (cents, millimetres, grams) stay integers.

use crate::solve::budget::Limit;

/// The objective of an [`Outcome`]: `i64` for money, length and mass, `f64` for ratios.
pub trait Objective: Copy {
    /// As a float, for the relative gap.
    fn as_f64(self) -> f64;
}

impl Objective for i64 {
    fn as_f64(self) -> f64 {
        self as f64
    }
}

impl Objective for f64 {
    fn as_f64(self) -> f64 {
        self
    }
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Proven: no solution is better (within the tolerance of the method).
    Optimal,
    /// The method came to its natural end (a local optimum, a greedy pass) without a proof.
    Converged,
    /// The budget ended the search; the solution is the best one seen.
    Stopped(Limit),
}

/// The answer of a search. There is always a solution; a search that finds none returns `None` or an error instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T, V = i64> {
    /// The best solution found.
    pub solution: T,
    /// Its objective.
    pub value: V,
    /// No solution has a better objective than this.
    pub bound: V,
    /// Why the search ended.
    pub status: Status,
    /// Work done, in the method's own unit (passes, moves, steps).
    pub iterations: u64,
}

impl<T, V: Objective> Outcome<T, V> {
    /// Distance to the bound, relative to the value: `|value - bound| / |value|`, as the integer programming solvers
    /// define it. 0 where both agree, infinite where the value is 0 and the bound is not.
    pub fn gap(&self) -> f64 {
        relative_gap(self.value.as_f64(), self.bound.as_f64())
    }

    /// The same outcome with another form of the solution.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Outcome<U, V> {
        Outcome {
            solution: convert(self.solution),
            value: self.value,
            bound: self.bound,
            status: self.status,
            iterations: self.iterations,
        }
    }
}

/// `|value - bound| / |value|`; see [`Outcome::gap`].
pub fn relative_gap(value: f64, bound: f64) -> f64 {
    let difference = (value - bound).abs();
    if difference == 0.0 {
        0.0
    } else {
        difference / value.abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(value: i64, bound: i64) -> Outcome<()> {
        Outcome {
            solution: (),
            value,
            bound,
            status: Status::Converged,
            iterations: 1,
        }
    }

    #[test]
    fn gap_is_relative_to_the_value() {
        assert_eq!(outcome(200, 150).gap(), 0.25);
        assert_eq!(outcome(-200, -250).gap(), 0.25);
        assert_eq!(outcome(0, 0).gap(), 0.0);
        assert_eq!(outcome(0, -1).gap(), f64::INFINITY);
    }

    #[test]
    fn map_keeps_the_certificate() {
        let mapped = outcome(10, 9).map(|()| "plan");
        assert_eq!(
            (mapped.solution, mapped.value, mapped.bound),
            ("plan", 10, 9)
        );
    }
}
