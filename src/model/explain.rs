//! Why each order is served as it is: what it costs, what else there was.
//!
//! A *way* says how many units each facility sends for an order. There are few ways among many orders, so each stands once, in
//! [`Explained::ways`], and rows point at it. 130 bytes per order, and where it is asked for one per (order, facility).

use serde::{Deserialize, Serialize};

use super::ids::{FacilityIdx, OrderIdx};
use super::units::Cents;
use crate::columns;

/// Units that each facility sends: most units first, then by facility.
pub type Way = Vec<(FacilityIdx, u64)>;

columns! {
    /// One row per routed order, in order of [`OrderIdx`].
    pub struct RoutingDecisions / RoutingDecision {
        order: OrderIdx,
        /// The way it is served: position in [`Explained::ways`].
        chosen: u32,
        shipped: u64,
        waiting: u64,
        freight: Cents,
        cartons: Cents,
        handling: Cents,
        lateness: Cents,
        split_penalty: Cents,
        backorder_penalty: Cents,
        lost_penalty: Cents,
        /// The cheapest way without one of the chosen facilities, on what is left at the end and what the order itself takes.
        runner_up: Option<u32>,
        runner_up_cost: Option<Cents>,
        /// What the stock and capacity that it takes are worth at the shadow prices.
        scarcity: Cents,
        /// The cheapest way were the order alone.
        cheapest: u32,
        cheapest_cost: Cents,
    }
}

impl RoutingDecision {
    /// What the order adds to the cost of the routing.
    pub fn cost(&self) -> Cents {
        let parts = [
            self.freight,
            self.cartons,
            self.handling,
            self.lateness,
            self.split_penalty,
            self.backorder_penalty,
            self.lost_penalty,
        ];
        Cents(parts.iter().fold(0, |sum, c| c.0.saturating_add(sum)))
    }
}

/// What routing says about its decisions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    pub ways: Vec<Way>,
    pub decisions: RoutingDecisions,
}

impl Explained {
    /// The way at a position that a row names.
    pub fn way(&self, at: u32) -> &[(FacilityIdx, u64)] {
        &self.ways[at as usize]
    }
}
