//! The price of one parcel by one service, to the cent.
//!
//! In this order, all in integers:
//!
//! 1. *Limits.* Gross weight, longest side and girth within the service's, hazardous goods only where it takes them, the pick-up
//!    within its valid days. Otherwise there is no quote.
//! 2. *Surcharges that apply*: all conditions of the row hold. Weight conditions look at the gross weight, size conditions at
//!    the sides (longest, second) and the girth; a minimum is met by equality. `residential`, `fragile` and `hazmat` need a
//!    residential address, a fragile or a hazardous content besides. A parcel that pays `oversize` pays no `additional_handling`.
//! 3. *Billable weight* (see `measure`): the greatest of gross weight, dimensional weight and `min_billable_g` of those
//!    surcharges, rounded up to the carrier's unit.
//! 4. *Base*: the cheapest price row of (service, zone) whose `max_weight_g` is at least the billable weight and whose size limits
//!    hold the parcel. No row: no quote.
//! 5. *Surcharges*: `amount + percent of base`, the percentage rounded half away from zero to the cent. Of several rows of one
//!    kind only the greatest is charged, as carriers do (one additional handling per package, the dearest delivery area), so that
//!    overlapping validities or prefixes never charge twice.
//! 6. *Fuel*: the service's percentage of base + residential + delivery area + oversize + additional handling + overweight +
//!    peak (not fragile, not hazmat: carriers apply fuel to transport and accessorial charges, not to handling of contents),
//!    rounded once, half away from zero.
//!
//! Nothing is allocated. O(log price rows + surcharges of (service, area)).

use super::measure::{HEAVIEST, Measured, dimensional, round_up};
use super::tariff::{Rule, Tariff, end_of, hundredths, needs};
use crate::model::ids::{ServiceIdx, ZoneIdx};
use crate::model::plan::ChargeKind;
use crate::model::rates::{Rounding, ServiceTerms, SurchargeKind};
use crate::model::units::{Cents, Grams, Timestamp};

const KINDS: usize = SurchargeKind::ALL.len();
const OVERSIZE: usize = SurchargeKind::Oversize as usize;
const ADDITIONAL_HANDLING: usize = SurchargeKind::AdditionalHandling as usize;

/// Whether fuel is charged on a kind, in order of [`SurchargeKind::ALL`].
const FUELLED: [bool; KINDS] = [true, true, true, true, true, false, false, true];

/// The terms of a service as numbers that always compare.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    dim_divisor: i64,
    dim_threshold: i64,
    rounding: Rounding,
    max_weight: i64,
    max_length: i64,
    max_girth: i64,
    fuel: i64,
    hazmat: bool,
    from: Timestamp,
    to: Timestamp,
}

impl From<&ServiceTerms> for Terms {
    fn from(terms: &ServiceTerms) -> Self {
        Terms {
            dim_divisor: terms.dim_divisor,
            dim_threshold: terms.dim_threshold,
            rounding: terms.rounding,
            max_weight: terms.max_weight.map_or(HEAVIEST, |w| w.0.min(HEAVIEST)),
            max_length: terms.max_length_mm.unwrap_or(i64::MAX),
            max_girth: terms.max_girth_mm.unwrap_or(i64::MAX),
            fuel: hundredths(terms.fuel_percent),
            hazmat: terms.hazmat,
            from: terms.valid_from.unwrap_or(Timestamp(i64::MIN)),
            to: end_of(terms.valid_to),
        }
    }
}

impl Terms {
    /// Whether the service takes the parcel at all.
    pub fn take(&self, parcel: &Measured) -> bool {
        parcel.weight <= self.max_weight
            && parcel.sides[0] <= self.max_length
            && parcel.girth <= self.max_girth
            && (self.hazmat || !parcel.hazmat)
    }

    /// Whether the service is offered at a pick-up.
    pub fn valid_at(&self, pickup: Timestamp) -> bool {
        self.from <= pickup && pickup < self.to
    }
}

/// What is asked for beside the parcel: one service on one lane.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    pub service: ServiceIdx,
    pub terms: &'a Terms,
    pub zone: ZoneIdx,
    /// Destinations with the same surcharges, see [`super::RateClass`].
    pub area: u32,
    pub residential: bool,
    pub pickup: Timestamp,
}

/// What a parcel costs, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub price: Cents,
    pub billable: Grams,
    pub zone: ZoneIdx,
    base: i64,
    fuel: i64,
    /// By [`SurchargeKind`].
    surcharges: [i64; KINDS],
}

impl Quote {
    /// Base always, the rest where it is not zero; sums to the price.
    pub fn charges(&self) -> impl Iterator<Item = (ChargeKind, Cents)> + '_ {
        let extra = SurchargeKind::ALL
            .iter()
            .zip(self.surcharges)
            .map(|(&kind, amount)| (ChargeKind::from(kind), amount))
            .chain([(ChargeKind::Fuel, self.fuel)])
            .filter(|&(_, amount)| amount != 0);
        std::iter::once((ChargeKind::Base, self.base))
            .chain(extra)
            .map(|(kind, amount)| (kind, Cents(amount)))
    }
}

