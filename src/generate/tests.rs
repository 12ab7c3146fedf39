//! Properties of whole batches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::defects::Defect;
use super::*;

fn small() -> Spec {
    Spec {
        orders: 3_000,
        seed: 11,
        items: Some(1_500),
        facilities: Some(6),
        history_orders: Some(2_000),
        ..Spec::default()
    }
}

fn make(spec: &Spec) -> (tempfile::TempDir, Summary) {
    let home = tempfile::tempdir().unwrap();
    let summary = generate(spec, &home.path().join("batch"), &|_, _| ()).unwrap();
    (home, summary)
}

fn with_threads(threads: usize, spec: &Spec) -> BTreeMap<String, Vec<u8>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let (home, _) = pool.install(|| make(spec));
    let entries = fs::read_dir(home.path().join("batch"))
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn read(home: &tempfile::TempDir, table: &str) -> Vec<RecordBatch> {
    let path = home.path().join("batch").join(format!("{table}.parquet"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap())
        .unwrap()
        .build()
        .unwrap();
    reader.map(|batch| batch.unwrap()).collect()
}

fn column<A: Array + Clone + 'static>(batches: &[RecordBatch], name: &str) -> Vec<A> {
    let cast = |array: &ArrayRef| array.as_any().downcast_ref::<A>().unwrap().clone();
    batches
        .iter()
        .map(|batch| cast(batch.column_by_name(name).unwrap()))
        .collect()
}

