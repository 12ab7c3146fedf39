//! Which facility may ship what for whom: hazardous goods, stores, and the rows of `restrictions`.
//!
//! A row of `restrictions` has conditions on the order (customer, channel, country) and on the item (category, sku). With
//! `only(f, P)` and `never(f, P)` for facility `f` and the set `P` of (order, item) pairs that a row matches,
//!
//! ```text
//! f may ship i for o   if   (f has no `only` row, or (o, i) in some P of an `only` row of f)   and   (o, i) in no P of its `never` rows
//! ```
//!
//! Orders that meet the same order conditions are one class, items likewise. Rows with conditions on one side alone (nearly all) are
//! bits over the facilities per class of that side; rows with conditions on both are looked up by pair of classes' conditions, where
//! both have any. So a question costs a few words, whatever the number of rows. O((orders + items) × 8 lookups + rows × facilities / 64).

use rustc_hash::FxHashMap;

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, Idx, ItemIdx, OrderIdx};
use crate::model::network::FacilityKind;
use crate::model::restrictions::RestrictionKind;

/// Facilities, one bit each: what rows of a kind say.
#[derive(Clone, Debug, Default)]
struct Bits {
    only: Vec<u64>,
    never: Vec<u64>,
}

impl Bits {
    fn none(words: usize) -> Bits {
        Bits {
            only: vec![0; words],
            never: vec![0; words],
        }
    }

    fn set(&mut self, kind: RestrictionKind, facility: FacilityIdx) {
        let bits = match kind {
            RestrictionKind::Only => &mut self.only,
            RestrictionKind::Never => &mut self.never,
        };
        bits[facility.index() / 64] |= 1 << (facility.index() % 64);
    }

    fn add(&mut self, other: &Bits) {
        let add = |mine: &mut Vec<u64>, theirs: &[u64]| {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a |= b);
        };
        add(&mut self.only, &other.only);
        add(&mut self.never, &other.never);
    }
}

/// Conditions of one side; `None`: any.
type Part<const N: usize> = [Option<u32>; N];

/// One side of the rows, orders or items.
#[derive(Debug)]
struct Side<const N: usize> {
    numbers: FxHashMap<Part<N>, u32>,
    /// Which conditions are given, in all parts.
    masks: Vec<[bool; N]>,
    /// By part: rows without conditions on the other side.
    alone: Vec<Bits>,
    /// By part: whether it is in a row with conditions on the other side.
    both: Vec<bool>,
    class_of: Vec<u32>,
    classes: Vec<Class>,
}

/// Orders or items that meet the same conditions.
#[derive(Debug)]
struct Class {
    bits: Bits,
    /// Parts of rows with conditions on the other side.
    parts: Vec<u32>,
}

impl<const N: usize> Side<N> {
    fn new() -> Side<N> {
        Side {
            numbers: FxHashMap::default(),
            masks: Vec::new(),
            alone: Vec::new(),
            both: Vec::new(),
            class_of: Vec::new(),
            classes: Vec::new(),
        }
    }

    fn number(&mut self, part: Part<N>, words: usize) -> usize {
        let mask = part.map(|condition| condition.is_some());
        if !self.masks.contains(&mask) {
            self.masks.push(mask);
        }
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(part).or_insert(next);
        if number == next {
            self.alone.push(Bits::none(words));
            self.both.push(false);
        }
        number as usize
    }

    /// Sorts everyone into classes, given what each has of what conditions ask for.
    fn classify(&mut self, fields: impl Iterator<Item = Part<N>>, words: usize) {
        let mut known: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        for fields in fields {
            let under = |mask: &[bool; N]| -> Part<N> {
                std::array::from_fn(|i| fields[i].filter(|_| mask[i]))
            };
            let mut parts: Vec<u32> = self
                .masks
                .iter()
                .filter_map(|mask| self.numbers.get(&under(mask)).copied())
                .collect();
            parts.sort_unstable();
            parts.dedup();
            let class = *known.entry(parts).or_insert_with_key(|parts| {
                let mut bits = Bits::none(words);
                parts
                    .iter()
                    .for_each(|&p| bits.add(&self.alone[p as usize]));
                let both = parts.iter().copied().filter(|&p| self.both[p as usize]);
                let parts = both.collect();
                self.classes.push(Class { bits, parts });
                self.classes.len() as u32 - 1
            });
            self.class_of.push(class);
        }
    }
}

