#!/usr/bin/env python3
"""Derives `datasets/brunel/`: one real night of sourcing decisions as a wavecrest batch.

Source (folder given as argument, default `../shared/data/brunel` next to the repository): the seven CSV tables of the
Supply Chain Logistics Problem Dataset, Brunel University London, CC BY 4.0.

    python3 scripts/derive_brunel.py [--source DIR] [--out DIR] [--optimum]

`--optimum` also solves the exact model on the unrounded source by HiGHS (scipy): every order to at most one plant, plants
within their capacity, as many orders as possible, then at least cost. It shares nothing with wavecrest.

Needs Python 3.10+ and polars; scipy for `--optimum`. Re-running gives byte-identical files (same polars).
What every column means is in datasets/brunel/README.md.
"""

import argparse
import hashlib
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("OrderList", "PlantPorts", "ProductsPerPlant", "VmiCustomers", "WhCapacities", "WhCosts", "FreightRates")
# Minor units per dollar: a minor unit is a hundredth of a US cent, so that costs of 0.4289... a unit keep five digits.
MINOR = 10_000
# The heaviest item that wavecrest takes; a heavier order goes as several equal pieces.
MOST_GRAMS = 2_000_000
PLACED = datetime(2013, 5, 26, tzinfo=timezone.utc)


class Source:
    """The tables as they are."""

    def __init__(self, folder):
        read = lambda name: pl.read_csv(folder / f"{name}.csv", schema_overrides={"Order ID": pl.Utf8, "Product ID": pl.Utf8})
        self.orders = [tuple(row) for row in read("OrderList").iter_rows()]
        self.ports, self.makers, self.vmi = defaultdict(list), defaultdict(set), defaultdict(list)
        for plant, port in read("PlantPorts").iter_rows():
            self.ports[plant].append(port)
        for plant, product in read("ProductsPerPlant").iter_rows():
            self.makers[product].add(plant)
        for plant, customer in read("VmiCustomers").iter_rows():
            self.vmi[plant].append(customer)
        self.capacity = dict(read("WhCapacities").iter_rows())
        self.cost = dict(read("WhCosts").iter_rows())
        self.rates = defaultdict(list)
        for row in read("FreightRates").iter_rows(named=True):
            band = (row["minm_wgh_qty"], row["max_wgh_qty"], row["minimum cost"], row["rate"])
            self.rates[row["orig_port_cd"]].append(band)
        self.plants = sorted(self.capacity)

    def freight(self, port, kilograms):
        """The cheapest of all carriers: rate times weight, at least the minimum; None where no band holds the weight."""
        prices = [max(least, rate * kilograms) for low, high, least, rate in self.rates[port] if low <= kilograms <= high]
        return min(prices, default=None)

    def port(self, plant):
        """The plant's port that has rates (PORT01 has none)."""
        (port,) = [port for port in self.ports[plant] if self.rates[port]]
        return port


def grams(kilograms):
    return max(1, round(kilograms * 1_000))


def pieces(quantity, weight):
    """In how many equal pieces the order goes: the fewest that are light enough and share its units evenly."""
    fits = lambda n: weight <= n * MOST_GRAMS and quantity % n == 0
    return next(n for n in range(1, quantity + 1) if fits(n))


def lots(source):
    """Each order with its sku, pieces, and the grams of a piece."""
    for order, customer, product, _, quantity, kilograms in source.orders:
        n = pieces(quantity, grams(kilograms))
        piece = max(1, round(grams(kilograms) / n))
        yield order, customer, product, quantity, kilograms, f"{product}/{order}", n, piece


def rates(source):
    """A price row for every weight that can leave from a port: nothing is rounded but money and grams."""
    prices = {}
    for _, _, product, _, kilograms, _, n, piece in lots(source):
        for port in {source.port(plant) for plant in source.makers[product]}:
            price = source.freight(port, kilograms)
            if price is not None:
                key = (port, n * piece)
                prices[key] = max(prices.get(key, 0), round(price * MINOR))
    return [("market", "cheapest", port, weight, price) for (port, weight), price in sorted(prices.items())]


