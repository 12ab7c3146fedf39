//! Short strings as symbols. Equal strings of one kind of thing (countries, cities, cards, ...) have the same symbol; kinds are
//! numbered one after the other, countries first, so that they can be worked on at a time.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::ingest::intern::{self, Classes, NONE};
use crate::ingest::schema;
use crate::ingest::strs::Strs;
use crate::model::ids::Sym;
use crate::model::text::Text;

/// Kinds of fingerprints, which come first: nobody reads them, they are only compared, so their texts are not kept.
const FINGERPRINTS: usize = 3;

type Symbols = Vec<Option<Sym>>;

/// The symbols of `orders`, one for each row of the table.
#[derive(Default)]
pub struct OrderSymbols {
    /// The empty symbol where it is missing.
    pub country: Vec<Sym>,
    pub ip_country: Symbols,
    pub bill_country: Symbols,
    pub channel: Symbols,
    pub city: Symbols,
    pub payment_method: Symbols,
    pub card: Symbols,
    pub email: Symbols,
    pub device: Symbols,
    pub bill_postal_code: Symbols,
}

/// The symbols of `history`, one for each row of the table.
#[derive(Default)]
pub struct HistorySymbols {
    pub card: Symbols,
    pub email: Symbols,
    pub device: Symbols,
}

/// The symbols of `restrictions`, one for each row of the table.
#[derive(Default)]
pub struct RestrictionSymbols {
    pub channel: Symbols,
    pub country: Symbols,
    pub category: Symbols,
}

/// All symbols of a batch.
#[derive(Default)]
pub struct BatchSymbols {
    pub text: Text<Sym>,
    pub orders: OrderSymbols,
    pub history: HistorySymbols,
    pub restrictions: RestrictionSymbols,
    /// Of `items`, one for each row of the table.
    pub category: Symbols,
}

/// Interns the text columns of orders, history, items and restrictions.
pub fn symbols(
    orders: &schema::Orders,
    history: &schema::History,
    items: &schema::Items,
    restrictions: &schema::Restrictions,
) -> BatchSymbols {
    let kinds: [&[&Strs]; 8] = [
        &[&orders.card_hash, &history.card_hash],
        &[&orders.email_hash, &history.email_hash],
        &[&orders.device_hash, &history.device_hash],
        &[&orders.city],
        &[&orders.bill_postal_code],
        &[&orders.channel, &restrictions.channel],
        &[&orders.payment_method],
        &[&items.category, &restrictions.category],
    ];
    let (countries, classes) = rayon::join(
        || Countries::of(orders, restrictions),
        || {
            kinds
                .par_iter()
                .map(|columns| intern::classes(columns))
                .collect::<Vec<_>>()
        },
    );
    let Countries {
        mut text,
        country,
        ip_country,
        bill_country,
        ruled: ruled_country,
    } = countries;
    let bases: Vec<u32> = classes
        .iter()
        .scan(text.len() as u32, |next, kind| {
            let base = *next;
            *next += kind.len() as u32;
            Some(base)
        })
        .collect();
    let (columns, parts) = rayon::join(
        || {
            classes
                .par_iter()
                .zip(&bases)
                .map(|(kind, &base)| numbered(kind, base))
                .collect::<Vec<_>>()
        },
        || {
            let texts = classes.par_iter().skip(FINGERPRINTS);
            texts.map(Classes::text::<Sym>).collect::<Vec<_>>()
        },
    );
    let fingerprints = classes.iter().take(FINGERPRINTS);
    text.push_empty(fingerprints.map(Classes::len).sum());
    parts.iter().for_each(|part| text.append(part));
    let mut columns = columns.into_iter().flatten();
    let mut next = || columns.next().unwrap_or_default();
    let (card, old_card, email, old_email, device, old_device) =
        (next(), next(), next(), next(), next(), next());
    let (city, bill_postal_code, channel, ruled_channel, payment_method) =
        (next(), next(), next(), next(), next());
    let (category, ruled_category) = (next(), next());
    BatchSymbols {
        text,
        orders: OrderSymbols {
            country,
            ip_country,
            bill_country,
            channel,
            city,
            payment_method,
            card,
            email,
            device,
            bill_postal_code,
        },
        history: HistorySymbols {
            card: old_card,
            email: old_email,
            device: old_device,
        },
        restrictions: RestrictionSymbols {
            channel: ruled_channel,
            country: ruled_country,
            category: ruled_category,
        },
        category,
    }
}

/// Class numbers as symbols from `base` on.
fn numbered(classes: &Classes, base: u32) -> Vec<Symbols> {
    let symbol = |&number: &u32| (number != NONE).then(|| Sym(base + number));
    classes
        .of
        .par_iter()
        .map(|numbers| numbers.iter().map(symbol).collect())
        .collect()
}

/// Countries in upper case without blanks around them.
struct Countries {
    text: Text<Sym>,
    country: Vec<Sym>,
    ip_country: Symbols,
    bill_country: Symbols,
    /// Of `restrictions`.
    ruled: Symbols,
}

impl Countries {
    fn of(orders: &schema::Orders, restrictions: &schema::Restrictions) -> Countries {
        let mut text = Text::new();
        let none = text.push("");
        let mut known = FxHashMap::from_iter([(String::new(), none)]);
        let mut symbol = |country: &str| {
            let country = country.trim().to_ascii_uppercase();
            *known
                .entry(country)
                .or_insert_with_key(|country| text.push(country))
        };
        let country = orders.country.map(none, &mut symbol);
        let ip_country = orders.ip_country.map(None, |country| Some(symbol(country)));
        let bill_country = orders
            .bill_country
            .map(None, |country| Some(symbol(country)));
        let ruled = restrictions
            .country
            .map(None, |country| Some(symbol(country)));
        Countries {
            text,
            country,
            ip_country,
            bill_country,
            ruled,
        }
    }
}
