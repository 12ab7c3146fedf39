//! From the cycles of an assignment to one tour.

use super::Costs;

/// Longest run of points that moves together.
const RUN: usize = 6;

/// Most passes; a few reach the local optimum.
const PASSES: usize = 50;

/// Joins cycles two by two, each time where it costs least (Karp 1979, doi 10.1137/0208045): `i -> next(i)` and `j -> next(j)` become `i -> next(j)` and
/// `j -> next(i)`. The points after the depot in order. O(n^2) per cycle.
pub(super) fn one_cycle(costs: &Costs, mut next: Vec<usize>) -> Vec<usize> {
    let n = costs.n;
    let mut cycle = cycles(&next);
    loop {
        let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
        let apart = pairs.filter(|&(i, j)| cycle[i] != cycle[j]);
        let added = |&(i, j): &(usize, usize)| {
            costs.get(i, next[j]) + costs.get(j, next[i])
                - costs.get(i, next[i])
                - costs.get(j, next[j])
        };
        let Some((i, j)) = apart.min_by_key(added) else {
            break;
        };
        next.swap(i, j);
        let (kept, gone) = (cycle[i], cycle[j]);
        for number in &mut cycle {
            if *number == gone {
                *number = kept;
            }
        }
    }
    let mut walk = Vec::with_capacity(n - 1);
    let mut here = next[0];
    while here != 0 {
        walk.push(here);
        here = next[here];
    }
    walk
}

/// The number of the cycle of each point.
fn cycles(next: &[usize]) -> Vec<usize> {
    let mut cycle = vec![usize::MAX; next.len()];
    for start in 0..next.len() {
        let mut here = start;
        while cycle[here] == usize::MAX {
            cycle[here] = start;
            here = next[here];
        }
    }
    cycle
}

/// Moves runs of up to [`RUN`] points to where they cost less, the same way round (Or 1976), until nothing gets shorter.
pub(super) fn or_opt(costs: &Costs, walk: &mut [usize]) {
    for _ in 0..PASSES {
        let mut improved = false;
        for size in 1..=RUN.min(walk.len() - 1) {
            for at in 0..=walk.len() - size {
                improved |= move_run(costs, walk, at, size);
            }
        }
        if !improved {
            return;
        }
    }
}

/// Moves one run to where that saves most; whether it did.
fn move_run(costs: &Costs, walk: &mut [usize], at: usize, size: usize) -> bool {
    let point = |walk: &[usize], i: usize| if i < walk.len() { walk[i] } else { 0 };
    let before = if at == 0 { 0 } else { walk[at - 1] };
    let (first, last, after) = (walk[at], walk[at + size - 1], point(walk, at + size));
    let saved = costs.get(before, first) + costs.get(last, after) - costs.get(before, after);
    // Gap g lies before position g.
    let added = |g: usize| {
        let a = if g == 0 { 0 } else { walk[g - 1] };
        let b = point(walk, g);
        costs.get(a, first) + costs.get(last, b) - costs.get(a, b)
    };
    let gaps = (0..at).chain(at + size + 1..=walk.len());
    match gaps.min_by_key(|&g| added(g)) {
        Some(gap) if added(gap) < saved => {
            if gap < at {
                walk[gap..at + size].rotate_right(size);
            } else {
                walk[at..gap].rotate_left(size);
            }
            true
        }
        _ => false,
    }
}
