//! What travels on one cart together, and where it is put together again.
//!
//! | `waves.consolidation` | a part is | on the cart | who puts shipments together |
//! |---|---|---|---|
//! | `cart` | a shipment | a tote each | nobody: it never comes apart |
//! | `zone` | what a shipment takes from one zone | a tote each, all from one zone | a put wall, wave by wave |
//! | `sorter` | a line | in bulk | a sorter or put wall, wave by wave |
//!
//! All parts of a shipment are in one wave. Parts are cut by the slots that the shipment chooses by itself (`Shelves::choose`); its cart may choose
//! other slots later, in the same zone. Memory O(lines).

use super::instance::Site;
use super::slots::Pick;
use super::walk::bay_of;
use crate::params::Consolidation;
use crate::solve::batch::{Jobs, Load};

/// The zone of units that no slot holds.
pub const NOWHERE: u32 = u32::MAX;

/// The parts of all shipments; a part is its job number.
pub struct Parts {
    pub jobs: Jobs,
    picks: Vec<Vec<Pick>>,
    zone: Vec<u32>,
    /// The parts of a shipment (a position in [`Site::demands`]) are those from its entry to the next one.
    first: Vec<u32>,
    /// Whole shipments, where a part is less.
    whole: Option<Jobs>,
}

impl Parts {
    /// Cuts shipments with these picks. In the mode `cart` part and shipment have the same number.
    pub fn cut(site: &Site<'_>, picks: Vec<Vec<Pick>>) -> Parts {
        let mode = site.params.waves.consolidation;
        let mut parts = Parts {
            jobs: Jobs::default(),
            picks: Vec::with_capacity(picks.len()),
            zone: Vec::with_capacity(picks.len()),
            first: vec![0],
            whole: (mode != Consolidation::Cart).then(Jobs::default),
        };
        let zone = |pick: &Pick| pick.slot.map_or(NOWHERE, |slot| site.zone(slot));
        for mut picks in picks {
            if let Some(whole) = &mut parts.whole {
                push(site, whole, &picks, 1);
            }
            match mode {
                Consolidation::Cart => parts.push(site, picks, NOWHERE),
                Consolidation::Zone => {
                    picks.sort_by_key(|pick| (zone(pick), pick.need));
                    for same in picks.chunk_by(|a, b| zone(a) == zone(b)) {
                        parts.push(site, same.to_vec(), zone(&same[0]));
                    }
                }
                Consolidation::Sorter => {
                    for same in picks.chunk_by(|a, b| a.need == b.need) {
                        parts.push(site, same.to_vec(), NOWHERE);
                    }
                }
            }
            parts.first.push(parts.picks.len() as u32);
        }
        parts
    }

    fn push(&mut self, site: &Site<'_>, picks: Vec<Pick>, zone: u32) {
        let is_line = site.params.waves.consolidation == Consolidation::Sorter;
        push(site, &mut self.jobs, &picks, i64::from(!is_line));
        self.picks.push(picks);
        self.zone.push(zone);
    }

    pub fn of(&self, demand: u32) -> std::ops::Range<u32> {
        self.first[demand as usize]..self.first[demand as usize + 1]
    }

    pub fn picks(&self, part: u32) -> &[Pick] {
        &self.picks[part as usize]
    }

    /// In the mode `zone` the zone of all its slots.
    pub fn zone(&self, part: u32) -> u32 {
        self.zone[part as usize]
    }

    /// Whole shipments as jobs: the number is the position in [`Site::demands`].
    pub fn shipments(&self) -> &Jobs {
        self.whole.as_ref().unwrap_or(&self.jobs)
    }

    /// Parts of these shipments that go on a cart with others, and those larger than a cart.
    pub fn small_and_large(&self, site: &Site<'_>, shipments: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let all = shipments.iter().flat_map(|&demand| self.of(demand));
        all.partition(|&part| site.fits(self.jobs.load(part)))
    }
}

fn push(site: &Site<'_>, jobs: &mut Jobs, picks: &[Pick], totes: i64) {
    let slots = picks.iter().filter_map(|pick| pick.slot);
    let bays: Vec<_> = slots.map(|slot| bay_of(site.warehouse, slot)).collect();
    let mut needs: Vec<u32> = picks.iter().map(|pick| pick.need).collect();
    needs.sort_unstable();
    needs.dedup();
    let mut load: Load = [totes, needs.len() as i64, 0, 0];
    for pick in picks {
        let item = site.needs(pick.demand)[pick.need as usize].item;
        let [volume, weight] = site.unit_load(item);
        let units = i64::from(pick.quantity);
        load[2] = load[2].saturating_add(volume.saturating_mul(units));
        load[3] = load[3].saturating_add(weight.saturating_mul(units));
    }
    jobs.push(&bays, load);
}
