//! Items, what they are packed in, and the stock of them.

use rustc_hash::FxHashSet;

use super::Names;
use crate::ingest::faults::{At, Blame, Faults};
use crate::ingest::intern::Known;
use crate::ingest::{rules, schema};
use crate::model::catalog::{Cartons, Inventory, Items, Stock};
use crate::model::csr::Csr;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::units::Grams;

/// Items without their categories, and the row of each.
pub fn items(t: &schema::Items, faults: &mut Faults) -> (Items, Vec<usize>) {
    let mut items = Items::default();
    let mut rows = Vec::with_capacity(t.rows);
    let mut seen = FxHashSet::default();
    for (row, (size, weight)) in faults.built(t.rows, |row| item(t, row, &mut seen)) {
        rows.push(row);
        items.sku.push(t.sku.at(row));
        items.size.push(size);
        items.weight.push(weight);
        items.unit_cost.push(t.unit_cost[row]);
        items.fragile.push(t.fragile[row]);
        items.hazmat.push(t.hazmat[row]);
        items.keep_upright.push(t.keep_upright[row]);
        items.max_stack.push(t.max_stack[row] as u32);
        items.handling_units.push(t.handling_units[row] as u32);
    }
    (items, rows)
}

fn item<'a>(
    t: &'a schema::Items,
    row: usize,
    seen: &mut FxHashSet<&'a str>,
) -> Result<([i32; 3], Grams), Blame> {
    let size = size([t.length_mm[row], t.width_mm[row], t.height_mm[row]])?;
    let grams = t.weight_g[row];
    rules::bad_dimensions(grams, rules::MAX_WEIGHT_G).at("weight_g", grams)?;
    if let Some(cost) = t.unit_cost[row] {
        rules::negative_price(cost).at("unit_cost", cost)?;
    }
    let sku = t.sku.at(row);
    rules::duplicate_key(seen, sku).at("sku", sku)?;
    Ok((size, Grams(grams)))
}

/// Length, width and height.
fn size(sides: [i64; 3]) -> Result<[i32; 3], Blame> {
    for (side, column) in sides
        .into_iter()
        .zip(["length_mm", "width_mm", "height_mm"])
    {
        rules::bad_dimensions(side, rules::MAX_LENGTH_MM).at(column, side)?;
    }
    Ok(sides.map(|side| side as i32))
}

/// Box types; `None` as facility: everywhere.
pub fn cartons(
    t: &schema::Cartons,
    faults: &mut Faults,
    facilities: &Known<FacilityIdx>,
) -> Cartons {
    let mut cartons = Cartons::default();
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let size = size([t.length_mm[row], t.width_mm[row], t.height_mm[row]])?;
        let facility = facility_or_all(t.facility_id.get(row), facilities)?;
        rules::negative_price(t.cost_cents[row]).at("cost_cents", t.cost_cents[row].0)?;
        let id = t.carton_id.at(row);
        rules::duplicate_key(&mut seen, (id, facility)).at("carton_id", id)?;
        Ok((size, facility))
    };
    for (row, (size, facility)) in faults.built(t.rows, check) {
        cartons.id.push(t.carton_id.at(row));
        cartons.size.push(size);
        cartons.tare.push(Grams(t.tare_g[row]));
        cartons.max_weight.push(Grams(t.max_weight_g[row]));
        cartons.cost.push(t.cost_cents[row]);
        cartons.facility.push(facility);
    }
    cartons
}

/// A facility that is named, or all.
pub fn facility_or_all(
    id: Option<&str>,
    facilities: &Known<FacilityIdx>,
) -> Result<Option<FacilityIdx>, Blame> {
    id.map(|id| rules::unknown_facility(facilities, id).at("facility_id", id))
        .transpose()
}

/// Stock by item and, within it, by facility.
pub fn inventory(t: &schema::Inventory, faults: &mut Faults, names: Names) -> Inventory {
    let mut seen = FxHashSet::default();
    seen.reserve(t.rows);
    let check = |row: usize| {
        let cell = stock(t, row, names)?;
        let key = (cell.0, cell.1.facility);
        rules::duplicate_key(&mut seen, key).at("sku", t.sku.at(row))?;
        Ok(cell)
    };
    let mut cells: Vec<(ItemIdx, Stock)> = faults
        .built(t.rows, check)
        .into_iter()
        .map(|(_, cell)| cell)
        .collect();
    cells.sort_by_key(|&(item, stock)| (item, stock.facility));
    Inventory {
        by_item: Csr::from_pairs(names.items.len(), &cells),
    }
}

fn stock(t: &schema::Inventory, row: usize, names: Names) -> Result<(ItemIdx, Stock), Blame> {
    let (facility, sku) = (t.facility_id.at(row), t.sku.at(row));
    let units = |units, column| rules::bad_quantity(units).at(column, units);
    let stock = Stock {
        facility: rules::unknown_facility(names.facilities, facility)
            .at("facility_id", facility)?,
        on_hand: units(t.on_hand[row], "on_hand")?,
        reserved: units(t.reserved[row], "reserved")?,
        safety: units(t.safety_stock[row], "safety_stock")?,
    };
    Ok((rules::unknown_sku(names.items, sku).at("sku", sku)?, stock))
}
