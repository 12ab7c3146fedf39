//! First tolls: an auction of the units of each stock, every line on its own.
//!
//! Take every unit that is wanted as if it were an order of its own, its cost the share of a unit in what its order costs whole from a site (or
//! its line alone, where the order is not offered whole). That falls apart by *pools*: sites whose stock can serve one line. In each pool the
//! units bid for the stock by the auction algorithm (Bertsekas 1988, doi 10.1007/BF02186476), units of one stock being alike: a
//! unit without a place takes the stock that is cheapest for it, at the toll that makes the next best as good, a few steps above the present one
//! at most; where the stock is full, the unit that pays least must go.
//!
//! The tolls prove nothing here; they are where the ascent starts ([`super::dual`]), as most of what it has to find out is which stock is
//! scarce at all. O(bids × sites), pools in parallel; bids are limited.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::best::{BAR, MILLI};
use super::problem::{Class, NO_OFFER, NONE, Problem, Resource};

/// A bid raises the toll by this share of what an order costs on average, at least.
const STEPS: i64 = 50;
/// And by so many steps at most, or the toll would be the highest that clears the pool, where the lowest is the better start: lines of one
/// order would each charge it for what only one of them lacks.
const HASTE: i64 = 10;
/// Bids in a pool, per lot that bids there.
const BIDS: usize = 1_000;

/// A line that wants stock.
#[derive(Clone, Copy)]
struct Bidder {
    pool: Resource,
    class: u32,
    line: u16,
}

/// Tolls to start from: thousandths of a cent per unit of each resource. `average`: what an order costs, about.
pub fn tolls(problem: &Problem, average: i64) -> Vec<i64> {
    let mut pools = Pools::new(problem.supply.len());
    for class in 0..problem.classes() {
        let class = problem.class(class);
        for line in 0..lines(&class) {
            pools.join(stocks(&class, line));
        }
    }
    let mut bidders = Vec::new();
    for number in 0..problem.classes() {
        let class = problem.class(number);
        for line in 0..lines(&class) {
            if let Some(first) = stocks(&class, line).next() {
                bidders.push(Bidder {
                    pool: pools.of(first),
                    class: number as u32,
                    line: line as u16,
                });
            }
        }
    }
    bidders.par_sort_unstable_by_key(|b| (b.pool, b.class, b.line));
    let copies = problem.multiplicities();
    let step = (average / STEPS).max(1);
    let pools: Vec<&[Bidder]> = bidders.chunk_by(|a, b| a.pool == b.pool).collect();
    let found: Vec<Vec<(Resource, i64)>> = pools
        .into_par_iter()
        .with_min_len(64)
        .map(|bidders| Auction::new(problem, bidders, &copies, step).run())
        .collect();
    let mut tolls = vec![0; problem.supply.len()];
    for (stock, toll) in found.into_iter().flatten() {
        tolls[stock as usize] = toll;
    }
    tolls
}

fn lines(class: &Class) -> usize {
    match class.loose {
        Some(loose) => loose.quantities.len(),
        None => class.shape.lines(),
    }
}

fn sites(class: &Class) -> usize {
    match class.loose {
        Some(loose) => loose.sites.len(),
        None => class.sites.len(),
    }
}

/// The stock of the line at a site, if it is limited.
fn stock(class: &Class, line: usize, site: usize) -> Option<Resource> {
    let cell = match class.loose {
        Some(loose) => loose.offers[site * loose.quantities.len() + line].cell,
        None => class.cells(site)[line],
    };
    (cell != NONE).then_some(cell)
}

/// All stocks of the line.
fn stocks<'a>(class: &'a Class, line: usize) -> impl Iterator<Item = Resource> + 'a {
    (0..sites(class)).filter_map(move |site| stock(class, line, site))
}

