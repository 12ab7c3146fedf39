"""Writes README.md and LICENSE of the data set: sources, checksums, what is real and what was filled in."""

import polars as pl
import pyarrow

from .common import sha256

HEAD = """\
# uk_retail_peak

One real peak week of a UK online retailer of gifts as a wavecrest batch: {orders} invoices, {lines:,} lines,
14 to 20 November 2011, exactly as dirty as the source. Made by `scripts/derive_uk_retail_peak.py`; do not edit by hand.

    wavecrest run datasets/uk_retail_peak --out RUN

| source | licence | what of it |
|---|---|---|
| Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository. https://doi.org/10.24432/C5BW33 | CC BY 4.0 | invoices, lines, customers' histories, credit notes |
| Royal Mail and Parcelforce prices of October 2023, as collected by Hagop Jamkojian | MIT | {prices:,} price rows, countries' zones |

Licence texts: `LICENSE`. Money is pence (GBP). Everything called *filled in* is invented by a documented rule and a fixed
seed; it describes no real person, address or site.
"""

REAL = """
## What is real and what was filled in

| table | real, unchanged | derived from real data | filled in |
|---|---|---|---|
| orders | `order_id` = InvoiceNo (credit notes `C...` too), `placed_at` (London = UTC in November), `customer_id` (null = guest) | `country` (name to ISO-2: EIRE = IE, Channel Islands = JE; `Unspecified` stays, to be rejected), `channel` (`dotcom` = the invoice has a DOTCOM POSTAGE line), `currency`, `payment_terms` and status `terms` (trade accounts: at least {trade_orders} earlier invoices and {trade_spend:,.0f} GBP), `residential` (at most 60 units and 200 GBP, no trade account) | `postal_code`, `city`, `lat`, `lon` (UK: outward code drawn by population from {areas} postcode areas, one address per customer; abroad: the capital), `service`, `ship_complete`, `payment_method`, `payment_status` ({declined} declined, {pending} pending), `card_hash`, `email_hash`, `device_hash` (salted hashes of an invented identity), `ip_country`, `avs`, `cvv`, `bill_country`, `bill_postal_code`, `priority`. {ring} small orders of new customers are planted as a fraud ring: one device, failed card checks |
| order_lines | all: `sku` = StockCode (trimmed, upper and lower case kept), `quantity`, `unit_price` | `line_no` = position in the invoice | |
| items | `sku`, `description` (most frequent priced one of the whole data set) | `unit_cost` = 45 % of the median real price | `weight_g`, `length_mm`, `width_mm`, `height_mm`, `category`, `fragile`, `keep_upright`, `hazmat` (matches): {rules} description patterns with a size and weight each, then SMALL / LARGE / SET OF n, and a little by price; see `scripts/uk_retail_peak/item_rules.py` |
| customers | | `first_order_at`, `orders_before` (from the whole data set, which begins on 2010-12-01) | `credit_limit_cents`, `open_balance_cents` (trade accounts only; {over} exceed their limit with this week's orders), `chargebacks_before` = 0 |
| returns | `sku`, `quantity`, `unit_price`, `received_at`: the week's credit notes of products | `order_id`, `line_no`: the earlier sale of the same customer and code, in the week ({inside} of {returned}) or else the latest before it; {dropped} credit lines without one are left out | `reason`, `condition`, `wants`, `facility_id` |
| facilities, layouts | towns | `capacity_units` = 1.15 x the week's demand over the three | the sites and all their numbers |
| inventory, slots | | sized by the week's real demand: 2 to 18 % more than it for most items, less for {short} items; each site lacks about a quarter | all |
| rates | `price_cents`, `max_weight_g` | one row per box a format allows | size limits of the formats |
| zones | zone of each country | | `transit_days` |
| carrier_services | names | | cut-offs, days, size limits, `dim_divisor`, `hazmat` |
| cartons | | | all: common UK sizes just under the format limits; inner = outer size |
"""

