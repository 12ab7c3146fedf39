use proptest::prelude::*;

use super::*;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, ItemIdx, ServiceIdx, ZoneIdx};
use crate::model::orders::{Condition, PaymentStatus, UnreadLine};
use crate::model::plan::{
    Allocation, Backorder, CycleTime, EventStatus, InventoryAfterRow, Shipment, ShipmentKey,
    Template, Verdict,
};
use crate::model::units::{Grams, Seconds};
use crate::params::Params;
use crate::testing::{START, World, calendar, ctx};

const HOUR: Seconds = Seconds(3_600);

/// The inputs of the stage.
struct Inputs {
    batch: Batch,
    calendar: Calendar,
    validated: Validated,
    fraud: FraudOut,
    routed: Routed,
    shipped: Shipped,
    scheduled: Scheduled,
}

impl Inputs {
    /// Ships every line of the accepted orders from the first facilities that have it, in one shipment per order and facility, and
    /// backorders the rest. Everything is promised for the third day and delivered on the second.
    fn new(world: World, verdict: Vec<Verdict>) -> Inputs {
        let batch = world.build();
        let mut inputs = Inputs {
            calendar: calendar(&batch),
            validated: Validated::default(),
            fraud: FraudOut {
                verdict: verdict.into(),
                ..FraudOut::default()
            },
            routed: Routed {
                first_allocation: vec![0],
                ..Routed::default()
            },
            shipped: Shipped::default(),
            scheduled: Scheduled::default(),
            batch,
        };
        let mut free: Vec<u32> = (inputs.batch.inventory.by_item.values().iter())
            .map(|stock| stock.available())
            .collect();
        for order in inputs.batch.orders.indices() {
            if inputs.fraud.verdict[order].accepted() {
                inputs.route(order, &mut free);
            }
        }
        inputs
    }

    fn route(&mut self, order: OrderIdx, free: &mut [u32]) {
        let lines = &self.batch.lines;
        let mut left: Vec<_> = (self.batch.orders.lines(order))
            .map(|line| (line, lines.quantity[line] as u32))
            .collect();
        for facility in self.batch.facilities.indices() {
            let shipment = ShipmentIdx::from_usize(self.routed.shipments.len());
            let before = self.routed.allocations.len();
            for (line, left) in &mut left {
                let cell = (self.batch.inventory).cell(self.batch.lines.item[*line], facility);
                let quantity = cell.map_or(0, |cell| free[cell].min(*left));
                if quantity > 0 {
                    free[cell.unwrap()] -= quantity;
                    *left -= quantity;
                    self.routed.allocations.push(Allocation {
                        line: *line,
                        facility,
                        shipment,
                        quantity,
                    });
                }
            }
            let after = self.routed.allocations.len();
            if after > before {
                self.routed.first_allocation.push(after as u32);
                self.routed.shipments.push(ShipmentKey {
                    order,
                    facility,
                    routed_cost: Cents(500),
                });
                self.ship();
            }
        }
        for (line, quantity) in left.into_iter().filter(|&(_, left)| left > 0) {
            self.routed.backorders.push(Backorder {
                line,
                quantity,
                code: Code::NoStock,
            });
        }
    }

    fn ship(&mut self) {
        let promised = START + Seconds(72 * HOUR.0);
        self.shipped.shipments.push(Shipment {
            service: ServiceIdx(0),
            zone: ZoneIdx(0),
            packages: 1,
            billable_weight: Grams(500),
            price: Cents(500),
            ship_by: START + HOUR,
            expected_delivery: START + Seconds(48 * HOUR.0),
            promised,
            late: false,
        });
        self.scheduled.times.push(CycleTime {
            placed: START,
            released: START + HOUR,
            picked: START + Seconds(2 * HOUR.0),
            packed: START + Seconds(3 * HOUR.0),
            handed_over: START + Seconds(4 * HOUR.0),
            delivered: START + Seconds(48 * HOUR.0),
            promised,
            on_time: true,
            missed_cutoff: false,
        });
    }

