use super::Metrics;
use crate::model::Batch;
use crate::model::plan::Plan;
pub fn html(_batch: &Batch, _plan: &Plan, _metrics: &Metrics) -> String {
    String::new()
}
