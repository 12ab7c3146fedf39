//! Random numbers that depend on what they are for, never on which thread draws them.
//!
//! Two kinds:
//! * `stream(seed, table, chunk)`: one ChaCha8 stream per (seed, table, chunk of rows), used from the first row of the chunk
//!   to its last (Bernstein 2008, "ChaCha, a variant of Salsa20"; the 64-bit stream id is the chunk number).
//! * `Keyed`: a SplitMix64 generator keyed by (seed, purpose, number), so that the attributes of customer 4,711 can be
//!   recomputed wherever that customer turns up instead of being kept in memory (Steele, Lea, Flood 2014,
//!   doi:10.1145/2660193.2660195).

use std::convert::Infallible;

use rand::rand_core::{TryRng, utils};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream or key is drawn for. The numbers are part of the format: changing one changes every batch.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Purpose {
    Items = 1,
    Shuffle = 2,
    Pilot = 3,
    Facilities = 4,
    StockNoise = 5,
    StockSpread = 6,
    Slots = 7,
    Orders = 8,
    History = 9,
    FraudPlan = 10,
    HistoryFraudPlan = 11,
    Customer = 12,
    Household = 13,
    Ring = 14,
    CustomerLedger = 15,
    Email = 16,
    Device = 17,
    Card = 18,
    Returns = 19,
}

/// The ChaCha8 stream of one chunk of one table.
pub fn stream(seed: u64, purpose: Purpose, chunk: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(chunk);
    rng
}

/// A well-mixed 64-bit hash of (seed, purpose, number): identifiers of cards, devices and e-mail addresses.
pub fn mix(seed: u64, purpose: Purpose, number: u64) -> u64 {
    let keyed = seed ^ (purpose as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    finish(finish(keyed).wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// SplitMix64 started at `mix(seed, purpose, number)`.
pub struct Keyed(u64);

impl Keyed {
    pub fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        Self(mix(seed, purpose, number))
    }
}

impl TryRng for Keyed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        Ok(finish(self.0))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(target, || self.try_next_u64())
    }
}

/// True with probability `share` (values outside 0..1 are taken as the nearer end).
pub fn chance(rng: &mut impl rand::Rng, share: f64) -> bool {
    rng.random::<f64>() < share
}

/// Draws a value of a small table of (value, share); what the shares leave of 1 goes to the last value.
pub fn pick<T: Copy>(rng: &mut impl rand::Rng, table: &[(T, f64)]) -> T {
    let mut left = rng.random::<f64>();
    for &(value, share) in table {
        if left < share {
            return value;
        }
        left -= share;
    }
    table[table.len() - 1].0
}

/// `floor(mean-preserving)`: rounds up with the probability of the fractional part.
pub fn round_at_random(rng: &mut impl rand::Rng, value: f64) -> i64 {
    let whole = value.floor();
    whole as i64 + i64::from(chance(rng, value - whole))
}

/// Splits `total` in proportion to `weights` by largest remainder; the parts sum to `total` exactly.
pub fn apportion(total: i64, weights: &[f64]) -> Vec<i64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 || weights.is_empty() {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = total;
        }
        return parts;
    }
    let exact: Vec<f64> = weights.iter().map(|w| total as f64 * w / sum).collect();
    let mut parts: Vec<i64> = exact.iter().map(|e| e.floor() as i64).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by(|&a, &b| {
        let remainder = |i: usize| exact[i] - exact[i].floor();
        remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b))
    });
    let missing = total - parts.iter().sum::<i64>();
    for &index in by_remainder.iter().cycle().take(missing.max(0) as usize) {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_total() {
        assert_eq!(apportion(10, &[1.0, 1.0, 1.0]), vec![4, 3, 3]);
        assert_eq!(apportion(7, &[0.0, 0.0]), vec![7, 0]);
        assert_eq!(apportion(0, &[0.3, 0.7]), vec![0, 0]);
    }

    #[test]
    fn streams_of_two_chunks_differ_and_repeat() {
        let draw = |chunk| stream(7, Purpose::Orders, chunk).random::<u64>();
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        assert_ne!(draw(3), stream(7, Purpose::History, 3).random::<u64>());
    }
}
