//! What an employee's punches come to, from values alone: an IN counts with the event that follows it directly if that is an OUT, on the
//! local day of the IN. An IN that no OUT follows counts nothing, and breaks and unknown events are no events here. How much of a long
//! segment counts, the reader says.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::entity::work_day::{Segment, Segments};

/// An IN or an OUT that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub is_in: bool,
    pub at: DateTime<Utc>,
    pub id: Uuid,
    /// As it was given.
    pub text: String,
}

/// What there is of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub in_count: i32,
    pub segments: Segments,
}

/// The days with an IN. In whatever order events came, the result is the same.
pub fn days(mut events: Vec<Event>, zone: Tz) -> BTreeMap<NaiveDate, Day> {
    // Of the same instant an OUT is first: who leaves and comes at once has left what was before.
    events.sort_unstable_by_key(|event| (event.at, event.is_in, event.id));
    let mut days = BTreeMap::<NaiveDate, Day>::new();
    for (place, event) in events.iter().enumerate().filter(|(_, event)| event.is_in) {
        let day = days.entry(event.at.with_timezone(&zone).date_naive()).or_default();
        day.in_count += 1;
        if let Some(next) = events.get(place + 1).filter(|next| !next.is_in) {
            let micros = (next.at - event.at).num_microseconds().unwrap_or(i64::MAX);
            day.segments.0.push(Segment { start: event.text.clone(), end: next.text.clone(), micros });
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(is_in: bool, text: &str) -> Event {
        Event { is_in, at: text.parse().expect("it is a time"), id: Uuid::now_v7(), text: text.to_owned() }
    }

    /// Words such as "+09:00 -12:00" on 2026-03-02 in UTC, and of each day its INs and the lengths of its segments in minutes.
    fn told(words: &str, zone: Tz) -> Vec<(String, i32, Vec<i64>)> {
        let events = words.split_whitespace().map(|word| {
            let (sign, time) = word.split_at(1);
            let (day, time) = time.split_once('/').unwrap_or(("02", time));
            event(sign == "+", &format!("2026-03-{day}T{time}:00Z"))
        });
        let minutes = |day: &Day| day.segments.0.iter().map(|segment| segment.micros / 60_000_000).collect();
        let days = days(events.collect(), zone);
        days.iter().map(|(date, day)| (date.to_string(), day.in_count, minutes(day))).collect()
    }

    #[test]
    fn an_in_counts_with_the_out_that_follows_directly() {
        let table: [(&str, i32, &[i64]); 8] = [
            ("+09:00 -12:00 +13:00 -17:30", 2, &[180, 270]),
            ("+09:00 +10:00 -12:00", 2, &[120]),
            ("+09:00 -12:00 -13:00", 1, &[180]),
            ("+09:00", 1, &[]),
            ("+09:00 -12:00 +12:00 -13:00", 2, &[180, 60]),
            ("+09:00 -09:00", 1, &[]),
            ("+09:00 -04/09:00", 1, &[2880]),
            ("-08:00 +09:00 -10:00", 1, &[60]),
        ];
        for (words, in_count, minutes) in table {
            assert_eq!(told(words, Tz::UTC), [("2026-03-02".to_owned(), in_count, minutes.to_vec())], "{words}");
        }
        assert_eq!(told("-12:00", Tz::UTC), []);
    }

    #[test]
    fn a_day_is_the_local_one_of_the_in() {
        let expected = |date: &str| [(date.to_owned(), 1, vec![480])];
        assert_eq!(told("+20:00 -03/04:00", Tz::UTC), expected("2026-03-02"));
        assert_eq!(told("+20:00 -03/04:00", Tz::Asia__Kolkata), expected("2026-03-03"));
        assert_eq!(told("+02:00 -10:00", Tz::America__New_York), expected("2026-03-01"));
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter_and_no_minute_counts_twice(
            minutes in prop::collection::vec((0_i64..5000, any::<bool>()), 0..40),
            seed in any::<u64>(),
        ) {
            let events: Vec<Event> = minutes
                .iter()
                .enumerate()
                .map(|(number, (minute, is_in))| Event {
                    is_in: *is_in,
                    at: DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).expect("it is a time"),
                    id: Uuid::from_u128(number as u128),
                    text: minute.to_string(),
                })
                .collect();
            let mut shuffled = events.clone();
            shuffled.sort_by_key(|event| event.id.as_u128().wrapping_mul(u128::from(seed) | 1) % 1009);
            let found = days(events, Tz::Asia__Kolkata);
            prop_assert_eq!(&found, &days(shuffled, Tz::Asia__Kolkata));
            let mut spans: Vec<(i64, i64)> = found
                .values()
                .flat_map(|day| &day.segments.0)
                .map(|segment| (segment.start.parse().expect("a minute"), segment.end.parse().expect("a minute")))
                .collect();
            spans.sort_unstable();
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", spans);
            let ins = found.values().map(|day| day.in_count as usize).sum::<usize>();
            prop_assert_eq!(ins, minutes.iter().filter(|(_, is_in)| *is_in).count());
        }
    }
}
