//! The pattern of one order: who ships what of it on the remaining supply, and why the rest waits.
//!
//! What an order may choose from is prepared once, whatever the supply ([`Choices::prepare`]: this is where packing and rating
//! happens, in parallel); [`Choices::decide`] then chooses on what is left. Orders of few units get the least-cost pattern, exactly
//! ([`super::menu`]); larger ones the best pattern of a beam search over facilities ([`super::bulk`]).

use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, LineIdx};
use crate::model::plan::Backorder;
use crate::stages::shipping::{Bundle, RateClass, ShipmentCost, Shipping};

use super::bulk::Bulk;
use super::freight_floor::{FreightFloor, LinearFloor};
use super::instance::{Content, Demand, Instance, Supply, Want};
use super::menu::Menu;
use super::table::Table;

/// What one facility ships for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub facility: FacilityIdx,
    pub content: Content,
    /// `None`: chosen by estimate, to be priced.
    pub cost: Option<ShipmentCost>,
}

/// A way to serve an order: parts in order of facility; what they leave is backordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    pub parts: Vec<Part>,
    /// Facilities that no service would have served with what they were to ship.
    pub refused: Vec<FacilityIdx>,
}

impl Pattern {
    /// Facility and content of each part.
    pub fn contents(&self) -> impl Iterator<Item = (FacilityIdx, &[(LineIdx, u32)])> + Clone {
        self.parts
            .iter()
            .map(|part| (part.facility, part.content.as_slice()))
    }

    /// Units of the line that ship.
    pub fn shipped(&self, line: LineIdx) -> u32 {
        let all = self.parts.iter().flat_map(|part| &part.content);
        all.filter(|c| c.0 == line).map(|c| c.1).sum()
    }

    fn uses(&self, facility: FacilityIdx) -> bool {
        self.parts.iter().any(|part| part.facility == facility)
    }
}

/// A facility on the remaining supply, as one order sees it.
pub(super) struct Open {
    /// Position in the order's list of facilities.
    pub site: usize,
    /// Units that it may ship of each thing wanted.
    pub free: Vec<u32>,
    /// Its capacity.
    pub room: u64,
    /// Cents per unit on top of what shipping costs, by thing wanted; empty: none.
    pub toll: Vec<i64>,
    /// Cents on top for a shipment from here.
    pub opening: i64,
}

/// At most `most` facilities, by rank (units left over when it ships all it can, cost of that, position); and further ones by
/// rank until every wanted unit that is there can be had. In order of position.
pub(super) fn candidates(
    mut ranked: Vec<(u64, i64, Open)>,
    wanted: &[u64],
    most: usize,
) -> Vec<Open> {
    if ranked.len() > most {
        ranked.sort_by_key(|(left, cost, open)| (*left, *cost, open.site));
        let mut had = vec![0u64; wanted.len()];
        let mut kept = 0;
        ranked.retain(|(_, _, open)| {
            let adds = |i: usize| open.free[i] > 0 && had[i] < wanted[i];
            let keep = kept < most || (0..wanted.len()).any(adds);
            if keep {
                kept += 1;
                let pairs = had.iter_mut().zip(&open.free);
                pairs.for_each(|(had, &free)| *had += u64::from(free));
            }
            keep
        });
        ranked.sort_by_key(|(_, _, open)| open.site);
    }
    ranked.into_iter().map(|(_, _, open)| open).collect()
}

/// A content, packed once for all facilities that pack alike.
pub(super) struct Packed {
    content: Content,
    groups: Vec<(u32, Bundle)>,
}

impl Packed {
    pub fn new(content: Content) -> Packed {
        Packed {
            content,
            groups: Vec::new(),
        }
    }

    pub fn content(&self) -> &[(LineIdx, u32)] {
        &self.content
    }

