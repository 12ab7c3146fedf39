//! The contract of the input: every table and column, once.
//!
//! From these declarations come the typed tables that `build` reads (a struct per table, a field per column), what the scanner
//! checks, `wavecrest schema`, and `docs/tables.md`. A column line reads
//!
//! ```text
//! name: Type[range], presence, "meaning";
//! ```
//!
//! where presence is `required` (a value in every row), `nullable` (the column must be there, cells may be empty),
//! `default(value)` and `optional` (neither must be there), or `unread` (known, but no stage needs it). Types are in `logical`.

use super::column::Str;
use super::logical::{
    ClaimKind, Clock, Date, Days, Flag, Int, Minor, Money, OneOf, PaymentTerms, Real, Side, Time,
    Wants,
};
use super::tables::tables;
use crate::model::network::FacilityKind;
use crate::model::orders::{Condition, PaymentStatus, ServiceLevel, Verification};
use crate::model::rates::{Rounding, SurchargeKind, Weekdays};
use crate::model::restrictions::RestrictionKind;
use crate::model::units::{Cents, Seconds};
use crate::model::warehouse::OneWay;

const U16: std::ops::RangeInclusive<i64> = 0..=65_535;
const U32: std::ops::RangeInclusive<i64> = 0..=4_294_967_295;

/// Length of a bay where nothing says otherwise.
pub const BAY_MM: i64 = 1_000;
/// Between the middles of neighbouring aisles.
pub const AISLE_SPACING_MM: i64 = 3_000;
/// Width of a cross-aisle.
pub const CROSS_AISLE_MM: i64 = 2_000;

/// Weight limits of services, prices and cartons, grams; the upper end, 1,000 t, is none.
pub const WEIGHT: std::ops::RangeInclusive<i64> = 0..=1_000_000_000;

