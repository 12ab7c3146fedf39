//! Orders of few units, solved exactly.
//!
//! Let the lines `l` want `q_l` units. A *content* `c` is what one facility may send: `0 <= c <= q`, `c != 0`; there are
//! `Π (q_l + 1) - 1` of them, at most 15 here (one to three single units, say). All of them are packed once and priced from
//! every facility that stocks them: `p(f, c)`. Then, on the remaining supply,
//!
//! ```text
//! B_f(k, x) = min( B_{f-1}(k, x),  min { B_{f-1}(k - 1, x - c) + p(f, c) : c <= x, c fits stock and capacity of f } )
//! cost(x)   = min { B(k, x) + split_penalty (k - 1) : 1 <= k <= max_shipments } + backorder_penalty |q - x|
//! ```
//!
//! gives the least cost of shipping `x` from distinct facilities, and the order takes the best `x`. *What lies where the order
//! ships anyway goes along*: for `x != q` a facility may only send contents to which none of the lacking units it still has could be
//! added. Ties: more units first, then fewer shipments, then the first found in order of facility and content.
//!
//! Most orders find all they want in one place. So first only the whole order is priced; if the cheapest facility that has it costs no
//! more than any plan with two shipments or with units left can (by [`super::freight_floor`]), that is the least cost, and no
//! part of the order is ever packed.
//!
//! As supply only shrinks while orders are served, a pattern that was best before is still best if it is still possible.
//! O(facilities × contents² × shipments) per `x`; 40 bytes per (facility, content).

use std::sync::OnceLock;

use crate::model::ids::{FacilityIdx, LineIdx};
use crate::stages::shipping::{ShipmentCost, Shipping};

use super::freight_floor::LinearFloor;
use super::instance::{Content, Demand, Instance, Rules, Supply, Want};
use super::order::{Open, Packed, Part, Pattern, candidates};

/// Contents and the empty one.
const MOST_STATES: usize = 16;
const MOST_LINES: usize = 4;

/// Sub-multisets of the wanted units, numbered in mixed radix: the number of a sum is the sum of the numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct States {
    units: [[u8; MOST_LINES]; MOST_STATES],
    len: usize,
}

impl States {
    /// `None`: too many.
    pub fn of(wants: &[Want]) -> Option<States> {
        let sizes = wants.iter().map(|want| want.quantity as usize);
        let len = sizes
            .clone()
            .try_fold(1usize, |n, q| n.checked_mul(q.checked_add(1)?))?;
        if len > MOST_STATES || wants.len() > MOST_LINES {
            return None;
        }
        let mut units = [[0; MOST_LINES]; MOST_STATES];
        for (state, units) in units.iter_mut().enumerate().take(len) {
            let mut rest = state;
            for (l, size) in sizes.clone().enumerate() {
                units[l] = (rest % (size + 1)) as u8;
                rest /= size + 1;
            }
        }
        Some(States { units, len })
    }

    /// Number of states; the last one is everything, the first nothing.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Units by line.
    pub fn units(&self, state: usize) -> &[u8; MOST_LINES] {
        &self.units[state]
    }

    pub fn total(&self, state: usize) -> u64 {
        self.units[state].iter().map(|&u| u64::from(u)).sum()
    }

    /// Whether `a` is part of `b`.
    pub fn within(&self, a: usize, b: usize) -> bool {
        (0..MOST_LINES).all(|l| self.units[a][l] <= self.units[b][l])
    }

    fn content(&self, wants: &[Want], state: usize) -> Content {
        let units = self.units[state].iter().map(|&u| u32::from(u));
        wants
            .iter()
            .zip(units)
            .filter(|&(_, units)| units > 0)
            .map(|(want, units)| (want.line, units))
            .collect()
    }
}

/// What an order of few units may choose from.
pub(super) struct Menu<'a> {
    shipping: &'a Shipping<'a>,
    instance: &'a Instance<'a>,
    demand: Demand<'a>,
    states: States,
    /// Facilities with stock at the start.
    sites: Vec<FacilityIdx>,
    floor: LinearFloor,
    /// The whole order from every site; `None`: not there at the start, or nobody takes it.
    whole: Vec<Option<ShipmentCost>>,
    /// No other plan costs less than this.
    others: i64,
    /// Every content from every site, by site, then state; priced when first asked for.
    all: OnceLock<Vec<Option<ShipmentCost>>>,
}

