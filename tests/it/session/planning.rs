//! Sessions that arise from the timetable.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures_util::future::join_all;
use http::Method;
use rollcall_proto::v1::{
    CancelSessionRequest, CreateCalendarEntryRequest, CreateTimetableRequest, DeleteCalendarEntryRequest,
    DeleteTimetableRequest, ListSessionsRequest, PlanSessionsRequest, PlanSessionsResponse, RescheduleSessionRequest,
    Session, StartSessionRequest, Timetable, UpdateTimetableRequest, calendar_entry,
    session::{EndReason, Origin, State},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, LATE_GRACE_SECONDS},
    in_every_world,
    record::{time, timestamp},
    seed::SeedTimetable,
    until::until,
    world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::list::all as all_of;

in_every_world!(
    arise_by_themselves,
    arise_once_on_two_replicas,
    follow_a_slot_that_changes,
    leave_days_off_out,
    go_with_their_slot,
    keep_wall_times_when_clocks_change
);

const HORIZON: i32 = 14;

/// A college of this zone that plans two weeks.
fn college(time_zone: &str) -> College {
    let mut college = College::new("riverside", 1);
    college.college.time_zone = time_zone.to_owned();
    college.college.plan_horizon_days = HORIZON;
    college
}

fn slot(class: &Class, day_of_week: i32, start: &str, end: &str) -> CreateTimetableRequest {
    CreateTimetableRequest {
        division_id: class.college.division.id.to_string(),
        location_id: class.college.location.id.to_string(),
        teacher_id: class.college.teacher.id.to_string(),
        subject: "Compilers".to_owned(),
        day_of_week,
        start_time: start.to_owned(),
        end_time: end.to_owned(),
        valid_from: Some("2026-01-05".to_owned()),
        valid_to: None,
        also_location_ids: Vec::new(),
    }
}

/// A slot on each day of the week, at an hour that is not too near to now.
fn every_day(college: &mut College) {
    for day_of_week in 1..=7 {
        college.more.timetables.push(SeedTimetable {
            id: Uuid::now_v7(),
            college_id: college.college.id,
            division_id: college.division.id,
            location_id: college.location.id,
            teacher_id: college.teacher.id,
            subject: "Compilers".to_owned(),
            day_of_week,
            start_time: "09:00".to_owned(),
            end_time: "10:00".to_owned(),
            valid_from: None,
            valid_to: None,
        });
    }
}

/// The sessions of the timetable, in the order in which they begin.
async fn planned(class: &Class) -> Vec<Session> {
    let mut sessions = all_of(&class.admin(), ListSessionsRequest { page_size: 500, ..Default::default() }).await;
    sessions.retain(|session| session.origin == Origin::Timetable as i32);
    sessions.reverse();
    sessions
}

async fn scheduled(class: &Class) -> Vec<Session> {
    let mut sessions = planned(class).await;
    sessions.retain(|session| session.state == State::Scheduled as i32);
    sessions
}

async fn plan_now(class: &Class) -> PlanSessionsResponse {
    class.admin().sessions().plan_sessions(PlanSessionsRequest {}).await.answer()
}

/// Noon of a day, UTC, in the week after next: nothing of it has begun by any clock.
async fn to_noon(class: &Class, day: &str) {
    let noon: DateTime<Utc> = format!("{day}T12:00:00Z").parse().expect("a time");
    class.world.advance((noon - class.world.clock().now()).num_seconds()).await;
}

