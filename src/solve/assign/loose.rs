//! What an order with too many parts to price costs at least.
//!
//! Let a part from site `s` with `x_l` units of line `l` cost at least `fixed_s + sum of unit_sl x_l`. Then an order of `q` units costs, at
//! tolls `t`, at least the least of
//!
//! ```text
//! nothing      unserved × |q|
//! one part     min over s of  whole_s + tolls,  or  fixed_s + sum of min(unit_sl + t_sl, unserved) x_l + unserved × rest, one unit at least left
//! two or more  min over sets S of 2 to most_parts sites of
//!              sum over S of fixed_s + split (|S| - 1) + sum over l of q_l × min(unserved, min over S of unit_sl + t_sl)
//! ```
//!
//! where `whole_s` is the exact cost of everything from `s`, and a line that a site has too little of is filled from the next. The sets are
//! searched by branch and bound, [`MOST_NODES`] nodes at most; what is left then counts with its bound. O(nodes × sites × lines).

use super::best::NEVER;
use super::problem::{NONE, Resource};

/// Sets of sites that are looked at, at most.
const MOST_NODES: usize = 60;

/// Of what must not be left out: more than a unit of anything costs.
const FORBIDDEN: i64 = 1 << 40;

/// What all units of an order may come to, so that nothing overflows.
const MOST_SUM: i64 = 1 << 58;

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
    Of(Vec<usize>),
}

impl Loose {
    fn row(&self, site: usize) -> &[Offer] {
        let lines = self.quantities.len();
        &self.offers[site * lines..(site + 1) * lines]
    }

    /// Cost of any part, toll included.
    fn opening(&self, site: usize, tolls: &[i64]) -> i64 {
        let at = self.sites[site];
        at.fixed + toll(tolls, at.gate)
    }

    /// Cost of a unit of each offer of a site, tolls included.
    fn rates(&self, site: usize, tolls: &[i64], rates: &mut Vec<i64>) {
        let own = toll(tolls, self.sites[site].capacity);
        rates.extend(self.row(site).iter().map(|offer| match offer.most {
            0 => NEVER,
            _ => offer.unit + own + toll(tolls, offer.cell),
        }));
    }

