//! Whole batches, from files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;

use polars::prelude::*;
use tempfile::TempDir;

use super::{Ingested, read};
use crate::error::{Fault, Result};
use crate::model::codes::Code;
use crate::model::ids::{Idx, ItemIdx, OrderIdx};
use crate::model::restrictions::RestrictionKind;
use crate::stage::Silent;

/// Tables as CSV text, by name.
type Csv = BTreeMap<&'static str, String>;

/// A small batch of every table, without a fault.
fn small() -> Csv {
    Csv::from([
        (
            "orders",
            "order_id,placed_at,customer_id,country,postal_code,city,service,payment_status,currency,card_hash,residential,priority\n\
             O1,2026-11-27T18:30:00,C1,US,A-10,Springfield,standard,paid,USD,0123456789abcdef,true,0\n\
             O2,2026-11-27T18:31:00,C2,GB,B-20,London,next_day,authorized,USD,fedcba9876543210,false,9\n\
             O3,2026-11-27T18:32:00,,us,A-10,,expedited,paid,USD,,true,3\n"
                .to_owned(),
        ),
        (
            "order_lines",
            "order_id,line_no,sku,quantity,unit_price\n\
             O1,1,S1,1,9.95\nO1,2,S2,2,0.5\nO2,1,S1,3,10.25\nO3,1,S2,1,7.5\n"
                .to_owned(),
        ),
        (
            "items",
            "sku,weight_g,length_mm,width_mm,height_mm,category\nS1,400,200,100,50,toys\nS2,90,20,10,5,\n".to_owned(),
        ),
        (
            "facilities",
            "facility_id,country,postal_code,lat,lon,capacity_units,shift_start\n\
             F1,US,A-1,40.7,-74.5,1000,06:00\nF2,GB,B-1,51.5,0.5,500,07:30\n"
                .to_owned(),
        ),
        (
            "inventory",
            "facility_id,sku,on_hand,reserved\nF1,S1,10,1\nF1,S2,10,0\nF2,S1,4,0\n".to_owned(),
        ),
        (
            "restrictions",
            "rule,facility_id,customer_id,channel,country,category,sku\nonly,F2,C2,,,,\n Never,F1,,,us,toys,S2\n".to_owned(),
        ),
        (
            "slots",
            "facility_id,slot_id,sku,quantity,aisle,bay\nF1,L1,S1,10,0,0\nF1,L2,S2,10,1,4\n".to_owned(),
        ),
        ("layouts", "facility_id,blocks,aisles,bays_per_aisle,one_way\nF1,1,2,5,even_back\n".to_owned()),
        (
            "carrier_services",
            "carrier,service,max_weight_g,pickup_cutoff,pickup_days\nPost,ground,30000,17:00,12345\n".to_owned(),
        ),
        (
            "rates",
            "carrier,service,zone,max_weight_g,price_cents\nPost,ground,near,1000,500\nPost,ground,near,30000,900\n".to_owned(),
        ),
        (
            "zones",
            "carrier,origin_prefix,dest_prefix,zone,transit_days\n*,,,near,2\nPost,US,GB,far,5\n".to_owned(),
        ),
        (
            "surcharges",
            "carrier,kind,amount_cents\nPost,residential,90\n".to_owned(),
        ),
        (
            "cartons",
            "carton_id,length_mm,width_mm,height_mm,facility_id\nBOX,300,200,100,F1\n".to_owned(),
        ),
        ("customers", "customer_id,orders_before\nC1,4\n".to_owned()),
        (
            "history",
            "placed_at,customer_id,card_hash,amount_cents,is_fraud\n\
             2026-01-02T00:00:00,C2,0123456789abcdef,1200,true\n2026-01-01T00:00:00,C9,,900,false\n"
                .to_owned(),
        ),
        (
            "returns",
            "return_id,order_id,line_no,sku,quantity,facility_id\nR1,O9,1,S1,1,F1\n".to_owned(),
        ),
        ("claims", "claim_id,order_id,kind\nK1,O9,lost\n".to_owned()),
        ("fx", "currency,rate\nGBP,1.25\n".to_owned()),
    ])
}

