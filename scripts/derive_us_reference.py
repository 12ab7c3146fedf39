#!/usr/bin/env python3
"""Derives the two small US reference tables that are built into the `wavecrest` binary.

    python3 -m pip install numpy pyarrow          # 2.4 and 26.0 made the committed files
    python3 scripts/derive_us_reference.py SHARED_DATA_FOLDER

Reads (see datasets/*/README.md for licences and checksums)
    geo/us_zcta_census2021.csv       ZIP code tabulation areas with a centroid
    geo/us_cities500_geonames.csv    populated places with population and time zone
    geo/us_zip3_centroids.csv        state of each three-digit ZIP prefix
    zones/zip3_zone_full.parquet     parcel zone of each pair of three-digit prefixes
Writes
    datasets/us_places/zips.parquet, datasets/us_zones/zip3_zone.parquet, and prints sizes and sha256.

Population of a ZIP. A place of population P is a disc of radius r = sqrt(P / (density * pi)), density 1,500 per km2.
P is spread over the ZIPs of the same state within 2.5 r of the place in proportion to exp(-(d / r)^2 / 2); the
nearest ZIP always takes part. Over this lies a rural share: 15 % of the state's people, evenly on its ZIPs.
Then each state is scaled to its 2020 census count, which removes the double counting of districts inside cities
("New York City" itself is dropped: its boroughs are listed). Territories and military prefixes are left out.
"""

import csv
import hashlib
import math
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Resident population, 1 April 2020 (US Census Bureau, public domain).
CENSUS_2020 = {
    "AL": 5024279, "AK": 733391, "AZ": 7151502, "AR": 3011524, "CA": 39538223, "CO": 5773714, "CT": 3605944,
    "DE": 989948, "DC": 689545, "FL": 21538187, "GA": 10711908, "HI": 1455271, "ID": 1839106, "IL": 12812508,
    "IN": 6785528, "IA": 3190369, "KS": 2937880, "KY": 4505836, "LA": 4657757, "ME": 1362359, "MD": 6177224,
    "MA": 7029917, "MI": 10077331, "MN": 5706494, "MS": 2961279, "MO": 6154913, "MT": 1084225, "NE": 1961504,
    "NV": 3104614, "NH": 1377529, "NJ": 9288994, "NM": 2117522, "NY": 20201249, "NC": 10439388, "ND": 779094,
    "OH": 11799448, "OK": 3959353, "OR": 4237256, "PA": 13002700, "RI": 1097379, "SC": 5118425, "SD": 886667,
    "TN": 6910840, "TX": 29145505, "UT": 3271616, "VT": 643077, "VA": 8631393, "WA": 7705281, "WV": 1793716,
    "WI": 5893718, "WY": 576851,
}
PEOPLE_PER_KM2 = 1500.0
RURAL_SHARE = 0.15
KM_PER_DEGREE = 111.195


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plane(latitude, longitude):
    """Kilometres on a plane around each point's own latitude: good to 1 % over a city."""
    return np.stack([latitude * KM_PER_DEGREE, longitude * KM_PER_DEGREE * np.cos(np.radians(latitude))], axis=1)


def state_weights(zip_xy, places, place_xy, population):
    """People and main place of each ZIP of one state."""
    weight = np.zeros(len(zip_xy))
    nearest = np.zeros(len(zip_xy))
    main = np.full(len(zip_xy), -1)
    for index, people in enumerate(population):
        radius = math.sqrt(people / (PEOPLE_PER_KM2 * math.pi))
        distance = np.hypot(*(zip_xy - place_xy[index]).T)
        kernel = np.where(distance <= 2.5 * radius, np.exp(-0.5 * (distance / radius) ** 2), 0.0)
        kernel[np.argmin(distance)] += 0.05
        share = people * kernel / kernel.sum()
        weight += share
        better = kernel > nearest
        main[better] = places[index]
        nearest[better] = kernel[better]
    return weight, main


def derive_places(data, out):
    state_of = {row["zip3"]: row["st"] for row in rows(data / "geo/us_zip3_centroids.csv")}
    areas = [row for row in rows(data / "geo/us_zcta_census2021.csv") if state_of.get(row["zip"][:3]) in CENSUS_2020]
    areas.sort(key=lambda row: row["zip"])
    places = [
        row
        for row in rows(data / "geo/us_cities500_geonames.csv")
        if int(row["population"]) > 0 and row["name"] != "New York City"
    ]
    area_state = np.array([state_of[row["zip"][:3]] for row in areas])
    place_state = np.array([row["admin1code"] for row in places])
    area_xy = plane(np.array([float(r["lat"]) for r in areas]), np.array([float(r["lon"]) for r in areas]))
    place_xy = plane(np.array([float(r["latitude"]) for r in places]), np.array([float(r["longitude"]) for r in places]))
    population = np.array([int(row["population"]) for row in places])

    weight = np.zeros(len(areas))
    main = np.zeros(len(areas), dtype=int)
    for state, people in CENSUS_2020.items():
        mine = np.flatnonzero(area_state == state)
        cities = np.flatnonzero(place_state == state)
        urban, named = state_weights(area_xy[mine], cities, place_xy[cities], population[cities])
        weight[mine] = people * ((1 - RURAL_SHARE) * urban / urban.sum() + RURAL_SHARE / len(mine))
        for position, area in enumerate(mine):
            if named[position] < 0:
                named[position] = cities[np.argmin(np.hypot(*(place_xy[cities] - area_xy[area]).T))]
        main[mine] = named

    table = pa.table(
        {
            "zip": pa.array([row["zip"] for row in areas]),
            "latitude_milli": pa.array([round(float(row["lat"]) * 1000) for row in areas], pa.int32()),
            "longitude_milli": pa.array([round(float(row["lon"]) * 1000) for row in areas], pa.int32()),
            "state": pa.array(area_state.tolist()),
            "city": pa.array([places[i]["name"] for i in main]),
            "time_zone": pa.array([places[i]["timezone"] for i in main]),
            "weight": pa.array([max(1, round(w)) for w in weight], pa.int32()),
        }
    )
    ints = ["latitude_milli", "longitude_milli", "weight"]
    write(
        table,
        out / "datasets/us_places/zips.parquet",
        use_dictionary=["state", "city", "time_zone"],
        column_encoding={"zip": "DELTA_BYTE_ARRAY", **{name: "DELTA_BINARY_PACKED" for name in ints}},
    )


def derive_zones(data, out):
    source = pq.read_table(data / "zones/zip3_zone_full.parquet")
    origins = np.array(source["origin_zip3"].to_pylist())
    destinations = np.array(source["dest_zip3"].to_pylist())
    prefixes = sorted(set(origins))
    position = {prefix: index for index, prefix in enumerate(prefixes)}
    matrix = np.zeros((len(prefixes), len(prefixes)), dtype=int)
    matrix[[position[o] for o in origins], [position[d] for d in destinations]] = source["zone"].to_numpy()
    assert matrix.min() >= 1 and matrix.max() <= 9
    table = pa.table({"zip3": prefixes, "zones": ["".join(map(str, row)) for row in matrix]})
    write(table, out / "datasets/us_zones/zip3_zone.parquet", use_dictionary=False)


def write(table, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=19, write_statistics=False, **options)
    content = path.read_bytes()
    print(f"{path}  {table.num_rows} rows  {len(content)} bytes  sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    assert sum(CENSUS_2020.values()) == 331449281
    shared, repository = Path(sys.argv[1]), Path(__file__).resolve().parent.parent
    derive_places(shared, repository)
    derive_zones(shared, repository)
