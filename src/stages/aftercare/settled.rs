//! What has been paid back in this run, so that nothing is paid back twice.

use rustc_hash::FxHashMap;

use crate::model::ids::ItemIdx;

/// The part of an order that a return or claim is about; neither line nor item: the whole order.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub line_no: Option<u32>,
    pub item: Option<ItemIdx>,
}

impl Part {
    fn is_whole(self) -> bool {
        self.line_no.is_none() && self.item.is_none()
    }

    /// Lines are compared by number, items where a line is not given, and the whole overlaps everything.
    fn overlaps(self, other: Part) -> bool {
        match ((self.line_no, other.line_no), (self.item, other.item)) {
            ((Some(a), Some(b)), _) => a == b,
            (_, (Some(a), Some(b))) => a == b,
            _ => self.is_whole() || other.is_whole(),
        }
    }
}

/// Who settled a part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Return,
    Claim,
}

/// Settled parts by order id.
#[derive(Default)]
pub(super) struct Settled<'a> {
    parts: FxHashMap<&'a str, Vec<(Part, By)>>,
}

impl<'a> Settled<'a> {
    /// The first settlement of the part, if any.
    pub fn find(&self, order_id: &str, part: Part) -> Option<By> {
        let parts = self.parts.get(order_id)?;
        let found = parts.iter().find(|(other, _)| part.overlaps(*other));
        found.map(|&(_, by)| by)
    }

    pub fn note(&mut self, order_id: &'a str, part: Part, by: By) {
        self.parts.entry(order_id).or_default().push((part, by));
    }
}
