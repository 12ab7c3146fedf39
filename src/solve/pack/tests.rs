use proptest::prelude::*;

use super::*;

fn bin(size: [i32; 3]) -> Bin {
    Bin {
        size,
        max_weight: 1_000_000,
    }
}

fn pack_all(bins: &[Bin], cost: &[i64], items: &[BoxItem]) -> Packing {
    pack_best_fit(
        bins,
        cost,
        items,
        &Limits::default(),
        &mut Scratch::default(),
    )
}

fn into_one(bin: &Bin, items: &[BoxItem]) -> Packed {
    let order: Vec<u32> = (0..items.len() as u32).collect();
    pack_into(
        bin,
        items,
        &order,
        &Limits::default(),
        &mut Scratch::default(),
    )
}

#[test]
fn rotations_differ_and_respect_upright() {
    let count = |item: &BoxItem| Rotations::of(item).iter().count();
    let item = BoxItem::new([1, 2, 3], 0);
    assert_eq!(count(&item), 6);
    assert_eq!(count(&BoxItem::new([2, 2, 3], 0)), 3);
    assert_eq!(count(&BoxItem::new([2, 2, 2], 0)), 1);
    assert_eq!(
        count(&BoxItem {
            upright: true,
            ..item
        }),
        2
    );
}

#[test]
fn a_piece_is_turned_to_fit() {
    let lying = bin([10, 4, 2]);
    assert!(lying.takes(&BoxItem::new([2, 10, 4], 1)));
    let upright = BoxItem {
        upright: true,
        ..BoxItem::new([2, 10, 4], 1)
    };
    assert!(!lying.takes(&upright));
    let packed = into_one(&lying, &[BoxItem::new([2, 10, 4], 1)]);
    assert_eq!(packed.placements[0].size, [10, 4, 2]);
}

#[test]
fn nothing_rests_on_fragile_pieces() {
    let fragile = BoxItem {
        fragile: true,
        upright: true,
        ..BoxItem::new([10, 10, 2], 1)
    };
    let sturdy = BoxItem {
        upright: true,
        ..BoxItem::new([10, 10, 3], 1)
    };
    let packed = into_one(&bin([10, 10, 5]), &[fragile, sturdy]);
    assert!(packed.unplaced.is_empty());
    let tops: Vec<(u32, i32)> = packed
        .placements
        .iter()
        .map(|p| (p.item, p.at[2]))
        .collect();
    assert_eq!(tops, [(1, 0), (0, 3)]);
    assert_eq!(
        into_one(&bin([10, 10, 5]), &[fragile, fragile]).unplaced,
        [1]
    );
}

#[test]
fn stacking_limits_hold_through_the_pile() {
    let slab = |max_stack| BoxItem {
        max_stack,
        upright: true,
        ..BoxItem::new([10, 10, 1], 1)
    };
    // The lowest may carry two layers, whatever the others may.
    let items = [slab(2), slab(2), slab(2), slab(2)];
    let mixed = [slab(9), slab(1), slab(0), slab(2), slab(2)];
    assert_eq!(into_one(&bin([10, 10, 9]), &items).placements.len(), 3);
    let packed = into_one(&bin([10, 10, 9]), &mixed);
    assert_eq!(
        verify_packing(&bin([10, 10, 9]), &mixed, &packed.placements),
        Ok(())
    );
    assert_eq!(packed.placements.len(), 4);
}

#[test]
fn cheapest_single_box_then_the_fullest() {
    let bins = [bin([10, 10, 10]), bin([20, 10, 10]), bin([20, 10, 11])];
    let cube = BoxItem::new([10, 10, 10], 1);
    let chosen = |cost: &[i64], n: usize| -> Vec<u32> {
        let packing = pack_all(&bins, cost, &vec![cube; n]);
        packing.bins.iter().map(|b| b.bin).collect()
    };
    assert_eq!(chosen(&[1, 2, 3], 1), [0]);
    assert_eq!(chosen(&[5, 2, 3], 1), [1]);
    assert_eq!(chosen(&[2, 2, 2], 1), [0]);
    assert_eq!(chosen(&[1, 2, 1], 2), [2]);
    assert_eq!(chosen(&[1, 2, 3], 3), [1, 0]);
    assert_eq!(chosen(&[1, 2, 3], 5), [1, 1, 0]);
}

#[test]
fn oversize_pieces_are_named() {
    let bins = [bin([10, 10, 10])];
    let items = [
        BoxItem::new([11, 1, 1], 1),
        BoxItem::new([5, 5, 5], 1),
        BoxItem::new([5, 5, 5], 2_000_000),
        BoxItem::new([0, 5, 5], 1),
        BoxItem::new([i32::MAX, i32::MAX, i32::MAX], i64::MAX),
    ];
    let packing = pack_all(&bins, &[1], &items);
    assert_eq!(packing.oversize, [0, 2, 3, 4]);
    assert_eq!(packing.bins.len(), 1);
    assert_eq!(pack_all(&[], &[], &items).oversize.len(), 5);
    assert_eq!(pack_all(&bins, &[1], &[]), Packing::default());
}

