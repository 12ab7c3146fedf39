//! From a folder to columns: which files a table has, whether their types fit the contract, and reading what is needed of them.
//!
//! polars reads file by file, only the columns of the contract. (Its lazy scan of a folder would refuse files whose integer widths
//! differ, and stops the process on column types it was not compiled for, even where nobody asks for the column.)
//! CSV files are read as text, so that a bad cell is a matter of its row and not of the file.

use std::fmt::Write as _;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::column::Raw;
use super::files::{self, Format, TableFile, TableFiles};
use super::logical::Stored;
use super::tables::{ColumnSpec, Presence, TableSpec};
use crate::error::{Error, Result};

/// A file of a table and the columns it has.
pub struct Source {
    pub file: TableFile,
    /// Their names, those of the contract in its own case.
    pub columns: Vec<(PlSmallStr, Stored)>,
    /// Columns whose name in the file differs in case: that name, and the one in the contract.
    pub renamed: Vec<(PlSmallStr, &'static str)>,
}

/// A table's files, opened.
pub struct Opened {
    pub spec: &'static TableSpec,
    pub sources: Vec<Source>,
}

/// Opens all files of a table: reads their schemas, not their rows.
pub fn open(table: TableFiles) -> Result<Opened> {
    let open = |file: TableFile| {
        if file.format == Format::Csv {
            files::utf8(&file)?;
        }
        let mut columns = guarded(&file, || columns(&file))?;
        let renamed = rename(&mut columns, table.spec);
        Ok(Source {
            file,
            columns,
            renamed,
        })
    };
    Ok(Opened {
        spec: table.spec,
        sources: table.files.into_iter().map(open).collect::<Result<_>>()?,
    })
}

/// Gives columns of the contract that are written in another case their names, and says which.
fn rename(
    columns: &mut [(PlSmallStr, Stored)],
    spec: &'static TableSpec,
) -> Vec<(PlSmallStr, &'static str)> {
    let mut renamed: Vec<(PlSmallStr, &'static str)> = Vec::new();
    for column in spec.columns {
        if columns.iter().any(|(name, _)| name == column.name) {
            continue;
        }
        let mut names = columns.iter_mut().map(|(name, _)| name);
        if let Some(name) = names.find(|name| name.trim().eq_ignore_ascii_case(column.name)) {
            renamed.push((name.clone(), column.name));
            *name = column.name.into();
        }
    }
    renamed
}

/// Reads the columns that the contract names.
pub fn read(opened: &Opened) -> Result<Raw> {
    let parts = opened
        .sources
        .iter()
        .map(|source| guarded(&source.file, || frame(source, opened.spec)))
        .collect::<Result<Vec<DataFrame>>>()?;
    let rows: usize = parts.iter().map(DataFrame::height).sum();
    if rows >= u32::MAX as usize {
        return Err(Error::input(format!(
            "{} has {rows} rows, more than 4,294,967,294",
            opened.spec.name
        ))
        .hint("plan the night in several batches"));
    }
    Ok(Raw {
        spec: opened.spec,
        rows,
        parts,
    })
}

/// An error listing every column of every table that is missing or has a type that cannot be used.
pub fn check(tables: &[Opened]) -> Result<()> {
    let mut mismatches = String::new();
    for Opened { spec, sources } in tables {
        for source in sources {
            for column in spec.columns {
                if let Some((expected, found)) = mismatch(column, source) {
                    let (file, name) = (&source.file.name, column.name);
                    let _ = write!(
                        mismatches,
                        "\n  {file}: column {name}: expected {expected}, found {found}"
                    );
                }
            }
        }
    }
    if mismatches.is_empty() {
        return Ok(());
    }
    let mut hint = "`wavecrest schema` lists the tables, their columns and types".to_owned();
    if tables
        .iter()
        .any(|table| table.sources.iter().any(one_wide_column))
    {
        hint += "; CSV files are separated by commas";
    }
    Err(Error::input(format!("the batch does not follow the schema:{mismatches}")).hint(hint))
}

/// A CSV file whose only column is named like several: it has another separator.
fn one_wide_column(source: &Source) -> bool {
    let wide = |name: &str| name.contains([';', '\t', '|']);
    source.file.format == Format::Csv && matches!(&source.columns[..], [(name, _)] if wide(name))
}

/// What a column should be and what it is, if that does not fit.
fn mismatch(column: &ColumnSpec, source: &Source) -> Option<(String, String)> {
    let must = matches!(column.presence, Presence::Required | Presence::Nullable);
    let found = source.columns.iter().find(|(name, _)| name == column.name);
    let found = match found {
        None if must => "no such column".to_owned(),
        Some((_, stored))
            if column.presence != Presence::Unread && !fits(column, stored, source.file.format) =>
        {
            stored.to_string()
        }
        _ => return None,
    };
    Some((column.kind.to_owned(), found))
}

fn fits(column: &ColumnSpec, stored: &Stored, format: Format) -> bool {
    *stored == Stored::Nothing || format == Format::Csv || column.stored.contains(stored)
}

impl std::fmt::Display for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stored::Integer => "integer",
            Stored::Float => "float",
            Stored::Flag => "bool",
            Stored::Text => "str",
            Stored::Time => "time",
            Stored::Date => "date",
            Stored::Clock => "time of day",
            Stored::Nothing => "only nulls",
            Stored::Other(name) => name,
        })
    }
}