NOTES = """
## To know before you wonder

- Lines to be rejected, on purpose: {c_orders} credit notes (`C...`), {negative} lines of quantity <= 0, {unknown} lines whose code is no item
  ({unknown_codes}; the last two look like products but are "Next Day Carriage" and "High Resolution Image").
  {zero} lines have price 0: mostly stock corrections booked as guest invoices ("found", "check", "wet rusty").
- A credit note appears twice: as an order with negative lines (as in the source) and, where its sale is known, in `returns`.
- `85123a` and `85123A` are two items here, as in the source.
- Prices: of {methods} source methods, {price_rows:,} price rows are used, not one changed; a row that holds for several boxes is repeated, hence
  {rate_rows:,} rows. Of insurance tiers the cheapest. Left out: Saturday and with-signature twins, letters abroad (documents only), International Economy,
  printed papers, Parcelforce 9 / 10 / AM / 48 Large / Euro Priority Home, rows above 30 kg. List prices for anyone at the counter: a shipper this large pays less.
  The source's Parcelforce globalexpress zone 10 costs less at 10.5 kg than at 10 kg; it stays.
- A small parcel abroad may have length + width + height <= 900 mm and no side over 600: covered from inside by 600x150x150, 400x300x200 and 300x300x300.
- The source lists GB and IM in Parcelforce's catch-all zone 12 too; here they are domestic. Jersey and Guernsey: domestic for Royal Mail, zone 4 for Parcelforce.
- Parcelforce abroad charges volume (5000 cm3/kg): its usual term, not in the source table. That Parcelforce takes matches in the UK is an assumption.
  Australia, Hong Kong and Japan go up to 10 kg a parcel.
- 2023 prices meet 2011 orders: `valid_from` and `valid_to` are empty, `fuel_percent` too. No surcharges: the source has none.
- Doormats and the like are rolled; umbrellas need `box_long`, which only Parcelforce carries.
- `pick_seconds_per_line` is 20 and `pack_seconds_per_package` 240 because this is wholesale (9 units a line); meant to give
  one and a half to three working days of work with the few pickers and stations there are.
- Rough size: {units:,} sellable units, {tonnes:.0f} t, {m3:.0f} m3; some 50 to 80 units a parcel, so about 3,000 parcels, more when orders are split.
- Site WAR holds more stock than it has capacity for, so its capacity binds a little; {whole:.0%} of the orders with goods find
  all their items at one site.
- Slots: `block` 0 is next to the depot, `bay` 0 the bay nearest to it; zone R holds second and third places of bulky stock.

## Re-derive

    python3 scripts/derive_uk_retail_peak.py --source SHARED_DATA --check

Same bytes with polars {polars} and pyarrow {pyarrow}; other versions may write other bytes with the same content.
"""

LICENSE_HEAD = """\
The tables orders, order_lines, items, customers and returns, and the quantities behind inventory, slots and facilities,
are adapted from

    Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository. https://doi.org/10.24432/C5BW33

licensed under Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/.
Changes: one week selected; country names mapped to codes; addresses, payment signals, weights, sizes, stock and sites
filled in (README.md says which columns). This adaptation is licensed under CC BY 4.0 as well.

The tables rates and zones are adapted from Royal Mail price tables under the licence below. Royal Mail and Parcelforce
are names of their owners, who neither made nor endorse this data set.

"""


def counts(tables, dropped):
    """Numbers the text quotes."""
    orders, lines, items = tables["orders"], tables["order_lines"], tables["items"]
    unknown = lines.join(items, on="sku", how="anti").group_by("sku").len().sort("len", "sku", descending=[True, False])
    codes = sorted(unknown["sku"], key=lambda code: code[0].isdigit())
    status = dict(orders["payment_status"].value_counts().iter_rows())
    return {
        "orders": orders.height,
        "lines": lines.height,
        "declined": status["declined"],
        "pending": status["pending"],
        "c_orders": orders["order_id"].str.starts_with("C").sum(),
        "negative": (lines["quantity"] <= 0).sum(),
        "zero": (lines["unit_price"] == 0).sum(),
        "unknown": unknown["len"].sum(),
        "unknown_codes": ", ".join(codes),
        "over": over_limit(tables),
        "returned": tables["returns"].height,
        "inside": tables["returns"]["order_id"].is_in(orders["order_id"].implode()).sum(),
        "dropped": dropped,
        "short": short_items(tables),
        **price_counts(tables["rates"]),
        **size(tables),
    }


