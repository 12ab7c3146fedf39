use proptest::prelude::*;

use super::*;
use crate::model::ids::{IdxVec, ItemIdx};
use crate::model::orders::{PaymentStatus, ServiceLevel, Verification};
use crate::model::units::Seconds;
use crate::params::Params;
use crate::testing::{START, World, ctx};

fn world() -> (World, ItemIdx) {
    let mut world = World::new();
    world.facility("NTH");
    let item = world.item("A", [100, 100, 100], 500);
    (world, item)
}

/// An order of a known customer that no rule has anything against.
fn good_order(world: &mut World, id: &str, units: i64) -> OrderIdx {
    let order = world.order(id, &[(ItemIdx(0), units)]);
    let customer = world.customer(id, 0);
    world.batch.customers.orders_before[customer] = 5;
    world.batch.orders.customer[order] = Some(customer);
    order
}

fn past_order(world: &mut World, hours_before: i64, fraud: Option<bool>) -> usize {
    let history = &mut world.batch.history;
    history
        .placed_at
        .push(START - Seconds(3_600 * hours_before));
    history.customer.push(None);
    history.card.push(None);
    history.email.push(None);
    history.device.push(None);
    history.amount.push(Cents(100));
    history.is_fraud.push(fraud);
    history.placed_at.len() - 1
}

/// Everything accepted, no line at fault.
fn validated(batch: &Batch) -> Validated {
    Validated {
        verdict: IdxVec::filled(Verdict::Accepted, batch.orders.len()),
        line_fault: IdxVec::filled(None, batch.lines.len()),
        ..Validated::default()
    }
}

fn run(batch: &Batch, validated: &Validated, params: &Params) -> FraudOut {
    let input = Input { batch, validated };
    let out = Fraud::run(input, &ctx(params)).unwrap();
    assert_eq!(Fraud::check(input, &out, &ctx(params)), []);
    out
}

fn reasons(world: World) -> Vec<String> {
    let batch = world.build();
    run(&batch, &validated(&batch), &Params::default())
        .scores
        .reasons
}

#[test]
fn a_known_customer_with_a_verified_card_scores_nothing() {
    let (mut world, _) = world();
    good_order(&mut world, "O1", 1);
    let batch = world.build();
    let out = run(&batch, &validated(&batch), &Params::default());
    assert_eq!(out.scores.score, [0]);
    assert_eq!(out.scores.reasons, [""]);
    assert_eq!(out.scores.amount, [Cents(1_000)]);
    assert_eq!(out.scores.decision, [Decision::Accept]);
}

#[test]
fn reasons_name_the_heaviest_first_and_the_score_is_capped() {
    let (mut world, _) = world();
    let order = good_order(&mut world, "O1", 60);
    let customer = world.batch.orders.customer[order].unwrap();
    let abroad = world.symbol("FR");
    let lower = world.symbol("gb");
    let orders = &mut world.batch.orders;
    orders.cvv[order] = Verification::No;
    orders.avs[order] = Verification::Partial;
    orders.service[order] = ServiceLevel::NextDay;
    orders.bill_country[order] = Some(lower);
    orders.ip_country[order] = Some(abroad);
    world.batch.customers.chargebacks_before[customer] = 1;
    let batch = world.build();
    let out = run(&batch, &validated(&batch), &Params::default());
    assert_eq!(
        out.scores.reasons,
        [
            "prior_chargeback:35;cvv_no:30;ip_country_mismatch:15;expedited_high_amount:15;avs_partial:5"
        ]
    );
    assert_eq!(out.scores.score, [99], "100 points");
    assert_eq!(out.verdict[order], Verdict::Rejected(Code::FraudDeclined));
}

