//! Entries of calendars, and links to schedules, for the scene.

use rollcall_proto::v1::{CreateCalendarEntryRequest, CreateScheduleFeedRequest, calendar_entry::Kind};
use rollcall_tests::{Answer as _, actor::Actor};

/// An entry that takes off no day on which something else here takes place.
pub async fn spare_entry(admin: &Actor) -> String {
    let request = CreateCalendarEntryRequest {
        kind: Kind::Holiday.into(),
        name: "Spare".to_owned(),
        from_date: "2001-01-01".to_owned(),
        ..Default::default()
    };
    admin.calendar().create_calendar_entry(request).await.answer().id
}

/// The token of somebody's link, which replaces the one before.
pub async fn link(person: &Actor) -> String {
    person.schedule_feeds().create_schedule_feed(CreateScheduleFeedRequest {}).await.answer().token
}
