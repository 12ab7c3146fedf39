//! Closed sets of names that aftercare writes: what has happened to an order, and what a customer is told.

use serde::{Deserialize, Serialize};

/// A closed set of names, kept as one byte per row instead of a string.
macro_rules! names {
    ($(#[$doc:meta])* $set:ident { $($(#[$name_doc:meta])* $name:ident $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $set { $($(#[$name_doc])* $name,)+ }

        impl $set {
            pub const ALL: &'static [$set] = &[$($set::$name,)+];
            /// The name in tables, `snake_case`.
            pub const fn name(self) -> &'static str {
                match self { $($set::$name => $text,)+ }
            }
            /// The same as [`Self::name`], where a string column is expected.
            pub const fn as_str(&self) -> &'static str {
                self.name()
            }
        }
        impl AsRef<str> for $set {
            fn as_ref(&self) -> &str {
                self.name()
            }
        }
        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

names! {
    /// What has happened to an order or one of its shipments, in the order of a life.
    EventStatus {
        /// Will not be fulfilled.
        Rejected "rejected",
        Held "held",
        Accepted "accepted",
        /// Some units wait for stock, capacity or a service.
        Backordered "backordered",
        Released "released",
        Picked "picked",
        Packed "packed",
        HandedOver "handed_over",
        Delivered "delivered",
    }
}

names! {
    /// A way to release a night: ours, the rules in use, and what no way undercuts.
    WaveWay {
        /// The plan.
        Plan "plan",
        FirstInFirstOut "first_in_first_out",
        EarliestCutoffFirst "earliest_cutoff_first",
        /// Each shipment on the first open cart of its carrier with room.
        FirstFitByCarrier "first_fit_by_carrier",
        OneOrderAtATime "one_order_at_a_time",
        /// No way walks less or is late with fewer shipments.
        Bound "bound",
    }
}

names! {
    /// What a message to a customer says.
    Template {
        /// All of it ships, and when it is expected.
        OrderConfirmed "order_confirmed",
        /// A part of it ships; what waits, and what will not come.
        PartiallyConfirmed "partially_confirmed",
        /// None of it ships now.
        Backordered "backordered",
        /// A shipment is with its carrier.
        Shipped "shipped",
        /// The order will not be fulfilled: another means of payment is needed.
        PaymentDeclined "payment_declined",
        /// The order waits for its payment.
        PaymentPending "payment_pending",
    }
}
