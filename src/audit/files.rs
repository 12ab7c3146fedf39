//! Reading a run folder back: typed columns of any table, whatever its file format.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::stage::Violation;

/// What a column is read as.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `Int64`; moments as epoch seconds.
    Int,
    Text,
    Flag,
}

/// A finished run folder.
pub struct RunFiles {
    folder: PathBuf,
    pub manifest: Value,
    pub metrics: Value,
    /// Table to file, outputs.
    outputs: BTreeMap<String, PathBuf>,
    /// Table to files in order, inputs.
    inputs: BTreeMap<String, Vec<PathBuf>>,
}

impl RunFiles {
    pub fn open(folder: &Path) -> Result<RunFiles> {
        if !folder.is_dir() {
            return Err(
                Error::input(format!("{} is not a folder", folder.display()))
                    .hint("name a run folder that `wavecrest run` wrote"),
            );
        }
        let manifest = folder.join("manifest.json");
        if !manifest.is_file() {
            let message = format!(
                "{} is not a run folder: it has no manifest.json",
                folder.display()
            );
            return Err(Error::input(message).hint("name a run folder that `wavecrest run` wrote"));
        }
        let manifest = json(&manifest)?;
        let mut outputs = BTreeMap::new();
        for (table, file, _) in listed(&manifest, "outputs") {
            outputs.insert(table.to_owned(), folder.join(file));
        }
        let mut inputs: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for (table, file, _) in listed(&manifest, "inputs") {
            inputs
                .entry(table.to_owned())
                .or_default()
                .push(folder.join("inputs").join(file));
        }
        let metrics = json(&folder.join("metrics.json"))?;
        Ok(RunFiles {
            folder: folder.to_owned(),
            manifest,
            metrics,
            outputs,
            inputs,
        })
    }

    /// Columns of an output table.
    pub fn output(&self, table: &str, columns: &[(&str, Kind)]) -> Result<LazyFrame> {
        let file = self.outputs.get(table).ok_or_else(|| {
            Error::input(format!(
                "{}: manifest.json lists no output table {table}",
                self.folder.display()
            ))
        })?;
        Ok(read(file, columns)?.lazy())
    }

    /// Columns of the rows of an output table whose `key` is one of `values`; `None` where the run has no such table.
    pub fn output_where(
        &self,
        table: &str,
        columns: &[(&str, Kind)],
        key: &str,
        values: &[String],
    ) -> Result<Option<DataFrame>> {
        let file = self.outputs.get(table);
        file.map(|file| read_where(file, columns, Some(is_one_of(key, values))))
            .transpose()
    }

    /// The same of an input table, rejected rows included; a frame per file.
    pub fn input_where(
        &self,
        table: &str,
        columns: &[(&str, Kind)],
        key: &str,
        values: &[String],
    ) -> Result<Vec<DataFrame>> {
        let files = self.inputs.get(table).into_iter().flatten();
        files
            .map(|file| read_where(file, columns, Some(is_one_of(key, values))))
            .collect()
    }

    /// Columns of an input table with its row number as `row`, without the rows that the run rejected; `None` where the batch
    /// has no such table. Columns that the table lacks are null.
    pub fn input(&self, table: &str, columns: &[(&str, Kind)]) -> Result<Option<LazyFrame>> {
        let Some(files) = self.inputs.get(table) else {
            return Ok(None);
        };
        let mut frames = Vec::new();
        for file in files {
            frames.push(read(file, columns)?.lazy());
        }
        let all = concat(frames, UnionArgs::default()).map_err(|e| unreadable(table, &e))?;
        let rejected = self
            .output("rejects", &[("table", Kind::Text), ("row", Kind::Int)])?
            .filter(col("table").eq(lit(table)))
            .select([col("row")])
            .unique(None, UniqueKeepStrategy::Any)
            .with_column(lit(true).alias("rejected"));
        let numbered = all
            .with_row_index("row", None)
            .with_column(col("row").cast(DataType::Int64));
        let kept = numbered.join(
            rejected,
            [col("row")],
            [col("row")],
            JoinArgs::new(JoinType::Left),
        );
        Ok(Some(kept.filter(col("rejected").is_null())))
    }

