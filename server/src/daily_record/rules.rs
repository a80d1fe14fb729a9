//! What a status says, and which days have records.

use chrono::{Days, NaiveDate};

use crate::entity::daily_record::Kind;

/// What is wrong with a status that says nothing.
pub const STATUS_FAULT: &str = "must be one of PRESENT, ABSENT, HALF_DAY, LEAVE, HOLIDAY";

/// Leave and holidays are known ahead; what lies further ahead than this is a slip of the pen.
const DAYS_AHEAD: u64 = 366;
/// The first year of which there are records, as of punches.
const FIRST: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);

/// What a status comes to, however its words are parted.
pub fn kind(status: &str) -> Option<Kind> {
    let is_parting = |character: char| character.is_whitespace() || matches!(character, '-' | '_');
    let words: Vec<_> = status.split(is_parting).filter(|word| !word.is_empty()).collect();
    match words.join("_").to_ascii_uppercase().as_str() {
        "PRESENT" => Some(Kind::Present),
        "ABSENT" => Some(Kind::Absent),
        "HALF_DAY" | "HALFDAY" => Some(Kind::HalfDay),
        "LEAVE" => Some(Kind::Leave),
        "HOLIDAY" => Some(Kind::Holiday),
        _ => None,
    }
}

/// The day that a text is, or what is wrong with it.
pub fn day(text: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    // Chrono would take other spellings too, and the same day has one here.
    let is_day = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_day {
        return Err("must be a day without a time, such as 2026-03-02");
    }
    let day: NaiveDate = text.parse().map_err(|_| "must be a day of the calendar")?;
    if FIRST.is_some_and(|first| day < first) {
        return Err("must not be before 2000-01-01");
    }
    if today.checked_add_days(Days::new(DAYS_AHEAD)).is_some_and(|last| day > last) {
        return Err("must not be more than a year ahead");
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_understood_in_every_spelling() {
        for (status, expected) in [
            ("PRESENT", Some(Kind::Present)),
            ("Present", Some(Kind::Present)),
            (" absent ", Some(Kind::Absent)),
            ("half_day", Some(Kind::HalfDay)),
            ("Half Day", Some(Kind::HalfDay)),
            ("half-day", Some(Kind::HalfDay)),
            ("Half -_ Day", Some(Kind::HalfDay)),
            ("HalfDay", Some(Kind::HalfDay)),
            ("leave", Some(Kind::Leave)),
            ("Holiday", Some(Kind::Holiday)),
            ("", None),
            ("-", None),
            ("here", None),
            ("pre sent", None),
            ("PRESENT; DROP TABLE", None),
        ] {
            assert_eq!(kind(status), expected, "{status:?}");
        }
    }

    #[test]
    fn a_day_has_one_spelling_and_is_not_far_away() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("it is a day");
        let today = date("2026-03-02");
        for good in ["2026-03-02", "2000-01-01", "2024-02-29", "2027-03-03"] {
            assert_eq!(day(good, today), Ok(date(good)), "{good}");
        }
        for bad in [
            "",
            "today",
            "2026-3-2",
            "02-03-2026",
            "2026/03/02",
            "20260302",
            " 2026-03-02",
            "+026-03-02",
            "2026-02-29",
            "2026-13-01",
            "1999-12-31",
            "2027-03-04",
            "9999-12-31",
            "2026-03-02T08:58:30+05:30",
            "2026-03-02T00:00:00Z",
        ] {
            assert!(day(bad, today).is_err(), "{bad}");
        }
    }
}
