//! Which slots to pick from, where items lie in several, so that the picker's tour is shortest.
//!
//! ```text
//! minimize    shortest tour past the slots s with x_s > 0          (`solve::tour`)
//! subject to  sum over slots s of item i of x_s = demand_i         every item i          0 <= x_s <= stock_s, whole
//! ```
//!
//! NP-hard; a path problem with covering constraints (Hessler and Irnich 2024, INFORMS Journal on Computing 36(6), 1417-1435). Three parts:
//!
//! | part | gives | in |
//! |---|---|---|
//! | ruin and recreate, every slot tried at the exact length of the walk | a plan | `search`, `walk` |
//! | prices of the items by ascent | a bound | `prices`, `network`, `actions` |
//! | labels with those prices, in ever wider layers | a better plan, and the proof | `labels`, `residual` |
//!
//! Up to five blocks, as many as `solve::tour` has states for.

mod actions;
mod labels;
mod network;
mod plan;
mod prices;
mod residual;
mod search;
mod solve;
#[cfg(test)]
mod tests;
mod walk;

use crate::solve::budget::Limit;
use crate::solve::tour::{Bay, Layout};

/// Steps between two looks at the time.
const STRIDE: u64 = 1024;

/// Stock of an item at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Where.
    pub bay: Bay,
    /// Which item.
    pub item: u32,
    /// Units that may be taken.
    pub stock: u32,
}

/// A pick list before its slots are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// At most five blocks.
    pub layout: Layout,
    pub slots: Vec<Slot>,
    /// Units of each item.
    pub demands: Vec<u32>,
}

impl Instance {
    /// The first item whose demand exceeds the stock of its slots, and the units that are missing.
    pub fn shortage(&self) -> Option<(u32, u64)> {
        let mut missing: Vec<i64> = self.demands.iter().map(|&n| i64::from(n)).collect();
        for slot in &self.slots {
            missing[slot.item as usize] -= i64::from(slot.stock);
        }
        let item = missing.iter().position(|&n| n > 0)?;
        Some((item as u32, missing[item] as u64))
    }
}

/// Units to take from a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Index into the slots.
    pub slot: u32,
    pub quantity: u32,
}

/// Picks in the order of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub picks: Vec<Pick>,
    /// Length of the walk, mm.
    pub length_mm: i64,
}

/// Counts work and looks at the time from time to time.
struct Clock<'a> {
    left: &'a dyn Fn() -> f64,
    used: u64,
    most: u64,
    stopped_by: Option<Limit>,
}

impl Clock<'_> {
    /// Grants one more step.
    fn tick(&mut self) -> bool {
        if self.used >= self.most {
            self.stopped_by.get_or_insert(Limit::Iterations);
        } else if self.used.is_multiple_of(STRIDE) {
            self.look();
        }
        self.used += u64::from(self.stopped_by.is_none());
        self.stopped_by.is_none()
    }

    /// Whether there is time.
    fn look(&mut self) -> bool {
        if (self.left)() <= 0.0 {
            self.stopped_by.get_or_insert(Limit::Clock);
        }
        self.stopped_by.is_none()
    }
}

pub use solve::{Effort, solve};
