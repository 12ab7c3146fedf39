//! Integer units: money in cents, mass in grams, length in millimetres, time in seconds. Arithmetic overflows stop the run
//! (overflow checks are on in every profile for this crate) instead of wrapping.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            pub const ZERO: $name = $name(0);
            pub const MAX: $name = $name(i64::MAX);
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                $name(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                $name(self.0 - other.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                $name(-self.0)
            }
        }
        impl Mul<i64> for $name {
            type Output = Self;
            fn mul(self, times: i64) -> Self {
                $name(self.0 * times)
            }
        }
        impl Sum for $name {
            fn sum<It: Iterator<Item = Self>>(iter: It) -> Self {
                $name(iter.map(|unit| unit.0).sum())
            }
        }
    )+};
}

units!(
    /// Money in minor units of the batch's one currency.
    Cents,
    /// Mass.
    Grams,
    /// Length.
    Millimetres,
    /// A duration.
    Seconds,
);

/// A moment: seconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const MAX: Timestamp = Timestamp(i64::MAX);
}
impl Add<Seconds> for Timestamp {
    type Output = Timestamp;
    fn add(self, duration: Seconds) -> Timestamp {
        Timestamp(self.0 + duration.0)
    }
}
impl Sub<Seconds> for Timestamp {
    type Output = Timestamp;
    fn sub(self, duration: Seconds) -> Timestamp {
        Timestamp(self.0 - duration.0)
    }
}
impl Sub for Timestamp {
    type Output = Seconds;
    fn sub(self, earlier: Timestamp) -> Seconds {
        Seconds(self.0 - earlier.0)
    }
}

impl fmt::Display for Cents {
    /// Major units with two decimals: `-12.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl Cents {
    /// `self * percent / 100`, rounded half away from zero. `percent` may have two decimals that count.
    pub fn percent(self, percent: f64) -> Cents {
        let hundredths = (percent * 100.0).round() as i128;
        let product = i128::from(self.0) * hundredths;
        let half = if product < 0 { -5_000 } else { 5_000 };
        Cents(((product + half) / 10_000) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_print_with_two_decimals_and_a_sign() {
        assert_eq!(Cents(-1205).to_string(), "-12.05");
        assert_eq!(Cents(7).to_string(), "0.07");
    }

    #[test]
    fn percent_rounds_half_away_from_zero() {
        assert_eq!(Cents(250).percent(15.0), Cents(38)); // 37.5
        assert_eq!(Cents(-250).percent(15.0), Cents(-38));
        assert_eq!(Cents(1000).percent(7.25), Cents(73)); // 72.5
    }
}
