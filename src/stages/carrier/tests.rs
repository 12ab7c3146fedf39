//! Plans that hold, scarce places, and corruptions that the audit must find.

use super::random::random_case;
use super::*;
use crate::model::codes::Code;
use crate::model::ids::{CarrierIdx, OrderIdx, ServiceIdx, ZoneIdx};
use crate::model::plan::{Allocation, ChargeKind, Package, ShipmentKey};
use crate::model::rates::ServiceTerms;
use crate::model::units::{Cents, Grams, Seconds};
use crate::params::Params;
use crate::testing::{START, World, calendar, ctx, terms};

const POST: CarrierIdx = CarrierIdx(0);

/// Every order ships whole from a facility; its packages are given.
fn packed(
    batch: &Batch,
    facility: impl Fn(OrderIdx) -> FacilityIdx,
    packages: impl Fn(OrderIdx) -> Vec<Parcel>,
) -> (Routed, Cartonized) {
    let mut routed = Routed {
        first_allocation: vec![0],
        ..Routed::default()
    };
    let mut cartonized = Cartonized {
        first_package: vec![0],
        first_placement: vec![0],
        ..Cartonized::default()
    };
    for order in batch.orders.indices() {
        let shipment = ShipmentIdx(order.0);
        routed.shipments.push(ShipmentKey {
            order,
            facility: facility(order),
            routed_cost: Cents::ZERO,
        });
        for line in batch.orders.lines(order) {
            routed.allocations.push(Allocation {
                line,
                facility: facility(order),
                shipment,
                quantity: 1,
            });
        }
        routed
            .first_allocation
            .push(routed.allocations.len() as u32);
        for parcel in packages(order) {
            cartonized.packages.push(Package {
                shipment,
                carton: None,
                size: parcel.size,
                weight: parcel.weight,
                carton_cost: Cents::ZERO,
                fragile: parcel.fragile,
                hazmat: parcel.hazmat,
                units: 1,
            });
        }
        cartonized
            .first_package
            .push(cartonized.packages.len() as u32);
    }
    (routed, cartonized)
}

fn box_of(grams: i64) -> Parcel {
    Parcel {
        size: [300, 200, 150],
        weight: Grams(grams),
        fragile: false,
        hazmat: false,
    }
}

pub(super) struct Case {
    pub batch: Batch,
    calendar: Calendar,
    routed: Routed,
    cartonized: Cartonized,
    pub params: Params,
}

impl Case {
    pub fn new(batch: Batch, packages: impl Fn(OrderIdx) -> Vec<Parcel>) -> Case {
        let (routed, cartonized) = packed(&batch, |_| FacilityIdx(0), packages);
        Case {
            calendar: calendar(&batch),
            batch,
            routed,
            cartonized,
            params: Params::default(),
        }
    }

    fn input(&self) -> Input<'_> {
        Input {
            batch: &self.batch,
            calendar: &self.calendar,
            routed: &self.routed,
            cartonized: &self.cartonized,
        }
    }

    fn run(&self) -> Shipped {
        let out = CarrierSelection::run(self.input(), &ctx(&self.params)).unwrap();
        assert_eq!(self.check(&out), [] as [&str; 0]);
        out
    }

    fn check(&self, out: &Shipped) -> Vec<String> {
        let found = CarrierSelection::check(self.input(), out, &ctx(&self.params));
        let mut rules: Vec<String> = found.into_iter().map(|v| v.rule).collect();
        rules.dedup();
        rules
    }

    /// Rules broken once `corrupt` has changed a good plan.
    fn broken(&self, corrupt: impl FnOnce(&mut Shipped)) -> Vec<String> {
        let mut out = self.run();
        corrupt(&mut out);
        self.check(&out)
    }
}

/// Ground (400 cents up to 1 kg, 2 days) and express (2,000 cents, 1 day); `orders` orders of one item each.
fn two_services(orders: usize, change: impl FnOnce(&mut World)) -> Batch {
    let mut world = World::new();
    world.facility("F");
    let item = world.item("A", [200, 150, 100], 800);
    for i in 0..orders {
        world.order(&format!("O{i}"), &[(item, 1)]);
    }
    let fast = ServiceTerms {
        transit_days: Some(1),
        ..terms()
    };
    world.service(POST, "express", fast, [(30_000, 2_000)]);
    change(&mut world);
    world.build()
}

fn limit(world: &mut World, service: u32, places: u32) {
    let service = &mut world.batch.rates.services[ServiceIdx(service)];
    service.default_terms.as_mut().unwrap().daily_capacity = Some(places);
}

