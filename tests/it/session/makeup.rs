//! ListMakeupSlots, BookMakeup: what was missed is held again, where and when those who owe it can come.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceRecord, BookMakeupRequest, CancelSessionRequest, CreateCalendarEntryRequest, EndSessionRequest,
    GetSessionRequest, ListMakeupSlotsRequest, ListMakeupSlotsResponse, ListSessionsRequest, Session,
    StartSessionRequest, attendance_record::Status, calendar_entry, session,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    class::request,
    college::College,
    in_every_world,
    record::{time, timestamp},
    seed::{SeedDivision, SeedTimetable, State},
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(
    proposes_what_is_free,
    finds_a_day_for_a_long_session,
    is_for_those_who_were_absent,
    repays_an_absence,
    repays_nothing_to_those_who_stay_away,
    a_cancelled_session_is_made_up_by_everybody,
    one_of_many_is_booked,
    refuses_what_is_not_free_or_not_owed
);

/// Of the college, which is in Kolkata: it has no summer time.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;

fn at(day: NaiveDate, clock: &str) -> DateTime<Utc> {
    let wall = day.and_time(format!("{clock}:00").parse().expect("it is a time of day"));
    wall.and_local_timezone(ZONE).single().expect("it is once").to_utc()
}

fn day_after(days: u64) -> NaiveDate {
    let today = rollcall_tests::clock::machine_time().with_timezone(&ZONE).date_naive();
    today + Days::new(days)
}

fn slot(college: &College, division: &SeedDivision, day: NaiveDate, hours: (&str, &str)) -> SeedTimetable {
    SeedTimetable {
        id: Uuid::now_v7(),
        college_id: college.college.id,
        division_id: division.id,
        location_id: college.location.id,
        teacher_id: college.teacher.id,
        subject: "Algebra".to_owned(),
        day_of_week: u8::try_from(day.weekday().number_from_monday()).expect("a weekday"),
        start_time: hours.0.to_owned(),
        end_time: hours.1.to_owned(),
        valid_from: None,
        valid_to: None,
    }
}

/// A class whose session is over: the first student was there, the others were not.
async fn missed(plan: Plan, college: College) -> Class {
    let class = Class::of(plan, college).await;
    class.check_in(0).await;
    end(&class, class.session_id().to_string()).await;
    class
}

async fn end(class: &Class, id: String) -> Session {
    class.teacher().sessions().end_session(EndSessionRequest { id }).await.answer()
}

async fn slots(actor: &Actor, request: ListMakeupSlotsRequest) -> ListMakeupSlotsResponse {
    actor.sessions().list_makeup_slots(request).await.answer()
}

fn on(class: &Class, day: NaiveDate) -> ListMakeupSlotsRequest {
    ListMakeupSlotsRequest {
        id: class.session_id().to_string(),
        from: Some(day.to_string()),
        to: Some(day.to_string()),
        earliest: Some("09:00".to_owned()),
        latest: Some("12:00".to_owned()),
        duration_minutes: Some(60),
        ..Default::default()
    }
}

/// One hour from a time on, for all who owe the session that the class had.
fn booking(class: &Class, start: DateTime<Utc>) -> BookMakeupRequest {
    BookMakeupRequest {
        id: class.session_id().to_string(),
        planned_start: Some(timestamp(start)),
        planned_end: Some(timestamp(start + TimeDelta::hours(1))),
        ..Default::default()
    }
}

async fn book(class: &Class, request: BookMakeupRequest) -> Session {
    class.teacher().sessions().book_makeup(request).await.answer()
}

