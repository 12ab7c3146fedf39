//! Patterns of a large order, by beam search over facilities.
//!
//! Patterns grow facility by facility: a facility gives all it can of what is left (limited by its capacity, in order of the lines),
//! the rest may go on to the next one or be backordered:
//!
//! ```text
//! value(f_1, ..., f_k) = sum of estimated shipment costs + split_penalty (k - 1) + backorder_penalty × units left
//! ```
//!
//! All ordered pairs are looked at, then the best [`BEAM`] patterns of each level are extended by every facility, up to
//! `max_shipments`. Filling the best facility first is the greedy set cover.
//!
//! The estimate packs nothing: a part is reckoned as so many parcels of the average fill of the whole order (or of a sample of
//! it), rated at their own average weight and volume.
//!
//! O(facilities² × items) per level; 12 bytes per (pattern, item).

use crate::stages::shipping::Measured;

use super::bulk::{Bulk, Site, finalists};
use super::order::Open;

/// Patterns extended per level beyond pairs.
const BEAM: usize = 8;

/// A pattern in the making.
#[derive(Clone)]
pub(super) struct Node {
    /// Position among the open facilities, and units by article; in that order.
    pub parts: Vec<(usize, Vec<u32>)>,
    pub left: Vec<u64>,
    pub units_left: u64,
    /// Shipments and splits, estimated.
    pub cost: i64,
    /// `cost` and the penalty for what is left.
    pub value: i64,
}

impl Bulk<'_> {
    pub(super) fn root(&self) -> Node {
        Node {
            parts: Vec::new(),
            left: self.articles.iter().map(|b| b.units).collect(),
            units_left: self.demand.units,
            cost: 0,
            value: i64::MAX,
        }
    }

    /// The pattern with one more facility; `None`: it could add nothing.
    pub(super) fn extend(&self, node: &Node, at: usize, open: &Open) -> Option<Node> {
        let mut room = open.room;
        let mut left = node.left.clone();
        let mut takes = vec![0u32; left.len()];
        let (mut tolls, most) = (0i64, self.demand.backorder);
        for (at, ((take, left), &free)) in
            takes.iter_mut().zip(&mut left).zip(&open.free).enumerate()
        {
            let toll = open.toll.get(at).copied().unwrap_or(0);
            if toll >= most && !self.demand.complete && toll > 0 {
                continue;
            }
            let units = u64::from(free).min(*left).min(room);
            tolls = tolls.saturating_add(toll.saturating_mul(units as i64));
            *take = units as u32; // at most `free`
            *left -= units;
            room -= units;
        }
        let taken = open.room - room;
        if taken == 0 {
            return None;
        }
        let rules = &self.instance.rules;
        let shipment = self
            .estimate(&self.sites[open.site], &takes)
            .saturating_add(tolls)
            .saturating_add(open.opening);
        let split = if node.parts.is_empty() {
            0
        } else {
            rules.split
        };
        let cost = node.cost.saturating_add(shipment).saturating_add(split);
        let units_left = node.units_left - taken;
        let mut parts = node.parts.clone();
        let position = parts.partition_point(|part| part.0 < at);
        parts.insert(position, (at, takes));
        Some(Node {
            parts,
            left,
            units_left,
            cost,
            value: cost.saturating_add(self.demand.backordered(units_left)),
        })
    }

    /// Cost of a shipment: so many parcels of average fill, rated at their own weight and volume.
    fn estimate(&self, site: &Site, takes: &[u32]) -> i64 {
        let Some(base) = &site.base else {
            return i64::MAX;
        };
        let (mut weight, mut volume, mut hazmat, mut handled) = (0, 0, false, 0);
        let items = &self.instance.batch.items;
        for (article, &units) in self.articles.iter().zip(takes) {
            weight += article.weight * i128::from(units);
            volume += article.volume * i128::from(units);
            hazmat |= units > 0 && items.hazmat[article.item];
            handled += u64::from(units) * u64::from(items.handling_units[article.item]);
        }
        let share = |part: i128, whole: i128| (base.halves * part).div_ceil_to(2 * whole);
        let parcels = share(weight, base.weight)
            .max(share(volume, base.volume))
            .max(1);
        let average = |gross: i64, part: i128, net: i128| {
            (i128::from(gross) * part / net.max(1) / parcels).max(1) as i64
        };
        let volume = average(base.gross_volume, volume, base.volume);
        let side = (volume as f64).cbrt().ceil() as i64;
        let parcel = Measured {
            weight: average(base.gross_weight, weight, base.weight),
            volume,
            sides: [side; 3],
            girth: side.saturating_mul(5),
            fragile: false,
            hazmat,
        };
        let part = |whole: i64| (2 * i128::from(whole) * parcels / base.halves.max(1)) as i64;
        let whole = base.cost;
        let (freight, lateness) =
            match self
                .shipping
                .freight_of(&self.class, site.facility, &[parcel])
            {
                Some(one) => (one.price.0.saturating_mul(parcels as i64), one.lateness.0),
                None => (part(whole.freight.0), whole.lateness.0),
            };
        let handling = self.shipping.handling(site.facility, handled).0;
        freight
            .saturating_add(lateness)
            .saturating_add(part(whole.cartons.0))
            .saturating_add(handling)
            .saturating_add(self.shipping.store_penalty(site.facility).0)
    }

    /// Patterns by rising value.
    pub(super) fn search(&self, open: &[Open]) -> Vec<Node> {
        let mut frontier = vec![self.root()];
        let mut seen: Vec<Node> = Vec::new();
        let mut complete = i64::MAX;
        for level in 1..=self.instance.rules.max_shipments {
            let mut next: Vec<Node> = frontier
                .iter()
                .flat_map(|node| {
                    let others = open.iter().enumerate();
                    others
                        .filter(|(at, _)| node.parts.iter().all(|part| part.0 != *at))
                        .filter_map(|(at, open)| self.extend(node, at, open))
                })
                .collect();
            next.sort_by(|a, b| a.value.cmp(&b.value).then_with(|| a.parts.cmp(&b.parts)));
            next.dedup_by(|a, b| a.parts == b.parts);
            let full = next.iter().filter(|node| node.units_left == 0);
            complete = complete.min(full.map(|node| node.cost).min().unwrap_or(i64::MAX));
            let ends = next
                .iter()
                .filter(|n| n.units_left == 0 || !self.demand.complete);
            seen.extend(ends.take(finalists(self.demand.units)).cloned());
            next.retain(|node| node.units_left > 0 && node.cost < complete);
            if level > 1 {
                next.truncate(BEAM);
            }
            if next.is_empty() {
                break;
            }
            frontier = next;
        }
        seen.sort_by(|a, b| a.value.cmp(&b.value).then_with(|| a.parts.cmp(&b.parts)));
        seen
    }
}

/// Rounds up; 0 for a whole of nothing.
trait DivCeil {
    fn div_ceil_to(self, whole: Self) -> Self;
}

impl DivCeil for i128 {
    fn div_ceil_to(self, whole: i128) -> i128 {
        if whole <= 0 {
            0
        } else {
            (self + whole - 1) / whole
        }
    }
}
