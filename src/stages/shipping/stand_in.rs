//! A stand-in for `solve::pack` until that branch is merged: floor layer only, always valid. To be deleted.

#[derive(Clone, Copy)]
pub struct BoxItem {
    pub size: [i32; 3],
    pub weight: i64,
    pub upright: bool,
}

#[derive(Clone, Copy)]
pub struct Bin {
    pub size: [i32; 3],
    pub max_weight: i64,
}

pub struct PackedBin {
    pub bin: usize,
    /// (item, corner, size).
    pub placed: Vec<(usize, [i32; 3], [i32; 3])>,
}

pub fn turns(item: &BoxItem) -> Vec<[i32; 3]> {
    let [a, b, c] = item.size;
    if item.upright {
        vec![[a, b, c], [b, a, c]]
    } else {
        vec![
            [a, b, c],
            [b, a, c],
            [a, c, b],
            [c, a, b],
            [b, c, a],
            [c, b, a],
        ]
    }
}

fn shelf(bin: &Bin, items: &[BoxItem], left: &[usize]) -> Vec<(usize, [i32; 3], [i32; 3])> {
    let (mut x, mut y, mut depth, mut weight) = (0, 0, 0, 0);
    let mut placed = Vec::new();
    for &i in left {
        let item = &items[i];
        if weight + item.weight > bin.max_weight {
            continue;
        }
        for turn in turns(item) {
            if turn[2] > bin.size[2] || turn[0] > bin.size[0] {
                continue;
            }
            let (nx, ny, nd) = if x + turn[0] <= bin.size[0] {
                (x, y, depth.max(turn[1]))
            } else {
                (0, y + depth, turn[1])
            };
            if ny + turn[1] <= bin.size[1] {
                placed.push((i, [nx, ny, 0], turn));
                (x, y, depth) = (nx + turn[0], ny, nd);
                weight += item.weight;
                break;
            }
        }
    }
    placed
}

/// Cheapest bin that takes all, else the bin that takes most, repeatedly. Every item fits some bin alone.
pub fn pack_best_fit(bins: &[Bin], cost: &[i64], items: &[BoxItem]) -> Vec<PackedBin> {
    let mut left: Vec<usize> = (0..items.len()).collect();
    let mut packed = Vec::new();
    while !left.is_empty() {
        let tries: Vec<_> = bins.iter().map(|bin| shelf(bin, items, &left)).collect();
        let best = (0..bins.len())
            .filter(|&b| !tries[b].is_empty())
            .min_by_key(|&b| (left.len() - tries[b].len(), cost[b]));
        let Some(bin) = best else { break };
        left.retain(|i| !tries[bin].iter().any(|p| p.0 == *i));
        packed.push(PackedBin {
            bin,
            placed: tries[bin].clone(),
        });
    }
    packed
}