/// Units that the line wants, and what one costs if it is left out: of an order that ships all the same, if there is more in it.
fn wanted(class: &Class, line: usize) -> (i64, i64) {
    let (quantity, units, unserved, complete) = match class.loose {
        Some(loose) => {
            let units = loose.quantities.iter().map(|&q| i64::from(q)).sum();
            let quantity = loose.quantities[line].into();
            (quantity, units, loose.unserved, loose.complete)
        }
        None => {
            let units = class.shape.total(class.shape.whole());
            let quantity = class.shape.quantities()[line].into();
            let unserved = class.terms.unserved * MILLI;
            (quantity, units, unserved, class.terms.complete)
        }
    };
    let left_out = if units == 1 || complete {
        class.nothing.saturating_mul(MILLI) / units.max(1)
    } else {
        unserved
    };
    // More than that is a toll that nobody pays.
    (quantity, left_out.min(BAR / 2))
}

/// What a unit of the line costs from a site, about.
fn cost(class: &Class, line: usize, site: usize) -> Option<i64> {
    if let Some(loose) = class.loose {
        let offer = loose.offers[site * loose.quantities.len() + line];
        if offer.most == 0 {
            return None;
        }
        let units: i64 = loose.quantities.iter().map(|&q| i64::from(q)).sum();
        let at = loose.sites[site];
        return Some(match at.whole {
            Some(whole) => whole / units.max(1),
            None => offer.unit + (at.fixed + loose.split) / units.max(1),
        });
    }
    let (shape, prices) = (class.shape, class.prices(site));
    let whole = prices[shape.whole()];
    if whole != NO_OFFER {
        return Some(i64::from(whole) * MILLI / shape.total(shape.whole()));
    }
    let units = i64::from(shape.quantities()[line]);
    let alone = prices[shape.single(line) * usize::from(shape.quantities()[line])];
    (alone != NO_OFFER).then(|| {
        let part = class.terms.split.saturating_add(alone.into());
        part.saturating_mul(MILLI) / units
    })
}

/// Stocks that can serve one line are in one pool: disjoint sets, by halving paths.
struct Pools(Vec<Resource>);

impl Pools {
    fn new(resources: usize) -> Pools {
        Pools((0..resources as Resource).collect())
    }

    fn of(&mut self, mut stock: Resource) -> Resource {
        while self.0[stock as usize] != stock {
            let above = self.0[self.0[stock as usize] as usize];
            self.0[stock as usize] = above;
            stock = above;
        }
        stock
    }

    fn join(&mut self, mut stocks: impl Iterator<Item = Resource>) {
        let Some(first) = stocks.next() else { return };
        let mut root = self.of(first);
        for stock in stocks {
            let other = self.of(stock);
            let (low, high) = (root.min(other), root.max(other));
            self.0[high as usize] = low;
            root = low;
        }
    }
}

/// The auction of one pool.
struct Auction {
    stocks: Vec<Stock>,
    lots: Vec<Lot>,
    /// By lot: (position of the stock, cost of a unit).
    offers: Vec<(u32, i64)>,
    step: i64,
}

struct Stock {
    resource: Resource,
    supply: i64,
    room: i64,
    /// Of an empty one: the toll at which nobody wants it.
    closed: i64,
    /// (toll paid, lot, units), the least first.
    held: BinaryHeap<Reverse<(i64, u32, i64)>>,
}

impl Stock {
    /// What a further unit pays at least.
    fn toll(&self) -> i64 {
        match self.held.peek() {
            Some(Reverse((paid, _, _))) if self.room == 0 => *paid,
            _ => self.closed,
        }
    }
}

/// Alike units.
struct Lot {
    units: i64,
    left_out: i64,
    first: u32,
    last: u32,
}

