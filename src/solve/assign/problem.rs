//! The instance, as columns.

use std::sync::Arc;

use super::loose::Loose;
use super::shape::Shape;

/// Number of a resource.
pub type Resource = u32;

/// No resource: what is not limited, or not there.
pub const NONE: Resource = Resource::MAX;

/// The price of what is not offered.
pub const NO_OFFER: i32 = i32::MAX;

/// What an order must obey and what it pays for not being served well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Cents per part after the first.
    pub split: i64,
    /// Cents per unit that is not served.
    pub unserved: i64,
    /// Cents on top if nothing is served.
    pub lost: i64,
    /// Everything or nothing.
    pub complete: bool,
    /// Parts at most, at least 1.
    pub most_parts: u16,
}

/// A site that offers parts of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Whoever made the problem knows by this number which site it is.
    pub tag: u32,
    /// What every unit served here takes `weight` of; [`NONE`]: nothing.
    pub capacity: Resource,
    pub weight: u32,
    /// What every part from here takes one of, whatever it holds; [`NONE`]: nothing.
    pub gate: Resource,
}

/// What a resource costs where its use is below or above a mark: a least load, or a share that is fair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub resource: Resource,
    pub mark: i64,
    /// Cents per unit below the mark, and above it; not negative.
    pub under: i64,
    pub over: i64,
}

impl Balance {
    /// Cents when so many units are used.
    pub fn cost(&self, used: i64) -> i64 {
        let off = used - self.mark;
        let price = if off < 0 { -self.under } else { self.over };
        price.saturating_mul(off)
    }
}

/// A way to serve an order that has too many for a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Cents, penalties included.
    pub cost: i64,
    /// Units of each resource, each once.
    pub uses: Box<[(Resource, u32)]>,
}

/// The site of a part that is a column; its state is the number of the column.
pub const COLUMN: u16 = u16::MAX;

/// An order with columns, and what it costs at least.
#[derive(Debug)]
struct Large {
    /// Cents if it is not served.
    nothing: i64,
    columns: Vec<Column>,
    loose: Loose,
}

/// Alike orders: the same units, sites, prices and terms.
#[derive(Debug)]
struct Row {
    shape: Arc<Shape>,
    terms: Terms,
    first_site: u32,
    sites: u16,
    first_cell: u32,
    first_price: u32,
    /// Position among the large orders plus one; 0: it has a menu.
    large: u32,
}

/// Orders to be served from sites, under limited resources.
#[derive(Debug, Default)]
pub struct Problem {
    /// Units of each resource.
    pub supply: Vec<i64>,
    pub balances: Vec<Balance>,
    /// The class of each order.
    pub class_of: Vec<u32>,
    rows: Vec<Row>,
    sites: Vec<Site>,
    /// By class, site and line: the stock that the line is taken from.
    cells: Vec<Resource>,
    /// By class, site and state: cents.
    prices: Vec<i32>,
    large: Vec<Large>,
    one: Option<Arc<Shape>>,
}

/// A class, as the subproblem sees it.
#[derive(Clone, Copy)]
pub struct Class<'a> {
    pub shape: &'a Shape,
    pub terms: Terms,
    pub sites: &'a [Site],
    cells: &'a [Resource],
    prices: &'a [i32],
    /// Columns instead of a menu.
    pub columns: &'a [Column],
    pub loose: Option<&'a Loose>,
    /// Cents if it is not served.
    pub nothing: i64,
}

impl<'a> Class<'a> {
    /// The stock of each line at a site.
    #[inline]
    pub fn cells(&self, site: usize) -> &'a [Resource] {
        let lines = self.shape.lines();
        &self.cells[site * lines..(site + 1) * lines]
    }

    /// Cents of each state at a site; [`NO_OFFER`] where it is not offered. Entry 0 means nothing.
    #[inline]
    pub fn prices(&self, site: usize) -> &'a [i32] {
        let states = self.shape.states();
        &self.prices[site * states..(site + 1) * states]
    }

    /// Calls `take(resource, amount)` for all that the parts take.
    #[inline]
    pub fn uses_of(&self, parts: &[(u16, u16)], mut take: impl FnMut(Resource, i64)) {
        for &(site, state) in parts {
            self.uses(site, state, &mut take);
        }
    }

    /// Calls `take(resource, amount)` for all that a part takes.
    #[inline]
    pub fn uses(&self, site: u16, state: u16, mut take: impl FnMut(Resource, i64)) {
        let (site, state) = (usize::from(site), usize::from(state));
        if site == usize::from(COLUMN) {
            for &(resource, n) in &self.columns[state].uses {
                take(resource, i64::from(n));
            }
            return;
        }
        let units = self.shape.units(state);
        for (&cell, &units) in self.cells(site).iter().zip(units) {
            if cell != NONE && units > 0 {
                take(cell, i64::from(units));
            }
        }
        let at = &self.sites[site];
        if at.capacity != NONE {
            take(at.capacity, self.shape.total(state) * i64::from(at.weight));
        }
        if at.gate != NONE {
            take(at.gate, 1);
        }
    }
}

