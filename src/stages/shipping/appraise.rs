//! What a carton is worth: its cardboard and the freight that parcels of its size typically pay.
//!
//! Packing comes before the choice of facility and service, so it cannot know the freight; but a large carton that is rated by its
//! dimensional weight, or as oversize, costs more than its cardboard says. For a sample of zones and facilities, each carton is
//! rated empty of all but weight, for weights on a grid; the mean of the cheapest prices is added to its cost. Only the order
//! of these values matters, and only between cartons that hold the same content. They depend on the rate card, the
//! facilities and the cartons alone, not on the orders, so that every shard of a batch packs alike.
//!
//! Where a zone takes some cartons but not one of them, that one counts double the dearest. O(cartons × grid × sample × services).

use super::Shipping;
use super::measure::Measured;
use super::quote::Lane;
use crate::model::ids::{FacilityIdx, Idx, ZoneIdx};
use crate::model::units::{Cents, Grams};

/// Zones and facilities of the sample; every combination is rated.
const ZONES: usize = 12;
const FACILITIES: usize = 3;

/// Gross weights at which cartons are appraised, grams.
const GRID: [i64; 24] = [
    100, 250, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000,
    12_500, 15_000, 17_500, 20_000, 25_000, 30_000, 35_000, 50_000, 70_000, 100_000,
];

/// What a carton costs with its freight, by gross weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Worth {
    cardboard: i64,
    /// Freight by step of [`GRID`]; empty: unknown.
    freight: Vec<i64>,
}

impl Worth {
    pub fn of_cardboard(cost: Cents) -> Worth {
        Worth {
            cardboard: cost.0,
            freight: Vec::new(),
        }
    }

    /// Cents of a carton of this gross weight.
    pub fn at(&self, grams: i64) -> i64 {
        let step = GRID.partition_point(|&g| g < grams);
        let last = self.freight.len().saturating_sub(1);
        let freight = self.freight.get(step.min(last)).copied().unwrap_or(0);
        self.cardboard.saturating_add(freight)
    }
}

impl Shipping<'_> {
    /// Values the cartons of every group.
    pub(super) fn appraise(&mut self) {
        let zones: Vec<ZoneIdx> = (0..self.batch.rates.zones.len())
            .map(ZoneIdx::from_usize)
            .filter(|&zone| self.tariff.is_priced(zone))
            .collect();
        let zones: Vec<ZoneIdx> = spread(&zones, ZONES).collect();
        for group in 0..self.packer.shelves.len() {
            let members: Vec<FacilityIdx> = self.packer.members(group).collect();
            let lanes: Vec<(FacilityIdx, ZoneIdx)> = spread(&members, FACILITIES)
                .flat_map(|facility| zones.iter().map(move |&zone| (facility, zone)))
                .collect();
            let freight = self.freight_by_carton(&self.packer.shelves[group].outer, &lanes);
            let shelf = &mut self.packer.shelves[group];
            for (worth, freight) in shelf.worth.iter_mut().zip(freight) {
                worth.freight = freight;
            }
        }
    }

    /// By carton and step of the grid: the mean freight over the lanes.
    fn freight_by_carton(
        &self,
        sizes: &[[i32; 3]],
        lanes: &[(FacilityIdx, ZoneIdx)],
    ) -> Vec<Vec<i64>> {
        let mut sums = vec![vec![0i64; GRID.len()]; sizes.len()];
        let mut counted = [0i64; GRID.len()];
        for (step, &grams) in GRID.iter().enumerate() {
            for &(facility, zone) in lanes {
                let prices: Vec<Option<i64>> = sizes
                    .iter()
                    .map(|&size| self.typical(facility, zone, size, grams))
                    .collect();
                let Some(dearest) = prices.iter().flatten().max().copied() else {
                    continue;
                };
                counted[step] += 1;
                for (sum, price) in sums.iter_mut().zip(prices) {
                    sum[step] += price.unwrap_or(2 * dearest);
                }
            }
        }
        for sum in &mut sums {
            for (total, lanes) in sum.iter_mut().zip(counted) {
                *total /= lanes.max(1);
            }
        }
        sums
    }

    /// The cheapest price to a home in the zone, whatever the promise.
    fn typical(
        &self,
        facility: FacilityIdx,
        zone: ZoneIdx,
        size: [i32; 3],
        grams: i64,
    ) -> Option<i64> {
        let parcel = Measured::new(size, Grams(grams), false, false);
        let offers = self.desks[facility].offers.iter();
        offers
            .filter_map(|offer| {
                let lane = Lane {
                    service: offer.service,
                    terms: &offer.terms,
                    zone,
                    area: self.tariff.nowhere(),
                    residential: true,
                    pickup: offer.pickup,
                };
                self.tariff.quote(&lane, &parcel)
            })
            .map(|quote| quote.price.0)
            .min()
    }
}

/// At most `most` of `all`, evenly spread.
fn spread<T: Copy>(all: &[T], most: usize) -> impl Iterator<Item = T> + '_ {
    let taken = all.len().min(most);
    (0..taken).map(move |i| all[i * all.len() / taken])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_evenly_and_never_repeats() {
        let all: Vec<i32> = (0..10).collect();
        assert_eq!(spread(&all[..3], 12).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(&all, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(spread(&all[..0], 4).count(), 0);
    }

    #[test]
    fn beyond_the_grid_the_last_step_counts() {
        let worth = Worth {
            cardboard: 10,
            freight: (0..GRID.len() as i64).collect(),
        };
        assert_eq!(worth.at(0), 10);
        assert_eq!(worth.at(101), 11);
        assert_eq!(worth.at(1_000_000), 33);
        assert_eq!(Worth::of_cardboard(Cents(30)).at(5_000), 30);
    }
}