    fn input(&self) -> Input<'_> {
        Input {
            batch: &self.batch,
            calendar: &self.calendar,
            validated: &self.validated,
            fraud: &self.fraud,
            routed: &self.routed,
            shipped: &self.shipped,
            scheduled: &self.scheduled,
        }
    }

    fn run(&self, params: &Params) -> plan::Aftercare {
        let out = Aftercare::run(self.input(), &ctx(params)).unwrap();
        assert_eq!(Aftercare::check(self.input(), &out, &ctx(params)), []);
        out
    }
}

/// Two facilities; item 0 has 5 units in the first and 5 in the second, item 1 has 1 unit in the second.
fn world() -> World {
    let mut world = World::new();
    let (north, south) = (world.facility("NTH"), world.facility("STH"));
    let a = world.item("A", [100, 100, 100], 500);
    let b = world.item("B", [100, 100, 100], 500);
    world.stock(north, a, 5);
    world.stock(south, a, 5);
    world.stock(south, b, 1);
    world
}

const A: ItemIdx = ItemIdx(0);
const B: ItemIdx = ItemIdx(1);
const NORTH: FacilityIdx = FacilityIdx(0);
const SOUTH: FacilityIdx = FacilityIdx(1);

/// A return of order `OLD`, line 1, item A, at 10.00, in the north.
fn give_back(world: &mut World, id: &str, quantity: i64, condition: Option<Condition>) -> usize {
    let returns = &mut world.batch.returns;
    returns.id.push(id.into());
    returns.order_id.push(format!("OLD-{id}"));
    returns.line_no.push(1);
    returns.item.push(A);
    returns.quantity.push(quantity);
    returns.unit_price.push(Some(Cents(1_000)));
    returns.reason.push("too small".into());
    returns.condition.push(condition);
    returns.received_at.push(None);
    returns.facility.push(NORTH);
    returns.wants_exchange.push(false);
    returns.row.push(returns.id.len() as u64 - 1);
    returns.id.len() - 1
}

/// A claim for 30.00 of order `OLD`, received at the start.
fn claim(world: &mut World, id: &str, lost: bool) -> usize {
    let claims = &mut world.batch.claims;
    claims.id.push(id.into());
    claims.order_id.push("OLD".into());
    claims.line_no.push(Some(claims.id.len() as u32));
    claims.item.push(None);
    claims.quantity.push(1);
    claims.lost.push(lost);
    claims.amount.push(Some(Cents(3_000)));
    claims.carrier.push(Some("Post".into()));
    claims.received_at.push(Some(START));
    claims.row.push(claims.id.len() as u64 - 1);
    claims.id.len() - 1
}

#[test]
fn stock_after_is_what_was_there_less_what_ships_plus_what_came_back() {
    let mut world = world();
    world.order("O1", &[(A, 7)]);
    give_back(&mut world, "R1", 2, Some(Condition::New));
    let new_place = give_back(&mut world, "R2", 3, Some(Condition::New));
    world.batch.returns.item[new_place] = B;
    let out = Inputs::new(world, vec![Verdict::Accepted]).run(&Params::default());
    let row = |facility, item, on_hand_before, allocated, restocked| InventoryAfterRow {
        facility,
        item,
        on_hand_before,
        allocated,
        restocked,
        on_hand_after: on_hand_before - allocated + restocked,
    };
    assert_eq!(
        out.inventory.rows().collect::<Vec<_>>(),
        [
            row(NORTH, A, 5, 5, 2),
            row(NORTH, B, 0, 0, 3),
            row(SOUTH, A, 5, 2, 0),
            row(SOUTH, B, 1, 0, 0),
        ]
    );
}

#[test]
fn an_order_on_terms_is_billed_at_its_last_hand_over() {
    let mut world = world();
    let terms = world.order("O1", &[(A, 7), (B, 2)]);
    let credit = world.order("O2", &[(A, 1)]);
    world.order("O3", &[(A, 1)]);
    let waits = world.order("O4", &[(B, 1)]);
    let orders = &mut world.batch.orders;
    orders.payment_status[terms] = PaymentStatus::Terms;
    orders.payment_status[waits] = PaymentStatus::Terms;
    orders.net_days[credit] = 30;
    let mut inputs = Inputs::new(world, vec![Verdict::Accepted; 4]);
    inputs.scheduled.times.handed_over[1] = START + Seconds(9 * HOUR.0);
    let out = inputs.run(&Params::default());
    let invoices = &out.invoices;
    assert_eq!(invoices.invoice_id, ["INV-O1", "INV-O2"]);
    assert_eq!(invoices.goods, [Cents(8_000), Cents(1_000)]);
    assert_eq!(invoices.issued[0], START + Seconds(9 * HOUR.0));
    assert_eq!(invoices.due[0], invoices.issued[0]);
    assert_eq!(
        invoices.due[1] - invoices.issued[1],
        Seconds(30 * 24 * HOUR.0)
    );
}