impl Problem {
    /// No orders yet, and so many units of each resource.
    pub fn new(supply: Vec<i64>) -> Problem {
        Problem {
            supply,
            ..Problem::default()
        }
    }

    /// Adds a class of orders. Site by site: what it is, the stock of each line, and the price of each state (the price of state 0 is
    /// not read).
    ///
    /// # Panics
    ///
    /// If the cells and prices of a site are not as many as the shape's lines and states, or the tables outgrow 2³² entries.
    pub fn add_class<'s>(
        &mut self,
        shape: Arc<Shape>,
        terms: Terms,
        sites: impl Iterator<Item = (Site, &'s [Resource], &'s [i32])>,
    ) -> u32 {
        let number = |n: usize| u32::try_from(n).expect("the tables have less than 2^32 entries");
        let first = (self.sites.len(), self.cells.len(), self.prices.len());
        for (site, cells, prices) in sites {
            assert_eq!(cells.len(), shape.lines(), "a cell per line");
            assert_eq!(prices.len(), shape.states(), "a price per state");
            self.sites.push(site);
            self.cells.extend_from_slice(cells);
            self.prices.extend_from_slice(prices);
        }
        self.rows.push(Row {
            shape,
            terms,
            first_site: number(first.0),
            sites: u16::try_from(self.sites.len() - first.0).expect("less than 65,536 sites"),
            first_cell: number(first.1),
            first_price: number(first.2),
            large: 0,
        });
        number(self.prices.len());
        number(self.rows.len()) - 1
    }

    /// Adds a class of one order with columns, as yet none, that costs `nothing` cents if it is not served, and at least what `loose` says.
    pub fn add_large(&mut self, nothing: i64, loose: Loose) -> u32 {
        let one = self.one.get_or_insert_with(|| {
            Arc::new(Shape::new(&[1]).expect("two states are not too many"))
        });
        self.large.push(Large {
            nothing,
            columns: Vec::new(),
            loose,
        });
        self.rows.push(Row {
            shape: one.clone(),
            terms: Terms {
                split: 0,
                unserved: 0,
                lost: 0,
                complete: false,
                most_parts: 1,
            },
            first_site: 0,
            sites: 0,
            first_cell: 0,
            first_price: 0,
            large: self.large.len() as u32,
        });
        self.rows.len() as u32 - 1
    }

    /// Adds a column to a class made by [`Problem::add_large`], unless it has it or its numbers are used up; returns the column's number.
    pub fn add_column(&mut self, class: usize, column: Column) -> Option<u16> {
        let large = self.rows[class].large.checked_sub(1)?;
        let columns = &mut self.large[large as usize].columns;
        if let Some(known) = columns.iter().position(|known| *known == column) {
            return u16::try_from(known).ok();
        }
        let number = u16::try_from(columns.len()).ok()?;
        columns.push(column);
        Some(number)
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.rows.len()
    }

    /// Number of orders.
    pub fn orders(&self) -> usize {
        self.class_of.len()
    }

    #[inline]
    pub fn class(&self, class: usize) -> Class<'_> {
        let row = &self.rows[class];
        let sites = usize::from(row.sites);
        let (cell, price) = (row.first_cell as usize, row.first_price as usize);
        let large = row.large.checked_sub(1).map(|at| &self.large[at as usize]);
        Class {
            shape: &row.shape,
            terms: row.terms,
            sites: &self.sites[row.first_site as usize..][..sites],
            cells: &self.cells[cell..][..sites * row.shape.lines()],
            prices: &self.prices[price..][..sites * row.shape.states()],
            columns: large.map_or(&[], |large| &large.columns),
            loose: large.map(|large| &large.loose),
            nothing: match large {
                Some(large) => large.nothing,
                None => row.terms.lost + row.terms.unserved * row.shape.total(row.shape.whole()),
            },
        }
    }

    /// The class of an order.
    #[inline]
    pub fn of(&self, order: usize) -> Class<'_> {
        self.class(self.class_of[order] as usize)
    }

    /// Cents of all balances, when so much is left of each resource.
    pub fn imbalance(&self, left: &[i64]) -> i64 {
        let used = |resource: Resource| self.supply[resource as usize] - left[resource as usize];
        let balances = self.balances.iter();
        let costs = balances.map(|b| b.cost(used(b.resource)));
        costs.fold(0, i64::saturating_add)
    }

    /// Orders of each class.
    pub fn multiplicities(&self) -> Vec<u32> {
        let mut count = vec![0; self.classes()];
        self.class_of.iter().for_each(|&c| count[c as usize] += 1);
        count
    }
}
