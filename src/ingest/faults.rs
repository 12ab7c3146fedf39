//! Rows that cannot be used, and why; they become `rejects`.

use super::tables::TableSpec;
use crate::model::codes::Code;
use crate::model::plan::{Reject, Rejects};

/// Longest value that a reject quotes, characters.
const QUOTED: usize = 200;

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub row: usize,
    pub column: &'static str,
    pub code: Code,
    /// As read.
    pub value: String,
}

/// A column and its faults.
pub type Checked<T> = (T, Vec<Fault>);

/// A table and the faults of its rows.
pub struct Noted<T> {
    pub table: T,
    pub faults: Faults,
    /// Rows of each of its files.
    pub file_rows: Vec<usize>,
}

/// What is wrong with a row, before the row is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    column: &'static str,
    code: Code,
    value: String,
}

/// Says where a rule was broken.
pub trait At<T> {
    fn at(self, column: &'static str, value: impl ToString) -> Result<T, Blame>;
}

impl<T> At<T> for Result<T, Code> {
    fn at(self, column: &'static str, value: impl ToString) -> Result<T, Blame> {
        self.map_err(|code| Blame {
            column,
            code,
            value: value.to_string(),
        })
    }
}

/// The faults of a table.
#[derive(Debug)]
pub struct Faults {
    spec: &'static TableSpec,
    list: Vec<Fault>,
}

impl Faults {
    pub fn new(spec: &'static TableSpec) -> Self {
        Faults {
            spec,
            list: Vec::new(),
        }
    }

    /// The column, having noted its faults.
    pub fn take<T>(&mut self, checked: Checked<T>) -> T {
        self.list.extend(checked.1);
        checked.0
    }

    pub fn add(&mut self, row: usize, column: &'static str, code: Code, value: impl ToString) {
        let value = value.to_string();
        self.list.push(Fault {
            row,
            column,
            code,
            value,
        });
    }

    /// What a row became, or `None` having noted why it became nothing.
    pub fn row<T>(&mut self, row: usize, built: Result<T, Blame>) -> Option<T> {
        built
            .map_err(
                |Blame {
                     column,
                     code,
                     value,
                 }| self.add(row, column, code, value),
            )
            .ok()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The first fault of every row that has one, as (row, code), by row.
    pub fn first_of_rows(&mut self) -> impl Iterator<Item = (usize, Code)> + '_ {
        self.sort();
        let mut last = None;
        let first = move |fault: &&Fault| last.replace(fault.row) != Some(fault.row);
        self.list
            .iter()
            .filter(first)
            .map(|fault| (fault.row, fault.code))
    }

    /// The faults of every row that has any, by row.
    pub fn by_row(&mut self) -> impl Iterator<Item = &[Fault]> {
        self.sort();
        self.list.chunk_by(|a, b| a.row == b.row)
    }

    /// What becomes of every row without a fault, with its number; rows that `build` finds fault with are noted.
    pub fn built<T>(
        &mut self,
        rows: usize,
        mut build: impl FnMut(usize) -> Result<T, Blame>,
    ) -> Vec<(usize, T)> {
        let good = self.good_rows(rows);
        let good_rows = (0..rows).filter(|&row| good[row]);
        good_rows
            .filter_map(|row| Some((row, self.row(row, build(row))?)))
            .collect()
    }

    /// For each row whether it is free of faults.
    pub fn good_rows(&self, rows: usize) -> Vec<bool> {
        let mut good = vec![true; rows];
        for fault in &self.list {
            good[fault.row] = false;
        }
        good
    }

    /// By row, then in the order of the columns.
    fn sort(&mut self) {
        let columns = self.spec.columns;
        let position = |fault: &Fault| {
            columns
                .iter()
                .position(|column| column.name == fault.column)
        };
        self.list
            .sort_by_cached_key(|fault| (fault.row, position(fault)));
    }

    /// Appends one reject for each fault; `order_id` gives the order of a row, where it is known.
    pub fn reject<'a>(
        mut self,
        rejects: &mut Rejects,
        order_id: impl Fn(usize) -> Option<&'a str>,
    ) {
        self.sort();
        for fault in self.list {
            rejects.push(Reject {
                table: self.spec.name.to_owned(),
                row: fault.row as u64,
                code: fault.code,
                column: fault.column.to_owned(),
                value: quoted(fault.value),
                order_id: order_id(fault.row).map(str::to_owned),
            });
        }
    }
}

fn quoted(mut value: String) -> String {
    if let Some((end, _)) = value.char_indices().nth(QUOTED) {
        value.truncate(end);
        value.push('…');
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::schema;

    #[test]
    fn faults_are_told_by_row_and_then_in_the_order_of_the_columns() {
        static SPEC: TableSpec = schema::OrderLines::SPEC;
        let mut faults = Faults::new(&SPEC);
        faults.add(7, "sku", Code::UnknownSku, "X");
        faults.add(2, "unit_price", Code::NotANumber, "NaN");
        faults.add(2, "line_no", Code::Overflow, 0);
        let first: Vec<_> = faults.first_of_rows().collect();
        assert_eq!(first, [(2, Code::Overflow), (7, Code::UnknownSku)]);
        assert_eq!(faults.good_rows(8).iter().filter(|good| **good).count(), 6);
        let mut rejects = Rejects::default();
        faults.reject(&mut rejects, |row| (row == 7).then_some("O7"));
        assert_eq!(rejects.row, [2, 2, 7]);
        assert_eq!(rejects.column, ["line_no", "unit_price", "sku"]);
        assert_eq!(rejects.order_id[2].as_deref(), Some("O7"));
    }

    #[test]
    fn a_long_value_is_quoted_in_part() {
        assert_eq!(quoted("é".repeat(500)).chars().count(), QUOTED + 1);
        assert_eq!(quoted("short".into()), "short");
    }
}
