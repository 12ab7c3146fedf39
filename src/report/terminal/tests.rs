use super::*;
use crate::report::sample;

fn fits(text: &str, width: usize) {
    assert!(
        text.lines().all(|line| line.chars().count() <= width),
        "{text}"
    );
    assert!(!text.contains('…'), "{text}");
}

#[test]
fn the_summary_fits_a_screen() {
    let (batch, plan, facts) = sample::night();
    let text = summary(&Metrics::compute(&batch, &plan, &facts), 120);
    fits(&text, 120);
    assert!(text.lines().count() <= 48, "{} lines", text.lines().count());
    insta::assert_snapshot!(text);
}

#[test]
fn a_narrow_screen_cuts_nothing_off() {
    let (batch, plan, facts) = sample::night();
    let text = summary(&Metrics::compute(&batch, &plan, &facts), 80);
    fits(&text, 80);
    insta::assert_snapshot!(text);
}

#[test]
fn large_figures_fit_too() {
    let (batch, plan, facts) = sample::night();
    let mut metrics = Metrics::compute(&batch, &plan, &facts);
    metrics.waves.distance_mm = 1_048_000_000_000;
    metrics.routing.cost_cents = 98_765_432_198;
    metrics.routing.bound_cents = Some(87_654_321_098);
    metrics.routing.baseline_cents = Some(90_000_000_000);
    metrics.routing.saving_share = Some(-0.09);
    for facility in &mut metrics.facilities {
        facility.freight_cents = 12_345_678_901;
        facility.units = 12_345_678;
    }
    for width in [72, 80, 100, 112, 120, 200] {
        let text = summary(&metrics, width);
        fits(&text, width);
        for figure in [
            "1,048,000 km walked",
            "£123,456,789.01",
            "£987,654,321.98",
            "dearer by 9.0%",
        ] {
            assert!(text.contains(figure), "{figure} at {width}: {text}");
        }
    }
}

#[test]
fn a_failed_check_is_shouted() {
    let metrics = Metrics {
        checks: vec![sample::failed_check()],
        ..Metrics::default()
    };
    let text = summary(&metrics, WIDTH);
    assert!(
        text.contains("Check of routing FAILED: 1 violations"),
        "{text}"
    );
    assert!(text.contains("stock_oversold: DAV1, sku SKU-3"), "{text}");
}

#[test]
fn an_empty_run_has_a_summary() {
    let text = summary(&Metrics::default(), WIDTH);
    assert!(text.contains("Checks: none ran."), "{text}");
}

#[test]
fn faults_come_with_an_example_and_a_way_out() {
    let (batch, plan, _) = sample::night();
    let rejects = [&plan.rejects, &plan.validated.rejects];
    let text = rejects_table(&batch, &rejects, &plan.validated.holds, WIDTH);
    assert!(
        text.lines().all(|line| line.chars().count() <= WIDTH),
        "{text}"
    );
    insta::assert_snapshot!(text);
    assert_eq!(rejects_table(&batch, &[], &Holds::default(), WIDTH), "");
}
