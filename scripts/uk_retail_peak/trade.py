"""Tables `orders`, `order_lines`, `customers`, `returns`: real invoices, with what a planner needs filled in."""

from datetime import datetime

import polars as pl

from .catalogue import is_product
from .common import between, one_of, pick, token, unit
from .places import address, other_uk_code

WEEK_START, WEEK_END = datetime(2011, 11, 14), datetime(2011, 11, 21)
MONTH_BEFORE = datetime(2011, 10, 15)
UTC = pl.Datetime("us", "UTC")

TRADE_ORDERS, TRADE_SPEND = 10, 5_000.0  # a trade account: this many earlier invoices, this much spent (GBP)
RING_SIZE = 5
FACILITIES = [("DAV", 45), ("DON", 32), ("WAR", 23)]


def week_of(full):
    return full.filter((pl.col("InvoiceDate") >= WEEK_START) & (pl.col("InvoiceDate") < WEEK_END))


def is_cancelled():
    return pl.col("InvoiceNo").str.starts_with("C")


def order_lines(week):
    """Every line as it is; line_no = its position in the invoice. Row order of the source is kept."""
    return week.select(
        order_id="InvoiceNo",
        line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("InvoiceNo"),
        sku=pl.col("StockCode").str.strip_chars(),
        quantity="Quantity",
        unit_price="UnitPrice",
    )


# -- customers -----------------------------------------------------------------------------------------------


def history(full):
    """Per customer, from the full data set: first order; invoices and spend before the week; last month's spend."""
    sales = full.filter(pl.col("CustomerID").is_not_null() & ~is_cancelled() & (pl.col("Quantity") > 0))
    value = pl.col("Quantity") * pl.col("UnitPrice")
    before = pl.col("InvoiceDate") < WEEK_START
    return sales.group_by("CustomerID").agg(
        first_order_at=pl.col("InvoiceDate").min(),
        orders_before=pl.col("InvoiceNo").filter(before).n_unique().cast(pl.Int64),
        spend_before=value.filter(before).sum().round(2),
        spend_month=value.filter(before & (pl.col("InvoiceDate") >= MONTH_BEFORE)).sum().round(2),
    )


def account(row):
    """Credit columns of one customer: only trade accounts have a limit."""
    if row["orders_before"] < TRADE_ORDERS or row["spend_before"] < TRADE_SPEND:
        return {"credit_limit_cents": None, "open_balance_cents": None}
    customer = row["customer_id"]
    open_cents = round(100 * row["spend_month"] * between(0.2, 0.9, "open", customer))
    monthly = row["spend_before"] / 11.5
    limit = between(1.0, 2.8, "limit", customer) * max(monthly, row["spend_month"])
    return {"credit_limit_cents": max(1_000, round(limit / 500) * 500) * 100, "open_balance_cents": open_cents}


def customers(full, week):
    ids = week.filter(pl.col("CustomerID").is_not_null()).select("CustomerID").unique().sort("CustomerID")
    table = ids.join(history(full), on="CustomerID", how="left").with_columns(
        customer_id=pl.col("CustomerID").cast(pl.String),
        orders_before=pl.col("orders_before").fill_null(0),
        spend_before=pl.col("spend_before").fill_null(0.0),
        spend_month=pl.col("spend_month").fill_null(0.0),
    )
    credit = pl.DataFrame(
        [account(row) for row in table.iter_rows(named=True)],
        schema={"credit_limit_cents": pl.Int64, "open_balance_cents": pl.Int64},
    )
    return pl.concat([table, credit], how="horizontal").sort("customer_id").select(
        "customer_id",
        "credit_limit_cents",
        "open_balance_cents",
        first_order_at=pl.col("first_order_at").cast(UTC),
        orders_before="orders_before",
        chargebacks_before=pl.lit(0, pl.Int64),
    )


# -- orders --------------------------------------------------------------------------------------------------


