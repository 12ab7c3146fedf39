//! A table of results, for people and for programs.

use serde_json::{Map, Value, json};

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Whole(i64),
    /// A number and the decimals that are shown of it.
    Real(f64, usize),
    /// Not known.
    Unknown,
}

/// Form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people, with the lines below the rows (means).
    Table,
    /// The rows only.
    Csv,
    /// An object with `rows` and `means`, each a list of objects.
    Json,
}

/// Rows under names, and lines that sum them up.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
    pub means: Vec<Vec<Cell>>,
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Whole(n) => n.to_string(),
            Cell::Real(x, decimals) => format!("{x:.decimals$}"),
            Cell::Unknown => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Cell::Text(text) => json!(text),
            Cell::Whole(n) => json!(n),
            Cell::Real(x, _) => json!(x),
            Cell::Unknown => Value::Null,
        }
    }
}

impl Table {
    /// The table in that form, with a line feed at its end.
    pub fn show(&self, form: Form) -> String {
        match form {
            Form::Table => self.terminal(),
            Form::Csv => self.csv(),
            Form::Json => {
                let value =
                    json!({"rows": self.objects(&self.rows), "means": self.objects(&self.means)});
                format!("{value:#}\n")
            }
        }
    }

    fn terminal(&self) -> String {
        use comfy_table::{CellAlignment, presets};
        let mut table = comfy_table::Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(&self.columns);
        for row in self.rows.iter().chain(&self.means) {
            table.add_row(row.iter().map(|cell| {
                let align = match cell {
                    Cell::Text(_) => CellAlignment::Left,
                    _ => CellAlignment::Right,
                };
                comfy_table::Cell::new(cell.text()).set_alignment(align)
            }));
        }
        format!("{table}\n")
    }

    fn csv(&self) -> String {
        let line = |fields: Vec<String>| fields.join(",") + "\n";
        let quoted = |text: String| {
            if text.contains([',', '"', '\n']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        };
        let head = self.columns.iter().map(|name| name.replace(' ', "_"));
        let mut text = line(head.collect());
        for row in &self.rows {
            text += &line(row.iter().map(|cell| quoted(cell.text())).collect());
        }
        text
    }

    fn objects(&self, rows: &[Vec<Cell>]) -> Vec<Value> {
        let object = |row: &Vec<Cell>| {
            let entries = self.columns.iter().zip(row);
            let entries = entries.map(|(name, cell)| (name.replace(' ', "_"), cell.json()));
            Value::Object(Map::from_iter(entries))
        };
        rows.iter().map(object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table_three_forms() {
        let row =
            |name: &str, x: f64| vec![Cell::Text(name.into()), Cell::Real(x, 2), Cell::Unknown];
        let table = Table {
            columns: vec!["name", "gap %", "best known"],
            rows: vec![row("a, b", 0.126)],
            means: vec![row("mean", 0.126)],
        };
        assert_eq!(
            table.show(Form::Csv),
            "name,gap_%,best_known\n\"a, b\",0.13,\n"
        );
        let json: Value = serde_json::from_str(&table.show(Form::Json)).unwrap();
        assert_eq!(json["rows"][0]["gap_%"], 0.126);
        assert_eq!(json["means"][0]["best_known"], Value::Null);
        assert_eq!(table.show(Form::Table).matches("0.13").count(), 2);
    }
}
