"""Tables `carrier_services`, `rates`, `zones`, `cartons`.

Prices are the pence of the source table, untouched. Formats (letter, large letter, small and medium
parcel) are price rows of ONE service, told apart by their size limits. Of a method with several insurance
tiers the cheapest is taken. Left out: Saturday-only and with-signature twins of Tracked, printed papers,
International Economy (surface), Parcelforce 9 / 10 / AM / 48 Large, Euro Priority Home (parcels abroad are wholesale).
"""

import re
from decimal import Decimal

import polars as pl

from .common import read_rows

# Royal Mail size limits in mm (published format guide), longest side first.
LETTER = (240, 165, 5)
LARGE_LETTER = (353, 250, 25)
SMALL_PARCEL = (450, 350, 160)
MEDIUM_PARCEL = (610, 460, 460)
# Abroad a small parcel may have length + width + height <= 900 and no side over 600. A price row holds one
# box, so the rule is covered from inside by three boxes: each price appears once per box, never too generous.
ABROAD = ((600, 150, 150), (400, 300, 200), (300, 300, 300))

FOUR_FORMATS = (
    ("LETTER", (LETTER,)),
    ("LARGE_LETTER", (LARGE_LETTER,)),
    ("SMALL_PARCEL", (SMALL_PARCEL,)),
    ("MEDIUM_PARCEL", (MEDIUM_PARCEL,)),
)
NO_LETTER = FOUR_FORMATS[1:]

# service -> (method prefix in the source, formats (suffix, boxes), transit days)
ROYAL_MAIL_UK = {
    "special_delivery_9am": ("UK_GUARANTEED_ROYAL_MAIL_SPECIAL_DELIVERY_9AM_50", (("", (MEDIUM_PARCEL,)),), 1),
    "special_delivery_1pm": ("UK_GUARANTEED_ROYAL_MAIL_SPECIAL_DELIVERY_1PM_750", (("", (MEDIUM_PARCEL,)),), 1),
    "first_class": ("UK_STANDARD_FIRST_CLASS_", FOUR_FORMATS, 1),
    "first_class_signed": ("UK_CONFIRMED_ROYAL_MAIL_SIGNED_FOR_FIRST_CLASS_", FOUR_FORMATS, 1),
    "second_class": ("UK_STANDARD_SECOND_CLASS_", FOUR_FORMATS, 3),
    "second_class_signed": ("UK_CONFIRMED_ROYAL_MAIL_SIGNED_FOR_SECOND_CLASS_", FOUR_FORMATS, 3),
    "tracked_24": ("UK_TRACKED_24_", NO_LETTER, 1),
    "tracked_48": ("UK_TRACKED_48_", NO_LETTER, 2),
}
# Abroad goods may not go as letters or large letters (documents only), so only parcels are taken.
ROYAL_MAIL_ABROAD = {
    "international_standard": ("INTERNATIONAL_STANDARD_SMALL_PARCEL", 7),
    "international_tracked": ("INTERNATIONAL_TRACKED_SMALL_PARCEL", None),
    "international_signed": ("INTERNATIONAL_SIGNED_SMALL_PARCEL", None),
    "international_tracked_signed": ("INTERNATIONAL_TRACKED_AND_SIGNED_SMALL_PARCEL", None),
}
PARCELFORCE_UK = {
    "express24": ("PARCELFORCE_WORLDWIDE_EXPRESS_24", 1),
    "express48": ("PARCELFORCE_WORLDWIDE_EXPRESS_48", 2),
}
PARCELFORCE_ABROAD = {
    "globalexpress": ("PARCELFORCE_GLOBAL_EXPRESS", 2),
    "globalpriority": ("PARCELFORCE_GLOBAL_PRIORITY", None),
    "globalvalue": ("PARCELFORCE_GLOBAL_VALUE", 7),
    "europriority_business": ("PARCELFORCE_EURO_PRIORITY_BUSINESS", None),
}