def invoices(week):
    """One row per invoice, in the order of the source."""
    sold = pl.col("Quantity") > 0
    return week.group_by("InvoiceNo", maintain_order=True).agg(
        placed_at=pl.col("InvoiceDate").min(),
        customer=pl.col("CustomerID").first().cast(pl.String),
        source_country=pl.col("Country").first(),
        lines=pl.len(),
        units=pl.col("Quantity").filter(sold).sum(),
        value=(pl.col("Quantity") * pl.col("UnitPrice")).filter(sold).sum(),
        dotcom=(pl.col("StockCode") == "DOT").any(),
    )


def delivery_service(row, key):
    if row["source_country"] != "United Kingdom":
        return pick([("standard", 85), ("expedited", 15)], "service", key)
    if row["units"] > 300:
        return pick([("standard", 95), ("expedited", 5)], "service", key)
    return pick([("standard", 81), ("expedited", 14), ("next_day", 5)], "service", key)


def payment(row, key, on_terms):
    """(method, status, terms). Credit notes and stock adjustments count as settled."""
    if on_terms:
        return "invoice", "terms", "net30"
    if row["value"] <= 0:
        return None, "paid", "prepaid"
    status = pick([("paid", 80), ("authorized", 17), ("pending", 1.5), ("declined", 1.5)], "status", key)
    return "card", status, "prepaid"


def card_checks(method, status, country, key):
    """What the payment provider reports of the card: only for card payments."""
    if method != "card":
        return {"avs": None, "cvv": None, "ip_country": country}
    trouble = 6 if status == "declined" else 1
    avs = [("match", 87), ("partial", 8), ("no", 2 * trouble), ("unavailable", 3)]
    cvv = [("match", 96), ("no", 1.5 * trouble), ("unavailable", 2.5)]
    abroad = unit("ip", key) < 0.02 * trouble
    return {
        "avs": pick(avs, "avs", key),
        "cvv": pick(cvv, "cvv", key),
        "ip_country": one_of(("US", "FR", "NL", "ES"), "ip country", key) if abroad else country,
    }


def order(row, on_terms, orders_before):
    key, identity = row["InvoiceNo"], row["customer"] or f"guest {row['InvoiceNo']}"
    place = address(row["source_country"], identity)
    if place["postal_code"] is None:  # unknown country: the country alone shall be the defect
        place["postal_code"] = other_uk_code(identity)
    small = 0 < row["units"] <= 60 and row["value"] <= 200
    service = delivery_service(row, key)
    method, status, terms = payment(row, key, on_terms)
    known_country = place["country"] if len(place["country"]) == 2 else None
    checks = card_checks(method, status, known_country, key)
    elsewhere = place["country"] == "GB" and unit("bill elsewhere", identity) < 0.05
    return {
        "order_id": key,
        "channel": "dotcom" if row["dotcom"] else "direct",
        "placed_at": row["placed_at"],
        "customer_id": row["customer"],
        **place,
        "residential": small and not on_terms,
        "service": service,
        "ship_complete": small and row["lines"] > 1 and unit("complete", key) < 0.15,
        "payment_method": method,
        "payment_status": status,
        "payment_terms": terms,
        "currency": "GBP",
        "card_hash": token("card", identity) if method == "card" else None,
        "email_hash": token("email", identity),
        "device_hash": token("device", identity),
        **checks,
        "bill_country": known_country,
        "bill_postal_code": other_uk_code(identity) if elsewhere else place["postal_code"],
        "priority": 5 if service == "next_day" else 3 if service == "expedited" else 2 if on_terms else 0,
        "new": orders_before == 0 and row["customer"] is not None,
        "value": row["value"],
    }