async fn proposes_what_is_free(kind: Kind) {
    let mut college = College::new("riverside", 3);
    let day = day_after(3);
    let other_room = college.another_location("Room 102", 200.0);
    let (first, second) = (college.division.clone(), college.other_division.clone());
    // The teacher is elsewhere from nine to ten, the students with another teacher until half past ten, and another class is
    // in the room from eleven to twelve.
    let teaches = SeedTimetable { location_id: other_room.id, ..slot(&college, &second, day, ("09:00", "10:00")) };
    let learn = SeedTimetable {
        teacher_id: college.other_teacher.id,
        location_id: other_room.id,
        ..slot(&college, &first, day, ("10:00", "10:30"))
    };
    let in_the_room =
        SeedTimetable { teacher_id: college.other_teacher.id, ..slot(&college, &second, day, ("11:00", "12:00")) };
    college.more.timetables.extend([teaches, learn, in_the_room]);
    let class = missed(Plan::new(kind), college).await;
    let found = slots(&class.teacher(), on(&class, day)).await;
    assert_eq!((found.owing_students, found.teacher_id.as_str()), (2, class.teacher().user().id.to_string().as_str()));
    let told: Vec<_> = found
        .slots
        .iter()
        .map(|slot| {
            assert_eq!(time(slot.planned_end) - time(slot.planned_start), TimeDelta::hours(1));
            (time(slot.planned_start), slot.location_name.as_str(), slot.free_students)
        })
        .collect();
    let expected = [
        (at(day, "10:30"), "Room 102", 2),
        (at(day, "10:45"), "Room 102", 2),
        (at(day, "11:00"), "Room 102", 2),
        // At a quarter past ten neither room is free.
        (at(day, "10:00"), "Room 101", 0),
    ];
    assert_eq!(told, expected);
    // A day off has none, and only this room has what is left.
    let only_here =
        ListMakeupSlotsRequest { location_id: Some(class.college.location.id.to_string()), ..on(&class, day) };
    let found = slots(&class.teacher(), only_here).await.slots;
    assert_eq!(found.iter().map(|slot| time(slot.planned_start)).collect::<Vec<_>>(), [at(day, "10:00")]);
    let holiday = CreateCalendarEntryRequest {
        kind: calendar_entry::Kind::Holiday.into(),
        name: "Founders' day".to_owned(),
        from_date: day.to_string(),
        to_date: Some(day.to_string()),
        ..Default::default()
    };
    class.admin().calendar().create_calendar_entry(holiday).await.answer();
    assert_eq!(slots(&class.teacher(), on(&class, day)).await.slots, []);
}

/// Twelve hours do not fit between eight and six, which is only what is looked at where nobody says otherwise.
async fn finds_a_day_for_a_long_session(kind: Kind) {
    let class = missed(Plan::new(kind), College::new("riverside", 2)).await;
    let twelve_hours = ListMakeupSlotsRequest {
        id: class.session_id().to_string(),
        duration_minutes: Some(12 * 60),
        ..Default::default()
    };
    assert!(!slots(&class.teacher(), twelve_hours.clone()).await.slots.is_empty());
    let between = ListMakeupSlotsRequest { latest: Some("11:00".to_owned()), ..twelve_hours };
    let refusal = class.teacher().sessions().list_makeup_slots(between).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refusal.violations[0].0, "latest");
    assert!(refusal.violations[0].1.contains("duration_minutes"), "{refusal:?}");
}

async fn is_for_those_who_were_absent(kind: Kind) {
    let class = missed(Plan::new(kind), College::new("riverside", 3)).await;
    let start = at(day_after(2), "10:00");
    let makeup = book(&class, booking(&class, start)).await;
    let expected = (session::State::Scheduled, session::Origin::Makeup, true);
    assert_eq!((makeup.state(), makeup.origin(), makeup.has_participants), expected);
    assert_eq!(makeup.makes_up_session_id, class.session_id().to_string());
    assert_eq!((time(makeup.planned_start), makeup.subject.as_str()), (start, class.college.session.subject.as_str()));

    let get = GetSessionRequest { id: makeup.id.clone() };
    for (student, sees) in
        [(class.student(0), false), (class.student(1), true), (class.student(2), true), (class.stranger(), false)]
    {
        let found = student.sessions().get_session(get.clone()).await;
        let listed = student.sessions().list_sessions(ListSessionsRequest::default()).await.answer().sessions;
        assert_eq!(listed.iter().any(|session| session.id == makeup.id), sees);
        match sees {
            true => assert_eq!(found.answer(), makeup),
            false => assert_eq!(found.refused().kind(), (Code::NotFound, "NOT_FOUND")),
        }
    }
    // They are provided for.
    let again = class.teacher().sessions().book_makeup(booking(&class, start + TimeDelta::days(1))).await.refused();
    assert_eq!(again.kind(), (Code::FailedPrecondition, "NOTHING_TO_MAKE_UP"));
    // Until it is cancelled.
    let cancel = CancelSessionRequest { id: makeup.id.clone(), reason: "rain".to_owned() };
    class.teacher().sessions().cancel_session(cancel).await.answer();
    let only = vec![class.student(2).user().id.to_string()];
    let makeup = book(&class, BookMakeupRequest { student_ids: only, ..booking(&class, start) }).await;
    let get = GetSessionRequest { id: makeup.id };
    assert!(class.student(1).sessions().get_session(get.clone()).await.is_err());
    assert_eq!(class.student(2).sessions().get_session(get).await.answer().planned_start, makeup.planned_start);
    assert_eq!(slots(&class.teacher(), on(&class, day_after(5))).await.owing_students, 1);
}

