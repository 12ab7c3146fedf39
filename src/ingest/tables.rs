//! `tables!`: from one declaration the specification of every table, its typed columns, and how they are loaded.

use std::ops::RangeInclusive;

use super::logical::Stored;

/// Whether a column must be there, and what an empty cell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A value in every row.
    Required,
    /// The column must be there; cells may be empty.
    Nullable,
    /// Column and cells may be missing; the documentation says what that means.
    Optional,
    /// Column and cells may be missing and then have a default.
    Default,
    /// Part of the contract, but nothing reads it.
    Unread,
}

/// A column of the contract.
#[derive(Debug)]
pub struct ColumnSpec {
    pub name: &'static str,
    /// Name of the logical type.
    pub kind: &'static str,
    /// The closed set of values; empty where there is none.
    pub values: fn() -> Vec<&'static str>,
    /// Stored types it can be read from, beside text in a CSV file.
    pub stored: &'static [Stored],
    pub range: Option<RangeInclusive<i64>>,
    pub presence: Presence,
    /// As text; empty where there is none.
    pub default: fn() -> String,
    pub doc: &'static str,
}

/// A table of the contract.
#[derive(Debug)]
pub struct TableSpec {
    pub name: &'static str,
    /// What a batch without it cannot do; `None`: the table is required.
    pub without: Option<&'static str>,
    pub about: &'static str,
    pub columns: &'static [ColumnSpec],
}

impl TableSpec {
    pub fn column(&self, name: &str) -> Option<&'static ColumnSpec> {
        self.columns.iter().find(|column| column.name == name)
    }
}

macro_rules! tables {
    ($($table:ident: $struct:ident, $need:ident $(($without:literal))?, $about:literal {
        $($column:ident: $kind:ty $([$range:expr])?, $presence:ident $(($default:expr))?, $doc:literal;)+
    })+) => {
        /// Every table of the contract, in order.
        pub static TABLES: &[$crate::ingest::tables::TableSpec] = &[$($struct::SPEC),+];

        $(
            #[doc = concat!("`", stringify!($table), "`: ", $about, ".")]
            pub struct $struct {
                pub rows: usize,
                $(#[doc = $doc] pub $column: tables!(@type $presence $kind),)+
            }

            impl $struct {
                pub const SPEC: $crate::ingest::tables::TableSpec = $crate::ingest::tables::TableSpec {
                    name: stringify!($table),
                    without: tables!(@without $($without)?),
                    about: $about,
                    columns: &[$($crate::ingest::tables::ColumnSpec {
                        name: stringify!($column),
                        kind: <$kind as $crate::ingest::column::Logical>::NAME,
                        values: <$kind as $crate::ingest::column::Logical>::values,
                        stored: <$kind as $crate::ingest::column::Logical>::STORED,
                        range: tables!(@range $($range)?),
                        presence: tables!(@presence $presence),
                        default: || tables!(@show $kind $(, $default)?),
                        doc: $doc,
                    }),+],
                };

                /// Casts the columns of a table, all at a time.
                pub fn cast(raw: &$crate::ingest::column::Raw) -> $crate::ingest::faults::Noted<Self> {
                    $(let mut $column = Default::default();)+
                    rayon::scope(|scope| {
                        $(scope.spawn(|_| $column = tables!(@load $presence $kind, raw, stringify!($column) $(, $default)?));)+
                    });
                    let mut faults = $crate::ingest::faults::Faults::new(raw.spec);
                    $(let $column = faults.take($column);)+
                    let table = $struct { rows: raw.rows, $($column,)+ };
                    $(tables!(@touch $presence table $column);)+
                    $crate::ingest::faults::Noted {
                        table,
                        faults,
                        file_rows: raw.parts.iter().map(|part| part.height()).collect(),
                    }
                }
            }
        )+

        /// Every table of a batch, read and cast; optional ones may have no rows.
        pub struct Tables { $(pub $table: $crate::ingest::faults::Noted<$struct>,)+ }

        impl Tables {
            /// Reads all tables at a time. `load` reads the columns of a table from its files.
            pub fn read(
                load: impl Fn(&'static $crate::ingest::tables::TableSpec) -> $crate::error::Result<$crate::ingest::column::Raw> + Sync,
            ) -> $crate::error::Result<Tables> {
                let mut specs = TABLES.iter();
                $(let mut $table = (specs.next(), None);)+
                rayon::scope(|scope| {
                    $(scope.spawn(|_| $table.1 = $table.0.map(|spec| load(spec).map(|raw| $struct::cast(&raw))));)+
                });
                let missing = || $crate::error::Error::internal("a table was not read");
                Ok(Tables { $($table: $table.1.ok_or_else(missing)??,)+ })
            }

            /// Rows of every file of every table, in order.
            pub fn file_rows(&self) -> Vec<usize> {
                [$(&self.$table.file_rows),+].into_iter().flatten().copied().collect()
            }
        }
    };

    (@type required $kind:ty) => { <$kind as $crate::ingest::column::Logical>::Full };
    (@type default $kind:ty) => { <$kind as $crate::ingest::column::Logical>::Full };
    (@type unread $kind:ty) => { () };
    (@type $presence:ident $kind:ty) => { <$kind as $crate::ingest::column::Logical>::Sparse };

    (@load unread $kind:ty, $raw:ident, $name:expr) => { Default::default() };
    (@load $presence:ident $kind:ty, $raw:ident, $name:expr $(, $default:expr)?) => {
        <$kind as $crate::ingest::column::Logical>::$presence($raw, $name $(, $default)?)
    };

    (@presence required) => { $crate::ingest::tables::Presence::Required };
    (@presence nullable) => { $crate::ingest::tables::Presence::Nullable };
    (@presence optional) => { $crate::ingest::tables::Presence::Optional };
    (@presence default) => { $crate::ingest::tables::Presence::Default };
    (@presence unread) => { $crate::ingest::tables::Presence::Unread };

    // Only columns that are unread may be without a reader: the compiler warns of all others.
    (@touch unread $table:ident $column:ident) => { let () = $table.$column; };
    (@touch $presence:ident $table:ident $column:ident) => {};

    (@without $without:literal) => { Some($without) };
    (@without) => { None };
    (@range $range:expr) => { Some($range) };
    (@range) => { None };
    (@show $kind:ty, $default:expr) => { <$kind as $crate::ingest::column::Logical>::show($default) };
    (@show $kind:ty) => { String::new() };
}

pub(in crate::ingest) use tables;