/// Rows at fault in several tables, on top of [`small`].
fn with_faults() -> Csv {
    let mut batch = small();
    let mut add = |table, rows: &str| batch.entry(table).or_default().push_str(rows);
    add(
        "orders",
        "O1,2026-11-27T19:00:00,C3,US,A-10,,standard,paid,USD,,true,0\n",
    );
    add(
        "orders",
        "O4,2026-11-27T19:01:00,C3,US,A-11,,drone,paid,GBP,,true,12\n",
    );
    add(
        "order_lines",
        "O7,1,S1,1,1.5\nO2,1,S2,1,1.5\nO2,3,S9,1,1.5\nO3,2,S1,1,-1.5\n",
    );
    add("items", "S3,0,20,10,5,\n");
    add("inventory", "F9,S1,1,0\n");
    batch
}

/// Writes tables as CSV into a folder of their own.
fn folder(batch: &Csv) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (table, text) in batch {
        fs::write(folder.path().join(format!("{table}.csv")), text).expect("the folder is ours");
    }
    folder
}

fn ingest(batch: &Csv) -> Result<Ingested> {
    read(folder(batch).path(), &Silent)
}

fn good(batch: &Csv) -> Ingested {
    ingest(batch).expect("the batch can be read")
}

/// The message and the hint of the error that a batch is.
fn error(folder: &Path) -> (String, String) {
    let error = read(folder, &Silent)
        .err()
        .expect("the batch cannot be read");
    assert_eq!(error.fault, Fault::Input);
    (error.message, error.hint)
}

/// A CSV text with the types that polars sees in it.
fn frame(csv: &str) -> DataFrame {
    CsvReadOptions::default()
        .map_parse_options(|options| options.with_try_parse_dates(true))
        .into_reader_with_file_handle(std::io::Cursor::new(csv.as_bytes().to_vec()))
        .finish()
        .expect("the text is a table")
}

/// Writes a table as a file of the format that its name says.
fn write(csv: &str, path: &Path) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("the folder is ours");
    let file = File::create(path).expect("the folder is ours");
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => {
            let written = ParquetWriter::new(file)
                .with_row_group_size(Some(2))
                .finish(&mut frame(csv));
            written.expect("the table can be written");
        }
        Some("arrow") => {
            let written = IpcWriter::new(file).finish(&mut frame(csv));
            written.expect("the table can be written");
        }
        _ => fs::write(path, csv).expect("the folder is ours"),
    }
}

/// Everything that must not depend on how a batch is stored.
fn meaning(ingested: &Ingested) -> String {
    format!(
        "{:#?}\n{:#?}\n{:?}",
        ingested.batch, ingested.rejects, ingested.counts
    )
}

/// (table, row, code, column, value) of every reject.
fn rejects(ingested: &Ingested) -> Vec<(&str, u64, Code, &str, &str)> {
    let rejects = &ingested.rejects;
    (0..rejects.row.len())
        .map(|i| {
            let (table, column) = (rejects.table[i].as_str(), rejects.column[i].as_str());
            (
                table,
                rejects.row[i],
                rejects.code[i],
                column,
                rejects.value[i].as_str(),
            )
        })
        .collect()
}

fn rows_of(ingested: &Ingested, table: &str) -> u64 {
    let count = ingested.counts.iter().find(|count| count.table == table);
    count.map_or(0, |count| count.rows)
}

