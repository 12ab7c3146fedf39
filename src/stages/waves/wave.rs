//! Which shipments make a wave.
//!
//! Shipments that share a pick-up (and, unless `waves.mix_carriers`, a carrier, and the hour of arrival where orders are placed after the
//! plan's start) form a pool. A pool is cut into waves, the highest priority first: no shipment of a later wave of the pool has
//! a higher priority than one of an earlier wave. Within a priority a wave is made of neighbouring carts:
//!
//! 1. a priority that fits into the open wave joins it as a whole;
//! 2. a larger one is batched first (`batch`), all of it, and its carts fill waves in the order of their place: so a wave covers a
//!    few aisles rather than a random sample of the warehouse;
//! 3. a wave of several priorities is batched anew when it is full.
//!
//! A shipment larger than a cart travels alone, on carts of its own in one wave; one larger than a wave is a wave by itself. Where shipments
//! come together at a put wall or sorter, the wave is taken apart at the end: its parts (`parts`) are batched, zone by zone.
//! Time that of batching; every shipment is batched at most twice.

use std::collections::BTreeMap;

use super::NAME;
use super::instance::Site;
use super::parts::Parts;
use crate::solve::batch::{Effort, Jobs, Rules, form};

/// A wave without times.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Parts ([`Parts`]) that share a cart.
    pub carts: Vec<Vec<u32>>,
    /// Parts larger than a cart.
    pub oversize: Vec<u32>,
    /// Its shipments, positions in [`Site::demands`].
    pub members: Vec<u32>,
    /// Its shipments make room for others and go with the next pick-up of their carriers (`triage`).
    pub is_put_off: bool,
}

impl Draft {
    pub fn parts(&self) -> impl Iterator<Item = u32> + '_ {
        self.carts.iter().flatten().chain(&self.oversize).copied()
    }
}

/// Draws up all waves of a facility, in order of their cut-off; those put off in waves of their own.
pub fn draw_up(
    site: &Site<'_>,
    chosen: &[u32],
    parts: &Parts,
    put_off: &[bool],
    seed: u64,
) -> Vec<Draft> {
    let mut pools: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    for &demand in chosen {
        let row = &site.demands[demand as usize];
        let carrier = (!site.params.waves.mix_carriers).then_some(row.carrier);
        let arrival = (row.ready.0 + 3_599) / 3_600;
        pools
            .entry((row.cutoff, put_off[demand as usize], arrival, carrier))
            .or_default()
            .push(demand);
    }
    let mut composer = Composer {
        site,
        parts,
        seed,
        calls: 0,
        waves: Vec::new(),
        open: Open::default(),
        is_put_off: false,
    };
    for ((_, is_put_off, ..), pool) in pools {
        composer.is_put_off = is_put_off;
        composer.pool(pool);
    }
    composer.waves
}

/// The wave being filled.
#[derive(Default)]
struct Open {
    shipments: i64,
    lines: i64,
    carts: Vec<Vec<u32>>,
    /// Not batched yet.
    loose: Vec<u32>,
    oversize: Vec<u32>,
    /// Of the carts; several mean that the wave is batched anew.
    priorities: Vec<u8>,
}

struct Composer<'s, 'a> {
    site: &'s Site<'a>,
    parts: &'s Parts,
    seed: u64,
    calls: u64,
    waves: Vec<Draft>,
    open: Open,
    /// The pool is.
    is_put_off: bool,
}

impl Composer<'_, '_> {
    fn pool(&mut self, mut pool: Vec<u32>) {
        let site = self.site;
        let priority = |demand: u32| site.demands[demand as usize].priority;
        pool.sort_by_key(|&demand| (std::cmp::Reverse(priority(demand)), self.locality(demand)));
        for class in pool.chunk_by(|&a, &b| priority(a) == priority(b)) {
            if self.fits(class) {
                class.iter().for_each(|&demand| self.join_loose(demand));
                continue;
            }
            let (small, large): (Vec<u32>, Vec<u32>) =
                class.iter().partition(|&&demand| site.fits_cart(demand));
            for cart in self.batch(&small) {
                if !self.fits(&cart) {
                    self.close();
                }
                self.count(&cart);
                self.open.priorities.push(priority(cart[0]));
                self.open.carts.push(cart);
            }
            for demand in large {
                if !self.fits(&[demand]) {
                    self.close();
                }
                self.join_loose(demand);
            }
        }
        self.close();
    }

