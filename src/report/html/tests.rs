use super::*;
use crate::report::{RunFacts, sample};

fn night() -> String {
    let (batch, plan, facts) = sample::night();
    html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts))
}

#[test]
fn the_page_fetches_nothing() {
    let page = night();
    for outside in [
        "http:", "https:", "src=", "@import", "url(", "<link", "xlink",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    let local = page.matches("href=\"").count();
    assert_eq!(
        page.matches("href=\"#").count(),
        local,
        "links stay on the page"
    );
}

#[test]
fn links_and_labels_lead_somewhere() {
    let page = night();
    let after = |mark: &str| -> Vec<String> {
        page.split(mark)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or("").to_owned())
            .collect()
    };
    let ids = after(" id=\"");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "ids are unique");
    let links = after("href=\"#");
    let labels = after("aria-labelledby=\"");
    for id in links.iter().chain(&labels).flat_map(|ids| ids.split(' ')) {
        assert!(ids.iter().any(|known| known == id), "{id}");
    }
    assert!(page.matches("<svg").count() >= 4);
    assert_eq!(page.matches("<svg").count(), page.matches("<desc").count());
}

#[test]
fn hostile_names_are_escaped() {
    let (mut batch, plan, mut facts) = sample::night();
    facts.batch = "<script>alert(1)</script>".into();
    batch.facilities.as_mut_slice()[0].id = "\"><img onerror=x>".into();
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    assert!(
        !page.contains("<script>alert") && !page.contains("<img"),
        "escaped everywhere"
    );
}

#[test]
fn an_empty_plan_has_a_page() {
    let (batch, plan) = (Batch::default(), Plan::default());
    let page = html(
        &batch,
        &plan,
        &Metrics::compute(&batch, &plan, &RunFacts::default()),
    );
    assert!(page.contains("Not audited") && page.contains("Nothing ships."));
    let body = page.split("<script>").next().unwrap_or("");
    assert!(!body.contains("NaN") && !body.contains("inf%") && !body.contains("-0.00 s"));
}

#[test]
fn the_page_does_not_grow_with_the_batch() {
    let (batch, plan, facts) = sample::large(6_000, 12);
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    assert!(page.len() < 600_000, "{} bytes", page.len());
}

#[test]
fn a_broken_check_is_the_first_thing_to_see() {
    let (batch, plan, mut facts) = sample::night();
    facts.checks[1] = sample::failed_check();
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    let (alarm, tiles) = (page.find("Do not use"), page.find("class=\"tiles\""));
    assert!(alarm.is_some() && alarm < tiles);
    assert!(page.contains("stock_oversold"));
}

/// `WAVECREST_SAMPLES=DIR cargo test html::tests::samples -- --ignored` writes pages to look at.
#[test]
#[ignore = "for looking at"]
fn samples() {
    let Some(dir) = std::env::var_os("WAVECREST_SAMPLES").map(std::path::PathBuf::from) else {
        return;
    };
    let (batch, plan, mut facts) = sample::night();
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    std::fs::write(dir.join("night.html"), page).unwrap();
    facts.checks[1] = sample::failed_check();
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    std::fs::write(dir.join("failed.html"), page).unwrap();
    let (batch, plan, facts) = sample::large(20_000, 12);
    let page = html(&batch, &plan, &Metrics::compute(&batch, &plan, &facts));
    std::fs::write(dir.join("large.html"), page).unwrap();
    let (batch, plan) = (Batch::default(), Plan::default());
    let page = html(
        &batch,
        &plan,
        &Metrics::compute(&batch, &plan, &RunFacts::default()),
    );
    std::fs::write(dir.join("empty.html"), page).unwrap();
}
