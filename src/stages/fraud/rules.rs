//! When each rule of the score fires, and the score.
//!
//! score(order) = min(99, Σ points of the rules that fire). A missing fact never fires a rule: `unavailable` is not `no`, and an
//! order without a card has no card velocity.

use crate::model::Batch;
use crate::model::ids::{OrderIdx, Sym};
use crate::model::orders::{ServiceLevel, Verification};
use crate::model::units::Cents;
use crate::params;

use super::features::Features;
use super::points::{MAX_SCORE, Rule, SHARED_DEVICE_CUSTOMERS};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What the rules read.
pub(super) struct Facts<'a> {
    pub batch: &'a Batch,
    pub features: &'a Features,
    pub params: &'a params::Fraud,
}

/// An order to score.
struct Case<'a> {
    facts: &'a Facts<'a>,
    order: OrderIdx,
    high_amount: bool,
}

/// Score and reasons of an order with `amount` at stake.
pub(super) fn score(facts: &Facts, order: OrderIdx, amount: Cents) -> (u8, String) {
    let case = Case {
        facts,
        order,
        high_amount: amount.0 > facts.params.high_amount_cents,
    };
    let (mut sum, mut reasons) = (0, String::new());
    for &rule in Rule::ALL.iter().filter(|&&rule| fires(rule, &case)) {
        sum += rule.points();
        if !reasons.is_empty() {
            reasons.push(';');
        }
        reasons.push_str(rule.name());
        reasons.push(':');
        reasons.push_str(&rule.points().to_string());
    }
    (sum.min(MAX_SCORE) as u8, reasons)
}

fn fires(rule: Rule, case: &Case) -> bool {
    let (features, order) = (case.facts.features, case.order);
    let orders = &case.facts.batch.orders;
    let limit = case.facts.params.velocity_limit;
    let bursts = |velocity: u32| i64::from(velocity) > limit;
    match rule {
        Rule::KnownFraudKey => [&features.card, &features.email, &features.device]
            .iter()
            .any(|past| past[order].fraud),
        Rule::PriorChargeback => orders.customer[order]
            .is_some_and(|c| case.facts.batch.customers.chargebacks_before[c] > 0),
        Rule::CvvNo => orders.cvv[order] == Verification::No,
        Rule::CvvPartial => orders.cvv[order] == Verification::Partial,
        Rule::AvsNo => orders.avs[order] == Verification::No,
        Rule::AvsPartial => orders.avs[order] == Verification::Partial,
        Rule::VelocityCard => bursts(features.card[order].velocity),
        Rule::VelocityEmail => bursts(features.email[order].velocity),
        Rule::VelocityDevice => bursts(features.device[order].velocity),
        Rule::SharedDevice => features.device[order].other_customers >= SHARED_DEVICE_CUSTOMERS,
        Rule::NewCustomerHighAmount => case.high_amount && new_customer(case),
        Rule::IpCountryMismatch => ip_country_mismatch(case),
        Rule::BillShipCountryMismatch => {
            let bill = orders.bill_country[order];
            bill.is_some_and(|bill| differ(case, bill, ship_country(case)))
        }
        Rule::ExpeditedHighAmount => {
            case.high_amount && orders.service[order] != ServiceLevel::Standard
        }
        Rule::Guest => orders.customer[order].is_none(),
    }
}

/// A guest, or a customer whose first order is younger than the parameter. Where `customers` does not give the first order,
/// `orders_before` above zero means known, and otherwise the first order in the history counts.
fn new_customer(case: &Case) -> bool {
    let (batch, order) = (case.facts.batch, case.order);
    let Some(customer) = batch.orders.customer[order] else {
        return true;
    };
    let customers = &batch.customers;
    let given = customers.first_order_at[customer];
    if given.is_none() && customers.orders_before[customer] > 0 {
        return false;
    }
    let first = given.or(case.facts.features.first_in_history[customer]);
    let young = case.facts.params.new_customer_days * DAY;
    first.is_none_or(|first| batch.orders.placed_at[order].0.saturating_sub(first.0) < young)
}

fn ship_country(case: &Case) -> Sym {
    let dest = case.facts.batch.orders.dest[case.order];
    case.facts.batch.destinations.country[dest]
}

fn ip_country_mismatch(case: &Case) -> bool {
    let orders = &case.facts.batch.orders;
    let home = orders.bill_country[case.order].unwrap_or_else(|| ship_country(case));
    orders.ip_country[case.order].is_some_and(|ip| differ(case, ip, home))
}

/// Two country codes that are both given and not the same, whatever their case.
fn differ(case: &Case, a: Sym, b: Sym) -> bool {
    let symbols = &case.facts.batch.symbols;
    let (a, b) = (symbols[a].trim(), symbols[b].trim());
    !a.is_empty() && !b.is_empty() && !a.eq_ignore_ascii_case(b)
}
