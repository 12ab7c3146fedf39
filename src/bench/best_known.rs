//! Best known values, from the CSV files that stand beside public instances.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Where a set of instances keeps its best known values.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Name of the file, in the instance's folder or up to [`DEEPEST`] above.
    pub file: &'static str,
    /// Columns that name the instance, joined by `/`.
    pub name: &'static [&'static str],
    /// Column of the value.
    pub value: &'static str,
}

/// Most folders of an instance's name.
const DEEPEST: usize = 2;

/// Best known values: from one file, or from the one beside each instance.
#[derive(Clone, Debug)]
pub struct BestKnown {
    form: Form,
    file: Option<PathBuf>,
}

impl BestKnown {
    /// From `file`, or without one from the file beside each instance, if there is one.
    pub fn new(form: Form, file: Option<PathBuf>) -> BestKnown {
        BestKnown { form, file }
    }

    /// The instance's name and its best known value. The name is the longest end of its path that is listed, of at most [`DEEPEST`] folders
    /// and the file; `folder/file` where none is. `variant` follows it where one file stands for several instances (`""` where not).
    pub fn of(&self, instance: &Path, variant: &str) -> Result<(String, Option<f64>)> {
        // The folder of `c05100` is the working folder's own, by its name.
        let path = std::path::absolute(instance).unwrap_or_else(|_| instance.to_owned());
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        // Without the root.
        let most = parts.len().saturating_sub(1).min(DEEPEST + 1);
        let end = |n: usize| parts[parts.len() - n..].join("/") + variant;
        let folders = path.ancestors().skip(1).take(DEEPEST + 1);
        let mut beside = folders.map(|folder| folder.join(self.form.file));
        let table = match &self.file {
            Some(file) => Some(file.clone()),
            None => beside.find(|table| table.is_file()),
        };
        let full = end(most.min(2));
        let Some(table) = table else {
            return Ok((full, None));
        };
        let values = self.form.read(&table)?;
        let mut listed = (1..=most).rev().map(end);
        let found = listed.find_map(|name| Some((values.get(&name).copied()?, name)));
        Ok(found.map_or((full, None), |(value, name)| (name, Some(value))))
    }
}

impl Form {
    /// The values by name, of a CSV file without quotes.
    fn read(&self, path: &Path) -> Result<BTreeMap<String, f64>> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::input(format!("cannot read {place}: {e}")))?;
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        let head: Vec<&str> = head.trim_start_matches('\u{feff}').split(',').collect();
        let names = self
            .name
            .iter()
            .map(|name| self.column(&place, &head, name));
        let names: Vec<usize> = names.collect::<Result<_>>()?;
        let value = self.column(&place, &head, self.value)?;
        let mut values = BTreeMap::new();
        for (row, line) in lines.enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let place = format!("{place}: line {}", row + 2);
            if fields.len() < head.len() {
                let message = format!("{place}: expected {} fields", head.len());
                return Err(Error::input(message));
            }
            let text = fields[value];
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            let number = number.ok_or_else(|| {
                let what = self.value;
                Error::input(format!(
                    "{place}: expected a number as {what}, found {text:?}"
                ))
            })?;
            let name: Vec<&str> = names.iter().map(|&at| fields[at]).collect();
            values.insert(name.join("/"), number);
        }
        Ok(values)
    }

    fn column(&self, place: &str, head: &[&str], name: &str) -> Result<usize> {
        let at = head.iter().position(|field| field.trim() == name);
        at.ok_or_else(|| {
            let (names, value) = (self.name.join(", "), self.value);
            Error::input(format!("{place}: line 1: no column {name}")).hint(format!(
                "best known values are a CSV file with the columns {names} and {value}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = Form {
        file: "best.csv",
        name: &["set", "file"],
        value: "best",
    };

    /// The value of `s/f` by a table of that text.
    fn value(text: &str) -> Result<Option<f64>> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("best.csv"), text).unwrap();
        let found = BestKnown::new(FORM, None).of(&dir.path().join("s").join("f"), "")?;
        assert_eq!(found.0, "s/f");
        Ok(found.1)
    }

    #[test]
    fn values_stand_beside_the_instances() {
        let text = "\u{feff}best, set,file\n2.5,s,e\n\n 3.5, s ,f\n";
        assert_eq!(value(text).unwrap(), Some(3.5));
        assert_eq!(value("set,file,best\n").unwrap(), None);
        let nowhere = BestKnown::new(FORM, None).of(Path::new("/none/s/f"), "/2");
        assert_eq!(nowhere.unwrap(), ("s/f/2".to_owned(), None));
    }

    #[test]
    fn faults_name_line_and_value() {
        let said = |text: &str| value(text).unwrap_err().message;
        assert!(said("set,file\n").contains("line 1: no column best"));
        assert!(said("set,file,best\ns,f\n").contains("line 2: expected 3 fields"));
        assert!(
            said("set,file,best\ns,f,x\n")
                .contains("line 2: expected a number as best, found \"x\"")
        );
    }
}
