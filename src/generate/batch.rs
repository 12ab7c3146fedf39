//! The tables of the night itself: `orders`, `order_lines`, `fraud_labels`, `defect_labels`.
//!
//! One chunk of 65,536 orders is one row group of each table, drawn from one random stream and encoded by one thread.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use arrow::array::RecordBatch;

use super::columns::Columns;
use super::defects::{Defect, Label, spoil};
use super::failure::Result;
use super::fraud::{Case, ring_name};
use super::items::sku_name;
use super::orders::{Line, Order, Shop, Sku, Source};
use super::rng::{Purpose, chance, stream};
use super::writer::{Encoded, Encoder, TableSummary, TableWriter, in_order};

/// Orders per row group.
pub const CHUNK: u64 = 65_536;

/// What was written about the night.
pub struct Written {
    pub tables: Vec<TableSummary>,
    pub lines: u64,
    /// Broken rows by kind.
    pub defects: BTreeMap<&'static str, u64>,
}

/// Rows of one chunk.
#[derive(Default)]
struct Rows {
    orders: Vec<Order>,
    lines: Vec<Line>,
    labels: Vec<Label>,
}

/// Row groups of one chunk.
struct Groups {
    orders: u64,
    lines: u64,
    encoded: [Encoded; 4],
    labels: Vec<Label>,
}

const TABLES: [&str; 4] = ["orders", "order_lines", "fraud_labels", "defect_labels"];

/// Writes all orders of `source`; `progress` hears how many are done.
pub fn write(
    folder: &Path,
    source: &Source,
    dirty_share: f64,
    progress: &dyn Fn(u64),
) -> Result<Written> {
    // A clean batch has no table of defects.
    let count = if dirty_share > 0.0 {
        TABLES.len()
    } else {
        TABLES.len() - 1
    };
    let samples = batches(source, &Rows::default(), &[])?;
    let mut writers = Vec::new();
    let mut encoders = Vec::new();
    for (name, sample) in TABLES.iter().zip(&samples).take(count) {
        let (writer, encoder) = TableWriter::create(folder, name, sample)?;
        writers.push(writer);
        encoders.push(encoder);
    }
    let mut written = Written {
        tables: Vec::new(),
        lines: 0,
        defects: BTreeMap::new(),
    };
    let mut done = 0;
    let make = |chunk: usize| draw_groups(source, chunk as u64, dirty_share, &encoders);
    in_order(source.count.div_ceil(CHUNK) as usize, make, |groups| {
        for (writer, encoded) in writers.iter_mut().zip(groups.encoded) {
            writer.append(encoded)?;
        }
        for label in groups.labels {
            *written.defects.entry(label.defect.name()).or_default() += 1;
        }
        written.lines += groups.lines;
        done += groups.orders;
        progress(done);
        Ok(())
    })?;
    for writer in writers {
        written.tables.push(writer.close()?);
    }
    Ok(written)
}

fn draw_groups(
    source: &Source,
    chunk: u64,
    dirty_share: f64,
    encoders: &[Encoder],
) -> Result<Groups> {
    let (from, to) = (chunk * CHUNK, source.count.min((chunk + 1) * CHUNK));
    let rows = draw(source, chunk, from..to, dirty_share);
    let cases = source.fraud.cases();
    let first = cases.partition_point(|case| case.order < from);
    let last = cases.partition_point(|case| case.order < to);
    let batches = batches(source, &rows, &cases[first..last])?;
    let encode = |table: usize| match encoders.get(table) {
        Some(encoder) => encoder.encode(&batches[table]),
        None => Ok(Encoded::default()),
    };
    Ok(Groups {
        orders: to - from,
        lines: rows.lines.len() as u64,
        encoded: [encode(0)?, encode(1)?, encode(2)?, encode(3)?],
        labels: rows.labels,
    })
}

fn draw(source: &Source, chunk: u64, positions: std::ops::Range<u64>, dirty_share: f64) -> Rows {
    let mut rng = stream(source.shop.seed, Purpose::Orders, chunk);
    let mut rows = Rows::default();
    let (mut lines, mut basket) = (Vec::new(), Vec::new());
    for position in positions {
        let mut order = source.draw(position, &mut rng, &mut lines, &mut basket);
        // A clean batch draws nothing here: its orders do not depend on the existence of defects.
        if dirty_share > 0.0 && chance(&mut rng, dirty_share) {
            let defect = Defect::ALL[(rows.labels.len() + chunk as usize) % Defect::ALL.len()];
            rows.labels
                .push(spoil(&mut order, &mut lines, defect, &mut rng));
        }
        rows.lines.extend_from_slice(&lines);
        if order.defect == Some(Defect::DuplicateOrder) {
            rows.orders.push(order.clone());
        }
        rows.orders.push(order);
    }
    rows
}

fn batches(source: &Source, rows: &Rows, cases: &[Case]) -> Result<[RecordBatch; 4]> {
    Ok([
        order_rows(source.shop, &rows.orders)?,
        line_rows(source.shop, &rows.lines)?,
        fraud_rows(cases)?,
        defect_rows(&rows.labels)?,
    ])
}

fn order_rows(shop: &Shop, orders: &[Order]) -> Result<RecordBatch> {
    let time =
        |order: &Order| (order.defect != Some(Defect::MissingPlacedAt)).then_some(order.placed_at);
    let service = |order: &Order| match order.defect {
        Some(Defect::UnknownService) => "teleport",
        _ => order.service.name(),
    };
    let columns = Columns::new(orders.len()).maybe_formatted("order_id", |row, text| {
        order_name('O', orders[row].position, text);
        orders[row].defect != Some(Defect::MissingOrderId)
    });
    let columns = columns
        .text("channel", orders.iter().map(|order| order.channel))
        .maybe_time("placed_at", orders.iter().map(time));
    let columns = address_columns(columns, shop, orders)
        .text("service", orders.iter().map(service))
        .maybe_time("deliver_by", orders.iter().map(|order| order.deliver_by))
        .flag(
            "ship_complete",
            orders.iter().map(|order| order.ship_complete),
        );
    payment_columns(columns, shop, orders)
        .integer(
            "priority",
            orders.iter().map(|order| match order.defect {
                Some(Defect::PriorityOutOfRange) => 42,
                _ => order.priority,
            }),
        )
        .finish()
}

