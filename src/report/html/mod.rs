//! `report.html`: the plan as one page for a person: self-contained, offline, readable without JavaScript, light or dark, on paper.
//!
//! One file per section of the page; `parts` has what they share (cards, bars, tables), `axis` the scales of the drawn charts,
//! `style.css` all colours. Charts that are lists of bars are tables with bars in
//! their cells, so that they read without seeing them; drawn charts carry a title, a description and a table.
//! O(shipments log shipments); the size of the page does not grow with the batch.

mod axis;
mod cost;
mod demand;
mod gantt;
mod hours;
mod map;
mod method;
mod network;
mod outline;
mod page;
mod parts;
mod times;

use jiff::tz::TimeZone;

use super::Metrics;
use super::format;
use crate::model::Batch;
use crate::model::plan::Plan;
use crate::model::units::{Cents, Timestamp};

/// What every section reads.
struct View<'a> {
    batch: &'a Batch,
    plan: &'a Plan,
    metrics: &'a Metrics,
    /// Local times are in it.
    zone: TimeZone,
}

impl View<'_> {
    fn money(&self, cents: i64) -> String {
        format::money(Cents(cents), &self.metrics.run.currency)
    }
    fn money_short(&self, cents: i64) -> String {
        format::money_short(Cents(cents), &self.metrics.run.currency)
    }
    fn moment(&self, moment: Timestamp) -> String {
        format::day_and_time(moment, &self.zone)
    }
}

/// The page.
pub fn html(batch: &Batch, plan: &Plan, metrics: &Metrics) -> String {
    let zone = TimeZone::get(&metrics.run.time_zone).unwrap_or(TimeZone::UTC);
    let view = View {
        batch,
        plan,
        metrics,
        zone,
    };
    page::page(&view).into_string()
}

#[cfg(test)]
mod tests;
