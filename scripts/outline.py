#!/usr/bin/env python3
"""Builds datasets/outline/land.bin, the coastline and borders that report.html draws under its map.

Usage: npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
       scripts/outline.py package/countries-50m.json datasets/outline/land.bin

Natural Earth 1:50m (public domain) by way of the npm package world-atlas. Arcs are simplified by Visvalingam and Whyatt (1993,
doi:10.1179/000870493786962263) down to a point budget, arcs of one country are stitched to coast rings, arcs of two are borders.
Format: see src/report/html/outline.rs.
"""
import collections, heapq, json, math, sys

POINTS = 23_400        # kept over all arcs
MIN_RING_AREA = 0.004  # square degrees; smaller islands are left out
SCALE = 100            # units per degree


def arcs_of(topology):
    sx, sy = topology["transform"]["scale"]
    tx, ty = topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        yield points


def area(a, b, c):
    shrink = math.cos(math.radians(min(abs(b[1]), 80)))
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2 * shrink


def ranks(arcs):
    """Effective area of each inner point; end points are infinite."""
    out = []
    for points in arcs:
        n = len(points)
        rank = [math.inf] * n
        left, right = list(range(-1, n - 1)), list(range(1, n + 1))
        heap = [(area(*points[i - 1:i + 2]), i) for i in range(1, n - 1)]
        stamp = {i: a for a, i in heap}
        heapq.heapify(heap)
        floor = 0.0
        while heap:
            a, i = heapq.heappop(heap)
            if stamp.get(i) != a:
                continue
            floor = max(floor, a)
            rank[i] = floor
            del stamp[i]
            l, r = left[i], right[i]
            right[l], left[r] = r, l
            for j in (l, r):
                if j in stamp:
                    stamp[j] = area(points[left[j]], points[j], points[right[j]])
                    heapq.heappush(heap, (stamp[j], j))
        out.append(rank)
    return out


def uses(topology):
    count = collections.Counter()

    def walk(x):
        if isinstance(x, int):
            count[x if x >= 0 else ~x] += 1
        else:
            for y in x:
                walk(y)
    for geometry in topology["objects"]["countries"]["geometries"]:
        walk(geometry.get("arcs", []))
    return count


def stitch(lines):
    """Joins open lines at their ends to rings."""
    rings, ends = [], collections.defaultdict(list)
    for k, line in enumerate(lines):
        if line[0] == line[-1]:
            rings.append(line)
        else:
            ends[line[0]].append(k)
            ends[line[-1]].append(k)
    used = set()
    for k, line in enumerate(lines):
        if k in used or line[0] == line[-1]:
            continue
        used.add(k)
        ring = list(line)
        while ring[0] != ring[-1]:
            nxt = next((j for j in ends[ring[-1]] if j not in used), None)
            if nxt is None:
                break
            used.add(nxt)
            more = lines[nxt] if lines[nxt][0] == ring[-1] else lines[nxt][::-1]
            ring += more[1:]
        rings.append(ring)
    return rings


def ring_area(ring):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))) / 2


def varint(n):
    n = n << 1 if n >= 0 else (-n << 1) - 1  # zigzag
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return out


def encode(lines):
    out = bytearray()
    for line in lines:
        grid = []
        for lon, lat in line:
            point = (round(lon * SCALE), round(lat * SCALE))
            if not grid or point != grid[-1]:
                grid.append(point)
        if len(grid) < 2:
            continue
        out += varint(len(grid))
        x = y = 0
        for px, py in grid:
            out += varint(px - x) + varint(py - y)
            x, y = px, py
    return out + varint(0)


def main(source, target):
    topology = json.load(open(source))
    arcs = list(arcs_of(topology))
    rank = ranks(arcs)
    inner = sorted((r for rs in rank for r in rs if r < math.inf), reverse=True)
    limit = inner[min(POINTS, len(inner) - 1)]
    kept = [[p for p, r in zip(points, rs) if r >= limit] for points, rs in zip(arcs, rank)]
    count = uses(topology)
    coast = [kept[i] for i in range(len(kept)) if count[i] == 1]
    borders = [kept[i] for i in range(len(kept)) if count[i] == 2]
    rings = [r for r in stitch(coast) if len(r) > 3 and ring_area(r) >= MIN_RING_AREA]
    data = encode(rings) + encode(borders)
    open(target, "wb").write(data)
    print(len(rings), "rings", len(borders), "borders", sum(map(len, rings + borders)), "points", len(data), "bytes")


main(*sys.argv[1:])
