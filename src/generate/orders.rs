//! One order: who places it, when, how it is paid, what is in it.
//!
//! Independent draws on top of the arrival process (arrivals.rs), the customers (customers.rs) and the baskets (demand.rs):
//! service standard 80 %, expedited 15 %, next_day 5 %; ship_complete 5 %; a promised date for 20 / 50 / 70 % of the three
//! services; payment paid 60 %, authorized 36 %, pending 1 %, declined 1.2 %, terms for most business orders (about 1.4 % of all);
//! 12 % of the orders are billed elsewhere (gifts); about 5 % of honest orders have a partial or failed AVS check. Unit prices are list
//! prices less a promotion on every sixth line.
//! An order is a pure function of (seed, position, generator), so batch and history share this code.

use rand::{Rng, RngExt};

use super::arrivals::{Arrivals, promise};
use super::customers::{Customers, GUEST_SHARE, Profile};
use super::defects::Defect;
use super::demand::Demand;
use super::fraud::{FraudPlan, disguise};
use super::items::Catalogue;
use super::places::Places;
use super::rng::{chance, pick};

/// Delivery promise level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Standard,
    Expedited,
    NextDay,
}

impl Service {
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Expedited => "expedited",
            Self::NextDay => "next_day",
        }
    }
}

/// One order before it becomes a row.
#[derive(Clone, Debug)]
pub struct Order {
    /// Position in its table; the id is made of it.
    pub position: u64,
    pub channel: &'static str,
    pub placed_at: i64,
    pub customer: Option<u32>,
    pub place: u32,
    pub latitude: f64,
    pub longitude: f64,
    pub residential: bool,
    pub service: Service,
    pub deliver_by: Option<i64>,
    pub ship_complete: bool,
    pub payment_method: &'static str,
    pub payment_status: &'static str,
    pub payment_terms: &'static str,
    pub card: Option<u64>,
    pub email: u64,
    pub device: u64,
    pub ip_country: &'static str,
    pub avs: &'static str,
    pub cvv: &'static str,
    pub bill_place: Option<u32>,
    pub priority: i64,
    pub defect: Option<Defect>,
}

/// What a line asks for. The last two are defects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sku {
    Item(u32),
    Unknown,
    Missing,
}

/// One order line before it becomes a row.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Position of the order.
    pub order: u64,
    pub number: i64,
    pub sku: Sku,
    pub quantity: i64,
    /// Major units.
    pub price: f64,
}

impl Line {
    /// A line at list price; the order and the number come later.
    pub fn new(catalogue: &Catalogue, item: u32, quantity: i64) -> Self {
        let price = catalogue.items[item as usize].price_cents as f64 / 100.0;
        Self {
            order: 0,
            number: 0,
            sku: Sku::Item(item),
            quantity,
            price,
        }
    }

    pub fn amount_cents(&self) -> i64 {
        (self.price * 100.0).round() as i64 * self.quantity
    }
}

/// Everything that orders are drawn from.
pub struct Shop {
    pub seed: u64,
    pub places: Places,
    pub catalogue: Catalogue,
    pub demand: Demand,
    pub customers: Customers,
}

/// A sequence of `count` orders: the batch, or the history.
pub struct Source<'a> {
    pub shop: &'a Shop,
    pub arrivals: Arrivals,
    pub fraud: FraudPlan,
    pub count: u64,
}

