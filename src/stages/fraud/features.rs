//! What was known when an order came in: velocity, linked customers and fraud labels of its card, e-mail and device.
//!
//! The past of an order at time t is every order of the history and of this batch (accepted or not: a declined attempt tells
//! as much) with a time strictly before t; orders of the same second do not see each other. Velocity counts the past within
//! [t − window, t). A fraud label is used from the order's own time on: the delay with which labels arrive is ignored, because the
//! history is what has arrived.
//!
//! Per key kind: sort (key, time), then one sweep with two pointers. O(n log n) time and 16 bytes per event, where an event is an
//! order of the history or the batch that has a key which a scored order has too.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::ids::{CustomerIdx, Idx, IdxVec, OrderIdx, Sym};
use crate::model::orders::{History, Orders};
use crate::model::units::Timestamp;

/// What a key (a card, an e-mail address, a device) was known for before an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyPast {
    /// Earlier orders within the window.
    pub velocity: u32,
    /// Distinct customers of earlier orders, other than the order's own; only counted for devices.
    pub other_customers: u32,
    /// An earlier order is labelled fraud.
    pub fraud: bool,
}

/// Features of all orders of the batch.
pub(super) struct Features {
    pub card: IdxVec<OrderIdx, KeyPast>,
    pub email: IdxVec<OrderIdx, KeyPast>,
    pub device: IdxVec<OrderIdx, KeyPast>,
    /// The first order of each customer in the history.
    pub first_in_history: IdxVec<CustomerIdx, Option<Timestamp>>,
}

/// A column of keys, in the history and in the batch.
type KeyColumns<'a> = (&'a [Option<Sym>], &'a IdxVec<OrderIdx, Option<Sym>>);

impl Features {
    /// Features of the orders that `scored` names; the others' are empty.
    pub fn build(batch: &Batch, scored: &[OrderIdx], window_seconds: i64) -> Result<Features> {
        let (history, orders) = (&batch.history, &batch.orders);
        if u32::try_from(history.placed_at.len() + orders.len()).is_err() {
            return Err(
                Error::resource("history and orders together have 2^32 rows or more")
                    .hint("shorten the history to the days that velocity and labels need"),
            );
        }
        let columns: [(KeyColumns, bool); 3] = [
            ((&history.card, &orders.card), false),
            ((&history.email, &orders.email), false),
            ((&history.device, &orders.device), true),
        ];
        let mut pasts = columns
            .into_par_iter()
            .map(|(keys, count_customers)| {
                let events = events(batch, scored, keys);
                sweep(batch, &events, window_seconds, count_customers)
            })
            .collect::<Vec<_>>()
            .into_iter();
        let mut next = || pasts.next().unwrap_or_default();
        Ok(Features {
            card: next(),
            email: next(),
            device: next(),
            first_in_history: first_in_history(history, batch.customers.id.len()),
        })
    }
}

/// An order of the past or of the batch. Sorted by key, then time; `source` only makes the order total.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    key: Sym,
    at: Timestamp,
    /// Position in the history, or the length of the history + position in the batch.
    source: u32,
}

fn events(batch: &Batch, scored: &[OrderIdx], keys: KeyColumns) -> Vec<Event> {
    let (history, orders) = (&batch.history, &batch.orders);
    let mut wanted: IdxVec<Sym, bool> = IdxVec::filled(false, batch.symbols.len());
    for key in scored.iter().filter_map(|&order| keys.1[order]) {
        wanted[key] = true;
    }
    let past = keys.0.iter().enumerate().filter_map(|(i, key)| {
        let key = key.filter(|&key| wanted[key])?;
        Some(Event {
            key,
            at: history.placed_at[i],
            source: i as u32,
        })
    });
    let offset = history.placed_at.len() as u32;
    let present = readable(orders).filter_map(|order| {
        let key = keys.1[order].filter(|&key| wanted[key])?;
        Some(Event {
            key,
            at: orders.placed_at[order],
            source: offset + order.0,
        })
    });
    let mut events: Vec<Event> = past.chain(present).collect();
    events.par_sort_unstable();
    events
}

/// Orders whose columns are not mere defaults.
fn readable(orders: &Orders) -> impl Iterator<Item = OrderIdx> + '_ {
    orders
        .indices()
        .filter(|&order| orders.fault[order].is_none())
}

/// The past of every order of the batch that is among `events`.
fn sweep(
    batch: &Batch,
    events: &[Event],
    window_seconds: i64,
    count_customers: bool,
) -> IdxVec<OrderIdx, KeyPast> {
    let mut pasts = IdxVec::filled(KeyPast::default(), batch.orders.len());
    let mut customers: FxHashSet<CustomerIdx> = FxHashSet::default();
    for of_key in events.chunk_by(|a, b| a.key == b.key) {
        customers.clear();
        let (mut earlier, mut window_from, mut fraud) = (0, 0, false);
        for tied in of_key.chunk_by(|a, b| a.at == b.at) {
            let since = tied[0].at.0.saturating_sub(window_seconds);
            while window_from < earlier && of_key[window_from].at.0 < since {
                window_from += 1;
            }
            for event in tied {
                let source = Source::of(batch, *event);
                let Some(order) = source.order else { continue };
                let own = source.customer.is_some_and(|own| customers.contains(&own));
                pasts[order] = KeyPast {
                    velocity: (earlier - window_from) as u32,
                    other_customers: customers.len() as u32 - u32::from(own),
                    fraud,
                };
            }
            for event in tied {
                let source = Source::of(batch, *event);
                fraud |= source.fraud;
                customers.extend(source.customer.filter(|_| count_customers));
            }
            earlier += tied.len();
        }
    }
    pasts
}

/// What stands behind an event.
struct Source {
    /// `None`: an order of the history.
    order: Option<OrderIdx>,
    customer: Option<CustomerIdx>,
    fraud: bool,
}

impl Source {
    fn of(batch: &Batch, event: Event) -> Source {
        let history = &batch.history;
        let i = event.source as usize;
        match i.checked_sub(history.placed_at.len()) {
            None => Source {
                order: None,
                customer: history.customer[i],
                fraud: history.is_fraud[i] == Some(true),
            },
            Some(order) => {
                let order = OrderIdx::from_usize(order);
                Source {
                    order: Some(order),
                    customer: batch.orders.customer[order],
                    fraud: false,
                }
            }
        }
    }
}

fn first_in_history(history: &History, customers: usize) -> IdxVec<CustomerIdx, Option<Timestamp>> {
    let mut first: IdxVec<CustomerIdx, Option<Timestamp>> = IdxVec::filled(None, customers);
    for (customer, &at) in history.customer.iter().zip(&history.placed_at) {
        if let Some(customer) = *customer {
            let known = first[customer].get_or_insert(at);
            *known = at.min(*known);
        }
    }
    first
}
