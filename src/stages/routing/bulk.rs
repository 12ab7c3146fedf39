//! Orders of many units: what each facility could ship, and the choice of a pattern.
//!
//! Packing is what takes time, so it is rationed. Up to [`EXACT_UNITS`] units, the whole order is packed once per group of facilities
//! with the same cartons (thrice where services refuse some of it, see [`Bulk::site`]). If facilities can ship it alone, the
//! cheapest of them does. Otherwise patterns come from a beam search ([`super::beam`]) by estimated cost; the best [`finalists`]
//! are packed and priced, each content once, and the cheapest is taken.
//!
//! Of larger orders only a sample of [`SAMPLE`] units is packed, to scale the estimates; the best pattern by estimate is taken, and
//! packed and priced after it is.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::Batch;
use crate::model::ids::{FacilityIdx, Idx, ItemIdx, LineIdx, ServiceIdx};
use crate::solve::assign::MILLI;
use crate::stages::shipping::{RateClass, ShipmentCost, Shipping};

use super::beam::Node;
use super::instance::{Content, Demand, Instance, Supply};
use super::order::{Open, Packed, Part, Pattern, candidates};

/// Above this, packing patterns only to compare them costs too much.
const EXACT_UNITS: u64 = 200;

/// Units of a larger order that are packed to learn how it fills cartons.
const SAMPLE: u64 = 128;

/// Patterns priced exactly before one is chosen.
pub(super) fn finalists(units: u64) -> usize {
    match units {
        0..=60 => 4,
        61..=EXACT_UNITS => 2,
        _ => 1,
    }
}

/// All lines of one item.
pub(super) struct Article {
    pub item: ItemIdx,
    pub units: u64,
    /// Positions in the order's wants.
    pub wants: Vec<usize>,
    /// Grams and mm³ of a unit.
    pub weight: i128,
    pub volume: i128,
}

/// A facility that stocks some of the order.
pub(super) struct Site {
    pub facility: FacilityIdx,
    /// By article: the facility may not ship it, or no service takes it there.
    pub blocked: Vec<bool>,
    /// All that is not blocked, or a sample of it, shipped together. `None`: nothing can be.
    pub base: Option<Base>,
}

/// What the estimate scales.
#[derive(Clone, Copy)]
pub(super) struct Base {
    pub cost: ShipmentCost,
    /// Halves of parcels: the last one of a sample counts half, as more would go in.
    pub halves: i128,
    /// Of all parcels, grams and mm³.
    pub gross_weight: i64,
    pub gross_volume: i64,
    /// Net grams and mm³.
    pub weight: i128,
    pub volume: i128,
    /// Nothing is blocked or left out: the price of the whole order.
    pub whole: bool,
}

/// What was packed, by what of the order is blocked.
type Packs = Vec<(Vec<bool>, Packed)>;

/// What the optimizer charges for stock and capacity.
pub(super) struct Tolls<'a> {
    batch: &'a Batch,
    /// Thousandths of a cent, by inventory cell, then by facility: its units, its shipments.
    tolls: &'a [i64],
}

impl<'a> Tolls<'a> {
    pub fn of(batch: &'a Batch, tolls: &'a [i64]) -> Tolls<'a> {
        Tolls { batch, tolls }
    }

    /// Cents per unit.
    fn unit(&self, facility: FacilityIdx, item: ItemIdx) -> i64 {
        let inventory = &self.batch.inventory;
        let stock = inventory
            .cell(item, facility)
            .map_or(0, |cell| self.tolls[cell]);
        (stock + self.tolls[inventory.by_item.len() + facility.index()]) / MILLI
    }

    /// Cents per shipment.
    fn shipment(&self, facility: FacilityIdx) -> i64 {
        let first = self.batch.inventory.by_item.len() + self.batch.facilities.len();
        self.tolls[first + facility.index()] / MILLI
    }
}

/// What an order of many units may choose from.
pub(super) struct Bulk<'a> {
    pub(super) shipping: &'a Shipping<'a>,
    pub(super) instance: &'a Instance<'a>,
    pub(super) demand: Demand<'a>,
    pub(super) class: RateClass,
    pub(super) articles: Vec<Article>,
    /// Article of each want.
    pub(super) article_of: Vec<usize>,
    pub(super) sites: Vec<Site>,
}

