//! A map that keeps the order in which it was filled, as a JSON object.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by name, in a chosen order. Look-ups are linear: for tens of names.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<V>(pub Vec<(String, V)>);

impl<V> Default for Named<V> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

impl<V> Named<V> {
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter().find(|row| row.0 == name).map(|row| row.1)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Named<u64> {
    /// Adds to the value of `name`.
    pub fn add(&mut self, name: &str, number: u64) {
        match self.0.iter_mut().find(|row| row.0 == name) {
            Some(row) => row.1 += number,
            None => self.0.push((name.to_owned(), number)),
        }
    }
    /// Largest first, then by name.
    pub fn sorted(mut self) -> Self {
        self.0
            .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self
    }
    pub fn total(&self) -> u64 {
        self.0.iter().map(|row| row.1).sum()
    }
}

impl<V> FromIterator<(String, V)> for Named<V> {
    fn from_iter<It: IntoIterator<Item = (String, V)>>(rows: It) -> Self {
        Named(rows.into_iter().collect())
    }
}

impl<V: Serialize> Serialize for Named<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Named<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Rows<V> {
            type Value = Named<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<V>, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = map.next_entry()? {
                    rows.push(row);
                }
                Ok(Named(rows))
            }
        }
        deserializer.deserialize_map(Rows(PhantomData))
    }
}
