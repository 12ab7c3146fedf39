//! Customers named anywhere, and past orders.

use rustc_hash::FxHashSet;

use super::symbols::HistorySymbols;
use crate::ingest::faults::{At, Faults};
use crate::ingest::intern::{self, NONE};
use crate::ingest::{rules, schema};
use crate::model::ids::{CustomerIdx, Idx, IdxVec};
use crate::model::orders::{Customers, History};
use crate::model::units::Cents;

/// A customer for each row, where it names one.
pub type CustomerColumn = Vec<Option<CustomerIdx>>;

/// Customers of the table, the orders and the history; facts of those without a usable row are a new customer's.
/// Also the customer of each row of orders, history and restrictions.
pub fn customers(
    t: &schema::Customers,
    faults: &mut Faults,
    orders: &schema::Orders,
    history: &schema::History,
    restrictions: &schema::Restrictions,
) -> (Customers, [CustomerColumn; 3]) {
    let named = intern::classes(&[
        &t.customer_id,
        &orders.customer_id,
        &history.customer_id,
        &restrictions.customer_id,
    ]);
    let count = named.len();
    let mut customers = Customers {
        id: named.text(),
        credit_limit: IdxVec::filled(None, count),
        open_balance: IdxVec::filled(Cents::ZERO, count),
        first_order_at: IdxVec::filled(None, count),
        orders_before: IdxVec::filled(0, count),
        chargebacks_before: IdxVec::filled(0, count),
    };
    let mut seen = FxHashSet::default();
    seen.reserve(t.rows);
    let check = |row: usize| {
        let customer = CustomerIdx(named.of[0][row]);
        rules::duplicate_key(&mut seen, customer).at("customer_id", t.customer_id.at(row))?;
        Ok(customer)
    };
    for (row, customer) in faults.built(t.rows, check) {
        customers.credit_limit[customer] = t.credit_limit_cents[row];
        customers.open_balance[customer] = t.open_balance_cents[row];
        customers.first_order_at[customer] = t.first_order_at[row];
        customers.orders_before[customer] = t.orders_before[row] as u32;
        customers.chargebacks_before[customer] = t.chargebacks_before[row] as u32;
    }
    let column = |numbers: &[u32]| -> CustomerColumn {
        numbers
            .iter()
            .map(|&number| (number != NONE).then(|| CustomerIdx::from_usize(number as usize)))
            .collect()
    };
    let columns = [1, 2, 3].map(|i| column(&named.of[i]));
    (customers, columns)
}

/// Past orders by time.
pub fn history(
    t: &schema::History,
    faults: &Faults,
    customer: &CustomerColumn,
    symbols: &HistorySymbols,
) -> History {
    let good = faults.good_rows(t.rows);
    let mut rows: Vec<usize> = (0..t.rows).filter(|&row| good[row]).collect();
    rows.sort_by_key(|&row| t.placed_at[row]);
    History {
        placed_at: gather(&rows, &t.placed_at),
        customer: gather(&rows, customer),
        card: gather(&rows, &symbols.card),
        email: gather(&rows, &symbols.email),
        device: gather(&rows, &symbols.device),
        amount: gather(&rows, &t.amount_cents),
        is_fraud: gather(&rows, &t.is_fraud),
    }
}

fn gather<T: Copy>(rows: &[usize], column: &[T]) -> Vec<T> {
    rows.iter().map(|&row| column[row]).collect()
}
