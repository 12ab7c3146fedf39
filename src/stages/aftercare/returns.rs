//! Returns: what becomes of the goods and of the customer's money.
//!
//! | condition | goods | customer |
//! |---|---|---|
//! | new | restocked where they arrived | refund, or exchange if wanted |
//! | opened | restocked if `aftercare.restock_opened`, else disposed of | refund, or exchange if wanted |
//! | damaged | disposed of | refund (no exchange, though wanted) |
//! | missing | none arrived | nothing: `rejected_missing` |
//! | not given | wait | nothing yet: `awaiting_inspection` |
//!
//! A return of an order of this very batch comes before its order has shipped (it is planned, waiting or rejected only now): it is `held`
//! with the code `return_before_shipment`; no money moves and no goods, whatever their condition, unless none came or nobody has
//! looked at them.
//!
//! Refund = quantity × unit price, plus `aftercare.refund_shipping_percent` of it. An exchange makes an order for the next batch, named
//! `EX-<return_id>`; several lines of a return share it.
//!
//! Each (order_id, line_no) is settled once: the first row in file order that is refunded or exchanged counts, later ones that would be
//! are rejected as `duplicate_line`, and their goods are not restocked either (they are the same goods, reported twice; if they
//! are not, send them in a later batch). Rows that settle nothing (missing, awaiting inspection, rejected) do not stand in the way of
//! a later one. Rejected rows change nothing, so that they can be corrected and sent again.

use rustc_hash::FxHashSet;

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::orders::Condition;
use crate::model::plan::{Aftercare, Exchange, Refund, Reject, ReturnOutcome};
use crate::model::units::Cents;
use crate::params::Params;

use super::inventory::Stocktake;
use super::settled::{By, Part, Settled};

/// The largest amount of one refund or claim in cents; that of an order in validate.
pub(super) const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// Why a row cannot be processed.
pub(super) struct Fault {
    pub code: Code,
    pub column: &'static str,
    pub value: String,
}

impl Fault {
    pub fn new(code: Code, column: &'static str, value: impl ToString) -> Fault {
        Fault {
            code,
            column,
            value: value.to_string(),
        }
    }
}

/// What the customer gets.
enum Settlement {
    Refund(Cents),
    Exchange,
    /// Nothing, for this reason.
    None(&'static str),
    /// Nothing yet.
    Held(Code),
}

struct Decided {
    quantity: u32,
    restock: bool,
    dispose: bool,
    settlement: Settlement,
}

pub(super) fn process<'a>(
    batch: &'a Batch,
    params: &Params,
    stock: &mut Stocktake,
    settled: &mut Settled<'a>,
    out: &mut Aftercare,
) {
    let returns = &batch.returns;
    let tonight = orders_of_this_batch(batch);
    for i in 0..returns.id.len() {
        let shipped_before = !tonight.contains(returns.order_id[i].as_str());
        let decided = decide(batch, params, settled, i, shipped_before).and_then(|decided| {
            let (facility, item) = (returns.facility[i], returns.item[i]);
            if !decided.restock || stock.restock(facility, item, decided.quantity) {
                return Ok(decided);
            }
            Err(Fault::new(Code::Overflow, "quantity", decided.quantity))
        });
        match decided {
            Ok(decided) => write(batch, i, &decided, settled, out),
            Err(fault) => out.rejects.push(Reject {
                table: "returns".to_owned(),
                row: returns.row[i],
                code: fault.code,
                column: fault.column.to_owned(),
                value: fault.value,
                order_id: Some(returns.order_id[i].clone()),
            }),
        }
    }
}

/// Those orders of the batch that returns name.
fn orders_of_this_batch(batch: &Batch) -> FxHashSet<&str> {
    let named: FxHashSet<&str> = batch.returns.order_id.iter().map(String::as_str).collect();
    if named.is_empty() {
        return named;
    }
    let orders = batch.orders.id.iter();
    orders.filter(|id| named.contains(id)).collect()
}