#[test]
fn velocity_counts_the_window_strictly_before_and_no_ties() {
    let (mut world, _) = world();
    let card = world.symbol("card");
    // 24 h before counts, 25 h does not; the two orders of the batch tie and do not see each other.
    for hours in [25, 24, 1, 1] {
        let i = past_order(&mut world, hours, None);
        world.batch.history.card[i] = Some(card);
    }
    let tied = [
        good_order(&mut world, "O1", 1),
        good_order(&mut world, "O2", 1),
    ];
    let later = good_order(&mut world, "O3", 1);
    for order in tied {
        world.batch.orders.card[order] = Some(card);
    }
    world.batch.orders.card[later] = Some(card);
    world.batch.orders.placed_at[later] = START + Seconds(1);
    // Before O1 and O2: 3 orders, not more than the limit. Before O3 (the window has moved on): 2 + 2.
    assert_eq!(reasons(world), ["", "", "velocity_card:25"]);
}

#[test]
fn attempts_that_were_not_accepted_count_but_are_not_scored() {
    let (mut world, _) = world();
    let device = world.symbol("device");
    let tries: Vec<_> = (0..5)
        .map(|i| {
            let order = good_order(&mut world, &format!("O{i}"), 1);
            world.batch.orders.device[order] = Some(device);
            world.batch.orders.placed_at[order] = START + Seconds(i);
            order
        })
        .collect();
    let batch = world.build();
    let mut validated = validated(&batch);
    for &order in &tries[..4] {
        validated.verdict[order] = Verdict::Rejected(Code::PaymentDeclined);
    }
    let out = run(&batch, &validated, &Params::default());
    assert_eq!(out.scores.order, [tries[4]]);
    assert_eq!(out.scores.reasons, ["velocity_device:20;shared_device:20"]);
    assert_eq!(out.verdict[tries[0]], validated.verdict[tries[0]]);
}

#[test]
fn a_device_is_shared_from_the_second_other_customer_on() {
    let (mut world, _) = world();
    let device = world.symbol("device");
    for i in 0..4 {
        let order = good_order(&mut world, &format!("O{i}"), 1);
        world.batch.orders.device[order] = Some(device);
        world.batch.orders.placed_at[order] = START + Seconds(i);
    }
    let first = world.batch.orders.customer[OrderIdx(0)];
    world.batch.orders.customer[OrderIdx(2)] = first;
    assert_eq!(reasons(world), ["", "", "", "shared_device:20"]);
}

#[test]
fn a_labelled_fraud_taints_its_keys_afterwards() {
    let (mut world, _) = world();
    let (email, card) = (world.symbol("email"), world.symbol("card"));
    let fraud = past_order(&mut world, 500, Some(true));
    world.batch.history.email[fraud] = Some(email);
    let cleared = past_order(&mut world, 400, Some(false));
    world.batch.history.card[cleared] = Some(card);
    let tainted = good_order(&mut world, "O1", 1);
    world.batch.orders.email[tainted] = Some(email);
    let clean = good_order(&mut world, "O2", 1);
    world.batch.orders.card[clean] = Some(card);
    let before = good_order(&mut world, "O3", 1);
    world.batch.orders.email[before] = Some(email);
    world.batch.orders.placed_at[before] = START - Seconds(501 * 3_600);
    assert_eq!(reasons(world), ["known_fraud_key:60", "", ""]);
}

#[test]
fn a_high_amount_counts_only_from_new_customers_and_guests() {
    let (mut world, item) = world();
    world.order("guest", &[(item, 51)]);
    let known = good_order(&mut world, "known", 51);
    let fresh = good_order(&mut world, "fresh", 51);
    let regular = good_order(&mut world, "regular", 51);
    good_order(&mut world, "small", 50);
    let customer = |world: &World, order| world.batch.orders.customer[order].unwrap();
    let days = |days: i64| START - Seconds(days * 86_400);
    let (known, fresh, regular) = (
        customer(&world, known),
        customer(&world, fresh),
        customer(&world, regular),
    );
    let customers = &mut world.batch.customers;
    customers.first_order_at[known] = Some(days(30));
    customers.first_order_at[fresh] = Some(days(29));
    customers.orders_before[regular] = 0;
    let first = past_order(&mut world, 31 * 24, None);
    world.batch.history.customer[first] = Some(regular);
    assert_eq!(
        reasons(world),
        [
            "new_customer_high_amount:20;guest:5",
            "",
            "new_customer_high_amount:20",
            "",
            ""
        ]
    );
}

