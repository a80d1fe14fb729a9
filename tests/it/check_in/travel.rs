//! Where the student was before: too far away, or with the very position.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, EndSessionRequest, GetCurrentCodeRequest, Mark, MarkRecordsRequest, Position,
    UpdateRecordRequest,
    attendance_record::{Flag, Review, Status},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    in_every_world,
    seed::{SeedLocation, SeedSession, State},
    until::until,
    world::Plan,
};
use serde_json::json;
use tonic::{Code as Grpc, Response, Status as GrpcStatus};

in_every_world!(
    nobody_is_in_two_towns_within_minutes,
    a_mark_by_hand_is_a_place,
    a_college_may_refuse_it,
    a_position_is_measured_once,
    two_who_send_one_position_are_flagged_after_the_end,
    two_places_at_once_are_found_after_the_end
);

const HOUR: i64 = 3600;

/// A college with three places: the room, one across the campus, and one in another town. In each a session runs all day, and in the
/// room two.
struct Places {
    class: Class,
    room: (SeedLocation, SeedSession),
    again: (SeedLocation, SeedSession),
    across: (SeedLocation, SeedSession),
    town: (SeedLocation, SeedSession),
}

impl Places {
    async fn open(kind: Kind, students: usize) -> Self {
        let mut college = College::new("riverside", students);
        let room = college.location.clone();
        let across = college.another_location("Across", 300.0);
        let town = college.another_location("Town", 100_000.0);
        let [again, room, across, town] = [room.clone(), room, across, town].map(|location| {
            college.another_session(State::Active);
            let session = college.more.sessions.last_mut().expect("the session");
            session.location_id = location.id;
            session.planned_end += TimeDelta::hours(20);
            (location, session.clone())
        });
        Self { class: Class::of(Plan::new(kind), college).await, room, again, across, town }
    }

    /// Checks a student in, so far to the north of a place.
    async fn check_in(
        &self,
        student: usize,
        (location, session): &(SeedLocation, SeedSession),
        position: Position,
    ) -> Result<Response<AttendanceRecord>, GrpcStatus> {
        let shown =
            GetCurrentCodeRequest { location_id: location.id.to_string(), session_id: Some(session.id.to_string()) };
        let code = self.class.teacher().codes().get_current_code(shown).await.answer().code;
        let request: CheckInRequest = request(session.id, &code, position);
        self.class.student(student).check_ins().check_in(request).await
    }

    async fn end(&self, (_, session): &(SeedLocation, SeedSession)) {
        self.class.teacher().sessions().end_session(EndSessionRequest { id: session.id.to_string() }).await.answer();
    }

    /// The flags of those who have some, once anybody has.
    async fn flags_of(&self, (_, session): &(SeedLocation, SeedSession)) -> Vec<(String, Vec<i32>, Review)> {
        until("somebody is flagged", async || {
            let mut records = self.class.records_of(session.id).await;
            records.retain(|record| !record.flags.is_empty());
            records.sort_by(|one, other| one.student_id.cmp(&other.student_id));
            let told =
                records.into_iter().map(|record| (record.student_id.clone(), record.flags.clone(), record.review()));
            let told: Vec<_> = told.collect();
            (!told.is_empty()).then_some(told)
        })
        .await
    }

    fn id(&self, student: usize) -> String {
        self.class.college.students[student].id.to_string()
    }
}

/// A measured position beside the middle of a place.
fn beside((location, _): &(SeedLocation, SeedSession), accuracy: f64) -> Position {
    Position {
        latitude: Some(location.latitude + 0.000_012_345_678),
        longitude: Some(location.longitude - 0.000_023_456_789),
        accuracy_meters: Some(accuracy),
        mocked: false,
    }
}

fn travel(record: &AttendanceRecord) -> Option<Verdict> {
    record.evidence.iter().find(|item| item.factor == Factor::Travel as i32).map(|item| item.verdict())
}

async fn nobody_is_in_two_towns_within_minutes(kind: Kind) {
    let places = Places::open(kind, 3).await;
    for student in [0, 1, 2] {
        let record = places.check_in(student, &places.room, beside(&places.room, 5.0)).await.answer();
        assert_eq!((travel(&record), record.flags), (None, Vec::new()), "there is nothing before it");
    }
    let record = places.check_in(0, &places.across, beside(&places.across, 5.0)).await.answer();
    assert_eq!((travel(&record), record.flags), (None, Vec::new()), "across the campus");
    let record = places.check_in(1, &places.town, beside(&places.town, 5.0)).await.answer();
    assert_eq!(travel(&record), Some(Verdict::Uncertain));
    assert_eq!((record.flags.as_slice(), record.review()), (&[Flag::ImpossibleTravel as i32][..], Review::Open));
    // A train does not fly.
    places.class.world.advance(HOUR * 2 / 3).await;
    let record = places.check_in(2, &places.town, beside(&places.town, 5.0)).await.answer();
    assert_eq!((travel(&record), record.flags), (None, Vec::new()));
}