async fn arise_by_themselves(kind: Kind) {
    let class = Class::of(Plan::new(kind), college("Asia/Kolkata")).await;
    // A Tuesday.
    to_noon(&class, "2027-02-02").await;
    let made = class.admin().timetables().create_timetable(slot(&class, 1, "09:00", "10:30")).await.answer();
    let sessions = until("the sessions are there", async || {
        let sessions = planned(&class).await;
        (sessions.len() == 2).then_some(sessions)
    })
    .await;
    let at = |text: &str| Some(timestamp(text.parse().expect("a time")));
    for (session, day) in sessions.iter().zip(["2027-02-08", "2027-02-15"]) {
        let expected = Session {
            id: session.id.clone(),
            state: State::Scheduled as i32,
            location_id: class.college.location.id.to_string(),
            division_id: class.college.division.id.to_string(),
            teacher_id: class.college.teacher.id.to_string(),
            subject: "Compilers".to_owned(),
            planned_start: at(&format!("{day}T03:30:00Z")),
            planned_end: at(&format!("{day}T05:00:00Z")),
            timetable_id: made.id.clone(),
            late_grace_seconds: LATE_GRACE_SECONDS,
            origin: Origin::Timetable as i32,
            occurrence_date: day.to_owned(),
            ..Session::default()
        };
        assert_eq!(session, &expected);
    }
    assert_eq!(plan_now(&class).await, PlanSessionsResponse::default());
    // A day later one more day is seen; a longer horizon is planned at once.
    class.world.advance(7 * 86_400).await;
    until("the next week is planned", async || (planned(&class).await.len() == 3).then_some(())).await;
    let rest = class.admin().rest();
    let wider = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"plan_horizon_days": 28}));
    rest.send(wider).await.answer();
    until("a month is planned", async || (planned(&class).await.len() == 5).then_some(())).await;
    let rows = rest.get("/api/v1/audit?action=sessions.planned").await.answer();
    let made: i64 = rows["audit_rows"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| row["detail"]["created"].as_i64().expect("a number"))
        .sum();
    assert_eq!(made, 5);
}

async fn arise_once_on_two_replicas(kind: Kind) {
    let mut college = college("Europe/Berlin");
    every_day(&mut college);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    // The servers plan as well, by their hourly job.
    let planners = (0..16).map(|number| {
        let admin = class.admin().at(number % 2).on_own_line();
        async move { admin.sessions().plan_sessions(PlanSessionsRequest {}).await.answer() }
    });
    join_all(planners).await;
    let sessions = scheduled(&class).await;
    let days: BTreeSet<_> = sessions.iter().map(|session| (&session.timetable_id, &session.occurrence_date)).collect();
    assert_eq!(days.len(), sessions.len());
    // Every day of the horizon, and today only before its hour.
    assert!((13..=14).contains(&sessions.len()), "{}", sessions.len());
    assert_eq!(plan_now(&class).await, PlanSessionsResponse::default());
}

async fn change(class: &Class, slot: Timetable, fields: &[&str]) -> Timetable {
    let paths = fields.iter().map(|field| (*field).to_owned()).collect();
    let update_mask = Some(prost_types::FieldMask { paths });
    let request = UpdateTimetableRequest { timetable: Some(slot), update_mask };
    class.admin().timetables().update_timetable(request).await.answer()
}

