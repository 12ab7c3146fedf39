//! The audit of a routing: every rule of the model, recomputed from the batch and the plan's tables alone.
//!
//! Freight and cartons cannot be recomputed without the code of `run`; that they are what the carrier later charges is audited by the
//! carrier stage. O(lines + allocations × log facilities).

mod cost;
mod decisions;
mod incumbent;
mod restrictions;

use super::Input;
use crate::model::catalog::Stock;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, Idx, IdxVec, ItemIdx, LineIdx, OrderIdx};
use crate::model::network::FacilityKind;
use crate::model::plan::Routed;
use crate::params::Routing as Params;
use crate::stage::Violation;
use restrictions::Matches;

/// Violations are listed up to this many; a broken plan breaks everywhere.
const MOST: usize = 100;

pub fn check(input: Input, out: &Routed, params: &Params) -> Vec<Violation> {
    let mut audit = Audit {
        input,
        out,
        params,
        matches: Matches::of(&input.batch.restrictions),
        found: Vec::new(),
    };
    audit.shape();
    if audit.found.is_empty() {
        let books = audit.books();
        audit.shipments();
        audit.supply(&books);
        audit.lines(&books);
        audit.orders(&books);
        audit.reasons(&books);
        audit.cost(&books);
        audit.bounds();
        audit.decisions(&books);
        audit.incumbent(&books);
    }
    audit.found.truncate(MOST);
    audit.found
}

struct Audit<'a> {
    input: Input<'a>,
    out: &'a Routed,
    params: &'a Params,
    matches: Matches,
    found: Vec<Violation>,
}

/// Sums over the plan.
struct Books {
    allocated: IdxVec<LineIdx, u64>,
    backordered: IdxVec<LineIdx, u64>,
    shipments: IdxVec<OrderIdx, usize>,
    /// By inventory cell.
    taken: Vec<u64>,
    picked: IdxVec<FacilityIdx, u64>,
    /// Shipments.
    sent: IdxVec<FacilityIdx, u64>,
}

impl Books {
    fn room(&self, input: &Input, facility: FacilityIdx) -> u64 {
        let site = &input.batch.facilities[facility];
        if site
            .capacity_orders
            .is_some_and(|most| self.sent[facility] >= most)
        {
            return 0;
        }
        site.capacity_units.saturating_sub(self.picked[facility])
    }
}

