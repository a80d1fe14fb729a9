//! DownloadScheduleFeed: whose token it is, and whether it is still theirs → their schedule → the document. Whatever is wrong
//! with a token, the answer is the same.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use rollcall_proto::google::api::HttpBody;

use super::{RESOURCE, document, service::Service, store, token::Token};
use crate::{
    entity::user::Role,
    organisation::{self, day_in},
    principal::Reach,
    problem::Problem,
    timetable::{self, Names},
};

impl Service {
    pub(super) async fn download_schedule_feed(&self, token: &str) -> Result<HttpBody, Problem> {
        let database = &self.store.database;
        let not_found = || Problem::not_found(RESOURCE);
        let token = Token::read(&self.keys.schedule_feed, token).ok_or_else(not_found)?;
        let owner = store::find_owner(database.reader(), token.college_id, token.user_id).await?;
        let owner = owner.ok_or_else(not_found)?;
        if !store::is_link_of(database, &owner, &token.hash(&owner)).await? {
            return Err(not_found());
        }
        let reach = match owner.role {
            Role::Student => Reach::Student(owner.id),
            Role::Teacher => Reach::Teacher(owner.id),
            // Once they were one of these; a schedule of their own they have no more.
            Role::Admin => return Err(not_found()),
        };
        let college = organisation::find_college(database, owner.college_id).await?;
        let (from, to) = months_around(day_in(&college.time_zone, self.clock.now()));
        let schedule = timetable::schedule(database, &college, reach, from, to).await?;
        let slots: Vec<_> = schedule.entries.iter().map(|entry| &entry.slot).collect();
        let names = Names::of(database, college.id, &slots).await?;
        // A year and more of somebody's weeks is not for the threads that serve everybody else.
        let write = move || document::write(&college, &schedule.entries, &names, from..=to);
        let data = tokio::task::spawn_blocking(write).await.map_err(Problem::internal)?;
        Ok(HttpBody {
            content_type: "text/calendar; charset=utf-8".to_owned(),
            data: data.into(),
            extensions: Vec::new(),
        })
    }
}

/// From the first day of the month three months before a day to the last one of the month a year after it: whole months, so
/// that a feed does not change every day.
fn months_around(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    (first - Months::new(3), first + Months::new(13) - Days::new(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_holds_whole_months() {
        let table = [
            ("2026-11-20", "2026-08-01", "2027-11-30"),
            ("2026-01-31", "2025-10-01", "2027-01-31"),
            ("2027-02-28", "2026-11-01", "2028-02-29"),
        ];
        for (day, from, to) in table {
            let (first, last) = months_around(day.parse().expect("a day"));
            assert_eq!((first.to_string().as_str(), last.to_string().as_str()), (from, to), "{day}");
        }
    }
}
