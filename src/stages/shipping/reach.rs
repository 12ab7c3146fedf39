//! What the services of a lane take: by carton of a facility the largest gross weight, the *reach*.
//!
//! A parcel that no service takes cannot ship, however well it is packed: many services abroad stop at 10 kg, of volume too. So
//! packing fills each carton only up to its reach, and leaves out cartons that have none. A carton's reach is found by bisection of
//! its weight, as a service that takes a parcel takes a lighter one of its size. Services are asked at the pick-up that they
//! are offered with, with all surcharges but those of single destinations.
//!
//! A reach depends on the facility's offers and cartons and on the zone of each carrier, so it is found once per such *zone vector*.
//! Lanes that take every carton as it is, and lanes that take none, keep the full shelf. Services are asked one by one: a shipment
//! of parcels that each have a service, but no common one, still has none.
//!
//! O(facilities × (classes of lanes × carriers + zone vectors × cartons × services × log weight)).

use rustc_hash::FxHashMap;

use super::Shipping;
use super::measure::Measured;
use super::quote::Lane;
use crate::model::ids::{CarrierIdx, DestIdx, FacilityIdx, ZoneIdx};
use crate::model::units::Grams;

/// The zone of each carrier of a facility; `None`: it does not go there.
type Zones = Vec<Option<ZoneIdx>>;

/// Shelves and groups found so far.
struct Found {
    /// By full shelf and reach.
    shelves: FxHashMap<(u32, Vec<Option<i64>>), u32>,
    /// By shelves for ordinary and hazardous goods.
    group_of: FxHashMap<[u32; 2], u32>,
    groups: Vec<[u32; 2]>,
}

impl Shipping<'_> {
    /// Narrows the shelves of lanes that do not take all. Cartons must have been appraised.
    pub(super) fn narrow(&mut self) {
        let lanes = &self.batch.rates.lanes;
        let representatives = self.representative.iter_enumerated();
        let dests: Vec<(u32, DestIdx)> = representatives
            .filter(|&(dest, &first)| dest == first)
            .filter_map(|(dest, _)| Some((lanes.class(dest)?, dest)))
            .collect();
        let classes = dests.iter().map(|d| d.0 as usize + 1).max().unwrap_or(0);
        let groups = self.packer.groups().to_vec();
        let mut found = Found {
            shelves: FxHashMap::default(),
            group_of: (0u32..).zip(&groups).map(|(i, &pair)| (pair, i)).collect(),
            groups,
        };
        let mut narrowed = Vec::with_capacity(self.batch.facilities.len() * classes);
        for facility in self.batch.facilities.indices() {
            let full = self.packer.full_shelf(facility);
            let first = narrowed.len();
            narrowed.resize(first + classes, full);
            let carriers = self.carriers(facility);
            let mut known: FxHashMap<Zones, u32> = FxHashMap::default();
            let mut zones: Zones = Vec::new();
            for &(class, dest) in &dests {
                zones.clear();
                zones.extend(carriers.iter().map(|&carrier| {
                    let lane = lanes.get(carrier, facility, dest)?;
                    Some(lane.zone)
                }));
                let group = match known.get(&zones) {
                    Some(&group) => group,
                    None => {
                        let group = self.group_of(facility, &carriers, &zones, &mut found);
                        known.insert(zones.clone(), group);
                        group
                    }
                };
                narrowed[first + class as usize] = group;
            }
        }
        self.packer.narrow(found.groups, narrowed, classes);
    }

    /// Carriers with an offer of the facility.
    fn carriers(&self, facility: FacilityIdx) -> Vec<CarrierIdx> {
        let offers = self.desks[facility].offers.iter();
        let mut carriers: Vec<CarrierIdx> = offers.map(|offer| offer.carrier).collect();
        carriers.sort_unstable();
        carriers.dedup();
        carriers
    }

    fn group_of(
        &mut self,
        facility: FacilityIdx,
        carriers: &[CarrierIdx],
        zones: &[Option<ZoneIdx>],
        found: &mut Found,
    ) -> u32 {
        let lanes = self.offered(facility, carriers, zones);
        let full = self.packer.full_shelf(facility);
        let pair = [false, true].map(|hazmat| {
            let reach = self.reach(&lanes, full, hazmat);
            let limits =
                (0..reach.len()).map(|i| Some(self.packer.shelves[full as usize].limits(i).0));
            if reach.iter().all(Option::is_none) || limits.eq(reach.iter().copied()) {
                return None;
            }
            Some(reach)
        });
        drop(lanes);
        let pair = pair.map(|reach| match reach {
            None => full,
            Some(reach) => {
                let shelves = &mut self.packer.shelves;
                *found
                    .shelves
                    .entry((full, reach))
                    .or_insert_with_key(|key| {
                        let narrowed = shelves[full as usize].narrowed(&key.1);
                        shelves.push(narrowed);
                        shelves.len() as u32 - 1
                    })
            }
        });
        *found.group_of.entry(pair).or_insert_with(|| {
            found.groups.push(pair);
            found.groups.len() as u32 - 1
        })
    }

    /// The services that go there.
    fn offered(
        &self,
        facility: FacilityIdx,
        carriers: &[CarrierIdx],
        zones: &[Option<ZoneIdx>],
    ) -> Vec<Lane<'_>> {
        let offers = self.desks[facility].offers.iter();
        let lanes = offers.filter_map(|offer| {
            let at = carriers.binary_search(&offer.carrier).ok()?;
            Some(Lane {
                service: offer.service,
                terms: &offer.terms,
                zone: zones[at]?,
                area: self.tariff.nowhere(),
                residential: true,
                pickup: offer.pickup,
            })
        });
        lanes.collect()
    }

    /// By carton of a shelf, the largest gross weight that some service takes; `None`: not even empty.
    fn reach(&self, lanes: &[Lane], shelf: u32, hazmat: bool) -> Vec<Option<i64>> {
        let shelf = &self.packer.shelves[shelf as usize];
        let of_carton = |(bin, &size): (usize, &[i32; 3])| {
            let takes = |grams: i64| {
                let parcel = Measured::new(size, Grams(grams), true, hazmat);
                let quotes = |lane| self.tariff.quote(lane, &parcel).is_some();
                lanes.iter().any(quotes)
            };
            let (most, tare) = shelf.limits(bin);
            largest(tare, most, takes)
        };
        shelf.outer.iter().enumerate().map(of_carton).collect()
    }
}

/// The largest of `least..=most` that holds, where all below one that holds hold too.
fn largest(least: i64, most: i64, holds: impl Fn(i64) -> bool) -> Option<i64> {
    if most < least || holds(most) {
        return Some(most);
    }
    if !holds(least) {
        return None;
    }
    let (mut good, mut bad) = (least, most);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_weight_is_found_exactly() {
        for limit in 0..40 {
            let found = largest(5, 30, |grams| grams <= limit);
            assert_eq!(found, (limit >= 5).then_some(limit.min(30)));
        }
        assert_eq!(
            largest(9, 3, |_| false),
            Some(3),
            "a carton heavier than it may be"
        );
    }
}
