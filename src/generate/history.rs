//! Past orders with fraud labels, and what comes back tonight: `history`, `returns`, `claims`.
//!
//! The 90 days before the batch, drawn by the same model as the batch (orders.rs), one amount per order instead of lines. Of the settled
//! honest orders older than five days, `returns_share` come back tonight: one line each (all or part of it), for a reason, in
//! a condition, mostly for a refund, at the facility nearest to the customer. 0.4 % of them are claimed as damaged or lost.
//! 0.5 % of the returned lines are claimed too, which a planner should notice.

use std::fmt::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use rand::{Rng, RngExt};

use super::arrivals::DAY;
use super::batch::{CHUNK, address_columns, order_name, payment_columns};
use super::carriers::{NORTHSTAR, POSTAL, SWIFTLINE};
use super::columns::Columns;
use super::customers::Ledger;
use super::failure::Result;
use super::items::sku_name;
use super::network::Network;
use super::orders::{Line, Order, Sku, Source};
use super::rng::{Purpose, chance, pick, stream};
use super::writer::{TableSummary, TableWriter, in_order};

const CLAIM_SHARE: f64 = 0.004;
const CLAIM_OF_RETURN_SHARE: f64 = 0.005;
/// Nothing comes back sooner.
const SETTLED_SECONDS: i64 = 5 * DAY;

/// Past orders and what is needed to send some of them back.
pub struct Past<'a> {
    pub source: Source<'a>,
    pub network: &'a Network,
    /// First second of the batch's day.
    pub day: i64,
    pub returns_share: f64,
    pub ledger: &'a Ledger,
}

struct Return {
    line: Line,
    quantity: i64,
    reason: &'static str,
    condition: &'static str,
    received_at: i64,
    facility: u32,
    wants: &'static str,
}

struct Claim {
    line: Line,
    quantity: i64,
    kind: &'static str,
    carrier: &'static str,
    received_at: i64,
}

#[derive(Default)]
struct Rows {
    orders: Vec<Order>,
    amounts: Vec<i64>,
    returns: Vec<Return>,
    claims: Vec<Claim>,
}

const TABLES: [&str; 3] = ["history", "returns", "claims"];

/// Writes the three tables and fills the ledger; `progress` hears how many past orders are done.
pub fn write(folder: &Path, past: &Past, progress: &dyn Fn(u64)) -> Result<Vec<TableSummary>> {
    let (mut writers, mut encoders) = (Vec::new(), Vec::new());
    for (name, sample) in TABLES.iter().zip(&batches(past, &Rows::default())?) {
        let (writer, encoder) = TableWriter::create(folder, name, sample)?;
        writers.push(writer);
        encoders.push(encoder);
    }
    let make = |chunk: usize| {
        let rows = draw(past, chunk as u64);
        let encoded = batches(past, &rows)?
            .iter()
            .zip(&encoders)
            .map(|(batch, encoder)| encoder.encode(batch))
            .collect();
        let encoded: Result<Vec<_>> = encoded;
        Ok((rows.orders.len() as u64, encoded?))
    };
    let mut done = 0;
    in_order(
        past.source.count.div_ceil(CHUNK) as usize,
        make,
        |(orders, encoded)| {
            for (writer, group) in writers.iter_mut().zip(encoded) {
                writer.append(group)?;
            }
            done += orders;
            progress(done);
            Ok(())
        },
    )?;
    writers.into_iter().map(TableWriter::close).collect()
}

fn draw(past: &Past, chunk: u64) -> Rows {
    let (from, to) = (chunk * CHUNK, past.source.count.min((chunk + 1) * CHUNK));
    let seed = past.source.shop.seed;
    let mut rng = stream(seed, Purpose::History, chunk);
    // A stream of their own: another share of returns leaves the history as it is.
    let mut returning = stream(seed, Purpose::Returns, chunk);
    let mut rows = Rows::default();
    let (mut lines, mut basket) = (Vec::new(), Vec::new());
    for position in from..to {
        let order = past
            .source
            .draw(position, &mut rng, &mut lines, &mut basket);
        let fraud = past.source.fraud.get(position).is_some();
        if let Some(number) = order.customer {
            past.ledger.record(number, order.placed_at, fraud);
        }
        rows.amounts
            .push(lines.iter().map(Line::amount_cents).sum());
        let settled = matches!(order.payment_status, "paid" | "authorized" | "terms");
        if settled && !fraud && order.placed_at < past.day - SETTLED_SECONDS {
            send_back(past, &order, &lines, &mut returning, &mut rows);
        }
        rows.orders.push(order);
    }
    rows
}

const REASONS: [(&str, f64); 5] = [
    ("unwanted", 0.38),
    ("wrong_size", 0.27),
    ("defective", 0.15),
    ("late", 0.12),
    ("wrong_item", 0.08),
];
const CONDITIONS: [(&str, f64); 4] = [
    ("new", 0.62),
    ("opened", 0.33),
    ("damaged", 0.04),
    ("missing", 0.01),
];
const CONDITIONS_IF_DEFECTIVE: [(&str, f64); 2] = [("damaged", 0.8), ("opened", 0.2)];
const CARRIERS: [(&str, f64); 3] = [(POSTAL, 0.40), (NORTHSTAR, 0.35), (SWIFTLINE, 0.25)];

