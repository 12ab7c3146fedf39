//! The plan of another system: one file with the columns order_id, line_no, facility_id, quantity.
//!
//! Rows that name what the batch does not have are faults of that plan, not of the batch; the others become indices. O(rows + orders).

use std::path::Path;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::{InputFile, files};
use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::ids::{FacilityIdx, LineIdx, OrderIdx};
use crate::model::incumbent::{Incumbent, IncumbentCode, IncumbentFault, IncumbentRow};

/// Name of the input in records, and of its copy in the run folder.
pub const INCUMBENT: &str = "incumbent";

const COLUMNS: [&str; 4] = ["order_id", "line_no", "facility_id", "quantity"];

/// The extension of a plan's file, before work starts.
///
/// # Errors
/// [`crate::error::Fault::Param`] where there is no such file or its name does not say how to read it.
pub fn incumbent_format(path: &Path) -> Result<&str> {
    let shown = path.display();
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    if !["parquet", "arrow", "csv"].contains(&extension) {
        let message = format!("--incumbent {shown}: not a .parquet, .arrow or .csv file");
        return Err(
            Error::param(message).hint("its columns are order_id, line_no, facility_id, quantity")
        );
    }
    if !path.is_file() {
        return Err(
            Error::param(format!("--incumbent {shown}: there is no such file"))
                .hint("it is the plan that another system made: a row per line and facility"),
        );
    }
    Ok(extension)
}

/// Reads the plan in `path` for `batch`.
///
/// # Errors
/// Those of [`incumbent_format`], and [`crate::error::Fault::Input`] where it cannot be read or lacks a column.
pub fn incumbent(path: &Path, batch: &Batch) -> Result<(Incumbent, InputFile)> {
    let extension = incumbent_format(path)?;
    let size = std::fs::metadata(path).map_err(|e| Error::io("read", path, &e))?;
    let frame = read(path, extension)?;
    let input = InputFile {
        table: INCUMBENT.into(),
        path: format!("{INCUMBENT}.{extension}"),
        rows: frame.height() as u64,
        bytes: size.len(),
        fingerprint: files::fingerprint(path)?,
    };
    Ok((understand(&frame, batch), input))
}

fn read(path: &Path, extension: &str) -> Result<DataFrame> {
    let failed = |e: PolarsError| {
        Error::input(format!(
            "--incumbent {}: cannot read it: {e}",
            path.display()
        ))
        .hint("is it whole, and of the format that its name says?")
    };
    let place = PlRefPath::try_from_path(path).map_err(failed)?;
    let lazy = match extension {
        "csv" => LazyCsvReader::new(place)
            .with_infer_schema_length(Some(0))
            .finish(),
        "arrow" => {
            LazyFrame::scan_ipc(place, IpcScanOptions::default(), UnifiedScanArgs::default())
        }
        _ => LazyFrame::scan_parquet(place, ScanArgsParquet::default()),
    };
    let mut lazy = lazy.map_err(failed)?;
    let schema = lazy.collect_schema().map_err(failed)?;
    if let Some(missing) = COLUMNS.iter().find(|name| !schema.contains(name)) {
        let message = format!("--incumbent {}: no column {missing}", path.display());
        return Err(
            Error::input(message).hint("its columns are order_id, line_no, facility_id, quantity")
        );
    }
    lazy.select(COLUMNS.map(|name| col(name).cast(DataType::String)))
        .collect()
        .map_err(failed)
}

/// A row as read.
struct Row<'a> {
    number: u64,
    order_id: Option<&'a str>,
    line_no: Option<&'a str>,
    facility_id: Option<&'a str>,
    quantity: Option<&'a str>,
}

impl Row<'_> {
    fn line_no(&self) -> Option<i64> {
        self.line_no.and_then(whole)
    }

    fn quantity(&self) -> Option<i64> {
        self.quantity.and_then(whole)
    }

    fn fault(&self, code: IncumbentCode) -> IncumbentFault {
        let value = match code {
            IncumbentCode::BadLine => Some(self.line_no),
            IncumbentCode::BadQuantity => Some(self.quantity),
            _ => None,
        };
        IncumbentFault {
            code,
            row: Some(self.number),
            order_id: self.order_id.map(str::to_owned),
            line_no: self.line_no(),
            facility_id: self.facility_id.map(str::to_owned),
            sku: None,
            value: value.map(|value| value.unwrap_or("").to_owned()),
            units: self.quantity().and_then(|q| u64::try_from(q).ok()),
        }
    }
}

