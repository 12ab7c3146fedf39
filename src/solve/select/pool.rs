//! The best sets of groups seen.

/// A set of groups, and the units of its greedy packing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) groups: Vec<u32>,
    pub(super) units: u64,
}

impl Set {
    /// Units per group.
    pub(super) fn ratio(&self) -> f64 {
        self.units as f64 / self.groups.len().max(1) as f64
    }
}

/// At most so many sets, best first, without repetition.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    most: usize,
    sets: Vec<Set>,
}

impl Pool {
    pub(super) fn new(most: usize) -> Pool {
        Pool {
            most,
            sets: Vec::new(),
        }
    }

    pub(super) fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// Whether a set of this ratio would be kept.
    pub(super) fn admits(&self, ratio: f64) -> bool {
        self.sets.len() < self.most || self.sets.last().is_some_and(|last| ratio > last.ratio())
    }

    pub(super) fn offer(&mut self, mut set: Set) {
        if !self.admits(set.ratio()) {
            return;
        }
        set.groups.sort_unstable();
        let before = |other: &Set| other.ratio() >= set.ratio();
        let at = self.sets.partition_point(before);
        // Equal sets have equal units: only neighbours of the same ratio need be compared.
        let equals = self.sets[..at].iter().rev();
        let mut equals = equals.take_while(|other| other.ratio() == set.ratio());
        if equals.any(|other| other.groups == set.groups) {
            return;
        }
        self.sets.insert(at, set);
        self.sets.truncate(self.most);
    }

    /// Takes over what is better of another pool.
    pub(super) fn merge(&mut self, other: Pool) {
        other.sets.into_iter().for_each(|set| self.offer(set));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_once_and_in_order() {
        let mut pool = Pool::new(2);
        let set = |groups: &[u32], units| Set {
            groups: groups.to_vec(),
            units,
        };
        pool.offer(set(&[2, 1], 8));
        pool.offer(set(&[1, 2], 8));
        pool.offer(set(&[3], 5));
        assert!(!pool.admits(4.0) && pool.admits(4.5));
        pool.offer(set(&[4], 3));
        assert_eq!(pool.sets(), [set(&[3], 5), set(&[1, 2], 8)]);
    }
}
