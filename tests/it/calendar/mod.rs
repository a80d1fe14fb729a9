//! CalendarService: days off and breaks. ScheduleFeedService: schedules for calendar programs.

mod change;
mod feed;
mod feed_links;
mod import;
mod list;
mod room;

use rollcall_proto::v1::{CalendarEntry, CreateCalendarEntryRequest, calendar_entry::Kind};
use rollcall_tests::{Answer as _, actor::Actor};

fn entry(kind: Kind, name: &str, from: &str, to: &str) -> CreateCalendarEntryRequest {
    CreateCalendarEntryRequest {
        kind: kind.into(),
        name: name.to_owned(),
        from_date: from.to_owned(),
        to_date: Some(to.to_owned()),
        ..Default::default()
    }
}

async fn make(admin: &Actor, request: CreateCalendarEntryRequest) -> CalendarEntry {
    admin.calendar().create_calendar_entry(request).await.answer()
}