/// `customer_id` to `residential`.
pub fn address_columns(columns: Columns, shop: &Shop, orders: &[Order]) -> Columns {
    let missing = |order: &Order| order.defect == Some(Defect::MissingAddress);
    // An unknown code with coordinates would still be deliverable.
    let nowhere =
        move |order: &Order| missing(order) || order.defect == Some(Defect::UnknownPostalCode);
    let country = |order: &Order| match order.defect {
        Some(Defect::MissingCountry) => None,
        Some(Defect::UnknownCountry) => Some("QQ"),
        _ => Some("US"),
    };
    let postal_code = |order: &Order| match order.defect {
        Some(Defect::UnknownPostalCode) => Some("00000"),
        Some(Defect::MissingAddress) => None,
        _ => Some(shop.places.zip[order.place as usize].as_str()),
    };
    let places = &shop.places;
    let city =
        |order: &Order| (!missing(order)).then(|| places.city[order.place as usize].as_str());
    let region =
        |order: &Order| (!missing(order)).then(|| places.state[order.place as usize].as_str());
    columns
        .maybe_formatted("customer_id", |row, text| match orders[row].customer {
            Some(number) => {
                shop.customers.name(number, text);
                true
            }
            None => false,
        })
        .maybe_text("country", orders.iter().map(country))
        .maybe_text("postal_code", orders.iter().map(postal_code))
        .maybe_text("city", orders.iter().map(city))
        .maybe_text("region", orders.iter().map(region))
        .maybe_float(
            "lat",
            orders
                .iter()
                .map(|order| (!nowhere(order)).then_some(order.latitude)),
        )
        .maybe_float(
            "lon",
            orders
                .iter()
                .map(|order| (!nowhere(order)).then_some(order.longitude)),
        )
        .flag("residential", orders.iter().map(|order| order.residential))
}

/// `payment_method` to `bill_postal_code`.
pub fn payment_columns(columns: Columns, shop: &Shop, orders: &[Order]) -> Columns {
    let status = |order: &Order| match order.defect {
        Some(Defect::UnknownPaymentStatus) => "maybe",
        _ => order.payment_status,
    };
    let currency = |order: &Order| match order.defect {
        Some(Defect::UnknownCurrency) => "QQQ",
        _ => "USD",
    };
    let hash = |value: u64, text: &mut String| {
        let _ = write!(text, "{value:016x}");
    };
    let bill = |order: &Order| {
        order
            .bill_place
            .map(|place| shop.places.zip[place as usize].as_str())
    };
    columns
        .text(
            "payment_method",
            orders.iter().map(|order| order.payment_method),
        )
        .text("payment_status", orders.iter().map(status))
        .text(
            "payment_terms",
            orders.iter().map(|order| order.payment_terms),
        )
        .text("currency", orders.iter().map(currency))
        .maybe_formatted("card_hash", |row, text| match orders[row].card {
            Some(card) => {
                hash(card, text);
                true
            }
            None => false,
        })
        .formatted("email_hash", |row, text| hash(orders[row].email, text))
        .formatted("device_hash", |row, text| hash(orders[row].device, text))
        .text("ip_country", orders.iter().map(|order| order.ip_country))
        .text("avs", orders.iter().map(|order| order.avs))
        .text("cvv", orders.iter().map(|order| order.cvv))
        .text("bill_country", orders.iter().map(|_| "US"))
        .maybe_text("bill_postal_code", orders.iter().map(bill))
}

fn line_rows(shop: &Shop, lines: &[Line]) -> Result<RecordBatch> {
    Columns::new(lines.len())
        .formatted("order_id", |row, text| {
            order_name('O', lines[row].order, text)
        })
        .integer("line_no", lines.iter().map(|line| line.number))
        .maybe_formatted("sku", |row, text| {
            match lines[row].sku {
                Sku::Item(item) => sku_name(shop.catalogue.sku[item as usize], text),
                Sku::Unknown => text.push_str("SKU-GONE"),
                Sku::Missing => return false,
            }
            true
        })
        .integer("quantity", lines.iter().map(|line| line.quantity))
        .float("unit_price", lines.iter().map(|line| line.price))
        .finish()
}

fn fraud_rows(cases: &[Case]) -> Result<RecordBatch> {
    Columns::new(cases.len())
        .formatted("order_id", |row, text| {
            order_name('O', cases[row].order, text)
        })
        .flag("is_fraud", cases.iter().map(|_| true))
        .maybe_formatted("ring_id", |row, text| match cases[row].ring {
            Some(ring) => {
                ring_name(ring, text);
                true
            }
            None => false,
        })
        .finish()
}

fn defect_rows(labels: &[Label]) -> Result<RecordBatch> {
    Columns::new(labels.len())
        .formatted("order_id", |row, text| {
            order_name('O', labels[row].order, text)
        })
        .maybe_integer("line_no", labels.iter().map(|label| label.line))
        .text("kind", labels.iter().map(|label| label.defect.name()))
        .finish()
}

/// A letter and nine digits, counted from one.
pub fn order_name(letter: char, position: u64, text: &mut String) {
    let _ = write!(text, "{letter}{:09}", position + 1);
}