impl<'a> Menu<'a> {
    /// Whether the order is small enough. Two lines of one item are not: they share its stock.
    pub fn fits(wants: &[Want]) -> bool {
        let distinct = |i: usize| wants[..i].iter().all(|want| want.item != wants[i].item);
        States::of(wants).is_some() && (0..wants.len()).all(distinct)
    }

    /// Packs the whole order once and prices it everywhere. The order must fit.
    pub fn new(
        shipping: &'a Shipping<'a>,
        instance: &'a Instance<'a>,
        demand: Demand<'a>,
        floor: LinearFloor,
    ) -> Menu<'a> {
        let mut menu = Menu {
            shipping,
            instance,
            demand,
            states: States::of(demand.wants).expect("the order fits"),
            sites: instance.stocking(&demand),
            floor,
            whole: Vec::new(),
            others: 0,
            all: OnceLock::new(),
        };
        menu.whole = menu.prices(menu.states.len() - 1);
        menu.others = menu.others();
        menu
    }

    /// A state from every site.
    fn prices(&self, state: usize) -> Vec<Option<ShipmentCost>> {
        let class = self.shipping.rate_class(self.demand.order);
        let mut packed = Packed::new(self.states.content(self.demand.wants, state));
        let sites = self.sites.iter().enumerate();
        sites
            .map(|(site, &facility)| {
                let open = at_start(self.instance, &self.demand, site, facility);
                if !holds(&self.states, &open, state) {
                    return None;
                }
                let priced = packed.price(self.shipping, &class, facility);
                priced.map(|(cost, _)| cost)
            })
            .collect()
    }

    fn all(&self) -> &[Option<ShipmentCost>] {
        self.all.get_or_init(|| {
            let states = self.states.len();
            let mut all = vec![None; self.sites.len() * states];
            for state in 1..states {
                let prices = if state == states - 1 {
                    self.whole.clone()
                } else {
                    self.prices(state)
                };
                for (site, price) in prices.into_iter().enumerate() {
                    all[site * states + state] = price;
                }
            }
            all
        })
    }

    /// At most what a plan costs that does not ship the whole order at once.
    fn others(&self) -> i64 {
        let rules = &self.instance.rules;
        let whole = self.states.len() - 1;
        let split = self.linear_floor(whole, 2);
        let split = split.map(|cost| cost.saturating_add(rules.split));
        let parts = (1..whole).filter(|_| !self.demand.complete);
        let parts = parts.filter_map(|state| {
            let penalty = self.demand.backordered(self.lacking(state));
            Some(self.linear_floor(state, 1)?.saturating_add(penalty))
        });
        parts.chain(split).min().unwrap_or(i64::MAX)
    }

    /// At most what shipping a state costs in `shipments` or more, whatever the other orders take.
    pub fn linear_floor(&self, state: usize, shipments: i64) -> Option<i64> {
        let units = self.states.units(state).iter().map(|&units| units.into());
        self.floor.cents(units, shipments)
    }

    /// Facilities with stock at the start.
    pub fn sites(&self) -> &[FacilityIdx] {
        &self.sites
    }

    /// The exact cost of every state from every site, by site, then state; `None`: not there at the start, or nobody takes it.
    pub fn all_prices(&self) -> impl Iterator<Item = Option<i64>> + '_ {
        self.all()
            .iter()
            .map(|cost| cost.as_ref().map(|c| c.total().0))
    }

    fn entry(&self, site: usize, state: usize) -> Option<ShipmentCost> {
        self.all()[site * self.states.len() + state]
    }

    fn price(&self, site: usize, state: usize) -> Option<i64> {
        self.entry(site, state).map(|cost| cost.total().0)
    }

    /// Whether some service takes a unit of the want from the facility. It must have had one at the start.
    pub fn servable(&self, facility: FacilityIdx, want: usize) -> bool {
        let site = self.sites.binary_search(&facility);
        site.is_ok_and(|site| self.entry(site, self.single(want)).is_some())
    }

    /// The state of one unit of a want.
    fn single(&self, want: usize) -> usize {
        let before = &self.demand.wants[..want];
        before.iter().map(|w| w.quantity as usize + 1).product()
    }

    /// Cost of a content from a facility, if it is known that it can be shipped.
    pub fn known(&self, facility: FacilityIdx, content: &[(LineIdx, u32)]) -> Option<ShipmentCost> {
        let site = self.sites.binary_search(&facility).ok()?;
        let wants = self.demand.wants.iter().enumerate();
        let units = wants.map(|(i, want)| {
            let found = content.iter().find(|c| c.0 == want.line);
            found.map_or(0, |c| c.1 as usize) * self.single(i)
        });
        let state: usize = units.sum();
        if state == self.states.len() - 1 {
            return self.whole[site];
        }
        self.all.get()?[site * self.states.len() + state]
    }

    /// The least-cost pattern on the supply.
    pub fn decide(&self, supply: &Supply) -> Pattern {
        if let Some((cost, site)) = self.alone(supply)
            && cost <= self.others
        {
            let content = self
                .states
                .content(self.demand.wants, self.states.len() - 1);
            return Pattern {
                parts: vec![Part {
                    facility: self.sites[site],
                    content,
                    cost: self.whole[site],
                }],
                refused: Vec::new(),
            };
        }
        let rules = &self.instance.rules;
        let sites = self.open_sites(supply, rules);
        let whole = self.states.len() - 1;
        let mut best = self.cheapest(&sites, whole, rules);
        if !self.demand.complete {
            let mut parts: Vec<usize> = (1..whole).collect();
            parts.sort_by_key(|&state| (self.lacking(state), state));
            for state in parts {
                let least = self.demand.backordered(self.lacking(state));
                if best.as_ref().is_some_and(|best| best.0 <= least) {
                    break;
                }
                let found = self.cheapest(&sites, state, rules);
                let found = found.map(|(cost, parts)| (cost.saturating_add(least), parts));
                best = match (best, found) {
                    (Some(best), Some(found)) if found.0 < best.0 => Some(found),
                    (best, found) => best.or(found),
                };
            }
        }
        self.pattern(best.map(|best| best.1).unwrap_or_default())
    }

    /// The cheapest site that can ship the whole order.
    fn alone(&self, supply: &Supply) -> Option<(i64, usize)> {
        let whole = self.states.len() - 1;
        let costs = self.whole.iter().enumerate().filter_map(|(site, cost)| {
            let cost = cost.as_ref()?.total().0;
            let open = self.on(supply, site);
            holds(&self.states, &open, whole).then_some((cost, site))
        });
        costs.min()
    }

    fn lacking(&self, state: usize) -> u64 {
        self.demand.units - self.states.total(state)
    }

    fn pattern(&self, chosen: Vec<(usize, usize)>) -> Pattern {
        let mut parts: Vec<Part> = chosen
            .into_iter()
            .map(|(site, state)| Part {
                facility: self.sites[site],
                content: self.states.content(self.demand.wants, state),
                cost: self.entry(site, state),
            })
            .collect();
        parts.sort_by_key(|part| part.facility);
        Pattern {
            parts,
            refused: Vec::new(),
        }
    }

    /// Sites that can ship something: where there are more than the candidates asked for, the cheapest that ship all, then those
    /// that leave least; and further ones until every unit that is there can be had.
    fn open_sites(&self, supply: &Supply, rules: &Rules) -> Vec<Open> {
        let mut open: Vec<(u64, i64, Open)> = Vec::new();
        for site in 0..self.sites.len() {
            let now = self.on(supply, site);
            let most = (1..self.states.len())
                .filter(|&state| holds(&self.states, &now, state))
                .filter_map(|state| Some((self.lacking(state), self.price(site, state)?)))
                .min();
            if let Some((lacking, price)) = most {
                open.push((lacking, price, now));
            }
        }
        let wanted: Vec<u64> = self
            .demand
            .wants
            .iter()
            .map(|w| w.quantity.into())
            .collect();
        candidates(open, &wanted, rules.candidates)
    }

    fn on(&self, supply: &Supply, site: usize) -> Open {
        let facility = self.sites[site];
        let free = self.demand.wants.iter().map(|want| {
            let units = supply.free(self.instance.batch, facility, want.item);
            units.min(want.quantity)
        });
        Open {
            site,
            free: free.collect(),
            room: supply.room(facility),
            toll: Vec::new(),
            opening: 0,
        }
    }

    /// Contents that the site may send when exactly `target` ships.
    fn offers(&self, open: &Open, target: usize) -> Vec<(usize, i64)> {
        (1..self.states.len())
            .filter(|&c| self.states.within(c, target) && holds(&self.states, open, c))
            .filter(|&c| !self.could_add(open, c, target))
            .filter_map(|c| Some((c, self.price(open.site, c)?)))
            .collect()
    }

    /// Whether the site could add a unit that `target` lacks to its content.
    fn could_add(&self, open: &Open, content: usize, target: usize) -> bool {
        let whole = self.states.units(self.states.len() - 1);
        let shipped = self.states.units(target);
        self.states.total(content) < open.room
            && (0..self.demand.wants.len()).any(|l| {
                shipped[l] < whole[l]
                    && u32::from(self.states.units(content)[l]) < open.free[l]
                    && self.price(open.site, content + self.single(l)).is_some()
            })
    }

    /// The least cost of shipping exactly `target`, splits included, and (site, content) of its parts.
    fn cheapest(
        &self,
        sites: &[Open],
        target: usize,
        rules: &Rules,
    ) -> Option<(i64, Vec<(usize, usize)>)> {
        let states = self.states.len();
        let most = rules.max_shipments.min(self.states.total(target) as usize);
        let mut best = vec![i64::MAX; (most + 1) * states];
        best[0] = 0;
        let mut from = vec![0u8; sites.len() * (most + 1) * states];
        for (open, from) in sites.iter().zip(from.chunks_exact_mut((most + 1) * states)) {
            let offers = self.offers(open, target);
            for k in (0..most).rev() {
                for x in 0..states {
                    let cost = best[k * states + x];
                    if cost == i64::MAX {
                        continue;
                    }
                    for &(c, price) in &offers {
                        let next = (k + 1) * states + x + c;
                        if !self.states.within(c, target - x) {
                            continue;
                        }
                        let cost = cost.saturating_add(price);
                        if cost < best[next] {
                            best[next] = cost;
                            from[next] = c as u8;
                        }
                    }
                }
            }
        }
        let (cost, k) = (1..=most)
            .filter(|&k| best[k * states + target] < i64::MAX)
            .map(|k| (best[k * states + target].saturating_add(rules.splits(k)), k))
            .min()?;
        Some((cost, trace(sites, &from, states, most, (k, target))))
    }
}

