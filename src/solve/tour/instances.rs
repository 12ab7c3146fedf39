//! Public instances of the single picker routing problem with known optima (Hessler and Irnich 2024; one slot per article).
//!
//! Lengths in these files are cells; half a cell is our unit, so that the middle of a cell is an integer. Run with
//! `WAVECREST_BENCH` set to the folder that holds `sprp/`; skipped otherwise.

use std::path::Path;

use super::{Bay, Layout, OneWay, Scratch, shortest_tour};

const HALVES: i64 = 2;

fn number(text: &str, key: &str) -> i64 {
    let line = text.lines().find(|line| line.starts_with(key));
    let value = line.and_then(|line| line.split(" : ").nth(1));
    value
        .and_then(|v| v.trim().parse().ok())
        .unwrap_or_else(|| panic!("no {key}"))
}

fn layout(text: &str, blocks: u32) -> Layout {
    Layout {
        blocks,
        aisles: number(text, "NUM_AISLES") as u32,
        bays_per_block: number(text, "NUM_CELLS") as u32 / blocks,
        bay_mm: HALVES * number(text, "DISTANCE_CELL_TO_CELL"),
        aisle_spacing_mm: HALVES * number(text, "DISTANCE_AISLE_TO_AISLE"),
        cross_aisle_mm: HALVES,
        depot_aisle: number(text, "DEPOT_AISLE") as u32,
        // Cells are counted from the top, the depot lies at the bottom.
        depot_block: blocks,
        one_way: OneWay::No,
    }
}

fn stops(text: &str, layout: &Layout) -> Vec<Bay> {
    let slots = text.lines().filter(|line| line.contains(" CELL "));
    slots
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (aisle, cell): (u32, u32) = (words[3].parse().unwrap(), words[5].parse().unwrap());
            Bay {
                block: cell / layout.bays_per_block,
                aisle,
                bay: cell % layout.bays_per_block,
            }
        })
        .collect()
}

#[test]
fn known_optima_of_one_and_two_blocks() {
    let Some(root) = std::env::var_os("WAVECREST_BENCH") else {
        println!("skipped: WAVECREST_BENCH is not set");
        return;
    };
    let folder = Path::new(&root).join("sprp");
    let optima = std::fs::read_to_string(folder.join("optimal.csv")).unwrap();
    let mut scratch = Scratch::default();
    let mut checked = 0;
    for row in optima.lines().skip(1).filter(|row| row.contains("_F1_")) {
        let fields: Vec<&str> = row.split(',').collect();
        let bytes = std::fs::read(folder.join("instances").join(fields[0])).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let layout = layout(&text, fields[1].parse().unwrap());
        let tour = shortest_tour(&layout, &stops(&text, &layout), &mut scratch);
        let optimum: i64 = fields[2].parse().unwrap();
        assert_eq!(tour.length_mm, HALVES * optimum, "{row}");
        checked += 1;
    }
    println!("{checked} optima confirmed");
    assert!(checked > 0);
}