/// Surcharges that hold for a parcel, before the base rate is known.
struct Holding {
    /// Greatest amount by kind, of rows without a percentage.
    amounts: [i64; KINDS],
    /// Greatest least billable weight by kind.
    billable: [i64; KINDS],
    /// Kinds that hold, as bits.
    kinds: u16,
    /// Some holding row is a percentage of the base rate.
    percent: bool,
}

impl Tariff {
    /// The price of a parcel; `None`: the service does not take it.
    pub fn quote(&self, lane: &Lane, parcel: &Measured) -> Option<Quote> {
        if !lane.terms.take(parcel) || !lane.terms.valid_at(lane.pickup) {
            return None;
        }
        let rules = self.rules(lane.service, lane.area);
        let mut holding = holding(rules, lane, parcel);
        let terms = lane.terms;
        let dim = dimensional(parcel.volume, terms.dim_divisor, terms.dim_threshold);
        let least = holding.billable.iter().fold(0, |a, &b| a.max(b));
        let weight = parcel.weight.max(dim).max(least);
        if weight > HEAVIEST {
            return None;
        }
        let billable = round_up(terms.rounding, weight);
        let base = self.base(lane.service, lane.zone, billable, parcel.sides)?;
        if holding.percent {
            add_percentages(&mut holding, rules, lane, parcel, base);
        }
        Some(total(terms, lane.zone, billable, base, holding.amounts))
    }
}

fn total(terms: &Terms, zone: ZoneIdx, billable: i64, base: i64, extra: [i64; KINDS]) -> Quote {
    let fuelled = (0..KINDS)
        .filter(|&kind| FUELLED[kind])
        .map(|kind| extra[kind]);
    let fuel = percentage(base + fuelled.sum::<i64>(), terms.fuel);
    Quote {
        price: Cents(base + fuel + extra.iter().sum::<i64>()),
        billable: Grams(billable),
        zone,
        base,
        fuel,
        surcharges: extra,
    }
}

/// The rows that hold. A parcel that pays oversize pays no additional handling.
fn holding(rules: &[Rule], lane: &Lane, parcel: &Measured) -> Holding {
    let mut holding = Holding {
        amounts: [0; KINDS],
        billable: [0; KINDS],
        kinds: 0,
        percent: false,
    };
    if rules.is_empty() {
        return holding;
    }
    let given = given(lane, parcel);
    for rule in rules.iter().filter(|rule| rule.holds(lane, parcel, given)) {
        let kind = usize::from(rule.kind);
        let first = holding.kinds >> kind & 1 == 0;
        holding.kinds |= 1 << kind;
        holding.billable[kind] = holding.billable[kind].max(rule.min_billable);
        if rule.percent != 0 {
            holding.percent = true;
        }
        if first || rule.amount > holding.amounts[kind] {
            holding.amounts[kind] = rule.amount;
        }
    }
    if holding.kinds >> OVERSIZE & 1 == 1 {
        holding.kinds &= !(1 << ADDITIONAL_HANDLING);
        holding.amounts[ADDITIONAL_HANDLING] = 0;
        holding.billable[ADDITIONAL_HANDLING] = 0;
    }
    holding
}

/// Recomputes the amounts of the kinds that hold with percentages of `base`.
fn add_percentages(
    holding: &mut Holding,
    rules: &[Rule],
    lane: &Lane,
    parcel: &Measured,
    base: i64,
) {
    let given = given(lane, parcel);
    let mut seen = 0u16;
    for rule in rules.iter().filter(|rule| rule.holds(lane, parcel, given)) {
        let kind = usize::from(rule.kind);
        if holding.kinds >> kind & 1 == 0 {
            continue;
        }
        let amount = rule.amount + percentage(base, rule.percent);
        if seen >> kind & 1 == 0 || amount > holding.amounts[kind] {
            holding.amounts[kind] = amount;
        }
        seen |= 1 << kind;
    }
}

fn given(lane: &Lane, parcel: &Measured) -> u8 {
    u8::from(lane.residential) * needs::RESIDENTIAL
        + u8::from(parcel.fragile) * needs::FRAGILE
        + u8::from(parcel.hazmat) * needs::HAZMAT
}

impl Rule {
    fn holds(&self, lane: &Lane, parcel: &Measured, given: u8) -> bool {
        (self.zone == u32::MAX || self.zone == lane.zone.0)
            && self.needs & !given == 0
            && parcel.weight >= self.min_weight
            && parcel.sides[0] >= self.min_length
            && parcel.sides[1] >= self.min_second
            && parcel.girth >= self.min_girth
            && self.from <= lane.pickup
            && lane.pickup < self.to
    }
}

/// `amount × hundredths / 10,000`, rounded half away from zero.
fn percentage(amount: i64, hundredths: i64) -> i64 {
    if hundredths == 0 {
        return 0;
    }
    if let Some(product) = amount.checked_mul(hundredths)
        && let Some(shifted) = product.checked_add(if product < 0 { -5_000 } else { 5_000 })
    {
        return shifted / 10_000;
    }
    let product = i128::from(amount) * i128::from(hundredths);
    let half = if product < 0 { -5_000 } else { 5_000 };
    i64::try_from((product + half) / 10_000).unwrap_or(i64::MAX / 64)
}
