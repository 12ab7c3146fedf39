//! Random streams that do not depend on the number of threads.
//!
//! Each (seed, stage, shard) owns one ChaCha stream. A shard draws from its own stream only, so the numbers it sees depend
//! neither on which thread ran it nor on what other shards did. Adding a stage or a shard leaves all other streams as they
//! were.
//!
//! The 256-bit key of the stream is
//!
//! ```text
//! key = BLAKE3-derive-key(CONTEXT, seed as u64 LE || shard as u64 LE || stage as UTF-8)
//! ```
//!
//! Seed and shard have a fixed width and come first, so no two triples share an encoding. BLAKE3 and ChaCha8 are specified
//! bit by bit: the streams are the same on every platform and with every version of the crates. A test pins the first
//! words; a change of them changes the plan of every seed and must raise [`CONTEXT`]'s version.
//!
//! ChaCha8: Bernstein, "ChaCha, a variant of Salsa20" (2008); eight rounds, as Aumasson, "Too much crypto" (2019), argues,
//! are far more than a search needs.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Domain of the key derivation; its version changes whenever the encoding of the key does.
pub const CONTEXT: &str = "wavecrest 2026-01 random stream v1";

/// The random stream of one shard of one stage. O(length of `stage`); the state takes a few hundred bytes.
pub fn stream(seed: u64, stage: &str, shard: u64) -> ChaCha8Rng {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&seed.to_le_bytes());
    hasher.update(&shard.to_le_bytes());
    hasher.update(stage.as_bytes());
    ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use std::collections::BTreeSet;

    #[test]
    fn the_first_words_never_change() {
        let mut rng = stream(7, "routing", 0);
        assert_eq!([rng.next_u64(), rng.next_u64()], PINNED);
    }

    const PINNED: [u64; 2] = [6816199785331254428, 6164389918208445059];

    #[test]
    fn every_part_of_the_triple_matters() {
        let first = |seed, stage, shard| stream(seed, stage, shard).next_u64();
        let words: BTreeSet<u64> = [
            first(7, "routing", 0),
            first(8, "routing", 0),
            first(7, "waves", 0),
            first(7, "routing", 1),
            first(7, "", 0),
            first(0, "routing", 7),
        ]
        .into();
        assert_eq!(words.len(), 6);
        assert_eq!(first(7, "routing", 3), first(7, "routing", 3));
    }
}
