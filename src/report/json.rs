//! `metrics.json`: the metrics, pretty, with keys in the order of [`Metrics`].

use super::Metrics;
use crate::error::{Error, Result};

/// The text of `metrics.json`.
pub fn json(metrics: &Metrics) -> Result<String> {
    let text = serde_json::to_string_pretty(metrics)
        .map_err(|e| Error::internal(format!("metrics cannot be written as JSON: {e}")))?;
    Ok(text + "\n")
}

/// Reads `metrics.json` back; `name` is for messages.
pub fn from_json(text: &str, name: &str) -> Result<Metrics> {
    serde_json::from_str(text).map_err(|e| {
        Error::input(format!("{name}: {e}"))
            .hint("it was not written by this version of wavecrest: run the batch again")
    })
}