/// What an Arrow type is to the contract.
fn stored(arrow: &ArrowDataType) -> Stored {
    use ArrowDataType as A;
    match arrow {
        A::Int8 | A::Int16 | A::Int32 | A::Int64 | A::UInt32 | A::UInt64 => Stored::Integer,
        A::Float32 | A::Float64 => Stored::Float,
        A::Boolean => Stored::Flag,
        A::Utf8 | A::LargeUtf8 | A::Utf8View => Stored::Text,
        A::Dictionary(_, values, _) if stored(values) == Stored::Text => Stored::Text,
        A::Timestamp(..) | A::Date64 => Stored::Time,
        A::Date32 => Stored::Date,
        A::Time32(_) | A::Time64(_) => Stored::Clock,
        A::Null => Stored::Nothing,
        other => Stored::Other(format!("{other:?}")),
    }
}

fn arrow_columns(schema: &ArrowSchema) -> Vec<(PlSmallStr, Stored)> {
    schema
        .iter()
        .map(|(name, field)| (name.clone(), stored(field.dtype())))
        .collect()
}

fn columns(file: &TableFile) -> PolarsResult<Vec<(PlSmallStr, Stored)>> {
    let open = || File::open(&file.path);
    match file.format {
        Format::Parquet => Ok(arrow_columns(&*ParquetReader::new(open()?).schema()?)),
        Format::Arrow => Ok(arrow_columns(&*IpcReader::new(open()?).schema()?)),
        Format::Csv => {
            let head = csv(&file.path)
                .with_n_rows(Some(0))
                .try_into_reader_with_file_path(None)?
                .finish()?;
            Ok(head
                .get_column_names_owned()
                .into_iter()
                .map(|name| (name, Stored::Text))
                .collect())
        }
    }
}

/// Everything is text; a row may end early but not late.
fn csv(path: &Path) -> CsvReadOptions {
    CsvReadOptions::default()
        .with_path(Some(path))
        .with_infer_schema_length(Some(0))
        .with_raise_if_empty(true)
}

/// The columns of `source` that are read.
fn frame(source: &Source, spec: &TableSpec) -> PolarsResult<DataFrame> {
    let wanted: Vec<PlSmallStr> = spec
        .columns
        .iter()
        .filter(|column| column.presence != Presence::Unread)
        .filter_map(|column| source.columns.iter().find(|(name, _)| name == column.name))
        .map(|(name, _)| name.clone())
        .collect();
    let in_file = |name: &PlSmallStr| {
        let renamed = source.renamed.iter().find(|(_, now)| name == now);
        renamed.map_or_else(|| name.clone(), |(then, _)| then.clone())
    };
    let stored: Vec<PlSmallStr> = wanted.iter().map(in_file).collect();
    let names = || Some(stored.iter().map(PlSmallStr::to_string).collect());
    let open = || File::open(&source.file.path);
    let mut frame = match source.file.format {
        Format::Parquet => ParquetReader::new(open()?).with_columns(names()).finish(),
        Format::Arrow => IpcReader::new(open()?)
            .with_columns(names())
            .set_rechunk(false)
            .finish(),
        Format::Csv => csv(&source.file.path)
            .with_columns(Some(Arc::from(stored.clone())))
            .try_into_reader_with_file_path(None)?
            .finish(),
    }?;
    for (then, now) in &source.renamed {
        if stored.contains(then) {
            frame.rename(then, (*now).into())?;
        }
    }
    Ok(frame)
}

/// Runs a polars reader on `file`; what it says, and even its panic on a damaged file, becomes an input error.
fn guarded<T>(file: &TableFile, read: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    let unreadable = |why: String| {
        let why = why.lines().next().unwrap_or_default().to_owned();
        Error::input(format!("cannot read {}: {why}", file.path.display())).hint(file.format.hint())
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| match error {
            PolarsError::IO { error, .. } => unreadable(error.to_string()),
            error => unreadable(error.to_string()),
        }),
        Err(_) => Err(unreadable("it is damaged".to_owned())),
    }
}