    /// A parameter of routing, as the run was given it; null where it is not known.
    pub fn param(&self, name: &str) -> &Value {
        &self.manifest["params"]["routing"][name]
    }

    /// Rows of an input table, rejected or not.
    pub fn input_rows(&self, table: &str) -> u64 {
        listed(&self.manifest, "inputs")
            .filter(|(name, ..)| *name == table)
            .filter_map(|(.., record)| record["rows"].as_u64())
            .sum()
    }

    pub fn output_names(&self) -> impl Iterator<Item = &str> {
        self.outputs.keys().map(String::as_str)
    }

    /// Rows of an output table, counted in the file.
    pub fn output_rows(&self, table: &str) -> Result<u64> {
        let rows = self.output(table, &[])?.select([len()]);
        let frame = collect(rows, table)?;
        Ok(frame.columns()[0]
            .get(0)
            .ok()
            .and_then(|value| value.extract::<u64>())
            .unwrap_or(0))
    }
}

/// (table, file, record) of the manifest's list.
fn listed<'a>(
    manifest: &'a Value,
    list: &str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> + use<'a> {
    let records = manifest[list]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let named = |record: &'a Value| {
        Some((
            record["table"].as_str().unwrap_or_default(),
            record["file"].as_str()?,
            record,
        ))
    };
    records.iter().filter_map(named)
}

/// Files that are missing or differ from their fingerprint.
pub fn unchanged(files: &RunFiles) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    let folders = [
        ("outputs", files.folder.clone()),
        ("files", files.folder.clone()),
        ("inputs", files.folder.join("inputs")),
    ];
    for (list, folder) in folders {
        for (_, file, record) in listed(&files.manifest, list) {
            let found =
                fs::read(folder.join(file)).map(|bytes| blake3::hash(&bytes).to_hex().to_string());
            match found {
                Ok(hash) if record["blake3"].as_str() == Some(&hash) => {}
                Ok(_) => violations.push(Violation::new(
                    "files_unchanged",
                    file,
                    "the file was changed after the run",
                )),
                Err(e) => violations.push(Violation::new(
                    "files_unchanged",
                    file,
                    format!("cannot be read: {e}"),
                )),
            }
        }
    }
    Ok(violations)
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|e| {
        Error::input(format!("cannot read {}: {e}", path.display()))
            .hint("name a run folder that `wavecrest run` wrote")
    })?;
    serde_json::from_str(&text).map_err(|e| Error::input(format!("{}: {e}", path.display())))
}

fn unreadable(table: &str, error: &PolarsError) -> Error {
    Error::input(format!("audit: table {table}: {error}"))
}

/// Runs a query.
pub fn collect(frame: LazyFrame, what: &str) -> Result<DataFrame> {
    frame.collect().map_err(|e| unreadable(what, &e))
}

fn is_one_of(key: &str, values: &[String]) -> Expr {
    let one = |value: &String| col(key).cast(DataType::String).eq(lit(value.as_str()));
    values
        .iter()
        .fold(lit(false), |any, value| any.or(one(value)))
}

/// The named columns of a file, each as its kind.
fn read(file: &Path, columns: &[(&str, Kind)]) -> Result<DataFrame> {
    read_where(file, columns, None)
}

/// Of the rows that the condition holds for.
fn read_where(file: &Path, columns: &[(&str, Kind)], only: Option<Expr>) -> Result<DataFrame> {
    let failed = |e: PolarsError| Error::input(format!("cannot read {}: {e}", file.display()));
    let path = PlRefPath::try_from_path(file).map_err(failed)?;
    let lazy = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => LazyCsvReader::new(path)
            .with_infer_schema_length(Some(0))
            .finish(),
        Some("arrow") => {
            LazyFrame::scan_ipc(path, IpcScanOptions::default(), UnifiedScanArgs::default())
        }
        _ => LazyFrame::scan_parquet(path, ScanArgsParquet::default()),
    };
    let mut lazy = lazy.map_err(failed)?;
    let schema = lazy.collect_schema().map_err(failed)?;
    if let Some(only) = only {
        lazy = lazy.filter(only);
    }
    if columns.is_empty() {
        return lazy
            .select([len().alias("rows")])
            .collect()
            .map_err(failed)
            .and_then(|counted| {
                let rows = counted.columns()[0]
                    .get(0)
                    .ok()
                    .and_then(|v| v.extract::<usize>())
                    .unwrap_or(0);
                DataFrame::new(rows, Vec::new()).map_err(failed)
            });
    }
    let present: Vec<Expr> = columns
        .iter()
        .filter(|(name, _)| schema.contains(name))
        .map(|(name, _)| col(*name))
        .collect();
    let frame = lazy.select(present).collect().map_err(failed)?;
    let typed = columns
        .iter()
        .map(|&(name, kind)| match frame.column(name) {
            Err(_) => Ok(Column::full_null(
                name.into(),
                frame.height(),
                &kind.data_type(),
            )),
            Ok(column) => kind.of(column),
        });
    let typed: Vec<Column> = typed.collect::<PolarsResult<_>>().map_err(failed)?;
    DataFrame::new(frame.height(), typed).map_err(failed)
}