#[test]
fn unknown_is_not_a_mismatch() {
    let (mut world, _) = world();
    let order = good_order(&mut world, "O1", 1);
    let blank = world.symbol("");
    let orders = &mut world.batch.orders;
    orders.avs[order] = Verification::Unavailable;
    orders.cvv[order] = Verification::Unavailable;
    orders.ip_country[order] = Some(blank);
    orders.payment_status[order] = PaymentStatus::Terms;
    assert_eq!(reasons(world), [""]);
}

#[test]
fn lines_at_fault_are_not_at_stake() {
    let (mut world, item) = world();
    world.order("O1", &[(item, 3), (item, i64::MAX)]);
    let batch = world.build();
    let mut validated = validated(&batch);
    validated.line_fault[crate::model::ids::LineIdx(1)] = Some(Code::AbsurdQuantity);
    let out = run(&batch, &validated, &Params::default());
    assert_eq!(out.scores.amount, [Cents(3_000)]);
}

/// Four orders at 55 points and one at 85, with time for two reviews.
fn queue() -> (Batch, Params) {
    let (mut world, _) = world();
    for (i, units) in [10, 40, 30, 20, 1].into_iter().enumerate() {
        let order = good_order(&mut world, &format!("O{i}"), units);
        let customer = world.batch.orders.customer[order].unwrap();
        world.batch.customers.chargebacks_before[customer] = 1;
        world.batch.orders.avs[order] = Verification::No;
        if i == 4 {
            world.batch.orders.cvv[order] = Verification::No;
        }
    }
    let mut params = Params::default();
    params.fraud.review_minutes = 8;
    (world.build(), params)
}

#[test]
fn scarce_reviews_go_where_most_is_at_stake() {
    let (batch, params) = queue();
    let out = run(&batch, &validated(&batch), &params);
    use Decision::{Accept, Decline, Review};
    assert_eq!(
        out.scores.decision,
        [Accept, Review, Review, Accept, Decline]
    );
    assert_eq!(out.over_capacity, 2);
    assert_eq!(out.verdict[OrderIdx(1)], Verdict::Held(Code::FraudReview));
}

#[test]
fn the_check_can_fail() {
    let broken = |rule: &str, corrupt: fn(&mut FraudOut)| {
        let (batch, params) = queue();
        let validated = validated(&batch);
        let mut out = run(&batch, &validated, &params);
        corrupt(&mut out);
        let input = Input {
            batch: &batch,
            validated: &validated,
        };
        let found = Fraud::check(input, &out, &ctx(&params));
        assert!(found.iter().any(|v| v.rule == rule), "{rule}: {found:?}");
    };
    broken("fraud_shape", |out| out.scores.order.swap(0, 1));
    broken("fraud_shape", |out| drop(out.scores.reasons.pop()));
    broken("fraud_shape", |out| out.scores = FraudScores::default());
    broken("fraud_amount", |out| out.scores.amount[2] = Cents(1));
    broken("fraud_reasons", |out| out.scores.reasons[2].clear());
    broken("fraud_reasons", |out| {
        out.scores.reasons[2] = "avs_no:20;prior_chargeback:35".into();
    });
    broken("fraud_score", |out| out.scores.score[2] = 56);
    broken("fraud_decision", |out| {
        out.scores.decision[4] = Decision::Review;
    });
    broken("review_capacity", |out| {
        out.scores.decision[0] = Decision::Review;
    });
    broken("review_idle", |out| {
        out.scores.decision[1] = Decision::Accept;
    });
    broken("review_order", |out| out.scores.decision.swap(1, 0));
    broken("review_rest", |out| {
        out.scores.decision[0] = Decision::Decline;
    });
    broken("over_capacity", |out| out.over_capacity = 1);
    broken("fraud_verdict", |out| {
        out.verdict[OrderIdx(1)] = Verdict::Accepted;
    });
}

