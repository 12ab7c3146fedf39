//! How fast a night is routed order by order: 10 facilities, 500 items of uneven demand, 20 services, about 1.9 lines an order.
//!
//! `cargo bench --bench routing`

#[path = "rating/world.rs"]
#[allow(dead_code)]
mod world;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wavecrest::model::catalog::{Inventory, Stock};
use wavecrest::model::codes::Code;
use wavecrest::model::csr::Csr;
use wavecrest::model::ids::{FacilityIdx, Idx, IdxVec, ItemIdx, LineIdx, OrderIdx};
use wavecrest::model::plan::Verdict;
use wavecrest::stage::Stage;
use wavecrest::stages::routing::{Input, Routing};
use world::{Night, ctx};

/// Stock is about the demand: `percent` of an item's units, shared unevenly by three to six of the ten facilities.
fn stock(night: &mut Night, percent: u64) {
    let batch = &mut night.batch;
    let mut wanted = vec![0u64; batch.items.len()];
    for line in batch.lines.indices() {
        wanted[batch.lines.item[line].index()] += batch.lines.quantity[line] as u64;
    }
    let facilities = batch.facilities.len();
    let mut cells: Vec<(ItemIdx, Stock)> = Vec::new();
    for (item, wanted) in wanted.into_iter().enumerate() {
        let holders = 3 + item % 4;
        let first = item * 7 % facilities;
        let mut sites: Vec<usize> = (0..holders).map(|i| (first + i * 3) % facilities).collect();
        sites.sort_unstable();
        sites.dedup();
        let shares: Vec<u64> = (1..=sites.len() as u64).collect();
        let all: u64 = shares.iter().sum();
        for (site, share) in sites.into_iter().zip(shares) {
            let on_hand = (wanted * percent * share / all).div_ceil(100);
            cells.push((
                ItemIdx::from_usize(item),
                Stock {
                    facility: FacilityIdx::from_usize(site),
                    on_hand: on_hand as u32,
                    reserved: 0,
                    safety: 0,
                },
            ));
        }
    }
    batch.inventory = Inventory {
        by_item: Csr::from_pairs(batch.items.len(), &cells),
    };
    for _ in 0..batch.orders.len() {
        batch.orders.ship_complete.push(false);
        batch.orders.priority.push(0);
    }
}

fn routing(c: &mut Criterion) {
    let mut group = c.benchmark_group("routing");
    group.sample_size(10);
    for (orders, percent) in [(20_000, 130), (20_000, 95)] {
        let mut night = Night::new(orders);
        stock(&mut night, percent);
        let verdict: IdxVec<OrderIdx, Verdict> =
            IdxVec::filled(Verdict::Accepted, night.batch.orders.len());
        let line_fault: IdxVec<LineIdx, Option<Code>> =
            IdxVec::filled(None, night.batch.lines.len());
        let input = Input {
            batch: &night.batch,
            calendar: &night.calendar,
            verdict: &verdict,
            line_fault: &line_fault,
        };
        let ctx = ctx(&night.params);
        let out = Routing::run(input, &ctx).unwrap();
        assert!(Routing::check(input, &out, &ctx).is_empty());
        let total = out.cost.total();
        println!(
            "{orders} orders, {} lines, stock {percent} % of demand: cost {total}, bound {}, nearest {}, {} shipments, {} lines wait",
            night.batch.lines.len(),
            out.bounds.bound[0],
            out.nearest_cost,
            out.shipments.len(),
            out.backorders.len(),
        );
        group.throughput(Throughput::Elements(u64::from(orders)));
        group.bench_function(format!("{orders} orders, stock {percent} %"), |b| {
            b.iter(|| black_box(Routing::run(input, &ctx).unwrap()));
        });
        group.bench_function(format!("audit, {orders} orders, stock {percent} %"), |b| {
            b.iter(|| black_box(Routing::check(input, &out, &ctx)));
        });
    }
    group.finish();
}

criterion_group!(benches, routing);
criterion_main!(benches);
