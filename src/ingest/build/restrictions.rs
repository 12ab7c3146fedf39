//! Which facilities serve what.
//!
//! A row is a rule that people rely on, so none is lost quietly: what matches nothing in this batch is told in a note, and a row
//! for an item that is not there is rejected *and* kept as one that matches nothing, since an `only` row closes its facility to the rest.

use rustc_hash::FxHashSet;

use super::Names;
use super::customers::CustomerColumn;
use super::symbols::RestrictionSymbols;
use crate::ingest::faults::{At, Faults};
use crate::ingest::{rules, schema};
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::Idx;
use crate::model::restrictions::Restriction;

/// Rows that a note names.
const NAMED: usize = 3;

/// Usable rows with their numbers, in order. Customers, channels, countries, categories and items that nobody has match nothing;
/// facilities must be known.
pub fn restrictions(
    t: &schema::Restrictions,
    faults: &mut Faults,
    names: Names,
    customer: &CustomerColumn,
    symbols: &RestrictionSymbols,
) -> Vec<(usize, Restriction)> {
    let check = |row: usize| {
        let facility = t.facility_id.at(row);
        let facility =
            rules::unknown_facility(names.facilities, facility).at("facility_id", facility)?;
        let item = t.sku.get(row);
        let item = item.map(|sku| rules::unknown_sku(names.items, sku));
        Ok(Restriction {
            kind: t.rule[row],
            facility,
            customer: customer[row],
            channel: symbols.channel[row],
            country: symbols.country[row],
            category: symbols.category[row],
            item: item.map(|item| item.unwrap_or(Restriction::NO_ITEM)),
        })
    };
    let built = faults.built(t.rows, check);
    for (row, restriction) in &built {
        if restriction.item == Some(Restriction::NO_ITEM) {
            faults.add(*row, "sku", Code::UnknownSku, t.sku.at(*row));
        }
    }
    built
}

/// A note on rows with a condition that no order and no item of the batch meets.
pub fn idle(
    t: &schema::Restrictions,
    rows: &[(usize, Restriction)],
    batch: &Batch,
) -> Option<String> {
    let orders = &batch.orders;
    let customers: FxHashSet<_> = orders.customer.iter().flatten().collect();
    let channels: FxHashSet<_> = orders.channel.iter().flatten().collect();
    let countries: FxHashSet<_> = batch.destinations.country.iter().collect();
    let categories: FxHashSet<_> = batch.items.category.iter().flatten().collect();
    let unmet = |(row, rule): &(usize, Restriction)| {
        let conditions = [
            (
                "customer_id",
                rule.customer.is_some_and(|c| !customers.contains(&c)),
                &t.customer_id,
            ),
            (
                "channel",
                rule.channel.is_some_and(|c| !channels.contains(&c)),
                &t.channel,
            ),
            (
                "country",
                rule.country.is_some_and(|c| !countries.contains(&c)),
                &t.country,
            ),
            (
                "category",
                rule.category.is_some_and(|c| !categories.contains(&c)),
                &t.category,
            ),
            (
                "sku",
                rule.item
                    .is_some_and(|item| item.index() >= batch.items.len()),
                &t.sku,
            ),
        ];
        let unmet = conditions.into_iter().find(|(_, unmet, _)| *unmet)?;
        let (kind, facility) = (rule.kind.name(), &batch.facilities[rule.facility].id);
        let (name, value) = (unmet.0, unmet.2.at(*row));
        Some(format!("row {row} ({kind}, {facility}): {name} {value:?}"))
    };
    let idle: Vec<String> = rows.iter().filter_map(unmet).collect();
    let more = match idle.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let named = idle[..idle.len().min(NAMED)].join(", ");
    (!idle.is_empty()).then(|| {
        format!("restrictions that nothing in this batch meets, so that `never` bars nothing and `only` opens nothing: {named}{more}")
    })
}
