//! Order lines: those of known orders with known items, order by order.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::ingest::faults::Faults;
use crate::ingest::intern::{Known, NONE};
use crate::ingest::logical::{self, Read};
use crate::ingest::rows::Rows;
use crate::ingest::{rules, schema};
use crate::model::codes::Code;
use crate::model::ids::{Idx, ItemIdx, OrderIdx};
use crate::model::orders::{Lines, UnreadLines};
use crate::model::units::Cents;

/// Stands for a price at fault until its row is sorted out.
const BAD_PRICE: Cents = Cents(-1);

/// What a line refers to.
pub struct Links<'a> {
    /// Order of each row, or [`NONE`].
    pub order: Vec<u32>,
    pub orders: usize,
    /// What one unit of the order's currency is worth, by order; empty: 1.
    pub rates: Vec<f64>,
    pub items: &'a Known<'a, ItemIdx>,
}

/// What the lines say about their orders.
pub struct OfOrders {
    /// Where the lines of each order begin.
    pub first_line: Vec<u32>,
    /// Rows of each order that cannot be used; empty where all can.
    pub dropped: Vec<u32>,
    /// These rows and those of no order, as far as they can be read.
    pub unread: UnreadLines,
}

/// Usable lines by (order, row).
pub fn lines(t: &mut schema::OrderLines, faults: &mut Faults, links: Links) -> (Lines, OfOrders) {
    let item: Vec<Read<ItemIdx>> = t.sku.par_map(Err(Code::MissingValue), |sku| {
        rules::unknown_sku(links.items, sku)
    });
    let prices: Vec<Cents> = (0..t.rows)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|row| price(t, row, &links).unwrap_or(BAD_PRICE))
        .collect();
    let usable = usable(t, faults, &links, &item, &prices);
    let dropped = dropped(&usable, &links);
    let sorted = by_order(usable, &links);
    let rows = without_duplicates(sorted, t, faults, &links.order);
    let unread = super::unread::unread(t, faults, &links.order);
    let order: Vec<OrderIdx> = rows.take(links.order).into_iter().map(OrderIdx).collect();
    let first_line = starts(&order, links.orders);
    let item = rows
        .take(item)
        .into_iter()
        .map(|item| item.unwrap_or_default())
        .collect();
    let line_no = rows
        .take(std::mem::take(&mut t.line_no))
        .into_iter()
        .map(|n| n as u32)
        .collect();
    let lines = Lines {
        order: order.into(),
        row: rows.iter().map(|row| row as u64).collect(),
        line_no,
        item,
        quantity: rows.take(std::mem::take(&mut t.quantity)).into(),
        unit_price: rows.take(prices).into(),
    };
    (
        lines,
        OfOrders {
            first_line,
            dropped,
            unread,
        },
    )
}

/// Rows of each order that are not among the usable ones. A repeated line is usable here: its first row is kept.
fn dropped(usable: &Rows, links: &Links) -> Vec<u32> {
    if usable.len() == links.order.len() {
        return Vec::new();
    }
    let mut dropped = vec![0; links.orders];
    for &order in links.order.iter().filter(|&&order| order != NONE) {
        dropped[order as usize] += 1;
    }
    for row in usable.iter() {
        dropped[links.order[row] as usize] -= 1;
    }
    dropped
}

/// The price of a line in the batch's currency.
fn price(t: &schema::OrderLines, row: usize, links: &Links) -> Read<Cents> {
    let rate = links
        .rates
        .get(links.order[row] as usize)
        .copied()
        .unwrap_or(1.0);
    logical::cents(t.unit_price[row] * rate).and_then(rules::negative_price)
}

/// Rows without a fault; notes what is wrong with the others.
fn usable(
    t: &schema::OrderLines,
    faults: &mut Faults,
    links: &Links,
    item: &[Read<ItemIdx>],
    prices: &[Cents],
) -> Rows {
    let good = faults.good_rows(t.rows);
    let fine = |row: usize| {
        good[row] && links.order[row] != NONE && item[row].is_ok() && prices[row] != BAD_PRICE
    };
    if (0..t.rows).into_par_iter().with_min_len(1 << 14).all(fine) {
        return Rows::All(t.rows);
    }
    let mut rows = Vec::with_capacity(t.rows);
    for row in 0..t.rows {
        if fine(row) {
            rows.push(row as u32);
        } else if good[row] {
            let order = (links.order[row] != NONE).then_some(links.order[row]);
            let checks = [
                ("order_id", rules::unknown_order(order).err()),
                ("sku", item[row].err()),
                ("unit_price", price(t, row, links).err()),
            ];
            for (column, code) in checks {
                let value = match column {
                    "order_id" => t.order_id.at(row).to_owned(),
                    "sku" => t.sku.at(row).to_owned(),
                    _ => t.unit_price[row].to_string(),
                };
                if let Some(code) = code {
                    faults.add(row, column, code, value);
                }
            }
        }
    }
    Rows::Some(rows)
}

/// Rows by order, and within it as they were: a counting sort, O(orders + lines).
fn by_order(rows: Rows, links: &Links) -> Rows {
    let order = |row: usize| links.order[row] as usize;
    if rows.iter().is_sorted_by_key(order) {
        return rows;
    }
    let mut next = vec![0u32; links.orders + 1];
    rows.iter().for_each(|row| next[order(row) + 1] += 1);
    (0..links.orders).for_each(|i| next[i + 1] += next[i]);
    let mut sorted = vec![0; rows.len()];
    for row in rows.iter() {
        let at = &mut next[order(row)];
        sorted[*at as usize] = row as u32;
        *at += 1;
    }
    Rows::Some(sorted)
}

/// Rows whose line number is new in their order; the others are noted.
fn without_duplicates(
    rows: Rows,
    t: &schema::OrderLines,
    faults: &mut Faults,
    order: &[u32],
) -> Rows {
    let line_no = |row: usize| t.line_no[row];
    let mut last = (NONE, 0);
    let ascending = |row: usize| {
        let (before, now) = (last, (order[row], line_no(row)));
        last = now;
        before.0 != now.0 || before.1 < now.1
    };
    if rows.iter().all(ascending) {
        return rows;
    }
    let mut seen = FxHashSet::default();
    let mut of = NONE;
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        if order[row] != of {
            of = order[row];
            seen.clear();
        }
        match rules::duplicate_line(&mut seen, line_no(row)) {
            Ok(()) => kept.push(row as u32),
            Err(code) => faults.add(row, "line_no", code, line_no(row)),
        }
    }
    if kept.len() == rows.len() {
        rows
    } else {
        Rows::Some(kept)
    }
}

/// Where the lines of each order begin; one entry more than there are orders.
fn starts(order: &[OrderIdx], orders: usize) -> Vec<u32> {
    let mut starts = Vec::with_capacity(orders + 1);
    for (line, order) in order.iter().enumerate() {
        starts.resize((order.index() + 1).max(starts.len()), line as u32);
    }
    starts.resize(orders + 1, order.len() as u32);
    starts
}
