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
    insta::assert_snapshot!(text, @r#"
    wavecrest 0.1.0 · nights/2026-11-27 · seed 7 · 30.0 s · 734 MB

    Orders ───────────────────────────────────   Not planned, and why ──────────────────────────────────
                 orders         lines  units     rejected     payment_declined       16
    planned         530  88.0%  1,082  2,115     backordered  no_capacity            13
    backordered      15   2.5%     34     98     held         payment_pending        11
    held             25   4.2%     58    127     rejected     fraud_declined         10
    rejected         32   5.3%     62    121     held         fraud_review            9
    read            602         1,236  2,461     held         credit_limit_exceeded   5
                                                              other reasons           8

    Cost ─────────────────────────────────────   Result ────────────────────────────────────────────────
    freight            £3,468.17  64.7%          cost per order       £7.71; 4.2% of orders split
    cartons              £181.20   3.4%          routing cost         £5,358.32
    handling             £437.58   8.2%          lower bound          £5,347.07; gap 0.21%
    split penalty         £67.32   1.3%          nearest facility     £5,701.25; saved 6.0%
    lateness penalty      £28.05  0.52%          waves                16; 73 carts; 22.6 km walked
    backorder penalty  £1,176.00  21.9%          placed to hand-over  p50 22.2 h, p90 25.7 h, p99 28.5 h
    total              £5,358.32   100%          on time              98.3%; and in full 91.9%
                                                 cut-offs made        99.8%

    Facilities ─────────────────────────────────────────────────────────────────────────────────────────
               shipments  packages  units  capacity  pickers  packing  waves    freight
    DAV1             259       278    980     72.6%    80.0%    46.0%      7  £1,590.66
    DON1             141       151    568     63.1%    70.0%    65.0%      4    £869.75
    EDI1              77        82    292     48.7%    62.0%    59.0%      2    £481.58
    BRS-STORE         50        56    170     56.7%    66.0%    62.0%      2    £320.16
    BFS1              34        37    105     70.0%    58.0%    54.0%      1    £206.02

    Carriers ─────────────────────────────────────────────────   Stages ────────────────────────────────
                   shipments      price  late                               seconds  rows/s
    Post ground          342  £2,107.67     5                    ingest        1.92   1,256
    Swift express        116    £730.89     2                    validate      0.08   7,500
    Post two_day         103    £629.61     1                    fraud         0.21   2,671
                                                                 routing      14.30      38
                                                                 cartonize     2.75     215
                                                                 carrier       3.10     190
                                                                 waves         6.40      92
                                                                 schedule      0.90     656
                                                                 aftercare     0.30   1,800

    Checks: all 8 hold.
    Note: no table `fx`: orders in other currencies are rejected
    Note: no table `slots` for BRS-STORE: its pick lists carry no walking order
    "#);
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
    insta::assert_snapshot!(text, @r#"
      table           code                    rows   for example, and what to do
    ────────────────────────────────────────────────────────────────────────────────────────────────────
      orders          payment_declined          16   row 30 (A-00031), payment_status = "declined"
                                                     → ask the customer for another means of payment
      orders (held)   payment_pending           11   A-00075: balance 812.00, limit 500.00
                                                     → plan it in the next batch once the payment is
                                                     settled
      orders (held)   credit_limit_exceeded      5   A-00080: balance 812.00, limit 500.00
                                                     → collect the open balance or raise the
                                                     customer's limit
      orders          unknown_postal_code        4   row 82 (A-00083), payment_status = "declined"
                                                     → no row of `zones` covers it: correct the code,
                                                     or add the zone if you ship there
      items           bad_dimensions             1   row 17, weight_g = "-4"
                                                     → weight and dimensions must be positive and at
                                                     most 2 t and 10 m
      order_lines     unknown_sku                1   row 90000 (A-00001), sku = "SKU-X"
                                                     → no usable row of `items` has this sku; add it
                                                     or remove the line
      orders          missing_value              1   row 90001, order_id = ""
                                                     → fill in the column; it is required
      orders          duplicate_order            1   row 90000 (A-00002), order_id = "A-00002"
                                                     → order_id must be unique; the first row was kept
    "#);
    assert_eq!(rejects_table(&batch, &[], &Holds::default()), "");
}