/// Perhaps a return, perhaps a claim.
fn send_back(past: &Past, order: &Order, lines: &[Line], rng: &mut impl Rng, rows: &mut Rows) {
    let line = lines[rng.random_range(0..lines.len())];
    let received_at = past.day + rng.random_range(6 * 3_600..30 * 3_600);
    let returned = chance(rng, past.returns_share);
    if returned {
        let facility = past.network.nearest[order.place as usize];
        rows.returns
            .push(draw_return(line, received_at, facility, rng));
    }
    let claimed = if returned {
        CLAIM_OF_RETURN_SHARE
    } else {
        CLAIM_SHARE
    };
    if chance(rng, claimed) {
        rows.claims.push(Claim {
            line,
            quantity: line.quantity,
            kind: pick(rng, &[("damaged", 0.6), ("lost", 0.4)]),
            carrier: pick(rng, &CARRIERS),
            received_at,
        });
    }
}

fn draw_return(line: Line, received_at: i64, facility: u32, rng: &mut impl Rng) -> Return {
    let reason = pick(rng, &REASONS);
    let condition = match reason {
        "defective" => pick(rng, &CONDITIONS_IF_DEFECTIVE),
        _ => pick(rng, &CONDITIONS),
    };
    let whole = chance(rng, 0.8);
    let exchange = reason == "wrong_size" && chance(rng, 0.6);
    Return {
        line,
        quantity: if whole {
            line.quantity
        } else {
            rng.random_range(1..=line.quantity)
        },
        reason,
        condition,
        received_at,
        facility,
        wants: if exchange { "exchange" } else { "refund" },
    }
}

fn batches(past: &Past, rows: &Rows) -> Result<[RecordBatch; 3]> {
    Ok([
        history_rows(past, rows)?,
        return_rows(past, &rows.returns)?,
        claim_rows(past, &rows.claims)?,
    ])
}

fn history_rows(past: &Past, rows: &Rows) -> Result<RecordBatch> {
    let (orders, shop) = (&rows.orders, past.source.shop);
    let columns = Columns::new(orders.len())
        .formatted("order_id", |row, text| {
            order_name('H', orders[row].position, text)
        })
        .text("channel", orders.iter().map(|order| order.channel))
        .time("placed_at", orders.iter().map(|order| order.placed_at));
    let columns = address_columns(columns, shop, orders);
    payment_columns(columns, shop, orders)
        .integer("amount_cents", rows.amounts.iter().copied())
        .flag(
            "is_fraud",
            orders
                .iter()
                .map(|order| past.source.fraud.get(order.position).is_some()),
        )
        .finish()
}

fn item_name(past: &Past, line: &Line, text: &mut String) {
    if let Sku::Item(item) = line.sku {
        sku_name(past.source.shop.catalogue.sku[item as usize], text);
    }
}

fn return_rows(past: &Past, returns: &[Return]) -> Result<RecordBatch> {
    let facility = |one: &Return| past.network.facilities[one.facility as usize].id.as_str();
    Columns::new(returns.len())
        .formatted("return_id", |row, text| {
            let _ = write!(text, "RT{:09}", returns[row].line.order + 1);
        })
        .formatted("order_id", |row, text| {
            order_name('H', returns[row].line.order, text)
        })
        .integer("line_no", returns.iter().map(|one| one.line.number))
        .formatted("sku", |row, text| item_name(past, &returns[row].line, text))
        .integer("quantity", returns.iter().map(|one| one.quantity))
        .float("unit_price", returns.iter().map(|one| one.line.price))
        .text("reason", returns.iter().map(|one| one.reason))
        .text("condition", returns.iter().map(|one| one.condition))
        .time("received_at", returns.iter().map(|one| one.received_at))
        .text("facility_id", returns.iter().map(facility))
        .text("wants", returns.iter().map(|one| one.wants))
        .finish()
}

fn claim_rows(past: &Past, claims: &[Claim]) -> Result<RecordBatch> {
    Columns::new(claims.len())
        .formatted("claim_id", |row, text| {
            let _ = write!(text, "CL{:09}", claims[row].line.order + 1);
        })
        .formatted("order_id", |row, text| {
            order_name('H', claims[row].line.order, text)
        })
        .integer("line_no", claims.iter().map(|one| one.line.number))
        .formatted("sku", |row, text| item_name(past, &claims[row].line, text))
        .integer("quantity", claims.iter().map(|one| one.quantity))
        .text("kind", claims.iter().map(|one| one.kind))
        .integer(
            "amount_cents",
            claims.iter().map(|one| one.line.amount_cents()),
        )
        .text("carrier", claims.iter().map(|one| one.carrier))
        .time("received_at", claims.iter().map(|one| one.received_at))
        .finish()
}
