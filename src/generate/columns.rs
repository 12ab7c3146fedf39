//! Builds one Arrow record batch, a line per column, so that the functions that write tables read like the table contract.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    StringBuilder, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use jiff::civil::Date;

use super::failure::{Result, internal};

/// Columns collected so far, all of `rows` values. Every field is nullable: broken batches need that, and one schema serves both.
pub struct Columns {
    rows: usize,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub fn new(rows: usize) -> Self {
        Self {
            rows,
            fields: Vec::new(),
            arrays: Vec::new(),
        }
    }

    fn push(mut self, name: &str, kind: DataType, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(array);
        self
    }

    pub fn text<'a>(self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        self.maybe_text(name, values.map(Some))
    }

    pub fn maybe_text<'a>(self, name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Self {
        let array: StringArray = values.collect();
        self.push(name, DataType::Utf8, Arc::new(array))
    }

    /// Text written by `write(row, buffer)`.
    pub fn formatted(self, name: &str, mut write: impl FnMut(usize, &mut String)) -> Self {
        self.maybe_formatted(name, |row, text| {
            write(row, text);
            true
        })
    }

    /// Text written by `write(row, buffer)`; null when it answers false.
    pub fn maybe_formatted(
        self,
        name: &str,
        mut write: impl FnMut(usize, &mut String) -> bool,
    ) -> Self {
        let mut builder = StringBuilder::with_capacity(self.rows, self.rows * 16);
        let mut buffer = String::new();
        for row in 0..self.rows {
            buffer.clear();
            if write(row, &mut buffer) {
                builder.append_value(&buffer);
            } else {
                builder.append_null();
            }
        }
        self.push(name, DataType::Utf8, Arc::new(builder.finish()))
    }

    pub fn integer(self, name: &str, values: impl Iterator<Item = i64>) -> Self {
        let array = Int64Array::from_iter_values(values);
        self.push(name, DataType::Int64, Arc::new(array))
    }

    pub fn maybe_integer(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let array: Int64Array = values.collect();
        self.push(name, DataType::Int64, Arc::new(array))
    }

    pub fn float(self, name: &str, values: impl Iterator<Item = f64>) -> Self {
        self.maybe_float(name, values.map(Some))
    }

    pub fn maybe_float(self, name: &str, values: impl Iterator<Item = Option<f64>>) -> Self {
        let array: Float64Array = values.collect();
        self.push(name, DataType::Float64, Arc::new(array))
    }

    pub fn flag(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        let array: BooleanArray = values.map(Some).collect();
        self.push(name, DataType::Boolean, Arc::new(array))
    }

    /// Times in epoch seconds; written as UTC milliseconds.
    pub fn maybe_time(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let millis = values.map(|value| value.map(|seconds| seconds * 1_000));
        let array = millis
            .collect::<TimestampMillisecondArray>()
            .with_timezone("UTC");
        let kind = arrow::array::Array::data_type(&array).clone();
        self.push(name, kind, Arc::new(array))
    }

    pub fn time(self, name: &str, values: impl Iterator<Item = i64>) -> Self {
        self.maybe_time(name, values.map(Some))
    }

    pub fn maybe_date(self, name: &str, values: impl Iterator<Item = Option<Date>>) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        let days = |date: Date| (date.duration_since(epoch).as_hours() / 24) as i32;
        let array: Date32Array = values.map(|value| value.map(days)).collect();
        self.push(name, DataType::Date32, Arc::new(array))
    }

    pub fn finish(self) -> Result<RecordBatch> {
        let schema = Arc::new(Schema::new(self.fields));
        RecordBatch::try_new(schema, self.arrays).map_err(|error| internal("record batch", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_counted_from_the_epoch() {
        let batch = Columns::new(1)
            .maybe_date("day", [Some(Date::constant(1970, 1, 11))].into_iter())
            .time("at", [86_400].into_iter())
            .finish()
            .unwrap();
        assert_eq!(
            batch
                .column(0)
                .as_any()
                .downcast_ref::<Date32Array>()
                .unwrap()
                .value(0),
            10
        );
        let at = batch
            .column(1)
            .as_any()
            .downcast_ref::<TimestampMillisecondArray>()
            .unwrap();
        assert_eq!(at.value(0), 86_400_000);
    }
}
