"""`--check`: reads the written files back and tests what a planner relies on. Shares no code with the writers."""

import polars as pl


def fits(item, box):
    return all(a <= b for a, b in zip(sorted(item), sorted(box)))


def check_items(t):
    boxes = t["cartons"].select("length_mm", "width_mm", "height_mm").rows()
    sizes = t["items"].select("length_mm", "width_mm", "height_mm").rows()
    yield "every item fits a carton", all(any(fits(size, box) for box in boxes) for size in sizes)
    volume = pl.col("length_mm") * pl.col("width_mm") * pl.col("height_mm") / 1000
    density = t["items"].select((pl.col("weight_g") / volume).alias("d"))["d"]
    yield f"density within 0.05..3 g/cm3 ({density.min():.3f}..{density.max():.2f})", density.is_between(0.05, 3).all()
    yield "weights 1 g .. 20 kg", t["items"]["weight_g"].is_between(1, 20_000).all()
    yield "sku unique", t["items"]["sku"].is_unique().all()


def check_orders(t):
    orders, lines = t["orders"], t["order_lines"]
    yield "order_id unique", orders["order_id"].is_unique().all()
    yield "lines belong to orders", lines.join(orders, on="order_id", how="anti").is_empty()
    yield "every order has lines", orders.join(lines, on="order_id", how="anti").is_empty()
    yield "line keys unique", not lines.select("order_id", "line_no").is_duplicated().any()
    allowed = {
        "service": {"standard", "expedited", "next_day"},
        "payment_status": {"paid", "authorized", "pending", "declined", "terms"},
        "payment_terms": {"prepaid", "net30"},
        "avs": {"match", "partial", "no", "unavailable", None},
        "cvv": {"match", "partial", "no", "unavailable", None},
    }
    for column, values in allowed.items():
        yield f"orders.{column} within its set", set(orders[column].unique()) <= values
    named = orders.filter(pl.col("customer_id").is_not_null())
    yield "customers known", named.join(t["customers"], on="customer_id", how="anti").is_empty()


def check_zones(t):
    iso = t["orders"].filter(pl.col("country").str.len_chars() == 2)["country"].unique()
    for carrier in ("royal_mail", "parcelforce"):
        table = t["zones"].filter(pl.col("carrier") == carrier)
        yield f"{carrier}: a zone for every country of the orders", set(iso) <= set(table["dest_prefix"])
        yield f"{carrier}: one zone per country", table["dest_prefix"].is_unique().all()
        priced = t["rates"].filter(pl.col("carrier") == carrier)["zone"]
        yield f"{carrier}: every zone has prices", set(table["zone"]) <= set(priced)
    services = t["carrier_services"].select("carrier", "service")
    yield "every service has prices", services.join(t["rates"], on=["carrier", "service"], how="anti").is_empty()
    yield "every price has a service", t["rates"].join(services, on=["carrier", "service"], how="anti").is_empty()


def check_warehouse(t):
    slotted = t["slots"].group_by("facility_id", "sku").agg(pl.col("quantity").sum())
    both = t["inventory"].filter(pl.col("on_hand") > 0).join(slotted, on=["facility_id", "sku"], how="full")
    yield "slots sum to on_hand", (both["on_hand"] == both["quantity"]).fill_null(False).all()
    placed = t["slots"].join(t["layouts"], on="facility_id", how="left")
    inside = placed.select(
        (pl.col("block").is_between(0, pl.col("blocks") - 1))
        & (pl.col("aisle").is_between(0, pl.col("aisles") - 1))
        & (pl.col("bay").is_between(0, pl.col("bays_per_aisle") - 1))
    ).to_series()
    yield "every slot inside the layout", inside.all()
    yield "slot quantities positive", (t["slots"]["quantity"] > 0).all()
    yield "slot_id unique per facility", not t["slots"].select("facility_id", "slot_id").is_duplicated().any()
    free = pl.col("on_hand") - pl.col("reserved") - pl.col("safety_stock")
    yield "free stock never negative", (t["inventory"].select(free.alias("f"))["f"] >= 0).all()
    unable = t["facilities"].filter(~pl.col("hazmat"))["facility_id"]
    hazmat = t["items"].filter(pl.col("hazmat"))["sku"]
    stocked = t["inventory"].filter(
        pl.col("facility_id").is_in(unable.implode()) & pl.col("sku").is_in(hazmat.implode())
    )
    yield "no hazmat where it may not be", stocked.is_empty()


def check_returns(t):
    returned = t["returns"].join(t["order_lines"], on=["order_id", "line_no"], how="inner", suffix="_sold")
    sums = returned.group_by("order_id", "line_no").agg(
        pl.col("quantity").sum(), pl.col("quantity_sold", "sku", "sku_sold").first()
    )
    yield "returns match their lines", (sums["sku"] == sums["sku_sold"]).all()
    yield "no more returned than sold", (sums["quantity"] <= sums["quantity_sold"]).all()
    yield "returned quantities positive", (t["returns"]["quantity"] > 0).all()
    yield "return_id unique", t["returns"]["return_id"].is_unique().all()


def check(folder):
    """Prints one line per test; True when all hold."""
    tables = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    good = True
    for group in (check_items, check_orders, check_zones, check_warehouse, check_returns):
        for name, holds in group(tables):
            print(f"  {'ok  ' if holds else 'FAIL'} {name}")
            good &= bool(holds)
    return good
