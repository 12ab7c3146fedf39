//! Bills of orders that are not prepaid: those with days of credit or with payment on terms.
//!
//! One invoice per order, for the goods of all its shipments that are handed over, issued when the last of them is; due after the
//! order's days of credit. Backordered units are billed by the run that ships them. O(shipments).

use crate::error::{Error, Result};
use crate::model::ids::OrderIdx;
use crate::model::orders::PaymentStatus;
use crate::model::plan::{Invoice, Invoices};
use crate::model::units::{Cents, Seconds};

use super::{Night, known};

/// Seconds of a day.
const DAY: i64 = 86_400;

pub(super) fn invoices(night: &Night) -> Result<Invoices> {
    let mut invoices = Invoices::default();
    for order in night.input.batch.orders.indices() {
        if is_billed(night, order)
            && let Some(invoice) = invoice(night, order)?
        {
            invoices.push(invoice);
        }
    }
    Ok(invoices)
}

fn is_billed(night: &Night, order: OrderIdx) -> bool {
    let orders = &night.input.batch.orders;
    orders.net_days[order] > 0 || orders.payment_status[order] == PaymentStatus::Terms
}

/// `None`: nothing of the order is handed over.
fn invoice(night: &Night, order: OrderIdx) -> Result<Option<Invoice>> {
    let orders = &night.input.batch.orders;
    let times = &night.input.scheduled.times;
    let (mut goods, mut issued) = (0, None);
    for &shipment in night.shipments.row(order) {
        if let Some(at) = known(times.handed_over[shipment.0 as usize]) {
            goods += night.goods(shipment);
            issued = issued.max(Some(at));
        }
    }
    let id = &orders.id[order];
    let Some(issued) = issued else {
        return Ok(None);
    };
    let goods = i64::try_from(goods).map_err(|_| {
        Error::internal(format!("order {id} is worth more than an amount can hold"))
    })?;
    Ok(Some(Invoice {
        invoice_id: format!("INV-{id}"),
        order,
        goods: Cents(goods),
        issued,
        due: issued + Seconds(i64::from(orders.net_days[order]) * DAY),
    }))
}
