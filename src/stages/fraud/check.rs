//! Audits [`FraudOut`]: recomputes features, scores and decisions from the batch. Shares the documented points, not the code: where
//! the stage sorts and sweeps, this looks up lists of times by key.

use rustc_hash::FxHashMap;

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{CustomerIdx, OrderIdx, Sym};
use crate::model::orders::{ServiceLevel, Verification};
use crate::model::plan::{Decision, FraudOut, Validated, Verdict};
use crate::model::units::Timestamp;
use crate::params;
use crate::stage::Violation;

use super::points::{MAX_SCORE, Rule, SHARED_DEVICE_CUSTOMERS};

pub(super) fn check(
    batch: &Batch,
    validated: &Validated,
    out: &FraudOut,
    params: &params::Fraud,
) -> Vec<Violation> {
    if let Some(wrong) = shape(batch, validated, out) {
        return vec![wrong];
    }
    let mut found = Vec::new();
    let past = Past::collect(batch);
    for i in 0..out.scores.len() {
        found.extend(score(batch, validated, out, params, &past, i));
    }
    found.extend(capacity(out, params));
    found.extend(verdicts(validated, out));
    found
}

fn shape(batch: &Batch, validated: &Validated, out: &FraudOut) -> Option<Violation> {
    let scores = &out.scores;
    let lengths = [
        scores.score.len(),
        scores.decision.len(),
        scores.reasons.len(),
        scores.amount.len(),
    ];
    let same = lengths.iter().all(|&length| length == scores.order.len());
    let accepted = (0..batch.orders.len() as u32)
        .map(OrderIdx)
        .filter(|&order| validated.verdict[order] == Verdict::Accepted);
    let right = same
        && out.verdict.len() == batch.orders.len()
        && accepted.eq(scores.order.iter().copied());
    (!right).then(|| {
        Violation::new(
            "fraud_shape",
            "fraud_scores",
            "not exactly one row for every order that validate accepted, in order",
        )
    })
}

/// What the history and the batch say about a key.
#[derive(Default)]
struct KeyFile {
    times: Vec<Timestamp>,
    /// When each customer first used it.
    customers: FxHashMap<CustomerIdx, Timestamp>,
    first_uses: Vec<Timestamp>,
    first_fraud: Option<Timestamp>,
}

impl KeyFile {
    fn note(&mut self, at: Timestamp, customer: Option<CustomerIdx>, fraud: bool) {
        self.times.push(at);
        if let Some(customer) = customer {
            let first = self.customers.entry(customer).or_insert(at);
            *first = at.min(*first);
        }
        if fraud {
            self.first_fraud = Some(self.first_fraud.map_or(at, |first| first.min(at)));
        }
    }

    fn close(&mut self) {
        self.times.sort_unstable();
        self.first_uses = self.customers.values().copied().collect();
        self.first_uses.sort_unstable();
    }

    fn velocity(&self, at: Timestamp, window_seconds: i64) -> usize {
        let before = self.times.partition_point(|&time| time < at);
        let too_old = self
            .times
            .partition_point(|&time| time.0 < at.0.saturating_sub(window_seconds));
        before - too_old
    }

    fn others(&self, at: Timestamp, own: Option<CustomerIdx>) -> usize {
        let before = self.first_uses.partition_point(|&time| time < at);
        let own = own.and_then(|own| self.customers.get(&own));
        before - usize::from(own.is_some_and(|&first| first < at))
    }
}

/// Everything known by card (0), e-mail (1), device (2).
struct Past {
    files: [FxHashMap<Sym, KeyFile>; 3],
    first_order: FxHashMap<CustomerIdx, Timestamp>,
}

impl Past {
    fn collect(batch: &Batch) -> Past {
        let (history, orders) = (&batch.history, &batch.orders);
        let mut past = Past {
            files: Default::default(),
            first_order: FxHashMap::default(),
        };
        for i in 0..history.placed_at.len() {
            let (at, customer) = (history.placed_at[i], history.customer[i]);
            let fraud = history.is_fraud[i].unwrap_or(false);
            for (file, key) in [history.card[i], history.email[i], history.device[i]]
                .into_iter()
                .enumerate()
            {
                past.note(file, key, at, customer, fraud);
            }
            if let Some(customer) = customer {
                let first = past.first_order.entry(customer).or_insert(at);
                *first = at.min(*first);
            }
        }
        for order in orders.indices().filter(|&o| orders.fault[o].is_none()) {
            let (at, customer) = (orders.placed_at[order], orders.customer[order]);
            for (file, key) in keys(batch, order).into_iter().enumerate() {
                past.note(file, key, at, customer, false);
            }
        }
        for file in past.files.iter_mut().flat_map(|files| files.values_mut()) {
            file.close();
        }
        past
    }

