//! Demand that is left, packed: one field per item, many fields to a word, compared and lowered a word at a time.
//!
//! A field has one bit more than the largest demand needs. That guard bit is zero in every stored vector and set in one operand of a
//! subtraction: it then says of each field whether the difference would be negative, and no borrow leaves the field (Lamport 1975,
//! doi 10.1145/360933.360994). 15 items of a demand of up to 7 units fit one word.

/// How the fields lie in the words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing {
    bits: u32,
    per_word: usize,
    words: usize,
    guards: u64,
}

impl Packing {
    /// For vectors that are nowhere above this one.
    pub fn of(most: &[u32]) -> Packing {
        let largest = most.iter().copied().max().unwrap_or(0);
        let bits = u32::BITS - largest.leading_zeros() + 1;
        let per_word = (u64::BITS / bits) as usize;
        Packing {
            bits,
            per_word,
            words: most.len().div_ceil(per_word),
            guards: (0..per_word as u32)
                .map(|k| 1 << (k * bits + bits - 1))
                .sum(),
        }
    }

    /// Words of a vector.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Packs a vector.
    pub fn pack(&self, amounts: &[u32]) -> Vec<u64> {
        let mut words = vec![0; self.words];
        for (item, &amount) in amounts.iter().enumerate() {
            words[item / self.per_word] |= u64::from(amount) << self.shift(item);
        }
        words
    }

    /// The amount of an item.
    pub fn amount(&self, words: &[u64], item: usize) -> u32 {
        let field = words[item / self.per_word] >> self.shift(item);
        (field & ((1 << (self.bits - 1)) - 1)) as u32
    }

    fn shift(&self, item: usize) -> u32 {
        (item % self.per_word) as u32 * self.bits
    }

    /// Whether `small` is nowhere above `large`.
    pub fn is_within(&self, small: &[u64], large: &[u64]) -> bool {
        let fits = |(s, l): (&u64, &u64)| ((l | self.guards) - s) & self.guards == self.guards;
        small.iter().zip(large).all(fits)
    }

    /// Lowers a word by another one, no field below zero.
    pub fn lower(&self, word: u64, by: u64) -> u64 {
        let difference = (word | self.guards) - by;
        let enough = difference & self.guards;
        difference & (enough - (enough >> (self.bits - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fields_behave_as_numbers(
            pairs in prop::collection::vec((0u32..40, 0u32..40), 1..70),
            scale in prop::sample::select(vec![1u32, 1000, 100_000_000]),
        ) {
            let left: Vec<u32> = pairs.iter().map(|p| p.0 * scale).collect();
            let right: Vec<u32> = pairs.iter().map(|p| p.1 * scale).collect();
            let most: Vec<u32> = left.iter().zip(&right).map(|(a, b)| *a.max(b)).collect();
            let packing = Packing::of(&most);
            let (a, b) = (packing.pack(&left), packing.pack(&right));
            let within = left.iter().zip(&right).all(|(a, b)| a <= b);
            prop_assert_eq!(packing.is_within(&a, &b), within);
            let lowered: Vec<u64> = a.iter().zip(&b).map(|(&a, &b)| packing.lower(a, b)).collect();
            for item in 0..left.len() {
                prop_assert_eq!(packing.amount(&a, item), left[item]);
                prop_assert_eq!(packing.amount(&lowered, item), left[item].saturating_sub(right[item]));
            }
        }
    }
}
