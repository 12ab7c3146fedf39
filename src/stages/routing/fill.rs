//! Orders of which nothing ships, and that could be served whole.
//!
//! At the prices of the bound, orders just beyond what a scarce facility can send are as well off waiting, and the search may leave them
//! although a place is still free. They are served from one facility each, those that save most first. Then, where a facility can
//! send no more, an order that waits takes the place of one that is served whole from there, if that is cheaper: the other moves to
//! another facility or waits in its stead. O(orders × (facilities + log orders)) per pass.

use crate::model::ids::{FacilityIdx, Idx};
use crate::solve::assign::{Class, NO_OFFER, Problem};

use super::instance::{Demand, Instance, Supply, Want};
use super::order::{Part, Pattern};
use super::table;

/// Passes of exchanges, at most.
const PASSES: usize = 10;
/// Orders that one which waits tries to take the place of.
const TRIES: usize = 16;

/// The plan so far.
pub(super) struct Fill<'a> {
    pub instance: &'a Instance<'a>,
    pub problem: &'a Problem,
    pub patterns: &'a mut [Pattern],
    pub supply: &'a mut Supply,
}

impl Fill<'_> {
    /// Serves what can be served whole, then exchanges.
    pub fn run(&mut self) {
        let mut waiting = self.waiting();
        waiting.retain(|&position| self.worth_it(position).is_some());
        waiting.sort_by_cached_key(|&position| {
            let price = self.worth_it(position).map_or(0, |(price, _)| price);
            i64::from(price) - self.problem.of(position).nothing
        });
        for position in waiting {
            // Others may have taken the place that it had.
            if let Some((_, facility)) = self.worth_it(position) {
                self.serve(position, facility);
            }
        }
        for _ in 0..PASSES {
            let facilities = self.instance.batch.facilities.indices();
            let exchanged: usize = facilities.map(|facility| self.exchange(facility)).sum();
            if exchanged == 0 {
                break;
            }
        }
    }

    /// Orders of which nothing ships. Large ones have no table of prices: they are not asked.
    fn waiting(&self) -> Vec<usize> {
        let all = 0..self.patterns.len();
        let nothing = all.filter(|&position| self.patterns[position].parts.is_empty());
        nothing
            .filter(|&position| self.problem.of(position).loose.is_none())
            .collect()
    }

    /// The cheapest facility that can still ship the whole order, if that costs less than waiting.
    fn worth_it(&self, position: usize) -> Option<(i32, FacilityIdx)> {
        let nothing = self.problem.of(position).nothing;
        let found = self.cheapest_but(position, None);
        found.filter(|found| i64::from(found.0) < nothing)
    }

    /// The cheapest facility that can still ship the whole order, without one of them.
    fn cheapest_but(
        &self,
        position: usize,
        but: Option<FacilityIdx>,
    ) -> Option<(i32, FacilityIdx)> {
        let class = self.problem.of(position);
        let demand = self.instance.demand(position);
        let sites = class.sites.iter().map(|site| FacilityIdx(site.tag));
        let others = sites.filter(|&facility| Some(facility) != but);
        let found = others.filter_map(|facility| {
            let price = price(&class, facility)?;
            self.holds(&demand, facility).then_some((price, facility))
        });
        found.min()
    }

    fn holds(&self, demand: &Demand, facility: FacilityIdx) -> bool {
        let free = |item| self.supply.free(self.instance.batch, facility, item);
        let stock = |want: &Want| free(want.item) >= want.quantity;
        self.supply.room(facility) >= demand.units && demand.wants.iter().all(stock)
    }

    /// Serves the order whole from the facility, which holds it.
    fn serve(&mut self, position: usize, facility: FacilityIdx) {
        let class = self.problem.of(position);
        let demand = self.instance.demand(position);
        let part = Part {
            facility,
            content: table::content(class.shape, &demand, class.shape.whole()),
            cost: None,
        };
        let pattern = Pattern {
            parts: vec![part],
            refused: Vec::new(),
        };
        let taken = self.supply.take(self.instance.batch, pattern.contents());
        debug_assert!(taken, "it is there");
        self.patterns[position] = pattern;
    }

    /// Takes the order out of the plan.
    fn clear(&mut self, position: usize) {
        for part in std::mem::take(&mut self.patterns[position].parts) {
            let batch = self.instance.batch;
            self.supply.give_part(batch, part.facility, &part.content);
        }
    }

    /// Lets orders that wait take places of a facility that is full; returns how many.
    fn exchange(&mut self, facility: FacilityIdx) -> usize {
        let full =
            |position: usize| self.supply.room(facility) < self.instance.demand(position).units;
        let mut come: Vec<(i64, usize)> = self
            .waiting()
            .into_iter()
            .filter(|&p| full(p))
            .filter_map(|p| {
                let class = self.problem.of(p);
                Some((class.nothing - i64::from(price(&class, facility)?), p))
            })
            .collect();
        if come.is_empty() {
            return 0;
        }
        come.sort_unstable_by_key(|&(gain, p)| (std::cmp::Reverse(gain), p));
        let mut go = self.served_whole(facility);
        go.sort_unstable();
        let (mut next, mut exchanged) = (0, 0);
        for (gain, comes) in come {
            let tries = go.iter().skip(next).take(TRIES);
            let found = tries
                .take_while(|&&(loss, _)| loss < gain)
                .position(|&(_, goes)| {
                    let pattern = self.patterns[goes].clone();
                    self.clear(goes);
                    let fits = self.holds(&self.instance.demand(comes), facility)
                        && self.loss(goes, facility).is_some_and(|loss| loss < gain);
                    let kept = self.supply.take(self.instance.batch, pattern.contents());
                    debug_assert!(kept, "it was there");
                    self.patterns[goes] = pattern;
                    fits
                });
            let Some(at) = found else { continue };
            go.swap(next, next + at);
            let goes = go[next].1;
            next += 1;
            self.clear(goes);
            self.serve(comes, facility);
            let nothing = self.problem.of(goes).nothing;
            let elsewhere = self.cheapest_but(goes, Some(facility));
            if let Some((_, elsewhere)) = elsewhere.filter(|e| i64::from(e.0) < nothing) {
                self.serve(goes, elsewhere);
            }
            exchanged += 1;
        }
        exchanged
    }

    /// What it would cost more to serve the order from elsewhere, or not at all.
    fn loss(&self, position: usize, facility: FacilityIdx) -> Option<i64> {
        let class = self.problem.of(position);
        let own = i64::from(price(&class, facility)?);
        let other = self.cheapest_but(position, Some(facility));
        let other = other.map_or(class.nothing, |(price, _)| i64::from(price));
        Some(other.min(class.nothing) - own)
    }

    /// Orders that the facility ships whole, with what it would cost more if it did not.
    fn served_whole(&self, facility: FacilityIdx) -> Vec<(i64, usize)> {
        let all = 0..self.patterns.len();
        let here = all.filter(|&position| {
            let parts = &self.patterns[position].parts;
            parts.len() == 1 && parts[0].facility == facility
        });
        here.filter_map(|position| {
            let class = self.problem.of(position);
            if class.loose.is_some() {
                return None;
            }
            let demand = self.instance.demand(position);
            let content = self.patterns[position].parts[0].content.iter();
            let units: u64 = content.map(|c| u64::from(c.1)).sum();
            let loss = self.loss(position, facility)?;
            (units == demand.units).then_some((loss, position))
        })
        .collect()
    }
}

/// Price of the whole order from the facility.
fn price(class: &Class, facility: FacilityIdx) -> Option<i32> {
    let mut sites = class.sites.iter();
    let site = sites.position(|site| site.tag as usize == facility.index())?;
    let price = class.prices(site)[class.shape.whole()];
    (price != NO_OFFER).then_some(price)
}
