//! `columns!`: a table as a struct of columns, with a row type to push and read back.

/// Declares a row type and the table of its columns.
///
/// ```
/// wavecrest::columns! {
///     /// Who sat where.
///     pub struct Seats / Seat { row: u32, name: String }
/// }
/// let mut seats = Seats::default();
/// seats.push(Seat { row: 3, name: "aisle".into() });
/// assert_eq!(seats.row[0], 3);
/// ```
#[macro_export]
macro_rules! columns {
    ($($(#[$doc:meta])* pub struct $table:ident / $row:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $table { $($(#[$field_doc])* pub $field: Vec<$type>,)+ }

        #[doc = concat!("A row of [`", stringify!($table), "`].")]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $row { $($(#[$field_doc])* pub $field: $type,)+ }

        impl $table {
            pub fn push(&mut self, row: $row) {
                $(self.$field.push(row.$field);)+
            }
            /// Row `i`, copied.
            pub fn get(&self, i: usize) -> $row {
                $row { $($field: self.$field[i].clone(),)+ }
            }
            pub fn rows(&self) -> impl ExactSizeIterator<Item = $row> + '_ {
                (0..self.len()).map(|i| self.get(i))
            }
            /// Appends all rows of `other`.
            pub fn append(&mut self, mut other: $table) {
                $(self.$field.append(&mut other.$field);)+
            }
            pub fn len(&self) -> usize {
                let columns = [$(self.$field.len(),)+];
                columns[0]
            }
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }
        impl FromIterator<$row> for $table {
            fn from_iter<It: IntoIterator<Item = $row>>(rows: It) -> Self {
                let mut table = $table::default();
                for row in rows {
                    table.push(row);
                }
                table
            }
        }
    )+};
}
