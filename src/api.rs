//! The library: plan a batch given as Arrow record batches or as a folder, and get the decisions as Arrow record batches.
//!
//! ```no_run
//! use wavecrest::{api, params::Params};
//!
//! let planned = api::plan_folder("datasets/uk_retail_peak".as_ref(), &Params::default(), 7)?;
//! for table in planned.tables() {
//!     let rows: usize = table.batches.map(|batch| batch.num_rows()).sum();
//!     println!("{} {rows}", table.name);
//! }
//! # Ok::<(), wavecrest::error::Error>(())
//! ```
//!
//! The schema of every input table is what `wavecrest schema` prints, of every output table what `wavecrest schema --outputs` prints.
//! An engine that shards a night (order-complete shards) calls [`plan_tables`] per shard.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use arrow::array::RecordBatch;
use arrow::ipc::writer::FileWriter;

use crate::error::{Error, Result};
use crate::ingest::{self, Ingested};
use crate::model::Batch;
use crate::model::plan::Plan;
use crate::params::Params;
use crate::pipeline::{self, Flow, StageRecord};
use crate::report::{OutputTable, output_tables};
use crate::stage::{Ctx, Silent};

/// A planned batch.
pub struct Planned {
    pub batch: Batch,
    pub plan: Plan,
    /// What each stage took, and what its check found.
    pub stages: Vec<StageRecord>,
    /// What the batch lacked and what that switched off.
    pub notes: Vec<String>,
}

impl Planned {
    /// Every output table in chunks of record batches; nothing is copied until they are asked for.
    pub fn tables(&self) -> Vec<OutputTable<'_>> {
        output_tables(&self.batch, &self.plan)
    }

    /// Every stage's check held.
    pub fn checks_hold(&self) -> bool {
        self.stages.iter().all(|stage| stage.violations.is_empty())
    }
}

/// Plans the batch in a folder.
///
/// # Errors
/// Those of [`ingest::read`] and of the stages; a violated check is no error, see [`Planned::checks_hold`].
pub fn plan_folder(folder: &Path, params: &Params, seed: u64) -> Result<Planned> {
    params.validate()?;
    let Ingested {
        batch,
        rejects,
        notes,
        ..
    } = ingest::read(folder, &Silent)?;
    let never = AtomicBool::new(false);
    let begun = std::time::Instant::now();
    let elapsed = || begun.elapsed();
    let mut flow = Flow::new(
        Ctx {
            params,
            seed,
            reporter: &Silent,
            cancel: &never,
            elapsed: &elapsed,
        },
        None,
    );
    let plan = pipeline::plan(&batch, rejects, &mut flow)?;
    Ok(Planned {
        batch,
        plan,
        stages: flow.records,
        notes,
    })
}

/// Plans a batch given as (table name, record batches of one schema). Tables pass through Arrow IPC files in a temporary folder, so that
/// there is one reader, with one set of rules, for every form of input.
///
/// # Errors
/// Those of [`plan_folder`], and a full or read-only temporary folder.
pub fn plan_tables(
    tables: &[(&str, Vec<RecordBatch>)],
    params: &Params,
    seed: u64,
) -> Result<Planned> {
    let folder = tempfile::tempdir()
        .map_err(|e| Error::io("create a folder in", &std::env::temp_dir(), &e))?;
    for (name, batches) in tables {
        if let Some(first) = batches.first() {
            let path = folder.path().join(format!("{name}.arrow"));
            let file = File::create(&path).map_err(|e| Error::io("write", &path, &e))?;
            let written =
                FileWriter::try_new_buffered(file, &first.schema()).and_then(|mut writer| {
                    batches.iter().try_for_each(|batch| writer.write(batch))?;
                    writer.finish()
                });
            written.map_err(|e| {
                Error::input(format!("table {name}: {e}"))
                    .hint("all batches of a table have one schema")
            })?;
        }
    }
    plan_folder(folder.path(), params, seed)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use arrow::ipc::reader::FileReader;

    use super::*;
    use crate::generate::{self, Spec};
    use crate::report::{Format, write_table};

    /// Tables of a batch folder as record batches.
    fn read_tables(folder: &Path) -> Vec<(String, Vec<RecordBatch>)> {
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let parquet = files.filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "parquet")
        });
        parquet
            .map(|path| {
                let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
                    File::open(&path).unwrap(),
                );
                let batches = reader
                    .unwrap()
                    .build()
                    .unwrap()
                    .collect::<std::result::Result<_, _>>()
                    .unwrap();
                (
                    path.file_stem().unwrap().to_str().unwrap().to_owned(),
                    batches,
                )
            })
            .collect()
    }

    #[test]
    fn record_batches_in_give_the_same_record_batches_out_as_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("batch");
        generate::generate(
            &Spec {
                orders: 300,
                ..Spec::default()
            },
            &folder,
            &|_, _| {},
        )
        .unwrap();
        let tables = read_tables(&folder);
        let tables: Vec<(&str, Vec<RecordBatch>)> = tables
            .iter()
            .map(|(name, rows)| (&**name, rows.clone()))
            .collect();
        let params = Params::default();
        let from_tables = plan_tables(&tables, &params, 7).unwrap();
        let from_folder = plan_folder(&folder, &params, 7).unwrap();
        assert!(from_tables.checks_hold());
        for (a, b) in from_tables.tables().into_iter().zip(from_folder.tables()) {
            assert_eq!(
                a.batches.collect::<Vec<_>>(),
                b.batches.collect::<Vec<_>>(),
                "{}",
                a.name
            );
        }
        // What is written is what the library gives.
        let table = from_tables.tables().swap_remove(0);
        let rows = table.rows;
        let written = write_table(table, dir.path(), Format::Arrow).unwrap();
        let file = BufReader::new(File::open(dir.path().join(&written.file)).unwrap());
        let read: usize = FileReader::try_new(file, None)
            .unwrap()
            .map(|batch| batch.unwrap().num_rows())
            .sum();
        assert_eq!(read, rows);
    }

    #[test]
    fn a_missing_table_is_named() {
        let error = plan_tables(&[], &Params::default(), 7).err().unwrap();
        assert!(error.to_string().contains("orders"), "{error}");
    }
}