#[test]
fn the_cheapest_service_in_time_is_taken_and_charged() {
    let case = Case::new(two_services(2, |_| ()), |o| {
        vec![box_of(900); 1 + o.0 as usize]
    });
    let out = case.run();
    assert_eq!(out.shipments.service, [ServiceIdx(0); 2]);
    assert_eq!(out.shipments.price, [Cents(400), Cents(800)]);
    assert_eq!(out.shipments.packages, [1, 2]);
    assert_eq!(
        out.charges.package,
        [PackageIdx(0), PackageIdx(1), PackageIdx(2)]
    );
    assert_eq!(out.charges.kind, [ChargeKind::Base; 3]);
}

#[test]
fn scarce_places_go_to_those_who_would_lose_most() {
    // Due on Tuesday night: Friday's ground is in time, Monday's is not. The heavier parcel costs more by ground, so it
    // loses less by express: it has to leave.
    let batch = two_services(3, |world| {
        limit(world, 0, 2);
        for order in 0..3 {
            let due = START + Seconds(5 * 86_400);
            world.batch.orders.deliver_by[OrderIdx(order)] = Some(due);
        }
    });
    let out = Case::new(batch, |o| vec![box_of([900, 9_900, 900][o.index()])]).run();
    assert_eq!(
        out.shipments.service,
        [ServiceIdx(0), ServiceIdx(1), ServiceIdx(0)]
    );
}

#[test]
fn who_finds_no_place_takes_the_next_pickup_if_that_is_in_time() {
    let batch = two_services(5, |world| limit(world, 0, 2));
    let out = Case::new(batch, |_| vec![box_of(900)]).run();
    let mut days: Vec<i64> = out
        .shipments
        .ship_by
        .iter()
        .map(|t| (*t - START).0 / 86_400)
        .collect();
    days.sort_unstable();
    // Promised in 5 days (Wednesday): ground from Friday or Monday arrives by then; the fifth would be late and takes express.
    assert_eq!(days, [0, 0, 0, 3, 3]);
    assert_eq!(out.shipments.service.iter().filter(|s| s.0 == 1).count(), 1);
    assert!(out.shipments.late.iter().all(|late| !late));
}

#[test]
fn packages_of_a_shipment_stay_together() {
    let batch = two_services(2, |world| limit(world, 0, 2));
    let case = Case::new(batch, |o| vec![box_of(900); [3, 2][o.index()]]);
    let out = case.run();
    assert_eq!(
        out.shipments.service,
        [ServiceIdx(1), ServiceIdx(0)],
        "three never fit"
    );
}

#[test]
fn a_shipment_without_any_place_stays_behind() {
    let batch = two_services(3, |world| {
        limit(world, 0, 2);
        limit(world, 1, 0);
    });
    let case = Case::new(batch, |o| vec![box_of(900); [1, 3, 1][o.index()]]);
    let out = case.run();
    assert_eq!(out.unplaced.shipment, [ShipmentIdx(1)]);
    assert_eq!(out.unplaced.code, [Code::NoCarrierPlace]);
    assert_eq!(out.unplaced.packages, [3]);
    assert_eq!(out.shipments.packages, [1, 1]);
    assert_eq!(out.charges.package, [PackageIdx(0), PackageIdx(1)]);
    assert_eq!(out.charges.shipment, [ShipmentIdx(0), ShipmentIdx(1)]);
}

#[test]
fn where_no_service_has_a_place_nothing_ships() {
    let batch = two_services(2, |world| {
        limit(world, 0, 0);
        limit(world, 1, 0);
    });
    let out = Case::new(batch, |_| vec![box_of(900)]).run();
    assert_eq!(out.unplaced.code, [Code::NoCarrierPlace; 2]);
    assert!(out.shipments.is_empty() && out.charges.is_empty());
}

/// Order 0 must ship complete from two facilities, order 1 from the first; ground alone, with `places` in each facility.
fn whole_order(places: [u32; 2]) -> Case {
    let mut world = World::new();
    world.facility("F");
    world.facility("G");
    let item = world.item("A", [200, 150, 100], 800);
    for i in 0..2 {
        world.order(&format!("O{i}"), &[(item, 2)]);
    }
    world.batch.orders.ship_complete[OrderIdx(0)] = true;
    for (facility, places) in places.into_iter().enumerate() {
        let own = ServiceTerms {
            daily_capacity: Some(places),
            pickup_days: crate::model::rates::Weekdays(0b001_0000),
            ..terms()
        };
        let service = &mut world.batch.rates.services[ServiceIdx(0)];
        service
            .facility_terms
            .push((FacilityIdx::from_usize(facility), own));
    }
    let batch = world.build();
    let mut case = Case::new(batch, |_| vec![box_of(900)]);
    let (routed, cartonized) = (&mut case.routed, &mut case.cartonized);
    let second = ShipmentKey {
        facility: FacilityIdx(1),
        ..routed.shipments.get(0)
    };
    let keys: Vec<ShipmentKey> = routed.shipments.rows().collect();
    routed.shipments = [keys[0].clone(), second, keys[1].clone()]
        .into_iter()
        .collect();
    let mut rows: Vec<Allocation> = routed.allocations.rows().collect();
    rows.insert(1, rows[0].clone());
    (rows[1].facility, rows[1].shipment) = (FacilityIdx(1), ShipmentIdx(1));
    rows[2].shipment = ShipmentIdx(2);
    routed.allocations = rows.into_iter().collect();
    routed.first_allocation = vec![0, 1, 2, 3];
    let package = cartonized.packages.get(0);
    cartonized.packages = (0..3)
        .map(|i| Package {
            shipment: ShipmentIdx(i),
            ..package.clone()
        })
        .collect();
    cartonized.first_package = vec![0, 1, 2, 3];
    case.calendar = calendar(&case.batch);
    case
}

