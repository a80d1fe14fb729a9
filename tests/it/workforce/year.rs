//! A year at a gate: what somebody punches there, with all that goes wrong.

use chrono::{DateTime, Offset as _, TimeDelta, Utc};
use chrono_tz::Tz;
use rand::{RngExt as _, rngs::StdRng};
use rollcall_proto::v1::{CreatePunchRequest, Employee, punch::EventType};

use super::punch;

/// Zones east and west, with and without summer time, with halves and quarters of hours, and with clocks that change at
/// midnight.
pub const ZONES: [&str; 40] = [
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Lima",
    "America/Los_Angeles",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Dubai",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Yangon",
    "Atlantic/Azores",
    "Atlantic/Reykjavik",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
];

/// What an employee punches in so many days before a time, as it happens. The same dice give the same.
pub fn punches(
    employee: &Employee,
    zone: Tz,
    until: DateTime<Utc>,
    days: i64,
    dice: &mut StdRng,
) -> Vec<CreatePunchRequest> {
    let offset = |time: DateTime<Utc>| time.with_timezone(&zone).offset().fix().local_minus_utc();
    let mut sent = Vec::new();
    for ago in (0..days).rev() {
        let day = until - TimeDelta::days(ago);
        let local = i64::from(offset(day));
        let midnight = day - TimeDelta::seconds((day.timestamp() + local).rem_euclid(86_400));
        // Somebody is always there in the nights when clocks change.
        let changes = (-1..2).any(|days| offset(midnight + TimeDelta::days(days)) != offset(midnight));
        if !changes && dice.random_range(0..2) == 0 {
            continue;
        }
        let at_night = changes || dice.random_range(0..4) == 0;
        let hour: i64 = if at_night { dice.random_range(20..24) } else { dice.random_range(5..11) };
        let begin = midnight + TimeDelta::seconds(hour * 3600 + dice.random_range(0..3600));
        let length: i64 = dice.random_range(3 * 3600..11 * 3600);
        let middle = begin + TimeDelta::seconds(length / 2);
        let mut shift = vec![(EventType::In, begin)];
        match dice.random_range(0..8) {
            0 => shift.extend([
                (EventType::BreakOut, middle),
                (EventType::BreakIn, middle + TimeDelta::seconds(dice.random_range(60..1800))),
            ]),
            1 => shift.extend([
                (EventType::Out, middle),
                (EventType::In, middle + TimeDelta::seconds(dice.random_range(60..1800))),
            ]),
            // To another gate in the same second.
            2 => shift.extend([(EventType::In, middle), (EventType::Out, middle)]),
            _ => {}
        }
        shift.push((EventType::Out, begin + TimeDelta::seconds(length)));
        for (event_type, time) in shift {
            told(employee, zone, (event_type, time), dice, &mut sent);
        }
    }
    sent
}

/// Tells of an event as a gate does: mostly once, as it was.
fn told(
    employee: &Employee,
    zone: Tz,
    (mut event_type, mut time): (EventType, DateTime<Utc>),
    dice: &mut StdRng,
    sent: &mut Vec<CreatePunchRequest>,
) {
    let mishap: i32 = dice.random_range(0..100);
    match mishap {
        // Forgotten.
        0..4 => return,
        4..6 => event_type = EventType::Unknown,
        // The gate's clock was set back or forth.
        6..8 => time -= TimeDelta::hours(1),
        8..10 => time += TimeDelta::seconds(dice.random_range(60..7200)),
        _ => {}
    }
    let local = time.with_timezone(&zone);
    let (text, knows_zone) = match dice.random_range(0..5) {
        0 => (time.format("%Y-%m-%dT%H:%M:%SZ").to_string(), false),
        1 => (local.format("%Y-%m-%dT%H:%M:%S%z").to_string(), true),
        2 => (local.format("%Y-%m-%dT%H:%M:%S.500%:z").to_string(), true),
        3 => (local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(), false),
        _ => (local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(), true),
    };
    let mut request = punch(employee, event_type, &text);
    if knows_zone {
        zone.name().clone_into(&mut request.time_zone);
    }
    if dice.random_range(0..2) == 0 {
        request.event_id = format!("{}/{}", employee.id, sent.len());
    }
    sent.push(request.clone());
    if (10..14).contains(&mishap) {
        // A card that was held to the gate twice: another event at the same second.
        request.event_id = format!("{}/{}", employee.id, sent.len());
        sent.push(request);
    }
}
