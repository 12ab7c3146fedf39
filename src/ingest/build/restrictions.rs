//! Which facilities serve what.

use super::Names;
use super::customers::CustomerColumn;
use super::symbols::RestrictionSymbols;
use crate::ingest::faults::{At, Faults};
use crate::ingest::{rules, schema};
use crate::model::restrictions::Restriction;

/// Usable rows, in order. Customers, channels, countries and categories that nobody has match nothing; facilities and items must
/// be known.
pub fn restrictions(
    t: &schema::Restrictions,
    faults: &mut Faults,
    names: Names,
    customer: &CustomerColumn,
    symbols: &RestrictionSymbols,
) -> Vec<Restriction> {
    let check = |row: usize| {
        let facility = t.facility_id.at(row);
        let facility =
            rules::unknown_facility(names.facilities, facility).at("facility_id", facility)?;
        let item = t.sku.get(row);
        let item = item.map(|sku| rules::unknown_sku(names.items, sku).at("sku", sku));
        Ok(Restriction {
            kind: t.rule[row],
            facility,
            customer: customer[row],
            channel: symbols.channel[row],
            country: symbols.country[row],
            category: symbols.category[row],
            item: item.transpose()?,
        })
    };
    let built = faults.built(t.rows, check);
    built.into_iter().map(|(_, row)| row).collect()
}