#[test]
fn absurd_sizes_do_not_overflow() {
    let bins = [bin([i32::MAX; 3])];
    let huge = BoxItem::new([i32::MAX, i32::MAX, i32::MAX - 1], 1);
    let items = [
        huge,
        BoxItem::new([1, 2, 3], 1),
        BoxItem::new([3, 3, 3], 1),
        BoxItem::new([i32::MAX, 1, 1], 1),
    ];
    assert!(pack_all(&bins, &[1], &items).oversize.is_empty());
    assert_eq!(
        pack_all(&bins, &[1], &[BoxItem::new([1, 1, 1], 1); 9])
            .bins
            .len(),
        1
    );
    assert!(min_bins(&bins, &[huge; 3]) >= 1);
}

#[test]
fn five_thousand_alike() {
    let bins = [bin([400, 300, 200]), bin([600, 400, 400])];
    let items = vec![BoxItem::new([70, 50, 30], 100); 5000];
    let packing = pack_all(&bins, &[50, 150], &items);
    let total: usize = packing.bins.iter().map(|b| b.placements.len()).sum();
    assert_eq!((total, packing.oversize.len()), (5000, 0));
    for packed in &packing.bins {
        let used = &bins[packed.bin as usize];
        assert_eq!(verify_packing(used, &items, &packed.placements), Ok(()));
    }
    assert!(packing.bins.len() as u64 <= min_bins(&bins, &items) + 1);
}

#[test]
fn the_verifier_sees_every_broken_rule() {
    let room = Bin {
        size: [10, 10, 10],
        max_weight: 3,
    };
    let tall = BoxItem {
        upright: true,
        ..BoxItem::new([4, 4, 6], 1)
    };
    let items = [
        BoxItem::new([4, 4, 4], 1),
        tall,
        BoxItem {
            fragile: true,
            ..BoxItem::new([4, 4, 4], 1)
        },
        BoxItem::new([4, 4, 4], 9),
    ];
    let place = |item: u32, at: [i32; 3]| Placement {
        item,
        at,
        size: items[item as usize].size,
        rotation: 0,
    };
    let verify = |placements: &[Placement]| verify_packing(&room, &items, placements);
    assert_eq!(verify(&[place(0, [0, 0, 0]), place(1, [1, 0, 4])]), Ok(()));
    let broken = [
        vec![place(0, [0, 0, 0]), place(1, [2, 0, 4])],
        vec![place(0, [7, 0, 0])],
        vec![place(0, [-1, 0, 0])],
        vec![place(0, [0, 0, 0]), place(2, [3, 3, 0])],
        vec![place(0, [0, 0, 0]), place(0, [5, 5, 0])],
        vec![place(2, [0, 0, 0]), place(1, [0, 0, 4])],
        vec![place(3, [0, 0, 0])],
        vec![Placement {
            size: [6, 4, 4],
            rotation: 5,
            ..place(1, [0, 0, 0])
        }],
        vec![Placement {
            size: [4, 4, 5],
            ..place(0, [0, 0, 0])
        }],
        vec![Placement {
            rotation: 6,
            ..place(0, [0, 0, 0])
        }],
        vec![Placement {
            item: 7,
            ..place(0, [0, 0, 0])
        }],
    ];
    for placements in broken {
        assert!(verify(&placements).is_err(), "{placements:?}");
    }
}

/// Oracle: can the pieces be packed at all, corner by corner on the unit grid? Ignores support: a superset of what is allowed.
fn can_pack(bin: [i32; 3], items: &[BoxItem], placed: &mut Vec<([i32; 3], [i32; 3])>) -> bool {
    let Some(item) = items.get(placed.len()) else {
        return true;
    };
    for &(_, size) in Rotations::of(item).iter() {
        for z in 0..=bin[2] - size[2] {
            for y in 0..=bin[1] - size[1] {
                for x in 0..=bin[0] - size[0] {
                    let at = [x, y, z];
                    let is_free = placed.iter().all(|(p, s)| {
                        (0..3).any(|a| at[a] >= p[a] + s[a] || p[a] >= at[a] + size[a])
                    });
                    if is_free {
                        placed.push((at, size));
                        if can_pack(bin, items, placed) {
                            return true;
                        }
                        placed.pop();
                    }
                }
            }
        }
    }
    false
}

