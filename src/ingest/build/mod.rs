//! Tables to the batch: one copy, dense numbers for names, and the rules on what rows mean together.
//!
//! Items and facilities come first because all other tables refer to them; then everything is worked on at a time.

mod aftercare;
mod catalog;
mod customers;
mod facilities;
mod lines;
mod order_ids;
mod orders;
mod rates;
mod restrictions;
mod slots;
mod symbols;
mod unread;

use super::faults::Noted;
use super::intern::Known;
use super::rows::Rows;
use super::schema::{self, Tables};
use crate::model::Batch;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::lanes::Lanes;
use crate::model::orders::Lines;
use crate::model::plan::Rejects;

/// The names that other tables refer to.
#[derive(Clone, Copy)]
struct Names<'a> {
    items: &'a Known<ItemIdx>,
    facilities: &'a Known<FacilityIdx>,
}

/// What was sold: which rows are orders, and their lines.
struct Sold {
    rows: Rows,
    lines: Lines,
    of_orders: lines::OfOrders,
    currency: String,
}

/// Builds the batch without losing a row: what is not in it is in the rejects, by table and row. Notes what had to be assumed.
pub fn batch(mut t: Tables, notes: &mut Vec<String>) -> (Batch, Rejects) {
    let (mut items, item_rows) = catalog::items(&t.items.table, &mut t.items.faults);
    let facilities = facilities::facilities(&t.facilities.table, &mut t.facilities.faults);
    let known_items = Known::of(items.sku.iter());
    let known_facilities = Known::of(facilities.iter().map(|facility| facility.id.as_str()));
    let names = Names {
        items: &known_items,
        facilities: &known_facilities,
    };

    let rates = rates::rate_card(&mut t, names.facilities);
    let (past, new) = (&t.history.table, &t.orders.table);
    let (faults, order_lines, fx) = (&mut t.orders.faults, &mut t.order_lines, &mut t.fx);
    let (customers, category) = (&mut t.customers, &t.items.table);
    let ruled = &t.restrictions.table;
    let layouts = (&t.layouts.table, &mut t.layouts.faults);
    let slots = (&t.slots.table, &mut t.slots.faults);
    let stock = (&t.inventory.table, &mut t.inventory.faults);
    let carriers = rates.carriers.len();
    let ((sold, (people, (inventory, warehouses))), (symbols, (destinations, dest), lanes)) =
        rayon::join(
            || {
                let people = || {
                    let faults = &mut customers.faults;
                    customers::customers(&customers.table, faults, new, past, ruled)
                };
                let stores = || {
                    let warehouses =
                        slots::warehouses(layouts, slots, facilities.len(), names, notes);
                    (catalog::inventory(stock.0, stock.1, names), warehouses)
                };
                rayon::join(
                    || sold(new, faults, order_lines, fx, names),
                    || rayon::join(people, stores),
                )
            },
            || {
                let symbols = symbols::symbols(new, past, category, ruled);
                let (places, dest) = orders::destinations(new, &symbols.orders.country);
                let zones = &rates.zone_rows;
                let lanes = Lanes::resolve(zones, carriers, &facilities, &places, &symbols.text);
                (symbols, (places, dest), lanes)
            },
        );
    let (customers, [buyer, past_buyer, ruled]) = people;
    items.category = item_rows.iter().map(|&row| symbols.category[row]).collect();
    let history = customers::history(past, &t.history.faults, &past_buyer, &symbols.history);
    let mut orders = {
        let Noted { table, faults, .. } = &mut t.orders;
        orders::orders(table, faults, &sold.rows, dest, buyer, symbols.orders)
    };
    orders.first_line = sold.of_orders.first_line;
    orders.lines_dropped = sold.of_orders.dropped.into();
    let mut batch = Batch {
        orders,
        lines: sold.lines,
        unread_lines: sold.of_orders.unread,
        inventory,
        warehouses,
        cartons: catalog::cartons(&t.cartons.table, &mut t.cartons.faults, names.facilities),
        returns: aftercare::returns(&t.returns.table, &mut t.returns.faults, names),
        claims: aftercare::claims(&t.claims.table, &mut t.claims.faults, names),
        rates,
        destinations,
        customers,
        history,
        symbols: symbols.text,
        currency: sold.currency,
        ..Batch::default()
    };
    let ruled = {
        let Noted { table, faults, .. } = &mut t.restrictions;
        restrictions::restrictions(table, faults, names, &ruled, &symbols.restrictions)
    };
    batch.items = items;
    batch.facilities = facilities;
    notes.extend(restrictions::idle(&t.restrictions.table, &ruled, &batch));
    batch.restrictions = ruled.into_iter().map(|(_, row)| row).collect();
    batch.rates.lanes = lanes;
    (batch, rejects(t))
}

/// Orders by id, the batch's currency, and the lines.
fn sold(
    new: &schema::Orders,
    faults: &mut super::faults::Faults,
    order_lines: &mut Noted<schema::OrderLines>,
    fx: &mut Noted<schema::Fx>,
    names: Names,
) -> Sold {
    let currency = orders::currency(new, faults, (&fx.table, &mut fx.faults));
    let ids = order_ids::resolve(&new.order_id, &order_lines.table.order_id, faults);
    let links = lines::Links {
        order: ids.of_line,
        orders: ids.rows.len(),
        rates: if currency.rates.is_empty() {
            Vec::new()
        } else {
            ids.rows.take(currency.rates)
        },
        items: names.items,
    };
    let (lines, of_orders) = lines::lines(&mut order_lines.table, &mut order_lines.faults, links);
    Sold {
        rows: ids.rows,
        lines,
        of_orders,
        currency: currency.own,
    }
}

/// All faults, in the order of the tables and their rows.
fn rejects(t: Tables) -> Rejects {
    let mut rejects = Rejects::default();
    let (orders, lines, returns, claims) = (t.orders, t.order_lines, t.returns, t.claims);
    orders
        .faults
        .reject(&mut rejects, |row| orders.table.order_id.get(row));
    lines
        .faults
        .reject(&mut rejects, |row| lines.table.order_id.get(row));
    let others = [
        t.items.faults,
        t.facilities.faults,
        t.inventory.faults,
        t.restrictions.faults,
        t.slots.faults,
        t.layouts.faults,
        t.carrier_services.faults,
        t.rates.faults,
        t.zones.faults,
        t.surcharges.faults,
        t.cartons.faults,
        t.customers.faults,
        t.history.faults,
    ];
    others
        .into_iter()
        .for_each(|faults| faults.reject(&mut rejects, |_| None));
    returns
        .faults
        .reject(&mut rejects, |row| returns.table.order_id.get(row));
    claims
        .faults
        .reject(&mut rejects, |row| claims.table.order_id.get(row));
    t.fx.faults.reject(&mut rejects, |_| None);
    // Giving back some hundred megabytes takes as long as a stage of reading them; nobody waits for it.
    rayon::spawn(move || drop((orders.table, lines.table)));
    rejects
}
