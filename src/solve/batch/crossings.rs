//! What no set of batches can undercut, line by line: a bound for any number of jobs.
//!
//! The walking within a stretch (an aisle within a block) and that across each line between two aisles are disjoint parts of a tour:
//!
//! ```text
//! stretch s    a cart with jobs J walks at least  max_{j in J} w_js,   w_js = max over stops of min(to it from the front and back,
//!                                                 from the back and back, through)
//! line a       a cart with a job beyond it, seen from the depot, walks  2 × aisle spacing
//! every cart   costs f
//! ```
//!
//! and jobs of sizes `q_1, q_2, ..` (shares of a cart in the scarcest dimension), sorted by what they need in a part, take at least what they need where they
//! fill carts to the brim, the most needy first: `sum over k = 0, 1, .. of need(k)`, `need(k)` that of the job at which `k` carts are full. (The
//! k-th neediest cart holds some job from there on, as the jobs before it fill `k` carts.)
//!
//! Much weaker than [`super::bound`] where few jobs share a cart, but proven in O(stops log stops).

use super::pool::{FULL, Pool};

/// Millimetres that any set of batches costs at least, carts included.
pub fn bound(pool: &Pool<'_>) -> i64 {
    let layout = pool.layout;
    let aisles = layout.aisles as usize;
    let mut stretches: Vec<Vec<Need>> = vec![Vec::new(); aisles * layout.blocks as usize];
    let mut lines: Vec<Vec<Need>> = vec![Vec::new(); aisles];
    let mut carts: Vec<Need> = Vec::new();
    for job in 0..pool.len() as u32 {
        let size = pool.size(job);
        for same in pool
            .bays(job)
            .chunk_by(|a, b| (a.aisle, a.block) == (b.aisle, b.block))
        {
            let stretch = (same[0].aisle * layout.blocks + same[0].block) as usize;
            stretches[stretch].push((inside(pool, same), size));
        }
        for line in beyond(pool, job) {
            lines[line].push((2 * layout.aisle_spacing_mm, size));
        }
        carts.push((pool.cart_mm, size));
    }
    let parts = stretches.into_iter().chain(lines).chain([carts]);
    parts.map(filled).sum()
}

/// What a job needs of a part, and its size.
type Need = (i64, i64);

/// The least that stops of one stretch take.
fn inside(pool: &Pool<'_>, stops: &[crate::solve::tour::Bay]) -> i64 {
    let layout = pool.layout;
    let least = |stop| {
        let front = layout.bay_y(stop) - layout.cross_y(stop.block);
        let length = layout.pitch_mm();
        length.min(2 * front).min(2 * (length - front))
    };
    stops.iter().map(least).max().unwrap_or(0)
}

/// Lines between aisle `line` and the next that lie between the depot and a stop of the job.
fn beyond(pool: &Pool<'_>, job: u32) -> std::ops::Range<usize> {
    let bays = pool.bays(job);
    let depot = pool.layout.depot_aisle;
    let first = bays.first().map_or(depot, |bay| bay.aisle).min(depot);
    let last = bays.last().map_or(depot, |bay| bay.aisle).max(depot);
    first as usize..last as usize
}

/// Carts filled to the brim, the most needy jobs first.
fn filled(mut needs: Vec<Need>) -> i64 {
    needs.sort_unstable_by(|a, b| b.cmp(a));
    let (mut total, mut begun, mut used) = (0, 0, 0);
    for (need, size) in needs {
        used += size;
        // The first job of a cart, however small, and those that go on to the next.
        let carts = (used + FULL - 1) / FULL;
        let carts = carts.max(1);
        total += (carts - begun) * need;
        begun = carts;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_needy_fill_the_first_carts() {
        let half = FULL / 2;
        assert_eq!(
            filled(vec![(5, half), (9, half), (7, half), (1, half)]),
            9 + 5 - 5 + 7 - 2
        );
        assert_eq!(
            filled(vec![(4, 0), (3, 0)]),
            4,
            "jobs without size share a cart"
        );
        assert_eq!(filled(Vec::new()), 0);
    }
}
