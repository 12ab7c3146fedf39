//! Where items lie in each facility, and the geometry to walk in.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Names;
use crate::ingest::faults::{At, Blame, Faults};
use crate::ingest::logical::Closed;
use crate::ingest::{rules, schema};
use crate::model::ids::{FacilityIdx, Idx, IdxVec, ItemIdx};
use crate::model::warehouse::{Layout, OneWay, Place, Warehouse};

/// Blocks, aisles and bays.
type Extent = [u32; 3];

/// A row of `slots` that refers to a known facility and item.
struct Slot {
    facility: FacilityIdx,
    item: ItemIdx,
    quantity: u32,
    place: Place,
}

/// Layouts as given, or inferred from the slots; then the slots that lie within them.
pub fn warehouses(
    layouts: (&schema::Layouts, &mut Faults),
    slots: (&schema::Slots, &mut Faults),
    facilities: usize,
    names: Names,
    notes: &mut Vec<String>,
) -> IdxVec<FacilityIdx, Warehouse> {
    let (t, faults) = slots;
    let found: Vec<(usize, Slot)> = faults.built(t.rows, |row| slot(t, row, names));
    let mut extents: Vec<Option<Extent>> = vec![None; facilities];
    for (
        _,
        Slot {
            facility, place, ..
        },
    ) in &found
    {
        let extent = extents[facility.index()].get_or_insert([1; 3]);
        for (extent, at) in extent.iter_mut().zip([place.block, place.aisle, place.bay]) {
            *extent = (*extent).max(u32::from(at) + 1);
        }
    }
    let given = given_layouts(layouts, &extents, names);
    let mut warehouses: IdxVec<FacilityIdx, Warehouse> = extents
        .iter()
        .enumerate()
        .map(|(i, extent)| {
            let mut warehouse = Warehouse::default();
            let infer = || extent.map(|extent| inferred(i, extent, t, &found, notes));
            warehouse.layout = given.get(&i).copied().or_else(infer);
            warehouse
        })
        .collect();
    place_slots(t, faults, found, &mut warehouses);
    warehouses
        .as_mut_slice()
        .iter_mut()
        .for_each(Warehouse::index);
    warehouses
}

fn slot(t: &schema::Slots, row: usize, names: Names) -> Result<Slot, Blame> {
    let (facility, sku, units) = (t.facility_id.at(row), t.sku.at(row), t.quantity[row]);
    Ok(Slot {
        facility: rules::unknown_facility(names.facilities, facility)
            .at("facility_id", facility)?,
        item: rules::unknown_sku(names.items, sku).at("sku", sku)?,
        quantity: rules::bad_quantity(units).at("quantity", units)?,
        place: Place {
            block: t.block[row] as u16,
            aisle: t.aisle[row] as u16,
            bay: t.bay[row] as u16,
            level: t.level[row] as u16,
        },
    })
}

/// Usable rows of `layouts` by facility; what a row leaves open is as large as the slots need.
fn given_layouts(
    (t, faults): (&schema::Layouts, &mut Faults),
    extents: &[Option<Extent>],
    names: Names,
) -> FxHashMap<usize, Layout> {
    let mut seen = FxHashSet::default();
    let check = |row: usize| {
        let id = t.facility_id.at(row);
        let facility = rules::unknown_facility(names.facilities, id).at("facility_id", id)?;
        let extent = extents[facility.index()].unwrap_or([1; 3]);
        let size = |given: Option<i64>, needed: u32| given.map_or(needed, |given| given as u32);
        let layout = Layout {
            blocks: size(t.blocks[row], extent[0]),
            aisles: size(t.aisles[row], extent[1]),
            bays_per_aisle: size(t.bays_per_aisle[row], extent[2]),
            bay_mm: t.bay_mm[row] as u32,
            aisle_spacing_mm: t.aisle_spacing_mm[row] as u32,
            cross_aisle_mm: t.cross_aisle_mm[row] as u32,
            depot_aisle: t.depot_aisle[row] as u32,
            depot_block: t.depot_block[row] as u32,
            one_way: t.one_way[row],
        };
        let within = |value: u32, most: u32, column| {
            rules::overflow(value, &(0..=i64::from(most))).at(column, value)
        };
        within(layout.depot_aisle, layout.aisles - 1, "depot_aisle")?;
        within(layout.depot_block, layout.blocks, "depot_block")?;
        rules::no_way_home(&layout).at("one_way", layout.one_way.name())?;
        rules::duplicate_key(&mut seen, facility).at("facility_id", id)?;
        Ok((facility.index(), layout))
    };
    faults
        .built(t.rows, check)
        .into_iter()
        .map(|(_, layout)| layout)
        .collect()
}

/// The layout of a facility that has slots but no row in `layouts`.
fn inferred(
    facility: usize,
    [blocks, aisles, bays_per_aisle]: Extent,
    t: &schema::Slots,
    found: &[(usize, Slot)],
    notes: &mut Vec<String>,
) -> Layout {
    let row = found
        .iter()
        .find(|(_, slot)| slot.facility.index() == facility)
        .map_or(0, |&(row, _)| row);
    notes.push(format!(
        "layouts: none for facility {}; its slots need {blocks} block(s) of {aisles} aisles with {bays_per_aisle} bays, \
         and distances are those of the schema's defaults",
        t.facility_id.at(row)
    ));
    Layout {
        blocks,
        aisles,
        bays_per_aisle,
        bay_mm: schema::BAY_MM as u32,
        aisle_spacing_mm: schema::AISLE_SPACING_MM as u32,
        cross_aisle_mm: schema::CROSS_AISLE_MM as u32,
        depot_aisle: 0,
        depot_block: 0,
        one_way: OneWay::No,
    }
}

/// Puts slots into their facilities, unless they lie outside or have been seen before.
fn place_slots(
    t: &schema::Slots,
    faults: &mut Faults,
    found: Vec<(usize, Slot)>,
    warehouses: &mut IdxVec<FacilityIdx, Warehouse>,
) {
    let mut seen = FxHashSet::default();
    seen.reserve(found.len());
    for (row, slot) in found {
        let warehouse = &mut warehouses[slot.facility];
        let checked = warehouse
            .layout
            .map_or(Ok(slot.place), |layout| {
                rules::slot_outside_layout(slot.place, &layout)
            })
            .at(
                "aisle",
                format!(
                    "block {} aisle {} bay {}",
                    slot.place.block, slot.place.aisle, slot.place.bay
                ),
            )
            .and_then(|_| {
                let id = t.slot_id.at(row);
                rules::duplicate_key(&mut seen, (slot.facility, id)).at("slot_id", id)
            });
        if faults.row(row, checked).is_some() {
            warehouse.slot_id.push(t.slot_id.at(row));
            warehouse.item.push(slot.item);
            warehouse.quantity.push(slot.quantity);
            warehouse.place.push(slot.place);
            warehouse.zone.push(t.zone.at(row));
        }
    }
}
