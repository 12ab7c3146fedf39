//! What a person should know about what is in the batch and what is not.

use super::files::Format;
use super::logical::Stored;
use super::scan::Opened;
use super::tables::{ColumnSpec, Presence};

/// Notes on unknown files and columns, and on optional tables and columns that are missing.
pub fn notes(opened: &[Opened], others: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if !others.is_empty() {
        notes.push(format!(
            "not tables of the schema, left out: {}",
            others.join(", ")
        ));
    }
    for table in opened {
        match table.spec.without.filter(|_| table.sources.is_empty()) {
            Some(without) => notes.push(format!("no table {}: {without}", table.spec.name)),
            None => notes_on(table, &mut notes),
        }
    }
    notes
}

/// Notes on the columns of a table.
fn notes_on(table: &Opened, notes: &mut Vec<String>) {
    let name = table.spec.name;
    let mut note = |what: &str, columns: Vec<String>| {
        if !columns.is_empty() {
            notes.push(format!("{name}: {what}: {}", columns.join(", ")));
        }
    };
    note(
        "headers that differ in case, taken as meant",
        renamed(table),
    );
    note(
        "columns that are not in the schema, left out",
        unknown(table),
    );
    note(
        "optional columns that are missing, taken as empty or as said",
        missing(table),
    );
    note(
        "numbers read as text, so that leading zeros are lost",
        digits(table),
    );
}

/// Names as they stand in the files.
fn renamed(table: &Opened) -> Vec<String> {
    let renamed = table.sources.iter().flat_map(|source| &source.renamed);
    let mut names: Vec<String> = renamed.map(|(name, _)| name.to_string()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn unknown(table: &Opened) -> Vec<String> {
    let columns = table.sources.iter().flat_map(|source| &source.columns);
    let mut unknown: Vec<String> = columns
        .map(|(column, _)| column.to_string())
        .filter(|column| table.spec.column(column).is_none())
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

/// Optional columns that no file has, with their defaults.
fn missing(table: &Opened) -> Vec<String> {
    let here = |name: &str| {
        table
            .sources
            .iter()
            .any(|source| source.columns.iter().any(|(column, _)| column == name))
    };
    let optional =
        |column: &&ColumnSpec| matches!(column.presence, Presence::Optional | Presence::Default);
    let named = |column: &ColumnSpec| match (column.default)() {
        default if default.is_empty() => column.name.to_owned(),
        default => format!("{} ({default})", column.name),
    };
    let columns = table.spec.columns.iter().filter(optional);
    columns
        .filter(|column| !here(column.name))
        .map(named)
        .collect()
}

/// Text columns that are stored as numbers and are not mere names.
fn digits(table: &Opened) -> Vec<String> {
    let typed = table
        .sources
        .iter()
        .filter(|source| source.file.format != Format::Csv);
    let mut digits: Vec<String> = typed
        .flat_map(|source| &source.columns)
        .filter(|(column, stored)| column.ends_with("postal_code") && *stored == Stored::Integer)
        .filter(|(column, _)| {
            table
                .spec
                .column(column)
                .is_some_and(|column| column.presence != Presence::Unread)
        })
        .map(|(column, _)| column.to_string())
        .collect();
    digits.dedup();
    digits
}