impl Auction {
    fn new(problem: &Problem, bidders: &[Bidder], copies: &[u32], step: i64) -> Auction {
        let class = |bidder: &Bidder| problem.class(bidder.class as usize);
        let mut resources: Vec<Resource> = Vec::new();
        for bidder in bidders {
            resources.extend(stocks(&class(bidder), bidder.line.into()));
        }
        resources.sort_unstable();
        resources.dedup();
        let (mut lots, mut offers) = (Vec::with_capacity(bidders.len()), Vec::new());
        for bidder in bidders {
            let (class, line) = (class(bidder), usize::from(bidder.line));
            let (units, left_out) = wanted(&class, line);
            let first = offers.len() as u32;
            offers.extend((0..sites(&class)).filter_map(|site| {
                let at = resources.binary_search(&stock(&class, line, site)?);
                Some((at.ok()? as u32, cost(&class, line, site)?))
            }));
            lots.push(Lot {
                units: units * i64::from(copies[bidder.class as usize]),
                left_out,
                first,
                last: offers.len() as u32,
            });
        }
        let stock = |resource: Resource| Stock {
            resource,
            supply: problem.supply[resource as usize],
            room: problem.supply[resource as usize],
            closed: 0,
            held: BinaryHeap::new(),
        };
        Auction {
            stocks: resources.into_iter().map(stock).collect(),
            lots,
            offers,
            step,
        }
    }

    fn run(mut self) -> Vec<(Resource, i64)> {
        let numbers = (0..self.lots.len() as u32).rev();
        let mut waiting: Vec<(u32, i64)> = numbers
            .map(|lot| (lot, self.lots[lot as usize].units))
            .collect();
        let mut bids = BIDS * self.lots.len();
        while let Some((lot, units)) = waiting.pop()
            && bids > 0
        {
            bids -= 1;
            self.bid(lot, units, &mut waiting);
        }
        self.close();
        let tolls = self.stocks.iter().map(|s| (s.resource, s.toll()));
        tolls.filter(|&(_, toll)| toll > 0).collect()
    }

    /// What a unit of the lot pays at least, with the stock if it is not left out, and what it pays elsewhere.
    fn favourites(&self, lot: u32) -> ((i64, Option<u32>), i64) {
        let left_out = self.lots[lot as usize].left_out;
        let (mut best, mut next) = ((left_out, None), left_out);
        for &(at, cost) in self.offers_of(lot) {
            let stock = &self.stocks[at as usize];
            if stock.supply <= 0 {
                continue;
            }
            let cost = cost + stock.toll();
            if cost < best.0 {
                next = best.0;
                best = (cost, Some(at));
            } else {
                next = next.min(cost);
            }
        }
        (best, next)
    }

    fn offers_of(&self, lot: u32) -> &[(u32, i64)] {
        let Lot { first, last, .. } = self.lots[lot as usize];
        &self.offers[first as usize..last as usize]
    }

    /// Tolls for what is empty.
    fn close(&mut self) {
        for lot in 0..self.lots.len() as u32 {
            let least = self.favourites(lot).0.0;
            let Lot { first, last, .. } = self.lots[lot as usize];
            for &(at, cost) in &self.offers[first as usize..last as usize] {
                let stock = &mut self.stocks[at as usize];
                if stock.supply <= 0 {
                    stock.closed = stock.closed.max(least - cost);
                }
            }
        }
    }

    /// Places units of the lot in the stock that is best for them; who must go for it waits, and so does what finds no place.
    fn bid(&mut self, lot: u32, units: i64, waiting: &mut Vec<(u32, i64)>) {
        let (best, next) = self.favourites(lot);
        let Some(at) = best.1 else { return };
        let stock = &mut self.stocks[at as usize];
        let paid = stock.toll() + (next - best.0).min(HASTE * self.step) + self.step;
        let placed = if stock.room > 0 {
            let placed = units.min(stock.room);
            stock.room -= placed;
            placed
        } else {
            let Some(Reverse((least, other, held))) = stock.held.pop() else {
                return;
            };
            let placed = units.min(held);
            if placed < held {
                stock.held.push(Reverse((least, other, held - placed)));
            }
            waiting.push((other, placed));
            placed
        };
        stock.held.push(Reverse((paid, lot, placed)));
        if placed < units {
            waiting.push((lot, units - placed));
        }
    }
}