impl Kind {
    fn data_type(self) -> DataType {
        match self {
            Kind::Int => DataType::Int64,
            Kind::Text => DataType::String,
            Kind::Flag => DataType::Boolean,
        }
    }

    fn of(self, column: &Column) -> PolarsResult<Column> {
        match (self, column.dtype()) {
            (Kind::Int, DataType::Datetime(unit, _)) => {
                let per_second = match unit {
                    TimeUnit::Nanoseconds => 1_000_000_000,
                    TimeUnit::Microseconds => 1_000_000,
                    TimeUnit::Milliseconds => 1_000,
                };
                Ok(column.to_physical_repr().cast(&DataType::Int64)? / per_second)
            }
            (Kind::Int, DataType::Date) => {
                Ok(column.to_physical_repr().cast(&DataType::Int64)? * 86_400)
            }
            (Kind::Int, DataType::String) => {
                let seconds: Int64Chunked = column
                    .str()?
                    .iter()
                    .map(|cell| cell.and_then(whole_or_moment))
                    .collect();
                Ok(seconds.with_name(column.name().clone()).into_column())
            }
            (Kind::Flag, DataType::String) => {
                let flags: BooleanChunked = column
                    .str()?
                    .iter()
                    .map(|cell| cell.map(|text| text == "true" || text == "1"))
                    .collect();
                Ok(flags.with_name(column.name().clone()).into_column())
            }
            _ => column.cast(&self.data_type()),
        }
    }
}

/// A whole number, or a moment in RFC 3339 as epoch seconds, or a date.
fn whole_or_moment(text: &str) -> Option<i64> {
    let day = || {
        text.parse::<jiff::civil::Date>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
    };
    text.parse::<i64>()
        .ok()
        .or_else(|| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .map(jiff::Timestamp::as_second)
        })
        .or_else(|| day().map(|zoned| zoned.timestamp().as_second()))
}

/// One violation per row of `frame`; the columns are printed as `name=value`, `key` columns as the place.
pub fn violations(
    rule: &str,
    frame: LazyFrame,
    keys: &[&str],
    message: &str,
) -> Result<Vec<Violation>> {
    let frame = collect(frame, rule)?;
    let mut found = Vec::with_capacity(frame.height());
    for i in 0..frame.height() {
        let (mut place, mut figures) = (Vec::new(), Vec::new());
        for column in frame.columns() {
            let value = column
                .get(i)
                .map(|value| value.str_value().into_owned())
                .unwrap_or_default();
            let name = column.name().as_str();
            if keys.contains(&name) {
                place.push(value)
            } else {
                figures.push(format!("{name}={value}"))
            }
        }
        found.push(Violation::new(
            rule,
            place.join(" "),
            format!("{message} ({})", figures.join(", ")),
        ));
    }
    Ok(found)
}

/// Sum of `column` by `keys`.
pub fn sum_by(frame: LazyFrame, keys: &[&str], column: &str, name: &str) -> LazyFrame {
    let by: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
    frame
        .group_by_stable(by)
        .agg([col(column).sum().alias(name)])
}

/// Left or full join on columns of the same names.
pub fn join(left: LazyFrame, right: LazyFrame, keys: &[&str], how: JoinType) -> LazyFrame {
    let on: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
    left.join(
        right,
        on.clone(),
        on,
        JoinArgs::new(how).with_coalesce(JoinCoalesce::CoalesceColumns),
    )
}
