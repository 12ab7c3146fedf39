//! The customers: where they live, how often they buy, with which cards and devices.
//!
//! Activity. Customer k of C (0-based rank) orders with density proportional to (k + q)^-s, s = 0.8, q = 0.15 C: the first tenth buys
//! twice as much as the average. Drawn in closed form, x = (a + u (b - a))^(1 / (1 - s)) - q with
//! a = q^(1 - s), b = (C + q)^(1 - s), so that no table of customers is kept.
//!
//! Everything about customer k is a function of (seed, k): ZIP by population, one or two cards and devices, one e-mail.
//! Customers 2j and 2j + 1 are one household with probability 0.3: one address, a common device in every third household and a
//! common card in every sixth. 2 % are businesses with payment terms and a credit line.
//! 15 % of the orders are guests without a customer id.
//!
//! The ledger counts, while the history is written, what each customer did there (sums of integers: the order of
//! threads does not matter), so that `customers.orders_before` is never less than the orders in `history`. 8 bytes a customer.

use std::fmt::Write;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use arrow::array::RecordBatch;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::arrivals::{DAY, HISTORY_DAYS};
use super::columns::Columns;
use super::failure::Result;
use super::places::Places;
use super::rng::{Keyed, Purpose, chance, mix};

/// Share of customers that are businesses.
pub const BUSINESS_SHARE: f64 = 0.02;
/// Share of orders without a customer id.
pub const GUEST_SHARE: f64 = 0.15;
const EXPONENT: f64 = 0.8;
const SHIFT: f64 = 0.15;

/// What an order needs to know about who placed it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// None for a guest.
    pub number: Option<u32>,
    pub place: u32,
    pub latitude: f64,
    pub longitude: f64,
    pub business: bool,
    pub email: u64,
    pub cards: [u64; 2],
    pub devices: [u64; 2],
}

/// The customers of a batch.
pub struct Customers {
    seed: u64,
    pub count: u32,
    /// Digits in an id are `(rank * step + 1) mod count`: a permutation, so that an id does not tell the activity.
    step: u64,
}

impl Customers {
    pub fn new(seed: u64, count: u32) -> Self {
        let wanted = (f64::from(count) * 0.618_034) as u64 | 1;
        let step = (wanted..)
            .find(|step| greatest_common_divisor(*step, u64::from(count)) == 1)
            .unwrap_or(1);
        Self { seed, count, step }
    }

    /// A customer by activity.
    pub fn draw(&self, rng: &mut impl Rng) -> u32 {
        let count = f64::from(self.count);
        let (shift, power) = (SHIFT * count, 1.0 - EXPONENT);
        let (low, high) = (shift.powf(power), (count + shift).powf(power));
        let rank = (low + rng.random::<f64>() * (high - low)).powf(1.0 / power) - shift;
        (rank.max(0.0) as u32).min(self.count - 1)
    }

    /// The ZIP of a customer, without the rest of the profile.
    pub fn place(&self, number: u32, places: &Places) -> u32 {
        places.draw(&mut self.home(number).0)
    }

    /// Generator of the customer's home, and whether it is shared.
    fn home(&self, number: u32) -> (Keyed, bool) {
        let household = u64::from(number / 2);
        if mix(self.seed, Purpose::Household, household) % 10 < 3 {
            return (
                Keyed::new(self.seed, Purpose::Household, household + (1 << 40)),
                true,
            );
        }
        (
            Keyed::new(self.seed, Purpose::Household, u64::from(number) + (1 << 41)),
            false,
        )
    }

    pub fn is_business(&self, number: u32) -> bool {
        chance(
            &mut Keyed::new(self.seed, Purpose::Customer, u64::from(number) + (1 << 40)),
            BUSINESS_SHARE,
        )
    }

    /// Everything about a customer.
    pub fn profile(&self, number: u32, places: &Places) -> Profile {
        let (mut home, shared) = self.home(number);
        let place = places.draw(&mut home);
        let (latitude, longitude) = places.address(place, &mut home);
        let (common_device, common_card) = (chance(&mut home, 0.35), chance(&mut home, 0.16));
        let own = |purpose, which| mix(self.seed, purpose, u64::from(number) * 2 + which);
        let of_household = |purpose| mix(self.seed, purpose, u64::from(number / 2) + (1 << 42));
        let second = |purpose, common| {
            if shared && common {
                of_household(purpose)
            } else {
                own(purpose, 1)
            }
        };
        Profile {
            number: Some(number),
            place,
            latitude,
            longitude,
            business: self.is_business(number),
            email: own(Purpose::Email, 0),
            cards: [own(Purpose::Card, 0), second(Purpose::Card, common_card)],
            devices: [
                own(Purpose::Device, 0),
                second(Purpose::Device, common_device),
            ],
        }
    }

    /// Somebody who never was here before and leaves no customer id. Identifiers come from `rng`.
    pub fn guest(&self, place: u32, places: &Places, rng: &mut impl Rng) -> Profile {
        let (latitude, longitude) = places.address(place, rng);
        let (card, device) = (rng.random(), rng.random());
        Profile {
            number: None,
            place,
            latitude,
            longitude,
            business: false,
            email: rng.random(),
            cards: [card, card],
            devices: [device, device],
        }
    }

    /// `C` and eight digits.
    pub fn name(&self, number: u32, text: &mut String) {
        let digits = (u64::from(number) * self.step + 1) % u64::from(self.count);
        let _ = write!(text, "C{digits:08}");
    }

