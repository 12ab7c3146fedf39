//! Audits returns and claims by reading input rows and output rows side by side: every input row has one outcome or one reject, in
//! order, and every refund and exchange stands behind exactly one outcome.

use std::collections::{HashMap, HashSet};

use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::orders::Condition;
use crate::model::plan;
use crate::model::plan::{ClaimOutcome, ReturnOutcome};
use crate::params::Params;
use crate::stage::Violation;

use super::super::Input;

/// 10 billion in major units.
const LIMIT: i128 = 10_000_000_000 * 100;

pub(super) fn check(input: Input, out: &plan::Aftercare, params: &Params) -> Vec<Violation> {
    let mut audit = Audit {
        batch: input.batch,
        start: input.calendar.start.0,
        out,
        params,
        shelf: shelf(input),
        settled: HashMap::new(),
        tonight: input.batch.orders.id.iter().collect(),
        rejects: 0,
        refunds: 0,
        exchanges: 0,
        found: Vec::new(),
    };
    audit.returns();
    audit.claims();
    let read = [audit.rejects, audit.refunds, audit.exchanges];
    let written = [out.rejects.len(), out.refunds.len(), out.exchanges.len()];
    if read != written {
        audit.found.push(Violation::new(
            "aftercare_stray",
            "rejects, refunds, exchanges",
            format!("{written:?} rows, of which {read:?} belong to a return or claim"),
        ));
    }
    audit.found
}

/// Units on hand after allocation, by place.
fn shelf(input: Input) -> HashMap<(FacilityIdx, ItemIdx), i64> {
    let mut shelf = HashMap::new();
    if input.batch.returns.id.is_empty() {
        return shelf;
    }
    for (item, stocks) in input.batch.inventory.by_item.iter() {
        for stock in stocks {
            shelf.insert((stock.facility, item), i64::from(stock.on_hand));
        }
    }
    let allocations = &input.routed.allocations;
    for i in 0..allocations.len() {
        let item = input.batch.lines.item[allocations.line[i]];
        *shelf.entry((allocations.facility[i], item)).or_default() -=
            i64::from(allocations.quantity[i]);
    }
    shelf
}

/// A settled part: line, item, and whether by a claim.
type Part = (Option<u32>, Option<ItemIdx>, bool);

struct Audit<'a> {
    batch: &'a Batch,
    start: i64,
    out: &'a plan::Aftercare,
    params: &'a Params,
    shelf: HashMap<(FacilityIdx, ItemIdx), i64>,
    settled: HashMap<&'a str, Vec<Part>>,
    tonight: HashSet<&'a str>,
    /// Rows read so far.
    rejects: usize,
    refunds: usize,
    exchanges: usize,
    found: Vec<Violation>,
}

impl<'a> Audit<'a> {
    fn fail(&mut self, rule: &str, place: String, message: String) {
        self.found.push(Violation::new(rule, place, message));
    }

    /// The code of the next reject, if it is for this row.
    fn rejected(&mut self, table: &str, row: u64, order_id: &str) -> Option<Code> {
        let (i, rejects) = (self.rejects, &self.out.rejects);
        let for_this = i < rejects.len()
            && rejects.table[i] == table
            && rejects.row[i] == row
            && rejects.order_id[i].as_deref() == Some(order_id);
        self.rejects += usize::from(for_this);
        for_this.then(|| rejects.code[i])
    }

    fn settled(&self, order_id: &str, line: Option<u32>, item: Option<ItemIdx>) -> Option<bool> {
        let same = |&&(l, i, _): &&Part| {
            let both_lines = l.is_some() && line.is_some();
            let both_items = i.is_some() && item.is_some();
            if both_lines {
                l == line
            } else if both_items {
                i == item
            } else {
                (l, i) == (None, None) || (line, item) == (None, None)
            }
        };
        let parts = self.settled.get(order_id)?;
        parts.iter().find(same).map(|&(_, _, by_claim)| by_claim)
    }

    fn bad_quantity(&self, quantity: i64, least: i64) -> Option<Code> {
        if quantity < least {
            Some(Code::NonPositiveQuantity)
        } else if quantity > self.params.validate.max_line_quantity {
            Some(Code::AbsurdQuantity)
        } else {
            None
        }
    }

    /// The money that quantity × price with its share of shipping makes, or the code that forbids it.
    fn price(&self, i: usize) -> Result<i128, Code> {
        let returns = &self.batch.returns;
        let price = returns.unit_price[i].ok_or(Code::MissingValue)?.0;
        if price < 0 {
            return Err(Code::NegativePrice);
        }
        let goods = i128::from(price) * i128::from(returns.quantity[i]);
        if goods > LIMIT {
            return Err(Code::Overflow);
        }
        Ok(self.plus_shipping(goods))
    }

