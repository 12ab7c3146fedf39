//! Where the stock stands: the `slots` and `layouts` tables.
//!
//! Every facility is a two-block parallel-aisle warehouse (Roodbergen, de Koster 2001, doi:10.1080/00207540110028128): a front, a middle and a rear
//! cross aisle, racks on both sides. Each stock row takes one to three slots whose quantities sum to its `on_hand`.
//! The layout grows with the number of slots: bays and aisles with its square root, levels from 4 to 8, about 12 % empty positions.
//! Storage is by popularity (class-based storage, Petersen 1999): slots of popular items near the depot, with Gaussian noise of
//! 12 % of the ranking; second and third slots of an item anywhere.
//! Memory: one facility at a time, about 50 bytes a position.

use std::fmt::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::columns::Columns;
use super::failure::Result;
use super::items::{Catalogue, sku_name};
use super::network::Network;
use super::rng::{Purpose, apportion, chance, stream};
use super::stock::{Stock, StockRow};
use super::writer::{TableSummary, TableWriter, in_order, write_table};

const BLOCKS: i64 = 2;
const BAY_MM: i64 = 1_000;
const AISLE_SPACING_MM: i64 = 3_600;
const CROSS_AISLE_MM: i64 = 3_000;
/// Units of one item in one slot before a second one is opened.
const SLOT_UNITS: i64 = 24;

/// Geometry of one facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub aisles: i64,
    pub bays_per_aisle: i64,
    pub levels: i64,
}

impl Layout {
    /// The smallest layout of good proportions for `slots` slots.
    pub fn new(slots: usize) -> Self {
        let wanted = (slots as f64 * 1.12).max(1.0);
        let levels = (4 + slots as i64 / 50_000).min(8);
        let columns = wanted / (2 * BLOCKS * levels) as f64;
        // An aisle is 3.6 m from the next, a bay 1 m wide: twice as many bays as aisles make a room of about 2 : 1.
        let bays_per_aisle = ((columns * 2.0).sqrt().ceil() as i64).clamp(8, 150);
        let aisles = ((columns / bays_per_aisle as f64).ceil() as i64).max(2);
        Self {
            aisles,
            bays_per_aisle,
            levels,
        }
    }

    pub fn depot_aisle(&self) -> i64 {
        self.aisles / 2
    }

    /// All positions, nearest to the depot first, ground level before upper levels in the same bay.
    fn positions(&self) -> Vec<Position> {
        let mut positions = Vec::new();
        for block in 0..BLOCKS {
            for aisle in 0..self.aisles {
                for bay in 0..self.bays_per_aisle {
                    let along =
                        (block * self.bays_per_aisle + bay) * BAY_MM + block * CROSS_AISLE_MM;
                    let across = (aisle - self.depot_aisle()).abs() * AISLE_SPACING_MM;
                    for place in 0..2 * self.levels {
                        let (level, right) = (place / 2, place % 2 == 1);
                        positions.push((
                            along + across + level * 400,
                            Position {
                                block,
                                aisle,
                                bay,
                                level,
                                right,
                            },
                        ));
                    }
                }
            }
        }
        // Stable: equal distances stay in walking order.
        positions.sort_by_key(|(distance, _)| *distance);
        positions
            .into_iter()
            .map(|(_, position)| position)
            .collect()
    }
}

#[derive(Clone, Copy, Debug)]
struct Position {
    block: i64,
    aisle: i64,
    bay: i64,
    level: i64,
    right: bool,
}

/// One row of `slots`.
#[derive(Clone, Copy, Debug)]
struct Slot {
    item: u32,
    quantity: i64,
    position: Position,
}

/// Writes both tables.
pub fn write(
    folder: &Path,
    seed: u64,
    stock: &Stock,
    catalogue: &Catalogue,
    network: &Network,
) -> Result<Vec<TableSummary>> {
    let (mut writer, encoder) =
        TableWriter::create(folder, "slots", &slot_rows(&[], "", catalogue, 1)?)?;
    let mut layouts = Vec::new();
    let make = |facility: usize| {
        let (layout, slots) = arrange(seed, facility, &stock.rows[facility]);
        let batch = slot_rows(
            &slots,
            &network.facilities[facility].id,
            catalogue,
            layout.aisles,
        )?;
        Ok((layout, encoder.encode(&batch)?))
    };
    in_order(network.facilities.len(), make, |(layout, encoded)| {
        layouts.push(layout);
        writer.append(encoded)
    })?;
    let make = |from: usize, to: usize| layout_rows(&layouts[from..to], network);
    let layouts_table = write_table(
        folder,
        "layouts",
        network.facilities.len(),
        usize::MAX / 2,
        make,
    )?;
    Ok(vec![writer.close()?, layouts_table])
}