    /// The `customers` table for ranks `from .. to`. `day` is the first second of the batch.
    pub fn table(&self, from: usize, to: usize, day: i64, ledger: &Ledger) -> Result<RecordBatch> {
        let accounts: Vec<Account> = (from..to)
            .map(|number| self.account(number as u32, day, ledger))
            .collect();
        Columns::new(accounts.len())
            .formatted("customer_id", |row, text| {
                self.name((from + row) as u32, text)
            })
            .maybe_integer(
                "credit_limit_cents",
                accounts.iter().map(|account| account.credit_limit),
            )
            .maybe_integer(
                "open_balance_cents",
                accounts.iter().map(|account| account.open_balance),
            )
            .maybe_time(
                "first_order_at",
                accounts.iter().map(|account| account.first_order),
            )
            .integer(
                "orders_before",
                accounts.iter().map(|account| account.orders),
            )
            .integer(
                "chargebacks_before",
                accounts.iter().map(|account| account.chargebacks),
            )
            .finish()
    }

    fn account(&self, number: u32, day: i64, ledger: &Ledger) -> Account {
        let mut rng = Keyed::new(self.seed, Purpose::CustomerLedger, u64::from(number));
        let activity = 1.0 - f64::from(number) / f64::from(self.count);
        // Orders older than the history: the active have more of them.
        let older = if chance(&mut rng, 0.25 + 0.6 * activity) {
            (-(1.0 - rng.random::<f64>()).ln() * (1.0 + 8.0 * activity * activity)).floor() as i64
        } else {
            0
        };
        let seen = ledger.orders(number);
        let first_order = if older > 0 {
            Some(
                day - HISTORY_DAYS * DAY
                    - rng.random_range(1..4 * 365) * DAY
                    - rng.random_range(0..DAY),
            )
        } else {
            ledger.first(number)
        };
        let limit =
            (2_500.0 * (0.9 * rng.sample::<f64, _>(StandardNormal)).exp()).round() as i64 * 100;
        // One in fifty is already over the line.
        let used = if chance(&mut rng, 0.02) {
            rng.random_range(1.0..1.3)
        } else {
            rng.random_range(0.0..0.85)
        };
        let business = self.is_business(number);
        Account {
            credit_limit: business.then_some(limit),
            open_balance: business.then_some((limit as f64 * used) as i64),
            first_order,
            orders: older + seen,
            chargebacks: ledger.chargebacks(number),
        }
    }
}

struct Account {
    credit_limit: Option<i64>,
    open_balance: Option<i64>,
    first_order: Option<i64>,
    orders: i64,
    chargebacks: i64,
}

/// What each customer did in the history.
pub struct Ledger {
    orders: Vec<AtomicU16>,
    chargebacks: Vec<AtomicU16>,
    /// Epoch seconds; `u32::MAX` means never.
    first: Vec<AtomicU32>,
}

impl Ledger {
    pub fn new(customers: u32) -> Self {
        let counts = || (0..customers).map(|_| AtomicU16::new(0)).collect();
        Self {
            orders: counts(),
            chargebacks: counts(),
            first: (0..customers).map(|_| AtomicU32::new(u32::MAX)).collect(),
        }
    }

    pub fn record(&self, number: u32, at: i64, fraud: bool) {
        self.orders[number as usize].fetch_add(1, Ordering::Relaxed);
        self.chargebacks[number as usize].fetch_add(u16::from(fraud), Ordering::Relaxed);
        self.first[number as usize].fetch_min(u32::try_from(at).unwrap_or(0), Ordering::Relaxed);
    }

    pub fn orders(&self, number: u32) -> i64 {
        i64::from(self.orders[number as usize].load(Ordering::Relaxed))
    }

    fn chargebacks(&self, number: u32) -> i64 {
        i64::from(self.chargebacks[number as usize].load(Ordering::Relaxed))
    }

    fn first(&self, number: u32) -> Option<i64> {
        let at = self.first[number as usize].load(Ordering::Relaxed);
        (at != u32::MAX).then_some(i64::from(at))
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rng::stream;
    use super::*;

    #[test]
    fn a_customer_is_the_same_every_time() {
        let places = Places::load().unwrap();
        let customers = Customers::new(3, 10_000);
        for number in 0..500 {
            let profile = customers.profile(number, &places);
            assert_eq!(profile.place, customers.place(number, &places));
            assert_eq!(profile.email, customers.profile(number, &places).email);
        }
        let shared = (0..2_000).step_by(2).filter(|&number| {
            let (one, other) = (
                customers.profile(number, &places),
                customers.profile(number + 1, &places),
            );
            one.latitude == other.latitude && one.longitude == other.longitude
        });
        assert!((200..400).contains(&shared.count()));
    }

    #[test]
    fn ids_are_a_permutation() {
        for count in [100, 1_000, 10_000] {
            let customers = Customers::new(1, count);
            let mut names: Vec<String> = (0..count)
                .map(|number| {
                    let mut text = String::new();
                    customers.name(number, &mut text);
                    text
                })
                .collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count as usize);
        }
    }

    #[test]
    fn the_active_tenth_buys_more_but_not_everything() {
        let customers = Customers::new(1, 100_000);
        let mut rng = stream(1, Purpose::Orders, 0);
        let head = (0..50_000)
            .filter(|_| customers.draw(&mut rng) < 10_000)
            .count();
        assert!((10_000..11_500).contains(&head), "{head}");
    }
}
