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
        store_penalty: Cents,
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
            self.store_penalty,
            self.split_penalty,
            self.backorder_penalty,
            self.lost_penalty,
        ];
        Cents(parts.iter().fold(0, |sum, c| c.0.saturating_add(sum)))
    }
}

/// Why a facility is not used by an order: the furthest that any thing wanted came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Unused {
    /// It had none of it.
    NoStock = 1,
    /// It may not ship it: hazardous goods, restrictions, stores.
    Rule,
    /// Other orders have what it had.
    StockTaken,
    /// Other orders have all its capacity.
    Capacity,
    /// No carrier service takes a unit of it from there.
    NoCarrier,
    /// It could have sent some; that would have cost more, or broken a rule.
    Cost,
}

impl Unused {
    pub const ALL: [Unused; 6] = [
        Unused::NoStock,
        Unused::Rule,
        Unused::StockTaken,
        Unused::Capacity,
        Unused::NoCarrier,
        Unused::Cost,
    ];

    /// `None` of 0: the facility is used.
    pub fn of(byte: u8) -> Option<Unused> {
        let at = usize::from(byte).checked_sub(1)?;
        Unused::ALL.get(at).copied()
    }

    /// The name in tables, `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Unused::NoStock => "no_stock",
            Unused::Rule => "rule",
            Unused::StockTaken => "stock_taken",
            Unused::Capacity => "capacity",
            Unused::NoCarrier => "no_carrier",
            Unused::Cost => "cost",
        }
    }
}

/// What routing says about its decisions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    pub ways: Vec<Way>,
    pub decisions: RoutingDecisions,
    /// By decision, then facility: 0 where it is used, else [`Unused`]. Empty where it was not asked for.
    #[serde(with = "bytes")]
    pub unused: Vec<u8>,
}

/// Bytes as bytes: a checkpoint would hold them as numbers otherwise.
mod bytes {
    use serde::{Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }
        from.deserialize_byte_buf(Bytes)
    }
}

impl Explained {
    /// The way at a position that a row names.
    pub fn way(&self, at: u32) -> &[(FacilityIdx, u64)] {
        &self.ways[at as usize]
    }
}
