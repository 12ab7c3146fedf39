"""Tables `facilities`, `inventory`, `slots`, `layouts`: three fictive sites that hold the week's stock."""

import math

import polars as pl

from .common import between, unit

SITES = {
    # share of stock and of capacity: capacity is a little scarcer than stock in WAR, so it binds there
    "DAV": dict(town="Daventry", postal_code="NN11", lat=52.2615, lon=-1.1603, stock=0.42, capacity=0.45,
                pickers=2, pack_stations=3, per_order=65, per_unit=3, bays=18),
    "DON": dict(town="Doncaster", postal_code="DN4", lat=53.5080, lon=-1.1330, stock=0.33, capacity=0.33,
                pickers=2, pack_stations=2, per_order=58, per_unit=3, bays=18),
    "WAR": dict(town="Warrington", postal_code="WA5", lat=53.4010, lon=-2.6400, stock=0.25, capacity=0.22,
                pickers=1, pack_stations=2, per_order=60, per_unit=2, bays=16),
}  # fmt: skip
CAPACITY_FACTOR = 1.15
STOCKED_SHARE = 0.75
PICK_SECONDS, PACK_SECONDS = 20, 240  # a line is 9 units, a package about 60 units: wholesale
SHORT_SHARE = 0.02

BLOCKS, LEVELS, SIDES = 2, 4, ("left", "right")
BAY_MM, AISLE_SPACING_MM, CROSS_AISLE_MM = 1_000, 3_000, 2_500
SLOT_CM3 = 60_000  # a bin of about 0.6 x 0.4 x 0.25 m; what is more lies in a second and third, larger place
MAX_SLOTS = 3
SPARE_SLOTS = 1.12


def demand(order_lines, items):
    """Per item: units asked for and lines, over positive lines of invoices that are no credit notes."""
    asked = order_lines.filter((pl.col("quantity") > 0) & ~pl.col("order_id").str.starts_with("C"))
    totals = asked.group_by("sku").agg(units=pl.col("quantity").sum(), lines=pl.len().cast(pl.Int64))
    known = items.select("sku", "hazmat", "length_mm", "width_mm", "height_mm")
    return known.join(totals, on="sku", how="left").with_columns(pl.col("units", "lines").fill_null(0)).sort("sku")


def facilities(asked):
    total = asked["units"].sum()
    return pl.DataFrame(
        [
            {
                "facility_id": site,
                "country": "GB",
                "postal_code": s["postal_code"],
                "lat": s["lat"],
                "lon": s["lon"],
                "time_zone": "Europe/London",
                "kind": "warehouse",
                "hazmat": site != "DON",
                "capacity_units": round(CAPACITY_FACTOR * total * s["capacity"] / 100) * 100,
                "handling_cents_per_order": s["per_order"],
                "handling_cents_per_unit": s["per_unit"],
                "pickers": s["pickers"],
                "pick_seconds_per_line": PICK_SECONDS,
                "walk_mm_per_second": 1_100,
                "pack_stations": s["pack_stations"],
                "pack_seconds_per_package": PACK_SECONDS,
                "shift_start": "06:00",
                "shift_end": "22:00",
            }
            for site, s in SITES.items()
        ]
    )


def stocking_sites(sku, hazmat):
    """Sites that keep the item: each with probability STOCKED_SHARE, at least one; hazmat not in DON."""
    able = [site for site in SITES if not (hazmat and site == "DON")]
    kept = [site for site in able if unit("kept", site, sku) < STOCKED_SHARE]
    return kept or [min(able, key=lambda site: unit("kept", site, sku))]


def sellable(sku, units):
    """Sellable units over all sites: mostly 2 to 18 % above the week's demand, short for SHORT_SHARE of the items."""
    if units >= 3 and unit("short", sku) < SHORT_SHARE:
        return max(1, math.floor(units * between(0.35, 0.9, "short by", sku)))
    return math.ceil(units * between(1.02, 1.18, "over", sku)) + int(between(0, 5, "extra", sku))


def split(total, sites, sku):
    """Whole units per site, about in the ratio of the sites' shares; sums to `total`."""
    weights = {site: SITES[site]["stock"] * between(0.6, 1.4, "split", site, sku) for site in sites}
    whole = {site: math.floor(total * w / sum(weights.values())) for site, w in weights.items()}
    first = max(sites, key=lambda site: weights[site])
    whole[first] += total - sum(whole.values())
    return whole


