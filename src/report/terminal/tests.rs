use super::*;
use crate::report::sample;

#[test]
fn the_summary_fits_a_screen() {
    let (batch, plan, facts) = sample::night();
    let text = summary(&Metrics::compute(&batch, &plan, &facts));
    assert!(
        text.lines().all(|line| line.chars().count() <= WIDTH),
        "{text}"
    );
    assert!(text.lines().count() <= 48, "{} lines", text.lines().count());
    insta::assert_snapshot!(text);
}

#[test]
fn a_failed_check_is_shouted() {
    let metrics = Metrics {
        checks: vec![sample::failed_check()],
        ..Metrics::default()
    };
    let text = summary(&metrics);
    assert!(
        text.contains("Check of routing FAILED: 1 violations"),
        "{text}"
    );
    assert!(text.contains("stock_oversold: DAV1, sku SKU-3"), "{text}");
}

#[test]
fn an_empty_run_has_a_summary() {
    let text = summary(&Metrics::default());
    assert!(text.contains("Checks: none ran."), "{text}");
}

#[test]
fn faults_come_with_an_example_and_a_way_out() {
    let (batch, plan, _) = sample::night();
    let rejects = [&plan.rejects, &plan.validated.rejects];
    let text = rejects_table(&batch, &rejects, &plan.validated.holds);
    assert!(
        text.lines().all(|line| line.chars().count() <= WIDTH),
        "{text}"
    );
    insta::assert_snapshot!(text);
    assert_eq!(rejects_table(&batch, &[], &Holds::default()), "");
}
