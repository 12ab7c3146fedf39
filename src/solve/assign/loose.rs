//! What an order with too many parts to price costs at least.
//!
//! Let a part from site `s` with `x_l` units of line `l` cost at least `fixed_s + sum of unit_sl x_l`. Then an order of `q` units costs, at
//! tolls `t`, at least the least of
//!
//! ```text
//! nothing      unserved × |q|
//! one part     min over s of  whole_s + tolls,  or  fixed_s + sum of min(unit_sl + t_sl, unserved) x_l + unserved × rest, one unit at least left
//! two or more  the two least fixed_s (0 if negative) + all negative ones + split + sum over l of q_l × min(unserved, min over s of unit_sl + t_sl)
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
    /// What every part takes one of.
    pub gate: Resource,
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

    /// Cost of any part, toll included.
    fn opening(&self, site: usize, tolls: &[i64]) -> i64 {
        let at = self.sites[site];
        let toll = if at.gate == NONE {
            0
        } else {
            tolls[at.gate as usize]
        };
        at.fixed + toll
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
        let (mut fixed, mut rebates) = ([(NEVER, 0); 2], 0);
        let mut paying = Vec::new();
        for site in 0..self.sites.len() {
            let own = self.opening(site, tolls);
            // A site that pays for parts may be one of more than two: each of its kind counts.
            rebates += own.min(0);
            if own < 0 {
                paying.push(site);
            }
            let own = (own.max(0), site);
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
        if self.most_parts > 1 && fixed[1].0 < NEVER {
            let opened = fixed[0].0 + fixed[1].0 + rebates;
            let cost = opened + self.split + self.anywhere(tolls, &mut |_, _, _| ());
            if cost < best.0 {
                best = (cost, Choice::Anywhere);
            }
        }
        match best.1 {
            Choice::Nothing => {}
            Choice::From(site) => {
                self.open(site, take);
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
                let least = fixed.iter().map(|&(_, site)| site);
                paying.extend(least.filter(|site| self.opening(*site, tolls) >= 0));
                for site in paying {
                    self.open(site, take);
                }
            }
        }
        best.0
    }

    fn open(&self, site: usize, take: &mut dyn FnMut(Resource, i64)) {
        let gate = self.sites[site].gate;
        if gate != NONE {
            take(gate, 1);
        }
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
        let opening = self.opening(site, tolls);
        let gate = opening - at.fixed;
        let (mut some, mut taxes, mut least, mut full) = (opening, gate, NEVER, true);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::assign::best::{Best, Left, MILLI};
    use crate::solve::assign::problem::{NO_OFFER, Problem, Site, Terms};
    use crate::solve::assign::rng::Draws;
    use crate::solve::assign::shape::Shapes;

    const SITES: usize = 3;

    /// An order of two lines, its prices drawn above `fixed + units × unit`, and the same order relaxed.
    fn drawn(draws: &mut Draws) -> (Problem, Loose) {
        let quantities = [1 + draws.below(3) as u32, 1 + draws.below(2) as u32];
        let shape = Shapes::default().of(&quantities).expect("few states");
        let terms = Terms {
            split: draws.below(100) as i64,
            unserved: 50 + draws.below(400) as i64,
            lost: draws.below(300) as i64,
            complete: draws.below(3) == 0,
            most_parts: 1 + draws.below(3) as u16,
        };
        let mut problem = Problem::new(vec![1_000; 4 * SITES]);
        let (mut rows, mut sites, mut offers) = (Vec::new(), Vec::new(), Vec::new());
        for site in 0..SITES as u32 {
            let fixed = draws.below(300) as i64 - 40;
            let unit = [draws.below(90) as i64, draws.below(90) as i64];
            let most = [draws.below(4) as u32, draws.below(3) as u32];
            let cells = [3 * site, 3 * site + 1];
            let price = |state: usize, draws: &mut Draws| {
                let units = [0, 1].map(|l| i64::from(shape.units(state)[l]));
                let held = (0..2).all(|l| units[l] <= i64::from(most[l]));
                if state == 0 || !held || draws.below(8) == 0 {
                    return NO_OFFER;
                }
                (fixed + unit[0] * units[0] + unit[1] * units[1]) as i32 + draws.below(60) as i32
            };
            let prices: Vec<i32> = (0..shape.states()).map(|s| price(s, draws)).collect();
            let whole = prices[shape.whole()];
            let known = draws.below(2) == 0;
            sites.push(LooseSite {
                capacity: 3 * site + 2,
                gate: 3 * SITES as u32 + site,
                fixed: fixed * MILLI,
                whole: (known && whole != NO_OFFER).then_some(i64::from(whole) * MILLI),
                exact: known,
            });
            offers.extend([0, 1].map(|l| Offer {
                cell: cells[l],
                most: most[l],
                unit: unit[l] * MILLI,
            }));
            let at = Site {
                tag: site,
                capacity: 3 * site + 2,
                weight: 1,
                gate: 3 * SITES as u32 + site,
            };
            rows.push((at, cells, prices));
        }
        let offered = rows.iter().map(|row| (row.0, &row.1[..], &row.2[..]));
        problem.add_class(shape, terms, offered);
        let loose = Loose {
            quantities: quantities.to_vec(),
            sites,
            offers,
            unserved: terms.unserved * MILLI,
            lost: terms.lost * MILLI,
            split: terms.split * MILLI,
            complete: terms.complete,
            most_parts: terms.most_parts,
        };
        (problem, loose)
    }

    #[test]
    fn the_relaxed_order_never_costs_more() {
        let mut draws = Draws::new(11);
        let (mut best, mut parts, mut tight) = (Best::default(), Vec::new(), 0);
        for case in 0..4_000 {
            let (problem, loose) = drawn(&mut draws);
            let tolls: Vec<i64> = (0..4 * SITES)
                .map(|_| (draws.below(3) * draws.below(60_000)) as i64)
                .collect();
            let exact = best.plan(problem.class(0), &tolls, Left::All, &mut parts);
            let relaxed = loose.value(&tolls, &mut |_, _| ());
            assert!(relaxed <= exact, "case {case}: {relaxed} above {exact}");
            tight += usize::from(relaxed == exact);
        }
        // The bound is worth something: many cases are met exactly.
        assert!(tight > 400, "{tight} of 4,000 are tight");
    }
}