tables! {
    orders: Orders, required, "the night's orders, one row each" {
        order_id: Str, required, "name of the order; unique";
        channel: Str, optional, "where it was placed: web, app, marketplace, ...";
        placed_at: Time, required, "when it was placed";
        customer_id: Str, nullable, "who ordered; empty for a guest";
        country: Str, nullable, "ISO 3166-1 alpha-2 code of the country to ship to";
        postal_code: Str, nullable, "postal code to ship to";
        city: Str, optional, "city to ship to";
        region: Str, unread, "state or province to ship to";
        lat: Real[-90..=90], optional, "latitude of the address, degrees";
        lon: Real[-180..=180], optional, "longitude of the address, degrees";
        residential: Flag, default(true), "a home: residential surcharges apply";
        service: OneOf<ServiceLevel>, default(ServiceLevel::Standard), "what the customer was promised";
        deliver_by: Time, optional, "promised moment; otherwise the promise follows from the service";
        ship_complete: Flag, default(false), "all lines ship or none";
        payment_method: Str, optional, "card, paypal, invoice, ...";
        payment_status: OneOf<PaymentStatus>, required, "what the payment provider said";
        payment_terms: OneOf<PaymentTerms>, default(PaymentTerms::Prepaid), "days of credit";
        currency: Str, optional, "ISO 4217 code of the order's prices; USD where the column is missing; others than the most frequent are converted by `fx`";
        card_hash: Str, optional, "fingerprint of the card";
        email_hash: Str, optional, "fingerprint of the e-mail address";
        device_hash: Str, optional, "fingerprint of the device";
        ip_country: Str, optional, "country of the network address";
        avs: OneOf<Verification>, default(Verification::Unavailable), "address verification";
        cvv: OneOf<Verification>, default(Verification::Unavailable), "card code verification";
        bill_country: Str, optional, "country of the billing address";
        bill_postal_code: Str, optional, "postal code of the billing address";
        priority: Int[0..=9], default(0), "9 is the most urgent";
    }

    order_lines: OrderLines, required, "what each order asks for, one row for each line" {
        order_id: Str, required, "a row of `orders`";
        line_no: Int[1..=4_294_967_295], required, "number of the line; unique in its order";
        sku: Str, required, "a row of `items`";
        quantity: Int, required, "units";
        unit_price: Real, required, "price of one unit in the order's currency, major units";
    }

    items: Items, required, "what is sold" {
        sku: Str, required, "stock-keeping unit; unique";
        weight_g: Int, required, "gross weight of one unit, 1 g to 2 t";
        length_mm: Int, required, "as it stands, 1 mm to 10 m";
        width_mm: Int, required, "as it stands, 1 mm to 10 m";
        height_mm: Int, required, "as it stands, 1 mm to 10 m";
        category: Str, optional, "for reports";
        unit_cost: Money, optional, "what one unit costs, major units of the batch's currency";
        fragile: Flag, default(false), "goes on top";
        hazmat: Flag, default(false), "only facilities and services with `hazmat` take it";
        keep_upright: Flag, default(false), "must not be turned over";
        max_stack: Int[U32], default(4_294_967_295), "layers that may rest on one";
        handling_units: Int[1..=1_000_000_000], default(1), "units of handling that one costs: a case of 12 may cost 12";
        description: Str, unread, "for people";
    }

    facilities: Facilities, required, "warehouses and stores that ship" {
        facility_id: Str, required, "name of the facility; unique";
        country: Str, required, "ISO 3166-1 alpha-2 code";
        postal_code: Str, required, "for the rate zones";
        lat: Real[-90..=90], required, "latitude, degrees";
        lon: Real[-180..=180], required, "longitude, degrees";
        time_zone: Str, default("UTC"), "IANA name, such as Europe/London";
        kind: OneOf<FacilityKind>, default(FacilityKind::Warehouse), "what kind of place it is";
        hazmat: Flag, default(true), "may ship hazardous goods";
        capacity_units: Int[0..=1_000_000_000_000], required, "units it can pick in the planned period";
        capacity_orders: Int[0..=1_000_000_000_000], optional, "shipments it can send in the planned period; empty: any number";
        handling_cents_per_order: Minor, default(Cents(0)), "cost of each order that it ships";
        handling_cents_per_unit: Minor, default(Cents(0)), "cost of each unit that it ships, times the item's `handling_units`";
        pickers: Int[U32], default(10), "people who pick at a time";
        pick_seconds_per_line: Int[0..=86_400], default(15), "time at the slot for each line";
        walk_mm_per_second: Int[1..=100_000], default(1_000), "walking speed";
        pack_stations: Int[U32], default(5), "people who pack at a time";
        pack_seconds_per_package: Int[0..=86_400], default(60), "time to pack one parcel";
        shift_start: Clock, default(Seconds(6 * 3_600)), "local time at which work starts";
        shift_end: Clock, default(Seconds(22 * 3_600)), "local time at which it ends; at or before the start: over midnight";
    }

    inventory: Inventory, required, "stock of items in facilities" {
        facility_id: Str, required, "a row of `facilities`";
        sku: Str, required, "a row of `items`; unique in its facility";
        on_hand: Int, required, "units that lie there";
        reserved: Int, default(0), "units promised to orders of earlier runs";
        safety_stock: Int, default(0), "units kept back by policy";
    }

    restrictions: Restrictions, optional("every facility serves everything that it stocks"), "which facilities serve what: a facility with `only` rows serves nothing but what matches one of them, and what matches a `never` row it does not serve; all conditions that are given must hold; a row whose item is not there is rejected and closes all the same, one that cannot be read stops the run" {
        rule: OneOf<RestrictionKind>, required, "what the row says";
        facility_id: Str, required, "a row of `facilities`";
        customer_id: Str, optional, "who ordered";
        channel: Str, optional, "channel of the order";
        country: Str, optional, "country to ship to, ISO 3166-1 alpha-2 code";
        category: Str, optional, "category of the item";
        sku: Str, optional, "a row of `items`";
    }

    slots: Slots, optional("items lie nowhere in particular: pick tasks have no slots and walking is not reckoned"), "where items lie in a facility" {
        facility_id: Str, required, "a row of `facilities`";
        slot_id: Str, required, "name of the slot; unique in its facility";
        sku: Str, required, "a row of `items`";
        quantity: Int, required, "units in the slot";
        zone: Str, optional, "picking zone";
        block: Int[U16], default(0), "block of aisles, from the front";
        aisle: Int[U16], required, "aisle, from the left";
        bay: Int[U16], required, "bay along the aisle, from the front";
        level: Int[U16], default(0), "level above the floor";
        side: OneOf<Side>, unread, "side of the aisle";
    }

    layouts: Layouts, optional("the size of each facility is inferred from its slots"), "geometry of facilities, one row each" {
        facility_id: Str, required, "a row of `facilities`; unique";
        blocks: Int[1..=65_536], optional, "blocks front to back; otherwise as many as the slots need";
        aisles: Int[1..=65_536], optional, "aisles side by side; otherwise as many as the slots need";
        bays_per_aisle: Int[1..=65_536], optional, "bays along an aisle within one block; otherwise as many as the slots need";
        bay_mm: Int[1..=100_000], default(BAY_MM), "length of a bay";
        aisle_spacing_mm: Int[1..=100_000], default(AISLE_SPACING_MM), "between the middles of neighbouring aisles";
        cross_aisle_mm: Int[0..=100_000], default(CROSS_AISLE_MM), "width of a cross-aisle";
        depot_aisle: Int[U16], default(0), "the depot stands at the mouth of this aisle ...";
        depot_block: Int[0..=65_536], default(0), "... on this cross-aisle (0: the front)";
        one_way: OneOf<OneWay>, default(OneWay::No), "aisles walked one way only, every second one the other way: the even ones (0, 2, ..) to the back, or to the front; cross-aisles go both ways";
    }

    carrier_services: CarrierServices, required, "what carriers offer, and their terms" {
        carrier: Str, required, "name of the carrier";
        service: Str, required, "name of the service";
        facility_id: Str, optional, "terms at this facility alone; empty: wherever there is no row of its own";
        dim_divisor: Int[0..=1_000_000_000], default(0), "mm³ per gram of dimensional weight (5 000 cm³/kg = 5000; 139 in³/lb = 5022); 0: none";
        dim_threshold_mm3: Int[0..=1_000_000_000_000_000], default(0), "dimensional weight only above this volume";
        rounding: OneOf<Rounding>, default(Rounding::None), "how billable weight is rounded up";
        max_weight_g: Int[WEIGHT], optional, "heaviest parcel";
        max_length_mm: Int[U32], optional, "longest side";
        max_girth_mm: Int[U32], optional, "length + 2 × (width + height)";
        pickup_cutoff: Clock, default(Seconds(17 * 3_600)), "local time of the pick-up";
        pickup_days: Days, default(Weekdays::MONDAY_TO_FRIDAY), "ISO weekdays, 1 is Monday";
        delivery_days: Days, default(Weekdays::MONDAY_TO_FRIDAY), "ISO weekdays, 1 is Monday";
        transit_days: Int[0..=365], optional, "overrides the zone's";
        fuel_percent: Real[0..=1_000], default(0.0), "of the base rate and surcharges";
        daily_capacity: Int[U32], optional, "packages that it takes for each facility and pick-up day";
        min_commitment: Int[U32], optional, "packages promised to it for each facility and pick-up day";
        hazmat: Flag, default(true), "takes hazardous goods";
        valid_from: Date, optional, "first day";
        valid_to: Date, optional, "last day";
    }

    rates: Rates, required, "prices by service, zone and weight" {
        carrier: Str, required, "with `service`: a row of `carrier_services`";
        service: Str, required, "see carrier";
        zone: Str, required, "rate zone, see `zones`";
        max_weight_g: Int, required, "heaviest billable weight at this price; positive";
        price_cents: Minor, required, "price of a parcel";
        max_length_mm: Int[1..=4_294_967_295], optional, "longest side of the format";
        max_width_mm: Int[1..=4_294_967_295], optional, "middle side of the format";
        max_height_mm: Int[1..=4_294_967_295], optional, "shortest side of the format";
    }

    zones: Zones, required, "rate zone of origin and destination; prefixes are CC, CC:POSTAL or empty (anywhere), the longest wins" {
        carrier: Str, optional, "empty or *: all carriers";
        origin_prefix: Str, nullable, "where the facility is";
        dest_prefix: Str, nullable, "where the parcel goes";
        zone: Str, required, "rate zone";
        transit_days: Int[0..=365], optional, "working days on the way";
    }

    surcharges: Surcharges, optional("no surcharges are reckoned"), "extra prices; all conditions that are given must hold; a row whose item is not there is rejected and closes all the same, one that cannot be read stops the run" {
        carrier: Str, required, "a carrier of `carrier_services`";
        service: Str, optional, "empty: all services of the carrier";
        kind: OneOf<SurchargeKind>, required, "what it is for";
        dest_prefix: Str, optional, "where the parcel goes, as in `zones`";
        zone: Str, optional, "rate zone";
        min_weight_g: Int[WEIGHT], optional, "billable weight from";
        min_length_mm: Int[U32], optional, "longest side from";
        min_second_mm: Int[U32], optional, "second longest side from";
        min_girth_mm: Int[U32], optional, "length + 2 × (width + height) from";
        valid_from: Date, optional, "first day";
        valid_to: Date, optional, "last day";
        amount_cents: Minor, default(Cents(0)), "price of each parcel";
        percent: Real[0..=1_000], default(0.0), "of the base rate";
        min_billable_g: Int[WEIGHT], optional, "billable weight is at least this where it applies";
    }

    cartons: Cartons, optional("every item ships in its own container"), "box types" {
        carton_id: Str, required, "name of the box; unique in its facility";
        length_mm: Int, required, "inner side, 1 mm to 10 m";
        width_mm: Int, required, "inner side, 1 mm to 10 m";
        height_mm: Int, required, "inner side, 1 mm to 10 m";
        tare_g: Int[0..=2_000_000], default(0), "weight of the box";
        max_weight_g: Int[WEIGHT], default(*WEIGHT.end()), "heaviest gross weight";
        cost_cents: Minor, default(Cents(0)), "price of the box";
        facility_id: Str, optional, "the only facility that has it; empty: everywhere";
    }

    customers: Customers, optional("all customers are new and without a credit limit"), "who may order, and their standing" {
        customer_id: Str, required, "name of the customer; unique";
        credit_limit_cents: Minor, optional, "of orders on terms; empty: none is set";
        open_balance_cents: Minor, default(Cents(0)), "owed before this batch";
        first_order_at: Time, optional, "first order ever";
        orders_before: Int[U32], default(0), "orders before this batch";
        chargebacks_before: Int[U32], default(0), "card payments that were taken back";
    }

    history: History, optional("fraud scores do without past orders"), "past orders, for velocity and fraud labels; other columns of `orders` are welcome and unread" {
        order_id: Str, unread, "name of the order";
        placed_at: Time, required, "when it was placed";
        customer_id: Str, optional, "who ordered";
        card_hash: Str, optional, "fingerprint of the card";
        email_hash: Str, optional, "fingerprint of the e-mail address";
        device_hash: Str, optional, "fingerprint of the device";
        amount_cents: Minor, default(Cents(0)), "value of the order in the batch's currency";
        is_fraud: Flag, optional, "what it turned out to be; empty: not known";
        channel: Str, unread, "as in `orders`";
        country: Str, unread, "as in `orders`";
        postal_code: Str, unread, "as in `orders`";
        city: Str, unread, "as in `orders`";
        region: Str, unread, "as in `orders`";
        lat: Real, unread, "as in `orders`";
        lon: Real, unread, "as in `orders`";
        residential: Flag, unread, "as in `orders`";
        service: Str, unread, "as in `orders`";
        deliver_by: Time, unread, "as in `orders`";
        ship_complete: Flag, unread, "as in `orders`";
        payment_method: Str, unread, "as in `orders`";
        payment_status: Str, unread, "as in `orders`";
        payment_terms: Str, unread, "as in `orders`";
        currency: Str, unread, "as in `orders`";
        ip_country: Str, unread, "as in `orders`";
        avs: Str, unread, "as in `orders`";
        cvv: Str, unread, "as in `orders`";
        bill_country: Str, unread, "as in `orders`";
        bill_postal_code: Str, unread, "as in `orders`";
        priority: Int, unread, "as in `orders`";
    }

    returns: Returns, optional("no returns are processed"), "what came back since the last run" {
        return_id: Str, required, "name of the return; unique";
        order_id: Str, required, "order of this or an earlier batch";
        line_no: Int[U32], required, "line of the order";
        sku: Str, required, "a row of `items`";
        quantity: Int, required, "units";
        unit_price: Money, optional, "price paid for one unit, major units; empty: that of the order's line";
        reason: Str, optional, "why";
        condition: OneOf<Condition>, optional, "state in which it arrived";
        received_at: Time, optional, "when it arrived";
        facility_id: Str, required, "where it arrived";
        wants: OneOf<Wants>, default(Wants::Refund), "money or the item again";
    }

    claims: Claims, optional("no claims are processed"), "what was damaged or lost in transport since the last run" {
        claim_id: Str, required, "name of the claim; unique";
        order_id: Str, required, "order of this or an earlier batch";
        line_no: Int[U32], optional, "line of the order; empty: all of it";
        sku: Str, optional, "a row of `items`";
        quantity: Int, default(1), "units";
        kind: OneOf<ClaimKind>, required, "what happened";
        amount_cents: Minor, optional, "value of the damage";
        carrier: Str, optional, "who carried it";
        received_at: Time, optional, "when the claim came in";
    }

    fx: Fx, optional("all orders must be in one currency"), "exchange rates" {
        currency: Str, required, "ISO 4217 code; unique";
        rate: Real[0..=1_000_000_000], required, "units of the batch's currency for one of this; positive";
    }
}