async fn follow_a_slot_that_changes(kind: Kind) {
    let mut college = college("Asia/Kolkata");
    college.college.plan_horizon_days = 28;
    let class = Class::of(Plan::new(kind), college).await;
    // A Monday, at 08:50 by the college's clock.
    let monday: DateTime<Utc> = "2027-02-01T03:20:00Z".parse().expect("a time");
    class.world.advance((monday - class.world.clock().now()).num_seconds()).await;
    let made = class.admin().timetables().create_timetable(slot(&class, 1, "09:00", "10:00")).await.answer();
    let before = until("the sessions are there", async || {
        let sessions = planned(&class).await;
        (sessions.len() == 4).then_some(sessions)
    })
    .await;
    let mut sessions = class.teacher().sessions();
    let [running, moved, cancelled, follows] = before.as_slice() else { panic!("{before:?}") };
    let start = StartSessionRequest { id: running.id.clone(), ..Default::default() };
    let running = sessions.start_session(start).await.answer();
    let later = RescheduleSessionRequest {
        id: moved.id.clone(),
        planned_start: Some(timestamp(time(moved.planned_start) + chrono::TimeDelta::days(1))),
        planned_end: Some(timestamp(time(moved.planned_end) + chrono::TimeDelta::days(1))),
        ..Default::default()
    };
    let moved = sessions.reschedule_session(later).await.answer();
    assert!(moved.is_adjusted);
    let cancel = CancelSessionRequest { id: cancelled.id.clone(), reason: "field trip".to_owned() };
    let cancelled = sessions.cancel_session(cancel).await.answer();

    let wanted = Timetable {
        subject: "Linkers".to_owned(),
        start_time: "11:00".to_owned(),
        end_time: "12:30".to_owned(),
        teacher_id: class.college.other_teacher.id.to_string(),
        ..made.clone()
    };
    change(&class, wanted, &["subject", "start_time", "end_time", "teacher_id"]).await;
    let after = until("the last one has changed", async || {
        let sessions = planned(&class).await;
        sessions.iter().any(|session| session.subject == "Linkers").then_some(sessions)
    })
    .await;
    let day = follows.occurrence_date.clone();
    let at = |clock: &str| Some(timestamp(format!("{day}T{clock}:00Z").parse().expect("a time")));
    let changed = Session {
        subject: "Linkers".to_owned(),
        planned_start: at("05:30"),
        planned_end: at("07:00"),
        teacher_id: class.college.other_teacher.id.to_string(),
        ..follows.clone()
    };
    assert_eq!(after, [running.clone(), moved.clone(), cancelled.clone(), changed.clone()]);

    // Thursdays instead: the one that follows moves within its week; the one that was moved by hand stands for its own.
    let changes = change(&class, Timetable { day_of_week: 4, ..made }, &["day_of_week"]).await;
    assert_eq!(changes.day_of_week, 4);
    let after = until("the last one has moved", async || {
        let sessions = planned(&class).await;
        sessions.iter().any(|session| session.id == follows.id && session.occurrence_date > day).then_some(sessions)
    })
    .await;
    let thursday = |weeks: u64| {
        let thursday: NaiveDate = "2027-02-04".parse().expect("a day");
        (thursday + Days::new(7 * weeks)).to_string()
    };
    let days: BTreeSet<_> = after
        .iter()
        .filter(|session| session.state == State::Scheduled as i32 && session.id != moved.id)
        .map(|session| session.occurrence_date.clone())
        .collect();
    // This week's Thursday is planned beside Monday's, which runs; that of the week that was cancelled too.
    assert_eq!(days, BTreeSet::from([thursday(0), thursday(2), thursday(3)]));
    for kept in [&running, &moved, &cancelled] {
        assert!(after.contains(kept), "{kept:?} in {after:?}");
    }
    assert_eq!(plan_now(&class).await, PlanSessionsResponse::default());
}

async fn leave_days_off_out(kind: Kind) {
    let class = Class::of(Plan::new(kind), college("America/New_York")).await;
    to_noon(&class, "2027-02-02").await;
    let entry = |kind: calendar_entry::Kind, day: &str| CreateCalendarEntryRequest {
        kind: kind.into(),
        name: "Founding day".to_owned(),
        from_date: day.to_owned(),
        ..Default::default()
    };
    let mut calendar = class.admin().calendar();
    let holiday = entry(calendar_entry::Kind::Holiday, "2027-02-08");
    let holiday = calendar.create_calendar_entry(holiday).await.answer();
    class.admin().timetables().create_timetable(slot(&class, 1, "09:00", "10:00")).await.answer();
    let days = |sessions: &[Session]| -> Vec<String> {
        sessions.iter().map(|session| session.occurrence_date.clone()).collect()
    };
    let second = until("the other Monday is planned", async || {
        let sessions = scheduled(&class).await;
        (days(&sessions) == ["2027-02-15"]).then(|| sessions[0].clone())
    })
    .await;
    // A break takes it, too.
    let off = entry(calendar_entry::Kind::Break, "2027-02-15");
    let off = calendar.create_calendar_entry(off).await.answer();
    let gone = until("it is cancelled", async || {
        let sessions = planned(&class).await;
        (sessions[0].state == State::Cancelled as i32).then(|| sessions[0].clone())
    })
    .await;
    let expected = Session {
        state: State::Cancelled as i32,
        ended_at: gone.ended_at,
        end_reason: EndReason::DayOff as i32,
        occurrence_date: String::new(),
        ..second.clone()
    };
    assert_eq!(gone, expected);
    // Both days come back, and one that was cancelled stays so.
    for id in [holiday.id, off.id] {
        calendar.delete_calendar_entry(DeleteCalendarEntryRequest { id }).await.answer();
    }
    until("both are planned", async || (days(&scheduled(&class).await) == ["2027-02-08", "2027-02-15"]).then_some(()))
        .await;
    assert!(planned(&class).await.contains(&gone));
}

