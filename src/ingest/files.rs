//! Which files a batch folder has for each table, and their fingerprints.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::tables::TableSpec;
use crate::error::{Error, Result};

/// How a table is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Parquet,
    Arrow,
    Csv,
}

impl Format {
    const ALL: [Format; 3] = [Format::Parquet, Format::Arrow, Format::Csv];

    pub const fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Csv => "csv",
        }
    }
    fn of(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_str()?;
        Format::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
    }
    /// What to do about an unreadable file.
    pub const fn hint(self) -> &'static str {
        match self {
            Format::Parquet => "is it whole, and Parquet? write it anew",
            Format::Arrow => "is it whole, and an Arrow IPC file (not a stream)? write it anew",
            Format::Csv => {
                "CSV files are UTF-8, have a header, commas as separators, and as many fields in each row as the header"
            }
        }
    }
}

/// A file of a table.
#[derive(Clone, Debug)]
pub struct TableFile {
    pub path: PathBuf,
    /// Path within the batch folder, for messages and the manifest.
    pub name: String,
    pub format: Format,
    pub bytes: u64,
}

/// A table and its files, sorted by name; none where an optional table is missing.
#[derive(Clone, Debug)]
pub struct TableFiles {
    pub spec: &'static TableSpec,
    pub files: Vec<TableFile>,
}

/// Finds the files of every table in `folder`; also names what else is there.
pub fn find(folder: &Path, specs: &'static [TableSpec]) -> Result<(Vec<TableFiles>, Vec<String>)> {
    let entries = list(folder)?;
    let tables = specs
        .iter()
        .map(|spec| {
            Ok(TableFiles {
                spec,
                files: files_of(folder, spec.name, &entries)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let missing: Vec<_> = tables
        .iter()
        .filter(|table| table.files.is_empty() && table.spec.without.is_none())
        .map(|table| table.spec.name)
        .collect();
    if !missing.is_empty() {
        let there = if entries.is_empty() {
            "nothing".to_owned()
        } else {
            entries.join(", ")
        };
        return Err(Error::input(format!(
            "{}: no table {}; there is {there}",
            folder.display(),
            missing.join(", ")
        ))
        .hint(format!(
            "add {0}.parquet, {0}.arrow, {0}.csv or a folder {0}; `wavecrest schema` lists the columns",
            missing[0]
        )));
    }
    let is_table = |entry: &String| specs.iter().any(|spec| stem(entry) == spec.name);
    let others = entries
        .into_iter()
        .filter(|entry| !is_table(entry))
        .collect();
    Ok((tables, others))
}

/// Names in `folder`, sorted, hidden ones (`.name`, `_name`) left out.
fn list(folder: &Path) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| {
        Error::input(format!(
            "cannot read the batch folder {}: {error}",
            folder.display()
        ))
        .hint("a batch is a folder of tables; `wavecrest schema` lists them")
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry
            .map_err(unreadable)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if !name.starts_with(['.', '_']) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn stem(entry: &str) -> &str {
    match Format::of(Path::new(entry)) {
        Some(format) => &entry[..entry.len() - format.extension().len() - 1],
        None => entry,
    }
}

/// The file or the folder of files of a table.
fn files_of(folder: &Path, table: &str, entries: &[String]) -> Result<Vec<TableFile>> {
    let is_folder = |entry: &str| folder.join(entry).is_dir();
    let candidates: Vec<&String> = entries
        .iter()
        .filter(|entry| stem(entry) == table)
        .filter(|entry| Format::of(Path::new(entry)).is_some() || is_folder(entry))
        .collect();
    match candidates[..] {
        [] => Ok(Vec::new()),
        [entry] if is_folder(entry) => files_within(folder, entry),
        [entry] => Ok(Format::of(Path::new(entry))
            .map(|format| file(folder, entry.clone(), format))
            .into_iter()
            .collect()),
        _ => {
            let names: Vec<_> = candidates.iter().map(|entry| entry.as_str()).collect();
            let names = names.join(" and ");
            Err(Error::input(format!(
                "{}: table {table} is there more than once: {names}",
                folder.display()
            ))
            .hint("keep one of them"))
        }
    }
}

fn file(folder: &Path, name: String, format: Format) -> TableFile {
    let path = folder.join(&name);
    let bytes = path.metadata().map_or(0, |about| about.len());
    TableFile {
        path,
        name,
        format,
        bytes,
    }
}

/// The files of a table's folder; other files in it are left alone, as Spark and others put theirs beside.
fn files_within(folder: &Path, table: &str) -> Result<Vec<TableFile>> {
    let files: Vec<TableFile> = list(&folder.join(table))?
        .into_iter()
        .filter_map(|name| {
            Some(file(
                folder,
                format!("{table}/{name}"),
                Format::of(Path::new(&name))?,
            ))
        })
        .collect();
    let Some(first) = files.first() else {
        return Err(Error::input(format!(
            "{}: no .parquet, .arrow or .csv file in it",
            folder.join(table).display()
        ))
        .hint("put the table's files right into its folder, or remove the folder"));
    };
    match files.iter().find(|file| file.format != first.format) {
        Some(other) => Err(Error::input(format!(
            "{}: table {table} has two formats: {} and {}",
            folder.display(),
            first.name,
            other.name
        ))
        .hint("keep one format in a table's folder")),
        None => Ok(files),
    }
}

/// Leaves out files of no bytes, noting them; a required table must have another.
pub fn without_empty(tables: &mut [TableFiles], notes: &mut Vec<String>) -> Result<()> {
    for table in tables {
        let (full, empty): (Vec<_>, Vec<_>) =
            table.files.drain(..).partition(|file| file.bytes > 0);
        table.files = full;
        let Some(first) = empty.first() else { continue };
        if table.files.is_empty() && table.spec.without.is_none() {
            return Err(
                Error::input(format!("{} is empty: it has 0 bytes", first.path.display())).hint(
                    "write it anew, with a header at least; `wavecrest schema` lists the columns",
                ),
            );
        }
        let names: Vec<&str> = empty.iter().map(|file| file.name.as_str()).collect();
        notes.push(format!(
            "empty files (0 bytes), taken as not there: {}",
            names.join(", ")
        ));
    }
    Ok(())
}

/// Refuses text that begins like UTF-16, which polars would read as garbage.
pub fn utf8(file: &TableFile) -> Result<()> {
    let mut start = Vec::new();
    File::open(&file.path)
        .and_then(|file| file.take(4).read_to_end(&mut start))
        .map_err(|error| Error::input(format!("cannot read {}: {error}", file.path.display())))?;
    let encoding = match start[..] {
        [0xFF, 0xFE, ..] => "UTF-16LE",
        [0xFE, 0xFF, ..] => "UTF-16BE",
        [a, 0, b, 0] if a > 0 && b > 0 => "UTF-16LE",
        [0, a, 0, b] if a > 0 && b > 0 => "UTF-16BE",
        _ => return Ok(()),
    };
    let name = file.path.display();
    Err(Error::input(format!(
        "{name}: this is {encoding} text, and CSV files are UTF-8"
    ))
    .hint(format!(
        "convert it: iconv -f UTF-16 -t UTF-8 {name} > utf8.csv"
    )))
}

/// BLAKE3 hash of a file, hexadecimal.
pub fn fingerprint(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|file| hasher.update_reader(file).map(|_| ()))
        .map_err(|error| Error::input(format!("cannot read {}: {error}", path.display())))?;
    Ok(hasher.finalize().to_hex().to_string())
}
