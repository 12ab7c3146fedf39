//! Rows of the run folder's tables as named cells.

use polars::prelude::*;
use serde_json::{Map, Value};

use crate::audit::{Kind, RunFiles};
use crate::error::Result;
use crate::model::units::Timestamp;
use crate::report::format::rfc3339;
use crate::report::tables::TableDoc;

/// A row.
pub struct Record {
    cells: Vec<Cell>,
}

struct Cell {
    name: &'static str,
    /// Epoch seconds.
    time: bool,
    value: Value,
}

impl Record {
    fn value(&self, name: &str) -> &Value {
        let found = self.cells.iter().find(|cell| cell.name == name);
        found.map_or(&Value::Null, |cell| &cell.value)
    }

    /// Empty where it is null.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).as_str().unwrap_or("")
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.value(name).as_i64()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or(false)
    }

    pub fn json(&self) -> Value {
        let cell = |cell: &Cell| {
            let value = match (cell.time, cell.value.as_i64()) {
                (true, Some(seconds)) => rfc3339(Timestamp(seconds)).into(),
                _ => cell.value.clone(),
            };
            (cell.name.to_owned(), value)
        };
        Value::Object(self.cells.iter().map(cell).collect::<Map<_, _>>())
    }
}

/// A column to read.
struct Wanted {
    name: &'static str,
    kind: Kind,
    time: bool,
}

/// Rows of an output table whose `key` is one of `values`; none where the run has no such table.
pub fn outputs(
    files: &RunFiles,
    doc: &TableDoc,
    key: &str,
    values: &[String],
) -> Result<Vec<Record>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let columns: Vec<Wanted> = doc
        .columns
        .iter()
        .map(|column| Wanted {
            name: column.name,
            kind: match column.kind {
                "text" | "float" => Kind::Text,
                "bool" => Kind::Flag,
                _ => Kind::Int,
            },
            time: column.kind.starts_with("time"),
        })
        .collect();
    let names: Vec<(&str, Kind)> = columns.iter().map(|c| (c.name, c.kind)).collect();
    let frame = files.output_where(doc.name, &names, key, values)?;
    Ok(frame.map_or_else(Vec::new, |frame| records(&frame, &columns)))
}

/// The rows of the order in the tables of the batch.
pub fn inputs(files: &RunFiles, order_id: &str) -> Result<Vec<(&'static str, Vec<Record>)>> {
    let text = |name| (name, Kind::Text, false);
    let orders = [
        text("customer_id"),
        ("placed_at", Kind::Int, true),
        text("country"),
        text("postal_code"),
        text("city"),
        text("service"),
        ("deliver_by", Kind::Int, true),
        ("ship_complete", Kind::Flag, false),
        text("payment_status"),
        text("payment_terms"),
        ("priority", Kind::Int, false),
    ];
    let lines = [
        ("line_no", Kind::Int, false),
        text("sku"),
        ("quantity", Kind::Int, false),
    ];
    let read = |table: &str, columns: &[(&'static str, Kind, bool)]| -> Result<Vec<Record>> {
        let columns: Vec<Wanted> = columns
            .iter()
            .map(|&(name, kind, time)| Wanted { name, kind, time })
            .collect();
        let names: Vec<(&str, Kind)> = columns.iter().map(|c| (c.name, c.kind)).collect();
        let wanted = [order_id.to_owned()];
        let frames = files.input_where(table, &names, "order_id", &wanted)?;
        Ok(frames
            .iter()
            .flat_map(|frame| records(frame, &columns))
            .collect())
    };
    Ok(vec![
        ("input_orders", read("orders", &orders)?),
        ("input_order_lines", read("order_lines", &lines)?),
    ])
}

/// All ids that `order_states` names.
pub fn order_ids(files: &RunFiles) -> Result<Vec<String>> {
    let ids = files.output("order_states", &[("order_id", Kind::Text)])?;
    let frame = crate::audit::collect(ids, "order_states")?;
    let column = frame.column("order_id").ok().and_then(|c| c.str().ok());
    let ids = column.into_iter().flat_map(|column| column.iter());
    Ok(ids.flatten().map(str::to_owned).collect())
}

fn records(frame: &DataFrame, columns: &[Wanted]) -> Vec<Record> {
    let row = |i: usize| {
        let cells = columns.iter().map(|column| Cell {
            name: column.name,
            time: column.time,
            value: value(frame, column, i),
        });
        Record {
            cells: cells.collect(),
        }
    };
    (0..frame.height()).map(row).collect()
}

fn value(frame: &DataFrame, wanted: &Wanted, i: usize) -> Value {
    let Ok(column) = frame.column(wanted.name) else {
        return Value::Null;
    };
    let value = match wanted.kind {
        Kind::Text => column.str().ok().and_then(|c| c.get(i)).map(Value::from),
        Kind::Int => column.i64().ok().and_then(|c| c.get(i)).map(Value::from),
        Kind::Flag => column.bool().ok().and_then(|c| c.get(i)).map(Value::from),
    };
    value.unwrap_or(Value::Null)
}
