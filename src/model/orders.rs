//! Orders, their lines, and the people who placed them, as columns.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::codes::Code;
use super::ids::{CustomerIdx, DestIdx, FacilityIdx, IdxVec, ItemIdx, LineIdx, OrderIdx, Sym};
use super::text::Text;
use super::units::{Cents, Timestamp};

/// What the customer was promised.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ServiceLevel {
    #[default]
    Standard,
    Expedited,
    NextDay,
}

impl ServiceLevel {
    pub const ALL: [ServiceLevel; 3] = [
        ServiceLevel::Standard,
        ServiceLevel::Expedited,
        ServiceLevel::NextDay,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            ServiceLevel::Standard => "standard",
            ServiceLevel::Expedited => "expedited",
            ServiceLevel::NextDay => "next_day",
        }
    }
}

/// What the payment provider said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PaymentStatus {
    #[default]
    Paid,
    /// Reserved on the card; captured at shipment.
    Authorized,
    Pending,
    Declined,
    /// Invoiced on credit, see [`Orders::net_days`].
    Terms,
}

impl PaymentStatus {
    pub const ALL: [PaymentStatus; 5] = [
        PaymentStatus::Paid,
        PaymentStatus::Authorized,
        PaymentStatus::Pending,
        PaymentStatus::Declined,
        PaymentStatus::Terms,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            PaymentStatus::Paid => "paid",
            PaymentStatus::Authorized => "authorized",
            PaymentStatus::Pending => "pending",
            PaymentStatus::Declined => "declined",
            PaymentStatus::Terms => "terms",
        }
    }
}

/// An address or card verification result. `Unavailable` is not `No`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verification {
    Match,
    Partial,
    No,
    #[default]
    Unavailable,
}

impl Verification {
    pub const ALL: [Verification; 4] = [
        Verification::Match,
        Verification::Partial,
        Verification::No,
        Verification::Unavailable,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Verification::Match => "match",
            Verification::Partial => "partial",
            Verification::No => "no",
            Verification::Unavailable => "unavailable",
        }
    }
}

/// Every row of `orders` that has an id of its own, in file order. Rows without an id, or with one seen before, are only in the rejects.
///
/// All columns have one entry per order.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    pub id: Text<OrderIdx>,
    /// Row number in the table, from 0 over all its files.
    pub row: IdxVec<OrderIdx, u64>,
    /// The fault that ingest found in the row, if any; such an order is rejected and its other columns hold defaults.
    pub fault: IdxVec<OrderIdx, Option<Code>>,
    pub placed_at: IdxVec<OrderIdx, Timestamp>,
    pub customer: IdxVec<OrderIdx, Option<CustomerIdx>>,
    pub dest: IdxVec<OrderIdx, DestIdx>,
    pub city: IdxVec<OrderIdx, Option<Sym>>,
    pub channel: IdxVec<OrderIdx, Option<Sym>>,
    pub residential: IdxVec<OrderIdx, bool>,
    pub service: IdxVec<OrderIdx, ServiceLevel>,
    pub deliver_by: IdxVec<OrderIdx, Option<Timestamp>>,
    pub ship_complete: IdxVec<OrderIdx, bool>,
    pub payment_status: IdxVec<OrderIdx, PaymentStatus>,
    /// Days of credit; 0 is prepaid.
    pub net_days: IdxVec<OrderIdx, u16>,
    pub payment_method: IdxVec<OrderIdx, Option<Sym>>,
    pub card: IdxVec<OrderIdx, Option<Sym>>,
    pub email: IdxVec<OrderIdx, Option<Sym>>,
    pub device: IdxVec<OrderIdx, Option<Sym>>,
    pub ip_country: IdxVec<OrderIdx, Option<Sym>>,
    pub avs: IdxVec<OrderIdx, Verification>,
    pub cvv: IdxVec<OrderIdx, Verification>,
    pub bill_country: IdxVec<OrderIdx, Option<Sym>>,
    pub bill_postal_code: IdxVec<OrderIdx, Option<Sym>>,
    /// 0 (default) to 9 (most urgent).
    pub priority: IdxVec<OrderIdx, u8>,
    /// Rows of `order_lines` of this order that are not in [`Lines`] because ingest could not use them. May be left empty: none.
    pub lines_dropped: IdxVec<OrderIdx, u32>,
    /// Lines of order `i` are `first_line[i]..first_line[i + 1]`; one entry more than there are orders.
    pub first_line: Vec<u32>,
}

impl Orders {
    pub fn len(&self) -> usize {
        self.id.len()
    }
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
    pub fn indices(&self) -> impl ExactSizeIterator<Item = OrderIdx> + use<> {
        (0..self.id.len() as u32).map(OrderIdx)
    }
    /// Positions of the order's lines in [`Lines`].
    pub fn line_range(&self, order: OrderIdx) -> Range<usize> {
        self.first_line[order.0 as usize] as usize..self.first_line[order.0 as usize + 1] as usize
    }
    pub fn lines(
        &self,
        order: OrderIdx,
    ) -> impl ExactSizeIterator<Item = LineIdx> + DoubleEndedIterator + use<> {
        self.line_range(order).map(|i| LineIdx(i as u32))
    }
}

