"""Holds what the server said of points against GeographicLib.

A circle is judged by the geodesic distance. A polygon is laid flat by the ellipsoidal gnomonic projection around its own
centre, where geodesics are straight (C. F. F. Karney, Algorithms for geodesics, Journal of Geodesy 87, 2013, section 8):
the server lays it flat around the point, and by another projection.
"""

import json
import math
import sys

from geographiclib.geodesic import Geodesic

MARGIN = 0.5
WANTED = Geodesic.AZIMUTH | Geodesic.DISTANCE | Geodesic.REDUCEDLENGTH | Geodesic.GEODESICSCALE
EARTH = Geodesic.WGS84


def gnomonic(centre, at):
    found = EARTH.Inverse(centre[1], centre[0], at[1], at[0], WANTED)
    rho = found["m12"] / found["M12"]
    azimuth = math.radians(found["azi1"])
    return rho * math.sin(azimuth), rho * math.cos(azimuth)


def edge_distance(ring, x, y):
    inside, nearest = False, math.inf
    ax, ay = ring[-1]
    for bx, by in ring:
        dx, dy = bx - ax, by - ay
        if (ay > y) != (by > y) and x < ax + (y - ay) / dy * dx:
            inside = not inside
        along = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
        nearest = min(nearest, math.hypot(x - ax - along * dx, y - ay - along * dy))
        ax, ay = bx, by
    return -nearest if inside else nearest


def main():
    with open(sys.argv[1]) as file:
        fences = json.load(file)
    for fence in fences:
        if fence["ring"]:
            fence["flat"] = [gnomonic(fence["centre"], at) for at in fence["ring"]]
    counts = {kind: {"points": 0, "inside": 0, "near": 0, "near_differ": 0, "differ": 0, "most": 0.0}
              for kind in ("circle", "polygon")}
    with open(sys.argv[2]) as file:
        for line in file:
            number, longitude, latitude, inside, edge = line.split()
            fence, longitude, latitude = fences[int(number)], float(longitude), float(latitude)
            inside, edge = inside == "1", float(edge)
            if fence["ring"]:
                found = edge_distance(fence["flat"], *gnomonic(fence["centre"], (longitude, latitude)))
            else:
                centre = fence["centre"]
                found = EARTH.Inverse(centre[1], centre[0], latitude, longitude, Geodesic.DISTANCE)["s12"]
                found -= fence["radius"]
            count = counts["polygon" if fence["ring"] else "circle"]
            count["points"] += 1
            count["inside"] += inside
            count["most"] = max(count["most"], abs(found - edge))
            differs = inside != (found <= 0)
            if abs(found) <= MARGIN:
                count["near"] += 1
                count["near_differ"] += differs
            elif differs:
                count["differ"] += 1
                print(f"differs: fence {number}, {longitude} {latitude}: {edge} and {found}", file=sys.stderr)
    print(json.dumps(counts))


main()