    fn plus_shipping(&self, goods: i128) -> i128 {
        let percent = i128::from(self.params.aftercare.refund_shipping_percent);
        goods + (2 * goods * percent + 100) / 200
    }

    fn returns(&mut self) {
        let returns = &self.batch.returns;
        let mut outcomes = 0;
        for i in 0..returns.id.len() {
            let place = format!("return {}", returns.id[i]);
            let deserved = self.return_fault(i);
            let found = self.rejected("returns", returns.row[i], &returns.order_id[i]);
            if deserved != found {
                self.fail(
                    "return_rejected",
                    place.clone(),
                    format!("{found:?}, should be {deserved:?}"),
                );
            }
            if found.is_some() {
                continue;
            }
            if outcomes >= self.out.returns.len() {
                self.fail("returns_complete", place, "has no outcome".into());
                continue;
            }
            let outcome = self.out.returns.get(outcomes);
            outcomes += 1;
            self.return_outcome(i, &outcome, place);
        }
        if outcomes != self.out.returns.len() {
            let message = format!("{} outcomes, {outcomes} returns", self.out.returns.len());
            self.fail("returns_complete", "returns".into(), message);
        }
    }

    fn exchangeable(&self, i: usize) -> bool {
        let fit = [Some(Condition::New), Some(Condition::Opened)];
        self.batch.returns.wants_exchange[i] && fit.contains(&self.batch.returns.condition[i])
    }

    fn resaleable(&self, i: usize) -> bool {
        match self.batch.returns.condition[i] {
            Some(Condition::New) => true,
            Some(Condition::Opened) => self.params.aftercare.restock_opened,
            _ => false,
        }
    }

    /// Its order ships in this batch at the earliest.
    fn too_early(&self, i: usize) -> bool {
        self.tonight
            .contains(self.batch.returns.order_id[i].as_str())
    }

    /// Why row `i` must be rejected.
    fn return_fault(&self, i: usize) -> Option<Code> {
        let returns = &self.batch.returns;
        let quantity = returns.quantity[i];
        if let Some(code) = self.bad_quantity(quantity, 1) {
            return Some(code);
        }
        if matches!(returns.condition[i], None | Some(Condition::Missing)) || self.too_early(i) {
            return None;
        }
        let (line, item) = (Some(returns.line_no[i]), Some(returns.item[i]));
        if self.settled(&returns.order_id[i], line, item).is_some() {
            return Some(Code::DuplicateLine);
        }
        if !self.exchangeable(i)
            && let Err(code) = self.price(i)
        {
            return Some(code);
        }
        let on_shelf = self.shelf.get(&(returns.facility[i], returns.item[i]));
        let full = on_shelf.unwrap_or(&0) + quantity > i64::from(u32::MAX);
        (self.resaleable(i) && full).then_some(Code::Overflow)
    }

    fn return_outcome(&mut self, i: usize, row: &ReturnOutcome, place: String) {
        let returns = &self.batch.returns;
        let quantity = returns.quantity[i];
        let name = match returns.condition[i] {
            None => "awaiting_inspection",
            Some(Condition::Missing) => "rejected_missing",
            Some(_) if self.too_early(i) => "held",
            Some(_) if self.exchangeable(i) => "exchanged",
            Some(_) => "refunded",
        };
        let settles = name == "exchanged" || name == "refunded";
        let restocked = if settles && self.resaleable(i) {
            quantity
        } else {
            0
        };
        let code = (name == "held").then_some(Code::ReturnBeforeShipment);
        let disposed = if settles { quantity - restocked } else { 0 };
        let right = row.return_id == returns.id[i]
            && row.order_id == returns.order_id[i]
            && (row.item, row.facility) == (returns.item[i], returns.facility[i])
            && i64::from(row.quantity) == quantity
            && i64::from(row.restocked) == restocked
            && i64::from(row.disposed) == disposed
            && (row.outcome.as_str(), row.code) == (name, code);
        if !right {
            let should = format!("{name}, {restocked} restocked, {disposed} disposed");
            self.fail(
                "return_outcome",
                place.clone(),
                format!("{row:?}, should be {should}"),
            );
        }
        *self
            .shelf
            .entry((returns.facility[i], returns.item[i]))
            .or_default() += restocked;
        if settles {
            let part = (Some(returns.line_no[i]), Some(returns.item[i]), false);
            self.settled
                .entry(&returns.order_id[i])
                .or_default()
                .push(part);
        }
        match name {
            "exchanged" => self.exchange(i, place),
            "refunded" => {
                let id = format!("RF-{}-{}", returns.id[i], returns.line_no[i]);
                let amount = self.price(i).unwrap_or(-1);
                let reason = format!(
                    "return_{}",
                    returns.condition[i].map_or("", Condition::name)
                );
                let source = (returns.id[i].as_str(), returns.order_id[i].as_str());
                self.refund(id, source, Some(returns.item[i]), quantity, amount, reason);
            }
            _ => {}
        }
    }