/// Lines of known orders with known items, order by order, in the order of their rows. Other rows are only in the rejects.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub order: IdxVec<LineIdx, OrderIdx>,
    /// Row number in the table, from 0 over all its files.
    pub row: IdxVec<LineIdx, u64>,
    pub line_no: IdxVec<LineIdx, u32>,
    pub item: IdxVec<LineIdx, ItemIdx>,
    /// As read: validate rejects what is not positive or absurd.
    pub quantity: IdxVec<LineIdx, i64>,
    /// Price of one unit, in the batch's currency.
    pub unit_price: IdxVec<LineIdx, Cents>,
}

impl Lines {
    pub fn len(&self) -> usize {
        self.order.len()
    }
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
    pub fn indices(&self) -> impl ExactSizeIterator<Item = LineIdx> + use<> {
        (0..self.order.len() as u32).map(LineIdx)
    }
}

crate::columns! {
    /// Rows of `order_lines` that are not in [`Lines`], as far as they could be read. In order of row.
    pub struct UnreadLines / UnreadLine {
        row: u64,
        /// `None`: no such order.
        order: Option<OrderIdx>,
        line_no: Option<u32>,
        sku: String,
        quantity: Option<i64>,
        /// The first fault of the row.
        code: Code,
    }
}

impl UnreadLines {
    /// Positions of the rows that their orders miss, with the order. A repeated line is not missed: its first row is kept.
    pub fn missed(&self) -> impl Iterator<Item = (OrderIdx, u32)> + '_ {
        let rows = self.order.iter().zip(&self.code).enumerate();
        rows.filter(|(_, (_, code))| **code != Code::DuplicateLine)
            .filter_map(|(i, (order, _))| Some(((*order)?, i as u32)))
    }
}

/// Customers named by orders, the `customers` table, the history or `restrictions`. Unknown facts have the defaults of a new customer.
#[derive(Clone, Debug, Default)]
pub struct Customers {
    pub id: Text<CustomerIdx>,
    pub credit_limit: IdxVec<CustomerIdx, Option<Cents>>,
    pub open_balance: IdxVec<CustomerIdx, Cents>,
    pub first_order_at: IdxVec<CustomerIdx, Option<Timestamp>>,
    pub orders_before: IdxVec<CustomerIdx, u32>,
    pub chargebacks_before: IdxVec<CustomerIdx, u32>,
}

/// Past orders, for velocity features and labels. Sorted by time.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub placed_at: Vec<Timestamp>,
    pub customer: Vec<Option<CustomerIdx>>,
    pub card: Vec<Option<Sym>>,
    pub email: Vec<Option<Sym>>,
    pub device: Vec<Option<Sym>>,
    pub amount: Vec<Cents>,
    pub is_fraud: Vec<Option<bool>>,
}

/// The state in which a returned unit arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    New,
    Opened,
    Damaged,
    Missing,
}

impl Condition {
    pub const ALL: [Condition; 4] = [
        Condition::New,
        Condition::Opened,
        Condition::Damaged,
        Condition::Missing,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Condition::New => "new",
            Condition::Opened => "opened",
            Condition::Damaged => "damaged",
            Condition::Missing => "missing",
        }
    }
}

/// Returns that arrived since the last run. They mostly concern orders of earlier batches, so they name orders by id.
#[derive(Clone, Debug, Default)]
pub struct Returns {
    pub id: Vec<String>,
    pub order_id: Vec<String>,
    pub line_no: Vec<u32>,
    pub item: Vec<ItemIdx>,
    pub quantity: Vec<i64>,
    pub unit_price: Vec<Option<Cents>>,
    pub reason: Vec<String>,
    pub condition: Vec<Option<Condition>>,
    pub received_at: Vec<Option<Timestamp>>,
    pub facility: Vec<FacilityIdx>,
    /// The customer wants the item again rather than the money.
    pub wants_exchange: Vec<bool>,
    pub row: Vec<u64>,
}

/// Transport claims since the last run.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    pub id: Vec<String>,
    pub order_id: Vec<String>,
    pub line_no: Vec<Option<u32>>,
    pub item: Vec<Option<ItemIdx>>,
    pub quantity: Vec<i64>,
    /// Lost in transit, rather than damaged.
    pub lost: Vec<bool>,
    pub amount: Vec<Option<Cents>>,
    pub carrier: Vec<Option<String>>,
    pub received_at: Vec<Option<Timestamp>>,
    pub row: Vec<u64>,
}