#[test]
fn an_order_that_must_ship_complete_stays_as_a_whole_and_makes_room() {
    let case = whole_order([1, 0]);
    let out = case.run();
    assert_eq!(out.unplaced.shipment, [ShipmentIdx(0), ShipmentIdx(1)]);
    assert_eq!(out.unplaced.code[1], Code::NoCarrierPlace);
    assert_eq!(out.shipments.len(), 1, "the other order has the place");
    let free = whole_order([9, 0]).run();
    assert_eq!(
        free.unplaced.code,
        [Code::ShipTogether, Code::NoCarrierPlace]
    );
    assert!(whole_order([9, 9]).run().unplaced.is_empty());
}

#[test]
fn the_audit_finds_who_stays_without_need_and_half_an_order() {
    let case = whole_order([9, 0]);
    let lie = case.broken(|out| out.unplaced.code[0] = Code::NoCarrierPlace);
    assert_eq!(lie, ["unplaced"]);
    let units = case.broken(|out| out.unplaced.units[1] += 1);
    assert_eq!(units, ["unplaced"]);
    let lost = case.broken(|out| out.unplaced = Unplaced::default());
    assert_eq!(lost, ["shipment_rows"]);
    let mut roomy = whole_order([9, 9]);
    let out = case.run();
    assert_eq!(roomy.check(&out), ["unplaced"], "all of it could go");
    roomy.batch.orders.ship_complete[OrderIdx(0)] = false;
    assert_eq!(roomy.check(&out), ["unplaced"]);
    let half = case.broken(|out| {
        let mut first = out.shipments.get(0);
        first.promised = out.shipments.promised[0];
        out.shipments = [first.clone(), first].into_iter().collect();
        out.unplaced = out.unplaced.rows().skip(1).collect();
    });
    assert!(half.contains(&"ship_complete".to_owned()), "{half:?}");
}

#[test]
fn the_audit_finds_wrong_money() {
    let case = Case::new(two_services(2, |_| ()), |_| vec![box_of(900)]);
    assert_eq!(
        case.broken(|out| out.shipments.price[0] += Cents(1)),
        ["price"]
    );
    assert_eq!(
        case.broken(|out| out.charges.amount[1] -= Cents(1)),
        ["price"]
    );
    assert_eq!(
        case.broken(|out| out.charges.kind[1] = ChargeKind::Fuel),
        ["price"]
    );
    assert_eq!(
        case.broken(|out| out.shipments.billable_weight[0] = Grams(1)),
        ["price"]
    );
    assert_eq!(case.broken(|out| out.shipments.packages[0] = 2), ["price"]);
    let missing = case.broken(|out| {
        out.charges = out.charges.rows().take(1).collect();
    });
    assert_eq!(missing, ["price"]);
    let foreign = case.broken(|out| out.charges.shipment[1] = ShipmentIdx(0));
    assert_eq!(foreign, ["shipment_rows"]);
}

#[test]
fn the_audit_finds_wrong_times() {
    let case = Case::new(two_services(1, |_| ()), |_| vec![box_of(900)]);
    let hour = Seconds(3_600);
    let pickup = case.broken(|out| out.shipments.ship_by[0] = out.shipments.ship_by[0] + hour);
    assert_eq!(pickup, ["pickup_real", "better_ignored"]);
    let delivery = case.broken(|out| out.shipments.expected_delivery[0] = START);
    assert_eq!(delivery, ["delivery_time"]);
    let promise = case.broken(|out| {
        out.shipments.promised[0] = out.shipments.promised[0] + hour;
    });
    assert_eq!(promise, ["promise"]);
    assert_eq!(
        case.broken(|out| out.shipments.late[0] = true),
        ["late_flag"]
    );
}

#[test]
fn the_audit_finds_a_pickup_before_the_lead_time() {
    let mut case = Case::new(two_services(1, |_| ()), |_| vec![box_of(900)]);
    let out = case.run();
    // 11 hours of Friday's shift end at 17:00; with 12 the first pick-up is on Monday.
    case.params.carrier.lead_time_minutes = 12 * 60;
    assert_eq!(case.check(&out), ["pickup_real"]);
    case.params.carrier.lead_time_minutes = 11 * 60;
    assert_eq!(case.check(&out), [] as [&str; 0]);
}

