//! When a notification goes by mail, from values alone.

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::entity::{
    notification::Kind,
    notification_preference::{MailMode, Model},
};

/// When a notification of now is to go by mail; none where it is not.
pub fn mail_due(preferences: &Model, kind: Kind, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !preferences.mail_kinds.0.contains(&kind) {
        return None;
    }
    let wanted = match preferences.mail {
        MailMode::Off => return None,
        MailMode::Each => now,
        MailMode::Digest => next(zone, preferences.digest_at, now),
    };
    Some(after_quiet(preferences, zone, wanted))
}

/// When what is due now may go, which preferences that were changed since, or tries that failed, may have put off; none where
/// it is not wanted any more.
pub fn may_go(preferences: &Model, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (preferences.mail != MailMode::Off).then(|| after_quiet(preferences, zone, now))
}

/// The next time that the clocks show this.
fn next(zone: Tz, at: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    (0..=2).map(|days| instant(zone, (today + Days::new(days)).and_time(at))).find(|time| *time > now).unwrap_or(now)
}

/// The same time, or the end of the quiet hours that it is in.
fn after_quiet(preferences: &Model, zone: Tz, time: DateTime<Utc>) -> DateTime<Utc> {
    let (Some(from), Some(to)) = (preferences.quiet_from, preferences.quiet_to) else { return time };
    let local = time.with_timezone(&zone).time();
    let is_quiet = if from < to { from <= local && local < to } else { from <= local || local < to };
    if is_quiet { next(zone, to, time) } else { time }
}

/// When the clocks show something. What they leave out in spring is later by as much; of what they show twice in autumn the
/// first is meant.
fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    (0..=3)
        .find_map(|hours| (local + TimeDelta::hours(hours)).and_local_timezone(zone).earliest())
        .map_or_else(|| local.and_utc(), |time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::notification::preferences::unsaid;

    #[test]
    fn what_is_due_goes_when_it_is_not_quiet_and_still_wanted() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let night = Some(("22:00:00", "07:00:00"));
        let table = [
            (MailMode::Each, None, "2026-03-01T23:10:00Z", Some("2026-03-01T23:10:00Z")),
            (MailMode::Each, night, "2026-03-01T21:59:00Z", Some("2026-03-01T21:59:00Z")),
            (MailMode::Each, night, "2026-03-01T23:10:00Z", Some("2026-03-02T07:00:00Z")),
            (MailMode::Digest, night, "2026-03-02T06:59:59Z", Some("2026-03-02T07:00:00Z")),
            (MailMode::Off, None, "2026-03-01T12:00:00Z", None),
        ];
        for (mail, quiet, now, expected) in table {
            assert_eq!(
                may_go(&preferences(mail, quiet), Tz::UTC, at(now)),
                expected.map(at),
                "{mail:?} {quiet:?} {now}"
            );
        }
    }

    fn preferences(mail: MailMode, quiet: Option<(&str, &str)>) -> Model {
        let clock = |text: &str| text.parse().expect("a time of day");
        Model {
            mail,
            quiet_from: quiet.map(|(from, _)| clock(from)),
            quiet_to: quiet.map(|(_, to)| clock(to)),
            ..unsaid(Uuid::nil(), Uuid::nil())
        }
    }

    #[test]
    fn mail_waits_for_the_end_of_quiet_hours_and_for_the_digest() {
        use MailMode::{Digest, Each, Off};
        let night = Some(("21:00", "07:00"));
        let lunch = Some(("12:00:00", "13:30:00"));
        let late = Some(("16:00", "18:30"));
        let parse = |time: &str| time.parse::<DateTime<Utc>>().expect("a time");
        // Berlin is at +1, and at +2 from 29 March, 02:00, to 25 October, 03:00.
        let table = [
            (Each, None, "2026-03-10T23:00:00Z", Some("2026-03-10T23:00:00Z")),
            (Off, None, "2026-03-10T23:00:00Z", None),
            (Each, night, "2026-03-10T19:59:59Z", Some("2026-03-10T19:59:59Z")),
            (Each, night, "2026-03-10T20:00:00Z", Some("2026-03-11T06:00:00Z")),
            (Each, night, "2026-03-11T05:59:59Z", Some("2026-03-11T06:00:00Z")),
            (Each, night, "2026-03-11T06:00:00Z", Some("2026-03-11T06:00:00Z")),
            // The night in which an hour is left out, and the one that has an hour more.
            (Each, night, "2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
            (Each, night, "2026-10-24T22:00:00Z", Some("2026-10-25T06:00:00Z")),
            (Each, lunch, "2026-03-10T11:30:00Z", Some("2026-03-10T12:30:00Z")),
            (Each, lunch, "2026-03-10T12:30:00Z", Some("2026-03-10T12:30:00Z")),
            (Digest, None, "2026-03-10T08:00:00Z", Some("2026-03-10T16:00:00Z")),
            (Digest, None, "2026-03-10T16:00:00Z", Some("2026-03-11T16:00:00Z")),
            (Digest, None, "2026-03-28T17:00:00Z", Some("2026-03-29T15:00:00Z")),
            // The digest does not break the quiet either.
            (Digest, late, "2026-03-10T08:00:00Z", Some("2026-03-10T17:30:00Z")),
        ];
        for (mail, quiet, now, expected) in table {
            let found = mail_due(&preferences(mail, quiet), Kind::Absence, Tz::Europe__Berlin, parse(now));
            assert_eq!(found, expected.map(parse), "{mail:?} {quiet:?} {now}");
        }
        let begun = mail_due(&preferences(Each, None), Kind::SessionStarted, Tz::UTC, parse("2026-03-10T08:00:00Z"));
        assert_eq!(begun, None, "not by mail unless somebody wants it");
    }

    #[test]
    fn quiet_that_ends_in_the_hour_that_is_left_out_ends_after_it() {
        let preferences = preferences(MailMode::Each, Some(("22:00", "02:30")));
        let now = "2026-03-29T00:30:00Z".parse().expect("a time");
        let due = mail_due(&preferences, Kind::Absence, Tz::Europe__Berlin, now);
        assert_eq!(due, "2026-03-29T01:30:00Z".parse().ok(), "03:30 by the clocks");
    }
}
