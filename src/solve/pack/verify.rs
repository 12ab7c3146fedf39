//! Whether a packing obeys every rule of the problem; written from the rules, not from the packers. For the tests of this
//! module: the checks of a stage write their own. O(n^2).

use super::{AXES, Bin, BoxItem, Placement, SUPPORT_PERCENT};

/// Check one box.
///
/// # Errors
/// Names the first rule broken, and the pieces that break it.
pub fn verify_packing(
    bin: &Bin,
    items: &[BoxItem],
    placements: &[Placement],
) -> Result<(), String> {
    let mut seen = vec![false; items.len()];
    let mut weight = 0i64;
    for p in placements {
        let item = items
            .get(p.item as usize)
            .ok_or_else(|| format!("there is no piece {}", p.item))?;
        if std::mem::replace(&mut seen[p.item as usize], true) {
            return Err(format!("piece {} lies in two places", p.item));
        }
        weight += item.weight;
        check_alone(bin, item, p)?;
    }
    if weight > bin.max_weight {
        return Err(format!("{weight} g exceed {} g", bin.max_weight));
    }
    for (k, a) in placements.iter().enumerate() {
        if let Some(b) = placements[..k].iter().find(|b| overlaps(a, b)) {
            return Err(format!("pieces {} and {} overlap", a.item, b.item));
        }
    }
    check_support(placements)?;
    check_piles(items, placements)
}

fn end(p: &Placement, axis: usize) -> i64 {
    i64::from(p.at[axis]) + i64::from(p.size[axis])
}

/// Common length along an axis.
fn common(a: &Placement, b: &Placement, axis: usize) -> i64 {
    let start = i64::from(a.at[axis].max(b.at[axis]));
    (end(a, axis).min(end(b, axis)) - start).max(0)
}

fn overlaps(a: &Placement, b: &Placement) -> bool {
    (0..3).all(|axis| common(a, b, axis) > 0)
}

/// Area by which `above` rests on `below`.
fn contact(above: &Placement, below: &Placement) -> i64 {
    if i64::from(above.at[2]) == end(below, 2) {
        common(above, below, 0) * common(above, below, 1)
    } else {
        0
    }
}

fn check_alone(bin: &Bin, item: &BoxItem, p: &Placement) -> Result<(), String> {
    let Some(axes) = AXES.get(usize::from(p.rotation)) else {
        return Err(format!("piece {} has rotation {}", p.item, p.rotation));
    };
    if axes.map(|side| item.size[side]) != p.size {
        return Err(format!("piece {} is not {:?}", p.item, p.size));
    }
    if item.upright && axes[2] != 2 {
        return Err(format!("piece {} must stay upright", p.item));
    }
    let inside = |a: usize| p.at[a] >= 0 && p.size[a] > 0 && end(p, a) <= i64::from(bin.size[a]);
    if !(0..3).all(inside) {
        return Err(format!("piece {} sticks out", p.item));
    }
    Ok(())
}

fn check_support(placements: &[Placement]) -> Result<(), String> {
    for p in placements.iter().filter(|p| p.at[2] > 0) {
        let base = i64::from(p.size[0]) * i64::from(p.size[1]);
        let area: i64 = placements.iter().map(|below| contact(p, below)).sum();
        if 100 * area < SUPPORT_PERCENT * base {
            return Err(format!("piece {} rests on {area} of {base} mm²", p.item));
        }
    }
    Ok(())
}

/// The longest pile on each piece against its limit, from the top down.
fn check_piles(items: &[BoxItem], placements: &[Placement]) -> Result<(), String> {
    let mut order: Vec<usize> = (0..placements.len()).collect();
    order.sort_by_key(|&k| std::cmp::Reverse(placements[k].at[2]));
    let mut pile = vec![0u32; placements.len()];
    for &k in &order {
        let p = &placements[k];
        let limit = items[p.item as usize].layers_above();
        if pile[k] > limit {
            return Err(format!(
                "piece {} carries {} layers of {limit}",
                p.item, pile[k]
            ));
        }
        for (below, q) in placements.iter().enumerate() {
            if contact(p, q) > 0 {
                pile[below] = pile[below].max(pile[k] + 1);
            }
        }
    }
    Ok(())
}