    fn note(
        &mut self,
        file: usize,
        key: Option<Sym>,
        at: Timestamp,
        customer: Option<CustomerIdx>,
        fraud: bool,
    ) {
        if let Some(key) = key {
            let file = self.files[file].entry(key).or_default();
            file.note(at, customer, fraud);
        }
    }
}

fn keys(batch: &Batch, order: OrderIdx) -> [Option<Sym>; 3] {
    let orders = &batch.orders;
    [
        orders.card[order],
        orders.email[order],
        orders.device[order],
    ]
}

/// Rules that should have fired, recomputed.
fn expected(
    batch: &Batch,
    params: &params::Fraud,
    past: &Past,
    i: OrderIdx,
    amount: i64,
) -> Vec<Rule> {
    let orders = &batch.orders;
    let (at, customer) = (orders.placed_at[i], orders.customer[i]);
    let files: Vec<Option<&KeyFile>> = keys(batch, i)
        .iter()
        .zip(&past.files)
        .map(|(key, files)| files.get(&(*key)?))
        .collect();
    let burst = |file: usize| {
        let window = params.velocity_window_hours * 3_600;
        files[file].is_some_and(|file| file.velocity(at, window) as i64 > params.velocity_limit)
    };
    let ship = Some(batch.destinations.country[orders.dest[i]]);
    let bill = orders.bill_country[i];
    let high = amount > params.high_amount_cents;
    let chargebacks = customer.map_or(0, |c| batch.customers.chargebacks_before[c]);
    let fraud_before = |file: &&KeyFile| file.first_fraud.is_some_and(|labelled| labelled < at);
    let truth = |rule: Rule| match rule {
        Rule::KnownFraudKey => files.iter().flatten().any(fraud_before),
        Rule::PriorChargeback => chargebacks != 0,
        Rule::CvvNo => matches!(orders.cvv[i], Verification::No),
        Rule::CvvPartial => matches!(orders.cvv[i], Verification::Partial),
        Rule::AvsNo => matches!(orders.avs[i], Verification::No),
        Rule::AvsPartial => matches!(orders.avs[i], Verification::Partial),
        Rule::VelocityCard => burst(0),
        Rule::VelocityEmail => burst(1),
        Rule::VelocityDevice => burst(2),
        Rule::SharedDevice => files[2]
            .is_some_and(|file| file.others(at, customer) >= SHARED_DEVICE_CUSTOMERS as usize),
        Rule::NewCustomerHighAmount => high && is_new(batch, params, past, i),
        Rule::IpCountryMismatch => foreign(batch, orders.ip_country[i], bill.or(ship)),
        Rule::BillShipCountryMismatch => foreign(batch, bill, ship),
        Rule::ExpeditedHighAmount => {
            high && matches!(
                orders.service[i],
                ServiceLevel::Expedited | ServiceLevel::NextDay
            )
        }
        Rule::Guest => customer.is_none(),
    };
    Rule::ALL
        .iter()
        .copied()
        .filter(|&rule| truth(rule))
        .collect()
}

/// Both countries are given and are not the same.
fn foreign(batch: &Batch, a: Option<Sym>, b: Option<Sym>) -> bool {
    let code = |country: Option<Sym>| {
        let code = batch.symbols[country?].trim().to_ascii_uppercase();
        (!code.is_empty()).then_some(code)
    };
    matches!((code(a), code(b)), (Some(a), Some(b)) if a != b)
}

fn is_new(batch: &Batch, params: &params::Fraud, past: &Past, order: OrderIdx) -> bool {
    let at = batch.orders.placed_at[order];
    let Some(customer) = batch.orders.customer[order] else {
        return true;
    };
    let since = match batch.customers.first_order_at[customer] {
        Some(first) => Some(first),
        None if batch.customers.orders_before[customer] != 0 => return false,
        None => past.first_order.get(&customer).copied(),
    };
    match since {
        None => true,
        Some(first) => {
            i128::from(at.0) - i128::from(first.0) < i128::from(params.new_customer_days) * 86_400
        }
    }
}

