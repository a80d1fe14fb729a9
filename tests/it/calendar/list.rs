//! ListCalendarEntries.

use rollcall_proto::v1::{CalendarEntry, ListCalendarEntriesRequest, calendar_entry::Kind as EntryKind};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, world::Plan};
use tonic::Code;

use super::{entry, make};

on_both_stores!(are_found_by_days_and_kind, come_in_pages);

async fn list(actor: &Actor, mut request: ListCalendarEntriesRequest) -> Vec<CalendarEntry> {
    let mut listed = Vec::new();
    loop {
        let page = actor.calendar().list_calendar_entries(request.clone()).await.answer();
        listed.extend(page.entries);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return listed;
        }
    }
}

async fn are_found_by_days_and_kind(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let (admin, student) = (world.actor(&college.admin), world.actor(&college.students[0]));
    make(&world.actor(&other.admin), entry(EntryKind::Holiday, "Theirs", "2026-12-25", "2026-12-25")).await;
    for (kind, name, from, to) in [
        (EntryKind::Break, "Winter break", "2026-12-21", "2027-01-03"),
        (EntryKind::Holiday, "New year", "2027-01-01", "2027-01-01"),
        (EntryKind::Holiday, "Holi", "2026-03-04", "2026-03-04"),
    ] {
        make(&admin, entry(kind, name, from, to)).await;
    }
    let table: [(Option<&str>, Option<&str>, EntryKind, &[&str]); 9] = [
        (None, None, EntryKind::Unspecified, &["Holi", "Winter break", "New year"]),
        (None, None, EntryKind::Break, &["Winter break"]),
        (Some("2026-03-05"), None, EntryKind::Unspecified, &["Winter break", "New year"]),
        (None, Some("2026-12-20"), EntryKind::Unspecified, &["Holi"]),
        (None, Some("2026-12-21"), EntryKind::Unspecified, &["Holi", "Winter break"]),
        (Some("2027-01-02"), Some("2027-01-31"), EntryKind::Unspecified, &["Winter break"]),
        (Some("2027-01-04"), None, EntryKind::Unspecified, &[]),
        (Some("2026-03-04"), Some("2026-03-04"), EntryKind::Holiday, &["Holi"]),
        (Some("2026-03-04"), Some("2026-03-04"), EntryKind::Break, &[]),
    ];
    for (from, to, kind, expected) in table {
        let request = ListCalendarEntriesRequest {
            from_date: from.map(ToOwned::to_owned),
            to_date: to.map(ToOwned::to_owned),
            kind: kind.into(),
            ..Default::default()
        };
        let found = list(&student, request).await;
        let found: Vec<_> = found.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(found, expected, "{from:?} {to:?} {kind:?}");
    }
    let backwards = ListCalendarEntriesRequest {
        from_date: Some("2026-03-04".to_owned()),
        to_date: Some("2026-03-03".to_owned()),
        ..Default::default()
    };
    let refusal = student.calendar().list_calendar_entries(backwards).await.refused();
    assert_eq!((refusal.kind().1, refusal.violations[0].0.as_str()), ("INVALID_FIELD", "to_date"));
}

async fn come_in_pages(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    // Three begin on the same day: where a page ends between them, none is lost.
    for number in 0..7 {
        let day = format!("2026-05-{:02}", 1 + number / 3);
        make(&admin, entry(EntryKind::Holiday, &format!("Day {number}"), &day, &day)).await;
    }
    let all = list(&admin, ListCalendarEntriesRequest::default()).await;
    assert_eq!(all.len(), 7);
    for page_size in [1, 2, 3, 7] {
        let request = ListCalendarEntriesRequest { page_size, ..Default::default() };
        assert_eq!(list(&admin, request).await, all, "{page_size}");
    }
    let request = ListCalendarEntriesRequest { page_size: 1, ..Default::default() };
    let page_token = admin.calendar().list_calendar_entries(request).await.answer().next_page_token;
    let other = ListCalendarEntriesRequest { page_size: 1, page_token, ..Default::default() };
    let refusal = class.student(0).calendar().list_calendar_entries(other).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}
