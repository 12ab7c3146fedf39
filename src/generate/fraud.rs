//! Labelled fraud.
//!
//! `fraud_share` of the orders are fraudulent. 60 % of them belong to rings of 3 to 40 orders with a truncated Pareto size (alpha = 1.2);
//! the rest stand alone. A ring shares one to three devices and drop addresses and a handful of stolen cards, buys easily
//! resold goods, wants them fast, and places its orders in a burst (gaps of about ten minutes). 30 % of tonight's rings are
//! rings of the history that come back with the same devices and addresses. Lone fraud takes over the account of an inactive
//! customer or comes as a guest, and is only a little more conspicuous than honest orders.
//! The shape (rings = connected components of shared keys, velocity bursts, AVS / CVV / country mismatch, fast service, resale goods)
//! follows what order-fraud systems look for (Van Vlasselaer et al. 2015, doi:10.1016/j.dss.2015.04.013); the shares are ours.
//! Memory: 24 bytes a fraudulent order.

use std::collections::HashSet;

use rand::{Rng, RngExt};

use super::customers::Customers;
use super::items::Catalogue;
use super::orders::{Line, Order, Service};
use super::places::Places;
use super::rng::{Keyed, Purpose, chance, mix, pick, stream};

const RING_SHARE: f64 = 0.6;
const RETURNING_RINGS: f64 = 0.3;
const SMALLEST_RING: u64 = 3;
const LARGEST_RING: u64 = 40;
/// Mean seconds between two orders of a ring.
const RING_GAP_SECONDS: f64 = 600.0;

/// A fraudulent order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Position in the batch or the history.
    pub order: u64,
    /// Label; None for lone fraud.
    pub ring: Option<u32>,
    /// Decides devices, cards and addresses; shared with a ring of the history when that ring comes back.
    pub key: u64,
}

/// Which orders are fraudulent, sorted by position.
#[derive(Default)]
pub struct FraudPlan {
    cases: Vec<Case>,
    pub rings: u32,
    keys: Vec<u64>,
}

impl FraudPlan {
    /// Plans `share` of `orders` spread over `seconds`. `past` are the rings that may come back; labels start at `first_ring`.
    pub fn new(
        seed: u64,
        purpose: Purpose,
        orders: u64,
        seconds: f64,
        share: f64,
        past: Option<&FraudPlan>,
    ) -> Self {
        let mut rng = stream(seed, purpose, 0);
        let total = (orders as f64 * share).round() as u64;
        let first_ring = past.map_or(0, |plan| plan.rings);
        let mut plan = FraudPlan {
            rings: first_ring,
            ..FraudPlan::default()
        };
        let mut taken = HashSet::new();
        let gap = (orders as f64 / seconds * RING_GAP_SECONDS).max(1.0);
        let mut in_rings = (total as f64 * RING_SHARE) as u64;
        while in_rings >= SMALLEST_RING {
            let size = ring_size(&mut rng).min(in_rings);
            let key = ring_key(&mut rng, seed, plan.rings, past);
            plan.keys.push(key);
            let mut at = rng.random_range(0..orders);
            for _ in 0..size {
                let order = claim(&mut taken, at, orders);
                plan.cases.push(Case {
                    order,
                    ring: Some(plan.rings),
                    key,
                });
                at = (order + 1 + (gap * -(1.0 - rng.random::<f64>()).ln()) as u64) % orders;
            }
            plan.rings += 1;
            in_rings -= size;
        }
        while (plan.cases.len() as u64) < total {
            let order = claim(&mut taken, rng.random_range(0..orders), orders);
            plan.cases.push(Case {
                order,
                ring: None,
                key: mix(seed, purpose, order + (1 << 50)),
            });
        }
        plan.cases.sort_by_key(|case| case.order);
        plan
    }

    /// The fraud at a position.
    pub fn get(&self, order: u64) -> Option<Case> {
        let index = self
            .cases
            .binary_search_by_key(&order, |case| case.order)
            .ok()?;
        Some(self.cases[index])
    }

    pub fn cases(&self) -> &[Case] {
        &self.cases
    }
}

/// The first free position from `at` on. There is one: at most half of the orders are fraudulent.
fn claim(taken: &mut HashSet<u64>, at: u64, orders: u64) -> u64 {
    let mut order = at % orders;
    while !taken.insert(order) {
        order = (order + 1) % orders;
    }
    order
}

fn ring_size(rng: &mut impl Rng) -> u64 {
    let draw = 1.0 - rng.random::<f64>();
    ((SMALLEST_RING as f64 * draw.powf(-1.0 / 1.2)) as u64).min(LARGEST_RING)
}

fn ring_key(rng: &mut impl Rng, seed: u64, ring: u32, past: Option<&FraudPlan>) -> u64 {
    let returning = chance(rng, RETURNING_RINGS);
    match past {
        Some(plan) if returning && !plan.keys.is_empty() => {
            plan.keys[rng.random_range(0..plan.keys.len())]
        }
        _ => mix(seed, Purpose::Ring, u64::from(ring)),
    }
}