/// The rules on who ships what.
#[derive(Debug)]
pub(super) struct Permits<'a> {
    batch: &'a Batch,
    stores_ship: bool,
    restricted: Option<Box<Restricted>>,
}

#[derive(Debug)]
struct Restricted {
    /// Facilities without `only` rows.
    open: Vec<u64>,
    orders: Side<3>,
    items: Side<2>,
    /// Rows with conditions on both sides, by their parts.
    both: FxHashMap<(u32, u32), Bits>,
}

impl<'a> Permits<'a> {
    pub fn new(batch: &'a Batch, stores_ship: bool) -> Permits<'a> {
        let restricted = (!batch.restrictions.is_empty()).then(|| Box::new(Restricted::new(batch)));
        Permits {
            batch,
            stores_ship,
            restricted,
        }
    }

    pub fn allows(&self, order: OrderIdx, facility: FacilityIdx, item: ItemIdx) -> bool {
        self.barred(order, facility, item).is_none()
    }

    /// The rule that keeps the facility from shipping the item for the order.
    pub fn barred(&self, order: OrderIdx, facility: FacilityIdx, item: ItemIdx) -> Option<Code> {
        let site = &self.batch.facilities[facility];
        let restricted = self.restricted.as_ref();
        if !site.hazmat && self.batch.items.hazmat[item] {
            Some(Code::NoHazmatFacility)
        } else if !self.stores_ship && site.kind == FacilityKind::Store {
            Some(Code::StoreMayNotShip)
        } else if restricted.is_some_and(|rows| !rows.allow(order, facility, item)) {
            Some(Code::Restricted)
        } else {
            None
        }
    }
}

impl Restricted {
    fn new(batch: &Batch) -> Restricted {
        let words = batch.facilities.len().div_ceil(64);
        let mut only = Bits::none(words);
        let (mut orders, mut items) = (Side::<3>::new(), Side::<2>::new());
        let mut both: FxHashMap<(u32, u32), Bits> = FxHashMap::default();
        for row in &batch.restrictions {
            if row.kind == RestrictionKind::Only {
                only.set(row.kind, row.facility);
            }
            let number = |sym: Option<crate::model::ids::Sym>| sym.map(|sym| sym.0);
            let of_order = [
                row.customer.map(|customer| customer.0),
                number(row.channel),
                number(row.country),
            ];
            let of_item = [number(row.category), row.item.map(|item| item.0)];
            if of_item == [None; 2] {
                let part = orders.number(of_order, words);
                orders.alone[part].set(row.kind, row.facility);
            } else if of_order == [None; 3] {
                let part = items.number(of_item, words);
                items.alone[part].set(row.kind, row.facility);
            } else {
                let pair = (orders.number(of_order, words), items.number(of_item, words));
                (orders.both[pair.0], items.both[pair.1]) = (true, true);
                let bits = both.entry((pair.0 as u32, pair.1 as u32));
                let bits = bits.or_insert_with(|| Bits::none(words));
                bits.set(row.kind, row.facility);
            }
        }
        let all = &batch.orders;
        let fields = all.indices().map(|order| {
            [
                all.customer[order].map(|customer| customer.0),
                all.channel[order].map(|channel| channel.0),
                Some(batch.destinations.country[all.dest[order]].0),
            ]
        });
        orders.classify(fields, words);
        let fields = (0..batch.items.len()).map(|item| {
            let category = batch.items.category[ItemIdx::from_usize(item)];
            [category.map(|category| category.0), Some(item as u32)]
        });
        items.classify(fields, words);
        Restricted {
            open: only.only.iter().map(|bits| !bits).collect(),
            orders,
            items,
            both,
        }
    }

    fn allow(&self, order: OrderIdx, facility: FacilityIdx, item: ItemIdx) -> bool {
        let of_order = &self.orders.classes[self.orders.class_of[order.index()] as usize];
        let of_item = &self.items.classes[self.items.class_of[item.index()] as usize];
        let (word, bit) = (facility.index() / 64, 1u64 << (facility.index() % 64));
        let mut only = self.open[word] | of_order.bits.only[word] | of_item.bits.only[word];
        let mut never = of_order.bits.never[word] | of_item.bits.never[word];
        if !of_item.parts.is_empty() {
            for &p in &of_order.parts {
                for &q in &of_item.parts {
                    if let Some(bits) = self.both.get(&(p, q)) {
                        only |= bits.only[word];
                        never |= bits.never[word];
                    }
                }
            }
        }
        only & !never & bit != 0
    }
}
