"""The hours and INs of each employee and day, computed again from what was sent.

Shares nothing with the server: the zones are Python's zoneinfo, the instants whole microseconds. Reads a JSON object
with `max_hours` and `punches`, and prints one with `hours` (not rounded) and `ins`.
"""

import json
import re
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from itertools import groupby
from zoneinfo import ZoneInfo

TIME = re.compile(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def micros(text):
    """The instant, in microseconds since 1970; finer digits do not count."""
    *date, fraction, sign, hours, minutes = TIME.fullmatch(text).groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    utc = datetime(*map(int, date), tzinfo=timezone.utc) - (-offset if sign == "-" else offset)
    return (utc - EPOCH) // timedelta(microseconds=1) + int(((fraction or "") + "000000")[:6])


def events(punches):
    """What counts of an employee's punches, in its order: of one instant first what ends, then by id."""
    corrected = {punch["corrects"] for punch in punches}
    counts = [
        punch for punch in punches
        if punch["type"] in ("IN", "OUT") and not punch["void"] and punch["id"] not in corrected
    ]
    return sorted(counts, key=lambda punch: (micros(punch["time"]), punch["type"] == "IN", punch["id"]))


def days(punches, longest):
    """Of each day with an IN, how many there were, and the segments with what they count."""
    found = defaultdict(lambda: [0, []])
    counting = events(punches)
    for this, following in zip(counting, counting[1:] + [None]):
        if this["type"] != "IN":
            continue
        begin = micros(this["time"])
        local = (EPOCH + timedelta(microseconds=begin)).astimezone(ZoneInfo(this["zone"]))
        day = found[local.date().isoformat()]
        day[0] += 1
        if following is not None and following["type"] == "OUT":
            length = micros(following["time"]) - begin
            segment = {"in": this["time"], "out": following["time"], "clamped": length > longest}
            day[1].append((min(length, longest), segment))
    return found


def main():
    told = json.load(sys.stdin)
    longest = round(told["max_hours"] * 3_600_000_000)
    hours, ins = [], []
    whose = lambda punch: punch["employee"]
    for employee, punches in groupby(sorted(told["punches"], key=whose), key=whose):
        for date, (count, segments) in sorted(days(list(punches), longest).items(), reverse=True):
            ins.append({"employee": employee, "date": date, "count": count})
            if segments:
                total = sum(length for length, _ in segments) / 3_600_000_000
                told_segments = [segment for _, segment in segments]
                hours.append({"employee": employee, "date": date, "hours": total, "segments": told_segments})
    json.dump({"hours": hours, "ins": ins}, sys.stdout)


main()
