//! The only reader: from a folder of tables to the [`Batch`].
//!
//! ```text
//! files -> scan -> cast -> build -> Batch
//!            |       |       |
//!          Error   rejects  rejects
//! ```
//!
//! `schema` is the contract, declared once; `files` finds the tables and fingerprints them; `scan` checks their types and has polars
//! read the columns of the contract; `column` casts cells to the types of `logical`; `build` turns names into dense numbers
//! (`intern`) and applies the `rules` on rows. What makes a table unusable is an [`Error`](crate::error::Error); what makes a row unusable is a
//! row of [`Rejects`], and nothing is dropped silently.
//!
//! Memory: the batch, and the columns of the contract as polars holds them (16 bytes and the characters for each text).

mod build;
mod column;
mod doc;
mod faults;
mod files;
mod incumbent;
mod intern;
mod logical;
mod notes;
mod rows;
mod rules;
mod scan;
mod schema;
mod strs;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use doc::{schema_json, schema_markdown};
pub use incumbent::{INCUMBENT, incumbent, incumbent_format};

use crate::error::Result;
use crate::model::Batch;
use crate::model::plan::Rejects;
use crate::stage::Reporter;
use column::Raw;
use files::TableFile;
use scan::Opened;
use schema::{TABLES, Tables};

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    pub table: String,
    /// Within the batch folder.
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
    /// BLAKE3 hash of the file, hexadecimal.
    pub fingerprint: String,
}

/// Rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCount {
    pub table: String,
    pub rows: u64,
}

/// What was read.
pub struct Ingested {
    pub batch: Batch,
    /// Rows that are not in the batch (or, for orders, that must not be planned), and why.
    pub rejects: Rejects,
    pub inputs: Vec<InputFile>,
    /// Rows read, for every table of the contract that is there.
    pub counts: Vec<TableCount>,
    /// What a person should know: unknown files and columns, what is missing and what that means, what was assumed.
    pub notes: Vec<String>,
}

/// Reads the batch in `folder`. Reports bytes read.
///
/// The batch and the rejects are the same on any number of threads.
pub fn read(folder: &Path, reporter: &dyn Reporter) -> Result<Ingested> {
    let (mut found, others) = files::find(folder, TABLES)?;
    let mut notes = Vec::new();
    files::without_empty(&mut found, &mut notes)?;
    let opened = found
        .into_par_iter()
        .map(scan::open)
        .collect::<Result<Vec<Opened>>>()?;
    scan::check(&opened)?;
    notes.extend(notes::notes(&opened, &others));
    reporter.start(
        "ingest",
        opened
            .iter()
            .flat_map(|table| &table.sources)
            .map(|source| source.file.bytes)
            .sum(),
    );
    let (tables, inputs) = rayon::join(|| tables(&opened, reporter), || inputs(&opened));
    let (tables, mut inputs) = (tables?, inputs?);
    for (input, rows) in inputs.iter_mut().zip(tables.file_rows()) {
        input.rows = rows as u64;
    }
    let (batch, rejects) = build::batch(tables, &mut notes);
    for note in &notes {
        tracing::info!("{note}");
    }
    reporter.finish();
    Ok(Ingested {
        batch,
        rejects,
        counts: counts(&inputs),
        inputs,
        notes,
    })
}

/// Reads and casts all tables.
fn tables(opened: &[Opened], reporter: &dyn Reporter) -> Result<Tables> {
    Tables::read(|spec| {
        let table = opened.iter().find(|table| table.spec.name == spec.name);
        let raw = table
            .map(scan::read)
            .transpose()?
            .unwrap_or_else(|| Raw::nothing(spec));
        let bytes = table
            .iter()
            .flat_map(|table| &table.sources)
            .map(|source| source.file.bytes)
            .sum();
        reporter.advance(bytes);
        Ok(raw)
    })
}

/// All files with their fingerprints, in the order of the tables; rows are filled in when they are read.
fn inputs(opened: &[Opened]) -> Result<Vec<InputFile>> {
    let input = |(table, file): (&str, &TableFile)| {
        Ok(InputFile {
            table: table.to_owned(),
            path: file.name.clone(),
            rows: 0,
            bytes: file.bytes,
            fingerprint: files::fingerprint(&file.path)?,
        })
    };
    let files: Vec<(&str, &TableFile)> = opened
        .iter()
        .flat_map(|table| {
            table
                .sources
                .iter()
                .map(|source| (table.spec.name, &source.file))
        })
        .collect();
    files.into_par_iter().map(input).collect()
}

/// Rows of every table that is there.
fn counts(inputs: &[InputFile]) -> Vec<TableCount> {
    let mut counts: Vec<TableCount> = Vec::new();
    for input in inputs {
        match counts.last_mut().filter(|count| count.table == input.table) {
            Some(count) => count.rows += input.rows,
            None => counts.push(TableCount {
                table: input.table.clone(),
                rows: input.rows,
            }),
        }
    }
    counts
}