async fn repays_an_absence(kind: Kind) {
    let class = missed(Plan::new(kind), College::new("riverside", 3)).await;
    let start = class.world.clock().now() + TimeDelta::minutes(5);
    let makeup = book(&class, booking(&class, start)).await;
    let id: Uuid = makeup.id.parse().expect("an id");
    let started = StartSessionRequest { id: makeup.id.clone(), ..Default::default() };
    class.teacher().sessions().start_session(started).await.answer();
    let code = class.code_of(id).await.code;
    let wanted = || request(id, &code, class.college.north(0.0));
    let uninvited = class.student(0).check_ins().check_in(wanted()).await.refused();
    assert_eq!(uninvited.kind(), (Code::NotFound, "NOT_ENROLLED"));
    let record = class.student(1).check_ins().check_in(wanted()).await.answer();
    assert_eq!(record.status(), Status::Present);
    end(&class, makeup.id.clone()).await;

    let of = |records: &[AttendanceRecord], student: usize| {
        let id = class.student(student).user().id.to_string();
        records.iter().find(|record| record.student_id == id).cloned()
    };
    let made_up = class.records_of(id).await;
    assert_eq!(made_up.len(), 2, "nobody else was to come");
    assert_eq!(of(&made_up, 2).map(|record| record.status()), Some(Status::Absent));
    let records = class.records().await;
    let told = |student| of(&records, student).map(|record| (record.status(), record.repaid_by_session_id));
    assert_eq!(told(0), Some((Status::Present, String::new())));
    assert_eq!(told(1), Some((Status::Absent, makeup.id.clone())), "it stays what it was, and is repaid");
    assert_eq!(told(2), Some((Status::Absent, String::new())));
    // Whoever attended has missed nothing, and whoever did not has missed one session and not two.
    let counted = class.admin().rest().get("/api/v1/attendance/analytics?group_by=STUDENT").await.answer();
    for (student, present, absent) in [(0, 1, 0), (1, 1, 0), (2, 0, 1)] {
        let groups = counted["groups"].as_array().expect("groups");
        let id = class.college.students[student].id.to_string();
        let group = groups.iter().find(|group| group["key"] == id.as_str()).expect("the student's group");
        let counts = (group["counts"]["present"].as_i64(), group["counts"]["absent"].as_i64());
        assert_eq!(counts, (Some(present), Some(absent)), "student {student}");
    }
    // Who missed the makeup session too still owes the session, and only they.
    assert_eq!(slots(&class.teacher(), on(&class, day_after(3))).await.owing_students, 1);
    let of_makeup = ListMakeupSlotsRequest { id: makeup.id, ..on(&class, day_after(3)) };
    let refusal = class.teacher().sessions().list_makeup_slots(of_makeup).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "NOTHING_TO_MAKE_UP"));
    assert_eq!(refusal.told("session_id"), class.session_id().to_string());
}

async fn repays_nothing_to_those_who_stay_away(kind: Kind) {
    let class = missed(Plan::new(kind), College::new("riverside", 3)).await;
    let makeup = book(&class, booking(&class, class.world.clock().now() + TimeDelta::minutes(5))).await;
    let started = StartSessionRequest { id: makeup.id.clone(), ..Default::default() };
    class.teacher().sessions().start_session(started).await.answer();
    // It ends, although nothing changes in the session that it was to make up for.
    end(&class, makeup.id.clone()).await;
    let owing: Vec<_> = class.records().await.into_iter().filter(|record| record.status() == Status::Absent).collect();
    assert_eq!(owing.len(), 2);
    assert!(owing.iter().all(|record| record.repaid_by_session_id.is_empty()), "{owing:?}");
    assert_eq!(slots(&class.teacher(), on(&class, day_after(3))).await.owing_students, 2);
}

