//! What an order with too many parts to price costs at least.
//!
//! Let a part from site `s` with `x_l` units of line `l` cost at least `fixed_s + sum of unit_sl x_l`. Then an order of `q` units costs, at
//! tolls `t`, at least the least of
//!
//! ```text
//! nothing      unserved × |q|
//! one part     min over s of  whole_s + tolls,  or  fixed_s + sum of min(unit_sl + t_sl, unserved) x_l + unserved × rest, one unit at least left
//! two or more  the two least fixed_s + split + sum over l of q_l × min(unserved, min over s of unit_sl + t_sl)
//! ```
//!
//! where `whole_s` is the exact cost of everything from `s`. Each line is cheap where it is cheapest: the two or more parts pay for
//! no more than two sites. O(sites × lines).

use super::best::NEVER;
use super::problem::{NONE, Resource};

/// A site, as the relaxed order sees it. Thousandths of a cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LooseSite {
    pub capacity: Resource,
    /// Any part from here.
    pub fixed: i64,
    /// Everything from here, exactly; `None`: not offered, or not known (then the units must say).
    pub whole: Option<i64>,
    /// Whether `whole` is exact, so that a part with all units costs this or is not possible.
    pub exact: bool,
}

/// A line at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub cell: Resource,
    /// Units that there are at most; 0: it is not offered.
    pub most: u32,
    /// Thousandths of a cent per unit, at least.
    pub unit: i64,
}

/// The relaxed order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    pub quantities: Vec<u32>,
    pub sites: Vec<LooseSite>,
    /// By site, then line.
    pub offers: Vec<Offer>,
    /// Thousandths of a cent per unit, and per part after the first.
    pub unserved: i64,
    /// On top if nothing is served.
    pub lost: i64,
    pub split: i64,
    pub complete: bool,
    pub most_parts: u16,
}

/// What is cheapest.
enum Choice {
    Nothing,
    From(usize),
    Anywhere,
}

impl Loose {
    fn row(&self, site: usize) -> &[Offer] {
        let lines = self.quantities.len();
        &self.offers[site * lines..(site + 1) * lines]
    }

    /// Cost of a unit of the offer, taxes and tolls included.
    fn rate(&self, site: usize, offer: Offer, tolls: &[i64]) -> i64 {
        let toll = |r: Resource| if r == NONE { 0 } else { tolls[r as usize] };
        if offer.most == 0 {
            NEVER
        } else {
            offer.unit + toll(offer.cell) + toll(self.sites[site].capacity)
        }
    }

    /// The bound at these tolls, thousandths of a cent, with what its minimizer takes.
    pub fn value(&self, tolls: &[i64], take: &mut dyn FnMut(Resource, i64)) -> i64 {
        let units: i64 = self.quantities.iter().map(|&q| i64::from(q)).sum();
        let mut best = (
            self.lost + self.unserved.saturating_mul(units),
            Choice::Nothing,
        );
        let mut fixed = [NEVER; 2];
        for site in 0..self.sites.len() {
            let own = self.sites[site].fixed;
            if own < fixed[0] {
                fixed = [own, fixed[0]];
            } else if own < fixed[1] {
                fixed[1] = own;
            }
            let cost = self.from(site, tolls);
            if cost < best.0 {
                best = (cost, Choice::From(site));
            }
        }
        if self.most_parts > 1 && fixed[1] < NEVER {
            let cost = fixed[0] + fixed[1] + self.split + self.anywhere(tolls, &mut |_, _, _| ());
            if cost < best.0 {
                best = (cost, Choice::Anywhere);
            }
        }
        match best.1 {
            Choice::Nothing => {}
            Choice::From(site) => {
                for (&q, &offer) in self.quantities.iter().zip(self.row(site)) {
                    if self.complete || self.rate(site, offer, tolls) < self.unserved {
                        self.give(site, offer, q, take);
                    }
                }
            }
            Choice::Anywhere => {
                self.anywhere(tolls, &mut |site, offer, units| {
                    self.give(site, offer, units, take);
                });
            }
        }
        best.0
    }

    fn give(&self, site: usize, offer: Offer, q: u32, take: &mut dyn FnMut(Resource, i64)) {
        let units = i64::from(q.min(offer.most));
        if units > 0 {
            for resource in [offer.cell, self.sites[site].capacity] {
                if resource != NONE {
                    take(resource, units);
                }
            }
        }
    }

    /// One part, from the site.
    fn from(&self, site: usize, tolls: &[i64]) -> i64 {
        let at = self.sites[site];
        let (mut some, mut taxes, mut least, mut full) = (at.fixed, 0i64, NEVER, true);
        for (&q, &offer) in self.quantities.iter().zip(self.row(site)) {
            let rate = self.rate(site, offer, tolls);
            let most = i64::from(q.min(offer.most));
            let rest = i64::from(q) - most;
            full &= rest == 0;
            if rest == 0 {
                taxes += (rate - offer.unit) * most;
            }
            let kept = if most > 0 { rate.min(self.unserved) } else { 0 };
            some += kept * most + self.unserved * rest;
            if most > 0 {
                least = least.min(self.unserved - kept);
            }
        }
        if !full {
            return if self.complete { NEVER } else { some };
        }
        if !at.exact {
            return some;
        }
        let whole = at.whole.map_or(NEVER, |whole| whole + taxes);
        let part = if self.complete { NEVER } else { some + least };
        whole.min(part)
    }

    /// Lines where they are cheapest.
    fn anywhere(&self, tolls: &[i64], each: &mut dyn FnMut(usize, Offer, u32)) -> i64 {
        let mut cost = 0;
        for (line, &q) in self.quantities.iter().enumerate() {
            let (mut least, mut most, mut at) = (NEVER, 0u64, 0);
            for site in 0..self.sites.len() {
                let offer = self.row(site)[line];
                let rate = self.rate(site, offer, tolls);
                most += u64::from(offer.most);
                if rate < least {
                    (least, at) = (rate, site);
                }
            }
            let units = u64::from(q).min(most) as u32;
            if self.complete && units < q {
                return NEVER / 4;
            }
            if units > 0 && (self.complete || least < self.unserved) {
                cost += least * i64::from(units) + self.unserved * i64::from(q - units);
                each(at, self.row(at)[line], units);
            } else {
                cost += self.unserved * i64::from(q);
            }
        }
        cost
    }
}
