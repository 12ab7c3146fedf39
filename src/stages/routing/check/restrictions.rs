//! The rows of `restrictions` as the audit reads them: a set of (facility, kind, conditions), asked for each line with what is true of it.

use std::collections::HashSet;

use crate::model::ids::FacilityIdx;
use crate::model::restrictions::{Restriction, RestrictionKind};

/// What a row of `restrictions` asks of a line: customer, channel, country, category, item; `None`: anything.
pub(super) type Asked = [Option<u32>; 5];

/// The rows of `restrictions`, to be asked for by what they would have to say.
pub(super) struct Matches {
    rows: HashSet<(FacilityIdx, RestrictionKind, Asked)>,
    /// Which conditions are given together.
    given: HashSet<[bool; 5]>,
    /// Facilities with an `only` row.
    exclusive: HashSet<FacilityIdx>,
}

impl Matches {
    pub fn of(restrictions: &[Restriction]) -> Matches {
        let asked = |row: &Restriction| -> Asked {
            [
                row.customer.map(|c| c.0),
                row.channel.map(|s| s.0),
                row.country.map(|s| s.0),
                row.category.map(|s| s.0),
                row.item.map(|i| i.0),
            ]
        };
        let rows: HashSet<_> = restrictions
            .iter()
            .map(|row| (row.facility, row.kind, asked(row)))
            .collect();
        let exclusive = rows.iter().filter(|row| row.1 == RestrictionKind::Only);
        Matches {
            given: rows.iter().map(|row| row.2.map(|c| c.is_some())).collect(),
            exclusive: exclusive.map(|row| row.0).collect(),
            rows,
        }
    }

    /// Whether the rows let the facility serve a line of which all this is true.
    pub fn serves(&self, facility: FacilityIdx, line: Asked) -> bool {
        let any = |kind| {
            self.given.iter().any(|given| {
                let asked = std::array::from_fn(|i| line[i].filter(|_| given[i]));
                self.rows.contains(&(facility, kind, asked))
            })
        };
        !any(RestrictionKind::Never)
            && (!self.exclusive.contains(&facility) || any(RestrictionKind::Only))
    }
}