/// A whole number; one that another program wrote as `2.0` too.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.trim_end_matches('0').strip_suffix('.');
    digits.unwrap_or(text).parse().ok()
}

fn understand(frame: &DataFrame, batch: &Batch) -> Incumbent {
    let ids = batch.orders.indices();
    let orders: FxHashMap<&str, OrderIdx> = ids.map(|o| (&batch.orders.id[o], o)).collect();
    let sites = batch.facilities.iter_enumerated();
    let sites: FxHashMap<&str, FacilityIdx> = sites.map(|(f, site)| (&*site.id, f)).collect();
    let text = |name: &str| frame.column(name).ok().and_then(|c| c.str().ok());
    let [order_id, line_no, facility_id, quantity] = COLUMNS.map(text);
    let mut incumbent = Incumbent::default();
    for i in 0..frame.height() {
        let row = Row {
            number: i as u64,
            order_id: order_id.and_then(|c| c.get(i)),
            line_no: line_no.and_then(|c| c.get(i)),
            facility_id: facility_id.and_then(|c| c.get(i)),
            quantity: quantity.and_then(|c| c.get(i)),
        };
        let order = row.order_id.and_then(|id| orders.get(id).copied());
        let site = row.facility_id.and_then(|id| sites.get(id).copied());
        match known(&row, batch, order, site) {
            Ok(row) => incumbent.rows.push(row),
            Err(code) => incumbent.faults.push(row.fault(code)),
        }
    }
    incumbent
}

fn known(
    row: &Row,
    batch: &Batch,
    order: Option<OrderIdx>,
    facility: Option<FacilityIdx>,
) -> std::result::Result<IncumbentRow, IncumbentCode> {
    let order = order.ok_or(IncumbentCode::UnknownOrder)?;
    let line_no = row.line_no().ok_or(IncumbentCode::BadLine)?;
    let line = line_of(batch, order, line_no).ok_or(IncumbentCode::UnknownLine)?;
    let facility = facility.ok_or(IncumbentCode::UnknownFacility)?;
    let quantity = row.quantity().and_then(|q| u32::try_from(q).ok());
    let quantity = quantity
        .filter(|&q| q > 0)
        .ok_or(IncumbentCode::BadQuantity)?;
    Ok(IncumbentRow {
        line,
        facility,
        quantity,
        row: u32::try_from(row.number).unwrap_or(u32::MAX),
    })
}

fn line_of(batch: &Batch, order: OrderIdx, wanted: i64) -> Option<LineIdx> {
    let mut lines = batch.orders.lines(order);
    lines.find(|&line| i64::from(batch.lines.line_no[line]) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn rows_become_indices_or_faults() {
        let mut world = World::new();
        world.facility("BNA");
        let cup = world.item("CUP", [100, 100, 100], 400);
        world.order("A", &[(cup, 2), (cup, 1)]);
        let batch = world.build();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("oms.csv");
        let rows = "A,2,BNA,1\nB,1,BNA,1\nA,3,BNA,1\nA,1,XXX,1\nA,1,BNA,0\nA,1,BNA,two\nA,?,BNA,1\nA,1,BNA,-3\n";
        std::fs::write(
            &file,
            format!("order_id,line_no,facility_id,quantity\n{rows}"),
        )
        .unwrap();
        let (incumbent, input) = incumbent(&file, &batch).unwrap();
        let only = IncumbentRow {
            line: LineIdx(1),
            facility: FacilityIdx(0),
            quantity: 1,
            row: 0,
        };
        assert_eq!(incumbent.rows.rows().collect::<Vec<_>>(), [only]);
        use IncumbentCode::*;
        assert_eq!(
            incumbent.faults.code,
            [
                UnknownOrder,
                UnknownLine,
                UnknownFacility,
                BadQuantity,
                BadQuantity,
                BadLine,
                BadQuantity
            ]
        );
        assert_eq!(incumbent.faults.row, [1, 2, 3, 4, 5, 6, 7].map(Some));
        let values: Vec<_> = incumbent.faults.value.iter().flatten().collect();
        assert_eq!(values, ["0", "two", "?", "-3"]);
        assert_eq!((input.rows, input.path.as_str()), (8, "incumbent.csv"));
    }
}
