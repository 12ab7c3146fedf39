//! Order ids: which rows of `orders` are orders, and which order each line belongs to.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::ingest::faults::Faults;
use crate::ingest::intern::{self, NONE};
use crate::ingest::rows::Rows;
use crate::ingest::rules;
use crate::ingest::strs::{CHUNK, Name, Names, Strs};

/// Lines that may be looked up by bisection, one in this many, before hashing all ids is cheaper.
const STRAY: usize = 64;

/// Orders and their lines.
#[derive(Debug, PartialEq, Eq)]
pub struct OrderIds {
    /// The row of `orders` of each order.
    pub rows: Rows,
    /// The order of each row of `order_lines`; [`NONE`] where there is none.
    pub of_line: Vec<u32>,
}

/// Resolves order ids. Rows without an id or with one seen before are not orders; the latter are noted.
pub fn resolve(orders: &Strs, lines: &Strs, faults: &mut Faults) -> OrderIds {
    ascending(orders, lines).unwrap_or_else(|| hashed(orders, lines, faults))
}

/// The usual case: ids ascend, and lines stand in the order of their orders, with few exceptions. O(orders + lines) comparisons,
/// on all threads.
fn ascending(orders: &Strs, lines: &Strs) -> Option<OrderIds> {
    let ascends = |first: usize| {
        let mut last = first
            .checked_sub(1)
            .map_or(Name::EMPTY, |row| orders.name(row));
        orders.names_from(first).take(CHUNK).all(|id| {
            let before = std::mem::replace(&mut last, id);
            before < id
        })
    };
    let starts: Vec<usize> = (0..orders.len()).step_by(CHUNK).collect();
    if !starts.into_par_iter().all(ascends) {
        return None;
    }
    let mut of_line = vec![NONE; lines.len()];
    of_line
        .par_chunks_mut(CHUNK)
        .enumerate()
        .all(|(i, of_line)| walk(orders, lines.names_from(i * CHUNK), of_line))
        .then_some(OrderIds {
            rows: Rows::All(orders.len()),
            of_line,
        })
}

/// Finds the orders of consecutive lines by going along. `false`: too many do not follow the one before.
fn walk(orders: &Strs, lines: Names, of_line: &mut [u32]) -> bool {
    let mut budget = of_line.len() / STRAY + 64;
    let mut here: Option<(usize, Name)> = None;
    let mut following = orders.names_from(0);
    for (id, place) in lines.zip(of_line) {
        if here.is_none_or(|(_, name)| name != id) {
            here = here.and_then(|(order, _)| Some((order + 1, following.next()?)));
        }
        if here.is_none_or(|(_, name)| name != id) {
            let Some(left) = budget.checked_sub(1) else {
                return false;
            };
            budget = left;
            here = bisect(orders, id).map(|order| (order, id));
            match here {
                Some((order, _)) => following = orders.names_from(order + 1),
                None => continue,
            }
        }
        if let Some((order, _)) = here {
            *place = order as u32;
        }
    }
    true
}

/// The row of `id` among ascending ids.
fn bisect(orders: &Strs, id: Name) -> Option<usize> {
    let (mut from, mut to) = (0, orders.len());
    while from < to {
        let middle = from.midpoint(to);
        match orders.name(middle).partial_cmp(&id)? {
            Ordering::Equal => return Some(middle),
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
        }
    }
    None
}

/// Any order of rows.
fn hashed(orders: &Strs, lines: &Strs, faults: &mut Faults) -> OrderIds {
    let ids = intern::classes(&[orders, lines]);
    let mut order_of = vec![(NONE, 0); ids.len()];
    let mut rows = Vec::with_capacity(orders.len());
    for (row, &id) in ids.of[0].iter().enumerate().filter(|(_, id)| **id != NONE) {
        let (order, first) = &mut order_of[id as usize];
        if *order == NONE {
            (*order, *first) = (rows.len() as u32, row);
        }
        match rules::duplicate_order(row, *first) {
            Ok(()) => rows.push(row as u32),
            Err(code) => faults.add(row, "order_id", code, orders.at(row)),
        }
    }
    let of_line = ids.of[1]
        .par_iter()
        .map(|&id| {
            if id == NONE {
                NONE
            } else {
                order_of[id as usize].0
            }
        })
        .collect();
    let rows = if rows.len() == orders.len() {
        Rows::All(rows.len())
    } else {
        Rows::Some(rows)
    };
    OrderIds { rows, of_line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::schema;
    use crate::ingest::tables::TableSpec;
    use crate::model::codes::Code;

    static SPEC: TableSpec = schema::Orders::SPEC;

    fn column(ids: &[&str]) -> Strs {
        Strs::from_options(
            &ids.iter()
                .map(|id| Some((*id).to_owned()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn ascending_ids_and_hashed_ids_agree() {
        let orders = column(&["A", "B", "C", "D"]);
        let lines = column(&["A", "A", "C", "Z", "D", "B", "B", ""]);
        let mut faults = Faults::new(&SPEC);
        let walked = ascending(&orders, &lines).expect("ids ascend");
        assert_eq!(walked.of_line, [0, 0, 2, NONE, 3, 1, 1, NONE]);
        assert_eq!(walked, hashed(&orders, &lines, &mut faults));
        assert!(faults.is_empty());
    }

    #[test]
    fn of_two_orders_with_one_id_the_first_is_kept() {
        let orders = column(&["B", "A", "B", "", "C"]);
        let lines = column(&["B", "C"]);
        let mut faults = Faults::new(&SPEC);
        let ids = resolve(&orders, &lines, &mut faults);
        assert_eq!(ids.rows, Rows::Some(vec![0, 1, 4]));
        assert_eq!(ids.of_line, [0, 2]);
        assert_eq!(
            faults.first_of_rows().collect::<Vec<_>>(),
            [(2, Code::DuplicateOrder)]
        );
    }
}
