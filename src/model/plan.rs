//! What the stages decide, as columns. One struct per stage; `report::tables` gives each table its file.

use serde::{Deserialize, Serialize};

use super::codes::Code;
use super::explain::Explained;
use super::ids::{
    BatchIdx, CartonIdx, FacilityIdx, IdxVec, ItemIdx, LineIdx, OrderIdx, PackageIdx, ServiceIdx,
    ShipmentIdx, SlotIdx, WaveIdx, ZoneIdx,
};
use super::incumbent::Shadow;
use super::rates::SurchargeKind;
use super::status::WaveWay;
pub use super::status::{EventStatus, Template};
use super::units::{Cents, Grams, Millimetres, Seconds, Timestamp};
use crate::columns;

/// The fate of an order so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// May be fulfilled; a line of it may still be unusable.
    Accepted,
    /// Must not be fulfilled.
    Rejected(Code),
    /// Waits for a person or a payment.
    Held(Code),
}

impl Verdict {
    pub fn accepted(self) -> bool {
        self == Verdict::Accepted
    }
}

columns! {
    /// Rows of the input that are not used, and why. One row per fault.
    pub struct Rejects / Reject {
        /// Input table.
        table: String,
        /// Row of the table, from 0 over all its files.
        row: u64,
        code: Code,
        column: String,
        /// The offending value as read.
        value: String,
        /// The order concerned, where it is known.
        order_id: Option<String>,
    }

    /// Orders that wait, and why.
    pub struct Holds / Hold {
        order: OrderIdx,
        code: Code,
        /// The figures behind it.
        detail: String,
    }
}

/// `stages::validate`: which orders and lines may be fulfilled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validated {
    pub verdict: IdxVec<OrderIdx, Verdict>,
    /// The fault of a line that cannot be used though its order may be.
    pub line_fault: IdxVec<LineIdx, Option<Code>>,
    pub rejects: Rejects,
    pub holds: Holds,
}

/// What to do with an order for its risk of fraud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decision {
    #[default]
    Accept,
    Review,
    Decline,
}

impl Decision {
    pub const fn name(self) -> &'static str {
        match self {
            Decision::Accept => "accept",
            Decision::Review => "review",
            Decision::Decline => "decline",
        }
    }
}

columns! {
    /// Fraud scores of orders that validate accepted, in order of [`OrderIdx`].
    pub struct FraudScores / FraudScore {
        order: OrderIdx,
        /// 0 (no sign) to 99.
        score: u8,
        decision: Decision,
        /// Names of the rules that added to the score, heaviest first, joined by `;` with their points: `cvv_no:30;new_customer:10`.
        reasons: String,
        /// Money at stake.
        amount: Cents,
    }
}

/// `stages::fraud`: scores, and the verdicts with declined and reviewed orders taken out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FraudOut {
    pub scores: FraudScores,
    pub verdict: IdxVec<OrderIdx, Verdict>,
    /// Orders that deserved a review that the team has no time for, and that were accepted or declined instead.
    pub over_capacity: u64,
}

columns! {
    /// Units of a line that a facility ships. In order of (shipment, line).
    pub struct Allocations / Allocation {
        line: LineIdx,
        facility: FacilityIdx,
        shipment: ShipmentIdx,
        quantity: u32,
    }

    /// Units of a line that no facility ships now.
    pub struct Backorders / Backorder {
        line: LineIdx,
        quantity: u32,
        code: Code,
    }

    /// What one facility sends for one order, in order of (order, facility); position = [`ShipmentIdx`].
    pub struct ShipmentKeys / ShipmentKey {
        order: OrderIdx,
        facility: FacilityIdx,
        /// What routing reckoned for freight, cartons and handling.
        routed_cost: Cents,
    }

    /// Lower bounds, one row per scope.
    pub struct RoutingBounds / RoutingBound {
        /// What the bound covers, such as `all` or a component.
        scope: String,
        /// How it was found.
        method: String,
        cost: Cents,
        bound: Cents,
    }

    /// What one more unit is worth.
    pub struct ShadowPrices / ShadowPrice {
        facility: FacilityIdx,
        /// `None`: the facility's capacity.
        item: Option<ItemIdx>,
        /// Of capacity: in shipments, rather than units.
        shipments: bool,
        price: Cents,
    }
}

/// Cost of a routing by component, in the model of `stages::routing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingCost {
    pub freight: Cents,
    pub cartons: Cents,
    pub handling: Cents,
    pub split_penalty: Cents,
    pub lateness_penalty: Cents,
    pub store_penalty: Cents,
    /// Of facilities that ship less than they should, or more than their share; of no order.
    pub balance_penalty: Cents,
    pub backorder_penalty: Cents,
}

