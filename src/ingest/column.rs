//! Columns as read: text that stays where polars put it, and the one copy that turns all other cells into values.

use std::ops::RangeInclusive;

use polars::prelude::*;

use super::faults::{Checked, Fault};
use super::logical::{Cell, Read, Stored};
use super::rules;
use super::strs::{Strs, each_text};
use super::tables::{ColumnSpec, TableSpec};
use crate::model::codes::Code;

/// The columns of a table as polars read them, file by file.
pub struct Raw {
    pub spec: &'static TableSpec,
    pub rows: usize,
    pub parts: Vec<DataFrame>,
}

impl Raw {
    /// A table that is not there.
    pub fn nothing(spec: &'static TableSpec) -> Self {
        Raw {
            spec,
            rows: 0,
            parts: Vec::new(),
        }
    }
    /// For each file the number of its first row, its rows, and the column where the file has it.
    fn parts(&self, name: &str) -> impl Iterator<Item = (usize, usize, Option<&Series>)> + '_ {
        let mut first = 0;
        let name = name.to_owned();
        self.parts.iter().map(move |part| {
            let rows = part.height();
            first += rows;
            let column = part.column(&name).ok().map(Column::as_materialized_series);
            (first - rows, rows, column)
        })
    }
}

/// A logical type of the contract: how a column of it is read, by presence.
pub trait Logical {
    const NAME: &'static str;
    const STORED: &'static [Stored];
    /// A column with a value in every row.
    type Full: Default;
    /// A column with gaps.
    type Sparse: Default;
    type Default;

    fn values() -> Vec<&'static str>;
    fn show(default: Self::Default) -> String;
    fn required(raw: &Raw, name: &'static str) -> Checked<Self::Full>;
    fn default(raw: &Raw, name: &'static str, default: Self::Default) -> Checked<Self::Full>;
    fn optional(raw: &Raw, name: &'static str) -> Checked<Self::Sparse>;
    fn nullable(raw: &Raw, name: &'static str) -> Checked<Self::Sparse> {
        Self::optional(raw, name)
    }
}

impl<C: Cell> Logical for C {
    const NAME: &'static str = C::NAME;
    const STORED: &'static [Stored] = C::STORED;
    type Full = Vec<C::Value>;
    type Sparse = Vec<Option<C::Value>>;
    type Default = C::Value;

    fn values() -> Vec<&'static str> {
        C::values()
    }
    fn show(default: C::Value) -> String {
        C::show(default)
    }
    fn required(raw: &Raw, name: &'static str) -> Checked<Self::Full> {
        cells::<C, _>(raw, name, C::BLANK, None, |value| value)
    }
    fn default(raw: &Raw, name: &'static str, default: C::Value) -> Checked<Self::Full> {
        cells::<C, _>(raw, name, C::BLANK, Some(default), |value| value)
    }
    fn optional(raw: &Raw, name: &'static str) -> Checked<Self::Sparse> {
        cells::<C, _>(raw, name, None, Some(None), Some)
    }
}

/// Reads a column: `missing` stands for empty cells, `blank` for cells at fault.
fn cells<C: Cell, T: Copy>(
    raw: &Raw,
    name: &'static str,
    blank: T,
    missing: Option<T>,
    wrap: impl Fn(C::Value) -> T,
) -> Checked<Vec<T>> {
    let range = raw
        .spec
        .column(name)
        .and_then(|column: &ColumnSpec| column.range.as_ref());
    let mut values = Vec::with_capacity(raw.rows);
    let mut faults = Vec::new();
    for (first, rows, series) in raw.parts(name) {
        let Some(series) = series else {
            values.resize(first + rows, missing.unwrap_or(blank));
            continue;
        };
        let mut bad = Vec::new();
        each_cell::<C>(series, &mut |cell| {
            let value = match cell {
                Some(read) => read
                    .and_then(|value| in_range::<C>(value, range))
                    .map(&wrap),
                None => rules::missing_value(missing),
            };
            values.push(value.unwrap_or_else(|code| {
                bad.push((values.len(), code));
                blank
            }));
        });
        let fault = |(row, code): (usize, Code)| Fault {
            row,
            column: name,
            code,
            value: shown(series, row - first),
        };
        faults.extend(bad.into_iter().map(fault));
    }
    (values, faults)
}

fn in_range<C: Cell>(value: C::Value, range: Option<&RangeInclusive<i64>>) -> Read<C::Value> {
    match range {
        Some(range) if !C::within(value, range) => Err(Code::Overflow),
        _ => Ok(value),
    }
}

/// A cell as a person wrote it.
fn shown(series: &Series, row: usize) -> String {
    match series.get(row) {
        Ok(AnyValue::Null) | Err(_) => String::new(),
        Ok(value) => value.str_value().into_owned(),
    }
}

/// Hands every cell of a stored column to `put`; `None` is an empty one.
fn each_cell<C: Cell>(series: &Series, put: &mut impl FnMut(Option<Read<C::Value>>)) {
    let read = match series.dtype() {
        DataType::Boolean => series.bool().map(|cells| {
            let arrays = cells.downcast_iter();
            arrays.for_each(|array| array.iter().for_each(|cell| put(cell.map(C::flag))));
        }),
        DataType::Int64 => series.i64().map(|cells| numbers(cells, C::integer, put)),
        DataType::UInt64 => series.u64().map(|cells| {
            let integer = |value| {
                i64::try_from(value)
                    .map_err(|_| Code::Overflow)
                    .and_then(C::integer)
            };
            numbers(cells, integer, put);
        }),
        DataType::Float64 => series.f64().map(|cells| numbers(cells, C::float, put)),
        DataType::String => series.str().map(|cells| texts(cells, C::text, put)),
        DataType::Datetime(unit, _) => series.datetime().map(|cells| {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1_000_000_000,
                TimeUnit::Microseconds => 1_000_000,
                TimeUnit::Milliseconds => 1_000,
            };
            numbers(
                cells.physical(),
                |value: i64| C::moment(value.div_euclid(per_second)),
                put,
            );
        }),
        DataType::Date => series.date().map(|cells| {
            numbers(
                cells.physical(),
                |day: i32| C::moment(i64::from(day) * 86_400),
                put,
            );
        }),
        DataType::Time => {
            let nanoseconds = series.to_physical_repr();
            let clock = |value: i64| C::clock(value / 1_000_000_000);
            nanoseconds.i64().map(|cells| numbers(cells, clock, put))
        }
        DataType::Null => {
            (0..series.len()).for_each(|_| put(None));
            Ok(())
        }
        narrow => return each_widened::<C>(series, narrow, put),
    };
    debug_assert!(read.is_ok(), "a column is of its own type");
}

/// Cells of narrow numbers and of categories, which polars widens without loss.
fn each_widened<C: Cell>(
    series: &Series,
    narrow: &DataType,
    put: &mut impl FnMut(Option<Read<C::Value>>),
) {
    let wide = match narrow {
        DataType::Float32 => DataType::Float64,
        DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
        _ => DataType::Int64,
    };
    match series.cast(&wide) {
        Ok(widened) if widened.dtype() == &wide => each_cell::<C>(&widened, put),
        _ => (0..series.len()).for_each(|_| put(Some(Err(Code::UnknownValue)))),
    }
}

fn numbers<T: PolarsNumericType, V>(
    cells: &ChunkedArray<T>,
    read: impl Fn(T::Native) -> Read<V>,
    put: &mut impl FnMut(Option<Read<V>>),
) {
    for array in cells.downcast_iter() {
        if cells.null_count() == 0 {
            array
                .values()
                .iter()
                .for_each(|&value| put(Some(read(value))));
        } else {
            array
                .iter()
                .for_each(|cell| put(cell.map(|&value| read(value))));
        }
    }
}

fn texts<V: Copy>(
    cells: &StringChunked,
    read: impl Fn(&str) -> Read<V>,
    put: &mut impl FnMut(Option<Read<V>>),
) {
    for array in cells.downcast_iter() {
        each_text(
            array,
            0..array.len(),
            None,
            |text| Some(read(text)),
            &mut *put,
        );
    }
}

/// Text. Numbers are taken too, as they print.
pub struct Str;

impl Logical for Str {
    const NAME: &'static str = "str";
    const STORED: &'static [Stored] = &[Stored::Text, Stored::Integer];
    type Full = Strs;
    type Sparse = Strs;
    type Default = &'static str;