#[test]
fn a_good_batch_has_no_rejects() {
    let ingested = good(&small());
    assert_eq!(rejects(&ingested), []);
    let batch = &ingested.batch;
    assert_eq!(
        batch.orders.id.iter().collect::<Vec<_>>(),
        ["O1", "O2", "O3"]
    );
    assert_eq!(batch.orders.first_line, [0, 2, 3, 4]);
    assert_eq!(
        batch
            .lines
            .unit_price
            .iter()
            .map(|price| price.0)
            .collect::<Vec<_>>(),
        [995, 50, 1025, 750]
    );
    assert_eq!(
        batch.destinations.country.len(),
        2,
        "US and us are one country"
    );
    assert_eq!(batch.customers.id.len(), 3);
    assert_eq!(batch.history.card[1], batch.orders.card[OrderIdx(0)]);
    assert_ne!(
        batch.orders.card[OrderIdx(0)],
        batch.orders.card[OrderIdx(1)]
    );
    assert_eq!(batch.orders.card[OrderIdx(2)], None);
    let [only, never] = batch.restrictions[..] else {
        panic!("{:?}", batch.restrictions)
    };
    assert_eq!(only.kind, RestrictionKind::Only);
    assert_eq!(only.customer, batch.orders.customer[OrderIdx(1)]);
    assert_eq!(never.kind, RestrictionKind::Never);
    let home = batch.destinations.country[batch.orders.dest[OrderIdx(0)]];
    assert_eq!((never.customer, never.country), (None, Some(home)));
    assert_eq!(never.category, batch.items.category[ItemIdx(0)]);
    assert_eq!(never.item, Some(ItemIdx(1)));
    assert_eq!(ingested.counts.len(), small().len());
    assert_eq!(
        ingested.inputs[0].fingerprint,
        blake3::hash(small()["orders"].as_bytes())
            .to_hex()
            .to_string()
    );
}

#[test]
fn the_format_of_the_files_does_not_matter() {
    let batch = with_faults();
    let expected = good(&batch);
    assert!(rejects(&expected).len() >= 8);
    for extension in ["csv", "parquet", "arrow"] {
        for parts in [1, 2] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            for (table, csv) in &batch {
                let (header, rows) = csv.split_once('\n').expect("a header");
                let rows: Vec<&str> = rows.lines().collect();
                for (i, rows) in rows.chunks(rows.len().div_ceil(parts)).enumerate() {
                    let name = match parts {
                        1 => format!("{table}.{extension}"),
                        _ => format!("{table}/part-{i}.{extension}"),
                    };
                    write(
                        &format!("{header}\n{}\n", rows.join("\n")),
                        &folder.path().join(name),
                    );
                }
            }
            let found = read(folder.path(), &Silent).expect("the batch can be read");
            assert_eq!(
                rejects(&found),
                rejects(&expected),
                "{extension} in {parts}"
            );
            assert_eq!(
                meaning(&found),
                meaning(&expected),
                "{extension} in {parts}"
            );
        }
    }
}

/// A row that breaks one rule, and what it must be rejected for.
struct Broken {
    table: &'static str,
    row: &'static str,
    code: Code,
    column: &'static str,
    value: &'static str,
}

const fn broken(
    table: &'static str,
    row: &'static str,
    code: Code,
    column: &'static str,
    value: &'static str,
) -> Broken {
    Broken {
        table,
        row,
        code,
        column,
        value,
    }
}

