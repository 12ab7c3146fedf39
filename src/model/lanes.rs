//! Zones resolved for one batch: which zone and how many transit days each (carrier, facility, destination) has.
//!
//! `zones` names prefixes: `CC` (a country), `CC:` and the start of a postal code, or nothing (anywhere). The longest matching
//! destination prefix wins, then the longest origin prefix, then a row of the carrier itself before one for all carriers.
//! Destinations that match the same destination prefixes share a class, so the table has carriers × facilities × classes
//! entries (tens of thousands), not one per postal code.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ids::{CarrierIdx, DestIdx, FacilityIdx, Idx, IdxVec, ZoneIdx};
use super::network::{Destinations, Facility};
use super::rates::ZoneRow;
use super::text::Text;
use crate::model::ids::Sym;

/// The zone of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub zone: ZoneIdx,
    pub transit_days: Option<u16>,
}

/// The lane table of a batch.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    facilities: usize,
    classes: usize,
    /// Class of each destination; `None`: no row of `zones` covers it.
    class: IdxVec<DestIdx, Option<u32>>,
    /// By carrier, facility, class.
    lane: Vec<Option<Lane>>,
}

/// `CC:CODE` without blanks, upper case: what prefixes are matched against.
pub fn prefix_key(country: &str, postal_code: &str) -> String {
    let mut key = country.trim().to_ascii_uppercase();
    key.push(':');
    key.extend(
        postal_code
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase()),
    );
    key
}

/// Whether `prefix` (normalized like [`prefix_key`]) covers `key`. `US` covers `US:10001`, `US:1` does, `U` does not.
pub fn covers(prefix: &str, key: &str) -> bool {
    prefix.is_empty()
        || (key.starts_with(prefix)
            && (prefix.contains(':') || key[prefix.len()..].starts_with(':')))
}

impl Lanes {
    /// Resolves all lanes of a batch. O(destinations × prefix lengths + carriers × facilities × classes × matching rows).
    pub fn resolve(
        rows: &[ZoneRow],
        carriers: usize,
        facilities: &IdxVec<FacilityIdx, Facility>,
        dests: &Destinations,
        symbols: &Text<Sym>,
    ) -> Lanes {
        let prefixes: FxHashSet<&str> = rows.iter().map(|row| row.dest_prefix.as_str()).collect();
        let (class, members) = classes(&prefixes, dests, symbols);
        let mut rows_of: FxHashMap<&str, Vec<&ZoneRow>> = FxHashMap::default();
        let origins: Vec<String> = facilities
            .iter()
            .map(|f| prefix_key(&f.country, &f.postal_code))
            .collect();
        for row in rows
            .iter()
            .filter(|row| origins.iter().any(|key| covers(&row.origin_prefix, key)))
        {
            rows_of.entry(&row.dest_prefix).or_default().push(row);
        }
        let mut lane = Vec::with_capacity(carriers * facilities.len() * members.len());
        for carrier in (0..carriers).map(CarrierIdx::from_usize) {
            for origin in &origins {
                lane.extend(
                    members
                        .iter()
                        .map(|prefixes| best_lane(prefixes, &rows_of, carrier, origin)),
                );
            }
        }
        Lanes {
            facilities: facilities.len(),
            classes: members.len(),
            class,
            lane,
        }
    }

    /// The lane of `carrier` from `facility` to `dest`; `None`: it does not go there. O(1).
    pub fn get(&self, carrier: CarrierIdx, facility: FacilityIdx, dest: DestIdx) -> Option<Lane> {
        let class = self.class[dest]? as usize;
        self.lane[(carrier.index() * self.facilities + facility.index()) * self.classes + class]
    }

    /// Destinations with the same class have the same lanes for every carrier and facility.
    pub fn class(&self, dest: DestIdx) -> Option<u32> {
        self.class[dest]
    }

    /// Whether any carrier goes from any facility to `dest`.
    pub fn reaches(&self, dest: DestIdx) -> bool {
        let Some(class) = self.class[dest] else {
            return false;
        };
        self.lane
            .iter()
            .skip(class as usize)
            .step_by(self.classes.max(1))
            .any(Option::is_some)
    }
}

/// The class of each destination, and the matching destination prefixes (longest first) of each class.
fn classes<'a>(
    prefixes: &FxHashSet<&'a str>,
    dests: &Destinations,
    symbols: &Text<Sym>,
) -> (IdxVec<DestIdx, Option<u32>>, Vec<Vec<&'a str>>) {
    let mut ids: BTreeMap<Vec<&'a str>, u32> = BTreeMap::new();
    let mut members = Vec::new();
    let class = (0..dests.len())
        .map(DestIdx::from_usize)
        .map(|dest| {
            let country = &symbols[dests.country[dest]];
            let key = prefix_key(country, &dests.postal_code[dest]);
            let matching: Vec<&'a str> = (0..=key.len())
                .rev()
                .filter_map(|end| {
                    key.get(..end)
                        .and_then(|start| prefixes.get(start))
                        .copied()
                })
                .filter(|prefix| covers(prefix, &key))
                .collect();
            if matching.is_empty() {
                return None;
            }
            let next = members.len() as u32;
            Some(*ids.entry(matching).or_insert_with_key(|matching| {
                members.push(matching.clone());
                next
            }))
        })
        .collect();
    (class, members)
}

/// The best row among those of the class's prefixes.
fn best_lane(
    prefixes: &[&str],
    rows_of: &FxHashMap<&str, Vec<&ZoneRow>>,
    carrier: CarrierIdx,
    origin: &str,
) -> Option<Lane> {
    prefixes.iter().find_map(|prefix| {
        rows_of
            .get(prefix)?
            .iter()
            .filter(|row| {
                row.carrier.is_none_or(|c| c == carrier) && covers(&row.origin_prefix, origin)
            })
            .max_by_key(|row| (row.origin_prefix.len(), row.carrier.is_some()))
            .map(|row| Lane {
                zone: row.zone,
                transit_days: row.transit_days,
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_prefix_ends_at_the_country() {
        assert!(covers("US", "US:10001"));
        assert!(covers("US:1", "US:10001"));
        assert!(!covers("U", "US:10001"));
        assert!(covers("", "US:10001"));
        assert_eq!(prefix_key("gb", "bt1 5gs"), "GB:BT15GS");
    }
}
