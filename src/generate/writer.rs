//! Writes tables as Parquet, one row group per chunk of rows.
//!
//! Rows are drawn and encoded on all threads, and appended to the file in the order of the chunks: the bytes do not depend
//! on the number of threads. Memory: at most two encoded row groups per thread, plus one being drawn on each.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use serde::Serialize;

use super::failure::{Error, Result, internal, io};

/// Columns of (nearly) distinct values: a dictionary would only cost time.
const DISTINCT: [&str; 14] = [
    "order_id",
    "customer_id",
    "placed_at",
    "lat",
    "lon",
    "card_hash",
    "email_hash",
    "device_hash",
    "deliver_by",
    "slot_id",
    "description",
    "first_order_at",
    "return_id",
    "claim_id",
];

/// Rows and bytes of a finished table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableSummary {
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
}

/// A row group, encoded and compressed, not yet in a file.
#[derive(Default)]
pub struct Encoded {
    rows: u64,
    columns: Vec<ArrowColumnChunk>,
}

/// Encodes record batches of one table; shared by all threads.
pub struct Encoder {
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
}

impl Encoder {
    /// Encodes a batch of the table's schema as one row group.
    pub fn encode(&self, batch: &RecordBatch) -> Result<Encoded> {
        self.try_encode(batch)
            .map_err(|error| internal("Parquet encoding", error))
    }

    fn try_encode(&self, batch: &RecordBatch) -> std::result::Result<Encoded, ParquetError> {
        let mut writers = self.factory.create_column_writers(0)?.into_iter();
        let mut columns = Vec::with_capacity(batch.num_columns());
        for (field, array) in self.schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, array)? {
                let Some(mut writer) = writers.next() else {
                    continue;
                };
                writer.write(&leaf)?;
                columns.push(writer.close()?);
            }
        }
        Ok(Encoded {
            rows: batch.num_rows() as u64,
            columns,
        })
    }
}

/// One Parquet file being written.
pub struct TableWriter {
    name: String,
    path: PathBuf,
    file: SerializedFileWriter<BufWriter<File>>,
    rows: u64,
}

impl TableWriter {
    /// Creates `<folder>/<name>.parquet` for the schema of `sample` (usually an empty batch).
    pub fn create(folder: &Path, name: &str, sample: &RecordBatch) -> Result<(Self, Encoder)> {
        let path = folder.join(format!("{name}.parquet"));
        let output = File::create(&path).map_err(|error| io(&path, &error))?;
        let schema = sample.schema();
        let file = open(output, &schema).map_err(|error| broken(&path, error))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        Ok((
            Self {
                name: name.to_owned(),
                path,
                file,
                rows: 0,
            },
            Encoder { schema, factory },
        ))
    }

    /// Appends a row group; an empty one is left out.
    pub fn append(&mut self, encoded: Encoded) -> Result<()> {
        if encoded.rows == 0 {
            return Ok(());
        }
        self.rows += encoded.rows;
        let append = || -> std::result::Result<(), ParquetError> {
            let mut group = self.file.next_row_group()?;
            for column in encoded.columns {
                column.append_to_row_group(&mut group)?;
            }
            group.close()?;
            Ok(())
        };
        append().map_err(|error| broken(&self.path, error))
    }

    /// Writes the footer and brings the file to disk.
    pub fn close(self) -> Result<TableSummary> {
        let path = self.path;
        let output = self
            .file
            .into_inner()
            .map_err(|error| broken(&path, error))?;
        let file = output
            .into_inner()
            .map_err(|error| io(&path, error.error()))?;
        file.sync_all().map_err(|error| io(&path, &error))?;
        let bytes = file.metadata().map_err(|error| io(&path, &error))?.len();
        Ok(TableSummary {
            name: self.name,
            rows: self.rows,
            bytes,
        })
    }
}

fn open(
    output: File,
    schema: &SchemaRef,
) -> std::result::Result<SerializedFileWriter<BufWriter<File>>, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("wavecrest generate".to_owned());
    for name in DISTINCT {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    let descriptor = ArrowSchemaConverter::new().convert(schema)?;
    let mut properties = properties.build();
    parquet::arrow::add_encoded_arrow_schema_to_metadata(schema, &mut properties);
    SerializedFileWriter::new(
        BufWriter::new(output),
        descriptor.root_schema_ptr(),
        Arc::new(properties),
    )
}

fn broken(path: &Path, error: ParquetError) -> Error {
    match error {
        // A full disk comes as an external error.
        ParquetError::External(cause) => io(path, &std::io::Error::other(cause)),
        other => internal(&path.display().to_string(), other),
    }
}

/// Writes a table of `rows` rows in row groups of `chunk`, each made by `make(from, to)`.
pub fn write_table(
    folder: &Path,
    name: &str,
    rows: usize,
    chunk: usize,
    make: impl Fn(usize, usize) -> Result<RecordBatch> + Sync,
) -> Result<TableSummary> {
    let (mut writer, encoder) = TableWriter::create(folder, name, &make(0, 0)?)?;
    let encode =
        |index: usize| encoder.encode(&make(index * chunk, rows.min((index + 1) * chunk))?);
    in_order(rows.div_ceil(chunk), encode, |encoded| {
        writer.append(encoded)
    })?;
    writer.close()
}

/// Makes `count` results on all threads and takes them in order, with at most two per thread waiting.
pub fn in_order<T: Send>(
    count: usize,
    make: impl Fn(usize) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let window = 2 * rayon::current_num_threads().max(1);
    for start in (0..count).step_by(window) {
        let end = count.min(start + window);
        let made: Vec<Result<T>> = (start..end).into_par_iter().map(&make).collect();
        for one in made {
            take(one?)?;
        }
    }
    Ok(())
}
