"""Table `items`: every physical stock code of the week, with a filled-in weight and size.

Codes that are no product (POST, M, D, DOT, C2, S, BANK CHARGES, CRUK, ...) are deliberately NOT items:
the planner must reject their lines as unknown.
"""

import math
import re

import polars as pl

from .item_rules import COUNT_WORDS, RULES, SIZE_WORDS

PRODUCT_CODE = r"^\d{5}[A-Za-z]*$|^DCGS"
NO_PRODUCT = ("23444", "23702")  # "Next Day Carriage", "High Resolution Image": five digits, yet no goods
DENSITY_G_CM3 = (0.055, 2.9)
LONGEST_MM, LONG_GOODS_MM = 590, 880
WIDEST_MM = 440
FLAT_MM = 10
COMPILED = [(category, re.compile(pattern), dims, grams, flags) for category, pattern, dims, grams, flags in RULES]


def descriptions(full):
    """Most frequent priced description of each code (ties by text), and its median real price."""
    priced = full.filter((pl.col("UnitPrice") > 0) & (pl.col("Quantity") > 0))
    names = (
        priced.filter(pl.col("Description").is_not_null())
        .with_columns(pl.col("Description").str.strip_chars())
        .group_by("StockCode", "Description")
        .len()
        .sort("StockCode", "len", "Description", descending=[False, True, False])
        .unique("StockCode", keep="first", maintain_order=True)
        .select("StockCode", "Description")
    )
    prices = priced.group_by("StockCode").agg(pl.col("UnitPrice").median().alias("price"))
    return names.join(prices, on="StockCode", how="left")


def rule_of(description):
    """Index of the first rule whose pattern is in the description."""
    return next(i for i, (_, pattern, *_) in enumerate(COMPILED) if pattern.search(description))


def count_of(description):
    """Pieces in the sales unit, as the description says it."""
    found = re.search(r"\b(?:SET|PACK|BOX|BUNDLE|S)\s*(?:OF|/)?\s*(\d{1,2})\b", description)
    found = found or re.match(r"(\d{1,2}) (?!PIECE|TIER|HOOK|DRAWER|METER)", description)
    if found:
        return max(1, int(found.group(1)))
    found = re.search(r"(?:SET|PACK|BOX) OF (\w+)", description)
    return COUNT_WORDS.get(found.group(1), 1) if found else 1


def pile(dims, pieces):
    """Outer size of `pieces` equal boxes packed compactly (5 % air), as flat as a box can be."""
    length, width, height = dims
    volume = length * width * height * pieces * (1.05 if pieces > 1 else 1.0)
    height = min(volume / (length * width), width)
    width = min(max(width, volume / (length * height)), length)
    length = volume / (width * height)
    return length, width, height


def size_factor(description, flags):
    if "s" in flags:
        return 1.0
    return next((factor for pattern, factor in SIZE_WORDS if re.search(pattern, description)), 1.0)


def price_factor(price, usual, flags):
    """Dearer than usual for its kind: a bit heavier and larger. Between 0.8 and 1.3 in weight."""
    if "x" in flags or not price or not usual:
        return 1.0
    return min(1.3, max(0.8, (price / usual) ** 0.3))


def weight_and_size(description, price, usual, rule):
    """(grams, (length, width, height) mm) of one sales unit."""
    _, _, dims, grams, flags = COMPILED[rule]
    exact = re.search(r"(\d+)g\b", description) if "x" in flags else None
    if exact:
        grams, dims = int(exact.group(1)), tuple(d * (int(exact.group(1)) / 250) ** (1 / 3) for d in dims)
    size, worth = size_factor(description, flags), price_factor(price, usual, flags)
    flat = dims[2] <= FLAT_MM
    dims = (dims[0] * size, dims[1] * size, dims[2] if flat else dims[2] * size)
    grams = grams * size ** (2 if flat else 3) * worth
    dims = (dims[0], dims[1], dims[2] * worth) if flat else tuple(d * worth ** (1 / 3) for d in dims)
    pieces = count_of(description)
    if "n" in flags:
        dims, grams = pile(dims, pieces), grams * pieces
    if "t" in flags:
        grams *= 0.4 + 0.6 * pieces
    return tidy(grams, dims)


def tidy(grams, dims):
    """Whole, sorted, sane: density within bounds, and short of the largest ordinary carton unless long by nature."""
    dims = sorted((max(2, round(d)) for d in dims), reverse=True)
    if dims[0] > LONGEST_MM and dims[1] > 100:
        dims[0] = LONGEST_MM
    dims[0] = min(dims[0], LONG_GOODS_MM)
    dims[1:] = [min(side, WIDEST_MM) for side in dims[1:]]
    volume_cm3 = dims[0] * dims[1] * dims[2] / 1000
    low, high = (bound * volume_cm3 for bound in DENSITY_G_CM3)
    grams = min(max(grams, math.ceil(low)), high)
    step = 1 if grams < 100 else 5 if grams < 1000 else 10
    return max(1, int(round(grams / step) * step)), tuple(dims)


def usual_prices(named):
    """Median price of the items under each rule."""
    table = pl.DataFrame(
        {"rule": [rule_of(d.upper()) for d in named["Description"]], "price": named["price"]}
    )
    return dict(table.group_by("rule").agg(pl.col("price").median()).iter_rows())


def is_product():
    """Expression: the stock code names physical goods."""
    code = pl.col("StockCode")
    return code.str.contains(PRODUCT_CODE) & ~code.is_in(NO_PRODUCT)


def items(full, week):
    codes = week.filter(is_product()).select("StockCode").unique().sort("StockCode")
    named = codes.join(descriptions(full), on="StockCode", how="left").sort("StockCode")
    named = named.with_columns(pl.col("Description").fill_null("UNNAMED PRODUCT"))
    usual = usual_prices(named)
    rows = []
    for code, description, price in named.iter_rows():
        rule = rule_of(description.upper())
        category, _, _, _, flags = COMPILED[rule]
        grams, (length, width, height) = weight_and_size(
            description.upper() if "x" not in flags else description, price, usual.get(rule), rule
        )
        rows.append(
            {
                "sku": code,
                "weight_g": grams,
                "length_mm": length,
                "width_mm": width,
                "height_mm": height,
                "category": category,
                "unit_cost": round(0.45 * price, 2) if price else None,
                "fragile": "f" in flags,
                "hazmat": "h" in flags,
                "keep_upright": "u" in flags,
                "description": description,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)
