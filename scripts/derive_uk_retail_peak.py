#!/usr/bin/env python3
"""Derives `datasets/uk_retail_peak/`: one real peak week of a UK online retailer as a wavecrest batch.

Sources (folder given as argument, default `../shared/data` next to the repository):
  uci_online_retail/online_retail.parquet   UCI Online Retail (Chen, 2015), CC BY 4.0
  rates/royalmail_2023/*.csv, LICENSE       Royal Mail and Parcelforce prices of October 2023, MIT

Real: invoices, lines, prices, quantities, times, countries, customer numbers and histories, credit notes, postage.
Filled in, by a fixed seed: addresses, weights and sizes, sites, stock, slots, payment signals. The README that
this script writes into the folder says it column by column.

Dirty rows stay dirty on purpose (credit notes, negative quantities, zero prices, codes that are no product, guests):
the planner has to reject or handle them. Re-running gives byte-identical files (same polars and pyarrow).

    python3 scripts/derive_uk_retail_peak.py [--source DIR] [--out DIR] [--check]

Needs Python 3.10+, polars, pyarrow.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

from uk_retail_peak import catalogue, checks, freight, item_rules, places, readme, trade, warehouse
from uk_retail_peak.common import sha256, write_table

ROOT = Path(__file__).resolve().parent.parent


def source_files(source):
    rates = source / "rates" / "royalmail_2023"
    names = ("1_countryToZone.csv", "4_deliveryToPrice.csv", "LICENSE")
    return [source / "uci_online_retail" / "online_retail.parquet", *(rates / name for name in names)]


def derive(source):
    """All tables by name."""
    full = pl.read_parquet(source / "uci_online_retail" / "online_retail.parquet")
    rates = source / "rates" / "royalmail_2023"
    week = trade.week_of(full)
    tables = {"items": catalogue.items(full, week), "order_lines": trade.order_lines(week)}
    tables["customers"] = trade.customers(full, week)
    tables["orders"] = trade.orders(week, tables["customers"])
    tables["returns"] = trade.returns(full, week)
    asked = warehouse.demand(tables["order_lines"], tables["items"])
    tables["facilities"] = warehouse.facilities(asked)
    tables["inventory"] = warehouse.inventory(asked)
    tables["slots"], tables["layouts"] = warehouse.slots_and_layouts(asked, tables["inventory"])
    tables["carrier_services"] = freight.carrier_services()
    tables["rates"] = freight.rates(rates)
    tables["zones"] = freight.zones(rates)
    tables["cartons"] = freight.cartons()
    return dict(sorted(tables.items()))


def facts(tables):
    """Constants and counts for the README that the tables alone do not tell."""
    sku_is_item = pl.col("sku").is_in(tables["items"]["sku"].implode())
    credit_lines = tables["order_lines"].filter(pl.col("order_id").str.starts_with("C") & sku_is_item)
    return {
        "dropped": credit_lines.height - tables["returns"].height,
        "areas": len(places.UK_AREAS),
        "rules": len(item_rules.RULES),
        "ring": trade.RING_SIZE,
        "trade_orders": trade.TRADE_ORDERS,
        "trade_spend": trade.TRADE_SPEND,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "datasets" / "uk_retail_peak")
    parser.add_argument("--check", action="store_true", help="test the written files")
    args = parser.parse_args()
    sources = source_files(args.source)
    missing = [str(path) for path in sources if not path.is_file()]
    if missing:
        sys.exit(f"missing source files: {', '.join(missing)} (give their folder with --source)")

    tables = derive(args.source)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_table(table, args.out / f"{name}.parquet")
    readme.write(args.out, tables, sources, args.source, facts(tables))
    for path in [*sources, *sorted(args.out.iterdir())]:
        print(f"{sha256(path)}  {path.stat().st_size:>9,}  {path.name}")
    if args.check and not checks.check(args.out):
        sys.exit(1)


if __name__ == "__main__":
    main()