async fn go_with_their_slot(kind: Kind) {
    let class = Class::of(Plan::new(kind), college("Asia/Kolkata")).await;
    // A Monday, at 08:50 by the college's clock.
    let monday: DateTime<Utc> = "2027-02-01T03:20:00Z".parse().expect("a time");
    class.world.advance((monday - class.world.clock().now()).num_seconds()).await;
    let one = class.admin().timetables().create_timetable(slot(&class, 1, "09:00", "10:00")).await.answer();
    let two = class.admin().timetables().create_timetable(slot(&class, 2, "09:00", "10:00")).await.answer();
    let before = until("the sessions are there", async || {
        let sessions = planned(&class).await;
        (sessions.len() == 4).then_some(sessions)
    })
    .await;
    let started = before.iter().find(|session| session.timetable_id == one.id).expect("one of Monday");
    let start = StartSessionRequest { id: started.id.clone(), ..Default::default() };
    class.teacher().sessions().start_session(start).await.answer();
    let refusal = class.admin().timetables().delete_timetable(DeleteTimetableRequest { id: one.id }).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::FailedPrecondition, "IN_USE"), "timetable"));
    assert_eq!(scheduled(&class).await.len(), 3, "what was refused changed nothing");
    let of_two = before.iter().filter(|session| session.timetable_id == two.id).cloned();
    class.admin().timetables().delete_timetable(DeleteTimetableRequest { id: two.id.clone() }).await.answer();
    let after = planned(&class).await;
    for before in of_two {
        let now = after.iter().find(|session| session.id == before.id).expect("it is kept");
        let expected = Session {
            state: State::Cancelled as i32,
            ended_at: now.ended_at,
            end_reason: EndReason::SlotChanged as i32,
            timetable_id: String::new(),
            occurrence_date: String::new(),
            ..before
        };
        assert_eq!(now, &expected);
    }
}

async fn keep_wall_times_when_clocks_change(kind: Kind) {
    // Zone; the day before two weeks in which its clocks change, or in which others' do; and what is held on Sundays.
    let table = [
        ("Europe/Berlin", "2027-03-22", ["2027-03-28T07:00:00Z", "2027-04-04T07:00:00Z"]),
        ("Europe/Berlin", "2027-10-18", ["2027-10-24T07:00:00Z", "2027-10-31T08:00:00Z"]),
        ("America/New_York", "2027-03-01", ["2027-03-07T14:00:00Z", "2027-03-14T13:00:00Z"]),
        ("America/New_York", "2027-10-25", ["2027-10-31T13:00:00Z", "2027-11-07T14:00:00Z"]),
        ("Asia/Kolkata", "2027-03-22", ["2027-03-28T03:30:00Z", "2027-04-04T03:30:00Z"]),
        ("Asia/Kolkata", "2027-10-18", ["2027-10-24T03:30:00Z", "2027-10-31T03:30:00Z"]),
    ];
    let colleges: Vec<_> = (0..table.len())
        .map(|number| {
            let mut college = college(table[number].0);
            college.college.short_name = format!("college{number}");
            for user in [&mut college.admin, &mut college.teacher, &mut college.other_teacher, &mut college.stranger] {
                user.email = format!("{number}-{}", user.email);
            }
            every_day(&mut college);
            college.more.timetables.retain(|slot| slot.day_of_week == 7);
            college
        })
        .collect();
    let world = Plan::new(kind).start(&colleges.iter().collect::<Vec<_>>()).await;
    let mut order: Vec<_> = (0..table.len()).collect();
    // Time goes on only: what is in the past is not planned.
    order.sort_by_key(|number| table[*number].1);
    for number in order {
        let (zone, day, expected) = table[number];
        let noon: DateTime<Utc> = format!("{day}T12:00:00Z").parse().expect("a time");
        world.advance((noon - world.clock().now()).num_seconds()).await;
        let admin = world.actor(&colleges[number].admin);
        admin.sessions().plan_sessions(PlanSessionsRequest {}).await.answer();
        let sessions =
            all_of(&admin, ListSessionsRequest { state: State::Scheduled.into(), ..Default::default() }).await;
        let mut starts: Vec<_> = sessions
            .iter()
            .filter(|session| time(session.planned_start) > noon)
            .map(|session| time(session.planned_start).format("%FT%TZ").to_string())
            .collect();
        starts.reverse();
        assert_eq!(starts, expected, "{zone}");
    }
}
