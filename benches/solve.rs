//! Kernels of the toolbox, on random instances of the size the stages meet. Run with `cargo bench --bench solve`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::RngExt;
use wavecrest::solve::knapsack::knapsack;
use wavecrest::solve::pack::{self, Bin, BoxItem, Limits, pack_best_fit};
use wavecrest::solve::rng::stream;
use wavecrest::solve::tour::{self, Bay, Layout, OneWay, shortest_tour, tour_length};

/// A usual set of cartons, mm and g.
fn cartons() -> (Vec<Bin>, Vec<i64>) {
    let sizes = [
        [200, 150, 100],
        [300, 200, 150],
        [400, 300, 200],
        [400, 300, 300],
        [500, 400, 300],
        [600, 400, 400],
    ];
    let bins = sizes.map(|size| Bin {
        size,
        max_weight: 30_000,
    });
    (bins.to_vec(), vec![30, 50, 80, 95, 130, 190])
}

fn mixed_items(n: usize) -> Vec<BoxItem> {
    let mut rng = stream(1, "bench items", n as u64);
    let mut item = || {
        let size = [0; 3].map(|_: i32| rng.random_range(20..200));
        BoxItem {
            upright: rng.random_bool(0.1),
            fragile: rng.random_bool(0.1),
            ..BoxItem::new(size, rng.random_range(50..1500))
        }
    };
    (0..n).map(|_| item()).collect()
}

fn packing(c: &mut Criterion) {
    let (bins, cost) = cartons();
    let mut scratch = pack::Scratch::default();
    let alike = vec![BoxItem::new([70, 50, 30], 60); 5000];
    let pallet = Bin {
        size: [1200, 1000, 1600],
        max_weight: 1_000_000,
    };
    let many = mixed_items(1000);
    c.bench_function("pack 1000 mixed items on one pallet", |b| {
        b.iter(|| {
            pack_best_fit(
                &[pallet],
                &[1],
                black_box(&many),
                &Limits::default(),
                &mut scratch,
            )
        });
    });
    let packing = pack_best_fit(&[pallet], &[1], &many, &Limits::default(), &mut scratch);
    println!("pallets: {}", packing.bins.len());
    for (name, items) in [
        ("pack 5 mixed items", mixed_items(5)),
        ("pack 20 mixed items", mixed_items(20)),
        ("pack 1000 mixed items", mixed_items(1000)),
        ("pack 5000 items alike", alike),
    ] {
        let packing = pack_best_fit(&bins, &cost, &items, &Limits::default(), &mut scratch);
        println!(
            "{name}: {} boxes, at least {}",
            packing.bins.len(),
            pack::min_bins(&bins, &items)
        );
        c.bench_function(name, |b| {
            b.iter(|| {
                pack_best_fit(
                    &bins,
                    &cost,
                    black_box(&items),
                    &Limits::default(),
                    &mut scratch,
                )
            });
        });
    }
}

fn picks(layout: &Layout, n: usize) -> Vec<Bay> {
    let mut rng = stream(1, "bench picks", n as u64);
    let mut pick = || Bay {
        block: rng.random_range(0..layout.blocks),
        aisle: rng.random_range(0..layout.aisles),
        bay: rng.random_range(0..layout.bays_per_block),
    };
    (0..n).map(|_| pick()).collect()
}

fn tours(c: &mut Criterion) {
    let mut scratch = tour::Scratch::default();
    for blocks in [1, 2, 3, 5, 8] {
        let layout = Layout {
            blocks,
            aisles: 10,
            bays_per_block: 45,
            bay_mm: 1000,
            aisle_spacing_mm: 4000,
            cross_aisle_mm: 3000,
            depot_aisle: 0,
            depot_block: 0,
            one_way: OneWay::No,
        };
        let stops = picks(&layout, 20);
        c.bench_function(&format!("tour 20 picks {blocks} blocks"), |b| {
            b.iter(|| shortest_tour(&layout, black_box(&stops), &mut scratch));
        });
        if blocks <= 2 {
            c.bench_function(&format!("tour length 20 picks {blocks} blocks"), |b| {
                b.iter(|| tour_length(&layout, black_box(&stops), &mut scratch));
            });
        }
    }
}

fn review_queue(c: &mut Criterion) {
    let mut rng = stream(1, "bench gains", 0);
    let gains: Vec<i64> = (0..100_000).map(|_| rng.random_range(0..50_000)).collect();
    let weights: Vec<i64> = (0..100_000).map(|_| rng.random_range(1..10)).collect();
    c.bench_function("knapsack 100000 items", |b| {
        b.iter(|| knapsack(black_box(&gains), &weights, 20_000));
    });
}

criterion_group!(benches, packing, tours, review_queue);
criterion_main!(benches);