impl RoutingCost {
    pub fn total(self) -> Cents {
        self.freight
            + self.cartons
            + self.handling
            + self.split_penalty
            + self.lateness_penalty
            + self.store_penalty
            + self.balance_penalty
            + self.backorder_penalty
    }
}

/// `stages::routing`: from which facility each line ships.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    pub shipments: ShipmentKeys,
    pub allocations: Allocations,
    /// Allocations of shipment `s` are `first_allocation[s]..first_allocation[s + 1]`.
    pub first_allocation: Vec<u32>,
    pub backorders: Backorders,
    pub bounds: RoutingBounds,
    pub shadow_prices: ShadowPrices,
    pub cost: RoutingCost,
    /// Cost of the nearest facility that has stock, line by line: the rule in use.
    pub nearest_cost: Cents,
    /// Cost of serving order by order, each at its least cost on what the earlier ones left.
    pub greedy_cost: Cents,
    /// Why; without rows where that was not asked for.
    pub explained: Explained,
    /// The plan of another system beside ours, where one was given.
    pub shadow: Option<Shadow>,
}

impl Routed {
    /// Positions of the shipment's rows in `allocations`.
    pub fn allocations_of(&self, shipment: ShipmentIdx) -> std::ops::Range<usize> {
        self.first_allocation[shipment.0 as usize] as usize
            ..self.first_allocation[shipment.0 as usize + 1] as usize
    }
}

columns! {
    /// Packed cartons, in order of shipment; position = [`PackageIdx`].
    pub struct Packages / Package {
        shipment: ShipmentIdx,
        /// `None`: the item ships in its own container.
        carton: Option<CartonIdx>,
        /// Outer size as rated: length, width, height as packed, millimetres.
        size: [i32; 3],
        /// Content and tare.
        weight: Grams,
        carton_cost: Cents,
        fragile: bool,
        hazmat: bool,
        units: u32,
    }

    /// Where each unit lies in its carton, in order of package.
    pub struct Placements / PlacementRow {
        package: PackageIdx,
        line: LineIdx,
        /// Nearest, leftmost, lowest corner, millimetres.
        at: [i32; 3],
        /// After rotation.
        size: [i32; 3],
    }
}

/// `stages::cartonize`: which boxes, what goes in each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cartonized {
    pub packages: Packages,
    /// Packages of shipment `s` are `first_package[s]..first_package[s + 1]`.
    pub first_package: Vec<u32>,
    pub placements: Placements,
    /// Placements of package `p` are `first_placement[p]..first_placement[p + 1]`.
    pub first_placement: Vec<u32>,
    /// A lower bound on the number of packages (volume and weight).
    pub package_bound: u64,
}

impl Cartonized {
    pub fn packages_of(&self, shipment: ShipmentIdx) -> std::ops::Range<usize> {
        self.first_package[shipment.0 as usize] as usize
            ..self.first_package[shipment.0 as usize + 1] as usize
    }
    pub fn placements_of(&self, package: PackageIdx) -> std::ops::Range<usize> {
        self.first_placement[package.0 as usize] as usize
            ..self.first_placement[package.0 as usize + 1] as usize
    }
}

/// What an amount on a shipment is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChargeKind {
    Base,
    Fuel,
    Residential,
    DeliveryArea,
    Oversize,
    AdditionalHandling,
    Overweight,
    Fragile,
    Hazmat,
    Peak,
}

impl ChargeKind {
    pub const fn name(self) -> &'static str {
        match self {
            ChargeKind::Base => "base",
            ChargeKind::Fuel => "fuel",
            ChargeKind::Residential => "residential",
            ChargeKind::DeliveryArea => "delivery_area",
            ChargeKind::Oversize => "oversize",
            ChargeKind::AdditionalHandling => "additional_handling",
            ChargeKind::Overweight => "overweight",
            ChargeKind::Fragile => "fragile",
            ChargeKind::Hazmat => "hazmat",
            ChargeKind::Peak => "peak",
        }
    }
}

impl From<SurchargeKind> for ChargeKind {
    fn from(kind: SurchargeKind) -> Self {
        match kind {
            SurchargeKind::Residential => ChargeKind::Residential,
            SurchargeKind::DeliveryArea => ChargeKind::DeliveryArea,
            SurchargeKind::Oversize => ChargeKind::Oversize,
            SurchargeKind::AdditionalHandling => ChargeKind::AdditionalHandling,
            SurchargeKind::Overweight => ChargeKind::Overweight,
            SurchargeKind::Fragile => ChargeKind::Fragile,
            SurchargeKind::Hazmat => ChargeKind::Hazmat,
            SurchargeKind::Peak => ChargeKind::Peak,
        }
    }
}

