//! Broken rows, for tests of bad input.
//!
//! With `dirty_share` d, each order is broken with probability d; the kinds take turns within a chunk of orders, so
//! that even a small dirty batch has every kind. What was broken goes to the table `defect_labels` (order_id, line_no,
//! kind), which the planner ignores and tests compare with `rejects`.

use rand::{Rng, RngExt};

use super::orders::{Line, Order, Sku};

/// What is wrong with an order or with one of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    DuplicateOrder,
    MissingOrderId,
    MissingAddress,
    UnknownPostalCode,
    MissingCountry,
    UnknownCountry,
    UnknownService,
    UnknownPaymentStatus,
    MissingPlacedAt,
    UnknownCurrency,
    PriorityOutOfRange,
    NoLines,
    UnknownSku,
    MissingSku,
    ZeroQuantity,
    NegativeQuantity,
    AbsurdQuantity,
    NanPrice,
    InfinitePrice,
    NegativePrice,
    DuplicateLine,
    BadLineNumber,
    LineOfUnknownOrder,
}

impl Defect {
    pub const ALL: [Defect; 23] = [
        Self::DuplicateOrder,
        Self::MissingOrderId,
        Self::MissingAddress,
        Self::UnknownPostalCode,
        Self::MissingCountry,
        Self::UnknownCountry,
        Self::UnknownService,
        Self::UnknownPaymentStatus,
        Self::MissingPlacedAt,
        Self::UnknownCurrency,
        Self::PriorityOutOfRange,
        Self::NoLines,
        Self::UnknownSku,
        Self::MissingSku,
        Self::ZeroQuantity,
        Self::NegativeQuantity,
        Self::AbsurdQuantity,
        Self::NanPrice,
        Self::InfinitePrice,
        Self::NegativePrice,
        Self::DuplicateLine,
        Self::BadLineNumber,
        Self::LineOfUnknownOrder,
    ];

    /// Name in `defect_labels.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DuplicateOrder => "duplicate_order",
            Self::MissingOrderId => "missing_order_id",
            Self::MissingAddress => "missing_address",
            Self::UnknownPostalCode => "unknown_postal_code",
            Self::MissingCountry => "missing_country",
            Self::UnknownCountry => "unknown_country",
            Self::UnknownService => "unknown_service",
            Self::UnknownPaymentStatus => "unknown_payment_status",
            Self::MissingPlacedAt => "missing_placed_at",
            Self::UnknownCurrency => "unknown_currency",
            Self::PriorityOutOfRange => "priority_out_of_range",
            Self::NoLines => "no_lines",
            Self::UnknownSku => "unknown_sku",
            Self::MissingSku => "missing_sku",
            Self::ZeroQuantity => "zero_quantity",
            Self::NegativeQuantity => "negative_quantity",
            Self::AbsurdQuantity => "absurd_quantity",
            Self::NanPrice => "nan_price",
            Self::InfinitePrice => "infinite_price",
            Self::NegativePrice => "negative_price",
            Self::DuplicateLine => "duplicate_line",
            Self::BadLineNumber => "bad_line_number",
            Self::LineOfUnknownOrder => "line_of_unknown_order",
        }
    }

    /// Whether one line is broken rather than the whole order.
    fn of_a_line(self) -> bool {
        self >= Self::UnknownSku
    }
}

/// One row of `defect_labels`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub order: u64,
    pub line: Option<i64>,
    pub defect: Defect,
}

/// Breaks an order or one of its lines. Repeating an order is left to the caller.
pub fn spoil(
    order: &mut Order,
    lines: &mut Vec<Line>,
    defect: Defect,
    rng: &mut impl Rng,
) -> Label {
    order.defect = Some(defect);
    if defect == Defect::NoLines {
        lines.clear();
    }
    if !defect.of_a_line() || lines.is_empty() {
        return Label {
            order: order.position,
            line: None,
            defect,
        };
    }
    let index = rng.random_range(0..lines.len());
    let line = &mut lines[index];
    match defect {
        Defect::UnknownSku => line.sku = Sku::Unknown,
        Defect::MissingSku => line.sku = Sku::Missing,
        Defect::ZeroQuantity => line.quantity = 0,
        Defect::NegativeQuantity => line.quantity = -line.quantity,
        Defect::AbsurdQuantity => line.quantity = 1_000_000_000,
        Defect::NanPrice => line.price = f64::NAN,
        Defect::InfinitePrice => line.price = f64::INFINITY,
        Defect::NegativePrice => line.price = -line.price,
        Defect::BadLineNumber => line.number = 0,
        _ => {}
    }
    let broken = *line;
    match defect {
        Defect::DuplicateLine => lines.push(broken),
        // Nine digits end at 999,999,999: no order has such an id.
        Defect::LineOfUnknownOrder => lines.push(Line {
            order: 999_999_000,
            number: 1,
            ..broken
        }),
        _ => {}
    }
    Label {
        order: order.position,
        line: Some(broken.number),
        defect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_has_its_own_name() {
        let mut names: Vec<&str> = Defect::ALL.iter().map(|defect| defect.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Defect::ALL.len());
        assert!(Defect::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
