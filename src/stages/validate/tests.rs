use proptest::prelude::*;

use super::*;
use crate::model::orders::PaymentStatus;
use crate::model::units::{Cents, Seconds};
use crate::params::Params;
use crate::testing::{START, World, ctx};

/// A world with a facility, an item and the destination that [`World::order`] uses.
fn world() -> (World, crate::model::ids::ItemIdx) {
    let mut world = World::new();
    world.facility("NTH");
    let item = world.item("A", [100, 100, 100], 500);
    (world, item)
}

fn run(batch: &Batch, params: &Params) -> Validated {
    let input = Input { batch };
    let out = Validate::run(input, &ctx(params)).unwrap();
    assert_eq!(Validate::check(input, &out, &ctx(params)), []);
    out
}

fn codes(out: &Validated) -> Vec<(&str, u64, &str)> {
    let names = out.rejects.code.iter().map(|code| code.name());
    let rows = out.rejects.row.iter().copied();
    let tables = out.rejects.table.iter().map(String::as_str);
    tables
        .zip(rows)
        .zip(names)
        .map(|((t, r), c)| (t, r, c))
        .collect()
}

#[test]
fn a_good_order_is_accepted() {
    let (mut world, item) = world();
    world.order("O1", &[(item, 2)]);
    let out = run(&world.build(), &Params::default());
    assert_eq!(out.verdict.as_slice(), [Verdict::Accepted]);
    assert_eq!(out.line_fault.as_slice(), [None]);
    assert!(out.rejects.is_empty() && out.holds.is_empty());
}

#[test]
fn line_faults_are_reported_and_the_rest_of_the_order_goes_on() {
    let (mut world, item) = world();
    world.order("O1", &[(item, 0), (item, 10_001), (item, -3), (item, 1)]);
    let out = run(&world.build(), &Params::default());
    assert_eq!(out.verdict.as_slice(), [Verdict::Accepted]);
    let (zero, absurd) = (Code::NonPositiveQuantity, Code::AbsurdQuantity);
    assert_eq!(
        out.line_fault.as_slice(),
        [Some(zero), Some(absurd), Some(zero), None]
    );
    assert_eq!(out.rejects.value, ["0", "10001", "-3"]);
    assert_eq!(out.rejects.column, ["quantity"; 3]);
    assert_eq!(out.rejects.order_id, vec![Some("O1".to_owned()); 3]);
}

#[test]
fn every_fault_is_reported_and_the_verdict_takes_the_first() {
    let (mut world, item) = world();
    let order = world.order("O1", &[(item, 0)]);
    let nowhere = world.dest("GB", " ");
    world.batch.orders.dest[order] = nowhere;
    world.batch.orders.payment_status[order] = PaymentStatus::Declined;
    world.batch.orders.ship_complete[order] = true;
    let out = run(&world.build(), &Params::default());
    assert_eq!(
        codes(&out),
        [
            ("orders", 0, "missing_address"),
            ("orders", 0, "payment_declined"),
            ("orders", 0, "no_valid_lines"),
            ("orders", 0, "ship_complete_broken"),
            ("order_lines", 0, "non_positive_quantity"),
        ]
    );
    assert_eq!(out.rejects.column[0], "postal_code");
    assert_eq!(
        out.verdict[order],
        Verdict::Rejected(Code::MissingAddress),
        "the first by precedence"
    );
    assert_eq!(out.line_fault.as_slice(), [Some(Code::OrderRejected)]);
}

#[test]
fn a_fault_from_ingest_is_not_reported_again() {
    let (mut world, item) = world();
    let order = world.order("O1", &[(item, 1)]);
    world.batch.orders.fault[order] = Some(Code::UnparsableDate);
    world.batch.orders.payment_status[order] = PaymentStatus::Declined;
    let out = run(&world.build(), &Params::default());
    assert_eq!(out.verdict[order], Verdict::Rejected(Code::UnparsableDate));
    assert!(out.rejects.is_empty());
    assert_eq!(out.line_fault.as_slice(), [Some(Code::OrderRejected)]);
}

#[test]
fn a_place_that_no_lane_reaches_is_unknown() {
    let (mut world, item) = world();
    world.batch.rates.zone_rows[0].dest_prefix = "GB:SW".into();
    world.order("O1", &[(item, 1)]);
    let order = world.order("O2", &[(item, 1)]);
    let far = world.dest("GB", "ZE1 0AA");
    world.batch.orders.dest[order] = far;
    let out = run(&world.build(), &Params::default());
    assert_eq!(codes(&out), [("orders", 1, "unknown_postal_code")]);
    assert_eq!(out.rejects.value, ["GB ZE1 0AA"]);
}