columns! {
    /// The shipment plan; position = [`ShipmentIdx`].
    pub struct Shipments / Shipment {
        service: ServiceIdx,
        zone: ZoneIdx,
        packages: u32,
        /// Sum over the packages.
        billable_weight: Grams,
        /// Everything the carrier charges.
        price: Cents,
        /// The carrier pick-up to make.
        ship_by: Timestamp,
        expected_delivery: Timestamp,
        promised: Timestamp,
        /// Expected after the promise because no service is faster.
        late: bool,
    }

    /// Shipments of the routing that no carrier takes: they do not ship. In order of shipment.
    pub struct Unplaced / UnplacedRow {
        /// In the numbering of the routing.
        shipment: ShipmentIdx,
        order: OrderIdx,
        facility: FacilityIdx,
        packages: u32,
        units: u32,
        code: Code,
    }

    /// What the carrier charges, package by package and kind by kind. In order of package.
    pub struct Charges / Charge {
        shipment: ShipmentIdx,
        package: PackageIdx,
        kind: ChargeKind,
        amount: Cents,
    }
}

/// `stages::carrier`: which carrier and service, at what price, by when.
///
/// Shipments and packages are numbered without those of `unplaced` shipments, as `model::dispatch` numbers them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shipped {
    pub unplaced: Unplaced,
    pub shipments: Shipments,
    pub charges: Charges,
}

columns! {
    /// Shipments of one facility released together, in order of (facility, release); position = [`WaveIdx`].
    pub struct Waves / Wave {
        facility: FacilityIdx,
        /// The earliest carrier pick-up of its shipments.
        cutoff: Timestamp,
        release: Timestamp,
        /// Expected end of packing by the labour plan.
        expected_end: Timestamp,
        shipments: u32,
        lines: u32,
        units: u32,
        /// Sum of its tours; 0 where the facility has no slot map.
        distance: Millimetres,
        /// Picker time.
        labour: Seconds,
    }

    /// What one picker collects in one tour, in order of wave; position = [`BatchIdx`].
    pub struct PickBatches / PickBatch {
        wave: WaveIdx,
        shipments: u32,
        lines: u32,
        units: u32,
        volume_mm3: i64,
        weight: Grams,
        distance: Millimetres,
        /// A lower bound on the distance.
        distance_bound: Millimetres,
        labour: Seconds,
    }

    /// The pick list, in walking order within each batch.
    pub struct PickTasks / PickTask {
        batch: BatchIdx,
        /// Position in the tour, from 1.
        sequence: u32,
        /// `None`: the facility has no slot map, or its slots hold less than its stock record (`slot_short`).
        slot: Option<SlotIdx>,
        line: LineIdx,
        shipment: ShipmentIdx,
        quantity: u32,
        /// Tote on the cart, from 1.
        tote: u16,
    }

    /// What the rules in use would make of each facility's night, beside the plan and what no plan undercuts; in order of facility.
    pub struct WaveRules / WaveRule {
        facility: FacilityIdx,
        way: WaveWay,
        /// 0 for the bound.
        carts: u32,
        /// Of all tours.
        distance: Millimetres,
        /// Shipments that are not packed by the pick-up that carrier selection planned, or are in no wave.
        late: u32,
    }
}

/// `stages::waves`: which shipments are released together, in which cart, in which walking order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Waved {
    pub waves: Waves,
    pub batches: PickBatches,
    /// Batches of wave `w` are `first_batch[w]..first_batch[w + 1]`.
    pub first_batch: Vec<u32>,
    pub tasks: PickTasks,
    /// Tasks of batch `b` are `first_task[b]..first_task[b + 1]`.
    pub first_task: Vec<u32>,
    /// The wave of each shipment. An order larger than a cart is spread over several batches of one wave.
    pub wave_of: IdxVec<ShipmentIdx, Option<WaveIdx>>,
    /// Carts that each shipment is on; 0: in no wave.
    pub carts: IdxVec<ShipmentIdx, u32>,
    /// Empty with `waves.compare_rules=false`.
    pub rules: WaveRules,
    /// Why a shipment is in no wave; same positions as `wave_of`, empty text where it is.
    pub not_waved: IdxVec<ShipmentIdx, String>,
}