#[test]
fn every_broken_rule_has_its_code() {
    let cases = [
        broken(
            "orders",
            "O4,,C1,US,A-10,,standard,paid,USD,,true,0",
            Code::MissingValue,
            "placed_at",
            "",
        ),
        broken(
            "restrictions",
            "seldom,F1,,,,,",
            Code::UnknownValue,
            "rule",
            "seldom",
        ),
        broken(
            "restrictions",
            "only,F9,,,,,",
            Code::UnknownFacility,
            "facility_id",
            "F9",
        ),
        broken(
            "restrictions",
            "only,F1,,,,,S9",
            Code::UnknownSku,
            "sku",
            "S9",
        ),
        broken(
            "orders",
            ",2026-11-27T18:30:00,C1,US,A-10,,standard,paid,USD,,true,0",
            Code::MissingValue,
            "order_id",
            "",
        ),
        broken(
            "orders",
            "O4,yesterday,C1,US,A-10,,standard,paid,USD,,true,0",
            Code::UnparsableDate,
            "placed_at",
            "yesterday",
        ),
        broken(
            "orders",
            "O4,2026-11-27T18:30:00,C1,US,A-10,,standard,paid,USD,,true,10",
            Code::Overflow,
            "priority",
            "10",
        ),
        broken(
            "orders",
            "O4,2026-11-27T18:30:00,C1,US,A-10,,drone,paid,USD,,true,0",
            Code::UnknownValue,
            "service",
            "drone",
        ),
        broken(
            "orders",
            "O4,2026-11-27T18:30:00,C1,US,A-10,,standard,paid,USD,,maybe,0",
            Code::UnknownValue,
            "residential",
            "maybe",
        ),
        broken(
            "orders",
            "O4,2026-11-27T18:30:00,C1,US,A-10,,standard,paid,JPY,,true,0",
            Code::UnknownCurrency,
            "currency",
            "JPY",
        ),
        broken(
            "orders",
            "O2,2026-11-27T18:30:00,C1,US,A-10,,standard,paid,USD,,true,0",
            Code::DuplicateOrder,
            "order_id",
            "O2",
        ),
        broken(
            "order_lines",
            "O8,1,S1,1,1",
            Code::UnknownOrder,
            "order_id",
            "O8",
        ),
        broken("order_lines", "O1,3,S8,1,1", Code::UnknownSku, "sku", "S8"),
        broken(
            "order_lines",
            "O1,2,S1,1,1",
            Code::DuplicateLine,
            "line_no",
            "2",
        ),
        broken(
            "order_lines",
            "O1,3,S1,many,1",
            Code::NotANumber,
            "quantity",
            "many",
        ),
        broken(
            "order_lines",
            "O1,3,S1,1,NaN",
            Code::NotANumber,
            "unit_price",
            "NaN",
        ),
        broken(
            "order_lines",
            "O1,3,S1,1,-0.01",
            Code::NegativePrice,
            "unit_price",
            "-0.01",
        ),
        broken(
            "order_lines",
            "O1,3,S1,1,1e11",
            Code::Overflow,
            "unit_price",
            "100000000000",
        ),
        broken("items", "S1,1,1,1,1,", Code::DuplicateKey, "sku", "S1"),
        broken(
            "items",
            "S3,1,1,10001,1,",
            Code::BadDimensions,
            "width_mm",
            "10001",
        ),
        broken("inventory", "F1,S8,1,0", Code::UnknownSku, "sku", "S8"),
        broken(
            "inventory",
            "F8,S1,1,0",
            Code::UnknownFacility,
            "facility_id",
            "F8",
        ),
        broken(
            "inventory",
            "F2,S2,-1,0",
            Code::BadQuantity,
            "on_hand",
            "-1",
        ),
        broken(
            "slots",
            "F1,L3,S1,1,2,0",
            Code::SlotOutsideLayout,
            "aisle",
            "block 0 aisle 2 bay 0",
        ),
        broken(
            "layouts",
            "F2,1,1,5,even_back",
            Code::NoWayHome,
            "one_way",
            "even_back",
        ),
        broken("customers", "C1,1", Code::DuplicateKey, "customer_id", "C1"),
        broken(
            "returns",
            "R1,O9,1,S1,1,F1",
            Code::DuplicateKey,
            "return_id",
            "R1",
        ),
        broken("fx", "CHF,0", Code::NotANumber, "rate", "0"),
    ];
    for case in cases {
        let mut batch = small();
        let csv = batch.entry(case.table).or_default();
        let row = csv.lines().count() as u64 - 1;
        let _ = writeln!(csv, "{}", case.row);
        let ingested = good(&batch);
        let expected = (case.table, row, case.code, case.column, case.value);
        assert_eq!(
            rejects(&ingested),
            [expected],
            "{}: {}",
            case.table,
            case.row
        );
        assert_eq!(rows_of(&ingested, case.table), row + 1);
    }
}

#[test]
fn a_line_that_cannot_be_used_is_counted_with_its_order() {
    let mut batch = small();
    batch
        .entry("order_lines")
        .or_default()
        .push_str("O2,2,S8,1,1\nO8,1,S1,1,1\n");
    let ingested = good(&batch);
    let orders = &ingested.batch.orders;
    assert_eq!(orders.lines_dropped.as_slice(), [0, 1, 0]);
    assert_eq!(ingested.batch.lines.len(), 4);
    assert_eq!(
        ingested.rejects.order_id,
        [Some("O2".to_owned()), Some("O8".to_owned())]
    );
}