async fn a_cancelled_session_is_made_up_by_everybody(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let refusal = class.teacher().sessions().book_makeup(booking(&class, at(day_after(2), "10:00"))).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "NOTHING_TO_MAKE_UP"), "it runs");
    let cancel = CancelSessionRequest { id: class.session_id().to_string(), reason: "fire alarm".to_owned() };
    class.teacher().sessions().cancel_session(cancel).await.answer();
    let makeup = book(&class, booking(&class, at(day_after(2), "10:00"))).await;
    assert!(!makeup.has_participants);
    for student in 0..2 {
        let get = GetSessionRequest { id: makeup.id.clone() };
        class.student(student).sessions().get_session(get).await.answer();
    }
    let again = class.teacher().sessions().book_makeup(booking(&class, at(day_after(3), "10:00"))).await.refused();
    assert_eq!(again.kind(), (Code::FailedPrecondition, "NOTHING_TO_MAKE_UP"));
}

async fn one_of_many_is_booked(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let cancelled: Vec<_> = (0..8).map(|_| college.another_session(State::Cancelled)).collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let start = at(day_after(2), "10:00");
    let tries = (0..32).map(|number| {
        let teacher = class.teacher().at(number % 2).on_own_line();
        let id = cancelled[number % cancelled.len()].id.to_string();
        let request = BookMakeupRequest { id, ..booking(&class, start) };
        async move { teacher.sessions().book_makeup(request).await }
    });
    let (booked, refused): (Vec<_>, Vec<_>) = join_all(tries).await.into_iter().partition(Result::is_ok);
    assert_eq!((booked.len(), refused.len()), (1, 31));
    for refusal in refused {
        let refusal = refusal.refused();
        assert!(["MAKEUP_SLOT_TAKEN", "NOTHING_TO_MAKE_UP"].contains(&refusal.kind().1), "{refusal:?}");
    }
}

async fn refuses_what_is_not_free_or_not_owed(kind: Kind) {
    let mut college = College::new("riverside", 3);
    let day = day_after(3);
    let other_room = college.another_location("Room 102", 200.0);
    let second = college.other_division.clone();
    let taught = SeedTimetable { location_id: other_room.id, ..slot(&college, &second, day, ("09:00", "10:00")) };
    let held =
        SeedTimetable { teacher_id: college.other_teacher.id, ..slot(&college, &second, day, ("11:00", "12:00")) };
    college.more.timetables.extend([taught, held]);
    let class = missed(Plan::new(kind), college).await;
    let there = |clock: &str| booking(&class, at(day, clock));
    let attempt = async |request: BookMakeupRequest| class.teacher().sessions().book_makeup(request).await.refused();
    for (clock, shared) in [("09:30", "teacher"), ("11:30", "location")] {
        let refusal = attempt(there(clock)).await;
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "MAKEUP_SLOT_TAKEN"), "{clock}");
        assert_eq!(refusal.told("shared"), shared, "{clock}");
    }
    let not_owing = vec![class.student(0).user().id.to_string()];
    let past = class.world.clock().now() - TimeDelta::minutes(1);
    let table = [
        (BookMakeupRequest { student_ids: not_owing, ..there("10:00") }, "student_ids"),
        (booking(&class, past), "planned_start"),
        (BookMakeupRequest { planned_end: Some(timestamp(at(day, "10:00"))), ..there("10:00") }, "planned_end"),
    ];
    for (request, field) in table {
        let refusal = attempt(request).await;
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    let named = BookMakeupRequest { teacher_id: Some(class.other_teacher().user().id.to_string()), ..there("10:00") };
    assert_eq!(attempt(named.clone()).await.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    let other = class.other_teacher().sessions().book_makeup(there("10:00")).await.refused();
    assert_eq!(other.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    // An administrator may name somebody else.
    let makeup = class.admin().sessions().book_makeup(named).await.answer();
    assert_eq!(makeup.teacher_id, class.other_teacher().user().id.to_string());
}