#[test]
fn a_pending_payment_waits_or_is_rejected_by_parameter() {
    let (mut world, item) = world();
    let order = world.order("O1", &[(item, 3)]);
    world.batch.orders.payment_status[order] = PaymentStatus::Pending;
    let batch = world.build();
    let mut params = Params::default();
    let out = run(&batch, &params);
    assert_eq!(out.verdict[order], Verdict::Held(Code::PaymentPending));
    assert_eq!(out.holds.detail, ["goods of 30.00 GBP are not paid"]);
    assert_eq!(
        out.line_fault.as_slice(),
        [None],
        "a held order keeps its lines"
    );
    params.validate.hold_pending = false;
    let out = run(&batch, &params);
    assert_eq!(out.verdict[order], Verdict::Rejected(Code::PaymentPending));
    assert!(out.holds.is_empty());
}

#[test]
fn lines_that_ingest_dropped_break_ship_complete_and_may_leave_nothing() {
    let (mut world, item) = world();
    let broken = world.order("O1", &[(item, 1)]);
    let empty = world.order("O2", &[]);
    let part = world.order("O3", &[(item, 1)]);
    world.batch.orders.ship_complete[broken] = true;
    world.batch.orders.lines_dropped = vec![1, 2, 1].into();
    let out = run(&world.build(), &Params::default());
    assert_eq!(
        out.verdict[broken],
        Verdict::Rejected(Code::ShipCompleteBroken)
    );
    assert_eq!(out.verdict[empty], Verdict::Rejected(Code::NoValidLines));
    assert_eq!(out.verdict[part], Verdict::Accepted);
}

#[test]
fn amounts_beyond_ten_billion_overflow_instead_of_wrapping() {
    let (mut world, item) = world();
    let line = world.order("O1", &[(item, 4_000_000_000), (item, 1)]);
    let sum = world.order("O2", &[(item, 600_000_000), (item, 600_000_000)]);
    world.batch.lines.unit_price[LineIdx(0)] = Cents(i64::MAX);
    let mut params = Params::default();
    params.validate.max_line_quantity = 4_000_000_000;
    let out = run(&world.build(), &params);
    assert_eq!(out.verdict[line], Verdict::Accepted);
    assert_eq!(out.line_fault[LineIdx(0)], Some(Code::Overflow));
    assert_eq!(out.verdict[sum], Verdict::Rejected(Code::Overflow));
    assert_eq!(out.rejects.value[0], "goods of 12000000000.00");
}

/// Five orders on terms of a customer with 60.00 of credit left.
fn on_credit() -> (World, Vec<OrderIdx>) {
    let (mut world, item) = world();
    let customer = world.customer("C", 10_000);
    world.batch.customers.open_balance[customer] = Cents(4_000);
    let orders: Vec<_> = [2, 5, 1, 3, 2]
        .iter()
        .enumerate()
        .map(|(i, &units)| world.order(&format!("O{i}"), &[(item, units)]))
        .collect();
    for (i, &order) in orders.iter().enumerate() {
        world.batch.orders.payment_status[order] = PaymentStatus::Terms;
        world.batch.orders.customer[order] = Some(customer);
        world.batch.orders.placed_at[order] = START + Seconds(100 - i as i64);
    }
    world.batch.orders.priority[orders[3]] = 9;
    (world, orders)
}

#[test]
fn credit_goes_by_priority_then_time_and_skips_what_does_not_fit() {
    let (world, orders) = on_credit();
    let out = run(&world.build(), &Params::default());
    // In turn: O3 (30, urgent), O4 (20, placed first), O2 (10), then O1 (50) and O0 (20) find nothing left.
    let held: Vec<bool> = orders
        .iter()
        .map(|&order| out.verdict[order] == Verdict::Held(Code::CreditLimitExceeded))
        .collect();
    assert_eq!(held, [true, true, false, false, false]);
    assert_eq!(
        out.holds.detail[1],
        "open balance 40.00 + earlier orders tonight 60.00 + this order 50.00 = 150.00 > limit 100.00 GBP"
    );
    assert_eq!(out.holds.order, [orders[0], orders[1]]);
}

#[test]
fn terms_without_a_limit_on_file_wait() {
    let (mut world, orders) = on_credit();
    world.batch.orders.customer[orders[3]] = None;
    let customer = world.batch.orders.customer[orders[0]].unwrap();
    world.batch.customers.credit_limit[customer] = None;
    let out = run(&world.build(), &Params::default());
    assert_eq!(out.holds.len(), 5);
    assert!(out.holds.detail[0].ends_with("no credit limit on file"));
    assert!(out.holds.detail[3].ends_with("a guest has no credit"));
}

#[test]
fn blocks_are_joined_in_order() {
    let (mut world, item) = world();
    for i in 0..BLOCK + 2 {
        world.order(&format!("O{i}"), &[(item, i64::from(i % BLOCK > 0))]);
    }
    let out = run(&world.build(), &Params::default());
    let last = BLOCK as u64;
    assert_eq!(
        codes(&out),
        [
            ("orders", 0, "no_valid_lines"),
            ("orders", last, "no_valid_lines"),
            ("order_lines", 0, "non_positive_quantity"),
            ("order_lines", last, "non_positive_quantity"),
        ]
    );
}

#[test]
fn an_empty_batch_is_no_trouble() {
    run(&World::new().build(), &Params::default());
}