    fn exchange(&mut self, i: usize, place: String) {
        let returns = &self.batch.returns;
        let at = self.exchanges;
        self.exchanges += 1;
        let right = at < self.out.exchanges.len() && {
            let row = self.out.exchanges.get(at);
            row.exchange_order_id.strip_prefix("EX-") == Some(&returns.id[i])
                && row.return_id == returns.id[i]
                && row.order_id == returns.order_id[i]
                && row.item == returns.item[i]
                && i64::from(row.quantity) == returns.quantity[i]
        };
        if !right {
            self.fail("exchange", place, format!("row {at} is not its exchange"));
        }
    }

    /// The next refund must be this one.
    fn refund(
        &mut self,
        id: String,
        (source, order_id): (&str, &str),
        item: Option<ItemIdx>,
        quantity: i64,
        amount: i128,
        reason: String,
    ) {
        let at = self.refunds;
        self.refunds += 1;
        let right = at < self.out.refunds.len() && {
            let row = self.out.refunds.get(at);
            row.refund_id == id
                && row.source_id == source
                && row.order_id == order_id
                && row.item == item
                && i64::from(row.quantity) == quantity
                && i128::from(row.amount.0) == amount
                && row.reason == reason
        };
        if !right {
            let message =
                format!("row {at} is not {quantity} x {item:?} for {amount} cents, {reason}");
            self.fail("refund", id, message);
        }
    }

    fn claims(&mut self) {
        let claims = &self.batch.claims;
        let mut outcomes = 0;
        for i in 0..claims.id.len() {
            let place = format!("claim {}", claims.id[i]);
            let deserved = self.claim_fault(i);
            let found = self.rejected("claims", claims.row[i], &claims.order_id[i]);
            if deserved != found {
                self.fail(
                    "claim_rejected",
                    place.clone(),
                    format!("{found:?}, should be {deserved:?}"),
                );
            }
            if found.is_some() {
                continue;
            }
            if outcomes >= self.out.claims.len() {
                self.fail("claims_complete", place, "has no outcome".into());
                continue;
            }
            let outcome = self.out.claims.get(outcomes);
            outcomes += 1;
            self.claim_outcome(i, &outcome, place);
        }
        if outcomes != self.out.claims.len() {
            let message = format!("{} outcomes, {outcomes} claims", self.out.claims.len());
            self.fail("claims_complete", "claims".into(), message);
        }
    }

    fn too_late(&self, i: usize) -> bool {
        let days = i128::from(self.params.aftercare.claim_window_days);
        self.batch.claims.received_at[i]
            .is_some_and(|at| i128::from(self.start) - i128::from(at.0) > days * 86_400)
    }

    fn claim_fault(&self, i: usize) -> Option<Code> {
        let claims = &self.batch.claims;
        if let Some(code) = self.bad_quantity(claims.quantity[i], 0) {
            return Some(code);
        }
        if self.too_late(i) {
            return None;
        }
        if self.settled(&claims.order_id[i], claims.line_no[i], claims.item[i]) == Some(true) {
            return Some(Code::DuplicateLine);
        }
        match claims.amount[i].map_or(0, |amount| i128::from(amount.0)) {
            0 => Some(Code::MissingValue),
            amount if amount < 0 => Some(Code::NegativePrice),
            amount => (amount > LIMIT).then_some(Code::Overflow),
        }
    }

    fn claim_outcome(&mut self, i: usize, row: &ClaimOutcome, place: String) {
        let claims = &self.batch.claims;
        let (line, item) = (claims.line_no[i], claims.item[i]);
        let asked = claims.amount[i].map_or(0, |amount| amount.0);
        let (name, claimed) = if self.too_late(i) {
            ("refused_late", 0)
        } else if self.settled(&claims.order_id[i], line, item).is_some() {
            ("refunded_already", asked)
        } else {
            ("refunded", asked)
        };
        let right = row.claim_id == claims.id[i]
            && row.order_id == claims.order_id[i]
            && row.carrier == claims.carrier[i]
            && row.claimed.0 == claimed
            && row.outcome == name;
        if !right {
            self.fail(
                "claim_outcome",
                place,
                format!("{row:?}, should be {name}, {claimed} cents"),
            );
        }
        if name == "refunded" {
            let parts = self.settled.entry(&claims.order_id[i]).or_default();
            parts.push((line, item, true));
            let (reason, amount) = if claims.lost[i] {
                ("claim_lost", self.plus_shipping(i128::from(asked)))
            } else {
                ("claim_damaged", i128::from(asked))
            };
            let source = (claims.id[i].as_str(), claims.order_id[i].as_str());
            let id = format!("CF-{}", claims.id[i]);
            self.refund(id, source, item, claims.quantity[i], amount, reason.into());
        }
    }
}
