//! Order lines: those of known orders with known items, order by order.

use std::mem::take;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::ingest::faults::Faults;
use crate::ingest::intern::{Known, NONE};
use crate::ingest::logical::{self, Read};
use crate::ingest::rows::Rows;
use crate::ingest::strs::CHUNK;
use crate::ingest::{rules, schema};
use crate::model::codes::Code;
use crate::model::ids::{ItemIdx, OrderIdx};
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
    pub items: &'a Known<ItemIdx>,
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
    let (item, prices) = rayon::join(
        || {
            let known = |key| links.items.by_key(key).ok_or(Code::UnknownSku);
            t.sku.map_keys(Err(Code::MissingValue), known)
        },
        || by_row(t.rows, |row| price(t, row, &links).unwrap_or(BAD_PRICE)),
    );
    let (rows, dropped) = if orderly(t, faults, &links, &item, &prices) {
        (Rows::All(t.rows), Vec::new())
    } else {
        let usable = usable(t, faults, &links, &item, &prices);
        let dropped = dropped(&usable, &links);
        let sorted = by_order(usable, &links);
        let rows = without_duplicates(sorted, t, faults, &links.order);
        (rows, dropped)
    };
    let unread = super::unread::unread(t, faults, &links.order);
    let (orders, quantity) = (links.orders, take(&mut t.quantity));
    let order = rows.take(links.order);
    let (first_line, (order, (row, (line_no, item)))) = rayon::join(
        || starts(&order, orders),
        || {
            let row = || rows.numbers();
            let line_no = || by_row(rows.len(), |i| t.line_no[rows.at(i)] as u32);
            let item = || by_row(rows.len(), |i| item[rows.at(i)].unwrap_or_default());
            let order = || by_row(order.len(), |i| OrderIdx(order[i]));
            rayon::join(order, || rayon::join(row, || rayon::join(line_no, item)))
        },
    );
    let lines = Lines {
        order: order.into(),
        row: row.into(),
        line_no: line_no.into(),
        item: item.into(),
        quantity: rows.take(quantity).into(),
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

/// `make` of every row, on all threads.
fn by_row<T: Send>(rows: usize, make: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    let rows = (0..rows).into_par_iter().with_min_len(CHUNK);
    rows.map(make).collect()
}

/// The usual case: all rows can be used, and stand by order and line number.
fn orderly(
    t: &schema::OrderLines,
    faults: &Faults,
    links: &Links,
    item: &[Read<ItemIdx>],
    prices: &[Cents],
) -> bool {
    let place = |row: usize| (links.order[row], t.line_no[row]);
    let fine = |row: usize| {
        links.order[row] != NONE
            && item[row].is_ok()
            && prices[row] != BAD_PRICE
            && (row == 0 || place(row - 1) < place(row))
    };
    let rows = (0..t.rows).into_par_iter().with_min_len(CHUNK);
    faults.is_empty() && rows.into_par_iter().all(fine)
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
    if rows.len() == t.rows {
        Rows::All(rows.len())
    } else {
        Rows::Some(rows)
    }
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
fn starts(order: &[u32], orders: usize) -> Vec<u32> {
    let mut starts = Vec::with_capacity(orders + 1);
    for (line, &order) in order.iter().enumerate() {
        while starts.len() <= order as usize {
            starts.push(line as u32);
        }
    }
    starts.resize(orders + 1, order.len() as u32);
    starts
}