#[test]
fn what_is_not_handed_over_is_not_billed_and_is_late() {
    let mut world = world();
    let order = world.order("O1", &[(A, 7)]);
    world.batch.orders.net_days[order] = 7;
    let mut inputs = Inputs::new(world, vec![Verdict::Accepted]);
    let times = &mut inputs.scheduled.times;
    (times.packed[1], times.handed_over[1], times.delivered[1]) =
        (Timestamp::MAX, Timestamp::MAX, Timestamp::MAX);
    let out = inputs.run(&Params::default());
    assert_eq!(out.invoices.goods, [Cents(5_000)]);
    assert_eq!(out.events.len(), 1 + 5 + 2);
    assert_eq!(
        out.notifications.template,
        [Template::OrderConfirmed, Template::Shipped]
    );
    assert_eq!(
        out.notifications.facts[0],
        r#"{"units":7,"shipments":2,"promised":"2026-11-30T00:00:00Z","expected_delivery":null,"delayed":true}"#
    );
}

#[test]
fn events_tell_the_life_of_an_order_in_time() {
    let mut world = world();
    world.order("O1", &[(A, 1), (B, 2)]);
    world.order("O2", &[(A, 1)]);
    world.order("O3", &[(A, 1)]);
    let inputs = Inputs::new(
        world,
        vec![
            Verdict::Accepted,
            Verdict::Held(Code::FraudReview),
            Verdict::Rejected(Code::MissingAddress),
        ],
    );
    let out = inputs.run(&Params::default());
    use EventStatus::*;
    let (north, south) = (Some(ShipmentIdx(0)), Some(ShipmentIdx(1)));
    let first: Vec<_> = (out.events.rows().take(6))
        .map(|row| (row.status, row.shipment))
        .collect();
    assert_eq!(
        first,
        [
            (Accepted, None),
            (Backordered, None),
            (Released, north),
            (Released, south),
            (Picked, north),
            (Picked, south)
        ]
    );
    assert_eq!(out.events.status[12..], [Held, Rejected]);
    assert!(out.events.at.iter().all(|&at| at >= START));
}

#[test]
fn messages_carry_the_facts_that_their_template_needs() {
    let mut world = world();
    for code in [Code::UnknownSku, Code::DuplicateLine] {
        world.batch.unread_lines.push(UnreadLine {
            row: 9,
            order: Some(OrderIdx(0)),
            line_no: Some(9),
            sku: "X".into(),
            quantity: Some(4),
            code,
        });
    }
    let card = world.symbol("card");
    world.order("O1", &[(A, 1), (B, 2)]);
    for id in ["O2", "O3", "O4"] {
        let order = world.order(id, &[(A, 1)]);
        world.batch.orders.payment_method[order] = Some(card);
    }
    let verdicts = vec![
        Verdict::Accepted,
        Verdict::Rejected(Code::PaymentDeclined),
        Verdict::Held(Code::PaymentPending),
        Verdict::Rejected(Code::FraudDeclined),
    ];
    let out = Inputs::new(world, verdicts).run(&Params::default());
    let messages: Vec<String> = (out.notifications.rows())
        .map(|row| format!("{} {} {}", row.order.0, row.template, row.facts))
        .collect();
    let shipped = |n: u32, follow: u32| {
        format!(
            r#"{{"shipment":{n},"shipments":2,"carrier":"Post","service":"ground","packages":1,"units":1,"units_to_follow":{follow},"units_waiting":1,"expected_delivery":"2026-11-29T00:00:00Z"}}"#
        )
    };
    assert_eq!(
        messages,
        [
            r#"0 partially_confirmed {"units":2,"shipments":2,"promised":"2026-11-30T00:00:00Z","expected_delivery":"2026-11-29T00:00:00Z","delayed":false,"waiting":[{"sku":"B","units":1,"reason":"no_stock"}],"not_coming":[{"line_no":9,"sku":"X","units":4,"reason":"unknown_sku"}]}"#
                .to_owned(),
            format!("0 shipped {}", shipped(1, 1)),
            format!("0 shipped {}", shipped(2, 0)),
            r#"1 payment_declined {"payment_method":"card"}"#.to_owned(),
            r#"2 payment_pending {"payment_method":"card","held":true}"#.to_owned(),
        ]
    );
}