# Zone -> working days, used where the service itself fixes none.
ROYAL_MAIL_DAYS = {"GB": 2, "EU_ONE": 4, "EU_TWO": 5, "EU_THREE": 5, "WORLD_ONE": 6, "WORLD_TWO": 7, "WORLD_THREE": 6}
PARCELFORCE_DAYS = {
    "GB": 2, "PF_FOUR": 2, "PF_FIVE": 2, "PF_SIX": 3, "PF_SEVEN": 3, "PF_EIGHT": 4, "PF_NINE": 4,
    "PF_THREE": 4, "PF_TEN": 4, "PF_ELEVEN": 5, "PF_TWELVE": 6,
}  # fmt: skip

PARCELFORCE_MAX_G = 30_000
PRICE_COLUMNS = ("method", "min_kg", "max_kg", "price", "insurance", "size")


def zone_name(source_zone):
    """WORLD_ZONE_EU_ONE -> EU_ONE, WORLD_ZONE_ONE -> WORLD_ONE, PF_WORLD_ZONE_SIX -> PF_SIX."""
    if source_zone.startswith("PF_WORLD_ZONE_"):
        return "PF_" + source_zone.removeprefix("PF_WORLD_ZONE_")
    name = source_zone.removeprefix("WORLD_ZONE_")
    return name if name == "GB" or name.startswith("EU_") else f"WORLD_{name}"


def price_table(folder):
    """method -> [(max grams, pence)], exact decimal arithmetic."""
    table = {}
    for row in read_rows(folder / "4_deliveryToPrice.csv", len(PRICE_COLUMNS)):
        grams, pence = Decimal(row[2]) * 1000, Decimal(row[3]) * 100
        if grams != int(grams) or pence != int(pence):
            raise ValueError(f"not whole grams and pence: {row}")
        table.setdefault(row[0], []).append((int(grams), int(pence)))
    return table


def rows_for(prices, carrier, service, zone, method, boxes=(None,), max_g=None):
    """Rate rows of one method, once per box; rows no parcel can use (over `max_g`) are dropped."""
    for box in boxes:
        for grams, pence in prices.get(method, ()):
            if max_g is None or grams <= max_g:
                yield {
                    "carrier": carrier,
                    "service": service,
                    "zone": zone,
                    "max_weight_g": grams,
                    "price_cents": pence,
                    "max_length_mm": box[0] if box else None,
                    "max_width_mm": box[1] if box else None,
                    "max_height_mm": box[2] if box else None,
                }