    /// Without a floor: shipments of the same items together.
    fn locality(&self, demand: u32) -> (u32, u32) {
        let needs = self.site.needs(demand);
        let first = needs.iter().map(|need| {
            let slots = self.site.warehouse.slots_of(need.item);
            slots.first().map_or(need.item.0, |&(_, slot)| {
                let place = self.site.warehouse.place[slot];
                u32::from(place.aisle) << 16 | u32::from(place.bay)
            })
        });
        (first.min().unwrap_or(0), demand)
    }

    fn fits(&self, more: &[u32]) -> bool {
        let waves = &self.site.params.waves;
        let lines: i64 = more
            .iter()
            .map(|&d| self.site.demands[d as usize].load[1])
            .sum();
        self.open.shipments + more.len() as i64 <= waves.max_shipments
            && self.open.lines + lines <= waves.max_lines
    }

    fn count(&mut self, more: &[u32]) {
        self.open.shipments += more.len() as i64;
        for &demand in more {
            self.open.lines += self.site.demands[demand as usize].load[1];
        }
    }

    fn join_loose(&mut self, demand: u32) {
        self.count(&[demand]);
        if self.site.fits_cart(demand) {
            self.open.loose.push(demand);
        } else {
            self.open.oversize.push(demand);
        }
    }

    /// Finishes the open wave.
    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        if open.shipments == 0 {
            return;
        }
        let carts = open.carts.iter().flatten();
        let mut members: Vec<u32> = carts.chain(&open.loose).copied().collect();
        members.sort_by_key(|&demand| self.locality(demand));
        let is_batched = open.loose.is_empty() && open.priorities.windows(2).all(|p| p[0] == p[1]);
        let (mut carts, mut oversize) = (open.carts, open.oversize.clone());
        if !self.site.is_consolidated() && !is_batched {
            carts = self.batch(&members);
        }
        members.extend(open.oversize);
        if self.site.is_consolidated() {
            (carts, oversize) = self.taken_apart(&members);
        }
        self.waves.push(Draft {
            carts,
            oversize,
            members,
            is_put_off: self.is_put_off,
        });
    }

    /// Carts for the parts of these shipments, zone by zone; and parts larger than a cart.
    fn taken_apart(&mut self, shipments: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
        let (mut small, large) = self.parts.small_and_large(self.site, shipments);
        small.sort_by_key(|&part| self.parts.zone(part));
        let zones = small.chunk_by(|&a, &b| self.parts.zone(a) == self.parts.zone(b));
        let carts = zones.flat_map(|zone| self.form(&self.parts.jobs, zone));
        (carts.collect(), large)
    }

    /// Carts of whole shipments.
    fn batch(&mut self, shipments: &[u32]) -> Vec<Vec<u32>> {
        self.form(self.parts.shipments(), shipments)
    }

    fn form(&mut self, jobs: &Jobs, members: &[u32]) -> Vec<Vec<u32>> {
        let site = self.site;
        self.calls += 1;
        let rules = Rules {
            floor: site.floor.as_ref(),
            limit: site.cart,
            cart_mm: site.walk_in(site.params.schedule.batch_setup_seconds),
        };
        let shard = u64::from(site.index.0) << 20 | self.calls;
        let effort = Effort {
            rounds_per_job: site.params.waves.search_rounds as u32,
            ..Effort::night(self.seed, NAME, shard)
        };
        form(jobs, members, &rules, &effort)
    }
}
