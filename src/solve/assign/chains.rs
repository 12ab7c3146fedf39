//! Ejection chains: an order takes the place that suits it best, whoever loses by it moves on.
//!
//! An order with regret (it pays more, at the tolls, than the least it could) first looks for a better place on what is left. Then it
//! takes its best place as if it were alone. Of a resource that is overdrawn now, some holders are looked at: one moves to
//! the best place that is still free (which closes the chain), or to the best place but this one, whoever is there (which goes on), as
//! long as the moves so far gain at the tolls. A chain that ends with a cheaper plan stays, another is undone. The tolls say which
//! chains are worth following, the cost alone says what stays.
//!
//! Swaps of two orders are chains of length two (Xu, Allgor and Graves 2009, doi 10.1287/msom.1080.0222, improve plans of a retailer by
//! swaps and cyclic exchanges); longer ones as in Yagiura, Ibaraki and Glover 2004, doi 10.1287/ijoc.1030.0036.
//! O(depth × sample) subproblems per order.

use super::best::{BAR, Best, Left, Parts, cost};
use super::plan::Plan;
use super::problem::{Problem, Resource};
use super::rng::Draws;

/// How far to follow a chain, and how many holders of a resource to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    pub depth: usize,
    pub sample: usize,
}

/// A move of a chain: what it changes (cents for a closing one, thousandths at the tolls for another), who, and to where.
type Move = (i64, u32, Parts);

/// The search.
pub struct Chains<'a> {
    problem: &'a Problem,
    pub plan: &'a mut Plan,
    tolls: Vec<i64>,
    free: Vec<i64>,
    reach: Reach,
    draws: Draws,
    best: Best,
    parts: Parts,
    /// Orders moved by the chain, with what they had.
    journal: Vec<(u32, Parts)>,
}

impl<'a> Chains<'a> {
    pub fn new(
        problem: &'a Problem,
        plan: &'a mut Plan,
        tolls: &[i64],
        reach: Reach,
        seed: u64,
    ) -> Chains<'a> {
        Chains {
            problem,
            plan,
            tolls: tolls.to_vec(),
            free: vec![0; tolls.len()],
            reach,
            draws: Draws::new(seed),
            best: Best::default(),
            parts: Parts::new(),
            journal: Vec::new(),
        }
    }

    /// One pass over these orders; returns cents won.
    pub fn pass(&mut self, orders: &[u32]) -> i64 {
        let before = self.plan.total;
        for &order in orders {
            self.improve(order as usize);
        }
        before - self.plan.total
    }

    /// Whoever has a cheaper place on what is left, takes it, one after the other.
    pub fn settle(&mut self, orders: &[u32]) {
        let mut parts = std::mem::take(&mut self.parts);
        for &order in orders {
            let start = self.plan.total;
            self.settle_in(order as usize, start, &mut parts);
        }
        self.parts = parts;
    }

    /// A better place for the order; whether there was one.
    pub fn improve(&mut self, order: usize) -> bool {
        let start = self.plan.total;
        let mut parts = std::mem::take(&mut self.parts);
        let done = self.settle_in(order, start, &mut parts) || self.oust(order, start, &mut parts);
        self.parts = parts;
        done
    }

    /// On what is left.
    fn settle_in(&mut self, order: usize, start: i64, parts: &mut Parts) -> bool {
        let own = self.plan.clear(self.problem, order);
        let class = self.problem.of(order);
        let left = Left::Of(&self.plan.left);
        self.best.plan(class, &self.free, left, parts);
        self.plan.serve(self.problem, order, parts);
        let better = self.plan.total < start;
        if !better {
            self.plan.replace(self.problem, order, &own);
        }
        better
    }

    /// Whoever is there.
    fn oust(&mut self, order: usize, start: i64, parts: &mut Parts) -> bool {
        let now = self.plan.reduced(self.problem, order, &self.tolls);
        let class = self.problem.of(order);
        let value = self.best.plan(class, &self.tolls, Left::All, parts);
        if value >= now || *parts == self.plan.parts[order] {
            return false;
        }
        self.journal.clear();
        self.put(order, parts);
        let done = self.follow(start, value - now, self.reach.depth);
        if !done {
            self.undo(0);
        }
        done
    }

    fn put(&mut self, order: usize, parts: &Parts) {
        let before = self.plan.replace(self.problem, order, parts);
        self.journal.push((order as u32, before));
    }

    fn undo(&mut self, to: usize) {
        for (order, parts) in self.journal.split_off(to).into_iter().rev() {
            self.plan.replace(self.problem, order as usize, &parts);
        }
    }

    /// A resource that the chain overdraws.
    fn overdrawn(&self) -> Option<Resource> {
        let mut found = None;
        for &(order, _) in self.journal.iter().rev() {
            let class = self.problem.of(order as usize);
            class.uses_of(&self.plan.parts[order as usize], |r, _| {
                if self.plan.left[r as usize] < 0 {
                    found = Some(r);
                }
            });
            if found.is_some() {
                break;
            }
        }
        found
    }

    /// Goes on until nothing is overdrawn; whether the plan is cheaper then. `gain`: change so far, at the tolls.
    fn follow(&mut self, start: i64, gain: i64, depth: usize) -> bool {
        let Some(resource) = self.overdrawn() else {
            return self.plan.total < start;
        };
        if depth == 0 {
            return false;
        }
        let (closing, open) = self.moves(resource, depth > 1);
        if let Some((change, order, parts)) = closing
            && self.plan.total + change < start
        {
            let mark = self.journal.len();
            self.put(order as usize, &parts);
            if self.follow(start, gain, depth - 1) {
                return true;
            }
            self.undo(mark);
        }
        match open {
            Some((change, order, parts)) if gain + change < 0 => {
                self.put(order as usize, &parts);
                self.follow(start, gain + change, depth - 1)
            }
            _ => false,
        }
    }

    /// The best closing move and, if asked for, the best open one of some holders of the resource.
    fn moves(&mut self, resource: Resource, further: bool) -> (Option<Move>, Option<Move>) {
        let mut holders = Vec::new();
        let draws = &mut self.draws;
        self.plan.holders(
            self.problem,
            resource,
            self.reach.sample,
            &mut |n| draws.below(n),
            &mut holders,
        );
        let (mut closing, mut open): (Option<Move>, Option<Move>) = (None, None);
        let mut parts = Parts::new();
        for holder in holders {
            if self.journal.iter().any(|moved| moved.0 == holder) {
                continue;
            }
            let order = holder as usize;
            let class = self.problem.of(order);
            let now = self.plan.reduced(self.problem, order, &self.tolls);
            let own = self.plan.clear(self.problem, order);
            if self.plan.left[resource as usize] >= 0 {
                let left = Left::Of(&self.plan.left);
                self.best.plan(class, &self.free, left, &mut parts);
                let change = cost(class, &parts) - cost(class, &own);
                if closing.as_ref().is_none_or(|best| change < best.0) {
                    closing = Some((change, holder, parts.clone()));
                }
            }
            if further {
                let toll = std::mem::replace(&mut self.tolls[resource as usize], BAR);
                let value = self.best.plan(class, &self.tolls, Left::All, &mut parts);
                self.tolls[resource as usize] = toll;
                if open.as_ref().is_none_or(|best| value - now < best.0) {
                    open = Some((value - now, holder, parts.clone()));
                }
            }
            self.plan.serve(self.problem, order, &own);
        }
        (closing, open)
    }
}