impl Audit<'_> {
    fn fail(&mut self, rule: &str, place: String, message: String) {
        if self.found.len() < MOST {
            self.found.push(Violation::new(rule, place, message));
        }
    }

    fn name(&self, order: OrderIdx) -> String {
        format!("order {}", &self.input.batch.orders.id[order])
    }

    fn line_name(&self, line: LineIdx) -> String {
        let lines = &self.input.batch.lines;
        format!(
            "{} line {}",
            self.name(lines.order[line]),
            lines.line_no[line]
        )
    }

    fn routable(&self, line: LineIdx) -> bool {
        let order = self.input.batch.lines.order[line];
        self.input.verdict[order].accepted() && self.input.line_fault[line].is_none()
    }

    /// Indices in range, offsets in order: everything else relies on it.
    fn shape(&mut self) {
        let (batch, out) = (self.input.batch, self.out);
        let offsets = &out.first_allocation;
        let ends = offsets.first() == Some(&0)
            && offsets.last().map(|&end| end as usize) == Some(out.allocations.len());
        if offsets.len() != out.shipments.len() + 1 || !ends || !offsets.is_sorted() {
            self.fail(
                "shipment_offsets",
                "shipments".into(),
                "first_allocation does not part the allocations among the shipments".into(),
            );
        }
        let lines = out.allocations.line.iter().chain(&out.backorders.line);
        let facilities = out
            .allocations
            .facility
            .iter()
            .chain(&out.shipments.facility);
        let known = lines.into_iter().all(|l| l.index() < batch.lines.len())
            && facilities
                .into_iter()
                .all(|f| f.index() < batch.facilities.len())
            && out
                .shipments
                .order
                .iter()
                .all(|o| o.index() < batch.orders.len())
            && out
                .allocations
                .shipment
                .iter()
                .all(|s| s.index() < out.shipments.len());
        if !known {
            self.fail(
                "unknown_index",
                "allocations, backorders or shipments".into(),
                "an index points outside its table".into(),
            );
        }
    }

    fn books(&mut self) -> Books {
        let (batch, out) = (self.input.batch, self.out);
        let mut books = Books {
            allocated: IdxVec::filled(0, batch.lines.len()),
            backordered: IdxVec::filled(0, batch.lines.len()),
            shipments: IdxVec::filled(0, batch.orders.len()),
            taken: vec![0; batch.inventory.by_item.len()],
            picked: IdxVec::filled(0, batch.facilities.len()),
            sent: IdxVec::filled(0, batch.facilities.len()),
        };
        for row in out.allocations.rows() {
            books.allocated[row.line] += u64::from(row.quantity);
            books.picked[row.facility] += u64::from(row.quantity);
            match batch
                .inventory
                .cell(batch.lines.item[row.line], row.facility)
            {
                Some(cell) => books.taken[cell] += u64::from(row.quantity),
                None => self.fail(
                    "stock_oversold",
                    self.line_name(row.line),
                    format!(
                        "{} does not stock its item",
                        batch.facilities[row.facility].id
                    ),
                ),
            }
        }
        for row in out.backorders.rows() {
            books.backordered[row.line] += u64::from(row.quantity);
        }
        for &order in &out.shipments.order {
            books.shipments[order] += 1;
        }
        for &facility in &out.shipments.facility {
            books.sent[facility] += 1;
        }
        books
    }

    /// Order of the tables; allocations belong to their shipment; hazardous goods.
    fn shipments(&mut self) {
        let (batch, out) = (self.input.batch, self.out);
        let mut last = None;
        for (s, row) in out.shipments.rows().enumerate() {
            let key = (row.order, row.facility);
            if last.is_some_and(|last| last >= key) {
                let message = "not in order of (order, facility), or twice".into();
                self.fail("shipment_order", self.name(row.order), message);
            }
            last = Some(key);
            let range = out.first_allocation[s] as usize..out.first_allocation[s + 1] as usize;
            if range.is_empty() {
                self.fail(
                    "empty_shipment",
                    self.name(row.order),
                    "ships nothing".into(),
                );
            }
            let mut before = None;
            for part in range.map(|i| out.allocations.get(i)) {
                let own = part.shipment.index() == s
                    && part.facility == row.facility
                    && batch.lines.order[part.line] == row.order;
                if !own || part.quantity == 0 || before.is_some_and(|l| l >= part.line) {
                    let message = format!("does not belong to shipment {s}, or is out of order");
                    self.fail("allocation_key", self.line_name(part.line), message);
                }
                before = Some(part.line);
                if let Some((rule, _)) = self.barred(part.line, part.facility) {
                    let site = &batch.facilities[part.facility].id;
                    self.fail(
                        rule,
                        self.line_name(part.line),
                        format!("{site} may not ship it"),
                    );
                }
            }
        }
        let rows = out.backorders.rows();
        let strict = out.backorders.line.windows(2).all(|pair| pair[0] < pair[1]);
        if !strict || rows.into_iter().any(|row| row.quantity == 0) {
            let message = "not in order of line, twice, or of no units".into();
            self.fail("backorder_order", "backorders".into(), message);
        }
    }

    /// The rule that keeps the facility from shipping the line, and its code.
    fn barred(&self, line: LineIdx, facility: FacilityIdx) -> Option<(&'static str, Code)> {
        let batch = self.input.batch;
        let (order, item) = (batch.lines.order[line], batch.lines.item[line]);
        let site = &batch.facilities[facility];
        let facts = [
            batch.orders.customer[order].map(|customer| customer.0),
            batch.orders.channel[order].map(|channel| channel.0),
            Some(batch.destinations.country[batch.orders.dest[order]].0),
            batch.items.category[item].map(|category| category.0),
            Some(item.0),
        ];
        if batch.items.hazmat[item] && !site.hazmat {
            Some(("hazmat", Code::NoHazmatFacility))
        } else if site.kind == FacilityKind::Store && !self.params.stores_ship {
            Some(("stores", Code::StoreMayNotShip))
        } else if !self.matches.serves(facility, facts) {
            Some(("restrictions", Code::Restricted))
        } else {
            None
        }
    }

    /// Units of a cell that the run may promise.
    fn promised(&self, stock: &Stock) -> u64 {
        let on_hand = i128::from(stock.on_hand);
        let percent = i128::from(self.params.safety_stock_percent);
        let share = (on_hand * percent + 99) / 100;
        let kept = i128::from(stock.reserved)
            + i128::from(stock.safety)
            + i128::from(self.params.safety_stock_units)
            + share;
        u64::try_from(on_hand - kept).unwrap_or(0)
    }

    /// Stock and capacity.
    fn supply(&mut self, books: &Books) {
        let batch = self.input.batch;
        for (item, stocks) in batch.inventory.by_item.iter() {
            let start = batch.inventory.by_item.range(item).start;
            for (i, stock) in stocks.iter().enumerate() {
                let free = self.promised(stock);
                let taken = books.taken[start + i];
                if taken > free {
                    let site = &batch.facilities[stock.facility].id;
                    let place = format!("item {} at {site}", &batch.items.sku[item]);
                    self.fail("stock_oversold", place, format!("{taken} of {free} units"));
                }
            }
        }
        for (facility, site) in batch.facilities.iter_enumerated() {
            let picked = books.picked[facility];
            if picked > site.capacity_units {
                let message = format!("{picked} of {} units", site.capacity_units);
                self.fail("capacity", format!("facility {}", site.id), message);
            }
            let sent = books.sent[facility];
            if site.capacity_orders.is_some_and(|most| sent > most) {
                let message = format!("{sent} shipments, more than its capacity_orders");
                self.fail("capacity_orders", format!("facility {}", site.id), message);
            }
        }
    }

    /// Every unit is shipped or backordered, once.
    fn lines(&mut self, books: &Books) {
        for line in self.input.batch.lines.indices() {
            let quantity = self.input.batch.lines.quantity[line];
            let wanted = if self.routable(line) { quantity } else { 0 };
            let (shipped, waits) = (books.allocated[line], books.backordered[line]);
            if u64::try_from(wanted) != Ok(shipped + waits) {
                let message = format!("{wanted} to route, {shipped} shipped, {waits} backordered");
                self.fail("line_balance", self.line_name(line), message);
            }
        }
    }

    fn orders(&mut self, books: &Books) {
        let batch = self.input.batch;
        for order in batch.orders.indices() {
            let shipments = books.shipments[order];
            if shipments as i64 > self.params.max_shipments {
                let message = format!("{shipments} of {}", self.params.max_shipments);
                self.fail("max_shipments", self.name(order), message);
            }
            let waits: u64 = batch
                .orders
                .lines(order)
                .map(|l| books.backordered[l])
                .sum();
            if batch.orders.ship_complete[order] && shipments > 0 && waits > 0 {
                let message = format!("ships, but {waits} units wait");
                self.fail("ship_complete", self.name(order), message);
            }
        }
    }

    /// Codes of backorders that the final state refutes. Stock and capacity only shrink while orders are served.
    fn reasons(&mut self, books: &Books) {
        let batch = self.input.batch;
        for row in self.out.backorders.rows() {
            let order = batch.lines.order[row.line];
            let item = batch.lines.item[row.line];
            let together = batch.orders.ship_complete[order];
            let alike = |line: &LineIdx| batch.lines.item[*line] == item;
            let own = || batch.orders.lines(order);
            let need: u64 = if together {
                own().filter(alike).map(|l| books.backordered[l]).sum()
            } else {
                1
            };
            let units: u64 = own().map(|l| books.backordered[l]).sum();
            let shipments = books.shipments[order] as i64;
            let plausible = match row.code {
                Code::NoStock => self.free(books, item) < need,
                Code::NoCapacity => {
                    // Room where rules forbid to ship from is none.
                    let may = |&f: &FacilityIdx| self.barred(row.line, f).is_none();
                    let holders = self.holders(item).filter(may);
                    let rooms = holders.map(|f| books.room(&self.input, f));
                    rooms.clone().any(|room| room < need)
                        || (together && rooms.fold(0, u64::saturating_add) < units)
                }
                Code::SafetyStock => {
                    // Others may have taken more since.
                    let kept = self.kept_back(item);
                    let first: u64 = self.holders(item).map(|f| self.start(item, f)).sum();
                    self.free(books, item) < need && kept > 0 && first + kept >= need
                }
                Code::NoHazmatFacility | Code::StoreMayNotShip | Code::Restricted => {
                    let bars = |f| self.barred(row.line, f);
                    let may = |&f: &FacilityIdx| bars(f).is_none();
                    let free = self.holders(item).filter(may);
                    let free: u64 = free.map(|f| self.left(books, item, f)).sum();
                    free < need
                        && self
                            .holders(item)
                            .any(|f| bars(f).is_some_and(|b| b.1 == row.code))
                }
                Code::NoService => self.holders(item).next().is_some(),
                Code::ShipTogether => together && shipments == 0 && self.lacks(order),
                Code::TooManyShipments => together || shipments == self.params.max_shipments,
                Code::TooCostly => self.free(books, item) >= need,
                Code::SplitTooCostly => {
                    !together && (1..self.params.max_shipments).contains(&shipments)
                }
                _ => false,
            };
            if !plausible {
                let message = format!("{} does not explain it", row.code.name());
                self.fail("backorder_code", self.line_name(row.line), message);
            }
        }
    }

    /// Units of the item that nobody took.
    fn free(&self, books: &Books, item: ItemIdx) -> u64 {
        let inventory = &self.input.batch.inventory.by_item;
        let cells = inventory.range(item);
        let stocks = inventory.row(item).iter();
        stocks
            .zip(cells)
            .map(|(s, cell)| self.promised(s).saturating_sub(books.taken[cell]))
            .sum()
    }

    /// Units of the item in the facility that nobody took.
    fn left(&self, books: &Books, item: ItemIdx, facility: FacilityIdx) -> u64 {
        let inventory = &self.input.batch.inventory;
        let cell = inventory.cell(item, facility);
        cell.map_or(0, |cell| {
            let stock = &inventory.by_item.values()[cell];
            self.promised(stock).saturating_sub(books.taken[cell])
        })
    }

    /// Units of the item that the facility could promise at first.
    fn start(&self, item: ItemIdx, facility: FacilityIdx) -> u64 {
        let inventory = &self.input.batch.inventory;
        let cell = inventory.cell(item, facility);
        cell.map_or(0, |cell| self.promised(&inventory.by_item.values()[cell]))
    }

    /// Units of the item that parameters keep back.
    fn kept_back(&self, item: ItemIdx) -> u64 {
        let stocks = self.input.batch.inventory.by_item.row(item).iter();
        let kept = stocks.map(|s| {
            let own = u64::from(s.reserved) + u64::from(s.safety);
            u64::from(s.on_hand).saturating_sub(own) - self.promised(s)
        });
        kept.sum()
    }

    /// Facilities that had the item.
    fn holders(&self, item: ItemIdx) -> impl Iterator<Item = FacilityIdx> + Clone + '_ {
        let stocks = self.input.batch.inventory.by_item.row(item).iter();
        stocks.filter(|s| self.promised(s) > 0).map(|s| s.facility)
    }

    /// Whether a line of the order waits for a reason of its own.
    fn lacks(&self, order: OrderIdx) -> bool {
        let range = self.input.batch.orders.line_range(order);
        let backorders = &self.out.backorders;
        let from = backorders.line.partition_point(|l| l.index() < range.start);
        let to = backorders.line.partition_point(|l| l.index() < range.end);
        backorders.code[from..to]
            .iter()
            .any(|&code| code != Code::ShipTogether)
    }

    fn bounds(&mut self) {
        let out = self.out;
        let total = out.cost.total();
        let all = out.bounds.rows().find(|row| row.scope == "all");
        if all.is_none_or(|row| row.cost != total) {
            let message = format!("no row for all orders at the plan's cost, {total}");
            self.fail("bound", "routing_bounds".into(), message);
        }
        for row in out.bounds.rows().filter(|row| row.bound > row.cost) {
            let message = format!("bound {} above cost {}", row.bound, row.cost);
            self.fail("bound", format!("scope {}", row.scope), message);
        }
    }
}
