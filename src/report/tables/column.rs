//! From closures to Arrow columns: a table is a readable list of (name, meaning, cell).

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::names::Names;
use super::{ColumnDoc, OutputTable, TableDoc};
use crate::model::codes::Code;
use crate::model::units::{Cents, Grams, Millimetres, Seconds, Timestamp};

/// Rows per record batch: a few megabytes, whatever the table.
pub const CHUNK: usize = 65_536;

/// What a cell can hold.
pub trait Value: Sized {
    fn data_type() -> DataType;
    fn array(values: impl Iterator<Item = Option<Self>>) -> ArrayRef;
}

/// A [`Value`], or an `Option` of one where the column may be null.
pub trait Cell: Sized {
    type Value: Value;
    const NULLABLE: bool;
    fn value(self) -> Option<Self::Value>;
}

impl<V: Value> Cell for V {
    type Value = V;
    const NULLABLE: bool = false;
    fn value(self) -> Option<V> {
        Some(self)
    }
}

impl<V: Value> Cell for Option<V> {
    type Value = V;
    const NULLABLE: bool = true;
    fn value(self) -> Option<V> {
        self
    }
}

/// One line per type: the Arrow type, the array, how to get there.
macro_rules! values {
    ($($type:ty => $data_type:expr, $array:ident, |$v:ident| $into:expr;)+) => {$(
        impl Value for $type {
            fn data_type() -> DataType { $data_type }
            fn array(values: impl Iterator<Item = Option<Self>>) -> ArrayRef {
                Arc::new(values.map(|value| value.map(|$v: $type| $into)).collect::<$array>())
            }
        }
    )+};
}

values! {
    bool => DataType::Boolean, BooleanArray, |v| v;
    f64 => DataType::Float64, Float64Array, |v| v;
    i64 => DataType::Int64, Int64Array, |v| v;
    i32 => DataType::Int64, Int64Array, |v| i64::from(v);
    u8 => DataType::Int64, Int64Array, |v| i64::from(v);
    u16 => DataType::Int64, Int64Array, |v| i64::from(v);
    u32 => DataType::Int64, Int64Array, |v| i64::from(v);
    u64 => DataType::Int64, Int64Array, |v| i64::try_from(v).unwrap_or(i64::MAX);
    Cents => DataType::Int64, Int64Array, |v| v.0;
    Grams => DataType::Int64, Int64Array, |v| v.0;
    Millimetres => DataType::Int64, Int64Array, |v| v.0;
    Seconds => DataType::Int64, Int64Array, |v| v.0;
    &str => DataType::Utf8, StringArray, |v| v;
    String => DataType::Utf8, StringArray, |v| v;
    Code => DataType::Utf8, StringArray, |v| v.name();
}

impl Value for Timestamp {
    /// Milliseconds, because Parquet has no timestamp in seconds: readers other than Arrow's would see a bare number.
    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    }
    fn array(values: impl Iterator<Item = Option<Self>>) -> ArrayRef {
        let values = values.map(|value| value.map(|moment| moment.0.saturating_mul(1_000)));
        Arc::new(
            values
                .collect::<TimestampMillisecondArray>()
                .with_timezone("UTC"),
        )
    }
}

type Read<'a> = Box<dyn Fn(Range<usize>, &Names<'a>) -> ArrayRef + Send + Sync + 'a>;

struct Column<'a> {
    doc: ColumnDoc,
    data_type: DataType,
    nullable: bool,
    read: Read<'a>,
}

/// A table over the rows of `source`.
pub struct Table<'a, T> {
    name: &'static str,
    about: &'static str,
    source: &'a T,
    rows: usize,
    columns: Vec<Column<'a>>,
}

impl<'a, T: Sync> Table<'a, T> {
    pub fn new(name: &'static str, about: &'static str, source: &'a T, rows: usize) -> Self {
        Table {
            name,
            about,
            source,
            rows,
            columns: Vec::new(),
        }
    }

    /// Adds a column: row `i` is `cell(source, i, names)`.
    pub fn col<C: Cell + 'a>(
        mut self,
        name: &'static str,
        about: &'static str,
        cell: impl Fn(&'a T, usize, &Names<'a>) -> C + Send + Sync + 'a,
    ) -> Self {
        let source = self.source;
        let data_type = C::Value::data_type();
        self.columns.push(Column {
            doc: ColumnDoc {
                name,
                kind: kind(&data_type),
                nullable: C::NULLABLE,
                about,
            },
            data_type,
            nullable: C::NULLABLE,
            read: Box::new(move |rows, names| {
                C::Value::array(rows.map(|i| cell(source, i, names).value()))
            }),
        });
        self
    }

    /// Hides the source, so that tables stand in one list.
    pub fn erase(self) -> AnyTable<'a> {
        AnyTable {
            name: self.name,
            about: self.about,
            rows: self.rows,
            columns: self.columns,
        }
    }
}

/// A [`Table`] over any source.
pub struct AnyTable<'a> {
    name: &'static str,
    about: &'static str,
    rows: usize,
    columns: Vec<Column<'a>>,
}

impl<'a> AnyTable<'a> {
    pub fn doc(&self) -> TableDoc {
        TableDoc {
            name: self.name,
            about: self.about,
            columns: self.columns.iter().map(|c| c.doc.clone()).collect(),
        }
    }

    pub fn output(self, names: Arc<Names<'a>>) -> OutputTable<'a> {
        let fields = self
            .columns
            .iter()
            .map(|c| Field::new(c.doc.name, c.data_type.clone(), c.nullable));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        OutputTable {
            name: self.name,
            schema: schema.clone(),
            rows: self.rows,
            batches: Box::new(chunks(schema, self.rows, self.columns, names)),
        }
    }
}

fn chunks<'a>(
    schema: SchemaRef,
    rows: usize,
    columns: Vec<Column<'a>>,
    names: Arc<Names<'a>>,
) -> impl Iterator<Item = RecordBatch> + Send + 'a {
    (0..rows).step_by(CHUNK).map(move |from| {
        let range = from..rows.min(from + CHUNK);
        let arrays = columns.iter().map(|c| (c.read)(range.clone(), &names));
        RecordBatch::try_new(schema.clone(), arrays.collect())
            .expect("the schema is made from the same columns")
    })
}

/// The type as people write it.
fn kind(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "bool",
        DataType::Float64 => "float",
        DataType::Utf8 => "text",
        DataType::Timestamp(..) => "time (UTC)",
        _ => "integer",
    }
}
