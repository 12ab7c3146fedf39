//! Tables to files: Parquet, Arrow IPC or CSV, the same bytes for the same table, on disk before the function returns.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use super::OutputTable;
use super::format::rfc3339;
use crate::error::{Error, Result};
use crate::model::units::Timestamp;

/// File format of the output tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Parquet,
    /// Arrow IPC file.
    Arrow,
    Csv,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Parquet, Format::Arrow, Format::Csv];
    /// File name extension, and the name on the command line.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Csv => "csv",
        }
    }
}

/// A table on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenTable {
    pub name: String,
    /// File name within the folder.
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    /// Fingerprint of the file, hexadecimal.
    pub blake3: String,
}

/// Writes `table` to `dir/<name>.<extension>` and syncs it.
///
/// # Errors
/// `Fault::Resource` with the path when the file cannot be created, written or synced.
pub fn write_table(table: OutputTable<'_>, dir: &Path, format: Format) -> Result<WrittenTable> {
    let file = format!("{}.{}", table.name, format.extension());
    let path = dir.join(&file);
    let (name, rows) = (table.name.to_owned(), table.rows as u64);
    let written = File::create(&path)
        .and_then(|target| {
            let mut sink = BufWriter::with_capacity(1 << 20, Hashing::new(target));
            match format {
                Format::Parquet => parquet(table, &mut sink)?,
                Format::Arrow => ipc(table, &mut sink)?,
                Format::Csv => csv(table, &mut sink)?,
            }
            let sink = sink.into_inner().map_err(io::IntoInnerError::into_error)?;
            sink.file.sync_all()?;
            Ok((sink.bytes, sink.hasher.finalize()))
        })
        .map_err(|e| Error::io("write", &path, &e))?;
    Ok(WrittenTable {
        name,
        file,
        rows,
        bytes: written.0,
        blake3: written.1.to_hex().to_string(),
    })
}

/// Counts and hashes what goes through.
struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    fn new(file: File) -> Self {
        Hashing {
            file,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }
}

impl Write for Hashing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Fixed, so that bytes do not change with the version of a library: no library version in the file, one compression level.
fn properties() -> io::Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_created_by("wavecrest".into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(1 << 20))
        .build())
}

fn parquet(table: OutputTable<'_>, sink: &mut (impl Write + Send)) -> io::Result<()> {
    let mut writer =
        ArrowWriter::try_new(sink, table.schema, Some(properties()?)).map_err(of_parquet)?;
    for batch in table.batches {
        writer.write(&batch).map_err(of_parquet)?;
    }
    writer.close().map_err(of_parquet)?;
    Ok(())
}

/// The I/O failure within an error of parquet, so that a full disk still reads as one.
fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => source
            .downcast::<io::Error>()
            .map_or_else(io::Error::other, |source| *source),
        other => io::Error::other(other),
    }
}

fn of_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    }
}

fn ipc(table: OutputTable<'_>, sink: &mut impl Write) -> io::Result<()> {
    let mut writer = FileWriter::try_new(sink, &table.schema).map_err(of_arrow)?;
    for batch in table.batches {
        writer.write(&batch).map_err(of_arrow)?;
    }
    writer.finish().map_err(of_arrow)
}

fn csv(table: OutputTable<'_>, sink: &mut impl Write) -> io::Result<()> {
    let schema = text_schema(&table.schema);
    let mut writer = WriterBuilder::new().with_header(true).build(sink);
    let empty = RecordBatch::new_empty(schema.clone());
    let batches = table.batches.map(|batch| with_text_times(&schema, &batch));
    // The empty batch gives tables without rows their header.
    for batch in std::iter::once(empty).chain(batches) {
        writer.write(&batch).map_err(of_arrow)?;
    }
    Ok(())
}

/// The schema with moments as text: RFC 3339 in UTC, as ingest reads them.
fn text_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Timestamp(..) => Field::new(field.name(), DataType::Utf8, field.is_nullable()),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn with_text_times(schema: &SchemaRef, batch: &RecordBatch) -> RecordBatch {
    let columns = batch.columns().iter().map(|column| {
        let times = column.as_any().downcast_ref::<TimestampMillisecondArray>();
        times.map_or_else(|| column.clone(), text_times)
    });
    RecordBatch::try_new(schema.clone(), columns.collect())
        .expect("only the type of the timestamps changed")
}

fn text_times(times: &TimestampMillisecondArray) -> ArrayRef {
    let texts = times
        .iter()
        .map(|time| time.map(|ms| rfc3339(Timestamp(ms.div_euclid(1_000)))));
    Arc::new(texts.collect::<StringArray>())
}

#[cfg(test)]
mod tests;
