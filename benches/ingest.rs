//! Reading a million orders: polars reading the same columns and doing nothing, against ingest.
//!
//! The batch is made once in the temporary folder (or named by `WAVECREST_BENCH_BATCH`); `WAVECREST_BENCH_ORDERS` sets its size.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use polars::prelude::*;

/// Columns of `orders` and `order_lines` that the batch has and ingest reads.
const ORDERS: [&str; 18] = [
    "order_id",
    "channel",
    "placed_at",
    "customer_id",
    "country",
    "postal_code",
    "city",
    "residential",
    "service",
    "payment_method",
    "payment_status",
    "card_hash",
    "email_hash",
    "device_hash",
    "ip_country",
    "avs",
    "bill_country",
    "priority",
];
const LINES: [&str; 5] = ["order_id", "line_no", "sku", "quantity", "unit_price"];

fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn text(name: &str, values: impl Iterator<Item = String>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}

fn pick(name: &str, rows: u64, salt: u64, from: &[&str]) -> Column {
    let pick = |i| from[(mix(i ^ (salt << 40)) % from.len() as u64) as usize];
    Column::new(name.into(), (0..rows).map(pick).collect::<Vec<_>>())
}

fn orders(rows: u64) -> DataFrame {
    let customer = |i: u64| mix(i ^ (1 << 50)) % (rows * 6 / 10).max(1);
    let times: Vec<i64> = (0..rows)
        .map(|i| (1_795_737_600 + i as i64 / 20) * 1_000)
        .collect();
    let placed_at = Column::new("placed_at".into(), times)
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
        .expect("an integer column casts to a time");
    let hash = |name: &str, salt: u64| {
        text(
            name,
            (0..rows).map(|i| format!("{:016x}", mix(customer(i) ^ (salt << 50)))),
        )
    };
    let countries = ["US", "US", "US", "CA", "MX"];
    let columns = vec![
        text("order_id", (0..rows).map(|i| format!("O{i:010}"))),
        pick("channel", rows, 2, &["web", "app", "marketplace"]),
        placed_at,
        text(
            "customer_id",
            (0..rows).map(|i| format!("C{:09}", customer(i))),
        ),
        pick("country", rows, 3, &countries),
        text(
            "postal_code",
            (0..rows).map(|i| format!("{:05}", mix(customer(i)) % 30_000)),
        ),
        text(
            "city",
            (0..rows).map(|i| format!("Springfield {}", mix(customer(i)) % 3_000)),
        ),
        Column::new(
            "residential".into(),
            (0..rows)
                .map(|i| !mix(i).is_multiple_of(4))
                .collect::<Vec<_>>(),
        ),
        pick(
            "service",
            rows,
            4,
            &["standard", "standard", "expedited", "next_day"],
        ),
        pick("payment_method", rows, 5, &["card", "paypal", "invoice"]),
        pick(
            "payment_status",
            rows,
            6,
            &["paid", "authorized", "paid", "pending"],
        ),
        hash("card_hash", 7),
        hash("email_hash", 8),
        hash("device_hash", 9),
        pick("ip_country", rows, 10, &countries),
        pick("avs", rows, 11, &["match", "partial", "no", "unavailable"]),
        pick("bill_country", rows, 12, &countries),
        Column::new(
            "priority".into(),
            (0..rows).map(|i| (mix(i) % 10) as i64).collect::<Vec<_>>(),
        ),
    ];
    DataFrame::new(rows as usize, columns).expect("columns have one length")
}

fn order_lines(orders: u64) -> DataFrame {
    let of: Vec<(u64, i64)> = (0..orders)
        .flat_map(|i| (0..1 + mix(i ^ 77) % 4).map(move |line| (i, line as i64 + 1)))
        .filter(|&(i, line)| line < 4 || i % 4 > 0)
        .collect();
    let n = of.len() as u64;
    let columns = vec![
        text("order_id", of.iter().map(|(i, _)| format!("O{i:010}"))),
        Column::new(
            "line_no".into(),
            of.iter().map(|&(_, line)| line).collect::<Vec<_>>(),
        ),
        text(
            "sku",
            (0..n).map(|i| format!("SKU{:06}", mix(i) % 1_000 * (mix(i + 1) % 50))),
        ),
        Column::new(
            "quantity".into(),
            (0..n).map(|i| 1 + (mix(i) % 3) as i64).collect::<Vec<_>>(),
        ),
        Column::new(
            "unit_price".into(),
            (0..n)
                .map(|i| (199 + mix(i) % 9_000) as f64 / 100.0)
                .collect::<Vec<_>>(),
        ),
    ];
    DataFrame::new(of.len(), columns).expect("columns have one length")
}

