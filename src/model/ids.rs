//! Dense u32 indices, one type per kind of thing, and vectors that only take their own index.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// A dense index: position in the columns of one kind of thing.
pub trait Idx: Copy + Eq + Ord + Hash + fmt::Debug + Send + Sync + 'static {
    fn from_usize(i: usize) -> Self;
    fn index(self) -> usize;
}

macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl Idx for $name {
            fn from_usize(i: usize) -> Self {
                $name(u32::try_from(i).expect("ingest refuses batches with 2^32 rows or more"))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

indices!(
    /// A customer order.
    OrderIdx,
    /// A line of an order; lines stand order by order.
    LineIdx,
    /// A stock-keeping unit.
    ItemIdx,
    /// A fulfilment centre or store.
    FacilityIdx,
    /// A customer (guests have none).
    CustomerIdx,
    /// A distinct (country, postal code) that orders ship to.
    DestIdx,
    /// A storage location in a facility.
    SlotIdx,
    /// A carrier.
    CarrierIdx,
    /// A service of a carrier.
    ServiceIdx,
    /// A rate zone name.
    ZoneIdx,
    /// A carton type.
    CartonIdx,
    /// What one facility sends for one order.
    ShipmentIdx,
    /// A packed carton of a shipment.
    PackageIdx,
    /// Shipments of one facility released together.
    WaveIdx,
    /// What one picker collects in one tour.
    BatchIdx,
    /// An interned short string (channel, category, hash, ...).
    Sym,
);

/// A vector indexed by `I` alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdxVec<I, T> {
    raw: Vec<T>,
    #[serde(skip)]
    index: PhantomData<fn(I)>,
}

impl<I: Idx, T> IdxVec<I, T> {
    pub const fn new() -> Self {
        IdxVec {
            raw: Vec::new(),
            index: PhantomData,
        }
    }
    pub fn filled(value: T, len: usize) -> Self
    where
        T: Clone,
    {
        vec![value; len].into()
    }
    pub fn len(&self) -> usize {
        self.raw.len()
    }
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
    /// Appends and returns the new index.
    pub fn push(&mut self, value: T) -> I {
        self.raw.push(value);
        I::from_usize(self.raw.len() - 1)
    }
    pub fn get(&self, i: I) -> Option<&T> {
        self.raw.get(i.index())
    }
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.raw.iter()
    }
    pub fn iter_enumerated(&self) -> impl ExactSizeIterator<Item = (I, &T)> + '_ {
        self.raw
            .iter()
            .enumerate()
            .map(|(i, value)| (I::from_usize(i), value))
    }
    /// All indices, in order.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = I> + DoubleEndedIterator + use<I, T> {
        (0..self.raw.len()).map(I::from_usize)
    }
    pub fn as_slice(&self) -> &[T] {
        &self.raw
    }
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.raw
    }
    pub fn into_vec(self) -> Vec<T> {
        self.raw
    }
}

impl<I: Idx, T> Default for IdxVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}
impl<I, T: fmt::Debug> fmt::Debug for IdxVec<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}
impl<I: Idx, T> From<Vec<T>> for IdxVec<I, T> {
    fn from(raw: Vec<T>) -> Self {
        IdxVec {
            raw,
            index: PhantomData,
        }
    }
}
impl<I: Idx, T> FromIterator<T> for IdxVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(iter: It) -> Self {
        iter.into_iter().collect::<Vec<T>>().into()
    }
}
impl<I: Idx, T> Index<I> for IdxVec<I, T> {
    type Output = T;
    fn index(&self, i: I) -> &T {
        &self.raw[i.index()]
    }
}
impl<I: Idx, T> IndexMut<I> for IdxVec<I, T> {
    fn index_mut(&mut self, i: I) -> &mut T {
        &mut self.raw[i.index()]
    }
}
impl<'a, I: Idx, T> IntoIterator for &'a IdxVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.raw.iter()
    }
}
