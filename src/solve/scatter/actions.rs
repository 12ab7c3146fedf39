//! What a picker can do in one aisle of one block, and which demand each of it serves.
//!
//! With candidate slots at the distances `y_1 < .. < y_m` from the front of a stretch of length `L`:
//!
//! | class | walks | length | serves the slots |
//! |---|---|---|---|
//! | None | nothing | 0 | none |
//! | Once, Twice | through; there and back | `L`, `2 L` | all |
//! | Front | from the front to `y_f` and back | `2 y_f` | `1 ..= f` |
//! | Back | from the back to `y_b` and back | `2 (L - y_b)` | `b ..= m` |
//! | Both | both of these, `f < b` | the sum | both |
//!
//! No shortest tour does anything else (Ratliff and Rosenthal 1983, doi 10.1287/opre.31.3.507; for scattered storage Hessler and Irnich 2024).
//! What a slot adds is capped by the demand that the rest of the action leaves: an action that reaches further and adds nothing is left out,
//! as the shorter one does the same for less.
//!
//! Actions of a stretch form a tree: each adds the slots of one bay to its parent. So the worth of all actions at given prices is one
//! addition each. O(m^2) actions per stretch.

use std::ops::Range;

use super::Instance;
use crate::solve::tour::{Bay, Layout};

/// How a stretch is walked; decides what becomes of the state of the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    None,
    Once,
    Twice,
    Front,
    Back,
    Both,
}

/// All classes, by number.
pub(super) const CLASSES: [Class; 6] = [
    Class::None,
    Class::Once,
    Class::Twice,
    Class::Front,
    Class::Back,
    Class::Both,
];

/// One way to walk a stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    pub class: Class,
    /// Length, mm.
    pub length: i64,
    /// Serves what this one serves; itself for the first of a stretch.
    parent: u32,
    begin: u32,
    end: u32,
    /// Bays up to this distance from the front of the stretch are passed, mm.
    front: i64,
    /// And bays from this distance on.
    back: i64,
}

impl Action {
    /// Whether the walk passes a bay at distance `y` from the front of the stretch, mm.
    pub fn passes(&self, y: i64) -> bool {
        y <= self.front || y >= self.back
    }
}

/// An amount of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub item: u32,
    pub amount: u32,
}

/// The actions of all stretches, stretch by stretch: aisle by aisle, and within it block by block.
#[derive(Debug, Default)]
pub(super) struct Actions {
    actions: Vec<Action>,
    grants: Vec<Grant>,
    /// First action of each stretch, and the end.
    first: Vec<u32>,
}

impl Actions {
    /// Of the stretches between two aisles.
    pub fn of(instance: &Instance, aisles: Range<u32>) -> Actions {
        let mut bays = stocked_bays(instance);
        bays.sort_unstable_by_key(|(bay, grant)| (bay.aisle, bay.block, bay.bay, grant.item));
        let mut builder = Builder {
            actions: Actions::default(),
            demands: &instance.demands,
            served: vec![0; instance.demands.len()],
        };
        let mut rest = bays.as_slice();
        for aisle in aisles {
            for block in 0..instance.layout.blocks {
                let here = |(bay, _): &(Bay, Grant)| (bay.aisle, bay.block) == (aisle, block);
                let (own, others) = rest.split_at(rest.iter().take_while(|b| here(b)).count());
                rest = others;
                builder.stretch(&instance.layout, own);
            }
        }
        let mut actions = builder.actions;
        actions.first.push(actions.actions.len() as u32);
        actions
    }

    /// Number of actions.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Number of stretches.
    pub fn stretches(&self) -> usize {
        self.first.len() - 1
    }

    /// The stretch of an action.
    pub fn stretch_of(&self, index: usize) -> usize {
        self.first.partition_point(|&first| first as usize <= index) - 1
    }

    /// The actions of a stretch, as indices.
    pub fn in_stretch(&self, stretch: usize) -> Range<usize> {
        self.first[stretch] as usize..self.first[stretch + 1] as usize
    }

    /// An action.
    pub fn action(&self, index: usize) -> &Action {
        &self.actions[index]
    }

    /// `values[a] = length * unit - sum of prices of what the action serves`, for the actions of a stretch and all after it.
    pub fn price(&self, from_stretch: usize, unit: i64, prices: &[i64], values: &mut Vec<i64>) {
        let first = self.first[from_stretch] as usize;
        values.resize(self.len(), 0);
        for index in first..self.len() {
            let action = &self.actions[index];
            let parent = action.parent as usize;
            let mut worth = if parent == index { 0 } else { values[parent] };
            for grant in &self.grants[action.begin as usize..action.end as usize] {
                worth -= prices[grant.item as usize] * i64::from(grant.amount);
            }
            values[index] = worth;
        }
        for (value, action) in values[first..].iter_mut().zip(&self.actions[first..]) {
            *value += action.length * unit;
        }
    }