/// Follows the choices back from the last site.
fn trace(
    sites: &[Open],
    from: &[u8],
    states: usize,
    most: usize,
    end: (usize, usize),
) -> Vec<(usize, usize)> {
    let (mut k, mut x) = end;
    let mut parts = Vec::with_capacity(k);
    for (i, open) in sites.iter().enumerate().rev() {
        let content = usize::from(from[(i * (most + 1) + k) * states + x]);
        if content > 0 {
            parts.push((open.site, content));
            (k, x) = (k - 1, x - content);
        }
    }
    parts
}

/// Whether stock and capacity hold the content.
fn holds(states: &States, open: &Open, state: usize) -> bool {
    let units = states.units(state).iter().map(|&units| u32::from(units));
    states.total(state) <= open.room && units.zip(&open.free).all(|(units, &free)| units <= free)
}

/// What the site may ship before the first order, whatever its capacity.
fn at_start(instance: &Instance, demand: &Demand, site: usize, facility: FacilityIdx) -> Open {
    let inventory = &instance.batch.inventory;
    let free = demand.wants.iter().map(|want| {
        let cell = inventory.cell(want.item, facility);
        let cell = cell.filter(|_| instance.may_ship(demand.order, facility, want.item));
        cell.map_or(0, |cell| instance.free()[cell])
    });
    Open {
        site,
        free: free.collect(),
        room: u64::MAX,
        toll: Vec::new(),
        opening: 0,
    }
}