/// Slots of one facility in walking order (block, aisle, bay).
fn arrange(seed: u64, facility: usize, rows: &[StockRow]) -> (Layout, Vec<Slot>) {
    let mut rng = stream(seed, Purpose::Slots, facility as u64);
    let mut wanted: Vec<(f64, u32, i64)> = Vec::new();
    for (rank, row) in rows.iter().enumerate() {
        let popularity = rank as f64 / rows.len() as f64;
        for (part, quantity) in split(row.on_hand, &mut rng).into_iter().enumerate() {
            let near = popularity + 0.12 * rng.sample::<f64, _>(StandardNormal);
            let key = if part == 0 { near } else { rng.random::<f64>() };
            wanted.push((key, row.item, quantity));
        }
    }
    wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let layout = Layout::new(wanted.len());
    let positions = layout.positions();
    let mut slots: Vec<Slot> = wanted
        .iter()
        .enumerate()
        .map(|(index, &(_, item, quantity))| {
            // Empty positions are spread evenly.
            let position = positions[index * positions.len() / wanted.len()];
            Slot {
                item,
                quantity,
                position,
            }
        })
        .collect();
    slots.sort_by_key(|slot| {
        let at = slot.position;
        (at.block, at.aisle, at.bay, at.level, at.right)
    });
    (layout, slots)
}

/// One to three parts, none of them empty; nothing for an empty row.
fn split(on_hand: i64, rng: &mut impl Rng) -> Vec<i64> {
    let most = match on_hand {
        0 => return Vec::new(),
        1 => 1,
        2..=SLOT_UNITS => 1 + i64::from(chance(rng, 0.08)),
        _ => rng.random_range(2..=3),
    };
    let parts = most.min(on_hand) as usize;
    let weights: Vec<f64> = (0..parts).map(|_| rng.random_range(0.5..1.5)).collect();
    let extra = apportion(on_hand - parts as i64, &weights);
    extra.into_iter().map(|units| units + 1).collect()
}

fn slot_rows(
    slots: &[Slot],
    facility: &str,
    catalogue: &Catalogue,
    aisles: i64,
) -> Result<RecordBatch> {
    let at = |value: fn(&Position) -> i64| slots.iter().map(move |slot| value(&slot.position));
    let zone =
        |slot: &Slot| ["A", "B", "C", "D"][(slot.position.aisle * 4 / aisles).clamp(0, 3) as usize];
    Columns::new(slots.len())
        .text("facility_id", slots.iter().map(|_| facility))
        .formatted("slot_id", |row, text| {
            let at = slots[row].position;
            let side = if at.right { 'R' } else { 'L' };
            let _ = write!(
                text,
                "{}-{:03}-{:03}-{}{side}",
                at.block, at.aisle, at.bay, at.level
            );
        })
        .formatted("sku", |row, text| {
            sku_name(catalogue.sku[slots[row].item as usize], text)
        })
        .integer("quantity", slots.iter().map(|slot| slot.quantity))
        .text("zone", slots.iter().map(zone))
        .integer("block", at(|position| position.block))
        .integer("aisle", at(|position| position.aisle))
        .integer("bay", at(|position| position.bay))
        .integer("level", at(|position| position.level))
        .text(
            "side",
            slots
                .iter()
                .map(|slot| if slot.position.right { "right" } else { "left" }),
        )
        .finish()
}

fn layout_rows(layouts: &[Layout], network: &Network) -> Result<RecordBatch> {
    let fixed = |value: i64| layouts.iter().map(move |_| value);
    let ids = network.facilities.iter().take(layouts.len());
    Columns::new(layouts.len())
        .text("facility_id", ids.map(|facility| facility.id.as_str()))
        .integer("blocks", fixed(BLOCKS))
        .integer("aisles", layouts.iter().map(|layout| layout.aisles))
        .integer(
            "bays_per_aisle",
            layouts.iter().map(|layout| layout.bays_per_aisle),
        )
        .integer("bay_mm", fixed(BAY_MM))
        .integer("aisle_spacing_mm", fixed(AISLE_SPACING_MM))
        .integer("cross_aisle_mm", fixed(CROSS_AISLE_MM))
        .integer("depot_aisle", layouts.iter().map(Layout::depot_aisle))
        .integer("depot_block", fixed(0))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_sum_to_the_stock_and_stand_in_different_places() {
        let rows: Vec<StockRow> = (0..3_000)
            .map(|item| StockRow {
                item,
                on_hand: i64::from(item % 97),
                reserved: 0,
                safety: 0,
            })
            .collect();
        let (layout, slots) = arrange(4, 1, &rows);
        let mut sums = vec![0; rows.len()];
        let mut counts = vec![0; rows.len()];
        let mut places = std::collections::BTreeSet::new();
        for slot in &slots {
            assert!(slot.quantity > 0);
            let at = slot.position;
            assert!(
                at.aisle < layout.aisles
                    && at.bay < layout.bays_per_aisle
                    && at.level < layout.levels
            );
            assert!(places.insert((at.block, at.aisle, at.bay, at.level, at.right)));
            sums[slot.item as usize] += slot.quantity;
            counts[slot.item as usize] += 1;
        }
        assert!(
            rows.iter()
                .all(|row| sums[row.item as usize] == row.on_hand)
        );
        assert!(counts.iter().all(|count| *count <= 3));
    }

    #[test]
    fn layouts_have_room_at_every_size() {
        for slots in [0, 1, 10, 500, 20_000, 200_000, 700_000] {
            let layout = Layout::new(slots);
            assert!(
                2 * BLOCKS * layout.aisles * layout.bays_per_aisle * layout.levels >= slots as i64
            );
            assert_eq!(
                layout.positions().len() as i64,
                2 * BLOCKS * layout.aisles * layout.bays_per_aisle * layout.levels
            );
        }
    }
}