def rates(folder):
    prices, rows = price_table(folder), []
    for service, (prefix, formats, _) in ROYAL_MAIL_UK.items():
        for suffix, boxes in formats:
            rows += rows_for(prices, "royal_mail", service, "GB", prefix + suffix, boxes)
    for service, (method, _) in PARCELFORCE_UK.items():
        rows += rows_for(prices, "parcelforce", service, "GB", method, max_g=PARCELFORCE_MAX_G)
    for name in source_zones(prices, "WORLD_ZONE_"):
        for service, (method, _) in ROYAL_MAIL_ABROAD.items():
            rows += rows_for(prices, "royal_mail", service, zone_name(name), f"{name}_{method}", ABROAD)
    for name in source_zones(prices, "PF_WORLD_ZONE_"):
        for service, (method, _) in PARCELFORCE_ABROAD.items():
            rows += rows_for(
                prices, "parcelforce", service, zone_name(name), f"{name}_{method}", max_g=PARCELFORCE_MAX_G
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def source_zones(prices, prefix):
    """Zone names of the source that have prices of the chosen international methods, in file order."""
    pattern = re.compile(rf"({prefix}(?:EU_)?[A-Z]+)_(?:INTERNATIONAL_STANDARD_SMALL|PARCELFORCE_GLOBAL_VALUE)")
    return list(dict.fromkeys(m.group(1) for method in prices if (m := pattern.match(method))))


def zones(folder):
    """Per carrier one zone for every two-letter country of the source."""
    royal_mail, parcelforce = {}, {}
    for country, zone in read_rows(folder / "1_countryToZone.csv", 2):
        if not re.fullmatch(r"[A-Z]{2}", country) or zone == "WORLD_ZONE_EU":  # extra-insurance twin zone
            continue
        (parcelforce if zone.startswith("PF_") else royal_mail)[country] = zone_name(zone)
    # The source puts GB into Parcelforce's catch-all zone 12 and IM likewise; both are domestic.
    parcelforce |= {"GB": "GB", "IM": "GB"}
    rows = [
        {"carrier": carrier, "origin_prefix": "GB", "dest_prefix": c, "zone": table[c], "transit_days": days[table[c]]}
        for carrier, table, days in (
            ("parcelforce", parcelforce, PARCELFORCE_DAYS),
            ("royal_mail", royal_mail, ROYAL_MAIL_DAYS),
        )
        for c in sorted(table)
    ]
    return pl.DataFrame(rows)


def service_row(carrier, service, **columns):
    base = {
        "carrier": carrier,
        "service": service,
        "dim_divisor": None,
        "rounding": "none",
        "max_weight_g": 20_000,
        "max_length_mm": 610,
        "max_girth_mm": None,
        "pickup_cutoff": "17:30",
        "pickup_days": "123456",
        "delivery_days": "123456",
        "transit_days": None,
        "fuel_percent": None,
        "hazmat": False,
        "valid_from": None,
        "valid_to": None,
    }
    return base | columns


def carrier_services():
    rows = []
    for service, (_, _, days) in ROYAL_MAIL_UK.items():
        guaranteed = {"pickup_days": "12345", "delivery_days": "12345"} if service.startswith("special") else {}
        heavy = 2_000 if service == "special_delivery_9am" else 20_000
        rows.append(service_row("royal_mail", service, transit_days=days, max_weight_g=heavy, **guaranteed))
    for service, (_, days) in ROYAL_MAIL_ABROAD.items():
        rows.append(
            service_row(
                "royal_mail", service, transit_days=days, max_weight_g=2_000, max_length_mm=600, delivery_days="12345"
            )
        )
    parcelforce = dict(
        max_weight_g=PARCELFORCE_MAX_G,
        max_length_mm=1_500,
        max_girth_mm=3_000,
        pickup_cutoff="19:00",
        pickup_days="12345",
        delivery_days="12345",
        hazmat=True,
    )
    for service, (_, days) in PARCELFORCE_UK.items():
        rows.append(service_row("parcelforce", service, transit_days=days, **parcelforce))
    for service, (_, days) in PARCELFORCE_ABROAD.items():
        abroad = parcelforce | {"hazmat": False, "dim_divisor": 5_000}
        rows.append(service_row("parcelforce", service, transit_days=days, **abroad))
    types = {"dim_divisor": pl.Int64, "max_girth_mm": pl.Int64, "transit_days": pl.Int64, "fuel_percent": pl.Float64}
    types |= {"valid_from": pl.Date, "valid_to": pl.Date}
    return pl.DataFrame(rows, schema_overrides=types, infer_schema_length=None)


# carton, inner length, width, height mm, tare g, maximum weight g, pence
CARTONS = [
    ("envelope_c5", 225, 160, 4, 12, 85, 6),
    ("large_letter_c4", 340, 240, 22, 60, 680, 24),
    ("padded_small", 230, 165, 45, 25, 1_000, 14),
    ("padded_large", 340, 250, 70, 55, 1_900, 26),
    ("box_xs", 220, 150, 100, 95, 5_000, 28),
    ("box_s", 300, 220, 150, 190, 10_000, 42),
    ("box_small_parcel", 440, 340, 150, 340, 15_000, 68),
    ("box_export", 390, 290, 190, 330, 15_000, 64),
    ("box_cube", 290, 290, 290, 330, 15_000, 66),
    ("box_m", 450, 350, 300, 520, 20_000, 95),
    ("box_l", 600, 400, 300, 720, 25_000, 125),
    ("box_xl", 600, 450, 450, 980, 28_000, 165),
    ("box_long", 900, 300, 200, 900, 25_000, 240),
]


def cartons():
    names = ("carton_id", "length_mm", "width_mm", "height_mm", "tare_g", "max_weight_g", "cost_cents")
    return pl.DataFrame([dict(zip(names, row)) for row in CARTONS])