#[test]
fn duplicates_are_found_across_files() {
    let folder = folder(&small());
    fs::remove_file(folder.path().join("orders.csv")).expect("it is there");
    let orders = small()["orders"].clone();
    write(&orders, &folder.path().join("orders/a.csv"));
    write(
        &orders.replace("O3", "O4"),
        &folder.path().join("orders/b.csv"),
    );
    let ingested = read(folder.path(), &Silent).expect("the batch can be read");
    let duplicate = |row, id| ("orders", row, Code::DuplicateOrder, "order_id", id);
    assert_eq!(rejects(&ingested), [duplicate(3, "O1"), duplicate(4, "O2")]);
    assert_eq!(ingested.batch.orders.row.as_slice(), [0, 1, 2, 5]);
    let rows: Vec<u64> = ingested
        .inputs
        .iter()
        .take(2)
        .map(|input| input.rows)
        .collect();
    assert_eq!(rows, [3, 3]);
}

/// The small batch with many orders of two lines each. `id` names the order of a position; of every four orders one has a status
/// that is unknown and a line whose item is, if `faults`.
fn large(count: usize, id: impl Fn(usize) -> String, faults: bool) -> Csv {
    let mut orders =
        "order_id,placed_at,customer_id,country,postal_code,payment_status,card_hash\n".to_owned();
    let mut lines = "order_id,line_no,sku,quantity,unit_price\n".to_owned();
    for i in 0..count {
        let (name, bad) = (id(i), faults && i % 4 == 1);
        let (status, sku) = if bad {
            ("stolen", "S9")
        } else {
            ("paid", "S2")
        };
        let (customer, card) = (i * 7 % (count / 2), i * 13 % (count / 3));
        let _ = writeln!(
            orders,
            "{name},2026-11-27T18:30:00,C{customer},US,Z{},{status},a-long-card-number-{card}",
            i % 977
        );
        let _ = writeln!(lines, "{name},1,S1,1,1\n{name},2,{sku},1,1");
    }
    let mut batch = small();
    batch.extend([("orders", orders), ("order_lines", lines)]);
    batch
}

#[test]
fn counts_add_up_when_a_quarter_of_the_rows_is_broken() {
    let ingested = good(&large(400, |i| format!("O{i:04}"), true));
    let (batch, rejects) = (&ingested.batch, rejects(&ingested));
    let of = |table| rejects.iter().filter(|reject| reject.0 == table).count();
    assert_eq!(
        (of("orders"), of("order_lines"), rejects.len()),
        (100, 100, 200)
    );
    assert_eq!((batch.orders.len(), batch.lines.len()), (400, 700));
    assert_eq!(
        batch
            .orders
            .fault
            .iter()
            .filter(|fault| fault.is_some())
            .count(),
        100
    );
    assert_eq!(batch.orders.lines_dropped.iter().sum::<u32>(), 100);
    assert_eq!(rows_of(&ingested, "order_lines"), 800);
}

/// Checks names and numbers of a [`large`] batch against its recipe.
fn check_large(ingested: &Ingested, count: usize, id: impl Fn(usize) -> String) {
    let (batch, mut card_of) = (&ingested.batch, BTreeMap::new());
    assert_eq!((batch.orders.len(), batch.lines.len()), (count, 2 * count));
    for i in 0..count {
        let order = OrderIdx::from_usize(i);
        assert_eq!(batch.orders.id[order], id(i));
        let customer = batch.orders.customer[order].expect("it has one");
        assert_eq!(
            batch.customers.id[customer],
            format!("C{}", i * 7 % (count / 2))
        );
        assert_eq!(
            batch.destinations.postal_code[batch.orders.dest[order]],
            format!("Z{}", i % 977)
        );
        let card = batch.orders.card[order].expect("it has one");
        assert_eq!(*card_of.entry(i * 13 % (count / 3)).or_insert(card), card);
        let lines: Vec<u32> = batch
            .orders
            .lines(order)
            .map(|line| batch.lines.line_no[line])
            .collect();
        assert_eq!(lines, [1, 2]);
    }
    let mut cards: Vec<_> = card_of.values().collect();
    cards.sort();
    cards.dedup();
    assert_eq!(cards.len(), card_of.len());
}