    /// The exact cost of the content from one facility, and how it is packed there; `None`: nobody takes it.
    pub fn price(
        &mut self,
        shipping: &Shipping,
        class: &RateClass,
        facility: FacilityIdx,
    ) -> Option<(ShipmentCost, &Bundle)> {
        let group = shipping.pack_group(class, facility);
        let known = self.groups.iter().position(|g| g.0 == group);
        let at = match known {
            Some(at) => at,
            None => {
                let bundle = shipping.bundle(facility, &self.content).ok()?;
                self.groups.push((group, bundle));
                self.groups.len() - 1
            }
        };
        let bundle = &self.groups[at].1;
        let cost = shipping.cost_of(class, facility, bundle).ok()?;
        Some((cost, bundle))
    }
}

/// What an order may choose from.
pub(super) enum Choices<'a> {
    Small(Menu<'a>),
    Large(Bulk<'a>),
}

impl<'a> Choices<'a> {
    /// Packs and rates what does not depend on the supply.
    pub fn prepare(
        shipping: &'a Shipping<'a>,
        instance: &'a Instance<'a>,
        freight: &FreightFloor,
        demand: Demand<'a>,
    ) -> Choices<'a> {
        if Menu::fits(demand.wants) {
            let floor = LinearFloor::new(instance, freight, &demand);
            Choices::Small(Menu::new(shipping, instance, demand, floor))
        } else {
            Choices::Large(Bulk::new(shipping, instance, demand))
        }
    }

    /// The exact price of every part, unless there are too many.
    pub fn table(
        &self,
        shipping: &Shipping,
        instance: &Instance,
        demand: &Demand,
    ) -> Option<Table> {
        match self {
            Choices::Small(menu) => Some(Table::of_menu(instance, demand, menu)),
            Choices::Large(_) => Table::of_larger(shipping, instance, demand),
        }
    }

    /// The best pattern on the supply; facilities in `refused` are not asked.
    pub fn decide(&self, supply: &Supply, refused: &[FacilityIdx]) -> Pattern {
        match self {
            Choices::Small(menu) => menu.decide(supply),
            Choices::Large(bulk) => bulk.decide(supply, refused),
        }
    }

    /// Whether some service takes a unit of the want from the facility.
    fn servable(&self, facility: FacilityIdx, want: usize) -> bool {
        match self {
            Choices::Small(menu) => menu.servable(facility, want),
            Choices::Large(bulk) => bulk.servable(facility, want),
        }
    }

    /// The cost of a content from a facility: looked up where it is known, else packed and rated.
    pub fn cost(
        &self,
        shipping: &Shipping,
        demand: &Demand,
        facility: FacilityIdx,
        content: &[(LineIdx, u32)],
    ) -> Option<ShipmentCost> {
        let known = match self {
            Choices::Small(menu) => menu.known(facility, content),
            Choices::Large(bulk) => bulk.known(facility, content),
        };
        known.or_else(|| shipping.cost(demand.order, facility, content).ok())
    }

    /// What the pattern leaves, and why; `supply` is what is left after it.
    pub fn backorders(
        &self,
        instance: &Instance,
        demand: &Demand,
        supply: &Supply,
        pattern: &Pattern,
    ) -> Vec<Backorder> {
        let ask = Ask {
            choices: self,
            instance,
            supply,
            pattern,
        };
        if demand.complete && pattern.parts.is_empty() {
            return ask.whole(demand);
        }
        let rows = demand.wants.iter().enumerate().filter_map(|(i, want)| {
            let left = want.quantity - pattern.shipped(want.line);
            (left > 0).then(|| Backorder {
                line: want.line,
                quantity: left,
                code: ask.reason(i, want, 1),
            })
        });
        rows.collect()
    }
}

/// Units that rules bar, by rule.
#[derive(Default)]
struct Bars(Vec<(Code, u64)>);

impl Bars {
    fn add(&mut self, code: Code, units: u64) {
        match self.0.iter_mut().find(|bar| bar.0 == code) {
            Some(bar) => bar.1 += units,
            None => self.0.push((code, units)),
        }
    }