fn texts(batches: &[RecordBatch], name: &str) -> Vec<Option<String>> {
    let columns = column::<StringArray>(batches, name);
    columns
        .iter()
        .flat_map(|array| {
            array
                .iter()
                .map(|value| value.map(str::to_owned))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn numbers(batches: &[RecordBatch], name: &str) -> Vec<i64> {
    column::<Int64Array>(batches, name)
        .iter()
        .flat_map(|array| array.values().to_vec())
        .collect()
}

fn floats(batches: &[RecordBatch], name: &str) -> Vec<f64> {
    column::<Float64Array>(batches, name)
        .iter()
        .flat_map(|array| array.values().to_vec())
        .collect()
}

#[test]
fn bytes_depend_on_the_specification_alone() {
    // More than one chunk of orders, so that threads have something to disorder.
    let spec = Spec {
        orders: 140_000,
        history_orders: Some(70_000),
        ..small()
    };
    let one = with_threads(1, &spec);
    assert!(one == with_threads(2, &spec), "2 threads");
    assert!(one == with_threads(5, &spec), "5 threads");
    let other = with_threads(2, &Spec { seed: 12, ..spec });
    for table in [
        "orders.parquet",
        "items.parquet",
        "inventory.parquet",
        "history.parquet",
        "slots.parquet",
    ] {
        assert!(
            one[table] != other[table],
            "{table} does not depend on the seed"
        );
    }
}

#[test]
fn slots_sum_to_the_stock_on_hand() {
    let (home, _) = make(&small());
    let (stock, slots) = (read(&home, "inventory"), read(&home, "slots"));
    let sums = |batches: &[RecordBatch], quantity: &str| {
        let mut sums: BTreeMap<(Option<String>, Option<String>), i64> = BTreeMap::new();
        let keys = texts(batches, "facility_id")
            .into_iter()
            .zip(texts(batches, "sku"));
        for (key, units) in keys.zip(numbers(batches, quantity)) {
            *sums.entry(key).or_default() += units;
        }
        sums.retain(|_, units| *units != 0);
        sums
    };
    assert_eq!(sums(&stock, "on_hand"), sums(&slots, "quantity"));
    assert!(!read(&home, "layouts").is_empty());
    let (home, summary) = make(&Spec {
        slots: false,
        ..small()
    });
    assert!(summary.tables.iter().all(|table| table.name != "slots"));
    assert!(!home.path().join("batch/slots.parquet").exists());
}

#[test]
fn every_destination_has_a_zone_from_every_facility() {
    let (home, _) = make(&small());
    let zones = read(&home, "zones");
    let pairs: BTreeSet<(String, String)> = texts(&zones, "origin_prefix")
        .into_iter()
        .zip(texts(&zones, "dest_prefix"))
        .map(|(origin, dest)| (origin.unwrap(), dest.unwrap()))
        .collect();
    let origins = texts(&read(&home, "facilities"), "postal_code");
    let destinations = texts(&read(&home, "orders"), "postal_code");
    for dest in destinations {
        let dest = format!("US:{}", &dest.unwrap()[..3]);
        for origin in origins.iter().flatten() {
            assert!(pairs.contains(&(format!("US:{}", &origin[..3]), dest.clone())));
        }
    }
}

#[test]
fn the_night_looks_like_a_night() {
    let spec = Spec {
        orders: 30_000,
        ..small()
    };
    let (home, summary) = make(&spec);
    let lines = summary.lines as f64 / spec.orders as f64;
    assert!((2.0..2.5).contains(&lines), "{lines} lines per order");
    assert!((summary.available_units as f64 / summary.expected_units / 1.10 - 1.0).abs() < 0.01);
    assert!((summary.capacity_units as f64 / summary.expected_units / 1.15 - 1.0).abs() < 0.01);
    let units: i64 = numbers(&read(&home, "order_lines"), "quantity")
        .iter()
        .sum();
    assert!((units as f64 / summary.expected_units - 1.0).abs() < 0.05);
    assert_eq!(summary.fraudulent_orders, 240);

    let orders = read(&home, "orders");
    assert_eq!(
        texts(&orders, "order_id")
            .iter()
            .collect::<BTreeSet<_>>()
            .len(),
        30_000
    );
    let share = |name: &str, wanted: &str| {
        let found = texts(&orders, name)
            .iter()
            .filter(|value| value.as_deref() == Some(wanted))
            .count();
        found as f64 / 30_000.0
    };
    assert!((0.77..0.82).contains(&share("service", "standard")));
    assert!((0.57..0.63).contains(&share("payment_status", "paid")));
    assert!((0.008..0.016).contains(&share("payment_status", "declined")));
    assert!((0.008..0.030).contains(&share("payment_status", "terms")));
    assert!((0.09..0.14).contains(&share("region", "CA")));
    // The best seller of 1,500 items.
    let mut sold: HashMap<Option<String>, u32> = HashMap::new();
    for sku in texts(&read(&home, "order_lines"), "sku") {
        *sold.entry(sku).or_default() += 1;
    }
    let best = f64::from(*sold.values().max().unwrap()) / summary.lines as f64;
    assert!((0.01..0.04).contains(&best), "{best}");
}

#[test]
fn rings_share_devices_and_honest_orders_do_not() {
    let (home, _) = make(&Spec {
        orders: 20_000,
        ..small()
    });
    let labels = read(&home, "fraud_labels");
    let ring_of: HashMap<String, Option<String>> = texts(&labels, "order_id")
        .into_iter()
        .zip(texts(&labels, "ring_id"))
        .map(|(order, ring)| (order.unwrap(), ring))
        .collect();
    let orders = read(&home, "orders");
    let mut devices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut members: BTreeMap<String, u32> = BTreeMap::new();
    for (order, device) in texts(&orders, "order_id")
        .into_iter()
        .zip(texts(&orders, "device_hash"))
    {
        if let Some(Some(ring)) = ring_of.get(&order.unwrap()) {
            devices
                .entry(ring.clone())
                .or_default()
                .insert(device.unwrap());
            *members.entry(ring.clone()).or_default() += 1;
        }
    }
    assert!(devices.len() > 5);
    for (ring, devices) in devices {
        assert!(devices.len() <= 3 && (3..=40).contains(&members[&ring]));
    }
}

#[test]
fn a_dirty_batch_has_every_defect() {
    let (home, summary) = make(&Spec {
        dirty_share: 0.05,
        ..small()
    });
    for defect in Defect::ALL {
        assert!(
            summary.defects.get(defect.name()).copied().unwrap_or(0) >= 2,
            "{}",
            defect.name()
        );
    }
    let lines = read(&home, "order_lines");
    let quantities = numbers(&lines, "quantity");
    assert!(
        quantities.contains(&0)
            && quantities.contains(&1_000_000_000)
            && quantities.iter().any(|q| *q < 0)
    );
    let prices = floats(&lines, "unit_price");
    assert!(
        prices.iter().any(|p| p.is_nan())
            && prices.contains(&f64::INFINITY)
            && prices.iter().any(|p| *p < 0.0)
    );
    assert!(
        texts(&lines, "sku").contains(&None)
            && texts(&lines, "sku").contains(&Some("SKU-GONE".to_owned()))
    );
    let orders = read(&home, "orders");
    let ids = texts(&orders, "order_id");
    assert!(ids.contains(&None) && ids.iter().collect::<BTreeSet<_>>().len() < ids.len());
    assert!(texts(&orders, "postal_code").contains(&Some("00000".to_owned())));
    assert!(texts(&orders, "postal_code").contains(&None));
    let known: BTreeSet<_> = ids.iter().collect();
    assert!(
        texts(&lines, "order_id")
            .iter()
            .any(|id| !known.contains(id))
    );
    assert!(
        !make(&small())
            .0
            .path()
            .join("batch/defect_labels.parquet")
            .exists()
    );
}

#[test]
fn the_past_is_consistent() {
    let (home, _) = make(&Spec {
        returns_share: 0.3,
        ..small()
    });
    let history = read(&home, "history");
    let mut seen: HashMap<String, i64> = HashMap::new();
    for customer in texts(&history, "customer_id").into_iter().flatten() {
        *seen.entry(customer).or_default() += 1;
    }
    let customers = read(&home, "customers");
    let ids = texts(&customers, "customer_id").into_iter().flatten();
    for (customer, before) in ids.zip(numbers(&customers, "orders_before")) {
        assert!(before >= seen.get(&customer).copied().unwrap_or(0));
    }
    let ids: BTreeSet<_> = texts(&history, "order_id").into_iter().collect();
    let returns = read(&home, "returns");
    assert!(
        numbers(&returns, "quantity")
            .iter()
            .all(|units| *units >= 1)
    );
    assert!(
        texts(&returns, "order_id")
            .iter()
            .all(|order| ids.contains(order))
    );
    assert!(returns.iter().map(RecordBatch::num_rows).sum::<usize>() > 300);
    let fraud = column::<BooleanArray>(&history, "is_fraud")
        .iter()
        .map(BooleanArray::true_count)
        .sum::<usize>();
    assert_eq!(fraud, 16);
}

#[test]
fn extremes_do_not_panic() {
    let base = Spec {
        history_orders: Some(0),
        ..small()
    };
    for spec in [
        Spec {
            orders: 1,
            ..base.clone()
        },
        Spec {
            orders: 7,
            items: Some(20),
            facilities: Some(1),
            stock_tightness: 0.05,
            ..base.clone()
        },
        Spec {
            orders: 50,
            fraud_share: 0.5,
            dirty_share: 1.0,
            preset: Preset::PeakHour,
            ..base.clone()
        },
        Spec {
            orders: 60,
            returns_share: 1.0,
            history_orders: Some(30),
            fraud_share: 0.0,
            ..base.clone()
        },
    ] {
        make(&spec);
    }
    let (home, _) = make(&base);
    let error = generate(&base, &home.path().join("batch"), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("not empty"));
}

#[test]
fn polars_reads_the_times() {
    use polars::prelude::{DataType, ParquetReader, SerReader};
    let (home, _) = make(&small());
    let file = File::open(home.path().join("batch/orders.parquet")).unwrap();
    let frame = ParquetReader::new(file).finish().unwrap();
    let times = frame
        .column("placed_at")
        .unwrap()
        .cast(&DataType::Int64)
        .unwrap();
    let first = times.i64().unwrap().get(0).unwrap();
    // Midnight in New York on Black Friday 2026, milliseconds.
    assert!(
        (1_795_755_600_000..1_795_842_000_000).contains(&first),
        "{first}"
    );
}