def size(tables):
    """Units, tonnes and cubic metres asked for; share of orders whose items are all kept at one site."""
    asked = tables["order_lines"].filter((pl.col("quantity") > 0) & ~pl.col("order_id").str.starts_with("C"))
    asked = asked.join(tables["items"], on="sku")
    volume = pl.col("length_mm") * pl.col("width_mm") * pl.col("height_mm") * pl.col("quantity")
    units, grams, mm3 = asked.select(
        units=pl.col("quantity").sum(), grams=(pl.col("quantity") * pl.col("weight_g")).sum(), mm3=volume.sum()
    ).row(0)
    kept = tables["inventory"].filter(pl.col("on_hand") > 0).group_by("facility_id").agg("sku")["sku"]
    kept = [set(skus) for skus in kept]
    baskets = [set(skus) for skus in asked.group_by("order_id").agg("sku")["sku"]]
    whole = sum(any(basket <= site for site in kept) for basket in baskets)
    return {"units": units, "tonnes": grams / 1e6, "m3": mm3 / 1e9, "whole": whole / len(baskets)}


def over_limit(tables):
    sold = tables["order_lines"].filter(pl.col("quantity") > 0)
    value = sold.join(tables["orders"], on="order_id").group_by("customer_id").agg(
        week=(pl.col("quantity") * pl.col("unit_price") * 100).sum()
    )
    known = tables["customers"].filter(pl.col("credit_limit_cents").is_not_null()).join(value, on="customer_id")
    return known.filter(pl.col("week") + pl.col("open_balance_cents") > pl.col("credit_limit_cents")).height


def short_items(tables):
    free = pl.col("on_hand") - pl.col("reserved") - pl.col("safety_stock")
    stock = tables["inventory"].group_by("sku").agg(free=free.sum())
    asked = tables["order_lines"].filter((pl.col("quantity") > 0) & ~pl.col("order_id").str.starts_with("C"))
    both = asked.group_by("sku").agg(pl.col("quantity").sum()).join(stock, on="sku")
    return both.filter(pl.col("quantity") > pl.col("free")).height


def price_counts(rates):
    """Source price rows behind the rates: rows that differ only in their box count once (formats differ in height)."""
    abroad = rates["service"].str.starts_with("international")
    boxes = pl.when(abroad).then(0).otherwise(pl.col("max_height_mm"))
    keys = rates.with_columns(format=boxes).unique(["carrier", "service", "zone", "max_weight_g", "format"])
    methods = keys.unique(["carrier", "service", "zone", "format"])
    return {"price_rows": keys.height, "prices": keys.height, "rate_rows": rates.height, "methods": methods.height}


def files(folder, tables, sources, root):
    yield "\n## Files\n\n| file | rows | bytes | sha256 |\n|---|---|---|---|\n"
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        yield f"| {path.name} | {table.height:,} | {path.stat().st_size:,} | `{sha256(path)}` |\n"
    yield "\n| source file | sha256 |\n|---|---|\n"
    for path in sources:
        yield f"| {path.relative_to(root)} | `{sha256(path)}` |\n"


def write(folder, tables, sources, root, facts):
    """`facts`: further numbers the text quotes (see main)."""
    values = counts(tables, facts.pop("dropped")) | facts
    values |= {"polars": pl.__version__, "pyarrow": pyarrow.__version__}
    text = "".join([HEAD, REAL, NOTES]).format(**values) + "".join(files(folder, tables, sources, root))
    (folder / "README.md").write_text(text, encoding="utf-8")
    licence = next(path for path in sources if path.name == "LICENSE").read_text(encoding="utf-8")
    (folder / "LICENSE").write_text(LICENSE_HEAD + licence, encoding="utf-8")
