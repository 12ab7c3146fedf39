//! How fast shipments are rated, packed and shared out: 5 carriers with 4 services each, 8 zones, 150 weight breaks, 33 surcharges
//! a carrier; 10 facilities, 900 destinations.
//!
//! `cargo bench --bench rating`

mod world;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wavecrest::model::ids::{FacilityIdx, LineIdx, OrderIdx};
use wavecrest::model::units::Grams;
use wavecrest::stage::Stage;
use wavecrest::stages::carrier::{self, CarrierSelection};
use wavecrest::stages::cartonize::{self, Cartonize};
use wavecrest::stages::shipping::{Parcel, RateClass, Shipping};
use world::{Night, ctx};

const SERVICES: u64 = 20;

/// Parcels from letters to sofas, cheap to make.
fn parcels() -> Vec<Parcel> {
    (0..512i32)
        .map(|i| Parcel {
            size: [100 + i * 37 % 700, 60 + i * 53 % 400, 20 + i * 71 % 300],
            weight: Grams(i64::from(80 + i * 977 % 20_000)),
            fragile: i % 9 == 0,
            hazmat: false,
        })
        .collect()
}

fn rate(c: &mut Criterion) {
    let night = Night::new(4_096);
    let shipping = Shipping::new(&night.batch, &night.calendar, &night.params).unwrap();
    let classes: Vec<RateClass> = night
        .batch
        .orders
        .indices()
        .map(|o| shipping.rate_class(o))
        .collect();
    let parcels = parcels();
    let mut group = c.benchmark_group("rating");
    group.throughput(Throughput::Elements(SERVICES * 1_000));
    group.bench_function("freight of one parcel, 20 quotes each", |b| {
        let mut start = 0usize;
        b.iter(|| {
            for i in start..start + 1_000 {
                let class = &classes[i * 31 % classes.len()];
                let parcel = &parcels[i % parcels.len()];
                let facility = FacilityIdx((i % 10) as u32);
                black_box(shipping.freight(class, facility, std::slice::from_ref(parcel)));
            }
            start += 1_000;
        });
    });
    group.throughput(Throughput::Elements(SERVICES * 2 * 1_000));
    group.bench_function("freight of two parcels, 40 quotes each", |b| {
        let mut start = 0usize;
        b.iter(|| {
            for i in start..start + 1_000 {
                let class = &classes[i * 31 % classes.len()];
                let from = i % (parcels.len() - 2);
                let facility = FacilityIdx((i % 10) as u32);
                black_box(shipping.freight(class, facility, &parcels[from..from + 2]));
            }
            start += 1_000;
        });
    });
    group.finish();
    c.bench_function("shipping: new", |b| {
        b.iter(|| Shipping::new(&night.batch, &night.calendar, &night.params).unwrap());
    });
}

fn pack(c: &mut Criterion) {
    let night = Night::new(4_096);
    let shipping = Shipping::new(&night.batch, &night.calendar, &night.params).unwrap();
    let mut by_lines: Vec<Vec<Vec<(LineIdx, u32)>>> = vec![Vec::new(); 5];
    for order in night.batch.orders.indices() {
        let content = night.content(order);
        let units: u32 = content.iter().map(|c| c.1).sum();
        by_lines[(units as usize).min(4)].push(content);
    }
    let mut group = c.benchmark_group("packing");
    for (units, contents) in by_lines.iter().enumerate().skip(1) {
        let name = if units == 4 {
            "four units or more".to_owned()
        } else {
            format!("{units} units")
        };
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |b| {
            let mut i = 0;
            b.iter(|| {
                i = (i + 1) % contents.len();
                black_box(shipping.pack(FacilityIdx(0), &contents[i]))
            });
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("cost of a whole order", |b| {
        let mut i = 0u32;
        b.iter(|| {
            i = (i + 1) % 4_096;
            let order = OrderIdx(i);
            black_box(shipping.cost(order, FacilityIdx(i % 10), &night.content(order)))
        });
    });
    group.finish();
}

fn stages(c: &mut Criterion) {
    let night = Night::new(100_000);
    let ctx = ctx(&night.params);
    let cartonize = cartonize::Input {
        batch: &night.batch,
        calendar: &night.calendar,
        routed: &night.routed,
    };
    let packed = Cartonize::run(cartonize, &ctx).unwrap();
    println!(
        "100,000 shipments: {} packages, bound {}, {} units",
        packed.packages.len(),
        packed.package_bound,
        packed.placements.len()
    );
    let carrier = carrier::Input {
        batch: &night.batch,
        calendar: &night.calendar,
        routed: &night.routed,
        cartonized: &packed,
    };
    let shipped = CarrierSelection::run(carrier, &ctx).unwrap();
    assert_eq!(Cartonize::check(cartonize, &packed, &ctx), []);
    assert_eq!(CarrierSelection::check(carrier, &shipped, &ctx), []);
    let mut group = c.benchmark_group("100,000 shipments");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(100_000));
    group.bench_function("cartonize: run", |b| {
        b.iter_batched(
            || (),
            |()| Cartonize::run(cartonize, &ctx).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("cartonize: check", |b| {
        b.iter(|| Cartonize::check(cartonize, &packed, &ctx))
    });
    group.bench_function("carrier: run", |b| {
        b.iter_batched(
            || (),
            |()| CarrierSelection::run(carrier, &ctx).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("carrier: check", |b| {
        b.iter(|| CarrierSelection::check(carrier, &shipped, &ctx))
    });
    group.finish();
}

criterion_group!(benches, rate, pack, stages);
criterion_main!(benches);