async fn a_mark_by_hand_is_a_place(kind: Kind) {
    let places = Places::open(kind, 2).await;
    let marks = [(0, Status::Present), (1, Status::Absent)]
        .map(|(student, status)| Mark { student_id: places.id(student), status: status.into() });
    let (_, session) = &places.room;
    let request =
        MarkRecordsRequest { session_id: session.id.to_string(), marks: marks.into(), ..MarkRecordsRequest::default() };
    places.class.teacher().records().mark_records(request).await.answer();
    let record = places.check_in(0, &places.town, beside(&places.town, 5.0)).await.answer();
    assert_eq!(record.flags, [Flag::ImpossibleTravel as i32]);
    let record = places.check_in(1, &places.town, beside(&places.town, 5.0)).await.answer();
    assert_eq!(record.flags, Vec::<i32>::new());
}

async fn a_college_may_refuse_it(kind: Kind) {
    let places = Places::open(kind, 1).await;
    let rules = json!({
        "requirements": [{"factors": ["CODE"]}, {"factors": ["GEOFENCE"]}],
        "refused_flags": ["IMPOSSIBLE_TRAVEL"],
    });
    let (_, session) = &places.town;
    let policy = json!({"scope": "SESSION", "scope_id": session.id, "rules": rules});
    places.class.admin().rest().post("/api/v1/policies", &policy).await.answer();
    places.check_in(0, &places.room, beside(&places.room, 5.0)).await.answer();
    let refusal = places.check_in(0, &places.town, beside(&places.town, 5.0)).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "CHECK_IN_REFUSED"));
    assert_eq!(refusal.told("flag"), "IMPOSSIBLE_TRAVEL");
}

async fn a_position_is_measured_once(kind: Kind) {
    let places = Places::open(kind, 2).await;
    let (exact, rough) = (beside(&places.room, 6.25), beside(&places.room, 40.0));
    places.check_in(0, &places.room, exact).await.answer();
    places.check_in(1, &places.room, rough).await.answer();
    places.class.world.advance(7 * HOUR).await;
    let record = places.check_in(0, &places.again, exact).await.answer();
    assert_eq!(record.flags, [Flag::ReplayedPosition as i32]);
    let record = places.check_in(1, &places.again, rough).await.answer();
    assert_eq!(record.flags, Vec::<i32>::new(), "a network answers the same to everybody");
}

async fn two_who_send_one_position_are_flagged_after_the_end(kind: Kind) {
    let places = Places::open(kind, 4).await;
    let copied = beside(&places.room, 6.25);
    let near = Position { latitude: copied.latitude.map(|degrees| degrees + 1e-6), ..copied };
    for (student, position) in [(0, copied), (1, near), (2, copied), (3, beside(&places.room, 40.0))] {
        let record = places.check_in(student, &places.room, position).await.answer();
        assert_eq!(record.flags, Vec::<i32>::new(), "nobody is told before the end");
    }
    // What they send elsewhere has nothing to do with it.
    places.check_in(1, &places.again, near).await.answer();
    places.end(&places.room).await;
    let mut expected =
        [0, 2].map(|student| (places.id(student), vec![Flag::SharedPosition as i32], Review::Open)).to_vec();
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(places.flags_of(&places.room).await, expected);
}

async fn two_places_at_once_are_found_after_the_end(kind: Kind) {
    let places = Places::open(kind, 1).await;
    // As of two on the way at once, neither of which sees the other: while the second one comes, the first one does not count.
    let first = places.check_in(0, &places.room, beside(&places.room, 5.0)).await.answer();
    let becomes = async |status: Status| {
        let id = first.id.clone();
        let request = UpdateRecordRequest { id, status: status.into(), reason: "The roll.".to_owned() };
        places.class.teacher().records().update_record(request).await.answer();
    };
    becomes(Status::Absent).await;
    let second = places.check_in(0, &places.town, beside(&places.town, 5.0)).await.answer();
    assert_eq!(second.flags, Vec::<i32>::new());
    becomes(Status::Present).await;
    places.end(&places.town).await;
    let expected = vec![(places.id(0), vec![Flag::ImpossibleTravel as i32], Review::Open)];
    assert_eq!(places.flags_of(&places.town).await, expected);
}
