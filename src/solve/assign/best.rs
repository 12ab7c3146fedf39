//! The subproblem: the best way to serve one order, at prices for what it takes.
//!
//! ```text
//! m(c)    = min over sites s that offer c of  price(s, c) + sum of tolls of what c takes at s
//! B_1(x)  = m(x);   B_k(x) = min( B_{k-1}(x), min over parts a of x, a the one that comes first, of m(a) + B_{k-1}(x - a) + split )
//! value   = min over x of  B_K(x) + unserved × |q - x|,   K = most_parts
//! ```
//!
//! Exact but for one thing: two parts may come from one site, which a plan does not allow. So the value is a lower bound; where it
//! has two such parts and a plan is asked for, the sites are gone through one by one instead (`apart`), which is exact.
//! O(sites × states + parts × splits).

use super::problem::{COLUMN, Class, NO_OFFER, NONE, Resource};

/// Prices of resources are in thousandths of a cent.
pub const MILLI: i64 = 1_000;

/// A toll that nobody pays.
pub(super) const BAR: i64 = 1 << 45;

/// More than anything costs.
pub(super) const NEVER: i64 = i64::MAX / 4;

/// A way to serve an order: (site, state) of each part, by site. Empty: not at all.
pub type Parts = Vec<(u16, u16)>;

/// What is left, to choose from.
#[derive(Clone, Copy)]
pub enum Left<'a> {
    /// Everything that is offered: the relaxation.
    All,
    /// No more of a resource than this.
    Of(&'a [i64]),
}

/// Memory of the subproblem.
#[derive(Default)]
pub struct Best {
    toll: Vec<i64>,
    fits: Vec<bool>,
    one: Vec<i64>,
    from: Vec<u16>,
    /// By k - 2, then state: least cost of at most k parts, and the part that comes first (0: as with fewer parts).
    more: Vec<i64>,
    first: Vec<u16>,
    layers: usize,
    /// Units served.
    state: usize,
    /// Of an order with columns: the best one, if it is to be served.
    column: Option<u16>,
}

impl Best {
    /// The least cost of the class at these tolls (thousandths of a cent per unit of each resource), in thousandths of a cent.
    pub fn value(&mut self, class: Class, tolls: &[i64], left: Left) -> i64 {
        self.column = None;
        if class.loose.is_some() {
            return self.columns(class, tolls, left);
        }
        self.single(class, tolls, left);
        self.compose(class)
    }

    /// The same on everything that is offered, with what the minimizer takes.
    pub fn relaxed(
        &mut self,
        class: Class,
        tolls: &[i64],
        take: &mut dyn FnMut(Resource, i64),
        parts: &mut Parts,
    ) -> i64 {
        if let Some(loose) = class.loose {
            return loose.value(tolls, take);
        }
        let value = self.value(class, tolls, Left::All);
        self.parts(class, parts);
        class.uses_of(parts, &mut *take);
        value
    }

    /// The best of the columns.
    fn columns(&mut self, class: Class, tolls: &[i64], left: Left) -> i64 {
        self.state = 0;
        let mut best = class.nothing * MILLI;
        for (number, column) in class.columns.iter().enumerate() {
            let fits = match left {
                Left::All => true,
                Left::Of(left) => {
                    let mut uses = column.uses.iter();
                    uses.all(|&(r, n)| i64::from(n) <= left[r as usize])
                }
            };
            if fits {
                let uses = column.uses.iter();
                // A barred resource taken a million times is more than 64 bits hold.
                let tolls = uses.map(|&(r, n)| tolls[r as usize].saturating_mul(n.into()));
                let cost = tolls.fold(column.cost.saturating_mul(MILLI), i64::saturating_add);
                if cost < best {
                    best = cost;
                    self.column = Some(number as u16);
                }
            }
        }
        best
    }

    /// The least cost from one site, by state.
    fn single(&mut self, class: Class, tolls: &[i64], left: Left) {
        let states = class.shape.states();
        let lines = class.shape.lines();
        self.one.clear();
        self.one.resize(states, NEVER);
        self.from.clear();
        self.from.resize(states, 0);
        self.toll.resize(states.max(self.toll.len()), 0);
        self.fits.resize(states.max(self.fits.len()), true);
        self.fits[0] = true;
        let mut unit = [0i64; super::shape::MOST_LINES];
        let mut limit = [i64::MAX; super::shape::MOST_LINES];
        for (s, site) in class.sites.iter().enumerate() {
            let weight = i64::from(site.weight);
            let (own, mut room) = match site.capacity {
                NONE => (0, i64::MAX),
                capacity => (tolls[capacity as usize] * weight, i64::MAX),
            };
            self.toll[0] = match site.gate {
                NONE => 0,
                gate => tolls[gate as usize],
            };
            let cells = class.cells(s);
            for line in 0..lines {
                unit[line] = own;
                if cells[line] != NONE {
                    unit[line] += tolls[cells[line] as usize];
                }
            }
            let prices = class.prices(s);
            match left {
                Left::All => {
                    for (x, &price) in prices.iter().enumerate().skip(1) {
                        let (before, line) = class.shape.step(x);
                        self.toll[x] = self.toll[before] + unit[line];
                        self.offer(x, s, price);
                    }
                }
                Left::Of(left) => {
                    for line in 0..lines {
                        limit[line] = match cells[line] {
                            NONE => i64::MAX,
                            cell => left[cell as usize],
                        };
                    }
                    if site.capacity != NONE && weight > 0 {
                        room = left[site.capacity as usize] / weight;
                    }
                    if site.gate != NONE && left[site.gate as usize] < 1 {
                        continue;
                    }
                    for (x, &price) in prices.iter().enumerate().skip(1) {
                        let (before, line) = class.shape.step(x);
                        self.toll[x] = self.toll[before] + unit[line];
                        self.fits[x] = self.fits[before]
                            && i64::from(class.shape.units(x)[line]) <= limit[line];
                        if self.fits[x] && class.shape.total(x) <= room {
                            self.offer(x, s, price);
                        }
                    }
                }
            }
        }
    }