    /// What an action serves, each item once, in the order of items.
    pub fn cover(&self, index: usize) -> Vec<Grant> {
        let mut cover: Vec<Grant> = Vec::new();
        let mut at = index;
        loop {
            let action = &self.actions[at];
            cover.extend(&self.grants[action.begin as usize..action.end as usize]);
            if action.parent as usize == at {
                break;
            }
            at = action.parent as usize;
        }
        cover.sort_unstable_by_key(|grant| grant.item);
        cover.dedup_by(|next, kept| {
            let same = next.item == kept.item;
            if same {
                kept.amount += next.amount;
            }
            same
        });
        cover
    }

    /// Only these actions. The first of each stretch, which does nothing, must be among the kept or stands as a way to nowhere: it stays.
    pub fn keep(&self, alive: &[bool]) -> Actions {
        let mut kept = Actions::default();
        for stretch in 0..self.stretches() {
            let root = kept.len() as u32;
            kept.first.push(root);
            let range = self.in_stretch(stretch);
            for index in range.clone().filter(|&i| i == range.start || alive[i]) {
                let begin = kept.grants.len() as u32;
                kept.grants.extend(self.cover(index));
                kept.actions.push(Action {
                    parent: root,
                    begin,
                    end: kept.grants.len() as u32,
                    ..self.actions[index]
                });
            }
        }
        kept.first.push(kept.len() as u32);
        kept
    }
}

/// The slots that some demand can use, with their stock capped by it.
fn stocked_bays(instance: &Instance) -> Vec<(Bay, Grant)> {
    let usable = |slot: &super::Slot| {
        let amount = slot.stock.min(instance.demands[slot.item as usize]);
        let item = slot.item;
        (amount > 0).then_some((slot.bay, Grant { item, amount }))
    };
    instance.slots.iter().filter_map(usable).collect()
}

struct Builder<'a> {
    actions: Actions,
    demands: &'a [u32],
    /// Amount per item of the action under construction.
    served: Vec<u32>,
}

impl Builder<'_> {
    /// All actions of a stretch with these slots, sorted from its front.
    fn stretch(&mut self, layout: &Layout, slots: &[(Bay, Grant)]) {
        let whole = layout.pitch_mm();
        let root = self.actions.len() as u32;
        self.actions.first.push(root);
        self.add(Class::None, 0, (-1, i64::MAX), root, &[]);
        let bays: Vec<&[(Bay, Grant)]> = slots.chunk_by(|a, b| a.0 == b.0).collect();
        let distance = |bay: &[(Bay, Grant)]| {
            let bay = bay[0].0;
            layout.bay_y(&bay) - layout.cross_y(bay.block)
        };
        self.back(&bays, &distance, whole, root, (Class::Back, -1, 0));
        let mut front = root;
        for (f, bay) in bays.iter().enumerate() {
            let y = distance(bay);
            if let Some(action) = self.extend(Class::Front, 2 * y, (y, i64::MAX), front, bay) {
                front = action;
                self.back(
                    &bays[f + 1..],
                    &distance,
                    whole,
                    front,
                    (Class::Both, y, 2 * y),
                );
            }
        }
        // Nothing is left out from the front to the last bay that adds anything.
        let all = front;
        self.served.fill(0);
        self.add(Class::Once, whole, (whole, whole), all, &[]);
        self.add(Class::Twice, 2 * whole, (whole, whole), all, &[]);
    }

    /// Adds bays from the back, to an action that reaches `y` from the front at that length.
    fn back(
        &mut self,
        bays: &[&[(Bay, Grant)]],
        distance: &impl Fn(&[(Bay, Grant)]) -> i64,
        whole: i64,
        from: u32,
        (class, y, length): (Class, i64, i64),
    ) {
        let before: Vec<u32> = self.served.clone();
        let mut parent = from;
        for bay in bays.iter().rev() {
            let back = distance(bay);
            let length = length + 2 * (whole - back);
            if let Some(action) = self.extend(class, length, (y, back), parent, bay) {
                parent = action;
            }
        }
        self.served = before;
    }

    /// A new action that also serves this bay, if that adds anything.
    fn extend(
        &mut self,
        class: Class,
        length: i64,
        reach: (i64, i64),
        parent: u32,
        bay: &[(Bay, Grant)],
    ) -> Option<u32> {
        let mut grants: Vec<Grant> = Vec::with_capacity(bay.len());
        for (_, grant) in bay {
            let item = grant.item as usize;
            let amount = grant.amount.min(self.demands[item] - self.served[item]);
            if amount > 0 {
                self.served[item] += amount;
                let item = grant.item;
                grants.push(Grant { item, amount });
            }
        }
        (!grants.is_empty()).then(|| self.add(class, length, reach, parent, &grants))
    }

    fn add(
        &mut self,
        class: Class,
        length: i64,
        (front, back): (i64, i64),
        parent: u32,
        grants: &[Grant],
    ) -> u32 {
        let actions = &mut self.actions;
        let begin = actions.grants.len() as u32;
        actions.grants.extend(grants);
        actions.actions.push(Action {
            class,
            length,
            parent,
            begin,
            end: actions.grants.len() as u32,
            front,
            back,
        });
        actions.len() as u32 - 1
    }
}
