use super::*;
use crate::report::{output_tables, sample};

#[test]
fn the_same_table_gives_the_same_bytes() {
    let (batch, plan, _) = sample::night();
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for format in Format::ALL {
        let written = dirs.each_ref().map(|dir| {
            let tables = output_tables(&batch, &plan).into_iter();
            tables
                .map(|table| write_table(table, dir.path(), format).unwrap())
                .collect::<Vec<_>>()
        });
        assert_eq!(written[0], written[1], "{format:?}");
        for table in &written[0] {
            let bytes = std::fs::read(dirs[0].path().join(&table.file)).unwrap();
            assert_eq!(table.bytes, bytes.len() as u64);
            assert_eq!(table.blake3, blake3::hash(&bytes).to_hex().to_string());
        }
    }
}

#[test]
fn parquet_reads_back_and_times_are_timestamps_for_every_reader() {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let (batch, plan, _) = sample::night();
    let dir = tempfile::tempdir().unwrap();
    let table = output_tables(&batch, &plan)
        .into_iter()
        .find(|t| t.name == "shipments")
        .unwrap();
    let (schema, rows) = (table.schema.clone(), table.rows);
    let written = write_table(table, dir.path(), Format::Parquet).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(
        File::open(dir.path().join(written.file)).unwrap(),
    )
    .unwrap();
    let file = reader.metadata().file_metadata();
    assert_eq!(file.created_by(), Some("wavecrest"));
    let column = file
        .schema_descr()
        .columns()
        .iter()
        .find(|c| c.name() == "ship_by")
        .unwrap()
        .clone();
    assert!(
        column.logical_type_ref().is_some(),
        "Spark and DuckDB see a timestamp"
    );
    assert_eq!(*reader.schema(), schema);
    assert_eq!(
        reader
            .build()
            .unwrap()
            .map(|b| b.unwrap().num_rows())
            .sum::<usize>(),
        rows
    );
}

#[test]
fn csv_has_a_header_and_moments_as_text() {
    let (batch, plan, _) = sample::night();
    let dir = tempfile::tempdir().unwrap();
    for table in output_tables(&batch, &plan) {
        write_table(table, dir.path(), Format::Csv).unwrap();
    }
    let times = std::fs::read_to_string(dir.path().join("cycle_times.csv")).unwrap();
    let mut lines = times.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("shipment_id,order_id,facility_id,placed,released")
    );
    assert!(lines.next().unwrap().contains("2026-11-2"));
    let empty = std::fs::read_to_string(dir.path().join("refunds.csv")).unwrap();
    assert_eq!(empty.lines().count(), 1);
}

#[test]
fn a_missing_folder_is_named() {
    let (batch, plan, _) = sample::night();
    let table = output_tables(&batch, &plan).remove(0);
    let error = write_table(table, Path::new("/nowhere/run"), Format::Csv).unwrap_err();
    assert!(
        error.to_string().contains("/nowhere/run/order_states.csv"),
        "{error}"
    );
    assert_eq!(error.fault.exit_code(), 1);
}