impl<'a> Bulk<'a> {
    /// Packs the whole order and prices it from every facility that stocks some of it.
    pub fn new(
        shipping: &'a Shipping<'a>,
        instance: &'a Instance<'a>,
        demand: Demand<'a>,
    ) -> Bulk<'a> {
        let (articles, article_of) = articles(instance, &demand);
        let mut bulk = Bulk {
            shipping,
            instance,
            demand,
            class: shipping.rate_class(demand.order),
            articles,
            article_of,
            sites: Vec::new(),
        };
        let mut packs = Packs::new();
        bulk.sites = instance
            .stocking(&demand)
            .into_iter()
            .map(|facility| bulk.site(&mut packs, facility))
            .collect();
        bulk
    }

    /// What a facility could ship: all that it may ship; if no service takes that, all that services take singly; if none takes
    /// that together, all that the service with the most units takes. Of a sample one would not see what is refused, so items of
    /// large orders are asked for singly first.
    fn site(&self, packs: &mut Packs, facility: FacilityIdx) -> Site {
        let order = self.demand.order;
        let single = |a: &Article| [(self.demand.wants[a.wants[0]].line, 1)];
        let refused = |a: &Article| self.shipping.cost(order, facility, &single(a)).is_err();
        let may_not = |a: &Article| !self.instance.may_ship(order, facility, a.item);
        let sampled = self.demand.units > EXACT_UNITS;
        let fails = |a: &Article| may_not(a) || refused(a);
        let articles = self.articles.iter();
        let mut blocked: Vec<bool> = articles
            .clone()
            .map(|a| if sampled { fails(a) } else { may_not(a) })
            .collect();
        let mut base = self.base(packs, facility, &blocked);
        if base.is_none() && !sampled {
            blocked = articles.map(fails).collect();
            base = self.base(packs, facility, &blocked);
        }
        if base.is_none() && blocked.contains(&false) {
            blocked = self.outside_best_service(facility, &blocked);
            base = self.base(packs, facility, &blocked);
        }
        Site {
            facility,
            blocked,
            base,
        }
    }

    fn base(&self, packs: &mut Packs, facility: FacilityIdx, blocked: &[bool]) -> Option<Base> {
        let at = match packs.iter().position(|(b, _)| b == blocked) {
            Some(at) => at,
            None => {
                let wants = self.demand.wants.iter().zip(&self.article_of);
                let content = wants
                    .filter(|&(_, &article)| !blocked[article])
                    .map(|(want, _)| (want.line, want.quantity));
                packs.push((blocked.to_vec(), Packed::new(sample(content.collect()))));
                packs.len() - 1
            }
        };
        let packed = &mut packs[at].1;
        let (mut weight, mut volume, mut units) = (0, 0, 0);
        for &(line, n) in packed.content() {
            let items = &self.instance.batch.items;
            let item = self.instance.batch.lines.item[line];
            weight += i128::from(items.weight[item].0) * i128::from(n);
            volume += cubic_millimetres(items.size[item]) * i128::from(n);
            units += u64::from(n);
        }
        if units == 0 {
            return None;
        }
        let sampled = self.demand.units > EXACT_UNITS;
        let (cost, bundle) = packed.price(self.shipping, &self.class, facility)?;
        let parcels = bundle.parcels.iter();
        Some(Base {
            cost,
            halves: 2 * parcels.len() as i128 - i128::from(sampled),
            gross_weight: parcels.clone().map(|p| p.weight).sum(),
            gross_volume: parcels.map(|p| p.volume).sum(),
            weight,
            volume,
            whole: units == self.demand.units,
        })
    }

    /// Blocks what the service that takes most units singly does not take.
    fn outside_best_service(&self, facility: FacilityIdx, blocked: &[bool]) -> Vec<bool> {
        let services = |article: &Article| -> Vec<ServiceIdx> {
            let single = [(self.demand.wants[article.wants[0]].line, 1)];
            let Ok(packed) = self.shipping.pack(facility, &single) else {
                return Vec::new();
            };
            let parcels: Vec<_> = packed.into_iter().map(|p| p.parcel).collect();
            let options = self.shipping.options(&self.class, facility, &parcels);
            options.into_iter().map(|o| o.service).collect()
        };
        let open = self.articles.iter().zip(blocked);
        let taken: Vec<Vec<ServiceIdx>> = open
            .map(|(article, &b)| if b { Vec::new() } else { services(article) })
            .collect();
        let mut units: BTreeMap<ServiceIdx, u64> = BTreeMap::new();
        for (article, services) in self.articles.iter().zip(&taken) {
            for &service in services {
                *units.entry(service).or_default() += article.units;
            }
        }
        let best = units.iter().rev().max_by_key(|(_, units)| **units);
        let best = best.map(|(&service, _)| service);
        let takes = |services: &Vec<ServiceIdx>| best.is_some_and(|s| services.contains(&s));
        taken.iter().map(|services| !takes(services)).collect()
    }

    fn site_of(&self, facility: FacilityIdx) -> Option<&Site> {
        let found = self.sites.binary_search_by_key(&facility, |s| s.facility);
        found.ok().map(|site| &self.sites[site])
    }

    /// Whether some service takes the want from the facility.
    pub fn servable(&self, facility: FacilityIdx, want: usize) -> bool {
        let site = self.site_of(facility);
        site.is_some_and(|s| s.base.is_some() && !s.blocked[self.article_of[want]])
    }

    /// The cost of the whole order from a facility, if that is what the content is.
    pub fn known(&self, facility: FacilityIdx, content: &[(LineIdx, u32)]) -> Option<ShipmentCost> {
        let base = self.site_of(facility)?.base.filter(|base| base.whole)?;
        let wants = self.demand.wants.iter();
        let whole = wants.map(|want| (want.line, want.quantity));
        whole.eq(content.iter().copied()).then_some(base.cost)
    }

    /// What everything costs from a facility, where that is known exactly: cents.
    pub fn whole_price(&self, facility: FacilityIdx) -> Option<i64> {
        let base = self.site_of(facility)?.base.filter(|base| base.whole)?;
        Some(base.cost.total().0)
    }

    /// Everything from one facility, wherever there is enough at the start, with its cost.
    pub fn alone_everywhere(&self, supply: &Supply) -> Vec<(Pattern, i64)> {
        let open = self.open_sites(supply, &[], None);
        let whole = open.iter().filter_map(|open| self.all_from(open));
        whole
            .map(|part| {
                let cost = part.cost.map_or(0, |cost| cost.total().0);
                let pattern = Pattern {
                    parts: vec![part],
                    refused: Vec::new(),
                };
                (pattern, cost)
            })
            .collect()
    }

    /// Good patterns on the supply, where units may cost tolls as well, with what they cost without them.
    pub fn at_tolls(&self, supply: &Supply, tolls: Option<&Tolls>) -> Vec<(Pattern, i64)> {
        let rules = &self.instance.rules;
        let open = self.open_sites(supply, &[], tolls);
        let mut best = self.search(&open);
        if self.demand.complete {
            best.retain(|node| node.units_left == 0);
        }
        best.truncate(finalists(self.demand.units));
        let priced = best.iter().filter_map(|node| {
            let mut parts = self.parts(&open, node);
            let mut cost = rules
                .splits(parts.len())
                .saturating_add(self.demand.backordered(node.units_left));
            for part in &mut parts {
                let order = self.demand.order;
                let own = self
                    .shipping
                    .cost(order, part.facility, &part.content)
                    .ok()?;
                cost = cost.saturating_add(own.total().0);
                part.cost = Some(own);
            }
            let refused = Vec::new();
            Some((Pattern { parts, refused }, cost))
        });
        priced.collect()
    }

    /// A good pattern on the supply, without the facilities in `refused`.
    pub fn decide(&self, supply: &Supply, refused: &[FacilityIdx]) -> Pattern {
        let mut refused = refused.to_vec();
        loop {
            let open = self.open_sites(supply, &refused, None);
            if let Some(parts) = self.alone(&open) {
                return Pattern { parts, refused };
            }
            let mut best = self.search(&open);
            if self.demand.complete {
                best.retain(|node| node.units_left == 0);
            }
            best.truncate(finalists(self.demand.units));
            if best.is_empty() {
                return Pattern {
                    parts: Vec::new(),
                    refused,
                };
            }
            if self.demand.units > EXACT_UNITS {
                let parts = self.parts(&open, &best[0]);
                return Pattern { parts, refused };
            }
            match self.cheapest(&open, &best) {
                Ok(parts) => return Pattern { parts, refused },
                Err(facility) => refused.push(facility),
            }
        }
    }

    /// The cheapest facility that ships the whole order alone.
    fn alone(&self, open: &[Open]) -> Option<Vec<Part>> {
        let whole = open.iter().filter_map(|open| self.all_from(open));
        let cheapest =
            whole.min_by_key(|part| (part.cost.map(ShipmentCost::total), part.facility))?;
        Some(vec![cheapest])
    }

    /// The whole order from the facility, if it has it and a service takes it.
    fn all_from(&self, open: &Open) -> Option<Part> {
        let mut pairs = self.articles.iter().zip(&open.free);
        let enough =
            pairs.all(|(b, &free)| u64::from(free) >= b.units) && open.room >= self.demand.units;
        let site = &self.sites[open.site];
        let base = site.base.filter(|base| base.whole && enough)?;
        let wants = self.demand.wants.iter();
        Some(Part {
            facility: site.facility,
            content: wants.map(|want| (want.line, want.quantity)).collect(),
            cost: Some(base.cost),
        })
    }

    fn open_sites(
        &self,
        supply: &Supply,
        refused: &[FacilityIdx],
        tolls: Option<&Tolls>,
    ) -> Vec<Open> {
        let root = self.root();
        let ranked = self.sites.iter().enumerate().filter_map(|(at, site)| {
            if site.base.is_none() || refused.contains(&site.facility) {
                return None;
            }
            let articles = self.articles.iter().zip(&site.blocked);
            let free = articles.map(|(article, &blocked)| {
                if blocked {
                    return 0;
                }
                let free = supply.free(self.instance.batch, site.facility, article.item);
                free.min(u32::try_from(article.units).unwrap_or(u32::MAX))
            });
            let open = Open {
                site: at,
                free: free.collect(),
                room: supply.room(site.facility),
                opening: tolls.map_or(0, |tolls| tolls.shipment(site.facility)),
                toll: tolls.map_or_else(Vec::new, |tolls| {
                    let articles = self.articles.iter();
                    articles
                        .map(|a| tolls.unit(site.facility, a.item))
                        .collect()
                }),
            };
            let node = self.extend(&root, 0, &open)?;
            Some((node.units_left, node.cost, open))
        });
        let wanted: Vec<u64> = self.articles.iter().map(|a| a.units).collect();
        candidates(ranked.collect(), &wanted, self.instance.rules.candidates)
    }

    /// The cheapest pattern by exact prices. `Err`: none can be priced; the facility that refuses in the first.
    fn cheapest(&self, open: &[Open], nodes: &[Node]) -> Result<Vec<Part>, FacilityIdx> {
        let rules = &self.instance.rules;
        let mut packs: Vec<Packed> = Vec::new();
        let mut refusing = None;
        let mut best: Option<(i64, Vec<Part>)> = None;
        for node in nodes {
            let mut parts = self.parts(open, node);
            let mut total = rules
                .splits(parts.len())
                .saturating_add(self.demand.backordered(node.units_left));
            let mut priced = true;
            for part in &mut parts {
                let known = packs.iter().position(|p| p.content() == part.content);
                let at = known.unwrap_or_else(|| {
                    packs.push(Packed::new(part.content.clone()));
                    packs.len() - 1
                });
                match packs[at].price(self.shipping, &self.class, part.facility) {
                    Some((cost, _)) => {
                        total = total.saturating_add(cost.total().0);
                        part.cost = Some(cost);
                    }
                    None => {
                        refusing = refusing.or(Some(part.facility));
                        priced = false;
                        break;
                    }
                }
            }
            if priced && best.as_ref().is_none_or(|best| total < best.0) {
                best = Some((total, parts));
            }
        }
        match (best, refusing) {
            (Some((_, parts)), _) => Ok(parts),
            (None, Some(facility)) => Err(facility),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Units by line instead of by item, in order of facility.
    fn parts(&self, open: &[Open], node: &Node) -> Vec<Part> {
        let wants = self.demand.wants;
        let mut left: Vec<u32> = wants.iter().map(|want| want.quantity).collect();
        let parts = node.parts.iter().map(|(at, takes)| {
            let mut content: Content = Vec::new();
            for (article, &units) in self.articles.iter().zip(takes) {
                let mut units = units;
                for &want in &article.wants {
                    let given = units.min(left[want]);
                    if given > 0 {
                        content.push((wants[want].line, given));
                        left[want] -= given;
                        units -= given;
                    }
                }
            }
            content.sort_unstable();
            Part {
                facility: self.sites[open[*at].site].facility,
                content,
                cost: None,
            }
        });
        parts.collect()
    }
}

pub(super) fn cubic_millimetres(size: [i32; 3]) -> i128 {
    size.iter().map(|&side| i128::from(side)).product()
}

/// The content itself, or every so-manieth unit of it where it is too large to be packed for an estimate.
fn sample(content: Content) -> Content {
    let all: u64 = content.iter().map(|c| u64::from(c.1)).sum();
    if all <= EXACT_UNITS {
        return content;
    }
    let step = all.div_ceil(SAMPLE);
    let chosen = |before: u64| (before + step / 2) / step;
    let mut before = 0;
    let units = content.into_iter().map(|(line, units)| {
        let after = before + u64::from(units);
        let count = chosen(after) - chosen(before);
        before = after;
        (line, count as u32)
    });
    units.filter(|c| c.1 > 0).collect()
}

/// Wants by item, in order of their first line; and the article of each want.
fn articles(instance: &Instance, demand: &Demand) -> (Vec<Article>, Vec<usize>) {
    let items = &instance.batch.items;
    let mut known: FxHashMap<ItemIdx, usize> = FxHashMap::default();
    let mut articles: Vec<Article> = Vec::new();
    let mut article_of = Vec::with_capacity(demand.wants.len());
    for (i, want) in demand.wants.iter().enumerate() {
        let at = *known.entry(want.item).or_insert_with(|| {
            let size = items.size[want.item];
            articles.push(Article {
                item: want.item,
                units: 0,
                wants: Vec::new(),
                weight: i128::from(items.weight[want.item].0),
                volume: cubic_millimetres(size),
            });
            articles.len() - 1
        });
        articles[at].units += u64::from(want.quantity);
        articles[at].wants.push(i);
        article_of.push(at);
    }
    (articles, article_of)
}
