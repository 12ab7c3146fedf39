//! The plan that another system made of the same night: its rows, what is wrong with it, and what it costs against ours.

use serde::{Deserialize, Serialize};

use super::explain::Way;
use super::ids::{FacilityIdx, LineIdx, OrderIdx};
use super::plan::RoutingCost;
use super::units::Cents;
use crate::columns;

macro_rules! faults {
    ($($name:ident $text:literal $about:literal;)+) => {
        /// Why an incumbent plan, or a row of it, could not be carried out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum IncumbentCode {
            $(#[doc = $about] $name,)+
        }

        impl IncumbentCode {
            /// The name in tables, `snake_case`.
            pub const fn name(self) -> &'static str {
                match self { $(IncumbentCode::$name => $text,)+ }
            }
            /// What that means for its price.
            pub const fn about(self) -> &'static str {
                match self { $(IncumbentCode::$name => $about,)+ }
            }
        }
    };
}

faults! {
    UnknownOrder "unknown_order" "the batch has no such order; the row is left out";
    BadLine "bad_line_no" "the line number is no whole number; the row is left out";
    UnknownLine "unknown_line" "the order has no such line; the row is left out";
    UnknownFacility "unknown_facility" "the batch has no such facility; the row is left out";
    BadQuantity "bad_quantity" "not a whole number from 1 to 4,294,967,295; the row is left out";
    NotAccepted "not_accepted" "the order or line is rejected or held; the row is left out";
    OverOrdered "over_ordered" "more than was ordered; what exceeds it is left out";
    Rule "rule" "a rule bars the facility from it (hazardous goods, restrictions, stores); the row is left out";
    StockOverdrawn "stock_overdrawn" "more than the facility's free stock; priced all the same";
    CapacityOverdrawn "capacity_overdrawn" "more than the facility can pick; priced all the same";
    ShipmentsOverdrawn "shipments_overdrawn" "more shipments than capacity_orders; priced all the same";
    TooManyShipments "too_many_shipments" "more than routing.max_shipments; priced all the same";
    NotComplete "not_complete" "the order must ship complete and does not; priced all the same";
    NoCarrier "no_carrier" "no carrier service takes the shipment; it counts as not shipped";
}

columns! {
    /// Units of a line that the incumbent ships from a facility, in order of the file.
    pub struct IncumbentRows / IncumbentRow {
        line: LineIdx,
        facility: FacilityIdx,
        quantity: u32,
        /// Row of the file, from 0.
        row: u32,
    }

    /// What is wrong with the incumbent.
    pub struct IncumbentFaults / IncumbentFault {
        code: IncumbentCode,
        /// Row of the file from 0, where it is one row's fault.
        row: Option<u64>,
        order_id: Option<String>,
        line_no: Option<i64>,
        facility_id: Option<String>,
        sku: Option<String>,
        /// The cell as read, where that is the fault.
        value: Option<String>,
        /// Units concerned, where they are known.
        units: Option<u64>,
    }

    /// What an order costs in both plans, in order of [`OrderIdx`]; every routed order.
    pub struct ShadowOrders / ShadowOrder {
        order: OrderIdx,
        /// Positions in [`Shadow::ways`].
        incumbent: u32,
        incumbent_cost: Cents,
        ours: u32,
        our_cost: Cents,
    }
}

/// A plan as read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incumbent {
    pub rows: IncumbentRows,
    /// Of rows that could not be understood.
    pub faults: IncumbentFaults,
}

/// The incumbent priced like our plan, order by order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    pub ways: Vec<Way>,
    pub orders: ShadowOrders,
    pub faults: IncumbentFaults,
    pub cost: RoutingCost,
    pub shipments: u64,
}

impl Shadow {
    pub fn way(&self, at: u32) -> &[(FacilityIdx, u64)] {
        &self.ways[at as usize]
    }
}
