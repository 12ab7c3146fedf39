//! Every decision of a run as an Arrow table with human-readable keys, in chunks, so that memory stays bounded.
//!
//! Recipe for a new table: a function in the file of its group that lists its columns, its name in [`all`]; then
//! `wavecrest schema --outputs` and `docs/outputs.md` know it (the latter by `WAVECREST_WRITE_DOCS=1 cargo test output_docs`).
//!
//! Keys: `shipment_id` = `<order_id>/<facility_id>`; `package_id` = `<shipment_id>/<n>`; `wave_id` = `<facility_id>-W<n>`;
//! `batch_id` = `<wave_id>-B<n>`; n from 1. Integers are Int64, money is cents of the batch's currency in `*_cents`, moments are
//! timestamps in milliseconds, UTC.

mod aftercare;
mod column;
mod demand;
mod doc;
mod floor;
mod names;
mod routing;
mod shared;
mod shipping;

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::model::Batch;
use crate::model::plan::Plan;
use column::AnyTable;
use names::Names;

pub use column::CHUNK;
pub use demand::{all_holds, all_rejects};
pub use doc::{ColumnDoc, TableDoc, markdown, output_docs};
pub use shared::{BoundRow, bounds};

/// A table to write.
pub struct OutputTable<'a> {
    pub name: &'static str,
    pub schema: SchemaRef,
    pub rows: usize,
    /// At most [`CHUNK`] rows each; none where there are no rows.
    pub batches: Box<dyn Iterator<Item = RecordBatch> + Send + 'a>,
}

/// All tables of a run, in the order of the flow. Nothing is copied until a table's batches are asked for.
pub fn output_tables<'a>(batch: &'a Batch, plan: &'a Plan) -> Vec<OutputTable<'a>> {
    let names = Arc::new(Names::new(batch, plan));
    all(&names)
        .into_iter()
        .map(|table| table.output(names.clone()))
        .collect()
}

fn all<'a>(names: &Names<'a>) -> Vec<AnyTable<'a>> {
    let mut tables = demand::tables(names);
    tables.extend(routing::tables(names));
    tables.extend(shipping::tables(names));
    tables.extend(floor::tables(names));
    tables.extend(aftercare::tables(names));
    tables
}

#[cfg(test)]
mod tests;