fn items() -> DataFrame {
    let n = 50_000usize;
    let columns = vec![
        text("sku", (0..n).map(|i| format!("SKU{i:06}"))),
        Column::new("weight_g".into(), vec![400i64; n]),
        Column::new("length_mm".into(), vec![200i64; n]),
        Column::new("width_mm".into(), vec![100i64; n]),
        Column::new("height_mm".into(), vec![50i64; n]),
    ];
    DataFrame::new(n, columns).expect("columns have one length")
}

fn small(folder: &Path) {
    let facilities =
        "facility_id,country,postal_code,lat,lon,capacity_units\nA,US,10001,40.7,-74.0,10000000\n";
    let services = "carrier,service\nPost,ground\n";
    let rates = "carrier,service,zone,max_weight_g,price_cents\nPost,ground,z,30000,900\n";
    let zones = "carrier,origin_prefix,dest_prefix,zone,transit_days\n*,,,z,2\n";
    let tables = [
        ("facilities", facilities),
        ("carrier_services", services),
        ("rates", rates),
        ("zones", zones),
    ];
    for (name, text) in tables {
        std::fs::write(folder.join(format!("{name}.csv")), text)
            .expect("the temporary folder can be written");
    }
    let stock: String = (0..50_000).map(|i| format!("A,SKU{i:06},500\n")).collect();
    std::fs::write(
        folder.join("inventory.csv"),
        format!("facility_id,sku,on_hand\n{stock}"),
    )
    .expect("the temporary folder can be written");
}

fn write(folder: &Path, name: &str, mut frame: DataFrame) {
    let file = File::create(folder.join(format!("{name}.parquet")))
        .expect("the temporary folder can be written");
    ParquetWriter::new(file)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(128 * 1024))
        .finish(&mut frame)
        .expect("the table can be written");
}

fn batch(orders_count: u64) -> PathBuf {
    if let Ok(folder) = std::env::var("WAVECREST_BENCH_BATCH") {
        return folder.into();
    }
    let folder = std::env::temp_dir().join(format!("wavecrest-bench-ingest-{orders_count}"));
    if !folder.join("zones.csv").exists() {
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        write(&folder, "orders", orders(orders_count));
        write(&folder, "order_lines", order_lines(orders_count));
        write(&folder, "items", items());
        small(&folder);
    }
    folder
}

fn eager(path: &Path, columns: &[&str]) -> DataFrame {
    let file = File::open(path).expect("the batch was made");
    ParquetReader::new(file)
        .with_columns(Some(columns.iter().map(|c| (*c).to_owned()).collect()))
        .finish()
        .expect("the table can be read")
}

fn lazy(path: &Path, columns: &[&str]) -> DataFrame {
    LazyFrame::scan_parquet(
        PlRefPath::try_from_path(path).expect("plain path"),
        ScanArgsParquet::default(),
    )
    .expect("the table can be scanned")
    .select([cols(columns.iter().copied()).as_expr()])
    .collect()
    .expect("the table can be read")
}

fn ingest(c: &mut Criterion) {
    let count = std::env::var("WAVECREST_BENCH_ORDERS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let folder = batch(count);
    let (orders, lines) = (
        folder.join("orders.parquet"),
        folder.join("order_lines.parquet"),
    );
    let mut group = c.benchmark_group("ingest");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10))
        .throughput(Throughput::Elements(count));
    group.bench_function("polars eager", |b| {
        b.iter(|| (eager(&orders, &ORDERS), eager(&lines, &LINES)))
    });
    group.bench_function("polars lazy", |b| {
        b.iter(|| (lazy(&orders, &ORDERS), lazy(&lines, &LINES)))
    });
    group.bench_function("wavecrest", |b| {
        b.iter(|| {
            wavecrest::ingest::read(&folder, &wavecrest::stage::Silent).expect("the batch is good")
        })
    });
    group.finish();
}

/// Prints how many times longer ingest takes than polars, from the means that criterion wrote.
fn ratios(_: &mut Criterion) {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let mean = |name: &str| {
        let path = format!("{target}/criterion/ingest/{name}/new/estimates.json");
        let estimates = std::fs::read_to_string(path).ok()?;
        let estimates: serde_json::Value = serde_json::from_str(&estimates).ok()?;
        Some(estimates["mean"]["point_estimate"].as_f64()? / 1e6)
    };
    let rows = ["polars eager", "polars lazy", "wavecrest"].map(|name| (name, mean(name)));
    let Some(ingest) = rows[2].1 else { return };
    for (name, mean) in rows {
        if let Some(mean) = mean {
            println!(
                "{name:<14}{mean:>8.0} ms   wavecrest / this = {:.2}",
                ingest / mean
            );
        }
    }
}

criterion_group!(benches, ingest, ratios);
criterion_main!(benches);
