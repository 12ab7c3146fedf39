//! `wavecrest verify`: audits a finished run from its files alone.
//!
//! Nothing here comes from the run: tables are read back from the run folder (outputs, and the inputs kept under `inputs/`), and every
//! invariant is recomputed as a query. One function per invariant; each is proven able to fail by `tests/it/verify.rs`.

mod carriers;
mod decisions;
mod files;
mod incumbent;
mod orders;
mod picking;
mod prices;
mod rules;
mod stock;
mod times;
mod totals;

use std::fmt;
use std::path::Path;

use crate::error::Result;
use crate::stage::Violation;
pub(crate) use files::{Kind, RunFiles, collect};

/// Violations kept per invariant; more are counted.
const EXAMPLES: usize = 5;

/// An invariant of a finished run: its name, what it says, and the query that lists its violations.
struct Invariant {
    name: &'static str,
    says: &'static str,
    violations: fn(&RunFiles) -> Result<Vec<Violation>>,
}

const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "files_unchanged",
        says: "every file has the fingerprint of the manifest",
        violations: files::unchanged,
    },
    Invariant {
        name: "order_states",
        says: "every order row is in exactly one state",
        violations: orders::order_states,
    },
    Invariant {
        name: "line_states",
        says: "every order line row is in exactly one state",
        violations: orders::line_states,
    },
    Invariant {
        name: "line_quantities",
        says: "planned and backordered units add up to the line's",
        violations: orders::line_quantities,
    },
    Invariant {
        name: "complete",
        says: "an order is complete exactly where every row of its lines ships whole",
        violations: orders::complete,
    },
    Invariant {
        name: "decisions",
        says: "routing's decisions are the plan's, and their parts add up to its cost",
        violations: decisions::decisions,
    },
    Invariant {
        name: "incumbent",
        says: "both plans' costs, order by order, add up to their totals",
        violations: incumbent::incumbent,
    },
    Invariant {
        name: "stock",
        says: "no stock is oversold",
        violations: stock::oversold,
    },
    Invariant {
        name: "capacity",
        says: "no facility ships more than its capacity",
        violations: stock::capacity,
    },
    Invariant {
        name: "capacity_orders",
        says: "no facility sends more shipments than its capacity_orders",
        violations: rules::capacity_orders,
    },
    Invariant {
        name: "restrictions",
        says: "no facility ships what a row of `restrictions` keeps it from",
        violations: rules::restrictions,
    },
    Invariant {
        name: "stores",
        says: "no store ships where routing.stores_ship is false",
        violations: rules::stores,
    },
    Invariant {
        name: "inventory_after",
        says: "stock after = before - allocated + restocked",
        violations: stock::inventory_after,
    },
    Invariant {
        name: "packages",
        says: "every allocated unit is in exactly one package",
        violations: stock::packages,
    },
    Invariant {
        name: "pickups",
        says: "no pick-up is planned for more packages than the service's daily capacity",
        violations: carriers::pickups,
    },
    Invariant {
        name: "unplaced",
        says: "what no carrier takes does not ship and is backordered, with its reason",
        violations: carriers::unplaced,
    },
    Invariant {
        name: "charges",
        says: "the charges of a shipment add up to its price",
        violations: prices::charges,
    },
    Invariant {
        name: "prices",
        says: "every package is charged the right base rate",
        violations: prices::base_rates,
    },
    Invariant {
        name: "pick_tasks",
        says: "every pick task is in a batch of a wave, every waved unit is picked once",
        violations: picking::tasks,
    },
    Invariant {
        name: "slots",
        says: "no slot is overdrawn and every slot holds the item picked from it",
        violations: picking::slots,
    },
    Invariant {
        name: "waves",
        says: "a shipment is in one wave, wave totals are those of its batches",
        violations: picking::waves,
    },
    Invariant {
        name: "cycle_times",
        says: "released, picked, packed, handed over, delivered, in this order",
        violations: times::order,
    },
    Invariant {
        name: "cut_offs",
        says: "a shipment misses its cut-off exactly where the plan says so",
        violations: times::cut_offs,
    },
    Invariant {
        name: "rebookings",
        says: "what misses its pick-up is rebooked, at the stated difference of prices",
        violations: carriers::rebookings,
    },
    Invariant {
        name: "totals",
        says: "metrics.json agrees with the tables",
        violations: totals::metrics,
    },
    Invariant {
        name: "row_counts",
        says: "the manifest's row counts are those of the tables",
        violations: totals::row_counts,
    },
];

/// What the audit found.
#[derive(Debug)]
pub struct Audit {
    findings: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    name: &'static str,
    says: &'static str,
    violations: Vec<Violation>,
}

/// Audits the run folder `run`. An unreadable folder is an error, a broken invariant a finding.
pub fn audit(run: &Path) -> Result<Audit> {
    let files = RunFiles::open(run)?;
    let finding = |invariant: &Invariant| {
        let violations = (invariant.violations)(&files)?;
        Ok(Finding {
            name: invariant.name,
            says: invariant.says,
            violations,
        })
    };
    Ok(Audit {
        findings: INVARIANTS.iter().map(finding).collect::<Result<_>>()?,
    })
}

impl Audit {
    pub fn passed(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.violations.is_empty())
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let verdict = if finding.violations.is_empty() {
                "ok  "
            } else {
                "FAIL"
            };
            writeln!(f, "{verdict}  {:<16} {}", finding.name, finding.says)?;
            for violation in finding.violations.iter().take(EXAMPLES) {
                writeln!(f, "        {}: {}", violation.place, violation.message)?;
            }
            if finding.violations.len() > EXAMPLES {
                writeln!(
                    f,
                    "        ... and {} more",
                    finding.violations.len() - EXAMPLES
                )?;
            }
        }
        let failed = self
            .findings
            .iter()
            .filter(|finding| !finding.violations.is_empty())
            .count();
        match failed {
            0 => writeln!(f, "verified: all {} invariants hold", self.findings.len()),
            n => writeln!(
                f,
                "NOT verified: {n} of {} invariants are broken",
                self.findings.len()
            ),
        }
    }
}
