//! What there is to choose from: orders, groups of stock, and how many units a wave may have.

/// Bags of (item, quantity), one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bags {
    /// Where each bag ends in `lines`.
    ends: Vec<u32>,
    lines: Vec<(u32, u32)>,
}

impl Bags {
    /// Adds a bag. Lines of the same item are added up, lines without a quantity left out.
    ///
    /// # Panics
    /// If the lines of all bags are more than `u32::MAX`.
    pub fn push(&mut self, lines: impl IntoIterator<Item = (u32, u32)>) {
        let first = self.lines.len();
        self.lines
            .extend(lines.into_iter().filter(|line| line.1 > 0));
        self.lines[first..].sort_unstable();
        let mut last = first;
        for at in first + 1..self.lines.len() {
            if self.lines[at].0 == self.lines[last].0 {
                self.lines[last].1 = self.lines[last].1.saturating_add(self.lines[at].1);
            } else {
                last += 1;
                self.lines[last] = self.lines[at];
            }
        }
        self.lines.truncate((last + 1).min(self.lines.len()));
        self.ends
            .push(u32::try_from(self.lines.len()).expect("fewer than 2^32 lines"));
    }

    /// Number of bags.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no bags.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Items and quantities of a bag, by item, each item once.
    pub fn bag(&self, bag: usize) -> &[(u32, u32)] {
        let first = if bag == 0 { 0 } else { self.ends[bag - 1] };
        &self.lines[first as usize..self.ends[bag] as usize]
    }

    /// All quantities of a bag.
    pub fn units(&self, bag: usize) -> u64 {
        self.bag(bag).iter().map(|&(_, n)| u64::from(n)).sum()
    }

    /// Bags in the order they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[(u32, u32)]> {
        (0..self.len()).map(|bag| self.bag(bag))
    }
}

/// Orders, groups (aisles), and bounds on the units of a wave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Items are `0..items`.
    pub items: usize,
    /// What each order asks for: all of it, or nothing.
    pub orders: Bags,
    /// What each group has in stock.
    pub groups: Bags,
    /// Fewest units of a wave.
    pub least: u64,
    /// Most units of a wave.
    pub most: u64,
}

/// Orders to pick and groups to visit; indices of the instance, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wave {
    pub orders: Vec<u32>,
    pub groups: Vec<u32>,
    /// Units of the orders.
    pub units: u64,
}

impl Wave {
    /// Units per visited group.
    pub fn ratio(&self) -> f64 {
        self.units as f64 / self.groups.len().max(1) as f64
    }
}

/// Why a wave is not one of the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No group is visited, or one of them, or an order, is unknown or named twice.
    Index,
    /// The orders ask for more of this item than the groups have.
    Short { item: u32 },
    /// The wave says other units than its orders have, or these are out of bounds.
    Units { counted: u64 },
}

impl Instance {
    /// Judges a wave by the definition alone. O(lines of its orders and groups), one counter per item.
    pub fn check(&self, wave: &Wave) -> Result<(), Fault> {
        let ascending = |list: &[u32], len: usize| {
            list.windows(2).all(|pair| pair[0] < pair[1])
                && list.last().is_none_or(|&last| (last as usize) < len)
        };
        if wave.groups.is_empty()
            || !ascending(&wave.groups, self.groups.len())
            || !ascending(&wave.orders, self.orders.len())
        {
            return Err(Fault::Index);
        }
        let mut left = vec![0i64; self.items];
        for &(item, n) in wave
            .groups
            .iter()
            .flat_map(|&g| self.groups.bag(g as usize))
        {
            left[item as usize] += i64::from(n);
        }
        for &(item, n) in wave
            .orders
            .iter()
            .flat_map(|&o| self.orders.bag(o as usize))
        {
            left[item as usize] -= i64::from(n);
        }
        if let Some(item) = left.iter().position(|&left| left < 0) {
            return Err(Fault::Short { item: item as u32 });
        }
        let counted = wave
            .orders
            .iter()
            .map(|&o| self.orders.units(o as usize))
            .sum();
        if counted != wave.units || counted < self.least || counted > self.most {
            return Err(Fault::Units { counted });
        }
        Ok(())
    }
}