    /// The rule that bars most, the first of those.
    fn most(&self) -> Code {
        let most = self.0.iter().rev().max_by_key(|bar| bar.1);
        most.map_or(Code::Restricted, |bar| bar.0)
    }
}

/// Why units wait.
struct Ask<'a> {
    choices: &'a Choices<'a>,
    instance: &'a Instance<'a>,
    supply: &'a Supply,
    pattern: &'a Pattern,
}

impl Ask<'_> {
    /// The first obstacle to `need` units: stock, then rules on who may ship, then services, then capacity, then cost where the order
    /// ships anyway or nothing ships, then the number of shipments, then the cost of a further one.
    fn reason(&self, i: usize, want: &Want, need: u64) -> Code {
        let order = self.instance.batch.lines.order[want.line];
        let (mut free, mut allowed, mut servable, mut pickable, mut beside) = (0, 0, 0, 0, 0);
        let mut bars = Bars::default();
        for (facility, units) in self.supply.holders(self.instance.batch, want.item) {
            let units = u64::from(units);
            free += units;
            if let Some(code) = self.instance.barred(order, facility, want.item) {
                bars.add(code, units);
                continue;
            }
            allowed += units;
            let uses = self.pattern.uses(facility);
            let room = match uses {
                true => self.supply.capacity(facility),
                false => self.supply.room(facility),
            };
            if !self.pattern.refused.contains(&facility) && self.choices.servable(facility, i) {
                servable += units;
                pickable += units.min(room);
                if uses {
                    beside += units.min(room);
                }
            }
        }
        if free < need {
            let kept = self.instance.kept_back(want.item);
            if free + kept >= need {
                Code::SafetyStock
            } else {
                Code::NoStock
            }
        } else if allowed < need {
            bars.most()
        } else if servable < need {
            Code::NoService
        } else if pickable < need {
            Code::NoCapacity
        } else if self.pattern.parts.is_empty() || beside > 0 {
            Code::TooCostly
        } else if self.pattern.parts.len() >= self.instance.rules.max_shipments {
            Code::TooManyShipments
        } else {
            Code::SplitTooCostly
        }
    }

    /// An order that must ship complete and cannot: the true reason for what is lacking, `ShipTogether` for the rest.
    fn whole(&self, demand: &Demand) -> Vec<Backorder> {
        let wanted = |want: &Want| -> u64 {
            let alike = demand.wants.iter().filter(|w| w.item == want.item);
            alike.map(|w| u64::from(w.quantity)).sum()
        };
        let codes: Vec<Code> = demand
            .wants
            .iter()
            .enumerate()
            .map(|(i, want)| match self.reason(i, want, wanted(want)) {
                Code::TooManyShipments | Code::SplitTooCostly | Code::TooCostly => {
                    Code::ShipTogether
                }
                code => code,
            })
            .collect();
        let lacking = codes.iter().any(|&code| code != Code::ShipTogether);
        let together = if lacking {
            Code::ShipTogether
        } else {
            self.together(demand)
        };
        let rows = demand
            .wants
            .iter()
            .zip(codes)
            .map(|(want, code)| Backorder {
                line: want.line,
                quantity: want.quantity,
                code: if lacking { code } else { together },
            });
        rows.collect()
    }

    /// Every line could ship by itself; what keeps all of them from it.
    fn together(&self, demand: &Demand) -> Code {
        let room: u64 = self
            .instance
            .stocking(demand)
            .into_iter()
            .map(|facility| self.supply.room(facility))
            .fold(0, u64::saturating_add);
        let (batch, supply) = (self.instance.batch, self.supply);
        let alone = self.instance.stocking(demand).into_iter().any(|site| {
            let has = |want: &Want| supply.free(batch, site, want.item) >= want.quantity;
            supply.room(site) >= demand.units && demand.wants.iter().all(has)
        });
        if room < demand.units {
            Code::NoCapacity
        } else if alone {
            Code::TooCostly
        } else {
            Code::TooManyShipments
        }
    }
}