#[test]
fn an_order_gets_one_message_at_the_start() {
    let mut world = world();
    world.order("O1", &[(A, 1)]);
    world.order("O2", &[(B, 2)]);
    world.order("O3", &[(B, 1)]);
    let mut inputs = Inputs::new(world, vec![Verdict::Accepted; 3]);
    inputs.scheduled.times.delivered[0] = START + Seconds(99 * HOUR.0);
    let out = inputs.run(&Params::default());
    let told: Vec<(u32, Template)> = (out.notifications.rows())
        .map(|row| (row.order.0, row.template))
        .collect();
    assert_eq!(
        told,
        [
            (0, Template::OrderConfirmed),
            (0, Template::Shipped),
            (1, Template::PartiallyConfirmed),
            (1, Template::Shipped),
            (2, Template::Backordered),
        ]
    );
    let facts = &out.notifications.facts;
    assert!(facts[0].contains(r#""delayed":true"#), "{}", facts[0]);
    assert_eq!(
        facts[4],
        r#"{"waiting":[{"sku":"B","units":1,"reason":"no_stock"}]}"#
    );
}

#[test]
fn goods_and_money_of_a_return_follow_its_condition() {
    let mut world = world();
    let all = [
        Some(Condition::New),
        Some(Condition::Opened),
        Some(Condition::Damaged),
        Some(Condition::Missing),
        None,
    ];
    for (i, &condition) in all.iter().enumerate() {
        give_back(&mut world, &format!("R{i}"), 2, condition);
        let wants = give_back(&mut world, &format!("X{i}"), 1, condition);
        world.batch.returns.wants_exchange[wants] = true;
    }
    let inputs = Inputs::new(world, vec![]);
    let mut params = Params::default();
    params.aftercare.refund_shipping_percent = 15;
    let out = inputs.run(&params);
    assert_eq!(
        out.returns.outcome,
        [
            "refunded",
            "exchanged",
            "refunded",
            "exchanged",
            "refunded",
            "refunded",
            "rejected_missing",
            "rejected_missing",
            "awaiting_inspection",
            "awaiting_inspection"
        ]
    );
    assert_eq!(out.returns.restocked, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(out.returns.disposed, [0, 0, 2, 1, 2, 1, 0, 0, 0, 0]);
    assert_eq!(out.refunds.amount[0], Cents(2_300));
    assert_eq!(out.refunds.refund_id[0], "RF-R0-1");
    assert_eq!(out.refunds.reason[3], "return_damaged");
    assert_eq!(out.exchanges.exchange_order_id, ["EX-X0", "EX-X1"]);
    params.aftercare.restock_opened = true;
    assert_eq!(inputs.run(&params).returns.restocked[2..4], [2, 1]);
}

#[test]
fn a_line_is_settled_once_and_what_settles_nothing_is_no_obstacle() {
    let mut world = world();
    for condition in [
        Some(Condition::Missing),
        Some(Condition::New),
        Some(Condition::New),
    ] {
        give_back(&mut world, "R", 1, condition);
    }
    let other = give_back(&mut world, "R", 1, Some(Condition::New));
    world.batch.returns.line_no[other] = 2;
    let out = Inputs::new(world, vec![]).run(&Params::default());
    assert_eq!(
        out.returns.outcome,
        ["rejected_missing", "refunded", "refunded"]
    );
    assert_eq!(out.rejects.code, [Code::DuplicateLine]);
    assert_eq!(out.rejects.row, [2]);
    assert_eq!(out.inventory.restocked[0], 2);
}

#[test]
fn a_return_before_its_order_has_shipped_moves_nothing() {
    let mut world = world();
    world.order("O1", &[(A, 1)]);
    world.order("O2", &[(A, 1)]);
    for (id, order, condition) in [
        ("R0", "O1", Some(Condition::New)),
        ("R1", "O2", Some(Condition::Damaged)),
        ("R2", "O2", Some(Condition::Missing)),
        ("R3", "O2", None),
        ("R4", "P1", Some(Condition::New)),
    ] {
        let at = give_back(&mut world, id, 1, condition);
        world.batch.returns.order_id[at] = order.into();
    }
    let verdicts = vec![Verdict::Accepted, Verdict::Rejected(Code::PaymentDeclined)];
    let inputs = Inputs::new(world, verdicts);
    let out = inputs.run(&Params::default());
    assert_eq!(
        out.returns.outcome,
        [
            "held",
            "held",
            "rejected_missing",
            "awaiting_inspection",
            "refunded"
        ]
    );
    assert_eq!(out.returns.code[0], Some(Code::ReturnBeforeShipment));
    assert_eq!(out.returns.restocked, [0, 0, 0, 0, 1]);
    assert_eq!(out.returns.disposed, [0; 5]);
    assert_eq!(out.refunds.source_id, ["R4"]);
    let mut paid = out.clone();
    paid.returns.outcome[0] = "refunded".into();
    let found = Aftercare::check(inputs.input(), &paid, &ctx(&Params::default()));
    assert!(
        found.iter().any(|v| v.rule == "return_outcome"),
        "{found:?}"
    );
}

#[test]
fn returns_that_cannot_be_processed_change_nothing() {
    let mut world = world();
    for (i, quantity) in [0, -1, 10_001, 1, 1, 10_000].into_iter().enumerate() {
        give_back(&mut world, &format!("R{i}"), quantity, Some(Condition::New));
    }
    world.batch.returns.unit_price[3] = None;
    world.batch.returns.unit_price[4] = Some(Cents(-1));
    world.batch.returns.unit_price[5] = Some(Cents(i64::MAX));
    let full = give_back(&mut world, "full", 1, Some(Condition::New));
    let shelf = world.item("C", [100, 100, 100], 500);
    world.stock(NORTH, shelf, u32::MAX);
    world.batch.returns.item[full] = shelf;
    let out = Inputs::new(world, vec![]).run(&Params::default());
    let codes: Vec<_> = out.rejects.code.iter().map(|code| code.name()).collect();
    assert_eq!(
        codes,
        [
            "non_positive_quantity",
            "non_positive_quantity",
            "absurd_quantity",
            "missing_value",
            "negative_price",
            "overflow",
            "overflow"
        ]
    );
    assert!(out.refunds.is_empty() && out.returns.is_empty());
    assert!(out.inventory.restocked.iter().all(|&units| units == 0));
}

#[test]
fn claims_are_paid_in_time_and_once() {
    let mut world = world();
    let lost = claim(&mut world, "C1", true);
    claim(&mut world, "C2", false);
    let late = claim(&mut world, "C3", true);
    let last_day = claim(&mut world, "C4", true);
    let twice = claim(&mut world, "C5", true);
    let returned = claim(&mut world, "C6", false);
    let whole = claim(&mut world, "C7", false);
    let back = give_back(&mut world, "R1", 1, Some(Condition::Opened));
    let days = |days: i64| Some(START - Seconds(days * 24 * HOUR.0));
    let claims = &mut world.batch.claims;
    claims.received_at[late] = days(30).map(|at| at - Seconds(1));
    claims.received_at[last_day] = days(30);
    claims.line_no[twice] = claims.line_no[lost];
    claims.order_id[returned] = world.batch.returns.order_id[back].clone();
    claims.line_no[returned] = Some(1);
    claims.line_no[whole] = None;
    let mut params = Params::default();
    params.aftercare.refund_shipping_percent = 10;
    let out = Inputs::new(world, vec![]).run(&params);
    assert_eq!(
        out.claims.outcome,
        [
            "refunded",
            "refunded",
            "refused_late",
            "refunded",
            "refunded_already"
        ]
    );
    let claimed: Vec<i64> = out.claims.claimed.iter().map(|cents| cents.0).collect();
    assert_eq!(claimed, [3_000, 3_000, 0, 3_000, 3_000]);
    let refunds: Vec<i64> = out.refunds.amount.iter().map(|cents| cents.0).collect();
    assert_eq!(refunds, [1_100, 3_300, 3_000, 3_300]);
    assert_eq!(out.rejects.value, ["C5", "C7"], "a part and the whole");
}

#[test]
fn claims_without_a_sensible_amount_are_rejected() {
    let mut world = world();
    let amounts = [None, Some(Cents(0)), Some(Cents(-5)), Some(Cents(i64::MAX))];
    for amount in amounts {
        let i = claim(&mut world, "C", true);
        world.batch.claims.amount[i] = amount;
    }
    let i = claim(&mut world, "C", true);
    world.batch.claims.quantity[i] = -1;
    let out = Inputs::new(world, vec![]).run(&Params::default());
    let codes: Vec<_> = out.rejects.code.iter().map(|code| code.name()).collect();
    assert_eq!(
        codes,
        [
            "missing_value",
            "missing_value",
            "negative_price",
            "overflow",
            "non_positive_quantity"
        ]
    );
}

#[test]
fn selling_more_than_there_is_is_refused() {
    let mut world = world();
    world.order("O1", &[(A, 5)]);
    let mut inputs = Inputs::new(world, vec![Verdict::Accepted]);
    inputs.routed.allocations.quantity[0] = 6;
    let error = Aftercare::run(inputs.input(), &ctx(&Params::default())).unwrap_err();
    assert_eq!(error.fault, crate::error::Fault::Internal);
    inputs.scheduled = Scheduled::default();
    assert!(Aftercare::run(inputs.input(), &ctx(&Params::default())).is_err());
}

/// A night with one of everything.
fn night() -> Inputs {
    let mut world = world();
    let order = world.order("O1", &[(A, 7), (B, 2)]);
    world.batch.orders.net_days[order] = 30;
    world.order("O2", &[(A, 1)]);
    give_back(&mut world, "R0", 2, Some(Condition::New));
    let wants = give_back(&mut world, "R1", 1, Some(Condition::Opened));
    world.batch.returns.wants_exchange[wants] = true;
    give_back(&mut world, "R2", 0, Some(Condition::New));
    claim(&mut world, "C0", true);
    let none = claim(&mut world, "C1", false);
    world.batch.claims.amount[none] = None;
    let verdicts = vec![Verdict::Accepted, Verdict::Held(Code::PaymentPending)];
    let mut inputs = Inputs::new(world, verdicts);
    inputs.scheduled.times.delivered[1] = START + Seconds(99 * HOUR.0);
    inputs
}

fn broken(rule: &str, corrupt: fn(&mut plan::Aftercare)) {
    let inputs = night();
    let params = Params::default();
    let mut out = inputs.run(&params);
    corrupt(&mut out);
    let found = Aftercare::check(inputs.input(), &out, &ctx(&params));
    assert!(found.iter().any(|v| v.rule == rule), "{rule}: {found:?}");
}

#[test]
fn the_check_of_stock_and_bills_can_fail() {
    broken("stock_after", |out| out.inventory.on_hand_after[0] += 1);
    broken("stock_after", |out| out.inventory.allocated[1] += 1);
    broken("stock_after", |out| out.inventory.facility.swap(0, 1));
    broken("stock_complete", |out| {
        out.inventory = out.inventory.rows().skip(1).collect();
    });
    broken("invoice", |out| out.invoices.goods[0] = Cents(9_000));
    broken("invoice", |out| out.invoices.due[0] = START);
    broken("invoice", |out| out.invoices.issued[0] = START);
    broken("invoice", |out| out.invoices.invoice_id[0] = "INV-".into());
    broken("invoices_complete", |out| {
        out.invoices.order[0] = OrderIdx(1)
    });
    broken("invoices_complete", |out| {
        out.invoices = plan::Invoices::default();
    });
    broken("aftercare_shape", |out| out.events.order[0] = OrderIdx(9));
    broken("aftercare_shape", |out| {
        out.notifications.shipment[0] = Some(ShipmentIdx(9));
    });
}

#[test]
fn the_check_of_events_and_messages_can_fail() {
    broken("event", |out| out.events.status[0] = EventStatus::Held);
    broken("event", |out| out.events.at[3] = START);
    broken("event", |out| out.events.shipment.swap(2, 3));
    broken("events_complete", |out| {
        out.events = out.events.rows().skip(1).collect();
    });
    broken("event", |out| {
        let twice = out.events.clone();
        out.events.append(twice);
    });
    broken("notification", |out| {
        out.notifications.facts[0] = "{}".into();
    });
    broken("notification", |out| {
        out.notifications.facts[0] =
            out.notifications.facts[0].replace("no_stock", "no_carrier_place");
    });
    broken("notification", |out| {
        let facts = &mut out.notifications.facts[0];
        *facts = facts.replace(r#""delayed":true"#, r#""delayed":false"#);
    });
    broken("notification", |out| {
        let facts = &mut out.notifications.facts[0];
        *facts = facts.replace("2026-12", "2026-11");
    });
    broken("notification", |out| {
        let last = out.notifications.len() - 2;
        out.notifications.facts[last] = out.notifications.facts[last].replace("Post", "Boat");
    });
    broken("notification", |out| {
        let last = out.notifications.len() - 2;
        let facts = &mut out.notifications.facts[last];
        *facts = facts.replace(r#""units_waiting":1"#, r#""units_waiting":0"#);
    });
    broken("notification", |out| out.notifications.at[2] = START);
    broken("notification", |out| {
        out.notifications.template[0] = Template::PaymentDeclined;
    });
    broken("notifications_complete", |out| {
        out.notifications = out.notifications.rows().skip(1).collect();
    });
}

#[test]
fn the_check_of_returns_and_claims_can_fail() {
    broken("return_outcome", |out| out.returns.restocked[0] = 1);
    broken("return_outcome", |out| out.returns.disposed[0] = 1);
    broken("return_outcome", |out| out.returns.outcome.swap(0, 1));
    broken("returns_complete", |out| {
        out.returns = out.returns.rows().take(1).collect();
    });
    broken("returns_complete", |out| {
        let twice = out.returns.clone();
        out.returns.append(twice);
    });
    broken("return_rejected", |out| {
        out.rejects.code[0] = Code::Overflow
    });
    broken("return_rejected", |out| out.rejects.row[0] = 0);
    broken("refund", |out| out.refunds.amount[0] = Cents(1));
    broken("refund", |out| out.refunds.amount[1] = Cents(3_001));
    broken("refund", |out| out.refunds.refund_id.swap(0, 1));
    broken("refund", |out| out.refunds = plan::Refunds::default());
    broken("exchange", |out| out.exchanges.quantity[0] = 2);
    broken("aftercare_stray", |out| {
        let twice = out.refunds.clone();
        out.refunds.append(twice);
    });
    broken("aftercare_stray", |out| {
        let twice = out.exchanges.clone();
        out.exchanges.append(twice);
    });
    broken("claim_rejected", |out| out.rejects.code[1] = Code::Overflow);
    broken("claim_outcome", |out| out.claims.claimed[0] = Cents(1));
    broken("claim_outcome", |out| {
        out.claims.outcome[0] = "refused_late".into();
    });
    broken("claims_complete", |out| {
        out.claims = plan::ClaimOutcomes::default();
    });
}

type ChanceOrder = (Vec<(bool, i64)>, usize, bool, u16, [i64; 2]);
type ChanceReturn = (i64, Option<usize>, u8, bool, Option<i64>, bool);
type ChanceClaim = (
    Option<u32>,
    Option<bool>,
    i64,
    bool,
    Option<i64>,
    Option<i64>,
);

fn chance_orders() -> impl Strategy<Value = Vec<ChanceOrder>> {
    let line = (any::<bool>(), 1i64..4);
    prop::collection::vec(
        (
            prop::collection::vec(line, 1..3),
            prop_oneof![3 => Just(0usize), 1 => 1usize..6],
            any::<bool>(),
            prop_oneof![Just(0u16), Just(30u16)],
            [0i64..5, 0i64..5],
        ),
        0..12,
    )
}

fn chance_returns() -> impl Strategy<Value = Vec<ChanceReturn>> {
    prop::collection::vec(
        (
            -1i64..4,
            prop::option::of(0usize..4),
            0u8..3,
            any::<bool>(),
            prop::option::of(-1i64..5_000),
            any::<bool>(),
        ),
        0..10,
    )
}

fn chance_claims() -> impl Strategy<Value = Vec<ChanceClaim>> {
    prop::collection::vec(
        (
            prop::option::of(1u32..3),
            prop::option::of(any::<bool>()),
            -1i64..3,
            any::<bool>(),
            prop::option::of(-1i64..5_000),
            prop::option::of(-40i64..2),
        ),
        0..10,
    )
}

fn chance_inputs(
    orders: &[ChanceOrder],
    returns: &[ChanceReturn],
    claims: &[ChanceClaim],
) -> Inputs {
    let mut world = world();
    let fates = [
        Verdict::Accepted,
        Verdict::Held(Code::PaymentPending),
        Verdict::Held(Code::FraudReview),
        Verdict::Rejected(Code::PaymentDeclined),
        Verdict::Rejected(Code::PaymentPending),
        Verdict::Rejected(Code::NoValidLines),
    ];
    let item = |second: bool| if second { B } else { A };
    for (i, (lines, _, terms, days, _)) in orders.iter().enumerate() {
        let lines: Vec<_> = lines.iter().map(|&(b, n)| (item(b), n)).collect();
        let order = world.order(&format!("O{i}"), &lines);
        world.batch.orders.net_days[order] = *days;
        if *terms {
            world.batch.orders.payment_status[order] = PaymentStatus::Terms;
        }
    }
    for (i, &(quantity, condition, order, wants, price, b)) in returns.iter().enumerate() {
        let condition = condition.map(|c| Condition::ALL[c]);
        let at = give_back(&mut world, &format!("R{i}"), quantity, condition);
        let rows = &mut world.batch.returns;
        rows.order_id[at] = match order {
            0 if b => "O0".to_owned(),
            _ => format!("P{}", order / 2),
        };
        rows.line_no[at] = u32::from(order % 2) + 1;
        rows.item[at] = item(b);
        rows.wants_exchange[at] = wants;
        rows.unit_price[at] = price.map(Cents);
    }
    for (i, &(line, b, quantity, lost, amount, day)) in claims.iter().enumerate() {
        let at = claim(&mut world, &format!("C{i}"), lost);
        let rows = &mut world.batch.claims;
        rows.order_id[at] = format!("P{}", i % 2);
        rows.line_no[at] = line;
        rows.item[at] = b.map(item);
        rows.quantity[at] = quantity;
        rows.amount[at] = amount.map(Cents);
        rows.received_at[at] = day.map(|day| START + Seconds(day * 24 * HOUR.0));
    }
    let verdicts = orders.iter().map(|order| fates[order.1]).collect();
    let mut inputs = Inputs::new(world, verdicts);
    reschedule(&mut inputs, orders);
    inputs
}

/// Day 0: not within the horizon.
fn reschedule(inputs: &mut Inputs, orders: &[ChanceOrder]) {
    let times = &mut inputs.scheduled.times;
    for (i, order) in inputs.routed.shipments.order.iter().enumerate() {
        let [hand_over, delivery] = orders[order.index()].4;
        let day = |day: i64| START + Seconds(day * 24 * HOUR.0);
        times.handed_over[i] = if hand_over == 0 {
            Timestamp::MAX
        } else {
            day(hand_over)
        };
        times.delivered[i] = if delivery == 0 {
            Timestamp::MAX
        } else {
            day(delivery)
        };
    }
}

proptest! {
    #[test]
    fn the_check_holds_on_any_night(
        orders in chance_orders(),
        returns in chance_returns(),
        claims in chance_claims(),
        restock_opened: bool,
        percent in 0i64..=100,
    ) {
        let inputs = chance_inputs(&orders, &returns, &claims);
        let mut params = Params::default();
        params.aftercare.restock_opened = restock_opened;
        params.aftercare.refund_shipping_percent = percent;
        let out = inputs.run(&params);
        let fates = out.returns.len() + out.claims.len() + out.rejects.len();
        prop_assert_eq!(fates, returns.len() + claims.len());
    }
}