    /// The bound at these tolls, thousandths of a cent, with what its minimizer takes.
    pub fn value(&self, tolls: &[i64], take: &mut dyn FnMut(Resource, i64)) -> i64 {
        let lines = self.quantities.len();
        let units: i64 = self.quantities.iter().map(|&q| i64::from(q)).sum();
        let mut rates = Vec::with_capacity(self.offers.len());
        (0..self.sites.len()).for_each(|site| self.rates(site, tolls, &mut rates));
        let opening: Vec<i64> = (0..self.sites.len())
            .map(|site| self.opening(site, tolls))
            .collect();
        let mut best = (self.lost + self.left_out() * units, Choice::Nothing);
        for site in 0..self.sites.len() {
            let cost = self.from(site, opening[site], &rates[site * lines..][..lines]);
            if cost < best.0 {
                best = (cost, Choice::From(site));
            }
        }
        if self.most_parts > 1 && self.sites.len() > 1 {
            let mut search = Search::new(self, &rates, &opening, best.0);
            search.run();
            if search.bound() < best.0 {
                best = (search.bound(), Choice::Of(search.best.1));
            }
        }
        match best.1 {
            Choice::Nothing => {}
            Choice::From(site) => {
                self.open(site, take);
                for (line, &q) in self.quantities.iter().enumerate() {
                    if self.complete || rates[site * lines + line] < self.unserved {
                        let offer = self.row(site)[line];
                        self.give(site, offer, i64::from(q.min(offer.most)), take);
                    }
                }
            }
            Choice::Of(sites) => {
                sites.iter().for_each(|&site| self.open(site, take));
                for line in 0..lines {
                    self.fill(&rates, line, &sites, &mut |site, units| {
                        self.give(site, self.row(site)[line], units, take);
                    });
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

    fn give(&self, site: usize, offer: Offer, units: i64, take: &mut dyn FnMut(Resource, i64)) {
        if units > 0 {
            for resource in [offer.cell, self.sites[site].capacity] {
                if resource != NONE {
                    take(resource, units);
                }
            }
        }
    }

    /// One part, from the site.
    fn from(&self, site: usize, opening: i64, rates: &[i64]) -> i64 {
        let at = self.sites[site];
        let gate = opening - at.fixed;
        let unserved = self.left_out();
        let (mut some, mut taxes, mut least, mut full) = (opening, gate, NEVER, true);
        for ((&q, offer), &rate) in self.quantities.iter().zip(self.row(site)).zip(rates) {
            let most = i64::from(q.min(offer.most));
            let rest = i64::from(q) - most;
            full &= rest == 0;
            if rest == 0 {
                taxes += (rate - offer.unit) * most;
            }
            let kept = if most > 0 { rate.min(unserved) } else { 0 };
            some += kept * most + unserved * rest;
            if most > 0 {
                least = least.min(unserved - kept);
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

    /// What a unit costs at most: left out, or more than any.
    fn ceiling(&self) -> i64 {
        if self.complete {
            FORBIDDEN.min(self.most_each())
        } else {
            self.left_out()
        }
    }

    /// A unit that is left out. Less than it costs where sums would not fit in 64 bits: the bound is then lower, and still one.
    fn left_out(&self) -> i64 {
        self.unserved.min(self.most_each())
    }

    fn most_each(&self) -> i64 {
        let units: i64 = self.quantities.iter().map(|&q| i64::from(q)).sum();
        MOST_SUM / units.max(1)
    }

    /// The least that a line costs from some sites: first where it is cheapest.
    fn fill(
        &self,
        rates: &[i64],
        line: usize,
        sites: &[usize],
        each: &mut dyn FnMut(usize, i64),
    ) -> i64 {
        let (lines, ceiling) = (self.quantities.len(), self.ceiling());
        let (mut left, mut cost, mut done) = (i64::from(self.quantities[line]), 0, (i64::MIN, 0));
        loop {
            let next = sites.iter().map(|&site| (rates[site * lines + line], site));
            let next = next.filter(|&next| next > done && next.0 < ceiling).min();
            let Some((rate, site)) = next.filter(|_| left > 0) else {
                return cost + ceiling * left;
            };
            let units = left.min(i64::from(self.offers[site * lines + line].most));
            each(site, units);
            cost += rate * units;
            left -= units;
            done = (rate, site);
        }
    }
}

#[inline]
fn toll(tolls: &[i64], resource: Resource) -> i64 {
    if resource == NONE {
        0
    } else {
        tolls[resource as usize]
    }
}

/// A line that some site has too little of.
struct Short {
    units: i64,
    /// (rate, site, units there), by rising rate.
    offers: Vec<(i64, usize, i64)>,
}

/// Which two or more sites serve the order at least cost: an uncapacitated facility location of one order, by branch and bound.
///
/// What further sites save on the lines is submodular in the set of sites (each line is filled where it is cheapest), so a set of
/// at most `n` more saves no more than the `n` best of them, each alone (Nemhauser, Wolsey and Fisher 1978, doi 10.1007/BF01588971).
///
/// Lines that every site with some of it has enough of are *plain*: their cost from a set is the least of a row, and they lie side by side.
/// The others are filled in order of rate.
struct Search<'a> {
    of: &'a Loose,
    opening: &'a [i64],
    /// Number of plain lines.
    plain: usize,
    /// By site, then plain line: what the line costs from there.
    rows: Vec<i64>,
    short: Vec<Short>,
    chosen: Vec<usize>,
    is_chosen: Vec<bool>,
    /// What each plain line costs from the chosen, by how many are chosen.
    costs: Vec<i64>,
    /// What is known to be reached, and the sites.
    best: (i64, Vec<usize>),
    nodes: usize,
    /// The least bound of what was left unsearched.
    cut: i64,
}

impl<'a> Search<'a> {
    fn new(of: &'a Loose, rates: &[i64], opening: &'a [i64], best: i64) -> Search<'a> {
        let (lines, sites) = (of.quantities.len(), of.sites.len());
        let ceiling = of.ceiling();
        let is_short = |line: usize| {
            let q = of.quantities[line];
            let mut offers = (0..sites).map(|site| of.offers[site * lines + line].most);
            offers.any(|most| 0 < most && most < q)
        };
        let (shorts, plains): (Vec<usize>, Vec<usize>) =
            (0..lines).partition(|&line| is_short(line));
        let row = |site: usize| {
            let plains = plains.iter();
            plains.map(move |&line| {
                i64::from(of.quantities[line]) * rates[site * lines + line].min(ceiling)
            })
        };
        let offers = |line: usize| {
            let mut offers: Vec<(i64, usize, i64)> = (0..sites)
                .map(|site| {
                    let at = site * lines + line;
                    (rates[at], site, i64::from(of.offers[at].most))
                })
                .filter(|offer| offer.0 < ceiling)
                .collect();
            offers.sort_unstable();
            Short {
                units: i64::from(of.quantities[line]),
                offers,
            }
        };
        let nothing = plains
            .iter()
            .map(|&line| i64::from(of.quantities[line]) * ceiling);
        Search {
            of,
            opening,
            plain: plains.len(),
            rows: (0..sites).flat_map(row).collect(),
            short: shorts.into_iter().map(offers).collect(),
            chosen: Vec::new(),
            is_chosen: vec![false; sites],
            costs: nothing.collect(),
            best: (best, Vec::new()),
            nodes: 0,
            cut: NEVER,
        }
    }

    fn bound(&self) -> i64 {
        self.best.0.min(self.cut)
    }

    /// What the lines that are short somewhere cost from the chosen sites and one more.
    fn filled(&self, more: usize) -> i64 {
        let ceiling = self.of.ceiling();
        let line = |short: &Short| {
            let (mut left, mut cost) = (short.units, 0);
            for &(rate, site, most) in &short.offers {
                if left == 0 {
                    break;
                }
                if site == more || self.is_chosen[site] {
                    let units = left.min(most);
                    cost += rate * units;
                    left -= units;
                }
            }
            cost + ceiling * left
        };
        self.short.iter().map(line).sum()
    }

    fn run(&mut self) {
        let sites = self.of.sites.len();
        // Everything where it is cheapest, however many sites that takes: often that is already too much.
        self.is_chosen.fill(true);
        let mut anywhere = self.filled(0);
        self.is_chosen.fill(false);
        for line in 0..self.plain {
            let column = self.rows[line..].iter().step_by(self.plain);
            anywhere += column.min().copied().unwrap_or(0);
        }
        let mut opening: Vec<i64> = self.opening.to_vec();
        opening.sort_unstable();
        let rebates: i64 = opening[2..].iter().map(|&cost| cost.min(0)).sum();
        let least = anywhere + opening[0] + opening[1] + rebates + self.of.split;
        if least >= self.best.0 {
            return;
        }
        let all: Vec<usize> = (0..sites).collect();
        let nothing = self.costs.iter().sum::<i64>() + self.filled(usize::MAX);
        self.branch(0, nothing, &all);
        // What was cut off costs no less than anything does.
        if self.cut < NEVER {
            self.cut = self.cut.max(least);
            if self.best.1.is_empty() {
                self.best.1 = all;
                self.best.1.truncate(2);
            }
        }
    }

    /// What a site saves on the lines, beside the chosen, less what it costs by itself.
    fn gain(&self, site: usize, lines: i64) -> i64 {
        let costs = &self.costs[self.chosen.len() * self.plain..][..self.plain];
        let row = &self.rows[site * self.plain..][..self.plain];
        let with: i64 = costs.iter().zip(row).map(|(&a, &b)| a.min(b)).sum();
        let split = if self.chosen.is_empty() {
            0
        } else {
            self.of.split
        };
        lines - with - self.filled(site) - self.opening[site] - split
    }

    /// What two or more of `order[at..]` cost at least, by `at`: every line where it is cheapest among them, and the two least openings.
    fn floors(&mut self, order: &[usize]) -> Vec<i64> {
        if self.opening.iter().any(|&cost| cost < 0) {
            return Vec::new();
        }
        self.is_chosen.fill(true);
        let short = self.filled(usize::MAX);
        self.is_chosen.fill(false);
        let mut costs = self.costs[..self.plain].to_vec();
        let mut least = [NEVER; 2];
        let mut floors = vec![0; order.len()];
        for (floor, &site) in floors.iter_mut().zip(order).rev() {
            let row = &self.rows[site * self.plain..][..self.plain];
            costs.iter_mut().zip(row).for_each(|(a, &b)| *a = b.min(*a));
            let own = self.opening[site];
            if own < least[0] {
                least = [own, least[0]];
            } else if own < least[1] {
                least[1] = own;
            }
            *floor = (costs.iter().sum::<i64>() + short + self.of.split)
                .saturating_add(least[0])
                .saturating_add(least[1])
                .min(NEVER);
        }
        floors
    }

    /// The best sets of the chosen and some of `others`. `opened`: what the chosen cost by themselves; `lines`: what the lines cost from them.
    fn branch(&mut self, opened: i64, lines: i64, others: &[usize]) {
        let (now, depth) = (opened + lines, self.chosen.len());
        if depth > 1 && now < self.best.0 {
            self.best = (now, self.chosen.clone());
        }
        let room = usize::from(self.of.most_parts) - depth;
        if room == 0 || others.is_empty() {
            return;
        }
        let gains = others.iter().map(|&site| (self.gain(site, lines), site));
        let mut ways: Vec<(i64, usize)> = gains.collect();
        ways.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        if room == 1 {
            let (gain, site) = ways[0];
            if depth > 0 && now - gain < self.best.0 {
                self.best = (now - gain, self.chosen.clone());
                self.best.1.push(site);
            }
            return;
        }
        // Beside two or more, a site that saves nothing now saves nothing later.
        let order: Vec<usize> = ways
            .iter()
            .filter(|way| depth == 0 || way.0 > 0)
            .map(|way| way.1)
            .collect();
        let floors = if depth == 0 {
            self.floors(&order)
        } else {
            Vec::new()
        };
        let needed = 2usize.saturating_sub(depth);
        for at in 0..ways.len() {
            let most = ways[at..].iter().take(room).enumerate();
            let saves: i64 = most
                .map(|(i, way)| if i < needed { way.0 } else { way.0.max(0) })
                .sum();
            let enough = ways.len() - at >= needed && (depth < 2 || ways[at].0 > 0);
            let floor = floors.get(at).copied().unwrap_or(i64::MIN);
            if !enough || (now - saves).max(floor) >= self.best.0 {
                return;
            }
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                self.cut = self.cut.min(now - saves);
                return;
            }
            let (gain, site) = ways[at];
            let split = if depth == 0 { 0 } else { self.of.split };
            let opened = opened + self.opening[site] + split;
            self.choose(site);
            let later = order.get(at + 1..).unwrap_or_default();
            self.branch(opened, now - gain - opened, later);
            self.unchoose();
        }
    }

    fn choose(&mut self, site: usize) {
        let from = self.chosen.len() * self.plain;
        for line in 0..self.plain {
            let cost = self.costs[from + line].min(self.rows[site * self.plain + line]);
            self.costs.push(cost);
        }
        self.chosen.push(site);
        self.is_chosen[site] = true;
    }

    fn unchoose(&mut self) {
        self.costs.truncate(self.chosen.len() * self.plain);
        if let Some(site) = self.chosen.pop() {
            self.is_chosen[site] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::assign::best::{Best, Left, MILLI};
    use crate::solve::assign::problem::{NO_OFFER, Problem, Site, Terms};
    use crate::solve::assign::rng::Draws;
    use crate::solve::assign::shape::Shapes;

    const SITES: usize = 5;

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

    #[test]
    fn millions_of_units_at_any_penalty_do_not_overflow() {
        let lines = 40;
        let site = LooseSite {
            capacity: NONE,
            gate: NONE,
            fixed: 100 * MILLI,
            whole: None,
            exact: false,
        };
        let offer = Offer {
            cell: NONE,
            most: 1_000,
            unit: 5 * MILLI,
        };
        for complete in [false, true] {
            let loose = Loose {
                quantities: vec![1_000_000; lines],
                sites: vec![site; 3],
                offers: vec![offer; 3 * lines],
                unserved: 90_000_000_000 * MILLI,
                lost: 90_000_000_000 * MILLI,
                split: 100 * MILLI,
                complete,
                most_parts: 3,
            };
            // Nearly all of it is left out, at a penalty that is cut off.
            let value = loose.value(&[], &mut |_, _| ());
            assert!(MOST_SUM / 2 < value && value < 2 * MOST_SUM, "{value}");
        }
    }
}