columns! {
    /// When each shipment is released, picked, packed, handed over, delivered; position = [`ShipmentIdx`].
    pub struct CycleTimes / CycleTime {
        placed: Timestamp,
        released: Timestamp,
        picked: Timestamp,
        packed: Timestamp,
        /// The carrier's pick-up that it made.
        handed_over: Timestamp,
        delivered: Timestamp,
        promised: Timestamp,
        on_time: bool,
        /// It missed the pick-up that carrier selection planned and goes with a later one.
        missed_cutoff: bool,
    }

    /// Shipments that missed their planned pick-up and go with another one, perhaps of another service. In order of shipment.
    pub struct Rebookings / Rebooking {
        shipment: ShipmentIdx,
        service: ServiceIdx,
        zone: ZoneIdx,
        billable_weight: Grams,
        /// Everything the carrier charges now, in place of the planned price.
        price: Cents,
    }

    /// Who picks which batch when, facility by facility in order of start.
    pub struct PickTimes / PickTime {
        batch: BatchIdx,
        /// Picker of the facility, from 0.
        picker: u32,
        start: Timestamp,
        end: Timestamp,
    }

    /// Where and when each package is packed, facility by facility in order of start.
    pub struct PackTimes / PackTime {
        package: PackageIdx,
        /// Pack station of the facility, from 0.
        station: u32,
        start: Timestamp,
        end: Timestamp,
    }

    /// How busy a facility is.
    pub struct Utilizations / Utilization {
        facility: FacilityIdx,
        /// Share of picker time in shifts from the first release to the last pick.
        pickers: f64,
        pack_stations: f64,
        finished: Timestamp,
    }
}

/// `stages::schedule`: when each shipment is released, picked, packed, handed over, delivered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    pub times: CycleTimes,
    pub rebooked: Rebookings,
    pub picking: PickTimes,
    pub packing: PackTimes,
    pub utilization: Utilizations,
}

impl Scheduled {
    /// Position of the shipment in `rebooked`, if it is there.
    pub fn rebooking(&self, shipment: ShipmentIdx) -> Option<usize> {
        self.rebooked.shipment.binary_search(&shipment).ok()
    }

    /// The service that the shipment really goes with, and what it charges.
    pub fn goes_with(&self, planned: &Shipments, shipment: ShipmentIdx) -> (ServiceIdx, Cents) {
        match self.rebooking(shipment) {
            Some(row) => (self.rebooked.service[row], self.rebooked.price[row]),
            None => {
                let row = shipment.0 as usize;
                (planned.service[row], planned.price[row])
            }
        }
    }
}

columns! {
    /// Stock after the run, one row per (facility, item) stocked or restocked, in that order.
    pub struct InventoryAfter / InventoryAfterRow {
        facility: FacilityIdx,
        item: ItemIdx,
        on_hand_before: u32,
        allocated: u32,
        restocked: u32,
        on_hand_after: u32,
    }

    /// Bills of orders that are not prepaid, for what ships.
    pub struct Invoices / Invoice {
        invoice_id: String,
        order: OrderIdx,
        goods: Cents,
        issued: Timestamp,
        due: Timestamp,
    }

    /// Status changes of orders, in order of (order, time).
    pub struct Events / Event {
        order: OrderIdx,
        shipment: Option<ShipmentIdx>,
        at: Timestamp,
        status: EventStatus,
    }

    /// Messages to customers: who, what, when.
    pub struct Notifications / Notification {
        order: OrderIdx,
        shipment: Option<ShipmentIdx>,
        at: Timestamp,
        template: Template,
        /// What the template needs, as JSON.
        facts: String,
    }

    /// Money back for returns and claims.
    pub struct Refunds / Refund {
        refund_id: String,
        /// The return or claim behind it.
        source_id: String,
        order_id: String,
        item: Option<ItemIdx>,
        quantity: u32,
        amount: Cents,
        reason: String,
    }

    /// Replacement orders for the next batch.
    pub struct Exchanges / Exchange {
        exchange_order_id: String,
        return_id: String,
        order_id: String,
        item: ItemIdx,
        quantity: u32,
    }

    /// What became of each return.
    pub struct ReturnOutcomes / ReturnOutcome {
        return_id: String,
        order_id: String,
        item: ItemIdx,
        facility: FacilityIdx,
        quantity: u32,
        /// Back to stock, to be sold again.
        restocked: u32,
        /// Written off.
        disposed: u32,
        outcome: String,
        /// Why it is held.
        code: Option<Code>,
    }

    /// What became of each transport claim.
    pub struct ClaimOutcomes / ClaimOutcome {
        claim_id: String,
        order_id: String,
        carrier: Option<String>,
        /// Asked of the carrier.
        claimed: Cents,
        outcome: String,
    }
}

/// `stages::aftercare`: what follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Aftercare {
    pub inventory: InventoryAfter,
    pub invoices: Invoices,
    pub events: Events,
    pub notifications: Notifications,
    pub refunds: Refunds,
    pub exchanges: Exchanges,
    pub returns: ReturnOutcomes,
    pub claims: ClaimOutcomes,
    /// Returns and claims that could not be processed.
    pub rejects: Rejects,
}

/// Everything the stages decided about a batch.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Rows that ingest could not use.
    pub rejects: Rejects,
    pub validated: Validated,
    pub fraud: FraudOut,
    pub routed: Routed,
    pub cartonized: Cartonized,
    pub shipped: Shipped,
    pub waved: Waved,
    pub scheduled: Scheduled,
    pub aftercare: Aftercare,
}