    fn values() -> Vec<&'static str> {
        Vec::new()
    }
    fn show(default: &'static str) -> String {
        default.to_owned()
    }
    fn required(raw: &Raw, name: &'static str) -> Checked<Strs> {
        let (column, mut faults) = Self::optional(raw, name);
        let fault = |row| {
            let code = rules::missing_value(column.get(row)).err()?;
            Some(Fault {
                row,
                column: name,
                code,
                value: String::new(),
            })
        };
        faults.extend(column.missing_rows().into_iter().filter_map(fault));
        (column, faults)
    }
    fn default(raw: &Raw, name: &'static str, default: &'static str) -> Checked<Strs> {
        let (column, faults) = Self::optional(raw, name);
        (column.with_default(default), faults)
    }
    fn optional(raw: &Raw, name: &'static str) -> Checked<Strs> {
        let text = text_of(raw, name);
        let column = text.map_or_else(|| Strs::nothing(raw.rows), |text| Strs::of(&text));
        (column, Vec::new())
    }
}

/// The column over all files; `None` where no file has it.
fn text_of(raw: &Raw, name: &str) -> Option<StringChunked> {
    if raw.parts(name).all(|(_, _, series)| series.is_none()) {
        return None;
    }
    let text = |series: &Series| series.cast(&DataType::String).ok()?.str().ok().cloned();
    raw.parts(name)
        .map(|(_, rows, series)| {
            series
                .and_then(text)
                .unwrap_or_else(|| StringChunked::full_null(name.into(), rows))
        })
        .reduce(|mut whole, part| {
            let appended = whole.append_owned(part);
            debug_assert!(appended.is_ok(), "text columns can be appended");
            whole
        })
}