/// Amount, score and reasons of row `i`, and the decision where the score alone makes it.
fn score(
    batch: &Batch,
    validated: &Validated,
    out: &FraudOut,
    params: &params::Fraud,
    past: &Past,
    i: usize,
) -> Option<Violation> {
    let row = out.scores.get(i);
    let fail = |rule: &str, message: String| {
        let place = format!("order {}", &batch.orders.id[row.order]);
        Some(Violation::new(rule, place, message))
    };
    let goods: i128 = batch
        .orders
        .lines(row.order)
        .filter(|&line| validated.line_fault[line].is_none())
        .map(|line| {
            i128::from(batch.lines.quantity[line]) * i128::from(batch.lines.unit_price[line].0)
        })
        .sum();
    if i128::from(row.amount.0) != goods {
        return fail(
            "fraud_amount",
            format!("{} cents at stake, not {}", goods, row.amount.0),
        );
    }
    let rules = expected(batch, params, past, row.order, row.amount.0);
    let reasons: Vec<String> = rules
        .iter()
        .map(|rule| format!("{}:{}", rule.name(), rule.points()))
        .collect();
    if row.reasons != reasons.join(";") {
        return fail(
            "fraud_reasons",
            format!("{:?}, should be {:?}", row.reasons, reasons.join(";")),
        );
    }
    let points: u32 = rules.iter().map(|rule| rule.points()).sum();
    if u32::from(row.score) != points.min(MAX_SCORE) {
        return fail("fraud_score", format!("{} for {points} points", row.score));
    }
    let score = i64::from(row.score);
    let right = if score >= params.decline_score {
        row.decision == Decision::Decline
    } else {
        score >= params.review_score || row.decision == Decision::Accept
    };
    if right {
        return None;
    }
    fail(
        "fraud_decision",
        format!("{} at {score} points", row.decision.name()),
    )
}

/// Orders that deserve a review: as many as the team can do, the most gainful, and the rest by the midpoint.
fn capacity(out: &FraudOut, params: &params::Fraud) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut fail = |rule: &str, message: String| {
        found.push(Violation::new(rule, "fraud_scores", message));
    };
    let between: Vec<_> = (out.scores.rows())
        .filter(|row| (params.review_score..params.decline_score).contains(&i64::from(row.score)))
        .collect();
    let (reviewed, rest): (Vec<_>, Vec<_>) = between
        .into_iter()
        .partition(|row| row.decision == Decision::Review);
    let minutes = reviewed.len() as i64 * params.minutes_per_review;
    if minutes > params.review_minutes {
        fail("review_capacity", format!("{minutes} minutes of reviews"));
    }
    if !rest.is_empty() && minutes + params.minutes_per_review <= params.review_minutes {
        fail(
            "review_idle",
            format!("{} orders wait for no one", rest.len()),
        );
    }
    let rank = |row: &crate::model::plan::FraudScore| {
        (-i128::from(row.amount.0) * i128::from(row.score), row.order)
    };
    if let (Some(last), Some(first)) =
        (reviewed.iter().map(rank).max(), rest.iter().map(rank).min())
        && first < last
    {
        fail("review_order", format!("{:?} before {:?}", last.1, first.1));
    }
    let declines = params.decline_score <= i64::from(MAX_SCORE);
    for row in &rest {
        let above = i64::from(row.score) * 2 >= params.review_score + params.decline_score;
        if (row.decision == Decision::Decline) != (above && declines) {
            fail(
                "review_rest",
                format!("{:?} {}", row.order, row.decision.name()),
            );
        }
    }
    if out.over_capacity != rest.len() as u64 {
        fail(
            "over_capacity",
            format!("{} of {}", out.over_capacity, rest.len()),
        );
    }
    found
}

/// Verdicts follow the decisions, and all others are validate's.
fn verdicts(validated: &Validated, out: &FraudOut) -> Vec<Violation> {
    let mut expected = validated.verdict.clone();
    for (&order, decision) in out.scores.order.iter().zip(&out.scores.decision) {
        expected[order] = match decision {
            Decision::Accept => Verdict::Accepted,
            Decision::Review => Verdict::Held(Code::FraudReview),
            Decision::Decline => Verdict::Rejected(Code::FraudDeclined),
        };
    }
    (expected.iter_enumerated())
        .filter(|&(order, verdict)| out.verdict[order] != *verdict)
        .map(|(order, verdict)| {
            let message = format!("{:?}, should be {verdict:?}", out.verdict[order]);
            Violation::new("fraud_verdict", format!("{order:?}"), message)
        })
        .collect()
}
