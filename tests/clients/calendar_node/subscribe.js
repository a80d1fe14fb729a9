// A calendar program that shares no code with Rollcall: ical.js.
//
// Usage: subscribe.js URL FROM BEFORE EXPECTED
// It expands the calendar at the URL between two days, which are given in UTC, and holds it against EXPECTED, a JSON array of
// [start, end, summary, location] with times in UTC.
import assert from "node:assert/strict";

import ICAL from "ical.js";

const [url, from, before, expected] = process.argv.slice(2);
const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
assert.equal(answer.status, 200);
assert.equal(answer.headers.get("content-type"), "text/calendar; charset=utf-8");
const calendar = new ICAL.Component(ICAL.parse(await answer.text()));

// The zone is the file's own: ical.js knows none by name.
const zones = calendar.getAllSubcomponents("vtimezone");
assert.equal(zones.length, 1);
for (const zone of zones) {
  ICAL.TimezoneService.register(zone);
}

const utc = (time) => {
  assert.ok(!time.isDate && time.zone !== ICAL.Timezone.localTimezone, `${time} is no instant`);
  return time.toJSDate().toISOString().replace(".000Z", "Z");
};
const found = [];
const take = (start, end, event) => {
  const [begin, finish] = [utc(start), utc(end)];
  if (finish > `${from}T00:00:00Z` && begin < `${before}T00:00:00Z`) {
    found.push([begin, finish, event.summary, event.location]);
  }
};
for (const component of calendar.getAllSubcomponents("vevent")) {
  const event = new ICAL.Event(component);
  assert.ok(component.getFirstProperty("dtstamp"));
  if (!event.isRecurring()) {
    take(event.startDate, event.endDate, event);
    continue;
  }
  const occurrences = event.iterator();
  for (let next = occurrences.next(); next; next = occurrences.next()) {
    const details = event.getOccurrenceDetails(next);
    take(details.startDate, details.endDate, event);
  }
}
assert.deepEqual(found.sort(), JSON.parse(expected).sort());
console.error(`${found.length} events`);
console.log("the calendar is the schedule");