#[test]
fn the_number_of_threads_does_not_matter() {
    const COUNT: usize = 70_000;
    let ascending = |i: usize| format!("O{i:08}");
    let jumbled = |i: usize| format!("an-order-{}", i * 30_011 % COUNT);
    let ids: [&dyn Fn(usize) -> String; 2] = [&ascending, &jumbled];
    for id in ids {
        let folder = folder(&large(COUNT, id, false));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads")
                .install(|| read(folder.path(), &Silent))
                .expect("the batch can be read")
        };
        let (one, two) = (on(1), on(2));
        check_large(&one, COUNT, id);
        assert!(meaning(&one) == meaning(&two), "the batches differ");
    }
}

#[test]
fn schema_errors_name_the_column_and_both_types() {
    let folder = folder(&small());
    let table = |name: &str| folder.path().join(name);
    for name in ["orders.csv", "order_lines.csv", "items.csv"] {
        fs::remove_file(table(name)).expect("it is there");
    }
    write(
        &small()["orders"].replace("placed_at", "when"),
        &table("orders.parquet"),
    );
    write(
        &small()["order_lines"].replace("O1,1,S1,1", "O1,1,S1,one"),
        &table("order_lines.arrow"),
    );
    write(
        &small()["items"].replace("sku", "article"),
        &table("items.csv"),
    );
    let (message, hint) = error(folder.path());
    let expected = [
        "orders.parquet: column placed_at: expected time, found no such column",
        "order_lines.arrow: column quantity: expected i64, found str",
        "items.csv: column sku: expected str, found no such column",
    ];
    for line in expected {
        assert!(message.contains(line), "{message}");
    }
    assert_eq!(message.lines().count(), 1 + expected.len(), "{message}");
    assert!(hint.contains("wavecrest schema"), "{hint}");
}

#[test]
fn a_required_table_must_be_there() {
    for table in [
        "orders",
        "order_lines",
        "items",
        "facilities",
        "inventory",
        "carrier_services",
        "rates",
        "zones",
    ] {
        let mut batch = small();
        batch.remove(table);
        let (message, hint) = error(folder(&batch).path());
        assert!(message.contains(&format!("no table {table};")), "{message}");
        assert!(hint.contains(&format!("add {table}.parquet")), "{hint}");
    }
    for table in [
        "slots",
        "layouts",
        "surcharges",
        "cartons",
        "customers",
        "history",
        "returns",
        "claims",
        "fx",
    ] {
        let mut batch = small();
        batch.remove(table);
        let notes = good(&batch).notes;
        assert!(
            notes
                .iter()
                .any(|note| note.starts_with(&format!("no table {table}: "))),
            "{notes:?}"
        );
    }
}

#[test]
fn what_is_not_in_the_schema_is_noted() {
    let mut batch = small();
    batch.insert("weather", "rain\n1\n".to_owned());
    let items = batch["items"].replace("category", "colour");
    batch.insert("items", items);
    let notes = good(&batch).notes;
    let expected = [
        "not tables of the schema, left out: weather.csv",
        "items: columns that are not in the schema, left out: colour",
    ];
    for note in expected {
        assert!(
            notes.iter().any(|found| found == note),
            "{note}: {notes:#?}"
        );
    }
}

#[test]
fn a_damaged_file_is_an_input_error() {
    for (name, content) in [
        ("orders.parquet", "PAR1 no PAR1"),
        ("orders.arrow", "ARROW1"),
        ("orders.csv", "a,b\n1,2,3\n"),
    ] {
        let mut batch = small();
        batch.remove("orders");
        let folder = folder(&batch);
        fs::write(folder.path().join(name), content).expect("the folder is ours");
        let (message, hint) = error(folder.path());
        assert!(message.contains(name), "{message}");
        assert!(!hint.is_empty());
    }
}