/// How often the heuristic packs what can be packed, over random small instances that nearly fill the box.
#[test]
fn finds_most_packings_that_exist() {
    use rand::RngExt;
    let mut rng = crate::solve::rng::stream(1, "test packing", 0);
    let (mut exist, mut found) = (0, 0);
    for _ in 0..400 {
        let size = [3, 3, 3].map(|s: i32| s + rng.random_range(0..2));
        let items: Vec<BoxItem> = (0..rng.random_range(3..6))
            .map(|_| BoxItem::new([0; 3].map(|_: i32| rng.random_range(1..4)), 1))
            .collect();
        let mut sorted = items.clone();
        sorted.sort_by_key(|item| -item.volume());
        let filled: i64 = items.iter().map(BoxItem::volume).sum();
        if filled > volume(size) || !can_pack(size, &sorted, &mut Vec::new()) {
            continue;
        }
        exist += 1;
        found += usize::from(into_one(&bin(size), &items).unplaced.is_empty());
    }
    println!("packed {found} of {exist} packable instances");
    assert!(exist > 100 && 10 * found >= 9 * exist, "{found} of {exist}");
}

fn any_item() -> impl Strategy<Value = BoxItem> {
    let sides = [1i32..60, 1i32..60, 1i32..60];
    (sides, 0i64..900, any::<(bool, bool)>(), 0u32..4).prop_map(
        |(size, weight, (upright, rare), stack)| BoxItem {
            size,
            weight,
            upright,
            fragile: rare && stack == 0,
            max_stack: if stack == 3 { u32::MAX } else { stack },
        },
    )
}

fn any_bins() -> impl Strategy<Value = Vec<(Bin, i64)>> {
    let one = ([20i32..100, 20i32..100, 20i32..100], 500i64..9000, 0i64..50);
    prop::collection::vec(
        one.prop_map(|(size, max_weight, cost)| (Bin { size, max_weight }, cost)),
        1..5,
    )
}

proptest! {
    #[test]
    fn every_piece_is_somewhere_once(
        items in prop::collection::vec(any_item(), 0..40),
        repeat in 1usize..4,
        shop in any_bins(),
    ) {
        let items: Vec<BoxItem> = items.iter().flat_map(|&item| std::iter::repeat_n(item, repeat)).collect();
        let (bins, cost): (Vec<Bin>, Vec<i64>) = shop.into_iter().unzip();
        let packing = pack_all(&bins, &cost, &items);
        let mut seen = packing.oversize.clone();
        for packed in &packing.bins {
            let used = &bins[packed.bin as usize];
            prop_assert_eq!(verify_packing(used, &items, &packed.placements), Ok(()));
            seen.extend(packed.placements.iter().map(|p| p.item));
            let inside = packed.placements.iter().map(|p| &items[p.item as usize]);
            prop_assert_eq!(inside.clone().map(BoxItem::volume).sum::<i64>(), packed.volume);
            prop_assert_eq!(inside.map(|item| item.weight).sum::<i64>(), packed.weight);
        }
        seen.sort_unstable();
        prop_assert!(seen.into_iter().eq(0..items.len() as u32));
        for &i in &packing.oversize {
            prop_assert!(bins.iter().all(|bin| !bin.takes(&items[i as usize])));
        }
        let fitting: Vec<BoxItem> = items.iter().filter(|item| bins.iter().any(|b| b.takes(item))).copied().collect();
        prop_assert!(min_bins(&bins, &fitting) <= packing.bins.len() as u64);
    }

    /// Each piece rests on earlier ones, so that a packer can follow the list.
    #[test]
    fn placements_come_bottom_up(items in prop::collection::vec(any_item(), 1..30)) {
        let room = bin([90, 80, 70]);
        let packed = into_one(&room, &items);
        for k in 0..packed.placements.len() {
            prop_assert_eq!(verify_packing(&room, &items, &packed.placements[..=k]), Ok(()));
        }
        prop_assert_eq!(packed.placements.len() + packed.unplaced.len(), items.len());
    }

    #[test]
    fn alike_pieces_fill_the_box_as_well_as_one_grid(
        item in any_item(),
        size in [20i32..200, 20i32..200, 20i32..200],
        n in 1usize..300,
    ) {
        let room = bin(size);
        let items = vec![item; n];
        let packed = into_one(&room, &items);
        prop_assert_eq!(verify_packing(&room, &items, &packed.placements), Ok(()));
        let layers = i64::from(item.layers_above()) + 1;
        let grid = Rotations::of(&item).iter().map(|(_, s)| {
            let per_layer = i64::from(size[0] / s[0]) * i64::from(size[1] / s[1]);
            per_layer * i64::from(size[2] / s[2]).min(layers)
        }).max().unwrap_or(0);
        prop_assert!(packed.placements.len() as i64 >= grid.min(n as i64));
    }

    #[test]
    fn the_same_call_gives_the_same_packing(items in prop::collection::vec(any_item(), 0..30), shop in any_bins()) {
        let (bins, cost): (Vec<Bin>, Vec<i64>) = shop.into_iter().unzip();
        let mut scratch = Scratch::default();
        let first = pack_best_fit(&bins, &cost, &items, &Limits::default(), &mut scratch);
        let again = pack_best_fit(&bins, &cost, &items, &Limits::default(), &mut scratch);
        prop_assert_eq!(first, again);
    }
}
