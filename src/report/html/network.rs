//! Who ships how much: facilities and how busy they are, carrier services, and which facility uses which.

use maud::{Markup, html};

use super::View;
use super::parts::{
    Head, SERIES, bar_cell, breakable, card, load_cell, num, plural, series, wide_table,
};
use crate::report::format::{count, distance};
use crate::report::metrics::{FacilityUse, ServiceUse};

/// Facilities in the table; the rest is summed up.
const TOP: usize = 25;
/// Facilities in the chart of services.
const MIX: usize = 12;

pub fn section(v: &View) -> Markup {
    let m = v.metrics;
    let mut facilities: Vec<&FacilityUse> = m.facilities.iter().collect();
    facilities.sort_by_key(|facility| std::cmp::Reverse(facility.shipments));
    let idle = facilities.iter().filter(|f| f.shipments == 0).count();
    facilities.retain(|f| f.shipments > 0);
    let mut services: Vec<&ServiceUse> = m.services.iter().filter(|s| s.shipments > 0).collect();
    services.sort_by_key(|service| std::cmp::Reverse(service.shipments));
    let lead = html! {
        (plural(m.routing.shipments, "shipment")) " in " (plural(m.packing.packages, "package")) " from "
        (sites(facilities.len())) " with "
        (plural(services.len() as u64, "carrier service")) "."
        @if idle > 0 { " Another " (sites(idle)) " shipped nothing." }
    };
    card(
        "network",
        "Who ships it",
        lead,
        html! {
            @if facilities.is_empty() {
                p.quiet { "Nothing ships." }
            } @else {
                h3 { "Facilities and how busy they are" }
                (busy(v, &facilities))
                div.columns {
                    div { h3 { "Which services they use" } (mix(v, &facilities, &services)) }
                    div { h3 { "Carrier services" } (carriers(v, &services)) }
                }
            }
        },
    )
}

fn sites(number: usize) -> String {
    match number {
        1 => "1 facility".into(),
        n => format!("{} facilities", count(n as u64)),
    }
}

fn busy(v: &View, facilities: &[&FacilityUse]) -> Markup {
    let most = facilities[0].shipments.max(1) as f64;
    let head = [
        Head::Text("Facility"),
        Head::Num("Shipments"),
        Head::Num("Packages"),
        Head::Num("Units"),
        Head::Num("Capacity used"),
        Head::Num("Pickers busy"),
        Head::Num("Packing busy"),
        Head::Num("Waves"),
        Head::Num("Walked"),
        Head::Num("Freight"),
    ];
    let rest = facilities.get(TOP..).unwrap_or_default();
    wide_table(
        "Facilities",
        true,
        &head,
        &html! {
            @for f in facilities.iter().take(TOP) {
                tr {
                    th scope="row" { (f.facility_id) }
                    (bar_cell(f.shipments as f64 / most, "c1", &count(f.shipments)))
                    (num(&count(f.packages)))
                    (num(&count(f.units)))
                    (load_cell(f.capacity_share))
                    (load_cell(f.pickers_share))
                    (load_cell(f.pack_stations_share))
                    (num(&count(f.waves)))
                    (num(&walked(f)))
                    (num(&v.money(f.freight_cents)))
                }
            }
            @if !rest.is_empty() {
                tr.total {
                    th scope="row" { (rest.len()) " more" }
                    (num(&count(rest.iter().map(|f| f.shipments).sum())))
                    (num(&count(rest.iter().map(|f| f.packages).sum())))
                    (num(&count(rest.iter().map(|f| f.units).sum())))
                    (num("")) (num("")) (num(""))
                    (num(&count(rest.iter().map(|f| f.waves).sum())))
                    (num(""))
                    (num(&v.money(rest.iter().map(|f| f.freight_cents).sum())))
                }
            }
        },
    )
}

fn walked(facility: &FacilityUse) -> String {
    if facility.distance_mm > 0 {
        distance(facility.distance_mm)
    } else {
        "–".into()
    }
}

fn carriers(v: &View, services: &[&ServiceUse]) -> Markup {
    let most = services.first().map_or(1, |s| s.shipments).max(1) as f64;
    let head = [
        Head::Text("Service"),
        Head::Num("Shipments"),
        Head::Num("Price"),
        Head::Num("Per parcel"),
        Head::Num("Late"),
    ];
    wide_table(
        "Carrier services",
        true,
        &head,
        &html! {
            @for (i, s) in services.iter().enumerate() {
                tr {
                    th.wrap.keyed scope="row" { span class={ "key " (series(i)) } {} (breakable(&s.carrier)) " " (breakable(&s.service)) }
                    (bar_cell(s.shipments as f64 / most, series(i), &count(s.shipments)))
                    (num(&v.money(s.price_cents)))
                    (num(&v.money((s.price_cents as f64 / s.packages.max(1) as f64).round() as i64)))
                    (num(&count(s.late_shipments)))
                }
            }
        },
    )
}

/// One bar per facility, as long as it has shipments, split by service.
fn mix(v: &View, facilities: &[&FacilityUse], services: &[&ServiceUse]) -> Markup {
    let rows = &v.metrics.facility_services;
    let most = facilities[0].shipments.max(1) as f64;
    let of = |facility: &FacilityUse, service: &ServiceUse| {
        rows.iter()
            .find(|row| {
                row.facility_id == facility.facility_id
                    && row.carrier == service.carrier
                    && row.service == service.service
            })
            .map_or(0, |row| row.shipments)
    };
    html! {
        div.mix role="list" {
            @for f in facilities.iter().take(MIX) {
                @let parts: Vec<u64> = services.iter().map(|s| of(f, s)).collect();
                div.mixrow role="listitem" aria-label=(spoken(f, services, &parts)) {
                    span.name { (f.facility_id) }
                    span.mixbar style={ "width:" (format!("{:.1}%", f.shipments as f64 / most * 100.0)) } {
                        @for (i, &part) in parts.iter().enumerate().filter(|(_, part)| **part > 0) {
                            span class=(series(i)) style={ "flex-grow:" (part) }
                                title={ (services[i].carrier) " " (services[i].service) ": " (count(part)) } {}
                        }
                    }
                }
            }
        }
        p.quiet {
            "Bar length: shipments. Colours: as in the table of services."
            @if facilities.len() > MIX { " The " (MIX) " busiest facilities." }
            @if services.len() > SERIES { " Services after the seventh share one colour." }
        }
    }
}

fn spoken(facility: &FacilityUse, services: &[&ServiceUse], parts: &[u64]) -> String {
    let used = services.iter().zip(parts).filter(|(_, part)| **part > 0);
    let parts: Vec<String> = used
        .map(|(s, &part)| format!("{} {} {}", s.carrier, s.service, count(part)))
        .collect();
    format!("{}: {}", facility.facility_id, parts.join(", "))
}