    #[inline]
    fn offer(&mut self, x: usize, site: usize, price: i32) {
        if price != NO_OFFER {
            let cost = i64::from(price) * MILLI + self.toll[x];
            if cost < self.one[x] {
                self.one[x] = cost;
                self.from[x] = site as u16;
            }
        }
    }

    fn compose(&mut self, class: Class) -> i64 {
        let (shape, terms) = (class.shape, class.terms);
        let whole = shape.whole();
        let split = terms.split * MILLI;
        let unserved = terms.unserved * MILLI;
        self.layers = 1;
        let least = self.one[1..].iter().copied().min().unwrap_or(NEVER);
        let rest = unserved.min(least.saturating_add(split));
        let most = (shape.total(whole) as usize).min(usize::from(terms.most_parts));
        if least < NEVER && most > 1 && (least < 0 || self.one[whole] > least + rest) {
            let states = shape.states();
            self.more.clear();
            self.first.clear();
            for k in 2..=most {
                let base = self.more.len();
                for x in 0..states {
                    let fewer = if k == 2 {
                        self.one[x]
                    } else {
                        self.more[base - states + x]
                    };
                    let (mut cost, mut first) = (fewer, 0);
                    for &(a, b) in shape.splits(x) {
                        let b = usize::from(b);
                        let rest = if k == 2 {
                            self.one[b]
                        } else {
                            self.more[base - states + b]
                        };
                        let with = self.one[usize::from(a)] + rest + split;
                        if with < cost {
                            (cost, first) = (with, a);
                        }
                    }
                    self.more.push(cost.min(NEVER));
                    self.first.push(first);
                }
                self.layers = k;
                if self.first[base..].iter().all(|&first| first == 0) {
                    break;
                }
            }
        }
        let served = |x: usize| match self.layers {
            1 => self.one[x],
            k => self.more[(k - 2) * shape.states() + x],
        };
        let nothing = class.nothing * MILLI;
        let (mut best, mut state) = (nothing, 0);
        let from = if terms.complete { whole } else { 1 };
        for x in (from..=whole).rev() {
            let cost = served(x);
            if cost < NEVER {
                let cost = cost + unserved * (shape.total(whole) - shape.total(x));
                if cost < best {
                    (best, state) = (cost, x);
                }
            }
        }
        self.state = state;
        best
    }

    /// The parts of the last value, and whether no two come from one site.
    pub fn parts(&self, class: Class, parts: &mut Parts) -> bool {
        parts.clear();
        if class.loose.is_some() {
            parts.extend(self.column.map(|column| (COLUMN, column)));
            return true;
        }
        let states = class.shape.states();
        let (mut x, mut k) = (self.state, self.layers);
        while x > 0 {
            let first = if k == 1 {
                0
            } else {
                self.first[(k - 2) * states + x]
            };
            if k > 1 && first == 0 {
                k -= 1;
                continue;
            }
            let part = if k == 1 { x } else { usize::from(first) };
            parts.push((self.from[part], part as u16));
            x -= part;
            k = k.saturating_sub(1).max(1);
        }
        parts.sort_unstable();
        parts.windows(2).all(|pair| pair[0].0 != pair[1].0)
    }

    /// The best way to serve the class with every part from another site, and its value.
    pub fn plan(&mut self, class: Class, tolls: &[i64], left: Left, parts: &mut Parts) -> i64 {
        let value = self.value(class, tolls, left);
        if self.parts(class, parts) {
            value
        } else {
            super::apart::plan(class, tolls, left, parts)
        }
    }
}

/// What the parts cost, and the penalties: cents.
pub fn cost(class: Class, parts: &[(u16, u16)]) -> i64 {
    let (shape, terms) = (class.shape, class.terms);
    match *parts {
        [] => return class.nothing,
        [(COLUMN, column)] => return class.columns[usize::from(column)].cost,
        _ => {}
    }
    let mut left = shape.total(shape.whole());
    let mut cost = terms.split * (parts.len() as i64 - 1).max(0);
    for &(site, state) in parts {
        cost += i64::from(class.prices(usize::from(site))[usize::from(state)]);
        left -= shape.total(usize::from(state));
    }
    cost + terms.unserved * left
}

/// What the parts take, at these tolls: thousandths of a cent.
pub fn tolls_of(class: Class, parts: &[(u16, u16)], tolls: &[i64]) -> i64 {
    let mut sum = 0;
    class.uses_of(parts, |r, n| sum += tolls[r as usize] * n);
    sum
}
