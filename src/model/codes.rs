//! Why a row, an order or a line is not planned: every code once, with its hint.
//!
//! Recipe for a new code: add a row here, write the one function that decides it (in `ingest` when the row cannot be represented,
//! in `stages/validate/rules.rs` otherwise), add a fixture named after it under `tests/fixtures`.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($name:ident $text:literal $hint:literal;)+) => {
        /// A stable, machine-readable reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $hint] $name,)+
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];
            /// The name in tables, `snake_case`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }
            /// What a person can do about it.
            pub const fn hint(self) -> &'static str {
                match self { $(Code::$name => $hint,)+ }
            }
        }
    };
}

codes! {
    // Rows that cannot be read.
    MissingValue "missing_value" "fill in the column; it is required";
    UnparsableDate "unparsable_date" "write dates as 2026-11-27T18:30:00Z (RFC 3339) or as a Parquet timestamp";
    NotANumber "not_a_number" "write a finite number; a whole one where the type is i64";
    Overflow "overflow" "see the column's range in `wavecrest schema`; check the unit";
    UnknownValue "unknown_value" "use one of the values listed by `wavecrest schema`";
    DuplicateOrder "duplicate_order" "order_id must be unique; the first row was kept";
    DuplicateLine "duplicate_line" "(order_id, line_no) must be unique; the first row was kept";
    DuplicateKey "duplicate_key" "the key of this table must be unique; the first row was kept";
    UnknownOrder "unknown_order" "no row of `orders` has this order_id; send the order with its lines";
    UnknownSku "unknown_sku" "no usable row of `items` has this sku; add it or remove the line";
    UnknownFacility "unknown_facility" "no usable row of `facilities` has this facility_id";
    BadDimensions "bad_dimensions" "weight and dimensions must be positive and at most 2 t and 10 m";
    NegativePrice "negative_price" "prices and costs must not be negative";
    BadQuantity "bad_quantity" "stock and slot quantities must lie between 0 and 4,294,967,295";
    SlotOutsideLayout "slot_outside_layout" "the slot's block, aisle or bay exceeds its facility's row in `layouts`; correct either";
    NoWayHome "no_way_home" "a single one-way aisle cannot be left the way it was entered; give `aisles` 2 or more, or `one_way` no";
    UnknownCurrency "unknown_currency" "add the currency to the `fx` table or send the order in the batch's currency";
    // Orders and lines that must not be fulfilled.
    NonPositiveQuantity "non_positive_quantity" "send cancellations and returns in `returns`, not as negative lines";
    AbsurdQuantity "absurd_quantity" "check for a typing error; the limit is the parameter validate.max_line_quantity";
    MissingAddress "missing_address" "country and postal code are needed to ship";
    UnknownPostalCode "unknown_postal_code" "no row of `zones` covers it: correct the code, or add the zone if you ship there";
    PaymentDeclined "payment_declined" "ask the customer for another means of payment";
    NoValidLines "no_valid_lines" "no line of the order could be used; see its lines' own codes";
    OrderRejected "order_rejected" "the line's order was rejected; see the order's own code";
    ShipCompleteBroken "ship_complete_broken" "the order asks to ship complete but one of its lines cannot be used";
    FraudDeclined "fraud_declined" "the fraud score is above fraud.decline_score; see `fraud_scores` for the reasons";
    // Orders that wait.
    PaymentPending "payment_pending" "plan it in the next batch once the payment is settled";
    CreditLimitExceeded "credit_limit_exceeded" "collect the open balance or raise the customer's limit";
    FraudReview "fraud_review" "the review team decides; see `fraud_scores` for the reasons";
    ReturnBeforeShipment "return_before_shipment" "the order is in this very batch, so it has not shipped before: check the order_id, or send the return again once it has";
    // Lines that cannot ship now.
    NoStock "no_stock" "all facilities together have less of it free than the line still needs; replenish or substitute";
    SafetyStock "safety_stock" "all that is left is kept back by routing.safety_stock_units or routing.safety_stock_percent; lower them or replenish";
    NoHazmatFacility "no_hazmat_facility" "it is hazardous and only facilities that may not ship that have it; see facilities.hazmat";
    StoreMayNotShip "store_may_not_ship" "only stores have it, and routing.stores_ship is false";
    Restricted "restricted" "rows of `restrictions` keep every facility that has the stock from serving it; correct them, or stock it elsewhere";
    NoCapacity "no_capacity" "facilities that have stock are at their capacity; raise capacity_units or capacity_orders, or plan it next";
    NoService "no_service" "no carrier service takes the parcel (weight, size, zone, hazmat); see carrier_services and rates";
    NoCarrierPlace "no_carrier_place" "every pick-up of the carrier services that take it is full; raise daily_capacity, add a service, or plan it next";
    ShipTogether "ship_together" "the order must ship complete and not all of it can; it waits as a whole";
    TooManyShipments "too_many_shipments" "it would take more shipments than routing.max_shipments; raise it or plan it next";
    TooCostly "too_costly" "shipping it from what is left would cost more than waiting (routing.backorder_penalty_cents, routing.lost_order_penalty_cents), or no service takes it with the rest; raise the penalties or plan it next";
    SplitTooCostly "split_too_costly" "a further shipment would cost more than all the units in it cost waiting (routing.backorder_penalty_cents each); raise the penalty or plan it next";
}

impl Code {
    /// The code with this name.
    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_code_has_a_way_out() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
            assert!(!code.hint().is_empty());
        }
    }
}
