//! Audits [`plan::Aftercare`] from the inputs and the tables alone: stock and invoices here, the life of orders in [`life`], returns and
//! claims in [`money`]. Shares no code with the files that write them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::ids::{FacilityIdx, Idx, ItemIdx, OrderIdx, ShipmentIdx};
use crate::model::orders::PaymentStatus;
use crate::model::plan;
use crate::model::units::{Cents, Timestamp};
use crate::params::Params;
use crate::stage::Violation;

use super::Input;

mod life;
mod money;

pub(super) fn check(input: Input, out: &plan::Aftercare, params: &Params) -> Vec<Violation> {
    if let Some(wrong) = shape(input, out) {
        return vec![wrong];
    }
    let mut found = stock(input, out);
    found.extend(invoices(input, out));
    found.extend(life::events(input, out));
    found.extend(life::notifications(input, out));
    found.extend(money::check(input, out, params));
    found
}

/// Every row must name orders and shipments that exist, or nothing else can be asked.
fn shape(input: Input, out: &plan::Aftercare) -> Option<Violation> {
    let shipments = input.routed.shipments.len();
    let wrong = |message: &str| Some(Violation::new("aftercare_shape", "aftercare", message));
    if input.scheduled.times.len() != shipments || input.shipped.shipments.len() != shipments {
        return wrong("routing, carrier selection and schedule do not speak of the same shipments");
    }
    let orders = [
        &out.invoices.order,
        &out.events.order,
        &out.notifications.order,
    ];
    let known_orders =
        (orders.into_iter().flatten()).all(|order| order.index() < input.batch.orders.len());
    let known_shipments = [&out.events.shipment, &out.notifications.shipment]
        .into_iter()
        .flatten()
        .all(|shipment| shipment.is_none_or(|shipment| shipment.index() < shipments));
    if known_orders && known_shipments {
        return None;
    }
    wrong("a row names an order or a shipment that does not exist")
}

/// A moment that the schedule does not know.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// Every stock record and every restocked place has one row, and each row adds up.
fn stock(input: Input, out: &plan::Aftercare) -> Vec<Violation> {
    type Place = (FacilityIdx, ItemIdx);
    let mut before: FxHashMap<Place, u64> = FxHashMap::default();
    for (item, stocks) in input.batch.inventory.by_item.iter() {
        for stock in stocks {
            before.insert((stock.facility, item), u64::from(stock.on_hand));
        }
    }
    let mut allocated: FxHashMap<Place, u64> = FxHashMap::default();
    for row in input.routed.allocations.rows() {
        let place = (row.facility, input.batch.lines.item[row.line]);
        *allocated.entry(place).or_default() += u64::from(row.quantity);
    }
    let mut restocked: FxHashMap<Place, u64> = FxHashMap::default();
    for row in out.returns.rows().filter(|row| row.restocked > 0) {
        *restocked.entry((row.facility, row.item)).or_default() += u64::from(row.restocked);
    }
    let mut found = Vec::new();
    let mut last: Option<Place> = None;
    for row in out.inventory.rows() {
        let place = (row.facility, row.item);
        let units = |of: &FxHashMap<Place, u64>| of.get(&place).copied().unwrap_or(0);
        let sum = units(&before) + units(&restocked);
        let right = last < Some(place)
            && (before.contains_key(&place) || restocked.contains_key(&place))
            && u64::from(row.on_hand_before) == units(&before)
            && u64::from(row.allocated) == units(&allocated)
            && u64::from(row.restocked) == units(&restocked)
            && u64::from(row.on_hand_after) + units(&allocated) == sum;
        if !right {
            found.push(Violation::new(
                "stock_after",
                format!("{place:?}"),
                format!(
                    "{row:?} after {last:?}; {} + {} - {}",
                    units(&before),
                    units(&restocked),
                    units(&allocated)
                ),
            ));
        }
        last = Some(place);
    }
    let new_places = restocked.keys().filter(|place| !before.contains_key(place));
    let places = before.len() + new_places.count();
    if places != out.inventory.len() {
        found.push(Violation::new(
            "stock_complete",
            "inventory_after",
            format!("{} rows for {places} places", out.inventory.len()),
        ));
    }
    found
}

/// One bill per order on credit that ships, over what ships.
fn invoices(input: Input, out: &plan::Aftercare) -> Vec<Violation> {
    let orders = &input.batch.orders;
    // Goods and the last hand-over, by order.
    let mut bills: BTreeMap<OrderIdx, (i128, Timestamp)> = BTreeMap::new();
    for (i, &order) in input.routed.shipments.order.iter().enumerate() {
        let prepaid =
            orders.net_days[order] == 0 && orders.payment_status[order] != PaymentStatus::Terms;
        let at = input.scheduled.times.handed_over[i];
        if prepaid || at == NEVER {
            continue;
        }
        let bill = bills.entry(order).or_insert((0, at));
        bill.1 = bill.1.max(at);
        for row in input.routed.allocations_of(ShipmentIdx::from_usize(i)) {
            let line = input.routed.allocations.line[row];
            let Cents(price) = input.batch.lines.unit_price[line];
            bill.0 += i128::from(input.routed.allocations.quantity[row]) * i128::from(price);
        }
    }
    let mut found = Vec::new();
    if !bills.keys().eq(out.invoices.order.iter()) {
        found.push(Violation::new(
            "invoices_complete",
            "invoices",
            format!(
                "{} invoices for {} orders on credit",
                out.invoices.len(),
                bills.len()
            ),
        ));
    }
    for row in out.invoices.rows() {
        let id = &orders.id[row.order];
        let days = i64::from(orders.net_days[row.order]);
        let bill = (i128::from(row.goods.0), row.issued);
        let right = bills.get(&row.order) == Some(&bill)
            && row.invoice_id.strip_prefix("INV-") == Some(id)
            && (row.due - row.issued).0 == days * 24 * 3_600;
        if !right {
            found.push(Violation::new(
                "invoice",
                format!("order {id}"),
                format!(
                    "{row:?}, should be {:?} and {days} days",
                    bills.get(&row.order)
                ),
            ));
        }
    }
    found
}
