use super::*;

fn spec(orders: usize, capacity: Option<f64>) -> Spec {
    Spec {
        orders,
        items: 40,
        carry: 0.4,
        stock: 1.05,
        capacity,
        seed: 7,
    }
}

fn options() -> Options<'static> {
    Options {
        level: 2,
        oracle: 0,
        memory: &|| None,
    }
}

#[test]
fn an_instance_is_what_its_numbers_say() {
    let network = Network::new().unwrap();
    let instance = Instance::new(&spec(2_000, Some(1.1)), &network);
    assert_eq!(instance.orders.len(), 2_000);
    assert!(
        instance.baskets.len() < 2_000,
        "alike orders share a basket"
    );
    let mean = instance.units() as f64 / 2_000.0;
    assert!((mean - 1.99).abs() < 0.1, "{mean}");
    let stock: i64 = instance.stock.iter().flatten().sum();
    let most = instance.units() as f64 * 1.05;
    assert!(
        (most..most + 40.0).contains(&(stock as f64)),
        "{stock} {most}"
    );
    let capacity: i64 = instance.capacity.as_ref().unwrap().iter().sum();
    assert_eq!(capacity, (instance.units() as f64 * 1.1).ceil() as i64);
    let again = Instance::new(&spec(2_000, None), &network);
    assert_eq!(
        (&again.stock, &again.orders),
        (&instance.stock, &instance.orders)
    );
}

#[test]
fn ours_is_between_the_bound_and_the_rules() {
    for capacity in [None, Some(1.1), Some(0.8), Some(0.0)] {
        let outcome = run(&spec(300, capacity), &options()).unwrap();
        let rules = [outcome.nearest, outcome.fewest, outcome.cheapest];
        assert!(outcome.bound <= outcome.cost, "{outcome:?}");
        assert!(
            rules.iter().all(|&rule| outcome.cost <= rule),
            "{outcome:?}"
        );
        assert!(outcome.gap() < 0.02, "{outcome:?}");
    }
}

#[test]
fn the_rules_are_good_at_what_they_say() {
    let network = Network::new().unwrap();
    let plenty = Spec {
        stock: 1_000.0,
        carry: 1.0,
        ..spec(50, None)
    };
    let instance = Instance::new(&plenty, &network);
    for goal in [Goal::Cost, Goal::Nearest, Goal::FewestSplits] {
        let problem = problem(&instance, &network, goal);
        let plan = greedy(&problem);
        for (order, parts) in plan.parts.iter().enumerate() {
            let city = usize::from(instance.baskets[instance.orders[order] as usize].city);
            let (class, &[(site, _)]) = (problem.of(order), &parts[..]) else {
                panic!("everything is everywhere: {parts:?}");
            };
            let facility = class.sites[usize::from(site)].tag as usize;
            let nearest = (0..10)
                .map(|f| network.miles(city, f))
                .fold(f64::MAX, f64::min);
            // Prices are whole cents: two facilities may be as dear as each other.
            assert!(network.miles(city, facility) < nearest + 20.0);
        }
    }
}

#[test]
fn a_plan_that_breaks_a_limit_has_no_value() {
    let network = Network::new().unwrap();
    let instance = Instance::new(&spec(50, Some(1.1)), &network);
    let problem = problem(&instance, &network, Goal::Cost);
    let plan = greedy(&problem);
    let cost = value(&instance, &network, &problem, &plan).unwrap();
    assert_eq!(cost, plan.total);
    let order = plan
        .parts
        .iter()
        .position(|parts| !parts.is_empty())
        .unwrap();
    let mut twice = plan.clone();
    let part = twice.parts[order][0];
    twice.parts[order].push(part);
    assert!(value(&instance, &network, &problem, &twice).is_err());
    let mut less = Instance::new(&spec(50, Some(1.1)), &network);
    less.capacity.as_mut().unwrap().fill(0);
    assert!(value(&less, &network, &problem, &plan).is_err());
    less.capacity = None;
    less.stock.iter_mut().flatten().for_each(|units| *units = 0);
    assert!(value(&less, &network, &problem, &plan).is_err());
}

#[test]
fn numbers_out_of_range_are_named() {
    let wrong = Spec {
        carry: 1.5,
        ..spec(10, None)
    };
    let error = run(&wrong, &options()).unwrap_err();
    assert_eq!(error.fault.exit_code(), 2);
    assert!(error.message.contains("--carry 1.5"), "{error}");
    assert!(spec(0, None).check().is_err());
    assert!(spec(10, Some(f64::NAN)).check().is_err());
}