def held_back(free, site, sku):
    """(reserved, safety stock): 6 % and 10 % of the rows have some."""
    reserved = math.ceil(free * between(0.01, 0.08, "reserved", site, sku)) if unit("res", site, sku) < 0.06 else 0
    safety = math.ceil(free * between(0.02, 0.06, "safety", site, sku)) if unit("saf", site, sku) < 0.10 else 0
    return reserved, safety


def inventory(asked):
    rows = []
    for item in asked.iter_rows(named=True):
        sku = item["sku"]
        per_site = split(sellable(sku, item["units"]), stocking_sites(sku, item["hazmat"]), sku)
        for site, free in per_site.items():
            reserved, safety = held_back(free, site, sku)
            rows.append(
                {
                    "facility_id": site,
                    "sku": sku,
                    "on_hand": free + reserved + safety,
                    "reserved": reserved,
                    "safety_stock": safety,
                }
            )
    return pl.DataFrame(rows).sort("facility_id", "sku")


def slot_needs(asked, inventory, site):
    """[(sku, on hand, slots)] of one site, most often picked first (some disorder as in real life)."""
    stock = inventory.filter((pl.col("facility_id") == site) & (pl.col("on_hand") > 0)).join(asked, on="sku")
    needs = []
    for row in stock.sort("sku").iter_rows(named=True):
        volume = row["on_hand"] * row["length_mm"] * row["width_mm"] * row["height_mm"] / 1_000
        slots = min(MAX_SLOTS, row["on_hand"], max(1, math.ceil(volume / SLOT_CM3)))
        rank = row["lines"] * between(0.5, 1.5, "rank", site, row["sku"])
        needs.append((rank, row["sku"], row["on_hand"], slots))
    return [need[1:] for need in sorted(needs, key=lambda n: (-n[0], n[1]))]


def aisles_of(site, slots):
    return math.ceil(SPARE_SLOTS * slots / (BLOCKS * SITES[site]["bays"] * len(SIDES) * LEVELS))


def positions(site, aisles):
    """All (block, aisle, bay, side, level) of a site, nearest to the depot first; reachable levels before high ones."""
    bays, depot = SITES[site]["bays"], aisles // 2
    block_mm = bays * BAY_MM + CROSS_AISLE_MM
    spots = [
        (abs(aisle - depot) * AISLE_SPACING_MM + block * block_mm + bay * BAY_MM + (8_000 if level > 1 else 0),
         block, aisle, bay, side, level)
        for block in range(BLOCKS) for aisle in range(aisles) for bay in range(bays)
        for side in SIDES for level in range(LEVELS)
    ]  # fmt: skip
    return [spot[1:] for spot in sorted(spots)]


def parts_of(on_hand, slots):
    """On-hand quantity over its slots: the first (pick) slot holds the rest of the division."""
    part = on_hand // slots
    return [on_hand - part * (slots - 1)] + [part] * (slots - 1)


def site_slots(asked, inventory, site):
    """(slot rows, aisles). First slots of all items lie nearer than second and third ones."""
    needs = slot_needs(asked, inventory, site)
    aisles = aisles_of(site, sum(slots for _, _, slots in needs))
    spots, rows = iter(positions(site, aisles)), []
    for turn in range(MAX_SLOTS):
        for place, (sku, on_hand, slots) in enumerate(needs):
            if turn >= slots:
                continue
            block, aisle, bay, side, level = next(spots)
            zone = "R" if turn else "ABC"[min(2, 3 * place // len(needs))]
            rows.append(
                {
                    "facility_id": site,
                    "slot_id": f"{block}-{aisle:02d}-{bay:02d}-{side[0].upper()}{level}",
                    "sku": sku,
                    "quantity": parts_of(on_hand, slots)[turn],
                    "zone": zone,
                    "block": block,
                    "aisle": aisle,
                    "bay": bay,
                    "level": level,
                    "side": side,
                }
            )
    return rows, aisles


def slots_and_layouts(asked, inventory):
    rows, layouts = [], []
    for site in SITES:
        site_rows, aisles = site_slots(asked, inventory, site)
        rows += site_rows
        layouts.append(
            {
                "facility_id": site,
                "blocks": BLOCKS,
                "aisles": aisles,
                "bays_per_aisle": SITES[site]["bays"],
                "bay_mm": BAY_MM,
                "aisle_spacing_mm": AISLE_SPACING_MM,
                "cross_aisle_mm": CROSS_AISLE_MM,
                "depot_aisle": aisles // 2,
                "depot_block": 0,
            }
        )
    return pl.DataFrame(rows).sort("facility_id", "slot_id"), pl.DataFrame(layouts)