/// An order of the past or of the night by chance: time, card, e-mail, device, customer, label.
type Chance = (
    i64,
    Option<u8>,
    Option<u8>,
    Option<u8>,
    Option<u8>,
    Option<bool>,
);

fn chance() -> impl Strategy<Value = Chance> {
    let key = || prop::option::of(0u8..4);
    (
        0i64..20,
        key(),
        key(),
        key(),
        key(),
        prop::option::of(any::<bool>()),
    )
}

/// Units, verifications, countries, service, whether validate accepted it.
type Signs = (i64, usize, usize, [Option<u8>; 2], usize, bool);

fn signs() -> impl Strategy<Value = Signs> {
    let country = || prop::option::of(0u8..3);
    (
        1i64..100,
        0usize..4,
        0usize..4,
        [country(), country()],
        0usize..3,
        prop::bool::weighted(0.9),
    )
}

fn chance_world(past: &[Chance], night: &[(Chance, Signs)]) -> (Batch, Validated) {
    let (mut world, item) = world();
    let customers: Vec<_> = (0..4)
        .map(|i| world.customer(&format!("C{i}"), 0))
        .collect();
    world.batch.customers.chargebacks_before[customers[0]] = 1;
    world.batch.customers.first_order_at[customers[1]] = Some(START - Seconds(3_000_000));
    world.batch.customers.orders_before[customers[2]] = 3;
    let keys: Vec<_> = (0..4).map(|i| world.symbol(&format!("k{i}"))).collect();
    let countries = ["GB", "gb", "FR"].map(|country| world.symbol(country));
    let key = |i: Option<u8>| i.map(|i| keys[usize::from(i)]);
    let mut past = past.to_vec();
    past.sort_by_key(|row| std::cmp::Reverse(row.0));
    for row in past {
        let i = past_order(&mut world, row.0, row.5);
        let history = &mut world.batch.history;
        (history.card[i], history.email[i], history.device[i]) =
            (key(row.1), key(row.2), key(row.3));
        history.customer[i] = row.4.map(|c| customers[usize::from(c)]);
    }
    let mut fates = Vec::new();
    for (i, (row, signs)) in night.iter().enumerate() {
        let order = world.order(&format!("O{i}"), &[(item, signs.0)]);
        let orders = &mut world.batch.orders;
        orders.placed_at[order] = START - Seconds(3_600 * (row.0 - 5));
        (
            orders.card[order],
            orders.email[order],
            orders.device[order],
        ) = (key(row.1), key(row.2), key(row.3));
        orders.customer[order] = row.4.map(|c| customers[usize::from(c)]);
        orders.avs[order] = Verification::ALL[signs.1];
        orders.cvv[order] = Verification::ALL[signs.2];
        orders.bill_country[order] = signs.3[0].map(|c| countries[usize::from(c)]);
        orders.ip_country[order] = signs.3[1].map(|c| countries[usize::from(c)]);
        orders.service[order] = ServiceLevel::ALL[signs.4];
        orders.fault[order] = (row.5 == Some(true) && !signs.5).then_some(Code::MissingValue);
        fates.push(if signs.5 {
            Verdict::Accepted
        } else {
            Verdict::Rejected(Code::PaymentDeclined)
        });
    }
    let batch = world.build();
    let mut validated = validated(&batch);
    validated.verdict = fates.into();
    (batch, validated)
}

proptest! {
    #[test]
    fn the_check_holds_on_any_batch(
        past in prop::collection::vec(chance(), 0..30),
        night in prop::collection::vec((chance(), signs()), 0..30),
        minutes in 0i64..40,
        thresholds in (0i64..=100, 0i64..=101),
    ) {
        let (batch, validated) = chance_world(&past, &night);
        let mut params = Params::default();
        params.fraud.review_minutes = minutes;
        params.fraud.velocity_limit = 1;
        params.fraud.velocity_window_hours = 6;
        (params.fraud.review_score, params.fraud.decline_score) = thresholds;
        run(&batch, &validated, &params);
    }
}