fn decide(
    batch: &Batch,
    params: &Params,
    settled: &Settled,
    i: usize,
    shipped_before: bool,
) -> Result<Decided, Fault> {
    let returns = &batch.returns;
    let quantity = quantity(returns.quantity[i], 1, params)?;
    let none = |settlement| Decided {
        quantity,
        restock: false,
        dispose: false,
        settlement,
    };
    let nothing = |outcome| none(Settlement::None(outcome));
    let condition = match returns.condition[i] {
        None => return Ok(nothing("awaiting_inspection")),
        Some(Condition::Missing) => return Ok(nothing("rejected_missing")),
        Some(_) if !shipped_before => {
            return Ok(none(Settlement::Held(Code::ReturnBeforeShipment)));
        }
        Some(condition) => condition,
    };
    if settled.find(&returns.order_id[i], part(batch, i)).is_some() {
        let line_no = returns.line_no[i];
        return Err(Fault::new(Code::DuplicateLine, "line_no", line_no));
    }
    let restock = match condition {
        Condition::New => true,
        Condition::Opened => params.aftercare.restock_opened,
        Condition::Damaged | Condition::Missing => false,
    };
    let settlement = if returns.wants_exchange[i] && condition != Condition::Damaged {
        Settlement::Exchange
    } else {
        let amount = refund(returns.unit_price[i], quantity)?;
        Settlement::Refund(with_shipping(amount, params))
    };
    Ok(Decided {
        quantity,
        restock,
        dispose: !restock,
        settlement,
    })
}

fn part(batch: &Batch, i: usize) -> Part {
    Part {
        line_no: Some(batch.returns.line_no[i]),
        item: Some(batch.returns.item[i]),
    }
}

/// A quantity from `least` to the largest that validate lets pass.
pub(super) fn quantity(quantity: i64, least: i64, params: &Params) -> Result<u32, Fault> {
    let fault = |code| Fault::new(code, "quantity", quantity);
    if quantity < least {
        return Err(fault(Code::NonPositiveQuantity));
    }
    if quantity > params.validate.max_line_quantity {
        return Err(fault(Code::AbsurdQuantity));
    }
    u32::try_from(quantity).map_err(|_| fault(Code::AbsurdQuantity))
}

fn refund(unit_price: Option<Cents>, quantity: u32) -> Result<Cents, Fault> {
    let fault = |code, value: String| Fault::new(code, "unit_price", value);
    let price = unit_price.ok_or_else(|| fault(Code::MissingValue, String::new()))?;
    if price < Cents::ZERO {
        return Err(fault(Code::NegativePrice, price.to_string()));
    }
    let amount = price.0.checked_mul(i64::from(quantity));
    match amount.filter(|&amount| amount <= MAX_AMOUNT) {
        Some(amount) => Ok(Cents(amount)),
        None => Err(fault(Code::Overflow, format!("{quantity} x {price}"))),
    }
}

/// Adds the part of the shipping fee that goes back.
pub(super) fn with_shipping(goods: Cents, params: &Params) -> Cents {
    goods + goods.percent(params.aftercare.refund_shipping_percent as f64)
}

fn write<'a>(
    batch: &'a Batch,
    i: usize,
    decided: &Decided,
    settled: &mut Settled<'a>,
    out: &mut Aftercare,
) {
    let returns = &batch.returns;
    let (return_id, order_id) = (&returns.id[i], &returns.order_id[i]);
    let (item, quantity) = (returns.item[i], decided.quantity);
    let mut code = None;
    let outcome = match decided.settlement {
        Settlement::None(outcome) => outcome,
        Settlement::Held(why) => {
            code = Some(why);
            "held"
        }
        Settlement::Refund(amount) => {
            let condition = returns.condition[i].map_or("", Condition::name);
            out.refunds.push(Refund {
                refund_id: format!("RF-{return_id}-{}", returns.line_no[i]),
                source_id: return_id.clone(),
                order_id: order_id.clone(),
                item: Some(item),
                quantity,
                amount,
                reason: format!("return_{condition}"),
            });
            "refunded"
        }
        Settlement::Exchange => {
            out.exchanges.push(Exchange {
                exchange_order_id: format!("EX-{return_id}"),
                return_id: return_id.clone(),
                order_id: order_id.clone(),
                item,
                quantity,
            });
            "exchanged"
        }
    };
    if !matches!(
        decided.settlement,
        Settlement::None(_) | Settlement::Held(_)
    ) {
        settled.note(order_id, part(batch, i), By::Return);
    }
    out.returns.push(ReturnOutcome {
        return_id: return_id.clone(),
        order_id: order_id.clone(),
        item,
        facility: returns.facility[i],
        quantity,
        restocked: if decided.restock { quantity } else { 0 },
        disposed: if decided.dispose { quantity } else { 0 },
        outcome: outcome.to_owned(),
        code,
    });
}