#[test]
fn headers_may_differ_in_case() {
    for extension in ["csv", "parquet", "arrow"] {
        let mut batch = small();
        let orders = batch.remove("orders").expect("it is there");
        let folder = folder(&batch);
        let orders = orders
            .replace("order_id", "ORDER_ID")
            .replace("postal_code", "Postal_Code");
        write(&orders, &folder.path().join(format!("orders.{extension}")));
        let found = read(folder.path(), &Silent).expect("the batch can be read");
        assert_eq!(meaning(&found), meaning(&good(&small())), "{extension}");
        let note = "orders: headers that differ in case, taken as meant: ORDER_ID, Postal_Code";
        assert!(
            found.notes.iter().any(|found| found == note),
            "{:#?}",
            found.notes
        );
    }
}

#[test]
fn an_empty_file_is_as_good_as_none() {
    let mut batch = small();
    batch.insert("slots", String::new());
    let ingested = good(&batch);
    assert_eq!(rows_of(&ingested, "slots"), 0);
    let note = "empty files (0 bytes), taken as not there: slots.csv";
    assert!(
        ingested.notes.iter().any(|found| found == note),
        "{:#?}",
        ingested.notes
    );
    batch.remove("slots");
    assert_eq!(meaning(&ingested), meaning(&good(&batch)));
    batch.insert("items", String::new());
    let (message, _) = error(folder(&batch).path());
    assert!(
        message.ends_with("items.csv is empty: it has 0 bytes"),
        "{message}"
    );
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    let mut batch = small();
    for table in ["slots", "order_lines", "claims"] {
        let header = batch[table]
            .lines()
            .next()
            .map(|header| format!("{header}\n"));
        batch.insert(table, header.expect("a header"));
    }
    let ingested = good(&batch);
    assert_eq!(
        (ingested.batch.lines.len(), ingested.batch.orders.len()),
        (0, 3)
    );
    assert_eq!(ingested.batch.orders.first_line, [0, 0, 0, 0]);
    assert_eq!(rejects(&ingested), []);
}

#[test]
fn text_that_is_not_utf_8_is_refused_with_what_it_is() {
    for (order, mark) in [("UTF-16LE", true), ("UTF-16BE", true), ("UTF-16LE", false)] {
        let folder = folder(&small());
        let text = format!("{}{}", if mark { "\u{feff}" } else { "" }, small()["items"]);
        let bytes = |unit: u16| {
            if order == "UTF-16LE" {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        fs::write(folder.path().join("items.csv"), bytes).expect("the folder is ours");
        let (message, hint) = error(folder.path());
        assert!(
            message.contains(&format!("items.csv: this is {order} text")),
            "{message}"
        );
        assert!(hint.contains("iconv -f UTF-16 -t UTF-8"), "{hint}");
    }
}

#[test]
fn numbers_out_of_range_and_halves_have_fitting_hints() {
    let mut batch = small();
    batch
        .entry("order_lines")
        .or_default()
        .push_str("O1,3,S1,2.5,1\nO1,0,S1,1,1\n");
    let ingested = good(&batch);
    let expected = [
        ("order_lines", 4, Code::NotANumber, "quantity", "2.5"),
        ("order_lines", 5, Code::Overflow, "line_no", "0"),
    ];
    assert_eq!(rejects(&ingested), expected);
    assert!(Code::NotANumber.hint().contains("whole"));
    assert!(Code::Overflow.hint().contains("range"));
}

#[test]
fn epoch_seconds_are_times_in_any_format() {
    let expected = good(&small()).batch.orders.placed_at;
    for extension in ["csv", "parquet"] {
        let mut batch = small();
        let orders = batch.remove("orders").expect("it is there");
        let orders = orders
            .replace("2026-11-27T18:30:00", "1795804200")
            .replace("2026-11-27T18:31:00", "1795804260")
            .replace("2026-11-27T18:32:00", "1795804320");
        let folder = folder(&batch);
        write(&orders, &folder.path().join(format!("orders.{extension}")));
        let found = read(folder.path(), &Silent).expect("the batch can be read");
        assert_eq!(rejects(&found), [], "{extension}");
        assert_eq!(found.batch.orders.placed_at, expected, "{extension}");
    }
}
