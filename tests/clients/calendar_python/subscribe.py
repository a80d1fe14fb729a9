"""A calendar program that shares no code with Rollcall: icalendar, with recurring-ical-events.

Usage: subscribe.py URL FROM BEFORE EXPECTED
It expands the calendar at the URL between two days, which are given in UTC, and holds it against EXPECTED, a JSON array of
[start, end, summary, location] with times in UTC.
"""

import json
import sys
import urllib.request
from datetime import datetime, timezone

import icalendar
import recurring_ical_events


def utc(time):
    assert isinstance(time, datetime) and time.tzinfo is not None, f"{time!r} is no instant"
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    url, begin, before, expected = sys.argv[1:]
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8", answer.headers["content-type"]
        calendar = icalendar.Calendar.from_ical(answer.read())
    events = calendar.walk("VEVENT")
    assert not calendar.errors and not any(event.errors for event in events), calendar.errors
    # The zone is the file's own, not one that the library knows by that name.
    assert len(calendar.walk("VTIMEZONE")) == 1
    uids = [event["UID"] for event in events]
    assert len(set(uids)) == len(uids), uids
    assert all("DTSTAMP" in event for event in events)
    days = [datetime.fromisoformat(day).replace(tzinfo=timezone.utc) for day in (begin, before)]
    found = sorted(
        [utc(event.start), utc(event.end), str(event["SUMMARY"]), str(event["LOCATION"])]
        for event in recurring_ical_events.of(calendar).between(*days)
    )
    expected = sorted(json.loads(expected))
    missing = [event for event in expected if event not in found]
    extra = [event for event in found if event not in expected]
    assert found == expected, f"missing {missing[:5]}, too much {extra[:5]}"
    print(f"{len(found)} events", file=sys.stderr)
    print("the calendar is the schedule")


main()