impl Source<'_> {
    /// Draws the order at `position` and its lines.
    pub fn draw(
        &self,
        position: u64,
        rng: &mut impl Rng,
        lines: &mut Vec<Line>,
        basket: &mut Vec<(u32, i64)>,
    ) -> Order {
        let quantile = (position as f64 + rng.random::<f64>()) / self.count as f64;
        let placed_at = self.arrivals.at(quantile, rng);
        let buyer = self.buyer(placed_at, rng);
        let mut order = honest(position, placed_at, &buyer, rng);
        if chance(rng, 0.12) {
            order.bill_place = Some(self.shop.places.draw(rng));
        }
        self.shop.demand.basket(rng, buyer.business, basket);
        lines.clear();
        for &(item, quantity) in basket.iter() {
            let mut line = Line::new(&self.shop.catalogue, item, quantity);
            let promotion = pick(rng, &[(1.0, 0.83), (0.9, 0.10), (0.8, 0.05), (0.7, 0.02)]);
            line.price = (line.price * promotion * 100.0).round() / 100.0;
            lines.push(line);
        }
        if let Some(case) = self.fraud.get(position) {
            let world = (
                &self.shop.places,
                &self.shop.customers,
                &self.shop.catalogue,
            );
            disguise(&mut order, lines, case, world, rng);
        }
        order.deliver_by = self.promise(&order, rng);
        for (index, line) in lines.iter_mut().enumerate() {
            (line.order, line.number) = (position, index as i64 + 1);
        }
        order
    }

    /// Somebody who orders at `at`: by activity, accepted by the local time of day.
    fn buyer(&self, at: i64, rng: &mut impl Rng) -> Profile {
        let (places, customers) = (&self.shop.places, &self.shop.customers);
        loop {
            let number = (!chance(rng, GUEST_SHARE)).then(|| customers.draw(rng));
            let place = number.map_or_else(
                || places.draw(rng),
                |number| customers.place(number, places),
            );
            let zone = places.time_zone[place as usize] as usize;
            if chance(rng, self.arrivals.acceptance(zone, at)) {
                return match number {
                    Some(number) => customers.profile(number, places),
                    None => customers.guest(place, places, rng),
                };
            }
        }
    }

    fn promise(&self, order: &Order, rng: &mut impl Rng) -> Option<i64> {
        let (share, days) = match order.service {
            Service::Standard => (0.20, rng.random_range(5..=7)),
            Service::Expedited => (0.50, 2),
            Service::NextDay => (0.70, 1),
        };
        let zone = self.shop.places.time_zone[order.place as usize] as usize;
        chance(rng, share).then(|| promise(order.placed_at, self.arrivals.offset(zone), days))
    }
}

fn honest(position: u64, placed_at: i64, buyer: &Profile, rng: &mut impl Rng) -> Order {
    let service = pick(
        rng,
        &[
            (Service::Standard, 0.80),
            (Service::Expedited, 0.15),
            (Service::NextDay, 0.05),
        ],
    );
    let mut order = Order {
        position,
        channel: pick(
            rng,
            &[
                ("web", 0.55),
                ("app", 0.31),
                ("marketplace", 0.12),
                ("phone", 0.02),
            ],
        ),
        placed_at,
        customer: buyer.number,
        place: buyer.place,
        latitude: buyer.latitude,
        longitude: buyer.longitude,
        residential: !chance(rng, 0.06),
        service,
        deliver_by: None,
        ship_complete: chance(rng, 0.05),
        payment_method: "card",
        payment_status: "paid",
        payment_terms: "prepaid",
        card: None,
        email: buyer.email,
        device: buyer.devices[usize::from(chance(rng, 0.3))],
        ip_country: pick(
            rng,
            &[
                ("US", 0.985),
                ("CA", 0.006),
                ("MX", 0.004),
                ("GB", 0.003),
                ("DE", 0.002),
            ],
        ),
        avs: "unavailable",
        cvv: "unavailable",
        bill_place: Some(buyer.place),
        priority: pick(rng, &[(0, 0.93), (3, 0.04), (5, 0.02), (9, 0.01)]),
        defect: None,
    };
    pay(&mut order, buyer, rng);
    order
}

fn pay(order: &mut Order, buyer: &Profile, rng: &mut impl Rng) {
    if buyer.business {
        order.channel = "b2b";
        order.residential = false;
        if chance(rng, 0.85) {
            order.payment_method = "invoice";
            order.payment_status = "terms";
            order.payment_terms = pick(rng, &[("net15", 0.2), ("net30", 0.6), ("net60", 0.2)]);
            return;
        }
    }
    order.payment_status = pick(
        rng,
        &[
            ("paid", 0.611),
            ("authorized", 0.367),
            ("declined", 0.012),
            ("pending", 0.010),
        ],
    );
    order.payment_method = pick(
        rng,
        &[
            ("card", 0.70),
            ("wallet", 0.16),
            ("paypal", 0.10),
            ("gift_card", 0.04),
        ],
    );
    if matches!(order.payment_method, "card" | "wallet") {
        order.card = Some(buyer.cards[usize::from(chance(rng, 0.25))]);
        order.avs = pick(
            rng,
            &[
                ("match", 0.915),
                ("partial", 0.045),
                ("no", 0.015),
                ("unavailable", 0.025),
            ],
        );
        order.cvv = pick(
            rng,
            &[("match", 0.955), ("no", 0.008), ("unavailable", 0.037)],
        );
    }
}
