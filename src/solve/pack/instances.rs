//! Real parcels: 4,288 orders into four box types (the test data of the BoxPacker project).
//!
//! Run with `WAVECREST_BENCH` set to the folder that holds `boxpacker/`; skipped otherwise. The yardstick is BoxPacker's
//! own result, 1.063 boxes per order.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Bin, BoxItem, Limits, Scratch, min_bins, pack_best_fit, verify_packing};

fn numbers(row: &str, from: usize) -> Vec<i64> {
    let fields = row.split(',').skip(from);
    fields
        .filter_map(|field| field.trim().parse().ok())
        .collect()
}

#[test]
fn real_orders_take_few_boxes() {
    let Some(root) = std::env::var_os("WAVECREST_BENCH") else {
        println!("skipped: WAVECREST_BENCH is not set");
        return;
    };
    let folder = Path::new(&root).join("boxpacker");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let bins: Vec<Bin> = read("boxes.csv")
        .lines()
        .map(|row| {
            let n = numbers(row, 1);
            Bin {
                size: [n[4] as i32, n[5] as i32, n[6] as i32],
                max_weight: n[7] - n[3],
            }
        })
        .collect();
    // The fewest boxes: each costs the same, but for a trifle for its volume.
    let cost: Vec<i64> = bins
        .iter()
        .map(|bin| 1_000_000_000 + bin.volume())
        .collect();
    let mut orders: BTreeMap<String, Vec<BoxItem>> = BTreeMap::new();
    for row in read("items.csv").lines() {
        let n = numbers(row, 3);
        let quantity = numbers(row.split(',').nth(1).unwrap(), 0)[0];
        let item = BoxItem::new([n[0] as i32, n[1] as i32, n[2] as i32], n[3]);
        let order = orders
            .entry(row.split(',').next().unwrap().into())
            .or_default();
        order.extend(std::iter::repeat_n(item, quantity as usize));
    }
    let (mut boxes, mut bound, mut oversize) = (0, 0, 0);
    let (mut scratch, mut slowest) = (Scratch::default(), std::time::Duration::ZERO);
    let start = std::time::Instant::now();
    for items in orders.values() {
        let begin = std::time::Instant::now();
        let packing = pack_best_fit(&bins, &cost, items, &Limits::default(), &mut scratch);
        slowest = slowest.max(begin.elapsed());
        for packed in &packing.bins {
            verify_packing(&bins[packed.bin as usize], items, &packed.placements).unwrap();
        }
        boxes += packing.bins.len();
        oversize += packing.oversize.len();
        bound += min_bins(&bins, items);
    }
    println!(
        "{} orders, {boxes} boxes ({:.4} per order, at least {:.4}), {oversize} oversize, {:?}, slowest {slowest:?}",
        orders.len(),
        boxes as f64 / orders.len() as f64,
        bound as f64 / orders.len() as f64,
        start.elapsed(),
    );
    assert!((boxes as f64) < 1.063 * orders.len() as f64);
}
