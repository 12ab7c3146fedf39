"""Seeded draws and file helpers.

Every filled-in value is a pure function of (SEED, key): `unit("orders", order_id, "service")` is the
same number on every machine and whatever the order of rows, so re-running gives identical tables.
"""

import csv
import hashlib
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

SEED = "wavecrest/uk_retail_peak/1"


def unit(*key):
    """A number in [0, 1), uniform over keys."""
    text = "|".join([SEED, *map(str, key)])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2.0**53


def between(low, high, *key):
    """A number in [low, high)."""
    return low + (high - low) * unit(*key)


def pick(weighted, *key):
    """One of `weighted` = [(value, weight), ...]."""
    point = unit(*key) * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        point -= weight
        if point < 0:
            return value
    return weighted[-1][0]


def one_of(values, *key):
    """One of `values`, all equally likely."""
    return values[int(unit(*key) * len(values))]


def token(kind, identity):
    """Salted blake2b of a filled-in identity: what a payment provider would hand over instead of it."""
    return hashlib.blake2b(f"{SEED}|{kind}|{identity}".encode(), digest_size=8).hexdigest()


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def read_rows(path, width):
    """Rows of a header-less CSV with blank and `//` comment lines; short rows are padded."""
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.reader(file, skipinitialspace=True):
            if row and row[0].strip() and not row[0].startswith("//"):
                row = [cell.strip() for cell in row]
                yield (row + [""] * width)[:width]


def write_table(frame: pl.DataFrame, path):
    """One row group, zstd, no writer-specific Arrow schema: small and byte-identical on re-run."""
    pq.write_table(
        frame.to_arrow(compat_level=pl.CompatLevel.oldest()),
        path,
        compression="zstd",
        compression_level=19,
        store_schema=False,
        row_group_size=1 << 20,
    )
