use chrono::{NaiveTime, Weekday};
use proptest::prelude::*;
use rrule::{RRuleSet, Tz};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("it is a day")
}

fn rule(text: &str, start: NaiveDate) -> Rule {
    Rule::of(&text.parse().expect("it is a rule"), start)
}

/// What the library makes of it, which this must not differ from.
fn by_the_library(text: &str, start: NaiveDate, window: &RangeInclusive<NaiveDate>) -> Vec<NaiveDate> {
    let at = start.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    let rule: RRule<Unvalidated> = text.parse().expect("it is a rule");
    let set = RRuleSet::new(at).rrule(rule.validate(at).expect("it is valid")).limit();
    let days = set.into_iter().map(|at| at.date_naive());
    days.take_while(|day| day <= window.end()).filter(|day| window.contains(day)).collect()
}

fn list<T: std::fmt::Display>(name: &str, items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(T::to_string).collect();
    if items.is_empty() { String::new() } else { format!(";{name}={}", items.join(",")) }
}

/// A number that counts from the beginning or from the end.
fn rank(most: i32) -> impl Strategy<Value = i32> {
    (1..=most, any::<bool>()).prop_map(|(rank, from_end)| if from_end { -rank } else { rank })
}

fn ranks(most: i32, longest: usize) -> impl Strategy<Value = Vec<i32>> {
    prop_oneof![Just(Vec::new()), prop::collection::vec(rank(most), 1..=longest)]
}

fn any_weekday() -> impl Strategy<Value = Weekday> {
    (0..7u8).prop_map(|number| Weekday::try_from(number).expect("seven of them"))
}

fn short(weekday: Weekday) -> String {
    weekday.to_string()[..2].to_uppercase()
}

fn weekdays(nth: Option<i32>) -> BoxedStrategy<Vec<String>> {
    let every = prop::collection::vec(any_weekday().prop_map(short), 0..4);
    let Some(most) = nth else { return every.boxed() };
    // The library takes no -5.
    let rank = rank(most).prop_map(|rank| rank.max(-4));
    let nth = (rank, any_weekday()).prop_map(|(rank, weekday)| format!("{rank}{}", short(weekday)));
    // The library takes both kinds at once for what neither says.
    prop_oneof![every, prop::collection::vec(nth, 1..4)].boxed()
}

fn months() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(1..=12u8, 1..4)]
}

fn end() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (1..400u32).prop_map(|count| format!(";COUNT={count}")),
        (2026..2040i32, 1..=12u8, 1..=28u8).prop_map(|(y, m, d)| format!(";UNTIL={y}{m:02}{d:02}T000000Z")),
    ]
}

fn any_rule() -> impl Strategy<Value = String> {
    let yearly =
        (months(), ranks(31, 4), ranks(366, 6), weekdays(Some(5))).prop_map(|(months, days, of_year, weekdays)| {
            let (months, days) = (list("BYMONTH", &months), list("BYMONTHDAY", &days));
            format!("FREQ=YEARLY{months}{days}{}{}", list("BYYEARDAY", &of_year), list("BYDAY", &weekdays))
        });
    // The library is wrong about the last week of a year (see below).
    let weeks = (prop::collection::vec(1..=51i32, 1..4), weekdays(None), any_weekday());
    let weeks = weeks.prop_map(|(weeks, weekdays, start)| {
        let (weeks, weekdays) = (list("BYWEEKNO", &weeks), list("BYDAY", &weekdays));
        format!("FREQ=YEARLY{weeks}{weekdays};WKST={}", short(start))
    });
    let monthly = (months(), ranks(31, 4), weekdays(Some(5))).prop_map(|(months, days, weekdays)| {
        let (months, days) = (list("BYMONTH", &months), list("BYMONTHDAY", &days));
        format!("FREQ=MONTHLY{months}{days}{}", list("BYDAY", &weekdays))
    });
    let daily = (months(), ranks(31, 4), weekdays(None)).prop_map(|(months, days, weekdays)| {
        let (months, days) = (list("BYMONTH", &months), list("BYMONTHDAY", &days));
        format!("FREQ=DAILY{months}{days}{}", list("BYDAY", &weekdays))
    });
    let weekly = (months(), weekdays(None), any_weekday()).prop_map(|(months, weekdays, start)| {
        let weekdays = list("BYDAY", &weekdays);
        format!("FREQ=WEEKLY{}{weekdays};WKST={}", list("BYMONTH", &months), short(start))
    });
    let with_positions = (prop_oneof![yearly, weeks, monthly, daily], ranks(6, 3)).prop_map(|(rule, positions)| {
        let is_named = rule.contains("BY");
        if is_named { format!("{rule}{}", list("BYSETPOS", &positions)) } else { rule }
    });
    (prop_oneof![4 => with_positions, 1 => weekly], 1..9u16, end())
        .prop_map(|(rule, interval, end)| format!("{rule};INTERVAL={interval}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_gives_what_the_library_makes_of_it(text in any_rule(), since in 0..10_900u64) {
        let start = day("1996-02-29") + Days::new(since);
        let window = start.max(day("2025-01-01"))..=day("2031-12-31");
        let found = rule(&text, start).days(&window, &mut Budget::new(u64::MAX)).expect("the budget has no end");
        prop_assert_eq!(found, by_the_library(&text, start, &window), "{} from {}", text, start);
    }
}

#[test]
fn what_a_rule_costs_is_what_is_looked_at() {
    let window = day("2025-01-01")..=day("2031-12-31");
    let (old, days) = (day("1900-01-31"), 2_556);
    let table: [(&str, u64); 8] = [
        // A month of 31 days a year, and eleven that are passed over.
        ("FREQ=YEARLY", 7 * (31 + 11)),
        ("FREQ=DAILY", days),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", days),
        // Whole weeks.
        ("FREQ=WEEKLY", days + 2 + 4),
        ("FREQ=MONTHLY", days),
        ("FREQ=YEARLY;BYYEARDAY=1,-1", days),
        ("FREQ=YEARLY;BYYEARDAY=1,-1;BYSETPOS=1,2,2,-1,-2", days + 7 * 4),
        // The days before the window count too.
        ("FREQ=DAILY;COUNT=100000", 48_182),
    ];
    for (text, cost) in table {
        let rule = rule(text, old);
        let found = rule.days(&window, &mut Budget::new(cost)).map(|_| ());
        assert_eq!(found, Ok(()), "{text} costs more than {cost}");
        assert_eq!(rule.days(&window, &mut Budget::new(cost - 1)), Err(Spent), "{text} costs less than {cost}");
    }
}

#[test]
fn weeks_are_those_of_iso_8601() {
    let window = day("2025-01-01")..=day("2031-12-31");
    let all: Vec<_> = window.start().iter_days().take_while(|day| day <= window.end()).collect();
    let weeks_of = |year| NaiveDate::from_ymd_opt(year, 12, 28).expect("it is a day").iso_week().week();
    for week in 1..=53 {
        let found =
            |text: &str| rule(text, day("2000-01-01")).days(&window, &mut Budget::new(u64::MAX)).expect("no end");
        let expected = all.iter().copied().filter(|day| day.iso_week().week() == week);
        assert_eq!(found(&format!("FREQ=YEARLY;BYWEEKNO={week}")), expected.collect::<Vec<_>>(), "week {week}");
        let from_end =
            all.iter().copied().filter(|day| weeks_of(day.iso_week().year()) + 1 - day.iso_week().week() == week);
        assert_eq!(found(&format!("FREQ=YEARLY;BYWEEKNO=-{week}")), from_end.collect::<Vec<_>>(), "week -{week}");
    }
}
