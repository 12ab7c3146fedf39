//! Which facilities serve what: the rows of `restrictions`.

use super::ids::{CustomerIdx, FacilityIdx, ItemIdx, Sym};

/// What a row says about its facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RestrictionKind {
    /// The facility serves only what matches a row of this kind.
    Only,
    /// The facility does not serve what matches the row.
    Never,
}

impl RestrictionKind {
    pub const ALL: [RestrictionKind; 2] = [RestrictionKind::Only, RestrictionKind::Never];
    pub const fn name(self) -> &'static str {
        match self {
            RestrictionKind::Only => "only",
            RestrictionKind::Never => "never",
        }
    }
}

/// A row of `restrictions`. It matches an order line of which all conditions that are given hold; without any it matches everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restriction {
    pub kind: RestrictionKind,
    pub facility: FacilityIdx,
    /// Conditions on the order.
    pub customer: Option<CustomerIdx>,
    pub channel: Option<Sym>,
    /// Country to ship to.
    pub country: Option<Sym>,
    /// Conditions on the line's item.
    pub category: Option<Sym>,
    pub item: Option<ItemIdx>,
}

impl Restriction {
    /// An item that is not in the batch: the row matches nothing.
    pub const NO_ITEM: ItemIdx = ItemIdx(u32::MAX);
}