#[test]
fn the_audit_finds_a_better_service_ignored_and_a_capacity_broken() {
    let mut case = Case::new(two_services(2, |_| ()), |_| vec![box_of(900)]);
    let express = |case: &Case| {
        let mut dear = two_services(2, |_| ());
        dear.rates.prices[ServiceIdx(0)][0].1.clear();
        let other = Case::new(dear, |_| vec![box_of(900)]);
        let out = other.run();
        assert_eq!(out.shipments.service, [ServiceIdx(1); 2]);
        case.check(&out)
    };
    assert_eq!(express(&case), ["better_ignored"]);
    let ground = case.run();
    case.batch = two_services(2, |world| limit(world, 0, 0));
    assert_eq!(
        express(&case),
        [] as [&str; 0],
        "there is no place by ground"
    );
    assert_eq!(case.check(&ground), ["capacity_kept"]);
}

#[test]
fn the_audit_finds_a_service_that_does_not_take_the_package() {
    let case = Case::new(two_services(1, |_| ()), |_| vec![box_of(900)]);
    assert_eq!(
        case.broken(|out| out.shipments.zone[0] = ZoneIdx(9)),
        ["service_offered"]
    );
    let out = case.run();
    let check_with = |change: &dyn Fn(&mut ServiceTerms)| {
        let batch = two_services(1, |world| {
            let service = &mut world.batch.rates.services[ServiceIdx(0)];
            change(service.default_terms.as_mut().unwrap());
        });
        Case::new(batch, |_| vec![box_of(900)]).check(&out)
    };
    assert_eq!(
        check_with(&|t| t.max_weight = Some(Grams(899))),
        ["service_offered"]
    );
    assert_eq!(
        check_with(&|t| t.max_length_mm = Some(299)),
        ["service_offered"]
    );
    assert_eq!(
        check_with(&|t| t.max_girth_mm = Some(999)),
        ["service_offered"]
    );
    assert_eq!(
        check_with(&|t| t.valid_to = Some(START - Seconds(86_400))),
        ["service_offered"]
    );
    assert_eq!(
        check_with(&|t| t.max_girth_mm = Some(1_000)),
        [] as [&str; 0]
    );
}

#[test]
fn the_audit_finds_hazardous_goods_without_licence() {
    let mut case = Case::new(two_services(1, |_| ()), |_| {
        vec![Parcel {
            hazmat: true,
            ..box_of(900)
        }]
    });
    let out = case.run();
    case.batch.facilities[FacilityIdx(0)].hazmat = false;
    assert_eq!(case.check(&out), ["hazmat_licence"]);
    let stays = case.run();
    assert_eq!(stays.unplaced.code, [Code::NoService]);
    assert_eq!(
        case.broken(|out| out.unplaced.code[0] = Code::NoCarrierPlace),
        ["unplaced"]
    );
}

proptest::proptest! {
    /// The fast quotes of `run` and the plain reading of the rate card in `check` agree to the cent, and no better option
    /// with room is ever left.
    #[test]
    fn the_plan_of_any_rate_card_passes_the_audit(seed in 0u64..) {
        let case = random_case(seed);
        let out = CarrierSelection::run(case.input(), &ctx(&case.params)).unwrap();
        let found = CarrierSelection::check(case.input(), &out, &ctx(&case.params));
        proptest::prop_assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn the_plan_does_not_depend_on_the_number_of_threads() {
    for seed in 0..20 {
        let case = random_case(seed);
        let plan = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| CarrierSelection::run(case.input(), &ctx(&case.params)).ok())
        };
        assert_eq!(plan(1), plan(3));
    }
}

#[test]
fn random_cases_are_not_all_trivial() {
    let (mut planned, mut displaced, mut charged, mut left) = (0, 0, 0, 0);
    for seed in 0..400 {
        let case = random_case(seed);
        let out = case.run();
        planned += usize::from(out.unplaced.is_empty());
        left += usize::from(out.unplaced.code.contains(&Code::NoCarrierPlace));
        let mut free = random_case(seed);
        let all = free.batch.rates.services.as_mut_slice();
        for terms in all.iter_mut().filter_map(|s| s.default_terms.as_mut()) {
            terms.daily_capacity = None;
        }
        displaced += usize::from(free.run() != out);
        let kinds = &out.charges.kind;
        charged += usize::from(kinds.iter().any(|&kind| kind != ChargeKind::Base));
    }
    assert!(
        planned > 100 && displaced > 20 && charged > 50 && left > 5,
        "{planned} {displaced} {charged} {left}"
    );
}