/// What `check` finds once `corrupt` has been at a good result.
fn rules_broken(corrupt: impl FnOnce(&mut Validated)) -> Vec<String> {
    let (mut world, orders) = on_credit();
    let item = crate::model::ids::ItemIdx(0);
    world.order("bad", &[(item, 0)]);
    let batch = world.build();
    let params = Params::default();
    let mut out = run(&batch, &params);
    assert!(out.verdict[orders[3]].accepted());
    corrupt(&mut out);
    let found = Validate::check(Input { batch: &batch }, &out, &ctx(&params));
    found.into_iter().map(|v| v.rule).collect()
}

#[test]
fn the_check_can_fail() {
    let broken = |rule: &str, corrupt: fn(&mut Validated)| {
        let found = rules_broken(corrupt);
        assert!(found.iter().any(|found| found == rule), "{rule}: {found:?}");
    };
    broken("validate_shape", |out| {
        out.line_fault.push(None);
    });
    broken("verdict", |out| {
        out.verdict[OrderIdx(5)] = Verdict::Accepted;
    });
    broken("verdict", |out| {
        out.verdict[OrderIdx(5)] = Verdict::Rejected(Code::MissingAddress);
    });
    broken("line_fault", |out| {
        out.line_fault[LineIdx(0)] = Some(Code::NoStock)
    });
    broken("line_fault", |out| out.line_fault[LineIdx(5)] = None);
    broken("rejects_complete", |out| out.rejects = Rejects::default());
    broken("rejects_complete", |out| out.rejects.row[0] = 0);
    broken("rejects_complete", |out| {
        out.rejects.code[0] = Code::Overflow
    });
    broken("rejects_complete", |out| out.rejects.order_id[0] = None);
    broken("rejects_complete", |out| {
        let twice = out.rejects.clone();
        out.rejects.append(twice);
    });
    broken("rejects_stray", |out| out.rejects.row[0] = 99);
    broken("rejects_stray", |out| {
        out.rejects.table[0] = "orders2".into()
    });
    broken("holds_complete", |out| out.holds = Holds::default());
    broken("holds_complete", |out| out.holds.order.swap(0, 1));
    broken("holds_complete", |out| out.holds.detail[0].clear());
    broken("credit", |out| {
        out.verdict[OrderIdx(1)] = Verdict::Accepted;
    });
    broken("credit", |out| {
        out.verdict[OrderIdx(2)] = Verdict::Held(Code::CreditLimitExceeded);
    });
    assert!(rules_broken(|_| ()).is_empty());
}

/// An order by chance: lines, payment, customer, priority, ship complete, place, what ingest did to it.
type Chance = (
    Vec<(i64, i64)>,
    usize,
    Option<usize>,
    u8,
    bool,
    usize,
    (bool, u32),
);

fn chance() -> impl Strategy<Value = Chance> {
    let quantity = prop_oneof![4 => 1i64..20, 1 => -1i64..1, 1 => Just(i64::MAX)];
    let price = prop_oneof![6 => 0i64..5_000, 1 => Just(i64::MAX)];
    (
        prop::collection::vec((quantity, price), 0..4),
        0usize..5,
        prop::option::of(0usize..3),
        0u8..3,
        any::<bool>(),
        prop_oneof![5 => Just(0usize), 1 => 1usize..4],
        (prop::bool::weighted(0.05), 0u32..2),
    )
}

fn chance_world(orders: &[Chance]) -> Batch {
    let (mut world, item) = world();
    world.batch.rates.zone_rows[0].dest_prefix = "GB".into();
    let places = [("GB", "SW1A1AA"), ("GB", ""), ("", "X"), ("FR", "75001")];
    let dests = places.map(|(country, code)| world.dest(country, code));
    let customers = [20_000, 0, 5_000].map(|limit| world.customer("C", limit));
    world.batch.customers.credit_limit[customers[1]] = None;
    for (i, (lines, payment, customer, priority, complete, place, ingest)) in
        orders.iter().enumerate()
    {
        let first = world.batch.lines.len();
        let quantities: Vec<_> = lines.iter().map(|line| (item, line.0)).collect();
        let order = world.order(&format!("O{i}"), &quantities);
        for (j, line) in lines.iter().enumerate() {
            world.batch.lines.unit_price[LineIdx::from_usize(first + j)] = Cents(line.1);
        }
        let columns = &mut world.batch.orders;
        columns.payment_status[order] = PaymentStatus::ALL[*payment];
        columns.customer[order] = customer.map(|c| customers[c]);
        columns.priority[order] = *priority;
        columns.ship_complete[order] = *complete;
        columns.dest[order] = dests[*place];
        columns.fault[order] = ingest.0.then_some(Code::MissingValue);
        columns.lines_dropped.push(ingest.1);
    }
    world.build()
}

proptest! {
    #[test]
    fn the_check_holds_on_any_batch(orders in prop::collection::vec(chance(), 0..25), hold: bool) {
        let batch = chance_world(&orders);
        let mut params = Params::default();
        params.validate.hold_pending = hold;
        let out = run(&batch, &params);
        prop_assert_eq!(out.verdict.len(), orders.len());
    }
}
