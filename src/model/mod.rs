//! The shared domain: columns and lookups. No search, no polars, no files.
//!
//! A [`Batch`] is what ingest read; [`plan`] is what the stages decide about it.

pub mod calendar;
pub mod catalog;
pub mod clock;
pub mod codes;
pub mod columns;
pub mod csr;
pub mod dispatch;
pub mod explain;
pub mod ids;
pub mod incumbent;
pub mod lanes;
pub mod network;
pub mod orders;
pub mod plan;
pub mod rates;
pub mod restrictions;
pub mod status;
pub mod text;
pub mod units;
pub mod warehouse;

use catalog::{Cartons, Inventory, Items};
use ids::{FacilityIdx, IdxVec, Sym};
use network::{Destinations, Facility};
use orders::{Claims, Customers, History, Lines, Orders, Returns, UnreadLines};
use rates::RateCard;
use restrictions::Restriction;
use text::Text;
use warehouse::Warehouse;

/// Everything ingest read and understood. Rows it could not use are in `ingest::Ingested::rejects`.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub orders: Orders,
    pub lines: Lines,
    /// Rows of `order_lines` that ingest could not use.
    pub unread_lines: UnreadLines,
    pub items: Items,
    pub facilities: IdxVec<FacilityIdx, Facility>,
    /// Which facilities serve what; empty: all serve everything.
    pub restrictions: Vec<Restriction>,
    pub destinations: Destinations,
    pub inventory: Inventory,
    /// Slot map and layout per facility; empty where the batch has no `slots`.
    pub warehouses: IdxVec<FacilityIdx, Warehouse>,
    pub rates: RateCard,
    /// Empty where the batch has no `cartons`: every item then ships in its own container.
    pub cartons: Cartons,
    pub customers: Customers,
    pub history: History,
    pub returns: Returns,
    pub claims: Claims,
    /// Interned short strings: channels, categories, cities, ... Fingerprints (card, e-mail, device) are numbered here too, but their
    /// text is left empty: they are only compared.
    pub symbols: Text<Sym>,
    /// The plan that another system made, to compare with.
    pub incumbent: Option<Box<incumbent::Incumbent>>,
    /// The batch's one currency, ISO 4217; money everywhere is in its minor units.
    pub currency: String,
}
