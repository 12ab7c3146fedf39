//! Orders: rows with an id of their own, their destinations and the currency of the batch.

use std::collections::BTreeMap;
use std::mem::take;

use rustc_hash::{FxHashMap, FxHashSet};

use super::customers::CustomerColumn;
use super::symbols::OrderSymbols;
use crate::ingest::faults::{At, Faults};
use crate::ingest::intern;
use crate::ingest::rows::Rows;
use crate::ingest::strs::Strs;
use crate::ingest::{rules, schema};
use crate::model::codes::Code;
use crate::model::ids::{DestIdx, Idx, IdxVec, Sym};
use crate::model::network::Destinations;
use crate::model::orders::Orders;
use crate::model::text::Text;

/// Where the column `currency` is missing.
pub const CURRENCY: &str = "USD";

/// The batch's one currency, and what others are worth in it.
pub struct Currency {
    pub own: String,
    /// By row of `orders`; empty where all are in the batch's own.
    pub rates: Vec<f64>,
}

/// The most frequent currency of the orders (of equally frequent ones the first in the alphabet). Orders in a currency without a
/// rate are noted.
pub fn currency(
    orders: &schema::Orders,
    faults: &mut Faults,
    fx: (&schema::Fx, &mut Faults),
) -> Currency {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let codes = intern::classes(&[&orders.currency]);
    let names: Vec<String> = codes.strings().map(normal).collect();
    for &code in codes.of[0].iter().filter(|code| **code != intern::NONE) {
        *counts.entry(names[code as usize].clone()).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    let own = counts.iter().find(|(_, count)| **count == most);
    let own = own.map_or_else(|| CURRENCY.to_owned(), |(code, _)| code.clone());
    let known = exchange_rates(fx);
    if counts.len() <= 1 {
        return Currency {
            own,
            rates: Vec::new(),
        };
    }
    let rates: Vec<_> = names
        .iter()
        .map(|code| rules::unknown_currency(code, &own, &known))
        .collect();
    let mut rate = |(row, &code): (usize, &u32)| {
        let rate = rates.get(code as usize).copied().unwrap_or(Ok(1.0));
        rate.unwrap_or_else(|code| {
            faults.add(row, "currency", code, orders.currency.at(row));
            1.0
        })
    };
    let rates = codes.of[0].iter().enumerate().map(&mut rate).collect();
    Currency { own, rates }
}

fn normal(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

/// Usable rows of `fx`.
fn exchange_rates((t, faults): (&schema::Fx, &mut Faults)) -> FxHashMap<String, f64> {
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let (code, rate) = (normal(t.currency.at(row)), t.rate[row]);
        rules::not_a_number(if rate > 0.0 { rate } else { f64::NAN }).at("rate", rate)?;
        rules::duplicate_key(&mut seen, code.clone()).at("currency", &code)?;
        Ok((code, rate))
    };
    faults
        .built(t.rows, check)
        .into_iter()
        .map(|(_, row)| row)
        .collect()
}

/// Distinct (country, postal code) pairs, in the order in which orders name them, and the one of each row.
pub fn destinations(orders: &schema::Orders, country: &[Sym]) -> (Destinations, Vec<DestIdx>) {
    let postal_codes = intern::classes(&[&orders.postal_code]);
    let mut found = Places::new(country, postal_codes.len());
    let mut dests = Destinations::default();
    let mut of_row = Vec::with_capacity(orders.rows);
    let located = !orders.lat.iter().all(Option::is_none);
    for (row, (&country, &code)) in country.iter().zip(&postal_codes.of[0]).enumerate() {
        let found = found.of(country, code);
        let dest = *found.get_or_insert_with(|| {
            dests.country.push(country);
            dests.position.push(None);
            dests.postal_code.push(orders.postal_code.at(row))
        });
        if let (true, None) = (located, dests.position[dest])
            && let (Some(lat), Some(lon)) = (orders.lat[row], orders.lon[row])
        {
            dests.position[dest] = Some((lat as f32, lon as f32));
        }
        of_row.push(dest);
    }
    (dests, of_row)
}

/// The destination of a country and postal code, once it has one: a table of all pairs where that is small.
enum Places {
    Table(usize, Vec<Option<DestIdx>>),
    Map(FxHashMap<(Sym, u32), Option<DestIdx>>),
}

impl Places {
    fn new(country: &[Sym], codes: usize) -> Places {
        let countries = country.iter().max().map_or(0, |last| last.index() + 1);
        let pairs = countries.saturating_mul(codes + 1);
        if pairs <= 4 * country.len() {
            Places::Table(codes + 1, vec![None; pairs])
        } else {
            Places::Map(FxHashMap::default())
        }
    }
    /// `code` is [`intern::NONE`] or below the number of codes.
    fn of(&mut self, country: Sym, code: u32) -> &mut Option<DestIdx> {
        match self {
            Places::Table(width, table) => {
                &mut table[country.index() * *width + code.wrapping_add(1) as usize]
            }
            Places::Map(map) => map.entry((country, code)).or_default(),
        }
    }
}

/// The columns of `orders`, moved where all rows are orders. `first_line` and `lines_dropped` are left to the lines.
pub fn orders(
    t: &mut schema::Orders,
    faults: &mut Faults,
    rows: &Rows,
    dest: Vec<DestIdx>,
    customer: CustomerColumn,
    symbols: OrderSymbols,
) -> Orders {
    let (terms, priority) = (take(&mut t.payment_terms), take(&mut t.priority));
    let ((id, row), (fault, (net_days, priority))) = rayon::join(
        || (texts(&t.order_id, rows), rows.numbers()),
        || {
            let net_days = terms.into_iter().map(|terms| terms.days()).collect();
            let priority = priority.into_iter().map(|priority| priority as u8);
            (faults_of(t.rows, faults), (net_days, priority.collect()))
        },
    );
    Orders {
        id,
        row: row.into(),
        fault: rows.take(fault).into(),
        placed_at: rows.take(take(&mut t.placed_at)).into(),
        customer: rows.take(customer).into(),
        dest: rows.take(dest).into(),
        city: rows.take(symbols.city).into(),
        channel: rows.take(symbols.channel).into(),
        residential: rows.take(take(&mut t.residential)).into(),
        service: rows.take(take(&mut t.service)).into(),
        deliver_by: rows.take(take(&mut t.deliver_by)).into(),
        ship_complete: rows.take(take(&mut t.ship_complete)).into(),
        payment_status: rows.take(take(&mut t.payment_status)).into(),
        net_days: rows.take(net_days).into(),
        payment_method: rows.take(symbols.payment_method).into(),
        card: rows.take(symbols.card).into(),
        email: rows.take(symbols.email).into(),
        device: rows.take(symbols.device).into(),
        ip_country: rows.take(symbols.ip_country).into(),
        avs: rows.take(take(&mut t.avs)).into(),
        cvv: rows.take(take(&mut t.cvv)).into(),
        bill_country: rows.take(symbols.bill_country).into(),
        bill_postal_code: rows.take(symbols.bill_postal_code).into(),
        priority: rows.take(priority).into(),
        first_line: Vec::new(),
        lines_dropped: IdxVec::new(),
    }
}

/// The first fault of each row.
fn faults_of(rows: usize, faults: &mut Faults) -> Vec<Option<Code>> {
    let mut of_row = vec![None; rows];
    for (row, code) in faults.first_of_rows() {
        of_row[row] = Some(code);
    }
    of_row
}

fn texts<I: Idx>(column: &Strs, rows: &Rows) -> Text<I> {
    let sample = rows.iter().take(1_000).map(|row| column.at(row).len());
    let mut text = Text::with_capacity(rows.len(), rows.len() * sample.max().unwrap_or(0));
    let mut put = |id: &str| {
        text.push(id);
    };
    match rows {
        Rows::All(_) => column.each(put),
        Rows::Some(rows) => rows.iter().for_each(|&row| put(column.at(row as usize))),
    }
    text
}