def plant_ring(rows):
    """A planted fraud ring: small orders of new customers from one device, card checks failing."""
    eligible = [
        r
        for r in rows
        if r["new"] and r["payment_method"] == "card" and r["country"] == "GB" and 0 < r["value"] <= 400
        and r["payment_status"] in ("paid", "authorized")
    ]  # fmt: skip
    for r in sorted(eligible, key=lambda r: unit("ring", r["order_id"]))[:RING_SIZE]:
        r |= {
            "device_hash": token("device", "ring"),
            "payment_status": "authorized",
            "avs": "no",
            "cvv": "no",
            "ip_country": "US",
            "bill_postal_code": other_uk_code("ring"),
        }


def orders(week, customer_table):
    known = {row["customer_id"]: row for row in customer_table.iter_rows(named=True)}
    rows = []
    for row in invoices(week).iter_rows(named=True):
        customer = known.get(row["customer"], {"credit_limit_cents": None, "orders_before": 0})
        rows.append(order(row, customer["credit_limit_cents"] is not None, customer["orders_before"]))
    plant_ring(rows)
    table = pl.DataFrame(rows, infer_schema_length=None).drop("new", "value")
    return table.with_columns(pl.col("placed_at").cast(UTC), pl.col("priority").cast(pl.Int64))


# -- returns -------------------------------------------------------------------------------------------------


def earlier_sales(full):
    """(customer, code) -> its earlier lines: [time, invoice, line_no, quantity left to return]."""
    numbered = full.with_columns(line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("InvoiceNo"))
    sold = numbered.filter(
        pl.col("CustomerID").is_not_null() & ~is_cancelled() & (pl.col("Quantity") > 0)
        & (pl.col("InvoiceDate") < WEEK_END)
    )  # fmt: skip
    table = {}
    for row in sold.select("CustomerID", "StockCode", "InvoiceDate", "InvoiceNo", "line_no", "Quantity").iter_rows():
        table.setdefault(row[:2], []).append(list(row[2:]))
    return table


def original(candidates, time, quantity):
    """The sale a credit line belongs to: in the week if possible, else the latest before it; large enough."""
    fit = [c for c in candidates if c[0] < time and c[3] >= quantity]
    return max(fit, key=lambda c: (c[0] >= WEEK_START, c[0], c[1], c[2]), default=None)


def state_of(key):
    """(reason, condition, wants)"""
    reason = pick([("damaged", 30), ("faulty", 20), ("wrong_item", 20), ("not_wanted", 30)], "reason", key)
    condition = {
        "damaged": [("damaged", 80), ("missing", 20)],
        "faulty": [("damaged", 50), ("opened", 50)],
        "wrong_item": [("new", 80), ("opened", 20)],
        "not_wanted": [("new", 60), ("opened", 40)],
    }[reason]
    wants = "refund" if reason == "not_wanted" else pick([("refund", 70), ("exchange", 30)], "wants", key)
    return reason, pick(condition, "condition", key), wants


def returns(full, week):
    """One row per cancelled product line of the week whose earlier sale is found; the rest is dropped."""
    sales, rows = earlier_sales(full), []
    credits = order_lines(week).hstack(week.select("InvoiceDate", "CustomerID", "StockCode", product=is_product()))
    credits = credits.filter(pl.col("order_id").str.starts_with("C") & pl.col("product"))
    for line in credits.iter_rows(named=True):
        quantity = -line["quantity"]
        sale = original(sales.get((line["CustomerID"], line["StockCode"]), ()), line["InvoiceDate"], quantity)
        if sale is None:
            continue
        sale[3] -= quantity
        key = f"{line['order_id']}-{line['line_no']}"
        reason, condition, wants = state_of(key)
        rows.append(
            {
                "return_id": key,
                "order_id": sale[1],
                "line_no": sale[2],
                "sku": line["sku"],
                "quantity": quantity,
                "unit_price": line["unit_price"],
                "reason": reason,
                "condition": condition,
                "received_at": line["InvoiceDate"],
                "facility_id": pick(FACILITIES, "received at", sale[1]),
                "wants": wants,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("received_at").cast(UTC))
