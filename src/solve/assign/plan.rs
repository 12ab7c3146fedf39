//! A plan in the making: who is served how, and what is left.

use super::best::{self, MILLI, Parts};
use super::problem::{Problem, Resource};

/// Every order's parts, within the supply unless a chain is under way.
#[derive(Clone, Debug)]
pub struct Plan {
    pub parts: Vec<Parts>,
    /// Cents, by order.
    pub cost: Vec<i64>,
    /// Units left of each resource.
    pub left: Vec<i64>,
    /// Cents, balances included.
    pub total: i64,
    /// Cents of the balances.
    pub imbalance: i64,
    /// Orders that take of a resource; also some that no longer do.
    holders: Vec<Vec<u32>>,
}

impl Plan {
    /// Nobody is served.
    pub fn empty(problem: &Problem) -> Plan {
        let nothing = (0..problem.orders()).map(|order| problem.of(order).nothing);
        let cost: Vec<i64> = nothing.collect();
        let imbalance = problem.imbalance(&problem.supply);
        Plan {
            parts: vec![Parts::new(); problem.orders()],
            total: cost.iter().sum::<i64>() + imbalance,
            imbalance,
            cost,
            left: problem.supply.clone(),
            holders: vec![Vec::new(); problem.supply.len()],
        }
    }

    /// The plan with these parts by order; `None` if it overdraws a resource.
    pub fn of(problem: &Problem, parts: &[Parts]) -> Option<Plan> {
        let mut plan = Plan::empty(problem);
        for (order, parts) in parts.iter().enumerate() {
            plan.serve(problem, order, parts);
        }
        plan.left.iter().all(|&left| left >= 0).then_some(plan)
    }

    /// Takes away what the order has, and returns it.
    pub fn clear(&mut self, problem: &Problem, order: usize) -> Parts {
        let class = problem.of(order);
        let parts = std::mem::take(&mut self.parts[order]);
        class.uses_of(&parts, |r, n| self.left[r as usize] += n);
        self.set_cost(order, class.nothing);
        self.weigh(problem);
        parts
    }

    /// Serves an order that has nothing.
    pub fn serve(&mut self, problem: &Problem, order: usize, parts: &[(u16, u16)]) {
        let class = problem.of(order);
        class.uses_of(parts, |r, n| {
            self.left[r as usize] -= n;
            self.holders[r as usize].push(order as u32);
        });
        self.set_cost(order, best::cost(class, parts));
        self.weigh(problem);
        self.parts[order].extend_from_slice(parts);
    }

    /// Serves the order otherwise; returns what it had.
    pub fn replace(&mut self, problem: &Problem, order: usize, parts: &[(u16, u16)]) -> Parts {
        let before = self.clear(problem, order);
        self.serve(problem, order, parts);
        before
    }

    fn weigh(&mut self, problem: &Problem) {
        if !problem.balances.is_empty() {
            let now = problem.imbalance(&self.left);
            self.total += now - self.imbalance;
            self.imbalance = now;
        }
    }

    fn set_cost(&mut self, order: usize, cost: i64) {
        self.total += cost - self.cost[order];
        self.cost[order] = cost;
    }

    /// Whether the order takes of the resource.
    fn takes(&self, problem: &Problem, order: usize, resource: Resource) -> bool {
        let mut takes = false;
        problem.of(order).uses_of(&self.parts[order], |r, n| {
            takes |= r == resource && n > 0;
        });
        takes
    }

    /// Up to `most` orders that take of the resource, drawn by `draw(n) < n`. Forgets those that no longer do.
    pub fn holders(
        &mut self,
        problem: &Problem,
        resource: Resource,
        most: usize,
        draw: &mut dyn FnMut(usize) -> usize,
        found: &mut Vec<u32>,
    ) {
        found.clear();
        let mut holders = std::mem::take(&mut self.holders[resource as usize]);
        let mut end = holders.len();
        while end > 0 && found.len() < most {
            let at = draw(end);
            let order = holders[at];
            end -= 1;
            holders.swap(at, end);
            if self.takes(problem, order as usize, resource) && !found.contains(&order) {
                found.push(order);
            } else {
                holders.swap_remove(end);
            }
        }
        self.holders[resource as usize] = holders;
    }

    /// Cost of the order at these tolls: thousandths of a cent.
    pub fn reduced(&self, problem: &Problem, order: usize, tolls: &[i64]) -> i64 {
        self.cost[order] * MILLI + best::tolls_of(problem.of(order), &self.parts[order], tolls)
    }
}
