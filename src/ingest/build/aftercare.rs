//! Returns and transport claims.

use rustc_hash::FxHashSet;

use super::Names;
use crate::ingest::faults::{At, Faults};
use crate::ingest::logical::{ClaimKind, Wants};
use crate::ingest::{rules, schema};
use crate::model::orders::{Claims, Returns};

/// Returns of known items to known facilities.
pub fn returns(t: &schema::Returns, faults: &mut Faults, names: Names) -> Returns {
    let mut returns = Returns::default();
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let (id, sku, facility) = (t.return_id.at(row), t.sku.at(row), t.facility_id.at(row));
        let item = rules::unknown_sku(names.items, sku).at("sku", sku)?;
        let facility =
            rules::unknown_facility(names.facilities, facility).at("facility_id", facility)?;
        if let Some(price) = t.unit_price[row] {
            rules::negative_price(price).at("unit_price", price)?;
        }
        rules::duplicate_key(&mut seen, id).at("return_id", id)?;
        Ok((item, facility))
    };
    for (row, (item, facility)) in faults.built(t.rows, check) {
        returns.id.push(t.return_id.at(row).to_owned());
        returns.order_id.push(t.order_id.at(row).to_owned());
        returns.line_no.push(t.line_no[row] as u32);
        returns.item.push(item);
        returns.quantity.push(t.quantity[row]);
        returns.unit_price.push(t.unit_price[row]);
        returns.reason.push(t.reason.at(row).to_owned());
        returns.condition.push(t.condition[row]);
        returns.received_at.push(t.received_at[row]);
        returns.facility.push(facility);
        returns.wants_exchange.push(t.wants[row] == Wants::Exchange);
        returns.row.push(row as u64);
    }
    returns
}

/// Claims; an item that is named must be known.
pub fn claims(t: &schema::Claims, faults: &mut Faults, names: Names) -> Claims {
    let mut claims = Claims::default();
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let sku = t.sku.get(row);
        let item = sku
            .map(|sku| rules::unknown_sku(names.items, sku).at("sku", sku))
            .transpose()?;
        if let Some(amount) = t.amount_cents[row] {
            rules::negative_price(amount).at("amount_cents", amount.0)?;
        }
        let id = t.claim_id.at(row);
        rules::duplicate_key(&mut seen, id).at("claim_id", id)?;
        Ok(item)
    };
    for (row, item) in faults.built(t.rows, check) {
        claims.id.push(t.claim_id.at(row).to_owned());
        claims.order_id.push(t.order_id.at(row).to_owned());
        claims.line_no.push(t.line_no[row].map(|line| line as u32));
        claims.item.push(item);
        claims.quantity.push(t.quantity[row]);
        claims.lost.push(t.kind[row] == ClaimKind::Lost);
        claims.amount.push(t.amount_cents[row]);
        claims.carrier.push(t.carrier.get(row).map(str::to_owned));
        claims.received_at.push(t.received_at[row]);
        claims.row.push(row as u64);
    }
    claims
}
