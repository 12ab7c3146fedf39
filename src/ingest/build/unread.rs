//! What can be read of order lines that cannot be used, so that their orders and customers can be told.

use crate::ingest::faults::{Fault, Faults};
use crate::ingest::intern::NONE;
use crate::ingest::schema;
use crate::model::codes::Code;
use crate::model::ids::OrderIdx;
use crate::model::orders::{UnreadLine, UnreadLines};

/// One row per row at fault, given the order of each row or [`NONE`]. A value is known where its column has no fault of its own.
pub fn unread(t: &schema::OrderLines, faults: &mut Faults, order: &[u32]) -> UnreadLines {
    let of_row = |faults: &[Fault]| {
        let row = faults[0].row;
        let known = |column: &str| {
            let own = |fault: &&Fault| fault.column == column && fault.code != Code::DuplicateLine;
            !faults.iter().any(|fault| own(&fault))
        };
        let line_no = u32::try_from(t.line_no[row]).ok();
        UnreadLine {
            row: row as u64,
            order: (order[row] != NONE).then_some(OrderIdx(order[row])),
            line_no: line_no.filter(|_| known("line_no")),
            sku: t.sku.get(row).unwrap_or_default().to_owned(),
            quantity: known("quantity").then_some(t.quantity[row]),
            code: faults[0].code,
        }
    };
    faults.by_row().map(of_row).collect()
}
