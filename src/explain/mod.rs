//! `wavecrest explain`: the life of one order, told from the files of a run folder alone.
//!
//! Every table that names the order is asked for its rows ([`records`]: the scan is filtered, so that a large run costs little memory); what
//! they say is put in sentences ([`words()`]), or given as they are ([`Story::json`]). Nothing is decided or reckoned anew here.

mod records;
mod words;

use std::path::Path;

use serde_json::{Map, Value};

use crate::audit::RunFiles;
use crate::error::{Error, Result};
use crate::params::edit_distance;
use crate::report::output_docs;
use records::Record;

pub use words::words;

/// Tables that name the order.
const BY_ORDER: [&str; 22] = [
    "order_states",
    "line_states",
    "rejects",
    "holds",
    "fraud_scores",
    "routing_decisions",
    "routing_alternatives",
    "incumbent",
    "allocations",
    "backorders",
    "shipments",
    "unplaced_shipments",
    "wave_shipments",
    "pick_tasks",
    "cycle_times",
    "invoices",
    "events",
    "notifications",
    "returns",
    "refunds",
    "exchanges",
    "claims",
];

/// Tables that name its shipments.
const BY_SHIPMENT: [&str; 3] = ["packages", "shipment_charges", "rebookings"];

/// All rows about one order.
pub struct Story {
    pub order_id: String,
    pub currency: String,
    /// Table and rows; `input orders` and `input order_lines` first.
    tables: Vec<(&'static str, Vec<Record>)>,
}

impl Story {
    /// Reads the rows.
    ///
    /// # Errors
    /// [`crate::error::Fault::Input`] where there is no run folder, [`crate::error::Fault::Param`] where it has no such order.
    pub fn read(run: &Path, order_id: &str) -> Result<Story> {
        let files = RunFiles::open(run)?;
        let mut tables = records::inputs(&files, order_id)?;
        let docs = output_docs();
        let mut add = |names: &[&str], key: &str, wanted: &[String]| -> Result<()> {
            for doc in docs.iter().filter(|doc| names.contains(&doc.name)) {
                tables.push((doc.name, records::outputs(&files, doc, key, wanted)?));
            }
            Ok(())
        };
        add(&BY_ORDER, "order_id", &[order_id.to_owned()])?;
        let known = tables.iter().any(|(_, rows)| !rows.is_empty());
        if !known {
            return Err(unknown(&files, run, order_id)?);
        }
        let mut story = Story {
            order_id: order_id.to_owned(),
            currency: files.manifest["currency"].as_str().unwrap_or("").to_owned(),
            tables,
        };
        let shipments = story.of("shipments").iter();
        let shipments: Vec<String> = shipments
            .map(|s| s.text("shipment_id").to_owned())
            .collect();
        for doc in docs.iter().filter(|doc| BY_SHIPMENT.contains(&doc.name)) {
            let rows = records::outputs(&files, doc, "shipment_id", &shipments)?;
            story.tables.push((doc.name, rows));
        }
        Ok(story)
    }

    /// The rows of a table about the order.
    fn of(&self, table: &str) -> &[Record] {
        let found = self.tables.iter().find(|(name, _)| *name == table);
        found.map_or(&[], |(_, rows)| rows)
    }

    /// Table by table, the rows as objects; moments in RFC 3339.
    pub fn json(&self) -> Value {
        let mut all = Map::new();
        all.insert("order_id".into(), self.order_id.clone().into());
        all.insert("currency".into(), self.currency.clone().into());
        for (name, rows) in &self.tables {
            all.insert((*name).into(), rows.iter().map(Record::json).collect());
        }
        Value::Object(all)
    }
}

/// No such order; names those that are called alike.
fn unknown(files: &RunFiles, run: &Path, order_id: &str) -> Result<Error> {
    let wanted = order_id.to_lowercase();
    let near = 1 + order_id.chars().count() / 5;
    let mut close: Vec<(usize, String)> = records::order_ids(files)?
        .into_iter()
        .filter(|id| id.len().abs_diff(order_id.len()) <= near)
        .map(|id| (edit_distance(&id.to_lowercase(), &wanted), id))
        .filter(|(distance, _)| *distance <= near)
        .collect();
    close.sort_unstable();
    close.dedup();
    let names: Vec<&str> = close.iter().take(3).map(|(_, id)| id.as_str()).collect();
    let hint = match names.as_slice() {
        [] => format!(
            "the table order_states of {} lists all orders",
            run.display()
        ),
        names => format!("did you mean {}?", names.join(", ")),
    };
    let message = format!("{} has no order {order_id:?}", run.display());
    Ok(Error::param(message).hint(hint))
}
