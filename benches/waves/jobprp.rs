//! Public instances of the joint order batching and picker routing problem (Henn and Wäscher 2012), read from the folder named by
//! `WAVECREST_BENCH=FOLDER WAVES_ROUNDS=200 cargo bench --bench waves`

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;

use wavecrest::solve::tour::{Bay, Layout, Scratch, tour_length};
use wavecrest::stages::waves::batch::{Effort, Jobs, Rules, form};

struct Instance {
    floor: Layout,
    jobs: Jobs,
    capacity: i64,
}

/// Millimetres per unit of the files.
const SCALE: f64 = 1_000.0;

fn read(path: &Path) -> Instance {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut heads: HashMap<&str, &str> = HashMap::new();
    let mut place: HashMap<u32, Bay> = HashMap::new();
    let mut orders: Vec<Vec<u32>> = Vec::new();
    let mut in_orders = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.starts_with("ORDER_SECTION") {
            in_orders = true;
        } else if let Some((key, value)) = line.split_once(" : ") {
            heads.insert(key.trim(), value.trim());
            if key.trim() == "NUM_ARTICLES_IN_ORDER" {
                orders.push(Vec::new());
            }
        } else if in_orders && words.first() == Some(&"ID") {
            orders.last_mut().unwrap().push(words[1].parse().unwrap());
        } else if words.get(2) == Some(&"AISLE") {
            place.insert(
                words[1].parse().unwrap(),
                Bay {
                    block: 0,
                    aisle: words[3].parse().unwrap(),
                    bay: words[5].parse().unwrap(),
                },
            );
        }
    }
    let number = |key: &str| heads[key].parse::<f64>().unwrap();
    let cell = number("DISTANCE_CELL_TO_CELL");
    let entry = number("DISTANCE_BOTTOM_TO_CELL");
    let floor = Layout {
        blocks: 1,
        aisles: number("NUM_AISLES") as u32,
        bays_per_block: number("NUM_CELLS") as u32,
        bay_mm: (SCALE * cell) as i64,
        aisle_spacing_mm: (SCALE * number("DISTANCE_AISLE_TO_AISLE")) as i64,
        cross_aisle_mm: (SCALE * (2.0 * entry - cell)) as i64,
        depot_aisle: number("DEPOT_AISLE") as u32,
        depot_block: 0,
    };
    let mut jobs = Jobs::default();
    for order in &orders {
        let bays: Vec<Bay> = order.iter().map(|id| place[id]).collect();
        jobs.push(&bays, [0, order.len() as i64, 0, 0], Some(&floor));
    }
    Instance {
        floor,
        jobs,
        capacity: number("PICKER_CAPACITY") as i64,
    }
}

/// Length of all tours, in units of the files.
fn solve(instance: &Instance, rounds_per_job: u32) -> f64 {
    let rules = Rules {
        floor: Some(&instance.floor),
        limit: [i64::MAX, instance.capacity, i64::MAX, i64::MAX],
        cart_mm: 0,
    };
    let effort = Effort {
        rounds_per_job,
        seed: 7,
        stage: "waves",
        shard: 0,
    };
    let all: Vec<u32> = (0..instance.jobs.len() as u32).collect();
    let mut scratch = Scratch::default();
    let mut length = 0;
    for batch in form(&instance.jobs, &all, &rules, &effort) {
        let jobs = batch.iter().flat_map(|&job| instance.jobs.bays(job));
        let stops: Vec<Bay> = jobs.copied().collect();
        length += tour_length(&instance.floor, &stops, &mut scratch);
    }
    length as f64 / SCALE
}

/// Prints mean and worst gap to the best known by number of orders, and the mean time.
pub fn table(root: &Path, rounds_per_job: u32) {
    let root = root.join("jobprp");
    let best = std::fs::read_to_string(root.join("best_known.csv")).expect("best_known.csv");
    let mut sums: BTreeMap<usize, (f64, f64, f64, u32)> = BTreeMap::new();
    for row in best.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        if !cells[1].starts_with("Henn") {
            continue;
        }
        let instance = read(&root.join(cells[0]));
        let clock = Instant::now();
        let length = solve(&instance, rounds_per_job);
        let seconds = clock.elapsed().as_secs_f64();
        let gap = length / cells[4].parse::<f64>().expect("a length") - 1.0;
        for group in [instance.jobs.len(), usize::MAX] {
            let sum = sums.entry(group).or_default();
            *sum = (sum.0 + gap, sum.1.max(gap), sum.2 + seconds, sum.3 + 1);
        }
    }
    println!("rounds {rounds_per_job}: orders, instances, mean gap %, worst gap %, mean seconds");
    for (orders, (gap, worst, seconds, count)) in sums {
        let orders = if orders == usize::MAX {
            "all".into()
        } else {
            orders.to_string()
        };
        let n = f64::from(count);
        println!(
            "{orders:>4} {count:>3} {:>6.2} {:>6.2} {:.3}",
            100.0 * gap / n,
            100.0 * worst,
            seconds / n
        );
    }
}