def derive(source):
    """All tables by name: (columns, rows)."""
    all_lots = list(lots(source))
    orders = [(order, PLACED, customer, "ZZ", "PORT09", False, True, "paid", "USc") for order, customer, *_ in all_lots]
    lines = [(order, 1, sku, n, 0.0) for order, _, _, _, _, sku, n, _ in all_lots]
    items = [(sku, piece, 100, 100, 100, product, quantity // n) for _, _, product, quantity, _, sku, n, piece in all_lots]
    facilities = [
        (plant, "ZZ", source.port(plant), 0.0, 0.0, 1_000_000, source.capacity[plant], round(source.cost[plant] * MINOR))
        for plant in source.plants
    ]
    inventory = [(plant, sku, n) for _, _, product, _, _, sku, n, _ in all_lots for plant in sorted(source.makers[product])]
    only = [("only", plant, customer) for plant in sorted(source.vmi) for customer in source.vmi[plant]]
    zones = [("ZZ:" + port, "ZZ", port, 2) for port in sorted({source.port(plant) for plant in source.plants})]
    return {
        "orders": ("order_id placed_at customer_id country postal_code residential ship_complete payment_status currency", orders),
        "order_lines": ("order_id line_no sku quantity unit_price", lines),
        "items": ("sku weight_g length_mm width_mm height_mm category handling_units", items),
        "facilities": ("facility_id country postal_code lat lon capacity_units capacity_orders handling_cents_per_unit", facilities),
        "inventory": ("facility_id sku on_hand", inventory),
        "restrictions": ("rule facility_id customer_id", only),
        "carrier_services": ("carrier service pickup_cutoff pickup_days delivery_days", [("market", "cheapest", "22:00", "1234567", "1234567")]),
        "rates": ("carrier service zone max_weight_g price_cents", rates(source)),
        "zones": ("origin_prefix dest_prefix zone transit_days", zones),
        "cartons": ("carton_id length_mm width_mm height_mm", [("pallet", 1_000, 1_000, 1_000)]),
    }


def optimum(source):
    """The exact model on the unrounded source."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    variables = []
    for i, (_, customer, product, _, quantity, kilograms) in enumerate(source.orders):
        for plant in sorted(source.makers[product]):
            if source.vmi.get(plant) and customer not in source.vmi[plant]:
                continue
            prices = [source.freight(port, kilograms) for port in source.ports[plant]]
            prices = [price for price in prices if price is not None]
            if prices:
                variables.append((i, source.plants.index(plant), min(prices) + source.cost[plant] * quantity))
    count, orders = len(variables), len(source.orders)
    costs = np.array([cost for _, _, cost in variables])
    rows = [i for i, _, _ in variables] + [orders + p for _, p, _ in variables]
    matrix = coo_matrix((np.ones(2 * count), (rows, list(range(count)) * 2)), shape=(orders + len(source.plants), count))
    limits = np.concatenate([np.ones(orders), [source.capacity[plant] for plant in source.plants]])
    # A transportation problem: the vertices of its polytope are whole.
    found = linprog(costs - 10_000, A_ub=matrix.tocsr(), b_ub=limits, bounds=(0, 1), method="highs")
    assert found.status == 0 and np.abs(found.x - np.round(found.x)).max() < 1e-6
    chosen = found.x > 0.5
    print(f"{orders} orders, {count} ways to serve them: {chosen.sum()} served at {costs[chosen].sum():.2f} USD")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=ROOT.parent / "shared" / "data" / "brunel")
    parser.add_argument("--out", type=Path, default=ROOT / "datasets" / "brunel")
    parser.add_argument("--optimum", action="store_true", help="also solve the exact model")
    args = parser.parse_args()
    source = Source(args.source)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in derive(source).items():
        table = pl.DataFrame(rows, schema=columns.split(), orient="row")
        table.write_parquet(args.out / f"{name}.parquet", compression="zstd", compression_level=19)
    for path in [*(args.source / f"{name}.csv" for name in NAMES), *sorted(args.out.glob("*.parquet"))]:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{digest}  {path.stat().st_size:>9,}  {path.name}")
    if args.optimum:
        optimum(source)


if __name__ == "__main__":
    main()