/// Turns an honest order into the fraudulent order of `case`.
pub fn disguise(
    order: &mut Order,
    lines: &mut Vec<Line>,
    case: Case,
    world: (&Places, &Customers, &Catalogue),
    rng: &mut impl Rng,
) {
    let (places, customers, catalogue) = world;
    // An account taken over, of somebody who hardly buys, or none.
    let inactive = customers.count / 2 + rng.random_range(0..customers.count.div_ceil(2));
    let victim = inactive.min(customers.count - 1);
    order.customer = chance(rng, 0.45).then_some(victim);
    order.bill_place = Some(places.draw(rng));
    order.payment_status = pick(rng, &[("paid", 0.55), ("authorized", 0.45)]);
    (order.payment_method, order.payment_terms, order.channel) = ("card", "prepaid", "web");
    (order.residential, order.ship_complete) = (true, false);
    (order.card, order.device) = (Some(rng.random()), rng.random());
    if case.ring.is_some() {
        join_ring(order, case.key, places, rng);
        buy_for_resale(lines, catalogue, case.key, rng);
    } else {
        order.avs = pick(
            rng,
            &[
                ("match", 0.50),
                ("partial", 0.15),
                ("no", 0.25),
                ("unavailable", 0.10),
            ],
        );
        order.cvv = pick(rng, &[("match", 0.78), ("no", 0.12), ("unavailable", 0.10)]);
        order.ip_country = pick(
            rng,
            &[
                ("US", 0.80),
                ("NG", 0.04),
                ("RO", 0.05),
                ("VN", 0.05),
                ("BR", 0.06),
            ],
        );
        order.service = pick(
            rng,
            &[
                (Service::Standard, 0.5),
                (Service::Expedited, 0.3),
                (Service::NextDay, 0.2),
            ],
        );
        if chance(rng, 0.5) {
            buy_for_resale(lines, catalogue, case.key, rng);
        }
    }
}

/// Devices, cards, drop addresses and network of the ring.
fn join_ring(order: &mut Order, key: u64, places: &Places, rng: &mut impl Rng) {
    let mut ring = Keyed::new(key, Purpose::Ring, 1);
    let (devices, drops, cards) = (
        ring.random_range(1..=3),
        ring.random_range(1..=3),
        ring.random_range(2..=8),
    );
    let abroad = pick(
        &mut ring,
        &[
            ("US", 0.5),
            ("NG", 0.1),
            ("RO", 0.15),
            ("VN", 0.1),
            ("RU", 0.15),
        ],
    );
    order.device = mix(key, Purpose::Device, rng.random_range(0..devices));
    order.card = Some(mix(key, Purpose::Card, rng.random_range(0..cards)));
    if chance(rng, 0.5) {
        order.email = mix(key, Purpose::Email, rng.random_range(0..cards));
    }
    let mut drop = Keyed::new(key, Purpose::Ring, 10 + rng.random_range(0..drops));
    order.place = places.draw(&mut drop);
    (order.latitude, order.longitude) = places.address(order.place, &mut drop);
    order.ip_country = if chance(rng, 0.8) { abroad } else { "US" };
    order.avs = pick(
        rng,
        &[
            ("match", 0.25),
            ("partial", 0.20),
            ("no", 0.40),
            ("unavailable", 0.15),
        ],
    );
    order.cvv = pick(rng, &[("match", 0.60), ("no", 0.25), ("unavailable", 0.15)]);
    order.service = pick(
        rng,
        &[
            (Service::Standard, 0.25),
            (Service::Expedited, 0.40),
            (Service::NextDay, 0.35),
        ],
    );
}

/// One or two articles, the same few for the whole ring.
fn buy_for_resale(lines: &mut Vec<Line>, catalogue: &Catalogue, key: u64, rng: &mut impl Rng) {
    lines.clear();
    let mut ring = Keyed::new(key, Purpose::Ring, 2);
    let wanted: [u32; 3] =
        std::array::from_fn(|_| catalogue.resale[ring.random_range(0..catalogue.resale.len())]);
    let first = rng.random_range(0..wanted.len());
    lines.push(Line::new(catalogue, wanted[first], rng.random_range(1..=3)));
    let second = wanted[(first + 1) % wanted.len()];
    if chance(rng, 0.3) && second != wanted[first] {
        lines.push(Line::new(catalogue, second, 1));
    }
}

/// `R` and six digits.
pub fn ring_name(ring: u32, text: &mut String) {
    use std::fmt::Write;
    let _ = write!(text, "R{ring:06}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_keeps_its_promises() {
        let past = FraudPlan::new(1, Purpose::HistoryFraudPlan, 20_000, 7.8e6, 0.01, None);
        let plan = FraudPlan::new(1, Purpose::FraudPlan, 100_000, 90_000.0, 0.008, Some(&past));
        assert_eq!(plan.cases.len(), 800);
        assert!(
            plan.cases
                .windows(2)
                .all(|pair| pair[0].order < pair[1].order)
        );
        let in_rings = plan.cases.iter().filter(|case| case.ring.is_some()).count();
        assert!((470..=480).contains(&in_rings), "{in_rings}");
        for ring in past.rings..plan.rings {
            let size = plan
                .cases
                .iter()
                .filter(|case| case.ring == Some(ring))
                .count() as u64;
            assert!((SMALLEST_RING..=LARGEST_RING).contains(&size));
        }
        let returning = plan
            .keys
            .iter()
            .filter(|key| past.keys.contains(key))
            .count();
        assert!(returning > 0);
    }

    #[test]
    fn half_of_the_orders_can_be_fraud() {
        let plan = FraudPlan::new(1, Purpose::FraudPlan, 101, 90_000.0, 0.5, None);
        assert_eq!(plan.cases.len(), 51);
    }
}
